"""From a diary line to a food and grams, or to doses: every line ends counted, flagged or left out.

The order is: the user's saved choices, the user's recipes, dose lines, codes, exact names, search. Each distinct
(phrase, amount) is resolved once however often it stands in the diary.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import cache, partial
from typing import TYPE_CHECKING

from nutrigap.amounts import Grams, to_grams, with_refuse
from nutrigap.diary import Diary, Line
from nutrigap.entries import (
    CORE,
    EVERY,
    NO_MATCH,
    NOTHING_TO_DO,
    ONLY_LABEL_TELLS,
    Entry,
    Kitchen,
    by_label,
    choice_of,
    code_of,
    left_out,
    phrase_of,
    reason,
    without_food,
)
from nutrigap.errors import AmountError, UnknownFood, UnknownUnit
from nutrigap.matching import ACCEPT, Match, candidates, find_food
from nutrigap.phrases import joins_foods, pairs
from nutrigap.quantities import Amount, parse_amount
from nutrigap.supplements import Supplement, brand_words, looks_like_supplement, read_supplement, salt_written
from nutrigap.tables import FoodTable
from nutrigap.units import MEASURE_SYSTEMS, find_nutrient, nutrient_index, read_table
from nutrigap.words import key, lexicon, meanings, negation, plain, singular, words

# "0 apples", "-2 eggs"
_NOTHING_EATEN = r"\s*(?:[-−]\s*\d|0+(?:[.,]0+)?\s+[^\W\d])"

if TYPE_CHECKING:
    from nutrigap.choices import Choice, Measures
    from nutrigap.recipes import Named, Recipe

MOST_GRAMS = 10_000.0
SAFE_CODE_GRAMS = 5_000.0
FLAG_TIMES, LEAVE_OUT_TIMES = 3.0, 10.0
# A food that shares less than this with the phrase is no help as a suggestion.
SUGGEST = 0.40
# Sizes that belong to the count where they stand beside the food.
COUNTED_SIZES = frozenset(["small", "medium", "large"])
# A US cup in fluid ounces.
CUP_OUNCES = 8
# A piece of which a helping holds more than this many is none itself.
SMALL_PIECE = 5


@cache
def _not_food() -> frozenset[str]:
    return frozenset(key(row["words"]) for row in read_table("not_food.csv"))


def resolve(
    diary: Diary,
    foods: FoodTable,
    choices: Mapping[str, Choice] | None = None,
    recipes: Mapping[str, Recipe] | None = None,
    *,
    measures: str | None = None,
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
    measures : str, optional
        ``us`` or ``imperial`` pints and fluid ounces; None takes US ones and flags a pint.

    Raises
    ------
    TableError
        A choice names a food or recipe that is not there, or makes a recipe hold itself.
    UnknownUnit
        ``measures`` is neither of the two.
    """
    if measures is not None and measures not in MEASURE_SYSTEMS:
        raise UnknownUnit(f'there are no "{measures}" measures; write us or imperial')
    kitchen = Kitchen(foods, choices or {}, recipes or {}, measures)
    if choices:
        from nutrigap.choices import check_choices

        check_choices(choices, foods, kitchen.recipes)
    if recipes:
        from nutrigap.recipes import refuse_cycles

        refuse_cycles(recipes, kitchen.choices)
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
            known[same] = resolve_line(line, kitchen)
        entries.append(known[same].at(line))
    return entries


def resolve_line(line: Line, kitchen: Kitchen) -> Entry:
    """Resolve one line: a food with grams, a dish with its ingredients, a dose, or left out with the reason."""
    choice, read = choice_of(line, kitchen), partial(resolve_line, kitchen=kitchen)
    exported = bool(line.amounts_from and (line.covers or line.labels.keys() >= CORE))
    dish = None if exported or line.kind == "supplement" else _dish(line, choice, kitchen)
    if choice is None and dish is None and key(line.food) in _not_food():
        return Entry(line, "other", "left_out", NO_MATCH, problem="not a food", fix=NOTHING_TO_DO)
    if line.problem is not None:
        return _unusable(line, line.problem.what, line.problem.fix)
    if choice is not None and choice.kind == "other":
        return Entry(line, "other", "left_out", NO_MATCH, problem="no food, by a saved choice", fix=NOTHING_TO_DO)
    if dish is not None:
        from nutrigap.several import read_dish

        return read_dish(line, dish, kitchen, read)
    if not exported and (choice is None or not choice.food_id) and _not_taken(line):
        return Entry(line, "other", "left_out", NO_MATCH, problem="not taken", fix=NOTHING_TO_DO)
    kind = "food" if choice is not None and choice.food_id else line.kind or (choice.kind if choice is not None else "")
    if kind != "food":
        said = f"{line.amount} {line.unit}"
        if kind == "supplement" or looks_like_supplement(line.food, said):
            return _resolve_supplement(line)
        brand = brand_words(line.food, said)
        if brand and not find_food(kitchen.foods, brand).sure:
            return _resolve_supplement(line, brand)
    if exported:
        return _as_exported(line, kitchen.foods)
    phrase, amount = phrase_of(line, kitchen.foods)
    if not amount and re.match(_NOTHING_EATEN, phrase):
        return left_out(line, "the amount is zero or negative", "write how much was eaten, or delete the line")
    try:
        match = _match(line, phrase, choice, kitchen.foods)
    except UnknownFood as error:
        return left_out(line, str(error), "check the code, or write the food's name")
    if match.method in ("search", "none") and (joins_foods(phrase) if match.sure else pairs(phrase)):
        from nutrigap.several import read_several  # only few diaries need it

        several = read_several(line, phrase, amount, match, kitchen, read)
        if several is not None:
            return several
    return _resolve_food(line, phrase, amount, match, choice, kitchen)


