"""The header: which column is what, whatever its order, case, spelling or language."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache
from typing import NamedTuple

from nutrigap.diary.cells import clean, show
from nutrigap.diary.model import Fault
from nutrigap.errors import Problem, UnknownUnit
from nutrigap.units import Nutrient, find_nutrient, find_unit, nutrient_factor, nutrients

Row = tuple[int, list[str]]  # line number of a record, and its cells as they stand there

# Column -> the words for it, the surest first; spaces, hyphens and case do not matter.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "date": (
        "date", "day", "date time", "date and time", "datetime", "date eaten", "eaten on", "log date",
        "diary date", "entry date", "datum", "tag", "fecha", "dia", "día", "jour", "data", "giorno",
        "dato",
    ),
    "food": (
        "food", "foods", "food name", "food item", "item", "item name", "food description", "description",
        "what", "what i ate", "what was eaten", "food eaten", "food and drink", "food or drink",
        "food drink", "food beverage", "food and beverage", "product", "product name", "name", "eaten",
        "lebensmittel", "speise", "produkt", "aliment", "aliments", "alimento", "alimentos", "nourriture",
        "cibo", "mat", "voeding",
    ),
    "amount": (
        "amount", "amount eaten", "quantity", "qty", "how much", "portion", "portion size",
        "serving size", "serving", "servings", "number of servings", "weight g", "weight in g",
        "weight grams", "weight in grams", "weight oz", "serving weight g", "portion weight g", "menge",
        "anzahl", "cantidad", "quantité", "quantite", "quantità", "hoeveelheid", "mängd", "mengde",
        "mængde",
    ),
    "unit": (
        "unit", "units", "unit of measure", "uom", "measure", "einheit", "unité", "unite", "unidad",
        "eenheid",
    ),
    "meal": (
        "meal", "meal type", "meal name", "group", "occasion", "eating occasion", "mahlzeit", "repas",
        "comida",
    ),
    "time": (
        "time", "time of day", "time eaten", "clock", "hour", "uhrzeit", "zeit", "heure", "hora", "tijd",
    ),
    "person": (
        "person", "person id", "participant", "participant id", "subject", "subject id", "user",
        "user id", "user name", "username", "patient", "patient id", "id",
    ),
    "note": (
        "note", "notes", "comment", "comments", "remark", "remarks", "notiz", "bemerkung", "nota",
        "notas",
    ),
    "brand": ("brand", "brand name", "brands", "manufacturer", "maker", "marke", "marque", "marca"),
    "kind": ("kind", "food or supplement", "line type", "entry type", "type"),
}  # fmt: skip
NEEDED = ("date", "food")
# A grams column needs no other name; the numbers in it are amounts in that unit.
_UNIT_ALONE = frozenset(["g", "gram", "grams", "gramm", "ml", "oz", "ounces"])
_PERCENT = frozenset(["%", "dv", "rda", "rdi", "ri", "nrv", "daily", "percent", "value"])
_OF_SUBSTANCES = frozenset(["iu", "ie", "ui", "mmol", "µmol", "umol", "meq"])
# A wide export has a hundred columns that are none of ours: near misses are looked for among the first ones.
_MISSES_SEARCHED = 30
_NEAR = 0.8
_TOKEN = re.compile(r"[^\W_]+|%")


class Label(NamedTuple):
    """A column of nutrient amounts: a cell times ``factor`` is in the nutrient's canonical unit."""

    nutrient: str
    position: int
    name: str
    unit: str
    factor: float


@dataclass(frozen=True)
class Header:
    """A header as understood.

    Attributes
    ----------
    index : int
        Its place among the rows of the table.
    line : int
    cells : tuple of str
        Cleaned, as written, up to the last one that is not blank.
    fields : dict of str to int
        Column of ours -> position.
    labels : tuple of Label
    amount_unit : str
        Unit that the header itself gives for bare numbers in the amount column ("Amount (g)"), or "".
    problems : tuple of Problem
    unread : tuple of int
        Positions of named columns that are none of ours.
    """

    index: int
    line: int
    cells: tuple[str, ...]
    fields: dict[str, int]
    labels: tuple[Label, ...] = ()
    amount_unit: str = ""
    problems: tuple[Problem, ...] = ()
    unread: tuple[int, ...] = ()

    @cached_property
    def names(self) -> frozenset[str]:
        """The words of every column in lower case: ``B12 (Cobalamin) (µg)`` is "b12 cobalamin µg"."""
        return frozenset(" ".join(tokens(cell)) for cell in self.cells)

    @property
    def complete(self) -> bool:
        """Whether it has the columns without which there is no diary."""
        return all(name in self.fields for name in NEEDED)

    @property
    def known(self) -> int:
        """How many of its columns are understood."""
        return len(self.fields) + len(self.labels)

    def name(self, column: str) -> str:
        """A column's name as the file has it."""
        return show(self.cells[self.fields[column]])

    def without(self, column: str) -> Header:
        """The header with one column taken for none of ours."""
        fields = {name: position for name, position in self.fields.items() if name != column}
        return replace(self, fields=fields, unread=tuple(sorted((*self.unread, self.fields[column]))))


