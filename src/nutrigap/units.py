"""Units: a closed vocabulary of words with factors, and the nutrients with their canonical units.

The factors come from ``data/units.csv`` (made with pint by the build). Inside nutrigap every nutrient has one
canonical unit and every amount of food is in grams; conversions happen here and nowhere else. IU is no
unit of measure: it belongs to a substance, so its factor is a column of ``data/nutrients.csv``.
pint itself is imported only when a quantity is handed in.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, overload

from nutrigap.errors import TableError, UnknownUnit

if TYPE_CHECKING:
    from pint.facets.plain import PlainQuantity

# Words that a units library would happily misread (grain, megagram, tonne or teaspoon): refused with a hint.
REFUSED = {
    "gr": "write g for grams",
    "Mg": "write mg for milligrams",
    "t": "write tsp, tbsp or g",
    "T": "write tbsp, tsp or g",
    "c": "write cup",
}
# Whose pints and fluid ounces a user means.
MEASURE_SYSTEMS = ("us", "imperial")
MASS_IN_GRAMS = {"g": 1.0, "mg": 1e-3, "µg": 1e-6}


# A plain path: importlib.resources would take longer than reading the tables.
DATA = Path(__file__).parent / "data"


def read_rows(name: str) -> list[list[str]]:
    """Rows of a small packaged table, its header first; of another file where ``name`` is a whole path."""
    with (DATA / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


def read_table(name: str) -> list[dict[str, str]]:
    """Rows of a small packaged table, as dictionaries of strings ("" where blank)."""
    header, *rows = read_rows(name)
    return [dict(zip(header, row, strict=True)) for row in rows]


class Unit(NamedTuple):
    """A unit of mass, volume or energy: its factor to gram, millilitre or kilocalorie.

    ``imperial`` is the factor of the unit of that name in imperial measure where it is another one, else None.
    """

    name: str
    dimension: str
    factor: float
    imperial: float | None = None


class Nutrient(NamedTuple):
    """One nutrient: a row of ``data/nutrients.csv``.

    ``role`` is ``core`` (the six), ``context`` (shown, not judged) or ``part`` (a share of another one).
    ``ug_per_iu`` [µg per IU], ``mg_per_mmol`` [mg per mmol] and ``valence`` are None where they have no meaning.
    """

    id: str
    name: str
    unit: str
    decimals: int
    role: str
    ug_per_iu: float | None
    mg_per_mmol: float | None
    valence: int | None
    words: tuple[str, ...]

    @property
    def called(self) -> str:
        """The name within a sentence: "magnesium", "vitamin B6"."""
        return self.name[0].lower() + self.name[1:]


def _number(text: str) -> float | None:
    return float(text) if text else None


@cache
def nutrients() -> tuple[Nutrient, ...]:
    """All nutrients, the six core ones first, in the order of every array of nutrigap."""
    return tuple(
        Nutrient(
            id=row["id"],
            name=row["name"],
            unit=row["unit"],
            decimals=int(row["decimals"]),
            role=row["role"],
            ug_per_iu=_number(row["ug_per_iu"]),
            mg_per_mmol=_number(row["mg_per_mmol"]),
            valence=int(row["valence"]) if row["valence"] else None,
            words=tuple(word.replace("_", " ") for word in row["words"].split()),
        )
        for row in read_table("nutrients.csv")
    )


@cache
def nutrient_index() -> dict[str, int]:
    """Nutrient id -> its column in every line × nutrient and food × nutrient array."""
    return {nutrient.id: i for i, nutrient in enumerate(nutrients())}


def find_nutrient(name: str) -> Nutrient:
    """The nutrient with this id; TableError with the list of ids otherwise."""
    index = nutrient_index().get(name)
    if index is None:
        known = ", ".join(n.id for n in nutrients() if n.role != "part")
        raise TableError(f'unknown nutrient "{name}"; known: {known}')
    return nutrients()[index]


@cache
def vocabulary() -> dict[str, Unit]:
    """Every word of the closed vocabulary, in lower case -> its unit."""
    return {
        row["word"]: Unit(row["unit"], row["dimension"], float(row["factor"]), _number(row["imperial"]))
        for row in read_table("units.csv")
    }


def find_unit(word: str) -> Unit | None:
    """The unit that a word stands for, or None when the word is no unit of ours.

    Raises
    ------
    UnknownUnit
        For words that would be read as something else (``gr``, ``Mg``, ``t``), with a hint.
    """
    spelled = " ".join(word.replace("μ", "µ").split()).rstrip(".")
    if spelled in REFUSED:
        raise UnknownUnit(f'the unit "{spelled}" can be read in two ways; {REFUSED[spelled]}')
    return vocabulary().get(spelled.lower().replace(". ", " "))


def leading_unit(text: str) -> Unit | None:
    """The unit of the vocabulary that a text begins with: ``g``, ``cups chopped``, ``fl oz``."""
    return split_unit(text)[0]


def split_unit(text: str) -> tuple[Unit | None, str]:
    """The unit of the vocabulary that a text begins with, and the rest: "fl oz (no ice)" is (fluid ounce, "(no ice)").

    (None, text) where it begins with none.
    """
    parts = text.split()
    for length in (2, 1):
        head = " ".join(parts[:length])
        if len(parts) >= length and (unit := find_unit(head.rstrip(",;"))) is not None:
            rest = " ".join(parts[length:])
            return unit, f", {rest}" if head.endswith((",", ";")) else rest
    return None, text


def nutrient_factor(of: Nutrient, unit: str) -> float:
    """What one ``unit`` of the nutrient is in its canonical unit.

    Parameters
    ----------
    of : Nutrient
    unit : str
        A word for a mass or an energy, ``IU``, ``mmol``, ``µmol``, ``mEq``; or the canonical unit itself.

    Raises
    ------
    UnknownUnit
        When the unit has no meaning for that nutrient (IU of magnesium).
    """
    word = unit.strip().replace("μ", "µ")
    if word == of.unit:
        return 1.0
    lower = word.lower().replace(".", "")
    canonical = MASS_IN_GRAMS.get(of.unit)
    if lower in ("iu", "iu's", "ius") and of.ug_per_iu is not None and canonical is not None:
        return of.ug_per_iu * 1e-6 / canonical
    moles = {"mmol": 1.0, "µmol": 1e-3, "umol": 1e-3, "meq": 1.0 / (of.valence or 1)}.get(lower)
    if moles is not None and of.mg_per_mmol is not None and canonical is not None:
        return moles * of.mg_per_mmol * 1e-3 / canonical
    found = find_unit(word)
    if found is not None and found.dimension == "mass" and canonical is not None:
        return found.factor / canonical
    if found is not None and found.dimension == "energy" and of.unit == "kcal":
        return found.factor
    raise UnknownUnit(f'the unit "{unit}" has no meaning for {of.called}; its unit here is {of.unit}')


def find_pint_unit(word: str) -> str:
    """The name under which pint knows a unit that we allow; UnknownUnit for IU, which belongs to a substance."""
    moles = {"mmol": "millimole", "µmol": "micromole", "umol": "micromole"}.get(word.strip().lower())
    found = None if moles else find_unit(word)
    if moles is None and found is None:
        raise UnknownUnit(f'a quantity cannot be given in "{word}"; convert its number: convert(50, "µg", "{word}", …)')
    return moles or (found.name if found is not None else "")


@overload
def convert(value: float, unit_from: str, unit_to: str = "", *, nutrient: str) -> float: ...
@overload
def convert(
    value: PlainQuantity[float], unit_from: str, unit_to: str = "", *, nutrient: str
) -> PlainQuantity[float]: ...
def convert(
    value: float | PlainQuantity[float], unit_from: str, unit_to: str = "", *, nutrient: str
) -> float | PlainQuantity[float]:
    """An amount of a nutrient in another unit.

    ``convert(2000, "IU", "µg", nutrient="vitamin_d")`` is 50.0. A pint quantity knows its unit: it is converted with
    ``convert(quantity, "mg", nutrient=…)`` and gives a quantity of the same registry back.

    Parameters
    ----------
    value : float, array or pint.Quantity
    unit_from, unit_to : str
        ``g mg µg IU mmol mEq`` and their spellings; for energy ``kcal kJ``. With a quantity the only unit is the
        target.
    nutrient : str
        Nutrient id: IU and mmol belong to a substance.

    Raises
    ------
    UnknownUnit
        A unit with no meaning for that nutrient.
    TableError
        A nutrient that is not in the table.
    """
    of = find_nutrient(nutrient)
    if hasattr(value, "to") and not isinstance(value, float | int):
        return _convert_quantity(value, of, unit_from)
    return value * (nutrient_factor(of, unit_from) / nutrient_factor(of, unit_to or of.unit))


def _convert_quantity(quantity: PlainQuantity[float], of: Nutrient, unit_to: str) -> PlainQuantity[float]:
    """A quantity in another unit: pint brings it to one that we name, its own word never reaches our vocabulary."""
    ours = {"mg": "milligram", "µg": "microgram", "g": "gram", "kcal": "kilocalorie"}[of.unit]
    molar = quantity.check("[substance]")
    if not molar and not quantity.is_compatible_with(ours):
        raise UnknownUnit(
            f"a quantity in {quantity.units} is no amount of {of.name.lower()}; its unit here is {of.unit}"
        )
    amount = quantity.to("millimole" if molar else ours).magnitude
    factor = nutrient_factor(of, "mmol" if molar else of.unit) / nutrient_factor(of, unit_to)
    return quantity.__class__(amount * factor, find_pint_unit(unit_to))
