"""Supplement lines: from "magnesium citrate 400 mg" to elemental doses, and what a product may carry.

A dose line never goes to the food matcher. A nutrient's own name with a mass is that mass; a salt's name with a mass
is two readings (elemental or compound), both kept; a product without a label is never guessed. ``doses`` cuts a line
into tokens; here they are read.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from nutrigap.doses import (
    MOST_PIECES,
    Token,
    named_nutrients,
    named_products,
    names_nothing,
    products,
    read_cells,
    salt_written,
    strange_words,
    telling,
)
from nutrigap.errors import AmountError, UnknownUnit
from nutrigap.quantities import NO_AMOUNT
from nutrigap.units import Nutrient, find_nutrient, nutrient_factor, nutrients, read_table
from nutrigap.words import lexicon, meanings, plain, words

__all__ = ["Dose", "Supplement", "brand_words", "looks_like_supplement", "read_supplement", "salt_written"]

CORE = tuple(n.id for n in nutrients() if n.role == "core")
# A dose of which even this many times less is more than any product holds is a slip.
LEAVE_OUT_TIMES = 10.0
# A compound cannot hold more of its mineral than its formula says; labels round.
ROUNDING = 1.15
_MEGAGRAM = r"\d\s*Mg\b"
_SIGNED = r"\s*[-+−]\s*\d"


class Dose(NamedTuple):
    """Amount of a nutrient in a line, in its canonical unit: low and high differ where two readings exist."""

    low: float
    best: float
    high: float

    def times(self, low: float, best: float, high: float) -> Dose:
        """The dose taken so many times."""
        return Dose(self.low * low, self.best * best, self.high * high)


class Supplement(NamedTuple):
    """A supplement line read.

    Attributes
    ----------
    doses : mapping of nutrient id to Dose
        Empty when nothing is known of the product's content, or it carries none of our nutrients.
    unknown : frozenset of nutrient ids
        Nutrients the product may carry in an amount that nothing tells: their upper bound is open.
    guess : str
        What the reading rests on, or why the dose could not be read; "" if there is nothing to say.
    """

    doses: Mapping[str, Dose]
    unknown: frozenset[str]
    guess: str


class _Salt(NamedTuple):
    words: frozenset[str]
    nutrient: str
    fraction: float


class _Part(NamedTuple):
    """What a line tells of one nutrient: the tokens of its name and those of the amount."""

    of: Nutrient
    named: tuple[Token, ...]
    told: tuple[Token, ...]


class _Told(NamedTuple):
    """Doses written in some tokens, what reading them rests on, and whether they are masses."""

    doses: list[Dose]
    guesses: tuple[str, ...] = ()
    weighed: bool = False


class _Taken(NamedTuple):
    """How much of the nutrient was taken, and what that reading rests on."""

    dose: Dose
    guesses: tuple[str, ...] = ()


class _Counts(NamedTuple):
    """How often a dose was taken, as some tokens tell: None for what they do not tell."""

    pieces: Token | None
    times: tuple[float, float, float] | None
    share: float | None
    each: bool


@cache
def _salts() -> tuple[_Salt, ...]:
    return tuple(
        _Salt(frozenset(words(row["substance"])), row["nutrient"], float(row["fraction"]))
        for row in read_table("salts.csv")
    )


def _kinds(tokens: Sequence[Token], *kinds: str) -> list[Token]:
    return [token for token in tokens if token.kind in kinds]


def looks_like_supplement(food: str, amount: str) -> bool:
    """Whether a line is a dose: nutrient or product names, salts, forms and doses, and no other word.

    "calcium fortified orange juice" holds other words, "vitamin D3 2000 IU" does not.
    """
    if names_nothing(food):
        return False
    named, told = read_cells(food, amount)
    found = named_products(named)
    if strange_words(named) or not (found or named_nutrients(named)):
        return False
    if named_nutrients(named) or any(product.when != "dose" for product in found):
        return True
    return telling((*named, *told))


def brand_words(food: str, amount: str) -> str:
    """The strange words of a line that names a product with a dose or a tablet: "Nature Made magnesium 400 mg".

    "" when the line is no such line. Whether the words are a brand or a food, the food table has to tell.
    """
    if names_nothing(food):
        return ""
    named, told = read_cells(food, amount)
    found = named_products(named)
    sure = telling((*named, *told)) or any(product.carries and not product.when for product in found)
    if not sure or not (found or named_nutrients(named)):
        return ""
    strange = strange_words(named)
    return "" if lexicon("dose_food").intersection(strange) else " ".join(strange)


def read_supplement(food: str, amount: str, unit: str, labels: Mapping[str, float]) -> Supplement:
    """The doses of a supplement line, per line as taken.

    Parameters
    ----------
    food, amount, unit : str
        Cells of the line.
    labels : mapping of nutrient id to float
        Amounts from label columns, in canonical units, for the line as taken: those that are blank are 0, but for a
        dose that the words of the line tell. Energy alone is no label: every export has it.
    """
    told = {name: Dose(value, value, value) for name, value in labels.items()}
    read = _read_words(food, f"{amount} {unit}".strip())
    if told.keys() - {"energy"}:
        doses = {**dict.fromkeys(CORE, Dose(0.0, 0.0, 0.0)), **read.doses, **told}
        return Supplement(doses, frozenset(), read.guess if read.doses.keys() - told.keys() else "")
    return read._replace(doses={**read.doses, **told}) if read.doses else read


def _read_words(food: str, amount: str) -> Supplement:
    """The doses that the words of a line tell."""
    named, told = read_cells(food, "" if plain(amount) in NO_AMOUNT else amount)
    ours, found = named_nutrients(named), named_products(named)
    carried = frozenset[str]().union(*(product.carries for product in found))
    if not ours:
        return Supplement({}, carried if found else frozenset(CORE), "")
    if re.match(_SIGNED, amount):
        return Supplement({}, carried.union(ours), f'the amount "{amount}" is negative or signed')
    doses: dict[str, Dose] = {}
    guesses: list[str] = []
    for part in _shared_out(named, told, ours, alone=not found):
        read = _one(part)
        doses |= read.doses
        guesses += read.guess.split("; ") if read.guess else []
    if doses and re.search(_MEGAGRAM, f"{food} ; {amount}"):
        guesses.append('"Mg" is read as mg')
    unknown = carried.union(ours) - doses.keys()
    if not doses and not guesses and _amounts(named):
        guesses.append("the line does not tell which nutrient the dose is of")
    if doses and unknown:
        names = ", ".join(find_nutrient(name).called for name in CORE if name in unknown)
        guesses.append(f"the line does not tell the dose of {names}")
    return Supplement(doses, unknown, "; ".join(dict.fromkeys(guesses)))


# ------------------------------------------------------------------------- which dose is whose


def _shared_out(named: tuple[Token, ...], told: tuple[Token, ...], ours: Sequence[str], *, alone: bool) -> list[_Part]:
    """The tokens of a line by nutrient: each with its own dose, and all with the counts of the line."""
    if len(ours) == 1 and alone:
        return [_Part(find_nutrient(ours[0]), named, told)]
    if _kinds(told, "mass", "percent"):
        named, told = (*named, Token("break", ""), *told), ()
    groups = _in_order(named) or _segments(named)
    places = [at for at, token in enumerate(named) if _owner(token) or token.kind == "mass"]
    outside = [t for at, t in enumerate(named) if t.kind == "times" and not places[0] < at < places[-1]]
    named = tuple(t._replace(kind="pieces") if t in outside else t for t in named)  # 2 x both, or only one of them
    groups = [[t for t in group if t not in outside] for group in groups]
    common = [token for token in named if token.kind in _COMMON]
    parts = []
    for nutrient in ours:
        mine = [group for group in groups if {_owner(t) for t in group} - {""} == {nutrient}]
        own = [token for group in mine for token in group if token not in common]
        parts.append(_Part(find_nutrient(nutrient), (*own, *common), told))
    return parts


# What a line says of all its nutrients: a tablet holds all of them.
_COMMON = frozenset(["pieces", "piece", "often", "share", "each", "rare"])


def _owner(token: Token) -> str:
    """What a dose can belong to: a nutrient, or a product that is no mixture of them ("multivitamin")."""
    if token.kind == "product" and len(products()[token.means].carries) > 1:
        return ""
    return token.means if token.kind in ("nutrient", "product") else ""


def _amounts(tokens: Sequence[Token]) -> list[Token]:
    """The doses among some tokens; numbers without a unit only where nothing has one."""
    found = _kinds(tokens, "mass") or _kinds(tokens, "percent")
    return found or [token for token in _kinds(tokens, "number") if token.best > MOST_PIECES]


def _in_order(named: Sequence[Token]) -> list[list[Token]]:
    """Names and then as many doses: "Calcium/Magnesium/D3 500 mg/250 mg/400 IU"; empty where a line is not so."""
    amounts = _amounts(named)
    places = [at for at, token in enumerate(named) if _owner(token)]
    first = named.index(amounts[0]) if amounts else 0
    owners = list(dict.fromkeys(_owner(named[at]) for at in places))
    if not len(owners) == len(places) == len(amounts) or places[-1] > first:
        return []
    names = [list(named[start:end]) for start, end in zip(places, [*places[1:], first], strict=True)]
    for name, after in pairwise(names):
        if len(name) == 1:  # "magnesium potassium aspartate": the salt of both
            name += _kinds(after, "salt", "hydrate")
    return [[*name, dose] for name, dose in zip(names, amounts, strict=True)]


def _segments(named: Sequence[Token]) -> list[list[Token]]:
    """The parts of "calcium 500 mg + vitamin D, 400 IU": a dose that stands alone belongs to the part before it."""
    if (one := _only_dose(named)) is not None:
        return one
    parts: list[list[Token]] = [[]]
    for token in named:
        if token.kind in ("break", "slash"):
            parts.append([])
        parts[-1].append(token)
    kept: list[list[Token]] = [[]]
    for part in parts:
        owned = any(_owner(token) for token in part)
        if owned and any(_owner(token) for token in kept[-1]):
            kept.append([])
        kept[-1] += part
    return [group for part in kept for group in _by_name(part)]


def _by_name(part: Sequence[Token]) -> list[list[Token]]:
    """The names of a part, each with the doses behind it ("B6 10 mg B12 500 µg") or before it ("10 mg B6 …")."""
    doses = _amounts(part)
    name_first = next((bool(_owner(token)) for token in part if _owner(token) or token in doses), True)
    groups: list[list[Token]] = [[]]
    for token in part:
        owners = {_owner(t) for t in groups[-1]} - {""}
        if owners and (_owner(token) not in ("", *owners) if name_first else token in doses):
            groups.append([])
        groups[-1].append(token)
    return groups


def _only_dose(named: Sequence[Token]) -> list[list[Token]] | None:
    """One dose behind several names: that of the only one that it can be of, else of none."""
    amounts = _amounts(named)
    last = max((at for at, token in enumerate(named) if _owner(token)), default=-1)
    owners = list(dict.fromkeys(_owner(token) for token in named if _owner(token)))
    if len(amounts) != 1 or len(owners) < 2 or named.index(amounts[0]) < last or amounts[0].kind != "mass":
        return None
    able = [owner for owner in owners if _possible(owner, amounts[0])]
    named = [t for t in named if t not in amounts]
    groups: list[list[Token]] = []
    for token in named:
        if _owner(token) or not groups:
            groups.append([])
        groups[-1].append(token)
    return [[*g, *amounts] if [_owner(t) for t in g if _owner(t)] == able else g for g in groups]


def _possible(owner: str, amount: Token) -> bool:
    """Whether a dose can be that of a nutrient, by its unit and its size, or of a product, by its unit."""
    if owner in products():
        return amount.means != "IU" or owner in meanings("dose_in_iu")
    of = find_nutrient(owner)
    try:
        return amount.best * nutrient_factor(of, amount.means) <= _most(of)
    except UnknownUnit:
        return False


def _most(of: Nutrient) -> float:
    return float(meanings("dose_largest")[of.id.replace("_", " ")])


# ------------------------------------------------------------------------- one nutrient


def _one(part: _Part) -> Supplement:
    """What a line tells of one nutrient."""
    of = part.of
    try:
        named, told = _doses(part, part.named), _doses(part, part.told)
        taken = _taken(part, named, told)
    except (AmountError, UnknownUnit) as error:
        return Supplement({}, frozenset([of.id]), str(error))
    if taken is None:
        bare = not _kinds((*part.named, *part.told), "pieces") and _kinds((*part.named, *part.told), "number")
        return Supplement({}, frozenset([of.id]), "a number without a unit: mg, µg or IU?" if bare else "")
    dose, guesses = taken.dose, list(dict.fromkeys((*named.guesses, *told.guesses, *taken.guesses)))
    said = f"{dose.best:,.{of.decimals}f} {of.unit} of {of.called}"
    if not 0 < dose.high <= _most(of) * LEAVE_OUT_TIMES:
        why = f"{said} is more than any product holds" if dose.high > 0 else "the dose is zero"
        return Supplement({}, frozenset([of.id]), why)
    if dose.high > _most(of):
        guesses.append(f"{said} is much for one line")
    elif _odd(part, dose):
        guesses.append(f"{said} would be an odd product: is the unit right?")
    if not (told.weighed if told.doses else named.weighed):  # a mole of the salt is one of the mineral
        return Supplement({of.id: dose}, frozenset(), "; ".join(guesses))
    return _readings(part, dose, guesses, several=len(named.doses) > 1)


def _odd(part: _Part, dose: Dose) -> bool:
    """Whether a dose is less than products hold, or more vitamin D than is told in µg: units that were mixed up."""
    name = part.of.id.replace("_", " ")
    if dose.best < float(meanings("dose_smallest")[name]):
        return True
    weighed = {mass.means[-1] for mass in _kinds((*part.named, *part.told), "mass")} == {"g"}
    return weighed and not _forms(part) and dose.best > float(meanings("dose_weighed").get(name, "inf"))


def _doses(part: _Part, tokens: Sequence[Token]) -> _Told:
    """The different doses written in some tokens, in the nutrient's canonical unit."""
    masses = _kinds(tokens, "mass")
    found = [_dose_of(part, mass) for mass in masses]
    if masses:
        weighed = any(mass.means.endswith("g") for mass in masses)
        return _Told(_distinct(found), weighed=weighed)
    if percents := _kinds(tokens, "percent"):
        return _percent(part.of, percents[0])
    numbers = [token for token in _kinds(tokens, "number") if token.best > MOST_PIECES]
    return _bare(part.of, numbers[0]) if len(numbers) == 1 and tokens is part.named else _Told([])


