"""Sums of person-days that can be put together in any order: whole numbers by person and day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

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


class Layout(NamedTuple):
    """Which blocks of columns a sum of lines has: their names and widths, for the nutrients that are asked for."""

    nutrients: tuple[str, ...]
    fortified: tuple[str, ...]

    @property
    def widths(self) -> dict[str, int]:
        """Columns of each block."""
        both, plain = len(self.nutrients) + len(self.fortified), len(self.nutrients)
        foods = {"food_low": both, "food": both, "food_high": both, "food_unknown": both, "food_endless": both}
        doses = {"dose_low": plain, "dose": plain, "dose_high": plain}
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
        return State(
            self.people, self.person[rows], self.day[rows], {name: block[rows] for name, block in self.blocks.items()}
        )


def same_kind(arrays: Sequence[People]) -> list[People]:
    """People of several parts as one kind: all integers, or all texts."""
    texts = any(array.dtype.kind not in "iu" for array in arrays if len(array))
    return [array.astype(np.str_) if texts else array.astype(np.int64) for array in arrays if len(array)]


def merged(parts: Sequence[State]) -> State:
    """Several sums as one: rows of one person and day are added up, exactly; ordered by person and day.

    Raises
    ------
    OverflowError
        A day holds more than can be added up.
    """
    parts = [part for part in parts if len(part)]
    if not parts:
        return State(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int64), {})
    people, places = np.unique(np.concatenate(same_kind([part.people for part in parts])), return_inverse=True)
    ends = np.cumsum([len(part.people) for part in parts])
    of_part = np.split(places, ends[:-1])
    person = np.concatenate([places[part.person] for places, part in zip(of_part, parts, strict=True)])
    day = np.concatenate([part.day for part in parts])
    names = list(dict.fromkeys(name for part in parts for name in part.blocks))
    wide = {name: next(part.blocks[name].shape[1] for part in parts if name in part.blocks) for name in names}
    blocks = {name: _stacked([part.block(name, wide[name]) for part in parts]) for name in names}
    return summed(State(people, person, day, blocks))


def _stacked(parts: Sequence[IntArray]) -> IntArray:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def summed(state: State) -> State:
    """The same sums with one row for each person and day, in order."""
    person, day = state.person, state.day
    ahead = (person[1:] > person[:-1]) | ((person[1:] == person[:-1]) & (day[1:] > day[:-1]))
    if ahead.all():
        return state
    order = np.lexsort((day, person))
    state = state.only(order)
    starts = run_starts(state.person, state.day)
    if len(starts) == len(state):
        return state
    blocks = {}
    for name, block in state.blocks.items():
        if name not in ("lines", "missing", "open"):
            refuse_overflow(block, starts)
        blocks[name] = np.add.reduceat(block, starts, axis=0)
    return State(state.people, state.person[starts], state.day[starts], blocks)


def refuse_overflow(block: IntArray, starts: IntArray) -> None:
    """Whole numbers that 64 bits do not hold would be wrong without a sign.

    Raises
    ------
    OverflowError
        The rows of one sum, which ``starts`` begins, hold more than can be added up.
    """
    if block.size and int(block.max()) >= LARGEST_SUM // max(1, int(np.diff(starts, append=len(block)).max())):
        sums = np.add.reduceat(block.astype(np.float64), starts, axis=0)
        if float(sums.max()) >= LARGEST_SUM:
            most = float(sums.max()) / PER_UNIT
            raise OverflowError(f"the lines of one person hold {most:.3g} units of a nutrient")
