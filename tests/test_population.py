"""Usual intakes of a group, against another way to each figure: scipy, a closed form, a simulation of known truth."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq, minimize, minimize_scalar
from scipy.stats import lognorm, multivariate_normal, norm

import nutrigap as ng
from nutrigap.population import fitting, persondays
from nutrigap.population.amount import AmountModel
from nutrigap.population.mixture import Scale, below, mean, mixture, quantiles
from nutrigap.population.optimum import maximum_on
from nutrigap.population.transform import back_transform, box_cox, inverse_box_cox
from nutrigap.population.two_part import TwoPartModel
from nutrigap.references import reference

Days = dict[str, Any]
WOMAN = reference(ng.Person(age=40, sex="female"), "magnesium")
NO_ERRORS: dict[str, Any] = {"errors": None}


def simulated(
    persons: int = 400,
    counts: tuple[int, ...] = (2,),
    *,
    seed: int = 1,
    lambda_: float = 0.25,
    centre: float = 12.0,
    sd_between: float = 1.2,
    sd_within: float = 1.6,
    weekend: float = 0.0,
    later: float = 0.0,
    nutrient: str = "magnesium",
) -> Days:
    """Days from the model itself; `counts` are the numbers of days that persons have in turn."""
    rng = np.random.default_rng(seed)
    count = np.resize(counts, persons)
    person = np.repeat(np.arange(persons), count)
    sequence = np.concatenate([np.arange(1, n + 1) for n in count])
    is_weekend = (rng.random(person.size) < 3 / 7).astype(int)
    m = centre + rng.normal(0, sd_between, persons)[person] + rng.normal(0, sd_within, person.size)
    amount = inverse_box_cox(lambda_, m + weekend * is_weekend + later * (sequence > 1))
    return {"person": person, nutrient: amount, "weekend": is_weekend, "sequence": sequence}


# --- Largest values


@pytest.mark.parametrize(
    ("f", "low", "high", "place"),
    [
        (lambda x: -((x - 0.3) ** 2), 0, 1, 0.3),
        (lambda x: -abs(x - 0.77), 0, 1, 0.77),
        (lambda x: math.log(x) - x, 0.01, 50, 1.0),
        (lambda x: x, 0, 1, 1.0),
        (lambda x: -math.exp(x), -2, 3, -2.0),
        (lambda x: -((x - 0.999) ** 4), 0, 1, 0.999),
    ],
)
def test_maximum_on_an_interval(f, low, high, place) -> None:
    tolerance = 2e-3 if place == 0.999 else 1e-5  # the fourth power is flat to rounding nearby
    assert maximum_on(f, low, high) == pytest.approx(place, abs=tolerance)
    other = minimize_scalar(lambda x: -f(x), bounds=(low, high), method="bounded", options={"xatol": 1e-9}).x
    assert f(maximum_on(f, low, high)) >= f(other) - 1e-6


# --- The scale


@pytest.mark.parametrize("lambda_", [0.0, 1e-9, 0.2, 0.5, 1.0])
def test_box_cox_there_and_back(lambda_) -> None:
    x = np.array([1e-3, 0.5, 1.0, 30.0, 4000.0])
    assert inverse_box_cox(lambda_, box_cox(lambda_, x)) == pytest.approx(x, rel=1e-9)


@pytest.mark.parametrize(
    ("lambda_", "m", "variance", "lower"), [(0.25, 1.0, 2.0, 0.4), (0.0, 0.0, 1.0, 0.5), (1, 3, 4, 1)]
)
def test_back_transform_with_a_lower_bound(lambda_, m, variance, lower) -> None:
    """NCI's bound, by adaptive integration beside the kink; 32 nodes see the kink to some tenths of a percent."""
    sd = math.sqrt(variance)
    kink = float(box_cox(lambda_, lower))

    def above(z):
        return norm.pdf(z) * float(inverse_box_cox(lambda_, m + sd * z))

    z0 = (kink - m) / sd
    expected = lower * norm.cdf(z0) + quad(above, z0, 12)[0]
    assert float(back_transform(lambda_, m, variance, lower=lower)) == pytest.approx(expected, rel=5e-3)


# --- The likelihood of the amount-only model


def with_covariates(persons: int = 120) -> Days:
    days = simulated(persons, (1, 2, 3, 4), weekend=0.5, later=-0.3)
    rng = np.random.default_rng(5)
    return days | {
        "age": rng.integers(20, 70, persons)[days["person"]],
        "sex": np.array(["female", "male"])[rng.integers(0, 2, persons)][days["person"]],
        "weight": rng.uniform(0.3, 3.0, persons)[days["person"]],
    }


def by_scipy(data: persondays.PersonDays, lambda_: float, beta, within: float, between: float) -> float:
    """The log-likelihood written out: one multivariate normal a person, and the Jacobian."""
    total, rows = 0.0, data.rows
    for i, (start, n) in enumerate(zip(data.start, data.count, strict=True)):
        at = slice(start, start + n)
        y = (data.amount[at] ** lambda_ - 1) / lambda_
        cov = within * np.eye(n) + between * np.ones((n, n))
        of_person = multivariate_normal.logpdf(y, rows[at] @ beta, cov) + (lambda_ - 1) * np.log(data.amount[at]).sum()
        total += data.weight[i] * of_person
    return total


def test_the_likelihood_is_that_of_scipy_and_its_maximum() -> None:
    data = persondays.read(with_covariates(), "magnesium", covariates=["age", "sex"])
    assert sorted(set(data.count.tolist())) == [1, 2, 3, 4]
    fit = AmountModel(data, data.amount).fit(data.weight)
    beta = np.concatenate([fit.person_effects, fit.day_effects])
    at = by_scipy(data, fit.lambda_, beta, fit.variance_within, fit.variance_between)
    assert fit.log_likelihood == pytest.approx(at, rel=1e-10)

    def worse(x):  # all parameters at once, by another program
        return -by_scipy(data, x[-1], x[:-3], math.exp(x[-3]), math.exp(x[-2]))

    start = [*beta, math.log(fit.variance_within), math.log(fit.variance_between), fit.lambda_]
    free = minimize(worse, start, method="BFGS", options={"gtol": 1e-3})
    assert -free.fun - fit.log_likelihood < 1e-4
    assert fit.lambda_ == pytest.approx(free.x[-1], abs=3e-3)
    assert fit.variance_between / fit.variance_within == pytest.approx(math.exp(free.x[-2] - free.x[-3]), rel=1e-2)


def test_balanced_days_are_an_analysis_of_variance() -> None:
    """Equal numbers of days: σ_ε² = MS within, σ_u² = (SS between/P - MS within)/n; λ is held."""
    days = simulated(200, (3,))
    data = persondays.read({"person": days["person"], "magnesium": days["magnesium"]}, "magnesium")
    model = AmountModel(data, data.amount)
    y = box_cox(0.4, data.amount).reshape(200, 3)
    within = ((y - y.mean(axis=1, keepdims=True)) ** 2).sum() / (200 * 2)
    between = (3 * ((y.mean(axis=1) - y.mean()) ** 2).sum() / 200 - within) / 3
    r = minimize_scalar(
        lambda x: -model.log_likelihood(0.4, x, data.weight), bounds=(0, 1), method="bounded", options={"xatol": 1e-10}
    ).x
    assert r == pytest.approx(between / (between + within), abs=1e-6)


def test_a_weight_of_three_is_three_persons() -> None:
    days = with_covariates(200)
    whole = np.random.default_rng(2).integers(1, 4, 200)
    weighted = days | {"weight": whole[days["person"]]}
    copies = np.concatenate([np.flatnonzero(whole[days["person"]] > k) for k in range(3)])
    copied = {name: np.asarray(column)[copies] for name, column in days.items()} | {"weight": np.ones(copies.size)}
    turn = np.concatenate([np.full((whole[days["person"]] > k).sum(), k) for k in range(3)])
    copied["person"] = copied["person"] + 1000 * turn
    one, other = (
        ng.population.usual_intake(each, "magnesium", covariates=["age"], reference=WOMAN, **NO_ERRORS)
        for each in (weighted, copied)
    )
    assert one.model.persons == 200 and other.model.persons == whole.sum()
    assert one.model.lambda_ == pytest.approx(other.model.lambda_, abs=2e-4)
    for p in one.quantiles:
        assert one.quantiles[p].value == pytest.approx(other.quantiles[p].value, rel=1e-4)
    assert one.prevalence.below_ear.value == pytest.approx(other.prevalence.below_ear.value, abs=1e-4)


