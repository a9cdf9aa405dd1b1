"""Exact sums of many lines: against fractions, against each other, and whatever the order and the cuts."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from nutrigap.foodtables import load_foods as load_tables
from nutrigap.sparse import Sums, composition, food_sums, row_sums, run_starts
from nutrigap.tables import load_foods
from nutrigap.totals import Bounds, contributions, count_by, quanta, sum_by
from nutrigap.units import nutrient_index, nutrients

CORE = tuple(one.id for one in nutrients() if one.role == "core")
B12 = ("vitamin_b12",)  # of which the tables tell what was added
FOODS = load_foods()


def lines(count: int, seed: int = 0, *, decimals: int = 2) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Person-days in order, rows of the whole food table, grams as a scale shows them."""
    random = np.random.default_rng(seed)
    day = np.sort(random.integers(0, max(1, count // 12), count))
    return day, random.integers(0, len(FOODS), count), np.round(random.gamma(2.0, 60.0, count) + 0.01, decimals)


def alike(one: Sums, other: Sums) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_totals_are_the_exact_decimal_sums():
    """The release prints decimals and a scale grams with two: their products and sums have an exact value."""
    day, rows, grams = lines(600)
    table = composition(FOODS, CORE, B12)
    known = ~np.isnan(FOODS.values[:, [nutrient_index()[name] for name in CORE]]).any(axis=1)
    rows = np.flatnonzero(known)[rows % int(known.sum())]
    found = food_sums(table, run_starts(day), rows, grams).amounts()
    for column, name in enumerate(CORE):
        exact = [Fraction(0)] * len(run_starts(day))
        places = np.searchsorted(np.unique(day), day)
        for place, row, weight in zip(places.tolist(), rows.tolist(), grams.tolist(), strict=True):
            value = repr(float(FOODS.values[row, nutrient_index()[name]]))
            exact[place] += Fraction(value) * Fraction(repr(weight)) / 100
        assert found.best[:, column].tolist() == [float(one) for one in exact]
        assert found.low[:, column].tolist() == found.high[:, column].tolist() == found.best[:, column].tolist()


def test_bounds_are_those_of_single_lines():
    """Another route: contributions line by line in floats, added up with fsum."""
    day, rows, grams = lines(4000, seed=1)
    ends = Bounds(np.round(grams * 0.8, 2), grams, np.round(grams * 1.3, 2))
    starts = run_starts(day)
    found = food_sums(composition(FOODS, CORE, B12), starts, rows, ends).amounts()
    each = contributions(FOODS, rows, ends)
    for own, other in zip(found, each, strict=True):
        for column, name in enumerate(CORE):
            parts = np.split(other[:, nutrient_index()[name]], starts[1:])
            np.testing.assert_allclose(own[:, column], [math.fsum(part) for part in parts], rtol=1e-12, atol=1e-9)
    assert (found.high[:, 3] > found.best[:, 3]).any()  # vitamin D of SR foods was often not measured


def test_one_weight_is_three_that_are_alike():
    day, rows, grams = lines(3000, seed=2)
    table, starts = composition(FOODS, CORE, B12), run_starts(day)
    assert alike(food_sums(table, starts, rows, grams), food_sums(table, starts, rows, Bounds(grams, grams, grams)))


@pytest.mark.parametrize("count", [0, 1, 5, 4_096, 4_097, 70_000])
def test_scipy_and_numpy_agree_to_the_bit(count):
    pytest.importorskip("scipy")
    day, rows, grams = lines(count, seed=3, decimals=5)
    table, starts = composition(FOODS, (*CORE, "energy"), B12), run_starts(day)
    assert alike(
        food_sums(table, starts, rows, grams, sparse=True), food_sums(table, starts, rows, grams, sparse=False)
    )


@pytest.mark.parametrize("seed", range(8))
def test_no_cut_and_no_order_changes_a_bit(seed):
    """Random cuts, in the midst of days too, and lines in disorder: the sums of the parts are the whole."""
    random = np.random.default_rng(seed)
    day, rows, grams = lines(5_000, seed=seed, decimals=7)
    table, size = composition(FOODS, CORE, B12), int(day.max()) + 1
    whole = food_sums(table, run_starts(day), rows, grams)
    order = random.permutation(len(day)) if seed % 2 else np.arange(len(day))
    cuts = np.unique(np.concatenate([[0, len(day)], random.integers(1, len(day), random.integers(0, 40))]))
    total = np.zeros((3, size, len(table.columns)), dtype=np.int64)
    for start, end in pairwise(cuts):
        part = order[start:end]
        starts = run_starts(day[part])
        sums = food_sums(table, starts, rows[part], grams[part])
        for end_total, brought in zip(total, sums, strict=False):
            end_total += count_by(day[part][starts], brought, size)
    for own, other in zip(total, whole, strict=False):
        np.testing.assert_array_equal(own[np.unique(day)], other)


def test_what_has_no_stand_in_stays_open(tmp_path):
    """A table that says nothing of vitamin D, and another that says 0: only the one has no upper end."""
    path = tmp_path / "own.csv"
    path.write_text("food,magnesium_mg,vitamin_d_mcg\nfirst,10,\nsecond,20,3\n", encoding="utf-8")
    foods = load_tables(path)
    table = composition(foods, ("magnesium", "vitamin_d", "vitamin_b12"), B12)
    rows, grams = np.array([0, 1, 1, 0]), np.array([100.0, 50.0, 10.0, 0.0])
    found = food_sums(table, np.array([0, 2, 3]), rows, grams).amounts()
    ends = contributions(foods, rows[:3], Bounds(grams[:3], grams[:3], grams[:3]))
    assert found.best[:, 0].tolist() == [20.0, 2.0, 0.0]
    column = nutrient_index()["vitamin_d"]
    expected = [ends.high[0, column] + 1.5, 0.3]
    np.testing.assert_allclose(found.high[:2, 1], expected, rtol=1e-12)
    assert np.isnan(found.best[:, 2]).all() and np.isinf(found.high[:, 2]).all()  # no line brings any known B12
    assert found.low[:, 2].tolist() == [0.0, 0.0, 0.0]


def test_more_decimals_than_steps_are_not_lost(tmp_path):
    """0.0125 µg (half an IU) is no whole number of steps of 0.001."""
    path = tmp_path / "own.csv"
    path.write_text("food,magnesium_mg,vitamin_d_mcg\nfirst,0.123456789,0.0125\n", encoding="utf-8")
    table = composition(load_tables(path), ("magnesium", "vitamin_d"))
    grams = np.array([33.0, 200.5, 41.25])
    found = food_sums(table, np.array([0]), np.array([0, 0, 0]), grams).amounts()
    exact = [Fraction("0.123456789") * Fraction("274.75") / 100, Fraction("0.0125") * Fraction("274.75") / 100]
    np.testing.assert_allclose(found.best[0, :2], [float(one) for one in exact], rtol=0, atol=2e-11)


@pytest.mark.parametrize("sparse", [True, False])
def test_sums_beyond_whole_floats_are_exact_too(sparse):
    """Salt by the kilogram: 38,758 mg of sodium in 100 g, more quanta than a float tells apart."""
    foods, table = FOODS, composition(FOODS, ("sodium",))
    rows = np.full(40, foods.row("sr:02047"))
    grams = 1000.0 + np.arange(40) * 0.000001
    [[found]] = food_sums(table, np.array([0]), rows, grams, sparse=sparse).best.tolist()
    assert found == 38_758_000 * sum(1_000_000_000 + i for i in range(40)) > 2**53


@pytest.mark.parametrize("sparse", [True, False])
def test_a_best_value_beyond_whole_floats_without_an_upper_end_is_exact(sparse):
    """54,321.987 of something stands in for what has no upper end: 101 lines of it, counted in Python's integers."""
    row, column = FOODS.row("sr:02047"), nutrient_index()["sodium"]
    values, imputation = FOODS.values.copy(), FOODS.imputation
    values[row, column] = np.nan
    best, high = imputation.best.copy(), imputation.high.copy()
    best[FOODS.group[row], column], high[FOODS.group[row], column] = 54_321.987, np.nan
    foods = replace(FOODS, values=values, imputation=imputation._replace(best=best, high=high))
    grams = 480.0 + np.arange(101) * 0.000007
    sums = food_sums(composition(foods, ("sodium",)), np.array([0]), np.full(101, row), grams, sparse=sparse)
    expected = 54_321_987 * sum(480_000_000 + 7 * i for i in range(101))
    assert expected > 2**53
    assert (sums.best.tolist(), sums.low.tolist(), sums.high_endless.tolist()) == ([[expected]], [[0]], [[101]])


@pytest.mark.parametrize("kind", [np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64])
def test_rows_of_any_width(kind):
    """More lines than the rows' own kind can count."""
    rows, grams = np.tile(np.arange(100), 700).astype(kind), np.full(70_000, 1.25)
    table, starts = composition(FOODS, CORE), np.arange(0, 70_000, 7)
    expected = food_sums(table, starts, rows.astype(np.int64), grams, sparse=False)
    assert alike(food_sums(table, starts, rows, grams, sparse=True), expected)


def test_a_day_that_64_bits_do_not_hold_is_refused():
    table = composition(FOODS, CORE, B12)
    with pytest.raises(OverflowError, match="more than can be added up"):
        food_sums(table, np.array([0]), np.zeros(3, dtype=np.int64), np.full(3, 1e9))


def test_sums_of_amounts_are_exact_in_any_order():
    random = np.random.default_rng(5)
    amounts = np.round(random.gamma(1.0, 50.0, (3000, 2)), 6)
    index = random.integers(0, 40, 3000)
    exact = [[Fraction(0), Fraction(0)] for _ in range(40)]
    for place, row in zip(index.tolist(), amounts.tolist(), strict=True):
        exact[place] = [a + Fraction(repr(b)) for a, b in zip(exact[place], row, strict=True)]
    order = random.permutation(3000)
    found = sum_by(index, amounts, 40)
    assert found.tolist() == [[float(cell) for cell in row] for row in exact]
    assert sum_by(index[order], amounts[order], 40).tolist() == found.tolist()


def test_what_is_not_finite_stays_so_and_only_there():
    amounts = np.array([[1.0, np.nan], [np.inf, 2.0], [3.0, 4.0]])
    found = sum_by(np.array([0, 0, 1]), amounts, 3)
    assert np.isinf(found[0, 0]) and np.isnan(found[0, 1])
    assert found[1:].tolist() == [[3.0, 4.0], [0.0, 0.0]]


def test_huge_amounts_are_added_up_by_another_road():
    amounts = np.array([[1e12], [1.0], [-1e12], [1e9]])
    assert sum_by(np.array([0, 0, 0, 1]), amounts, 2).tolist() == [[1.0], [1e9]]


def test_row_sums_are_a_plain_loop():
    random = np.random.default_rng(6)
    table = random.integers(-5, 90, (30, 4))
    rows, day = random.integers(0, 30, 9_000), np.sort(random.integers(0, 50, 9_000))
    expected = [table[rows[day == one]].sum(axis=0).tolist() for one in range(50)]
    assert row_sums(table, run_starts(day), rows).tolist() == expected


def test_quanta_are_whole_and_near():
    amounts = np.array([0.1, 420.0, 1 / 3])
    assert quanta(amounts).tolist() == [10**10, 420 * 10**11, round(Fraction(1 / 3) * 10**11)]
