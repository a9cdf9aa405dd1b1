"""Sums of what lines bring: exact, so that no order, no chunk and no number of processes changes a bit.

Floating-point sums depend on the order in which they are made. Here every contribution is a whole number of quanta of
1e-11 of the nutrient's unit (0.01 pg of a nutrient counted in mg), and whole numbers add up to the same whatever their
order: a person-day cut in two by the end of a chunk is the sum of its two parts, to the last bit.

The quantum is the product of the steps in which food tables and scales count: grams to the microgram, values per 100 g
to three decimals, as the USDA's releases print them. For these the totals are the exact decimal sums. A value with more
decimals is split in two: the part in steps of 0.001 is multiplied exactly, the rest line by line to a quantum.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from nutrigap.tables import FloatArray, FoodTable, IntArray

PER_UNIT = 10**11  # quanta in one unit of a nutrient
PER_GRAM = 10**6  # steps of one gram
PER_VALUE = 10**3  # steps of one unit per 100 g
assert PER_GRAM * PER_VALUE * 100 == PER_UNIT
MOST = 4e7  # units of one nutrient, of all lines of one sum together: beyond it 64 bits do not hold the quanta
# A nutrient of which the tables know how much was added to the food -> the column that tells.
ADDED = {"vitamin_b12": "vitamin_b12_added"}


class Bounds(NamedTuple):
    """Three arrays of one shape: the lowest, the best and the highest value that the inputs allow."""

    low: FloatArray
    best: FloatArray
    high: FloatArray


# --- what foods have per 100 g, and lines bring


def values_of(foods: FoodTable, rows: IntArray) -> Bounds:
    """What foods have per 100 g of each nutrient.

    Parameters
    ----------
    foods : FoodTable
    rows : (lines,) array
        Rows of the food table.

    Returns
    -------
    Bounds of (lines × nutrients) arrays in canonical units
        An unmeasured value is 0 in ``low``, the median of its food group in ``best``, and the group's 95th
        percentile (at least the smallest amount the release reports) in ``high``. Where the table has nothing to
        stand in for it, ``best`` is NaN and ``high`` has no end.
    """
    low = foods.values.take(rows, axis=0)
    unknown = np.flatnonzero(np.isnan(low))  # few: so they are filled in place, one end after the other
    line, nutrient = np.divmod(unknown, low.shape[1])
    group = foods.group[rows[line]]
    stand_in = foods.imputation.high[group, nutrient]
    best, high = low.copy(), low.copy()
    low.put(unknown, 0.0)
    best.put(unknown, foods.imputation.best[group, nutrient])
    high.put(unknown, np.where(np.isnan(stand_in), np.inf, stand_in))
    return Bounds(low, best, high)


def contributions(foods: FoodTable, rows: IntArray, grams: Bounds) -> Bounds:
    """What resolved food lines bring of each nutrient.

    Parameters
    ----------
    foods : FoodTable
    rows : (lines,) array
        Rows of the food table.
    grams : Bounds of (lines,) arrays [g]

    Returns
    -------
    Bounds of (lines × nutrients) arrays in canonical units
        The values of ``values_of`` times the grams.
    """
    per_100_g = values_of(foods, rows)
    return Bounds(*(value * (weight / 100)[:, None] for value, weight in zip(per_100_g, grams, strict=True)))


# --- exact sums


def quanta(amounts: FloatArray) -> IntArray:
    """Finite amounts in quanta; the nearest whole number of them."""
    return np.rint(amounts * float(PER_UNIT)).astype(np.int64)


def amounts_of(counted: IntArray) -> FloatArray:
    """Quanta as amounts."""
    return counted / float(PER_UNIT)


def sum_by(index: IntArray, amounts: FloatArray, size: int) -> FloatArray:
    """Sum the rows of ``amounts`` (lines × columns) by ``index`` (0 to size - 1), whatever their order: exactly.

    Parameters
    ----------
    index : (lines,) array
    amounts : (lines × columns) array
        NaN and infinite ones make their sum such a one.
    size : int

    Returns
    -------
    (size × columns) array

    Raises
    ------
    IndexError
        A place that is none.
    """
    if index.size and not 0 <= int(index.min()) <= int(index.max()) < size:
        raise IndexError(f"places run from 0 to {size - 1}")
    finite = np.isfinite(amounts)
    plain = amounts if finite.all() else np.where(finite, amounts, 0.0)
    if _too_large(index, plain):
        total = _slow_sum(index, plain, size)
    else:
        total = amounts_of(count_by(index, quanta(plain), size))
    if plain is not amounts:
        line, column = np.nonzero(~finite)
        np.add.at(total, (index[line], column), amounts[line, column])
    return total


def count_by(index: IntArray, counted: IntArray, size: int) -> IntArray:
    """Sum rows of whole numbers (lines × columns) by ``index`` (0 to size - 1): a (size × columns) array."""
    total = np.zeros((size, counted.shape[1]), dtype=np.int64)
    if not index.size:
        return total
    step = np.diff(index)
    if step.min(initial=0) < 0:
        order = np.argsort(index, kind="stable")
        index, counted = index[order], counted[order]
        step = np.diff(index)
    starts = np.append(0, np.flatnonzero(step) + 1)
    total[index[starts]] = np.add.reduceat(counted, starts, axis=0)
    return total


def _too_large(index: IntArray, amounts: FloatArray) -> bool:
    """Whether the quanta of a sum may not fit into 64 bits."""
    size = np.abs(amounts)
    if not size.size or float(size.sum(axis=0).max()) < MOST:
        return False
    return any(float(np.bincount(index, weights=column).max()) >= MOST for column in size.T)


def _slow_sum(index: IntArray, amounts: FloatArray, size: int) -> FloatArray:
    """Amounts too large for quanta: the float nearest to the exact sum, which no order changes either."""
    total = np.zeros((size, amounts.shape[1]))
    for place in np.unique(index):
        total[place] = [math.fsum(column) for column in amounts[index == place].T]
    return total
