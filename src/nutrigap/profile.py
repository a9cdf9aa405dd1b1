"""Who the report is for: options, a profile file, or a table of people."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path

from nutrigap.answers import NONE
from nutrigap.diary.cells import show
from nutrigap.errors import PersonError, TableError, did_you_mean
from nutrigap.person import LIFE_STAGES, Person
from nutrigap.units import MEASURE_SYSTEMS

PROFILE_NAME = "nutrigap.toml"
PERSON_KEYS = tuple(field.name for field in fields(Person))
PROFILE_KEYS = (*PERSON_KEYS, "measures")


def read_profile(path: Path) -> dict[str, str]:
    """The person's entries of a profile file: ``age = 34``, ``medicines = ["omeprazole 18 months"]`` and whatever else
    ``Person`` takes, and ``measures`` ("us" or "imperial" pints and fluid ounces).

    A list becomes one text with semicolons; an empty one is the answer "none".

    Raises
    ------
    TableError
        The file cannot be read, or has an entry of another name or kind, or measures that are neither.
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
    unknown = sorted(set(content) - set(PROFILE_KEYS))
    if unknown:
        stage = f', write life_stage = "{unknown[0]}"' if unknown[0] in LIFE_STAGES else ""
        raise TableError(
            f'{path}: unknown entry "{unknown[0]}"{stage or did_you_mean(unknown[0], PROFILE_KEYS)}; '
            f"known: {', '.join(PROFILE_KEYS)}"
        )
    entries = {name: _as_text(value) for name, value in content.items()}
    if (measures := entries.get("measures", "us")) not in MEASURE_SYSTEMS:
        raise TableError(f'{path}: measures: there are no "{show(measures)}" measures; write "us" or "imperial"')
    return entries


def _as_text(value: object) -> str:
    if isinstance(value, list):
        return "; ".join(str(one) for one in value) or NONE
    return str(value)


def find_profile(diary: str, given: str | None) -> dict[str, str]:
    """The profile that was named, else ``nutrigap.toml`` beside the diary, else nothing."""
    if given is not None:
        return read_profile(Path(given))
    found = beside(diary)
    return read_profile(found) if found else {}


def beside(diary: str) -> Path | None:
    """The profile that lies beside a diary, if there is one."""
    if diary == "-":
        return None
    path = Path(diary).parent / PROFILE_NAME
    try:
        return path if path.is_file() else None
    except OSError:  # a folder that cannot be entered or named: the diary's own message tells it better
        return None


def read_people(path: Path) -> dict[str, Person]:
    """A table of people (``person,age,sex,life_stage`` and whatever else ``Person`` takes): name -> Person.

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
        raise TableError(f"{path}:1: no column person; the header is person,age,sex,life_stage and, if told, more")
    for column in set(names) - {"person", *PERSON_KEYS}:
        stage = "; write life_stage, with pregnant or lactating in it" if column in LIFE_STAGES else ""
        if hint := stage or did_you_mean(column, PERSON_KEYS):
            raise TableError(f'{path}:1: unknown column "{show(column)}"{hint}')
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
    told = {name: entries[name] for name in PERSON_KEYS if entries.get(name, "").strip()}
    try:
        return Person(**told)
    except PersonError:
        raise
    except (ValueError, OverflowError):  # a number too long to be one
        raise PersonError(f'"{show(told.get("age", ""))}" is no age; write years (34) or months (7mo)') from None
