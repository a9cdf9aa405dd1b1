"""Which food a phrase means: codes, exact names, and a search over the words of all names.

The index is built ahead by ``data/build.py``: the vocabulary of all food names, and for each word the rows it
stands in and the part it plays there. A search is sums over these postings in numpy: the words that are shared,
less the words of the name that nobody asked for, by how much they change the food.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nutrigap.tables import FloatArray, FoodTable, SmallIntArray, read_array, read_integers, read_lines
from nutrigap.words import Negation, key, lexicon, negation, words

ACCEPT = 0.80
FLAG = 0.60
# What a word with two meanings scores at most: it is taken for one of them, and that is said.
UNSURE = 0.79

NEUTRAL = lexicon("search_neutral")
# The part a word plays in a name -> what it costs when nobody asked for it.
FURTHER, SILENT, USUAL, UNASKED, BEHIND, HEAD = range(6)
COST = np.array([0.0, 0.0, 0.01, 0.2, 0.025, 0.2])
# Added to the part of a word that stands in the segment which names the food (or in a further name).
NAMES = 8
HEAD_MISSED = 0.15
FURTHER_WEIGHT = 0.9
GENERAL_BONUS = 0.03
# Names that share less of the phrase than this are not worth a look.
LEAST_SHARED = 0.2
# How many candidates are looked through for one whose name lacks what the phrase says is not there.
WIDE = 40
# Foods as eaten (FNDDS) before SR, and of SR those first that the surveys use: they lack no value.
SECOND_TIER, UNSURVEYED = 0.02, 0.04


class WordIndex(NamedTuple):
    """Inverted index over food names: word ``i`` stands in ``rows[offsets[i]:offsets[i + 1]]``.

    ``parts`` (as long as ``rows``) tells the part that the word plays in that name. ``exact`` are the normalised names
    and common names, sorted, each with its row in ``exact_rows``. ``cost`` is what all words of a name cost together.
    """

    vocabulary: Sequence[str]
    offsets: SmallIntArray
    rows: SmallIntArray
    parts: SmallIntArray
    exact: Sequence[str]
    exact_rows: SmallIntArray
    cost: FloatArray

    def postings(self, word: str) -> slice:
        """Where the rows of a word stand in ``rows``: an empty slice when no name has it."""
        number = bisect_left(self.vocabulary, word)
        if number == len(self.vocabulary) or self.vocabulary[number] != word:
            return slice(0, 0)
        return slice(int(self.offsets[number]), int(self.offsets[number + 1]))


class Candidate(NamedTuple):
    """A food that a phrase may mean, with a score from 0 to 1."""

    row: int
    score: float


class Match(NamedTuple):
    """The food chosen for a phrase: ``row`` is None when none is good enough; ``candidates`` gives the others.

    ``phrase`` is what was looked for; ``ignored`` is what the phrase says is not there, where the name of the food
    does not say so too ("without milk").
    """

    row: int | None
    method: str
    score: float
    phrase: str = ""
    ignored: str = ""


def build_index(names: Sequence[str], also: Sequence[str], aliases: Mapping[str, int]) -> WordIndex:
    """Index of the words of every name and of its further names; ``aliases`` are common names with their rows."""
    postings: dict[str, list[tuple[int, int]]] = {}
    for row, (name, other) in enumerate(zip(names, also, strict=True)):
        for word, part in sorted(_parts(name, other).items()):
            postings.setdefault(word, []).append((row, part))
    vocabulary = tuple(sorted(postings))
    counts = np.array([0] + [len(postings[word]) for word in vocabulary], dtype=np.int64)
    pairs = [pair for word in vocabulary for pair in postings[word]]
    # where two foods share a name the first stands: FNDDS before SR
    exact = {key(name): row for row, name in reversed(list(enumerate(names)))}
    # a common name is chosen for what people mean: "oats" are no whole grains, though a food has that very name
    exact.update({key(phrase): row for phrase, row in aliases.items()})
    rows = np.array([row for row, _ in pairs], dtype=np.int64)
    parts = np.array([part for _, part in pairs], dtype=np.uint8)
    return WordIndex(
        vocabulary,
        np.cumsum(counts),
        rows,
        parts,
        tuple(sorted(exact)),
        np.array([exact[name] for name in sorted(exact)], dtype=np.int64),
        np.bincount(rows, weights=COST[parts % NAMES], minlength=len(names)).astype(np.float64),
    )


def _parts(name: str, also: str) -> dict[str, int]:
    """Every word of a food's names with the part it plays."""
    classes, usual, unasked = lexicon("search_class"), lexicon("search_usual"), lexicon("search_unasked")
    found = dict.fromkeys(words(also), FURTHER + NAMES)
    naming = True
    for segment in (words(part) for part in name.split(",")):
        kind = naming and set(segment) <= classes  # "Cheese, Cheddar": the kind of food costs little to leave unsaid
        for word in segment:
            if word in NEUTRAL:
                part = SILENT
            elif word in unasked:
                part = UNASKED
            elif word in usual:
                part = USUAL
            else:
                part = HEAD if naming and not kind else BEHIND
            before = found.get(word, FURTHER)
            found[word] = part + NAMES * (naming or before >= NAMES)
        naming = kind
    return found


