"""The parts of a report in words, shared by its text, Markdown and later forms."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from nutrigap import wording
from nutrigap.assessment import MIN_DAYS
from nutrigap.person import Person
from nutrigap.readings import Reading
from nutrigap.references import terms
from nutrigap.report.model import Report
from nutrigap.report.rows import amount_text
from nutrigap.report.wrap import ranges, shorten
from nutrigap.rules import Flag
from nutrigap.units import find_nutrient, nutrient_index
from nutrigap.wording import SMALL, amount, count, exactly, percent
from nutrigap.words import printable

if TYPE_CHECKING:
    from nutrigap.ideas import Idea

OWN_SPREAD_DAYS = 14  # as in nutrigap.sensitivity, which few reports need to load
NARROW = 0.05  # bounds closer than this share of the mean are not worth a sentence
MOST_NAMED = 3
BLOOD_TEST_DAYS = 7
# Of these a blood test shows whether the body is short; calcium, potassium and magnesium in blood are kept steady.
BLOOD_TEST_TELLS = ("vitamin_b12", "vitamin_d")

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
ABOVE = "above a level"
# Status -> the heading it stands under in the short answer, in this order.
ANSWERS = (
    ("Looks low in this log", ("likely_low",)),
    ("Looks covered", ("likely_adequate", "at_or_above_ai")),
    ("Not clear yet", ("uncertain",)),
    ("Cannot tell", ("undetermined", "below_ai_no_inference", "no_reference")),
)
LEGEND_EAR = "{ear}: half of people like you need more. {rda}: covers nearly all."
LEGEND_AI = "AI: taken to be enough for healthy people; below it nothing can be concluded."
LEGEND = (
    "Upper level: for long use; suppl.: only supplements count towards it; none set: no upper level has been set, "
    "which does not mean that more is harmless. Low - high: how far unmeasured values, unread lines and unclear doses "
    "or amounts move the average; guessed foods and portions are not in it."
)
BRACKETS = (
    "In brackets: confidence, the result of a test on this log and not a probability about a person; for "
    '"looks low" that usual intake is below the need, for the others that it meets it.'
)
NOTHING = "No line could be counted, so nothing can be said yet; what to check stands below."
SUPPLEMENTS_ONLY = "Only supplements could be counted: the totals say nothing about the whole diet."
METHOD = (
    "Foods are from the tables named below. A value that was never measured runs from 0 to the high end of its food "
    "group and is never counted as nothing. Confidence is that of a test on the log (IOM 2000; for vitamin D and B12 "
    "a gamma model of the mean)."
)
GRADES = (
    "A letter grades the evidence behind a sentence, and the codes stand in the list below: A authorities or "
    "systematic reviews agree, B good series, trials or reports, C single reports or a mechanism, D proposed or "
    "disputed."
)
WHAT_CONFIDENCE_IS = (
    "Confidence is a test result on the log: how well its days fit a usual intake at the need. It is no probability "
    "about a person. What the verdicts are worth was tried on simulated people (docs/simulation.md). For magnesium and "
    'calcium most are right. Vitamin D from food is below the need in nearly everybody: "looks low" is nearly always '
    'right and tells little, while "looks covered" from food alone is wrong in 4 of 10 logs of a week. For B12 it is '
    "the other way round: few are low, and of the logs of a week that look low most are not."
)


class Answer(NamedTuple):
    """A line of the short answer: its heading, the nutrients under it, and the role that colours it."""

    label: str
    text: str
    role: str


class Check(NamedTuple):
    """Lines with one and the same problem: numbers, what was written, what is wrong, how to mend it."""

    lines: tuple[int, ...]
    written: str
    problem: str
    fix: str


# --- cells of the table


def bounds(reading: Reading) -> str:
    """``low - high`` in the nutrient's decimals."""
    high = "no end" if math.isinf(reading.high) else amount(reading, reading.high)
    return f"{amount(reading, reading.low)} - {high}"


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
    ear = [LEGEND_EAR.format(ear=with_ear[0].ear_term, rda=with_ear[0].rda_term)] if with_ear else []
    ai = [LEGEND_AI] if any(target.ear is None and target.ai is not None for target in targets) else []
    return " ".join([*ear, *ai, LEGEND])


