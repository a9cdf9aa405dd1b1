"""Readers of exports, on files that the project writes itself (exports.py)."""

from __future__ import annotations

import datetime as dt
import io
import json
import random
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import exports as ex
from nutrigap import cli
from nutrigap.diary import LAYOUTS, Diary, read_diary
from nutrigap.diary.layouts import PLAIN
from nutrigap.diary.transport import ibm_float, transport_rows
from nutrigap.entries import CORE, Entry
from nutrigap.errors import DiaryError
from nutrigap.intake import add_up
from nutrigap.resolve import resolve
from nutrigap.tables import load_foods
from nutrigap.units import nutrient_index
from test_diary import xlsx

D1, D2 = ex.D1, ex.D2
ALL = frozenset(ex.NUTRIENTS)


def read(data: bytes, **options: str) -> Diary:
    return read_diary(io.BytesIO(data), **options)


def refusal(data: bytes, **options: str) -> str:
    with pytest.raises(DiaryError) as caught:
        read(data, **options)
    return str(caught.value)


def entries(data: bytes) -> list[Entry]:
    return resolve(read(data), load_foods())


def days(data: bytes) -> dict[dt.date, dict[str, float]]:
    """Best totals of each day through the whole pipeline."""
    intake = add_up(entries(data), load_foods())
    columns = nutrient_index()
    return {
        date: {of: float(row[columns[of]]) for of in ex.NUTRIENTS}
        for date, row in zip(intake.dates, intake.daily.best, strict=True)
    }


def yazio_archive(foods: list[ex.Eaten]) -> bytes:
    return ex.zipped(**{"out/days.json": ex.yazio_days(foods), "out/products.json": ex.yazio_products(foods)})


class Sample:
    """A file in a layout, what of the foods' nutrients it holds, and how its lines differ from what was eaten."""

    def __init__(
        self, layout: str, write: Callable[[list[ex.Eaten]], bytes], holds: Iterable[str] = ALL, *, covers: str = "",
        first: int = 2, step: int = 1, no_date: int = 0, food: Callable[[ex.Eaten], str] | None = None,
        grams: bool = True,
    ) -> None:  # fmt: skip
        self.layout, self.write, self.holds, self.covers = layout, write, frozenset(holds), covers
        self.first, self.step, self.no_date, self.grams = first, step, no_date, grams
        self.food = food or (lambda eaten: eaten.food)


_YAZIO = ALL - {"water", "sodium", "caffeine", "alcohol"}
_APPLE = CORE | {"energy", "sodium", "caffeine"}
_CODE = {"food": lambda eaten: f"fndds:{eaten.code}"}
SAMPLES = {
    "cronometer": Sample("cronometer", ex.cronometer_servings),
    "cronometer old": Sample("cronometer", lambda foods: ex.cronometer_servings(foods, old=True)),
    "cronometer names": Sample("cronometer", lambda foods: ex.cronometer_servings(foods, nutrients=False), ()),
    "macrofactor": Sample("macrofactor", ex.macrofactor),
    "asa24": Sample("asa24", ex.asa24_items, food=lambda e: e.food if e.labels.keys() >= CORE else f"fndds:{e.code}"),
    "nhanes csv": Sample("nhanes", lambda foods: ex.as_csv(ex.nhanes_foods(foods, 2)), no_date=2, **_CODE),
    "nhanes xpt": Sample("nhanes", lambda foods: ex.transport(ex.nhanes_foods(foods, 1)), first=1, no_date=1, **_CODE),
    "loseit": Sample("loseit", ex.loseit, ("energy", "sodium")),
    "loseit zip": Sample("loseit", lambda foods: ex.loseit(foods, zipped=True), ("energy", "sodium")),
    "fatsecret": Sample("fatsecret", ex.fatsecret, ("energy", "sodium", "potassium"), first=0),
    "samsung": Sample(
        "samsung-health", ex.samsung, ("energy", "sodium", "potassium", "calcium"), covers="meal", first=3, grams=False
    ),
    "health connect": Sample(
        "health-connect", ex.health_connect, ALL - {"alcohol"}, covers="meal", first=1, grams=False
    ),
    "apple": Sample("apple-health", ex.apple_health, _APPLE, first=0, grams=False),
    "apple records": Sample(
        "apple-health", lambda foods: ex.apple_health(foods, named="record"), _APPLE, first=0, grams=False
    ),
    "yazio": Sample("yazio", lambda foods: ex.yazio_days(foods, simple=True), _YAZIO, first=1, grams=False),
    "yazio zip": Sample("yazio", yazio_archive, _YAZIO, first=1),
    "mynetdiary": Sample(
        "mynetdiary", lambda foods: ex.text(ex.mynetdiary(foods)), ("energy", "potassium", "calcium")
    ),
    "fitbit": Sample("fitbit", ex.fitbit, ("energy",), first=0, grams=False),
}  # fmt: skip


def written(sample: Sample, foods: list[ex.Eaten]) -> list[tuple[dt.date, str, dict[str, float], str]]:
    placeholder = dt.date(1900, 1, sample.no_date or 1)
    return [
        (
            placeholder if sample.no_date else food.day,
            sample.food(food),
            {of: value for of, value in food.labels.items() if of in sample.holds},
            sample.covers,
        )
        for food in foods
    ]


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("foods", [ex.FOODS, ex.GAPS], ids=["known", "gaps"])
def test_what_was_written_is_read(name: str, foods: list[ex.Eaten]) -> None:
    sample = SAMPLES[name]
    diary = read(sample.write(foods))
    assert diary.layout == sample.layout
    got = [
        (line.date, line.food, {of: line.labels[of] for of in line.labels if of != "vitamin_b12_added"}, line.covers)
        for line in diary.lines
    ]
    assert got == written(sample, foods)
    assert [line.problem for line in diary.lines] == [None] * len(foods)
    assert diary.problems == ()
    program = next(layout.program for layout in LAYOUTS if layout.name == sample.layout)
    assert {line.amounts_from for line in diary.lines} == {program}
    if sample.first:
        assert [line.number for line in diary.lines] == [sample.first + i for i in range(len(foods))]
    if sample.grams:
        amounts = [
            f"{line.amount} {line.unit}".replace("Grams", "g").replace("g ", " g").strip() for line in diary.lines
        ]
        assert [float(amount.split()[0]) for amount in amounts] == [food.grams for food in foods]
        assert all(amount.endswith("g") for amount in amounts)
    meals = [line.meal.lower() for line in diary.lines]
    assert meals == [food.meal.lower() for food in foods] or not any(meals)


