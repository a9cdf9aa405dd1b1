"""What a report says of each nutrient, and the sentences of the rules."""

from __future__ import annotations

import math
from collections import Counter

from nutrigap import wording
from nutrigap.intake import Decider
from nutrigap.readings import OWN_SPREAD_DAYS, Reading
from nutrigap.report.cells import is_above
from nutrigap.report.model import Report
from nutrigap.report.wrap import ranges, shorten
from nutrigap.rules import Flag
from nutrigap.rules.model import listed
from nutrigap.wording import SMALL, amount, percent

NARROW = 0.05  # bounds closer than this share of the mean are not worth a sentence
MOST_NAMED = 3
MOST_OF_SIX = 4  # nutrients from which what widens their bounds is told once
NAMED = ("L1", "W1", "U1", "C1")  # flags whose text begins with the nutrient's name


def sentences(report: Report, reading: Reading) -> list[str]:
    """What can be said of one core nutrient, most important first."""
    log = report.log
    need, width = _with_grade(report, reading, wording.adequacy(reading, log), "L1", "W1"), _width(report, reading)
    limit = _with_grade(report, reading, wording.excess(reading, log, _untold(report, reading)), "U1")
    often = wording.intermittent(reading, log)
    said = [limit, often, need, *width] if is_above(reading) else [need, often, *width, limit]
    said += [stressed(report, reading)]
    mine = [flag for flag in report.section("nutrient") if reading.nutrient.id in flag.nutrients]
    said += [graded(flag) for flag in mine if flag.rule not in ("L1", "W1", "U1")]
    return [sentence for sentence in said if sentence]


def _with_grade(report: Report, reading: Reading, sentence: str, *rules: str) -> str:
    """A sentence of a reading with the grade and evidence of the flag whose words it is."""
    mine = [flag for flag in report.flag(*rules) if reading.nutrient.id in flag.nutrients and flag.evidence]
    return f"{sentence} [{mine[0].grade}: {', '.join(mine[0].evidence)}]" if sentence and mine else sentence


def graded(flag: Flag) -> str:
    """The words of a flag without the nutrient's name before them, with grade and evidence behind."""
    text = _bare(flag) if flag.rule in NAMED else flag.text
    return f"{text} [{flag.grade}: {', '.join(flag.evidence)}]" if flag.evidence else text


def _bare(flag: Flag) -> str:
    """The words of a flag without the nutrient's name before them."""
    return flag.text.partition(": ")[2]


def stressed(report: Report, reading: Reading) -> str:
    """That a verdict hangs on how much days vary, or what the prior gives; "" where neither is to be said."""
    found = reading.adequacy
    if found is None or found.confidence is None:
        return ""
    verdict = found.status in ("likely_low", "likely_adequate", "at_or_above_ai")
    long = report.intake.days >= OWN_SPREAD_DAYS
    if not (verdict or long or report.case.method.prior):
        return ""
    rows = {one.what: one for one in report.case.stress(reading.nutrient.id)}
    said = []
    wider, own, prior = rows.get("sd_1.25"), rows.get("own_sd"), rows.get("prior")
    if verdict and wider is not None and wider.status != found.status:
        said.append("Were days to vary a quarter more, the log would not decide.")
    if own is not None and own.status != found.status:
        said.append(f"By this log's own variation from day to day, confidence would be {percent(own.confidence)}.")
    if prior is not None:
        said.append(f"With the population as prior: {percent(prior.confidence)} that usual intake meets the need.")
    return " ".join(said)


def closing(report: Report) -> list[str]:
    """What stands below the readings: what belongs together, and of what a blood test tells more than a log."""
    return [graded(flag) for flag in report.section("linked")]


def first(report: Report) -> list[str]:
    """What goes before everything else when symptoms were told."""
    return [graded(flag) for flag in report.section("first")]


def twitching(report: Report) -> list[str]:
    """The section on muscle twitching."""
    return [graded(flag) for flag in report.section("twitching")]


def _width(report: Report, reading: Reading) -> list[str]:
    """The foods and lines that decide how wide the bounds are, where they are wide."""
    parts = []
    for one in _named(report, reading):
        shown = amount(reading, one.width)
        size = "no upper end" if math.isinf(one.width) else f"up to {shown} {reading.nutrient.unit} a day"
        parts.append(f"{shorten(one.text)} ({one.reason}, {ranges(one.lines, 3)}: {size})")
    mine = {(one.text, one.lines, one.reason) for one in report.intake.deciders(reading.nutrient.id)[:MOST_NAMED]}
    set_by = "are widened further by" if mine.intersection(common_deciders(report)) else "are set by"
    return [f"The bounds {set_by} {'; '.join(parts)}."] if parts else []


def _named(report: Report, reading: Reading) -> list[Decider]:
    """What is named as deciding the bounds of a nutrient: not what is told of most nutrients at once."""
    least, common = SMALL * max(reading.best, 0.0), common_deciders(report)
    if reading.high - reading.low <= NARROW * max(reading.best, 1e-12):
        return []
    return [
        one
        for one in report.intake.deciders(reading.nutrient.id)[:MOST_NAMED]
        if (one.text, one.lines, one.reason) not in common
        and one.width >= least
        and any(digit in amount(reading, one.width) for digit in "123456789?")
    ]


def _untold(report: Report, reading: Reading) -> str:
    """What the total has no upper end for, in words: "its dose" where the sentence before names that alone."""
    endless = [one for one in report.intake.deciders(reading.nutrient.id) if math.isinf(one.width)]
    doses = {entry.line.number for entry in report.intake.entries if entry.kind == "supplement"}
    what = "dose" if all(doses.issuperset(one.lines) for one in endless) else "amount"
    if len(endless) == 1 and _named(report, reading) == endless:
        return f"its {what}"
    names = [f"{shorten(one.text)} ({ranges(one.lines, 3)})" for one in endless[:MOST_NAMED]]
    more = [f"{len(endless) - MOST_NAMED} more"] if len(endless) > MOST_NAMED else []
    return f"the {what} of {listed([*names, *more])}" if endless else ""


def common_deciders(report: Report) -> list[tuple[str, tuple[int, ...], str]]:
    """What widens the bounds of most nutrients for one reason (food, lines, reason): it is told once, above them all.

    What has another reason with one nutrient ("the label is not told") is named there.
    """
    seen: Counter[tuple[str, tuple[int, ...], str]] = Counter()
    for reading in report.core:
        for one in report.intake.deciders(reading.nutrient.id)[:MOST_NAMED]:
            if one.width >= SMALL * max(reading.best, 1e-12):
                seen[one.text, one.lines, one.reason] += 1
    return [one for one, times in seen.items() if times >= MOST_OF_SIX]


def contributors(report: Report, reading: Reading) -> str:
    """The foods and products that bring most: ``Fish, salmon 27 %; vitamin D3 1000 IU (supplement) 14 %``."""
    doses = {entry.line.food for entry in report.intake.entries if entry.kind == "supplement"}
    top = report.intake.contributors(reading.nutrient.id)[:MOST_NAMED]
    told = [
        f"{shorten(_everyday(food))}{' (supplement)' if food in doses else ''} {share * 100:.0f} %"
        for food, _, share in top
        if share >= SMALL
    ]
    return f"Most from: {'; '.join(told)}." if told else ""


def _everyday(name: str) -> str:
    """A name of the food table without what its survey could not specify (NFS, NS as to)."""
    return name.partition(", NFS")[0].partition(", NS as to")[0]
