"""What a verdict hangs on: other spreads, dependent days, the person's own spread, a prior; and how many days help.

Nothing here changes a verdict. It shows whether the verdict would be the same if what the test takes for granted
were a little different, as the book does that the tests come from [1]_. Amounts are in the nutrient's own unit a day.

References
----------
.. [1] Institute of Medicine (2000). Dietary Reference Intakes: Applications in Dietary Assessment.
   National Academies Press. Chapter 3 and Appendix B. doi:10.17226/9956
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from nutrigap.assessment import LEVEL, Bounds, ConfidenceTest, Spread, adequacy_test, at_ends, status
from nutrigap.distributions import normal_cdf, normal_quantile

CONSECUTIVE: Final = 0.2
"""Correlation of an intake with that of the day before, taken for consecutive days. [-]

IOM 2000 (p. 99) asks for two independent or three consecutive days: 2 = 3(1 - ρ)/(1 + ρ) gives ρ = 0.2.
"""

OWN_SPREAD_DAYS: Final = 14
"""Fewest days from which the person's own spread is considered at all. [days]"""

PRIOR_DAYS: Final = 13.0
"""Degrees of freedom that the table's spread counts as beside the person's own. [-]

Those of 14 days: where the own spread first enters, it enters with half the weight. Read as a distribution of
variances between persons (scaled inverse chi-square), it puts one person in six above 1.25 times the table's SD and
one in twenty above 1.5 times, the two stresses that IOM 2000 (pp. 56-61) applies for just that reason.
"""

STRESSES: Final = {"sd_1.25": 1.25, "sd_1.5": 1.5}
"""Factors on the day-to-day spread, by the name of their row."""


# --- What days are worth


def effective_days(days: int, *, autocorrelation: float = 0.0, weights: Sequence[float] | None = None) -> float:
    """Independent days of equal weight that a log is worth.

    Parameters
    ----------
    days : int
        Days logged, at least 1. [days]
    autocorrelation : float
        Correlation ρ of one day with the next, at least 0 and below 1; `CONSECUTIVE` for days logged in a row. [-]
    weights : sequence of float, length `days`, or None
        Weights of a weighted mean, not negative, of any sum; None for the plain mean. [-]

    Returns
    -------
    float
        (Σw)²/Σw² times (1 - ρ)/(1 + ρ), and never less than 1: a single day is a day. [days]

    Raises
    ------
    ValueError
        If `days` is below 1, the correlation is out of its range, or the weights do not fit.
    """
    if days < 1:
        raise ValueError(f"a mean needs at least 1 day, got {days}")
    if not 0.0 <= autocorrelation < 1.0:
        raise ValueError(f"the correlation of one day with the next lies from 0 to below 1, got {autocorrelation}")
    worth = float(days)
    if weights is not None:
        if len(weights) != days or min(weights) < 0.0 or sum(weights) <= 0.0:
            raise ValueError(f"{days} days need {days} weights, none negative and not all 0, got {list(weights)}")
        worth = sum(weights) ** 2 / sum(w * w for w in weights)
    return max(1.0, worth * (1.0 - autocorrelation) / (1.0 + autocorrelation))


# Table B-1 of IOM 2000, p. 190, its "97.5 %" on pp. 56-57 included; mirrored below one half.
_IOM_2000: Final = {0.5: 0.0, 0.7: 0.5, 0.85: 1.0, 0.93: 1.5, 0.95: 1.65, 0.975: 2.0, 0.98: 2.0}


def z_for(confidence: float, convention: str = "exact") -> float:
    """Standard score that a confidence asks for.

    Parameters
    ----------
    confidence : float
        Confidence, above 0 and below 1. [fraction]
    convention : {"exact", "iom2000"}
        The normal quantile, or the rounded score that IOM 2000 prints for it (2 for 97.5 %).

    Returns
    -------
    float
        Score; negative below one half. [-]

    Raises
    ------
    ValueError
        If the convention is unknown, or the book prints no score for the confidence.

    References
    ----------
    .. [1] Institute of Medicine (2000). DRI: Applications in Dietary Assessment, Table B-1, p. 190.

    Examples
    --------
    >>> round(z_for(0.975), 2), z_for(0.975, "iom2000")
    (1.96, 2.0)
    """
    if convention == "exact":
        return normal_quantile(confidence)
    if convention != "iom2000":
        raise ValueError(f'unknown convention {convention!r}; known: "exact", "iom2000"')
    for printed, z in _IOM_2000.items():
        for share, score in ((printed, z), (1.0 - printed, -z)):
            if math.isclose(confidence, share, abs_tol=1e-9):
                return score
    known = ", ".join(str(share) for share in _IOM_2000)
    raise ValueError(f"IOM 2000 prints no score for a confidence of {confidence}; it does for {known} and 1 less these")


