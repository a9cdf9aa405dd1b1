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
from nutrigap.quantities import NUMBER, ROUGH, SIZES, SYNONYMS, USUAL_AMOUNT, VAGUE, VESSELS, Amount, is_measure
from nutrigap.tables import Portion
from nutrigap.units import Unit, find_unit, leading_unit, split_unit, vocabulary
from nutrigap.words import lexicon, meanings, plain, singular, words

KINDRED = {word: kin.split("/") for word, kin in meanings("amount_kindred").items()}
# Kin that are not quite the same and so always a guess: the release's "nut" of a walnut is half a kernel.
UNLIKE = frozenset(["half", "finger"])
HELD = meanings("amount_held")
HELD_NOT = lexicon("amount_held_not")
# The size that is meant when none is told: a portion is no worse for having one of these words.
MIDDLE = lexicon("amount_middle")
SERVINGS = frozenset(["serving"])
# Words for one whole thing, and the portions that may be one, the likeliest first.
ONE_PIECE = frozenset(["piece", "item", "unit", "whole", "fruit"])
PIECES = (
    "medium",
    "regular",
    "item",
    "whole",
    "each",
    "fruit",
    "stalk",
    "piece",
    "unit",
    "nut",
    "kernel",
    "large",
    "slice",
)
# Words of a measure that is a whole pack: no piece of a food of which the release has pieces.
PACKS = lexicon("amount_pack")
# ... and of one that is a bit of it: "cubic inch"; and what one is where the name of a food has another word for it.
BITS = lexicon("amount_bit")
OWN_PIECE = meanings("amount_own_piece")
# What one may be beside a size: a rival of another of these makes a count a guess.
_RIVALS = frozenset(PIECES) - {"medium", "large", "slice"}
INEDIBLE = lexicon("amount_inedible")
# Words around one of these that say it is in the weight: "with peel", "on the bone", "bone-in".
BEFORE_REFUSE = frozenset(["with", "in", "on", "the", "their", "its", "including", "incl"])
AFTER_REFUSE = frozenset(["in", "on", "included"])
WITHOUT = frozenset(["without", "no", "not"])
DRY = lexicon("amount_dry")
COOKED_WORDS = lexicon("amount_cooked")
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
# A bare number of so many pieces that weigh less than this [g] may have been meant as grams: "almonds, 30".
MANY_PIECES = 30
SMALL_PIECE = 15.0
# Where the two systems differ by more than this the reading is told as a guess: a pint, but not a fluid ounce.
SYSTEMS_APART = 1.1
# A "surface inch" is no inch: a 12 inch pizza is not twelve of them.
LENGTHS = lexicon("amount_length")
_LENGTHS = frozenset(["inch"])
_SHAPES = frozenset(["surface", "cubic"])
# Words of a food's name that tell which of its measures is meant: chopped onion comes by the "cup, chopped".
FORMS = frozenset(map(singular, lexicon("amount_form")))
# A drink's ounces are fluid; what a table measures in fluid ounces may still be a sauce.
BEVERAGE = frozenset(["beverage"])
WEIGHED = lexicon("amount_solid")
_HELD = rf"({NUMBER})\s*(fl oz|fluid oz|ml)\b"


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
    spelled = plain(text).replace("/", " ")
    if "fl" in spelled:
        spelled = re.sub(r"\b(fl(?:uid)?\.?\s*(?:oz|ounces?)\.?)", "floz", spelled)
    head, _, tail = spelled.partition(",")
    head, _, note = head.partition("(")
    return _Name(main=tuple(_one_form(head)), more=frozenset(_one_form(f"{tail} {note}")))


def _one_form(text: str) -> list[str]:
    """The words of a measure in one form, without those that say nothing: "xl" is extra and large."""
    return [one for word in words(text) if word not in NEUTRAL for one in SYNONYMS.get(word, word).split()]


