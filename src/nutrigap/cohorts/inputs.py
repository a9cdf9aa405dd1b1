"""Where the lines of a cohort come from: CSV files, Parquet files, a folder of either, or a table in memory."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from nutrigap.cohorts.columns import Batch, Column, are_numbers, coded, from_arrow, people_from_arrow
from nutrigap.cohorts.lines import Form, form_of
from nutrigap.diary.model import unreadable
from nutrigap.diary.text import SEPARATORS, long_cells
from nutrigap.errors import DiaryError, TableError

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

PARQUET, CSV = (".parquet", ".pq"), (".csv", ".tsv", ".txt")
MOST_CHUNKS = 4
NUMBERS, TEXTS = "numbers", "texts"  # what people are in a file
SHORT_LINE = 25  # bytes of a line of text
HINT = 'run: pip install "nutrigap[scale]"'


class Piece(NamedTuple):
    """A part of the input that is read in one go, by one process.

    Attributes
    ----------
    number : int
        Its place among the pieces of the run.
    path : str
        The file, "" for a table in memory.
    groups : tuple of int
        Row groups of a Parquet file; () is the whole of another file.
    first : int
        Lines of the file before it.
    rows : int
        Lines, 0 where nobody knows before it is read.
    whole : bool
        Whether every person in it, but the first and the last in order, has all lines in it.
    """

    number: int
    path: str
    groups: tuple[int, ...] = ()
    first: int = 0
    rows: int = 0
    whole: bool = False


@dataclass(frozen=True)
class Input:
    """The lines of a cohort.

    Attributes
    ----------
    name : str
        As shown in messages.
    pieces : tuple of Piece
    form : Form
    separator : str
        Of CSV files, "" otherwise.
    files : tuple of (path, sha256)
        What was read, by which a run can be told to rest on the same lines; empty for a table in memory.
    about : int
        About how many lines there are, 0 where nothing tells.
    """

    name: str
    pieces: tuple[Piece, ...]
    form: Form
    separator: str
    files: tuple[tuple[str, str], ...]
    about: int = 0

    @property
    def rows(self) -> int:
        """Lines in all, 0 where not all are known beforehand."""
        return sum(piece.rows for piece in self.pieces) if all(piece.rows for piece in self.pieces) else 0


def open_input(source: object, chunk: int) -> Input:
    """What an input holds, without reading its lines.

    Raises
    ------
    DiaryError
        It is no table of lines, or lacks a column; or the package that reads it is not installed.
    """
    if not isinstance(source, (str, Path)):
        stream = as_stream(source)
        form, rows = _form("the table", stream.schema.names), getattr(source, "num_rows", 0)
        form = form._replace(numbered=are_numbers(stream.schema.types[form.person]))
        return Input("the table", (Piece(0, ""),), form, "", (), rows)
    path = Path(source)
    files = _files(path)
    named = tuple((str(file), _sha256(file)) for file in files)
    if files[0].suffix.lower() in PARQUET:
        pieces, form = _parquet_pieces(str(path), files, chunk)
        return Input(str(path), pieces, form, "", named, sum(piece.rows for piece in pieces))
    heads = [_csv_head(file) for file in files]
    other = next((file for file, head in zip(files, heads, strict=True) if head != heads[0]), None)
    if other is not None:
        raise unreadable(str(other), f"its columns are not those of {files[0].name}", "give all files one header")
    separator, names = heads[0]
    pieces = tuple(Piece(number, str(file)) for number, file in enumerate(files))
    about = sum(file.stat().st_size for file in files) // SHORT_LINE
    return Input(str(path), pieces, _form(str(path), names), separator, named, about)


def _form(name: str, names: Sequence[str]) -> Form:
    form, faults = form_of(names)
    if faults:
        raise DiaryError(name, [fault.at(1) for fault in faults])
    return form


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        found = sorted(file for file in path.rglob("*") if file.suffix.lower() in (*PARQUET, *CSV) and file.is_file())
        kinds = {file.suffix.lower() in PARQUET for file in found}
        if not found:
            raise unreadable(str(path), "the folder holds no CSV or Parquet file", "check its name")
        if len(kinds) > 1:
            raise unreadable(str(path), "the folder holds both CSV and Parquet files", "give a folder of one kind")
        return found
    if not path.is_file():
        raise unreadable(str(path), "there is no such file or folder", "check its name and folder")
    if path.suffix.lower() not in (*PARQUET, *CSV):
        known = ", ".join((*CSV, *PARQUET))
        raise unreadable(str(path), f'"{path.suffix}" is no ending of a table of lines', f"write it as one of {known}")
    return [path]


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


# --- CSV


def _csv_head(path: Path) -> tuple[str, tuple[str, ...]]:
    """The separator and the column names of a CSV file: those that make most of its header."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            line = stream.readline()
    except (OSError, UnicodeDecodeError) as error:
        raise unreadable(str(path), f"the file cannot be read ({error})", "save it as CSV in UTF-8") from None
    heads = []
    for separator in SEPARATORS:
        names = tuple(next(csv.reader([line], delimiter=separator, skipinitialspace=True), []))
        form, faults = form_of(names) if names else (None, ())
        heads.append((-len(faults) if form else -9, form.header.known if form else 0, separator, names))
    _, _, separator, names = max(heads, key=lambda head: head[:2])
    return separator, names


