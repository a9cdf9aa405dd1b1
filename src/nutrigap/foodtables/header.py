"""The header of a user's food table: names, ids, weights of servings and portions, and amounts of nutrients.

The names of columns are in ``data/food_columns.csv``, words of other languages in ``data/foreign_nutrients.csv``; the
nutrients and their units are recognised as in a diary.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from nutrigap.diary.cells import clean, show
from nutrigap.diary.columns import Row, factor_of, label_name, nutrient_column, tokens
from nutrigap.diary.model import Fault
from nutrigap.errors import Problem, UnknownUnit
from nutrigap.units import MASS_IN_GRAMS, Nutrient, Unit, find_unit, nutrients, read_table
from nutrigap.words import plain

ROWS_SEARCHED = 10
# Two columns of parts that make up a nutrient together, where there is none for the whole.
PARTS = {"vitamin_d": ({"d2", "ergocalciferol"}, {"d3", "cholecalciferol"})}
MASS, VOLUME, SERVING = "mass", "volume", "serving"
# Column of names -> the column of weights that its name with a unit makes: "portion (g)".
_WEIGHTS = {"serving": "serving", "portion": "portion weight", "portion weight": "portion weight"}


class Basis(NamedTuple):
    """What amounts refer to: ``size`` [g or ml] of mass or volume, or one serving."""

    kind: str
    size: float = 1.0


PER_100_G = Basis(MASS, 100.0)


class Amounts(NamedTuple):
    """A column of amounts of a nutrient: a cell times ``factor`` is in its canonical unit, for ``basis`` of food."""

    nutrient: Nutrient
    position: int
    name: str
    unit: str
    factor: float
    basis: Basis | None
    part: int = -1  # which of the PARTS of the nutrient, -1 for the whole


class Weight(NamedTuple):
    """A column of weights: a number in it is of ``unit``, "" where the cell must tell."""

    position: int
    unit: str


class Measure(NamedTuple):
    """A household measure: a column of its names, one of its grams, or both."""

    name: int | None
    weight: Weight | None


class Header(NamedTuple):
    """A header as understood: the ``row`` of a table, on a ``line`` as an editor counts.

    ``fields`` maps a column of ours to its position; ``amounts`` holds for each nutrient the columns that are added
    up, mostly one; ``spares`` are further columns of these nutrients; ``unread`` are the positions of named columns
    that are none of ours, and those of the spares.
    """

    row: int
    line: int
    cells: tuple[str, ...]
    fields: dict[str, int]
    serving: Weight | None
    measures: tuple[Measure, ...]
    amounts: tuple[tuple[Amounts, ...], ...]
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]
    unread: tuple[int, ...]
    spares: tuple[Amounts, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether it names foods, and at least one of the six nutrients."""
        return "name" in self.fields and any(columns[0].nutrient.role == "core" for columns in self.amounts)

    @property
    def known(self) -> int:
        """How many of its columns are understood."""
        return len(self.fields) + len(self.amounts)


@cache
def column_words() -> dict[str, frozenset[str]]:
    """Column of ours -> its names, as ``data/food_columns.csv`` has them."""
    return {
        row["column"]: frozenset(name.strip() for name in row["names"].split(";"))
        for row in read_table("food_columns.csv")
    }


@cache
def _columns() -> dict[str, str]:
    told = ("name", "code", "brand", "group", "also", "basis", "serving unit", "portion weight", "portion", "serving")
    return {name: column for column in reversed(told) for name in column_words()[column]}


@cache
def _translated() -> dict[str, str]:
    rows = (row for row in read_table("foreign_nutrients.csv") if row["layout"] == "word")
    return {row["name"]: row["nutrient"] for row in rows}


def find_header(rows: Iterable[Row]) -> Header | None:
    """The first of the first ten rows that names foods and a nutrient, else the one that comes nearest."""
    nearest: Header | None = None
    searched = 0
    for row, (line, cells) in enumerate(rows):
        if not any(map(clean, cells)):
            continue
        header = read_header(row, line, cells)
        if header.complete:
            return header
        if nearest is None or header.known > nearest.known:
            nearest = header
        searched += 1
        if searched == ROWS_SEARCHED:
            break
    return nearest


