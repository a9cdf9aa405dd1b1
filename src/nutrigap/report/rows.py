"""The report's grains as plain rows: a nutrient, a day × source, a line, a flag.

CSV, the workbook and the frames are made of these.
"""

from __future__ import annotations

import math

import numpy as np

from nutrigap.entries import Entry
from nutrigap.intake import SOURCES
from nutrigap.readings import Reading
from nutrigap.report.model import Report
from nutrigap.tables import FloatArray
from nutrigap.units import nutrient_index, nutrients

Cell = str | float | int | bool | None
Row = dict[str, Cell]

ENDS = ("low", "best", "high")
DAY_COLUMNS = ("date", "complete", "nutrient", "unit", "source", *ENDS)
FLAG_COLUMNS = ("rule", "level", "nutrients", "text", "grade", "evidence")
"""Of the grains that may have no row; a nutrient and a line there always is."""


def finite(value: float) -> float | None:
    """The number, or None where it is not known or has no end."""
    return float(value) if math.isfinite(value) else None


def summary_rows(report: Report) -> list[Row]:
    """One row a nutrient: mean with bounds, sources, references and the two verdicts."""
    return [_summary_row(report, reading) for reading in report.readings]


def _summary_row(report: Report, reading: Reading) -> Row:
    i = nutrient_index()[reading.nutrient.id]
    target, adequacy, excess = reading.reference, reading.adequacy, reading.excess
    by_source = report.intake.mean_by_source.best[i]
    return {
        "nutrient": reading.nutrient.id,
        "name": reading.nutrient.name,
        "unit": reading.nutrient.unit,
        "days": report.intake.days,
        "low": finite(reading.low),
        "best": finite(reading.best),
        "high": finite(reading.high),
        "sd": finite(float(report.intake.sd[i])),
        **{source: finite(float(by_source[s])) for s, source in enumerate(SOURCES)},
        "coverage": float(report.intake.coverage[i]),
        "ear": target.ear if target else None,
        "rda": target.rda if target else None,
        "ai": target.ai if target else None,
        "ul": target.ul if target else None,
        "ul_scope": target.ul_scope if target else None,
        "method": adequacy.method if adequacy else None,
        "confidence": adequacy.confidence if adequacy else None,
        "confidence_low": adequacy.confidence_low if adequacy else None,
        "confidence_high": adequacy.confidence_high if adequacy else None,
        "days_to_decide": adequacy.days_to_decide if adequacy else None,
        "status": adequacy.status if adequacy else None,
        "ul_status": excess.status if excess else None,
    }


def day_rows(report: Report) -> list[Row]:
    """One row per date, nutrient and source; the source ``all`` holds the day's total with room for left-out lines."""
    rows: list[Row] = []
    daily, parts = report.intake.daily, report.intake.daily_by_source
    for d, date in enumerate(report.intake.dates):
        for reading in report.readings:
            i = nutrient_index()[reading.nutrient.id]
            start: Row = {
                "date": date.isoformat(),
                "complete": bool(report.intake.complete[d]),
                "nutrient": reading.nutrient.id,
                "unit": reading.nutrient.unit,
            }
            rows.append(
                {
                    **start,
                    "source": "all",
                    **{n: finite(float(end[d, i])) for n, end in zip(ENDS, daily, strict=True)},
                }
            )
            for s, source in enumerate(SOURCES):
                values = {n: finite(float(end[d, i, s])) for n, end in zip(ENDS, parts, strict=True)}
                rows.append({**start, "source": source, **values})
    return rows


def line_rows(report: Report) -> list[Row]:
    """One row per diary line: what it was taken for, its state, and its nutrients (blank = not known)."""
    return [{**_line_row(report, entry), **line_nutrients(report, row)} for row, entry in enumerate(report.entries)]


def _line_row(report: Report, entry: Entry) -> Row:
    rows = [piece.row for piece in entry.pieces if piece.row is not None]
    return {
        "line": entry.line.number,
        "date": entry.line.date.isoformat() if entry.line.date else None,
        "person": entry.line.person or None,
        "text": entry.line.food,
        "amount_text": amount_text(entry),
        "kind": entry.kind,
        "status": entry.status,
        "food_id": "+".join(report.foods.ids[row] for row in rows) or None,
        "description": " + ".join(report.foods.names[row] for row in rows) or None,
        "method": entry.match.method,
        "score": entry.match.score,
        "grams": entry.grams.best if entry.grams else None,
        "grams_from": entry.grams.source if entry.grams else None,
        "problem": entry.problem or None,
        "fix": entry.fix or None,
    }


def flag_rows(report: Report) -> list[Row]:
    """One row per flag: rule, level, nutrients, text, grade and evidence; several ids stand in one cell."""
    rows = [{name: getattr(flag, name) for name in FLAG_COLUMNS} for flag in report.found]
    return [{name: " ".join(cell) if isinstance(cell, tuple) else cell for name, cell in row.items()} for row in rows]


def amount_text(entry: Entry) -> str:
    """The amount as written, with the unit column behind it."""
    return f"{entry.line.amount} {entry.line.unit}".strip()


def line_nutrients(report: Report, row: int) -> dict[str, Cell]:
    """Known amounts of a line by nutrient id; None where the line says nothing or the value was never measured."""
    return _by_nutrient(report.intake.by_line[row])


def part_nutrients(report: Report, row: int) -> list[dict[str, Cell]]:
    """The same of every part of a line that holds several foods, in their order."""
    intake = report.intake
    first, last = np.searchsorted(intake.owner, (row, row + 1))
    return [_by_nutrient(np.where(intake.known[i], intake.lines.best[i], np.nan)) for i in range(first, last)]


def _by_nutrient(amounts: FloatArray) -> dict[str, Cell]:
    columns = nutrient_index()
    return {n.id: finite(float(amounts[columns[n.id]])) for n in nutrients() if n.role != "part"}