def _csv_batches(piece: Piece, separator: str, width: int, chunk: int) -> Iterator[Batch]:
    first = 0
    with long_cells(), Path(piece.path).open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.reader(stream, delimiter=separator, skipinitialspace=True)
        next(reader, None)
        try:
            while rows := list(islice(reader, chunk)):
                yield _csv_batch(rows, first, width)
                first += len(rows)
        except (UnicodeDecodeError, csv.Error) as error:
            what = f"it cannot be read from line {reader.line_num + 1} on ({error})"
            raise unreadable(piece.path, what, "save it as CSV in UTF-8") from None


def _csv_batch(rows: list[list[str]], first: int, width: int) -> Batch:
    extra = {}
    for number, row in enumerate(rows):
        if len(row) < width:
            rows[number] = row + [""] * (width - len(row))
        elif len(row) > width:
            if any(cell.strip() for cell in row[width:]):
                extra[number] = tuple(row[width:])
            rows[number] = row[:width]
    columns = [coded([cell.strip() for cell in column]) for column in zip(*rows, strict=True)]
    return Batch(first, len(rows), columns, extra)


# --- Parquet and Arrow


def _parquet() -> type[pq.ParquetFile]:
    try:
        from pyarrow.parquet import ParquetFile
    except ImportError:
        raise TableError(f"Parquet files are read with pyarrow, which is not installed; {HINT}") from None
    opener: type[pq.ParquetFile] = ParquetFile
    return opener


def _parquet_pieces(path: str, files: Sequence[Path], chunk: int) -> tuple[tuple[Piece, ...], Form]:
    """Row groups by the chunk, and whether they follow the order of people."""
    opener = _parquet()
    pieces: list[Piece] = []
    ranges: list[tuple[object, object] | None] = []
    form: Form | None = None
    kinds: set[str] = set()
    for file in files:
        try:
            meta = (parquet := opener(file)).metadata
        except (OSError, ValueError) as error:
            raise unreadable(str(file), f"this is no Parquet file ({error})", "check how it was written") from None
        form = form or _form(path, parquet.schema_arrow.names)
        if tuple(parquet.schema_arrow.names) != form.names:
            raise unreadable(str(file), f"its columns are not those of {files[0].name}", "give all files one schema")
        kind, column = _person_column(parquet, form)
        kinds.add(kind)
        groups: list[int] = []
        first = rows = 0
        span: list[tuple[object, object] | None] = []
        for group in range(meta.num_row_groups):
            groups.append(group)
            rows += meta.row_group(group).num_rows
            span.append(_range(meta, group, column))
            if rows >= chunk or group == meta.num_row_groups - 1:
                pieces.append(Piece(len(pieces), str(file), tuple(groups), first, rows))
                known = [one for one in span if one is not None]
                ranges.append((known[0][0], known[-1][1]) if len(known) == len(span) and _ascending(known) else None)
                first, rows, groups, span = first + rows, 0, [], []
    assert form is not None
    known = [one for one in ranges if one is not None]
    small = all(piece.rows <= MOST_CHUNKS * chunk for piece in pieces)  # a piece that is finished at once is held whole
    if small and len(known) == len(ranges) and len(kinds) == 1 and _ascending(known):
        pieces = [piece._replace(whole=True) for piece in pieces]
    return tuple(pieces), form._replace(numbered=kinds == {NUMBERS})


def _person_column(parquet: pq.ParquetFile, form: Form) -> tuple[str, int]:
    """What people are in a file, and their place among its columns, -1 where their order is not that of their names."""
    import pyarrow as pa

    name, kind = form.names[form.person], parquet.schema_arrow.types[form.person]
    leaves = [parquet.metadata.schema.column(i).path for i in range(parquet.metadata.num_columns)]
    place = leaves.index(name) if name in leaves else -1
    if are_numbers(kind):
        return NUMBERS, place
    return TEXTS, place if pa.types.is_string(kind) else -1


