"""From a diary line to a food and grams, or to doses: every line ends counted, flagged or left out.

The order is: the user's saved choices, dose lines, codes, exact names, search. Each distinct (phrase, amount) is
resolved once however often it stands in the diary.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from nutrigap.amounts import Grams, to_grams, unit_key
from nutrigap.diary import Diary, Line
from nutrigap.errors import AmountError, TableError, UnknownFood, UnknownUnit
from nutrigap.matching import ACCEPT, Match, candidates, find_exact, find_food
from nutrigap.phrases import pairs
from nutrigap.quantities import Amount, parse_amount, split_leading_amount, split_trailing_amount
from nutrigap.supplements import Dose, Supplement, brand_words, looks_like_supplement, read_supplement, salt_written
from nutrigap.tables import FoodTable
from nutrigap.units import leading_unit, nutrients, read_table
from nutrigap.words import key, lexicon, negation, words

CODE = re.compile(r"\s*(?:((?:fdc|sr|fndds)\s*:\s*\d+)|([\w.-]+\s*:\s*[\w.-]+))\s*", re.I)
MOST_GRAMS = 10_000.0
SAFE_CODE_GRAMS = 5_000.0
FLAG_TIMES, LEAVE_OUT_TIMES = 3.0, 10.0
# A food that shares less than this with the phrase is no help as a suggestion.
SUGGEST = 0.40
# A food answers a whole phrase with this share of it; how sure two foods are of which one is two again.
WHOLLY, PAIRED = 0.97, 0.5
EVERY = frozenset(n.id for n in nutrients() if n.role != "part")
CORE = frozenset(n.id for n in nutrients() if n.role == "core")


# Shared by all records that tell nothing.
_NOTHING: Mapping[str, float] = MappingProxyType({})
_NO_DOSES: Mapping[str, Dose] = MappingProxyType({})


class Choice(NamedTuple):
    """A correction the user saved: a phrase stands for this food, and one ``unit`` of it weighs ``grams`` [g].

    ``units`` has keys as ``amounts.unit_key`` gives them; ``place`` is the file and line that the choice stands in.
    """

    food_id: str
    kind: str = ""
    units: Mapping[str, float] = _NOTHING
    place: str = "choices"

    def row(self, foods: FoodTable) -> int:
        """Row of the chosen food; TableError with the file and line of the choice when the table lacks it."""
        try:
            return foods.row(self.food_id)
        except UnknownFood as error:
            raise TableError(f"{self.place}: {error}; nutrigap foods WORDS finds the ids") from None


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
        parts = tuple(part.at(line._replace(food=part.line.food)) for part in self.parts)
        return self._replace(line=line, parts=parts)


NO_MATCH = Match(None, "none", 0.0)
NOTHING_TO_DO = "nothing to do: it changes no total"
# The kinds that a file of choices may hold: "other" is what is written for a line that is no food.
KINDS = frozenset(["", "food", "supplement", "other"])


@cache
def _not_food() -> frozenset[str]:
    return frozenset(key(row["words"]) for row in read_table("not_food.csv"))


def read_choices(path: str | Path) -> dict[str, Choice]:
    """Read saved choices (``phrase,food_id,unit,grams,kind,note``); several rows of a phrase add its units.

    Returns
    -------
    dict
        Normalised phrase -> Choice.

    Raises
    ------
    TableError
        The file cannot be read, or a column or value is wrong; the message names the line.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:  # not UTF-8, or no name that a file can have
        raise TableError(f"{path}: cannot be read as a file of choices ({error})") from error
    reader = csv.DictReader(io.StringIO(text, newline=""))
    found: dict[str, Choice] = {}
    try:
        missing = {"phrase", "food_id"} - {(name or "").strip().lower() for name in reader.fieldnames or []}
        if missing:
            names = " and ".join(sorted(missing))
            raise TableError(f"{path}:1: no column {names}; the header is phrase,food_id,unit,grams,kind,note")
        for row in reader:
            _add_choice(found, row, f"{path}:{reader.line_num}")
    except csv.Error as error:
        raise TableError(f"{path}:{reader.line_num}: cannot be read as CSV ({error})") from error
    return found


def _add_choice(found: dict[str, Choice], row: Mapping[str | None, object], place: str) -> None:
    """Add one row of a file of choices; further rows of a phrase add its units."""
    cells = {(name or "").strip().lower(): cell.strip() for name, cell in row.items() if isinstance(cell, str)}
    name = key(cells.get("phrase", ""))
    if not name:
        return
    kind = cells.get("kind", "").lower()
    if kind not in KINDS:
        raise TableError(f'{place}: kind: "{cells["kind"]}" is no kind of line; write food or supplement, or nothing')
    old = found.get(name, Choice(food_id=""))
    units = dict(old.units)
    if cells.get("unit") or cells.get("grams"):
        units[unit_key(cells.get("unit", ""))] = _positive(cells.get("grams", ""), f"{place}: grams")
    food_id = cells.get("food_id", "")
    found[name] = Choice(food_id or old.food_id, kind or old.kind, units, place if food_id else old.place)


