"""The reading of each nutrient: intake against the references of one person, or of all persons it may be."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from nutrigap import assessment
from nutrigap.answers import known_answers
from nutrigap.assessment import Adequacy, Excess
from nutrigap.intake import FORTIFIED, SUPPLEMENT, WEEK, Intake, Means
from nutrigap.person import Person
from nutrigap.references import Reference, Variation, reference, variation
from nutrigap.totals import ADDED, Bounds
from nutrigap.units import Nutrient, find_nutrient, nutrient_index, nutrients

if TYPE_CHECKING:
    from nutrigap.sensitivity import Prior, Stress

# Intakes so skewed from day to day that the z-test does not hold; a gamma model of the mean takes its place.
SKEWED = frozenset(["vitamin_d", "vitamin_b12"])
OWN_SPREAD_DAYS = 14  # as in nutrigap.sensitivity, which few reports need to load
SKIN_MAKES = "vitamin_d"
INJECTED = "vitamin_b12"
BOUND_TO_FOOD = frozenset(["ppi"])  # hinders only what is bound to food
VERDICTS = ("likely_low", "likely_adequate", "at_or_above_ai")
ENOUGH = ("likely_adequate", "at_or_above_ai")
# From so many months of use on a medicine may lower what the blood holds, whatever is eaten (FDA 2011, MHRA 2022).
CAPS_FROM_MONTHS = {"ppi": 3.0, "metformin": 4.0}
_UNREAD = Adequacy("none", None, None, None, None, None, "undetermined")


@dataclass(frozen=True)
class Method:
    """How a diary is judged.

    Attributes
    ----------
    level : float
        Confidence at which a verdict is given. [fraction]
    own_sd : bool
        Whether the person's own day-to-day SD, shrunk to the table's, is used from 14 days on.
    prior : bool
        Whether a posterior with the population as prior is shown beside the test; it decides nothing.
    sd : mapping
        Day-to-day SD by nutrient id that replaces the table's. [unit/day]
    weekdays : bool
        Whether Monday to Thursday and Friday to Sunday are weighted as they stand in a week.
    consecutive : bool
        Whether days that follow each other are taken for fewer independent ones.

    Raises
    ------
    ValueError
        The level is not above .5 and below 1, or ``sd`` names no nutrient or no amount above 0.
    """

    level: float = assessment.LEVEL
    own_sd: bool = False
    prior: bool = False
    sd: Mapping[str, float] = field(default_factory=dict)
    weekdays: bool = False
    consecutive: bool = False

    def __post_init__(self) -> None:
        if isinstance(self.level, str) or not 0.5 < self.level < 1.0:
            raise ValueError(f"the level of confidence lies above .5 and below 1, got {self.level!r}")
        if wrong := [name for name, sd in self.sd.items() if name not in nutrient_index() or not sd > 0]:
            raise ValueError(f"sd: {wrong[0]!r} is no nutrient, or its day-to-day SD is not above 0")

    def told(self) -> str:
        """What differs from the usual way, in words; "" where nothing does."""
        said = []
        if self.level != assessment.LEVEL:
            said.append(f"verdicts from a confidence of {self.level:.0%} on".replace("%", " %"))
        if self.own_sd:
            said.append("the log's own variation from day to day, drawn to the table's (from 14 days on)")
        if self.sd:
            said.append(f"a day-to-day SD as given for {', '.join(self.sd)}")
        if self.weekdays:
            said.append("Monday to Thursday and Friday to Sunday weighted 4 to 3")
        if self.consecutive:
            said.append("days in a row counted as fewer independent ones (correlation .2)")
        return "; ".join(said)


class Reading(NamedTuple):
    """One nutrient of one diary: what was found, what it was held against, what that allows to say.

    Attributes
    ----------
    nutrient : Nutrient
    low, best, high : float
        Mean intakes per day in the canonical unit; an infinite ``high`` has no upper end.
    reference : Reference or None
    adequacy : Adequacy or None
    excess : Excess or None
        These three are None for context nutrients, which are shown but not judged.
    capped_by : tuple of str
        What was told that a log cannot see past: with it no log shows that intake is enough.
    reason : str
        Why no verdict is given where the test alone would give one: ``capped``, ``sun`` (of a low vitamin D),
        ``injected`` (B12 that is in no log), ``days`` (it hangs on days left out of the mean); else "".
    """

    nutrient: Nutrient
    low: float
    best: float
    high: float
    reference: Reference | None
    adequacy: Adequacy | None
    excess: Excess | None
    capped_by: tuple[str, ...] = ()
    reason: str = ""


USUAL = Method()


def read_all(intake: Intake, person: Person, method: Method = USUAL) -> tuple[Reading, ...]:
    """Readings of all nutrients, core first, in table order; the intake is weighted as ``weigh`` makes it."""
    return tuple(read(intake, person, nutrient, method) for nutrient in nutrients() if nutrient.role != "part")


def weigh(intake: Intake, method: Method) -> Intake:
    """The intake with its weekdays weighted where the method asks for it."""
    return intake.weighted(WEEK) if method.weekdays else intake


def target(person: Person, nutrient: str) -> Reference | None:
    """The reference values of a person, the most demanding ones where age or sex is not told."""
    found = [one for one in (reference(who, nutrient) for who in person.possible()) if one is not None]
    return _most_demanding(found) if found else None


def read(intake: Means, person: Person, nutrient: Nutrient, method: Method = USUAL) -> Reading:
    """The reading of one nutrient."""
    i = nutrient_index()[nutrient.id]
    low, best, high = (float(end[i]) for end in intake.mean)
    found = (
        [one for one in (_assess(intake, who, nutrient, method) for who in person.possible()) if one is not None]
        if nutrient.role == "core"
        else []
    )
    if not found:
        return Reading(nutrient, low, best, high, None, None, None)
    adequacy = _agreed([one.adequacy for one in found])
    caps = _caps(intake, person, nutrient.id) if adequacy.status in ENOUGH else ()
    sunny = nutrient.id == SKIN_MAKES and person.sun == "regular" and adequacy.status == "likely_low"
    injected = nutrient.id == INJECTED and person.tells("medicine", "b12_injection") and adequacy.status in VERDICTS
    reason = "injected" if injected else "capped" if caps else "sun" if sunny else ""
    if reason:
        adequacy = adequacy._replace(status="undetermined")
    return Reading(
        nutrient, low, best, high, _most_demanding([one.reference for one in found]), adequacy,
        _agreed([one.excess for one in found]), caps, reason,
    )  # fmt: skip


def hanging_on_days(readings: Sequence[Reading], without: Sequence[Reading]) -> tuple[Reading, ...]:
    """Readings with verdicts only where the log gives them with and without the days left out of its mean.

    Parameters
    ----------
    readings : sequence of Reading
        Without the days that were found incomplete.
    without : sequence of Reading
        With those days in, in the same order.
    """
    kept = []
    for one, other in zip(readings, without, strict=True):
        differ = (
            one.adequacy is not None
            and other.adequacy is not None
            and one.adequacy.status in VERDICTS
            and other.adequacy.status != one.adequacy.status
        )
        if differ and one.adequacy is not None:
            one = one._replace(adequacy=one.adequacy._replace(status="undetermined"), reason="days")
        kept.append(one)
    return tuple(kept)


class _Assessed(NamedTuple):
    reference: Reference
    adequacy: Adequacy
    excess: Excess


def adequacy_of_food(intake: Means, person: Person, nutrient: str, factor: float, method: Method) -> Adequacy | None:
    """The adequacy test with the food part of an intake times ``factor``: what another way of counting would read."""
    of = find_nutrient(nutrient)
    found = [_assess(intake, who, of, method, factor) for who in person.possible()]
    tested = [one.adequacy for one in found if one is not None]
    return _agreed(tested) if tested else None


def _assess(intake: Means, person: Person, nutrient: Nutrient, method: Method, factor: float = 1.0) -> _Assessed | None:
    """The tests of one nutrient for one fully known person."""
    i = nutrient_index()[nutrient.id]
    limits = reference(person, nutrient.id)
    if limits is None:
        return None
    if not intake.days:  # no mean: the reference is shown, and nothing is said
        unread = "no_ul" if limits.ul is None else "undetermined"
        return _Assessed(limits, _UNREAD, Excess("none", None, None, None, None, unread))
    food, dose = _bounds(intake.mean_food, i, factor), _bounds(intake.mean_dose, i)
    spread = _spread(nutrient.id, variation(person, nutrient.id), intake, method)
    skewed, days, worth = nutrient.id in SKEWED, intake.days, _worth(intake, method)
    adequacy = assessment.assess_adequacy(
        _eaten(food, intake), dose, ear=limits.ear, ai=limits.ai, sd_requirement=limits.sd_requirement, spread=spread,
        days=days, skewed=skewed, level=method.level, effective=worth,
    )  # fmt: skip
    excess = assessment.assess_excess(
        food, dose, ul=limits.ul, scope=limits.ul_scope, spread=spread, days=days, skewed=skewed, level=method.level,
        effective=worth,
    )  # fmt: skip
    return _Assessed(limits, adequacy, excess)


def _eaten(food: assessment.Bounds, intake: Means) -> assessment.Bounds:
    """Food as the adequacy test takes it: pills beside food that could not be counted may show that a need is met,
    never that it is not.
    """
    return food if intake.has_food else food._replace(high=None)


def stress(intake: Intake, person: Person, nutrient: str, method: Method = USUAL) -> tuple[Stress, ...]:
    """The confidence and the verdict of a nutrient under other assumptions about day-to-day variation.

    Empty where nothing is tested, or where age or sex is not told.
    """
    from nutrigap.sensitivity import sensitivity

    limits = reference(person, nutrient) if not person.assumed else None
    if limits is None or not intake.days:
        return ()
    i, known = nutrient_index()[nutrient], variation(person, nutrient)
    return sensitivity(
        _eaten(_bounds(intake.mean_food, i), intake), _bounds(intake.mean_dose, i), ear=limits.ear, ai=limits.ai,
        sd_requirement=limits.sd_requirement, spread=_spread(nutrient, known, intake, method), days=intake.days,
        skewed=nutrient in SKEWED, level=method.level, effective=_worth(intake, method),
        consecutive=in_a_row(intake) and not method.consecutive,
        daily=() if method.own_sd else _food_by_day(intake, i),
        prior=_prior(known) if method.prior and limits.ear is not None else None,
    )  # fmt: skip


def in_a_row(intake: Means) -> bool:
    """Whether the counted days, more than one, follow each other."""
    dates = [date for date, counts in zip(intake.dates, intake.complete, strict=True) if counts]
    return len(dates) > 1 and dates[-1] - dates[0] == dt.timedelta(days=len(dates) - 1)


def _food_by_day(intake: Means, i: int) -> list[float]:
    """Best food intake of each counted day. [unit/day]"""
    return [float(value) for value in intake.food_by_day[intake.complete, i]]


def _worth(intake: Means, method: Method) -> float | None:
    """How many independent days of equal weight the log is worth; None where simply its days."""
    weights = None if intake.weights is None else [float(w) for w in intake.weights[intake.complete]]
    fewer = method.consecutive and in_a_row(intake)
    if weights is None and not fewer:
        return None
    from nutrigap.sensitivity import CONSECUTIVE, effective_days

    return effective_days(intake.days, autocorrelation=CONSECUTIVE if fewer else 0.0, weights=weights)


def _spread(nutrient: str, known: Variation | None, intake: Means, method: Method) -> assessment.Spread | None:
    """Day-to-day variation: as given, the person's own where asked for, else that of the life-stage group."""
    if known is None:
        return None
    spread = assessment.Spread(sd=known.sd, cv=known.cv)
    if (given := method.sd.get(nutrient)) is not None:
        return assessment.Spread(sd=given, cv=given / known.mean if known.mean else known.cv)
    if not method.own_sd:
        return spread
    from nutrigap.sensitivity import own_spread

    return own_spread(_food_by_day(intake, nutrient_index()[nutrient]), spread)


