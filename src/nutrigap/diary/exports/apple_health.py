"""Apple Health: ``export.xml``, a record a nutrient; read as a stream, for the file can be gigabytes.

Records of one source with one start are one line. Foods that an app saved as such (a Correlation, or a record's own
``HKFoodType``) are lines of their own. Records within a Correlation stand at the top level, too, as the file's own DTD
says: they are counted once.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple
from xml.etree import ElementTree

from nutrigap.diary.cells import show
from nutrigap.diary.columns import column_factor
from nutrigap.diary.exports.records import number_of, record_line
from nutrigap.diary.exports.shared import CORE, Export, about_amounts, given
from nutrigap.diary.layouts import File, Stream
from nutrigap.diary.model import Line, unreadable
from nutrigap.diary.plain import Reading
from nutrigap.errors import DiaryError, Problem, UnknownUnit

_PROGRAM = "Apple Health"
_EXPORT = Export(_PROGRAM, {}, covers="meal")
_PREFIX = "HKQuantityTypeIdentifierDietary"
_NUTRIENTS = {
    "Magnesium": "magnesium", "Calcium": "calcium", "Potassium": "potassium", "VitaminD": "vitamin_d",
    "VitaminB12": "vitamin_b12", "VitaminB6": "vitamin_b6", "EnergyConsumed": "energy", "Water": "water",
    "Sodium": "sodium", "Thiamin": "thiamin", "Caffeine": "caffeine",
}  # fmt: skip
_FOOD = "HKCorrelationTypeIdentifierFood"
# Units of HealthKit (Apple, HKUnit): cal is the small calorie, Cal and kcal the large one; a millilitre of water is
# taken for a gram. The others of mass and energy are those of a diary.
_UNITS = {
    "energy": {"cal": 1e-3, "J": 1 / 4184},  # [kcal]
    "water": {
        "mL": 1.0, "cL": 10.0, "dL": 100.0, "L": 1000.0, "fl_oz_us": 29.5735, "fl_oz_imp": 28.4131, "cup_us": 236.588,
        "cup_imp": 284.131, "pt_us": 473.176, "pt_imp": 568.261,
    },  # [g]
}  # fmt: skip
_FIX = "export the health data again, and give export.xml or the zip archive"


class _Record(NamedTuple):
    """One amount: its place among the records of the file, and what it says."""

    number: int
    start: str
    source: str
    nutrient: str
    value: str
    unit: str
    food: str

    @property
    def same(self) -> tuple[str, ...]:
        """What tells one amount from another, whatever it was found in."""
        return self.start, self.source, self.nutrient, self.value, self.unit


def read_xml(file: File) -> Reading:
    """A line a food, or of what has no name a line a source and start; its number is that of its first record."""
    single: list[_Record] = []
    foods: list[list[_Record]] = []
    try:
        with file.open() as stream:
            for found in _elements(stream):
                if isinstance(found, _Record):
                    single.append(found)
                else:
                    foods.append(found)
    except ElementTree.ParseError as error:
        raise unreadable(file.path, f"the XML is damaged ({error})", _FIX, line=error.position[0]) from None
    except DiaryError:  # of the archive that the file is in
        raise
    except (LookupError, ValueError) as error:  # an encoding that there is not, or that the parser does not know
        raise unreadable(file.path, f"the XML is damaged ({show(str(error), 60)})", _FIX) from None
    problems: list[Problem] = []
    groups = _groups(single, foods)
    read = [line for group in groups if (line := _line(group, problems)) is not None]
    lines = sorted(read, key=lambda line: line.number)
    if not lines and problems:
        raise DiaryError(file.path, problems)
    if not lines:
        what = "the export of Apple Health holds no records of food"
        raise unreadable(file.path, what, "let the app that logs the food write to Apple Health, then export again")
    problems += [line.problem for line in lines if line.problem is not None]
    notes = [
        "line numbers are those of the records of nutrients, counted from the start of the file",
        *about_amounts(_EXPORT, given(lines)),
    ]
    sources = sorted({record.source for record in single} | {r.source for food in foods for r in food})
    if len(sources) > 1:
        listed = ", ".join(f'"{show(name)}"' for name in sources)
        notes.append(f"amounts come from {listed}: what two of them logged alike is counted twice")
    return Reading(lines, problems, notes)


def _elements(stream: Stream) -> Iterator[_Record | list[_Record]]:
    """Records at the top level, and the records of each food; each element is forgotten once it is read."""
    depth = number = 0
    root: ElementTree.Element | None = None
    for event, element in ElementTree.iterparse(stream, events=("start", "end")):
        if event == "start":
            root = element if root is None else root
            depth += 1
            continue
        depth -= 1
        if depth != 1 or root is None:
            continue
        if element.tag == "Record" and (record := _record(element, number + 1)) is not None:
            number += 1
            yield record
        elif element.tag == "Correlation" and element.get("type") == _FOOD:
            named = _metadata(element).get("HKFoodType", "")
            found = [_record(child, number + i) for i, child in enumerate(element.findall("Record"), start=1)]
            number += len(found)
            yield [record._replace(food=record.food or named) for record in found if record is not None]
        root.clear()


def _record(element: ElementTree.Element, number: int) -> _Record | None:
    kind = element.get("type", "")
    nutrient = _NUTRIENTS.get(kind.removeprefix(_PREFIX)) if kind.startswith(_PREFIX) else None
    if nutrient is None:
        return None
    start, source, value, unit = (element.get(name, "") for name in ("startDate", "sourceName", "value", "unit"))
    return _Record(number, start, source, nutrient, value, unit, _metadata(element).get("HKFoodType", ""))


def _metadata(element: ElementTree.Element) -> dict[str, str]:
    return {entry.get("key", ""): entry.get("value", "") for entry in element.findall("MetadataEntry")}


def _groups(single: list[_Record], foods: list[list[_Record]]) -> list[list[_Record]]:
    """The foods, and of the records that are in none those with one source, start and name together."""
    taken = Counter(record.same for food in foods for record in food)
    rest: dict[tuple[str, str, str], list[_Record]] = {}
    for record in single:
        if taken[record.same] > 0:
            taken[record.same] -= 1
        else:
            rest.setdefault((record.start, record.source, record.food), []).append(record)
    return [food for food in foods if food] + [*rest.values()]


def _line(records: list[_Record], problems: list[Problem]) -> Line | None:
    """The line of a group, None where nothing of it can be read and neither food nor nutrient of the six is told."""
    first = records[0]
    moment = _moment(first.start)
    problem = None
    if moment is None:
        what = f'"{show(first.start)}" is no date'
        problem = Problem(first.number, "startDate", what, "export again: it is year-month-day hours:minutes:seconds")
    amounts: dict[str, float] = {}
    for record in records:
        amount = _amount(record)
        if isinstance(amount, Problem):
            problems.append(amount)
        else:
            amounts[record.nutrient] = amounts.get(record.nutrient, 0.0) + amount
    if not amounts and not first.food and CORE.isdisjoint(record.nutrient for record in records):
        return None
    date, time = (moment.date(), f"{moment:%H:%M}") if moment else (None, "")
    if amounts.keys() == {"water"} and not first.food:
        return record_line(
            first.number, date, "water", amounts, _PROGRAM, amount=f"{amounts['water']:g}", unit="g", time=time,
            problem=problem,
        )  # fmt: skip
    # of one food, what is not told is bounded by a portion of it; of a whole meal by nothing
    whole = not first.food and not amounts.keys().isdisjoint(CORE | {"energy"})
    food = first.food or f"logged in {show(first.source)}"
    return record_line(
        first.number, date, food, amounts, _PROGRAM, covers="meal" if whole else "", time=time, problem=problem
    )  # fmt: skip


def _amount(record: _Record) -> float | Problem:
    """The amount in the nutrient's canonical unit."""
    value = number_of(record.value)
    if value is None:
        fix = "delete the entry in Apple Health, and export again"
        return Problem(record.number, record.nutrient, f'"{show(record.value)}" is no amount', fix)
    factor = _UNITS.get(record.nutrient, {}).get(record.unit)
    try:
        return value * (column_factor(record.nutrient, record.unit) if factor is None else factor)
    except UnknownUnit as error:
        return Problem(
            record.number, record.nutrient, str(error), "set a unit of mass in Apple Health, and export again"
        )


def _moment(text: str) -> datetime.datetime | None:
    """Local time at the place: ``2026-03-01 12:00:00 +0100``."""
    try:
        return datetime.datetime.fromisoformat(text[:19])
    except ValueError:
        return None
