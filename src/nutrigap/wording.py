"""One reading in words: numbers as they are printed, and the sentences that text, Markdown and JSON share.

The sentences speak of the log, never of the person, and every word of confidence stands beside its number.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from nutrigap.assessment import MIN_DAYS, Adequacy
from nutrigap.readings import Reading
from nutrigap.references import Reference, terms
from nutrigap.words import count

# Confidence -> adverb; mirrored below one half.
VERBAL = ((0.975, "almost certainly"), (0.85, "very probably"), (0.65, "probably"))
LONG_USE_DAYS = 14  # a shorter log says nothing about the long use that upper levels are meant for
COMPACT_FROM = 100_000.0  # no diet brings as much of a nutrient in its unit: such a number need not be pretty
FEW_MORE_DAYS = 20  # a larger number of days to come is rounded to tens: it rests on a mean that will move
SMALL = 0.02  # what adds less than this share of a mean is not worth a sentence
NEAR_LIMIT, SURELY_BELOW = 0.5, 0.975  # share of an upper level, and confidence, from which a short log speaks of it
ABOUT = 1.1  # up to this many times a reference, an average is "about" it
ADULT_MONTHS = 18 * 12


class Taken(NamedTuple):
    """Supplements with a nutrient: on how many counted days they stand, and their mean per counted day.

    ``salt``: what makes ``low`` less than ``best`` is only that a label may give the compound.
    """

    days: int
    low: float
    best: float
    high: float
    salt: bool = False


class Log(NamedTuple):
    """What a sentence must know of the diary and of the person.

    Attributes
    ----------
    days : int
        Days that enter the mean.
    assumed : bool
        Whether the person's age or sex was not told.
    food : bool
        Whether any food was counted, without which a total says nothing about need.
    doses : mapping
        Nutrient id -> what supplements bring of it.
    months : int or None
        Completed months of life.
    references : str
        The authority whose values are used.
    scant : bool
        Whether the log holds far less energy than an adult eats.
    unread : bool
        Whether a line was left out that may hold energy.
    """

    days: int
    assumed: bool = False
    food: bool = True
    doses: Mapping[str, Taken] = MappingProxyType({})
    months: int | None = None
    references: str = "us"
    scant: bool = False
    unread: bool = False

    @property
    def child(self) -> bool:
        """Whether the person is known to be under 18."""
        return self.months is not None and self.months < ADULT_MONTHS


# --- numbers


def certainty(confidence: float) -> str:
    """The words for a confidence, on the side it points to: "very probably", "cannot tell either way"."""
    side = max(confidence, 1.0 - confidence)
    for least, word in VERBAL:
        if side >= least:
            return word
    return "cannot tell either way"


def percent(confidence: float) -> str:
    """A confidence as a whole percentage, never rounded to 0 or 100."""
    if confidence > 0.99:
        return "over 99 %"
    if confidence < 0.01:
        return "under 1 %"
    return f"{confidence * 100:.0f} %"


def lowest(found: Adequacy) -> str:
    """The confidence at the low end of the bounds, where it is another one: `` (50 % at the low end)``; else ""."""
    if found.confidence is None or found.confidence_low is None:
        return ""
    low = percent(found.confidence_low)
    return "" if low == percent(found.confidence) else f" ({low} at the low end of what is unclear)"


def amount(reading: Reading, value: float | None) -> str:
    """A number with the nutrient's decimals and at most four digits before they end, without unit; "?" if unknown."""
    if value is None or not math.isfinite(value):
        return "?"
    if value >= COMPACT_FROM:
        return f"{value:.2e}".replace("e+0", "e").replace("e+", "e")
    digits = reading.nutrient.decimals - (value >= 99.995) - (value >= 999.95)
    return f"{value:,.{max(digits, 0)}f}"


def exactly(value: float) -> str:
    """A reference value as published: no decimals that the source does not print."""
    return f"{value:,.10g}"


# --- sentences


def adequacy(reading: Reading, log: Log) -> str:
    """What the log says of the need for a nutrient."""
    target, found = reading.reference, reading.adequacy
    if target is None or found is None or found.status == "no_reference":
        return "No reference value exists for this person, so nothing is said about need."
    if not log.food:
        return _supplements_only(reading)
    if found.confidence is None and found.method == "none":
        return _by_eye(reading)
    if log.days < MIN_DAYS:
        return _short_log(reading)
    if target.ear is None and target.ai is not None and not reading.reason:
        return _against_ai(reading, log)
    if found.confidence is None:
        return _why_undetermined(reading, log)
    if reading.reason:
        return _without_verdict(reading, log, found.confidence)
    return _against_ear(reading, log, found.confidence)


