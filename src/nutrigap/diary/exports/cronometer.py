"""Cronometer: ``servings.csv`` (a row a food) and ``dailysummary.csv`` (a row a day)."""

from __future__ import annotations

import re

from nutrigap.diary.columns import Header
from nutrigap.diary.exports.shared import Cells, Export, column_cells, column_places, read_export
from nutrigap.diary.model import Line
from nutrigap.diary.plain import Reading, Table, lines_text

_SERVINGS = Export(
    "Cronometer",
    {"date": "day", "time": "time", "meal": "group", "food": "food name", "amount": "amount"},
)
_SUMMARY = Export("Cronometer", {"date": "date"}, covers="day")
# What is counted in these is no food.
_DOSE_UNITS = r"(?i)^[\d.,]+\s+(?:pill|tablet|capsule|softgel|caplet|gummy|gummies|lozenge)s?\b"
_SUPPLEMENTS = "supplements"
_ISO_DAY = r"^\d{4}-\d{2}-\d{2}$"
_OLD = (
    "this is an export of the years before 2017 (no Group column, or days such as 2011-4-18): it leaves a cell blank "
    "where the amount is zero and where it is not known; blank is taken for not known"
)


def read_servings(table: Table, header: Header, date_format: str | None) -> Reading:
    """A line a serving; of recent files a blank cell is an amount that is not known, and 0.00 is zero."""
    reading = read_export(table, header, date_format, _SERVINGS, mend=_serving)
    if any(line.labels for line in reading.lines) and _is_old(table, header):
        reading.notes.append(_OLD)
    return reading


def _is_old(table: Table, header: Header) -> bool:
    first = next(iter(column_cells(table, header, "day")), "2017-01-01")
    return "group" not in column_places(header) or not re.match(_ISO_DAY, first)


def _serving(line: Line, cells: Cells) -> Line:
    if cells("category").casefold() == _SUPPLEMENTS or re.match(_DOSE_UNITS, line.amount):
        return line._replace(kind="supplement")
    return line


def read_summary(table: Table, header: Header, date_format: str | None) -> Reading:
    """A line a day, for the total of it; where all amounts are blank or zero, nothing is logged."""
    groups = {group.casefold() for group in column_cells(table, header, "group")}
    grouped = "total" in groups
    export = _SUMMARY._replace(covers="meal") if groups and not grouped else _SUMMARY
    open_days: list[int] = []

    def mend(line: Line, cells: Cells) -> Line:
        if cells("completed").casefold() == "false":
            open_days.append(line.number)
        if not any(line.labels.values()):
            line = line._replace(labels={})
        group = cells("group")
        return line._replace(food=f"total of {group}" if group and not grouped else "total of the day", meal=group)

    def skip(cells: Cells) -> str:
        return "the part of a meal in the day's total" if grouped and cells("group").casefold() != "total" else ""

    reading = read_export(table, header, date_format, export, skip=skip, mend=mend)
    if open_days:
        reading.notes.append(f"{lines_text(open_days)}: not marked as completed; foods may be missing from the day")
    return reading
