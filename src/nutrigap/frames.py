"""Reference tables as frames, for analysis code and notebooks."""

from __future__ import annotations

import pandas as pd

from nutrigap.references import Person, target_rows
from nutrigap.tables import sources


def targets(person: Person) -> pd.DataFrame:
    """The reference values used for a person, one row a nutrient, each with its sources.

    When age or sex is missing there is one block of rows for every person that this one may be.

    Parameters
    ----------
    person : Person

    Returns
    -------
    DataFrame
        Columns ``nutrient, sex, age_group, life_stage, unit, ear, rda, ai, ul, ul_scope, ul_note,
        sd_requirement, source``.
    """
    known = sources()
    rows = [
        {
            "nutrient": target.nutrient,
            "sex": one.sex,
            "age_group": target.age_label,
            "life_stage": one.life_stage,
            "unit": target.unit,
            "ear": target.ear,
            "rda": target.rda,
            "ai": target.ai,
            "ul": target.ul,
            "ul_scope": target.ul_scope,
            "ul_note": "" if target.ul is not None else target.ul_status,
            "sd_requirement": target.sd_requirement,
            "source": "; ".join(f"{known[key].title} ({known[key].year})" for key in target.sources),
        }
        for one, target in target_rows(person)
    ]
    return pd.DataFrame(rows)
