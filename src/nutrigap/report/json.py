"""The report as JSON, schema version 1: numbers in canonical units, unknown is null, no key is ever left out."""

from __future__ import annotations

import json

from nutrigap import __version__
from nutrigap.answers import KINDS
from nutrigap.entries import Entry
from nutrigap.exposures import Range
from nutrigap.intake import SOURCES
from nutrigap.matching import candidates
from nutrigap.person import Person, authorities
from nutrigap.readings import Reading
from nutrigap.report.model import Report
from nutrigap.report.rows import amount_text, finite, line_nutrients, part_nutrients
from nutrigap.report.sources import access, used
from nutrigap.rules import DISCLAIMER
from nutrigap.units import nutrient_index

Json = str | float | int | bool | None | list["Json"] | dict[str, "Json"]


def as_dict(report: Report, *, brief: bool = False, lines: bool = True) -> dict[str, Json]:
    """The report as plain dictionaries and lists.

    Parameters
    ----------
    report : Report
    brief : bool
        Leave out which other foods a phrase might mean where it is not in doubt: a search for every phrase.
    lines : bool
        Whether ``lines`` holds them; else it is empty.
    """
    intake, person = report.intake, report.person
    dates = [date.isoformat() for date in intake.dates]
    return {
        "schema": "nutrigap/report",
        "schema_version": 1,
        "software": {"nutrigap": __version__},
        "inputs": {
            "diary": {
                "path": report.diary.path,
                "sha256": report.diary.sha256,
                "layout": report.diary.layout,
                "lines": len(report.entries),
                "counted": report.count("counted"),
                "flagged": report.count("flagged"),
                "left_out": report.count("left_out"),
            },
            "foods": {"name": report.foods.name, "edition": report.foods.edition, "sha256": report.foods.sha256},
            "references": {"name": person.references, "edition": authorities()[person.references]},
        },
        "person": {
            "name": report.name or None,
            "age_years": float(person.age) if person.age is not None else None,
            "sex": person.sex,
            "life_stage": person.life_stage,
            "assumed": person.assumed,
            "weight_kg": None if person.weight_kg is None else float(person.weight_kg),
            "height_cm": None if person.height_cm is None else float(person.height_cm),
            "diet": person.diet,
            "months_on_diet": None if person.months_on_diet is None else float(person.months_on_diet),
            "sun": person.sun,
            **{f"{kind}s": _told(person, kind) for kind in KINDS},
        },
        "period": {
            "start": dates[0] if dates else None,
            "end": dates[-1] if dates else None,
            "days": intake.days,
            "incomplete_days": [date for date, whole in zip(dates, intake.complete, strict=True) if not whole],
        },
        "nutrients": [_nutrient(report, reading) for reading in report.readings],
        "flags": [
            {
                "rule": flag.rule, "level": flag.level, "nutrients": list(flag.nutrients), "text": flag.text,
                "grade": flag.grade, "evidence": list(flag.evidence),
            }
            for flag in report.found
        ],
        "lines": [_line(report, row, entry, brief) for row, entry in enumerate(report.entries) if lines],
        "statements": [
            {
                "section": flag.section, "rule": flag.rule, "nutrients": list(flag.nutrients), "text": flag.text,
                "grade": flag.grade, "evidence": list(flag.evidence),
            }
            for flag in report.said
            if not flag.level
        ],
        "ideas": [
            {
                "nutrient": idea.nutrient,
                "food": {"id": idea.food_id, "description": idea.name},
                "portion": idea.portion,
                "grams": idea.grams,
                "amount": idea.amount,
                "share": idea.share,
                "energy_kcal": idea.energy_kcal,
                "eaten": idea.eaten,
                "also": dict(idea.also),
            }
            for idea in report.ideas
        ],
        "method": _method(report),
        "record": _record(report),
        "exposures": _exposures(report),
        "comparison": [_comparison(report, name) for name in report.case.others],
        "symptoms": _symptoms(report),
        "notes": list(report.notes),
        "sources": [
            {
                "key": s.key, "title": s.title, "publisher": s.publisher, "year": s.year, "address": s.address or None,
                "access": access(s),
            }
            for s in used(report)
        ],
        "disclaimer": DISCLAIMER,
    }  # fmt: skip


def _told(person: Person, kind: str) -> Json:
    """What was told of medicines, conditions or symptoms, as it was written; None where nothing was asked or told."""
    return None if getattr(person, f"{kind}s") is None else [one.text for one in person.told(kind)]


