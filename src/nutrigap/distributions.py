"""The distribution functions that the tests of intake rest on, without scipy.

scipy takes several times as long to import as a whole report takes to write, so that the few functions needed are here.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

# A standard normal variable in even steps (trapezoidal rule); all left out is below 1e-15.
NORMAL_SCORES: Final[Floats] = np.linspace(-8.0, 8.0, 321)
NORMAL_WEIGHTS: Final[Floats] = np.exp(-0.5 * NORMAL_SCORES**2) / np.exp(-0.5 * NORMAL_SCORES**2).sum()


def expit(x: Floats) -> Floats:
    """Probabilities of logits, 1/(1 + exp(-x)), without overflow.

    Parameters
    ----------
    x : ndarray
        Logits. [-]

    Returns
    -------
    ndarray
        Probabilities, of the same shape. [fraction]
    """
    return 0.5 * (1.0 + np.tanh(0.5 * x))


def normal_cdf(z: float) -> float:
    """Probability that a standard normal variable is at most `z`.

    Parameters
    ----------
    z : float
        Standard score, may be infinite. [-]

    Returns
    -------
    float
        Probability. [fraction]
    """
    return 0.5 * math.erfc(-z / math.sqrt(2.0))


def normal_quantile(p: float) -> float:
    """Standard normal score that a share `p` of the distribution lies below.

    Parameters
    ----------
    p : float
        Probability, above 0 and below 1. [fraction]

    Returns
    -------
    float
        Standard score. [-]

    Raises
    ------
    ValueError
        If `p` is not above 0 and below 1.

    Notes
    -----
    Below 0 the distribution function is convex, so that Newton's steps from 0 approach the root from
    one side only and cannot overshoot.
    """
    if not 0.0 < p < 1.0:
        raise ValueError(f"normal_quantile needs a probability above 0 and below 1, got {p}")
    if p > 0.5:
        return -normal_quantile(1.0 - p)
    z, step = 0.0, 1.0
    while step > 1e-14:  # a step back can only be one of rounding
        step = (normal_cdf(z) - p) * math.sqrt(2.0 * math.pi) * math.exp(0.5 * z * z)
        z -= step
    return z


def gamma_p(a: float, x: float) -> float:
    """Regularised lower incomplete gamma function P(a, x).

    Parameters
    ----------
    a : float
        Shape, above 0. [-]
    x : float
        Upper end of the integral; anything at or below 0 gives 0. [-]

    Returns
    -------
    float
        Probability that a gamma variable of shape `a` and scale 1 is at most `x`. [fraction]

    Raises
    ------
    ValueError
        If `a` is not above 0.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, 8.7.1 (series), 8.9.2 (continued fraction).
    """
    if not a > 0.0:
        raise ValueError(f"gamma_p needs a shape above 0, got {a}")
    if x <= 0.0:
        return 0.0
    if math.isinf(x):
        return 1.0
    if x < a + 1.0:
        return min(1.0, _power_term(a, x) * _lower_series(a, x))
    return 1.0 - _power_term(a, x) * a * _upper_fraction(a, x)


def _power_term(a: float, x: float) -> float:
    """x^a e^-x / Γ(a + 1), without the cancellation that ln Γ brings at large `a`."""
    if a < 20.0:
        return math.exp(a * math.log(x) - x - math.lgamma(a + 1.0))
    excess = (x - a) / a
    log_ratio = math.log1p(excess) if abs(excess) < 0.5 else math.log(x) - math.log(a)
    return math.exp(-a * (excess - log_ratio) - _stirling_rest(a)) / math.sqrt(2.0 * math.pi * a)


def _stirling_rest(a: float) -> float:
    """Return ln Γ(a + 1) less Stirling's formula, for a >= 20 (DLMF 5.11.1)."""
    b = 1.0 / (a * a)
    return (1.0 / 12.0 - b * (1.0 / 360.0 - b * (1.0 / 1260.0 - b / 1680.0))) / a


def _lower_series(a: float, x: float) -> float:
    """Σ x^j / ((a+1)…(a+j)): all terms positive, the ratio below 1 when x < a + 1."""
    term = total = 1.0
    divisor = a
    while term > total * 1e-17:
        divisor += 1.0
        term *= x / divisor
        total += term
    return total


def _upper_fraction(a: float, x: float) -> float:
    """Γ(a, x) / (x^a e^-x) as a continued fraction (modified Lentz), for x >= a + 1."""
    b = x + 1.0 - a
    c = math.inf
    d = 1.0 / b
    value = d
    step = 0.0
    j = 0
    while abs(step - 1.0) > 4e-16:
        j += 1
        top = -j * (j - a)
        b += 2.0
        d = 1.0 / (b + top * d)
        c = b + top / c
        step = c * d
        value *= step
    return value
