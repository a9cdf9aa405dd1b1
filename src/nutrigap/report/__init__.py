"""The report: one object with everything that was found, and its forms as text, JSON, CSV and frames."""

from nutrigap.report.model import Report

__all__ = ["Report"]
