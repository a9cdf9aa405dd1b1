"""The small tables: imputation, default portion, salts, daily values; the references are made by their own module."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from build_foods import nutrient_columns
from build_references import CORE, REQUIREMENT_CV, SOURCES, reference_rows, within_person_rows
from build_releases import Releases

FloatArray = NDArray[np.float64]

SMALLEST_GROUP = 30  # known values a group needs to speak for itself
ELEMENTS = {"Mg": "magnesium", "Ca": "calcium", "K": "potassium"}
# what labels and authorities count by convention, whatever the molar mass says
CONVENTIONS = {
    "cholecalciferol (D3)": ("1", "iom2011"),  # 1 µg = 40 IU for both
    "ergocalciferol (D2)": ("1", "iom2011"),
    "calcidiol 25(OH)D3": ("2.5", "efsa2023"),
    "calcidiol monohydrate": ("2.5", "efsa2023"),
}

# What 100 % on a label is, for adults.
DAILY_VALUES = (
    ("us", "magnesium", "420", "mg", "cfr101_9"),
    ("us", "calcium", "1300", "mg", "cfr101_9"),
    ("us", "potassium", "4700", "mg", "cfr101_9"),
    ("us", "vitamin_d", "20", "µg", "cfr101_9"),
    ("us", "vitamin_b12", "2.4", "µg", "cfr101_9"),
    ("us", "vitamin_b6", "1.7", "mg", "cfr101_9"),
    ("eu", "magnesium", "375", "mg", "eu1169_2011"),
    ("eu", "calcium", "800", "mg", "eu1169_2011"),
    ("eu", "potassium", "2000", "mg", "eu1169_2011"),
    ("eu", "vitamin_d", "5", "µg", "eu1169_2011"),
    ("eu", "vitamin_b12", "2.5", "µg", "eu1169_2011"),
    ("eu", "vitamin_b6", "1.4", "mg", "eu1169_2011"),
)

# IUPAC 2021, as the release has them
ATOMIC_WEIGHTS = {
    "H": 1.008, "C": 12.011, "N": 14.007, "O": 15.999, "Mg": 24.305, "P": 30.9738, "S": 32.06, "Cl": 35.45,
    "K": 39.0983, "Ca": 40.078, "I": 126.904,
}  # fmt: skip
# Further compounds and hydrates that are sold under a salt's name: the word alone does not tell which.
MORE_SALTS = (
    ("magnesium carbonate trihydrate", "MgCO3.3H2O", "Mg"),
    ("magnesium carbonate hydroxide pentahydrate (heavy)", "Mg5(CO3)4(OH)2.5H2O", "Mg"),
    ("magnesium lactate trihydrate", "Mg(C3H5O3)2.3H2O", "Mg"),
    ("magnesium malate trihydrate", "MgC4H4O5.3H2O", "Mg"),
    ("magnesium aspartate tetrahydrate", "Mg(C4H6NO4)2.4H2O", "Mg"),
    ("magnesium aspartate hydrochloride trihydrate", "MgC4H6NO4Cl.3H2O", "Mg"),
    ("magnesium gluconate dihydrate", "Mg(C6H11O7)2.2H2O", "Mg"),
    ("magnesium L-threonate monohydrate", "Mg(C4H7O5)2.H2O", "Mg"),
    ("magnesium orotate dihydrate", "Mg(C5H3N2O4)2.2H2O", "Mg"),
    ("magnesium pidolate", "Mg(C5H6NO3)2", "Mg"),
    ("magnesium acetate tetrahydrate", "Mg(C2H3O2)2.4H2O", "Mg"),
    ("magnesium ascorbate", "Mg(C6H7O6)2", "Mg"),
    ("magnesium hydrogen phosphate trihydrate", "MgHPO4.3H2O", "Mg"),
    ("magnesium glycerophosphate", "MgC3H7O6P", "Mg"),
    ("calcium chloride (anhydrous)", "CaCl2", "Ca"),
    ("calcium chloride hexahydrate", "CaCl2.6H2O", "Ca"),
    ("calcium hydroxide", "Ca(OH)2", "Ca"),
    ("calcium oxide", "CaO", "Ca"),
    ("calcium acetate", "Ca(C2H3O2)2", "Ca"),
    ("calcium ascorbate dihydrate", "Ca(C6H7O6)2.2H2O", "Ca"),
    ("calcium sulfate dihydrate", "CaSO4.2H2O", "Ca"),
    ("dicalcium phosphate dihydrate", "CaHPO4.2H2O", "Ca"),
    ("monocalcium phosphate monohydrate", "Ca(H2PO4)2.H2O", "Ca"),
    ("calcium glycerophosphate", "CaC3H7O6P", "Ca"),
    ("calcium bisglycinate", "Ca(C2H4NO2)2", "Ca"),
    ("calcium pidolate", "Ca(C5H6NO3)2", "Ca"),
    ("calcium malate trihydrate", "CaC4H4O5.3H2O", "Ca"),
    ("potassium gluconate monohydrate", "KC6H11O7.H2O", "K"),
    ("monopotassium phosphate", "KH2PO4", "K"),
    ("potassium sulfate", "K2SO4", "K"),
    ("calcium pantothenate", "Ca(C9H16NO5)2", "Ca"),
    ("potassium iodide", "KI", "K"),
    ("potassium aspartate hemihydrate", "(KC4H6NO4)2.H2O", "K"),
)


def build_tables(releases: Releases, out: Path) -> None:
    """Write the small tables into ``out``; ``out / "foods"`` must be there already.

    Raises
    ------
    ReleaseError
        A row of a release is not what the rules expect.
    """
    _write(out, "imputation", imputation_rows(out / "foods"))
    _write(out, "default_portion", default_portion_rows(out / "foods"))
    _write(out, "references", reference_rows(releases.table("references")))
    _write(out, "within_person_sd", within_person_rows(releases.table("within_person")))
    _write(out, "salts", salt_rows(releases.table("salts"), releases.table("vitamers")))
    _write(out, "daily_values", [("authority", "nutrient", "value", "unit", "source"), *DAILY_VALUES])
    _write(out, "requirement_cv", REQUIREMENT_CV)
    _write(out, "sources", [("key", "title", "publisher", "year", "address"), *SOURCES])


def _write(out: Path, name: str, rows: Iterable[Sequence[str]]) -> None:
    with (out / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(rows)


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").split("\n")[:-1]


def _number(value: float) -> str:
    """Six significant digits, never in exponents."""
    return np.format_float_positional(float(f"{value:.6g}"), trim="-")


def _three_decimals(value: float, *, up: bool = False) -> str:
    """Rounded to the nearest, or up; the value's own error of representation is no reason to go up."""
    thousandths = round(value * 1000, 6)
    return np.format_float_positional((math.ceil(thousandths) if up else round(thousandths)) / 1000, trim="-")


