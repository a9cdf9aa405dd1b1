"""What a few days tell of a group, by simulated cohorts whose usual intakes are known. Writes docs/groups.md.

    python simulations/groups.py

Every draw is seeded: the page comes out the same each time (with the same numpy). Takes some minutes on two cores.
"""

from __future__ import annotations

import math
import sys
import textwrap
from collections.abc import Callable, Sequence
from itertools import islice
from multiprocessing import Pool
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.stats import gamma, norm
from verdicts import Model, model, name, table

from nutrigap import population
from nutrigap.population.fitting import log_ratio
from nutrigap.references import Reference

SEED = 20261126
COHORTS = 200  # simulated for a row
WITH_INTERVAL = {300: 60, 3000: 60}  # of them with a bootstrap
REPLICATES = 100
PERSONS = (300, 3000)
PAGE = Path(__file__).parent.parent / "docs" / "groups.md"
# Power λ of the nutrient's days; the more skewed, the smaller.
LAMBDAS = {"magnesium": 0.3, "calcium": 0.25, "vitamin_b6": 0.2, "vitamin_d": 0.2, "vitamin_b12": 0.15}
ONE_DAY = 100  # cohorts of one day each
TABLE = 100_000  # persons of whom a world's own table of variation is made
USERS, DOSES = 0.4, {"magnesium": 250.0, "vitamin_d": 25.0}  # share who take tablets; dose a day

Amounts = npt.NDArray[np.float64]


class World(NamedTuple):
    """A population of women of 31-50: how its usual intakes and its days are made."""

    of: Model
    kind: str  # "model": normal on a power scale, as the method assumes; "gamma": usual intakes and days gamma

    @property
    def cv_between(self) -> float:
        """CV of usual intake between persons. [fraction]"""
        return self.of.sd_between / self.of.mean

    def usual(self, score: Amounts) -> Amounts:
        """Usual intakes of persons who stand at these normal scores among all."""
        if self.kind == "gamma":
            shape = self.cv_between**-2
            return gamma.ppf(norm.cdf(score), shape, scale=self.of.mean / shape)
        z = np.linspace(-8.0, 8.0, 801)
        w = norm.pdf(z) / norm.pdf(z).sum()
        days = self._power(self.cv_between * score[..., None] + self.of.spread.cv * z)
        return days @ w

    def days(self, score: Amounts, count: int, rng: np.random.Generator) -> Amounts:
        """Days of these persons, shape (persons, count)."""
        cv = self.of.spread.cv
        if self.kind == "gamma":
            shape = cv**-2
            return rng.gamma(shape, self.usual(score)[:, None] / shape, (score.size, count))
        return self._power(self.cv_between * score[:, None] + rng.normal(0.0, cv, (score.size, count)))

    def _power(self, y: Amounts) -> Amounts:
        """Amounts of values on the scale of the model; their mean is about that of the table."""
        power = LAMBDAS[self.of.nutrient]
        spread = self.cv_between**2 + self.of.spread.cv**2
        middle = 1.0 + 0.5 * (1.0 - power) * spread  # mean of (1 + λy)^(1/λ), to the second order
        return self.of.mean / middle * np.maximum(1.0 + power * y, 0.0) ** (1.0 / power)


WORLDS = {"model": "as assumed", "gamma": "gamma"}


class Truth(NamedTuple):
    """Shares of a world, free of chance."""

    below_ear: float
    below_requirement: float


EVEN = norm.ppf((np.arange(20_000) + 0.5) / 20_000)  # scores of a population, evenly spread


def truth(world: World, dose: Amounts | float = 0.0) -> Truth:
    """Below the EAR, and below the own requirement; the dose of each of the population comes on top."""
    usual = world.usual(EVEN) + dose
    own = norm.sf(usual, world.of.ear, world.of.sd_requirement)
    return Truth(float((usual < world.of.ear).mean()), float(own.mean()))


def reference_of(of: Model) -> Reference:
    """The reference values that the comparison needs."""
    return Reference(of.nutrient, "", of.ear, None, None, None, "none", "", of.sd_requirement, "", ())


