"""Lines of a cohort: bounds that are told, doses, sources, people, and CSV files as a diary's reader takes them.

Milk is FNDDS 2021-2023, code 11111000: 12 mg of magnesium in 100 g. Other expected values are worked out by hand from
tables written here, or those of the single diary.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pytest

import nutrigap as ng
from nutrigap.cli import run
from nutrigap.diary.text import records

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

DAY = date(2026, 3, 2)
MILK, MILK_MAGNESIUM = "11111000", 0.12  # mg a gram
INF, NAN = float("inf"), float("nan")


def lines(**columns: object) -> pa.Table:
    """Resolved lines: 100 g of milk each, but for what is given."""
    size = max(len(column) for column in columns.values()) if columns else 1
    whole = {"person": ["p"] * size, "date": [DAY] * size, "food_id": [MILK] * size, "grams": [100.0] * size}
    return pa.table(whole | columns)


def totals(done: ng.CohortRun) -> list[dict]:
    """Rows of the person-days, a null as NaN."""
    rows = [row for path in done.totals for row in pq.read_table(path, partitioning=None).to_pylist()]
    return [{name: NAN if value is None else value for name, value in row.items()} for row in rows]


def people(done: ng.CohortRun) -> list[dict]:
    return pq.read_table(done.people).to_pylist()


def told(done: ng.CohortRun) -> list[dict[str, str]]:
    return [row for path in done.left_out for row in csv.DictReader(path.open(encoding="utf-8"))]


def ends(row: dict, name: str = "magnesium") -> list[float]:
    return [row[name + end] for end in ("_low", "", "_high")]


def statuses(done: ng.CohortRun) -> tuple[int, int, int]:
    """How many lines are counted, flagged, left out."""
    found = done.record["lines"]
    assert isinstance(found, dict)
    return found["counted"], found["flagged"], found["left_out"]


# --- doses of foods


@pytest.fixture(scope="module")
def own_foods(tmp_path_factory: pytest.TempPathFactory) -> ng.FoodTable:
    """A table without anything to stand in for what was not measured."""
    path = tmp_path_factory.mktemp("foods") / "own.csv"
    path.write_text("food,serving_g,magnesium_mg,calcium_mg\nA tablet,1,,5\nB bread,1,100,5\n", encoding="utf-8")
    return ng.load_foods(path)


@pytest.mark.parametrize("source", ["supplement", "food"])
def test_what_was_never_measured_is_not_zero_as_a_dose_either(source, own_foods, tmp_path):
    given = lines(food_id=["own:2", "own:3"], grams=[1.0, 1.0], source=[source, "food"])
    done = ng.cohort(given, tmp_path / "out", foods=own_foods, names=("magnesium", "calcium"))
    [row], [person] = totals(done), people(done)
    assert ends(row) == pytest.approx([100.0, NAN, INF], nan_ok=True)
    of_tablets = [0.0, NAN, INF] if source == "supplement" else [0.0, 0.0, 0.0]
    assert ends(row, "magnesium_supplement") == pytest.approx(of_tablets, nan_ok=True)
    assert ends(row, "calcium_supplement") == ([5.0] * 3 if source == "supplement" else [0.0] * 3)
    assert ends(row, "calcium") == [10.0] * 3
    assert person["magnesium"] is None and person["magnesium_low"] == 100.0 and person["magnesium_high"] == INF
    assert person["magnesium_supplement_high"] == of_tablets[2]
    assert (person["magnesium_supplement"] is None) == (source == "supplement")


# --- bounds of grams


@pytest.mark.parametrize(
    ("given", "grams", "status"),
    [
        ({}, (100, 100, 100), "counted"),
        ({"grams_low": 80.0}, (80, 100, 100), "counted"),
        ({"grams_high": 130.0}, (100, 100, 130), "counted"),
        ({"grams_low": 80.0, "grams_high": 130.0}, (80, 100, 130), "counted"),
        ({"grams_low": 80.0, "grams_high": INF}, (80, 100, INF), "counted"),
        ({"grams": None, "grams_low": 50.0, "grams_high": 60.0}, (50, 55, 60), "flagged"),
        ({"grams": 0.0, "grams_low": 0.0, "grams_high": 200.0}, (0, 0, 200), "counted"),
        ({"grams_low": NAN, "grams_high": NAN}, (100, 100, 100), "counted"),
    ],
)
def test_stated_bounds_of_grams_hold(given, grams, status, tmp_path):
    table = lines(**{name: pa.array([value], pa.float64()) for name, value in given.items()})
    done = ng.cohort(table, tmp_path / "out", readings=False)
    assert statuses(done) == (status == "counted", status == "flagged", 0)
    assert ends(totals(done)[0]) == pytest.approx([MILK_MAGNESIUM * end for end in grams], rel=1e-12)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"grams_low": 120.0, "grams_high": 80.0}, "grams (100) are not between grams_low (120) and grams_high (80)"),
        ({"grams_low": -5.0, "grams_high": 200.0}, "grams (100) are not between grams_low (-5) and grams_high (200)"),
        ({"grams_high": 80.0}, "grams (100) are not between grams_low (blank) and grams_high (80)"),
        ({"grams": None, "grams_high": 80.0}, "grams (blank) are not between grams_low (blank) and grams_high (80)"),
        ({"grams": None, "grams_low": 9.0, "grams_high": INF}, "grams (blank) are not between"),
        ({"grams_high": 6_000.0}, "6,000 g looks like a slip"),
    ],
)
def test_bounds_of_grams_that_do_not_hold_leave_the_line_out(given, reason, tmp_path):
    table = lines(**{name: pa.array([value], pa.float64()) for name, value in given.items()})
    done = ng.cohort(pa.concat_tables([table, lines()], promote_options="default"), tmp_path / "out", readings=False)
    assert statuses(done) == (1, 0, 1)
    [row] = told(done)
    assert row["row"] == "1" and row["reason"].startswith(reason) and row["fix"]
    low, best, high = ends(totals(done)[0])
    assert low == best == pytest.approx(12.0) and best < high < INF  # the day has room for what is left out


def test_bounds_in_text_are_read_as_a_diary_reads_numbers(tmp_path):
    path = tmp_path / "lines.csv"
    path.write_text(
        "person;date;food_id;grams;grams_low;grams_high\n"
        f"a;2026-03-02;{MILK};62,5;50,0;80,5\n"
        f"b;2026-03-02;{MILK};62,5;about 50;80,5\n"
        f"c;2026-03-02;{MILK};two glasses;50;80\n"
        f"d;2026-03-02;{MILK};62.5;n/a;\n",
        encoding="utf-8",
    )
    done = ng.cohort(path, tmp_path / "out", readings=False)
    found = {row["person"]: row for row in totals(done)}
    assert ends(found["a"]) == pytest.approx([50 * 0.12, 62.5 * 0.12, 80.5 * 0.12], rel=1e-12)
    assert ends(found["d"]) == pytest.approx([62.5 * 0.12] * 3, rel=1e-12)
    assert [row["person"] for row in told(done)] == ["b", "c"]
    assert "about 50" in told(done)[0]["reason"] and "two glasses" in told(done)[1]["reason"]


def test_an_upper_end_that_is_not_known_opens_only_what_the_food_has(tmp_path):
    """Table salt (SR 02047): magnesium 1 mg, and vitamin D measured as 0 µg in 100 g."""
    done = ng.cohort(lines(food_id=["sr:02047"], grams_high=[INF]), tmp_path / "out", readings=False)
    [row] = totals(done)
    assert ends(row) == [1.0, 1.0, INF] and ends(row, "vitamin_d") == [0.0] * 3


def test_a_heavy_end_is_judged_as_a_diary_judges_such_an_amount(tmp_path):
    """Watermelon, 2 kg or up to 6: the whole fruit is in the tables, so that a diary counts it, or on a guess."""
    written = tmp_path / "diary.csv"
    written.write_text("date,food,amount\n2026-03-02,sr:09326,6000 g\n", encoding="utf-8")
    report = ng.analyze(written, ng.Person(age=40, sex="female"))
    done = ng.cohort(lines(food_id=["sr:09326"], grams=[2_000.0], grams_high=[6_000.0]), tmp_path / "out")
    assert statuses(done) == tuple(report.count(status) for status in ("counted", "flagged", "left_out"))
    assert statuses(done)[2] == 0
    low, best, high = ends(totals(done)[0])
    assert low == best and high == pytest.approx(3 * best, rel=1e-12)


# --- food or supplement


@pytest.mark.parametrize("word", ["supplement", "Supplements", "Dietary Supplement", "tablet", "PILL", "dose", "supp"])
def test_words_for_a_supplement_are_those_of_a_diary(word, tmp_path):
    done = ng.cohort(lines(source=[word, "food"]), tmp_path / "out", readings=False)
    assert statuses(done) == (2, 0, 0)
    [row] = totals(done)
    assert ends(row) == pytest.approx([24.0] * 3) and ends(row, "magnesium_supplement") == pytest.approx([12.0] * 3)


@pytest.mark.parametrize("word", ["xyz", "fortified", "suplement", "7"])
def test_another_word_as_source_is_told_and_nothing_bounds_the_line(word, tmp_path):
    done = ng.cohort(lines(source=[word, ""]), tmp_path / "out", readings=False)
    assert statuses(done) == (1, 0, 1)
    [row] = told(done)
    assert row["reason"] == f'source: "{word}" is neither food nor supplement'
    assert ends(totals(done)[0]) == pytest.approx([12.0, 12.0, INF])


SUPPLEMENTS = [f"{one}_supplement{end}" for one in ("magnesium", "calcium") for end in ("_low", "", "_high")]


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_doses_that_lines_cannot_tell_are_blank_and_not_zero(kind, tmp_path, monkeypatch):
    """Milk alone: 12 mg of magnesium; the second line is read as a diary reads it, for its code is none."""
    monkeypatch.setattr("nutrigap.cohorts.table_kind", lambda: kind)
    given = lines(person=["p", "q", "r"], food_id=[MILK, "none", MILK])
    done = ng.cohort(given, tmp_path / "out")
    for path in (*done.totals, done.people):
        assert path.suffix == f".{kind}"
        rows = pq.read_table(path).to_pylist() if kind == "parquet" else [*csv.DictReader(path.open(encoding="utf-8"))]
        assert len(rows) == 3 and {row[name] for row in rows for name in SUPPLEMENTS} <= {None, ""}
        assert float(rows[0]["magnesium"]) == float(rows[0]["magnesium_high"]) == pytest.approx(12.0)
    if kind == "parquet":
        schema = pq.read_schema(done.totals[0])
        assert {schema.field(name).type for name in SUPPLEMENTS} == {pa.float64()}


@pytest.mark.parametrize(
    "given",
    [
        lines(source=[None]),
        lines()
        .drop_columns(["food_id", "grams"])
        .append_column("food", [["milk"]])
        .append_column("amount", [["1 cup"]]),
    ],
)
def test_where_doses_can_be_told_none_is_zero(given, tmp_path):
    done = ng.cohort(given, tmp_path / "out", readings=False)
    for row in (totals(done)[0], people(done)[0]):
        assert [row[name] for name in SUPPLEMENTS] == [0.0] * 6


def test_readings_of_lines_without_doses_are_those_of_a_diary_without_supplements(tmp_path):
    given = lines(date=[DAY, date(2026, 3, 3)])
    table = pa.table({"person": ["p"], "age": [40], "sex": ["female"]})
    plain, asked = (
        people(ng.cohort(one, tmp_path / name, people=table))[0]
        for name, one in (("plain", given), ("asked", given.append_column("source", [["food", "food"]])))
    )
    written = write(
        tmp_path / "diary.csv", f"date,food,amount\n2026-03-02,fndds:{MILK},100 g\n2026-03-03,fndds:{MILK},100 g"
    )
    for reading in ng.analyze(written, PERSON).case.core:
        assert plain[f"{reading.nutrient.id}_status"] == reading.adequacy.status
        if reading.nutrient.id != "magnesium":  # whose level counts supplements only, which nobody was asked for
            assert plain[f"{reading.nutrient.id}_excess"] == reading.excess.status
    differ = {name for name in plain if "_supplement" in name} | {"magnesium_excess"}
    assert {name for name in plain if plain[name] != asked[name]} == differ


def test_no_share_above_a_level_for_supplements_where_doses_were_not_asked_for(tmp_path):
    random = np.random.default_rng(5)
    size = 120
    given = lines(
        person=np.repeat(np.arange(size), 2),
        date=[DAY, date(2026, 3, 3)] * size,
        grams=random.gamma(9.0, 250.0, 2 * size),
    )
    done = ng.cohort(given, tmp_path / "out", readings=False)
    days = {name: [row[name] for row in totals(done)] for name in totals(done)[0]}
    size = len(days["person"])
    days |= {"sequence": [1, 2] * (size // 2), "age": [40] * size, "sex": ["female"] * size}
    got = ng.population.usual_intake(days, "magnesium", reference="us", errors=None)
    assert got.prevalence.above_ul.value is None
    assert got.prevalence.above_ul.reason == "the upper level counts supplements only, and no supplements were told"


def test_doses_that_are_not_known_are_those_of_the_diary(tmp_path):
    """A product that nobody knows has no upper end, and no best value by itself; a dose beside it is the least."""
    text = HEAD.replace("amount", "amount,kind") + (
        "p,2026-03-02,milk,200 g,\np,2026-03-02,multivitamin,1,supplement\np,2026-03-03,milk,100 g,\n"
        "p,2026-03-03,magnesium 200 mg,1 tablet,supplement\np,2026-03-04,milk,100 g,\n"
        "p,2026-03-04,magnesium 200 mg,1 tablet,supplement\np,2026-03-04,multivitamin,1,supplement\n"
    )
    report, done = of_one(text.replace("person,", ""), tmp_path), as_cohort(text, tmp_path)
    days, [person] = totals(done), people(done)
    assert [[day[name] for name in SUPPLEMENTS[:3]] for day in days] == [
        pytest.approx(ends, nan_ok=True) for ends in ([0, NAN, INF], [200, 200, 200], [200, 200, INF])
    ]
    assert [[day[name] for name in SUPPLEMENTS[3:]] for day in days] == [
        pytest.approx(ends, nan_ok=True) for ends in ([0, NAN, INF], [0, 0, 0], [0, NAN, INF])
    ]
    assert [person[name] for name in SUPPLEMENTS] == pytest.approx([400 / 3, 400 / 3, INF, 0, None, INF])
    intake = report.case.intake
    for name in ("magnesium", "calcium", "vitamin_b12"):
        at = ng.units.nutrient_index()[name]
        for end, of_day, of_mean in zip(
            ("_low", "", "_high"), intake.daily_by_source, intake.mean_by_source, strict=True
        ):
            np.testing.assert_array_equal([day[f"{name}_supplement{end}"] for day in days], of_day[:, at, 2])
            mean = person[f"{name}_supplement{end}"]
            np.testing.assert_array_equal(NAN if mean is None else mean, of_mean[at, 2])


# --- codes and grams


def test_a_code_that_a_table_of_numbers_gave_a_point_is_the_code(tmp_path):
    """As pandas writes whole numbers once one of them is missing."""
    text = f"person,date,food_id,grams\np,2026-03-02,{MILK}.0,100\nq,2026-03-02,,100\nr,2026-03-02,{MILK}.0,6000\n"
    done = ng.cohort(write(tmp_path / "lines.csv", text), tmp_path / "out", readings=False)
    assert statuses(done) == (1, 0, 2) and ends(totals(done)[0]) == pytest.approx([12.0] * 3)
    assert [row["reason"].split(":")[0] for row in told(done)] == [
        "the line has no food_id", "6,000 g looks like a slip",
    ]  # fmt: skip


@pytest.mark.parametrize("blank", ["", "n/a", "nan"])
def test_a_line_without_grams_is_left_out_and_no_usual_portion_stands_for_it(blank, tmp_path):
    text = f"person,date,food_id,grams\np,2026-03-02,{MILK},100\np,2026-03-02,{MILK},{blank}\n"
    done = ng.cohort(write(tmp_path / "lines.csv", text), tmp_path / "out", readings=False)
    assert statuses(done) == (1, 0, 1) and told(done)[0]["reason"] == "the line has no grams"
    foods, at = ng.load_foods(), ng.units.nutrient_index()["magnesium"]
    room = foods.left_out_portion.mean[at] + 1.645 * foods.left_out_portion.sd[at]  # of one line
    assert ends(totals(done)[0]) == pytest.approx([12.0, 12.0, 12.0 + room])


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (f"{MILK},100,,,food,x,y,z", "has 10 cells where the header has 7"),
        (",100,,,", "the line has no food_id"),
        (f"{MILK},abc,,,", 'grams: "abc" is not a number'),
        (f"{MILK},1e300,,,", "1e+300 g looks like a slip"),
        (f"{MILK},10,,1e300,", "1e+300 g looks like a slip"),
        (f"{MILK},inf,,,", "inf g looks like a slip"),
        (f"{MILK},1e4,,,", "10,000 g looks like a slip: the largest"),
        (f"{MILK},-1e1,,,", 'the amount "-10 g" is negative'),
    ],
)
def test_reasons_are_told_in_words_of_the_columns_of_resolved_lines(cells, reason, tmp_path):
    good = f"p,2026-03-02,{MILK},100,,,"
    text = f"person,date,food_id,grams,grams_low,grams_high,source\n{good}\np,2026-03-02,{cells}\n"
    done = ng.cohort(write(tmp_path / "lines.csv", text), tmp_path / "out", readings=False)
    [row] = told(done)
    assert row["reason"].startswith(reason) and row["fix"] and statuses(done) == (1, 0, 1)


def test_a_number_beyond_all_bounds_without_bounds(tmp_path):
    done = ng.cohort(lines(grams=[1e300, INF, 100.0]), tmp_path / "out", readings=False)
    assert [row["reason"].split(" looks")[0] for row in told(done)[:2]] == ["1e+300 g", "inf g"]


def test_written_columns_beside_resolved_ones_are_told_not_to_be_read(tmp_path):
    text = f"person,date,food,amount,food_id,grams\np,2026-03-02,milk,1 cup,,\np,2026-03-02,milk,,{MILK},100\n"
    done = ng.cohort(write(tmp_path / "lines.csv", text), tmp_path / "out", readings=False)
    assert done.record["notes"] == ['columns not read: "food", "amount"'] and statuses(done) == (1, 0, 1)
    assert told(done)[0]["fix"].endswith("food and amount are not read beside food_id and grams")


@pytest.mark.parametrize(
    ("name", "cells", "expected"),
    [
        ("food_id", [int(MILK), f"fndds:{MILK}", None], {"p": 12, "q": 12, "r": 0}),
        ("food_id", [float(MILK), MILK, None], {"p": 12, "q": 12, "r": 0}),
        ("person", [7, "x", 7.0], {"7": 24, "x": 12}),
        ("grams", [100, "200", "lots"], {"p": 12, "q": 24, "r": 0}),
        ("date", [datetime(2026, 3, 2, 23, 59), DAY, "2026-03-02"], {"p": 12, "q": 12, "r": 12}),
    ],
)
def test_cells_of_several_kinds_in_a_frame_are_read_as_texts(name, cells, expected, tmp_path):
    pd = pytest.importorskip("pandas")
    frame = lines(person=["p", "q", "r"]).to_pandas().assign(**{name: pd.Series(cells, dtype=object)})
    done = ng.cohort(frame, tmp_path / "out", readings=False)
    assert {row["person"]: row["magnesium"] for row in totals(done)} == pytest.approx(expected)
    assert {row["date"] for row in totals(done)} == {DAY} and statuses(done)[2] == (0 in expected.values())
    again = ng.cohort(frame.set_index("person"), tmp_path / "again", readings=False)
    assert str(totals(again)) == str(totals(done))


def test_a_table_of_people_with_cells_of_several_kinds(tmp_path):
    pd = pytest.importorskip("pandas")
    table = pd.DataFrame({"person": ["a", 7], "age": ["31", 32], "sex": ["female", "male"]})
    done = ng.cohort(lines(person=["a", "7"]), tmp_path / "out", people=table, readings=False)
    assert {row["person"]: row["age"] for row in people(done)} == {"a": 31, "7": 32}


def test_columns_of_one_name_are_told(tmp_path):
    twice = pa.Table.from_arrays(
        [*lines().columns, ["white"], ["old"]], names=[*lines().column_names, "colour", "colour"]
    )
    for table in (twice, pytest.importorskip("pandas").concat([lines().to_pandas()] * 2, axis=1)):
        with pytest.raises(ng.DiaryError, match=r'two columns are called "(colour|date)"; rename one'):
            ng.cohort(table, tmp_path / "out")


def test_a_column_of_what_is_neither_text_nor_number_is_told(tmp_path):
    with pytest.raises(ng.TableError, match=r'column "grams" \(list<item: double>\) cannot be read'):
        ng.cohort(lines(grams=[[1.0, 2.0]]), tmp_path / "out")
    with pytest.raises(ng.TableError, match=r'column "age" .* cannot be read'):
        ng.cohort(lines(), tmp_path / "out", people=pa.table({"person": ["p"], "age": [[1, 2]]}))


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_columns_that_only_names_of_folders_tell_are_missed_with_a_word_on_it(kind, tmp_path):
    folder = tmp_path / "lines" / "date=2026-03-02"
    folder.mkdir(parents=True)
    table = lines().drop_columns(["date"])
    if kind == "csv":
        write(folder / "a.csv", f"person,food_id,grams\np,{MILK},100\n")
    else:
        pq.write_table(table, folder / "a.parquet")
    with pytest.raises(ng.DiaryError, match=r"no date column.*names of folders say \(date=2026-03-02\) is not read"):
        ng.cohort(tmp_path / "lines", tmp_path / "out")


# --- days


def test_days_of_pills_alone_are_marked(tmp_path):
    path = tmp_path / "lines.csv"
    path.write_text(
        "person,date,food,amount\n"
        "p,2026-03-02,magnesium 200 mg,1 tablet\n"
        "p,2026-03-03,magnesium 200 mg,1 tablet\n"
        f"p,2026-03-03,fndds:{MILK},100 g\n"
        "q,2026-03-02,magnesium 200 mg,1 tablet\n"
        "q,2026-03-02,xyzzy quux,100 g\n",  # food, though nobody knows which
        encoding="utf-8",
    )
    done = ng.cohort(path, tmp_path / "out", readings=False)
    found = {(row["person"], row["date"].day): row["food_logged"] for row in totals(done)}
    assert found == {("p", 2): False, ("p", 3): True, ("q", 2): True}
    again = ng.cohort(lines(date=[DAY, date(2026, 3, 3)], source=["food", "supplement"]), tmp_path / "resolved")
    assert [row["food_logged"] for row in totals(again)] == [True, False]


def test_a_number_that_is_no_date_is_named(tmp_path):
    done = ng.cohort(lines(date=pa.array([20260302, 99])), tmp_path / "out", readings=False)
    [row] = told(done)
    assert row["date"] == "99" and row["reason"] == '"99" is not a date'


# --- people


def joined(persons: pa.Array, named: pa.Array, folder: Path, **more: object) -> ng.CohortRun:
    """A run over lines of some people, with a table of people in which the first is 31, the next 32, and so on."""
    table = pa.table({"person": named, "age": list(range(31, 31 + len(named))), "sex": ["female"] * len(named), **more})
    return ng.cohort(lines(person=persons), folder, people=table, readings=False)


BIG = 1_234_567_890_123_456_789  # beyond what floats tell apart


@pytest.mark.parametrize(
    ("persons", "named", "ages"),
    [
        (pa.array([BIG, BIG + 1]), pa.array([BIG, BIG + 1]), {BIG: 31, BIG + 1: 32}),
        (pa.array([BIG, BIG + 1]), pa.array([BIG]), {BIG: 31, BIG + 1: None}),
        (pa.array([7, None, 8]), pa.array([7, 8]), {7: 31, 8: 32}),
        (pa.array([2**63 + 5, 7], pa.uint64()), pa.array([2**63 + 5, 7], pa.uint64()), {str(2**63 + 5): 31, "7": 32}),
        (pa.array([62161.0, 62162.0]), pa.array(["62161.0", "62162"]), {"62161": 31, "62162": 32}),
        (pa.array(["007", "010"]), pa.array([7, 10]), {"007": 31, "010": 32}),
        (pa.array([7, 10]), pa.array(["007", "10.0"]), {7: 31, 10: 32}),
        (pa.array([" a", "b\u00a0"]), pa.array(["a", "b"]), {"a": 31, "b": 32}),  # as of a CSV file
        (pa.array(["a", "A"]), pa.array(["a", "A"]), {"a": 31, "A": 32}),
    ],
)
def test_people_are_joined_by_what_they_go_by_and_stay_as_written(persons, named, ages, tmp_path):
    done = joined(persons, named, tmp_path / "out")
    assert {row["person"]: row["age"] for row in people(done)} == ages
    assert {row["person"] for row in totals(done)} == ages.keys()
    assert done.record["people_table"] == {
        "rows": len(named), "people_without_row": sum(age is None for age in ages.values()), "rows_without_lines": 0,
        "columns_not_read": [],
    }  # fmt: skip


def test_how_lines_and_people_fit_together_is_told(tmp_path, capsys):
    given, table, out = tmp_path / "lines.csv", tmp_path / "people.csv", tmp_path / "out"
    given.write_text("person,date,food,amount\n" + "".join(f"{i},2026-03-02,banana,100 g\n" for i in (1, 2, 3)))
    table.write_bytes("person;age;psu;Größe\n2;40;1;180\n3;41;1;181\n4;42;2;182\n5;43;2;183\n".encode("cp1252"))
    assert run(["cohort", str(given), "-o", str(out), "--people", str(table), "--no-readings"]) == 0
    said = capsys.readouterr().err
    assert "people who are not in the table of people: 1; rows of it without lines: 2 of 4" in said
    assert "its columns not read: psu, größe" in said


def test_a_table_of_people_with_nobody_of_the_lines_is_refused(tmp_path):
    with pytest.raises(ng.TableError, match="nobody who has lines is in the table of people"):
        joined(pa.array(["p1", "p2"]), pa.array([1, 2]), tmp_path / "out")
    assert not (tmp_path / "out" / "run.json").exists()


def test_columns_of_a_survey_are_left_aside_whatever_they_are_called(tmp_path):
    more = {name: ["1", "2"] for name in ("psu", "stratum", "son", "height", "ages", "sexe", "stage")}
    done = joined(pa.array(["a", "b"]), pa.array(["a", "b"]), tmp_path / "out", **more)
    assert done.record["people_table"]["columns_not_read"] == list(more)
    assert {row["person"]: row["sex"] for row in people(done)} == {"a": "female", "b": "female"}
    with pytest.raises(ng.TableError, match='column "pregnant": write life_stage'):
        joined(pa.array(["a"]), pa.array(["a"]), tmp_path / "other", pregnant=["1"])


@pytest.mark.parametrize("weight", [0.0, INF, -1.0])
def test_a_weight_that_no_estimate_can_use_is_refused_in_the_table_of_people(weight, tmp_path):
    with pytest.raises(ng.TableError, match=r"people:3: weight: .* is no weight; write a number above 0"):
        joined(pa.array(["a", "b"]), pa.array(["a", "b"]), tmp_path / "out", weight=[1.0, weight])
    done = joined(pa.array(["a", "b"]), pa.array(["a", "b"]), tmp_path / "other", weight=pa.array([2.5, None]))
    assert {row["person"]: row["weight"] for row in people(done)} == {"a": 2.5, "b": None}


def test_one_person_in_two_spellings_is_refused_in_the_table_of_people(tmp_path):
    with pytest.raises(ng.TableError, match=r'people:3: person: "7" is the same as "007"; keep one row'):
        joined(pa.array([7]), pa.array(["007", "7"]), tmp_path / "out")


def test_every_part_has_people_of_one_type(tmp_path, monkeypatch):
    """One row group has a line of nobody: whole numbers stay whole numbers all the same."""
    monkeypatch.setattr("nutrigap.cohorts.run.ROWS_A_BUCKET", 10)
    random = np.random.default_rng(0)
    persons = [int(one) for one in random.integers(0, 50, 60)]
    table = lines(person=pa.array([*persons[:50], None, *persons[50:]]))
    pq.write_table(table, tmp_path / "lines.parquet", row_group_size=17)
    done = ng.cohort(tmp_path / "lines.parquet", tmp_path / "out", chunk=10, readings=False)
    parts = [pq.read_schema(path).field("person").type for path in (*done.totals, done.people)]
    assert len(parts) > 4 and set(parts) == {pa.int64()}
    assert {row["person"] for row in totals(done)} == set(persons)
    assert statuses(done) == (60, 0, 1)


def test_a_folder_in_which_people_are_numbers_and_texts_has_texts(tmp_path):
    folder = tmp_path / "parts"
    folder.mkdir()
    for name, persons in (("0", pa.array([2, 10])), ("1", pa.array(["10", "x"]))):
        pq.write_table(lines(person=persons), folder / f"{name}.parquet")
    done = ng.cohort(folder, tmp_path / "out", readings=False)
    assert {row["person"]: row["magnesium"] for row in totals(done)} == pytest.approx({"2": 12, "10": 24, "x": 12})
    assert {pq.read_schema(path).field("person").type for path in (*done.totals, done.people)} == {pa.string()}


@pytest.mark.parametrize("kind", [pa.uint8(), pa.uint32(), pa.int8()])
def test_dictionaries_with_indices_of_any_kind_and_blanks(kind, tmp_path):
    def packed(*texts: str | None) -> pa.DictionaryArray:
        few = [*dict.fromkeys(text for text in texts if text)]
        places = [None if text is None else few.index(text) for text in texts]
        return pa.DictionaryArray.from_arrays(pa.array(places, kind), pa.array(few))

    table = lines(person=packed("a", None, "b"), food_id=packed(MILK, MILK, None))
    done = ng.cohort(table, tmp_path / "out", readings=False)
    assert statuses(done) == (1, 0, 2) and [row["person"] for row in totals(done)] == ["a", "b"]


@pytest.mark.parametrize("persons", [["x", "heavy", "y"], [5, 77, 9]])
def test_who_has_more_than_can_be_added_up_is_named(persons, tmp_path):
    table = lines(person=[name for name in persons for _ in range(1_200)], food_id=["sr:02047"] * 3_600)
    grams = np.where(np.array(table["person"]) == persons[1], 4_900.0, 1.0)
    pq.write_table(table.set_column(3, "grams", [grams]), tmp_path / "lines.parquet")
    for chunk in (100_000, 100):  # in one batch, and where sums are put together
        with pytest.raises(ng.TableError, match=f'person "{persons[1]}".*own person and date'):
            ng.cohort(tmp_path / "lines.parquet", tmp_path / "out", chunk=chunk, names=("sodium",), overwrite=True)


# --- CSV files, as a diary's reader takes them

PERSON = ng.Person(age=40, sex="female")


def of_one(text: str, folder: Path, *, encoding: str = "utf-8") -> ng.Report:
    """The single diary of the lines of a person "p": the same file without the column of people."""
    path = folder / "diary.csv"
    path.write_bytes("\n".join(line.removeprefix("p,") for line in text.split("\n")).encode(encoding))
    return ng.analyze(path, PERSON)


def as_cohort(text: str, folder: Path, *, encoding: str = "utf-8", **options: object) -> ng.CohortRun:
    path = folder / "lines.csv"
    path.write_bytes(text.encode(encoding))
    return ng.cohort(path, folder / "out", readings=False, **options)


def magnesium(report: ng.Report) -> list[list[float]]:
    at = ng.units.nutrient_index()["magnesium"]
    return [[float(end[day, at]) for end in report.case.intake.daily] for day in range(len(report.case.intake.dates))]


HEAD = "person,date,food,amount\n"
WRITTEN = HEAD + "p,2026-03-02,banana,100 g\np,2026-03-02,purée,100 g\np,2026-03-03,milk,200 g\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_any_encoding_of_a_diary(encoding, tmp_path):
    report = of_one(WRITTEN.replace("person,", ""), tmp_path, encoding=encoding)
    done = as_cohort(WRITTEN, tmp_path, encoding=encoding)
    assert statuses(done) == tuple(report.count(status) for status in ("counted", "flagged", "left_out"))
    assert [ends(row) for row in totals(done)] == magnesium(report)
    assert any("Windows-1252" in note for note in done.record["notes"]) == (encoding == "cp1252")


def test_a_byte_that_is_no_text_is_told_with_its_line(tmp_path):
    """The line is that of the single diary; the byte lies in the second block that is read."""
    path = tmp_path / "lines.csv"
    path.write_bytes(HEAD.encode() + b"p,2026-03-02,milk,1 cup\n" * 50_000 + b"p,2026-03-02,pur\x81e,1 cup\n")
    for read in (lambda: ng.cohort(path, tmp_path / "out"), lambda: ng.read_diary(path)):
        with pytest.raises(ng.DiaryError, match=r"lines\.csv:50002: the file is neither valid UTF-8 nor"):
            read()


def test_what_is_no_text_is_refused(tmp_path):
    (tmp_path / "lines.csv").write_bytes(b"%PDF-1.7")
    with pytest.raises(ng.DiaryError, match="this is a PDF document"):
        ng.cohort(tmp_path / "lines.csv", tmp_path / "out")


@pytest.mark.parametrize("chunk", [1, 2, 500])
def test_blank_rows_are_no_lines_and_a_header_that_comes_again_is_told(chunk, tmp_path):
    text = (
        "Food of all persons,,,\n\n" + HEAD + "\np,2026-03-02,banana,100 g\n,,,\n  \n"
        "Person, DATE,food,amount\np,2026-03-02,xyzzy quux,1 g\n\np,2026-03-03,milk,200 g\n\n"
    )
    report = of_one(text.replace("person,", "").replace("Person, ", "").replace("\n,,,", "\n,,"), tmp_path)
    done = as_cohort(text, tmp_path, chunk=chunk)
    assert statuses(done) == (2, 0, 2)
    assert (report.count("counted"), report.count("left_out")) == (2, 1)  # there the header is told in a note
    assert [ends(row) for row in totals(done)] == magnesium(report)
    assert [(row["row"], row["reason"]) for row in told(done)] == [
        ("5", "the row is the header again"), ("6", "no food in the tables is close enough"),
    ]  # fmt: skip
    assert any("line 1 stands before the header" in note for note in done.record["notes"])


@pytest.mark.parametrize("chunk", [1, 500])
def test_a_quotation_mark_that_is_never_closed_costs_its_line_alone(chunk, tmp_path):
    text = HEAD + 'p,2026-03-02,"banana,100 g\np,2026-03-02,banana,100 g\np,2026-03-02,"egg ""large""",1\n'
    report = of_one(text.replace("person,", ""), tmp_path)
    done = as_cohort(text, tmp_path, chunk=chunk)
    assert statuses(done) == tuple(report.count(status) for status in ("counted", "flagged", "left_out"))
    assert [ends(row) for row in totals(done)] == magnesium(report)
    [row] = told(done)
    assert row["row"] == "1" and "never closed" in row["reason"]
    resolved = text.replace("food,amount", "food_id,grams").replace("banana", MILK).replace(" g\n", "\n")
    done = ng.cohort(write(tmp_path / "resolved.csv", resolved), tmp_path / "other", readings=False, chunk=chunk)
    assert told(done)[0]["row"] == "1" and "never closed" in told(done)[0]["reason"]
    assert totals(done)[0]["magnesium"] == pytest.approx(12.0) and statuses(done)[0] == 1


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def forms(text: str, folder: Path) -> dict[str, object]:
    """The same lines as a CSV file, a Parquet file and tables in memory."""
    rows = list(csv.DictReader(text.splitlines()))
    table = pa.table({name: [row[name] for row in rows] for name in rows[0]})
    pq.write_table(table, folder / "lines.parquet")
    path = write(folder / "lines.csv", text)
    found = {"csv": path, "parquet": folder / "lines.parquet", "arrow": table, "frame": table.to_pandas()}
    return found | {"relation": pytest.importorskip("duckdb").connect().from_arrow(table)}


