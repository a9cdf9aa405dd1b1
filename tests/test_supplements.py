"""Dose lines: what is a dose, how much it is, and what stays open."""

from __future__ import annotations

import ast
import csv
import datetime
import operator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nutrigap.diary import Line
from nutrigap.doses import names_nothing, read_cells
from nutrigap.entries import Entry, Kitchen
from nutrigap.matching import find_food
from nutrigap.resolve import resolve_line
from nutrigap.supplements import brand_words, looks_like_supplement, read_supplement
from nutrigap.tables import load_foods
from nutrigap.units import read_table
from nutrigap.words import meanings

ALL = frozenset(["magnesium", "calcium", "potassium", "vitamin_d", "vitamin_b12", "vitamin_b6"])
NONE: frozenset[str] = frozenset()

# Standard atomic weights of IUPAC (abridged): the fractions below are computed here from the formulas.
WEIGHT = {"H": 1.008, "C": 12.011, "N": 14.007, "O": 15.999, "Mg": 24.305, "Ca": 40.078, "K": 39.0983, "Cl": 35.45}


def fraction(element: str, **atoms: int) -> float:
    """Share of an element in a compound with these atoms."""
    return WEIGHT[element] * atoms[element] / sum(WEIGHT[atom] * count for atom, count in atoms.items())


MAGNESIUM_OXIDE = fraction("Mg", Mg=1, O=1)
MAGNESIUM_HYDROGEN_CITRATE = fraction("Mg", Mg=1, C=6, H=6, O=7)
CALCIUM_CARBONATE = fraction("Ca", Ca=1, C=1, O=3)
CALCIUM_CITRATE_HYDRATE = fraction("Ca", Ca=3, C=12, H=18, O=18)
POTASSIUM_CARBONATE = fraction("K", K=2, C=1, O=3)
POTASSIUM_GLUCONATE = fraction("K", K=1, C=6, H=13, O=8)  # the monohydrate holds less than the anhydrous salt
BISGLYCINATE_DIHYDRATE = fraction("Mg", Mg=1, C=4, H=12, N=2, O=6)
# pyridoxine 169.18, its hydrochloride 205.64 g/mol
PYRIDOXINE_HYDROCHLORIDE = 169.18 / 205.64


def test_the_fractions_are_those_known_from_labels() -> None:
    assert pytest.approx(0.603, abs=5e-4) == MAGNESIUM_OXIDE
    assert pytest.approx(0.400, abs=5e-4) == CALCIUM_CARBONATE


