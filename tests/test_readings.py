"""Statuses from the diary on: the thresholds of the report's schema, worked by hand."""

import math
from itertools import pairwise

import pandas as pd
import pytest

import nutrigap as ng

CORE = ("magnesium", "calcium", "potassium", "vitamin_d", "vitamin_b12", "vitamin_b6")
WOMAN, MAN = ng.Person(age=40, sex="female"), ng.Person(age=40, sex="male")
# Day-to-day SD of magnesium [mg] of women and men of 31-50: NHANES 2007-2012, two recalls a person
MG_WOMEN, MG_MEN = 106.111, 147.929


def phi(z: float) -> float:
    return 0.5 * (1 + math.erf(z / math.sqrt(2)))


def log(days: int, *, food: dict[str, float] | None = None, dose: dict[str, float] | None = None) -> pd.DataFrame:
    """The same each day: 30 g of spinach whose label says ``food``, and a tablet whose label says ``dose``."""
    lines = []
    for day in range(1, days + 1):
        date = f"2026-{1 + (day - 1) // 28:02}-{1 + (day - 1) % 28:02}"
        lines.append({"date": date, "food": "sr:11457", "amount": "30 g", "kind": "food", **(food or {})})
        if dose is not None:
            lines.append({"date": date, "food": "tablet", "amount": "1", "kind": "supplement", **dose})
    return pd.DataFrame(lines)


def read(diary: pd.DataFrame, person: ng.Person, nutrient: str) -> dict:
    return next(one for one in ng.analyze(diary, person).to_dict()["nutrients"] if one["id"] == nutrient)


def verdict(confidence: float, days: int) -> str:
    """The statuses of an EAR test whose ends are one."""
    if days < 3:
        return "undetermined"
    return "likely_adequate" if confidence >= 0.85 else "likely_low" if confidence <= 0.15 else "uncertain"


# --- magnesium


@pytest.mark.parametrize(
    ("days", "expected", "status"),
    [(1, 0.692, "undetermined"), (3, 0.795, "uncertain"), (7, 0.874, "likely_adequate")],
)
def test_a_mean_at_the_rda(days: int, expected: float, status: str) -> None:
    """A woman of 40 at 320 mg, her RDA: z = 55 / √(26.5² + 106.111²/n)."""
    found = read(log(days, food={"magnesium_mg": 320}), WOMAN, "magnesium")
    z = 55 / math.sqrt(26.5**2 + MG_WOMEN**2 / days)
    assert found["intake"]["mean"] == 320
    assert found["adequacy"]["z"] == pytest.approx(z, rel=1e-12)
    assert found["adequacy"]["confidence"] == pytest.approx(phi(z), abs=1e-12)
    assert found["adequacy"]["confidence"] == pytest.approx(expected, abs=5e-4)
    assert (found["adequacy"]["method"], found["adequacy"]["status"]) == ("ear_z", status)


def test_days_to_decide_at_the_rda() -> None:
    """n >= s_w² / ((D/z)² - s_r²) with z = 1.0364 for .85: 5.33, so six days."""
    needed = MG_WOMEN**2 / ((55 / 1.0364333894937898) ** 2 - 26.5**2)
    found = read(log(3, food={"magnesium_mg": 320}), WOMAN, "magnesium")
    assert found["adequacy"]["days_to_decide"] == math.ceil(needed) == 6


@pytest.mark.parametrize("days", [1, 2, 3, 5, 14])
@pytest.mark.parametrize("amount", [60, 150, 200, 265, 310, 420, 900])
@pytest.mark.parametrize(("person", "ear", "sd"), [(WOMAN, 265, MG_WOMEN), (MAN, 350, MG_MEN)], ids=["woman", "man"])
def test_magnesium_by_formula(person: ng.Person, ear: float, sd: float, amount: float, days: int) -> None:
    found = read(log(days, food={"magnesium_mg": amount}), person, "magnesium")["adequacy"]
    confidence = phi((amount - ear) / math.sqrt((0.1 * ear) ** 2 + sd**2 / days))
    assert found["confidence"] == found["confidence_low"] == found["confidence_high"]
    assert found["confidence"] == pytest.approx(confidence, abs=1e-12)
    assert found["status"] == verdict(confidence, days)


