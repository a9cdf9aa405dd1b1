"""From resolved lines to intakes: line × nutrient, then day × nutrient × source, each low, best, high.

Unknown is not zero. A value that was never measured runs from 0 to the upper end of its food group; a line that was
left out may have brought anything from nothing to a generous portion; a product without a label has no upper end.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nutrigap.resolve import Entry
from nutrigap.tables import FloatArray, FoodTable, IntArray
from nutrigap.units import nutrient_index, nutrients

SOURCES = ("food", "fortified", "supplement")
FOOD, FORTIFIED, SUPPLEMENT = range(3)
# A nutrient of which the tables know how much was added to the food -> the column that tells.
ADDED = {"vitamin_b12": "vitamin_b12_added"}
ONE_SIDED_95 = 1.645  # standard normal quantile


class Bounds(NamedTuple):
    """Three arrays of one shape: the lowest, the best and the highest value that the inputs allow."""

    low: FloatArray
    best: FloatArray
    high: FloatArray

    def map_rows(self, rows: IntArray | NDArray[np.bool_]) -> Bounds:
        """The same for a selection of rows."""
        return Bounds(self.low[rows], self.best[rows], self.high[rows])


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
        An unmeasured value counts 0 in ``low``, the median of its food group in ``best``, and the group's 95th percentile
        (at least the smallest amount the release reports) in ``high``.
    """
    values = foods.values[rows]
    unknown = np.isnan(values)
    group = foods.group[rows]
    low = np.where(unknown, 0.0, values) * (grams.low / 100)[:, None]
    best = np.where(unknown, foods.imputation.best[group], values) * (grams.best / 100)[:, None]
    high = np.where(unknown, foods.imputation.high[group], values) * (grams.high / 100)[:, None]
    return Bounds(low, best, high)


def sum_by(index: IntArray, amounts: FloatArray, size: int) -> FloatArray:
    """Sum the rows of ``amounts`` (lines × nutrients) by ``index``: a (size × nutrients) array."""
    total = np.zeros((size, amounts.shape[1]))
    np.add.at(total, index, amounts)
    return total


class Decider(NamedTuple):
    """A food or line that makes a total uncertain: ``width`` per logged day, infinite where nothing bounds it."""

    text: str
    lines: tuple[int, ...]
    width: float
    reason: str


