"""The section on muscle twitching: everyday triggers first, then what looks low or above, then what a diary cannot see.

It never joins a low line of a log with a twitch: what is said of blood levels and what is said of intake are two
sentences, each with its own grade (``data/matrix.csv``).
"""

from __future__ import annotations

from collections.abc import Iterator

from nutrigap import wording
from nutrigap.assessment import MIN_DAYS
from nutrigap.evidence import cell
from nutrigap.readings import ENOUGH, Reading
from nutrigap.rules import nutrients as by_nutrient
from nutrigap.rules import phrasing
from nutrigap.rules.habits import r05, r06
from nutrigap.rules.model import SHOWN, Case, Flag, listed, say
from nutrigap.rules.people import SMALL_CHILD_MONTHS, r30
from nutrigap.words import count

CAFFEINE_SHOWN_MG, ALCOHOL_SHOWN_G = 1.0, 0.5


def twitching(case: Case) -> Iterator[Flag]:
    """What can be said about twitching beside this log; of a small child only whom to ask."""
    months = case.person.age_months
    if months is not None and months < SMALL_CHILD_MONTHS:
        yield say("T9", "small")
        return
    yield say("T1", "told" if _sent_to_doctor(case) else "")
    yield say("T2", "" if case.adult else "young")
    seen = _seen(case)
    if seen:
        yield say("T3", seen=listed(seen))


def pointing(case: Case) -> Iterator[Flag]:
    """What looks low or above a level, with what is known of it; then what no diary can see."""
    months = case.person.age_months
    if months is not None and months < SMALL_CHILD_MONTHS:
        return
    pointing = [found for reading in case.core for found in _pointing(reading, case)]
    yield from pointing
    if not pointing and case.log.food and _long(case) and not _any_level(case):
        yield from _nothing_stands_out(case)
    if case.symptom("cramps") or _takes_magnesium(case):
        yield say("T6", "", "magnesium")
    yield say("T5", "", ("calcium", "magnesium", "potassium"))
    yield say("T8")
    yield say("T7")
    yield say("T9")
    yield say("T9", "now")
    if case.symptoms is not None and case.symptoms.days:
        yield say("T10")
        unknown = [f'"{one.text}"' for one in case.symptoms_logged if not one.id]
        if unknown:
            yield say("T10", "unknown", items=listed(unknown))


def _nothing_stands_out(case: Case) -> Iterator[Flag]:
    """That no nutrient looks low or above a level, and of which the log cannot tell."""
    statuses = {one.nutrient.called: one.adequacy.status if one.adequacy is not None else "" for one in case.core}
    unclear = [name for name, status in statuses.items() if status not in ENOUGH]
    if "likely_low" in statuses.values():  # a log with gaps: what looks low points nowhere, and is not denied
        return
    if len(unclear) == len(statuses):
        yield say("T4", "none")
    else:
        yield say("T4", "open", names=listed(unclear)) if unclear else say("T4")


def _any_level(case: Case) -> bool:
    """Whether a rule speaks of a level or a source: then it is not true that nothing stands out."""
    rules = (by_nutrient.above, by_nutrient.r03, by_nutrient.r07, by_nutrient.r15)
    return any(flag for rule in rules for flag in rule(case) if flag.level)


def _sent_to_doctor(case: Case) -> bool:
    """Whether what was told is a reason to see a doctor: then nothing is said of how harmless twitches mostly are."""
    return any(flag.level == "talk" for flag in r30(case))


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
    if days and coffee.mean.best >= CAFFEINE_SHOWN_MG and not any(r06(case)):
        most = ""
        if coffee.sitting is not None:
            most = f", at most {phrasing.about(coffee.sitting.amount)} mg {phrasing.AT[coffee.sitting.by]}"
        found.append(f"caffeine {phrasing.about(coffee.mean)} mg a day{most}")
    if (
        days
        and drinks.mean.best >= ALCOHOL_SHOWN_G
        and not any(flag.text for flag in r05(case) if "averages" in flag.text)
    ):
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
    id_, name, found = reading.nutrient.id, reading.nutrient.name, reading.adequacy
    status = found.status if found is not None else ""
    low = _long(case) and case.log.food and not case.log.scant and wording.points_low(reading)
    above = reading.excess is not None and reading.excess.status == "above_ul"
    other = any(flag.level in ("above_level", "talk") for flag in by_nutrient.r07(case)) and id_ == "vitamin_b6"
    for looks, direction, rule, what in (
        (low and status == "likely_low", "deficit", "T-low", "looks low in this log"),
        (low and status == "uncertain", "deficit", "T-low", "is below the need or near it in this log"),
        (above, "excess", "T-above", "is above a level in this log"),
        (other and not above, "excess", "T-above", "is above the level of one authority in this log"),
    ):
        if looks:
            known = cell(id_, direction)
            for before, one in ((f"{name} {what}. ", known.intake), ("", known.blood)):
                yield Flag(rule, SHOWN, (id_,), f"{before}{one.text}", one.grade, one.evidence, "twitching")
