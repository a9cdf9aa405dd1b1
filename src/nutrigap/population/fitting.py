"""Which model a group's days are fitted with, the fit, and the distribution of usual intakes it leads to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from nutrigap.distributions import expit
from nutrigap.errors import PopulationError
from nutrigap.person import Person
from nutrigap.population.amount import AmountFit, AmountModel
from nutrigap.population.mixture import WEEKEND_SHARE, Mixture, Scale, mixture
from nutrigap.population.persondays import WEEKEND, PersonDays
from nutrigap.population.transform import NODE_WEIGHTS, NODES, Floats
from nutrigap.population.two_part import TwoPartFit, TwoPartModel
from nutrigap.references import variation

MIN_PERSONS: Final = 50
"""Fewest persons of whom a distribution is told (IOM 2000, p. 99). [persons]"""

MIN_REPLICATES: Final = 30
"""Fewest persons with two days or more, unless the ratio of variances is known from elsewhere. [persons]"""

FEW_PERSONS: Final = 150
"""Below this a distribution is told with a warning. [persons]"""

ZERO_SHARE: Final = 0.05
"""From this share of days without any, the two-part model is used: our choice, for a few zeros are days near zero,
and many are days on which the foods that bring it were not eaten. [fraction]"""

MODELS: Final = ("auto", "amount", "two_part")


class Model(NamedTuple):
    """The model that was fitted.

    Attributes
    ----------
    kind : {"amount", "two_part"}
        Amount-only, or two-part.
    why : str
        Why this one.
    lambda_ : float
        Power λ of the Box-Cox transform; everything below is on that scale. [-]
    variance_within, variance_between : float
        σ_ε² and σ_u².
    ratio : float
        σ_ε²/σ_u². [-]
    external_ratio : bool
        Whether the ratio came from elsewhere.
    effects : dict
        Name -> effect on the amount; ``intercept`` is that of the first recall on a weekday, at the weighted mean of
        covariates that are numbers and the first group of those that are words.
    eaten_effects : dict or None
        Name -> effect on the logit of the probability that it is eaten; None for amount-only.
    variance_eaten, correlation : float or None
        σ_v² on the logit scale, and its correlation with the amount; None for amount-only.
    persons, replicates, days : int
        Persons, those with two days or more, and all days.
    zeros : float
        Share of days without any. [fraction]
    lower : float
        Half of the smallest amount, below which no day is put. [unit/day]
    log_likelihood : float
        In weights of mean 1.
    """

    kind: str
    why: str
    lambda_: float
    variance_within: float
    variance_between: float
    ratio: float
    external_ratio: bool
    effects: dict[str, float]
    eaten_effects: dict[str, float] | None
    variance_eaten: float | None
    correlation: float | None
    persons: int
    replicates: int
    days: int
    zeros: float
    lower: float
    log_likelihood: float


class Cells(NamedTuple):
    """Persons who are alike but for their effect: one row of each array a cell, and each person's cell."""

    design: Floats
    dose: Floats
    pattern: npt.NDArray[np.int64]
    of_person: npt.NDArray[np.int64]


def cells_of(days: PersonDays, pattern: npt.NDArray[np.int64]) -> Cells:
    """Put persons together who share covariates, dose and pattern."""
    dose = np.zeros(days.count.size) if days.dose is None else days.dose
    rows, index = np.unique(np.column_stack([days.design, dose, pattern]), axis=0, return_inverse=True)
    return Cells(rows[:, :-2], rows[:, -2], rows[:, -1].astype(np.int64), index)


