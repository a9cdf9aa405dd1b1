"""The report in Markdown: the same sentences as the text."""

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
from nutrigap.report.wrap import ranges
from nutrigap.rules import DISCLAIMER, twitching
from nutrigap.wording import amount
from nutrigap.words import printable

SPECIAL = frozenset("\\`*_{}[]<>#|~!&$")


def escape(text: str) -> str:
    """Text that Markdown shows as it is: a diary may hold anything, links that make themselves included."""
    flat = " ".join(printable(text).split())
    shown = "".join(f"\\{c}" if c in SPECIAL else c for c in flat)
    return shown.replace("://", "\\://").replace("www.", "www\\.")


def render(report: Report) -> str:
    """The report as Markdown, ending in a newline."""
    lines = [f"# nutrigap: {escape(report.diary.path)}", "", escape(title(report)), ""]
    if assumed(report.person):
        lines += [f"> {escape(assumed(report.person))}", ""]
    lines += ["## In short", ""]
    lines += [f"- {escape(warning)}" for warning in opening(report)]
    lines += [f"- **{answer.label}**: {escape(answer.text)}" for answer in answers(report)]
    lines += [f"- {escape(remark)}" for remark in remarks(report)]
    if report.intake.days:
        lines += ["", *_table(report), "", escape(legend(report)), "", "## Reading", "", *_readings(report)]
    for heading, found in checks(report):
        lines += ["", f"## {heading}", ""]
        for one in found:
            fix = f"; {escape(one.fix)}" if one.fix else ""
            lines.append(f"- {ranges(one.lines)}, {escape(one.written)}: {escape(one.problem)}{fix}")
    if context(report):
        lines += ["", "## For context, per day", "", escape(context(report))]
    if notes(report):
        lines += ["", "## Notes", "", *(f"- {escape(note)}" for note in notes(report))]
    lines += [
        "",
        "## About muscle twitching",
        "",
        escape(twitching(years(report.person))),
        "",
        "## How this was done",
        "",
    ]
    lines += [escape(f"{METHOD} References: {authorities()[report.person.references]}."), ""]
    lines += [f"- {escape(source.title)}, {escape(source.publisher)} ({source.year})" for source in used(report)]
    return "\n".join([*lines, "", escape(DISCLAIMER), ""])


def _table(report: Report) -> list[str]:
    lines = ["| per day | mean | low - high | EAR / RDA | upper level | this log |", "|---|---:|---:|---:|---:|---|"]
    for one in report.core:
        mean = f"{amount(one, one.best)} {one.nutrient.unit}"
        cells = (one.nutrient.name, mean, bounds(one), need(one), limit(one), looks(one))
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _readings(report: Report) -> list[str]:
    lines = []
    for one in report.core:
        said = " ".join([*sentences(report, one), contributors(report, one)]).rstrip()
        lines.append(f"- **{one.nutrient.name}**: {escape(said)}")
    return [*lines, "", escape(closing(report))] if closing(report) else lines