def estimated(
    of: Model,
    days: Amounts,
    *,
    dose: Amounts | None = None,
    errors: population.Bootstrap | None = None,
    ratio: float | None = None,
) -> population.UsualIntake:
    """The estimate from the days of each, as a user gets it."""
    persons, count = days.shape
    columns = {"person": np.repeat(np.arange(persons), count), of.nutrient: days.ravel()}
    if dose is not None:
        columns[f"{of.nutrient}_supplement"] = np.repeat(dose, count)
    return population.usual_intake(
        columns, of.nutrient, reference=reference_of(of), errors=errors, ratio=ratio, quantiles=(0.5,)
    )


class Row(NamedTuple):
    """One world and one number of persons: the truth, and the estimates of all cohorts."""

    world: World
    persons: int
    true: Truth
    below_ear: Amounts
    below_requirement: Amounts
    one_day: Amounts
    two_days: Amounts
    covered: float  # share of 95 % intervals that hold the truth; NaN without
    standard_error: float  # mean of those stated


def cohorts(task: tuple[int, World, int]) -> Row:
    """Simulate a row."""
    number, world, persons = task
    of, true = world.of, truth(world)
    shares = np.empty((4, COHORTS))
    held, errors = [], []
    for i in range(COHORTS):
        rng = np.random.default_rng([SEED, number, persons, i])
        days = world.days(rng.normal(size=persons), 2, rng)
        bootstrap = None
        if world.kind == "model" and i < WITH_INTERVAL[persons]:
            bootstrap = population.Bootstrap(REPLICATES, seed=i)
        got = estimated(of, days, errors=bootstrap).prevalence
        one, two = (population.share_below(x, of.ear) for x in (days[:, 0], days.mean(axis=1)))
        shares[:, i] = got.below_ear.value, got.below_requirement.value, one, two
        if bootstrap is not None:
            held.append(got.below_ear.low <= true.below_ear <= got.below_ear.high)
            errors.append(got.below_ear.se)
    covered, error = (float(np.mean(x)) if x else math.nan for x in (held, errors))
    return Row(world, persons, true, *shares, covered, error)


class OneDay(NamedTuple):
    """A world of which each person tells one day, with a ratio of variances from its own table: all cohorts."""

    world: World
    true: float
    ratio: float  # of logarithms, as `population.external_ratio` has it
    ratio_of_amounts: float
    below_ear: Amounts
    by_amounts: Amounts  # below the EAR with the ratio of amounts


def table_of(world: World) -> tuple[float, float]:
    """The ratios that a table of variation gives of a world, made from two days each as the shipped one is.

    Returns
    -------
    tuple of float
        Ratio of logarithms from the two CVs, the smaller within persons; and ratio of the variances of amounts. [-]
    """
    rng = np.random.default_rng([SEED, 70])
    days = world.days(rng.normal(size=TABLE), 2, rng)
    within, between = variances(days)
    of_logs, _ = variances(np.log(np.maximum(days, 1e-3 * days.mean())))
    cv = min(math.sqrt(within) / days.mean(), math.sqrt(math.expm1(of_logs)))
    return log_ratio(cv, math.sqrt(between) / days.mean()), within / between


def variances(days: Amounts) -> tuple[float, float]:
    """Variance within persons and between them, from two days each (analysis of variance)."""
    within = float(((days[:, 0] - days[:, 1]) ** 2).mean()) / 2.0
    return within, float(days.mean(axis=1).var()) - within / 2.0


def one_day(task: tuple[int, World, int]) -> OneDay:
    """The first days alone, with a ratio from elsewhere."""
    number, world, persons = task
    ratios = table_of(world)
    shares = np.empty((2, ONE_DAY))
    for i in range(ONE_DAY):
        rng = np.random.default_rng([SEED, number, persons, i])
        days = world.days(rng.normal(size=persons), 2, rng)[:, :1]
        shares[:, i] = [estimated(world.of, days, ratio=ratio).prevalence.below_ear.value for ratio in ratios]
    return OneDay(world, truth(world).below_ear, *ratios, *shares)


class WithDoses(NamedTuple):
    """A world in which some take tablets: shares below the EAR, all cohorts."""

    world: World
    true: float
    shrink_then_add: Amounts
    add_then_shrink: Amounts
    two_days: Amounts