def _dose_of(part: _Part, mass: Token) -> Dose:
    """One mass in the nutrient's canonical unit.

    Raises
    ------
    AmountError
        ``1.000``, which is one or a thousand; IU of calcidiol.
    UnknownUnit
        The unit has no meaning for the nutrient.
    """
    if math.isnan(mass.best):
        plainly = mass.text.replace(".", "")
        raise AmountError(f'"{mass.text}" can be read in two ways', f"write {plainly} or {float(mass.text):g}")
    if mass.means == "IU" and "calcidiol" in _forms(part) and not _as_mineral(part):
        raise AmountError("an IU of calcidiol is not defined", "write µg")
    factor = nutrient_factor(part.of, mass.means)
    return Dose(mass.low * factor, mass.best * factor, mass.high * factor)


def _distinct(doses: Sequence[Dose]) -> list[Dose]:
    """Doses without those that repeat another: "1000 IU (25 µg)"."""
    kept: list[Dose] = []
    for dose in doses:
        if not any(math.isclose(dose.best, other.best, rel_tol=0.01) for other in kept):
            kept.append(dose)
    return kept


@cache
def _daily_values() -> dict[tuple[str, str], float]:
    """Value by authority and nutrient id, in the nutrient's canonical unit."""
    return {(row["authority"], row["nutrient"]): float(row["value"]) for row in read_table("daily_values.csv")}


