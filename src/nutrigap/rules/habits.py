"""Rules about what else the log holds: alcohol, caffeine, liquorice, the start of B12, salt and water (R05, ...)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from nutrigap.entries import Entry
from nutrigap.exposures.drinks import ALCOHOL_DAY_G
from nutrigap.intake import Intake
from nutrigap.rules import phrasing
from nutrigap.rules.model import Case, Flag, listed, say
from nutrigap.units import nutrient_index
from nutrigap.words import count, words

DRINK_SHARE = (
    0.01  # of a food's weight that is alcohol, from which it is a drink of alcohol: alcohol-free beer has 0.003
)
ALCOHOL_G = {"male": 20.0, "female": 10.0, None: 10.0}
CAFFEINE_DAY, CAFFEINE_DAY_PER_KG = 400.0, 5.7
CAFFEINE_SITTING, CAFFEINE_SITTING_PER_KG = 200.0, 3.0
CAFFEINE_PREGNANT, CAFFEINE_CHILD_PER_KG = 200.0, 3.0
CHILD_MG = 20.0  # mg a day, from which a child's caffeine is named where the weight was not told
LIQUORICE_G, LIQUORICE_DAYS, LIQUORICE_MONTHS = 57.0, 14, 40 * 12
WITH_LIQUORICE = ("weakness", "sudden_weakness", "irregular_heartbeat")
NEW_B12_DAYS = 42
RISING = ("twitching", "tremor")


def r05(case: Case) -> Iterator[Flag]:
    """Alcohol above the amounts a day that are often named, or much on one day; any drink of it in pregnancy."""
    seen, all_days = case.seen.alcohol, case.intake.days
    if not all_days:
        return
    days = f"{len(seen.drinking)} of {count(all_days, 'day')}"
    if case.person.life_stage == "pregnant" and (drinks := _days_with_drinks(case.intake)):
        yield say("R05", "pregnancy", days=f"{drinks} of {count(all_days, 'day')}")
    if not case.adult:
        return
    if seen.mean.best > ALCOHOL_G[case.person.sex]:
        yield say("R05", mean=phrasing.about(seen.mean), days=days)
    elif seen.above and seen.largest is not None and seen.largest_date is not None:
        yield say("R05", "day", date=seen.largest_date.isoformat(), most=phrasing.about(seen.largest))


def _days_with_drinks(intake: Intake) -> int:
    """Complete days with more than a trace of alcohol, that of alcohol-free beer, ripe food and extracts left aside."""
    at, grams = nutrient_index()["alcohol"], dict[dt.date, float]()
    for entry, alcohol in zip(intake.entries, intake.lines.best[:, at], strict=True):
        if entry.line.date is None or not alcohol > 0 or _is_extract(entry, intake):
            continue
        weight = entry.grams.best if entry.grams is not None else 0.0
        if alcohol >= DRINK_SHARE * weight:
            grams[entry.line.date] = grams.get(entry.line.date, 0.0) + float(alcohol)
    complete = {date for date, counts in zip(intake.dates, intake.complete, strict=True) if counts}
    return sum(date in complete and amount > ALCOHOL_DAY_G for date, amount in grams.items())


def _is_extract(entry: Entry, intake: Intake) -> bool:
    """Whether a line is an extract, of which the dish holds drops: vanilla in its own alcohol."""
    return entry.row is not None and "extract" in words(intake.foods.names[entry.row])


def r06(case: Case) -> Iterator[Flag]:
    """Caffeine a day and at one sitting, by weight where it was told; in pregnancy 200 mg a day."""
    seen, all_days = case.seen.caffeine, case.intake.days
    if not all_days:
        return
    day, once, per_kg = _limits(case)
    found = []
    if day is None:
        if seen.mean.best >= CHILD_MG:
            found.append(say("R06", "child", mean=phrasing.about(seen.mean)))
    elif above := int((seen.daily.best > day).sum()):
        numbers = {
            "limit": f"{day:.0f}",
            "days": f"{above} of {count(all_days, 'day')}",
            "mean": phrasing.about(seen.mean),
            # where only the best value is above it, the strength of the coffee decides
            "sure": "" if bool((seen.daily.low > day).sum() == above) else "probably ",
        }
        key = "pregnancy" if _for_two(case) else "by weight" if per_kg else "day"
        found.append(say("R06", key, per_kg=f"{per_kg:g}", **numbers))
    if once is not None and seen.sitting is not None and seen.sitting.amount.best > once:
        most, date = phrasing.about(seen.sitting.amount), seen.sitting.date.isoformat()
        sure = "" if seen.sitting.amount.low > once else "probably "
        at = phrasing.AT[seen.sitting.by]
        found.append(say("R06", "sitting", most=most, date=date, limit=f"{once:.0f}", at=at, sure=sure))
    yield from found
    if found:
        yield say("R06", "trigger")


def _for_two(case: Case) -> bool:
    return case.person.life_stage != "none"


def _limits(case: Case) -> tuple[float | None, float | None, float]:
    """Up to what EFSA (2015) sees no safety concern: a day and at once [mg], and mg per kg where weight decides."""
    kilo = float(case.person.weight_kg or 0)
    if _for_two(case):
        return CAFFEINE_PREGNANT, None, 0.0
    if not case.adult:  # 3 mg/kg, a day and at once
        return (CAFFEINE_CHILD_PER_KG * kilo, None, CAFFEINE_CHILD_PER_KG) if kilo else (None, None, 0.0)
    light = 0 < CAFFEINE_DAY_PER_KG * kilo < CAFFEINE_DAY
    day = CAFFEINE_DAY_PER_KG * kilo if light else CAFFEINE_DAY
    once = min(CAFFEINE_SITTING, CAFFEINE_SITTING_PER_KG * kilo) if kilo else CAFFEINE_SITTING
    return day, once, CAFFEINE_DAY_PER_KG if light else 0.0


def r11(case: Case) -> Iterator[Flag]:
    """Calcium to magnesium: shown, never a flag."""
    ratio = case.seen.calcium_to_magnesium
    if ratio is not None and case.intake.has_food:
        yield say("R11", "", ("calcium", "magnesium"), ratio=f"{ratio:.1f}")


def r17(case: Case) -> Iterator[Flag]:
    """Real liquorice on two days or more."""
    seen = case.seen.liquorice
    if len(seen.dates) < 2:
        return
    where = phrasing.lines(seen.lines)
    signs = [one.label for one in case.person.told("symptom") if one.id in WITH_LIQUORICE]
    if signs:
        yield say("R17", "talk", "potassium", symptoms=listed(signs))
    months = case.person.age_months
    old = months is None or months >= LIQUORICE_MONTHS
    grams = case.seen.liquorice_grams
    if old and grams is not None and grams >= LIQUORICE_G and seen.weighed_days >= LIQUORICE_DAYS:
        yield say("R17", "much", "potassium", lines=where[:1].upper() + where[1:], grams=f"{grams:.0f}")
    else:
        yield say("R17", "", "potassium", lines=where[:1].upper() + where[1:])


def r18(case: Case) -> Iterator[Flag]:
    """Salt and water as context."""
    if case.intake.has_food:
        yield say("R18", "", ("sodium", "water"))


def r19(case: Case) -> Iterator[Flag]:
    """B12 begun within the log, and symptoms that rise after it."""
    start, log = case.seen.b12.started, case.symptoms
    if start is None or log is None:
        return
    from nutrigap.symptoms import rising

    kind = next((kind for kind in RISING if rising(log, start, kind)), None)
    if kind is not None and (log.days[-1].date - start).days <= NEW_B12_DAYS:
        yield say("R19", "", "vitamin_b12", date=start.isoformat(), kind=kind)


def drinks_much(case: Case) -> bool:
    """Whether rule R05 fires."""
    return any(r05(case))
