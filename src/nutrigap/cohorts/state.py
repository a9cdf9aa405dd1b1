"""Sums of person-days that can be put together in any order: whole numbers by person and day."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from nutrigap.sparse import run_starts
from nutrigap.tables import IntArray
from nutrigap.totals import PER_UNIT

UNDATED = np.iinfo(np.int32).min  # stands for the day of lines whose date is not known
# Places in the block ``lines``: lines by status; lines that make a day count, are no "other", say it is not whole.
COUNTED, FLAGGED, LEFT_OUT, FOODS, DOSES, FOOD_LOGGED, LOGGED, NOT_WHOLE = range(8)
LINES = 8
LARGEST_SUM = 2**62  # quanta of a day: two parts below it still have a sum

People = NDArray[np.generic]  # distinct people, integers or texts
Item = TypeVar("Item")
Made = TypeVar("Made")


class Layout(NamedTuple):
    """Which blocks of columns a sum of lines has: their names and widths, for the nutrients that are asked for."""

    nutrients: tuple[str, ...]
    fortified: tuple[str, ...]

    @property
    def widths(self) -> dict[str, int]:
        """Columns of each block."""
        both, plain = len(self.nutrients) + len(self.fortified), len(self.nutrients)
        foods = {"food_low": both, "food": both, "food_high": both, "food_unknown": both, "food_endless": both}
        doses = {"dose_low": plain, "dose": plain, "dose_high": plain, "dose_unknown": plain, "dose_endless": plain}
        return {"lines": LINES, **foods, **doses, "missing": plain, "open": plain}


class State(NamedTuple):
    """Sums by person and day.

    Attributes
    ----------
    people : (people,) array
        Distinct people, ascending.
    person : (rows,) array
        Places in ``people``.
    day : (rows,) array
        Days since 1970-01-01, UNDATED for lines without one.
    blocks : mapping
        Block name -> (rows × width) array of whole numbers: quanta, or counts. A block that is absent is all 0.
    """

    people: People
    person: IntArray
    day: IntArray
    blocks: Mapping[str, IntArray]

    def __len__(self) -> int:
        return len(self.person)

    def block(self, name: str, width: int) -> IntArray:
        """A block; one that is absent as zeros that take no room, only to be read."""
        found = self.blocks.get(name)
        return np.broadcast_to(np.int64(0), (len(self), width)) if found is None else found

    def only(self, rows: NDArray[np.generic] | slice) -> State:
        """Some of the rows."""
        return State(self.people, self.person[rows], self.day[rows], of_blocks(lambda block: block[rows], self.blocks))


def each_once(
    make: Callable[[Item], Made], items: Iterable[Item], key: Callable[[Item], Hashable] = id
) -> list[Made]:  # fmt: skip
    """What is made of each item; of one that comes again, by its key, only once."""
    held = list(items)
    different = {key(item): item for item in held}
    made = {place: make(item) for place, item in different.items()}
    return [made[key(item)] for item in held]


def of_blocks(make: Callable[[IntArray], IntArray], blocks: Mapping[str, IntArray]) -> dict[str, IntArray]:
    """What is made of each block, by its name."""
    return dict(zip(blocks, each_once(make, blocks.values()), strict=True))


def merged(parts: Sequence[State]) -> State:
    """Several sums as one: rows of one person and day are added up, exactly; ordered by person and day.

    Raises
    ------
    TooMuch
        A day holds more than can be added up.
    """
    parts = [part for part in parts if len(part)]
    if len(parts) == 1:
        return summed(parts[0])
    if not parts:
        return State(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int64), {})
    people, places = np.unique(np.concatenate([part.people for part in parts]), return_inverse=True)
    ends = np.cumsum([len(part.people) for part in parts])
    of_part = np.split(places, ends[:-1])
    person = np.concatenate([places[part.person] for places, part in zip(of_part, parts, strict=True)])
    day = np.concatenate([part.day for part in parts])
    names = dict.fromkeys(name for part in parts for name in part.blocks)
    stacks = [tuple(part.blocks.get(name) for part in parts) for name in names]
    blocks = each_once(lambda stack: _stacked(stack, parts), stacks, key=lambda stack: tuple(map(id, stack)))
    return summed(State(people, person, day, dict(zip(names, blocks, strict=True))))


def _stacked(stack: Sequence[IntArray | None], parts: Sequence[State]) -> IntArray:
    """One block of several parts; where it is absent it is 0."""
    width = next(block.shape[1] for block in stack if block is not None)
    zero = np.int64(0)
    return np.concatenate([
        np.broadcast_to(zero, (len(part), width)) if block is None else block
        for block, part in zip(stack, parts, strict=True)
    ])  # fmt: skip


def summed(state: State) -> State:
    """The same sums with one row for each person and day, in order."""
    person, day = state.person, state.day
    ordered = (person[1:] > person[:-1]) | ((person[1:] == person[:-1]) & (day[1:] >= day[:-1]))
    if not ordered.all():
        state = state.only(np.lexsort((day, person)))
    starts = run_starts(state.person, state.day)
    if len(starts) == len(state):
        return state
    blocks = of_blocks(lambda block: _row_sums(state, block, starts), state.blocks)
    return State(state.people, state.person[starts], state.day[starts], blocks)


def _row_sums(state: State, block: IntArray, starts: IntArray) -> IntArray:
    refuse_overflow(state, block, starts)
    sums: IntArray = np.add.reduceat(block, starts, axis=0)
    return sums


class TooMuch(OverflowError):
    """One person's lines hold more than can be added up; the message names the person."""


def refuse_overflow(state: State, block: IntArray, starts: IntArray) -> None:
    """Whole numbers that 64 bits do not hold would be wrong without a sign.

    Raises
    ------
    TooMuch
        The rows of one sum, which ``starts`` begins, hold more than can be added up.
    """
    if block.size and int(block.max()) >= LARGEST_SUM // max(1, int(np.diff(starts, append=len(block)).max())):
        sums = np.add.reduceat(block.astype(np.float64), starts, axis=0).max(axis=1)
        most = int(sums.argmax())
        if float(sums[most]) >= LARGEST_SUM:
            person, units = state.people[state.person[starts[most]]], float(sums[most]) / PER_UNIT
            raise TooMuch(f'the lines of person "{person}" hold {units:.3g} units of a nutrient')
