"""The head of a report: whose it is, the short answer, and what bears on all of it."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from typing import NamedTuple

from nutrigap import wording
from nutrigap.assessment import MIN_DAYS
from nutrigap.person import Person
from nutrigap.readings import Reading
from nutrigap.references import terms
from nutrigap.report.cells import is_above, levels_passed
from nutrigap.report.model import Report
from nutrigap.report.sentences import common_deciders, graded
from nutrigap.report.wrap import ranges, shorten
from nutrigap.rules import Flag
from nutrigap.rules.phrasing import about
from nutrigap.units import nutrient_index
from nutrigap.wording import SMALL, amount, exactly, percent
from nutrigap.words import count

# Status -> the heading it stands under in the short answer, in this order.
ANSWERS = (
    ("Looks low in this log", ("likely_low",)),
    ("Looks covered", ("likely_adequate", "at_or_above_ai")),
    ("Not clear yet", ("uncertain",)),
    ("Cannot tell", ("undetermined", "below_ai_no_inference", "no_reference")),
)
BRACKETS = (
    "In brackets: confidence, the result of a test on this log and not a probability about a person; for "
    '"looks low" that usual intake is below the need, for the others that it meets it.'
)
NOTHING = "No line could be counted, so nothing can be said yet"
SUPPLEMENTS_ONLY = "Only supplements could be counted: the totals say nothing about the whole diet."


class Answer(NamedTuple):
    """A line of the short answer: its heading, the nutrients under it, and the role that colours it."""

    label: str
    text: str
    role: str


def title(report: Report) -> str:
    """Whose diary of what time: ``woman of 34 · 2026-03-02 to 2026-03-08, 7 days``."""
    dates = report.intake.dates
    period = "no dated line"
    if dates:
        span = f"{dates[0]}" if dates[0] == dates[-1] else f"{dates[0]} to {dates[-1]}"
        days = count(report.intake.days, "day")
        if 0 < report.intake.days < len(dates):
            days = f"{report.intake.days:,} of {count(len(dates), 'logged day')} in the mean"
        period = f"{span}, {days}" + ("" if report.intake.days else " that can be counted")
    name = f"{shorten(report.name)}: " if report.name else ""
    return f"{name}{who(report.person)} · {period}"


def who(person: Person) -> str:
    """The person in words: ``woman of 34``, ``age and sex not told``."""
    if person.age is None and person.sex is None:
        return "age and sex not told"
    nouns = {"female": ("woman", "girl"), "male": ("man", "boy")}
    age = years(person)
    noun = "person" if person.sex is None else nouns[person.sex][age is not None and age < 18]
    stage = "" if person.life_stage == "none" else f"{person.life_stage} "
    if age is None:
        return f"{stage}{noun}, age not told"
    return f"{stage}{noun} of {count(person.age_months or 0, 'month') if age < 2 else math.floor(age)}"


def years(person: Person) -> float | None:
    """Age in years, None if it was not told."""
    return None if person.age is None else float(person.age)


def assumed(person: Person) -> str:
    """What is shown when age or sex was not told; "" when both were."""
    if not person.assumed:
        return ""
    missing = " and ".join(name for name, value in (("age", person.age), ("sex", person.sex)) if value is None)
    told, it = ("were not told", "them") if person.age is None and person.sex is None else ("was not told", "it")
    others = "women and men" if person.sex is None else {"female": "women", "male": "men"}[person.sex]
    ages = " of 31-50" if person.age is None else ""
    both = ", and a verdict is given only where it holds for both" if person.sex is None else ""
    values = "the more demanding values for" if person.sex is None else "the values for"
    return f"{missing.capitalize()} {told}: {values} {others}{ages} are shown{both}. Telling {it} sharpens the reading."


def guide(person: Person) -> str:
    """To whom another guide is better than a diary; "" for the others."""
    if person.life_stage == "none" and (person.age is None or float(person.age) >= 18):
        return ""
    whom = {"none": "For children", "pregnant": "In pregnancy", "lactating": "While breastfeeding"}[person.life_stage]
    return f"{whom} a dietitian or doctor is a better guide than this report."


def answers(report: Report) -> list[Answer]:
    """The short answer: each nutrient once by its need, and again where it is or may be above a level."""
    if not report.intake.days:
        return []
    found = []
    above = [f"{one.nutrient.name} ({_compared(one)})" for one in report.core if is_above(one)]
    perhaps = [one.nutrient.name for one in report.core if wording.perhaps_above(one)]
    if above:
        found.append(Answer("Above a set level", ", ".join(above), "above"))
    if perhaps:
        found.append(Answer("Perhaps above a level", ", ".join(perhaps), ""))
    differ = {id_ for flag in report.flag("R07", "R15", "C1") for id_ in flag.nutrients}
    levels = [
        f"{one.nutrient.name} ({_levels(report, one)})"
        for one in report.core
        if one.nutrient.id in differ and not is_above(one) and not wording.perhaps_above(one) and _levels(report, one)
    ]
    if levels:
        found.append(Answer("Authorities differ", ", ".join(levels), ""))
    asked = {id_ for flag in report.flag("R16") for id_ in flag.nutrients}
    if asked:
        found.append(Answer("Ask before use", "potassium salt or tablets, see Worth knowing", "above"))
    passed = levels_passed(report) | asked
    for label, statuses in ANSWERS:
        told = [one for one in report.core if one.adequacy is not None and one.adequacy.status in statuses]
        if statuses == ANSWERS[1][1]:  # what is above a level is not called covered in the same breath
            told = [one for one in told if one.nutrient.id not in passed or is_above(one)]
        names = [_named(report, one) for one in told]
        if names:
            found.append(Answer(label, ", ".join(names), "low" if statuses == ("likely_low",) else ""))
    unset = [one.nutrient.name for one in report.core if one.adequacy is None]
    if unset:
        whose = terms(report.person.references)["short"]
        found.append(Answer("No reference", f"{', '.join(unset)} ({whose} sets none for this person)", ""))
    if report.flag("R03"):
        found.append(Answer("Few sources of B12", "see Vitamin B12 below", ""))
    triggers = _triggers(report)
    if triggers:
        found.append(Answer("Everyday triggers", triggers, ""))
    return found


def _levels(report: Report, reading: Reading) -> str:
    """The amount and every authority's level, where another authority's is passed; else ""."""
    of = {report.person.references: reading}
    of.update({name: others[reading.nutrient.id] for name, others in report.case.others.items()})
    if not any(is_above(one) for one in of.values()):
        return ""
    unit = reading.nutrient.unit
    compared = next(one.excess.amount_compared for one in of.values() if one.excess is not None and is_above(one))
    said = [f"{amount(reading, compared)} {unit} a day"]
    for name, one in of.items():
        if one.reference is not None and one.reference.ul is not None:
            said.append(f"{terms(name)['short']} level {exactly(one.reference.ul)} {unit}")
    return ", ".join(said)


def _compared(reading: Reading) -> str:
    target, found, unit = reading.reference, reading.excess, reading.nutrient.unit
    assert target is not None and target.ul is not None and found is not None
    return f"{amount(reading, found.amount_compared)} {unit} a day, level {exactly(target.ul)} {unit}"


def _triggers(report: Report) -> str:
    """What a rule says of caffeine, alcohol and liquorice, in a word each: they are looked at before any nutrient."""
    seen, said = report.case.seen, []
    if report.flag("R06"):
        said.append(f"caffeine {about(seen.caffeine.mean)} mg a day")
    if report.flag("R05"):
        said.append(f"alcohol {about(seen.alcohol.mean)} g a day")
    if report.flag("R17"):
        said.append("liquorice")
    return ", ".join(said)


def _named(report: Report, reading: Reading) -> str:
    found = reading.adequacy
    if found is None or found.confidence is None or found.status in ("below_ai_no_inference", "undetermined"):
        return reading.nutrient.name
    low = found.status == "likely_low"
    if low and report.log.scant:  # a log with gaps is certain of nothing low
        return reading.nutrient.name
    return f"{reading.nutrient.name} ({percent(1 - found.confidence if low else found.confidence)})"


def opening(report: Report) -> list[str]:
    """What goes before every answer: that the log holds too little to be a whole diet."""
    return [flag.text for flag in report.flag("R20", "Q1")] if report.log.scant else []


def remarks(report: Report) -> list[str]:
    """What bears on the whole answer: the meaning of the brackets, lines not counted, days not counted."""
    intake, said = report.intake, []
    if not intake.days:
        said.append(f"{NOTHING}; what to check stands below.")
    elif not intake.has_food:
        said.append(SUPPLEMENTS_ONLY)
    if any("%" in answer.text for answer in answers(report)):
        said.append(BRACKETS)
    said += [flag.text for flag in in_short(report)]
    if intake.days and all(one.adequacy is not None and one.adequacy.method == "none" for one in report.core):
        said.append(wording.NO_VARIATION)
    if not report.log.scant:
        said += [graded(flag) for flag in report.flag("R20", "Q1")]
    said.append(counted(report))
    said += guessed(report)
    said += all_incomplete(report)
    said += _wide(report)
    said += without_food(report)
    said += [f"{text} (see The record)." for text in _incomplete(report)]
    if guide(report.person):
        said.append(guide(report.person))
    return said


def caveats(report: Report) -> list[str]:
    """What bears on the totals, and on whom they are for: what a figure tells that stands by itself.

    Without what explains percentages, and without what widens the bounds, which a figure shows.
    """
    said = []
    if not report.intake.days:
        said.append(f"{NOTHING}.")
    elif not report.intake.has_food:
        said.append(SUPPLEMENTS_ONLY)
    said += [flag.text for flag in in_short(report)]
    if not report.log.scant:  # of a scant log the opening tells it
        said += [flag.text for flag in report.flag("R20", "Q1")]
    if report.count("flagged") or report.count("left_out"):
        said.append(" ".join([counted(report), *guessed(report)]))
    said += [*all_incomplete(report), *without_food(report), *(f"{text}." for text in _incomplete(report))]
    if guide(report.person):
        said.append(guide(report.person))
    return said


def all_incomplete(report: Report) -> list[str]:
    """That no day is whole, where that is so."""
    if not report.record.all_incomplete:
        return []
    return ["Every day is marked as incomplete; they are counted all the same, and every total is too low."]


def _incomplete(report: Report) -> list[str]:
    """The days that are not in the mean because they are incomplete; without a full stop."""
    gone = [one.date for one in report.record.incomplete]
    return [f"Not in the mean, because marked or found as incomplete: {_dates(gone)}"] if gone else []


def counted(report: Report) -> str:
    """How many lines were counted, how many of these on a guess, and how many were left out."""
    guesses, left = report.count("flagged"), report.count("left_out")
    rest = f" ({guesses:,} on a guess)" if guesses else ""
    lines = f"{report.count('counted') + guesses:,} of {count(len(report.entries), 'line')} counted{rest}"
    return f"{lines}, {left:,} left out."


def _wide(report: Report) -> list[str]:
    """What widens the bounds of most nutrients, told once."""
    common = common_deciders(report) if report.intake.days else []
    if not common:
        return []
    names = [f"{shorten(text)} ({reason}, {ranges(lines, 3)})" for text, lines, reason in common]
    return [f"The bounds of most nutrients are widened by {'; '.join(names)}."]


def in_short(report: Report) -> list[Flag]:
    """What rule R22 says of the days that bears on the whole answer: too few, or no weekend among them."""
    weekend = report.record.weekend_days > 0
    enough = report.intake.days >= MIN_DAYS
    return [flag for flag in report.flag("R22") if not (enough and weekend)][:1]


def without_food(report: Report) -> list[str]:
    """The days that are not in the mean because nothing of them could be counted."""
    incomplete = {one.date for one in report.record.incomplete}
    days = zip(report.intake.dates, report.intake.complete, strict=True)
    gone = [date for date, whole in days if not whole and date not in incomplete]
    if not gone or not report.intake.days:
        return []
    return [f"Not in the mean, because no food could be counted on them: {_dates(gone)}."]


def _dates(dates: Sequence[dt.date]) -> str:
    more = f" and {len(dates) - 7} more" if len(dates) > 7 else ""
    return f"{', '.join(map(str, dates[:7]))}{more}"


def guessed(report: Report) -> list[str]:
    """How much of each nutrient rests on flagged lines, where it is no trifle."""
    shares = {
        one.nutrient.called: report.intake.flagged_share[nutrient_index()[one.nutrient.id]] for one in report.core
    }
    told = [f"{name} {100 * share:.0f} %" for name, share in shares.items() if share >= SMALL]
    return [f"On the guesses rest: {', '.join(told)}."] if told and report.intake.days else []
