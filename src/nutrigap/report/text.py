"""The report as text: 80 columns, answer first, then the table, then what to check."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from nutrigap.readings import Reading
from nutrigap.references import AUTHORITIES
from nutrigap.report.model import Report
from nutrigap.report.rows import amount_text
from nutrigap.report.sentences import LOOKS, amount, bounds, limit, need, sentences, who
from nutrigap.report.sources import used
from nutrigap.resolve import Entry
from nutrigap.rules import DISCLAIMER, TWITCHING, percent
from nutrigap.words import printable

WIDTH = 80
COLORS = {"bold": "\033[1m", "low": "\033[33m", "above": "\033[35m", "off": "\033[0m"}
ASCII = str.maketrans({"µ": "u", "–": "-", "—": "-", "×": "x", "≥": ">=", "≤": "<=", "·": "-", "’": "'", "…": "...", "\u00a0": " "})  # fmt: skip
MOST_LINES = 12
# Status -> the heading it stands under in the short answer, in this order.
ANSWERS = (
    ("Above a set level", frozenset(["above_ul"])),
    ("Looks low in this log", frozenset(["likely_low"])),
    ("Looks covered", frozenset(["likely_adequate", "at_or_above_ai"])),
    ("Not clear yet", frozenset(["uncertain"])),
    ("Cannot tell", frozenset(["undetermined", "below_ai_no_inference", "no_reference"])),
)


def render(report: Report, *, color: bool = False, ascii_only: bool = False) -> str:
    """The whole report, ending in a newline; the same words with and without colour."""
    paragraphs = [
        _title(report),
        _short(report, color=color),
        _table(report, color=color),
        _readings(report),
        _to_check(report),
        _context(report),
        _about(report),
    ]
    text = "\n\n".join("\n".join(lines) for lines in paragraphs if lines) + "\n"
    return text.translate(ASCII).encode("ascii", "replace").decode("ascii") if ascii_only else text


def _heading(text: str) -> str:
    return text.upper()


def _wrap(text: str, *, first: str = "", then: str | None = None) -> list[str]:
    rest = " " * len(first) if then is None else then
    # a word longer than the line is broken: a diary may hold anything
    return textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False) or [
        first.rstrip()
    ]


def _title(report: Report) -> list[str]:
    intake = report.intake
    days = f"{intake.days} {'day' if intake.days == 1 else 'days'}"
    period = f"{intake.dates[0]} to {intake.dates[-1]}, {days}" if intake.dates else "no dated line"
    name = f"{printable(report.name)}: " if report.name else ""
    lines = [
        f"nutrigap · {printable(report.diary.path)}",
        f"{name}{who(report.person)} · {period}",
        "-" * WIDTH,
    ]
    for note in report.notes:
        lines += _wrap(printable(note), first="! ")
    return lines


def _short(report: Report, *, color: bool) -> list[str]:
    lines = [_heading("In short")]
    if not report.intake.days:
        lines += _wrap("No line could be counted, so nothing can be said yet; see what to check below.", first="  ")
    else:
        for label, statuses in ANSWERS:
            names = [_named(reading) for reading in report.core if _statuses(reading) & statuses]
            if names:
                text = "\n".join(_wrap(", ".join(names), first=f"  {label:<23}"))
                lines.append(
                    _paint(
                        text,
                        {"Above a set level": "above", "Looks low in this log": "low"}.get(label, ""),
                        color,
                    )
                )
    guesses = report.count("flagged")
    left = report.count("left_out")
    counted = report.count("counted") + guesses
    rest = f" ({guesses} on a guess)" if guesses else ""
    lines += _wrap(f"{counted} of {len(report.entries)} lines counted{rest}, {left} left out.", first="  ")
    incomplete = [
        str(date) for date, whole in zip(report.intake.dates, report.intake.complete, strict=True) if not whole
    ]
    if incomplete:
        lines += _wrap(
            f"Not in the mean, because no food could be counted on them: {', '.join(incomplete)}.", first="  "
        )
    return lines


def _statuses(reading: Reading) -> frozenset[str]:
    found = {one.status for one in (reading.adequacy, reading.excess) if one is not None}
    return frozenset(found)


def _named(reading: Reading) -> str:
    adequacy = reading.adequacy
    if adequacy is None or adequacy.confidence is None or adequacy.status in ("below_ai_no_inference", "undetermined"):
        return reading.nutrient.name
    low = adequacy.status == "likely_low"
    return f"{reading.nutrient.name} ({percent(1 - adequacy.confidence if low else adequacy.confidence)})"


def _paint(text: str, role: str, color: bool) -> str:
    return f"{COLORS[role]}{text}{COLORS['off']}" if color and role else text


def _table(report: Report, *, color: bool) -> list[str]:
    head = (
        f"{'per day':<12}{'mean':>9} {'unit':<5}{'low - high':>17}  {'EAR / RDA':>13}  {'upper level':<12}{'looks':<12}"
    )
    lines = [_paint(head.rstrip(), "bold", color)]
    for reading in report.core:
        adequacy, excess = reading.adequacy, reading.excess
        looks = LOOKS[adequacy.status] if adequacy is not None else "-"
        above = excess is not None and excess.status == "above_ul"
        looks = f"{looks}; HIGH" if above else looks
        row = (
            f"{reading.nutrient.name:<12}{amount(reading, reading.best):>9} {reading.nutrient.unit:<5}{bounds(reading):>17}  "
            f"{need(reading):>13}  {limit(reading):<12}{looks}"
        )
        role = "above" if above else "low" if adequacy is not None and adequacy.status == "likely_low" else ""
        lines.append(_paint(row.rstrip(), role, color))
    lines += _wrap(
        "EAR: half of people like you need more. RDA: covers nearly all. AI: known to be enough, no more. "
        "Low - high: what the total could be with what was never measured or could not be read.",
        first="  ",
    )
    return lines


def _readings(report: Report) -> list[str]:
    lines = [_heading("Reading")]
    if not report.intake.days:
        return []
    for reading in report.core:
        lines += _wrap(
            printable(" ".join(sentences(report, reading))), first=f"  {reading.nutrient.name}: ", then="    "
        )
        top = [
            f"{_shorten(food)} {share:.0%}" for food, _, share in report.intake.contributors(reading.nutrient.id)[:3]
        ]
        if top:
            lines += _wrap(f"Most from: {'; '.join(top)}.", first="    ")
    return lines


def _shorten(text: str, most: int = 40) -> str:
    text = printable(text)
    return text if len(text) <= most else text[: most - 1].rstrip(" ,") + "…"


def _to_check(report: Report) -> list[str]:
    left = [
        entry
        for entry in report.entries
        if entry.status == "left_out" and entry.kind != "other" and not _harmless(entry)
    ]
    none = [
        entry for entry in report.entries if entry.status == "left_out" and (entry.kind == "other" or _harmless(entry))
    ]
    flagged = [entry for entry in report.entries if entry.status == "flagged"]
    if not (left or none or flagged):
        return []
    lines = [_heading("To check")]
    lines += _entries(report, "Left out:", left)
    lines += _entries(report, "Counted on a guess:", flagged)
    lines += _entries(report, "Left out, and it changes no total:", none)
    return lines


def _harmless(entry: Entry) -> bool:
    return not entry.missing and not entry.open


def _entries(report: Report, heading: str, entries: Sequence[Entry]) -> list[str]:
    if not entries:
        return []
    lines = [f"  {heading}"]
    for entry in entries[:MOST_LINES]:
        what = " ".join(f"{entry.line.food} {amount_text(entry)}".split())
        lines += _wrap(
            f"{_shorten(what, 60)}: {printable(entry.problem)}.", first=f"    line {entry.line.number}: ", then="      "
        )
        if entry.fix and not entry.fix.startswith("nothing to do"):
            lines += _wrap(f"{entry.fix[0].upper()}{printable(entry.fix[1:])}.", first="      -> ", then="         ")
    if len(entries) > MOST_LINES:
        lines.append(f"    … and {len(entries) - MOST_LINES} more: nutrigap match {printable(report.diary.path)}")
    return lines


def _context(report: Report) -> list[str]:
    if not report.intake.days:
        return []
    shown = [reading for reading in report.readings if reading.nutrient.role == "context"]
    text = ", ".join(f"{one.nutrient.name.lower()} {amount(one, one.best)} {one.nutrient.unit}" for one in shown)
    return [_heading("For context, per day"), *_wrap(text, first="  ")]


def _about(report: Report) -> list[str]:
    return list(_about_lines(report))


def _about_lines(report: Report) -> Iterator[str]:
    yield _heading("About muscle twitching")
    yield from _wrap(TWITCHING, first="  ")
    yield ""
    yield _heading("How this was done")
    yield from _wrap(
        "Food from the tables named below; a value that was never measured runs from 0 to the high end of its food group and is never "
        "counted as nothing. Confidence is the result of a test on the log (IOM 2000; for vitamin D and B12 a gamma model of the mean), "
        "not a probability about a person. "
        f"References: {AUTHORITIES[report.person.references]}.",
        first="  ",
    )
    for source in used(report):
        year = f" ({source.year})" if source.year else ""
        yield from _wrap(f"{source.title}, {source.publisher}{year}", first="  - ", then="    ")
    yield ""
    yield from _wrap(DISCLAIMER)
