"""The whole pipeline on one page: a diary and a person in, a report out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from nutrigap.assessment import MIN_DAYS
from nutrigap.diary import Diary, read_diary
from nutrigap.diary.cells import show
from nutrigap.errors import PersonError
from nutrigap.intake import add_up
from nutrigap.person import Person
from nutrigap.readings import OWN_SPREAD_DAYS, USUAL, Method, Reading, hanging_on_days, read_all
from nutrigap.record import inspect
from nutrigap.references import terms
from nutrigap.report import Report
from nutrigap.report.head import assumed, guide
from nutrigap.resolve import resolve
from nutrigap.rules import Case, judge
from nutrigap.rules.log import log_of
from nutrigap.rules.model import listed
from nutrigap.rules.nutrients import r03
from nutrigap.rules.phrasing import lines as lines_of
from nutrigap.tables import FoodTable, load_foods
from nutrigap.wording import points_low

if TYPE_CHECKING:
    import pandas as pd

    from nutrigap.choices import Choice
    from nutrigap.ideas import Idea
    from nutrigap.recipes import Recipe
    from nutrigap.symptoms import SymptomLog

# Whose levels are looked at beside the person's own, so that a reading that hangs on the authority is seen.
OPEN_TO_IDEAS = ("likely_low", "uncertain")
COUNTERPART = {"us": ("efsa",), "efsa": ("us",), "nordic": ("us",)}


def analyze(
    diary: Diary | str | Path | pd.DataFrame,
    person: Person | None = None,
    *,
    foods: FoodTable | None = None,
    choices: Mapping[str, Choice] | str | Path | None = None,
    recipes: Mapping[str, Recipe] | str | Path | None = None,
    measures: str | None = None,
    symptoms: SymptomLog | str | Path | None = None,
    incomplete: Iterable[dt.date | str] = (),
    compare: Sequence[str] | str = (),
    method: Method = USUAL,
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
    symptoms : SymptomLog or path, optional
        A log of symptoms (``date,kind,count``), shown beside intake.
    incomplete : iterable of date or ISO text
        Days to leave out of the mean, besides those that the log itself shows to be incomplete.
    compare : sequence of str
        Authorities (``efsa``, ``nordic``, ``us``) whose readings are shown beside the person's own.
    method : Method, optional
        Level of confidence, spreads, weights, prior.

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
        The choices, recipes or symptoms cannot be read, or name a food that is not there.
    UnknownUnit
        ``measures`` is neither of the two.
    ValueError
        ``compare`` names no authority, ``incomplete`` no date, or the level of confidence is out of its range.
    """
    diary = diary if isinstance(diary, Diary) else read_diary(diary)
    compare = [compare] if isinstance(compare, str) else compare
    days = [incomplete] if isinstance(incomplete, str | dt.date) else incomplete
    if len(people := diary.people()) > 1:
        names = ", ".join(show(name) or '""' for name in people[:5])
        raise PersonError(f"the diary holds {len(people)} people ({names}); analyze one with diary.for_person(name)")
    if isinstance(choices, str | Path):
        from nutrigap.choices import read_choices

        choices = read_choices(choices)
    if isinstance(recipes, str | Path):
        from nutrigap.recipes import read_recipes

        recipes = read_recipes(recipes)
    if isinstance(symptoms, str | Path):
        from nutrigap.symptoms import read_symptoms

        symptoms = read_symptoms(symptoms)
    return assemble(
        diary, person or Person(), foods or load_foods(), choices, recipes, measures, symptoms=symptoms,
        incomplete=[_date(day) for day in days],
        compare=compare, method=method,
    )  # fmt: skip


def _date(day: dt.date | str) -> dt.date:
    """A day as a plain date: a datetime is a date too, but never equal to one."""
    if isinstance(day, dt.datetime):
        return day.date()
    return day if isinstance(day, dt.date) else dt.date.fromisoformat(day)


