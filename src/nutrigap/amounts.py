"""Amounts: from what a person wrote to grams of one food.

Two steps. ``parse_amount`` reads the text ("1 1/2 cups chopped") without knowing the food; ``to_grams`` turns
the reading into grams with the food's own household measures. Units of mass go by the closed vocabulary,
volumes through the food's own portions (a cup of flour is not a cup of water), all else through the food's portions.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from nutrigap.errors import AmountError, UnknownUnit
from nutrigap.tables import Portion
from nutrigap.units import Unit, find_unit
from nutrigap.words import lexicon, meanings, plain, singular, words

# Numbers as words, the longest first: "half a dozen" before "half".
NUMBER_WORDS = tuple(
    (word, float(value)) for word, value in sorted(meanings("number").items(), key=lambda pair: -len(pair[0]))
)
NO_AMOUNT = frozenset(meanings("amount_none")) | {""}
ABOUT = re.compile(r"(?:~|≈|c\.|ca\.?|circa|about|around|approx\.?|approximately|roughly)\s*(?=[\da-z])")

_NUMBER = r"(?:\d+(?:\s+|-)\d+/\d+|\d+/\d+|\d+(?:[.,]\d+)?|[.,]\d+)"
_LEADING = re.compile(rf"({_NUMBER})(?![\d/]|[.,]\d)\s*")
_TO = re.compile(r"(?:-|–|—|to\b|or\b)\s*(?=[\d.,])")
_UNIT_TO = re.compile(r"([a-zA-Zµμ. ]+?)\s*(?:-|–|—|\bto\b|\bor\b)\s*(?=[\d.,])")
_TIMES = re.compile(r"(?:x(?![a-z])|\*|times\b)\s*", re.I)
_THOUSANDS = re.compile(r"[1-9]\d{0,2},\d{3}$")
_SIGNED = re.compile(r"[-+]\s*\d")
_SPACED_FRACTION = re.compile(r"(?<=\d)\s*/\s*(?=\d)")
_IN_BRACKETS = re.compile(rf"\(\s*({_NUMBER})\s*([a-zA-Zµμ. ]+?)(\s+each)?\s*\)", re.I)
_BRACKETS = re.compile(r"\([^)]*\)")
_AND_MORE = re.compile(r"(?:\+|&|\bplus\b|\band\b)\s*[\d.,]", re.I)
_AT_THE_END = re.compile(
    rf"(?P<food>.*[^\W\d_]{{2}}.*?)\s*(?P<mark>[\s,;:(]|\bx)\s*(?P<number>{_NUMBER}(?:\s*-\s*{_NUMBER})?)"
    r"\s*(?P<unit>(?:fl\.? )?[a-zA-Zµμ]+\.?)?\s*\)?$",
    re.I,
)

LONGEST = 80
# Vessels and helpings that stand for "the usual amount" where the food has no such portion of its own.
USUAL_AMOUNT = lexicon("amount_usual")
SIZES = lexicon("amount_size")
MEASURES = SIZES | USUAL_AMOUNT | lexicon("amount_measure")
SYNONYMS = meanings("amount_same")
KINDRED = meanings("amount_kindred")
# The size that is meant when none is told: a portion is no worse for having one of these words.
MIDDLE = lexicon("amount_middle")
# Words for one whole thing, and the portions that may be one, the likeliest first.
ONE_PIECE = frozenset(["piece", "item", "unit", "whole", "fruit"])
PIECES = ("medium", "regular", "item", "whole", "each", "fruit", "piece", "unit", "nut", "kernel", "large", "slice")
INEDIBLE = lexicon("amount_inedible")
WITHOUT = frozenset(["without", "no", "not"])
DRY = lexicon("amount_dry")
NEUTRAL = lexicon("amount_neutral")
# A portion so named weighs what something else becomes: "cup, dry, yields" is not a cup of the food.
YIELDS = frozenset(["yield"])
# "Guideline amount per cup of hot cereal" is what goes on another food, not a measure of this one.
NOT_A_MEASURE = "guideline"


class Amount(NamedTuple):
    """An amount as written: ``number`` of ``unit``, with the ends of a range in ``low`` and ``high``.

    ``grams`` [g] is a mass that stood in brackets ("2 slices (60 g)"), else None.
    """

    number: float
    low: float
    high: float
    unit: str = ""
    grams: float | None = None

    def times(self, factor: float) -> Amount:
        """The same amount taken ``factor`` times."""
        return self._replace(number=self.number * factor, low=self.low * factor, high=self.high * factor)


class Grams(NamedTuple):
    """Grams of a food: best, low, high [g], where they come from, and the guess they rest on ("" if none)."""

    best: float
    low: float
    high: float
    source: str
    guess: str = ""


def parse_number(text: str) -> float:
    """The value of ``1 1/2``, ``1-1/2``, ``3/4``, ``0,5``, ``2.25``.

    Raises
    ------
    AmountError
        ``1,250`` (a thousand or one and a quarter?) and division by zero.
    """
    if _THOUSANDS.match(text):
        raise AmountError(
            f'"{text}" can be read in two ways', f"write {text.replace(',', '')} or {text.replace(',', '.')}"
        )
    total = 0.0
    for part in text.replace("-", " ").split():
        if "/" in part:
            over, under = part.split("/")
            if float(under) == 0:
                raise AmountError(f'"{text}" is not a number', "write the amount as a number, for example 1/2 or 0.5")
            total += float(over) / float(under)
        else:
            total += float(part.replace(",", "."))
    return total


def tidy(text: str) -> str:
    """A text with numbers and signs in ASCII (``1½`` is "1 1/2") and single spaces."""
    if not text.isascii():
        text = "".join(c if c.isascii() else _spelled(c) for c in text)
    return " ".join(_SPACED_FRACTION.sub("/", text).split())


def _spelled(character: str) -> str:
    """A character in ASCII where it stands for a number or a sign: ``½`` is " 1/2 ", ``×`` is "x"."""
    if character.isdecimal():
        return str(int(character))
    known = {"×": "x", "−": "-", "⁄": "/"}.get(character)
    if known is not None:
        return known
    apart = unicodedata.normalize("NFKD", character)
    return f" {apart.replace('⁄', '/')} " if "⁄" in apart else character


def _number_word(text: str) -> tuple[float, str] | None:
    lower = text.lower()
    for word, value in NUMBER_WORDS:
        if lower == word or lower.startswith(word + " "):
            return value, text[len(word) :].strip()
    return None


def _split_number(text: str) -> Amount:
    """Number and the rest of an amount text that is not blank."""
    if _SIGNED.match(text):
        raise AmountError(f'the amount "{text}" is negative or signed', "write how much was eaten, for example 150 g")
    if (times := _TIMES.match(text)) and _LEADING.match(text, times.end()):  # "x2"
        return _split_number(text[times.end() :])
    if found := _LEADING.match(text):
        return _behind(parse_number(found[1]), text[found.end() :])
    if spelled := _number_word(text):
        value, rest = spelled
        if rest and _LEADING.match(rest):
            return _split_number(rest).times(value)
        return Amount(number=value, low=value, high=value, unit=rest)
    return Amount(number=1.0, low=1.0, high=1.0, unit=text)


def _behind(value: float, rest: str) -> Amount:
    """An amount that begins with a number: a range, a product, or the number with its unit."""
    if (to := _TO.match(rest)) and (second := _LEADING.match(rest, to.end())):
        return _range(value, parse_number(second[1]), rest[second.end() :])
    if (to := _UNIT_TO.match(rest)) and (second := _LEADING.match(rest, to.end())):  # "100 g - 150 g"
        unit = rest[second.end() :]
        if words(unit) == words(to[1]):
            return _range(value, parse_number(second[1]), unit)
    if times := _TIMES.match(rest):
        each = rest[times.end() :]
        return _split_number(each).times(value) if each else Amount(number=value, low=value, high=value)
    return Amount(number=value, low=value, high=value, unit=rest)


def _range(one: float, other: float, unit: str) -> Amount:
    low, high = sorted((one, other))
    return Amount(number=(low + high) / 2, low=low, high=high, unit=unit)


@lru_cache(maxsize=65536)
def parse_amount(text: str, unit: str = "") -> Amount | None:
    """Read an amount as written, with the content of the unit column if there is one.

    Parameters
    ----------
    text : str
        ``150 g``, ``1 1/2 cups``, ``½ medium``, ``2 x 30 g``, ``3-4 slices``, ``a handful``, or a bare number.
    unit : str
        Cell of the ``unit`` column; it stands behind a bare number.

    Returns
    -------
    Amount or None
        None when no amount was told (blank, "?", "some").

    Raises
    ------
    AmountError
        Zero, negative, two amounts in one, a number that can be read in two ways, or a unit column that
        says something else than the amount.
    UnknownUnit
        A unit that can be read in two ways (``gr``, ``Mg``, ``t``).
    """
    if len(text) + len(unit) > LONGEST:
        raise AmountError("the amount is too long to be one", "write a number and a unit, for example 150 g")
    text, unit = tidy(text), tidy(unit)
    text = text[about.end() :] if (about := ABOUT.match(text.lower())) else text
    if plain(text) in NO_AMOUNT:
        if not unit or plain(unit) in NO_AMOUNT:
            return None
        text = ""
    amount = _split_number(_BRACKETS.sub(" ", text).strip() or "1")
    if amount.high <= 0 or amount.low < 0:
        raise AmountError(f'the amount "{text}" is zero', "write how much was eaten, or delete the line")
    own = amount.unit.strip(" .,;:").partition(" of ")[0].removeprefix("of ")
    if _AND_MORE.search(own):
        raise AmountError(f'"{text}" is two amounts', "write one amount a line, for example 150 g")
    bracketed = _IN_BRACKETS.search(text)
    if bracketed is not None and (known := _mass(bracketed[2])) is not None:
        grams = parse_number(bracketed[1]) * known
        if bracketed[3]:  # "2 slices (30 g each)"
            return amount.times(grams)._replace(unit="g")
        return amount._replace(unit=" ".join(own.split()), grams=grams)
    return amount._replace(unit=_joined(" ".join(own.split()), unit))


def _joined(own: str, column: str) -> str:
    """The unit told by an amount that has one of its own and a unit column: they may repeat or complete each other."""
    if not own or not column:
        return own or column
    first, second = _leading_unit(own), _leading_unit(column)
    if words(own) == words(column) or (first is not None and first == second):
        return max(own, column, key=len)
    if second is not None and (first is not None or second.dimension == "mass"):
        raise AmountError(f'the amount says "{own}" and the unit column "{column}"', "write the unit in one place only")
    return f"{own} {column}"


def split_leading_amount(text: str) -> tuple[str, str]:
    """An amount that stands before the food in one text: "200g chicken breast" gives ("200g", "chicken breast").

    ``("", text)`` when the text does not begin with an amount, or nothing would be left of it.
    """
    whole = tidy(text)
    if found := _LEADING.match(whole):
        rest = whole[found.end() :]
        more = _TO.match(rest) or _TIMES.match(rest)
        if more and (second := _LEADING.match(rest, more.end())):
            rest = rest[second.end() :]
        elif more and _TIMES.match(rest):  # "2 x eggs"
            rest = rest[more.end() :]
    elif spelled := _number_word(whole):
        rest = spelled[1]
    else:
        return "", text
    parts = rest.split()
    for length in (2, 1):
        head, tail = " ".join(parts[:length]), parts[length:]
        if tail and _is_measure(head):
            rest = " ".join(tail)
            break
    amount = whole[: len(whole) - len(rest)].strip()
    food = rest.removeprefix("of ").strip()
    # "2% milk" is a name
    return (amount, food) if re.search(r"[^\W\d_]{2}", food) and not food.startswith("%") else ("", text)


def split_trailing_amount(text: str) -> tuple[str, str]:
    """An amount that stands behind the food: "banana 150 g", "toast (2 slices)", "eggs x2", "eggs, 2".

    ``("", text)`` when the text does not end with one. A bare number is an amount only behind a comma, a bracket
    or an x: "omega 3" is a name.
    """
    found = _AT_THE_END.match(tidy(text))
    if found is None:
        return "", text
    unit = found["unit"] or ""
    if not (_is_measure(unit) if unit else found["mark"].lower() in (",", "(", "x")):
        return "", text
    return f"{found['number']} {unit}".strip(), found["food"].strip(" ,;:(")


def _is_measure(word: str) -> bool:
    """Whether a word is a unit of ours (or one that is refused with a hint), or a household measure."""
    try:
        known = find_unit(word) is not None
    except UnknownUnit:
        known = True
    return known or singular(word.lower()) in MEASURES


def _mass(word: str) -> float | None:
    found = find_unit(word)
    return found.factor if found is not None and found.dimension == "mass" else None


class _Name(NamedTuple):
    """A portion's or a user's measure taken apart: words before the first comma or bracket, and the rest."""

    main: tuple[str, ...]
    more: frozenset[str]

    @property
    def all(self) -> frozenset[str]:
        return self.more.union(self.main)


@lru_cache(maxsize=16384)
def _measure(text: str) -> _Name:
    spelled = re.sub(r"\b(fl(?:uid)?\.?\s*(?:oz|ounces?)\.?)", "floz", plain(text).replace("/", " "))
    head, _, tail = spelled.partition(",")
    head, _, note = head.partition("(")
    return _Name(
        main=tuple(SYNONYMS.get(word, word) for word in words(head) if word not in NEUTRAL),
        more=frozenset(SYNONYMS.get(word, word) for word in words(f"{tail} {note}") if word not in NEUTRAL),
    )


# A household measure with its name taken apart.
_Offer = tuple[_Name, Portion]


def _offers(portions: Sequence[Portion]) -> list[_Offer]:
    named = [(_measure(portion.name), portion) for portion in portions]
    return [(name, portion) for name, portion in named if NOT_A_MEASURE not in name.main]


def _volume_of(name: _Name) -> Unit | None:
    """The unit of volume that a portion's name begins with, or None."""
    if not name.main or name.all & YIELDS:
        return None
    found = find_unit(name.main[0])
    return found if found is not None and found.dimension == "volume" else None