def _not_taken(line: Line) -> bool:
    """Whether a line says that a dose was not taken: "forgot vitamin D", "magnesium 400 mg skipped"."""
    said, absent = plain(line.food).split(), lexicon("dose_not_taken")
    rest = [word for word in said if word.strip(".,!") not in absent]
    return len(rest) < len(said) and bool(rest) and looks_like_supplement(" ".join(rest), f"{line.amount} {line.unit}")


def _dish(line: Line, choice: Choice | None, kitchen: Kitchen) -> Named | None:
    """The recipe that a line names, if the person has any."""
    if not kitchen.recipes and (choice is None or not choice.recipe):
        return None
    from nutrigap.several import recipe_of

    return recipe_of(line, choice, kitchen)


def _as_exported(line: Line, foods: FoodTable) -> Entry:
    """A line that an export brings with its own amounts: no food is looked for, and what is blank is not known.

    One food that lacks a value is bounded by an ordinary portion; of the total of a meal or a day nothing is.
    """
    lacking = EVERY - line.labels.keys()
    if not line.labels:
        what = f"{line.amounts_from} gives none of the nutrients for it"
        return left_out(line, what, "log the foods, or leave the day out")
    if line.covers:
        return Entry(line, "food", "counted", NO_MATCH, labels=line.labels, open=lacking)
    row = foods.row_by_id.get(line.food)  # a survey's code: only its name is taken from the table
    untold = by_label(line.food) & lacking
    return Entry(line, "food", "counted", NO_MATCH, row=row, labels=line.labels, open=untold, missing=lacking)


def _unusable(line: Line, what: str, fix: str) -> Entry:
    """A line that cannot be used, as one without a day: of a supplement nothing bounds what it brought, and when."""
    said = f"{line.amount} {line.unit}"
    if line.kind == "supplement" or (line.kind != "food" and looks_like_supplement(line.food, said)):
        dose = _resolve_supplement(line)
        return dose._replace(status="left_out", doses={}, open=dose.open | frozenset(dose.doses), problem=what, fix=fix)
    return left_out(line, what, fix)


def _resolve_supplement(line: Line, brand: str = "") -> Entry:
    own = not line.amounts_from  # what an export leaves blank it does not know
    read = read_supplement(line.food, line.amount, line.unit, line.labels, blank_is_zero=own)
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
    two = [name for name, dose in read.doses.items() if dose.low < dose.best and "label" in read.guess]
    if two and two[0].startswith("vitamin"):
        return f'write "{find_nutrient(two[0]).called}" and the dose alone if the label gives the vitamin itself'
    if two:
        return f'write "elemental" or "as {salt_written(food)}" if the label gives the mineral itself'
    return "if this is wrong, write the dose as taken, for example magnesium 200 mg"


