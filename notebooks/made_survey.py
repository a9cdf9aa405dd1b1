"""A survey that nobody answered: two days each of 600 made-up adults, in the shape of NHANES dietary interviews.

What a person eats in the long run is drawn from the table that nutrigap ships (``within_person_sd.csv``: NHANES
2007-2012, intake from food), and known here as it never is of real persons. Each day is drawn about it, and foods of
FNDDS are weighed so that they add up to the day. Every draw is seeded.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import gamma, norm

import nutrigap as ng
from nutrigap.references import variation
from nutrigap.units import nutrient_index

SEED = 20261130
EACH = 75  # persons of each sex and age group
NUTRIENTS = ("magnesium", "potassium", "vitamin_b12")
# How nutrients go together, in persons and in days alike. The table does not tell: these are our choice.
TOGETHER = np.array([[1.0, 0.93, 0.3], [0.93, 1.0, 0.3], [0.3, 0.3, 1.0]])
# First and last year of the groups of the table, and millions that each sex of it stands for, about as in the US.
AGES = {(19, 30): 26.0, (31, 50): 42.0, (51, 70): 39.0, (71, 84): 16.0}
# What a day is made of: of each row one food. Codes of FNDDS, and the grams that it starts from.
MENU = (
    {11111000: 244, 11112110: 244, 11411100: 170, 14104100: 42},  # milk, yogurt, cheese
    {21101000: 120, 24122131: 120, 31103010: 100, 22311000: 60, 24201000: 85},  # meat, eggs
    {51101000: 84, 56203056: 240, 53201000: 60},  # bread, oatmeal, cookies
    {56205000: 160, 56130000: 200, 56132990: 140},  # rice, pasta
    {42100100: 10, 42202000: 12, 42111100: 12, 57601100: 4},  # nuts, bran
    {61210000: 180, 74101000: 120, 73101010: 80, 75113000: 60},  # orange juice, tomato, carrot, lettuce
    {41101070: 60, 72201211: 78, 71101000: 140},  # beans, broccoli, potato
    {63101000: 200, 63107010: 126, 63109010: 120, 63223020: 100},  # apple, banana, melon, strawberries
    {92302000: 360, 92400000: 372, 13110000: 100},  # tea, soft drink, ice cream
    {81101000: 30, 82101000: 30},  # butter, oil
)
RICH = {25110140: 20, 26303160: 85, 25230560: 56}  # liver, clams: only on days that hold much vitamin B12


def write(folder: Path) -> pd.DataFrame:
    """Write ``foods.csv`` and ``people.csv`` into a folder.

    Returns
    -------
    DataFrame
        The truth, one row a person: ``person``, and the usual intake of each nutrient. [unit/day]
    """
    rng = np.random.default_rng(SEED)
    people = _people(rng)
    usual, cv = _usual(people, rng)
    of_day = np.repeat(np.arange(len(people)), 2)
    shape = cv[of_day] ** -2
    days = gamma.ppf(_scores(of_day.size, rng), shape, scale=usual[of_day] / shape)
    first = np.datetime64("2026-01-05") + rng.integers(0, 330, len(people))
    dates = np.stack([first, first + rng.integers(3, 11, len(people))], axis=1).ravel()
    foods, grams = _menus(days, rng)
    lines = pd.DataFrame({
        "person": np.repeat(people["person"].to_numpy()[of_day], foods.shape[1]),
        "date": np.repeat(dates, foods.shape[1]),
        "food_id": foods.ravel(),
        "grams": grams.ravel().round(2),
    })  # fmt: skip
    lines[lines["grams"] > 0].to_csv(folder / "foods.csv", index=False)
    people.to_csv(folder / "people.csv", index=False)
    return pd.DataFrame({"person": people["person"].astype(str), **dict(zip(NUTRIENTS, usual.T, strict=True))})


def _people(rng: np.random.Generator) -> pd.DataFrame:
    """Who they are. Old people are asked more often than there are of them, which the weights put right."""
    groups = [
        pd.DataFrame({
            "age": rng.integers(youngest, oldest + 1, EACH),
            "sex": sex,
            "life_stage": "none",
            "weight": (millions * 1e6 / EACH * rng.lognormal(0.0, 0.3, EACH)).round(),
        })
        for (youngest, oldest), millions in AGES.items()
        for sex in ("female", "male")
    ]  # fmt: skip
    people = pd.concat(groups).sample(frac=1.0, random_state=rng)
    people.insert(0, "person", np.arange(100_001, 100_001 + len(people)))
    return people


def _scores(size: int, rng: np.random.Generator) -> np.ndarray:
    """Where each stands among all, from 0 to 1; shape (size, nutrients)."""
    return norm.cdf(rng.multivariate_normal(np.zeros(len(NUTRIENTS)), TOGETHER, size))


def _usual(people: pd.DataFrame, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Usual intakes, lognormal with the mean and SD of the group, and the CV of days; shape (persons, nutrients)."""
    persons = [ng.Person(age=age, sex=sex) for age, sex in zip(people["age"], people["sex"], strict=True)]
    rows = [[variation(person, name) for name in NUTRIENTS] for person in persons]
    mean, between, cv = (
        np.array([[getattr(x, name) for x in row] for row in rows]) for name in ("mean", "sd_between", "cv")
    )
    spread = np.log1p((between / mean) ** 2)
    return mean * np.exp(np.sqrt(spread) * norm.ppf(_scores(len(rows), rng)) - 0.5 * spread), cv