def _without_verdict(reading: Reading, log: Log, confidence: float) -> str:
    """Why no verdict is given where the test alone would give one."""
    target = reading.reference
    assert target is not None
    meets = "meets the need" if target.ear is not None else "reaches the adequate intake (AI)"
    if reading.reason == "sun":
        unit, need = reading.nutrient.unit, target.ear if target.ear is not None else target.ai
        return (
            f"Food brings little in this log ({amount(reading, reading.best)} {unit} a day; half of people need more "
            f"than {exactly(need or 0)} {unit} where there is almost no sun: confidence {percent(confidence)} that "
            f"usual intake {meets}). With regular summer sun a log of food cannot say whether that matters."
        )
    if reading.reason == "injected":
        held = f"{amount(reading, reading.best)} {reading.nutrient.unit}"
        return f"This log holds {held} a day; what is injected is not in it, so it cannot say whether that is enough."
    if reading.reason == "days":
        return (
            "Not enough to say: it hangs on the days left out of the mean, which may have been complete. Without them, "
            f"confidence is {percent(confidence)} that usual intake {meets}."
        )
    return (
        f"Not enough to say: with {' and '.join(reading.capped_by)} a log cannot show that intake is enough. By the "
        f"amounts alone, confidence is {percent(confidence)} that usual intake {meets}"
        f"{lowest(reading.adequacy) if reading.adequacy is not None else ''}."
    )


def points_low(reading: Reading) -> bool:
    """Whether the best estimate lies below the usual need, decided or not."""
    found = reading.adequacy
    tested = found is not None and found.method.startswith("ear") and found.confidence is not None
    return tested and found is not None and found.confidence is not None and found.confidence < 0.5


def _supplements_only(reading: Reading) -> str:
    target, found = reading.reference, reading.adequacy
    assert target is not None and found is not None
    if found.status == "likely_adequate":
        return "The supplements alone cover the usual need."
    if found.status == "at_or_above_ai" and target.ai is not None:
        return f"The supplements alone reach the adequate intake (AI, {exactly(target.ai)} {reading.nutrient.unit})."
    return "Only supplements could be counted, so nothing is said about need."


def _short_log(reading: Reading) -> str:
    """One or two days: a percentage would be taken for more than it is."""
    target = reading.reference
    if target is None or target.ear is None or not points_low(reading) or reading.best >= target.ear:
        return "No verdict yet."
    ear = f"{target.ear_term}, {exactly(target.ear)} {reading.nutrient.unit}"
    return f"No verdict yet; so far the average is below the average requirement ({ear})."


def _against_ear(reading: Reading, log: Log, confidence: float) -> str:
    target, found = reading.reference, reading.adequacy
    assert target is not None and target.ear is not None and found is not None
    meets, word, days = percent(confidence), certainty(confidence), count(log.days, "day")
    if found.status == "likely_adequate":
        word = "" if word == certainty(0.5) else f"{word} "  # a level below .65 was asked for
        return f"This log {word}covers the usual need (confidence {meets}, from {days})."
    if found.status == "likely_low":
        unit = reading.nutrient.unit
        people = "people of this group" if log.assumed else "people like you"
        sure = "" if log.scant else f", {word}"  # a log with gaps is certain of nothing
        return (
            f"Looks low in this log{sure}: it averages {amount(reading, reading.best)} {unit} a day, and half of "
            f"{people} need more than {exactly(target.ear)} {unit} (confidence {percent(1 - confidence)} that usual "
            f"intake is below the need, from {days})."
        )
    if found.status == "undetermined":
        so_far = "Without it" if math.isinf(reading.high) else "So far"
        why = _why_undetermined(reading, log)
        return f"{why} {so_far}, confidence is {meets} that usual intake meets the need{lowest(found)}."
    return f"Not clear yet: {_leaning(confidence, log)}. {_more_days(reading, log)}"


def _leaning(confidence: float, log: Log) -> str:
    word, meets = certainty(confidence), percent(confidence)
    best = "at the best estimate " if word in (VERBAL[0][1], VERBAL[1][1]) else ""
    if word == certainty(0.5):
        return f"the log cannot tell either way (confidence {meets} that usual intake meets the need)"
    if confidence > 0.5:
        return f"{best}usual intake {word} meets the need (confidence {meets})"
    if log.scant:
        return f"at the best estimate usual intake is below the need (confidence {meets} that it meets it)"
    return f"{best}usual intake is {word} below the need (confidence {meets} that it meets it)"


