"""The report as one HTML file that loads nothing and runs nothing: for a phone, a screen and two sheets of paper.

``contents`` makes it of texts and figures, of the same numbers and sentences as the other forms; the template only sets
them. All text is escaped by the template, so that nothing of a diary becomes markup.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from nutrigap import __version__
from nutrigap.amounts import unit_key
from nutrigap.answers import KINDS
from nutrigap.choices import COLUMNS, phrase_key
from nutrigap.entries import Entry
from nutrigap.intake import SOURCES
from nutrigap.readings import Reading
from nutrigap.references import terms
from nutrigap.report import charts
from nutrigap.report.cells import between, bounds, head_of_needs, is_above, legend, limit, looks, need, sign_of
from nutrigap.report.head import Answer, answers, assumed, counted, guessed, opening, remarks, title
from nutrigap.report.json import Json, as_dict, written
from nutrigap.report.marks import SCOPES, doses, marks
from nutrigap.report.model import Report
from nutrigap.report.rows import amount_text
from nutrigap.report.saved import as_csv, paste
from nutrigap.report.sections import (
    Check,
    at_least,
    checks,
    comparison,
    comparison_notes,
    context,
    ideas_note,
    method,
    notes,
    record,
    suggestions,
    symptom_days,
)
from nutrigap.report.sentences import closing, first, sentences, twitching
from nutrigap.report.sheet_parts import WEEKDAYS, Section, Table
from nutrigap.report.sources import in_two, used
from nutrigap.report.wrap import ranges, shorten
from nutrigap.rules import DISCLAIMER
from nutrigap.totals import ADDED
from nutrigap.units import nutrient_index
from nutrigap.wording import amount, lowest, percent

NAME = "What this food diary can and cannot say"
MOST_FOODS = 5
MOST_DAYS = 62
"""Days that a figure and the table of days show; of a longer log the last ones."""
CARD = 2
"""Remarks on the answer card besides the count of lines; what else bears on the answer stands below it."""
MOST_LINES = 1_000
"""Lines from which on the page holds their totals and not each of them: they are in the tables and the JSON."""
MOST_ON_PAPER = 3
"""Lines to check of one kind that are printed: they are mended at a screen."""
NOT_APART, UNKNOWN = "within food", "unknown"
"""In place of what was added to food, where the tables do not tell it apart, and of any other unknown amount."""


class Card(NamedTuple):
    """One nutrient as it is shown: texts, figures, sentences, and the foods that bring most of it."""

    name: str
    mean: str
    between: str
    against: str
    verdict: str
    sign: str
    tone: str
    confidence: str
    complete: str
    band: Markup
    doses: Markup | None
    days: Markup | None
    sentences: str
    foods: tuple[tuple[str, str, Markup], ...]


class Doubt(NamedTuple):
    """Lines to check: where, what was written, what is wrong, how to mend it, and a row for a file of choices or ""."""

    where: str
    written: str
    problem: str
    fix: str
    row: str


class Top(NamedTuple):
    """The answer, and the six nutrients: what a notebook shows, and the beginning of the page."""

    about: str
    warnings: tuple[str, ...]
    answers: tuple[Answer, ...]
    card: tuple[str, ...]
    remarks: tuple[str, ...]
    nutrients: tuple[Card, ...]


class Page(NamedTuple):
    """One person's report as texts and figures; nothing but figures is markup."""

    top: Top
    legend: str
    cut: str
    sources_table: Table | None
    days: Table | None
    out: frozenset[str]
    reading: tuple[Section, ...]
    record: tuple[str, ...]
    context: tuple[str, ...]
    doubts: tuple[tuple[str, tuple[Doubt, ...]], ...]
    rows: str
    notes: tuple[str, ...]
    ideas: tuple[tuple[str, tuple[str, ...]], ...]
    ideas_note: str
    twitching: tuple[str, ...]
    foods: Table | None
    size: int
    method: tuple[str, ...]
    sources: tuple[tuple[str, str], ...]
    reproduce: tuple[tuple[str, str], ...]


def top(report: Report) -> Top:
    """The answer of one report, and its six nutrients."""
    lines, rests = counted(report), guessed(report)
    said = [one for one in remarks(report) if one != lines and one not in rests]
    return Top(
        about=title(report),
        warnings=(*first(report), *filter(None, [assumed(report.person)]), *opening(report)),
        answers=tuple(answers(report)),
        card=(*said[:CARD], lines),
        remarks=(*rests, *said[CARD:]),
        nutrients=tuple(_card(report, reading) for reading in report.core) if report.intake.days else (),
    )


