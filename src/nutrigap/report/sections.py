"""The further sections of a report: ideas, symptoms, the record, another authority, what to check, method."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from nutrigap.evidence import GRADES
from nutrigap.readings import Reading
from nutrigap.report.cells import limit, looks, need
from nutrigap.report.head import assumed, guide, in_short
from nutrigap.report.model import Report
from nutrigap.report.rows import amount_text
from nutrigap.report.sentences import graded
from nutrigap.report.wrap import shorten
from nutrigap.units import find_nutrient, nutrient_index
from nutrigap.wording import amount
from nutrigap.words import count, printable

if TYPE_CHECKING:
    from nutrigap.entries import Entry
    from nutrigap.ideas import Idea

METHOD = (
    "Foods are from the tables named below. A value that was never measured runs from 0 to the high end of its food "
    "group and is never counted as nothing. Confidence is that of a test on the log (IOM 2000; for vitamin D and B12 "
    "a gamma model of the mean)."
)
LETTERS = "A letter grades the evidence behind a sentence, and the codes stand in the list below: {grades}."
WHAT_CONFIDENCE_IS = (
    "Confidence is a test result on the log: how well its days fit a usual intake at the need. It is no probability "
    "about a person. What the verdicts are worth was tried on simulated people (docs/simulation.md). For magnesium and "
    'calcium most are right. Vitamin D from food is below the need in nearly everybody: "looks low" is nearly always '
    'right and tells little, while "looks covered" from food alone is wrong in 3 to 6 of 10 logs of a week. For B12 it '
    "is the other way round: few are low, and of the logs of a week that look low most are not."
)
PRIOR = (
    "With the population as prior: a posterior probability with the mean and spread of people of the same age and sex "
    "(NHANES 2007-2012). It draws everybody towards the crowd, and decides nothing here."
)
ADDED_MAGNESIUM = (
    "The European upper level for magnesium (EFSA, Nordic countries) counts magnesium added to food and water too, "
    "which the food tables cannot tell from the food's own: only supplements are compared."
)


BESIDE_SYMPTOMS = ("caffeine", "alcohol")
OPEN_BY = 1.05  # times the best amount, from which a + says that there may be more


class Check(NamedTuple):
    """Lines with one and the same problem: numbers, what was written, what is wrong, how to mend it, the first one."""

    lines: tuple[int, ...]
    written: str
    problem: str
    fix: str
    entry: Entry


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


def symptom_days(report: Report, *, core: bool = True) -> list[str]:
    """Each day's symptoms beside that day's intake: ``2026-03-02: twitching 5 | magnesium 320 mg, ...``.

    Without ``core`` the six nutrients are left to the table of days. A ``+`` stands behind an amount to which unread
    lines or unmeasured values may add more than 5 %.
    """
    if report.case.symptoms is None:
        return []
    from nutrigap.symptoms import by_day, label

    intake = report.intake
    place = {date: d for d, date in enumerate(intake.dates)}
    beside = [one for one in report.readings if one.nutrient.id in BESIDE_SYMPTOMS]
    shown = [*report.core, *beside] if core else beside
    rows = []
    for day in by_day(report.case.symptoms):
        told = ", ".join(f"{label(kind)} {value:g}" for kind, value in day.values.items())
        d, taken, whole = place.get(day.date), "no diary on this day", ""
        if d is not None:
            here = [one for one in shown if one.nutrient.role == "core" or _brings(report, one, d)]
            taken = ", ".join(_on_day(report, one, d) for one in here)
            whole = "" if intake.complete[d] else " (not in the mean)"
        rows.append(f"{day.date}{whole}: {told}{f' | {taken}' if taken else ''}")
    return rows


def _brings(report: Report, reading: Reading, d: int) -> bool:
    return bool(report.intake.daily.best[d, _column(reading)] > 0)


def _on_day(report: Report, reading: Reading, d: int) -> str:
    i, daily = _column(reading), report.intake.daily
    best, high = float(daily.best[d, i]), float(daily.high[d, i])
    return f"{reading.nutrient.called} {at_least(reading, best, high)} {reading.nutrient.unit}"


def at_least(reading: Reading, best: float, high: float) -> str:
    """An amount, with a ``+`` where there may be clearly more."""
    return f"{amount(reading, best)}{'+' if high > OPEN_BY * best else ''}"


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
    for one in kept.doubtful:
        said.append(
            f"{one.date} holds {one.reason}. It is in the mean; if something is missing from it, mark it as incomplete "
            "(--incomplete, or a note of that day)."
        )
    if kept.energy is not None and kept.energy.ratio >= kept.energy.lower:
        said.append(
            f"Energy is {kept.energy.ratio:.2f} times what a body of this size uses at rest; a complete log of so many "
            f"days mostly lies between {kept.energy.lower:.2f} and {kept.energy.upper:.2f}."
        )
    return said


def _column(reading: Reading) -> int:
    return nutrient_index()[reading.nutrient.id]


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
    first = next((name for name in report.compared if _counts_added(report, name)), "")
    if authority == first:  # told once, be there two such authorities
        said.append(ADDED_MAGNESIUM)
    if any(target.provisional for target in targets):
        names = [find_nutrient(target.nutrient).called for target in targets if target.provisional]
        said.append(f"Provisional: the average requirement of {', '.join(names)}.")
    return said


def _counts_added(report: Report, authority: str) -> bool:
    target = report.case.target("magnesium", authority)
    return target is not None and target.ul_scope == "supplement_water_added"


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
        same: dict[tuple[str, str, str], list[Entry]] = {}
        for entry in entries:
            written = shorten(f"{entry.line.food} {amount_text(entry)}", 60) or "(no food named)"
            fix = "" if entry.fix.startswith("nothing to do") else shorten(entry.fix, 240)
            same.setdefault((written, shorten(entry.problem, 240), fix), []).append(entry)
        if same:
            alike = [Check(tuple(one.line.number for one in some), *texts, some[0]) for texts, some in same.items()]
            found.append((heading, alike))
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
    said = [flag.text for flag in report.section("method")] + [METHOD, WHAT_CONFIDENCE_IS]
    said.append(LETTERS.format(grades=", ".join(f"{letter} {words}" for letter, words in GRADES.items())))
    if report.case.method.told():
        said.append(f"Judged with {report.case.method.told()}.")
    if report.case.method.prior:
        said.append(PRIOR)
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