def _against_ai(reading: Reading, log: Log) -> str:
    target, found = reading.reference, reading.adequacy
    assert target is not None and target.ai is not None and found is not None
    unit = reading.nutrient.unit
    reference = f"the adequate intake (AI, {exactly(target.ai)} {unit})"
    if found.confidence is None:
        return f"{_why_undetermined(reading, log)} The reference is {reference}. {_SILENT_BELOW_AI}"
    meets, days = percent(found.confidence), count(log.days, "day")
    if found.status == "at_or_above_ai":
        return f"Usual intake {certainty(found.confidence)} reaches {reference}: confidence {meets}, from {days}."
    if found.status != "below_ai_no_inference":
        so_far = f"So far, confidence is {meets} that usual intake reaches {reference}."
        return f"{_why_undetermined(reading, log)} {so_far} {_SILENT_BELOW_AI}"
    if reading.best >= target.ai:
        side = "about" if reading.best < ABOUT * target.ai else "above"
        return (
            f"The log averages {amount(reading, reading.best)} {unit} a day, {side} {reference}; {days} are too few "
            f"to say that usual intake reaches it (confidence {meets})."
        )
    return f"The log does not show that usual intake reaches {reference}: confidence {meets}. {_SILENT_BELOW_AI}"


_SILENT_BELOW_AI = "Being below it says nothing about shortage, because no requirement is known."


def _by_eye(reading: Reading) -> str:
    """Where day-to-day variation was never measured (infants), the average is only held beside the reference."""
    target = reading.reference
    assert target is not None
    value = target.ai if target.ear is None else target.ear
    if value is None:
        return "No verdict at this age."
    kind = "adequate intake (AI" if target.ear is None else f"average requirement ({target.ear_term}"
    side = "at or above" if reading.best >= value else "below"
    silent = ", which says nothing about shortage" if target.ear is None and reading.best < value else ""
    return (
        f"The average is {side} the {kind}, {exactly(value)} {reading.nutrient.unit}){silent}. No verdict at this age."
    )


NO_VARIATION = "No verdict is given under one year: how much intake varies from day to day is not known at that age."


def few_days(days: int) -> str:
    """Why a short log gets no verdict."""
    return f"{count(days, 'day')} can say little: no verdict is given below {MIN_DAYS}."


def _why_undetermined(reading: Reading, log: Log) -> str:
    if math.isinf(reading.high):
        return "Not enough to say: what a label or a table does not tell may be any amount."
    if log.assumed:
        return "Not enough to say: the answer depends on the person's age or sex, or on what is unknown in the log."
    return "Not enough to say: what is unknown in the log decides."


def _more_days(reading: Reading, log: Log) -> str:
    found = reading.adequacy
    assert found is not None
    if found.days_to_decide is None:
        return "At this average even a year of days would not settle it, since needs differ between people."
    more = max(found.days_to_decide, MIN_DAYS) - log.days
    if more <= 0:
        return "What is unknown in the log keeps it open, not the number of days."
    if not _same_side(found.confidence_low, found.confidence_high):
        return "More days alone will not settle it: what is unknown in the log decides."
    about = more if more <= FEW_MORE_DAYS else 10 * math.floor(more / 10 + 0.5)
    return f"About {count(about, 'more day')} at this average would settle it."


def _same_side(low: float | None, high: float | None) -> bool:
    """Whether both ends of the bounds lean to one verdict, to which more days would bring them."""
    return low is not None and high is not None and (low < 0.5) == (high < 0.5)


def intermittent(reading: Reading, log: Log) -> str:
    """That supplements do not stand on every counted day; "" where they do, or bring next to nothing."""
    taken, name = log.doses.get(reading.nutrient.id), reading.nutrient.name
    if taken is None or not 0 < taken.days < log.days or not taken.best > SMALL * reading.best:
        return ""
    return (
        f"Supplements with {name[0].lower()}{name[1:]} stand on {taken.days:,} of {count(log.days, 'logged day')}; the "
        "average holds only if that is how often they are taken."
    )