def contents(report: Report, command: str = "") -> Page:
    """What stands on the page of one report."""
    doubts, size = _doubts(report), len(report.intake.dates)
    return Page(
        top=top(report),
        cut=f"The last {MOST_DAYS} of {size:,} days are shown." if size > MOST_DAYS else "",
        legend=legend(report) if report.intake.days else "",
        sources_table=_by_source(report) if report.intake.days else None,
        days=_days(report) if report.intake.days else None,
        out=frozenset(_out(report)),
        reading=_reading(report),
        record=tuple(record(report)),
        context=tuple(context(report)),
        doubts=doubts,
        rows=",".join(COLUMNS) if any(one.row for _, found in doubts for one in found) else "",
        notes=tuple(notes(report)),
        ideas=tuple((name, tuple(ideas)) for name, ideas in suggestions(report)),
        ideas_note=ideas_note() if report.ideas else "",
        twitching=(*twitching(report), *_symptom_days(report)),
        foods=_foods(report) if len(report.entries) <= MOST_LINES else None,
        size=len(report.entries),
        method=tuple(method(report)),
        sources=tuple(map(in_two, used(report))),
        reproduce=_reproduce(report, command),
    )


def _card(report: Report, reading: Reading) -> Card:
    verdict = looks(reading, report)
    low = reading.adequacy is not None and reading.adequacy.status == "likely_low"
    tone = "above" if is_above(reading) else "low" if low else "good" if sign_of(verdict) == "●" else ""
    return Card(
        name=reading.nutrient.name,
        mean=f"{amount(reading, reading.best)} {reading.nutrient.unit}",
        between=bounds(reading),
        against=_against(report, reading),
        verdict=verdict,
        sign=sign_of(verdict),
        tone=tone,
        confidence=_confidence(reading),
        complete=_complete(report, reading),
        band=_band(reading),
        doses=_doses(report, reading),
        days=_day_figure(report, reading),
        sentences=" ".join(sentences(report, reading)),
        foods=_top(report, reading),
    )


def _against(report: Report, reading: Reading) -> str:
    """What the mean is held against: ``EAR / RDA 265 / 320; upper level 350, supplements only``."""
    target = reading.reference
    if target is None:
        return "no reference"
    heads = f"{head_of_needs(report)} " if target.ear is not None else ""
    level = limit(reading).removesuffix(" suppl.")
    scope = f", {SCOPES[target.ul_scope]}" if target.ul is not None and target.ul_scope in SCOPES else ""
    return f"{heads}{need(reading)}; upper level {level}{scope}"


def _confidence(reading: Reading) -> str:
    """The test's result in words and number; what it is a confidence of stands with it."""
    found, target = reading.adequacy, reading.reference
    if found is None or found.confidence is None or target is None:
        return "No test of the need"
    if found.status == "likely_low":  # told in the direction of the verdict, as in the short answer
        return f"Confidence {percent(1 - found.confidence)} that usual intake is below the need"
    meets = "meets the need" if target.ear is not None else "reaches the AI"
    return f"Confidence {percent(found.confidence)} that usual intake {meets}{lowest(found)}"


def _complete(report: Report, reading: Reading) -> str:
    i = nutrient_index()[reading.nutrient.id]
    covered, guessed = float(report.intake.coverage[i]), float(report.intake.flagged_share[i])
    return f"{_share(covered)} of the energy has a measured value; {_share(guessed)} of the mean rests on guessed lines"


def _share(share: float) -> str:
    """A share as a whole percentage, all or none only where it is; "?" where it is not known."""
    if not math.isfinite(share):
        return "? %"
    return "over 99 %" if 0.995 <= share < 1 else "under 1 %" if 0 < share < 0.005 else f"{share * 100:.0f} %"


def _band(reading: Reading) -> Markup:
    unit, against = reading.nutrient.unit, marks(reading)
    told = "".join(f"; {mark.text} {unit}" for mark in against)
    label = f"{reading.nutrient.name}: mean {amount(reading, reading.best)} {unit} a day, {bounds(reading)}{told}"
    return charts.band(reading.low, reading.best, reading.high, against, label, words=[mark.text for mark in against])


def _doses(report: Report, reading: Reading) -> Markup | None:
    """Supplements on a band of their own, where the level counts nothing else and there are any."""
    found = doses(report, reading)
    if found is None or not found.high > 0:
        return None
    low, best, high, level, text = found
    ends = between(reading, low, high)
    mean = f"{amount(reading, best)} {reading.nutrient.unit} a day"
    label = f"{reading.nutrient.name} from supplements: mean {mean}, {ends}; {text}"
    return charts.band(low, best, high, [level], label, words=[text])


