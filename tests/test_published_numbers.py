"""Numbers that others printed, recomputed: the book the tests come from, and papers on usual intake.

Every expected value is that of the publication named beside it; the tolerance is half a unit of its last digit, or is
explained. Where the publication gives a formula, a second writing of it is compared as well.
"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest
from scipy.integrate import quad
from scipy.optimize import fsolve
from scipy.stats import gamma, norm

from nutrigap import assessment as a
from nutrigap import energy, population
from nutrigap import sensitivity as s
from nutrigap.person import Person
from nutrigap.references import Reference, reference

# IOM 2000 p. 54: magnesium, a woman of 40; EAR, SD of the requirement (10 %), day-to-day SD. [mg/day]
EAR, SD_REQUIREMENT, SD_WITHIN = 265.0, 26.5, 85.9
MAGNESIUM = {"ear": EAR, "sd_within": SD_WITHIN, "sd_requirement": SD_REQUIREMENT}


def of_table(nutrient: str, age: float, sex: str) -> Reference:
    found = reference(Person(age=age, sex=sex), nutrient)
    assert found is not None
    return found


def magnesium(mean: float, days: float) -> float:
    return a.ear_confidence(mean, EAR, sd_within=SD_WITHIN, sd_requirement=SD_REQUIREMENT, days=days)


# --- IOM 2000, the EAR


@pytest.mark.parametrize(
    ("z", "printed"), [(2.00, 0.98), (1.65, 0.95), (1.50, 0.93), (1.00, 0.85), (0.50, 0.70), (0.00, 0.50)]
)
def test_iom_2000_table_b1(z: float, printed: float) -> None:
    """P. 190; Φ(1) is .841 and Φ(.5) is .691, printed as 85 and 70 %. Mirrored below the EAR."""
    sd = math.sqrt(SD_REQUIREMENT**2 + SD_WITHIN**2 / 3)
    assert magnesium(EAR + z * sd, 3) == pytest.approx(printed, abs=0.01)
    assert magnesium(EAR - z * sd, 3) == pytest.approx(1 - printed, abs=0.01)
    assert s.z_for(printed, "iom2000") == z
    assert s.z_for(1 - printed, "iom2000") == -z


@pytest.mark.parametrize(("days", "sd"), [(1, 89.9), (3, 56.2), (7, 41.9)])
def test_iom_2000_p56_sd_of_the_difference(days: int, sd: float) -> None:
    """One score above the EAR is one SD_D above it; the book prints √3162 = 56 for 3 days."""
    at_one = s.mean_needed(float(norm.cdf(1)), **MAGNESIUM, days=days)
    assert at_one - EAR == pytest.approx(sd, abs=0.05)
    if days == 3:
        assert (at_one - EAR) ** 2 == pytest.approx(3162, abs=0.5)


@pytest.mark.parametrize(("days", "confidence"), [(1, 0.730), (3, 0.836), (7, 0.905)])
def test_iom_2000_p57_confidence_at_the_rda(days: int, confidence: float) -> None:
    assert magnesium(320, days) == pytest.approx(confidence, abs=5e-4)


@pytest.mark.parametrize(
    ("convention", "stress", "needed"),
    [
        ("iom2000", 1.00, (445, 377, 349)),  # p. 56, its "97.5 %"
        ("iom2000", 1.25, (486, 400, 362)),  # p. 57, the SD a quarter larger
        ("exact", 1.00, (441, 375, 347)),  # z 1.96
    ],
)
def test_iom_2000_p56_mean_needed(convention: str, stress: float, needed: tuple[int, ...]) -> None:
    got = [
        s.mean_needed(
            0.975,
            ear=EAR,
            sd_within=stress * SD_WITHIN,
            sd_requirement=SD_REQUIREMENT,
            days=days,
            convention=convention,
        )
        for days in (1, 3, 7)
    ]
    assert got == pytest.approx(needed, abs=0.5)


def test_iom_2000_p57_mean_that_shows_a_low_intake() -> None:
    """About 180 mg after 7 days."""
    got = s.mean_needed(0.025, **MAGNESIUM, days=7, convention="iom2000")
    assert got == pytest.approx(181, abs=0.5)
    assert magnesium(got, 7) == pytest.approx(norm.cdf(-2), rel=1e-9)


def test_days_of_the_magnesium_example() -> None:
    """n* = s_w² / ((D/z)² - s_r²), written out: 4 and 87 days at 320 mg, never at 300."""
    for level, printed in ((0.85, 4), (0.975, 87)):
        assert math.ceil(SD_WITHIN**2 / ((55 / norm.ppf(level)) ** 2 - SD_REQUIREMENT**2)) == printed
        assert a.days_to_decide(lambda n: magnesium(320, n), level=level) == printed
    assert 35 / norm.ppf(0.975) == pytest.approx(17.9, abs=0.05)  # less than the SD of the requirement
    assert a.days_to_decide(lambda n: magnesium(300, n), level=0.975, most=10**6) is None


# --- IOM 2000, AI and UL


def test_iom_2000_p60_ai_example() -> None:
    """AI 500, mean 560, SD 50, 3 days: z 2.08, 98 %."""
    got = a.ai_confidence(560, 500, sd_within=50, days=3)
    assert norm.ppf(got) == pytest.approx(2.08, abs=5e-3)
    assert got == pytest.approx(0.98, abs=5e-3)


@pytest.mark.parametrize(
    ("days", "printed"), [(1, (0.73, 0.69, 0.66)), (3, (0.86, 0.80, 0.76)), (7, (0.95, 0.90, 0.86))]
)
def test_iom_2000_table_3_2_calcium_ai(days: int, printed: tuple[float, ...]) -> None:
    got = [a.ai_confidence(1200, 1000, sd_within=sd, days=days) for sd in (325, 406, 488)]
    assert got == pytest.approx(printed, abs=5e-3)


def test_iom_2000_table_3_2_erratum() -> None:
    """The book prints z 1.69 for 7 days and an SD of 325; its formula gives 1.63, and its 95 % belongs to that."""
    z = norm.ppf(a.ai_confidence(1200, 1000, sd_within=325, days=7))
    assert z == pytest.approx(1.63, abs=5e-3)
    assert abs(z - 1.69) > 0.05
    assert norm.cdf(z) == pytest.approx(0.95, abs=5e-3)


@pytest.mark.parametrize(
    ("days", "printed"), [(1, (0.69, 0.66, 0.63)), (3, (0.81, 0.76, 0.72)), (7, (0.91, 0.86, 0.81))]
)
def test_iom_2000_p64_phosphorus_ul(days: int, printed: tuple[float, ...]) -> None:
    """UL 4.0 g, mean 3.8 g; Φ(.2√n/s) to two digits."""
    got = [a.ul_confidence(3.8, 4.0, sd_within=sd, days=days) for sd in (0.4, 0.5, 0.6)]
    assert got == pytest.approx(printed, abs=5e-3)


def test_iom_2000_p99_two_independent_or_three_consecutive_days() -> None:
    assert s.effective_days(2) == 2.0
    assert s.effective_days(3, autocorrelation=s.CONSECUTIVE) == pytest.approx(2.0)


# --- The SD of the requirement


@pytest.mark.parametrize(
    ("nutrient", "age", "sex", "cv"),
    [
        ("calcium", 19, "female", 0.125),
        ("calcium", 50, "male", 0.125),
        ("calcium", 60, "male", 0.125),
        ("calcium", 51, "female", 0.10),
        ("calcium", 75, "male", 0.10),
        ("vitamin_d", 1, "female", 0.25),
        ("vitamin_d", 40, "male", 0.25),
        ("vitamin_d", 70, "female", 0.25),
        ("vitamin_d", 71, "male", 0.50),
        ("magnesium", 40, "female", 0.10),
        ("vitamin_b6", 40, "male", 0.10),
        ("vitamin_b12", 40, "female", 0.10),
    ],
)
def test_cv_of_the_requirement(nutrient: str, age: float, sex: str, cv: float) -> None:
    """Stated (IOM 2006, Appendix H), or implied by (RDA/EAR - 1)/2 of IOM 2011."""
    found = of_table(nutrient, age, sex)
    assert found.ear is not None and found.sd_requirement is not None
    assert found.sd_requirement / found.ear == pytest.approx(cv, rel=1e-12)


# --- With a prior, and days for a precision


@pytest.mark.parametrize(("days", "with_prior", "of_the_test"), [(1, 0.62, 0.73), (3, 0.77, 0.84), (7, 0.87, 0.91)])
def test_magnesium_with_a_prior(days: int, with_prior: float, of_the_test: float) -> None:
    """Women's mean 257 mg and SD between persons 76 mg."""
    got = s.posterior(
        320, EAR, sd_within=SD_WITHIN, sd_requirement=SD_REQUIREMENT, days=days, prior_mean=257, prior_sd=76
    )
    assert got == pytest.approx(with_prior, abs=5e-3)
    assert magnesium(320, days) == pytest.approx(of_the_test, abs=5.5e-3)  # .9048 at 7 days


