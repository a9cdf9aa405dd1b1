"""Amounts as written: the number, its range and the words behind it, without knowing the food.

``parse_amount`` reads "1 1/2 cups chopped"; what that weighs is the matter of ``amounts``.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from nutrigap.errors import AmountError, UnknownUnit
from nutrigap.units import find_unit, leading_unit
from nutrigap.words import lexicon, meanings, plain, singular, words

# Numbers as words, the longest first: "half a dozen" before "half".
NUMBER_WORDS = tuple(
    (word, float(value)) for word, value in sorted(meanings("number").items(), key=lambda pair: -len(pair[0]))
)
NO_AMOUNT = frozenset(meanings("amount_none")) | {""}
# Patterns that few amounts need are strings: re compiles one when it is first used.
ABOUT = r"(?:~|≈|c\.|ca\.?|circa|about|around|approx\.?|approximately|roughly)\s*(?=[\da-z])"

_NUMBER = r"(?:\d+(?:\s+|-)\d+/\d+|\d+/\d+|\d+(?:[.,]\d+)?|[.,]\d+)"
_LEADING = re.compile(rf"({_NUMBER})(?![\d/]|[.,]\d)\s*")
_TO = re.compile(r"(?:-|–|—|to\b|or\b)\s*(?=[\d.,])")
_UNIT_TO = r"([a-zA-Zµμ. ]+?)\s*(?:-|–|—|\bto\b|\bor\b)\s*(?=[\d.,])"
_TIMES = re.compile(r"(?:x(?![a-z])|\*|times\b)\s*", re.I)
_THOUSANDS = re.compile(r"[1-9]\d{0,2},\d{3}$")
_THREE_DECIMALS = re.compile(r"(?<![\d.,/])[1-9]\d{0,2}\.\d{3}(?![\d.,])")
_SIGNED = re.compile(r"[-+]\s*\d")
_SPACED_FRACTION = re.compile(r"(?<=\d)\s*/\s*(?=\d)")
_IN_BRACKETS = rf"(?i)\(\s*({_NUMBER})\s*([a-zA-Zµμ. ]+?)(\s+each)?\s*\)"
_BRACKETS = re.compile(r"\([^)]*\)")
_AND_MORE = r"(?i)(?:\+|&|\bplus\b|\band\b)\s*[\d.,]"
_AT_THE_END = (
    rf"(?i)(?P<food>.*[^\W\d_]{{2}}.*?)\s*(?P<mark>[\s,;:(]|\bx)\s*(?P<number>{_NUMBER}(?:\s*-\s*{_NUMBER})?)"
    r"\s*(?P<unit>(?:fl\.? )?[a-zA-Zµμ]+\.?)?\s*\)?$"
)

LONGEST = 80
# Vessels and helpings that stand for "the usual amount" where the food has no such portion of its own.
USUAL_AMOUNT = lexicon("amount_usual")
SIZES = lexicon("amount_size")
# A cup is one cup where no number is told; a gram is not one gram.
ONE_OF = lexicon("amount_one")
# "1.000 g" may be a thousand, "1.000 kg" is one: nobody eats more grams or millilitres than this.
MOST_AT_ONCE = 10_000.0
MEASURES = SIZES | USUAL_AMOUNT | lexicon("amount_measure")


class Amount(NamedTuple):
    """An amount as written: ``number`` of ``unit``, with the ends of a range in ``low`` and ``high``.

    ``grams`` [g] is a mass that stood in brackets ("2 slices (60 g)"), else None.
    """

    number: float
    low: float
    high: float
    unit: str = ""
    grams: float | None = None

    def times(self, factor: float) -> Amount:
        """The same amount taken ``factor`` times."""
        return self._replace(number=self.number * factor, low=self.low * factor, high=self.high * factor)


def parse_number(text: str) -> float:
    """The value of ``1 1/2``, ``1-1/2``, ``3/4``, ``0,5``, ``2.25``.

    Raises
    ------
    AmountError
        ``1,250`` (a thousand or one and a quarter?) and division by zero.
    """
    if _THOUSANDS.match(text):
        raise AmountError(
            f'"{text}" can be read in two ways', f"write {text.replace(',', '')} or {float(text.replace(',', '.')):g}"
        )
    total = 0.0
    for part in text.replace("-", " ").split():
        if "/" in part:
            over, under = part.split("/")
            if float(under) == 0:
                raise AmountError(f'"{text}" is not a number', "write the amount as a number, for example 1/2 or 0.5")
            total += float(over) / float(under)
        else:
            total += float(part.replace(",", "."))
    return total


def tidy(text: str) -> str:
    """A text with numbers and signs in ASCII (``1½`` is "1 1/2") and single spaces."""
    if not text.isascii():
        text = "".join(c if c.isascii() else _spelled(c) for c in text)
    return " ".join(_SPACED_FRACTION.sub("/", text).split())


def _spelled(character: str) -> str:
    """A character in ASCII where it stands for a number or a sign: ``½`` is " 1/2 ", ``×`` is "x"."""
    if character.isdecimal():
        return str(int(character))
    known = {"×": "x", "−": "-", "⁄": "/"}.get(character)
    if known is not None:
        return known
    apart = unicodedata.normalize("NFKD", character)
    return f" {apart.replace('⁄', '/')} " if "⁄" in apart else character


def _number_word(text: str) -> tuple[float, str] | None:
    lower = text.lower()
    for word, value in NUMBER_WORDS:
        if lower == word or lower.startswith(word + " "):
            return value, text[len(word) :].strip()
    return None


def _split_number(text: str) -> Amount:
    """Number and the rest of an amount text that is not blank."""
    if _SIGNED.match(text):
        raise AmountError(f'the amount "{text}" is negative or signed', "write how much was eaten, for example 150 g")
    if (times := _TIMES.match(text)) and _LEADING.match(text, times.end()):  # "x2"
        return _split_number(text[times.end() :])
    if found := _LEADING.match(text):
        return _behind(parse_number(found[1]), text[found.end() :])
    if spelled := _number_word(text):
        value, rest = spelled
        if rest and _LEADING.match(rest):
            return _split_number(rest).times(value)
        return Amount(number=value, low=value, high=value, unit=rest)
    return Amount(number=1.0, low=1.0, high=1.0, unit=text)


def _behind(value: float, rest: str) -> Amount:
    """An amount that begins with a number: a range, a product, or the number with its unit."""
    if (to := _TO.match(rest)) and (second := _LEADING.match(rest, to.end())):
        return _range(value, parse_number(second[1]), rest[second.end() :])
    if (
        rest[:1].isalpha() and (to := re.match(_UNIT_TO, rest)) and (second := _LEADING.match(rest, to.end()))
    ):  # "100 g - 150 g"
        unit = rest[second.end() :]
        if words(unit) == words(to[1]):
            return _range(value, parse_number(second[1]), unit)
    if times := _TIMES.match(rest):
        each = rest[times.end() :]
        return _split_number(each).times(value) if each else Amount(number=value, low=value, high=value)
    return Amount(number=value, low=value, high=value, unit=rest)


def _range(one: float, other: float, unit: str) -> Amount:
    low, high = sorted((one, other))
    return Amount(number=(low + high) / 2, low=low, high=high, unit=unit)


@lru_cache(maxsize=65536)
def parse_amount(text: str, unit: str = "") -> Amount | None:
    """Read an amount as written, with the content of the unit column if there is one.

    Parameters
    ----------
    text : str
        ``150 g``, ``1 1/2 cups``, ``½ medium``, ``2 x 30 g``, ``3-4 slices``, ``a handful``, or a bare number.
    unit : str
        Cell of the ``unit`` column; it stands behind a bare number.

    Returns
    -------
    Amount or None
        None when no amount was told (blank, "?", "some").

    Raises
    ------
    AmountError
        Zero, negative, two amounts in one, a number that can be read in two ways, or a unit column that
        says something else than the amount.
    UnknownUnit
        A unit that can be read in two ways (``gr``, ``Mg``, ``t``).
    """
    if len(text) + len(unit) > LONGEST:
        raise AmountError("the amount is too long to be one", "write a number and a unit, for example 150 g")
    text, unit = tidy(text), tidy(unit)
    if not text[:1].isdigit() and (about := re.match(ABOUT, text.lower())):
        text = text[about.end() :]
    if plain(text) in NO_AMOUNT:
        if not unit or plain(unit) in NO_AMOUNT or _measured(unit):
            return None
        text = ""
    amount = _split_number(_BRACKETS.sub(" ", text).strip() or "1")
    if amount.high <= 0 or amount.low < 0:
        raise AmountError(f'the amount "{text}" is zero', "write how much was eaten, or delete the line")
    own = amount.unit.strip(" .,;:").partition(" of ")[0].removeprefix("of ")
    _refuse_thousands(text, own or unit)
    if re.search(_AND_MORE, own):
        raise AmountError(f'"{text}" is two amounts', "write one amount a line, for example 150 g")
    bracketed = re.search(_IN_BRACKETS, text) if "(" in text else None
    if bracketed is not None and (known := _mass(bracketed[2])) is not None:
        _refuse_thousands(bracketed[1], bracketed[2])
        grams = parse_number(bracketed[1]) * known
        if bracketed[3]:  # "2 slices (30 g each)"
            return amount.times(grams)._replace(unit="g")
        return amount._replace(unit=" ".join(own.split()), grams=grams)
    return amount._replace(unit=_joined(" ".join(own.split()), unit))


def _measured(unit: str) -> bool:
    """Whether a unit column is one of mass or volume that needs a number: "g", "ml", but not "cup"."""
    known = leading_unit(unit)
    return known is not None and known.name not in ONE_OF


def _refuse_thousands(text: str, unit: str) -> None:
    """Refuse "1.000 g", which is one gram or a thousand, as "1,000 g" is refused.

    Raises
    ------
    AmountError
        A number with three decimals in a unit of which a thousand times as much could be eaten.
    """
    found = _THREE_DECIMALS.search(text)
    known = leading_unit(unit) if found else None
    if found is None or known is None or known.dimension == "energy":
        return
    if float(found[0]) * 1000 * known.factor <= MOST_AT_ONCE:
        whole = found[0].replace(".", "")
        raise AmountError(f'"{found[0]}" can be read in two ways', f"write {whole} or {float(found[0]):g}")


def _joined(own: str, column: str) -> str:
    """The unit told by an amount that has one of its own and a unit column: they may repeat or complete each other."""
    if not own or not column:
        return own or column
    first, second = leading_unit(own), leading_unit(column)
    if words(own) == words(column) or (first is not None and first == second):
        return max(own, column, key=len)
    if second is not None and (first is not None or second.dimension == "mass"):
        raise AmountError(f'the amount says "{own}" and the unit column "{column}"', "write the unit in one place only")
    return f"{own} {column}"


def split_leading_amount(text: str) -> tuple[str, str]:
    """An amount that stands before the food in one text: "200g chicken breast" gives ("200g", "chicken breast").

    ``("", text)`` when the text does not begin with an amount, or nothing would be left of it.
    """
    whole = tidy(text)
    if found := _LEADING.match(whole):
        rest = whole[found.end() :]
        more = _TO.match(rest) or _TIMES.match(rest)
        if more and (second := _LEADING.match(rest, more.end())):
            rest = rest[second.end() :]
        elif more and _TIMES.match(rest):  # "2 x eggs"
            rest = rest[more.end() :]
    elif spelled := _number_word(whole):
        rest = spelled[1]
    else:
        return "", text
    parts = rest.split()
    for length in (2, 1):
        head, tail = " ".join(parts[:length]), parts[length:]
        if tail and is_measure(head):
            rest = " ".join(tail)
            break
    amount = whole[: len(whole) - len(rest)].strip()
    food = rest.removeprefix("of ").strip()
    # "2% milk" is a name
    return (amount, food) if re.search(r"[^\W\d_]{2}", food) and not food.startswith("%") else ("", text)


def split_trailing_amount(text: str) -> tuple[str, str]:
    """An amount that stands behind the food: "banana 150 g", "toast (2 slices)", "eggs x2", "eggs, 2".

    ``("", text)`` when the text does not end with one. A bare number is an amount only behind a comma, a bracket
    or an x: "omega 3" is a name.
    """
    found = re.match(_AT_THE_END, tidy(text))
    if found is None:
        return "", text
    unit = found["unit"] or ""
    if not (is_measure(unit) if unit else found["mark"].lower() in (",", "(", "x")):
        return "", text
    return f"{found['number']} {unit}".strip(), found["food"].strip(" ,;:(")


def is_measure(word: str) -> bool:
    """Whether a word is a unit of ours (or one that is refused with a hint), or a household measure."""
    try:
        known = find_unit(word) is not None
    except UnknownUnit:
        known = True
    return known or singular(word.lower()) in MEASURES


def _mass(word: str) -> float | None:
    found = find_unit(word)
    return found.factor if found is not None and found.dimension == "mass" else None
