"""From a diary line to a food and grams, or to doses: every line ends counted, flagged or left out.

The order is: the user's saved choices, the user's recipes, dose lines, codes, exact names, search. Each distinct
(phrase, amount) is resolved once however often it stands in the diary.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from nutrigap.amounts import Grams, to_grams
from nutrigap.choices import Choice, Measures, check_choices, choice_for, measures, phrase_key
from nutrigap.diary import Diary, Line
from nutrigap.errors import AmountError, UnknownFood, UnknownUnit
from nutrigap.matching import ACCEPT, Match, candidates, find_exact, find_food
from nutrigap.quantities import Amount, parse_amount, split_leading_amount, split_trailing_amount
from nutrigap.recipes import Eaten, Ingredient, Named, Recipe, eaten, find_recipe, refuse_cycles
from nutrigap.supplements import Dose, Supplement, brand_words, looks_like_supplement, read_supplement, salt_written
from nutrigap.tables import FoodTable
from nutrigap.units import nutrients, read_table
from nutrigap.words import key, lexicon, negation, words

CODE = re.compile(r"\s*(?:((?:fdc|sr|fndds)\s*:\s*\d+)|([\w.-]+\s*:\s*[\w.-]+))\s*", re.I)
MOST_GRAMS = 10_000.0
SAFE_CODE_GRAMS = 5_000.0
FLAG_TIMES, LEAVE_OUT_TIMES = 3.0, 10.0
# A food that shares less than this with the phrase is no help as a suggestion.
SUGGEST = 0.40
EVERY = frozenset(n.id for n in nutrients() if n.role != "part")
CORE = frozenset(n.id for n in nutrients() if n.role == "core")


# So many ingredients are named in the problem of a dish.
MOST_NAMED = 3

# Shared by all records that tell nothing.
_NOTHING: Mapping[str, float] = MappingProxyType({})
_NO_DOSES: Mapping[str, Dose] = MappingProxyType({})
_NO_RECIPES: Mapping[str, Recipe] = MappingProxyType({})


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
    labels: Mapping[str, float] = _NOTHING
    open: frozenset[str] = frozenset()
    missing: frozenset[str] = frozenset()
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
        return self._replace(grams=grams, doses=doses, parts=tuple(part.times(share) for part in self.parts))


NO_MATCH = Match(None, "none", 0.0)
NOTHING_TO_DO = "nothing to do: it changes no total"


@cache
def _not_food() -> frozenset[str]:
    return frozenset(key(row["words"]) for row in read_table("not_food.csv"))


def resolve(
    diary: Diary,
    foods: FoodTable,
    choices: Mapping[str, Choice] | None = None,
    recipes: Mapping[str, Recipe] | None = None,
) -> list[Entry]:
    """Resolve every line of a diary, in order: lines in = counted + flagged + left out.

    Parameters
    ----------
    diary : Diary
    foods : FoodTable
    choices : mapping, optional
        Saved choices, as ``read_choices`` gives them.
    recipes : mapping, optional
        The user's recipes, as ``read_recipes`` gives them.

    Raises
    ------
    TableError
        A choice names a food or recipe that is not there, or makes a recipe hold itself.
    """
    if choices:
        check_choices(choices, foods, recipes or {})
    if recipes:
        refuse_cycles(recipes, choices or {})
    known: dict[object, Entry] = {}
    entries = []
    for line in diary.lines:
        same = (
            line.food,
            line.amount,
            line.unit,
            line.kind,
            line.problem,
            line.amounts_from,
            line.covers,
            tuple(sorted(line.labels.items())),
        )
        if same not in known:
            known[same] = resolve_line(line, foods, choices or {}, recipes or {})
        entries.append(known[same].at(line))
    return entries


def resolve_line(
    line: Line,
    foods: FoodTable,
    choices: Mapping[str, Choice],
    recipes: Mapping[str, Recipe] = _NO_RECIPES,
) -> Entry:
    """Resolve one line: a food with grams, a dish with its ingredients, a dose, or left out with the reason."""
    choice = _choice(line, foods, choices)
    exported = bool(line.amounts_from and (line.covers or line.labels.keys() >= CORE))
    named = None if exported or line.kind == "supplement" else _recipe(line, foods, choice, recipes)
    if choice is None and named is None and key(line.food) in _not_food():
        return Entry(line, "other", "left_out", NO_MATCH, problem="not a food", fix=NOTHING_TO_DO)
    if line.problem is not None:
        return _left_out(line, "food", line.problem.what, line.problem.fix)
    if choice is not None and choice.kind == "other":
        return Entry(line, "other", "left_out", NO_MATCH, problem="no food, by a saved choice", fix=NOTHING_TO_DO)
    if named is not None:
        return _resolve_recipe(line, named, foods, choices, recipes)
    kind = "food" if choice is not None and choice.food_id else line.kind or (choice.kind if choice is not None else "")
    if kind != "food":
        said = f"{line.amount} {line.unit}"
        if kind == "supplement" or looks_like_supplement(line.food, said):
            return _resolve_supplement(line)
        brand = brand_words(line.food, said)
        if brand and not find_food(foods, brand).score >= ACCEPT:
            return _resolve_supplement(line, brand)
    return _as_exported(line) if exported else _resolve_food(line, foods, choice, choices)


def _choice(line: Line, foods: FoodTable, choices: Mapping[str, Choice]) -> Choice | None:
    """The saved choice for a line; "7 up" is no amount of "up" where a food has that very name."""
    choice = choice_for(choices, line.food, line.amount, line.unit)
    whole = choice is None or choice is choices.get(phrase_key(line.food))
    return choice if whole or find_exact(foods, line.food) is None else None


def phrase_of(line: Line, foods: FoodTable) -> tuple[str, str]:
    """The food and the amount that a line tells, also where both stand in one cell."""
    if line.amount or line.unit or _code(line.food, foods):
        return line.food, line.amount
    return _split(line.food, foods)


def _as_exported(line: Line) -> Entry:
    """A line that an export brings with its own amounts: no food is looked for, and what is blank is not known.

    One food that lacks a value is bounded by an ordinary portion; of the total of a meal or a day nothing is.
    """
    lacking = EVERY - line.labels.keys()
    if not line.labels:
        what = f"{line.amounts_from} gives none of the nutrients for it"
        return _left_out(line, "food", what, "log the foods, or leave the day out")
    if line.covers:
        return Entry(line, "food", "counted", NO_MATCH, labels=line.labels, open=lacking)
    return Entry(line, "food", "counted", NO_MATCH, labels=line.labels, missing=lacking)


def _resolve_supplement(line: Line, brand: str = "") -> Entry:
    read = read_supplement(line.food, line.amount, line.unit, line.labels)
    if brand and read.doses:
        read = read._replace(guess="; ".join(filter(None, (f'taken for a supplement, "{brand}" not read', read.guess))))
    if not read.doses and read.unknown:
        what = read.guess or "the line does not tell what the product contains"
        fix = "write the dose (magnesium 200 mg), or add label columns such as magnesium_mg or vitamin_d_iu"
        return Entry(line, "supplement", "left_out", NO_MATCH, open=read.unknown, problem=what, fix=fix)
    if not read.doses:
        what = "holds none of the six nutrients"
        return Entry(line, "supplement", "left_out", NO_MATCH, problem=what, fix=NOTHING_TO_DO)
    status, fix = ("flagged", _dose_fix(read, line.food)) if read.guess else ("counted", "")
    return Entry(line, "supplement", status, NO_MATCH, doses=read.doses, open=read.unknown, problem=read.guess, fix=fix)


def _dose_fix(read: Supplement, food: str) -> str:
    if read.unknown:
        return "write every dose, or add label columns such as magnesium_mg or vitamin_d_iu"
    if any(dose.low < dose.best for dose in read.doses.values()) and "label" in read.guess:
        return f'write "elemental" or "as {salt_written(food)}" if the label gives the mineral itself'
    return "if this is wrong, write the dose as taken, for example magnesium 200 mg"


def _resolve_food(line: Line, foods: FoodTable, choice: Choice | None, choices: Mapping[str, Choice]) -> Entry:
    code = _code(line.food, foods)
    phrase, amount_text = line.food, line.amount
    if not (line.amount or line.unit or code):
        phrase, amount_text = _split(line.food, foods)
    try:
        match = _match(phrase, foods, choice, code)
    except UnknownFood as error:
        return _left_out(line, "food", str(error), "check the code, or write the food's name")
    if match.row is None and match.ignored and not match.phrase:
        what = "the line tells only what was not eaten"
        return _without_food(line, match, what, "write what was eaten, or delete the line")
    if match.row is None:
        return _without_food(line, match, "no food in the tables is close enough", _fix(foods, match))
    try:
        amount = parse_amount(amount_text, line.unit)
        grams = _grams(amount, foods, match.row, phrase, measures(choices, choice))
    except (AmountError, UnknownUnit) as error:
        what, fix = _reason(error)
        return _without_food(line, match, what, fix, row=match.row)
    sure = match.method == "code" and grams.source == "mass"
    problem = _implausible(_at_once(grams, line), foods, match.row, sure=sure)
    if problem is not None and problem[0] == "left_out":
        return _without_food(line, match, problem[1], "check the amount; if it is right, split the line", row=match.row)
    guesses = [problem[1]] if problem is not None else []
    name = foods.names[match.row]
    if match.ignored:
        guesses.append(f'"{match.ignored}" was not taken into account: taken for "{name}"')
    elif _unsure(match):
        guesses.append(f'taken for "{name}"')
    if match.method != "code" and (unheeded := _unheeded(f"{amount_text} {line.unit}", foods, match.row)):
        guesses.append(f'"{unheeded}" was not taken into account')
    if grams.guess:
        guesses.append(grams.guess)
    return Entry(
        line, "food", "flagged" if guesses else "counted", match, row=match.row, grams=grams, labels=line.labels,
        problem="; ".join(guesses), fix=_guess_fix(grams, match) if guesses else "",
    )  # fmt: skip


def _recipe(line: Line, foods: FoodTable, choice: Choice | None, recipes: Mapping[str, Recipe]) -> Named | None:
    """The recipe that a line names, by a saved choice or by its own name."""
    if choice is None or not choice.food_id:
        return find_recipe(recipes, line.food, line.amount, line.unit)
    if not choice.recipe:
        return None
    if phrase_key(choice.recipe) not in recipes:
        check_choices({line.food: choice}, foods, recipes)
    return Named(recipes[phrase_key(choice.recipe)], phrase_of(line, foods)[1], line.unit)


def _resolve_recipe(
    line: Line, named: Named, foods: FoodTable, choices: Mapping[str, Choice], recipes: Mapping[str, Recipe]
) -> Entry:
    """A dish: each of its ingredients is resolved as a line of the diary would be, and counted by the share eaten."""
    recipe, match = named.recipe, Match(None, "recipe", 1.0, named.recipe.name)
    parts = [resolve_line(_ingredient(one, line, recipe), foods, choices, recipes) for one in recipe.ingredients]
    own = measures(choices, _choice(line, foods, choices) or choices.get(phrase_key(recipe.name)))
    try:
        share = eaten(recipe, parse_amount(named.amount, named.unit), _weight(parts), own, line.share)
    except (AmountError, UnknownUnit) as error:
        return _without_food(line, match, *_reason(error))
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
        food=one.food, amount=one.amount, unit=one.unit, note="", brand="", kind="", labels=_NOTHING,
        amounts_from="", covers="", share=line.share / recipe.servings,
    )  # fmt: skip


def _weight(parts: list[Entry]) -> float | None:
    """What ingredients weigh together [g]; None where that is not known of each food among them."""
    foods = [piece for part in parts for piece in part.pieces if piece.kind == "food"]
    if any(piece.grams is None for piece in foods):
        return None
    return sum(piece.grams.best for piece in foods if piece.grams is not None)


def _labelled(parts: list[Entry], line: Line) -> list[Entry]:
    """Parts of a line with label amounts: these replace what the parts bring together of those nutrients."""
    if not line.labels:
        return parts
    label = Entry(line, "food", "counted", NO_MATCH, labels={**dict.fromkeys(EVERY, 0.0), **line.labels})
    return [*(_without(part, line.labels.keys()) for part in parts), label]


def _without(entry: Entry, told: Set[str]) -> Entry:
    """An entry that brings none of some nutrients."""
    return entry._replace(
        labels={**entry.labels, **dict.fromkeys(told, 0.0)}, missing=entry.missing - told, open=entry.open - told,
        parts=tuple(_without(part, told) for part in entry.parts),
    )  # fmt: skip


def _told(entries: list[Entry]) -> str:
    """The first few of some ingredients, each with the head of its problem."""
    named = [f"{entry.line.food} ({entry.problem.partition(';')[0]})" for entry in entries[:MOST_NAMED]]
    more = len(entries) - len(named)
    return ", ".join(named) + (f" and {more} more" if more else "")


def _split(food: str, foods: FoodTable) -> tuple[str, str]:
    """The food and the amount where both stand in one cell: "2 eggs", "banana 150 g"."""
    if find_exact(foods, food) is not None:
        return food, ""
    amount, phrase = split_leading_amount(food)
    if not amount:
        amount, phrase = split_trailing_amount(food)
    return phrase, amount


@cache
def _prefixes(foods: FoodTable) -> frozenset[str]:
    """What stands before the colon in the ids of a table, and the table's own name."""
    return frozenset([foods.name.lower(), *(food.partition(":")[0].lower() for food in foods.ids)])


