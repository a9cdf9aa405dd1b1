"""FoodData Central: its CSV downloads, whole or one kind of food, as a folder or as the zip they come in.

Kept are the foods of the four kinds that people eat: FNDDS (survey), Foundation, SR Legacy, Branded; the samples and
acquisitions that Foundation foods were measured on are left out. The tables are read a record at a time, and of the
nutrients only ours are kept, so that the whole download needs no more memory than its foods do.

Energy is number 1008, else 2048 (Atwater, specific factors), else 2047 (general factors), else kJ. Vitamin D in IU is
used only where none in µg is given. An amount of 0 beside a limit of quantification is "less than" that limit.
Branded foods that are sold by volume have their amounts per 100 ml: one ml counts as one gram, and a note says so.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from nutrigap.errors import UnknownUnit
from nutrigap.foodtables.draft import Draft
from nutrigap.foodtables.given import Given, columns_of, open_csv, unusable
from nutrigap.foodtables.own import MOST_FOODS
from nutrigap.foodtables.portions import QUANTITY_NOT_SPECIFIED, REFERENCE_AMOUNT, cup_of_water, fdc_portion, one_of
from nutrigap.tables import Portion, Source
from nutrigap.units import find_nutrient, nutrient_factor, nutrient_index, nutrients, read_table

SURVEY, FOUNDATION, LEGACY, BRANDED = "FNDDS", "Foundation", "SR Legacy", "Branded"
# In the order of preference among near equals.
KINDS = (SURVEY, FOUNDATION, LEGACY, BRANDED)
DATA_TYPES = {
    "survey_fndds_food": SURVEY, "foundation_food": FOUNDATION, "sr_legacy_food": LEGACY, "branded_food": BRANDED,
}  # fmt: skip
ADDRESS = "https://fdc.nal.usda.gov/"
LARGEST_ID = 999_999_999
# The name of a food that the national programme for food aid buys says so at its end.
_DISTRIBUTION = re.compile(r"\s*\(Includes foods for USDA's Food Distribution Program\)$")
_SERVING_UNITS = {"g": False, "grm": False, "gram": False, "ml": True, "mlt": True, "milliliter": True}


class Food(NamedTuple):
    """A food of a download."""

    kind: str
    fdc: int
    name: str
    group: str


class Wanted(NamedTuple):
    """A nutrient of FoodData Central that we keep: our column, the lower ``rank`` wins, and the factor to our unit."""

    column: int
    rank: int
    factor: float


@cache
def wanted() -> dict[str, Wanted]:
    """Id and number of a nutrient in FoodData Central -> what we take it for (some releases give the number)."""
    found = {}
    for rank, row in enumerate(row for row in read_table("foreign_nutrients.csv") if row["layout"] == "fdc"):
        factor = nutrient_factor(find_nutrient(row["nutrient"]), row["unit"])
        found[row["name"]] = Wanted(nutrient_index()[row["nutrient"]], rank, float(f"{factor:.15g}"))
    return found


def named_unit(code: str, unit: str) -> Wanted | None:
    """The nutrient of an id in the unit that a release itself gives for it; None for one that is not ours.

    Raises
    ------
    UnknownUnit
        The unit has no meaning for that nutrient.
    """
    known = wanted().get(code)
    if known is None or not unit:
        return known
    spelled = {"UG": "µg", "MG": "mg", "G": "g", "KCAL": "kcal", "KJ": "kJ"}.get(unit.upper(), unit)
    return known._replace(factor=float(f"{nutrient_factor(nutrients()[known.column], spelled):.15g}"))


class Shelf:
    """The foods of a download with their amounts and portions, in the order in which they come."""

    def __init__(self, given: Given) -> None:
        self.given = given
        self.foods: list[Food] = []
        self.values: list[list[float]] = []
        self.limits: dict[tuple[int, int], float] = {}
        self.portions: dict[int, list[Portion]] = {}
        self.default_grams: dict[int, float] = {}
        self.by_volume = 0
        self.branded = 0
        self._ranks: dict[tuple[int, int], int] = {}

    def add(self, food: Food) -> int | None:
        """The row of one more food; None where it is branded and there are too many to be searched."""
        if food.kind == BRANDED:
            self.branded += 1
            if self.branded > MOST_FOODS:
                return None
        if not 0 < food.fdc <= LARGEST_ID:
            raise ValueError(f"{food.fdc} is no id of a food")
        name = _DISTRIBUTION.sub("", " ".join(food.name.split()))
        # branded foods are written in capitals, in which other tables write brands
        self.foods.append(food._replace(name=name.capitalize() if food.kind == BRANDED and name.isupper() else name))
        self.values.append([math.nan] * len(nutrients()))
        return len(self.foods) - 1

    def amount(self, row: int, of: Wanted, amount: float, limit: float) -> None:
        """One amount per 100 g with its limit of quantification (NaN for none); of several the lowest rank stays."""
        if not 0 <= amount < math.inf:
            raise ValueError(f"{amount} is no amount")
        at = row, of.column
        if self._ranks.get(at, of.rank) < of.rank:
            return
        self._ranks[at] = of.rank
        self.limits.pop(at, None)
        self.values[row][of.column] = math.nan
        if amount == 0 and limit > 0:
            self.limits[at] = float(f"{limit * of.factor:.15g}")
        else:
            self.values[row][of.column] = amount if of.factor == 1 else float(f"{amount * of.factor:.15g}")

    def portion(self, row: int, unit: str, described: str, modifier: str, amount: float | None, grams: float) -> None:
        """One portion; what is meant when no amount is told is kept as that, and FDA's reference amount as both."""
        if QUANTITY_NOT_SPECIFIED in described.lower():
            if grams > 0:
                self.default_grams[row] = grams
            return
        portion = fdc_portion(unit, described, modifier, amount, grams)
        if portion is None:
            return
        self.portions.setdefault(row, []).append(portion)
        if unit == REFERENCE_AMOUNT:
            self.default_grams[row] = portion.grams

    def serving(self, row: int, size: float, unit: str, household: str) -> None:
        """The serving of a branded food: ``size`` [g or ml]."""
        volume = _SERVING_UNITS.get(unit.strip().lower())
        if volume is None or not 0 < size < math.inf:
            return
        portions = [one_of(household.partition("(")[0].strip(), size)] if household.strip() else []
        self.portions[row] = [*portions, Portion("serving", size), *([cup_of_water()] if volume else [])]
        self.default_grams[row] = size
        self.by_volume += volume

    @property
    def too_many(self) -> bool:
        """Whether the branded foods are more than can be searched: then none of them is kept."""
        return self.branded > MOST_FOODS

    def draft(self) -> Draft:
        """All foods, the kinds in the order of preference, within them by their ids.

        Raises
        ------
        FoodTableError
            There are none, or one twice, or nothing is known of any.
        """
        given = self.given
        rows = [row for row, food in enumerate(self.foods) if food.kind != BRANDED or not self.too_many]
        order = sorted(rows, key=lambda row: (KINDS.index(self.foods[row].kind), self.foods[row].fdc))
        foods = [self.foods[row] for row in order]
        if not foods and self.too_many:
            what = f"{self.branded:,} branded foods are too many to be searched (at most {MOST_FOODS:,})"
            raise unusable(given.path, what, "copy those that you eat to a table of your own (food, magnesium_mg, …)")
        if not foods:
            fix = "give a download of Foundation, SR Legacy, FNDDS or Branded foods"
            raise unusable(given.path, "the download holds no foods", fix)
        twice = next((one for one, next_one in pairwise(sorted(food.fdc for food in foods)) if one == next_one), None)
        if twice is not None:
            raise unusable(given.path, f"the food {twice} comes twice", "download it again")
        return self._draft(order, foods)

    def _draft(self, order: list[int], foods: list[Food]) -> Draft:
        place = {row: new for new, row in enumerate(order)}
        values = np.array(self.values)[order]
        if np.isnan(values[:, : sum(of.role == "core" for of in nutrients())]).all() and not self.limits:
            fix = "give the whole download: folder or zip"
            raise unusable(self.given.path, "no food has an amount of one of the six nutrients", fix)
        counts = {kind: sum(food.kind == kind for food in foods) for kind in KINDS}
        held = ", ".join(f"{count:,} {kind}" for kind, count in counts.items() if count)
        year = re.search(r"20\d\d", self.given.title)
        first = next(count for count in counts.values() if count)
        return Draft(
            name="fdc",
            title=self.given.title,
            edition=f"FoodData Central, {self.given.title}: {held}",
            sha256=self.given.sha256,
            origin=Source(
                "fdc", f"FoodData Central ({held} foods)", "USDA Agricultural Research Service",
                year[0] if year else "", ADDRESS,
            ),
            codes=[str(food.fdc) for food in foods],
            names=[food.name for food in foods],
            also=[""] * len(foods),
            groups=[f"{food.kind}: {food.group}" for food in foods],
            values=values,
            limits={(place[row], column): limit for (row, column), limit in self.limits.items() if row in place},
            portions={place[row]: portions for row, portions in self.portions.items() if row in place},
            default_grams={place[row]: grams for row, grams in self.default_grams.items() if row in place},
            fdc=dict(enumerate(food.fdc for food in foods)),
            survey=counts[SURVEY],
            first_tier=first,
            notes=tuple(self._notes()),
        )  # fmt: skip

    def _notes(self) -> Iterator[str]:
        if self.by_volume and not self.too_many:
            yield f"{self.by_volume:,} foods are given per 100 ml; one ml counts as one gram: write amounts in ml"
        if self.too_many:
            yield f"{self.branded:,} branded foods are left out: more than {MOST_FOODS:,} cannot be searched"