@pytest.mark.parametrize("days", [1, 3, 30])
def test_magnesium_from_food_is_never_above_the_limit(days: int) -> None:
    """The limit of 350 mg counts supplements only."""
    for amount in (350, 2000):
        found = read(log(days, food={"magnesium_mg": amount}), MAN, "magnesium")
        assert found["reference"]["ul"] == 350 and found["reference"]["ul_scope"] == "supplement_only"
        assert (found["excess"]["method"], found["excess"]["amount_compared"]) == ("ul_dose", 0)
        assert found["excess"]["status"] == "below_ul"


@pytest.mark.parametrize("days", [1, 3, 30])
@pytest.mark.parametrize(("dose", "status"), [(400, "above_ul"), (350, "below_ul"), (350.5, "above_ul")])
def test_magnesium_from_a_supplement_is_arithmetic(days: int, dose: float, status: str) -> None:
    report = ng.analyze(log(days, food={"magnesium_mg": 100}, dose={"magnesium_mg": dose}), MAN).to_dict()
    found = report["nutrients"][0]
    assert (found["excess"]["amount_compared"], found["excess"]["status"]) == (dose, status)
    assert found["intake"]["by_source"] == {"food": 100, "fortified": None, "supplement": dose}
    assert any(flag["level"] == "above_level" for flag in report["flags"]) == (status == "above_ul")


def test_a_dose_lowers_what_food_must_bring() -> None:
    """Food is tested against the EAR less the dose; the SD of the requirement stays that of the whole."""
    found = read(log(3, food={"magnesium_mg": 200}, dose={"magnesium_mg": 100}), WOMAN, "magnesium")["adequacy"]
    z = (200 - (265 - 100)) / math.sqrt(26.5**2 + MG_WOMEN**2 / 3)
    assert found["z"] == pytest.approx(z) and found["confidence"] == pytest.approx(phi(z))


# --- the AI, and nutrients without a limit


@pytest.mark.parametrize(
    ("amount", "status"), [(1000, "below_ai_no_inference"), (2600, "below_ai_no_inference"), (5000, "at_or_above_ai")]
)
def test_potassium(amount: float, status: str) -> None:
    """AI of women 2,600 mg, day-to-day SD 910.49 mg; below it nothing is said, and no limit is set."""
    found = read(log(4, food={"potassium_mg": amount}), WOMAN, "potassium")
    assert found["adequacy"]["method"] == "ai_z"
    assert found["adequacy"]["confidence"] == pytest.approx(phi((amount - 2600) / (910.49 / 2)), abs=1e-12)
    assert found["adequacy"]["status"] == status
    assert found["excess"]["status"] == "no_ul" and found["reference"]["ul"] is None
    flags = ng.analyze(log(4, food={"potassium_mg": amount}), WOMAN).to_dict()["flags"]
    assert not any("potassium" in flag["nutrients"] and flag["level"] in ("low", "watch") for flag in flags)


@pytest.mark.parametrize("amount", [1, 4000])
def test_b12_has_no_limit(amount: float) -> None:
    found = read(log(4, dose={"vitamin_b12_ug": amount}), WOMAN, "vitamin_b12")
    assert (found["excess"]["status"], found["excess"]["amount_compared"]) == ("no_ul", None)


@pytest.mark.parametrize(
    ("nutrient", "column", "dose", "status"),
    [
        ("vitamin_d", "vitamin_d_ug", 125, "above_ul"),
        ("vitamin_b6", "vitamin_b6_mg", 150, "above_ul"),
        ("calcium", "calcium_mg", 3000, "above_ul"),
        ("vitamin_d", "vitamin_d_ug", 50, "undetermined"),
    ],
)
def test_a_dose_above_the_limit_on_one_day(nutrient: str, column: str, dose: float, status: str) -> None:
    """The dose alone is above whatever the food: no test. Food on top of a smaller one is tested, from 3 days."""
    found = read(log(1, food={column: 5}, dose={column: dose}), WOMAN, nutrient)
    assert found["excess"]["status"] == status
    assert found["excess"]["amount_compared"] == dose + 5


