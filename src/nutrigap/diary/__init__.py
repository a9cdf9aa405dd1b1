"""Reads a food diary as it was really written: CSV, TSV, Excel or a DataFrame.

``read_diary`` finds out encoding, separator and header by itself, keeps every line with its number, and says
what it could not read and how to mend it. It judges neither foods nor amounts.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO, NamedTuple

from nutrigap.diary.columns import Header, Row, find_header, missing_columns
from nutrigap.diary.dates import format_fault
from nutrigap.diary.model import Diary, Fault, Line, unreadable
from nutrigap.diary.plain import Reading, Table, read_plain
from nutrigap.diary.sheet import Frame, frame_rows, rows_as_csv, workbook_sheets
from nutrigap.diary.text import (
    SEPARATORS,
    WORKBOOK_STARTS,
    decode,
    long_cells,
    nul_faults,
    physical_lines,
    records,
)
from nutrigap.errors import DiaryError, Problem

__all__ = ["LAYOUTS", "Diary", "Layout", "Line", "read_diary"]

Source = str | Path | IO[bytes] | IO[str] | Frame


class Layout(NamedTuple):
    """A kind of diary: how its header is found among the first rows, and how its rows are read."""

    name: str
    find: Callable[[Iterable[Row]], Header | None]
    read: Callable[[Table, Header, str | None], Reading]


# Tried in this order; the first whose header is complete reads the file.
LAYOUTS = (Layout("plain", find_header, read_plain),)


class _Found(NamedTuple):
    """A table with the layout and the header that fit it best."""

    table: Table
    layout: Layout
    header: Header
    notes: list[str]


def read_diary(
    source: Source, *, date_format: str | None = None, layout: str = "auto", sheet: str | None = None
) -> Diary:
    """Read a food diary.

    Parameters
    ----------
    source : str, Path, file object or DataFrame
        ``-`` is standard input. A DataFrame is only read; its lines are numbered as if saved as CSV.
    date_format : str, optional
        A ``strptime`` format for dates whose order cannot be seen, such as ``%d/%m/%Y``. The order of day
        and month is never guessed; dates that show their order are read with or without it.
    layout : str, optional
        ``auto`` (found by the header) or the name of one of ``LAYOUTS``.
    sheet : str, optional
        Sheet of a workbook; otherwise the first that has a diary's header.

    Returns
    -------
    Diary
        Lines that cannot be used are in it, each with its ``problem``.

    Raises
    ------
    DiaryError
        The input cannot be read as a diary at all: missing, empty, no text, without a food or date column, or
        without a line that has a usable date. It carries all problems found.
    TypeError
        ``source`` is none of the kinds above.
    """
    path, content = _content(source)
    layouts = _layouts(layout, path)
    fault = format_fault(date_format) if date_format is not None else None
    if fault is not None:
        raise DiaryError(path, [fault.at(None)])
    if isinstance(content, list):
        data = rows_as_csv(content).encode("utf-8", "surrogatepass")
        candidates = _sheet_candidates([("", content)], layouts)
    elif content.startswith(WORKBOOK_STARTS):
        data = content
        candidates = _sheet_candidates(workbook_sheets(data, path, sheet), layouts)
    else:
        data = content
        candidates = _text_candidates(*decode(data, path), layouts)
    found = _best(candidates, path)
    reading = found.layout.read(found.table, found.header, date_format)
    _refuse_without_dates(path, found.header, reading)
    return Diary(
        path=path,
        layout=found.layout.name,
        data=data,
        lines=tuple(reading.lines),
        problems=tuple(sorted(reading.problems, key=lambda problem: problem.line or 0)),
        notes=(*found.notes, *reading.notes),
    )


def _content(source: Source) -> tuple[str, bytes | list[Row]]:
    """The name to show, and the bytes of a file or the rows of a frame."""
    if isinstance(source, Frame):
        return "DataFrame", frame_rows(source)
    if isinstance(source, (str, Path)):
        if str(source) == "-":
            return "standard input", _from_stream(getattr(sys.stdin, "buffer", sys.stdin), "standard input")
        return str(source), _from_file(Path(source), str(source))
    if not hasattr(source, "read"):
        raise TypeError(f"a diary is read from a path, a file object or a DataFrame, not from {type(source).__name__}")
    name = getattr(source, "name", "")
    path = name if isinstance(name, str) and name else "diary"
    return path, _from_stream(source, path)


def _from_file(file: Path, path: str) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        raise unreadable(path, "there is no such file", _nearby(file)) from None
    except IsADirectoryError:
        raise unreadable(path, "this is a folder", "give the diary's file in it") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise unreadable(path, f"the file cannot be opened ({reason})", "check its name and permissions") from None


def _nearby(file: Path) -> str:
    """A file of nearly that name in the same folder."""
    import difflib

    try:
        names = [other.name for other in file.parent.iterdir() if other.is_file()]
    except OSError:
        names = []
    near = difflib.get_close_matches(file.name, names, 1)
    return f'did you mean "{file.parent / near[0]}"?' if near else "check its name and folder"


def _from_stream(stream: IO[bytes] | IO[str], path: str) -> bytes:
    try:
        content = stream.read()
    except (
        OSError,
        ValueError,
    ) as error:  # ValueError: closed, or text in another encoding than it was opened with
        raise unreadable(path, f"it cannot be read ({error})", "open it as binary: open(name, 'rb')") from None
    return content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content


def _layouts(name: str, path: str) -> tuple[Layout, ...]:
    chosen = tuple(layout for layout in LAYOUTS if name in ("auto", layout.name))
    if not chosen:
        known = ", ".join(["auto", *(layout.name for layout in LAYOUTS)])
        raise unreadable(path, f'there is no layout "{name}"', f"the layouts are {known}")
    return chosen


def _sheet_candidates(sheets: list[tuple[str, list[Row]]], layouts: tuple[Layout, ...]) -> list[_Found]:
    candidates = []
    for name, rows in sheets:
        others = ", ".join(f'"{other}"' for other, _ in sheets if other != name)
        notes = [f'sheet "{name}" is read, not {others}'] if others else []
        for layout in layouts:
            header = layout.find(rows)
            if header is not None:
                candidates.append(_Found(Table(rows, ""), layout, header, notes))
    return candidates


def _text_candidates(text: str, notes: list[str], layouts: tuple[Layout, ...]) -> list[_Found]:
    """The separator is the one that cuts the header into columns we know."""
    lines = physical_lines(text)
    tried: list[tuple[bool, int, str, Layout, Header]] = []
    with long_cells():
        for separator in SEPARATORS:
            for layout in layouts:
                header = layout.find(records(lines, separator, {}))
                if header is not None:
                    tried.append((header.complete, header.known, separator, layout, header))
        if not tried:
            return []
        _, _, separator, layout, header = max(tried, key=lambda one: one[:2])
        faults: dict[int, Fault] = {}
        rows = list(records(lines, separator, faults))
    if "\0" in text:
        faults |= nul_faults(rows)
    return [_Found(Table(rows, separator, faults), layout, header, notes)]


def _best(candidates: list[_Found], path: str) -> _Found:
    """The first table with a complete header.

    Raises
    ------
    DiaryError
        There is none; the problems name what the nearest one lacks.
    """
    complete = next((found for found in candidates if found.header.complete), None)
    if complete is not None:
        return complete
    if not candidates:
        raise unreadable(path, "the file is empty", "write the header date,food,amount and a line for each food")
    nearest = max(candidates, key=lambda found: found.header.known).header
    if nearest.known == 0:
        fix = "write the names of the columns on the first line: date,food,amount"
        raise unreadable(path, "there is no header with a date and a food column", fix, line=nearest.line)
    raise DiaryError(path, [*missing_columns(nearest), *nearest.problems])


def _refuse_without_dates(path: str, header: Header, reading: Reading) -> None:
    if not reading.lines:
        raise unreadable(path, "there are no lines below the header", "write a line for each food", line=header.line)
    if all(line.date is None for line in reading.lines):
        whole = Problem(None, "", "no line has a date that can be used", "")
        raise DiaryError(path, [whole, *reading.problems])
