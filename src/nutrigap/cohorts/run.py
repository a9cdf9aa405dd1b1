"""A cohort run: pieces of the input to sums, sums to tables, on one machine or many; it can be taken up again.

Each piece is added up by itself. Where the people follow each other in order (a Parquet file sorted by person), all
but the first and the last person of a piece are finished with it; the sums of those two, and all sums of an input
without order, are kept by person until every piece is done, then put together. Whole numbers add up to the same in
whatever order that happens.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nutrigap import __version__
from nutrigap.cohorts.finish import Finisher
from nutrigap.cohorts.inputs import HINT, Input, Piece, batches
from nutrigap.cohorts.lines import Adder, Counts, LeftOut
from nutrigap.cohorts.people import PeopleTable
from nutrigap.cohorts.state import Layout, State, merged
from nutrigap.cohorts.store import (
    clear,
    load_state,
    put_together,
    read_json,
    save_state,
    write_json,
    write_left_out,
    write_table,
)  # fmt: skip
from nutrigap.entries import Kitchen
from nutrigap.errors import TableError
from nutrigap.readings import Method
from nutrigap.tables import FoodTable, load_foods

if TYPE_CHECKING:
    from distributed import Client

    from nutrigap.choices import Choice
    from nutrigap.recipes import Recipe

ROWS_A_BUCKET = 2_000_000  # lines whose sums are put together at once
UNKNOWN_BUCKETS, MOST_BUCKETS = 16, 256
CONNECT_SECONDS = 10
RETRIES = 5  # how often a task is begun again when its worker dies
Progress = Callable[[int, int], None]  # lines or parts done now, and how many there are (0 where nobody knows)


@dataclass(frozen=True, eq=False)
class Plan:
    """All that a process needs to know to do its share.

    Attributes
    ----------
    out : str
        Folder of the results, which every process can reach.
    foods : FoodTable or None
        The embedded table by default, which each process loads by itself.
    chunk : int
        Lines that are held at a time.
    buckets : int
        Into how many parts people are dealt whose sums have to wait.
    kind : str
        ``parquet`` or ``csv``.
    """

    out: str
    input: Input
    layout: Layout
    foods: FoodTable | None
    choices: Mapping[str, Choice]
    recipes: Mapping[str, Recipe]
    measures: str | None
    date_format: str | None
    people: PeopleTable | None
    method: Method
    reading: bool
    references: str
    chunk: int
    buckets: int
    kind: str

    @property
    def folder(self) -> Path:
        """Folder of the results."""
        return Path(self.out)

    @property
    def work(self) -> Path:
        """Folder of what is only needed until the run is done."""
        return self.folder / "work"


class Share(NamedTuple):
    """What one task has done: lines, rows of the tables it wrote, and how many people the table of people lacks."""

    counts: Counts
    days: int = 0
    people: int = 0
    strangers: int = 0


def buckets_for(rows: int) -> int:
    """Into how many parts the people of so many lines are dealt; 0 where nobody knows how many they are."""
    return min(MOST_BUCKETS, rows // ROWS_A_BUCKET + 1) if rows else UNKNOWN_BUCKETS


@lru_cache(maxsize=1)
def _kitchen(plan: Plan) -> Kitchen:
    return Kitchen(plan.foods or load_foods(), plan.choices, plan.recipes, plan.measures)


# --- tasks: each leaves its files and a record that they are whole


def adder_of(plan: Plan) -> Adder:
    """What adds up lines; it remembers the phrases it has read."""
    return Adder(plan.input.form, plan.input.separator, _kitchen(plan), plan.layout, plan.date_format)


def take_piece(
    plan: Plan, piece: Piece, table: object = None, progress: Progress | None = None, adder: Adder | None = None
) -> Share:
    """Add up the lines of a piece, unless that is done already."""
    adder = adder or adder_of(plan)
    if piece.whole:
        return _take_whole(plan, piece, adder, progress)
    share = Share(Counts())
    for number, batch in enumerate(batches(piece, plan.input.form, plan.input.separator, plan.chunk, table)):
        name = f"piece-{piece.number:05d}-{number:05d}"
        found = read_json(plan.work / f"{name}.json")
        if found is None:
            state, counts, left = adder.add(batch)
            _note_left_out(plan, name, piece.path, left)
            bucket = _buckets(state.people, plan.buckets)[state.person]
            record = save_state(plan.work / name, state, bucket, plan.buckets)
            write_json(plan.work / f"{name}.json", record | {"counts": counts})
        else:
            counts = _counts(found)
        share = share._replace(counts=share.counts.plus(counts))
        if progress is not None:
            progress(batch.size, plan.input.rows)
    return share


def _take_whole(plan: Plan, piece: Piece, adder: Adder, progress: Progress | None) -> Share:
    """A piece of which only the first and the last person may have lines elsewhere: all others are finished."""
    name = f"piece-{piece.number:05d}"
    if (found := read_json(plan.work / f"{name}.json")) is None:
        states, counts, left = [], Counts(), list[LeftOut]()
        for batch in batches(piece, plan.input.form, plan.input.separator, plan.chunk):
            state, more, out = adder.add(batch)
            states.append(state)
            counts, left = counts.plus(more), left + out
        state = merged(states)
        _note_left_out(plan, name, piece.path, left)
        # in order of people: the first of them stand before ``start``, the last from ``end`` on
        start = int(np.searchsorted(state.person, 0, side="right"))
        end = max(start, int(np.searchsorted(state.person, len(state.people) - 1)))
        made = _finish(plan, state.only(slice(start, end)), f"part-{piece.number:05d}")
        edge = merged([state.only(slice(start)), state.only(slice(end, None))])
        record = save_state(plan.work / name, edge, np.zeros(len(edge), dtype=np.int64), plan.buckets)
        found = record | {"counts": counts} | made
        write_json(plan.work / f"{name}.json", found)
    if progress is not None:
        progress(piece.rows, plan.input.rows)
    return _share(found)


def take_bucket(plan: Plan, bucket: int) -> Share:
    """Put together the sums of the people of one bucket and write their tables, unless that is done already."""
    name = f"bucket-{bucket:05d}"
    if (found := read_json(plan.work / f"{name}.json")) is None:
        records = [read_json(path) or {} for path in sorted(plan.work.glob("piece-*.json"))]
        state = merged([load_state(plan.work, record, bucket) for record in records])
        found = {"counts": Counts(), **_finish(plan, state, f"part-{len(plan.input.pieces) + bucket:05d}")}
        write_json(plan.work / f"{name}.json", found)
    return _share(found)


def _finish(plan: Plan, state: State, name: str) -> dict[str, int]:
    """Write the tables of people who are complete; how many rows they have, by the names of ``Share``."""
    if not len(state):
        return {}
    finisher = Finisher(
        _kitchen(plan).foods, plan.layout, plan.people, plan.method, reading=plan.reading, references=plan.references
    )
    days, people, strangers = finisher.tables(state)
    if len(days["person"]):
        write_table(plan.folder / "totals" / name, days, plan.kind)
        write_table(plan.folder / "people" / name, people, plan.kind)
    return {"days": len(days["person"]), "people": len(people["person"]), "strangers": strangers}


def _note_left_out(plan: Plan, name: str, path: str, lines: Sequence[LeftOut]) -> None:
    if lines:
        write_left_out(plan.folder / "left_out" / f"{name}.csv", path or plan.input.name, lines)


def _buckets(people: NDArray[np.generic], buckets: int) -> NDArray[np.int64]:
    """Which part each person is dealt to, by the name alone."""
    return np.array([zlib.crc32(str(name).encode()) % buckets for name in people.tolist()], dtype=np.int64)


def _counts(record: Mapping[str, object]) -> Counts:
    found = record["counts"]
    assert isinstance(found, (list, tuple))
    return Counts(*found)


def _share(record: Mapping[str, object]) -> Share:
    return Share(_counts(record), *(int(str(record.get(name, 0))) for name in Share._fields[1:]))


# --- the whole


def described(plan: Plan, people_sha256: str) -> dict[str, object]:
    """What results rest on: inputs, tables and options; two runs that agree in it agree in every number."""
    foods = _kitchen(plan).foods
    return {
        "software": {"nutrigap": __version__},
        "inputs": {
            "lines": [{"path": path, "sha256": sha256} for path, sha256 in plan.input.files],
            "people": {"sha256": people_sha256} if plan.people is not None else None,
        },
        "foods": {"name": foods.name, "edition": foods.edition, "sha256": foods.sha256},
        "options": {
            "form": "resolved" if plan.input.form.resolved else "written",
            "nutrients": list(plan.layout.nutrients), "chunk": plan.chunk, "buckets": plan.buckets,
            "tables": plan.kind, "readings": plan.reading, "references": plan.references, "level": plan.method.level,
            "measures": plan.measures, "date_format": plan.date_format,
            "choices_sha256": _digest(plan.choices), "recipes_sha256": _digest(plan.recipes),
        },
    }  # fmt: skip


def _digest(content: Mapping[str, object]) -> str | None:
    return hashlib.sha256(repr(sorted(content.items())).encode()).hexdigest() if content else None


def prepare(plan: Plan, description: Mapping[str, object], *, overwrite: bool) -> dict[str, object] | None:
    """Make the folder ready; the record of a run that is done already and rests on the same, else None.

    Raises
    ------
    TableError
        The folder holds the results of another run.
    """
    if overwrite or not plan.input.files:  # what lies in memory cannot be told to be the same
        if not overwrite and (plan.folder / "run.json").exists():
            raise TableError(f"{plan.folder}: the results of a run are here; choose another folder, or overwrite them")
        clear(plan.folder)
    done = read_json(plan.folder / "run.json")
    begun = done or read_json(plan.work / "manifest.json")
    wanted = json.loads(json.dumps(description))
    if begun is not None:
        differ = [name for name, value in wanted.items() if begun.get(name) != value]
        if differ:
            raise TableError(
                f"{plan.folder}: another run is here ({_difference(begun, wanted, differ[0])}); "
                "choose another folder, or overwrite it (--overwrite)"
            )
    if done is None:
        write_json(plan.work / "manifest.json", wanted)
    return done


def _difference(begun: Mapping[str, object], wanted: Mapping[str, object], name: str) -> str:
    old, new = begun.get(name), wanted[name]
    if isinstance(old, dict) and isinstance(new, dict):
        name = next(f"{name}.{key}" for key in {**old, **new} if old.get(key) != new.get(key))
    return f"its {name} differs"


def run_here(plan: Plan, table: object, progress: Progress | None) -> Share:
    """Every task in this process, one after the other."""
    adder = adder_of(plan)
    shares = [take_piece(plan, piece, table, progress, adder) for piece in plan.input.pieces]
    shares += [take_bucket(plan, bucket) for bucket in range(plan.buckets)]
    return _together(shares)


def run_on_workers(plan: Plan, scheduler: str | None, workers: int, progress: Progress | None) -> Share:
    """Every task on the workers of a dask cluster, which write their files themselves; only counts come back.

    Parameters
    ----------
    plan : Plan
        Its folder and its input are reached by every worker under the same name.
    scheduler : str or None
        Address of a running cluster; None starts one of ``workers`` processes on this machine.
    workers : int
    progress : callable, optional

    Raises
    ------
    TableError
        dask is not installed, the cluster cannot be reached, or the input lies in memory.
    """
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        raise TableError(f"--workers and --scheduler need dask, which is not installed; {HINT}") from None
    if any(not piece.path for piece in plan.input.pieces):
        raise TableError("a table in memory is added up by one process; write it to Parquet files for many")
    try:
        cluster = None if scheduler else LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None)
        client = Client(scheduler or cluster, timeout=CONNECT_SECONDS)
    except (OSError, ValueError) as error:
        raise TableError(f"{scheduler or 'the cluster'}: cannot be reached ({error}); check its address") from None
    try:
        shared = client.scatter(plan, broadcast=True)
        shares = []
        for share in _done(client, take_piece, shared, plan.input.pieces):
            shares.append(share)
            if progress is not None:
                progress(share.counts.rows, plan.input.rows)
        shares += _done(client, take_bucket, shared, range(plan.buckets))
    finally:
        client.close()
        if cluster is not None:
            cluster.close()
    return _together(shares)


def _done(client: Client, task: Callable[..., Share], plan: object, of: Sequence[object]) -> Iterator[Share]:
    """The shares of tasks as they are done; those of a worker that dies are begun again elsewhere."""
    from distributed import as_completed

    futures = [client.submit(task, plan, one, pure=False, retries=RETRIES) for one in of]
    yield from (future.result() for future in as_completed(futures))


def _together(shares: Sequence[Share]) -> Share:
    counts = Counts()
    for share in shares:
        counts = counts.plus(share.counts)
    return Share(counts, *(sum(column) for column in list(zip(*shares, strict=True))[1:]))


def _joined(plan: Plan, share: Share) -> dict[str, object] | None:
    """How the lines and the table of people fit together.

    Raises
    ------
    TableError
        They have nobody in common.
    """
    if plan.people is None:
        return None
    if share.strangers == share.people > 0:
        raise TableError(
            "nobody who has lines is in the table of people; write each person there as in the lines (007 is 7 and 7.0)"
        )
    return {
        "rows": len(plan.people),
        "people_without_row": share.strangers,
        "rows_without_lines": len(plan.people) - (share.people - share.strangers),
        "columns_not_read": list(plan.people.unused),
    }


def conclude(plan: Plan, share: Share, description: Mapping[str, object]) -> dict[str, object]:
    """The record of a run that is done; what was only needed on the way is deleted.

    Raises
    ------
    RuntimeError
        The lines do not add up, which would be a fault of the program.
    """
    counts = share.counts
    if counts.rows != counts.counted + counts.flagged + counts.left_out:
        raise RuntimeError(f"of {counts.rows} lines {counts.rows - sum(counts[1:])} are not accounted for")
    parts = sorted((plan.folder / "people").glob(f"part-*.{plan.kind}"))
    if parts:
        put_together(parts, plan.folder / f"people.{plan.kind}")
    shutil.rmtree(plan.folder / "people", ignore_errors=True)
    record: dict[str, object] = {
        "schema": "nutrigap/cohort", "schema_version": 1, **description, "lines": counts._asdict(),
        "person_days": share.days, "people": share.people, "people_table": _joined(plan, share),
        "notes": list(plan.input.notes),
    }  # fmt: skip
    write_json(plan.folder / "run.json", record)
    shutil.rmtree(plan.work, ignore_errors=True)
    return record