# food, amount, unit -> nutrient, low, best, high [canonical unit]; flagged when there is a guess
DOSES: list[tuple[str, str, str, str, float, float, float, bool]] = [
    # a salt with a mass has two readings
    ("magnesium oxide 400 mg", "", "", "magnesium", 400 * MAGNESIUM_OXIDE, 400, 400, True),
    ("magnesium oxide", "400 mg", "", "magnesium", 400 * MAGNESIUM_OXIDE, 400, 400, True),
    ("magnesium oxide", "400", "mg", "magnesium", 400 * MAGNESIUM_OXIDE, 400, 400, True),
    ("MAGNESIUM OXIDE 400 MG", "", "", "magnesium", 400 * MAGNESIUM_OXIDE, 400, 400, True),
    ("Mg oxide 400 mg", "", "", "magnesium", 400 * MAGNESIUM_OXIDE, 400, 400, True),
    ("magnesium citrate 500 mg", "", "", "magnesium", 500 * MAGNESIUM_HYDROGEN_CITRATE, 500, 500, True),
    ("magnesium citrate 500 mg", "2 tablets", "", "magnesium", 1000 * MAGNESIUM_HYDROGEN_CITRATE, 1000, 1000, True),
    ("magnesium glycinate 400 mg", "", "", "magnesium", 400 * BISGLYCINATE_DIHYDRATE, 400, 400, True),
    ("magnesium bis-glycinate 400 mg", "", "", "magnesium", 400 * BISGLYCINATE_DIHYDRATE, 400, 400, True),
    ("calcium carbonate 1250 mg", "", "", "calcium", 1250 * CALCIUM_CARBONATE, 1250, 1250, True),
    ("calcium citrate 1 g", "", "", "calcium", 1000 * CALCIUM_CITRATE_HYDRATE, 1000, 1000, True),
    ("potassium carbonate 100 mg", "", "", "potassium", 100 * POTASSIUM_CARBONATE, 100, 100, True),
    ("potassium gluconate 595 mg", "", "", "potassium", 595 * POTASSIUM_GLUCONATE, 595, 595, True),
    ("pyridoxine HCl 50 mg", "", "", "vitamin_b6", 50 * PYRIDOXINE_HYDROCHLORIDE, 50, 50, True),
    ("magnesium picolinate 100 mg", "", "", "magnesium", 0, 100, 100, True),  # a form the table does not hold
    # elemental as told
    ("magnesium (as citrate) 200 mg", "", "", "magnesium", 200, 200, 200, False),
    ("magnesium 200 mg (as citrate)", "", "", "magnesium", 200, 200, 200, False),
    ("magnesium (oxide) 200 mg", "", "", "magnesium", 200, 200, 200, False),
    ("magnesium as citrate", "200 mg", "", "magnesium", 200, 200, 200, False),
    ("magnesium citrate 200 mg elemental", "", "", "magnesium", 200, 200, 200, False),
    ("elemental magnesium 200 mg", "", "", "magnesium", 200, 200, 200, False),
    ("magnesium oxide 400 mg (241 mg elemental)", "", "", "magnesium", 241, 241, 241, False),
    ("potassium gluconate 595 mg (99 mg potassium)", "", "", "potassium", 99, 99, 99, False),
    # the nutrient's own name
    ("magnesium 400 mg", "", "", "magnesium", 400, 400, 400, False),
    ("magnesium", "0,4 g", "", "magnesium", 400, 400, 400, False),
    ("potassium 99 mg", "", "", "potassium", 99, 99, 99, False),
    ("K 99 mg", "", "", "potassium", 99, 99, 99, False),
    ("vitamin D3 2000 IU", "", "", "vitamin_d", 50, 50, 50, False),
    ("vitamin D3", "2000 IU", "", "vitamin_d", 50, 50, 50, False),
    ("vitamin D3", "2000", "IU", "vitamin_d", 50, 50, 50, False),
    ("vitamin D3 2,000 IU", "", "", "vitamin_d", 50, 50, 50, False),
    ("vitamin D3", "2,000 IU", "", "vitamin_d", 50, 50, 50, False),
    ("vitamin D3 2 000 IU", "", "", "vitamin_d", 50, 50, 50, False),
    ("vitamin D 3 2000 IU", "", "", "vitamin_d", 50, 50, 50, False),
    ("vitamin D 2000 I.U.", "", "", "vitamin_d", 50, 50, 50, False),
    ("vitamin D 2000 units", "", "", "vitamin_d", 50, 50, 50, False),
    ("vitamin D 50 mcg", "", "", "vitamin_d", 50, 50, 50, False),
    ("vitamin D 50µg", "", "", "vitamin_d", 50, 50, 50, False),
    ("vitamin D 50 μg", "", "", "vitamin_d", 50, 50, 50, False),
    ("vitamin D 5 mcg", "", "", "vitamin_d", 5, 5, 5, False),
    ("vitamin D 4,5 µg", "", "", "vitamin_d", 4.5, 4.5, 4.5, False),
    ("vitamin D 0,125 mg", "", "", "vitamin_d", 125, 125, 125, False),
    ("vitamin D3 1000 IU (25 µg)", "", "", "vitamin_d", 25, 25, 25, False),
    ("vitamin b 12 1000 mcg", "", "", "vitamin_b12", 1000, 1000, 1000, False),
    ("methylcobalamin 1000 mcg", "", "", "vitamin_b12", 1000, 1000, 1000, False),
    ("vitamin b 6 25 mg", "", "", "vitamin_b6", 25, 25, 25, False),
    # amounts of substance are the mineral's: 10 mmol × 24.305, 20 mEq × 39.0983
    ("magnesium oxide 10 mmol", "", "", "magnesium", 243.05, 243.05, 243.05, False),
    ("potassium chloride 20 mEq", "", "", "potassium", 781.966, 781.966, 781.966, False),
    # counts
    ("vitamin D3 1000 IU", "2 softgels", "", "vitamin_d", 50, 50, 50, False),
    ("vitamin D3 1000 IU", "2", "softgels", "vitamin_d", 50, 50, 50, False),
    ("magnesium 400 mg", "1/2 tablet", "", "magnesium", 200, 200, 200, False),
    ("magnesium 400 mg", "½", "", "magnesium", 200, 200, 200, False),
    ("magnesium 200 mg", "1-2 tablets", "", "magnesium", 200, 300, 400, False),
    ("magnesium", "2 x 200 mg", "", "magnesium", 400, 400, 400, False),
    ("magnesium", "2 tablets of 200 mg", "", "magnesium", 400, 400, 400, False),
    ("magnesium", "1 tablet (400 mg)", "", "magnesium", 400, 400, 400, False),
    ("magnesium", "2 tablets (400 mg)", "", "magnesium", 400, 400, 800, True),
    ("magnesium", "200-400 mg", "", "magnesium", 200, 300, 400, False),
    ("magnesium 200-400 mg", "", "", "magnesium", 200, 300, 400, False),
    ("2 x magnesium 200 mg", "", "", "magnesium", 400, 400, 400, False),
    ("magnesium 200mg x 2", "", "", "magnesium", 400, 400, 400, False),
    ("vitamin D3 1000 IU, 2 tablets", "", "", "vitamin_d", 25, 50, 50, True),
    ("vitamin D3 1000 IU, 90 capsules", "", "", "vitamin_d", 25, 25, 25, False),  # the size of the pack
    ("magnesium 200 mg per 2 capsules", "2 capsules", "", "magnesium", 200, 200, 200, False),
    ("magnesium 200 mg (2 capsules)", "2 capsules", "", "magnesium", 200, 400, 400, True),
    ("vitamin D drops 400 IU per drop", "5 drops", "", "vitamin_d", 50, 50, 50, False),
    # guesses
    ("magnesium 400 Mg", "", "", "magnesium", 400, 400, 400, True),
    ("magnesium 400 mg", "abc", "", "magnesium", 400, 400, 400, True),
    ("vitamin D3 1000 IU", "2000 IU", "", "vitamin_d", 50, 50, 50, True),
    ("vitamin D3 400000 IU", "", "", "vitamin_d", 10000, 10000, 10000, True),
]


