"""The people of a cohort: who they are, by name or number."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nutrigap.cohorts.columns import as_coded
from nutrigap.cohorts.inputs import HINT, PARQUET, as_stream, read_column
from nutrigap.diary.cells import clean
from nutrigap.errors import PersonError, TableError
from nutrigap.person import LIFE_STAGES, Person
from nutrigap.profile import PERSON_KEYS, person_of
from nutrigap.sidetable import read_side_table

if TYPE_CHECKING:
    import pyarrow as pa

WEIGHT = "weight"  # how many people of the population a person stands for
HEADER = ("person", "age", "sex", "life_stage", WEIGHT)


def person_key(name: object) -> str:
    """What a person goes by, in the lines and in the table of people: 7, 7.0 and 007 are one, and space around them."""
    text = clean(str(name))
    number = re.fullmatch(r"(?a)0*(\d+)(?:\.0*)?", text)
    return number[1] if number else text


class PeopleTable:
    """A table of people (``person``, ``age``, ``sex``, ``life_stage``, ``weight`` and what else ``Person`` takes).

    Everybody's answers are kept once for all who gave the same ones.

    Attributes
    ----------
    unused : tuple of str
        Columns that are none of these, such as those of a survey's design: they are not read.

    Raises
    ------
    TableError
        A column is missing, a person stands twice, or a row is no person; the message names the line.
    """

    def __init__(
        self, path: str, names: Sequence[str], rows: Iterable[tuple[int, Sequence[str]]], references: str = "us"
    ) -> None:
        heads = [name.strip().lower() for name in names]
        if "person" not in heads:
            raise TableError(f"{path}:1: no column person; the header is {','.join(HEADER)}")
        if stage := next((head for head in heads if head in LIFE_STAGES), None):
            raise TableError(f'{path}:1: column "{stage}": write life_stage, with pregnant or lactating in it')
        known = {"person", WEIGHT, *PERSON_KEYS}
        self.unused = tuple(name for name, head in zip(names, heads, strict=True) if head and head not in known)
        self.profiles: list[Person] = []
        self.weighted = WEIGHT in heads
        places: dict[tuple[str, ...], int] = {}
        self._of: dict[str, int] = {}
        who: list[int] = []
        weights: list[float] = []
        told = [(place, head) for place, head in enumerate(heads) if head in PERSON_KEYS]
        name_at, weight_at = heads.index("person"), heads.index(WEIGHT) if self.weighted else -1
        written: list[str] = []
        for line, row in rows:
            name = row[name_at]
            if not any(row):
                continue
            before = self._of.setdefault(person_key(name), len(who))
            if before != len(who):
                same = "stands twice" if written[before] == name else f'is the same as "{written[before]}"'
                raise TableError(f'{path}:{line}: person: "{name}" {same}; keep one row')
            written.append(name)
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

    def __len__(self) -> int:
        return len(self.who)

    def places(self, names: Iterable[object]) -> list[int]:
        """The row of each person, -1 for one who has none; they are told apart by ``person_key``."""
        return [self._of.get(person_key(name), -1) for name in names]

    def person(self, place: int) -> Person | None:
        """Who stands in a row, None for the row -1."""
        return None if place < 0 else self.profiles[self.who[place]]

    def columns(self, places: Sequence[int]) -> dict[str, NDArray[np.generic] | list[object]]:
        """What rows tell of people, blank where the row is -1."""
        found = [self.person(place) for place in places]
        columns: dict[str, NDArray[np.generic] | list[object]] = {
            "age": np.array([np.nan if one is None or one.age is None else float(one.age) for one in found]),
            "sex": [one.sex or "" if one is not None else "" for one in found],
            "life_stage": [one.life_stage if one is not None else "" for one in found],
        }
        if self.weighted:
            columns[WEIGHT] = np.append(self.weights, np.nan)[list(places)]
        return columns


def _weight(text: str, path: str, line: int) -> float:
    try:
        weight = float(text) if text else np.nan
    except ValueError:
        weight = -1.0
    if text and not 0 < weight < np.inf:  # as usual_intake has it
        raise TableError(f'{path}:{line}: weight: "{text}" is no weight; write a number above 0, or leave it blank')
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
    table = read_side_table(path, "a table of people", HEADER, ("person",))
    table.refuse()
    rows = ((line, [cells[name] for name in table.columns]) for line, cells in table.rows)
    return PeopleTable(str(path), table.columns, rows, references)


def _from_arrow(path: str, table: pa.Table, references: str) -> PeopleTable:
    names: list[str] = list(table.column_names)
    columns = [as_coded(read_column(name, column)) for name, column in zip(names, table.columns, strict=True)]
    size = table.num_rows
    rows = ((line + 2, [column.text(line) for column in columns]) for line in range(size))
    return PeopleTable(path, names, rows, references)
