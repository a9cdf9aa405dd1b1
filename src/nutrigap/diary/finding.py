"""Which table of a file is the diary, where its header stands, and of which layout it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from nutrigap.diary.columns import Header, Row, missing_columns
from nutrigap.diary.layouts import PLAIN, Layout, find_header
from nutrigap.diary.model import Fault, unreadable
from nutrigap.diary.plain import Table
from nutrigap.diary.text import SEPARATORS, long_cells, nul_faults, physical_lines, records
from nutrigap.errors import DiaryError


class Found(NamedTuple):
    """A table with the layout and the header that fit it best; whether these do fit, or only come near."""

    table: Table
    layout: Layout
    header: Header
    fits: bool
    notes: list[str]

    @property
    def rank(self) -> tuple[bool, bool, int]:
        """An export goes before a plain diary, a plain diary before what only comes near one."""
        return self.fits and self.layout is not PLAIN, self.fits, self.header.known


def in_sheets(sheets: list[tuple[str, list[Row]]], layouts: Sequence[Layout]) -> list[Found]:
    """What each sheet may be; empty sheets are none."""
    found = []
    for name, rows in sheets:
        others = ", ".join(f'"{other}"' for other, _ in sheets if other != name)
        notes = [f'sheet "{name}" is read, not {others}'] if others else []
        near = find_header(rows, layouts)
        if near is not None:
            found.append(Found(Table(rows, ""), *near, notes))
    return found


def in_text(text: str, notes: list[str], layouts: Sequence[Layout]) -> list[Found]:
    """What a delimited text is: the separator is the one that cuts the header into columns we know."""
    lines = physical_lines(text)
    tried: list[Found] = []
    with long_cells():
        for separator in SEPARATORS:
            near = find_header(records(lines, separator, {}), layouts)
            if near is not None:
                tried.append(Found(Table([], separator), *near, notes))
        if not tried:
            return []
        best = max(tried, key=lambda one: one.rank)
        faults: dict[int, Fault] = {}
        rows = list(records(lines, best.table.separator, faults))
    if "\0" in text:
        faults |= nul_faults(rows)
    return [best._replace(table=Table(rows, best.table.separator, faults, lines))]


def best(candidates: list[Found], path: str) -> Found:
    """The first of the tables that fit a layout best.

    Raises
    ------
    DiaryError
        None fits; the problems name what the nearest one lacks.
    """
    if not candidates:
        raise unreadable(path, "the file is empty", "write the header date,food,amount and a line for each food")
    nearest = max(candidates, key=lambda found: found.rank[:2] if found.fits else (False, False))
    if nearest.fits:
        return nearest
    nearest = max(candidates, key=lambda found: found.header.known)
    if nearest.layout is not PLAIN:
        raise _other_layout(nearest, path)
    if nearest.header.known == 0:
        fix = "write the names of the columns on the first line: date,food,amount"
        raise unreadable(path, "there is no header with a date and a food column", fix, line=nearest.header.line)
    raise DiaryError(path, [*missing_columns(nearest.header), *nearest.header.problems])


def _other_layout(found: Found, path: str) -> DiaryError:
    columns = " or ".join(", ".join(sorted(names)) for names in found.layout.columns)
    fix = "leave --input away to have the layout found"
    if columns:
        what = f"there is no header of {found.layout.name}: a row with the columns {columns}"
        return unreadable(path, what, fix, line=found.header.line)
    return unreadable(path, f"this is no export of {found.layout.program}", fix)
