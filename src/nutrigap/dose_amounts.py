"""How much of one nutrient a dose line tells: its dose, how often it was taken, and the two readings of a salt.

Doses are in the nutrient's canonical unit with low and high where a line can be read in two ways.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from nutrigap.doses import MOST_PIECES, PACK, Token, amounts_of, of_kind
from nutrigap.errors import AmountError, UnknownUnit
from nutrigap.units import Nutrient, nutrient_factor, read_table
from nutrigap.words import lexicon, meanings, words

# A dose of which even this many times less is more than any product holds is a slip.
LEAVE_OUT_TIMES = 5.0
# A compound cannot hold more of its mineral than its formula says; labels round.
ROUNDING = 1.15


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


class Part(NamedTuple):
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


def most_of(of: Nutrient) -> float:
    """More of a nutrient than any product holds, in its canonical unit."""
    return float(meanings("dose_largest")[of.id.replace("_", " ")])


def read_part(part: Part) -> Supplement:
    """What a line tells of one nutrient: its doses added or, in ``guess``, why there is none."""
    parts = _taken_apart(part)
    if len(parts) == 1:
        return _read_one(part)
    of = part.of
    counted = [] if of_kind(part.told, "mass") else of_kind(part.told, "pieces", "number")  # "2 tablets": of which?
    reads = [_read_one(one._replace(told=()) if counted else one) for one in parts]
    if lost := [read for read in reads if not read.doses]:
        return Supplement({}, frozenset([of.id]), lost[0].guess)
    low, best, high = (sum(ends) for ends in zip(*(read.doses[of.id] for read in reads), strict=True))
    guesses = [guess for read in reads for guess in read.guess.split("; ") if guess]
    *others, last = (of_kind((*one.named, *one.told), *_COUNTS) for one in parts)
    if any(token.best != 1 for token in counted):
        ends = [dose for one in parts for dose in _read_one(one).doses.values()]
        low, high = min(low, sum(dose.low for dose in ends)), max(high, sum(dose.high for dose in ends))
        guesses.append("the doses are taken as all that was taken, whatever the amount tells")
    elif any(token.best != 1 for token in last) and not any(others):
        shared = [_read_one(one._replace(named=(*one.named, *last))) for one in parts[:-1]]
        ends = [dose for read in (*shared, reads[-1]) for dose in read.doses.values()]
        low, high = min(low, sum(dose.low for dose in ends)), max(high, sum(dose.high for dose in ends))
        guesses.append("how often a dose was taken is read as that of the last one alone")
    if best > most_of(of):
        guesses.append(f"{best:,.{of.decimals}f} {of.unit} of {of.called} is much for one line")
    return Supplement({of.id: Dose(low, best, high)}, frozenset(), "; ".join(dict.fromkeys(guesses)))


# What tells how often a dose was taken.
_COUNTS = ("pieces", "times", "often")


def _taken_apart(part: Part) -> list[Part]:
    """The part by its separate doses: "200 mg morning and 100 mg evening", "citrate 200 mg + oxide 300 mg"."""
    if len(of_kind(part.told, "mass")) > 1:
        return [part._replace(told=tuple(group)) for group in _separate(part.of, part.told)]
    if of_kind(part.told, "mass") or len(of_kind(part.named, "mass")) < 2:
        return [part]
    groups = _separate(part.of, part.named)
    names = [[t for t in g if t.kind in _NAME] if of_kind(g, "nutrient", "product", "salt") else [] for g in groups]
    first = next((name for name in names if name), [])
    parts = []
    for group, name in zip(groups, names, strict=True):
        parts.append(part._replace(named=tuple(group if name else [*first, *group])))
        first = name or first
    return parts


# What a dose without a name of its own takes over from the one before it.
_NAME = frozenset(["nutrient", "product", "salt", "hydrate", "own", "compound", "open", "close"])


def _separate(of: Nutrient, tokens: Sequence[Token]) -> list[list[Token]]:
    """Tokens cut between doses that were taken beside each other; brackets, "=" and "/" only repeat a dose."""
    depth, plainly = 0, []
    for at, token in enumerate(tokens):
        depth += (token.kind == "open") - (token.kind == "close")
        if token.kind == "mass" and depth <= 0:
            plainly.append(at)
    cuts = [0]
    for before, at in pairwise(plainly):
        if not _repeats(of, tokens, before, at) and (cut := _cut_between(tokens, cuts[-1], before, at)):
            cuts.append(cut)
    return [list(tokens[start:end]) for start, end in zip(cuts, [*cuts[1:], len(tokens)], strict=True)]


def _cut_between(tokens: Sequence[Token], start: int, before: int, at: int) -> int:
    """Where to cut between two masses: 0 where they may be the same dose told twice."""
    between = range(before + 1, at)
    joined = [i for i in between if tokens[i].text in meanings("dose_sum")]
    clock = [i for i in between if tokens[i].text in meanings("dose_clock")]
    salts = of_kind(tokens[start:before], "salt") and of_kind(tokens[before + 1 : at], "salt")
    if not (joined or clock or salts):
        return 0
    named = [i for i in between if tokens[i].kind in ("nutrient", "salt")]
    breaks = [i for i in between if tokens[i].kind == "break"]
    return (joined or breaks or [i + 1 for i in clock] or named)[0]


def _repeats(of: Nutrient, tokens: Sequence[Token], before: int, at: int) -> bool:
    """Whether a mass says another one again: behind "=", "/" or "providing", or as much in another unit."""
    between = tokens[before + 1 : at]
    own = of_kind([*between, *tokens[at + 1 : at + 2]], "own")
    if of_kind(between, "slash") or any(token.text == "=" for token in between):
        return True
    if own and not of_kind(tokens[:before], "own") and not of_kind(between, "salt"):
        return True
    one, other = tokens[before], tokens[at]
    if one.means == other.means:
        return False
    try:
        amounts = [mass.best * nutrient_factor(of, mass.means) for mass in (one, other)]
    except UnknownUnit:  # told where the dose is read
        return True
    return math.isclose(*amounts, rel_tol=0.01)


def _read_one(part: Part) -> Supplement:
    """What a line tells of one nutrient that it tells one dose of."""
    of = part.of
    try:
        named, told = _doses(part, part.named), _doses(part, part.told)
        taken = _taken(part, named, told)
    except (AmountError, UnknownUnit) as error:
        return Supplement({}, frozenset([of.id]), str(error))
    if taken is None:
        bare = not of_kind((*part.named, *part.told), "pieces") and of_kind((*part.named, *part.told), "number")
        return Supplement({}, frozenset([of.id]), "a number without a unit: mg, µg or IU?" if bare else "")
    dose, guesses = taken.dose, list(dict.fromkeys((*named.guesses, *told.guesses, *taken.guesses)))
    said = f"{dose.best:,.{of.decimals}f} {of.unit} of {of.called}"
    if not (dose.high > 0 and dose.best <= most_of(of) * LEAVE_OUT_TIMES):
        why = f"{said} is more than any product holds (is the unit right?)" if dose.high > 0 else "the dose is zero"
        return Supplement({}, frozenset([of.id]), why)
    if dose.high > most_of(of):
        guesses.append(f"{dose.high:,.{of.decimals}f} {of.unit} of {of.called} is much for one line")
    elif _odd(part, dose):
        guesses.append(f"{said} would be an odd product (is the unit right?)")
    if not (told.weighed if told.doses else named.weighed):  # a mole of the salt is one of the mineral
        return Supplement({of.id: dose}, frozenset(), "; ".join(guesses))
    return _readings(part, dose, guesses, several=len(named.doses) > 1)


def _odd(part: Part, dose: Dose) -> bool:
    """Whether a dose is less than products hold, or more vitamin D than is told in µg: units that were mixed up."""
    name = part.of.id.replace("_", " ")
    if dose.best < float(meanings("dose_smallest")[name]):
        return True
    weighed = {mass.means[-1] for mass in of_kind((*part.named, *part.told), "mass")} == {"g"}
    return weighed and not _forms(part) and dose.best > float(meanings("dose_weighed").get(name, "inf"))


def _doses(part: Part, tokens: Sequence[Token]) -> _Told:
    """The different doses written in some tokens, in the nutrient's canonical unit."""
    masses = of_kind(tokens, "mass")
    found = [_dose_of(part, mass) for mass in masses]
    if masses:
        weighed = any(mass.means.endswith("g") for mass in masses)
        return _Told(_distinct(tokens, masses, found), weighed=weighed)
    if percents := of_kind(tokens, "percent"):
        return _percent(part.of, percents[0])
    numbers = [token for token in of_kind(tokens, "number") if token.best > MOST_PIECES]
    return _bare(part.of, numbers[0]) if len(numbers) == 1 and tokens is part.named else _Told([])


