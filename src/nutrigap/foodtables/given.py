"""What a user hands over as a food table: a file, a folder or an archive, taken apart far enough to be recognised."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

from nutrigap.diary.columns import Row
from nutrigap.diary.model import Fault
from nutrigap.diary.sheet import Frame, frame_rows, rows_as_csv, workbook_sheets
from nutrigap.diary.text import SEPARATORS, WORKBOOK_STARTS, decode, long_cells, nul_faults, physical_lines, records
from nutrigap.errors import DiaryError, FoodTableError, Problem
from nutrigap.foodtables.header import find_header
from nutrigap.words import plain

# What a name may not be: the prefixes of the packaged table's ids.
RESERVED = frozenset(["fdc", "sr", "fndds", "usda"])
LONGEST_NAME = 24
HOW_IT_LOOKS = "write a table with a column food and columns such as magnesium_mg and calcium_mg, and save it as CSV"
Opener = Callable[[], IO[bytes]]


class Sheet(NamedTuple):
    """Rows of one sheet or of a text cut at one separator; ``faults`` are those of whole records, by line."""

    name: str
    rows: Sequence[Row]
    separator: str = ""
    faults: Mapping[int, Fault] = {}


class Given(NamedTuple):
    """A source: ``files`` (name in lower case -> how to open it) of a folder or archive, else ``sheets``.

    ``path`` is what messages show, ``name`` what stands before the colon in the ids.
    """

    path: str
    name: str
    sha256: str
    files: Mapping[str, Opener] = {}
    sheets: tuple[Sheet, ...] = ()

    @property
    def title(self) -> str:
        """The last part of the path."""
        return Path(self.path).name or self.path

    def place(self, name: str) -> str:
        """What messages show for one of the files."""
        return self.path if Path(self.path).name.lower() == name else f"{self.path}/{name}"


def unusable(path: str, what: str, fix: str, *, line: int | None = None, column: str = "") -> FoodTableError:
    """The error for a table with a single fault, to be raised by the caller."""
    return FoodTableError(path, [Problem(line, column, what, fix)])


def take(source: str | Path | Frame, name: str) -> Given:
    """Open a source and tell what it is made of.

    Raises
    ------
    FoodTableError
        There is nothing at that place, or it is no table.
    TypeError
        The source is neither a path nor a DataFrame.
    """
    if isinstance(source, Frame):
        rows = frame_rows(source)
        data = rows_as_csv(rows).encode("utf-8", "surrogatepass")
        return Given("DataFrame", table_name(name or "own"), _digest(data), sheets=(Sheet("", rows),))
    if not isinstance(source, (str, Path)):
        raise TypeError(f"a food table is read from a path or a DataFrame, not from {type(source).__name__}")
    path = Path(source)
    called = table_name(name or path.stem)
    try:
        if path.is_dir():
            return _folder(path, called)
        with path.open("rb") as stream:
            start = stream.read(4096)
    except FoodTableError:  # a ValueError too
        raise
    except FileNotFoundError:
        raise unusable(str(path), "there is no such file, folder or table", _nearby(path)) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise unusable(str(path), f"it cannot be opened ({reason})", "check its name and permissions") from None
    if start.startswith(b"PK") and (files := _zip_files(path)):
        return Given(str(path), called, _digest_of(path), files)
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")):
        return Given(str(path), called, _digest_of(path), {path.name.lower(): lambda: path.open("rb")})
    data = path.read_bytes()
    return Given(str(path), called, _digest(data), sheets=tuple(_sheets(data, str(path))))


def table_name(text: str) -> str:
    """A short word in lower case that can stand before the colon of a food id."""
    word = re.sub(r"[^a-z0-9]+", "_", plain(text)).strip("_")[:LONGEST_NAME].strip("_") or "own"
    return f"own_{word}" if word in RESERVED else word


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _digest_of(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _nearby(path: Path) -> str:
    import difflib

    try:
        names = [other.name for other in path.parent.iterdir()]
    except OSError:
        names = []
    near = difflib.get_close_matches(path.name, names, 1)
    if near:
        return f'did you mean "{path.parent / near[0]}"?'
    return 'give a file or folder, or "usda" for the packaged table'


def _folder(path: Path, name: str) -> Given:
    found = sorted(file for file in path.iterdir() if file.is_file() and file.suffix.lower() in (".csv", ".json"))
    if not found:  # the archives unpack to a folder within a folder
        inner = [other for other in path.iterdir() if other.is_dir()]
        if len(inner) == 1 and any(inner[0].glob("*.csv")):
            return _folder(inner[0], name)
        fix = "give the folder of FoodData Central's download (with food.csv in it), or one file"
        raise unusable(str(path), "this folder holds no CSV or JSON table", fix)
    listing = "".join(f"{file.name} {_digest_of(file)}\n" for file in found)
    files: dict[str, Opener] = {file.name.lower(): _opener(file) for file in found}
    return Given(str(path), name, _digest(listing.encode("utf-8", "surrogateescape")), files)


def _opener(file: Path) -> Opener:
    return lambda: file.open("rb")


def _zip_files(path: Path) -> dict[str, Opener]:
    """The tables in an archive by their names without folder; nothing for a workbook, which is an archive too."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        fix = "save or download it again"
        raise unusable(str(path), f"the archive is damaged ({error})", fix) from None
    if any(name.startswith("xl/") or name == "content.xml" for name in names):
        return {}
    found = {Path(name).name.lower(): name for name in names if name.lower().endswith((".csv", ".json"))}
    if not found:
        raise unusable(str(path), "this zip archive holds no CSV or JSON table", "unpack it, and give the table inside")

    def opener(member: str) -> Opener:
        return lambda: zipfile.ZipFile(path).open(member)

    return {short: opener(member) for short, member in found.items()}


