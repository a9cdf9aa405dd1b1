"""Recipes: dishes of one's own, counted by the serving or by the gram."""

from __future__ import annotations

import csv
import datetime
import io
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nutrigap as ng
from nutrigap.choices import Choice, read_choices
from nutrigap.cli import run
from nutrigap.diary import Line
from nutrigap.entries import Entry, Kitchen
from nutrigap.errors import TableError
from nutrigap.intake import Intake
from nutrigap.recipes import Ingredient, Recipe, find_recipe, near_recipe, read_recipes, refuse_cycles
from nutrigap.report import Report
from nutrigap.report.matches import as_text
from nutrigap.report.saved import save_choices
from nutrigap.resolve import resolve_line
from nutrigap.units import nutrient_index

FOODS = ng.load_foods()
BEANS, BEEF, SPINACH, RICE = "sr:16028", "fndds:21500100", "sr:11457", "fndds:56205000"
CORE = ("magnesium", "calcium", "potassium", "vitamin_d", "vitamin_b12", "vitamin_b6")
CHILI = f"""recipe,servings,food,amount
Grandma's chili,4,{BEANS},500 g
Plain rice,2,{RICE},2 cups
Grandma's chili,,{BEEF},400 g
"""


def recipes_of(tmp_path: Path, text: str) -> dict[str, Recipe]:
    path = tmp_path / "recipes.csv"
    path.write_text(text, encoding="utf-8")
    return read_recipes(path)


@pytest.fixture
def chili(tmp_path: Path) -> dict[str, Recipe]:
    return recipes_of(tmp_path, CHILI)


def report_of(
    *lines: tuple[str, str], recipes: dict[str, Recipe] | None = None, choices: dict[str, Choice] | None = None
) -> Report:
    out = io.StringIO()
    csv.writer(out).writerows([("date", "food", "amount"), *(("2026-03-02", *line) for line in lines)])
    return ng.analyze(ng.read_diary(io.StringIO(out.getvalue())), recipes=recipes, choices=choices)


def found(food: str, amount: str, recipes: dict[str, Recipe], choices: dict[str, Choice] | None = None) -> Entry:
    line = Line(2, datetime.date(2026, 3, 2), "", food, amount, "", "", "", "", "", "", {}, None)
    return resolve_line(line, Kitchen(FOODS, choices or {}, recipes))


def per_100_g(food: str, nutrient: str) -> float:
    return float(FOODS.values[FOODS.row(food), nutrient_index()[nutrient]])


def totals(intake: Intake) -> np.ndarray:
    return np.array([end[0] for end in intake.daily])


# --- numbers by hand


def test_a_serving_of_chili() -> None:
    """A quarter of 500 g kidney beans and 400 g ground beef.

    Per 100 g (SR28, FNDDS): magnesium 42 and 20 mg, vitamin B12 0 and 2.7 µg. So magnesium is (5 × 42 + 4 × 20) / 4 =
    72.5 mg, and vitamin B12 4 × 2.7 / 4 = 2.7 µg.
    """
    recipe = Recipe("chili", 4, (Ingredient(BEANS, "500 g", "", 2), Ingredient(BEEF, "400 g", "", 3)))
    report = report_of(("chili", "1 serving"), recipes={"chili": recipe})
    (one,) = report.to_dict()["lines"]
    assert (one["status"], one["kind"], one["match"]["method"]) == ("counted", "food", "recipe")
    assert one["nutrients"]["magnesium"] == pytest.approx(72.5, rel=1e-12)
    assert one["nutrients"]["vitamin_b12"] == pytest.approx(2.7, rel=1e-12)
    assert [part["grams"] for part in one["parts"]] == [125, 100]
    assert [part["food"]["id"] for part in one["parts"]] == [BEANS, BEEF]
    assert [part["match"]["method"] for part in one["parts"]] == ["code", "code"]
    assert all(len(part["match"]["candidates"]) == 5 for part in one["parts"])


