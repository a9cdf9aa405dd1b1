"""Amounts in grams: what an amount as written weighs of one food.

Units of mass go by the closed vocabulary, volumes through the food's own portions (a cup of flour is not a cup of
water), all else through the food's household measures.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from nutrigap.errors import AmountError
from nutrigap.quantities import SIZES, USUAL_AMOUNT, Amount, is_measure
from nutrigap.tables import Portion
from nutrigap.units import Unit, find_unit, leading_unit
from nutrigap.words import lexicon, meanings, plain, words

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
# ... but "slice (yield after cooking)" is a slice as it is eaten.
COOKED = "after"
# Measures that are one whole thing, however much the release takes by default.
WHOLE = frozenset(["whole", "fruit"])
PARTS = lexicon("amount_part")
SHELLED = lexicon("amount_shelled")
# Measures of a food that differ by more than this are no mere matter of packing.
FAR_APART = 2.0
# A whole that weighs more usual amounts than this is a dish for several: a "medium" pie is a helping of it.
DISH_TIMES = 4.0
# "Guideline amount per cup of hot cereal" is what goes on another food, not a measure of this one.
NOT_A_MEASURE = "guideline"


class Grams(NamedTuple):
    """Grams of a food: best, low, high [g], where they come from, and the guess they rest on ("" if none)."""

    best: float
    low: float
    high: float
    source: str
    guess: str = ""


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


def _becomes(name: _Name) -> bool:
    """Whether a measure is one of something else: "oz, dry, yields"."""
    return bool(name.all & YIELDS) and COOKED not in name.all


def _volume_of(name: _Name) -> Unit | None:
    """The unit of volume that a portion's name begins with, or None."""
    if not name.main or name.all & YIELDS:
        return None
    found = find_unit(name.main[0])
    return found if found is not None and found.dimension == "volume" else None


def _mismatch(wanted: _Name, offered: _Name) -> tuple[int, int]:
    """(words asked for and not offered, words offered and not asked for): smaller is better."""
    kindred = {KINDRED[word] for word in wanted.main if word in KINDRED}  # a "can or bottle" is a bottle
    more = offered.all - wanted.all - MIDDLE - kindred
    # "bar (2 oz)" is a bar like any other, "bar, fun size" is not
    return len(wanted.all - offered.all - MIDDLE), sum(not word[0].isdigit() for word in more)


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
    offers = [(name, portion) for name, portion in _offers(portions) if not _becomes(name) or wanted.all & YIELDS]
    lead = (nouns or list(wanted.main))[0]
    if nouns:
        named = [(name, portion) for name, portion in offers if lead in name.main]
        named = named or [(name, portion) for name, portion in offers if lead in name.all]
    else:
        named = _of_size(lead, offers, food_words, default_grams)
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
    main = set(_measure(one[0].name).main)
    whole = bool(main & WHOLE) and main - WHOLE <= food_words
    if default_grams is not None and not whole:
        if not 0.5 <= one[0].grams / default_grams <= DISH_TIMES:
            return None  # "medium" fries are a helping, not one stick, and a medium shepherd's pie is not the dish
        if one[0].grams > 2 * default_grams and not one[1]:
            one = one[0], _taken(one[0])
    if set(sizes) <= MIDDLE:
        return one
    return one[0], f'no size "{" ".join(sizes)}" for this food, {_taken(one[0])}'


