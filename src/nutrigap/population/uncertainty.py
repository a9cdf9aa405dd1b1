"""How far an estimate may be off: from fits with other weights.

Two ways to such weights: drawing persons anew (bootstrap), or the replicate weights that a survey ships. The whole
estimate is made again with each, so that λ, variances and effects have their share in the error.

References
----------
.. [1] Efron B., Tibshirani R.J. (1993). An Introduction to the Bootstrap. Chapman & Hall.
.. [2] Wolter K.M. (2007). Introduction to Variance Estimation, 2nd ed. Springer (BRR, Fay's method, jackknife).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from nutrigap.errors import PopulationError
from nutrigap.population.transform import Floats


class Estimate(NamedTuple):
    """A number with its error.

    Attributes
    ----------
    value : float or None
        The estimate: an amount [unit/day] or a share [fraction]; None where it cannot be told, with a `reason`.
    se : float or None
        Standard error, in the unit of the value; None where no replicates were asked for.
    low, high : float or None
        95 % interval of sampling error.
    at_low, at_high : float or None
        The estimate from the low and the high ends of the totals: what unknown values leave open. None where the days
        have no such end.
    reason : str
        Why there is no value.
    """

    value: float | None
    se: float | None = None
    low: float | None = None
    high: float | None = None
    at_low: float | None = None
    at_high: float | None = None
    reason: str = ""


class Bootstrap(NamedTuple):
    """Persons drawn anew, with replacement; intervals are percentiles.

    Attributes
    ----------
    replicates : int
        How often; at least 20.
    seed : int
        Of the draws: the same seed gives the same errors.
    """

    replicates: int = 200
    seed: int = 1


class Replicates(NamedTuple):
    """Replicate weights of a survey: variance = Σ factor·(estimate of replicate - estimate)².

    Attributes
    ----------
    columns : tuple of str
        Columns of the weights.
    factor : float or tuple of float
        One for all replicates, or one for each: 1/R for BRR, 1/(R(1 - k)²) with Fay's k, (R - 1)/R for a jackknife of R
        groups, (n_h - 1)/n_h for a jackknife within strata.
    critical : float
        Half-width of a 95 % interval in standard errors; with few degrees of freedom that of Student's t.
    """

    columns: tuple[str, ...]
    factor: float | tuple[float, ...]
    critical: float = 1.959964


def brr(columns: Sequence[str], *, fay: float = 0.0, critical: float = 1.959964) -> Replicates:
    """Balanced repeated replication, with Fay's coefficient `fay` (0 <= fay < 1); see `Replicates`."""
    if not 0.0 <= fay < 1.0:
        raise PopulationError(f"Fay's coefficient is at least 0 and below 1, got {fay:g}")
    _refuse_few(columns)
    return Replicates(tuple(columns), 1.0 / (len(columns) * (1.0 - fay) ** 2), critical)


def jackknife(columns: Sequence[str], *, critical: float = 1.959964) -> Replicates:
    """Jackknife of as many groups as there are columns (JK1); see `Replicates`."""
    _refuse_few(columns)
    return Replicates(tuple(columns), (len(columns) - 1.0) / len(columns), critical)


def _refuse_few(columns: Sequence[str]) -> None:
    if len(columns) < 2:
        raise PopulationError("replicate weights need two columns at least")


def weights_of(errors: Bootstrap | Replicates, weight: Floats, given: Floats) -> Floats:
    """Weights of the replicates, shape (replicates, persons), each with mean 1.

    Parameters
    ----------
    errors : Bootstrap or Replicates
    weight : ndarray, shape (persons,)
        The survey weights.
    given : ndarray, shape (replicates, persons)
        Replicate weights that came with the days.

    Raises
    ------
    PopulationError
        Too few replicates, or as many factors as there are not replicates.
    """
    if isinstance(errors, Bootstrap):
        if errors.replicates < 20:
            raise PopulationError(f"a bootstrap needs 20 replicates at least, got {errors.replicates}")
        rng = np.random.default_rng(errors.seed)
        size = weight.size
        drawn = [np.bincount(rng.integers(0, size, size), minlength=size) for _ in range(errors.replicates)]
        weights = np.stack(drawn) * weight
    else:
        factors = np.atleast_1d(errors.factor)
        if factors.size not in (1, given.shape[0]) or not (factors > 0.0).all():
            raise PopulationError(f"{factors.size} factors for {given.shape[0]} replicates; each is above 0")
        _refuse_few(errors.columns)
        weights = given
    scaled: Floats = weights / weights.mean(axis=1, keepdims=True)
    return scaled


def estimates(
    values: Floats,
    replicates: Floats,
    errors: Bootstrap | Replicates | None,
    *,
    share: bool,
    at_low: Floats | None = None,
    at_high: Floats | None = None,
) -> list[Estimate]:
    """Numbers with their errors.

    Parameters
    ----------
    values : ndarray, shape (k,)
        The estimates.
    replicates : ndarray, shape (replicates, k)
        The same of each replicate; NaN in the rows of replicates that could not be fitted.
    errors : Bootstrap, Replicates or None
        Where the replicates are from; None gives no errors.
    share : bool
        Whether they are shares; else they are amounts.
    at_low, at_high : ndarray or None
        The estimates at the ends of the totals.

    Returns
    -------
    list of Estimate
    """
    k = values.size
    none = np.full(k, np.nan)
    se = low = high = none
    if isinstance(errors, Bootstrap):
        kept = replicates[~np.isnan(replicates).any(axis=1)]
        se = kept.std(axis=0, ddof=1)
        low, high = np.percentile(kept, [2.5, 97.5], axis=0)
    elif errors is not None:
        factor = np.broadcast_to(errors.factor, replicates.shape[0])
        se = np.sqrt(factor @ (replicates - values) ** 2)
        low, high = (_of_share if share else _of_amount)(values, se, errors.critical)
    ends = [none if end is None else end for end in (at_low, at_high)]
    columns = np.stack([values, se, low, high, *ends], axis=1)
    return [
        Estimate(_known(value), _known(e), _known(a), _known(b), _known(c), _known(d))
        for value, e, a, b, c, d in columns.tolist()
    ]


def _of_share(p: Floats, se: Floats, z: float) -> tuple[Floats, Floats]:
    """The interval of Wilson (1927), with the persons who by themselves would give this standard error."""
    with np.errstate(divide="ignore", invalid="ignore"):
        one_over_n = np.where(se > 0, se**2 / (p * (1.0 - p)), 0.0)
    one_over_n = np.where(np.isfinite(one_over_n), one_over_n, 1.0)  # a share of 0 or 1 whose replicates differ
    centre = (p + z**2 * one_over_n / 2) / (1 + z**2 * one_over_n)
    half = z / (1 + z**2 * one_over_n) * np.sqrt(p * (1 - p) * one_over_n + (z * one_over_n) ** 2 / 4)
    return np.minimum(p, centre - half), np.maximum(p, centre + half)


def _of_amount(x: Floats, se: Floats, z: float) -> tuple[Floats, Floats]:
    """The interval of the logarithm, which holds only what can be."""
    reach = np.exp(z * se / x)
    return x / reach, x * reach


def _known(x: float) -> float | None:
    return None if np.isnan(x) else x
