"""The report as text: 80 columns, answer first, then the table, then what to check."""

from __future__ import annotations

from nutrigap.person import authorities
from nutrigap.report.model import Report
from nutrigap.report.sentences import (
    METHOD,
    answers,
    assumed,
    bounds,
    checks,
    closing,
    context,
    contributors,
    is_above,
    legend,
    limit,
    looks,
    need,
    notes,
    opening,
    remarks,
    sentences,
    title,
    years,
)
from nutrigap.report.sources import used
from nutrigap.report.wrap import WIDTH, Page, ranges, shorten
from nutrigap.rules import DISCLAIMER, twitching
from nutrigap.wording import amount

MOST_CHECKS = 12


def render(report: Report, *, color: bool = False, ascii_only: bool = False) -> str:
    """The whole report, ending in a newline; the same words with and without colour."""
    page = Page(color=color, ascii_only=ascii_only)
    page.put(f"nutrigap · {shorten(report.diary.path, 200)}")
    page.put(title(report))
    page.row("-" * WIDTH)
    if assumed(report.person):
        page.put(assumed(report.person))
    _short(page, report)
    if report.intake.days:
        _table(page, report)
        _readings(page, report)
    _to_check(page, report)
    _context(page, report)
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
    head = ("per day", "mean", "low - high", "EAR / RDA", "upper level", "this log")
    page.row(_cells(*head), role="bold")
    for reading in report.core:
        mean = f"{amount(reading, reading.best)} {reading.nutrient.unit}"
        low = reading.adequacy is not None and reading.adequacy.status == "likely_low"
        page.row(
            _cells(reading.nutrient.name, mean, bounds(reading), need(reading), limit(reading), looks(reading)),
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
    if closing(report):
        page.put(closing(report), first="  ")


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


def _context(page: Page, report: Report) -> None:
    if context(report):
        page.heading("For context, per day")
        page.put(context(report), first="  ")
    if notes(report):
        page.heading("Notes")
        for note in notes(report):
            page.put(f"{note}.".replace("..", "."), first="  - ")


def _about(page: Page, report: Report) -> None:
    page.heading("About muscle twitching")
    page.put(twitching(years(report.person)), first="  ")
    page.heading("How this was done")
    page.put(f"{METHOD} References: {authorities()[report.person.references]}.", first="  ")
    for source in used(report):
        year = f" ({source.year})" if source.year else ""
        page.put(f"{source.title}, {source.publisher}{year}", first="  - ")
    page.gap()
    page.put(DISCLAIMER)
