"""A cohort run: pieces of the input to sums, sums to tables, on one machine or many; it can be taken up again.

Each piece is added up by itself. Where the people follow each other in order (a Parquet file sorted by person), all
but the first and the last person of a piece are finished with it; the sums of those two, and all sums of an input
without order, are kept by person until every piece is done, then put together. Whole numbers add up to the same in
whatever order that happens.
"""

from __future__ import annotations

import hashlib
import json
import logging
import warnings
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nutrigap import __version__
from nutrigap.cohorts.columns import Batch
from nutrigap.cohorts.finish import Finisher
from nutrigap.cohorts.folder import MANIFEST, RECORD, SCHEMA, WORK, start_afresh
from nutrigap.cohorts.inputs import HINT, Input, Piece, batches
from nutrigap.cohorts.lines import Adder, Counts, LeftOut
from nutrigap.cohorts.people import PeopleTable, person_key
from nutrigap.cohorts.reasons import ReasonCount, reasons_of, recorded, together
from nutrigap.cohorts.state import COUNTED, FLAGGED, LEFT_OUT, LINES, Layout, State, merged
from nutrigap.cohorts.store import (
    ANEW,
    load_state,
    names_in,
    put_together,
    read_json,
    rows_of,
    save_state,
    write_json,
    write_left_out,
    write_table,
)  # fmt: skip
from nutrigap.entries import Kitchen
from nutrigap.errors import TableError
from nutrigap.readings import Method
from nutrigap.tables import FoodTable, load_foods
from nutrigap.words import printable

if TYPE_CHECKING:
    from distributed import Client

    from nutrigap.choices import Choice
    from nutrigap.recipes import Recipe

LEFT_OUT_IN = "left_out"
ROWS_A_BUCKET = 2_000_000  # lines whose sums are put together at once
UNKNOWN_BUCKETS, MOST_BUCKETS = 16, 256
CONNECT_SECONDS = 10
GUARD = 'run again, or with fewer; in a script, call cohort below if __name__ == "__main__":'
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
        return self.folder / WORK

    @cached_property
    def kitchen(self) -> Kitchen:
        """What lines are read with; each process makes its own."""
        return Kitchen(self.foods or load_foods(), self.choices, self.recipes, self.measures)


class Share(NamedTuple):
    """What one task has done.

    Attributes
    ----------
    counts : Counts
        Lines it has read.
    reasons : tuple of ReasonCount
        Why some of them are left out.
    days, people : int
        Rows of the tables it wrote.
    waiting : int
        Lines in the sums it kept for another task, less those in the sums it finished: 0 when all tasks are done.
    strangers : int
        How many of the people are not in the table of people.
    """

    counts: Counts
    reasons: tuple[ReasonCount, ...] = ()
    days: int = 0
    people: int = 0
    waiting: int = 0
    strangers: int = 0


