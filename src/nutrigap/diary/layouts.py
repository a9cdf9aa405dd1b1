"""The layouts that a diary can have, and how each is told: by the names in its header, or by its first bytes.

A layout's reader is imported when a file of it is met; a plain diary imports none of them.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib import import_module
from types import TracebackType
from typing import NamedTuple, Protocol, Self, cast

from nutrigap.diary.cells import clean
from nutrigap.diary.columns import Header, Row, read_header
from nutrigap.diary.plain import Reading, Table

PEEK = 65_536  # [bytes] of a file that its layout is told by
_ROWS_SEARCHED = 10
_CODES = "foodcode"
_BOM = b"\xef\xbb\xbf"


class Stream(Protocol):
    """What is asked of an opened file."""

    def read(self, size: int = -1, /) -> bytes:
        """So many of the next bytes, or all that are left."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...


class File(NamedTuple):
    """A file to be read: by itself, or out of an archive.

    Attributes
    ----------
    path : str
        The name as shown in messages.
    open : callable
        Gives the bytes as a stream, from the start.
    beside : callable
        The bytes of another file of the same archive, or None where there is none.
    """

    path: str
    open: Callable[[], Stream]
    beside: Callable[[str], bytes | None]


def whole_file(data: bytes, path: str) -> File:
    """A file that is not in an archive."""
    return File(path, lambda: io.BytesIO(data), lambda name: None)


class Layout(NamedTuple):
    """A kind of diary.

    Attributes
    ----------
    name : str
        As ``--input`` takes it.
    program : str
        The program that writes it, "" for a plain diary.
    reader : str
        ``module.function`` below ``nutrigap.diary.exports`` (of a plain diary: ``plain.read_plain``).
    columns : tuple of frozenset of str
        Sets of column names, each of which marks a header of this layout; empty where a header marks nothing.
    totals : bool
        Whether its rows are totals, so that a table with a food column, or with codes of foods, is none of it.
    start : bytes
        A pattern of the file's first bytes, for what is no table; else "".
    holds : bytes
        What must stand among these bytes for the pattern to be tried at all.
    """

    name: str
    program: str
    reader: str
    columns: tuple[frozenset[str], ...] = ()
    totals: bool = False
    start: bytes = b""
    holds: bytes = b""

    def has_header(self, header: Header) -> bool:
        """Whether a row is a header of this layout."""
        if not self.columns or (self.totals and (header.complete or _CODES in header.names)):
            return False
        return any(columns <= header.names for columns in self.columns)

    def starts(self, data: bytes) -> bool:
        """Whether a file that begins with these bytes is of this layout."""
        if not self.start or self.holds not in data:
            return False
        return re.match(self.start, data.removeprefix(_BOM)) is not None

    def read_table(self, table: Table, header: Header, date_format: str | None) -> Reading:
        """The lines of a table whose header was found."""
        read = cast("Callable[[Table, Header, str | None], Reading]", self._function())
        return read(table, header, date_format)

    def read_file(self, file: File) -> Reading:
        """The lines of a file that is no table.

        Raises
        ------
        DiaryError
            The file is damaged, or holds no diary.
        """
        return cast("Callable[[File], Reading]", self._function())(file)

    def _function(self) -> object:
        package = "nutrigap.diary.exports" if self.program else "nutrigap.diary"
        module, function = self.reader.split(".")
        return getattr(import_module(f"{package}.{module}"), function)


def _names(*columns: str) -> frozenset[str]:
    return frozenset(columns)


