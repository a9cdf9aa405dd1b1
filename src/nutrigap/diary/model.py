"""A diary as read: lines as written, each with its line number, and everything that could not be read."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from nutrigap.errors import DiaryError, Problem
from nutrigap.reprs import FIRST, Shown
from nutrigap.words import count


class Fault(NamedTuple):
    """What is wrong with one cell and how to mend it; a place turns it into a ``Problem``."""

    what: str
    fix: str

    def at(self, line: int | None, column: str = "") -> Problem:
        """The same fault with its place."""
        return Problem(line=line, column=column, what=self.what, fix=self.fix)


def unreadable(path: str, what: str, fix: str, *, line: int | None = None) -> DiaryError:
    """The error for an input that is no diary at all, to be raised by the caller."""
    return DiaryError(path, [Problem(line=line, column="", what=what, fix=fix)])


class Line(NamedTuple):
    """One line of a diary, as written.

    Attributes
    ----------
    number : int
        Line number as an editor counts; of a record that spans several lines, the first.
    date : datetime.date or None
        None only where ``problem`` says why.
    person, food, amount, unit, meal, time, note, brand : str
        The cells as typed, "" where blank or where the diary has no such column.
    kind : str
        ``food``, ``supplement`` or "" (not told).
    labels : mapping of str to float
        Nutrient id -> amount for the line as eaten [canonical unit of the nutrient]. A blank cell is absent.
    problem : Problem or None
        Why this line cannot be used; None for a line that can.
    amounts_from : str
        The program whose export brings ``labels`` ("Cronometer"), "" where they are the user's own label columns.
    covers : str
        ``meal`` or ``day`` where the line is the total of one: then what it lacks has no bound. Else "".
    share : float
        How much of the amount a person eats at once: below 1 for an ingredient of a recipe for several.
    """

    number: int
    date: datetime.date | None
    person: str
    food: str
    amount: str
    unit: str
    meal: str
    time: str
    note: str
    brand: str
    kind: str
    labels: Mapping[str, float]
    problem: Problem | None
    amounts_from: str = ""
    covers: str = ""
    share: float = 1.0


@dataclass(frozen=True, repr=False)
class Diary:
    """A diary: its lines in the order of the file, and what the reader has to say about it.

    Attributes
    ----------
    path : str
        The name as shown in messages.
    layout : str
        Which layout the file was read as.
    data : bytes
        What was read; of a DataFrame, its text as CSV.
    lines : tuple of Line
    problems : tuple of Problem
        Every fault found, in line order; faults of single cells are here although their line is used.
    notes : tuple of str
        What was read otherwise than it may seem: columns not read, rows not counted, dates carried down.
    """

    path: str
    layout: str
    data: bytes
    lines: tuple[Line, ...]
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()

    @cached_property
    def sha256(self) -> str:
        """Digest of ``data``, by which a report can be told to rest on the same diary."""
        import hashlib  # not needed for a report as text

        return hashlib.sha256(self.data).hexdigest()

    def people(self) -> list[str]:
        """Names of the people in the diary, in the order of appearance ("" where none is named)."""
        return list(dict.fromkeys(line.person for line in self.lines))

    def for_person(self, name: str) -> Diary:
        """The lines of one person."""
        return self._only(line for line in self.lines if line.person == name)

    def between(self, start: datetime.date | None, end: datetime.date | None) -> Diary:
        """The lines from ``start`` to ``end``, both included; None leaves that side open.

        A line without a usable date stays: it may belong to the period, and its reason is told later.
        """
        first, last = start or datetime.date.min, end or datetime.date.max
        return self._only(line for line in self.lines if line.date is None or first <= line.date <= last)

    def _only(self, lines: Iterable[Line]) -> Diary:
        kept = tuple(lines)
        gone = {line.number for line in self.lines} - {line.number for line in kept}
        problems = tuple(problem for problem in self.problems if problem.line not in gone)
        return replace(self, lines=kept, problems=problems)

    def _shown(self) -> Shown:
        """What it is at a glance: how many lines of which days, as what it was read, and its first lines."""
        dates = sorted({line.date for line in self.lines if line.date})
        span = f", {dates[0]} to {dates[-1]}" if dates else ""
        people = [name for name in self.people() if name]
        rest = len(self.lines) - FIRST
        return Shown(
            f"Diary {self.path}: {count(len(self.lines), 'line')} of {count(len(dates), 'day')}{span}",
            (
                ("read as", f"{self.layout} layout"),
                ("people", ", ".join(people[:FIRST]) + (f" and {len(people) - FIRST} more" if people[FIRST:] else "")),
                ("problems", self._first_problem()),
                ("notes", "; ".join(self.notes[:2]) + ("; …" if self.notes[2:] else "")),
            ),
            ("line", "date", "food", "amount"),
            [
                (str(one.number), str(one.date or "?"), one.food, f"{one.amount} {one.unit}".strip())
                for one in self.lines[:FIRST]
            ],
            f"and {count(rest, 'more line')}" if rest > 0 else "",
        )

    def _first_problem(self) -> str:
        """How many problems there are, and the first; "" without any."""
        if not self.problems:
            return ""
        first = self.problems[0]
        place = "" if first.line is None else "line "
        return f"{len(self.problems):,}; the first: {place}{first.text('').lstrip(': ')}"

    def __repr__(self) -> str:
        return self._shown().text()

    def _repr_html_(self) -> str:
        return self._shown().html()
