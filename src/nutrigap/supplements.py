"""Supplement lines: from "magnesium citrate 400 mg" to elemental doses, and what a product may carry.

A dose line never goes to the food matcher. A nutrient's own name with a mass is that mass; a salt's name with a mass
is two readings (elemental or compound), both kept; a product without a label is never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from nutrigap.amounts import parse_amount, parse_number
from nutrigap.errors import AmountError, UnknownUnit
from nutrigap.units import Nutrient, find_nutrient, nutrient_factor, nutrients, read_table
from nutrigap.words import key, lexicon, plain, words

# Words that a dose line may hold beside the nutrient, its form and its dose.
DOSE_WORDS = lexicon("dose") | lexicon("dose_form")
_DOSE = re.compile(r"(?<![\w.,])(\d[\d  ]*(?:[.,]\d+)?)\s*(iu|i\.u\.|mcg|µg|μg|ug|mg|g|mmol|meq)\b\.?", re.I)
_ELEMENTAL = re.compile(r"\belemental\b|\bas\b|\bfrom\b|\(", re.I)


class Dose(NamedTuple):
    """Amount of a nutrient in a line, in its canonical unit: low and high differ where two readings exist."""

    low: float
    best: float
    high: float


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


@cache
def _salts() -> tuple[_Salt, ...]:
    return tuple(
        _Salt(frozenset(words(row["substance"])), row["nutrient"], float(row["fraction"]))
        for row in read_table("salts.csv")
    )


# How people write the anion of a salt -> the part of a substance's name that tells it.
ANIONS = {
    "oxide": "oxide", "hydroxide": "hydroxide", "carbonate": "carbonate", "citrate": "citrate", "glycinate": "bisglycinate",
    "bisglycinate": "bisglycinate", "diglycinate": "bisglycinate", "glycine": "bisglycinate", "chloride": "chloride",
    "sulfate": "sulfate", "sulphate": "sulfate", "lactate": "lactate", "malate": "malate", "aspartate": "aspartate",
    "gluconate": "gluconate", "threonate": "threonate", "taurate": "taurate", "orotate": "orotate", "phosphate": "phosphate",
    "bicarbonate": "bicarbonate", "hcl": "hydrochloride", "hydrochloride": "hydrochloride",
}  # fmt: skip


@cache
def _names() -> tuple[tuple[str, str], ...]:
    """(words of a nutrient's name, nutrient id), longest first."""
    pairs = [(" ".join(words(word)), n.id) for n in nutrients() if n.role == "core" for word in n.words]
    pairs += [(" ".join(words(n.name)), n.id) for n in nutrients() if n.role == "core"]
    pairs += [
        ("cyanocobalamin", "vitamin_b12"),
        ("methylcobalamin", "vitamin_b12"),
        ("hydroxocobalamin", "vitamin_b12"),
    ]
    single_letters = {"k", "ca", "mg"}  # too short to be told from other words
    return tuple(sorted({p for p in pairs if p[0] not in single_letters}, key=lambda pair: (-len(pair[0]), pair[0])))


@cache
def _products() -> tuple[tuple[str, frozenset[str]], ...]:
    rows = [(key(row["words"]), frozenset(row["carries"].split())) for row in read_table("products.csv")]
    return tuple(sorted(rows, key=lambda row: -len(row[0])))


def _find(text: str, phrase: str) -> bool:
    return f" {phrase} " in f" {text} "


def _named_nutrients(text: str) -> tuple[list[str], str]:
    """Nutrients named in a normalised text, and what is left of it."""
    found: list[str] = []
    for name, nutrient_id in _names():
        if _find(text, name):
            text = f" {text} ".replace(f" {name} ", " ").strip()
            if nutrient_id not in found:
                found.append(nutrient_id)
    return found, text


def _product(text: str) -> tuple[str, frozenset[str]] | None:
    for words_of, carries in _products():
        if _find(text, words_of):
            return words_of, carries
    return None


def looks_like_supplement(food: str, amount: str) -> bool:
    """Whether a line is a dose: nutrient or product names, salts, forms and doses, and no other word.

    "calcium fortified orange juice" holds other words, "vitamin D3 2000 IU" does not.
    """
    text = key(_DOSE.sub(" ", plain(food)))
    product = _product(text)
    if product is not None:
        text = f" {text} ".replace(f" {product[0]} ", " ").strip()
    found, rest = _named_nutrients(text)
    if not found and product is None:
        return False
    salts = set(ANIONS)
    if any(w not in DOSE_WORDS and w not in salts and not w.isdigit() for w in rest.split()):
        return False
    if product is not None:
        return True
    said = f"{food} {amount}"
    return bool(_DOSE.search(plain(said))) or not lexicon("dose_form").isdisjoint(key(said).split())


def read_supplement(food: str, amount: str, unit: str, labels: Mapping[str, float]) -> Supplement:
    """The doses of a supplement line, per line as taken.

    Parameters
    ----------
    food, amount, unit : str
        Cells of the line.
    labels : mapping of nutrient id to float
        Amounts from label columns, in canonical units, for the line as taken.
    """
    if labels:
        filled = {name: Dose(value, value, value) for name, value in labels.items()}
        blank = [n.id for n in nutrients() if n.role == "core" and n.id not in filled]
        filled.update({name: Dose(0.0, 0.0, 0.0) for name in blank})
        return Supplement(filled, frozenset(), "")
    text = key(_DOSE.sub(" ", plain(food)))
    found, rest = _named_nutrients(text)
    product = _product(text)
    if len(found) != 1 or (product is not None and product[1]):
        carries = frozenset(found) | (product[1] if product is not None else frozenset())
        if product is None and not found:
            carries = frozenset(n.id for n in nutrients() if n.role == "core")
        return Supplement({}, carries, "")
    of = find_nutrient(found[0])
    try:
        value = _dose(of, food, amount, unit)
    except (AmountError, UnknownUnit) as error:
        return Supplement({}, frozenset(found), str(error))
    if value is None:
        return Supplement({}, frozenset(found), "")
    return _readings(of, value, food, set(rest.split()) | set(text.split()))


def _dose(of: Nutrient, food: str, amount: str, unit: str) -> float | None:
    """The dose written in the line, in the nutrient's canonical unit: as many times as the amount says."""
    in_amount = _DOSE.search(plain(f"{amount} {unit}"))
    in_food = _DOSE.search(plain(food))
    if in_amount is not None:
        taken = parse_amount(amount, unit)
        if taken is None:
            return None
        dose_unit = in_amount[2]
        return taken.number * nutrient_factor(of, dose_unit)
    if in_food is None:
        return None
    number = parse_number(re.sub(r"(?<=\d)[  ,](?=\d{3}\b)", "", in_food[1]).strip())
    taken = parse_amount(amount, "") if amount else None
    return number * (taken.number if taken is not None else 1.0) * nutrient_factor(of, in_food[2])


def _readings(of: Nutrient, value: float, food: str, said: set[str]) -> Supplement:
    """One reading for the nutrient's own name, two for a salt: elemental (best, high) or compound (low)."""
    anion = next((ANIONS[word] for word in sorted(said) if word in ANIONS), None)
    if anion is None or _ELEMENTAL.search(plain(food)):
        return Supplement({of.id: Dose(value, value, value)}, frozenset(), "")
    fractions = [salt.fraction for salt in _salts() if salt.nutrient == of.id and any(anion in w for w in salt.words)]
    if not fractions:
        return Supplement(
            {of.id: Dose(0.0, value, value)},
            frozenset(),
            f"the content of this form of {of.name.lower()} is not known",
        )
    low = value * min(fractions)
    digits = of.decimals
    guess = (
        f"read as {value:.{digits}f} {of.unit} of {of.name.lower()}; if the label means the compound, "
        f"it holds about {low:.{digits}f} {of.unit}"
    )
    return Supplement({of.id: Dose(low, value, value)}, frozenset(), guess)
