"""Write the golden numbers of this folder from the official releases, in exact arithmetic.

This is the independent route: nothing of the package is imported, every value is taken as the decimal text
the release prints and carried as a `fractions.Fraction`, so that no rounding of ours can hide a rounding of
theirs. An unknown value is written as an empty cell, never as 0.

    python make_golden.py RELEASES [--out FOLDER]

RELEASES is the folder that holds ``usda/`` and ``references/``; without it the variable NUTRIGAP_RELEASES is
read. Needs python-calamine for the workbooks.

References
----------
.. [1] USDA ARS (2015, revised May 2016). USDA National Nutrient Database for Standard Reference, Release 28.
.. [2] USDA ARS (2018). USDA National Nutrient Database for Standard Reference, Legacy Release.
.. [3] USDA ARS (2024). Food and Nutrient Database for Dietary Studies 2021-2023.
.. [4] USDA ARS (2022). Food and Nutrient Database for Dietary Studies 2019-2020.
.. [5] National Academies: Dietary Reference Intakes (IOM 1997, 1998, 2011; NASEM 2019).
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal, localcontext
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from python_calamine import CalamineWorkbook

HERE = Path(__file__).resolve().parent
DIGITS = 15  # significant digits of the numbers that have no finite decimal form


class Nutrient(NamedTuple):
    """One nutrient and what each release calls it; amounts are per 100 g of edible food."""

    id: str
    column: str  # heading in the golden tables, with the unit
    sr_number: str  # Nutr_No of the SR28 ASCII release
    may_2016: str  # heading of the SR28 abbreviated file
    fndds: str  # heading of the FNDDS workbooks


NUTRIENTS = (
    Nutrient("magnesium", "magnesium_mg", "304", "Magnesium_(mg)", "Magnesium (mg)"),
    Nutrient("calcium", "calcium_mg", "301", "Calcium_(mg)", "Calcium (mg)"),
    Nutrient("potassium", "potassium_mg", "306", "Potassium_(mg)", "Potassium (mg)"),
    Nutrient("vitamin_d", "vitamin_d_ug", "328", "Vit_D_µg", "Vitamin D (D2 + D3) (mcg)"),
    Nutrient("vitamin_b12", "vitamin_b12_ug", "418", "Vit_B12_(µg)", "Vitamin B-12 (mcg)"),
    Nutrient("vitamin_b6", "vitamin_b6_mg", "415", "Vit_B6_(mg)", "Vitamin B-6 (mg)"),
)

# Food and grams. Only 03181 is among the foods that the May-2016 revision changed: there on purpose, since
# five of its six values are new.
SERVINGS = (
    ("sr:11457", "30"),  # spinach, raw
    ("sr:09040", "118"),  # banana, raw
    ("sr:12061", "28.35"),  # almonds
    ("sr:15076", "150"),  # salmon, Atlantic, wild, raw: vitamin D not measured
    ("sr:13325", "85"),  # beef liver, raw
    ("sr:01077", "244"),  # whole milk
    ("sr:01123", "50"),  # egg, whole, raw
    ("sr:03181", "8"),  # fortified baby cereal, barley, dry: revised in May 2016
    ("sr:16281", "125"),  # tofu, firm, of a maker who states calcium only: five nutrients unknown
    ("sr:16015", "172"),  # black beans, boiled
    ("sr:36014", "117.5"),  # French fries of a restaurant: vitamins D and B12 not measured
    ("fndds:11111000", "250"),  # whole milk
    ("fndds:11360200", "37.5"),  # oat milk
    ("fndds:92101000", "240"),  # coffee, brewed
    ("fndds:93101000", "355"),  # beer
    ("fndds:57134000", "30"),  # corn flakes: all of its B12 is added
    ("fndds:26137120", "113.4"),  # salmon, baked or broiled
    ("fndds:61210250", "187.5"),  # orange juice, calcium added
    ("fndds:11000000", "123.2"),  # human milk: values of FNDDS 2019-2020
    ("fndds:91705300", "12.5"),  # dark chocolate candy
)
HUMAN_MILK = "11000000"
# The first three are among the 20 foods; 36014 is of a group with few known values, in the group of 08685 the
# 95th percentile falls between two values, in that of 12012 it is 0 and the smallest non-zero value decides.
VITAMIN_D_UNKNOWN = ("sr:15076", "sr:16281", "sr:36014", "sr:08685", "sr:12012")
FEW = 30  # a group with fewer known values than this is replaced by all foods
INGREDIENT_CATEGORY = "9999"  # WWEIA category of ingredient codes
INGREDIENT_WORDS = ("as ingredient", "for use")

CHILDREN = tuple(("both", "general", age) for age in ("0-6 mo", "7-12 mo", "1-3 y", "4-8 y"))
AGES = ("9-13 y", "14-18 y", "19-30 y", "31-50 y", "51-70 y", ">70 y")
LIFE_STAGE_GROUPS = (
    *CHILDREN,
    *(("male", "general", age) for age in AGES),
    *(("female", "general", age) for age in AGES),
    *(("female", "pregnancy", age) for age in AGES[1:4]),
    *(("female", "lactation", age) for age in AGES[1:4]),
)
REFERENCE_COLUMNS = (("EAR", "ear"), ("RDA", "rda"), ("AI", "ai"), ("UL", "ul"))

Values = dict[str, Fraction]  # nutrient id -> amount per 100 g; an absent key is an unknown value
Row = Sequence[str]


# ---- reading the releases -------------------------------------------------------------------------------


def sr_rows(archive: zipfile.ZipFile, name: str) -> Iterator[list[str]]:
    """Rows of one file of the SR28 ASCII release: ``^`` separates, ``~`` quotes, cp1252."""
    for line in archive.read(name).decode("cp1252").splitlines():
        yield [field.strip("~") for field in line.split("^")]


def sheet(path: Path) -> list[list[str]]:
    """First sheet of a workbook as text; numbers as their shortest decimal form, integers without ``.0``."""
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python(skip_empty_area=True)
    return [[cell_text(cell) for cell in row] for row in rows]


def cell_text(cell: object) -> str:
    """Text of a cell: the workbooks hold decimals as binary floats, whose shortest form is what was typed."""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    return str(cell)


def records(rows: Sequence[Row]) -> Iterator[dict[str, str]]:
    """Rows below a heading as dictionaries; the line breaks inside a heading are blanks."""
    heading = [" ".join(name.split()) for name in rows[0]]
    for row in rows[1:]:
        yield dict(zip(heading, row, strict=True))


def known(pairs: Iterable[tuple[str, str]]) -> Values:
    """Amounts by nutrient id, leaving out the empty ones."""
    return {nutrient: Fraction(text) for nutrient, text in pairs if text != ""}


def read_sr(usda: Path) -> tuple[dict[str, Values], dict[str, str]]:
    """Amounts per 100 g and food group of the SR28 foods kept in SR Legacy, May-2016 values on top."""
    with (usda / "sr_legacy_2018-04" / "sr_legacy_food.csv").open(newline="", encoding="utf-8") as file:
        kept = {row["NDB_number"].zfill(5) for row in csv.DictReader(file)}
    by_number = {nutrient.sr_number: nutrient.id for nutrient in NUTRIENTS}
    with zipfile.ZipFile(usda / "sr28asc.zip") as archive:
        groups = {row[0]: row[1] for row in sr_rows(archive, "FOOD_DES.txt") if row[0] in kept}
        foods: dict[str, Values] = {code: {} for code in groups}
        for row in sr_rows(archive, "NUT_DATA.txt"):
            if row[0] in foods and row[1] in by_number and row[2] != "":
                foods[row[0]][by_number[row[1]]] = Fraction(row[2])
    for row_2016 in records(sheet(usda / "sr28_abbrev_2016-05.xlsx")):
        code = row_2016["NDB_No"].zfill(5)
        if code in foods:
            foods[code] |= known((nutrient.id, row_2016[nutrient.may_2016]) for nutrient in NUTRIENTS)
    return foods, groups


def read_fndds(path: Path) -> dict[str, Values]:
    """Amounts per 100 g by food code from a "FNDDS Nutrient Values" workbook; row 1 is a title."""
    return {
        row["Food code"]: known((nutrient.id, row[nutrient.fndds]) for nutrient in NUTRIENTS)
        for row in records(sheet(path)[1:])
    }


def fndds_workbook(usda: Path, years: str, name: str) -> Path:
    """Path of an "At A Glance" workbook of one FNDDS edition."""
    return usda / f"fndds_{years}" / f"{years} FNDDS At A Glance - {name}.xlsx"


# ---- writing numbers ------------------------------------------------------------------------------------


def exact(value: Fraction) -> str:
    """Finite decimal text of a number, no exponent; ValueError if it has none."""
    places = 0
    while (value * 10**places).denominator != 1:
        places += 1
        if places > 40:
            raise ValueError(f"{value} has no finite decimal form")
    return f"{Decimal(int(value * 10**places)).scaleb(-places):f}"


def rounded(value: Decimal) -> str:
    """Decimal text with `DIGITS` significant digits."""
    with localcontext(prec=DIGITS):
        return f"{+value:f}"


def as_decimal(value: Fraction) -> Decimal:
    """Quotient to 60 digits, far beyond what is printed."""
    with localcontext(prec=60):
        return Decimal(value.numerator) / Decimal(value.denominator)


# ---- the four tables ------------------------------------------------------------------------------------


def totals(sr: dict[str, Values], fndds: dict[str, Values]) -> Iterator[list[str]]:
    """What the stated grams of each food bring: amount per 100 g x grams / 100, exactly."""
    yield ["food_id", "grams", *(nutrient.column for nutrient in NUTRIENTS)]
    tables = {"sr": sr, "fndds": fndds}
    for food_id, grams in SERVINGS:
        table, code = food_id.split(":")
        values = tables[table][code]
        cells = (values.get(nutrient.id) for nutrient in NUTRIENTS)
        yield [food_id, grams, *("" if v is None else exact(v * Fraction(grams) / 100) for v in cells)]


def references_us(path: Path) -> Iterator[list[str]]:
    """US and Canadian reference intakes, one row for each of 22 life-stage groups and six nutrients."""
    values = (column for _, column in REFERENCE_COLUMNS)
    yield ["group", "sex", "life_stage", "age_label", "nutrient", *values, "ul_scope"]
    with path.open(newline="", encoding="utf-8-sig") as file:
        published = [row for row in csv.DictReader(file) if row["authority"] == "US_CA_NASEM"]
    for sex, stage, age in LIFE_STAGE_GROUPS:
        for nutrient in NUTRIENTS:
            rows = [
                row
                for row in published
                if (row["nutrient"], row["life_stage"], row["age_label"]) == (nutrient.id, stage, age)
                and row["sex"] in (sex, "both")
            ]
            group = f"{stage if stage != 'general' else sex} {age}".removeprefix("both ")
            yield [group, sex, stage, age, nutrient.id, *reference_cells(rows, group, nutrient.id)]


def reference_cells(rows: Sequence[dict[str, str]], group: str, nutrient: str) -> Iterator[str]:
    """EAR, RDA, AI, UL and the scope of the UL; ValueError when the table gives two values for one cell."""
    scope = "none"
    for term, _ in REFERENCE_COLUMNS:
        found = [row for row in rows if row["local_term"] == term]
        if len(found) > 1:
            raise ValueError(f"{group}, {nutrient}: {len(found)} rows for {term}")
        value = found[0]["value_min"] if found else ""
        if found and value != found[0]["value_max"]:
            raise ValueError(f"{group}, {nutrient}: {term} is a range")
        if term == "UL" and value:
            scope = found[0]["intake_scope"]
        yield value
    yield scope


def quantile(ordered: Sequence[Fraction], p: Fraction) -> Fraction:
    """Linear interpolation between the order statistics around position (n - 1) p (Hyndman-Fan type 7)."""
    position = (len(ordered) - 1) * p
    below = position.numerator // position.denominator
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (position - below) * (ordered[above] - ordered[below])


def unknown_vitamin_d(foods: dict[str, Values], groups: dict[str, str]) -> Iterator[list[str]]:
    """Median and upper value that stand for a vitamin D which was never measured [µg per 100 g]."""
    yield [
        *("food_id", "group", "known", "median", "p95", "smallest_nonzero"),
        *("basis", "best", "high"),
    ]
    everything = sorted(v["vitamin_d"] for v in foods.values() if "vitamin_d" in v)
    smallest = next(value for value in everything if value > 0)
    for food_id in VITAMIN_D_UNKNOWN:
        code = food_id.removeprefix("sr:")
        if "vitamin_d" in foods[code]:
            raise ValueError(f"{food_id}: vitamin D is known")
        group = sorted(v["vitamin_d"] for c, v in foods.items() if groups[c] == groups[code] and "vitamin_d" in v)
        basis, sample = ("group", group) if len(group) >= FEW else ("all", everything)
        median, p95 = quantile(sample, Fraction(1, 2)), quantile(sample, Fraction(95, 100))
        numbers = [exact(x) for x in (median, p95, smallest)]
        yield [
            *(food_id, groups[code], str(len(group)), *numbers),
            *(basis, exact(median), exact(max(p95, smallest))),
        ]


def default_grams(usda: Path) -> dict[str, Fraction]:
    """Grams above 0 of "Quantity not specified" by food code, without pure ingredient codes."""
    grams: dict[str, Fraction] = {}
    for row in records(sheet(fndds_workbook(usda, "2021-2023", "Portions and Weights"))[1:]):
        name = row["Main food description"].lower()
        ingredient = row["WWEIA Category number"] == INGREDIENT_CATEGORY and any(
            words in name for words in INGREDIENT_WORDS
        )
        if row["Portion description"] == "Quantity not specified" and not ingredient:
            weight = Fraction(row["Portion weight (g)"])
            if weight > 0:
                grams[row["Food code"]] = weight
    return grams


def default_portion(grams: dict[str, Fraction], fndds: dict[str, Values]) -> Iterator[list[str]]:
    """Mean and sample SD of what one default portion of an FNDDS 2021-2023 food brings."""
    yield ["nutrient", "mean", "sd", "foods"]
    for nutrient in NUTRIENTS:
        amounts = [fndds[code][nutrient.id] * weight / 100 for code, weight in grams.items()]
        n = len(amounts)
        mean = sum(amounts, Fraction(0)) / n
        variance = sum(((amount - mean) ** 2 for amount in amounts), Fraction(0)) / (n - 1)
        with localcontext(prec=60):
            sd = as_decimal(variance).sqrt()
        yield [nutrient.id, rounded(as_decimal(mean)), rounded(sd), str(n)]


def write(path: Path, rows: Iterable[Row]) -> None:
    """Write rows as UTF-8 CSV with plain newlines, the same bytes on every system."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the releases and write the four tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("releases", nargs="?", default=os.environ.get("NUTRIGAP_RELEASES"))
    parser.add_argument("--out", type=Path, default=HERE, help="folder to write to (default: this one)")
    options = parser.parse_args(arguments)
    if options.releases is None:
        parser.error("name the folder of the releases, or set NUTRIGAP_RELEASES")
    releases, out = Path(options.releases), Path(options.out)
    usda = releases / "usda"

    sr, groups = read_sr(usda)
    fndds = read_fndds(fndds_workbook(usda, "2021-2023", "FNDDS Nutrient Values"))
    human_milk = read_fndds(fndds_workbook(usda, "2019-2020", "FNDDS Nutrient Values"))[HUMAN_MILK]

    write(out / "totals_20_foods.csv", totals(sr, {**fndds, HUMAN_MILK: human_milk}))
    write(out / "references_us.csv", references_us(releases / "references" / "reference_intakes.csv"))
    write(out / "unknown_vitamin_d.csv", unknown_vitamin_d(sr, groups))
    write(out / "default_portion.csv", default_portion(default_grams(usda), fndds))
    return 0


if __name__ == "__main__":
    sys.exit(main())
