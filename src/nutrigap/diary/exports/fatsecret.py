"""FatSecret's diary report: below a preamble, days, their meals, their foods, and the foods' amounts.

The level of a row is told by the spaces before it: none for a day, then 1, 2 and 3. Amounts of nutrients stand at the
first three levels; they are counted at the foods' alone.
"""

from __future__ import annotations

import re

from nutrigap.diary.cells import clean
from nutrigap.diary.columns import Header, Row
from nutrigap.diary.exports.shared import Export, read_export
from nutrigap.diary.plain import Reading, Table

_DAY, _MEAL, _FOOD, _AMOUNT = range(4)
_FOODS = Export(
    "FatSecret",
    {"date": "nutrigap date", "meal": "nutrigap meal", "food": "nutrigap food", "amount": "nutrigap amount"},
    {"cals kcal": ("energy", "kcal"), "sod mg": ("sodium", "mg"), "potassium mg": ("potassium", "mg")},
    by_name=False,
    thousands=True,
)
_OWN = ["nutrigap date", "nutrigap meal", "nutrigap food", "nutrigap amount"]
# "1 teabag, 240 ml": behind the measure stands what it weighs.
_WEIGHED = r"(?i)^.*,\s*([\d.]+\s*(?:g|ml|oz|fl oz))$"


def read_report(table: Table, header: Header, date_format: str | None) -> Reading:
    """A line a food, with the day and the meal above it and the amount below it."""
    width = len(header.cells)
    flat: list[Row] = [(header.line, [*header.cells, *_OWN])]
    above = ["", ""]
    for number, row in table.rows[header.index + 1 :]:
        if not any(map(clean, row)):
            continue
        level, name = _level(table, number, row), clean(row[0])
        if level in (_DAY, _MEAL):
            above = [name, ""] if level == _DAY else [above[0], name]
        elif level == _FOOD or len(flat) == 1 or flat[-1][1][width + _AMOUNT]:
            flat.append((number, [*(row + [""] * width)[:width], *above, name, "", *row[width:]]))
        else:
            flat[-1][1][width + _AMOUNT] = re.sub(_WEIGHED, r"\1", ", ".join(filter(None, map(clean, row))))
    columns = Header(index=0, line=header.line, cells=tuple(flat[0][1]), fields={})
    return read_export(Table(flat, table.separator, table.faults), columns, date_format, _FOODS)


def _level(table: Table, number: int, row: list[str]) -> int:
    """Spaces before the row, as they stand in the file: within quotes, too."""
    text = table.text[number - 1].removeprefix('"') if table.text else row[0]
    return min(len(text) - len(text.lstrip(" ")), _AMOUNT)
