"""From a batch of lines to sums by person and day, and the lines that are left out, each with its reason."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nutrigap.cohorts.columns import NOBODY, Batch, Coded, Column, as_coded, as_numbers, mapped, number_of, plain_number
from nutrigap.cohorts.phrases import MOST_KEPT, Known, Reason, Refused
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
    TooMuch,
    merged,
    of_blocks,
)
from nutrigap.diary.cells import clean, show
from nutrigap.diary.columns import Header, Row, read_header
from nutrigap.diary.dates import DateReader
from nutrigap.diary.model import Fault
from nutrigap.diary.plain import KINDS, without_doubtful
from nutrigap.entries import Kitchen
from nutrigap.errors import Problem, UnknownFood
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
LARGEST_WRITTEN = 1e15  # grams, from which on a number is no longer written as a person writes it
SURVEY = "fndds:"  # whose codes a bare number is
SOURCES = {word: int(kind == "supplement") for word, kind in KINDS.items()} | {"dose": 1}
NO_SOURCE = -1
SOURCE_FIX = "write food or supplement, or leave it blank"
NO_GRAMS = Reason("the line has no grams", "write grams, or both grams_low and grams_high")
NO_CODE = Reason("the line has no food_id", "write the code of the food")
CELLS_FIX = "write numbers with a point and no other mark, or put cells that hold a separator in quotes"
BOUNDS_FIX = "write numbers with 0 <= grams_low <= grams <= grams_high, or leave the bounds blank"


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
    numbered : bool
        Whether people are whole numbers, in every file; otherwise they are texts.
    """

    names: tuple[str, ...]
    header: Header
    resolved: Mapping[str, int]
    numbered: bool = False

    @property
    def tells_doses(self) -> bool:
        """Whether a line can say that it is a supplement."""
        return not self.resolved or "source" in self.resolved

    @property
    def person(self) -> int:
        """Position of the column."""
        return self.header.fields["person"]

    @property
    def date(self) -> int:
        """Position of the column."""
        return self.header.fields["date"]


def form_of(
    names: Sequence[str], body: Sequence[Row] = (), header: Header | None = None
) -> tuple[Form, list[Problem]]:  # fmt: skip
    """What the columns with these names are, and what is wrong with them.

    Parameters
    ----------
    names : sequence of str
    body : sequence of Row
        Some lines, by which columns whose name may mean another thing are told from those of ours.
    header : Header, optional
        The names as a header of a file.
    """
    read = header or read_header(0, 1, [str(name) for name in names])
    header = without_doubtful(read, body) if body else read
    places = {clean(str(name)).casefold(): position for position, name in reversed(list(enumerate(names)))}
    resolved = {name: places[name] for name in RESOLVED if name in places}
    if "food_id" not in resolved or "grams" not in resolved:
        resolved = {}
    told = f"column; the columns are: {', '.join(map(str, names))}"
    faults = [
        Fault(f"there is no {column} {told}", f"name one column {column}{_doubt(read, column)}")
        for column in ("person", "date", *(() if resolved else ("food",)))
        if column not in header.fields
    ]
    if faults and not resolved and "food" not in header.fields:
        faults[-1] = faults[-1]._replace(
            fix="written lines have person, date, food and amount; resolved ones person, date, food_id and grams"
        )
    return Form(tuple(names), header, resolved), [fault.at(header.line) for fault in faults]


def _doubt(header: Header, column: str) -> str:
    named = header.fields.get(column)
    return "" if named is None else f' ("{header.cells[named]}" numbers the lines: no two have the same)'


