"""The symptom log: twitches, cramps and the like by day, beside sleep, stress and exercise.

A log of symptoms is described and never explained: nothing here joins a symptom to a nutrient. A day on which nothing
was written is not a day without symptoms, so it enters no mean.
"""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

from nutrigap.answers import Answer, answers, known_answers
from nutrigap.diary.cells import clean, read_number, show
from nutrigap.diary.dates import ISO_FIX, DateReader, format_fault
from nutrigap.diary.model import Fault
from nutrigap.diary.text import SEPARATORS, decode, physical_lines
from nutrigap.errors import DiaryError, TableError, did_you_mean
from nutrigap.sidetable import SideTable, read_side_table
from nutrigap.units import read_table
from nutrigap.words import key

A_FILE = "a symptom log"
MEASURES = ("count", "severity", "value")
COLUMNS = ("date", "kind", *MEASURES, "note")
NEEDED = ("date", "kind")
MOST_SEVERE = 10.0


class Everyday(NamedTuple):
    """An everyday factor: its unit, the most a day can hold [unit], and how the rows of one day make one number."""

    unit: str
    most: float
    of_day: Callable[[Iterable[float]], float]


EVERYDAY: Mapping[str, Everyday] = {
    "sleep": Everyday("hours", 24.0, math.fsum),
    "stress": Everyday("of 10", 10.0, max),
    "exercise": Everyday("minutes", 1440.0, math.fsum),
}
_EVERYDAY_WORDS = {
    "sleep": "sleep; slept; hours of sleep; sleep hours; hours slept; sleep h",
    "stress": "stress; stressed; stress level",
    "exercise": "exercise; exercise minutes; minutes of exercise; sport; training; workout; exercise min",
}
# Several rows of one day: counts add up, of severities the day has its worst, of what is not told their mean.
_OF_DAY: Mapping[str, Callable[[Iterable[float]], float]] = {"count": math.fsum, "severity": max, "value": fmean}


class Observation(NamedTuple):
    """One number of the log.

    Attributes
    ----------
    date : datetime.date
    kind : str
        A known kind (``twitching``, ``sleep``, …), else the words as written.
    value : float
        In [times a day] for a count, [0-10] for a severity, [hours] of sleep, [0-10] of stress, [minutes] of exercise;
        of a ``value`` of any other kind the unit is not known.
    what : str
        ``count``, ``severity`` or ``value``; always ``value`` for everyday factors.
    note : str
        As written, "" where there is none.
    line : int
        Line of the file, the header being line 1.
    """

    date: datetime.date
    kind: str
    value: float
    what: str
    note: str = ""
    line: int = 0


class SymptomLog(NamedTuple):
    """A symptom log as read: its numbers by date, and what was read otherwise than it may seem."""

    path: str
    days: tuple[Observation, ...]
    notes: tuple[str, ...] = ()


class DayRow(NamedTuple):
    """One day of the log: the numbers by kind. A kind that is not there was not written down, which is not 0."""

    date: datetime.date
    values: Mapping[str, float]


class EverydayMean(NamedTuple):
    """Mean of an everyday factor [unit] over the ``days`` on which it was written down."""

    kind: str
    mean: float
    unit: str
    days: int


@cache
def kinds() -> dict[str, str]:
    """Known words -> kind: the symptoms of ``data/answers.csv`` by their words, and the everyday factors."""
    found = {}
    for row in read_table("answers.csv"):
        if row["kind"] == "symptom":
            found.update({key(word): row["id"] for word in (row["id"].replace("_", " "), *row["words"].split(";"))})
    for kind, words in _EVERYDAY_WORDS.items():
        found.update({key(word): kind for word in words.split(";")})
    return found


def find_kind(text: str) -> str:
    """The known kind that a text names ("Twitches" is ``twitching``), else the text as written."""
    written = " ".join(clean(text).split())
    return kinds().get(key(written.replace("_", " ")), written)


def read_symptoms(path: str | Path, *, date_format: str | None = None) -> SymptomLog:
    """Read a symptom log: ``date,kind`` and at least one of ``count``, ``severity`` (0-10) and ``value``; ``note``.

    Sleep is in hours, stress 0-10, exercise in minutes, in whichever of the three columns. Rows may come in any order,
    several for one day. A row without a number is told in ``notes`` and enters nothing.

    Parameters
    ----------
    path : str or Path
        A table in any of the separators and encodings in which a diary may be.
    date_format : str or None
        A ``strptime`` format for dates that are not in the order year-month-day, such as ``%d/%m/%Y``.

    Raises
    ------
    TableError
        The file cannot be read, or columns or cells are wrong; one message a fault, each with file, line and column.
    """
    fault = format_fault(date_format) if date_format is not None else None
    if fault is not None:
        raise TableError(fault.at(None).text(str(path)))
    try:
        table = read_side_table(path, A_FILE, COLUMNS, NEEDED)
    except TableError as error:
        raise TableError(*error.messages, *_near_columns(path)) from None
    notes = _check_columns(table)
    dates = DateReader(date_format)
    found: list[Observation] = []
    spelled: dict[str, str] = {}
    for line, cells in table.rows:
        _add(found, notes, spelled, table, dates, line, cells)
    _check_days(found, table)
    table.refuse()
    return SymptomLog(str(path), tuple(sorted(found, key=lambda one: (one.date, one.line))), tuple(notes))


