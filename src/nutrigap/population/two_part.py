"""Usual intake of what is not eaten every day: the two-part model of the NCI method, by maximum likelihood.

    logit P(eaten on day j) = x_ijα + v_i
    g(amount, if eaten; λ)  = x_ijβ + u_i + ε_ij,   (v_i, u_i) normal with SDs σ_v, σ_u and correlation ρ

The amounts of a person are normal, and so is v_i given them; what is left is one integral over v_i for each person, of
the days with and without. It is taken by adaptive Gauss-Hermite quadrature: about the peak of the integrand, in its own
width. The integral over u_i is exact.

References
----------
.. [1] Tooze J.A. et al. (2006). A new statistical method for estimating the usual intake of episodically consumed foods
   with application to their distribution. J Am Diet Assoc 106, 1575-1587. doi:10.1016/j.jada.2006.07.003
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np

from nutrigap.distributions import expit
from nutrigap.errors import PopulationError
from nutrigap.population.amount import LAMBDAS
from nutrigap.population.optimum import maximum_by_scores, slope
from nutrigap.population.persondays import PersonDays
from nutrigap.population.transform import Floats, box_cox

_NODES, _RAW = np.polynomial.hermite_e.hermegauss(15)
_LOG_WEIGHTS: Final = np.log(_RAW / _RAW.sum()) + 0.5 * _NODES**2  # of the integrand less the normal weight
_LOG_SD: Final = -5.0, 5.0  # ends of the logarithms of SDs, of amounts about 1
_ATANH: Final = 2.3  # correlations up to .98
_NO_SD: Final = 0.1  # of a logit: chances of .5 that differ by less than .03 are all one


class TwoPartFit(NamedTuple):
    """The two-part model as fitted; effects as in `AmountFit`.

    Attributes
    ----------
    lambda_ : float
        Power λ. [-]
    person_effects, day_effects : ndarray
        β, on the transformed scale.
    eaten_person_effects, eaten_day_effects : ndarray
        α, on the logit scale.
    variance_within, variance_between : float
        σ_ε² and σ_u², on the transformed scale.
    variance_eaten : float
        σ_v², on the logit scale.
    correlation : float
        ρ of v and u. [-]
    log_likelihood : float
        Of days and amounts, in weights of mean 1.
    at_end : tuple of str
        Parameters that came out at an end of their range, in words.
    """

    lambda_: float
    person_effects: Floats
    day_effects: Floats
    eaten_person_effects: Floats
    eaten_day_effects: Floats
    variance_within: float
    variance_between: float
    variance_eaten: float
    correlation: float
    log_likelihood: float
    at_end: tuple[str, ...]


class TwoPartModel:
    """Days with and without, ready to be fitted with any weights.

    Amounts are counted in their geometric mean, so that the search is the same whatever their unit; what is fitted is
    brought back to the unit.

    Parameters
    ----------
    days : PersonDays

    Attributes
    ----------
    scale : float
        Geometric mean of the amounts on days with any. [unit/day]
    """

    def __init__(self, days: PersonDays) -> None:
        self.days = days
        self.rows = days.rows
        self.eaten = days.amount > 0.0
        self.person = np.repeat(np.arange(days.count.size), days.count)
        self.scale = float(np.exp(np.log(days.amount[self.eaten]).mean()))
        self.amounts = np.where(self.eaten, days.amount / self.scale, 1.0)
        self.log_sums = self._sum(np.log(self.amounts))
        self.days_eaten = self._sum(self.eaten.astype(np.float64))
        self.effects = self.rows.shape[1]

    def _sum(self, column: Floats) -> Floats:
        """Sums over the days of each person."""
        sums: Floats = np.add.reduceat(column, self.days.start)
        return sums

    def fit(self, weight: Floats, *, start: TwoPartFit | None = None) -> TwoPartFit:
        """Fit the model by maximum (pseudo-)likelihood.

        Parameters
        ----------
        weight : ndarray, shape (persons,)
            Weights of the persons, with mean 1.
        start : TwoPartFit or None
            A fit to start from.

        Returns
        -------
        TwoPartFit

        Raises
        ------
        PopulationError
            The search does not come to an end: the data do not carry the model.
        """
        first = self._first(weight) if start is None else self._pack(start)
        found, ended = maximum_by_scores(self.log_likelihoods, self.scores, first, weight, confine=self._confine)
        if not ended:
            raise PopulationError(
                "the two-part model cannot be fitted to these days: too few persons with both kinds of days, or with "
                "two days on which it was eaten"
            )
        return self._fit_of(found, float(weight @ self.log_likelihoods(found)))

    def log_likelihoods(self, at: Floats) -> Floats:
        """Log-likelihood of each person, at parameters α, β, log σ_v, log σ_u, atanh ρ, log σ_ε and λ.

        β and the SDs of amounts are those of amounts in `scale`.
        """
        of_amounts, centre, variance = self._of_amounts(at)
        _, terms, log_width = self._integrand(self.rows @ at[: self.effects], centre, variance)
        most = terms.max(axis=1)
        total: Floats = of_amounts + most + np.log(np.exp(terms - most[:, None]).sum(axis=1)) + log_width
        return total

    def scores(self, at: Floats) -> Floats:
        """Derivatives of `log_likelihoods`, shape (persons, parameters).

        Those of the integral by α and by the mean and variance of v are means over v given all of a person's days;
        what is left depends on amounts only and is differenced.
        """
        _, centre, variance = self._of_amounts(at)
        logit = self.rows @ at[: self.effects]
        v, terms, _ = self._integrand(logit, centre, variance)
        given = np.exp(terms - terms.max(axis=1, keepdims=True))
        given /= given.sum(axis=1, keepdims=True)
        expected = (given[self.person] * expit(logit[:, None] + v[self.person])).sum(axis=1)
        by_alpha = np.add.reduceat(self.rows * (self.eaten - expected)[:, None], self.days.start, axis=0)
        away = v - centre[:, None]
        by_centre = (given * away).sum(axis=1) / variance
        by_variance = 0.5 * ((given * away**2).sum(axis=1) / variance - 1.0) / variance

        def rest(x: Floats) -> Floats:
            amounts, its_centre, its_variance = self._of_amounts(x)
            of_person: Floats = amounts + by_centre * its_centre + by_variance * its_variance
            return of_person

        others = [slope(rest, at, i) for i in range(self.effects, at.size)]
        return np.column_stack([by_alpha, *others])

    def _of_amounts(self, at: Floats) -> tuple[Floats, Floats, Floats]:
        """Log-likelihood of each person's amounts, and mean and variance of v given these."""
        _, beta, (log_v, log_u, atanh, log_e, lambda_) = self._unpack(at)
        within, between, variance_v = math.exp(2.0 * log_e), math.exp(2.0 * log_u), math.exp(2.0 * log_v)
        rho = math.tanh(atanh)
        rest = np.where(self.eaten, box_cox(lambda_, self.amounts) - self.rows @ beta, 0.0)
        sums, squares, n = self._sum(rest), self._sum(rest**2), self.days_eaten
        shrink = between / (within + n * between)
        of_amounts = (
            -0.5
            * (
                n * math.log(2.0 * math.pi * within)
                + np.log1p(n * between / within)
                + (squares - shrink * sums**2) / within
            )
            + (lambda_ - 1.0) * self.log_sums
            - n * math.log(self.scale)  # the density is that of an amount in its own unit
        )
        # the part of v that goes with u is known as far as u is; the rest not at all
        along = rho * math.sqrt(variance_v / between)
        variance = variance_v * (1.0 - rho**2) + along**2 * between * within / (within + n * between)
        return of_amounts, along * shrink * sums, variance

    def _integrand(self, logit: Floats, centre: Floats, variance: Floats) -> tuple[Floats, Floats, Floats]:
        """Nodes of v, the log of weight × Π P(day j as it was) × density there, and the log of the nodes' width."""
        peak = centre
        for _ in range(6):  # Newton's steps: the logarithm of the integrand is concave
            p = expit(logit + peak[self.person])
            rise = self.days_eaten - self._sum(p) - (peak - centre) / variance
            peak = peak + rise / (self._sum(p * (1.0 - p)) + 1.0 / variance)
        p = expit(logit + peak[self.person])
        width = 1.0 / np.sqrt(self._sum(p * (1.0 - p)) + 1.0 / variance)
        v = peak[:, None] + width[:, None] * _NODES
        of_days = logit[:, None] + v[self.person]
        log_p = np.where(self.eaten[:, None], of_days, 0.0) - np.logaddexp(0.0, of_days)
        terms = np.add.reduceat(log_p, self.days.start)
        terms += -0.5 * (v - centre[:, None]) ** 2 / variance[:, None] + _LOG_WEIGHTS
        return v, terms, np.log(width / np.sqrt(variance))

    def _first(self, weight: Floats) -> Floats:
        """Parameters to start from: no effects, moments of the amounts on the fourth-root scale."""
        day_weight = np.repeat(weight, self.days.count)
        share = float(day_weight @ self.eaten / day_weight.sum())
        y = box_cox(0.25, self.amounts[self.eaten])
        at = np.zeros(2 * self.effects + 5)
        at[0] = 1.2 * math.log(share / (1.0 - share))
        at[self.effects] = np.average(y, weights=day_weight[self.eaten])
        half = 0.5 * math.log(0.5 * float(np.average((y - at[self.effects]) ** 2, weights=day_weight[self.eaten])))
        at[-5:] = 0.0, half, 0.2, half, 0.25
        return at

    def _fit_of(self, at: Floats, log_likelihood: float) -> TwoPartFit:
        """Parameters as a fit of amounts in their own unit: of x = s·y, g(x) = s^λ·g(y) + g(s)."""
        alpha, beta, (log_v, log_u, atanh, log_e, lambda_) = self._unpack(at)
        p = self.days.design.shape[1]
        wider = self.scale**lambda_
        effects = wider * beta
        effects[0] += float(box_cox(lambda_, self.scale))
        ends = {
            f"λ ({lambda_:g})": lambda_ in LAMBDAS,
            "the correlation of eating any with the amount": abs(atanh) > 0.9 * _ATANH,
            "the SD of eating any between persons": log_v in _LOG_SD or math.exp(log_v) < _NO_SD,
            "the SD of amounts between persons": log_u in _LOG_SD,
            "the SD of amounts within persons": log_e in _LOG_SD,
        }
        return TwoPartFit(
            lambda_=lambda_,
            person_effects=effects[:p],
            day_effects=effects[p:],
            eaten_person_effects=alpha[:p],
            eaten_day_effects=alpha[p:],
            variance_within=wider**2 * math.exp(2.0 * log_e),
            variance_between=wider**2 * math.exp(2.0 * log_u),
            variance_eaten=math.exp(2.0 * log_v),
            correlation=math.tanh(atanh),
            log_likelihood=log_likelihood,
            at_end=tuple(name for name, is_at in ends.items() if is_at),
        )

    def _pack(self, fit: TwoPartFit) -> Floats:
        """Parameters of a fit, of amounts in `scale`: `_fit_of` undone."""
        wider = self.scale**fit.lambda_
        effects = np.concatenate([fit.person_effects, fit.day_effects])
        effects[0] -= float(box_cox(fit.lambda_, self.scale))
        return np.concatenate(
            [
                fit.eaten_person_effects,
                fit.eaten_day_effects,
                effects / wider,
                [
                    0.5 * math.log(fit.variance_eaten),
                    0.5 * math.log(fit.variance_between) - math.log(wider),
                    math.atanh(fit.correlation),
                    0.5 * math.log(fit.variance_within) - math.log(wider),
                    fit.lambda_,
                ],
            ]
        )

    def _unpack(self, at: Floats) -> tuple[Floats, Floats, list[float]]:
        return at[: self.effects], at[self.effects : -5], at[-5:].tolist()

    def _confine(self, at: Floats) -> Floats:
        at = at.copy()
        at[-5], at[-4], at[-2] = np.clip(at[[-5, -4, -2]], *_LOG_SD)
        at[-3] = np.clip(at[-3], -_ATANH, _ATANH)
        at[-1] = np.clip(at[-1], *LAMBDAS)
        return at
