"""SAS transport files (version 5), in which NHANES is published: records of 80 bytes, numbers as IBM floats.

The layout is that of SAS technical note TS-140, "Record layout of a SAS version 5 or 6 data set in transport format".
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from nutrigap.diary.cells import cell_text
from nutrigap.diary.columns import Row
from nutrigap.diary.model import unreadable
from nutrigap.diary.text import TRANSPORT_START

_RECORD = 80  # [bytes]
_NAMES = b"HEADER RECORD*******NAMESTR HEADER RECORD!!!!!!!"
_VALUES = b"HEADER RECORD*******OBS     HEADER RECORD!!!!!!!"
_MEMBER = b"HEADER RECORD*******MEMBER  HEADER RECORD!!!!!!!"
# Of a variable's 140 bytes: type, length, name, and its place in a row [bytes].
_VARIABLE = struct.Struct(">h2xh2x8s68xl52x")
_NUMBER = 1


class _Variable(NamedTuple):
    name: str
    is_number: bool
    start: int
    end: int


def transport_rows(data: bytes, path: str) -> list[Row]:
    """The first data set of a transport file as rows of text: the names in row 0, then a row a record.

    A missing value is a blank cell.

    Raises
    ------
    DiaryError
        The file is damaged, or of another version.
    """
    names, values = data.find(_NAMES), data.find(_VALUES)
    if not data.startswith(TRANSPORT_START) or not 0 < names < values:
        raise _damaged(path, "the headers of its parts are missing")
    variables = _variables(data[names:values], path)
    width = max(variable.end for variable in variables)
    body = data[values + _RECORD :]
    following = body.find(_MEMBER)
    body = body if following < 0 else body[:following]
    rows: list[Row] = [(0, [variable.name for variable in variables])]
    for number, start in enumerate(range(0, len(body) - width + 1, width), start=1):
        record = body[start : start + width]
        if record.isspace() and body[start:].isspace():  # what fills the last 80 bytes
            break
        rows.append((number, [_cell(record, variable) for variable in variables]))
    return rows


def _variables(part: bytes, path: str) -> list[_Variable]:
    count = part[54:58]
    described = part[_RECORD:]
    if not count.isdigit() or not 0 < int(count) <= len(described) // _VARIABLE.size:
        raise _damaged(path, "the list of its variables is cut off")
    found = []
    for i in range(int(count)):
        kind, length, name, start = _VARIABLE.unpack_from(described, i * _VARIABLE.size)
        if kind not in (1, 2) or start < 0 or not 0 < length <= (8 if kind == _NUMBER else 32_767):
            raise _damaged(path, "a variable of it is of no known type or length")
        found.append(_Variable(name.decode("latin-1").strip(), kind == _NUMBER, start, start + length))
    return found


def _cell(record: bytes, variable: _Variable) -> str:
    cell = record[variable.start : variable.end]
    if not variable.is_number:
        return cell.decode("latin-1").rstrip(" \0")
    value = ibm_float(cell)
    return "" if value is None else cell_text(value)


def ibm_float(cell: bytes) -> float | None:
    """The number in 2 to 8 bytes of an IBM float, None for a missing value (``.``, ``._``, ``.A`` to ``.Z``).

    A sign bit, 7 bits of an exponent to base 16 (64 is 0), and a fraction below 1.
    """
    if cell[0] in b"._ABCDEFGHIJKLMNOPQRSTUVWXYZ" and not any(cell[1:]):
        return None
    fraction = int.from_bytes(cell[1:].ljust(7, b"\0"))
    value = fraction / 2.0**56 * 16.0 ** ((cell[0] & 0x7F) - 64)
    return -value if cell[0] & 0x80 else value


def _damaged(path: str, what: str) -> Exception:
    return unreadable(path, f"the SAS transport file cannot be read: {what}", "download it again, or save it as CSV")