def with_doses(task: tuple[int, World, int]) -> WithDoses:
    """Food by the model and doses added; and, wrongly, the model fitted to food with doses."""
    number, world, persons = task
    of = world.of
    per_person = DOSES[of.nutrient]
    true = USERS * truth(world, per_person).below_ear + (1.0 - USERS) * truth(world).below_ear
    shares = np.empty((3, COHORTS))
    for i in range(COHORTS):
        rng = np.random.default_rng([SEED, 50 + number, i])
        days = world.days(rng.normal(size=persons), 2, rng)
        dose = np.where(rng.random(persons) < USERS, per_person, 0.0)
        total = days + dose[:, None]
        right = estimated(of, total, dose=dose).prevalence.below_ear.value
        wrong = estimated(of, total).prevalence.below_ear.value
        shares[:, i] = right, wrong, population.share_below(total.mean(axis=1), of.ear)
    return WithDoses(world, true, *shares)


class Episodic(NamedTuple):
    """A world with days without any: shares below an amount, all cohorts."""

    amount: float
    zeros: float
    true: float
    two_part: Amounts
    amount_only: Amounts
    two_days: Amounts


def episodic(task: tuple[int, float, int]) -> Episodic:
    """Vitamin D of a group that eats none on a good third of the days: two parts, or one."""
    number, limit, persons = task
    sd_v, sd_u, sd_e, rho, logit, centre, power = 1.0, 0.6, 1.0, 0.4, 0.7, 1.3, 0.25

    def of_persons(v: Amounts, rest: Amounts) -> tuple[Amounts, Amounts]:
        chance = 1.0 / (1.0 + np.exp(-(logit + sd_v * v)))
        return chance, centre + sd_u * (rho * v + math.sqrt(1.0 - rho**2) * rest)

    def back(y: Amounts) -> Amounts:
        return np.maximum(1.0 + power * y, 0.0) ** (1.0 / power)

    z = np.linspace(-8.0, 8.0, 401)
    w = norm.pdf(z) / norm.pdf(z).sum()
    grid = norm.ppf((np.arange(400) + 0.5) / 400)
    chance, m = of_persons(grid[:, None], grid[None, :])
    true = float((chance * (back(m[..., None] + sd_e * z) @ w) < limit).mean())
    target = Reference("vitamin_d", "", limit, None, None, None, "none", "", 0.1 * limit, "", ())
    count = COHORTS // 2  # a fit of two parts takes some ten times as long
    shares, zeros = np.empty((3, count)), np.empty(count)
    for i in range(count):
        rng = np.random.default_rng([SEED, 90 + number, i])
        chance, m = of_persons(rng.normal(size=persons), rng.normal(size=persons))
        amounts = back(m[:, None] + rng.normal(0.0, sd_e, (persons, 2)))
        days = np.where(rng.random((persons, 2)) < chance[:, None], amounts, 0.0)
        columns = {"person": np.repeat(np.arange(persons), 2), "vitamin_d": days.ravel()}
        both = [
            population.usual_intake(columns, "vitamin_d", reference=target, model=kind, errors=None, quantiles=(0.5,))
            for kind in ("two_part", "amount")
        ]
        shares[:, i] = (
            *(got.prevalence.below_ear.value for got in both),
            population.share_below(days.mean(axis=1), limit),
        )
        zeros[i] = (days == 0.0).mean()
    return Episodic(limit, float(zeros.mean()), true, *shares)


# --- The page


def percent(value: float, digits: int = 1) -> str:
    """A share in percent, or a dash where there is none."""
    return "–" if math.isnan(value) else f"{100.0 * value:.{digits}f}"


def off(shares: Amounts, true: float) -> float:
    """How far the mean of the estimates is from the truth."""
    return float(shares.mean()) - true


def chance(shares: Amounts) -> float:
    """Standard error of that mean: what chance alone makes of it in so many cohorts."""
    return float(shares.std(ddof=1)) / math.sqrt(shares.size)


def signed(value: float) -> str:
    """A difference of shares, in percentage points."""
    return f"{100.0 * value:+.1f}"


def passes(row: Row) -> bool:
    """Whether both estimates are off by less than half of what one cohort's estimate scatters."""
    return all(abs(off(shares, true)) <= 0.5 * shares.std(ddof=1) for shares, true in both(row))


