"""Workbooks and DataFrames as rows of text, so that one reader serves all."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Protocol, runtime_checkable

from nutrigap.diary.cells import cell_text, show
from nutrigap.diary.columns import Row
from nutrigap.diary.model import unreadable
from nutrigap.errors import MissingPackage

LARGEST_SHEET = 20_000_000  # [cells], far beyond any diary; a stray cell at the far corner makes such a sheet


@runtime_checkable
class Frame(Protocol):
    """What is asked of a DataFrame: pandas itself is never imported here."""

    @property
    def columns(self) -> Iterable[object]:
        """The column names."""

    def itertuples(self, index: bool = True, name: str | None = "Pandas") -> Iterable[tuple[object, ...]]:
        """The rows."""


def frame_rows(frame: Frame) -> list[Row]:
    """Header and rows of a frame, numbered as if it had been saved as CSV; the frame is only read."""
    rows = [(1, [cell_text(name) for name in frame.columns])]
    for number, values in enumerate(frame.itertuples(index=False, name=None), start=2):
        rows.append((number, [cell_text(value) for value in values]))
    return rows


def rows_as_csv(rows: Iterable[Row]) -> str:
    """The rows as CSV text (comma, LF): what a frame's sha256 is taken of."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(cells for _, cells in rows)
    return out.getvalue()


def workbook_sheets(data: bytes, path: str, sheet: str | None) -> list[tuple[str, list[Row]]]:
    """The sheets of a workbook with their rows, or the one that was asked for.

    Raises
    ------
    DiaryError
        It is no workbook that can be read, or there is no such sheet.
    MissingPackage
        python-calamine is not installed.
    """
    try:
        from python_calamine import CalamineError, CalamineWorkbook
    except ModuleNotFoundError as error:
        if error.name != "python_calamine":
            raise
        what = f"{path}: this is an Excel workbook, and reading it"
        raise MissingPackage("python-calamine", what, ", or save the sheet as CSV") from None
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            names = list(book.sheet_names)
            if sheet is not None and sheet not in names:
                raise _no_such_sheet(path, sheet, names)
            wanted = names if sheet is None else [sheet]
            return [(name, _sheet_rows(book.get_sheet_by_name(name), path)) for name in wanted]
    except (CalamineError, OSError) as error:
        fix = "open it in the spreadsheet, remove any password, and save it as .xlsx or as CSV"
        raise unreadable(path, f"the workbook cannot be read ({show(str(error), 80)})", fix) from None


class _Sheet(Protocol):
    """What is asked of a sheet of python-calamine."""

    name: str

    @property
    def total_height(self) -> int: ...

    @property
    def total_width(self) -> int: ...

    def to_python(self, skip_empty_area: bool = True) -> Iterable[Iterable[object]]: ...


def _sheet_rows(sheet: _Sheet, path: str) -> list[Row]:
    if sheet.total_height * sheet.total_width > LARGEST_SHEET:
        size = f"{sheet.total_height:,} rows and {sheet.total_width:,} columns"
        what = f'the sheet "{show(sheet.name)}" reaches over {size}'
        raise unreadable(path, what, "delete the stray cells far from the diary, or copy the diary to a new sheet")
    values = sheet.to_python(skip_empty_area=False)  # empty rows kept: their numbers are those of the sheet
    return [(number, [cell_text(value) for value in row]) for number, row in enumerate(values, start=1)]


def _no_such_sheet(path: str, sheet: str, names: list[str]) -> Exception:
    import difflib

    near = difflib.get_close_matches(sheet, names, 1)
    meant = f'did you mean "{show(near[0])}"? ' if near else ""
    known = ", ".join(f'"{show(name)}"' for name in names)
    return unreadable(path, f'the workbook has no sheet "{show(sheet)}"', f"{meant}its sheets are {known}")
