"""Usual intakes as a frame."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from nutrigap.errors import PopulationError
from nutrigap.population.prevalence import Prevalence
from nutrigap.population.uncertainty import Estimate

if TYPE_CHECKING:
    from nutrigap.population.usual import UsualIntake


def rows(usual: UsualIntake) -> pd.DataFrame:
    """See `nutrigap.population.usual.UsualIntake.frame`."""
    parts = [("", usual), *((name, _group(usual, name)) for name in usual.groups)]
    return pd.DataFrame(
        [
            {"nutrient": usual.nutrient, "unit": unit, "group": group, "measure": measure, **estimate._asdict()}
            for group, part in parts
            for measure, unit, estimate in part.measures()
        ]
    )


def _group(usual: UsualIntake, name: str) -> UsualIntake:
    """A group; where it is too small to tell of, its numbers are blank and say so."""
    try:
        return usual.group(name)
    except PopulationError as error:
        none = Estimate(None, reason=str(error))
        return replace(
            usual,
            mean=none,
            quantiles=dict.fromkeys(usual.quantiles, none),
            prevalence=usual.prevalence and Prevalence(none, none, none, none, ()),
        )
