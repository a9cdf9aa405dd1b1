"""The common names and the synonyms: two tables that people edit, so that a slip in a row is told here."""

from __future__ import annotations

from collections import Counter
from functools import cache

import numpy as np
import pytest

import nutrigap as ng
from nutrigap.tables import read_lines
from nutrigap.units import nutrients, read_table
from nutrigap.words import key, words

FOODS = ng.load_foods()
ALIASES = read_table("aliases.csv")
SYNONYMS = read_table("synonyms.csv")
CORE = [i for i, nutrient in enumerate(nutrients()) if nutrient.role == "core"]

# Common names that are word for word the name of another food, and why people mean this one.
MEANT_OTHERWISE: dict[str, str] = {
    "oats": "whole grains in SR; people weigh rolled oats",
    "buckwheat": "the dry grain in SR; people eat it cooked",
    "papad": "dry in SR; people eat it grilled or fried",
}


@cache
def _named() -> dict[str, list[int]]:
    """Rows by the key of their name."""
    found: dict[str, list[int]] = {}
    for row, name in enumerate(FOODS.names):
        found.setdefault(key(name), []).append(row)
    return found


@cache
def _table_words() -> frozenset[str]:
    """The words of all names and further names of the packaged foods."""
    assert FOODS.folder is not None
    also = read_lines(FOODS.folder, "also.txt")
    return frozenset(word for text in (*FOODS.names, *also) for word in words(text))


def _measured(row: int) -> int:
    """How many of the six nutrients the table knows of a food."""
    return int(np.isfinite(FOODS.values[row, CORE]).sum())


# ---------------------------------------------------------------------------------- common names


def test_every_food_of_a_common_name_exists_under_that_name() -> None:
    wrong = [row for row in ALIASES if FOODS.names[FOODS.row(row["food_id"])] != row["food"]]
    assert len(ALIASES) > 1000
    assert not wrong


@pytest.mark.parametrize(("table", "column"), [("aliases.csv", "phrase"), ("synonyms.csv", "words")])
def test_no_spelling_stands_twice(table: str, column: str) -> None:
    counted = Counter(key(row[column]) for row in read_table(table))
    assert "" not in counted
    assert not [phrase for phrase, times in counted.items() if times > 1]


def test_a_food_that_bears_the_name_itself_is_passed_over_for_a_reason() -> None:
    """Either the food so named lacks values that the chosen one has, or ``MEANT_OTHERWISE`` says why."""
    unexplained = []
    for alias in ALIASES:
        chosen, named = FOODS.row(alias["food_id"]), _named().get(key(alias["phrase"]), [])
        poorer = all(_measured(row) < _measured(chosen) for row in named)
        if named and chosen not in named and not poorer and alias["phrase"] not in MEANT_OTHERWISE:
            unexplained.append((alias["phrase"], alias["food"], [FOODS.names[row] for row in named]))
    assert not unexplained


def test_no_reason_is_left_over() -> None:
    phrases = {row["phrase"] for row in ALIASES}
    assert set(MEANT_OTHERWISE) <= phrases
    assert all(key(phrase) in _named() for phrase in MEANT_OTHERWISE)


def test_no_common_name_leads_to_a_food_of_which_nothing_is_known() -> None:
    assert not [row for row in ALIASES if _measured(FOODS.row(row["food_id"])) == 0]


# -------------------------------------------------------------------------------------- synonyms


def test_synonyms_are_written_in_the_form_in_which_words_are_compared() -> None:
    assert len(SYNONYMS) > 300
    assert not [row["words"] for row in SYNONYMS if row["words"] != key(row["words"])]
    assert not [row["means"] for row in SYNONYMS if row["means"] != key(row["means"])]


def test_a_synonym_means_words_of_the_tables() -> None:
    strange = {row["words"]: [word for word in words(row["means"]) if word not in _table_words()] for row in SYNONYMS}
    assert not {written: missing for written, missing in strange.items() if missing}


def test_a_synonym_is_not_replaced_again() -> None:
    """No ``means`` holds the ``words`` of a row, its own or another's: one pass over a phrase is enough."""
    replaced = {tuple(row["words"].split()) for row in SYNONYMS}
    longest = max(len(written) for written in replaced)
    chained = []
    for row in SYNONYMS:
        means = words(row["means"])
        parts = {
            tuple(means[i : i + n]) for n in range(1, longest + 1) for i in range(len(means)) if i + n <= len(means)
        }
        chained += [(row["words"], row["means"], part) for part in parts & replaced]
    assert not chained


def test_words_that_say_nothing_are_noted() -> None:
    blank = [row for row in SYNONYMS if not row["means"]]
    assert len(blank) > 30
    assert all(row["note"] for row in blank)


def test_cells_hold_no_odd_spaces() -> None:
    """They are compared as they stand; names of foods are as the releases write them."""
    cells = [row["phrase"] for row in ALIASES] + [cell for row in SYNONYMS for cell in row.values()]
    assert not [cell for cell in cells if cell != " ".join(cell.split())]
