"""From a line to a food and grams, or to doses: every line ends in exactly one of three states."""

from __future__ import annotations

import csv
import datetime
import io
import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import nutrigap as ng
from nutrigap.choices import Choice
from nutrigap.diary import Line
from nutrigap.entries import Entry, Kitchen
from nutrigap.errors import Problem, UnknownUnit
from nutrigap.intake import add_up
from nutrigap.matching import candidates
from nutrigap.resolve import resolve, resolve_line
from nutrigap.units import DATA, nutrient_index

FOODS = ng.load_foods()
STATES = {"counted", "flagged", "left_out"}
OUNCE = 28.349523125


def line(
    food: str, amount: str = "", unit: str = "", kind: str = "", labels: Mapping[str, float] | None = None
) -> Line:
    return Line(
        number=2, date=datetime.date(2026, 3, 2), person="", food=food, amount=amount, unit=unit, meal="", time="",
        note="", brand="", kind=kind, labels=labels or {}, problem=None,
    )  # fmt: skip


def found(food: str, amount: str = "", unit: str = "", choices: Mapping[str, Choice] | None = None) -> Entry:
    return resolve_line(line(food, amount, unit), Kitchen(FOODS, choices or {}))


# food, amount, unit -> food id, grams (low, best, high), where they come from, state. The weights of household
# measures are those of the releases: FNDDS banana 126 g, slice of bread 28 g, cup of milk 244 g, egg 50 g,
# beer 360 g a bottle; SR banana medium 118 g and 36 % refuse, strawberries 152 g a cup of halves.
FOUND: list[tuple[str, str, str, str, tuple[float, float, float], str, str]] = [
    ("banana", "150 g", "", "fndds:63107010", (150, 150, 150), "mass", "counted"),
    ("banana", "150", "g", "fndds:63107010", (150, 150, 150), "mass", "counted"),
    ("banana", "150 g", "g", "fndds:63107010", (150, 150, 150), "mass", "counted"),
    ("banana", "3", "", "fndds:63107010", (378, 378, 378), "portion", "counted"),
    ("banana", "1 banana with peel", "", "fndds:63107010", (126, 126, 126), "portion", "counted"),
    ("banana", "½", "", "fndds:63107010", (63, 63, 63), "portion", "counted"),
    ("banana", "2 x 30 g", "", "fndds:63107010", (60, 60, 60), "mass", "counted"),
    ("bread", "3-4 slices", "", "fndds:51000100", (84, 98, 112), "portion", "counted"),
    ("bread", "2 slices (60 g)", "", "fndds:51000100", (60, 60, 60), "mass", "flagged"),
    ("eggs", "a dozen", "", "fndds:31101010", (600, 600, 600), "portion", "counted"),
    ("milk", "1 cup", "", "fndds:11100000", (244, 244, 244), "portion", "counted"),
    ("milk", "8 oz", "", "fndds:11100000", (244, 244, 244), "portion", "counted"),
    ("milk", "8 fl oz", "", "fndds:11100000", (244, 244, 244), "portion", "counted"),
    ("milk", "0,5 l", "", "fndds:11100000", (500 / 236.5882365 * 244,) * 3, "density", "counted"),
    ("beer", "1 bottle", "", "fndds:93101000", (360, 360, 360), "portion", "counted"),
    ("banana", "", "", "fndds:63107010", (126, 126, 126), "default", "flagged"),
    ("banana", "some", "", "fndds:63107010", (126, 126, 126), "default", "flagged"),
    ("2 eggs", "", "", "fndds:31101010", (100, 100, 100), "portion", "counted"),
    ("200g banana", "", "", "fndds:63107010", (200, 200, 200), "mass", "counted"),
    ("banana 200 g", "", "", "fndds:63107010", (200, 200, 200), "mass", "counted"),
    ("eggs x2", "", "", "fndds:31101010", (100, 100, 100), "portion", "counted"),
    ("2% milk", "1 cup", "", "fndds:11112110", (244, 244, 244), "portion", "counted"),
    ("spinach", "1 cup, chopped", "", "fndds:72125100", (25, 25, 25), "portion", "flagged"),
    # codes
    ("sr:09040", "1 medium", "", "sr:09040", (118, 118, 118), "portion", "counted"),
    ("SR:9040", "100 g", "", "sr:09040", (100, 100, 100), "mass", "counted"),
    ("fdc:173944", "100 g", "", "sr:09040", (100, 100, 100), "mass", "counted"),
    (" FDC : 173944 ", "100 g", "", "sr:09040", (100, 100, 100), "mass", "counted"),
    ("sr:09316", "1 cup, halves", "", "sr:09316", (152, 152, 152), "portion", "counted"),
    ("sr:09316", "1 cup, whole", "", "sr:09316", (144, 144, 144), "portion", "counted"),
    ("sr:09316", "1 NLEA serving", "", "sr:09316", (147, 147, 147), "portion", "counted"),
    ("fndds:63107010", "0.1 g", "", "fndds:63107010", (0.1, 0.1, 0.1), "mass", "counted"),
    ("fndds:63107010", "5 kg", "", "fndds:63107010", (5000, 5000, 5000), "mass", "counted"),
    ("sr:09040", "150 g with peel", "", "sr:09040", (96, 96, 150), "mass", "flagged"),
    # out of proportion: the largest portion of a banana is a mashed cup of 225 g
    ("banana", "675 g", "", "fndds:63107010", (675, 675, 675), "mass", "counted"),
    ("banana", "676 g", "", "fndds:63107010", (676, 676, 676), "mass", "flagged"),
    ("banana", "2250 g", "", "fndds:63107010", (2250, 2250, 2250), "mass", "flagged"),
]


