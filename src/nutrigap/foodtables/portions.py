"""Household measures as releases and people write them, brought to one of each."""

from __future__ import annotations

import math
import re
import unicodedata

from nutrigap.tables import Portion
from nutrigap.units import vocabulary

_LEADING = re.compile(r"(?:(\d+)\s+)?(\d+)/(\d+)\s+(?=\S)|(\d+(?:[.,]\d+)?)\s+(?=\S)")
# The number is the size of the package, not a number of them.
_PACKAGE = re.compile(r"(?:fl )?oz (?:package|container|can|bottle|carton|bag)\b", re.I)
QUANTITY_NOT_SPECIFIED = "quantity not specified"
REFERENCE_AMOUNT = "RACC"


def cup_of_water() -> Portion:
    """The measure of a food whose amounts are given by volume, one ml of it counting as one gram.

    Any volume is worked out through it; a cup, for a measure of 1 g would make every amount look like a slip.
    """
    return Portion("cup", vocabulary()["cup"].factor)


def one_of(text: str, grams: float) -> Portion:
    """One of what a text says: "3 oz" of 85 g is an "oz" of 28.33 g; a text without a number is one of it."""
    plain = unicodedata.normalize("NFKC", re.sub(r"(?<=\d)(?=[¼½¾⅓⅔])", " ", text)).replace("⁄", "/").strip()
    found = _LEADING.match(plain)
    if found is None:
        return Portion(plain, grams)
    whole, above, below, decimal = found.groups()
    if not decimal and int(below) == 0:
        return Portion(plain, grams)
    number = float(decimal.replace(",", ".")) if decimal else float(whole or 0) + int(above) / int(below)
    name = plain[found.end() :]
    if number <= 0 or (number != 1 and _PACKAGE.match(name)):
        return Portion(plain, grams)
    return Portion(name, grams / number)


def fdc_portion(unit: str, described: str, modifier: str, amount: float | None, grams: float) -> Portion | None:
    """A portion of FoodData Central, or None for one without weight or number.

    Parameters
    ----------
    unit : str
        Name of the measure; "undetermined" says that the text tells.
    described, modifier : str
        "1 cup" (FNDDS, whose modifiers are numbers of its own), "cup, chopped" (SR), "sifted" (Foundation).
    amount : float or None
        How many of them ``grams`` [g] is the weight of; None where the text tells.
    """
    if not 0 < grams < math.inf or (amount is not None and not 0 < amount < math.inf):
        return None
    unit = "" if unit.lower() in ("undetermined", "9999") else unit.strip()
    modifier = "" if modifier.strip().isdecimal() else modifier.strip()
    if unit == REFERENCE_AMOUNT:
        unit = "serving (RACC)"
    name = ", ".join(part for part in (unit, described.strip(), modifier) if part)
    if amount is None:
        return one_of(name or "serving", grams)
    return Portion(name or "serving", grams / amount)
