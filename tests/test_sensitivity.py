"""Other spreads, dependent days, the own spread and the prior: closed forms, brute force and scipy."""

from __future__ import annotations

import math
import statistics

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2, norm

from nutrigap import assessment as a
from nutrigap import sensitivity as s
from nutrigap.distributions import normal_quantile

NO_DOSE = a.Bounds(0.0, 0.0, 0.0)
MAGNESIUM = a.Spread(sd=106.111, cv=0.369)  # NHANES 2007-2012, women of 31-50
VITAMIN_D = a.Spread(sd=4.369, cv=1.07)

same_every_run = settings(derandomize=True, deadline=None, max_examples=100)


def exactly(amount: float) -> a.Bounds:
    return a.Bounds(amount, amount, amount)


# --- what days are worth


@pytest.mark.parametrize("p", [1e-300, 1e-12, 0.01, 0.025, 0.15, 0.4999, 0.5, 0.7, 0.85, 0.975, 1 - 1e-12])
def test_normal_quantile_is_that_of_scipy(p: float) -> None:
    assert normal_quantile(p) == pytest.approx(norm.ppf(p), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("p", [0.0, 1.0, -0.1, math.nan])
def test_normal_quantile_has_none_outside(p: float) -> None:
    with pytest.raises(ValueError, match="above 0 and below 1"):
        normal_quantile(p)


@pytest.mark.parametrize(
    ("days", "rho", "weights", "worth"),
    [
        (7, 0.0, None, 7.0),
        (7, 0.5, None, 7 / 3),
        (3, 0.2, None, 2.0),
        (1, 0.2, None, 1.0),
        (4, 0.0, [1, 1, 1, 1], 4.0),
        (2, 0.0, [4, 3], 49 / 25),  # weekday and weekend, 4:3
        (2, 0.0, [4 / 7, 3 / 7], 49 / 25),
        (3, 0.0, [1, 1, 0], 2.0),
    ],
)
def test_effective_days(days: int, rho: float, weights: list[float] | None, worth: float) -> None:
    assert s.effective_days(days, autocorrelation=rho, weights=weights) == pytest.approx(worth)


def test_effective_days_are_those_of_a_long_autoregression() -> None:
    """Var of the mean of n days of a first-order autoregression, summed lag by lag, n large."""
    n, rho = 4000, 0.2
    inflation = 1 + 2 * sum((1 - k / n) * rho**k for k in range(1, 60))
    assert s.effective_days(n, autocorrelation=rho) == pytest.approx(n / inflation, rel=1e-3)


@pytest.mark.parametrize(
    ("days", "rho", "weights", "said"),
    [
        (0, 0.0, None, "at least 1 day, got 0"),
        (3, 1.0, None, "below 1, got 1.0"),
        (3, -0.1, None, "from 0"),
        (3, 0.0, [1, 1], "3 days need 3 weights"),
        (2, 0.0, [0, 0], "not all 0"),
        (2, 0.0, [2, -1], "none negative"),
    ],
)
def test_effective_days_refuses(days: int, rho: float, weights: list[float] | None, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        s.effective_days(days, autocorrelation=rho, weights=weights)


def test_a_log_worth_fewer_days_is_tested_as_such() -> None:
    """7 days worth 4.67: the z of 4.67 days; verdicts still go by the calendar, and so does the answer in days."""
    worth = s.effective_days(7, autocorrelation=0.2)
    got = a.assess_adequacy(
        exactly(320), NO_DOSE, ear=265, ai=None, sd_requirement=26.5, spread=MAGNESIUM, days=7, skewed=False,
        effective=worth,
    )  # fmt: skip
    assert got.z == pytest.approx(55 / math.sqrt(26.5**2 + 106.111**2 * 1.5 / 7))
    independent = 106.111**2 / ((55 / norm.ppf(0.85)) ** 2 - 26.5**2)
    assert got.days_to_decide == math.ceil(1.5 * independent)
    two = a.assess_adequacy(
        exactly(900), NO_DOSE, ear=265, ai=None, sd_requirement=26.5, spread=MAGNESIUM, days=2, skewed=False,
        effective=2.0,
    )  # fmt: skip
    assert two.status == "undetermined"
    over = a.assess_excess(
        exactly(2000), NO_DOSE, ul=2500, scope="total", spread=a.Spread(410.854, 0.459), days=7, skewed=False,
        effective=worth,
    )  # fmt: skip
    assert over.confidence == pytest.approx(norm.cdf(500 / (410.854 * math.sqrt(1.5 / 7))))


@pytest.mark.parametrize(
    ("level", "expected"), [(0.6, "likely_adequate"), (0.85, "likely_adequate"), (0.9, "uncertain")]
)
def test_the_level_reaches_the_verdict(level: float, expected: str) -> None:
    """Magnesium, mean 320 of 7 days with the NHANES SD: .874."""
    got = a.assess_adequacy(
        exactly(320),
        NO_DOSE,
        ear=265,
        ai=None,
        sd_requirement=26.5,
        spread=MAGNESIUM,
        days=7,
        skewed=False,
        level=level,
    )
    assert got.status == expected
    assert got.days_to_decide == math.ceil(106.111**2 / ((55 / norm.ppf(level)) ** 2 - 26.5**2))
    over = a.assess_excess(
        exactly(2340),
        NO_DOSE,
        ul=2500,
        scope="total",
        spread=a.Spread(410.854, 0.459),
        days=7,
        skewed=False,
        level=level,
    )  # .849
    assert over.status == ("below_ul" if level < 0.8 else "uncertain")


@pytest.mark.parametrize("level", [0.5, 0.2, 1.0, 85.0, math.nan])
def test_a_level_that_decides_everything_or_nothing_is_refused(level: float) -> None:
    with pytest.raises(ValueError, match=r"above 0\.5 and below 1"):
        a.status("ear", 0.9, 0.9, days=7, level=level)
    with pytest.raises(ValueError, match=r"above 0\.5 and below 1"):
        a.days_to_decide(lambda n: 0.9, level=level)


def test_a_score_that_the_book_does_not_print_is_refused() -> None:
    with pytest.raises(ValueError, match=r"no score for a confidence of 0.8; it does for 0.5, 0.7, 0.85"):
        s.z_for(0.8, "iom2000")
    with pytest.raises(ValueError, match='"exact", "iom2000"'):
        s.z_for(0.8, "book")


@same_every_run
@given(st.floats(0.01, 0.99), st.floats(1, 500), st.floats(0, 100), st.floats(1, 60))
def test_the_mean_needed_has_the_confidence(confidence: float, sd: float, sr: float, days: float) -> None:
    mean = s.mean_needed(confidence, ear=265, sd_within=sd, sd_requirement=sr, days=days)
    got = a.ear_confidence(mean, 265, sd_within=sd, sd_requirement=sr, days=days)
    assert got == pytest.approx(confidence, abs=1e-9)


@pytest.mark.parametrize(("ratio", "r", "days"), [(1.0, 0.9, 5), (2.0, 0.9, 9), (1.0, 0.5**0.5, 1), (9.0, 0.8, 16)])
def test_days_for_ranking(ratio: float, r: float, days: int) -> None:
    """r² = n/(n + ratio) at these n, one day fewer falls short."""
    assert s.days_for_ranking(ratio, r) == days
    assert days / (days + ratio) >= r * r - 1e-12
    assert (days - 1) / (days - 1 + ratio) < r * r


# --- the own spread


def days_of(n: int, mean: float, sd: float) -> list[float]:
    """n days with exactly that mean and SD."""
    raw = [float(j) for j in range(n)]
    centre, scale = statistics.fmean(raw), statistics.stdev(raw)
    return [mean + sd * (value - centre) / scale for value in raw]


def test_the_own_spread_is_drawn_to_the_table() -> None:
    """14 days: halfway between the variances; 27 days: one part table, two parts own."""
    got = s.own_spread(days_of(14, 300, 40), a.Spread(100, 0.5))
    assert got.sd == pytest.approx(math.sqrt((100**2 + 40**2) / 2))
    assert got.cv == pytest.approx(math.sqrt((0.5**2 + (40 / 300) ** 2) / 2))
    longer = s.own_spread(days_of(27, 300, 40), a.Spread(100, 0.5))
    assert longer.sd == pytest.approx(math.sqrt((100**2 + 2 * 40**2) / 3))
    own = s.own_spread(days_of(14, 300, 40), a.Spread(100, 0.5), prior_days=0)
    assert own == pytest.approx((40, 40 / 300))


def test_below_14_known_days_the_spread_is_the_table() -> None:
    table = a.Spread(100, 0.5)
    assert s.own_spread(days_of(13, 300, 40), table) == table
    assert s.own_spread([*days_of(13, 300, 40), math.nan, math.inf], table) == table
    with_gaps = s.own_spread([math.nan, *days_of(14, 300, 40)], table)
    assert with_gaps == s.own_spread(days_of(14, 300, 40), table)


def test_days_without_any_intake_have_no_cv_of_their_own() -> None:
    got = s.own_spread([0.0] * 14, a.Spread(4, 1.1))
    assert got == pytest.approx((4 / math.sqrt(2), 1.1))


def test_what_the_weight_of_the_table_says_about_persons() -> None:
    """Scaled inverse chi-square of 13: one SD in six above 1.25 times the table's, one in twenty above 1.5 times."""
    assert chi2.cdf(s.PRIOR_DAYS / 1.25**2, s.PRIOR_DAYS) == pytest.approx(1 / 6, abs=0.02)
    assert chi2.cdf(s.PRIOR_DAYS / 1.5**2, s.PRIOR_DAYS) == pytest.approx(1 / 20, abs=0.01)


def test_drawing_to_the_table_is_closer_to_the_truth() -> None:
    """Persons whose variance is that distribution: the drawn SD misses by less than the own and the table's."""
    rng = np.random.default_rng(20260305)
    missed = np.zeros(3)
    for sd in 100 * np.sqrt(13 / rng.chisquare(13, 2000)):
        days = rng.normal(300, sd, 14)
        drawn = s.own_spread(days.tolist(), a.Spread(100, 0.3)).sd
        missed += [(drawn - sd) ** 2, (days.std(ddof=1) - sd) ** 2, (100 - sd) ** 2]
    assert missed[0] < 0.8 * missed[1:].min()


# --- the prior


def by_grid(
    mean: float, ear: float, cv: float, sr: float, days: float, prior: tuple[float, float], dose: float
) -> float:
    """The posterior on a fine grid of ln(usual intake), from the densities of scipy's definitions."""
    tau2 = math.log1p((prior[1] / prior[0]) ** 2)
    shape = days / cv**2
    t = math.log(prior[0]) - tau2 / 2 + np.linspace(-12 * math.sqrt(tau2) - shape * tau2, 12 * math.sqrt(tau2), 400_001)
    log_density = -shape * t - shape * mean * np.exp(-t) - (t - math.log(prior[0]) + tau2 / 2) ** 2 / (2 * tau2)
    density = np.exp(log_density - log_density.max())
    met = (norm.cdf((np.exp(t) + dose - ear) / sr) - norm.cdf(-ear / sr)) / norm.sf(-ear / sr)
    return float((density * np.clip(met, 0, 1)).sum() / density.sum())


@pytest.mark.parametrize(
    ("ear", "cv_requirement", "cv", "prior"),
    [
        (10.0, 0.25, 1.07, (4.08, 2.12)),  # vitamin D and B12 of women of 31-50, NHANES 2007-2012
        (2.0, 0.10, 0.901, (4.24, 1.61)),
        (10.0, 0.5, 1.5, (5.0, 6.0)),
        (800.0, 0.125, 0.3, (900.0, 100.0)),
    ],
)
@pytest.mark.parametrize("days", [1, 2.5, 14, 200])
def test_gamma_posterior_is_the_integral(
    ear: float, cv_requirement: float, cv: float, prior: tuple[float, float], days: float
) -> None:
    sr = cv_requirement * ear
    for share, dose in ((0.0, 0.0), (0.01, 0.5), (0.3, 0.0), (0.9, 0.3), (1.1, 0.0), (2.5, 0.0), (0.4, 1.3)):
        got = s.gamma_posterior(
            share * ear, ear, cv_within=cv, sd_requirement=sr, days=days,
            prior_mean=prior[0], prior_sd=prior[1], dose=dose * ear,
        )  # fmt: skip
        assert got == pytest.approx(by_grid(share * ear, ear, cv, sr, days, prior, dose * ear), abs=1e-6)


def test_gamma_posterior_of_a_fixed_requirement() -> None:
    """A requirement without spread is the limit of one with little."""
    for need in (3.0, 6.0, 12.0):
        fixed, narrow = (
            s.gamma_posterior(6, need, cv_within=1.07, sd_requirement=spread, days=7, prior_mean=5, prior_sd=3)
            for spread in (0.0, 0.004 * need)
        )
        assert fixed == pytest.approx(narrow, abs=2e-5)
    assert s.gamma_posterior(1, 5, cv_within=1, sd_requirement=0, days=7, prior_mean=5, prior_sd=3, dose=5) == 1.0


def test_the_posterior_by_bayes_with_draws() -> None:
    """Usual intakes drawn, those kept whose mean of days lies near the one observed: the share that meets the need."""
    rng = np.random.default_rng(20260306)
    usual = rng.lognormal(math.log(4.24) - math.log1p(0.38**2) / 2, math.sqrt(math.log1p(0.38**2)), 4_000_000)
    means = rng.gamma(3 / 0.901**2, usual * 0.901**2 / 3)
    need = rng.normal(2.0, 0.2, usual.size)
    near = np.abs(means - 1.5) < 0.02
    share, kept = np.mean(usual[near] >= need[near]), near.sum()
    got = s.gamma_posterior(1.5, 2, cv_within=0.901, sd_requirement=0.2, days=3, prior_mean=4.24, prior_sd=0.38 * 4.24)
    assert got == pytest.approx(share, abs=4 * math.sqrt(share * (1 - share) / kept))


def test_the_normal_posterior_by_bayes_with_draws() -> None:
    rng = np.random.default_rng(20260307)
    usual = rng.normal(257, 76, 4_000_000)
    means = rng.normal(usual, 85.9 / math.sqrt(3))
    near = np.abs(means - 320) < 1.0
    share, kept = np.mean(usual[near] >= rng.normal(265, 26.5, near.sum())), near.sum()
    got = s.posterior(320, 265, sd_within=85.9, sd_requirement=26.5, days=3, prior_mean=257, prior_sd=76)
    assert got == pytest.approx(share, abs=4 * math.sqrt(share * (1 - share) / kept))


def test_a_wide_prior_leaves_the_test() -> None:
    wide = s.posterior(320, 265, sd_within=85.9, sd_requirement=26.5, days=3, prior_mean=257, prior_sd=1e6)
    assert wide == pytest.approx(norm.cdf(55 / math.sqrt(26.5**2 + 85.9**2 / 3)), abs=1e-6)


def test_a_posterior_of_what_does_not_vary_is_certain() -> None:
    def given(mean: float) -> float:
        return s.posterior(mean, 265, sd_within=0, sd_requirement=0, days=3, prior_mean=257, prior_sd=76)

    assert (given(264), given(265), given(266)) == (0.0, 0.5, 1.0)


def test_a_prior_without_spread_or_days_is_refused() -> None:
    with pytest.raises(ValueError, match="SD between persons above 0"):
        s.posterior(320, 265, sd_within=85.9, sd_requirement=26.5, days=3, prior_mean=257, prior_sd=0)
    with pytest.raises(ValueError, match="at least 1 day, got 0"):
        s.gamma_posterior(3, 2, cv_within=1, sd_requirement=0.2, days=0, prior_mean=4, prior_sd=1)
    with pytest.raises(ValueError, match="above 0, got 0 and 1"):
        s.gamma_posterior(3, 2, cv_within=1, sd_requirement=0.2, days=3, prior_mean=0, prior_sd=1)


@same_every_run
@given(st.floats(0, 40), st.floats(0, 40), st.floats(0, 15), st.floats(0.2, 2), st.floats(0, 5), st.integers(1, 60))
def test_the_gamma_posterior_is_monotone_in_food_and_dose(
    x: float, y: float, dose: float, cv: float, sr: float, days: int
) -> None:
    low, high = sorted((x, y))

    def met(mean: float, fixed: float) -> float:
        return s.gamma_posterior(
            mean, 10, cv_within=cv, sd_requirement=sr, days=days, prior_mean=4, prior_sd=2, dose=fixed
        )

    assert met(low, dose) <= met(high, dose) + 1e-6
    assert met(low, dose) <= met(low, dose + 1.0) + 1e-6
    assert 0.0 <= met(low, dose) <= 1.0


# --- the rows


def test_rows_of_magnesium() -> None:
    """Each row by its own formula; a mean of 320 over 21 days that vary little."""
    daily = days_of(21, 320, 40)
    rows = s.sensitivity(
        exactly(320), NO_DOSE, ear=265, ai=None, sd_requirement=26.5, spread=MAGNESIUM, days=21, skewed=False,
        consecutive=True, daily=daily, prior=s.Prior(278.84, 106.65),
    )  # fmt: skip
    own = math.sqrt((13 * 106.111**2 + 20 * 40**2) / 33)

    def confidence(sd: float, days: float) -> float:
        return float(norm.cdf(55 / math.sqrt(26.5**2 + sd**2 / days)))

    error = 106.111**2 / 21
    kept = 106.65**2 / (106.65**2 + error)
    drawn = 278.84 + kept * (320 - 278.84) - 265
    expected = {
        "sd_1.25": confidence(1.25 * 106.111, 21),
        "sd_1.5": confidence(1.5 * 106.111, 21),
        "consecutive": confidence(106.111, 14),
        "own_sd": confidence(own, 21),
        "prior": float(norm.cdf(drawn / math.sqrt(26.5**2 + kept * error))),
    }
    assert [row.what for row in rows] == list(expected)
    assert [row.confidence for row in rows] == pytest.approx(list(expected.values()))
    assert {row.status for row in rows} == {"likely_adequate"}


def test_rows_only_where_asked_and_only_from_14_days() -> None:
    rows = s.sensitivity(
        exactly(320), NO_DOSE, ear=265, ai=None, sd_requirement=26.5, spread=MAGNESIUM, days=13, skewed=False,
        daily=days_of(13, 320, 40),
    )  # fmt: skip
    assert [row.what for row in rows] == ["sd_1.25", "sd_1.5"]


def test_a_verdict_that_hangs_on_the_spread() -> None:
    """Magnesium 320 over 7 days: .874 with the table's SD, less with more (Φ written out)."""
    rows = s.sensitivity(
        a.Bounds(319, 320, None), NO_DOSE, ear=265, ai=None, sd_requirement=26.5, spread=MAGNESIUM, days=7, skewed=False
    )
    assert [row.status for row in rows] == ["undetermined", "undetermined"]  # the upper end is not known
    closed = s.sensitivity(
        exactly(320), NO_DOSE, ear=265, ai=None, sd_requirement=26.5, spread=MAGNESIUM, days=7, skewed=False
    )
    assert [row.status for row in closed] == ["uncertain", "uncertain"]
    assert closed[0].confidence == pytest.approx(norm.cdf(55 / math.sqrt(26.5**2 + (1.25 * 106.111) ** 2 / 7)))


def test_rows_of_a_skewed_nutrient_and_its_dose() -> None:
    """The dose is never drawn towards the crowd: with 15 µg a day a prior on the food changes little."""
    rows = s.sensitivity(
        exactly(3), exactly(15), ear=10, ai=None, sd_requirement=2.5, spread=VITAMIN_D, days=7, skewed=True,
        consecutive=True, prior=s.Prior(4.08, 2.12),
    )  # fmt: skip
    found = {row.what: row.confidence for row in rows}
    stressed = a.gamma_ear_confidence(3, 10, cv_within=1.5 * 1.07, sd_requirement=2.5, days=7, dose=15)
    assert found["sd_1.5"] == pytest.approx(stressed)
    dependent = a.gamma_ear_confidence(3, 10, cv_within=1.07, sd_requirement=2.5, days=7 / 1.5, dose=15)
    assert found["consecutive"] == pytest.approx(dependent)
    assert found["prior"] == pytest.approx(by_grid(3, 10, 1.07, 2.5, 7, (4.08, 2.12), 15), abs=1e-6)
    assert {row.status for row in rows} == {"likely_adequate"}


def test_rows_of_an_ai() -> None:
    rows = s.sensitivity(
        exactly(3200), NO_DOSE, ear=None, ai=2600, sd_requirement=None, spread=a.Spread(910.49, 0.361), days=7,
        skewed=False, prior=s.Prior(2520.66, 860.3),
    )  # fmt: skip
    assert rows[1].confidence == pytest.approx(norm.cdf(600 / (1.5 * 910.49 / math.sqrt(7))))
    error = 910.49**2 / 7
    kept = 860.3**2 / (860.3**2 + error)
    assert rows[2].confidence == pytest.approx(
        norm.cdf((2520.66 + kept * (3200 - 2520.66) - 2600) / math.sqrt(kept * error))
    )
    low = s.sensitivity(
        exactly(1000), NO_DOSE, ear=None, ai=2600, sd_requirement=None, spread=a.Spread(910.49, 0.361), days=7,
        skewed=False,
    )  # fmt: skip
    assert {row.status for row in low} == {"below_ai_no_inference"}


def test_no_rows_where_nothing_is_tested() -> None:
    for ear, sd, spread, food in (
        (None, 26.5, MAGNESIUM, exactly(320)),
        (265.0, None, MAGNESIUM, exactly(320)),
        (265.0, 26.5, None, exactly(320)),
        (265.0, 26.5, MAGNESIUM, a.Bounds(0.0, None, None)),
    ):
        rows = s.sensitivity(food, NO_DOSE, ear=ear, ai=None, sd_requirement=sd, spread=spread, days=7, skewed=False)
        assert rows == ()