def both(row: Row) -> tuple[tuple[Amounts, float], tuple[Amounts, float]]:
    """The two estimates of a row, each with its truth."""
    return (row.below_ear, row.true.below_ear), (row.below_requirement, row.true.below_requirement)


def of_rows(rows: Sequence[Row], *, judged: bool) -> str:
    """The table of one kind of world."""
    head = ["nutrient", "persons", "true", "estimate", "off by", "± chance", "SD", "one day", "two-day mean"]
    head += ["own need: true", "estimate", "off by"]
    lines = [
        [
            name(row.world.of), f"{row.persons:,}", percent(row.true.below_ear), percent(row.below_ear.mean()),
            signed(off(row.below_ear, row.true.below_ear)), percent(chance(row.below_ear), 2),
            percent(row.below_ear.std(ddof=1)), signed(off(row.one_day, row.true.below_ear)),
            signed(off(row.two_days, row.true.below_ear)), percent(row.true.below_requirement),
            percent(row.below_requirement.mean()), signed(off(row.below_requirement, row.true.below_requirement)),
            *(["pass" if passes(row) else "FAIL"] if judged else []),
        ]
        for row in rows
    ]  # fmt: skip
    return table([*head, *([""] if judged else [])], lines)


def of_intervals(own: Sequence[Row]) -> str:
    """The table of the bootstrap's intervals."""
    head = ["nutrient", "persons", "cohorts", "intervals that hold the truth", "stated SE", "SD of the estimates"]
    lines = [
        [
            name(row.world.of), f"{row.persons:,}", str(WITH_INTERVAL[row.persons]), percent(row.covered, 0),
            percent(row.standard_error, 2), percent(row.below_ear.std(ddof=1), 2),
        ]
        for row in own
    ]  # fmt: skip
    return table(head, lines)


def of_one_day(singles: Sequence[OneDay], rows: Sequence[Row]) -> str:
    """The table of one day each, beside what two days gave."""
    head = ["nutrient", "world", "true", "two days: off by", "ratio", "one day: off by", "± chance", "SD"]
    head += ["ratio of amounts", "one day with that: off by"]
    two = {row.world: off(row.below_ear, row.true.below_ear) for row in rows if row.persons == 3000}
    lines = [
        [
            name(one.world.of), WORLDS[one.world.kind], percent(one.true), signed(two[one.world]),
            f"{one.ratio:.2f}", signed(off(one.below_ear, one.true)), percent(chance(one.below_ear), 2),
            percent(one.below_ear.std(ddof=1)), f"{one.ratio_of_amounts:.2f}", signed(off(one.by_amounts, one.true)),
        ]
        for one in singles
    ]  # fmt: skip
    return table(head, lines)


def of_tablets(doses: Sequence[WithDoses]) -> str:
    """The table of food with tablets."""
    head = ["nutrient", "dose", "true", "shrink then add", "off by", "add then shrink", "off by"]
    head += ["two-day mean: off by"]
    lines = [
        [
            name(row.world.of), f"{DOSES[row.world.of.nutrient]:g}", percent(row.true),
            percent(row.shrink_then_add.mean()), signed(off(row.shrink_then_add, row.true)),
            percent(row.add_then_shrink.mean()), signed(off(row.add_then_shrink, row.true)),
            signed(off(row.two_days, row.true)),
        ]
        for row in doses
    ]  # fmt: skip
    return table(head, lines)


def of_zeros(parts: Sequence[Episodic]) -> str:
    """The table of days without any."""
    head = ["below", "days without", "true", "two parts", "off by", "± chance", "amount only: off by"]
    head += ["two-day mean: off by"]
    lines = [
        [
            f"{row.amount:g} µg", percent(row.zeros), percent(row.true), percent(row.two_part.mean()),
            signed(off(row.two_part, row.true)), percent(chance(row.two_part), 2),
            signed(off(row.amount_only, row.true)), signed(off(row.two_days, row.true)),
        ]
        for row in parts
    ]  # fmt: skip
    return table(head, lines)


