"""The report as pandas frames."""

from __future__ import annotations

import pandas as pd

from nutrigap.report.model import Report
from nutrigap.report.rows import day_rows, line_rows, summary_rows


def summary(report: Report) -> pd.DataFrame:
    """One row a nutrient, indexed by nutrient id."""
    return pd.DataFrame(summary_rows(report)).set_index("nutrient")


def days(report: Report) -> pd.DataFrame:
    """One row per date, nutrient and source; ``date`` is a timestamp."""
    columns = ["date", "complete", "nutrient", "unit", "source", "low", "best", "high"]
    frame = pd.DataFrame(day_rows(report), columns=columns)
    return frame.assign(date=pd.to_datetime(frame["date"]))


def lines(report: Report) -> pd.DataFrame:
    """One row per diary line, indexed by line number; ``date`` is a timestamp."""
    frame = pd.DataFrame(line_rows(report)).set_index("line")
    return frame.assign(date=pd.to_datetime(frame["date"]))


def flags(report: Report) -> pd.DataFrame:
    """One row per flag."""
    columns = ["rule", "level", "nutrients", "text", "grade", "evidence"]
    return pd.DataFrame([{name: getattr(flag, name) for name in columns} for flag in report.found], columns=columns)
