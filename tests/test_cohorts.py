"""Cohort runs: the same totals as single diaries, whatever the form of the input, its order, chunks and processes."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

import nutrigap as ng
from nutrigap.cli import run
from nutrigap.cohorts.inputs import open_input
from nutrigap.cohorts.lines import LeftOut
from nutrigap.cohorts.reasons import reasons_of, recorded, together
from nutrigap.profile import PERSON_KEYS, person_of, read_profile
from nutrigap.tables import load_foods
from nutrigap.units import nutrient_index

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

EXAMPLES = Path(__file__).parent.parent / "data" / "examples"
DIARIES = {"week": EXAMPLES / "week.csv"} | {
    name: EXAMPLES / name / "diary.csv" for name in ("man_with_tablets", "pregnant_woman", "vegan_woman")
}
SIX = ("magnesium", "calcium", "potassium", "vitamin_d", "vitamin_b12", "vitamin_b6")


def profile(name: str) -> dict[str, str]:
    if name == "week":
        return {"age": "34", "sex": "female"}
    found = read_profile(EXAMPLES / name / "nutrigap.toml")
    return {key: value for key, value in found.items() if key in PERSON_KEYS}


def write_csv(path: Path, rows: list[dict[str, str]]) -> Path:
    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, names, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def examples(path: Path) -> Path:
    """The example diaries as one table, all columns of each kept as they are written."""
    rows = []
    for name, file in DIARIES.items():
        with file.open(encoding="utf-8", newline="") as stream:
            day = ""
            for row in csv.DictReader(stream):
                day = row["date"] or day  # in one diary a blank date is that of the line above
                rows.append({"person": name, **row, "date": day})
    return write_csv(path, rows)


def table(paths: list[Path] | tuple[Path, ...]) -> pa.Table:
    """Tables as one, ordered by person and day."""
    whole = pa.concat_tables([pq.read_table(path, partitioning=None) for path in paths])
    keys = [(name, "ascending") for name in ("person", "date") if name in whole.column_names]
    return whole.sort_by(keys).combine_chunks()


def days_of(done: ng.CohortRun) -> pa.Table:
    return table(done.totals)


def people_of(done: ng.CohortRun) -> pa.Table:
    assert done.people is not None
    return table([done.people])


def column(found: pa.Table, name: str) -> np.ndarray:
    return found[name].to_numpy()


def resolved(count: int = 6_000, seed: int = 0, people: int = 60) -> pa.Table:
    """Resolved lines in the order of people and days, of all foods: some with values that were never measured."""
    random = np.random.default_rng(seed)
    foods = load_foods()
    person = np.sort(random.integers(0, people, count))
    day = random.integers(0, 4, count)
    order = np.lexsort((day, person))
    return pa.table({
        "person": person[order],
        "date": pa.array((20_000 + day[order]).astype(np.int32)).cast(pa.date32()),
        "food_id": [foods.ids[i] for i in random.integers(0, len(foods), count)],
        "grams": np.round(random.gamma(2.0, 60.0, count) + 0.01, 2),
    })  # fmt: skip


# --- the same as single diaries


@pytest.fixture(scope="module")
def example_run(tmp_path_factory: pytest.TempPathFactory) -> ng.CohortRun:
    folder = tmp_path_factory.mktemp("examples")
    people = write_csv(folder / "people.csv", [{"person": name, **profile(name), "weight": "2.5"} for name in DIARIES])
    return ng.cohort(examples(folder / "lines.csv"), folder / "out", people=people, chunk=37)


@pytest.fixture(scope="module")
def single() -> dict[str, ng.Report]:
    return {name: ng.analyze(file, person_of(profile(name))) for name, file in DIARIES.items()}


@pytest.mark.parametrize("name", DIARIES)
def test_totals_of_the_examples_are_those_of_analyze_to_the_bit(name, example_run, single):
    found = days_of(example_run).filter(pa.compute.equal(days_of(example_run)["person"], name))
    intake = single[name].case.intake
    assert found["date"].to_pylist() == list(intake.dates)
    for nutrient in (*SIX, "energy"):
        at = nutrient_index()[nutrient]
        for end, values in zip(("_low", "", "_high"), intake.daily, strict=True):
            assert column(found, nutrient + end).tolist() == values[:, at].tolist(), nutrient + end
        for end, values in zip(("_low", "", "_high"), intake.daily_by_source, strict=True):
            np.testing.assert_array_equal(column(found, f"{nutrient}_supplement{end}"), values[:, at, 2])
    for end, values in zip(("_low", "", "_high"), intake.daily_by_source, strict=True):
        assert (
            column(found, f"vitamin_b12_fortified{end}").tolist()
            == values[:, nutrient_index()["vitamin_b12"], 1].tolist()
        )


@pytest.mark.parametrize("name", DIARIES)
def test_readings_of_the_examples_are_those_of_analyze(name, example_run, single):
    [found] = [row for row in people_of(example_run).to_pylist() if row["person"] == name]
    report = single[name]
    assert all(day.marked for day in report.case.record.incomplete)  # of others only a single diary takes note
    assert found["days"] == report.case.intake.days and found["weight"] == 2.5
    assert found["sex"] == (report.case.person.sex or "")
    for reading in report.case.core:
        nutrient = reading.nutrient.id
        ends = [found[nutrient + end] for end in ("_low", "", "_high")]
        assert ends == [reading.low, reading.best, reading.high]
        assert found[f"{nutrient}_sd"] == pytest.approx(report.case.intake.sd[nutrient_index()[nutrient]], rel=1e-12)
        assert reading.adequacy is not None and reading.excess is not None
        assert found[f"{nutrient}_status"] == reading.adequacy.status
        assert found[f"{nutrient}_excess"] == reading.excess.status
        for part in ("confidence", "confidence_low", "confidence_high"):
            assert found[f"{nutrient}_{part}"] == getattr(reading.adequacy, part)


def test_lines_of_the_examples_add_up(example_run, single):
    counts = example_run.record["lines"]
    for status in ("counted", "flagged", "left_out"):
        assert counts[status] == sum(report.count(status) for report in single.values())
    assert counts["rows"] == sum(counts[status] for status in ("counted", "flagged", "left_out"))
    told = [row for path in example_run.left_out for row in csv.DictReader(path.open(encoding="utf-8"))]
    assert len(told) == counts["left_out"]
    assert {"Aunt Rosa's kitchen-sink casserole", "gym"} <= {row["food"] for row in told}
    assert all(row["reason"] and row["fix"] for row in told)


def doses(table: pa.Table) -> list[str]:
    return [name for name in table.column_names if "_supplement" in name]


def test_resolved_lines_are_those_written_as_codes(tmp_path):
    """Foods of all tables, many with values that were never measured; bounds, doses and slips: test_cohort_lines."""
    lines = resolved(400, seed=3, people=6)
    out = ng.cohort(lines, tmp_path / "a", readings=False)
    written = tmp_path / "written.csv"
    write_csv(written, [
        {
            "person": str(row["person"]), "date": row["date"].isoformat(), "food": row["food_id"],
            "amount": f"{row['grams']} g",
        }
        for row in lines.to_pylist()
    ])  # fmt: skip
    other = ng.cohort(written, tmp_path / "b", readings=False)
    one, two = days_of(out), days_of(other)
    assert all(one[name].null_count == len(one) and set(two[name].to_pylist()) == {0.0} for name in doses(one))
    one, two = (table.drop_columns(doses(one)) for table in (one, two))
    assert one["person"].to_pylist() == [int(name) for name in two["person"].to_pylist()]
    for name in one.column_names[2:]:
        a, b = column(one, name), column(two, name)
        np.testing.assert_allclose(a.astype(float), b.astype(float), rtol=1e-12, atol=1e-9, err_msg=name)


def test_range_of_grams_and_doses(tmp_path):
    day = date(2026, 3, 2)
    lines = pa.table({
        "person": ["p", "p", "q"], "date": [day, day, day], "food_id": ["sr:11457", "fndds:57134000", "sr:15076"],
        "grams": [100.0, 30.0, 50.0], "grams_low": [80.0, None, 40.0], "grams_high": [150.0, None, 60.0],
        "source": ["food", "supplement", "food"],
    })  # fmt: skip
    found = days_of(ng.cohort(lines, tmp_path / "out", readings=False)).to_pylist()
    foods, at = load_foods(), nutrient_index()["magnesium"]
    spinach, flakes = (float(foods.values[foods.row(code), at]) for code in ("sr:11457", "fndds:57134000"))
    ends = [found[0][f"magnesium{end}"] for end in ("_low", "", "_high")]
    assert ends == pytest.approx([spinach * share + flakes * 0.3 for share in (0.8, 1.0, 1.5)], rel=1e-12)
    assert found[0]["magnesium_supplement"] == pytest.approx(flakes * 0.3, rel=1e-12)
    # Vitamin D of this salmon was not measured. Of the 121 fish and shellfish of SR Legacy with a value the median is
    # 2.5 and the 95th percentile 19 µg in 100 g, which test_tables_data works out from the release's own values.
    ends = [found[1][f"vitamin_d{end}"] for end in ("_low", "", "_high")]
    assert ends == pytest.approx([0.0, 2.5 * 0.5, 19.0 * 0.6], rel=1e-12)


# --- nothing is lost


def test_bad_lines_are_left_out_with_their_reason_and_widen_their_day(tmp_path):
    path = tmp_path / "lines.csv"
    path.write_text(
        "person,date,food,amount\n"
        "a,2026-03-02,banana,100 g\n"
        "a,2026-03-02,xyzzy quux,100 g\n"  # no such food
        ",2026-03-02,banana,100 g\n"  # nobody's
        "a,03/04/2026,banana,100 g\n"  # day and month are not guessed
        "a,,banana,100 g\n"
        "a,2026-03-03,banana,0 g\n"
        "a,2026-03-03,total,\n"
        "a,2026-03-03,rice, white,100 g\n"  # a comma that nobody put in quotes
        "a,2026-03-03,banana,100 g\n"
        "b,2026-03-03,gym,45 min\n",
        encoding="utf-8",
    )
    done = ng.cohort(path, tmp_path / "out")
    assert done.record["lines"] == {"rows": 10, "counted": 2, "flagged": 0, "left_out": 8}
    told = {int(row["row"]): row for part in done.left_out for row in csv.DictReader(part.open(encoding="utf-8"))}
    expected = {
        2: "no food in the tables", 3: "names no person", 4: "which number is the day", 5: "no date", 6: "is zero",
        7: "sums others up", 8: "5 cells where the header has 4", 10: "not a food",
    }  # fmt: skip
    assert sorted(told) == sorted(expected)
    for row, words in expected.items():
        assert words in told[row]["reason"], told[row]
    days = days_of(done).to_pylist()
    assert [(row["person"], row["date"].isoformat()) for row in days] == [("a", "2026-03-02"), ("a", "2026-03-03")]
    banana = days[0]["magnesium"]
    portion, at = load_foods().left_out_portion, nutrient_index()["magnesium"]
    room = float(portion.mean[at] + 1.645 * portion.sd[at])  # one line left out
    assert days[0]["magnesium_high"] == pytest.approx(banana + room, rel=1e-12)
    assert days[0]["magnesium_low"] == banana and days[1]["magnesium_high"] > days[0]["magnesium_high"]
    person = people_of(done).to_pylist()[0]
    assert person["magnesium_high"] > person["magnesium"] and person["days"] == 2


def test_a_cell_that_cannot_be_read_is_told_though_its_line_is_used(tmp_path):
    path = tmp_path / "lines.csv"
    path.write_text("person,date,food,amount,magnesium_mg\np,2026-03-02,banana,100 g,lots\n", encoding="utf-8")
    done = ng.cohort(path, tmp_path / "out")
    assert done.record["lines"]["left_out"] == 0
    [told] = csv.DictReader(done.left_out[0].open(encoding="utf-8"))
    assert told["status"] == "used" and told["reason"].startswith("magnesium_mg: ") and "lots" in told["reason"]


def test_resolved_lines_out_of_the_ordinary(tmp_path):
    day = date(2026, 3, 2)
    lines = pa.table({
        "person": [1, 1, 1, 1, 1, 1], "date": [day] * 6,
        "food_id": ["sr:09040", "sr:99999", "nonsense", "sr:09040", "sr:09040", "sr:09040"],
        "grams": [100.0, 50.0, 50.0, float("nan"), -3.0, 20_000.0],
    })  # fmt: skip
    done = ng.cohort(lines, tmp_path / "out", readings=False)
    assert done.record["lines"]["left_out"] == 5
    told = {
        int(row["row"]): row["reason"] for part in done.left_out for row in csv.DictReader(part.open(encoding="utf-8"))
    }
    assert 'no food "sr:99999"' in told[2] and 'no food "nonsense"' in told[3]
    assert told[4] == "the line has no grams" and "looks like a slip" in told[6] and "is negative" in told[5]


def test_pills_alone_say_nothing_of_what_was_eaten(tmp_path):
    path = write_csv(
        tmp_path / "l.csv", [{"person": "p", "date": "2026-03-02", "food": "magnesium 200 mg", "amount": "1 tablet"}]
    )
    [day] = days_of(ng.cohort(path, tmp_path / "out")).to_pylist()
    assert day["magnesium_low"] == day["magnesium_supplement"] == 200.0 and day["magnesium_high"] == np.inf


# --- whatever the form, the order, the chunks


def same(one: pa.Table, other: pa.Table) -> bool:
    return one.column_names == other.column_names and all(
        np.array_equal(column(one, name), column(other, name), equal_nan=column(one, name).dtype.kind == "f")
        for name in one.column_names
    )


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> tuple[pa.Table, ng.CohortRun]:
    lines = resolved()
    return lines, ng.cohort(lines, tmp_path_factory.mktemp("plain") / "out")


@pytest.mark.parametrize("seed", range(4))
def test_no_chunk_no_order_and_no_row_group_changes_a_bit(seed, plain, tmp_path):
    lines, expected = plain
    random = np.random.default_rng(seed)
    if seed % 2:
        lines = lines.take(random.permutation(lines.num_rows))
    path = tmp_path / "lines.parquet"
    pq.write_table(lines, path, row_group_size=int(random.integers(50, 900)))
    chunk = int(random.integers(40, 2_000))
    done = ng.cohort(path, tmp_path / "out", chunk=chunk)
    assert all(piece.whole for piece in open_input(path, chunk).pieces) == (seed % 2 == 0)
    assert same(days_of(done), days_of(expected)) and same(people_of(done), people_of(expected))


def test_folders_relations_and_frames_give_the_same(plain, tmp_path):
    lines, expected = plain
    folder = tmp_path / "parts"
    folder.mkdir()
    for number in range(3):
        pq.write_table(lines.slice(number * 2_000, 2_000), folder / f"{number}.parquet")
    inputs: dict[str, object] = {"folder": folder, "frame": lines.to_pandas(), "stream": lines.to_reader(500)}
    duckdb = pytest.importorskip("duckdb")
    with duckdb.connect() as connection:
        inputs["relation"] = connection.from_arrow(lines)
        for name, given in inputs.items():
            done = ng.cohort(given, tmp_path / name, chunk=1_000)
            assert same(days_of(done), days_of(expected)), name
            assert same(people_of(done), people_of(expected)), name


def test_lines_without_order_are_dealt_to_many_parts(plain, tmp_path, monkeypatch):
    """A survey too large for memory: the sums of each part of the people are put together by themselves."""
    lines, expected = plain
    monkeypatch.setattr("nutrigap.cohorts.run.ROWS_A_BUCKET", 500)
    path = tmp_path / "lines.parquet"
    pq.write_table(lines.take(np.random.default_rng(9).permutation(lines.num_rows)), path, row_group_size=700)
    done = ng.cohort(path, tmp_path / "out", chunk=600)
    assert len(done.totals) > 5
    assert same(days_of(done), days_of(expected))


# --- taken up again, and not mixed up


def test_a_run_that_was_broken_off_goes_on_where_it_stood(plain, tmp_path):
    lines, expected = plain
    path, out = tmp_path / "lines.parquet", tmp_path / "out"
    pq.write_table(lines, path, row_group_size=500)
    seen = []

    def stop(more: int, whole: int) -> None:
        seen.append(more)
        if len(seen) == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ng.cohort(path, out, chunk=500, progress=stop)
    assert not (out / "run.json").exists()
    kept = {file: file.stat().st_mtime_ns for file in (out / "totals").iterdir()}
    assert len(kept) == 5
    done = ng.cohort(path, out, chunk=500)
    assert {file: file.stat().st_mtime_ns for file in kept} == kept  # what was done is not done again
    assert same(days_of(done), days_of(expected)) and same(people_of(done), people_of(expected))
    assert not (out / ".nutrigap-work").exists() and [file.name for file in out.rglob(".*")] == [".nutrigap-lock"]
    before = (out / "run.json").stat().st_mtime_ns
    assert ng.cohort(path, out, chunk=500).record == done.record
    assert (out / "run.json").stat().st_mtime_ns == before


def test_a_killed_process_leaves_whole_files_only(plain, tmp_path):
    lines, expected = plain
    path, out = tmp_path / "lines.csv", tmp_path / "out"
    pa.csv = pytest.importorskip("pyarrow.csv")
    pa.csv.write_csv(lines, path)
    code = (
        "import os, signal, sys, nutrigap as ng\n"
        "def stop(more, whole, seen=[]):\n"
        "    seen.append(more)\n"
        "    if len(seen) == 3: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"ng.cohort({str(path)!r}, {str(out)!r}, chunk=1000, progress=stop)\n"
    )
    killed = subprocess.run([sys.executable, "-c", code], check=False)
    assert killed.returncode == -signal.SIGKILL
    records = sorted((out / ".nutrigap-work").glob("piece-*.json"))
    assert len(records) == 3 and all(json.loads(record.read_text())["counts"] for record in records)
    done = ng.cohort(path, out, chunk=1000)
    one, two = days_of(done), days_of(expected)  # in a CSV file people are texts
    names = [name for name in one.column_names if name != "person"]
    order = np.argsort([int(name) for name in one["person"].to_pylist()], kind="stable")
    assert same(one.take(order).select(names), two.select(names))


def test_a_folder_of_another_run_is_not_touched(plain, tmp_path):
    lines, _ = plain
    path, out = tmp_path / "lines.parquet", tmp_path / "out"
    pq.write_table(lines.slice(0, 300), path)
    ng.cohort(path, out, readings=False)
    with pytest.raises(ng.TableError, match=r"another run is here \(its options.readings differs\)"):
        ng.cohort(path, out)
    pq.write_table(lines.slice(0, 301), path)
    with pytest.raises(ng.TableError, match=r"its inputs.lines differs"):
        ng.cohort(path, out, readings=False)
    assert ng.cohort(path, out, readings=False, overwrite=True).record["lines"]["rows"] == 301


# --- and from there to the group


def test_person_days_go_on_to_usual_intakes_as_they_are_written(tmp_path):
    """Milk alone, at two meals: magnesium is 0.12 mg and potassium 1.5 mg a gram (FNDDS 2021-2023, code 11111000)."""
    random = np.random.default_rng(4)
    count = 60
    person = np.repeat(np.arange(count), 2)
    grams = np.round(np.repeat(random.gamma(9.0, 100.0, count), 2) * random.gamma(9.0, 1 / 9.0, 2 * count), 1)
    dates = [str(date(2026, 3, 2) + timedelta(days=int(i) + 4 * (i % 2))) for i in range(2 * count)]
    meal = pa.table({"person": person, "date": dates, "food_id": ["11111000"] * (2 * count), "grams": grams})
    sex = np.where(np.arange(count) % 2 == 0, "female", "male")
    weight = 30.0 + np.arange(count)
    people = pa.table({"person": np.arange(count), "age": [40] * count, "sex": sex, "weight": weight})
    done = ng.cohort(pa.concat_tables([meal, meal]), tmp_path / "out", people=people, readings=False)
    who = people_of(done).select(["person", "age", "sex", "life_stage", "weight"])
    days = days_of(done).join(who, "person").to_pandas().sort_values(["person", "date"])
    days["sequence"] = days.groupby("person").cumcount() + 1
    own = {"person": person, "date": dates, "age": [40.0] * (2 * count), "sex": sex[person], "weight": weight[person]}
    own["sequence"] = np.tile([1, 2], count)
    for nutrient, of_a_gram, share in (("magnesium", 0.12, "below_ear"), ("potassium", 1.5, "at_or_above_ai")):
        got = ng.population.usual_intake(days, nutrient, reference="us", covariates=["sex"], errors=None)
        expected = ng.population.usual_intake(
            own | {nutrient: 2 * grams * of_a_gram}, nutrient, reference="us", covariates=["sex"], errors=None
        )
        assert got.mean.value == pytest.approx(expected.mean.value, rel=1e-6)
        of_group, of_expected = (getattr(one.prevalence, share).value for one in (got, expected))
        assert 0.1 < of_group < 0.9 and of_group == pytest.approx(of_expected, rel=1e-5)
        assert not [note for note in got.notes if note.startswith("no column")]


# --- without the extra


def test_without_pyarrow_and_scipy_csv_becomes_csv(tmp_path):
    path, out = examples(tmp_path / "lines.csv"), tmp_path / "out"
    code = (
        "import sys\n"
        "for name in ('pyarrow', 'scipy', 'distributed', 'dask'): sys.modules[name] = None\n"
        "from nutrigap.cli import run\n"
        f"sys.exit(run(['cohort', {str(path)!r}, '-o', {str(out)!r}, '-q', '--no-readings']))\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    with_extra = ng.cohort(path, tmp_path / "other", readings=False)
    rows = [
        row for part in sorted((out / "totals").glob("*.csv")) for row in csv.DictReader(part.open(encoding="utf-8"))
    ]
    rows.sort(key=lambda row: (row["person"], row["date"]))
    expected = days_of(with_extra)
    assert [row["person"] for row in rows] == expected["person"].to_pylist()
    for name in ("magnesium", "vitamin_d_high", "vitamin_b12_supplement"):
        assert [float(row[name]) for row in rows] == column(expected, name).tolist()
    assert (out / "people.csv").read_text(encoding="utf-8").count("\n") == 5


def test_what_is_not_installed_is_named(tmp_path, monkeypatch, capsys):
    pq.write_table(resolved(20), tmp_path / "lines.parquet")
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    assert run(["cohort", str(tmp_path / "lines.parquet"), "-o", str(tmp_path / "out")]) == 2
    assert 'pip install "nutrigap[scale]"' in capsys.readouterr().err
    monkeypatch.undo()
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert run(["cohort", str(tmp_path / "lines.parquet"), "-o", str(tmp_path / "out"), "--workers", "2"]) == 2
    assert "dask, which is not installed" in capsys.readouterr().err


# --- many processes


def test_two_processes_one_of_which_is_killed_give_the_same_bits(plain, tmp_path):
    distributed = pytest.importorskip("distributed")
    lines, expected = plain
    path, out = tmp_path / "lines.parquet", tmp_path / "out"
    pq.write_table(lines.take(np.random.default_rng(4).permutation(lines.num_rows)), path, row_group_size=150)
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        victim = cluster.workers[0].pid

        def kill() -> None:
            deadline = time.monotonic() + 60
            while time.monotonic() < deadline and len(list((out / ".nutrigap-work").glob("piece-*.json"))) < 3:
                time.sleep(0.01)
            os.kill(victim, signal.SIGKILL)

        killer = threading.Thread(target=kill)
        killer.start()
        done = ng.cohort(path, out, chunk=150, scheduler=cluster.scheduler_address)
        killer.join()
    with pytest.raises(ProcessLookupError):
        os.kill(victim, 0)
    assert done.record["lines"]["rows"] == lines.num_rows
    assert same(days_of(done), days_of(expected)) and same(people_of(done), people_of(expected))


# --- the command


def test_command_says_what_came_of_it(tmp_path, capsys):
    path = examples(tmp_path / "lines.csv")
    assert run(["cohort", str(path), "-o", str(tmp_path / "out"), "--no-readings"]) == 0
    said = capsys.readouterr().err
    assert "28 person-days of 4 people" in said and "left out" in said
    record = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert record["schema"] == "nutrigap/cohort" and record["lines"]["rows"] == 280


WRONG = {  # food, amount, date -> status, reason with … for what the line says
    ("banana", "100 g", "31/12/26x"): ("left_out", '"…" is not a date'),
    ("banana", "3 furlongs", "2026-03-02"): ("left_out", 'no measure "…" is known for this food'),
    ("banana", "-3 g", "2026-03-02"): ("left_out", 'the amount "…" is negative or signed'),
    ("banana", "12000 g", "2026-03-02"): ("left_out", "… g looks like a slip: the largest usual portion is … g"),
}


def test_reasons_are_counted_whatever_the_line_says_and_the_chunk(tmp_path, capsys):
    """Of the four wrong lines there are 2, 4, 6 and 8, each with another number in it."""
    rows = [{"person": "p", "date": "2026-03-02", "food": "banana", "amount": "100 g"}] * 3
    for at, (food, amount, day) in enumerate(WRONG):
        rows += [
            {"person": "p", "date": day.replace("26x", f"{n}x"), "food": food, "amount": amount.replace("3", f"{n}3")}
            for n in range(10, 12 + 2 * at)
        ]
    path = write_csv(tmp_path / "lines.csv", rows)
    expected = [
        {"status": status, "reason": reason, "lines": 2 + 2 * at}
        for at, (status, reason) in reversed(list(enumerate(WRONG.values())))
    ]
    for chunk in (1, 5, 1_000):
        done = ng.cohort(path, tmp_path / str(chunk), chunk=chunk, readings=False)
        assert done.record["reasons"] == expected and done.record["other_reasons"] == 0
    assert done.record["lines"] == {"rows": 23, "counted": 3, "flagged": 0, "left_out": 20}
    assert run(["cohort", str(path), "-o", str(tmp_path / "told"), "--no-readings"]) == 0
    said = capsys.readouterr().err
    assert "1 person-day of 1 person\n" in said
    assert "  8 left out  … g looks like a slip: the largest usual portion is … g\n" in said
    assert said.index("8 left out") < said.index("2 left out") < said.index("each line and its reason: ")


def test_of_many_reasons_the_most_frequent_are_told_and_the_rest_counted(tmp_path):
    """Twelve of them, the first of one line, the second of two, and so on."""
    lines = [LeftOut(1, "left_out", "p", "", "", "", "x" * n, "") for n in range(1, 13) for _ in range(n)]
    told = recorded(together(reasons_of(lines[:30]) + reasons_of(lines[30:])))
    assert [one["lines"] for one in told["reasons"]] == [12, 11, 10, 9, 8, 7, 6, 5, 4, 3]
    assert told["other_reasons"] == 1 + 2


@pytest.mark.parametrize(
    ("lines", "messages"),
    [
        (2, ["not one of its 2 lines can be counted; each with its reason is in ", '2 left out: "…" is not a date']),
        (0, ["there are no lines in it"]),
    ],
)
def test_a_run_of_which_nothing_comes_is_no_success(lines, messages, tmp_path, capsys):
    path, out = tmp_path / "lines.csv", tmp_path / "out"
    path.write_text("person,date,food,amount\n" + "p,yesterday,banana,100 g\n" * lines, encoding="utf-8")
    for _ in range(2):  # the second finds the first one's results
        assert run(["cohort", str(path), "-o", str(out), "-q"]) == 3
        said = capsys.readouterr().err
        assert all(message in said for message in messages)
    assert json.loads((out / "run.json").read_text(encoding="utf-8"))["lines"]["left_out"] == lines
    with pytest.raises(ng.DiaryError, match=messages[0]):
        ng.cohort(path, tmp_path / "other")


def test_how_a_run_shows_itself(example_run):
    shown, page = repr(example_run), example_run._repr_html_()
    assert f"Cohort run in {example_run.folder}\n" in shown and "28 person-days of 4 people" in shown
    assert "280: " in shown and " left out  " in shown
    assert max(map(len, shown.splitlines())) < 320 and "sha256" not in shown
    assert page.startswith("<div>") and "28 person-days of 4 people" in page


@pytest.mark.parametrize(
    ("content", "arguments", "code", "message"),
    [
        ("date,food\n2026-03-02,banana\n", [], 3, "there is no person column"),
        ("person,date\np,2026-03-02\n", [], 3, "food_id and grams"),
        ("person,date,food\np,2026-03-02,banana\n", ["--nutrients", "magnesum"], 2, 'unknown nutrient "magnesum"'),
        ("person,date,food\np,2026-03-02,banana\n", ["--people", "PEOPLE"], 2, 'weight: "much" is no weight'),
        ("person,date,food\np,2026-03-02,banana\n", ["--date-format", "%H"], 2, "does not give a date"),
        ("person,date,food\np,2026-03-02,banana\n", ["--scheduler", "tcp://127.0.0.1:1"], 2, "cannot be reached"),
    ],
)
def test_bad_input_gets_a_message(content, arguments, code, message, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("nutrigap.cohorts.run.CONNECT_SECONDS", 0.5)
    path, people = tmp_path / "lines.csv", tmp_path / "people.csv"
    path.write_text(content, encoding="utf-8")
    people.write_text("person,age,weight\np,34,much\n", encoding="utf-8")
    given = [str(people) if one == "PEOPLE" else one for one in arguments]
    assert run(["cohort", str(path), "-o", str(tmp_path / "out"), *given]) == code
    assert message in capsys.readouterr().err


def test_a_day_that_holds_too_much_is_told(tmp_path, capsys):
    start = date(2026, 1, 1)
    lines = pa.table({
        "person": [1] * 3_000, "date": [start + timedelta(days=0)] * 3_000, "food_id": ["sr:02047"] * 3_000,
        "grams": [4_000.0] * 3_000,
    })  # fmt: skip
    pq.write_table(lines, tmp_path / "l.parquet")
    assert run(["cohort", str(tmp_path / "l.parquet"), "-o", str(tmp_path / "out"), "--nutrients", "sodium"]) == 2
    assert "its own person and date" in capsys.readouterr().err
