"""Misspelt words: the known word that was meant, by shared trigrams and then by edit distance."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable

import numpy as np

from nutrigap.index import Spelling, span, trigrams

# So many words that share most trigrams are compared letter by letter.
COMPARED = 24
# Edits allowed by the length of the word: none in three letters, one up to seven, two in eight or nine, then three.
EDITS = (0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3)
SHORTEST_HALF, LONGEST_WORD = 3, 30
# Only a word in so many names is taken for a short one or one with two slips, and of a word of four letters one is left
# out at most, unless the other is in very many.
USUAL_ENOUGH, USUAL_LENGTH, SHORT, COMMON = 3, 6, 5, 50
DEEDS = ("ed", "ing")


def is_known(spelling: Spelling, word: str) -> bool:
    """Whether a word needs no correction: it is in the tables, too short for one, or no word at all."""
    return not word.isalpha() or len(word) < 3 or _listed(spelling, word)


def _listed(spelling: Spelling, word: str) -> bool:
    place = bisect_left(spelling.words, word)
    return place < len(spelling.words) and spelling.words[place] == word


def corrected(spelling: Spelling, word: str, usual: Callable[[str], int]) -> tuple[tuple[str, ...], int]:
    """The words that a word not known to the tables was meant for, and how many edits away: ``((), 0)`` if none.

    "oatmilk" is two words run together, "bannana" one edit from "banana". Among equally near words
    stands first the one that is in more names of foods (``usual``), then the one that shares more trigrams.
    """
    if len(word) > LONGEST_WORD:
        return (), 0
    nearest, away = _nearest(spelling, word, usual)
    for i in range(SHORTEST_HALF, len(word) - SHORTEST_HALF + 1):
        halves = word[:i], word[i:]
        if all(_listed(spelling, half) for half in halves):
            # "choclate" is one slip from a word of very many names, and no "choc late"
            slip = away == 1 and len(word) >= USUAL_LENGTH and usual(nearest[0]) >= COMMON > min(map(usual, halves))
            return (nearest, away) if slip else (halves, 0)
    return nearest, away


def _nearest(spelling: Spelling, word: str, usual: Callable[[str], int]) -> tuple[tuple[str, ...], int]:
    """The known word that the fewest edits make of a word, and how many."""
    most = EDITS[min(len(word), len(EDITS) - 1)]
    if not most:
        return (), 0
    asked = trigrams(word)
    spans = [span(spelling.grams, spelling.offsets, gram) for gram in sorted(asked)]
    shared = np.bincount(np.concatenate([spelling.members[s] for s in spans]), minlength=len(spelling.words))
    near = np.argsort(-shared, kind="stable")[:COMPARED]
    best: tuple[int, int, int, str] | None = None
    for i in near:
        other = spelling.words[int(i)]
        # people seldom miss the first letter: "cantelope" is no antelope, and haggis no maggi
        if shared[i] == 0 or abs(len(other) - len(word)) > most or word[0] not in other[:2]:
            continue
        away = distance(word, other, most)
        rare = usual(other) < (USUAL_ENOUGH if away > 1 or len(word) < USUAL_LENGTH else 0)
        short = len(word) < SHORT and len(other) <= len(word) and usual(other) < COMMON
        # "walked" is what somebody did, and no brand of crisps
        rare = rare or (word.endswith(DEEDS) and not other.endswith(DEEDS))
        if away <= most and not rare and not short:
            rank = away, -usual(other), -int(shared[i]), other
            best = min(best, rank) if best is not None else rank
    return ((best[3],), best[0]) if best is not None else ((), 0)


def distance(one: str, other: str, most: int) -> int:
    """Edits between two words: letters added, left out, changed or two swapped; ``most`` + 1 when there are more."""
    before: list[int] = []
    above = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        row = [i]
        for j, wanted in enumerate(other, start=1):
            edits = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                edits = min(edits, before[j - 2] + 1)
            row.append(edits)
        if min(row) > most:
            return most + 1
        before, above = above, row
    return above[-1]
