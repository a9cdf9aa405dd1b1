"""Which food a phrase means: codes, exact names, and a search over the words of all names.

The index is built ahead by ``data/build.py``: the vocabulary of all food names, and for each word the rows it
stands in. A search sums the weights of the shared words over the postings (numpy), then looks closely at the
best rows only: head noun first, words nobody asked for last.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nutrigap.tables import FoodTable
from nutrigap.words import key, words

ACCEPT = 0.80
FLAG = 0.60
SHORTLIST = 150

# Words that say nothing about which food is meant.
NEUTRAL = frozenset("nfs ns as to or and of the a an in on with at for from by type fat form kind all commercial variety regular plain eaten prepared ready includes include added no not further specified usda food program distribution brand style home homemade my some fresh only mature seed without salt kernel product made restaurant".split())  # fmt: skip
# A name with one of these stands for the food in general: the first choice when nothing else was said.
GENERAL = frozenset(["nfs", "ns"])
# What a food is as most people eat it: no reason to prefer another row.
USUAL = frozenset("raw cooked boiled drained whole brewed tap baked enriched".split())
# Words that change the food: a row that has one nobody wrote is rarely meant.
UNASKED = frozenset("baby babyfood infant toddler strained junior dehydrated dried dry flour powder powdered condensed unprepared concentrate mix imitation substitute canned frozen uncooked ingredient alaska native unsweetened sweetened breaded fried stuffed restructured freeze sauce soup salad sandwich juice cake pie candy roll bar cookie cracker chip spread dressing oil fortified reduced low nonfat free diet light lowfat skin bone green leaf flavored flavor greek iced bottled syrup puree pureed formulated whiskey rum vodka nutrition meal replacement supplement energy drink shake deli prepackaged parfait part lemonade cocktail stew sprouted smoked pickled".split())  # fmt: skip
# First segments that name a class; the food itself stands behind the comma.
CLASSES = frozenset("beverage cereal cheese nut seed fish mollusk crustacean spice oil babyfood snack candies fast alcoholic game chicken beef pork lamb turkey veal restaurant soup".split())  # fmt: skip


@dataclass(frozen=True, eq=False)
class WordIndex:
    """Inverted index over food names: word ``i`` stands in ``rows[offsets[i]:offsets[i + 1]]``."""

    vocabulary: tuple[str, ...]
    offsets: NDArray[np.int64]
    rows: NDArray[np.int64]
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
    postings: dict[str, list[int]] = {}
    for row, (name, other) in enumerate(zip(names, also, strict=True)):
        for word in sorted(set(words(name)) | set(words(other))):
            postings.setdefault(word, []).append(row)
    vocabulary = tuple(sorted(postings))
    counts = np.array([0] + [len(postings[word]) for word in vocabulary], dtype=np.int64)
    rows = np.array([row for word in vocabulary for row in postings[word]], dtype=np.int64)
    return WordIndex(vocabulary, np.cumsum(counts), rows, tuple(key(name) for name in names))


@cache
def load_index(foods: FoodTable) -> WordIndex:
    """The index of a table: read from the packaged files, or built when the table is not the packaged one."""
    if foods.folder is None:
        return build_index(foods.names, foods.also)

    def lines(name: str) -> tuple[str, ...]:
        assert foods.folder is not None
        return tuple(foods.folder.joinpath(name).read_text(encoding="utf-8").split("\n")[:-1])

    def array(name: str) -> NDArray[np.int64]:
        assert foods.folder is not None
        with foods.folder.joinpath(name).open("rb") as stream:
            return np.lib.format.read_array(stream, allow_pickle=False).astype(np.int64)

    return WordIndex(lines("index_words.txt"), array("index_offsets.npy"), array("index_rows.npy"), lines("index_keys.txt"))


@cache
def _word_number(index: WordIndex) -> dict[str, int]:
    return {word: i for i, word in enumerate(index.vocabulary)}


@cache
def _row_by_key(index: WordIndex) -> dict[str, int]:
    """Normalised name -> row; where two foods share a name the first stands (FNDDS before SR)."""
    return {name: row for row, name in reversed(list(enumerate(index.keys)))}


def find_exact(foods: FoodTable, phrase: str) -> int | None:
    """Row of the food whose name is the phrase but for case, plurals and punctuation; None if there is none."""
    return _row_by_key(load_index(foods)).get(key(phrase))


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
        Scores from 0 to 1; 1 is a name with the same words.
    """
    index = load_index(foods)
    wanted = [word for word in dict.fromkeys(words(phrase)) if word not in NEUTRAL]
    numbers = _word_number(index)
    total = len(foods)
    weights = {word: _weight(index, numbers.get(word), total) for word in wanted}
    points = np.zeros(total)
    for word in wanted:
        number = numbers.get(word)
        if number is not None:
            points[index.rows[index.offsets[number] : index.offsets[number + 1]]] += weights[word]
    rows = np.flatnonzero(points)
    if rows.size > SHORTLIST:
        # the shortest names first among equals, so that a plain food is never cut off by its compounds
        length = np.fromiter((len(index.keys[row]) for row in rows), dtype=np.int64, count=rows.size)
        rows = rows[np.lexsort((length, -points[rows]))][:SHORTLIST]
    scored = [Candidate(int(row), _closeness(foods, int(row), wanted, weights)) for row in rows]
    scored.sort(key=lambda candidate: (-candidate.score, candidate.row))
    return tuple(scored[:limit])


def _weight(index: WordIndex, number: int | None, total: int) -> float:
    """Rare words tell more: inverse document frequency; a word no food has weighs as the rarest."""
    count = 1 if number is None else int(index.offsets[number + 1] - index.offsets[number])
    return float(np.log1p(total / count))


def _segments(name: str) -> list[list[str]]:
    return [words(part) for part in name.split(",")]


def _heads(segments: Iterable[list[str]]) -> set[str]:
    """Words of the segment that names the food: the first, or the second where the first names a class."""
    found: set[str] = set()
    for segment in segments:
        found.update(segment)
        if not set(segment) <= CLASSES:
            break
    return found


def _closeness(foods: FoodTable, row: int, wanted: Sequence[str], weights: dict[str, float]) -> float:
    """How well a food's name fits the words asked for, from 0 to 1."""
    segments = _segments(foods.names[row])
    heads = _heads(segments)
    own = {word for segment in segments for word in segment}
    further = set(words(foods.also[row]))
    asked = sum(weights.values())
    shared = sum(weights[word] for word in wanted if word in own) + 0.9 * sum(
        weights[word] for word in wanted if word in further and word not in own
    )
    score = shared / asked if asked else 0.0
    head = wanted[-1] if wanted else ""
    if head not in heads and not (further and head in further):
        score -= 0.15
    extra = own - set(wanted) - NEUTRAL
    score -= sum(_cost(word, word in heads) for word in extra)
    score += 0.03 if own & GENERAL and not extra else 0.0
    score -= 0.0 if foods.ids[row].startswith("fndds:") else 0.02 if foods.survey[row] else 0.04
    return max(0.0, min(1.0, score))


def _cost(word: str, in_head: bool) -> float:
    """What a word costs that the name has and the phrase has not."""
    if word in UNASKED:
        return 0.2
    if word in USUAL:
        return 0.01
    return 0.06 if in_head else 0.025


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