@pytest.mark.parametrize(("food", "amount", "unit", "food_id", "grams", "source", "state"), FOUND)
def test_food_and_grams(
    food: str, amount: str, unit: str, food_id: str, grams: tuple[float, float, float], source: str, state: str
) -> None:
    entry = found(food, amount, unit)
    assert entry.row is not None
    assert FOODS.ids[entry.row] == food_id
    assert entry.grams is not None
    assert (entry.grams.low, entry.grams.best, entry.grams.high) == pytest.approx(grams)
    assert (entry.grams.source, entry.status, entry.kind) == (source, state, "food")
    assert bool(entry.problem) == bool(entry.fix) == (state == "flagged")


@pytest.mark.parametrize(
    ("food", "amount", "unit", "what", "fix"),
    [
        ("salmon", "150", "", "slip", "check the amount"),  # 150 fillets
        ("banana", "2251 g", "", "slip", "check the amount"),
        ("fndds:63107010", "5001 g", "", "slip", "check the amount"),
        ("banana", "99999999999999999999 g", "", "slip", "check the amount"),
        ("banana", "100 Mg", "", "two ways", "write mg"),
        ("banana", "100 gr", "", "two ways", "write g"),
        ("100 gr banana", "", "", "two ways", "write g"),
        ("sugar", "1 t", "", "two ways", "tsp"),
        ("banana", "0", "", "zero", "how much"),
        ("banana", "0 g", "", "zero", "how much"),
        ("banana", "-50 g", "", "negative", "how much"),
        ("banana", "abc", "", "abc", "grams"),
        ("banana", "nan", "", "nan", "grams"),
        ("banana", "inf g", "", "inf", "grams"),
        ("banana", "1,250 g", "", "two ways", "1250 or 1.25"),
        ("milk", "1.000 g", "", "two ways", "1000 or 1"),
        ("milk", "2.500", "ml", "two ways", "2500 or 2.5"),
        ("bread", "2 medium bottles", "", "bottles", "slice"),
        ("no milk", "1 cup", "", "not eaten", "delete"),
        ("banana", "150 g", "cups", "unit column", "one place"),
        ("banana", "100 g + 50 g", "", "two amounts", "one amount a line"),
        ("xyzzy", "100 g", "", "close enough", "other words"),
        ("sr:99999", "100 g", "", "sr:99999", "check the code"),
        ("fdc:1", "100 g", "", "fdc:1", "check the code"),
    ],
)
def test_left_out_with_the_reason_and_the_fix(food: str, amount: str, unit: str, what: str, fix: str) -> None:
    entry = found(food, amount, unit)
    assert (entry.status, entry.kind, entry.grams) == ("left_out", "food", None)
    assert what in entry.problem
    assert fix in entry.fix
    assert {"magnesium", "vitamin_d", "energy"} <= entry.missing