def _code(text: str, foods: FoodTable) -> str | None:
    """The food id that a phrase is ("sr:11457", "<table>:<code>"), or None: "lunch: soup" is a phrase."""
    found = CODE.fullmatch(text)
    if found is None:
        return None
    prefix, _, code = (found[1] or found[2]).partition(":")
    prefix = prefix.strip()
    if found[1] is None and prefix.lower() not in _prefixes(foods):
        return None
    return f"{prefix}:{code.strip()}"


def _row(foods: FoodTable, code: str) -> int:
    """Row of a code as written; ids of a user's table may hold capitals."""
    try:
        return foods.row(code)
    except UnknownFood:
        prefix, _, rest = code.partition(":")
        for spelled in (code, f"{prefix.lower()}:{rest}"):
            if spelled in foods.row_by_id:
                return foods.row_by_id[spelled]
        raise


def _unheeded(amount: str, foods: FoodTable, row: int) -> str:
    """What an amount says is not there ("2 (no yolk)") and neither the food nor any of its measures does, or ""."""
    said = negation(amount)
    absent = said.absent - lexicon("amount_inedible")
    names = [foods.names[row], *(portion.name for portion in foods.portions(row))] if absent else []
    return said.said if absent and not any(absent <= negation(name).absent for name in names) else ""