@pytest.mark.parametrize(("food", "amount", "unit", "nutrient", "low", "best", "high", "guessed"), DOSES)
def test_doses(
    food: str, amount: str, unit: str, nutrient: str, low: float, best: float, high: float, guessed: bool
) -> None:
    assert looks_like_supplement(food, f"{amount} {unit}")
    read = read_supplement(food, amount, unit, {})
    assert list(read.doses) == [nutrient]
    dose = read.doses[nutrient]
    assert (dose.low, dose.best, dose.high) == pytest.approx((low, best, high), rel=2e-4)
    assert bool(read.guess) == guessed
    assert read.unknown == NONE


# food, amount -> nutrients left open
OPEN: list[tuple[str, str, frozenset[str]]] = [
    ("multivitamin", "1 tablet", ALL),
    ("Centrum Silver", "1", ALL),
    ("prenatal vitamin", "1", ALL),
    ("vitamins", "", ALL),
    ("B-complex", "1 tablet", frozenset(["vitamin_b12", "vitamin_b6"])),
    ("vitamin B complex", "1 tablet", frozenset(["vitamin_b12", "vitamin_b6"])),
    ("ZMA", "3 capsules", frozenset(["magnesium", "vitamin_b6"])),
    ("electrolytes", "1 tablet", frozenset(["magnesium", "calcium", "potassium"])),
    ("cod liver oil", "1 capsule", frozenset(["vitamin_d"])),
    ("salt substitute", "1 tsp", frozenset(["potassium"])),
    ("potassium chloride salt substitute", "1 tsp", frozenset(["potassium"])),
    ("milk of magnesia", "1 tbsp", frozenset(["magnesium"])),
    ("calcium magnesium zinc", "1 tablet", frozenset(["calcium", "magnesium"])),
    ("magnesium", "", frozenset(["magnesium"])),
    ("magnesium", "400", frozenset(["magnesium"])),
    ("magnesium", "1 tablet", frozenset(["magnesium"])),
    ("magnesium 2000 IU", "", frozenset(["magnesium"])),
    ("magnesium", "2000 IU", frozenset(["magnesium"])),
    ("magnesium 400 gr", "", frozenset(["magnesium"])),
    ("magnesium", "400 gr", frozenset(["magnesium"])),
    ("magnesium 0 mg", "", frozenset(["magnesium"])),
    ("magnesium 400 mg", "0", frozenset(["magnesium"])),
    ("magnesium 400 mg", "-1", frozenset(["magnesium"])),
    ("magnesium", "-400 mg", frozenset(["magnesium"])),
    ("magnesium 400 g", "", frozenset(["magnesium"])),
    ("vitamin D 2000 mg", "", frozenset(["vitamin_d"])),
    ("vitamin B12 500 IU", "", frozenset(["vitamin_b12"])),
]


