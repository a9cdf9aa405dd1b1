"""Recipes that a person wrote down (``recipes.csv``): what is in a dish, and how much of it a diary line takes.

Ingredients are counted as they are named. What cooking destroys (retention) and how much water is lost (yield) is
not guessed: who knows the weight of the finished dish writes it down.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from nutrigap.amounts import unit_key
from nutrigap.choices import Choice, Measures, choice_for, phrase_key
from nutrigap.diary.cells import show
from nutrigap.errors import AmountError, TableError, UnknownUnit
from nutrigap.quantities import Amount, is_measure, parse_amount
from nutrigap.sidetable import SideTable, read_side_table, read_weight
from nutrigap.units import leading_unit
from nutrigap.words import lexicon, words

COLUMNS = ("recipe", "servings", "food", "amount")
A_FILE = "a file of recipes"
# Names that the column with the weight of the finished dish may have.
FINISHED = ("total_grams", "yield", "yield_grams", "yield_g")
# More servings in one line than these, and more than the recipe makes, are asked about.
FLAG_SERVINGS, LEAVE_OUT_SERVINGS = 3.0, 10.0
# A finished dish that weighs so many times more or less than its ingredients is asked about.
FAR_OFF = 4.0
# So many recipes may stand in each other.
DEEPEST = 5
# A name nearer than this to a recipe's is worth a question.
NEAR = 0.8
IN_SERVINGS = "write servings or grams, for example 2 servings or 350 g"
COUNTED_AS_NAMED = (
    "Ingredients of recipes are counted as they are named: what cooking destroys or boils off is not taken into account"
)


class Ingredient(NamedTuple):
    """What a recipe holds, as written: the amount is that of the whole recipe; ``line`` is its place in the file."""

    food: str
    amount: str
    unit: str
    line: int


class Recipe(NamedTuple):
    """A dish: so many servings of these ingredients.

    Attributes
    ----------
    total_grams : float or None
        What the finished dish weighs [g], where the person weighed it.
    place : str
        File and line of its first row.
    """

    name: str
    servings: float
    ingredients: tuple[Ingredient, ...]
    total_grams: float | None = None
    place: str = "recipes"


class Named(NamedTuple):
    """A recipe that a diary line names, with what the line says of the amount."""

    recipe: Recipe
    amount: str
    unit: str


class Eaten(NamedTuple):
    """How much of a whole recipe was eaten: ``low``, ``best``, ``high`` times it.

    ``guess`` is what that rests on and ``fix`` how to mend it, "" if it is plain; ``grams`` is the weight that the line
    tells, else None.
    """

    low: float
    best: float
    high: float
    guess: str = ""
    fix: str = ""
    grams: Amount | None = None


# --- which recipe


def find_recipe(recipes: Mapping[str, Recipe], food: str, amount: str, unit: str) -> Named | None:
    """The recipe that a line names: "grandma's chili", "1 serving of grandma's chili", "homemade granola 50 g"."""
    if not recipes:
        return None
    found = _named(recipes, food, amount, unit)
    if found is not None or amount or unit:
        return found
    from nutrigap.splitting import split_leading_amount, split_trailing_amount  # only few diaries need it

    for split in (split_leading_amount, split_trailing_amount):
        amount, phrase = split(food)
        if amount and (found := _named(recipes, phrase, amount, "")) is not None:
            return found
    return None


def _named(recipes: Mapping[str, Recipe], phrase: str, amount: str, unit: str) -> Named | None:
    """The recipe of exactly this name, with or without "my" and "a serving of" before it."""
    said = phrase_key(phrase).split()
    serving = False
    while said:
        recipe = recipes.get(" ".join(said))
        if recipe is not None:
            return Named(recipe, amount, unit or ("serving" if serving else ""))
        first = said.pop(0)
        if first not in lexicon("recipe_own") | lexicon("recipe_serving"):
            return None
        serving = serving or first in lexicon("recipe_serving")
    return None


def near_recipe(recipes: Mapping[str, Recipe], phrase: str) -> Recipe | None:
    """A recipe of nearly that name, for "did you mean"; None if there is none, or it is exactly that name."""
    if not recipes or find_recipe(recipes, phrase, "", "") is not None:
        return None
    import difflib

    from nutrigap.splitting import split_leading_amount

    _, rest = split_leading_amount(phrase)
    for text in (phrase, rest):
        near = difflib.get_close_matches(phrase_key(text), list(recipes), 1, NEAR)
        if near:
            return recipes[near[0]]
    return None


# --- how much of it


def eaten(recipe: Recipe, amount: Amount | None, raw_grams: float | None, own: Measures, share: float = 1.0) -> Eaten:
    """How much of a recipe an amount is.

    Parameters
    ----------
    recipe : Recipe
    amount : Amount or None
        None = not told: one serving, which is a guess.
    raw_grams : float or None
        What the ingredients weigh together [g]; None where that is not known of each.
    own : Measures
        What the person's own measures weigh.
    share : float
        How much of the amount is eaten at once, where the recipe is an ingredient of another.

    Raises
    ------
    AmountError
        Nothing tells what share of the recipe it is, or it is more than anyone eats.
    """
    if amount is None:
        return _servings(recipe, Amount(1, 1, 1), "no amount told, taken as one serving")
    grams = _grams(amount, own)
    found = _counted(recipe, amount) if grams is None else _weighed(recipe, grams, raw_grams)
    return _plausible(recipe, found, share)


def _grams(amount: Amount, own: Measures) -> Amount | None:
    """The amount in grams where it tells a weight, or is in a measure that the person has weighed."""
    if amount.grams is not None:
        return Amount(amount.grams, amount.grams, amount.grams)
    weight = own.units.get(unit_key(amount.unit))
    if weight is not None:
        return amount.times(weight)
    unit = leading_unit(amount.unit)
    return amount.times(unit.factor) if unit is not None and unit.dimension == "mass" else None


def _weighed(recipe: Recipe, grams: Amount, raw_grams: float | None) -> Eaten:
    weigh = "write servings, or what the finished dish weighs in a column total_grams of the recipes"
    if recipe.total_grams is not None:
        odd = raw_grams is not None and not 1 / FAR_OFF <= recipe.total_grams / max(raw_grams, 1e-9) <= FAR_OFF
        what = f"total_grams is {recipe.total_grams:,.4g} g and the ingredients weigh {raw_grams or 0:,.4g} g"
        found = _servings(recipe, grams.times(recipe.servings / recipe.total_grams), what if odd else "", "check both")
    elif raw_grams:
        raw = f"the dish is taken to weigh what its ingredients do, {raw_grams:,.4g} g; water may have boiled off"
        found = _servings(recipe, grams.times(recipe.servings / raw_grams), raw, weigh)
    else:
        raise AmountError("what the recipe weighs is not known: not every ingredient could be weighed", weigh)
    return found._replace(grams=grams)


def _counted(recipe: Recipe, amount: Amount) -> Eaten:
    """An amount that is no weight: servings, the whole recipe, or a helping that stands for a serving."""
    said = set(words(amount.unit)) - lexicon("amount_neutral")
    if not said:
        return _servings(recipe, amount, "a number alone is taken as servings")
    if said <= lexicon("recipe_whole"):
        return _servings(recipe, amount.times(recipe.servings))
    if said <= lexicon("recipe_serving"):
        return _servings(recipe, amount)
    unit = leading_unit(amount.unit)
    if unit is not None and unit.dimension == "volume":
        what = f'"{amount.unit}" is a volume, and what the recipe fills is not known'
        raise AmountError(what, f"{IN_SERVINGS}, or save what one of it weighs (nutrigap match --save)")
    if unit is None and all(is_measure(word) for word in said):
        return _servings(recipe, amount, f'one "{amount.unit}" is taken as one serving')
    raise AmountError(f'"{amount.unit}" is no part of a recipe', IN_SERVINGS)


def _servings(recipe: Recipe, amount: Amount, guess: str = "", fix: str = "") -> Eaten:
    """An amount in servings as a share of the whole recipe."""
    low, best, high = (end / recipe.servings for end in (amount.low, amount.number, amount.high))
    return Eaten(low, best, high, guess, (fix or IN_SERVINGS) if guess else "")


def _plausible(recipe: Recipe, found: Eaten, share: float) -> Eaten:
    """The same, unless it is more than the recipe makes and more than anyone eats: that is asked about."""
    servings = found.high * recipe.servings
    if found.high <= 1 or servings * share <= FLAG_SERVINGS:
        return found
    what = f"{servings:,.4g} servings are more than the recipe makes ({recipe.servings:g})"
    if servings * share > LEAVE_OUT_SERVINGS:
        raise AmountError(f"{what} and look like a slip", "check the amount; if it is right, split the line")
    return found._replace(guess="; ".join(filter(None, (found.guess, what))), fix=found.fix or "check the amount")


# --- the file


class _Draft:
    """A recipe as its rows are gathered."""

    def __init__(self, name: str, line: int) -> None:
        self.name, self.line = name, line
        self.ingredients: list[Ingredient] = []
        self.told: dict[str, tuple[float, int]] = {}


def read_recipes(path: str | Path) -> dict[str, Recipe]:
    """Read recipes (``recipe,servings,food,amount``, and if wanted ``unit``, ``total_grams``, ``note``).

    A row an ingredient, in any order; ``servings`` and ``total_grams`` (the weight of the finished dish [g]) stand on
    at least one row of their recipe.

    Returns
    -------
    dict
        ``choices.phrase_key`` of the name -> Recipe.

    Raises
    ------
    TableError
        The file cannot be read, or rows are wrong; each fault has a message with line and column.
    """
    table = read_side_table(path, A_FILE, COLUMNS, ("recipe", "servings", "food"))
    drafts: dict[str, _Draft] = {}
    for line, cells in table.rows:
        _take(drafts, table, line, cells)
    for draft in drafts.values():
        if "servings" not in draft.told:
            what = f'"{show(draft.name)}" tells no servings'
            table.fault(draft.line, "servings", what, "write on one of its rows how many servings it makes")
        if not draft.ingredients:
            table.fault(draft.line, "food", f'"{show(draft.name)}" has no ingredient', "write a row for each")
    table.refuse()
    recipes = {
        name: Recipe(
            draft.name, draft.told["servings"][0], tuple(draft.ingredients),
            draft.told["total_grams"][0] if "total_grams" in draft.told else None, f"{table.path}:{draft.line}",
        )
        for name, draft in drafts.items()
    }  # fmt: skip
    refuse_cycles(recipes, {})
    return recipes


def _take(drafts: dict[str, _Draft], table: SideTable, line: int, cells: Mapping[str, str]) -> None:
    """Read one row."""
    name = cells["recipe"]
    if not phrase_key(name):
        table.fault(line, "recipe", "the row names no recipe", "write the recipe's name on every row of it")
        return
    draft = drafts.setdefault(phrase_key(name), _Draft(name, line))
    _tell(draft, table, line, "servings", cells["servings"])
    for column in FINISHED:
        _tell(draft, table, line, column, cells.get(column, ""))
    amount, unit = cells.get("amount", ""), cells.get("unit", "")
    if cells["food"]:
        draft.ingredients.append(Ingredient(cells["food"], amount, unit, line))
    elif amount or unit:
        table.fault(line, "food", "the row tells an amount and no food", "write the ingredient")


def _tell(draft: _Draft, table: SideTable, line: int, column: str, text: str) -> None:
    """What a row says of the whole recipe; rows may repeat each other but not differ."""
    if not text:
        return
    try:
        number = _count(text) if column == "servings" else _finished(text)
    except AmountError as error:
        table.fault(line, column, error.what, error.fix)
        return
    what = column if column == "servings" else "total_grams"
    before = draft.told.setdefault(what, (number, line))
    if before[0] != number:
        said = f'"{show(draft.name)}" has {before[0]:g} on line {before[1]} and {number:g} here'
        table.fault(line, column, said, "keep one of the two")


def _count(text: str) -> float:
    fix = "write how many servings the whole recipe makes, as a number above 0"
    try:
        amount = parse_amount(text)
    except (AmountError, UnknownUnit):
        raise AmountError(f'"{show(text)}" is no number of servings', fix) from None
    if amount is None or amount.low != amount.high or not set(words(amount.unit)) <= lexicon("recipe_serving"):
        raise AmountError(f'"{show(text)}" is no number of servings', fix)
    return amount.number


def _finished(text: str) -> float:
    number, unit = read_weight(text)
    if unit != "g":
        raise AmountError(f'"{show(text)}" is a volume', "write what the finished dish weighs, in grams")
    return number


def refuse_cycles(recipes: Mapping[str, Recipe], choices: Mapping[str, Choice]) -> None:
    """See to it that no recipe holds itself, be it through others or through saved choices.

    Raises
    ------
    TableError
        One does, and the message names the way round; or recipes stand in recipes more than ``DEEPEST`` deep.
    """
    below = {name: _recipes_in(recipe, recipes, choices) for name, recipe in recipes.items()}
    depth: dict[str, int] = {}

    def go_down(name: str, way: list[str]) -> int:
        way = [*way, name]
        told = " -> ".join(recipes[one].name for one in way)
        if name in way[:-1]:
            fix = "take that row out, or name the food more fully or by its code"
            raise TableError(f"{recipes[name].place}: food: a recipe holds itself: {told}; {fix}")
        if len(way) + depth.get(name, 1) - 1 > DEEPEST:
            what = f"recipes in recipes, more than {DEEPEST} deep: {told}"
            raise TableError(f"{recipes[way[0]].place}: food: {what}; write the ingredients of one into the other")
        if name not in depth:
            depth[name] = 1 + max((go_down(one, way) for one in below[name]), default=0)
        return depth[name]

    for name in recipes:
        go_down(name, [])


def _recipes_in(recipe: Recipe, recipes: Mapping[str, Recipe], choices: Mapping[str, Choice]) -> list[str]:
    """The recipes among the ingredients of one."""
    found = []
    for one in recipe.ingredients:
        choice = choice_for(choices, one.food, one.amount, one.unit)
        named = find_recipe(recipes, one.food, one.amount, one.unit)
        if choice is not None and choice.food_id:
            found.append(phrase_key(choice.recipe))
        elif named is not None:
            found.append(phrase_key(named.recipe.name))
    return [name for name in found if name in recipes]
