"""Usual intakes of a group against reference values: how many are below, and how many above.

Each kind of reference allows one question only. An EAR: how many do not meet their requirement, by the cut-point (how
many are below the EAR) and by the probability approach (the requirement varies as well). An AI: how many are at or
above it, and never how many are short, for it is no requirement. An upper level: how many are above it, of what it
counts.

References
----------
.. [1] Institute of Medicine (2000). Dietary Reference Intakes: Applications in Dietary Assessment, chapters 4 and 5.
   doi:10.17226/9956
.. [2] National Research Council (1986). Nutrient Adequacy. doi:10.17226/618
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from nutrigap.assessment import UL_SCOPES
from nutrigap.distributions import NORMAL_SCORES, NORMAL_WEIGHTS
from nutrigap.errors import PopulationError, TableError
from nutrigap.person import Person
from nutrigap.population.mixture import Mixture, below, phi, quantiles
from nutrigap.population.transform import Floats
from nutrigap.population.uncertainty import Bootstrap, Estimate, Replicates, estimates
from nutrigap.references import Reference
from nutrigap.references import reference as reference_of

_NOT_FOR_AI: Final = (
    "an AI is no requirement: how many usual intakes are inadequate cannot be told from it (IOM 2000, chapter 4)"
)


class Prevalence(NamedTuple):
    """Shares of a group; each has a value or the reason why there is none.

    Attributes
    ----------
    below_ear : Estimate
        EAR cut-point: share of usual intakes below the EAR. [fraction]
    below_requirement : Estimate
        Probability approach: share of persons whose usual intake is below their own requirement. [fraction]
    at_or_above_ai : Estimate
        Share of usual intakes at or above the AI. [fraction] The rest is not "inadequate".
    above_ul : Estimate
        Share above the upper level, of what it counts. [fraction]
    notes : tuple of str
        What a reader must know.
    """

    below_ear: Estimate
    below_requirement: Estimate
    at_or_above_ai: Estimate
    above_ul: Estimate
    notes: tuple[str, ...]

    def shares(self) -> tuple[tuple[str, Estimate], ...]:
        """Every share with its name."""
        return tuple(zip(self._fields[:-1], self[:-1], strict=True))


class Distributions(NamedTuple):
    """The distribution of a group's usual intakes, that of every replicate, and those of the two ends.

    Attributes
    ----------
    full : Mixture
    replicates : tuple of Mixture or None
        None for a replicate that could not be fitted.
    low, high : Mixture or None
        From the low and the high totals.
    errors : Bootstrap, Replicates or None
    patterns : tuple
        Group, and age [years], sex and life stage (or None), of each pattern of persons.
    weights : tuple of ndarray
        Weights of the persons of each pattern.
    supplements : bool
        Whether doses of supplements were told.
    doses_bounded : bool
        Whether the two ends hold the ends of doses as well; else their doses are the best ones.
    """

    full: Mixture
    replicates: tuple[Mixture | None, ...]
    low: Mixture | None
    high: Mixture | None
    errors: Bootstrap | Replicates | None
    patterns: tuple[tuple[str, tuple[float, str, str] | None], ...]
    weights: tuple[Floats, ...]
    supplements: bool
    doses_bounded: bool

    def of_replicates(self, numbers: Callable[[Mixture], Floats], size: int) -> Floats:
        """Numbers of every replicate, shape (replicates, size); NaN where it could not be fitted."""
        rows = [np.full(size, np.nan) if each is None else numbers(each) for each in self.replicates]
        return np.array(rows).reshape(len(rows), size)


class _Values(NamedTuple):
    """Reference values of each pattern, NaN where there is none, and what the upper level counts."""

    ear: Floats
    sd: Floats
    ai: Floats
    ul: Floats
    scope: str
    status: str


def prevalence_of(group: Distributions, nutrient: str, reference: Reference | str) -> Prevalence:
    """See `nutrigap.population.prevalence`."""
    used = np.unique(group.full.pattern)
    values = _values(group, nutrient, reference, used)
    notes: list[str] = []
    no_ear, no_own, no_ai, no_ul = _reasons(values, used, group.supplements)
    if not no_ear:
        quarter, three = quantiles(group.full, [0.25, 0.75])
        sd = (three - quarter) / 1.349  # of a normal distribution with these quartiles
        if (sd < values.sd[used]).any():
            notes.append(
                "usual intakes vary less than requirements: the cut-point does not hold there; go by the probability "
                "approach (IOM 2000, p. 210)"
            )
        if no_own:
            notes.append(f"{no_own}: whether usual intakes vary more than it, as the cut-point wants, cannot be told")
    if not no_ul and values.scope == "total" and not group.supplements:
        notes.append("supplements were not told apart: above the upper level are those whose totals are")
    if not no_ul and values.scope == "supplement_water_added":
        notes.append("the upper level also counts what is added to food and water: no table tells, not counted here")
    # where doses alone count and their ends are not known, neither are those of the share
    of_doses = group if values.scope == "total" or group.doses_bounded else group._replace(low=None, high=None)
    return Prevalence(
        below_ear=_share(group, no_ear, lambda of: below(of, values.ear[of.pattern, None])),
        below_requirement=_share(group, no_own, lambda of: _below_requirement(of, values)),
        at_or_above_ai=_share(group, no_ai, lambda of: 1.0 - below(of, values.ai[of.pattern, None])),
        above_ul=_share(of_doses, no_ul, lambda of: _above(of, values)),
        notes=tuple(notes),
    )


def _share(group: Distributions, reason: str, numbers: Callable[[Mixture], Floats]) -> Estimate:
    """A share with its errors, or the reason why there is none."""
    if reason:
        return Estimate(None, reason=reason)
    return estimates(
        numbers(group.full),
        group.of_replicates(numbers, 1),
        group.errors,
        share=True,
        at_low=None if group.low is None else numbers(group.low),
        at_high=None if group.high is None else numbers(group.high),
    )[0]


def _below_requirement(of: Mixture, values: _Values) -> Floats:
    """E[F(requirement)], the requirement normal; one at or below 0 is met by all."""
    needs = values.ear[of.pattern, None] + values.sd[of.pattern, None] * NORMAL_SCORES
    return np.atleast_1d(below(of, needs) @ NORMAL_WEIGHTS)


def _above(of: Mixture, values: _Values) -> Floats:
    """Share above the upper level: of the total, or of the dose alone."""
    limit = values.ul[of.pattern]
    if values.scope == "total":
        return 1.0 - below(of, limit[:, None])
    return np.array([min(1.0, float(of.weight[of.dose > limit].sum()))])


def _reasons(values: _Values, used: npt.NDArray[np.int64], supplements: bool) -> tuple[str, str, str, str]:
    """Why there is no share below the EAR, below the own requirement, at or above the AI, above the upper level.

    "" where there is one.
    """
    known = {name: ~np.isnan(getattr(values, name)[used]) for name in ("ear", "sd", "ai", "ul")}
    mixed = "some of the persons have {0} and some have not: look at them apart"
    if not known["ear"].any():
        no_ear = _NOT_FOR_AI if known["ai"].any() else "no requirement is set"
    else:
        no_ear = "" if known["ear"].all() else mixed.format("an average requirement")
    no_own = no_ear or ("" if known["sd"].all() else "the SD of the requirement is not known")
    no_ai = "" if known["ai"].all() else mixed.format("an AI") if known["ai"].any() else "no AI is set"
    if not known["ul"].any():
        no_ul = f"no upper level: {values.status}"
    elif not known["ul"].all():
        no_ul = mixed.format("an upper level")
    elif values.scope != "total" and not supplements:
        no_ul = "the upper level counts supplements only, and no supplements were told"
    else:
        no_ul = ""
    return no_ear, no_own, no_ai, no_ul


def _values(group: Distributions, nutrient: str, reference: Reference | str, used: npt.NDArray[np.int64]) -> _Values:
    """The reference values of the patterns in use."""
    rows: list[Reference | None] = [None] * len(group.patterns)
    for i in used.tolist():
        rows[i] = reference if isinstance(reference, Reference) else _look_up(group.patterns[i][1], nutrient, reference)
    found = [row for row in rows if row is not None]
    if not found:
        raise PopulationError(f"no reference values of {nutrient} exist for these persons")
    if any(row.nutrient != nutrient for row in found):
        raise PopulationError(f"the reference values are those of {found[0].nutrient}, the days those of {nutrient}")
    scopes = {row.ul_scope for row in found if row.ul is not None}
    if not scopes <= set(UL_SCOPES):
        raise TableError(f"unknown scope of an upper level: {scopes}; known: {', '.join(UL_SCOPES)}")
    if len(scopes) > 1:
        raise PopulationError("the upper levels of these persons count different things: look at them apart")

    def column(name: str) -> Floats:
        values = [None if row is None else getattr(row, name) for row in rows]
        return np.array([np.nan if value is None else value for value in values], dtype=np.float64)

    return _Values(
        ear=column("ear"),
        sd=column("sd_requirement"),
        ai=column("ai"),
        ul=column("ul"),
        scope=next(iter(scopes), "none"),
        status=next((row.ul_status for row in found if row.ul is None), ""),
    )


def _look_up(kind: tuple[float, str, str] | None, nutrient: str, authority: str) -> Reference | None:
    if kind is None:
        raise PopulationError(
            'columns "age" and "sex" are needed to look up reference values; '
            "or give the values for all, as nutrigap.references.reference has them"
        )
    age, sex, stage = kind
    return reference_of(Person(age=age, sex=sex, life_stage=stage, references=authority), nutrient)


# --- Where the usual intakes themselves are known


def share_below(intakes: npt.ArrayLike, amount: float, *, weights: npt.ArrayLike | None = None) -> float:
    """Share of intakes below an amount: the EAR cut-point, where these are usual intakes.

    Parameters
    ----------
    intakes : array_like, shape (persons,)
        Usual intakes; with single days the share is that of days, and too large at both ends. [unit/day]
    amount : float
        The amount: an EAR. For an AI or an upper level the rest is the share at or above it. [unit/day]
    weights : array_like or None
        Weights, all above 0.

    Returns
    -------
    float
        Share. [fraction]

    Raises
    ------
    PopulationError
        An intake or a weight cannot be.
    """
    values, share = _weighted(intakes, weights)
    return float(share[values < amount].sum())


def share_below_requirement(
    intakes: npt.ArrayLike, ear: float, sd_requirement: float, *, weights: npt.ArrayLike | None = None
) -> float:
    """Share of persons below their own requirement: mean of P(requirement > intake), the requirement normal.

    Parameters
    ----------
    intakes : array_like, shape (persons,)
        Usual intakes. [unit/day]
    ear, sd_requirement : float
        Mean and SD of the requirement, the SD above 0. [unit/day]
    weights : array_like or None
        Weights, all above 0.

    Returns
    -------
    float
        Share. [fraction]

    Raises
    ------
    PopulationError
        An intake, a weight or the SD cannot be.
    """
    if not sd_requirement > 0.0:
        raise PopulationError(f"the SD of the requirement is above 0, got {sd_requirement:g}")
    values, share = _weighted(intakes, weights)
    # a requirement at or below 0 is met by all, an intake of 0 included
    return float(share @ phi((ear - values) / sd_requirement))


def _weighted(intakes: npt.ArrayLike, weights: npt.ArrayLike | None) -> tuple[Floats, Floats]:
    values = np.asarray(intakes, dtype=np.float64)
    weight = np.ones_like(values) if weights is None else np.asarray(weights, dtype=np.float64)
    if values.ndim != 1 or values.size == 0 or weight.shape != values.shape:
        raise PopulationError("intakes are a column of numbers, weights another of the same length")
    if not (np.isfinite(values) & (values >= 0.0)).all():
        raise PopulationError("an intake is a number, and not below 0")
    if not (np.isfinite(weight) & (weight > 0.0)).all():
        raise PopulationError("a weight is a number above 0")
    return values, weight / weight.sum()