def _percent(of: Nutrient, percent: Token) -> _Told:
    """A percentage of the daily value on American labels or of the nutrient reference value on European ones."""
    both = {authority: _daily_values()[authority, of.id] for authority in ("us", "eu")}
    if percent.means in both:
        value = both[percent.means]
        return _Told([Dose(percent.low / 100 * value, percent.best / 100 * value, percent.high / 100 * value)])
    low, high = min(both.values()), max(both.values())
    guess = f"a percentage of the American daily value ({both['us']:g} {of.unit}); the European one is {both['eu']:g}"
    return _Told([Dose(percent.low / 100 * low, percent.best / 100 * both["us"], percent.high / 100 * high)], (guess,))


def _bare(of: Nutrient, number: Token) -> _Told:
    """A number without a unit in a name ("vitamin D3 2000"): the unit of such products where it is large enough."""
    unit, _, least = meanings("dose_bare")[of.id.replace("_", " ")].partition(" from ")
    if not number.low >= float(least):
        return _Told([])
    factor = nutrient_factor(of, unit)
    dose = Dose(number.low * factor, number.best * factor, number.high * factor)
    return _Told([dose], (f'"{number.text}" is read as {unit}',), weighed=unit.endswith("g"))


def _taken(part: _Part, named: _Told, told: _Told) -> _Taken | None:
    """How much of the nutrient the line tells, in its canonical unit: None where it tells no dose."""
    in_name, in_amount = _counts(part.named), _counts(part.told)
    seldom = _kinds((*part.named, *part.told), "rare")
    rare = tuple(f'the line says "{token.text}": counted on this day as written' for token in seldom)
    powder = named.doses and all(mass.means == "g" for mass in _kinds(part.told, "mass"))
    if told.doses and not powder:
        taken = _from_amount(part, told.doses, in_amount)
        total, guesses = taken.dose, taken.guesses
        if named.doses and not any(math.isclose(total.best, dose.best, rel_tol=0.01) for dose in named.doses):
            guesses = (*guesses, "the dose in the amount is taken, not the one in the name")
        elif in_name.times is not None and in_name.times[2] > 1:
            guesses = (*guesses, "the dose in the amount is taken as that of the day")
            total = total._replace(high=total.high * in_name.times[2])
        return _Taken(total, (*guesses, *rare))
    if not named.doses:
        return None
    dose, guesses = _of_several(part, named.doses)
    loose = [token for token in _kinds(part.named, "number") if 1 < token.high <= MOST_PIECES]
    counted = _by_amount(part, dose, in_name, in_amount) if part.told else _by_words(dose, in_name, loose)
    return _Taken(counted.dose, (*guesses, *counted.guesses, *rare))


