"""Listings of the tables: foods found, reference values of a person, everything shipped."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

import numpy as np

from nutrigap.errors import TableError
from nutrigap.matching import candidates, find_food, search
from nutrigap.person import Person
from nutrigap.references import target_records, target_rows
from nutrigap.report.csv import render
from nutrigap.tables import FoodTable, Source, load_foods, sources
from nutrigap.units import DATA, Nutrient, find_nutrient, nutrient_index, nutrients, read_table
from nutrigap.wording import exactly
from nutrigap.words import printable

LICENCES = {
    "foods": "public domain (USDA; CC0 1.0 in FoodData Central)",
    "references.csv": "published reference values (facts), cited row by row",
    "within_person_sd.csv": "derived from public-domain NHANES data",
}
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
    """The foods whose names fit a phrase best, with their nutrients per 100 g and usual portion."""
    foods = table_of_foods or load_foods()
    rows = [_food_row(foods, candidate.row) for candidate in candidates(foods, find_food(foods, phrase), limit)]
    if not rows:
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


def rich_foods(name: str, phrase: str, limit: int, table_of_foods: FoodTable | None = None) -> str:
    """Foods ranked by the amount of a nutrient in a usual portion, among all or among those that fit a phrase.

    Only foods with a portion that the release itself calls usual are ranked (FNDDS, foods as eaten); where a table
    has none at all, all foods are, by 100 g.
    """
    foods, of = table_of_foods or load_foods(), nutrient_named(name)
    grams = foods.default_grams if np.isfinite(foods.default_grams).any() else np.full(len(foods), 100.0)
    amounts = foods.values[:, nutrient_index()[of.id]] * grams / 100
    rows = (
        np.arange(len(foods)) if not phrase else np.array([c.row for c in search(foods, phrase, limit=200)], dtype=int)
    )
    rows = rows[np.isfinite(amounts[rows])]
    best = rows[np.argsort(-amounts[rows], kind="stable")][:limit]
    listed = [
        [
            foods.ids[row],
            f"{amounts[row]:,.{of.decimals}f}",
            f"{grams[row]:.4g} g",
            foods.names[row],
        ]
        for row in best
    ]
    return table(["id", f"{of.name} {of.unit}", "portion", "food (amount in that portion)"], listed, frozenset([1, 2]))


def target_table(person: Person, form: str) -> str:
    """The reference values of a person as text, JSON or CSV."""
    if form == "text":
        return _target_text(person, sources())
    rows = target_records(person)
    return render(rows) if form == "csv" else json.dumps(rows, ensure_ascii=False, indent=1) + "\n"


def _target_text(person: Person, known: dict[str, Source]) -> str:
    cells, notes = [], {}
    for one, target in target_rows(person):
        ul = "none set" if target.ul is None else exactly(target.ul)
        if target.ul_scope == "supplement_only":
            ul += " *"
        values = ["-" if value is None else exactly(value) for value in (target.ear, target.rda, target.ai)]
        who = f"{one.sex} {target.age_label}" + ("" if one.life_stage == "none" else f", {one.life_stage}")
        cells.append([find_nutrient(target.nutrient).name, who, target.unit, *values, ul, " ".join(target.sources)])
        notes.update({key: known[key] for key in target.sources})
    text = table(["per day", "for", "unit", "EAR", "RDA", "AI", "UL", "source"], cells, frozenset([3, 4, 5, 6]))
    text += (
        "\nEAR: half of people need more. RDA: covers nearly all. AI: known to be enough; below it nothing is known.\n"
        "UL: upper level for long use; * counts supplements only, not food. "
        "none set: never a sign that more is harmless.\n\n"
    )
    for key, source in notes.items():
        text += f"{key}: {source.title}, {source.publisher} ({source.year})\n"
    return text


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