@pytest.mark.parametrize(("food", "amount", "unknown"), OPEN)
def test_lines_that_tell_no_dose_leave_just_their_nutrients_open(
    food: str, amount: str, unknown: frozenset[str]
) -> None:
    assert looks_like_supplement(food, amount)
    read = read_supplement(food, amount, "", {})
    assert not read.doses
    assert read.unknown == unknown


@pytest.mark.parametrize(
    ("food", "amount", "said"),
    [
        ("magnesium 2000 IU", "", "IU"),
        ("magnesium", "400", "without a unit"),
        ("magnesium 400 gr", "", "write g"),
        ("magnesium 0 mg", "", "zero"),
        ("vitamin D 2000 mg", "", "more than any product"),
    ],
)
def test_the_reason_is_told(food: str, amount: str, said: str) -> None:
    assert said in read_supplement(food, amount, "", {}).guess


@pytest.mark.parametrize(
    ("food", "amount"),
    [
        ("omega-3", "1 capsule"),
        ("omega-3 1000 mg", ""),
        ("omega 3 6 9", "1 softgel"),
        ("fish oil", "2 capsules"),
        ("vitamin C 500 mg", ""),
        ("vitamin C", "500 mg"),
        ("vitamin C and zinc", "1 tablet"),
        ("zinc", ""),
        ("zinc picolinate 15 mg", ""),
        ("iron 14 mg", ""),
        ("iron", "1 tablet"),
        ("folic acid 400 mcg", ""),
        ("vitamin K2 100 mcg", ""),
        ("turmeric", "1 capsule"),
        ("vitamin C pill", ""),
        ("melatonin 3 mg", ""),
    ],
)
def test_products_without_our_nutrients_leave_nothing_open(food: str, amount: str) -> None:
    assert looks_like_supplement(food, amount)
    read = read_supplement(food, amount, "", {})
    assert (dict(read.doses), read.unknown) == ({}, NONE)


