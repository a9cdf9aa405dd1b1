"""The report as text: 80 columns, answer first, then the table, then what to check."""

from __future__ import annotations

from nutrigap.references import terms
from nutrigap.report.cells import bounds, head_of_needs, is_above, legend, limit, looks, need
from nutrigap.report.head import answers, assumed, opening, remarks, title
from nutrigap.report.model import Report
from nutrigap.report.sections import (
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
from nutrigap.report.sentences import closing, contributors, first, sentences, twitching
from nutrigap.report.sources import line, used
from nutrigap.report.wrap import WIDTH, Page, ranges, shorten
from nutrigap.rules import DISCLAIMER
from nutrigap.wording import amount

MOST_CHECKS = 12


def render(report: Report, *, color: bool = False, ascii_only: bool = False) -> str:
    """The whole report, ending in a newline; the same words with and without colour."""
    page = Page(color=color, ascii_only=ascii_only)
    page.put(f"nutrigap · {shorten(report.diary.path, 200)}")
    page.put(title(report))
    page.row("-" * WIDTH)
    for warning in first(report):
        page.put(warning, role="bold")
    if assumed(report.person):
        page.put(assumed(report.person))
    _short(page, report)
    if report.intake.days:
        _table(page, report)
        _readings(page, report)
        _ideas(page, report)
    _twitching(page, report)
    for authority in report.compared:
        _beside(page, report, authority)
    _to_check(page, report)
    _listed(page, "The record", record(report))
    _listed(page, "For context, per day", context(report))
    _listed(page, "Notes", [f"{note}.".replace("..", ".") for note in notes(report)])
    _about(page, report)
    return page.text()


def _short(page: Page, report: Report) -> None:
    page.heading("In short")
    for warning in opening(report):
        page.put(warning, first="  ")
    for answer in answers(report):
        page.put(answer.text, first=f"  {answer.label:<23}", role=answer.role)
    for remark in remarks(report):
        page.put(remark, first="  ")


def _table(page: Page, report: Report) -> None:
    page.gap()
    head = ("per day", "mean", "low - high", head_of_needs(report), "upper level", "this log")
    page.row(_cells(*head), role="bold")
    for reading in report.core:
        mean = f"{amount(reading, reading.best)} {reading.nutrient.unit}"
        low = reading.adequacy is not None and reading.adequacy.status == "likely_low"
        page.row(
            _cells(reading.nutrient.name, mean, bounds(reading), need(reading), limit(reading), looks(reading, report)),
            role="above" if is_above(reading) else "low" if low else "",
        )
    page.put(legend(report), first="  ")


def _cells(name: str, mean: str, between: str, reference: str, level: str, verdict: str) -> str:
    return f"{name:<11} {mean:>9}  {between:>15}  {reference:>11}  {level:<11}  {verdict}"


def _readings(page: Page, report: Report) -> None:
    page.heading("Reading")
    for reading in report.core:
        said = " ".join(sentences(report, reading))
        page.put(said, first=f"  {reading.nutrient.name}: ", then="    ")
        if contributors(report, reading):
            page.put(contributors(report, reading), first="    ")
    _listed(page, "Worth knowing", closing(report))


def _listed(page: Page, heading: str, said: list[str]) -> None:
    """A section of sentences, each a paragraph of its own; none without any."""
    if said:
        page.heading(heading)
        for sentence in said:
            page.put(sentence, first="  - ")


def _ideas(page: Page, report: Report) -> None:
    if not report.ideas:
        return
    page.heading("Foods that would change it most")
    for nutrient, ideas in suggestions(report):
        page.put(f"{nutrient}:", first="  ")
        for idea in ideas:
            page.put(idea, first="    - ")
    page.put(ideas_note(), first="  ")


def _twitching(page: Page, report: Report) -> None:
    _listed(page, "About muscle twitching", twitching(report))
    days = symptom_days(report)
    if days:
        page.gap()
        for row in days:
            page.put(row, first="    ")


def _beside(page: Page, report: Report, authority: str) -> None:
    page.heading(f"Beside {terms(authority)['short']}")
    page.row(_beside_cells("per day", head_of_needs(report, authority), "upper level", "this log"), role="bold")
    for row in comparison(report, authority):
        page.row(_beside_cells(*row))
    for note in comparison_notes(report, authority):
        page.put(note, first="  ")


def _beside_cells(name: str, reference: str, level: str, verdict: str) -> str:
    return f"{name:<11}  {reference:>13}  {level:<13}  {verdict}"


def _to_check(page: Page, report: Report) -> None:
    groups = checks(report)
    if not groups:
        return
    page.heading("To check")
    for heading, found in groups:
        page.put(f"{heading}:", first="  ")
        for check in found[:MOST_CHECKS]:
            page.put(f"{ranges(check.lines)}: {check.written}: {check.problem}.", first="    ", then="      ")
            if check.fix:
                page.put(f"{check.fix[0].upper()}{check.fix[1:]}.", first="      -> ")
        if len(found) > MOST_CHECKS:
            rest = f"... and {len(found) - MOST_CHECKS:,} more: nutrigap match {shorten(report.diary.path)}"
            page.put(rest, first="    ")


def _about(page: Page, report: Report) -> None:
    page.heading("How this was done")
    for sentence in method(report):
        page.put(sentence, first="  ")
    for source in used(report):
        page.put(line(source), first="  - ")
    page.gap()
    page.put(DISCLAIMER)
