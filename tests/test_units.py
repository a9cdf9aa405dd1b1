"""Units: the closed vocabulary against pint, and conversions of nutrients against chemistry."""

from __future__ import annotations

import csv
from fractions import Fraction
from pathlib import Path

import pint
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nutrigap as ng
from nutrigap.errors import TableError, UnknownUnit
from nutrigap.units import DATA, convert, find_nutrient, find_unit, nutrient_factor, nutrients, vocabulary

UREG: pint.UnitRegistry[float] = pint.UnitRegistry()
# Neither is pint's: a metric cup is 250 ml, a dessertspoon two teaspoons; "us pint" is the pint when it is said so.
for definition in ("metric_cup = 250 milliliter", "dessertspoon = 2 * teaspoon", "us_pint = pint"):
    UREG.define(definition)
BASE = {"mass": "gram", "volume": "milliliter", "energy": "kilocalorie"}

# The pint name of each word, written here by hand: a second reading of the vocabulary.
MEANS = {
    "gram": "g gram grams gramme grammes gm gms grm grms",
    "kilogram": "kg kgs kilo kilos kilogram kilograms",
    "milligram": "mg mgs milligram milligrams",
    "microgram": "µg ug mcg mcgs microgram micrograms",
    "ounce": "oz ozs ounce ounces",
    "pound": "lb lbs pound pounds",
    "milliliter": "ml mls milliliter milliliters millilitre millilitres cc",
    "centiliter": "cl centiliter centiliters centilitre centilitres",
    "deciliter": "dl deciliter deciliters decilitre decilitres",
    "liter": "l liter liters litre litres ltr ltrs",
    "teaspoon": "tsp tsps tspn tspns teaspoon teaspoons teaspoonful teaspoonfuls tea_spoon tea_spoons",
    "dessertspoon": "dessertspoon dessertspoons dessertspoonful dessert_spoon dessert_spoons dsp dstspn",
    "tablespoon": "tbsp tbsps tbs tbl tbls tblsp tbspn tblspn tablespoon tablespoons tablespoonful "
    "tablespoonfuls table_spoon table_spoons",
    "fluid_ounce": "fl_oz floz fl_ozs fl_ounce fl_ounces fluid_oz fluid_ounce fluid_ounces",
    "cup": "cup cups cupful cupfuls us_cup us_cups",
    "metric_cup": "metric_cup metric_cups metriccup",
    "pint": "pint pints pt pts",
    "imperial_pint": "imperial_pint imperial_pints uk_pint uk_pints",
    "us_pint": "us_pint us_pints",
    "quart": "quart quarts qt",
    "gallon": "gallon gallons",
    "kilocalorie": "kcal kcals cal cals calorie calories",
    "kilojoule": "kj kjs kilojoule kilojoules",
}
WORDS = {word.replace("_", " "): name for name, words in MEANS.items() for word in words.split()}