@pytest.mark.parametrize(
    ("food", "amount", "start", "grams"),
    [("roast chicken", "1 breast", "Chicken breast", 120.0), ("roast chicken", "2 legs", "Chicken leg", 280.0)],
)
def test_a_measure_that_is_a_word_of_the_food(food: str, amount: str, start: str, grams: float) -> None:
    """FNDDS: a chicken breast without skin is 120 g, a leg with it 140 g; the row of the whole bird has neither."""
    entry = found(food, amount)
    assert entry.status == "flagged" and "read as" in entry.problem
    assert FOODS.names[entry.row].startswith(start) and entry.grams.best == pytest.approx(grams)


@pytest.mark.parametrize(("food", "amount", "unit"), [("rice", "1", "xyz"), ("rice", "1", "zebra")])
def test_a_measure_that_is_no_word_of_a_food_is_left_out(food: str, amount: str, unit: str) -> None:
    assert found(food, amount, unit).status == "left_out"


def test_what_is_measured_by_the_ounce_alone_is_not_drunk_by_the_ounce() -> None:
    """FNDDS: a fluid ounce of infant formula is 30.5 g, so that 700 ml (23.67 fl oz) are 721.9 g."""
    entry = found("infant formula 700 ml")
    assert entry.status == "counted" and entry.grams.best == pytest.approx(700 / 29.5735 * 30.5, rel=1e-4)
    assert found("infant formula", "20 litres").status == "left_out"


def test_each_of_a_number_of_usual_portions_is_told() -> None:
    assert "one taken as its usual portion of 28 g" in found("walnuts", "2 handfuls").problem


def test_a_volume_without_a_density_is_left_out_and_never_water() -> None:
    row = next(
        row
        for row in range(len(FOODS))
        if FOODS.portions(row) and not any(p.name.split()[0] in VOLUMES for p in FOODS.portions(row))
    )
    entry = found(FOODS.ids[row], "250 ml")
    assert (entry.status, entry.grams) == ("left_out", None)
    assert "density" in entry.problem


VOLUMES = {
    "cup",
    "cup,",
    "fl",
    "tbsp",
    "tbsp,",
    "tsp",
    "tsp,",
    "tablespoon",
    "teaspoon",
    "quart",
    "pint",
    "ml",
    "liter",
}


def test_no_portion_known_needs_grams() -> None:
    row = next(row for row in range(len(FOODS)) if FOODS.default_portion_grams(row) is None)
    assert found(FOODS.ids[row]).status == "left_out"
    assert "usual portion" in found(FOODS.ids[row]).problem
    assert found(FOODS.ids[row], "80 g").status == "counted"


def test_a_cup_that_yields_is_no_ounce_of_the_food() -> None:
    """FNDDS pasta has "oz, dry, yields" 80 g: two ounces are two ounces, unless the amount says dry."""
    ounces, dry = found("pasta", "2 oz"), found("pasta", "2 oz dry")
    assert ounces.grams is not None
    assert ounces.grams.best == pytest.approx(2 * OUNCE)
    assert dry.grams is not None
    assert dry.grams.best == pytest.approx(160)


