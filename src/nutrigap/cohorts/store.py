"""Files of a cohort run: each is written whole or not at all, so that a killed run can be taken up again."""

from __future__ import annotations

import csv
import json
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nutrigap.cohorts.lines import LeftOut
from nutrigap.cohorts.state import State
from nutrigap.errors import TableError
from nutrigap.words import printable

if TYPE_CHECKING:
    import pyarrow as pa

    from nutrigap.cohorts.finish import Table

ANEW = "overwrite the run (--overwrite), or choose another folder"
UNFINISHED = ".*.nutrigap"  # files that are being written


SAMPLE = 1_000  # rows


def table_kind() -> str:
    """What tables are written as: ``parquet``, or ``csv`` where pyarrow is not installed."""
    return "parquet" if find_spec("pyarrow") is not None else "csv"


def atomically(path: Path, write: Callable[[Path], None]) -> None:
    """Have a file written beside its place and moved there: a reader sees all of it or nothing.

    Several may write the same file at once, on several machines too: each writes its own, and the last one stays.

    Raises
    ------
    TableError
        It cannot be written.
    """
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}.nutrigap")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(beside)
        beside.replace(path)
    except OSError as error:
        reason = error.strerror or error
        raise TableError(f"{printable(str(path))}: cannot be written ({reason}); choose another place") from None
    finally:
        beside.unlink(missing_ok=True)


def write_json(path: Path, content: Mapping[str, object]) -> None:
    """A JSON object as text."""
    text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
    atomically(path, lambda place: _write_text(place, text))


def _write_text(place: Path, text: str) -> None:
    place.write_text(text, encoding="utf-8", newline="")


def read_json(path: Path) -> dict[str, object] | None:
    """The object that a file holds, None where there is no such file.

    Raises
    ------
    TableError
        It holds something else.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise TableError(f"{path}: this is not what nutrigap writes ({error}); {ANEW}") from None
    if not isinstance(found, dict):
        raise TableError(f"{path}: this is not what nutrigap writes; {ANEW}")
    return found


# --- tables


def write_table(path: Path, table: Table, kind: str) -> Path:
    """A table as Parquet or CSV; the ending is added."""
    path = path.with_name(f"{path.name}.{kind}")
    if kind == "csv":
        atomically(path, lambda place: _write_csv(place, list(table), _rows(table)))
    else:
        atomically(path, lambda place: _write_parquet(place, table))
    return path


def _write_parquet(place: Path, table: Table) -> None:
    import pyarrow as pa
    from pyarrow.parquet import write_table as write

    whole = pa.table({name: _arrow(column) for name, column in table.items()})
    packed = {name: "none" if _differ(column) else "lz4" for name, column in table.items()}
    write(whole, place, compression=packed, use_dictionary=_texts_of(whole.schema), write_statistics=["person", "date"])


def _differ(column: NDArray[np.generic] | list[object]) -> bool:
    """Whether these are amounts of which most differ, by a sample: their digits do not get smaller."""
    if isinstance(column, list) or column.dtype.kind != "f" or not column.size or not column.strides[0]:
        return False
    sample = column[:: 1 + len(column) // SAMPLE]
    return 2 * len(np.unique(sample)) > len(sample)


def _texts_of(schema: pa.Schema) -> list[str]:
    """Columns of which only the distinct values are written."""
    import pyarrow as pa

    return [one.name for one in schema if pa.types.is_string(one.type)]


def _arrow(column: NDArray[np.generic] | list[object]) -> pa.Array:
    """A column for Arrow, handed over as it lies: pa.array would load pandas. NaN and None are not known: null."""
    import pyarrow as pa

    if isinstance(column, list):
        if any(isinstance(value, str) for value in column):
            return _texts([str(value) for value in column])
        column = np.array([np.nan if value is None else value for value in column], dtype=np.float64)
    if column.dtype.kind == "U":
        return _texts(column.tolist())
    if column.dtype.kind == "b":
        return pa.Array.from_buffers(pa.bool_(), len(column), [None, _bits(column.astype(np.bool_))])
    kind, numbers = {
        "f": (pa.float64(), np.float64), "i": (pa.int64(), np.int64), "M": (pa.date32(), np.int32),
    }[column.dtype.kind]  # fmt: skip
    values = np.ascontiguousarray(column.astype(numbers, copy=False))
    unknown = np.isnan(values) if kind == pa.float64() else np.zeros(1, dtype=bool)
    return pa.Array.from_buffers(kind, len(values), [_bits(~unknown) if unknown.any() else None, pa.py_buffer(values)])


def _bits(flags: NDArray[np.bool_]) -> pa.Buffer:
    import pyarrow as pa

    return pa.py_buffer(np.packbits(flags, bitorder="little"))


def _texts(texts: Sequence[str]) -> pa.Array:
    import pyarrow as pa

    parts = [text.encode() for text in texts]
    ends = np.cumsum([0, *map(len, parts)]).astype(np.int32)
    return pa.StringArray.from_buffers(len(parts), pa.py_buffer(ends), pa.py_buffer(b"".join(parts)))


def _rows(table: Table) -> Iterator[tuple[object, ...]]:
    columns = [column if isinstance(column, list) else _cells(column) for column in table.values()]
    return zip(*columns, strict=True)


def _cells(column: NDArray[np.generic]) -> Iterable[object]:
    if column.dtype.kind == "f":
        return ["" if value != value else value for value in column.tolist()]
    cells: list[object] = (column.astype(str) if column.dtype.kind == "M" else column).tolist()
    return cells


def _write_csv(place: Path, names: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with place.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(names)
        writer.writerows(["" if cell is None else cell for cell in row] for row in rows)


def write_left_out(path: Path, source: str, lines: Sequence[LeftOut]) -> None:
    """The lines that are left out of one batch, with their reasons."""
    rows = [(source, *line) for line in lines]
    atomically(path, lambda place: _write_csv(place, ("file", *LeftOut._fields), rows))


def names_in(path: Path) -> list[str]:
    """The people of a table that was written, as texts; [] where they are numbers, each of which has one writing."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as stream:
            return [row["person"] for row in csv.DictReader(stream)]
    from pyarrow import types
    from pyarrow.parquet import ParquetFile

    with ParquetFile(path) as parquet:
        if types.is_integer(parquet.schema_arrow.field("person").type):
            return []
        names: list[str] = parquet.read(columns=["person"]).column("person").to_pylist()
        return names