def _near_columns(path: str | Path) -> list[str]:
    """For a file whose header lacks a column: which of its own columns may have been meant."""
    try:
        lines = physical_lines(decode(Path(path).read_bytes(), str(path))[0])
    except (DiaryError, OSError, ValueError):  # it cannot be read at all, and that is told
        return []
    names = [clean(name).strip('"').lower() for name in re.split(f"[{re.escape(''.join(SEPARATORS))}]", lines[0])]
    missing = [column for column in NEEDED if column not in names]
    near = {name: did_you_mean(name, missing) for name in names if name not in COLUMNS}
    return [f'{path}:1: no column of a symptom log is called "{show(n)}"{text}' for n, text in near.items() if text]


def _check_columns(table: SideTable) -> list[str]:
    """Faults for columns that are misspelled, twice there or missing; notes for those that are not read."""
    notes = []
    for name in dict.fromkeys(table.columns):
        near = did_you_mean(name, COLUMNS)
        if name in COLUMNS and table.columns.count(name) > 1:
            table.fault(1, name, "the column is there twice", "keep one of the two, or rename the other")
        elif name and name not in COLUMNS and near:
            table.fault(1, name, f"no column of {A_FILE} has this name{near}", f"the columns are {','.join(COLUMNS)}")
        elif name not in COLUMNS:
            notes.append(f'column "{show(name)}" is not read')
    if not set(MEASURES) & set(table.columns) and not table.faults:
        table.fault(1, "", "no column count, severity or value", f"the header of {A_FILE} is {','.join(COLUMNS)}")
    return notes


def _add(
    found: list[Observation],
    notes: list[str],
    spelled: dict[str, str],
    table: SideTable,
    dates: DateReader,
    line: int,
    cells: Mapping[str, str],
) -> None:
    """Add what one row tells; every fault of it is noted in the table."""
    day = None
    if not cells["date"]:
        table.fault(line, "date", "no date", ISO_FIX)
    else:
        day, _, fault = dates.read(cells["date"])
        if fault is not None:
            table.fault(line, "date", *fault)
    written = find_kind(cells["kind"])
    if not written:
        table.fault(line, "kind", "no kind", f"write what was noticed: twitching, cramps, {', '.join(EVERYDAY)}")
    kind = spelled.setdefault(key(written) or written.casefold(), written)
    if kind == written and kind not in kinds().values() and (near := did_you_mean(key(kind), kinds())):
        notes.append(f'line {line}: "{show(kind)}" is kept as written{near}')
    numbers = _numbers(table, line, kind, cells)
    if numbers == {}:
        told = f"{cells['date']}, {kind}"
        notes.append(f"line {line} ({show(told)}): no number is written, so that it enters no mean")
    for what, number in (numbers or {}).items():
        if day is not None:
            what = "value" if kind in EVERYDAY else what
            found.append(Observation(day, kind, number, what, cells.get("note", ""), line))


def _numbers(table: SideTable, line: int, kind: str, cells: Mapping[str, str]) -> dict[str, float] | None:
    """The numbers of a row by column; empty where none is written, None where one is wrong."""
    found: dict[str, float] = {}
    wrong = False
    for what in MEASURES:
        number = read_number(cells.get(what, ""))
        if isinstance(number, float):
            number = _checked(kind, what, number, cells[what])
        if isinstance(number, Fault):
            table.fault(line, what, number.what, _fix(kind, what))
            wrong = True
        elif number is not None:
            found[what] = number
    if kind in EVERYDAY and len(found) > 1:
        what = f"{kind} has a number in {' and '.join(found)}"
        table.fault(line, "", what, f"keep the one in {EVERYDAY[kind].unit}")
        wrong = True
    return None if wrong else found


def _checked(kind: str, what: str, number: float, text: str) -> float | Fault:
    """The number, or what is wrong with it for this kind and column."""
    factor = EVERYDAY.get(kind)
    if factor is not None:
        most = factor.most
    else:
        most = MOST_SEVERE if what == "severity" else math.inf
        if what == "count" and not number.is_integer():
            return Fault(f'"{show(text)}" is no whole number', "")
    return number if number <= most else Fault(f'"{show(text)}" is more than {most:g}', "")


def _fix(kind: str, what: str) -> str:
    """What to write instead."""
    if kind in EVERYDAY:
        factor = EVERYDAY[kind]
        unit = "" if kind == "stress" else f" of {factor.unit}"
        return f"write a number{unit} from 0 to {factor.most:g}, or leave the cell blank"
    number = {"count": "how many times as a whole number", "severity": f"a number from 0 to {MOST_SEVERE:g}"}
    return f"write {number.get(what, 'a number')}, or leave the cell blank"


