"""The food and the amount where both stand in one cell: "200g chicken", "toast - 2 slices", "bowl of oatmeal"."""

from __future__ import annotations

import re
from functools import cache

from nutrigap.errors import AmountError, UnknownUnit
from nutrigap.quantities import (
    ABOUT,
    LEADING,
    MEASURES,
    NO_AMOUNT,
    NUMBER,
    ROUGH,
    SIZES,
    TIMES,
    TO,
    USUAL_AMOUNT,
    VAGUE,
    VESSELS,
    is_measure,
    number_at,
    one_form,
    tidy,
    without_articles,
)  # fmt: skip
from nutrigap.units import find_unit
from nutrigap.words import lexicon, singular

# A longer cell is a story, not a food with its amount.
LONGEST = 200
# More pieces than this are no count: "1664 beer", "365 organic beans".
MOST_PIECES = 100.0
# Helpings that need no "of" behind them: "handful almonds", where "glass noodles" is a name.
_NO_OF = frozenset(["handful"])
# What is told by a size alone behind a comma: "coffee, large", where "pizza, thin" is a name.
_PLAIN_SIZES = frozenset(["small", "medium", "large", "extra"])
_LETTERS = re.compile(r"[^\W\d_]{2}")
_LETTER_BEHIND_DIGIT = re.compile(r"(?<=\d)(?=[^\W\d_])")
_IN_BRACKETS_AT_THE_END = r"^(.*\S)\s*\(([^()]+)\)$"
_APART = re.compile(r"\s+[-@]\s+|(?<!\d),\s*|,\s+|[;:]\s*")
_TIMES_AT_THE_END = re.compile(r"(?i)^(.*[^\W\d_].*?)(?<!\d)\s+x\s*(?=\d)")
_NUMBER_INSIDE = re.compile(r"(?i)\s(?=(?:(?:approx\.?|about|ca\.?)\s|~)?\s?(?:\.?\d|(?:half|one|two|three|four)\b))")
_SAID_AGAIN = rf"(?i)^(.*[^\W\d_]{{2}}.*?)[\s,=/]+({NUMBER})\s*([a-zµμ]+)$"
_MEASURED = rf"\({NUMBER}[^()]*\)"
_MORE_TIMES = r"(?i)(?<=\w)\s*x\s*\d+$"


def split_leading_amount(text: str) -> tuple[str, str]:
    """An amount that stands before the food in one text: "200g chicken breast" gives ("200g", "chicken breast").

    ``("", text)`` when the text does not begin with an amount, or nothing would be left of it. A vessel is one of
    it: "glass of red wine" gives ("glass", "red wine").
    """
    whole = tidy(text)
    rest = _behind_amount(whole) if len(whole) <= LONGEST else None
    if rest is None:
        return "", text
    amount = whole[: len(whole) - len(rest)].strip()
    food = without_articles(rest)
    if not amount or not _LETTERS.search(food):
        return "", text
    if food.endswith(")"):  # "2 slices toast (60 g)"
        more, stem = split_trailing_amount(food)
        if more and _LETTERS.search(stem):
            return f"{amount} ({more})", stem
    return amount, food


def _behind_amount(whole: str) -> str | None:
    """What is left of a text behind the amount it begins with, or None when it begins with none."""
    start = whole
    if not whole[:1].isdigit() and (about := re.match(ABOUT, whole.lower())):
        start = whole[about.end() :]
    if (left := _behind_nothing_told(start)) is not None:
        return left
    at = _behind_number(start)
    if at is None:
        used, rest = _behind_measures(start)
        if used and set(used) <= _PLAIN_SIZES:  # "large coffee"
            return rest if _is_one(rest) else None
        return rest if used and (rest.startswith("of ") or used[-1] in _NO_OF) and set(used) - SIZES else None
    value, rest = at
    if _is_name(start, value, rest):
        return None
    used, left = _behind_measures(rest)
    return None if not used and (value > MOST_PIECES or value == 0) else left


def _is_one(food: str) -> bool:
    """Whether a food is named in the singular: of "large eggs" nobody can tell how many."""
    last = food.lower().split()[-1:]
    return bool(last) and singular(last[0]) == last[0]


