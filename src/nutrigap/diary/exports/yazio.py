"""YAZIO, as its exporters write it: ``days.json`` (what was eaten each day) and ``nutrients.json`` (totals of days).

All masses are in grams, energy is in kcal. What a product holds is told for one gram (or millilitre) of it, and stands
in ``products.json``; what a recipe holds, for one portion of it, in ``recipes.json``: both are found beside the days in
a zip archive, or under ``products`` and ``recipes`` in the same file.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from nutrigap.diary.cells import show
from nutrigap.diary.exports.records import number_of, record_line
from nutrigap.diary.exports.shared import Export, about_amounts, given
from nutrigap.diary.layouts import File
from nutrigap.diary.model import Line, unreadable
from nutrigap.diary.plain import Reading
from nutrigap.errors import Problem

_PROGRAM = "YAZIO"
# Their name -> nutrient, and what one of their unit (g, kcal) is in its canonical one.
_NUTRIENTS = {
    "mineral.magnesium": ("magnesium", 1e3), "mineral.calcium": ("calcium", 1e3),
    "mineral.potassium": ("potassium", 1e3), "vitamin.d": ("vitamin_d", 1e6), "vitamin.b12": ("vitamin_b12", 1e6),
    "vitamin.b6": ("vitamin_b6", 1e3), "energy.energy": ("energy", 1.0), "nutrient.water": ("water", 1.0),
    "nutrient.sodium": ("sodium", 1e3), "vitamin.b1": ("thiamin", 1e3), "nutrient.alcohol": ("alcohol", 1.0),
}  # fmt: skip
_FIX = "give days.json, or a zip archive with days.json and products.json"
_Json = Mapping[str, object]


class _Item(NamedTuple):
    """One entry of a day: its food, how often what is told of it was eaten, and how the amount is written."""

    food: str
    nutrients: _Json | None
    times: float | None
    amount: str
    unit: str
    brand: str
    meal: str


def read_json(file: File) -> Reading:
    """A line an entry, or a line a day of totals; its number is its place in the file."""
    with file.open() as stream:
        content = _parsed(stream.read(), file.path)
    if isinstance(content, dict) and content.keys() & _NUTRIENTS.keys():
        lines, export = [*_totals(content)], Export(_PROGRAM, {}, covers="day")
    else:
        lines, export = [*_entries(content, file)], Export(_PROGRAM, {})
    if not lines:
        raise unreadable(file.path, "this is JSON, but it holds no days of YAZIO", _FIX)
    notes = ["line numbers are the places of the entries in the file", *about_amounts(export, given(lines))]
    return Reading(lines, [line.problem for line in lines if line.problem is not None], notes)


def _parsed(data: bytes, path: str) -> object:
    try:
        return json.loads(data)
    except json.JSONDecodeError as error:
        raise unreadable(path, f"the JSON is damaged ({error.msg})", _FIX, line=error.lineno) from None
    except (UnicodeDecodeError, RecursionError) as error:
        raise unreadable(path, f"the JSON is damaged ({show(str(error), 60)})", _FIX) from None


def _totals(content: _Json) -> Iterator[Line]:
    """Days of ``nutrients.json``: {"mineral.magnesium": {"2026-03-01": 0.3}}."""
    days: dict[str, dict[str, float]] = {}
    for name, (nutrient, factor) in _NUTRIENTS.items():
        for day, value in _object(content.get(name)).items():
            number = number_of(value)
            if number is not None:
                days.setdefault(day, {})[nutrient] = number * factor
    for place, (day, amounts) in enumerate(sorted(days.items()), start=1):
        date, problem = _date(day, place)
        yield record_line(place, date, "total of the day", amounts, _PROGRAM, covers="day", problem=problem)


def _entries(content: object, file: File) -> Iterator[Line]:
    known = {
        name: {**_beside(file, f"{name}.json"), **_object(_object(content).get(name))}
        for name in ("products", "recipes")
    }
    place = 0
    for day, entry in _days(content):
        for kind, items in _object(entry.get("consumed")).items():
            for item in items if isinstance(items, list) else []:
                place += 1
                yield _line(place, day, _item(kind, _object(item), known))


def _days(content: object) -> Iterator[tuple[str, _Json]]:
    """The days by their dates: at the top, under ``days``, or as a list of days with a date."""
    days = _object(content).get("days", content)
    if isinstance(days, list):
        yield from ((str(_object(day).get("date", "")), _object(day)) for day in days)
    else:
        yield from ((day, _object(entry)) for day, entry in _object(days).items() if "consumed" in _object(entry))


def _item(kind: str, item: _Json, known: Mapping[str, _Json]) -> _Item:
    meal = _text(item.get("daytime"))
    if kind == "simple_products":  # entered by hand, amounts for the whole
        return _Item(_text(item.get("name")), _object(item.get("nutrients")), 1.0, "", "", "", meal)
    if kind == "recipe_portions":
        recipe = _object(known["recipes"].get(_text(item.get("recipe_id"))))
        count = number_of(item.get("portion_count"))
        named = _text(recipe.get("name")) or _text(item.get("name"))
        return _Item(named, _maybe(recipe, item), count, _plain(count), "portions", "", meal)
    product = _object(known["products"].get(_text(item.get("product_id"))))
    amount = number_of(item.get("amount"))
    unit = _text(product.get("base_unit")) or "g"
    named, brand = _text(product.get("name")) or _text(item.get("name")), _text(product.get("producer"))
    return _Item(named, _maybe(product, item), amount, _plain(amount), unit, brand, meal)


def _line(place: int, day: str, item: _Item) -> Line:
    date, problem = _date(day, place)
    if problem is None and not item.food:
        what = "the entry names its food only by an id"
        problem = Problem(place, "name", what, "give a zip archive with days.json, products.json and recipes.json")
    if problem is None and item.times is None:
        problem = Problem(place, "amount", "the entry has no usable amount", "export it again")
    amounts = {} if item.times is None else _amounts(item.nutrients or {}, item.times)
    return record_line(
        place, date, item.food, amounts, _PROGRAM, amount=item.amount, unit=item.unit if item.amount else "",
        meal=item.meal, brand=item.brand, problem=problem,
    )  # fmt: skip


def _amounts(told: _Json, times: float) -> dict[str, float]:
    found = {}
    for name, (nutrient, factor) in _NUTRIENTS.items():
        value = number_of(told.get(name))
        if value is not None:
            found[nutrient] = value * factor * times
    return found


def _date(day: str, place: int) -> tuple[datetime.date | None, Problem | None]:
    try:
        return datetime.date.fromisoformat(day[:10]), None
    except ValueError:
        return None, Problem(place, "date", f'"{show(day)}" is no date', "write it as year-month-day")


def _beside(file: File, name: str) -> _Json:
    data = file.beside(name)
    return {} if data is None else _object(_parsed(data, file.path))


def _maybe(first: _Json, second: _Json) -> _Json | None:
    """The nutrients that the food tells, else those that the entry itself does."""
    return next((_object(one["nutrients"]) for one in (first, second) if "nutrients" in one), None)


def _object(value: object) -> _Json:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _plain(value: float | None) -> str:
    return "" if value is None else f"{value:g}"
