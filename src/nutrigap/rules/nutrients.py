"""Rules about one nutrient or two: low, above a level, and what belongs beside that (R01-R04, R07, R12-R15, R21)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from nutrigap import wording
from nutrigap.assessment import MIN_DAYS
from nutrigap.evidence import cell
from nutrigap.readings import Reading, hanging_on_days, read
from nutrigap.rules import phrasing
from nutrigap.rules.habits import drinks_much
from nutrigap.rules.model import NO_GRADE, SHOWN, Case, Flag, listed, part, say
from nutrigap.rules.people import NERVES
from nutrigap.supplements import Dose
from nutrigap.units import find_nutrient, nutrient_index, read_table
from nutrigap.wording import amount, exactly, percent
from nutrigap.words import count

PROBABLY = 0.65  # confidence from which "probably" is said
NO_B12_DAYS, NO_B12_DAYS_VEGAN = 7, 3
LONG_ON_DIET_MONTHS = 24.0
PAST_50_MONTHS = 51 * 12
B6_SUPPLEMENT, B6_TALK = 10.0, 50.0  # mg a day: label warning (TGA 2022, COT 1997); pharmacist-only (TGA 2025)
OTHER_CALCIUM = 0.05  # share by which milk equivalents must differ to be worth a line
TWO_READINGS = 0.1  # share of the mean by which the two readings of a product must differ
EXACT = 1 - 1e-9  # ten times 2.4 over ten days is a hair below 2.4
TRACE_B12 = 0.1  # µg a day of natural B12, from which it is not called none
SOME_B12 = 0.3  # µg a day from products, from which they are sources
MOST_PRODUCTS = 4
SMALL_B6 = 1.0  # mg a day from enriched foods that is worth naming
BLOOD_TEST_DAYS = 7
# Of these a blood test shows whether the body is short; calcium, potassium and magnesium in blood are kept steady.
BLOOD_TEST_TELLS = ("vitamin_b12", "vitamin_d")
LONG_USE = " Levels are for long use, which {days} cannot show."


def low(case: Case) -> Iterator[Flag]:
    """L1 and W1: what looks low, or below the usual need without a verdict."""
    for reading in case.core:
        found = reading.adequacy
        if not case.log.food or not wording.points_low(reading) or found is None:
            continue
        likely = found.status == "likely_low"
        rule, level = ("L1", "low") if likely else ("W1", "watch")
        if likely and reading.nutrient.id == "vitamin_d" and case.person.sun == "regular":
            level = "watch"  # R13: what the skin makes no log can see
        name, id_ = reading.nutrient.name, reading.nutrient.id
        rests = cell(id_, "deficit").intake
        text = f"{name}: {wording.adequacy(reading, case.log)}"
        yield Flag(rule, level, (id_,), text, rests.grade, rests.evidence)


def below_ai(case: Case) -> Iterator[Flag]:
    """W2: what a mean below an adequate intake can and cannot say; shown, never a flag."""
    for reading in case.core:
        found, limits = reading.adequacy, reading.reference
        below = found is not None and found.status == "below_ai_no_inference" and limits is not None
        if below and limits is not None and reading.best < (limits.ai or 0.0) and case.log.food:
            rests = cell(reading.nutrient.id, "deficit").intake
            yield Flag("W2", SHOWN, (reading.nutrient.id,), rests.text, rests.grade, rests.evidence)


def above(case: Case) -> Iterator[Flag]:
    """U1: a mean above the authority's upper level."""
    for reading in case.core:
        if reading.excess is not None and reading.excess.status == "above_ul":
            name, id_ = reading.nutrient.name, reading.nutrient.id
            often = wording.intermittent(reading, case.log)
            text = f"{name}: {wording.excess(reading, case.log)} {often}".rstrip()
            rests = cell(id_, "excess").intake
            yield Flag("U1", "above_level", (id_,), text, rests.grade, rests.evidence)


def authorities_differ(case: Case) -> Iterator[Flag]:
    """C1: another authority would read an upper level or an adequate intake otherwise; B6 and magnesium have rules."""
    for reading in case.core:
        id_ = reading.nutrient.id
        if id_ in ("vitamin_b6", "magnesium"):
            continue
        differ = {
            name: _kept(case, name, other[id_])
            for name, other in case.others.items()
            if phrasing.limits_differ(reading.reference, other.target(id_))
        }
        said = phrasing.other_reading(reading, differ, case.log)
        if said:
            yield Flag("C1", "info", (id_,), f"{reading.nutrient.name}: {said}", NO_GRADE, ())


