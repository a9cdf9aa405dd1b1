"""The plain layout: a table with a header, one food or supplement a row."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from nutrigap.diary.cells import clean, read_number, show
from nutrigap.diary.columns import Header, Label, Row, unread_notes
from nutrigap.diary.dates import DateReader
from nutrigap.diary.model import Fault, Line
from nutrigap.errors import Problem

KINDS = {
    **dict.fromkeys(("food", "meal", "drink", "beverage", "foods", "drinks", "snack"), "food"),
    **dict.fromkeys(("supplement", "supplements", "supp", "supps", "dietary supplement"), "supplement"),
    **dict.fromkeys(("pill", "tablet", "capsule", "vitamin", "vitamins"), "supplement"),
}
TOTALS = frozenset({
    "total", "totals", "sum", "average", "averages", "avg", "mean", "subtotal", "grand total", "daily total",
    "daily totals", "day total", "daily average", "daily mean", "total for the day", "summe", "gesamt",
    "gesamtsumme", "durchschnitt", "mittelwert", "mittel", "somme", "moyenne", "suma", "promedio", "totale",
    "totaux", "media", "totaal", "gemiddelde",
})  # fmt: skip
_BARE_NUMBER = re.compile(r"^\d+(?:[.,]\d+)?$")
_BARE_DIGITS = re.compile(r"^\d+$")
_DECIMAL_COMMA = re.compile(r"^\d+,\d+$")
_THOUSANDS = r"^\d{1,3}(?:,\d{3})+(?:\.\d+)?$"  # a string: few diaries need it
_ISO_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}$")
_TEXT_FIELDS = ("food", "amount", "unit", "meal", "note", "brand")

_NO_FOOD = Fault("the line names no food", "write what was eaten, or delete the line")
_NO_DATE_YET = Fault("the line has no date, and no line above it has one", "write the date as YYYY-MM-DD")
_SPLIT_DECIMAL = Fault("amount and unit are both bare numbers, as if a decimal comma had split one number in two", "")
_AMOUNT_IS_DATE = Fault(
    "the amount is a date: spreadsheets turn 1/2 into one", "write it as 0.5, or format the column as text"
)


@dataclass(frozen=True)
class Table:
    """Rows of text before they are understood.

    Attributes
    ----------
    rows : list of Row
        Line number and cells; the header is one of them.
    separator : str
        ``,`` ``;`` tab or ``|``; "" for a sheet or a frame.
    faults : dict of int to Fault
        Records that could not be split into cells safely, by their line number.
    text : list of str
        The physical lines as they stand, of a text file: where spaces before a cell have a meaning.
    """

    rows: list[Row]
    separator: str
    faults: dict[int, Fault] = field(default_factory=dict)
    text: list[str] = field(default_factory=list)


class Reading(NamedTuple):
    """What a layout makes of a table."""

    lines: list[Line]
    problems: list[Problem]
    notes: list[str]


def read_plain(table: Table, header: Header, date_format: str | None) -> Reading:
    """The lines of a plain diary.

    Parameters
    ----------
    table : Table
    header : Header
        As found in ``table``.
    date_format : str or None
        A ``strptime`` format for dates whose order cannot be seen.

    Returns
    -------
    Reading
        One line for each row that is not blank, no totals row and no second header; the notes name the
        rows left away.
    """
    header = without_doubtful(header, table.rows[header.index + 1 :])
    lines, problems, notes = read_rows(table, header, date_format)
    return Reading(lines, problems, [*before_header(table.rows, header), *unread_notes(header), *notes])


def read_rows(
    table: Table, header: Header, date_format: str | None, *, thousands: bool = False, exported: bool = False
) -> Reading:
    """The lines below a header, as ``read_plain`` gives them, whatever layout the header is of.

    Parameters
    ----------
    table : Table
    header : Header
        Without a date or a food column its lines have no date or food, and nobody is told.
    date_format : str or None
    thousands : bool
        Whether the program that wrote the table is known to set the comma for thousands.
    exported : bool
        Whether a program wrote the table: then a row with a date is eaten, be its food called "Total".
    """
    walk = _Walk(table, header, date_format, thousands=thousands, exported=exported)
    for number, cells in table.rows[header.index + 1 :]:
        walk.take(number, cells)
    return Reading(walk.lines, [*header.problems, *walk.problems], walk.notes())


def doubtful_columns(header: Header) -> list[str]:
    """Columns of ours whose name may mean another thing."""
    names = ("kind", "person")
    return [name for name in names if name in header.fields and header.name(name).casefold() in ("type", "id")]


def without_doubtful(header: Header, body: Sequence[Row]) -> Header:
    """The header without columns whose name promises what their cells do not keep."""
    for column, test in (("kind", _are_kinds), ("person", _are_people)):
        if column in doubtful_columns(header):
            position = header.fields[column]
            cells = [clean(cells[position]) for _, cells in body if position < len(cells)]
            if not test([cell for cell in cells if cell]):
                header = header.without(column)
    return header


def _are_kinds(cells: list[str]) -> bool:
    """Whether a column ``type`` tells food from supplement; in many logs it is the meal."""
    return bool(cells) and all(cell.casefold() in KINDS for cell in cells)


def _are_people(cells: list[str]) -> bool:
    """Whether a column ``id`` can be people: one that never repeats itself numbers the rows."""
    return len(cells) < 3 or len(set(cells)) < len(cells)


def before_header(rows: Sequence[Row], header: Header) -> list[str]:
    """What to say about rows above the header."""
    above = [(number, cells) for number, cells in rows[: header.index] if any(map(clean, cells))]
    return [
        f'line {number} stands before the header and is not read: "{show(" ".join(cells).strip())}"'
        for number, cells in above
    ]


def is_header_again(cells: Sequence[str], header: Header) -> bool:
    """Whether a row, of cleaned cells, is the header once more."""
    width, date = len(header.cells), header.fields["date"]
    if date >= len(cells) or cells[date].casefold() != header.cells[date].casefold():
        return False
    same = all(cell.casefold() == name.casefold() for cell, name in zip(cells, header.cells, strict=False))
    return same and len(cells) >= width and not any(cells[width:])


class _Walk:
    """Goes down the rows, carrying the date and the person that hold until the next are given."""

    def __init__(
        self, table: Table, header: Header, date_format: str | None, *, thousands: bool, exported: bool
    ) -> None:
        self.header = header
        self.thousands = thousands
        self.exported = exported
        self.separator = table.separator
        self.faults = table.faults
        self.dates = DateReader(date_format)
        self.lines: list[Line] = []
        self.problems: list[Problem] = []
        self.width = len(header.cells)
        self.date_position = header.fields.get("date")
        self.ambiguous = _ambiguous_marks(table, header)
        self.day: datetime.date | None = None
        self.day_line = 0
        self.person = ""
        self.totals: list[int] = []
        self.headers: list[int] = []
        self.undated: list[int] = []
        self.unnamed: list[int] = []
        self.beside: list[int] = []

    def take(self, number: int, raw: list[str]) -> None:
        """Read one row."""
        cells = [cell.strip() if cell.isascii() else clean(cell) for cell in raw]
        fault = self.faults.get(number)
        if (not any(cells) and fault is None) or self._is_no_line(number, cells):
            return
        # of a line not cut into cells as meant, neither amounts nor labels are to be trusted
        whole = fault is None and self._fits(number, cells)
        if fault is None and not whole:
            fault = self._too_many(cells)
        if len(cells) < self.width:
            cells += [""] * (self.width - len(cells))
        found: list[Problem] = [] if fault is None else [fault.at(number)]
        day, clock = self._date(number, raw, cells, found)
        text = {name: self._cell(cells, name) for name in _TEXT_FIELDS}
        self._check_food_and_amount(number, text, found, whole=whole)
        problem = found[0] if found else None
        kind = self._kind(number, cells, found)
        labels = self._labels(number, cells, found) if whole else {}
        self.problems += found
        self.lines.append(
            Line(
                number=number,
                date=day,
                person=self._person(number, cells),
                food=text["food"],
                amount=text["amount"],
                unit=text["unit"] or self._header_unit(text["amount"]),
                meal=text["meal"],
                time=self._cell(cells, "time") or clock,
                note=text["note"],
                brand=text["brand"],
                kind=kind,
                labels=labels,
                problem=problem,
            )
        )

    def _cell(self, cells: list[str], name: str) -> str:
        position = self.header.fields.get(name)
        return "" if position is None or position >= len(cells) else cells[position]

    def _is_no_line(self, number: int, cells: list[str]) -> bool:
        """Totals and second headers are no lines of a diary: they are left away, and their numbers noted."""
        date, food = self._cell(cells, "date"), self._cell(cells, "food")
        if self.date_position is None:
            return False
        if is_header_again(cells, self.header):
            self.headers.append(number)
            return True
        # "Total" is a cereal too: with a date of its own and an amount such as "1 cup" it was eaten
        eaten = bool(date) and (self.exported or any(map(str.isalpha, self._cell(cells, "amount"))))
        if _is_total(date) or (not eaten and _is_total(food or next(filter(None, cells), ""))):
            self.totals.append(number)
            return True
        return False

    def _fits(self, number: int, cells: list[str]) -> bool:
        """Whether the row has no more cells than the header; beside a sheet's table there may be jottings."""
        if len(cells) <= self.width or not any(cells[self.width :]):
            return True
        if not self.separator:
            self.beside.append(number)
        return not self.separator

    def _too_many(self, cells: list[str]) -> Fault:
        count = max(i for i, cell in enumerate(cells, start=1) if cell)
        fix = f"put the cell that has a {_SEPARATOR_NAMES.get(self.separator, self.separator)} in it in quotes"
        if self.separator == ",":
            fix = "put the amount in quotes or write 0.5; a food name with a comma needs quotes too"
        return Fault(f"has {count} cells where the header has {self.width}", fix)

    def _date(
        self, number: int, raw: list[str], cells: list[str], found: list[Problem]
    ) -> tuple[datetime.date | None, str]:
        """The line's day and the time behind it; a blank date is that of the line above."""
        if self.date_position is None:
            return None, ""
        column = self.header.name("date")
        if not cells[self.date_position]:
            if self.day is not None:
                self.undated.append(number)
            elif self.day_line:
                what = f"the line has no date, and the one above it (line {self.day_line}) cannot be read"
                found.append(Problem(number, column, what, "write the date as YYYY-MM-DD"))
            else:
                found.append(_NO_DATE_YET.at(number, column))
            return self.day, ""
        as_given = raw[self.date_position]  # a sheet's own date is a DateText, which cleaning would undo
        moment = self.dates.read(as_given if type(as_given) is not str else cells[self.date_position])
        self.day, self.day_line = moment.day, number
        if moment.fault is not None:
            found.append(moment.fault.at(number, column))
        return moment.day, moment.time

    def _check_food_and_amount(self, number: int, text: dict[str, str], found: list[Problem], *, whole: bool) -> None:
        if not text["food"] and "food" in self.header.fields:
            found.append(_NO_FOOD.at(number, self.header.name("food")))
        amount = text["amount"]
        if _ISO_DATE.match(amount):
            found.append(_AMOUNT_IS_DATE.at(number, self.header.name("amount")))
        elif whole and self._is_split(amount, text["unit"]):
            left, right = show(amount), show(text["unit"])
            fix = f'write {left}.{right}, or "{left},{right}" in quotes'
            found.append(_SPLIT_DECIMAL._replace(fix=fix).at(number, self.header.name("amount")))

    def _is_split(self, amount: str, unit: str) -> bool:
        """Whether amount and unit look like the halves of 0,5, which fell into two cells."""
        return self.separator == "," and bool(_BARE_DIGITS.match(unit) and _BARE_DIGITS.match(amount))

    def _header_unit(self, amount: str) -> str:
        """The unit of "Amount (g)", for a number without one of its own."""
        return self.header.amount_unit if self.header.amount_unit and _BARE_NUMBER.match(amount) else ""

    def _person(self, number: int, cells: list[str]) -> str:
        person = self._cell(cells, "person")
        if person:
            self.person = person
        elif self.person:
            self.unnamed.append(number)
        return self.person

    def _kind(self, number: int, cells: list[str], found: list[Problem]) -> str:
        written = self._cell(cells, "kind")
        kind = KINDS.get(written.casefold(), "") if written else ""
        if written and not kind:
            fix = "write food or supplement, or leave it blank to have it found out"
            found.append(Problem(number, self.header.name("kind"), f'"{show(written)}" is no kind of line', fix))
        return kind

    def _labels(self, number: int, cells: list[str], found: list[Problem]) -> dict[str, float]:
        """The nutrient amounts that can be read; a cell that cannot is a problem, and as good as blank."""
        labels: dict[str, float] = {}
        for label in self.header.labels:
            cell = cells[label.position]
            if self.thousands:
                cell = without_thousands(cell)
            if cell:
                amount = _label_amount(cell, label, self.ambiguous)
                if isinstance(amount, Fault):
                    found.append(amount.at(number, show(label.name)))
                elif amount is not None:
                    labels[label.nutrient] = amount
        return labels

    def notes(self) -> list[str]:
        """What was read otherwise than it may seem, with the line numbers."""
        told = (
            (self.totals, "totals, not counted"),
            (self.headers, "the header again, not counted"),
            (self.undated, "no date written; the date of the line above is taken"),
            (self.unnamed, f"no {self._column('person')} written; that of the line above is taken"),
            (self.beside, "cells to the right of the last named column are not read"),
        )
        return [f"{lines_text(numbers)}: {what}" for numbers, what in told if numbers]

    def _column(self, column: str) -> str:
        return self.header.name(column) if column in self.header.fields else column


