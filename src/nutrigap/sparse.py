"""Totals of very many resolved lines, with their bounds in the same pass: exact, as all sums here are (``totals``).

A sum of many lines is a sparse product, (person-days × foods) @ (foods × nutrients). An unmeasured value brings its
bounds in the same pass; what has no upper end, or nothing to stand in for it, is counted apart and never enters it.

The products and their sums are whole numbers, which floats hold exactly up to 2^53, 90,000 units: so they are made in
floats, which processors multiply faster, and made again in integers where a sum is larger.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from nutrigap.tables import FloatArray, FoodTable, IntArray, SmallIntArray
from nutrigap.totals import ADDED, MOST, PER_GRAM, PER_VALUE, Bounds, amounts_of, quanta, values_of
from nutrigap.units import nutrient_index

MANY = 20_000  # lines from which on loading scipy pays
SPARSE_BLOCK, DENSE_BLOCK = 131_072, 4_096  # lines whose arrays stay in the processor's cache

Number = TypeVar("Number", np.int64, np.float64)
WHOLE_FLOATS = 2.0**53  # up to here every whole number is a float
Product = Callable[[FloatArray, IntArray, SmallIntArray, FloatArray], IntArray]


@dataclass(frozen=True, eq=False)
class Composition:
    """A food table in whole steps, for sums of many lines.

    Columns: for each nutrient asked for its amount, then what was added of each nutrient whose table tells. Most foods
    are known, and ``low`` is all there is to say of them; the other tables have a row only for the others.

    Attributes
    ----------
    columns : tuple of str
        Nutrient ids, then ``<id>_fortified``.
    low : (foods × columns) array of whole numbers [PER_VALUE steps per 100 g]
    place : (foods,) array
        Row of each food in the tables below, -1 where it has none.
    above : (others × 2 columns) array of whole numbers [PER_VALUE steps per 100 g]
        How far best, and then high, lie above low.
    rest : (others × some) array [unit per 100 g]
        What the steps leave over of low, best and high: the columns ``rest_columns`` of these three in a row, those
        with anything in them; ``with_rest`` says of which foods.
    endless : (others × 2 columns) array of 0 and 1
        Where best is not known, and then where high has no end (there ``above`` is 0); ``with_endless`` of which foods.
    largest : float
        The largest value. [unit per 100 g]
    """

    columns: tuple[str, ...]
    low: FloatArray
    place: SmallIntArray
    above: FloatArray
    rest: FloatArray
    rest_columns: IntArray
    with_rest: NDArray[np.bool_]
    endless: IntArray
    with_endless: NDArray[np.bool_]
    largest: float


class Sums(NamedTuple):
    """Totals in quanta, (sums × columns) arrays, and how many lines make best unknown or high endless.

    The last two are (1 × 1) where none does, and arrays that are alike may be one: they are only to be read.
    """

    low: IntArray
    best: IntArray
    high: IntArray
    best_unknown: IntArray
    high_endless: IntArray

    def amounts(self) -> Bounds:
        """The totals as amounts: NaN and infinite where a line makes them so."""
        return Bounds(
            amounts_of(self.low),
            np.where(self.best_unknown > 0, np.nan, amounts_of(self.best)),
            np.where(self.high_endless > 0, np.inf, amounts_of(self.high)),
        )


def composition(foods: FoodTable, names: tuple[str, ...]) -> Composition:
    """The food table in whole steps, for the nutrients with these ids."""
    places = nutrient_index()
    values = values_of(foods, np.arange(len(foods)))
    wanted = [places[name] for name in names]
    ends = [end[:, wanted] for end in values]
    fortified = [name for name in names if name in ADDED]
    for name in fortified:
        added = foods.values[:, places[ADDED[name]]]
        whole = [end[:, places[name]] for end in values]
        # where the tables cannot tell, all of it may have been added; the best guess is that nothing was
        untold = (np.zeros(len(foods)), np.zeros(len(foods)), whole[2])
        parts = [
            np.where(np.isnan(added), none, np.minimum(added, end)) for none, end in zip(untold, whole, strict=True)
        ]
        ends = [np.column_stack(pair) for pair in zip(ends, parts, strict=True)]
    low = ends[0]
    endless = np.hstack([np.isnan(ends[1]), ~np.isfinite(ends[2])])
    above = np.where(endless, 0.0, np.hstack([ends[1] - low, ends[2] - low]))
    low_steps, above_steps = (np.rint(part * PER_VALUE) for part in (low, above))
    rest = np.hstack([low, above]) - np.hstack([low_steps, above_steps]) / PER_VALUE
    rest[:, low.shape[1] :] += np.tile(rest[:, : low.shape[1]], 2)  # of each end as a whole: it is rounded once
    rest[np.abs(rest) < 1e-9] = 0.0  # a difference of floats, not a digit of the table
    with_rest = np.flatnonzero((rest != 0).any(axis=0))
    others = (np.hstack([above_steps, rest, endless]) != 0).any(axis=1)
    return Composition(
        columns=(*names, *(f"{name}_fortified" for name in fortified)),
        low=np.ascontiguousarray(low_steps),
        place=np.where(others, np.cumsum(others) - 1, -1).astype(np.int32),
        above=above_steps[others],
        rest=np.ascontiguousarray(rest[others][:, with_rest]),
        rest_columns=with_rest,
        with_rest=(rest[others] != 0).any(axis=1),
        endless=endless[others].astype(np.int64),
        with_endless=endless[others].any(axis=1),
        largest=float(np.hstack([low, above + np.tile(low, 2)]).max(initial=0.0)),
    )


def run_starts(*keys: SmallIntArray) -> IntArray:
    """Where runs of lines begin that are alike in every key: the places of their first lines."""
    size = len(keys[0])
    if not size:
        return np.zeros(0, dtype=np.int64)
    change = np.zeros(size, dtype=bool)
    change[0] = True
    for key in keys:
        change[1:] |= key[1:] != key[:-1]
    return np.flatnonzero(change)


def food_sums(
    table: Composition, starts: IntArray, rows: SmallIntArray, grams: FloatArray | Bounds, *, sparse: bool | None = None
) -> Sums:
    """Totals of runs of resolved lines, with their bounds in the same pass.

    Parameters
    ----------
    table : Composition
    starts : (sums,) array
        Where the lines of each sum begin, ascending from 0; none is empty.
    rows : (lines,) array
        Rows of the food table.
    grams : (lines,) array or Bounds of such, finite and at least 0 [g]
        Counted to the microgram.
    sparse : bool, optional
        Whether scipy multiplies; by default where it is installed and there are many lines. The result is the same.

    Returns
    -------
    Sums

    Raises
    ------
    OverflowError
        The lines of one sum are so heavy that 64 bits might not hold it.
    """
    if sparse is None:
        sparse = len(rows) >= MANY and find_spec("scipy") is not None
    product, block = (_sparse_product, SPARSE_BLOCK) if sparse else (_dense_product, DENSE_BLOCK)
    ends = tuple(grams) if isinstance(grams, Bounds) else (grams,)
    _refuse_overflow(starts, ends[-1], table.largest)
    sums, columns = len(starts), len(table.columns)
    plain = [np.zeros((sums, columns), dtype=np.int64) for _ in ends]
    more = _More(table, product, sums)
    for start in range(0, len(rows), block):
        end = min(start + block, len(rows))
        first = int(np.searchsorted(starts, start, side="right")) - 1
        last = int(np.searchsorted(starts, end, side="left"))
        inside = np.append(np.maximum(starts[first:last], start), end) - start
        row, weights = rows[start:end], [_steps(grams[start:end]) for grams in ends]
        place = table.place.take(row)  # which also refuses rows that are none
        for total, weight in zip(plain, weights, strict=True):
            total[first:last] += product(table.low, inside, row, weight)
        if place.max() >= 0:
            at = np.flatnonzero(place >= 0)
            more.add(slice(first, last), np.searchsorted(at, inside), place[at], [weight[at] for weight in weights])
    return more.onto(plain if len(plain) == 3 else plain * 3)


def row_sums(table: IntArray, starts: IntArray, rows: SmallIntArray) -> IntArray:
    """Sums of rows of a table of whole numbers, over runs of lines that ``starts`` begins: (sums × columns)."""
    total = np.zeros((len(starts), table.shape[1]), dtype=np.int64)
    for start in range(0, len(rows), DENSE_BLOCK):
        end = min(start + DENSE_BLOCK, len(rows))
        first = int(np.searchsorted(starts, start, side="right")) - 1
        last = int(np.searchsorted(starts, end, side="left"))
        inside = np.append(np.maximum(starts[first:last], start), end) - start
        total[first:last] += _add_runs(table.take(rows[start:end], axis=0), inside)
    return total


class _More:
    """What lines of foods bring of which something is not known, beside ``low``; arrays are made when first needed."""

    def __init__(self, table: Composition, product: Product, sums: int) -> None:
        self.table, self.product, self.sums = table, product, sums
        self.above: IntArray | None = None
        self.rest: IntArray | None = None
        self.endless: IntArray | None = None

    def add(self, sums: slice, ends: IntArray, rows: SmallIntArray, weights: Sequence[FloatArray]) -> None:
        """Add the lines of some sums in a row; their rows are those of the tables of the other foods."""
        table, columns = self.table, len(self.table.columns)
        if self.above is None:
            self.above = np.zeros((self.sums, 2 * columns), dtype=np.int64)
        if len(weights) == 1:
            self.above[sums] += self.product(table.above, ends, rows, weights[0])
        else:
            for part, weight in ((slice(0, columns), weights[1]), (slice(columns, None), weights[2])):
                self.above[sums, part] += self.product(table.above[:, part], ends, rows, weight)
        at = np.flatnonzero(table.with_rest[rows])
        if at.size:
            if self.rest is None:
                self.rest = np.zeros((self.sums, len(table.rest_columns)), dtype=np.int64)
            grams = np.column_stack([weight[at] for weight in weights]) / (100.0 * PER_GRAM)
            each = grams if len(weights) == 1 else grams[:, table.rest_columns // columns]
            self.rest[sums] += _add_runs(quanta(table.rest[rows[at]] * each), np.searchsorted(at, ends))
        at = np.flatnonzero(table.with_endless[rows])
        if at.size:
            if self.endless is None:
                self.endless = np.zeros((self.sums, 2 * columns), dtype=np.int64)
            self.endless[sums] += _add_runs(table.endless[rows[at]], np.searchsorted(at, ends))

    def onto(self, plain: Sequence[IntArray]) -> Sums:
        """The totals with it; one array may stand for several that are alike."""
        low, best, high = plain
        columns = len(self.table.columns)
        if self.above is not None:
            best, high = best + self.above[:, :columns], high + self.above[:, columns:]
        if self.rest is not None:
            low, best, high = low.copy(), best.copy(), high.copy()
            for place, column in enumerate(self.table.rest_columns):
                end, at = divmod(int(column), columns)
                (low, best, high)[end][:, at] += self.rest[:, place]
        if self.endless is None:
            none = np.zeros((1, 1), dtype=np.int64)
            return Sums(low, best, high, none, none)
        return Sums(low, best, high, self.endless[:, :columns], self.endless[:, columns:])


def _refuse_overflow(starts: IntArray, grams: FloatArray, largest: float) -> None:
    """Quanta that 64 bits do not hold would be wrong without a sign: they are never made."""
    if not len(grams):
        return
    longest = int(np.diff(starts, append=len(grams)).max())
    if float(grams.max()) * longest * largest / 100 < MOST:
        return
    if float(np.add.reduceat(grams, starts).max()) * largest / 100 >= MOST:
        raise OverflowError("the lines of one day weigh more than can be added up")


def _steps(grams: FloatArray) -> FloatArray:
    """Grams in whole steps."""
    steps = grams * float(PER_GRAM)
    return np.rint(steps, out=steps)


def _add_runs(amounts: NDArray[Number], ends: IntArray) -> NDArray[Number]:
    """Sums of rows: sum k is that of the rows ``ends[k]`` to ``ends[k + 1]``, 0 where there are none."""
    filled = ends[1:] > ends[:-1]
    if filled.all():
        sums: NDArray[Number] = np.add.reduceat(amounts, ends[:-1], axis=0)
        return sums
    total = np.zeros((len(ends) - 1, amounts.shape[1]), dtype=amounts.dtype)
    if len(amounts):
        total[filled] = np.add.reduceat(amounts, ends[:-1][filled], axis=0)
    return total


def _dense_product(table: FloatArray, ends: IntArray, rows: SmallIntArray, weight: FloatArray) -> IntArray:
    """Sums of table rows times weights: sum k is that of the lines ``ends[k]`` to ``ends[k + 1]``."""
    brought = table.take(rows, axis=0)
    brought *= weight[:, None]
    sums = _add_runs(brought, ends)
    return sums.astype(np.int64) if _exact(sums) else _whole_product(table, ends, rows, weight)


def _sparse_product(table: FloatArray, ends: IntArray, rows: SmallIntArray, weight: FloatArray) -> IntArray:
    """The same, as a sparse matrix with a row a sum and a column a food, times the table."""
    from scipy.sparse import csr_array

    # scipy looks through both arrays of places for a common size unless they have one
    eaten = csr_array((weight, rows, ends.astype(rows.dtype)), shape=(len(ends) - 1, len(table)))
    sums = eaten @ table
    return sums.astype(np.int64) if _exact(sums) else _whole_product(table, ends, rows, weight)


def _exact(sums: FloatArray) -> bool:
    """Whether sums of whole numbers, none below 0, are what they should be: one that grew too large stays so."""
    return not sums.size or float(sums.max()) < WHOLE_FLOATS


def _whole_product(table: FloatArray, ends: IntArray, rows: SmallIntArray, weight: FloatArray) -> IntArray:
    """The same in integers."""
    return _add_runs(table.take(rows, axis=0).astype(np.int64) * weight.astype(np.int64)[:, None], ends)