@dataclass(frozen=True, eq=False)
class Intake:
    """Intakes of one diary.

    Attributes
    ----------
    entries : tuple of Entry
        The lines, in the order of the first axis of ``lines``.
    lines : Bounds of (lines × nutrients) arrays
        Contributions of the counted and flagged lines (0 for lines left out), without the room for what is missing.
    known : (lines × nutrients) array of bool
        Whether the line's amount of the nutrient rests on a measured or declared value.
    source : (lines,) array
        Index into ``SOURCES``: food or supplement.
    added : Bounds of (lines × nutrients) arrays
        The part of a food's nutrient that was added to it, where the tables can tell.
    dates : tuple of date
        Every logged day, ascending; ``day`` gives each line's place in it, -1 for a line without a date.
    complete : (days,) array of bool
        Days that enter the mean: those with at least one food line that could be counted.
    """

    entries: tuple[Entry, ...]
    lines: Bounds
    known: NDArray[np.bool_]
    source: IntArray
    added: Bounds
    dates: tuple[dt.date, ...]
    day: IntArray
    complete: NDArray[np.bool_]
    foods: FoodTable

    @property
    def days(self) -> int:
        """Number of days that enter the mean."""
        return int(self.complete.sum())

    @cached_property
    def _missing(self) -> NDArray[np.bool_]:
        return _flags(self.entries, "missing")

    @cached_property
    def _open(self) -> NDArray[np.bool_]:
        return _flags(self.entries, "open")

    @cached_property
    def _in_mean(self) -> NDArray[np.bool_]:
        """Lines that bear on the mean: those of complete days, and those whose day is not known."""
        return np.where(self.day >= 0, np.append(self.complete, True)[self.day], True)

    def _room(self, count: FloatArray) -> FloatArray:
        """The upper bound for ``count`` left-out lines together: k·m + 1.645·s·√k."""
        portion = self.foods.left_out_portion
        return np.where(count > 0, count * portion.mean + ONE_SIDED_95 * portion.sd * np.sqrt(count), 0.0)

    def _daily(self, lines: Bounds, *, room: bool) -> Bounds:
        dated = self.day >= 0
        size = len(self.dates)
        low, best, high = (sum_by(self.day[dated], part[dated], size) for part in lines)
        if room:
            high = high + self._room(sum_by(self.day[dated], self._missing[dated].astype(float), size))
            high[sum_by(self.day[dated], self._open[dated].astype(float), size) > 0] = np.inf
        return Bounds(low, best, high)

    @cached_property
    def daily(self) -> Bounds:
        """Totals per day: Bounds of (days × nutrients) arrays, with room for left-out lines; inf = no upper end."""
        return self._daily(self.lines, room=True)

    @cached_property
    def daily_by_source(self) -> Bounds:
        """Totals per day and source: Bounds of (days × nutrients × sources) arrays, without room for left-out lines.

        ``fortified`` is NaN, and counted in ``food``, for nutrients whose tables cannot tell it.
        """
        parts = []
        for end, added_end in zip(self.lines, self.added, strict=True):
            food = np.where((self.source == FOOD)[:, None], end, 0.0)
            dose = np.where((self.source == SUPPLEMENT)[:, None], end, 0.0)
            parts.append((food, added_end, dose))
        low, best, high = (
            np.stack([self._daily(Bounds(part, part, part), room=False).best for part in triple], axis=2)
            for triple in parts
        )
        columns = nutrient_index()
        for i in range(len(columns)):
            if nutrients()[i].id in ADDED:
                # what is not known to be added is food in one reading and fortified in the other
                fortified_low, fortified_high = low[:, i, FORTIFIED].copy(), high[:, i, FORTIFIED].copy()
                low[:, i, FOOD] = np.maximum(0.0, low[:, i, FOOD] - fortified_high)
                best[:, i, FOOD] -= best[:, i, FORTIFIED]
                high[:, i, FOOD] -= fortified_low
            else:
                for end in (low, best, high):
                    end[:, i, FORTIFIED] = np.nan
        return Bounds(low, best, high)

    def _mean(self, lines: Bounds, *, left_out: bool, unlabelled: bool) -> Bounds:
        """Mean per complete day, (nutrients,) arrays: with room for lines left out, and open for unlabelled products.

        All lines left out of the log are bounded together, so that the room is less than the sum over the days.
        """
        days = self.days or math.nan  # no day, no mean
        use = self._in_mean
        low, best, high = (part[use].sum(axis=0) for part in lines)
        if left_out:
            high = high + self._room(self._missing[use].sum(axis=0).astype(float))
        if unlabelled:
            high[self._open[use].any(axis=0)] = np.inf
        return Bounds(low / days, best / days, high / days)

    def _of(self, source: int) -> Bounds:
        """The lines of one source, 0 elsewhere."""
        return Bounds(*(np.where((self.source == source)[:, None], end, 0.0) for end in self.lines))

    @cached_property
    def mean(self) -> Bounds:
        """Mean daily intake over the complete days."""
        return self._mean(self.lines, left_out=True, unlabelled=True)

    @cached_property
    def mean_food(self) -> Bounds:
        """Mean daily intake from food (fortified included), which varies from day to day."""
        return self._mean(self._of(FOOD), left_out=True, unlabelled=False)

    @cached_property
    def mean_dose(self) -> Bounds:
        """Mean daily dose from supplements, arithmetic: no day-to-day variation is assumed."""
        return self._mean(self._of(SUPPLEMENT), left_out=False, unlabelled=True)

    @cached_property
    def mean_by_source(self) -> Bounds:
        """Mean per complete day and source: Bounds of (nutrients × sources) arrays."""
        use = self.complete
        return Bounds(*(end[use].sum(axis=0) / max(self.days, 1) for end in self.daily_by_source))

    @cached_property
    def sd(self) -> FloatArray:
        """Sample SD of the complete days' best totals, (nutrients,); NaN with fewer than two days."""
        best = self.daily.best[self.complete]
        return best.std(axis=0, ddof=1) if self.days > 1 else np.full(best.shape[1], np.nan)

    @cached_property
    def coverage(self) -> FloatArray:
        """Share of the energy of all counted food lines whose food has a value for the nutrient, (nutrients,)."""
        use = np.array([entry.status != "left_out" for entry in self.entries], dtype=bool) & (self.source == FOOD)
        energy = self.lines.best[use, nutrient_index()["energy"]]
        if energy.sum() > 0:
            share: FloatArray = (self.known[use] * energy[:, None]).sum(axis=0) / energy.sum()
            return share
        return self.known[use].mean(axis=0) if use.any() else np.ones(self.known.shape[1])

    def deciders(self, nutrient: str) -> list[Decider]:
        """The foods and lines that make a nutrient's mean uncertain, widest first."""
        i = nutrient_index()[nutrient]
        days = max(self.days, 1)
        portion = self.foods.left_out_portion
        found: dict[tuple[str, str], tuple[list[int], float]] = {}
        for row, entry in enumerate(self.entries):
            if not self._in_mean[row]:
                continue
            width = float(self.lines.high[row, i] - self.lines.low[row, i])
            if self._open[row, i]:
                text, reason, width = entry.line.food, "the label is not told", np.inf
            elif self._missing[row, i]:
                text, reason = entry.line.food, "left out"
                width = float(portion.mean[i] + ONE_SIDED_95 * portion.sd[i])
            elif width <= 0:
                continue
            elif entry.row is not None and not self.known[row, i]:
                text, reason = self.foods.names[entry.row], "not measured"
            else:
                text, reason = entry.line.food, "the amount has two readings"
            numbers, total = found.get((text, reason), ([], 0.0))
            found[text, reason] = ([*numbers, entry.line.number], total + width)
        deciders = [
            Decider(text, tuple(numbers), width / days, reason) for (text, reason), (numbers, width) in found.items()
        ]
        return sorted(deciders, key=lambda decider: (-decider.width, decider.lines))

    def contributors(self, nutrient: str) -> list[tuple[str, float, float]]:
        """(food, amount per day, share) of the foods and products that bring most, by the best values."""
        i = nutrient_index()[nutrient]
        sums: dict[str, float] = {}
        for row, entry in enumerate(self.entries):
            amount = float(self.lines.best[row, i])
            if self._in_mean[row] and amount > 0:
                name = self.foods.names[entry.row] if entry.row is not None else entry.line.food
                sums[name] = sums.get(name, 0.0) + amount / max(self.days, 1)
        total = sum(sums.values())
        ranked = sorted(sums.items(), key=lambda item: (-item[1], item[0]))
        return [(name, amount, amount / total) for name, amount in ranked]


