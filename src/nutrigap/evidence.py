"""What is known of six nutrients and muscle twitching: one row per finding, graded, with its publication.

``data/evidence.csv`` holds the findings, ``data/matrix.csv`` what follows from them for each nutrient, too little and
too much. Both are read when they are first asked for. A finding about the blood is never one about intake: every row
says in ``level`` which of the two it saw, and every cell of the matrix has a sentence for each.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from nutrigap.errors import TableError, did_you_mean
from nutrigap.tables import Source
from nutrigap.units import read_table

DIRECTIONS = ("deficit", "excess")
# How the grades are spoken of. A report prints the letter and these words.
GRADES = {
    "A": "authorities or systematic reviews agree",
    "B": "good clinical series, trials or reports of side effects",
    "C": "single reports, or a mechanism",
    "D": "proposed, or sources disagree",
}
# What was read of the publication itself where it was not all of it; nothing is said of "excerpt" and "abstract".
_SECOND_HAND = {
    "secondary": " (read through a secondary source)",
    "search": " (no publication: what a search did not find)",
}


class Evidence(NamedTuple):
    """One finding: a row of ``data/evidence.csv``.

    Attributes
    ----------
    id : str
        ``E01`` and on, as flags name it.
    nutrient : str
        Nutrient id, or ``caffeine``, ``alcohol``, ``medicine``, ``water_sodium``, ``thiamin``, ``context``.
    direction : str
        ``deficit``, ``excess``, ``either`` or ``context`` (says nothing of too little or too much).
    level : str
        Where it was seen: ``serum``, ``intake``, ``supplement_dose``, ``exposure`` or ``context``.
    grade : str
        A to D, see ``grade_word``.
    twitch : str
        The link with twitching: ``direct``, ``indirect`` (through another nutrient or a nerve), ``reported`` (single
        or consumer reports), ``opposite`` (muscles grow weaker), ``none`` or ``context``.
    finding : str
        What was found, in a sentence; units stand beside the numbers.
    population : str
        Whom it was found in, "" where that was not told.
    source : Source
        The publication; its ``key`` is the id of the row, ``publisher``, ``year`` and ``address`` are "" where unknown.
    more : tuple of str
        Further publications that say it, with their addresses.
    access : str
        What of the publication was read: ``full``, ``excerpt``, ``abstract``, ``secondary`` or ``search``.
    note : str
        Doubts, limits, and where sources differ.
    """

    id: str
    nutrient: str
    direction: str
    level: str
    grade: str
    twitch: str
    finding: str
    population: str
    source: Source
    more: tuple[str, ...]
    access: str
    note: str


class Statement(NamedTuple):
    """A sentence of a report, with the ids of the rows it rests on and the grade of what it says of muscles."""

    text: str
    evidence: tuple[str, ...]
    grade: str


class Cell(NamedTuple):
    """What is known of one nutrient in one direction: a row of ``data/matrix.csv``.

    Attributes
    ----------
    nutrient : str
        Id of one of the six.
    direction : str
        ``deficit`` or ``excess``.
    evidence : tuple of str
        Every row about it, in the order of the table.
    grade, twitch : str
        Of the link with twitching, as in ``Evidence``. "A" with "opposite" is well known not to be twitching.
    blood : Statement
        What a low or high level in the blood (of B6 and B12: a long high intake) does.
    intake : Statement
        What a low or high intake, which is all that a diary shows, can tell.
    """

    nutrient: str
    direction: str
    evidence: tuple[str, ...]
    grade: str
    twitch: str
    blood: Statement
    intake: Statement


@cache
def evidence() -> dict[str, Evidence]:
    """Every finding by its id, in the order of the table."""
    return {row["id"]: _evidence(row) for row in read_table("evidence.csv")}


def _evidence(row: dict[str, str]) -> Evidence:
    return Evidence(
        id=row["id"],
        nutrient=row["nutrient"],
        direction=row["direction"],
        level=row["level"],
        grade=row["grade"],
        twitch=row["twitch"],
        finding=row["finding"],
        population=row["population"],
        source=Source(row["id"], row["source_title"], row["publisher"], row["year"], row["address"]),
        more=tuple(row["more"].split("; ")) if row["more"] else (),
        access=row["access"],
        note=row["note"],
    )


@cache
def matrix() -> dict[tuple[str, str], Cell]:
    """The twelve cells by (nutrient id, direction)."""
    return {(row["nutrient"], row["direction"]): _cell(row) for row in read_table("matrix.csv")}


def _cell(row: dict[str, str]) -> Cell:
    blood, intake = (
        Statement(row[part], tuple(row[f"{part}_evidence"].split()), row[f"{part}_grade"])
        for part in ("blood", "intake")
    )
    return Cell(
        nutrient=row["nutrient"],
        direction=row["direction"],
        evidence=tuple(row["evidence"].split()),
        grade=row["grade"],
        twitch=row["twitch"],
        blood=blood,
        intake=intake,
    )


def cell(nutrient: str, direction: str) -> Cell:
    """What is known of a nutrient (id of one of the six) in a direction (``deficit`` or ``excess``).

    Raises
    ------
    TableError
        No such cell; the message gives the ids that there are.
    """
    found = matrix().get((nutrient, direction))
    if found is None:
        known = list(dict.fromkeys(name for name, _ in matrix()))
        wrong, right = (direction, list(DIRECTIONS)) if nutrient in known else (nutrient, known)
        raise TableError(f'no evidence on "{wrong}"{did_you_mean(wrong, right)}; known: {", ".join(right)}')
    return found


def citation(row: Evidence) -> str:
    """The publication as a report cites it: title, year, and a word where it was not read itself."""
    year = f" ({row.source.year})" if row.source.year else ""
    return f"{row.source.title}{year}{_SECOND_HAND.get(row.access, '')}"


def grade_word(grade: str) -> str:
    """What a grade (A to D) stands for, in a phrase.

    Raises
    ------
    TableError
        No such grade.
    """
    if grade not in GRADES:
        raise TableError(f'no grade "{grade}"; known: {", ".join(GRADES)}')
    return GRADES[grade]