# --- who the person is


def test_an_infant_has_values_but_no_test() -> None:
    diary = log(5, food={"magnesium_mg": 200, "calcium_mg": 900, "vitamin_d_ug": 20})
    for nutrient, ai in zip(CORE, (75, 260, 860, 10, 0.5, 0.3), strict=True):
        found = read(diary, ng.Person(age="7mo", sex="female"), nutrient)
        assert found["reference"]["ai"] == ai and found["reference"]["ear"] is None
        assert found["adequacy"]["confidence"] is None and found["adequacy"]["status"] == "undetermined"
    assert found["excess"]["status"] == "no_ul"


@pytest.mark.parametrize(
    ("amount", "days", "status"),
    [(700, 7, "likely_adequate"), (100, 7, "likely_low"), (300, 30, "undetermined"), (308, 3, "uncertain")],
)
def test_without_age_and_sex_both_must_agree(amount: float, days: int, status: str) -> None:
    """At 300 mg for 30 days a woman has enough (z = 1.07) and a man has not (z = -1.13)."""
    women = phi((amount - 265) / math.sqrt(26.5**2 + MG_WOMEN**2 / days))
    men = phi((amount - 350) / math.sqrt(35.0**2 + MG_MEN**2 / days))
    agreed = verdict(women, days) if verdict(women, days) == verdict(men, days) else "undetermined"
    report = ng.analyze(log(days, food={"magnesium_mg": amount}), ng.Person()).to_dict()
    told = report["person"]
    assert (told["age_years"], told["sex"], told["life_stage"], told["assumed"]) == (None, None, "none", True)
    found = report["nutrients"][0]
    assert found["adequacy"]["status"] == agreed == status
    assert found["adequacy"]["confidence"] == pytest.approx(min(women, men), abs=1e-12)
    told = {kind: found["reference"][kind] for kind in ("ear", "rda", "ai", "ul")}
    assert told == {"ear": 350, "rda": 420, "ai": None, "ul": 350}  # the man's: the more demanding


@pytest.mark.parametrize(
    ("person", "nutrient", "expected"),
    [
        (ng.Person(age=60), "calcium", (1000, 1200, None, 2000)),  # a woman of 60 needs more than a man
        (ng.Person(age=60), "potassium", (None, None, 3400, None)),
        (ng.Person(age=16), "magnesium", (340, 410, None, 350)),
        (ng.Person(age=60), "vitamin_b6", (1.4, 1.7, None, 100)),
        (ng.Person(age=2), "magnesium", (65, 80, None, 65)),
        (ng.Person(sex="female"), "magnesium", (265, 320, None, 350)),
        (ng.Person(), "potassium", (None, None, 3400, None)),
    ],
)
def test_the_more_demanding_value_is_shown(person: ng.Person, nutrient: str, expected: tuple) -> None:
    found = read(log(3), person, nutrient)["reference"]
    assert (found["ear"], found["rda"], found["ai"], found["ul"]) == expected


# --- unknown values decide only where they matter


def days_of(food: str, grams: int, days: int) -> pd.DataFrame:
    dates = [f"2026-03-{day:02}" for day in range(1, days + 1)]
    return pd.DataFrame({"date": dates, "food": food, "amount": f"{grams} g"})


@pytest.mark.parametrize(
    ("food", "grams", "high", "status"),
    [
        # unmeasured vitamin D: fish runs from 0 to 19 µg per 100 g, legumes to 1.2; EAR 10 µg
        ("sr:15076", 150, 28.5, "undetermined"),  # low end: shortage; high end: more than enough
        ("sr:16281", 125, 1.5, "likely_low"),  # both ends are short
    ],
)
def test_unmeasured_vitamin_d(food: str, grams: int, high: float, status: str) -> None:
    found = read(days_of(food, grams, 7), WOMAN, "vitamin_d")
    assert (found["intake"]["low"], found["intake"]["high"]) == (0, pytest.approx(high))
    assert found["adequacy"]["method"] == "ear_gamma" and found["adequacy"]["status"] == status
    assert found["adequacy"]["confidence_low"] <= 0.15
    assert (found["adequacy"]["confidence_high"] >= 0.85) == (status == "undetermined")