@pytest.mark.parametrize(
    ("cv", "days"),
    [(0.38, 14), (0.51, 25), (0.53, 27), (2.94, 830)],
    ids=["potassium and magnesium", "calcium", "vitamin B6", "vitamin B12"],
)
def test_days_within_a_fifth(cv: float, days: int) -> None:
    """n = (1.96·CV/.2)² of Beaton 1979, for CVs of 38, 51, 53 and 294 %. The last is 830.1: here rounded up."""
    assert (1.96 * cv / 0.2) ** 2 == pytest.approx(days, abs=0.2)
    assert s.days_for_precision(cv) == math.ceil((norm.ppf(0.975) * cv / 0.2) ** 2)
    assert abs(s.days_for_precision(cv) - days) <= (1 if days == 830 else 0)


# --- Mean of a transformed intake


def test_mcra_back_transform() -> None:
    """Unit test of MCRA (RIVM): E[(.2(10 + ε) + 1)⁵] with variance 3 is 276.048; without ε 243."""
    assert population.back_transform(0.2, 10, 3) == pytest.approx(276.048, abs=5e-4)
    assert population.back_transform(0.2, 10, 0) == pytest.approx(243, rel=1e-12)
    # by the moments of the normal: Σ C(5,2j)·3^(5-2j)·(.2)^(2j)·E[ε^2j]
    by_moments = 3**5 + 10 * 3**3 * 0.04 * 3 + 5 * 3 * 0.2**4 * 27
    assert by_moments == pytest.approx(276.048, rel=1e-12)


