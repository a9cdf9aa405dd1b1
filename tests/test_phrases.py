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
        ("carrotcake", "carrot cake"), ("raspbery", "raspberry"), ("cinammon", "cinnamon"),
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


def test_a_count_is_that_of_the_first_and_the_second_goes_with_it() -> None:
    one, two = resolved("toast with jam", "1 slice"), resolved("toast with jam", "2 slices")
    for single, double in zip(one.pieces, two.pieces, strict=True):
        assert double.grams.best == pytest.approx(2 * single.grams.best)


def test_label_amounts_of_two_foods_are_counted_once() -> None:
    entry = resolved("bagel with cream cheese", "1", {"magnesium": 40.0})
    assert [piece.labels["magnesium"] for piece in entry.pieces] == [
        0.0,
        0.0,
        40.0,
    ]  # the label's own, instead of theirs
    assert [piece.row is None for piece in entry.pieces] == [False, False, True]


@pytest.mark.parametrize("phrase", ["macaroni and cheese", "rice and beans", "spaghetti with meat sauce"])
def test_what_the_table_has_as_one_dish_is_one(phrase: str) -> None:
    entry = resolved(phrase, "100 g")
    assert entry.row is not None and not entry.parts


@given(st.text(max_size=40))
def test_any_phrase_ends_in_one_state(text: str) -> None:
    entry = resolved(text, "1")
    assert entry.status in ("counted", "flagged", "left_out")
    assert all(piece.status != "left_out" for piece in entry.pieces) or not entry.parts


def test_a_near_tie_that_matters_is_a_question() -> None:
    match = find_food(FOODS, "french fries from a restaurant")
    assert match.rival is None or not match.sure
