"""Where the lines of a cohort come from: CSV files, Parquet files, a folder of either, or a table in memory."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from nutrigap.cohorts.columns import (
    Batch,
    Coded,
    Column,
    are_numbers,
    as_coded,
    cleaned,
    coded,
    from_arrow,
    people_from_arrow,
    plain_number,
)
from nutrigap.cohorts.lines import Form, form_of
from nutrigap.cohorts.phrases import HEADER_AGAIN
from nutrigap.diary.cells import clean, show
from nutrigap.diary.columns import Header, Row, unread_notes
from nutrigap.diary.layouts import possible_headers
from nutrigap.diary.model import Fault, unreadable
from nutrigap.diary.plain import before_header, doubtful_columns, is_header_again
from nutrigap.diary.text import SEPARATORS, long_cells, records, text_encoding
from nutrigap.errors import DiaryError, Problem, TableError

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

PARQUET, CSV = (".parquet", ".pq"), (".csv", ".tsv", ".txt")
MOST_CHUNKS = 4
NUMBERS, TEXTS = "numbers", "texts"  # what people are in a file
LOOKED_AT = 10_000  # lines, to see what a column named "id" or "type" holds
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
    encoding : str
        Of a CSV file.
    """

    number: int
    path: str
    groups: tuple[int, ...] = ()
    first: int = 0
    rows: int = 0
    whole: bool = False
    encoding: str = ""


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
    notes : tuple of str
        What is read otherwise than it may seem: columns not read, rows before the header.
    """

    name: str
    pieces: tuple[Piece, ...]
    form: Form
    separator: str
    files: tuple[tuple[str, str], ...]
    about: int = 0
    notes: tuple[str, ...] = ()

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
        schema = as_stream(source).schema  # the stream is let go: a database has one open at a time
        form = _arrow_form("the table", schema, lambda: _first_rows(source))
        form = form._replace(numbered=are_numbers(schema.types[form.person]))
        return Input("the table", (Piece(0, ""),), form, "", (), getattr(source, "num_rows", 0), tuple(_notes(form)))
    path = Path(source)
    files = _files(path)
    named = tuple((str(file), _sha256(file)) for file in files)
    if files[0].suffix.lower() in PARQUET:
        pieces, form = _parquet_pieces(str(path), files, chunk)
        about = sum(piece.rows for piece in pieces)
        return Input(str(path), pieces, form, "", named, about, tuple(_notes(form)))
    heads = [_csv_head(file) for file in files]
    form, first = _csv_form(files[0], heads[0]), heads[0]
    for file, head in zip(files, heads, strict=True):
        if (head.separator, head.header.cells, head.header.index) != (first.separator, form.names, first.header.index):
            raise unreadable(str(file), f"its columns are not those of {files[0].name}", "give all files one header")
    pieces = tuple(
        Piece(number, str(file), encoding=head.encoding)
        for number, (file, head) in enumerate(zip(files, heads, strict=True))
    )
    about = sum(file.stat().st_size for file in files) // SHORT_LINE
    notes = tuple(note for head in heads for note in head.notes)
    return Input(str(path), pieces, form, first.separator, named, about, (*notes, *_notes(form)))


def _sound(name: str, form: Form, faults: Sequence[Problem]) -> Form:
    if not faults:
        return form
    keys = "/".join(part for part in Path(name).parts[:-1] if "=" in part)
    if keys:
        told = (
            f"what names of folders say ({keys}) is not read: write it into the files, or hand over a table that has it"
        )
        faults = [problem._replace(fix=f"{problem.fix}; {told}") for problem in faults]
    raise DiaryError(name, list(faults))


def _notes(form: Form) -> list[str]:
    """What to say of the columns: those that are not read, and what is wrong with their names."""
    if not form.resolved:
        return [*(problem.text("").lstrip(": ") for problem in form.header.problems), *unread_notes(form.header)]
    unread = [f'"{show(str(name))}"' for place, name in enumerate(form.names) if place not in _needed(form)]
    return [f"columns not read: {', '.join(unread)}"] if unread else []


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


class _Head(NamedTuple):
    """How a CSV file is cut into cells, and what its header says."""

    encoding: str
    separator: str
    header: Header
    notes: list[str]


def _csv_head(path: Path) -> _Head:
    """The separator and the row that make most of a header, by the rules for a single diary."""
    try:
        encoding = text_encoding(path)
    except OSError as error:
        raise unreadable(str(path), f"the file cannot be read ({error})", "check its name and permissions") from None
    tried: list[tuple[int, int, str, Header]] = []
    with long_cells():
        for separator in SEPARATORS:
            for header in possible_headers(_csv_rows(path, encoding, separator)):
                _, faults = form_of(header.cells, header=header)
                tried.append((-len(faults), header.known, separator, header))
                if not faults:
                    break
        _, _, separator, header = max(tried, key=lambda one: one[:2])
        notes = before_header(list(islice(_csv_rows(path, encoding, separator), header.index)), header)
    if encoding == "cp1252":
        notes.append("the file is not UTF-8; it is read as Windows-1252")
    return _Head(encoding, separator, header, [f"{path.name}: {note}" for note in notes])


def _csv_form(path: Path, head: _Head) -> Form:
    """What the columns are, some lines looked into where the names may mean another thing."""
    body: list[Row] = []
    if doubtful_columns(head.header):
        start = head.header.index + 1
        with long_cells():
            body = list(islice(_csv_rows(path, head.encoding, head.separator), start, start + LOOKED_AT))
    return _sound(str(path), *form_of(head.header.cells, body, head.header))


def _csv_rows(path: Path, encoding: str, separator: str, faults: dict[int, Fault] | None = None) -> Iterator[Row]:
    """The records of a file; ``faults`` is told, by line number, which of them could not be cut into cells."""
    with path.open(encoding=encoding, newline="") as stream:
        yield from records(stream, separator, {} if faults is None else faults)


def _csv_batches(piece: Piece, form: Form, separator: str, chunk: int) -> Iterator[Batch]:
    first, faults = 0, dict[int, Fault]()
    with long_cells():
        below = islice(_csv_rows(Path(piece.path), piece.encoding, separator, faults), form.header.index + 1, None)
        while True:
            rows: list[list[str]] = []
            odd: dict[int, Fault] = {}
            for line, row in islice(below, chunk):
                if line in faults:
                    odd[len(rows)] = faults.pop(line)
                rows.append(row)
            if not rows:
                return
            blank = {place for place, row in enumerate(rows) if not (row and row[0]) and not any(map(str.strip, row))}
            blank -= odd.keys()
            if len(blank) < len(rows):
                yield _csv_batch(first, rows, blank, odd, form.header)
            first += len(rows)


def _csv_batch(
    first: int, rows: list[list[str]], blank: set[int], faults: dict[int, Fault], header: Header
) -> Batch:  # fmt: skip
    """Rows below a header, of which ``first`` stand before them, without those that are blank."""
    width, places = len(header.cells), None
    if blank:
        kept = {place: number for number, place in enumerate(sorted(set(range(len(rows))) - blank))}
        rows, places = [rows[place] for place in kept], [first + place + 1 for place in kept]
        faults = {kept[place]: fault for place, fault in faults.items()}
    extra = {}
    if set(map(len, rows)) != {width}:
        extra = {place: tuple(row[width:]) for place, row in enumerate(rows) if any(map(clean, row[width:]))}
        rows = [(row + [""] * width)[:width] for row in rows]
    columns = [cleaned(coded(column)) for column in zip(*rows, strict=True)]
    faults |= {place: HEADER_AGAIN for place in _headers_again(columns, header) if place not in extra}
    return Batch(first, len(rows), columns, extra, faults, places)


def _headers_again(columns: Sequence[Coded], header: Header) -> list[int]:
    """Which rows are the header once more: few have its name in the column of dates."""
    date = columns[header.fields["date"]]
    name = header.cells[header.fields["date"]].casefold()
    same = [code for code, text in enumerate(date.values) if text.casefold() == name]
    places = np.flatnonzero(np.isin(date.codes, same)).tolist() if same else []
    return [place for place in places if is_header_again([column.text(place) for column in columns], header)]


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
        form = form or _arrow_form(str(file), parquet.schema_arrow, partial(_first_batch, parquet))
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


def _arrow_form(name: str, schema: pa.Schema, first: Callable[[], pa.RecordBatch | pa.Table | None]) -> Form:
    """What the columns of a table are; ``first`` gives some of its lines, where its names have to be looked into."""
    if twice := sorted({column for column in schema.names if schema.names.count(column) > 1}):
        raise unreadable(name, f'two columns are called "{show(twice[0])}"', "rename one of them")
    form, faults = form_of(schema.names)
    if doubtful_columns(form.header) and (some := first()) is not None:
        texts = [as_coded(read_column(name, some.column(name))) for name in some.schema.names]
        body = [(line, [column.text(line) for column in texts]) for line in range(some.num_rows)]
        form, faults = form_of(schema.names, body)
    return _sound(name, form, faults)


def _first_batch(parquet: pq.ParquetFile) -> pa.RecordBatch | None:
    return next(parquet.iter_batches(batch_size=LOOKED_AT), None)


def _first_rows(source: object) -> pa.Table | None:
    """Some lines of a table in memory, None of a stream, which can be read but once."""
    for method, some in (("slice", (0, LOOKED_AT)), ("head", (LOOKED_AT,)), ("limit", (LOOKED_AT,))):
        if callable(take := getattr(source, method, None)):
            return as_stream(take(*some)).read_all()
    return None


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
    try:
        if hasattr(source, "__arrow_c_stream__"):
            return pa.RecordBatchReader.from_stream(source)
        if hasattr(source, "itertuples"):
            return pa.Table.from_pandas(source, preserve_index=False).to_reader()
    except (pa.ArrowException, ValueError) as error:
        if hasattr(source, "itertuples"):
            return _frame_in_texts(source).to_reader()
        raise TableError(f"the table cannot be read ({error}); make each column of one type, such as text") from None
    if hasattr(source, "fetch_arrow_reader"):
        return source.fetch_arrow_reader(100_000)
    raise TableError(
        f"a cohort is read from a path, a DataFrame, an Arrow table or a DuckDB relation, not {type(source).__name__}"
    )


def _frame_in_texts(frame: Any) -> pa.Table:
    """A DataFrame of which some columns hold things of several kinds: these are texts, as in a CSV file."""
    import pyarrow as pa

    frame = frame if frame.index.names == [None] else frame.reset_index()
    columns = []
    for place in range(frame.shape[1]):
        column = frame.iloc[:, place]
        try:
            columns.append(pa.array(column, from_pandas=True))
        except pa.ArrowException:
            texts = [None if blank else _as_text(cell) for cell, blank in zip(column, column.isna(), strict=True)]
            columns.append(pa.array(texts, pa.string()))
    return pa.Table.from_arrays(columns, names=[str(name) for name in frame.columns])


def _as_text(cell: object) -> str:
    """A cell as a CSV file has it; of a time its day."""
    if isinstance(cell, dt.date):  # a time is one as well
        return f"{cell:%Y-%m-%d}"
    return plain_number(cell) if isinstance(cell, (float, np.floating)) else str(cell)


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
        read_column(name, table.column(name), codes=place == code) if place in needed else blank
        for place, name in enumerate(form.names)
    ]
    person = one_array(table.column(form.names[form.person]))
    columns[form.person] = people_from_arrow(person, numbered=form.numbered)
    return Batch(first, table.num_rows, columns)


def read_column(name: str, column: pa.ChunkedArray | pa.Array, *, codes: bool = False) -> Column:
    """A column of an Arrow table, as ``from_arrow`` has it.

    Raises
    ------
    TableError
        It holds what is neither a text, a number nor a date.
    """
    import pyarrow as pa

    try:
        return from_arrow(one_array(column), codes=codes)
    except pa.ArrowException:
        raise TableError(f'column "{name}" ({column.type}) cannot be read; make it text, or numbers') from None


def one_array(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """A column in one piece."""
    import pyarrow as pa

    if isinstance(column, pa.Array):
        return column
    if column.num_chunks == 1:
        return column.chunk(0)
    whole = column.unify_dictionaries().combine_chunks()
    return whole.chunk(0) if isinstance(whole, pa.ChunkedArray) else whole


def batches(piece: Piece, form: Form, separator: str, chunk: int, table: object = None) -> Iterator[Batch]:
    """The lines of a piece, about ``chunk`` at a time: the same ones whenever it is read."""
    if not piece.path:
        yield from _arrow_batches(iter(as_stream(table)), form, chunk)
    elif separator:
        yield from _csv_batches(piece, form, separator, chunk)
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