def test_effects_of_weekend_and_sequence_come_back() -> None:
    days = simulated(4000, weekend=0.6, later=-0.4, seed=2)
    got = ng.population.usual_intake(days, "magnesium", **NO_ERRORS).model
    # on the scale of the λ found: in SDs within persons, which do not depend on it
    sd = got.variance_within**0.5
    assert got.effects["Friday to Sunday"] / sd == pytest.approx(0.6 / 1.6, abs=0.09)  # four standard errors
    assert got.effects["not the first recall"] / sd == pytest.approx(-0.4 / 1.6, abs=0.065)
    assert got.ratio == pytest.approx((1.6 / 1.2) ** 2, abs=0.5)
    assert got.lambda_ == pytest.approx(0.25, abs=0.08)


def test_the_first_recall_is_the_one_believed() -> None:
    """Second recalls far too low change nothing: the mean is that of the first recalls."""
    first = simulated(3000, seed=4)
    low = first | {"magnesium": np.where(first["sequence"] > 1, first["magnesium"] * 0.7, first["magnesium"])}
    got = ng.population.usual_intake(low, "magnesium", **NO_ERRORS).mean.value
    assert got == pytest.approx(first["magnesium"][first["sequence"] == 1].mean(), rel=0.015)


# --- The distribution


def plain(scale: Scale, centre, sd, *, weight=None, dose=None, eaten=None):
    centre = np.asarray(centre, dtype=float)
    n = centre.size
    return mixture(
        scale,
        np.ones(n) if weight is None else np.asarray(weight, dtype=float),
        centre,
        sd,
        dose=np.zeros(n) if dose is None else np.asarray(dose, dtype=float),
        pattern=np.zeros(n, dtype=np.int64),
        eaten=None if eaten is None else np.asarray(eaten, dtype=float),
    )


def test_logarithms_give_a_lognormal() -> None:
    got = plain(Scale(0.0, 0.5, 0.0), [2.0], 0.4)
    usual = lognorm(0.4, scale=math.exp(2.0 + 0.25))
    p = [0.01, 0.05, 0.25, 0.5, 0.9, 0.99]
    assert quantiles(got, p) == pytest.approx(usual.ppf(p), rel=2e-5)
    assert below(got, [5.0, 9.0, 20.0]) == pytest.approx(usual.cdf([5.0, 9.0, 20.0]), abs=2e-5)
    assert mean(got) == pytest.approx(usual.mean(), rel=1e-9)


def drawn(scale, centre, sd, weight, dose, eaten, n=100_000) -> npt.NDArray[np.float64]:
    """Usual intakes of many persons, drawn at random from the same cells."""
    rng = np.random.default_rng(8)
    cell = rng.choice(len(centre), n, p=np.asarray(weight) / np.sum(weight))
    m = np.asarray(centre)[cell] + rng.normal(0, sd, n)
    usual = np.zeros(n)
    for i, (share, shift) in enumerate(((1 - scale.share, 0.0), (scale.share, scale.weekend))):
        usual += share * np.asarray(eaten)[cell, i] * back_transform(scale.lambda_, m + shift, scale.variance)
    return usual + np.asarray(dose)[cell]


@pytest.mark.parametrize("eaten", [None, [[0.5, 0.7], [0.9, 0.95], [0.2, 0.1]]])
def test_cells_with_weekends_doses_and_days_without(eaten) -> None:
    scale = Scale(0.25, 2.0, 0.0, weekend=0.8, share=3 / 7)
    centre, weight, dose = [11.0, 12.0, 13.0], [1.0, 2.0, 0.5], [0.0, 50.0, 0.0]
    got = plain(scale, centre, 1.1, weight=weight, dose=dose, eaten=eaten)
    usual = drawn(scale, centre, 1.1, weight, dose, eaten or np.ones((3, 2)))
    assert mean(got) == pytest.approx(usual.mean(), rel=3e-3)
    p = [0.05, 0.25, 0.5, 0.75, 0.95]
    at = quantiles(got, p)
    assert [np.mean(usual < q) for q in at] == pytest.approx(p, abs=3e-3)
    assert below(got, at) == pytest.approx(p, abs=1e-6)
    assert below(got, [[100.0], [200.0], [300.0]])[0] == pytest.approx(  # each cell its own amount
        sum(
            w * below(plain(scale, [c], 1.1, dose=[d], eaten=None if eaten is None else [eaten[i]]), [t])[0]
            for i, (w, c, d, t) in enumerate(zip(weight, centre, dose, (100, 200, 300), strict=True))
        )
        / sum(weight),
        abs=1e-6,
    )
    assert below(got, [-1.0, 0.0, 1e9]) == pytest.approx([0, 0, 1], abs=1e-12)


def test_nobody_differs_within_a_cell() -> None:
    """Persons with no effect of their own: the distribution is that of the doses."""
    scale = Scale(0.25, 2.0, 0.0)
    got = plain(scale, [12.0, 12.0], 0.0, dose=[0.0, 100.0], weight=[3.0, 1.0])
    usual = float(back_transform(0.25, 12.0, 2.0))
    assert below(got, [usual - 1, usual + 1, usual + 99, usual + 101]) == pytest.approx([0, 0.75, 0.75, 1])


# --- What it says of a group


def test_usual_intakes_are_those_they_were_made_from() -> None:
    days = simulated(6000, weekend=0.5)
    got = ng.population.usual_intake(days, "magnesium", reference=WOMAN, **NO_ERRORS)
    m = 12 + np.random.default_rng(0).normal(0, 1.2, 100_000)
    usual = 4 / 7 * back_transform(0.25, m, 1.6**2) + 3 / 7 * back_transform(0.25, m + 0.5, 1.6**2)
    for p, estimate in got.quantiles.items():
        assert estimate.value == pytest.approx(np.quantile(usual, p), rel=0.025)
    assert got.prevalence.below_ear.value == pytest.approx(np.mean(usual < 265), abs=0.02)
    own = np.random.default_rng(1).normal(265, 26.5, usual.size)
    assert got.prevalence.below_requirement.value == pytest.approx(np.mean(usual < own), abs=0.02)
    assert got.mean.value == pytest.approx(usual.mean(), rel=0.01)
    one_day = days["magnesium"][days["sequence"] == 1]
    assert np.quantile(one_day, 0.05) < 0.8 * got.quantiles[0.05].value  # what it is there to mend


def test_reference_values_of_each_person() -> None:
    days = simulated(600)
    sex = np.array(["female", "male"])[days["person"] % 2]
    days |= {"age": np.where(days["person"] % 3, 40, 25), "sex": sex}
    got = ng.population.usual_intake(days, "magnesium", reference="us", by="sex", **NO_ERRORS)
    assert got.groups == ("female", "male")
    # men of 25: EAR 330, of 40: 350; one third are 25
    men = got.group("male")
    apart = [
        ng.population.prevalence(men, reference(ng.Person(age=age, sex="male"), "magnesium")).below_ear.value
        for age in (25, 40)
    ]
    assert men.prevalence.below_ear.value == pytest.approx((apart[0] + 2 * apart[1]) / 3, abs=1e-9)
    women = got.group("female")
    assert got.prevalence.below_ear.value == pytest.approx(
        (men.prevalence.below_ear.value + women.prevalence.below_ear.value) / 2, abs=1e-9
    )
    assert got.mean.value == pytest.approx((men.mean.value + women.mean.value) / 2, rel=1e-9)
    few = ng.population.usual_intake(
        {name: np.asarray(column)[:400] for name, column in days.items()}, "magnesium", by="sex", **NO_ERRORS
    )
    assert "100 persons in this group: its mean is its own, its spread is that of all" in few.group("male").notes
    with pytest.raises(ng.PopulationError, match='no group "children"; known: female, male'):
        got.group("children")


def test_an_ai_is_no_requirement() -> None:
    days = simulated(300, centre=20, nutrient="potassium")
    target = reference(ng.Person(age=40, sex="female"), "potassium")
    got = ng.population.usual_intake(days, "potassium", reference=target, **NO_ERRORS).prevalence
    assert got.below_ear.value is None and got.below_requirement.value is None
    assert "an AI is no requirement" in got.below_ear.reason
    assert 0.0 < got.at_or_above_ai.value < 1.0
    assert got.above_ul.value is None and got.above_ul.reason.startswith("no upper level")


def test_magnesium_from_food_is_never_above_the_upper_level() -> None:
    days = simulated(300, centre=16)
    got = ng.population.usual_intake(days, "magnesium", reference=WOMAN, **NO_ERRORS)
    assert got.mean.value > 350
    assert got.prevalence.above_ul == ng.population.Estimate(
        None, reason="the upper level counts supplements only, and no supplements were told"
    )
    dose = np.where(days["person"] % 5 == 0, 400.0, np.where(days["person"] % 5 == 1, 350.0, 0.0))
    days |= {"magnesium": days["magnesium"] + dose, "magnesium_supplement": dose}
    got = ng.population.usual_intake(days, "magnesium", reference=WOMAN, **NO_ERRORS)
    assert got.prevalence.above_ul.value == pytest.approx(0.2)  # 350 is not above 350


