"""From resolved lines to intakes: line × nutrient, then day × nutrient × source, each low, best, high.

Unknown is not zero. A value that was never measured runs from 0 to the upper end of its food group; a line that was
left out may have brought anything from nothing to a generous portion; a product without a label has no upper end.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from nutrigap.entries import Entry
from nutrigap.tables import FloatArray, FoodTable, IntArray, PortionStatistics
from nutrigap.totals import ADDED, Bounds, contributions, sum_by
from nutrigap.units import nutrient_index, nutrients

SOURCES = ("food", "fortified", "supplement")
FOOD, FORTIFIED, SUPPLEMENT = range(3)
FRIDAY = 4
WEEK = {0: 4 / 7, 1: 3 / 7}  # Monday to Thursday, Friday to Sunday
ONE_SIDED_95 = 1.645  # standard normal quantile


class Decider(NamedTuple):
    """A food or line that makes a total uncertain: ``width`` per logged day, infinite where nothing bounds it."""

    text: str
    lines: tuple[int, ...]
    width: float
    reason: str


class Means(Protocol):
    """What a reading asks of an intake, whoever has made it: the attributes of ``Intake`` of these names."""

    @property
    def days(self) -> int: ...  # noqa: D102
    @property
    def mean(self) -> Bounds: ...  # noqa: D102
    @property
    def mean_food(self) -> Bounds: ...  # noqa: D102
    @property
    def mean_dose(self) -> Bounds: ...  # noqa: D102
    @property
    def mean_by_source(self) -> Bounds: ...  # noqa: D102
    @property
    def has_food(self) -> bool: ...  # noqa: D102
    @property
    def weights(self) -> FloatArray | None: ...  # noqa: D102
    @property
    def complete(self) -> NDArray[np.bool_]: ...  # noqa: D102
    @property
    def dates(self) -> tuple[dt.date, ...]: ...  # noqa: D102
    @property
    def food_by_day(self) -> FloatArray: ...  # noqa: D102


@dataclass(frozen=True, eq=False)
class Intake:
    """Intakes of one diary.

    Attributes
    ----------
    logged : tuple of Entry
        The diary's lines.
    entries : tuple of Entry
        What is added up, in the order of the first axis of ``lines``: each line, or its parts where it holds several
        foods. ``owner`` gives the place in ``logged`` of each.
    lines : Bounds of (lines × nutrients) arrays
        Contributions of the counted and flagged lines (0 for lines left out), without the room for what is missing.
    known : (lines × nutrients) array of bool
        Whether the line's amount of the nutrient rests on a measured or declared value.
    source : (lines,) array
        Index into ``SOURCES``: food or supplement.
    natural, added : Bounds of (lines × nutrients) arrays
        What a food has by itself and what was added to it: two parts of the food lines. Where the tables cannot tell,
        either part may be all of it, and the best guess is that nothing was added.
    dates : tuple of date
        Every logged day, ascending; ``day`` gives each line's place in it, -1 for a line without a date.
    complete : (days,) array of bool
        Days that enter the mean: those with at least one food line that could be counted. When no food of the whole
        diary could be, the days with a counted dose.
    weights : (days,) array, optional
        What each complete day counts in the mean, 1 on average; 0 on the others. Without it all count alike.
    """

    logged: tuple[Entry, ...]
    entries: tuple[Entry, ...]
    owner: IntArray
    lines: Bounds
    known: NDArray[np.bool_]
    source: IntArray
    natural: Bounds
    added: Bounds
    dates: tuple[dt.date, ...]
    day: IntArray
    complete: NDArray[np.bool_]
    foods: FoodTable
    weights: FloatArray | None = None

    def without(self, dates: Collection[dt.date]) -> Intake:
        """The same log with some days out of every mean; their lines and totals stay."""
        return replace(self, complete=self.complete & np.array([date not in dates for date in self.dates], dtype=bool))

    def weighted(self, shares: Mapping[int, float]) -> Intake:
        """The same log with its weekdays weighted to the shares that they have of a week.

        Parameters
        ----------
        shares : mapping
            Share of the week by class of day: of Monday to Thursday (0) and of Friday to Sunday (1), 4/7 and 3/7, as in
            the usual-intake methods of the US National Cancer Institute.

        Returns
        -------
        Intake
            Unchanged where a class has no day: nothing stands for it.
        """
        group = np.array([date.weekday() >= FRIDAY for date in self.dates], dtype=np.int64)
        held = {one: int((self.complete & (group == one)).sum()) for one in shares}
        if not all(held.values()):
            return self
        each = np.array([shares[int(one)] / held[int(one)] * self.days for one in group])
        return replace(self, weights=np.where(self.complete, each, 0.0))

    @property
    def days(self) -> int:
        """Number of days that enter the mean."""
        return int(self.complete.sum())

    @property
    def has_food(self) -> bool:
        """Whether a food line is counted at all: a list of pills says nothing about what was eaten."""
        return any(entry.kind == "food" and entry.status != "left_out" for entry in self.entries)

    @cached_property
    def _food_logged(self) -> bool:
        return any(entry.kind == "food" for entry in self.entries)

    @cached_property
    def missing(self) -> NDArray[np.bool_]:
        """For which nutrients an entry stands as a left-out food, (entries × nutrients): a portion bounds it."""
        return _flags(self.entries, "missing") & ~self._bounded[:, None]

    @cached_property
    def _bounded(self) -> NDArray[np.bool_]:
        """Lines left out for their amount, of which the food's own portions bound what they may have brought."""
        return np.array([entry.most is not None for entry in self.entries], dtype=bool)

    @cached_property
    def unbounded(self) -> NDArray[np.bool_]:
        """Of which nutrients an entry brings an amount that nothing bounds, (entries × nutrients)."""
        return _flags(self.entries, "open")

    @cached_property
    def in_mean(self) -> NDArray[np.bool_]:
        """Lines that bear on the mean: those of complete days, and those whose day is not known."""
        return self.weight > 0

    @cached_property
    def weight(self) -> FloatArray:
        """What each line counts in a mean: as its day does; a line whose day is not known counts once."""
        each = self.complete.astype(float) if self.weights is None else self.weights
        return np.where(self.day >= 0, np.append(each, 1.0)[self.day], 1.0)

    def _room(self, count: FloatArray) -> FloatArray:
        return room(self.foods.left_out_portion, count)

    def _daily(self, lines: Bounds, *, with_room: bool) -> Bounds:
        dated = self.day >= 0
        size = len(self.dates)
        low, best, high = (sum_by(self.day[dated], part[dated], size) for part in lines)
        if with_room:
            high = high + self._room(sum_by(self.day[dated], self.missing[dated].astype(float), size))
            high[sum_by(self.day[dated], self.unbounded[dated].astype(float), size) > 0] = np.inf
            if not self._food_logged:
                high = np.full_like(high, np.inf)
        return Bounds(low, best, high)

    @cached_property
    def daily(self) -> Bounds:
        """Totals per day: Bounds of (days × nutrients) arrays, with room for left-out lines; inf = no upper end."""
        return self._daily(self.lines, with_room=True)

    @cached_property
    def daily_by_source(self) -> Bounds:
        """Totals per day and source: Bounds of (days × nutrients × sources) arrays, without room for left-out lines.

        ``fortified`` is NaN, and counted in ``food``, for nutrients whose tables cannot tell it. What is not known has
        no upper end, as in the total; the best value of supplements is NaN where products of unknown dose are all that
        the day has of a nutrient.
        """
        return _without_empty_doses(self._daily_parts)

    @cached_property
    def _daily_parts(self) -> Bounds:
        """Totals per day and source, of which those of unknown doses are 0 at best."""
        dose = self._of(SUPPLEMENT)
        low, best, high = (
            np.stack(ends, axis=2)
            for ends in zip(
                *(self._daily(part, with_room=False) for part in (self.natural, self.added, dose)), strict=True
            )
        )
        for sources, lines in self._sources:
            use = lines & (self.day >= 0)
            is_open = sum_by(self.day[use], self.unbounded[use].astype(float), len(self.dates)) > 0
            for source in sources:
                high[is_open, source] = np.inf
        tells = np.isin([nutrient.id for nutrient in nutrients()], list(ADDED))
        for end in (low, best, high):
            end[:, ~tells, FORTIFIED] = np.nan
        return Bounds(low, best, high)

    @property
    def _sources(self) -> Sequence[tuple[tuple[int, ...], NDArray[np.bool_]]]:
        """The sources that lines belong to, and which lines these are."""
        pills = self.source == SUPPLEMENT
        return ((FOOD, FORTIFIED), ~pills), ((SUPPLEMENT,), pills)

    def _mean(self, lines: Bounds, *, left_out: bool, unlabelled: bool) -> Bounds:
        """Mean per complete day, (nutrients,) arrays: with room for lines left out, and open for unlabelled products.

        All lines left out of the log are bounded together, so that the room is less than the sum over the days.
        """
        days = self.days or math.nan  # no day, no mean
        use = self.in_mean
        weight = self.weight[use, None]
        if self.weights is None:
            low, best, high = (sum_by(np.zeros(len(weight), dtype=np.int64), part[use], 1)[0] for part in lines)
        else:
            low, best, high = ((part[use] * weight).sum(axis=0) for part in lines)
        if left_out:
            high = high + self._room((self.missing[use] * weight).sum(axis=0))
            if not self._food_logged:  # pills alone: what was eaten is not known, which is not nothing
                high = np.full_like(high, np.inf)
        if unlabelled:
            high[self.unbounded[use].any(axis=0)] = np.inf
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
    def food_by_day(self) -> FloatArray:
        """Best food intake of each day, (days × nutrients)."""
        return self._daily(self._of(FOOD), with_room=False).best

    @cached_property
    def mean_dose(self) -> Bounds:
        """Mean daily dose from supplements, arithmetic: no day-to-day variation is assumed."""
        return self._mean(self._of(SUPPLEMENT), left_out=False, unlabelled=True)

    @cached_property
    def mean_by_source(self) -> Bounds:
        """Mean per complete day and source: Bounds of (nutrients × sources) arrays, without room for left-out lines.

        What is not known has no upper end, as in the mean; the best value of supplements is NaN where products of
        unknown dose are all that they have of a nutrient.
        """
        days = self.days or math.nan  # no day, no mean
        each = np.ones(self.days) if self.weights is None else self.weights[self.complete]
        low, best, high = ((end[self.complete] * each[:, None, None]).sum(axis=0) / days for end in self._daily_parts)
        for sources, lines in self._sources:
            is_open = self.unbounded[self.in_mean & lines].any(axis=0)
            for source in sources:
                high[is_open, source] = np.inf
        return _without_empty_doses(Bounds(low, best, high))

    @cached_property
    def sd(self) -> FloatArray:
        """Sample SD of the complete days' best totals, (nutrients,); NaN with fewer than two days."""
        best = self.daily.best[self.complete]
        return best.std(axis=0, ddof=1) if self.days > 1 else np.full(best.shape[1], np.nan)

    @cached_property
    def coverage(self) -> FloatArray:
        """Share of the energy of all counted food lines whose food has a value for the nutrient, (nutrients,).

        A share of the lines where they have no energy, as coffee and water; 0 when no food is counted.
        """
        use = np.array([entry.status != "left_out" for entry in self.entries], dtype=bool) & (self.source == FOOD)
        energy = np.nan_to_num(self.lines.best[use, nutrient_index()["energy"]])
        if not use.any():
            return np.zeros(self.known.shape[1])
        lacking = np.average(
            ~self.known[use] & ~self._silent[use], axis=0, weights=energy if energy.sum() > 0 else None
        )
        return np.clip(1.0 - lacking, 0.0, 1.0)  # all known is exactly 1

    @cached_property
    def by_line(self) -> FloatArray:
        """Best amounts of every diary line, (logged × nutrients): NaN where one of its parts is not known."""
        size = len(self.logged)
        best = sum_by(self.owner, self.lines.best, size)
        unknown = sum_by(self.owner, (~self.known & ~self._silent).astype(float), size)
        told = sum_by(self.owner, self.known.astype(float), size)
        return np.where((unknown > 0) | (told == 0), np.nan, best)

    @cached_property
    def _silent(self) -> NDArray[np.bool_]:
        """Where a dose or label beside foods says nothing of a nutrient and brings none, (entries × nutrients)."""
        without_food = np.array([entry.row is None for entry in self.entries], dtype=bool)[:, None]
        return without_food & ~self.known & ~self.missing & ~self.unbounded

    @cached_property
    def flagged_share(self) -> FloatArray:
        """Share of the mean intake that rests on flagged lines, by the best values, (nutrients,); 0 of nothing."""
        flagged = np.array([self.logged[i].status == "flagged" for i in self.owner], dtype=bool)
        weighted = self.lines.best * self.weight[:, None]
        total = weighted[self.in_mean].sum(axis=0)
        part = weighted[self.in_mean & flagged].sum(axis=0)
        share: FloatArray = np.divide(part, total, out=np.zeros_like(total), where=total > 0)
        return share

    @cached_property
    def _named(self) -> tuple[list[str], IntArray]:
        """The distinct foods and products, and the place of each line among them."""
        place: dict[str, int] = {}
        by_row: dict[int, str] = {}
        code = np.empty(len(self.entries), dtype=np.int64)
        for i, entry in enumerate(self.entries):
            if entry.row is None:
                name = entry.line.food
            elif (name := by_row.get(entry.row, "")) == "":
                name = by_row[entry.row] = self.foods.names[entry.row]
            code[i] = place.setdefault(name, len(place))
        return list(place), code

    def deciders(self, nutrient: str) -> list[Decider]:
        """The foods and lines that make a nutrient's mean uncertain, widest first."""
        if nutrient not in self._decided:
            self._decided[nutrient] = self._deciders(nutrient_index()[nutrient])
        return self._decided[nutrient]

    @cached_property
    def _decided(self) -> dict[str, list[Decider]]:
        return {}

    def _deciders(self, i: int) -> list[Decider]:
        width = (self.lines.high[:, i] - self.lines.low[:, i]) * self.weight
        found: dict[tuple[str, str], list[int]] = {}
        for row in np.flatnonzero(self.in_mean & (self.unbounded[:, i] | self.missing[:, i] | (width > 0))):
            found.setdefault(self._why_wide(int(row), i), []).append(int(row))
        deciders = []
        for (text, reason), rows in found.items():
            together = float(width[rows].sum())
            if self.missing[rows[0], i]:  # lines left out are bounded together, as in the mean
                together = float(self._room(np.full(self.lines.high.shape[1], float(len(rows))))[i])
            if self.unbounded[rows[0], i]:
                together = math.inf
            numbers = tuple(self.entries[row].line.number for row in rows)
            deciders.append(Decider(text, numbers, together / max(self.days, 1), reason))
        return sorted(deciders, key=lambda decider: (-decider.width, decider.lines))

    def _why_wide(self, row: int, i: int) -> tuple[str, str]:
        """The food or line behind a width, and the reason in words."""
        entry = self.entries[row]
        if self.unbounded[row, i]:
            return entry.line.food, "not in the export" if entry.line.covers else "the label is not told"
        if entry.most is not None or self.missing[row, i]:
            return entry.line.food, "left out"
        if entry.row is not None and not self.known[row, i]:
            return self.foods.names[entry.row], "not measured"
        if entry.grams is not None:
            return entry.line.food, "the amount is a range"
        return entry.line.food, "the dose has two readings"

    def contributors(self, nutrient: str) -> list[tuple[str, float, float]]:
        """(food, amount per day, share) of the foods and products that bring most, by the best values."""
        best = self.lines.best[:, nutrient_index()[nutrient]]
        names, code = self._named
        use = self.in_mean & (best > 0)
        sums = np.bincount(code[use], weights=(best * self.weight)[use], minlength=len(names))
        total, days = math.fsum(sums), max(self.days, 1)
        found = [(names[k], float(sums[k]) / days, float(sums[k]) / total) for k in np.flatnonzero(sums)]
        return sorted(found, key=lambda one: (-one[1], one[0]))


