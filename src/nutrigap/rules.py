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
# Where twitching is spoken of: what helps and what triggers it differ with age, when to see a doctor does not.
_COMMON = (
    "Twitches are common, mostly harmless, and often settle in days to weeks with rest{less}. The everyday triggers "
    "named first are tiredness, stress{more} and some medicines."
)
_NOT_BLOOD = (
    "A food diary shows intake, not blood levels: the body keeps calcium, potassium and magnesium in the blood steady "
    "even when little of them is eaten for a while. A low line in a log is therefore a reason to look at the plate, "
    "not an answer to why a muscle twitches."
)
_SEE_A_DOCTOR = (
    "Please see a doctor about twitching that lasts longer than two weeks, is in several places, comes with weakness, "
    "stiffness, numbness or tingling, or began after a new medicine, if the muscle grows thinner, and with kidney "
    "disease or in pregnancy."
)
_AT_ONCE = (
    "Trouble breathing, swallowing or speaking, fainting, a seizure, sudden weakness, an irregular or racing "
    "heartbeat, confusion, or hands or face cramping into a fixed position needs medical help at once, whatever a log "
    "shows."
)
_REST = f"{_NOT_BLOOD} {_SEE_A_DOCTOR} {_AT_ONCE}"
TWITCHING = f"{_COMMON.format(less=' and less caffeine and alcohol', more=', caffeine, alcohol')} {_REST}"
TWITCHING_YOUNG = f"{_COMMON.format(less='', more='')} {_REST}"
TWITCHING_SMALL_CHILD = (
    "Twitches or jerks in a baby or small child should be shown to a doctor; trouble breathing, a seizure, or a baby "
    "hard to wake needs help at once."
)
SMALL_CHILD_YEARS, ADULT_YEARS = 2, 18
BLOOD_TEST = "Whether the body is short of vitamin B12 is a question for a blood test, not for a diary."
# Rows of the evidence table behind a sentence of ``wording``, and their grade where it is not A.
LOW_EVIDENCE = {
    "magnesium": ("E04",),
    "calcium": ("E15",),
    "vitamin_d": ("E28",),
    "vitamin_b12": ("E35",),
    "vitamin_b6": ("E39",),
}
LOW_REMARK_EVIDENCE = {"vitamin_b12": ("E32", "E35")}
LOW_GRADE = {"vitamin_b6": "B"}
ABOVE_EVIDENCE = {"magnesium": ("E07",), "calcium": ("E17",), "vitamin_d": ("E30",), "vitamin_b6": ("E40",)}
NO_GRADE = "-"  # a statement of arithmetic or statistics rests on no row


def twitching(age: float | None) -> str:
    """What can be said of twitching at an age in years; None stands for an adult."""
    if age is None or age >= ADULT_YEARS:
        return TWITCHING
    return TWITCHING_SMALL_CHILD if age < SMALL_CHILD_YEARS else TWITCHING_YOUNG


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
    found = [flag for reading in readings for flag in (*_of(reading, log), *_other_levels(reading, log))]
    if 0 < log.days < MIN_DAYS:
        found.append(Flag("R22", "info", (), wording.few_days(log.days), NO_GRADE, ()))
    if log.weekdays and log.days >= MIN_DAYS:
        found.append(Flag("R22", "info", (), wording.few_weekdays(log), NO_GRADE, ()))
    doubtful = doubt(readings, log)
    if doubtful:
        found.append(Flag("Q1", "info", ("energy",), doubtful, NO_GRADE, ()))
    return tuple(sorted(found, key=lambda flag: LEVELS.index(flag.level)))


def doubt(readings: Sequence[Reading], log: wording.Log) -> str:
    """The reminder that a low total may be a log with gaps; "" where nothing points low and energy is not scant."""
    energy = next((reading for reading in readings if reading.nutrient.id == "energy"), None)
    if energy is None or not (log.scant or (energy.best > 0 and any(map(wording.points_low, readings)))):
        return ""
    return wording.low_energy(energy, log)


def _of(reading: Reading, log: wording.Log) -> list[Flag]:
    found: list[Flag] = []
    name, id_ = reading.nutrient.name, reading.nutrient.id
    if reading.excess is not None and reading.excess.status == "above_ul":
        text = f"{name}: {wording.excess(reading, log)} {wording.intermittent(reading, log)}".rstrip()
        found.append(_graded("U1", "above_level", id_, text, ABOVE_EVIDENCE.get(id_, ())))
    if log.food and wording.points_low(reading) and reading.adequacy is not None:
        low = reading.adequacy.status == "likely_low"
        rule, level = ("L1", "low") if low else ("W1", "watch")
        evidence: tuple[str, ...] = LOW_EVIDENCE.get(id_, ())
        if log.days >= MIN_DAYS and wording.low_remark(reading):
            evidence = LOW_REMARK_EVIDENCE.get(id_, evidence)
        text = f"{name}: {wording.adequacy(reading, log)}"
        found.append(_graded(rule, level, id_, text, evidence, LOW_GRADE.get(id_, "A")))
    return found


def _graded(rule: str, level: str, nutrient: str, text: str, evidence: tuple[str, ...], grade: str = "A") -> Flag:
    return Flag(rule, level, (nutrient,), text, grade if evidence else NO_GRADE, evidence)


def _other_levels(reading: Reading, log: wording.Log) -> list[Flag]:
    """Where authorities differ on an upper level, and where age changes what of an intake counts."""
    name, id_ = reading.nutrient.name, reading.nutrient.id
    if id_ == "vitamin_b6" and wording.b6_levels(reading, log):
        level = "talk" if reading.best > wording.B6_TALK else "info"
        return [_graded("R07", level, id_, f"{name}: {wording.b6_levels(reading, log)}", ("E40", "E41", "E42"))]
    if id_ == "magnesium" and wording.magnesium_levels(reading, log):
        return [_graded("R15", "info", id_, f"{name}: {wording.magnesium_levels(reading, log)}", ("E07", "E08"))]
    if id_ == "vitamin_b12" and wording.added_b12(reading, log):
        return [_graded("R04", "info", id_, f"{name}: {wording.added_b12(reading, log)}", ("E36",))]
    return []
