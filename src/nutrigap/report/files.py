"""Writing a report to disk: all of it or nothing."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from nutrigap.errors import TableError
from nutrigap.words import printable


def write_text(path: Path, text: str) -> None:
    """Write text in UTF-8, as ``write_bytes`` does; what UTF-8 cannot hold is a TableError too."""
    try:
        data = text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise _unwritable(path, error) from None
    write_bytes(path, data)


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file atomically: a reader sees the old file or the whole new one, never a part.

    A link is followed, and what is no ordinary file (a pipe, ``/dev/null``) is written to, never replaced.

    Raises
    ------
    TableError
        The place cannot be written.
    """
    try:
        target = Path(os.path.realpath(path))
        if target.exists() and not target.is_file() and not target.is_dir():
            target.write_bytes(data)
        else:
            _replace(target, data)
    except (OSError, ValueError) as error:
        raise _unwritable(path, error) from None


def _unwritable(path: Path, error: OSError | ValueError) -> TableError:
    return TableError(f"{printable(str(path))}: cannot be written ({reason(error)}); choose another place")


def _replace(target: Path, data: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".nutrigap.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        mask = os.umask(0)
        os.umask(mask)
        Path(name).chmod(0o666 & ~mask)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def make_folder(path: Path) -> None:
    """Make a folder unless it is there.

    Raises
    ------
    TableError
        It cannot be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        raise TableError(f"{printable(str(path))}: no such folder can be made ({reason(error)})") from None


def reason(error: OSError | ValueError) -> str:
    """What the system says, without its number and path."""
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