def test_how_a_usual_intake_shows_itself() -> None:
    got = ng.population.usual_intake(simulated(300), "magnesium", reference=WOMAN, **NO_ERRORS)
    shown = repr(got).splitlines()
    assert shown[0] == "Usual intake of Magnesium, mg a day"
    assert "300 persons, 600 days" in shown[1]
    assert all(any(note[:40] in line for line in shown) for note in got.notes)
    rows = {line.split()[0]: line for line in shown[3 + len(got.notes) :]}
    assert f"{got.mean.value:.4g}" in rows["mean"]
    assert f"{100 * got.prevalence.below_ear.value:.1f} %" in rows["below_ear"]
    assert "the upper level counts supplements only" in rows["above_ul"]
    assert "<table>" in got._repr_html_()


def test_shrink_then_add() -> None:
    """Food is fitted and the dose is added: those with and those without tablets have each their own distribution."""
    days = simulated(3000, seed=6)
    user = days["person"] % 3 == 0
    dose = np.where(user, 100.0, 0.0)
    total = days | {"magnesium": days["magnesium"] + dose, "magnesium_supplement": dose}
    got = ng.population.usual_intake(total, "magnesium", reference=WOMAN, **NO_ERRORS)
    assert got.model.effects["supplement user"] / got.model.variance_within**0.5 == pytest.approx(0.0, abs=0.06)
    m = 12 + np.random.default_rng(0).normal(0, 1.2, 100_000)
    usual = back_transform(0.25, m, 1.6**2) + np.where(np.arange(m.size) % 3 == 0, 100.0, 0.0)
    assert got.prevalence.below_ear.value == pytest.approx(np.mean(usual < 265), abs=0.02)
    for p, estimate in got.quantiles.items():
        assert estimate.value == pytest.approx(np.quantile(usual, p), rel=0.03)


def test_bounds_of_the_totals_give_a_range() -> None:
    days = simulated(300)
    food = days["magnesium"]
    bounds = {"magnesium_low": 0.9 * food, "magnesium_high": 1.2 * food}
    got = ng.population.usual_intake(days | bounds, "magnesium", reference=WOMAN, **NO_ERRORS)
    for name, factor in (("at_low", 0.9), ("at_high", 1.2)):
        same = ng.population.usual_intake(
            days | {"magnesium": factor * food}, "magnesium", reference=WOMAN, **NO_ERRORS
        )
        assert getattr(got.prevalence.below_ear, name) == pytest.approx(same.prevalence.below_ear.value, abs=1e-9)
        assert getattr(got.quantiles[0.5], name) == pytest.approx(same.quantiles[0.5].value, rel=1e-9)
    assert got.prevalence.below_ear.at_high < got.prevalence.below_ear.value < got.prevalence.below_ear.at_low
    unknown = np.where(days["person"] == 7, np.nan, 1.2 * food)
    got = ng.population.usual_intake(days | bounds | {"magnesium_high": unknown}, "magnesium", **NO_ERRORS)
    assert got.mean.at_high is None and got.mean.at_low is not None
    assert any("no estimate at the high end of the totals: 2 days without one" in note for note in got.notes)


def with_dose(persons: int = 200, best: float = 300.0) -> Days:
    """Food, and a dose on all days that may be anything from 0 to 900."""
    days = simulated(persons)
    food, size = days["magnesium"], days["magnesium"].size
    return days | {
        "magnesium": food + best,
        "magnesium_low": 0.9 * food,
        "magnesium_high": 1.2 * food + 900,
        "magnesium_supplement": np.full(size, best),
        "magnesium_supplement_low": np.zeros(size),
        "magnesium_supplement_high": np.full(size, 900.0),
    }


@pytest.mark.parametrize(("best", "share"), [(300.0, 0.0), (400.0, 1.0)])  # the upper level, of supplements, is 350
def test_doubt_of_a_dose_reaches_the_upper_level(best, share) -> None:
    days = with_dose(best=best)
    got = ng.population.usual_intake(days, "magnesium", reference=WOMAN, **NO_ERRORS)
    above = got.prevalence.above_ul
    assert (above.at_low, above.value, above.at_high) == (0.0, share, 1.0)
    for end, dose in (("low", 0.0), ("high", 900.0)):  # food of an end is its total less its dose
        data = persondays.read(days, "magnesium", end=end)
        assert data.dose.tolist() == [dose] * 200
        assert data.amount == pytest.approx(days[f"magnesium_{end}"] - dose)


def test_without_bounds_of_doses_their_share_has_none() -> None:
    days = {name: column for name, column in with_dose().items() if not name.startswith("magnesium_supplement_")}
    days["magnesium_low"] = 0.95 * days["magnesium"]
    got = ng.population.usual_intake(days, "magnesium", reference=WOMAN, **NO_ERRORS)
    assert got.prevalence.above_ul == ng.population.Estimate(0.0)
    assert got.mean.at_high is not None
    for end in ("low", "high"):
        assert any(f'no column "magnesium_supplement_{end}": the bounds of doses are not told' in x for x in got.notes)
    low = persondays.read(
        days | {"magnesium_low": np.full(400, 150.0)}, "magnesium", end="low"
    )  # a dose of 300 is part of 150 only as far as that goes
    assert low.dose.tolist() == [150.0] * 200 and low.amount.tolist() == [0.0] * 400


def test_bounds_of_doses_that_cannot_be() -> None:
    for column, value, message in (
        (
            "magnesium_supplement_low",
            301.0,
            '"magnesium_supplement_low" is on the wrong side of "magnesium_supplement"',
        ),
        ("magnesium_supplement_high", 299.0, '"magnesium_supplement_high" is on the wrong side'),
        ("magnesium_supplement_high", 1e5, '"magnesium_supplement_high" is more than the total in "magnesium_high"'),
        ("magnesium_supplement_low", -1.0, "an amount below 0"),
    ):
        with pytest.raises(ng.PopulationError, match=message):
            ng.population.usual_intake(with_dose() | {column: np.full(400, value)}, "magnesium", **NO_ERRORS)
    endless = ng.population.usual_intake(
        with_dose() | {"magnesium_supplement_high": np.full(400, np.inf)}, "magnesium", **NO_ERRORS
    )
    assert any("no estimate at the high end of the totals: 400 days without one" in note for note in endless.notes)


@pytest.mark.parametrize("rest", [0.0, 5e-17, -1e-17, 1e-8])
def test_what_rounding_leaves_of_a_tablet_is_no_food(rest) -> None:
    days = simulated(300)
    days["magnesium"][:6] = 0.0
    dose = np.where(days["person"] < 3, 0.3, 0.0)
    total = days["magnesium"] + dose
    total[:6] += rest
    data = persondays.read(days | {"magnesium": total, "magnesium_supplement": dose}, "magnesium")
    assert data.amount[:6].tolist() == [0.0] * 6
    assert data.amount[6:] == pytest.approx(days["magnesium"][6:], rel=1e-12)


def test_days_of_which_no_food_was_logged_are_left_out() -> None:
    days = simulated(300)
    dose = np.full(600, 100.0)
    days |= {"magnesium": days["magnesium"] + dose, "magnesium_supplement": dose}
    pills = (days["person"] < 20) | (np.arange(600) % 31 == 0)  # all days of some, one day of others
    logged = {name: np.asarray(column)[~pills] for name, column in days.items()}
    only = np.where(pills, 100.0, days["magnesium"])
    high = np.where(pills, np.inf, 1.2 * only)
    table = days | {"magnesium": only, "magnesium_high": high, "food_logged": ~pills}
    got = ng.population.usual_intake(table, "magnesium", **NO_ERRORS)
    expected = ng.population.usual_intake(
        logged | {"magnesium_high": 1.2 * logged["magnesium"]}, "magnesium", **NO_ERRORS
    )
    assert got.quantiles == expected.quantiles and got.mean.at_high is not None
    assert got.model.persons == 280 and got.model.kind == "amount"
    assert f"{pills.sum()} days of which no food was logged are left out" in got.notes
    assert persondays.read(table | {"food_logged": (~pills).astype(int)}, "magnesium").amount.size == (~pills).sum()

    told = table.copy()  # without the column nobody can know, which is said
    told.pop("food_logged")
    notes = ng.population.usual_intake(told, "magnesium", model="amount", **NO_ERRORS).notes
    assert any(f"on {pills.sum()} days all of magnesium is from supplements" in note for note in notes)
    # rows are named as they were handed in, also behind rows that are left out
    with pytest.raises(ng.PopulationError, match='column "magnesium", row 600: nan'):
        persondays.read(table | {"magnesium": np.append(only[:-1], np.nan)}, "magnesium")
    for wrong, message in (
        (np.full(600, 2), "holds true or false"),
        (np.zeros(600, bool), "all 600 days are days of which"),
    ):
        with pytest.raises(ng.PopulationError, match=message):
            persondays.read(table | {"food_logged": wrong}, "magnesium")


