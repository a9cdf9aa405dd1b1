"""Where a function is largest: on an interval, and over several parameters from the scores of persons."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from nutrigap.population.transform import Floats

_GOLDEN = (3.0 - math.sqrt(5.0)) / 2.0
_SIZES = (1.0, 0.5, 0.25, 0.125)  # of a step
_DAMPINGS = (0.0, *10.0 ** np.arange(-3, 9))  # added to squares of scores, which are of the order of the persons


def maximum_on(f: Callable[[float], float], low: float, high: float, *, tolerance: float = 1e-6) -> float:
    """Place of the largest value of a function with one peak on an interval.

    Parameters
    ----------
    f : callable
        The function.
    low, high : float
        Ends of the interval. They are tried as well, so that a peak at an end is given as that end.
    tolerance : float
        Width at which the search ends.

    Returns
    -------
    float

    Notes
    -----
    Steps of a parabola through the three best points, and of the golden section where these are no good (Brent 1973).
    """
    a, b = low, high
    best = second = third = a + _GOLDEN * (b - a)
    at_best = at_second = at_third = f(best)
    step = before = b - a
    while max(best - a, b - best) > tolerance:
        shift = _parabola(best, second, third, at_best, at_second, at_third)
        if abs(shift) < 0.5 * abs(before) and a + tolerance / 4 < best + shift < b - tolerance / 4:
            before, step = step, shift
        else:
            before = b - best if best < 0.5 * (a + b) else a - best
            step = _GOLDEN * before
        if abs(step) < tolerance / 3:  # no nearer than can be told apart, and towards the wider side
            step = math.copysign(tolerance / 3, b - best if b - best > best - a else a - best)
        tried = best + step
        at_tried = f(tried)
        if at_tried >= at_best:
            a, b = (best, b) if tried > best else (a, best)
            third, at_third, second, at_second = second, at_second, best, at_best
            best, at_best = tried, at_tried
        else:
            a, b = (tried, b) if tried < best else (a, tried)
            if at_tried >= at_second or second == best:
                third, at_third, second, at_second = second, at_second, tried, at_tried
            elif at_tried >= at_third or third in (best, second):
                third, at_third = tried, at_tried
    return max((best, low, high), key=f) if min(best - low, high - best) < 10 * tolerance else best


def _parabola(x: float, v: float, w: float, fx: float, fv: float, fw: float) -> float:
    """Step from x to the peak of the parabola through three points; infinite where there is none."""
    left, right = (x - v) * (fx - fw), (x - w) * (fx - fv)
    below = 2.0 * (left - right)
    return math.inf if below == 0.0 else -((x - v) * left - (x - w) * right) / below


def maximum_by_scores(
    f: Callable[[Floats], Floats],
    scores: Callable[[Floats], Floats],
    start: Floats,
    weight: Floats,
    *,
    confine: Callable[[Floats], Floats],
    tolerance: float = 1e-7,
    most: int = 200,
) -> tuple[Floats, bool]:
    """Parameters that make a weighted sum of log-likelihoods of persons largest.

    Parameters
    ----------
    f : callable
        Parameters (p,) to the log-likelihoods of the persons (n,).
    scores : callable
        Parameters to the derivatives of these, shape (n, p).
    start : ndarray
        Parameters to start from, shape (p,).
    weight : ndarray
        Weights of the persons, shape (n,).
    confine : callable
        Parameters to the nearest ones allowed.
    tolerance : float
        Expected gain of log-likelihood at which the search ends.
    most : int
        Most steps.

    Returns
    -------
    tuple of ndarray and bool
        The parameters, and whether the search came to its end.

    Notes
    -----
    Steps by the outer products of the persons' scores (Berndt, Hall, Hall, Hausman 1974), halved until they gain. Where
    a parameter hardly matters, as the correlation with a person's effect that is near 0, these steps are far too long
    for it and spoil the others: then they are damped (Levenberg), ever nearer to the way straight up. Where no such
    step gains, the search has come to its end.
    """
    at = start
    value = float(weight @ f(at))
    for _ in range(most):
        each = scores(at)
        gradient = weight @ each
        # what stands at its end and would go beyond is left there
        free = confine(at + 1e-6 * np.sign(gradient)) != at
        outer = each[:, free].T @ (each[:, free] * weight[:, None])
        step = np.zeros_like(at)
        step[free] = np.linalg.lstsq(outer, gradient[free], rcond=1e-12)[0]
        if float(gradient @ step) < tolerance:
            return at, True
        gained = -math.inf
        for damping in _DAMPINGS:
            if damping > 0.0:
                step[free] = np.linalg.solve(outer + damping * np.eye(outer.shape[0]), gradient[free])
            for size in _SIZES:
                tried = confine(at + size * step)
                gained = float(weight @ f(tried))
                if gained > value:
                    break
            if gained > value:
                break
        else:
            return at, True
        done = gained - value < 1e-3 * tolerance
        at, value = tried, gained
        if done:
            return at, True
    return at, False


def slope(f: Callable[[Floats], Floats], at: Floats, i: int) -> Floats:
    """Derivative by one parameter of a function of parameters, by a central difference."""
    step = np.zeros_like(at)
    step[i] = 1e-5 * max(1.0, abs(float(at[i])))
    found: Floats = (f(at + step) - f(at - step)) / (2.0 * step[i])
    return found
