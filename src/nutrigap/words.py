"""Words as people type them, brought to one form: case, accents, plurals, punctuation."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_WORD = re.compile(r"[a-z0-9]+(?:[.,'/][0-9]+)?%?")
_KEEP_S = frozenset(
    "asparagus bass brussels couscous glass grass gas hummus houmous octopus swiss citrus lens molasses haas "
    "plus schnapps series species less cress watercress caress pus bus christmas texas kansas".split()
)
_IRREGULAR = {
    "leaves": "leaf",
    "loaves": "loaf",
    "halves": "half",
    "knives": "knife",
    "teeth": "tooth",
    "geese": "goose",
    "potatoes": "potato",
    "tomatoes": "tomato",
    "mangoes": "mango",
    "cookies": "cookie",
    "brownies": "brownie",
    "smoothies": "smoothie",
    "pies": "pie",
    "calories": "calorie",
    "chilies": "chili",
    "chillies": "chili",
    "fries": "fry",
    "veggies": "veggie",
    "bookies": "bookie",
}


def plain(text: str) -> str:
    """Lower case, without accents, with typographic quotes, dashes and odd spaces made ordinary."""
    if not text.isascii():
        text = text.replace("’", "'").replace("–", "-").replace("—", "-").replace("‐", "-").replace("‑", "-")
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return text.lower()


@lru_cache(maxsize=65536)
def singular(word: str) -> str:
    """The singular of an English food word, by rule: ``berries`` → ``berry``, ``slices`` → ``slice``."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) < 4 or not word.endswith("s") or word in _KEEP_S or word.endswith(("ss", "us", "is")):
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