# food, amount, how much of the whole recipe, state
@pytest.mark.parametrize(
    ("food", "amount", "share", "state"),
    [
        ("Grandma's chili", "1 serving", 1 / 4, "counted"),
        ("grandmas chili", "2 servings", 2 / 4, "counted"),
        ("GRANDMA'S CHILI", "1/2 portion", 1 / 8, "counted"),
        ("1 serving of grandma's chili", "", 1 / 4, "counted"),
        ("two helpings of grandma's chili", "", 2 / 4, "counted"),
        ("half a serving of grandma's chili", "", 1 / 8, "counted"),
        ("a serving of my grandma's chili", "", 1 / 4, "counted"),
        ("homemade grandma's chili", "1 serving", 1 / 4, "counted"),
        ("portion of grandma's chili", "", 1 / 4, "counted"),
        ("portion of grandma's chili", "2", 2 / 4, "counted"),
        ("grandma's chili (2 servings)", "", 2 / 4, "counted"),
        ("grandma's chili", "the whole recipe", 1, "counted"),
        ("grandma's chili", "1/2 batch", 1 / 2, "counted"),
        ("grandma's chili", "1-2 servings", 1.5 / 4, "counted"),
        # guesses that are told
        ("grandma's chili", "", 1 / 4, "flagged"),
        ("grandma's chili", "2", 2 / 4, "flagged"),
        ("grandma's chili", "1 bowl", 1 / 4, "flagged"),
        ("a bowl of grandma's chili", "", 1 / 4, "flagged"),
        ("grandma's chili", "2 large bowls", 2 / 4, "flagged"),
        # by weight: the ingredients weigh 900 g
        ("grandma's chili", "450 g", 1 / 2, "flagged"),
        ("grandma's chili 225 g", "", 1 / 4, "flagged"),
        ("225 g grandma's chili", "", 1 / 4, "flagged"),
        ("grandma's chili", "1 bowl (225 g)", 1 / 4, "flagged"),
        ("grandma's chili", "0.45 kg", 1 / 2, "flagged"),
        ("grandma's chili", "5 servings", 5 / 4, "flagged"),  # more than there is
    ],
)
def test_how_much_of_a_recipe(chili: dict[str, Recipe], food: str, amount: str, share: float, state: str) -> None:
    entry = found(food, amount, chili)
    assert (entry.status, entry.kind) == (state, "food"), entry.problem
    weights = [part.grams.best for part in entry.parts if part.grams is not None]
    assert weights == pytest.approx([500 * share, 400 * share], rel=1e-12)
    assert bool(entry.problem) == bool(entry.fix) == (state == "flagged")


@pytest.mark.parametrize(
    ("amount", "what"),
    [
        ("1 cup", "volume"), ("250 ml", "volume"), ("0 servings", "zero"), ("-1 serving", "negative"), ("11", "slip"),
        ("10 kg", "slip"), ("2 blorps", "no part of a recipe"), ("1,250 g", "two ways"), ("3 gr", "two ways"),
    ],
)  # fmt: skip
def test_what_is_no_share_of_a_recipe_is_left_out(chili: dict[str, Recipe], amount: str, what: str) -> None:
    entry = found("grandma's chili", amount, chili)
    assert (entry.status, entry.kind, entry.parts) == ("left_out", "food", ())
    assert what in entry.problem
    assert entry.fix
    assert {"magnesium", "energy"} <= entry.missing


def test_the_weight_of_the_finished_dish_goes_before_that_of_its_ingredients(tmp_path: Path) -> None:
    for column, text in (("total_grams", "1200"), ("total_grams", "1.2 kg"), ("yield", "1200 g")):
        recipes = recipes_of(tmp_path, f"recipe,servings,food,amount,{column}\nChili,4,{BEANS},500 g,{text}\n")
        entry = found("chili", "300 g", recipes)
        assert entry.status == "counted"
        assert entry.grams is not None and entry.parts[0].grams is not None
        assert (entry.grams.best, entry.grams.source) == (300, "mass")
        assert entry.parts[0].grams.best == pytest.approx(125, rel=1e-12)