# A household measure with its name taken apart.
_Offer = tuple[_Name, Portion]


def _offers(portions: Sequence[Portion]) -> list[_Offer]:
    named = [(_measure(portion.name), portion) for portion in portions]
    return [(name, portion) for name, portion in named if NOT_A_MEASURE not in name.main]


def _shape(name: _Name) -> frozenset[str]:
    return name.all & _SHAPES


def _becomes(name: _Name) -> bool:
    """Whether a measure is one of something else: "oz, dry, yields"."""
    return bool(name.all & YIELDS) and COOKED not in name.all


def _volume_of(name: _Name) -> Unit | None:
    """The unit of volume that a portion's name begins with, or None."""
    if not name.main or name.all & YIELDS:
        return None
    found = find_unit(name.main[0])
    return found if found is not None and found.dimension == "volume" else None


def _forms_of(food_words: frozenset[str]) -> frozenset[str]:
    return frozenset(one for word in food_words & FORMS for one in SYNONYMS.get(word, word).split())


def _mismatch(wanted: _Name, offered: _Name, food_words: frozenset[str]) -> tuple[int, int]:
    """(words asked for and not offered, words offered and not asked for): smaller is better."""
    kindred = {kin for word in wanted.main for kin in KINDRED.get(word, ())}  # a "can or bottle" is a bottle
    # what the food's name says was asked for: "1 cup" of chopped onion is a "cup, chopped"
    more = offered.all - wanted.all - MIDDLE - kindred - food_words
    # "bar (2 oz)" is a bar like any other, "bar, fun size" is not
    return len(wanted.all - offered.all - MIDDLE), sum(not word[0].isdigit() for word in more)


def _pick(
    wanted: _Name, offers: Sequence[_Offer], default_grams: float | None, food_words: frozenset[str] = frozenset()
) -> tuple[Portion, str]:
    """The closest offer and, where it is not quite what was asked for, the guess in words.

    Among equals the one that weighs what the release takes by default stands first, after one that has a word
    of the food's name.
    """

    def rank(i: int) -> tuple[tuple[int, int], int, float, int]:
        name, portion = offers[i]
        away = 0.0 if default_grams is None else abs(portion.grams - default_grams)
        return _mismatch(wanted, name, food_words), -len((name.all - wanted.all) & food_words), away, i

    ranked = sorted(range(len(offers)), key=rank)
    name, portion = offers[ranked[0]]
    missing = wanted.all - name.all - MIDDLE
    if missing:
        return portion, f'no measure "{" ".join(sorted(missing))}" for this food, {_taken(portion)}'
    closeness = _mismatch(wanted, name, food_words)
    rivals = [offers[i][1] for i in ranked[1:] if _mismatch(wanted, offers[i][0], food_words) <= closeness]
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
    nouns = [word for word in wanted.main if word not in SIZES and not word[0].isdigit()]
    lead = (nouns or list(wanted.main))[0]
    offers = [
        (name, portion)
        for name, portion in _offers(portions)
        if (not _becomes(name) or wanted.all & YIELDS)
        # a "cup, slices" is no slice, but a "cup (1 NLEA serving)" is a serving
        and (_volume_of(name) is None or (lead in SERVINGS and lead in name.more))
    ]
    if lead in _LENGTHS:
        named = [(name, portion) for name, portion in offers if lead in name.main and not _shape(name) - wanted.all]
    elif nouns:
        named = [(name, portion) for name, portion in offers if lead in name.main]
        named = named or [(name, portion) for name, portion in offers if lead in name.all]
    else:
        named = _of_size(lead, offers, food_words, default_grams)
    if not named and lead in ONE_PIECE and (piece := _by_count(portions, food_words, default_grams)) is not None:
        unmet = wanted.all - {lead} - MIDDLE - food_words - _measure(piece[0].name).all
        return (
            piece
            if piece[1] or not unmet
            else (piece[0], f'"{" ".join(sorted(unmet))}" is not told apart, {_taken(piece[0])}')
        )
    for kin in () if named else KINDRED.get(lead, ()):
        named = named or [(name, portion) for name, portion in offers if kin in name.main]
    if named:
        portion, guess = _pick(wanted, named, default_grams, _forms_of(food_words))
        unlike = lead in UNLIKE and lead not in _measure(portion.name).all
        return portion, guess or (f'no measure "{lead}" for this food, {_taken(portion)}' if unlike else "")
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
    whole = [(name, portion) for name, portion in offers if not _is_bit(name, food_words)]
    called = [OWN_PIECE[word] for word in food_words if word in OWN_PIECE]
    own = [(name, portion) for name, portion in whole if name.main and set(name.main) <= {*called}]
    own = own or [(name, portion) for name, portion in whole if name.main and set(name.main) <= food_words]
    offers = whole or offers
    if own:
        return _pick(_Name(main=(), more=frozenset()), own, default_grams)
    singles = [(name, portion) for name, portion in offers if name.all.isdisjoint(PACKS)]
    for word in PIECES:
        # a "pouch/regular size" is no piece of what comes in pieces
        among = singles if any("piece" in name.main for name, _ in singles) else offers
        pieces = [(name, portion) for name, portion in among if word in name.main]
        if pieces:
            portion, guess = _pick(_Name(main=(word,), more=frozenset()), pieces, default_grams)
            if not guess and (rival := _far_rival(portion, offers)) is not None:
                return portion, f'one {_taken(portion)}, could be "{rival.name}" ({rival.grams:g} g)'
            usual = word not in SIZES or portion.grams == default_grams
            return portion, guess if usual or guess else f"one {_taken(portion)}"
    countable = [portion for name, portion in offers if not _weighs(name)]
    if not countable:
        return None
    usual_grams = default_grams or countable[0].grams
    portion = min(countable, key=lambda one: abs(one.grams - usual_grams))
    return portion, f"one {_taken(portion)}"


