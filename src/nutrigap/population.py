"""How many of a population have a usual intake below their requirement, and the mean of a transformed intake.

Amounts in the nutrient's own unit a day. The distribution of *usual* intakes is taken as known: that of single days is
wider, and would put too many at both ends.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from nutrigap.distributions import gamma_p, normal_cdf

# Normal requirements are integrated by the trapezoidal rule in their standard score; all left out is below 1e-15.
_SCORES: Final = np.linspace(-8.0, 8.0, 321)
_WEIGHTS: Final = np.exp(-0.5 * _SCORES**2) / np.exp(-0.5 * _SCORES**2).sum()

# Gauss-Hermite rule for the standard normal weight; exact for polynomials up to degree 63.
_NODES, _RAW = np.polynomial.hermite_e.hermegauss(32)
_NODE_WEIGHTS: Final = _RAW / _RAW.sum()


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
    below = [gamma_p(shape, scale * (ear + z * sd_requirement)) for z in _SCORES.tolist()]
    return float(_WEIGHTS @ np.array(below))


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


def back_transform(lambda_: float, mean: float, variance: float) -> float:
    """Mean on the original scale of an intake that is normal on the Box-Cox scale: E[(λ(m + ε) + 1)^(1/λ)].

    It is not (λm + 1)^(1/λ), which leaves out that the scale is bent.

    Parameters
    ----------
    lambda_ : float
        Power λ of the transform; 0 for logarithms, whose mean is exp(m + variance/2). [-]
    mean : float
        Mean m on the transformed scale.
    variance : float
        Variance of ε on the transformed scale, at least 0.

    Returns
    -------
    float
        Mean. [unit/day] Where λ(m + ε) + 1 is below 0, no intake has that value on the transformed scale: it counts 0.

    Notes
    -----
    Gauss-Hermite quadrature with 32 nodes, exact where 1/λ is a whole number up to 63.
    """
    if lambda_ == 0.0:
        return math.exp(mean + 0.5 * variance)
    values = np.maximum(lambda_ * (mean + math.sqrt(variance) * _NODES) + 1.0, 0.0)
    return float(_NODE_WEIGHTS @ values ** (1.0 / lambda_))
