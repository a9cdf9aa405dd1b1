"""Samsung Health: ``com.samsung.health.nutrition.<time>.csv``, below one line of metadata; times in UTC.

Units as in Samsung's own description of the data (Health Data SDK, NutritionType): potassium, calcium and sodium in mg.
It gives vitamin D without one, so that is not read.
"""

from __future__ import annotations

import datetime
import re

from nutrigap.diary.cells import show
from nutrigap.diary.columns import Header
from nutrigap.diary.exports.shared import Cells, Export, column_cells, faulty, read_export
from nutrigap.diary.model import Line
from nutrigap.diary.plain import Reading, Table

_NUTRITION = Export(
    "Samsung Health",
    {"date": "start time", "food": "title"},
    {
        "calorie": ("energy", "kcal"), "potassium": ("potassium", "mg"), "calcium": ("calcium", "mg"),
        "sodium": ("sodium", "mg"),
    },
    by_name=False,
    covers="meal",
)  # fmt: skip
_MEALS = {
    "100001": "breakfast", "100002": "lunch", "100003": "dinner", "100004": "morning snack",
    "100005": "afternoon snack", "100006": "evening snack",
}  # fmt: skip
_OFFSET = r"^UTC([+-])(\d{2}):?(\d{2})$"


def read_nutrition(table: Table, header: Header, date_format: str | None) -> Reading:
    """A line a record: a meal or a food, of which the file tells no amount."""
    named = {**_NUTRITION.columns} if column_cells(table, header, "title") else {"date": "start time"}
    reading = read_export(table, header, date_format, _NUTRITION._replace(columns=named), mend=_local)
    reading.notes.append("times are in UTC in the file: the day is that of the record's own time zone (time_offset)")
    if column_cells(table, header, "vitamin d"):
        reading.notes.append("Samsung Health does not say the unit of vitamin_d: the column is not read")
    return reading


def _local(line: Line, cells: Cells) -> Line:
    """The line on the day that it was where it was eaten."""
    meal = _MEALS.get(cells("meal type"), "")
    line = line._replace(meal=meal, food=line.food or f"total of {meal or 'a meal'}")
    offset = cells("time offset")
    found = re.match(_OFFSET, offset)
    if line.date is None or found is None:
        fix = "write it as UTC and hours and minutes, such as UTC+0530"
        return faulty(line, "time_offset", f'"{show(offset)}" is no offset from UTC', fix)
    away = datetime.timedelta(hours=int(found[2]), minutes=int(found[3])) * (-1 if found[1] == "-" else 1)
    try:
        utc = datetime.datetime.fromisoformat(cells("start time")[:19])
    except ValueError:
        return faulty(line, "start_time", f'"{show(cells("start time"))}" tells no time of day', "write it as exported")
    local = utc.replace(tzinfo=None) + away
    return line._replace(date=local.date(), time=f"{local:%H:%M}")