@pytest.mark.parametrize("name", SAMPLES)
def test_every_line_is_accounted_for_and_the_report_is_written(name: str, tmp_path: Path) -> None:
    file = tmp_path / "export"
    file.write_bytes(SAMPLES[name].write(ex.GAPS))
    found = resolve(read_diary(file), load_foods())
    states = [entry.status for entry in found]
    assert len(states) == 4 == sum(states.count(state) for state in ("counted", "flagged", "left_out"))
    assert "left_out" not in states
    out = tmp_path / "report.json"
    assert cli.run(["report", str(file), "-q", "-o", str(out)]) == 0
    report = json.loads(out.read_text())
    assert report["inputs"]["diary"]["layout"] == SAMPLES[name].layout
    assert report["inputs"]["diary"]["lines"] == 4


@pytest.mark.parametrize("name", SAMPLES)
def test_a_layout_can_be_forced_and_another_is_refused(name: str) -> None:
    sample = SAMPLES[name]
    data = sample.write(ex.FOODS)
    assert read(data, layout=sample.layout).lines == read(data).lines
    others = [layout for layout in LAYOUTS if layout not in (PLAIN,) and layout.name != sample.layout]
    for other in others:
        assert refusal(data, layout=other.name)


# ---------------------------------------------------------------- against the exports' own summaries


