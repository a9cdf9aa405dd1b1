"""Android's Health Connect: the table ``nutrition_record_table`` of its exported SQLite database.

Masses are in grams and energy in (small) calories, as the platform stores them (AOSP, NutritionRecord: ``Mass`` and
``Energy``); the smallest number that a double can hold, 5e-324, and NULL stand for what was not recorded.
"""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Mapping

from nutrigap.diary.cells import show
from nutrigap.diary.exports.records import number_of, record_line
from nutrigap.diary.exports.shared import Export, about_amounts, given
from nutrigap.diary.layouts import File
from nutrigap.diary.model import Line, unreadable
from nutrigap.diary.plain import Reading
from nutrigap.errors import Problem
from nutrigap.units import nutrient_index, nutrients

_TABLE = "nutrition_record_table"
_NOT_RECORDED = 5e-324
_PER_CALORIE = 1e-3  # [kcal]
_IN_GRAMS = {"mg": 1e3, "µg": 1e6, "g": 1.0}
_MEALS = {1: "breakfast", 2: "lunch", 3: "dinner", 4: "snack"}
_TIME_COLUMNS = ("start_time", "start_zone_offset", "local_date")
_EPOCH = datetime.datetime(1970, 1, 1)
_EXPORT = Export("Health Connect", {}, covers="meal")
_FIX = "export it again from Health Connect"


def read_database(file: File) -> Reading:
    """A line a record; its number is that of the record (``row_id``)."""
    with file.open() as stream:
        data = stream.read()
    # a database left in write-ahead mode could not be opened from memory: these two bytes tell the mode
    data = data[:18] + b"\x01\x01" + data[20:]
    connection = sqlite3.connect(":memory:")
    try:
        connection.deserialize(data)
        rows = _records(connection, file.path)
    except (sqlite3.Error, OverflowError, UnicodeDecodeError) as error:
        raise unreadable(file.path, f"the database cannot be read ({show(str(error), 80)})", _FIX) from None
    finally:
        connection.close()
    lines = [_line(number, row) for number, row in enumerate(rows, start=1)]
    if not lines:
        raise unreadable(file.path, f"{_TABLE} holds no records", "log meals, and export it again")
    notes = [
        "line numbers are those of the records of nutrition_record_table",
        *about_amounts(_EXPORT, given(lines)),
    ]
    return Reading(lines, [line.problem for line in lines if line.problem is not None], notes)


def _records(connection: sqlite3.Connection, path: str) -> list[dict[str, object]]:
    """The records, with such columns as the version of the database has."""
    found = connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (_TABLE,)).fetchone()
    if found is None:
        what = f"this is a database (SQLite) without the table {_TABLE}: no export of Health Connect"
        raise unreadable(path, what, "save the diary as a CSV file (UTF-8) with the columns date, food and amount")
    there = {row[1] for row in connection.execute(f"PRAGMA table_info({_TABLE})")}
    if "start_time" not in there:
        raise unreadable(path, f"{_TABLE} has no column start_time", _FIX)
    wanted = [*_TIME_COLUMNS, "row_id", "meal_type", "meal_name", *nutrient_index()]
    columns = [name for name in wanted if name in there]
    rows = connection.execute(f"SELECT {', '.join(columns)} FROM {_TABLE} ORDER BY start_time")
    return [dict(zip(columns, row, strict=True)) for row in rows]


def _line(number: int, row: Mapping[str, object]) -> Line:
    local = _local_time(row)
    own = row.get("row_id")
    number = own if isinstance(own, int) else number
    problem = None if local else Problem(number, "start_time", "the record has no usable time", _FIX)
    meal_type = row.get("meal_type")
    meal = _MEALS.get(meal_type, "") if isinstance(meal_type, int) else ""
    name = row.get("meal_name")
    food = name.strip() if isinstance(name, str) else ""
    return record_line(
        number,
        local.date() if local else None,
        food or f"total of {meal or 'a meal'}",
        _amounts(row),
        _EXPORT.program,
        covers=_EXPORT.covers,
        meal=meal,
        time=f"{local:%H:%M}" if local else "",
        problem=problem,
    )


def _local_time(row: Mapping[str, object]) -> datetime.datetime | None:
    """When it was eaten, by the clock of the place [start_time: ms since 1970 in UTC, start_zone_offset: s]."""
    start, offset, day = (row.get(name) for name in _TIME_COLUMNS)
    try:
        if isinstance(start, int) and isinstance(offset, int):
            return _EPOCH + datetime.timedelta(milliseconds=start, seconds=offset)
        if isinstance(day, int):
            return _EPOCH + datetime.timedelta(days=day)
    except OverflowError:  # a time that no calendar holds
        return None
    return None


def _amounts(row: Mapping[str, object]) -> dict[str, float]:
    amounts = {}
    for of in nutrients():
        value = number_of(row.get(of.id))
        if value is not None and value != _NOT_RECORDED:
            amounts[of.id] = value * (_PER_CALORIE if of.unit == "kcal" else _IN_GRAMS[of.unit])
    return amounts