def _mismatch(wanted: _Name, offered: _Name) -> tuple[int, int]:
    """(words asked for and not offered, words offered and not asked for): smaller is better."""
    kindred = {KINDRED[word] for word in wanted.main if word in KINDRED}  # a "can or bottle" is a bottle
    return len(wanted.all - offered.all - MIDDLE), len(offered.all - wanted.all - MIDDLE - kindred)


def _pick(wanted: _Name, offers: Sequence[_Offer], default_grams: float | None) -> tuple[Portion, str]:
    """The closest offer and, where it is not quite what was asked for, the guess in words.

    Among equals the one that weighs what the release takes by default stands first.
    """

    def rank(i: int) -> tuple[tuple[int, int], float, int]:
        name, portion = offers[i]
        away = 0.0 if default_grams is None else abs(portion.grams - default_grams)
        return _mismatch(wanted, name), away, i

    ranked = sorted(range(len(offers)), key=rank)
    name, portion = offers[ranked[0]]
    missing = wanted.all - name.all - MIDDLE
    if missing:
        return portion, f'no measure "{" ".join(sorted(missing))}" for this food, {_taken(portion)}'
    closeness = _mismatch(wanted, name)
    rivals = [offers[i][1] for i in ranked[1:] if _mismatch(wanted, offers[i][0]) <= closeness]
    far = [other for other in rivals if abs(other.grams - portion.grams) > 0.2 * portion.grams]
    if far and closeness[1] > 0 and portion.grams != default_grams:
        return portion, f'{_taken(portion)}, could be "{far[0].name}" ({far[0].grams:g} g)'
    return portion, ""