def test_days_that_are_not_whole_are_left_out() -> None:
    """The column `in_mean` of the totals of a cohort."""
    days = simulated(300)
    part = np.arange(600) % 7 == 0
    table = days | {"magnesium": np.where(part, 1.0, days["magnesium"]), "in_mean": ~part, "food_logged": np.ones(600)}
    got = ng.population.usual_intake(table, "magnesium", **NO_ERRORS)
    whole = {name: np.asarray(column)[~part] for name, column in days.items()}
    assert got.quantiles == ng.population.usual_intake(whole, "magnesium", **NO_ERRORS).quantiles
    assert any(f"{part.sum()} days that count in no mean" in note and "left out" in note for note in got.notes)
    assert not any("no food was logged" in note for note in got.notes)


@pytest.mark.parametrize("blank", [None, math.nan])
def test_doses_that_nobody_was_asked_for(blank) -> None:
    """A column of supplements that is blank throughout tells no dose, and not one of 0."""
    days = simulated(200) | {"magnesium_supplement": [blank] * 400, "magnesium_supplement_high": [blank] * 400}
    days["magnesium_high"] = 1.1 * days["magnesium"]
    got = ng.population.usual_intake(days, "magnesium", reference=WOMAN, **NO_ERRORS)
    assert got.prevalence.above_ul.value is None
    assert got.prevalence.above_ul.reason == "the upper level counts supplements only, and no supplements were told"
    assert any('nothing in column "magnesium_supplement"' in note for note in got.notes)
    assert got.mean.at_high is not None


def test_a_dose_without_a_best_value_is_taken_at_its_low_end() -> None:
    """On one day a product of unknown dose was taken, of which the total holds nothing either."""
    days, dose = simulated(200), np.repeat(np.resize([100.0, 0.0], 200), 2)
    days |= {"magnesium": days["magnesium"] + dose, "magnesium_supplement": dose, "magnesium_supplement_low": dose}
    known = ng.population.usual_intake(days, "magnesium", reference=WOMAN, **NO_ERRORS)
    blank = np.where(np.arange(400) == 6, np.nan, dose)
    got = ng.population.usual_intake(days | {"magnesium_supplement": blank}, "magnesium", reference=WOMAN, **NO_ERRORS)
    assert (got.mean, got.prevalence.above_ul) == (known.mean, known.prevalence.above_ul)
    assert any('on 1 days the dose is not known: "magnesium_supplement_low" is taken' in note for note in got.notes)


def test_what_is_wrong_with_an_end_is_said() -> None:
    """A fit of the low or the high totals has notes of its own, and is none where its model is not that of the best."""
    days = simulated(200)
    food, rng = days["magnesium"], np.random.default_rng(1)
    zeros = np.where(rng.random(400) < 0.3, 0.0, food)
    got = ng.population.usual_intake(days | {"magnesium_low": zeros}, "magnesium", **NO_ERRORS)
    assert got.mean.at_low is None
    share = f"{100 * np.mean(zeros == 0):.1f} % of the days hold none, too many for the amount-only model"
    assert any(f"no estimate at the low end of the totals: {share}" in note for note in got.notes)

    few = food.copy()
    few[:8] = 0.0
    got = ng.population.usual_intake(days | {"magnesium_low": few}, "magnesium", **NO_ERRORS)
    assert got.mean.at_low is not None
    assert any(x.startswith("at the low end of the totals: 8 days without any count as half") for x in got.notes)

    up = rng.normal(0, 1.5, 200)  # days of the low totals that go against each other
    apart = inverse_box_cox(0.25, 11 + np.stack([up, -up], axis=1) + rng.normal(0, 0.3, (200, 2))).ravel()
    got = ng.population.usual_intake(
        days | {"magnesium": np.maximum(food, apart), "magnesium_low": apart}, "magnesium", **NO_ERRORS
    )
    assert any(x.startswith("at the low end of the totals: these days do not tell persons apart") for x in got.notes)
    assert not got.model.external_ratio
    said = [note for note in got.notes if "weight" in note]  # what holds for all is said once
    assert len(said) == 1 and said[0] == 'no column "weight": every person counts alike'


def test_the_cut_point_wants_no_sd_of_the_requirement() -> None:
    days = simulated(200)
    full = ng.population.usual_intake(days, "magnesium", reference=WOMAN, **NO_ERRORS).prevalence
    got = ng.population.usual_intake(
        days, "magnesium", reference=WOMAN._replace(sd_requirement=None), **NO_ERRORS
    ).prevalence
    assert got.below_ear == full.below_ear and got.below_ear.value is not None
    assert got.below_requirement == ng.population.Estimate(None, reason="the SD of the requirement is not known")
    assert any("the SD of the requirement is not known" in note for note in got.notes)


def test_few_persons_of_a_group() -> None:
    """Fewer than 50 are refused there too; the table of all groups says so in their rows."""
    days = simulated(200)
    days["site"] = np.where(days["person"] < 49, "a", "b")
    got = ng.population.usual_intake(days, "magnesium", reference=WOMAN, by="site", **NO_ERRORS)
    with pytest.raises(ng.PopulationError, match=r'49 persons are in group "a": too few .* 50 are needed'):
        got.group("a")
    assert got.group("b").mean.value is not None
    frame = got.frame()
    of = dict(iter(frame.groupby("group")))
    assert of["a"]["measure"].tolist() == of["b"]["measure"].tolist()
    assert of["a"]["value"].isna().all() and of["a"]["reason"].str.contains("49 persons").all()
    assert of["b"]["value"].notna().sum() == 10  # mean, seven quantiles, two shares
    days["site"] = np.where(days["person"] < 50, "a", "b")
    fifty = ng.population.usual_intake(days, "magnesium", by="site", **NO_ERRORS)
    assert fifty.group("a").mean.value is not None


# --- One day each


def test_one_day_with_a_ratio_from_elsewhere() -> None:
    days = simulated(5000, (1,), seed=2)
    days.pop("sequence")
    with pytest.raises(
        ng.PopulationError, match=r"0 persons have two days or more; 30 are needed .* one day each is enough"
    ):
        ng.population.usual_intake(days, "magnesium", **NO_ERRORS)
    true = (1.6 / 1.2) ** 2
    got = ng.population.usual_intake(days, "magnesium", reference=WOMAN, ratio=true, **NO_ERRORS)
    assert got.model.ratio == pytest.approx(true) and got.model.external_ratio
    usual = back_transform(0.25, 12 + np.random.default_rng(0).normal(0, 1.2, 100_000), 1.6**2)
    assert got.prevalence.below_ear.value == pytest.approx(np.mean(usual < 265), abs=0.025)
    for p, estimate in got.quantiles.items():
        assert estimate.value == pytest.approx(np.quantile(usual, p), rel=0.03)
    widths = [
        got.quantiles[0.95].value - got.quantiles[0.05].value
        for got in (ng.population.usual_intake(days, "magnesium", ratio=r, **NO_ERRORS) for r in (0.5, true, 4.0))
    ]
    assert widths[0] > widths[1] > widths[2]


def log_variance(cv: float) -> float:
    """Variance of the logarithm of a lognormal variable of this CV, searched in scipy's formula of its moments."""
    return brentq(lambda s: math.sqrt(lognorm(s).var()) / lognorm(s).mean() - cv, 1e-3, 3.0) ** 2


def rows_of(nutrient: str, sex: str) -> list[float]:
    """The ratio of logarithms of adults, from the cells of the table."""
    with (Path(ng.__file__).parent / "data" / "within_person_sd.csv").open(encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if (row["nutrient"], row["sex"]) == (nutrient, sex)]
    return [
        log_variance(min(float(row["cv"]), float(row["cv_lognormal"])) / 100)
        / log_variance(float(row["sd"]) / math.sqrt(float(row["ratio"])) / float(row["mean"]))
        for row in sorted(rows, key=lambda row: int(row["age_min_months"]))
        if int(row["age_min_months"]) >= 19 * 12
    ]


