"""Several food tables side by side: each food keeps its values, portions, group and bounds."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import accumulate

import numpy as np

from nutrigap.errors import TableError
from nutrigap.tables import FoodTable, Imputation


def join_tables(*tables: FoodTable) -> FoodTable:
    """One table with the foods of several, those of the earlier tables first among equals.

    Nothing is mixed within a food: an unmeasured value is bounded by the table it comes from. A common name of the
    packaged table ("oats") gives way to a food of that very name in a table before it.

    Raises
    ------
    TableError
        Two tables share a food id.
    """
    _refuse_shared_ids(tables)
    groups = list(accumulate((len(table.groups) for table in tables), initial=0))
    offsets = list(accumulate((len(table.portion_names) for table in tables), initial=0))
    return FoodTable(
        name="+".join(table.name for table in tables),
        edition="; ".join(table.edition for table in tables),
        sha256=hashlib.sha256("".join(f"{table.sha256}\n" for table in tables).encode()).hexdigest(),
        ids=tuple(food for table in tables for food in table.ids),
        names=tuple(name for table in tables for name in table.names),
        values=np.concatenate([table.values for table in tables]),
        fdc=np.concatenate([table.fdc for table in tables]),
        group=np.concatenate([table.group + start for table, start in zip(tables, groups, strict=False)]),
        groups=tuple(group for table in tables for group in table.groups),
        survey=np.concatenate([table.survey for table in tables]),
        refuse=np.concatenate([table.refuse for table in tables]),
        default_grams=np.concatenate([table.default_grams for table in tables]),
        portion_offsets=np.concatenate(
            [table.portion_offsets[:-1] + start for table, start in zip(tables, offsets, strict=False)]
            + [np.array(offsets[-1:], dtype=np.int64)]
        ),
        portion_names=tuple(name for table in tables for name in table.portion_names),
        portion_grams=np.concatenate([table.portion_grams for table in tables]),
        imputation=Imputation(
            best=np.concatenate([table.imputation.best for table in tables]),
            high=np.concatenate([table.imputation.high for table in tables]),
        ),
        left_out_portion=tables[0].left_out_portion,
        first_tier=_first_tier(tables),
        joined=tables,
        origins={prefix: origin for table in tables for prefix, origin in table.origins.items()},
        notes=tuple(note for table in tables for note in table.notes),
    )


def _refuse_shared_ids(tables: Sequence[FoodTable]) -> None:
    seen: set[str] = set()
    for table in tables:
        shared = next((food for food in table.ids if food in seen), None)
        if shared is not None:
            raise TableError(
                f'the food id "{shared}" stands in two of the tables; give a table once, or rename one of the files'
            )
        seen.update(table.ids)


def _first_tier(tables: Sequence[FoodTable]) -> int:
    """The preferred foods of the first table whose foods are not all preferred, and all foods of those before it."""
    first = 0
    for table in tables:
        first += table.first_tier
        if table.first_tier < len(table):
            break
    return first