@pytest.mark.parametrize(("total", "state"), [(124, "flagged"), (125, "counted"), (2000, "counted"), (2001, "flagged")])
def test_a_dish_much_lighter_or_heavier_than_its_ingredients_is_asked_about(
    tmp_path: Path, total: int, state: str
) -> None:
    recipes = recipes_of(tmp_path, f"recipe,servings,food,amount,total_grams\nChili,4,{BEANS},500 g,{total}\n")
    entry = found("chili", "30 g", recipes)
    assert (entry.status, "500 g" in entry.problem) == (state, state == "flagged")
    assert found("chili", "1 serving", recipes).status == "counted"


def test_an_ingredient_that_cannot_be_weighed_leaves_the_weight_of_the_dish_open(tmp_path: Path) -> None:
    recipes = recipes_of(tmp_path, f"recipe,servings,food,amount\nChili,4,{BEANS},500 g\nChili,,zorblax qwrt,1\n")
    assert "not every ingredient could be weighed" in found("chili", "300 g", recipes).problem
    assert found("chili", "300 g", recipes).status == "left_out"
    assert found("chili", "1 serving", recipes).status == "flagged"


def test_an_ingredient_left_out_widens_the_bounds(tmp_path: Path) -> None:
    recipes = recipes_of(tmp_path, f"recipe,servings,food,amount\nChili,4,{BEANS},500 g\nChili,,zorblax qwrt,1\n")
    report = report_of(("chili", "1 serving"), recipes=recipes)
    (entry,) = report.entries
    assert entry.status == "flagged"
    assert entry.problem.startswith("1 of 2 ingredients left out: zorblax qwrt (")
    low, best, high = totals(report.intake)
    i = nutrient_index()["magnesium"]
    # 125 g of beans at 42 mg; the other one had nothing, or what a generous portion of a food has
    assert low[i] == best[i] == pytest.approx(1.25 * 42)
    portion = FOODS.left_out_portion
    assert high[i] == pytest.approx(1.25 * 42 + portion.mean[i] + 1.645 * portion.sd[i])
    assert report.to_dict()["lines"][0]["nutrients"]["magnesium"] is None


def test_a_recipe_of_which_nothing_is_known_is_left_out(tmp_path: Path) -> None:
    recipes = recipes_of(tmp_path, "recipe,servings,food,amount\nStew,4,zorblax qwrt,1\nStew,,quux blorp,1\n")
    report = report_of(("stew", "1 serving"), ("banana", "1"), recipes=recipes)
    assert [entry.status for entry in report.entries] == ["left_out", "counted"]
    assert "magnesium" in report.entries[0].missing
    assert report.intake.daily.high[0, 0] > report_of(("banana", "1")).intake.daily.high[0, 0]


def test_guesses_on_ingredients_are_named(tmp_path: Path) -> None:
    recipes = recipes_of(
        tmp_path, f"recipe,servings,food,amount\nChili,4,{BEANS},500 g\nChili,,banana,\nChili,,milk,\n"
    )
    entry = found("chili", "1 serving", recipes)
    assert entry.status == "flagged"
    assert entry.problem.startswith("2 of 3 ingredients on a guess: banana (no amount told")
    assert "milk (" in entry.problem


def test_what_is_much_for_one_is_not_for_four(tmp_path: Path) -> None:
    """500 g of ground beef are more than three of its largest portions (125 g), a quarter of it is none."""
    assert found(BEEF, "500 g", {}).status == "counted"  # a code with grams is always counted
    assert found("ground beef", "500 g", {}).status == "flagged"
    for servings, state in ((4, "counted"), (1, "flagged")):
        recipes = recipes_of(tmp_path, f"recipe,servings,food,amount\nMince,{servings},ground beef,500 g\n")
        assert found("mince", "1 serving", recipes).status == state


