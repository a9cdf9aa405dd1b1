"""From a reading to a flag: a level, the words for it, and what the words rest on.

The words are those of ``wording``: a flag of the JSON and a sentence of the text never differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from nutrigap import wording
from nutrigap.assessment import MIN_DAYS
from nutrigap.readings import Reading

LEVELS = ("talk", "above_level", "low", "watch", "info")
DISCLAIMER = (
    "nutrigap adds up a food diary. It does not know your blood levels or your health, and it does not diagnose or "
    "treat anything. Please talk to a health professional about symptoms, medicines and supplements."
)
TWITCHING = (
    "Twitches are common, mostly harmless, and often settle in days to weeks with rest and less caffeine and alcohol. "
    "The everyday triggers named first are tiredness, stress, caffeine, alcohol, hard exercise and some medicines. "
    "A food diary shows intake, not blood levels: the body keeps calcium, potassium and magnesium in the blood steady "
    "through most days of eating little of them. A low line in a log is therefore a reason to look at the plate, not "
    "an answer to why a muscle twitches. Please see a doctor about twitching that lasts longer than two weeks, is in "
    "several places, or comes with weakness, stiffness, numbness or tingling. Trouble breathing, swallowing or "
    "speaking, fainting or sudden weakness needs medical help at once, whatever a log shows."
)
BLOOD_TEST = "A blood test, not a diary, shows whether the body is short of something."
# Rows of the evidence table behind a remark of ``wording``.
LOW_EVIDENCE = {"vitamin_d": ("E28",)}
ABOVE_EVIDENCE = {"magnesium": ("E07",), "vitamin_b6": ("E40", "E42")}


class Flag(NamedTuple):
    """A remark on one or more nutrients, with its grade of evidence and the ids of the rows it rests on."""

    rule: str
    level: str
    nutrients: tuple[str, ...]
    text: str
    grade: str
    evidence: tuple[str, ...]


def flags(readings: Sequence[Reading], log: wording.Log) -> tuple[Flag, ...]:
    """The flags of all readings, those above a level first, then low, then watch, then what bears on all of them.

    Parameters
    ----------
    readings : sequence of Reading
    log : Log
        The days that enter the means, and what else the words depend on.
    """
    found = [flag for reading in readings for flag in _of(reading, log)]
    if 0 < log.days < MIN_DAYS:
        found.append(Flag("R22", "info", (), wording.few_days(log.days), "A", ()))
    doubtful = doubt(readings)
    if doubtful:
        found.append(Flag("Q1", "info", ("energy",), doubtful, "A", ()))
    return tuple(sorted(found, key=lambda flag: LEVELS.index(flag.level)))


def doubt(readings: Sequence[Reading]) -> str:
    """The reminder that a low total may be a log with gaps; "" where nothing points low."""
    energy = next((reading for reading in readings if reading.nutrient.id == "energy"), None)
    if energy is None or not energy.best > 0 or not any(map(wording.points_low, readings)):
        return ""
    return wording.low_energy(energy)


def _of(reading: Reading, log: wording.Log) -> list[Flag]:
    found: list[Flag] = []
    name, id_ = reading.nutrient.name, reading.nutrient.id
    if reading.excess is not None and reading.excess.status == "above_ul":
        text = f"{name}: {wording.excess(reading, log)}"
        found.append(Flag("U1", "above_level", (id_,), text, "A", ABOVE_EVIDENCE.get(id_, ())))
    if log.food and wording.points_low(reading) and reading.adequacy is not None:
        low = reading.adequacy.status == "likely_low"
        rule, level = ("L1", "low") if low else ("W1", "watch")
        text = f"{name}: {wording.adequacy(reading, log)}"
        found.append(Flag(rule, level, (id_,), text, "A", LOW_EVIDENCE.get(id_, ())))
    return found
