"""Who the report is for: options, a profile file, or a table of people."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from nutrigap.diary.cells import show
from nutrigap.errors import PersonError, TableError, did_you_mean
from nutrigap.person import Person
from nutrigap.units import MEASURE_SYSTEMS

PROFILE_NAME = "nutrigap.toml"
PROFILE_KEYS = ("age", "sex", "life_stage", "references", "measures")
# What a profile may tell and this version makes no use of: accepted, so that one file serves later versions too.
NOT_USED_YET = frozenset(
    ["weight_kg", "height_cm", "diet", "medicines", "conditions", "symptoms", "months_on_diet", "sun"]
)


def read_profile(path: Path) -> dict[str, str]:
    """The person's entries of a profile file: ``age = 34``, ``sex = "female"``, ``life_stage``, ``references``,
    and ``measures`` ("us" or "imperial" pints and fluid ounces).

    Diet, medicines and the like may stand in it; this version does not use them.

    Raises
    ------
    TableError
        The file cannot be read, or has an entry of another name, or measures that are neither.
    """
    import tomllib  # only a few runs have a profile

    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise TableError(f"{path}: the profile cannot be read ({error.strerror})") from None
    except (ValueError, RecursionError) as error:  # no TOML, no UTF-8, a number without end, brackets without end
        raise TableError(
            f'{path}: this is no profile ({error}); write lines such as age = 34 and sex = "female"'
        ) from None
    unknown = sorted(set(content) - set(PROFILE_KEYS) - NOT_USED_YET)
    if unknown:
        raise TableError(
            f'{path}: unknown entry "{unknown[0]}"{did_you_mean(unknown[0], PROFILE_KEYS)}; '
            f"known: {', '.join(PROFILE_KEYS)}"
        )
    entries = {name: str(value) for name, value in content.items() if name in PROFILE_KEYS}
    if (measures := entries.get("measures", "us")) not in MEASURE_SYSTEMS:
        raise TableError(f'{path}: measures: there are no "{show(measures)}" measures; write "us" or "imperial"')
    return entries


def find_profile(diary: str, given: str | None) -> dict[str, str]:
    """The profile that was named, else ``nutrigap.toml`` beside the diary, else nothing."""
    if given is not None:
        return read_profile(Path(given))
    if diary == "-":
        return {}
    beside = Path(diary).parent / PROFILE_NAME
    try:
        there = beside.is_file()
    except OSError:  # a folder that cannot be entered or named: the diary's own message tells it better
        there = False
    return read_profile(beside) if there else {}


def read_people(path: Path) -> dict[str, Person]:
    """A table of people (``person,age,sex,life_stage``): name -> Person.

    Raises
    ------
    TableError
        A column is missing, a name stands twice, or a row is no person; the message names the line.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        reader = csv.reader(io.StringIO(text, newline=""))
        rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader]
    except (OSError, ValueError, csv.Error) as error:
        raise TableError(f"{path}: the table of people cannot be read ({error})") from None
    names = [name.lower() for name in rows[0][1]] if rows else []
    if "person" not in names:
        raise TableError(f"{path}:1: no column person; the header is person,age,sex,life_stage")
    people: dict[str, Person] = {}
    for line, row in rows[1:]:
        if not any(row):
            continue
        cells = dict(zip(names, row, strict=False))
        name = cells.get("person", "")
        if name in people:
            raise TableError(f'{path}:{line}: person: "{name}" stands twice; keep one row')
        try:
            people[name] = person_of(cells)
        except PersonError as error:
            raise TableError(f"{path}:{line}: {error}") from None
    return people


def person_of(entries: Mapping[str, str]) -> Person:
    """A Person from texts; blank is not told.

    Raises
    ------
    PersonError
        The texts tell no person, or one without reference values.
    """
    age = entries.get("age") or None
    try:
        return Person(
            age=age,
            sex=entries.get("sex") or None,
            life_stage=entries.get("life_stage") or "none",
            references=entries.get("references") or "us",
        )
    except PersonError:
        raise
    except (ValueError, OverflowError):  # a number too long to be one
        raise PersonError(f'"{show(age or "")}" is no age; write years (34) or months (7mo)') from None