def _day_figure(report: Report, reading: Reading) -> Markup | None:
    shown = _shown(report)
    if len(shown) < 2:
        return None
    days, i = report.intake.daily, nutrient_index()[reading.nutrient.id]
    found = [
        charts.Day(
            report.intake.dates[d].isoformat(), float(days.low[d, i]), float(days.best[d, i]), float(days.high[d, i]),
            bool(report.intake.complete[d]),
        )
        for d in shown
    ]  # fmt: skip
    line = next((mark for mark in marks(reading) if mark.kind != "level"), None)  # the EAR, else the AI
    known = [one.best for one in found if math.isfinite(one.best)]
    ends = "not known"
    if known:
        ends = f"{amount(reading, min(known))} to {amount(reading, max(known))} {reading.nutrient.unit}"
    span = f"{len(found)} days" if len(found) == len(report.intake.dates) else f"the last {len(found)} days"
    label = f"{reading.nutrient.name} day by day: {ends} over {span}; each day stands in the table of days"
    return charts.by_day(found, line, label)


def _shown(report: Report) -> range:
    """The days that are shown: all, or the last ones of a long log."""
    size = len(report.intake.dates)
    return range(max(size - MOST_DAYS, 0), size)


def _top(report: Report, reading: Reading) -> tuple[tuple[str, str, Markup], ...]:
    found = []
    for food, brings, part in report.intake.contributors(reading.nutrient.id)[:MOST_FOODS]:
        text = f"{amount(reading, brings)} {reading.nutrient.unit}, {_share(part)}"
        found.append((shorten(food, 60), text, charts.share(part, f"{_share(part)} of all")))
    return tuple(found)


def _by_source(report: Report) -> Table:
    """What food, what was added to food, and supplements bring."""
    rows = []
    for reading in report.core:
        means = report.intake.mean_by_source.best[nutrient_index()[reading.nutrient.id]]
        more = report.intake.mean_by_source.high[nutrient_index()[reading.nutrient.id]]
        cells = [_part(reading, source, *ends) for source, *ends in zip(SOURCES, means, more, strict=True)]
        whole = at_least(reading, reading.best, reading.high)
        rows.append((f"{reading.nutrient.name}, {reading.nutrient.unit}", *cells, whole))
    return Table(("per day", *_SOURCE_HEADS, "all"), tuple(rows))


_SOURCE_HEADS = tuple({"fortified": "added to food", "supplement": "supplements"}.get(name, name) for name in SOURCES)


def _part(reading: Reading, source: str, best: float, high: float) -> str:
    """What a source brings; a ``+`` where there may be clearly more, words where it is not known."""
    if not math.isnan(best):
        return at_least(reading, best, high)
    return NOT_APART if source == "fortified" and reading.nutrient.id not in ADDED else UNKNOWN


def _out(report: Report) -> list[str]:
    """Days that are not in the mean, as the table of days names them."""
    days = zip(report.intake.dates, report.intake.complete, strict=True)
    return [_day_name(date) for date, counts in days if not counts]


def _day_name(date: dt.date) -> str:
    return f"{WEEKDAYS[date.weekday()]} {date.isoformat()}"


def _days(report: Report) -> Table:
    """The days with their totals; those without any food that was counted have none."""
    columns = [nutrient_index()[reading.nutrient.id] for reading in report.core]
    rows = []
    for d in _shown(report):
        date = report.intake.dates[d]
        cells = [_on_day(report, reading, d, i) for reading, i in zip(report.core, columns, strict=True)]
        rows.append((_day_name(date), *cells))
    heads = (f"{reading.nutrient.name}, {reading.nutrient.unit}" for reading in report.core)
    return Table(("day", *heads), tuple(rows))


def _on_day(report: Report, reading: Reading, d: int, i: int) -> str:
    """A day's total; "?" where nothing of it could be counted, for unknown is not 0."""
    best, high = float(report.intake.daily.best[d, i]), float(report.intake.daily.high[d, i])
    nothing = best == 0 and not report.intake.complete[d] and high > 0
    return "?" if nothing else at_least(reading, best, high)


def _reading(report: Report) -> tuple[Section, ...]:
    """What bears on the six nutrients together: what is worth knowing, and other authorities beside that."""
    worth = closing(report) if report.intake.days else []
    return (
        *([Section("Worth knowing", notes=tuple(worth))] if worth else []),
        *(
            Section(
                f"Beside {terms(authority)['short']}",
                table=Table(
                    ("per day", head_of_needs(report, authority), "upper level", "this log"),
                    tuple(comparison(report, authority)),
                ),
                notes=tuple(comparison_notes(report, authority)),
            )
            for authority in report.compared
        ),
    )


