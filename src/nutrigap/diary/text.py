"""From bytes to text, and from text to records with the line numbers that an editor shows."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import tee
from pathlib import Path
from typing import IO

from nutrigap.diary.columns import Row
from nutrigap.diary.model import Fault, unreadable

SEPARATORS = (",", ";", "\t", "|")
LONGEST_CELL = 1_000_000  # [characters]
ARCHIVE_START = b"PK\x03\x04"  # a workbook is one, too
TRANSPORT_START = b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!"  # SAS transport file, version 5
WORKBOOK_STARTS = (ARCHIVE_START, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NO_TEXT = (
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"\x1f\x8b", "a compressed file (gzip)"),
    (b"7z\xbc\xaf", "a compressed file (7z)"),
    (b"SQLite format 3\0", "a database (SQLite)"),
    (b"PAR1", "a Parquet file"),
)
_SAVE_AS_CSV = "save the diary as a CSV file (UTF-8) with the columns date, food and amount"
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
_ANOTHER_TEXT = "another text that is known"
_LOOKED_AT = 4096  # [bytes]
_BLOCK = 2**20  # [bytes]
# Codecs that take the mark at the start for what it is.
_WITH_MARK = {
    "utf-8": "utf-8-sig", "utf-16-le": "utf-16", "utf-16-be": "utf-16", "utf-32-le": "utf-32", "utf-32-be": "utf-32",
}  # fmt: skip
_UNCLOSED = Fault('a quotation mark (") is opened and never closed', "close it, or delete it")
_TOO_LONG = Fault(
    f"a cell is longer than {LONGEST_CELL:,} characters",
    "shorten it, or look for a quotation mark that is missing",
)
_NUL = Fault("the line holds a NUL character, which no text has", "write the line anew")


def decode(data: bytes, path: str) -> tuple[str, list[str]]:
    """The text of a file, and a note if its encoding had to be inferred.

    Raises
    ------
    DiaryError
        The bytes are no text, or empty, or no encoding that we read fits them.
    """
    _refuse_no_text(data, path)
    encoding, mark = _encoding(data)
    notes: list[str] = []
    try:
        text = data[mark:].decode(encoding)
    except UnicodeDecodeError as error:
        text, notes = _as_windows(data, mark, encoding, error, path)
    _refuse_binary(text, path)
    return text.removeprefix("\ufeff"), notes


def text_encoding(file: Path) -> str:
    """The codec that reads a file too large to be held, found out as in ``decode``; it swallows a mark at the start.

    Raises
    ------
    DiaryError
        The bytes are no text, or empty, or no encoding that we read fits them.
    OSError
        The file cannot be opened.
    """
    with file.open("rb") as stream:
        start = stream.read(_LOOKED_AT)
        _refuse_no_text(start, str(file))
        encoding, mark = _encoding(start)
        codec = _WITH_MARK.get(encoding, encoding) if mark else encoding
        misfits = []
        for one in (codec, "cp1252") if codec == "utf-8" else (codec,):
            stream.seek(0)
            misfits.append(_misfit(stream, one))
            if misfits[-1] is None:
                _refuse_binary(start.decode(one, "ignore"), str(file))
                return one
    what = f"the file is neither valid {encoding.upper()} nor {_ANOTHER_TEXT}"
    raise unreadable(str(file), what, _SAVE_AS_CSV, line=misfits[0])


def _misfit(stream: IO[bytes], codec: str) -> int | None:
    """The first line that is no text in an encoding, None where all is."""
    decoder, line = codecs.getincrementaldecoder(codec)(), 1
    try:
        while block := stream.read(_BLOCK):
            line += decoder.decode(block).count("\n")
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        return line + error.object[: error.start].count(b"\n")
    return None


def _refuse_no_text(data: bytes, path: str) -> None:
    if not data.strip(b" \t\r\n\0"):
        raise unreadable(path, "the file is empty", "write the header date,food,amount and a line for each food")
    for start, what in _NO_TEXT:
        if data.startswith(start):
            raise unreadable(path, f"this is {what}, not a table", _SAVE_AS_CSV)


def _encoding(data: bytes) -> tuple[str, int]:
    """The encoding by its mark, or by where the NULs of UTF-16 stand; and the length of the mark [bytes]."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return encoding, len(mark)
    start = data[:_LOOKED_AT]
    even, odd = start[::2].count(0), start[1::2].count(0)
    if odd > 0.4 * len(start) / 2 and even < 0.05 * len(start):
        return "utf-16-le", 0
    if even > 0.4 * len(start) / 2 and odd < 0.05 * len(start):
        return "utf-16-be", 0
    return "utf-8", 0


def _as_windows(data: bytes, mark: int, encoding: str, error: UnicodeDecodeError, path: str) -> tuple[str, list[str]]:
    """The text as Windows-1252, which is what older spreadsheets write, if nothing says otherwise."""
    line = 1 + data[mark : mark + error.start].count(b"\n")
    if encoding == "utf-8" and not mark:
        try:
            text = data.decode("cp1252")
        except UnicodeDecodeError:
            pass
        else:
            return text, [f"the file is not UTF-8 (line {line}); it is read as Windows-1252"]
    what = f"the file is neither valid {encoding.upper()} nor {_ANOTHER_TEXT}"
    raise unreadable(path, what, _SAVE_AS_CSV, line=line)


def _refuse_binary(text: str, path: str) -> None:
    start = text[:_LOOKED_AT]
    found = _CONTROL.findall(start)
    if len(found) > 1 and len(found) > 0.05 * len(start):
        line = 1 + start[: start.index(found[0])].count("\n")
        raise unreadable(path, "the file holds bytes that no text has", _SAVE_AS_CSV, line=line)


@contextmanager
def long_cells() -> Iterator[None]:
    """Lets the csv module read cells of up to a million characters, and sets its limit back after."""
    before = csv.field_size_limit(LONGEST_CELL)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def physical_lines(text: str) -> list[str]:
    """The lines as an editor counts them: broken at LF, CR and CRLF and at nothing else."""
    return io.StringIO(text, newline="").readlines()


def records(lines: Iterable[str], separator: str, faults: dict[int, Fault]) -> Iterator[Row]:
    """The records of a delimited text, each with the number of the line on which it starts.

    A quotation mark that is never closed would swallow the lines behind it: such a line is read by itself,
    its fault is written into ``faults`` under its number, and reading goes on with the next line. Of ``lines``
    only those of one record are held.
    """
    source, at = iter(lines), 0
    while True:
        ahead, source = tee(source)  # ``source`` stays at the record in hand
        reader, start = csv.reader(ahead, delimiter=separator, skipinitialspace=True, strict=True), at
        try:
            for cells in reader:
                yield at + 1, cells
                while at < start + reader.line_num:
                    next(source)
                    at += 1
            return
        except csv.Error:
            cells, fault = _alone(next(source), separator)
            if fault is not None:
                faults[at + 1] = fault
            yield at + 1, cells
            at += 1


def _alone(line: str, separator: str) -> tuple[list[str], Fault | None]:
    """One physical line as a record: stray quotation marks are kept as text, an open one is a fault."""
    try:
        # a second, empty line is a record of its own unless a quotation mark is still open
        first, *more = csv.reader([line, "\n"], delimiter=separator, skipinitialspace=True)
    except csv.Error:
        return [], _TOO_LONG
    return [cell.rstrip("\r\n") for cell in first], None if more else _UNCLOSED


def nul_faults(rows: list[Row]) -> dict[int, Fault]:
    """A fault for every record with a NUL in it."""
    return {number: _NUL for number, cells in rows if any("\0" in cell for cell in cells)}
