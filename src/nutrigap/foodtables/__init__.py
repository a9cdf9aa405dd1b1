"""Food tables beside the packaged one: a user's own, FoodData Central's downloads, the Ciqual workbook.

``load_foods()`` is the packaged table and nothing more is imported; with sources it reads each of them, and
joins several side by side.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from nutrigap import tables
from nutrigap.tables import FoodTable

if TYPE_CHECKING:
    from nutrigap.diary.sheet import Frame

EMBEDDED = "usda"


def load_foods(*sources: str | Path | Frame | FoodTable, name: str = "") -> FoodTable:
    """A food table: the packaged one, another, or several side by side.

    Parameters
    ----------
    *sources : str, Path, DataFrame or FoodTable
        Nothing, or ``usda``: the packaged table (FNDDS 2021-2023 and SR28). A path: a CSV, TSV or Excel table of
        foods, a folder or zip of FoodData Central's CSV or JSON downloads, or the Ciqual workbook. Of several the
        foods of the earlier ones stand first among equals; a food's values always come from one table.
    name : str, optional
        What stands before the colon in the food ids of a table that is read; by default made of the file's name.

    Returns
    -------
    FoodTable

    Raises
    ------
    FoodTableError
        A table cannot be read; it carries every fault found, with line, column and fix.
    TypeError
        A source is none of the kinds above.
    """
    if not sources:
        return tables.load_foods()
    loaded = [_load(source, name) for source in sources]
    if len(loaded) == 1:
        return loaded[0]
    from nutrigap.foodtables.join import join_tables

    return join_tables(*sorted(loaded, key=lambda table: table.folder is not None))


def _load(source: str | Path | Frame | FoodTable, name: str) -> FoodTable:
    if isinstance(source, FoodTable):
        return source
    if isinstance(source, str) and source == EMBEDDED:
        return tables.load_foods()
    from nutrigap.foodtables.readers import read_foods

    return read_foods(source, name)
