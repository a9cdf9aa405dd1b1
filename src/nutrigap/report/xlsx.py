"""The report as an Excel workbook: the three grains and the flags as tables, and what they rest on.

Needs the extra ``excel`` (XlsxWriter). Text stays text: nothing in a cell is run as a formula or followed as a link.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from nutrigap import __version__
from nutrigap.errors import MissingPackage, TableError
from nutrigap.references import terms
from nutrigap.report.model import Report
from nutrigap.report.rows import DAY_COLUMNS, FLAG_COLUMNS, Cell, Row, day_rows, flag_rows, line_rows, summary_rows
from nutrigap.report.sources import line, used
from nutrigap.rules import DISCLAIMER
from nutrigap.words import printable

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

MOST_ROWS = 1_048_576
MOST_SIGNS = 32_767
"""What one sheet and one cell of a workbook hold; a cell by the units of UTF-16."""
WIDEST = 60
FORMATS = {
    "head": {"bold": True, "bottom": 1},
    "date": {"num_format": "yyyy-mm-dd"},
    "number": {"num_format": "[>=100]0.0;[>=0.01]0.00;General"},
}
"""How cells are shown, which changes nothing of what they hold: no amount is shown as 0 that is none."""
SHEETS: dict[str, tuple[Callable[[Report], list[Row]], Sequence[str]]] = {
    "summary": (summary_rows, ()),
    "days": (day_rows, DAY_COLUMNS),
    "lines": (line_rows, ()),
    "flags": (flag_rows, FLAG_COLUMNS),
}
"""Name of a sheet -> its rows, and the columns of one that may have no row."""


def render(reports: Sequence[Report]) -> bytes:
    """The workbook of some reports; with several people a column tells whose a row is.

    Raises
    ------
    MissingPackage
        XlsxWriter is not installed.
    TableError
        A sheet would hold more rows than Excel reads.
    """
    try:
        from xlsxwriter import Workbook
    except ModuleNotFoundError as error:
        if error.name != "xlsxwriter":
            raise
        raise MissingPackage("xlsxwriter", "writing a workbook", ", or use --format csv") from None
    out = io.BytesIO()
    plain = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(out, plain) as book:
        # the same report is the same file: the day of the log stands for the day of writing
        last = max((date for one in reports for date in one.intake.dates), default=dt.date(2000, 1, 1))
        book.set_properties({"created": dt.datetime(last.year, last.month, last.day), "comments": DISCLAIMER})
        formats = {name: book.add_format(how) for name, how in FORMATS.items()}
        whose = ["person"] if len(reports) > 1 else []
        for name, (rows_of, columns) in {**SHEETS, "about": (_about, ())}.items():
            rows = [{**dict.fromkeys(whose, one.name), **row} for one in reports for row in rows_of(one)]
            _fill(book.add_worksheet(name), list(rows[0]) if rows else [*whose, *columns], rows, formats)
    return out.getvalue()


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


def _fill(sheet: Worksheet, names: Sequence[str], rows: Sequence[Row], formats: Mapping[str, Format]) -> None:
    """A table with its head frozen, wide enough to be read."""
    if len(rows) >= MOST_ROWS:
        raise TableError(f"the sheet {sheet.get_name()} would hold {len(rows):,} rows, more than Excel reads; use CSV")
    sheet.freeze_panes(1, 0)
    for column, name in enumerate(names):
        sheet.write_string(0, column, name, formats["head"])
        shown = [_shown(row[name]) for row in rows]
        sheet.set_column(column, column, min(max(map(len, [name, *shown])) + 2, WIDEST))
        for k, (row, text) in enumerate(zip(rows, shown, strict=True), start=1):
            _put(sheet, k, column, name, row[name], text, formats)
    if rows:
        sheet.autofilter(0, 0, len(rows), len(names) - 1)


def _put(
    sheet: Worksheet, row: int, column: int, name: str, value: Cell, text: str, formats: Mapping[str, Format]
) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, str) and name == "date":
        sheet.write_datetime(row, column, dt.datetime.fromisoformat(value), formats["date"])
    elif isinstance(value, str):
        sheet.write_string(row, column, text)
    else:
        sheet.write_number(row, column, value, formats["number"] if isinstance(value, float) else None)


def _shown(value: Cell) -> str:
    """A cell as text, cut with a sign where it is longer than a cell can be."""
    text = "" if value is None else f"{value:.6g}" if isinstance(value, float) else printable(str(value))
    units = text.encode("utf-16-le")
    return text if len(units) <= 2 * MOST_SIGNS else f"{units[: 2 * (MOST_SIGNS - 1)].decode('utf-16-le', 'ignore')}…"