@pytest.mark.parametrize(
    ("food", "amount"),
    [
        ("calcium fortified orange juice", "250 ml"),
        ("orange juice with calcium and vitamin D", "250 ml"),
        ("liver and iron rich greens", "100 g"),
        ("iron rich cereal", "30 g"),
        ("ironbark honey", "1 tsp"),
        ("zinc zebra", ""),
        ("vitamin water", "500 ml"),
        ("magnesium water", "1 bottle"),
        ("calcium set tofu", "100 g"),
        ("cod liver oil", "1 tsp"),
        ("fish oil", "1 tbsp"),
        ("turmeric", "1 tsp"),
        ("vitamin D milk", "1 cup"),
        ("gummy bears", "10"),
        ("cough drops", "2"),
        ("k", ""),
        ("Special K", "40 g"),
        ("banana", "150 mg"),
        ("", ""),
        ("400 mg", ""),
    ],
)
def test_foods_are_no_doses(food: str, amount: str) -> None:
    assert not looks_like_supplement(food, amount)


def test_several_nutrients_each_with_its_dose() -> None:
    for food in (
        "calcium 500 mg + vitamin D 400 IU",
        "calcium, 500 mg, vitamin D3, 400 IU",
        "calcium 500 mg with vitamin D3 10 µg",
    ):
        read = read_supplement(food, "2 tablets", "", {})
        assert {name: dose.best for name, dose in read.doses.items()} == pytest.approx(
            {"calcium": 1000, "vitamin_d": 20}
        )
        assert read.unknown == NONE


def test_a_nutrient_without_its_dose_stays_open_beside_one_that_has_it() -> None:
    read = read_supplement("calcium 500 mg + vitamin D", "1 tablet", "", {})
    assert {name: dose.best for name, dose in read.doses.items()} == {"calcium": 500}
    assert read.unknown == {"vitamin_d"}
    assert "vitamin D" in read.guess


def test_label_amounts_replace_all_else_and_blank_ones_are_zero() -> None:
    read = read_supplement("B-complex", "1 tablet", "", {"vitamin_b6": 1.4})
    assert {name: dose.best for name, dose in read.doses.items()} == dict.fromkeys(ALL, 0.0) | {"vitamin_b6": 1.4}
    assert (read.unknown, read.guess) == (NONE, "")


def test_a_label_amount_of_a_context_nutrient_is_kept() -> None:
    read = read_supplement("tablet", "1", "", {"sodium": 300.0})
    assert {name: dose.best for name, dose in read.doses.items()} == {"sodium": 300.0}
    assert read.unknown == ALL and "none of the six" in read.guess


@pytest.mark.parametrize("label", ["water", "sodium", "caffeine", "alcohol", "thiamin", "energy"])
def test_a_label_of_another_nutrient_tells_nothing_of_the_six(label: str) -> None:
    assert read_supplement("multivitamin", "1 tablet", "", {label: 3.0}).unknown == ALL
    read = read_supplement("magnesium 400 mg", "1 tablet", "", {label: 3.0})
    assert {name: dose.best for name, dose in read.doses.items()} == {"magnesium": 400.0, label: 3.0}
    assert read.unknown == NONE
    assert not read_supplement("fish oil", "1 capsule", "", {label: 3.0}).unknown


def test_what_an_export_leaves_blank_is_unknown() -> None:
    read = read_supplement("magnesium 300 mg", "1 tablet", "", {"vitamin_b6": 1.4}, blank_is_zero=False)
    assert {name: dose.best for name, dose in read.doses.items()} == {"magnesium": 300.0, "vitamin_b6": 1.4}
    assert read.unknown == ALL - {"magnesium", "vitamin_b6"}
    full = dict.fromkeys(ALL, 2.0)
    assert read_supplement("multivitamin", "1", "", full, blank_is_zero=False).unknown == NONE


def test_a_product_nobody_knows_leaves_all_open() -> None:
    assert read_supplement("Dr. Wobble's Wonder", "1", "", {}).unknown == ALL


@given(count=st.integers(1, 6), milligrams=st.integers(1, 800), salt=st.sampled_from(["", " citrate", " oxide"]))
def test_tablets_multiply_every_end(count: int, milligrams: int, salt: str) -> None:
    food = f"magnesium{salt} {milligrams} mg"
    one, many = (read_supplement(food, f"{n} tablets", "", {}).doses["magnesium"] for n in (1, count))
    assert tuple(many) == pytest.approx(tuple(count * end for end in one))
    assert one.low <= one.best == one.high == milligrams