def test_mcra_back_transform_of_a_transformed_intake() -> None:
    """Its second case: an intake of 10, transformed, comes back as 15.119 (their tolerance is 0.001)."""
    transformed = (10**0.2 - 1) / 0.2
    assert population.back_transform(0.2, transformed, 3) == pytest.approx(15.119, abs=1e-3)
    assert population.back_transform(0.2, transformed, 0) == pytest.approx(10, rel=1e-12)


def test_back_transform_of_logarithms() -> None:
    """λ -> 0 is the mean of a lognormal."""
    assert population.back_transform(0.0, 1.2, 0.5) == pytest.approx(math.exp(1.45), rel=1e-12)
    assert population.back_transform(1e-6, 1.2, 0.5) == pytest.approx(math.exp(1.45), rel=1e-5)


# 9-point rule of the NCI method (its SAS macro DISTRIB), printed there to six digits. [SD], [-]
NINE_NODES = np.array([-2.1, -1.3, -0.8, -0.5, 0.0, 0.5, 0.8, 1.3, 2.1])
NINE_WEIGHTS = np.array(
    [0.063345, 0.080255, 0.070458, 0.159698, 0.252489, 0.159698, 0.070458, 0.080255, 0.063345],
)


def test_nci_nine_point_rule() -> None:
    """Its moments are those of the normal but for the last digit."""
    moments = [float((NINE_WEIGHTS * NINE_NODES**power).sum()) for power in (0, 2, 4)]
    assert moments == pytest.approx([1.000001, 1, 2.99999], abs=5e-6)


