"""The closed vocabulary of units, turned into factors with pint once, ahead of time.

A user's word never reaches pint: the words below are ours, each stands for a pint unit that we
name, and pint supplies the factor to gram, millilitre or kilocalorie. The result is
``src/nutrigap/data/units.csv``, which is all that the reading path needs. A unit that is another one in imperial
measure (Weights and Measures Act 1985, schedule 1) has that factor in a column of its own.
"""

from __future__ import annotations

from pathlib import Path

import pint

BASE = {"mass": "gram", "volume": "milliliter", "energy": "kilocalorie"}

# Units that pint does not know, or that need a name which says that they are no imperial ones.
DEFINED = ("metric_cup = 250 milliliter", "dessertspoon = 2 * teaspoon", "us_pint = pint")
# Units that are larger or smaller in imperial measure.
IMPERIAL = frozenset(["fluid_ounce", "pint", "quart", "gallon"])

# dimension, pint name, the words people write for it (compared in lower case)
VOCABULARY = [
    ("mass", "gram", "g gram grams gramme grammes gm gms grm grms"),
    ("mass", "kilogram", "kg kgs kilo kilos kilogram kilograms"),
    ("mass", "milligram", "mg mgs milligram milligrams"),
    ("mass", "microgram", "µg ug mcg mcgs microgram micrograms"),
    ("mass", "ounce", "oz ozs ounce ounces"),
    ("mass", "pound", "lb lbs pound pounds"),
    ("volume", "milliliter", "ml mls milliliter milliliters millilitre millilitres cc"),
    ("volume", "centiliter", "cl centiliter centiliters centilitre centilitres"),
    ("volume", "deciliter", "dl deciliter deciliters decilitre decilitres"),
    ("volume", "liter", "l liter liters litre litres ltr ltrs"),
    ("volume", "teaspoon", "tsp tsps tspn tspns teaspoon teaspoons teaspoonful teaspoonfuls tea_spoon tea_spoons"),
    ("volume", "dessertspoon", "dessertspoon dessertspoons dessertspoonful dessert_spoon dessert_spoons dsp dstspn"),
    ("volume", "tablespoon", "tbsp tbsps tbs tbl tbls tblsp tbspn tblspn tablespoon tablespoons tablespoonful"),
    ("volume", "tablespoon", "tablespoonfuls table_spoon table_spoons"),
    ("volume", "fluid_ounce", "fl_oz floz fl_ozs fl_ounce fl_ounces fluid_oz fluid_ounce fluid_ounces"),
    ("volume", "cup", "cup cups cupful cupfuls us_cup us_cups"),
    ("volume", "metric_cup", "metric_cup metric_cups metriccup"),
    ("volume", "pint", "pint pints pt pts"),
    ("volume", "imperial_pint", "imperial_pint imperial_pints uk_pint uk_pints"),
    ("volume", "us_pint", "us_pint us_pints"),
    ("volume", "quart", "quart quarts qt"),
    ("volume", "gallon", "gallon gallons"),
    ("energy", "kilocalorie", "kcal kcals cal cals calorie calories"),
    ("energy", "kilojoule", "kj kjs kilojoule kilojoules"),
]


def build_units(out: Path) -> None:
    """Write ``units.csv`` (word, dimension, unit, factor to the base unit, imperial factor) into ``out``."""
    registry: pint.UnitRegistry[float] = pint.UnitRegistry()
    for definition in DEFINED:
        registry.define(definition)
    lines = ["word,dimension,unit,base,factor,imperial"]
    for dimension, unit, words in VOCABULARY:
        factor = (1 * registry.Unit(unit)).to(BASE[dimension]).magnitude
        other = (1 * registry.Unit(f"imperial_{unit}")).to(BASE[dimension]).magnitude if unit in IMPERIAL else None
        for word in words.split():
            spelled = word.replace("_", " ")
            imperial = "" if other is None else f"{other:.16g}"
            lines.append(f"{spelled},{dimension},{unit},{BASE[dimension]},{factor:.16g},{imperial}")
    (out / "units.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