@given(food=st.text(max_size=60), amount=st.text(max_size=20), unit=st.text(max_size=10))
def test_any_text_is_read(food: str, amount: str, unit: str) -> None:
    looks_like_supplement(food, amount)
    for name in (food, f"magnesium {food}", f"vitamin D {amount} IU"):
        read = read_supplement(name, amount, unit, {})
        assert set(read.doses) <= ALL
        assert read.unknown <= ALL
        assert not read.unknown & read.doses.keys()
        assert all(0 <= dose.low <= dose.best <= dose.high for dose in read.doses.values())


@pytest.mark.parametrize("text", ["vitamin D3 1.000 IU", "magnesium 2.500 mg"])
def test_a_dose_with_a_point_for_thousands_is_asked_about(text: str) -> None:
    """One or a thousand: no dose is better than one of them."""
    read = read_supplement(text, "", "", {})
    assert not read.doses
    assert len(read.unknown) == 1
    assert "two ways" in read.guess


# --- brands, lone letters, energy columns

BRANDS = [
    # line, amount, nutrient, dose: the dose is what the line says, whoever made the tablet
    ("Nature Made magnesium 400 mg", "1 tablet", "magnesium", 400.0),
    ("Solgar vitamin D3 5000 IU", "1", "vitamin_d", 125.0),
    ("Now Foods B6 20 mg", "1 capsule", "vitamin_b6", 20.0),
    ("magnesium 400 mg (Doctor's Best)", "2 tablets", "magnesium", 800.0),
]


def resolved(food: str, amount: str, **labels: float) -> Entry:
    line = Line(2, datetime.date(2026, 3, 2), "", food, amount, "", "", "", "", "", "", labels, None)
    return resolve_line(line, Kitchen(load_foods()))


@pytest.mark.parametrize(("food", "amount", "nutrient", "dose"), BRANDS)
def test_a_brand_does_not_make_a_tablet_a_food(food: str, amount: str, nutrient: str, dose: float) -> None:
    found = resolved(food, amount)
    assert (found.kind, found.status) == ("supplement", "flagged")
    assert found.doses[nutrient].best == pytest.approx(dose)


def test_a_branded_tablet_without_a_dose_leaves_its_nutrient_open() -> None:
    found = resolved("Doctor's Best magnesium glycinate", "2 tablets")
    assert (found.kind, found.status, found.open) == ("supplement", "left_out", frozenset(["magnesium"]))


def test_a_food_with_a_nutrient_in_its_name_stays_a_food() -> None:
    assert resolved("calcium fortified orange juice", "1 cup").kind == "food"
    assert resolved("milk with 300 mg calcium", "1 cup").kind == "food"


def test_a_lone_d_is_vitamin_d_and_2x200_is_two_of_200() -> None:
    found = resolved("calcium 600 mg + D 400 IU", "")
    assert {n: dose.best for n, dose in found.doses.items()} == {"calcium": 600.0, "vitamin_d": 10.0}
    assert resolved("magnesium 2x200 mg", "").doses["magnesium"].best == 400.0


def test_an_energy_column_says_nothing_of_the_vitamin() -> None:
    found = resolved("vitamin D3 1000 IU", "1 softgel", energy=5.0)
    assert (found.doses["vitamin_d"].best, found.doses["energy"].best) == (25.0, 5.0)


def test_a_dose_in_words_stands_where_its_label_is_blank() -> None:
    found = resolved("magnesium 300 mg", "1 tablet", vitamin_b6=1.4)
    assert {n: dose.best for n, dose in found.doses.items() if dose.best} == {"magnesium": 300.0, "vitamin_b6": 1.4}


# --- the table of lines: what each holds is arithmetic with the weights of IUPAC 2021, told in the row itself

with (Path(__file__).parent / "data" / "supplements.csv").open(encoding="utf-8", newline="") as stream:
    TABLE = list(csv.DictReader(stream))
