"""Corrections that a person saved (``my-foods.csv``): what a phrase stands for, and what its measures weigh."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from nutrigap.amounts import is_length, unit_key, without_sizes
from nutrigap.diary.cells import show
from nutrigap.errors import AmountError, TableError, UnknownFood, did_you_mean
from nutrigap.quantities import SIZES, Amount
from nutrigap.sidetable import SideTable, read_side_table, read_weight
from nutrigap.tables import FoodTable
from nutrigap.words import key, plain, words

COLUMNS = ("phrase", "food_id", "unit", "grams", "kind", "note")
A_FILE = "a file of choices"
# The kinds that a file of choices may hold: "other" is what is written for a line that is no food.
KINDS = frozenset(["", "food", "supplement", "other"])
# What a choice writes before the name of a recipe.
RECIPE = "recipe:"
# The phrase of a row that holds for all foods ("my cup is 250 ml"), and its place among the choices.
EVERY_FOOD = frozenset(["", "*"])
GENERAL = ""

_NOTHING: Mapping[str, float] = MappingProxyType({})


class Choice(NamedTuple):
    """A correction the user saved: a phrase stands for this food, and one ``unit`` of it is so much.

    Attributes
    ----------
    food_id : str
        The food, or ``recipe:`` with a recipe's name; "" leaves it to the matcher.
    kind : str
        ``food``, ``supplement``, ``other`` (no food) or "".
    units, volumes : mapping
        What one of a unit weighs [g], or holds [ml]; keys as ``amounts.unit_key`` gives them.
    place : str
        File and line that the choice stands in.
    """

    food_id: str
    kind: str = ""
    units: Mapping[str, float] = _NOTHING
    place: str = "choices"
    volumes: Mapping[str, float] = _NOTHING

    @property
    def recipe(self) -> str:
        """Name of the recipe that the phrase stands for, or ""."""
        return self.food_id[len(RECIPE) :].strip() if self.food_id.lower().startswith(RECIPE) else ""

    def row(self, foods: FoodTable) -> int:
        """Row of the chosen food; TableError with the file and line of the choice when the table lacks it."""
        try:
            return foods.row(self.food_id)
        except UnknownFood as error:
            raise TableError(f"{self.place}: food_id: {error}; {_mend(self.food_id)}") from None


def _mend(food_id: str) -> str:
    if "+" in food_id:
        return "two foods for one phrase are a recipe (--recipes): write recipe: and its name"
    return "nutrigap foods WORDS finds the ids"


def phrase_key(text: str) -> str:
    """The form under which two spellings of a phrase are one, also in scripts of which ``words.key`` keeps nothing."""
    spelled = plain(text)
    return key(text) if spelled.isascii() else " ".join(spelled.strip("' ").split())


def choice_for(choices: Mapping[str, Choice], food: str, amount: str, unit: str) -> Choice | None:
    """The choice for a line: by its food as written, else without an amount in the same cell ("2 toast")."""
    found = choices.get(phrase_key(food)) if phrase_key(food) else None
    if found is not None or not choices or amount or unit:
        return found
    from nutrigap.splitting import split_leading_amount, split_trailing_amount  # only few diaries need it

    for split in (split_leading_amount, split_trailing_amount):
        told, phrase = split(food)
        if told:
            return choices.get(phrase_key(phrase)) if phrase_key(phrase) else None
    return None


def check_choices(choices: Mapping[str, Choice], foods: FoodTable, recipes: Mapping[str, object]) -> None:
    """See to it that every chosen food and recipe is there.

    Raises
    ------
    TableError
        One is not; every such choice is told.
    """
    told = []
    for choice in choices.values():
        if choice.recipe and phrase_key(choice.recipe) not in recipes:
            near = did_you_mean(phrase_key(choice.recipe), recipes)
            fix = "correct the name" if recipes else "give the file of recipes (--recipes)"
            told.append(f'{choice.place}: food_id: no recipe "{show(choice.recipe)}"{near}; {fix}')
        elif choice.food_id and not choice.recipe:
            try:
                choice.row(foods)
            except TableError as error:
                told += error.messages
    if told:
        raise TableError(*told)


def read_choices(path: str | Path) -> dict[str, Choice]:
    """Read saved choices (``phrase,food_id,unit,grams,kind,note``); several rows of a phrase add its units.

    ``grams`` is what one ``unit`` weighs or holds: ``45``, ``45 g``, ``250 ml``. A row with a unit and no phrase (or
    ``*``) holds for all foods.

    Returns
    -------
    dict
        ``phrase_key`` of the phrase -> Choice; "" -> what holds for all foods.

    Raises
    ------
    TableError
        The file cannot be read, or columns or values are wrong; each message names line and column.
    """
    table = read_side_table(path, A_FILE, COLUMNS, ("phrase", "food_id"))
    found: dict[str, Choice] = {}
    for line, cells in table.rows:
        _add(found, table, line, cells)
    table.refuse()
    return found


def _add(found: dict[str, Choice], table: SideTable, line: int, cells: Mapping[str, str]) -> None:
    """Add one row; further rows of a phrase add its units."""
    phrase, food_id, unit = cells["phrase"], cells["food_id"], cells.get("unit", "")
    kind, grams = cells.get("kind", "").lower(), cells.get("grams", "")
    general = phrase in EVERY_FOOD
    name = GENERAL if general else phrase_key(phrase)
    if not general and not name:
        table.fault(line, "phrase", f'"{show(phrase)}" has no word in it', "write the phrase as in the diary")
        return
    if kind not in KINDS:
        table.fault(line, "kind", f'"{show(kind)}" is no kind of line', "write food, supplement or other, or nothing")
        return
    if general and (food_id or not unit) and (food_id or unit or grams):
        what = "a row for all foods tells a unit and what it weighs or holds, and no food"
        table.fault(line, "phrase", what, "write the phrase, or a unit and grams only (*,,cup,250 ml)")
        return
    old = found.get(name, Choice(food_id=""))
    if food_id and old.food_id and food_id != old.food_id:
        table.fault(line, "food_id", f'"{show(phrase)}" is {old.food_id} in {old.place}', "keep one of the two")
        return
    units, volumes = dict(old.units), dict(old.volumes)
    if is_length(unit):
        what = f'"{show(unit)}" is a length: what one of it weighs tells nothing of another piece'
        table.fault(line, "unit", what, "delete the row, or name the whole thing (pizza) and what it weighs")
        return
    if unit or grams:
        try:
            number, of = read_weight(grams)
        except AmountError as error:
            table.fault(line, "grams", error.what, error.fix)
            return
        known, measure = (units if of == "g" else volumes), unit_key(unit)
        if (measure in units or measure in volumes) and known.get(measure) != number:
            table.fault(line, "unit", f'"{show(unit)}" of "{show(phrase)}" stands twice', "keep one of the rows")
            return
        known[measure] = number
    place = f"{table.path}:{line}" if food_id else old.place
    found[name] = Choice(food_id or old.food_id, kind or old.kind, units, place, volumes)


class Measures(NamedTuple):
    """What a person's own measures weigh [g] or hold [ml], those of a phrase before those of all foods."""

    units: Mapping[str, float] = _NOTHING
    volumes: Mapping[str, float] = _NOTHING

    def holds(self, amount: Amount) -> Amount | None:
        """An amount in a measure of which the volume is known, in millilitres; None for any other.

        What stands behind the measure is kept: of "2 cups, chopped" with cups of 250 ml, "500 ml, chopped" is left.
        """
        whole = unit_key(amount.unit)
        if whole in self.units or amount.grams is not None:
            return None
        if whole in self.volumes:
            return amount.times(self.volumes[whole])._replace(unit="ml")
        sizes, bare = without_sizes(amount.unit)
        if sizes and unit_key(bare) in self.volumes:
            guess = f'"{sizes}" is not told apart from your own "{bare}"'
            return amount.times(self.volumes[unit_key(bare)])._replace(unit="ml", guess=guess)
        head, _, rest = amount.unit.partition(" ")
        first = head.rstrip(",;")
        if unit_key(first) in self.volumes and not SIZES & set(words(rest)):
            return amount.times(self.volumes[unit_key(first)])._replace(unit=f"ml{head[len(first) :]} {rest}")
        return None


def measures(choices: Mapping[str, Choice], choice: Choice | None) -> Measures:
    """The measures that hold for a phrase with this choice."""
    said = [one for one in (choices.get(GENERAL), choice) if one is not None]
    units: dict[str, float] = {}
    volumes: dict[str, float] = {}
    for one in said:
        for measure in (*one.units, *one.volumes):  # what is told of the phrase replaces what holds for all foods
            units.pop(measure, None)
            volumes.pop(measure, None)
        units |= one.units
        volumes |= one.volumes
    return Measures(units, volumes)
