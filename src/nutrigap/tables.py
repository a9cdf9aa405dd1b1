"""The packaged tables: foods with their portions, and the sources they come from.

The food table is a handful of flat arrays and line-per-food text files that ``data/build.py`` makes from the
official releases; ``data/foods/manifest.json`` says what is in them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import NamedTuple, overload

import numpy as np
from numpy.typing import NDArray

from nutrigap.errors import TableError, UnknownFood
from nutrigap.reprs import FIRST, Shown
from nutrigap.units import DATA, nutrient_index, nutrients, read_table
from nutrigap.words import count

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
# Integers as small as they are stored: rows, offsets, parts of names.
SmallIntArray = NDArray[np.signedinteger] | NDArray[np.unsignedinteger]


class Texts(Sequence[str]):
    """The lines of a text file, cut out when asked for: a report needs a hundred of thirteen thousand names."""

    def __init__(self, data: bytes) -> None:
        data = data if data.endswith(b"\n") or not data else data + b"\n"
        self._data = data
        ends = np.flatnonzero(np.frombuffer(data, dtype=np.uint8) == ord("\n"))
        self._size = len(ends)
        self._end = ends.item  # the fastest way to a single number of an array

    def __len__(self) -> int:
        return self._size

    @overload
    def __getitem__(self, i: int) -> str: ...
    @overload
    def __getitem__(self, i: slice) -> tuple[str, ...]: ...
    def __getitem__(self, i: int | slice) -> str | tuple[str, ...]:
        if isinstance(i, slice):
            return tuple(self[row] for row in range(*i.indices(len(self))))
        if not -self._size <= i < self._size:
            raise IndexError(f"no item {i} among {self._size}")
        i %= self._size
        start = self._end(i - 1) + 1 if i else 0
        return self._data[start : self._end(i)].decode("utf-8")

    def __iter__(self) -> Iterator[str]:
        return iter(self._data.decode("utf-8").split("\n")[:-1])


class Source(NamedTuple):
    """A publication or release that numbers of the report come from: a row of ``data/sources.csv``."""

    key: str
    title: str
    publisher: str
    year: str
    address: str


@cache
def sources() -> dict[str, Source]:
    """Every source by its key."""
    return {row["key"]: Source(**row) for row in read_table("sources.csv")}


class Portion(NamedTuple):
    """A household measure of one food: ``grams`` [g] is the weight of one of it."""

    name: str
    grams: float


class Imputation(NamedTuple):
    """What stands in for a value that was never measured, by food group.

    ``best`` and ``high`` are (groups × nutrients) arrays per 100 g, NaN where the group needs none: the median
    of the group's known values, and the larger of their 95th percentile and the smallest non-zero value the
    release reports. The low end is always 0.
    """

    best: FloatArray
    high: FloatArray


class PortionStatistics(NamedTuple):
    """What one default portion of a food brings: mean and SD per nutrient, for lines that were left out."""

    mean: FloatArray
    sd: FloatArray


@dataclass(frozen=True, eq=False)
class FoodTable:
    """Foods with their composition and portions.

    Attributes
    ----------
    values : (foods × nutrients) array
        Per 100 g edible, in canonical units, columns as ``units.nutrients()``; NaN = not known.
    group : (foods,) array
        Index into ``groups``.
    survey : (foods,) array of bool
        Foods that national surveys use: these lack no value.
    refuse : (foods,) array [%]
        Inedible share of the food as purchased, NaN where not given.
    default_grams : (foods,) array [g]
        What the release takes for an amount that was not told, NaN where it says nothing.
    first_tier : int
        How many foods, from the first on, are preferred among near equals.
    also : (foods,) sequence of str
        Further names, for the search; empty for the packaged table, whose index holds them.
    aliases : mapping
        Common name -> row, for the search; empty for the packaged table, whose index holds them.
    origins : mapping
        What stands before the colon of an id -> where those foods come from; empty for the packaged table.
    notes : tuple of str
        What was read otherwise than it may seem, for tables that a user brought.
    joined : tuple of FoodTable
        The tables that stand side by side in this one, first in rank first; empty for a single table.
    """

    name: str
    edition: str
    sha256: str
    ids: Sequence[str]
    names: Sequence[str]
    values: FloatArray
    fdc: IntArray
    group: IntArray
    groups: tuple[str, ...]
    survey: NDArray[np.bool_]
    refuse: FloatArray
    default_grams: FloatArray
    portion_offsets: IntArray
    portion_names: Sequence[str]
    portion_grams: FloatArray
    imputation: Imputation
    left_out_portion: PortionStatistics
    first_tier: int = 0
    folder: Path | None = field(default=None, repr=False)
    also: Sequence[str] = ()
    aliases: Mapping[str, int] = field(default_factory=dict)
    origins: Mapping[str, Source] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    joined: tuple[FoodTable, ...] = field(default=(), repr=False)

    def __len__(self) -> int:
        return len(self.ids)

    def _shown(self) -> Shown:
        """What it is at a glance: how many foods and portions, from where, what is not known, its first foods."""
        lacking = np.isnan(self.values).sum(axis=0)
        unmeasured = [
            f"{nutrient.name} in {lacking[i]:,} ({lacking[i] / len(self):.0%})".replace("%", " %")
            for i, nutrient in enumerate(nutrients())
            if nutrient.role == "core" and lacking[i]
        ]
        portions, rest = len(self.portion_names), len(self) - FIRST
        return Shown(
            f"FoodTable {self.name}: {count(len(self), 'food')}, {count(portions, 'portion')}",
            (
                ("from", self.edition),
                ("not measured", ", ".join(unmeasured) or "nothing of the six nutrients is lacking"),
                ("notes", "; ".join(self.notes[:2]) + ("; …" if self.notes[2:] else "")),
            ),
            ("id", "food"),
            list(zip(self.ids[:FIRST], self.names[:FIRST], strict=True)),
            f"and {count(rest, 'more food')}; unknown is never counted as zero" if rest > 0 else "",
        )

    def __repr__(self) -> str:
        return self._shown().text()

    def _repr_html_(self) -> str:
        return self._shown().html()

    @cached_property
    def row_by_id(self) -> dict[str, int]:
        """Food id -> row; ``fdc:<id>`` is looked up in ``row``."""
        return {food_id: row for row, food_id in enumerate(self.ids)}

    def row(self, food_id: str) -> int:
        """Row of a food id (``fndds:11111000``, ``sr:11457``, ``fdc:168462``).

        Raises
        ------
        UnknownFood
            No such food in the table.
        """
        prefix, _, code = food_id.strip().partition(":")
        prefix = prefix.lower()
        if prefix == "fdc" and code.isdecimal() and len(code) < 10:
            found = np.flatnonzero(self.fdc == int(code))
            if found.size and int(code) > 0:
                return int(found[0])
        else:
            row = self.row_by_id.get(f"{prefix}:{code.zfill(5) if prefix == 'sr' else code}")
            if row is not None:
                return row
        raise UnknownFood(f'no food "{food_id}" in {self.name}')

    def rows_with_code(self, code: str) -> list[int]:
        """Rows of a food id, or of a number that is a code in any release of the table; [] where it is neither."""
        code = code.strip()
        releases = dict.fromkeys(food_id.partition(":")[0] for food_id in self.ids)
        found = []
        for food_id in [code] if ":" in code else [f"{release}:{code}" for release in releases if code.isdecimal()]:
            with suppress(UnknownFood):
                found.append(self.row(food_id))
        return found

    def portions(self, row: int) -> tuple[Portion, ...]:
        """The household measures of one food, in the order of the release."""
        start, end = int(self.portion_offsets[row]), int(self.portion_offsets[row + 1])
        return tuple(Portion(name=self.portion_names[i], grams=float(self.portion_grams[i])) for i in range(start, end))

    def default_portion_grams(self, row: int) -> float | None:
        """Grams for an amount that was not told: the release's own, else its first portion, else None [g]."""
        default = float(self.default_grams[row])
        if default > 0:
            return default
        portions = self.portions(row)
        return portions[0].grams if portions else None