def test_a_recipe_in_a_recipe(tmp_path: Path) -> None:
    """Half a dinner is one serving of chili and one cup of rice (158 g): 125 g beans, 100 g beef."""
    recipes = recipes_of(tmp_path, f"{CHILI}Dinner,2,grandma's chili,2 servings\nDinner,2,{RICE},2 cups\n")
    report = report_of(("dinner", "1 serving"), recipes=recipes)
    (entry,) = report.entries
    assert entry.status == "counted"
    assert [piece.grams.best for piece in entry.pieces if piece.grams] == pytest.approx([125, 100, 158], rel=1e-12)
    wanted = 1.25 * per_100_g(BEANS, "potassium") + per_100_g(BEEF, "potassium") + 1.58 * per_100_g(RICE, "potassium")
    assert report.to_dict()["lines"][0]["nutrients"]["potassium"] == pytest.approx(wanted, rel=1e-12)
    assert [part["grams"] for part in report.to_dict()["lines"][0]["parts"]] == pytest.approx([125, 100, 158])


def test_doses_in_a_recipe_are_doses(tmp_path: Path) -> None:
    recipes = recipes_of(
        tmp_path, f"recipe,servings,food,amount\nShake,2,{SPINACH},60 g\nShake,,vitamin D3 1000 IU,1\n"
    )
    report = report_of(("shake", "1 serving"), recipes=recipes)
    assert report.entries[0].status == "counted"
    i = nutrient_index()["vitamin_d"]
    assert report.intake.mean_dose.best[i] == 12.5  # half of 25 µg
    assert report.intake.mean_food.best[nutrient_index()["magnesium"]] == pytest.approx(0.3 * 79)


def test_label_columns_of_a_dish_replace_what_its_ingredients_bring(chili: dict[str, Recipe]) -> None:
    text = "date,food,amount,magnesium_mg\n2026-03-02,grandma's chili,1 serving,50\n"
    report = ng.analyze(ng.read_diary(io.StringIO(text)), recipes=chili)
    nutrients_of = report.to_dict()["lines"][0]["nutrients"]
    assert nutrients_of["magnesium"] == 50
    assert nutrients_of["vitamin_b12"] == pytest.approx(2.7, rel=1e-12)
    i = nutrient_index()["magnesium"]
    assert [end[0, i] for end in report.intake.daily] == [50, 50, 50]
    assert report.intake.contributors("magnesium") == [("grandma's chili", 50, 1)]


def test_an_export_with_its_own_amounts_is_no_recipe(chili: dict[str, Recipe]) -> None:
    line = Line(
        2, datetime.date(2026, 3, 2), "", "grandma's chili", "1 serving", "", "", "", "", "", "",
        dict.fromkeys(CORE, 1.0), None, amounts_from="Cronometer",
    )  # fmt: skip
    assert resolve_line(line, Kitchen(FOODS, {}, chili)).parts == ()


# --- the same as its ingredients


AMOUNTS = st.lists(
    st.tuples(
        st.sampled_from([BEANS, BEEF, SPINACH, RICE, "sr:15076", "sr:12012", "banana", "milk", "zorblax qwrt"]),
        st.integers(10, 2000).map(lambda tenths: tenths / 10),
    ),
    min_size=1,
    max_size=6,
)


# Each contribution is rounded to 1e-11 of the unit; a share of a dish is another contribution than the whole.
ROUNDED = 1e-10


@settings(max_examples=60)
@given(parts=AMOUNTS, servings=st.sampled_from([1, 2, 3, 4, 6, 7]))
def test_all_servings_are_the_ingredients_as_lines(parts: list[tuple[str, float]], servings: int) -> None:
    ingredients = tuple(Ingredient(food, f"{grams!r} g", "", 2) for food, grams in parts)
    recipes = {"dish": Recipe("dish", servings, ingredients)}
    whole = report_of(("dish", f"{servings} servings"), recipes=recipes)
    lines = report_of(*((food, f"{grams!r} g") for food, grams in parts))
    np.testing.assert_allclose(totals(whole.intake), totals(lines.intake), rtol=1e-12, atol=ROUNDED)
    np.testing.assert_allclose(whole.intake.coverage, lines.intake.coverage, rtol=1e-12)
    assert len(whole.entries) == 1 == sum(whole.count(state) for state in ("counted", "flagged", "left_out"))


