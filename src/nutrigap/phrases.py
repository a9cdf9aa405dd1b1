"""What a phrase asks for: the words that say which food, how it is prepared, and what is not in it.

People and tables use other words for one thing; ``data/synonyms.csv`` brings both to those of the tables.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from nutrigap.units import read_rows
from nutrigap.words import key, lexicon, meanings, plain, words

# Marks a word for what is not there: "no:fat".
ABSENT = "no:"
# How a food is prepared, as bits; a name may allow several ("baked or fried").
FAMILIES = ("raw", "cooked", "moist", "dry", "fried")
LONGEST_SYNONYM = 4
# A phrase of more foods, or longer, is no line of a diary: it is not taken apart.
MOST_JOINED, LONGEST_PHRASE = 4, 120
# What stands between two foods; "w/o" is no "with".
_BETWEEN = r"(?i)\s+(?:with|and|on|topped with|w|w/(?!o))\s+|\s*[+&;]\s*|,\s+|\bw/(?!o)\s*"


@cache
def _synonyms() -> dict[tuple[str, ...], tuple[str, ...]]:
    _, *rows = read_rows("synonyms.csv")  # written in the form of words.key, so that they need only be cut
    return {tuple(said.split()): tuple(means.split()) for said, means, _ in rows}


@cache
def _joined() -> dict[tuple[str, ...], str]:
    return {tuple(apart.split()): together for apart, together in meanings("search_join").items()}


def _replace(found: Sequence[str], table: dict[tuple[str, ...], tuple[str, ...]], longest: int) -> list[str]:
    """The words with every run that the table knows replaced, the longest first; what comes in is not read again."""
    out: list[str] = []
    i = 0
    while i < len(found):
        for length in range(min(longest, len(found) - i), 0, -1):
            instead = table.get(tuple(found[i : i + length]))
            if instead is not None:
                out += instead
                i += length
                break
        else:
            out.append(found[i])
            i += 1
    return out


def translated(found: Sequence[str]) -> list[str]:
    """Words as people use them in the words of the tables, with what is one thing in two words joined."""
    return _join(_replace(found, _synonyms(), LONGEST_SYNONYM))


def _join(found: Sequence[str]) -> list[str]:
    out: list[str] = []
    for one in found:
        word = _joined().get((one,), one.rstrip("%"))
        pair = (out[-1], word) if out else ()
        if pair in _joined():
            out[-1] = _joined()[pair]
        else:
            out.append(word)
    return out


@lru_cache(maxsize=65536)
def terms(text: str) -> tuple[str, ...]:
    """The words of a food's name in their one form: "Milk, low fat" has ``lowfat``."""
    return tuple(_join(words(text)))


def states(text: str) -> int:
    """How a text says a food is prepared: a bit for each of ``FAMILIES``, 0 where it says nothing."""
    known = meanings("search_state")
    found = 0
    for word in words(text):
        if word in known:
            found |= 1 << FAMILIES.index(known[word])
    return found


def joins_foods(phrase: str) -> bool:
    """Whether a word or sign of a phrase joins foods; a comma may as well come before what sort of food it is."""
    return any(sign in phrase for sign in "+&") or not lexicon("search_joining").isdisjoint(plain(phrase).split())


class Pair(NamedTuple):
    """A phrase cut in two; ``told`` where a word such as "with" says so."""

    first: str
    second: str
    told: bool


def _with_fries(pair: Pair) -> Pair:
    """A pair with the chips beside a hot dish as fries, and the fish that these go with as fried."""
    hot, first = meanings("search_beside_chips"), key(pair.first)
    if key(pair.second) != "chip" or first.rpartition(" ")[2] not in hot:
        return pair
    return Pair(hot.get(first, pair.first), "french fries", pair.told)


def pairs(phrase: str) -> list[Pair]:
    """The ways to read a phrase as two foods: at the words that join foods, else before a toast."""
    if len(phrase) > LONGEST_PHRASE:
        return []
    found = [Pair(phrase[: m.start()], phrase[m.end() :], True) for m in re.finditer(_BETWEEN, phrase)]
    # "banana with peel", "chicken with bone" are one food
    uneaten = lexicon("amount_inedible") | lexicon("search_costless")
    found = [pair for pair in found if key(pair.first) and not set(words(pair.second)) <= uneaten]
    found = [_with_fries(pair) for pair in found]
    if found:
        return found if len(found) <= MOST_JOINED else []
    first, _, last = phrase.strip().rpartition(" ")
    carried = key(last) in lexicon("search_carrier") and key(first) not in lexicon("search_link")
    return [Pair(first, last, False)] if first and carried else []
