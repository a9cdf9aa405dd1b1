"""The index over the names of all foods, built ahead: for every word the foods it stands in and the part it plays.

What a name says is not in the food ("no added fat") stands under words of its own, so that asking for a thing and
asking for its absence are two questions. How a food is prepared is kept apart from what it is.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np

from nutrigap.phrases import ABSENT, states, terms
from nutrigap.tables import FloatArray, FoodTable, SmallIntArray, read_array, read_integers
from nutrigap.units import read_table
from nutrigap.words import key, lexicon, meanings, negation, plain

# The part a word plays in a name -> what it costs when nobody asked for it.
FURTHER, SILENT, USUAL, UNASKED, BEHIND, HEAD, EITHER, BRAND, ADDED, DISH, ABSENCE, PRODUCT = range(12)
COST = np.array([0.0, 0.0, 0.01, 0.2, 0.025, 0.2, 0.03, 0.06, 0.08, 0.06, 0.08, 0.0])
# What it gives back when somebody asked for it: a product's own name makes up for the words around it.
GAIN = np.where(np.arange(len(COST)) == PRODUCT, 0.2, COST)
# Added to the part of a word that stands in the segment which names the food (or in a further name).
NAMES = 16
# Flags of a food: its name says that it stands for the food in general; it is raw though it is eaten cooked; its name
# leaves something open that the names of its neighbours tell.
GENERAL, RAW_BUT_EATEN_COOKED, OPEN = 1, 2, 4
Item = TypeVar("Item")
# "NS as to fat" leaves open how a food was cooked, not which one it is.
_GENERAL = r"\bnfs\b|\bns as to (?!fat|form|fresh|color)"
_EITHER = r"([\w'-]+)(?: or | / |/)([\w'-]+)"
_ADDED = r"(?i)\b(?<!made )(?:with|filled|topped)\b"
# What comes behind "with" goes on over commas until one of these: "with cheese, lettuce, and tomato, on white bun".
_NO_MORE = r"(?i)\s*(?:made|from|cooked|no|on|ns|for|in)\b"
_PRODUCT = r"\(([A-Z][^)]*)\)"


class WordIndex(NamedTuple):
    """Inverted index over food names: word ``i`` stands in ``rows[offsets[i]:offsets[i + 1]]``.

    Attributes
    ----------
    parts : (postings,) array
        As long as ``rows``: the part that the word plays in that name.
    cost : (foods,) array
        What all words of a name cost together.
    prepared : (foods,) array
        How the name says the food is prepared, bits as ``phrases.states`` gives them.
    flags : (foods,) array
        ``GENERAL``, ``RAW_BUT_EATEN_COOKED``, ``OPEN``.
    """

    vocabulary: Sequence[str]
    offsets: SmallIntArray
    rows: SmallIntArray
    parts: SmallIntArray
    cost: FloatArray
    prepared: SmallIntArray
    flags: SmallIntArray

    def postings(self, word: str) -> slice:
        """Where the rows of a word stand in ``rows``: an empty slice when no name has it."""
        return span(self.vocabulary, self.offsets, word)

    def count(self, word: str) -> int:
        """How many names have the word."""
        found = self.postings(word)
        return int(found.stop - found.start)


class Names(NamedTuple):
    """The names and common names of all foods in their one form, sorted, each with its row."""

    exact: Sequence[str]
    rows: SmallIntArray

    def find(self, name: str) -> int | None:
        """Row of the food of that name, None when there is none."""
        place = bisect_left(self.exact, name)
        return int(self.rows[place]) if place < len(self.exact) and self.exact[place] == name else None


class Spelling(NamedTuple):
    """The words that a misspelt word may mean, sorted, and an inverted index over their trigrams."""

    words: Sequence[str]
    grams: Sequence[str]
    offsets: SmallIntArray
    members: SmallIntArray


def span(vocabulary: Sequence[str], offsets: SmallIntArray, word: str) -> slice:
    """Where the entries of a word stand in an inverted index: an empty slice when it has none."""
    number = bisect_left(vocabulary, word)
    if number == len(vocabulary) or vocabulary[number] != word:
        return slice(0, 0)
    return slice(int(offsets[number]), int(offsets[number + 1]))


def build_index(names: Sequence[str], also: Sequence[str]) -> WordIndex:
    """Index of the words of every name and of its further names."""
    parts = [_parts(name, other) for name, other in zip(names, also, strict=True)]
    words = [(word, row, part) for row, found in enumerate(parts) for word, part in found.items()]
    vocabulary, offsets, pairs = _inverted((word, (row, part)) for word, row, part in words)
    rows = np.array([row for row, _ in pairs], dtype=np.int64)
    roles = np.array([part for _, part in pairs], dtype=np.uint8)
    return WordIndex(
        vocabulary,
        offsets,
        rows,
        roles,
        np.bincount(rows, weights=COST[roles % NAMES], minlength=len(names)).astype(np.float64),
        np.array([states(_said(name)) for name in names], dtype=np.uint8),
        np.array([_flags(name) for name in names], dtype=np.uint8),
    )


def build_names(names: Sequence[str], aliases: Mapping[str, int]) -> Names:
    """All names, and the common names of ``aliases`` with their rows, looked up by their one form."""
    # where two foods share a name the first stands: FNDDS before SR
    exact = {key(name): row for row, name in reversed(list(enumerate(names)))}
    # a common name is chosen for what people mean: "oats" are no whole grains, though a food has that very name
    exact |= {form: row for phrase, row in aliases.items() for form in (" ".join(terms(phrase)), key(phrase)) if form}
    return sorted_names(exact)


def sorted_names(exact: Mapping[str, int]) -> Names:
    """Names in their one form, sorted, with their rows."""
    return Names(sorted(exact), np.array([exact[name] for name in sorted(exact)], dtype=np.int64))


def _inverted(pairs: Iterable[tuple[str, Item]]) -> tuple[tuple[str, ...], SmallIntArray, list[Item]]:
    """Sorted words, where the items of each begin, and the items in that order."""
    found: dict[str, list[Item]] = {}
    for word, item in pairs:
        found.setdefault(word, []).append(item)
    vocabulary = tuple(sorted(found))
    counts = np.array([0] + [len(found[word]) for word in vocabulary], dtype=np.int64)
    return vocabulary, np.cumsum(counts), [item for word in vocabulary for item in found[word]]


def merge_indexes(indexes: Sequence[WordIndex]) -> WordIndex:
    """The index of tables that stand side by side."""
    vocabulary = sorted({word for index in indexes for word in index.vocabulary})
    place = {word: i for i, word in enumerate(vocabulary)}
    starts = np.cumsum([0, *(len(index.cost) for index in indexes)]).tolist()
    shifted = list(zip(indexes, starts, strict=False))
    words = np.concatenate(
        [np.repeat([place[word] for word in index.vocabulary], np.diff(index.offsets)) for index in indexes]
    ).astype(np.int64)
    order = np.argsort(words, kind="stable")  # postings of a word in the order of the tables
    return WordIndex(
        vocabulary,
        np.append(0, np.cumsum(np.bincount(words, minlength=len(vocabulary)))),
        np.concatenate([index.rows.astype(np.int64) + start for index, start in shifted])[order],
        np.concatenate([index.parts for index in indexes])[order],
        np.concatenate([index.cost for index in indexes]),
        np.concatenate([index.prepared for index in indexes]),
        np.concatenate([index.flags for index in indexes]),
    )


def merge_names(tables: Sequence[tuple[Names, int]]) -> Names:
    """The names of tables side by side, each with its size; of a shared one the earlier table's food stands."""
    exact: dict[str, int] = {}
    start = 0
    for names, size in tables:
        for name, row in zip(names.exact, names.rows.tolist(), strict=True):
            exact.setdefault(name, row + start)
        start += size
    return sorted_names(exact)