def _counts(tokens: Sequence[Token]) -> _Counts:
    """How often a dose was taken, as some tokens tell."""
    pieces = _kinds(tokens, "pieces")
    few = [token for token in _kinds(tokens, "number") if token.high <= MOST_PIECES]
    if not pieces and len(few) == 1 and _kinds(tokens, "piece"):  # "2 magnesium tablets"
        pieces = few
    times: tuple[float, float, float] | None = None
    for token in _kinds(tokens, "times", "often"):
        low, best, high = times or (1.0, 1.0, 1.0)
        times = (low * token.low, best * token.best, high * token.high)
    shares = _kinds(tokens, "share", "share of ml")
    each = bool(_kinds(tokens, "each"))
    return _Counts(pieces[0] if pieces else None, times, shares[0].best if shares else None, each)


def _of_several(part: _Part, doses: Sequence[Dose]) -> _Taken:
    """The dose where a name tells more than one: beside a compound's mass, the smaller is the mineral itself."""
    least, most = min(doses, key=lambda dose: dose.best), max(doses, key=lambda dose: dose.best)
    if least is most:
        return _Taken(least)
    fractions = _fractions(part)
    named_twice = len([t for t in part.named if t.kind == "nutrient"]) > 1
    if _kinds(part.named, "own") or (_forms(part) and named_twice):
        return _Taken(least)
    if fractions and least.best <= most.best * max(fractions) * ROUNDING:
        return _Taken(least)
    return _Taken(Dose(least.low, doses[0].best, most.high), ("the line tells two doses",))


