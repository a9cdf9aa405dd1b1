"""The whole pipeline on one page: a diary and a person in, a report out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from nutrigap.diary import Diary, read_diary
from nutrigap.diary.cells import show
from nutrigap.entries import Entry
from nutrigap.errors import PersonError
from nutrigap.intake import add_up
from nutrigap.person import Person
from nutrigap.readings import read_all
from nutrigap.report import Report
from nutrigap.report.sentences import assumed, guide, log_of
from nutrigap.resolve import resolve
from nutrigap.rules import flags
from nutrigap.tables import FoodTable, load_foods

if TYPE_CHECKING:
    import pandas as pd

    from nutrigap.choices import Choice
    from nutrigap.recipes import Recipe


def analyze(
    diary: Diary | str | Path | pd.DataFrame,
    person: Person | None = None,
    *,
    foods: FoodTable | None = None,
    choices: Mapping[str, Choice] | str | Path | None = None,
    recipes: Mapping[str, Recipe] | str | Path | None = None,
    measures: str | None = None,
) -> Report:
    """Read a diary against the reference intakes of one person.

    Parameters
    ----------
    diary : Diary, path or DataFrame
        What ``read_diary`` gives, or anything it takes.
    person : Person, optional
        Without age or sex, a verdict is given only where it holds for women and men of 31-50.
    foods : FoodTable, optional
        The embedded table by default.
    choices : mapping or path, optional
        Saved corrections (``my-foods.csv``).
    recipes : mapping or path, optional
        The person's own dishes (``recipes.csv``).
    measures : str, optional
        ``us`` or ``imperial`` pints and fluid ounces; by default US ones, and a line with a pint says so.

    Returns
    -------
    Report

    Raises
    ------
    DiaryError
        The input cannot be read as a diary.
    PersonError
        The diary holds several people: their days are not to be added up.
    TableError
        The choices or recipes cannot be read, or name a food that is not there.
    UnknownUnit
        ``measures`` is neither of the two.
    """
    diary = diary if isinstance(diary, Diary) else read_diary(diary)
    if len(people := diary.people()) > 1:
        names = ", ".join(show(name) or '""' for name in people[:5])
        raise PersonError(f"the diary holds {len(people)} people ({names}); analyze one with diary.for_person(name)")
    if isinstance(choices, str | Path):
        from nutrigap.choices import read_choices

        choices = read_choices(choices)
    if isinstance(recipes, str | Path):
        from nutrigap.recipes import read_recipes

        recipes = read_recipes(recipes)
    return assemble(diary, person or Person(), foods or load_foods(), choices, recipes, measures)


def assemble(
    diary: Diary,
    person: Person,
    foods: FoodTable,
    choices: Mapping[str, Choice] | None,
    recipes: Mapping[str, Recipe] | None = None,
    measures: str | None = None,
) -> Report:
    """The pipeline itself; a list of lines may also be had of a diary of several people."""
    entries = resolve(diary, foods, choices, recipes, measures=measures)
    intake = add_up(entries, foods)
    readings = read_all(intake, person)
    people = diary.people()
    return Report(
        diary=diary,
        person=person,
        name=people[0] if len(people) == 1 else "",
        foods=foods,
        intake=intake,
        readings=readings,
        found=flags(readings, log_of(intake, person)),
        notes=(*_notes(diary, person, entries), *foods.notes),
    )


def _notes(diary: Diary, person: Person, entries: list[Entry]) -> list[str]:
    """What a reader should know about the inputs, in the order of weight."""
    notes = [note for note in (assumed(person), guide(person)) if note]
    if any(entry.kind == "supplement" and entry.line.labels for entry in entries):
        notes.append("Blank label columns of a supplement line with label amounts count as 0")
    if any(entry.match.method == "recipe" and entry.status != "left_out" for entry in entries):
        from nutrigap.recipes import COUNTED_AS_NAMED

        notes.append(COUNTED_AS_NAMED)
    return notes + list(diary.notes)
