"""Caffeine and alcohol of a log: per day, on average, and the largest at once.

Caffeine is read once more than in the table of nutrients: a mass that the words tell counts as told, a tablet without
one has no upper end, and what coffee and tea hold differs from cup to cup.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from nutrigap.diary import Line
from nutrigap.entries import Entry
from nutrigap.errors import AmountError, UnknownUnit
from nutrigap.exposures.words import Range, exposures, named_by, named_in
from nutrigap.intake import Intake
from nutrigap.quantities import parse_amount
from nutrigap.totals import Bounds, sum_by
from nutrigap.units import nutrient_index
from nutrigap.words import plain, words

CAFFEINE_DAY_MG = 400.0  # no safety concern for adults up to here: EFSA 2015, doi 10.2903/j.efsa.2015.4102
SITTING_MINUTES = 120  # what is drunk within two hours counts as one single dose: EFSA 2015
ALCOHOL_DAY_G = 1.0  # less is that of ripe fruit, bread and sauces
ALCOHOL_LARGE_DAY_G = 60.0
MOST_PIECES = 10.0  # a larger number in the amount cell counts millilitres or grams, no cups

# The kinds of brewed drinks, the first that a name has counts: a latte is made of espresso.
_BREWED = ("espresso", "coffee", "tea")
# Strings: re compiles a pattern when a log first needs it, which most do not.
_NAMES = r"(?:caffeine|caffein|koffein|coffein|cafeine|cafeina)"
_MASS = r"(\d+(?:[.,]\d+)?)\s*mg\b(?!\s*(?:/|per\b|pro\b|je\b))"
_BEFORE = rf"(?:(\d+)\s*[x*×]\s*)?{_MASS}\s*(?:of\s+)?{_NAMES}\b"
_BEHIND = rf"\b{_NAMES}\b[^\d]*?(?:(\d+)\s*[x*×]\s*)?{_MASS}"
_PIECES = r"(\d+)\s*(?:[x*×]\s*)?(?!mg\b|g\b|ml\b)[a-z]"
_CLOCK = r"(\d{1,2})(?:[:.h](\d{2}))?(?::\d{2}(?:\.\d+)?)?\s*([ap])?\.?(?:m\.?)?\s*(?:uhr|h)?"
_UNITS_OF_PIECES = frozenset(["", "tablet", "pill", "capsule", "cap", "gum", "piece", "tab"])


class Sitting(NamedTuple):
    """What was taken at once: ``amount`` [mg], its day, its lines, and by what they go together.

    ``by`` is ``time`` (within two hours), ``meal`` (no time is told) or ``line`` (neither).
    """

    amount: Range
    date: dt.date
    lines: tuple[int, ...]
    by: str


class Caffeine(NamedTuple):
    """Caffeine of a log.

    Attributes
    ----------
    dates : tuple of date
        The complete days; ``daily`` [mg] holds Bounds of (days,) arrays for them, room for lines left out included.
    mean : Range
        Per complete day [mg/day]; NaN without such a day.
    above : tuple of date
        Complete days above 400 mg by the best value.
    maybe_above : tuple of date
        Further complete days that are above it only at their upper end.
    sitting : Sitting or None
        The largest amount within two hours, of all days with a date; None without caffeine.
    stated : tuple of int
        Lines whose amount their own words tell ("caffeine 200 mg").
    unknown : tuple of int
        Lines of which no measured or told value is known: they widen ``high``.
    """

    dates: tuple[dt.date, ...]
    daily: Bounds
    mean: Range
    above: tuple[dt.date, ...]
    maybe_above: tuple[dt.date, ...]
    sitting: Sitting | None
    stated: tuple[int, ...]
    unknown: tuple[int, ...]


class Alcohol(NamedTuple):
    """Ethanol of a log.

    ``dates`` are the complete days, ``daily`` [g] their Bounds of (days,) arrays, ``mean`` [g/day] is over them, and
    ``drinking`` are those with more than 1 g by the best value. ``largest`` [g] and ``largest_date`` are of all logged
    days, complete or not, as are the days in ``above`` (more than 60 g); None where no alcohol is logged.
    """

    dates: tuple[dt.date, ...]
    daily: Bounds
    mean: Range
    drinking: tuple[dt.date, ...]
    largest: Range | None
    largest_date: dt.date | None
    above: tuple[dt.date, ...]
    unknown: tuple[int, ...]


def column_mean(intake: Intake, nutrient: str) -> Range:
    """Mean per complete day of one nutrient, from ``intake.mean``."""
    at = nutrient_index()[nutrient]
    return Range(*(float(end[at]) for end in intake.mean))


def unknown_lines(intake: Intake, nutrient: str) -> tuple[int, ...]:
    """Numbers of the lines that may bring more of a nutrient than a known value tells."""
    at = nutrient_index()[nutrient]
    return tuple(
        sorted(
            {
                entry.line.number
                for i, entry in enumerate(intake.entries)
                if (not intake.known[i, at] and entry.row is not None and intake.lines.high[i, at] > 0)
                or nutrient in entry.missing
                or nutrient in entry.open
            }
        )
    )


def caffeine(intake: Intake) -> Caffeine:
    """Caffeine per day, on average and at once.

    Brewed coffee, espresso and tea get the factors of ``data/exposure_words.csv`` on their table value; a label's
    amount gets none. Limits: EFSA 2015, Scientific opinion on the safety of caffeine.
    """
    read, stated = _read_caffeine(intake)
    at = nutrient_index()["caffeine"]
    complete = read.complete
    daily = Bounds(*(end[complete, at] for end in read.daily))
    dates = _complete_dates(read)
    return Caffeine(
        dates=dates,
        daily=daily,
        mean=column_mean(read, "caffeine"),
        above=tuple(date for date, best in zip(dates, daily.best, strict=True) if best > CAFFEINE_DAY_MG),
        maybe_above=tuple(
            date
            for date, best, high in zip(dates, daily.best, daily.high, strict=True)
            if best <= CAFFEINE_DAY_MG < high
        ),
        sitting=_largest_sitting(read, at),
        stated=stated,
        unknown=unknown_lines(read, "caffeine"),
    )


def alcohol(intake: Intake) -> Alcohol:
    """Ethanol per day, on average and on the largest day, with the bounds of ``intake``."""
    at = nutrient_index()["alcohol"]
    every = Bounds(*(end[:, at] for end in intake.daily))
    daily = Bounds(*(end[intake.complete] for end in every))
    dates = _complete_dates(intake)
    told = np.nan_to_num(every.best)  # a day that is not known is not the largest
    most = int(told.argmax()) if told.size and told.max() > 0 else None
    return Alcohol(
        dates=dates,
        daily=daily,
        mean=column_mean(intake, "alcohol"),
        drinking=tuple(date for date, best in zip(dates, daily.best, strict=True) if best > ALCOHOL_DAY_G),
        largest=None if most is None else Range(*(float(end[most]) for end in every)),
        largest_date=None if most is None else intake.dates[most],
        above=tuple(
            date for date, best in zip(intake.dates, every.best, strict=True) if best > ALCOHOL_LARGE_DAY_G
        ),
        unknown=unknown_lines(intake, "alcohol"),
    )  # fmt: skip


def _complete_dates(intake: Intake) -> tuple[dt.date, ...]:
    return tuple(date for date, complete in zip(intake.dates, intake.complete, strict=True) if complete)


# --- caffeine as the words tell it


def _read_caffeine(intake: Intake) -> tuple[Intake, tuple[int, ...]]:
    """The intake with its caffeine read once more, and the numbers of the lines that tell their own amount."""
    at = nutrient_index()["caffeine"]
    lines = Bounds(*(end.copy() for end in intake.lines))
    known, entries = intake.known.copy(), list(intake.entries)
    for i, entry in enumerate(entries):
        if entry.row is not None and "caffeine" not in entry.labels and lines.high[i, at] > 0:
            low, high = brewed(intake.foods.names[entry.row])
            lines.low[i, at] *= low
            lines.high[i, at] *= high
    stated: list[int] = []
    parts = _parts(intake)
    for place, logged in enumerate(intake.logged):
        line = logged.line
        names = named_in(line)
        if not names & {"caffeine", "caffeine_product"} or "caffeine" in line.labels:
            continue
        mine = parts[place]
        told = _stated(line) if "caffeine" in names else None
        if told is None and not _without_dose(logged):
            continue
        for end, value in zip(lines, told or (0.0, 0.0, 0.0), strict=True):
            end[mine, at] = 0.0
            end[mine[0], at] = value
        known[mine, at] = told is not None
        for i in mine:
            entries[i] = entries[i]._replace(missing=entries[i].missing - {"caffeine"})
        if told is None:  # a tablet whose dose is not told: nothing bounds it
            entries[mine[0]] = entries[mine[0]]._replace(open=entries[mine[0]].open | {"caffeine"})
        else:
            stated.append(line.number)
    return replace(intake, lines=lines, known=known, entries=tuple(entries)), tuple(stated)


def _parts(intake: Intake) -> list[list[int]]:
    """The places in ``entries`` of each line of ``logged``."""
    found: list[list[int]] = [[] for _ in intake.logged]
    for i, place in enumerate(intake.owner):
        found[place].append(i)
    return found


@lru_cache(maxsize=4096)
def brewed(name: str) -> tuple[float, float]:
    """How far the caffeine of a brewed drink may lie below and above its table value, as factors; 1 for other foods."""
    names = named_by(name)
    found = next((exposures()[kind] for kind in _BREWED if kind in names), None)
    return (found.low, found.high) if found else (1.0, 1.0)


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def _stated(line: Line) -> Range | None:
    """The caffeine that a line's own words tell [mg]: "caffeine 200 mg" with 2 beside it is 400 mg."""
    amount = f"{line.amount} {line.unit}".strip()
    text = plain("; ".join((line.food, amount, line.brand, line.note)))
    found = re.search(_BEFORE, text) or re.search(_BEHIND, text)
    if found is None:
        return None
    mg = _number(found[2]) * float(found[1] or 1)
    pieces = re.match(_PIECES, plain(line.food).strip())
    if pieces and pieces.start(1) != found.start(1):
        mg *= float(pieces[1])
    if "mg" in plain(amount):
        return Range(mg, mg, mg)
    low, best, high = _pieces(line)
    return Range(mg * low, mg * best, mg * high)


