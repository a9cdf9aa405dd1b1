"""What a phrase asks for: words of the tables, preparation, misspelt words, two foods in a line."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import nutrigap as ng
from nutrigap.diary import Line
from nutrigap.entries import Kitchen
from nutrigap.index import load_index, load_spelling
from nutrigap.matching import find_food
from nutrigap.phrases import FAMILIES, pairs, states, terms, translated
from nutrigap.resolve import resolve_line
from nutrigap.spelling import corrected, distance, is_known
from nutrigap.words import words

ROOT = Path(__file__).parents[1]
FOODS = ng.load_foods()


def benchmark():
    spec = importlib.util.spec_from_file_location("matching_benchmark", ROOT / "benchmarks" / "matching.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# ------------------------------------------------------------------------------- the labelled sets


@pytest.mark.parametrize("name", ["phrases_tune.csv", "phrases_unseen.csv"])
def test_labelled_phrases(name: str) -> None:
    """The figures that ``python benchmarks/matching.py`` prints: the first set was tuned on, the second was not."""
    bench = benchmark()
    judged = [(one, bench.judge(one, FOODS)) for one in bench.read(ROOT / "tests" / "data" / name)]
    with_food = [found for one, found in judged if one.accept]
    sure = [found for found in with_food if found["sure"]]
    assert len(with_food) >= 300
    assert sum(found["top1"] for found in with_food) >= 0.90 * len(with_food)
    assert sum(found["top5"] for found in with_food) >= 0.97 * len(with_food)
    assert sum(found["right"] for found in sure) >= 0.97 * len(sure)
    assert len(sure) >= 0.5 * len(with_food)
    assert [one.phrase for one, found in judged if not one.accept and found["sure"]] == []


def test_everyday_dishes() -> None:
    """British and American dishes, baby food, takeaway meals: where no row is acceptable nothing is counted at all."""
    bench = benchmark()
    judged = [(one, bench.judge(one, FOODS)) for one in bench.read(ROOT / "tests" / "data" / "phrases_dishes.csv")]
    assert len(judged) >= 60
    assert [one.phrase for one, found in judged if one.accept and not (found["top1"] and found["sure"])] == []
    assert [one.phrase for one, found in judged if one.expect == "unknown" and not found["left_out"]] == []
    assert [one.phrase for one, found in judged if one.expect == "two" and len(found["parts"]) != 1] == []


@pytest.mark.parametrize(
    "phrase", ["fish pie", "thai curry", "scotch egg", "halloumi wrap", "spinach puree", "lasagne dinner", "fry-up"]
)
def test_a_guess_that_is_another_dish_is_left_out_within_bounds(phrase: str) -> None:
    entry = resolved(phrase, "1 portion")
    assert entry.status == "left_out" and entry.missing


def test_the_candidates_of_a_guess_that_is_refused_are_printed() -> None:
    entry = resolved("fish pie", "1")
    assert entry.status == "left_out" and '"Pie, NFS"' in entry.fix


@pytest.mark.parametrize("phrase", ["triscuits original", "lebkuchen", "chicken mole", "nutramigen formula"])
def test_a_food_that_is_only_known_as_made_into_a_thing_is_that_thing(phrase: str) -> None:
    assert resolved(phrase, "100 g").status in ("counted", "flagged")


@pytest.mark.parametrize(
    ("phrase", "chips"),
    [
        ("fish and chips", "Potato, french fries, NFS"), ("burger & chips", "Potato, french fries, NFS"),
        ("pie with chips", "Potato, french fries, NFS"), ("sandwich and chips", "Potato chips, NFS"),
    ],
)  # fmt: skip
def test_chips_beside_a_hot_dish_are_fries(phrase: str, chips: str) -> None:
    assert FOODS.names[resolved(phrase, "1").pieces[1].row] == chips


@pytest.mark.parametrize("phrase", ["banana mashed", "lentils dry", "spaghetti uncooked"])
def test_what_was_done_to_a_food_may_stand_behind_it(phrase: str) -> None:
    first, last = phrase.split()
    assert find_food(FOODS, phrase).row == find_food(FOODS, f"{last} {first}").row is not None


# ------------------------------------------------------------------------------------ spelling


@pytest.mark.parametrize(
    ("one", "other", "edits"),
    [
        ("banana", "banana", 0), ("bannana", "banana", 1), ("abnana", "banana", 1), ("banna", "banana", 1),
        ("bamama", "banana", 2), ("kitten", "sitting", 3), ("", "abc", 3), ("abc", "", 3), ("ca", "abc", 3),
    ],
)  # fmt: skip
def test_edits(one: str, other: str, edits: int) -> None:
    """Published and hand-counted distances (optimal string alignment: "ca" and "abc" are 3 apart)."""
    assert distance(one, other, 9) == edits
    assert distance(one, other, edits) == edits
    assert edits == 0 or distance(one, other, edits - 1) == edits


@given(st.text("abc", max_size=7), st.text("abc", max_size=7))
def test_distance_is_that_of_the_plain_recursion(one: str, other: str) -> None:
    def plain(i: int, j: int) -> int:
        if min(i, j) == 0:
            return max(i, j)
        best = min(plain(i - 1, j) + 1, plain(i, j - 1) + 1, plain(i - 1, j - 1) + (one[i - 1] != other[j - 1]))
        if i > 1 and j > 1 and one[i - 1] == other[j - 2] and one[i - 2] == other[j - 1]:
            best = min(best, plain(i - 2, j - 2) + 1)
        return best

    if len(one) + len(other) <= 9:  # the recursion is slow
        assert distance(one, other, 20) == plain(len(one), len(other))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("bannana", "banana"), ("tomatoe", "tomato"), ("yogrut", "yogurt"),
        ("zuchini", "zucchini"), ("cantelope", "canteloupe"), ("spinich", "spinach"), ("avacado", "avocado"),
        ("carrotcake", "carrot cake"), ("choclate", "chocolate"), ("raspbery", "raspberry"), ("cinammon", "cinnamon"),
    ],
)  # fmt: skip
def test_misspelt_words(typed: str, meant: str) -> None:
    spelling = load_spelling(FOODS)
    assert not is_known(spelling, typed)
    assert " ".join(corrected(spelling, typed, load_index(FOODS).count)[0]) == meant


@pytest.mark.parametrize("word", ["zzzzzz", "qwertyuiop", "xylophonist", "абв"])
def test_what_is_no_word_is_not_corrected(word: str) -> None:
    assert corrected(load_spelling(FOODS), word, load_index(FOODS).count) == ((), 0)


# ------------------------------------------------------------------------------------- phrases


def test_ways_of_preparing() -> None:
    assert states("Chicken, baked, broiled, or roasted") == 1 << FAMILIES.index("dry")
    assert states("Egg, boiled or fried") == 1 << FAMILIES.index("moist") | 1 << FAMILIES.index("fried")
    assert states("milk") == 0


def test_one_thing_in_two_words() -> None:
    assert terms("Milk, low fat (1%)") == ("milk", "lowfat", "1")
    assert terms("Soy milk") == terms("Soymilk")
    assert translated(words("sweet potatoes")) == list(terms("Sweet potato"))


@pytest.mark.parametrize(
    ("phrase", "first", "second"),
    [
        ("beans on toast", "beans", "toast"),
        ("coffee w/ milk", "coffee", "milk"),
        ("coffee with milk", "coffee", "milk"),
        ("toast + jam", "toast", "jam"),
        ("bagel & lox", "bagel", "lox"),
    ],
)
def test_phrases_cut_in_two(phrase: str, first: str, second: str) -> None:
    assert [pair[:2] for pair in pairs(phrase)] == [(first, second)]


@pytest.mark.parametrize("phrase", ["milk", "chicken w/o skin", "with", "toast", "", "on toast", "peanut butter"])
def test_phrases_that_are_not_cut(phrase: str) -> None:
    assert pairs(phrase) == []


# ----------------------------------------------------------------------------- two foods in a line


def resolved(food: str, amount: str = "", labels: dict[str, float] | None = None) -> object:
    return resolve_line(Line(1, None, "", food, amount, "", "", "", "", "", "", labels or {}, None), Kitchen(FOODS))


@pytest.mark.parametrize(
    ("phrase", "foods"),
    [
        ("bagel with cream cheese", "Bagel|Cream cheese, regular, plain"),
        ("baked beans on toast", "Baked beans|Bread, white, toasted"),
        ("apple and cheddar", "Apple, raw|Cheese, Cheddar"),
        ("avocado toast", "Avocado, raw|Bread, white, toasted"),
        ("eggs, bacon and toast", "Egg, whole, raw|Bacon, NS as to type of meat, cooked|Bread, white, toasted"),
    ],
)
def test_two_foods_are_flagged_parts(phrase: str, foods: str) -> None:
    entry = resolved(phrase)
    assert entry.status == "flagged" and entry.row is None
    assert [FOODS.names[piece.row] for piece in entry.pieces] == foods.split("|")
    assert all(name in entry.problem for name in foods.split("|"))


def test_a_weight_is_shared_out_as_usual_amounts_are() -> None:
    """105 g of bagel and the usual grams of cream cheese, by the release's default amounts, make up 200 g."""
    entry = resolved("bagel with cream cheese", "200 g")
    bagel, cheese = (FOODS.default_portion_grams(piece.row) for piece in entry.pieces)
    first, second = (piece.grams.best for piece in entry.pieces)
    assert first == pytest.approx(200 * bagel / (bagel + cheese), rel=1e-4)
    assert first + second == pytest.approx(200, rel=1e-4)


