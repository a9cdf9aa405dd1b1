"""NHANES: individual foods (``DR1IFF``, ``DR2IFF``) and totals of a day (``DR1TOT``, ``DR2TOT``).

The files tell no dates, only whether a row belongs to the first or the second recall.
"""

from __future__ import annotations

from nutrigap.diary.columns import Header
from nutrigap.diary.exports.shared import NO_DATE, Cells, Export, read_export, undated, whole
from nutrigap.diary.model import Line
from nutrigap.diary.plain import Reading, Table, lines_text

# What follows DR1I, DR2I, DR1T and DR2T -> nutrient and the unit it has in these files.
_NUTRIENTS = {
    "magn": ("magnesium", "mg"), "calc": ("calcium", "mg"), "pota": ("potassium", "mg"), "vd": ("vitamin_d", "µg"),
    "vb12": ("vitamin_b12", "µg"), "vb6": ("vitamin_b6", "mg"), "kcal": ("energy", "kcal"), "mois": ("water", "g"),
    "sodi": ("sodium", "mg"), "vb1": ("thiamin", "mg"), "caff": ("caffeine", "mg"), "alco": ("alcohol", "g"),
    "b12a": ("vitamin_b12_added", "µg"),
}  # fmt: skip
_MEALS = {
    "1": "breakfast", "2": "lunch", "3": "dinner", "4": "supper", "5": "brunch", "6": "snack", "7": "drink",
}  # fmt: skip
_RELIABLE = ("", "1")
_UNRELIABLE = "the survey marks the recall as not reliable or not complete"


def read_foods(table: Table, header: Header, date_format: str | None) -> Reading:
    """A line a food, named by its FNDDS code."""
    return _read(table, header, "I", "")


def read_totals(table: Table, header: Header, date_format: str | None) -> Reading:
    """A line a person, for all that was eaten on the day."""
    return _read(table, header, "T", "day")


def _read(table: Table, header: Header, kind: str, covers: str) -> Reading:
    day = "2" if any(name.startswith(f"dr2{kind.lower()}") for name in header.names) else "1"
    start = f"dr{day}{kind.lower()}"
    export = Export(
        "NHANES",
        {"person": "seqn"},
        {start + name: of for name, of in _NUTRIENTS.items()},
        by_name=False,
        covers=covers,
    )
    doubtful: list[int] = []

    def mend(line: Line, cells: Cells) -> Line:
        if whole(cells(f"dr{day}drstz")) not in _RELIABLE:
            doubtful.append(line.number)
        line = undated(line, day, f"DR{day}DAY")._replace(person=whole(line.person))
        if covers:
            return line._replace(food="total of the day")
        code, grams = whole(cells(f"{start}fdcd")), cells(f"{start}grms")
        meal, clock = _MEALS.get(whole(cells(f"dr{day} 030z")), ""), whole(cells(f"dr{day} 020"))
        return line._replace(
            food=f"fndds:{code}" if code else "",
            amount=grams,
            unit="g" if grams else "",
            meal=meal,
            time=_clock(clock),
            kind="food",
        )

    reading = read_export(table, header, None, export, mend=mend)
    stands = NO_DATE.replace(day=int(day)).isoformat()
    reading.notes.append(f"NHANES tells no dates: day {day} of the recalls stands as {stands}")
    if doubtful:
        reading.notes.append(f"{lines_text(doubtful)}: {_UNRELIABLE}")
    return reading


def _clock(text: str) -> str:
    """Seconds since midnight, as the transport file has them, as a time of day; other text as it is."""
    if not (text.isascii() and text.isdigit()):
        return text
    minutes = int(text) // 60
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