def close(found: dict[dt.date, dict[str, float]], expected: dict[dt.date, dict[str, float]]) -> None:
    assert found.keys() == expected.keys()
    for day, amounts in expected.items():
        assert {of: found[day][of] for of in amounts} == pytest.approx(amounts, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("groups", [False, True])
def test_cronometer_servings_add_up_to_its_summary(groups: bool) -> None:
    totals = ex.sums(ex.FOODS)
    close(days(ex.cronometer_servings(ex.FOODS)), totals)
    close(days(ex.cronometer_summary(ex.FOODS, groups=groups)), totals)


def test_asa24_items_add_up_to_its_totals() -> None:
    totals = ex.sums(ex.FOODS)
    close(days(ex.asa24_items(ex.FOODS)), totals)
    close(days(ex.asa24_totals(ex.FOODS)), totals)


def test_nhanes_foods_add_up_to_its_totals() -> None:
    of_day = ex.FOODS[:2]
    totals = {dt.date(1900, 1, 1): ex.sums(of_day)[D1]}
    for form in (ex.as_csv, ex.transport):
        close(days(form(ex.nhanes_foods(of_day, 1))), totals)
        close(days(form(ex.nhanes_totals(of_day, 1))), totals)


def test_yazio_entries_add_up_to_its_totals() -> None:
    totals = {day: {of: v for of, v in total.items() if of in CORE} for day, total in ex.sums(ex.FOODS).items()}
    for data in (yazio_archive(ex.FOODS), ex.yazio_days(ex.FOODS, simple=True), ex.yazio_nutrients(ex.FOODS)):
        close(days(data), totals)


def test_fatsecret_counts_foods_alone() -> None:
    data = ex.fatsecret(ex.FOODS)
    lines = read(data).lines
    own = [row.split(",") for row in data.decode().splitlines() if re.match(r'"\w+day, ', row)]
    for day, row in zip((D1, D2), own, strict=True):  # the day's own line: Cals, Fat, Sod, Potassium
        found = [line.labels for line in lines if line.date == day]
        assert sum(labels["energy"] for labels in found) == pytest.approx(float(row[-4]))
        assert sum(labels["sodium"] for labels in found) == pytest.approx(float(row[-2]))
        assert sum(labels["potassium"] for labels in found) == pytest.approx(float(row[-1]))


def test_telephones_add_up_to_what_was_eaten() -> None:
    totals = ex.sums(ex.FOODS)
    for data, holds in (
        (ex.samsung(ex.FOODS), {"energy", "sodium", "potassium", "calcium"}),
        (ex.health_connect(ex.FOODS), ALL - {"alcohol"}),
        (ex.apple_health(ex.FOODS), _APPLE),
        (ex.apple_health(ex.FOODS, named="none"), _APPLE),
    ):
        found = {
            day: {of: sum(line.labels[of] for line in read(data).lines if line.date == day) for of in holds}
            for day in totals
        }
        close(found, {day: {of: total[of] for of in holds} for day, total in totals.items()})


# ---------------------------------------------------------------- Cronometer


def test_blank_and_zero_of_cronometer() -> None:
    diary = read(ex.cronometer_servings(ex.GAPS))
    assert "vitamin_d" not in diary.lines[1].labels and diary.lines[0].labels["vitamin_d"] == 0.0
    assert not any("before 2017" in note for note in diary.notes)
    old = read(ex.cronometer_servings(ex.GAPS, old=True))
    assert "vitamin_d" not in old.lines[1].labels
    assert any("leaves a cell blank where the amount is zero and where it is not known" in note for note in old.notes)


def test_own_amounts_are_named() -> None:
    with_amounts, without = read(ex.cronometer_servings(ex.FOODS)), read(
        ex.cronometer_servings(ex.FOODS, nutrients=False)
    )  # fmt: skip
    assert any(note.endswith("are Cronometer's own") for note in with_amounts.notes)
    assert any("they are worked out from foods and amounts" in note for note in without.notes)


def test_a_column_without_amounts_is_none_of_the_programs_own() -> None:
    data = (
        b"Day,Group,Food Name,Amount,Magnesium (mg),Vitamin D (IU),Calcium (mg)\n"
        b"2026-03-02,Lunch,Roll,60 g,14,,\n2026-03-02,Lunch,Soup,250 g,,,20\n"
    )
    notes = read(data).notes
    assert "the amounts of magnesium and calcium are Cronometer's own" in notes
    (lacking,) = (note for note in notes if "gives no amounts of" in note)
    assert "vitamin D" in lacking and "potassium" in lacking


def test_thousands_and_a_food_called_total_of_macrofactor() -> None:
    data = (
        b"Date,Time,Food Name,Serving Size,Serving Qty,Serving Weight (g),Magnesium (mg)\n"
        b'2026-03-02,07:30 AM,Water,g,1,"1,200",12\n2026-03-02,08:30 AM,Total,g,30,30,9\n'
        b'2026-03-02,09:30 AM,Oats,g,"1,000",,"1,250"\n'
    )
    diary = read(data)
    assert [(line.food, line.amount, line.unit) for line in diary.lines] == [
        ("Water", "1200", "g"), ("Total", "30", "g"), ("Oats", "1000 g", ""),
    ]  # fmt: skip
    assert [line.labels["magnesium"] for line in diary.lines] == [12, 9, 1250]
    assert not any("totals" in note for note in diary.notes) and diary.problems == ()
    assert resolve(diary, load_foods())[0].status != "left_out"


def test_amounts_and_quotes_of_cronometer() -> None:
    data = (
        b"Day,Group,Food Name,Amount,Magnesium (mg)\n"
        b"2026-03-02,Lunch,Roll,2.00 x 3.0 oz,1\n"
        b'2026-03-02,Lunch,"Bagel, plain","1.00 whole - 3 1/2"" diameter",2\n'
        b"2026-03-02,Lunch,Soup,1.00 full recipe,3\n"
    )
    lines = read(data).lines
    assert [line.amount for line in lines] == ["2.00 x 3.0 oz", '1.00 whole - 3 1/2" diameter', "1.00 full recipe"]
    assert [line.labels["magnesium"] for line in lines] == [1, 2, 3]  # never times the amount


def test_supplements_of_cronometer() -> None:
    data = (
        b"Day,Group,Food Name,Amount,Vitamin D (IU),Magnesium (mg),Category\n"
        b"2026-03-02,Lunch,Sunny Drops X,1.00 each,1000,,Supplements\n"
        b"2026-03-02,Lunch,One a Day Thing,1.00 Pill,400,50.00,\n"
        b"2026-03-02,Lunch,Vitamin D3 2000 IU,1.00 each,2000,,\n"
        b'2026-03-02,Lunch,"Milk, whole",1.00 cup,100,24.00,Dairy\n'
    )
    assert [line.kind for line in read(data).lines] == ["supplement", "supplement", "", ""]
    found = entries(data)
    assert [entry.kind for entry in found] == ["supplement", "supplement", "supplement", "food"]
    assert [entry.doses["vitamin_d"].best for entry in found[:3]] == [25.0, 10.0, 50.0]  # 40 IU are 1 µg


def test_a_day_without_data_is_not_zero() -> None:
    data = (
        b"Date,Energy (kcal),Magnesium (mg),Completed\n"
        b"2026-03-02,2100.0,320.0,true\n2026-03-03,,, false\n2026-03-04,0.00,0.00,false\n"
    )
    diary = read(data)
    assert [dict(line.labels) for line in diary.lines] == [{"energy": 2100.0, "magnesium": 320.0}, {}, {}]
    assert any(note.startswith("lines 3-4: not marked as completed") for note in diary.notes)
    found = entries(data)
    assert [entry.status for entry in found] == ["counted", "left_out", "left_out"]
    intake = add_up(found, load_foods())
    assert intake.days == 1 and intake.mean.best[0] == 320.0
    assert intake.mean.high[nutrient_index()["calcium"]] == float("inf")


# ---------------------------------------------------------------- ASA24, NHANES and the transport file


def test_recalls_without_dates_and_several_people() -> None:
    first, second = ex.asa24_items(ex.FOODS, dated=False), ex.asa24_items(ex.FOODS, dated=False, person="P02")
    diary = read(first + second.partition(b"\n")[2])
    assert diary.people() == ["P01", "P02"]
    assert {line.date for line in diary.lines} == {dt.date(1900, 1, 1), dt.date(1900, 1, 2)}
    assert "the file tells no dates: recall 1 stands as 1900-01-01, recall 2 as the next day" in diary.notes
    bad = read(first.replace(b"P01,2,08", b"P01,x,08").replace(b"P01,2,03", b"P01,two,03"))
    assert [line.problem is None for line in bad.lines] == [True, True, False, False]
    assert '"two" is no number of a day' in bad.problems[0].what


def test_supplements_of_asa24_are_recognised() -> None:
    data = (
        b"UserName,RecallNo,IntakeStartDateTime,SupplCode,Suppl_Description,KCAL,MAGN,CALC\n"
        b"P01,1,03/02/2026 00:00,7,Magnesium tablets,0,200,0\n"
    )
    diary = read(data)
    assert [(line.kind, line.food, line.labels["magnesium"]) for line in diary.lines] == [
        ("supplement", "Magnesium tablets", 200.0)
    ]
    assert any("supplements of ASA24" in note for note in diary.notes)


def test_nhanes_tells_its_days_and_doubtful_recalls() -> None:
    names, rows = ex.nhanes_foods(ex.FOODS, 2)
    rows[1][names.index("DR2DRSTZ")] = 2.0
    diary = read(ex.as_csv((names, rows)))
    assert "NHANES tells no dates: day 2 of the recalls stands as 1900-01-02" in diary.notes
    assert "line 3: the survey marks the recall as not reliable or not complete" in diary.notes
    assert diary.people() == ["130378"] and diary.lines[0].time == "08:15"


def test_a_missing_value_of_sas_in_csv_is_unknown() -> None:
    diary = read(b"SEQN,DR1IFDCD,DR1IGRMS,DR1IMAGN\n1.0,11111000.0,244,.\n")
    assert diary.lines[0].food == "fndds:11111000" and diary.lines[0].labels == {} and diary.problems == ()


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("4110000000000000", 1.0),
        ("C276A00000000000", -118.625),  # the example of the article on IBM hexadecimal floating point
        ("4264000000000000", 100.0),
        ("4019999999999999", 0.09999999999999999),  # 0x19999999999999 / 2**56
        ("0000000000000000", 0.0),
        ("2E00000000000000", None),
        ("4100000000000000", None),  # .A
        ("5A00000000000000", None),  # .Z
        ("41100000", 1.0),  # shorter variables are cut off behind
    ],
)
def test_ibm_floats(cell: str, value: float | None) -> None:
    assert ibm_float(bytes.fromhex(cell)) == (value if value is None else pytest.approx(value, rel=1e-15))


