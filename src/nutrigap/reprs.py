"""How an object of ours shows itself: a title, some facts, the first of its rows; as text and in a notebook."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from nutrigap.words import printable

FIRST = 5
"""Rows that are shown."""
LONGEST, MOST = 60, 300
"""Characters of a cell, and of a fact or title."""


class Shown(NamedTuple):
    """What is shown of an object.

    Attributes
    ----------
    title : str
    facts : sequence of (str, str)
        Labels with what they say; one that says nothing is not shown.
    head : sequence of str
        Names of the columns.
    rows : sequence of sequence of str
        The first rows.
    more : str
        What is not shown.
    """

    title: str
    facts: Sequence[tuple[str, str]] = ()
    head: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    more: str = ""

    def text(self) -> str:
        """As plain text, for a terminal."""
        wide = max((len(label) for label, said in self.facts if said), default=0)
        lines = [_cut(self.title, MOST)]
        lines += [f"  {label:<{wide}}  {_cut(said, MOST)}" for label, said in self.facts if said]
        if self.rows:
            table = [self.head, *([_cut(cell) for cell in row] for row in self.rows)]
            widths = [max(len(row[k]) for row in table) for k in range(len(self.head))]
            lines += ["  ".join(["", *map(str.ljust, row, widths)]).rstrip() for row in table]
        return "\n".join([*lines, *([f"  {self.more}"] if self.more else [])])

    def html(self) -> str:
        """For a notebook, in its colours; all text is escaped."""
        from html import escape  # no terminal needs it

        left = ' style="text-align: left"'
        facts = "".join(
            f"<tr><th{left}>{escape(label)}</th><td{left}>{escape(_cut(said, MOST))}</td></tr>"
            for label, said in self.facts
            if said
        )
        head = "".join(f"<th{left}>{escape(name)}</th>" for name in self.head)
        rows = "".join(
            f"<tr>{''.join(f'<td{left}>{escape(_cut(cell))}</td>' for cell in row)}</tr>" for row in self.rows
        )
        parts = [
            f"<p><strong>{escape(_cut(self.title, MOST))}</strong></p>",
            f"<table>{facts}</table>" if facts else "",
            f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>" if rows else "",
            f"<p>{escape(self.more)}</p>" if self.more else "",
        ]
        return f"<div>{''.join(parts)}</div>"


def _cut(text: str, most: int = LONGEST) -> str:
    """A text on one line, printable, cut where it is long."""
    flat = " ".join(printable(text[: 4 * most]).split())
    return flat if len(flat) <= most else flat[: most - 1] + "…"
