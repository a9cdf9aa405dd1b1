"""A user's own table: one food a line, amounts per 100 g, per serving, or per an amount that a column tells.

Amounts are per 100 g unless the header ("magnesium mg per serving", "per 30 g"), a ``basis`` column, or a column with
the weight of a serving says otherwise; where they come per serving, that column tells the grams. Amounts per 100 ml
are read as if one millilitre weighed one gram, with a cup as a measure of the food: a volume of it is then exact, and
grams are off by its density; a note says so. What is not written is not known, never zero; "< 0.5" and "traces" are
as ``draft`` tells. Every fault of the table is told at once, and a table with a fault is not used.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from nutrigap.diary.cells import clean, read_number, show
from nutrigap.diary.model import Fault
from nutrigap.errors import FoodTableError, Problem
from nutrigap.foodtables.draft import TRACES, Draft, empty_values
from nutrigap.foodtables.given import HOW_IT_LOOKS, Given, Sheet, unusable
from nutrigap.foodtables.header import (
    MASS,
    PER_100_G,
    SERVING,
    VOLUME,
    Amounts,
    Basis,
    Header,
    Weight,
    column_words,
    find_header,
    heaviest,
    missing,
    weight_unit,
)
from nutrigap.foodtables.portions import cup_of_water, one_of
from nutrigap.tables import Portion, Source
from nutrigap.units import nutrient_index

MOST_FOODS = 50_000  # half a minute for the index of their names
# Volumes that labels are printed for; a cup is as heavy as what is in it.
BOTTLED = frozenset(["milliliter", "centiliter", "deciliter", "liter", "fluid_ounce"])
MOST_NAMED = 12  # so many columns or lines are named in a note
ROUNDING = 1.005
NOT_MEASURED = "n"  # in CoFID: there is some, and nobody knows how much
# "2 x 30 g" and "30-40 g" are no single weight.
_SEVERAL = re.compile(r"\d\s*(?:[x×*–-]|to)\s*\d", re.I)
# A number that can be read in one way only: with decimal commas, with decimal points.
_COMMA = re.compile(r"[<≤]?\s*(?:\d+,\d{1,2}|0,\d+|\d+,\d{4,})$")
_POINT = re.compile(r"[<≤]?\s*(?:\d+\.\d{1,2}|0?\.\d+|\d+\.\d{4,})$")
_BELOW = re.compile(r"(?:[<≤]|less than|under)\s*(.+)$", re.I)
_WEIGHED = re.compile(r"(?<![\d.,/])(\d[\d.,]*)\s*([a-zµμ]+(?: ?oz)?)(?![a-z])", re.I)


class Below(NamedTuple):
    """An amount that lies between 0 and ``limit``; NaN where the limit is not told (traces)."""

    limit: float


class Served(NamedTuple):
    """The weight of a serving [g]; ``volume`` where it was told in millilitres."""

    grams: float
    volume: bool = False


def read(given: Given) -> Draft:
    """Read a table with a header of its own.

    Raises
    ------
    FoodTableError
        With every fault of the table.
    """
    sheet, header = _best(given)
    problems = [*missing(header), *header.problems, *_untold(header)]
    if problems:
        raise FoodTableError(given.path, problems)
    origin = Source(f"table_{given.name}", f"Food table {given.title}", "given by the user", "", "")
    edition = f"{given.title}, given by the user"
    others = [other.name for other in given.sheets if other is not sheet]
    notes = [f'sheet "{sheet.name}" is read, not {", ".join(map(repr, others))}'] if others else []
    return read_rows(given, sheet, header, ambiguous_marks(sheet, header), edition, origin, notes)


def _untold(header: Header) -> list[Problem]:
    """Columns that do not tell what their amounts refer to, where others tell something else than 100 g.

    One per 100 g beside an untold one of the same nutrient says that the untold ones are not.
    """
    columns = [one for group in header.amounts for one in group]
    others = [one for one in (*columns, *header.spares) if one.basis not in (None, PER_100_G)]
    beside = {(one.nutrient, one.factor) for one in header.spares if one.basis is None and one.nutrient.role == "core"}
    others += [one for one in columns if one.basis == PER_100_G and (one.nutrient, one.factor) in beside]
    if not others or "basis" in header.fields:
        return []
    return [
        Fault(
            f'nothing tells whether the amounts are per 100 g or otherwise, beside "{show(others[0].name)}"',
            "write it in the header, as in magnesium_mg_per_100g",
        ).at(header.line, show(one.name))
        for one in columns
        if one.basis is None
    ]


def _best(given: Given) -> tuple[Sheet, Header]:
    """The first sheet with a complete header, else the one that comes nearest."""
    found = [(sheet, header) for sheet in given.sheets if (header := find_header(sheet.rows)) is not None]
    if not found:
        raise unusable(given.path, "the table is empty", HOW_IT_LOOKS)
    return next((one for one in found if one[1].complete), max(found, key=lambda one: one[1].known))


def ambiguous_marks(sheet: Sheet, header: Header) -> str:
    """Marks that may stand for thousands here: of the two those that the table does not use for decimals.

    Where neither is seen at work, the comma may be either, and behind semicolons the point too.
    """
    positions = [one.position for columns in header.amounts for one in columns]
    cells = [clean(row[i]) for _, row in sheet.rows[header.row + 1 :] for i in positions if i < len(row)]
    comma, point = any(map(_COMMA.match, cells)), any(map(_POINT.match, cells))
    if comma != point:
        return "." if comma else ","
    return ",." if comma or sheet.separator == ";" else ","


def read_rows(
    given: Given, sheet: Sheet, header: Header, ambiguous: str, edition: str, origin: Source, notes: Sequence[str] = ()
) -> Draft:
    """The rows below a header, by its columns; ``ambiguous`` marks may stand for thousands.

    Raises
    ------
    FoodTableError
        With every fault of the rows, or because there are none.
    """
    rows = [(line, cells) for line, cells in sheet.rows[header.row + 1 :] if any(map(clean, cells))]
    if not rows:
        raise unusable(
            given.path, "there are no foods below the header", "write a line for each food", line=header.line
        )
    if len(rows) > MOST_FOODS:
        what = f"the table has {len(rows):,} foods, too many to be searched (at most {MOST_FOODS:,})"
        raise unusable(given.path, what, "keep the foods that you eat")
    table = _Table(header, sheet, ambiguous, len(rows))
    for row, (line, cells) in enumerate(rows):
        table.add(row, line, cells)
    table.refuse_twice()
    if table.problems:
        raise FoodTableError(given.path, sorted(table.problems, key=lambda problem: problem.line or 0))
    return Draft(
        name=given.name,
        title=given.title,
        edition=edition,
        sha256=given.sha256,
        origin=origin,
        codes=table.codes,
        names=table.names,
        also=table.also,
        groups=table.groups,
        values=table.values,
        limits=table.limits,
        portions=table.portions,
        default_grams=table.default_grams,
        fdc={},
        survey=0,
        first_tier=len(rows),
        notes=(*notes, *table.notes()),
    )


class _Table:
    """The columns of a table, filled line by line."""

    def __init__(self, header: Header, sheet: Sheet, ambiguous: str, size: int) -> None:
        self.header = header
        self.faults: Mapping[int, Fault] = sheet.faults
        self.ambiguous = ambiguous
        self.values = empty_values(size)
        self.limits: dict[tuple[int, int], float] = {}
        self.portions: dict[int, list[Portion]] = {}
        self.default_grams: dict[int, float] = {}
        self.codes: list[str] = []
        self.names: list[str] = []
        self.also: list[str] = []
        self.groups: list[str] = []
        self.lines: list[int] = []
        self.problems: list[Problem] = []
        self.by_volume: list[int] = []
        self.unknown: list[int] = []
        self.stood_in: dict[tuple[Amounts, Amounts], list[int]] = {}
        told = any(one.basis for columns in header.amounts for one in columns) or "basis" in header.fields
        self.per_serving = header.serving is not None and not told

    def add(self, row: int, line: int, cells: list[str]) -> None:
        """One line."""
        cells = [clean(cell) for cell in cells]
        if line in self.faults:
            self.problems.append(self.faults[line].at(line))
        width = len(self.header.cells)
        if any(cells[width:]):
            what = f"the line has {len(cells)} cells, and the header {width}"
            fix = 'put a name with a comma in quotation marks: "Bread, white"'
            self.problems.append(Problem(line, "", what, fix))
            cells = cells[:width]
        cells += [""] * (width - len(cells))
        self.lines.append(line)
        self._describe(line, cells)
        served = self._serving(line, cells)
        basis = self._basis(line, cells)
        known = [self._amount(row, line, cells, columns, basis, served) for columns in self.header.amounts]
        if not any(known):
            self.unknown.append(line)
        self._measures(row, line, cells, served)

    def _cell(self, cells: list[str], column: str) -> str:
        position = self.header.fields.get(column)
        return cells[position] if position is not None else ""

    def _describe(self, line: int, cells: list[str]) -> None:
        name, brand = self._cell(cells, "name"), self._cell(cells, "brand")
        if not name:
            self._fault(line, "name", Fault("the food has no name", "write its name, or delete the line"))
        code = re.sub(r"[^\w.-]+", "-", self._cell(cells, "code")).strip("-")
        self.codes.append(code or f"line{line}" if "code" in self.header.fields else str(line))
        self.names.append(f"{name}, {brand}" if brand and brand.lower() not in name.lower() else name)
        self.also.append(self._cell(cells, "also"))
        group = self._cell(cells, "group")
        self.groups.append("" if group == "-" else group)

    def _fault(self, line: int, column: str, fault: Fault) -> None:
        position = self.header.fields.get(column)
        self.problems.append(fault.at(line, show(self.header.cells[position]) if position is not None else column))

    # --- what amounts refer to

    def _serving(self, line: int, cells: list[str]) -> Served | None:
        weight = self.header.serving
        if weight is None or not cells[weight.position]:
            return None
        unit = weight.unit or self._cell(cells, "serving unit")
        found = _weighed(cells[weight.position], unit, self.ambiguous)
        if isinstance(found, Fault):
            self.problems.append(found.at(line, show(self.header.cells[weight.position])))
            return None
        return found

    def _basis(self, line: int, cells: list[str]) -> Basis | None:
        """What the amounts of a line refer to unless their own header tells, None for what is told wrongly."""
        written = self._cell(cells, "basis")
        if "basis" not in self.header.fields:
            return Basis(SERVING) if self.per_serving else PER_100_G
        if re.fullmatch(r"(?:per )?100", written.lower()):
            return PER_100_G
        found = _weighed(written, "", self.ambiguous)
        if isinstance(found, Served):
            return Basis(VOLUME if found.volume else MASS, found.grams)
        if column_words()["serving word"] & set(re.findall(r"[a-zóç]+", written.lower())):
            return Basis(SERVING)
        what = f'"{show(written)}" does not tell what the amounts refer to'
        what = what if written else "nothing tells what the amounts refer to"
        self._fault(line, "basis", Fault(what, "write 100 g, serving, or a weight such as 30 g"))
        return None

    def _per_100(self, line: int, basis: Basis, served: Served | None) -> tuple[float, bool] | None:
        """What brings an amount to 100 g, and whether grams stand for millilitres."""
        if basis.kind == SERVING:
            if served is None:
                weight = self.header.serving
                column = show(self.header.cells[weight.position]) if weight is not None else ""
                what = "the amounts are per serving, and nothing tells what a serving weighs"
                fix = "add a column serving_g with its grams" if weight is None else "write its weight, such as 30 g"
                problem = Problem(self.header.line if weight is None else line, column, what, fix)
                if problem not in self.problems:
                    self.problems.append(problem)
                return None
            return 100.0 / served.grams, served.volume
        return 100.0 / basis.size, basis.kind == VOLUME

    # --- amounts

    def _amount(
        self, row: int, line: int, cells: list[str], columns: tuple[Amounts, ...], basis: Basis | None,
        served: Served | None,
    ) -> bool:  # fmt: skip
        """Write the amount of one nutrient, and tell whether the line says anything about it."""
        columns = self._filled(line, cells, columns)
        found: list[float | Below] = []
        for column in columns:
            amount = _read_amount(cells[column.position], column, self.ambiguous)
            if isinstance(amount, Fault):
                self.problems.append(amount.at(line, show(column.name)))
                return True
            if amount is None:  # a part that is not known leaves the whole unknown
                return False
            found.append(amount)
        refers = columns[0].basis or basis
        scale = self._per_100(line, refers, served) if refers is not None else None
        if scale is None:
            return True
        if scale[1] and self.by_volume[-1:] != [line]:
            self.by_volume.append(line)
        limits = [one.limit for one in found if isinstance(one, Below)]
        total = math.fsum(one.limit if isinstance(one, Below) else one for one in found)
        # 12 digits: 12.5 mg in 30 g are 41.6666666667, whatever the last binary digits do
        per_100_g = float(f"{total * scale[0]:.12g}")
        at = row, nutrient_index()[columns[0].nutrient.id]
        most = heaviest(columns[0].nutrient)
        if most is not None and per_100_g > most * ROUNDING:
            self.problems.append(_too_much(per_100_g, columns[0], most).at(line, show(columns[0].name)))
        elif limits and total != 0:
            self.limits[at] = per_100_g
        else:
            self.values[at] = per_100_g
        return True

    def _filled(self, line: int, cells: list[str], columns: tuple[Amounts, ...]) -> tuple[Amounts, ...]:
        """The columns of a nutrient, or where these tell no amount another of the whole for the same basis that does.

        Vitamin D in IU stands in for a blank cell in µg.
        """
        first = columns[0]
        blank = any(_read_amount(cells[one.position], one, self.ambiguous) is None for one in columns)
        if not blank:
            return columns
        for spare in self.header.spares:
            like = spare.nutrient == first.nutrient and spare.basis == first.basis and spare.part < 0
            if like and _read_amount(cells[spare.position], spare, self.ambiguous) is not None:
                self.stood_in.setdefault((spare, first), []).append(line)
                return (spare,)
        return columns

    # --- portions

    def _measures(self, row: int, line: int, cells: list[str], served: Served | None) -> None:
        portions: list[Portion] = []
        if served is not None:
            self.default_grams[row] = served.grams
            portions.append(Portion("serving", served.grams))
            weight = self.header.serving
            if weight is not None and (called := _household(cells[weight.position])):
                portions.append(one_of(called, served.grams))
        for measure in self.header.measures:
            named = cells[measure.name] if measure.name is not None else ""
            weight = measure.weight
            weighed = cells[weight.position] if weight is not None else ""
            column = measure.name if measure.name is not None else weight.position if weight is not None else 0
            found = _portions(named, weighed, weight, self.ambiguous)
            if isinstance(found, Fault):
                self.problems.append(found.at(line, show(self.header.cells[column])))
            else:
                portions += found
        if self.by_volume[-1:] == [line]:
            portions.append(cup_of_water())
        if portions:
            self.portions[row] = portions

    # --- the whole

    def refuse_twice(self) -> None:
        """A fault for every food whose id another one has."""
        first: dict[str, int] = {}
        for code, line in zip(self.codes, self.lines, strict=True):
            if code in first:
                fault = Fault(f'the id "{show(code)}" is that of line {first[code]} too', "give each food its own id")
                self._fault(line, "code", fault)
            first.setdefault(code, line)

    def notes(self) -> list[str]:
        """What was read otherwise than it may seem."""
        notes = list(self.header.notes)
        if self.per_serving and self.header.serving is not None:
            name = show(self.header.cells[self.header.serving.position])
            notes.append(
                f'amounts are read as per serving, for there is a column "{name}"; a column basis can say otherwise'
            )
        if self.by_volume:
            notes.append(
                f"{_lines_of(self.by_volume)}: amounts are per volume; one ml counts as one gram, so write "
                "amounts of these in ml"
            )
        if self.unknown:
            notes.append(f"{_lines_of(self.unknown)}: no amount is known")
        for (spare, first), lines in self.stood_in.items():
            notes.append(f'{_lines_of(lines)}: "{show(spare.name)}" is read, for "{show(first.name)}" tells no amount')
        used = {spare.position for spare, _ in self.stood_in}
        unread = [f'"{show(self.header.cells[i])}"' for i in self.header.unread if i not in used]
        if unread:
            more = f" and {len(unread) - MOST_NAMED} more" if len(unread) > MOST_NAMED else ""
            notes.append(f"columns not read: {', '.join(unread[:MOST_NAMED])}{more}")
        return notes


def _lines_of(lines: Sequence[int]) -> str:
    shown = ", ".join(map(str, lines[:MOST_NAMED]))
    more = f" and {len(lines) - MOST_NAMED:,} more" if len(lines) > MOST_NAMED else ""
    return f"line{'s' if len(lines) > 1 else ''} {shown}{more}"


def _too_much(amount: float, column: Amounts, most: float) -> Fault:
    of = column.nutrient
    what = f"{amount:,.6g} {of.unit} of {of.called} in 100 g is more than any food can hold ({most:,.6g} {of.unit})"
    if of.unit == "kcal":
        return Fault(what, "if the column is in kJ, name it energy_kj; else check the amount and the weight it is for")
    return Fault(what, "check the unit of the column, and the weight that the amount is for")


def _read_amount(cell: str, column: Amounts, ambiguous: str) -> float | Below | Fault | None:
    """The amount in a cell in the canonical unit, None for "not known"."""
    if cell.casefold() in column_words()["traces"]:
        return Below(TRACES)
    below = _BELOW.match(cell)
    if cell.casefold() == NOT_MEASURED:
        return None
    number = read_number(below[1] if below else cell, unit=column.unit, ambiguous=ambiguous)
    if not isinstance(number, float):
        if isinstance(number, Fault):
            return Fault(number.what, number.fix.replace("the amount eaten", "the amount"))
        return None if not below else Fault(f'"{show(cell)}" is not a number', "write the limit behind the sign")
    amount = number if column.factor == 1 else float(f"{number * column.factor:.15g}")
    return Below(amount) if below else amount


def _weighed(text: str, unit: str, ambiguous: str) -> Served | Fault:
    """The grams in a text: a bare number of ``unit``, or "30 g", "1 bar (45 g)", "2/3 cup (55 g)", "250 ml"."""
    number = read_number(text, unit=unit.lower(), ambiguous=ambiguous)
    if isinstance(number, float):
        if not unit:
            return Fault(f'"{show(text)}" has no unit', "write 30 g, or name the column serving_g")
        found = [(number, unit)]
    else:
        found = [
            (value, word)
            for digits, word in _WEIGHED.findall(text)
            if weight_unit(word) is not None and isinstance(value := read_number(digits, ambiguous=ambiguous), float)
        ]
    if not isinstance(number, float) and _SEVERAL.search(text):
        return Fault(f'"{show(text)}" is not a single weight', "write it in grams, such as 30 g")
    weights = [(value * of.factor, of) for value, word in found if (of := weight_unit(word)) is not None]
    read = [(grams, of.dimension == VOLUME) for grams, of in weights if of.dimension == MASS or of.name in BOTTLED]
    # a weight before a volume: "1 glass (250 ml, 258 g)", and the last of several: "2 oz (56 g)"
    read = [one for one in read if not one[1]] or read
    if not read:
        return Fault(f'"{show(text)}" tells no weight', "write it in grams, such as 30 g")
    grams, volume = read[-1]
    if not 0 < grams < math.inf:
        return Fault(f'"{show(text)}" is no weight', "write it in grams, such as 30 g")
    return Served(grams, volume)


def _household(text: str) -> str:
    """The measure in a serving's text: "1 bar (45 g)" is "1 bar"; "" for a bare weight."""
    head = re.split(r"[(=;]", text)[0].strip()
    weighed = any(weight_unit(word) is not None for _, word in _WEIGHED.findall(head))
    return head if re.search(r"[^\W\d_]{2}", head) and not weighed else ""


def _portions(named: str, weighed: str, weight: Weight | None, ambiguous: str) -> list[Portion] | Fault:
    """The portions of a cell: a name with the grams beside it, or "1 slice = 30 g; 1 cup = 240 g"."""
    if weighed:
        unit = weight.unit if weight is not None and weight.unit else "g"
        served = _weighed(weighed, unit, ambiguous)
        return served if isinstance(served, Fault) else [one_of(named or "portion", served.grams)]
    portions = []
    for part in filter(None, (part.strip() for part in re.split(r"[;|]", named))):
        name, sign, grams = (piece.strip() for piece in part.rpartition("=" if "=" in part else ":"))
        served = _weighed(grams, "g", ambiguous) if sign else _weighed(part, "", ambiguous)
        name = name if sign else _household(part)
        if isinstance(served, Fault) or not name:
            return Fault(f'"{show(part)}" is no portion', "write 1 slice = 30 g, or name a second column portion_g")
        portions.append(one_of(name, served.grams))
    return portions