def _dose_of(part: Part, mass: Token) -> Dose:
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


def _distinct(tokens: Sequence[Token], masses: Sequence[Token], doses: Sequence[Dose]) -> list[Dose]:
    """Doses without those that repeat another: "1000 IU (25 µg)", "400 mg (200 mg am, 200 mg pm)"."""
    places = [at for at, token in enumerate(tokens) if token.kind == "mass"]
    inside = [_inside(tokens[: at + 1], "mass", last=True) for at in places]
    total = sum(dose.best for dose, within in zip(doses, inside, strict=True) if within)
    kept: list[Dose] = []
    units: list[str] = []
    for at, mass, dose, within in zip(places, masses, doses, inside, strict=True):
        if within and any(math.isclose(total, other.best, rel_tol=0.01) for other in kept):
            continue
        beside = any(token.kind == "slash" or token.text == "=" for token in tokens[max(0, at - 2) : at])
        again = within or beside or mass.means not in units[-1:]
        if not again or not any(math.isclose(dose.best, other.best, rel_tol=0.01) for other in kept):
            kept.append(dose)
        units.append(mass.means)
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


def _taken(part: Part, named: _Told, told: _Told) -> _Taken | None:
    """How much of the nutrient the line tells, in its canonical unit: None where it tells no dose."""
    in_name, in_amount = _counts(part.named), _counts(part.told)
    seldom = of_kind((*part.named, *part.told), "rare")
    rare = tuple(f'the line says "{token.text}": counted on this day as written' for token in seldom)
    powder = named.doses and all(mass.means == "g" for mass in of_kind(part.told, "mass"))
    if told.doses and not powder:
        only, unclear = _of_several(part, told.doses)
        taken = _from_amount(part, only, in_amount)
        total, guesses = taken.dose, (*unclear, *taken.guesses)
        if named.doses and not any(math.isclose(total.best, dose.best, rel_tol=0.01) for dose in named.doses):
            guesses = (*guesses, "the dose in the amount is taken, not the one in the name")
        elif in_name.times is not None and in_name.times[2] > 1:
            guesses = (*guesses, "the dose in the amount is taken as that of the day")
            total = total._replace(high=total.high * in_name.times[2])
        return _Taken(total, (*guesses, *rare))
    if not named.doses:
        return None
    dose, guesses = _of_several(part, named.doses)
    loose = [t for t in of_kind(part.named, "number") if 0 < t.high <= MOST_PIECES and t.high != 1]
    counted = _by_amount(part, dose, in_name, in_amount) if part.told else _by_words(part, dose, in_name, loose)
    return _Taken(counted.dose, (*guesses, *counted.guesses, *rare))


