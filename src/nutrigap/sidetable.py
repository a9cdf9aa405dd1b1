"""Small tables that people write or edit by hand (choices, recipes): rows with their line numbers, and their faults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from nutrigap.diary.cells import clean, show
from nutrigap.diary.model import Fault
from nutrigap.diary.text import SEPARATORS, decode, long_cells, physical_lines, records
from nutrigap.errors import AmountError, DiaryError, Problem, TableError, UnknownUnit
from nutrigap.quantities import parse_amount
from nutrigap.units import find_unit


class SideTable:
    """A table as written: ``rows`` hold the line number and the cells by column name; ``faults`` are gathered."""

    def __init__(self, path: str, columns: Sequence[str]) -> None:
        self.path = path
        self.columns = tuple(columns)
        self.rows: list[tuple[int, Mapping[str, str]]] = []
        self.faults: list[Problem] = []

    def fault(self, line: int, column: str, what: str, fix: str) -> None:
        """Note what is wrong with a cell; it is told together with all others."""
        self.faults.append(Problem(line, column, what, fix))

    def refuse(self) -> None:
        """Tell all faults together.

        Raises
        ------
        TableError
            There is at least one.
        """
        if self.faults:
            ordered = sorted(self.faults, key=lambda fault: fault.line or 0)
            raise TableError(*(fault.text(self.path) for fault in ordered))


def read_side_table(path: str | Path, kind: str, header: Sequence[str], needed: Sequence[str]) -> SideTable:
    """Read a small CSV table, with whatever separator and encoding a spreadsheet saved it.

    Parameters
    ----------
    path : str or Path
    kind : str
        What the file is, for messages: "a file of choices".
    header : sequence of str
        The columns that such a file has, for messages.
    needed : sequence of str
        Those that it cannot do without.

    Raises
    ------
    TableError
        The file cannot be read, or lacks a needed column.
    """
    try:
        text, _ = decode(Path(path).read_bytes(), str(path))
    except DiaryError as error:
        raise TableError(f"{path}: cannot be read as {kind} ({error.problems[0].what})") from error
    except (OSError, ValueError) as error:  # not there, or no name that a file can have
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise TableError(f"{path}: cannot be read as {kind} ({reason})") from error
    lines = physical_lines(text)
    with long_cells():
        names, separator = max(
            ((_names(lines, separator), separator) for separator in SEPARATORS),
            key=lambda one: len(set(needed) & set(one[0])),
        )
        missing = " and ".join(sorted(set(needed) - set(names)))
        if missing:
            raise TableError(f"{path}:1: no column {missing}; the header of {kind} is {','.join(header)}")
        faults: dict[int, Fault] = {}
        found = list(records(lines, separator, faults))
    table = SideTable(str(path), names)
    for line, cells in found[1:]:
        cells = [clean(cell) for cell in cells]
        if line in faults:
            table.fault(line, "", *faults[line])
        elif any("\0" in cell for cell in cells):
            table.fault(line, "", "the line holds a NUL character, which no text has", "write the line anew")
        elif any(cells[len(names) :]):
            fix = "put a cell that holds the separator in quotation marks"
            table.fault(line, "", f"{len(cells)} cells below a header of {len(names)}", fix)
        elif any(cells):
            table.rows.append((line, dict(zip(names, [*cells, *[""] * len(names)], strict=False))))
    return table


def _names(lines: Sequence[str], separator: str) -> list[str]:
    first = next(records(list(lines[:1]), separator, {}), (1, []))
    return [clean(name).lower() for name in first[1]]


def read_weight(text: str) -> tuple[float, str]:
    """A weight or a volume in a cell: (number, ``g`` or ``ml``); a bare number is grams.

    Raises
    ------
    AmountError
        The text is neither.
    """
    fix = "write a number above 0: grams (45) or a volume (250 ml)"
    try:
        amount = parse_amount(text)
        unit = find_unit(amount.unit) if amount is not None and amount.unit else None
    except (AmountError, UnknownUnit):
        raise AmountError(f'"{show(text)}" is no weight', fix) from None
    if amount is None or amount.low != amount.high or amount.grams is not None or (amount.unit and unit is None):
        raise AmountError(f'"{show(text)}" is no weight', fix)
    if unit is None:
        return amount.number, "g"
    # "8 oz" is a mass of meat and a volume of milk: of one's own cup it tells neither
    if unit.name == "ounce" or unit.dimension not in ("mass", "volume"):
        raise AmountError(f'"{show(text)}" is no weight', f'{fix}; an ounce of a drink is "fl oz"')
    return amount.number * unit.factor, "g" if unit.dimension == "mass" else "ml"
