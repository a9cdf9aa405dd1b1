"""Which food a phrase means: everyday phrases, nonsense, and the index behind the search."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nutrigap as ng
from nutrigap.index import (
    FILES,
    SPELLING_FILES,
    build_index,
    build_names,
    build_spelling,
    load_index,
    load_names,
    load_spelling,
)
from nutrigap.matching import FLAG, candidates, find_exact, find_food, search
from nutrigap.tables import read_lines
from nutrigap.units import DATA, read_table
from nutrigap.words import key, lexicon, meanings, negation, plain, printable, singular, words

FOODS = ng.load_foods()

# Phrase -> foods that are what a person means by it, chosen by reading the names of the two releases.
MEANT: dict[str, str] = {
    "oatmeal": "fndds:56202960",
    "porridge": "fndds:56202960",
    "banana": "fndds:63107010 sr:09040",
    "Bananas": "fndds:63107010 sr:09040",
    "milk": "fndds:11100000 fndds:11111000",
    "2% milk": "fndds:11112110",
    "skim milk": "fndds:11113000 sr:01085",
    "soy milk": "fndds:11320000 fndds:11320100",
    "eggs": "fndds:31101010 fndds:31103010 sr:01123",
    "scrambled eggs": "fndds:32129990 sr:01132",
    "bread": "fndds:51000100 fndds:51101000",
    "whole wheat bread": "fndds:51300110",
    "black coffee": "fndds:92101000 fndds:92100000",
    "green tea": "fndds:92303010",
    "cheddar": "fndds:14104100 sr:01009",
    "cheddar cheese": "fndds:14104100 sr:01009",
    "feta": "fndds:14104400 sr:01019",
    "cottage cheese": "fndds:14200100",
    "greek yogurt": "fndds:11411390 fndds:11400010",
    "salmon": "fndds:26137110 fndds:26137100",
    "tuna": "fndds:26153110 fndds:26155110",
    "sardines": "fndds:26139180 sr:15088",
    "chicken": "fndds:24100000",
    "chicken breast": "fndds:24120110 fndds:24120120",
    "ground beef": "fndds:21500100",
    "bacon": "fndds:22600100 fndds:22600200",
    "white rice": "fndds:56205001 fndds:56205002",
    "brown rice": "fndds:56205011",
    "pasta": "fndds:56130000",
    "potato": "fndds:71000100",
    "baked potato": "fndds:71100100 fndds:71101000",
    "sweet potato": "fndds:73401000",
    "broccoli": "fndds:72201100",
    "spinach": "fndds:72125100 sr:11457",
    "cooked spinach": "fndds:72125220 fndds:72125221 fndds:72125222 fndds:72125211 fndds:72125212 sr:11458",
    "bell pepper": "fndds:75122000 fndds:75122100 fndds:75122200",
    "carrots": "fndds:73101010 sr:11124",
    "peas": "fndds:75224030",
    "avocado": "fndds:63105010 sr:09037",
    "apple": "fndds:63101000",
    "orange juice": "fndds:61210000",
    "almonds": "fndds:42100100",
    "walnuts": "fndds:42116000",
    "peanut butter": "fndds:42202000",
    "lentils": "fndds:41304970",
    "black beans": "fndds:41101990",
    "tofu": "sr:16426 sr:16427",
    "olive oil": "fndds:82104000",
    "butter": "fndds:81100500",
    "salt": "sr:02047",
    "dark chocolate": "fndds:91705300",
    "granola": "fndds:57227000",
    "wine": "sr:14084 fndds:93401010 fndds:93401020",
    "beer": "fndds:93101000",
    "water": "fndds:94000010",
    "pita": "fndds:51109100 sr:18041",
    "plain flour": "sr:20081 sr:20581",
    "oil": "fndds:82101000",
    "all bran": "fndds:57207000",
    "decaf coffee": "fndds:92111010 fndds:92111000",
    "curd": "fndds:11411010",
    "brown bread": "fndds:51300110",
    "fruit salad": "fndds:63311000 fndds:63311050",
    "fresh coriander": "fndds:75109550 sr:11165",
    "chai": "fndds:92306800",
    "oats": "fndds:57602100 sr:08120",
    "jalapeno": "fndds:75511050 sr:11979",
    "special k": "fndds:57344000",
    "butter chicken": "fndds:27146150",
    "milk powder": "fndds:11810000 sr:01090",
    "salad": "fndds:75143000",
    "juice": "fndds:64100100",
    "rotis": "fndds:51300175",
    "chapatis": "fndds:51300175",
    "puris": "fndds:51300180",
    "kiwis": "fndds:63126500",
    "skinless chicken breast": "fndds:24120120",
}


@pytest.mark.parametrize("phrase", MEANT)
def test_everyday_phrases(phrase: str) -> None:
    match = find_food(FOODS, phrase)
    assert match.row is not None
    assert FOODS.ids[match.row] in MEANT[phrase].split(), FOODS.names[match.row]
    assert match.sure


def test_the_foods_that_are_meant_are_in_the_table() -> None:
    assert {food for foods in MEANT.values() for food in foods.split()} <= set(FOODS.ids)


@pytest.mark.parametrize(
    "phrase",
    [
        "xyzzy",
        "qwerty asdf",
        "lorem ipsum dolor",
        "my shoes",
        "blorbo",
        "stapler",
        "???",
        "",
        " ",
        "of the",
        "пельмени",
    ],
)
def test_nonsense_is_refused(phrase: str) -> None:
    match = find_food(FOODS, phrase)
    assert match.row is None
    assert match.confidence < FLAG


def test_a_left_out_word_is_not_enough() -> None:
    """Half of a phrase is no match: nothing is known of the other half."""
    assert find_food(FOODS, "blorbo with milk").row is None


# -------------------------------------------------------------------------------- exact names


@pytest.mark.parametrize("row", range(0, len(FOODS), 641))
def test_the_name_of_a_food_finds_a_food_of_that_name(row: int) -> None:
    common = {key(alias["phrase"]) for alias in read_table("aliases.csv")}
    while key(FOODS.names[row]) in common:  # "McDonald's cheeseburger" is a common name before it is that of a row
        row += 1
    match = find_food(FOODS, FOODS.names[row].upper())
    assert match.method == "exact"
    assert match.row is not None
    assert key(FOODS.names[match.row]) == key(FOODS.names[row])


def test_every_common_name_finds_its_food() -> None:
    with (Path(DATA) / "aliases.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) > 40
    for row in rows:
        place = FOODS.row(row["food_id"])
        assert FOODS.names[place] == row["food"]
        assert find_exact(FOODS, row["phrase"].upper()) == place


def test_no_common_name_stands_twice() -> None:
    phrases = [key(row["phrase"]) for row in read_table("aliases.csv")]
    repeated = {phrase for phrase in phrases if phrases.count(phrase) > 1}
    assert not repeated


# ---------------------------------------------------------------------------------- the search

some_words = st.lists(
    st.sampled_from(
        ["chicken", "rice", "cheese", "milk", "raw", "baked", "beans", "soup", "zzz", "oil", "with", "fish"]
    ),
    min_size=1,
    max_size=4,
)


@given(phrase=some_words)
def test_scores_are_shares_and_fall(phrase: list[str]) -> None:
    found = search(FOODS, " ".join(phrase))
    scores = [candidate.score for candidate in found]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    assert len({candidate.row for candidate in found}) == len(found) <= 5


@given(phrase=some_words)
def test_case_and_punctuation_change_nothing(phrase: list[str]) -> None:
    one = search(FOODS, " ".join(phrase))
    assert search(FOODS, ", ".join(word.upper() for word in phrase) + ".") == one


@given(text=st.text(max_size=50))
def test_any_text_can_be_searched(text: str) -> None:
    match = find_food(FOODS, text)
    assert match.row is None or 0 <= match.row < len(FOODS)
    for candidate in candidates(FOODS, match):
        assert 0 <= candidate.score <= 1


def test_candidates_begin_with_the_choice() -> None:
    match = find_food(FOODS, "cheddar")
    found = candidates(FOODS, match)
    assert found[0].row == match.row
    assert len(found) == len({candidate.row for candidate in found})


def test_a_word_that_changes_the_food_costs() -> None:
    """ "Spinach" is not baby food, and "milk" not chocolate milk, though the words are in those names."""
    for phrase, wrong in (("spinach", "babyfood"), ("orange", "juice"), ("tomato", "soup"), ("potato", "chips")):
        match = find_food(FOODS, phrase)
        assert match.row is not None
        assert wrong not in FOODS.names[match.row].lower()


# ----------------------------------------------------------------------------------- the index


def test_the_packaged_index_is_the_one_built_from_the_names() -> None:
    """Fails when ``lexicon.csv`` or ``aliases.csv`` was changed and the build not run."""
    folder = FOODS.folder
    assert folder is not None
    aliases = {row["phrase"]: FOODS.row(row["food_id"]) for row in read_table("aliases.csv")}
    built = build_index(tuple(FOODS.names), tuple(read_lines(folder, "also.txt")))
    for files, packaged, made in (
        (FILES, load_index(FOODS), built),
        (SPELLING_FILES, load_spelling(FOODS), build_spelling(built.vocabulary, aliases)),
    ):
        for attribute, name in files.items():
            one, other = getattr(packaged, attribute), getattr(made, attribute)
            assert list(one) == list(other) if name.endswith(".txt") else np.array_equal(one, other), attribute
    names, packaged_names = build_names(FOODS.names, aliases), load_names(FOODS)
    assert len(packaged_names.exact) > len(names.exact)
    assert all(packaged_names.find(name) == row for name, row in zip(names.exact, names.rows, strict=True))


@pytest.mark.parametrize("word", ["tofu", "avocado", "kale", "halibut", "quinoa"])
def test_postings_are_the_rows_that_hold_the_word(word: str) -> None:
    index, folder = load_index(FOODS), FOODS.folder
    assert folder is not None
    also = read_lines(folder, "also.txt")
    holds = [
        row
        for row in range(len(FOODS))
        if any(
            part in (word, word + "s") for part in f"{FOODS.names[row]} {also[row]}".lower().replace(",", " ").split()
        )
    ]
    rows = index.rows[index.postings(word)]
    assert set(holds) <= set(rows.tolist())
    assert len(holds) > 3
    assert len(rows) <= len(holds) + 12  # names with the word in brackets or behind a hyphen


def test_a_small_table_is_indexed_by_hand() -> None:
    index = build_index(["Apple, raw", "Pie, apple"], ["", "tart"])
    assert list(index.vocabulary) == ["apple", "pie", "raw", "tart"]
    assert index.rows[index.postings("apple")].tolist() == [0, 1]
    assert index.rows[index.postings("tart")].tolist() == [1]
    assert index.rows[index.postings("plum")].tolist() == []
    names = build_names(["Apple, raw", "Pie, apple"], {"apfel": 0})
    assert list(names.exact) == ["apfel", "apple raw", "pie apple"]
    assert names.rows.tolist() == [0, 0, 1]


# --------------------------------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("plural", "one"),
    [
        ("berries", "berry"), ("tomatoes", "tomato"), ("potatoes", "potato"), ("slices", "slice"),
        ("radishes", "radish"), ("peaches", "peach"), ("boxes", "box"), ("glasses", "glass"), ("leaves", "leaf"),
        ("loaves", "loaf"), ("cookies", "cookie"), ("eggs", "egg"), ("hummus", "hummus"), ("couscous", "couscous"),
        ("asparagus", "asparagus"), ("bass", "bass"), ("swiss", "swiss"), ("molasses", "molasses"), ("gas", "gas"),
        ("peas", "pea"), ("oz", "oz"), ("rotis", "roti"), ("chapatis", "chapati"), ("kiwis", "kiwi"),
    ],
)  # fmt: skip
def test_singulars(plural: str, one: str) -> None:
    assert singular(plural) == one
    assert singular(one) == one


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Crème brûlée", ["creme", "brulee"]),
        ("Kellogg's Corn Flakes®", ["kellogg", "corn", "flake"]),
        ("2% MILK, low-fat", ["2%", "milk", "low", "fat"]),
        ("Aunt Rosa’s eggs", ["aunt", "rosa", "egg"]),
        ("1 1/2 cups", ["1", "1/2", "cup"]),
        ("", []),
    ],
)
def test_words(text: str, found: list[str]) -> None:
    assert words(text) == found


@given(text=st.text(max_size=40))
def test_the_key_of_a_key_is_itself(text: str) -> None:
    assert key(key(text)) == key(text)
    assert plain(plain(text)) == plain(text)


@pytest.mark.parametrize(
    ("text", "kept", "absent"),
    [
        ("coffee without milk and sugar", "coffee", "milk sugar"),
        ("no milk", "", "milk"),
        ("no added sugar peanut butter", "peanut butter", "sugar"),
        ("no sugar added ice cream", "ice cream", "sugar"),
        ("sugar-free, caffeine-free cola", "cola", "sugar caffeine"),
        ("burger without bun with cheese", "burger cheese", "bun"),
        ("Chicken, grilled, skin not eaten", "chicken grilled", "skin"),
        ("Rice, cooked, no added fat", "rice cooked", "fat"),
        ("skinless turkey", "turkey", "skin"),
        ("free range eggs", "free range eggs", ""),
        ("milk", "milk", ""),
        ("", "", ""),
    ],
)
def test_what_a_text_says_is_not_there(text: str, kept: str, absent: str) -> None:
    found = negation(text)
    assert (found.kept, found.absent) == (kept, frozenset(absent.split()))
    assert bool(found.said) == bool(absent)


def test_nothing_printed_can_steer_a_terminal() -> None:
    assert printable("a\x1b[31mb\u202ec\nd") == "a?[31mb?c d"


def test_the_lexicon_names_no_word_twice_in_a_role() -> None:
    for row in read_table("lexicon.csv"):
        listed = row["words"].split()
        assert len(set(listed)) == len(listed), row["role"]
        assert row["meaning"]


def test_meanings_of_words() -> None:
    assert meanings("amount_same")["tbsp"] == "tablespoon"
    assert meanings("number")["half a dozen"] == "6"
    assert meanings("dose_salt")["citrate"] == "citrate"
    with pytest.raises(KeyError):
        lexicon("no such role")