SIGNS = {ast.Add: operator.add, ast.Mult: operator.mul, ast.Div: operator.truediv}


def arithmetic(text: str) -> float:
    """The value of a sum, product or quotient of numbers."""

    def value(node: ast.expr) -> float:
        if isinstance(node, ast.BinOp):
            return float(SIGNS[type(node.op)](value(node.left), value(node.right)))
        assert isinstance(node, ast.Constant)
        return float(node.value)  # type: ignore[arg-type]

    return value(ast.parse(text.strip(), mode="eval").body)


def expected_doses(text: str) -> dict[str, tuple[float, float, float]]:
    """Low, best, high by nutrient of "magnesium: 57 | 500 | 500; calcium: 500"."""
    found = {}
    for part in filter(None, text.split(";")):
        name, _, ends = part.partition(":")
        values = [arithmetic(end) for end in ends.split("|")]
        low, best, high = values * 3 if len(values) == 1 else values
        found[name.strip()] = (low, best, high)
    return found


@pytest.mark.parametrize("row", TABLE, ids=[f"{row['food']} | {row['amount']} {row['unit']}" for row in TABLE])
def test_the_table_of_lines(row: dict[str, str]) -> None:
    labels = {name: float(value) for name, _, value in (pair.partition("=") for pair in row["labels"].split())}
    date = datetime.date(2026, 3, 2)
    line = Line(2, date, "", row["food"], row["amount"], row["unit"], "", "", "", "", "", labels, None)
    found = resolve_line(line, Kitchen(load_foods()))
    assert (found.kind, found.status) == ("supplement", row["status"])
    wanted = expected_doses(row["doses"])
    assert found.doses.keys() == wanted.keys()
    for name, ends in wanted.items():
        assert tuple(found.doses[name]) == pytest.approx(ends, rel=2e-4, abs=1e-12), name
    assert found.open == frozenset(row["open"].split())
    assert bool(found.problem) == (row["status"] != "counted")


def test_the_table_is_large_and_names_no_line_twice() -> None:
    lines = [(row["food"], row["amount"], row["unit"], row["labels"]) for row in TABLE]
    assert len(set(lines)) == len(lines) >= 120


# --- foods that name a nutrient

FOODS = [
    ("magnesium-rich pumpkin seeds", "30 g"),
    ("milk with added vitamin D", "1 cup"),
    ("B-complex veggie burger", "1"),
    ("vitamin D mushrooms", "100 g"),
    ("mineral water with magnesium 30 mg/l", "500 ml"),
    ("orange juice 350 mg calcium", "1 glass"),
    ("protein shake with 100 mg magnesium", "1"),
    ("vitamin C drink", "1"),
    ("cereal with iron and B12", "1 bowl"),
    ("soy milk fortified with B12 and calcium", "250 ml"),
    ("almond milk (with calcium, vitamin D2 and B12)", "1 cup"),
    ("yeast extract with B12", "1 tsp"),
    ("high calcium yogurt", "150 g"),
    ("potassium rich banana smoothie", "1"),
    ("vitamin enriched bread", "2 slices"),
    ("multivitamin juice", "200 ml"),
    ("electrolyte drink", "500 ml"),
    ("electrolyte water", "1 l"),
    ("energy drink with b vitamins", "250 ml"),
    ("collagen yogurt", "1 cup"),
    ("turmeric latte", "1"),
    ("garlic", "2 cloves"),
    ("garlic bread", "2 slices"),
    ("ginger tea", "1 cup"),
    ("cinnamon roll", "1"),
    ("cranberry juice", "1 cup"),
    ("green tea", "1 cup"),
    ("apple cider vinegar", "1 tbsp"),
    ("milk", "1 cup"),
    ("milk thistle tea", "1 cup"),
    ("vitamin gummy bears candy", "5"),
    ("omega 3 eggs", "2"),
    ("B12 fortified cereal", "40 g"),
    ("D3 fortified milk", "1 cup"),
    ("multi grain bread", "2 slices"),
    ("flat iron steak", "200 g"),
    ("prenatal yoga", ""),
    ("potassium broth", "1 cup"),
    ("probiotic yogurt", "1 cup"),
    ("salt substitute chips", "30 g"),
    ("magnesium chocolate 20 mg", "20 g"),
    ("milk 30% DV calcium", "1 cup"),
    ("turmeric shot", "1"),
    ("epsom salt bath", "2 cups"),
    ("forgot vitamin D 1000 IU", ""),
    ("no magnesium 400 mg today", ""),
]


