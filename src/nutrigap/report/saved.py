"""The file of corrections (``my-foods.csv``) as it is written: a row for every phrase of a diary."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from nutrigap.amounts import is_length, unit_key
from nutrigap.choices import A_FILE, COLUMNS, Choice, phrase_key
from nutrigap.entries import Entry, Kitchen, code_of, phrase_of
from nutrigap.errors import AmountError, UnknownUnit
from nutrigap.matching import candidates
from nutrigap.quantities import parse_amount
from nutrigap.report.csv import safe
from nutrigap.report.files import write_text
from nutrigap.report.model import Report
from nutrigap.resolve import SUGGEST, resolve_line
from nutrigap.sidetable import read_side_table

Row = dict[str, str]


class Spoken(NamedTuple):
    """A phrase of a diary or recipe with all that it stands for: ``entries``, of which ``parts`` are ingredients."""

    phrase: str
    entries: list[Entry]
    parts: bool


def spoken(report: Report) -> list[Spoken]:
    """Every distinct phrase that a correction may be about, in the order of the diary.

    Left away are what is plainly no food, what an export brings with its amounts, lines that cannot be read, and what
    was counted as a recipe: its ingredients are phrases of their own.
    """
    found: dict[str, Spoken] = {}
    for entry in report.entries:
        for one, part in _pieces(entry):
            recipe = one.match.method == "recipe" and one.status != "left_out"
            if one.kind == "other" or one.line.amounts_from or one.line.problem or recipe:
                continue
            phrase = one.line.food if one.kind == "supplement" else phrase_of(one.line, report.foods)[0]
            if phrase_key(phrase):
                place = found.setdefault(phrase_key(phrase), Spoken(phrase, [], part))
                place.entries.append(one)
    return list(found.values())


def _pieces(entry: Entry) -> Iterable[tuple[Entry, bool]]:
    """A line, and the parts of one that holds several foods, but for a part that only carries a label's amounts."""
    yield entry, False
    for part in entry.parts:
        if part.row is not None or part.match.method != "none" or not part.labels:
            yield from ((one, True) for one, _ in _pieces(part))


def save_choices(report: Report, path: Path, decided: Mapping[str, Row] | None = None) -> int:
    """Write a row for every phrase of the diary that the file does not hold yet; what stands in it is kept.

    Parameters
    ----------
    report : Report
    path : Path
    decided : mapping, optional
        Rows that were decided one by one, by phrase: then these alone are written, also over what stood there.

    Returns
    -------
    int
        Number of phrases added or changed.

    Raises
    ------
    TableError
        The file exists and cannot be read, or cannot be written.
    """
    names, rows = _existing(path)
    if decided is not None:
        for row in decided.values():
            _merge(rows, _harmless(row))
        changed = len(decided)
    else:
        known = {phrase_key(row["phrase"]) for row in rows}
        new = [
            _harmless(_row(report, one))
            for one in spoken(report)
            if known.isdisjoint([phrase_key(one.phrase), phrase_key(one.entries[0].line.food)])
        ]
        rows += new
        changed = len(new)
    if changed or not path.exists():
        _write(path, names, rows)
    return changed


def _existing(path: Path) -> tuple[Sequence[str], list[Row]]:
    """Columns and rows of the file as it stands."""
    if not path.is_file() or not path.stat().st_size:
        return COLUMNS, []
    table = read_side_table(path, A_FILE, COLUMNS, ("phrase", "food_id"))
    table.refuse()
    return tuple(dict.fromkeys((*table.columns, *COLUMNS))), [dict(cells) for _, cells in table.rows]


def _write(path: Path, names: Sequence[str], rows: Sequence[Row]) -> None:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_text(path, out.getvalue().encode("utf-8", "replace").decode("utf-8"))


def _harmless(row: Row) -> Row:
    """A row of which no spreadsheet makes a formula: food names, units and notes come from files of others.

    The apostrophe before a formula is no part of a phrase or measure when it is looked up.
    """
    return {column: safe(cell) for column, cell in row.items()}


def _merge(rows: list[Row], new: Row) -> None:
    """Put a decision into the rows of its phrase: its food and kind once, its measure beside those that stand there."""
    name = phrase_key(new["phrase"])
    mine = [row for row in rows if phrase_key(row["phrase"]) == name]
    if not mine:
        rows.append(new)
        return
    for row in mine:
        row |= {"food_id": "", "kind": ""}
    mine[0] |= {"food_id": new["food_id"], "kind": new["kind"], "note": new["note"]}
    if not new["grams"]:
        return
    same = [row for row in mine if row.get("grams") and unit_key(row.get("unit", "")) == unit_key(new["unit"])]
    free = [row for row in mine if not row.get("grams") and not row.get("unit")]
    if same or free:
        (same or free)[0].update({"unit": new["unit"], "grams": new["grams"]})
    else:
        rows.append({**new, "food_id": "", "kind": "", "note": ""})