def _without_empty_doses(parts: Bounds) -> Bounds:
    """By source, the last axis: no best value of supplements of which nothing is known but that they were taken."""
    best = parts.best.copy()
    dose = best[..., SUPPLEMENT]
    dose[np.isinf(parts.high[..., SUPPLEMENT]) & (dose == 0)] = np.nan
    return Bounds(parts.low, best, parts.high)


def room(portion: PortionStatistics, count: FloatArray) -> FloatArray:
    """The upper bound for ``count`` left-out lines together, (... × nutrients): k·m + 1.645·s·√k."""
    most = count * portion.mean + ONE_SIDED_95 * portion.sd * np.sqrt(count)
    # a table without these figures bounds nothing
    return np.where(count > 0, np.where(np.isnan(most), np.inf, most), 0.0)


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
    logged = tuple(entries)
    owner = np.array([i for i, line in enumerate(logged) for _ in line.pieces], dtype=np.int64)
    entries = tuple(piece for line in logged for piece in line.pieces)
    size, columns = len(entries), nutrient_index()
    shape = size, len(columns)
    lines = Bounds(np.zeros(shape), np.zeros(shape), np.zeros(shape))
    known = np.zeros(shape, dtype=bool)
    source = np.full(size, FOOD, dtype=np.int64)
    weighed = [
        (i, entry.row, entry.grams.low, entry.grams.best, entry.grams.high)
        for i, entry in enumerate(entries)
        if entry.grams is not None and entry.row is not None and entry.status != "left_out"
    ]
    weighed += [
        (i, entry.row, 0.0, 0.0, entry.most)
        for i, entry in enumerate(entries)
        if entry.most is not None and entry.row is not None
    ]
    if weighed:
        places, food_rows, *ends = zip(*weighed, strict=True)
        at, rows = np.array(places, dtype=np.int64), np.array(food_rows, dtype=np.int64)
        grams = Bounds(*(np.array(end, dtype=np.float64) for end in ends))
        for whole, part in zip(lines, contributions(foods, rows, grams), strict=True):
            whole[at] = part
        left = np.array([entries[i].most is not None for i in places], dtype=bool)
        known[at] = ~np.isnan(foods.values[rows]) & ~left[:, None]
        # such a line is bounded no more tightly than one of which nothing is known
        portion = foods.left_out_portion
        ordinary = np.nan_to_num(portion.mean + ONE_SIDED_95 * portion.sd, nan=np.inf)
        none = foods.values[rows[left]] == 0.0  # of a food without any of it no amount brings some
        lines.high[at[left]] = np.where(none, 0.0, np.fmax(lines.high[at[left]], ordinary))
    for i, entry in enumerate(entries):
        if entry.kind == "supplement":
            source[i] = SUPPLEMENT
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
    natural, added = _split(lines, entries, known)
    return Intake(
        logged=logged,
        entries=entries,
        owner=owner,
        lines=lines,
        known=known,
        source=source,
        natural=natural,
        added=added,
        dates=dates,
        day=day,
        complete=_complete(entries, day, len(dates)),
        foods=foods,
    )


