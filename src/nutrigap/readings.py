"""The reading of each nutrient: intake against the references of one person, or of all persons it may be."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple, TypeVar

from nutrigap import assessment
from nutrigap.assessment import Adequacy, Excess
from nutrigap.intake import Bounds, Intake
from nutrigap.person import Person
from nutrigap.references import Reference, reference, variation
from nutrigap.units import Nutrient, nutrient_index, nutrients

# Intakes so skewed from day to day that the z-test does not hold; a gamma model of the mean takes its place.
SKEWED = frozenset(["vitamin_d", "vitamin_b12"])
_UNREAD = Adequacy("none", None, None, None, None, None, "undetermined")


class Reading(NamedTuple):
    """One nutrient of one diary: what was found, what it was held against, what that allows to say.

    ``low``, ``best``, ``high`` are mean intakes per day in the canonical unit; an infinite ``high`` has no upper end.
    ``reference``, ``adequacy`` and ``excess`` are None for context nutrients, which are shown but not judged.
    """

    nutrient: Nutrient
    low: float
    best: float
    high: float
    reference: Reference | None
    adequacy: Adequacy | None
    excess: Excess | None


def read_all(intake: Intake, person: Person) -> tuple[Reading, ...]:
    """Readings of all nutrients, core first, in table order."""
    return tuple(_read(intake, person, nutrient) for nutrient in nutrients() if nutrient.role != "part")


def _read(intake: Intake, person: Person, nutrient: Nutrient) -> Reading:
    i = nutrient_index()[nutrient.id]
    low, best, high = (float(end[i]) for end in intake.mean)
    found = (
        [one for one in (_assess(intake, who, nutrient, i) for who in person.possible()) if one is not None]
        if nutrient.role == "core"
        else []
    )
    if not found:
        return Reading(nutrient, low, best, high, None, None, None)
    return Reading(
        nutrient, low, best, high, _most_demanding([one[0] for one in found]),
        _agreed([one[1] for one in found]), _agreed([one[2] for one in found]),
    )  # fmt: skip


def _assess(intake: Intake, person: Person, nutrient: Nutrient, i: int) -> tuple[Reference, Adequacy, Excess] | None:
    """The tests of one nutrient for one fully known person."""
    target = reference(person, nutrient.id)
    if target is None:
        return None
    spread = variation(person, nutrient.id)
    if not intake.days:  # no mean: the reference is shown, and nothing is said
        unread = "no_ul" if target.ul is None else "undetermined"
        return target, _UNREAD, Excess("none", None, None, None, None, unread)
    food, dose = _bounds(intake.mean_food, i), _bounds(intake.mean_dose, i)
    # pills beside food that could not be counted may show that a need is met, never that it is not
    eaten = food if intake.has_food else food._replace(high=None)
    spread_of = assessment.Spread(sd=spread.sd, cv=spread.cv) if spread is not None else None
    skewed = nutrient.id in SKEWED
    adequacy = assessment.assess_adequacy(
        eaten, dose, ear=target.ear, ai=target.ai, sd_requirement=target.sd_requirement, spread=spread_of,
        days=intake.days, skewed=skewed,
    )  # fmt: skip
    excess = assessment.assess_excess(
        food, dose, ul=target.ul, scope=target.ul_scope, spread=spread_of, days=intake.days, skewed=skewed
    )
    return target, adequacy, excess


def _bounds(mean: Bounds, i: int) -> assessment.Bounds:
    low, best, high = (float(end[i]) for end in mean)
    return assessment.Bounds(low, best, high if math.isfinite(high) else None)


def _largest(values: Sequence[float | None]) -> float | None:
    return max((value for value in values if value is not None), default=None)


def _most_demanding(targets: Sequence[Reference]) -> Reference:
    """The higher requirement and the lower limit of several persons that this one may be."""
    first = targets[0]
    if len(targets) == 1:
        return first
    strictest = min(targets, key=lambda target: math.inf if target.ul is None else target.ul)
    hardest = max(targets, key=lambda target: target.ear or target.ai or 0.0)
    return first._replace(
        ear=_largest([target.ear for target in targets]),
        rda=_largest([target.rda for target in targets]),
        ai=_largest([target.ai for target in targets]),
        ul=strictest.ul,
        ul_scope=strictest.ul_scope,
        ul_status=strictest.ul_status,
        sd_requirement=hardest.sd_requirement,
        sources=tuple(sorted({source for target in targets for source in target.sources})),
    )


# Adequacy or Excess
_Test = TypeVar("_Test", Adequacy, Excess)


def _agreed(found: Sequence[_Test]) -> _Test:
    """The harder test of several; its verdict stands only where all agree."""
    hardest = min(found, key=lambda one: math.inf if one.confidence is None else one.confidence)
    agree = len({one.status for one in found}) == 1
    return hardest if agree else hardest._replace(status="undetermined")
