"""Persons and their reference values: published tables, and a sweep over every month of life."""

import csv
import itertools
import math
from pathlib import Path

import pytest

from nutrigap.errors import PersonError
from nutrigap.person import Person
from nutrigap.references import reference, target_records, target_rows, variation
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


# --- EFSA and the Nordic countries, against values written down from their publications (tests/golden/README.md)

GOLDEN = Path(__file__).parent / "golden"
AUTHORITIES = ("us", "efsa", "nordic")


def written_down(authority: str) -> list[dict[str, str]]:
    with (GOLDEN / f"references_{authority}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


WRITTEN = [(authority, row) for authority in ("efsa", "nordic") for row in written_down(authority)]


@pytest.mark.parametrize(
    ("authority", "row"),
    WRITTEN,
    ids=[f"{a} {r['nutrient']} {r['sex']} {r['life_stage']} {r['ages']}" for a, r in WRITTEN],
)
def test_values_of_other_authorities(authority: str, row: dict[str, str]) -> None:
    sexes = ("female", "male") if row["sex"] == "both" else (row["sex"],)
    for sex, age in itertools.product(sexes, row["ages"].split()):
        found = reference(Person(age=age, sex=sex, life_stage=row["life_stage"], references=authority), row["nutrient"])
        assert found is not None
        for kind in ("ear", "rda", "ai", "ul"):
            if row[kind] != "?":
                expected = float(row[kind]) if row[kind] else None
                assert getattr(found, kind) == expected, (sex, age, kind)
        assert (found.ul_scope, found.authority) == (row["ul_scope"], authority)


def months_of_people() -> list[tuple[str, str, int]]:
    everyone = [(sex, "none", month) for sex in ("female", "male") for month in range(12 * 130 + 1)]
    return everyone + [("female", stage, month) for stage in ("pregnant", "lactating") for month in range(120, 612)]


@pytest.mark.parametrize("authority", AUTHORITIES)
def test_every_month_of_life_to_130_years(authority: str) -> None:
    """`reference` itself refuses two rows of a kind; here: the values are in order, and no other value is possible."""
    for sex, stage, month in months_of_people():
        person = Person(age=f"{month}mo", sex=sex, life_stage=stage, references=authority)
        for nutrient in CORE:
            found = reference(person, nutrient)
            if found is None:
                continue
            where = (sex, stage, month, nutrient)
            assert (found.ear is None) == (found.rda is None), where
            assert found.ear is None or found.ai is None, where
            values = [value for value in (found.ear, found.rda, found.ai, found.ul) if value is not None]
            assert all(0 < value < math.inf for value in values), where
            if found.ear is not None and found.rda is not None:
                assert found.ear <= found.rda, where
                assert found.sd_requirement is not None and found.sd_requirement > 0, where
            else:
                assert found.sd_requirement is None, where
            needed = found.rda or found.ai
            if found.ul is not None and found.ul_scope == "total" and needed is not None:
                assert needed < found.ul, where
            assert (found.ul is None) == (found.ul_scope == "none"), where
            assert found.ul_status == "value" if found.ul is not None else found.ul_status.startswith(("ND - ", "none"))


@pytest.mark.parametrize("authority", AUTHORITIES)
def test_from_one_year_on_no_authority_leaves_a_gap(authority: str) -> None:
    for sex, month, nutrient in itertools.product(("female", "male"), range(12, 12 * 130), CORE):
        found = reference(Person(age=f"{month}mo", sex=sex, references=authority), nutrient)
        assert found is not None and (found.ear or found.ai)


def test_efsa_has_upper_levels_only_in_the_first_half_year() -> None:
    """EFSA sets no requirement below 7 months; ULs of vitamin D from birth (2018), of B6 from 4 months (2023)."""
    for months, expected in ((0, {"vitamin_d"}), (3, {"vitamin_d"}), (4, {"vitamin_d", "vitamin_b6"})):
        person = Person(age=f"{months}mo", sex="female", references="efsa")
        found = {nutrient: reference(person, nutrient) for nutrient in CORE}
        assert {nutrient for nutrient, one in found.items() if one is not None} == expected
        for one in found.values():
            assert one is None or (one.ear is None and one.ai is None and one.rda is None and one.ul is not None)
        assert {one.nutrient for _, one in target_rows(person)} == expected


@pytest.mark.parametrize("authority", ["efsa", "nordic"])
@pytest.mark.parametrize("stage", ["pregnant", "lactating"])
def test_values_of_women_are_not_carried_over_to_pregnant_girls(authority: str, stage: str) -> None:
    for age, nutrient in itertools.product((10, 15, 17.9), CORE):
        assert reference(Person(age=age, sex="female", life_stage=stage, references=authority), nutrient) is None
    for age, nutrient in itertools.product((18, 50.9), CORE):
        assert reference(Person(age=age, sex="female", life_stage=stage, references=authority), nutrient) is not None


@pytest.mark.parametrize(
    ("age", "ul", "status"),
    [("11mo", None, "ND - insufficient data (below 4 years)"), (3.9, None, "ND - insufficient data (below 4 years)"),
     (4, 250, "value"), (9.9, 250, "value"), (10, 250, "value")],
)  # fmt: skip
def test_a_limit_starts_within_a_band_of_requirement(age: float | str, ul: float | None, status: str) -> None:
    """SCF 2001: 250 mg of readily dissociable magnesium from 4 years on; the AI of EFSA 2015 is one for 3-9 years."""
    found = reference(Person(age=age, sex="male", references="efsa"), "magnesium")
    assert found is not None
    assert (found.ul, found.ul_status) == (ul, status)
    assert found.ul_scope == ("none" if ul is None else "supplement_water_added")


@pytest.mark.parametrize(
    ("authority", "terms"), [("us", ("EAR", "RDA")), ("efsa", ("AR", "PRI")), ("nordic", ("AR", "RI"))]
)
def test_the_words_of_an_authority(authority: str, terms: tuple[str, str]) -> None:
    person = Person(age=34, sex="female", references=authority)
    for nutrient in CORE:
        found = reference(person, nutrient)
        assert found is not None
        assert (found.ear_term, found.rda_term, found.authority) == (*terms, authority)
        assert not found.provisional  # only AIs have a provisional AR beside them (Nordic), and it is not used
    told = target_records(person)
    assert [row["nutrient"] for row in told] == list(CORE)
    assert all(row["source"] and (row["ear_term"], row["rda_term"]) == terms for row in told)


@pytest.mark.parametrize(
    ("authority", "age", "stage", "nutrient", "expected"),
    [
        ("us", 34, "none", "magnesium", ()),
        ("efsa", 34, "none", "vitamin_d", ()),
        ("efsa", "7mo", "none", "vitamin_d", ("ul",)),
        ("efsa", "1mo", "none", "vitamin_d", ("ul",)),
        ("nordic", 34, "none", "magnesium", ("ul",)),
        ("nordic", 34, "pregnant", "magnesium", ("ai", "ul")),
        ("nordic", 34, "pregnant", "vitamin_d", ("ear", "rda")),
        ("nordic", 34, "none", "calcium", ()),
    ],
)
def test_values_that_rest_on_one_source(
    authority: str, age: float | str, stage: str, nutrient: str, expected: tuple[str, ...]
) -> None:
    found = reference(Person(age=age, sex="female", life_stage=stage, references=authority), nutrient)
    assert found is not None and found.unverified == expected
    (told,) = [
        row
        for row in target_records(Person(age=age, sex="female", life_stage=stage, references=authority))
        if row["nutrient"] == nutrient
    ]
    assert str(told["note"]).count("one source only") == len(expected)


def test_notes_tell_what_a_value_rests_on() -> None:
    expecting = reference(Person(age=30, sex="female", life_stage="pregnant", references="nordic"), "calcium")
    assert expecting is not None and any("without an age" in note for note in expecting.notes)
    efsa = reference(Person(age=30, sex="female", references="efsa"), "vitamin_d")
    assert efsa is not None and efsa.notes == ("assumes that hardly any vitamin D is made in the skin",)
    us = reference(Person(age=30, sex="female"), "vitamin_d")
    assert us is not None and us.notes == ()


def test_no_reference_comes_from_a_label() -> None:
    """Daily Values and NRVs are what 100 % on a label is, never what a person needs."""
    labels = {row["source"] for row in table("daily_values")}
    used = {row["source"] for row in table("references")} | {row["source"] for row in table("requirement_cv")}
    assert labels and not labels & used
    for authority, sex in itertools.product(AUTHORITIES, ("female", "male")):
        for age in ("1mo", "8mo", *range(1, 100)):
            for _, found in target_rows(Person(age=age, sex=sex, references=authority)):
                assert not labels & set(found.sources)


@pytest.mark.parametrize(
    ("authority", "age", "sex", "nutrient", "expected"),
    [
        ("efsa", 34, "female", "calcium", (950 - 750) / 2),
        ("efsa", 20, "male", "calcium", (1000 - 860) / 2),
        ("efsa", 34, "female", "vitamin_b6", 0.13),  # CV 10 % (EFSA 2016), not the (1.6 - 1.3) / 2 of rounded values
        ("efsa", 34, "male", "vitamin_b6", 0.15),
        ("efsa", 34, "male", "magnesium", None),
        ("efsa", 34, "male", "vitamin_d", None),
        ("efsa", 34, "male", "vitamin_b12", None),
        ("nordic", 34, "female", "calcium", (950 - 750) / 2),
        ("nordic", 34, "female", "vitamin_d", (10 - 7.5) / 2),
        ("nordic", 80, "female", "vitamin_d", (20 - 7.5) / 2),
        ("nordic", 34, "female", "vitamin_b6", 0.13),
        ("nordic", 34, "female", "vitamin_b12", None),
    ],
)
def test_sd_of_the_requirement_of_other_authorities(
    authority: str, age: float, sex: str, nutrient: str, expected: float | None
) -> None:
    found = reference(Person(age=age, sex=sex, references=authority), nutrient)
    assert found is not None
    assert found.sd_requirement == (None if expected is None else pytest.approx(expected, rel=1e-12))


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


@pytest.mark.parametrize(
    ("age", "sex", "nutrient", "mean", "ratio"),
    [  # NHANES 2007-2012, two recalls a person: mean of the group, variance within persons over that between them
        (10, "male", "magnesium", 254.06, 2.16),
        (34, "female", "magnesium", 278.84, 0.99),
        (34, "female", "vitamin_d", 4.08, 4.24),
        (2, "male", "vitamin_b12", 4.45, 1.68),
    ],
)
def test_the_group_that_a_person_belongs_to(age: float, sex: str, nutrient: str, mean: float, ratio: float) -> None:
    found = variation(Person(age=age, sex=sex), nutrient)
    assert found is not None and found.sd_between is not None
    assert found.mean == mean
    assert (found.sd / found.sd_between) ** 2 == pytest.approx(ratio, rel=1e-9)


def test_the_mean_of_a_group_agrees_with_its_sd_and_cv() -> None:
    """CV = SD / mean in every row: the columns were printed independently, each rounded."""
    for row in table("within_person_sd"):
        assert float(row["sd"]) / float(row["mean"]) == pytest.approx(float(row["cv"]) / 100, abs=0.002)
        assert float(row["ratio"]) > 0