def _symptom_days(report: Report) -> list[str]:
    """Symptoms beside what else was taken; the six nutrients stand in the table of days."""
    days = symptom_days(report, core=False)
    return ["What these days hold of the six nutrients stands under Day by day.", *days] if days else []


def _doubts(report: Report) -> tuple[tuple[str, tuple[Doubt, ...]], ...]:
    """Lines that were left out or rest on a guess, each with a row to paste where one settles it."""
    offered: set[tuple[str, str]] = set()
    return tuple((heading, tuple(_doubt(report, one, offered) for one in found)) for heading, found in checks(report))


def _doubt(report: Report, one: Check, offered: set[tuple[str, str]]) -> Doubt:
    """A line to check; of a phrase and measure one row is ``offered``: two would contradict each other."""
    row = paste(report, one.entry)
    said = (phrase_key(row["phrase"]), unit_key(row["unit"])) if row else ("", "")
    new = bool(row) and said not in offered
    offered.add(said)
    return Doubt(
        ranges(one.lines), one.written, one.problem, "" if new else one.fix, as_csv(row) if row and new else ""
    )


def _foods(report: Report) -> Table:
    """Every line with what it was taken for."""
    return Table(
        ("line", "day", "written", "taken for", "weight", "state"),
        tuple(_food(report, entry) for entry in report.entries),
    )


def _food(report: Report, entry: Entry) -> tuple[str, ...]:
    taken = [_taken(report, piece) for piece in entry.pieces]
    return (
        str(entry.line.number),
        entry.line.date.isoformat() if entry.line.date else "",
        shorten(f"{entry.line.food} {amount_text(entry)}", 80),
        "; ".join(name for name in taken if name),
        f"{entry.grams.best:,.{0 if entry.grams.best >= 9.95 else 1}f} g" if entry.grams else "",
        {"left_out": "left out", "flagged": "on a guess"}.get(entry.status, "counted"),
    )


def _taken(report: Report, entry: Entry) -> str:
    if entry.kind == "supplement":
        return "supplement"
    return shorten(report.foods.names[entry.row], 80) if entry.row is not None else ""


def _reproduce(report: Report, command: str) -> tuple[tuple[str, str], ...]:
    """By what, and of what, the report was made."""
    told = (
        ("Command", command),
        ("Program", f"nutrigap {__version__}"),
        ("Told", _told(report)),
        ("Diary", f"{shorten(report.diary.path, 200)}, SHA-256 {report.diary.sha256}"),
        ("Foods", f"{shorten(report.foods.name, 80)} {report.foods.edition}, SHA-256 {report.foods.sha256}"),
        ("References", terms(report.person.references)["short"]),
    )
    return tuple((label, text) for label, text in told if text)


def _told(report: Report) -> str:
    """What was told of the person beside age and sex."""
    person = report.person
    facts = (
        ("weight", person.weight_kg, " kg"), ("height", person.height_cm, " cm"), ("diet", person.diet, ""),
        ("months on the diet", person.months_on_diet, ""), ("sun", person.sun, ""),
    )  # fmt: skip
    said = [f"{name} {value}{unit}" for name, value, unit in facts if value is not None]
    for kind in KINDS:
        told = ", ".join(shorten(one.text, 60) for one in person.told(kind))
        said += [f"{kind}s: {told}"] if told else []
    return "; ".join(said)


def _rounded(value: Json) -> Json:
    """Numbers to six digits: half the page would else be the digits behind them."""
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    return [_rounded(one) for one in value] if isinstance(value, list) else value


def _embedded(report: Report) -> Markup:
    """The JSON of the report as text that can end no element: every ``<``, ``>`` and ``&`` is escaped.

    What else a phrase might mean is told of lines in doubt only: of all lines it is a fifth of the page. Of a very long
    log the lines are left out.
    """
    whole = as_dict(report, brief=True, lines=len(report.entries) <= MOST_LINES)
    text = written(_rounded(whole), None, tight=True).rstrip()
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)


def render(reports: Sequence[Report], command: str = "") -> str:
    """The pages of some reports, one below the other, as one HTML file.

    Parameters
    ----------
    reports : sequence of Report
        One a person.
    command : str
        The command line that made it, shown among what is needed to make it again.

    Returns
    -------
    str
        Ends in a newline.
    """
    from nutrigap.report.template import fill  # no other form needs it

    shown = [(contents(report, command), _embedded(report)) for report in reports]
    return fill("report.html", title=NAME, pages=shown, disclaimer=DISCLAIMER, most_on_paper=MOST_ON_PAPER)


def cell(report: Report) -> str:
    """The short answer and the six nutrients as a notebook shows them, in the colours of the notebook."""
    from nutrigap.report.template import fill

    return fill("cell.html", top=top(report), disclaimer=DISCLAIMER)
