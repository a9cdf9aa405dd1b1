"""Writes small files in the layouts of food-logging programs, from foods that nobody ate."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import sqlite3
import struct
import zipfile
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from xml.sax.saxutils import quoteattr

NUTRIENTS = (
    "magnesium", "calcium", "potassium", "vitamin_d", "vitamin_b12", "vitamin_b6",
    "energy", "water", "sodium", "thiamin", "caffeine", "alcohol",
)  # fmt: skip


class Eaten(NamedTuple):
    """A food with its amounts in mg, mg, mg, µg, µg, mg, kcal, g, mg, mg, mg, g; None is not known."""

    day: dt.date
    meal: str
    food: str
    grams: float
    code: str
    amounts: tuple[float | None, ...]

    @property
    def labels(self) -> dict[str, float]:
        return {of: value for of, value in zip(NUTRIENTS, self.amounts, strict=True) if value is not None}


D1, D2 = dt.date(2026, 3, 2), dt.date(2026, 3, 3)
FOODS = [
    Eaten(D1, "Breakfast", "Oatmeal, NFS", 234.0, "56203000",
          (63.2, 21.1, 163.8, 0.0, 0.0, 0.012, 165.5, 195.6, 9.4, 0.18, 0.0, 0.0)),
    Eaten(D1, "Lunch", "Beans, black", 86.0, "41102000",
          (60.2, 23.2, 305.3, 0.0, 0.0, 0.06, 113.5, 56.6, 0.9, 0.21, 0.0, 0.0)),
    Eaten(D2, "Breakfast", "Milk, whole", 249.0, "11111000",
          (29.9, 306.3, 373.5, 2.4, 1.34, 0.15, 149.4, 219.4, 94.6, 0.14, 0.0, 0.0)),
    Eaten(D2, "Dinner", "Coffee, brewed", 240.0, "92100000",
          (7.2, 4.8, 117.6, 0.0, 0.0, 0.002, 2.4, 238.6, 4.8, 0.03, 95.2, 0.0)),
]  # fmt: skip
# The same with amounts that are not known: vitamin D of the beans, and all but energy of the coffee.
GAPS = [
    FOODS[0],
    FOODS[1]._replace(amounts=tuple(None if i == 3 else value for i, value in enumerate(FOODS[1].amounts))),
    FOODS[2],
    FOODS[3]._replace(amounts=tuple(value if i == 6 else None for i, value in enumerate(FOODS[3].amounts))),
]


def sums(foods: Iterable[Eaten]) -> dict[dt.date, dict[str, float]]:
    """What the foods of each day bring together; a nutrient that one lacks is left out."""
    found: dict[dt.date, dict[str, float]] = {}
    for day in sorted({food.day for food in foods}):
        of_day = [food.amounts for food in foods if food.day == day]
        columns = zip(NUTRIENTS, zip(*of_day, strict=True), strict=True)
        found[day] = {of: sum(values) for of, values in columns if None not in values}
    return found


def text(rows: Sequence[Sequence[object]], separator: str = ",", end: str = "\n") -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator=end).writerows(rows)
    return out.getvalue().encode()


def _show(value: float | None, digits: int = 3) -> str:
    return "" if value is None else f"{value:.{digits}f}"


# ---------------------------------------------------------------- Cronometer, MacroFactor

_CRONOMETER = (
    "Magnesium (mg)", "Calcium (mg)", "Potassium (mg)", "Vitamin D (IU)", "B12 (Cobalamin) (µg)",
    "B6 (Pyridoxine) (mg)", "Energy (kcal)", "Water (g)", "Sodium (mg)", "B1 (Thiamine) (mg)", "Caffeine (mg)",
    "Alcohol (g)",
)  # fmt: skip


def _cronometer_amounts(amounts: Sequence[float | None]) -> list[str]:
    return [_show(v if v is None or i != 3 else v * 40) for i, v in enumerate(amounts)]  # 40 IU are 1 µg


def cronometer_servings(foods: Sequence[Eaten], *, nutrients: bool = True, old: bool = False) -> bytes:
    names = _CRONOMETER if nutrients else ()
    if old:
        rows = [["Day", "Food Name", "Amount", *names]]
        for food in foods:
            day = f"{food.day.year}-{food.day.month}-{food.day.day}"
            rows.append([day, food.food, f"{food.grams:.2f} g", *_cronometer_amounts(food.amounts)[: len(names)]])
        return text(rows)
    rows = [["Day", "Time", "Group", "Food Name", "Amount", *names, "Category"]]
    for food in foods:
        amounts = _cronometer_amounts(food.amounts)[: len(names)]
        rows.append([str(food.day), "9:51 AM", food.meal, food.food, f"{food.grams:.2f} g", *amounts, "Beverages"])
    return text(rows)


def cronometer_summary(foods: Sequence[Eaten], *, groups: bool = False) -> bytes:
    rows = [["Date", *(["Group"] if groups else []), *_CRONOMETER, "Completed"]]
    for day, total in sums(foods).items():
        parts = [(food.meal, food.labels) for food in foods if food.day == day] if groups else []
        for group, amounts in [*parts, ("Total", total)]:
            cells = _cronometer_amounts([amounts.get(of) for of in NUTRIENTS])
            rows.append([str(day), *([group] if groups else []), *cells, "true"])
    return text(rows)


def macrofactor(foods: Sequence[Eaten]) -> bytes:
    names = (
        "Magnesium (mg)", "Calcium (mg)", "Potassium (mg)", "Vitamin D (mcg)", "B12, Cobalamin (mcg)",
        "B6, Pyridoxine (mg)", "Calories (kcal)", "Water (g)", "Sodium (mg)", "B1, Thiamine (mg)", "Caffeine (mg)",
        "Alcohol (g)",
    )  # fmt: skip
    rows = [["Date", "Time", "Food Name", "Serving Size", "Serving Qty", "Serving Weight (g)", *names]]
    for food in foods:
        rows.append([str(food.day), "07:30 AM", food.food, "cup", "1.5", f"{food.grams:g}", *map(_show, food.amounts)])
    return b"\xef\xbb\xbf" + text(rows)


# ---------------------------------------------------------------- ASA24, NHANES

_ASA24 = ("MAGN", "CALC", "POTA", "VITD", "VB12", "VB6", "KCAL", "MOIS", "SODI", "VB1", "CAFF", "ALC")


def _recall(day: dt.date) -> int:
    return (day - D1).days + 1


def asa24_items(foods: Sequence[Eaten], *, dated: bool = True, person: str = "P01") -> bytes:
    dates = ["IntakeStartDateTime", "ReportingDate"] if dated else []
    rows = [
        ["UserName", "RecallNo", *dates, "Occ_Time", "Occ_Name", "FoodCode", "ModCode", "FoodAmt", *_ASA24,
         "B12_ADD", "Food_Description"]
    ]  # fmt: skip
    for food in foods:
        when = [f"{food.day:%m/%d/%Y} 00:00", ""] if dated else []
        meal = {"Breakfast": "1", "Lunch": "3", "Dinner": "4"}[food.meal]
        amounts = [*map(_show, food.amounts), "0"]
        rows.append([person, _recall(food.day), *when, f"{food.day:%m/%d/%Y} 08:15", meal, food.code, "0",
                     f"{food.grams:g}", *amounts, food.food])  # fmt: skip
    return text(rows)


def asa24_totals(foods: Sequence[Eaten], *, person: str = "P01") -> bytes:
    rows = [["UserName", "RecallNo", "IntakeStartDateTime", "NumFoods", *_ASA24]]
    for day, total in sums(foods).items():
        amounts = [_show(total.get(of)) for of in NUTRIENTS]
        rows.append([person, _recall(day), f"{day:%m/%d/%Y} 00:00", "2", *amounts])
    return text(rows)


_NHANES = ("MAGN", "CALC", "POTA", "VD", "VB12", "VB6", "KCAL", "MOIS", "SODI", "VB1", "CAFF", "ALCO")
Table = tuple[list[str], list[list[float | None]]]


def nhanes_foods(foods: Sequence[Eaten], day: int, person: int = 130378) -> Table:
    names = ["SEQN", f"DR{day}DAY", f"DR{day}_020", f"DR{day}_030Z", f"DR{day}DRSTZ"]
    start = f"DR{day}I"
    names += [f"{start}FDCD", f"{start}GRMS", *(start + name for name in _NHANES)]
    rows: list[list[float | None]] = []
    for food in foods:
        meal = {"Breakfast": 1.0, "Lunch": 2.0, "Dinner": 3.0}[food.meal]
        rows.append([float(person), 2.0, 29700.0, meal, 1.0, float(food.code), food.grams, *food.amounts])
    return names, rows


def nhanes_totals(foods: Sequence[Eaten], day: int, person: int = 130378) -> Table:
    names = ["SEQN", f"DR{day}DRSTZ", *(f"DR{day}T{name}" for name in _NHANES)]
    total = next(iter(sums(foods).values()))
    return names, [[float(person), 1.0, *(total.get(of) for of in NUTRIENTS)]]


def as_csv(table: Table) -> bytes:
    names, rows = table
    return text([names, *(["" if v is None else f"{v:.10g}" for v in row] for row in rows)])


def ibm(value: float | None) -> bytes:
    """Eight bytes of an IBM float, by long division: the smallest exponent that leaves a fraction below 1."""
    if value is None:
        return b"." + bytes(7)
    if value == 0:
        return bytes(8)
    exponent, fraction = 64, abs(value)
    while fraction >= 1:
        fraction, exponent = fraction / 16, exponent + 1
    while fraction < 1 / 16:
        fraction, exponent = fraction * 16, exponent - 1
    return bytes([exponent | (128 if value < 0 else 0)]) + int(fraction * 2**56).to_bytes(7)


def transport(table: Table) -> bytes:
    """A SAS transport file, version 5, of numbers of eight bytes."""
    names, rows = table

    def header(kind: str, numbers: str = "0" * 30) -> bytes:
        return f"HEADER RECORD*******{kind:<8}HEADER RECORD!!!!!!!{numbers}  ".encode().ljust(80)

    def filled(data: bytes) -> bytes:
        return data + b" " * (-len(data) % 80)

    when = b"02MAR26:10:11:12"
    variables = b"".join(
        struct.pack(">hhhh8s40s8shhh2s8shhl52s", 1, 0, 8, i + 1, name.encode().ljust(8), b" " * 40, b" " * 8,
                    0, 0, 0, b"\0\0", b" " * 8, 0, 0, 8 * i, bytes(52))
        for i, name in enumerate(names)
    )  # fmt: skip
    return b"".join([
        header("LIBRARY"),
        (b"SAS     SAS     SASLIB  9.4     X64_SRV " + b" " * 24 + when).ljust(80),
        when.ljust(80),
        header("MEMBER", "0" * 17 + "1600000000140"),
        header("DSCRPTR"),
        (b"SAS     FOODS   SASDATA 9.4     X64_SRV " + b" " * 24 + when).ljust(80),
        when.ljust(80),
        header("NAMESTR", f"000000{len(names):04d}" + "0" * 20),
        filled(variables),
        header("OBS"),
        filled(b"".join(ibm(value) for row in rows for value in row)),
    ])  # fmt: skip


# ---------------------------------------------------------------- Lose It!, MyFitnessPal, FatSecret


def loseit(foods: Sequence[Eaten], *, zipped: bool = False) -> bytes:
    meal = "Meal" if zipped else "Type"
    rows = [["Date", "Name", "Icon", meal, "Quantity", "Units", "Calories", "Deleted", "Fat (g)", "Sodium (mg)"]]
    for food in foods:
        cells = ["n/a" if cell == "" else cell for cell in (_show(food.amounts[6]), _show(food.amounts[8]))]
        day = f"{food.day:%m/%d/%Y}"
        rows.append([day, food.food, "Food", food.meal, f"{food.grams:g}", "Grams", cells[0], "false", "n/a", cells[1]])
    return text(rows)


def myfitnesspal(foods: Sequence[Eaten], *, potassium: str = "Potassium", calcium: str = "Calcium") -> bytes:
    rows = [["Date", "Meal", "Time", "Calories", "Fat (g)", "Sodium (mg)", potassium, "Sugar", calcium, "Note"]]
    for food in foods:
        amounts = food.labels
        cells = [_show(amounts.get(of, 0.0), 1) for of in ("energy", "sodium", "potassium", "calcium")]
        rows.append([str(food.day), food.meal, "8:00", cells[0], "1.0", cells[1], cells[2], "2.0", cells[3], ""])
    return b"\xef\xbb\xbf" + text(rows, end="\r\n")


def fatsecret(foods: Sequence[Eaten]) -> bytes:
    columns = ("energy", "sodium", "potassium")
    lines = [
        "#-------------------------------------------",
        '# Food Diary Report - Detailed Report,"Monday, March 2, 2026","Tuesday, March 3, 2026"',
        "#-------------------------------------------", "",
        "#-------------------------------------------", "# Period Summary",
        "#-------------------------------------------",
        "Daily Average,Cals ( kcal),Fat( g)", "Total,215,1", "Breakfast,158,1", "Lunch,57,1", "Dinner,1,0", "",
        "#-------------------------------------------", "# Report Details",
        "#-------------------------------------------",
        "Date,Cals ( kcal),Fat( g),Sod( mg),Potassium( mg)", "",
    ]  # fmt: skip

    def cells(amounts: dict[str, float]) -> str:
        energy, sodium, potassium = (_show(amounts.get(of)) for of in columns)
        return f"{energy},1,{sodium},{potassium}"

    for day, total in sums(foods).items():
        lines.append(f'"{day:%A, %B} {day.day}, {day.year}",{cells(total)}')
        for food in foods:
            if food.day == day:
                lines.append(f" {food.meal},{cells(food.labels)}")
                lines.append(f'"  {food.food}",{cells(food.labels)}')
                lines.append(f'"   1 serving, {food.grams:g} g"')
    return ("\n".join(lines) + "\n").encode()


# ---------------------------------------------------------------- telephones


def samsung(foods: Sequence[Eaten], offset: str = "UTC+0530", clock: str = "20:30:00.000") -> bytes:
    """Records at ``clock`` in UTC on the day before, so that with the offset it is the day of the food."""
    before = dt.timedelta(days=1 if offset.startswith("UTC+") else 0)
    meals = {"Breakfast": "100001", "Lunch": "100002", "Dinner": "100003"}
    rows = [
        ["com.samsung.health.nutrition", "6312010", "7"],
        ["start_time", "sodium", "title", "calcium", "vitamin_d", "potassium", "calorie", "meal_type", "time_offset",
         ""],
    ]  # fmt: skip
    for food in foods:
        sodium, calcium, potassium, energy = (_show(food.amounts[i]) for i in (8, 1, 2, 6))
        start = f"{food.day - before} {clock}"
        rows.append([start, sodium, food.food, calcium, "3", potassium, energy, meals[food.meal], offset, ""])
    return text(rows)


def health_connect(foods: Sequence[Eaten], offset: int = 19800, columns: Sequence[str] = NUTRIENTS[:11]) -> bytes:
    """A database as Android exports it: grams, small calories, 5e-324 for what was not recorded; hour 20:30 UTC."""
    connection = sqlite3.connect(":memory:")
    names = ", ".join(f"{name} REAL" for name in columns)
    connection.execute(
        "CREATE TABLE nutrition_record_table (row_id INTEGER PRIMARY KEY, uuid BLOB, start_time INTEGER, "
        f"start_zone_offset INTEGER, local_date INTEGER, meal_type INTEGER, meal_name TEXT, {names})"
    )
    for food in foods:
        start = dt.datetime.combine(food.day - dt.timedelta(days=1), dt.time(20, 30), dt.UTC)
        cells = []
        for name, value in food.labels.items() | {(name, None) for name in columns if name not in food.labels}:
            unit = {"energy": 1e3, "water": 1.0, "vitamin_d": 1e-6, "vitamin_b12": 1e-6}.get(name, 1e-3)
            if name in columns:
                cells.append((name, 5e-324 if value is None else value * unit))
        record = {
            "start_time": int(start.timestamp() * 1000), "start_zone_offset": offset, "meal_name": food.food,
            "meal_type": {"Breakfast": 1, "Lunch": 2, "Dinner": 3}[food.meal], **dict(cells),
        }  # fmt: skip
        marks = ", ".join("?" * len(record))
        connection.execute(
            f"INSERT INTO nutrition_record_table ({', '.join(record)}) VALUES ({marks})", [*record.values()]
        )
    connection.commit()
    data = connection.serialize()
    connection.close()
    return data


_APPLE = {
    "magnesium": ("Magnesium", "mg"), "calcium": ("Calcium", "mg"), "potassium": ("Potassium", "mg"),
    "vitamin_d": ("VitaminD", "mcg"), "vitamin_b12": ("VitaminB12", "mcg"), "vitamin_b6": ("VitaminB6", "mg"),
    "energy": ("EnergyConsumed", "kcal"), "sodium": ("Sodium", "mg"), "caffeine": ("Caffeine", "mg"),
}  # fmt: skip


def apple_record(
    nutrient: str, value: float, start: str, source: str = "Logger", food: str = "", unit: str = ""
) -> str:
    name, usual = _APPLE.get(nutrient, (nutrient, unit))
    meta = f'<MetadataEntry key="HKFoodType" value={quoteattr(food)}/>' if food else ""
    return (
        f'<Record type="HKQuantityTypeIdentifierDietary{name}" sourceName={quoteattr(source)} unit="{unit or usual}" '
        f'creationDate="{start}" startDate="{start}" endDate="{start}" value="{value:.10g}">{meta}</Record>'
    )


def apple_health(foods: Sequence[Eaten], *, named: str = "correlation") -> bytes:
    """``named``: ``correlation``, ``record`` (metadata of each record) or ``none``."""
    top, together = [], []
    for hour, food in enumerate(foods, start=7):
        start = f"{food.day} {hour:02d}:00:00 +0100"
        name = food.food if named == "record" else ""
        records = [apple_record(of, food.labels[of], start, food=name) for of in _APPLE if of in food.labels]
        top += records
        if named == "correlation":
            meta = f'<MetadataEntry key="HKFoodType" value={quoteattr(food.food)}/>'
            together.append(
                f'<Correlation type="HKCorrelationTypeIdentifierFood" sourceName="Logger" startDate="{start}" '
                f'endDate="{start}">{meta}{"".join(records)}</Correlation>'
            )
    other = '<Record type="HKQuantityTypeIdentifierStepCount" value="9" startDate="2026-03-02 08:00:00 +0100"/>'
    return apple_xml([other, *top, *together])


def apple_xml(elements: Iterable[str]) -> bytes:
    dtd = "<!DOCTYPE HealthData [\n<!ELEMENT HealthData (ExportDate,Me,(Record|Correlation)*)>\n]>"
    body = "\n ".join(elements)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n{dtd}\n<HealthData locale="en_GB">\n '
        f'<ExportDate value="2026-03-09 10:00:00 +0100"/>\n {body}\n</HealthData>\n'
    ).encode()


# ---------------------------------------------------------------- YAZIO, MyNetDiary, Fitbit, Intake24

_YAZIO = {
    "magnesium": ("mineral.magnesium", 1e-3), "calcium": ("mineral.calcium", 1e-3),
    "potassium": ("mineral.potassium", 1e-3), "vitamin_d": ("vitamin.d", 1e-6), "vitamin_b12": ("vitamin.b12", 1e-6),
    "vitamin_b6": ("vitamin.b6", 1e-3), "energy": ("energy.energy", 1.0), "thiamin": ("vitamin.b1", 1e-3),
}  # fmt: skip


def _yazio(labels: dict[str, float], times: float = 1.0) -> dict[str, float]:
    return {name: labels[of] * factor / times for of, (name, factor) in _YAZIO.items() if of in labels}


def yazio_products(foods: Sequence[Eaten]) -> bytes:
    """What one gram of each food holds."""
    return json.dumps({
        f"id-{i}": {"name": food.food, "base_unit": "g", "nutrients": _yazio(food.labels, food.grams)}
        for i, food in enumerate(foods)
    }).encode()  # fmt: skip


def yazio_days(foods: Sequence[Eaten], *, simple: bool = False) -> bytes:
    days: dict[str, dict[str, object]] = {}
    for i, food in enumerate(foods):
        consumed = days.setdefault(str(food.day), {"consumed": {"products": [], "simple_products": []}})["consumed"]
        meal = food.meal.lower()
        if simple:
            consumed["simple_products"].append({"name": food.food, "daytime": meal, "nutrients": _yazio(food.labels)})
        else:
            consumed["products"].append({"product_id": f"id-{i}", "daytime": meal, "amount": food.grams})
    return json.dumps(days).encode()


def yazio_nutrients(foods: Sequence[Eaten]) -> bytes:
    totals: dict[str, dict[str, float]] = {}
    for day, total in sums(foods).items():
        for name, value in _yazio(total).items():
            totals.setdefault(name, {})[str(day)] = value
    return json.dumps(totals).encode()


def mynetdiary(foods: Sequence[Eaten]) -> list[list[str | float | dt.date]]:
    """The rows of the sheet Food."""
    rows: list[list[str | float | dt.date]] = [
        ["Date & Time", "Meal", "Food ID", "Name", "Amount", "Calories, cals", "Potassium, mg", "Calcium, mg"]
    ]
    for food in foods:
        energy, potassium, calcium = ("" if food.amounts[i] is None else food.amounts[i] for i in (6, 2, 1))
        rows.append([food.day, food.meal, 7.0, food.food, f"{food.grams:g}g", energy, potassium, calcium])
    return rows


def fitbit(foods: Sequence[Eaten]) -> bytes:
    lines = ["Foods", "Date,Calories In", '"2026-03-02","279"', ""]
    for day in sorted({food.day for food in foods}):
        lines += [f"Food Log {day:%Y%m%d}", "Meal,Food,Calories"]
        lines += [f'"{food.meal}","{food.food}","{food.labels["energy"]:g}"' for food in foods if food.day == day]
        lines += ["Daily Totals", '"","Calories","279"', '"","Sodium","10 mg"', ""]
    return ("\n".join([*lines, "Food Log 20260304", "Daily Totals", '"","Calories","0"']) + "\n").encode()


def intake24(foods: Sequence[Eaten]) -> bytes:
    rows = [
        ["Survey ID", "User ID", "Start time", "Submission time", "Meal ID", "Meal name", "Food ID", "Search term",
         "Intake24 food code", "Description (en)", "Portion size (g/ml)", "Missing food description",
         "Missing food portion size", "Energy (kcal)", "Magnesium (mg)", "Calcium (mg)"]
    ]  # fmt: skip
    for food in foods:
        amounts = [_show(food.amounts[i]) or "N/A" for i in (6, 0, 1)]
        start = f"{food.day}T12:00:00.000Z"
        rows.append(["S", "u1", start, start, "1", food.meal, "1", "x", "ABCD", food.food, f"{food.grams:g}", "", "",
                     *amounts])  # fmt: skip
    none = ["N/A"] * 4
    start = "2026-03-03T12:00:00.000Z"
    rows.append(["S", "u1", start, "", "2", "Dinner", "2", *none, "grandma's pie", "a slice", *none[:3]])
    return text(rows)


def zipped(**members: bytes) -> bytes:
    """An archive with these members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()