def _from_amount(part: _Part, doses: Sequence[Dose], counts: _Counts) -> _Taken:
    """The dose where the amount tells it: "400 mg", "200-400 mg", "2 x 200 mg", "2 tablets (400 mg)"."""
    dose = doses[0].times(*(counts.times or (1.0, 1.0, 1.0)))
    count = counts.pieces
    if count is None or count.low == count.high == 1:
        return _Taken(dose)
    if counts.share is not None:
        return _Taken(dose.times(*(end / counts.share for end in (count.low, count.best, count.high))))
    if counts.each:
        return _Taken(dose.times(count.low, count.best, count.high))
    if _inside(part.told, "mass"):
        return _Taken(
            dose.times(min(1.0, count.low), 1, max(1.0, count.high)), ("the dose in brackets is taken as the total",)
        )
    total = dose.times(min(1.0, count.low), count.best, max(1.0, count.high))
    return _Taken(total, (f"{count.best:g} times the dose is counted; it may be that of all together",))


def _inside(tokens: Sequence[Token], kind: str) -> bool:
    """Whether a token of a kind stands in brackets."""
    depth = 0
    for token in tokens:
        depth += (token.kind == "open") - (token.kind == "close")
        if depth > 0 and token.kind == kind:
            return True
    return False


def _by_amount(part: _Part, dose: Dose, named: _Counts, told: _Counts) -> _Taken:
    """The dose of the name, taken as often as the amount tells: "magnesium 400 mg", "1/2 tablet".

    Raises
    ------
    AmountError
        The amount is two, or can be read in two ways.
    """
    guesses: list[str] = []
    volumes = _kinds(part.told, "volume")
    if volumes or _kinds(part.told, "mass"):
        if named.share is not None and volumes and _kinds(part.named, "share of ml"):
            return _Taken(dose.times(*(end / named.share for end in volumes[0][3:])))
        return _Taken(dose, ("the amount is taken as one dose",))
    found = _kinds(part.told, "pieces", "number")
    if len(found) > 1:
        raise AmountError("the amount tells two numbers", "write one amount a line")
    low, best, high = found[0][3:] if found else (1.0, 1.0, 1.0)
    if found and found[0].kind == "number" and any(t.best == best for t in _amounts(part.named)):
        return _Taken(dose)  # the number of the dose once more
    if math.isnan(best):
        raise AmountError(f'"{found[0].text}" can be read in two ways', "write the number without a point")
    if unread := [token.text for token in _kinds(part.told, "strange", "scoop")]:
        guesses.append(f'"{" ".join(unread)}" is taken as one dose')
    if high > MOST_PIECES:
        guesses.append(f"{high:g} times the dose is counted")
    low, best, high = (end * often for end, often in zip((low, best, high), told.times or (1, 1, 1), strict=True))
    pieces = named.pieces
    if named.share is not None:
        low, best, high = low / named.share, best / named.share, high / named.share
    elif pieces is not None and 1 < pieces.best <= MOST_PIECES:
        guesses.append(f"the dose is taken as that of one piece; that of {pieces.best:g} would be less")
        low /= pieces.best
    if named.times is not None and named.times[1] > 1 and (high > 0):
        often = named.times[1]
        guesses.append(f'the amount is taken as that of the day; "{often:g} times" would be more')
        low, best, high = low, best if best > 1 else best * often, high * often
    return _Taken(dose.times(low, best, high), tuple(guesses))


