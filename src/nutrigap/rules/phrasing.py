"""Pieces of the rules' sentences: ranges, lines, products, and where authorities or milk equivalents read otherwise."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from nutrigap.assessment import MIN_DAYS, Adequacy, Excess
from nutrigap.exposures import Range
from nutrigap.readings import Reading
from nutrigap.references import Reference, terms
from nutrigap.supplements import salt_written
from nutrigap.wording import Log, exactly, percent, year_of
from nutrigap.words import printable

NEAR_ENDS = 0.1  # ends of a range nearer than this share of the best value are one number
MOST_LINES = 6
LONGEST_PRODUCT = 60
# By what lines go together -> how the amount is named.
AT = {"time": "within two hours", "meal": "at one meal", "line": "in one line"}


def level_term(authority: str) -> str:
    """``the EFSA upper level``: whose level it is."""
    return terms(authority)["level_term"]


def ul_edition(target: Reference) -> str:
    """The year of the document that an upper level is from."""
    return year_of(target.ul_source)


def limits_differ(mine: Reference | None, theirs: Reference | None) -> bool:
    """Whether two authorities have another upper level, or two adequate intakes that are not the same."""
    if mine is None or theirs is None:
        return False
    only_ai = mine.ear is None and theirs.ear is None and mine.ai != theirs.ai
    return mine.ul != theirs.ul or only_ai


def other_reading(reading: Reading, others: Mapping[str, Reading], log: Log) -> str:
    """Where other authorities' levels or adequate intakes lead to another reading; "" where they do not."""
    mine = reading.reference
    if mine is None or not log.food:
        return ""
    unit, level, intake = reading.nutrient.unit, [], []
    for name, other in others.items():
        theirs = other.reference
        if theirs is None:
            continue
        sides = _side(reading.excess), _side(other.excess)
        if sides[0] != sides[1] and "above" in sides:
            level.append(f"{level_term(name)} {_level(theirs, unit)}")
        statuses = {one.adequacy.status for one in (reading, other) if one.adequacy is not None}
        only_ai = mine.ear is None and theirs.ear is None and mine.ai is not None and theirs.ai is not None
        if "days" in (reading.reason, other.reason):  # which of them is reached hangs on the days left out
            continue
        if only_ai and len(statuses) == 2 and "at_or_above_ai" in statuses and log.days >= MIN_DAYS:
            intake.append(f"{exactly(theirs.ai or 0)} {unit} ({terms(name)['short']})")
    if level:
        own = f"{level_term(log.references)} {_level(mine, unit)}"
        return f"Authorities differ on the upper level: {', '.join([own, *level])}."
    if intake:
        own = f"{exactly(mine.ai or 0)} {unit} ({terms(log.references)['short']})"
        return (
            f"Authorities differ on the adequate intake: {', '.join([own, *intake])}; with confidence this log reaches "
            "only the lower one."
        )
    return ""


def _level(target: Reference, unit: str) -> str:
    return "is not set" if target.ul is None else f"{exactly(target.ul)} {unit}"


def years(months: float) -> str:
    """A time in years and a half: ``2 years``, ``2 and a half years``."""
    whole, rest = int(months // 12), months % 12
    return f"{whole} and a half years" if rest >= 6 else f"{whole} year{'s' if whole > 1 else ''}"


def _side(found: Excess | None) -> str:
    if found is None or found.status in ("no_ul", "undetermined", "uncertain"):
        return ""
    return "above" if found.status == "above_ul" else "below"


def about(value: Range) -> str:
    """A range in whole numbers, ``about 210 (120 to 380)``; one number where its ends are near."""
    low, best, high = (f"{end:,.0f}" if math.isfinite(end) else "?" for end in value)
    if low == high or (math.isfinite(value.high) and value.high - value.low <= NEAR_ENDS * max(value.best, 1.0)):
        return best
    return f"{best} ({low} to {high})" if math.isfinite(value.high) else f"{best} (at least {low})"


def lines(numbers: Iterable[int]) -> str:
    """``line 4``, ``lines 4, 7 and 9``; many are cut, and of none it is ""."""
    several = sorted(set(numbers))
    shown = [str(number) for number in several[:MOST_LINES]]
    if not several:
        return ""
    if len(several) == 1:
        return f"line {shown[0]}"
    more = f" and {len(several) - MOST_LINES} more" if len(several) > MOST_LINES else ""
    joined = ", ".join(shown) if more else f"{', '.join(shown[:-1])} and {shown[-1]}"
    return f"lines {joined}{more}"


def product(name: str) -> str:
    """The name of a product as written, short and printable."""
    flat = " ".join(printable(name).split())
    return flat if len(flat) <= LONGEST_PRODUCT else f"{flat[: LONGEST_PRODUCT - 1]}…"


def is_salt(food: str) -> bool:
    """Whether a dose line names a salt, which a label may mean by its whole weight."""
    return salt_written(food) != ""


def same_verdict(reading: Reading, other: Adequacy | None) -> str:
    """Whether the calcium test gives the same verdict on milk equivalents."""
    found = reading.adequacy
    if found is None or other is None or other.confidence is None or found.confidence is None:
        return "no verdict rests on it"
    if other.status == found.status:
        return "the verdict is the same"
    return (
        f"confidence that usual intake meets the need would be {percent(other.confidence)} instead of "
        f"{percent(found.confidence)}"
    )
