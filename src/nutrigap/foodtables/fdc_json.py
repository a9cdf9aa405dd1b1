"""FoodData Central: its JSON downloads, alone or in the zip they come in, read a food at a time."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import IO, cast

from nutrigap.errors import FoodTableError, UnknownUnit
from nutrigap.foodtables.draft import Draft
from nutrigap.foodtables.fdc import BRANDED, FOUNDATION, LEGACY, SURVEY, Food, Shelf, named_unit, with_brand
from nutrigap.foodtables.given import Given, open_text, unusable

LISTS = {"SurveyFoods": SURVEY, "FoundationFoods": FOUNDATION, "SRLegacyFoods": LEGACY, "BrandedFoods": BRANDED}
_LIST = re.compile(rf'"({"|".join(LISTS)})"\s*:\s*\[')
_CHUNK = 1 << 20  # [characters]
_LONGEST_FOOD = 1 << 26  # [characters]
Json = Mapping[str, object]


def read(given: Given) -> Draft:
    """Read JSON downloads.

    Raises
    ------
    FoodTableError
        It is no download of FoodData Central, or damaged; the message names the food.
    """
    shelf = Shelf(given)
    for name in sorted(given.files):
        if name.endswith(".json"):
            with open_text(given, name) as text:
                for kind, food in _foods(text):
                    _take(given, name, shelf, kind, food)
    if not shelf.foods:
        what = f"there are no foods of FoodData Central in {', '.join(sorted(given.files)[:5])}"
        fix = f"give the file of a table of your own, or a download with food.csv or one of {', '.join(LISTS)}"
        raise unusable(given.path, what, fix)
    return shelf.draft()


def _foods(text: IO[str]) -> Iterator[tuple[str, Json]]:
    """Every food of the lists in a download, with its kind, without ever holding more than one.

    Raises
    ------
    ValueError
        The text ends within a list, or is no JSON there.
    """
    decoder = json.JSONDecoder()
    buffer, ended = text.read(_CHUNK), False
    kind, size = "", _CHUNK
    while True:
        if not kind:
            start = _LIST.search(buffer)
            if start is not None:
                kind, buffer = LISTS[start[1]], buffer[start.end() :]
            elif ended:
                return
            else:  # a name may straddle two chunks
                more = text.read(_CHUNK)
                buffer, ended = buffer[-64:] + more, not more
            continue
        buffer = buffer.lstrip(" \t\r\n,")
        if buffer.startswith("]"):
            kind, buffer = "", buffer[1:]
            continue
        try:
            food, end = decoder.raw_decode(buffer)
        except (json.JSONDecodeError, RecursionError) as error:
            if ended or len(buffer) > _LONGEST_FOOD or isinstance(error, RecursionError):
                raise ValueError(f"damaged behind the text {buffer[:60]!r}") from None
            more = text.read(size)
            size *= 2
            buffer, ended = buffer + more, not more
            continue
        size, buffer = _CHUNK, buffer[end:]
        if isinstance(food, dict):
            yield kind, food


def _take(given: Given, name: str, shelf: Shelf, kind: str, food: Json) -> None:
    try:
        row = shelf.add(Food(kind, _whole(food.get("fdcId")), _text(food, "description"), _group(food)))
        if row is not None:
            shelf.foods[row] = shelf.foods[row]._replace(name=with_brand(shelf.foods[row].name, _brand(food)))
            _amounts(shelf, row, food)
            _portions(shelf, row, food)
            size = food.get("servingSize")
            if kind == BRANDED and size is not None:
                unit, household = _text(food, "servingSizeUnit"), _text(food, "householdServingFullText")
                shelf.serving(row, _number(size), unit, household)
    except (ValueError, UnknownUnit) as error:
        if isinstance(error, FoodTableError):
            raise
        what = f"food {food.get('fdcId')}: {error}"
        raise unusable(given.place(name), what, "download it again") from None


def _amounts(shelf: Shelf, row: int, food: Json) -> None:
    for one in _list(food, "foodNutrients"):
        nutrient = _part(one, "nutrient")
        amount = one.get("amount")
        if amount is None:
            continue
        for code in (nutrient.get("id"), nutrient.get("number")):
            of = named_unit(str(code), _text(nutrient, "unitName"))
            if of is not None:
                limit = one.get("loq")
                shelf.amount(row, of, _number(amount), math.nan if limit in (None, "") else _number(limit))
                break


def _portions(shelf: Shelf, row: int, food: Json) -> None:
    found = sorted(_list(food, "foodPortions"), key=lambda one: _number(one.get("sequenceNumber", 0)))
    for one in found:
        amount = one.get("amount")
        shelf.portion(
            row,
            _text(_part(one, "measureUnit"), "name"),
            _text(one, "portionDescription"),
            _text(one, "modifier"),
            None if amount is None else _number(amount),
            _number(one.get("gramWeight", 0)),
        )


def _group(food: Json) -> str:
    survey = _part(food, "wweiaFoodCategory")
    return (
        _text(survey, "wweiaFoodCategoryDescription")
        or _text(_part(food, "foodCategory"), "description")
        or _text(food, "brandedFoodCategory")
    )


def _brand(food: Json) -> str:
    return _text(food, "brandName") or _text(food, "brandOwner")


def _text(of: Json, key: str) -> str:
    value = of.get(key)
    return value if isinstance(value, str) else ""


def _part(of: Json, key: str) -> Json:
    value = of.get(key)
    return cast("Json", value) if isinstance(value, dict) else {}


def _list(of: Json, key: str) -> list[Json]:
    value = of.get(key)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _number(value: object) -> float:
    """A number of the JSON; ValueError for what is none."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise ValueError(f"{value!r} is no number")
    return float(value)


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{value!r} is no id of a food")
    return value
