"""The closed vocabulary of units, turned into factors with pint once, ahead of time.

A user's word never reaches pint: the words below are ours, each stands for a pint unit that we
name, and pint supplies the factor to gram, millilitre or kilocalorie. The result is
``src/nutrigap/data/units.csv``, which is all that the reading path needs.
"""

from __future__ import annotations

from pathlib import Path

import pint

BASE = {"mass": "gram", "volume": "milliliter", "energy": "kilocalorie"}

# dimension, pint name, the words people write for it (compared in lower case)
VOCABULARY = [
    ("mass", "gram", "g gram grams gramme grammes gm gms"),
    ("mass", "kilogram", "kg kgs kilo kilos kilogram kilograms"),
    ("mass", "milligram", "mg mgs milligram milligrams"),
    ("mass", "microgram", "µg ug mcg mcgs microgram micrograms"),
    ("mass", "ounce", "oz ozs ounce ounces"),
    ("mass", "pound", "lb lbs pound pounds"),
    ("volume", "milliliter", "ml mls milliliter milliliters millilitre millilitres cc"),
    ("volume", "centiliter", "cl centiliter centiliters centilitre centilitres"),
    ("volume", "deciliter", "dl deciliter deciliters decilitre decilitres"),
    ("volume", "liter", "l liter liters litre litres"),
    ("volume", "teaspoon", "tsp tsps teaspoon teaspoons teaspoonful"),
    ("volume", "tablespoon", "tbsp tbsps tbs tblsp tablespoon tablespoons tablespoonful"),
    ("volume", "fluid_ounce", "fl_oz floz fluid_ounce fluid_ounces"),
    ("volume", "cup", "cup cups cupful"),
    ("volume", "pint", "pint pints"),
    ("volume", "quart", "quart quarts qt"),
    ("volume", "gallon", "gallon gallons"),
    ("energy", "kilocalorie", "kcal kcals cal cals calorie calories"),
    ("energy", "kilojoule", "kj kjs kilojoule kilojoules"),
]


def build_units(out: Path) -> None:
    """Write ``units.csv`` (word, dimension, unit, factor to the base unit) into ``out``."""
    registry: pint.UnitRegistry[float] = pint.UnitRegistry()
    lines = ["word,dimension,unit,base,factor"]
    for dimension, unit, words in VOCABULARY:
        factor = (1 * registry.Unit(unit)).to(BASE[dimension]).magnitude
        for word in words.split():
            spelled = word.replace("_", " ")
            lines.append(f"{spelled},{dimension},{unit},{BASE[dimension]},{factor:.16g}")
    (out / "units.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
