"""All exposures of one log, each found when it is first asked for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from nutrigap.exposures.drinks import Alcohol, Caffeine, alcohol, caffeine
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
from nutrigap.exposures.words import Named, medicines_logged, named
from nutrigap.intake import Intake
from nutrigap.units import nutrients


class Exposures:
    """What the words and numbers of one log tell besides the six means.

    Parameters
    ----------
    intake : Intake
    """

    def __init__(self, intake: Intake) -> None:
        self.intake = intake

    @cached_property
    def caffeine(self) -> Caffeine:
        """See ``caffeine``."""
        return caffeine(self.intake)

    @cached_property
    def alcohol(self) -> Alcohol:
        """See ``alcohol``."""
        return alcohol(self.intake)

    @cached_property
    def liquorice(self) -> Liquorice:
        """See ``liquorice``."""
        return liquorice(self.intake)

    @property
    def liquorice_grams(self) -> float | None:
        """Mean of the days with a weight of liquorice [g/day]; None where no weight is told."""
        return self.liquorice.mean_grams

    @cached_property
    def salt_substitute(self) -> SaltSubstitute:
        """See ``salt_substitute``; false where none is logged."""
        return salt_substitute(self.intake)

    @cached_property
    def energy_drinks(self) -> Named:
        """Lines that name an energy drink."""
        return named(self.intake, "energy_drink")

    @cached_property
    def medicines(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """See ``medicines_logged``."""
        return medicines_logged(self.intake)

    @cached_property
    def products(self) -> Mapping[str, tuple[Product, ...]]:
        """The supplements that bring each of the six nutrients, by its id; salt substitutes are none."""
        salts = set(self.salt_substitute.lines)
        return {
            nutrient.id: tuple(
                one
                for one in products(self.intake, nutrient.id)
                if one.kind == "supplement" and not salts.issuperset(one.lines)
            )
            for nutrient in nutrients()
            if nutrient.role == "core"
        }

    @cached_property
    def b6(self) -> B6Sources:
        """See ``b6_sources``."""
        return b6_sources(self.intake)

    @cached_property
    def b12(self) -> B12:
        """See ``b12``."""
        return b12(self.intake)

    @cached_property
    def milk(self) -> MilkEquivalents:
        """See ``milk_equivalents``."""
        return milk_equivalents(self.intake, self.intake.foods)

    @cached_property
    def calcium_to_magnesium(self) -> float | None:
        """See ``ratio_ca_mg``."""
        return ratio_ca_mg(self.intake)

    @cached_property
    def water_sodium(self) -> WaterSodium:
        """See ``water_sodium``."""
        return water_sodium(self.intake)
