"""Single cells: odd spaces made ordinary, numbers as people write them, values of a sheet as text."""

from __future__ import annotations

import datetime
import re
import unicodedata

from nutrigap.diary.model import Fault

# No-break, thin and ideographic spaces become plain ones; marks of byte order and zero width go.
_SPACES = dict.fromkeys((0x00A0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000), " ")
_INVISIBLE = dict.fromkeys((0x200B, 0x2060, 0xFEFF))
_ODD = str.maketrans({**_SPACES, **_INVISIBLE})

UNKNOWN = frozenset({
    "", "-", "--", "–", "—", "?", ".", "..", "...", "n/a", "#n/a", "na", "n.a.", "nan", "none", "null", "nd",
    "n.d.", "unknown", "not known", "not measured", "missing",
})  # fmt: skip
_LONGEST_NUMBER = 40
# Patterns are strings: re compiles one when it is first needed, and an ordinary diary needs few.
_TRACES = r"^(?:tr|trace|traces|[<>≤≥~].*)$"
_WITH_UNIT = r"^(.*[\d.,])\s*([^\W\d]+)$"
# "1,234" and "1.234" may be a little over one or a little over a thousand.
_AMBIGUOUS = {",": r"^[1-9]\d{0,2},\d{3}$", ".": r"^[1-9]\d{0,2}\.\d{3}$"}
# Ways of writing a number: pattern, mark of the thousands, mark of the decimals.
_WRITINGS = (
    (r"(?a)^\+?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$", "", "."),
    (r"(?a)^\+?\d*,\d+$", "", ","),
    (r"(?a)^\d{1,3}(?:(?:,\d{3})+\.\d+|(?:,\d{3}){2,})$", ",", "."),
    (r"(?a)^\d{1,3}(?:(?:\.\d{3})+,\d+|(?:\.\d{3}){2,})$", ".", ","),
    (r"(?a)^\d{1,3}(?: \d{3})+(?:\.\d+)?$", " ", "."),
    (r"(?a)^\d{1,3}(?: \d{3})+,\d+$", " ", ","),
)


class DateText(str):
    """The ISO text of a cell that was a date in its sheet: no date format can read it otherwise."""

    __slots__ = ()


def clean(text: str) -> str:
    """The cell without surrounding space, and with odd spaces made ordinary; otherwise as typed."""
    return text.strip() if text.isascii() else text.translate(_ODD).strip()


def show(text: str, longest: int = 40) -> str:
    """The text as quoted in a message: one line, nothing that a terminal would obey, not too long."""
    line = " ".join("".join(c if c.isprintable() or c.isspace() else "�" for c in text[: 4 * longest]).split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def read_number(text: str, *, unit: str = "", ambiguous: str = ",") -> float | Fault | None:
    """The number in a cell of nutrient amounts, None where the cell says "unknown", or what is wrong with it.

    Parameters
    ----------
    text : str
        A cleaned cell.
    unit : str
        A unit that may stand behind the number, in lower case: the one of the column.
    ambiguous : str
        Marks (``,`` and ``.``) that may stand for thousands here, so that "1,234" has two readings.
    """
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    plain = " ".join(plain.casefold().replace("−", "-").split())
    if plain in UNKNOWN:
        return None
    if len(plain) > _LONGEST_NUMBER:
        return Fault(f'"{show(text)}" is not a number', "write a number, or leave the cell blank if it is not known")
    behind = re.match(_WITH_UNIT, plain)
    if behind and unit and behind[2] == unit:
        plain = behind[1].strip()
    for mark in ambiguous:
        if re.match(_AMBIGUOUS[mark], plain):
            whole, other = plain.replace(mark, ""), plain.replace(mark, "." if mark == "," else ",")
            what = f'"{show(text)}" can be read as {whole} or as {plain.replace(mark, ".")}'
            return Fault(what, f"write {whole} or {other}, whichever is meant")
    for pattern, thousands_mark, decimal_mark in _WRITINGS:
        if re.match(pattern, plain):
            value = float(plain.replace(thousands_mark, "").replace(decimal_mark, "."))
            return value if value < float("inf") else Fault(f'"{show(text)}" is too large', "write the amount eaten")
    return _not_a_number(text, plain)


def _not_a_number(text: str, plain: str) -> Fault:
    if plain.startswith("-") and isinstance(read_number(plain[1:]), float):
        return Fault(f'"{show(text)}" is negative', "write the amount eaten, or leave the cell blank")
    if re.match(_TRACES, plain):
        fix = "write a number, or leave the cell blank if it is not known"
        return Fault(f'"{show(text)}" is not a single number', fix)
    return Fault(f'"{show(text)}" is not a number', "write a number, or leave the cell blank if it is not known")


def cell_text(value: object) -> str:
    """The text of a sheet's or a frame's cell, as it would stand in a CSV file.

    Dates are in ISO form, whole numbers without ".0", and None, NaN and NaT are blank.
    """
    if type(value) is str:
        return value
    if not isinstance(value, (str, int, float, datetime.date, datetime.time)) and hasattr(value, "item"):
        value = value.item()  # a number of numpy's own
    if value is None or type(value).__name__ in ("NaTType", "NAType"):
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return _float_text(float(value))
    if isinstance(value, datetime.datetime):
        clock = f"{value:%H:%M:%S}".removesuffix(":00")
        day = value.date().isoformat()
        return DateText(day if clock == "00:00" else f"{day} {clock}")
    if isinstance(value, datetime.date):
        return DateText(value.isoformat())
    if isinstance(value, datetime.time):
        return f"{value:%H:%M:%S}".removesuffix(":00")
    return str(value)


def _float_text(value: float) -> str:
    if value != value:
        return ""
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