@given(
    st.lists(
        st.floats(-1e15, 1e15).map(lambda x: float(f"{x:.12g}") if abs(x) > 1e-60 else 0.0), min_size=3, max_size=30
    )
)
def test_transport_files_are_read_as_pandas_reads_them(values: list[float]) -> None:
    pd = pytest.importorskip("pandas")
    names = ["SEQN", "DR1IFDCD", "DR1IMAGN"]
    table = names, [list(values[i : i + 3]) for i in range(0, len(values) - 2, 3)]
    data = ex.transport(table)
    rows = [[float(cell) for cell in row] for _, row in transport_rows(data, "x")[1:]]
    assert rows == [pytest.approx(row, rel=1e-14) for row in table[1]]
    frame = pd.read_sas(io.BytesIO(data), format="xport")
    assert list(frame.columns) == names
    theirs = frame.to_numpy()
    for row, other in zip(rows, theirs, strict=True):
        assert row == pytest.approx(other, rel=1e-12, abs=1e-70)  # pandas makes 5.4e-79 of zero


def test_text_in_a_transport_file() -> None:
    data = bytearray(ex.transport((["SEQN", "DR1IFDCD"], [[1.0, 11111000.0]])))
    at = data.index(b"NAMESTR") - 20 + 80
    data[at : at + 2] = b"\0\2"  # the first variable is text
    values = data.index(b"OBS     ") - 20 + 80
    data[values : values + 8] = b"abc     "
    assert transport_rows(bytes(data), "x")[1] == (1, ["abc", "11111000"])


@pytest.mark.parametrize("keep", [100, 600, 700, 900, 1200])
def test_a_transport_file_cut_off(keep: int) -> None:
    data = ex.transport(ex.nhanes_foods(ex.FOODS, 1))
    assert "the SAS transport file cannot be read" in refusal(data[:keep])


# ---------------------------------------------------------------- Lose It!, MyFitnessPal


def test_deleted_rows_and_exercise_are_not_counted() -> None:
    data = (
        ex.loseit(ex.FOODS)
        .replace(b"234,Grams,165.500,false", b"234,Grams,165.500,true")
        .replace(b",Lunch,", b",Exercise,")
    )
    diary = read(data)
    assert [line.number for line in diary.lines] == [4, 5]
    assert "line 2: deleted in Lose It!, not counted" in diary.notes
    assert "line 3: exercise, not counted" in diary.notes


def test_the_dates_of_loseit_need_no_format_and_another_can_be_given() -> None:
    assert read(ex.loseit(ex.FOODS)).lines[0].date == dt.date(2026, 3, 2)
    assert read(ex.loseit(ex.FOODS), date_format="%d/%m/%Y").lines[0].date == dt.date(2026, 2, 3)


def test_myfitnesspal_asks_for_the_units() -> None:
    diary = read(ex.myfitnesspal(ex.FOODS))
    assert [(line.food, line.covers, line.date) for line in diary.lines][:2] == [
        ("total of Breakfast", "meal", D1), ("total of Lunch", "meal", D1),
    ]  # fmt: skip
    assert [dict(line.labels) for line in diary.lines] == [
        {"energy": food.labels["energy"], "sodium": food.labels["sodium"]} for food in ex.FOODS
    ]
    assert [problem.column for problem in diary.problems] == ["Potassium", "Calcium"]
    assert 'name the column "Calcium (mg)"' in diary.problems[1].fix
    assert any("their totals have no upper end" in note for note in diary.notes)


def test_myfitnesspal_with_units_in_the_header() -> None:
    diary = read(ex.myfitnesspal(ex.GAPS, potassium="Potassium (mg)", calcium="Calcium (% DV)"))
    # 0 stands for what is not known, so the coffee has none of it
    assert [line.labels.get("potassium") for line in diary.lines] == [163.8, 305.3, 373.5, None]
    assert [problem.column for problem in diary.problems] == ["Calcium (% DV)"]


def test_a_total_of_a_meal_bounds_nothing_that_it_lacks() -> None:
    intake = add_up(entries(ex.myfitnesspal(ex.FOODS)), load_foods())
    columns = nutrient_index()
    assert all(intake.mean.high[columns[of]] == float("inf") for of in CORE)
    assert intake.mean.best[columns["energy"]] == pytest.approx((165.5 + 113.5 + 149.4 + 2.4) / 2)


def test_myfitnesspal_in_french_style() -> None:
    data = (
        "\ufeffDate;Meal;Calories;Fat (g);Sodium (mg);Note\r\n"
        "30/09/2026;Breakfast;512,4;1,0;1 050,5;\r\n02/10/2026;Lunch;1 050;1,0;2;\r\n"
    ).encode()
    diary = read(data)
    assert [(line.date, line.labels["energy"], line.labels["sodium"]) for line in diary.lines] == [
        (dt.date(2026, 9, 30), 512.4, 1050.5), (dt.date(2026, 10, 2), 1050.0, 2.0),
    ]  # fmt: skip


def test_thousands_of_myfitnesspal() -> None:
    data = b'Date,Meal,Calories,Fat (g),Sodium (mg)\n2026-03-02,Dinner,"1,050",1,"2,300.5"\nTotals,,"1,050",1,2\n'
    diary = read(data)
    assert [dict(line.labels) for line in diary.lines] == [{"energy": 1050.0, "sodium": 2300.5}]
    assert "line 3: totals, not counted" in diary.notes


def test_thousands_are_asked_for_elsewhere() -> None:
    diary = read(b'Day,Group,Food Name,Amount,Calcium (mg)\n2026-03-02,Lunch,Milk,1 l,"1,200"\n')
    assert diary.lines[0].labels == {} and "can be read as 1200 or as 1.200" in diary.problems[0].what


# ---------------------------------------------------------------- FatSecret


def test_levels_of_fatsecret() -> None:
    data = (
        b"Date,Cals ( kcal),Potassium( mg)\n"
        b'"Tuesday, May 1, 2018","1,523",348\n'
        b" Breakfast,250,0\n"
        b"  Jerky,160,\n"
        b'"   2  x 1 oz, 56 g"\n'
        b"  Water,0,0\n"
        b"   2 cups (8 fl oz)\n"
        b'"  Cupcake, with icing",266,84\n'
        b'"   1 1/2 cupcakes (2-3/4"" dia)"\n'
        b" Lunch,80,10\n"
        b"  Tea,0,10\n"
    )
    diary = read(data)
    assert [(line.number, line.meal, line.food, line.amount, line.labels.get("potassium")) for line in diary.lines] == [
        (4, "Breakfast", "Jerky", "56 g", None),
        (6, "Breakfast", "Water", "2 cups (8 fl oz)", 0.0),
        (8, "Breakfast", "Cupcake, with icing", '1 1/2 cupcakes (2-3/4" dia)', 84.0),
        (11, "Lunch", "Tea", "", 10.0),
    ]
    assert {line.date for line in diary.lines} == {dt.date(2018, 5, 1)}