def read_lines(folder: Path, name: str) -> Texts:
    """The items of a packaged text file, one a line."""
    return Texts((folder / name).read_bytes())


def read_array(folder: Path, name: str) -> NDArray[np.generic]:
    """A packaged array, which cannot be written to."""
    array: NDArray[np.generic] = np.load(folder / name, mmap_mode="r", allow_pickle=False).view(np.ndarray)
    return array


def read_integers(folder: Path, name: str) -> SmallIntArray:
    """A packaged array of integers, in the size it is stored.

    Raises
    ------
    TableError
        The file holds something else.
    """
    array = np.load(folder / name, mmap_mode="r", allow_pickle=False).view(np.ndarray)
    if not np.issubdtype(array.dtype, np.integer):
        raise TableError(f"{name} of the packaged food table holds no integers; reinstall nutrigap")
    integers: SmallIntArray = array
    return integers


def _imputation(groups: tuple[str, ...], folder: Path) -> Imputation:
    columns = nutrient_index()
    best = np.full((len(groups), len(columns)), np.nan)
    high = best.copy()
    group_row = {name: i for i, name in enumerate(groups)}
    for row in read_table(str(folder / "imputation.csv")):
        cell = group_row[row["group"]], columns[row["nutrient"]]
        best[cell], high[cell] = float(row["best"]), float(row["high"])
    return Imputation(best=best, high=high)