def _prior(known: Variation | None) -> Prior | None:
    """The population of the person's age and sex: mean and SD between persons of usual food intake (NHANES)."""
    if known is None or known.mean is None or known.sd_between is None:
        return None
    from nutrigap.sensitivity import Prior

    return Prior(known.mean, known.sd_between)


def _caps(intake: Means, person: Person, nutrient: str) -> tuple[str, ...]:
    """What the person told that a log of a nutrient cannot see past: conditions, and medicines of long use."""
    known = known_answers()
    found = []
    for kind in ("condition", "medicine"):
        for told in person.told(kind):
            long = told.months is None or told.months >= CAPS_FROM_MONTHS.get(told.id, 0.0)
            if told.id and nutrient in known[told.id].caps and long and not _unbound(intake, person, nutrient, told.id):
                found.append(told.label)
    return tuple(found)


def _unbound(intake: Means, person: Person, nutrient: str, told: str) -> bool:
    """Whether a nutrient that a medicine keeps bound to food comes unbound in full: B12 of tablets beside a PPI."""
    if told not in BOUND_TO_FOOD or nutrient not in ADDED:
        return False
    limits, i = target(person, nutrient), nutrient_index()[nutrient]
    enough = (limits.rda or limits.ai) if limits is not None else None
    added = intake.mean_by_source.low[i, FORTIFIED] + intake.mean_by_source.low[i, SUPPLEMENT]
    return enough is not None and float(added) >= enough


def _bounds(mean: Bounds, i: int, factor: float = 1.0) -> assessment.Bounds:
    low, best, high = (factor * float(end[i]) for end in mean)
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
        ul_source=strictest.ul_source,
        provisional=any(target.provisional for target in targets),
        unverified=tuple(dict.fromkeys(kind for target in targets for kind in target.unverified)),
        notes=tuple(dict.fromkeys(note for target in targets for note in target.notes)),
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