def _said(name: str) -> str:
    """A name without what it leaves open: "NS as to fat", "with or without cheese"."""
    void = rf"(?i)\b(?:{'|'.join(sorted(meanings('search_void')))})\b.*"
    return ", ".join(re.sub(void, "", segment) for segment in name.split(","))


def _parts(name: str, also: str) -> dict[str, int]:
    """Every word of a food's names with the part it plays."""
    classes, neutral = lexicon("search_class"), lexicon("search_neutral")
    absent = negation(name).absent
    found = dict.fromkeys(terms(also), FURTHER + NAMES)
    product = {word for brand in re.findall(_PRODUCT, name) for word in terms(brand)}
    naming, adding = True, False
    for text in _said(name).split(","):
        kept = negation(text).kept if negation(text).said else text
        segment, itself = terms(kept), set(terms(re.split(_ADDED, kept)[0]))
        adding = adding and not re.match(_NO_MORE, text)
        if adding:
            itself = set()
        adding = adding or bool(re.search(_ADDED, kept))
        brand = text.isupper()
        # "Cheese, Cheddar": the kind of food costs little to leave unsaid, and the food stands in the next segment
        kind = naming and (brand or set(segment) <= classes | neutral)
        either = (
            {word for pair in re.findall(_EITHER, plain(text)) for word in terms(" ".join(pair))} if naming else set()
        )
        for word in segment:
            own = word in itself
            part = (
                PRODUCT
                if word in product
                else _part(word, naming=naming and own, kind=kind, either=word in either, brand=brand, added=not own)
            )
            before = found.get(word, FURTHER)
            found[word] = part + NAMES * (own and (naming or before >= NAMES))
        naming = kind
    usual = lexicon("search_absent")
    return found | {ABSENT + word: SILENT if word in usual else ABSENCE for word in absent}