class Fitter:
    """One group's days with the model that suits them, ready to be fitted with any weights.

    Parameters
    ----------
    days : PersonDays
    pattern : ndarray, shape (persons,)
        Persons of one pattern share group and reference values.
    model : {"auto", "amount", "two_part"}
        Which model; ``auto`` goes by the share of days without any.
    ratio : float or None
        σ_ε²/σ_u² known from elsewhere; then one day a person is enough. [-]
    nutrient : str
        Nutrient id, for the ratio to fall back on.

    Raises
    ------
    PopulationError
        Too few persons, or days that do not carry the model.
    """

    def __init__(
        self,
        days: PersonDays,
        pattern: npt.NDArray[np.int64],
        *,
        nutrient: str,
        model: str = "auto",
        ratio: float | None = None,
    ) -> None:
        if model not in MODELS:
            raise PopulationError(f'unknown model "{model}"; known: {", ".join(MODELS)}')
        if ratio is not None and not 0.0 < ratio < np.inf:
            raise PopulationError(f"a ratio of variances is above 0, got {ratio:g}")
        self.days = days
        self.pattern = pattern
        self.nutrient = nutrient
        self.ratio = ratio
        self.cells = cells_of(days, pattern)
        self.notes: list[str] = []
        positive = days.amount > 0.0
        _refuse_few(days, ratio)
        if not positive.any():
            raise PopulationError("no day holds any of it: there is no distribution to tell")
        if np.ptp(days.amount[positive]) == 0.0:
            raise PopulationError("all days with any hold the same amount: there is no distribution to tell")
        self.lower = 0.5 * float(days.amount[positive].min())
        self.zeros = 1.0 - float(positive.mean())
        self.kind, self.why = _kind(model, self.zeros)
        self.amount = self.two_part = None
        if counted(days.weight) < FEW_PERSONS:
            self.notes.append(
                f"{persons_told(days.weight)}: with fewer than {FEW_PERSONS} the ends of the distribution are uncertain"
            )
        if self.kind == "amount":
            if not positive.all():
                self.notes.append(
                    f"{int((~positive).sum())} days without any count as half of the smallest amount ({self.lower:.3g})"
                )
            self.amount = AmountModel(days, np.maximum(days.amount, self.lower))
        else:
            self._refuse_for_two_parts(positive)
            self.two_part = TwoPartModel(days)
        self.fitted = self._first_fit()

    def _refuse_for_two_parts(self, positive: npt.NDArray[np.bool_]) -> None:
        """Raise where two days with an amount are too rare, or no day is without."""
        if self.ratio is not None:
            raise PopulationError(
                f"{self.why}: that needs several days a person; a ratio from elsewhere does not tell how often it is "
                "eaten"
            )
        both = int((np.add.reduceat(positive.astype(np.int64), self.days.start) > 1).sum())
        if both < MIN_REPLICATES:
            raise PopulationError(
                f"{both} persons have two days on which they had any; the two-part model needs {MIN_REPLICATES}"
            )
        if positive.all():
            raise PopulationError("every day holds some: there is nothing for two parts; use the amount-only model")

    def _first_fit(self) -> AmountFit | TwoPartFit:
        """Fit with the survey weights; where the days do not tell persons apart, with a ratio from elsewhere."""
        weight = self.days.weight
        if self.two_part is not None:
            found = self.two_part.fit(weight)
            if found.variance_between < 1e-3 * found.variance_within:
                raise PopulationError(
                    "amounts on days with any do not differ between persons beyond chance: the two-part model cannot "
                    "be fitted. More persons or days are needed"
                )
            return found
        assert self.amount is not None
        fit = self.amount.fit(weight, ratio=self.ratio, negative=True)
        if fit.variance_between > 0.0:
            return fit
        self.ratio = self._ratio_of_table()
        self.notes.append(
            "these days do not tell persons apart: their variance between persons comes out as "
            f"{fit.variance_between:.3g}, where that within is {fit.variance_within:.3g} (transformed). In its place "
            f"the ratio of the two in NHANES 2007-2012 is used, {self.ratio:.2f} (of logarithms): what is said of "
            "spread and shares rests on that"
        )
        return self.amount.fit(weight, ratio=self.ratio)

    def _ratio_of_table(self) -> float:
        """The ratio of variances to fall back on: the median of these persons."""
        if self.days.who is None:
            return external_ratio(self.nutrient)
        return external_ratio(self.nutrient, self.days.kinds, np.bincount(self.days.who, weights=self.days.weight))

    def again(self, weight: Floats) -> Mixture | None:
        """The distribution with other weights; None where the model cannot be fitted with them."""
        try:
            if self.two_part is not None:
                assert isinstance(self.fitted, TwoPartFit)
                return self.distribution(self.two_part.fit(weight, start=self.fitted), weight)
            assert self.amount is not None
            return self.distribution(self.amount.fit(weight, ratio=self.ratio), weight)
        except (PopulationError, np.linalg.LinAlgError):
            return None

    def distribution(self, fit: AmountFit | TwoPartFit, weight: Floats) -> Mixture:
        """The distribution of usual intakes, as of first recalls, with the days of the week as a week has them."""
        cells = self.cells
        share = np.bincount(cells.of_person, weights=weight, minlength=cells.dose.size).astype(np.float64)
        shift = dict(zip(self.days.day_names, fit.day_effects.tolist(), strict=True)).get(WEEKEND)
        scale = Scale(
            lambda_=fit.lambda_,
            variance=fit.variance_within,
            lower=self.lower,
            weekend=shift or 0.0,
            share=0.0 if shift is None else WEEKEND_SHARE,
        )
        centre = cells.design @ fit.person_effects
        if isinstance(fit, AmountFit):
            return mixture(scale, share, centre, fit.variance_between**0.5, dose=cells.dose, pattern=cells.pattern)
        # every cell is taken apart by v, whose part of u goes to the centre and leaves the rest as spread
        v = fit.variance_eaten**0.5 * NODES
        slope = fit.correlation * (fit.variance_between / fit.variance_eaten) ** 0.5
        logit = (cells.design @ fit.eaten_person_effects)[:, None] + v
        later = dict(zip(self.days.day_names, fit.eaten_day_effects.tolist(), strict=True)).get(WEEKEND, 0.0)
        eaten = np.stack([logit, logit + later], axis=-1).reshape(-1, 2)
        return mixture(
            scale,
            (share[:, None] * NODE_WEIGHTS).ravel(),
            (centre[:, None] + slope * v).ravel(),
            (fit.variance_between * (1.0 - fit.correlation**2)) ** 0.5,
            dose=np.repeat(cells.dose, v.size),
            pattern=np.repeat(cells.pattern, v.size),
            eaten=expit(eaten),
        )

    def model(self) -> Model:
        """What was fitted, for the reader."""
        fit, days = self.fitted, self.days
        names = [*days.names, *days.day_names]
        two = fit if isinstance(fit, TwoPartFit) else None
        return Model(
            kind=self.kind,
            why=self.why,
            lambda_=fit.lambda_,
            variance_within=fit.variance_within,
            variance_between=fit.variance_between,
            ratio=fit.variance_within / fit.variance_between,
            external_ratio=self.ratio is not None,
            effects=_named(names, fit.person_effects, fit.day_effects),
            eaten_effects=None if two is None else _named(names, two.eaten_person_effects, two.eaten_day_effects),
            variance_eaten=None if two is None else two.variance_eaten,
            correlation=None if two is None else two.correlation,
            persons=days.count.size,
            replicates=days.replicates,
            days=days.amount.size,
            zeros=self.zeros,
            lower=self.lower,
            log_likelihood=fit.log_likelihood,
        )

    def all_notes(self) -> list[str]:
        """What a reader should know of the days and of the fit."""
        notes = [*self.days.notes, *self.notes]
        return [*notes, *(f"{name} came out at the end of its range" for name in self.fitted.at_end)]


