"""What the words and numbers of a log tell besides the means of the six nutrients.

Pure functions of an ``Intake``: only complete days enter means, while words are read from every logged line, those
left out too.
"""

from __future__ import annotations

from nutrigap.exposures.drinks import Alcohol, Caffeine, Sitting, alcohol, caffeine
from nutrigap.exposures.minerals import MilkEquivalents, WaterSodium, milk_equivalents, ratio_ca_mg, water_sodium
from nutrigap.exposures.products import (
    B12,
    B6Sources,
    Liquorice,
    Product,
    SaltSubstitute,
    b6_sources,
    b12,
    liquorice,
    products,
    salt_substitute,
)
from nutrigap.exposures.together import Exposures
from nutrigap.exposures.words import Named, Range, medicines_logged, named

__all__ = [
    "B12",
    "Alcohol",
    "B6Sources",
    "Caffeine",
    "Exposures",
    "Liquorice",
    "MilkEquivalents",
    "Named",
    "Product",
    "Range",
    "SaltSubstitute",
    "Sitting",
    "WaterSodium",
    "alcohol",
    "b6_sources",
    "b12",
    "caffeine",
    "liquorice",
    "medicines_logged",
    "milk_equivalents",
    "named",
    "products",
    "ratio_ca_mg",
    "salt_substitute",
    "water_sodium",
]