def _unsure(match: Match) -> bool:
    return match.method == "search" and match.score < ACCEPT


def _match(phrase: str, foods: FoodTable, choice: Choice | None, code: str | None) -> Match:
    if choice is not None and choice.food_id:
        return Match(choice.row(foods), "choice", 1.0, phrase)
    if code is not None:
        row = _row(foods, code)
        return Match(row, "code", 1.0, foods.names[row])
    return find_food(foods, phrase)


def _grams(amount: Amount | None, foods: FoodTable, row: int, phrase: str, own: Measures) -> Grams:
    """Grams of a food; in a measure of the person's own of which the volume is known, through the food's density."""
    refuse, usual = float(foods.refuse[row]), foods.default_portion_grams(row)

    def weigh(one: Amount | None) -> Grams:
        return to_grams(
            one,
            foods.portions(row),
            default_grams=own.units.get("", usual) if one is None else usual,
            food_words=frozenset(words(phrase)) | frozenset(words(foods.names[row])),
            own_units=own.units,
            refuse=refuse if refuse > 0 else None,
        )

    held = own.holds(amount) if amount is not None else None
    if amount is None or held is None:
        return weigh(amount)
    try:
        return weigh(held)
    except AmountError:
        grams = weigh(amount)
        unused = f'your own "{amount.unit}" is not used: no density is known for this food'
        return grams._replace(guess="; ".join(filter(None, (grams.guess, unused))))