@pytest.mark.parametrize(
    ("food", "amount", "unit", "grams", "state"),
    [
        # no amount: FNDDS takes 126 g for a banana, 244 g for milk; a unit of mass or volume does not tell one of it
        ("banana", "", "g", 126, "flagged"), ("milk", "", "ml", 244, "flagged"), ("milk", "-", "fl oz", 244, "flagged"),
        ("milk", "", "cup", 244, "counted"), ("bread", "", "slice", 28, "counted"),
        # FNDDS: a whole onion 148 g, a regular cucumber 200 g, pepper 120 g, carrot 60 g, one strawberry 18 g
        ("onion", "1 medium", "", 148, "counted"), ("onion", "1 large", "", 148, "flagged"),
        ("cucumber", "1 medium", "", 200, "counted"), ("green pepper", "1 medium", "", 120, "counted"),
        ("strawberries", "5 medium", "", 90, "counted"), ("carrot", "1 medium", "", 60, "counted"),
        # FNDDS: a breast 130 g, its medium slice 60 g; a medium piece of pecan pie 150 g, the pie 1200 g
        ("chicken breast", "1 medium", "", 120, "counted"), ("fndds:53385000", "1 medium", "", 150, "counted"),
        # FNDDS: bacon by the slice after cooking, medium 8 g, thick 12 g
        ("bacon", "2 slices", "", 16, "counted"), ("bacon", "2 medium slices", "", 16, "counted"),
        ("bacon", "2 rashers", "", 16, "counted"), ("bacon", "2 thick slices", "", 24, "counted"),
        # FNDDS: chocolate by the piece 8 g and the regular size 45 g; SR: Snickers bar of 2 oz 57 g
        ("chocolate", "1 bar", "", 45, "flagged"), ("dark chocolate", "2 squares", "", 16, "flagged"),
        ("snickers", "1 bar", "", 57, "counted"),
        # FNDDS: a stick of celery 4 g, a scoop of ice cream 120 g, a floweret of broccoli 10 g
        ("celery", "2 sticks", "", 8, "counted"), ("ice cream", "1 scoop", "", 120, "counted"),
        ("broccoli", "2 florets", "", 20, "counted"),
        # FNDDS: sunflower and pumpkin seeds 144 g a cup without shell, 46 g in shell; 16 tablespoons a cup
        ("sunflower seeds", "1 cup", "", 144, "flagged"), ("sunflower seeds", "1 tbsp", "", 9, "flagged"),
        ("pumpkin seeds", "2 tbsp", "", 18, "flagged"), ("sunflower seeds", "1 cup in shell", "", 46, "counted"),
        ("pistachios", "1 tbsp", "", 128 / 16, "flagged"), ("sunflower seeds", "2 oz in shell", "", 30, "counted"),
        # "1.250 l" can only be a litre and a quarter
        ("milk", "1.250 l", "", 1250 / 236.5882365 * 244, "flagged"), ("milk", "1.000 cup", "", 244, "counted"),
        ("milk", "0.125 l", "", 125 / 236.5882365 * 244, "counted"),
    ],
)  # fmt: skip
def test_measures_of_the_kitchen(food: str, amount: str, unit: str, grams: float, state: str) -> None:
    entry = found(food, amount, unit)
    assert entry.grams is not None, entry.problem
    assert entry.grams.best == pytest.approx(grams)
    assert entry.status == state, entry.problem


@pytest.mark.parametrize(
    ("food", "amount", "name", "ignored"),
    [
        ("coffee without milk", "1 cup", "Coffee, brewed", "without milk"),
        ("tea no sugar", "1 cup", "Tea, hot, leaf, black", "no sugar"),
        ("sandwich w/o cheese", "1", "Sandwich, NFS", "without cheese"),
        ("burger hold the mayo", "1", "Hamburger, NFS", "hold the mayo"),
        ("eggs", "2 (no yolk)", "Egg, whole, raw", "no yolk"),
        ("nut-free granola", "1 cup", "Cereal, granola", "nut free"),
        # the name of the food says so too
        ("alcohol free beer", "330 ml", "Beer, nonalcoholic", ""),
        ("non-alcoholic beer", "330 ml", "Beer, nonalcoholic", ""),
        ("fat free milk", "1 cup", "Milk, fat free (skim)", ""),
        ("sugar free gum", "1", "Chewing gum, sugar free", ""),
        ("gluten free bread", "2 slices", "Bread, gluten free", ""),
        ("caffeine free cola", "1 can", "Soft drink, cola, decaffeinated", ""),
        ("broccoli, no added fat", "1 cup", "Broccoli, fresh, cooked, no added fat", ""),
        (
            "chicken without skin", "100 g",
            "Chicken, NS as to part and cooking method, skin not eaten", "",
        ),
        ("free range eggs", "2", "Egg, whole, raw", ""),
        ("banana", "150 g without peel", "Banana, raw", ""),
    ],
)  # fmt: skip
def test_what_is_said_not_to_be_there(food: str, amount: str, name: str, ignored: str) -> None:
    entry = found(food, amount)
    assert entry.row is not None
    assert FOODS.names[entry.row] == name
    assert (entry.status == "flagged") == bool(ignored)
    assert not ignored or f'"{ignored}" was not taken into account' in entry.problem