def is_above(reading: Reading) -> bool:
    """Whether the log is above an upper level."""
    return reading.excess is not None and reading.excess.status == "above_ul"


def looks(reading: Reading) -> str:
    """The verdict in a word or two; above a level goes before all else."""
    if is_above(reading):
        return ABOVE
    return LOOKS[reading.adequacy.status] if reading.adequacy is not None else "-"


# --- the head


def title(report: Report) -> str:
    """Whose diary of what time: ``woman of 34 · 2026-03-02 to 2026-03-08, 7 days``."""
    dates = report.intake.dates
    period = "no dated line"
    if dates:
        span = f"{dates[0]}" if dates[0] == dates[-1] else f"{dates[0]} to {dates[-1]}"
        period = f"{span}, {count(report.intake.days, 'day')}" + ("" if report.intake.days else " that can be counted")
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
    told = "was not told" if person.age is not None or person.sex is not None else "were not told"
    others = "women and men" if person.sex is None else {"female": "women", "male": "men"}[person.sex]
    ages = " of 31-50" if person.age is None else ""
    both = ", and a verdict is given only where it holds for both" if person.sex is None else ""
    values = "the more demanding values for" if person.sex is None else "the values for"
    return f"{missing.capitalize()} {told}: {values} {others}{ages} are shown{both}. Telling them sharpens the reading."


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
    for label, statuses in ANSWERS:
        names = [_named(one) for one in report.core if one.adequacy is not None and one.adequacy.status in statuses]
        if names:
            found.append(Answer(label, ", ".join(names), "low" if statuses == ("likely_low",) else ""))
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


def _named(reading: Reading) -> str:
    found = reading.adequacy
    if found is None or found.confidence is None or found.status in ("below_ai_no_inference", "undetermined"):
        return reading.nutrient.name
    low = found.status == "likely_low"
    return f"{reading.nutrient.name} ({percent(1 - found.confidence if low else found.confidence)})"


def opening(report: Report) -> list[str]:
    """What goes before every answer: that the log holds too little to be a whole diet."""
    return [flag.text for flag in report.flag("R20", "Q1")] if report.log.scant else []


def remarks(report: Report) -> list[str]:
    """What bears on the whole answer: the meaning of the brackets, lines not counted, days not counted."""
    intake, said = report.intake, []
    if not intake.days:
        said.append(NOTHING)
    elif not intake.has_food:
        said.append(SUPPLEMENTS_ONLY)
    if any("%" in answer.text for answer in answers(report)):
        said.append(BRACKETS)
    said += [flag.text for flag in in_short(report)]
    if intake.days and all(one.adequacy is not None and one.adequacy.method == "none" for one in report.core):
        said.append(wording.NO_VARIATION)
    if not report.log.scant:
        said += [graded(flag) for flag in report.flag("R20", "Q1")]
    guesses, left = report.count("flagged"), report.count("left_out")
    rest = f" ({guesses:,} on a guess)" if guesses else ""
    lines = f"{report.count('counted') + guesses:,} of {count(len(report.entries), 'line')} counted{rest}"
    said.append(f"{lines}, {left:,} left out.{_guessed(report)}")
    said += without_food(report)
    if report.record.incomplete:
        said.append(
            f"Not in the mean, because marked or found as incomplete: "
            f"{_dates([one.date for one in report.record.incomplete])} (see The record)."
        )
    if guide(report.person):
        said.append(guide(report.person))
    return said


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


def _guessed(report: Report) -> str:
    """How much of each nutrient rests on flagged lines, where it is no trifle; else ""."""
    shares = {
        one.nutrient.called: report.intake.flagged_share[nutrient_index()[one.nutrient.id]] for one in report.core
    }
    told = [f"{name} {100 * share:.0f} %" for name, share in shares.items() if share >= SMALL]
    return f" On the guesses rest: {', '.join(told)}." if told and report.intake.days else ""


def _bare(flag: Flag) -> str:
    """The words of a flag without the nutrient's name before them."""
    return flag.text.partition(": ")[2]


# --- each nutrient


