"""Which sources a report rests on."""

from __future__ import annotations

from nutrigap.readings import SKEWED
from nutrigap.references import variation
from nutrigap.report.model import Report
from nutrigap.report.sentences import years
from nutrigap.rules import TWITCHING_SMALL_CHILD, twitching
from nutrigap.tables import Source, sources

HUMAN_MILK = "fndds:11000000"  # taken from an older edition than the rest of its table
TABLE_OF_PREFIX = {"fndds": ("fndds2021",), "sr": ("sr28", "sr28_2016", "srlegacy2018")}
METHOD = ("iom2000",)
CONTEXT = ("nhs2023",)
# Rule of a flag -> what its words rest on beside the reference values.
OF_RULE = {"R07": ("efsa2023b6", "tga2022"), "R15": ("scf2001",)}


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
    for flag in report.found:
        keys += OF_RULE.get(flag.rule, ())
    # what is said of a small child's twitches is no one's page
    about = () if twitching(years(report.person)) == TWITCHING_SMALL_CHILD else CONTEXT
    known = {**sources(), **{origin.key: origin for origin in brought.values()}}
    return [known[key] for key in dict.fromkeys([*keys, *METHOD, *about])]