def assemble(
    diary: Diary,
    person: Person,
    foods: FoodTable,
    choices: Mapping[str, Choice] | None,
    recipes: Mapping[str, Recipe] | None = None,
    measures: str | None = None,
    *,
    symptoms: SymptomLog | None = None,
    incomplete: Iterable[dt.date] = (),
    compare: Sequence[str] = (),
    method: Method = USUAL,
) -> Report:
    """The pipeline itself; a list of lines may also be had of a diary of several people."""
    entries = resolve(diary, foods, choices, recipes, measures=measures)
    intake = add_up(entries, foods)
    record = inspect(intake, person, incomplete)
    record = record.weighed(method)
    readings = read_all(record.intake, person, method)
    if any(not one.marked for one in record.incomplete):
        readings = hanging_on_days(readings, read_all(record.with_found(method), person, method))
    compare = [name for name in compare if name != person.references]
    beside = dict.fromkeys((*compare, *COUNTERPART[person.references]))  # in their order
    log = log_of(record.intake, person)
    case = Case(person, record, readings, beside, log, symptoms, method)
    people = diary.people()
    return Report(
        diary=diary,
        name=people[0] if len(people) == 1 else "",
        foods=foods,
        case=case,
        said=judge(case),
        ideas=_ideas(case, foods),
        compared=tuple(compare),
        notes=(*_notes(diary, case, incomplete), *foods.notes),
    )


def _ideas(case: Case, foods: FoodTable) -> tuple[Idea, ...]:
    """Foods that would close a gap, for what points low in a log of a whole diet that is long enough for a verdict."""
    log = case.log
    few_b12 = any(r03(case))
    low = [
        reading
        for reading in case.core
        if (points_low(reading) and reading.adequacy is not None and reading.adequacy.status in OPEN_TO_IDEAS)
        or reading.reason == "sun"
        or (few_b12 and reading.nutrient.id == "vitamin_b12")
    ]
    if not low or not log.food or log.scant or log.days < MIN_DAYS:
        return ()
    from nutrigap.ideas import suggest  # many reports need none

    return suggest(case.intake, low, case.person, foods)


def _has_need(reading: Reading) -> bool:
    limits = reading.reference
    return limits is not None and (limits.ear is not None or limits.ai is not None)


def _notes(diary: Diary, case: Case, incomplete: Iterable[dt.date]) -> list[str]:
    """What a reader should know about the inputs, in the order of weight."""
    person, entries = case.person, case.intake.logged
    notes = [note for note in (assumed(person), guide(person)) if note]
    for kind in ("medicine", "condition"):
        unknown = [f'"{show(one.text)}"' for one in person.told(kind) if not one.id]
        if unknown:
            named = f"{kind} {unknown[0]}: it is" if len(unknown) == 1 else f"{kind}s {listed(unknown)}: they are"
            notes.append(f"No rule of this report knows the {named} shown on the sheet only")
    lacking = [reading.nutrient.called for reading in case.core if not _has_need(reading)]
    if lacking:
        short = terms(person.references)["short"]
        notes.append(f"{short} sets no requirement or adequate intake for this person: {', '.join(lacking)}")
    meaty = case.seen.b12.animal_lines if person.diet == "vegan" else ()
    if meaty:
        notes.append(
            f"The diet told is vegan; the table has the B12 of milk, egg, meat or fish in {lines_of(meaty)}: if that "
            "is wrong, name the food more fully"
        )
    gone = [str(day) for day in sorted(set(incomplete) - {one.date for one in case.record.incomplete})]
    if gone and not case.record.all_incomplete:
        notes.append(f"Marked as incomplete, but no day of this log with food that was counted: {', '.join(gone)}")
    if case.method.own_sd and case.intake.days < OWN_SPREAD_DAYS:
        notes.append(f"The log's own variation is not used: {case.intake.days} days are fewer than {OWN_SPREAD_DAYS}")
    if any(entry.kind == "supplement" and entry.line.labels for entry in entries):
        notes.append("Blank label columns of a supplement line with label amounts count as 0")
    if any(entry.match.method == "recipe" and entry.status != "left_out" for entry in entries):
        from nutrigap.recipes import COUNTED_AS_NAMED

        notes.append(COUNTED_AS_NAMED)
    return notes + list(diary.notes)