def mean_needed(
    confidence: float,
    *,
    ear: float,
    sd_within: float,
    sd_requirement: float,
    days: float,
    convention: str = "exact",
) -> float:
    """Mean intake at which the z-test of an EAR has a given confidence.

    EAR + z·√(s_r² + s_w²/n). With `sd_requirement` 0 that of an AI.

    Parameters
    ----------
    confidence : float
        Confidence of an adequate intake; below one half, one less the confidence of a low one. [fraction]
    ear : float
        Estimated average requirement. [unit/day]
    sd_within, sd_requirement : float
        SD from day to day and of the requirement between persons. [unit/day]
    days : float
        Days of the log, or the independent days they are worth, above 0. [days]
    convention : {"exact", "iom2000"}
        See `z_for`.

    Returns
    -------
    float
        Mean intake. [unit/day]

    Raises
    ------
    ValueError
        See `z_for`.

    Examples
    --------
    Magnesium, a woman of 40 with 3 days, the example of IOM 2000 (p. 56):

    >>> round(mean_needed(0.975, ear=265, sd_within=85.9, sd_requirement=26.5, days=3, convention="iom2000"))
    377
    """
    return ear + z_for(confidence, convention) * math.hypot(sd_requirement, sd_within / math.sqrt(days))


def days_for_precision(cv: float, within: float = 0.2, confidence: float = 0.95) -> int:
    """Days after which the mean lies within a share of usual intake, n = (z·CV/D₀)².

    Parameters
    ----------
    cv : float
        Day-to-day CV of intake. [fraction]
    within : float
        Half-width of the interval about usual intake, above 0. [fraction]
    confidence : float
        Share of logs whose mean lies in the interval. [fraction]

    Returns
    -------
    int
        Days, rounded up, at least 1. [days]

    References
    ----------
    .. [1] Beaton G.H. et al. (1979). Sources of variance in 24-hour dietary recall data. American Journal of
       Clinical Nutrition 32, 2546-2559.
    .. [2] Basiotis P.P. et al. (1987). Number of days of food intake records required to estimate individual and
       group nutrient intakes with defined confidence. Journal of Nutrition 117, 1638-1641.

    Examples
    --------
    >>> days_for_precision(0.37), days_for_precision(0.53)
    (14, 27)
    """
    return _whole((normal_quantile(0.5 + 0.5 * confidence) * cv / within) ** 2)


def days_for_ranking(ratio: float, r: float) -> int:
    """Days after which means correlate by `r` with usual intakes in a population, n = ratio·r²/(1 - r²).

    Parameters
    ----------
    ratio : float
        Variance from day to day over variance between persons. [-]
    r : float
        Correlation wanted, at least 0 and below 1. [-]

    Returns
    -------
    int
        Days, rounded up, at least 1. [days]

    Notes
    -----
    The squared correlation of the mean of n days with usual intake is s_b²/(s_b² + s_w²/n) = n/(n + ratio).
    """
    return _whole(ratio * r * r / (1.0 - r * r))


def _whole(days: float) -> int:
    """Days rounded up; a rounding error above a whole number is none."""
    return max(1, math.ceil(days - 1e-9))


# --- The person's own spread