def _sheets(data: bytes, path: str) -> Iterator[Sheet]:
    try:
        if data.startswith(WORKBOOK_STARTS):
            yield from (Sheet(name, rows) for name, rows in workbook_sheets(data, path, None))
            return
        text, _ = decode(data, path)
    except DiaryError as error:
        raise FoodTableError(path, [_reworded(problem) for problem in error.problems]) from None
    lines = physical_lines(text)
    faults: dict[int, Fault] = {}
    with long_cells():
        separator = max(SEPARATORS, key=lambda mark: _fit(records(lines, mark, {})))
        rows = list(records(lines, separator, faults))
    yield Sheet("", rows, separator, faults | (nul_faults(rows) if "\0" in text else {}))


def _fit(rows: Iterable[Row]) -> tuple[bool, int]:
    """How well a header is understood when the text is cut at one separator."""
    header = find_header(rows)
    return header is not None and header.complete, header.known if header is not None else 0


def _reworded(problem: Problem) -> Problem:
    """A fault of a file that is no text or workbook, without advice for diaries."""
    of_diaries = "diary" in problem.fix or "date," in problem.fix
    return problem._replace(fix=HOW_IT_LOOKS) if of_diaries else problem


@contextmanager
def open_csv(given: Given, name: str) -> Iterator[Iterator[Row]]:
    """The records of a CSV table in a folder or archive, one at a time with their lines; the header is the first.

    Raises
    ------
    FoodTableError
        The table is not there, or is no CSV text; the message names the line.
    """
    import csv

    if name not in given.files:
        held = ", ".join(sorted(given.files)[:12])
        raise unusable(given.path, f"{name} is missing (there are {held})", "download and unpack the whole archive")
    place = given.place(name)
    with _opened(given, name) as stream, io.TextIOWrapper(stream, encoding="utf-8-sig", newline="") as text:
        reader = csv.reader(text)

        def checked() -> Iterator[Row]:
            try:
                for cells in reader:
                    yield reader.line_num, cells
            except (csv.Error, ValueError, RuntimeError, zipfile.BadZipFile, EOFError, OSError) as error:
                fix = "download it again"
                raise unusable(place, f"it cannot be read ({error})", fix, line=reader.line_num + 1) from None

        yield checked()


def _opened(given: Given, name: str) -> IO[bytes]:
    try:
        return given.files[name]()
    except (OSError, ValueError, RuntimeError, zipfile.BadZipFile) as error:  # RuntimeError: it has a password
        raise unusable(given.place(name), f"it cannot be opened ({error})", "unpack it by hand") from None


@contextmanager
def open_text(given: Given, name: str) -> Iterator[IO[str]]:
    """A table in a folder or archive as text.

    Raises
    ------
    FoodTableError
        It cannot be opened or read.
    """
    try:
        with _opened(given, name) as stream, io.TextIOWrapper(stream, encoding="utf-8-sig", newline="") as text:
            yield text
    except FoodTableError:
        raise
    except (ValueError, RuntimeError, zipfile.BadZipFile, EOFError, OSError) as error:
        raise unusable(given.place(name), f"it cannot be read ({error})", "download it again") from None


def columns_of(given: Given, name: str, header: Iterable[str], wanted: Sequence[str]) -> list[int]:
    """Where the wanted columns stand in a header.

    Raises
    ------
    FoodTableError
        A column is missing.
    """
    found = {column.strip().lower(): i for i, column in enumerate(header)}
    missing = [column for column in wanted if column not in found]
    if missing:
        what = f"there is no column {', '.join(missing)}; the columns are {', '.join(found)}"
        raise unusable(given.place(name), what, "give a download of FoodData Central as it is", line=1)
    return [found[column] for column in wanted]