def test_a_food_of_fatsecret_without_a_day_is_kept() -> None:
    diary = read(b'Date,Cals ( kcal)\n  Jerky,160\n   56 g\nMay 1, 2018\n  Tea,0\n"May 2, 2018",9\n  Milk,100\n')
    assert [(line.food, line.date) for line in diary.lines][-1] == ("Milk", dt.date(2018, 5, 2))
    assert diary.lines[0].food == "Jerky" and "no date" in diary.lines[0].problem.what


# ---------------------------------------------------------------- telephones


@pytest.mark.parametrize(
    ("start", "offset", "day", "clock"),
    [
        ("2026-03-01 20:30:00.000", "UTC+0530", dt.date(2026, 3, 2), "02:00"),
        ("2026-03-02 02:30:00.000", "UTC-0800", dt.date(2026, 3, 1), "18:30"),
        ("2026-03-02 00:00:00.000", "UTC+0000", dt.date(2026, 3, 2), "00:00"),
        ("2026-03-01 23:59:59.999", "UTC+0100", dt.date(2026, 3, 2), "00:59"),
        ("2026-03-01 00:00:00", "UTC-0330", dt.date(2026, 2, 28), "20:30"),
    ],
)
def test_local_days_of_samsung(start: str, offset: str, day: dt.date, clock: str) -> None:
    rows = ["com.samsung.health.nutrition,6312010,7", "start_time,calorie,potassium,time_offset,meal_type"]
    (line,) = read("\n".join([*rows, f"{start},100,200,{offset},100001"]).encode()).lines
    assert (line.date, line.time, line.food) == (day, clock, "total of breakfast")


@pytest.mark.parametrize("offset", ["", "+0530", "UTC", "3600000"])
def test_an_offset_that_is_none(offset: str) -> None:
    rows = "x,1,7\nstart_time,calorie,potassium,time_offset\n"
    diary = read(f"{rows}2026-03-01 20:30:00,1,2,UTC+0000\n2026-03-01 20:30:00,1,2,{offset}\n".encode())
    assert diary.lines[0].problem is None
    assert diary.lines[1].problem in diary.problems and "no offset from UTC" in diary.problems[0].what


def test_health_connect_without_columns_times_or_records() -> None:
    few = read(ex.health_connect(ex.FOODS, columns=("energy", "magnesium")))
    assert [sorted(line.labels) for line in few.lines] == [["energy", "magnesium"]] * 4

    def database(*statements: str) -> bytes:
        connection = sqlite3.connect(":memory:")
        for statement in statements:
            connection.execute(statement)
        connection.commit()
        return connection.serialize()

    columns = "start_time INTEGER, local_date INTEGER, start_zone_offset INTEGER, magnesium REAL"
    table = f"CREATE TABLE nutrition_record_table ({columns})"
    row = "INSERT INTO nutrition_record_table VALUES"
    diary = read(database(table, f"{row} (NULL, 20515, NULL, 0.1), ('x', NULL, NULL, 'y'), (1e300, 1, 2, -3)"))
    by_day = {line.date: line for line in diary.lines}
    assert by_day[dt.date(2026, 3, 3)].labels == {"magnesium": 100.0}  # 20515 days after 1970-01-01
    assert sum(line.problem is not None for line in diary.lines) == 1
    assert "holds no records" in refusal(database(table))
    assert "without the table nutrition_record_table" in refusal(database("CREATE TABLE steps (a)"))
    assert "has no column start_time" in refusal(database("CREATE TABLE nutrition_record_table (a)"))


def test_a_database_left_in_write_ahead_mode() -> None:
    data = bytearray(ex.health_connect(ex.FOODS))
    data[18:20] = b"\x02\x02"
    assert len(read(bytes(data)).lines) == 4


def test_a_food_of_apple_health_is_counted_once() -> None:
    start = "2026-03-02 12:00:00 +0100"
    apple = [ex.apple_record("magnesium", 9.0, start), ex.apple_record("energy", 95.0, start)]
    bread = [ex.apple_record("magnesium", 9.0, start), ex.apple_record("energy", 80.0, start)]
    lone = ex.apple_record("magnesium", 5.0, start)

    def correlation(name: str, records: list[str]) -> str:
        meta = f'<MetadataEntry key="HKFoodType" value="{name}"/>'
        kind = "HKCorrelationTypeIdentifierFood"
        return (
            f'<Correlation type="{kind}" sourceName="Logger" startDate="{start}">{"".join(records)}{meta}</Correlation>'
        )

    data = ex.apple_xml([*apple, *bread, lone, correlation("Apple", apple), correlation("Bread", bread)])
    lines = {line.food: dict(line.labels) for line in read(data).lines}
    assert lines == {
        "Apple": {"magnesium": 9.0, "energy": 95.0}, "Bread": {"magnesium": 9.0, "energy": 80.0},
        "logged in Logger": {"magnesium": 5.0},
    }  # fmt: skip
    alone = read(ex.apple_xml([correlation("Apple", apple)]))  # were they not at the top level
    assert [dict(line.labels) for line in alone.lines] == [{"magnesium": 9.0, "energy": 95.0}]


@pytest.mark.parametrize(
    ("nutrient", "value", "unit", "expected"),
    [
        ("magnesium", 0.3, "g", 300.0), ("vitamin_d", 0.01, "mg", 10.0), ("vitamin_b12", 2.4, "mcg", 2.4),
        ("energy", 418.4, "kJ", 100.0), ("energy", 100.0, "Cal", 100.0), ("energy", 100000.0, "cal", 100.0),
        ("energy", 418400.0, "J", 100.0),  # 1 kcal = 4184 J
    ],
)  # fmt: skip
def test_units_of_apple_health(nutrient: str, value: float, unit: str, expected: float) -> None:
    record = ex.apple_record(nutrient, value, "2026-03-02 12:00:00 +0100", unit=unit)
    (line,) = read(ex.apple_xml([record])).lines
    assert line.labels[nutrient] == pytest.approx(expected, rel=1e-12)


def test_water_of_apple_health_is_a_drink_and_opens_nothing() -> None:
    start = "2026-03-02 12:00:00 +0100"
    data = ex.apple_xml([
        ex.apple_record("Water", 0.25, start, unit="L"), ex.apple_record("caffeine", 80.0, start, source="Cups")
    ])  # fmt: skip
    lines = {line.food: line for line in read(data).lines}
    assert (lines["water"].amount, lines["water"].unit, lines["water"].labels) == ("250", "g", {"water": 250.0})
    assert lines["logged in Cups"].covers == ""
    intake = add_up(entries(data), load_foods())
    assert all(intake.mean.high[nutrient_index()[of]] < float("inf") for of in CORE)