def buckets_for(rows: int) -> int:
    """Into how many parts the people of so many lines are dealt; 0 where nobody knows how many they are."""
    return min(MOST_BUCKETS, rows // ROWS_A_BUCKET + 1) if rows else UNKNOWN_BUCKETS


# --- tasks: each leaves its files and a record that they are whole


def adder_of(plan: Plan) -> Adder:
    """What adds up lines; it remembers the phrases it has read."""
    return Adder(plan.input.form, plan.input.separator, plan.kitchen, plan.layout, plan.date_format)


def take_piece(
    plan: Plan, piece: Piece, table: object = None, progress: Progress | None = None, adder: Adder | None = None
) -> Share:
    """Add up the lines of a piece, unless that is done already; its record names all sums that it leaves."""
    place = plan.work / f"piece-{piece.number:05d}.json"
    if (found := read_json(place)) is not None:
        share = _share(found)
        if progress is not None:
            progress(share.counts.rows, plan.input.rows)
        return share
    adder = adder or adder_of(plan)
    if piece.whole:
        return _take_whole(plan, piece, place, adder, progress)
    share, sums = Share(Counts()), list[dict[str, object]]()
    for number, batch in enumerate(batches(piece, plan.input.form, plan.input.separator, plan.chunk, table)):
        sums.append(_take_batch(plan, piece, f"{place.stem}-{number:05d}", batch, adder))
        share = _both(share, _share(sums[-1]))
        if progress is not None:
            progress(batch.size, plan.input.rows)
    write_json(place, share._asdict() | {"sums": sums})
    return share


def _take_batch(plan: Plan, piece: Piece, name: str, batch: Batch, adder: Adder) -> dict[str, object]:
    """The record of a batch whose sums are kept by person, unless that is done already."""
    if (found := read_json(plan.work / f"{name}.json")) is not None:
        return found
    state, counts, left = adder.add(batch)
    reasons = _note_left_out(plan, name, piece.path, left)
    bucket = _buckets(state.people, plan.buckets)[state.person]
    share = Share(counts, reasons, waiting=_lines(state))
    record = save_state(plan.work / name, state, bucket, plan.buckets) | share._asdict()
    write_json(plan.work / f"{name}.json", record)
    return record


def _take_whole(plan: Plan, piece: Piece, place: Path, adder: Adder, progress: Progress | None) -> Share:
    """A piece of which only the first and the last person may have lines elsewhere: all others are finished."""
    states, counts, left = [], Counts(), list[LeftOut]()
    for batch in batches(piece, plan.input.form, plan.input.separator, plan.chunk):
        state, more, out = adder.add(batch)
        states.append(state)
        counts, left = counts.plus(more), left + out
    state = merged(states)
    reasons = _note_left_out(plan, place.stem, piece.path, left)
    # in order of people: the first of them stand before ``start``, the last from ``end`` on
    start = int(np.searchsorted(state.person, 0, side="right"))
    end = max(start, int(np.searchsorted(state.person, len(state.people) - 1)))
    finished = _finish(plan, state.only(slice(start, end)), f"part-{piece.number:05d}")
    edge = merged([state.only(slice(start)), state.only(slice(end, None))])
    sums = save_state(place.with_suffix(""), edge, np.zeros(len(edge), dtype=np.int64), plan.buckets)
    share = finished._replace(counts=counts, reasons=reasons, waiting=_lines(edge))
    write_json(place, share._asdict() | {"sums": [sums]})
    if progress is not None:
        progress(piece.rows, plan.input.rows)
    return share


def take_bucket(plan: Plan, bucket: int) -> Share:
    """Put together the sums of the people of one bucket and write their tables, unless that is done already."""
    place = plan.work / f"bucket-{bucket:05d}.json"
    if (found := read_json(place)) is not None:
        return _share(found)
    state = merged([load_state(plan.work, sums, bucket) for piece in plan.input.pieces for sums in _sums(plan, piece)])
    share = _finish(plan, state, f"part-{len(plan.input.pieces) + bucket:05d}")
    share = share._replace(waiting=-_lines(state))
    write_json(place, share._asdict())
    return share


def _sums(plan: Plan, piece: Piece) -> list[dict[str, object]]:
    """All sums that a piece has left."""
    place = plan.work / f"piece-{piece.number:05d}.json"
    found = (read_json(place) or {}).get("sums")
    if not isinstance(found, list):
        raise TableError(f"{place}: the sums of this part of the input are not there; {ANEW}")
    return found


def _lines(state: State) -> int:
    """How many lines are in sums."""
    return int(state.block("lines", LINES)[:, [COUNTED, FLAGGED, LEFT_OUT]].sum())


def _finish(plan: Plan, state: State, name: str) -> Share:
    """Write the tables of people who are complete."""
    if not len(state):
        return Share(Counts())
    finisher = Finisher(
        plan.kitchen.foods, plan.layout, plan.people, plan.method, reading=plan.reading, references=plan.references,
        doses=plan.input.form.tells_doses,
    )  # fmt: skip
    days, people, strangers = finisher.tables(state)
    if len(days["person"]):
        write_table(plan.folder / "totals" / name, days, plan.kind)
        write_table(plan.work / "people" / name, people, plan.kind)
    return Share(Counts(), days=len(days["person"]), people=len(people["person"]), strangers=strangers)


def _note_left_out(plan: Plan, name: str, path: str, lines: Sequence[LeftOut]) -> tuple[ReasonCount, ...]:
    if lines:
        write_left_out(plan.folder / LEFT_OUT_IN / f"{name}.csv", path or plan.input.name, lines)
    return reasons_of(lines)


def _buckets(people: NDArray[np.generic], buckets: int) -> NDArray[np.int64]:
    """Which part each person is dealt to, by the name alone."""
    return np.array([zlib.crc32(str(name).encode()) % buckets for name in people.tolist()], dtype=np.int64)


def _share(record: Mapping[str, object]) -> Share:
    """As a record tells it."""
    counts, reasons = record["counts"], record["reasons"]
    assert isinstance(counts, (list, tuple)) and isinstance(reasons, (list, tuple))
    return Share(
        Counts(*counts), tuple(ReasonCount(*each) for each in reasons),
        *(int(str(record[name])) for name in Share._fields[2:]),
    )  # fmt: skip


def _both(one: Share, other: Share) -> Share:
    return Share(
        one.counts.plus(other.counts), together((*one.reasons, *other.reasons)),
        *(a + b for a, b in zip(one[2:], other[2:], strict=True)),
    )  # fmt: skip


# --- the whole


def described(plan: Plan, people_sha256: str) -> dict[str, object]:
    """What results rest on: inputs, tables and options; two runs that agree in it agree in every number."""
    foods = plan.kitchen.foods
    return {
        "schema": SCHEMA, "schema_version": 1, "software": {"nutrigap": __version__},
        "inputs": {
            "lines": [{"path": path, "sha256": sha256} for path, sha256 in plan.input.files],
            "people": {"sha256": people_sha256} if plan.people is not None else None,
        },
        "foods": {"name": foods.name, "edition": foods.edition, "sha256": foods.sha256},
        "options": {
            "form": "resolved" if plan.input.form.resolved else "written",
            "nutrients": list(plan.layout.nutrients), "chunk": plan.chunk, "buckets": plan.buckets,
            "tables": plan.kind, "readings": plan.reading, "references": plan.references, "level": plan.method.level,
            "sd": dict(sorted(plan.method.sd.items())),
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
        The folder holds the results of another run, or not all of this one.
    """
    if overwrite:
        start_afresh(plan.folder)
    wanted = json.loads(json.dumps(description))
    done = read_json(plan.folder / RECORD)
    begun = None if overwrite else done or read_json(plan.folder / MANIFEST)
    differ = [name for name, value in wanted.items() if begun is not None and begun.get(name) != value]
    if begun is not None and differ:
        raise TableError(
            f"{plan.folder}: another run is here ({_difference(begun, wanted, differ[0])}); "
            "choose another folder, or overwrite it (--overwrite)"
        )
    if not plan.input.files:  # what lies in memory cannot be told to be the same
        if done is not None:
            raise TableError(f"{plan.folder}: the results of a run are here; choose another folder, or overwrite them")
        start_afresh(plan.folder)
    if done is None:
        write_json(plan.folder / MANIFEST, wanted)
    else:
        _see_results(plan, done)
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
        dask is not installed, the cluster cannot be reached or has gone, worker after worker has died of the same
        lines, or the input lies in memory.
    """
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        raise TableError(f"--workers and --scheduler need dask, which is not installed; {HINT}") from None
    if any(not piece.path for piece in plan.input.pieces):
        raise TableError("a table in memory is added up by one process; write it to Parquet files for many")
    # what goes wrong on a worker is told by the error that comes back, not by the log of its process as well
    quiet = {"threads_per_worker": 1, "dashboard_address": ":0", "silence_logs": logging.CRITICAL}
    with ExitStack() as stack:
        try:
            cluster = None if scheduler else stack.enter_context(LocalCluster(n_workers=workers, **quiet))
            client = stack.enter_context(Client(scheduler or cluster, timeout=CONNECT_SECONDS))
        except (OSError, ValueError) as error:
            raise TableError(f"{scheduler or 'the cluster'}: cannot be reached ({error}); check its address") from None
        except RuntimeError as error:
            raise TableError(f"the {workers} processes could not be started ({error}); {GUARD}") from None
        with _losses_told():
            shared = _shared(client, plan)
            shares = []
            for share in _done(client, take_piece, shared, plan.input.pieces):
                shares.append(share)
                if progress is not None:
                    progress(share.counts.rows, plan.input.rows)
            shares += _done(client, take_bucket, shared, range(plan.buckets))
    return _together(shares)


def end_of_worker_in_script() -> None:
    """End a process that is being started, and reads the script that starts it as if it had been called.

    It would start processes of its own, without end. Without a word: the script itself is told.
    """
    from multiprocessing import current_process

    if getattr(current_process(), "_inheriting", False):  # what Python asks before it refuses to start another
        raise SystemExit(1)


def _done(client: Client, task: Callable[..., Share], plan: object, of: Sequence[object]) -> Iterator[Share]:
    """The shares of tasks as they are done; dask begins those of a worker that dies again elsewhere, a few times."""
    from distributed import as_completed

    futures = [client.submit(task, plan, one, pure=False) for one in of]
    yield from (future.result() for future in as_completed(futures))


def _shared(client: Client, plan: Plan) -> object:
    """The plan on the workers, without the kitchen of this process.

    It is the result of a task, which dask does again when every worker that held it has died; what is scattered would
    be gone.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Sending large graph")  # a table of a million people is large
        return client.submit(_as_it_is, replace(plan), pure=False)


def _as_it_is(plan: Plan) -> Plan:
    return plan


@contextmanager
def _losses_told() -> Iterator[None]:
    """Workers or a cluster that are not there any more, told as a message."""
    from concurrent.futures import CancelledError

    from distributed import KilledWorker
    from distributed.comm.core import CommClosedError

    try:
        yield
    except KilledWorker:
        raise TableError(
            "several workers have died, one after the other, of the same lines; give them more memory, or fewer lines "
            "at a time (--chunk)"
        ) from None
    except (CancelledError, CommClosedError):
        raise TableError("the cluster has gone; what it has finished is kept, run again to go on") from None


def _together(shares: Sequence[Share]) -> Share:
    return reduce(_both, shares, Share(Counts()))


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
    """Put the tables of people together, see that nothing is missing, and only then write that the run is done.

    Raises
    ------
    TableError
        Files of the run were changed meanwhile, or nobody who has lines is in the table of people.
    RuntimeError
        Lines are not accounted for, which would be a fault of the program.
    """
    counts = share.counts
    if counts.rows != counts.counted + counts.flagged + counts.left_out:
        raise RuntimeError(f"of {counts.rows} lines {counts.rows - sum(counts[1:])} are not accounted for")
    if share.waiting:
        raise RuntimeError(f"{share.waiting} lines are in the sums of parts, but not in those of people")
    record: dict[str, object] = {
        **description, "lines": counts._asdict(), **recorded(share.reasons), "person_days": share.days,
        "people": share.people, "people_table": None, "notes": list(plan.input.notes),
    }  # fmt: skip
    record["people_table"] = _joined(plan, share)
    parts = sorted((plan.work / "people").glob(f"part-*.{plan.kind}"))
    _see_all_rows(plan, "people", parts, share.people)
    if parts:
        put_together(parts, people := plan.folder / f"people.{plan.kind}")
        _refuse_two_writings(names_in(people))
    _see_results(plan, record)
    write_json(plan.folder / RECORD, record)
    return record


def _refuse_two_writings(names: Sequence[str]) -> None:
    """One person written in two ways would be two people, each with the age and the weight of the one.

    Raises
    ------
    TableError
        There is such a person.
    """
    written: dict[str, str] = {}
    for name in names:
        other = written.setdefault(person_key(name), name)
        if other != name:
            raise TableError(
                f'the lines write one person as "{printable(other)}" and as "{printable(name)}"; write each person in '
                "one way, and two people so that their numbers differ"
            )


def _see_results(plan: Plan, record: Mapping[str, object]) -> None:
    """That all is there that the record of a run tells of."""
    reasons = record.get("reasons", [])
    assert isinstance(reasons, list)
    left_out = sum(reason["lines"] for reason in reasons) + int(str(record.get("other_reasons", 0)))
    for what, pattern, wanted in (
        ("person-days", f"totals/part-*.{plan.kind}", record["person_days"]),
        ("people", f"people.{plan.kind}", record["people"]),
        ("lines with a reason", f"{LEFT_OUT_IN}/piece-*.csv", left_out),
    ):
        _see_all_rows(plan, what, sorted(plan.folder.glob(pattern)), int(str(wanted)))


def _see_all_rows(plan: Plan, what: str, files: Sequence[Path], wanted: int) -> None:
    """That the tables hold the rows that were written, no fewer and no more."""
    found = sum(map(rows_of, files))
    if found != wanted:
        raise TableError(
            f"{plan.folder}: there are {found:,} {what} in the files where {wanted:,} were written; something else has "
            f"changed them; {ANEW}"
        )