def _is_bit(name: _Name, food_words: frozenset[str]) -> bool:
    """Whether a measure is a cube or a string of a food and so not one of it; a "sugar cube" is a cube."""
    return not name.all.isdisjoint(BITS - food_words)


def _far_rival(portion: Portion, offers: Sequence[_Offer]) -> Portion | None:
    """Another measure that one piece of the food may be and that weighs far more or less, or None.

    A slice, stick or strip is a part and no rival.
    """
    for name, other in offers:
        part = not (PARTS - {"piece"}).isdisjoint(name.main)
        if part or _RIVALS.isdisjoint(name.main):
            continue
        if not 1 / FAR_APART <= other.grams / portion.grams <= FAR_APART:
            return other
    return None


def _weighs(name: _Name) -> bool:
    """Whether a measure is one of mass."""
    found = find_unit(name.main[0]) if name.main else None
    return found is not None and found.dimension == "mass"


def _by_volume(
    unit: Unit,
    stem: _Name,
    portions: Sequence[Portion],
    default_grams: float | None,
    food_words: frozenset[str] = frozenset(),
) -> Grams | None:
    """Grams of one of a unit of volume: by the food's own measure, else by its density; None where it has neither.

    ``stem`` is what was said behind the unit ("chopped").
    """
    offers = [
        (_stem(name), portion, own) for name, portion in _offers(portions) if (own := _volume_of(name)) is not None
    ]
    in_shell = not INEDIBLE.isdisjoint(stem.all) and WITHOUT.isdisjoint(stem.all)
    dry = not DRY.isdisjoint(stem.all)
    if (in_shell or dry) and (said := _as_said(stem, portions)):
        offers = said
    if not offers:
        return _by_contents(unit, portions)
    same = [(name, portion) for name, portion, own in offers if own.name == unit.name]
    # a cup is measured better than a teaspoon
    measured = unit.factor if same else max(own.factor for _, _, own in offers)
    best = same or [(name, portion) for name, portion, own in offers if own.factor == measured]
    silent = VESSELS - {word for name, _ in best for word in name.all}
    stem = _Name(tuple(word for word in stem.main if word not in silent), stem.more - silent)
    told = in_shell or (bool(stem.all) and any(stem.all <= name.all for name, _ in best))
    shelled = [] if told else [(name, portion) for name, portion in best if _is_shelled(name)]
    portion, guess = _pick(stem, shelled or best, default_grams, _forms_of(food_words))
    apart = [other for _, other in best if not 1 / FAR_APART <= other.grams / portion.grams <= FAR_APART]
    if apart and not guess and not stem.more and (shelled or not same):
        guess = f'{_taken(portion)}, could be "{apart[0].name}" ({apart[0].grams:g} g)'
    if not same:
        guess = guess.replace("taken as", "weighed by its")
    return _exactly(portion.grams * unit.factor / measured, "portion" if same else "density", guess)


