"""Calcium in milk equivalents, the ratio of calcium to magnesium, and water and sodium as context."""

from __future__ import annotations

import math
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np

from nutrigap.exposures.drinks import column_mean
from nutrigap.exposures.words import Range
from nutrigap.intake import FOOD, Intake
from nutrigap.tables import FoodTable
from nutrigap.units import nutrient_index, read_table
from nutrigap.words import words

HIGHEST_INDEX = 1.3  # no single trial of a food that holds 20 mg shall count for more


class Absorption(NamedTuple):
    """A food whose calcium absorption was measured: a row of ``data/calcium_absorption.csv``.

    ``calcium_mg`` [mg] is the load, ``absorbed_percent`` what was absorbed of it, ``milk_percent`` what is absorbed of
    milk at that load (0.889 - 0.0964 ln(load mg), as a share) and ``ratio`` the first over the second: the index.
    """

    food: str
    words: tuple[frozenset[str], ...]
    not_words: frozenset[str]
    calcium_mg: float
    absorbed_percent: float
    milk_percent: float
    ratio: float
    oxalate: bool


class MilkEquivalents(NamedTuple):
    """Calcium counted as if all of it were that of milk, by the best values per complete day.

    ``total`` and ``equivalent`` [mg/day] count food and supplements, these as they are; ``greens`` [mg/day] is the part
    of ``total`` from foods that oxalate keeps from being absorbed (spinach, amaranth leaves, rhubarb). ``coverage`` is
    the share of the calcium from food whose food has a measured index; the others count as milk.
    """

    total: float
    equivalent: float
    greens: float
    coverage: float


class WaterSodium(NamedTuple):
    """Mean water [g/day] and sodium [mg/day] as logged: diaries miss plain water and table salt."""

    water: Range
    sodium: Range


@cache
def absorption() -> tuple[tuple[Absorption, ...], frozenset[str]]:
    """The measured foods, and the words of dishes to which no index applies.

    Source: calcium absorption of foods, table 1 of PMC5442193 (after Weaver and Heaney).
    """
    found, dishes = [], frozenset[str]()
    for row in read_table("calcium_absorption.csv"):
        if row["food"] == "any":
            dishes = _set(row["not_words"])
            continue
        found.append(
            Absorption(
                row["food"],
                tuple(_set(one) for one in row["words"].split("; ")),
                _set(row["not_words"]),
                float(row["calcium_mg"]),
                float(row["absorbed_percent"]),
                float(row["milk_percent"]),
                float(row["index"]),
                row["oxalate"] == "yes",
            )
        )
    return tuple(found), dishes


def _set(text: str) -> frozenset[str]:
    """The words of a cell, which stand in the table in their one form."""
    return frozenset(text.replace(";", " ").split())


@lru_cache(maxsize=4096)
def absorption_of(name: str) -> Absorption | None:
    """The measured food that a food's name is, None for all others and for dishes.

    The name begins with a word of the food ("Spinach, raw", "Beans, pinto", not "Lasagna with spinach").
    """
    measured, dishes = absorption()
    found = words(name)
    if not found:
        return None
    all_words = frozenset(found)
    if dishes & all_words:
        return None
    hits = [
        (len(one), row)
        for row in measured
        if not row.not_words & all_words
        for one in row.words
        if found[0] in one and one <= all_words
    ]
    return max(hits, key=lambda hit: hit[0])[1] if hits else None  # the food that is named by most words


def milk_equivalents(intake: Intake, foods: FoodTable) -> MilkEquivalents:
    """Calcium of a log in milk equivalents: the sum of calcium times index, the index at most 1.3.

    Parameters
    ----------
    intake : Intake
    foods : FoodTable
        The table that the intake's entries refer to.

    Notes
    -----
    Never to be held against an absorbed amount: requirements already allow for what is absorbed of a usual diet.
    """
    calcium = nutrient_index()["calcium"]
    days = intake.days or math.nan
    best = np.where(intake.in_mean, intake.lines.best[:, calcium], 0.0) * intake.weight
    index, measured, oxalate = np.ones(len(best)), np.zeros(len(best), dtype=bool), np.zeros(len(best), dtype=bool)
    for i in np.flatnonzero((best > 0) & (intake.source == FOOD)):
        entry = intake.entries[i]
        found = absorption_of(entry.line.food if entry.row is None else foods.names[entry.row])
        if found is not None:
            index[i], measured[i], oxalate[i] = min(found.ratio, HIGHEST_INDEX), True, found.oxalate
    food = float(best[intake.source == FOOD].sum())
    return MilkEquivalents(
        total=float(best.sum()) / days,
        equivalent=float((best * index).sum()) / days,
        greens=float(best[oxalate].sum()) / days,
        coverage=float(best[measured].sum()) / food if food > 0 else 0.0,
    )


def ratio_ca_mg(intake: Intake) -> float | None:
    """Mean calcium over mean magnesium by the best values [g/g]; None without magnesium. No authority sets a target."""
    ca, mg = (column_mean(intake, name).best for name in ("calcium", "magnesium"))
    return ca / mg if mg > 0 and math.isfinite(ca / mg) else None


def water_sodium(intake: Intake) -> WaterSodium:
    """Mean water and sodium of the log, with its bounds."""
    return WaterSodium(column_mean(intake, "water"), column_mean(intake, "sodium"))
