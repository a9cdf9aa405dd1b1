"""The Box-Cox scale on which intakes are normal, and the way back from it.

The way back is the point: a usual intake is the *mean of days* of a person, and the mean of bent values is not the bent
mean. `back_transform` is that mean, exactly.

References
----------
.. [1] Box G.E.P., Cox D.R. (1964). An analysis of transformations. J R Stat Soc B 26, 211-252.
.. [2] Tooze J.A. et al. (2010). A mixed-effects model approach for estimating the distribution of usual intake of
   nutrients: the NCI method. Statistics in Medicine 29, 2857-2868. doi:10.1002/sim.4063
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

# Gauss-Hermite rule for the standard normal weight; exact for polynomials up to degree 63.
_NODES, _RAW = np.polynomial.hermite_e.hermegauss(32)
NODES: Final[Floats] = _NODES
NODE_WEIGHTS: Final[Floats] = _RAW / _RAW.sum()


def box_cox(lambda_: float, amounts: npt.ArrayLike) -> Floats:
    """Amounts on the transformed scale: (x^λ - 1)/λ, and log x for λ = 0.

    Parameters
    ----------
    lambda_ : float
        Power λ. [-]
    amounts : array_like
        Amounts, all above 0. [unit/day]

    Returns
    -------
    ndarray
        Transformed amounts, of the same shape.
    """
    logs = np.log(np.asarray(amounts, dtype=np.float64))
    return logs if lambda_ == 0.0 else np.expm1(lambda_ * logs) / lambda_


def inverse_box_cox(lambda_: float, transformed: npt.ArrayLike) -> Floats:
    """Amounts of transformed values: (λy + 1)^(1/λ), and exp y for λ = 0.

    Parameters
    ----------
    lambda_ : float
        Power λ, at least 0. [-]
    transformed : array_like
        Values on the transformed scale.

    Returns
    -------
    ndarray
        Amounts, of the same shape. [unit/day] Where λy + 1 is not above 0 no amount has that value: it counts 0.
    """
    y = np.asarray(transformed, dtype=np.float64)
    if lambda_ == 0.0:
        return np.exp(y)
    below = lambda_ * y <= -1.0
    return np.where(below, 0.0, np.exp(np.log1p(lambda_ * np.where(below, 0.0, y)) / lambda_))


def back_transform(lambda_: float, mean: npt.ArrayLike, variance: float, *, lower: float = 0.0) -> Floats:
    """Mean on the original scale of an intake that is normal on the Box-Cox scale: E[(λ(m + ε) + 1)^(1/λ)].

    It is not (λm + 1)^(1/λ), which leaves out that the scale is bent.

    Parameters
    ----------
    lambda_ : float
        Power λ of the transform, at least 0; 0 for logarithms. [-]
    mean : array_like
        Mean m on the transformed scale.
    variance : float
        Variance of ε on the transformed scale, at least 0.
    lower : float
        Single amounts below this count as this; the NCI method takes half of the smallest amount observed. [unit/day]

    Returns
    -------
    ndarray
        Means, of the shape of `mean`. [unit/day]

    Notes
    -----
    Gauss-Hermite quadrature with 32 nodes; where no amount falls below `lower` it is exact for whole 1/λ up to 63.
    """
    spread = np.sqrt(variance) * NODES
    amounts = inverse_box_cox(lambda_, np.asarray(mean, dtype=np.float64)[..., None] + spread)
    means: Floats = np.maximum(amounts, lower) @ NODE_WEIGHTS
    return means
