"""Usual intake of what is eaten every day: the amount-only model of the NCI method, by maximum likelihood.

    g(x_ij; λ) = x_ijβ + u_i + ε_ij,   u_i ~ N(0, σ_u²),   ε_ij ~ N(0, σ_ε²)

with g the Box-Cox transform, i the person and j the day. The covariance of a person's days is σ_ε²·I + σ_u²·11',
whose inverse is known, so that the likelihood needs no more of a person than sums. Given λ and the correlation of two
days of a person, r = σ_u²/(σ_u² + σ_ε²), β and the variances follow; λ and r are searched one inside the other. Survey
weights multiply the persons' log-likelihoods (pseudo-likelihood).

References
----------
.. [1] Tooze J.A. et al. (2010). A mixed-effects model approach for estimating the distribution of usual intake of
   nutrients: the NCI method. Statistics in Medicine 29, 2857-2868. doi:10.1002/sim.4063
.. [2] Luo H., Dodd K.W., Arnold C.D., Engle-Stone R. (2019). A new statistical method for estimating usual intakes of
   nearly-daily consumed foods and nutrients through use of only one 24-hour dietary recall. J Nutr 149, 1667-1673.
   doi:10.1093/jn/nxz070 (a ratio of variances from elsewhere)
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np

from nutrigap.population.optimum import maximum_on
from nutrigap.population.persondays import PersonDays
from nutrigap.population.transform import Floats, box_cox

LAMBDAS: Final = (0.0, 1.0)
"""Between these λ is searched: logarithms and no transform at all. [-]"""

_LEAST_CORRELATION: Final = 1e-6
_TOLERANCE: Final = 1e-5  # of r; its standard error is a thousand times that in any group that is looked at


class AmountFit(NamedTuple):
    """The amount-only model as fitted.

    Attributes
    ----------
    lambda_ : float
        Power λ. [-]
    person_effects : ndarray, shape (p,)
        β of the intercept and of the persons' covariates, on the transformed scale.
    day_effects : ndarray, shape (d,)
        β of the columns that differ between days.
    variance_within, variance_between : float
        σ_ε² and σ_u², on the transformed scale.
    log_likelihood : float
        Of the amounts, in weights of mean 1.
    """

    lambda_: float
    person_effects: Floats
    day_effects: Floats
    variance_within: float
    variance_between: float
    log_likelihood: float

    @property
    def at_end(self) -> tuple[str, ...]:
        """Parameters that came out at an end of their range, in words."""
        ends = {
            f"λ ({self.lambda_:g})": self.lambda_ in LAMBDAS,
            "the ratio of variances (the days of a person hardly differ)": self.variance_within
            < 1e-4 * self.variance_between,
        }
        return tuple(name for name, is_at in ends.items() if is_at)


class _At(NamedTuple):
    """The best likelihood at one λ and correlation, with β and σ_ε²."""

    log_likelihood: float
    beta: Floats
    variance_within: float


class AmountModel:
    """Amounts of persons, ready to be fitted with any weights.

    Parameters
    ----------
    days : PersonDays
        With amounts above 0.
    amounts : ndarray, shape (days,)
        The amounts, all above 0. [unit/day]
    """

    def __init__(self, days: PersonDays, amounts: Floats) -> None:
        self.days = days
        self.amounts = amounts
        self.logs = np.log(amounts)
        self.rows = days.rows
        self.person_sums = np.add.reduceat(self.rows, days.start, axis=0)
        self.log_sums = np.add.reduceat(self.logs, days.start)
        self.sizes = np.unique(days.count)
        self.most_days = int(self.sizes[-1])

    def fit(self, weight: Floats, *, ratio: float | None = None, negative: bool = False) -> AmountFit:
        """Fit the model by maximum (pseudo-)likelihood.

        Parameters
        ----------
        weight : ndarray, shape (persons,)
            Weights of the persons, with mean 1.
        ratio : float or None
            σ_ε²/σ_u², known from elsewhere; None estimates it. [-]
        negative : bool
            Whether the correlation of two days, and with it σ_u², may come out below 0. (It can in the data, and not in
            the world: then the data do not tell persons apart.)

        Returns
        -------
        AmountFit
        """
        sums = _Sums(self, weight)
        if ratio is not None:
            low = high = 1.0 / (1.0 + ratio)
        else:
            most = self.most_days
            low = -0.999 / (most - 1) if negative and most > 1 else _LEAST_CORRELATION
            high = 1.0 - 1e-6

        bracket = low, high

        def correlation(lambda_: float) -> float:
            """The best r at a λ: near that of the λ before, for it hardly moves, and else anywhere."""
            nonlocal bracket
            if low == high:
                return low

            def value(r: float) -> float:
                return sums.at(lambda_, r).log_likelihood

            r = maximum_on(value, *bracket, tolerance=_TOLERANCE)
            if not bracket[0] < r < bracket[1]:
                r = maximum_on(value, low, high, tolerance=_TOLERANCE)
            bracket = max(low, r - 0.05), min(high, r + 0.05)
            return r

        lambda_ = maximum_on(lambda power: sums.at(power, correlation(power)).log_likelihood, *LAMBDAS, tolerance=1e-4)
        r = correlation(lambda_)
        best = sums.at(lambda_, r)
        persons = self.days.design.shape[1]
        return AmountFit(
            lambda_=lambda_,
            person_effects=best.beta[:persons],
            day_effects=best.beta[persons:],
            variance_within=best.variance_within,
            variance_between=best.variance_within * r / (1.0 - r),
            log_likelihood=best.log_likelihood,
        )

    def log_likelihood(self, lambda_: float, correlation: float, weight: Floats) -> float:
        """The largest log-likelihood at one λ and one correlation of two days of a person."""
        return _Sums(self, weight).at(lambda_, correlation).log_likelihood


class _Sums:
    """Weighted sums of squares and products of [design, transformed amounts]: all that the likelihood needs."""

    def __init__(self, model: AmountModel, weight: Floats) -> None:
        self.model = model
        count = model.days.count
        self.weight = weight
        self.day_weight = np.repeat(weight, count)
        self.days = float(weight @ count)
        self.of_size = [count == n for n in model.sizes]
        self.persons_of = np.array([weight[some].sum() for some in self.of_size])
        self.jacobian = float(weight @ model.log_sums)
        self.lambda_ = math.nan

    def _transform(self, lambda_: float) -> None:
        """Sums for one λ: over days, and over persons by their number of days."""
        if lambda_ == self.lambda_:
            return
        model, days = self.model, self.model.days
        y = box_cox(lambda_, model.amounts)
        columns = np.column_stack([model.rows, y])
        of_person = np.column_stack([model.person_sums, np.add.reduceat(y, days.start)])
        self.over_days = columns.T @ (columns * self.day_weight[:, None])
        self.over_persons = np.stack(
            [(of_person[some].T @ (of_person[some] * self.weight[some, None])).ravel() for some in self.of_size]
        )
        self.lambda_ = lambda_

    def at(self, lambda_: float, r: float) -> _At:
        """Likelihood at λ and r, β and σ_ε² at their best."""
        self._transform(lambda_)
        n = self.model.sizes
        inflation = 1.0 + (n - 1) * r  # (1 - r) times the largest eigenvalue of a person's correlation matrix
        moments = self.over_days - (r / inflation @ self.over_persons).reshape(self.over_days.shape)
        beta = np.asarray(np.linalg.solve(moments[:-1, :-1], moments[:-1, -1]), dtype=np.float64)
        variance = float(moments[-1, -1] - moments[:-1, -1] @ beta) / self.days
        log_det = float(self.persons_of @ np.log(inflation / (1.0 - r)))
        value = -0.5 * (self.days * (math.log(2.0 * math.pi * variance) + 1.0) + log_det)
        return _At(value + (lambda_ - 1.0) * self.jacobian, beta, variance)
