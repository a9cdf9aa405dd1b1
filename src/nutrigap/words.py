"""Words as people type them, brought to one form: case, accents, plurals, punctuation."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import NamedTuple

from nutrigap.units import read_table

_WORD = re.compile(r"[a-z0-9]+(?:[.,'/][0-9]+)?%?")
# Letters that have no accent to lose.
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i"})
# No name of a food has more words; what stands behind them is not read.
LONGEST_CLAUSE = 60
_CLAUSE = re.compile(r"[,;:()\[\]+]|\b(?:with|but|plus)\b")


@cache
def _roles() -> dict[str, str]:
    return {row["role"]: row["words"] for row in read_table("lexicon.csv")}


@cache
def lexicon(role: str) -> frozenset[str]:
    """The words that have a role in ``data/lexicon.csv``.

    Raises
    ------
    KeyError
        No such role.
    """
    return frozenset(_roles()[role].split())


@cache
def meanings(role: str) -> dict[str, str]:
    """The words of a role with what each stands for: ``word=meaning``, or the word itself; ``_`` is a space."""
    found = {}
    for entry in sorted(lexicon(role)):
        word, _, meaning = entry.replace("_", " ").partition("=")
        found[word] = meaning or word
    return found


@cache
def _singulars() -> dict[str, str]:
    """Words whose singular no rule gives, and words that only look like a plural."""
    return meanings("singular") | meanings("no_plural")


def printable(text: str) -> str:
    """Text from a diary as it may be shown: no control, direction or line-breaking character reaches a terminal."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else " " if c.isspace() else "?" for c in text)


def count(number: int, noun: str) -> str:
    """A number with its noun: ``1 day``, ``7 days``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def plain(text: str) -> str:
    """Lower case, without accents, with typographic quotes, dashes and odd spaces made ordinary."""
    text = text.lower()
    if not text.isascii():
        text = text.translate(_LETTERS)
        text = text.replace("’", "'").replace("–", "-").replace("—", "-").replace("‐", "-").replace("‑", "-")
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return text.lower()


@lru_cache(maxsize=65536)
def singular(word: str) -> str:
    """The singular of an English food word, by rule: ``berries`` → ``berry``, ``slices`` → ``slice``."""
    if len(word) < 4 or not word.endswith("s"):
        return word
    known = _singulars().get(word)
    if known is not None:
        return known
    if word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("shes", "ches", "sses", "xes", "zes")):
        return word[:-2]
    return word[:-1]


def words(text: str) -> list[str]:
    """The words of a text in their one form, in order: lower case, singular, without punctuation."""
    return [singular(word) for word in _typed(plain(text))]


def _typed(text: str) -> list[str]:
    """The words of a plain text as they were typed."""
    return _WORD.findall(text.replace("'s", "s").replace("'", ""))


def key(text: str) -> str:
    """The form under which two spellings of one name are the same."""
    return " ".join(words(text))


class Negation(NamedTuple):
    """A text taken apart into what it says is there and what is not: "coffee without milk".

    ``kept`` is the text without its negations ("coffee"), ``absent`` what they negate, in one form ("milk"), and
    ``said`` the negations as typed ("without milk").
    """

    kept: str
    absent: frozenset[str]
    said: str


@lru_cache(maxsize=4096)
def negation(text: str) -> Negation:
    """What a phrase or the name of a food says is not in it: "no added fat", "sugar-free", "skin not eaten"."""
    kept: list[str] = []
    said: list[str] = []
    absent: set[str] = set()
    for clause in _CLAUSE.split(plain(text).replace("w/o", "without ")):
        here, gone, phrase = _clause(_typed(clause)[:LONGEST_CLAUSE])
        kept += here
        absent |= gone
        said += [phrase] if phrase else []
    return Negation(" ".join(kept), frozenset(absent), ", ".join(said))


def _reach(word: str, after: list[str]) -> int:
    """How many words behind a negating word it negates: "no added sugar ...", "no sugar added ...", else all."""
    if word == "non":
        return 1
    if after[:1] == ["added"]:
        return 2
    return after.index("added") + 1 if "added" in after else len(after)


def _clause(typed: list[str]) -> tuple[list[str], set[str], str]:
    """One clause: the words that are kept, what is absent, and the negation as typed."""
    fillers, same, alone = lexicon("negating_filler"), meanings("absent_same"), meanings("absent_word")

    def things(found: list[str]) -> set[str]:
        return {same.get(singular(word), singular(word)) for word in found if word not in fillers}

    absent = {alone[word] for word in typed if word in alone}
    for i, word in enumerate(typed):
        before, after = typed[:i], typed[i + 1 :]
        if word in lexicon("negating") or (word == "hold" and after[:1] == ["the"]):
            mine = after[: _reach(word, after)]
            if not things(mine):
                continue
            kept, more, phrase = _clause([*before, *after[len(mine) :]])
            return kept, absent | more | things(mine), " ".join(filter(None, (phrase, word, *mine)))
        if word in lexicon("negating_alone"):
            kept, more, phrase = _clause([*before, *after])
            return kept, absent | more, " ".join(filter(None, (phrase, word)))
        if word == "free" and before and after[:1] != ["range"]:  # "free range" says what a hen may do
            kept, more, phrase = _clause([*before[:-1], *after])
            return kept, absent | more | things(before[-1:]), " ".join(filter(None, (phrase, before[-1], word)))
        if word == "not" and after and after[0] in lexicon("negating_tail") and before:
            kept, more, phrase = _clause(after[1:])
            return kept, absent | more | things(before), " ".join(filter(None, (*before, word, after[0], phrase)))
    return typed, absent, ""
