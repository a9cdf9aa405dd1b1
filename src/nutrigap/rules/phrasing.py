"""Pieces of the rules' sentences: ranges, lines, products, and where authorities or milk equivalents read otherwise."""

from __future__ import annotations

import math
from collections.abc import Iterable

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


def other_reading(reading: Reading, other: Reading, authority: str, log: Log) -> str:
    """Where another authority's level or adequate intake leads to another reading; "" where it does not."""
    mine, theirs = reading.reference, other.reference
    if mine is None or theirs is None or not log.food:
        return ""
    unit = reading.nutrient.unit
    if _side(reading.excess) != _side(other.excess) and "above" in (_side(reading.excess), _side(other.excess)):
        ours = "none is set" if mine.ul is None else f"{exactly(mine.ul)} {unit}"
        other_level = "none is set" if theirs.ul is None else f"{exactly(theirs.ul)} {unit}"
        return (
            f"Authorities differ on the upper level: {level_term(log.references)} {ours}, {level_term(authority)} "
            f"{other_level}."
        )
    tests = [one.adequacy.status for one in (reading, other) if one.adequacy is not None]
    only_ai = mine.ear is None and theirs.ear is None and mine.ai is not None and theirs.ai is not None
    if only_ai and len(set(tests)) == 2 and "at_or_above_ai" in tests and log.days >= MIN_DAYS:
        return (
            f"Authorities differ on the adequate intake: {exactly(mine.ai or 0)} {unit} "
            f"({terms(log.references)['short']}), {exactly(theirs.ai or 0)} {unit} ({terms(authority)['short']}); with "
            "confidence this log reaches only the lower one."
        )
    return ""


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