def _counts(tokens: Sequence[Token]) -> _Counts:
    """How often a dose was taken, as some tokens tell."""
    pieces = of_kind(tokens, "pieces")
    few = [token for token in of_kind(tokens, "number") if token.high <= MOST_PIECES]
    if not pieces and len(few) == 1 and of_kind(tokens, "piece"):  # "2 magnesium tablets"
        pieces = few
    times: tuple[float, float, float] | None = None
    for token in of_kind(tokens, "times", "often"):
        low, best, high = times or (1.0, 1.0, 1.0)
        times = (low * token.low, best * token.best, high * token.high)
    shares = of_kind(tokens, "share", "share of ml")
    each = bool(of_kind(tokens, "each"))
    return _Counts(pieces[0] if pieces else None, times, shares[0].best if shares else None, each)


def _of_several(part: Part, doses: Sequence[Dose]) -> _Taken:
    """The dose where a name tells more than one: beside a compound's mass, the smaller is the mineral itself."""
    least, most = min(doses, key=lambda dose: dose.best), max(doses, key=lambda dose: dose.best)
    total = sum(dose.high for dose in doses)
    if len(doses) == 1:
        return _Taken(least)
    fractions = _fractions(part)
    named_twice = len([t for t in part.named if t.kind == "nutrient"]) > 1
    if of_kind((*part.named, *part.told), "own") or (_forms(part) and named_twice):
        return _Taken(least)
    if fractions and least.best <= most.best * max(fractions) * ROUNDING:
        return _Taken(least)
    return _Taken(Dose(least.low, doses[0].best, total), ("the line tells two doses; they may add up",))


def _from_amount(part: Part, dose: Dose, counts: _Counts) -> _Taken:
    """The dose where the amount tells it: "400 mg", "200-400 mg", "2 x 200 mg", "2 tablets (400 mg)"."""
    dose = dose.times(*(counts.times or (1.0, 1.0, 1.0)))
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


def _inside(tokens: Sequence[Token], kind: str, *, last: bool = False) -> bool:
    """Whether a token of a kind stands in brackets; with ``last`` whether the last token does."""
    depth = 0
    for at, token in enumerate(tokens, start=1):
        depth += (token.kind == "open") - (token.kind == "close")
        if depth > 0 and token.kind == kind and (not last or at == len(tokens)):
            return True
    return False