@pytest.mark.parametrize("food", ["pepper", "coriander", "cider"])
def test_a_word_with_two_meanings_is_flagged(food: str) -> None:
    entry = found(food, "10 g")
    assert entry.status == "flagged"
    assert "taken for" in entry.problem


def test_no_far_food_is_suggested() -> None:
    """ "Minced unicorn" shares too little with any food, "chapatti bread thing" with a bread enough."""
    assert found("granary unicorn", "1").fix.startswith("write it in other words")
    for phrase in ("golden unicorn syrup", "blorbo milk", "fancy dragon soup", "quux rice"):
        match = found(phrase, "1").match
        names = [FOODS.names[one.row] for one in candidates(FOODS, match, 2) if one.score >= 0.40]
        assert ("perhaps" in found(phrase, "1").fix) == bool(names)
        assert all(name in found(phrase, "1").fix for name in names)


@pytest.mark.parametrize(
    ("food", "salt"), [("magnesium oxide 400 mg", "oxide"), ("calcium carbonate 600 mg", "carbonate"),
                       ("magnesium glycinate 400 mg", "glycinate")],
)  # fmt: skip
def test_the_fix_of_a_dose_names_its_salt(food: str, salt: str) -> None:
    assert f'"as {salt}"' in found(food).fix
    mended = found(food.replace(salt, f"(as {salt})"))
    assert mended.status == "counted"


@pytest.mark.parametrize("code", ["mine:A-12", "Mine : A-12", "ciq:A-12", "ciq : b.7"])
def test_codes_of_a_table_of_the_users(code: str) -> None:
    table = replace(FOODS, name="mine", ids=("mine:A-12", "ciq:b.7", "ciq:A-12", *FOODS.ids[3:]), folder=None)
    entry = resolve_line(line(code, "50 g"), Kitchen(table))
    wanted = {"mine:A-12": 0, "Mine : A-12": 0, "ciq:A-12": 2, "ciq : b.7": 1}[code]
    assert (entry.match.method, entry.row, entry.status) == ("code", wanted, "counted")


@pytest.mark.parametrize("phrase", ["lunch:banana", "mine:A-12", "note: milk"])
def test_other_words_before_a_colon_are_no_code(phrase: str) -> None:
    assert found(phrase, "50 g").match.method != "code"


def test_a_line_that_is_no_food_needs_no_date() -> None:
    gym = line("gym")._replace(date=None, problem=Problem(7, "date", "no date", "write one"))
    entry = resolve_line(gym, Kitchen(FOODS))
    assert (entry.kind, entry.status, entry.missing) == ("other", "left_out", frozenset())


@pytest.mark.parametrize("food", ["gym", "Gym ", "skipped breakfast", "period", "none", "run", "Walk.", "eye twitch"])
def test_what_is_plainly_no_food_widens_nothing(food: str) -> None:
    entry = found(food, "45 min")
    assert (entry.kind, entry.status, entry.problem) == ("other", "left_out", "not a food")
    assert not entry.missing
    assert not entry.open


@pytest.mark.parametrize(
    "food", ["running late sandwich", "period cookies", "none of the cake", "run", "walkers crisps", "gym bar"]
)
def test_only_whole_lines_are_no_food(food: str) -> None:
    assert (found(food, "1").kind == "other") == (food == "run")


def test_doses_are_told_from_foods() -> None:
    assert found("magnesium citrate 400 mg").kind == "supplement"
    assert found("magnesium citrate 400 mg").status == "flagged"
    assert found("vitamin D3 2000 IU").status == "counted"
    assert found("calcium fortified orange juice", "250 ml").kind == "food"
    multi = found("multivitamin", "1 tablet")
    assert (multi.kind, multi.status, len(multi.open), len(multi.missing)) == ("supplement", "left_out", 6, 0)
    none = found("omega-3 1000 mg")
    assert (none.kind, none.status, len(none.open), len(none.missing)) == ("supplement", "left_out", 0, 0)
    partly = found("calcium 500 mg + vitamin D", "1 tablet")
    assert (partly.status, partly.open, partly.doses["calcium"].best) == ("flagged", {"vitamin_d"}, 500)