def _pieces(line: Line) -> Range:
    """How often the told mass was taken: the number of tablets; of cups it may be that of each or of all."""
    try:
        amount = parse_amount(line.amount, line.unit)
    except (AmountError, UnknownUnit):
        amount = None
    if amount is None or not 0 < amount.high <= MOST_PIECES:
        return Range(1.0, 1.0, 1.0)
    unit = words(amount.unit)
    if (unit[0] if unit else "") in _UNITS_OF_PIECES:
        return Range(amount.low, amount.number, amount.high)
    return Range(1.0, 1.0, max(1.0, amount.high))


def _without_dose(entry: Entry) -> bool:
    """Whether a line is a caffeine product whose dose it does not tell.

    A food of the tables is none: an energy drink with guarana has its value, and a banana "pre workout" has none.
    """
    line = entry.line
    first = words(line.food)[:1]
    alone = bool(first) and "caffeine" in named_by(first[0])  # "caffeine" is no cola, whatever the search finds
    no_food = entry.kind == "supplement" or entry.status == "left_out"
    return alone or (no_food and "caffeine_product" in named_by(line.food, line.brand, line.amount))


# --- what goes together


def _largest_sitting(intake: Intake, at: int) -> Sitting | None:
    size = len(intake.logged)
    low, best, high = (sum_by(intake.owner, end[:, [at]], size)[:, 0] for end in intake.lines)
    is_open = np.zeros(size)
    for place, entry in zip(intake.owner, intake.entries, strict=True):
        is_open[place] += "caffeine" in entry.open
    high = np.where(is_open > 0, np.inf, high)
    found: Sitting | None = None
    ends = low.tolist(), best.tolist(), high.tolist()
    for by, places in _sittings([entry.line for entry in intake.logged], (best + is_open).tolist()):
        amount = Range(*(sum(end[place] for place in places) for end in ends))
        first = intake.logged[places[0]].line
        if first.date is not None and amount.best > 0 and (found is None or amount.best > found.amount.best):
            numbers = tuple(intake.logged[place].line.number for place in places)
            found = Sitting(amount, first.date, numbers, by)
    return found