def number(text: str) -> float:
    """The number in a cell, NaN for an empty one; ValueError for what is none."""
    return float(text) if text.strip() else math.nan


def read(given: Given) -> Draft:
    """Read a CSV download.

    Raises
    ------
    FoodTableError
        A table or column is missing, or a cell is not what it should be; the message names file and line.
    """
    if "food_nutrient.csv" not in given.files:
        fix = "download and unpack the whole archive"
        raise unusable(given.path, "the download has foods, and no amounts: food_nutrient.csv is missing", fix)
    shelf = Shelf(given)
    row_of = _foods(given, shelf)
    _amounts(given, shelf, row_of)
    _portions(given, shelf, row_of)
    _branded(given, shelf, row_of)
    return shelf.draft()


def _each(
    given: Given, name: str, needed: Sequence[str], use: Callable[..., None], optional: Sequence[str] = ()
) -> None:
    """Hand the cells of every record to ``use``: those of the needed columns, then the others ("" for none).

    Raises
    ------
    FoodTableError
        The table or a needed column is missing, or ``use`` finds a cell that cannot be; with file and line.
    """
    with open_csv(given, name) as rows:
        header = next(rows, (1, []))[1]
        places = columns_of(given, name, header, needed)
        known = {column.strip().lower(): i for i, column in enumerate(header)}
        places += [known.get(column, len(header)) for column in optional]
        for line, cells in rows:
            short = len(cells) <= max(places)
            try:
                use(*([cells[i] if i < len(cells) else "" for i in places] if short else [cells[i] for i in places]))
            except (ValueError, UnknownUnit) as error:
                raise unusable(given.place(name), str(error), "download it again", line=line) from None


