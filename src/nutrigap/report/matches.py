"""What each line was taken for, with the other candidates, and the file of corrections."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from nutrigap.errors import AmountError, TableError, UnknownUnit
from nutrigap.matching import candidates
from nutrigap.quantities import parse_amount
from nutrigap.report.csv import render, safe
from nutrigap.report.files import write_text
from nutrigap.report.json import as_dict, written
from nutrigap.report.model import Report
from nutrigap.report.rows import amount_text, line_rows
from nutrigap.resolve import Entry
from nutrigap.words import key, printable

CHOICE_COLUMNS = ("phrase", "food_id", "unit", "grams", "kind", "note")


def as_text(report: Report) -> str:
    """A block a line: state, phrase, food, grams; below it the problem and the other candidates."""
    lines = []
    for entry in report.entries:
        what = " ".join(f"{entry.line.food} {amount_text(entry)}".split())
        lines.append(
            f"line {entry.line.number}  {entry.status.replace('_', ' '):<9}  {what}  ->  {_taken_for(report, entry)}"
        )
        if entry.problem:
            lines.append(f"    {entry.problem}" + (f"; {entry.fix}" if entry.fix else ""))
        others = [c for c in candidates(report.foods, entry.match) if c.row != entry.row]
        for candidate in others[:4]:
            name = report.foods.names[candidate.row]
            lines.append(f"    or {report.foods.ids[candidate.row]:<15} {candidate.score:4.0%}  {name}")
    counted, flagged, left = (report.count(state) for state in ("counted", "flagged", "left_out"))
    lines.append(f"{len(report.entries)} lines: {counted} counted, {flagged} flagged, {left} left out")
    return "\n".join(printable(line) for line in lines) + "\n"


def _taken_for(report: Report, entry: Entry) -> str:
    if entry.doses:
        doses = ", ".join(f"{name} {dose.best:g}" for name, dose in entry.doses.items() if dose.high)
        return f"supplement: {doses or 'none of the six nutrients'}"
    if entry.row is None:
        return "label amounts only" if entry.labels and entry.status == "flagged" else "nothing"
    grams = f", {entry.grams.best:,.4g} g from {entry.grams.source}" if entry.grams else ""
    sure = f"{entry.match.method} {entry.match.score:.0%}"
    return f"{report.foods.names[entry.row]} ({report.foods.ids[entry.row]}, {sure}){grams}"


def as_json(report: Report) -> str:
    """The lines of the report's JSON."""
    return written({"lines": as_dict(report)["lines"]}, 1)


def as_csv(report: Report) -> str:
    """The lines as CSV."""
    return render(line_rows(report))


def save_choices(report: Report, path: Path) -> int:
    """Write a row for every phrase of the diary that the file does not hold yet; what stands in it is kept.

    Returns
    -------
    int
        Number of phrases added.

    Raises
    ------
    TableError
        The file exists and cannot be read, or cannot be written.
    """
    rows = _existing(path)
    known = {key(row["phrase"]) for row in rows}
    added = 0
    for entry in report.entries:
        if key(entry.line.food) in known or entry.kind == "other" or not key(entry.line.food):
            continue
        known.add(key(entry.line.food))
        rows.append(_choice(report, entry))
        added += 1
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, CHOICE_COLUMNS, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    write_text(path, out.getvalue())
    return added


def _existing(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        return []
    try:
        reader = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""))
        rows = list(reader)
    except (OSError, ValueError, csv.Error) as error:
        raise TableError(f"{path}: cannot be read as a file of choices ({error})") from None
    if reader.fieldnames and "phrase" not in reader.fieldnames:
        raise TableError(f"{path}: this is no file of choices (no column phrase); give --save another name")
    return [{name: row.get(name) or "" for name in CHOICE_COLUMNS} for row in rows]


def _choice(report: Report, entry: Entry) -> dict[str, str]:
    """The row of a phrase: its food, and what one of the unit written weighs.

    What rests on a guess is left blank, with the guess in the note: a row that nobody has edited changes nothing.
    """
    unit, grams = "", ""
    if entry.status == "counted" and entry.grams is not None and entry.grams.source == "portion":
        try:
            amount = parse_amount(entry.line.amount, entry.line.unit)
        except (AmountError, UnknownUnit):
            amount = None
        if amount is not None and amount.unit and amount.number:
            unit, grams = amount.unit, f"{entry.grams.best / amount.number:.6g}"
    note = report.foods.names[entry.row] if entry.row is not None else entry.problem
    if entry.row is not None and entry.status != "counted":
        note = f"perhaps {report.foods.ids[entry.row]} {note}"
    others = [report.foods.ids[c.row] for c in candidates(report.foods, entry.match) if c.row != entry.row][:3]
    return {
        "phrase": safe(entry.line.food),  # the apostrophe is no part of a phrase when it is looked up
        "food_id": report.foods.ids[entry.row] if entry.row is not None and entry.status == "counted" else "",
        "unit": unit,
        "grams": grams,
        "kind": entry.kind,
        "note": safe(note) + (f" (or {' '.join(others)})" if others else ""),
    }
