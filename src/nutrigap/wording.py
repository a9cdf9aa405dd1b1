"""One reading in words: numbers as they are printed, and the sentences that text, Markdown and JSON share.

The sentences speak of the log, never of the person, and every word of confidence stands beside its number.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from nutrigap.assessment import MIN_DAYS
from nutrigap.readings import Reading

# Confidence -> adverb; mirrored below one half.
VERBAL = ((0.975, "almost certainly"), (0.85, "very probably"), (0.65, "probably"))
LONG_USE_DAYS = 14  # a shorter log says nothing about the long use that upper levels are meant for
COMPACT_FROM = 100_000.0  # no diet brings as much of a nutrient in its unit: such a number need not be pretty
# Where the reference says less than it seems to: nutrient id -> what to say beside "low".
LOW_REMARKS = {
    "vitamin_d": "The reference assumes almost no sun, and no log can see the vitamin D that skin makes.",
}
# What else belongs beside "above": nutrient id -> sentence.
ABOVE_REMARKS = {
    "magnesium": "This level was set for loose stools, and magnesium in food does not count towards it.",
    "vitamin_b6": (
        "With tingling, burning or numbness, please show the product to a doctor or pharmacist; "
        "if it was prescribed, ask before changing anything."
    ),
}


class Log(NamedTuple):
    """What a sentence must know of the diary.

    ``days`` that enter the mean; whether the person's age or sex is ``assumed``; whether any ``food`` was counted,
    without which a total says nothing about need.
    """

    days: int
    assumed: bool = False
    food: bool = True


# --- numbers


def count(number: int, noun: str) -> str:
    """A number with its noun: ``1 day``, ``7 days``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


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
        return "Only supplements could be counted, so nothing is said about need."
    if found.confidence is None and found.method == "none":
        return _by_eye(reading)
    if target.ear is None and target.ai is not None:
        return _against_ai(reading, log)
    if found.confidence is None:
        return _why_undetermined(reading, log)
    text = _against_ear(reading, log, found.confidence)
    return f"{text} {LOW_REMARKS[reading.nutrient.id]}" if points_low(reading) and _has_remark(reading) else text


def points_low(reading: Reading) -> bool:
    """Whether the best estimate lies below the usual need, decided or not."""
    found = reading.adequacy
    tested = found is not None and found.method.startswith("ear") and found.confidence is not None
    return tested and found is not None and found.confidence is not None and found.confidence < 0.5


def _has_remark(reading: Reading) -> bool:
    return reading.nutrient.id in LOW_REMARKS


def _against_ear(reading: Reading, log: Log, confidence: float) -> str:
    target, found = reading.reference, reading.adequacy
    assert target is not None and target.ear is not None and found is not None
    meets, word, days = percent(confidence), certainty(confidence), count(log.days, "day")
    if found.status == "likely_adequate":
        return f"This log {word} covers the usual need (confidence {meets}, from {days})."
    if found.status == "likely_low":
        unit = reading.nutrient.unit
        people = "people of this group" if log.assumed else "people like you"
        return (
            f"Looks low in this log, {word}: it averages {amount(reading, reading.best)} {unit} a day, and half of "
            f"{people} need more than {exactly(target.ear)} {unit} (confidence {percent(1 - confidence)} that usual "
            f"intake is below the need, from {days})."
        )
    if found.status == "undetermined":
        so_far = "Without it" if math.isinf(reading.high) and log.days >= MIN_DAYS else "So far"
        why = _why_undetermined(reading, log)
        return f"{why} {so_far}, confidence is {meets} that usual intake meets the need."
    return f"Not clear yet: {_leaning(confidence)}. {_more_days(reading, log)}"


def _leaning(confidence: float) -> str:
    word, meets = certainty(confidence), percent(confidence)
    best = "at the best estimate " if word in (VERBAL[0][1], VERBAL[1][1]) else ""
    if word == certainty(0.5):
        return f"the log cannot tell either way (confidence {meets} that usual intake meets the need)"
    if confidence > 0.5:
        return f"{best}usual intake {word} meets the need (confidence {meets})"
    return f"{best}usual intake is {word} below the need (confidence {meets} that it meets it)"