def _behind_nothing_told(text: str) -> str | None:
    """What stands behind "some", "a bit of", "lots of", which tell no amount; None without one."""
    parts = text.split()
    for length in (2, 1):
        head, after = " ".join(parts[:length]).lower(), parts[length:]
        if after[1 if after[:1] == ["of"] else 0 :] and head in NO_AMOUNT and head[0].isalpha():
            if after[0] == "of":
                return " ".join(after)
            if head in ("some", "a little"):
                return " ".join(after)
    return None


def _number(text: str) -> tuple[float, str] | None:
    """``number_at``, where a number that can be read in two ways is one like any other: its amount will be refused."""
    try:
        return number_at(text)
    except AmountError:
        found = LEADING.match(text)
        return (1.0, text[found.end() :]) if found is not None else None


def _behind_number(text: str) -> tuple[float, str] | None:
    """The number that a text begins with and what stands behind it, behind a range and behind a product; else None."""
    at = _number(text)
    vague, _, behind = (text if at is None else at[1]).partition(" ")
    if vague.lower() in VAGUE and (at is None or text[:1] in "aA"):  # "a few almonds", "several slices of ham"
        return 1.0, without_articles(behind)
    if at is None:
        return None
    value, rest = at
    while more := TO.match(rest) or TIMES.match(rest):
        second = _number(rest[more.end() :])
        if second is None:
            if TIMES.match(rest):  # "2 x eggs"
                rest = rest[more.end() :]
            break
        value, rest = second
    parts = rest.split()
    if parts and parts[0].lower().rstrip("s.") in ("dozen", "doz"):
        rest = " ".join(parts[1:])
    if rest[:1].isdigit() and (held := _number(rest)) is not None and _unit(held[1].lstrip("-").partition(" ")[0]):
        rest = held[1]  # "1 12oz can of coke"
    if rest[:1] == "-" and rest[1:2].isalpha():
        rest = rest[1:]
    return value, without_articles(rest)


def _is_name(text: str, value: float, rest: str) -> bool:
    """Whether a number is part of a name: "7up", "2% milk", "80/20 ground beef", "3 egg omelette", "half and half"."""
    first, *others = rest.lower().split() or [""]
    stem = singular(first.rstrip(".,"))
    names = lexicon("number_name")
    if rest[:1] in names or (stem in names and (stem == "calorie" or not is_measure(first))):
        return True
    glued = rest[:1].isalpha() and text[: len(text) - len(rest)][-1:].isdigit()
    if glued and len(first) < 3 and not is_measure(first):  # "7up", "2nd"
        return True
    found = LEADING.match(text)
    if found is not None and "/" in found[1] and " " not in found[1]:
        over, _, under = found[1].partition("/")
        if "-" not in over and float(over) >= float(under):  # "80/20"
            return True
    return value > 1 and first in lexicon("number_dish") and bool(others) and singular(others[-1]) == others[-1]


@cache
def _names() -> frozenset[str]:
    return frozenset(name.replace("_", " ") for name in lexicon("amount_name"))


def _unit(word: str) -> bool:
    try:
        return find_unit(word) is not None
    except UnknownUnit:
        return True


def _behind_measures(text: str) -> tuple[list[str], str]:
    """The sizes and measures that a text begins with, in one form, and what stands behind them.

    After sizes one measure is taken, and the vessel that a unit came in: "large slices", "ml can".
    """
    parts = text.split()
    used: list[str] = []
    i, measured, by_unit = 0, False, False
    while i < len(parts):
        if " ".join(singular(word.lower()) for word in parts[i : i + 2]) in _names():
            break
        if parts[i][0] == "(" and re.match(_MEASURED, " ".join(parts[i:])):  # "can (12 oz) coke"
            i += next(j for j, part in enumerate(parts[i:], 1) if ")" in part)
            continue
        word = parts[i].rstrip(".,;")
        stem = one_form(word.lower().removesuffix("-sized").removesuffix("-size"))
        if not measured and len(parts) > i + 1 and _unit(" ".join(parts[i : i + 2]).rstrip(".,;")):
            i, measured, by_unit, stem = i + 2, True, True, ["unit"]
        elif not measured and _unit(word):
            i, measured, by_unit, stem = i + 1, True, True, ["unit"]
        elif not measured and set(stem) <= SIZES:
            i += 1
        elif not measured and (not MEASURES.isdisjoint(stem) or stem == ["inch"] or word == '"'):
            i, measured = i + 1, True
        elif by_unit and not VESSELS.isdisjoint(stem):
            i, by_unit = i + 1, False
        else:
            break
        used += stem
    return used, " ".join(parts[i:])


