"""One page for a doctor with three minutes: what the log holds, what was taken, what was told. It interprets nothing.

``contents`` makes the page as plain texts; Markdown and HTML only set them, so that they cannot differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from nutrigap import __version__
from nutrigap.errors import TableError
from nutrigap.report.head import who
from nutrigap.report.markdown import escape
from nutrigap.report.model import Report
from nutrigap.report.sheet_parts import Section, also, log, not_counted, period, told
from nutrigap.report.sheet_tables import beside, nutrients, products_taken, symptom_days
from nutrigap.report.wrap import shorten
from nutrigap.rules import DISCLAIMER
from nutrigap.tables import sources

FORMS = ("html", "md")
TITLE = "Food log for a clinician"


class Sheet(NamedTuple):
    """One person's page as texts, none of them escaped: ``about`` says who and when, ``foot`` stands at the end."""

    title: str
    about: str
    sections: tuple[Section, ...]
    foot: tuple[str, ...]


def contents(report: Report) -> Sheet:
    """What stands on the page of one report; every number is that of ``report.to_dict()``, rounded as in the report."""
    name = f"{shorten(report.name)}: " if report.name else ""
    days = (symptom_days(report),) if report.case.symptoms is not None else ()
    # sections without a table stand side by side where there is room: two before the tables, two behind them
    sections = (
        log(report), told(report), nutrients(report), *(beside(report, name) for name in report.compared),
        products_taken(report), *days, also(report), not_counted(report),
    )  # fmt: skip
    return Sheet(TITLE, f"{name}{who(report.person)}, {period(report)}", sections, _foot(report))


def _foot(report: Report) -> tuple[str, ...]:
    """Sources of the references, the disclaimer, and to whom tests are left."""
    targets = [one.reference for one in report.core if one.reference is not None]
    keys = dict.fromkeys(key for target in targets for key in target.sources)
    rests = [f"{sources()[key].title} ({sources()[key].year})" for key in keys]
    return (
        f"References: {'; '.join(rests) or 'none'}.",
        f"Diary: {shorten(report.diary.path, 80)}. Foods: {shorten(report.foods.name, 40)}. nutrigap {__version__}.",
        f"{DISCLAIMER} Tests are left to the clinician.",
    )


def render(reports: Sequence[Report], form: str) -> str:
    """The pages of some reports, each on a sheet of its own.

    Parameters
    ----------
    reports : sequence of Report
        One a person.
    form : {"html", "md"}
        HTML is one file that loads nothing and runs nothing.

    Returns
    -------
    str
        Ends in a newline.

    Raises
    ------
    TableError
        There is no such form.
    """
    if form not in FORMS:
        raise TableError(f'no sheet has the form "{form}"; known: {", ".join(FORMS)}')
    sheets = [contents(report) for report in reports]
    return _html(sheets) if form == "html" else "\n---\n\n".join(map(_markdown, sheets))


# --- the two forms


def _markdown(sheet: Sheet) -> str:
    lines = [f"# {escape(sheet.title)}", "", f"**{escape(sheet.about)}**"]
    for section in sheet.sections:
        lines += ["", f"## {escape(section.heading)}", ""]
        lines += [f"- **{escape(label)}**: {escape(text)}" for label, text in section.fields]
        if section.table is not None:
            lines.append(_row(section.table.head))
            lines.append(f"|{'---|' * len(section.table.head)}")
            lines += map(_row, section.table.rows)
        for note in section.notes:
            lines += ["", escape(note)]
    for text in sheet.foot:
        lines += ["", escape(text)]
    return "\n".join([*lines, ""])


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(map(escape, cells))} |"


def _html(sheets: Sequence[Sheet]) -> str:
    from nutrigap.report.template import fill  # no other form needs it

    return fill("sheet.html", title=TITLE, sheets=sheets)