def external_ratio(
    nutrient: str, kinds: Sequence[tuple[float, str, str]] = (), weights: npt.ArrayLike | None = None
) -> float:
    """Variance within persons over that between, of logarithms, in NHANES 2007-2012: the median over persons.

    Parameters
    ----------
    nutrient : str
        Nutrient id.
    kinds : sequence of tuple
        Age [years], sex and life stage of the persons; without any, the groups of adults.
    weights : array_like or None
        How many persons each kind stands for; None counts the kinds alike.

    Returns
    -------
    float
        Ratio of variances on the scale of logarithms. [-] See `log_ratio`.

    Raises
    ------
    PopulationError
        The table has none for the nutrient.
    """
    persons = kinds or [(age, sex, "none") for age in (25.0, 40.0, 60.0, 75.0) for sex in ("female", "male")]
    rows = [variation(Person(age=age, sex=sex), nutrient) for age, sex, _ in persons]
    share = np.ones(len(rows)) if weights is None else np.asarray(weights, dtype=np.float64)
    found = [
        (log_ratio(row.cv, row.sd_between / row.mean), weight)
        for row, weight in zip(rows, share.tolist(), strict=True)
        if row is not None and row.sd_between and row.mean
    ]
    if not found:
        raise PopulationError(f"no ratio of variances is known for {nutrient}; give one as ratio=")
    return _median(*np.array(found).T)