def excess(reading: Reading, log: Log, untold: str = "") -> str:
    """What the log says of the upper level; "" where there is nothing to say.

    ``untold`` names what the total has no upper end for ("its dose", "the dose of multivitamin (line 3)").
    """
    target, found = reading.reference, reading.excess
    if target is None or found is None or target.ul is None:
        return ""
    unit, supplements = reading.nutrient.unit, target.ul_scope != "total"
    scope = " from supplements" if supplements else ""
    level = f"{_level_name(target, log)}{exactly(target.ul)} {unit}{scope})"
    bring = "Supplements bring" if supplements else "The log averages"
    bring += f" {amount(reading, found.amount_compared)} {unit} a day"
    if found.status == "above_ul":
        short = f" Limits are for long use, which {count(log.days, 'day')} cannot show."
        return f"{bring}, above {level}.{short if log.days < LONG_USE_DAYS else ''}"
    if found.status == "below_ul":
        return f"{bring}, within {level}." if found.method == "ul_dose" and found.amount_compared else ""
    if math.isinf(reading.high) and found.confidence_high is None:
        if not untold:  # no line is to blame: of what was eaten nothing is logged
            return "Nothing is said about the upper level: the total has no upper end."
        return f"Without {untold} nothing is said about the upper level."
    return _excess_open(reading, log, bring, level)


def _level_name(target: Reference, log: Log) -> str:
    """``the US upper level for long use (1998, ``: whose it is, of which year; the value follows."""
    year = f"{year_of(target.ul_source)}, " if target.ul_source else ""
    return f"{terms(log.references)['level_term']} for long use ({year}"


def year_of(source: str) -> str:
    """The year of a document by its key: that of the opinion, where it was printed again later (``scf2001``)."""
    found = re.search(r"\d{4}", source)
    return found[0] if found else ""


def _excess_open(reading: Reading, log: Log, bring: str, level: str) -> str:
    """The upper level where the log gives no verdict on it."""
    target, found = reading.reference, reading.excess
    assert target is not None and target.ul is not None and found is not None
    lower = _read_lower(reading, log)
    if lower is not None:
        unit, taken = reading.nutrient.unit, log.doses[reading.nutrient.id]
        other = "if the label gives the compound" if taken.salt else "in the lower reading of the dose"
        decides = "The label decides." if taken.salt else "How it was taken decides."
        return (
            f"As written {amount(reading, found.amount_compared)} {unit} a day, above {level}; {other}, "
            f"{amount(reading, lower)} {unit}, below it. {decides}"
        )
    if found.method == "ul_dose":
        return f"{bring}, if read as written; whether {level} is passed depends on how the label is meant."
    if log.days < MIN_DAYS or found.confidence is None:
        return _beside_limit(reading, log, level)
    return (
        f"Not clear is whether usual intake stays below {level}: confidence {percent(found.confidence)} that it does."
    )


def _read_lower(reading: Reading, log: Log) -> float | None:
    """The amount compared in the lower reading of doses, where that alone decides whether the level is passed."""
    target, found, taken = reading.reference, reading.excess, log.doses.get(reading.nutrient.id)
    if target is None or target.ul is None or found is None or found.amount_compared is None or taken is None:
        return None
    lower = found.amount_compared - (taken.best - taken.low)
    return lower if lower <= target.ul < found.amount_compared else None


def _beside_limit(reading: Reading, log: Log, level: str) -> str:
    """Average beside level where there is no test; "" where it is far below."""
    target, found = reading.reference, reading.excess
    assert target is not None and target.ul is not None and found is not None
    compared = found.amount_compared or 0.0
    least = min(c for c in (found.confidence, found.confidence_low, found.confidence_high, 1.0) if c is not None)
    if compared <= NEAR_LIMIT * target.ul and least >= SURELY_BELOW:
        return ""
    settled = f", which {count(log.days, 'day')} cannot settle" if log.days < MIN_DAYS else ""
    return f"The average is {'below' if compared <= target.ul else 'above'} {level}{settled}."


def perhaps_above(reading: Reading) -> bool:
    """Whether an upper level may be passed, without a verdict on it."""
    target, found = reading.reference, reading.excess
    if target is None or target.ul is None or found is None or found.status not in ("uncertain", "undetermined"):
        return False
    if math.isinf(reading.high) and found.confidence_high is None:
        return False  # anything may be above what nothing bounds: the reading says so, with the line
    if found.status == "uncertain" or found.method == "ul_dose":
        return True
    return (found.amount_compared or 0.0) > target.ul


def low_energy(energy: Reading, log: Log) -> str:
    """What every "low" of a log rests on: that nothing eaten is missing from it."""
    held = f"{amount(energy, energy.best)} {energy.nutrient.unit} a day"
    if log.scant:
        what = "The lines that could be counted hold" if log.unread else "The log holds"
        return (
            f"{what} only {held}, far less than an adult eats: meals or drinks are probably missing, and then every "
            "total is too low as well. If this is all that was eaten, please talk to a dietitian or doctor."
        )
    return f"The log holds {held}; if meals or drinks are missing from it, all totals are too low as well."