def left_out_portion(folder: Path = DATA) -> PortionStatistics:
    """What one default portion of an FNDDS food brings, (nutrients,) arrays in canonical units."""
    columns = nutrient_index()
    mean, sd = np.full(len(columns), np.nan), np.full(len(columns), np.nan)
    for row in read_table(str(folder / "default_portion.csv")):
        mean[columns[row["nutrient"]]], sd[columns[row["nutrient"]]] = float(row["mean"]), float(row["sd"])
    return PortionStatistics(mean=mean, sd=sd)


@cache
def load_foods() -> FoodTable:
    """The embedded table: FNDDS 2021-2023 and SR28/SR Legacy, side by side, never mixed within a food.

    Raises
    ------
    TableError
        The installation lacks the table's files.
    """
    folder = DATA / "foods"
    if not (folder / "edition.txt").is_file():
        raise TableError("the packaged food table is missing; reinstall nutrigap, or run data/build.py")
    edition, sha256, first_tier = read_lines(folder, "edition.txt")
    return read_foods(folder, edition=edition, sha256=sha256, first_tier=int(first_tier))


def read_foods(folder: Path, *, edition: str, sha256: str, first_tier: int) -> FoodTable:
    """The food table in a folder; the small tables that go with it lie beside that folder."""
    groups = tuple(read_lines(folder, "groups.txt"))
    return FoodTable(
        name="usda",
        edition=edition,
        sha256=sha256,
        ids=read_lines(folder, "ids.txt"),
        names=read_lines(folder, "names.txt"),
        values=read_array(folder, "values.npy").astype(np.float64, copy=False),
        fdc=read_array(folder, "fdc.npy").astype(np.int64),
        group=read_array(folder, "group.npy").astype(np.int64),
        groups=groups,
        survey=read_array(folder, "survey.npy").astype(np.bool_),
        refuse=read_array(folder, "refuse.npy").astype(np.float64),
        default_grams=read_array(folder, "default_grams.npy").astype(np.float64),
        portion_offsets=read_array(folder, "portion_offsets.npy").astype(np.int64),
        portion_names=read_lines(folder, "portion_names.txt"),
        portion_grams=read_array(folder, "portion_grams.npy").astype(np.float64),
        imputation=_imputation(groups, folder.parent),
        left_out_portion=left_out_portion(folder.parent),
        first_tier=first_tier,
        folder=folder,
    )