def _mapping(given: Given, name: str, keys: Sequence[str], value: str) -> dict[str, str]:
    """The first key column of a table that has something -> a value column; empty where there is no such table."""
    found: dict[str, str] = {}

    def keep(*cells: str) -> None:
        found[next(filter(None, cells[:-1]), "")] = cells[-1]

    if name in given.files:
        _each(given, name, (), keep, optional=(*keys, value))
    return found


def _foods(given: Given, shelf: Shelf) -> dict[str, int]:
    """Read the foods; their ids as written -> row."""
    categories = _mapping(given, "food_category.csv", ("id",), "description")
    eaten = _mapping(given, "wweia_food_category.csv", _WWEIA_CODES, "wweia_food_category_description")
    coded = {
        fdc: code
        for column in ("wweia_category_code", "wweia_category_number")
        for fdc, code in _mapping(given, "survey_fndds_food.csv", ("fdc_id",), column).items()
        if code
    }
    row_of: dict[str, int] = {}

    def add(fdc: str, data_type: str, name: str, category: str) -> None:
        kind = DATA_TYPES.get(data_type)
        if kind is None:
            return
        group = coded.get(fdc, category) if kind == SURVEY else category
        group = (eaten if kind == SURVEY else categories).get(group, group)
        row = shelf.add(Food(kind, int(fdc), name, group))
        if row is not None:
            row_of[fdc] = row

    _each(given, "food.csv", ("fdc_id", "data_type", "description"), add, optional=("food_category_id",))
    return row_of


