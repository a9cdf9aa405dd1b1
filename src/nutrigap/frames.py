"""Reference tables as frames, for analysis code and notebooks."""

from __future__ import annotations

import pandas as pd

from nutrigap.person import Person
from nutrigap.references import target_records


def targets(person: Person) -> pd.DataFrame:
    """The reference values used for a person, one row a nutrient, each with its sources.

    When age or sex is missing there is one block of rows for every person that this one may be.

    Parameters
    ----------
    person : Person

    Returns
    -------
    DataFrame
        Columns ``nutrient, sex, age_group, life_stage, unit, ear, rda, ai, ul, ul_scope, ul_note, sd_requirement,
        authority, ear_term, rda_term, note, source``; values in ``unit`` a day, missing where the authority has none.
    """
    rows = [{**row, "ul_note": row["ul_note"] or ""} for row in target_records(person)]
    return pd.DataFrame(rows)