def test_a_dose_settles_what_food_leaves_open() -> None:
    diary = days_of("sr:15076", 150, 7)
    tablets = pd.DataFrame({"date": diary["date"], "food": "tablet", "amount": "1", "vitamin_d_ug": 50.0})
    diary = pd.concat([diary.assign(kind="food"), tablets.assign(kind="supplement")], ignore_index=True)
    found = read(diary, WOMAN, "vitamin_d")
    assert found["intake"]["low"] == 50 and found["intake"]["high"] == pytest.approx(78.5)
    assert found["adequacy"]["status"] == "likely_adequate" and found["excess"]["status"] == "below_ul"


def test_verdicts_never_contradict_their_ends() -> None:
    """Food by food of unmeasured vitamin D: a verdict stands only where both ends give it."""
    sides = {"likely_adequate": (0.85, 1.0), "likely_low": (0.0, 0.15)}
    for grams in range(20, 400, 20):
        found = read(days_of("sr:15076", grams, 4), WOMAN, "vitamin_d")["adequacy"]
        ends = (found["confidence_low"], found["confidence_high"])
        assert ends[0] <= found["confidence"] <= ends[1]
        if found["status"] in sides:
            least, most = sides[found["status"]]
            assert all(least <= end <= most for end in ends)


# --- logs that cannot say anything


def test_pills_alone_may_show_that_a_need_is_met_never_that_it_is_not() -> None:
    dates = [f"2026-03-{day:02}" for day in range(1, 8)]
    diary = pd.DataFrame({"date": dates, "food": "tablet", "kind": "supplement", "vitamin_d_ug": 50.0})
    report = ng.analyze(diary, WOMAN).to_dict()
    found = {entry["id"]: entry for entry in report["nutrients"]}
    assert found["vitamin_d"]["adequacy"]["status"] == "likely_adequate"
    assert found["vitamin_d"]["excess"]["status"] == "undetermined"  # the limit counts food too, which is not known
    for nutrient in ("magnesium", "calcium", "potassium", "vitamin_b12", "vitamin_b6"):
        assert found[nutrient]["adequacy"]["status"] == "undetermined"
    assert not any(flag["level"] == "low" for flag in report["flags"])


def test_no_countable_day() -> None:
    report = ng.analyze(pd.DataFrame({"date": ["2026-03-01"], "food": ["zzqx blorp"], "amount": ["1 plate"]}), WOMAN)
    found = {entry["id"]: entry for entry in report.to_dict()["nutrients"]}
    assert found["magnesium"]["reference"]["ear"] == 265
    for nutrient in CORE:
        adequacy = found[nutrient]["adequacy"]
        assert (adequacy["method"], adequacy["status"], adequacy["confidence"]) == ("none", "undetermined", None)
    excess = [found[nutrient]["excess"]["status"] for nutrient in CORE]
    assert excess == ["undetermined", "undetermined", "no_ul", "undetermined", "no_ul", "undetermined"]
    assert report.to_text() and report.to_markdown()


@pytest.mark.parametrize("nutrient", ["energy", "water", "sodium", "thiamin", "caffeine", "alcohol"])
def test_context_nutrients_are_shown_and_not_judged(nutrient: str) -> None:
    found = read(log(5), WOMAN, nutrient)
    assert found["adequacy"] is None and found["excess"] is None
    assert found["intake"]["mean"] is not None


def test_more_of_a_nutrient_never_lowers_the_confidence() -> None:
    for nutrient, column in (("vitamin_b12", "vitamin_b12_ug"), ("calcium", "calcium_mg")):
        needs = {"vitamin_b12": 2.0, "calcium": 800.0}[nutrient]
        found = [
            read(log(5, food={column: needs * share}), WOMAN, nutrient)["adequacy"]["confidence"]
            for share in (0.0, 0.3, 0.8, 1.0, 1.2, 3.0)
        ]
        assert all(before < after for before, after in pairwise(found))
