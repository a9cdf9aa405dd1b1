"""Rules about the log itself: its energy, its days (R20, R22), and what every "low" rests on (Q1)."""

from __future__ import annotations

from collections.abc import Iterator

from nutrigap import wording
from nutrigap.assessment import MIN_DAYS
from nutrigap.rules.model import NO_GRADE, Case, Flag, say
from nutrigap.words import count


def r20(case: Case) -> Iterator[Flag]:
    """Energy of the log below what such a body uses (Goldberg limit, Black 2000)."""
    found = case.record.energy
    if found is None or not found.ratio < found.lower:
        return
    ratio, lower = f"{found.ratio:.2f}", f"{found.lower:.2f}"
    if found.ratio < VERY_LOW:
        yield say("R20", "very low", "energy", ratio=ratio)
    else:
        yield say("R20", "", "energy", ratio=ratio, lower=lower, days=count(case.intake.days, "day"))


VERY_LOW = 0.9  # x basal metabolic rate: below it somebody is a better guide than a program


def r22(case: Case) -> Iterator[Flag]:
    """Few days, no weekend day, all in a row."""
    days = case.intake.days
    if 0 < days < MIN_DAYS:
        unknown = all(one.adequacy is None or one.adequacy.method == "none" for one in case.readings.values())
        yield say("R22", "few infant" if unknown else "few", days=count(days, "day"))
        return
    if not days:
        return
    if not case.record.weekend_days:
        yield say("R22", "weekdays", days=count(days, "day"))
    if case.record.in_a_row:
        yield say("R22", "row", days=count(days, "day"))


def q1(case: Case) -> Iterator[Flag]:
    """That a low total may be a log with gaps, where something points low or energy is scant; R20 says it better."""
    energy, log = case.readings.get("energy"), case.log
    if energy is None or any(r20(case)):
        return
    if log.scant or (energy.best > 0 and any(map(wording.points_low, case.readings.values()))):
        yield Flag("Q1", "info", ("energy",), wording.low_energy(energy, log), NO_GRADE, (), "record")