def _at_once(grams: Grams, line: Line) -> Grams:
    """What is eaten at once of an amount: of an ingredient, what is in one serving."""
    return grams._replace(best=grams.best * line.share, low=grams.low * line.share, high=grams.high * line.share)


def _implausible(grams: Grams, foods: FoodTable, row: int, *, sure: bool) -> tuple[str, str] | None:
    """A status and the reason where the weight is out of proportion to the food's portions, else None."""
    sizes = [portion.grams for portion in foods.portions(row)]
    default = foods.default_portion_grams(row)
    largest = max([*sizes, default or 0.0])
    if sure and grams.high <= SAFE_CODE_GRAMS:
        return None
    if grams.high > MOST_GRAMS or (largest > 0 and grams.high > LEAVE_OUT_TIMES * largest):
        usual = f": the largest usual portion is {largest:,.0f} g" if largest > 0 else ""
        return "left_out", f"{_heavy(grams.high)} looks like a slip{usual}"
    if largest > 0 and grams.high > FLAG_TIMES * largest:
        return "flagged", f"{_heavy(grams.high)} is much for this food (largest usual portion {largest:,.0f} g)"
    return None


def _heavy(grams: float) -> str:
    return f"{grams:,.0f} g" if grams < 1e9 else f"{grams:.1e} g"


