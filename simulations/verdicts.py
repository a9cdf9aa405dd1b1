"""How often a verdict comes out, and how often it is wrong, by simulation. Writes docs/simulation.md.

    python simulations/verdicts.py

Every draw is seeded: the page comes out the same each time (with the same numpy). Takes some seconds.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from nutrigap.assessment import LEVEL, Spread, ear_confidence, gamma_ear_confidence
from nutrigap.person import Person
from nutrigap.readings import SKEWED
from nutrigap.references import reference, variation
from nutrigap.sensitivity import gamma_posterior, posterior
from nutrigap.units import read_table

SEED = 20260304
DRAWS = 400_000
DRAWN_AGAIN = (
    10  # times as many logs where a share lies above the bar: of 80 shares, chance alone lifts one now and then
)
DAYS = (3, 7, 14, 28)
NUTRIENTS = ("magnesium", "calcium", "vitamin_d", "vitamin_b12", "vitamin_b6")
SEXES = ("female", "male")
PEOPLE = {"female": "women", "male": "men"}
PAGE = Path(__file__).parent.parent / "docs" / "simulation.md"

Amounts = npt.NDArray[np.float64]


class Model(NamedTuple):
    """One nutrient of one sex, 31-50 years, amounts in the nutrient's unit a day."""

    nutrient: str
    sex: str
    ear: float
    sd_requirement: float
    spread: Spread
    mean: float
    sd_between: float
    skewed: bool
    cv_larger: float


def model(nutrient: str, sex: str) -> Model:
    """The values of the shipped tables."""
    person = Person(age=40, sex=sex)
    target, varies = reference(person, nutrient), variation(person, nutrient)
    if target is None or target.ear is None or target.sd_requirement is None:
        raise ValueError(f"no EAR of {nutrient}")
    if varies is None or varies.mean is None or varies.sd_between is None:
        raise ValueError(f"no variation of {nutrient}")
    return Model(
        nutrient=nutrient,
        sex=sex,
        ear=target.ear,
        sd_requirement=target.sd_requirement,
        spread=Spread(varies.sd, varies.cv),
        mean=varies.mean,
        sd_between=varies.sd_between,
        skewed=nutrient in SKEWED,
        cv_larger=larger_cv(nutrient, sex, 40 * 12),
    )


def larger_cv(nutrient: str, sex: str, months: int) -> float:
    """The larger of the two day-to-day CVs of the table; the test uses the smaller. [fraction]"""
    for row in read_table("within_person_sd.csv"):
        end = float(row["age_max_months"] or "inf")
        if (row["nutrient"], row["sex"]) == (nutrient, sex) and int(row["age_min_months"]) <= months < end:
            return max(float(row["cv"]), float(row["cv_lognormal"] or 0.0)) / 100
    raise ValueError(f"no variation of {nutrient}")


# --- Draws