_SEPARATOR_NAMES = {";": "semicolon", "\t": "tab", "|": "vertical bar"}


def without_thousands(cell: str) -> str:
    """The cell without commas for thousands: "1,200" of a program that is known to set them is "1200"."""
    return cell.replace(",", "") if "," in cell and re.match(_THOUSANDS, cell) else cell


def _is_total(cell: str) -> bool:
    return len(cell) < 30 and cell.rstrip(" :.").casefold() in TOTALS


def _label_amount(cell: str, label: Label, ambiguous: str) -> float | Fault | None:
    number = read_number(cell, unit=label.unit, ambiguous=ambiguous)
    if not isinstance(number, float):
        return number
    # 15 digits: 250 µg are 0.25 mg, whatever the factor's last binary digit does
    amount = number if label.factor == 1 else float(f"{number * label.factor:.15g}")
    if amount == float("inf"):
        return Fault(f'"{show(cell)}" is too large', "write the amount eaten")
    return amount


def _ambiguous_marks(table: Table, header: Header) -> str:
    """Marks that may stand for thousands in this table.

    Where semicolons separate, the comma is for decimals; a table that has such commas may use the point for
    thousands, while one that has none was written with decimal points.
    """
    if table.separator != ";":
        return ","
    positions = [label.position for label in header.labels]
    body = (cells for _, cells in table.rows[header.index + 1 :])
    commas = any(_DECIMAL_COMMA.match(cells[i].strip()) for cells in body for i in positions if i < len(cells))
    return "." if commas else ""


def lines_text(numbers: Iterable[int]) -> str:
    """``line 4`` or ``lines 4, 7-9, 12``."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    parts = [str(first) if first == last else f"{first}-{last}" for first, last in runs]
    return f"line{'s' if len(parts) > 1 or '-' in parts[0] else ''} {', '.join(parts)}"
