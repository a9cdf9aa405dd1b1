"""What the words of a log name: the exposures of ``data/exposure_words.csv``, and medicines.

Whole words only, in their one form ("arb" is not in "garbanzo"), never across cells; what a cell says is not there
("caffeine free", "no liquorice") is not read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from nutrigap.answers import known_answers
from nutrigap.diary import Line
from nutrigap.intake import Intake
from nutrigap.units import read_table
from nutrigap.words import negation, words

MEDICINE = "medicine:"


class Range(NamedTuple):
    """An amount with the ends that the inputs allow: ``low``, ``best``, ``high`` (infinite where nothing bounds it)."""

    low: float
    best: float
    high: float


class Named(NamedTuple):
    """Lines that name an exposure: their ``lines`` (numbers in the diary) and ``dates``, each once, ascending."""

    lines: tuple[int, ...]
    dates: tuple[dt.date, ...]

    @property
    def days(self) -> int:
        """How many days have such a line; lines without a date are of none."""
        return len(self.dates)


class Exposure(NamedTuple):
    """A row of ``data/exposure_words.csv``.

    ``groups`` are beginnings of food groups of the table; ``low`` and ``high`` are factors on the table's caffeine
    (1 where the row has none).
    """

    id: str
    words: tuple[str, ...]
    not_words: tuple[str, ...]
    groups: tuple[str, ...]
    low: float
    high: float


def _list(text: str) -> tuple[str, ...]:
    return tuple(text.split("; ")) if text else ()


@cache
def exposures() -> dict[str, Exposure]:
    """Every exposure by its id, in the order of the table."""
    return {
        row["exposure"]: Exposure(
            row["exposure"], _list(row["words"]), _list(row["not_words"]), _list(row["groups"]),
            float(row["low"] or 1), float(row["high"] or 1),
        )
        for row in read_table("exposure_words.csv")
    }  # fmt: skip


class _Phrase(NamedTuple):
    words: tuple[str, ...]
    id: str
    excludes: bool


@cache
def _phrases() -> dict[str, list[_Phrase]]:
    """Every phrase by its first word."""
    # The words of our own table stand there in their one form.
    told = [(one.id, one.words, one.not_words) for one in exposures().values()]
    told += [
        (MEDICINE + one.id, tuple(" ".join(words(phrase)) for phrase in one.words), ())
        for one in known_answers().values()
        if one.kind == "medicine"
    ]
    found: dict[str, list[_Phrase]] = {}
    for id_, named_by, not_words in told:
        for phrases, excludes in ((named_by, False), (not_words, True)):
            for phrase in phrases:
                cut = tuple(phrase.split())
                found.setdefault(cut[0], []).append(_Phrase(cut, id_, excludes))
    return found


class _Said(NamedTuple):
    names: frozenset[str]
    excludes: frozenset[str]


_NOTHING = _Said(frozenset(), frozenset())


def _hits(text: str) -> list[_Phrase]:
    found = words(text)
    table = _phrases()
    return [
        phrase
        for at, word in enumerate(found)
        for phrase in table.get(word, ())
        if tuple(found[at : at + len(phrase.words)]) == phrase.words
    ]


@lru_cache(maxsize=8192)
def said(text: str) -> _Said:
    """The exposures that one cell names, and those that its words exclude ("red" excludes liquorice)."""
    hits = _hits(text)
    if not hits:
        return _NOTHING
    absent = negation(text).absent  # only a cell with a hit is worth the look at what it says is not there
    there = [hit for hit in hits if absent.isdisjoint(hit.words)]
    return _Said(frozenset(h.id for h in there if not h.excludes), frozenset(h.id for h in there if h.excludes))


@lru_cache(maxsize=8192)
def named_by(*cells: str) -> frozenset[str]:
    """The exposures that some cells of one line name together."""
    found = [said(cell) for cell in cells if cell]
    names = frozenset().union(*(one.names for one in found))
    return names.difference(*(one.excludes for one in found)) if names else names


def named_in(line: Line) -> frozenset[str]:
    """The exposures and medicines that a line names, with its food, brand, note and amount."""
    return named_by(line.food, line.brand, line.note, line.amount)


def by_line(intake: Intake) -> Iterator[tuple[int, frozenset[str]]]:
    """The place of every line in ``intake.logged`` that names something, with what it names."""
    for place, entry in enumerate(intake.logged):
        names = named_in(entry.line)
        if names:
            yield place, names


def gathered(intake: Intake, places: Sequence[int]) -> Named:
    """Line numbers and dates of some lines of ``intake.logged``."""
    lines = [intake.logged[place].line for place in places]
    return Named(
        tuple(sorted({line.number for line in lines})), tuple(sorted({line.date for line in lines if line.date}))
    )


def named(intake: Intake, exposure: str) -> Named:
    """The lines that name an exposure, also those that were left out.

    Parameters
    ----------
    intake : Intake
    exposure : str
        An id of ``data/exposure_words.csv``: ``energy_drink``, ``liquorice``, ``b12_fortified``.

    Raises
    ------
    KeyError
        No such exposure.
    """
    known = exposures()[exposure].id
    return gathered(intake, [place for place, names in by_line(intake) if known in names])


def medicines_logged(intake: Intake) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """Medicines that lines name ("omeprazole 20 mg"), by the id of ``data/answers.csv``, with the line numbers.

    A reason to ask, never an answer: the person alone tells what they take.
    """
    found: dict[str, list[int]] = {}
    for place, names in by_line(intake):
        for name in names:
            if name.startswith(MEDICINE):
                found.setdefault(name.removeprefix(MEDICINE), []).append(intake.logged[place].line.number)
    return tuple((id_, tuple(sorted(set(found[id_])))) for id_ in known_answers() if id_ in found)
