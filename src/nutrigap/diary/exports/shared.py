"""What the readers of exported tables share: columns by name, the program's own amounts, and what is said of them."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import NamedTuple

from nutrigap.diary.cells import clean, show
from nutrigap.diary.columns import Header, Label, column_factor, column_nutrient, tokens
from nutrigap.diary.model import Line
from nutrigap.diary.plain import Reading, Table, lines_text, read_rows
from nutrigap.errors import Problem
from nutrigap.units import find_nutrient, nutrients

Cells = Callable[[str], str]  # the cleaned cell of a row in a column of the export's, "" where there is none

# The day that stands for the first of a file that tells no dates: what a spreadsheet shows for day 1.
NO_DATE = datetime.date(1900, 1, 1)
CORE = frozenset(of.id for of in nutrients() if of.role == "core")
_NONE: Mapping[str, tuple[str, str]] = MappingProxyType({})


class Export(NamedTuple):
    """How a program's table is read.

    Attributes
    ----------
    program : str
    columns : mapping of str to str
        Column of ours -> words of the export's column in lower case; a column that is not there is left blank.
    labels : mapping of str to (str, str)
        Words of a column -> nutrient id and unit, where the name of the column does not tell them.
    by_name : bool
        Whether other columns of nutrient amounts are found by their names (``Calcium (mg)``).
    covers : str
        ``meal`` or ``day`` where a row is the total of one, else "".
    date_format : str
        Order of day and month, where the program is known to write but one; else "".
    thousands : bool
        Whether the program sets a comma for thousands.
    """

    program: str
    columns: Mapping[str, str]
    labels: Mapping[str, tuple[str, str]] = _NONE
    by_name: bool = True
    covers: str = ""
    date_format: str = ""
    thousands: bool = False


def read_export(
    table: Table,
    header: Header,
    date_format: str | None,
    export: Export,
    *,
    skip: Callable[[Cells], str] | None = None,
    mend: Callable[[Line, Cells], Line] | None = None,
) -> Reading:
    """The lines of an exported table.

    Parameters
    ----------
    table : Table
    header : Header
        As found; its columns of ours are taken from ``export`` alone.
    date_format : str or None
        The user's own, which goes before that of the export.
    export : Export
    skip : callable, optional
        Tells for a row why it is no line ("deleted"), or "".
    mend : callable, optional
        Changes a line by what stands in other columns of its row.
    """
    places = column_places(header)
    kept, gone = _sift(table, header, places, skip)
    columns = _columns(header, places, export)
    order = date_format or export.date_format or None
    reading = read_rows(replace(table, rows=kept), columns, order, thousands=export.thousands, exported=True)
    rows = dict(kept)
    lines, problems = [], list(reading.problems)
    for line in reading.lines:
        line = line._replace(amounts_from=export.program, covers=export.covers)
        if export.covers:
            line = line._replace(kind="food")
        if mend is not None:
            mended = mend(line, _cells(rows[line.number], places))
            if mended.problem is not None and mended.problem is not line.problem:
                problems.append(mended.problem)
            line = mended
        if not line.food and line.problem is None:
            line = faulty(line, "", "the row names no food", "write what was eaten, or delete the row")
            problems += [line.problem] if line.problem is not None else []
        lines.append(line)
    notes = [f"{lines_text(numbers)}: {why}, not counted" for why, numbers in gone.items()]
    return Reading(lines, problems, [*about_amounts(export, given(lines)), *notes, *reading.notes])


def column_places(header: Header) -> dict[str, int]:
    """Words of every column in lower case -> its position, of two alike the first."""
    return {" ".join(tokens(name)): place for place, name in reversed([*enumerate(header.cells)])}


def column_cells(table: Table, header: Header, column: str) -> list[str]:
    """The cleaned cells below a column of the export's that are not blank."""
    place = column_places(header).get(column)
    if place is None:
        return []
    return [cell for _, row in table.rows[header.index + 1 :] if place < len(row) and (cell := clean(row[place]))]


