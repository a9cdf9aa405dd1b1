"""Listings of the tables: foods found, reference values of a person, everything shipped."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from typing import NamedTuple, TypeVar

import numpy as np

from nutrigap.errors import PersonError, TableError, did_you_mean
from nutrigap.evidence import GRADES, citation, evidence, matrix
from nutrigap.ideas import OXALATE, common_foods, plain_words
from nutrigap.matching import candidates, find_food, search
from nutrigap.person import Person
from nutrigap.references import reference, target_records, target_rows, terms
from nutrigap.report.csv import render
from nutrigap.report.wrap import wrap
from nutrigap.tables import FoodTable, Source, load_foods, sources
from nutrigap.units import DATA, Nutrient, find_nutrient, nutrient_index, nutrients, read_table
from nutrigap.wording import exactly
from nutrigap.words import printable

LICENCES = {
    "foods": "public domain (USDA; CC0 1.0 in FoodData Central)",
    "references.csv": "published reference values (facts), cited row by row",
    "within_person_sd.csv": "derived from public-domain NHANES data",
}
# What a ranking of the whole table passes over: no foods, or none for those who read it.
_NO_FOOD = re.compile(r"supplement|formula|human milk|protein (?:powder|and nutritional powders)", re.I)
OURS = "made for this project, MIT"
# Derived from the releases of USDA by data/build.py.
DERIVED = frozenset(["imputation.csv", "default_portion.csv"])


def table(header: Sequence[str], rows: Sequence[Sequence[str]], right: frozenset[int] = frozenset()) -> str:
    """Columns as wide as their widest cell, two blanks between them; columns in ``right`` stand to the right."""
    widths = [max(len(row[i]) for row in [header, *rows]) for i in range(len(header))]
    lines = []
    for row in [header, *rows]:
        cells = [
            cell.rjust(width) if i in right else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines) + "\n"


def _food_row(foods: FoodTable, row: int) -> list[str]:
    values = []
    for n in nutrients():
        if n.role == "core":
            value = float(foods.values[row, nutrient_index()[n.id]])
            values.append("?" if np.isnan(value) else f"{value:,.10g}")
    grams = foods.default_portion_grams(row)
    return [foods.ids[row], *values, "?" if grams is None else f"{grams:.4g} g", foods.names[row]]


def _food_header() -> list[str]:
    core = [f"{n.name.removeprefix('Vitamin ')} {n.unit}" for n in nutrients() if n.role == "core"]
    return ["id", *core, "portion", "food (amounts per 100 g; ? = not measured)"]


def found_foods(phrase: str, limit: int, table_of_foods: FoodTable | None = None) -> str:
    """The foods with a code, or whose names fit a phrase best, with their nutrients per 100 g and usual portion."""
    foods = table_of_foods or load_foods()
    places = foods.rows_with_code(phrase) or [one.row for one in candidates(foods, find_food(foods, phrase), limit)]
    rows = [_food_row(foods, place) for place in places]
    if not rows:
        if phrase.strip().isdecimal():
            return f'no food has the code "{printable(phrase.strip())}"\n'
        return f'no food has any word of "{printable(phrase)}" in its name\n'
    header = _food_header()
    return table(header, rows, frozenset(range(1, len(header) - 1)))


def nutrient_named(name: str) -> Nutrient:
    """The nutrient with this id or name: ``magnesium``, ``Vitamin D``, ``b12``.

    Raises
    ------
    TableError
        There is none; the message tells the nearest, or all.
    """
    wanted = " ".join(name.lower().replace("_", " ").replace("-", " ").split())
    shown = [n for n in nutrients() if n.role != "part"]
    known = {word: n for n in shown for word in (*n.words, n.id.replace("_", " "), n.name.lower())}
    if wanted in known:
        return known[wanted]
    import difflib

    near = difflib.get_close_matches(wanted, known, 1)
    hint = f'did you mean "{known[near[0]].id}"?' if near else f"known: {', '.join(n.id for n in shown)}"
    raise TableError(f'unknown nutrient "{printable(name)}"; {hint}')


class _Ranked(NamedTuple):
    """A food of a ranking: its row of the table, what it is called, and its portion in words and in grams [g]."""

    row: int
    name: str
    portion: str
    grams: float


def rich_foods(
    name: str, phrase: str, limit: int, table_of_foods: FoodTable | None = None, *, everything: bool = False
) -> str:
    """Foods ranked by the amount of a nutrient in a usual portion.

    Without a phrase these are, for the six nutrients, common foods in portions that people eat, as far as the table
    has them; ``everything`` ranks the whole table instead, without supplements, powders and infant formula. With a
    phrase, the foods that fit it. Of foods with oxalate a row says that little of their calcium is absorbed (Heaney,
    Weaver & Recker 1988).

    Raises
    ------
    TableError
        There is no such nutrient.
    """
    foods, of = table_of_foods or load_foods(), nutrient_named(name)
    listed = _common(foods) if of.role == "core" and not phrase and not everything else []
    best = _by_amount(foods, of, listed or _whole_table(foods, phrase), limit, asked=bool(phrase))
    columns, aim = nutrient_index(), _adult_aim(of)
    header = ["id", f"{of.name} {of.unit}", "portion", "kcal", "per 100 kcal"]
    header += [f"% of {aim[0]} {exactly(aim[1])}"] if aim else []
    rows = []
    for one in best:
        amount = float(foods.values[one.row, columns[of.id]]) * one.grams / 100
        kcal = float(foods.values[one.row, columns["energy"]]) * one.grams / 100
        # energy as such, and water, have no amount per energy
        density = amount / kcal * 100 if kcal > 0 and of.id != "energy" else np.nan
        cells = [f"{amount:,.{of.decimals}f}", one.portion, _or_mark(kcal, 0), _or_mark(density, of.decimals)]
        cells += [f"{100 * amount / aim[1]:.0f}"] if aim else []
        rows.append([foods.ids[one.row], *cells, one.name + _caution(of, one.name)])
    right = frozenset(range(1, len(header))) - {2}
    return table([*header, "food (amount in that portion)"], rows, right)


def _or_mark(value: float, decimals: int) -> str:
    return f"{value:,.{decimals}f}" if np.isfinite(value) else "?"


def _caution(of: Nutrient, name: str) -> str:
    little = of.id == "calcium" and plain_words(name).startswith(OXALATE)
    return " (little of it is absorbed)" if little else ""


def _adult_aim(of: Nutrient) -> tuple[str, float] | None:
    """The RDA or AI of an adult, the higher of a woman's and a man's; None of nutrients without one."""
    if of.role != "core":
        return None
    rows = [row for who in Person().possible() if (row := reference(who, of.id)) is not None]
    for kind in ("rda", "ai"):
        values = [value for row in rows if (value := getattr(row, kind)) is not None]
        if values:
            return kind.upper(), max(values)
    return None


def _common(foods: FoodTable) -> list[_Ranked]:
    """The common foods that a table has."""
    found = [(foods.row_by_id.get(food.food_id), food) for food in common_foods()]
    return [
        _Ranked(row, food.name, f"{food.portion}, {food.grams:.4g} g", food.grams)
        for row, food in found
        if row is not None
    ]


def _whole_table(foods: FoodTable, phrase: str) -> list[_Ranked]:
    """The foods of a table that fit a phrase, or all that are food, in the portion that the release calls usual.

    Foods without such a portion are passed over; where a table has none at all, 100 g stands for it.
    """
    grams = foods.default_grams if np.isfinite(foods.default_grams).any() else np.full(len(foods), 100.0)
    if phrase:
        rows = [candidate.row for candidate in search(foods, phrase, limit=200)]
    else:
        no_food = [_NO_FOOD.search(group) is not None for group in foods.groups]
        rows = [row for row in range(len(foods)) if not no_food[foods.group[row]]]
    return [_Ranked(row, "", f"{grams[row]:.4g} g", float(grams[row])) for row in rows if np.isfinite(grams[row])]


def _by_amount(foods: FoodTable, of: Nutrient, ranked: list[_Ranked], limit: int, *, asked: bool) -> list[_Ranked]:
    """The richest portions, named; foods of the whole table get their names only here."""
    rows = np.array([one.row for one in ranked], dtype=np.int64)
    amounts = foods.values[rows, nutrient_index()[of.id]] * np.array([one.grams for one in ranked])
    best: list[_Ranked] = []
    for k in np.argsort(-amounts, kind="stable"):  # unknown amounts come last
        if len(best) == limit or np.isnan(amounts[k]):
            break
        one = ranked[k] if ranked[k].name else ranked[k]._replace(name=foods.names[ranked[k].row])
        if asked or not _NO_FOOD.search(one.name):
            best.append(one)
    return best


def target_table(person: Person, form: str) -> str:
    """The reference values of a person as text, JSON or CSV."""
    if form == "text":
        _some(list(target_rows(person)), person)
        return _target_text(person, sources())
    rows = _some(target_records(person), person)
    return render(rows) if form == "csv" else json.dumps(rows, ensure_ascii=False, indent=1) + "\n"


_Row = TypeVar("_Row")


def _some(rows: list[_Row], person: Person) -> list[_Row]:
    """The rows, or a clear refusal where the authority has none for this person."""
    if not rows:
        whose = terms(person.references)["short"]
        raise PersonError(
            f"{whose} sets no values for this person (age, sex, life stage); --references us may have them"
        )
    return rows


def _target_text(person: Person, known: dict[str, Source]) -> str:
    cells, notes = [], {}
    for one, target in target_rows(person):
        ul = "none set" if target.ul is None else exactly(target.ul)
        if target.ul_scope not in ("total", "none"):
            ul += " *"
        values = ["-" if value is None else exactly(value) for value in (target.ear, target.rda, target.ai)]
        who = f"{one.sex} {target.age_label}" + ("" if one.life_stage == "none" else f", {one.life_stage}")
        cells.append([find_nutrient(target.nutrient).name, who, target.unit, *values, ul, " ".join(target.sources)])
        notes.update({key: known[key] for key in target.sources})
    words = terms(person.references)
    ear, rda = words["ear_term"], words["rda_term"]
    text = table(["per day", "for", "unit", ear, rda, "AI", "UL", "source"], cells, frozenset([3, 4, 5, 6]))
    if person.assumed:
        from nutrigap.report.head import assumed

        text += f"\n{assumed(person)}\n"
    text += (
        f"\n{ear}: half of people need more. {rda}: covers nearly all. AI: taken to be enough; below it nothing can be "
        "concluded.\nUL: upper level for long use; * counts supplements and, in Europe, what is added to "
        "food; not food itself. "
        "none set: never a sign that more is harmless.\n\n"
    )
    for remark in dict.fromkeys(note for _, target in target_rows(person) for note in target.notes):
        text += f"Note: {remark}.\n"
    for key, source in notes.items():
        text += f"{key}: {source.title}, {source.publisher} ({source.year})\n"
    return text


def evidence_on(name: str) -> str:
    """What is known of a nutrient or habit: the matrix of too little and too much, then every finding, graded.

    Raises
    ------
    TableError
        Nothing is known of such a name; the message tells the nearest, and all.
    """
    topics = list(dict.fromkeys(row.nutrient for row in evidence().values()))
    spoken = re.sub(r"[\s_-]+", " ", name.lower().strip())
    called = {word.replace(" ", ""): n.id for n in nutrients() for word in n.words}
    wanted = called.get(spoken.replace(" ", ""), spoken.replace(" ", "_"))
    if wanted not in topics:
        near = did_you_mean(wanted, topics)
        raise TableError(f'no evidence on "{printable(name)}"{near}; known: {", ".join(topics)}')
    lines = []
    for (nutrient, direction), cell in matrix().items():
        if nutrient == wanted:
            lines += wrap(f"{DIRECTIONS[direction]}:")
            for one in (cell.intake, cell.blood):
                lines += wrap(f"{one.text} [{one.grade}: {', '.join(one.evidence)}]", first="  ", then="    ")
    for row in evidence().values():
        if row.nutrient == wanted:
            note = f" ({row.note})" if row.note else ""
            lines += wrap(f"{row.id} [{row.grade}, {row.level}] {row.finding}{note}", then="  ")
            lines += wrap(citation(row), first="  ")
    grades = ", ".join(f"{letter} {words}" for letter, words in GRADES.items())
    return "\n".join([*lines, *wrap(f"Grades: {grades}.", then="  ")]) + "\n"


DIRECTIONS = {"deficit": "Too little", "excess": "Too much"}


def shipped_tables() -> str:
    """Every table shipped: rows, licence, sha256, editions."""
    folder = DATA
    foods = load_foods()
    rows = [["foods", f"{len(foods):,}", LICENCES["foods"], foods.sha256]]
    for item in sorted(folder.iterdir(), key=lambda item: item.name):
        if item.name.endswith(".csv"):
            licence = LICENCES.get(item.name, LICENCES["foods"] if item.name in DERIVED else OURS)
            rows.append(
                [
                    item.name,
                    f"{len(read_table(item.name)):,}",
                    licence,
                    hashlib.sha256(item.read_bytes()).hexdigest(),
                ]
            )
    text = table(["table", "rows", "licence", "sha256"], rows, frozenset([1]))
    text += "\nfoods: " + foods.edition + "\n\n"
    for source in sources().values():
        text += f"{source.key}: {source.title}, {source.publisher} ({source.year}) {source.address}".rstrip() + "\n"
    return text
