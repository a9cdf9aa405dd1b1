"""The cells of a report's table of nutrients, and what its words mean."""

from __future__ import annotations

import math

from nutrigap.readings import Reading
from nutrigap.references import terms
from nutrigap.report.model import Report
from nutrigap.wording import amount, exactly, perhaps_above

# Status -> the word for it in the table, as short as it can be said.
LOOKS = {
    "likely_adequate": "covered",
    "likely_low": "looks low",
    "uncertain": "not clear yet",
    "undetermined": "cannot tell",
    "at_or_above_ai": "reaches the AI",
    "below_ai_no_inference": "no conclusion",
    "no_reference": "no reference",
}
ABOVE, PERHAPS, DIFFER = "above a level", "perhaps above", "levels differ"
# Verdict -> a sign beside it, so that its colour is not all that tells it.
SIGNS = {"looks low": "▼", "covered": "●", "reaches the AI": "●", ABOVE: "▲", PERHAPS: "△"}
NEED = "{ear}: half of people like you need more."
ENOUGH = "{rda}: covers nearly all."
LEGEND_AI = "AI: taken to be enough for healthy people; below it nothing can be concluded."
NO_LEVEL = "no upper level has been set, which does not mean that more is harmless."
LEVELS = f"Upper level: for long use; suppl.: only supplements count towards it; none set: {NO_LEVEL}"
BOUNDS = (
    "Low - high: how far unmeasured values, unread lines and unclear doses or amounts move the average; guessed foods "
    "and portions are not in it."
)


def bounds(reading: Reading) -> str:
    """``low - high`` of the mean in the nutrient's decimals."""
    return between(reading, reading.low, reading.high)


def between(reading: Reading, low: float, high: float) -> str:
    """``low - high`` of any amount of a nutrient, in its decimals."""
    return f"{amount(reading, low)} - {'no end' if math.isinf(high) else amount(reading, high)}"


def need(reading: Reading) -> str:
    """The reference in short: ``255 / 310`` (EAR / RDA) or ``AI 2,600``."""
    target = reading.reference
    if target is None:
        return "-"
    if target.ear is not None:
        return f"{exactly(target.ear)} / {exactly(target.rda)}" if target.rda is not None else exactly(target.ear)
    return f"AI {exactly(target.ai)}" if target.ai is not None else "none"


def head_of_needs(report: Report, authority: str = "") -> str:
    """The heading over ``need``, in the authority's own terms: ``EAR / RDA``, ``AR / PRI``."""
    words = terms(authority or report.person.references)
    return f"{words['ear_term']} / {words['rda_term']}"


def limit(reading: Reading) -> str:
    """The upper level in short."""
    target = reading.reference
    if target is None:
        return "-"
    if target.ul is None:
        return "none set"
    return exactly(target.ul) + ("" if target.ul_scope == "total" else " suppl.")


def legend(report: Report) -> str:
    """What the words of the table mean, without those that it does not hold."""
    targets = [one.reference for one in report.core if one.reference is not None]
    with_ear = [target for target in targets if target.ear is not None]
    words = {"ear": with_ear[0].ear_term, "rda": with_ear[0].rda_term} if with_ear else {}
    ear = [NEED.format(**words), ENOUGH.format(**words)] if with_ear else []
    ai = [LEGEND_AI] if any(target.ear is None and target.ai is not None for target in targets) else []
    return " ".join([*ear, *ai, LEVELS, BOUNDS])


def is_above(reading: Reading) -> bool:
    """Whether the log is above an upper level."""
    return reading.excess is not None and reading.excess.status == "above_ul"


def levels_passed(report: Report) -> set[str]:
    """Ids of the nutrients of which a rule says that the level of some authority is passed."""
    return {
        id_
        for flag in report.found
        if flag.level == "above_level" or (flag.rule, flag.level) == ("R07", "talk")
        for id_ in flag.nutrients
    }


def sign_of(verdict: str) -> str:
    """The sign of a verdict of ``looks``; "○" where none was reached."""
    return SIGNS.get(verdict, "○")


def looks(reading: Reading, report: Report | None = None) -> str:
    """The verdict in a word or two; above a level, or the level of one authority, goes before all else."""
    if is_above(reading):
        return ABOVE
    if perhaps_above(reading):
        return PERHAPS
    if report is not None and reading.nutrient.id in levels_passed(report):
        return DIFFER
    return LOOKS[reading.adequacy.status if reading.adequacy is not None else "no_reference"]