def put_together(parts: Sequence[Path], whole: Path) -> None:
    """Several tables of one kind as one file, part by part."""
    atomically(whole, lambda place: _join_csv(parts, place) if whole.suffix == ".csv" else _join_parquet(parts, place))


def rows_of(path: Path) -> int:
    """Rows of a table that was written.

    Raises
    ------
    TableError
        It cannot be read.
    """
    try:
        if path.suffix == ".csv":
            with path.open(encoding="utf-8", newline="") as stream:
                return sum(1 for _ in csv.reader(stream)) - 1
        from pyarrow.parquet import read_metadata

        return int(read_metadata(path).num_rows)
    except (OSError, ValueError, csv.Error) as error:
        raise TableError(f"{path}: this is not what nutrigap writes ({error}); {ANEW}") from None


def _join_csv(parts: Sequence[Path], place: Path) -> None:
    with place.open("w", encoding="utf-8", newline="") as out:
        for number, part in enumerate(parts):
            with part.open(encoding="utf-8", newline="") as stream:
                head = stream.readline()
                out.write(head if number == 0 else "")
                shutil.copyfileobj(stream, out)


def _join_parquet(parts: Sequence[Path], place: Path) -> None:
    from pyarrow.parquet import ParquetFile, ParquetWriter

    first = ParquetFile(parts[0])
    columns = [first.metadata.row_group(0).column(place) for place in range(first.metadata.num_columns)]
    packed = {one.path_in_schema: one.compression.lower().replace("uncompressed", "none") for one in columns}
    schema = first.schema_arrow
    with ParquetWriter(place, schema, compression=packed, use_dictionary=_texts_of(schema)) as writer:
        for part in parts:
            writer.write_table(ParquetFile(part).read().cast(schema))


# --- sums on their way


def save_state(path: Path, state: State, bucket: NDArray[np.int64], buckets: int) -> dict[str, object]:
    """Sums ordered by bucket, as one array that can be read piece by piece; what is returned tells how."""
    order = np.argsort(bucket, kind="stable")
    columns = [state.person[:, None], state.day[:, None], *state.blocks.values()]
    whole = np.hstack(columns)[order]
    ends = np.cumsum(np.bincount(bucket, minlength=buckets))
    atomically(path.with_suffix(".npy"), lambda place: _save(place, whole))
    atomically(path.with_suffix(".people.npy"), lambda place: _save(place, state.people))
    widths = {name: block.shape[1] for name, block in state.blocks.items()}
    return {"widths": widths, "ends": ends.tolist(), "state": path.name}


def _save(place: Path, array: NDArray[np.generic]) -> None:
    with place.open("wb") as stream:
        np.save(stream, array, allow_pickle=False)


def load_state(folder: Path, record: Mapping[str, object], bucket: int) -> State:
    """The sums of one bucket.

    Raises
    ------
    TableError
        They are not there, or not whole.
    """
    path, ends = folder / str(record["state"]), record["ends"]
    widths = record["widths"]
    assert isinstance(ends, list) and isinstance(widths, dict)
    start, end = (ends[bucket - 1] if bucket else 0), ends[bucket]
    try:
        rows = np.array(np.load(path.with_suffix(".npy"), mmap_mode="r", allow_pickle=False)[start:end])
        people = np.load(path.with_suffix(".people.npy"), allow_pickle=False)
    except (OSError, ValueError) as error:
        raise TableError(f"{path}: sums of this run are not there, or not whole ({error}); {ANEW}") from None
    edges = np.cumsum([2, *widths.values()])
    blocks = {name: rows[:, left:right] for name, left, right in zip(widths, edges, edges[1:], strict=False)}
    found, place = np.unique(rows[:, 0], return_inverse=True)
    return State(people[found], place, rows[:, 1], blocks)