def log_ratio(cv_within: float, cv_between: float) -> float:
    """Variance within persons over that between, of logarithms, from the CVs of amounts: ln(1 + CV²) of each.

    Amounts that are lognormal with this CV have logarithms with this variance. The ratio of the variances of *amounts*
    is another number: it grows with every plate of liver, and the days of a group are fitted on a scale near that of
    logarithms, on which such a plate weighs little.

    Parameters
    ----------
    cv_within : float
        CV of the days of a person, above 0. [fraction]
    cv_between : float
        CV of usual intakes between persons, above 0. [fraction]

    Returns
    -------
    float
        Ratio of variances. [-]
    """
    return float(np.log1p(cv_within**2) / np.log1p(cv_between**2))


def _median(values: Floats, weights: Floats) -> float:
    """The value with half of the weight on either side; between two that part it evenly, their middle."""
    order = np.argsort(values)
    values, below = values[order], np.cumsum(weights[order]) / weights.sum()
    first = int(np.searchsorted(below, 0.5 - 1e-12))
    last = int(np.searchsorted(below, 0.5 + 1e-12))
    return float(0.5 * (values[first] + values[last]))


def _kind(model: str, zeros: float) -> tuple[str, str]:
    """Which model, and why: the one asked for, or by the share of days without any."""
    share = f"{100 * zeros:.1f} % of the days hold none"
    if model != "auto":
        return model, f"asked for; {share}"
    kind = "amount" if zeros < ZERO_SHARE else "two_part"
    return kind, f"{share}; the two-part model is used from {100 * ZERO_SHARE:.0f} %"


def _refuse_few(days: PersonDays, ratio: float | None) -> None:
    if counted(days.weight) < MIN_PERSONS:
        raise PopulationError(
            f"{persons_told(days.weight)} are too few to tell of a group: {MIN_PERSONS} are needed (IOM 2000, p. 99)"
        )
    if ratio is None and days.replicates < MIN_REPLICATES:
        raise PopulationError(
            f"{days.replicates} persons have two days or more; {MIN_REPLICATES} are needed (IOM 2000, p. 99) to tell a "
            "person's days from the persons. With a ratio of the two variances from elsewhere (ratio=) one day each is "
            "enough"
        )


def counted(weight: Floats) -> float:
    """How many persons of one weight would tell as much (Kish 1965); with equal weights all of them."""
    return float(weight.sum() ** 2 / (weight @ weight)) + 1e-9


def persons_told(weight: Floats) -> str:
    """How many persons there are, one weight each, and how many they count as."""
    persons, as_many = weight.size, int(counted(weight))
    return f"{persons} persons" + (f" (whose weights make them {as_many})" if as_many < persons else "")


def _named(names: list[str], of_person: Floats, of_day: Floats) -> dict[str, float]:
    return dict(zip(names, [*of_person.tolist(), *of_day.tolist()], strict=True))
