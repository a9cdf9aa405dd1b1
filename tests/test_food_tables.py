"""Food tables beside the packaged one: a user's own, FoodData Central's downloads, Ciqual's workbook.

Expected values are worked out by hand beside the tables that the tests write, or read from the releases without the
code under test.
"""

from __future__ import annotations

import csv
import hashlib
import importlib.util
import io
import itertools
import json
import math
import statistics
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nutrigap as ng
from nutrigap.cli import run
from nutrigap.errors import FoodTableError, TableError
from nutrigap.foodtables import fdc, header
from nutrigap.foodtables.join import join_tables
from nutrigap.foodtables.portions import fdc_portion, one_of
from nutrigap.index import build_index, load_index
from nutrigap.matching import find_exact, search
from nutrigap.tables import FoodTable
from nutrigap.totals import Bounds, contributions
from nutrigap.units import nutrient_index

ROOT = Path(__file__).resolve().parents[1]
COLUMN = nutrient_index()


def value(foods: FoodTable, row: int, nutrient: str) -> float:
    return float(foods.values[row, COLUMN[nutrient]])


def portions(foods: FoodTable, row: int) -> list[tuple[str, float]]:
    return [(portion.name, round(portion.grams, 6)) for portion in foods.portions(row)]


def bounds(foods: FoodTable, row: int, nutrient: str) -> tuple[float, float, float]:
    """Low, best, high of 100 g of a food, as a report has them."""
    hundred = np.array([100.0])
    ends = contributions(foods, np.array([row]), Bounds(hundred, hundred, hundred))
    low, best, high = (float(end[0, COLUMN[nutrient]]) for end in ends)
    return low, best, high


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Writes a file into a fresh working directory and gives its name back."""
    monkeypatch.chdir(tmp_path)

    def put(content: str | bytes, name: str = "mine.csv", encoding: str = "utf-8") -> str:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return name

    return put


def faults(source: object) -> list[tuple[int | None, str, str]]:
    """Line, column and what is wrong, of every fault of a table that is refused."""
    with pytest.raises(FoodTableError) as refused:
        ng.load_foods(source)  # type: ignore[arg-type]
    assert all(problem.fix for problem in refused.value.problems)
    return [(problem.line, problem.column, problem.what) for problem in refused.value.problems]


# --- the packaged table


def test_without_a_source_it_is_the_packaged_table_itself():
    foods = ng.load_foods()
    assert foods is ng.load_foods("usda") and foods.name == "usda" and foods.notes == ()


# --- own tables: spellings


WANTED = {
    "magnesium": 120.5, "calcium": 55.0, "potassium": 300.0, "vitamin_d": 2.5, "vitamin_b12": 0.4, "vitamin_b6": 0.2,
    "energy": 410.0,
}  # fmt: skip
SPELLINGS = {
    # vitamin D: 100 IU / 40 = 2.5 µg
    "plain names": "food,magnesium_mg,calcium_mg,potassium_mg,vitamin_d_iu,vitamin_b12_ug,vitamin_b6_mg,energy_kcal\n"
    "Oat bar,120.5,55,300,100,0.4,0.2,410\n",
    "brackets": "Name,Magnesium (mg),Calcium (mg),Potassium (mg),Vitamin D (µg),Vitamin B12 (µg),Vitamin B6 (mg),kcal\n"
    "Oat bar,120.5,55,300,2.5,0.4,0.2,410\n",
    "short": "product;Mg mg;Ca mg;K mg;Vit D µg;Vit B12 mcg;B6 mg;Energie kcal\nOat bar;120,5;55;300;2,5;0,4;0,2;410\n",
    "per 100 g": "Item\tMagnesium mg/100g\tCalcium mg per 100 g\tPotassium (mg/100 g)\tVitamin D µg/100g\t"
    "b12_mcg_per_100g\tVitamin B-6 (mg/100 g)\tCalories\nOat bar\t120.5\t55\t300\t2.5\t0.4\t0.2\t410\n",
    # µg -> mg: 120,500 / 1000; g -> mg: 0.3 g = 300 mg; mg -> µg: 0.0025 mg = 2.5 µg; mg: 0.0004 mg = 0.4 µg
    "other units": "food,magnesium µg,calcium_mg,potassium g,vitamin d mg,b12 mg,b6 µg,energy kcal\n"
    "Oat bar,120500,55,0.3,0.0025,0.0004,200,410\n",
    "other languages": "Lebensmittel;Magnesium (mg);Kalzium (mg);Kalium (mg);Vitamine D (µg);Vitamina B12 (µg);"
    "Vitamin B6 (mg);Énergie (kcal)\nOat bar;120,5;55;300;2,5;0,4;0,2;410\n",
    # 30 g hold 36.15 mg: 36.15 / 30 * 100 = 120.5; 16.5 -> 55; 90 -> 300; 0.75 -> 2.5; 0.12 -> 0.4; 0.06 -> 0.2
    "per 30 g": "food,magnesium mg per 30 g,calcium mg per 30 g,potassium mg per 30 g,vitamin d µg per 30 g,"
    "b12 µg per 30 g,b6 mg per 30 g,energy kcal per 30 g\nOat bar,36.15,16.5,90,0.75,0.12,0.06,123\n",
    # a serving of 40 g holds 48.2 mg: 48.2 / 40 * 100 = 120.5; 22 -> 55; 120 -> 300; 1 -> 2.5; 0.16; 0.08; 164
    "per serving": "food,serving size (g),magnesium mg per serving,calcium mg per serving,potassium mg per serving,"
    "vitamin d µg per serving,b12 µg per serving,b6 mg per serving,kcal per serving\n"
    "Oat bar,40,48.2,22,120,1,0.16,0.08,164\n",
    "serving weight": "food,serving_g,magnesium_mg,calcium_mg,potassium_mg,vitamin_d_µg,b12_µg,b6_mg,energy_kcal\n"
    "Oat bar,40,48.2,22,120,1,0.16,0.08,164\n",
    "basis": "food,basis,magnesium_mg,calcium_mg,potassium_mg,vitamin_d_µg,b12_µg,b6_mg,energy_kcal\n"
    "Oat bar,per 30 g,36.15,16.5,90,0.75,0.12,0.06,123\n",
    "serving told in words": "food,serving size,per,magnesium_mg,calcium_mg,potassium_mg,vitamin_d_µg,b12_µg,b6_mg,"
    "energy_kcal\nOat bar,1 bar (40 g),serving,48.2,22,120,1,0.16,0.08,164\n",
}  # fmt: skip


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_columns_are_recognised_with_their_units(write, spelling):
    foods = ng.load_foods(write(SPELLINGS[spelling]))
    assert list(foods.names) == ["Oat bar"] and list(foods.ids) == ["mine:2"]
    assert {name: value(foods, 0, name) for name in WANTED} == WANTED
    assert math.isnan(value(foods, 0, "sodium"))


def test_a_column_beside_one_per_serving_of_its_nutrient_is_per_100_g(write):
    # 50 g of Muesli hold 20 mg, so 100 g hold 40 mg
    text = "food,serving_g,magnesium_mg,magnesium_mg_per_serving,calcium_mg\nMuesli,50,40,20,60\n"
    foods = ng.load_foods(write(text))
    assert value(foods, 0, "magnesium") == 40 and value(foods, 0, "calcium") == 60
    assert portions(foods, 0) == [("serving", 50.0)]
    assert any('"magnesium_mg" is read as per 100 g' in note for note in foods.notes)
    assert not any("amounts are read as per serving" in note for note in foods.notes)
    told = ng.load_foods(write(text.replace("food,", "food,basis,").replace("Muesli,", "Muesli,serving,")))
    assert value(told, 0, "magnesium") == 80  # the column "basis" goes first: 40 in 50 g
    # other units tell less, and a column per 100 g beside it says that the untold ones are something else
    for untold in (
        "food,serving_g,magnesium_mg,energy_kcal,energy_kj_per_serving\nMuesli,50,40,100,200\n",
        "food,serving_g,magnesium_mg,magnesium_mg_per_100g,calcium_mg\nMuesli,50,20,40,30\n",
    ):
        assert "nothing tells whether the amounts are per 100 g" in faults(write(untold))[0][2]


def test_kilojoules_are_converted_and_kilocalories_preferred(write):
    # 1 kcal = 4.184 kJ: 418.4 kJ are 100 kcal
    foods = ng.load_foods(write("food,magnesium_mg,energy_kj\nx,1,418.4\n"))
    assert value(foods, 0, "energy") == pytest.approx(100)
    both = ng.load_foods(write("food,magnesium_mg,Energy (kJ),Energy (kcal)\nx,1,418.4,99\n"))
    assert value(both, 0, "energy") == 99


def test_another_column_of_a_nutrient_stands_in_for_a_blank_cell(write):
    # 40 IU of vitamin D are 1 µg
    text = "food,vitamin_d_µg,vitamin_d_iu,magnesium_mg\na,2,999,5\nb,,80,5\nc,,,5\nd,N,<40,5\n"
    foods = ng.load_foods(write(text))
    assert value(foods, 0, "vitamin_d") == 2 and value(foods, 1, "vitamin_d") == 2
    assert math.isnan(value(foods, 2, "vitamin_d")) and bounds(foods, 3, "vitamin_d") == (0, 0.5, 1)
    assert 'mine.csv: lines 3, 5: "vitamin_d_iu" is read, for "vitamin_d_µg" tells no amount' in foods.notes
    other = ng.load_foods(write("food,serving_g,vitamin_d_µg_per_100g,vitamin_d_µg_per_serving\na,50,,3\n"))
    assert math.isnan(value(other, 0, "vitamin_d"))  # of another basis


def test_a_second_column_of_a_nutrient_that_is_only_context_is_a_note(write):
    foods = ng.load_foods(write("food,magnesium_mg,energy kcal,calories\na,5,100,101\n"))
    assert value(foods, 0, "energy") == 100
    assert any('"calories" gives energy a second time; "energy kcal" is read' in note for note in foods.notes)


def test_a_basis_behind_a_slash(write):
    # 12 mg in 30 g are 40 mg in 100 g; 6 kcal in 30 g are 20
    foods = ng.load_foods(write("food,magnesium mg/30g,Energy (kcal / 30 g)\na,12,6\n"))
    assert value(foods, 0, "magnesium") == 40 and value(foods, 0, "energy") == 20
    assert "none of the six" in faults(write("food,magnesium mg/0g\na,12\n"))[0][2]


def test_not_measured_as_in_cofid_is_not_known(write):
    foods = ng.load_foods(write("food,magnesium_mg,calcium_mg\na,N,5\nb,3,Tr\n"))
    assert math.isnan(value(foods, 0, "magnesium")) and value(foods, 0, "calcium") == 5


def test_two_kinds_of_vitamin_d_are_added_up_and_an_unknown_one_leaves_it_unknown(write):
    foods = ng.load_foods(write("food,vitamin_d2_µg,vitamin_d3_µg,magnesium_mg\na,1,2,5\nb,,2,5\n"))
    assert value(foods, 0, "vitamin_d") == 3 and math.isnan(value(foods, 1, "vitamin_d"))
    whole = ng.load_foods(write("food,vitamin_d2_µg,vitamin_d_µg,magnesium_mg\na,1,4,5\n"))
    assert value(whole, 0, "vitamin_d") == 4
    alone = ng.load_foods(write("food,vitamin_d3_µg,magnesium_mg\na,1,5\n"))
    assert value(alone, 0, "vitamin_d") == 1
    assert any("taken for all of vitamin D" in note for note in alone.notes)


def test_ids_brands_groups_and_other_names(write):
    foods = ng.load_foods(
        write(
            "Barcode,Product name,Brand,Category,Other names,Magnesium (mg)\n"
            "4012345678901,Oat bar,Acme,Bars,Haferriegel; Müsliriegel,1\nAB 12/3,Acme drink,Acme,Drinks,,2\n"
        )
    )
    assert list(foods.ids) == ["mine:4012345678901", "mine:AB-12-3"]
    assert list(foods.names) == ["Oat bar, Acme", "Acme drink"]
    assert [foods.groups[group] for group in foods.group] == ["Bars", "Drinks"]
    assert list(foods.also) == ["Haferriegel; Müsliriegel", ""]
    assert foods.aliases == {"Haferriegel": 0, "Müsliriegel": 0}
    assert foods.row("mine:AB-12-3") == 1 and foods.row("MINE:4012345678901") == 0
    assert repr(foods).splitlines()[0] == "FoodTable mine: 2 foods, 0 portions"
    assert "mine.csv, given by the user" in repr(foods)


@pytest.mark.parametrize(
    ("name", "prefix"), [("My Foods (2026).csv", "my_foods_2026"), ("sr.csv", "own_sr"), ("食.csv", "own")]
)
def test_the_prefix_of_the_ids_is_made_of_the_files_name(write, name, prefix):
    foods = ng.load_foods(write("food,magnesium_mg\nx,1\n", name))
    assert foods.name == prefix and list(foods.ids) == [f"{prefix}:2"]


def test_portions_of_every_form(write):
    foods = ng.load_foods(
        write(
            "food;portion;portion_g;portion_2;portion_2_g;portions;Magnesium mg\n"
            "Bread;slice;30;2 loaves;1000;1 crumb = 1 g| ½ cup: 20;25,5\nRice;;;;;;25\n"
        )
    )
    # 2 loaves of 1000 g are 500 g each; half a cup of 20 g is a cup of 40 g
    assert portions(foods, 0) == [("slice", 30), ("loaves", 500), ("crumb", 1), ("cup", 40)]
    assert portions(foods, 1) == [] and foods.default_portion_grams(1) is None


def test_a_serving_is_the_usual_portion(write):
    foods = ng.load_foods(write("food,serving size,magnesium mg per serving\nBar,1 bar (40 g),20\n"))
    assert portions(foods, 0) == [("serving", 40), ("bar", 40)] and foods.default_portion_grams(0) == 40


def test_serving_weights_beside_amounts_per_100_g_are_portions_only(write):
    foods = ng.load_foods(write("food,serving_g,magnesium mg/100 g\nBar,40,50\n"))
    assert value(foods, 0, "magnesium") == 50 and foods.default_portion_grams(0) == 40


def test_amounts_per_volume_are_exact_by_volume(write):
    # 100 ml hold 11 mg; 250 ml are read as 250 "g" of a food with 11 mg in 100 g: 27.5 mg
    foods = ng.load_foods(write("food,per,magnesium_mg\nMilk,100 ml,11\n"))
    assert any("one ml counts as one gram" in note for note in foods.notes)
    diary = pd.DataFrame({"date": ["2026-03-01"], "food": ["Milk"], "amount": ["250 ml"]})
    total = ng.analyze(diary, ng.Person(age=34, sex="female"), foods=foods).to_dict()["nutrients"][0]
    assert total["intake"]["mean"] == pytest.approx(27.5)


# --- own tables: cells


def test_what_is_not_written_is_not_known(write):
    cells = ["", "-", "n/a", "NA", "?", "nan", "unknown", "–"]
    foods = ng.load_foods(write("food,magnesium_mg,calcium_mg\n" + "".join(f"x,{cell},1\n" for cell in cells)))
    assert np.isnan(foods.values[:, COLUMN["magnesium"]]).all()
    assert bounds(foods, 0, "magnesium")[0] == 0 and math.isinf(bounds(foods, 0, "magnesium")[2])


def test_less_than_a_limit_lies_between_zero_and_the_limit(write):
    foods = ng.load_foods(write("food,serving_g,vitamin_d_iu,magnesium mg\nx,50,< 20,0\ny,50,≤ 20 IU,1\n"))
    # 20 IU in 50 g are 40 IU in 100 g: 1 µg
    for row in (0, 1):
        assert math.isnan(value(foods, row, "vitamin_d"))
        assert bounds(foods, row, "vitamin_d") == (0, 0.5, 1)
    assert bounds(foods, 0, "magnesium") == (0, 0, 0)
    assert any('"less than" a limit (2)' in note for note in foods.notes)


def test_traces_take_the_limit_that_the_table_uses_and_without_one_are_not_known(write):
    foods = ng.load_foods(write("food,vitamin_d_µg,magnesium_mg\na,<0.2,tr\nb,<0.4,1\nc,Traces,1\nd,tr.,1\ne,0,1\n"))
    # 95th percentile of 0.2 and 0.4: 0.2 + 0.95 * 0.2 = 0.39
    for row in (2, 3):
        assert bounds(foods, row, "vitamin_d") == pytest.approx((0, 0.195, 0.39))
    low, best, high = bounds(foods, 0, "magnesium")
    assert low == 0 and math.isnan(best) and high == math.inf
    assert bounds(foods, 4, "vitamin_d") == (0, 0, 0)
    assert any("(4, 2 of them traces)" in note for note in foods.notes)
    assert any("traces (1) are not known" in note for note in foods.notes)


def test_a_row_with_two_limits_and_another_of_its_group_keep_apart(write):
    foods = ng.load_foods(write("food,group,vitamin_d_µg,b12_µg\na,G,<1,<0.2\nb,G,<1,2\nc,G,,\n"))
    assert bounds(foods, 0, "vitamin_d") == (0, 0.5, 1) and bounds(foods, 0, "vitamin_b12") == (0, 0.1, 0.2)
    assert bounds(foods, 1, "vitamin_b12") == (2, 2, 2)
    assert math.isinf(bounds(foods, 2, "vitamin_d")[2])
    assert [foods.groups[group] for group in foods.group] == ["G", "G", "G"]


@pytest.mark.parametrize(
    ("cells", "known"),
    [
        (["0,5", "1,234"], [0.5, 1.234]),  # a decimal comma at work: so is the other
        (["0.5", "1.234"], [0.5, 1.234]),
        (["12.5", "1,234.5"], [12.5, 1234.5]),
        (["12,5", "1.234,5"], [12.5, 1234.5]),
        (["1 234,5", "2,5"], [1234.5, 2.5]),
    ],
)
def test_decimal_marks_are_those_that_the_table_uses(write, cells, known):
    text = "food\tmagnesium_mg\n" + "".join(f"x\t{cell}\n" for cell in cells)
    foods = ng.load_foods(write(text))
    assert foods.values[:, COLUMN["magnesium"]].tolist() == known


@pytest.mark.parametrize("cells", [["1,234"], ["0.5", "1,234"], ["0,5", "1.234"], ["0,5", "0.5", "1.234"]])
def test_a_number_with_two_readings_is_a_fault(write, cells):
    name = write("food\tmagnesium_mg\n" + "".join(f"x\t{cell}\n" for cell in cells))
    assert [(line, "can be read as" in what) for line, _, what in faults(name)] == [(len(cells) + 1, True)]


# --- own tables: bounds


def test_what_stands_in_for_an_unknown_value_comes_from_the_table_itself(write):
    known = [("A", amount) for amount in range(1, 36)] + [("B", amount) for amount in range(100, 105)]
    rows = [*known, ("A", ""), ("B", "")]
    foods = ng.load_foods(write("food,group,magnesium_mg\n" + "".join(f"x,{group},{mg}\n" for group, mg in rows)))
    # A, 35 known: median 18, 95th percentile 1 + 0.95 * 34 = 33.3
    assert bounds(foods, 40, "magnesium") == pytest.approx((0, 18, 33.3))
    # B has 5, so all 40: median (20 + 21) / 2; place 0.95 * 39 = 37.05 of 1..35, 100..104 counted from 0: 102.05
    assert bounds(foods, 41, "magnesium") == pytest.approx((0, 20.5, 102.05))
    low, best, high = bounds(foods, 40, "calcium")  # the table has no calcium at all
    assert low == 0 and math.isnan(best) and high == math.inf


def test_the_high_end_is_at_least_the_smallest_amount_the_table_reports(write):
    cells = ["0"] * 39 + ["0.5", ""]
    foods = ng.load_foods(write("food,b12_µg\n" + "".join(f"x,{cell}\n" for cell in cells)))
    assert bounds(foods, 40, "vitamin_b12") == (0, 0, 0.5)


def test_fewer_than_thirty_known_values_bound_nothing(write):
    foods = ng.load_foods(write("food,magnesium_mg,calcium_mg\n" + "x,5,\n" * 29 + "x,,1\n"))
    assert math.isinf(bounds(foods, 29, "magnesium")[2])


def test_limits_enter_the_medians_by_half(write):
    # 20 foods with < 2 (1 each) and 20 with 5: median (1 + 5) / 2 = 3
    foods = ng.load_foods(write("food,b12_µg\n" + "x,<2\n" * 20 + "x,5\n" * 20 + "x,\n"))
    assert bounds(foods, 40, "vitamin_b12") == pytest.approx((0, 3, 5))


def test_lines_left_out_are_bounded_by_ordinary_portions(write):
    foods = ng.load_foods(write("food,magnesium_mg\nx,5\n"))
    packaged = ng.load_foods()
    assert foods.left_out_portion.mean.tolist() == packaged.left_out_portion.mean.tolist()


# --- own tables: faults


def test_all_faults_are_told_at_once(write):
    name = write(
        "id,food,magnesium_mg,calcium_mg,energy_kcal,water_g\n"
        '1,a,-5,"1,234",1600,20\n'
        "1,b,abc,5,3,120\n"
        ",,1,2,3,4\n"
        "4,White, bread,25,5,6,7\n"
    )
    found = faults(name)
    assert [(line, column) for line, column, _ in found] == [
        (2, "magnesium_mg"), (2, "calcium_mg"), (2, "energy_kcal"), (3, "magnesium_mg"), (3, "water_g"), (3, "id"),
        (4, "food"), (5, ""), (5, "magnesium_mg"),
    ]  # fmt: skip
    words = ("negative", "can be read as", "more than any food", "not a number", "more than any food", "line 2 too")
    assert all(word in what for word, (_, _, what) in zip(words, found, strict=False))


def test_kilojoules_in_a_column_of_kilocalories_are_noticed(write):
    with pytest.raises(FoodTableError, match="name it energy_kj"):
        ng.load_foods(write("food,magnesium_mg,energy_kcal\nx,1,1600\n"))


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("fod,magnesium_mg\nx,1\n", "no column with the names"),
        ("food,protein_g,energy_kcal\nx,1,2\n", "none of the six nutrients; its columns are: food, protein_g"),
        ("food,Magnesium,calcium_mg\nx,1,2\n", "magnesium have no unit"),
        ("food,magnesium IU\nx,1\n", "is no unit for magnesium"),
        ("food,magnesium_mg,Magnesium (mg)\nx,1,2\n", "a second time"),
        ("food,magnesium mg per serving\nx,1\n", "nothing tells what a serving weighs"),
        ("food,serving_g,magnesium mg per serving\nx,,1\n", "nothing tells what a serving weighs"),
        ("food,serving size,magnesium mg per serving\nx,1 cup,1\n", "tells no weight"),
        ("food,serving size,magnesium mg per serving\nx,30,1\n", "has no unit"),
        ("food,serving_g,magnesium mg per serving\nx,0,1\n", "no weight"),
        ("food,basis,magnesium_mg\nx,some,1\n", "what the amounts refer to"),
        ("food,basis,magnesium_mg\nx,,1\n", "nothing tells what the amounts refer to"),
        ("food,serving_g,magnesium mg per serving,calcium_mg\nx,30,1,2\n", "nothing tells whether the amounts are per"),
        ("food,magnesium mg per 30 g,calcium_mg\nx,1,2\n", "nothing tells whether the amounts are per"),
        ("food,serving size,magnesium mg per serving\nx,2 x 30 g,1\n", "not a single weight"),
        ("food,serving size,magnesium mg per serving\nx,30-40 g,1\n", "not a single weight"),
        ("food,serving size,magnesium mg per serving\nx,1/2 lb,1\n", "tells no weight"),
        ("food,portions,magnesium_mg\nx,a slice,1\n", "is no portion"),
        ("food,portion,portion_g,magnesium_mg\nx,slice,heavy,1\n", "tells no weight"),
        ("food,magnesium_mg\nx,120000\n", "more than any food can hold"),
        ("food,magnesium_mg\nx,<some\n", "not a number"),
        ("food,magnesium_mg\n", "no foods below the header"),
        ("food,magnesium_mg\n\n\n", "no foods below the header"),
        ('food,magnesium_mg\n"x,1\n', "never closed"),
        ("food,magnesium_mg\nx\0y,1\n", "NUL"),
        ("", "empty"),
        ("\n\n", "empty"),
        ("just some words\n", "no column with the names"),
        (b"%PDF-1.4", "PDF"),
        (b"PK\x03\x04" + b"x" * 50, "archive is damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, "workbook cannot be read"),
        ('{"a": 1}', "no foods of FoodData Central"),
        ("[1, 2]", "no foods of FoodData Central"),
    ],
)  # fmt: skip
def test_a_table_that_cannot_be_used_says_why(write, text, what):
    assert what in "\n".join(message for _, _, message in faults(write(text)))


def test_places_that_hold_no_table(write, tmp_path):
    write("food,magnesium_mg\nx,1\n", "mine.csv")
    Path("empty").mkdir()
    assert "no such file" in faults("mine.cvs")[0][2]
    with pytest.raises(FoodTableError, match=r'did you mean "mine\.csv"'):
        ng.load_foods("mine.cvs")
    assert "holds no CSV" in faults("empty")[0][2]
    assert "cannot be opened" in faults("a\0b")[0][2]
    assert "cannot be opened" in faults("x" * 5000)[0][2]
    with pytest.raises(TypeError, match="path or a DataFrame"):
        ng.load_foods(5)  # type: ignore[arg-type]


def test_columns_that_are_not_read_are_told(write):
    foods = ng.load_foods(write("food,magnesium_mg,colour,fibre_g,magnesium % DV\nx,1,red,2,3\ny,,blue,,\n"))
    assert 'mine.csv: columns not read: "colour", "fibre_g", "magnesium % DV"' in foods.notes
    assert "mine.csv: line 3: no amount is known" in foods.notes


@settings(max_examples=150)
@given(st.one_of(st.text(max_size=300), st.binary(max_size=300)))
def test_any_text_is_a_table_or_a_message(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("any") / "any.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
    try:
        ng.load_foods(path)
    except FoodTableError as error:
        assert error.problems and str(error)


_cells = st.text(alphabet="0123456789.,<- tracegml/%µ()=;|é", max_size=12)


@settings(max_examples=200)
@given(st.lists(st.lists(_cells, min_size=6, max_size=7), min_size=1, max_size=4))
def test_any_cells_are_a_table_or_faults_and_never_an_amount_below_zero(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("any") / "any.csv"
    out = io.StringIO(newline="")
    csv.writer(out).writerows(
        [["food", "basis", "serving size", "portions", "magnesium mg", "Vitamin D µg per serving"], *rows]
    )
    path.write_text(out.getvalue(), encoding="utf-8", newline="")
    try:
        foods = ng.load_foods(path)
    except FoodTableError as error:
        assert all(problem.what and problem.fix for problem in error.problems)
        return
    known = foods.values[~np.isnan(foods.values)]
    assert (known >= 0).all() and np.isfinite(known).all()
    assert (foods.portion_grams > 0).all() and np.isfinite(foods.portion_grams).all()
    for row in range(len(foods)):
        low, best, high = bounds(foods, row, "vitamin_d")
        assert low <= high and (math.isnan(best) or low <= best <= high)


# --- other forms of the same table


def test_frames_and_encodings_and_workbooks(write):
    frame = pd.DataFrame({"food": ["Pâté", "b"], "magnesium_mg": [25.5, None], "vitamin_b12_µg": ["<0.1", 2]})
    foods = ng.load_foods(frame, name="kitchen")
    assert list(foods.ids) == ["kitchen:2", "kitchen:3"] and value(foods, 0, "magnesium") == 25.5
    assert math.isnan(value(foods, 1, "magnesium")) and bounds(foods, 0, "vitamin_b12") == (0, 0.05, 0.1)
    text = "food;Magnésium (mg)\nPâté;25,5\n"
    for encoding in ("utf-8", "utf-8-sig", "cp1252", "utf-16"):
        foods = ng.load_foods(write(text, encoding=encoding))
        assert list(foods.names) == ["Pâté"] and value(foods, 0, "magnesium") == 25.5


def _xlsx(rows: list[list[object]]) -> bytes:
    """A workbook of one sheet, written as Office Open XML has it."""

    def cell(item: object) -> str:
        if isinstance(item, (int, float)):
            return f"<c><v>{item}</v></c>"
        return f'<c t="inlineStr"><is><t>{item}</t></is></c>'

    body = "".join(f"<row>{''.join(map(cell, row))}</row>" for row in rows)
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
        'ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{relations}"><sheets>'
        '<sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{relations}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{body}</sheetData></worksheet>',
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{content}')
    return out.getvalue()


def test_an_excel_workbook(write):
    pytest.importorskip("python_calamine")
    name = write(_xlsx([["food", "Magnesium (mg)"], ["Bar", 12.5], ["Nut", "-"]]), "mine.xlsx")
    foods = ng.load_foods(name)
    assert value(foods, 0, "magnesium") == 12.5 and math.isnan(value(foods, 1, "magnesium"))
    assert foods.sha256 == hashlib.sha256(Path(name).read_bytes()).hexdigest()


def test_a_title_above_the_header_is_passed_over(write):
    foods = ng.load_foods(write("My foods,,\n,,\nfood,magnesium_mg\nx,1\n"))
    assert list(foods.ids) == ["mine:4"]


# --- several tables side by side


def test_joined_tables_keep_what_each_food_has(write):
    own = ng.load_foods(write("id,food,group,magnesium_mg,serving_g,per\na,Oats,X,120,40,100 g\nb,Zzqx,X,,,100 g\n"))
    packaged = ng.load_foods()
    both = ng.load_foods("usda", own)
    assert len(both) == len(own) + len(packaged) and both.name == "mine+usda"
    assert both.row("mine:a") == 0 and both.first_tier == 2 + packaged.first_tier
    for food in ("sr:11457", "fndds:11111000"):
        mine, theirs = both.row(food), packaged.row(food)
        assert both.names[mine] == packaged.names[theirs] and portions(both, mine) == portions(packaged, theirs)
        assert both.values[mine].tolist() == packaged.values[theirs].tolist()
        assert both.groups[both.group[mine]] == packaged.groups[packaged.group[theirs]]
    assert portions(both, 0) == [("serving", 40)] and both.default_portion_grams(0) == 40
    # a food of each table whose value is unknown keeps the bounds of its own table
    unmeasured = packaged.row("sr:15076")
    assert math.isnan(value(packaged, unmeasured, "vitamin_d"))
    assert bounds(both, both.row("sr:15076"), "vitamin_d") == bounds(packaged, unmeasured, "vitamin_d")
    assert math.isinf(bounds(both, 1, "magnesium")[2])
    assert both.fdc[both.row("fdc:168462")] == 168462
    expected = hashlib.sha256(f"{own.sha256}\n{packaged.sha256}\n".encode()).hexdigest()
    assert both.sha256 == expected


def test_a_users_food_comes_first_among_equals(write):
    own = write("food\tmagnesium_mg\nSpinach, raw\t1\n", "mine.tsv")
    both = ng.load_foods("usda", own)
    assert find_exact(both, "spinach, raw") == 0 and search(both, "spinach raw")[0].row == 0


def test_common_names_go_along_and_give_way_to_a_users_food(write):
    own = ng.load_foods(write("food,magnesium_mg\noats,1\n"))
    both = join_tables(own, ng.load_foods())
    assert find_exact(both, "oats") == 0
    packaged = ng.load_foods()
    for phrase in ("porridge", "coke", "chapati", "spag bol"):
        assert find_exact(both, phrase) == find_exact(packaged, phrase) + 1


def test_the_index_of_joined_tables_is_that_of_all_their_names(write):
    """Merged from the indexes of the tables; built anew from all names by an independent path, it is the same."""
    own = ng.load_foods(write('food,magnesium_mg\nOat bar zzqx,1\n"Spinach, raw",2\n', "mine.csv"))
    other = ng.load_foods(write("food,calcium_mg\nSpinach zzqx,1\nOat bar zzqx,3\n", "other.csv"))
    merged = load_index(join_tables(own, other))
    built = build_index((*own.names, *other.names), ("",) * (len(own) + len(other)))
    for field, one, two in zip(merged._fields, merged, built, strict=True):
        assert list(one) == list(two), field


def test_tables_that_share_an_id_are_refused(write):
    name = write("food,magnesium_mg\nx,1\n")
    with pytest.raises(TableError, match=r"mine:2.*two of the tables"):
        ng.load_foods(name, name)
    with pytest.raises(TableError, match="two of the tables"):
        ng.load_foods("usda", "usda")


# --- FoodData Central: a small download in its CSV layout


FDC = {
    "food.csv": [
        ["fdc_id", "data_type", "description", "food_category_id", "publication_date"],
        ["11", "foundation_food", "Nuts, zzqx, raw", "12", "2025-12-18"],
        ["12", "sub_sample_food", "Nuts, zzqx, sample", "12", "2025-12-18"],
        ["13", "market_acquistion", "NUTS", "12", "2025-12-18"],
        ["21", "sr_legacy_food", "Beans, zzqx (Includes foods for USDA's Food Distribution Program)", "16", ""],
        ["31", "survey_fndds_food", "Zzqx soup", "", "2024-10-31"],
        ["41", "branded_food", "ZZQX DRINK", "", "2024-10-31"],
    ],
    "food_category.csv": [["id", "code", "description"], ["12", "1200", "Nut Products"], ["16", "1600", "Legumes"]],
    "wweia_food_category.csv": [["wweia_food_category", "wweia_food_category_description"], ["5802", "Soups"]],
    "survey_fndds_food.csv": [["fdc_id", "food_code", "wweia_category_code"], ["31", "28310110", "5802"]],
    "nutrient.csv": [
        ["id", "name", "unit_name", "nutrient_nbr", "rank"],
        ["1090", "Magnesium, Mg", "MG", "304", "5500"],
        ["1110", "Vitamin D (D2 + D3), International Units", "IU", "324", "8650"],
        ["1178", "Vitamin B-12", "UG", "418", "7300"],
        ["1062", "Energy", "kJ", "268", "400"],
    ],
    "food_nutrient.csv": [
        ["id", "fdc_id", "nutrient_id", "amount", "data_points", "derivation_id", "loq", "footnote"],
        ["1", "11", "1090", "250.5", "8", "1", "", ""],
        ["2", "11", "2047", "600", "8", "1", "", ""],  # general factors: not where the specific ones are given
        ["3", "11", "2048", "580", "8", "1", "", ""],
        ["4", "11", "1062", "2427", "8", "1", "", ""],
        ["5", "11", "1178", "0", "8", "1", "0.06", ""],  # below the limit of quantification
        ["6", "11", "1175", "0", "8", "1", "", ""],
        ["7", "11", "1110", "20", "8", "1", "", ""],  # IU alone: 20 / 40 = 0.5 µg
        ["8", "11", "1003", "20", "8", "1", "", ""],  # protein
        ["9", "12", "1090", "999", "1", "1", "", ""],  # a sample's
        ["10", "21", "1090", "", "", "", "", ""],
        ["11", "21", "1087", "40", "", "", "", ""],
        ["12", "21", "1110", "20", "", "", "", ""],
        ["13", "21", "1114", "0.6", "", "", "", ""],  # µg before IU
        ["14", "31", "304", "12", "", "", "", ""],  # the survey download has the numbers for ids
        ["15", "31", "208", "55", "", "", "", ""],
        ["16", "31", "578", "0.3", "", "", "", ""],
        ["17", "41", "1087", "120", "", "", "", ""],
        ["18", "41", "1114", "1.1", "", "", "", ""],
    ],
    "measure_unit.csv": [["id", "name"], ["1000", "cup"], ["1001", "tablespoon"], ["1121", "RACC"],
                         ["9999", "undetermined"]],
    "food_portion.csv": [
        ["id", "fdc_id", "seq_num", "amount", "measure_unit_id", "portion_description", "modifier", "gram_weight"],
        ["1", "11", "2", "1", "1121", "", "", "30"],
        ["2", "11", "1", "2", "1001", "", "chopped", "18"],
        ["3", "21", "1", "0.5", "9999", "", "cup, mashed", "100"],
        ["4", "21", "2", "0", "9999", "", "bean", "5"],
        ["5", "31", "2", "", "9999", "1 cup", "10205", "240"],
        ["6", "31", "1", "", "9999", "Quantity not specified", "90000", "300"],
        ["7", "31", "3", "", "9999", "8 fl oz can", "61667", "250"],
    ],
    "branded_food.csv": [
        ["fdc_id", "brand_owner", "brand_name", "serving_size", "serving_size_unit", "household_serving_fulltext",
         "branded_food_category"],
        ["41", "Acme Inc.", "", "240", "ml", "1 BOTTLE (240 ml)", "Drinks"],
    ],
}  # fmt: skip


def _csv(rows: list[list[str]]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows(rows)
    return out.getvalue()


@pytest.fixture
def download(write):
    """Writes the small download, with some tables left out or replaced, into a folder."""

    def put(folder: str = "FoodData_Central_csv_2025-12-18", **replaced: str | None) -> str:
        for name, rows in FDC.items():
            text = replaced.get(name.removesuffix(".csv"), _csv(rows))
            if text is not None:
                write(text, f"{folder}/{name}")
        return folder

    return put


def check_small_download(foods: FoodTable) -> None:
    assert list(foods.ids) == ["fdc:31", "fdc:11", "fdc:21", "fdc:41"]
    assert list(foods.names) == ["Zzqx soup", "Nuts, zzqx, raw", "Beans, zzqx", "Zzqx drink, Acme Inc."]
    soup, nuts, beans, drink = range(4)
    assert value(foods, nuts, "magnesium") == 250.5 and value(foods, nuts, "energy") == 580
    assert value(foods, nuts, "vitamin_b6") == 0 and value(foods, nuts, "vitamin_d") == 0.5
    assert math.isnan(value(foods, nuts, "vitamin_b12")) and bounds(foods, nuts, "vitamin_b12") == (0, 0.03, 0.06)
    assert math.isnan(value(foods, beans, "magnesium")) and value(foods, beans, "calcium") == 40
    assert value(foods, beans, "vitamin_d") == 0.6
    assert value(foods, soup, "magnesium") == 12 and value(foods, soup, "energy") == 55
    assert value(foods, soup, "vitamin_b12_added") == 0.3
    assert value(foods, drink, "calcium") == 120 and value(foods, drink, "vitamin_d") == 1.1
    groups = [foods.groups[group] for group in foods.group]
    assert groups == ["FNDDS: Soups", "Foundation: Nut Products", "SR Legacy: Legumes", "Branded: Drinks"]
    assert portions(foods, soup) == [("cup", 240), ("8 fl oz can", 250)] and foods.default_grams[soup] == 300
    assert portions(foods, nuts) == [("tablespoon, chopped", 9), ("serving (RACC)", 30)]
    assert foods.default_grams[nuts] == 30
    assert portions(foods, beans) == [("cup, mashed", 200)] and np.isnan(foods.default_grams[beans])
    assert portions(foods, drink) == [("BOTTLE", 240), ("serving", 240), ("cup", 236.588236)]  # a US cup [ml]
    assert foods.row("fdc:21") == beans and foods.first_tier == 1 and foods.survey.tolist() == [True] + [False] * 3
    assert any("one ml counts as one gram" in note for note in foods.notes)


def test_a_download_in_csv(download):
    foods = ng.load_foods(download())
    check_small_download(foods)
    assert "1 FNDDS, 1 Foundation, 1 SR Legacy, 1 Branded" in foods.edition and "2025-12-18" in foods.edition


def test_the_same_download_as_a_zip_with_a_folder_inside(download):
    folder = Path(download())
    with zipfile.ZipFile("FoodData_Central.zip", "w") as archive:
        for file in folder.iterdir():
            archive.write(file, f"{folder}/{file.name}")
    foods = ng.load_foods("FoodData_Central.zip")
    check_small_download(foods)
    assert foods.sha256 == hashlib.sha256(Path("FoodData_Central.zip").read_bytes()).hexdigest()
    Path("outer").mkdir()
    folder.rename(f"outer/{folder}")
    check_small_download(ng.load_foods("outer"))


SMALL_JSON = {
    "SurveyFoods": [
        {
            "fdcId": 31, "description": "Zzqx soup", "foodCode": "28310110",
            "wweiaFoodCategory": {"wweiaFoodCategoryCode": 5802, "wweiaFoodCategoryDescription": "Soups"},
            "foodNutrients": [
                {"nutrient": {"id": 1090, "number": "304", "unitName": "mg"}, "amount": 12},
                {"nutrient": {"id": 1008, "number": "208", "unitName": "kcal"}, "amount": 55.0},
                {"nutrient": {"id": 1246, "number": "578", "unitName": "µg"}, "amount": 0.3},
            ],
            "foodPortions": [
                {"measureUnit": {"id": 9999, "name": "undetermined"}, "modifier": "61667", "gramWeight": 250,
                 "portionDescription": "8 fl oz can", "sequenceNumber": 3},
                {"measureUnit": {"id": 9999, "name": "undetermined"}, "modifier": "10205", "gramWeight": 240.0,
                 "portionDescription": "1 cup", "sequenceNumber": 2},
                {"measureUnit": {"id": 9999, "name": "undetermined"}, "modifier": "90000", "gramWeight": 300.0,
                 "portionDescription": "Quantity not specified", "sequenceNumber": 1},
            ],
        }
    ],
    "FoundationFoods": [
        None,
        {
            "fdcId": 11, "description": "Nuts, zzqx, raw", "foodCategory": {"description": "Nut Products"},
            "foodNutrients": [
                {"nutrient": {"id": 1090, "unitName": "mg"}, "amount": 250.5},
                {"nutrient": {"id": 2047, "unitName": "kcal"}, "amount": 600},
                {"nutrient": {"id": 2048, "unitName": "kcal"}, "amount": 580},
                {"nutrient": {"id": 1178, "unitName": "µg"}, "amount": 0, "loq": 0.06},
                {"nutrient": {"id": 1175, "unitName": "mg"}, "amount": 0},
                {"nutrient": {"id": 1110, "unitName": "IU"}, "amount": 20},
                {"nutrient": {"id": 1087, "unitName": "mg"}},
            ],
            "foodPortions": [
                {"measureUnit": {"name": "tablespoon"}, "modifier": "chopped", "gramWeight": 18, "amount": 2.0,
                 "sequenceNumber": 1},
                {"measureUnit": {"name": "RACC"}, "gramWeight": 30, "amount": 1.0, "sequenceNumber": 2},
            ],
        },
    ],
    "SRLegacyFoods": [
        {
            "fdcId": 21, "description": "Beans, zzqx (Includes foods for USDA's Food Distribution Program)",
            "foodCategory": {"description": "Legumes"},
            "foodNutrients": [
                {"nutrient": {"id": 1087, "unitName": "mg"}, "amount": 40},
                {"nutrient": {"id": 1110, "unitName": "IU"}, "amount": 20},
                {"nutrient": {"id": 1114, "unitName": "µg"}, "amount": 0.6},
            ],
            "foodPortions": [
                {"measureUnit": {"name": "undetermined"}, "modifier": "cup, mashed", "gramWeight": 100, "amount": 0.5,
                 "sequenceNumber": 1},
                {"measureUnit": {"name": "undetermined"}, "modifier": "bean", "gramWeight": 5, "amount": 0},
            ],
        }
    ],
    "BrandedFoods": [
        {
            "fdcId": 41, "description": "ZZQX DRINK", "brandOwner": "Acme Inc.", "brandedFoodCategory": "Drinks",
            "servingSize": 240, "servingSizeUnit": "ml", "householdServingFullText": "1 BOTTLE (240 ml)",
            "foodNutrients": [
                {"nutrient": {"id": 1087, "unitName": "MG"}, "amount": 120},
                {"nutrient": {"id": 1114, "unitName": "UG"}, "amount": 1.1},
            ],
        }
    ],
}  # fmt: skip


def test_the_same_foods_in_json_alone_split_and_zipped(write):
    text = json.dumps(SMALL_JSON, ensure_ascii=False, indent=1)
    check_small_download(ng.load_foods(write(text, "fdc_2025.json")))
    for name, foods in SMALL_JSON.items():
        write(json.dumps({name: foods}), f"parts/{name}.json")
    check_small_download(ng.load_foods("parts"))
    with zipfile.ZipFile("all.zip", "w") as archive:
        archive.writestr("a/foods.json", text)
    check_small_download(ng.load_foods("all.zip"))


def test_json_is_read_across_chunks(write, monkeypatch):
    from nutrigap.foodtables import fdc_json

    name = write(json.dumps(SMALL_JSON), "fdc.json")
    for size in (1, 7, 64, 1000):
        monkeypatch.setattr(fdc_json, "_CHUNK", size)
        check_small_download(ng.load_foods(name))


@pytest.mark.parametrize(
    ("replaced", "what"),
    [
        ({"food_nutrient": None}, "food_nutrient.csv is missing"),
        ({"food_nutrient": ""}, "there is no column fdc_id, nutrient_id, amount"),
        ({"food_nutrient": "id,fdc_id,nutrient_id,amount\n1,11,1090,lots\n"}, "food_nutrient.csv:2: could not convert"),
        ({"food_nutrient": "id,fdc_id,nutrient_id,amount\n1,11,1090,-1\n"}, "-1.0 is no amount"),
        ({"food_nutrient": "id,fdc_id,nutrient_id,amount\n1,11,1090,inf\n"}, "inf is no amount"),
        ({"food_nutrient": "id,fdc_id,nutrient_id,amount\n1,11,1003,5\n"}, "no food has an amount"),
        ({"food": "fdc_id,description\n1,x\n"}, "there is no column data_type"),
        ({"food": "fdc_id,data_type,description\nx,foundation_food,y\n"}, "food.csv:2"),
        ({"food": "fdc_id,data_type,description\n5,sample_food,y\n"}, "holds no foods"),
        ({"food": "fdc_id,data_type,description\n5,foundation_food,y\n5,foundation_food,y\n"}, "5 comes twice"),
        ({"nutrient": "id,unit_name\n1090,IU\n"}, "has no meaning for magnesium"),
        ({"food": "fdc_id,data_type,description\n5,foundation_food,\xff\n"}, "cannot be read"),
    ],
)
def test_a_damaged_download_says_where(download, write, replaced, what):
    folder = download(**replaced)
    if "\xff" in replaced.get("food", ""):
        write(replaced["food"].encode("latin-1"), f"{folder}/food.csv")
    with pytest.raises(FoodTableError, match=what.replace("(", r"\(")):
        ng.load_foods(folder)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('{"FoundationFoods": [{"fdcId": 1, "description": "x"', "damaged behind"),
        ('{"FoundationFoods": ' + "[" * 5000, "damaged behind"),
        ('{"FoundationFoods": [{"fdcId": "x"}]}', "no id of a food"),
        ('{"FoundationFoods": [{"fdcId": -1}]}', "no id of a food"),
        ('{"FoundationFoods": []}', "no foods of FoodData Central"),
        ('{"FoundationFoods": [{"fdcId": 1, "foodNutrients": [{"nutrient": {"id": 1090}, "amount": "x"}]}]}', "food 1"),
        ('{"FoundationFoods": [{"fdcId": 1, "foodNutrients": 5, "foodPortions": [5]}]}', "no food has an amount"),
    ],
)
def test_damaged_json_says_where(write, text, what):
    assert what in faults(write(text, "fdc.json"))[0][2]


def test_one_file_of_a_download_points_to_its_folder(download):
    with pytest.raises(FoodTableError, match="give the folder"):
        ng.load_foods(f"{download()}/food.csv")


def test_too_many_branded_foods_are_left_out_or_refused(download, monkeypatch):
    monkeypatch.setattr(fdc, "MOST_FOODS", 0)
    foods = ng.load_foods(download())
    assert "fdc:41" not in foods.ids and any("1 branded foods are left out" in note for note in foods.notes)
    alone = "fdc_id,data_type,description\n41,branded_food,x\n"
    with pytest.raises(FoodTableError, match="too many to be searched"):
        ng.load_foods(download(food=alone))


@pytest.mark.parametrize(
    ("text", "grams", "name", "one"),
    [
        ("1 cup, chopped", 140, "cup, chopped", 140),
        ("3 oz", 85.05, "oz", 28.35),
        ("1 1/2 cups", 300, "cups", 200),
        ("1½ cups", 300, "cups", 200),
        ("½ cup", 100, "cup", 200),
        ("0,5 l", 500, "l", 1000),
        ("5 oz package", 142, "5 oz package", 142),
        ("slice", 30, "slice", 30),
        ("1/0 cup", 30, "1/0 cup", 30),
        ("0 cups", 30, "0 cups", 30),
    ],
)
def test_one_of_a_portion(text, grams, name, one):
    portion = one_of(text, grams)
    assert portion.name == name and portion.grams == pytest.approx(one)


def test_a_portion_without_weight_is_none():
    assert fdc_portion("cup", "", "", 1.0, 0.0) is None and fdc_portion("cup", "", "", 1.0, math.inf) is None


# --- the releases themselves, where they are at hand


def _build_module() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_for_releases", ROOT / "data" / "build.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    path = list(sys.path)
    spec.loader.exec_module(module)
    sys.path[:] = path
    return module


@pytest.fixture(scope="module")
def releases() -> Path:
    found: Path | None = _build_module().default_releases()
    if found is None or not found.is_dir():
        pytest.skip("no official releases here: set NUTRIGAP_RELEASES to their folder")
    return found


@pytest.fixture(scope="module")
def foundation(releases) -> tuple[FoodTable, dict[int, dict]]:
    """Foundation Foods as read, and by their ids straight from the JSON."""
    path = next(releases.rglob("FoodData_Central_foundation_food_json*.zip"), None)
    if path is None:
        pytest.skip("Foundation Foods are not at hand")
    with zipfile.ZipFile(path) as archive:
        raw = json.loads(archive.read(archive.namelist()[0]))["FoundationFoods"]
    return ng.load_foods(path), {food["fdcId"]: food for food in raw}


# Names as FoodData Central spells them, with the unit that it gives.
NAMES = {
    "magnesium": ("Magnesium, Mg", "mg"), "calcium": ("Calcium, Ca", "mg"), "potassium": ("Potassium, K", "mg"),
    "vitamin_d": ("Vitamin D (D2 + D3)", "µg"), "vitamin_b12": ("Vitamin B-12", "µg"),
    "vitamin_b6": ("Vitamin B-6", "mg"), "sodium": ("Sodium, Na", "mg"), "thiamin": ("Thiamin", "mg"),
    "water": ("Water", "g"),
}  # fmt: skip


def test_foundation_foods_are_those_of_the_release(foundation):
    foods, raw = foundation
    assert sorted(foods.fdc.tolist()) == sorted(raw) and len(foods) == 365
    for nutrient, (name, unit) in NAMES.items():
        for row, number in enumerate(foods.fdc.tolist()):
            given = [
                one.get("amount")
                for one in raw[number]["foodNutrients"]
                if one["nutrient"]["name"] == name and one["nutrient"]["unitName"] == unit
            ]
            wanted = given[0] if given and given[0] is not None else math.nan
            assert value(foods, row, nutrient) == pytest.approx(wanted, nan_ok=True), (number, nutrient)


def test_energy_of_foundation_foods_stands_under_three_ids(foundation):
    foods, raw = foundation
    seen = set()
    for row, number in enumerate(foods.fdc.tolist()):
        given = {one["nutrient"]["id"]: one.get("amount") for one in raw[number]["foodNutrients"]}
        source = next((code for code in (1008, 2048, 2047) if given.get(code) is not None), 0)
        seen.add(source)
        if source:
            assert value(foods, row, "energy") == given[source]
    assert {1008, 2048, 2047} <= seen


def test_portions_of_foundation_foods(foundation):
    foods, raw = foundation
    hummus = foods.row("fdc:321358")  # 2 tablespoons weigh 33.9 g; the reference amount 30 g
    assert portions(foods, hummus) == [("tablespoon", 16.95), ("serving (RACC)", 30)]
    assert foods.default_portion_grams(hummus) == 30
    weighed = sum(
        portion.get("gramWeight", 0) > 0 and portion.get("amount", 1) > 0
        for food in raw.values()
        for portion in food.get("foodPortions", [])
    )
    assert len(foods.portion_names) == weighed


def test_portions_of_sr_legacy_in_csv_are_those_of_the_packaged_table(releases, write):
    """The release has no amounts at hand, so one is written: its portions are those the packaged table was built of."""
    folder = next((path.parent for path in releases.rglob("sr_legacy_food.csv")), None)
    if folder is None:
        pytest.skip("SR Legacy is not at hand")
    for file in folder.glob("*.csv"):
        write(file.read_bytes(), f"sr/{file.name}")
    write("id,fdc_id,nutrient_id,amount\n1,168462,1090,79\n", "sr/food_nutrient.csv")
    foods, packaged = ng.load_foods("sr"), ng.load_foods()
    assert len(foods) == 7793
    same = 0
    for number in (168462, 167512, 173944, 171705, 175167, 169655):
        mine, theirs = foods.row(f"fdc:{number}"), packaged.row(f"fdc:{number}")
        assert foods.names[mine] == packaged.names[theirs]
        assert portions(foods, mine) == portions(packaged, theirs)
        same += len(portions(foods, mine))
    assert same > 10
    assert foods.groups[foods.group[foods.row("fdc:168462")]] == "SR Legacy: Vegetables and Vegetable Products"


def _cells(path: Path) -> Iterator[list[object]]:
    from python_calamine import CalamineWorkbook

    yield from CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()


@pytest.fixture(scope="module")
def ciqual(releases) -> tuple[FoodTable, list[list[object]]]:
    """Ciqual as read, and its rows straight from the workbook, the header first."""
    pytest.importorskip("python_calamine")
    path = next(releases.rglob("ciqual*.xls"), None)
    if path is None:
        pytest.skip("Ciqual is not at hand")
    return ng.load_foods(path), list(_cells(path))


# The columns of the workbook of 2020, counted by hand.
PLACES = {
    "magnesium": 55, "calcium": 50, "potassium": 58, "vitamin_d": 64, "vitamin_b12": 75, "vitamin_b6": 73,
    "energy": 10, "water": 13, "sodium": 60, "thiamin": 69, "alcohol": 29,
}  # fmt: skip


def test_ciqual_amounts_are_those_of_the_workbook(ciqual):
    foods, (names, *rows) = ciqual
    assert names[PLACES["magnesium"]] == "Magnésium (mg/100 g)" and names[PLACES["vitamin_b12"]].startswith(
        "Vitamine B12"
    )
    assert len(rows) == 3186 and len(foods) == 3185  # wheat bran stands there twice, the first time as a fragment
    by_code = {f"ciqual:{int(row[6])}": row for row in rows}  # the second of the two is the whole one
    assert set(foods.ids) == set(by_code)
    limits = 0
    for place, food in enumerate(foods.ids):
        row = by_code[food]
        assert foods.names[place] == str(row[7]).replace("\xa0", " ").strip()
        for nutrient, column in PLACES.items():
            cell = str(row[column]).replace(",", ".")
            if cell in ("", "-", "traces"):
                assert math.isnan(value(foods, place, nutrient))
            elif cell.startswith("<"):
                limit = float(cell[1:])
                assert math.isnan(value(foods, place, nutrient))
                assert bounds(foods, place, nutrient) == pytest.approx((0, limit / 2, limit))
                limits += 1
            else:
                assert value(foods, place, nutrient) == float(cell)
    assert limits > 1000


def test_unknown_amounts_of_ciqual_are_bounded_by_its_groups(ciqual):
    foods, (_, *rows) = ciqual
    bread = [row for row in rows if row[3] == "produits céréaliers"]

    def known(row: list[object]) -> float | None:
        cell = str(row[PLACES["vitamin_b6"]]).replace(",", ".")
        if cell.startswith("<"):
            return float(cell[1:]) / 2
        return None if cell in ("", "-", "traces") else float(cell)

    amounts = [amount for row in bread if (amount := known(row)) is not None]
    unknown = next(row for row in bread if str(row[PLACES["vitamin_b6"]]) == "-")
    assert len(amounts) >= 30
    low, best, high = bounds(foods, foods.row(f"ciqual:{int(unknown[6])}"), "vitamin_b6")
    assert low == 0 and best == pytest.approx(statistics.median(amounts))
    ordered = sorted(amounts)
    at, part = divmod(0.95 * (len(ordered) - 1), 1)
    assert high == pytest.approx(ordered[int(at)] + part * (ordered[int(at) + 1] - ordered[int(at)]))


def test_ciqual_is_searched_in_french_and_credited(ciqual):
    foods, _ = ciqual
    egg = foods.row("ciqual:22000")
    for phrase in ("Œuf, cru", "oeuf cru", "OEUF CRU"):
        assert search(foods, phrase)[0].row == egg
    assert foods.origins["ciqual"].publisher.startswith("ANSES")
    assert "line 3122" in " ".join(foods.notes)


def test_ciqual_with_other_columns_is_refused(write):
    assert "not named as in Ciqual" in faults(write("alim_code;alim_nom_fr;Fer (mg/100 g)\n1;x;2\n"))[0][2]


def test_ciqual_as_csv_and_in_english(write):
    text = "alim_code;alim_nom_eng;alim_grp_nom_eng;Magnesium (mg/100g);Vitamin D (µg/100g)\n1;Zzqx;-;1,234;< 0,5\n"
    foods = ng.load_foods(write(text, "Ciqual 2020 ENG.csv"))
    assert list(foods.ids) == ["ciqual:1"] and value(foods, 0, "magnesium") == 1.234
    assert bounds(foods, 0, "vitamin_d") == (0, 0.25, 0.5)


# --- the packaged names of columns


def test_the_tables_of_names_are_in_order():
    words = list(header.column_words().values())
    assert all(name == " ".join(name.lower().split()) and name for names in words for name in names)
    data = ROOT / "src" / "nutrigap" / "data"
    with (data / "foreign_nutrients.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for layout, group in itertools.groupby(rows, key=lambda row: row["layout"]):
        names = [row["name"] for row in group]
        assert len(names) == len(set(names)), layout
    assert {row["nutrient"] for row in rows if row["layout"] == "fdc"} == set(COLUMN)


# --- from a table to a report


OWN = (
    "id,food,magnesium_mg,calcium_mg,potassium_mg,vitamin_d_ug,vitamin_b12_ug,vitamin_b6_mg,energy_kcal,portion,portion_g\n"
    "bar,Oat bar,120,40,300,<0.5,,0.2,400,bar,45\n"
    "shake,Zzqx shake,30,120,150,1.5,0.4,0.1,60,bottle,250\n"
)
DIARY = "date,food,amount\n2026-03-01,Oat bar,2 bars\n2026-03-01,own:shake,100 g\n2026-03-02,Zzqx shake,1 bottle\n"


def nutrients_of(report: dict) -> dict[str, dict]:
    return {entry["id"]: entry["intake"] for entry in report["nutrients"]}


def test_a_report_on_a_table_of_ones_own(write, capsys):
    write(OWN, "own.csv")
    diary = write(DIARY, "diary.csv")
    assert run(["report", diary, "--foods", "own.csv", "--age", "34", "--sex", "female", "--format", "json"]) == 0
    report = json.loads(capsys.readouterr().out)
    # day 1: 90 g of bar and 100 g of shake; day 2: 250 g of shake
    intake = nutrients_of(report)
    assert intake["magnesium"]["mean"] == pytest.approx((0.9 * 120 + 30 + 75) / 2)
    assert intake["calcium"]["mean"] == pytest.approx((0.9 * 40 + 120 + 300) / 2)
    # vitamin D of the bar is below 0.5: 0 to 0.45 in 90 g
    assert intake["vitamin_d"]["low"] == pytest.approx((1.5 + 3.75) / 2)
    assert intake["vitamin_d"]["mean"] == pytest.approx((0.225 + 1.5 + 3.75) / 2)
    assert intake["vitamin_d"]["high"] == pytest.approx((0.45 + 1.5 + 3.75) / 2)
    # B12 of the bar is not known, and two foods are too few to bound it
    assert intake["vitamin_b12"]["low"] == pytest.approx((0.4 + 1.0) / 2)
    assert intake["vitamin_b12"]["mean"] is None and intake["vitamin_b12"]["high"] is None
    about = report["inputs"]["foods"]
    assert about["name"] == "own" and about["sha256"] == hashlib.sha256(OWN.encode()).hexdigest()
    assert report["sources"][0]["title"] == "Food table own.csv"
    assert any(note.startswith("own.csv: ") for note in report["notes"])
    assert {line["status"] for line in report["lines"]} == {"counted"}
    for form in ("text", "md", "csv"):
        assert run(["report", diary, "--foods", "own.csv", "--format", form]) == 0
        assert "Magnesium" in capsys.readouterr().out


def test_a_report_on_two_tables(write, capsys):
    write(OWN, "own.csv")
    diary = write("date,food,amount\n2026-03-01,Oat bar,1 bar\n2026-03-01,sr:11457,100 g\n", "diary.csv")
    for order in (["own.csv", "usda"], ["usda", "own.csv"]):
        tables = [word for name in order for word in ("--foods", name)]
        assert run(["report", diary, *tables, "--format", "json"]) == 0
        report = json.loads(capsys.readouterr().out)
        # 45 g of bar: 54 mg; spinach, raw, 100 g: 79 mg (SR28)
        assert nutrients_of(report)["magnesium"]["mean"] == pytest.approx(54 + 79)
        assert report["inputs"]["foods"]["name"] == "own+usda"
        keys = [source["key"] for source in report["sources"]]
        assert keys[0] == "table_own" and "sr28" in keys


def test_the_other_commands_take_a_table(write, capsys):
    write(OWN, "own.csv")
    diary = write(DIARY, "diary.csv")
    assert run(["check", diary, "--foods", "own.csv"]) == 0
    assert run(["check", diary]) == 1  # "own:shake" is no code of the packaged table
    capsys.readouterr()
    assert run(["match", diary, "--foods", "own.csv", "--save", "choices.csv"]) == 0
    assert "own:bar" in capsys.readouterr().out and "own:bar" in Path("choices.csv").read_text(encoding="utf-8")
    assert run(["report", diary, "--foods", "own.csv", "--choices", "choices.csv"]) == 0
    capsys.readouterr()
    assert run(["foods", "--foods", "own.csv", "oat", "bar"]) == 0
    assert "own:bar" in capsys.readouterr().out
    assert run(["foods", "--foods", "own.csv", "--rich-in", "calcium"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split()[:4] == ["own:shake", "120", "100", "g"]  # no usual portions: by 100 g


def test_a_table_that_cannot_be_read_ends_with_its_faults(write, capsys):
    diary = write(DIARY, "diary.csv")
    write("food,magnesium_mg\nx,-1\n", "bad.csv")
    for command in (["report", diary], ["check", diary], ["match", diary], ["foods", "x"]):
        assert run([*command, "--foods", "bad.csv"]) == 2
        out, err = capsys.readouterr()
        assert out == "" and err.startswith('bad.csv:2: magnesium_mg: "-1" is negative')
    assert run(["report", diary, "--foods", "none.csv"]) == 2
    assert "no such file, folder or table" in capsys.readouterr().err


def test_an_output_never_overwrites_a_table(write, capsys):
    write(OWN, "own.csv")
    diary = write(DIARY, "diary.csv")
    assert run(["report", diary, "--foods", "own.csv", "-o", "own.csv"]) == 2
    assert Path("own.csv").read_text(encoding="utf-8") == OWN