def _method(report: Report) -> dict[str, Json]:
    """How the diary was judged."""
    how = report.case.method
    return {
        "level": how.level,
        "own_sd": how.own_sd,
        "prior": how.prior,
        "sd": dict(how.sd),
        "weekdays": how.weekdays,
        "consecutive": how.consecutive,
    }


def _record(report: Report) -> dict[str, Json]:
    """How complete the log is: days, those left out of the mean with the reason, energy against the basal rate."""
    kept = report.record
    all_days = kept.mean_with_all
    columns = nutrient_index()
    return {
        "weekdays": list(kept.weekdays),
        "in_a_row": kept.in_a_row,
        "weighted": report.intake.weights is not None,
        "incomplete": [
            {"date": one.date.isoformat(), "reason": one.reason, "marked": one.marked} for one in kept.incomplete
        ],
        "doubtful": [{"date": one.date.isoformat(), "reason": one.reason} for one in kept.doubtful],
        "mean_with_all": None
        if all_days is None
        else {one.nutrient.id: finite(float(all_days[columns[one.nutrient.id]])) for one in report.readings},
        "energy": None
        if kept.energy is None
        else {name: finite(float(value)) for name, value in kept.energy._asdict().items()},
    }


def _range(value: Range) -> dict[str, Json]:
    return {"low": finite(value.low), "best": finite(value.best), "high": finite(value.high)}


def _exposures(report: Report) -> dict[str, Json]:
    """What else the log tells: caffeine, alcohol, calcium in milk equivalents, B12 and B6 by where they come from."""
    case = report.case
    coffee, drinks, milk, b12, b6 = case.seen.caffeine, case.seen.alcohol, case.seen.milk, case.seen.b12, case.seen.b6
    sitting = coffee.sitting
    return {
        "caffeine": {
            "unit": "mg",
            **_range(coffee.mean),
            "days_above_400": [date.isoformat() for date in coffee.above],
            "largest_sitting": None
            if sitting is None
            else {**_range(sitting.amount), "date": sitting.date.isoformat(), "lines": list(sitting.lines)},
            "unknown_lines": list(coffee.unknown),
        },
        "alcohol": {
            "unit": "g",
            **_range(drinks.mean),
            "days": len(drinks.drinking),
            "largest_day": None if drinks.largest is None else _range(drinks.largest),
        },
        "calcium_milk_equivalents": {
            "unit": "mg",
            **{name: finite(float(value)) for name, value in milk._asdict().items()},
            "adequacy": case.milk_adequacy._asdict() if case.milk_adequacy is not None else None,
        },
        "calcium_to_magnesium": case.seen.calcium_to_magnesium,
        "vitamin_b12": {
            "unit": "µg",
            "natural": _range(b12.natural),
            "fortified": _range(b12.fortified),
            "supplement": _range(b12.supplement),
            "unread_lines": list(b12.unread),
        },
        "vitamin_b6": {
            "unit": "mg",
            "supplements": _range(b6.supplements),
            "fortified": _range(b6.fortified),
            "products": [
                {"name": one.name, "lines": list(one.lines), "days": one.days, **_range(one.mean)}
                for one in b6.products
            ],
        },
        "liquorice_lines": list(case.seen.liquorice.lines),
        "salt_substitute_lines": list(case.seen.salt_substitute.lines),
        "medicines": list(case.medicines),
    }


def _comparison(report: Report, authority: str) -> dict[str, Json]:
    """The readings by another authority."""
    return {
        "references": {"name": authority, "edition": authorities()[authority]},
        "shown": authority in report.compared,
        "nutrients": [
            {
                "id": one.nutrient.id,
                "reference": _reference(one),
                "adequacy": one.adequacy._asdict() if one.adequacy is not None else None,
                "excess": one.excess._asdict() if one.excess is not None else None,
            }
            for one in (report.case.others[authority][reading.nutrient.id] for reading in report.core)
        ],
    }


def _symptoms(report: Report) -> list[Json]:
    """The symptom log as it was read."""
    if report.case.symptoms is None:
        return []
    return [
        {"date": one.date.isoformat(), "kind": one.kind, "value": one.value, "what": one.what}
        for one in report.case.symptoms.days
    ]


def _reference(reading: Reading) -> dict[str, Json]:
    target = reading.reference
    return {
        "ear": target.ear if target else None,
        "rda": target.rda if target else None,
        "ai": target.ai if target else None,
        "ul": target.ul if target else None,
        "ul_scope": target.ul_scope if target else "none",
        "ul_note": None if target is None or target.ul is not None else target.ul_status,
        "source": ", ".join(target.sources) if target else None,
        "terms": [target.ear_term, target.rda_term] if target else None,
        "provisional": target.provisional if target else False,
        "unverified": list(target.unverified) if target else [],
    }