def _by_words(dose: Dose, named: _Counts, loose: Sequence[Token]) -> _Taken:
    """The dose of the name, taken as often as the name itself tells: "2 x magnesium 200 mg"."""
    dose = dose.times(*(named.times or (1.0, 1.0, 1.0)))
    pieces = named.pieces if named.pieces is not None and named.pieces.high <= MOST_PIECES else None
    if named.share is not None:
        if pieces is not None:
            return _Taken(dose.times(*(end / named.share for end in pieces[3:])))
        low = 1 / max(1.0, named.share)
        return _Taken(dose.times(low, 1, 1), ("no amount told: counted once as written",))
    if pieces is None and loose:
        return _Taken(dose.times(1, 1, loose[0].high), (f'"{loose[0].text}" is not taken into account',))
    if pieces is None:
        return _Taken(dose)
    low, best, high = pieces[3:]
    if named.each or high <= 1:
        return _Taken(dose.times(low, best, high))
    guess = f"{best:g} times the dose is counted; it may be that of all together"
    return _Taken(dose.times(min(1.0, low), best, high), (guess,))


# ------------------------------------------------------------------------- salts


def _forms(part: _Part) -> frozenset[str]:
    """The forms of a salt that a line names, as the table of salts names them."""
    return frozenset(token.means for token in _kinds(part.named, "salt"))