def imputation_rows(foods: Path) -> list[tuple[str, ...]]:
    """What stands in for an unmeasured value, by SR food group and nutrient, per 100 g.

    best = median of the group's known values; high = the larger of their 95th percentile (linear
    interpolation) and the smallest non-zero value that SR reports for the nutrient. Both have three decimals, as
    the releases have at most, high rounded up. Groups with fewer than 30 known values take median and percentile of
    all SR foods (basis "all").
    """
    values: FloatArray = np.load(foods / "values.npy")
    is_sr = np.array([food.startswith("sr:") for food in _lines(foods / "ids.txt")])
    values, member = values[is_sr], np.load(foods / "group.npy")[is_sr]
    rows: list[tuple[str, ...]] = [
        ("group", "nutrient", "known", "median", "p95", "smallest_nonzero", "basis", "best", "high")
    ]
    for place, group in enumerate(_lines(foods / "groups.txt")):
        if not group.startswith("SR: "):
            continue
        for i, wanted in enumerate(nutrient_columns()):
            known = values[~np.isnan(values[:, i]), i]
            if len(known) == len(values) or wanted.id == "vitamin_b12_added":
                continue  # nothing to impute; a share of another nutrient is never guessed
            own = values[(member == place) & ~np.isnan(values[:, i]), i]
            basis = "group" if len(own) >= SMALLEST_GROUP else "all"
            base = own if basis == "group" else known
            median, p95, smallest = np.median(base), np.percentile(base, 95), known[known > 0].min()
            middle = [_number(float(x)) for x in (median, p95, smallest)]
            ends = _three_decimals(float(median)), _three_decimals(float(max(p95, smallest)), up=True)
            rows.append((group, wanted.id, str(len(own)), *middle, basis, *ends))
    return rows


def default_portion_rows(foods: Path) -> list[tuple[str, ...]]:
    """Mean and SD (n - 1) of what one default portion brings, over the table's FNDDS foods that have one."""
    values: FloatArray = np.load(foods / "values.npy")
    grams: FloatArray = np.load(foods / "default_grams.npy")
    given = ~np.isnan(grams)  # SR foods have none
    brings = values[given] * grams[given, None] / 100.0
    means, spreads = brings.mean(axis=0), brings.std(axis=0, ddof=1)
    rows: list[tuple[str, ...]] = [("nutrient", "mean", "sd", "foods")]
    for wanted, mean, spread in zip(nutrient_columns(), means, spreads, strict=True):
        rows.append((wanted.id, _number(float(mean)), _number(float(spread)), str(int(given.sum()))))
    return rows


def salt_rows(salts: Sequence[dict[str, str]], vitamers: Sequence[dict[str, str]]) -> list[tuple[str, ...]]:
    """What one mg (or µg) of a substance counts as: element by mass, vitamer by moles or convention."""
    rows: list[tuple[str, ...]] = [("substance", "formula", "nutrient", "fraction", "source")]
    for row in salts:
        if row["element"] in ELEMENTS:
            nutrient = ELEMENTS[row["element"]]
            rows.append((row["substance"], row["formula"], nutrient, row["elemental_fraction"], "iupac2021"))
    for substance, formula, element in MORE_SALTS:
        share = f"{elemental_fraction(formula, element):.5f}".rstrip("0")
        rows.append((substance, formula, ELEMENTS[element], share, "iupac2021"))
    for row in vitamers:
        if row["nutrient"] in CORE:
            molar = (row["molar_equivalent_factor"], "iupac2021")
            fraction, source = CONVENTIONS.get(row["substance"], molar)
            rows.append((row["substance"], row["formula"], row["nutrient"], fraction, source))
    return rows


def elemental_fraction(formula: str, element: str) -> float:
    """Share of an element in the mass of a compound such as ``Mg(C6H11O7)2.2H2O``."""
    masses: dict[str, float] = {}
    for part in formula.split("."):
        rest = part.lstrip("0123456789")
        times = part[: len(part) - len(rest)]
        for name, mass in _masses(rest).items():
            masses[name] = masses.get(name, 0.0) + mass * int(times or 1)
    return masses[element] / sum(masses.values())


def _masses(formula: str) -> dict[str, float]:
    """Mass by element of a formula without a dot; one level of brackets."""
    found: dict[str, float] = {}
    for inside, many, symbol, count in re.findall(r"\(([^)]*)\)(\d*)|([A-Z][a-z]?)(\d*)", formula):
        inner = _masses(inside) if inside else {symbol: ATOMIC_WEIGHTS[symbol]}
        for name, mass in inner.items():
            found[name] = found.get(name, 0.0) + mass * int(many or count or 1)
    return found
