"""What every reader of a food table hands over, and how it becomes a ``FoodTable`` with its bounds.

A value that is not known runs from 0 to what the table itself says of its food group, as in the packaged one: the
best value is the median of the group's known values, the upper end the larger of their 95th percentile and the
smallest amount that the table reports at all. Groups with fewer than 30 known values use all foods; a nutrient with
fewer than 30 known values in the whole table has nothing to stand in for it and no upper end.

**Less than x.** A cell "< x" was looked for and not found: it lies between 0 and x, with x / 2 as the best value.
Neither is it 0, which nobody measured, nor the median of the group, which is made of foods that do have the nutrient.
"Traces" says the same without telling x, so the 95th percentile of the limits that the table gives for that nutrient
stands for it; where it gives none, traces are not known. Such cells enter the medians and percentiles by their best
values. Their two ends are kept as a row of their own among the imputations, next to the groups'.

Lines that are left out of a log are bounded by what an ordinary portion of an FNDDS food brings, whatever table is
used: it is what people eat that bounds them, not what the table holds.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from nutrigap.tables import FloatArray, FoodTable, Imputation, IntArray, Portion, Source, left_out_portion
from nutrigap.units import nutrients
from nutrigap.words import key

SMALLEST_GROUP = 30  # known values a group needs to speak for itself
HIGH_PERCENTILE = 95
TRACES = math.nan  # a limit that is not told


class Draft(NamedTuple):
    """A table as read.

    Attributes
    ----------
    name : str
        What stands before the colon in every id.
    title : str
        What the table is called in a note: its file.
    edition, sha256 : str
    origin : Source
    codes, names, also, groups : (foods,) sequences of str
        What stands behind the colon in every id, the name, further names (with semicolons between them), and the food
        group; "" for none.
    values : (foods × nutrients) array
        Per 100 g edible, in canonical units, columns as ``units.nutrients()``; NaN = not known.
    limits : mapping
        (row, nutrient column) -> x of a value "less than x", which is NaN in ``values``; ``TRACES`` where x is untold.
    portions : mapping of int to sequence of Portion
        By row.
    default_grams : mapping of int to float
        By row: grams for an amount that was not told [g].
    fdc : mapping of int to int
        Row -> number in FoodData Central.
    survey : int
        How many foods, from the first on, are those of national surveys.
    first_tier : int
        How many foods, from the first on, are preferred among near equals.
    notes : tuple of str
    """

    name: str
    title: str
    edition: str
    sha256: str
    origin: Source
    codes: Sequence[str]
    names: Sequence[str]
    also: Sequence[str]
    groups: Sequence[str]
    values: FloatArray
    limits: Mapping[tuple[int, int], float]
    portions: Mapping[int, Sequence[Portion]]
    default_grams: Mapping[int, float]
    fdc: Mapping[int, int]
    survey: int
    first_tier: int
    notes: tuple[str, ...]


def finish(draft: Draft) -> FoodTable:
    """The draft as a food table, with what stands in for values that are not known."""
    size = len(draft.codes)
    labels = tuple(dict.fromkeys(draft.groups))
    place = {label: i for i, label in enumerate(labels)}
    group = np.array([place[label] for label in draft.groups], dtype=np.int64)
    limits = _with_traces(draft.limits)
    imputation = _imputation(draft.values, limits, group, len(labels))
    group, owners, imputation = _limited(limits, group, imputation)
    counts = [len(draft.portions.get(row, ())) for row in range(size)]
    portions = [portion for row in range(size) for portion in draft.portions.get(row, ())]
    return FoodTable(
        name=draft.name,
        edition=draft.edition,
        sha256=draft.sha256,
        ids=tuple(f"{draft.name}:{code}" for code in draft.codes),
        names=tuple(draft.names),
        values=draft.values,
        fdc=np.array([draft.fdc.get(row, 0) for row in range(size)], dtype=np.int64),
        group=group,
        groups=labels + tuple(labels[owner] for owner in owners),
        survey=np.arange(size) < draft.survey,
        refuse=np.full(size, np.nan),
        default_grams=np.array([draft.default_grams.get(row, math.nan) for row in range(size)], dtype=np.float64),
        portion_offsets=np.cumsum([0, *counts], dtype=np.int64),
        portion_names=tuple(portion.name for portion in portions),
        portion_grams=np.array([portion.grams for portion in portions], dtype=np.float64),
        imputation=imputation,
        left_out_portion=left_out_portion(),
        first_tier=draft.first_tier,
        also=tuple(draft.also),
        aliases=_aliases(draft),
        origins={draft.name: draft.origin},
        notes=tuple(f"{draft.title}: {note}" for note in (*draft.notes, *_limit_notes(draft, limits))),
    )


def _with_traces(limits: Mapping[tuple[int, int], float]) -> dict[tuple[int, int], float]:
    """The limits with those of traces filled in; traces without any limit to go by are dropped: not known."""
    told: dict[int, list[float]] = {}
    for (_, column), limit in limits.items():
        if not math.isnan(limit):
            told.setdefault(column, []).append(limit)
    usual = {column: float(np.percentile(found, HIGH_PERCENTILE)) for column, found in told.items()}
    filled = {at: usual.get(at[1], math.nan) if math.isnan(limit) else limit for at, limit in limits.items()}
    return {at: limit for at, limit in filled.items() if not math.isnan(limit)}


def _limit_notes(draft: Draft, limits: Mapping[tuple[int, int], float]) -> list[str]:
    """What became of values that are given as "less than", ``limits`` being those that bound something."""
    notes = []
    unbounded = len(draft.limits) - len(limits)
    traces = sum(math.isnan(limit) for limit in draft.limits.values()) - unbounded
    if limits:
        also = f", {traces:,} of them traces" if traces else ""
        notes.append(
            f'values given as "less than" a limit ({len(limits):,}{also}) count as 0 to that limit, '
            "with half of it as the best value"
        )
    if unbounded:
        notes.append(f"traces ({unbounded:,}) are not known where the table tells no limit for their nutrient")
    return notes


def _aliases(draft: Draft) -> dict[str, int]:
    """Further names, where they are no food's own name: the first food with one has it."""
    own = {key(name) for name in draft.names}
    found: dict[str, int] = {}
    for row, names in enumerate(draft.also):
        for name in re.split(r"[;|]", names):
            if key(name) and key(name) not in own:
                found.setdefault(name.strip(), row)
    return found