def _part(word: str, *, naming: bool, kind: bool, either: bool, brand: bool, added: bool) -> int:
    """The part of a word, by the first of these that holds."""
    dish = word in lexicon("search_dish")
    silent = lexicon("search_neutral") | lexicon("search_costless") | meanings("search_state").keys()
    silent |= meanings("absent_word").keys()  # what is absent costs by itself
    told = (
        (word in silent, SILENT),
        (brand, BRAND),
        (kind, BEHIND),
        (word in lexicon("search_unasked"), UNASKED),
        (word in lexicon("search_usual"), USUAL),
        (added, ADDED),
        (either, EITHER),
        (naming, HEAD),
        (dish, DISH),
    )
    return next((part for holds, part in told if holds), BEHIND)


def _flags(name: str) -> int:
    """What a name says of a food as a whole: bits of ``GENERAL``, ``RAW_BUT_EATEN_COOKED`` and ``OPEN``."""
    lower = plain(name)
    general = bool(re.search(_GENERAL, lower))
    first = set(terms(" ".join(name.split(",")[:2])))
    raw = "raw" in terms(name) and bool(first & lexicon("search_eaten_cooked"))
    return GENERAL * general + RAW_BUT_EATEN_COOKED * raw + OPEN * ("ns as to" in lower)


def build_spelling(vocabulary: Iterable[str], aliases: Iterable[str]) -> Spelling:
    """The words of names, common names, synonyms and preparations, by their trigrams."""
    listed = {word for row in read_table("synonyms.csv") for word in key(row["words"]).split()}
    listed |= {word for phrase in aliases for word in key(phrase).split()}
    listed |= {word for role in ("search_join", "search_state") for name in meanings(role) for word in name.split()}
    listed |= {word for word in vocabulary if not word.startswith(ABSENT)}
    known = sorted(word for word in listed if len(word) > 2 and word.isalpha())
    grams, offsets, members = _inverted((gram, i) for i, word in enumerate(known) for gram in trigrams(word))
    return Spelling(known, grams, offsets, np.array(members, dtype=np.int64))


def trigrams(word: str) -> set[str]:
    """The runs of three letters of a word, its ends marked."""
    marked = f"^{word}$"
    return {marked[i : i + 3] for i in range(len(marked) - 2)}


# Attribute -> its packaged file; lists of words are text files, all else arrays.
FILES = {
    "vocabulary": "index_words.txt",
    "offsets": "index_offsets.npy",
    "rows": "index_rows.npy",
    "parts": "index_parts.npy",
    "cost": "index_cost.npy",
    "prepared": "index_prepared.npy",
    "flags": "index_flags.npy",
}
NAMES_FILES = {"exact": "names_exact.txt", "rows": "names_rows.npy"}
SPELLING_FILES = {
    "words": "spelling_words.txt",
    "grams": "spelling_grams.txt",
    "offsets": "spelling_offsets.npy",
    "members": "spelling_members.npy",
}


@cache
def load_index(foods: FoodTable) -> WordIndex:
    """The index of a table: read from the packaged files, or built when the table is not the packaged one."""
    if foods.joined:
        return merge_indexes([load_index(table) for table in foods.joined])
    if foods.folder is None:
        return build_index(foods.names, foods.also or ("",) * len(foods))
    return WordIndex(**{attribute: _read(foods.folder, name) for attribute, name in FILES.items()})  # type: ignore[arg-type]


@cache
def load_names(foods: FoodTable) -> Names:
    """The names of a table, read or built as ``load_index`` does."""
    if foods.joined:
        return merge_names([(load_names(table), len(table)) for table in foods.joined])
    if foods.folder is None:
        return build_names(foods.names, foods.aliases)
    return Names(**{attribute: _read(foods.folder, name) for attribute, name in NAMES_FILES.items()})  # type: ignore[arg-type]


@cache
def load_spelling(foods: FoodTable) -> Spelling:
    """The words that a misspelt word may mean in a table, read or built as ``load_index`` does."""
    if foods.folder is None:
        return build_spelling(load_index(foods).vocabulary, load_names(foods).exact)
    return Spelling(**{attribute: _read(foods.folder, name) for attribute, name in SPELLING_FILES.items()})  # type: ignore[arg-type]


def _read(folder: Path, name: str) -> Sequence[str] | FloatArray | SmallIntArray:
    if name.endswith(".txt"):  # searched by halving: a list is faster than cutting out a line each time
        return (folder / name).read_text(encoding="utf-8").split("\n")[:-1]
    if name == FILES["cost"]:
        return read_array(folder, name).astype(np.float64, copy=False)
    return read_integers(folder, name)