def test_the_ratio_of_the_table() -> None:
    """Of logarithms, each from its CV; of adults the middle of eight groups, and of persons that of the persons."""
    women, men = rows_of("vitamin_b12", "female"), rows_of("vitamin_b12", "male")
    assert len(women) == len(men) == 4
    woman, older, man = (40.0, "female", "none"), (60.0, "female", "none"), (40.0, "male", "none")
    ratio = ng.population.external_ratio
    assert ratio("vitamin_b12", [woman]) == pytest.approx(women[1], rel=1e-6)
    assert women[1] == pytest.approx(4.4, abs=0.05)  # that of amounts is 12.5: a few plates of liver
    assert ratio("vitamin_b12") == pytest.approx(np.median([*women, *men]), rel=1e-6)
    three = [woman, older, man]
    assert ratio("vitamin_b12", three) == pytest.approx(np.median([women[1], women[2], men[1]]), rel=1e-6)
    for weights, middle in (((5, 1, 1), women[1]), ((1, 5, 1), women[2]), ((1, 1, 5), men[1])):
        assert ratio("vitamin_b12", three, weights) == pytest.approx(middle, rel=1e-6)
    assert ratio("vitamin_b12", [woman, man], [2, 2]) == pytest.approx((women[1] + men[1]) / 2, rel=1e-6)
    with pytest.raises(ng.PopulationError, match="give one as ratio="):
        ng.population.external_ratio("sodium")


def test_the_ratio_of_persons_goes_by_their_weight() -> None:
    """Where days do not tell persons apart: the median of persons, not of the ages that occur."""
    rng = np.random.default_rng(3)
    up = rng.normal(0, 1.5, 200)
    amount = inverse_box_cox(0.2, 2 + np.stack([up, -up], axis=1) + rng.normal(0, 0.5, (200, 2))).ravel()
    age = np.where(np.arange(200) < 150, 40, 60 + np.arange(200) % 9)  # most are 40, most ages are not
    days = {"person": np.repeat(np.arange(200), 2), "vitamin_b12": amount, "age": np.repeat(age, 2)}
    days["sex"] = ["female"] * 400
    got = ng.population.usual_intake(days, "vitamin_b12", **NO_ERRORS)
    assert got.model.ratio == pytest.approx(rows_of("vitamin_b12", "female")[1], rel=1e-6)
    weight = np.repeat(np.where(age == 40, 1.0, 10.0), 2)
    got = ng.population.usual_intake(days | {"weight": weight}, "vitamin_b12", **NO_ERRORS)
    assert got.model.ratio == pytest.approx(rows_of("vitamin_b12", "female")[2], rel=1e-6)


def table_ratios(days: npt.NDArray[np.float64]) -> tuple[float, float]:
    """What a table made of these days says: the ratio of logarithms from its CVs, and that of amounts."""

    def variances(x):
        within = ((x[:, 0] - x[:, 1]) ** 2).mean() / 2
        return within, x.mean(axis=1).var() - within / 2

    within, between = variances(days)
    of_logs, _ = variances(np.log(days))
    cv = min(math.sqrt(within) / days.mean(), math.sqrt(math.expm1(of_logs)))
    return fitting.log_ratio(cv, math.sqrt(between) / days.mean()), within / between


@pytest.mark.parametrize(("lambda_", "centre", "between", "within"), [(0.15, 1.2, 0.45, 1.06), (0.0, 1.04, 0.37, 0.77)])
def test_b12_of_one_day_is_that_of_two(lambda_, centre, between, within) -> None:
    """Worlds of B12: their own tables give the ratio of the scale of the model, and one day the share of two.

    The ratio of amounts is too large by a fifth or more, and leaves too few below the EAR.
    """
    days = simulated(
        20_000, lambda_=lambda_, centre=centre, sd_between=between, sd_within=within, nutrient="vitamin_b12"
    )
    target = reference(ng.Person(age=40, sex="female"), "vitamin_b12")
    ratio, of_amounts = table_ratios(days["vitamin_b12"].reshape(-1, 2))
    assert ratio == pytest.approx((within / between) ** 2, rel=0.08)
    assert of_amounts > 1.2 * (within / between) ** 2
    first = {name: column[days["sequence"] == 1] for name, column in days.items() if name != "sequence"}
    two, one, wrong = (
        ng.population.usual_intake(table, "vitamin_b12", reference=target, ratio=r, **NO_ERRORS).prevalence.below_ear
        for table, r in ((days, None), (first, ratio), (first, of_amounts))
    )
    m = centre + between * norm.ppf((np.arange(20_000) + 0.5) / 20_000)
    true = np.mean(back_transform(lambda_, m, within**2) < target.ear)
    assert 0.015 < true < 0.05
    # of 3,000 persons the estimate from two days scatters by 0.8 points (docs/groups.md), of 20,000 by 0.3
    assert two.value == pytest.approx(true, abs=0.009) and one.value == pytest.approx(true, abs=0.009)
    assert one.value == pytest.approx(two.value, abs=0.009)
    assert wrong.value < true - 0.009


def test_persons_that_the_days_do_not_tell_apart() -> None:
    """Two days that go against each other: the variance between persons is below 0, which is said, and what is done."""
    rng = np.random.default_rng(3)
    up = rng.normal(0, 1.5, 200)
    amount = inverse_box_cox(0.25, 12 + np.stack([up, -up], axis=1) + rng.normal(0, 0.5, (200, 2))).ravel()
    days = {
        "person": np.repeat(np.arange(200), 2),
        "magnesium": amount,
        "age": np.full(400, 40),
        "sex": ["female"] * 400,
    }
    got = ng.population.usual_intake(days, "magnesium", **NO_ERRORS)
    said = next(note for note in got.notes if "do not tell persons apart" in note)
    ratio = rows_of("magnesium", "female")[1]
    assert "comes out as -" in said and f"{ratio:.2f} (of logarithms)" in said
    assert got.model.ratio == pytest.approx(ratio) and got.model.external_ratio
    assert got.quantiles[0.95].value > 1.3 * got.quantiles[0.05].value
    with pytest.raises(ng.PopulationError, match="no ratio of variances is known for sodium"):
        ng.population.usual_intake({**days, "sodium": amount}, "sodium", **NO_ERRORS)


# --- Days without any


def episodic(persons: int, counts: tuple[int, ...] = (2,), *, seed: int = 1, rho: float = 0.5) -> Days:
    rng = np.random.default_rng(seed)
    count = np.resize(counts, persons)
    person = np.repeat(np.arange(persons), count)
    v = rng.normal(0, 1.0, persons)
    u = 0.8 * (rho * v + math.sqrt(1 - rho**2) * rng.normal(0, 1, persons))
    weekend = (rng.random(person.size) < 3 / 7).astype(int)
    eaten = rng.random(person.size) < 1 / (1 + np.exp(-(0.5 + 0.6 * weekend + v[person])))
    m = 3 + 0.3 * weekend + u[person] + rng.normal(0, 1.2, person.size)
    return {"person": person, "vitamin_d": np.where(eaten, inverse_box_cox(0.3, m), 0.0), "weekend": weekend}


def test_the_two_part_likelihood_is_a_double_integral() -> None:
    """Of v and u, on a dense grid; persons with 1 to 5 days, some without any."""
    data = persondays.read(episodic(60, (1, 2, 5)), "vitamin_d")
    model = TwoPartModel(data)
    alpha, beta, (sd_v, sd_u, rho, sd_e, lambda_) = [0.4, 0.5], [3.1, 0.2], (1.1, 0.8, 0.4, 1.2, 0.3)
    at = np.array([*alpha, *beta, math.log(sd_v), math.log(sd_u), math.atanh(rho), math.log(sd_e), lambda_])
    got = model.log_likelihoods(at)
    unit = math.exp(np.log(data.amount[data.amount > 0]).mean())  # the parameters are those of amounts in it
    z = np.linspace(-7, 7, 281)
    w = norm.pdf(z) * (z[1] - z[0])
    v, rows = sd_v * z, data.rows
    u = sd_u * (rho * z[:, None] + math.sqrt(1 - rho**2) * z[None, :])
    for i, (start, n) in enumerate(zip(data.start, data.count, strict=True)):
        inside = np.ones((z.size, z.size))
        for j in range(start, start + n):
            p = 1 / (1 + np.exp(-(rows[j] @ alpha + v)))
            x = data.amount[j] / unit
            if x > 0:
                density = norm.pdf((x**lambda_ - 1) / lambda_, rows[j] @ beta + u, sd_e) * x ** (lambda_ - 1) / unit
                inside = inside * p[:, None] * density
            else:
                inside = inside * (1 - p)[:, None]
        assert got[i] == pytest.approx(math.log(w @ inside @ w), abs=2e-6)


def test_scores_of_the_two_part_likelihood_are_its_slopes() -> None:
    model = TwoPartModel(persondays.read(episodic(60, (1, 2, 5)), "vitamin_d"))
    at = np.array([0.4, 0.5, 3.1, 0.2, 0.1, -0.2, 0.4, 0.2, 0.3])
    for i, column in enumerate(model.scores(at).T):
        step = np.eye(at.size)[i] * 1e-4
        slope = (model.log_likelihoods(at + step) - model.log_likelihoods(at - step)) / 2e-4
        assert column == pytest.approx(slope, abs=2e-5)


