"""The report as an object: what was read, what it was taken for, what it adds up to, what that allows to say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from nutrigap.diary import Diary
from nutrigap.entries import Entry
from nutrigap.intake import Intake
from nutrigap.person import Person
from nutrigap.readings import Reading
from nutrigap.record import Record
from nutrigap.rules import Case, Flag, by_level
from nutrigap.tables import FoodTable
from nutrigap.wording import Log

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from nutrigap.ideas import Idea
    from nutrigap.report.json import Json


@dataclass(frozen=True, eq=False)
class Report:
    """Everything found in one person's diary. ``ng.analyze`` makes it.

    Attributes
    ----------
    diary : Diary
    name : str
        The person's name in the diary, "" when it has no such column.
    foods : FoodTable
    case : Case
        The person, the record of the days, the readings, and what else the log tells.
    said : tuple of Flag
        All that the rules say, in the order of the rules: flags, and what is only shown (level "").
    ideas : tuple of Idea
        Foods that would close a gap, up to three a nutrient.
    compared : tuple of str
        Authorities whose readings are shown in full beside the person's own.
    notes : tuple of str
        What a reader should know about the inputs.
    """

    diary: Diary
    name: str
    foods: FoodTable
    case: Case
    said: tuple[Flag, ...]
    ideas: tuple[Idea, ...]
    compared: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def person(self) -> Person:
        """Whose diary it is."""
        return self.case.person

    @property
    def record(self) -> Record:
        """How complete the log is."""
        return self.case.record

    @property
    def intake(self) -> Intake:
        """Lines, days and means, each with low, best and high; incomplete days are out of the mean."""
        return self.case.intake

    @property
    def log(self) -> Log:
        """What the sentences must know of the diary."""
        return self.case.log

    @cached_property
    def readings(self) -> tuple[Reading, ...]:
        """One a nutrient, the six core ones first."""
        return tuple(self.case.readings.values())

    @cached_property
    def found(self) -> tuple[Flag, ...]:
        """The flags, the weightiest level first."""
        return by_level(self.said)

    def section(self, name: str) -> tuple[Flag, ...]:
        """What is said in one section of the report."""
        return tuple(flag for flag in self.said if flag.section == name)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The diary's lines with what they were taken for, in the order of the diary."""
        return self.intake.logged

    def count(self, status: str) -> int:
        """How many lines are ``counted``, ``flagged`` or ``left_out``."""
        return sum(entry.status == status for entry in self.entries)

    @property
    def core(self) -> tuple[Reading, ...]:
        """The readings of the six nutrients."""
        return tuple(reading for reading in self.readings if reading.nutrient.role == "core")

    def statuses(self) -> Mapping[str, str]:
        """Nutrient id -> status of its adequacy."""
        return {reading.nutrient.id: reading.adequacy.status for reading in self.core if reading.adequacy is not None}

    def flag(self, *rules: str) -> tuple[Flag, ...]:
        """The flags of these rules."""
        return tuple(flag for flag in self.found if flag.rule in rules)

    # --- forms

    def to_text(self, *, color: bool = False, ascii_only: bool = False) -> str:
        """The report as text of 80 columns, answer first."""
        from nutrigap.report.text import render

        return render(self, color=color, ascii_only=ascii_only)

    def to_markdown(self) -> str:
        """The report in Markdown."""
        from nutrigap.report.markdown import render

        return render(self)

    def to_dict(self) -> dict[str, Json]:
        """The report as plain dictionaries and lists, by the documented schema; unknown is None."""
        from nutrigap.report.json import as_dict

        return as_dict(self)

    def to_json(self, path: str | Path | None = None) -> str:
        """The report as JSON text; written to ``path`` as well if one is given.

        Raises
        ------
        TableError
            The place cannot be written.
        """
        from nutrigap.report.files import write_text
        from nutrigap.report.json import render

        text = render(self)
        if path is not None:
            write_text(Path(path), text)
        return text

    def to_html(self, path: str | Path | None = None) -> str:
        """The report as one HTML file that loads nothing and runs nothing; written to ``path`` as well if one is given.

        Raises
        ------
        TableError
            The place cannot be written.
        """
        from nutrigap.report.files import write_text
        from nutrigap.report.page import render

        text = render([self])
        if path is not None:
            write_text(Path(path), text)
        return text

    def to_sheet(self, path: str | Path | None = None, form: Literal["html", "md"] = "html") -> str:
        """One page for a doctor, without interpretation; written to ``path`` as well if one is given.

        Raises
        ------
        TableError
            There is no such form, or the place cannot be written.
        """
        from nutrigap.report.files import write_text
        from nutrigap.report.sheet import render

        text = render([self], form)
        if path is not None:
            write_text(Path(path), text)
        return text

    def to_csv(self, folder: str | Path) -> list[Path]:
        """Write ``summary.csv``, ``days.csv`` and ``lines.csv`` into a folder, which is made if need be.

        Returns
        -------
        list of Path
            The files, in this order.

        Raises
        ------
        TableError
            The place cannot be written.
        """
        from nutrigap.report.csv import write_folder

        return write_folder(self, Path(folder))

    def to_xlsx(self, path: str | Path) -> None:
        """Write the summary, days, lines and flags as an Excel workbook (extra ``excel``).

        Raises
        ------
        MissingPackage
            XlsxWriter is not installed.
        TableError
            A sheet would hold more rows than Excel reads, or the place cannot be written.
        """
        from nutrigap.report.files import write_bytes
        from nutrigap.report.xlsx import render

        write_bytes(Path(path), render([self]))

    def plot(self) -> Figure:
        """The six nutrients as one figure: means, bounds, and what they are held against (extra ``plot``).

        It shows itself in a notebook; ``report.plot().savefig("report.png")`` keeps it, as PDF or SVG too.

        Returns
        -------
        matplotlib.figure.Figure

        Raises
        ------
        MissingPackage
            Matplotlib is not installed.
        """
        from nutrigap.report.plot import figure

        return figure(self)

    # --- frames (pandas is imported when the first one is asked for)

    @cached_property
    def summary(self) -> pd.DataFrame:
        """A frame with one row for each nutrient, indexed by its id.

        Means a day as ``low``, ``best`` and ``high`` [column ``unit``, a day], what they are held against, and the
        statuses. Missing is not known; a missing ``high`` has no upper end.
        """
        from nutrigap.report.frames import summary

        return summary(self)

    @cached_property
    def days(self) -> pd.DataFrame:
        """A frame with one row for each date, nutrient and source.

        Amounts of the day as ``low``, ``best`` and ``high`` [column ``unit``]. The source ``all`` is the day's total,
        with room for its lines that were left out.
        """
        from nutrigap.report.frames import days

        return days(self)

    @cached_property
    def lines(self) -> pd.DataFrame:
        """A frame with one row for each line of the diary, indexed by its number: food, grams [g], state, nutrients.

        Nutrients are what the line brings [mg; vitamin D and B12 µg; energy kcal; water and alcohol g], missing where
        that is not known.
        """
        from nutrigap.report.frames import lines

        return lines(self)

    @cached_property
    def flags(self) -> pd.DataFrame:
        """A frame with one row for each flag, the weightiest level first: rule, level, text, grade, evidence."""
        from nutrigap.report.frames import flags

        return flags(self)

    def __repr__(self) -> str:
        return self.to_text()

    def _repr_html_(self) -> str:
        from nutrigap.report.page import cell

        return cell(self)
