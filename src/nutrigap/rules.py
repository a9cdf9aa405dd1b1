"""From a reading to a flag: a level, the words for it, and what the words rest on.

The words follow one rule: they speak of the log, never of the person; intake is not a diagnosis.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from nutrigap.readings import Reading

# Confidence -> adverb; mirrored below one half.
VERBAL = ((0.975, "almost certainly"), (0.85, "very probably"), (0.65, "probably"))
DISCLAIMER = (
    "nutrigap adds up a food diary. It does not know your blood levels or your health, and it does not diagnose or "
    "treat anything. Please talk to a health professional about symptoms, medicines and supplements."
)
TWITCHING = (
    "Twitches are common and mostly harmless. The everyday triggers named first are tiredness, stress, caffeine, alcohol, "
    "hard exercise and some medicines. A food diary shows intake, not blood levels: the body keeps calcium, potassium "
    "and magnesium in the blood steady through most days of eating little of them. So a low line above is a reason to look "
    "at the plate, not an answer to why a muscle twitches. Twitching that lasts longer than two weeks, is in several places, or comes "
    "with weakness, numbness or stiffness is for a doctor."
)
TWITCHING_EVIDENCE = ("E04", "E15", "E23", "E60", "E61")


class Flag(NamedTuple):
    """A remark on one or more nutrients, with its grade of evidence and the ids of the rows it rests on."""

    rule: str
    level: str
    nutrients: tuple[str, ...]
    text: str
    grade: str
    evidence: tuple[str, ...]


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


def _amount(reading: Reading, value: float) -> str:
    if not math.isfinite(value):
        return "no upper end"
    return f"{value:,.{reading.nutrient.decimals}f} {reading.nutrient.unit}"


def _low(reading: Reading, days: int) -> Flag:
    reference, adequacy = reading.reference, reading.adequacy
    assert (
        reference is not None and reference.ear is not None and adequacy is not None and adequacy.confidence is not None
    )
    text = (
        f"{reading.nutrient.name} looks low in this log: it averages {_amount(reading, reading.best)} a day, and half of people "
        f"like you need more than {_amount(reading, reference.ear)} (confidence {percent(1 - adequacy.confidence)} that usual intake "
        f"is below the need, from {days} days)."
    )
    return Flag("L1", "low", (reading.nutrient.id,), text, "A", ())


def _watch(reading: Reading, days: int) -> Flag:
    adequacy = reading.adequacy
    assert adequacy is not None and adequacy.confidence is not None
    more = adequacy.days_to_decide
    if more is not None and more > days:
        help_text = f"about {more - days} more days would make this clearer."
    else:
        help_text = "more days may not settle it, since needs differ between people."
    if adequacy.status == "undetermined":
        help_text = "what is missing in the log decides; see what to check."
    text = (
        f"{reading.nutrient.name}: the log points to the low side (confidence {percent(adequacy.confidence)} that usual intake meets the "
        f"need), but that is no verdict; {help_text}"
    )
    return Flag("W1", "watch", (reading.nutrient.id,), text, "A", ())


def _above(reading: Reading, days: int) -> Flag:
    reference, excess = reading.reference, reading.excess
    assert (
        reference is not None and reference.ul is not None and excess is not None and excess.amount_compared is not None
    )
    scope = "supplements bring" if reference.ul_scope == "supplement_only" else "the log averages"
    text = (
        f"{reading.nutrient.name} is above a set level: {scope} {_amount(reading, excess.amount_compared)} a day; the upper level for long use is "
        f"{_amount(reading, reference.ul)}."
    )
    if reference.ul_scope == "supplement_only":
        text += " It is set for loose stools, and what food brings does not count towards it."
    if days < 14:
        text += f" Limits are for long use, and {days} logged days cannot show that."
    return Flag(
        "U1",
        "above_level",
        (reading.nutrient.id,),
        text,
        "A",
        ("E07",) if reading.nutrient.id == "magnesium" else (),
    )


def flags(readings: Sequence[Reading], days: int) -> tuple[Flag, ...]:
    """The flags of all readings, those above a level first, then low, then watch, then notes."""
    found: list[Flag] = []
    for reading in readings:
        if reading.excess is not None and reading.excess.status == "above_ul":
            found.append(_above(reading, days))
    for reading in readings:
        if reading.adequacy is not None and reading.adequacy.status == "likely_low":
            found.append(_low(reading, days))
    for reading in readings:
        adequacy = reading.adequacy
        if (
            adequacy is not None
            and adequacy.method.startswith("ear")
            and adequacy.status in ("uncertain", "undetermined")
            and adequacy.confidence is not None
            and adequacy.confidence < 0.5
        ):
            found.append(_watch(reading, days))
    if 0 < days < 3:
        text = f"{days} {'day' if days == 1 else 'days'} can say little: no verdict is given below 3 days."
        found.append(Flag("R22", "info", (), text, "A", ()))
    return tuple(found)
