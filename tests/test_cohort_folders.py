"""Folders of cohort runs: whose they are, one run at a time, and what a killed run leaves to the next.

Everybody drinks 100 g of milk in each line, in which are 12 mg of magnesium (FNDDS 2021-2023, code 11111000).
"""

from __future__ import annotations

import gc
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

import nutrigap as ng
from nutrigap.cli import run
from nutrigap.cohorts.people import PeopleTable
from nutrigap.cohorts.store import atomically
from nutrigap.readings import Method

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

LINES, PEOPLE, MILK_MG = 600, 60, 12.0
WORK, LOCK = ".nutrigap-work", ".nutrigap-lock"


def milk(*, ordered: bool) -> pa.Table:
    """As many lines of each person; in the order of people, or in none."""
    person = np.repeat(np.arange(PEOPLE), LINES // PEOPLE)
    if not ordered:
        person = np.random.default_rng(0).permutation(person)
    columns = {"date": ["2026-03-02"] * LINES, "food_id": ["11111000"] * LINES, "grams": [100.0] * LINES}
    return pa.table({"person": person, **columns})


@pytest.fixture(params=["ordered", "unordered"])
def lines(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A file of ten pieces of 60 lines."""
    pq.write_table(milk(ordered=request.param == "ordered"), tmp_path / "lines.parquet", row_group_size=60)
    return tmp_path / "lines.parquet"


@pytest.fixture
def unordered(tmp_path: Path) -> Path:
    pq.write_table(milk(ordered=False), tmp_path / "lines.parquet", row_group_size=60)
    return tmp_path / "lines.parquet"


def add_up(lines: Path, out: Path, **options: object) -> ng.CohortRun:
    return ng.cohort(lines, out, **{"chunk": 60, "readings": False, "names": ("magnesium",), **options})


def expect_all(done: ng.CohortRun) -> None:
    """Every line once, in the tables and in the record."""
    days = pa.concat_tables([pq.read_table(path, partitioning=None) for path in done.totals])
    assert done.people is not None
    people = pq.read_table(done.people)
    assert sorted(days["person"].to_pylist()) == sorted(people["person"].to_pylist()) == list(range(PEOPLE))
    for table in (days, people):
        assert set(table["magnesium"].to_pylist()) == {MILK_MG * LINES / PEOPLE}
    assert done.record["lines"] == {"rows": LINES, "counted": LINES, "flagged": 0, "left_out": 0}
    assert (done.record["person_days"], done.record["people"]) == (PEOPLE, PEOPLE)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def names_in(folder: Path) -> set[str]:
    """All but the empty file by which a run claims its folder."""
    return {path.name for path in folder.iterdir()} - {LOCK}


class Killed(BaseException):
    """Stands for the end of a process."""


# --- what somebody else has made


@pytest.mark.parametrize(
    "name", ["people.parquet", "people.csv", "run.json", "totals/part-00001.parquet", "left_out/why.csv"]
)
@pytest.mark.parametrize("overwrite", [False, True])
def test_files_that_no_run_has_made_are_not_touched(name, overwrite, unordered, tmp_path):
    out = tmp_path / "study"
    (out / name).parent.mkdir(parents=True)
    (out / name).write_text('{"years": "of work"}', encoding="utf-8")
    before = contents(out)
    for given in (unordered, pq.read_table(unordered)):
        with pytest.raises(ng.TableError, match="no run of nutrigap made it; choose another folder") as told:
            add_up(given, out, overwrite=overwrite)
        assert str(out / name.partition("/")[0]) in str(told.value)
    assert contents(out) == before


def test_only_files_of_a_run_are_deleted(lines, tmp_path):
    out = tmp_path / "out"
    add_up(lines, out)
    own = [f"{name}/notes.txt" for name in ("totals", "left_out", "work", "people", WORK)] + ["notes.txt"]
    for name in own:
        (out / name).parent.mkdir(exist_ok=True)
        (out / name).write_text("mine", encoding="utf-8")
    (out / "totals" / "part-99999.parquet").write_bytes(b"of an earlier run")
    (out / "people.csv").write_text("of an earlier run", encoding="utf-8")
    expect_all(add_up(lines, out, overwrite=True, chunk=120))
    expect_all(add_up(pq.read_table(lines), out, overwrite=True))
    assert {name for name in contents(out) if "notes" in name} == set(own)
    assert names_in(out) == {"totals", "left_out", "work", "people", WORK, "notes.txt", "run.json", "people.parquet"}


def test_a_folder_holds_its_results_and_nothing_else(lines, tmp_path):
    out = tmp_path / "new" / "out"
    expect_all(add_up(lines, out))
    assert names_in(out) == {"totals", "run.json", "people.parquet"}


@pytest.mark.parametrize(
    ("diaries", "out"),
    [("in/lines.csv", "in"), ("in", "in"), ("in", "in/out"), ("in/lines.csv", "in/lines.csv"), ("in/lines.csv", "who")],
)
def test_results_do_not_lie_among_what_is_read(diaries, out, tmp_path, monkeypatch, capsys):
    for name, text in (
        ("in/lines.csv", "person,date,food_id,grams\np,2026-03-02,11111000,100\n"),
        ("who/people.csv", "person,age\np,40\n"),
    ):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text, encoding="utf-8")
    before = contents(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert run(["cohort", diaries, "-o", out, "--people", "who/people.csv", "--overwrite"]) == 2
    assert "give them a folder of their own" in capsys.readouterr().err
    assert contents(tmp_path) == before


# --- one run at a time


@pytest.mark.parametrize("when", [1, 4, 10])
def test_a_second_run_in_a_folder_is_refused(when, lines, tmp_path):
    out, refused = tmp_path / "out", []

    def other(more: int, whole: int) -> None:
        seen.append(more)
        if len(seen) == when:
            with pytest.raises(ng.TableError, match="another run is at work here") as told:
                add_up(lines, out)
            refused.append(str(told.value))

    seen: list[int] = []
    expect_all(add_up(lines, out, progress=other))
    assert len(refused) == 1


@pytest.mark.parametrize(
    "waited_for",
    [True, pytest.param(False, marks=pytest.mark.skipif(not Path("/proc").exists(), reason="tells of such processes"))],
)
def test_the_lock_of_a_killed_process_is_taken_over(waited_for, unordered, tmp_path):
    out = tmp_path / "out"
    code = (
        "import os, signal, nutrigap as ng\n"
        "def stop(more, whole, seen=[]):\n"
        "    seen.append(more)\n"
        "    if len(seen) == 3: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"ng.cohort({str(unordered)!r}, {str(out)!r}, chunk=60, readings=False, names=('magnesium',), progress=stop)\n"
    )
    killed = subprocess.Popen([sys.executable, "-c", code])
    if waited_for:
        assert killed.wait() == -signal.SIGKILL
    else:  # its parent has not asked for it: the process is still in the list
        os.waitid(os.P_PID, killed.pid, os.WEXITED | os.WNOWAIT)
    expect_all(add_up(unordered, out))
    killed.wait()


def test_a_place_that_cannot_be_written_is_told(unordered, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    for out in (tmp_path / "file", tmp_path / "file" / "out"):
        with pytest.raises(ng.TableError, match="cannot be written"):
            add_up(unordered, out)


def test_two_that_write_a_file_at_once_each_write_all_of_it(tmp_path):
    path, both = tmp_path / "file", threading.Barrier(2)

    def write(text: str) -> None:
        def halves(place: Path) -> None:
            with place.open("w", encoding="utf-8") as stream:
                stream.write(text)
                stream.flush()
                both.wait()
                stream.write(text)

        atomically(path, halves)
        found.append(path.read_text(encoding="utf-8"))

    found: list[str] = []
    threads = [threading.Thread(target=write, args=(text,)) for text in ("AAAA", "BB")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 2 and {*found} <= {"AAAAAAAA", "BBBB"}
    assert names_in(tmp_path) == {"file"}


# --- killed, and taken up again


class Dying:
    """Ends a process at its n-th change of a folder: from there on nothing is moved, made or deleted any more."""

    def __init__(self, patch: pytest.MonkeyPatch, at: int) -> None:
        self.at, self.done = at, 0
        for name in ("replace", "rename", "unlink", "rmdir", "mkdir"):
            patch.setattr(Path, name, self.watched(getattr(Path, name), makes=name == "mkdir"))

    def watched(self, real, makes):
        def step(path, *args, **options):
            if self.done >= self.at:
                raise Killed
            self.done += path.exists() != makes  # else nothing is changed
            return real(path, *args, **options)

        return step


def die_everywhere(first, *tries) -> int:
    """Have ``first`` die at each of its steps, and after each death do what follows."""
    for at in range(10_000):
        with pytest.MonkeyPatch.context() as patch:
            dying = Dying(patch, at)
            try:
                first()
            except Killed:
                pass
            else:
                assert dying.done <= at
                return at
        for follow in tries:
            follow()
    raise AssertionError("it never came to its end")


def test_a_run_that_dies_at_any_step_is_taken_up_again(lines, tmp_path):
    out = tmp_path / "out"

    def again() -> None:
        expect_all(add_up(lines, out, chunk=300))
        assert names_in(out) == {"totals", "run.json", "people.parquet"}
        assert all(name.startswith("part-") for name in names_in(out / "totals"))
        shutil.rmtree(out)

    assert die_everywhere(lambda: add_up(lines, out, chunk=300), again) > 15


def test_a_run_that_dies_while_it_replaces_another_leaves_no_old_results(tmp_path):
    """Half of the lines first; who is killed while replacing that finds nothing, or the run to be overwritten."""
    whole, out = milk(ordered=True), tmp_path / "out"
    half, lines = tmp_path / "half.parquet", tmp_path / "lines.parquet"
    pq.write_table(whole.slice(0, LINES // 2), half, row_group_size=300)
    pq.write_table(whole, lines)
    kept = tmp_path / "kept"
    add_up(half, kept, chunk=300)
    shutil.copytree(kept, out)

    def not_overwritten() -> None:
        try:
            done = add_up(lines, out, chunk=LINES)
        except ng.TableError as error:
            assert "another run is here" in str(error)
        else:
            expect_all(done)

    def once_more() -> None:
        expect_all(add_up(lines, out, chunk=LINES, overwrite=True))
        shutil.rmtree(out)
        shutil.copytree(kept, out)

    assert die_everywhere(lambda: add_up(lines, out, chunk=LINES, overwrite=True), not_overwritten, once_more) > 15


def stopped_before_people(lines: Path, out: Path, monkeypatch: pytest.MonkeyPatch, **options: object) -> None:
    """A run that has read everything, and was broken off before sums were put together."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("nutrigap.cohorts.run.take_bucket", stop)
        with pytest.raises(KeyboardInterrupt):
            add_up(lines, out, **options)


def test_a_record_that_somebody_else_puts_beside_a_run_is_not_touched(unordered, tmp_path, monkeypatch):
    out = tmp_path / "out"
    stopped_before_people(unordered, out, monkeypatch)
    (out / "run.json").write_text('{"of": "mine"}', encoding="utf-8")
    before = contents(out)
    with pytest.raises(ng.TableError, match="no run of nutrigap made it"):
        add_up(unordered, out, overwrite=True)
    assert contents(out) == before


def test_only_the_sums_that_the_records_name_are_added_up(unordered, tmp_path, monkeypatch):
    out = tmp_path / "out"
    stopped_before_people(unordered, out, monkeypatch)
    for path in sorted((out / WORK).glob("piece-00003*")):
        shutil.copy(path, path.with_name(path.name.replace("piece-00003", "piece-00042")))
    expect_all(add_up(unordered, out))


@pytest.mark.parametrize("gone", ["piece-00004-00000.npy", "piece-00004-00000.people.npy"])
@pytest.mark.parametrize("cut", [True, False])
def test_sums_that_are_not_there_are_missed(gone, cut, unordered, tmp_path, monkeypatch):
    out = tmp_path / "out"
    stopped_before_people(unordered, out, monkeypatch)
    path = out / WORK / gone
    path.write_bytes(path.read_bytes()[:-8]) if cut else path.unlink()
    with pytest.raises(ng.TableError, match=r"not there, or not whole .*overwrite the run"):
        add_up(unordered, out)
    assert "run.json" not in names_in(out)
    expect_all(add_up(unordered, out, overwrite=True))


@pytest.mark.parametrize("where", ["totals", f"{WORK}/people"])
def test_tables_that_are_not_there_are_missed(where, lines, tmp_path, monkeypatch):
    out = tmp_path / "out"
    with monkeypatch.context() as patch:
        patch.setattr("nutrigap.cohorts.run.put_together", lambda *_: (_ for _ in ()).throw(Killed))
        with pytest.raises(Killed):
            add_up(lines, out)
    next((out / where).glob("part-*")).unlink()
    with pytest.raises(ng.TableError, match=rf"there are \d+ (people|person-days) in the files where {PEOPLE} were"):
        add_up(lines, out)
    assert "run.json" not in names_in(out)
    expect_all(add_up(lines, out, overwrite=True))


@pytest.mark.parametrize("gone", ["totals/part-*", "people.parquet", "left_out/piece-*"])
def test_results_that_are_gone_are_missed_when_the_run_is_asked_for_again(gone, unordered, tmp_path):
    """One in ten lines is of a food that nobody knows."""
    out, given = tmp_path / "out", tmp_path / "lines.parquet"
    table = pq.read_table(unordered)
    codes = pa.array(["fndds:1" if i % 10 == 0 else "11111000" for i in range(LINES)])
    pq.write_table(table.set_column(table.column_names.index("food_id"), "food_id", codes), given)
    first = add_up(given, out)
    assert first.record["lines"]["left_out"] == LINES // 10
    assert add_up(given, out).record == first.record
    path = min(out.glob(gone))
    path.unlink()
    with pytest.raises(ng.TableError, match=r"there are \d+ [\w -]+ in the files where \d+ were .* overwrite the run"):
        add_up(given, out)
    assert add_up(given, out, overwrite=True).record == first.record and path.exists()


def test_a_table_in_memory_begins_anew_and_leaves_other_runs_alone(unordered, tmp_path, monkeypatch):
    table, out, other = pq.read_table(unordered), tmp_path / "out", tmp_path / "other"
    stopped_before_people(table, out, monkeypatch)
    expect_all(add_up(table.slice(0).replace_schema_metadata(None), out))
    with pytest.raises(ng.TableError, match="the results of a run are here"):
        add_up(table, out)
    stopped_before_people(unordered, other, monkeypatch)
    before = contents(other)
    with pytest.raises(ng.TableError, match="another run is here"):
        add_up(table, other)
    assert contents(other) == before


# --- what results rest on


def people(**columns: object) -> pa.Table:
    told = {"age": [40 + i % 9 for i in range(PEOPLE)], "sex": ["female"] * PEOPLE, "weight": [1.5] * PEOPLE}
    return pa.table({"person": list(range(PEOPLE)), **told, **columns})


@pytest.mark.parametrize(
    "other",
    [
        {"person": [*range(1, PEOPLE), 0]}, {"age": [50] * PEOPLE}, {"sex": ["male"] * PEOPLE},
        {"weight": [1.5] * (PEOPLE - 1) + [2.5]}, {"sun": ["little"] * PEOPLE},
    ],
)  # fmt: skip
def test_other_people_are_another_run(other, unordered, tmp_path):
    done = add_up(unordered, tmp_path / "out", people=people())
    assert add_up(unordered, tmp_path / "out", people=people().to_pandas()).record == done.record
    with pytest.raises(ng.TableError, match=r"its inputs.people differs"):
        add_up(unordered, tmp_path / "out", people=people(**other))


def test_people_in_memory_have_the_same_hash_in_every_process(unordered, tmp_path):
    told = {"medicines": ["metformin; omeprazole 18 months"] * PEOPLE, "symptoms": ["tingling; cramps"] * PEOPLE}
    pq.write_table(people(**told), tmp_path / "people.parquet")
    code = (
        "import sys, json, nutrigap as ng, pyarrow.parquet as pq\n"
        "done = ng.cohort(sys.argv[1], sys.argv[2], people=pq.read_table(sys.argv[3]), readings=False)\n"
        "print(done.record['inputs']['people']['sha256'])"
    )
    command = [sys.executable, "-c", code, str(unordered), str(tmp_path / "one"), str(tmp_path / "people.parquet")]
    environment = {**os.environ, "PYTHONHASHSEED": "1"}  # another one than here
    other = subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout.strip()
    told = add_up(unordered, tmp_path / "two", people=people(**told)).record["inputs"]["people"]["sha256"]
    assert told == other and len(told) == 64


def test_another_spread_is_another_run(unordered, tmp_path):
    add_up(unordered, tmp_path / "out", readings=True)
    with pytest.raises(ng.TableError, match=r"its options.sd differs"):
        add_up(unordered, tmp_path / "out", readings=True, method=Method(sd={"magnesium": 400.0}))


@pytest.mark.parametrize("option", ["own_sd", "prior", "weekdays", "consecutive"])
def test_options_that_no_cohort_run_heeds_are_refused(option, unordered, tmp_path):
    with pytest.raises(ng.TableError, match=f"{option}: this option of Method is for single diaries"):
        add_up(unordered, tmp_path / "out", method=Method(**{option: True}))
    assert not (tmp_path / "out").exists()


def test_a_nutrient_named_twice_is_meant_once(unordered, tmp_path, capsys):
    out = tmp_path / "out"
    assert run(["cohort", str(unordered), "-o", str(out), "--nutrients", "magnesium,calcium,magnesium"]) == 0
    record = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert record["options"]["nutrients"] == ["magnesium", "calcium"]
    names = pq.read_schema(out / "people.parquet").names
    assert len(names) == len(set(names)) and "magnesium_status" in names


def test_nothing_of_a_run_is_held_when_it_is_done(unordered, tmp_path):
    add_up(unordered, tmp_path / "out", people=people(), readings=True)
    gc.collect()
    assert not [one for one in gc.get_objects() if isinstance(one, PeopleTable)]


# --- on workers that fail


@pytest.fixture(scope="module")
def cluster():
    distributed, dask = pytest.importorskip("distributed"), pytest.importorskip("dask")
    quiet = {"threads_per_worker": 1, "dashboard_address": None, "silence_logs": 50}
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 1}),
        distributed.LocalCluster(n_workers=1, **quiet) as cluster,
    ):
        yield cluster