def _menus(days: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Foods of each day and their grams, which add up to the day; both of shape (days, foods)."""
    table = ng.load_foods()
    row = {code: table.ids.index(f"fndds:{code}") for foods in (*MENU, RICH) for code in foods}
    columns = [nutrient_index()[name] for name in NUTRIENTS]
    codes = np.zeros((len(days), len(MENU) + 1), dtype=np.int64)
    grams = np.zeros(codes.shape)
    left = np.arange(len(days))
    while left.size:  # a menu that cannot make its day, or only with two kilograms of a food, is drawn again
        picked = [np.array(list(foods.items()))[rng.integers(0, len(foods), left.size)] for foods in (*MENU, RICH)]
        codes[left], start = np.moveaxis(np.stack(picked, axis=1), 2, 0)
        start = start * rng.lognormal(0.0, 0.3, start.shape)
        rows = np.vectorize(row.__getitem__)(codes[left])
        parts = table.values[rows][..., columns] / 100.0 / days[left, None]  # of the day, in a gram
        magnesium, _, b12 = np.einsum("nf,nfi->in", start[:, :-1], parts[:, :-1])
        start[:, -1] *= b12 < 0.5 * magnesium
        start /= magnesium[:, None]  # a large day is more of all foods
        parts[start == 0.0] = 0.0
        grams[left] = _raked(start, parts)
        off = np.abs(1.0 - np.einsum("nf,nfi->ni", grams[left], parts)).max(axis=1)
        left = left[(off > 1e-6) | (grams[left].max(axis=1) > 2000.0)]
    return codes, grams


def _raked(start: np.ndarray, parts: np.ndarray) -> np.ndarray:
    """Grams start·exp(parts·λ) that make the whole day, if any do (raking: Deville and Särndal 1992)."""
    factors = np.zeros((len(parts), parts.shape[2]))
    grams = start
    for _ in range(30):
        slope = np.einsum("nf,nfi,nfj->nij", grams, parts, parts)
        off = 1.0 - np.einsum("nf,nfi->ni", grams, parts)
        step = np.linalg.solve(slope, off[..., None])[..., 0]
        largest = np.abs(np.einsum("nfi,ni->nf", parts, step)).max(axis=1, keepdims=True)
        factors += step / np.maximum(1.0, largest)  # no food more than e-fold at once
        grams = start * np.exp(np.einsum("nfi,ni->nf", parts, factors))
    return grams