@pytest.mark.parametrize(
    ("unit", "grams"),
    [  # a millilitre of water is a gram; NIST Handbook 44 and the British pint of 568.261 ml (20 fluid ounces)
        ("fl_oz_us", 29.5735), ("fl_oz_imp", 28.4131), ("cup_us", 236.588), ("cup_imp", 284.131),
        ("pt_us", 473.176), ("pt_imp", 568.261),
    ],
)  # fmt: skip
def test_household_units_of_water_of_apple_health(unit: str, grams: float) -> None:
    diary = read(ex.apple_xml([ex.apple_record("Water", 2.0, "2026-03-02 12:00:00 +0100", unit=unit)]))
    (line,) = diary.lines
    assert line.food == "water" and line.labels["water"] == pytest.approx(2 * grams, rel=1e-12)
    assert diary.problems == ()


def test_what_cannot_be_read_of_water_or_energy_of_apple_health_is_told_and_no_food() -> None:
    start, other = "2026-03-02 12:00:00 +0100", "2026-03-02 13:00:00 +0100"
    food = ex.apple_record("magnesium", 5.0, start)
    faulty = [
        ex.apple_record("Water", 2.0, other, unit="gill"), ex.apple_record("energy", 2.0, other, "Cups", unit="erg"),
        ex.apple_record("caffeine", 2.0, other, "Bar", unit="mL"),
    ]  # fmt: skip
    diary = read(ex.apple_xml([food, *faulty]))
    assert [(line.number, dict(line.labels)) for line in diary.lines] == [(1, {"magnesium": 5.0})]
    assert [(problem.line, problem.column) for problem in diary.problems] == [
        (2, "water"), (3, "energy"), (4, "caffeine"),
    ]  # fmt: skip
    named = read(ex.apple_xml([food, ex.apple_record("energy", 2.0, other, food="Bread", unit="erg")]))
    assert [line.food for line in named.lines] == ["logged in Logger", "Bread"]  # a food is one without amounts too
    assert "gill" in refusal(ex.apple_xml(faulty))


def test_faulty_records_of_apple_health() -> None:
    good, other = "2026-03-02 12:00:00 +0100", "2026-03-02 13:00:00 +0100"
    data = ex.apple_xml([
        ex.apple_record("magnesium", 5.0, good), ex.apple_record("calcium", 5.0, good, unit="IU"),
        ex.apple_record("magnesium", 5.0, "yesterday"),
        ex.apple_record("potassium", 5.0, other).replace('value="5"', 'value="NaN"'),
        ex.apple_record("energy", 5.0, other, source="Second"),
    ])  # fmt: skip
    diary = read(data)
    assert [(line.number, dict(line.labels)) for line in diary.lines] == [
        (1, {"magnesium": 5.0}), (3, {"magnesium": 5.0}), (4, {}), (5, {"energy": 5.0}),
    ]  # fmt: skip
    assert [problem.line for problem in diary.problems] == [2, 3, 4]
    assert any('amounts come from "Logger", "Second"' in note for note in diary.notes)
    states = [entry.status for entry in resolve(diary, load_foods())]
    assert len(states) == 4


@pytest.mark.parametrize("encoding", ["UT998", "utf-7", "UTF-16"])
def test_an_encoding_that_the_xml_has_not(encoding: str) -> None:
    data = ex.apple_health(ex.FOODS).replace(b'encoding="UTF-8"', f'encoding="{encoding}"'.encode())
    assert "the XML is damaged" in refusal(data)


def test_a_name_in_a_database_that_is_no_text() -> None:
    data = ex.health_connect(ex.FOODS).replace(b"start_zone_offset INTEGER", b"start_zone_offset\xe7INTEGER")
    assert "the database cannot be read" in refusal(data)


def test_entities_in_xml_are_not_expanded() -> None:
    bomb = b'<!DOCTYPE HealthData [<!ENTITY a "aaaaaaaaaa">' + b"".join(
        b'<!ENTITY %s "%s">' % (b"b" * n, b"&%s;" % (b"b" * (n - 1) if n > 1 else b"a") * 10) for n in range(1, 12)
    )
    data = b'<?xml version="1.0"?>' + bomb + b"]><HealthData>&" + b"b" * 11 + b";</HealthData>"
    assert "the XML is damaged" in refusal(data)
    outside = b'<?xml version="1.0"?><!DOCTYPE HealthData [<!ENTITY x SYSTEM "file:///etc/passwd">]><HealthData>&x;</HealthData>'
    assert refusal(outside)


# ---------------------------------------------------------------- YAZIO and the rest


def test_yazio_days_without_their_products() -> None:
    diary = read(ex.yazio_days(ex.FOODS))
    assert all("names its food only by an id" in line.problem.what for line in diary.lines)
    assert [entry.status for entry in resolve(diary, load_foods())] == ["left_out"] * 4


def test_yazio_in_one_file_with_recipes_and_faults() -> None:
    content = {
        "days": {
            "2026-03-02": {"consumed": {
                "products": [{"product_id": "p", "amount": 50}, {"product_id": "p", "amount": None}, 7],
                "recipe_portions": [{"recipe_id": "r", "portion_count": 1.5}],
                "simple_products": [{"name": "Gel", "nutrients": {"mineral.magnesium": "x", "energy.energy": 90}}],
            }},
            "no day": {"consumed": {"products": [{"product_id": "p", "amount": 1}]}},
        },
        "products": {"p": {"name": "Nuts", "base_unit": "g", "nutrients": {"mineral.magnesium": 0.0027}}},
        "recipes": {"r": {"name": "Pancakes", "nutrients": {"mineral.calcium": 0.0502}}},
    }  # fmt: skip
    diary = read(json.dumps(content).encode())
    assert [(line.food, line.amount, line.unit, dict(line.labels), line.problem is None) for line in diary.lines] == [
        ("Nuts", "50", "g", {"magnesium": 135.0}, True),  # 0.0027 g in a gram, 50 g
        ("Nuts", "", "", {}, False),
        ("", "", "", {}, False),
        ("Pancakes", "1.5", "portions", {"calcium": 75.3}, True),
        ("Gel", "", "", {"energy": 90.0}, True),
        ("Nuts", "1", "g", {"magnesium": 2.7}, False),
    ]