def test_what_goes_on_or_into_a_food_is_what_the_release_goes_by() -> None:
    """FNDDS: 2.5 g of milk per fluid ounce (29.57 ml) of beverage, 7 g of butter per slice of bread."""
    coffee, milk = resolved("coffee with milk", "1 cup").pieces
    assert milk.grams.best == pytest.approx(coffee.grams.best / 29.57 * 2.5, rel=1e-3)
    toast, butter = resolved("toast with butter", "2 slices").pieces
    assert (toast.grams.best, butter.grams.best) == (pytest.approx(50), pytest.approx(14))
    assert resolved("3 weetabix with milk").pieces[1].grams.best == FOODS.default_portion_grams(
        resolved("3 weetabix with milk").pieces[1].row
    )


def test_label_amounts_of_two_foods_are_counted_once() -> None:
    entry = resolved("bagel with cream cheese", "1", {"magnesium": 40.0})
    assert [piece.labels["magnesium"] for piece in entry.pieces] == [
        0.0,
        0.0,
        40.0,
    ]  # the label's own, instead of theirs
    assert [piece.row is None for piece in entry.pieces] == [False, False, True]


@pytest.mark.parametrize(
    "phrase", ["macaroni and cheese", "rice and beans", "spaghetti with meat sauce", "ham & cheese toastie"]
)
def test_what_the_table_has_as_one_dish_is_one(phrase: str) -> None:
    entry = resolved(phrase, "100 g")
    assert entry.row is not None and not entry.parts