def meaning(own: Sequence[Row], other: Sequence[Row], singles: Sequence[OneDay], doses: Sequence[WithDoses]) -> str:
    """What the tables mean, in sentences that quote them."""
    most_own = max(abs(off(row.below_ear, row.true.below_ear)) for row in own)
    most_other = max(abs(off(row.below_ear, row.true.below_ear)) for row in other)
    held = float(np.average([row.covered for row in own], weights=[WITH_INTERVAL[row.persons] for row in own]))
    b12 = next(row for row in own if row.world.of.nutrient == "vitamin_b12" and row.persons == 3000)
    small = next(row for row in own if row.world.of.nutrient == "vitamin_b12" and row.persons == 300)
    d = next(row for row in own if row.world.of.nutrient == "vitamin_d" and row.persons == 3000)
    worst = max(other, key=lambda row: abs(off(row.below_ear, row.true.below_ear)))
    single = next(one for one in singles if one.world == b12.world)
    one_own, one_other = (
        max(abs(off(one.below_ear, one.true)) for one in singles if one.world.kind == kind) for kind in WORLDS
    )
    wrong = max(abs(off(row.add_then_shrink, row.true)) for row in doses)
    right = max(abs(off(row.shrink_then_add, row.true)) for row in doses)
    sentences = [
        f"""**One day, or the mean of two, puts too many at the ends.** Of 3,000 women's vitamin B12 one day has
        {percent(b12.one_day.mean())} % below the EAR and the mean of two {percent(b12.two_days.mean())} %, where the
        truth is {percent(b12.true.below_ear)} %; of their vitamin D {percent(d.one_day.mean())} %,
        {percent(d.two_days.mean())} % and {percent(d.true.below_ear)} %. More persons do not mend that.""",
        f"""**The estimate is right on average** where days are as the method assumes: off by at most
        {percent(most_own)} points. In a small group a rare share comes out a little too large, for it can be too high
        by more than it can be too low.""",
        f"""**Where they are not, it is near, and surer of itself than it should be**: off by at most
        {percent(most_other)} points ({name(worst.world.of)}, {worst.persons:,} persons), which more persons do not
        mend, while the estimate of one cohort scatters by {percent(worst.below_ear.std(ddof=1))} points only. Intervals
        hold the error of sampling, not that of the model. One day is off by
        {percent(abs(off(worst.one_day, worst.true.below_ear)))} points there.""",
        f"""**One day each will do where the ratio is that of logarithms**: off by at most {percent(one_own)} points
        where days are as the method assumes, and by {percent(one_other)} where they are not. The ratio of variances of
        amounts is too large for a skewed nutrient, and draws persons too near to each other: of B12 it leaves
        {percent(single.by_amounts.mean())} % below the EAR, where the truth is {percent(single.true)} %. All this with
        the ratio of the same population; that of another may be another.""",
        f"""**A small group says little of a rare thing.** With 300 women the estimate of B12 scatters by
        {percent(small.below_ear.std(ddof=1))} points about {percent(small.true.below_ear)} %, with 3,000 by
        {percent(b12.below_ear.std(ddof=1))}. Of all intervals {percent(held, 0)} of 100 hold the truth.""",
        f"""**Tablets are added after.** Fitted together with food they put the estimate off by up to {percent(wrong)}
        points, added after by at most {percent(right)}.""",
        """**A simulation knows no misreporting.** Real days that leave things out give shares below a requirement that
        are too large, by any method.""",
    ]
    return "\n".join(
        textwrap.fill(" ".join(text.split()), 120, initial_indent="- ", subsequent_indent="  ", break_on_hyphens=False)
        for text in sentences
    )


def verdict(own: Sequence[Row]) -> str:
    """How many rows pass, and which are off by more than chance makes."""
    failed = sum(not passes(row) for row in own)
    result = f"{failed} of {len(own)} rows do not pass" if failed else f"all {len(own)} rows pass"
    beyond = [
        f"{name(row.world.of)} at {row.persons:,} persons"
        for row in own
        if any(abs(off(shares, true)) > 3.0 * chance(shares) for shares, true in both(row))
    ]
    return f"Result: {result}. Off by more than three times what chance makes: {'; '.join(beyond) or 'none'}."


