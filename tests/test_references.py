"""Persons and their reference values: published tables, and a sweep over every month of life."""

import csv
import itertools
import math

import pytest

from nutrigap.errors import PersonError
from nutrigap.person import Person
from nutrigap.references import reference, variation
from nutrigap.units import DATA

CORE = ("magnesium", "calcium", "potassium", "vitamin_d", "vitamin_b12", "vitamin_b6")


def table(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


# (ear, rda, ai, ul, scope of the ul) per day, typed from the summary tables: IOM 1997 (magnesium), IOM 1998 (B6, B12),
# IOM 2011 (calcium, vitamin D), NASEM 2019 (potassium). Vitamin D and B12 in µg, the rest in mg.
NO_UL = (None, "none")
ADULT_D, MG_UL = (100, "total"), (350, "supplement_only")
PUBLISHED = {
    "woman of 34": (Person(age=34, sex="female"), {
        "magnesium": (265, 320, None, *MG_UL), "calcium": (800, 1000, None, 2500, "total"),
        "potassium": (None, None, 2600, *NO_UL), "vitamin_d": (10, 15, None, *ADULT_D),
        "vitamin_b12": (2.0, 2.4, None, *NO_UL), "vitamin_b6": (1.1, 1.3, None, 100, "total")}),
    "man of 60": (Person(age=60, sex="male"), {
        "magnesium": (350, 420, None, *MG_UL), "calcium": (800, 1000, None, 2000, "total"),
        "potassium": (None, None, 3400, *NO_UL), "vitamin_d": (10, 15, None, *ADULT_D),
        "vitamin_b12": (2.0, 2.4, None, *NO_UL), "vitamin_b6": (1.4, 1.7, None, 100, "total")}),
    "girl of 8": (Person(age=8, sex="female"), {
        "magnesium": (110, 130, None, 110, "supplement_only"), "calcium": (800, 1000, None, 2500, "total"),
        "potassium": (None, None, 2300, *NO_UL), "vitamin_d": (10, 15, None, 75, "total"),
        "vitamin_b12": (1.0, 1.2, None, *NO_UL), "vitamin_b6": (0.5, 0.6, None, 40, "total")}),
    "infant of 7 months": (Person(age="7mo", sex="male"), {
        "magnesium": (None, None, 75, *NO_UL), "calcium": (None, None, 260, 1500, "total"),
        "potassium": (None, None, 860, *NO_UL), "vitamin_d": (None, None, 10, 38, "total"),
        "vitamin_b12": (None, None, 0.5, *NO_UL), "vitamin_b6": (None, None, 0.3, *NO_UL)}),
    "pregnant at 27": (Person(age=27, sex="female", life_stage="pregnant"), {
        "magnesium": (290, 350, None, *MG_UL), "calcium": (800, 1000, None, 2500, "total"),
        "potassium": (None, None, 2900, *NO_UL), "vitamin_d": (10, 15, None, *ADULT_D),
        "vitamin_b12": (2.2, 2.6, None, *NO_UL), "vitamin_b6": (1.6, 1.9, None, 100, "total")}),
    "lactating at 30": (Person(age=30, sex="female", life_stage="lactating"), {
        "magnesium": (255, 310, None, *MG_UL), "calcium": (800, 1000, None, 2500, "total"),
        "potassium": (None, None, 2800, *NO_UL), "vitamin_d": (10, 15, None, *ADULT_D),
        "vitamin_b12": (2.4, 2.8, None, *NO_UL), "vitamin_b6": (1.7, 2.0, None, 100, "total")}),
    "man of 75": (Person(age=75, sex="male"), {
        "magnesium": (350, 420, None, *MG_UL), "calcium": (1000, 1200, None, 2000, "total"),
        "potassium": (None, None, 3400, *NO_UL), "vitamin_d": (10, 20, None, *ADULT_D),
        "vitamin_b12": (2.0, 2.4, None, *NO_UL), "vitamin_b6": (1.4, 1.7, None, 100, "total")}),
    "pregnant at 17": (Person(age=17, sex="female", life_stage="pregnant"), {
        "magnesium": (335, 400, None, *MG_UL), "calcium": (1100, 1300, None, 3000, "total"),
        "potassium": (None, None, 2600, *NO_UL), "vitamin_d": (10, 15, None, *ADULT_D),
        "vitamin_b12": (2.2, 2.6, None, *NO_UL), "vitamin_b6": (1.6, 1.9, None, 80, "total")}),
}  # fmt: skip


@pytest.mark.parametrize(("who", "nutrient"), [*itertools.product(PUBLISHED, CORE)])
def test_published_values(who: str, nutrient: str) -> None:
    person, expected = PUBLISHED[who]
    found = reference(person, nutrient)
    assert found is not None
    assert (found.ear, found.rda, found.ai, found.ul, found.ul_scope) == expected[nutrient]
    assert found.unit == ("µg" if nutrient in ("vitamin_d", "vitamin_b12") else "mg")
    assert found.sources
    assert (found.ul is None) == found.ul_status.startswith("ND")


# --- every month of life


@pytest.mark.parametrize("stage", ["none", "pregnant", "lactating"])
@pytest.mark.parametrize("sex", ["female", "male"])
def test_every_month_of_life_has_one_row_of_a_kind_or_a_refusal(sex: str, stage: str) -> None:
    release = [row for row in table("references") if row["authority"] == "us"]
    answered = 0
    for month in range(1201):
        covered = stage == "none" or (sex == "female" and 120 <= month < 612)
        if not covered:
            with pytest.raises(PersonError):
                Person(age=f"{month}mo", sex=sex, life_stage=stage)
            continue
        person = Person(age=f"{month}mo", sex=sex, life_stage=stage)
        assert person.age_months == month
        mine = [
            row
            for row in release
            if row["sex"] in (sex, "both")
            and row["life_stage"] == stage
            and int(row["age_min_months"]) <= month < float(row["age_max_months"] or math.inf)
        ]
        for nutrient in CORE:
            rows = {row["kind"]: row for row in mine if row["nutrient"] == nutrient}
            assert len(rows) == sum(row["nutrient"] == nutrient for row in mine)  # one row of a kind
            assert set(rows) in ({"ear", "rda", "ul"}, {"ai", "ul"})
            values = {kind: float(row["value"]) if row["value"] else None for kind, row in rows.items()}
            found = reference(person, nutrient)
            assert found is not None
            told = {"ear": found.ear, "rda": found.rda, "ai": found.ai, "ul": found.ul}
            assert told == {kind: values.get(kind) for kind in told}, (month, nutrient)
            answered += 1
    assert answered == len(CORE) * (1201 if stage == "none" else 492 if sex == "female" else 0)


@pytest.mark.parametrize(
    ("years", "months"),
    [
        (0, 0),
        (0.5, 6),
        (1, 12),
        (3.999, 47),
        (4, 48),
        (8.99, 107),
        (18.99, 227),
        (19, 228),
        (50.99, 611),
        (51, 612),
        (0.58333333, 7),
    ],
)
def test_completed_months(years: float, months: int) -> None:
    assert Person(age=years).age_months == months


def test_months_and_years_are_one_person() -> None:
    for month in range(240):
        assert Person(age=f"{month} months") == Person(age=month / 12)


@pytest.mark.parametrize(
    ("told", "named"),
    [
        ({"age": -1}, "-1"), ({"age": 131}, "131"), ({"age": math.nan}, "nan"), ({"age": math.inf}, "inf"),
        ({"age": "old"}, "old"), ({"sex": "x"}, "x"), ({"life_stage": "weaning"}, "weaning"),
        ({"references": "who"}, "who"), ({"sex": "male", "life_stage": "pregnant"}, "pregnant"),
        ({"age": 9.9, "life_stage": "lactating"}, "9.9"), ({"age": 51, "life_stage": "pregnant"}, "51"),
    ],
)  # fmt: skip
def test_refused_persons(told: dict, named: str) -> None:
    with pytest.raises(PersonError, match=named):
        Person(**told)


@pytest.mark.parametrize(
    ("person", "ages", "sexes"),
    [
        (Person(), [40.0, 40.0], ["female", "male"]),
        (Person(age=20), [20.0, 20.0], ["female", "male"]),
        (Person(sex="m"), [40.0], ["male"]),
        (Person(age=20, sex="woman"), [20.0], ["female"]),
        (Person(life_stage="pregnant"), [40.0], ["female"]),
        (Person(age="", sex=" "), [40.0, 40.0], ["female", "male"]),
    ],
)
def test_whom_a_person_may_be(person: Person, ages: list[float], sexes: list[str]) -> None:
    possible = person.possible()
    assert [one.age for one in possible] == ages and [one.sex for one in possible] == sexes
    assert person.assumed == (person.age is None or person.sex is None)
    assert not any(one.assumed for one in possible)


@pytest.mark.parametrize("person", [Person(), Person(age=30), Person(sex="female")])
def test_an_unknown_person_has_no_row(person: Person) -> None:
    for ask in (reference, variation):
        with pytest.raises(PersonError, match="age and sex"):
            ask(person, "magnesium")


def test_a_nutrient_without_references() -> None:
    assert reference(Person(age=34, sex="female"), "caffeine") is None


# --- the SD of the requirement: 10 % of the EAR (IOM 2000, IOM 2006), or half the distance from EAR to RDA (IOM 2011)


@pytest.mark.parametrize(
    ("age", "sex", "stage", "nutrient", "expected"),
    [
        (34, "female", "none", "magnesium", 26.5),
        (34, "male", "none", "magnesium", 35.0),
        (34, "female", "none", "calcium", (1000 - 800) / 2),
        (60, "female", "none", "calcium", (1200 - 1000) / 2),
        (16, "female", "pregnant", "calcium", (1300 - 1100) / 2),
        (34, "female", "none", "vitamin_d", 0.25 * 10),
        (70.9, "male", "none", "vitamin_d", 0.25 * 10),
        (71, "male", "none", "vitamin_d", 0.50 * 10),
        (34, "female", "none", "vitamin_b12", 0.2),
        (34, "female", "pregnant", "vitamin_b12", 0.22),
        (34, "female", "none", "vitamin_b6", 0.11),
        (60, "male", "none", "vitamin_b6", 0.14),
        (34, "female", "none", "potassium", None),
        (0.6, "female", "none", "magnesium", None),
    ],
)
def test_sd_of_the_requirement(age: float, sex: str, stage: str, nutrient: str, expected: float | None) -> None:
    found = reference(Person(age=age, sex=sex, life_stage=stage), nutrient)
    assert found is not None
    assert found.sd_requirement == (None if expected is None else pytest.approx(expected, rel=1e-12))


# --- day-to-day variation


@pytest.mark.parametrize("sex", ["female", "male"])
def test_one_band_of_variation_a_month(sex: str) -> None:
    rows = table("within_person_sd")
    for month in range(1201):
        person = Person(age=f"{month}mo", sex=sex)
        for nutrient in CORE:
            bands = [
                row
                for row in rows
                if row["nutrient"] == nutrient
                and row["sex"] in (sex, "both")
                and int(row["age_min_months"]) <= month < float(row["age_max_months"] or math.inf)
            ]
            found = variation(person, nutrient)
            assert len(bands) == (month >= 12)
            if not bands:
                assert found is None
                continue
            smaller = min(float(bands[0]["cv"]), float(bands[0]["cv_lognormal"]))
            assert found is not None
            assert (found.sd, found.cv) == (float(bands[0]["sd"]), pytest.approx(smaller / 100, rel=1e-12))


@pytest.mark.parametrize(
    ("age", "sex", "nutrient", "sd", "cv"),
    [  # NHANES 2007-2012, two recalls a person: the rows of women of 31-50, men of 51-70, children of 1-3
        (34, "female", "magnesium", 106.111, 0.369),
        (34, "female", "vitamin_b12", 5.703, 0.901),
        (34, "female", "vitamin_d", 4.369, 1.07),
        (60, "male", "vitamin_b12", 9.061, 0.82),
        (2, "male", "calcium", 363.023, 0.352),
        (2, "female", "calcium", 363.023, 0.352),
    ],
)
def test_variation_by_hand(age: float, sex: str, nutrient: str, sd: float, cv: float) -> None:
    found = variation(Person(age=age, sex=sex), nutrient)
    assert found is not None
    assert (found.sd, found.cv) == (sd, pytest.approx(cv, rel=1e-12))


@pytest.mark.parametrize("stage", ["pregnant", "lactating"])
@pytest.mark.parametrize("age", [10, 16, 25, 40, 50.9])
def test_pregnancy_takes_the_band_of_women_of_that_age(age: float, stage: str) -> None:
    for nutrient in CORE:
        expecting = variation(Person(age=age, sex="female", life_stage=stage), nutrient)
        assert expecting is not None
        assert expecting == variation(Person(age=age, sex="female"), nutrient)