def _cells(row: list[str], places: Mapping[str, int]) -> Cells:
    def cell(column: str) -> str:
        place = places.get(column)
        return clean(row[place]) if place is not None and place < len(row) else ""

    return cell


def _sift(
    table: Table, header: Header, places: Mapping[str, int], skip: Callable[[Cells], str] | None
) -> tuple[list[tuple[int, list[str]]], dict[str, list[int]]]:
    """The rows without those to be skipped, and the numbers of these by the reason."""
    if skip is None:
        return table.rows, {}
    kept, gone = table.rows[: header.index + 1], dict[str, list[int]]()
    for number, row in table.rows[header.index + 1 :]:
        why = skip(_cells(row, places)) if any(map(clean, row)) else ""
        if why:
            gone.setdefault(why, []).append(number)
        else:
            kept.append((number, row))
    return kept, gone


def _columns(header: Header, places: Mapping[str, int], export: Export) -> Header:
    """The header with the columns that the export is known to have."""
    fields = {ours: places[theirs] for ours, theirs in export.columns.items() if theirs in places}
    labels = {
        of: Label(of, places[column], header.cells[places[column]], unit.lower(), column_factor(of, unit))
        for column, (of, unit) in export.labels.items()
        if column in places
    }
    problems: tuple[Problem, ...] = ()
    if export.by_name:
        taken = {*fields.values(), *(label.position for label in labels.values())}
        labels = {label.nutrient: label for label in header.labels if label.position not in taken} | labels
        problems = tuple(problem for problem in header.problems if column_nutrient(problem.column) in CORE)
    return replace(
        header, fields=fields, labels=tuple(labels.values()), amount_unit="", problems=problems, unread=()
    )  # fmt: skip


def given(lines: Iterable[Line]) -> set[str]:
    """The nutrients that some line has an amount of."""
    return {of for line in lines for of in line.labels}


def about_amounts(export: Export, given: Collection[str]) -> list[str]:
    """Notes: which amounts are the program's own, and what becomes of the nutrients that it does not give."""
    core = [of for of in nutrients() if of.role == "core"]
    own = _listed(of.called for of in core if of.id in given)
    lacking = _listed(of.called for of in core if of.id not in given)
    notes = []
    if own:
        notes.append(f"the amounts of {own} are {export.program}'s own")
    if lacking and export.covers:
        notes.append(
            f"{export.program} gives no amounts of {lacking} here, and names no foods from which to work them out: "
            "their totals have no upper end"
        )
    elif lacking:
        notes.append(f"{export.program} gives no amounts of {lacking} here: they are worked out from foods and amounts")
    return notes


def _listed(names: Iterable[str]) -> str:
    """``calcium, potassium and vitamin D``."""
    *first, last = [*names] or [""]
    return f"{', '.join(first)} and {last}" if first else last


def faulty(line: Line, column: str, what: str, fix: str) -> Line:
    """The line with a problem, unless it has one already."""
    return line if line.problem is not None else line._replace(problem=Problem(line.number, column, what, fix))


def undated(line: Line, day: str, column: str) -> Line:
    """A line of a file without dates: the day with this number, counted from ``NO_DATE``."""
    if not (day.isascii() and day.isdigit() and 0 < int(day) <= 366):
        return faulty(line, column, f'"{show(day)}" is no number of a day', "write 1 for the first day")
    return line._replace(date=NO_DATE + datetime.timedelta(days=int(day) - 1))


def whole(text: str) -> str:
    """A code or a count without the ".0" that a table of decimals gives it."""
    return text.removesuffix(".0")


def own_labels(amounts: Mapping[str, float]) -> dict[str, float]:
    """Amounts brought to 15 digits, so that 0.064 g are 64 mg whatever a factor's last binary digit does."""
    return {find_nutrient(of).id: float(f"{value:.15g}") for of, value in amounts.items()}