def _taken(portion: Portion) -> str:
    return f'taken as "{portion.name}" ({portion.grams:g} g)'


def _by_portion(
    wanted: _Name, portions: Sequence[Portion], food_words: frozenset[str], default_grams: float | None
) -> tuple[Portion, str] | None:
    """A household measure of the food that fits the words, or None."""
    nouns = [word for word in wanted.main if word not in SIZES]
    offers = [(name, portion) for name, portion in _offers(portions) if not name.all & YIELDS or wanted.all & YIELDS]
    lead = (nouns or list(wanted.main))[0]
    named = [(name, portion) for name, portion in offers if lead in name.main]
    if not named:
        named = [(name, portion) for name, portion in offers if lead in name.all]
    if not named and lead in ONE_PIECE and (piece := _by_count(portions, food_words, default_grams)) is not None:
        return piece
    if not named:
        named = [(name, portion) for name, portion in offers if lead in KINDRED and KINDRED[lead] in name.main]
    if named:
        return _pick(wanted, named, default_grams)
    if not set(nouns) <= food_words:
        return None
    sizes = tuple(word for word in wanted.main if word in SIZES)
    if nouns and sizes:  # "2 large bananas": the food itself, so a size of it
        return _by_portion(_Name(main=sizes, more=frozenset()), portions, food_words, default_grams)
    one = _by_count(portions, food_words, default_grams)
    if one is None or not sizes:
        return one
    if default_grams is not None and not 0.5 <= one[0].grams / default_grams <= 2:
        return None  # "medium" fries are a helping, not one stick
    if set(sizes) <= MIDDLE:
        return one
    return one[0], f'no size "{" ".join(sizes)}" for this food, {_taken(one[0])}'


