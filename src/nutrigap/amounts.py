"""Amounts: from what a person wrote to grams of one food.

Two steps. ``parse_amount`` reads the text ("1 1/2 cups chopped") without knowing the food; ``to_grams`` turns
the reading into grams with the food's own household measures. Units of mass go by the closed vocabulary,
volumes through the food's own portions (a cup of flour is not a cup of water), all else through the food's portions.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from nutrigap.errors import AmountError
from nutrigap.tables import Portion
from nutrigap.units import Unit, find_unit
from nutrigap.words import lexicon, plain, singular, words

VULGAR_FRACTIONS = {
    "½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⅕": "1/5", "⅖": "2/5", "⅗": "3/5", "⅘": "4/5",
    "⅙": "1/6", "⅚": "5/6", "⅛": "1/8", "⅜": "3/8", "⅝": "5/8", "⅞": "7/8",
}  # fmt: skip
NUMBER_WORDS = {
    "half a dozen": 6.0, "a dozen": 12.0, "dozen": 12.0, "half an": 0.5, "half a": 0.5, "a half": 0.5, "half of a": 0.5,
    "half": 0.5, "a quarter of a": 0.25, "quarter of a": 0.25, "a quarter": 0.25, "quarter": 0.25, "a couple of": 2.0,
    "a couple": 2.0, "couple of": 2.0, "an": 1.0, "a": 1.0, "one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0,
    "six": 6.0, "seven": 7.0, "eight": 8.0, "nine": 9.0, "ten": 10.0,
}  # fmt: skip
NO_AMOUNT = frozenset(
    ["", "-", "--", "?", "n/a", "na", "some", "a bit", "a little", "little", "unknown", "not sure", "x"]
)
ABOUT = re.compile(r"(?:~|≈|c\.|ca\.?|circa|about|around|approx\.?|approximately|roughly)\s*(?=[\da-z])")

_NUMBER = r"(?:\d+\s+\d+/\d+|\d+/\d+|\d+(?:[.,]\d+)?|[.,]\d+)"
_LEADING = re.compile(rf"({_NUMBER})(?![\d/])\s*")
_TO = re.compile(r"(?:-|–|—|to\b|or\b)\s*(?=[\d.,])")
_TIMES = re.compile(r"[x*]\s*(?=[\d.,a])")
_THOUSANDS = re.compile(r"\d{1,3},\d{3}$")
_SIGNED = re.compile(r"[-+]\s*\d")
_IN_BRACKETS = re.compile(rf"\(\s*({_NUMBER})\s*([a-zA-Zµμ. ]+?)\s*\)")
_BRACKETS = re.compile(r"\([^)]*\)")

LONGEST = 80
# Vessels and helpings that stand for "the usual amount" where the food has no such portion of its own.
USUAL_AMOUNT = lexicon("amount_usual")
SIZES = lexicon("amount_size")
MEASURES = SIZES | USUAL_AMOUNT | lexicon("amount_measure")
SYNONYMS = {"big": "large", "mini": "miniature", "tablespoonful": "tablespoon", "tbsp": "tablespoon", "tbs": "tablespoon", "tsp": "teaspoon", "teaspoonful": "teaspoon", "pc": "piece", "pkg": "package", "pack": "package", "tin": "can", "sachet": "packet", "filet": "fillet", "rasher": "slice", "punnet": "container", "pot": "container", "carton": "container"}  # fmt: skip
# A pizza has pieces where people say slices, and so on.
KINDRED = {"slice": "piece", "piece": "slice", "can": "bottle", "bottle": "can", "packet": "package", "bar": "piece"}
# The size that is meant when none is told: a portion is no worse for having one of these words.
MIDDLE = lexicon("amount_middle")
PIECES = ("medium", "regular", "item", "whole", "each", "fruit", "piece", "unit", "large", "slice")
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
    """The value of ``1 1/2``, ``3/4``, ``0,5``, ``2.25``.

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
    for part in text.split():
        if "/" in part:
            over, under = part.split("/")
            if float(under) == 0:
                raise AmountError(f'"{text}" is not a number', "write the amount as a number, for example 1/2 or 0.5")
            total += float(over) / float(under)
        else:
            total += float(part.replace(",", "."))
    return total


def _tidy(text: str) -> str:
    for fraction, spelled in VULGAR_FRACTIONS.items():
        text = text.replace(fraction, f" {spelled} ")
    text = text.replace("⁄", "/").replace("×", "x").replace("−", "-")
    text = "".join(str(int(c)) if c.isdecimal() and not c.isascii() else c for c in text)
    return " ".join(text.split())


