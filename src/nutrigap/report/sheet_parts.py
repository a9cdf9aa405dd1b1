"""The parts of the clinician sheet that are lists: the log, what was told, what else was logged, what is missing.

All is text as it is shown, not escaped. What is not known is written so, never as 0 and never left blank.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from nutrigap.answers import Answer, known_answers
from nutrigap.entries import Entry
from nutrigap.person import Person
from nutrigap.readings import Reading
from nutrigap.report.model import Report
from nutrigap.report.rows import amount_text
from nutrigap.report.wrap import ranges, shorten
from nutrigap.wording import amount, percent
from nutrigap.words import count

UNKNOWN, NOT_TOLD, NONE_TOLD = "unknown", "not told", "none"
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
# Most of each kind: what is more is counted, so that one person's page stays one page.
MOST_LINES, MOST_ANSWERS, MOST_LEFT_OUT = 3, 4, 2


class Table(NamedTuple):
    """A table of texts: the heads of its columns, and rows whose first cell is their head."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Section(NamedTuple):
    """A part of the page: a heading, lines of (label, text), a table or none, and notes below it."""

    heading: str
    fields: tuple[tuple[str, str], ...] = ()
    table: Table | None = None
    notes: tuple[str, ...] = ()


# --- numbers


def best_of(reading: Reading, best: float, high: float) -> str:
    """A best value; a best guess of nothing without an upper end is an amount that is not known."""
    known = math.isfinite(best) and (best > 0 or math.isfinite(high))
    return amount(reading, best) if known else UNKNOWN


def ends_of(reading: Reading, low: float, high: float) -> str:
    """``low-high``."""
    if not math.isfinite(low):
        return UNKNOWN
    return f"{amount(reading, low)}-{'no end' if math.isinf(high) else amount(reading, high)}"


def span(reading: Reading, low: float, best: float, high: float) -> str:
    """``best [low-high]``, the brackets only where an end differs."""
    told, ends = best_of(reading, best, high), ends_of(reading, low, high)
    return told if told == UNKNOWN or ends == f"{told}-{told}" else f"{told} [{ends}]"


def percentage(confidence: float | None) -> str:
    """A confidence in a table: ``91 %``, ``>99 %``."""
    return UNKNOWN if confidence is None else percent(confidence).replace("over ", ">").replace("under ", "<")


def share(value: float) -> str:
    """A share as a percentage that is 100 only where nothing is missing, and 0 only where everything is."""
    return f"{value * 100:.0f} %" if value in (0.0, 1.0) else percentage(value)


def some(texts: Iterable[str], most: int, noun: str, between: str = "; ") -> str:
    """The first texts, and how many more there are."""
    listed = list(texts)
    more = len(listed) - most
    return between.join([*listed[:most], *([f"and {count(more, f'more {noun}')}"] if more > 0 else [])])


# --- the log


def period(report: Report) -> str:
    """First and last logged day."""
    return _from_to(report.intake.dates) if report.intake.dates else "no dated line"


def log(report: Report) -> Section:
    """Days, lines and energy."""
    intake, record = report.intake, report.record
    named = [f"{day} {n}" for day, n in zip(WEEKDAYS, record.weekdays, strict=True) if n]
    days = f"{len(intake.dates)} logged, {intake.days} in the mean"
    if named:
        days += f" ({', '.join(named)}; {count(record.weekend_days, 'weekend day')})"
    guesses = report.count("flagged")
    lines = (
        f"{report.count('counted'):,} counted, {guesses:,} counted on a guess, {report.count('left_out'):,} left out"
    )
    energy = report.case.readings["energy"]
    mean = span(energy, energy.low, energy.best, energy.high) if intake.has_food else UNKNOWN
    return Section(
        "The log",
        (
            ("Days", days),
            ("Days left out", _days_left_out(report)),
            ("Lines", lines),
            ("Energy", f"{mean} kcal a day" if mean != UNKNOWN else UNKNOWN),
            ("Energy / BMR", _energy(report)),
        ),
    )


def _days_left_out(report: Report) -> str:
    why = {one.date: one.reason for one in report.record.incomplete}
    days = zip(report.intake.dates, report.intake.complete, strict=True)
    gone = [f"{date} ({shorten(why.get(date, 'no food counted'), 70)})" for date, whole in days if not whole]
    return some(gone, MOST_LEFT_OUT, "day") or "none"


def _energy(report: Report) -> str:
    """Energy over basal metabolic rate with the limits of Goldberg, or what is not told that it needs."""
    found, person = report.record.energy, report.person
    if found is not None:
        return (
            f"{found.ratio:.2f} (Goldberg limits {found.lower:.2f} to {found.upper:.2f} for "
            f"{count(report.intake.days, 'day')}; BMR {found.basal_kcal:,.0f} kcal by Mifflin)"
        )
    given = {"age": person.age, "sex": person.sex, "weight": person.weight_kg, "height": person.height_cm}
    missing = [name for name, value in given.items() if value is None]
    return f"{UNKNOWN} ({', '.join(missing)} not told)" if missing else f"{UNKNOWN} (not worked out for this log)"