def _by_count(
    portions: Sequence[Portion], food_words: frozenset[str], default_grams: float | None
) -> tuple[Portion, str] | None:
    """The portion that one piece of the food is, or None: the food's own name, else a middle size."""
    offers = [
        (name, portion) for name, portion in _offers(portions) if _volume_of(name) is None and not name.all & YIELDS
    ]
    own = [(name, portion) for name, portion in offers if name.main and set(name.main) <= food_words]
    if own:
        return _pick(_Name(main=(), more=frozenset()), own, default_grams)
    for word in PIECES:
        pieces = [(name, portion) for name, portion in offers if word in name.main]
        if pieces:
            portion, guess = _pick(_Name(main=(word,), more=frozenset()), pieces, default_grams)
            usual = word not in SIZES or portion.grams == default_grams
            return portion, guess if usual or guess else f"one {_taken(portion)}"
    return None


def _by_volume(
    unit: Unit, wanted: _Name, portions: Sequence[Portion], default_grams: float | None
) -> tuple[float, str, str] | None:
    """Grams of one of a unit of volume, with its source and guess: the food's own measure, else its density."""
    offers = []
    for name, portion in _offers(portions):
        own = _volume_of(name)
        if own is not None:
            offers.append((name, portion, own))
    if not offers:
        return None
    same = [(name, portion) for name, portion, own in offers if own.name == unit.name]
    if same:
        portion, guess = _pick(wanted, same, default_grams)
        return portion.grams, "portion", guess
    largest = max(own.factor for _, _, own in offers)  # a cup is measured better than a teaspoon
    stem = _Name(main=wanted.main[1:], more=wanted.more)
    best = [
        (_Name(main=name.main[1:], more=name.more), portion) for name, portion, own in offers if own.factor == largest
    ]
    portion, guess = _pick(stem, best, default_grams)
    return portion.grams * unit.factor / largest, "density", guess