def _kept(case: Case, authority: str, other: Reading) -> Reading:
    """Another authority's reading, without a verdict that hangs on days found incomplete: the person's own has none."""
    if all(one.marked for one in case.record.incomplete):
        return other
    person = replace(case.person, references=authority)
    whole = read(case.record.with_found(case.method), person, other.nutrient, case.method)
    return hanging_on_days([other], [whole])[0]


def r01(case: Case) -> Iterator[Flag]:
    """Magnesium very probably low, with a loss factor or with calcium or potassium low too."""
    found = case.readings["magnesium"].adequacy
    if found is None or found.status != "likely_low" or not case.log.food:
        return
    calcium, potassium = case.confidence("calcium"), case.readings["potassium"]
    ai = potassium.reference.ai if potassium.reference is not None else None
    losing = case.medicine("ppi", "loop_diuretic", "thiazide", "diuretic") is not None or drinks_much(case)
    if losing or (calcium is not None and calcium < 0.5) or (ai is not None and potassium.best < ai):
        yield say("R01", "", ("magnesium", "calcium", "potassium"))


def r02(case: Case) -> Iterator[Flag]:
    """Vitamin D and calcium both probably low, without regular summer sun."""
    about = ("vitamin_d", "calcium")
    ends, best = [case.confidence_high(id_) for id_ in about], [case.confidence(id_) for id_ in about]
    if case.person.sun != "regular" and all(end is not None and end <= 1 - PROBABLY for end in ends):
        d, ca = (percent(1 - (value or 0.0)) for value in best)
        yield say("R02", "", about, d=d, ca=ca)


def r03(case: Case) -> Iterator[Flag]:
    """Next to no natural B12, and added plus supplement below the RDA; with a vegan diet told, whatever a table has."""
    reading, intake = case.readings["vitamin_b12"], case.intake
    target, vegan = reading.reference, case.person.diet == "vegan"
    if case.person.tells("medicine", "b12_injection"):
        return  # what it brings is in no log
    if target is None or not intake.has_food or intake.days < (NO_B12_DAYS_VEGAN if vegan else NO_B12_DAYS):
        return
    seen, enough = case.seen.b12, target.rda or target.ai or math.inf
    # a vegan's milk and egg are the table's; where it is a whole day's need, the log is no vegan one
    aside = seen.next_to_none or (vegan and seen.natural.best < (target.ear or enough))
    if not aside or seen.crystalline.best >= enough * EXACT:
        return
    level = "low" if reading.adequacy is not None and reading.adequacy.status == "likely_low" else "watch"
    advised = f"{exactly(enough)} µg that is recommended" if target.rda else f"adequate intake of {exactly(enough)} µg"
    brings = amount(reading, seen.crystalline.best)
    if not vegan and seen.natural.best > TRACE_B12:
        natural = amount(reading, seen.natural.best)
        yield say("R03", "animal", "vitamin_b12", natural=natural, amount=brings, rda=advised)._replace(level=level)
        return
    maybe = (*seen.unread, *seen.fortified_lines)
    some = seen.crystalline.best >= SOME_B12
    key = {(False, False): "none", (False, True): "unread", (True, False): "some", (True, True): "some unread"}
    source = part("R03", key[some, bool(maybe)], amount=brings, rda=advised, lines=phrasing.lines(maybe))
    months, stores = case.person.months_on_diet, part("R03", "stores")
    if vegan and months is not None and float(months) >= LONG_ON_DIET_MONTHS:
        stores = part("R03", "long", years=phrasing.years(float(months)))
    yield say("R03", "", "vitamin_b12", source=source, stores=stores)._replace(level=level)


def s1(case: Case) -> Iterator[Flag]:
    """What a low B12 of few days is worth in a mixed population, where nothing says that the diet has none."""
    found = case.readings["vitamin_b12"].adequacy
    vegan = case.person.diet == "vegan"  # not part of the population that was simulated
    if found is not None and found.status == "likely_low" and not vegan and not any(r03(case)):
        yield say("S1", "", "vitamin_b12")


def b1(case: Case) -> Iterator[Flag]:
    """Of what a blood test tells more than a log, where a week or more looks low."""
    low = [
        one.nutrient.called
        for one in case.core
        if one.nutrient.id in BLOOD_TEST_TELLS and one.adequacy is not None and one.adequacy.status == "likely_low"
    ]
    if low and case.intake.days >= BLOOD_TEST_DAYS:
        yield say("B1", "", names=listed(low, "or"))


