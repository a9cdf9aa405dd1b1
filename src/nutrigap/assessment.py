"""Judging a mean intake of n days: EAR, AI and UL tests, and the statuses they lead to.

Unit of every amount: the nutrient's own, a day (magnesium [mg/day], vitamin D [µg/day], ...). All
results are free of the unit: scaling every amount alike changes no confidence.

Two models of how a few days scatter about the usual intake:

* *z*: the mean of n days is normal about the usual intake with SD s_w/√n [1]_;
* *gamma*: for vitamin D and B12, whose days are too skewed for that, the mean of n days is gamma
  with the usual intake as mean and CV cv/√n, so it has the shape n/cv².

A "confidence" is that of a test, not a posterior probability: no prior stands behind it.

The tests take a number of days that need not be whole: the independent days that a diary is worth
(`nutrigap.sensitivity.effective_days`). Whether there is a verdict at all goes by calendar days (`MIN_DAYS`).

References
----------
.. [1] Institute of Medicine (2000). Dietary Reference Intakes: Applications in Dietary Assessment.
   National Academies Press. Chapter 3 (pp. 54-64) and Appendix B (pp. 185-202). doi:10.17226/9956
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final, NamedTuple

from nutrigap.distributions import gamma_p, normal_cdf
from nutrigap.errors import TableError

LEVEL: Final = 0.85
"""Confidence at which a verdict is given; 1 - LEVEL is that of the opposite verdict. [fraction]"""

MIN_DAYS: Final = 3
"""Fewest days of diary on which a test leads to a verdict. [days]"""

MOST_DAYS: Final = 365
"""Longest diary that `days_to_decide` looks ahead to. [days]"""

# How fast a confidence can move when the diary grows, per unit of ln(days). For the z-tests
# |dΦ(z)/d ln n| <= φ(z)|z|/2, which is largest at z = 1. For the gamma tests P(k, kx) rises no faster than
# that and falls no faster than 1/e, its limit for k -> 0, where it behaves like exp(-kL). That was found
# numerically over k and x (a test repeats it), not proved. A mixture over requirements inherits both bounds.
FASTEST_RISE: Final = math.exp(-0.5) / math.sqrt(8.0 * math.pi)
FASTEST_FALL: Final = math.exp(-1.0)


# --- z-tests


def ear_confidence(mean: float, ear: float, *, sd_within: float, sd_requirement: float, days: float) -> float:
    """Confidence that usual intake meets the person's own requirement, from a mean of `days` days.

    Φ(z) with z = (mean - EAR) / √(s_r² + s_w²/n).

    Parameters
    ----------
    mean : float
        Mean intake of the days logged. [unit/day]
    ear : float
        Estimated average requirement; less the mean dose, if a fixed daily dose comes on top of
        `mean` (it may then be negative). [unit/day]
    sd_within : float
        Day-to-day SD of intake of the life-stage group, not of the person's own few days. [unit/day]
    sd_requirement : float
        SD of the requirement between persons, CV_r x EAR. [unit/day]
    days : float
        Days logged, at least 1; or the number of independent days they are worth. [days]

    Returns
    -------
    float
        Confidence. [fraction] Where both SDs are 0: 1 above, 0 below and .5 at the EAR.

    Raises
    ------
    ValueError
        If `days` is below 1.

    References
    ----------
    .. [1] Institute of Medicine (2000). DRI: Applications in Dietary Assessment, pp. 54-57 and
       Appendix B. doi:10.17226/9956

    Examples
    --------
    A woman of 40 with a mean of 320 mg magnesium over 3 days, the example of [1]_:

    >>> round(ear_confidence(320, 265, sd_within=85.9, sd_requirement=26.5, days=3), 3)
    0.836
    """
    return normal_cdf(_ear_z(mean, ear, sd_within=sd_within, sd_requirement=sd_requirement, days=days))


def ai_confidence(mean: float, ai: float, *, sd_within: float, days: float) -> float:
    """Confidence that usual intake is at or above the AI, from a mean of `days` days.

    Φ((mean - AI) / (s_w/√n)). A low confidence allows no inference: below an AI nothing is known.

    Parameters
    ----------
    mean : float
        Mean intake of the days logged. [unit/day]
    ai : float
        Adequate intake, less the mean of any fixed daily dose. [unit/day]
    sd_within : float
        Day-to-day SD of intake of the life-stage group. [unit/day]
    days : float
        Days logged, at least 1; or the number of independent days they are worth. [days]

    Returns
    -------
    float
        Confidence. [fraction]

    Raises
    ------
    ValueError
        If `days` is below 1.

    References
    ----------
    .. [1] Institute of Medicine (2000). DRI: Applications in Dietary Assessment, pp. 59-61.
       doi:10.17226/9956
    """
    return normal_cdf(_fixed_z(mean, ai, sd_within=sd_within, days=days))


def ul_confidence(mean: float, ul: float, *, sd_within: float, days: float) -> float:
    """Confidence that usual intake is below the UL, from a mean of `days` days.

    Φ(-z) with z = (mean - UL) / (s_w/√n).

    Parameters
    ----------
    mean : float
        Mean intake of the days logged. [unit/day]
    ul : float
        Tolerable upper intake level, less the mean of any fixed daily dose. [unit/day]
    sd_within : float
        Day-to-day SD of intake of the life-stage group. [unit/day]
    days : float
        Days logged, at least 1; or the number of independent days they are worth. [days]

    Returns
    -------
    float
        Confidence. [fraction]

    Raises
    ------
    ValueError
        If `days` is below 1.

    References
    ----------
    .. [1] Institute of Medicine (2000). DRI: Applications in Dietary Assessment, pp. 62-64.
       doi:10.17226/9956
    """
    return normal_cdf(-_fixed_z(mean, ul, sd_within=sd_within, days=days))


def _ear_z(mean: float, ear: float, *, sd_within: float, sd_requirement: float, days: float) -> float:
    """Difference of the EAR test, in SDs."""
    return _ratio(mean - ear, math.hypot(sd_requirement, sd_within / math.sqrt(_at_least_one(days))))


def _fixed_z(mean: float, limit: float, *, sd_within: float, days: float) -> float:
    """Difference of a mean from a limit that has no spread of its own, in SDs."""
    return _ratio(mean - limit, sd_within / math.sqrt(_at_least_one(days)))


def _ratio(difference: float, sd: float) -> float:
    """Difference in SDs; without any spread the sign alone decides."""
    if sd > 0.0:
        return difference / sd
    return math.copysign(math.inf, difference) if difference else 0.0


def _at_least_one(days: float) -> float:
    """The number of days, or an error: a mean of no days is no observation."""
    if not days >= 1:
        raise ValueError(f"a test needs at least 1 day, got {days}")
    return days


# --- Gamma tests

# Gauss-Hermite rule for the standard normal weight, 5 nodes (Abramowitz & Stegun, table 25.10, rescaled).
_HERMITE: Final = (
    (-2.8569700138728056, 0.011257411327720691),
    (-1.3556261799742659, 0.22207592200561266),
    (0.0, 0.53333333333333333),
    (1.3556261799742659, 0.22207592200561266),
    (2.8569700138728056, 0.011257411327720691),
)
_NARROW: Final = 0.15  # spread of the requirement, in spreads of the mean, up to which 5 nodes suffice
_TAIL_SCORE: Final = 6.0  # normal tail left out: 1e-9
_TAIL_LOG: Final = 20.0  # gamma density left out, on the log scale below its mode
_STEP: Final = 0.7  # trapezoidal step, in the narrowest spread of the integrand


def gamma_ear_confidence(
    mean: float,
    ear: float,
    *,
    cv_within: float,
    sd_requirement: float,
    days: float,
    dose: float = 0.0,
) -> float:
    """Confidence that usual intake meets the requirement when days of food intake are skewed.

    Given a usual food intake U, the mean of n days is gamma with mean U and CV cv/√n. The confidence
    is the probability that such a mean is at most the one observed, at U = requirement - dose, mixed
    over the requirement, which is normal about the EAR and truncated at 0. A requirement that the
    dose alone covers is met and counts 1.

    Parameters
    ----------
    mean : float
        Mean food intake of the days logged, `dose` not included. [unit/day]
    ear : float
        Estimated average requirement, of the whole intake. [unit/day]
    cv_within : float
        Day-to-day CV of food intake of the life-stage group. [fraction]
    sd_requirement : float
        SD of the requirement between persons. [unit/day]
    days : float
        Days logged, at least 1; or the number of independent days they are worth. [days]
    dose : float
        Mean fixed daily dose on top of the food. [unit/day]

    Returns
    -------
    float
        Confidence, to within 1e-6. [fraction]

    Raises
    ------
    ValueError
        If `days` is below 1.

    Notes
    -----
    With G the mean of n days divided by the usual intake (gamma, mean 1, shape k = n/cv²), the event
    "U·G <= mean" is "requirement <= dose + mean/G". The mixture is therefore E[F(dose + mean/G)] with
    F the distribution function of the requirement: one integral over G of smooth functions, without the
    kink that the integral over the requirement has where the dose covers it. In t = ln G the integrand
    is analytic and dies off at both ends, where the trapezoidal rule converges exponentially [1]_.
    Only when the requirement hardly varies is the integral taken over the requirement, by Gauss-Hermite.

    References
    ----------
    .. [1] Trefethen L.N., Weideman J.A.C. (2014). The exponentially convergent trapezoidal rule.
       SIAM Review 56(3), 385-458. doi:10.1137/130932132
    """
    shape = _shape(cv_within, days)
    from_food = ear - dose
    if sd_requirement <= 0.0:
        return _gamma_below(mean, from_food, shape)
    if mean <= 0.0 or math.isinf(shape):
        return 1.0 - _requirement_above(dose + max(mean, 0.0), ear, sd_requirement)
    if sd_requirement <= _NARROW * min(1.0, 1.0 / math.sqrt(shape)) * from_food:
        return sum(weight * _gamma_below(mean, from_food + node * sd_requirement, shape) for node, weight in _HERMITE)
    unmet = _integral_over_days(mean, from_food, sd_requirement, shape)
    return min(1.0, max(0.0, 1.0 - unmet / normal_cdf(ear / sd_requirement)))


def gamma_ai_confidence(mean: float, ai: float, *, cv_within: float, days: float, dose: float = 0.0) -> float:
    """Confidence that usual intake is at or above the AI when days of food intake are skewed.

    The probability that the mean of n days is at most the one observed if usual food intake were
    AI - dose; 1 where the dose alone reaches the AI.

    Parameters
    ----------
    mean : float
        Mean food intake of the days logged, `dose` not included. [unit/day]
    ai : float
        Adequate intake. [unit/day]
    cv_within : float
        Day-to-day CV of food intake of the life-stage group. [fraction]
    days : float
        Days logged, at least 1; or the number of independent days they are worth. [days]
    dose : float
        Mean fixed daily dose on top of the food. [unit/day]

    Returns
    -------
    float
        Confidence. [fraction]

    Raises
    ------
    ValueError
        If `days` is below 1.
    """
    return _gamma_below(mean, ai - dose, _shape(cv_within, days))


def gamma_ul_confidence(mean: float, ul: float, *, cv_within: float, days: float, dose: float = 0.0) -> float:
    """Confidence that usual intake is below the UL when days of food intake are skewed.

    The probability that the mean of n days is above the one observed if usual food intake were
    UL - dose; 0 where the dose alone reaches the UL.

    Parameters
    ----------
    mean : float
        Mean food intake of the days logged, `dose` not included. [unit/day]
    ul : float
        Tolerable upper intake level. [unit/day]
    cv_within : float
        Day-to-day CV of food intake of the life-stage group. [fraction]
    days : float
        Days logged, at least 1; or the number of independent days they are worth. [days]
    dose : float
        Mean fixed daily dose on top of the food. [unit/day]

    Returns
    -------
    float
        Confidence. [fraction]

    Raises
    ------
    ValueError
        If `days` is below 1.
    """
    return 1.0 - _gamma_below(mean, ul - dose, _shape(cv_within, days))


def _shape(cv_within: float, days: float) -> float:
    """Shape of the gamma distribution of a mean of `days` days; infinite where days do not vary."""
    return _at_least_one(days) / cv_within**2 if cv_within > 0.0 else math.inf


def _gamma_below(mean: float, usual: float, shape: float) -> float:
    """P(mean of the days <= `mean`) at a usual food intake of `usual`; 1 where no food is needed."""
    if usual <= 0.0:
        return 1.0
    if math.isinf(shape):
        return normal_cdf(_ratio(mean - usual, 0.0))
    return gamma_p(shape, shape * mean / usual)


def _requirement_above(amount: float, ear: float, sd: float) -> float:
    """P(requirement > amount), the requirement normal and truncated at 0; amount >= 0, sd > 0."""
    return normal_cdf((ear - amount) / sd) / normal_cdf(ear / sd)


def _integral_over_days(mean: float, from_food: float, sd: float, shape: float) -> float:
    """E[S((mean/G - from_food)/sd)], S the upper normal tail, by the trapezoidal rule in t = ln G.

    The density of t is proportional to exp(-shape·(e^t - 1 - t)).
    """
    highest = from_food + _TAIL_SCORE * sd
    if highest <= 0.0:
        return 0.0
    q = _TAIL_LOG / shape
    reach = math.sqrt(2.0 * q)
    # e^t - 1 - t exceeds q beyond both ends; below ln(mean/highest) every requirement is met
    start = max(-(reach + q), math.log(mean) - math.log(highest))
    end = math.log1p(reach + q)
    if start >= end:
        return 0.0
    days_width = min(1.0, 1.0 / math.sqrt(shape))
    requirement_width = sd / (max(from_food, 0.0) + 3.0 * sd)
    steps = math.ceil((end - start) / (_STEP * min(days_width, requirement_width)))
    step = (end - start) / steps
    total = 0.0
    scale = 1.0 / (sd * math.sqrt(2.0))
    for j in range(steps + 1):
        t = start + j * step
        growth = math.exp(t)
        total += math.exp(-shape * (growth - 1.0 - t)) * math.erfc((mean / growth - from_food) * scale)
    log_norm = shape * (math.log(shape) - 1.0) - math.lgamma(shape)
    return 0.5 * step * total * math.exp(log_norm)


# --- How many days would decide


def days_to_decide(confidence: Callable[[int], float], *, level: float = LEVEL, most: int = MOST_DAYS) -> int | None:
    """The smallest number of days at which the same mean would give a verdict.

    Parameters
    ----------
    confidence : callable
        Confidence of one of the tests of this module as a function of the number of days, the mean
        and everything else held fixed.
    level : float
        Confidence that decides, above .5 and below 1; 1 - `level` decides the other way. [fraction]
    most : int
        Longest diary to consider. [days]

    Returns
    -------
    int or None
        Total number of days, from 1 to `most`; None if none of them decides, often because the
        requirement itself is too uncertain. [days]

    Raises
    ------
    ValueError
        If `level` is not above .5 and below 1.

    Notes
    -----
    For the z-test of an EAR the answer is the first whole number at or above
    s_w² / ((D/z)² - s_r²), D = mean - EAR, and there is none if D lies within ±z·s_r. The z-tests are monotone
    in the number of days. The gamma tests are not: skewness lifts the confidence at few days, so that it
    may fall first and rise later. What holds for both is a bound on how fast a confidence can move per
    unit of ln(days) (`FASTEST_RISE`, `FASTEST_FALL`). From a confidence that lies away from both levels,
    all numbers of days within that distance are skipped: the result is that of trying every number.
    """
    _check(level)
    days = 1
    while days <= most:
        value = confidence(days)
        to_rise, to_fall = level - value, value - (1.0 - level)
        if to_rise <= 0.0 or to_fall <= 0.0:
            return days
        safe = min(to_rise / FASTEST_RISE, to_fall / FASTEST_FALL)
        days = max(days + 1, math.ceil(days * math.exp(0.999 * safe)))
    return None


def _check(level: float) -> None:
    """Refuse a level at which both verdicts, or none, would always be given."""
    if not 0.5 < level < 1.0:
        raise ValueError(f"the level of a verdict lies above 0.5 and below 1, got {level}")


# --- Statuses

_HIGH, _BETWEEN, _LOW, _UNKNOWN = "high", "between", "low", "unknown"

# Keys: where the confidence stands at the low and at the high end of the intake bounds. Pairs that are not
# listed give no verdict. An unknown end does not matter where more (or less) intake cannot change it.
_UNDECIDED: Final = {
    (_BETWEEN, _BETWEEN): "uncertain",
    (_LOW, _BETWEEN): "uncertain",
    (_BETWEEN, _LOW): "uncertain",
    (_HIGH, _BETWEEN): "uncertain",
    (_BETWEEN, _HIGH): "uncertain",
}
_STATUS_EAR: Final = _UNDECIDED | {
    (_HIGH, _HIGH): "likely_adequate",
    (_HIGH, _UNKNOWN): "likely_adequate",
    (_LOW, _LOW): "likely_low",
    (_UNKNOWN, _LOW): "likely_low",
}
_STATUS_UL: Final = _UNDECIDED | {
    (_HIGH, _HIGH): "below_ul",
    (_UNKNOWN, _HIGH): "below_ul",
    (_LOW, _LOW): "above_ul",
    (_LOW, _UNKNOWN): "above_ul",
}
_STATUS_AI: Final = {
    (_HIGH, _HIGH): "at_or_above_ai",
    (_HIGH, _UNKNOWN): "at_or_above_ai",
    (_HIGH, _BETWEEN): "uncertain",
    (_BETWEEN, _HIGH): "uncertain",
    (_BETWEEN, _BETWEEN): "below_ai_no_inference",
    (_BETWEEN, _LOW): "below_ai_no_inference",
    (_LOW, _BETWEEN): "below_ai_no_inference",
    (_LOW, _LOW): "below_ai_no_inference",
    (_UNKNOWN, _BETWEEN): "below_ai_no_inference",
    (_UNKNOWN, _LOW): "below_ai_no_inference",
}
_STATUS: Final = {"ear": _STATUS_EAR, "ai": _STATUS_AI, "ul": _STATUS_UL}


def status(
    kind: str, confidence_low: float | None, confidence_high: float | None, *, days: int, level: float = LEVEL
) -> str:
    """The verdict of a test whose confidence is known at the two ends of the intake bounds.

    Parameters
    ----------
    kind : {"ear", "ai", "ul"}
        What the intake is tested against.
    confidence_low, confidence_high : float or None
        Confidence at the low and the high end of intake; None where the end is not known. [fraction]
    days : int
        Days logged; fewer than 3 give no verdict. [days]
    level : float
        Confidence that decides, above .5 and below 1. [fraction]

    Returns
    -------
    str
        EAR: ``likely_adequate``, ``likely_low``, ``uncertain``; AI: ``at_or_above_ai``,
        ``below_ai_no_inference``; UL: ``below_ul``, ``above_ul``, ``uncertain``; or ``undetermined``.

    Raises
    ------
    ValueError
        If `level` is not above .5 and below 1.
    """
    _check(level)
    if days < MIN_DAYS:
        return "undetermined"
    ends = _side(confidence_low, level), _side(confidence_high, level)
    return _STATUS[kind].get(ends, "undetermined")


def _side(confidence: float | None, level: float) -> str:
    """On which side of the two levels a confidence stands."""
    if confidence is None:
        return _UNKNOWN
    if confidence >= level:
        return _HIGH
    return _LOW if confidence <= 1.0 - level else _BETWEEN


# --- One nutrient of one person


class Bounds(NamedTuple):
    """A mean amount a day with its bounds.

    Attributes
    ----------
    low, best, high : float or None
        Mean amount. [unit/day] None (or NaN, or infinite) is not known; a `high` of None is unbounded.
    """

    low: float | None
    best: float | None
    high: float | None


class Spread(NamedTuple):
    """Day-to-day variation of food intake within persons of a life-stage group.

    Attributes
    ----------
    sd : float
        Standard deviation, for the z-tests. [unit/day]
    cv : float
        Coefficient of variation, for the gamma tests. [fraction]
    """

    sd: float
    cv: float


class Adequacy(NamedTuple):
    """Outcome of the EAR or AI test of one nutrient.

    Attributes
    ----------
    method : {"ear_z", "ear_gamma", "ai_z", "ai_gamma", "none"}
        The test used.
    z : float or None
        z of the best value; None for the gamma tests, and where nothing varies. [-]
    confidence, confidence_low, confidence_high : float or None
        At the best value and at the two ends of the intake bounds. [fraction]
    days_to_decide : int or None
        Total number of days at which the same best mean would give a verdict. [days]
    status : str
        See `status`; ``no_reference`` where the authority has set none.
    """

    method: str
    z: float | None
    confidence: float | None
    confidence_low: float | None
    confidence_high: float | None
    days_to_decide: int | None
    status: str


class Excess(NamedTuple):
    """Outcome of the comparison of one nutrient with its upper level.

    Attributes
    ----------
    method : {"ul_z", "ul_gamma", "ul_dose", "none"}
        The test used; ``ul_dose`` is the arithmetic of a fixed daily dose.
    amount_compared : float or None
        The amount that the UL counts, best value. [unit/day]
    confidence, confidence_low, confidence_high : float or None
        Confidence of being below the UL at the best value and at the two ends of the intake bounds;
        for ``ul_dose`` 1 at or below the UL, 0 above it. [fraction]
    status : str
        See `status`; ``no_ul`` where the authority has set none.
    """

    method: str
    amount_compared: float | None
    confidence: float | None
    confidence_low: float | None
    confidence_high: float | None
    status: str


UL_SCOPES: Final = ("total", "supplement_only", "supplement_water_added")
"""What a UL may count; all but the first are compared with the dose alone."""

_NO_FOOD: Final = Bounds(0.0, 0.0, 0.0)

ConfidenceTest = Callable[[float, float, float], float]
"""A test as a function of mean food intake, mean dose [unit/day] and days, to a confidence [fraction]."""


def assess_adequacy(
    food: Bounds,
    dose: Bounds,
    *,
    ear: float | None,
    ai: float | None,
    sd_requirement: float | None,
    spread: Spread | None,
    days: int,
    skewed: bool,
    level: float = LEVEL,
    effective: float | None = None,
) -> Adequacy:
    """Test a mean intake against the EAR or, where there is none, the AI.

    Food varies from day to day and a fixed dose does not: the food is tested against the reference
    less the mean dose, while the SD of the requirement stays that of the whole requirement.

    Parameters
    ----------
    food : Bounds
        Mean of what varies: food, fortified food included. [unit/day]
    dose : Bounds
        Mean fixed daily dose, from supplements. [unit/day]
    ear, ai : float or None
        References; the AI is used only where there is no EAR. [unit/day]
    sd_requirement : float or None
        SD of the requirement, needed for the EAR test. [unit/day]
    spread : Spread or None
        Day-to-day variation; None where none is known (below 12 months).
    days : int
        Days logged, at least 1. [days]
    skewed : bool
        True for the nutrients whose days are too skewed for the z-test.
    level : float
        Confidence at which a verdict is given, above .5 and below 1. [fraction]
    effective : float or None
        Independent days that the `days` are worth, at least 1; None takes them as they are. [days]

    Returns
    -------
    Adequacy

    Raises
    ------
    ValueError
        If `days` or `effective` is below 1, or `level` out of its range.

    References
    ----------
    .. [1] Institute of Medicine (2000). DRI: Applications in Dietary Assessment, Appendix B.
       doi:10.17226/9956
    """
    kind, reference = ("ear", ear) if ear is not None else ("ai", ai)
    if reference is None:
        return Adequacy("none", None, None, None, None, None, "no_reference")
    sd = sd_requirement if kind == "ear" else 0.0  # an AI is a fixed number: an EAR without spread
    if spread is None or sd is None:
        return Adequacy("none", None, None, None, None, None, "undetermined")
    test = adequacy_test(reference, sd=sd, spread=spread, skewed=skewed)
    worth = days if effective is None else effective
    low, best, high = at_ends(test, food, dose, days=worth)
    z = needed = None
    mean, fixed = _known(food.best), _known(dose.best)
    if mean is not None and fixed is not None:
        each = worth / days  # further days are taken to be worth as much as those logged; one day is one day
        needed = days_to_decide(lambda n: test(mean, fixed, max(1.0, n * each)), level=level)
        if not skewed:
            z = _known(_ear_z(mean, reference - fixed, sd_within=spread.sd, sd_requirement=sd, days=worth))
    return Adequacy(
        method=f"{kind}_{'gamma' if skewed else 'z'}",
        z=z,
        confidence=best,
        confidence_low=low,
        confidence_high=high,
        days_to_decide=needed,
        status=status(kind, low, high, days=days, level=level),
    )


def assess_excess(
    food: Bounds,
    dose: Bounds,
    *,
    ul: float | None,
    scope: str,
    spread: Spread | None,
    days: int,
    skewed: bool,
    level: float = LEVEL,
    effective: float | None = None,
) -> Excess:
    """Compare a mean intake with the UL, counting what the UL counts.

    A limit on supplements is arithmetic: mean dose against limit, whatever the number of days. So is a
    limit on the total that the dose alone reaches, or that no food adds to. Any other total is tested:
    the food against the UL less the mean dose.

    Parameters
    ----------
    food : Bounds
        Mean of what varies: food, fortified food included. [unit/day]
    dose : Bounds
        Mean fixed daily dose, from supplements. [unit/day]
    ul : float or None
        Tolerable upper intake level; None where none is set. [unit/day]
    scope : {"total", "supplement_only", "supplement_water_added", "none"}
        What the UL counts. ``supplement_water_added`` (EFSA, magnesium) is compared with the dose alone:
        food tables do not tell what was added to food or water, so that such an amount goes uncounted.
    spread : Spread or None
        Day-to-day variation; None where none is known.
    days : int
        Days logged, at least 1 where there is a test. [days]
    skewed : bool
        True for the nutrients whose days are too skewed for the z-test.
    level : float
        Confidence at which a verdict is given, above .5 and below 1. [fraction]
    effective : float or None
        Independent days that the `days` are worth, at least 1; None takes them as they are. [days]

    Returns
    -------
    Excess

    Raises
    ------
    TableError
        If there is a UL and `scope` does not say what it counts.
    ValueError
        If a test is needed and `days` or `effective` is below 1, or `level` out of its range.

    References
    ----------
    .. [1] Institute of Medicine (2000). DRI: Applications in Dietary Assessment, pp. 62-64.
       doi:10.17226/9956
    """
    if ul is None:
        return Excess("none", None, None, None, None, "no_ul")
    if scope not in UL_SCOPES:
        raise TableError(f"unknown scope of an upper level: {scope!r}; known: {', '.join(UL_SCOPES)}")
    if scope != "total":
        return _dose_against(ul, dose, amount=_known(dose.best))
    amount = _sum(food.best, dose.best)
    if food == _NO_FOOD:
        return _dose_against(ul, dose, amount=amount)
    dose_low = _known(dose.low)
    if dose_low is not None and dose_low > ul:
        low, best, high = at_ends(_never_below, food, dose, days=days)
        told = amount if amount is not None else _known(dose.best)
        return Excess("ul_dose", told, best, low, high, "above_ul")
    if spread is None:
        return Excess("none", amount, None, None, None, "undetermined")
    worth = days if effective is None else effective
    low, best, high = at_ends(_excess_test(ul, spread=spread, skewed=skewed), food, dose, days=worth)
    method = "ul_gamma" if skewed else "ul_z"
    return Excess(method, amount, best, low, high, status("ul", low, high, days=days, level=level))


def _dose_against(ul: float, dose: Bounds, *, amount: float | None) -> Excess:
    """The arithmetic of a fixed dose: no test, hence no least number of days."""
    low, best, high = (
        None if value is None else float(value <= ul)
        for value in (_known(dose.low), _known(dose.best), _known(dose.high))
    )
    return Excess("ul_dose", amount, best, low, high, status("ul", low, high, days=MIN_DAYS))


def adequacy_test(reference: float, *, sd: float, spread: Spread, skewed: bool) -> ConfidenceTest:
    """The EAR test, or with `sd` 0 the AI test, as a function of food, dose [unit/day] and days."""
    if skewed:
        return lambda mean, fixed, days: gamma_ear_confidence(
            mean, reference, cv_within=spread.cv, sd_requirement=sd, days=days, dose=fixed
        )
    return lambda mean, fixed, days: ear_confidence(
        mean, reference - fixed, sd_within=spread.sd, sd_requirement=sd, days=days
    )


def _excess_test(ul: float, *, spread: Spread, skewed: bool) -> ConfidenceTest:
    """The UL test as a function of food, dose and days; a dose at the UL leaves no room for food: arithmetic again."""

    def test(mean: float, fixed: float, days: float) -> float:
        if fixed >= ul:
            return float(fixed + mean <= ul)
        if skewed:
            return gamma_ul_confidence(mean, ul, cv_within=spread.cv, days=days, dose=fixed)
        return ul_confidence(mean, ul - fixed, sd_within=spread.sd, days=days)

    return test


def _never_below(_mean: float, _fixed: float, _days: float) -> float:
    """Confidence of being below a UL that the dose alone reaches."""
    return 0.0


def at_ends(
    test: ConfidenceTest, food: Bounds, dose: Bounds, *, days: float
) -> tuple[float | None, float | None, float | None]:
    """Confidence at the low end, the best value and the high end of intake."""
    return (
        _at(test, food.low, dose.low, days),
        _at(test, food.best, dose.best, days),
        _at(test, food.high, dose.high, days),
    )


def _at(test: ConfidenceTest, food: float | None, dose: float | None, days: float) -> float | None:
    """Confidence at one value of food and dose; None where either is not known."""
    food, dose = _known(food), _known(dose)
    return None if food is None or dose is None else test(food, dose, days)


def _sum(a: float | None, b: float | None) -> float | None:
    """Sum of two amounts; None where either is not known."""
    a, b = _known(a), _known(b)
    return None if a is None or b is None else a + b


def _known(value: float | None) -> float | None:
    """The value if it is a finite number, else None."""
    return value if value is not None and math.isfinite(value) else None