def _stem(name: _Name) -> _Name:
    """A measure without the unit that it begins with."""
    return _Name(main=name.main[1:], more=name.more)


def _by_contents(unit: Unit, portions: Sequence[Portion]) -> Grams | None:
    """Grams of a unit of volume by a vessel whose contents the release tells: "can 8.4 fl oz", else None."""
    for portion in portions:
        found = re.search(_HELD, portion.name)
        name = _measure(portion.name)
        if found is None or name.all & YIELDS or NOT_A_MEASURE in name.main:
            continue
        held = vocabulary()[found[2].replace("fluid oz", "fl oz")]
        return _exactly(portion.grams * unit.factor / (float(found[1].replace(",", ".")) * held.factor), "density")
    return None


def _exactly(grams: float, source: str, guess: str = "") -> Grams:
    return Grams(grams, grams, grams, source, guess)


def _is_shelled(name: _Name) -> bool:
    return bool(name.all & SHELLED) or bool(name.all & WITHOUT and name.all & INEDIBLE)


def _as_said(stem: _Name, portions: Sequence[Portion]) -> list[tuple[_Name, Portion, Unit]]:
    """The measures of volume that count shell or water as the amount does: "cup, in shell", "cup, dry, yields"."""
    found = []
    for name, portion in _offers(portions):
        unit = find_unit(name.main[0]) if name.main else None
        if unit is None or unit.dimension != "volume":
            continue
        in_shell = name.all & stem.all & INEDIBLE and not _is_shelled(name)
        if in_shell or (stem.all & DRY and name.all & DRY and name.all & YIELDS):
            found.append((_stem(name), portion, unit))
    return found