def on(cluster, lines: Path, out: Path, task, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run of which each piece is what ``task`` makes of it."""
    monkeypatch.setattr("nutrigap.cohorts.run.take_piece", task)
    add_up(lines, out, scheduler=cluster.scheduler_address, chunk=LINES)


def test_a_fault_of_the_input_is_told_once(cluster, unordered, tmp_path, monkeypatch):
    def fails(plan, piece):
        with plan.folder.with_name("tries").open("a") as stream:
            stream.write("x")
        raise ng.TableError("no such thing")

    with pytest.raises(ng.TableError, match="no such thing"):
        on(cluster, unordered, tmp_path / "out", fails, monkeypatch)
    assert (tmp_path / "tries").read_text() == "x"


def test_lines_of_which_every_worker_dies_are_told(cluster, unordered, tmp_path, monkeypatch):
    with pytest.raises(ng.TableError, match=r"several workers have died.*--chunk"):
        on(cluster, unordered, tmp_path / "out", lambda plan, piece: os._exit(1), monkeypatch)


GUARDED = """
import nutrigap as ng
if __name__ == "__main__":
    print(ng.cohort("lines.parquet", "out", workers=2, readings=False))
"""


@pytest.mark.parametrize("guarded", [True, False])
def test_a_script_that_every_process_would_run_again_is_told(guarded, unordered, tmp_path):
    pytest.importorskip("distributed")
    assert unordered == tmp_path / "lines.parquet"
    script = GUARDED if guarded else GUARDED.replace('__name__ == "__main__"', "True")
    (tmp_path / "script.py").write_text(script, encoding="utf-8")
    told = subprocess.run(
        [sys.executable, "script.py"], check=False, cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    if guarded:
        assert told.returncode == 0 and f"{PEOPLE} person-days of {PEOPLE} people" in told.stdout
        return
    assert told.returncode == 1 and "TableError: the 2 processes could not be started" in told.stderr
    assert 'call cohort below if __name__ == "__main__":' in told.stderr
    assert "spawn" not in told.stderr and told.stderr.count("Traceback") == 1
    assert not (tmp_path / "out" / "run.json").exists()


def test_a_run_outlives_the_only_worker(cluster, unordered, tmp_path, monkeypatch):
    def dies_once(plan, piece):
        from nutrigap.cohorts.run import take_piece

        if not (died := plan.folder.with_name("died")).exists():
            died.touch()
            os._exit(1)
        return take_piece(plan, piece)

    on(cluster, unordered, tmp_path / "out", dies_once, monkeypatch)
    assert (tmp_path / "died").exists()
    expect_all(add_up(unordered, tmp_path / "out", chunk=LINES))


def test_a_cluster_that_goes_is_told(cluster, unordered, tmp_path, monkeypatch):
    """Last of all: the cluster is not there afterwards."""
    out, begun = tmp_path / "out", tmp_path / "begun"

    def waits(plan, piece):
        plan.folder.with_name("begun").touch()
        time.sleep(5)

    def close() -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and not begun.exists():
            time.sleep(0.01)
        cluster.close()

    closer = threading.Thread(target=close)
    closer.start()
    with pytest.raises(ng.TableError, match=r"the cluster has gone; .* run again"):
        on(cluster, unordered, out, waits, monkeypatch)
    closer.join()
    monkeypatch.undo()
    expect_all(add_up(unordered, out, chunk=LINES))
