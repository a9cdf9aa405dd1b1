"""The whole pipeline on one page: a diary and a person in, a report out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from nutrigap.diary import Diary, read_diary
from nutrigap.diary.cells import show
from nutrigap.errors import PersonError
from nutrigap.intake import add_up
from nutrigap.readings import read_all
from nutrigap.references import Person
from nutrigap.report import Report
from nutrigap.report.sentences import assumed, guide, log_of
from nutrigap.resolve import Choice, Entry, read_choices, resolve
from nutrigap.rules import flags
from nutrigap.tables import FoodTable, load_foods

if TYPE_CHECKING:
    import pandas as pd


def analyze(
    diary: Diary | str | Path | pd.DataFrame,
    person: Person | None = None,
    *,
    foods: FoodTable | None = None,
    choices: Mapping[str, Choice] | str | Path | None = None,
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
        The choices cannot be read.
    """
    diary = diary if isinstance(diary, Diary) else read_diary(diary)
    if len(people := diary.people()) > 1:
        names = ", ".join(show(name) or '""' for name in people[:5])
        raise PersonError(f"the diary holds {len(people)} people ({names}); analyze one with diary.for_person(name)")
    saved = read_choices(choices) if isinstance(choices, str | Path) else choices
    return assemble(diary, person or Person(), foods or load_foods(), saved)


def assemble(diary: Diary, person: Person, foods: FoodTable, choices: Mapping[str, Choice] | None) -> Report:
    """The pipeline itself; a list of lines may also be had of a diary of several people."""
    entries = resolve(diary, foods, choices)
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
    return notes + list(diary.notes)
