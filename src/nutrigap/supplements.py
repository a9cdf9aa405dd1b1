"""Supplement lines: from "magnesium citrate 400 mg" to elemental doses, and what a product may carry.

A dose line never goes to the food matcher. A nutrient's own name with a mass is that mass; a salt's name with a mass
is two readings (elemental or compound), both kept; a product without a label is never guessed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

from nutrigap.errors import AmountError, UnknownUnit
from nutrigap.quantities import parse_amount, parse_number, tidy
from nutrigap.units import Nutrient, find_nutrient, nutrient_factor, nutrients, read_table
from nutrigap.words import key, lexicon, meanings, plain, words

CORE = tuple(n.id for n in nutrients() if n.role == "core")
# A dose of which even this many times less is more than any product holds is a slip.
LEAVE_OUT_TIMES = 10.0
# More tablets than anyone takes at once: "90 capsules" is the size of the pack.
MOST_PIECES = 6

_NUMBER = r"[1-9]\d{0,2}(?:[ ,]\d{3})+|\d{1,12}(?:[.,]\d{1,12})?"
_DOSE = re.compile(
    rf"(?<![\w.,])(?:({_NUMBER})\s*(?:-|to)\s*)?({_NUMBER})\s*"
    r"(iu|i\.u\.?|mcg|[µμu]g|micrograms?|mg|milligrams?|gr?|grams?|mmol|meq)(?!\w)\.?",
    re.I,
)
_SAID_UNITS = re.compile(r"(\d{3,}|\d,\d{3})\s*(?:international )?units?\b")
# "vitamin d 3 1000 iu": the 3 belongs to the name
_LETTER_NUMBER = re.compile(
    r"\b(omega|coq|q|b|d|k)[ -]"
    r"(?=(?:(?<=a[ -])[3679]|(?<=q[ -])10|(?<=b[ -])(?:12|[1-9])|(?<=d[ -])[23]|(?<=k[ -])[12])"
    r"(?![\d.,]|\s*(?:iu|mcg|[µμu]g|m?gr?\b|tab|cap|drop|pill|soft|gumm|x\b)))"
)
# "+ D 400 IU": a lone d with a dose in units of the vitamin
_LONE_D = re.compile(r"(?<!vitamin )(?<!vit )\bd\s+(?=\d[\d.,]*\s*(?:iu|i\.u|mcg|[µμu]g)\b)")
_BETWEEN = re.compile(r"(?<=\d)\s*x\s*(?=\d)")
_MEGAGRAM = re.compile(r"\d\s*Mg\b")
_COUNT = re.compile(r"\d+(?:[./]\d+)?")


class Dose(NamedTuple):
    """Amount of a nutrient in a line, in its canonical unit: low and high differ where two readings exist."""

    low: float
    best: float
    high: float

    def times(self, low: float, best: float, high: float) -> Dose:
        """The dose taken so many times."""
        return Dose(self.low * low, self.best * best, self.high * high)


class Supplement(NamedTuple):
    """A supplement line read.

    Attributes
    ----------
    doses : mapping of nutrient id to Dose
        Empty when nothing is known of the product's content, or it carries none of our nutrients.
    unknown : frozenset of nutrient ids
        Nutrients the product may carry in an amount that nothing tells: their upper bound is open.
    guess : str
        What the reading rests on, or why the dose could not be read; "" if there is nothing to say.
    """

    doses: Mapping[str, Dose]
    unknown: frozenset[str]
    guess: str


class _Salt(NamedTuple):
    words: frozenset[str]
    nutrient: str
    fraction: float


class _Product(NamedTuple):
    """A kind of product: ``when`` is ``dose`` (a food unless a dose or tablet is told) or ``alone`` or ""."""

    name: str
    carries: frozenset[str]
    when: str


class _Said(NamedTuple):
    """The name of a dose line taken apart: what it names, and the words that are left."""

    text: str
    nutrients: tuple[str, ...]
    products: tuple[_Product, ...]
    rest: tuple[str, ...]


class _Taken(NamedTuple):
    """How much of the nutrient was taken, and what that reading rests on."""

    dose: Dose
    guesses: tuple[str, ...] = ()


@cache
def _salts() -> tuple[_Salt, ...]:
    return tuple(
        _Salt(frozenset(words(row["substance"])), row["nutrient"], float(row["fraction"]))
        for row in read_table("salts.csv")
    )


@cache
def _names() -> tuple[tuple[str, str], ...]:
    """(words of a nutrient's name, nutrient id), longest first; symbols such as K are too short to be told apart."""
    pairs = {(key(word), n.id) for n in nutrients() if n.role == "core" for word in (n.name, *n.words)}
    pairs |= {(name, nutrient.replace(" ", "_")) for name, nutrient in meanings("dose_name").items()}
    symbols = meanings("dose_symbol")
    return tuple(sorted((p for p in pairs if p[0] not in symbols), key=lambda pair: (-len(pair[0]), pair[0])))


@cache
def _products() -> tuple[_Product, ...]:
    rows = [_Product(key(r["words"]), frozenset(r["carries"].split()), r["when"]) for r in read_table("products.csv")]
    return tuple(sorted(rows, key=lambda row: -len(row.name)))


def _strip(text: str, phrase: str) -> str | None:
    """A normalised text without a phrase of whole words, or None when it does not hold it."""
    around = f" {text} "
    return " ".join(around.replace(f" {phrase} ", " ").split()) if f" {phrase} " in around else None


def _spelled(text: str) -> str:
    """A text in one spelling for the search of doses: lower case, "D 3" as "d3", "units" as "iu"."""
    text = _LETTER_NUMBER.sub(r"\1", _BETWEEN.sub(" x ", plain(tidy(text))))
    return _SAID_UNITS.sub(r"\1 iu", _LONE_D.sub("vitamin d ", text))


def _take_apart(food: str, *, dosed: bool) -> _Said:
    """What a line names; ``dosed`` tells that the line holds a dose, so that "K 99 mg" can be potassium."""
    text = rest = key(_DOSE.sub(" ", _spelled(food)))
    head, _, tail = rest.partition(" ")
    if dosed and head in meanings("dose_symbol"):
        rest = f"{meanings('dose_symbol')[head]} {tail}".strip()
    found: dict[str, None] = {}
    for name, nutrient in _names():
        if (left := _strip(rest, name)) is not None:
            rest = left
            found[nutrient] = None
    products: list[_Product] = []
    for product in _products():
        if product.when == "alone" and (found or products):
            continue
        if (left := _strip(rest, product.name)) is not None:
            rest = left
            products.append(product)
    return _Said(text, tuple(found), tuple(products), tuple(rest.split()))


@cache
def _telling_words() -> frozenset[str]:
    """The first words of everything a dose line can name: a line with none of them is looked at no further."""
    named = {name.partition(" ")[0] for name, _ in _names()} | {p.name.partition(" ")[0] for p in _products()}
    return frozenset(named | meanings("dose_symbol").keys())


def _names_nothing(food: str) -> bool:
    return _telling_words().isdisjoint(key(_spelled(food)).split())


def looks_like_supplement(food: str, amount: str) -> bool:
    """Whether a line is a dose: nutrient or product names, salts, forms and doses, and no other word.

    "calcium fortified orange juice" holds other words, "vitamin D3 2000 IU" does not.
    """
    if _names_nothing(food):
        return False
    doses = _DOSE.findall(f"{_spelled(food)} ; {_spelled(amount)}")
    said = _take_apart(food, dosed=bool(doses))
    if not said.nutrients and not said.products:
        return False
    if _strange(said):
        return False
    if said.nutrients or any(product.when != "dose" for product in said.products):
        return True
    small = any(not unit.startswith("g") for *_, unit in doses)
    return small or not lexicon("dose_form").isdisjoint(key(f"{food} {amount}").split())


def _strange(said: _Said) -> list[str]:
    """The words of a dose line that are neither salt, form nor dose: a brand, or the words of a food."""
    known = lexicon("dose") | lexicon("dose_form") | meanings("dose_salt").keys()
    return [word for word in said.rest if word not in known and not _COUNT.fullmatch(word)]


def brand_words(food: str, amount: str) -> str:
    """The strange words of a line that names a nutrient with a dose or a tablet: "Nature Made magnesium 400 mg".

    "" when the line is no such line. Whether the words are a brand or a food, the food table has to tell.
    """
    if _names_nothing(food):
        return ""
    doses = _DOSE.findall(f"{_spelled(food)} ; {_spelled(amount)}")
    said = _take_apart(food, dosed=bool(doses))
    small = any(not unit.startswith("g") for *_, unit in doses)
    if not said.nutrients or not (small or not lexicon("dose_form").isdisjoint(key(f"{food} {amount}").split())):
        return ""
    return " ".join(_strange(said))


def read_supplement(food: str, amount: str, unit: str, labels: Mapping[str, float]) -> Supplement:
    """The doses of a supplement line, per line as taken.

    Parameters
    ----------
    food, amount, unit : str
        Cells of the line.
    labels : mapping of nutrient id to float
        Amounts from label columns, in canonical units, for the line as taken: those that are blank are 0, but for a
        dose that the words of the line tell. Energy alone is no label: every export has it.
    """
    told = {name: Dose(value, value, value) for name, value in labels.items()}
    read = _read_words(food, amount, unit)
    if told.keys() - {"energy"}:
        doses = {**dict.fromkeys(CORE, Dose(0.0, 0.0, 0.0)), **read.doses, **told}
        return Supplement(doses, frozenset(), read.guess if read.doses.keys() - told.keys() else "")
    return read._replace(doses={**read.doses, **told}) if read.doses else read


def _read_words(food: str, amount: str, unit: str) -> Supplement:
    """The doses that the words of a line tell."""
    said = _take_apart(food, dosed=bool(_DOSE.search(f"{_spelled(food)} ; {_spelled(amount)} {_spelled(unit)}")))
    carries = frozenset[str]().union(*(product.carries for product in said.products))
    if len(said.nutrients) > 1 and carries <= set(said.nutrients):
        return _several(food, amount, unit, said)
    if len(said.nutrients) == 1 and carries <= set(said.nutrients):
        return _one(find_nutrient(said.nutrients[0]), said, food, amount, unit)
    nothing = not said.nutrients and not said.products
    return Supplement({}, frozenset(CORE) if nothing else carries.union(said.nutrients), "")


def _one(of: Nutrient, said: _Said, food: str, amount: str, unit: str) -> Supplement:
    """A line that names one nutrient."""
    try:
        taken = _taken(of, said, food, amount, unit)
    except (AmountError, UnknownUnit) as error:
        return Supplement({}, frozenset([of.id]), str(error))
    if taken is None:
        bare = _bare(amount) and not unit
        return Supplement({}, frozenset([of.id]), "a number without a unit: mg, µg or IU?" if bare else "")
    dose, most = taken.dose, float(meanings("dose_largest")[of.id.replace("_", " ")])
    told = f"{dose.best:,.{of.decimals}f} {of.unit} of {of.called}"
    if not 0 < dose.high <= most * LEAVE_OUT_TIMES:
        why = f"{told} is more than any product holds" if dose.high > 0 else "the dose is zero"
        return Supplement({}, frozenset([of.id]), why)
    guesses = list(taken.guesses)
    if _MEGAGRAM.search(f"{food} ; {amount} {unit}"):
        guesses.append('"Mg" is read as mg')
    if dose.high > most:
        guesses.append(f"{told} is much for one line")
    units = [unit for *_, unit in _DOSE.findall(f"{_spelled(food)} ; {_spelled(f'{amount} {unit}')}")]
    weighed = any(unit.endswith("g") or "gram" in unit for unit in units)  # a mole of the salt is one of the mineral
    return _readings(of, dose, said, food, guesses, weighed=weighed)


def _bare(amount: str) -> bool:
    """Whether an amount is nothing but a number."""
    return bool(re.fullmatch(r"\d+(?:[.,]\d+)?", amount.strip()))


def _several(food: str, amount: str, unit: str, said: _Said) -> Supplement:
    """A line with several nutrients: each with its own dose ("calcium 500 mg + vitamin D 400 IU"), else open."""
    doses: dict[str, Dose] = {}
    guesses: list[str] = []
    if not _DOSE.search(f"{_spelled(amount)} {_spelled(unit)}"):
        for segment in _segments(food):
            part = _take_apart(segment, dosed=True)
            if len(part.nutrients) != 1 or not _DOSE.search(_spelled(segment)) or part.nutrients[0] in doses:
                continue
            read = _one(find_nutrient(part.nutrients[0]), part, segment, amount, unit)
            doses |= read.doses
            guesses += [read.guess] if read.guess else []
    unknown = frozenset(said.nutrients) - doses.keys()
    if doses and unknown:
        guesses.append(
            "the line does not tell the dose of " + ", ".join(find_nutrient(n).called for n in sorted(unknown))
        )
    return Supplement(doses, unknown, "; ".join(guesses))


def _segments(food: str) -> list[str]:
    """The parts of "calcium 500 mg + vitamin D, 400 IU": a dose that stands alone belongs to the part before it."""
    parts: list[str] = []
    for segment in re.split(r"[+&;]|,(?!\d)|/(?!\d)|\b(?:and|with|plus)\b", food):
        alone = not key(_DOSE.sub(" ", _spelled(segment)))
        if alone and parts:
            parts[-1] += f" {segment}"
        else:
            parts.append(segment)
    return parts


def _taken(of: Nutrient, said: _Said, food: str, amount: str, unit: str) -> _Taken | None:
    """How much of the nutrient the line tells, in its canonical unit: None where it tells no dose."""
    named = _doses(of, food)
    if _DOSE.search(_spelled(f"{amount} {unit}")):
        taken = _from_amount(of, amount, unit)
        total, guesses = taken.dose.best, taken.guesses
        if named and not any(math.isclose(total, value.best, rel_tol=0.01) for value in named):
            guesses = (*guesses, "the dose in the amount is taken, not the one in the name")
        return taken._replace(guesses=guesses)
    if not named:
        return None
    dose, guesses = _of_several(named, said)
    pieces = _pieces(said)
    per = pieces is not None and not lexicon("dose_per").isdisjoint(said.rest)
    if pieces is not None and per:
        dose = dose.times(1 / pieces, 1 / pieces, 1 / pieces)
    count = parse_amount(amount, unit) if amount or unit else None
    if count is not None:
        strange = set(words(count.unit)) - lexicon("dose_form") - lexicon("dose_taken")
        if strange:
            guesses = (*guesses, f'"{count.unit}" is taken as one dose')
        dose = dose.times(count.low, count.number, count.high)
        if pieces is not None and not per and pieces > 1:
            guesses = (*guesses, f"the dose is taken as that of one piece; that of {pieces:g} would be less")
            dose = dose._replace(low=dose.low / pieces)
    elif pieces is not None and not per:
        multiplies = not lexicon("dose_each").isdisjoint(said.rest)
        low = pieces if multiplies else min(1.0, pieces)
        if not multiplies and pieces != 1:
            guesses = (*guesses, f"{pieces:g} times the dose is counted; it may be that of all together")
        dose = dose.times(low, pieces, max(low, pieces))
    return _Taken(dose, guesses)


def _doses(of: Nutrient, text: str) -> list[Dose]:
    """Every dose written in a text, in the nutrient's canonical unit."""
    found = []
    for first, last, unit in _DOSE.findall(_spelled(text)):
        factor = nutrient_factor(of, _unit(unit))
        low, high = sorted((_value(first or last) * factor, _value(last) * factor))
        found.append(Dose(low, (low + high) / 2, high))
    return found


def _value(text: str) -> float:
    """The number of a dose.

    Raises
    ------
    AmountError
        ``1.000``, which is one or a thousand.
    """
    if re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", text):
        raise AmountError(f'"{text}" can be read in two ways', f"write {text.replace('.', '')} or {float(text):g}")
    if re.fullmatch(r"[1-9]\d{0,2}(?:[ ,]\d{3})+", text):  # "2,000 IU": nobody writes a dose to three decimals
        return float(text.replace(",", "").replace(" ", ""))
    return float(text.replace(",", "."))


def _unit(text: str) -> str:
    return "IU" if text.startswith("i") else text


def _of_several(named: Sequence[Dose], said: _Said) -> tuple[Dose, tuple[str, ...]]:
    """The dose where a name tells more than one: beside a compound's mass, the smaller is the mineral itself."""
    least, most = min(named, key=lambda dose: dose.best), max(named, key=lambda dose: dose.best)
    if math.isclose(least.best, most.best, rel_tol=0.01):  # "1000 IU (25 µg)"
        return named[0], ()
    if _anions(said) or "elemental" in said.rest:
        return least, ()
    return Dose(least.low, named[0].best, most.high), ("the line tells two doses",)


def _pieces(said: _Said) -> float | None:
    """The count of tablets told in the name ("2 tablets", "x 2"), or None."""
    spelled = {word: value for word, value in meanings("number").items() if " " not in word and word not in ("a", "an")}
    counts = [spelled.get(word, word) for word in said.rest if word in spelled or _COUNT.fullmatch(word)]
    marks = lexicon("dose_form") | lexicon("dose_each") | lexicon("dose_per")
    if len(counts) != 1 or marks.isdisjoint(said.rest):
        return None
    value = parse_number(counts[0])
    return value if 0 < value <= MOST_PIECES else None


def _from_amount(of: Nutrient, amount: str, unit: str) -> _Taken:
    """The dose where the amount tells it: "400 mg", "200-400 mg", "2 x 200 mg", "2 tablets (400 mg)".

    Raises
    ------
    AmountError, UnknownUnit
        The amount cannot be read, or its unit has no meaning for the nutrient.
    """
    text = _DOSE.sub(_plain_numbers, _spelled(f"{amount} {unit}"))
    dose = _doses(of, text)[0]
    count = parse_amount(text)
    if count is None:
        return _Taken(dose)
    own = count.unit.partition(" ")[0]
    if _DOSE.fullmatch(f"1 {own}"):
        factor = nutrient_factor(of, _unit(own))
        return _Taken(Dose(count.low * factor, count.number * factor, count.high * factor))
    if count.low == count.high == 1:
        return _Taken(dose)
    if "(" in text:
        return _Taken(dose.times(1, 1, max(1.0, count.high)), ("the dose in brackets is taken as the total",))
    if not lexicon("dose_each").isdisjoint(text.split()):
        return _Taken(dose.times(count.low, count.number, count.high))
    total = dose.times(min(1.0, count.low), count.number, max(1.0, count.high))
    return _Taken(total, (f"{count.number:g} times the dose is counted; it may be that of all together",))


def _plain_numbers(found: re.Match[str]) -> str:
    """A dose with numbers that can be read in one way only: "2,000 iu" as "2000 iu"."""
    first, last, unit = found.groups()
    low = f"{_value(first):.12f}".rstrip("0").rstrip(".") + " - " if first else ""
    return f"{low}{f'{_value(last):.12f}'.rstrip('0').rstrip('.')} {_unit(unit)}"


def _anions(said: _Said) -> frozenset[str]:
    """The forms of a salt that a line names, as the table of salts names them."""
    forms = meanings("dose_salt")
    return frozenset(forms[word] for word in (*said.text.split(), *said.rest) if word in forms)


def salt_written(food: str) -> str:
    """The form of a salt as a line writes it: "glycinate" of "magnesium glycinate 400 mg", "" where it names none."""
    return next((word for word in words(food) if word in meanings("dose_salt")), "")


def _as_mineral(food: str) -> bool:
    """Whether the dose is told to be the mineral's: "elemental", "as citrate", "(citrate)"."""
    text = plain(food)
    if re.search(r"\b(?:elemental|as|from)\b", text):
        return True
    forms = meanings("dose_salt")
    return any(word in forms for inside in re.findall(r"\(([^)]*)\)", text) for word in words(inside))


def _readings(of: Nutrient, dose: Dose, said: _Said, food: str, guesses: list[str], *, weighed: bool) -> Supplement:
    """One reading for the nutrient's own name, two for a salt with a mass: elemental (best, high) or compound (low)."""
    anions = _anions(said)
    several = len({round(value.best, 9) for value in _doses(of, food)}) > 1  # the mineral's own mass is told
    if not anions or not weighed or _as_mineral(food) or several:
        return Supplement({of.id: dose}, frozenset(), "; ".join(guesses))
    forms = anions | {f"di{anion}" for anion in anions}
    fits = [salt for salt in _salts() if salt.nutrient == of.id and salt.words & forms]
    bases = meanings("dose_name").keys() | {"pyridoxine"}  # pyridoxine hydrochloride is not that of pyridoxamine
    fits = [salt for salt in fits if salt.words & bases & set(said.text.split())] or fits
    if fits:
        least = min(salt.fraction for salt in fits)
        text = f"{dose.best:.{of.decimals}f} {of.unit} of {of.called}; if the label means the compound, it holds about "
        guesses = [f"read as {text}{dose.best * least:.{of.decimals}f} {of.unit}", *guesses]
    else:
        least = 0.0
        guesses = [f"the content of this form of {of.called} is not known", *guesses]
    return Supplement({of.id: dose._replace(low=dose.low * least)}, frozenset(), "; ".join(guesses))