@pytest.mark.parametrize("form", ["csv", "parquet", "arrow", "frame", "relation"])
def test_a_column_called_type_or_id_is_looked_into(form, tmp_path):
    meals = "person,date,food,amount,type\np,2026-03-02,banana,100 g,Breakfast\np,2026-03-02,milk,200 g,Lunch\n"
    done = ng.cohort(forms(meals, tmp_path)[form], tmp_path / "meals", readings=False)
    assert statuses(done) == (2, 0, 0) and not told(done)
    assert any("type" in note for note in done.record["notes"])
    kinds = (
        "id,date,food,amount,type\np,2026-03-02,magnesium 200 mg,1,pill\np,2026-03-02,milk,200 g,food\n"
        "q,2026-03-02,milk,1 cup,\n"
    )
    done = ng.cohort(forms(kinds, tmp_path)[form], tmp_path / "kinds", readings=False)
    assert [(row["person"], row["magnesium_supplement"]) for row in totals(done)] == [("p", 200.0), ("q", 0.0)]
    numbers = "id,date,food,amount\n1,2026-03-02,banana,100 g\n2,2026-03-02,milk,200 g\n3,2026-03-02,rice,200 g\n"
    with pytest.raises(ng.DiaryError, match=r'no person column.*"id" numbers the lines'):
        ng.cohort(forms(numbers, tmp_path)[form], tmp_path / "numbers", readings=False)