def _check_days(found: Iterable[Observation], table: SideTable) -> None:
    """See to it that the sleep and exercise of one day, which add up, fit into it; else a row may be there twice."""
    rows: dict[tuple[datetime.date, str], list[Observation]] = {}
    for one in found:
        if one.kind in EVERYDAY:
            rows.setdefault((one.date, one.kind), []).append(one)
    for (day, kind), ones in rows.items():
        factor = EVERYDAY[kind]
        total = factor.of_day([one.value for one in ones])
        if total > factor.most:
            lines = " and ".join(str(one.line) for one in ones)
            what = f"lines {lines} make {total:g} {factor.unit} of {kind} on {day.isoformat()}"
            table.fault(ones[-1].line, "", what, "delete what is written twice")


def _by_kind(log: SymptomLog) -> dict[str, list[Observation]]:
    """The observations by the name of their row in ``by_day``: one kind and one measure under each."""
    measures: dict[str, set[str]] = {}
    for one in log.days:
        measures.setdefault(one.kind, set()).add(one.what)
    found: dict[str, list[Observation]] = {}
    for one in log.days:
        first = min(measures[one.kind], key=MEASURES.index)
        found.setdefault(one.kind if one.what == first else f"{one.kind} ({one.what})", []).append(one)
    return found


def _daily(observations: Iterable[Observation]) -> dict[datetime.date, float]:
    """One number for each day that has any, of observations of one kind and measure."""
    days: dict[datetime.date, list[Observation]] = {}
    for one in observations:
        days.setdefault(one.date, []).append(one)
    found = {}
    for day, ones in days.items():
        factor = EVERYDAY.get(ones[0].kind)
        of_day = factor.of_day if factor is not None else _OF_DAY[ones[0].what]
        found[day] = of_day([one.value for one in ones])
    return found


def by_day(log: SymptomLog) -> list[DayRow]:
    """The log as one row a day, in order of date: only days on which something was written.

    Counts, hours of sleep and minutes of exercise of one day add up; of severity and stress the highest counts. Where
    a kind has both counts and severities, the second stands under its own name: ``twitching (severity)``.
    """
    rows: dict[datetime.date, dict[str, float]] = {}
    for name, observations in _by_kind(log).items():
        for day, value in _daily(observations).items():
            rows.setdefault(day, {})[name] = value
    return [DayRow(day, rows[day]) for day in sorted(rows)]


def told_by(log: SymptomLog) -> list[Answer]:
    """The symptoms that a log holds (a number above 0), each with how long it runs from its first day to its last.

    A kind in other words is read as an answer is ("tingling in fingers"); one that stays unknown has no id. Sleep,
    stress and exercise are no symptoms. [months]
    """
    days: dict[str, list[datetime.date]] = {}
    for one in log.days:
        if one.value > 0 and one.kind not in EVERYDAY:
            days.setdefault(one.kind, []).append(one.date)
    return [
        one._replace(text=kind, months=(max(dates) - min(dates)).days * 12 / 365.25)
        for kind, dates in days.items()
        for one in ([Answer(kind, kind)] if kind in known_answers() else answers("symptom", kind))
    ]


def label(kind: str) -> str:
    """How a report names a kind: ``trouble breathing``."""
    known = known_answers()
    return known[kind].label if kind in known else kind


def rising(log: SymptomLog, since: datetime.date, kind: str = "twitching") -> bool | None:
    """Whether the daily mean of a kind is higher from ``since`` on than before it.

    It is a comparison of two means of the days on which the kind was written down, and no test: nothing is said of
    why. None where there is no such day before, or none from ``since`` on. Of a kind with counts and severities the
    counts are compared.
    """
    wanted = find_kind(kind)
    daily = _daily(next((ones for name, ones in _by_kind(log).items() if _same(name, wanted)), []))
    before = [value for day, value in daily.items() if day < since]
    after = [value for day, value in daily.items() if day >= since]
    if not before or not after:
        return None
    # two means of the same numbers may differ in their last digit
    return fmean(after) > fmean(before) and not math.isclose(fmean(after), fmean(before))


def _same(name: str, wanted: str) -> bool:
    return name == wanted or (name.casefold() == wanted.casefold()) or ("" != key(name) == key(wanted))


def everyday(log: SymptomLog) -> tuple[EverydayMean, ...]:
    """Mean sleep [hours], stress [0-10] and exercise [minutes] over the days on which each was written down.

    A factor that the log does not hold is left out. Exercise on days without such a row is not known, so that the
    mean is that of the days written down, not of the week.
    """
    found = _by_kind(log)
    means = []
    for kind, factor in EVERYDAY.items():
        daily = _daily(found.get(kind, []))
        if daily:
            means.append(EverydayMean(kind, fmean(daily.values()), factor.unit, len(daily)))
    return tuple(means)