def test_a_dose_in_the_wrong_unit_opens_its_nutrient_only() -> None:
    entry = found("magnesium", "2000 IU")
    assert (entry.status, entry.open, entry.missing) == ("left_out", {"magnesium"}, frozenset())


def test_the_kind_column_decides() -> None:
    assert resolve_line(line("magnesium 400 mg", kind="food"), Kitchen(FOODS)).kind == "food"
    wonder = resolve_line(line("Dr. Wobble's Wonder", "1", kind="supplement"), Kitchen(FOODS))
    assert (wonder.kind, wonder.status, len(wonder.open)) == ("supplement", "left_out", 6)


def test_labels_of_a_supplement_make_its_blank_ones_zero() -> None:
    entry = resolve_line(line("B-complex", "1 tablet", labels={"vitamin_b6": 1.4}), Kitchen(FOODS))
    assert entry.status == "counted"
    assert entry.doses["vitamin_b6"].best == 1.4
    assert entry.doses["vitamin_b12"].high == 0
    assert not entry.open


def test_labels_of_a_food_nobody_knows_are_counted_and_flagged() -> None:
    entry = resolve_line(line("xyzzy bar", "1", labels={"calcium": 200.0}), Kitchen(FOODS))
    assert (entry.status, entry.labels) == ("flagged", {"calcium": 200.0})
    assert "calcium" not in entry.missing
    assert "magnesium" in entry.missing
    assert "label" in entry.problem


def test_a_line_the_reader_could_not_use_is_left_out_with_its_reason() -> None:
    broken = Line(
        number=7, date=None, person="", food="banana", amount="1", unit="", meal="", time="", note="", brand="",
        kind="", labels={"calcium": 5.0}, problem=Problem(7, "date", "no date", "write one"),
    )  # fmt: skip
    entry = resolve_line(broken, Kitchen(FOODS))
    assert (entry.status, entry.problem, entry.fix) == ("left_out", "no date", "write one")
    assert "calcium" in entry.missing


# --------------------------------------------------------------------------------- invariants


def test_lines_in_are_counted_flagged_and_left_out() -> None:
    text = "date,food,amount\n" + "".join(
        f'2026-03-02,"{food}","{amount}"\n' for food, amount, *_ in (*FOUND, ("gym", ""), ("zzz", "1"), ("banana", "0"))
    )
    diary = ng.read_diary(io.StringIO(text))
    entries = resolve(diary, FOODS)
    assert len(entries) == len(diary.lines) == len(FOUND) + 3
    assert [entry.line for entry in entries] == list(diary.lines)
    assert {entry.status for entry in entries} == STATES


def test_the_same_line_twice_keeps_its_own_number() -> None:
    diary = ng.read_diary(io.StringIO("date,food,amount\n2026-03-02,banana,1\n2026-03-03,banana,1\n"))
    first, second = resolve(diary, FOODS)
    assert (first.line.number, second.line.number) == (2, 3)
    assert first.grams == second.grams


some_text = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        ["banana", "vitamin D3", "magnesium oxide 400 mg", "gym", "sr:09040", "fdc:1", "multivitamin", "½"]
    ),
)


@given(
    food=some_text,
    amount=st.one_of(st.text(max_size=15), st.sampled_from(["150 g", "2 x 30 g", "1e9", "0", "2000 IU", "½ cup"])),
    unit=st.one_of(st.just(""), st.text(max_size=8), st.sampled_from(["g", "cups", "Mg", "tablets"])),
    kind=st.sampled_from(["", "food", "supplement"]),
    labels=st.sampled_from([{}, {"calcium": 100.0}]),
)
def test_any_line_ends_in_exactly_one_state(
    food: str, amount: str, unit: str, kind: str, labels: dict[str, float]
) -> None:
    entry = resolve_line(line(food, amount, unit, kind, labels), Kitchen(FOODS))
    assert entry.status in STATES
    assert entry.kind in ("food", "supplement", "other")
    # only what is sure has nothing to say
    assert bool(entry.problem) == (entry.status != "counted")
    if entry.status == "left_out":
        assert entry.fix
        assert not entry.doses
    if entry.grams is not None:
        assert 0 <= entry.grams.low <= entry.grams.best <= entry.grams.high <= 10_000


