"""Written lines of a cohort: each distinct (food, amount, unit, kind, brand, labels) is read once, as in one diary."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from nutrigap.cohorts.columns import Batch, as_coded
from nutrigap.cohorts.state import (
    COUNTED,
    DOSES,
    FLAGGED,
    FOOD_LOGGED,
    FOODS,
    LEFT_OUT,
    LINES,
    LOGGED,
    NOT_WHOLE,
    Layout,
)
from nutrigap.diary import Line
from nutrigap.diary.columns import Header
from nutrigap.diary.model import Fault
from nutrigap.diary.plain import Table, read_rows
from nutrigap.entries import NO_MATCH, Entry, Kitchen, code_of, left_out
from nutrigap.intake import SUPPLEMENT, add_up
from nutrigap.record import says_whole
from nutrigap.resolve import resolve_line
from nutrigap.tables import FloatArray, IntArray
from nutrigap.totals import Bounds, count_by, quanta
from nutrigap.units import nutrient_index

READ = ("food", "amount", "unit", "kind", "brand")  # columns, besides labels, that tell what was eaten
STATUS = {"counted": COUNTED, "flagged": FLAGGED, "left_out": LEFT_OUT}
MOST_KEPT = 200_000  # distinct phrases that are remembered from one chunk to the next
LARGEST_LINE = 1e6  # units of a nutrient: beyond it a line is a slip
SOME_DAY = dt.date(2000, 1, 3)

# A written dose is a number, or there is nothing of it but that it has no upper end: only foods may be unmeasured.
_OF_FOODS_AS_DOSES = "dose_unknown"
HEADER_AGAIN = Fault("the row is the header again", "delete it: it is no line of a diary")
_NO_LINE = ("the row sums others up", "delete it: no line of a diary is counted twice")
_TOO_MUCH = ("more of a nutrient than anything holds", "check the label amounts and their units")


class Reason(NamedTuple):
    """Why a line is left out, and how to mend it."""

    what: str
    fix: str


class Refused(NamedTuple):
    """A line of which the cells tell nothing to be added up: its kind, and why."""

    kind: str
    reason: Reason

    @classmethod
    def of(cls, fault: Fault, kind: str = "food") -> Refused:
        """A row that could not be cut into cells, or is the header again."""
        return cls("other" if fault == HEADER_AGAIN else kind, Reason(*fault))


class Known:
    """What distinct written lines bring, as rows of a table of whole numbers.

    Parameters
    ----------
    header : Header
        Of the input; of its columns those are looked at that tell what was eaten.
    separator : str
        Of the text file, "" where the lines come from a table.
    codes_only : bool
        Whether a food is a code and never a phrase to be looked for.
    """

    def __init__(
        self, header: Header, separator: str, kitchen: Kitchen, layout: Layout, *, codes_only: bool = False
    ) -> None:
        # as the first row of the tables that are made here; what is wrong with it is told once for the input
        self.header = replace(header, index=0, problems=())
        self.separator, self.kitchen, self.layout = separator, kitchen, layout
        self.codes_only = codes_only
        self.widths = {name: width for name, width in layout.widths.items() if name != _OF_FOODS_AS_DOSES}
        self.positions = sorted({
            *(header.fields[name] for name in READ if name in header.fields),
            *(label.position for label in header.labels),
        })  # fmt: skip
        self._forget()

    def _forget(self) -> None:
        self.place: dict[tuple[str, ...] | Refused, int] = {}
        self.table = np.zeros((0, sum(self.widths.values())), dtype=np.int64)
        self.reasons: dict[int, Reason] = {}

    def places(self, batch: Batch) -> IntArray:
        """The row of the table that each line of a batch is, (lines,)."""
        columns = [as_coded(batch.columns[position]) for position in self.positions]
        code = np.zeros(batch.size, dtype=np.int64)
        for column in columns:
            code = np.unique(code * (len(column.values) + 1) + column.codes + 1, return_inverse=True)[1]
        _, first, code = np.unique(code, return_index=True, return_inverse=True)
        cells: list[tuple[str, ...] | Refused] = [tuple(column.text(line) for column in columns) for line in first]
        odd: dict[int, tuple[str, ...] | Refused] = {
            line: (*(column.text(line) for column in columns), *extra) for line, extra in batch.extra.items()
        }
        odd |= {line: Refused.of(fault) for line, fault in batch.faults.items()}
        code[list(odd)] = np.arange(len(cells), len(cells) + len(odd))
        return self.of([*cells, *odd.values()])[code]

    def of(self, cells: Sequence[tuple[str, ...] | Refused]) -> IntArray:
        """The rows of lines given as cells, each in the order of ``positions``; a longer one is not cut as meant."""
        if len(self.place) + len(cells) > MOST_KEPT:
            self._forget()
        if new := [one for one in dict.fromkeys(cells) if one not in self.place]:
            self._learn(new)
        return np.array([self.place[one] for one in cells], dtype=np.int64)

    def _learn(self, cells: Sequence[tuple[str, ...] | Refused]) -> None:
        lines, faults = self._lines(cells)
        entries = [
            self._refused(*one) if isinstance(one, Refused) else self._entry(line)
            for one, line in zip(cells, lines, strict=True)
        ]
        table = self._table(entries)
        for i, entry in enumerate(entries):
            if entry.status == "left_out":
                self.reasons[len(self.table) + i] = Reason(entry.problem, entry.fix)
            elif i in faults:
                self.reasons[len(self.table) + i] = faults[i]
        self.place |= {one: len(self.table) + i for i, one in enumerate(cells)}
        self.table = np.concatenate([self.table, table])

    def _lines(self, cells: Sequence[tuple[str, ...] | Refused]) -> tuple[list[Line | None], dict[int, Reason]]:
        """The lines as the diary's reader gives them, None for a row that is no line; and cells it cannot read."""
        width = len(self.header.cells)
        rows = [(self.header.line, list(self.header.cells))]
        for number, one in enumerate(cells):
            if isinstance(one, Refused):
                continue
            row = [""] * width
            for position, cell in zip(self.positions, one, strict=False):
                row[position] = cell
            if "date" in self.header.fields:
                row[self.header.fields["date"]] = SOME_DAY.isoformat()
            rows.append((number, row + list(one[len(self.positions) :])))
        if self.separator == ";":  # whether a point may stand for thousands must not hang on the other rows of a chunk
            row = [""] * width
            for label in self.header.labels:
                row[label.position] = "1,5"
            rows.append((len(cells), row))
        reading = read_rows(Table(rows, self.separator), self.header, None)
        found = {line.number: line for line in reading.lines}
        faults = {
            one.line: Reason(f"{one.column}: {one.what}" if one.column else one.what, one.fix)
            for one in reversed(reading.problems)
            if one.line is not None
        }
        return [found.get(number) for number in range(len(cells))], faults

    def _entry(self, line: Line | None) -> Entry:
        if line is None:
            return Entry(_BLANK, "other", "left_out", NO_MATCH, problem=_NO_LINE[0], fix=_NO_LINE[1])
        if self.codes_only and code_of(line.food, self.kitchen.foods) is None:
            return left_out(line, f'no food "{line.food}" in {self.kitchen.foods.name}', "check the code")
        entry = resolve_line(line, self.kitchen)
        told = [amount for piece in entry.pieces for amount in (*piece.labels.values(), *_doses(piece))]
        if any(not abs(amount) <= LARGEST_LINE for amount in told):
            return left_out(line, *_TOO_MUCH)
        return entry

    def _refused(self, kind: str, reason: Reason) -> Entry:
        """A line that is left out: a portion bounds what it brings if it is of food, and nothing if it is a dose."""
        if kind == "supplement":
            entry = resolve_line(_BLANK._replace(food=kind, kind=kind), self.kitchen)
            return entry._replace(problem=reason.what, fix=reason.fix)
        if kind == "other":
            return Entry(_BLANK, kind, "left_out", NO_MATCH, problem=reason.what, fix=reason.fix)
        return left_out(_BLANK._replace(kind=kind), *reason)

    def _table(self, entries: Sequence[Entry]) -> IntArray:
        """What entries bring, (entries × columns of all blocks in a row)."""
        intake, size = add_up(entries, self.kitchen.foods), len(entries)
        places = [nutrient_index()[name] for name in self.layout.nutrients]
        parts = [nutrient_index()[name] for name in self.layout.fortified]
        dose = (intake.source == SUPPLEMENT)[:, None]
        lines = Bounds(*(end[:, places] for end in intake.lines))
        eaten = Bounds(*(
            np.hstack([np.where(dose, 0.0, end), added[:, parts]])
            for end, added in zip(lines, intake.added, strict=True)
        ))  # fmt: skip
        taken = Bounds(*(np.where(dose, end, 0.0) for end in lines))
        flags = np.zeros((len(intake.entries), LINES), dtype=np.int64)
        for row, piece in enumerate(intake.entries):
            counted = piece.status != "left_out"
            flags[row, FOODS] = counted and piece.kind == "food"
            flags[row, DOSES] = counted and piece.kind == "supplement"
            flags[row, FOOD_LOGGED] = piece.kind == "food"
            flags[row, LOGGED] = piece.kind != "other"
        blocks = {
            "lines": flags,
            "food_low": _counted(eaten.low), "food": _counted(eaten.best), "food_high": _counted(eaten.high),
            "food_unknown": np.isnan(eaten.best).astype(np.int64),
            "food_endless": (~np.isfinite(eaten.high)).astype(np.int64),
            "dose_low": quanta(taken.low), "dose": quanta(taken.best), "dose_high": quanta(taken.high),
            "dose_endless": (intake.unbounded[:, places] & dose).astype(np.int64),
            "missing": intake.missing[:, places].astype(np.int64),
            "open": (intake.unbounded[:, places] & ~dose).astype(np.int64),
        }  # fmt: skip
        table = count_by(intake.owner, np.hstack([blocks[name] for name in self.widths]), size)
        table[:, FOODS:LINES] = table[:, FOODS:LINES] > 0
        for i, entry in enumerate(entries):
            table[i, NOT_WHOLE] = entry.kind == "other" and says_whole(entry.line.food) is False
        table[np.arange(size), [STATUS[entry.status] for entry in entries]] = 1
        return table

    def blocks(self, sums: IntArray) -> dict[str, IntArray]:
        """Rows summed as blocks, without those that are all 0."""
        ends = np.cumsum(list(self.widths.values()))
        parts = np.split(sums, ends[:-1], axis=1)
        return {name: part for name, part in zip(self.widths, parts, strict=True) if part.any()}


_BLANK = Line(0, SOME_DAY, "", "", "", "", "", "", "", "", "", {}, None)


def _counted(amounts: FloatArray) -> IntArray:
    return quanta(np.where(np.isfinite(amounts), amounts, 0.0))


def _doses(piece: Entry) -> list[float]:
    return [amount for dose in piece.doses.values() for amount in (dose.low, dose.best, dose.high)]