@cache
def load_index(foods: FoodTable) -> WordIndex:
    """The index of a table: read from the packaged files, or built when the table is not the packaged one."""
    if foods.folder is None:
        return build_index(foods.names, ("",) * len(foods), {})
    return WordIndex(
        read_lines(foods.folder, "index_words.txt"),
        read_integers(foods.folder, "index_offsets.npy"),
        read_integers(foods.folder, "index_rows.npy"),
        read_integers(foods.folder, "index_parts.npy"),
        read_lines(foods.folder, "index_exact.txt"),
        read_integers(foods.folder, "index_exact_rows.npy"),
        read_array(foods.folder, "index_cost.npy").astype(np.float64, copy=False),
    )


class _Ready(NamedTuple):
    """What a search needs beside the index, worked out once: the order of the tables, and the names in general."""

    prior: FloatArray
    general: NDArray[np.bool_]


@cache
def _ready(foods: FoodTable) -> _Ready:
    index, size = load_index(foods), len(foods)
    general = np.zeros(size, dtype=bool)
    for word in lexicon("search_general"):
        general[index.rows[index.postings(word)]] = True
    return _Ready(
        np.where(np.arange(size) < foods.first_tier, 0.0, np.where(foods.survey, SECOND_TIER, UNSURVEYED)),
        general,
    )


def find_exact(foods: FoodTable, phrase: str) -> int | None:
    """Row of the food whose name or common name is the phrase, but for case, plurals and punctuation; else None."""
    index, name = load_index(foods), key(phrase)
    place = bisect_left(index.exact, name)
    return int(index.exact_rows[place]) if place < len(index.exact) and index.exact[place] == name else None


@lru_cache(maxsize=4096)
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
    index, ready, size = load_index(foods), _ready(foods), len(foods)
    wanted = [word for word in dict.fromkeys(words(phrase)) if word not in NEUTRAL]
    shared, cost = np.zeros(size), index.cost.copy()
    named = np.zeros(size, dtype=bool)
    asked = 0.0
    for word in wanted:
        span = index.postings(word)
        rows, parts = index.rows[span], index.parts[span]
        role = parts % NAMES
        # rare words tell more: inverse document frequency; a word no food has weighs as the rarest
        weight = math.log1p(size / max(1, len(rows)))
        asked += weight
        shared[rows] += np.where(role == FURTHER, FURTHER_WEIGHT * weight, weight)
        cost[rows] -= COST[role]
        if word == wanted[-1]:
            named[rows] = parts >= NAMES
    found = np.flatnonzero(shared > LEAST_SHARED * asked)
    score = shared[found] / asked - cost[found] - ready.prior[found] - np.where(named[found], 0.0, HEAD_MISSED)
    score += np.where(ready.general[found] & (cost[found] < 1e-9), GENERAL_BONUS, 0.0)
    score = np.round(score, 9)  # so that equal sums are equal in whatever order they were added
    if score.size > limit:  # only what can be among the best is put in order
        near = score >= np.partition(score, -limit)[-limit]
        found, score = found[near], score[near]
    best = np.argsort(-score, kind="stable")[:limit]
    return tuple(Candidate(int(found[i]), float(min(1.0, max(0.0, score[i])))) for i in best)


def find_food(foods: FoodTable, phrase: str) -> Match:
    """The food that a phrase means, if one is good enough; a word with two meanings ("pepper") is never sure."""
    exact = find_exact(foods, phrase)
    said = negation(phrase)
    if exact is not None:
        found = Match(exact, "exact", 1.0, phrase)
    elif said.said:
        found = _find_without(foods, phrase, said)
    else:
        found = _find_near(foods, phrase)
    if found.row is not None and key(phrase) in lexicon("search_ambiguous"):
        return found._replace(method="search", score=min(found.score, UNSURE))
    return found


def _find_near(foods: FoodTable, phrase: str) -> Match:
    found = search(foods, phrase)
    if found and found[0].score >= FLAG:
        return Match(found[0].row, "search", found[0].score, phrase)
    return Match(None, "none", found[0].score if found else 0.0, phrase)


def _find_without(foods: FoodTable, phrase: str, said: Negation) -> Match:
    """The food of a phrase that tells what is not there: one whose name tells the same, else it is left unheeded."""
    exact = find_exact(foods, said.kept) if said.kept else None
    if exact is not None and said.absent <= negation(foods.names[exact]).absent:
        return Match(exact, "exact", 1.0, said.kept)
    names = [phrase, said.kept, *([foods.names[exact]] if exact is not None else [])]
    fitting = [match for name in names if name for match in _lacking(foods, said, search(foods, name, limit=WIDE))]
    best = max(fitting, key=lambda match: match.score, default=None)
    if best is not None and (exact is None or best.score >= ACCEPT):
        return best
    if not said.kept:  # "no milk" is not milk
        return Match(None, "none", 0.0, "", said.said)
    near = Match(exact, "exact", 1.0, said.kept) if exact is not None else _find_near(foods, said.kept)
    return near._replace(ignored=said.said)


def _lacking(foods: FoodTable, said: Negation, found: Sequence[Candidate]) -> list[Match]:
    """The good ones among candidates whose names tell that the same is not there."""
    return [
        Match(candidate.row, "search", candidate.score, said.kept)
        for candidate in found
        if candidate.score >= FLAG and said.absent <= negation(foods.names[candidate.row]).absent
    ]


def candidates(foods: FoodTable, match: Match, limit: int = 5) -> tuple[Candidate, ...]:
    """The foods that the phrase of a match may mean, the chosen one first, then the closest."""
    found = search(foods, match.phrase) if match.phrase else ()
    if match.row is None:
        return found[:limit]
    others = tuple(candidate for candidate in found if candidate.row != match.row)
    return (Candidate(match.row, match.score), *others)[:limit]
