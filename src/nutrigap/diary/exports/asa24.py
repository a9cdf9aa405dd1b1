"""ASA24, the 24-hour recall of the National Cancer Institute: foods (Items, INF), totals, and supplements (INS).

Amounts of nutrients are those of the row, with the names of FNDDS; the foods are FNDDS codes with grams.
"""

from __future__ import annotations

from collections.abc import Callable

from nutrigap.diary.columns import Header
from nutrigap.diary.exports.shared import (
    CORE,
    NO_DATE,
    Cells,
    Export,
    column_cells,
    column_places,
    read_export,
    undated,
    whole,
)
from nutrigap.diary.model import Line
from nutrigap.diary.plain import Reading, Table

_NUTRIENTS = {
    "magn": ("magnesium", "mg"), "calc": ("calcium", "mg"), "pota": ("potassium", "mg"), "vitd": ("vitamin_d", "µg"),
    "vb12": ("vitamin_b12", "µg"), "vb6": ("vitamin_b6", "mg"), "kcal": ("energy", "kcal"), "mois": ("water", "g"),
    "sodi": ("sodium", "mg"), "vb1": ("thiamin", "mg"), "caff": ("caffeine", "mg"), "alc": ("alcohol", "g"),
    "b12 add": ("vitamin_b12_added", "µg"),
}  # fmt: skip
_MEALS = {
    "1": "breakfast", "2": "brunch", "3": "lunch", "4": "dinner", "5": "supper", "6": "snack", "7": "drink",
}  # fmt: skip
_NO_CODE = ("", "9", "0")  # "9" stands for a food that could not be coded
_DATES = ("intakestartdatetime", "reportingdate")


def read_items(table: Table, header: Header, date_format: str | None) -> Reading:
    """A line a food or part of one."""
    return _read(table, header, date_format, "", _item)


def read_totals(table: Table, header: Header, date_format: str | None) -> Reading:
    """A line a recall; where the totals are those of supplements, and in a list of supplements, a line each."""
    if any("supp" in name for name in header.names):
        return _read_supplements(table, header, date_format)
    return _read(table, header, date_format, "day", lambda line, cells: line._replace(food="total of the day"))


def _read_supplements(table: Table, header: Header, date_format: str | None) -> Reading:
    names = [name for name in column_places(header) if "supp" in name and ("desc" in name or "name" in name)]

    def mend(line: Line, cells: Cells) -> Line:
        named = next((cells(name) for name in names if cells(name)), "")
        return line._replace(food=named or "supplements", kind="supplement")

    reading = _read(table, header, date_format, "", mend)
    reading.notes.append("these are the supplements of ASA24; the foods are in another file (Items)")
    return reading


def _item(line: Line, cells: Cells) -> Line:
    code, grams, named = whole(cells("foodcode")), cells("foodamt"), cells("food description")
    by_code = f"fndds:{code}" if code not in _NO_CODE else ""
    # the name reads better, but where the row lacks an amount the table is asked, which knows the code
    food = named or by_code if line.labels.keys() >= CORE else by_code or named
    meal = cells("occ name")
    return line._replace(
        food=food, amount=grams, unit="g" if grams else "", meal=_MEALS.get(meal, meal), kind="food",
        time=cells("occ time").rpartition(" ")[2],
    )  # fmt: skip


def _read(
    table: Table, header: Header, date_format: str | None, covers: str, mend: Callable[[Line, Cells], Line]
) -> Reading:
    date = next((column for column in _DATES if column_cells(table, header, column)), "")
    columns = {"person": "username"} | ({"date": date} if date else {})
    export = Export("ASA24", columns, _NUTRIENTS, by_name=False, covers=covers, date_format="%m/%d/%Y")

    def dated(line: Line, cells: Cells) -> Line:
        return mend(line if date else undated(line, whole(cells("recallno")), "RecallNo"), cells)

    reading = read_export(table, header, date_format, export, mend=dated)
    if not date:
        reading.notes.append(
            f"the file tells no dates: recall 1 stands as {NO_DATE.isoformat()}, recall 2 as the next day"
        )
    return reading
