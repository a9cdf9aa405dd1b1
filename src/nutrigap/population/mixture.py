"""The distribution of usual intakes in a group, as cells whose members differ only in one normal effect.

Within a cell usual food intake is a rising function T of m ~ N(centre, sd²): the mean of the days of a person,

    T(m) = (1 - s)·p₀·G(m) + s·p₁·G(m + δ),    G(m) = E[g⁻¹(m + ε)]

with s the share of Friday to Sunday in the week, δ its effect, and p₀, p₁ the probabilities that the nutrient is eaten
at all (1 in the amount-only model). A fixed dose of supplements is added to it. So the share of a cell below an amount
t is Φ((T⁻¹(t - dose) - centre)/sd): nothing is drawn at random.
"""

from __future__ import annotations

from functools import cache
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from nutrigap.distributions import normal_cdf
from nutrigap.population.transform import Floats, back_transform

WEEKEND_SHARE: Final = 3.0 / 7.0
"""Share of Friday to Sunday in the week. [fraction]"""

_POINTS: Final = 1001  # of the curve of T; between them it is straight, to some 1e-5 of an SD
_REACH: Final = 8.5  # SDs of m that the curve reaches beyond the outermost cells
_LEAST_SD: Final = 1e-6  # of m, in SDs within persons: a cell must have some width


class Scale(NamedTuple):
    """From the transformed scale to usual intake of food.

    Attributes
    ----------
    lambda_ : float
        Power λ. [-]
    variance : float
        σ_ε², on the transformed scale.
    lower : float
        Single amounts below this count as this. [unit/day]
    weekend : float
        Effect δ of Friday to Sunday, on the transformed scale.
    share : float
        Share s of Friday to Sunday; 0 where it is not told apart. [fraction]
    """

    lambda_: float
    variance: float
    lower: float
    weekend: float = 0.0
    share: float = 0.0


class Mixture(NamedTuple):
    """A distribution of usual intakes; every array has shape (cells,).

    Attributes
    ----------
    scale : Scale
    weight : ndarray
        Share of the group in each cell; the sum is 1. [fraction]
    centre : ndarray
        Mean of m, on the transformed scale.
    sd : float
        SD of m in every cell, on the transformed scale.
    dose : ndarray
        Dose of supplements. [unit/day]
    pattern : ndarray of int
        Which persons they are: persons of one pattern share reference values and group.
    eaten : ndarray, shape (cells, 2), or None
        Probabilities p₀, p₁ that the nutrient is eaten on a day; None where it always is. [fraction]
    grid, curve : ndarray
        Values of m, and G(m) and G(m + δ) at these, shapes (points,) and (2, points).
    """

    scale: Scale
    weight: Floats
    centre: Floats
    sd: float
    dose: Floats
    pattern: npt.NDArray[np.int64]
    eaten: Floats | None
    grid: Floats
    curve: Floats


def mixture(
    scale: Scale,
    weight: Floats,
    centre: Floats,
    sd: float,
    *,
    dose: Floats,
    pattern: npt.NDArray[np.int64],
    eaten: Floats | None = None,
) -> Mixture:
    """Make a `Mixture`; the parameters are its attributes. Cells of no weight are left out."""
    kept = weight > 0.0
    sd = max(sd, _LEAST_SD * float(np.sqrt(scale.variance)))
    low, high = centre[kept].min() - _REACH * sd, centre[kept].max() + _REACH * sd
    grid = np.linspace(low, high, _POINTS)
    shifts = dict.fromkeys([0.0, scale.weekend])  # one curve where the two are the same
    curves = [back_transform(scale.lambda_, grid + shift, scale.variance, lower=scale.lower) for shift in shifts]
    curve = np.stack([curves[0], curves[-1]])
    return Mixture(
        scale=scale,
        weight=weight[kept] / weight[kept].sum(),
        centre=centre[kept],
        sd=sd,
        dose=dose[kept],
        pattern=pattern[kept],
        eaten=None if eaten is None else eaten[kept],
        grid=grid,
        curve=curve,
    )


def only(of: Mixture, patterns: npt.NDArray[np.bool_]) -> Mixture:
    """The part of a mixture whose patterns are marked, as a group of its own."""
    kept = patterns[of.pattern]
    return of._replace(
        weight=of.weight[kept] / of.weight[kept].sum(),
        centre=of.centre[kept],
        dose=of.dose[kept],
        pattern=of.pattern[kept],
        eaten=None if of.eaten is None else of.eaten[kept],
    )


def mean(of: Mixture) -> float:
    """Mean usual intake, supplements included. [unit/day]"""
    scale = of.scale
    food = np.zeros_like(of.centre)
    for i, (share, shift) in enumerate(((1.0 - scale.share, 0.0), (scale.share, scale.weekend))):
        if share > 0.0:  # the mean of a day of the cell: u and ε are one normal variable
            amount = back_transform(scale.lambda_, of.centre + shift, scale.variance + of.sd**2, lower=scale.lower)
            food += share * amount * (1.0 if of.eaten is None else of.eaten[:, i])
    return float(of.weight @ (food + of.dose))