def test_the_two_part_fit_is_a_maximum() -> None:
    """By another program, from another start."""
    data = persondays.read(episodic(400, (2, 3)), "vitamin_d")
    model = TwoPartModel(data)
    fit = model.fit(data.weight)
    other = minimize(
        lambda x: -model.log_likelihoods(x).sum(), [0, 0, 2, 0, 0.5, 0.5, 0, 0.5, 0.5],
        jac=lambda x: -model.scores(x).sum(axis=0), method="BFGS", options={"gtol": 1e-3},
    )  # fmt: skip
    assert fit.log_likelihood == pytest.approx(-other.fun, abs=1e-4)
    assert fit.correlation == pytest.approx(math.tanh(other.x[6]), abs=5e-3)
    assert fit.lambda_ == pytest.approx(other.x[8], abs=2e-3)


def test_a_parameter_at_its_end_does_not_stop_the_search() -> None:
    """Where eating and amount go together entirely, their correlation stays at its end and the rest is found."""
    days = episodic(600, seed=30, rho=0.999)
    got = ng.population.usual_intake(days, "vitamin_d", **NO_ERRORS)
    assert got.model.correlation == pytest.approx(math.tanh(2.3), abs=1e-6)
    assert any("at the end of its range" in note for note in got.notes)


def test_two_parts_are_used_from_one_day_in_twenty_and_come_back() -> None:
    days = episodic(3000, (2, 3))
    got = ng.population.usual_intake(days, "vitamin_d", **NO_ERRORS)
    model = got.model
    assert model.kind == "two_part" and model.zeros == pytest.approx(np.mean(days["vitamin_d"] == 0))
    assert f"{100 * model.zeros:.1f} % of the days hold none" in model.why
    assert model.eaten_effects == pytest.approx({"intercept": 0.5, "Friday to Sunday": 0.6}, abs=0.15)
    assert model.variance_eaten == pytest.approx(1.0, abs=0.25)
    assert model.correlation == pytest.approx(0.5, abs=0.15)
    assert model.variance_within / model.variance_between == pytest.approx((1.2 / 0.8) ** 2, rel=0.15)
    rng = np.random.default_rng(0)
    v = rng.normal(0, 1, 100_000)
    u = 0.8 * (0.5 * v + math.sqrt(0.75) * rng.normal(0, 1, v.size))
    usual = sum(
        share / (1 + np.exp(-(0.5 + e + v))) * back_transform(0.3, 3 + d + u, 1.44)
        for share, e, d in ((4 / 7, 0.0, 0.0), (3 / 7, 0.6, 0.3))
    )
    assert got.mean.value == pytest.approx(usual.mean(), rel=0.03)
    for p, estimate in got.quantiles.items():
        assert estimate.value == pytest.approx(np.quantile(usual, p), rel=0.08)


def in_grams(days: Days, nutrient: str) -> Days:
    return days | {name: column / 1000 for name, column in days.items() if name.startswith(nutrient)}


def test_the_two_parts_do_not_hang_on_the_unit() -> None:
    """Large amounts with a λ near 1 and some zeros: SDs of hundreds in mg, of a part of one in g."""
    rng = np.random.default_rng(1)
    person = np.repeat(np.arange(600), 2)
    amount = np.maximum(3000 + rng.normal(0, 600, 600)[person] + rng.normal(0, 900, 1200), 1)
    eaten = rng.random(1200) < 1 / (1 + np.exp(-(2 + rng.normal(0, 1, 600)[person])))
    days = {"person": person, "potassium": np.where(eaten, amount, 0.0)}
    mg = ng.population.usual_intake(days, "potassium", **NO_ERRORS)
    g = ng.population.usual_intake(in_grams(days, "potassium"), "potassium", **NO_ERRORS)
    one, other = mg.model, g.model
    assert one.kind == other.kind == "two_part"
    assert one.lambda_ == pytest.approx(other.lambda_, abs=1e-6)
    assert one.ratio == pytest.approx(other.ratio, rel=1e-5)
    assert one.correlation == pytest.approx(other.correlation, abs=1e-5)
    wider = 1000**one.lambda_  # of x = s·y: g(x) = s^λ·g(y) + g(s)
    assert one.variance_within == pytest.approx(wider**2 * other.variance_within, rel=1e-5)
    assert one.variance_between == pytest.approx(wider**2 * other.variance_between, rel=1e-5)
    moved = wider * other.effects["intercept"] + float(box_cox(one.lambda_, 1000.0))
    assert one.effects["intercept"] == pytest.approx(moved, rel=1e-6)
    for p in mg.quantiles:
        assert mg.quantiles[p].value == pytest.approx(1000 * g.quantiles[p].value, rel=1e-5)
    # σ_ε of the days that were drawn is 900 at λ = 1, of this λ that times the slope of g at the middle
    assert one.variance_within**0.5 == pytest.approx(900 * 3000 ** (one.lambda_ - 1), rel=0.1)
    # the log-likelihoods differ by the unit of the density, once for every amount
    assert one.log_likelihood == pytest.approx(other.log_likelihood - eaten.sum() * math.log(1000), rel=1e-9)


def test_the_amounts_do_not_hang_on_the_unit() -> None:
    days = simulated(300, weekend=0.5)
    mg = ng.population.usual_intake(days, "magnesium", **NO_ERRORS)
    g = ng.population.usual_intake(in_grams(days, "magnesium"), "magnesium", **NO_ERRORS)
    assert mg.model.lambda_ == pytest.approx(g.model.lambda_, abs=2e-4)
    assert mg.model.ratio == pytest.approx(g.model.ratio, rel=1e-3)
    for p in mg.quantiles:
        assert mg.quantiles[p].value == pytest.approx(1000 * g.quantiles[p].value, rel=1e-4)


def test_persons_alike_in_how_often_they_eat_it() -> None:
    """σ_v has no use then and goes to 0, and the correlation with it anywhere: the search ends all the same."""
    persons = np.repeat(np.arange(400), 4)
    rng = np.random.default_rng(1)
    amount = np.repeat(rng.lognormal(0, 0.5, 400), 4) * rng.lognormal(1, 0.8, 1600)
    days = {"person": persons, "vitamin_d": np.where(np.random.default_rng(1).random(1600) < 0.75, amount, 0.0)}
    model = TwoPartModel(persondays.read(days, "vitamin_d"))
    other = minimize(
        lambda x: -model.log_likelihoods(x).sum(), np.full(7, 0.1), jac=lambda x: -model.scores(x).sum(axis=0),
        method="L-BFGS-B", bounds=[(None, None)] * 2 + [(-5, 5)] * 2 + [(-2.3, 2.3), (-5, 5), (0, 1)],
    )  # fmt: skip
    fit = model.fit(np.ones(400))
    assert fit.log_likelihood == pytest.approx(-other.fun, abs=1e-2)
    assert fit.variance_eaten < 0.01
    again = model.fit(np.ones(400), start=fit)  # from its own end: there and back between units
    assert again.log_likelihood == pytest.approx(fit.log_likelihood, abs=1e-4)
    got = ng.population.usual_intake(days, "vitamin_d", **NO_ERRORS)
    assert "the SD of eating any between persons came out at the end of its range" in got.notes


def test_a_few_days_without_count_as_half_of_the_smallest() -> None:
    days = simulated(300)
    days["magnesium"][[5, 40]] = 0.0
    smallest = days["magnesium"][days["magnesium"] > 0].min()
    got = ng.population.usual_intake(days, "magnesium", **NO_ERRORS)
    assert got.model.kind == "amount" and got.model.zeros == pytest.approx(2 / 600)
    assert got.model.lower == pytest.approx(smallest / 2)
    assert any("2 days without any count as half of the smallest amount" in note for note in got.notes)
    by_hand = days | {"magnesium": np.where(days["magnesium"] == 0, smallest / 2, days["magnesium"])}
    assert got.model.lambda_ == pytest.approx(
        ng.population.usual_intake(by_hand, "magnesium", **NO_ERRORS).model.lambda_
    )


# --- Errors


def test_the_bootstrap_is_the_same_each_time() -> None:
    days = simulated(200)
    few = ng.population.Bootstrap(30, seed=5)
    first, second = (ng.population.usual_intake(days, "magnesium", reference=WOMAN, errors=few) for _ in range(2))
    assert first.prevalence == second.prevalence and first.quantiles == second.quantiles
    other = ng.population.usual_intake(days, "magnesium", reference=WOMAN, errors=few._replace(seed=6))
    assert other.prevalence.below_ear.value == first.prevalence.below_ear.value
    assert other.prevalence.below_ear.se != first.prevalence.below_ear.se
    e = first.prevalence.below_ear
    assert 0 < e.low < e.value < e.high < 1


