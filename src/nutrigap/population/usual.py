"""The distribution of usual intakes in a group, from a few days of each: what `usual_intake` gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from nutrigap.errors import PopulationError
from nutrigap.population.fitting import FEW_PERSONS, MIN_PERSONS, ZERO_SHARE, Fitter, Model, counted, persons_told
from nutrigap.population.mixture import Mixture, mean, only
from nutrigap.population.mixture import quantiles as quantiles_of
from nutrigap.population.persondays import Columns, Ints, PersonDays, read, unbounded
from nutrigap.population.prevalence import Distributions, Prevalence, prevalence_of
from nutrigap.population.transform import Floats
from nutrigap.population.uncertainty import Bootstrap, Estimate, Replicates, estimates, weights_of
from nutrigap.references import Reference
from nutrigap.reprs import Shown
from nutrigap.units import find_nutrient
from nutrigap.words import count

if TYPE_CHECKING:
    import pandas as pd

FEW_REPLICATES: Final = 100
"""With fewer bootstrap replicates the ends of an interval are hardly more than the largest and the smallest."""

QUANTILES: Final = (0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95)


@dataclass(frozen=True, eq=False, repr=False)
class UsualIntake:
    """Usual intakes of a nutrient in a group.

    Attributes
    ----------
    nutrient, unit : str
        Id, and unit a day.
    model : Model
        What was fitted, and why.
    mean : Estimate
        Mean usual intake, supplements included. [unit/day]
    quantiles : dict of float to Estimate
        Share [fraction] -> the usual intake that this share of the group lies below. [unit/day]
    prevalence : Prevalence or None
        Comparison with reference values, where some were given.
    notes : tuple of str
        What a reader must know: print them with the numbers.
    groups : tuple of str
        Groups to ask `group` for.
    """

    nutrient: str
    unit: str
    model: Model
    mean: Estimate
    quantiles: dict[float, Estimate]
    prevalence: Prevalence | None
    notes: tuple[str, ...]
    groups: tuple[str, ...]
    distributions: Distributions = field(repr=False)
    reference: Reference | str | None = field(repr=False)

    def group(self, name: str) -> UsualIntake:
        """The same of one group of the column given as ``by``.

        Parameters
        ----------
        name : str
            One of `groups`.

        Returns
        -------
        UsualIntake

        Raises
        ------
        PopulationError
            There is no such group, or it is of fewer than 50 persons, or its weights make it so (Kish 1965).
        """
        if name not in self.groups:
            raise PopulationError(
                f'no group "{name}"; known: {", ".join(self.groups) or "none, for by= was not given"}'
            )
        of = self.distributions
        marked = np.array([group == name for group, _ in of.patterns])
        weight = np.concatenate([one for one, here in zip(of.weights, marked, strict=True) if here])
        if counted(weight) < MIN_PERSONS:
            raise PopulationError(
                f'{persons_told(weight)} are in group "{name}": too few to tell of, {MIN_PERSONS} are needed (IOM '
                "2000, p. 99). Join it to another"
            )
        part = of._replace(
            full=only(of.full, marked),
            replicates=tuple(_only(each, marked) for each in of.replicates),
            low=_only(of.low, marked),
            high=_only(of.high, marked),
        )
        few = f"{persons_told(weight)} in this group: its mean is its own, its spread is that of all"
        notes = (*self.notes, few) if counted(weight) < FEW_PERSONS else self.notes
        return replace(_described(self, part, tuple(self.quantiles)), groups=(), notes=notes)

    def frame(self) -> pd.DataFrame:
        """One row a number.

        Returns
        -------
        DataFrame
            Columns ``nutrient, unit, group, measure, value, se, low, high, at_low, at_high, reason``. Measures are
            ``mean``, ``p05``..., and those of `Prevalence`; a share has the unit ``1``.
        """
        from nutrigap.population.frames import rows

        return rows(self)

    def measures(self) -> Iterator[tuple[str, str, Estimate]]:
        """Name, unit and estimate of every number: the mean, the quantiles, the shares (of unit ``1``)."""
        yield "mean", self.unit, self.mean
        for p, estimate in self.quantiles.items():
            yield f"p{100 * p:04.1f}".removesuffix(".0"), self.unit, estimate
        if self.prevalence is not None:
            yield from ((name, "1", estimate) for name, estimate in self.prevalence.shares())

    def _shown(self) -> Shown:
        model = self.model
        return Shown(
            f"Usual intake of {find_nutrient(self.nutrient).name}, {self.unit} a day",
            (
                ("group", f"{model.persons} persons, {model.days} days, {model.replicates} persons with two or more"),
                ("model", f"{model.kind}: {model.why}"),
                *((f"note {number}", note) for number, note in enumerate(self.notes, 1)),
            ),
            ("", "estimate", "95 % interval", "ends of the totals, or why there is none"),
            [(name, *_cells(unit, estimate)) for name, unit, estimate in self.measures()],
            "frame() has all digits" + ("; group(name) one of: " + ", ".join(self.groups) if self.groups else ""),
        )

    def __repr__(self) -> str:
        return self._shown().text()

    def _repr_html_(self) -> str:
        return self._shown().html()


def _cells(unit: str, estimate: Estimate) -> tuple[str, str, str]:
    """An estimate in words: its value or why there is none, its interval, its ends."""

    def told(value: float | None) -> str:
        return "?" if value is None else f"{100 * value:.1f} %" if unit == "1" else f"{value:.4g}"

    def span(low: float | None, high: float | None) -> str:
        return "" if low is None and high is None else f"{told(low)} to {told(high)}"

    if estimate.value is None:
        return "none", "", estimate.reason
    return told(estimate.value), span(estimate.low, estimate.high), span(estimate.at_low, estimate.at_high)


def usual_intake(
    days: Columns,
    nutrient: str,
    *,
    reference: Reference | str | None = None,
    covariates: Sequence[str] = (),
    by: str | None = None,
    model: str = "auto",
    ratio: float | None = None,
    errors: Bootstrap | Replicates | None = Bootstrap(),  # noqa: B008 (a tuple: it cannot change)
    quantiles: Sequence[float] = QUANTILES,
) -> UsualIntake:
    """Estimate the distribution of usual intakes from a few days of each person.

    Food is fitted by the NCI method, amount-only or two-part; each person's mean dose of supplements is added after
    that ("shrink then add"), for tablets hardly vary from day to day.

    Parameters
    ----------
    days : DataFrame or mapping of columns
        One row a person-day, with the columns that `nutrigap.population.persondays.read` lists: ``person``, the
        nutrient's total, and where known ``{nutrient}_low``, ``{nutrient}_high``, ``{nutrient}_supplement``,
        ``weight``, ``date`` or ``weekend``, ``sequence``, ``age``, ``sex``.
    nutrient : str
        Nutrient id, as ``magnesium``.
    reference : Reference, str or None
        Reference values to compare with: those of one `Reference` for all; or an authority (``"us"``), whose values are
        looked up for the age and sex of each person.
    covariates : sequence of str
        Columns that usual intake may depend on; numbers enter as a straight line, words as groups.
    by : str or None
        Column of groups to report on (`UsualIntake.group`).
    model : {"auto", "amount", "two_part"}
        ``auto`` takes the two-part model where 5 % of the days or more hold none.
    ratio : float or None
        Variance within persons over that between, on the transformed scale, known from elsewhere: then one day a person
        is enough. [-] `nutrigap.population.external_ratio` gives that of NHANES 2007-2012 on the scale of logarithms,
        which is near; a ratio of variances of amounts is not, where the nutrient is skewed (vitamins B12 and D).
    errors : Bootstrap, Replicates or None
        Where standard errors come from; None gives none.
    quantiles : sequence of float
        Shares, each above 0 and below 1. [fraction]

    Returns
    -------
    UsualIntake

    Raises
    ------
    PopulationError
        Fewer than 50 persons, fewer than 30 with two days, or days that cannot be.
    TableError
        The nutrient is not known.

    References
    ----------
    .. [1] Tooze J.A. et al. (2010). Statistics in Medicine 29, 2857-2868. doi:10.1002/sim.4063
    .. [2] Bailey R.L. et al. (2019). Best practices for dietary supplement assessment and estimation of total usual
       nutrient intakes. J Nutr 149, 181-197. doi:10.1093/jn/nxy264
    """
    if not all(0.0 < p < 1.0 for p in quantiles):
        raise PopulationError("quantiles are shares above 0 and below 1")
    if not (errors is None or isinstance(errors, Bootstrap | Replicates)):
        raise PopulationError(f"errors= is a Bootstrap, Replicates (brr, jackknife) or None, got {errors!r}")
    if not (reference is None or isinstance(reference, Reference | str)):
        raise PopulationError(
            'reference= is the name of an authority, as "us", or what nutrigap.references.reference gives for a person'
        )
    columns = errors.columns if isinstance(errors, Replicates) else ()

    def days_at(end: str) -> PersonDays:
        return read(days, nutrient, covariates=covariates, by=by, end=end, replicate_columns=columns)

    best = days_at("best")
    pattern, patterns = _patterns(best)
    fitter = Fitter(best, pattern, nutrient=nutrient, model=model, ratio=ratio)
    notes = fitter.all_notes()
    ends, doses_bounded = _ends(fitter, days, days_at, by_zeros=model == "auto", notes=notes)
    of = Distributions(
        full=fitter.distribution(fitter.fitted, best.weight),
        replicates=_replicates(fitter, errors, notes),
        low=ends["low"],
        high=ends["high"],
        errors=errors,
        patterns=patterns,
        weights=tuple(best.weight[pattern == one] for one in range(len(patterns))),
        supplements=best.dose is not None,
        doses_bounded=doses_bounded,
    )
    empty = UsualIntake(
        nutrient=nutrient,
        unit=find_nutrient(nutrient).unit,
        model=fitter.model(),
        mean=Estimate(None),
        quantiles={},
        prevalence=None,
        notes=tuple(notes),
        groups=() if best.group is None else tuple(dict.fromkeys(sorted(group for group, _ in patterns))),
        distributions=of,
        reference=reference,
    )
    return _described(empty, of, tuple(quantiles))


def _ends(
    best: Fitter, days: Columns, days_at: Callable[[str], PersonDays], *, by_zeros: bool, notes: list[str]
) -> tuple[dict[str, Mixture | None], bool]:
    """The distributions from the low and the high totals, and whether the ends of doses are in them."""
    ends: dict[str, Mixture | None] = {"low": None, "high": None}
    doses_bounded = True
    for end in ends:
        if f"{best.nutrient}_{end}" not in days:
            continue
        unknown = unbounded(days, best.nutrient) if end == "high" else 0
        if unknown:
            notes.append(f"no estimate at the high end of the totals: {count(unknown, 'day')} without one")
            continue
        there = days_at(end)
        doses_bounded &= there.dose_bounded
        ends[end] = _at_end(best, there, end, by_zeros=by_zeros, notes=notes)
    return ends, doses_bounded


def _at_end(best: Fitter, days: PersonDays, end: str, *, by_zeros: bool, notes: list[str]) -> Mixture | None:
    """The distribution from the totals of one end, by the model of the best ones; the notes say what differs.

    None where these totals do not carry that model; `by_zeros` tells that the share of days without any chose it.
    """
    try:
        fitter = Fitter(days, best.pattern, nutrient=best.nutrient, model=best.kind, ratio=best.ratio)
        if by_zeros and fitter.kind == "amount" and fitter.zeros >= ZERO_SHARE:
            raise PopulationError(
                f"{100 * fitter.zeros:.1f} % of the days hold none, too many for the amount-only model that the best "
                "totals are fitted with"
            )
    except PopulationError as error:
        notes.append(f"no estimate at the {end} end of the totals: {error}")
        return None
    said = best.all_notes()
    notes += [f"at the {end} end of the totals: {note}" for note in fitter.all_notes() if note not in said]
    return fitter.distribution(fitter.fitted, best.days.weight)


def prevalence(usual: UsualIntake, reference: Reference | str) -> Prevalence:
    """Compare usual intakes with reference values.

    Parameters
    ----------
    usual : UsualIntake
        What `usual_intake` gave.
    reference : Reference or str
        The values of one `Reference` for all; or an authority (``"us"``), whose values are looked up for the age and
        sex of each person.

    Returns
    -------
    Prevalence

    Raises
    ------
    PopulationError
        Age and sex of the persons are needed and were not told.
    PersonError
        There is no such authority, or a person that cannot be.
    """
    return prevalence_of(usual.distributions, usual.nutrient, reference)


def _replicates(fitter: Fitter, errors: Bootstrap | Replicates | None, notes: list[str]) -> tuple[Mixture | None, ...]:
    """The distribution of every replicate; None for one that could not be fitted, which the notes say."""
    if errors is None:
        return ()
    weights = weights_of(errors, fitter.days.weight, fitter.days.replicate_weights)
    found = tuple(fitter.again(weight) for weight in weights)
    failed = sum(each is None for each in found)
    if failed and (isinstance(errors, Replicates) or failed > 0.1 * len(found)):
        raise PopulationError(f"{failed} of {len(found)} replicates could not be fitted: no errors can be told")
    if failed:
        notes.append(f"{failed} of {len(found)} replicates could not be fitted, and are left out of the errors")
    if isinstance(errors, Bootstrap) and errors.replicates < FEW_REPLICATES:
        notes.append(f"{errors.replicates} replicates: intervals are narrower than 95 %; take {FEW_REPLICATES} or more")
    flat = sum(each is not None and each.sd < 1e-2 * each.scale.variance**0.5 for each in found)
    if flat:
        notes.append(f"in {flat} of {len(found)} replicates usual intakes do not differ between persons")
    return found


def _described(usual: UsualIntake, of: Distributions, probabilities: tuple[float, ...]) -> UsualIntake:
    """The numbers of a distribution."""

    def numbers(one: Mixture) -> Floats:
        return np.concatenate([[mean(one)], quantiles_of(one, probabilities)])

    first, *rest = estimates(
        numbers(of.full),
        of.of_replicates(numbers, 1 + len(probabilities)),
        of.errors,
        share=False,
        at_low=None if of.low is None else numbers(of.low),
        at_high=None if of.high is None else numbers(of.high),
    )
    return replace(
        usual,
        mean=first,
        quantiles=dict(zip(probabilities, rest, strict=True)),
        prevalence=None if usual.reference is None else prevalence_of(of, usual.nutrient, usual.reference),
        distributions=of,
    )


def _only(of: Mixture | None, marked: npt.NDArray[np.bool_]) -> Mixture | None:
    """A group of a replicate or an end; None where that holds nobody of it, or is none."""
    return only(of, marked) if of is not None and marked[of.pattern].any() else None


def _patterns(
    days: PersonDays,
) -> tuple[Ints, tuple[tuple[str, tuple[float, str, str] | None], ...]]:
    """Each person's pattern, and of each pattern the group and (age, sex, life stage)."""
    size = days.count.size
    groups = np.full(size, "") if days.group is None else days.group.astype(str)
    who = [None] * size if days.who is None else [days.kinds[i] for i in days.who.tolist()]
    keys = list(zip(groups.tolist(), who, strict=True))
    found = {key: i for i, key in enumerate(dict.fromkeys(keys))}
    return np.array([found[key] for key in keys]), tuple(found)
