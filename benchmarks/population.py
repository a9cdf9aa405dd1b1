"""The usual intake of a group: a fit, and its bootstrap, against one look at the days.

A survey of 7,000 persons with two days each. "One look" is numpy's sorting of the days with the share below the EAR,
which is what a table of one-day shares costs. Only ratios are printed:

    python benchmarks/population.py [PERSONS] [REPLICATES]
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

import numpy as np

from nutrigap import Person, population
from nutrigap.references import reference

ROUNDS = 7


def made_up(persons: int) -> dict[str, np.ndarray]:
    """Magnesium of two days each, with weekends, a second recall, age and weights."""
    random = np.random.default_rng(1)
    person = np.repeat(np.arange(persons), 2)
    usual = random.normal(12.0, 1.2, persons)[person]
    return {
        "person": person,
        "magnesium": (1.0 + 0.25 * (usual + random.normal(0.0, 1.6, person.size))) ** 4,
        "weekend": random.integers(0, 2, person.size),
        "sequence": np.tile([1, 2], persons),
        "age": random.integers(31, 51, persons)[person],
        "weight": random.uniform(0.5, 2.0, persons)[person],
    }


def seconds(what: Callable[[], object], rounds: int) -> float:
    """Median time of some rounds."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        what()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main() -> None:
    persons, replicates = (int(word) for word in (*sys.argv[1:], *("7000", "200")[len(sys.argv) - 1 :]))
    days = made_up(persons)
    target = reference(Person(age=40, sex="female"), "magnesium")

    def estimate(errors: population.Bootstrap | None) -> population.UsualIntake:
        return population.usual_intake(days, "magnesium", reference=target, covariates=["age"], errors=errors)

    look = seconds(lambda: (np.sort(days["magnesium"]) < 265.0).mean(), ROUNDS)
    fit = seconds(lambda: estimate(None), ROUNDS)
    bootstrap = seconds(lambda: estimate(population.Bootstrap(replicates)), 1)
    print(f"{persons:,} persons, 2 days each")
    print(f"reading, fit, quantiles, prevalence / one look at the days: {fit / look:,.0f}")
    print(f"the same with {replicates} replicates / without: {bootstrap / fit:,.0f}")


if __name__ == "__main__":
    main()