def test_the_standard_error_of_a_mean() -> None:
    """Nearly that of the persons' means: SD/√P."""
    days = simulated(400)
    got = ng.population.usual_intake(days, "magnesium", errors=ng.population.Bootstrap(100)).mean
    of_persons = days["magnesium"].reshape(400, 2).mean(axis=1)
    assert got.se == pytest.approx(of_persons.std(ddof=1) / 20, rel=0.25)
    assert (got.low, got.high) == pytest.approx((got.value - 1.96 * got.se, got.value + 1.96 * got.se), rel=0.02)


def test_replicate_weights_by_their_formula() -> None:
    """Variance = Σ factor·(replicate - estimate)²; every replicate is a fit with its own weights."""
    days = simulated(120)
    rng = np.random.default_rng(4)
    columns = [f"w{i}" for i in range(6)]
    weights = {name: np.where(rng.random(120) < 0.5, 1.7, 0.3)[days["person"]] for name in columns}
    errors = ng.population.brr(columns, fay=0.7)
    assert errors.factor == pytest.approx(1 / (6 * 0.09))
    got = ng.population.usual_intake(days | weights, "magnesium", reference=WOMAN, errors=errors)
    each = [
        ng.population.usual_intake(days | {"weight": weights[name]}, "magnesium", reference=WOMAN, **NO_ERRORS)
        for name in columns
    ]
    by_hand = sum((one.mean.value - got.mean.value) ** 2 for one in each) * errors.factor
    assert got.mean.se == pytest.approx(math.sqrt(by_hand), rel=1e-3)
    shares = [one.prevalence.below_ear.value for one in each]
    e = got.prevalence.below_ear
    assert e.se == pytest.approx(math.sqrt(sum((s - e.value) ** 2 for s in shares) * errors.factor), rel=1e-2)
    assert 0 < e.low < e.value < e.high < 1
    assert ng.population.jackknife(columns).factor == pytest.approx(5 / 6)


def test_an_interval_holds_its_estimate_and_a_share_is_one() -> None:
    """Also of shares that are 0 or 1 to the last digit, by bootstrap and by replicate weights."""
    days = simulated(120)
    rng = np.random.default_rng(4)
    weights = {f"w{i}": rng.uniform(0.3, 1.7, 120)[days["person"]] for i in range(6)}
    for errors in (ng.population.Bootstrap(20), ng.population.brr(list(weights))):
        for ear in (1.0, 100.0, 5000.0):
            usual = ng.population.usual_intake(
                days | weights, "magnesium", reference=WOMAN._replace(ear=ear), errors=errors
            )
            for e in usual.prevalence[:2]:
                assert 0.0 <= e.low <= e.value <= e.high <= 1.0
    notes = ng.population.usual_intake(days, "magnesium", errors=ng.population.Bootstrap(99)).notes
    assert any("99 replicates: intervals are narrower" in note for note in notes)


# --- Usual intakes that are known


def test_shares_of_known_intakes_with_weights() -> None:
    intakes, weights = [50.0, 90.0, 110.0, 200.0], [1.0, 2.0, 3.0, 4.0]
    assert ng.population.share_below(intakes, 100) == 0.5
    assert ng.population.share_below(intakes, 100, weights=weights) == pytest.approx(0.3)
    own = sum(w * norm.sf(y, 100, 10) for y, w in zip(intakes, weights, strict=True)) / 10
    assert ng.population.share_below_requirement(intakes, 100, 10, weights=weights) == pytest.approx(own, abs=1e-7)
    for wrong in ([-1.0], [math.nan], []):
        with pytest.raises(ng.PopulationError):
            ng.population.share_below(wrong, 100)
    with pytest.raises(ng.PopulationError, match="weight is a number above 0"):
        ng.population.share_below([1.0], 100, weights=[0.0])
    with pytest.raises(ng.PopulationError, match="SD of the requirement"):
        ng.population.share_below_requirement([1.0], 100, 0.0)


# --- What is refused


def test_few_persons() -> None:
    with pytest.raises(ng.PopulationError, match=r"49 persons are too few .* 50 are needed \(IOM 2000, p. 99\)"):
        ng.population.usual_intake(simulated(49), "magnesium", **NO_ERRORS)
    lone = {name: np.asarray(column) for name, column in simulated(200).items()}
    kept = (lone["sequence"] == 1) | (lone["person"] < 29)
    with pytest.raises(ng.PopulationError, match="29 persons have two days or more; 30 are needed"):
        ng.population.usual_intake({name: column[kept] for name, column in lone.items()}, "magnesium", **NO_ERRORS)
    warned = ng.population.usual_intake(simulated(149), "magnesium", **NO_ERRORS).notes
    assert any("149 persons: with fewer than 150" in note for note in warned)
    assert not any(
        "fewer than 150" in note for note in ng.population.usual_intake(simulated(150), "magnesium", **NO_ERRORS).notes
    )


def test_uneven_weights_count_as_fewer_persons() -> None:
    """Kish's (Σw)²/Σw²: half of 200 with a weight of 9 and half of 1 are as many as 121.9."""
    days = simulated(200)
    even = np.where(days["person"] < 100, 9.0, 1.0)
    notes = ng.population.usual_intake(days | {"weight": even}, "magnesium", **NO_ERRORS).notes
    assert int(1000**2 / (100 * 81 + 100)) == 121
    assert any("200 persons (whose weights make them 121): with fewer than 150" in note for note in notes)
    one = np.where(days["person"] == 0, 1e9, 1.0)
    with pytest.raises(ng.PopulationError, match=r"200 persons \(whose weights make them 1\) are too few"):
        ng.population.usual_intake(days | {"weight": one}, "magnesium", **NO_ERRORS)