def test_columns_that_are_not_read_are_told(tmp_path, capsys):
    path = write(tmp_path / "a.csv", "person,date,food,amount,colour,magnesium\np,2026-03-02,banana,100 g,yellow,12\n")
    assert run(["cohort", str(path), "-o", str(tmp_path / "a"), "--no-readings"]) == 0
    said = capsys.readouterr().err
    assert not told(ng.cohort(path, tmp_path / "again", readings=False))  # of no line in particular
    assert 'columns not read: "colour"' in said and "the amounts of Magnesium have no unit" in said
    done = ng.cohort(lines(colour=["white"], amount=["1"]), tmp_path / "b", readings=False)
    assert done.record["notes"] == ['columns not read: "colour", "amount"']


def test_records_are_cut_as_they_are_asked_for():
    """A file of any size is read with the lines of one record in hand."""
    taken: list[int] = []

    def text() -> Iterator[str]:
        for number in range(1_000):
            taken.append(number)
            yield f'{number},"two\n' if number % 2 == 0 else 'lines"\n'

    found = records(text(), ",", {})
    assert [next(found) for _ in range(3)] == [
        (1, ["0", "two\nlines"]),
        (3, ["2", "two\nlines"]),
        (5, ["4", "two\nlines"]),
    ]
    assert len(taken) == 6
    assert len(list(found)) == 497


