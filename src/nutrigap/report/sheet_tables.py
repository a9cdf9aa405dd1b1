"""The tables of the clinician sheet: the six nutrients, the products, the symptom log beside the day's intake.

Every number is that of the JSON, in the decimals of the report; all is text as it is shown, not escaped.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from nutrigap.assessment import MIN_DAYS
from nutrigap.exposures import Product, Range, products
from nutrigap.intake import SOURCES
from nutrigap.readings import Reading
from nutrigap.references import terms
from nutrigap.report.model import Report
from nutrigap.report.sentences import NARROW
from nutrigap.report.sheet_parts import (
    UNKNOWN,
    Section,
    Table,
    best_of,
    ends_of,
    percentage,
    share,
    some,
    span,
)
from nutrigap.report.wrap import shorten
from nutrigap.symptoms import EVERYDAY, DayRow, by_day, label
from nutrigap.tables import sources
from nutrigap.units import nutrient_index
from nutrigap.wording import exactly
from nutrigap.words import count

# Most rows of each table: what is more is counted, so that one person's page stays one page.
MOST_PRODUCTS, MOST_DAYS, MOST_LONG_DAYS, MOST_KINDS = 8, 14, 5, 5
LONG = 48  # a longer cell takes two lines of the printed page, so that fewer days have room
# Method of the test -> the reference that it holds the log against (None: the authority's average requirement).
TESTS: Mapping[str, tuple[str | None, str]] = {
    "ear_z": (None, "z"), "ear_gamma": (None, "gamma"), "ai_z": ("AI", "z"), "ai_gamma": ("AI", "gamma"),
}  # fmt: skip
UL_SCOPES = {"total": "total", "supplement_only": "supplements", "supplement_water_added": "supplements, added"}
SPREADS = {"sd_1.25": "SD × 1.25", "sd_1.5": "SD × 1.5"}
MEASURED = {"count": "times a day", "severity": "severity, 0 to 10", "value": "a number as written"}
_BESIDE = ("caffeine", "alcohol")
NUTRIENT_NOTES = (
    "Range, and square brackets: what unmeasured values, unread lines and unclear doses or amounts leave open. "
    "Coverage: share of the energy of counted foods that has a value for the nutrient. Fortified: where the tables do "
    "not tell it, it is in the food. UL: for long use, of all sources (total), of supplements, or of these and what is "
    "added to food or water; none set does not mean that more is harmless.",
    "Confidence: the result of a test on this log, not a probability about the person: that usual intake meets the "
    "{ear} or, where there is none, reaches the AI (z: IOM 2000; gamma: a gamma model of the mean, for intakes that "
    "are skewed from day to day). SD × 1.25 and × 1.5: the same if intake varied so much more from day to day.",
)
DAY_NOTE = (
    "Intake of the day at the best values; +: unread lines, unmeasured values or unclear amounts may add more than "
    "5 %. What is not written down is unknown."
)
PRODUCT_NOTE = (
    "Mean dose per day in the mean, not per day of use. Fortified foods, as far as their names tell: all they bring, "
    "of vitamin B12 what was added. -: none stated. Days are those of this log, also days left out; use before or "
    "after it: not told."
)


def _head(reading: Reading) -> str:
    """A nutrient over a column: ``B6, mg``."""
    return f"{reading.nutrient.name.removeprefix('Vitamin ')}, {reading.nutrient.unit}"


# --- the six nutrients


def nutrients(report: Report) -> Section:
    """Means, sources, references and confidence of the six."""
    targets = [one.reference for one in report.core if one.reference is not None]
    years = sorted({sources()[key].year for target in targets for key in target.sources if sources()[key].year})
    short = terms(report.person.references)
    when = f" {years[0]}-{years[-1]}" if len(set(years)) > 1 else f" {years[0]}" if years else ""
    head = (
        "Per day", "Mean", "Range", "Food", "Fortified", "Supplement", f"Reference, {short['short']}{when}", "UL",
        "Coverage", "Confidence", *SPREADS.values(), f"Test, {count(report.intake.days, 'day')}",
    )  # fmt: skip
    rows = tuple(_nutrient(report, one) for one in report.core)
    notes = [note.format(ear=short["ear_term"]) for note in NUTRIENT_NOTES]
    return Section("Intake", table=Table(head, rows), notes=(*notes, *_options(report)))


def _nutrient(report: Report, reading: Reading) -> tuple[str, ...]:
    intake, i = report.intake, nutrient_index()[reading.nutrient.id]
    eaten = intake.has_food
    parts = dict(zip(SOURCES, np.stack(intake.mean_by_source)[:, i].T.tolist(), strict=True))
    food = best_of(reading, *parts["food"][1:])
    return (
        f"{reading.nutrient.name}, {reading.nutrient.unit}",
        best_of(reading, reading.best, reading.high),
        ends_of(reading, reading.low, reading.high),
        food if eaten else UNKNOWN,
        span(reading, *parts["fortified"]) if eaten else UNKNOWN,
        span(reading, *parts["supplement"]),
        _reference(reading),
        _limit(reading),
        share(float(intake.coverage[i])) if eaten else UNKNOWN,
        *_confidence(report, reading),
    )


def _reference(reading: Reading) -> str:
    target = reading.reference
    if target is None:
        return "none"
    told = ((target.ear_term, target.ear), (target.rda_term, target.rda), ("AI", target.ai))
    return ", ".join(f"{kind} {exactly(value)}" for kind, value in told if value is not None) or "none set"


def _limit(reading: Reading) -> str:
    target = reading.reference
    if target is None or target.ul is None:
        return "none set"
    return f"{exactly(target.ul)} {UL_SCOPES[target.ul_scope]}"


def _confidence(report: Report, reading: Reading, *, stressed: bool = True) -> tuple[str, ...]:
    """Confidence with its ends, the same at larger spreads, and the test."""
    found, days = reading.adequacy, report.intake.days
    if not report.intake.has_food or days < MIN_DAYS:
        why = "no food counted" if not report.intake.has_food else f"under {MIN_DAYS} days"
        return UNKNOWN, UNKNOWN, UNKNOWN, f"none, {why}"
    if found is None or found.method not in TESTS:
        return UNKNOWN, UNKNOWN, UNKNOWN, "none"
    best, *ends = (percentage(c) for c in (found.confidence, found.confidence_low, found.confidence_high))
    told = (
        best
        if ends == [best, best] or best == UNKNOWN
        else f"{best} [{'-'.join(end.removesuffix(' %') for end in ends)}]"
    )
    rows = report.case.stress(reading.nutrient.id) if stressed else ()
    stress = {one.what: percentage(one.confidence) for one in rows}
    against, test = TESTS[found.method]
    kind = against or (reading.reference.ear_term if reading.reference is not None else "")
    return told, *(stress.get(what, UNKNOWN) for what in SPREADS), f"{kind}, {test}"


def _options(report: Report) -> list[str]:
    """What was asked for that changes the numbers, and whose references stand for an unknown person."""
    method, person = report.case.method, report.person
    asked = (
        (
            report.intake.weights is not None,
            "Monday to Thursday and Friday to Sunday weighted 4 to 3",
        ),
        (method.own_sd, "from 14 days on the log's own day-to-day SD, drawn to the table's"),
        (bool(method.sd), "a day-to-day SD given for this person"),
        (method.consecutive, "days in a row counted as fewer independent ones"),
    )
    used = [what for on, what in asked if on]
    notes = [f"Options: {'; '.join(used)}."] if used else []
    if person.assumed:
        missing = " and ".join(name for name, value in (("age", person.age), ("sex", person.sex)) if value is None)
        notes.append(f"{missing.capitalize()} not told: of the possible references the most demanding are shown.")
    return notes


# --- products


class _Taken(NamedTuple):
    """A product with what it brings by nutrient."""

    kind: str
    name: str
    lines: tuple[int, ...]
    means: dict[str, Range]


def _taken(report: Report) -> list[_Taken]:
    """The products that bring any of the six, each once: supplements first, then by the largest share of a mean."""
    found: list[_Taken] = []
    for reading in report.core:
        for one in products(report.intake, reading.nutrient.id):
            at = next((n for n, taken in enumerate(found) if _same(taken, one)), None)
            if at is None:
                found.append(_Taken(one.kind, one.name, one.lines, {reading.nutrient.id: one.mean}))
            else:
                lines = tuple(sorted({*found[at].lines, *one.lines}))
                found[at] = found[at]._replace(lines=lines, means=found[at].means | {reading.nutrient.id: one.mean})
    return sorted(found, key=lambda one: (one.kind != "supplement", -_weight(report, one), one.lines))


def _same(taken: _Taken, one: Product) -> bool:
    return (taken.kind, taken.name) == (one.kind, one.name) and not set(taken.lines).isdisjoint(one.lines)


def _weight(report: Report, taken: _Taken) -> float:
    """The largest share that a product has of a mean."""
    means = ((report.case.readings[id_].best, mean.best) for id_, mean in taken.means.items())
    return max((part / whole for whole, part in means if whole > 0), default=0.0)


def beside(report: Report, authority: str) -> Section:
    """References, upper levels and confidence of the six by another authority."""
    words = terms(authority)
    head = ("Per day", f"Reference, {words['short']}", "UL", "Confidence", f"Test, {count(report.intake.days, 'day')}")
    rows = []
    for one in report.core:
        other = report.case.others[authority][one.nutrient.id]
        told, *_, test = _confidence(report, other, stressed=False)
        rows.append((f"{one.nutrient.name}, {one.nutrient.unit}", _reference(other), _limit(other), told, test))
    return Section(f"The same by {words['short']}", table=Table(head, tuple(rows)))


def products_taken(report: Report) -> Section:
    """Products with their mean daily dose, and when they stand in the log."""
    taken = _taken(report)
    if not taken:
        return Section("Products", (("Supplements and fortified foods", "none in this log"),))
    core = list(report.core)
    head = ("Product", "Kind", "Days logged", "First day", "Last day", *map(_head, core))
    dates = {entry.line.number: entry.line.date for entry in report.entries}
    rows = []
    for one in taken[:MOST_PRODUCTS]:
        seen = sorted({date for line in one.lines if (date := dates[line]) is not None})
        days = f"{len(seen)} of {len(report.intake.dates)}" if seen else UNKNOWN
        cells = [
            span(of, *one.means[of.nutrient.id]) if of.nutrient.id in one.means else "-"
            for of in core
        ]  # fmt: skip
        first, last = (f"{seen[0]}", f"{seen[-1]}") if seen else (UNKNOWN, UNKNOWN)
        rows.append((shorten(one.name, 32), one.kind, days, first, last, *cells))
    more = len(taken) - MOST_PRODUCTS
    notes = (PRODUCT_NOTE, *([f"Not shown: {count(more, 'more product')} of the log."] if more > 0 else []))
    return Section("Products", table=Table(head, tuple(rows)), notes=notes)


# --- the symptom log


def symptom_days(report: Report) -> Section:
    """Each day's symptoms beside the intake of that day; neither is set against the other."""
    log = report.case.symptoms
    assert log is not None
    shown = [one for one in report.readings if one.nutrient.role == "core" or one.nutrient.id in _BESIDE]
    head = ("Day", "Symptom log", *map(_head, shown))
    days = [(day.date, _noted(day)) for day in by_day(log)]
    most = MOST_LONG_DAYS if any(len(noted) > LONG for _, noted in days) else MOST_DAYS
    rows = [(f"{date}", noted, *(_of_day(report, one, date) for one in shown)) for date, noted in days[-most:]]
    kinds: dict[str, set[str]] = {}
    for one in log.days:
        kinds.setdefault(one.kind, set()).add(one.what)
    measures = [
        f"{shorten(label(kind), 24)}: {next(told for what, told in MEASURED.items() if what in found)}"
        for kind, found in kinds.items()
        if kind not in EVERYDAY
    ]
    notes = [f"{some(measures, MOST_KINDS, 'kind')}."] if measures else []
    notes.append(DAY_NOTE)
    if len(days) > most:
        notes.append(f"Not shown: {count(len(days) - most, 'earlier day')} of the symptom log.")
    return Section("Symptom log", table=Table(head, tuple(rows)), notes=(" ".join(notes),))


def _noted(day: DayRow) -> str:
    """What was noted on a day: ``twitching 5, sleep 6.5 hours``."""
    told = (f"{shorten(label(kind), 24)} {value:g}{_unit(kind)}" for kind, value in day.values.items())
    return some(told, MOST_KINDS, "kind", ", ")


def _unit(kind: str) -> str:
    return f" {EVERYDAY[kind].unit}" if kind in EVERYDAY else ""


def _of_day(report: Report, reading: Reading, date: dt.date) -> str:
    """A day's best total; that of a day without a diary is not known."""
    if date not in report.intake.dates:
        return UNKNOWN
    d, i = report.intake.dates.index(date), nutrient_index()[reading.nutrient.id]
    best, high = float(report.intake.daily.best[d, i]), float(report.intake.daily.high[d, i])
    told = best_of(reading, best, high)
    return f"{told}+" if told != UNKNOWN and high - best > NARROW * best else told
