"""Rules about what else the log holds: alcohol, caffeine, liquorice, the start of B12, salt and water (R05, ...)."""

from __future__ import annotations

from collections.abc import Iterator

from nutrigap.rules import phrasing
from nutrigap.rules.model import Case, Flag, listed, say
from nutrigap.wording import count

ALCOHOL_G = {"male": 20.0, "female": 10.0, None: 10.0}
CAFFEINE_DAY, CAFFEINE_DAY_PER_KG = 400.0, 5.7
CAFFEINE_SITTING, CAFFEINE_SITTING_PER_KG = 200.0, 3.0
LIQUORICE_G, LIQUORICE_DAYS, LIQUORICE_MONTHS = 57.0, 14, 40 * 12
WITH_LIQUORICE = ("weakness", "sudden_weakness", "irregular_heartbeat")
NEW_B12_DAYS = 42
RISING = ("twitching", "tremor")


def r05(case: Case) -> Iterator[Flag]:
    """Alcohol above the amounts a day that are often named, or much on one day; adults only."""
    seen = case.seen.alcohol
    most = ALCOHOL_G[case.person.sex]
    if case.adult and case.intake.days and (seen.mean.best > most or seen.above):
        days = f"{len(seen.drinking)} of {count(case.intake.days, 'day')}"
        yield say("R05", mean=phrasing.about(seen.mean), days=days)


def r06(case: Case) -> Iterator[Flag]:
    """Caffeine a day and at one sitting, by weight where it was told."""
    seen, weight = case.seen.caffeine, case.person.weight_kg
    by_weight = not case.adult  # for children EFSA names 3 mg/kg; adults of any weight 400 and 200 mg
    if by_weight and weight is None:
        return
    kilo = float(weight or 0)
    day = CAFFEINE_SITTING_PER_KG * kilo if by_weight else min(CAFFEINE_DAY, CAFFEINE_DAY_PER_KG * kilo or CAFFEINE_DAY)
    once = (
        CAFFEINE_SITTING_PER_KG * kilo
        if by_weight
        else (min(CAFFEINE_SITTING, CAFFEINE_SITTING_PER_KG * kilo or CAFFEINE_SITTING))
    )
    found = []
    above = int((seen.daily.best > day).sum())
    if case.person.life_stage != "none" and seen.mean.best > CAFFEINE_SITTING:
        found.append(say("R06", "pregnancy", mean=phrasing.about(seen.mean)))
    elif above:
        numbers = {
            "limit": f"{day:.0f}",
            "days": f"{above} of {count(case.intake.days, 'day')}",
            "mean": phrasing.about(seen.mean),
        }
        if day < CAFFEINE_DAY:
            per_kg = CAFFEINE_SITTING_PER_KG if by_weight else CAFFEINE_DAY_PER_KG
            found.append(say("R06", "by weight", per_kg=f"{per_kg:g}", **numbers))
        else:
            found.append(say("R06", "day", **numbers))
    if seen.sitting is not None and seen.sitting.amount.best > once:
        most, date = phrasing.about(seen.sitting.amount), seen.sitting.date.isoformat()
        found.append(say("R06", "sitting", most=most, date=date, limit=f"{once:.0f}"))
    yield from found
    if found:
        yield say("R06", "trigger")


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