def _as_mineral(part: _Part) -> bool:
    """Whether the dose is told to be the mineral's: "elemental", "as citrate", "(citrate)"."""
    if _kinds((*part.named, *part.told), "own"):
        return True
    return _inside(part.named, "salt") and not _inside(part.named, "mass")


def _fractions(part: _Part) -> list[float]:
    """What one mg of the compounds that a line can mean counts as; empty where the table holds none."""
    forms = _forms(part) | {f"di{form}" for form in _forms(part)}
    fits = [salt for salt in _salts() if salt.nutrient == part.of.id and salt.words & forms]
    said = {token.text for token in _kinds(part.named, "nutrient", "hydrate")}
    bases = said & {"pyridoxine", "pyridoxal", "pyridoxamine"}  # pyridoxine hydrochloride is not that of pyridoxamine
    hydrates = {t.text for t in _kinds(part.named, "nutrient", "hydrate")} & lexicon("dose_hydrate")
    fits = [salt for salt in fits if salt.words & bases] or fits
    fits = [salt for salt in fits if hydrates <= salt.words] or fits
    return [salt.fraction for salt in fits]


def _readings(part: _Part, dose: Dose, guesses: list[str], *, several: bool) -> Supplement:
    """One reading for the nutrient's own name, two for a salt with a mass: elemental (best, high) or compound (low)."""
    of = part.of
    if not _forms(part) or _as_mineral(part) or several or of.id == "vitamin_b12":
        return Supplement({of.id: dose}, frozenset(), "; ".join(guesses))
    fractions = _fractions(part)
    shown = f"{dose.best:.{of.decimals}f} {of.unit}"
    if not fractions:
        guesses = [f"the content of this form of {of.called} is not known", *guesses]
        return Supplement({of.id: dose._replace(low=0.0)}, frozenset(), "; ".join(guesses))
    least, most = min(fractions), max(fractions)
    if "calcidiol" in _forms(part):
        said = f"1 µg of calcidiol counts as {most:g} µg of vitamin D (EFSA 2023); the label may count so already"
        read = Dose(dose.low, dose.best * most, dose.high * most)
    elif _kinds(part.named, "compound"):
        middle = (least + most) / 2
        read = dose.times(least, middle, most)
        said = f"read as {shown} of the compound, which holds {read.best:.{of.decimals}f} {of.unit} of {of.called}"
    else:
        read = dose._replace(low=dose.low * least)
        said = (
            f"read as {shown} of {of.called}; if the label means the compound, it holds about "
            f"{dose.best * least:.{of.decimals}f} {of.unit}"
        )
    return Supplement({of.id: read}, frozenset(), "; ".join([said, *guesses]))
