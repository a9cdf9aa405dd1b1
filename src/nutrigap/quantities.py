"""Amounts as written: the number, its range and the words behind it, without knowing the food.

``parse_amount`` reads "1 1/2 cups chopped"; what that weighs is the matter of ``amounts``.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from nutrigap.errors import AmountError, UnknownUnit
from nutrigap.units import Unit, find_unit, leading_unit, vocabulary
from nutrigap.words import lexicon, meanings, plain, singular, words


def _plain_value(text: str) -> float:
    over, _, under = text.partition("/")
    return float(over) / float(under or 1)


# Numbers as words by their first word, the longest first: "half a dozen" before "half".
_NUMBERS: dict[str, list[tuple[str, float]]] = {}
for _word, _value in sorted(meanings("number").items(), key=lambda pair: -len(pair[0])):
    _NUMBERS.setdefault(_word.partition(" ")[0], []).append((_word, _plain_value(_value)))
NO_AMOUNT = frozenset(meanings("amount_none")) | {""}
# Patterns that few amounts need are strings: re compiles one when it is first used.
ABOUT = r"(?:~|≈|ca?\.|(?:ca|circa|about|around|approx|approximately|roughly)\b\.?)\s*(?=[\da-z])"

NUMBER = r"(?:\d+(?:\s+|-)\d+/\d+|\d+/\d+|\d+(?:[.,]\d+)?|[.,]\d+)"
LEADING = re.compile(rf"({NUMBER})(?![\d/]|[.,]\d)\s*")
TO = re.compile(r"(?:-|–|—|to\b|or\b)\s*")
_UNIT_TO = r"([a-zA-Zµμ. ]+?)\s*(?:-|–|—|\bto\b|\bor\b)\s*(?=[\d.,])"
TIMES = re.compile(r"(?:x(?![a-z-])|\*|@|times\b)\s*", re.I)
_AND = r"(?i)(?:and|&)\s+"
_AND_A_PART = r"(?i)^(.*\S)\s+(?:and|&)\s+(.+)$"
_OR_MORE = r"(?i)^(?:an? )?(.*\S)\s+or (?:two|2)$"
_DOZEN = r"(?i)doz(?:en)?s?\b\.?\s*(?:of\b\s*)?"
_ARTICLES = frozenset(["of", "a", "an", "the"])
_TIMES_AT_THE_END = rf"(?i)^(.*\S)\s*(?:\bx|\*|@)\s*({NUMBER})$"
_THOUSANDS = re.compile(r"[1-9]\d{0,2},\d{3}$")
_THREE_DECIMALS = re.compile(r"(?<![\d.,/])[1-9]\d{0,2}\.\d{3}(?![\d.,])")
# "1,500 ml" is a litre and a half: nobody measures 1.5 ml to the thousandth.
_MILLILITRES = r"(?i)(?<![\d.,/])1,(\d{3})(?=\s*-?\s*(?:ml|mls|millilit(?:er|re)s?)\b)"
_SIGNED = re.compile(r"[-+]\s*\d")
_SPACED_FRACTION = re.compile(r"(?<=\d)\s*/\s*(?=\d)")
_IN_BRACKETS = rf"(?i)\(\s*(?:about |approx\.? |~|=)?\s*({NUMBER})\s*-?\s*([a-zA-Zµμ. ]+?)(\s+each)?\s*\)"
_BRACKETS = r"\(([^)]*)\)"
_SAID_AGAIN = rf"(?i)^(.*?[^\W\d].*?)\s*(?:[\s,;=/]|\bor\b|[-–—]\s)\s*({NUMBER})\s*([a-zµμ]+(?: oz)?)\.?$"
_POUNDS_OUNCES = rf"(?i)^(?:lbs?|pounds?)\.?,?\s*({NUMBER})\s*(?:oz|ounces?)\.?$"
_AND_MORE = r"(?i)(?:\+|&|\bplus\b|\band\b)\s*[\d.,]"

LONGEST = 80
# Vessels and helpings that stand for "the usual amount" where the food has no such portion of its own.
USUAL_AMOUNT = lexicon("amount_usual")
SIZES = lexicon("amount_size")
SYNONYMS = meanings("amount_same")
# What a told volume or weight came in: "330 ml can".
VESSELS = lexicon("amount_vessel")
# Letters that cooks write for a measure: behind a number they are read so, and that is told.
LETTERS = {"c": "cup", "T": "tablespoon"}
# A cup is one cup where no number is told; a gram is not one gram.
ONE_OF = lexicon("amount_one")
# "1.000 g" may be a thousand, "1.000 kg" is one: nobody eats more grams or millilitres than this.
MOST_AT_ONCE = 10_000.0
ROUGH = meanings("amount_rough")
# "a few slices": numbers with the ends they are taken for.
VAGUE = meanings("number_vague")
MEASURES = SIZES | USUAL_AMOUNT | lexicon("amount_measure") | ROUGH.keys()
OUNCES_IN_A_POUND = 16


class Amount(NamedTuple):
    """An amount as written: ``number`` of ``unit``, with the ends of a range in ``low`` and ``high``.

    ``grams`` [g] is a mass that stood in brackets ("2 slices (60 g)") or behind a count ("1 medium, 118 g"), else
    None; ``volume`` is a volume that did, as a number of a unit (fluid ounces also for plain ounces, which they are
    of a drink), else None. ``guess`` tells what the reading rests on, "" if nothing.
    """

    number: float
    low: float
    high: float
    unit: str = ""
    grams: float | None = None
    volume: tuple[float, Unit] | None = None
    guess: str = ""

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
    known = {"×": "x", "−": "-", "⁄": "/", "″": '"', "”": '"', "’": "'"}.get(character)
    if known is not None:
        return known
    apart = unicodedata.normalize("NFKD", character)
    return f" {apart.replace('⁄', '/')} " if "⁄" in apart else character


def _number_word(text: str) -> tuple[float, str] | None:
    lower = text.lower().replace("-", " ")
    for word, value in _NUMBERS.get(lower.partition(" ")[0], ()):
        if lower != word and not lower.startswith(word + " "):
            continue
        rest = text[len(word) :]
        if rest[:1] != "-":
            return value, rest.strip()
        if number_at(rest[1:]) is not None:  # "two-three slices"
            return value, rest
        if is_measure(rest[1:].partition(" ")[0]):  # "half-cup", but "half-fat" is no number
            return value, rest[1:]
    return None


def number_at(text: str) -> tuple[float, str] | None:
    """The number that a text begins with and the rest: "1 1/2 cups", "two slices", "one and a half cups"; else None."""
    found = LEADING.match(text)
    at = (parse_number(found[1]), text[found.end() :]) if found is not None else _number_word(text)
    if at is None or at[1][:1] not in ("a", "A", "&") or at[0] < 1:
        return at
    joined = re.match(_AND, at[1])
    part = number_at(at[1][joined.end() :]) if joined is not None else None
    return (at[0] + part[0], without_articles(part[1])) if part is not None and 0 < part[0] < 1 else at


def without_articles(text: str) -> str:
    """A text without the "of", "a", "the" that it begins with."""
    first, _, rest = text.partition(" ")
    while first.lower() in _ARTICLES:
        text = rest.lstrip()
        first, _, rest = text.partition(" ")
    return text


def _split_number(text: str) -> Amount:
    """Number and the rest of an amount text that is not blank."""
    if _SIGNED.match(text):
        raise AmountError(f'the amount "{text}" is negative or signed', "write how much was eaten, for example 150 g")
    if (times := TIMES.match(text)) and LEADING.match(text, times.end()):  # "x2"
        return _split_number(text[times.end() :])
    at = number_at(text)
    if at is None:
        return Amount(number=1.0, low=1.0, high=1.0, unit=text)
    if not text[0].isdigit() and at[1] and LEADING.match(at[1]):  # "two 30 g"
        return _split_number(at[1]).times(at[0])
    return _behind(*at)


def _behind(value: float, rest: str) -> Amount:
    """An amount that begins with a number: a range, a product, or the number with its unit."""
    if (to := TO.match(rest)) and (second := number_at(rest[to.end() :])):
        return _range(value, second[0], second[1])
    digits = rest[:1].isalpha() and any(character.isdigit() for character in rest)
    if digits and (to := re.match(_UNIT_TO, rest)) and (last := LEADING.match(rest, to.end())):  # "100 g - 150 g"
        unit = rest[last.end() :]
        if words(unit) == words(to[1]):
            return _range(value, parse_number(last[1]), unit)
    if times := TIMES.match(rest):
        each = rest[times.end() :]
        return _split_number(each).times(value) if each else Amount(number=value, low=value, high=value)
    if rest[:3].lower() == "doz" and (dozen := re.match(_DOZEN, rest)):
        value, rest = 12 * value, rest[dozen.end() :]
    if rest[:1].isdigit() and (held := _held(rest)) is not None:
        return held.times(value)
    if rest[:1] == "-" and rest[1:2].isalpha():  # "12-oz can"
        rest = rest[1:]
    return Amount(number=value, low=value, high=value, unit=rest)


def _held(text: str) -> Amount | None:
    """What one vessel holds where a text says it: "12 oz can", "330ml bottles", else None."""
    found = LEADING.match(text)
    rest = text[found.end() :].lstrip("-") if found is not None else ""
    unit = leading_unit(rest)
    said = words(rest)
    if found is None or unit is None or len(said) < 2 or said[-1] not in MEASURES | VESSELS:
        return None
    value = parse_number(found[1])
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
    if plain(text) in NO_AMOUNT or (_unit_or_none(text) is not None and _measured(text)):
        if not unit or plain(unit) in NO_AMOUNT or _measured(unit):
            return None
        text = ""
    if "," in text:
        text = _whole_millilitres(text, unit)
    bare = re.sub(_BRACKETS, _words_in_brackets, text) if "(" in text else text
    amount = _split_number(" ".join(bare.split()) or "1")
    own = without_articles(amount.unit.strip(" .,;:").partition(" of ")[0])
    guess = ""
    if text[:1].isdigit():
        (own, first), (unit, second) = _letter(own), _letter(unit)
        guess = first or second
    _refuse_thousands(text, own or unit)
    amount = _with_the_rest(amount._replace(unit=own), text)._replace(guess=guess)
    if amount.high <= 0 or amount.low < 0:
        raise AmountError(f'the amount "{text}" is zero', "write how much was eaten, or delete the line")
    if "(" in text and (bracketed := re.search(_IN_BRACKETS, text)) is not None:
        _refuse_thousands(bracketed[1], bracketed[2])
        measured = _measured_as(amount, parse_number(bracketed[1]), bracketed[2], each=bool(bracketed[3]))
        if measured is not None:
            return measured
    return amount._replace(unit=_joined(amount.unit, unit))


def _letter(unit: str) -> tuple[str, str]:
    """A unit with the letter that it begins with spelled out ("c chopped"), and what to tell of that, "" if nothing."""
    head, _, rest = unit.partition(" ")
    letter = head.rstrip(".,;")
    if letter not in LETTERS:
        return unit, ""
    return (
        f"{LETTERS[letter]}{head[len(letter) :].lstrip('.')} {rest}".rstrip(),
        f"{letter} is read as {LETTERS[letter]}",
    )


def _whole_millilitres(text: str, unit: str) -> str:
    """A text with "1,500 ml" as "1500 ml", also where the unit stands in a column of its own."""
    return re.sub(_MILLILITRES, r"1\1", f"{text} {unit}")[: -len(unit) - 1].rstrip()


def _words_in_brackets(found: re.Match[str]) -> str:
    """What is kept of a bracket: the form of a measure ("cup (chopped)"), or what is weighed with it ("with peel")."""
    said = set(words(found[1]))
    keep = not said.isdisjoint(_forms()) and said.isdisjoint(("without", "no", "not"))
    return f" ({found[1]})" if keep and not re.search(_IN_BRACKETS, found[0]) else " "


@lru_cache(maxsize=1)
def _forms() -> frozenset[str]:
    """Words, in their one form, that say which of several measures or states of a food is meant."""
    return frozenset(map(singular, lexicon("amount_form"))) | SIZES | lexicon("amount_inedible") | lexicon("amount_dry")


def _with_the_rest(amount: Amount, text: str) -> Amount:
    """An amount whose unit tells more of the number: "cup and a half", "slice or two", "g x 2", "lb 4 oz", "pc, 60 g".

    Raises
    ------
    AmountError
        The unit holds another amount that does not go with the first.
    """
    own = " ".join(amount.unit.split())
    if " " not in own and not any(character in own for character in "*@&+1234567890"):
        return amount._replace(unit=own)
    if (" and " in own or "&" in own) and (found := re.match(_AND_A_PART, own)):
        part = number_at(found[2])
        if part is not None and 0 < part[0] < 1 and not part[1]:
            more = amount.number + part[0], amount.low + part[0], amount.high + part[0]
            return amount._replace(number=more[0], low=more[1], high=more[2], unit=found[1])
    if re.search(_AND_MORE, own):
        raise AmountError(f'"{text}" is two amounts', "write one amount a line, for example 150 g")
    if " or " in own and amount.number == 1 and (found := re.match(_OR_MORE, own)):
        return _range(1, 2, found[1])
    if not any(character.isdigit() for character in own):
        return amount._replace(unit=own)
    if found := re.match(_TIMES_AT_THE_END, own):
        return amount.times(parse_number(found[2]))._replace(unit=found[1])
    if found := re.match(_POUNDS_OUNCES, own):
        ounces = parse_number(found[1])
        if amount.low == amount.high and ounces < OUNCES_IN_A_POUND:
            pounds = amount.number + ounces / OUNCES_IN_A_POUND
            return Amount(number=pounds, low=pounds, high=pounds, unit="lb")
    if (found := re.match(_SAID_AGAIN, own)) and (number_at(text) or is_measure(found[1].split()[-1])):
        first, second = leading_unit(found[1]), _unit_or_none(found[3])
        counted, again = amount._replace(unit=found[1]), parse_number(found[2])
        if second is not None and (first is None or (first.dimension, second.dimension) == ("volume", "mass")):
            measured = _measured_as(counted, again, found[3], each=False)
            if measured is not None:
                return measured
        if (
            first
            and second
            and first.dimension == second.dimension
            and _close(amount.number * first.factor, again * second.factor)
        ):  # "1 cup / 240 ml"
            return counted
    return amount._replace(unit=own)


def _measured_as(amount: Amount, number: float, unit: str, *, each: bool) -> Amount | None:
    """A counted amount of which the mass or volume is told as well, in brackets or behind; None if neither is."""
    known = _unit_or_none(unit)
    if known is None or known.dimension not in ("mass", "volume"):
        return None
    if each:  # "2 slices (30 g each)"
        return amount.times(number)._replace(unit=unit)
    own = leading_unit(amount.unit)
    if known.dimension == "volume":
        if own is not None and (own.dimension == "mass" or _close(own.factor * amount.number, known.factor * number)):
            return None  # "1 cup (240 ml)" is a cup
        return amount._replace(volume=(number, known))
    if known.name == "ounce":
        return amount._replace(grams=number * known.factor, volume=(number, vocabulary()["fl oz"]))
    return amount._replace(grams=number * known.factor)


def _close(one: float, other: float) -> bool:
    return abs(one - other) <= 0.05 * max(one, other)


def _unit_or_none(word: str) -> Unit | None:
    try:
        return find_unit(word)
    except UnknownUnit:
        return None


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


def is_measure(word: str) -> bool:
    """Whether a word is a unit of ours (or one that is refused with a hint), or a household measure."""
    try:
        known = find_unit(word) is not None
    except UnknownUnit:
        known = True
    return known or not MEASURES.isdisjoint(one_form(word))


def one_form(word: str) -> list[str]:
    """A word of a measure as the tables have it: "Slices" is slice, "xl" is extra and large."""
    lower = singular(word.lower().rstrip("."))
    return SYNONYMS.get(lower, lower).split()