# --- what was told


def told(report: Report) -> Section:
    """Medicines, conditions, symptoms, diet and sun as told; medicines in the log are a reason to ask."""
    person = report.person
    known = known_answers()
    diet = person.diet or NOT_TOLD
    if person.diet is not None:
        lasting = NOT_TOLD if person.months_on_diet is None else f"{float(person.months_on_diet):g} months"
        diet += f", for how long: {lasting}"
    logged = [f"{known[id_].label} ({ranges(lines, 4)})" for id_, lines in report.case.seen.medicines]
    return Section(
        "Told by the person",
        (
            ("Medicines told", _answers(person, "medicine")),
            ("Medicines logged", some(logged, MOST_ANSWERS, "medicine") or "none named"),
            ("Conditions", _answers(person, "condition")),
            ("Symptoms", _answers(person, "symptom")),
            ("Symptom log", "given, in a table of its own" if report.case.symptoms is not None else NOT_TOLD),
            ("Diet", diet),
            ("Sun", NOT_TOLD if person.sun is None else known[person.sun].label),
            ("Weight", _size(person.weight_kg, "kg")),
            ("Height", _size(person.height_cm, "cm")),
        ),
    )


def _size(value: float | str | None, unit: str) -> str:
    return NOT_TOLD if value is None else f"{float(value):g} {unit}"


def _answers(person: Person, kind: str) -> str:
    if getattr(person, f"{kind}s") is None:
        return NOT_TOLD
    return some(map(_answer, person.told(kind)), MOST_ANSWERS, kind) or NONE_TOLD


def _answer(one: Answer) -> str:
    """As it was told, and for what it was taken where that is another name."""
    text = shorten(one.text, 36)
    return text if not one.id or one.label.lower() in text.lower() else f"{text} ({one.label})"


# --- what else the log tells, and what it does not


def also(report: Report) -> Section:
    """Caffeine, alcohol, liquorice and salt substitutes."""
    sweets, salt = report.case.seen.liquorice, report.case.seen.salt_substitute
    substitute = _named(report, salt.lines)
    if salt.supplement_lines:
        substitute += f"; potassium supplement: {_named(report, salt.supplement_lines)}"
    liquorice = _named(report, sweets.lines)
    if sweets.largest_grams is not None:
        liquorice += f"; at most {sweets.largest_grams:,.0f} g on a day ({sweets.largest_date})"
    return Section(
        "Also in the log",
        (
            ("Caffeine", _caffeine(report)), ("Alcohol", _alcohol(report)),
            ("Liquorice", liquorice), ("Salt substitute", substitute),
        ),
    )  # fmt: skip


def _caffeine(report: Report) -> str:
    found, reading = report.case.seen.caffeine, report.case.readings["caffeine"]
    mean = span(reading, *found.mean) if report.intake.has_food or found.mean.best > 0 else UNKNOWN
    told = mean if mean == UNKNOWN else f"{mean} mg a day"
    if found.sitting is not None:
        told += f"; at most {span(reading, *found.sitting.amount)} mg at one sitting ({found.sitting.date})"
    return told


def _alcohol(report: Report) -> str:
    found, reading = report.case.seen.alcohol, report.case.readings["alcohol"]
    if not report.intake.has_food:
        return UNKNOWN
    mean = span(reading, *found.mean)
    told = mean if mean == UNKNOWN else f"{mean} g a day"
    if found.largest is not None:
        told += f", on {len(found.drinking)} of {count(report.intake.days, 'day')}"
        told += f"; at most {span(reading, *found.largest)} g on a day ({found.largest_date})"
    return told


def _named(report: Report, lines: tuple[int, ...]) -> str:
    """The lines that name something, as written, with their days."""
    if not lines:
        return "none in this log"
    mine = [entry.line for entry in report.entries if entry.line.number in lines]
    days = sorted({line.date for line in mine if line.date is not None})
    names = dict.fromkeys(shorten(line.food) for line in mine)
    when = f"on {len(days)} of {count(len(report.intake.dates), 'day')}, {_from_to(days)}" if days else "no date"
    return f"{some(names, 1, 'name', ', ')} ({when})"


def _from_to(days: Sequence[dt.date]) -> str:
    return f"{days[0]}" if days[0] == days[-1] else f"{days[0]} to {days[-1]}"


def not_counted(report: Report) -> Section:
    """Lines that widen a total, equal ones together."""
    same: dict[tuple[str, str], list[int]] = {}
    for entry in report.entries:
        if _widens(entry):
            written = shorten(f"{entry.line.food} {amount_text(entry)}", 44) or "(no food named)"
            same.setdefault((written, shorten(entry.problem, 90)), []).append(entry.line.number)
    told = [f"{ranges(lines, 3)}: {written}{f' ({why})' if why else ''}" for (written, why), lines in same.items()]
    return Section("Could not be counted", (("Widens a total", some(told, MOST_LINES, "line") or "none"),))


def _widens(entry: Entry) -> bool:
    """Whether a line brings something that is not known."""
    return entry.kind != "other" and any(piece.missing or piece.open for piece in entry.pieces)
