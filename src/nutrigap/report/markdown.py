"""The report in Markdown: the same sentences as the text."""

from __future__ import annotations

from nutrigap.references import terms
from nutrigap.report.cells import bounds, head_of_needs, legend, limit, looks, need
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
from nutrigap.report.wrap import ranges
from nutrigap.rules import DISCLAIMER
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
    lines += [f"> **{escape(warning)}**\n" for warning in first(report)]
    if assumed(report.person):
        lines += [f"> {escape(assumed(report.person))}", ""]
    lines += ["## In short", ""]
    lines += [f"- {escape(warning)}" for warning in opening(report)]
    lines += [f"- **{answer.label}**: {escape(answer.text)}" for answer in answers(report)]
    lines += [f"- {escape(remark)}" for remark in remarks(report)]
    if report.intake.days:
        lines += ["", *_table(report), "", escape(legend(report)), "", "## Reading", "", *_readings(report)]
        lines += _listed("Worth knowing", closing(report))
    if report.ideas:
        lines += ["", "## Foods that would change it most", ""]
        for nutrient, ideas in suggestions(report):
            lines += [f"- **{nutrient}**", *(f"  - {escape(idea)}" for idea in ideas)]
        lines += ["", escape(ideas_note())]
    lines += _listed("About muscle twitching", [*twitching(report), *symptom_days(report)])
    for authority in report.compared:
        lines += ["", f"## Beside {escape(terms(authority)['short'])}", ""]
        lines += [f"| per day | {head_of_needs(report, authority)} | upper level | this log |", "|---|---:|---:|---|"]
        lines += [f"| {' | '.join(row)} |" for row in comparison(report, authority)]
        lines += ["", *(escape(note) for note in comparison_notes(report, authority))]
    for heading, found in checks(report):
        lines += ["", f"## {heading}", ""]
        for one in found:
            fix = f"; {escape(one.fix)}" if one.fix else ""
            lines.append(f"- {ranges(one.lines)}, {escape(one.written)}: {escape(one.problem)}{fix}")
    lines += _listed("The record", record(report))
    lines += _listed("For context, per day", context(report))
    lines += _listed("Notes", notes(report))
    lines += _listed("How this was done", [*method(report), *map(line, used(report))])
    return "\n".join([*lines, "", escape(DISCLAIMER), ""])


def _listed(heading: str, said: list[str]) -> list[str]:
    """A section with a list; [] without any item."""
    return ["", f"## {heading}", "", *(f"- {escape(sentence)}" for sentence in said)] if said else []


def _table(report: Report) -> list[str]:
    head = f"| per day | mean | low - high | {head_of_needs(report)} | upper level | this log |"
    lines = [head, "|---|---:|---:|---:|---:|---|"]
    for one in report.core:
        mean = f"{amount(one, one.best)} {one.nutrient.unit}"
        cells = (one.nutrient.name, mean, bounds(one), need(one), limit(one), looks(one, report))
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _readings(report: Report) -> list[str]:
    lines = []
    for one in report.core:
        said = " ".join([*sentences(report, one), contributors(report, one)]).rstrip()
        lines.append(f"- **{one.nutrient.name}**: {escape(said)}")
    return lines