def _against_ai(reading: Reading, log: Log) -> str:
    target, found = reading.reference, reading.adequacy
    assert target is not None and target.ai is not None and found is not None
    reference = f"the adequate intake (AI, {exactly(target.ai)} {reading.nutrient.unit})"
    if found.status == "at_or_above_ai" and found.confidence is not None:
        word, meets = certainty(found.confidence), percent(found.confidence)
        return f"Usual intake {word} reaches {reference}: confidence {meets}, from {count(log.days, 'day')}."
    if found.status == "below_ai_no_inference":
        return f"The log does not show that usual intake reaches {reference}. {_SILENT_BELOW_AI}"
    if found.status == "uncertain" and found.confidence is not None:
        meets = percent(found.confidence)
        return f"Not clear yet: confidence is {meets} that usual intake reaches {reference}. {_SILENT_BELOW_AI}"
    return f"{_why_undetermined(reading, log)} The reference is {reference}. {_SILENT_BELOW_AI}"


_SILENT_BELOW_AI = "Being below it says nothing about shortage, because no requirement is known."


def _by_eye(reading: Reading) -> str:
    """Where day-to-day variation was never measured (infants), the average is only held beside the reference."""
    target = reading.reference
    assert target is not None
    value = target.ai if target.ear is None else target.ear
    if value is None:
        return "No verdict at this age."
    kind = "adequate intake (AI" if target.ear is None else "average requirement (EAR"
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
    found = reading.adequacy
    assert found is not None
    if log.days < MIN_DAYS:
        return "No verdict yet."
    if math.isinf(reading.high):
        return "Not enough to say: a product whose label is not told may have brought any amount."
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
    return f"About {count(more, 'more day')} like these would settle it."


def excess(reading: Reading, log: Log) -> str:
    """What the log says of the upper level; "" where there is nothing to say."""
    target, found = reading.reference, reading.excess
    if target is None or found is None or target.ul is None:
        return ""
    unit, supplements = reading.nutrient.unit, target.ul_scope != "total"
    level = f"the upper level for long use ({exactly(target.ul)} {unit}{' from supplements' if supplements else ''})"
    bring = "Supplements bring" if supplements else "The log averages"
    bring += f" {amount(reading, found.amount_compared)} {unit} a day"
    if found.status == "above_ul":
        short = f" Limits are for long use, which {count(log.days, 'day')} cannot show."
        remark = ABOVE_REMARKS.get(reading.nutrient.id, "")
        return f"{bring}, above {level}.{short if log.days < LONG_USE_DAYS else ''} {remark}".rstrip()
    if found.status == "below_ul":
        return f"{bring}, within {level}." if found.method == "ul_dose" and found.amount_compared else ""
    return _excess_open(reading, log, bring, level)


def _excess_open(reading: Reading, log: Log, bring: str, level: str) -> str:
    """The upper level where the log gives no verdict on it."""
    target, found = reading.reference, reading.excess
    assert target is not None and target.ul is not None and found is not None
    if math.isinf(reading.high) and found.confidence_high is None:
        return "Without that label nothing is said about the upper level."
    if found.method == "ul_dose":
        return f"{bring}, if read as written; whether {level} is passed depends on how the label is meant."
    if log.days < MIN_DAYS or found.confidence is None:
        side = "below" if (found.amount_compared or 0.0) <= target.ul else "above"
        settled = f", which {count(log.days, 'day')} cannot settle" if log.days < MIN_DAYS else ""
        return f"The average is {side} {level}{settled}."
    return (
        f"Not clear is whether usual intake stays below {level}: confidence {percent(found.confidence)} that it does."
    )


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


def low_energy(energy: Reading) -> str:
    """What every "low" of a log rests on: that nothing eaten is missing from it."""
    return (
        f"The log holds {amount(energy, energy.best)} {energy.nutrient.unit} a day; if meals or drinks are missing "
        "from it, all totals are too low as well."
    )