@given(st.text(max_size=40))
def test_any_phrase_ends_in_one_state(text: str) -> None:
    entry = resolved(text, "1")
    assert entry.status in ("counted", "flagged", "left_out")
    assert all(piece.status != "left_out" for piece in entry.pieces) or not entry.parts


def test_a_near_tie_that_matters_is_a_question() -> None:
    """A cobbler is of apples or of berries, which differ in what is followed: the name does not tell."""
    match = find_food(FOODS, "cobbler")
    assert match.rival is not None and not match.sure
    names = {FOODS.names[match.row], FOODS.names[match.rival]}
    assert names == {"Cobbler, apple", "Cobbler, berry"}
    entry = resolved("cobbler", "1 cup")
    assert entry.status == "flagged" and "could be" in entry.problem


@pytest.mark.parametrize("phrase", ["crackers and cheese", "bacon and eggs", "bread and cheese", "burger and fries"])
def test_two_foods_are_no_kind_of_one_of_them(phrase: str) -> None:
    assert len(resolved(phrase, "1").pieces) == 2


@pytest.mark.parametrize("phrase", ["raw rice", "uncooked lentils", "raw spaghetti", "raw chicken"])
def test_what_is_raw_is_not_counted_as_cooked_without_a_question(phrase: str) -> None:
    entry = resolved(phrase, "100 g")
    assert entry.status != "counted" or "raw" in FOODS.names[entry.row] or "dry" in FOODS.names[entry.row]