def test_uneven_weights_of_a_group_count_as_fewer_persons() -> None:
    """100 and 60 persons of whom one in two has nine times the weight of the other: Kish's 60.98 and 36.6 persons."""
    days = simulated(160) | {"weight": np.where(np.arange(320) // 2 % 2 == 0, 9.0, 1.0)}
    days["site"] = np.where(days["person"] < 100, "a", "b")
    got = ng.population.usual_intake(days, "magnesium", by="site", **NO_ERRORS)
    assert [int((n / 2 * 10) ** 2 / (n / 2 * 82)) for n in (100, 60)] == [60, 36]
    assert any("100 persons (whose weights make them 60) in this group" in note for note in got.group("a").notes)
    with pytest.raises(ng.PopulationError, match=r'60 persons \(whose weights make them 36\) are in group "b"'):
        got.group("b")


def test_days_that_are_all_the_same_and_doses_that_are_not_are_said() -> None:
    days = simulated(200)
    same = days | {"magnesium": np.repeat(days["magnesium"][::2], 2)}
    notes = ng.population.usual_intake(same, "magnesium", **NO_ERRORS).notes
    assert any("the days of a person hardly differ" in note for note in notes)
    dose = np.where((np.arange(400) % 2 == 0) & (days["person"] < 30), 200.0, 0.0)
    table = days | {"magnesium": days["magnesium"] + dose, "magnesium_supplement": dose}
    notes = ng.population.usual_intake(table, "magnesium", **NO_ERRORS).notes
    assert any("doses of 30 persons differ between their days" in note for note in notes)


def changed(column: str, row: int, value: object) -> Days:
    days = {name: np.asarray(values).copy() for name, values in simulated(60).items()}
    days["weight"] = np.ones(120)
    days["magnesium_supplement"] = np.zeros(120)
    days[column] = days[column].astype(object)
    days[column][row] = value
    return days


@pytest.mark.parametrize(
    ("days", "message"),
    [
        (changed("magnesium", 4, -1.0), 'column "magnesium", row 5: an amount below 0'),
        (changed("magnesium", 4, math.nan), 'column "magnesium", row 5: nan is no amount'),
        (changed("magnesium", 4, math.inf), 'column "magnesium", row 5: inf is no amount'),
        (changed("magnesium", 4, "trace"), 'column "magnesium" is not of numbers'),
        (changed("weight", 7, math.nan), 'column "weight", row 8: nan is no number. Leave out the persons of whom'),
        (simulated(60) | {"age": [40.0] * 120, "sex": ["male"] * 118 + [""] * 2}, 'column "sex", row 119: blank'),
        (changed("weight", 7, 2.0), 'column "weight", row 8: differs from another row of the person'),
        (changed("magnesium_supplement", 4, 1e6), 'row 5: "magnesium_supplement" is more than the total'),
        (changed("person", 3, None), 'column "person", row 4: blank'),
        (changed("weekend", 3, 5), '1 on Friday to Sunday'),
        (changed("sequence", 3, 0), 'holds 1 for the first recall'),
        (changed("sequence", 3, 1), 'a person has two recalls of the same number'),
        (simulated(60) | {"weight": np.zeros(120)}, "person 0 has 0; a weight is a number above 0"),
        (simulated(60) | {"weight": -np.ones(120)}, "a weight is a number above 0"),
        ({"magnesium": np.ones(4)}, 'no column "person"\\. Found: magnesium'),
        ({"persons": np.ones(4), "magnesium": np.ones(4)}, 'no column "person", did you mean "persons"\\? Found'),
        ({"person": np.arange(4)}, 'no column "magnesium"'),
        ({"person": [], "magnesium": []}, "no rows"),
        ({"person": [1], "nutrient": ["magnesium"], "best": [1.0]}, "one row a nutrient"),
        (simulated(60) | {"magnesium_low": np.full(120, 9e9)}, 'row 1: "magnesium_low" is on the wrong side'),
        (simulated(60) | {"magnesium_high": np.zeros(120)}, '"magnesium_high" is on the wrong side'),
        (simulated(60) | {"magnesium_low": np.full(120, np.nan)}, 'column "magnesium_low", row 1: nan is no amount'),
        (simulated(60) | {"date": ["2026-03-02"] * 120}, "two rows of one date"),
        (simulated(60) | {"date": ["yesterday"] * 120}, 'column "date" is not of dates'),
        (simulated(60) | {"magnesium": np.zeros(120)}, "no day holds any of it"),
        (simulated(60) | {"magnesium": np.full(120, 5.0)}, "all days with any hold the same amount"),
    ],
)  # fmt: skip
def test_bad_input_is_named(days: Days, message: str) -> None:
    with pytest.raises(ng.PopulationError, match=message):
        ng.population.usual_intake(days, "magnesium", **NO_ERRORS)


def test_bad_choices_are_named() -> None:
    days = simulated(60) | {"site": np.array(["a"] * 110 + ["b"] * 10), "twice": simulated(60)["person"] * 1.0}
    for arguments, message in (
        ({"model": "isu"}, 'unknown model "isu"; known: auto, amount, two_part'),
        ({"ratio": 0.0}, "a ratio of variances is above 0"),
        ({"by": "site"}, '5 persons are "b"; each group of a covariate needs 20'),
        ({"covariates": ["nothing"]}, 'no column "nothing"'),
        ({"covariates": ["twice", "again"]}, "say the same thing twice"),
        ({"quantiles": [0.0]}, "quantiles are shares"),
        ({"reference": "us"}, 'columns "age" and "sex" are needed'),
        ({"reference": reference(ng.Person(age=40, sex="female"), "calcium")}, "those of calcium, the days those of"),
        ({"model": "two_part"}, "every day holds some"),
        ({"errors": ng.population.Bootstrap(5)}, "20 replicates at least"),
        ({"errors": "bootstrap"}, "errors= is a Bootstrap, Replicates .* or None, got 'bootstrap'"),
        ({"reference": 265}, "reference= is the name of an authority"),
    ):
        with pytest.raises(ng.PopulationError, match=message):
            table = days | {"again": days["twice"]}
            ng.population.usual_intake(table, "magnesium", **({"errors": None} | arguments))
    with pytest.raises(ng.TableError, match='unknown nutrient "iron"'):
        ng.population.usual_intake(days, "iron")
    with pytest.raises(ng.PopulationError, match="does not tell how often it is eaten"):
        ng.population.usual_intake(episodic(100), "vitamin_d", ratio=1.0, **NO_ERRORS)
    with pytest.raises(ng.PopulationError, match="persons have two days on which they had any"):
        ng.population.usual_intake(episodic(51, (2,)), "vitamin_d", **NO_ERRORS)
    with pytest.raises(ng.PopulationError, match="Fay's coefficient"):
        ng.population.brr(["a", "b"], fay=1.0)
    for few in (lambda: ng.population.brr([]), lambda: ng.population.jackknife(["a"])):
        with pytest.raises(ng.PopulationError, match="replicate weights need two columns at least"):
            few()


# --- Frames


def test_a_frame_goes_in_and_comes_out() -> None:
    days = simulated(200)
    frame = pd.DataFrame(days).sample(frac=1, random_state=1)
    frame["date"] = pd.Timestamp("2026-03-02") + pd.to_timedelta(frame["sequence"] + 3 * frame["weekend"], unit="D")
    before = frame.copy()
    got = ng.population.usual_intake(frame, "magnesium", reference=WOMAN, errors=ng.population.Bootstrap(20))
    pd.testing.assert_frame_equal(frame, before)
    assert got.model.lambda_ == pytest.approx(ng.population.usual_intake(days, "magnesium", **NO_ERRORS).model.lambda_)
    out = got.frame()
    assert list(out.columns) == [
        "nutrient", "unit", "group", "measure", "value", "se", "low", "high", "at_low", "at_high", "reason",
    ]  # fmt: skip
    assert out["measure"].tolist() == [
        "mean", "p05", "p10", "p25", "p50", "p75", "p90", "p95",
        "below_ear", "below_requirement", "at_or_above_ai", "above_ul",
    ]  # fmt: skip
    assert out.set_index("measure").loc["below_ear", "value"] == got.prevalence.below_ear.value
    assert out["value"].isna().sum() == (out["reason"] != "").sum() == 2


def test_types_of_columns_make_no_difference() -> None:
    """Nullable integers, categories, 32-bit numbers, booleans and Timestamps, as a file may bring them."""
    days = simulated(120)
    dose = np.where(days["person"] % 2, 33.3, 0.0)
    days |= {
        "magnesium": days["magnesium"] + dose,
        "magnesium_supplement": dose,
        "site": np.where(days["person"] < 50, "a", "b"),
    }
    frame = pd.DataFrame(days).astype({"person": "Int64", "site": "category", "weekend": bool, "sequence": "Int8"})
    small = frame.astype({"magnesium": np.float32, "magnesium_supplement": np.float32})
    one, other, third = (
        ng.population.usual_intake(each, "magnesium", by="site", **NO_ERRORS) for each in (days, frame, small)
    )
    assert one.quantiles == other.quantiles and one.groups == other.groups == ("a", "b")
    assert third.mean.value == pytest.approx(one.mean.value, rel=1e-4)
    frame.loc[4, "person"] = pd.NA
    with pytest.raises(ng.PopulationError, match='column "person", row 5: blank'):
        ng.population.usual_intake(frame, "magnesium", **NO_ERRORS)
    frame["person"], frame["magnesium"] = days["person"], frame["magnesium"].astype("Float64")
    frame.loc[6, "magnesium"] = pd.NA
    with pytest.raises(ng.PopulationError, match='column "magnesium"'):
        ng.population.usual_intake(frame, "magnesium", **NO_ERRORS)


def test_days_of_the_week_from_the_date() -> None:
    days = {"person": np.repeat(np.arange(60), 7), "magnesium": np.full(420, 5.0)}
    week = np.arange("2026-03-02", "2026-03-09", dtype="datetime64[D]")  # a Monday
    data = persondays.read(days | {"date": np.tile(week, 60)}, "magnesium")
    assert data.day_names == (persondays.WEEKEND,)
    assert data.day_design[:7, 0].tolist() == [0, 0, 0, 0, 1, 1, 1]
    assert any("most days follow the day before" in note for note in data.notes)
    apart = persondays.read(days | {"date": np.tile(week[0] + 8 * np.arange(7), 60)}, "magnesium")
    assert not any("follow" in note for note in apart.notes)


def test_what_was_not_told_is_said() -> None:
    days = simulated(200)
    bare = {"person": days["person"], "magnesium": days["magnesium"]}
    notes = ng.population.usual_intake(bare, "magnesium", **NO_ERRORS).notes
    for said in (
        "days of the week are taken to be alike",
        "all of magnesium is taken to be from food",
        'no column "weight": every person counts alike',
        'no column "sequence": later recalls are taken to tell as much as first ones',
    ):
        assert any(said in note for note in notes)
    assert fitting.ZERO_SHARE == 0.05
    whole = days | {"weight": np.ones(400), "magnesium_supplement": np.zeros(400)}
    assert ng.population.usual_intake(whole, "magnesium", **NO_ERRORS).notes == ()


def test_a_day_of_the_week_is_no_number_of_a_recall() -> None:
    """DR1DAY of NHANES counts 1 for Sunday to 7: a column `day` is not read."""
    days = simulated(200)
    bare = {name: column for name, column in days.items() if name != "sequence"}
    weekday = np.random.default_rng(2).integers(1, 8, 400)
    got = persondays.read(bare | {"day": weekday}, "magnesium")
    assert got.day_names == (persondays.WEEKEND,)
    assert any('no column "sequence"' in note for note in got.notes)
