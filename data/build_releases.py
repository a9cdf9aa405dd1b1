"""Finding and reading the official releases, and remembering the sha256 of what was read."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

from python_calamine import CalamineWorkbook

Sheet = list[list[object]]

# key: file name patterns in order of preference (the publisher's names first), and what the file is
RELEASES: dict[str, tuple[tuple[str, ...], str]] = {
    "fndds_foods": (
        ("2021-2023 FNDDS*Foods and Beverages.xlsx",),
        "USDA FNDDS 2021-2023 At A Glance, Foods and Beverages",
    ),
    "fndds_values": (
        ("2021-2023 FNDDS*Nutrient Values.xlsx",),
        "USDA FNDDS 2021-2023 At A Glance, FNDDS Nutrient Values",
    ),
    "fndds_portions": (
        ("2021-2023 FNDDS*Portions and Weights.xlsx",),
        "USDA FNDDS 2021-2023 At A Glance, Portions and Weights",
    ),
    "fndds_values_2019": (
        ("2019-2020 FNDDS*Nutrient Values.xlsx",),
        "USDA FNDDS 2019-2020 At A Glance, FNDDS Nutrient Values",
    ),
    "sr_foods": (("FOOD_DES.txt", "sr28asc.zip"), "USDA SR28 (September 2015), ASCII files, FOOD_DES.txt"),
    "sr_groups": (("FD_GROUP.txt", "sr28asc.zip"), "USDA SR28 (September 2015), ASCII files, FD_GROUP.txt"),
    "sr_values": (("NUT_DATA.txt", "sr28asc.zip"), "USDA SR28 (September 2015), ASCII files, NUT_DATA.txt"),
    "sr_2016": (
        ("ABBREV.xlsx", "sr28_abbrev*.xlsx", "sr28abxl*.xlsx"),
        "USDA SR28, abbreviated file, revision of May 2016",
    ),
    "legacy_numbers": (
        ("sr_legacy_food.csv",),
        "FoodData Central, SR Legacy (April 2018), sr_legacy_food.csv",
    ),
    "legacy_foods": (
        ("*sr_legacy*/food.csv",),
        "FoodData Central, SR Legacy (April 2018), food.csv",
    ),
    "legacy_portions": (
        ("*sr_legacy*/food_portion.csv",),
        "FoodData Central, SR Legacy (April 2018), food_portion.csv",
    ),
    "references": (("reference_intakes.csv",), "reference intakes by life stage, compiled from the reports"),
    "within_person": (("within_person_sd.csv",), "within-person SD of intake, derived from NHANES 2007-2012"),
    "salts": (("salt_elemental_fractions.csv",), "elemental fractions of supplement salts"),
    "vitamers": (("vitamer_molar_masses.csv",), "molar masses of vitamers"),
}


class ReleaseError(Exception):
    """A release is missing, stands there twice, or does not look as published."""


class Releases:
    """A folder of official releases, searched by file name so that a folder as downloaded works.

    Parameters
    ----------
    root : Path
        The folder; subfolders are searched too.

    Raises
    ------
    ReleaseError
        Names every file that is missing, with what it is.
    """

    def __init__(self, root: Path) -> None:
        self._paths: dict[str, Path] = {}
        self._sha256: dict[str, str] = {}
        faults: list[str] = []
        for key, (patterns, title) in RELEASES.items():
            try:
                self._paths[key] = _find(root, patterns)
            except ReleaseError as error:
                faults.append(f"  {title}: {error}")
        if faults:
            raise ReleaseError(f"not found in {root}, the folder of releases:\n" + "\n".join(faults))

    @property
    def sha256(self) -> dict[str, str]:
        """Sha256 of the bytes of every release read so far, by its title."""
        return dict(sorted(self._sha256.items()))

    def content(self, key: str) -> bytes:
        """The bytes of a release; of a zip archive, the bytes of the wanted member."""
        path = self._paths[key]
        if path.suffix == ".zip":
            wanted = RELEASES[key][0][0]
            with zipfile.ZipFile(path) as archive:
                member = next((name for name in archive.namelist() if Path(name).name == wanted), None)
                if member is None:
                    raise ReleaseError(f"{path.name} does not contain {wanted}")
                data = archive.read(member)
        else:
            data = path.read_bytes()
        self._sha256[RELEASES[key][1]] = hashlib.sha256(data).hexdigest()
        return data

    def sheet(self, key: str, first_header: str) -> tuple[list[str], Sheet]:
        """Header and rows of the first sheet of a workbook: the data, whichever sheet is the active one.

        The header is the row that begins with ``first_header``; its line breaks become blanks.
        """
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(self.content(key)))
        rows: Sheet = [list(row) for row in workbook.get_sheet_by_index(0).to_python()]
        for number, row in enumerate(rows):
            if row and row[0] == first_header:
                header = [" ".join(str(cell).split()) for cell in row]
                return header, [cells for cells in rows[number + 1 :] if str(cells[0]).strip()]
        raise ReleaseError(f'{RELEASES[key][1]}: no row begins with "{first_header}"')

    def table(self, key: str) -> list[dict[str, str]]:
        """Rows of a CSV release, as dictionaries of text."""
        return list(csv.DictReader(io.StringIO(self.content(key).decode("utf-8-sig"), newline="")))

    def ascii_rows(self, key: str) -> list[list[str]]:
        """Rows of an SR ASCII file: ``^`` separates, ``~`` quotes, cp1252 (it has curly quotes)."""
        lines = self.content(key).decode("cp1252").split("\n")
        return [[cell.strip("~") for cell in line.rstrip("\r").split("^")] for line in lines if line.strip()]


def _find(root: Path, patterns: Sequence[str]) -> Path:
    for pattern in patterns:
        found = sorted(root.glob(f"**/{pattern}"))
        if len(found) > 1:
            raise ReleaseError("several files: " + ", ".join(str(path.relative_to(root)) for path in found))
        if found:
            return found[0]
    raise ReleaseError(" or ".join(patterns))


def column(header: Sequence[str], name: str) -> int:
    """Position of a column by its name.

    Raises
    ------
    ReleaseError
        The release has no such column.
    """
    if name not in header:
        raise ReleaseError(f'no column "{name}"; found: {", ".join(header)}')
    return header.index(name)


def number(cell: object) -> float:
    """A cell as a number; blank or text is NaN: not known, never 0."""
    if isinstance(cell, int | float):
        return float(cell)
    text = str(cell).strip()
    try:
        return float(text)
    except ValueError:
        return float("nan")