def own_spread(daily: Sequence[float], spread: Spread, *, prior_days: float = PRIOR_DAYS) -> Spread:
    """The person's own day-to-day spread from 14 days on, drawn towards the table's; below that the table's.

    s² = (ν₀·s_table² + (n - 1)·s_own²) / (ν₀ + n - 1), and the same for the square of the CV: the scale of the
    posterior of a variance whose prior is a scaled inverse chi-square of ν₀ degrees of freedom.

    Parameters
    ----------
    daily : sequence of float
        Food intake of each day, doses not included. [unit/day] Days that are not known (NaN, infinite) are passed over.
    spread : Spread
        That of the life-stage group.
    prior_days : float
        ν₀, the degrees of freedom that the table's spread counts as, at least 0. [-]

    Returns
    -------
    Spread
        SD [unit/day] and CV [fraction]; where all days are 0 the table's CV, for there is none of one's own.

    Notes
    -----
    A log seldom shows the rare rich day (a plate of liver): for vitamin D and B12 the own CV of a few weeks is too
    small more often than too large.

    References
    ----------
    .. [1] Gelman A. et al. (2013). Bayesian Data Analysis, 3rd ed., section 2.6. Chapman and Hall/CRC.
    """
    known = [value for value in daily if math.isfinite(value)]
    n = len(known)
    if n < OWN_SPREAD_DAYS:
        return spread
    mean = math.fsum(known) / n
    squares = math.fsum((value - mean) ** 2 for value in known)

    def drawn(of_table: float, own_squares: float) -> float:
        return math.sqrt((prior_days * of_table**2 + own_squares) / (prior_days + n - 1))

    return Spread(drawn(spread.sd, squares), drawn(spread.cv, squares / mean**2) if mean > 0.0 else spread.cv)


# --- With a prior


class Prior(NamedTuple):
    """Usual food intakes of the population that a person is taken to belong to.

    Attributes
    ----------
    mean : float
        Mean of usual food intake. [unit/day]
    sd : float
        SD of usual food intake between persons, above 0. [unit/day]
    """

    mean: float
    sd: float


def posterior(
    mean: float,
    ear: float,
    *,
    sd_within: float,
    sd_requirement: float,
    days: float,
    prior_mean: float,
    prior_sd: float,
) -> float:
    """Probability that usual intake meets the requirement, given a log and a population; normal throughout.

    With b = s_b²/(s_b² + s_w²/n), usual intake has the mean m = μ + b(ȳ - μ) and the variance v = s_b²(1 - b):
    Φ((m - EAR)/√(s_r² + v)).

    Parameters
    ----------
    mean : float
        Mean food intake ȳ of the days logged. [unit/day]
    ear : float
        Estimated average requirement, less the mean dose: a dose is known and is never drawn towards the crowd's.
        With an AI and `sd_requirement` 0, the probability of reaching the AI. [unit/day]
    sd_within : float
        Day-to-day SD. [unit/day]
    sd_requirement : float
        SD of the requirement between persons. [unit/day]
    days : float
        Days logged, or the independent days they are worth, at least 1. [days]
    prior_mean, prior_sd : float
        Mean μ and SD s_b of usual food intake between persons; the SD above 0. [unit/day]

    Returns
    -------
    float
        Probability. [fraction]

    Raises
    ------
    ValueError
        If `days` is below 1 or `prior_sd` not above 0.

    Notes
    -----
    It draws everybody towards the population: a vegan too, whose food is not that population's.

    References
    ----------
    .. [1] National Research Council (1986). Nutrient Adequacy: Assessment Using Food Consumption Surveys.
       National Academies Press. doi:10.17226/618 (the probability of an inadequate usual intake)
    """
    _check_prior(days, prior_sd)
    error = sd_within**2 / days
    kept = prior_sd**2 / (prior_sd**2 + error)
    usual = prior_mean + kept * (mean - prior_mean)
    sd = math.sqrt(sd_requirement**2 + kept * error)
    if sd > 0.0:
        return normal_cdf((usual - ear) / sd)
    return 0.5 + 0.5 * ((usual > ear) - (usual < ear))