@pytest.mark.parametrize(("lambda_", "mean", "variance"), [(0.2, 10, 3), (0.25, 12, 1.5), (0.5, 12, 4)])
def test_the_nine_point_rule_gives_the_same_means(lambda_: float, mean: float, variance: float) -> None:
    nine = NINE_WEIGHTS @ (lambda_ * (mean + math.sqrt(variance) * NINE_NODES) + 1) ** (1 / lambda_)
    assert nine == pytest.approx(population.back_transform(lambda_, mean, variance), rel=1e-5)


# --- Prevalence of usual intakes below the requirement

# Passarelli et al. 2022, Am J Clin Nutr 116:551: gamma distributions of usual intake in the USA. The two printed
# figures [%] of a group; thiamin's EAR of women is that of IOM 1998, the others come from the table.
PASSARELLI = [
    ("magnesium", 42, "female", 0.10, 55.771, 56.507),
    ("magnesium", 42, "male", 0.10, 63.573, 64.610),
    ("calcium", 62, "female", 0.10, 76.994, 78.376),
    ("vitamin_b6", 77, "male", 0.10, 21.098, 20.838),
    ("vitamin_b12", 77, "female", 0.25, 14.668, 13.729),
    ("vitamin_d", 77, "male", 0.10, 91.461, 92.028),
    ("thiamin", 22, "female", 0.10, 14.799, 14.118),
]


def recovered(ear: float, cv_requirement: float, probability: float, cut_point: float) -> tuple[float, float]:
    """Mean and CV of the gamma distribution that has both shares, by scipy alone.

    The parameters of the fits are published as a data file of R and not in print: they are found back from the shares.
    """

    def missed(x: npt.NDArray[np.float64]) -> list[float]:
        usual = gamma(1 / x[1] ** 2, scale=x[0] * x[1] ** 2)
        below = quad(lambda y: norm.sf(y, ear, cv_requirement * ear) * usual.pdf(y), 0, 2 * ear, epsabs=1e-11)[0]
        return [below - probability, float(usual.cdf(ear)) - cut_point]

    mean, cv = fsolve(missed, [0.95 * ear if cut_point > 0.5 else 1.5 * ear, 0.4], xtol=1e-11)
    return float(mean), float(cv)


@pytest.mark.parametrize(("nutrient", "age", "sex", "cv_requirement", "probability", "cut_point"), PASSARELLI)
def test_passarelli_2022(
    nutrient: str, age: float, sex: str, cv_requirement: float, probability: float, cut_point: float
) -> None:
    ear = 0.9 if nutrient == "thiamin" else of_table(nutrient, age, sex).ear
    assert ear is not None
    mean, cv = recovered(ear, cv_requirement, probability / 100, cut_point / 100)
    got = population.probability_prevalence(mean, cv, ear, cv_requirement * ear)
    assert 100 * got == pytest.approx(probability, abs=5e-4)
    assert 100 * population.cut_point_prevalence(mean, cv, ear) == pytest.approx(cut_point, abs=5e-4)