PLAIN = Layout("plain", "", "plain.read_plain")
# Of those that fit, the first is taken; any is taken before plain.
LAYOUTS = (
    PLAIN,
    Layout(
        "cronometer", "Cronometer", "cronometer.read_servings",
        (_names("day", "group", "food name", "amount"), _names("day", "food name", "amount", "energy kcal")),
    ),
    Layout(
        "cronometer-summary", "Cronometer", "cronometer.read_summary",
        (_names("date", "energy kcal", "completed"),), totals=True,
    ),
    Layout(
        "macrofactor", "MacroFactor", "macrofactor.read_food_log",
        (_names("date", "food name", "serving size", "serving qty"),),
    ),
    Layout("asa24", "ASA24", "asa24.read_items", (_names("username", "recallno", "foodcode", "foodamt"),)),
    Layout(
        "asa24-totals", "ASA24", "asa24.read_totals",
        (_names("username", "recallno", "kcal", "numfoods"), _names("username", "recallno", "kcal", "magn")),
        totals=True,
    ),
    Layout(
        "nhanes", "NHANES", "nhanes.read_foods", (_names("seqn", "dr1ifdcd"), _names("seqn", "dr2ifdcd")),
    ),
    Layout(
        "nhanes-totals", "NHANES", "nhanes.read_totals", (_names("seqn", "dr1tkcal"), _names("seqn", "dr2tkcal")),
    ),
    Layout(
        "loseit", "Lose It!", "loseit.read_food_log",
        (_names("date", "name", "quantity", "units", "calories", "deleted", "fat g"),),
    ),
    Layout(
        "myfitnesspal", "MyFitnessPal", "myfitnesspal.read_summary",
        (_names("date", "meal", "calories", "fat g"),), totals=True,
    ),
    Layout("fatsecret", "FatSecret", "fatsecret.read_report", (_names("date", "cals kcal"),), totals=True),
    Layout(
        "samsung-health", "Samsung Health", "samsung.read_nutrition",
        (_names("start time", "time offset", "calorie", "potassium"),), totals=True,
    ),
    Layout(
        "health-connect", "Health Connect", "health_connect.read_database", start=rb"SQLite format 3\0",
    ),
    Layout(
        "apple-health", "Apple Health", "apple_health.read_xml",
        start=rb"\s*<(?:\?xml[^>]*>\s*<)?(?:!DOCTYPE\s+)?HealthData\b",
    ),
    Layout("yazio", "YAZIO", "yazio.read_json", start=rb'\s*[\[{]\s*(?:["{\[\]}]|$)'),
    Layout(
        "mynetdiary", "MyNetDiary", "mynetdiary.read_food",
        (_names("date time", "meal", "food id", "name", "amount"),),
    ),
    Layout(
        "fitbit", "Fitbit", "fitbit.read_log",
        start=rb'(?s).*?"?Food Log \d{8}"?[\r\n].*?Daily Totals', holds=b"Daily Totals",
    ),
    Layout(
        "intake24", "Intake24", "intake24.read_recalls",
        (_names("user id", "meal name", "search term", "portion size g ml"),),
    ),
)  # fmt: skip


def find_header(rows: Iterable[Row], layouts: Sequence[Layout]) -> tuple[Layout, Header, bool] | None:
    """The first of the ``possible_headers`` that is one of the layouts, else the one that comes nearest.

    The third value tells whether the header fits.
    """
    exports = [layout for layout in layouts if layout is not PLAIN]
    plain = PLAIN in layouts
    nearest: Header | None = None
    for header in possible_headers(rows):
        for layout in exports:
            if layout.has_header(header):
                return layout, header, True
        if plain and header.complete:
            return PLAIN, header, True
        if nearest is None or header.known > nearest.known:
            nearest = header
    return None if nearest is None else (PLAIN if plain else exports[0], nearest, False)


def possible_headers(rows: Iterable[Row]) -> Iterator[Header]:
    """The first ten rows, each understood as a header; remarks (``#``) and blank rows do not count among the ten."""
    searched = 0
    for index, (line, cells) in enumerate(rows):
        if not any(map(clean, cells)):
            continue
        yield read_header(index, line, cells)
        searched += not cells[0].startswith("#")
        if searched == _ROWS_SEARCHED:
            return
