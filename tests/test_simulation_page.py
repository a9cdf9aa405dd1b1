"""What the report and README say of the simulation is what its page says."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import numpy as np
import pytest

from nutrigap.report.sections import WHAT_CONFIDENCE_IS
from nutrigap.rules import texts
from nutrigap.tables import load_foods
from nutrigap.units import nutrients

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "simulation.md").read_text(encoding="utf-8")


def rows(heading: str) -> list[list[str]]:
    """The cells of the table below a heading, its two first rows left away."""
    below = PAGE.partition(f"## {heading}")[2].partition("\n## ")[0]
    table = [line for line in below.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table[2:]]


def wrong(nutrient: str, days: int, verdict: str) -> list[float]:
    """Shares of a verdict that are wrong, in percent: women and men, by the CV of the test and by the larger one."""
    population = {"low": 5, "adequate": 7}[verdict]
    wider = {"low": 6, "adequate": 7}[verdict]
    found = [row[population] for row in rows("A population") if row[0] == nutrient and row[3] == str(days)]
    found += [row[wider] for row in rows("Days that vary more") if row[0] == nutrient and row[4] == str(days)]
    assert len(found) == 4
    return [float(cell) for cell in found]


def of_ten(shares: list[float]) -> str:
    return f"{round(min(shares) / 10)} to {round(max(shares) / 10)} of 10"


def test_every_cell_at_the_requirement_passes() -> None:
    cells = rows("A usual intake that is exactly the requirement")
    assert len(cells) == 10 and {row[-1] for row in cells} == {"pass"}
    bar = 15 + 300 * (0.15 * 0.85 / 400_000) ** 0.5
    shares = [float(number) for row in cells for cell in row[2:6] for number in re.findall(r"\d+\.\d+", cell)]
    assert len(shares) == 80 and max(shares) <= round(bar, 2)


def test_what_is_said_of_b12() -> None:
    text = texts()["S1", ""].text
    assert of_ten(wrong("vitamin B12", 7, "low")) == "6 to 8 of 10" and "6 to 8 of 10 logs of a week" in text
    assert of_ten(wrong("vitamin B12", 28, "low")) == "2 to 5 of 10" and "2 to 5 of 10 logs of four weeks" in text
    assert "wrong for 6 to 8 of 10" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert "of the logs of a week that look low most are not" in WHAT_CONFIDENCE_IS
    assert min(wrong("vitamin B12", 7, "low")) > 50


def test_what_is_said_of_vitamin_d() -> None:
    assert of_ten(wrong("vitamin D", 7, "adequate")) == "3 to 6 of 10" and "3 to 6 of 10 logs" in WHAT_CONFIDENCE_IS
    assert max(wrong("vitamin D", 7, "low")) < 5  # "nearly always right"


@pytest.mark.parametrize("nutrient", ["magnesium", "calcium"])
def test_what_is_said_of_magnesium_and_calcium(nutrient: str) -> None:
    """ "Most are right": of the verdicts of a week, less than one in ten is wrong."""
    found = [row for row in rows("A population") if row[0] == nutrient and row[3] == "7"]
    assert found and all(float(row[i]) < 10 for row in found for i in (5, 7))


def test_what_is_said_of_the_upper_ends() -> None:
    """95 of 100 or more with the packaged stand-ins: simulations/bounds.py with fewer sums, and their error allowed."""
    path = ROOT / "simulations" / "bounds.py"
    spec = importlib.util.spec_from_file_location("bounds_trial", path)
    assert spec is not None and spec.loader is not None
    trial = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(trial)
    assert "95 of 100 sums or more" in (ROOT / "docs" / "explanation" / "bounds.md").read_text(encoding="utf-8")
    trial.SUMS = 4_000
    foods, rng = load_foods(), np.random.default_rng(trial.SEED)
    least = 0.95 - 3 * (0.95 * 0.05 / trial.SUMS) ** 0.5
    core = [i for i, nutrient in enumerate(nutrients()) if nutrient.role == "core"]
    shares = [trial.covered(foods, i, trial.known_foods(foods, i), count, rng) for i in core for count in (1, 5)]
    assert len(shares) == 12 and least <= min(shares) and max(shares) < 1
