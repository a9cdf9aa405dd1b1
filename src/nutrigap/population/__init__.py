"""What a group's diaries say about the group: usual intakes, and how many are below a requirement or above a limit.

One day, or the mean of two, varies more than what a person eats in the long run, and would put too many at both ends.
`usual_intake` takes the days of a person apart from the persons (the NCI method), `prevalence` compares with reference
values. Amounts in the nutrient's own unit a day.
"""

from __future__ import annotations

from nutrigap.population.closed import (
    cut_point_prevalence,
    normal_cut_point_prevalence,
    normal_probability_prevalence,
    probability_prevalence,
)
from nutrigap.population.fitting import Model, external_ratio
from nutrigap.population.prevalence import Prevalence, share_below, share_below_requirement
from nutrigap.population.transform import back_transform
from nutrigap.population.uncertainty import Bootstrap, Estimate, Replicates, brr, jackknife
from nutrigap.population.usual import UsualIntake, prevalence, usual_intake

__all__ = [
    "Bootstrap", "Estimate", "Model", "Prevalence", "Replicates", "UsualIntake", "back_transform", "brr",
    "cut_point_prevalence", "external_ratio", "jackknife", "normal_cut_point_prevalence",
    "normal_probability_prevalence", "prevalence", "probability_prevalence", "share_below", "share_below_requirement",
    "usual_intake",
]  # fmt: skip