def blank(phrase: str) -> Row:
    """A row that says nothing of a phrase yet."""
    return {**dict.fromkeys(COLUMNS, ""), "phrase": phrase}


def unit_of(entry: Entry, report: Report) -> str:
    """The measure that a line tells ("slice"), "" where it tells none or cannot be read."""
    try:
        amount = parse_amount(phrase_of(entry.line, report.foods)[1], entry.line.unit)
    except (AmountError, UnknownUnit):
        return ""
    return amount.unit if amount is not None else ""


def _row(report: Report, said: Spoken) -> Row:
    """The row of a phrase: its food, and what one of the unit written weighs.

    What rests on a guess is left blank, with the guess in the note: a row that nobody has edited changes nothing.
    """
    row = blank(said.phrase)
    sure = [entry for entry in said.entries if entry.status == "counted"]
    one_meaning = len({(entry.kind, entry.row) for entry in said.entries}) == 1
    entry = (sure or said.entries)[0]
    ids, names = report.foods.ids, report.foods.names
    note = names[entry.row] if entry.row is not None else entry.problem
    if sure and one_meaning:
        row["kind"] = entry.kind
        # a code is a choice already
        row["food_id"] = ids[entry.row] if entry.row is not None and entry.match.method != "code" else ""
        if not said.parts and (one := _one_weighs(report, sure)) is not None:
            row["unit"], row["grams"] = one[0], f"{one[1]:.9g}"
    elif entry.row is not None:
        note = f"perhaps {ids[entry.row]} {note}"
    others = [ids[c.row] for c in candidates(report.foods, entry.match) if c.row != entry.row][:3]
    row["note"] = note + (f" (or {' '.join(others)})" if others else "")
    return row


def paste(report: Report, entry: Entry) -> Row | None:
    """A row for the file of choices that says what a line in doubt was taken for: to be mended and kept; else None.

    Of a line left out it names the nearest food. It is tried before it is offered: with it the line is counted, and a
    guess stays what it was. None fits a line of several foods, a dose, or amounts of an export.
    """
    line = entry.line
    if entry.parts or entry.kind != "food" or line.amounts_from or line.problem or code_of(line.food, report.foods):
        return None
    phrase, told = phrase_of(line, report.foods)
    row = blank(phrase)
    if entry.match.method == "search":
        near = [one.row for one in candidates(report.foods, entry.match, 1) if one.score >= SUGGEST]
        found = entry.row if entry.row is not None else next(iter(near), None)
        row["food_id"] = report.foods.ids[found] if found is not None else ""
    guess, units = entry.grams, {}
    if guess is not None and guess.guess and guess.source in ("portion", "default"):
        amount = parse_amount(told, line.unit)
        number, unit = (amount.number, amount.unit) if amount is not None else (1.0, "")
        if number and not is_length(unit):
            weight = f"{guess.best / number:.4g}"
            row["unit"], row["grams"], units = unit, f"{weight} g", {unit_key(unit): float(weight)}
    choice = Choice(row["food_id"], units=units)
    tried = resolve_line(line, Kitchen(report.foods, {phrase_key(phrase): choice}))
    same = guess is None or (
        tried.row == entry.row and tried.grams is not None and math.isclose(tried.grams.best, guess.best, rel_tol=1e-3)
    )
    if tried.status != "counted" or not same:
        return None
    return row


def as_csv(row: Row) -> str:
    """A row as it stands in the file."""
    out = io.StringIO(newline="")
    csv.DictWriter(out, COLUMNS, lineterminator="").writerow(_harmless(row))
    return out.getvalue()


def _one_weighs(report: Report, entries: Sequence[Entry]) -> tuple[str, float] | None:
    """A household measure that one of the lines tells, and what one of it weighs [g]."""
    for entry in entries:
        if entry.grams is None or entry.grams.source != "portion":
            continue
        amount = parse_amount(phrase_of(entry.line, report.foods)[1], entry.line.unit)
        if amount is not None and amount.unit and amount.number and not is_length(amount.unit):
            return amount.unit, entry.grams.best / amount.number
    return None