@pytest.mark.parametrize("second", ["007", "7.0"])
def test_a_person_written_in_two_ways_is_refused(second, tmp_path):
    text = f"person,date,food_id,grams\n7,2026-03-02,{MILK},100\n{second},2026-03-03,{MILK},100\n"
    with pytest.raises(ng.TableError, match=f'"7" and as "{second}"|"{second}" and as "7"'):
        ng.cohort(write(tmp_path / "lines.csv", text), tmp_path / "out", readings=False)


@pytest.mark.parametrize(("source", "excess"), [("", None), (",source", "below_ul")])
def test_no_limit_of_supplements_is_read_where_nobody_was_asked_for_them(source, excess, tmp_path):
    row = f"p,2026-03-02,{MILK},100{',food' if source else ''}\n"
    done = ng.cohort(write(tmp_path / "lines.csv", f"person,date,food_id,grams{source}\n{row}"), tmp_path / "out")
    [person] = people(done)
    assert (person["magnesium_excess"] or None) == excess  # the IOM's level counts supplements only
    assert person["calcium_excess"]  # that of calcium counts food too


@pytest.mark.parametrize("alone", [False, True])
def test_a_supplement_without_a_day_opens_what_it_may_have_brought(alone, tmp_path):
    """Not a portion of food, and no food where nothing but tablets was logged; the single diary says the same."""
    first = "magnesium 100 mg,1,supplement" if alone else f"fndds:{MILK},100 g,"
    rows = [f"2026-03-0{day},{first}" for day in (2, 3)] + ["yesterday,magnesium 900 mg,1,supplement"]
    text = "person,date,food,amount,kind\n" + "".join(f"p,{row}\n" for row in rows)
    done = ng.cohort(write(tmp_path / "lines.csv", text), tmp_path / "out")
    [person] = people(done)
    assert ends(person) == [100.0, 100.0, INF] if alone else [12.0, 12.0, INF]
    assert person["magnesium_supplement_high"] == INF and person["magnesium_excess"] == "undetermined"
    assert person["calcium_high"] == (INF if alone else pytest.approx(person["calcium"]))
    single = write(tmp_path / "diary.csv", "date,food,amount,kind\n" + "\n".join(rows))
    magnesium, calcium = ng.analyze(single).to_dict()["nutrients"][:2]
    assert (magnesium["intake"]["low"], magnesium["intake"]["high"]) == (100.0 if alone else 12.0, None)
    assert (calcium["intake"]["high"] is None) == alone and magnesium["excess"]["status"] == "undetermined"
