"""Which food a phrase means: codes, exact names, and a search over the words of all names.

The index is built ahead by ``data/build.py``: the vocabulary of all food names, and for each word the rows it
stands in and the part it plays there. A search is sums over these postings in numpy: the words that are shared,
less the words of the name that nobody asked for, by how much they change the food.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nutrigap.tables import FoodTable, read_array, read_lines
from nutrigap.units import read_table
from nutrigap.words import key, lexicon, words

ACCEPT = 0.80
FLAG = 0.60

NEUTRAL = lexicon("search_neutral")
# The part a word plays in a name -> what it costs when nobody asked for it.
FURTHER, SILENT, USUAL, UNASKED, BEHIND, HEAD = range(6)
COST = np.array([0.0, 0.0, 0.01, 0.2, 0.025, 0.2])
# Added to the part of a word that stands in the segment which names the food (or in a further name).
NAMES = 8
HEAD_MISSED = 0.15
FURTHER_WEIGHT = 0.9
GENERAL_BONUS = 0.03
# Foods as eaten (FNDDS) before SR, and of SR those first that the surveys use: they lack no value.
SECOND_TIER, UNSURVEYED = 0.02, 0.04


@dataclass(frozen=True, eq=False)
class WordIndex:
    """Inverted index over food names: word ``i`` stands in ``rows[offsets[i]:offsets[i + 1]]``.

    ``parts`` (uint8, as long as ``rows``) tells the part that the word plays in that name; ``keys`` are the names in
    their normalised form.
    """

    vocabulary: tuple[str, ...]
    offsets: NDArray[np.int64]
    rows: NDArray[np.int64]
    parts: NDArray[np.uint8]
    keys: tuple[str, ...]


class Candidate(NamedTuple):
    """A food that a phrase may mean, with a score from 0 to 1."""

    row: int
    score: float


@dataclass(frozen=True)
class Match:
    """The food chosen for a phrase: ``row`` is None when none is good enough; ``candidates`` best first."""

    row: int | None
    method: str
    score: float
    candidates: tuple[Candidate, ...]


def build_index(names: Sequence[str], also: Sequence[str]) -> WordIndex:
    """Index of the words of every name and of its further names."""
    postings: dict[str, list[tuple[int, int]]] = {}
    for row, (name, other) in enumerate(zip(names, also, strict=True)):
        for word, part in sorted(_parts(name, other).items()):
            postings.setdefault(word, []).append((row, part))
    vocabulary = tuple(sorted(postings))
    counts = np.array([0] + [len(postings[word]) for word in vocabulary], dtype=np.int64)
    pairs = [pair for word in vocabulary for pair in postings[word]]
    return WordIndex(
        vocabulary,
        np.cumsum(counts),
        np.array([row for row, _ in pairs], dtype=np.int64),
        np.array([part for _, part in pairs], dtype=np.uint8),
        tuple(key(name) for name in names),
    )


def _parts(name: str, also: str) -> dict[str, int]:
    """Every word of a food's names with the part it plays."""
    classes, usual, unasked = lexicon("search_class"), lexicon("search_usual"), lexicon("search_unasked")
    found = dict.fromkeys(words(also), FURTHER + NAMES)
    naming = True
    for segment in (words(part) for part in name.split(",")):
        for word in segment:
            if word in NEUTRAL:
                part = SILENT
            elif word in unasked:
                part = UNASKED
            elif word in usual:
                part = USUAL
            else:
                part = HEAD if naming else BEHIND
            before = found.get(word, FURTHER)
            found[word] = part + NAMES * (naming or before >= NAMES)
        naming = naming and set(segment) <= classes
    return found


@cache
def load_index(foods: FoodTable) -> WordIndex:
    """The index of a table: read from the packaged files, or built when the table is not the packaged one."""
    if foods.folder is None:
        return build_index(foods.names, foods.also)
    return WordIndex(
        read_lines(foods.folder, "index_words.txt"),
        read_array(foods.folder, "index_offsets.npy").astype(np.int64),
        read_array(foods.folder, "index_rows.npy").astype(np.int64),
        read_array(foods.folder, "index_parts.npy").astype(np.uint8),
        read_lines(foods.folder, "index_keys.txt"),
    )


