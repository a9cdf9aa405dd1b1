"""The folder of a cohort run: whose it is, that one run at a time is at work in it, what of it may be deleted.

Nothing is deleted but files whose names nutrigap gives, in a folder that its own ``run.json`` or manifest marks.
"""

from __future__ import annotations

import os
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
    """The folder, made where it is not there, for one run alone; the system lets go of it when a process dies.

    Raises
    ------
    TableError
        Another run is at work in it, or nothing can be written there.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(folder / LOCK, timeout=0)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise TableError(
            f"{printable(str(folder))}: another run is at work here; wait for it, or choose another folder"
        ) from None
    except (OSError, NotImplementedError) as error:
        reason = getattr(error, "strerror", None) or error
        raise TableError(f"{printable(str(folder))}: cannot be written ({reason}); choose another place") from None
    try:
        yield
    finally:
        lock.release()