def read_header(row: int, line: int, cells: list[str]) -> Header:
    """One row understood as a header."""
    names = [clean(cell) for cell in cells]
    while names and not names[-1]:
        names.pop()
    fields: dict[str, int] = {}
    serving: list[Weight] = []
    portions: list[tuple[str, int, str]] = []
    amounts: list[Amounts] = []
    faults: list[tuple[Nutrient, Problem]] = []
    unread: list[int] = []
    for position, name in enumerate(names):
        column, unit = _column(tokens(plain(name)))
        if column in ("portion", "portion weight"):
            portions.append((column, position, unit))
        elif column == "serving":
            serving.append(Weight(position, unit))
        elif column and column not in fields:
            fields[column] = position
        elif column:
            unread.append(position)
        elif isinstance(found := _amounts(name, position), Amounts):
            amounts.append(found)
        elif found is not None:
            of, fault = found
            faults.append((of, fault.at(line, show(name))))
        elif name:
            unread.append(position)
    told = [] if "basis" in fields else _told_by_a_pair(amounts)
    if told:
        amounts = [one._replace(basis=PER_100_G) if one.basis is None else one for one in amounts]
    kept, left, notes, twice = _chosen(amounts)
    # a column without unit is no fault where another gives the nutrient
    problems = [problem for of, problem in faults if all(of != columns[0].nutrient for columns in kept)]
    return Header(
        row=row,
        line=line,
        cells=tuple(names),
        fields=fields,
        serving=serving[0] if serving else None,
        measures=_measures(portions),
        amounts=kept,
        problems=(*problems, *(fault.at(line, show(name)) for fault, name in twice)),
        notes=(*told, *notes),
        unread=tuple(sorted((*unread, *(one.position for one in left), *(one.position for one in serving[1:])))),
        spares=tuple(left),
    )


def _column(key: tuple[str, ...]) -> tuple[str, str]:
    """Column of ours ("" for none), and the unit of mass or volume at the end of its name."""
    words = [re.sub(r"(?<=[a-z])\d+$", "", word) for word in key if not word.isdecimal()]
    name = " ".join(words)
    if name in _columns():
        return _columns()[name], ""
    if words and weight_unit(words[-1]) is not None:
        before = " ".join(word for word in words[:-1] if word != "in")
        return _WEIGHTS.get(_columns().get(before, ""), ""), words[-1]
    if len(words) == 3 and words[1] == "per" and weight_unit(words[0]) is not None:  # "grams per serving"
        return _WEIGHTS.get(_columns().get(words[2], ""), ""), words[0]
    return "", ""


def weight_unit(word: str) -> Unit | None:
    """The unit of mass or volume that a word stands for, or None."""
    try:
        unit = find_unit(word)
    except UnknownUnit:
        return None
    return unit if unit is not None and unit.dimension in (MASS, VOLUME) else None


def _measures(portions: list[tuple[str, int, str]]) -> tuple[Measure, ...]:
    """Names of portions and their weights, paired in the order in which they stand."""
    names = [position for column, position, _ in portions if column == "portion"]
    weights = [Weight(position, unit) for column, position, unit in portions if column == "portion weight"]
    size = max(len(names), len(weights))
    return tuple(
        Measure(names[i] if i < len(names) else None, weights[i] if i < len(weights) else None) for i in range(size)
    )


# --- amounts of nutrients


def _amounts(name: str, position: int) -> Amounts | tuple[Nutrient, Fault] | None:
    """A column of amounts, or its nutrient and what is wrong with it, or None for another column."""
    # the slash of "mg/30g" is lost among the words
    key, basis = _without_basis(tokens(plain(re.sub(r"/\s*(?=\d)", " per ", name))))
    found = nutrient_column(tuple(_translated().get(word, word) for word in key))
    if found is None or found[1] == "%":  # a share of a daily value is no amount
        return None
    of, unit = found
    factor = factor_of(of, unit) if unit else None
    if factor is None:
        fix = f"name it {label_name(of)}, with amounts in {of.unit}"
        if unit:
            return of, Fault(f'"{show(unit)}" is no unit for {of.called}', fix)
        return of, Fault(f"the amounts of {of.called} have no unit", fix)
    parts = PARTS.get(of.id, ())
    part = [i for i, words in enumerate(parts) if words & set(key)]
    return Amounts(of, position, name, unit, factor, basis, part[0] if len(part) == 1 else -1)


