"""nutrigap: what a food diary can and cannot say about six nutrients.

The names below are the public interface; each is loaded when it is first asked for, so that importing the package
costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nutrigap import population
    from nutrigap.analysis import analyze
    from nutrigap.choices import read_choices
    from nutrigap.cohorts import CohortRun, cohort
    from nutrigap.diary import Diary, read_diary
    from nutrigap.errors import (
        AmountError,
        DiaryError,
        MissingPackage,
        NutrigapError,
        PersonError,
        PopulationError,
        TableError,
        UnknownFood,
        UnknownUnit,
    )
    from nutrigap.foodtables import load_foods
    from nutrigap.frames import targets
    from nutrigap.person import Person
    from nutrigap.readings import Method
    from nutrigap.recipes import read_recipes
    from nutrigap.report import Report
    from nutrigap.symptoms import SymptomLog, read_symptoms
    from nutrigap.tables import FoodTable
    from nutrigap.units import convert

__version__ = "0.1.0"

__all__ = [
    "AmountError", "CohortRun", "Diary", "DiaryError", "FoodTable", "Method", "MissingPackage", "NutrigapError",
    "Person", "PersonError", "PopulationError", "Report", "SymptomLog", "TableError", "UnknownFood", "UnknownUnit",
    "analyze", "cohort", "convert", "load_foods", "population", "read_choices", "read_diary", "read_recipes",
    "read_symptoms", "targets",
]  # fmt: skip

_MODULES = {
    "analysis": ["analyze"],
    "choices": ["read_choices"],
    "cohorts": ["CohortRun", "cohort"],
    "diary": ["Diary", "read_diary"],
    "errors": [
        "AmountError",
        "DiaryError",
        "MissingPackage",
        "NutrigapError",
        "PersonError",
        "PopulationError",
        "TableError",
        "UnknownFood",
        "UnknownUnit",
    ],
    "foodtables": ["load_foods"],
    "frames": ["targets"],
    "readings": ["Method"],
    "recipes": ["read_recipes"],
    "person": ["Person"],
    "report": ["Report"],
    "symptoms": ["SymptomLog", "read_symptoms"],
    "tables": ["FoodTable"],
    "units": ["convert"],
}
_WHERE = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> object:
    if name == "population":
        return import_module("nutrigap.population")
    if name not in _WHERE:
        raise AttributeError(f"module 'nutrigap' has no attribute {name!r}")
    return getattr(import_module(f"nutrigap.{_WHERE[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