def r04(case: Case) -> Iterator[Flag]:
    """Past 50, what counts is B12 that is not bound to food (United States only)."""
    reading, months = case.readings["vitamin_b12"], case.person.age_months
    target = reading.reference
    if months is None or months < PAST_50_MONTHS or case.person.references != "us" or target is None:
        return
    seen = case.seen.b12.crystalline
    if target.rda is None or seen.best >= target.rda or not case.intake.has_food:
        return
    ends = [amount(reading, seen.low), amount(reading, seen.high)]
    shown = amount(reading, seen.best) if ends[0] == ends[1] else " to ".join(ends)
    yield say("R04", "", "vitamin_b12", amount=shown, rda=exactly(target.rda))


def r07(case: Case) -> Iterator[Flag]:
    """The ladder of vitamin B6: products together, every level with whose it is and of which year."""
    reading, uls = case.readings["vitamin_b6"], _b6_uls(case)
    lowest = min((ul for ul in uls.values() if ul is not None), default=math.inf)
    if not reading.best > min(lowest, B6_SUPPLEMENT):  # the usual case, and quickly told
        if math.isinf(reading.high):
            unread = [one.name for one in case.seen.products["vitamin_b6"] if math.isinf(one.mean.high)]
            if unread:
                yield say("R07", "unread", "vitamin_b6", products=listed([phrasing.product(name) for name in unread]))
        return
    seen = case.seen.b6
    dose = float(case.intake.mean_dose.best[nutrient_index()["vitamin_b6"]])
    labelled = any("vitamin_b6" in entry.labels for entry in case.intake.logged)
    if not (seen.products or seen.foods or labelled):  # food by itself never leads there
        return
    days = count(case.intake.days, "day")
    long = LONG_USE.format(days=days) if case.intake.days < wording.LONG_USE_DAYS else ""
    if reading.best > lowest:
        talk = reading.best > B6_TALK or case.symptom(*NERVES) is not None
        yield say(
            "R07", "talk" if talk else "above", "vitamin_b6", mean=amount(reading, reading.best),
            supplements=_b6_brought(reading, case), levels=_b6_levels(case, reading.best, dose), long=long.strip(),
        )  # fmt: skip
    elif dose > B6_SUPPLEMENT:
        yield say("R07", "supplement", "vitamin_b6", amount=amount(reading, dose), long=long.strip())


def _b6_brought(reading: Reading, case: Case) -> str:
    """What products and enriched foods bring of it: ``, 50 mg of it from supplements (B-complex)``."""
    seen, said = case.seen.b6, ""
    if seen.supplements.best > 0:
        names = listed(
            [phrasing.product(one.name) for one in seen.products if one.kind == "supplement"][:MOST_PRODUCTS]
        )
        said += f", {amount(reading, seen.supplements.best)} mg of it from supplements ({names})"
    if seen.fortified.best > SMALL_B6:
        names = listed([phrasing.product(name) for name in seen.foods[:MOST_PRODUCTS]])
        said += f", {amount(reading, seen.fortified.best)} mg from enriched foods ({names})"
    return said


def _b6_uls(case: Case) -> dict[str, float | None]:
    """The upper levels for vitamin B6 at this person's age, by authority."""
    targets = {name: case.target("vitamin_b6", name) for name in dict.fromkeys((*case.authorities, "us", "efsa"))}
    return {name: target.ul if target is not None else None for name, target in targets.items()}


def _b6_levels(case: Case, total: float, dose: float) -> str:
    """The levels that the log is above, then those that it is not: ``above the upper level of EFSA (12 mg, 2023)``."""
    uls = _b6_uls(case)
    passed: list[str] = []
    kept: list[str] = []
    for row in read_table("b6_levels.csv"):
        whose = "efsa" if "EFSA" in row["level"] else "us" if "US upper" in row["level"] else ""
        if whose and whose in uls and uls[whose] is None:
            continue  # none set at this age
        value = uls.get(whose) or float(row["value"])
        if not case.adult and not whose:
            continue  # labels are written for adults
        compared = dose if row["scope"] == "supplement" else total
        (passed if compared > value else kept).append(f"{row['level']} ({exactly(value)} mg, {row['year']})")
    below = f", and not above {listed(kept)}" if kept else ""
    return f"this is above {listed(passed)}{below}"