def _range(meta: pq.FileMetaData, group: int, column: int) -> tuple[object, object] | None:
    """The least and the greatest person of a row group, as its statistics have them."""
    if column < 0:
        return None
    found = meta.row_group(group).column(column).statistics
    if found is None or not found.has_min_max or found.null_count:
        return None
    return found.min, found.max


def _ascending(ranges: Sequence[tuple[object, object]]) -> bool:
    """Whether no person is in more than two ranges that touch at their ends."""
    return all(one[1] <= other[0] for one, other in pairwise(ranges))  # type: ignore[operator]


def _needed(form: Form) -> set[int]:
    fields, labels = form.header.fields, form.header.labels
    if form.resolved:
        return {fields["person"], fields["date"], *form.resolved.values()}
    wanted = ("person", "date", "food", "amount", "unit", "kind", "brand", "note")
    return {*(fields[name] for name in wanted if name in fields), *(label.position for label in labels)}


def as_stream(source: object) -> pa.RecordBatchReader:
    """A table in memory (Arrow, DuckDB, pandas, polars) as a stream of Arrow batches.

    Raises
    ------
    TableError
        It is none of these, or pyarrow is not installed.
    """
    try:
        import pyarrow as pa
    except ImportError:
        raise TableError(f"tables in memory are read with pyarrow, which is not installed; {HINT}") from None
    if isinstance(source, pa.RecordBatchReader):
        return source
    if hasattr(source, "__arrow_c_stream__"):
        return pa.RecordBatchReader.from_stream(source)
    if hasattr(source, "itertuples"):
        return pa.Table.from_pandas(source, preserve_index=False).to_reader()
    if hasattr(source, "fetch_arrow_reader"):
        return source.fetch_arrow_reader(100_000)
    raise TableError(
        f"a cohort is read from a path, a DataFrame, an Arrow table or a DuckDB relation, not {type(source).__name__}"
    )


def _arrow_batches(stream: Iterator[pa.RecordBatch], form: Form, chunk: int) -> Iterator[Batch]:
    """Batches of at least ``chunk`` lines but the last, and of fewer than twice as many."""
    import pyarrow as pa

    first, held, rows = 0, [], 0
    for batch in stream:
        for start in range(0, batch.num_rows, chunk):
            held.append(batch.slice(start, chunk))
            rows += held[-1].num_rows
            if rows >= chunk:
                yield _arrow_batch(pa.Table.from_batches(held), first, form)
                first, held, rows = first + rows, [], 0
    if rows:
        yield _arrow_batch(pa.Table.from_batches(held), first, form)


def _arrow_batch(table: pa.Table, first: int, form: Form) -> Batch:
    needed, blank, code = _needed(form) - {form.person}, coded([]), form.resolved.get("food_id")
    columns: list[Column] = [
        from_arrow(one_array(table.column(name)), codes=place == code) if place in needed else blank
        for place, name in enumerate(form.names)
    ]
    person = one_array(table.column(form.names[form.person]))
    columns[form.person] = people_from_arrow(person, numbered=form.numbered)
    return Batch(first, table.num_rows, columns)


def one_array(column: pa.ChunkedArray) -> pa.Array:
    """A column in one piece."""
    import pyarrow as pa

    if column.num_chunks == 1:
        return column.chunk(0)
    whole = column.unify_dictionaries().combine_chunks()
    return whole.chunk(0) if isinstance(whole, pa.ChunkedArray) else whole


def batches(piece: Piece, form: Form, separator: str, chunk: int, table: object = None) -> Iterator[Batch]:
    """The lines of a piece, about ``chunk`` at a time: the same ones whenever it is read."""
    if not piece.path:
        yield from _arrow_batches(iter(as_stream(table)), form, chunk)
    elif separator:
        yield from _csv_batches(piece, separator, len(form.header.cells), chunk)
    else:
        import pyarrow as pa

        opener = _parquet()
        schema = opener(piece.path).schema_arrow
        wanted = [form.names[place] for place in sorted(_needed(form))]
        texts = [name for name in wanted if pa.types.is_string(schema.field(name).type)]
        with opener(piece.path, read_dictionary=texts) as parquet:
            stream = parquet.iter_batches(batch_size=chunk, row_groups=list(piece.groups), columns=wanted)
            for batch in _arrow_batches(stream, form, chunk):
                yield batch._replace(first=piece.first + batch.first)