def sentences(report: Report, reading: Reading) -> list[str]:
    """What can be said of one core nutrient, most important first."""
    log = report.log
    need, width = _with_grade(report, reading, wording.adequacy(reading, log), "L1", "W1"), _width(report, reading)
    limit = _with_grade(report, reading, wording.excess(reading, log), "U1")
    often = wording.intermittent(reading, log)
    said = [limit, often, need, *width] if is_above(reading) else [need, often, *width, limit]
    said += [stressed(report, reading)]
    mine = [flag for flag in report.section("nutrient") if reading.nutrient.id in flag.nutrients]
    said += [graded(flag) for flag in mine if flag.rule not in ("L1", "W1", "U1")]
    return [sentence for sentence in said if sentence]


def _with_grade(report: Report, reading: Reading, sentence: str, *rules: str) -> str:
    """A sentence of a reading with the grade and evidence of the flag whose words it is."""
    mine = [flag for flag in report.flag(*rules) if reading.nutrient.id in flag.nutrients and flag.evidence]
    return f"{sentence} [{mine[0].grade}: {', '.join(mine[0].evidence)}]" if sentence and mine else sentence


def graded(flag: Flag) -> str:
    """The words of a flag without the nutrient's name before them, with grade and evidence behind."""
    text = _bare(flag) if flag.rule in NAMED else flag.text
    return f"{text} [{flag.grade}: {', '.join(flag.evidence)}]" if flag.evidence else text


NAMED = ("L1", "W1", "U1", "C1")  # flags whose text begins with the nutrient's name


def stressed(report: Report, reading: Reading) -> str:
    """That a verdict hangs on how much days vary, or what the prior gives; "" where neither is to be said."""
    found = reading.adequacy
    if found is None or found.confidence is None:
        return ""
    verdict = found.status in ("likely_low", "likely_adequate", "at_or_above_ai")
    long = report.intake.days >= OWN_SPREAD_DAYS
    if not (verdict or long or report.case.method.prior):
        return ""
    rows = {one.what: one for one in report.case.stress(reading.nutrient.id)}
    said = []
    wider, own, prior = rows.get("sd_1.25"), rows.get("own_sd"), rows.get("prior")
    if verdict and wider is not None and wider.status != found.status:
        said.append("Were days to vary a quarter more, the log would not decide.")
    if own is not None and own.status != found.status:
        said.append(f"By this log's own variation from day to day, confidence would be {percent(own.confidence)}.")
    if prior is not None:
        said.append(
            f"With the population as prior (NHANES 2007-2012), the probability that usual intake meets the need is "
            f"{percent(prior.confidence)}; it draws everybody towards the crowd, and decides nothing here."
        )
    return " ".join(said)


def closing(report: Report) -> list[str]:
    """What stands below the readings: what belongs together, and of what a blood test tells more than a log."""
    low = [
        reading.nutrient.called
        for reading in report.core
        if reading.nutrient.id in BLOOD_TEST_TELLS and report.statuses().get(reading.nutrient.id) == "likely_low"
    ]
    said = [graded(flag) for flag in report.section("linked")]
    if low and report.intake.days >= BLOOD_TEST_DAYS:
        said.append(f"Whether the body is short of {' or '.join(low)} is a question for a blood test, not for a diary.")
    return said


def first(report: Report) -> list[str]:
    """What goes before everything else when symptoms were told."""
    return [graded(flag) for flag in report.section("first")]


def twitching(report: Report) -> list[str]:
    """The section on muscle twitching."""
    return [graded(flag) for flag in report.section("twitching")]


def suggestions(report: Report) -> list[tuple[str, list[str]]]:
    """Ideas by nutrient: ``Calcium`` and its lines."""
    found: dict[str, list[str]] = {}
    for idea in report.ideas:
        found.setdefault(find_nutrient(idea.nutrient).name, []).append(_idea(report, idea))
    return list(found.items())


def _idea(report: Report, idea: Idea) -> str:
    reading = report.case.readings[idea.nutrient]
    energy = "" if idea.energy_kcal is None else f", {idea.energy_kcal:.0f} kcal"
    also = [
        f"{find_nutrient(id_).called} {amount(report.case.readings[id_], value)} {find_nutrient(id_).unit}"
        for id_, value in idea.also
    ]
    brings = f"; also {', '.join(also)}" if also else ""
    eaten = " (in this log)" if idea.eaten else ""
    weight = f"{idea.grams:.0f} g"
    portion = weight if idea.portion == weight else f"{idea.portion} ({weight})"
    note = f" {idea.note[0].upper()}{idea.note[1:]}." if idea.note else ""
    return (
        f"{idea.name}{eaten}, {portion}: {amount(reading, idea.amount)} "
        f"{reading.nutrient.unit}, {idea.share * 100:.0f} % of the gap{energy}{brings}.{note}"
    )