@dataclass(frozen=True, eq=False)
class _Ready:
    """What a search needs beside the index, worked out once: word numbers, exact names, the cost of whole names."""

    number: dict[str, int]
    row_by_key: dict[str, int]
    cost: NDArray[np.float64]
    prior: NDArray[np.float64]
    general: NDArray[np.bool_]


@cache
def _ready(foods: FoodTable) -> _Ready:
    index = load_index(foods)
    size = len(index.keys)
    number = dict(zip(index.vocabulary, range(len(index.vocabulary)), strict=True))
    general = np.zeros(size, dtype=bool)
    for word in lexicon("search_general"):
        if word in number:
            general[index.rows[index.offsets[number[word]] : index.offsets[number[word] + 1]]] = True
    return _Ready(
        number,
        # where two foods share a name the first stands: FNDDS before SR
        dict(zip(reversed(index.keys), range(size - 1, -1, -1), strict=True)),
        np.bincount(index.rows, weights=COST[index.parts % NAMES], minlength=size),
        np.where(np.arange(size) < foods.first_tier, 0.0, np.where(foods.survey, SECOND_TIER, UNSURVEYED)),
        general,
    )


@cache
def _aliases(foods: FoodTable) -> dict[str, int]:
    """What people call a food -> its row, for the foods of ``data/aliases.csv`` that the table holds."""
    rows = foods.row_by_id
    return {key(row["phrase"]): rows[row["food_id"]] for row in read_table("aliases.csv") if row["food_id"] in rows}


def find_exact(foods: FoodTable, phrase: str) -> int | None:
    """Row of the food whose name or common name is the phrase, but for case, plurals and punctuation; else None."""
    name = key(phrase)
    row = _ready(foods).row_by_key.get(name)
    return row if row is not None else _aliases(foods).get(name)


def search(foods: FoodTable, phrase: str, *, limit: int = 5) -> tuple[Candidate, ...]:
    """The foods whose names fit a phrase best, best first.

    Parameters
    ----------
    foods : FoodTable
    phrase : str
        What a person wrote, without the amount.
    limit : int
        How many candidates to return.

    Returns
    -------
    tuple of Candidate
        Scores from 0 to 1: the share of the phrase that the name has, by the weight of the words (rare words tell
        more), less what the words of the name cost that nobody asked for.
    """
    index, ready = load_index(foods), _ready(foods)
    size = len(index.keys)
    wanted = [word for word in dict.fromkeys(words(phrase)) if word not in NEUTRAL]
    shared, cost = np.zeros(size), ready.cost.copy()
    named = np.zeros(size, dtype=bool)
    asked = 0.0
    for word in wanted:
        number = ready.number.get(word)
        weight = _weight(index, number, size)
        asked += weight
        if number is None:
            continue
        span = slice(int(index.offsets[number]), int(index.offsets[number + 1]))
        rows, parts = index.rows[span], index.parts[span]
        role = parts % NAMES
        shared[rows] += np.where(role == FURTHER, FURTHER_WEIGHT * weight, weight)
        cost[rows] -= COST[role]
        if word == wanted[-1]:
            named[rows] = parts >= NAMES
    found = np.flatnonzero(shared)
    score = shared[found] / asked - cost[found] - ready.prior[found] - np.where(named[found], 0.0, HEAD_MISSED)
    score += np.where(ready.general[found] & (cost[found] < 1e-9), GENERAL_BONUS, 0.0)
    best = np.lexsort((found, -np.round(score, 9)))[:limit]
    return tuple(Candidate(int(found[i]), float(min(1.0, max(0.0, score[i])))) for i in best)


def _weight(index: WordIndex, number: int | None, total: int) -> float:
    """Rare words tell more: inverse document frequency; a word no food has weighs as the rarest."""
    count = 1 if number is None else int(index.offsets[number + 1] - index.offsets[number])
    return float(np.log1p(total / count))


def find_food(foods: FoodTable, phrase: str) -> Match:
    """The food that a phrase means, if one is good enough, and in any case the five closest."""
    candidates = search(foods, phrase)
    exact = find_exact(foods, phrase)
    if exact is not None:
        rest = tuple(candidate for candidate in candidates if candidate.row != exact)
        return Match(exact, "exact", 1.0, (Candidate(exact, 1.0), *rest)[:5])
    if candidates and candidates[0].score >= FLAG:
        return Match(candidates[0].row, "search", candidates[0].score, candidates)
    return Match(None, "none", candidates[0].score if candidates else 0.0, candidates)
