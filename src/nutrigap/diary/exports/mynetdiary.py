"""MyNetDiary: sheet ``Food`` of its workbook, a row a food."""

from __future__ import annotations

from nutrigap.diary.columns import Header
from nutrigap.diary.exports.shared import Export, read_export
from nutrigap.diary.plain import Reading, Table

_FOOD = Export("MyNetDiary", {"date": "date time", "meal": "meal", "food": "name", "amount": "amount"})


def read_food(table: Table, header: Header, date_format: str | None) -> Reading:
    """A line a food."""
    return read_export(table, header, date_format, _FOOD)
