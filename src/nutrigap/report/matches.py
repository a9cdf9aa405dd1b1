"""What each line was taken for, with the other candidates."""

from __future__ import annotations

from nutrigap.entries import Entry
from nutrigap.matching import candidates
from nutrigap.report.csv import render
from nutrigap.report.json import as_dict, written
from nutrigap.report.model import Report
from nutrigap.report.rows import amount_text, line_rows
from nutrigap.words import printable


def as_text(report: Report) -> str:
    """A block a line: state, phrase, food, grams; below it the problem, the other candidates, and its parts."""
    lines = [
        shown
        for entry in report.entries
        for shown in _block(report, entry, f"line {entry.line.number}  {entry.status.replace('_', ' '):<9}", "    ")
    ]
    counted, flagged, left = (report.count(state) for state in ("counted", "flagged", "left_out"))
    lines.append(f"{len(report.entries)} lines: {counted} counted, {flagged} flagged, {left} left out")
    return "\n".join(printable(line) for line in lines) + "\n"


def _block(report: Report, entry: Entry, head: str, indent: str) -> list[str]:
    """The lines of an entry; those of its parts are indented further."""
    what = " ".join(f"{entry.line.food} {amount_text(entry)}".split())
    lines = [f"{head}  {what}  ->  {taken_for(report, entry)}"]
    if entry.problem:
        lines.append(f"{indent}{entry.problem}" + (f"; {entry.fix}" if entry.fix else ""))
    others = [c for c in candidates(report.foods, entry.match) if c.row != entry.row]
    for candidate in others[:4] if entry.match.method != "recipe" else ():
        name = report.foods.names[candidate.row]
        lines.append(f"{indent}or {report.foods.ids[candidate.row]:<15} {candidate.score:4.0%}  {name}")
    for part in entry.parts:
        lines += _block(report, part, f"{indent}+ {part.status.replace('_', ' ')}", f"{indent}    ")
    return lines


def taken_for(report: Report, entry: Entry) -> str:
    """What an entry was taken for, in a few words: food, id, how sure, grams."""
    if entry.parts:
        if entry.match.method == "recipe":
            return f'recipe "{entry.match.phrase}"'
        return f"{sum(piece.row is not None or bool(piece.doses) for piece in entry.pieces)} foods"
    if entry.doses:
        doses = ", ".join(f"{name} {dose.best:g}" for name, dose in entry.doses.items() if dose.high)
        return f"supplement: {doses or 'none of the six nutrients'}"
    if entry.row is None:
        return "label amounts only" if entry.labels and entry.status != "left_out" else "nothing"
    grams = f", {entry.grams.best:,.4g} g from {entry.grams.source}" if entry.grams else ""
    sure = f"{entry.match.method} {entry.match.score:.0%}"
    return f"{report.foods.names[entry.row]} ({report.foods.ids[entry.row]}, {sure}){grams}"


def as_json(report: Report) -> str:
    """The lines of the report's JSON."""
    return written({"lines": as_dict(report)["lines"]}, 1)


def as_csv(report: Report) -> str:
    """The lines as CSV."""
    return render(line_rows(report))