def page(rows: list[Row], singles: list[OneDay], doses: list[WithDoses], parts: list[Episodic]) -> str:
    """The whole page."""
    own = [row for row in rows if row.world.kind == "model"]
    other = [row for row in rows if row.world.kind == "gamma"]
    return f"""# What two days each tell of a group

Written by `python simulations/groups.py` ({COHORTS} cohorts a row, seed {SEED}). Women of 31-50, US references, food
alone unless tablets are told, two days a person. Mean, spread between persons and day-to-day CV are those of the
shipped table (NHANES 2007-2012); usual intakes are known, for they are made here. All figures in percent or percentage
points.

"True" is the share of usual intakes below the EAR; "off by" how far the mean of all cohorts' estimates is from it, "±
chance" what chance alone makes of such a mean, "SD" how far the estimate of one cohort scatters. "One day" and "two-day
mean" are the shares of first days, or of persons' means of two days, below the EAR. "Own need" is the share of persons
below their own requirement, by the probability approach.

## Worlds that are as the method assumes

Usual intakes and days are normal on a power scale. A row passes if both estimates are off by less than half of what one
cohort's estimate scatters, which leaves of 95 % intervals 92 % (Cochran 1977, Sampling Techniques, section 1.8).
{verdict(own)}

{of_rows(own, judged=True)}

## Worlds that are not

Usual intakes are gamma distributed, and so are the days about them: no power makes that normal, and a day varies more
the more a person eats. There is no bar.

{of_rows(other, judged=False)}

## Intervals

Bootstrap of {REPLICATES} replicates, for the first cohorts of each row of the first table. Promised: 95 of 100
intervals hold the truth.

{of_intervals(own)}

## One day each

Of 3,000 persons the first days alone, with a ratio of the variance within persons to that between which is known from
elsewhere; {ONE_DAY} cohorts. It comes from a table of the same world, made of two days of {TABLE:,} persons as the
shipped table is: mean, CV within persons (of amounts or from logarithms, whichever is smaller) and CV between them.
"Ratio" is ln(1 + CV²) of the one over that of the other, a ratio of variances of logarithms, which is what
`external_ratio` gives. As a counter-example the ratio of variances of amounts, as analysis of variance has it.

{of_one_day(singles, rows)}

## Tablets

Of 1,000 persons {100 * USERS:.0f} % take a tablet every day. Food fitted and the dose added after ("shrink then add"),
which is what nutrigap does; and, as a counter-example, the model fitted to food and tablets together ("add then
shrink").

{of_tablets(doses)}

## Days without any

A made-up vitamin D of 600 persons, with a habit of eating it that goes with the amount (correlation 0.4);
{COHORTS // 2} cohorts. Below an amount are, by the two-part model, by the amount-only model with half of the smallest
amount in place of none, and by two-day means:

{of_zeros(parts)}

## What this means

{meaning(own, other, singles, doses)}
"""


def _call(task: tuple[Callable[[tuple[int, object, int]], object], tuple[int, object, int]]) -> object:
    function, of = task
    return function(of)


def main() -> int:
    """Run the simulations and write the page; 1 if a row does not pass."""
    worlds = [World(model(nutrient, "female"), kind) for kind in WORLDS for nutrient in LAMBDAS]
    rows = [(cohorts, (i, world, persons)) for i, world in enumerate(worlds) for persons in PERSONS]
    singles = [(one_day, (i, world, 3000)) for i, world in enumerate(worlds)]
    doses = [(with_doses, (i, World(model(nutrient, "female"), "model"), 1000)) for i, nutrient in enumerate(DOSES)]
    parts = [(episodic, (i, limit, 600)) for i, limit in enumerate((1.5, 4.0))]
    parts_of_page = (rows, singles, doses, parts)
    with Pool(2) as pool:
        done = iter(pool.map(_call, [task for part in parts_of_page for task in part], chunksize=1))
    first, *others = [list(islice(done, len(part))) for part in parts_of_page]
    PAGE.write_text(page(first, *others), encoding="utf-8", newline="\n")
    failed = [row for row in first if row.world.kind == "model" and not passes(row)]
    for row in failed:
        wide = off(row.below_ear, row.true.below_ear), off(row.below_requirement, row.true.below_requirement)
        print(f"FAIL {row.world.of.nutrient}, {row.persons} persons: {row.true}, off by {wide[0]:+.4f}, {wide[1]:+.4f}")
    print(f"{len(failed)} rows do not pass; written: {PAGE}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
