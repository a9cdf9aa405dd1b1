"""The report as pandas frames."""

from __future__ import annotations

import pandas as pd

from nutrigap.intake import SOURCES
from nutrigap.report.model import Report
from nutrigap.report.rows import DAY_COLUMNS, ENDS, FLAG_COLUMNS, day_rows, line_rows, summary_rows
from nutrigap.units import nutrients

# Columns that hold numbers, also in a report that knows none of them: their type must not hang on the diary.
SUMMARY_NUMBERS = (
    "low", "best", "high", "sd", *SOURCES, "coverage", "ear", "rda", "ai", "ul", "confidence", "confidence_low",
    "confidence_high", "days_to_decide",
)  # fmt: skip
LINE_NUMBERS = ("score", "grams", *(nutrient.id for nutrient in nutrients() if nutrient.role != "part"))


def summary(report: Report) -> pd.DataFrame:
    """One row a nutrient, indexed by nutrient id; amounts per day in ``unit``, NaN where unknown or without an end."""
    return pd.DataFrame(summary_rows(report)).set_index("nutrient").astype(dict.fromkeys(SUMMARY_NUMBERS, float))


def days(report: Report) -> pd.DataFrame:
    """One row per date, nutrient and source; ``date`` is a timestamp, the amounts are in ``unit``.

    The source ``all`` is the day's total, the others are its parts: choose it, or leave it out, before adding up.
    """
    frame = pd.DataFrame(day_rows(report), columns=list(DAY_COLUMNS))
    return frame.assign(date=pd.to_datetime(frame["date"])).astype(dict.fromkeys(ENDS, float))


def lines(report: Report) -> pd.DataFrame:
    """One row per diary line, indexed by line number; ``date`` is a timestamp.

    Each nutrient is a column by its id, in the unit that ``summary`` gives for it; NaN where it is not known.
    """
    frame = pd.DataFrame(line_rows(report)).set_index("line")
    return frame.assign(date=pd.to_datetime(frame["date"])).astype(dict.fromkeys(LINE_NUMBERS, float))


def flags(report: Report) -> pd.DataFrame:
    """One row per flag; ``nutrients`` and ``evidence`` are tuples of ids."""
    rows = [[getattr(flag, name) for name in FLAG_COLUMNS] for flag in report.found]
    return pd.DataFrame(rows, columns=list(FLAG_COLUMNS))