@settings(max_examples=60)
@given(parts=AMOUNTS, shares=st.lists(st.integers(1, 3), min_size=1, max_size=4), servings=st.integers(4, 12))
def test_servings_add_up(parts: list[tuple[str, float]], shares: list[int], servings: int) -> None:
    known = [(food, grams) for food, grams in parts if food != "zorblax qwrt"] or [(BEANS, 100.0)]
    ingredients = tuple(Ingredient(food, f"{grams!r} g", "", 2) for food, grams in known)
    recipes = {"dish": Recipe("dish", servings, ingredients)}
    each = report_of(*(("dish", f"{n} servings") for n in shares), recipes=recipes)
    lines = report_of(*((food, f"{grams!r} g") for food, grams in known))
    np.testing.assert_allclose(
        totals(each.intake), totals(lines.intake) * sum(shares) / servings, rtol=1e-12, atol=ROUNDED
    )


@given(
    food=st.one_of(st.text(max_size=20), st.sampled_from(["dish", "my dish", "2 servings of dish", "dish 50 g"])),
    amount=st.one_of(st.text(max_size=10), st.sampled_from(["", "1 serving", "200 g", "1 bowl", "1 cup", "1e9 g"])),
    inside=st.text(max_size=20),
)
def test_any_line_and_any_ingredient_ends_in_one_state(food: str, amount: str, inside: str) -> None:
    recipes = {"dish": Recipe("dish", 3, (Ingredient(inside, amount, "", 2), Ingredient(BEANS, "100 g", "", 3)))}
    if find_recipe(recipes, inside, amount, ""):
        with pytest.raises(TableError, match="holds itself"):
            refuse_cycles(recipes, {})
        return
    entry = found(food, amount, recipes)
    assert entry.status in ("counted", "flagged", "left_out")
    assert bool(entry.problem) == (entry.status != "counted")
    for piece in entry.pieces:
        assert piece.grams is None or 0 <= piece.grams.low <= piece.grams.best <= piece.grams.high


# --- names


@pytest.mark.parametrize(
    "food", ["chili", "grandma's chili con carne", "aunt's chili", "serving", "", "my", "grandma's", "chili grandma's"]
)
def test_another_name_is_no_recipe(chili: dict[str, Recipe], food: str) -> None:
    assert find_recipe(chili, food, "", "") is None


def test_a_recipe_goes_before_a_food_and_its_full_name_before_an_amount(tmp_path: Path) -> None:
    recipes = recipes_of(
        tmp_path,
        f"recipe,servings,food,amount\nmilk,1,{SPINACH},10 g\n5 bean soup,1,{BEANS},10 g\nbean soup,1,{BEEF},10 g\n"
        f"My stew,1,{RICE},10 g\nборщ,1,{BEANS},20 g\nпохлёбка,1,{BEANS},30 g\n",
    )
    for food, id_ in (("milk", SPINACH), ("5 bean soup", BEANS), ("bean soup", BEEF), ("my stew", RICE)):
        entry = found(food, "1 serving", recipes)
        assert [FOODS.ids[piece.row] for piece in entry.pieces if piece.row is not None] == [id_]
    assert found("Борщ", "1 serving", recipes).parts[0].line.amount == "20 g"
    assert find_recipe(recipes, "stew", "", "") is None