def ideas_note() -> str:
    """What the ideas are, and what the gap is."""
    return (
        "Foods in usual portions, by the share of the gap that one portion a day would close. The gap is that between "
        "this log and the recommended intake; a blood level is another matter."
    )


def symptom_days(report: Report) -> list[str]:
    """Each day's symptoms beside that day's intake: ``2026-03-02: twitching 5 | magnesium 320 mg, ...``."""
    if report.case.symptoms is None:
        return []
    from nutrigap.symptoms import by_day

    place = {date: d for d, date in enumerate(report.intake.dates)}
    rows = []
    for day in by_day(report.case.symptoms):
        told = ", ".join(f"{kind} {value:g}" for kind, value in day.values.items())
        taken = "no diary on this day"
        if day.date in place:
            taken = ", ".join(
                f"{one.nutrient.called} {amount(one, float(report.intake.daily.best[place[day.date], _column(one)]))} "
                f"{one.nutrient.unit}"
                for one in report.readings
                if one.nutrient.role == "core" or one.nutrient.id in ("caffeine", "alcohol")
            )
        rows.append(f"{day.date}: {told} | {taken}")
    return rows


# --- the record


def record(report: Report) -> list[str]:
    """How complete the log is: its days, days left out with both means, its energy."""
    kept, said = report.record, []
    if not report.intake.days:
        return []
    names = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    days = ", ".join(f"{name} {number}" for name, number in zip(names, kept.weekdays, strict=True) if number)
    said.append(f"{count(report.intake.days, 'day')} in the mean ({days}).")
    said += [flag.text for flag in report.flag("R22") if flag not in in_short(report)]
    for one in kept.incomplete:
        said.append(f"{one.date} is not in the mean: {one.reason}.")
    if kept.incomplete and kept.mean_with_all is not None:
        both = [
            f"{one.nutrient.called} {amount(one, one.best)} ({amount(one, float(kept.mean_with_all[_column(one)]))})"
            for one in report.core
        ]
        said.append(f"Means without them, and in brackets with them: {', '.join(both)}.")
        if not all(one.marked for one in kept.incomplete):
            said.append('If nothing is missing on such a day, write "complete day" in a note of that day.')
    if kept.energy is not None and kept.energy.ratio >= kept.energy.lower:
        said.append(
            f"Energy is {kept.energy.ratio:.2f} times what a body of this size uses at rest; a complete log of so many "
            f"days mostly lies between {kept.energy.lower:.2f} and {kept.energy.upper:.2f}."
        )
    if report.intake.weights is not None:
        said.append("Monday to Thursday and Friday to Sunday are weighted 4 to 3, as they stand in a week.")
    return said


def _column(reading: Reading) -> int:
    return nutrient_index()[reading.nutrient.id]


# --- beside another authority


def comparison(report: Report, authority: str) -> list[tuple[str, ...]]:
    """Rows of the table beside another authority: nutrient, references, level, reading."""
    rows: list[tuple[str, ...]] = []
    for reading in report.core:
        other = report.case.others[authority][reading.nutrient.id]
        rows.append((reading.nutrient.name, need(other), limit(other), looks(other)))
    return rows


def comparison_notes(report: Report, authority: str) -> list[str]:
    """What belongs below that table."""
    known = [report.case.target(one.nutrient.id, authority) for one in report.core]
    targets = [target for target in known if target is not None]
    said = []
    if any(target.ul_scope == "supplement_water_added" for target in targets):
        said.append(ADDED_MAGNESIUM)
    if any(target.provisional for target in targets):
        names = [find_nutrient(target.nutrient).called for target in targets if target.provisional]
        said.append(f"Provisional: the average requirement of {', '.join(names)}.")
    return said


ADDED_MAGNESIUM = (
    "EFSA's upper level for magnesium counts magnesium added to food and water too, which the food tables cannot tell "
    "from the food's own: only supplements are compared."
)


