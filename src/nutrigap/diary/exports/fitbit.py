"""Fitbit: blocks ``Food Log 20260301`` of foods without amounts, each closed by the totals of the day.

Of the nutrients that are judged it gives none; the foods' names are all there is to go by.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator

from nutrigap.diary.cells import clean, read_number, show
from nutrigap.diary.columns import Row
from nutrigap.diary.exports.records import record_line
from nutrigap.diary.exports.shared import Export, about_amounts, faulty
from nutrigap.diary.layouts import File
from nutrigap.diary.model import Fault, Line
from nutrigap.diary.plain import Reading
from nutrigap.diary.text import decode, long_cells, physical_lines, records

_BLOCK = r"^Food Log (\d{8})$"
_TOTALS = "daily totals"
_HEADING = ("meal", "food", "calories")
_FIX = "write the foods with their amounts into a diary: date,food,amount"


def read_log(file: File) -> Reading:
    """A line a food; a day that has none is told in a note."""
    with file.open() as stream:
        text, notes = decode(stream.read(), file.path)
    faults: dict[int, Fault] = {}
    empty: list[str] = []
    with long_cells():
        lines = [*_lines(list(records(physical_lines(text), ",", faults)), empty)]
    lines = [faulty(line, "", *faults[line.number]) if line.number in faults else line for line in lines]
    notes += about_amounts(Export("Fitbit", {}), ())
    notes.append("Fitbit exports foods without amounts: an ordinary portion of each is taken")
    if empty:
        notes.append(f"days without foods, not counted: {show(', '.join(empty), 200)}")
    return Reading(lines, [line.problem for line in lines if line.problem is not None], notes)


def _lines(rows: list[Row], empty: list[str]) -> Iterator[Line]:
    day, meal, foods, inside = "", "", 0, False
    for number, row in rows:
        cells = [clean(cell) for cell in row]
        found = re.match(_BLOCK, cells[0]) if cells else None
        if found:
            day, meal, foods, inside = found[1], "", 0, True
        elif not inside or not any(cells):
            continue
        elif cells[0].casefold() == _TOTALS:
            inside = False
            empty += [] if foods else [day]
        elif tuple(cell.casefold() for cell in cells[:3]) == _HEADING:
            continue
        else:
            meal = cells[0] or meal
            if len(cells) > 1 and cells[1]:
                foods += 1
                yield _line(number, day, meal, cells)


def _line(number: int, day: str, meal: str, cells: list[str]) -> Line:
    amount = read_number(cells[2].replace(",", "")) if len(cells) > 2 else None
    energy = {"energy": amount} if isinstance(amount, float) else {}
    try:
        date = datetime.datetime.strptime(day, "%Y%m%d").date()
    except ValueError:
        line = record_line(number, None, cells[1], energy, "Fitbit", meal=meal)
        return faulty(line, "Food Log", f'there is no day "{day}"', _FIX)
    return record_line(number, date, cells[1], energy, "Fitbit", meal=meal)