def _nutrient(report: Report, reading: Reading) -> dict[str, Json]:
    intake, i = report.intake, nutrient_index()[reading.nutrient.id]
    by_source = intake.mean_by_source.best[i]
    adequacy, excess = reading.adequacy, reading.excess
    days: list[Json] = [
        {
            "date": date.isoformat(),
            "best": finite(float(intake.daily.best[d, i])),
            "low": finite(float(intake.daily.low[d, i])),
            "high": finite(float(intake.daily.high[d, i])),
        }
        for d, date in enumerate(intake.dates)
    ]
    return {
        "id": reading.nutrient.id,
        "name": reading.nutrient.name,
        "unit": reading.nutrient.unit,
        "intake": {
            "mean": finite(reading.best),
            "low": finite(reading.low),
            "high": finite(reading.high),
            "sd": finite(float(intake.sd[i])),
            "by_source": {source: finite(float(by_source[s])) for s, source in enumerate(SOURCES)},
        },
        "days": days,
        "coverage": float(intake.coverage[i]),
        "flagged_share": float(intake.flagged_share[i]),
        "reference": _reference(reading),
        "adequacy": adequacy._asdict() if adequacy is not None else None,
        "excess": excess._asdict() if excess is not None else None,
        "sensitivity": [one._asdict() for one in report.case.stress(reading.nutrient.id)]
        if reading.nutrient.role == "core"
        else [],
        "capped_by": list(reading.capped_by),
        "no_verdict_because": reading.reason or None,
        "contributors": [
            {"food": food, "amount": amount, "share": share}
            for food, amount, share in intake.contributors(reading.nutrient.id)
        ],
        "decided_by": [
            {"text": one.text, "lines": list(one.lines), "width": finite(one.width), "reason": one.reason}
            for one in intake.deciders(reading.nutrient.id)
        ],
    }


def _line(report: Report, row: int, entry: Entry, brief: bool) -> dict[str, Json]:
    return {
        "line": entry.line.number,
        "date": entry.line.date.isoformat() if entry.line.date else None,
        "person": entry.line.person or None,
        "text": entry.line.food,
        "amount_text": amount_text(entry),
        "kind": entry.kind,
        "status": entry.status,
        "food": _food(report, entry),
        "amounts_from": entry.line.amounts_from or None,
        "match": _match(report, entry, brief),
        "parts": _parts(report, row, entry, brief),
        "grams": entry.grams.best if entry.grams else None,
        "grams_from": entry.grams.source if entry.grams else None,
        "problem": entry.problem or None,
        "fix": entry.fix or None,
        "nutrients": dict(line_nutrients(report, row)),
    }


def _parts(report: Report, row: int, entry: Entry, brief: bool) -> list[Json]:
    """The foods of a line that holds several, each with its grams, state and nutrients."""
    if not entry.parts:
        return []
    return [
        {
            "text": piece.line.food,
            "amount_text": amount_text(piece),
            "status": piece.status,
            "food": _food(report, piece),
            "match": _match(report, piece, brief),
            "grams": piece.grams.best if piece.grams else None,
            "grams_from": piece.grams.source if piece.grams else None,
            "problem": piece.problem or None,
            "nutrients": dict(nutrients),
        }
        for piece, nutrients in zip(entry.pieces, part_nutrients(report, row), strict=True)
    ]


def _match(report: Report, entry: Entry, brief: bool) -> Json:
    """How the food was found, how sure that is, and the foods that the phrase may also mean."""
    foods, match = report.foods, entry.match
    others = [] if brief and entry.status == "counted" else candidates(foods, match)
    return {
        "method": match.method,
        "score": match.score,
        "candidates": [{"id": foods.ids[c.row], "description": foods.names[c.row], "score": c.score} for c in others],
    }


def _food(report: Report, entry: Entry) -> Json:
    if entry.row is None:
        return None
    return {"id": report.foods.ids[entry.row], "description": report.foods.names[entry.row]}


def render(report: Report, *, indent: int | None = 1) -> str:
    """JSON text, ending in a newline."""
    return written(as_dict(report), indent)


def written(value: Json, indent: int | None, *, tight: bool = False) -> str:
    """A value as JSON text on one line (``tight`` without blanks) or indented, ending in a newline.

    What is not printable is escaped: no terminal obeys it, and no reader of JSON lines takes it for a line's end.
    """
    signs = (",", ":") if tight else None
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent, separators=signs)
    for odd in sorted(c for c in set(text) if not c.isprintable() and c != "\n"):
        text = text.replace(odd, json.dumps(odd)[1:-1])
    return text + "\n"