def below(of: Mixture, amounts: npt.ArrayLike) -> Floats:
    """Share of the group whose usual intake is below an amount.

    Parameters
    ----------
    of : Mixture
    amounts : array_like, shape (k,) or (cells, k)
        Amounts, the same for all or each cell's own. [unit/day]

    Returns
    -------
    ndarray, shape (k,)
        Shares. [fraction]
    """
    wanted = np.atleast_2d(np.asarray(amounts, dtype=np.float64))  # one row for all cells, or a row a cell
    if of.dose.any():
        wanted = wanted - of.dose[:, None]
    shares: Floats = of.weight @ phi((_effect(of, wanted) - of.centre[:, None]) / of.sd)
    return np.clip(shares, 0.0, 1.0)  # weights add up to 1 but for rounding


def quantiles(of: Mixture, probabilities: npt.ArrayLike) -> Floats:
    """Usual intakes that these shares of the group lie below.

    Parameters
    ----------
    of : Mixture
    probabilities : array_like, shape (k,)
        Each above 0 and below 1. [fraction]

    Returns
    -------
    ndarray, shape (k,)
        Quantiles, to a millionth of their bracket. [unit/day]
    """
    p = np.atleast_1d(np.asarray(probabilities, dtype=np.float64))
    share = of.scale.share
    top = of.curve[:, -1] @ [1.0 - share, share] + of.dose.max()
    bottom = 0.0
    # amounts at even steps of the effect, so that every part of a skewed distribution is met
    steps = np.unique(
        np.concatenate([[bottom], np.interp(np.linspace(0, _POINTS - 1, 65), np.arange(_POINTS), of.curve[0]), [top]])
    )
    shares = below(of, steps)
    right = np.clip(np.searchsorted(shares, p), 1, steps.size - 1)
    low, high, at_low, at_high = steps[right - 1], steps[right], shares[right - 1] - p, shares[right] - p
    for turn in range(40):  # the straight line between the ends, and every third time the middle
        gap = at_high - at_low
        weight = np.where((gap > 0.0) & (turn % 3 < 2), -at_low / np.where(gap > 0.0, gap, 1.0), 0.5)
        tried = low + np.clip(weight, 0.0, 1.0) * (high - low)
        at_tried = below(of, tried) - p
        under = at_tried < 0.0
        low, at_low = np.where(under, tried, low), np.where(under, at_tried, at_low)
        high, at_high = np.where(under, high, tried), np.where(under, at_high, at_tried)
        if (np.minimum(np.abs(at_low), np.abs(at_high)) < 1e-9).all() or (high - low <= 1e-7 * high).all():
            break
    nearer = np.abs(at_low) < np.abs(at_high)
    return np.where(nearer, low, high)


def _effect(of: Mixture, food: Floats) -> Floats:
    """The m at which usual food intake is this, of each cell: T⁻¹. Infinite beyond the curve."""
    share = of.scale.share
    if of.eaten is None:
        curve = (1.0 - share) * of.curve[0] + share * of.curve[1]
        return np.interp(food, curve, of.grid, left=-np.inf, right=np.inf)
    weekday, weekend = (1.0 - share) * of.eaten[:, 0, None], share * of.eaten[:, 1, None]
    last = _POINTS - 1
    steps = np.arange(_POINTS, dtype=np.float64)
    start = np.interp(food / (weekday + weekend), of.curve[0], steps)
    at = start
    for _ in range(12):  # Newton's steps on a rising, convex curve
        i = np.minimum(at.astype(np.int64), last - 1)
        rise = weekday * (of.curve[0, i + 1] - of.curve[0, i]) + weekend * (of.curve[1, i + 1] - of.curve[1, i])
        base = weekday * of.curve[0, i] + weekend * of.curve[1, i]
        with np.errstate(divide="ignore", invalid="ignore"):
            tried = np.where(rise > 0.0, i + (food - base) / rise, at + 1.0)
        tried = np.clip(tried, 0.0, last)
        if np.abs(tried - at).max(initial=0.0) < 1e-9:
            break
        at = tried
    reached = weekday * of.curve[0, [0, -1]] + weekend * of.curve[1, [0, -1]]
    effect = np.interp(at, steps, of.grid)
    effect = np.where(food <= reached[:, :1], -np.inf, effect)
    return np.where(food >= reached[:, 1:], np.inf, effect)


@cache
def _cdf_table() -> tuple[Floats, Floats]:
    z = np.linspace(-9.0, 9.0, 18001)
    return z, np.array([normal_cdf(value) for value in z.tolist()])


def phi(z: Floats) -> Floats:
    """Normal distribution function of many scores, to 4e-8: from a table, in straight lines."""
    return np.interp(z, *_cdf_table())