_WWEIA_CODES = ("wweia_food_category", "wweia_food_category_code")


def with_brand(name: str, brand: str) -> str:
    """The name of a branded food with its brand, unless it holds it already."""
    return f"{name}, {brand.strip()}" if brand.strip() and brand.strip().lower() not in name.lower() else name


def _amounts(given: Given, shelf: Shelf, row_of: Mapping[str, int]) -> None:
    units = _mapping(given, "nutrient.csv", ("id",), "unit_name")
    try:
        known = {code: named_unit(code, units.get(code, "")) for code in wanted()}
    except UnknownUnit as error:
        raise unusable(given.place("nutrient.csv"), str(error), "download it again") from None

    def add(fdc: str, code: str, amount: str, limit: str) -> None:
        of, row = known.get(code), row_of.get(fdc)
        if of is not None and row is not None and amount.strip():
            shelf.amount(row, of, float(amount), number(limit))

    _each(given, "food_nutrient.csv", ("fdc_id", "nutrient_id", "amount"), add, optional=("loq",))


def _portions(given: Given, shelf: Shelf, row_of: Mapping[str, int]) -> None:
    units = _mapping(given, "measure_unit.csv", ("id",), "name")
    found: list[tuple[int, float, tuple[str, str, str, float | None, float]]] = []

    def add(fdc: str, grams: str, order: str, amount: str, unit: str, described: str, modifier: str) -> None:
        row = row_of.get(fdc)
        if row is not None and grams.strip():
            many = float(amount) if amount.strip() else None
            named = units.get(unit, "" if unit.isdecimal() else unit)
            found.append((row, number(order), (named, described, modifier, many, float(grams))))

    if "food_portion.csv" in given.files:
        more = ("seq_num", "amount", "measure_unit_id", "portion_description", "modifier")
        _each(given, "food_portion.csv", ("fdc_id", "gram_weight"), add, optional=more)
    for row, _, portion in sorted(found, key=lambda one: one[:2]):
        shelf.portion(row, *portion)


def _branded(given: Given, shelf: Shelf, row_of: Mapping[str, int]) -> None:
    """Brands, categories and servings of branded foods."""

    def add(fdc: str, brand: str, owner: str, group: str, size: str, unit: str, household: str) -> None:
        row = row_of.get(fdc)
        if row is not None:
            food = shelf.foods[row]
            shelf.foods[row] = food._replace(name=with_brand(food.name, brand or owner), group=food.group or group)
            shelf.serving(row, number(size), unit, household)

    if "branded_food.csv" in given.files:
        more = ("brand_name", "brand_owner", "branded_food_category")
        serving = ("serving_size", "serving_size_unit", "household_serving_fulltext")
        _each(given, "branded_food.csv", ("fdc_id",), add, optional=(*more, *serving))
