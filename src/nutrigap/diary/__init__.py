"""Reads a food diary as it was really written: CSV, TSV, Excel, a DataFrame, or what a program exports.

``read_diary`` finds out encoding, separator and header by itself, keeps every line with its number, and says
what it could not read and how to mend it. It judges neither foods nor amounts.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import IO

from nutrigap.diary.columns import Row
from nutrigap.diary.dates import format_fault
from nutrigap.diary.finding import Found, best, in_sheets, in_text
from nutrigap.diary.layouts import LAYOUTS, PEEK, File, Layout, whole_file
from nutrigap.diary.model import Diary, Line, unreadable
from nutrigap.diary.plain import Reading
from nutrigap.diary.sheet import Frame, frame_rows, rows_as_csv, workbook_sheets
from nutrigap.diary.text import ARCHIVE_START, TRANSPORT_START, WORKBOOK_STARTS, decode
from nutrigap.errors import DiaryError, Problem

__all__ = ["LAYOUTS", "Diary", "Layout", "Line", "read_diary"]

Source = str | Path | IO[bytes] | IO[str] | Frame


def read_diary(
    source: Source, *, date_format: str | None = None, layout: str = "auto", sheet: str | None = None
) -> Diary:
    """Read a food diary.

    A zip archive is opened, and the member that is a diary is read; a note tells which.

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
    notes: list[str] = []
    if isinstance(content, list):
        data = rows_as_csv(content).encode("utf-8", "surrogatepass")
        found, reading = _read_best(in_sheets([("", content)], layouts), path, date_format)
    else:
        data, file = content, whole_file(content, path)
        if data.startswith(ARCHIVE_START):
            from nutrigap.diary.archive import unpack

            file, notes = unpack(data, path, layouts)
        found, reading = _read_file(file, layouts, sheet, date_format)
    _refuse_without_dates(path, reading)
    return Diary(
        path=path,
        layout=found.name,
        data=data,
        lines=tuple(reading.lines),
        problems=tuple(sorted(reading.problems, key=lambda problem: problem.line or 0)),
        notes=(*notes, *reading.notes),
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


def _read_file(
    file: File, layouts: tuple[Layout, ...], sheet: str | None, date_format: str | None
) -> tuple[Layout, Reading]:
    """The layout of a file and its lines; the first notes are on the file as a whole."""
    with file.open() as stream:
        start = stream.read(PEEK)
    layout = next((layout for layout in layouts if layout.starts(start)), None)
    if layout is not None:
        return layout, layout.read_file(file)
    with file.open() as stream:
        data = stream.read()
    if data.startswith(TRANSPORT_START):
        from nutrigap.diary.transport import transport_rows

        candidates = in_sheets([("", transport_rows(data, file.path))], layouts)
    elif data.startswith(WORKBOOK_STARTS):
        candidates = in_sheets(workbook_sheets(data, file.path, sheet), layouts)
    else:
        candidates = in_text(*decode(data, file.path), layouts)
    return _read_best(candidates, file.path, date_format)


def _read_best(candidates: list[Found], path: str, date_format: str | None) -> tuple[Layout, Reading]:
    found = best(candidates, path)
    reading = found.layout.read_table(found.table, found.header, date_format)
    if not reading.lines:
        line = found.header.line or None
        raise unreadable(path, "there are no lines below the header", "write a line for each food", line=line)
    return found.layout, reading._replace(notes=[*found.notes, *reading.notes])


def _refuse_without_dates(path: str, reading: Reading) -> None:
    if all(line.date is None for line in reading.lines):
        whole = Problem(None, "", "no line has a date that can be used", "")
        raise DiaryError(path, [whole, *reading.problems])