def _number_word(text: str) -> tuple[float, str] | None:
    lower = text.lower()
    for word, value in NUMBER_WORDS.items():  # longest phrases stand first
        if lower == word or lower.startswith(word + " "):
            return value, text[len(word) :].strip()
    return None


def _split_number(text: str) -> Amount:
    """Number and the rest of an amount text that is not blank."""
    if _SIGNED.match(text):
        raise AmountError(f'the amount "{text}" is negative or signed', "write how much was eaten, for example 150 g")
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
        low, high = sorted((value, parse_number(second[1])))
        return Amount(number=(low + high) / 2, low=low, high=high, unit=rest[second.end() :])
    if times := _TIMES.match(rest):
        return _split_number(rest[times.end() :]).times(value)
    return Amount(number=value, low=value, high=value, unit=rest)


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
        Zero, negative, or a number that can be read in two ways.
    """
    if len(text) + len(unit) > LONGEST:
        raise AmountError("the amount is too long to be one", "write a number and a unit, for example 150 g")
    text, unit = _tidy(text), _tidy(unit)
    text = text[about.end() :] if (about := ABOUT.match(text.lower())) else text
    if plain(text) in NO_AMOUNT:
        if not unit or plain(unit) in NO_AMOUNT:
            return None
        text = ""
    bracketed = _IN_BRACKETS.search(text)
    grams = None
    if bracketed is not None and (known := _mass(bracketed[2])) is not None:
        grams = parse_number(bracketed[1]) * known
    amount = _split_number(_BRACKETS.sub(" ", text).strip() or "1")
    if amount.high <= 0 or amount.low < 0:
        raise AmountError(f'the amount "{text}" is zero', "write how much was eaten, or delete the line")
    own = amount.unit.strip(" .,;:").partition(" of ")[0].removeprefix("of ")
    return amount._replace(unit=" ".join(f"{own} {unit}".split()), grams=grams)


def split_leading_amount(text: str) -> tuple[str, str]:
    """An amount that stands before the food in one text: "200g chicken breast" gives ("200g", "chicken breast").

    ``("", text)`` when the text does not begin with an amount, or nothing would be left of it.
    """
    tidy = _tidy(text)
    if found := _LEADING.match(tidy):
        rest = tidy[found.end() :]
        if (more := _TO.match(rest) or _TIMES.match(rest)) and (found := _LEADING.match(rest, more.end())):
            rest = rest[found.end() :]
    elif spelled := _number_word(tidy):
        rest = spelled[1]
    else:
        return "", text
    parts = rest.split()
    for length in (2, 1):
        head, tail = " ".join(parts[:length]), parts[length:]
        if tail and (find_unit(head) is not None or (length == 1 and singular(head.lower()) in MEASURES)):
            rest = " ".join(tail)
            break
    amount = tidy[: len(tidy) - len(rest)].strip()
    food = rest.removeprefix("of ").strip()
    return (amount, food) if re.search(r"[^\W\d_]{2}", food) else ("", text)


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
    return len(wanted.all - offered.all - MIDDLE), len(offered.all - wanted.all - MIDDLE)


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
    own_units: dict[str, float] | None = None,
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
    own_units : dict
        Measures the user has weighed: words of the unit -> grams of one [g].

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
        return Grams(
            default_grams,
            default_grams,
            default_grams,
            "default",
            f"no amount told, taken as {default_grams:g} g",
        )
    if amount.grams is not None:
        guess = "" if amount.number == 1 else "the grams in brackets are taken as the total"
        return Grams(amount.grams, amount.grams, amount.grams, "mass", guess)
    one, source, guess = _one(amount.unit, portions, default_grams, food_words, own_units or {})
    return Grams(amount.number * one, amount.low * one, amount.high * one, source, guess)


def _one(
    text: str,
    portions: Sequence[Portion],
    default_grams: float | None,
    food_words: frozenset[str],
    own_units: dict[str, float],
) -> tuple[float, str, str]:
    """Grams of one of what the unit text says, the source, and the guess it rests on."""
    wanted = _measure(text)
    own = own_units.get(" ".join(wanted.main))
    if own is not None:
        return own, "portion", ""
    unit = _leading_unit(text)
    if unit is not None and unit.dimension == "mass" and not wanted.all & YIELDS:
        return unit.factor, "mass", ""
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
