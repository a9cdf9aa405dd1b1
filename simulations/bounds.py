"""How often the truth lies below the upper end of values that were never measured. Prints the table of the page.

    python simulations/bounds.py

Foods of SR whose value is known are eaten as if it were not: 1 to 20 of them, drawn at random, each 5 to 300 g. What
they hold together is set against the upper end that the program gives the same foods (`nutrigap.intake`), first with
the packaged stand-ins, which were made of these very foods; then with stand-ins made of one random half of the foods
and tried on the other, which is what happens to a food that nobody has measured. Seeded; takes some seconds.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from nutrigap.intake import Bounds, contributions
from nutrigap.tables import FoodTable, Imputation, load_foods
from nutrigap.units import nutrients

SEED = 20260304
SUMS = 20_000
FOODS = (1, 2, 5, 10, 20)
GRAMS = (5.0, 300.0)
SMALLEST_GROUP = 30  # known values a group needs to speak for itself, as in data/build_tables.py

Amounts = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]


def known_foods(foods: FoodTable, nutrient: int) -> Rows:
    """Rows of the SR foods with a value of the nutrient."""
    of_sr = np.array([group.startswith("SR: ") for group in foods.groups])[foods.group]
    return np.flatnonzero(of_sr & ~np.isnan(foods.values[:, nutrient]))


def stand_ins(foods: FoodTable, nutrient: int, measured: Rows) -> Imputation:
    """What stands in for an unmeasured value, made of some of the foods only; by the rule of data/README.md."""
    values, group = foods.values[measured, nutrient], foods.group[measured]
    best, high = (np.full(end.shape, np.nan) for end in foods.imputation)
    for place in range(len(foods.groups)):
        own = values[group == place]
        base = own if len(own) >= SMALLEST_GROUP else values
        best[place, nutrient] = np.median(base)
        high[place, nutrient] = max(np.percentile(base, 95), values[values > 0].min())
    return Imputation(best=best, high=high)


def covered(foods: FoodTable, nutrient: int, eaten: Rows, count: int, rng: np.random.Generator) -> float:
    """Share of random sums of `count` foods whose true amount is at most the upper end that the program gives them."""
    rows = rng.choice(eaten, SUMS * count)
    grams = rng.uniform(*GRAMS, SUMS * count)
    truth = foods.values[rows, nutrient] * grams / 100
    unmeasured = replace(foods, values=np.full(foods.values.shape, np.nan))
    high = contributions(unmeasured, rows, Bounds(grams, grams, grams)).high[:, nutrient]
    return float(np.mean(truth.reshape(SUMS, count).sum(axis=1) <= high.reshape(SUMS, count).sum(axis=1) + 1e-9))


def main() -> None:
    """Print both tables, in percent."""
    foods, rng = load_foods(), np.random.default_rng(SEED)
    for title, halved in (("packaged stand-ins", False), ("stand-ins made of the other half", True)):
        print(f"{title}: sums below the upper end [%]")
        print(f"{'foods in a sum':<16}" + "".join(f"{count:>7}" for count in FOODS))
        for i, nutrient in enumerate(nutrients()):
            if nutrient.role != "core":
                continue
            eaten, table = rng.permutation(known_foods(foods, i)), foods
            if halved:
                table = replace(foods, imputation=stand_ins(foods, i, eaten[: len(eaten) // 2]))
                eaten = eaten[len(eaten) // 2 :]
            shares = [covered(table, i, eaten, count, rng) for count in FOODS]
            print(f"{nutrient.name:<16}" + "".join(f"{100 * share:7.1f}" for share in shares))


if __name__ == "__main__":
    main()
