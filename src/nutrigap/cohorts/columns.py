"""Columns of many lines: texts as codes of their distinct values, numbers as arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nutrigap.diary.cells import clean, read_number
from nutrigap.diary.model import Fault
from nutrigap.tables import FloatArray, IntArray, SmallIntArray

if TYPE_CHECKING:
    import pyarrow as pa


class Coded(NamedTuple):
    """A column of texts: ``codes`` (lines,) are places in ``values``, -1 where the cell is blank."""

    values: Sequence[str]
    codes: SmallIntArray

    def text(self, line: int) -> str:
        """One cell."""
        code = int(self.codes[line])
        return self.values[code] if code >= 0 else ""


Column = Coded | NDArray[np.generic]
NOBODY = np.iinfo(np.int64).min  # stands for no value among whole numbers


class Batch(NamedTuple):
    """Some lines in a row of one input.

    Attributes
    ----------
    first : int
        How many lines stand before them in it.
    columns : sequence of Column
        In the order of the header.
    extra : mapping
        Place of a line that has more cells than the header -> those cells.
    faults : mapping
        Place of a line that could not be cut into cells, or is none -> why.
    rows : sequence of int, optional
        The row of each line below the header, from 1, where blank rows stand between them.
    """

    first: int
    size: int
    columns: Sequence[Column]
    extra: Mapping[int, tuple[str, ...]] = MappingProxyType({})
    faults: Mapping[int, Fault] = MappingProxyType({})
    rows: Sequence[int] | None = None

    def row(self, line: int) -> int:
        """The row of a line below the header, from 1."""
        return self.first + line + 1 if self.rows is None else self.rows[line]

    def cell(self, position: int | None, line: int) -> str:
        """One cell as text, "" where there is no such column."""
        if position is None:
            return ""
        column = self.columns[position]
        return column.text(line) if isinstance(column, Coded) else plain_number(column[line])


def plain_number(value: object) -> str:
    """A number as a person writes it, "" for one that is none."""
    if isinstance(value, np.datetime64):
        return "" if np.isnat(value) else str(value.astype("datetime64[D]"))
    if isinstance(value, (int, np.integer)):
        return "" if value == NOBODY else str(int(value))
    number = float(value)  # type: ignore[arg-type]
    if np.isnan(number):
        return ""
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)


def coded(texts: Sequence[str]) -> Coded:
    """A list of texts as codes, in the order of appearance; blank is -1."""
    places: dict[str, int] = {"": -1}
    codes = np.fromiter((places.setdefault(text, len(places) - 1) for text in texts), np.int32, len(texts))
    return Coded(list(places)[1:], codes)


def cleaned(column: Coded) -> Coded:
    """The column with its texts cleaned as those of a diary are."""
    texts = [clean(text) for text in column.values]
    if texts == column.values:
        return column
    again = coded(texts)
    return Coded(again.values, np.append(again.codes, -1)[column.codes].astype(np.int32))


def as_coded(column: Column) -> Coded:
    """A column as texts."""
    if isinstance(column, Coded):
        return column
    values, codes = np.unique(column, return_inverse=True)
    texts = [plain_number(value) for value in values]
    blank = np.array([not text for text in texts], dtype=bool)
    return Coded(texts, np.where(blank[codes], -1, codes).astype(np.int32) if len(texts) else codes.astype(np.int32))


def as_numbers(column: Column, other: float = np.nan) -> FloatArray:
    """A column as numbers, as a diary's cells are read; NaN where a cell is blank, ``other`` where it is none."""
    if isinstance(column, Coded):
        values = np.array([number_of(text, other) for text in column.values] + [np.nan])
        return values[column.codes]  # the code -1 is the last one
    return column.astype(np.float64, copy=False)


def number_of(text: str, other: float) -> float:
    """The number in a cell, NaN where it is blank or a word for "not known", ``other`` where it is none."""
    try:
        return float(text)
    except ValueError:
        found = read_number(clean(text))  # a decimal comma, a word for "not known"
    if found is None:
        return np.nan
    return found if isinstance(found, float) else other


def mapped(column: Coded, values: Sequence[int], blank: int) -> IntArray:
    """The number of each cell, by the numbers of the distinct values."""
    return np.array([*values, blank], dtype=np.int64)[column.codes]


# --- from Arrow


def from_arrow(array: pa.Array, *, codes: bool = False) -> Column:
    """A column of an Arrow batch; a number without a value becomes a blank text where no number can say so.

    ``codes`` says that integers are codes, of which there are few: they become texts.
    """
    import pyarrow as pa

    kind = array.type
    if pa.types.is_dictionary(kind) and not pa.types.is_string(kind.value_type):
        return from_arrow(array.dictionary_decode())
    if pa.types.is_dictionary(kind):
        places = _numbers(_filled(array.indices.cast(pa.int32()), -1))  # unsigned ones have no -1
        values = [value or "" for value in array.dictionary.to_pylist()]
        if "" in values:
            places = np.where(places == values.index(""), -1, places)
        return Coded(values, places.astype(np.int32, copy=False))
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        days = _numbers(_filled(array.cast(pa.date32()).view(pa.int32()), 0)).astype("datetime64[D]")
        if array.null_count:
            days[~_told(array)] = np.datetime64("NaT")
        return days
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return _numbers(_filled(array.cast(pa.float64()), float("nan")))
    if pa.types.is_integer(kind) and codes:
        few = array.dictionary_encode()
        return from_arrow(pa.DictionaryArray.from_arrays(few.indices, few.dictionary.cast(pa.string())))
    if pa.types.is_integer(kind) and not pa.types.is_uint64(kind) and not array.null_count:
        return _numbers(array.cast(pa.int64()))
    texts = array.cast(pa.string()) if not pa.types.is_string(kind) else array
    return from_arrow(texts.dictionary_encode())


def people_from_arrow(array: pa.Array, *, numbered: bool) -> Column:
    """A column of people: whole numbers, where nobody is NOBODY, or texts, whatever its type."""
    import pyarrow as pa

    if pa.types.is_dictionary(array.type) and not pa.types.is_string(array.type.value_type):
        array = array.dictionary_decode()
    if numbered:
        return _numbers(_filled(array.cast(pa.int64()), NOBODY))
    if pa.types.is_decimal(array.type) or pa.types.is_integer(array.type):
        array = array.cast(pa.string())
    return as_coded(from_arrow(array))


def are_numbers(kind: pa.DataType) -> bool:
    """Whether a column of this type holds whole numbers that 64 bits with a sign hold."""
    import pyarrow as pa

    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    return pa.types.is_integer(kind) and not pa.types.is_uint64(kind)


def _filled(array: pa.Array, value: float) -> pa.Array:
    """An array without nulls; where there are none nothing is loaded for it."""
    if not array.null_count:
        return array
    import pyarrow.compute as pc

    return pc.fill_null(array, value)


def _numbers(array: pa.Array) -> NDArray[np.generic]:
    """Numbers as they lie in memory, none of them null; pyarrow's own way to numpy would load pandas."""
    values = np.frombuffer(array.buffers()[1], dtype=array.type.to_pandas_dtype())
    return values[array.offset : array.offset + len(array)]


def _told(array: pa.Array) -> NDArray[np.bool_]:
    return np.array(array.is_valid().to_pylist(), dtype=bool)
