"""Reference tables as frames, for analysis code and notebooks."""

from __future__ import annotations

import pandas as pd

from nutrigap.person import Person
from nutrigap.references import target_records

COLUMNS = (
    "nutrient", "unit", "ear", "rda", "ai", "ul", "ul_scope", "sex", "age_group", "life_stage", "authority", "ear_term",
    "rda_term", "sd_requirement", "ul_note", "note", "source",
)  # fmt: skip
NUMBERS = ("ear", "rda", "ai", "ul", "sd_requirement")
TEXTS = ("ul_note", "note")


def targets(person: Person) -> pd.DataFrame:
    """The reference values used for a person, one row a nutrient, each with its sources.

    When age or sex is missing there is one block of rows for every person that this one may be.

    Parameters
    ----------
    person : Person

    Returns
    -------
    DataFrame
        Columns ``nutrient``, ``unit`` and, in that unit per day, ``ear`` (average requirement), ``rda`` (recommended
        intake), ``ai`` (adequate intake) and ``ul`` (upper level), NaN where none is set; what ``ul`` counts
        (``ul_scope``); for whom (``sex``, ``age_group``, ``life_stage``); whose (``authority``, and its own words for
        the first two, ``ear_term`` and ``rda_term``); ``sd_requirement``, the SD of the requirement; and in words
        ``ul_note``, ``note`` and ``source``.
    """
    # an authority may have no row at all for somebody: the frame is then empty, and has its columns
    rows = [{**row, **{name: row[name] or "" for name in TEXTS}} for row in target_records(person)]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(dict.fromkeys(NUMBERS, float))
