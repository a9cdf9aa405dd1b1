"""From a batch of lines to sums by person and day, and the lines that are left out, each with its reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nutrigap.cohorts.columns import Batch, Coded, Column, as_coded, as_numbers, mapped
from nutrigap.cohorts.phrases import Known, Reason
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
    UNDATED,
    Layout,
    People,
    State,
    merged,
)
from nutrigap.diary.cells import clean
from nutrigap.diary.columns import Header, read_header
from nutrigap.diary.dates import DateReader
from nutrigap.diary.model import Fault
from nutrigap.entries import Kitchen
from nutrigap.errors import UnknownFood
from nutrigap.record import says_whole
from nutrigap.resolve import SAFE_CODE_GRAMS
from nutrigap.sparse import Composition, composition, food_sums, row_sums, run_starts
from nutrigap.tables import FloatArray, FoodTable, IntArray, SmallIntArray
from nutrigap.totals import Bounds

EPOCH = dt.date(1970, 1, 1)
NO_PERSON = Reason("the line names no person", "write whose line it is")
NO_DATE = Reason("the line has no date", "write the date as YYYY-MM-DD")
# Columns of resolved lines, beside person and date.
RESOLVED = ("food_id", "grams", "grams_low", "grams_high", "source")
SURVEY = "fndds:"  # whose codes a bare number is
DOSE_WORDS = frozenset(["supplement", "supp", "dose"])


class Form(NamedTuple):
    """What the columns of an input are.

    Attributes
    ----------
    names : tuple of str
        As written.
    header : Header
        As the diary's reader understands it: where person and date stand, and what was eaten in written lines.
    resolved : mapping
        Column of ``RESOLVED`` -> position; empty for written lines.
    """

    names: tuple[str, ...]
    header: Header
    resolved: Mapping[str, int]

    @property
    def person(self) -> int:
        """Position of the column."""
        return self.header.fields["person"]

    @property
    def date(self) -> int:
        """Position of the column."""
        return self.header.fields["date"]


def form_of(names: Sequence[str]) -> tuple[Form, list[Fault]]:
    """What the columns with these names are, and what is wrong with them."""
    header = read_header(0, 1, [str(name) for name in names])
    places = {clean(str(name)).casefold(): position for position, name in reversed(list(enumerate(names)))}
    resolved = {name: places[name] for name in RESOLVED if name in places}
    if "food_id" not in resolved or "grams" not in resolved:
        resolved = {}
    told = ", ".join(map(str, names))
    faults = [
        Fault(f"there is no {column} column; the columns are: {told}", f"name one column {column}")
        for column in ("person", "date", *(() if resolved else ("food",)))
        if column not in header.fields
    ]
    if faults and not resolved and "food" not in header.fields:
        faults[-1] = faults[-1]._replace(
            fix="written lines have person, date, food and amount; resolved ones person, date, food_id and grams"
        )
    return Form(tuple(names), header, resolved), faults


class LeftOut(NamedTuple):
    """A line that is left out, as it stands in its input; ``row`` counts the lines below the header from 1.

    ``status`` is ``left_out``, or ``used`` where the line is counted without one of its cells, which cannot be read.
    """

    row: int
    status: str
    person: str
    date: str
    food: str
    amount: str
    reason: str
    fix: str


class Counts(NamedTuple):
    """Lines by what became of them."""

    rows: int = 0
    counted: int = 0
    flagged: int = 0
    left_out: int = 0

    def plus(self, other: Counts) -> Counts:
        """Both together."""
        return Counts(*(a + b for a, b in zip(self, other, strict=True)))


class Adder:
    """Adds up batches of one input; what it learns of phrases, dates and codes holds from one to the next."""

    def __init__(self, form: Form, separator: str, kitchen: Kitchen, layout: Layout, date_format: str | None) -> None:
        self.form, self.layout = form, layout
        self.foods: FoodTable = kitchen.foods
        self.composition: Composition | None = composition(kitchen.foods, layout.nutrients) if form.resolved else None
        codes = bool(form.resolved)
        header = read_header(0, 1, ["date", "food", "amount", "kind"]) if codes else form.header
        self.known = Known(header, separator, kitchen, layout, codes_only=codes)
        self.dates = DateReader(date_format)
        self.rows: dict[str, int] = {}

    def add(self, batch: Batch) -> tuple[State, Counts, list[LeftOut]]:
        """Sums by person and day of a batch, and the lines that are left out."""
        person, absent = _people(batch.columns[self.form.person])
        day, why = self._days(batch.columns[self.form.date])
        if self.form.resolved:
            parts, counts, out = self._resolved(batch, person, day, absent, why)
        else:
            places = self.known.places(batch)
            parts, counts, out = self._written(batch, np.arange(batch.size), places, person, day, absent, why)
        return merged(parts), counts._replace(rows=batch.size), out

    # --- written lines

    def _written(
        self, batch: Batch, lines: IntArray, places: IntArray, person: _Keys, day: IntArray,
        absent: NDArray[np.bool_] | None, why: Mapping[int, Reason],
    ) -> tuple[list[State], Counts, list[LeftOut]]:  # fmt: skip
        """Sums of the lines (places in the batch) that are the rows ``places`` of what is known."""
        days = day[lines]
        undated = days == UNDATED
        bad = undated if absent is None else undated | absent[lines]
        table, reasons = self.known.table, self.known.reasons
        told = np.array([place in reasons for place in range(len(table))], dtype=bool)[places] | bad
        dropped = (table[:, LEFT_OUT] > 0)[places] | bad
        status = table[:, [COUNTED, FLAGGED]][places].sum(axis=0, where=~bad[:, None])
        counts = Counts(0, int(status[0]), int(status[1]), int(dropped.sum()))
        out = []
        for place in np.flatnonzero(told):
            line = int(lines[place])
            reason = self._reason(batch, line, absent, why, reasons.get(int(places[place])))
            out.append(self._left_out(batch, line, "left_out" if dropped[place] else "used", reason))
        states = []
        good = np.flatnonzero(~bad)
        if good.size:
            states.append(self._sum(person, lines[good], days[good], places[good]))
            states += self._marked(batch, person, lines[good], days[good])
        somebodys = undated if absent is None else undated & ~absent[lines]
        lost = np.flatnonzero(somebodys & (table[places, LOGGED] > 0))
        if lost.size:  # on some day of this person something was eaten
            states.append(self._missing(person, lines[lost]))
        return states, counts, out

    def _sum(self, person: _Keys, lines: IntArray, days: IntArray, places: IntArray) -> State:
        keys = person.of(lines)
        order, starts = _runs(keys, days)
        if order is not None:
            keys, days, places = keys[order], days[order], places[order]
        blocks = self.known.blocks(row_sums(self.known.table, starts, places))
        return _state(person, keys[starts], days[starts], blocks)

    def _marked(self, batch: Batch, person: _Keys, lines: IntArray, days: IntArray) -> list[State]:
        """The days of which a note says that they are not logged as a whole."""
        position = self.form.header.fields.get("note")
        if position is None or self.form.resolved:
            return []
        notes = as_coded(batch.columns[position])
        says = mapped(notes, [int(says_whole(note) is False) for note in notes.values], 0)
        at = np.flatnonzero(says[lines])
        flags = np.zeros((len(at), LINES), dtype=np.int64)
        flags[:, NOT_WHOLE] = 1
        return [_state(person, person.of(lines[at]), days[at], {"lines": flags})] if at.size else []

    def _missing(self, person: _Keys, lines: IntArray) -> State:
        """Lines of food of which neither the day nor anything else can be used."""
        keys = person.of(lines)
        order, starts = _runs(keys, np.zeros(len(keys), dtype=np.int64))
        keys = keys if order is None else keys[order]
        count = np.diff(starts, append=len(keys))[:, None]
        flags = np.zeros((len(starts), LINES), dtype=np.int64)
        flags[:, [LEFT_OUT, FOOD_LOGGED]] = count
        missing = np.repeat(count, len(self.layout.nutrients), axis=1)
        return _state(person, keys[starts], np.full(len(starts), UNDATED), {"lines": flags, "missing": missing})

    def _reason(
        self, batch: Batch, line: int, absent: NDArray[np.bool_] | None, why: Mapping[int, Reason],
        reason: Reason | None,
    ) -> Reason:  # fmt: skip
        if absent is not None and absent[line]:
            return NO_PERSON
        column = batch.columns[self.form.date]
        code = int(column.codes[line]) if isinstance(column, Coded) else -1
        return why.get(code) or reason or NO_DATE

    def _left_out(self, batch: Batch, line: int, status: str, reason: Reason) -> LeftOut:
        fields = self.form.header.fields
        if self.form.resolved:
            food, amount = (batch.cell(self.form.resolved[name], line) for name in ("food_id", "grams"))
            amount = f"{amount} g" if amount else ""
        else:
            food, amount, unit = (batch.cell(fields.get(name), line) for name in ("food", "amount", "unit"))
            amount = f"{amount} {unit}".strip()
        person, date = (batch.cell(fields.get(name), line) for name in ("person", "date"))
        return LeftOut(batch.first + line + 1, status, person, date, food, amount, reason.what, reason.fix)

    # --- resolved lines

    def _resolved(
        self, batch: Batch, person: _Keys, day: IntArray, absent: NDArray[np.bool_] | None, why: Mapping[int, Reason]
    ) -> tuple[list[State], Counts, list[LeftOut]]:
        rows = self._food_rows(batch.columns[self.form.resolved["food_id"]])
        grams, least = _grams(batch, self.form.resolved)
        good: NDArray[np.bool_] = (rows >= 0) & (least > 0) & (grams[-1] <= SAFE_CODE_GRAMS) & (day != UNDATED)
        if absent is not None:
            good &= ~absent
        good[list(batch.extra)] = False  # not cut into cells as meant
        doses = self._are_doses(batch)
        bad = np.flatnonzero(~good)
        states = []
        for dose in (False, True) if doses is not None else (False,):
            use = good if doses is None else good & (doses == dose)
            lines = None if use.all() else np.flatnonzero(use)
            if lines is None or lines.size:
                states.append(self._add_foods(person, day, rows, grams, lines, dose=dose))
        counts = Counts(0, counted=int(good.sum()))
        if not bad.size:
            return states, counts, []
        texts = self._as_written(batch, bad, doses)
        more, others, out = self._written(batch, bad, self.known.of(texts), person, day, absent, why)
        return [*states, *more], counts.plus(others), out

    def _add_foods(
        self, person: _Keys, day: IntArray, rows: SmallIntArray, grams: Sequence[FloatArray], lines: IntArray | None, *,
        dose: bool,
    ) -> State:  # fmt: skip
        keys = person.of(lines)
        if lines is not None:
            day, rows, grams = day[lines], rows[lines], [end[lines] for end in grams]
        order, starts = _runs(keys, day)
        if order is not None:
            keys, day, rows, grams = keys[order], day[order], rows[order], [end[order] for end in grams]
        assert self.composition is not None
        sums = food_sums(self.composition, starts, rows, Bounds(*grams) if len(grams) == 3 else grams[0])
        count = np.diff(starts, append=len(rows))
        flags = np.zeros((len(starts), LINES), dtype=np.int64)
        flags[:, [COUNTED, LOGGED, *((DOSES,) if dose else (FOODS, FOOD_LOGGED))]] = count[:, None]
        if dose:
            plain = slice(0, len(self.layout.nutrients))
            blocks = {"dose_low": sums.low[:, plain], "dose": sums.best[:, plain], "dose_high": sums.high[:, plain]}
        else:
            blocks = {"food_low": sums.low, "food": sums.best, "food_high": sums.high}
            if sums.best_unknown.shape == sums.best.shape:
                blocks |= {"food_unknown": sums.best_unknown, "food_endless": sums.high_endless}
        return _state(person, keys[starts], day[starts], {"lines": flags, **blocks})

    def _as_written(self, batch: Batch, lines: IntArray, doses: NDArray[np.bool_] | None) -> list[tuple[str, ...]]:
        """Lines out of the ordinary as a person would write them: what is said of them is what a diary says."""
        found = []
        for line in lines.tolist():
            code, grams = (batch.cell(self.form.resolved[name], line) for name in ("food_id", "grams"))
            if code.isdecimal():
                code = f"{SURVEY}{code}"
            kind = "supplement" if doses is not None and doses[line] else "food"
            found.append((code, f"{grams} g" if grams else "", kind, *batch.extra.get(line, ())))
        return found

    def _are_doses(self, batch: Batch) -> NDArray[np.bool_] | None:
        position = self.form.resolved.get("source")
        if position is None:
            return None
        column = as_coded(batch.columns[position])
        words = [int(clean(value).casefold() in DOSE_WORDS) for value in column.values]
        return mapped(column, words, 0).astype(bool)

    def _food_rows(self, column: Column) -> SmallIntArray:
        """Rows of the food table, -1 for codes that it does not know."""
        column = as_coded(column)
        for value in set(column.values) - self.rows.keys():
            self.rows[value] = self._row(value)
        rows = np.fromiter(chain(map(self.rows.__getitem__, column.values), (-1,)), np.int32, len(column.values) + 1)
        return rows.take(column.codes, mode="wrap")  # the code -1 is the last one

    def _row(self, code: str) -> int:
        code = clean(code)
        try:
            return self.foods.row(f"{SURVEY}{code}" if code.isdecimal() else code)
        except UnknownFood:
            return self.foods.row_by_id.get(code, -1)

    def _days(self, column: Column) -> tuple[IntArray, dict[int, Reason]]:
        """Days since 1970-01-01, and why texts are none."""
        if not isinstance(column, Coded):
            if column.dtype.kind == "M":
                days = column.astype("datetime64[D]").astype(np.int64)
                return np.where(np.isnat(column), UNDATED, days), {}
            column = as_coded(column)
        found, why = [], {}
        for code, text in enumerate(column.values):
            moment = self.dates.read(clean(text)) if clean(text) else None
            if moment is not None and moment.day is not None:
                found.append((moment.day - EPOCH).days)
                continue
            found.append(UNDATED)
            why[code] = NO_DATE if moment is None or moment.fault is None else Reason(*moment.fault)
        return mapped(column, found, UNDATED), why


class _Keys(NamedTuple):
    """People of a batch: ``keys`` (lines,) tell them apart; texts are places in ``names``."""

    keys: SmallIntArray
    names: Sequence[str] | None

    def of(self, lines: IntArray | None) -> SmallIntArray:
        return self.keys if lines is None else self.keys[lines]


def _people(column: Column) -> tuple[_Keys, NDArray[np.bool_] | None]:
    """Who each line is of, and which lines name nobody."""
    if isinstance(column, Coded):
        names, codes = column.values, column.codes
        if not all(name.strip() for name in names):
            codes = np.where(np.array([not name.strip() for name in names] + [True])[codes], -1, codes)
        absent = codes < 0
        return _Keys(codes, names), absent if absent.any() else None
    if column.dtype.kind in "iu":
        return _Keys(column.astype(np.int64, copy=False), None), None
    return _people(as_coded(column))


def _runs(keys: SmallIntArray, days: IntArray) -> tuple[IntArray | None, IntArray]:
    """Where runs of one person and day begin; first the order that makes them few, where the lines are in disorder."""
    starts = run_starts(keys, days)
    if len(starts) * 3 <= len(keys) or len(keys) < 2:
        return None, starts
    order = np.lexsort((days, keys))
    return order, run_starts(keys[order], days[order])


def _state(person: _Keys, keys: SmallIntArray, days: IntArray, blocks: Mapping[str, IntArray]) -> State:
    found, place = np.unique(keys, return_inverse=True)
    people: People = found
    if person.names is not None:
        names = np.array(person.names, dtype=np.str_)[found]
        people, order = np.unique(names, return_inverse=True)
        place = order[place]
    return State(people, place, days.astype(np.int64), blocks)


def _grams(batch: Batch, places: Mapping[str, int]) -> tuple[list[FloatArray], FloatArray]:
    """Grams as one array or as low, best and high, and the least of them."""
    grams = as_numbers(batch.columns[places["grams"]])
    ends = [places.get("grams_low"), places.get("grams_high")]
    if ends == [None, None]:
        return [grams], grams
    low, high = (grams if at is None else as_numbers(batch.columns[at]) for at in ends)
    low, high = (np.where(np.isnan(end), grams, end) for end in (low, high))
    ordered = (low >= 0) & (low <= grams) & (grams <= high)
    return [low, grams, high], np.where(ordered, grams, np.nan)