def _without_basis(key: tuple[str, ...]) -> tuple[tuple[str, ...], Basis | None]:
    """The words of a header without those that tell what the amounts refer to: "mg per 100 g", "mg/100g"."""
    text = " ".join(key)
    per = "|".join(sorted(column_words()["per word"]))
    mass = re.search(rf"(?:^| )(?:(?:{per}) ([1-9]\d*)|(100)) ?(g|gr|gram|grams|gramm|grammes|ml)(?= |$)", text)
    if mass is not None:
        basis = Basis(VOLUME if mass[3] == "ml" else MASS, float(mass[1] or mass[2]))
        return tuple(f"{text[: mass.start()]} {text[mass.end() :]}".split()), basis
    serving = "|".join(sorted(column_words()["serving word"]))
    found = re.search(rf"(?:^| )(?:(?:{per}) )?(?:{serving})(?= |$)", text)
    if found is not None:
        return tuple(f"{text[: found.start()]} {text[found.end() :]}".split()), Basis(SERVING)
    return key, None


def _told_by_a_pair(amounts: list[Amounts]) -> list[str]:
    """Notes on columns that tell no basis beside one "per serving" of the same nutrient: they are per 100 g."""
    same = {(one.nutrient, one.factor, one.part): one for one in amounts if one.basis == Basis(SERVING)}
    whole = {one.nutrient for one in amounts if one.basis == PER_100_G}
    return [
        f'"{show(one.name)}" is read as per 100 g, for "{show(beside.name)}" stands beside it'
        for one in amounts
        if one.basis is None
        and one.nutrient not in whole
        and (beside := same.get((one.nutrient, one.factor, one.part))) is not None
    ]


def _chosen(
    amounts: list[Amounts],
) -> tuple[tuple[tuple[Amounts, ...], ...], list[Amounts], tuple[str, ...], list[tuple[Fault, str]]]:
    """For each nutrient the columns that are read, the others, notes, and what comes twice."""
    kept, left, notes, twice = [], [], [], []
    for of in nutrients():
        # per 100 g before other amounts of food, the canonical unit (kcal) before others, the whole before parts
        found = sorted((one for one in amounts if one.nutrient == of), key=_preference)
        if not found:
            continue
        first = found[0]
        read = [first]
        if first.part >= 0:
            others = [one for one in found if one.part not in (-1, first.part) and one.basis == first.basis]
            read += others[:1]
            if not others:
                notes.append(f'"{show(first.name)}" is taken for all of {of.called}')
        for one in found:
            if one not in read and of.role == "core" and _preference(one) == _preference(first):
                fault = Fault(f'"{show(one.name)}" gives {of.called} a second time', "keep one column a nutrient")
                twice.append((fault, one.name))
            elif one not in read:
                left.append(one)
                if _preference(one) == _preference(first):
                    notes.append(f'"{show(one.name)}" gives {of.called} a second time; "{show(first.name)}" is read')
        kept.append(tuple(read))
    return tuple(kept), left, tuple(notes), twice


def _preference(one: Amounts) -> tuple[bool, int, bool]:
    order = 0 if one.basis == PER_100_G else 2 if one.basis is not None and one.basis.kind == SERVING else 1
    return one.part >= 0, order, one.factor != 1


def missing(header: Header) -> list[Problem]:
    """What a header lacks that cannot be done without."""
    import difflib

    problems = []
    columns = show(", ".join(show(name) for name in header.cells if name), 300)
    if "name" not in header.fields:
        unread = {" ".join(tokens(plain(header.cells[i]))): header.cells[i] for i in header.unread}
        words = column_words()["name"]
        near = [found for word in words for found in difflib.get_close_matches(word, unread, 1, 0.75)]
        meant = f'did you mean "{show(unread[near[0]])}"? ' if near else ""
        what = f"there is no column with the names of the foods; the columns are: {columns}"
        problems.append(Problem(header.line, "", what, f"{meant}name one column food"))
    if not any(found[0].nutrient.role == "core" for found in header.amounts) and not header.problems:
        core = [of for of in nutrients() if of.role == "core"]
        what = f"the table has none of the six nutrients; its columns are: {columns}"
        fix = f"name columns {', '.join(label_name(of) for of in core)}"
        if "fdc_id" in header.cells:
            fix = "for a download of FoodData Central give the folder, not one of its files"
        problems.append(Problem(header.line, "", what, fix))
    return problems


def heaviest(of: Nutrient) -> float | None:
    """What 100 g of food can hold at most, in the canonical unit: all of it; of energy, what pure fat has."""
    if of.unit in MASS_IN_GRAMS:
        return 100.0 / MASS_IN_GRAMS[of.unit]
    return MOST_ENERGY if of.unit == "kcal" else None


# Fat has 9 kcal a gram, and no food has more; tables print up to 902 [kcal per 100 g].
MOST_ENERGY = 910.0