@pytest.mark.parametrize("data", [b"{}", b"[]", b'{"a": 1}', b'[{"date": 3}]', b'{"2026-03-02": {"consumed": []}}'])
def test_json_that_is_no_diary(data: bytes) -> None:
    assert "holds no days of YAZIO" in refusal(data)


def test_mynetdiary_as_a_workbook() -> None:
    pytest.importorskip("python_calamine", reason="the extra excel is not installed")
    sport = [["Date & Time", "Name", "Minutes"], [D1, "Running", 30.0]]
    diary = read(xlsx(("Exercise", sport), ("Food", ex.mynetdiary(ex.FOODS))))
    assert diary.layout == "mynetdiary" and 'sheet "Food" is read, not "Exercise"' in diary.notes
    assert [line.labels["calcium"] for line in diary.lines] == [21.1, 23.2, 306.3, 4.8]


def test_intake24_and_its_missing_foods() -> None:
    diary = read(ex.intake24(ex.GAPS))
    assert [(line.food, line.amount, line.person) for line in diary.lines][-2:] == [
        ("Coffee, brewed", "240", "u1"), ("grandma's pie", "a slice", "u1"),
    ]  # fmt: skip
    assert [line.labels.get("magnesium") for line in diary.lines] == [63.2, 60.2, 29.9, None, None]
    assert any("the day here is that of filling in" in note for note in diary.notes)


def test_fitbit_says_what_it_lacks() -> None:
    diary = read(ex.fitbit(ex.FOODS))
    assert any("gives no amounts of magnesium, calcium, potassium" in note for note in diary.notes)
    assert "days without foods, not counted: 20260304" in diary.notes
    assert "there is no day" in read(ex.fitbit(ex.FOODS).replace(b"20260303", b"20261399")).problems[0].what


def test_a_frame_of_an_export() -> None:
    pd = pytest.importorskip("pandas")
    frame = pd.read_csv(io.BytesIO(ex.cronometer_servings(ex.GAPS)))
    diary = read_diary(frame)
    assert diary.layout == "cronometer"
    assert [dict(line.labels) for line in diary.lines] == [food.labels for food in ex.GAPS]


# ---------------------------------------------------------------- archives


def test_the_right_member_of_an_archive() -> None:
    loseit = ex.loseit(ex.FOODS, zipped=True)
    exercise = b"Date,Name,Icon,Type,Quantity,Units,Calories,Deleted\n05/05/2026,Run,Run,Exercise,30,minutes,-176,0\n"
    diary = read(ex.zipped(**{
        "__MACOSX/._food-logs.csv": loseit, "exercise-logs.csv": exercise, "food-logs.csv": loseit,
        "notes.csv": b"Date,Title,Body\n1,2,3\n", "profile.csv": b"Name,Value\na,b\n", "photo.png": b"\x89PNG",
    }))  # fmt: skip
    assert diary.layout == "loseit" and len(diary.lines) == 4
    assert diary.notes[0] == (
        'of the archive "food-logs.csv" is read as the diary; not "exercise-logs.csv", "notes.csv", "profile.csv"'
    )
    items = read(ex.zipped(**{"x_Totals.csv": ex.asa24_totals(ex.FOODS), "x_Items.csv": ex.asa24_items(ex.FOODS)}))
    assert items.layout == "asa24"


@pytest.mark.parametrize("name", [name for name in SAMPLES if name != "yazio zip"])
def test_every_layout_out_of_an_archive(name: str) -> None:
    data = SAMPLES[name].write(ex.FOODS)
    ending = {"apple-health": "xml", "yazio": "json", "health-connect": "db"}.get(SAMPLES[name].layout, "csv")
    if name == "nhanes xpt":
        ending = "xpt"
    packed = read(ex.zipped(**{f"apple_health_export/export.{ending}": data, "readme.txt": b"hello"}))
    assert packed.lines == read(data).lines


def test_archives_with_nothing_to_read() -> None:
    assert "nothing in it can be read" in refusal(ex.zipped(**{"a.png": b"x"}))
    assert "there is no food column" in refusal(ex.zipped(**{"a.csv": b"date,what not\n2026-03-02,x\n"}))
    whole = ex.zipped(**{"plain.csv": b"date,food,amount\n2026-03-02,milk,1 cup\n", "b.csv": b"x,y\n1,2\n"})
    assert read(whole).layout == "plain"


def test_a_damaged_member_of_an_archive() -> None:
    data = bytearray(ex.zipped(**{"food-logs.csv": ex.loseit(ex.FOODS * 50)}))
    start = data.index(b"food-logs.csv") + 60
    data[start : start + 40] = bytes(40)
    assert "cannot be read" in refusal(bytes(data))


def test_an_archive_with_a_password() -> None:
    data = bytearray(ex.zipped(**{"food-logs.csv": ex.loseit(ex.FOODS)}))
    for mark in (b"PK\x03\x04", b"PK\x01\x02"):  # the flag bit that says "encrypted"
        at = data.index(mark) + (6 if mark == b"PK\x03\x04" else 8)
        data[at] |= 1
    assert "password" in refusal(bytes(data))


# ---------------------------------------------------------------- what is damaged, empty or something else


@pytest.mark.parametrize("name", SAMPLES)
def test_empty_files(name: str) -> None:
    data = SAMPLES[name].write([])
    said = refusal(data)
    assert any(words in said for words in ("no lines below the header", "holds no", "no line has a date"))
    assert "\n" not in said


@pytest.mark.parametrize("name", SAMPLES)
def test_damaged_files_are_lines_or_a_diary_error(name: str) -> None:
    data = SAMPLES[name].write(ex.FOODS)
    draw = random.Random(7)
    broken = [data[: draw.randrange(len(data))] for _ in range(25)]
    for _ in range(40):
        at, size = draw.randrange(len(data)), draw.randrange(1, 9)
        filling = draw.choice([b"", draw.randbytes(size), b"x" * size, b",,", b"\n", b'"', b"-", b"1e999", b"\0"])
        broken.append(data[:at] + filling + data[at + size :])
    for one in broken:
        diary = _check_whole(one)
        if diary is not None:
            found = resolve(diary, load_foods())
            assert [entry.line for entry in found] == [*diary.lines]
            assert {entry.status for entry in found} <= {"counted", "flagged", "left_out"}