def test_near_names_are_asked_about(
    chili: dict[str, Recipe], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for food in ("grandma chilli", "grandmother's chili", "2 servings of grandmas chilli"):
        near = near_recipe(chili, food)
        assert near is not None and near.name == "Grandma's chili"
    for food in ("grandma's chili", "1 serving of grandma's chili", "banana", "chili"):
        assert near_recipe(chili, food) is None
    diary = tmp_path / "d.csv"
    diary.write_text("date,food,amount\n2026-03-02,grandmas chilli,1 serving\n", encoding="utf-8")
    run(["check", str(diary), "--recipes", str(tmp_path / "recipes.csv")])
    assert f'{diary}:2: food: no recipe of that name; did you mean "Grandma\'s chili"?' in capsys.readouterr().out


# --- choices


def test_choices_hold_for_ingredients_and_for_the_measures_of_a_dish(tmp_path: Path) -> None:
    recipes = recipes_of(tmp_path, "recipe,servings,food,amount\nStew,4,my beans,2 scoops\nStew,,2 my mugs milk,\n")
    path = tmp_path / "my-foods.csv"
    path.write_text(
        f"phrase,food_id,unit,grams,kind\nmy beans,{BEANS},scoop,100 g,\nstew,,bowl,50 g,\nleftovers,recipe:STEW,,,\n"
        "2 my mugs milk,,,,other\n",
        encoding="utf-8",
    )
    choices = read_choices(path)
    for food, amount, grams in (
        ("stew", "1 serving", 50), ("stew", "2 bowls", 100), ("leftovers", "2 servings", 100),
        ("2 servings leftovers", "", 100),
    ):  # fmt: skip
        entry = found(food, amount, recipes, choices)
        assert entry.parts[0].grams is not None
        assert entry.parts[0].grams.best == pytest.approx(grams, rel=1e-12)
        assert FOODS.ids[entry.parts[0].row or 0] == BEANS
    assert found("stew", "1 serving", recipes, choices).status == "counted"  # what is no food is no guess
    assert found("stew", "1 serving", recipes, {"stew": Choice(SPINACH)}).row == FOODS.row(SPINACH)


def test_a_choice_of_a_recipe_that_is_not_there(chili: dict[str, Recipe]) -> None:
    with pytest.raises(TableError, match=r"choices: food_id: no recipe \"chilli\""):
        report_of(("dinner", "1"), recipes=chili, choices={"dinner": Choice("recipe:chilli")})
    with pytest.raises(TableError, match="--recipes"):
        report_of(("dinner", "1"), choices={"dinner": Choice("recipe:chilli")})


def test_the_phrases_of_ingredients_are_saved(tmp_path: Path) -> None:
    recipes = recipes_of(tmp_path, "recipe,servings,food,amount\nStew,4,kidney beans,500 g\nStew,,zorblax qwrt,1\n")
    report = report_of(("stew", "1 serving"), ("banana", "1"), recipes=recipes)
    path = tmp_path / "my-foods.csv"
    save_choices(report, path)
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["phrase"] for row in rows] == ["kidney beans", "zorblax qwrt", "banana"]
    assert rows[0]["unit"] == rows[0]["grams"] == ""


# --- forms


def test_parts_are_listed_below_their_line(chili: dict[str, Recipe]) -> None:
    report = report_of(("grandma's chili", "1 bowl"), ("banana", "1"), recipes=chili)
    shown = as_text(report).splitlines()
    assert shown[0].startswith("line 2  flagged    grandma's chili 1 bowl  ->  recipe \"Grandma's chili\"")
    assert [one.strip()[:9] for one in shown if one.startswith("    + ")] == ["+ counted"] * 2
    assert any(f"({BEANS}, code 100%), 125 g from mass" in one for one in shown)
    assert shown[-1] == "2 lines: 1 counted, 1 flagged, 0 left out"
    assert 'one "bowl" is taken as one serving' in " ".join(report.to_text().split())
    assert "counted as they are named" in " ".join(report.to_text().split())