@pytest.mark.parametrize(("nutrient", "age", "sex", "cv_requirement", "probability", "cut_point"), PASSARELLI)
def test_passarelli_2022_from_persons(
    nutrient: str, age: float, sex: str, cv_requirement: float, probability: float, cut_point: float
) -> None:
    """The same shares from 200,000 usual intakes; those above the median twice, at half the weight."""
    ear = 0.9 if nutrient == "thiamin" else of_table(nutrient, age, sex).ear
    assert ear is not None
    mean, cv = recovered(ear, cv_requirement, probability / 100, cut_point / 100)
    even = (np.arange(200_000) + 0.5) / 200_000
    usual = gamma.ppf(even, 1 / cv**2, scale=mean * cv**2)
    high = usual > np.median(usual)
    persons = np.concatenate([usual[~high], usual[high], usual[high]])
    weights = np.where(persons > np.median(usual), 0.5, 1.0)
    own = population.share_below_requirement(persons, ear, cv_requirement * ear, weights=weights)
    assert 100 * own == pytest.approx(probability, abs=5e-4)
    assert 100 * population.share_below(persons, ear, weights=weights) == pytest.approx(cut_point, abs=8e-4)


def test_passarelli_2022_parameters_in_print() -> None:
    """Magnesium, women of 40-44: mean 260, CV .29. What the two shares give back rounds to that."""
    mean, cv = recovered(265, 0.10, 0.55771, 0.56507)
    assert mean == pytest.approx(260, abs=0.5)
    assert cv == pytest.approx(0.29, abs=5e-3)


def test_iom_2000_p80_prevalence() -> None:
    """Mean 115, EAR 100, SD between persons 20, CV of requirement 10 %: about 25 %; below the cut-point 22.7 %."""
    assert population.normal_probability_prevalence(115, 20, 100, 10) == pytest.approx(0.251, abs=5e-4)
    assert population.normal_cut_point_prevalence(115, 20, 100) == pytest.approx(0.227, abs=5e-4)


def test_prevalence_is_the_integral() -> None:
    """∫ P(requirement > y) f(y) dy by scipy, a requirement of large spread included."""
    for mean, cv, ear, sd in ((260, 0.29, 265, 26.5), (5.25, 0.59, 10, 5.0), (4.2, 0.5, 2, 0.2)):
        usual = gamma(1 / cv**2, scale=mean * cv**2)
        pieces = [0, ear - 2 * sd, ear, ear + 2 * sd, ear + 9 * sd]
        expected = sum(
            quad(lambda y: norm.sf(y, ear, sd) * usual.pdf(y), low, high, epsabs=1e-12)[0]  # noqa: B023
            for low, high in pairwise(pieces)
        )
        assert population.probability_prevalence(mean, cv, ear, sd) == pytest.approx(expected, abs=1e-7)
        assert population.cut_point_prevalence(mean, cv, ear) == pytest.approx(usual.cdf(ear), rel=1e-10)


# --- Usual intake from one day


def test_luo_2019_magnesium_hardly_depends_on_the_ratio() -> None:
    """J Nutr 149:1667, men: usual magnesium 334 (266, 417) by one day and a ratio of variances from elsewhere; at 25 to
    200 % of that ratio inadequacy goes from 57 to 55 %.

    The days are not printed: they are made here, evenly spread, so that usual intakes have the two lower quartiles,
    with the ratio of NHANES 2007-2012. Compared are the third, and of inadequacy the change.
    """
    power, ratio = (
        0.25,
        population.external_ratio("magnesium", tuple((age, "male", "none") for age in (25, 40, 60, 75))),
    )

    def missed(x: npt.NDArray[np.float64]) -> list[float]:
        quarter = x[0] + x[1] * norm.ppf([0.25, 0.5])
        return [
            float(population.back_transform(power, m, ratio * x[1] ** 2)) - q
            for m, q in zip(quarter, (266, 334), strict=True)
        ]

    centre, between = fsolve(missed, [13.0, 1.3])
    even = norm.ppf((np.arange(4938) + 0.5) / 4938)
    one_day = (1 + power * (centre + between * math.sqrt(1 + ratio) * even)) ** (1 / power)
    days = {"person": np.arange(one_day.size), "magnesium": one_day}
    got = {
        factor: population.usual_intake(
            days, "magnesium", ratio=factor * ratio, reference=of_table("magnesium", 40, "male"), errors=None
        )
        for factor in (0.25, 1.0, 2.0)
    }
    quartiles = [got[1.0].quantiles[p].value for p in (0.25, 0.5, 0.75)]
    assert quartiles == pytest.approx([266, 334, 417], rel=0.01)  # the third is not put in
    shares = [100 * one.prevalence.below_ear.value for one in got.values()]
    assert shares[2] - shares[0] == pytest.approx(55 - 57, abs=1)


