"""MacroFactor's food log: a row a food; "Serving Weight (g)" is the weight of the whole row."""

from __future__ import annotations

from nutrigap.diary.columns import Header
from nutrigap.diary.exports.shared import Cells, Export, read_export
from nutrigap.diary.model import Line
from nutrigap.diary.plain import Reading, Table, without_thousands

_LOG = Export("MacroFactor", {"date": "date", "time": "time", "food": "food name"}, thousands=True)


def read_food_log(table: Table, header: Header, date_format: str | None) -> Reading:
    """A line a food."""
    return read_export(table, header, date_format, _LOG, mend=_with_amount)


def _with_amount(line: Line, cells: Cells) -> Line:
    grams = without_thousands(cells("serving weight g"))
    if grams:
        return line._replace(amount=grams, unit="g")
    count = without_thousands(cells("serving qty"))
    return line._replace(amount=" ".join(filter(None, (count, cells("serving size")))))