def _of_size(
    size: str, offers: Sequence[_Offer], food_words: frozenset[str], default_grams: float | None
) -> list[_Offer]:
    """The measures of a size told alone: those of the food itself, and those of a part only where it has no whole."""
    same = MIDDLE if size in MIDDLE else {size}
    named = [(name, portion) for name, portion in offers if not same.isdisjoint(name.main)]
    named = named or [(name, portion) for name, portion in offers if not same.isdisjoint(name.all)]
    most = math.inf if default_grams is None else DISH_TIMES * default_grams
    named = [offer for offer in named if offer[1].grams <= most] or named
    itself = [offer for offer in named if set(offer[0].main) - SIZES <= food_words | ONE_PIECE]
    if itself or not any(name.main and set(name.main) <= food_words for name, _ in offers):
        return itself or named
    return [(name, portion) for name, portion in named if PARTS.isdisjoint(name.main)]


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
    offers = [(name, portion, own) for name, portion in _offers(portions) if (own := _volume_of(name)) is not None]
    in_shell = not INEDIBLE.isdisjoint(wanted.all) and WITHOUT.isdisjoint(wanted.all)
    if in_shell and (shells := _in_shell(wanted, portions)):
        offers = shells
    if not offers:
        return None
    same = [(name, portion) for name, portion, own in offers if own.name == unit.name]
    # a cup is measured better than a teaspoon
    measured = unit.factor if same else max(own.factor for _, _, own in offers)
    best = same or [
        (_Name(main=name.main[1:], more=name.more), portion) for name, portion, own in offers if own.factor == measured
    ]
    stem = wanted if same else _Name(main=wanted.main[1:], more=wanted.more)
    shelled = [] if in_shell else [(name, portion) for name, portion in best if _is_shelled(name)]
    portion, guess = _pick(stem, shelled or best, default_grams)
    apart = [other for _, other in best if not 1 / FAR_APART <= other.grams / portion.grams <= FAR_APART]
    if apart and not guess and not stem.more and (shelled or not same):
        guess = f'{_taken(portion)}, could be "{apart[0].name}" ({apart[0].grams:g} g)'
    return portion.grams * unit.factor / measured, "portion" if same else "density", guess


def _is_shelled(name: _Name) -> bool:
    return bool(name.all & SHELLED) or bool(name.all & WITHOUT and name.all & INEDIBLE)


def _in_shell(wanted: _Name, portions: Sequence[Portion]) -> list[tuple[_Name, Portion, Unit]]:
    """The measures of volume that count the shell as the amount does: "cup, in shell, yields"."""
    found = []
    for name, portion in _offers(portions):
        unit = find_unit(name.main[0]) if name.main else None
        if unit is None or unit.dimension != "volume":
            continue
        if name.all & wanted.all & INEDIBLE and not _is_shelled(name):
            found.append((name, portion, unit))
    return found


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
    unit = leading_unit(text)
    if unit is not None and _second_amount(text, unit):
        raise AmountError(f'"{text}" holds a second amount', "write one amount a line, for example 150 g")
    if unit is not None and unit.dimension == "mass" and not wanted.all & YIELDS:
        given = _from_raw(wanted, portions)
        return (unit.factor, "mass", "") if given is None else (unit.factor * given, "portion", "")
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
    if default_grams is not None and _usual(wanted, food_words):
        return (
            default_grams,
            "default",
            f'no "{text}" known for this food, taken as its usual {default_grams:g} g',
        )
    what = f'no measure "{text}" is known for this food' if text else "a number without a unit"
    raise AmountError(what, _known_measures(portions))


def _usual(wanted: _Name, food_words: frozenset[str]) -> bool:
    """Whether a measure may stand for the usual amount: "bowl", "medium", but no count of slices or pieces."""
    nouns = set(wanted.main) - SIZES - food_words
    return nouns <= USUAL_AMOUNT and bool(set(wanted.main) & (USUAL_AMOUNT | MIDDLE))


def _from_raw(wanted: _Name, portions: Sequence[Portion]) -> float | None:
    """What one gram of the food gives as eaten, where the amount says "dry" or "in shell" and the release tells.

    The release does so with measures such as "oz, dry, yields" and "oz, in shell, yields".
    """
    said = wanted.all & INEDIBLE | (frozenset() if wanted.all.isdisjoint(DRY) else DRY)
    if not said or not WITHOUT.isdisjoint(wanted.all):
        return None
    for name, portion in _offers(portions):
        unit = find_unit(name.main[0]) if name.main else None
        if unit is not None and unit.dimension == "mass" and name.all & YIELDS and name.all & said:
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
    return any(word[0].isdigit() and is_measure(word.lstrip("0123456789./,") or after) for word, after in pairs)


def _known_measures(portions: Sequence[Portion]) -> str:
    names = list(dict.fromkeys(portion.name for _, portion in _offers(portions)))[:4]
    if not names:
        return "write grams, for example 150 g"
    return "write grams, or one of: " + ", ".join(names)