def _imputation(
    values: FloatArray, limits: Mapping[tuple[int, int], float], group: IntArray, groups: int
) -> Imputation:
    """Median and upper end of the known values by group; a part of another nutrient ("added") is never guessed."""
    known = values.copy()
    for at, limit in limits.items():
        known[at] = limit / 2
    best, high = np.full((2, groups, values.shape[1]), np.nan)
    for column, of in enumerate(nutrients()):
        measured = ~np.isnan(known[:, column])
        if of.role == "part" or measured.sum() < SMALLEST_GROUP:
            continue
        reported = values[values[:, column] > 0, column]
        smallest = float(reported.min()) if reported.size else 0.0
        overall = _ends(known[measured, column], smallest)
        for label in range(groups):
            own = known[measured & (group == label), column]
            best[label, column], high[label, column] = _ends(own, smallest) if own.size >= SMALLEST_GROUP else overall
    return Imputation(best=best, high=high)


def _ends(known: FloatArray, smallest: float) -> tuple[float, float]:
    return float(np.median(known)), max(float(np.percentile(known, HIGH_PERCENTILE)), smallest)


def _limited(
    limits: Mapping[tuple[int, int], float], group: IntArray, imputation: Imputation
) -> tuple[IntArray, list[int], Imputation]:
    """Rows of their own for foods with limits: their places, the groups that they belong to, and the longer arrays."""
    by_food: dict[int, list[tuple[int, float]]] = {}
    for (row, column), limit in limits.items():
        by_food.setdefault(row, []).append((column, limit))
    place: dict[tuple[int, tuple[tuple[int, float], ...]], int] = {}
    group = group.copy()
    first = len(imputation.best)
    for row, found in by_food.items():
        group[row] = place.setdefault((int(group[row]), tuple(sorted(found))), first + len(place))
    owners = [owner for owner, _ in place]
    best = np.concatenate([imputation.best, imputation.best[owners]])
    high = np.concatenate([imputation.high, imputation.high[owners]])
    for (_, found_limits), at in place.items():
        for column, limit in found_limits:
            best[at, column], high[at, column] = limit / 2, limit
    return group, owners, Imputation(best=best, high=high)


def empty_values(size: int) -> FloatArray:
    """A (foods × nutrients) array in which nothing is known."""
    return np.full((size, len(nutrients())), np.nan)
