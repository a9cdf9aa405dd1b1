"""What can go wrong, in one place: every error says where, what, and how to fix it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Problem(NamedTuple):
    """One fault of an input: where it stands, what it is, how to mend it.

    Attributes
    ----------
    line : int or None
        Line number as an editor counts (the header is line 1).
    column : str
        Name of the column, or "" when the whole line is meant.
    what, fix : str
        A sentence each, without a full stop at the end.
    """

    line: int | None
    column: str
    what: str
    fix: str

    def text(self, path: str) -> str:
        """The message as printed: ``file:line: column: what; fix``."""
        place = path if self.line is None else f"{path}:{self.line}"
        column = f"{self.column}: " if self.column else ""
        fix = f"; {self.fix}" if self.fix else ""
        return f"{place}: {column}{self.what}{fix}"


class NutrigapError(Exception):
    """Base of every error that nutrigap raises on purpose."""


class DiaryError(NutrigapError, ValueError):
    """The input cannot be read as a diary at all; carries every fault found in it.

    Attributes
    ----------
    path : str
        Name of the input as it was given.
    problems : tuple of Problem
        Every fault, with its line and how to mend it.
    """

    def __init__(self, path: str, problems: Sequence[Problem]) -> None:
        self.path = path
        self.problems = tuple(problems)
        super().__init__("\n".join(problem.text(path) for problem in self.problems))


class TableError(NutrigapError, ValueError):
    """A table of foods, references, choices, recipes or people cannot be used, or a file cannot be written as asked.

    Attributes
    ----------
    messages : tuple of str
        One for each fault.
    """

    def __init__(self, *messages: str) -> None:
        self.messages = messages
        super().__init__("\n".join(messages))


class FoodTableError(TableError):
    """A table of foods that cannot be used as it is; carries every fault found in it.

    Attributes
    ----------
    path : str
        Name of the table.
    problems : tuple of Problem
        Every fault, with its line and how to mend it.
    """

    def __init__(self, path: str, problems: Sequence[Problem]) -> None:
        self.path = path
        self.problems = tuple(problems)
        super().__init__(*(problem.text(path) for problem in self.problems))


class PersonError(NutrigapError, ValueError):
    """A person that cannot be, or for whom no reference row exists."""


class PopulationError(NutrigapError, ValueError):
    """Person-days that tell nothing of the group: too few, or not what they are said to be."""


class MissingPackage(NutrigapError, ImportError):
    """A package that only some of the work needs is not installed; ``name`` is the module that was looked for."""

    def __init__(self, package: str, what: str, otherwise: str = "") -> None:
        fix = f"run: pip install {package}{otherwise}"
        super().__init__(f"{what} needs {package}, which is not installed; {fix}", name=package.replace("-", "_"))


class UnknownUnit(NutrigapError, ValueError):
    """A unit that the closed vocabulary does not hold."""


class UnknownFood(NutrigapError, LookupError):
    """A food id that is in none of the loaded tables."""


class AmountError(NutrigapError, ValueError):
    """An amount that cannot be turned into grams.

    Attributes
    ----------
    what, fix : str
        What is wrong, and how to mend it.
    """

    def __init__(self, what: str, fix: str) -> None:
        self.what = what
        self.fix = fix
        super().__init__(f"{what}; {fix}" if fix else what)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The end of a message: the known word that may have been meant, or "" when none is near."""
    import difflib

    near = difflib.get_close_matches(word, list(known), 1)
    return f', did you mean "{near[0]}"?' if near else ""
