"""Zip archives: which member is the diary."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Sequence

from nutrigap.diary.cells import show
from nutrigap.diary.finding import in_sheets, in_text
from nutrigap.diary.layouts import LAYOUTS, PEEK, PLAIN, File, Layout, whole_file
from nutrigap.diary.model import unreadable
from nutrigap.diary.text import TRANSPORT_START, WORKBOOK_STARTS, decode
from nutrigap.errors import DiaryError

LARGEST_WHOLE = 500_000_000  # [bytes] unpacked, of a member that is read as a whole: beyond it, it is taken for a trap
_ENDINGS = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".json", ".xml", ".db", ".sqlite", ".xpt")
_DAMAGE = (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError, NotImplementedError)


def unpack(data: bytes, path: str, layouts: Sequence[Layout]) -> tuple[File, list[str]]:
    """The member of an archive that is the diary, and a note that says so; a workbook is given back as it is.

    Raises
    ------
    DiaryError
        The archive is damaged, or nothing in it is a diary.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        names = archive.namelist()
    except _DAMAGE as error:
        raise unreadable(path, f"the archive is damaged ({show(str(error))})", "save or download it again") from None
    if any(name.startswith("xl/") or name == "content.xml" for name in names):
        return whole_file(data, path), []
    tables = [name for name in sorted(names) if _may_be_diary(name)]
    ranked = sorted((rank, name) for name in tables if (rank := _rank(archive, name, layouts)) is not None)
    if not ranked and len(tables) != 1:
        inside = f" (it holds {show(', '.join(tables), 80)})" if tables else ""
        what = f"this is a zip archive{inside}, and nothing in it can be read as a diary"
        raise unreadable(path, what, "unpack it, and give the diary inside")
    chosen = ranked[0][1] if ranked else tables[0]  # of one alone, the faults are told as they are found
    others = [name for name in tables if name != chosen]
    notes = [f'of the archive "{show(chosen, 80)}" is read as the diary' + (f"; not {_some(others)}" if others else "")]
    return File(path, lambda: _Member(archive, chosen, path), lambda name: _beside(archive, name, path)), notes


def _may_be_diary(name: str) -> bool:
    folder, _, last = name.rpartition("/")
    return last.lower().endswith(_ENDINGS) and not last.startswith(".") and not folder.startswith("__MACOSX")


class _Member:
    """A member as a stream whose faults are told as those of a diary."""

    def __init__(self, archive: zipfile.ZipFile, name: str, path: str) -> None:
        self._name, self._path = name, path
        self._fix = "save or download the archive again, or unpack it and give the diary inside"
        try:
            self._stream = archive.open(name)
        except _DAMAGE as error:
            raise self._fault(error) from None

    def read(self, size: int = -1) -> bytes:
        """The next bytes; without a size all that are left, if a diary can have so many."""
        try:
            data = self._stream.read(size if size >= 0 else LARGEST_WHOLE + 1)
        except _DAMAGE as error:
            raise self._fault(error) from None
        if size < 0 and len(data) > LARGEST_WHOLE:
            raise unreadable(self._path, f'"{show(self._name)}" is too large to be a diary', self._fix)
        return data

    def _fault(self, error: Exception) -> DiaryError:
        return unreadable(self._path, f'"{show(self._name)}" in it cannot be read ({show(str(error), 80)})', self._fix)

    def __enter__(self) -> _Member:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()


def _rank(archive: zipfile.ZipFile, name: str, layouts: Sequence[Layout]) -> int | None:
    """How early a member is to be taken, the lowest first; None where it is no diary."""
    try:
        with _Member(archive, name, "") as stream:
            start = stream.read(PEEK)
        layout = next((layout for layout in layouts if layout.starts(start)), None)
        layout = layout or _table_layout(start, layouts)
    except DiaryError:
        return None
    # a plain table, or a workbook into which one cannot look, is taken where there is nothing better
    return None if layout is None else len(LAYOUTS) if layout is PLAIN else LAYOUTS.index(layout)


def _table_layout(start: bytes, layouts: Sequence[Layout]) -> Layout | None:
    if start.startswith(TRANSPORT_START):
        from nutrigap.diary.transport import transport_rows

        found = in_sheets([("", transport_rows(start, ""))], layouts)
    elif start.startswith(WORKBOOK_STARTS):
        return PLAIN
    else:
        whole = start.rpartition(b"\n")[0] if len(start) == PEEK else start  # not half a line or character
        found = in_text(*decode(whole, ""), layouts)
    return next((one.layout for one in found if one.fits), None)


def _beside(archive: zipfile.ZipFile, name: str, path: str) -> bytes | None:
    """A member with this name in whatever folder, read whole."""
    found = next((one for one in archive.namelist() if one.rpartition("/")[2] == name), None)
    if found is None:
        return None
    with _Member(archive, found, path) as stream:
        return stream.read()


def _some(names: list[str]) -> str:
    listed = ", ".join(f'"{show(name, 60)}"' for name in names[:3])
    return f"{listed} and {len(names) - 3} more" if len(names) > 3 else listed
