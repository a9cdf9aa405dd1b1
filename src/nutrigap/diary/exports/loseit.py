"""Lose It!: the weekly export (column ``Type``) and ``food-logs.csv`` of the whole export (column ``Meal``)."""

from __future__ import annotations

from nutrigap.diary.columns import Header
from nutrigap.diary.exports.shared import Cells, Export, column_places, read_export
from nutrigap.diary.plain import Reading, Table

_LOG = Export(
    "Lose It!",
    {"date": "date", "food": "name", "amount": "quantity", "unit": "units"},
    date_format="%m/%d/%Y",
)


def read_food_log(table: Table, header: Header, date_format: str | None) -> Reading:
    """A line a food."""
    meal = "meal" if "meal" in column_places(header) else "type"
    export = _LOG._replace(columns={**_LOG.columns, "meal": meal})
    return read_export(table, header, date_format, export, skip=_why_no_food)


def _why_no_food(cells: Cells) -> str:
    if cells("deleted").casefold() in ("true", "1", "yes"):
        return "deleted in Lose It!"
    return "exercise" if cells("type").casefold() == "exercise" else ""