def read_header(index: int, line: int, cells: list[str]) -> Header:
    """One row understood as a header."""
    names = [clean(cell) for cell in cells]
    while names and not names[-1]:
        names.pop()
    keys = [tokens(name) for name in names]
    fields, amount_unit, problems, twice = _fields(line, names, keys)
    labels, faults, taken = _labels(line, names, keys)
    known = {*fields.values(), *twice, *taken}
    return Header(
        index=index,
        line=line,
        cells=tuple(names),
        fields=fields,
        labels=labels,
        amount_unit=amount_unit,
        problems=(*problems, *faults),
        unread=tuple(i for i, name in enumerate(names) if name and i not in known),
    )


def missing_columns(header: Header) -> list[Problem]:
    """A problem for each column that a diary cannot do without, with the name that may have been meant."""
    import difflib

    problems = []
    unread = {" ".join(tokens(header.cells[i])): header.cells[i] for i in header.unread}
    found = ", ".join(show(name) for name in header.cells if name)
    for column in NEEDED:
        if column in header.fields:
            continue
        near = [k for word in SYNONYMS[column] for k in difflib.get_close_matches(word, unread, 1, _NEAR - 0.1)]
        meant = f'did you mean "{show(unread[near[0]])}"? ' if near else ""
        what = f"there is no {column} column; the columns are: {show(found, 200)}"
        problems.append(Fault(what, f"{meant}name one column {column}").at(header.line))
    return problems


def unread_notes(header: Header) -> list[str]:
    """What to say about columns that are not read: near misses by themselves, the rest in one note."""
    import difflib

    notes, rest = [], []
    for searched, position in enumerate(header.unread):
        name, key = show(header.cells[position]), " ".join(tokens(header.cells[position]))
        column = _field(tokens(header.cells[position]))[0]
        near = difflib.get_close_matches(key, _all_names(), 1, _NEAR) if searched < _MISSES_SEARCHED else []
        if column in header.fields:
            notes.append(f'column "{name}" is not read: "{header.name(column)}" is taken for the {column}')
        elif near and near[0] != key:
            notes.append(f'column "{name}" is not read; did you mean "{near[0].replace(" ", "_")}"?')
        else:
            rest.append(f'"{name}"')
    if rest:
        notes.append(f"columns not read: {', '.join(rest)}")
    return notes


@lru_cache(maxsize=4096)
def tokens(text: str) -> tuple[str, ...]:
    """The words of a column name in one form: ``Vitamin B-12 (µg)`` → vitamin, b, 12, μg."""
    return tuple(_TOKEN.findall(unicodedata.normalize("NFKC", text).casefold())) if len(text) < 200 else ()


@cache
def _field_words() -> dict[str, tuple[str, int]]:
    return {word: (column, rank) for column, words in SYNONYMS.items() for rank, word in enumerate(words)}


def _field(key: tuple[str, ...]) -> tuple[str, int, str]:
    """Column of ours ("" for none), rank of the word among its synonyms, and unit given by the name."""
    column, rank = _field_words().get(" ".join(key), ("", 0))
    if not key:
        return "", 0, ""
    unit = _amount_unit(key[-1])
    if column:
        return column, rank, unit if column == "amount" else ""
    before, rank = _field_words().get(" ".join(key[:-1]), ("", 0))
    if unit and before == "amount":
        return "amount", rank, unit
    if len(key) == 1 and key[0] in _UNIT_ALONE:
        return "amount", len(SYNONYMS["amount"]), unit or key[0]
    return "", 0, ""


def _amount_unit(word: str) -> str:
    return word if _is_unit(word, "mass", "volume") else ""


def _is_unit(word: str, *dimensions: str) -> bool:
    """Whether the word is a unit of one of the dimensions; without any, of amounts of whatever kind."""
    try:
        unit = find_unit(word)
    except UnknownUnit:  # "gr": a unit, though we do not know which
        return not dimensions
    if unit is None:
        return not dimensions and word in _OF_SUBSTANCES
    return not dimensions or unit.dimension in dimensions


def _fields(
    line: int, names: list[str], keys: list[tuple[str, ...]]
) -> tuple[dict[str, int], str, list[Problem], set[int]]:
    """Column of ours -> position (of two, the surer word), the amount's unit, and columns that come twice."""
    best: dict[str, tuple[int, int, str]] = {}
    problems, twice = [], set()
    first: dict[tuple[str, ...], str] = {}
    for position, key in enumerate(keys):
        column, rank, unit = _field(key)
        if not column:
            continue
        if key in first:
            problems.append(_twice(names[position]).at(line, show(names[position])))
            twice.add(position)
        elif column not in best or rank < best[column][0]:
            best[column] = (rank, position, unit)
        first.setdefault(key, names[position])
    unit = best["amount"][2] if "amount" in best else ""
    return {column: position for column, (_, position, _) in best.items()}, unit, problems, twice