def _split(lines: Bounds, entries: Sequence[Entry], known: NDArray[np.bool_]) -> tuple[Bounds, Bounds]:
    """What the food lines have by nature and what was added; a label tells the whole, an export the part too."""
    columns = nutrient_index()
    food = np.array([entry.kind == "food" for entry in entries], dtype=bool)
    natural = Bounds(*(np.where(food[:, None], end, 0.0) for end in lines))
    added = Bounds(*(np.zeros_like(end) for end in lines))
    for name, part in ADDED.items():
        whole, share = columns[name], columns[part]
        untouched = [name not in entry.labels or part in entry.labels for entry in entries]  # a label tells the whole
        told = food & known[:, share] & np.array(untouched, dtype=bool)
        for own, extra, end in zip(natural, added, lines, strict=True):
            extra[told, whole] = np.minimum(end[told, share], end[told, whole])
            own[told, whole] -= extra[told, whole]
        untold = food & ~told
        natural.low[untold, whole] = 0.0
        added.high[untold, whole] = lines.high[untold, whole]
    return natural, added


def _complete(entries: Sequence[Entry], day: IntArray, size: int) -> NDArray[np.bool_]:
    """Days with a food line that could be counted; if the whole diary has none, the days with a counted dose."""
    with_food, with_dose = np.zeros(size, dtype=bool), np.zeros(size, dtype=bool)
    for entry, d in zip(entries, day, strict=True):
        if d >= 0 and entry.status != "left_out":
            (with_dose if entry.kind == "supplement" else with_food)[d] = True
    return with_food if with_food.any() else with_dose
