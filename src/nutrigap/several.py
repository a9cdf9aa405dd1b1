"""Lines of several foods: a dish of the person's own recipes, and two foods in one line ("beans on toast").

Their parts are read as lines of the diary are, by the function that is handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set

from nutrigap.amounts import Grams
from nutrigap.choices import Choice, check_choices, choice_for, measures, phrase_key
from nutrigap.diary import Line
from nutrigap.entries import (
    NO_MATCH,
    NOTHING,
    NOTHING_TO_DO,
    ONLY_LABEL_TELLS,
    Entry,
    Kitchen,
    choice_of,
    phrase_of,
    reason,
    split_cell,
    without_food,
)
from nutrigap.errors import AmountError, UnknownUnit
from nutrigap.matching import WHOLLY, Match, find_exact, find_food
from nutrigap.phrases import Pair, pairs
from nutrigap.quantities import parse_amount
from nutrigap.recipes import Ingredient, Named, Recipe, eaten, find_recipe
from nutrigap.supplements import looks_like_supplement
from nutrigap.tables import FoodTable
from nutrigap.units import leading_unit, nutrients
from nutrigap.words import key, lexicon, plain, words

# So many ingredients are named in the problem of a dish.
MOST_NAMED = 3
# How sure two foods are of which one is two again.
PAIRED = 0.5
NUTRIENT_WORDS = frozenset(word for one in nutrients() for name in (one.name, *one.words) for word in words(name))
# Words of the name of a dish of several foods; and the score that such a name needs.
JOINING = frozenset(["and", "with", "&"])
DISH_SCORE = 0.96
# Guideline amounts of FNDDS: what they are per, the role of the words that tell such a food, and grams of one.
GUIDELINES = (
    ("fl oz of beverage", "amount_drink", 29.57),
    ("slice of bread/roll", "amount_bread", 25.0),
    ("cup of hot cereal", "amount_cereal", 240.0),
)
COUNTS = {2: "two", 3: "three", 4: "four"}

Reader = Callable[[Line], Entry]

# --- recipes


def recipe_of(line: Line, choice: Choice | None, kitchen: Kitchen) -> Named | None:
    """The recipe that a line names, by a saved choice or by its own name."""
    recipes = kitchen.recipes
    if choice is None or not choice.food_id:
        return find_recipe(recipes, line.food, line.amount, line.unit)
    if not choice.recipe:
        return None
    if phrase_key(choice.recipe) not in recipes:
        check_choices({line.food: choice}, kitchen.foods, recipes)
    return Named(recipes[phrase_key(choice.recipe)], phrase_of(line, kitchen.foods)[1], line.unit)


def read_dish(line: Line, named: Named, kitchen: Kitchen, read: Reader) -> Entry:
    """A dish: each of its ingredients is read as a line of the diary would be, and counted by the share eaten."""
    recipe, match = named.recipe, Match(None, "recipe", 1.0, named.recipe.name)
    parts = [read(_ingredient(one, line, recipe)) for one in recipe.ingredients]
    own = measures(kitchen.choices, choice_of(line, kitchen) or kitchen.choices.get(phrase_key(recipe.name)))
    try:
        share = eaten(recipe, parse_amount(named.amount, named.unit), _weight(parts), own, line.share)
    except (AmountError, UnknownUnit) as error:
        untold = frozenset(name for part in parts for piece in part.pieces for name in piece.open)
        return without_food(line, match, *reason(error), untold=untold)
    parts = _labelled([part.times(share) for part in parts], line)
    guesses, fix = [share.guess] if share.guess else [], share.fix
    guessed = [part for part in parts if part.status == "flagged"]
    lost = [part for part in parts if part.status == "left_out" and (part.missing or part.open)]
    for found, what in ((guessed, "on a guess"), (lost, "left out")):
        if found:
            guesses.append(f"{len(found)} of {len(recipe.ingredients)} ingredients {what}: {_told(found)}")
            fix = fix or "correct the recipe, or save a choice for the ingredient (nutrigap match --save)"
    status = "flagged" if guesses else "counted"
    missing: frozenset[str] = frozenset()
    if all(part.status == "left_out" for part in parts):
        status, missing = "left_out", frozenset().union(*(part.missing | part.open for part in parts))
        guesses, fix = guesses or ["it has no ingredient that is a food"], fix or NOTHING_TO_DO
    weight = share.grams
    return Entry(
        line, "food", status, match, grams=Grams(weight.number, weight.low, weight.high, "mass") if weight else None,
        missing=missing, problem="; ".join(guesses), fix=fix, parts=tuple(parts),
    )  # fmt: skip


def _ingredient(one: Ingredient, line: Line, recipe: Recipe) -> Line:
    """An ingredient as a line of the diary; its amount is that of the whole recipe."""
    return line._replace(
        food=one.food, amount=one.amount, unit=one.unit, note="", brand="", kind="", labels=NOTHING,
        amounts_from="", covers="", share=line.share / recipe.servings,
    )  # fmt: skip


def _weight(parts: list[Entry]) -> float | None:
    """What ingredients weigh together [g]; None where that is not known of each food among them."""
    foods = [piece for part in parts for piece in part.pieces if piece.kind == "food"]
    if any(piece.grams is None for piece in foods):
        return None
    return sum(piece.grams.best for piece in foods if piece.grams is not None)


def _told(entries: list[Entry]) -> str:
    """The first few of some ingredients, each with the head of its problem."""
    named = [f"{entry.line.food} ({entry.problem.partition(';')[0]})" for entry in entries[:MOST_NAMED]]
    more = len(entries) - len(named)
    return ", ".join(named) + (f" and {more} more" if more else "")


def _labelled(parts: Sequence[Entry], line: Line) -> list[Entry]:
    """Parts of a line with label amounts: these replace what its foods bring together of those nutrients."""
    if not line.labels:
        return list(parts)
    label = Entry(line, "food", "counted", NO_MATCH, labels=line.labels)
    told = line.labels.keys()
    return [*(_without(part, told) for part in parts), label]


def _without(entry: Entry, told: Set[str]) -> Entry:
    """An entry that brings none of some nutrients.

    A dose stands as it is: it is no part of the food, and limits are held against it.
    """
    if entry.kind == "supplement":
        return entry
    status, problem, fix = entry.status, entry.problem, entry.fix
    if entry.open and entry.open <= told:  # the label tells, so nothing is guessed of it
        problem = "; ".join(guess for guess in problem.split("; ") if guess != ONLY_LABEL_TELLS)
        status, fix = (status, fix) if problem else ("counted", "")
    return entry._replace(
        labels={**entry.labels, **dict.fromkeys(told, 0.0)}, missing=entry.missing - told, open=entry.open - told,
        status=status, problem=problem, fix=fix, parts=tuple(_without(part, told) for part in entry.parts),
    )  # fmt: skip


# --- two foods in a line


def read_several(
    line: Line, phrase: str, amount_text: str, whole: Match, kitchen: Kitchen, read: Reader
) -> Entry | None:
    """A line that holds two foods, each an entry of its own; None where it is better read as one.

    The table may have the dish: a name that answers the whole phrase stands.
    """
    pair = _best_pair(phrase, kitchen)
    if pair is None or _is_dish(whole, pair, kitchen.foods):
        return None
    first, second = _shared_out(line, amount_text, pair, kitchen.foods)
    parts = [read(first)]
    parts.append(read(_going_with(parts[0], second, kitchen.foods)))
    if any(piece.row is None and not piece.doses and not piece.open for part in parts for piece in part.pieces):
        return None
    pieces = [piece for part in parts for piece in part.pieces]
    told = " and ".join(_taken_for(piece, kitchen.foods) for piece in pieces)
    return Entry(
        line, "food", "flagged", whole._replace(row=None, method="none"), parts=tuple(_labelled(parts, line)),
        problem=f"read as {COUNTS.get(len(pieces), 'several')} foods: {told}",
        fix="if this is wrong, write a line for each food with its amount",
    )  # fmt: skip


def _is_product(text: str) -> bool:
    """Whether a dose is that of a product or tablet, and not what a food was fortified with."""
    nutrient = any(text_word in NUTRIENT_WORDS for text_word in words(text))
    return not nutrient or not lexicon("dose_form").isdisjoint(words(text))


def _is_dish(whole: Match, pair: Pair, foods: FoodTable) -> bool:
    """Whether the tables have the pair as one food: its name answers both, and is more than a kind of one of them.

    "Rice and beans" is the dish of that name; "crackers and cheese" are no cheese crackers.
    """
    if whole.row is None or whole.covered < WHOLLY:
        return False
    if words(pair.second)[-1] in lexicon("search_filled"):  # "ham and cheese sandwich" is no ham beside a sandwich
        return True
    apart = all(find_exact(foods, split_cell(text, foods)[0]) is not None for text in (pair.first, pair.second))
    together = not JOINING.isdisjoint(plain(foods.names[whole.row]).replace(",", " ").split())
    return not apart or (together and whole.score >= DISH_SCORE)


def _going_with(first: Entry, second: Line, foods: FoodTable) -> Line:
    """The line of what goes on or into another food, with the release's guideline amount for it where it has one."""
    row = find_food(foods, split_cell(second.food, foods)[0]).row
    if second.amount or row is None or first.row is None or first.grams is None or split_cell(second.food, foods)[1]:
        return second
    carriers = set(words(foods.names[first.row]))
    for portion in foods.portions(row):
        for ending, role, grams_of_one in GUIDELINES:
            if portion.name.lower() == f"guideline amount per {ending}" and carriers & lexicon(role):
                count = first.grams.best / grams_of_one
                return second._replace(amount=f"{max(1.0, count) * portion.grams:.4g} g")
    return second


