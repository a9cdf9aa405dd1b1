"""The folder of a cohort run: whose it is, that one run at a time is at work in it, what of it may be deleted.

Nothing is deleted but files whose names nutrigap gives, in a folder that its own ``run.json`` or manifest marks.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nutrigap.cohorts.store import UNFINISHED, read_json
from nutrigap.errors import TableError
from nutrigap.words import printable

SCHEMA = "nutrigap/cohort"
RECORD = "run.json"
LOCK = ".nutrigap-lock"
WORK = ".nutrigap-work"  # what is only needed until the run is done
MANIFEST = f"{WORK}/manifest.json"
NAMES = (RECORD, "totals", "left_out", "people.parquet", "people.csv")  # of a run, and maybe of somebody else
RESULTS = ("totals/part-[0-9]*", "left_out/piece-[0-9]*", "people.parquet", "people.csv")
STEPS = (f"{WORK}/piece-[0-9]*", f"{WORK}/bucket-[0-9]*", f"{WORK}/people/part-[0-9]*")
FOLDERS = ("totals", "left_out", f"{WORK}/people", WORK)  # inner ones first
ATTEMPTS = 5  # at a lock that others take and release meanwhile
PROCESS = secrets.token_hex(8)  # tells this process from an earlier one with the same number


def refuse_overlap(out: str | Path, *inputs: object) -> None:
    """Results have a folder of their own: nothing that is read lies in it, and it lies in nothing that is read.

    Raises
    ------
    TableError
        An input (those that are no paths are passed over) and the folder of the results overlap.
    """
    folder = Path(out).resolve()
    for given in inputs:
        if not isinstance(given, (str, Path)):
            continue
        path = Path(given).resolve()
        if path == folder or path in folder.parents or folder in path.parents:
            raise TableError(
                f"{printable(str(out))}: the results would lie among what is read, {printable(str(given))}; "
                "give them a folder of their own"
            )


def refuse_foreign(folder: Path) -> None:
    """Names of ours that somebody else has given to files are not touched.

    Raises
    ------
    TableError
        The folder holds such a file, and no record or manifest of a cohort run.
    """
    if _marked(folder / RECORD) or (_marked(folder / MANIFEST) and not os.path.lexists(folder / RECORD)):
        return
    if taken := [name for name in NAMES if os.path.lexists(folder / name)]:
        raise TableError(
            f"{printable(str(folder / taken[0]))}: this would be written over, and no run of nutrigap made it; "
            "choose another folder for the results"
        )


def _marked(path: Path) -> bool:
    try:
        found = read_json(path)
    except TableError:  # it is not even of our kind
        return False
    return found is not None and found.get("schema") == SCHEMA


# --- what may be deleted


def start_afresh(folder: Path) -> None:
    """Delete what a run has written, its manifest excepted: killed midway, the folder is still one of ours."""
    if (folder / RECORD).exists():  # from here on that run is not done any more
        (folder / MANIFEST).parent.mkdir(exist_ok=True)
        (folder / RECORD).replace(folder / MANIFEST)
    _delete(folder, (*STEPS, *RESULTS))


def tidy(folder: Path) -> None:
    """Delete what a run that is done does not need any more."""
    _delete(folder, (*STEPS, MANIFEST))
    for name in FOLDERS:
        if (folder / name).is_dir() and not any((folder / name).iterdir()):
            (folder / name).rmdir()


def _delete(folder: Path, patterns: tuple[str, ...]) -> None:
    unfinished = tuple(f"{name}/{UNFINISHED}" for name in (".", *FOLDERS))
    for pattern in (*patterns, *unfinished):
        for path in folder.glob(pattern):
            if path.is_dir():
                continue
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise TableError(f"{printable(str(path))}: cannot be deleted ({error.strerror or error})") from None


# --- one run at a time


@contextmanager
def claimed(folder: Path) -> Iterator[None]:
    """The folder, made where it is not there, for one run alone.

    Raises
    ------
    TableError
        Another run is at work in it, or nothing can be written there. The lock of a process of this machine that has
        died is taken over; of another machine nobody can tell.
    """
    lock = folder / LOCK
    mine = json.dumps({"host": socket.gethostname(), "pid": os.getpid(), "process": PROCESS})
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _take(lock, mine)
    except OSError as error:
        reason = error.strerror or error
        raise TableError(f"{printable(str(folder))}: cannot be written ({reason}); choose another place") from None
    try:
        yield
    finally:
        if _text(lock) == mine:
            lock.unlink()


def _take(lock: Path, mine: str) -> None:
    for _ in range(ATTEMPTS):
        try:
            with lock.open("x", encoding="utf-8") as stream:
                stream.write(mine)
        except FileExistsError:
            holder = _text(lock)
            if holder is not None and not _dead(holder):
                break
            if holder is not None:
                _remove_dead(lock, holder)
        else:
            return
    raise TableError(
        f"{printable(str(lock.parent))}: a run is at work here ({_told(_text(lock))}); wait for it, or choose another "
        f"folder; if it has died, delete {printable(str(lock))} and run again"
    )


def _remove_dead(lock: Path, dead: str) -> None:
    """Delete the lock of a dead run, unless another that has found it too is at that, or has done it."""
    guard = lock.with_name(f"{LOCK}.dead")
    try:
        guard.open("x").close()
    except FileExistsError:
        return
    try:
        if _text(lock) == dead:
            lock.unlink()
    finally:
        guard.unlink()


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return None


def _dead(holder: str) -> bool:
    """Whether the process that wrote a lock is known to have ended."""
    told = _parts(holder)
    if told is None or told[0] != socket.gethostname():
        return False
    _, pid, process = told
    return process != PROCESS if pid == os.getpid() else not _alive(pid)


def _told(holder: str | None) -> str:
    told = _parts(holder or "")
    return "its lock cannot be read" if told is None else printable(f"process {told[1]} on {told[0]}")


def _parts(holder: str) -> tuple[str, int, str] | None:
    """Machine, number and mark of the process that wrote a lock; None of what is no such text."""
    try:
        told = json.loads(holder)
        return str(told["host"]), int(told["pid"]), str(told["process"])
    except (ValueError, TypeError, KeyError):
        return None


def _alive(pid: int) -> bool:
    if os.name == "nt":  # asking would end the process
        return True
    try:
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):  # another user's, a system without /proc, a number that is none
        return True
    return state[:1] != ["Z"]  # killed, and its parent has not asked for it yet
