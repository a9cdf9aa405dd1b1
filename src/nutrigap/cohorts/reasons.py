"""Why lines are left out, counted: reasons that differ only in what a line says are one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from nutrigap.cohorts.lines import LeftOut

SHOWN = 10
_OF_THE_LINE = re.compile(r'".*?"|\d[\d,.]*(?<![,.])(?:e[+-]?\d+)?')  # what is quoted from it, and numbers


class ReasonCount(NamedTuple):
    """How many lines have a reason.

    Attributes
    ----------
    status : str
        ``left_out``, or ``used`` where a line is counted without one of its cells.
    reason : str
        With … for what the line says itself.
    lines : int
    """

    status: str
    reason: str
    lines: int


def reasons_of(lines: Sequence[LeftOut]) -> tuple[ReasonCount, ...]:
    """The reasons of some lines."""
    distinct = Counter((line.status, line.reason) for line in lines)
    return together(
        ReasonCount(status, _OF_THE_LINE.sub(_blank, reason), number) for (status, reason), number in distinct.items()
    )


def _blank(said: re.Match[str]) -> str:
    return '"…"' if said[0].startswith('"') else "…"


def together(reasons: Iterable[ReasonCount]) -> tuple[ReasonCount, ...]:
    """Each reason once, the most frequent first."""
    total: Counter[tuple[str, str]] = Counter()
    for status, reason, number in reasons:
        total[status, reason] += number
    ordered = sorted(total.items(), key=lambda one: (-one[1], one[0]))
    return tuple(ReasonCount(status, reason, number) for (status, reason), number in ordered)


def recorded(reasons: Sequence[ReasonCount]) -> dict[str, object]:
    """What ``run.json`` tells of them: the most frequent, and how many lines have others."""
    return {
        "reasons": [reason._asdict() for reason in reasons[:SHOWN]],
        "other_reasons": sum(reason.lines for reason in reasons[SHOWN:]),
    }