def requirements(of: Model, rng: np.random.Generator, draws: int = DRAWS) -> Amounts:
    """Normal requirements, those at or below 0 drawn again."""
    drawn = rng.normal(of.ear, of.sd_requirement, draws + draws // 10)
    return drawn[drawn > 0.0][:draws]


def usual_intakes(of: Model, rng: np.random.Generator) -> Amounts:
    """Lognormal usual intakes of food with the mean and the SD between persons of the table."""
    tau2 = math.log1p((of.sd_between / of.mean) ** 2)
    return rng.lognormal(math.log(of.mean) - 0.5 * tau2, math.sqrt(tau2), DRAWS)


def gamma_logs(usual: Amounts, cv: float, days: int, rng: np.random.Generator) -> Amounts:
    """Means of days, each gamma about usual intake; the mean of gamma days of one shape is gamma itself."""
    shape = days / cv**2
    return rng.gamma(shape, usual / shape)


def normal_logs(usual: Amounts, sd: float, days: int, rng: np.random.Generator) -> Amounts:
    """Means of days, each normal about usual intake."""
    return rng.normal(usual, sd / math.sqrt(days))


# --- Verdicts


def confidence(of: Model, days: int) -> Callable[[float], float]:
    """The test that a report applies, as a function of the mean."""
    if of.skewed:
        return lambda mean: gamma_ear_confidence(
            mean, of.ear, cv_within=of.spread.cv, sd_requirement=of.sd_requirement, days=days
        )
    return lambda mean: ear_confidence(
        mean, of.ear, sd_within=of.spread.sd, sd_requirement=of.sd_requirement, days=days
    )


def probability(of: Model, days: int) -> Callable[[float], float]:
    """The same question with a prior, as a function of the mean."""
    test = partial(gamma_posterior, cv_within=of.spread.cv) if of.skewed else partial(posterior, sd_within=of.spread.sd)
    return lambda mean: test(
        mean,
        of.ear,
        sd_requirement=of.sd_requirement,
        days=days,
        prior_mean=of.mean,
        prior_sd=of.sd_between,
    )


def cut(rising: Callable[[float], float], level: float, ear: float) -> float:
    """The mean at which a rising function reaches the level; infinite where no mean does."""
    low, high = -100.0 * ear, 100.0 * ear
    if rising(high) < level:
        return math.inf
    if rising(low) >= level:
        return -math.inf
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if rising(middle) >= level else (middle, high)
    return high


class Verdicts(NamedTuple):
    """Which logs are judged: boolean arrays, one element a log."""

    low: npt.NDArray[np.bool_]
    adequate: npt.NDArray[np.bool_]


def judge(means: Amounts, rising: Callable[[float], float], ear: float) -> Verdicts:
    """Verdicts on many means at once: the confidence rises with the mean, so that two means part the three answers."""
    return Verdicts(means <= cut(rising, 1.0 - LEVEL, ear), means >= cut(rising, LEVEL, ear))


# --- The two simulations


class AtRequirement(NamedTuple):
    """Shares of logs judged where usual intake is exactly the requirement."""

    of: Model
    days: int
    low: float
    adequate: float
    draws: int

    @property
    def passes(self) -> bool:
        """Whether neither verdict comes out more often than promised."""
        return max(self.low, self.adequate) <= allowed(self.draws)


def allowed(draws: int) -> float:
    """15 % and three standard errors of a share of that size."""
    return 1.0 - LEVEL + 3.0 * math.sqrt((1.0 - LEVEL) * LEVEL / draws)


def at_requirement(of: Model, days: int, rng: np.random.Generator, draws: int = DRAWS) -> AtRequirement:
    """Logs of people whose usual intake is their requirement, from the model that the test assumes."""
    usual = requirements(of, rng, draws)
    means = gamma_logs(usual, of.spread.cv, days, rng) if of.skewed else normal_logs(usual, of.spread.sd, days, rng)
    got = judge(means, confidence(of, days), of.ear)
    return AtRequirement(of, days, float(got.low.mean()), float(got.adequate.mean()), draws)


class InPopulation(NamedTuple):
    """Shares of logs judged, and of the verdicts that are wrong (NaN where there is none)."""

    of: Model
    days: int
    short: float
    low: float
    low_wrong: float
    adequate: float
    adequate_wrong: float


def in_population(of: Model, days: int, rng: np.random.Generator) -> tuple[InPopulation, InPopulation]:
    """The test and the probability with a prior on the same logs."""
    usual, needed = usual_intakes(of, rng), requirements(of, rng)
    means = gamma_logs(usual, of.spread.cv, days, rng)
    short = usual < needed

    def shares(rising: Callable[[float], float]) -> InPopulation:
        got = judge(means, rising, of.ear)
        return InPopulation(
            of,
            days,
            float(short.mean()),
            float(got.low.mean()),
            share(~short, got.low),
            float(got.adequate.mean()),
            share(short, got.adequate),
        )

    return shares(confidence(of, days)), shares(probability(of, days))


class Wider(NamedTuple):
    """The same shares where days vary by the larger CV than the test takes for granted."""

    of: Model
    days: int
    low: float
    adequate: float
    low_wrong: float
    adequate_wrong: float


def wider(of: Model, days: int, rng: np.random.Generator) -> Wider:
    """Verdicts at the requirement, and wrong ones in the population, of logs whose days vary by the larger CV."""
    at = judge(gamma_logs(requirements(of, rng), of.cv_larger, days, rng), confidence(of, days), of.ear)
    usual, needed = usual_intakes(of, rng), requirements(of, rng)
    got = judge(gamma_logs(usual, of.cv_larger, days, rng), confidence(of, days), of.ear)
    short = usual < needed
    return Wider(
        of, days, float(at.low.mean()), float(at.adequate.mean()), share(~short, got.low), share(short, got.adequate)
    )


def share(what: npt.NDArray[np.bool_], among: npt.NDArray[np.bool_]) -> float:
    """Share of `what` among the logs marked; NaN below 100 logs, of which no share can be told."""
    return float(what[among].mean()) if among.sum() >= 100 else math.nan


# --- The page


def percent(value: float) -> str:
    """A share in percent, or a dash where there is none."""
    return "–" if math.isnan(value) else f"{100 * value:.1f}"


def table(head: list[str], rows: list[list[str]]) -> str:
    """A table of Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def name(of: Model) -> str:
    """The nutrient as it is written."""
    return of.nutrient.replace("vitamin_", "vitamin ").replace(" d", " D").replace(" b", " B")


def page(
    first: list[AtRequirement],
    again: dict[int, AtRequirement],
    second: list[tuple[InPopulation, InPopulation]],
    third: list[Wider],
) -> str:
    """The whole page."""
    failed = [row for row in again.values() if not row.passes]
    result = f"{len(failed)} of {len(first)} cells do not pass" if failed else f"all {len(first)} cells pass"
    above = "; ".join(
        f"{name(row.of)} of {PEOPLE[row.of.sex]} at {row.days} days, {100 * first[i].low:.2f} / "
        f"{100 * first[i].adequate:.2f} at first and {100 * row.low:.2f} / {100 * row.adequate:.2f} then"
        for i, row in again.items()
    )
    final = [again.get(i, row) for i, row in enumerate(first)]
    at = table(
        ["nutrient", "", *(f"{n} days" for n in DAYS), ""],
        [
            [
                name(rows[0].of),
                PEOPLE[rows[0].of.sex],
                *(f"{100 * row.low:.2f} / {100 * row.adequate:.2f}" for row in rows),
                "FAIL" if any(row in failed for row in rows) else "pass",
            ]
            for rows in (final[i : i + len(DAYS)] for i in range(0, len(final), len(DAYS)))
        ],
    )
    populations = table(
        ["nutrient", "", "below own need", "days", "`likely_low`", "wrong", "`likely_adequate`", "wrong",
         "low, prior", "wrong", "adequate, prior", "wrong"],
        [
            [
                name(test.of), PEOPLE[test.of.sex], percent(test.short), str(test.days),
                percent(test.low), percent(test.low_wrong), percent(test.adequate), percent(test.adequate_wrong),
                percent(prior.low), percent(prior.low_wrong), percent(prior.adequate), percent(prior.adequate_wrong),
            ]
            for test, prior in second
        ],
    )  # fmt: skip
    spreads = table(
        ["nutrient", "", "CV of the test", "CV of the days", "days", "at the requirement: low / adequate",
         "`likely_low` wrong", "`likely_adequate` wrong"],
        [
            [
                name(row.of), PEOPLE[row.of.sex], percent(row.of.spread.cv), percent(row.of.cv_larger), str(row.days),
                f"{percent(row.low)} / {percent(row.adequate)}", percent(row.low_wrong), percent(row.adequate_wrong),
            ]
            for row in third
        ],
    )  # fmt: skip
    most = max(max(row.low, row.adequate) for row in third)
    found = {(test.of.nutrient, test.of.sex, test.days): (test, prior) for test, prior in second}
    d, d_prior = found["vitamin_d", "female", 7]
    b, b_prior = found["vitamin_b12", "female", 7]
    b_long, _ = found["vitamin_b12", "female", 28]
    m, _ = found["magnesium", "female", 7]
    c, _ = found["calcium", "female", 7]
    b6, _ = found["vitamin_b6", "female", 3]
    b6_long, _ = found["vitamin_b6", "female", 14]
    return f"""# How often a verdict comes out, and how often it is wrong

Written by `python simulations/verdicts.py` ({DRAWS:,} logs a cell, seed {SEED}). Women and men of 31-50,
US references, food alone. All figures in percent.

## A usual intake that is exactly the requirement

Each log belongs to a person whose requirement is drawn and whose usual intake is just that. Days are drawn from the
model that the test assumes: normal with the table's SD; for vitamin D and B12 gamma with the table's CV. The level of
.85 promises that neither verdict then comes out in more than 15 of 100 logs. Bar: 15 and three standard errors of the
simulation, together {100 * allowed(DRAWS):.2f}. The cells hold 80 shares, of which chance alone lifts one above that
bar in about one run of ten. A cell with such a share is drawn again, apart, with {DRAWS * DRAWN_AGAIN:,} logs and their
own bar ({100 * allowed(DRAWS * DRAWN_AGAIN):.2f}), and these count.
Drawn again: {above or "none"}.
Result: {result}.

`likely_low` / `likely_adequate`:

{at}

## A population

Usual intake is drawn from a population like that of NHANES 2007-2012 (lognormal, with the table's mean and its SD
between persons), the requirement apart from it, and the days gamma about the usual intake with the table's CV. For
magnesium, calcium and B6 that is *not* the model of the test, but closer to what people eat. "Below own need" is the
share of persons whose usual intake is below their own requirement; "wrong" is the share of the verdicts given that are
not true of the person. The last four columns put the question with a prior (`nutrigap.sensitivity`), which is here the
very population that the persons were drawn from: the best a prior can be. A dash: fewer than 100 verdicts. There is no
bar: this is what the verdicts are worth where they are used.

{populations}

## Days that vary more than the test takes for granted

For vitamin D and B12 the table has two day-to-day CVs of each group: that of the amounts, which a rare plate of liver
inflates, and that of their logarithms, which days near zero inflate. The test uses the smaller. Here the days vary by
the larger, and the test stays as it is: at the requirement a verdict then comes out in up to {percent(most)} % of logs
instead of 15, and more of the verdicts in a population are wrong.

{spreads}

## What this means

- A confidence is a test result on the log. It limits how often a person *at* the requirement is judged. It does not say
  how many of the verdicts given are right: that depends on how many people are low to begin with.
- **Magnesium and calcium.** Many are on either side of their need, and both verdicts are mostly right: after 7 days
  {percent(m.low_wrong)} % of `likely_low` and {percent(m.adequate_wrong)} % of `likely_adequate` are wrong for women's
  magnesium, {percent(c.low_wrong)} % and {percent(c.adequate_wrong)} % for their calcium. **Vitamin B6** is low in few;
  a `likely_low` is rare ({percent(b6.low)} % of women's logs of 3 days) and wrong in {percent(b6.low_wrong)} % of cases
  after 3 days, in {percent(b6_long.low_wrong)} % after 14.
- **Vitamin D.** Nearly everybody's food is below the requirement ({percent(d.short)} % of women). A `likely_low` is
  therefore nearly always right ({percent(d.low_wrong)} % wrong after 7 days) and says little that was not known before
  the log. A `likely_adequate` is rare ({percent(d.adequate)} %) and often wrong ({percent(d.adequate_wrong)} %): some
  days with fish are not yet a habit. Neither speaks of the vitamin D that the skin makes, nor of a supplement.
- **Vitamin B12.** Few are below ({percent(b.short)} % of women). A `likely_low` is rare ({percent(b.low)} % of logs of
  7 days) and wrong in {percent(b.low_wrong)} % of cases ({percent(b_long.low_wrong)} % after 28 days): among people who
  eat as the population does, a log of a week that looks low is more often one without its rich days than a low habit. A
  vegan is not part of that population, and for a log without animal foods these figures do not hold. Of men, fewer are
  below and more of the verdicts are wrong; where days vary by the larger CV, more still (the table above).
- **With a prior** fewer verdicts are wrong where one side is rare, for hardly any is given there: after 7 days
  {percent(b_prior.low)} % of women's logs in place of {percent(b.low)} % are judged low in B12, and
  {percent(d_prior.adequate)} % in place of {percent(d.adequate)} % adequate in vitamin D. The price is that the crowd
  answers for the person: {percent(d_prior.low)} % are judged low in vitamin D in place of {percent(d.low)} %, and those
  whose B12 is low are just the ones it draws to the others. It is shown beside the verdict, never in its place.
"""


def main() -> int:
    """Run the simulations and write the page; 1 if a verdict comes out more often than promised."""
    models = [model(nutrient, sex) for nutrient in NUTRIENTS for sex in SEXES]
    cells = [(i, of, days) for i, of in enumerate(models) for days in DAYS]
    first = [at_requirement(of, days, np.random.default_rng([SEED, 1, i, days])) for i, of, days in cells]
    again = {
        j: at_requirement(of, days, np.random.default_rng([SEED, 3, i, days]), DRAWS * DRAWN_AGAIN)
        for j, (i, of, days) in enumerate(cells)
        if not first[j].passes
    }
    second = [in_population(of, days, np.random.default_rng([SEED, 2, i, days])) for i, of, days in cells]
    third = [
        wider(of, days, np.random.default_rng([SEED, 4, i, days]))
        for i, of in enumerate(models)
        if of.skewed
        for days in (7, 28)
    ]
    PAGE.write_text(page(first, again, second, third), encoding="utf-8", newline="\n")
    failed = [row for row in again.values() if not row.passes]
    for row in failed:
        print(f"FAIL {row.of.nutrient} {row.of.sex} {row.days} days: low {row.low:.4f}, adequate {row.adequate:.4f}")
    print(f"{len(first) - len(failed)} of {len(first)} cells pass, {len(again)} drawn again; written: {PAGE}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