def _sittings(lines: Sequence[Line], brings: Sequence[float]) -> Iterator[tuple[str, list[int]]]:
    """Lines of one day that go together, as places in ``lines``: every window of two hours, every meal, or alone."""
    timed: dict[dt.date, list[tuple[int, int]]] = {}
    meals: dict[tuple[dt.date, str], list[int]] = {}
    for place, line in enumerate(lines):
        if line.date is None or not brings[place] > 0:
            continue
        minutes = clock(line.time)
        if minutes is not None:
            timed.setdefault(line.date, []).append((minutes, place))
        elif meal := " ".join(words(line.meal)):
            meals.setdefault((line.date, meal), []).append(place)
        else:
            yield "line", [place]
    for places in meals.values():
        yield "meal", places
    for taken in timed.values():
        taken.sort()
        for start, _ in taken:
            yield "time", [place for minutes, place in taken if start <= minutes <= start + SITTING_MINUTES]


@lru_cache(maxsize=4096)
def clock(text: str) -> int | None:
    """Minutes after midnight of a time as written ("08:30", "8.30 pm", "20h15", "8 am"); None where it is none."""
    if len(text) == 5 and text[2] == ":" and text[:2].isdecimal() and text[3:].isdecimal():  # as most diaries write it
        return int(text[:2]) * 60 + int(text[3:]) if text[:2] < "24" and text[3:] < "60" else None
    found = re.fullmatch(_CLOCK, plain(text).strip().rpartition("t")[2].strip())
    if found is None or (found[2] is None and found[3] is None):
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    if found[3] is not None:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found[3] == "p" else 0)
    return hour * 60 + minute if hour < 24 and minute < 60 else None