def to_grams(
    amount: Amount | None,
    portions: Sequence[Portion],
    *,
    default_grams: float | None,
    food_words: frozenset[str] = frozenset(),
    own_units: Mapping[str, float] | None = None,
    refuse: float | None = None,
    as_bought: bool = False,
    measures: str | None = None,
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
    as_bought : bool
        The food's name says that a weight includes what is not eaten ("chicken thigh, bone-in").
    measures : str, optional
        ``us`` or ``imperial``: whose pints and fluid ounces; None takes US ones and says so of a pint.

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
        return _exactly(default_grams, "default", f"no amount told, taken as {default_grams:g} g")
    of = _Food(portions, default_grams, food_words, own_units or {}, measures)
    grams = _told(amount, of) or _counted(amount, of)
    if amount.guess:
        grams = grams._replace(guess="; ".join(filter(None, (amount.guess, grams.guess))))
    if grams.source != "mass" or amount.grams is not None:
        return grams
    if not grams.guess and (state := _other_state(_measure(amount.unit).all, food_words)):
        return grams._replace(guess=f'"{state}": the weight is counted as that of the food as named')
    said = _measure(amount.unit).all
    gross = not INEDIBLE.isdisjoint(said) and WITHOUT.isdisjoint(said)
    return _edible(grams, refuse) if gross or (as_bought and WITHOUT.isdisjoint(said)) else grams


class _Food(NamedTuple):
    """What is known of the food that an amount is weighed for."""

    portions: Sequence[Portion]
    default_grams: float | None
    words: frozenset[str]
    own_units: Mapping[str, float]
    measures: str | None


def _counted(amount: Amount, of: _Food) -> Grams:
    """Grams of a number of something."""
    first, _, rest = amount.unit.partition(" ")
    if (ends := VAGUE.get(first.lower())) is not None:
        low, high = map(float, ends.split("-"))
        amount = Amount((low + high) / 2, low, high, rest)
    if "in" in amount.unit or '"' in amount.unit:
        disc = _by_diameter(amount, of)
        if disc is not None:
            return disc
    one = _one(amount.unit, of)
    many = not amount.unit and amount.number >= MANY_PIECES and one.best < SMALL_PIECE
    pieces = f"read as {amount.number:g} pieces; if grams are meant write {amount.number:g} g" if many else ""
    vague = f'"{first}" is taken as {ends}' if ends else ""
    guess = "; ".join(filter(None, (vague, pieces, one.guess)))
    return Grams(amount.number * one.best, amount.low * one.low, amount.high * one.high, one.source, guess)


def _told(amount: Amount, of: _Food) -> Grams | None:
    """Grams where the amount tells a mass or a volume beside its count ("2 slices (60 g)"), else None."""
    total = None if amount.grams is None else _exactly(amount.grams, "mass")
    if amount.volume is not None and (total is None or _is_drink(of)):
        number, held = amount.volume
        one = _by_volume(_in_system(held, of.measures)[0], _measure(""), of.portions, of.default_grams)
        total = total if one is None else _exactly(number * one.best, one.source, one.guess)
    if total is None:
        return None
    unit = leading_unit(amount.unit)
    if unit is not None and unit.dimension == "mass":
        said = amount.number * unit.factor
        far = abs(said - total.best) > 0.1 * total.best
        return (
            total._replace(guess=f"{said:g} g or {total.best:g} g: the amount in brackets is taken") if far else total
        )
    if amount.number == 1 or (unit is not None and unit.dimension == "volume"):
        return total
    if _is_each(total.best, amount, of):
        what = "the grams" if total.source == "mass" else "the volume"
        guess = f"{what} in brackets {'are' if total.source == 'mass' else 'is'} taken as that of each"
        return Grams(amount.number * total.best, amount.low * total.best, amount.high * total.best, total.source, guess)
    return total._replace(guess="the grams in brackets are taken as the total")


def _is_each(told: float, amount: Amount, of: _Food) -> bool:
    """Whether a mass told beside a count is that of one: as far as the food's own measures of the name tell."""
    nouns = [word for word in _measure(amount.unit).main if word not in SIZES]
    kin = {*nouns[:1], *(KINDRED.get(nouns[0], ()) if nouns else ())}
    alike = [portion.grams for name, portion in _offers(of.portions) if kin & set(name.main)]
    if not alike:
        return False
    off_each, off_total = (min(abs(math.log(one / grams)) for grams in alike) for one in (told, told / amount.number))
    return off_each < off_total


def _is_drink(of: _Food) -> bool:
    """Whether a food's ounces are fluid ounces: the release measures it so, or calls it a beverage."""
    if not WEIGHED.isdisjoint(of.words):
        return False
    return not BEVERAGE.isdisjoint(of.words) or any(name.main[:1] == ("floz",) for name, _ in _offers(of.portions))


def _in_system(unit: Unit, measures: str | None) -> tuple[Unit, str]:
    """A unit of volume as the user means it, and what to tell where that was not said and matters."""
    if unit.imperial is None:
        return unit, ""
    if measures == "imperial":
        return Unit(f"imperial_{unit.name}", unit.dimension, unit.imperial), ""
    if measures is not None or unit.imperial < SYSTEMS_APART * unit.factor:
        return unit, ""
    said = f"a US {unit.name} ({unit.factor:.0f} ml); --measures imperial makes it {unit.imperial:.0f} ml"
    return unit, said


def _other_state(said: frozenset[str], food_words: frozenset[str]) -> str:
    """Words of a weight that tell another state of the food than its name does: "dry" of cooked rice, or ""."""
    if dry := said & (DRY - food_words):
        return " ".join(sorted(dry))
    if said & COOKED_WORDS and food_words & DRY and food_words.isdisjoint(COOKED_WORDS):
        return " ".join(sorted(said & COOKED_WORDS))
    return ""


def with_refuse(text: str) -> bool:
    """Whether the name of a food tells that its weight includes peel, bones or shell: "bone-in", "unpeeled"."""
    said = words(text)
    if not WITHOUT.isdisjoint(said):
        return False
    for before, word, after in zip(["", *said], said, [*said[1:], ""], strict=False):
        if word in INEDIBLE and (word.startswith("un") or before in BEFORE_REFUSE or after in AFTER_REFUSE):
            return True
    return False


def _edible(grams: Grams, refuse: float | None) -> Grams:
    """A weight "with peel" less what is not eaten, where the tables tell that share."""
    if not refuse:
        return grams._replace(guess="the weight is counted in full, with what is not eaten: the tables give no share")
    share = 1 - refuse / 100
    guess = f"{refuse:g} % of the weight is taken as not eaten"
    return Grams(grams.best * share, grams.low * share, grams.high, grams.source, guess)


def _one(text: str, of: _Food) -> Grams:
    """Grams of one of what the unit text says."""
    if of.own_units and (own := of.own_units.get(unit_key(text))) is not None:
        return _exactly(own, "portion")
    sizes, bare = without_sizes(text) if of.own_units else ("", "")
    if sizes and (own := of.own_units.get(unit_key(bare))) is not None:
        return _exactly(own, "portion", f'"{sizes}" is not told apart from your own "{bare}"')
    unit, rest = split_unit(text)
    if unit is not None and _second_amount(text, unit):
        raise AmountError(f'"{text}" holds a second amount', "write one amount a line, for example 150 g")
    if unit is not None and unit.name == "ounce" and _is_drink(of):
        unit = vocabulary()["fl oz"]
    if unit is not None and unit.dimension == "volume":
        return _one_volume(text, unit, _offered_only(_measure(rest), of.portions), of)
    wanted = _offered_only(_measure(text), of.portions)
    if unit is not None and unit.dimension == "mass" and not wanted.all & YIELDS:
        given = _from_raw(wanted, of.portions)
        return _exactly(unit.factor, "mass") if given is None else _exactly(unit.factor * given, "portion")
    if wanted.main:
        found = _by_portion(wanted, of.portions, of.words, of.default_grams)
    else:
        found = _by_count(of.portions, of.words, of.default_grams)
    if found is not None:
        return _exactly(found[0].grams, "portion", _as_typed(found[1], text))
    if (rough := _roughly(wanted, text, of)) is not None:
        return rough
    if (spoon := _sized_unit(text, of)) is not None:
        return spoon
    if of.default_grams is not None and _usual(wanted, of.words):
        guess = f'no "{text}" known for this food, one taken as its usual portion of {of.default_grams:g} g'
        return _exactly(of.default_grams, "default", guess)
    what = f'no measure "{text}" is known for this food' if text else "a number without a unit"
    raise AmountError(what, _known_measures(of.portions))


def _one_volume(text: str, unit: Unit, stem: _Name, of: _Food) -> Grams:
    """Grams of one of a unit of volume.

    Raises
    ------
    AmountError
        The food has no measure of volume.
    """
    meant, told = _in_system(unit, of.measures)
    found = _by_volume(meant, stem, of.portions, of.default_grams, of.words)
    if found is None and (ounce := leading_unit(text)) is not None and ounce.name == "ounce":
        return _exactly(ounce.factor, "mass", f'"{text}" of a drink without a density is counted as a weight')
    if found is None:
        raise AmountError(f'"{text}" is a volume and no density is known for this food', _known_measures(of.portions))
    return found._replace(guess="; ".join(filter(None, (told, _as_typed(found.guess, text)))))


def _as_typed(guess: str, text: str) -> str:
    """A guess that names the measure as it was typed: 'no measure "cup sliced"', where the tables have a "slice"."""
    start, found, rest = guess.partition('" for this food')
    return f'no measure "{text}{found}{rest}' if found and start.startswith("no measure") else guess


def _sized_unit(text: str, of: _Food) -> Grams | None:
    """Grams of a unit of volume behind words of size ("heaped tbsp", "full cup"), which no table weighs; else None."""
    parts = text.split()
    count = next((i for i, part in enumerate(parts) if not set(words(part)) <= SIZES | NEUTRAL), 0)
    unit, more = split_unit(" ".join(parts[count:])) if count else (None, "")
    if unit is None or unit.dimension != "volume":
        return None
    sizes = frozenset(_one_form(" ".join(parts[:count])))
    return _one_volume(text, unit, _Name((), _measure(more).all | sizes), of)


def _by_diameter(amount: Amount, of: _Food) -> Grams | None:
    """Grams of one piece that is told by its diameter ("12 inch" of a pizza), or None."""
    words_said = _one_form(amount.unit.replace('"', " inch "))
    if words_said[:1] != ["inch"] or any(name.main[:1] == ("inch",) for name, _ in _offers(of.portions)):
        return None
    named = [
        portion for name, portion in _offers(of.portions) if f"{amount.number:g}" in name.all and '"' in portion.name
    ]
    return _exactly(named[0].grams, "portion") if named else None


def _roughly(wanted: _Name, text: str, of: _Food) -> Grams | None:
    """Grams of a measure that nobody has defined ("a splash"), between the ends that are set for it, or None."""
    named = of.words | set(wanted.main) if HELD_NOT.isdisjoint(of.words) else frozenset[str]()
    held = next(
        (ml for said, ml in HELD.items() if named >= set(said.split()) and said.split()[-1] in wanted.main), None
    )
    if held is not None and (one := _by_volume(vocabulary()["ml"], _measure(""), of.portions, of.default_grams)):
        return _exactly(float(held) * one.best, "density", f'"{text}" is taken as {float(held):g} ml')
    word = next((word for word in wanted.main if word in ROUGH), None)
    one = None if word is None else _by_volume(vocabulary()["ml"], _measure(""), of.portions, of.default_grams)
    if word is None or one is None:
        return None
    best, least, most = map(float, ROUGH[word].split("/"))
    guess = f'"{text}" is taken as {best:g} ml, from {least:g} to {most:g} ml'
    return Grams(best * one.best, least * one.best, most * one.best, "density", guess)


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


def without_sizes(text: str) -> tuple[str, str]:
    """The sizes that a measure begins with and the measure itself: "thick slices" is ("thick", "slices").

    ("", "") where there is no size, or nothing behind it.
    """
    parts = text.split()
    count = next((i for i, part in enumerate(parts) if not set(_one_form(part)) <= SIZES), 0)
    return (" ".join(parts[:count]), " ".join(parts[count:])) if count else ("", "")


def is_length(text: str) -> bool:
    """Whether a measure is a length ("inch", "12-inch pizza"), of which one weighs another share of every whole."""
    main = [word for word in _measure(text.replace('"', " inch ").replace("-", " ")).main if not word[0].isdigit()]
    return not LENGTHS.isdisjoint(main[:1]) or plain(text).strip(" .") == "in"


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
    return "write grams, or one of: " + "; ".join(names)
