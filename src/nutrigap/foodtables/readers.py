"""The kinds of food table, each found by what it looks like."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from nutrigap.diary.sheet import Frame
from nutrigap.foodtables import ciqual, fdc, fdc_json, own
from nutrigap.foodtables.draft import Draft, finish
from nutrigap.foodtables.given import Given, take
from nutrigap.tables import FoodTable


class Reader(NamedTuple):
    """A kind of food table: whether a source is one, and how it is read."""

    name: str
    sees: Callable[[Given], bool]
    read: Callable[[Given], Draft]


# Tried in this order; the last takes every sheet that is left.
READERS = (
    Reader("FoodData Central, CSV", lambda given: "food.csv" in given.files, fdc.read),
    Reader("FoodData Central, JSON", lambda given: bool(given.files), fdc_json.read),
    Reader("Ciqual", ciqual.sees, ciqual.read),
    Reader("own table", lambda given: True, own.read),
)


def read_foods(source: str | Path | Frame, name: str = "") -> FoodTable:
    """Read a food table of any kind that is known.

    Raises
    ------
    FoodTableError
        It cannot be read; the error carries every fault found.
    """
    given = take(source, name)
    reader = next(reader for reader in READERS if reader.sees(given))
    return finish(reader.read(given))
