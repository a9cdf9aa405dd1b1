"""Text of 80 columns: wrapping that keeps number and unit together, cutting, plain ASCII, colour."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator

from nutrigap.words import printable

WIDTH = 80
COLORS = {"bold": "\033[1m", "low": "\033[33m", "above": "\033[35m"}
OFF = "\033[0m"
_ASCII = str.maketrans({
    "µ": "u", "–": "-", "—": "-", "×": "x", "≥": ">=", "≤": "<=", "·": "-", "’": "'", "‘": "'", "“": '"', "”": '"',
    "…": "...", "½": "1/2", "¼": "1/4", "¾": "3/4", "ß": "ss", "\u00a0": " ",
})  # fmt: skip
# What stands behind a number and must not begin a line.
_UNITS = ("%", "mg", "µg", "ug", "kcal", "g", "days", "day")
_GLUE = "\u00a0"


def in_ascii(text: str) -> str:
    """The text in ASCII: accents dropped, signs spelled, "?" for what has no such form."""
    if text.isascii():
        return text
    flat = unicodedata.normalize("NFKD", text.translate(_ASCII))
    return "".join(c for c in flat if not unicodedata.combining(c)).encode("ascii", "replace").decode("ascii")


def columns(text: str) -> int:
    """How many columns of a terminal a text takes: wide characters two, marks on a letter none."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 1 + (unicodedata.east_asian_width(c) in "WF") for c in text)


def shorten(text: str, most: int = 40) -> str:
    """Text from a diary on one line, printable, and cut with an ellipsis where it is longer than ``most`` columns."""
    flat = " ".join(printable(text[: 8 * most]).split())
    if columns(flat) <= most and len(text) <= 8 * most:
        return flat
    kept = flat[:most]
    while columns(kept) > most - 1:
        kept = kept[:-1]
    return kept.rstrip(" ,") + "…"


def glued(text: str) -> str:
    """The text with no-break spaces between a number and the unit behind it."""
    pieces = text.split(" ")
    out = pieces[:1]
    for piece in pieces[1:]:
        unit = piece.rstrip(").,;:") in _UNITS and out[-1][-1:].isdigit()
        out[-1:] = [f"{out[-1]}{_GLUE}{piece}"] if unit else [out[-1], piece]
    return " ".join(out)


def wrap(text: str, *, first: str = "", then: str | None = None, width: int = WIDTH) -> list[str]:
    """Lines of at most ``width`` columns; a word longer than a line is broken, for a diary may hold anything."""
    rest = " " * len(first) if then is None else then
    lines, line, used = [], first, columns(first)
    start = used
    for word in _fitting(glued(text).split(" "), width - max(start, columns(rest))):
        size = columns(word)
        gap = 1 if used > start else 0
        if used + gap + size > width:
            lines.append(line.rstrip())
            line, start, gap = rest, columns(rest), 0
            used = start
        line += " " * gap + word.replace(_GLUE, " ")
        used += gap + size
    return [*lines, line.rstrip()]


def _fitting(words: Iterable[str], room: int) -> Iterator[str]:
    """The words, those wider than ``room`` in pieces."""
    for word in words:
        while columns(word) > room:
            cut = room
            while columns(word[:cut]) > room:
                cut -= 1
            yield word[:cut]
            word = word[cut:]
        if word:
            yield word


def ranges(numbers: Iterable[int], most: int = 8) -> str:
    """``line 4``; ``lines 3-13, 15, 20`` with at most ``most`` ranges told."""
    runs: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][1] + 1:
            runs[-1] = runs[-1][0], number
        else:
            runs.append((number, number))
    told = ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in runs[:most])
    rest = len(runs) - most
    more = "" if rest <= 0 else " and 1 more place" if rest == 1 else f" and {rest:,} more places"
    return f"{'line' if len(runs) == 1 and runs[0][0] == runs[0][1] else 'lines'} {told}{more}"


class Page:
    """Lines as they are gathered; what each is told to hold fits the width, in colour and in ASCII alike."""

    def __init__(self, *, color: bool = False, ascii_only: bool = False) -> None:
        self.color, self.ascii_only = color, ascii_only
        self.lines: list[str] = []

    def gap(self) -> None:
        """An empty line."""
        self.lines.append("")

    def put(self, text: str, *, first: str = "", then: str | None = None, role: str = "") -> None:
        """A paragraph, wrapped."""
        spelled = in_ascii(text) if self.ascii_only else text
        for line in wrap(spelled, first=first, then=then):
            self._add(line, role)

    def row(self, text: str, *, role: str = "") -> None:
        """A line of a table, as it is."""
        self._add((in_ascii(text) if self.ascii_only else text).rstrip(), role)

    def heading(self, text: str) -> None:
        """An empty line and a heading."""
        self.gap()
        self._add(text.upper(), "bold")

    def _add(self, line: str, role: str) -> None:
        self.lines.append(f"{COLORS[role]}{line}{OFF}" if role and self.color and line else line)

    def text(self) -> str:
        """All lines, ending in a newline."""
        return "\n".join(self.lines) + "\n"