def test_a_row_a_line_in_tables(chili: dict[str, Recipe], tmp_path: Path) -> None:
    report = report_of(("grandma's chili", "1 serving"), ("banana", "1"), recipes=chili)
    report.to_csv(tmp_path / "out")
    with (tmp_path / "out" / "lines.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 2 == len(report.lines)
    assert rows[0]["food_id"] == f"{BEANS}+{BEEF}"
    assert rows[0]["description"] == f"{FOODS.names[FOODS.row(BEANS)]} + {FOODS.names[FOODS.row(BEEF)]}"
    assert float(rows[0]["magnesium"]) == pytest.approx(72.5)
    assert report.lines["magnesium"].iloc[0] == pytest.approx(72.5)


def test_names_and_ingredients_are_no_formulas(tmp_path: Path) -> None:
    recipes = recipes_of(tmp_path, f"recipe,servings,food,amount\n=dish,1,=cmd beans,1\n=dish,1,@{BEANS},1 g\n")
    report = report_of(("=dish", "1 serving"), recipes=recipes)
    report.to_csv(tmp_path / "out")
    save_choices(report, tmp_path / "my-foods.csv")
    for path in (*(tmp_path / "out").iterdir(), tmp_path / "my-foods.csv"):
        with path.open(encoding="utf-8", newline="") as stream:
            assert not [cell for row in csv.reader(stream) for cell in row if cell.lstrip()[:1] in ("=", "+", "@")]


@pytest.mark.parametrize("command", ["report", "check", "match"])
def test_every_command_takes_recipes(tmp_path: Path, command: str, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "recipes.csv").write_text(CHILI, encoding="utf-8")
    diary = tmp_path / "d.csv"
    diary.write_text("date,food,amount\n2026-03-02,1 serving of grandma's chili,\n", encoding="utf-8")
    assert run([command, str(diary), "--recipes", str(tmp_path / "recipes.csv")]) == 0
    assert "left out" not in capsys.readouterr().out.replace("0 left out", "").partition("In brackets")[0]


def test_the_lines_of_a_repeated_dish_keep_their_numbers_and_ingredients(chili: dict[str, Recipe]) -> None:
    text = "date,food,amount\n2026-03-02,grandma's chili,1 serving\n2026-03-03,grandma's chili,1 serving\n"
    first, second = ng.analyze(ng.read_diary(io.StringIO(text)), recipes=chili).entries
    assert [(part.line.number, part.line.date.day, part.line.food, part.line.amount) for part in second.parts] == [
        (3, 3, BEANS, "500 g"), (3, 3, BEEF, "400 g"),
    ]  # fmt: skip
    assert first.parts[0].line.number == 2


# --- the file


def test_a_file_of_recipes_is_read(tmp_path: Path) -> None:
    recipes = recipes_of(
        tmp_path,
        'Note;Food;Recipe;Amount;Unit;Servings;Total_grams\nx;beans;Stew;500;g;4 servings;\n;salt;stew;;;4;"1,5 kg"\n',
    )
    place = f"{tmp_path / 'recipes.csv'}:2"
    ingredients = (Ingredient("beans", "500", "g", 2), Ingredient("salt", "", "", 3))
    assert recipes == {"stew": Recipe("Stew", 4, ingredients, 1500, place)}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("recipe,food\na,b\n", [":1: no column servings"]),
        ("recipe,servings,food,amount\na,,b,1\n", [":2: servings: .*tells no servings"]),
        (
            "recipe,servings,food,amount\na,0,b,1\na,x,b,1\na,-2,b,1\n",
            [":2: servings", ":2: servings", ":3: servings: .*x", ":4: servings"],
        ),
        ("recipe,servings,food,amount\na,2-3,b,1\n", [":2: servings", ":2: servings"]),
        ("recipe,servings,food,amount\na,4,b,1\nA,6,c,1\n", [":3: servings: .*4 on line 2 and 6 here"]),
        ("recipe,servings,food,amount\n,4,b,1\n", [":2: recipe: the row names no recipe"]),
        ("recipe,servings,food,amount\na,4,,1 g\n", [":2: food: .*no food", ":2: food: .*no ingredient"]),
        ("recipe,servings,food,amount\na,4,,\n", [":2: food: .*no ingredient"]),
        ("recipe,servings,food,amount,yield\na,4,b,1,2 l\n", [":2: yield: .*volume"]),
        ("recipe,servings,food,amount,yield\na,4,b,1,4 servings\n", [":2: yield: .*no weight"]),
        ("recipe,servings,food,amount,yield\na,4,b,1,9\na,4,c,1,8\n", [":3: yield: .*9 on line 2 and 8 here"]),
        ("recipe,servings,food,amount\na,4,beans, cooked,1\n", [":2: 5 cells below a header of 4"]),
        ("recipe,servings,food,amount\na,4,a,1\n", [":2: food: a recipe holds itself: a -> a"]),
        ("recipe,servings,food\naa,4,my bb\nbb,1,cc\ncc,1,1 serving of AA\n", [":2: .* aa -> bb -> cc -> aa"]),
    ],
)  # fmt: skip
def test_faults_of_a_file_of_recipes_are_told_together(tmp_path: Path, text: str, told: list[str]) -> None:
    with pytest.raises(TableError) as caught:
        recipes_of(tmp_path, text)
    for message, part in zip(caught.value.messages, told, strict=True):
        assert re.search(rf"recipes\.csv{part}", message), message