def _by_amount(part: Part, dose: Dose, named: _Counts, told: _Counts) -> _Taken:
    """The dose of the name, taken as often as the amount tells: "magnesium 400 mg", "1/2 tablet".

    Raises
    ------
    AmountError
        The amount is two, or can be read in two ways.
    """
    guesses: list[str] = []
    volumes = of_kind(part.told, "volume")
    if volumes or of_kind(part.told, "mass"):
        if named.share is not None and volumes and of_kind(part.named, "share of ml"):
            return _Taken(dose.times(*(end / named.share for end in volumes[0][3:])))
        return _Taken(dose, ("the amount is taken as one dose",))
    found = of_kind(part.told, "pieces", "number")
    if len(found) > 1:
        raise AmountError("the amount tells two numbers", "write one amount a line")
    low, best, high = found[0][3:] if found else (1.0, 1.0, 1.0)
    if found and found[0].kind == "number" and any(t.best == best for t in amounts_of(part.named)):
        return _Taken(dose)  # the number of the dose once more
    if math.isnan(best):
        raise AmountError(f'"{found[0].text}" can be read in two ways', "write the number without a point")
    if unread := [token.text for token in of_kind(part.told, "strange", "scoop")]:
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


def _by_words(part: Part, dose: Dose, named: _Counts, loose: Sequence[Token]) -> _Taken:
    """The dose of the name, taken as often as the name itself tells: "2 x magnesium 200 mg"."""
    dose = dose.times(*(named.times or (1.0, 1.0, 1.0)))
    if named.share is not None:
        return _by_share(part, dose, named.share)
    pieces = named.pieces if named.pieces is not None and named.pieces.high < PACK else None
    if pieces is None and len(loose) == 1 and loose[0].high < 1:  # "500 mg, half"
        return _Taken(dose.times(*loose[0][3:]))
    if pieces is None and loose:
        most = max(1.0, *(token.high for token in loose))
        return _Taken(
            dose.times(min(1.0, *(token.low for token in loose)), 1, most),
            (f'"{loose[0].text}" is not taken into account',),
        )
    if pieces is None:
        return _Taken(dose)
    low, best, high = pieces[3:]
    if named.each or high <= 1:
        return _Taken(dose.times(low, best, high))
    if high > MOST_PIECES:
        guess = f'"{high:g} {pieces.text}" is not taken into account: it may be a pack, or {high:g} times the dose'
        return _Taken(dose.times(min(1.0, low), 1, high), (guess,))
    guess = f"{best:g} times the dose is counted; it may be that of all together"
    return _Taken(dose.times(min(1.0, low), best, high), (guess,))


def _by_share(part: Part, dose: Dose, share: float) -> _Taken:
    """The dose of so many drops or ml, by those that the name tells: "400 IU per 5 drops, 10 drops"."""
    of_volume = bool(of_kind(part.named, "share of ml"))
    taken = of_kind(part.named, "volume" if of_volume else "pieces")
    if not taken:
        low = 0.0 if of_kind(part.named, "pieces", "volume") else 1 / max(1.0, share)
        return _Taken(dose.times(low, 1, 1), ("no amount told: counted once as written",))
    low, best, high = taken[0][3:]
    guesses = (f"{best:g} are counted as taken",) if best >= PACK and not of_volume else ()
    return _Taken(dose.times(low / share, best / share, high / share), guesses)


# ------------------------------------------------------------------------- salts


def _forms(part: Part) -> frozenset[str]:
    """The forms of a salt that a line names, as the table of salts names them."""
    return frozenset(token.means for token in of_kind(part.named, "salt"))


def _as_mineral(part: Part) -> bool:
    """Whether the dose is told to be the mineral's: "elemental", "as citrate", "(citrate)"."""
    if of_kind((*part.named, *part.told), "own"):
        return True
    return _inside(part.named, "salt") and not _inside(part.named, "mass")


def _fractions(part: Part) -> list[float]:
    """What one mg of the compounds that a line can mean counts as; empty where the table holds none."""
    forms = _forms(part) | {f"di{form}" for form in _forms(part)}
    fits = [salt for salt in _salts() if salt.nutrient == part.of.id and salt.words & forms]
    said = {token.text for token in of_kind(part.named, "nutrient", "hydrate")}
    bases = said & {"pyridoxine", "pyridoxal", "pyridoxamine"}  # pyridoxine hydrochloride is not that of pyridoxamine
    hydrates = {t.text for t in of_kind(part.named, "nutrient", "hydrate")} & lexicon("dose_hydrate")
    fits = [salt for salt in fits if salt.words & bases] or fits
    fits = [salt for salt in fits if hydrates <= salt.words] or fits
    return [salt.fraction for salt in fits]


def _readings(part: Part, dose: Dose, guesses: list[str], *, several: bool) -> Supplement:
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
    elif of_kind(part.named, "compound"):
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
