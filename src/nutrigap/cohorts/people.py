"""The people of a cohort: who they are, by name or number."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nutrigap.cohorts.columns import as_coded, from_arrow
from nutrigap.cohorts.inputs import HINT, PARQUET, as_stream, one_array
from nutrigap.diary.text import long_cells
from nutrigap.errors import PersonError, TableError, did_you_mean
from nutrigap.person import LIFE_STAGES, Person
from nutrigap.profile import PERSON_KEYS, person_of

WEIGHT = "weight"  # how many people of the population a person stands for
COLUMNS = ("age", "sex", "life_stage", WEIGHT)


class PeopleTable:
    """A table of people (``person``, ``age``, ``sex``, ``life_stage``, ``weight`` and what else ``Person`` takes).

    Everybody's answers are kept once for all who gave the same ones.

    Raises
    ------
    TableError
        A column is missing, a name stands twice, or a row is no person; the message names the line.
    """

    def __init__(
        self, path: str, names: Sequence[str], rows: Iterable[tuple[str, ...]], references: str = "us"
    ) -> None:
        heads = [name.strip().lower() for name in names]
        if "person" not in heads:
            raise TableError(f"{path}:1: no column person; the header is person,age,sex,life_stage,weight")
        for column in set(heads) - {"person", WEIGHT, *PERSON_KEYS}:
            stage = "; write life_stage, with pregnant or lactating in it" if column in LIFE_STAGES else ""
            if hint := stage or did_you_mean(column, PERSON_KEYS):
                raise TableError(f'{path}:1: unknown column "{column}"{hint}')
        self.profiles: list[Person] = []
        self.weighted = WEIGHT in heads
        places: dict[tuple[str, ...], int] = {}
        self._of: dict[str, int] = {}
        who: list[int] = []
        weights: list[float] = []
        told = [(place, head) for place, head in enumerate(heads) if head in PERSON_KEYS]
        name_at, weight_at = heads.index("person"), heads.index(WEIGHT) if self.weighted else -1
        for line, row in enumerate(rows, start=2):
            name = row[name_at]
            if not any(row):
                continue
            if self._of.setdefault(name, len(who)) != len(who):
                raise TableError(f'{path}:{line}: person: "{name}" stands twice; keep one row')
            key = tuple(row[place] for place, _ in told)
            if key not in places:
                cells = {head: cell for (_, head), cell in zip(told, key, strict=True)}
                try:
                    self.profiles.append(person_of({"references": references} | {k: v for k, v in cells.items() if v}))
                except PersonError as error:
                    raise TableError(f"{path}:{line}: {error}") from None
                places[key] = len(self.profiles) - 1
            who.append(places[key])
            weights.append(_weight(row[weight_at], path, line) if self.weighted else np.nan)
        self.who = np.array(who, dtype=np.int32)
        self.weights = np.array(weights)

    def person(self, name: object) -> Person | None:
        """Who goes by a name, None where the table has no such person."""
        place = self._of.get(str(name))
        return None if place is None else self.profiles[self.who[place]]

    def columns(self, names: Sequence[object]) -> dict[str, NDArray[np.generic] | list[object]]:
        """What the table tells of people, blank of those it does not know."""
        places = [self._of.get(str(name), -1) for name in names]
        found = [self.profiles[self.who[place]] if place >= 0 else None for place in places]
        columns: dict[str, NDArray[np.generic] | list[object]] = {
            "age": np.array([np.nan if one is None or one.age is None else float(one.age) for one in found]),
            "sex": [one.sex or "" if one is not None else "" for one in found],
            "life_stage": [one.life_stage if one is not None else "" for one in found],
        }
        if self.weighted:
            columns[WEIGHT] = np.append(self.weights, np.nan)[places]
        return columns


def _weight(text: str, path: str, line: int) -> float:
    try:
        weight = float(text) if text else np.nan
    except ValueError:
        weight = -1.0
    if weight < 0:
        raise TableError(f'{path}:{line}: weight: "{text}" is no weight; write a number, 0 or above')
    return weight


def read_people_table(source: object, references: str = "us") -> PeopleTable:
    """A table of people from a CSV or Parquet file, or from a table in memory.

    Raises
    ------
    TableError
        It cannot be read, or a row is no person.
    """
    if isinstance(source, (str, Path)):
        path = Path(source)
        if path.suffix.lower() not in PARQUET:
            return _from_csv(path, references)
        try:
            from pyarrow.parquet import ParquetFile
        except ImportError:
            raise TableError(f"{path}: Parquet files are read with pyarrow, which is not installed; {HINT}") from None
        try:
            table = ParquetFile(path).read()
        except (OSError, ValueError) as error:
            raise TableError(f"{path}: the table of people cannot be read ({error})") from None
        return _from_arrow(str(path), table, references)
    return _from_arrow("the table of people", as_stream(source).read_all(), references)


def _from_csv(path: Path, references: str) -> PeopleTable:
    try:
        with long_cells(), path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream)
            names = next(reader, [])
            width = len(names)
            rows = (tuple(cell.strip() for cell in (row + [""] * width)[:width]) for row in reader)
            return PeopleTable(str(path), names, rows, references)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise TableError(f"{path}: the table of people cannot be read ({error})") from None


def _from_arrow(path: str, table: object, references: str) -> PeopleTable:
    columns = [as_coded(from_arrow(one_array(column))) for column in table.columns]  # type: ignore[attr-defined]
    size = table.num_rows  # type: ignore[attr-defined]
    rows = (tuple(column.text(line) for column in columns) for line in range(size))
    return PeopleTable(path, list(table.column_names), rows, references)  # type: ignore[attr-defined]