def rows() -> list[dict[str, str]]:
    with (Path(DATA) / "units.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["word"])
def test_every_word_of_the_vocabulary_is_what_pint_says(row: dict[str, str]) -> None:
    meant = UREG.Quantity(1.0, WORDS[row["word"]])
    assert float(row["factor"]) == pytest.approx(meant.to(BASE[row["dimension"]]).magnitude, rel=1e-12)
    found = find_unit(row["word"])
    assert found is not None
    assert (found.dimension, found.factor) == (row["dimension"], float(row["factor"]))


def test_the_vocabulary_holds_these_words_and_no_other() -> None:
    assert set(vocabulary()) == set(WORDS)


@pytest.mark.parametrize(
    ("word", "grams"),
    # by definition: the avoirdupois pound is 0.45359237 kg, the ounce a sixteenth
    [
        ("lb", Fraction("453.59237")),
        ("oz", Fraction("453.59237") / 16),
        ("kg", Fraction(1000)),
        ("mg", Fraction(1, 1000)),
    ],
)
def test_masses_by_definition(word: str, grams: Fraction) -> None:
    assert vocabulary()[word].factor == pytest.approx(float(grams), rel=1e-14)


@pytest.mark.parametrize(
    ("word", "ml"),
    # the US gallon is 231 cubic inches of 2.54 cm: 16 cups, 128 fluid ounces, 256 tablespoons, 768 teaspoons
    [("gallon", 1), ("cup", 16), ("fl oz", 128), ("tbsp", 256), ("tsp", 768), ("pint", 8), ("quart", 4)],
)
def test_volumes_by_definition(word: str, ml: int) -> None:
    assert vocabulary()[word].factor == pytest.approx(231 * 2.54**3 / ml, rel=1e-12)


@pytest.mark.parametrize(
    ("word", "ml"),
    # Weights and Measures Act 1985, schedule 1: the gallon is 4.546 09 dm3, a quart is 1/4 of it, a pint 1/8, a fluid
    # ounce 1/20 of a pint; nothing else differs in imperial measure
    [
        ("gallon", 4546.09),
        ("quart", 4546.09 / 4),
        ("pt", 4546.09 / 8),
        ("fl oz", 4546.09 / 160),
        ("cup", None),
        ("oz", None),
    ],
)
def test_imperial_volumes_by_definition(word: str, ml: float | None) -> None:
    assert vocabulary()[word].imperial == (ml if ml is None else pytest.approx(ml, rel=1e-9))
    assert vocabulary()["imperial pint"].factor == pytest.approx(568.26125, rel=1e-12)


@pytest.mark.parametrize("word", ["G", " g ", "g.", "Grams", "KG", "Oz.", "fl  oz", "Fl. Oz.", "μg", "µg"])
def test_spellings_of_a_word(word: str) -> None:
    assert find_unit(word) is not None


@pytest.mark.parametrize("word", ["μg", "µg", "mcg", "ug", "UG"])
def test_both_code_points_of_micro_are_one_millionth_of_a_gram(word: str) -> None:
    found = find_unit(word)
    assert found is not None
    assert found.factor == pytest.approx(1e-6, rel=1e-12)


@pytest.mark.parametrize("word", ["bag", "pinch", "pat", "link", "bar", "unit", "stone", "ton", "", "g g", "gg", "µ"])
def test_words_that_only_physics_knows_are_no_units(word: str) -> None:
    assert find_unit(word) is None


@pytest.mark.parametrize(
    ("word", "hint"),
    [("gr", "write g"), ("Mg", "write mg"), ("t", "tsp"), ("T", "tbsp"), ("c", "cup"), ("gr.", "write g")],
)
def test_words_with_two_meanings_are_refused_with_a_hint(word: str, hint: str) -> None:
    with pytest.raises(UnknownUnit, match=hint):
        find_unit(word)


def test_mg_in_capitals_is_a_milligram() -> None:
    assert find_unit("MG") == find_unit("mg")


# ------------------------------------------------------------------------------------ nutrients

# Standard atomic weights (IUPAC): Mg 24.305, Ca 40.078, K 39.0983, Na 22.98977. 1 µg of vitamin D is 40 IU.
CONVERSIONS = [
    (2000, "IU", "µg", "vitamin_d", 50.0),
    (1, "µg", "IU", "vitamin_d", 40.0),
    (0.125, "mg", "IU", "vitamin_d", 5000.0),
    (10, "mcg", "µg", "vitamin_d", 10.0),
    (1, "mmol", "mg", "magnesium", 24.305),
    (1, "mEq", "mg", "magnesium", 24.305 / 2),
    (1, "mmol", "mg", "calcium", 40.078),
    (1, "meq", "mg", "calcium", 40.078 / 2),
    (1, "mmol", "mg", "potassium", 39.0983),
    (1, "mEq", "mg", "potassium", 39.0983),
    (1000, "µmol", "mmol", "magnesium", 1.0),
    (24.305, "mg", "mmol", "magnesium", 1.0),
    (10, "mmol", "mEq", "calcium", 20.0),
    (1, "g", "mg", "potassium", 1000.0),
    (1, "oz", "g", "potassium", 28.349523125),
    (1.4, "mg", "µg", "vitamin_b6", 1400.0),
    (2.4, "µg", "mg", "vitamin_b12", 0.0024),
    (1000, "kcal", "kJ", "energy", 4184.0),  # the thermochemical calorie
    (2, "I.U.", "µg", "vitamin_d", 0.05),
]


@pytest.mark.parametrize(("value", "unit", "wanted", "nutrient", "expected"), CONVERSIONS)
def test_conversions(value: float, unit: str, wanted: str, nutrient: str, expected: float) -> None:
    assert convert(value, unit, wanted, nutrient=nutrient) == pytest.approx(expected, rel=1e-9)


def test_without_a_target_the_canonical_unit_is_meant() -> None:
    assert convert(2000, "IU", nutrient="vitamin_d") == pytest.approx(50.0)
    assert convert(1, "g", nutrient="magnesium") == pytest.approx(1000.0)


@pytest.mark.parametrize(
    ("unit", "nutrient", "said"),
    [
        ("IU", "magnesium", "magnesium"),
        ("IU", "vitamin_b12", "vitamin B12"),
        ("mmol", "vitamin_d", "vitamin D"),
        ("kcal", "calcium", "calcium"),
        ("ml", "calcium", "calcium"),
        ("mg", "energy", "energy"),
        ("parsec", "calcium", "parsec"),
        ("", "calcium", "calcium"),
    ],
)
def test_a_unit_without_a_meaning_is_refused_and_named(unit: str, nutrient: str, said: str) -> None:
    with pytest.raises(UnknownUnit, match=said):
        convert(1.0, unit, nutrient=nutrient)


def test_an_ambiguous_unit_is_refused_with_its_hint() -> None:
    with pytest.raises(UnknownUnit, match="write mg"):
        convert(400, "Mg", nutrient="magnesium")


def test_an_unknown_nutrient_is_refused_with_the_list() -> None:
    with pytest.raises(TableError, match="magnesium, calcium, potassium"):
        convert(1, "mg", nutrient="unobtainium")
    with pytest.raises(TableError):
        find_nutrient("Magnesium")


def test_quantities_give_quantities_of_their_own_registry() -> None:
    given = UREG.Quantity(0.4, "g")
    got = ng.convert(given, "mg", nutrient="magnesium")
    assert isinstance(got, UREG.Quantity)
    assert got.magnitude == pytest.approx(400)
    assert str(got.units) == "milligram"


def test_a_quantity_of_vitamin_d_becomes_what_pint_says() -> None:
    given = UREG.Quantity(0.05, "mg")
    got = ng.convert(given, "µg", nutrient="vitamin_d")
    assert got.magnitude == pytest.approx(given.to("microgram").magnitude)


def test_a_quantity_of_substance() -> None:
    got = ng.convert(UREG.Quantity(2, "mmol"), "mg", nutrient="calcium")
    assert got.magnitude == pytest.approx(2 * 40.078)


def test_a_quantity_of_length_is_refused() -> None:
    with pytest.raises(UnknownUnit):
        ng.convert(UREG.Quantity(1, "m"), "mg", nutrient="calcium")


mass_units = st.sampled_from(["g", "mg", "µg", "kg", "oz", "lb"])


@given(value=st.floats(1e-6, 1e6), one=mass_units, other=mass_units)
def test_there_and_back_is_the_same(value: float, one: str, other: str) -> None:
    there = convert(value, one, other, nutrient="calcium")
    assert convert(there, other, one, nutrient="calcium") == pytest.approx(value, rel=1e-9)
    pint_name = {"µg": "microgram", "oz": "ounce", "lb": "pound"}
    meant = UREG.Quantity(value, pint_name.get(one, one)).to(pint_name.get(other, other)).magnitude
    assert there == pytest.approx(meant, rel=1e-9)


def test_every_nutrient_has_a_canonical_unit_of_factor_one() -> None:
    assert [nutrient_factor(nutrient, nutrient.unit) for nutrient in nutrients()] == [1.0] * len(nutrients())
    six = ["magnesium", "calcium", "potassium", "vitamin_d", "vitamin_b12", "vitamin_b6"]
    assert [nutrient.id for nutrient in nutrients()][:6] == six


@pytest.mark.parametrize(("nutrient", "called"), [("magnesium", "magnesium"), ("vitamin_b12", "vitamin B12")])
def test_names_within_a_sentence(nutrient: str, called: str) -> None:
    assert find_nutrient(nutrient).called == called
