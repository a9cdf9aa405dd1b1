"""Totals of many people's diaries: from one diary to a nation on the same code.

Written lines go through the very functions that read a single diary, each distinct phrase once; lines that are resolved
already (a food code and grams) go straight to the sums. Memory is that of a chunk of lines, and of the table of people.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nutrigap.cohorts.inputs import open_input
from nutrigap.cohorts.people import read_people_table
from nutrigap.cohorts.run import (
    Plan,
    Progress,
    buckets_for,
    conclude,
    described,
    prepare,
    run_here,
    run_on_workers,
)
from nutrigap.cohorts.state import Layout, TooMuch
from nutrigap.cohorts.store import table_kind
from nutrigap.diary.dates import format_fault
from nutrigap.errors import TableError
from nutrigap.readings import USUAL, Method
from nutrigap.totals import ADDED
from nutrigap.units import MEASURE_SYSTEMS, find_nutrient, nutrients

if TYPE_CHECKING:
    from nutrigap.choices import Choice
    from nutrigap.recipes import Recipe
    from nutrigap.tables import FoodTable

__all__ = ["CohortRun", "cohort"]

CHUNK = 500_000
# The six that are judged, and energy, by which an analyst sees whether a day is whole.
USUAL_NUTRIENTS = (*(one.id for one in nutrients() if one.role == "core"), "energy")


@dataclass(frozen=True)
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
        return next((path for path in sorted(self.folder.glob("people.*")) if path.is_file()), None)

    @property
    def left_out(self) -> tuple[Path, ...]:
        """The files of lines that are left out, each with its reason."""
        return tuple(sorted((self.folder / "left_out").glob("*.csv")))


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
        Folder for the results. A run that was broken off is taken up where it stood.
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
        Its ``level`` is heeded.
    readings : bool
        Whether each person is read against the reference values: once each, by the tests of a single diary.
    chunk : int
        Lines held at a time. No number of the result hangs on it.
    workers : int
        Processes on this machine; more than one need dask.
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
        The input is no table of lines.
    TableError
        Another table cannot be used, a package is missing, the folder holds another run, or one day holds more than
        can be added up.

    Notes
    -----
    A day that a note marks as incomplete is not in the means, as in ``analyze``; one that only looks so, by its energy
    and its meals, is. The options ``own_sd``, ``weekdays`` and ``consecutive`` of ``Method`` are for single diaries.
    """
    if measures is not None and measures not in MEASURE_SYSTEMS:
        raise TableError(f'there are no "{measures}" measures; write us or imperial')
    if date_format is not None and (fault := format_fault(date_format)) is not None:
        raise TableError(f"{fault.what}; {fault.fix}")
    if chunk < 1 or workers < 1:
        raise TableError("chunk and workers are whole numbers above 0")
    for name in names:
        find_nutrient(name)
    source = open_input(diaries, chunk)
    table, digest = _people(people, references)
    plan = Plan(
        out=str(out), input=source, foods=foods, choices=_choices(choices), recipes=_recipes(recipes),
        layout=Layout(tuple(names), tuple(name for name in names if name in ADDED)),
        measures=measures, date_format=date_format, people=table, method=method, reading=readings,
        references=references, chunk=chunk, kind=table_kind(),
        buckets=1 if all(piece.whole for piece in source.pieces) else buckets_for(source.about),
    )  # fmt: skip
    description = described(plan, digest)
    done = prepare(plan, description, overwrite=overwrite)
    if done is None:
        many = workers > 1 or scheduler is not None
        try:
            share = run_on_workers(plan, scheduler, workers, progress) if many else run_here(plan, diaries, progress)
        except TooMuch as error:
            raise TableError(f"{source.name}: {error}; does each line name its own person and date?") from None
        done = conclude(plan, share, description)
    return CohortRun(Path(out), done)


def _people(people: object, references: str):  # type: ignore[no-untyped-def]
    if people is None:
        return None, ""
    digest = hashlib.sha256(Path(people).read_bytes()).hexdigest() if isinstance(people, (str, Path)) else "in memory"
    return read_people_table(people, references), digest


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
