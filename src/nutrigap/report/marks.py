"""What a figure sets beside an amount, and how far its scale reaches: the same for every form of figure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from nutrigap.readings import Reading
from nutrigap.report.model import Report
from nutrigap.units import nutrient_index
from nutrigap.wording import exactly

ROOM = 1.12
"""Scale of a band: the largest of its numbers times this."""
FAR = 2.5
"""A level above this many times all else stands at the edge, or the rest of the band would be a dot."""

SCOPES = {"supplement_only": "supplements only", "supplement_water_added": "without food's own"}
"""What a level counts that is not for all that is eaten."""


class Mark(NamedTuple):
    """A number to compare with: its short name, value, and kind (``need``, ``enough``, ``level``)."""

    name: str
    value: float
    kind: str

    @property
    def text(self) -> str:
        """Name and number: ``EAR 265``."""
        return f"{self.name} {exactly(self.value)}"


class Doses(NamedTuple):
    """What supplements bring per day, with its ends, and the level that does not count what food holds by itself."""

    low: float
    best: float
    high: float
    level: Mark
    text: str


def marks(reading: Reading) -> tuple[Mark, ...]:
    """What the mean is held against; a level that counts supplements only is not the band's."""
    target = reading.reference
    if target is None:
        return ()
    found = []
    if target.ear is not None:
        found.append(Mark(target.ear_term, target.ear, "need"))
    if target.rda is not None:
        found.append(Mark(target.rda_term, target.rda, "enough"))
    elif target.ai is not None:
        found.append(Mark("AI", target.ai, "enough"))
    if target.ul is not None and target.ul_scope == "total":
        found.append(Mark("UL", target.ul, "level"))
    return tuple(found)


def above(marks: Sequence[Mark]) -> list[bool]:
    """Whether the words of each mark stand above the band: in turns, from left to right."""
    order = sorted(range(len(marks)), key=lambda k: marks[k].value)
    return [order.index(k) % 2 == 0 for k in range(len(marks))]


def doses(report: Report, reading: Reading) -> Doses | None:
    """Supplements by themselves, where the level does not count all that is eaten; None for other nutrients."""
    target = reading.reference
    if target is None or target.ul is None or target.ul_scope == "total":
        return None
    i = nutrient_index()[reading.nutrient.id]
    low, best, high = (float(end[i]) for end in report.intake.mean_dose)
    level = Mark("UL", target.ul, "level")
    return Doses(low, best, high, level, f"{level.text}, {SCOPES[target.ul_scope]}")


def scale(amounts: Sequence[float], marks: Sequence[Mark]) -> float:
    """Where a band ends that begins at 0: beyond all amounts that are numbers, and all marks that are not far."""
    near = [mark.value for mark in marks if mark.kind != "level"]
    most = max([*(value for value in amounts if math.isfinite(value)), *near, 1e-9])
    levels = [mark.value for mark in marks if mark.kind == "level" and mark.value <= FAR * most]
    return max([most, *levels]) * ROOM
