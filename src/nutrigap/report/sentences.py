"""Each reading in one or two sentences: the same words for the text, Markdown and later forms."""

from __future__ import annotations

import math

from nutrigap.intake import Intake
from nutrigap.readings import Reading
from nutrigap.references import Person
from nutrigap.report.model import Report
from nutrigap.rules import certainty, percent

# Bounds closer than this share of the mean are not worth a sentence.
NARROW = 0.05

# Status -> the word for it in the table, as short as it can be said.
LOOKS = {
    "likely_adequate": "covered",
    "likely_low": "low",
    "uncertain": "uncertain",
    "undetermined": "cannot tell",
    "at_or_above_ai": "at/above AI",
    "below_ai_no_inference": "no inference",
    "no_reference": "no reference",
}
SCOPE = {"total": "", "supplement_only": " from supplements", "supplement_water_added": " added", "none": ""}


def amount(reading: Reading, value: float | None) -> str:
    """A number with thousands separators and the nutrient's decimals, without unit; "?" where there is none."""
    if value is None or not math.isfinite(value):
        return "?"
    return f"{value:,.{reading.nutrient.decimals}f}"


def exactly(value: float) -> str:
    """A reference value as published: no decimals that the source does not print."""
    return f"{value:,.10g}"


def bounds(reading: Reading) -> str:
    """``low - high`` in the nutrient's decimals."""
    if math.isinf(reading.high):
        return f"{amount(reading, reading.low)} - no end"
    return f"{amount(reading, reading.low)} - {amount(reading, reading.high)}"


def need(reading: Reading) -> str:
    """The reference in short: ``255 / 310`` (EAR / RDA) or ``AI 2,600``."""
    target = reading.reference
    if target is None:
        return "-"
    if target.ear is not None:
        return f"{exactly(target.ear)} / {exactly(target.rda)}" if target.rda is not None else exactly(target.ear)
    return f"AI {exactly(target.ai)}" if target.ai is not None else "none"


def limit(reading: Reading) -> str:
    """The upper level in short."""
    target = reading.reference
    if target is None:
        return "-"
    if target.ul is None:
        return "none set"
    return exactly(target.ul) + {"supplement_only": " suppl."}.get(target.ul_scope, "")


def who(person: Person) -> str:
    """The person in words: ``woman of 34``, ``sex and age not told``."""
    if person.age is None and person.sex is None:
        return "age and sex not told"
    nouns = {"female": ("woman", "girl"), "male": ("man", "boy")}
    age = float(person.age) if person.age is not None else None
    noun = "person" if person.sex is None else nouns[person.sex][age is not None and age < 18]
    years = "age not told" if age is None else f"{round(age * 12)} months" if age < 2 else f"{math.floor(age)}"
    stage = "" if person.life_stage == "none" else f"{person.life_stage} "
    return f"{stage}{noun}, {years}" if age is None else f"{stage}{noun} of {years}"


def sentences(report: Report, reading: Reading) -> list[str]:
    """What can be said of one core nutrient, most important first."""
    found = [_adequacy(report, reading), *_width(report.intake, reading)]
    over = _excess(report, reading)
    return [*found, over] if over else found


def _days(intake: Intake) -> str:
    return f"{intake.days} day" if intake.days == 1 else f"{intake.days} days"


def _adequacy(report: Report, reading: Reading) -> str:
    target, adequacy = reading.reference, reading.adequacy
    if target is None or adequacy is None or adequacy.status == "no_reference":
        return "No reference value exists for this person, so nothing is said about need."
    unit, log = reading.nutrient.unit, _days(report.intake)
    if adequacy.method.startswith("ai") or (target.ear is None and target.ai is not None):
        return _against_ai(report, reading)
    if adequacy.confidence is None or target.ear is None:
        return "How much this varies from day to day is not known at this age, so no verdict is given."
    meets = percent(adequacy.confidence)
    if adequacy.status == "likely_adequate":
        return f"This log {certainty(adequacy.confidence)} covers the usual need (confidence {meets}, from {log})."
    if adequacy.status == "likely_low":
        text = (
            f"Looks low in this log, {certainty(adequacy.confidence)}: half of people like you need more than {exactly(target.ear)} {unit} "
            f"a day (confidence {percent(1 - adequacy.confidence)} that usual intake is below the need, from {log})."
        )
        if report.intake.days >= 7:
            text += " A blood test, not a diary, shows whether the body is short of it."
        return text
    if adequacy.status == "undetermined":
        return f"{_why_undetermined(report, reading)} At the best estimate, confidence is {meets} that usual intake meets the need."
    return f"Not clear yet: confidence {meets} that usual intake meets the need. {_more_days(report, reading)}"


