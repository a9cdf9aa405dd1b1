"""Ciqual, the French food composition table of ANSES: its workbook as it is downloaded.

Amounts are per 100 g edible, numbers have decimal commas, "-" is not known; "< x" and "traces" are as ``draft``
tells. Energy is the one of the European regulation, in kcal. There are no portions: amounts must be in grams.
"""

from __future__ import annotations

import re

from nutrigap.diary.columns import factor_of
from nutrigap.foodtables.draft import Draft
from nutrigap.foodtables.given import Given, Sheet, unusable
from nutrigap.foodtables.header import PER_100_G, Amounts, Header, read_header
from nutrigap.foodtables.own import read_rows
from nutrigap.tables import Source
from nutrigap.units import find_nutrient, read_table

CODE = "alim_code"
NAME = "Ciqual French food composition table"
ADDRESS = "https://ciqual.anses.fr/"


def sees(given: Given) -> bool:
    """Whether one of the sheets has the column of Ciqual's codes."""
    return _sheet(given) is not None


def _sheet(given: Given) -> Sheet | None:
    return next((sheet for sheet in given.sheets if sheet.rows and CODE in sheet.rows[0][1]), None)


def read(given: Given) -> Draft:
    """Read Ciqual's workbook.

    Raises
    ------
    FoodTableError
        It is damaged, or its columns are named otherwise.
    """
    sheet = _sheet(given)
    if sheet is None:
        raise unusable(given.path, f"there is no column {CODE}", f"download the workbook anew from {ADDRESS}")
    header = _header(given, sheet)
    found = re.search(r"20\d\d", given.title)
    year = found[0] if found else ""
    origin = Source("ciqual", " ".join(filter(None, (NAME, year))), "ANSES (Etalab Open Licence 2.0)", year, ADDRESS)
    named = given._replace(name="ciqual") if given.name.startswith(("ciqual", "table_ciqual")) else given
    whole, notes = _whole_lines(sheet, header)
    return read_rows(named, whole, header, "", f"{origin.title}, ANSES", origin, notes)


def _whole_lines(sheet: Sheet, header: Header) -> tuple[Sheet, list[str]]:
    """The sheet without fragments: the edition of 2020 has wheat bran twice, and nothing but an energy the first time.

    Of two lines with one code the one with more cells filled is the food.
    """
    code = header.fields["code"]
    fullest: dict[str, tuple[int, int]] = {}
    for line, cells in sheet.rows[1:]:
        filled = sum(map(bool, cells))
        if filled > fullest.get(cells[code], (0, 0))[0]:
            fullest[cells[code]] = filled, line
    kept = {line for _, line in fullest.values()}
    fragments = [line for line, _ in sheet.rows[1:] if line not in kept]
    notes = [f"line {line} repeats a food in part, and is not read" for line in fragments]
    return sheet._replace(rows=[row for row in sheet.rows if row[0] not in set(fragments)]), notes


def _header(given: Given, sheet: Sheet) -> Header:
    """The columns by their full names: two of them are energies of another kind, and salt is no sodium."""
    line, cells = sheet.rows[0]
    header = read_header(0, line, cells)
    place = {_key(cell): i for i, cell in enumerate(cells)}
    amounts: dict[str, Amounts] = {}
    for row in read_table("foreign_nutrients.csv"):
        position = place.get(_key(row["name"])) if row["layout"] == "ciqual" else None
        if position is None or row["nutrient"] in amounts:
            continue
        of = find_nutrient(row["nutrient"])
        factor = factor_of(of, row["unit"])
        assert factor is not None, f"foreign_nutrients.csv: {row['unit']} is no unit of {of.id}"
        amounts[of.id] = Amounts(of, position, cells[position], row["unit"], factor, PER_100_G)
    complete = header._replace(
        amounts=tuple((one,) for one in amounts.values()), problems=(), notes=(), unread=(), measures=(), serving=None
    )
    if not complete.complete:
        what = "the columns are not named as in Ciqual's tables"
        raise unusable(given.path, what, f"download the workbook anew from {ADDRESS}", line=line)
    return complete


def _key(name: str) -> str:
    return re.sub(r"\s+", "", name).casefold()
