"""Totals of resolved lines: low, best and high by nutrigap's exact sums, against pandas merge + groupby.

A line is a person-day, a row of the food table and grams. pandas runs twice: ``same`` does the same work as nutrigap,
low, best and high of every nutrient of the table; ``plain`` gives one total for each of the six and takes an unmeasured
value for 0, as is often done: a sixth of the work. All three run in turn, round by round, so that a drift of the
machine's speed touches them alike, and the totals are compared first. Only ratios are printed:

    python benchmarks/totals.py [LINES] [ROUNDS]
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd

from nutrigap.sparse import Composition, composition, food_sums, run_starts
from nutrigap.tables import FloatArray, FoodTable, IntArray, load_foods
from nutrigap.totals import Bounds
from nutrigap.units import nutrients

LINES, ROUNDS = 2_000_000, 5
LINES_A_DAY = 15
CHUNK = 500_000
CORE = [i for i, nutrient in enumerate(nutrients()) if nutrient.role == "core"]


class Lines(NamedTuple):
    day: IntArray
    row: IntArray
    grams: FloatArray
    days: int


def made_up(count: int, foods: int) -> Lines:
    """Lines in the order of their days, as a survey file has them."""
    random = np.random.default_rng(1)
    days = max(1, count // LINES_A_DAY)
    day = np.sort(random.integers(0, days, count))
    return Lines(day, random.integers(0, foods, count), random.gamma(2.0, 60.0, count), days)


def ours(table: Composition, lines: Lines) -> Bounds:
    """Chunk by chunk: memory for the totals and one chunk, whatever the number of lines."""
    totals = Bounds(*(np.zeros((lines.days, len(nutrients()))) for _ in range(3)))
    for start in range(0, len(lines.day), CHUNK):
        part = slice(start, start + CHUNK)
        day = lines.day[part]
        starts = run_starts(day)
        sums = food_sums(table, starts, lines.row[part], lines.grams[part]).amounts()
        for total, brought in zip(totals, sums, strict=True):
            total[day[starts]] += brought[:, : total.shape[1]]
    return totals


def by_pandas(table: pd.DataFrame, lines: Lines) -> pd.DataFrame:
    frame = pd.DataFrame({"day": lines.day, "row": lines.row, "grams": lines.grams})
    merged = frame.merge(table, left_on="row", right_index=True, how="left")
    amounts = merged[table.columns].mul(merged["grams"] / 100, axis=0)
    return amounts.groupby(merged["day"]).sum()


def tables(foods: FoodTable) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Per 100 g: every nutrient filled in three ways, and the six as they stand."""
    unknown = np.isnan(foods.values)
    low = np.where(unknown, 0.0, foods.values)
    best = np.where(unknown, foods.imputation.best[foods.group], foods.values)
    high = np.where(unknown, foods.imputation.high[foods.group], foods.values)
    return pd.DataFrame(np.hstack([low, best, high])), pd.DataFrame(foods.values[:, CORE])


def seconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def check(found: Bounds, same: pd.DataFrame) -> None:
    """Both routes must agree before their times mean anything."""
    theirs = np.hsplit(same.to_numpy(), 3)
    for own, other in zip(found, theirs, strict=True):
        # nutrigap takes grams to the microgram
        np.testing.assert_allclose(own[same.index.to_numpy()][:, CORE], other[:, CORE], rtol=1e-6)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else LINES
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else ROUNDS
    foods = load_foods()
    lines = made_up(count, len(foods))
    table = composition(foods, tuple(nutrient.id for nutrient in nutrients()))
    same, plain = tables(foods)
    check(ours(table, lines), by_pandas(same, lines))
    ratios: dict[str, list[float]] = {"same": [], "plain": []}
    for _ in range(rounds):
        own = seconds(lambda: ours(table, lines))
        ratios["same"].append(seconds(lambda: by_pandas(same, lines)) / own)
        ratios["plain"].append(seconds(lambda: by_pandas(plain, lines)) / own)
    for name, found in ratios.items():
        low, middle, high = min(found), statistics.median(found), max(found)
        print(
            f"{count:,} lines, {rounds} rounds: pandas {name} / nutrigap: "
            f"median {middle:.2f} (min {low:.2f}, max {high:.2f})"
        )


if __name__ == "__main__":
    main()
