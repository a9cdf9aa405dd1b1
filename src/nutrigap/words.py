"""Words as people type them, brought to one form: case, accents, plurals, punctuation."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from nutrigap.units import read_table

_WORD = re.compile(r"[a-z0-9]+(?:[.,'/][0-9]+)?%?")


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
    return "".join(c if c.isprintable() else " " if c.isspace() else "?" for c in text)


def plain(text: str) -> str:
    """Lower case, without accents, with typographic quotes, dashes and odd spaces made ordinary."""
    if not text.isascii():
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
    return [singular(word) for word in _WORD.findall(plain(text).replace("'s", "s").replace("'", ""))]


def key(text: str) -> str:
    """The form under which two spellings of one name are the same."""
    return " ".join(words(text))