def _against_ai(report: Report, reading: Reading) -> str:
    target, adequacy = reading.reference, reading.adequacy
    assert target is not None and target.ai is not None and adequacy is not None
    reference = f"the adequate intake (AI, {exactly(target.ai)} {reading.nutrient.unit})"
    if adequacy.status == "at_or_above_ai" and adequacy.confidence is not None:
        return f"Usual intake is {certainty(adequacy.confidence)} at or above {reference} (confidence {percent(adequacy.confidence)})."
    if adequacy.status == "below_ai_no_inference":
        return f"The log does not reach {reference} with confidence: this says nothing about shortage, because no requirement is known."
    if adequacy.confidence is None:
        return f"Compared with {reference} only by eye: how much this varies from day to day is not known at this age."
    return f"{_why_undetermined(report, reading)} The reference is {reference}, and below it nothing is said about shortage."


def _why_undetermined(report: Report, reading: Reading) -> str:
    adequacy = reading.adequacy
    assert adequacy is not None
    if report.intake.days < 3:
        return f"Not enough to say: {_days(report.intake)} logged, and no verdict is given below 3."
    ends = (adequacy.confidence_low, adequacy.confidence_high)
    if any(end is None for end in ends):
        return "Not enough to say: nothing bounds what the lines without a label may have brought."
    if report.person.assumed:
        return "Not enough to say: the answer depends on the person's age or sex, which were not told."
    return "Not enough to say: what is unknown in the log decides."


def _more_days(report: Report, reading: Reading) -> str:
    adequacy = reading.adequacy
    assert adequacy is not None
    if adequacy.days_to_decide is None:
        return "At this mean no number of days (up to a year) would settle it, since needs differ between people."
    more = max(adequacy.days_to_decide, 3) - report.intake.days
    if more <= 0:
        return "What is unknown in the log keeps it open, not the number of days."
    return f"About {more} more {'day' if more == 1 else 'days'} like these would settle it."


def _width(intake: Intake, reading: Reading) -> list[str]:
    """The foods and lines that decide how wide the bounds are, where they are wide."""
    if reading.high - reading.low <= NARROW * max(reading.best, 1e-12):
        return []
    parts = []
    for one in intake.deciders(reading.nutrient.id)[:3]:
        where = f"line {one.lines[0]}" if len(one.lines) == 1 else f"lines {', '.join(map(str, one.lines[:4]))}"
        size = "no end" if math.isinf(one.width) else f"up to {amount(reading, one.width)} {reading.nutrient.unit}"
        parts.append(f"{one.text} ({one.reason}, {where}: {size})")
    if not parts:
        return []
    return [f"The bounds are set by {'; '.join(parts)}."]


def _excess(report: Report, reading: Reading) -> str:
    target, excess = reading.reference, reading.excess
    if target is None or excess is None or target.ul is None:
        return "No upper level has been set." if target is not None else ""
    level = f"the upper level for long use ({exactly(target.ul)} {reading.nutrient.unit}{SCOPE[target.ul_scope]})"
    if excess.status == "above_ul":
        short = " Limits are for long use; this log is short." if report.intake.days < 14 else ""
        return f"Above {level}: {amount(reading, excess.amount_compared)} {reading.nutrient.unit} a day.{short}"
    if excess.status == "below_ul":
        if excess.method == "ul_dose":
            dose = f"{amount(reading, excess.amount_compared)} {reading.nutrient.unit}"
            return f"Supplements bring {dose}, within {level}." if excess.amount_compared else ""
        return ""
    return f"Whether it stays below {level} cannot be told from this log."