def _taken_for(piece: Entry, foods: FoodTable) -> str:
    if piece.row is None or piece.grams is None:
        return f'"{piece.line.food}"' + (f" (left out: {piece.problem})" if piece.status == "left_out" else "")
    return f'"{foods.names[piece.row]}" ({piece.grams.best:,.3g} g)'


def _best_pair(phrase: str, kitchen: Kitchen) -> Pair | None:
    """The two foods of a phrase: those parts of it that are both surest to be one; None where no two are."""

    def sure(text: str) -> float:
        if choice_for(kitchen.choices, text, "", "") or find_recipe(kitchen.recipes, text, "", ""):
            return 1.0
        if looks_like_supplement(text, ""):  # "juice with calcium" is one drink, "juice and a calcium tablet" are two
            return float(_is_product(text))
        name = split_cell(text, kitchen.foods)[0]
        found = find_food(kitchen.foods, name)
        if found.row is None or found.covered < WHOLLY:  # "eggs, bacon and toast": the second is two again
            return PAIRED if key(name) and _best_pair(name, kitchen) is not None else 0.0
        return found.confidence

    best, most = None, 0.0
    for pair in pairs(phrase):
        least = min(sure(pair.first), sure(pair.second))
        if least > max(most, 0.0 if pair.told else PAIRED):
            best, most = pair, least
    return best