def _flags(entries: Sequence[Entry], attribute: str) -> NDArray[np.bool_]:
    columns = nutrient_index()
    flags = np.zeros((len(entries), len(columns)), dtype=bool)
    for row, entry in enumerate(entries):
        for name in getattr(entry, attribute):
            flags[row, columns[name]] = True
    return flags


def add_up(entries: Sequence[Entry], foods: FoodTable) -> Intake:
    """Intakes of resolved lines.

    Parameters
    ----------
    entries : sequence of Entry
        As ``resolve.resolve`` gives them.
    foods : FoodTable
        The table that the entries' rows refer to.
    """
    size, columns = len(entries), nutrient_index()
    shape = size, len(columns)
    lines = Bounds(np.zeros(shape), np.zeros(shape), np.zeros(shape))
    known = np.zeros(shape, dtype=bool)
    source = np.full(size, FOOD, dtype=np.int64)
    at = np.array([i for i, entry in enumerate(entries) if entry.grams is not None and entry.row is not None and entry.status != "left_out"], dtype=np.int64)  # fmt: skip
    if at.size:
        rows = np.array([entries[i].row for i in at], dtype=np.int64)
        weights = [entries[i].grams for i in at]
        grams = Bounds(*(np.array([getattr(w, end) for w in weights], dtype=float) for end in ("low", "best", "high")))
        for whole, part in zip(lines, contributions(foods, rows, grams), strict=True):
            whole[at] = part
        known[at] = ~np.isnan(foods.values[rows])
    for i, entry in enumerate(entries):
        if entry.kind != "food":
            source[i] = SUPPLEMENT if entry.kind == "supplement" else FOOD
        for name, dose in entry.doses.items():
            for whole, value in zip(lines, (dose.low, dose.best, dose.high), strict=True):
                whole[i, columns[name]] = value
            known[i, columns[name]] = True
        for name, value in entry.labels.items():
            for whole in lines:
                whole[i, columns[name]] = value
            known[i, columns[name]] = True
    dates = tuple(
        sorted({entry.line.date for entry in entries if entry.line.date is not None and entry.kind != "other"})
    )
    place = {date: d for d, date in enumerate(dates)}
    day = np.array([place.get(entry.line.date, -1) if entry.line.date else -1 for entry in entries], dtype=np.int64)
    return Intake(
        entries=tuple(entries),
        lines=lines,
        known=known,
        source=source,
        added=_added(lines, entries, known),
        dates=dates,
        day=day,
        complete=_complete(entries, day, len(dates)),
        foods=foods,
    )


def _added(lines: Bounds, entries: Sequence[Entry], known: NDArray[np.bool_]) -> Bounds:
    """The added part of each line's nutrients: from nothing to all of it where the table does not say."""
    columns = nutrient_index()
    added = Bounds(*(np.zeros_like(lines.best) for _ in range(3)))
    for name, part in ADDED.items():
        whole, share = columns[name], columns[part]
        told = known[:, share]
        food = np.array([entry.row is not None and name not in entry.labels for entry in entries], dtype=bool)
        for end, value in zip(added, lines, strict=True):
            end[:, whole] = np.where(food & told, np.minimum(value[:, share], value[:, whole]), 0.0)
        added.high[:, whole] = np.where(food & ~told, lines.high[:, whole], added.high[:, whole])
    return added


def _complete(entries: Sequence[Entry], day: IntArray, size: int) -> NDArray[np.bool_]:
    """Days with a food line that could be counted; if no line of the diary is food, the days with doses."""
    with_food, with_dose = np.zeros(size, dtype=bool), np.zeros(size, dtype=bool)
    for entry, d in zip(entries, day, strict=True):
        if d >= 0 and entry.status != "left_out":
            (with_dose if entry.kind == "supplement" else with_food)[d] = True
    any_food = any(entry.kind == "food" for entry in entries)
    return with_food if any_food else with_dose