# --- Energy of a log


@pytest.mark.parametrize(("days", "lower"), [(1, 0.87), (2, 0.96), (3, 1.00), (4, 1.02), (7, 1.05), (14, 1.07)])
def test_goldberg_limits(days: int, lower: float) -> None:
    """Black 2000, Int J Obes 24:1119, PAL 1.55, one person, 95 %; CVs of 23, 8.5 and 15 %."""
    got = energy.goldberg_limits(days)
    assert got[0] == pytest.approx(lower, abs=5e-3)
    assert got[0] * got[1] == pytest.approx(1.55**2, rel=1e-12)


@pytest.mark.parametrize(("days", "upper"), [(1, 2.75), (14, 2.24)])
def test_goldberg_upper_limits(days: int, upper: float) -> None:
    assert energy.goldberg_limits(days)[1] == pytest.approx(upper, abs=5e-3)


@pytest.mark.parametrize(
    ("weight", "height", "age", "sex", "kcal"),
    [(70, 175, 40, "male", 1598.75), (60, 165, 30, "female", 1320.25), (80.5, 160, 65, "female", 1319.0)],
)
def test_mifflin_st_jeor(weight: float, height: float, age: float, sex: str, kcal: float) -> None:
    """Am J Clin Nutr 51:241 (1990), worked by hand: 700 + 1093.75 - 200 + 5 = 1598.75, and so on."""
    assert energy.basal_kcal(weight_kg=weight, height_cm=height, age=age, sex=sex) == pytest.approx(kcal, abs=1e-9)


def test_energy_check() -> None:
    """2000 kcal over 1598.75 is 1.251; three days allow 1.00 to 2.40."""
    got = energy.energy_check(2000, 3, weight_kg=70, height_cm=175, age=40, sex="male")
    assert got is not None
    assert got.ratio == pytest.approx(1.251, abs=5e-4)
    assert (got.basal_kcal, got.lower, got.upper) == pytest.approx((1598.75, 1.00, 2.40), abs=5e-3)


@pytest.mark.parametrize(
    "changed",
    [
        {"weight_kg": None},
        {"height_cm": None},
        {"age": None},
        {"sex": None},
        {"age": 17},
        {"days": 0},
        {"energy_kcal": math.nan},
        {"weight_kg": 5.0, "height_cm": 20.0, "age": 90},
    ],
)
def test_energy_is_not_compared_where_something_is_not_known(changed: dict[str, float | None]) -> None:
    given = {"energy_kcal": 2000, "days": 3, "weight_kg": 70, "height_cm": 175, "age": 40, "sex": "male"} | changed
    assert energy.energy_check(given.pop("energy_kcal"), given.pop("days"), **given) is None


def test_energy_refuses_what_it_cannot_compute() -> None:
    with pytest.raises(ValueError, match="adults from 18 years, got 17"):
        energy.basal_kcal(weight_kg=60, height_cm=170, age=17, sex="male")
    with pytest.raises(ValueError, match='"male" or "female"'):
        energy.basal_kcal(weight_kg=60, height_cm=170, age=30, sex="other")
    with pytest.raises(ValueError, match="above 0, got 0 kg"):
        energy.basal_kcal(weight_kg=0, height_cm=170, age=30, sex="male")
    with pytest.raises(ValueError, match="at least 1 day"):
        energy.goldberg_limits(0)