@given(grams=st.integers(1, 600), food=st.sampled_from(["banana", "sr:11457", "fndds:11100000"]))
def test_spellings_of_a_weight_are_one_weight(grams: int, food: str) -> None:
    spelled = [(f"{grams} g", ""), (f"{grams}", "g"), (f"{grams / 1000:.3f} kg", ""), (f"{grams * 1000}", "mg")]
    weights = [entry.grams.best for a, u in spelled if (entry := found(food, a, u)).grams is not None]
    assert weights == pytest.approx([grams] * 4)


def test_every_row_of_the_list_of_no_foods_stands_once() -> None:
    with (Path(DATA) / "not_food.csv").open(encoding="utf-8", newline="") as stream:
        phrases = [row["words"] for row in csv.DictReader(stream)]
    assert len(set(phrases)) == len(phrases) > 30
    assert all(found(phrase).kind == "other" for phrase in phrases)


def test_measures_are_us_or_imperial() -> None:
    diary = ng.read_diary(io.StringIO("date,food,amount\n2026-03-02,beer,1 pint\n"))
    with pytest.raises(UnknownUnit, match="us or imperial"):
        resolve(diary, FOODS, measures="metric")
    # 16 × 30 g, and 568.26125 / 473.176473 times that
    assert ng.analyze(diary, measures="imperial").entries[0].grams.best == pytest.approx(480 * 568.26125 / 473.176473)
    assert ng.analyze(diary).entries[0].grams.best == pytest.approx(480)


def test_the_size_that_the_phrase_tells_belongs_to_the_count() -> None:
    """1 of "large fries" is the release's large portion, not one of the fries."""
    entry = found("McDonald's large fries", "1")
    large = [portion.grams for portion in FOODS.portions(entry.row) if "large" in portion.name.lower()]
    assert entry.grams.best in large and entry.grams.best > 100
    fries = found("large fries", "2")  # of a row that knows no sizes: the usual amount, and said
    assert (fries.status, fries.grams.best) == ("flagged", 2 * FOODS.default_portion_grams(fries.row))


@pytest.mark.parametrize("food", ["french fries", "grapes", "almonds"])
def test_one_of_what_is_named_in_the_plural_is_a_helping(food: str) -> None:
    """Between one piece and the release's usual amount, and said; "1 strawberry" is one strawberry."""
    entry = found(food, "1")
    assert entry.status == "flagged" and "helping" in entry.problem
    assert entry.grams.best == entry.grams.high == FOODS.default_portion_grams(entry.row)
    assert entry.grams.low in [portion.grams for portion in FOODS.portions(entry.row)]
    assert found("strawberry", "1").status == "counted"
    assert found(food, "12").grams.source == "portion"


# --- what only a label tells


@pytest.mark.parametrize(
    ("food", "amount", "status"),
    [
        ("nooch", "15 g", "left_out"),
        ("nutritional yeast flakes", "15 g", "left_out"),
        ("fortified nutritional yeast", "15 g", "left_out"),
        ("nutritional yeast", "3 xyz", "left_out"),
        ("nutritional yeast", "-3 g", "left_out"),
        ("nutritional yeast", "9 kg", "left_out"),
        ("0 nooch", "", "left_out"),
        ("nutritional yeasts", "15 g", "flagged"),
        ("Nutritional-yeast", "15 g", "flagged"),
        ("Marmite", "5 g", "flagged"),
        ("pasta with nooch", "200 g", "flagged"),
    ],
)
def test_nothing_bounds_the_b12_of_yeast_flakes(food: str, amount: str, status: str) -> None:
    """Counted or left out, a maker may have added any amount: no ordinary portion stands for it."""
    entry = found(food, amount)
    assert (entry.status, entry.open) == (status, {"vitamin_b12"})
    rows = (f"2026-03-0{day},{eaten}\n" for day in range(1, 8) for eaten in (f"{food},{amount}", "rice,300 g"))
    report = ng.analyze(ng.read_diary(io.StringIO(f"date,food,amount\n{''.join(rows)}")), ng.Person(34, "female"))
    b12 = next(reading for reading in report.core if reading.nutrient.id == "vitamin_b12")
    assert math.isinf(b12.high) and report.statuses()["vitamin_b12"] == "undetermined"
    (decider, *_) = report.intake.deciders("vitamin_b12")
    assert (decider.reason, decider.width) == ("the label is not told", math.inf)