def _resolve_food(
    line: Line, phrase: str, amount_text: str, match: Match, choice: Choice | None, kitchen: Kitchen
) -> Entry:
    """A line of one food: its grams, and the guesses that they and the food rest on."""
    foods, untold = kitchen.foods, _only_the_label_tells(phrase, line, match, kitchen.foods)
    if match.row is None and match.ignored and not match.phrase:
        what = "the line tells only what was not eaten"
        return without_food(line, match, what, "write what was eaten, or delete the line")
    if match.row is None:
        what = "no food in the tables is close enough"
        return without_food(line, match, what, _fix(foods, match), untold=untold)
    try:
        amount = parse_amount(amount_text, line.unit)
        grams = _sized(amount, match.row, phrase, choice, kitchen)
        if grams is None:
            grams = _one_helping(_grams(amount, match.row, phrase, choice, kitchen), amount, phrase, foods, match.row)
    except (AmountError, UnknownUnit) as error:
        named = _named_by_measure(line, phrase, amount_text, match, choice, kitchen)
        if named is not None:
            return named
        what, fix = reason(error)
        most = _most(amount_text, line.unit, foods, match.row)
        return without_food(line, match, what, fix, row=match.row, most=most, untold=untold)
    sure = match.method == "code" and grams.source == "mass"
    problem = _implausible(_at_once(grams, line), foods, match.row, sure=sure)
    if problem is not None and problem[0] == "left_out":
        fix = "check the amount; if it is right, split the line"
        most = _largest(foods, match.row) or None
        return without_food(line, match, problem[1], fix, row=match.row, most=most, untold=untold)
    guesses = [problem[1]] if problem is not None else []
    name = foods.names[match.row]
    if match.ignored:
        guesses.append(f'"{match.ignored}" was not taken into account: taken for "{name}"')
    elif not match.sure:
        rival = f', could be "{foods.names[match.rival]}"' if match.rival is not None else ""
        guesses.append(f'taken for "{name}"{rival}')
    if match.method != "code" and (unheeded := _unheeded(f"{amount_text} {line.unit}", foods, match.row)):
        guesses.append(f'"{unheeded}" was not taken into account')
    if grams.guess:
        guesses.append(grams.guess)
    if untold:
        guesses.append(ONLY_LABEL_TELLS)
    return Entry(
        line, "food", "flagged" if guesses else "counted", match, row=match.row, grams=grams, labels=line.labels,
        open=untold,
        problem="; ".join(guesses), fix=_guess_fix(grams, match) if guesses else "",
    )  # fmt: skip


def _named_by_measure(
    line: Line, phrase: str, amount_text: str, match: Match, choice: Choice | None, kitchen: Kitchen
) -> Entry | None:
    """A line whose measure is a word of the food's name: 1 "breast" of "roast chicken"; None where it is not."""
    if match.method not in ("exact", "search") or choice is not None:
        return None
    try:
        amount = parse_amount(amount_text, line.unit)
    except (AmountError, UnknownUnit):
        return None
    if amount is None or amount.low != amount.high or not amount.unit.isalpha():
        return None
    whole = f"{phrase} {singular(amount.unit.lower())}"
    named = find_food(kitchen.foods, whole)
    if named.row is None or named.confidence < ACCEPT or named.ignored:
        return None
    entry = _resolve_food(line._replace(unit=""), whole, f"{amount.number:g}", named, None, kitchen)
    if entry.grams is None or entry.grams.source != "portion":
        return None
    told = f'read as {amount.number:g} of "{whole}"'
    return entry._replace(
        line=line, status="flagged", problem="; ".join(filter(None, (told, entry.problem))),
        fix=entry.fix or "if this is wrong, write the grams",
    )  # fmt: skip


def _only_the_label_tells(phrase: str, line: Line, match: Match, foods: FoodTable) -> frozenset[str]:
    """Nutrients added to some brands of a food and not to others, where neither line nor table tells."""
    untold = by_label(phrase) if match.method != "code" else frozenset()
    return frozenset(one for one in untold.difference(line.labels) if not _told_by_own_table(one, match.row, foods))


def _told_by_own_table(nutrient: str, row: int | None, foods: FoodTable) -> bool:
    """Whether a food of a table that the person brought has a value: that is of the very product that is eaten."""
    if row is None or foods.ids[row].partition(":")[0] not in foods.origins:
        return False
    return not math.isnan(foods.values[row, nutrient_index()[nutrient]])


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


def _match(line: Line, phrase: str, choice: Choice | None, foods: FoodTable) -> Match:
    if choice is not None and choice.food_id:
        return Match(choice.row(foods), "choice", 1.0, phrase)
    code = code_of(line.food, foods)
    if code is not None:
        row = _row(foods, code)
        return Match(row, "code", 1.0, foods.names[row])
    return find_food(foods, phrase)


def _grams(amount: Amount | None, row: int, phrase: str, choice: Choice | None, kitchen: Kitchen) -> Grams:
    """Grams of a food; in a measure of the person's own of which the volume is known, through the food's density."""
    foods, own = kitchen.foods, _own_measures(choice, kitchen)
    refuse, usual = float(foods.refuse[row]), foods.default_portion_grams(row)

    def weigh(one: Amount | None) -> Grams:
        return to_grams(
            one,
            foods.portions(row),
            default_grams=own.units.get("", usual) if one is None and own else usual,
            food_words=frozenset(words(phrase)) | frozenset(words(foods.names[row])),
            own_units=own.units if own else None,
            refuse=refuse if refuse > 0 else None,
            as_bought=with_refuse(phrase) and not with_refuse(foods.names[row]),
            measures=kitchen.measures,
        )

    held = own.holds(amount) if own and amount is not None else None
    if amount is None or held is None:
        return weigh(amount)
    try:
        return weigh(held)
    except AmountError:
        grams = weigh(amount)
        unused = f'your own "{amount.unit}" is not used: no density is known for this food'
        return grams._replace(guess="; ".join(filter(None, (grams.guess, unused))))


