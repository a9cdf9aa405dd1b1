"""The report as CSV: the summary alone, or the three grains in a folder."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from nutrigap.report.files import make_folder, write_text
from nutrigap.report.model import Report
from nutrigap.report.rows import DAY_COLUMNS, Cell, Row, day_rows, line_rows, summary_rows
from nutrigap.words import printable

# A spreadsheet takes a cell that begins with one of these for a formula; the wide forms in some countries.
FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def render(rows: Sequence[Row], columns: Sequence[str] = ()) -> str:
    """CSV text with a header, which is ``columns`` where there is no row.

    Unknown is blank; nothing in it is run by a spreadsheet or obeyed by a terminal.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(rows[0].keys() if rows else columns)
    for row in rows:
        writer.writerow([_cell(value) for value in row.values()])
    return out.getvalue().encode("utf-8", "replace").decode("utf-8")


def _cell(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return safe(printable(value))
    return str(value)


def safe(text: str) -> str:
    """Text of which no spreadsheet makes a formula: an apostrophe before what would begin one."""
    return f"'{text}" if text.startswith(("\t", "\r", "\n")) or text.lstrip().startswith(FORMULA_STARTS) else text


def summary(reports: Sequence[Report]) -> str:
    """The summary as CSV text: one row a nutrient; with several people a column tells whose it is."""
    if len(reports) == 1:
        return render(summary_rows(reports[0]))
    return render([{"person": report.name, **row} for report in reports for row in summary_rows(report)])


def write_folder(report: Report, folder: Path) -> list[Path]:
    """Write ``summary.csv``, ``days.csv`` and ``lines.csv``; the folder is made if need be."""
    make_folder(folder)
    written = []
    for name, rows, columns in (
        ("summary", summary_rows(report), ()),
        ("days", day_rows(report), DAY_COLUMNS),
        ("lines", line_rows(report), ()),
    ):
        path = folder / f"{name}.csv"
        write_text(path, render(rows, columns))
        written.append(path)
    return written