def _twice(name: str) -> Fault:
    return Fault(f'the column "{show(name)}" comes twice; the first is read', "rename or delete one of them")


@cache
def _nutrient_words() -> dict[str, Nutrient]:
    """Every word for a nutrient, written together -> the nutrient."""
    names = {word.replace(" ", ""): nutrient for nutrient in nutrients() for word in nutrient.words}
    return names | {nutrient.id.replace("_", ""): nutrient for nutrient in nutrients()}


def _nutrient(key: tuple[str, ...]) -> Nutrient | None:
    """The nutrient that all the words name together: ``b12 cobalamin`` is one, ``calcium carbonate`` none."""
    found: Nutrient | None = None
    rest = key
    while rest:
        length = next((n for n in range(len(rest), 0, -1) if "".join(rest[:n]) in _nutrient_words()), 0)
        here = _nutrient_words().get("".join(rest[:length]))
        if here is None or (found is not None and here != found):
            return None
        found, rest = here, rest[length:]
    return found


def nutrient_column(key: tuple[str, ...]) -> tuple[Nutrient, str] | None:
    """Nutrient and unit of a column of nutrient amounts ("" for no unit), or None for another column."""
    alone, of = _nutrient(key), _nutrient(key[:-1])
    if of is not None and (factor_of(of, key[-1]) is not None or (alone is None and _is_unit(key[-1]))):
        return of, key[-1]
    if alone is not None:  # "kcal" and "Calories" are a nutrient and its unit in one word
        return alone, key[-1] if _is_unit(key[-1], "energy") else ""
    if len(key) == 1 and _is_unit(key[0], "energy"):  # a column "kJ" can be but one thing
        return next((of, key[0]) for of in nutrients() if factor_of(of, key[0]) is not None)
    while key and key[-1] in _PERCENT:
        key = key[:-1]
    share = _nutrient(key)
    return (share, "%") if share is not None else None


def factor_of(of: Nutrient, unit: str) -> float | None:
    """What one ``unit`` of a nutrient is in its canonical unit, to 15 digits, or None where it has no meaning."""
    try:
        return column_factor(of.id, unit)
    except UnknownUnit:
        return None


def column_nutrient(name: str) -> str:
    """The id of the nutrient of which a column with this name holds amounts, or ""."""
    found = nutrient_column(tokens(name))
    return "" if found is None else found[0].id


def column_factor(of: str, unit: str) -> float:
    """What one ``unit`` is in the canonical unit of the nutrient with this id; UnknownUnit if it has no meaning."""
    # µg -> mg comes out as 0.00099…98 in floats; 15 digits bring back the factor that is meant
    return float(f"{nutrient_factor(find_nutrient(of), unit):.15g}")


def _labels(
    line: int, names: list[str], keys: list[tuple[str, ...]]
) -> tuple[tuple[Label, ...], list[Problem], set[int]]:
    """Columns of nutrient amounts, what is wrong with some, and the positions of both."""
    labels: dict[str, Label] = {}
    problems, taken = [], set()
    for position, key in enumerate(keys):
        found = None if _field(key)[0] else nutrient_column(key)
        if found is None:
            continue
        taken.add(position)
        of, unit = found
        factor = factor_of(of, unit)
        name = names[position]
        if factor is None:
            problems.append(_no_unit(of, unit).at(line, show(name)))
        elif of.id in labels:
            what = f'"{show(name)}" gives {of.name} a second time; "{show(labels[of.id].name)}" is read'
            problems.append(Fault(what, "keep one column a nutrient").at(line, show(name)))
        else:
            labels[of.id] = Label(of.id, position, name, unit, factor)
    return tuple(labels.values()), problems, taken


def _no_unit(of: Nutrient, unit: str) -> Fault:
    fix = f"name it {label_name(of)}, with amounts in {of.unit}"
    if unit == "%":
        return Fault(f"a share of a daily value is no amount of {of.name}; the column is not read", fix)
    if unit:
        return Fault(f'"{show(unit)}" is no unit for {of.name}; the column is not read', fix)
    return Fault(f"the amounts of {of.name} have no unit; the column is not read", fix)


def label_name(of: Nutrient) -> str:
    """The plain name of a nutrient's column, with its canonical unit: ``vitamin_d_ug``."""
    return f"{of.id}_{of.unit.replace('µ', 'u')}"


@cache
def _all_names() -> list[str]:
    fields = [word for words in SYNONYMS.values() for word in words]
    return fields + [" ".join(tokens(label_name(of))) for of in nutrients() if of.role != "part"]