def _check_whole(data: bytes) -> Diary | None:
    """A DiaryError, or lines each of which is accounted for, with sound amounts and all problems told."""
    try:
        diary = read(data)
    except DiaryError as error:
        assert str(error)
        return None
    assert all(line.problem in diary.problems for line in diary.lines if line.problem is not None)
    assert all((line.date is None) <= (line.problem is not None) for line in diary.lines)
    assert all((line.food == "") <= (line.problem is not None) for line in diary.lines)
    assert all(0 <= amount < float("inf") for line in diary.lines for amount in line.labels.values())
    return diary


@pytest.mark.parametrize("name", ["cronometer", "macrofactor", "asa24", "loseit", "mynetdiary", "nhanes csv"])
def test_rows_with_bad_cells_are_kept_with_their_reason(name: str) -> None:
    rows = SAMPLES[name].write(ex.FOODS).decode("utf-8-sig").splitlines()
    cells = rows[2].split(",")
    extra = ",".join([*cells, "and", "more"])
    diary = read("\n".join([rows[0], rows[1], extra, rows[3], rows[4]]).encode())
    assert len(diary.lines) == 4
    assert [line.problem is None for line in diary.lines] == [True, False, True, True]
    assert "cells where the header has" in diary.problems[0].what


def test_a_bad_number_costs_one_cell() -> None:
    data = ex.cronometer_servings(ex.FOODS).replace(b"60.200", b"lots").replace(b"23.200", b"-4")
    diary = read(data)
    assert [problem.column for problem in diary.problems] == ["Magnesium (mg)", "Calcium (mg)"]
    assert diary.lines[1].problem is None
    assert "magnesium" not in diary.lines[1].labels and diary.lines[1].labels["potassium"] == 305.3


def test_a_missing_column_is_told() -> None:
    data = ex.cronometer_servings(ex.FOODS).replace(b"Food Name", b"Thing")
    assert "there is no food column" in refusal(data)
    said = refusal(data, layout="cronometer")
    assert "there is no header of cronometer: a row with the columns amount, day, food name, group or" in said


STARTS = st.sampled_from([
    b"SQLite format 3\0", b'<?xml version="1.0"?>\n<!DOCTYPE HealthData [', b"<HealthData>", b"{", b'{"', b"[{", b"[",
    b"PK\x03\x04", b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!",
    b"Food Log 20260302\nDaily Totals\nFood Log 20260303\n",
    b"Day,Group,Food Name,Amount\n", b"Date,Energy (kcal),Completed\n", b"Date,Food Name,Serving Size,Serving Qty\n",
    b"UserName,RecallNo,FoodCode,FoodAmt,MAGN\n", b"SEQN,DR1IFDCD,DR1IMAGN\n", b"SEQN,DR2TKCAL\n",
    b"Date,Name,Quantity,Units,Calories,Deleted,Fat (g)\n", b"Date;Meal;Calories;Fat (g)\n", b"Date,Cals ( kcal)\n",
    b"start_time,time_offset,calorie,potassium\n", b"Date & Time,Meal,Food ID,Name,Amount\n",
    b"User ID,Meal name,Search term,Portion size (g/ml)\n", b"UserName,RecallNo,KCAL,MAGN\n",
])  # fmt: skip
PIECES = st.sampled_from([
    b"2026-03-02", b"03/02/2026", b"May 1, 2018", b",", b";", b"\n", b'"', b" ", b"  ", b"1", b"1,050", b"-1", b"1e999",
    b"x", b"UTC+0530", b"2026-03-01 20:30:00", b"n/a", b".", b"\xff", b"\0", b"}", b"]", b'":', b'"consumed":{',
    b"<", b">", b"<Record type='HKQuantityTypeIdentifierDietaryMagnesium'/>",
    b"HEADER RECORD*******NAMESTR HEADER RECORD!!!!!!!",
    b"HEADER RECORD*******OBS     HEADER RECORD!!!!!!!",
])  # fmt: skip


@settings(max_examples=400)
@given(STARTS, st.one_of(st.binary(max_size=400), st.lists(PIECES, max_size=60).map(b"".join)))
def test_random_bytes_behind_a_signature(start: bytes, rest: bytes) -> None:
    _check_whole(start + rest)


@settings(max_examples=60)
@given(
    st.binary(min_size=1, max_size=40),
    st.integers(0, 10_000),
    st.sampled_from(["health connect", "nhanes xpt", "yazio zip"]),
)
def test_random_bytes_within_a_file(patch: bytes, at: int, name: str) -> None:
    data = bytearray(SAMPLES[name].write(ex.FOODS))
    at %= len(data)
    data[at : at + len(patch)] = patch
    _check_whole(bytes(data))


# ---------------------------------------------------------------- plain diaries stay plain, and light


@pytest.mark.parametrize(
    "header",
    ["date,food,amount", "Day,Food,Amount", "Day,Food Name,Amount", "date,food name,amount",
     "Date,Meal,Food,Calories,Fat (g)",
     "date,name,quantity,units,calories", "Date,Food,Cals (kcal)", "date,time,food name,serving size"],
)  # fmt: skip
def test_plain_diaries_stay_plain(header: str) -> None:
    cells = ["2026-03-02" if name.lower() in ("date", "day") else "1" for name in header.split(",")]
    assert read(f"{header}\n{','.join(cells)}\n".encode()).layout == "plain"


def test_a_note_in_brackets_or_angles_above_a_diary() -> None:
    for first in ("[My diary]", "<diary>", "SQLite format", "Hello", "Food Log 20260302"):
        assert read(f"{first}\ndate,food\n2026-03-02,milk\n".encode()).layout == "plain"


def test_a_plain_diary_imports_no_reader_of_exports() -> None:
    code = (
        "import io, sys; from nutrigap.diary import read_diary; "
        "read_diary(io.BytesIO(b'date,food,amount\\n2026-03-01,x,1\\n')); "
        "print([name for name in sys.modules if 'exports' in name or 'archive' in name "
        "or name in ('json', 'sqlite3', 'zipfile', 'xml.etree')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_names_of_layouts() -> None:
    assert [layout.name for layout in LAYOUTS] == [
        "plain", "cronometer", "cronometer-summary", "macrofactor", "asa24", "asa24-totals", "nhanes", "nhanes-totals",
        "loseit", "myfitnesspal", "fatsecret", "samsung-health", "health-connect", "apple-health", "yazio",
        "mynetdiary", "fitbit", "intake24",
    ]  # fmt: skip