def test_recipes_too_deep_in_each_other(tmp_path: Path) -> None:
    rows = "".join(f"r{n},1,r{n + 1},1 serving\n" for n in range(1, 6))
    assert len(recipes_of(tmp_path, f"recipe,servings,food,amount\n{rows.replace('r6', BEANS)}")) == 5
    with pytest.raises(TableError, match="more than 5 deep: r1 -> "):
        recipes_of(tmp_path, f"recipe,servings,food,amount\n{rows}r6,1,{BEANS},1 g\n")


def test_a_cycle_through_a_choice(tmp_path: Path, chili: dict[str, Recipe]) -> None:
    with pytest.raises(TableError, match=r"holds itself: Grandma's chili -> Grandma's chili"):
        report_of(("banana", "1"), recipes=chili, choices={"sr 16028": Choice("recipe:grandma's chili")})


def test_faults_are_lines_of_their_own_at_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    diary = tmp_path / "d.csv"
    diary.write_text("date,food,amount\n2026-03-02,banana,1\n", encoding="utf-8")
    (tmp_path / "r.csv").write_text("recipe,servings,food,amount\na,,b,1\nc,x,d,1\n", encoding="utf-8")
    assert run(["report", str(diary), "--recipes", str(tmp_path / "r.csv")]) == 2
    told = capsys.readouterr().err.splitlines()
    assert [one.partition("r.csv:")[2][:12] for one in told] == ["2: servings:", "3: servings:", "3: servings:"]
    assert run(["report", str(diary), "--recipes", str(tmp_path / "none.csv")]) == 2
    assert "cannot be read as a file of recipes (No such file" in capsys.readouterr().err


@given(content=st.one_of(st.binary(max_size=120), st.text(max_size=80).map(
    lambda text: f"recipe,servings,food,amount\ndish,2,banana,1\n{text}".encode("utf-8", "surrogatepass")
)))  # fmt: skip
def test_any_file_of_recipes_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "recipes.csv"
    path.write_bytes(content)
    try:
        recipes = read_recipes(path)
    except TableError:
        return
    for recipe in recipes.values():
        assert recipe.servings > 0
        assert recipe.ingredients


def test_a_dish_of_unknown_share_has_no_upper_end_where_an_ingredient_has_none(tmp_path: Path) -> None:
    recipes = recipes_of(tmp_path, "recipe,servings,food,amount\nsauce,2,nutritional yeast,30 g\nsauce,2,oats,50 g\n")
    entry = found("sauce", "2 blorps", recipes)
    assert (entry.status, entry.parts, entry.open) == ("left_out", (), {"vitamin_b12"})
