"""Is the energy of a log what a body of this size could live on? A prompt to look at the log, never a reproach.

Energy in kcal, as in the rest of the package.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

ADULT: Final = 18
"""Age from which the equation for basal metabolic rate is used. [years]"""

ACTIVITY: Final = 1.55
"""Physical activity level (energy spent over basal metabolic rate) of a sitting way of life. [-]"""

# Coefficients of variation in percent, Black 2000: energy intake from day to day, basal metabolic rate as estimated
# against measured, and physical activity level between persons.
_CV_INTAKE: Final = 23.0
_CV_BASAL: Final = 8.5
_CV_ACTIVITY: Final = 15.0

# Constant of the equation by sex [kcal/day]
_OF_SEX: Final = {"male": 5.0, "female": -161.0}


class EnergyCheck(NamedTuple):
    """Energy logged over basal metabolic rate, with the limits within which 95 logs in 100 would lie.

    Attributes
    ----------
    ratio : float
        Energy logged over basal metabolic rate. [-]
    basal_kcal : float
        Basal metabolic rate, estimated. [kcal/day]
    lower, upper : float
        Limits of the ratio for a person at rest or nearly so, see `goldberg_limits`. [-]
    """

    ratio: float
    basal_kcal: float
    lower: float
    upper: float


def basal_kcal(*, weight_kg: float, height_cm: float, age: float, sex: str) -> float:
    """Resting metabolic rate of an adult, taken for the basal rate.

    Men 10·weight + 6.25·height - 5·age + 5, women 166 less.

    Parameters
    ----------
    weight_kg : float
        Body weight. [kg]
    height_cm : float
        Height. [cm]
    age : float
        Age, at least 18. [years]
    sex : {"male", "female"}

    Returns
    -------
    float
        Energy. [kcal/day]

    Raises
    ------
    ValueError
        If the age is below 18, the sex is neither, or weight or height is not above 0.

    References
    ----------
    .. [1] Mifflin M.D. et al. (1990). A new predictive equation for resting energy expenditure in healthy
       individuals. American Journal of Clinical Nutrition 51, 241-247.

    Examples
    --------
    >>> basal_kcal(weight_kg=70, height_cm=175, age=40, sex="male")
    1598.75
    """
    if sex not in _OF_SEX:
        raise ValueError(f'the equation is for "male" or "female", got {sex!r}')
    if not age >= ADULT:
        raise ValueError(f"the equation is for adults from {ADULT} years, got {age}")
    if not (weight_kg > 0.0 and height_cm > 0.0):
        raise ValueError(f"weight and height are above 0, got {weight_kg} kg and {height_cm} cm")
    return 10.0 * weight_kg + 6.25 * height_cm - 5.0 * age + _OF_SEX[sex]


def goldberg_limits(days: int, pal: float = ACTIVITY) -> tuple[float, float]:
    """Limits of energy intake over basal metabolic rate for one person, 95 % confidence.

    PAL·exp(±2·S/100), S = √(CV_wEI²/d + CV_wB² + CV_tP²) with 23, 8.5 and 15 %.

    Parameters
    ----------
    days : int
        Days logged, at least 1. [days]
    pal : float
        Physical activity level, above 0. [-]

    Returns
    -------
    lower, upper : float
        Limits. [-]

    Raises
    ------
    ValueError
        If `days` is below 1 or `pal` not above 0.

    References
    ----------
    .. [1] Black A.E. (2000). Critical evaluation of energy intake using the Goldberg cut-off for energy intake:basal
       metabolic rate. International Journal of Obesity 24, 1119-1130.
    """
    if days < 1 or not pal > 0.0:
        raise ValueError(f"the limits need at least 1 day and an activity level above 0, got {days} and {pal}")
    spread = math.exp(2.0 * math.sqrt(_CV_INTAKE**2 / days + _CV_BASAL**2 + _CV_ACTIVITY**2) / 100.0)
    return pal / spread, pal * spread


def energy_check(
    energy_kcal: float,
    days: int,
    *,
    weight_kg: float | None,
    height_cm: float | None,
    age: float | None,
    sex: str | None,
) -> EnergyCheck | None:
    """Mean energy of a log against basal metabolic rate.

    Parameters
    ----------
    energy_kcal : float
        Mean energy of the days logged. [kcal/day]
    days : int
        Days logged. [days]
    weight_kg, height_cm, age, sex
        See `basal_kcal`; None where not known.

    Returns
    -------
    EnergyCheck or None
        None where there is nothing to compare: an answer is missing, the person is below 18, no day is logged,
        the energy is not known, or weight and height are no person's (the equation gives no rate above 0).

    Raises
    ------
    ValueError
        See `basal_kcal`.

    Notes
    -----
    The equation holds outside pregnancy and lactation; the caller asks only then. The limits are wide for one person:
    a log that lacks a good part of what was eaten often lies within them, so that a ratio within them shows nothing.
    """
    if weight_kg is None or height_cm is None or age is None or sex is None or age < ADULT:
        return None
    if days < 1 or not math.isfinite(energy_kcal):
        return None
    basal = basal_kcal(weight_kg=weight_kg, height_cm=height_cm, age=age, sex=sex)
    if basal <= 0.0:
        return None
    lower, upper = goldberg_limits(days)
    return EnergyCheck(energy_kcal / basal, basal, lower, upper)