def to_grams(
    amount: Amount | None,
    portions: Sequence[Portion],
    *,
    default_grams: float | None,
    food_words: frozenset[str] = frozenset(),
    own_units: Mapping[str, float] | None = None,
    refuse: float | None = None,
) -> Grams:
    """Grams of one food for an amount as written.

    Parameters
    ----------
    amount : Amount or None
        None = not told: the default grams are taken, which is a guess.
    portions : sequence of Portion
        The food's household measures.
    default_grams : float or None
        What to take when no amount was told [g].
    food_words : frozenset of str
        Words of the food's name, so that "2 bananas" is a count of bananas.
    own_units : mapping
        Measures the user has weighed: ``unit_key`` of the unit -> grams of one [g].
    refuse : float, optional
        Share of the food as bought that is not eaten [%], for a weight "with peel".

    Returns
    -------
    Grams
        ``source`` is ``mass``, ``portion``, ``density`` or ``default``.

    Raises
    ------
    AmountError
        Nothing is known that could turn the amount into grams; the fix lists the food's measures.
    UnknownUnit
        A unit that can be read in two ways (``gr``, ``Mg``, ``t``).
    """
    if amount is None:
        if default_grams is None:
            raise AmountError(
                "no amount, and no usual portion is known for this food", "write the grams, for example 150 g"
            )
        guess = f"no amount told, taken as {default_grams:g} g"
        return Grams(default_grams, default_grams, default_grams, "default", guess)
    if amount.grams is not None:
        guess = "" if amount.number == 1 else "the grams in brackets are taken as the total"
        return Grams(amount.grams, amount.grams, amount.grams, "mass", guess)
    one, source, guess = _one(amount.unit, portions, default_grams, food_words, own_units or {})
    grams = Grams(amount.number * one, amount.low * one, amount.high * one, source, guess)
    if source != "mass":
        return grams
    if not guess and (dry := _measure(amount.unit).all & (DRY - food_words)):
        return grams._replace(guess=f'"{" ".join(sorted(dry))}": the weight is counted as that of the food as named')
    return _edible(grams, refuse) if _with_refuse(amount.unit) else grams


def _with_refuse(text: str) -> bool:
    """Whether a weight is told to include peel, bones or shell."""
    said = _measure(text).all
    return not INEDIBLE.isdisjoint(said) and WITHOUT.isdisjoint(said)