class LeftOut(NamedTuple):
    """A line that is left out, as it stands in its input; ``row`` counts the rows below the header from 1.

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
        self.composition: Composition | None = composition(kitchen.foods, *layout) if form.resolved else None
        codes = bool(form.resolved)
        header = read_header(0, 1, ["date", "food", "amount", "kind"]) if codes else form.header
        self.known = Known(header, separator, kitchen, layout, codes_only=codes)
        self.dates = DateReader(date_format)
        self.rows: dict[str, int] = {}
        beside = "; food and amount are not read beside food_id and grams" if "food" in form.header.fields else ""
        self.no_code = NO_CODE._replace(fix=NO_CODE.fix + beside)

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
        absent: NDArray[np.bool_] | None, why: Mapping[str, Reason],
        worded: Mapping[int, Reason] = MappingProxyType({}),
    ) -> tuple[list[State], Counts, list[LeftOut]]:  # fmt: skip
        """Sums of the lines (places in the batch) that are the rows ``places`` of what is known.

        ``worded`` says in other words why some are left out.
        """
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
            reason = self._reason(batch, line, absent, why, worded.get(line) or reasons.get(int(places[place])))
            out.append(self._left_out(batch, line, "left_out" if dropped[place] else "used", reason))
        states = []
        good = np.flatnonzero(~bad)
        if good.size:
            states.append(self._sum(person, lines[good], days[good], places[good]))
            states += self._marked(batch, person, lines[good], days[good])
        somebodys = undated if absent is None else undated & ~absent[lines]
        lost = np.flatnonzero(somebodys & (table[places, LOGGED] > 0))
        eaten = table[places[lost], FOOD_LOGGED] > 0
        if eaten.any():  # on some day of this person something was eaten
            missing = np.ones((int(eaten.sum()), len(self.layout.nutrients)), dtype=np.int64)
            states.append(self._undated(person, lines[lost[eaten]], "missing", missing, LEFT_OUT, FOOD_LOGGED))
        if not eaten.all():  # a supplement, of which nothing bounds what it brought, and when
            opened = self._may_bring(places[lost[~eaten]])
            states.append(self._undated(person, lines[lost[~eaten]], "dose_endless", opened, LEFT_OUT))
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

    def _undated(self, person: _Keys, lines: IntArray, name: str, block: IntArray, *flags: int) -> State:
        """Lines of which the day is not known, by person: what they count as, and the sums of a block of theirs."""
        keys = person.of(lines)
        order, starts = _runs(keys, np.zeros(len(keys), dtype=np.int64))
        if order is not None:
            keys, block = keys[order], block[order]
        counts = np.zeros((len(starts), LINES), dtype=np.int64)
        counts[:, list(flags)] = np.diff(starts, append=len(keys))[:, None]
        sums = {"lines": counts, name: np.add.reduceat(block, starts, axis=0)}
        return _state(person, keys[starts], np.full(len(starts), UNDATED), sums)

    def _may_bring(self, places: IntArray) -> IntArray:
        """Of which nutrients supplements, as rows of what is known, may bring some: (lines × nutrients) of 0 and 1."""
        blocks = self.known.blocks(self.known.table[places])
        none = np.zeros((len(places), len(self.layout.nutrients)), dtype=np.int64)
        brings: NDArray[np.bool_] = np.any(
            [blocks.get(name, none) > 0 for name in ("dose_high", "dose_endless")], axis=0
        )
        return brings.astype(np.int64)

    def _reason(
        self, batch: Batch, line: int, absent: NDArray[np.bool_] | None, why: Mapping[str, Reason],
        reason: Reason | None,
    ) -> Reason:  # fmt: skip
        if line in batch.faults:
            return Reason(*batch.faults[line])
        if absent is not None and absent[line]:
            return NO_PERSON
        return why.get(batch.cell(self.form.date, line)) or reason or NO_DATE

    def _left_out(self, batch: Batch, line: int, status: str, reason: Reason) -> LeftOut:
        fields = self.form.header.fields
        if self.form.resolved:
            food, amount = (batch.cell(self.form.resolved[name], line) for name in ("food_id", "grams"))
            amount = f"{amount} g" if amount else ""
        else:
            food, amount, unit = (batch.cell(fields.get(name), line) for name in ("food", "amount", "unit"))
            amount = f"{amount} {unit}".strip()
        person, date = (batch.cell(fields.get(name), line) for name in ("person", "date"))
        return LeftOut(batch.row(line), status, person, date, food, amount, reason.what, reason.fix)

    # --- resolved lines

    def _resolved(
        self, batch: Batch, person: _Keys, day: IntArray, absent: NDArray[np.bool_] | None, why: Mapping[str, Reason]
    ) -> tuple[list[State], Counts, list[LeftOut]]:
        rows = self._food_rows(batch.columns[self.form.resolved["food_id"]])
        grams, sources = _grams(batch, self.form.resolved), self._sources(batch)
        refused = self._no_sources(batch, sources) | self._no_bounds(batch, grams)
        good: NDArray[np.bool_] = (rows >= 0) & grams.usable & (day != UNDATED)
        if absent is not None:
            good &= ~absent
        good[[*batch.extra, *batch.faults, *refused]] = False  # not cut into cells as meant, or not to be understood
        flagged = grams.guessed
        if grams.heavy is not None and (heavy := np.flatnonzero(good & grams.heavy)).size:
            much, slips = self._judged(batch, heavy, grams.ends[-1])
            good[list(slips)] = False
            flagged, refused = much if flagged is None else much | flagged, refused | slips
        states = []
        for lines, dose, guess in _parts(good, sources, flagged):
            states += self._add_foods(person, day, rows, grams, lines, dose=dose, status=FLAGGED if guess else COUNTED)
        guesses = 0 if flagged is None else int((good & flagged).sum())
        counts = Counts(0, counted=int(good.sum()) - guesses, flagged=guesses)
        bad = np.flatnonzero(~good)
        if not bad.size:
            return states, counts, []
        cells = self._as_written(batch, bad, sources, refused)
        places = self.known.of(cells)
        worded = self._worded(bad, cells, places, rows)
        more, others, out = self._written(batch, bad, places, person, day, absent, why, worded)
        return [*states, *more], counts.plus(others), out

    def _add_foods(
        self, person: _Keys, day: IntArray, rows: SmallIntArray, grams: Grams, lines: IntArray | None, *,
        dose: bool, status: int,
    ) -> list[State]:  # fmt: skip
        keys, ends, endless = person.of(lines), grams.ends, grams.endless
        if lines is not None:
            day, rows, ends = day[lines], rows[lines], [end[lines] for end in ends]
            endless = None if endless is None else endless[lines]
        order, starts = _runs(keys, day)
        if order is not None:
            keys, day, rows, ends = keys[order], day[order], rows[order], [end[order] for end in ends]
            endless = None if endless is None else endless[order]
        assert self.composition is not None
        try:
            sums = food_sums(self.composition, starts, rows, Bounds(*ends) if len(ends) == 3 else ends[0])
        except OverflowError as error:
            most = int(np.add.reduceat(ends[-1], starts).argmax())
            raise TooMuch(f'person "{person.name(keys[starts[most]])}": {error}') from None
        count = np.diff(starts, append=len(rows))
        flags = np.zeros((len(starts), LINES), dtype=np.int64)
        flags[:, [status, LOGGED, *((DOSES,) if dose else (FOODS, FOOD_LOGGED))]] = count[:, None]
        names = ("low", "", "high", "unknown", "endless")[: 5 if sums.best_unknown.shape == sums.best.shape else 3]
        blocks = self._blocks(dict(zip(names, sums, strict=False)), dose=dose)
        states = [_state(person, keys[starts], day[starts], {"lines": flags, **blocks})]
        if endless is not None and (at := np.flatnonzero(endless)).size:
            blocks = self._blocks({"endless": self._held(rows[at])}, dose=dose)
            states.append(_state(person, keys[at], day[at], blocks))
        return states

    def _blocks(self, sums: Mapping[str, IntArray], *, dose: bool) -> dict[str, IntArray]:
        """Sums under the names of the blocks of foods, or of doses, of which nobody asks what was added to them."""
        plain = len(self.layout.nutrients)
        sums = of_blocks(lambda block: block[:, :plain], sums) if dose else sums
        return {f"{'dose' if dose else 'food'}_{name}".rstrip("_"): block for name, block in sums.items()}

    def _held(self, rows: SmallIntArray) -> IntArray:
        """Which columns foods have anything in, or may have: of these no upper end of grams is one of the amount."""
        assert self.composition is not None
        each = food_sums(self.composition, np.arange(len(rows)), rows, np.ones(len(rows)))
        return ((each.high > 0) | (each.high_endless > 0)).astype(np.int64)

    def _judged(self, batch: Batch, lines: IntArray, most: FloatArray) -> tuple[NDArray[np.bool_], dict[int, Reason]]:
        """What a diary says of as much as lines may have weighed: which are much, and which are slips for that."""
        much, slips = np.zeros(batch.size, dtype=bool), {}
        places = self.known.of([(self._code(batch, line), f"{plain_number(most[line])} g", "food") for line in lines])
        much[lines] = self.known.table[places, FLAGGED] > 0
        for line, place in zip(lines.tolist(), places.tolist(), strict=True):
            if self.known.table[place, LEFT_OUT]:
                reason = self.known.reasons[place] if most[line] <= LARGEST_WRITTEN else _slip(plain_number(most[line]))
                slips[line] = reason._replace(fix="check grams and grams_high")
        return much, slips

    def _no_bounds(self, batch: Batch, grams: Grams) -> dict[int, Reason]:
        """Lines that say between which ends their grams lie, and do not."""
        found = {}
        for line in () if grams.crossed is None else np.flatnonzero(grams.crossed).tolist():
            low, best, high = (
                show(batch.cell(self.form.resolved.get(name), line)) or "blank"
                for name in ("grams_low", "grams", "grams_high")
            )
            found[line] = Reason(
                f"grams ({best}) are not between grams_low ({low}) and grams_high ({high})", BOUNDS_FIX
            )
        return found

    def _no_sources(self, batch: Batch, sources: IntArray | None) -> dict[int, Reason]:
        """Lines that are said to come from what is neither food nor supplement."""
        found = {}
        for line in () if sources is None else np.flatnonzero(sources == NO_SOURCE).tolist():
            said = show(batch.cell(self.form.resolved["source"], line))
            found[line] = Reason(f'source: "{said}" is neither food nor supplement', SOURCE_FIX)
        return found

    def _as_written(
        self, batch: Batch, lines: IntArray, sources: IntArray | None, refused: Mapping[int, Reason]
    ) -> list[tuple[str, ...] | Refused]:
        """Lines out of the ordinary as a person would write them: what is said of them is what a diary says."""
        found: list[tuple[str, ...] | Refused] = []
        for line in lines.tolist():
            kind = "food" if sources is None or sources[line] == 0 else "supplement"
            fault = batch.faults.get(line)
            found.append(
                self._cells(batch, line, kind, refused.get(line)) if fault is None else Refused.of(fault, kind)
            )
        return found

    def _cells(self, batch: Batch, line: int, kind: str, reason: Reason | None) -> tuple[str, ...] | Refused:
        code, extra = self._code(batch, line), batch.extra.get(line, ())
        grams = written_grams(batch.cell(self.form.resolved["grams"], line))
        if reason is None and not extra and not (code and grams):
            reason = NO_GRAMS if code else self.no_code  # in what was weighed nothing stands for blank grams
        return (code, f"{grams} g", kind, *extra) if reason is None else Refused(kind, reason)

    def _worded(
        self, lines: IntArray, cells: Sequence[tuple[str, ...] | Refused], places: IntArray, rows: SmallIntArray
    ) -> dict[int, Reason]:
        """Why lines are left out in words of their own columns, where a diary has other ones."""
        dropped = self.known.table[places, LEFT_OUT] > 0
        found: dict[int, Reason] = {}
        words: dict[tuple[str, ...] | Refused, Reason | None] = {}
        for line, one, out in zip(lines.tolist(), cells, dropped.tolist(), strict=True):
            if not out or isinstance(one, Refused):
                continue
            if one not in words:
                words[one] = self._words(*one, known=rows[line] >= 0)
            if (reason := words[one]) is not None:
                found[line] = reason
        return found

    def _words(self, _code: str, grams: str, _kind: str, *extra: str, known: bool) -> Reason | None:
        """What is wrong with a line of such cells, None where a diary says it well."""
        width, number = len(self.form.names), number_of(grams := grams.removesuffix(" g"), np.nan)
        if extra:
            return Reason(f"has {width + len(extra)} cells where the header has {width}", CELLS_FIX)
        if known and np.isnan(number):
            return Reason(f'grams: "{show(grams)}" is not a number', "write how many grams, for example 150")
        return _slip(grams) if known and number > LARGEST_WRITTEN else None

    def _code(self, batch: Batch, line: int) -> str:
        return full_code(batch.cell(self.form.resolved["food_id"], line))

    def _sources(self, batch: Batch) -> IntArray | None:
        """Of each line whether it is a dose (1) or food (0), by the words for them in a diary; blank is food."""
        position = self.form.resolved.get("source")
        if position is None:
            return None
        column = as_coded(batch.columns[position])
        return mapped(column, [SOURCES.get(clean(value).casefold(), NO_SOURCE) for value in column.values], 0)

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
            return self.foods.row(full_code(code))
        except UnknownFood:
            return self.foods.row_by_id.get(code, -1)

    def _days(self, column: Column) -> tuple[IntArray, dict[str, Reason]]:
        """Days since 1970-01-01, and why texts and numbers are none."""
        if not isinstance(column, Coded):
            if column.dtype.kind == "M":
                days, none = column.astype("datetime64[D]", copy=False).view(np.int64), np.isnat(column)
                return np.where(none, UNDATED, days) if none.any() else days, {}
            column = as_coded(column)
        found, why = [], {}
        for text in column.values:
            moment = self.dates.read(clean(text)) if clean(text) else None
            if moment is not None and moment.day is not None:
                found.append((moment.day - EPOCH).days)
                continue
            found.append(UNDATED)
            why[text] = NO_DATE if moment is None or moment.fault is None else Reason(*moment.fault)
        return mapped(column, found, UNDATED), why


@lru_cache(MOST_KEPT)
def written_grams(text: str) -> str:
    """Grams as a person writes them, "" where they are not told."""
    number = number_of(text := clean(text), np.inf)
    return plain_number(number) if number < np.inf else "" if np.isnan(number) else text


@lru_cache(MOST_KEPT)
def full_code(code: str) -> str:
    """A code as the food table has it: a bare number is of FNDDS, even if a table of numbers gave it a point."""
    number = re.fullmatch(r"(?a)(\d+)(?:\.0*)?", code.strip())
    return f"{SURVEY}{number[1]}" if number else code


def _slip(grams: str) -> Reason:
    return Reason(f"{grams} g looks like a slip", "check grams")


class _Keys(NamedTuple):
    """People of a batch: ``keys`` (lines,) tell them apart; texts are places in ``names``."""

    keys: SmallIntArray
    names: Sequence[str] | None

    def of(self, lines: IntArray | None) -> SmallIntArray:
        return self.keys if lines is None else self.keys[lines]

    def name(self, key: int) -> str:
        return str(key) if self.names is None else self.names[key]


def _people(column: Column) -> tuple[_Keys, NDArray[np.bool_] | None]:
    """Who each line is of, and which lines name nobody."""
    if isinstance(column, Coded):
        names, codes = [name.strip() for name in column.values], column.codes
        if not all(name.strip() for name in names):
            codes = np.where(np.array([not name.strip() for name in names] + [True])[codes], -1, codes)
        absent = codes < 0
        return _Keys(codes, names), absent if absent.any() else None
    if column.dtype.kind in "iu":
        keys = column.astype(np.int64, copy=False)
        absent = keys == NOBODY
        return _Keys(keys, None), absent if absent.any() else None
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


class Grams(NamedTuple):
    """What lines weigh: ``ends`` is one array, or low, best and high [g]; the others are masks of lines, or None.

    Attributes
    ----------
    usable
        Lines whose ends are finite numbers in order, and above 0 at the high end.
    crossed
        Lines whose bounds are told and do not hold.
    guessed
        Lines whose best value is the middle of their bounds.
    heavy
        Lines that may have weighed more than what nobody has to look at.
    endless
        Lines without an upper end; their ``high`` is as good as the best value.
    """

    ends: Sequence[FloatArray]
    usable: NDArray[np.bool_]
    crossed: NDArray[np.bool_] | None = None
    guessed: NDArray[np.bool_] | None = None
    heavy: NDArray[np.bool_] | None = None
    endless: NDArray[np.bool_] | None = None


def _grams(batch: Batch, places: Mapping[str, int]) -> Grams:
    if "grams_low" not in places and "grams_high" not in places:
        grams = as_numbers(batch.columns[places["grams"]])
        return Grams([grams], (grams > 0) & (grams <= SAFE_CODE_GRAMS))
    low, best, high = (
        as_numbers(batch.columns[places[name]], other=-1.0) if name in places else np.full(batch.size, np.nan)
        for name in ("grams_low", "grams", "grams_high")
    )
    told = ~(np.isnan(low) & np.isnan(high))
    endless = high == np.inf
    guessed = np.isnan(best) & told & (low <= high) & ~endless
    best = np.where(guessed, (low + high) / 2, best)
    low, high = (np.where(np.isnan(end), best, end) for end in (low, np.where(endless, best, high)))
    ordered = (low >= 0) & (low <= best) & (best <= high) & (best < np.inf)
    return Grams(
        [low, best, high], ordered & ((high > 0) | endless), told & ~ordered, _some(guessed & ordered),
        _some(high > SAFE_CODE_GRAMS), _some(endless & ordered),
    )  # fmt: skip


def _some(mask: NDArray[np.bool_]) -> NDArray[np.bool_] | None:
    return mask if mask.any() else None


def _parts(
    good: NDArray[np.bool_], sources: IntArray | None, flagged: NDArray[np.bool_] | None
) -> Iterator[tuple[IntArray | None, bool, bool]]:
    """The good lines (None for all of a batch), apart by whether they are doses and whether they rest on a guess."""
    for dose in (False, True) if sources is not None else (False,):
        for guess in (False, True) if flagged is not None else (False,):
            use = good if sources is None else good & (sources == dose)
            use = use if flagged is None else use & (flagged == guess)
            lines = None if use.all() else np.flatnonzero(use)
            if lines is None or lines.size:
                yield lines, dose, guess
