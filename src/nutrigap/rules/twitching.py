"""The section on muscle twitching: everyday triggers first, then what looks low or above, then what a diary cannot see.

It never joins a low line of a log with a twitch: what is said of blood levels and what is said of intake are two
sentences, each with its own grade (``data/matrix.csv``).
"""

from __future__ import annotations

from collections.abc import Iterator

from nutrigap import wording
from nutrigap.assessment import MIN_DAYS
from nutrigap.evidence import cell
from nutrigap.readings import Reading
from nutrigap.rules import nutrients as by_nutrient
from nutrigap.rules import phrasing
from nutrigap.rules.habits import r05, r06
from nutrigap.rules.model import SHOWN, Case, Flag, listed, say
from nutrigap.wording import count

ADULT_MONTHS, SMALL_CHILD_MONTHS = 18 * 12, 2 * 12
CAFFEINE_SHOWN_MG, ALCOHOL_SHOWN_G = 1.0, 0.5


def twitching(case: Case) -> Iterator[Flag]:
    """What can be said about twitching beside this log; of a small child only whom to ask."""
    months = case.person.age_months
    if months is not None and months < SMALL_CHILD_MONTHS:
        yield say("T9", "small")
        return
    yield say("T1")
    yield say("T2", "" if case.adult else "young")
    seen = _seen(case)
    if seen:
        yield say("T3", seen=listed(seen))


def pointing(case: Case) -> Iterator[Flag]:
    """What looks low or above a level, with what is known of it; then what no diary can see."""
    months = case.person.age_months
    if months is not None and months < SMALL_CHILD_MONTHS:
        return
    low_or_above = [found for reading in case.core for found in _pointing(reading, case)]
    yield from low_or_above
    if not low_or_above and case.log.food and _long(case) and not _any_level(case):
        yield say("T4")
    if case.symptom("cramps") or _takes_magnesium(case):
        yield say("T6", "", "magnesium")
    yield say("T5", "", ("calcium", "magnesium", "potassium"))
    yield say("T8")
    yield say("T7")
    if case.symptoms is not None and case.symptoms.days:
        yield say("T10")
    yield say("T9")
    yield say("T9", "now")


def _any_level(case: Case) -> bool:
    """Whether a rule speaks of a level or a source: then it is not true that nothing stands out."""
    rules = (by_nutrient.above, by_nutrient.r03, by_nutrient.r07, by_nutrient.r15, by_nutrient.authorities_differ)
    return any(flag for rule in rules for flag in rule(case) if flag.level)


def _long(case: Case) -> bool:
    """Whether the log is long enough for a verdict at all."""
    return case.intake.days >= MIN_DAYS


def _takes_magnesium(case: Case) -> bool:
    taken = case.log.doses.get("magnesium")
    return taken is not None and taken.best > 0


def _seen(case: Case) -> list[str]:
    """The everyday triggers that this log tells of, without those that a rule of their own speaks of."""
    found = []
    coffee, drinks, days = case.seen.caffeine, case.seen.alcohol, case.intake.days
    if case.adult and days and coffee.mean.best >= CAFFEINE_SHOWN_MG and not any(r06(case)):
        most = "" if coffee.sitting is None else f", at most {phrasing.about(coffee.sitting.amount)} mg at one sitting"
        found.append(f"caffeine {phrasing.about(coffee.mean)} mg a day{most}")
    if case.adult and days and drinks.mean.best >= ALCOHOL_SHOWN_G and not any(r05(case)):
        on = f"on {len(drinks.drinking)} of {count(days, 'day')}"
        found.append(f"alcohol {phrasing.about(drinks.mean)} g a day, {on}")
    if case.symptoms is not None:
        from nutrigap.symptoms import everyday

        found += [
            f"{one.kind} {one.mean:.1f} {one.unit} on average (on {count(one.days, 'day')})"
            for one in everyday(case.symptoms)
        ]
    return found


def _pointing(reading: Reading, case: Case) -> Iterator[Flag]:
    """A nutrient that looks low or is above a level: one sentence on blood, one on intake, each with its grade."""
    id_, name = reading.nutrient.id, reading.nutrient.name
    for looks, direction, rule in (
        (_long(case) and case.log.food and wording.points_low(reading) and not case.log.scant, "deficit", "T-low"),
        (reading.excess is not None and reading.excess.status == "above_ul", "excess", "T-above"),
    ):
        if not looks:
            continue
        known = cell(id_, direction)
        what = "is below the need or near it in this log" if direction == "deficit" else "is above a level in this log"
        if reading.adequacy is not None and direction == "deficit" and reading.adequacy.status == "likely_low":
            what = "looks low in this log"
        for before, one in ((f"{name} {what}. ", known.intake), ("", known.blood)):
            yield Flag(rule, SHOWN, (id_,), f"{before}{one.text}", one.grade, one.evidence, "twitching")