@pytest.mark.parametrize(
    "food", ["pasta no nooch", "pasta without nutritional yeast", "pasta, w/o nooch", "yeast", "no nooch"]
)
def test_what_is_not_eaten_opens_nothing(food: str) -> None:
    assert not found(food, "200 g").open


@pytest.mark.parametrize(
    ("food", "amount"), [("nooch", "15 g"), ("nutritional yeast", "15 g"), ("nutritional yeast", "3 xyz")]
)
def test_a_label_tells_the_b12_of_yeast_flakes(food: str, amount: str) -> None:
    entry = resolve_line(line(food, amount, labels={"vitamin_b12": 2.5}), Kitchen(FOODS))
    assert not entry.open and "only the label tells" not in entry.problem


def test_an_export_that_lacks_the_b12_of_yeast_flakes_leaves_it_open() -> None:
    """What an export leaves blank is bounded by an ordinary portion, but for what only the label tells."""
    core = {"magnesium": 5.0, "calcium": 3.0, "potassium": 200.0, "vitamin_d": 0.0, "vitamin_b6": 0.1}
    told = line("Nutritional yeast", "15 g", labels=core)._replace(amounts_from="an app", covers="food")
    assert "vitamin_b12" in resolve_line(told, Kitchen(FOODS)).open
    told = told._replace(covers="", labels={**core, "vitamin_b12": 6.0})
    assert not resolve_line(told, Kitchen(FOODS)).open


@pytest.mark.parametrize(("value", "opens"), [("44", False), ("", True)])
def test_a_table_of_ones_own_tells_what_its_product_holds(tmp_path: Path, value: str, opens: bool) -> None:
    """44 µg of B12 in 100 g are 6.6 µg in 15 g; where the table too tells nothing, only the label does."""
    own = tmp_path / "own.csv"
    own.write_text(f"name,vitamin_b12_ug,magnesium_mg\nNutritional yeast Engevita,{value},100\n", encoding="utf-8")
    foods = ng.load_foods("usda", own)
    for amount in ("15 g", "3 xyz"):
        entry = resolve_line(line("Nutritional yeast Engevita", amount), Kitchen(foods))
        assert foods.ids[entry.row].startswith("own:") and bool(entry.open) == opens
    diary = ng.read_diary(io.StringIO("date,food,amount\n2026-03-02,Nutritional yeast Engevita,15 g\n"))
    (_, best, high) = (
        float(end[0, nutrient_index()["vitamin_b12"]]) for end in add_up(resolve(diary, foods), foods).lines
    )
    if not opens:
        assert (best, high) == (pytest.approx(6.6), pytest.approx(6.6))
    # a row of the packaged table stays open beside it
    assert resolve_line(line("nooch", "15 g"), Kitchen(foods)).open


def test_a_label_of_two_foods_leaves_no_guess_on_one_of_them() -> None:
    both = [
        resolve_line(line("toast with marmite", "2 slices", labels=labels), Kitchen(FOODS))
        for labels in ({}, {"vitamin_b12": 2.5})
    ]
    said = [" ".join(piece.problem for piece in entry.pieces) for entry in both]
    assert ["only the label tells" in problem for problem in said] == [True, False]
    assert [any(piece.open for piece in entry.pieces) for entry in both] == [True, False]
    assert sum(piece.labels.get("vitamin_b12", 0.0) for piece in both[1].pieces) == 2.5
    for piece in both[1].pieces:
        assert bool(piece.problem) == (piece.status == "flagged")