def _guess_fix(grams: Grams, match: Match) -> str:
    if _unsure(match) or match.ignored:
        return "if this is wrong, name the food more fully or save a choice (nutrigap match --save)"
    if grams.source == "default":
        return "write the amount, for example 150 g"
    return "if this is wrong, write the grams or the size"


def _left_out(line: Line, kind: str, what: str, fix: str) -> Entry:
    return _without_food(line, NO_MATCH._replace(phrase=line.food), what, fix, kind=kind)


def _without_food(
    line: Line, match: Match, what: str, fix: str, *, kind: str = "food", row: int | None = None
) -> Entry:
    """A line whose food or grams are not known: label amounts still count, the rest is bounded as a left-out line."""
    if line.labels and line.problem is None:
        told = f"of {line.amounts_from}" if line.amounts_from else "from the label"
        return Entry(
            line, kind, "flagged", match, labels=line.labels, missing=EVERY - set(line.labels),
            problem=f"only the amounts {told} are counted: {what}", fix=fix,
        )  # fmt: skip
    return Entry(line, kind, "left_out", match, row=row, missing=EVERY, problem=what, fix=fix)


def _reason(error: AmountError | UnknownUnit) -> tuple[str, str]:
    if isinstance(error, AmountError):
        return error.what, error.fix
    what, _, fix = str(error).partition("; ")
    return what, fix


def _fix(foods: FoodTable, match: Match) -> str:
    found = [candidate for candidate in candidates(foods, match, 2) if candidate.score >= SUGGEST]
    names = [foods.names[candidate.row] for candidate in found]
    if not names:
        return "write it in other words, or as a code such as fdc:168462"
    return "perhaps " + " or ".join(f'"{name}"' for name in names) + "? Write that name, or a code"