@pytest.mark.parametrize("phrase", ["mascarpone", "sprats", "limca", "jamun", "kadhi", "crunchie", "parmo"])
def test_a_word_that_the_tables_lack_is_no_other_food_for_sure(phrase: str) -> None:
    assert resolved(phrase, "100 g").status != "counted"


@pytest.mark.parametrize("food", ["0 apples", "-2 eggs", "0.0 milk"])
def test_nothing_eaten_in_the_food_cell_is_left_out(food: str) -> None:
    entry = resolved(food)
    assert (entry.status, entry.problem) == ("left_out", "the amount is zero or negative")


@pytest.mark.parametrize(
    "text", ["free " * 3000 + "milk", "skinless " * 2500, "no " * 9000, "a" * 200_000, "x and " * 5000]
)
def test_a_huge_cell_is_one_line_like_any_other(text: str) -> None:
    assert resolved(text, "1").status in ("counted", "flagged", "left_out")


@pytest.mark.parametrize(
    ("food", "amount", "name", "grams"),
    [
        ("slice of bread", "2", "Bread, NS as to major flour", 56.0),
        ("clove of garlic", "2", "Garlic, raw", 6.0),
        ("bottle of beer", "1", "Beer", 360.0),
        ("2 bananas", "2", "Banana, raw", 252.0),
    ],
)
def test_a_measure_in_the_food_cell_goes_with_the_count_beside_it(
    food: str, amount: str, name: str, grams: float
) -> None:
    """FNDDS: a slice of bread is 28 g, a clove of garlic 3 g, a bottle of beer 360 g, a banana 126 g."""
    entry = resolved(food, amount)
    assert (FOODS.names[entry.row], entry.grams.best) == (name, pytest.approx(grams))


def test_a_label_leaves_a_dose_standing() -> None:
    """The label is that of the food: 500 mg of a tablet are still held against the limit."""
    entry = resolved("orange juice and magnesium tablet 500 mg", "1 cup", {"magnesium": 20.0})
    told = [(piece.kind, piece.doses.get("magnesium"), piece.labels.get("magnesium")) for piece in entry.pieces]
    assert [kind for kind, *_ in told] == ["food", "supplement", "food"]
    assert told[0][2] == 0.0 and told[1][1].best == 500.0 and told[2][2] == 20.0


def test_a_multivitamin_beside_a_food_keeps_its_open_end() -> None:
    entry = resolved("orange juice and multivitamin", "1 cup")
    assert any("vitamin_d" in piece.open for piece in entry.pieces)


@pytest.mark.parametrize("food", ["forgot vitamin D 1000 IU", "no magnesium today", "magnesium 400 mg skipped"])
def test_a_dose_that_was_not_taken_changes_no_total(food: str) -> None:
    entry = resolved(food)
    assert (entry.kind, entry.status, entry.missing, entry.open) == ("other", "left_out", frozenset(), frozenset())
