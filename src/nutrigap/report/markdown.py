"""The report in Markdown: the same sentences as the text."""

from __future__ import annotations

from nutrigap.report.model import Report
from nutrigap.report.rows import amount_text
from nutrigap.report.sentences import LOOKS, amount, bounds, limit, need, sentences, who
from nutrigap.report.sources import used
from nutrigap.rules import DISCLAIMER, TWITCHING
from nutrigap.words import printable

SPECIAL = "\\`*_{}[]<>#|~!"


def escape(text: str) -> str:
    """Text that Markdown shows as it is: a diary may hold anything."""
    flat = " ".join(printable(text).split())
    return "".join(f"\\{c}" if c in SPECIAL else c for c in flat)


def render(report: Report) -> str:
    """The report as Markdown, ending in a newline."""
    intake = report.intake
    period = f"{intake.dates[0]} to {intake.dates[-1]}, {intake.days} days" if intake.dates else "no dated line"
    name = f"{escape(report.name)}: " if report.name else ""
    lines = [f"# nutrigap: {escape(report.diary.path)}", "", f"{name}{who(report.person)}, {period}", ""]
    lines += [f"> {escape(note)}\n" for note in report.notes]
    lines += [
        "| per day | mean | low - high | EAR / RDA | upper level | looks |",
        "|---|---:|---:|---:|---:|---|",
    ]
    for reading in report.core:
        looks = LOOKS[reading.adequacy.status] if reading.adequacy else "-"
        if reading.excess is not None and reading.excess.status == "above_ul":
            looks += "; above a set level"
        unit = reading.nutrient.unit
        lines.append(
            f"| {reading.nutrient.name} | {amount(reading, reading.best)} {unit} | {bounds(reading)} | {need(reading)} | "
            f"{limit(reading)} | {looks} |"
        )
    lines += ["", "## Reading", ""]
    if intake.days:
        lines += [f"- **{one.nutrient.name}**: {escape(' '.join(sentences(report, one)))}" for one in report.core]
    else:
        lines.append("No line could be counted, so nothing can be said yet.")
    check = [entry for entry in report.entries if entry.status != "counted"]
    if check:
        lines += ["", "## To check", ""]
        for entry in check:
            what = " ".join(f"{entry.line.food} {amount_text(entry)}".split())
            state = "left out" if entry.status == "left_out" else "on a guess"
            lines.append(
                f"- line {entry.line.number}, {escape(what)} ({state}): {escape(entry.problem)}; {escape(entry.fix)}"
            )
    lines += ["", "## About muscle twitching", "", escape(TWITCHING), "", "## Sources", ""]
    lines += [f"- {escape(source.title)}, {escape(source.publisher)} ({source.year})" for source in used(report)]
    return "\n".join([*lines, "", escape(DISCLAIMER), ""])