def split_trailing_amount(text: str) -> tuple[str, str]:
    """An amount that stands behind the food: "banana 150 g", "toast (2 slices)", "eggs x2", "eggs, 2".

    ``("", text)`` when the text does not end with one. A bare number is an amount only behind a comma, a dash, a
    bracket or an x: "omega 3" is a name.
    """
    whole = tidy(text)
    if len(whole) > LONGEST:
        return "", text
    if "(" in whole and (found := re.match(_IN_BRACKETS_AT_THE_END, whole)):
        food, tail = found[1].strip(" ,;:-"), found[2]
        if amount := _as_amount(tail, food, bracket=True, apart=True):
            more, stem = split_trailing_amount(food)
            return (f"{more} ({amount})", stem) if more else (amount, food)
    for mark in _APART.finditer(whole):
        food, tail = whole[: mark.start()].strip(" ,;:("), whole[mark.end() :]
        if _LETTERS.search(food) and (amount := _as_amount(tail, food, apart=True)):
            return amount, food
    if (times := _TIMES_AT_THE_END.match(whole)) and (amount := _as_amount(whole[times.end() :], times[1], apart=True)):
        return amount, times[1].strip(" ,;:(")
    for mark in _NUMBER_INSIDE.finditer(whole):
        food, tail = whole[: mark.start()].strip(" ,;:("), whole[mark.end() :]
        if _LETTERS.search(food) and (amount := _as_amount(tail, food)):
            return amount, food
    return "", text


def _as_amount(tail: str, food: str, *, bracket: bool = False, apart: bool = False) -> str:
    """A text behind a food as an amount if it is one from end to end, else "".

    ``apart`` is told for what a comma, a dash, an x or a ``bracket`` sets apart: there a number needs no measure.
    """
    text = re.sub(_MORE_TIMES, "", tail.strip(" ,;:"))
    start = text
    if not text[:1].isdigit() and (about := re.match(ABOUT, text.lower())):
        start = text[about.end() :]
    again = re.match(_SAID_AGAIN, text) if text[-1:].isalpha() else None
    if again is not None and _unit(again[3]) and (one := _as_amount(again[1], food, apart=apart)):
        return f"{one} ({again[2]} {again[3]})"  # "2 slices, 60 g"
    if (times := TIMES.match(start)) and LEADING.match(start, times.end()):  # "(x2)"
        start = start[times.end() :]
    at = _behind_number(start)
    value, rest = at if at is not None else (None, start)
    if (at is None and not apart) or (value is not None and _is_name(start, value, rest)):
        return ""
    used, left = _behind_measures(rest)
    free = _forms() | SIZES | USUAL_AMOUNT | VESSELS | lexicon("amount_neutral")
    if any(free.isdisjoint(one_form(word.strip(".,;()"))) for word in left.split()):
        return ""
    if value is None:
        allowed = MEASURES if bracket else USUAL_AMOUNT | ROUGH.keys() | _PLAIN_SIZES
        fits = bool(used) and set(used) <= allowed and (not set(used) <= SIZES or _is_one(food))
        return tail.strip(" ,;:") if fits else ""
    counted = apart and 0 < value <= MOST_PIECES and not left
    if not used and not counted and not TIMES.match(rest) and text[-1:].lower() != "x":
        return ""
    return _LETTER_BEHIND_DIGIT.sub(" ", tail.strip(" ,;:"))


@cache
def _forms() -> frozenset[str]:
    return frozenset(singular(word) for word in lexicon("amount_form"))
