"""What a diary line was taken for, and what a reader of lines has at hand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from nutrigap.amounts import Grams
from nutrigap.diary import Line
from nutrigap.errors import AmountError, UnknownUnit
from nutrigap.matching import Match, find_exact
from nutrigap.quantities import is_measure
from nutrigap.supplements import Dose
from nutrigap.tables import FoodTable
from nutrigap.units import nutrients
from nutrigap.words import key, meanings, negation

if TYPE_CHECKING:
    from nutrigap.choices import Choice
    from nutrigap.recipes import Eaten, Recipe

CODE = re.compile(r"\s*(?:((?:fdc|sr|fndds)\s*:\s*\d+)|([\w.-]+\s*:\s*[\w.-]+))\s*", re.I)
BARE_COUNT = r"\d+(?:[.,/]\d+)?|\d+ \d/\d|[½¼¾⅓⅔]"
ONE_OF_IT = r"(?i)^(?:1|an?|one)\s+(?=[a-z])"
EVERY = frozenset(n.id for n in nutrients() if n.role != "part")
CORE = frozenset(n.id for n in nutrients() if n.role == "core")
NO_MATCH = Match(None, "none", 0.0, confidence=0.0)
NOTHING_TO_DO = "nothing to do: it changes no total"
ONLY_LABEL_TELLS = "whether vitamin B12 was added to it only the label tells (vitamin_b12_mcg)"

# Shared by all records that tell nothing.
NOTHING: Mapping[str, float] = MappingProxyType({})
_NO_DOSES: Mapping[str, Dose] = MappingProxyType({})
_NO_CHOICES: Mapping[str, Choice] = MappingProxyType({})
_NO_RECIPES: Mapping[str, Recipe] = MappingProxyType({})


class Kitchen(NamedTuple):
    """What lines are read with: the food table, and what is the person's own.

    ``measures`` says whose pints are meant (``us``, ``imperial``), None where nobody said.
    """

    foods: FoodTable
    choices: Mapping[str, Choice] = _NO_CHOICES
    recipes: Mapping[str, Recipe] = _NO_RECIPES
    measures: str | None = None


class Entry(NamedTuple):
    """One diary line with what it was taken for.

    Attributes
    ----------
    kind : str
        ``food``, ``supplement`` or ``other`` (plainly no food).
    status : str
        ``counted``, ``flagged`` or ``left_out``.
    row : int or None
        Row of the food table, None for doses and for lines without a food.
    grams : Grams or None
    doses : mapping
        Doses of a supplement line by nutrient id.
    labels : mapping
        Amounts the user gave for the line, by nutrient id.
    open : frozenset of str
        Nutrients for which the line brings an amount that nothing bounds (a multivitamin without a label).
    missing : frozenset of str
        Nutrients for which the line stands as a left-out food: an ordinary portion bounds them.
    most : float or None
        What the food of a line that was left out for its amount may have weighed at the most, by its own portions [g].
    problem, fix : str
        Why the line is flagged or left out, and how to mend it.
    parts : tuple of Entry
        The foods of a line that holds several ("beans on toast", a recipe): each is an entry of its own with the
        line's number, and they are added up instead of this one.
    """

    line: Line
    kind: str
    status: str
    match: Match
    row: int | None = None
    grams: Grams | None = None
    doses: Mapping[str, Dose] = _NO_DOSES
    labels: Mapping[str, float] = NOTHING
    open: frozenset[str] = frozenset()
    missing: frozenset[str] = frozenset()
    most: float | None = None
    problem: str = ""
    fix: str = ""
    parts: tuple[Entry, ...] = ()

    @property
    def pieces(self) -> tuple[Entry, ...]:
        """What is added up for the line: its parts, or itself."""
        return tuple(piece for part in self.parts for piece in part.pieces) if self.parts else (self,)

    def at(self, line: Line) -> Entry:
        """The same entry for another line that says the same."""
        when = {name: getattr(line, name) for name in ("number", "date", "person", "meal", "time")}
        parts = tuple(part.at(part.line._replace(**when)) for part in self.parts)
        return self._replace(line=line, parts=parts)

    def times(self, share: Eaten) -> Entry:
        """What a share of the line brings: of an ingredient, what was eaten of the whole recipe."""
        low, best, high = share.low, share.best, share.high
        grams = self.grams
        if grams is not None:
            grams = grams._replace(best=grams.best * best, low=grams.low * low, high=grams.high * high)
        doses = {name: dose.times(low, best, high) for name, dose in self.doses.items()}
        most = None if self.most is None else self.most * high
        return self._replace(grams=grams, doses=doses, most=most, parts=tuple(part.times(share) for part in self.parts))


# --- entries without a food


def by_label(phrase: str) -> frozenset[str]:
    """Nutrients added to some brands of a food and not to others: B12 of yeast flakes; none of "pasta, no nooch"."""
    said = f" {key(negation(phrase).kept)} "
    named = any(f" {name} " in said for name in _told_by_label())
    return frozenset(["vitamin_b12"]) if named else frozenset()


@cache
def _told_by_label() -> frozenset[str]:
    return frozenset(map(key, meanings("b12_by_label")))


def left_out(line: Line, what: str, fix: str) -> Entry:
    """A line of food of which nothing can be counted but its label amounts."""
    return without_food(line, NO_MATCH._replace(phrase=line.food), what, fix, untold=by_label(line.food))


def without_food(
    line: Line, match: Match, what: str, fix: str, *, row: int | None = None, most: float | None = None,
    untold: frozenset[str] = frozenset(),
) -> Entry:  # fmt: skip
    """A line whose food or grams are not known: label amounts still count, the rest is bounded as a left-out line.

    Nothing bounds what only a label tells (``untold``): no ordinary portion stands for what a maker may add.
    """
    untold = untold.difference(line.labels)
    if line.labels.keys() & CORE and line.problem is None:  # energy alone, as many exports have it, is no answer
        told = f"of {line.amounts_from}" if line.amounts_from else "from the label"
        return Entry(
            line, "food", "flagged", match, labels=line.labels, open=untold,
            missing=EVERY - set(line.labels), problem=f"only the amounts {told} are counted: {what}", fix=fix,
        )  # fmt: skip
    return Entry(line, "food", "left_out", match, row=row, open=untold, missing=EVERY, most=most, problem=what, fix=fix)


def reason(error: AmountError | UnknownUnit) -> tuple[str, str]:
    """What is wrong with an amount, and the fix."""
    if isinstance(error, AmountError):
        return error.what, error.fix
    what, _, fix = str(error).partition("; ")
    return what, fix


# --- what the cells of a line tell


def choice_of(line: Line, kitchen: Kitchen) -> Choice | None:
    """The saved choice for a line; "7 up" is no amount of "up" where a food has that very name."""
    if not kitchen.choices:
        return None
    from nutrigap.choices import choice_for, phrase_key

    choice = choice_for(kitchen.choices, line.food, line.amount, line.unit)
    whole = choice is None or choice is kitchen.choices.get(phrase_key(line.food))
    return choice if whole or find_exact(kitchen.foods, line.food) is None else None


def phrase_of(line: Line, foods: FoodTable) -> tuple[str, str]:
    """The food and the amount that a line tells, also where both stand in one cell."""
    if code_of(line.food, foods):
        return line.food, line.amount
    if not line.amount and not line.unit:
        return split_cell(line.food, foods)
    if line.unit or not _begins_with_measure(line.food) or not re.fullmatch(BARE_COUNT, line.amount.strip()):
        return line.food, line.amount
    phrase, measure = split_cell(line.food, foods)  # "slice of bread" with 2 in the amount cell
    measure = re.sub(ONE_OF_IT, "", measure)
    if measure == line.amount.strip():  # "2 bananas" with 2 beside it
        return phrase, measure
    return (phrase, f"{line.amount} {measure}") if measure and not measure[0].isdigit() else (line.food, line.amount)


def _begins_with_measure(food: str) -> bool:
    """Whether a food cell may begin with an amount: a number or a measure; a look that spares most lines the rest."""
    first = food.partition(" ")[0]
    return food[:1].isdigit() or first.lower() in meanings("number") or is_measure(first)


def split_cell(food: str, foods: FoodTable) -> tuple[str, str]:
    """The food and the amount where both stand in one cell: "2 eggs", "banana 150 g"."""
    if find_exact(foods, food) is not None:
        return food, ""
    from nutrigap.splitting import split_leading_amount, split_trailing_amount  # only few diaries need it

    amount, phrase = split_leading_amount(food)
    if not amount:
        amount, phrase = split_trailing_amount(food)
    return phrase, amount


def code_of(text: str, foods: FoodTable) -> str | None:
    """The food id that a phrase is ("sr:11457", "<table>:<code>"), or None: "lunch: soup" is a phrase."""
    found = CODE.fullmatch(text)
    if found is None:
        return None
    prefix, _, code = (found[1] or found[2]).partition(":")
    prefix = prefix.strip()
    if found[1] is None and prefix.lower() not in _prefixes(foods):
        return None
    return f"{prefix}:{code.strip()}"


@cache
def _prefixes(foods: FoodTable) -> frozenset[str]:
    """What stands before the colon in the ids of a table, and the table's own name."""
    return frozenset([foods.name.lower(), *(food.partition(":")[0].lower() for food in foods.ids)])
