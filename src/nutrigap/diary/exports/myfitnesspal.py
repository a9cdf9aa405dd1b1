"""MyFitnessPal's Nutrition-Summary: totals of meals, without the foods.

Potassium and calcium stand there without a unit: calcium was a share of the Daily Value in older files and is in
milligrams in some newer ones, so neither is read until the header says its unit.
"""

from __future__ import annotations

from nutrigap.diary.cells import show
from nutrigap.diary.columns import Header
from nutrigap.diary.exports.shared import Cells, Export, read_export
from nutrigap.diary.model import Line
from nutrigap.diary.plain import Reading, Table

_SUMMARY = Export(
    "MyFitnessPal",
    {"date": "date", "time": "time", "meal": "meal", "note": "note"},
    covers="meal",
    thousands=True,
)
_UNITLESS = {
    "calcium": (
        "MyFitnessPal gives calcium as a share of the Daily Value in older files and in mg in some newer ones: "
        "the column is not read",
        'compare a day with the app; if it is in mg, name the column "Calcium (mg)"',
    ),
    "potassium": (
        "MyFitnessPal does not say the unit of potassium: the column is not read",
        'compare a day with the app; if it is in mg, name the column "Potassium (mg)"',
    ),
}
_ZEROS = (
    "MyFitnessPal counts what it does not know of a food as 0: a mineral that is 0 in a meal is taken for not known"
)


def read_summary(table: Table, header: Header, date_format: str | None) -> Reading:
    """A line a meal."""
    # files with semicolons are those of countries that write the day first
    export = _SUMMARY._replace(date_format="%d/%m/%Y", thousands=False) if table.separator == ";" else _SUMMARY
    reading = read_export(table, header, date_format, export, mend=_meal)
    problems = [
        problem._replace(what=_UNITLESS[name][0], fix=_UNITLESS[name][1])
        if problem.line == header.line and (name := problem.column.casefold()) in _UNITLESS
        else problem
        for problem in reading.problems
    ]
    reading.notes.append(_ZEROS)
    if table.separator == ";" and date_format is None:
        reading.notes.append("dates such as 30/09/2026 are read with the day first, as files with semicolons have them")
    return reading._replace(problems=problems)


def _meal(line: Line, cells: Cells) -> Line:
    known = {of: amount for of, amount in line.labels.items() if amount or of == "energy"}
    return line._replace(food=f"total of {show(line.meal)}" if line.meal else "total of a meal", labels=known)