def gamma_posterior(
    mean: float,
    ear: float,
    *,
    cv_within: float,
    sd_requirement: float,
    days: float,
    prior_mean: float,
    prior_sd: float,
    dose: float = 0.0,
) -> float:
    """Probability that usual intake meets the requirement, given a log and a population, where days are skewed.

    The mean of n days is gamma about usual food intake U with shape k = n/cv² (`assessment.gamma_ear_confidence`), and
    U is lognormal between persons. The requirement is normal, truncated at 0, and met by U and the dose together.

    Parameters
    ----------
    mean : float
        Mean food intake of the days logged, `dose` not included. [unit/day]
    ear : float
        Estimated average requirement of the whole intake. With an AI and `sd_requirement` 0, the probability of
        reaching the AI. [unit/day]
    cv_within : float
        Day-to-day CV of food intake, above 0. [fraction]
    sd_requirement : float
        SD of the requirement between persons. [unit/day]
    days : float
        Days logged, or the independent days they are worth, at least 1. [days]
    prior_mean, prior_sd : float
        Mean and SD of usual food intake between persons, both above 0. [unit/day]
    dose : float
        Mean fixed daily dose, never drawn towards the crowd's. [unit/day]

    Returns
    -------
    float
        Probability, to within 1e-6. [fraction]

    Raises
    ------
    ValueError
        If `days` is below 1, or `prior_mean`, `prior_sd` or `cv_within` not above 0.

    Notes
    -----
    In t = ln U the density is exp(-k·t - k·ȳ·e^-t - (t - m)²/2τ²), with τ² = ln(1 + (SD/mean)²) and m = ln mean - τ²/2.
    Its logarithm is concave and it exists for a mean of 0 too, which is why the prior is lognormal and not gamma.
    The integral with a requirement of some spread is taken by the trapezoidal rule, as in the gamma test; a fixed
    requirement divides the range in two, each part taken by Simpson's rule.
    """
    _check_prior(days, prior_sd)
    if not (prior_mean > 0.0 and cv_within > 0.0):
        raise ValueError(f"the prior mean and the CV of days are above 0, got {prior_mean} and {cv_within}")
    shape = days / cv_within**2
    density, start, end, width = _usual_intake(max(mean, 0.0), shape, prior_mean, prior_sd)
    from_food = ear - dose
    if sd_requirement <= _FIXED * abs(from_food):
        if from_food <= 0.0:
            return 1.0
        split = min(end, max(start, math.log(from_food)))
        below, above = _simpson(density, start, split), _simpson(density, split, end)
        return above / (below + above)
    met = normal_cdf(-ear / sd_requirement)  # the requirements at or below 0, which are none
    narrowest = min(width, sd_requirement / (max(from_food, 0.0) + 3.0 * sd_requirement))
    steps = math.ceil((end - start) / (_STEP * narrowest))
    total = adequate = 0.0
    for j in range(steps + 1):
        t = start + j * (end - start) / steps
        weight = density(t)
        total += weight
        adequate += weight * max(0.0, normal_cdf((math.exp(t) - from_food) / sd_requirement) - met)
    return min(1.0, adequate / total / (1.0 - met))


_FIXED: Final = 1e-3  # spread of a requirement, as a share of it, up to which it is taken as fixed
_STEP: Final = 0.6  # trapezoidal step, in the narrowest spread of the integrand
_TAIL: Final = 30.0  # density left out, on the log scale below its mode
_PANELS: Final = 400  # Simpson panels of each part


def _usual_intake(
    mean: float, shape: float, prior_mean: float, prior_sd: float
) -> tuple[Callable[[float], float], float, float, float]:
    """Density of t = ln(usual intake) up to a factor, the two ends of its range, and its narrowest spread."""
    tau2 = math.log1p((prior_sd / prior_mean) ** 2)
    centre = math.log(prior_mean) - 0.5 * tau2
    seen = math.log(mean) if mean > 0.0 else -math.inf

    def log_density(t: float) -> float:
        return -shape * t - shape * math.exp(seen - t) - (t - centre) ** 2 / (2.0 * tau2)

    # The slope, -k + k·ȳ·e^-t - (t - m)/τ², falls and is convex, and is not below 0 at this start: Newton's steps
    # approach the mode from the left and cannot overshoot.
    mode = max(centre - shape * tau2, min(centre, seen))
    step = 1.0
    while step > 1e-9:
        pull = shape * math.exp(seen - mode)
        step = (pull - shape - (mode - centre) / tau2) / (pull + 1.0 / tau2)
        mode += step
    width = 1.0 / math.sqrt(shape * math.exp(seen - mode) + 1.0 / tau2)
    peak = log_density(mode)
    ends = []
    for side in (-1.0, 1.0):
        reach = width
        while peak - log_density(mode + side * reach) < _TAIL:
            reach *= 1.2
        ends.append(mode + side * reach)
    return (lambda t: math.exp(log_density(t) - peak)), ends[0], ends[1], width


