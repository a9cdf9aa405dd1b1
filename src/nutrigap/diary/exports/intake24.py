"""Intake24, a 24-hour recall of research: exports of versions 3 and 4, a row a food.

An empty amount of a nutrient is ``N/A``. Foods that a person did not find ("missing foods") stand in their own words.
"""

from __future__ import annotations

from nutrigap.diary.columns import Header
from nutrigap.diary.exports.shared import Cells, Export, column_places, read_export
from nutrigap.diary.model import Line
from nutrigap.diary.plain import Reading, Table

_DATES = ("recall date", "start time", "submission time")
_NAMES = ("description en", "english name", "english description", "local name", "description local", "search term")
_RECALL = (
    "Intake24 tells when a recall was filled in, which asks about the day before: the day here is that of filling in"
)


def read_recalls(table: Table, header: Header, date_format: str | None) -> Reading:
    """A line a food."""
    places = column_places(header)
    date = next((name for name in _DATES if name in places), "")
    columns = {"person": "user id", "meal": "meal name"} | ({"date": date} if date else {})
    export = Export("Intake24", columns)
    reading = read_export(table, header, date_format, export, mend=_food)
    if date != "recall date":
        reading.notes.append(_RECALL)
    return reading


def _food(line: Line, cells: Cells) -> Line:
    missing = cells("missing food description")
    if missing and missing.upper() != "N/A":
        return line._replace(food=missing, amount=cells("missing food portion size"))
    food = next((cells(name) for name in _NAMES if cells(name).upper() not in ("", "N/A")), "")
    grams = cells("portion size g ml")
    return line._replace(food=food, amount=grams, unit="g" if grams else "")
