"""What the readers of files that are no tables share: a record with its amounts becomes a line."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from nutrigap.diary.exports.shared import own_labels
from nutrigap.diary.model import Line
from nutrigap.errors import Problem


def record_line(
    number: int, date: datetime.date | None, food: str, amounts: Mapping[str, float], program: str, *,
    covers: str = "", amount: str = "", unit: str = "", meal: str = "", time: str = "", brand: str = "",
    problem: Problem | None = None,
) -> Line:  # fmt: skip
    """A line from a record of a file: ``amounts`` by nutrient id in canonical units, as eaten."""
    return Line(
        number=number, date=date, person="", food=food, amount=amount, unit=unit, meal=meal, time=time, note="",
        brand=brand, kind="food" if covers else "", labels=own_labels(amounts), problem=problem,
        amounts_from=program, covers=covers,
    )  # fmt: skip


def number_of(value: object) -> float | None:
    """A finite number that is not negative, as a file's own number or its text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if 0 <= found < float("inf") else None
