"""Supplement lines: from "magnesium citrate 400 mg" to elemental doses, and what a product may carry.

A dose line never goes to the food matcher. A nutrient's own name with a mass is that mass; a salt's name with a mass
is two readings (elemental or compound), both kept; a product without a label is never guessed. ``doses`` cuts a line
into tokens, here they are shared out among the nutrients, ``dose_amounts`` reads those of one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from nutrigap.dose_amounts import Dose, Part, Supplement, most_of, read_part
from nutrigap.doses import (
    Token,
    amounts_of,
    named_nutrients,
    named_products,
    names_nothing,
    of_kind,
    products,
    read_cells,
    salt_written,
    strange_words,
    telling,
)
from nutrigap.errors import UnknownUnit
from nutrigap.quantities import NO_AMOUNT
from nutrigap.units import find_nutrient, nutrient_factor, nutrients
from nutrigap.words import lexicon, meanings, plain

__all__ = ["Dose", "Supplement", "brand_words", "looks_like_supplement", "read_supplement", "salt_written"]

CORE = tuple(n.id for n in nutrients() if n.role == "core")
_MEGAGRAM = r"\d\s*Mg\b"
_BOUND = r"([<>≤≥])\s*=?\s*[\d.,]"
_SIGNED = r"\s*[-+−]\s*\d"


def looks_like_supplement(food: str, amount: str) -> bool:
    """Whether a line is a dose: nutrient or product names, salts, forms and doses, and no other word.

    "calcium fortified orange juice" holds other words, "vitamin D3 2000 IU" does not.
    """
    if names_nothing(food):
        return False
    named, told = read_cells(food, amount)
    found = named_products(named)
    if strange_words(named) or not (found or named_nutrients(named)):
        return False
    if named_nutrients(named) or any(product.when != "dose" for product in found):
        return True
    return telling((*named, *told))


def brand_words(food: str, amount: str) -> str:
    """The strange words of a line that names a product with a dose or a tablet: "Nature Made magnesium 400 mg".

    "" when the line is no such line. Whether the words are a brand or a food, the food table has to tell.
    """
    if names_nothing(food):
        return ""
    named, told = read_cells(food, amount)
    found = named_products(named)
    sure = telling((*named, *told)) or any(product.carries and not product.when for product in found)
    if not sure or not (found or named_nutrients(named)):
        return ""
    strange = strange_words(named)
    return "" if lexicon("dose_food").intersection(strange) else " ".join(strange)


def read_supplement(
    food: str, amount: str, unit: str, labels: Mapping[str, float], *, blank_is_zero: bool = True
) -> Supplement:
    """The doses of a supplement line, per line as taken.

    Parameters
    ----------
    food, amount, unit : str
        Cells of the line.
    labels : mapping of nutrient id to float
        Amounts from label columns, in canonical units, for the line as taken. Beside one of the six nutrients those
        that are blank are 0, but for a dose that the words of the line tell; water or energy alone tell nothing of
        them.
    blank_is_zero : bool
        False for amounts from an export, which leaves blank what it does not know: such nutrients are unknown.
    """
    told = {name: Dose(value, value, value) for name, value in labels.items()}
    read = _read_words(food, f"{amount} {unit}".strip())
    doses = {**read.doses, **told}
    if told.keys() & set(CORE):
        guess = read.guess if read.doses.keys() - told.keys() else ""
        blank = frozenset(CORE) - doses.keys()
        if not blank_is_zero:
            return Supplement(doses, blank, guess)
        return Supplement({**dict.fromkeys(CORE, Dose(0.0, 0.0, 0.0)), **doses}, frozenset(), guess)
    if not read.doses and not told.keys() - {"energy"}:  # every export tells the energy
        return read
    if not read.doses and read.unknown:
        guess = read.guess or "the labels tell none of the six nutrients"
        return Supplement(doses, read.unknown, guess)
    return read._replace(doses=doses)


def _read_words(food: str, amount: str) -> Supplement:
    """The doses that the words of a line tell."""
    named, told = read_cells(food, "" if plain(amount) in NO_AMOUNT else amount)
    ours, found = named_nutrients(named), named_products(named)
    carried = frozenset[str]().union(*(product.carries for product in found))
    if not ours:
        return Supplement({}, carried if found else frozenset(CORE), "")
    if re.match(_SIGNED, amount):
        return Supplement({}, carried.union(ours), f'the amount "{amount}" is negative or signed')
    doses: dict[str, Dose] = {}
    guesses: list[str] = []
    for part in _shared_out(named, told, ours, alone=not found):
        read = read_part(part)
        doses |= read.doses
        guesses += read.guess.split("; ") if read.guess else []
    if doses and re.search(_MEGAGRAM, f"{food} ; {amount}"):
        guesses.append('"Mg" is read as mg')
    if doses and (bound := re.search(_BOUND, f"{food} ; {amount}")):
        guesses.append(f'"{bound[1]}" tells a limit, not a dose: the dose is taken as written')
        if bound[1] in "<≤":
            doses = {name: dose._replace(low=0.0) for name, dose in doses.items()}
    unknown = carried.union(ours) - doses.keys()
    if not doses and not guesses and amounts_of(named):
        guesses.append("the line does not tell which nutrient the dose is of")
    if doses and unknown:
        names = ", ".join(find_nutrient(name).called for name in CORE if name in unknown)
        guesses.append(f"the line does not tell the dose of {names}")
    return Supplement(doses, unknown, "; ".join(dict.fromkeys(guesses)))


# ------------------------------------------------------------------------- which dose is whose


def _shared_out(named: tuple[Token, ...], told: tuple[Token, ...], ours: Sequence[str], *, alone: bool) -> list[Part]:
    """The tokens of a line by nutrient: each with its own dose, and all with the counts of the line."""
    if len(ours) == 1 and alone:
        return [Part(find_nutrient(ours[0]), named, told)]
    if of_kind(told, "mass", "percent"):
        named, told = (*named, Token("break", ""), *told), ()
    groups = _in_order(named) or _segments(named)
    places = [at for at, token in enumerate(named) if _owner(token) or token.kind == "mass"]
    outside = [t for at, t in enumerate(named) if t.kind == "times" and not places[0] < at < places[-1]]
    named = tuple(t._replace(kind="pieces") if t in outside else t for t in named)  # 2 x both, or only one of them
    groups = [[t for t in group if t not in outside] for group in groups]
    common = [token for token in named if token.kind in _COMMON]
    parts = []
    for nutrient in ours:
        mine = [group for group in groups if {_owner(t) for t in group} - {""} == {nutrient}]
        own = [token for group in mine for token in group if token not in common]
        parts.append(Part(find_nutrient(nutrient), (*own, *common), told))
    return parts


# What a line says of all its nutrients: a tablet holds all of them.
_COMMON = frozenset(["pieces", "piece", "often", "share", "each", "rare"])


def _owner(token: Token) -> str:
    """What a dose can belong to: a nutrient, or a product that is no mixture of them ("multivitamin")."""
    if token.kind == "product" and len(products()[token.means].carries) > 1:
        return ""
    return token.means if token.kind in ("nutrient", "product") else ""


def _in_order(named: Sequence[Token]) -> list[list[Token]]:
    """Names and then as many doses: "Calcium/Magnesium/D3 500 mg/250 mg/400 IU"; empty where a line is not so."""
    amounts = amounts_of(named)
    places = [at for at, token in enumerate(named) if _owner(token)]
    first = named.index(amounts[0]) if amounts else 0
    owners = list(dict.fromkeys(_owner(named[at]) for at in places))
    if not len(owners) == len(places) == len(amounts) or places[-1] > first:
        return []
    names = [list(named[start:end]) for start, end in zip(places, [*places[1:], first], strict=True)]
    for name, after in pairwise(names):
        if len(name) == 1:  # "magnesium potassium aspartate": the salt of both
            name += of_kind(after, "salt", "hydrate")
    return [[*name, dose] for name, dose in zip(names, amounts, strict=True)]


def _segments(named: Sequence[Token]) -> list[list[Token]]:
    """The parts of "calcium 500 mg + vitamin D, 400 IU": a dose that stands alone belongs to the part before it."""
    if (one := _only_dose(named)) is not None:
        return one
    parts: list[list[Token]] = [[]]
    for token in named:
        if token.kind in ("break", "slash"):
            parts.append([])
        parts[-1].append(token)
    kept: list[list[Token]] = [[]]
    for part in parts:
        owned = any(_owner(token) for token in part)
        if owned and any(_owner(token) for token in kept[-1]):
            kept.append([])
        kept[-1] += part
    return [group for part in kept for group in _by_name(part)]


def _by_name(part: Sequence[Token]) -> list[list[Token]]:
    """The names of a part, each with the doses behind it ("B6 10 mg B12 500 µg") or before it ("10 mg B6 …")."""
    doses = amounts_of(part)
    name_first = next((bool(_owner(token)) for token in part if _owner(token) or token in doses), True)
    groups: list[list[Token]] = [[]]
    for token in part:
        owners = {_owner(t) for t in groups[-1]} - {""}
        if owners and (_owner(token) not in ("", *owners) if name_first else token in doses):
            groups.append([])
        groups[-1].append(token)
    return groups


def _only_dose(named: Sequence[Token]) -> list[list[Token]] | None:
    """One dose behind several names: that of the only one that it can be of, else of none."""
    amounts = amounts_of(named)
    last = max((at for at, token in enumerate(named) if _owner(token)), default=-1)
    owners = list(dict.fromkeys(_owner(token) for token in named if _owner(token)))
    if len(amounts) != 1 or len(owners) < 2 or named.index(amounts[0]) < last or amounts[0].kind != "mass":
        return None
    able = [owner for owner in owners if _possible(owner, amounts[0])]
    named = [t for t in named if t not in amounts]
    groups: list[list[Token]] = []
    for token in named:
        if _owner(token) or not groups:
            groups.append([])
        groups[-1].append(token)
    return [[*g, *amounts] if [_owner(t) for t in g if _owner(t)] == able else g for g in groups]


def _possible(owner: str, amount: Token) -> bool:
    """Whether a dose can be that of a nutrient, by its unit and its size, or of a product, by its unit."""
    if owner in products():
        return amount.means != "IU" or owner in meanings("dose_in_iu")
    of = find_nutrient(owner)
    try:
        return amount.best * nutrient_factor(of, amount.means) <= most_of(of)
    except UnknownUnit:
        return False