def _sized(amount: Amount | None, row: int, phrase: str, choice: Choice | None, kitchen: Kitchen) -> Grams | None:
    """Grams of a count with the size that the phrase tells, None where it tells none.

    1 of "large fries" is one large, not one of the fries; where the food has no such size, its usual amount is taken.
    """
    size = next((word for word in words(phrase) if word in COUNTED_SIZES), "")
    if amount is None or amount.unit or not size:
        return None
    try:
        return _grams(amount._replace(unit=size), row, phrase, choice, kitchen)
    except AmountError:
        usual = kitchen.foods.default_portion_grams(row)
        if usual is None:
            raise
        guess = f'no size "{size}" for this food, taken as its usual {usual:g} g'
        low, best, high = (count * usual for count in (amount.low, amount.number, amount.high))
        return Grams(best, low, high, "default", guess)


def _one_helping(grams: Grams, amount: Amount | None, phrase: str, foods: FoodTable, row: int) -> Grams:
    """Grams of "1" of what is named in the plural and comes in small pieces: a helping of fries, not one of them."""
    usual = foods.default_portion_grams(row)
    if amount is None or amount.unit or amount.high != 1 or grams.guess or usual is None:
        return grams
    last = plain(phrase).rpartition(" ")[2]
    if singular(last) == last or grams.best * SMALL_PIECE > usual:
        return grams
    guess = f"1 is taken as a helping of {usual:g} g, not one piece of {grams.best:g} g"
    return Grams(usual, grams.low, usual, "default", guess)


def _own_measures(choice: Choice | None, kitchen: Kitchen) -> Measures | None:
    """The person's own measures for a food, None where no choices were saved."""
    if not kitchen.choices:
        return None
    from nutrigap.choices import measures

    return measures(kitchen.choices, choice)


def _at_once(grams: Grams, line: Line) -> Grams:
    """What is eaten at once of an amount: of an ingredient, what is in one serving."""
    return grams._replace(best=grams.best * line.share, low=grams.low * line.share, high=grams.high * line.share)


def _implausible(grams: Grams, foods: FoodTable, row: int, *, sure: bool) -> tuple[str, str] | None:
    """A status and the reason where the weight is out of proportion to the food's portions, else None."""
    largest = _largest(foods, row)
    if sure and grams.high <= SAFE_CODE_GRAMS:
        return None
    if grams.high > MOST_GRAMS or (largest > 0 and grams.high > LEAVE_OUT_TIMES * largest):
        usual = f": the largest usual portion is {largest:,.0f} g" if largest > 0 else ""
        return "left_out", f"{_heavy(grams.high)} looks like a slip{usual}"
    if largest > 0 and grams.high > FLAG_TIMES * largest:
        return "flagged", f"{_heavy(grams.high)} is much for this food (largest usual portion {largest:,.0f} g)"
    return None


def _largest(foods: FoodTable, row: int) -> float:
    """The largest usual portion of a food [g], 0 where none is known.

    Of a drink that the release measures by the fluid ounce alone it is a cup of eight: nobody drinks one.
    """
    portions = foods.portions(row)
    times = CUP_OUNCES if portions and all(portion.name == "fl oz" for portion in portions) else 1
    sizes = [times * portion.grams for portion in portions]
    return max([*sizes, foods.default_portion_grams(row) or 0.0])


def _most(amount: str, unit: str, foods: FoodTable, row: int) -> float | None:
    """What a food may weigh at the most whose measure is not known [g]: so many of its largest portion."""
    try:
        told = parse_amount(amount, unit)
    except (AmountError, UnknownUnit):
        told = None
    count = min(max(1.0, told.high), LEAVE_OUT_TIMES) if told is not None else 1.0
    return count * _largest(foods, row) or None


def _heavy(grams: float) -> str:
    return f"{grams:,.0f} g" if grams < 1e9 else f"{grams:.1e} g"


def _guess_fix(grams: Grams, match: Match) -> str:
    if not match.sure:
        return "if this is wrong, name the food more fully or save a choice (nutrigap match --save)"
    if grams.source == "default":
        return "write the amount, for example 150 g"
    return "if this is wrong, write the grams or the size"


def _fix(foods: FoodTable, match: Match) -> str:
    if key(match.phrase) in meanings("search_no_food"):
        return "write a line for each of its foods, or a recipe (--recipes)"
    found = [candidate for candidate in candidates(foods, match, 2) if candidate.score >= SUGGEST]
    names = [foods.names[candidate.row] for candidate in found]
    if not names:
        return "write it in other words, or as a code such as fdc:168462"
    return "perhaps " + " or ".join(f'"{name}"' for name in names) + "? Write that name, or a code"
