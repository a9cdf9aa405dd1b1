"""How many of a population have a usual intake below their requirement, where the distribution is known by its formula.

Amounts in the nutrient's own unit a day. The distribution of *usual* intakes is taken as known: that of single days is
wider, and would put too many at both ends.
"""

from __future__ import annotations

import math

import numpy as np

from nutrigap.distributions import NORMAL_SCORES, NORMAL_WEIGHTS, gamma_p, normal_cdf


def cut_point_prevalence(mean: float, cv: float, ear: float) -> float:
    """Share of usual intakes below the EAR, usual intakes being gamma distributed.

    Parameters
    ----------
    mean : float
        Mean usual intake, above 0. [unit/day]
    cv : float
        CV of usual intake between persons, above 0. [fraction]
    ear : float
        Estimated average requirement. [unit/day]

    Returns
    -------
    float
        Share. [fraction]

    References
    ----------
    .. [1] Carriquiry A.L. (1999). Assessing the prevalence of nutrient inadequacy. Public Health Nutrition 2, 23-33.
    """
    shape = 1.0 / cv**2
    return gamma_p(shape, shape * ear / mean)


def probability_prevalence(mean: float, cv: float, ear: float, sd_requirement: float) -> float:
    """Share of persons whose usual intake is below their own requirement: ∫ P(requirement > y) f(y) dy.

    Usual intakes are gamma distributed, requirements normal, and the two independent.

    Parameters
    ----------
    mean : float
        Mean usual intake, above 0. [unit/day]
    cv : float
        CV of usual intake between persons, above 0. [fraction]
    ear : float
        Mean requirement. [unit/day]
    sd_requirement : float
        SD of the requirement between persons. [unit/day]

    Returns
    -------
    float
        Share. [fraction]

    Notes
    -----
    Taken over the requirement, E[F(requirement)] with F the distribution function of usual intakes: the same number.
    A requirement at or below 0 is met by all.

    References
    ----------
    .. [1] National Research Council (1986). Nutrient Adequacy: Assessment Using Food Consumption Surveys.
       National Academies Press. doi:10.17226/618
    """
    shape = 1.0 / cv**2
    scale = shape / mean
    below = [gamma_p(shape, scale * (ear + z * sd_requirement)) for z in NORMAL_SCORES.tolist()]
    return float(NORMAL_WEIGHTS @ np.array(below))


def normal_cut_point_prevalence(mean: float, sd: float, ear: float) -> float:
    """Share of usual intakes below the EAR, usual intakes being normal: Φ((EAR - mean)/sd).

    Parameters
    ----------
    mean, sd : float
        Mean and SD of usual intake between persons; the SD above 0. [unit/day]
    ear : float
        Estimated average requirement. [unit/day]

    Returns
    -------
    float
        Share. [fraction]
    """
    return normal_cdf((ear - mean) / sd)


def normal_probability_prevalence(mean: float, sd: float, ear: float, sd_requirement: float) -> float:
    """Share of persons below their own requirement, usual intakes and requirements being normal.

    Φ((EAR - mean)/√(sd² + s_r²)), the difference of two independent normal variables.

    Parameters
    ----------
    mean, sd : float
        Mean and SD of usual intake between persons; the SD above 0. [unit/day]
    ear : float
        Mean requirement. [unit/day]
    sd_requirement : float
        SD of the requirement between persons. [unit/day]

    Returns
    -------
    float
        Share. [fraction]
    """
    return normal_cdf((ear - mean) / math.hypot(sd, sd_requirement))
