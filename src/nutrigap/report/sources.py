"""Which sources a report rests on."""

from __future__ import annotations

import re

from nutrigap.evidence import citation, evidence
from nutrigap.readings import SKEWED
from nutrigap.references import variation
from nutrigap.report.model import Report
from nutrigap.tables import Source, sources

HUMAN_MILK = "fndds:11000000"  # taken from an older edition than the rest of its table
TABLE_OF_PREFIX = {"fndds": ("fndds2021",), "sr": ("sr28", "sr28_2016", "srlegacy2018")}
METHOD, ENERGY = ("iom2000",), ("mifflin1990", "black2000")


def used(report: Report) -> list[Source]:
    """The sources behind the numbers and sentences of this report, in a fixed order."""
    keys: list[str] = []
    brought = report.foods.origins
    for entry in report.intake.entries:
        if entry.row is not None:
            name = report.foods.ids[entry.row]
            prefix = name.partition(":")[0]
            if prefix in brought:
                keys.append(brought[prefix].key)
            else:
                keys += ("fndds2019",) if name == HUMAN_MILK else TABLE_OF_PREFIX.get(prefix, ())
    for reading in report.core:
        if reading.reference is not None:
            keys += reading.reference.sources
            person = report.person.possible()[0]
            if reading.nutrient.id in SKEWED or reading.reference.ear or reading.reference.ai:
                spread = variation(person, reading.nutrient.id)
                keys += [spread.source] if spread is not None else []
    if report.record.energy is not None:
        keys += ENERGY
    for name in report.compared:
        keys += [
            key
            for one in report.core
            if (target := report.case.target(one.nutrient.id, name)) is not None
            for key in target.sources
        ]
    keys += METHOD
    known = {**sources(), **{origin.key: origin for origin in brought.values()}}
    rests = sorted({key for flag in report.said for key in flag.evidence}, key=_in_order)
    return [known[key] for key in dict.fromkeys(keys)] + [
        known[key] if key in known else evidence()[key].source for key in rests if key not in keys
    ]


def _in_order(key: str) -> tuple[int, str]:
    """Evidence by its number: E5 before E42b."""
    number = re.match(r"E(\d+)", key)
    return (int(number[1]) if number else 1000, key)


def line(source: Source) -> str:
    """A source on one line; one known through another publication says so."""
    return "".join(in_two(source))


def in_two(source: Source) -> tuple[str, str]:
    """A source in two parts: enough to know it by, and the rest of it."""
    row = evidence().get(source.key) if re.match(r"E\d", source.key) else None
    if row is not None:
        return f"{row.id}: {citation(row)}", ""
    year = f" ({source.year})" if source.year else ""
    return source.title, f", {source.publisher}{year}"


def access(source: Source) -> str | None:
    """What of a publication was read: ``excerpt``, ``abstract``, ``secondary``; None where it is no row of evidence."""
    row = evidence().get(source.key) if re.match(r"E\d", source.key) else None
    return row.access if row is not None else None
