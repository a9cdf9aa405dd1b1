"""Writing a report to disk: all of it or nothing."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from nutrigap.errors import TableError


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text atomically: a reader sees the old file or the whole new one, never a part.

    Raises
    ------
    TableError
        The place cannot be written.
    """
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
                stream.write(text)
            mask = os.umask(0)
            os.umask(mask)
            Path(name).chmod(0o666 & ~mask)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise TableError(f"{path}: cannot be written ({error.strerror}); choose another place with -o") from error