def r12(case: Case) -> Iterator[Flag]:
    """Calcium by what is absorbed of each food: a sensitivity line, never a verdict of its own."""
    reading, seen = case.readings["calcium"], case.seen.milk
    if not case.intake.has_food or case.intake.days < MIN_DAYS or not seen.total > 0:
        return
    numbers = {
        "total": amount(reading, seen.total),
        "equivalent": amount(reading, seen.equivalent),
        "verdict": phrasing.same_verdict(reading, case.milk_adequacy),
    }
    if seen.greens >= OTHER_CALCIUM * seen.total:
        yield say("R12", "greens", "calcium", greens=amount(reading, seen.greens), **numbers)
    elif abs(seen.equivalent - seen.total) > OTHER_CALCIUM * seen.total:
        yield say("R12", "", "calcium", coverage=f"{seen.coverage * 100:.0f} %", **numbers)


def r13(case: Case) -> Iterator[Flag]:
    """What no food log can see of vitamin D."""
    if case.log.food and wording.points_low(case.readings["vitamin_d"]) and case.intake.days >= MIN_DAYS:
        yield say("R13", "sun" if case.person.sun == "regular" else "", "vitamin_d")


def r14(case: Case) -> Iterator[Flag]:
    """Products whose label may mean the compound or the mineral, where that matters."""
    open_: dict[tuple[str, str], list[Dose]] = {}
    for entry in case.intake.logged:
        for id_, dose in entry.doses.items():
            if dose.low < dose.best and phrasing.is_salt(entry.line.food):
                open_.setdefault((phrasing.product(entry.line.food), id_), []).append(dose)
    for (product, id_), doses in open_.items():
        reading = case.readings[id_]
        apart = sum(dose.best - dose.low for dose in doses) / max(case.intake.days, 1)
        if "compound" in wording.excess(reading, case.log):
            continue  # the sentence on the level says it already
        if apart > TWO_READINGS * reading.best:
            best, low = amount(reading, doses[0].best), amount(reading, doses[0].low)
            yield say("R14", "", id_, product=product, best=best, low=low, unit=reading.nutrient.unit)


def r15(case: Case) -> Iterator[Flag]:
    """The two levels for magnesium, which count supplements only."""
    reading, i = case.readings["magnesium"], nutrient_index()["magnesium"]
    if case.condition("kidney_disease") is not None and (products := case.seen.products["magnesium"]):
        yield say("R15", "kidney", "magnesium", products=listed([phrasing.product(one.name) for one in products]))
    low, dose = (float(end[i]) for end in case.intake.mean_dose[:2])
    if not dose > 0:
        return
    own = reading.reference.ul if reading.reference is not None else None
    uls = {}
    for name in case.authorities:
        target = case.target("magnesium", name)
        if target is not None and target.ul is not None:
            uls[target.ul] = f"{phrasing.level_term(name)} ({exactly(target.ul)} mg, {phrasing.ul_edition(target)})"
    passed = listed([text for value, text in sorted(uls.items()) if low > value])
    # whether the person's own level is passed the sentence on the level says
    maybe = listed([text for value, text in sorted(uls.items()) if dose > value >= low and value != own])
    kept = listed([text for value, text in sorted(uls.items()) if dose <= value])
    shown = amount(reading, dose) if low >= dose else f"{amount(reading, low)} to {amount(reading, dose)}"
    if passed and kept:
        yield say("R15", "between", "magnesium", amount=shown, above=passed, below=kept)
    elif passed:
        yield say("R15", "above", "magnesium", amount=shown, levels=passed)
    elif maybe:
        yield say("R15", "as written", "magnesium", levels=maybe)


def r21(case: Case) -> Iterator[Flag]:
    """Bounds whose ends give different verdicts."""
    opened: dict[tuple[int, ...], list[str]] = {}
    for reading in case.core:
        found = reading.adequacy
        if found is None or found.status != "undetermined" or reading.reason or case.intake.days < MIN_DAYS:
            continue
        if case.person.assumed or found.method == "none" or not case.intake.has_food:
            continue
        id_, name = reading.nutrient.id, reading.nutrient.name
        deciders = case.intake.deciders(id_)
        where = sorted(number for one in deciders if math.isinf(one.width) for number in one.lines)
        unknown = [one for one in deciders if one.reason == "not measured"]
        if where:
            opened.setdefault(tuple(where), []).append(id_)
        elif unknown:
            share = 1 - float(case.intake.coverage[nutrient_index()[id_]])
            yield say(
                "R21", "", id_, name=name, foods=count(len(unknown), "food"), energy=f"{share * 100:.0f} %",
                low=amount(reading, reading.low), high=amount(reading, reading.high), unit=reading.nutrient.unit,
            )  # fmt: skip
    for numbers, ids in opened.items():
        lines = phrasing.lines(numbers)
        names = listed([find_nutrient(id_).called for id_ in ids])
        yield say("R21", "open", tuple(ids), Lines=lines[:1].upper() + lines[1:], names=names)
