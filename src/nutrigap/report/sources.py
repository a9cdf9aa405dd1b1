"""Which sources a report rests on."""

from __future__ import annotations

from nutrigap.readings import SKEWED
from nutrigap.references import variation
from nutrigap.report.model import Report
from nutrigap.tables import Source, sources

TABLE_OF_PREFIX = {"fndds": ("fndds2021",), "sr": ("sr28", "sr28_2016", "srlegacy2018")}
METHOD = ("iom2000",)
CONTEXT = ("nhs2023",)


def used(report: Report) -> list[Source]:
    """The sources behind the numbers and sentences of this report, in a fixed order."""
    keys: list[str] = []
    for entry in report.entries:
        if entry.row is not None:
            keys += TABLE_OF_PREFIX.get(report.foods.ids[entry.row].partition(":")[0], ())
    for reading in report.core:
        if reading.reference is not None:
            keys += reading.reference.sources
            person = report.person.possible()[0]
            if reading.nutrient.id in SKEWED or reading.reference.ear or reading.reference.ai:
                spread = variation(person, reading.nutrient.id)
                keys += [spread.source] if spread is not None else []
    known = sources()
    return [known[key] for key in dict.fromkeys([*keys, *METHOD, *CONTEXT])]
