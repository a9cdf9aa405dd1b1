"""From sums by person and day to the tables that are written: person-days with their bounds, people with readings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nutrigap.cohorts.people import PeopleTable
from nutrigap.cohorts.state import (
    COUNTED,
    DOSES,
    FLAGGED,
    FOOD_LOGGED,
    FOODS,
    LEFT_OUT,
    LOGGED,
    NOT_WHOLE,
    UNDATED,
    Layout,
    State,
    each_once,
    of_blocks,
    refuse_overflow,
)  # fmt: skip
from nutrigap.intake import FORTIFIED, SOURCES, SUPPLEMENT, room
from nutrigap.person import Person
from nutrigap.readings import Method, read
from nutrigap.sparse import run_starts
from nutrigap.tables import FloatArray, FoodTable, IntArray, PortionStatistics
from nutrigap.totals import Bounds, amounts_of
from nutrigap.units import Nutrient, find_nutrient, nutrient_index

ENDS = ("low", "", "high")
Table = dict[str, NDArray[np.generic] | list[object]]


class Tables(NamedTuple):
    """What is written of some people: a row a person-day, a row a person; ``strangers`` are in no table of people."""

    days: Table
    people: Table
    strangers: int


@dataclass(frozen=True, eq=False)
class Finisher:
    """Makes tables of sums.

    Parameters
    ----------
    foods : FoodTable
    layout : Layout
    people : PeopleTable or None
    method : Method
    reading : bool
        Whether every person is read against the reference values.
    references : str
        The authority, for people of whom nothing is known.
    doses : bool
        Whether the lines can tell doses at all; otherwise these are not 0 but were not asked for.
    """

    foods: FoodTable
    layout: Layout
    people: PeopleTable | None
    method: Method
    reading: bool = True
    references: str = "us"
    doses: bool = True

    @cached_property
    def _portion(self) -> PortionStatistics:
        places = [nutrient_index()[name] for name in self.layout.nutrients]
        portion = self.foods.left_out_portion
        return PortionStatistics(mean=portion.mean[places], sd=portion.sd[places])

    def tables(self, state: State) -> Tables:
        """The tables of people whose lines are all in ``state``."""
        sums = _Sums(state, self.layout)
        starts = run_starts(state.person)
        lines = sums.lines
        any_food = _by_person(lines[:, FOOD_LOGGED], starts) > 0
        with_food = _by_person(np.where(state.day != UNDATED, lines[:, FOODS], 0), starts) > 0
        owner = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(state)))
        dated = state.day != UNDATED
        complete = dated & np.where(with_food[owner], lines[:, FOODS] > 0, lines[:, DOSES] > 0)
        whole = complete & (lines[:, NOT_WHOLE] == 0)
        # a log of nothing but days that are not whole is counted as it is
        complete &= whole | (_by_person(whole.astype(np.int64), starts) == 0)[owner]
        daily = self._daily(sums, any_food[owner])
        shown = np.flatnonzero(dated & (lines[:, LOGGED] > 0))
        days = self._day_table(state, sums, daily, complete, shown)
        return Tables(days, *self._people_table(state, sums, daily, complete, starts, any_food))

    def _daily(self, sums: _Sums, any_food: NDArray[np.bool_]) -> Bounds:
        """Totals of each day, with room for what was left out."""
        plain = slice(0, len(self.layout.nutrients))
        totals: Sequence[IntArray] = sums.food
        if any(any(end.strides) for end in sums.dose):
            totals = [_plus(food[:, plain], dose) for food, dose in zip(sums.food, sums.dose, strict=True)]
        low, best, high = each_once(lambda end: amounts_of(end[:, plain]), totals)
        gaps = sums.food_gaps.first(plain.stop).plus(sums.dose_gaps)
        return self._bounded((low, best, high), gaps, sums.missing, sums.open, any_food)

    def _bounded(
        self, ends: Sequence[FloatArray], gaps: _Gaps, missing: IntArray, unbounded: IntArray | None,
        any_food: NDArray[np.bool_],
    ) -> Bounds:  # fmt: skip
        """What is not known, told: NaN for no best value, infinite for no upper end."""
        low, best, high = gaps.told(ends)
        if missing.any():
            high = high + room(self._portion, missing.astype(np.float64))
        if unbounded is not None and unbounded.any():
            high = np.where(unbounded > 0, np.inf, high)
        if not any_food.all():  # pills alone: what was eaten is not known, which is not nothing
            high = np.where(any_food[:, None], high, np.inf)
        return Bounds(low, best, high)

    def _day_table(
        self, state: State, sums: _Sums, daily: Bounds, complete: NDArray[np.bool_], shown: IntArray
    ) -> Table:  # fmt: skip
        def of(values: NDArray[np.generic]) -> NDArray[np.generic]:
            return values if len(shown) == len(values) else values[shown]

        table: Table = {
            "person": state.people[of(state.person)],
            "date": of(state.day).astype("datetime64[D]"),
            "counted": of(sums.lines[:, COUNTED]),
            "flagged": of(sums.lines[:, FLAGGED]),
            "left_out": of(sums.lines[:, LEFT_OUT]),
            "in_mean": of(complete),
            "food_logged": of(sums.lines[:, FOOD_LOGGED] > 0),
        }
        both = each_once(lambda end: np.ascontiguousarray(end.T), daily)  # a row is written as a column
        dose = self._of_doses(_Gaps(*(block.T for block in sums.dose_gaps)), each_once(_rows, sums.dose))
        for i, name in enumerate(self.layout.nutrients):
            for end, values in zip(ENDS, both, strict=True):
                table[_name(name, "", end)] = of(values[i])
            for end, values in zip(ENDS, dose, strict=True):
                table[_name(name, "supplement", end)] = of(values[i])
            if name in self.layout.fortified:
                for end, values in zip(ENDS, self._fortified(sums, name), strict=True):
                    table[_name(name, "fortified", end)] = of(values)
        return table

    def _of_doses(self, gaps: _Gaps, ends: Sequence[FloatArray]) -> Bounds:
        """What supplements bring: NaN where they were not asked for, or are all of a dose that is not told."""
        if not self.doses:
            return Bounds(*[np.broadcast_to(np.float64(np.nan), ends[0].shape)] * 3)
        low, best, high = gaps.told(ends)
        return Bounds(low, np.where(np.isinf(high) & (best == 0), np.nan, best) if gaps.endless.any() else best, high)

    def _fortified(self, sums: _Sums, name: str) -> Bounds:
        i = len(self.layout.nutrients) + self.layout.fortified.index(name)
        unknown, endless = (block[:, i] for block in sums.food_gaps)
        gaps = _Gaps(unknown, _plus(endless, sums.open[:, self.layout.nutrients.index(name)]))
        return gaps.told([amounts_of(end[:, i]) for end in sums.food])

    def _people_table(
        self, state: State, sums: _Sums, daily: Bounds, complete: NDArray[np.bool_], starts: IntArray,
        any_food: NDArray[np.bool_],
    ) -> tuple[Table, int]:  # fmt: skip
        """A row for each person who has a day, and how many of them are in no table of people."""
        means = self._means(state, sums, complete, starts, any_food)
        days = means.days
        shown = np.flatnonzero(_by_person(sums.lines[:, LOGGED] * (state.day != UNDATED), starts) > 0)
        names = state.people[state.person[starts[shown]]]
        table: Table = {"person": names}
        places = [-1] * len(shown)
        if self.people is not None:
            places = self.people.places(names.tolist())
            table |= self.people.columns(places)
        table["days"] = days[shown]
        spread = _spread(daily.best, complete, starts, days)
        for i, name in enumerate(self.layout.nutrients):
            for end, values in zip(ENDS, means.mean, strict=True):
                table[_name(name, "", end)] = values[shown, i]
            table[f"{name}_sd"] = spread[shown, i]
            for end, values in zip(ENDS, means.supplement, strict=True):
                table[_name(name, "supplement", end)] = values[shown, i]
        if self.reading:
            table |= self._readings(means, places, shown)
        return table, places.count(-1)

    def _means(
        self, state: State, sums: _Sums, complete: NDArray[np.bool_], starts: IntArray, any_food: NDArray[np.bool_]
    ) -> _Means:
        """Mean daily intakes, over the complete days and with the lines of which the day is not known."""
        total = sums.over(complete | (state.day == UNDATED), starts)
        days = _by_person(complete.astype(np.int64), starts)
        weight = np.where(days > 0, days, np.nan)[:, None]
        plain, none = len(self.layout.nutrients), np.zeros((1, 1), dtype=np.int64)
        of_food = total.food_gaps.first(plain)
        food = [amounts_of(one[:, :plain]) for one in total.food]
        both = [amounts_of(_plus(one[:, :plain], other)) for one, other in zip(total.food, total.dose, strict=True)]
        dose = [amounts_of(one) for one in total.dose]
        whole = self._bounded(both, of_food.plus(total.dose_gaps), total.missing, total.open, any_food)
        eaten = self._bounded(food, of_food, total.missing, None, any_food)
        taken = self._bounded(dose, total.dose_gaps, none, total.open, np.ones(1, dtype=bool))
        return _Means(
            mean=_divided(whole, weight),
            food=_divided(eaten, weight),
            dose=_divided(taken, weight),
            supplement=_divided(self._of_doses(total.dose_gaps, dose), weight),
            fortified={
                name: amounts_of(total.food[0][:, plain + i]) / weight[:, 0]
                for i, name in enumerate(self.layout.fortified)
            },
            days=days,
            has_food=_by_person(sums.lines[:, FOODS], starts) > 0,
        )

    def _readings(self, means: _Means, places: Sequence[int], shown: IntArray) -> Table:
        """The reading of every person, once each, by the very tests of a single diary."""
        core = [find_nutrient(name) for name in self.layout.nutrients if find_nutrient(name).role == "core"]
        table: Table = {}
        for nutrient in core:
            for column in ("status", "confidence", "confidence_low", "confidence_high", "excess"):
                table[f"{nutrient.id}_{column}"] = []
        stranger = Person(references=self.references)
        for one, place in zip(shown.tolist(), places, strict=True):
            intake = means.of(one, self.layout)
            person = (self.people.person(place) if self.people is not None else None) or stranger
            for nutrient in core:
                told = _read(intake, person, nutrient, self.method, doses=self.doses)
                for column, value in told.items():
                    cell = table[f"{nutrient.id}_{column}"]
                    assert isinstance(cell, list)
                    cell.append(value)
        return table


class _Gaps(NamedTuple):
    """How many lines leave an amount without a best value, and without an upper end."""

    unknown: IntArray
    endless: IntArray

    def first(self, columns: int) -> _Gaps:
        """Those of the first columns."""
        return _Gaps(self.unknown[:, :columns], self.endless[:, :columns])

    def plus(self, other: _Gaps) -> _Gaps:
        """Those of both."""
        return _Gaps(_plus(self.unknown, other.unknown), _plus(self.endless, other.endless))

    def told(self, ends: Sequence[FloatArray]) -> Bounds:
        """Amounts with these gaps: NaN where no best value is known, infinite where there is no upper end."""
        low, best, high = ends
        if self.unknown.any():
            best = np.where(self.unknown > 0, np.nan, best)
        if self.endless.any():
            high = np.where(self.endless > 0, np.inf, high)
        return Bounds(low, best, high)


class _Sums:
    """The blocks of a state by their meaning."""

    def __init__(self, state: State, layout: Layout) -> None:
        widths = layout.widths
        block = {name: state.block(name, width) for name, width in widths.items()}
        self.state = state
        self.lines = block["lines"]
        self.food = block["food_low"], block["food"], block["food_high"]
        self.food_gaps = _Gaps(block["food_unknown"], block["food_endless"])
        self.dose = block["dose_low"], block["dose"], block["dose_high"]
        self.dose_gaps = _Gaps(block["dose_unknown"], block["dose_endless"])
        self.missing, self.open = block["missing"], block["open"]
        self.layout = layout

    def over(self, use: NDArray[np.bool_], starts: IntArray) -> _Sums:
        """Summed by person over the rows that count."""
        used = None if use.all() else use[:, None]

        def summed(block: IntArray) -> IntArray:
            refuse_overflow(self.state, block, starts)
            return _by_person(block if used is None else np.where(used, block, 0), starts)

        blocks = of_blocks(summed, self.state.blocks)
        people = np.arange(len(starts))
        return _Sums(State(people, people, people, blocks), self.layout)


class PersonMeans(NamedTuple):
    """Mean daily intakes of one person, as the readings ask for them: (nutrients,) arrays over all nutrients."""

    days: int
    mean: Bounds
    mean_food: Bounds
    mean_dose: Bounds
    mean_by_source: Bounds
    has_food: bool
    weights: None = None
    complete: NDArray[np.bool_] = np.zeros(0, dtype=bool)
    dates: tuple[dt.date, ...] = ()
    food_by_day: FloatArray = np.zeros((0, 0))


@dataclass(frozen=True, eq=False)
class _Means:
    """Mean daily intakes of people, (people × nutrients) arrays; ``supplement`` is the dose as it is written."""

    mean: Bounds
    food: Bounds
    dose: Bounds
    supplement: Bounds
    fortified: Mapping[str, FloatArray]
    days: IntArray
    has_food: NDArray[np.bool_]

    def of(self, person: int, layout: Layout) -> PersonMeans:
        """Those of one person."""
        places = [nutrient_index()[name] for name in layout.nutrients]

        def wide(ends: Bounds) -> Bounds:
            whole = np.full((3, len(nutrient_index())), np.nan)
            whole[:, places] = [end[person] for end in ends]
            return Bounds(*whole)

        by_source = np.zeros((len(nutrient_index()), len(SOURCES)))
        by_source[places, SUPPLEMENT] = self.dose.low[person]
        for name, low in self.fortified.items():
            by_source[nutrient_index()[name], FORTIFIED] = low[person]
        return PersonMeans(
            days=int(self.days[person]),
            mean=wide(self.mean),
            mean_food=wide(self.food),
            mean_dose=wide(self.dose),
            mean_by_source=Bounds(by_source, by_source, by_source),  # only the low end is asked for
            has_food=bool(self.has_food[person]),
        )


def _read(
    intake: PersonMeans, person: Person, nutrient: Nutrient, method: Method, *, doses: bool
) -> dict[str, object]:  # fmt: skip
    found = read(intake, person, nutrient, method)
    adequacy, excess = found.adequacy, found.excess
    if not doses and found.reference is not None and found.reference.ul_scope not in ("total", "none"):
        excess = None  # nobody was asked for what this limit counts
    return {
        "status": adequacy.status if adequacy else "",
        "confidence": adequacy.confidence if adequacy else None,
        "confidence_low": adequacy.confidence_low if adequacy else None,
        "confidence_high": adequacy.confidence_high if adequacy else None,
        "excess": excess.status if excess else "",
    }


def _plus(block: IntArray, other: IntArray) -> IntArray:
    """The sum of two blocks, of which the other may be one that is absent."""
    return block + other if any(other.strides) else block


def _rows(counted: IntArray) -> FloatArray:
    """Amounts with a row a nutrient; nothing at all takes no room."""
    if not any(counted.strides):
        return np.broadcast_to(np.float64(0.0), counted.T.shape)
    return amounts_of(np.ascontiguousarray(counted.T))


def _name(nutrient: str, source: str, end: str) -> str:
    return "_".join(filter(None, (nutrient, source, end)))


def _divided(ends: Bounds, days: FloatArray) -> Bounds:
    return Bounds(*each_once(lambda end: end / days, ends))


def _by_person(values: NDArray[np.generic], starts: IntArray) -> IntArray:
    if not len(starts):
        return np.zeros((0, *values.shape[1:]), dtype=np.int64)
    sums: IntArray = np.add.reduceat(values, starts, axis=0)
    return sums


def _spread(best: FloatArray, complete: NDArray[np.bool_], starts: IntArray, days: IntArray) -> FloatArray:
    """Sample SD of the days in the mean, NaN with fewer than two, (people × nutrients)."""
    if not len(starts):
        return np.zeros((0, best.shape[1]))
    count = np.where(days > 0, days, 1)[:, None]
    owner = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(best)))
    inside = np.where(complete[:, None], best, 0.0)
    mean = np.add.reduceat(inside, starts, axis=0) / count
    squares = np.where(complete[:, None], (best - mean[owner]) ** 2, 0.0)
    variance = np.add.reduceat(squares, starts, axis=0) / np.where(days > 1, days - 1, np.nan)[:, None]
    spread: FloatArray = np.sqrt(variance)
    return spread
