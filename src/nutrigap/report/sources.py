"""Which sources a report rests on."""

from __future__ import annotations

from nutrigap.readings import SKEWED
from nutrigap.references import variation
from nutrigap.report.model import Report
from nutrigap.tables import Source, sources

HUMAN_MILK = "fndds:11000000"  # taken from an older edition than the rest of its table
TABLE_OF_PREFIX = {"fndds": ("fndds2021",), "sr": ("sr28", "sr28_2016", "srlegacy2018")}
METHOD = ("iom2000",)
CONTEXT = ("nhs2023",)


def used(report: Report) -> list[Source]:
    """The sources behind the numbers and sentences of this report, in a fixed order."""
    keys: list[str] = []
    for entry in report.entries:
        if entry.row is not None:
            name = report.foods.ids[entry.row]
            keys += ("fndds2019",) if name == HUMAN_MILK else TABLE_OF_PREFIX.get(name.partition(":")[0], ())
    for reading in report.core:
        if reading.reference is not None:
            keys += reading.reference.sources
            person = report.person.possible()[0]
            if reading.nutrient.id in SKEWED or reading.reference.ear or reading.reference.ai:
                spread = variation(person, reading.nutrient.id)
                keys += [spread.source] if spread is not None else []
    known = sources()
    return [known[key] for key in dict.fromkeys([*keys, *METHOD, *CONTEXT])]