def _width(report: Report, reading: Reading) -> list[str]:
    """The foods and lines that decide how wide the bounds are, where they are wide."""
    least = SMALL * max(reading.best, 0.0)
    if reading.high - reading.low <= NARROW * max(reading.best, 1e-12):
        return []
    parts = []
    for one in report.intake.deciders(reading.nutrient.id)[:MOST_NAMED]:
        shown = amount(reading, one.width)
        if one.width < least or not any(digit in shown for digit in "123456789?"):
            continue
        size = "no upper end" if math.isinf(one.width) else f"up to {shown} {reading.nutrient.unit} a day"
        parts.append(f"{shorten(one.text)} ({one.reason}, {ranges(one.lines, 3)}: {size})")
    return [f"The bounds are set by {'; '.join(parts)}."] if parts else []


def contributors(report: Report, reading: Reading) -> str:
    """The foods and products that bring most: ``Fish, salmon 27 %; vitamin D3 1000 IU (supplement) 14 %``."""
    doses = {entry.line.food for entry in report.intake.entries if entry.kind == "supplement"}
    top = report.intake.contributors(reading.nutrient.id)[:MOST_NAMED]
    told = [
        f"{shorten(_everyday(food))}{' (supplement)' if food in doses else ''} {share * 100:.0f} %"
        for food, _, share in top
        if share >= SMALL
    ]
    return f"Most from: {'; '.join(told)}." if told else ""


def _everyday(name: str) -> str:
    """A name of the food table without what its survey could not specify (NFS, NS as to)."""
    return name.partition(", NFS")[0].partition(", NS as to")[0]


# --- what to check


def checks(report: Report) -> list[tuple[str, list[Check]]]:
    """Lines that were left out or rest on a guess, those that change a total first; equal ones together."""
    left = [entry for entry in report.entries if entry.status == "left_out"]
    matter = [entry.kind != "other" and bool(entry.missing or entry.open) for entry in left]
    groups = (
        ("Left out", [entry for entry, bears in zip(left, matter, strict=True) if bears]),
        ("Counted on a guess", [entry for entry in report.entries if entry.status == "flagged"]),
        ("Left out, and it changes no total", [entry for entry, bears in zip(left, matter, strict=True) if not bears]),
    )
    found = []
    for heading, entries in groups:
        same: dict[tuple[str, str, str], list[int]] = {}
        for entry in entries:
            written = shorten(f"{entry.line.food} {amount_text(entry)}", 60) or "(no food named)"
            fix = "" if entry.fix.startswith("nothing to do") else shorten(entry.fix, 240)
            same.setdefault((written, shorten(entry.problem, 240), fix), []).append(entry.line.number)
        if same:
            found.append((heading, [Check(tuple(numbers), *texts) for texts, numbers in same.items()]))
    return found


def context(report: Report) -> list[str]:
    """Energy, water and the like, shown and not judged; [] where no food was counted."""
    if not report.intake.has_food:
        return []
    shown = [reading for reading in report.readings if reading.nutrient.role == "context"]
    means = ", ".join(f"{one.nutrient.name.lower()} {amount(one, one.best)} {one.nutrient.unit}" for one in shown)
    return [f"{means}.", *(graded(flag) for flag in report.section("context"))]


def method(report: Report) -> list[str]:
    """How it was done, in plain words."""
    said = [flag.text for flag in report.section("method")] + [METHOD, WHAT_CONFIDENCE_IS, GRADES]
    targets = [one.reference for one in report.core if one.reference is not None]
    if any(target.ul_scope == "supplement_water_added" for target in targets):
        said.append(ADDED_MAGNESIUM)
    single = [find_nutrient(target.nutrient).called for target in targets if target.unverified]
    if single:
        said.append(f"Values that rest on a single source here: those of {', '.join(single)}.")
    provisional = [find_nutrient(target.nutrient).called for target in targets if target.provisional]
    if provisional:
        said.append(f"The average requirement of {', '.join(provisional)} is provisional.")
    return said


def notes(report: Report) -> list[str]:
    """What the reader of the diary noted, without what stands at the top of the report."""
    above = (assumed(report.person), guide(report.person))
    return [printable(note) for note in report.notes if note not in above]