def _positive(text: str, place: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        raise TableError(f'{place}: "{text}" is not a weight; write the grams of one unit as a number above 0')
    return value


def resolve(diary: Diary, foods: FoodTable, choices: Mapping[str, Choice] | None = None) -> list[Entry]:
    """Resolve every line of a diary, in order: lines in = counted + flagged + left out.

    Parameters
    ----------
    diary : Diary
    foods : FoodTable
    choices : mapping, optional
        Saved choices, as ``read_choices`` gives them.

    Raises
    ------
    TableError
        A choice names a food that the table does not hold.
    """
    for choice in (choices or {}).values():
        if choice.food_id:
            choice.row(foods)
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
            known[same] = resolve_line(line, foods, choices or {})
        entries.append(known[same].at(line))
    return entries


def resolve_line(line: Line, foods: FoodTable, choices: Mapping[str, Choice]) -> Entry:
    """Resolve one line: a food with grams, a dose, or left out with the reason."""
    choice = choices.get(key(line.food))
    if choice is None and key(line.food) in _not_food():
        return Entry(line, "other", "left_out", NO_MATCH, problem="not a food", fix=NOTHING_TO_DO)
    if line.problem is not None:
        return _left_out(line, "food", line.problem.what, line.problem.fix)
    if choice is not None and choice.kind == "other":
        return Entry(line, "other", "left_out", NO_MATCH, problem="no food, by a saved choice", fix=NOTHING_TO_DO)
    kind = "food" if choice is not None and choice.food_id else line.kind or (choice.kind if choice is not None else "")
    if kind != "food":
        said = f"{line.amount} {line.unit}"
        if kind == "supplement" or looks_like_supplement(line.food, said):
            return _resolve_supplement(line)
        brand = brand_words(line.food, said)
        if brand and not find_food(foods, brand).confidence >= ACCEPT:
            return _resolve_supplement(line, brand)
    if line.amounts_from and (line.covers or line.labels.keys() >= CORE):
        return _as_exported(line)
    return _resolve_food(line, foods, choice, choices)


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
        choice = choice or choices.get(key(phrase))
    try:
        match = _match(phrase, foods, choice, code)
    except UnknownFood as error:
        return _left_out(line, "food", str(error), "check the code, or write the food's name")
    if match.row is None or not (match.sure or match.method in ("code", "choice")):
        several = _several_foods(line, phrase, amount_text, match, foods, choices)
        if several is not None:
            return several
    if match.row is None and match.ignored and not match.phrase:
        what = "the line tells only what was not eaten"
        return _without_food(line, match, what, "write what was eaten, or delete the line")
    if match.row is None:
        return _without_food(line, match, "no food in the tables is close enough", _fix(foods, match))
    try:
        amount = parse_amount(amount_text, line.unit)
        grams = _grams(amount, foods, match.row, phrase, choice)
    except (AmountError, UnknownUnit) as error:
        what, fix = _reason(error)
        return _without_food(line, match, what, fix, row=match.row)
    problem = _implausible(grams, foods, match.row, sure=match.method == "code" and grams.source == "mass")
    if problem is not None and problem[0] == "left_out":
        return _without_food(line, match, problem[1], "check the amount; if it is right, split the line", row=match.row)
    guesses = [problem[1]] if problem is not None else []
    name = foods.names[match.row]
    if match.ignored:
        guesses.append(f'"{match.ignored}" was not taken into account: taken for "{name}"')
    elif _unsure(match):
        rival = f', could be "{foods.names[match.rival]}"' if match.rival is not None else ""
        guesses.append(f'taken for "{name}"{rival}')
    if match.method in ("exact", "search") and (unheeded := _unheeded(f"{amount_text} {line.unit}", foods, match.row)):
        guesses.append(f'"{unheeded}" was not taken into account')
    if grams.guess:
        guesses.append(grams.guess)
    return Entry(
        line, "food", "flagged" if guesses else "counted", match, row=match.row, grams=grams, labels=line.labels,
        problem="; ".join(guesses), fix=_guess_fix(grams, match) if guesses else "",
    )  # fmt: skip


def _several_foods(
    line: Line, phrase: str, amount_text: str, whole: Match, foods: FoodTable, choices: Mapping[str, Choice]
) -> Entry | None:
    """A line that holds two foods ("beans on toast"), each an entry of its own; None where it is better read as one.

    The table may have the dish: a name that answers the whole phrase stands.
    """
    if whole.row is not None and whole.covered > WHOLLY:
        return None
    pair = _best_pair(phrase, foods, choices)
    if pair is None:
        return None
    first, second = _shared_out(line, amount_text, pair, foods)
    parts = tuple(resolve_line(one, foods, choices) for one in (first, second))
    if any(part.status == "left_out" for part in parts):
        return None
    pieces = [piece for part in parts for piece in part.pieces]
    told = " and ".join(_taken_for(piece, foods) for piece in pieces)
    return Entry(
        line, "food", "flagged", whole._replace(row=None, method="none"), parts=parts,
        problem=f"read as {_COUNTS.get(len(pieces), 'several')} foods: {told}",
        fix="if this is wrong, write a line for each food with its amount",
    )  # fmt: skip


_COUNTS = {2: "two", 3: "three", 4: "four"}


def _taken_for(piece: Entry, foods: FoodTable) -> str:
    if piece.row is None or piece.grams is None:
        return f'"{piece.line.food}"'
    return f'"{foods.names[piece.row]}" ({piece.grams.best:,.3g} g)'


def _best_pair(phrase: str, foods: FoodTable, choices: Mapping[str, Choice]) -> tuple[str, str] | None:
    """The two foods of a phrase: those parts of it that are both surest to be one; None where no two are."""

    def sure(text: str) -> float:
        if key(text) in choices or looks_like_supplement(text, ""):
            return 1.0
        name = _split(text, foods)[0]
        found = find_food(foods, name)
        if found.row is None or found.covered <= WHOLLY:  # "bread and butter pudding": three foods, or a dish
            inner = _best_pair(name, foods, choices) if len(pairs(name)) else None
            return PAIRED if inner is not None else 0.0
        return found.confidence

    best, most = None, 0.0
    for pair in pairs(phrase):
        least = min(map(sure, pair[:2]))
        if least > max(most, 0.0 if pair.told else ACCEPT):
            best, most = (pair.first, pair.second), least
    return best


def _shared_out(line: Line, amount_text: str, pair: tuple[str, str], foods: FoodTable) -> tuple[Line, Line]:
    """The lines of two foods: a weight is shared out as their usual amounts are, a count is that of the first.

    Of the second as many usual amounts are taken as there are pieces of the first: two slices of toast have butter
    twice. Amounts from the label of the whole stand with the first.
    """
    first = line._replace(food=pair[0], amount=amount_text)
    second = line._replace(food=pair[1], amount="", unit="", labels=dict.fromkeys(line.labels, 0.0))
    try:
        amount = parse_amount(amount_text, line.unit)
    except (AmountError, UnknownUnit):
        return first, second
    if amount is None:
        return first, second
    usual = [_usual_grams(text, foods) for text in pair]
    unit = leading_unit(amount.unit) if amount.grams is None else None
    grams = amount.grams if amount.grams is not None else None
    if unit is not None and unit.dimension == "mass":
        grams = amount.number * unit.factor
    if grams is not None and all(usual):
        each = [f"{grams * part / sum(usual):.6g} g" for part in usual]
        return first._replace(amount=each[0], unit=""), second._replace(amount=each[1])
    if unit is None and amount.number != 1 and usual[1] and not split_leading_amount(pair[1])[0]:
        return first, second._replace(amount=f"{amount.number * usual[1]:.6g} g")
    return first, second


def _usual_grams(text: str, foods: FoodTable) -> float:
    """What the food of a phrase usually weighs [g], 0 where nothing is known."""
    row = find_food(foods, _split(text, foods)[0]).row
    return (foods.default_portion_grams(row) or 0.0) if row is not None else 0.0


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
    return match.method in ("exact", "search") and not match.sure


def _match(phrase: str, foods: FoodTable, choice: Choice | None, code: str | None) -> Match:
    if choice is not None and choice.food_id:
        return Match(choice.row(foods), "choice", 1.0, phrase)
    if code is not None:
        return Match(_row(foods, code), "code", 1.0)
    return find_food(foods, phrase)


def _grams(amount: Amount | None, foods: FoodTable, row: int, phrase: str, choice: Choice | None) -> Grams:
    refuse = float(foods.refuse[row])
    return to_grams(
        amount,
        foods.portions(row),
        default_grams=foods.default_portion_grams(row),
        food_words=frozenset(words(phrase)) | frozenset(words(foods.names[row])),
        own_units=choice.units if choice is not None else None,
        refuse=refuse if refuse > 0 else None,
    )


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
    return _without_food(line, NO_MATCH, what, fix, kind=kind)


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