@pytest.mark.parametrize(("food", "amount"), FOODS)
def test_a_food_that_names_a_nutrient_is_no_dose(food: str, amount: str) -> None:
    assert not looks_like_supplement(food, amount)
    brand = brand_words(food, amount)
    assert not brand or find_food(load_foods(), brand).sure


def test_no_name_of_the_food_table_is_taken_for_a_dose() -> None:
    """13,139 names, many with nutrients in them: "Milk, whole, 3.25% milkfat, with added vitamin D"."""
    names = load_foods().names
    assert [name for name in names if looks_like_supplement(name, "100 g") or brand_words(name, "100 g")] == []


# --- the tables of words


def test_every_name_of_the_tables_is_read_as_what_it_stands_for() -> None:
    """A name that a later or longer one hides, or that is short for itself, could never be read."""
    for row in read_table("products.csv"):
        for name in row["words"].split("; "):
            assert not names_nothing(name), name
            tokens, _ = read_cells(name, "")
            if row["stands_for"]:
                meant, _ = read_cells(row["stands_for"], "")
                assert tokens == meant and any(token.kind == "nutrient" for token in tokens), name
            elif row["when"] != "alone":
                assert [token.means for token in tokens] == [name]
            assert set(row["carries"].split()) <= ALL
            assert row["when"] in ("", "dose", "alone")
    for name in (*meanings("dose_same"), *meanings("dose_name")):
        assert any(token.kind == "nutrient" for token in read_cells(name, "")[0]), name


def test_no_product_is_listed_twice() -> None:
    names = [name for row in read_table("products.csv") for name in row["words"].split("; ")]
    assert len(set(names)) == len(names) > 400


@pytest.mark.parametrize("food", ["chicken breast", "whole milk", "2 eggs", "apple cider vinegar", "fish and chips"])
def test_most_foods_are_told_by_their_words_alone(food: str) -> None:
    assert names_nothing(food) == (food != "apple cider vinegar")  # which is sold in capsules too


# fmt: off
PIECES = st.lists(st.sampled_from([
    "magnesium", "calcium", "K", "D3", "b12", "p5p", "calcifediol", "citrate", "oxide", "tums", "multivitamin", "zinc",
    "400", "2", "1/2", "1.000", "60k", "1000/500", "0", "1-0-1", "mg", "mcg", "IU", "mmol", "ml", "%", "dv", "x", "×",
    "twice", "daily", "weekly", "a", "day", "/", "+", ",", "-", "(", ")", "of", "each", "per", "in", "tablet",
    "capsules", "elemental", "as",
]), max_size=12)
# fmt: on


@given(food=PIECES, amount=PIECES)
def test_any_line_of_dose_words_is_read(food: list[str], amount: list[str]) -> None:
    """Whatever the order of the words: no error, and each nutrient has a dose or is open, never both."""
    name, told = " ".join(food), " ".join(amount)
    looks_like_supplement(name, told)
    brand_words(name, told)
    read = read_supplement(name, told, "", {})
    assert set(read.doses) <= ALL and read.unknown <= ALL and not read.unknown & read.doses.keys()
    assert all(0 <= dose.low <= dose.best <= dose.high < 1e9 for dose in read.doses.values())
    if named := {token.means for token in read_cells(name, told)[0] if token.kind == "nutrient"}:
        assert named <= read.doses.keys() | read.unknown