def _shared_out(line: Line, amount_text: str, pair: Pair, foods: FoodTable) -> tuple[Line, Line]:
    """The lines of two foods: a weight is shared out as their usual amounts are, a count is that of the first.

    Of the second a helping is taken, or what the release goes by (``_going_with``); an amount of its own ("toast with
    10 g butter") stands.
    """
    first = line._replace(food=pair.first, amount=amount_text, labels=NOTHING)
    second = line._replace(food=pair.second, amount="", unit="", labels=NOTHING)
    try:
        amount = parse_amount(amount_text, line.unit)
    except (AmountError, UnknownUnit):
        return first, second
    if amount is None or split_cell(pair.second, foods)[1]:
        return first, second
    usual = [_usual_grams(text, foods) for text in (pair.first, pair.second)]
    unit = leading_unit(amount.unit) if amount.grams is None else None
    grams = amount.grams
    if unit is not None and unit.dimension == "mass":
        grams = amount.number * unit.factor
    if grams is not None and all(usual):
        each = [f"{grams * part / sum(usual):.6g} g" for part in usual]
        return first._replace(amount=each[0], unit=""), second._replace(amount=each[1])
    return first, second


def _usual_grams(text: str, foods: FoodTable) -> float:
    """What the food of a phrase usually weighs [g], 0 where nothing is known."""
    row = find_food(foods, split_cell(text, foods)[0]).row
    return (foods.default_portion_grams(row) or 0.0) if row is not None else 0.0
