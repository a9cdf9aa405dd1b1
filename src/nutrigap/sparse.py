"""Totals of very many resolved lines, with their bounds in the same pass: exact, as all sums here are (``totals``).

A sum of many lines is a sparse product, (person-days × foods) @ (foods × nutrients). What is not known of a food makes
its lines bring bounds as well, by a second product over those lines alone; what has no upper end, or nothing to stand
in for it, is counted apart and never enters a sum.

The products and their sums are whole numbers, which floats hold exactly up to 2^53, 90,000 units: so they are made in
floats, which processors multiply faster, and made again in integers where a sum is larger.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import cycle, pairwise
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from nutrigap.tables import FloatArray, FoodTable, IntArray, SmallIntArray
from nutrigap.totals import ADDED, MOST, PER_GRAM, PER_VALUE, Bounds, amounts_of, quanta, values_of
from nutrigap.units import nutrient_index

KEPT = 4_000_000  # floats, 32 MB: the most that glibc heeds
MANY = 20_000  # lines from which on loading scipy pays
SPARSE_BLOCK, DENSE_BLOCK = 131_072, 4_096  # lines whose arrays stay in the processor's cache

Number = TypeVar("Number", np.int64, np.float64)
WHOLE_FLOATS = 2.0**53  # up to here every whole number is a float
Product = Callable[[FloatArray, IntArray, SmallIntArray, FloatArray], FloatArray]


@dataclass(frozen=True, eq=False)
class Composition:
    """A food table in whole steps, for sums of many lines.

    Columns: for each nutrient asked for its amount, then what was added of each nutrient whose table tells. Most foods
    are known, and ``low`` is all there is to say of them; the others are few in kind: foods of one group that lack the
    same values are of one, which has a row in the tables below.

    Attributes
    ----------
    columns : tuple of str
        Nutrient ids, then ``<id>_fortified``.
    low : (foods × columns) array of whole numbers [PER_VALUE steps per 100 g]
    kind : (foods,) array
        Row of each food in the tables below, -1 where all is known.
    unknown_before : (foods + 1,) array
        How many of the foods before each one are of some kind.
    above : (kinds × 2 columns) array of whole numbers [PER_VALUE steps per 100 g]
        How far best, and then high, lie above low.
    rest : (kinds × some) array [unit per 100 g]
        What the steps leave over of low, best and high: the columns ``rest_columns`` of these three in a row, those
        with anything in them.
    endless : (kinds × 2 columns) array of 0 and 1
        Where best is not known, and then where high has no end (there ``above`` is 0).
    largest : float
        The largest value. [unit per 100 g]
    """

    columns: tuple[str, ...]
    low: FloatArray
    kind: SmallIntArray
    unknown_before: SmallIntArray
    above: FloatArray
    rest: FloatArray
    rest_columns: IntArray
    endless: IntArray
    largest: float

    def all_known(self, rows: SmallIntArray) -> bool:
        """Whether no food among these rows, nor any that stands between them in the table, has an unknown value.

        Raises
        ------
        IndexError
            A row that is none.
        """
        first, last = int(rows.min()), int(rows.max())
        if not 0 <= first <= last < len(self.kind):
            raise IndexError(f"rows run from 0 to {len(self.kind) - 1}")
        return bool(self.unknown_before[first] == self.unknown_before[last + 1])


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


def composition(foods: FoodTable, names: tuple[str, ...], fortified: tuple[str, ...] = ()) -> Composition:
    """The food table in whole steps, for the nutrients with these ids, and what was added of ``fortified`` ones."""
    places = nutrient_index()
    values = values_of(foods, np.arange(len(foods)))
    wanted = [places[name] for name in names]
    ends = [end[:, wanted] for end in values]
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
    more = np.hstack([above_steps, rest[:, with_rest], endless])
    unknown = (more != 0).any(axis=1)
    kinds, which = np.unique(more[unknown], axis=0, return_inverse=True)
    kind = np.full(len(foods), -1, dtype=np.int32)
    kind[unknown] = which.ravel()
    above_steps, rest, few = np.split(kinds, [above.shape[1], above.shape[1] + len(with_rest)], axis=1)
    return Composition(
        columns=(*names, *(f"{name}_fortified" for name in fortified)),
        low=np.ascontiguousarray(low_steps),
        kind=kind,
        unknown_before=np.append(0, np.cumsum(unknown)).astype(np.int32),
        above=np.ascontiguousarray(above_steps),
        rest=np.ascontiguousarray(rest),
        rest_columns=with_rest,
        endless=few.astype(np.int64),
        largest=float(np.hstack([low, above + np.tile(low, 2)]).max(initial=0.0)),
    )


def run_starts(*keys: SmallIntArray) -> IntArray:
    """Where runs of lines begin that are alike in every key: the places of their first lines."""
    size = len(keys[0])
    if not size:
        return np.zeros(0, dtype=np.int64)
    change = np.empty(size, dtype=bool)
    change[0] = True
    np.not_equal(keys[0][1:], keys[0][:-1], out=change[1:])
    for key in keys[1:]:
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
    each = tuple(grams) if isinstance(grams, Bounds) else (grams,)
    if not len(starts):
        none = np.zeros((0, len(table.columns)), dtype=np.int64)
        return Sums(none, none, none, none, none)
    if sparse is None:
        sparse = len(rows) >= MANY and find_spec("scipy") is not None
    product, block = (_sparse_product, SPARSE_BLOCK) if sparse else (_dense_product, DENSE_BLOCK)
    if sparse:
        _keep_freed_memory()
    known = table.all_known(rows)
    sums = _room(table, len(starts), alike=known and len(each) == 1, endless=not known)
    for part, lines, inside in _blocks(starts, len(rows), block):
        row, weights = rows[lines], [_steps(end[lines]) for end in each]
        _refuse_overflow(inside, weights[-1], table.largest)
        few = None if known else _unknown_lines(table.kind.take(row), inside, weights)
        ends = [product(table.low, inside, row, weight) for weight in weights]
        if few is not None:
            ends = _with_above(ends, table, product, few)
        for total, found in zip(sums[: 1 if sums.best is sums.low else 3], cycle(ends)):
            total[part] = found
        for k in _too_large(ends):
            own = slice(inside[k], inside[k + 1])
            exact = _whole_sums(table, row[own], [weight[own] for weight in weights])
            for total, end in zip(sums[:3], exact, strict=True):
                total[part.start + k] = end
        if few is not None:
            _add_rest(sums, part, table, few)
    return sums


def row_sums(table: IntArray, starts: IntArray, rows: SmallIntArray) -> IntArray:
    """Sums of rows of a table of whole numbers, over runs of lines that ``starts`` begins: (sums × columns)."""
    total = np.empty((len(starts), table.shape[1]), dtype=np.int64)
    for part, lines, inside in _blocks(starts, len(rows), DENSE_BLOCK):
        total[part] = _add_runs(table.take(rows[lines], axis=0), inside)
    return total


def _blocks(starts: IntArray, lines: int, size: int) -> Iterator[tuple[slice, slice, IntArray]]:
    """Sums in a row of about ``size`` lines in all: which sums, which lines, and where among these each sum begins."""
    ends = np.append(starts, lines)
    first = np.searchsorted(starts, np.arange(0, lines, size))
    for one, other in pairwise(np.unique(np.append(first, len(starts))).tolist()):
        yield slice(one, other), slice(int(ends[one]), int(ends[other])), ends[one : other + 1] - ends[one]


def _room(table: Composition, sums: int, *, alike: bool, endless: bool) -> Sums:
    """Arrays for totals; one array stands for all three ends where these are alike."""
    shape, none = (sums, len(table.columns)), np.zeros((1, 1), dtype=np.int64)
    low, best, high = [np.empty(shape, dtype=np.int64)] * 3 if alike else np.empty((3, *shape), dtype=np.int64)
    if endless and table.endless.any():
        return Sums(low, best, high, *np.zeros((2, *shape), dtype=np.int64))
    return Sums(low, best, high, none, none)


class _Few(NamedTuple):
    """The lines of foods of which something is not known: where those of each sum begin, their kinds and steps."""

    ends: IntArray
    kind: SmallIntArray
    weights: list[FloatArray]


def _unknown_lines(kind: SmallIntArray, inside: IntArray, weights: Sequence[FloatArray]) -> _Few | None:
    """Those lines among some, of whose foods these are the kinds; None where there is none."""
    unknown = kind >= 0
    at = np.flatnonzero(unknown)
    if not at.size:
        return None
    ends = np.append(0, np.cumsum(unknown, dtype=np.int32)[inside[1:] - 1])
    return _Few(ends, kind.take(at), [weight.take(at) for weight in weights])


def _with_above(
    ends: Sequence[FloatArray], table: Composition, product: Product, few: _Few
) -> list[FloatArray]:  # fmt: skip
    """Low, best and high of some sums, of which ``ends`` are what is known."""
    low, best, high = ends if len(ends) == 3 else [*ends] * 3
    columns = len(table.columns)
    if len(few.weights) == 1:
        above = product(table.above, few.ends, few.kind, few.weights[0])
        return [low, best + above[:, :columns], high + above[:, columns:]]
    best_above, high_above = table.above[:, :columns], table.above[:, columns:]
    return [
        low,
        best + product(best_above, few.ends, few.kind, few.weights[1]),
        high + product(high_above, few.ends, few.kind, few.weights[2]),
    ]


def _add_rest(sums: Sums, part: slice, table: Composition, few: _Few) -> None:
    """Add to some sums what the steps leave over, and where their lines make them endless."""
    columns = len(table.columns)
    if table.rest_columns.size:
        grams = np.column_stack(few.weights) / (100.0 * PER_GRAM)
        each = grams if len(few.weights) == 1 else grams[:, table.rest_columns // columns]
        rest = _add_runs(quanta(table.rest[few.kind] * each), few.ends)
        for place, column in enumerate(table.rest_columns):
            end, at = divmod(int(column), columns)
            sums[end][part, at] += rest[:, place]
    if sums.best_unknown.shape == sums.best.shape:
        endless = _add_runs(table.endless[few.kind], few.ends)
        sums.best_unknown[part] += endless[:, :columns]
        sums.high_endless[part] += endless[:, columns:]


def _keep_freed_memory() -> None:
    """Have glibc keep memory for the next block: it gives back what is above twice the largest array freed so far.

    Pages given back and taken again for every block cost half as much as all sums. The array is never touched, so
    that it takes no room; elsewhere nothing happens.
    """
    np.empty(KEPT)


def _refuse_overflow(ends: IntArray, weight: FloatArray, largest: float) -> None:
    """Quanta that 64 bits do not hold would be wrong without a sign: they are never made."""
    most = MOST * 100 / largest * PER_GRAM if largest else np.inf  # steps of one sum
    if float(weight.max()) * int(np.diff(ends).max()) >= most and float(_add_runs(weight[:, None], ends).max()) >= most:
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


def _dense_product(table: FloatArray, ends: IntArray, rows: SmallIntArray, weight: FloatArray) -> FloatArray:
    """Sums of table rows times weights: sum k is that of the lines ``ends[k]`` to ``ends[k + 1]``."""
    brought = table.take(rows, axis=0)
    brought *= weight[:, None]
    return _add_runs(brought, ends)


def _sparse_product(table: FloatArray, ends: IntArray, rows: SmallIntArray, weight: FloatArray) -> FloatArray:
    """The same, as a sparse matrix with a row a sum and a column a food, times the table."""
    from scipy.sparse import csr_array

    # scipy looks through both arrays of places for a common size unless they have one
    place = np.int64 if rows.dtype.itemsize > 4 else np.int32  # ends of lines do not fit into less
    places = (weight, rows.astype(place, copy=False), ends.astype(place))
    eaten = csr_array(places, shape=(len(ends) - 1, len(table)))
    sums: FloatArray = eaten @ table
    return sums


def _too_large(ends: Sequence[FloatArray]) -> IntArray:
    """Which sums floats do not hold exactly; best can be above a high end that is counted apart."""
    most = max(float(end.max(initial=0.0)) for end in ends[-2:])
    if most < WHOLE_FLOATS:
        return np.zeros(0, dtype=np.int64)
    return np.flatnonzero(np.any([(end >= WHOLE_FLOATS).any(axis=1) for end in ends], axis=0))


def _whole_sums(table: Composition, rows: SmallIntArray, weights: Sequence[FloatArray]) -> tuple[IntArray, ...]:
    """Low, best and high of one sum, in integers."""
    low = table.low[rows]
    kind = table.kind[rows]
    above = (
        np.where((kind >= 0)[:, None], table.above[kind], 0.0) if len(table.above) else np.zeros((1, 2 * low.shape[1]))
    )
    best, high = np.hsplit(above, 2)
    steps = [weight.astype(np.int64) for weight in weights]
    values = [end.astype(np.int64) for end in (low, low + best, low + high)]
    return tuple(step @ value for step, value in zip(cycle(steps), values))
