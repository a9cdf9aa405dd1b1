"""Totals of many people's diaries: from one diary to a nation on the same code.

Written lines go through the very functions that read a single diary, each distinct phrase once; lines that are resolved
already (a food code and grams) go straight to the sums. Memory is that of a chunk of lines, and of the table of people.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nutrigap.cohorts.folder import claimed, refuse_foreign, refuse_overlap, tidy
from nutrigap.cohorts.inputs import open_input
from nutrigap.cohorts.people import PeopleTable, read_people_table
from nutrigap.cohorts.run import (
    Plan,
    Progress,
    Share,
    buckets_for,
    conclude,
    described,
    end_of_worker_in_script,
    prepare,
    run_here,
    run_on_workers,
)
from nutrigap.cohorts.state import Layout, TooMuch
from nutrigap.cohorts.store import table_kind
from nutrigap.diary.dates import format_fault
from nutrigap.diary.model import unreadable
from nutrigap.errors import DiaryError, Problem, TableError
from nutrigap.readings import USUAL, Method
from nutrigap.reprs import Shown
from nutrigap.totals import ADDED
from nutrigap.units import MEASURE_SYSTEMS, find_nutrient, nutrients
from nutrigap.words import count

if TYPE_CHECKING:
    from nutrigap.choices import Choice
    from nutrigap.recipes import Recipe
    from nutrigap.tables import FoodTable

__all__ = ["CohortRun", "cohort"]

CHUNK = 500_000
UNHEEDED = ("own_sd", "prior", "weekdays", "consecutive")  # options of Method for single diaries
# The six that are judged, and energy, by which an analyst sees whether a day is whole.
USUAL_NUTRIENTS = (*(one.id for one in nutrients() if one.role == "core"), "energy")


@dataclass(frozen=True, repr=False)
class CohortRun:
    """A finished run.

    Attributes
    ----------
    folder : Path
    record : mapping
        What ``run.json`` holds: versions, hashes and options, and how many lines, person-days and people there are.
    """

    folder: Path
    record: Mapping[str, object]

    @property
    def totals(self) -> tuple[Path, ...]:
        """The files of person-days, in no order of people."""
        return tuple(sorted((self.folder / "totals").glob("part-*")))

    @property
    def people(self) -> Path | None:
        """The file of people, None where nobody has a line."""
        found = [path for kind in ("parquet", "csv") if (path := self.folder / f"people.{kind}").is_file()]
        return found[0] if found else None

    @property
    def left_out(self) -> tuple[Path, ...]:
        """The files of lines that are left out, each with its reason."""
        return tuple(sorted((self.folder / "left_out").glob("piece-*.csv")))

    def _shown(self) -> Shown:
        told: dict[str, Any] = dict(self.record)
        lines, table, others = told["lines"], told["people_table"], told["other_reasons"]
        facts = [
            ("totals", f"{count(told['person_days'], 'person-day')} of {_people_told(told['people'])}"),
            ("lines", "{rows:,}: {counted:,} counted, {flagged:,} on a guess, {left_out:,} left out".format(**lines)),
        ]
        if table is not None:
            said = (
                f"people who are not in the table of people: {table['people_without_row']:,}; "
                f"rows of it without lines: {table['rows_without_lines']:,} of {table['rows']:,}"
            )
            unused = ", ".join(table["columns_not_read"])
            facts += [("joined", said), ("", f"its columns not read: {unused}" if unused else "")]
        facts += [("note", note) for note in told["notes"]]
        facts += [_reason_told(**one) for one in told["reasons"]]
        facts += [_reason_told("left_out", "other reasons", others)] if others else []
        return Shown(
            f"Cohort run in {self.folder}",
            facts,
            more=f"each line and its reason: {self.folder / 'left_out'}" * bool(self.left_out),
        )

    def __repr__(self) -> str:
        return self._shown().text()

    def _repr_html_(self) -> str:
        return self._shown().html()


def _people_told(number: int) -> str:
    return "1 person" if number == 1 else f"{number:,} people"


def _reason_told(status: str, reason: str, lines: int) -> tuple[str, str]:
    """As a fact of what is shown: how many lines, and why they are left out, or what of them is not read."""
    return f"{lines:,} {'left out' if status == 'left_out' else 'in part'}", reason


def cohort(
    diaries: object,
    out: str | Path,
    *,
    people: object = None,
    foods: FoodTable | None = None,
    choices: Mapping[str, Choice] | str | Path | None = None,
    recipes: Mapping[str, Recipe] | str | Path | None = None,
    measures: str | None = None,
    date_format: str | None = None,
    names: tuple[str, ...] = USUAL_NUTRIENTS,
    references: str = "us",
    method: Method = USUAL,
    readings: bool = True,
    chunk: int = CHUNK,
    workers: int = 1,
    scheduler: str | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> CohortRun:
    """Totals of every person and day, with bounds and by source, and what each person's days can tell.

    Parameters
    ----------
    diaries : path or table
        A CSV or Parquet file, a folder of either, a DataFrame, an Arrow table or a DuckDB relation: written lines
        (``person,date,food,amount[,unit,kind,brand,magnesium_mg,...]``) or resolved ones
        (``person,date,food_id,grams[,grams_low,grams_high,source]``). A day is one person's: each line names both.
    out : path
        Folder for the results, and for nothing else. A run over files that was broken off is taken up where it stood;
        one over a table in memory begins anew.
    people : path or table, optional
        ``person,age,sex,life_stage,weight`` and whatever else ``Person`` takes. ``weight`` is that of a survey.
    foods, choices, recipes, measures
        As in ``analyze``.
    date_format : str, optional
        How dates are written where their order cannot be seen.
    names : tuple of str
        Ids of the nutrients.
    references : str
        The authority whose values are used: ``us``, ``efsa`` or ``nordic``.
    method : Method, optional
        Its ``level`` and ``sd`` are heeded; its other options are for single diaries and are refused.
    readings : bool
        Whether each person is read against the reference values: once each, by the tests of a single diary.
    chunk : int
        Lines held at a time. No number of the result hangs on it.
    workers : int
        Processes on this machine; more than one need dask, and an input of files. Each reads the script that calls this
        anew: call it below ``if __name__ == "__main__":``.
    scheduler : str, optional
        Address of a running dask cluster (``tcp://host:8786``), whose workers reach input and folder by the same names.
    overwrite : bool
        Whether the results of another run in the folder are replaced.
    progress : callable, optional
        Called with the lines done since the last call and the number of all, 0 where nobody knows.

    Returns
    -------
    CohortRun

    Raises
    ------
    DiaryError
        The input is no table of lines, or not one of its lines can be counted; the folder then tells why.
    TableError
        Another table or an option cannot be used, a package is missing, the folder holds another run or files that no
        run has made, or one day holds more than can be added up.

    Notes
    -----
    A day that a note marks as incomplete is not in the means, as in ``analyze``; one that only looks so, by its energy
    and its meals, is.
    """
    if workers > 1 and scheduler is None:
        end_of_worker_in_script()
    names = tuple(dict.fromkeys(names))
    _refuse_options(measures, date_format, names, method)
    if chunk < 1 or workers < 1:
        raise TableError("chunk and workers are whole numbers above 0")
    refuse_overlap(out, diaries, people)
    source = open_input(diaries, chunk)
    table, digest = _people(people, references)
    plan = Plan(
        out=str(out), input=source, foods=foods, choices=_choices(choices), recipes=_recipes(recipes),
        layout=Layout(names, tuple(name for name in names if name in ADDED)),
        measures=measures, date_format=date_format, people=table, method=method, reading=readings,
        references=references, chunk=chunk, kind=table_kind(),
        buckets=1 if all(piece.whole for piece in source.pieces) else buckets_for(source.about),
    )  # fmt: skip
    description = described(plan, digest)
    refuse_foreign(plan.folder)
    with claimed(plan.folder):
        done = prepare(plan, description, overwrite=overwrite)
        if done is None:
            done = conclude(plan, _added_up(plan, diaries, workers, scheduler, progress), description)
        tidy(plan.folder)
    run = CohortRun(plan.folder, done)
    _refuse_nothing(source.name, run)
    return run


def _refuse_nothing(name: str, run: CohortRun) -> None:
    """A run of which nothing comes is no result, though its folder tells what became of the lines.

    Raises
    ------
    DiaryError
        No line is counted.
    """
    told: dict[str, Any] = dict(run.record)
    rows = told["lines"]["rows"]
    if rows > told["lines"]["left_out"]:
        return
    if not rows:
        raise unreadable(name, "there are no lines in it", "check that it is the right one")
    what = f"not one of its {count(rows, 'line')} can be counted"
    problems = [Problem(None, "", what, f"each with its reason is in {run.folder / 'left_out'}")]
    problems += [Problem(None, "", ": ".join(_reason_told(**one)), "") for one in told["reasons"]]
    raise DiaryError(name, problems)


def _refuse_options(measures: str | None, date_format: str | None, names: tuple[str, ...], method: Method) -> None:
    """What nutrigap does not know, or what no cohort run heeds."""
    if measures is not None and measures not in MEASURE_SYSTEMS:
        raise TableError(f'there are no "{measures}" measures; write us or imperial')
    if date_format is not None and (fault := format_fault(date_format)) is not None:
        raise TableError(f"{fault.what}; {fault.fix}")
    for name in names:
        find_nutrient(name)
    for name in UNHEEDED:
        if getattr(method, name):
            raise TableError(f"{name}: this option of Method is for single diaries, not for a cohort; leave it out")


def _added_up(plan: Plan, diaries: object, workers: int, scheduler: str | None, progress: Progress | None) -> Share:
    try:
        if workers > 1 or scheduler is not None:
            return run_on_workers(plan, scheduler, workers, progress)
        return run_here(plan, diaries, progress)
    except TooMuch as error:
        raise TableError(f"{plan.input.name}: {error}; does each line name its own person and date?") from None


def _people(people: object, references: str) -> tuple[PeopleTable | None, str]:
    """The table of people, and the hash of its file, or of all that it tells where it lies in memory."""
    if people is None:
        return None, ""
    table = read_people_table(people, references)
    if isinstance(people, (str, Path)):
        return table, hashlib.sha256(Path(people).read_bytes()).hexdigest()
    told = json.dumps(vars(table), default=_plain, sort_keys=True)
    return table, hashlib.sha256(told.encode()).hexdigest()


def _plain(held: object) -> object:
    """An array as a list, an object as what it holds, for text that is the same for the same content."""
    return held.tolist() if isinstance(held, np.ndarray) else vars(held)


def _choices(given: Mapping[str, Choice] | str | Path | None) -> Mapping[str, Choice]:
    if not isinstance(given, (str, Path)):
        return given or {}
    from nutrigap.choices import read_choices

    return read_choices(given)


def _recipes(given: Mapping[str, Recipe] | str | Path | None) -> Mapping[str, Recipe]:
    if not isinstance(given, (str, Path)):
        return given or {}
    from nutrigap.recipes import read_recipes

    return read_recipes(given)
