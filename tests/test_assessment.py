"""The tests of one nutrient against published numbers, scipy, closed forms and brute force."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal, localcontext
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import gammainc
from scipy.stats import norm

from nutrigap import assessment as a
from nutrigap.errors import TableError

NONE = a.Bounds(0.0, 0.0, 0.0)
UNIT = {
    "sd_within": 85.9,
    "sd_requirement": 26.5,
}  # IOM 2000, DRI: Applications, p. 54: woman of 40, magnesium
DAY_NUMBERS = [1, 3, 7]

same_every_run = settings(derandomize=True, deadline=None, max_examples=150)
means = st.floats(0.0, 1000.0)
sds = st.floats(0.5, 400.0)
days_logged = st.integers(1, 60)


def exactly(amount: float) -> a.Bounds:
    return a.Bounds(amount, amount, amount)


# --- the distribution functions


@pytest.mark.parametrize("z", [-8.0, -2.0, -1.0, 0.0, 0.5, 1.0, 1.65, 3.0])
def test_normal_cdf_is_that_of_scipy(z: float) -> None:
    assert a.normal_cdf(z) == pytest.approx(norm.cdf(z), rel=1e-14)


def test_normal_cdf_takes_infinite_scores() -> None:
    assert (a.normal_cdf(-math.inf), a.normal_cdf(0.0), a.normal_cdf(math.inf)) == (0.0, 0.5, 1.0)


@pytest.mark.parametrize("shape", [0.05, 0.3, 0.873, 1.0, 2.6, 7.5, 19.99, 20.0, 20.01, 100.0, 450.0, 5000.0])
def test_gamma_p_is_that_of_scipy(shape: float) -> None:
    spreads = 1 + np.linspace(-5, 8, 53) / math.sqrt(shape)
    grid = shape * np.concatenate([np.geomspace(1e-4, 50, 41), spreads[spreads > 0]])
    # further down the lower tail scipy itself is off by more than 1e-12; see the exact sums below
    compared = [x for x in grid if gammainc(shape, x) > 1e-12]
    assert len(compared) > 30
    for x in compared:
        assert a.gamma_p(shape, float(x)) == pytest.approx(gammainc(shape, x), rel=1e-12)


@pytest.mark.parametrize("shape", [1, 5, 19, 20, 21, 400, 4114])
@pytest.mark.parametrize("ratio", [0.5625, 0.75, 0.96875, 1.0, 1.03125, 1.25])
def test_gamma_p_is_the_poisson_sum_even_far_in_the_tail(shape: int, ratio: float) -> None:
    """P(a, x) = 1 - e^-x Σ_{j<a} x^j/j! for a whole number a, summed with 400 digits."""
    x = shape * ratio
    with localcontext() as context:
        context.prec = 400
        term = total = Decimal(1)
        for j in range(1, shape):
            term = term * Decimal(x) / j
            total += term
        expected = 1 - (-Decimal(x)).exp() * total
    assert a.gamma_p(shape, x) == pytest.approx(float(expected), rel=1e-12)


def test_gamma_p_at_its_ends() -> None:
    assert a.gamma_p(2.0, 0.0) == 0.0
    assert a.gamma_p(2.0, -1.0) == 0.0
    assert a.gamma_p(2.0, math.inf) == 1.0
    with pytest.raises(ValueError, match="shape above 0"):
        a.gamma_p(0.0, 1.0)


# --- IOM 2000, DRI: Applications in Dietary Assessment: EAR


@pytest.mark.parametrize(("days", "confidence"), [(1, 0.730), (3, 0.836), (7, 0.905)])
def test_magnesium_example_of_iom(days: int, confidence: float) -> None:
    assert a.ear_confidence(320, 265, **UNIT, days=days) == pytest.approx(confidence, abs=5e-4)


@pytest.mark.parametrize(("days", "confidence"), [(1, 0.692), (3, 0.795), (7, 0.874)])
def test_magnesium_example_with_the_nhanes_sd(days: int, confidence: float) -> None:
    """The same woman with the SD of NHANES 2007-2012 for women of 31-50, 106.111 mg."""
    got = a.ear_confidence(320, 265, sd_within=106.111, sd_requirement=26.5, days=days)
    assert got == pytest.approx(confidence, abs=5e-4)


@pytest.mark.parametrize(
    ("stress", "z", "needed"),
    [
        (1.0, 2.0, (445, 377, 349)),
        (1.25, 2.0, (486, 400, 362)),
        (1.0, 1.959964, (441, 375, 347)),
    ],
)
def test_mean_needed_for_high_confidence(stress: float, z: float, needed: tuple[int, ...]) -> None:
    """IOM 2000 p. 56-57, whose "97.5 %" is z = 2; the printed means are rounded to 1 mg."""
    for days, mean in zip(DAY_NUMBERS, needed, strict=True):
        around = [
            a.ear_confidence(m, 265, sd_within=85.9 * stress, sd_requirement=26.5, days=days)
            for m in (mean - 0.5, mean + 0.5)
        ]
        assert around[0] <= norm.cdf(z) <= around[1]


def test_mean_that_shows_inadequacy() -> None:
    """IOM 2000 p. 57: "about 180" after 7 days."""
    assert a.ear_confidence(180.5, 265, **UNIT, days=7) < norm.cdf(-2) < a.ear_confidence(181.5, 265, **UNIT, days=7)


@pytest.mark.parametrize(
    ("z", "printed"), [(2.0, 0.98), (1.65, 0.95), (1.5, 0.93), (1.0, 0.85), (0.5, 0.70), (0.0, 0.5)]
)
def test_table_b1(z: float, printed: float) -> None:
    """IOM 2000 Table B-1, p. 190, rounded there to the next 1 or 5 %; mirrored below the EAR."""
    sd = math.sqrt(26.5**2 + 85.9**2 / 3)
    assert a.ear_confidence(265 + z * sd, 265, **UNIT, days=3) == pytest.approx(printed, abs=0.01)
    assert a.ear_confidence(265 - z * sd, 265, **UNIT, days=3) == pytest.approx(1 - printed, abs=0.01)


# --- the same book: AI and UL


def test_ai_example_of_iom() -> None:
    """IOM 2000 p. 60: z 2.08, 98 %."""
    assert a.ai_confidence(560, 500, sd_within=50, days=3) == pytest.approx(0.98, abs=5e-3)


@pytest.mark.parametrize(
    ("days", "printed"), [(1, (0.73, 0.69, 0.66)), (3, (0.86, 0.80, 0.76)), (7, (0.95, 0.90, 0.86))]
)
def test_calcium_ai_table(days: int, printed: tuple[float, ...]) -> None:
    """IOM 2000 Table 3-2, p. 61: AI 1000 mg, mean 1200 mg, three SDs."""
    got = [a.ai_confidence(1200, 1000, sd_within=sd, days=days) for sd in (325, 406, 488)]
    assert got == pytest.approx(printed, abs=5e-3)


@pytest.mark.parametrize(
    ("days", "printed"), [(1, (0.69, 0.66, 0.63)), (3, (0.81, 0.76, 0.72)), (7, (0.91, 0.86, 0.81))]
)
def test_phosphorus_ul_table(days: int, printed: tuple[float, ...]) -> None:
    """IOM 2000 p. 64: UL 4.0 g, mean 3.8 g, three SDs."""
    got = [a.ul_confidence(3.8, 4.0, sd_within=sd, days=days) for sd in (0.4, 0.5, 0.6)]
    assert got == pytest.approx(printed, abs=5e-3)


@pytest.mark.parametrize(("mean", "expected"), [(264.0, 0.0), (265.0, 0.5), (266.0, 1.0)])
def test_without_any_spread_the_sign_decides(mean: float, expected: float) -> None:
    assert a.ear_confidence(mean, 265, sd_within=0.0, sd_requirement=0.0, days=3) == expected
    assert a.ai_confidence(mean, 265, sd_within=0.0, days=3) == expected
    assert a.ul_confidence(mean, 265, sd_within=0.0, days=3) == 1 - expected
    assert a.gamma_ai_confidence(mean, 265, cv_within=0.0, days=3) == expected
    assert a.gamma_ul_confidence(mean, 265, cv_within=0.0, days=3) == 1 - expected
    assert a.gamma_ear_confidence(mean, 265, cv_within=0.0, sd_requirement=0.0, days=3) == expected


def test_a_mean_of_no_days_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1 day, got 0"):
        a.ear_confidence(320, 265, **UNIT, days=0)
    with pytest.raises(ValueError, match="at least 1 day, got 0"):
        a.gamma_ul_confidence(3, 4, cv_within=1.0, days=0)


# --- gamma tests against scipy


def mixture(mean: float, ear: float, cv: float, sd: float, days: int, dose: float) -> float:
    """The mixture over the requirement by scipy, piece by piece: the definition, not the code."""
    shape = days / cv**2

    def integrand(requirement: float) -> float:
        met = 1.0 if requirement <= dose else gammainc(shape, shape * mean / (requirement - dose))
        return float(met * norm.pdf(requirement, ear, sd))

    low, high = max(0.0, ear - 9 * sd), ear + 9 * sd
    # the integrand has its kink at the dose and its slope within a few CVs of dose + mean
    slope = [dose + mean * (1 + j / math.sqrt(shape)) for j in (-8, -5, -3, -1, 1, 3, 5, 8, 12, 20)]
    inner = sorted({x for x in (dose, dose + mean, ear, *slope) if low < x < high})
    edges = [low, *inner, high]
    pieces = [quad(integrand, x, y, epsabs=1e-12, epsrel=1e-12, limit=400)[0] for x, y in pairwise(edges)]
    return sum(pieces) / float(norm.sf(0, ear, sd))


# EAR, CV of requirement, CV of days: vitamin D and B12 of a woman of 31-50, and harder ones
MODELS = [
    (10.0, 0.25, 1.07),
    (2.0, 0.10, 0.901),
    (10.0, 0.50, 1.5),
    (2.0, 1.0, 0.2),
    (2.0, 0.02, 3.0),
    (800.0, 0.125, 0.5),
]


@pytest.mark.parametrize(("ear", "cv_requirement", "cv"), MODELS)
@pytest.mark.parametrize("days", [1, 3, 14, 365])
@pytest.mark.parametrize("share_of_dose", [0.0, 0.5, 0.95, 1.0, 1.2])
def test_gamma_ear_is_the_mixture(
    ear: float, cv_requirement: float, cv: float, days: int, share_of_dose: float
) -> None:
    sd, dose = cv_requirement * ear, share_of_dose * ear
    for share in (0.0, 0.05, 0.3, 0.9, 1.1, 2.5):
        got = a.gamma_ear_confidence(share * ear, ear, cv_within=cv, sd_requirement=sd, days=days, dose=dose)
        assert got == pytest.approx(mixture(share * ear, ear, cv, sd, days, dose), abs=1e-6)


@pytest.mark.parametrize("days", [1, 7, 365])
def test_gamma_ear_of_a_requirement_without_spread_is_one_gamma(days: int) -> None:
    for cv_requirement in (0.0, 1e-9):
        got = a.gamma_ear_confidence(11, 10, cv_within=1.07, sd_requirement=10 * cv_requirement, days=days, dose=2)
        shape = days / 1.07**2
        assert got == pytest.approx(gammainc(shape, shape * 11 / 8), rel=1e-9)


def test_gamma_ear_of_days_without_spread_is_the_requirement_alone() -> None:
    """Truncated normal requirement: (Φ((x - EAR)/s) - Φ(-EAR/s)) / (1 - Φ(-EAR/s))."""
    got = a.gamma_ear_confidence(8, 10, cv_within=0.0, sd_requirement=5, days=3, dose=4)
    assert got == pytest.approx((norm.cdf(0.4) - norm.cdf(-2)) / norm.sf(-2), rel=1e-12)


def test_a_dose_alone_can_meet_the_requirement() -> None:
    """No food at all: what is left is the share of requirements up to the dose."""
    got = a.gamma_ear_confidence(0, 2, cv_within=0.9, sd_requirement=0.2, days=3, dose=2.2)
    assert got == pytest.approx(norm.cdf(1), abs=1e-6)


@pytest.mark.parametrize("days", [1, 3, 30])
@pytest.mark.parametrize("mean", [0.0, 2.0, 10.0, 18.0, 90.0])
def test_gamma_ai_and_ul_are_one_gamma(mean: float, days: int) -> None:
    shape = days / 1.07**2
    below = gammainc(shape, shape * mean / 10.0)
    assert a.gamma_ai_confidence(mean, 10, cv_within=1.07, days=days) == pytest.approx(below, rel=1e-12)
    assert a.gamma_ul_confidence(mean, 10, cv_within=1.07, days=days) == pytest.approx(1 - below, abs=1e-14)
    assert a.gamma_ai_confidence(mean, 13, cv_within=1.07, days=days, dose=3) == pytest.approx(below, rel=1e-12)


def test_a_dose_at_the_reference_leaves_no_doubt() -> None:
    assert a.gamma_ai_confidence(0, 10, cv_within=1.07, days=3, dose=10) == 1.0
    assert a.gamma_ul_confidence(0, 10, cv_within=1.07, days=3, dose=10) == 0.0


# --- properties


@same_every_run
@given(means, means, sds, sds, days_logged)
def test_z_tests_are_monotone_in_the_mean(x: float, y: float, sd: float, sr: float, days: int) -> None:
    low, high = sorted((x, y))

    def ear(mean: float) -> float:
        return a.ear_confidence(mean, 265, sd_within=sd, sd_requirement=sr, days=days)

    assert ear(low) <= ear(high)
    assert a.ai_confidence(low, 265, sd_within=sd, days=days) <= a.ai_confidence(high, 265, sd_within=sd, days=days)
    assert a.ul_confidence(low, 265, sd_within=sd, days=days) >= a.ul_confidence(high, 265, sd_within=sd, days=days)


@same_every_run
@given(st.floats(0, 50), st.floats(0, 50), st.floats(0, 15), st.floats(0.05, 2), st.floats(0, 5), days_logged)
def test_gamma_tests_are_monotone_in_food_and_dose(
    x: float, y: float, dose: float, cv: float, sr: float, days: int
) -> None:
    low, high = sorted((x, y))

    def ear(mean: float, fixed: float) -> float:
        return a.gamma_ear_confidence(mean, 10, cv_within=cv, sd_requirement=sr, days=days, dose=fixed)

    assert ear(low, dose) <= ear(high, dose) + 1e-7  # the quadrature is good to that
    assert ear(low, dose) <= ear(low, dose + 1.0) + 1e-7
    assert 0.0 <= ear(low, dose) <= 1.0


@same_every_run
@given(means, sds, st.integers(1, 59))
def test_more_days_move_a_z_test_away_from_one_half(mean: float, sd: float, days: int) -> None:
    fewer, more = (a.ear_confidence(mean, 265, sd_within=sd, sd_requirement=26.5, days=n) for n in (days, days + 1))
    assert abs(more - 0.5) >= abs(fewer - 0.5)


@same_every_run
@given(st.floats(0.1, 1000), sds, st.floats(0, 100), days_logged)
def test_a_mean_at_the_reference_is_one_half(reference: float, sd: float, sr: float, days: int) -> None:
    assert a.ear_confidence(reference, reference, sd_within=sd, sd_requirement=sr, days=days) == 0.5
    assert a.ai_confidence(reference, reference, sd_within=sd, days=days) == 0.5
    assert a.ul_confidence(reference, reference, sd_within=sd, days=days) == 0.5


@same_every_run
@given(st.floats(0, 40), st.floats(0, 12), st.floats(0.01, 5), days_logged, st.sampled_from([1e-3, 1e3, 40.0]))
def test_the_unit_does_not_matter(mean: float, dose: float, sr: float, days: int, unit: float) -> None:
    def both(u: float) -> list[float]:
        return [
            a.ear_confidence(mean * u, 10 * u, sd_within=4 * u, sd_requirement=sr * u, days=days),
            a.gamma_ear_confidence(mean * u, 10 * u, cv_within=1.07, sd_requirement=sr * u, days=days, dose=dose * u),
            a.gamma_ul_confidence(mean * u, 100 * u, cv_within=1.07, days=days, dose=dose * u),
        ]

    assert both(unit) == pytest.approx(both(1.0), abs=1e-7)


# --- days to decide


def magnesium(mean: float) -> Callable[[int], float]:
    return lambda n: a.ear_confidence(mean, 265, **UNIT, days=n)


def test_days_of_the_magnesium_example() -> None:
    assert a.days_to_decide(magnesium(320)) == 4
    assert a.days_to_decide(magnesium(320), level=0.975) == 87
    assert a.days_to_decide(magnesium(300), level=0.975) is None
    assert magnesium(300)(10**9) < 0.975  # not for want of days


def test_days_stop_at_the_most() -> None:
    assert a.days_to_decide(magnesium(320), level=0.975, most=87) == 87
    assert a.days_to_decide(magnesium(320), level=0.975, most=86) is None


@pytest.mark.parametrize("level", [0.85, 0.95])
@pytest.mark.parametrize("mean", [150, 200, 225, 235, 264, 266, 293, 295, 310, 350, 400])
def test_days_are_the_closed_formula(mean: float, level: float) -> None:
    """n* = s_w² / ((D/z)² - s_r²), none where (D/z)² <= s_r²."""
    room = ((mean - 265) / norm.ppf(level)) ** 2 - 26.5**2
    n = math.ceil(85.9**2 / room) if room > 0 else math.inf
    assert a.days_to_decide(magnesium(mean), level=level) == (n if n <= 365 else None)


def every_number(confidence: Callable[[int], float], level: float) -> int | None:
    return next((n for n in range(1, 366) if not 1 - level < confidence(n) < level), None)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(
    st.sampled_from(MODELS[:3]),
    st.floats(0.1, 2.5),
    st.sampled_from([0.0, 0.3, 0.8, 1.0]),
    st.sampled_from([0.7, 0.85, 0.95]),
)
def test_gamma_days_are_those_of_brute_force(
    model: tuple[float, float, float], share: float, dose: float, level: float
) -> None:
    ear, cv_requirement, cv = model

    def confidence(n: int) -> float:
        return a.gamma_ear_confidence(
            share * ear, ear, cv_within=cv, sd_requirement=cv_requirement * ear, days=n, dose=dose * ear
        )

    assert a.days_to_decide(confidence, level=level) == every_number(confidence, level)


@same_every_run
@given(means, st.floats(0.5, 400), st.floats(0, 60), st.sampled_from([0.7, 0.85, 0.975]))
def test_z_days_are_those_of_brute_force(mean: float, sd: float, sr: float, level: float) -> None:
    def confidence(n: int) -> float:
        return a.ear_confidence(mean, 265, sd_within=sd, sd_requirement=sr, days=n)

    assert a.days_to_decide(confidence, level=level) == every_number(confidence, level)


def test_the_gamma_model_is_not_monotone_in_days() -> None:
    """Why the search may not bisect: the confidence first falls, then rises (scipy's own numbers)."""
    confidence = [float(gammainc(n / 1.07**2, n / 1.07**2 * 1.1)) for n in (1, 10, 365)]
    assert confidence[0] > confidence[1] < confidence[2]


@pytest.mark.parametrize("shape", [1e-3, 0.05, 0.5, 1.0, 3.0, 30.0, 1000.0])
def test_confidence_moves_no_faster_with_days_than_assumed(shape: float) -> None:
    """Slope of P(k, kx) per unit of ln k, by scipy; its extremes bound any mixture as well."""
    x = np.exp(np.linspace(-8 / min(shape, 1.0), 4, 100_001))
    grown, shrunk = shape * math.exp(1e-4), shape * math.exp(-1e-4)
    slope = (gammainc(grown, grown * x) - gammainc(shrunk, shrunk * x)) / 2e-4
    assert slope.max() <= 0.12099  # the normal limit: max φ(z)z/2 at z = 1
    assert slope.min() >= -0.3679  # 1/e
    assert pytest.approx(norm.pdf(1) / 2) == a.FASTEST_RISE
    assert pytest.approx(1 / math.e) == a.FASTEST_FALL


def test_the_search_needs_few_evaluations() -> None:
    asked: list[int] = []

    def confidence(n: int) -> float:
        asked.append(n)
        return a.gamma_ear_confidence(11, 10, cv_within=1.07, sd_requirement=2.5, days=n)

    assert a.days_to_decide(confidence) is None
    assert len(asked) < 40


# --- statuses: the table of the contract, boundaries included

EAR_CASES = [
    (0.85, 0.85, "likely_adequate"),
    (0.90, None, "likely_adequate"),
    (0.15, 0.15, "likely_low"),
    (1 - 0.85, 1 - 0.85, "likely_low"),
    (None, 0.10, "likely_low"),
    (0.8499, 0.8499, "uncertain"),
    (0.1501, 0.1501, "uncertain"),
    (0.50, 0.90, "uncertain"),
    (0.10, 0.50, "uncertain"),
    (0.15, 0.85, "undetermined"),
    (0.50, None, "undetermined"),
    (0.10, None, "undetermined"),
    (None, 0.90, "undetermined"),
    (None, None, "undetermined"),
]
AI_CASES = [
    (0.85, 0.85, "at_or_above_ai"),
    (0.99, None, "at_or_above_ai"),
    (0.8499, 0.8499, "below_ai_no_inference"),
    (0.01, 0.01, "below_ai_no_inference"),
    (0.01, 0.50, "below_ai_no_inference"),
    (None, 0.50, "below_ai_no_inference"),
    (0.8499, 0.85, "uncertain"),
    (0.01, 0.99, "undetermined"),
    (0.50, None, "undetermined"),
    (None, 0.99, "undetermined"),
]
UL_CASES = [
    (0.85, 0.85, "below_ul"),
    (None, 0.90, "below_ul"),
    (0.15, 0.15, "above_ul"),
    (1 - 0.85, 1 - 0.85, "above_ul"),
    (0.10, None, "above_ul"),
    (0.8499, 0.8499, "uncertain"),
    (0.90, 0.50, "uncertain"),
    (0.50, 0.10, "uncertain"),
    (0.85, 0.15, "undetermined"),
    (0.99, None, "undetermined"),
    (0.50, None, "undetermined"),
    (None, None, "undetermined"),
]


@pytest.mark.parametrize(
    ("kind", "low", "high", "expected"),
    [(kind, *case) for kind, cases in (("ear", EAR_CASES), ("ai", AI_CASES), ("ul", UL_CASES)) for case in cases],
)
def test_status(kind: str, low: float | None, high: float | None, expected: str) -> None:
    assert a.status(kind, low, high, days=3) == expected
    assert a.status(kind, low, high, days=2) == "undetermined"


# --- adequacy of one nutrient

MAGNESIUM = a.Spread(sd=106.111, cv=0.369)  # NHANES 2007-2012, women of 31-50
VITAMIN_D = a.Spread(sd=4.369, cv=1.07)


def magnesium_of(food: a.Bounds, dose: a.Bounds = NONE, days: int = 7) -> a.Adequacy:
    return a.assess_adequacy(
        food, dose, ear=265, ai=None, sd_requirement=26.5, spread=MAGNESIUM, days=days, skewed=False
    )


def potassium_of(food: a.Bounds, days: int = 7) -> a.Adequacy:
    return a.assess_adequacy(
        food,
        NONE,
        ear=None,
        ai=2600,
        sd_requirement=None,
        spread=a.Spread(910.49, 0.361),
        days=days,
        skewed=False,
    )


def test_adequacy_shows_its_test() -> None:
    got = magnesium_of(a.Bounds(300, 320, 340))
    sd = math.sqrt(26.5**2 + 106.111**2 / 7)
    assert got.method == "ear_z"
    assert got.z == pytest.approx(55 / sd)
    assert (got.confidence_low, got.confidence, got.confidence_high) == pytest.approx(
        tuple(norm.cdf([35 / sd, 55 / sd, 75 / sd]))
    )
    assert got.days_to_decide == math.ceil(106.111**2 / ((55 / norm.ppf(0.85)) ** 2 - 26.5**2))


@pytest.mark.parametrize(
    ("food", "expected"),
    [
        (a.Bounds(330, 340, 350), "likely_adequate"),
        (a.Bounds(330, 340, None), "likely_adequate"),
        (a.Bounds(180, 190, 200), "likely_low"),
        (a.Bounds(250, 260, 270), "uncertain"),
        (a.Bounds(250, 300, 400), "uncertain"),
        (a.Bounds(150, 300, 400), "undetermined"),
        (a.Bounds(180, 190, None), "undetermined"),
    ],
)
def test_adequacy_statuses(food: a.Bounds, expected: str) -> None:
    assert magnesium_of(food).status == expected


def test_two_days_give_a_confidence_but_no_verdict() -> None:
    got = magnesium_of(exactly(900), days=2)
    assert got.status == "undetermined"
    assert got.confidence is not None and got.confidence > 0.99


def test_an_unbounded_end_has_no_confidence() -> None:
    for unbounded in (None, math.inf, math.nan):
        got = magnesium_of(a.Bounds(180, 190, unbounded))
        assert got.confidence_high is None
        assert got.confidence is not None
    dosed = magnesium_of(exactly(190), a.Bounds(0.0, 50.0, None))
    assert (dosed.confidence_high, dosed.status) == (None, "undetermined")


def test_an_unknown_best_value_is_not_zero() -> None:
    got = magnesium_of(a.Bounds(0.0, math.nan, None))
    assert (got.z, got.confidence, got.days_to_decide, got.status) == (None, None, None, "undetermined")


def test_food_is_tested_against_the_reference_less_the_dose() -> None:
    got = magnesium_of(exactly(200), exactly(100))
    assert got.z == pytest.approx(35 / math.sqrt(26.5**2 + 106.111**2 / 7))


def test_ai_statuses() -> None:
    assert potassium_of(exactly(3200)).status == "at_or_above_ai"
    assert potassium_of(exactly(3200)).method == "ai_z"
    assert potassium_of(exactly(1000)).status == "below_ai_no_inference"
    assert potassium_of(exactly(2600)).status == "below_ai_no_inference"
    assert potassium_of(a.Bounds(2000, 3000, 4000)).status == "undetermined"
    assert potassium_of(exactly(3200)).confidence == pytest.approx(norm.cdf(600 / (910.49 / math.sqrt(7))))


def test_gamma_adequacy() -> None:
    got = a.assess_adequacy(
        exactly(12), exactly(3), ear=10, ai=None, sd_requirement=2.5, spread=VITAMIN_D, days=7, skewed=True
    )
    assert (got.method, got.z) == ("ear_gamma", None)
    assert got.confidence == pytest.approx(mixture(12, 10, 1.07, 2.5, 7, 3), abs=1e-6)
    ai = a.assess_adequacy(
        exactly(12), exactly(5), ear=None, ai=15, sd_requirement=None, spread=VITAMIN_D, days=7, skewed=True
    )
    assert (ai.method, ai.z) == ("ai_gamma", None)
    assert ai.confidence == pytest.approx(gammainc(7 / 1.07**2, 7 / 1.07**2 * 12 / 10), rel=1e-9)


def test_the_ear_comes_before_the_ai() -> None:
    got = a.assess_adequacy(
        exactly(300), NONE, ear=265, ai=1, sd_requirement=26.5, spread=MAGNESIUM, days=7, skewed=False
    )
    assert got.method == "ear_z"


def test_no_reference() -> None:
    got = a.assess_adequacy(
        exactly(300), NONE, ear=None, ai=None, sd_requirement=None, spread=MAGNESIUM, days=7, skewed=False
    )
    assert got == a.Adequacy("none", None, None, None, None, None, "no_reference")


@pytest.mark.parametrize(("spread", "sd_requirement"), [(None, 26.5), (MAGNESIUM, None)])
def test_without_a_spread_nothing_is_tested(spread: a.Spread | None, sd_requirement: float | None) -> None:
    got = a.assess_adequacy(
        exactly(300),
        NONE,
        ear=265,
        ai=None,
        sd_requirement=sd_requirement,
        spread=spread,
        days=7,
        skewed=False,
    )
    assert got == a.Adequacy("none", None, None, None, None, None, "undetermined")


def test_z_is_never_infinite() -> None:
    got = a.assess_adequacy(
        exactly(300),
        NONE,
        ear=265,
        ai=None,
        sd_requirement=0.0,
        spread=a.Spread(0.0, 0.0),
        days=7,
        skewed=False,
    )
    assert (got.z, got.confidence, got.status) == (None, 1.0, "likely_adequate")


@same_every_run
@given(st.floats(0, 30), st.floats(0, 20), st.floats(0, 20), st.floats(0, 20), st.integers(1, 30), st.booleans())
def test_more_intake_never_lowers_adequacy_nor_excess(
    low: float, up: float, more: float, dose: float, days: int, skewed: bool
) -> None:
    food, fixed = a.Bounds(low, low + up, low + up + more), a.Bounds(dose, dose, dose + 1)
    enough = a.assess_adequacy(
        food, fixed, ear=10, ai=None, sd_requirement=2.5, spread=VITAMIN_D, days=days, skewed=skewed
    )
    over = a.assess_excess(food, fixed, ul=25, scope="total", spread=VITAMIN_D, days=days, skewed=skewed)
    ends = [enough.confidence_low, enough.confidence, enough.confidence_high]
    below = [over.confidence_low, over.confidence, over.confidence_high]
    assert None not in ends and None not in below
    assert all(x <= y + 1e-7 for x, y in pairwise(ends) if x is not None and y is not None)
    assert all(x >= y - 1e-7 for x, y in pairwise(below) if x is not None and y is not None)


# --- excess of one nutrient


def calcium_over(food: a.Bounds, dose: a.Bounds = NONE, days: int = 7) -> a.Excess:
    return a.assess_excess(food, dose, ul=2500, scope="total", spread=a.Spread(410.854, 0.459), days=days, skewed=False)


@pytest.mark.parametrize(
    ("food", "expected"),
    [
        (a.Bounds(900, 1000, 1100), "below_ul"),
        (a.Bounds(3000, 3100, 3200), "above_ul"),
        (a.Bounds(3000, 3100, None), "above_ul"),
        (a.Bounds(2450, 2500, 2550), "uncertain"),
        (a.Bounds(1000, 2500, 4000), "undetermined"),
        (a.Bounds(900, 1000, None), "undetermined"),
    ],
)
def test_excess_statuses(food: a.Bounds, expected: str) -> None:
    got = calcium_over(food)
    assert (got.status, got.method, got.amount_compared) == (expected, "ul_z", food.best)


def test_the_ul_leaves_the_food_what_the_dose_does_not_take() -> None:
    got = calcium_over(exactly(1500), exactly(800))
    assert got.amount_compared == 2300
    assert got.confidence == pytest.approx(norm.cdf(200 / (410.854 / math.sqrt(7))))


def test_two_days_test_no_total() -> None:
    got = calcium_over(exactly(1000), exactly(100), days=2)
    assert got.status == "undetermined"
    assert got.confidence is not None and got.confidence > 0.99


@pytest.mark.parametrize("days", [1, 7])
@pytest.mark.parametrize("spread", [None, VITAMIN_D])
def test_a_dose_above_the_ul_needs_no_test(days: int, spread: a.Spread | None) -> None:
    got = a.assess_excess(
        a.Bounds(1, 2, None), exactly(101), ul=100, scope="total", spread=spread, days=days, skewed=True
    )
    assert got == a.Excess("ul_dose", 103, 0.0, 0.0, None, "above_ul")


@pytest.mark.parametrize("skewed", [True, False])
@pytest.mark.parametrize(
    ("food", "expected"),
    [((0, 0.0, 1.9), "undetermined"), ((0.5, 1, 2), "above_ul"), ((0, 0, None), "undetermined")],
)
def test_a_dose_at_the_ul_leaves_the_answer_to_the_food(
    food: tuple[float, float, float | None], expected: str, skewed: bool
) -> None:
    """A tablet of exactly the UL is not above it; with any food that brings the nutrient the total is."""
    got = a.assess_excess(a.Bounds(*food), exactly(100), ul=100, scope="total", spread=VITAMIN_D, days=7, skewed=skewed)
    assert got.status == expected


def test_a_dose_that_may_reach_the_ul_is_tested_at_each_end() -> None:
    """A salt's mass read as compound or as element: the one below the limit, the other above."""
    got = calcium_over(exactly(800), a.Bounds(1000, 2500, 2500))
    assert (got.confidence, got.confidence_high) == (0.0, 0.0)
    assert got.confidence_low == pytest.approx(norm.cdf(700 / (410.854 / math.sqrt(7))))
    assert got.status == "undetermined"


@pytest.mark.parametrize(("dose", "expected"), [(2500, "below_ul"), (2501, "above_ul")])
def test_without_food_a_total_is_arithmetic(dose: float, expected: str) -> None:
    got = calcium_over(NONE, exactly(dose), days=1)
    assert (got.method, got.status, got.amount_compared) == ("ul_dose", expected, dose)


def test_gamma_excess() -> None:
    got = a.assess_excess(exactly(20), exactly(60), ul=100, scope="total", spread=VITAMIN_D, days=7, skewed=True)
    assert got.method == "ul_gamma"
    assert got.confidence == pytest.approx(1 - gammainc(7 / 1.07**2, 7 / 1.07**2 * 0.5), abs=1e-12)


@pytest.mark.parametrize("scope", ["supplement_only", "supplement_water_added"])
@pytest.mark.parametrize(
    ("dose", "confidence", "expected"),
    [
        (a.Bounds(0, 0, 0), 1.0, "below_ul"),
        (a.Bounds(350, 350, 350), 1.0, "below_ul"),
        (a.Bounds(351, 351, 351), 0.0, "above_ul"),
        (a.Bounds(400, 400, None), 0.0, "above_ul"),
        (a.Bounds(240, 400, 400), 0.0, "undetermined"),
        (a.Bounds(100, 100, None), 1.0, "undetermined"),
    ],
)
def test_a_limit_on_supplements_is_arithmetic(scope: str, dose: a.Bounds, confidence: float, expected: str) -> None:
    """A man who eats 420 mg of magnesium is not above 350: the limit does not count his food."""
    got = a.assess_excess(exactly(420), dose, ul=350, scope=scope, spread=None, days=1, skewed=False)
    assert (got.method, got.amount_compared) == ("ul_dose", dose.best)
    assert (got.confidence, got.status) == (confidence, expected)


def test_no_ul_is_never_safe() -> None:
    got = a.assess_excess(exactly(9000), NONE, ul=None, scope="none", spread=MAGNESIUM, days=7, skewed=False)
    assert got == a.Excess("none", None, None, None, None, "no_ul")


def test_without_a_spread_a_total_is_not_tested() -> None:
    got = a.assess_excess(exactly(900), exactly(5), ul=2500, scope="total", spread=None, days=7, skewed=False)
    assert got == a.Excess("none", 905, None, None, None, "undetermined")


def test_a_ul_of_unknown_scope_is_refused() -> None:
    with pytest.raises(TableError, match="'none'; known: total, supplement_only"):
        a.assess_excess(exactly(1), NONE, ul=350, scope="none", spread=MAGNESIUM, days=7, skewed=False)