def _edible(grams: Grams, refuse: float | None) -> Grams:
    """A weight "with peel" less what is not eaten, where the tables tell that share."""
    if not refuse:
        return grams._replace(guess="the weight is counted in full, with what is not eaten: the tables give no share")
    share = 1 - refuse / 100
    guess = f"{refuse:g} % of the weight is taken as not eaten"
    return Grams(grams.best * share, grams.low * share, grams.high, grams.source, guess)


def _one(
    text: str,
    portions: Sequence[Portion],
    default_grams: float | None,
    food_words: frozenset[str],
    own_units: Mapping[str, float],
) -> tuple[float, str, str]:
    """Grams of one of what the unit text says, the source, and the guess it rests on."""
    own = own_units.get(unit_key(text))
    if own is not None:
        return own, "portion", ""
    wanted = _offered_only(_measure(text), portions)
    unit = _leading_unit(text)
    if unit is not None and _second_amount(text, unit):
        raise AmountError(f'"{text}" holds a second amount', "write one amount a line, for example 150 g")
    if unit is not None and unit.dimension == "mass" and not wanted.all & YIELDS:
        dry = _from_dry(wanted, portions)
        return (unit.factor, "mass", "") if dry is None else (unit.factor * dry, "portion", "")
    if unit is not None and unit.dimension == "volume":
        volume = _by_volume(unit, wanted, portions, default_grams)
        if volume is not None:
            return volume
        raise AmountError(f'"{text}" is a volume and no density is known for this food', _known_measures(portions))
    if wanted.main:
        found = _by_portion(wanted, portions, food_words, default_grams)
    else:
        found = _by_count(portions, food_words, default_grams)
    if found is not None:
        return found[0].grams, "portion", found[1]
    if default_grams is not None and set(wanted.main) & (USUAL_AMOUNT | MIDDLE):
        return (
            default_grams,
            "default",
            f'no "{text}" known for this food, taken as its usual {default_grams:g} g',
        )
    what = f'no measure "{text}" is known for this food' if text else "a number without a unit"
    raise AmountError(what, _known_measures(portions))


def _from_dry(wanted: _Name, portions: Sequence[Portion]) -> float | None:
    """What one gram of the dry food becomes, where the amount says "dry" and the release tells: "oz, dry, yields"."""
    if wanted.all.isdisjoint(DRY):
        return None
    for name, portion in _offers(portions):
        unit = find_unit(name.main[0]) if name.main else None
        if unit is not None and unit.dimension == "mass" and name.all & YIELDS and name.all & DRY:
            return portion.grams / unit.factor
    return None


def unit_key(text: str) -> str:
    """The form under which two spellings of one measure are the same: "tbsp, heaped" is "Tablespoon (heaped)"."""
    name = _measure(text)
    return " ".join((*name.main, *sorted(name.more)))


def _offered_only(wanted: _Name, portions: Sequence[Portion]) -> _Name:
    """A measure without "with peel", unless the food has measures that tell it: its portions are edible parts."""
    if wanted.all.isdisjoint(INEDIBLE):
        return wanted
    offered = frozenset[str]().union(*(name.all for name, _ in _offers(portions)))
    silent = (INEDIBLE | WITHOUT) - offered
    return _Name(tuple(word for word in wanted.main if word not in silent), wanted.more - silent)


def _second_amount(text: str, unit: Unit) -> bool:
    """Whether another amount stands behind a unit of mass or volume: "100 g 2", "1 cup 3 tbsp"."""
    rest = text.split()[1:]
    if unit.dimension == "mass":
        return any(character.isdigit() for word in rest for character in word)
    pairs = zip(rest, [*rest[1:], ""], strict=False)
    return any(word[0].isdigit() and _is_measure(word.lstrip("0123456789./,") or after) for word, after in pairs)


def _leading_unit(text: str) -> Unit | None:
    """The unit of the vocabulary that a text begins with: ``g``, ``cups chopped``, ``fl oz``."""
    parts = text.split()
    for length in (2, 1):
        if len(parts) >= length and (unit := find_unit(" ".join(parts[:length]).rstrip(",;"))) is not None:
            return unit
    return None


def _known_measures(portions: Sequence[Portion]) -> str:
    names = list(dict.fromkeys(portion.name for _, portion in _offers(portions)))[:4]
    if not names:
        return "write grams, for example 150 g"
    return "write grams, or one of: " + ", ".join(names)