def _simpson(function: Callable[[float], float], start: float, end: float) -> float:
    """Integral by Simpson's rule."""
    h = (end - start) / (2 * _PANELS)
    inner = sum((4.0 if j % 2 else 2.0) * function(start + j * h) for j in range(1, 2 * _PANELS))
    return (function(start) + inner + function(end)) * h / 3.0


def _check_prior(days: float, prior_sd: float) -> None:
    if not days >= 1:
        raise ValueError(f"a posterior needs at least 1 day, got {days}")
    if not prior_sd > 0.0:
        raise ValueError(f"a prior needs an SD between persons above 0, got {prior_sd}")


# --- The rows


class Stress(NamedTuple):
    """The same question asked under another assumption.

    Attributes
    ----------
    what : {"sd_1.25", "sd_1.5", "consecutive", "own_sd", "prior"}
        What differs: the spread of the table times a factor, days that depend on each other, the person's own spread
        drawn towards the table's, or a probability with a prior in place of the test.
    confidence : float
        At the best value. [fraction]
    status : str
        The verdict at the same bounds and level, see `assessment.status`.
    """

    what: str
    confidence: float
    status: str


def sensitivity(
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
    consecutive: bool = False,
    daily: Sequence[float] = (),
    prior: Prior | None = None,
) -> tuple[Stress, ...]:
    """The confidence and verdict of `assessment.assess_adequacy` under other assumptions.

    Parameters
    ----------
    food, dose, ear, ai, sd_requirement, spread, days, skewed, level, effective
        As in `assessment.assess_adequacy`.
    consecutive : bool
        True adds a row that takes the days for consecutive, with a correlation of `CONSECUTIVE`.
    daily : sequence of float
        Food intake of each day, best values; from 14 known days on it adds the row of the own spread. [unit/day]
    prior : Prior or None
        Adds the row with a prior, which only moves the food.

    Returns
    -------
    tuple of Stress
        In the order of `Stress.what`; empty where `assess_adequacy` tests nothing or the best value is not known.

    Raises
    ------
    ValueError
        If `days` or `effective` is below 1, or `level` out of its range; see `gamma_posterior` for the prior.

    References
    ----------
    .. [1] Institute of Medicine (2000). DRI: Applications in Dietary Assessment, pp. 56-61 and 99.
    """
    kind, reference = ("ear", ear) if ear is not None else ("ai", ai)
    sd = sd_requirement if kind == "ear" else 0.0
    if reference is None or sd is None or spread is None:
        return ()
    worth = float(days) if effective is None else effective

    def test(with_spread: Spread) -> ConfidenceTest:
        return adequacy_test(reference, sd=sd, spread=with_spread, skewed=skewed)

    asked = [(what, test(Spread(factor * spread.sd, factor * spread.cv)), worth) for what, factor in STRESSES.items()]
    if consecutive:
        fewer = max(1.0, worth * (1.0 - CONSECUTIVE) / (1.0 + CONSECUTIVE))
        asked.append(("consecutive", test(spread), fewer))
    if sum(map(math.isfinite, daily)) >= OWN_SPREAD_DAYS:
        asked.append(("own_sd", test(own_spread(daily, spread)), worth))
    if prior is not None:
        asked.append(("prior", _with_prior(reference, sd=sd, spread=spread, skewed=skewed, prior=prior), worth))
    rows = []
    for what, confidence, n in asked:
        low, best, high = at_ends(confidence, food, dose, days=n)
        if best is not None:
            rows.append(Stress(what, best, status(kind, low, high, days=days, level=level)))
    return tuple(rows)


def _with_prior(reference: float, *, sd: float, spread: Spread, skewed: bool, prior: Prior) -> ConfidenceTest:
    """The posterior probability as a function of food, dose [unit/day] and days."""
    if skewed:
        return lambda mean, fixed, days: gamma_posterior(
            mean,
            reference,
            cv_within=spread.cv,
            sd_requirement=sd,
            days=days,
            prior_mean=prior.mean,
            prior_sd=prior.sd,
            dose=fixed,
        )
    return lambda mean, fixed, days: posterior(
        mean,
        reference - fixed,
        sd_within=spread.sd,
        sd_requirement=sd,
        days=days,
        prior_mean=prior.mean,
        prior_sd=prior.sd,
    )
