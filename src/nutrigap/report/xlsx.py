"""The report as an Excel workbook: the three grains and the flags as tables, and what they rest on.

Needs the extra ``excel`` (XlsxWriter). Text stays text: nothing in a cell is run as a formula or followed as a link.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from nutrigap import __version__
from nutrigap.errors import TableError
from nutrigap.references import terms
from nutrigap.report.model import Report
from nutrigap.report.rows import Cell, Row, day_rows, flag_rows, line_rows, summary_rows
from nutrigap.report.sources import line, used
from nutrigap.rules import DISCLAIMER
from nutrigap.words import printable

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

MOST_ROWS = 1_048_576
MOST_SIGNS = 32_767
"""What one sheet and one cell of a workbook hold."""
FIRST_DAY = "1900-01-01"
"""A workbook knows no date before it; such a one is text."""
WIDEST = 60
SHEETS: dict[str, Callable[[Report], list[Row]]] = {
    "summary": summary_rows,
    "days": day_rows,
    "lines": line_rows,
    "flags": flag_rows,
}


def render(reports: Sequence[Report]) -> bytes:
    """The workbook of some reports; with several people a column tells whose a row is.

    Raises
    ------
    TableError
        XlsxWriter is not installed, or a sheet would hold more rows than Excel reads.
    """
    try:
        from xlsxwriter import Workbook
    except ImportError:
        what = "a workbook is asked for, and the package that writes those is not installed"
        raise TableError(f'{what}; run: pip install "nutrigap[excel]", or use --format csv') from None
    out = io.BytesIO()
    plain = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(out, plain) as book:
        # the same report is the same file: the day of the log stands for the day of writing
        last = max((date for one in reports for date in one.intake.dates), default=dt.date(2000, 1, 1))
        book.set_properties({"created": dt.datetime(last.year, last.month, last.day), "comments": DISCLAIMER})
        head, date = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "yyyy-mm-dd"})
        for name, rows_of in SHEETS.items():
            rows = [_named(one, row, len(reports) > 1) for one in reports for row in rows_of(one)]
            _fill(book.add_worksheet(name), rows, head, date)
        _fill(book.add_worksheet("about"), [row for one in reports for row in _about(one)], head, date)
    return out.getvalue()


def _named(report: Report, row: Row, several: bool) -> Row:
    return {"person": report.name, **row} if several else row


def _about(report: Report) -> list[Row]:
    """What the numbers rest on."""
    told = (
        ("program", f"nutrigap {__version__}"),
        ("diary", report.diary.path),
        ("diary, SHA-256", report.diary.sha256),
        ("foods", f"{report.foods.name} {report.foods.edition}"),
        ("foods, SHA-256", report.foods.sha256),
        ("references", terms(report.person.references)["short"]),
        ("low, high", "how far unmeasured values, unread lines and unclear doses move the amount; blank: not known"),
        *(("note", note) for note in report.notes),
        *(("source", line(source)) for source in used(report)),
        ("please note", DISCLAIMER),
    )
    return [{"what": what, "text": text} for what, text in told]


def _fill(sheet: Worksheet, rows: Sequence[Row], head: Format, date: Format) -> None:
    """A table with its head frozen, wide enough to be read."""
    if len(rows) >= MOST_ROWS:
        raise TableError(f"the sheet {sheet.get_name()} would hold {len(rows):,} rows, more than Excel reads; use CSV")
    sheet.freeze_panes(1, 0)
    names = list(rows[0]) if rows else []
    for column, name in enumerate(names):
        sheet.write_string(0, column, name, head)
        widest = max(len(_shown(row[name])) for row in rows)
        sheet.set_column(column, column, min(max(widest, len(name)) + 2, WIDEST))
        for k, row in enumerate(rows, start=1):
            _put(sheet, k, column, name, row[name], date)
    if rows:
        sheet.autofilter(0, 0, len(rows), len(names) - 1)


def _put(sheet: Worksheet, row: int, column: int, name: str, value: Cell, date: Format) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, str) and name == "date" and value >= FIRST_DAY:
        sheet.write_datetime(row, column, dt.datetime.fromisoformat(value), date)
    elif isinstance(value, str):
        sheet.write_string(row, column, _shown(value))
    else:
        sheet.write_number(row, column, value)


def _shown(value: Cell) -> str:
    """A cell as text, cut with a sign where it is longer than a cell can be."""
    text = "" if value is None else f"{value:.6g}" if isinstance(value, float) else printable(str(value))
    return text if len(text) <= MOST_SIGNS else f"{text[: MOST_SIGNS - 1]}…"
