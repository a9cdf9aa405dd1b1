"""Speed and memory of cohort runs: sums against the memory's bandwidth and pandas, whole runs against duckdb, polars.

    python benchmarks/cohort.py            # prints the table
    python benchmarks/cohort.py --write    # and puts it into docs/performance.md

Ratios only, of processor time (user and system) on one core, in rounds that take turns; the median, and the smallest
and largest in brackets. duckdb and polars are in the extra ``bench``. 20 million lines need about 2 GB of memory here,
most of it to make them up.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from nutrigap.sparse import Composition, composition, food_sums, run_starts
from nutrigap.tables import FloatArray, FoodTable, IntArray, load_foods
from nutrigap.totals import values_of
from nutrigap.units import nutrient_index, nutrients

CORE = tuple(one.id for one in nutrients() if one.role == "core")
LINES_A_DAY, DAYS = 15, 4
CHUNK = 500_000
SHORT = 1_000_000
STREAM_BYTES = 24  # per element of a = b + s·c, as the STREAM benchmark counts
PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
TOTALS = {1: "a total", 3: "low, best and high"}
MARKS = "<!-- table -->", "<!-- end of table -->"


class Lines(NamedTuple):
    day: IntArray
    row: IntArray
    grams: FloatArray


def made_up(count: int, foods: IntArray) -> Lines:
    """Lines in the order of their days; some foods are eaten far more often than others (Zipf, exponent .8)."""
    random = np.random.default_rng(1)
    weight = 1.0 / np.arange(1, len(foods) + 1) ** 0.8
    row = random.permutation(foods)[random.choice(len(foods), count, p=weight / weight.sum())].astype(np.int32)
    return Lines(np.arange(count) // LINES_A_DAY, row, np.round(random.gamma(2.0, 60.0, count) + 0.01, 2))


def survey_foods(foods: FoodTable) -> IntArray:
    """FNDDS, of which every value is known."""
    return np.flatnonzero([food.startswith("fndds:") for food in foods.ids])


def cpu(run: Callable[[], object]) -> float:
    start = time.process_time()
    run()
    return time.process_time() - start


def told(ratios: list[float]) -> str:
    """Median, smallest and largest, to two figures."""
    middle, low, high = (f"{float(f'{one:.2g}'):g}" for one in (statistics.median(ratios), min(ratios), max(ratios)))
    return f"{middle} ({low}-{high})"


# --- the sums


def sums(table: Composition, lines: Lines) -> float:
    """Processor time of the sums, chunk by chunk, as a run makes them."""
    begun = time.process_time()
    for start in range(0, len(lines.day), CHUNK):
        part = slice(start, start + CHUNK)
        food_sums(table, run_starts(lines.day[part]), lines.row[part], lines.grams[part])
    return time.process_time() - begun


def bandwidth() -> Callable[[], float]:
    """Bytes a second of a triad over arrays far larger than any cache."""
    size = 10_000_000
    a, b, c = np.empty(size), np.ones(size), np.ones(size)

    def triad() -> None:
        np.multiply(b, 3.0, out=a)
        np.add(a, c, out=a)

    triad()
    return lambda: STREAM_BYTES * size / cpu(triad)


def by_pandas(values: FloatArray, lines: Lines) -> None:
    """The same lines, foods told by their row, which pandas can look up without a search."""
    import pandas as pd

    table = pd.DataFrame(values, columns=list(CORE))
    frame = pd.DataFrame({"day": lines.day, "row": lines.row, "grams": lines.grams})
    merged = frame.merge(table, left_on="row", right_index=True, how="left")
    merged[list(CORE)].mul(merged["grams"] / 100, axis=0).groupby(merged["day"]).sum()


def by_pandas_codes(values: FloatArray, codes: IntArray, lines: Lines) -> None:
    """Lines as a survey has them: a food's code, a person, a date."""
    import pandas as pd

    table = pd.DataFrame(values, columns=list(CORE)).assign(food_id=codes)
    frame = pd.DataFrame({
        "person": lines.day // DAYS, "date": lines.day % DAYS, "food_id": codes[lines.row], "grams": lines.grams,
    })  # fmt: skip
    merged = frame.merge(table[codes > 0], on="food_id", how="left")
    merged[list(CORE)].mul(merged["grams"] / 100, axis=0).groupby([merged["person"], merged["date"]]).sum()


def adder(codes: IntArray, lines: Lines) -> Callable[[], float]:
    """Processor time of adding up such lines by person and day, from columns in memory."""
    from nutrigap.cohorts.columns import Batch, coded
    from nutrigap.cohorts.lines import Adder, form_of
    from nutrigap.cohorts.state import Layout
    from nutrigap.entries import Kitchen

    form, _ = form_of(("person", "date", "food_id", "grams"))
    adding = Adder(form, "", Kitchen(load_foods()), Layout(CORE, ("vitamin_b12",)), None)
    of_row = coded([str(code) for code in codes.tolist()])
    texts = of_row._replace(codes=of_row.codes[lines.row])
    date = (lines.day % DAYS).astype("datetime64[D]")

    def add() -> float:
        begun = time.process_time()
        for start in range(0, len(lines.day), CHUNK):
            part = slice(start, start + CHUNK)
            foods = texts._replace(codes=texts.codes[part])
            adding.add(Batch(start, len(date[part]), [lines.day[part] // DAYS, date[part], foods, lines.grams[part]]))
        return time.process_time() - begun

    return add


def kernel(count: int, rounds: int) -> Iterator[tuple[str, str, str]]:
    foods = load_foods()
    table, speed = composition(foods, CORE), bandwidth()
    read, total = count * (8 + 4 + 8), count // LINES_A_DAY * len(CORE) * 8  # bytes: day, food, grams; one total
    cases = {
        "foods of national surveys, of which all is known": (survey_foods(foods), 1, "at most 6"),
        "all foods, with bounds of what was not measured": (np.arange(len(foods)), 3, "at most 10"),
    }
    for name, (eaten, ends, goal) in cases.items():
        lines = made_up(count, eaten)
        sums(table, Lines(*(part[:CHUNK] for part in lines)))
        found = [sums(table, lines) / ((read + ends * total) / speed()) for _ in range(rounds)]
        floor = f"reading them and writing {TOTALS[ends]} once at the memory's bandwidth"
        yield f"sums of {count:,} lines / {floor}: {name}", told(found), goal
    for what, own, other in (
        ("rows of the food table, days in order", "sums", "pandas"),
        ("codes, people and dates", "sums of codes", "pandas of codes"),
    ):
        found = [alone(other, count) / alone(own, count) for _ in range(rounds)]
        name = f"pandas merge and groupby, without bounds / sums with bounds, {count:,} lines: {what}"
        yield name, told(found), "at least 30"


def alone(name: str, count: int) -> float:
    """Processor time of one way to add up lines, in a fresh process; making the lines up is not in it."""
    done = subprocess.run(
        [sys.executable, __file__, "--sums", name, str(count)], check=True, capture_output=True, text=True
    )
    return float(done.stdout.splitlines()[-1])


def sums_alone(name: str, count: int) -> float:
    import pandas as pd

    foods = load_foods()
    lines, codes = made_up(count, survey_foods(foods)), fndds_codes(foods)
    values = foods.values[:, [nutrient_index()[one] for one in CORE]]
    # loading pandas and scipy is in neither time
    pd.DataFrame({"a": [1]}).merge(pd.DataFrame({"a": [1]})).groupby("a").sum()
    sums(composition(foods, CORE), Lines(*(part[:CHUNK] for part in lines)))
    if name == "sums":
        return sums(composition(foods, CORE), lines)
    if name == "sums of codes":
        return adder(codes, lines)()
    if name == "pandas":
        return cpu(lambda: by_pandas(values, lines))
    return cpu(lambda: by_pandas_codes(values, codes, lines))


def fndds_codes(foods: FoodTable) -> IntArray:
    """The code of each food, 0 where it is not of FNDDS."""
    return np.array([int(food.partition(":")[2]) if food.startswith("fndds:") else 0 for food in foods.ids])


# --- whole runs, each in a process of its own


def write_lines(path: Path, count: int) -> None:
    """Resolved lines with the codes of FNDDS, as a survey has them, in row groups of a million."""
    import pyarrow as pa
    from pyarrow.parquet import ParquetWriter

    foods = load_foods()
    codes = fndds_codes(foods)
    lines = made_up(count, survey_foods(foods))
    schema = pa.schema({"person": pa.int64(), "date": pa.date32(), "food_id": pa.int64(), "grams": pa.float64()})
    with ParquetWriter(path, schema) as writer:
        for start in range(0, count, 1_000_000):
            part = slice(start, start + 1_000_000)
            person, date = lines.day[part] // DAYS, 20_000 + lines.day[part] % DAYS
            writer.write_table(
                pa.table(
                    [
                        person,
                        pa.array(date.astype(np.int32)).cast(pa.date32()),
                        codes[lines.row[part]],
                        lines.grams[part],
                    ],
                    schema=schema,
                )
            )


def write_foods(path: Path) -> None:
    import pyarrow as pa
    from pyarrow.parquet import write_table

    foods = load_foods()
    eaten, columns = survey_foods(foods), [nutrient_index()[name] for name in CORE]
    table = {"food_id": [int(foods.ids[row].partition(":")[2]) for row in eaten]}
    for end, values in zip(("_low", "", "_high"), values_of(foods, eaten), strict=True):
        table |= {name + end: values[:, i] for name, i in zip(CORE, columns, strict=True)}
    write_table(pa.table(table), path)


def _columns(ends: int) -> list[str]:
    return [name + end for name in CORE for end in (("",) if ends == 1 else ("_low", "", "_high"))]


def run_nutrigap(lines: Path, out: Path, _: Path) -> None:
    from nutrigap.cohorts import cohort

    cohort(lines, out / "nutrigap", names=CORE, readings=False, overwrite=True)


def run_duckdb(lines: Path, out: Path, foods: Path, *, ends: int = 3) -> None:
    import duckdb

    wanted = ", ".join(f"sum(grams * {name} / 100) as {name}" for name in _columns(ends))
    with duckdb.connect() as connection:
        connection.execute("set threads = 1")
        connection.execute(
            f"copy (select person, date, {wanted} from '{lines}' join '{foods}' using (food_id) "
            f"group by person, date) to '{out / 'duckdb.parquet'}'"
        )


def run_polars(lines: Path, out: Path, foods: Path, *, ends: int = 3) -> None:
    import polars as pl

    joined = pl.scan_parquet(lines).join(pl.scan_parquet(foods), on="food_id")
    totals = [(pl.col(name) * pl.col("grams") / 100).sum().alias(name) for name in _columns(ends)]
    joined.group_by("person", "date").agg(totals).sink_parquet(out / "polars.parquet")


RUNS: dict[str, Callable[[Path, Path, Path], None]] = {
    "nutrigap": run_nutrigap,
    "duckdb": run_duckdb,
    "duckdb, no bounds": lambda *given: run_duckdb(*given, ends=1),
    "polars": run_polars,
}


class Spent(NamedTuple):
    seconds: float
    bytes: int


def spend(name: str, lines: Path, folder: Path, foods: Path) -> Spent:
    """Processor time and peak memory of one run in a fresh process with one thread."""
    one = dict.fromkeys(("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    done = subprocess.run(
        [sys.executable, __file__, "--one", name, str(lines), str(folder), str(foods)],
        check=True, capture_output=True, text=True, env=os.environ | one,
    )  # fmt: skip
    return Spent(*json.loads(done.stdout.splitlines()[-1]))


def one_run(name: str, lines: str, folder: str, foods: str) -> None:
    RUNS[name](Path(lines), Path(folder), Path(foods))
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps([used.ru_utime + used.ru_stime, peak_memory()]))


def peak_memory() -> int:
    """The most memory that this process has held [bytes]; ru_maxrss would count that of its parent too."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    line = next(one for one in status.read_text().splitlines() if one.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def whole_runs(counts: list[int], rounds: int) -> Iterator[tuple[str, str, str]]:
    most = counts[-1]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        foods = folder / "foods.parquet"
        write_foods(foods)
        paths = {count: folder / f"lines-{count}.parquet" for count in counts}
        for count, path in paths.items():
            write_lines(path, count)
        spent: dict[int, list[Spent]] = {count: [] for count in counts}
        taken: dict[str, list[Spent]] = {name: [] for name in RUNS if name != "nutrigap"}
        for _ in range(rounds):
            for count, path in paths.items():  # short runs more often, for what is asked of them is a small difference
                spent[count] += [spend("nutrigap", path, folder, foods) for _ in range(1 + 4 * (count <= SHORT))]
            for name, found in taken.items():
                found.append(spend(name, paths[most], folder, foods))
        own = [one.seconds for one in spent[most]]
        for name in ("duckdb", "duckdb, no bounds", "polars"):
            ratios = [mine / other.seconds for mine, other in zip(own, taken[name], strict=True)]
            goal = "at most 1" if name == "duckdb" else ""
            yield f"whole run of {most:,} lines, Parquet to Parquet / {name}, plain join", told(ratios), goal
    start = statistics.median(one.seconds for one in spent[counts[0]])
    line = {n: (statistics.median(one.seconds for one in spent[n]) - start) / (n - counts[0]) for n in counts[1:]}
    for count in counts[2:]:
        yield f"time a line at {count:,} lines / at {counts[1]:,}", f"{line[count] / line[counts[1]]:.2f}", ".8 to 1.2"
    for count in counts:
        peak = max(one.bytes for one in spent[count]) / 2**30
        yield f"peak memory of a run of {count:,} lines, GiB", f"{peak:.2f}", "at most 1.5" if count == most else ""


# --- written lines


def phrases(rounds: int) -> Iterator[tuple[str, str, str]]:
    """Written lines, each distinct one read once, against reading every line."""
    from nutrigap.cohorts.columns import Batch, coded
    from nutrigap.cohorts.lines import Adder, form_of
    from nutrigap.cohorts.state import Layout
    from nutrigap.diary import read_diary
    from nutrigap.entries import Kitchen
    from nutrigap.resolve import resolve_line

    week = read_diary(Path(__file__).parent.parent / "data" / "examples" / "week.csv").lines
    kitchen, times = Kitchen(load_foods()), 2_000
    form, _ = form_of(("person", "date", "food", "amount"))
    cells = list(zip(*(("p", str(one.date), one.food, one.amount) for one in week), strict=True))
    batch = Batch(0, len(week) * times, [coded(column * times) for column in cells])

    def once() -> None:
        Adder(form, ",", kitchen, Layout(CORE, ("vitamin_b12",)), None).add(batch)

    def each() -> None:
        for line in week:
            resolve_line(line, kitchen)

    once()
    found = [cpu(each) * times / cpu(once) for _ in range(rounds)]
    what = f"reading each of {batch.size:,} written lines / reading each distinct one once, sums included"
    yield what, told(found), ""


def main() -> None:
    parser = argparse.ArgumentParser(description="Ratios of time and memory of cohort runs.")
    parser.add_argument("--write", action="store_true", help="put the table into docs/performance.md")
    parser.add_argument("--lines", type=int, default=20_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--one", nargs=4, help=argparse.SUPPRESS)
    parser.add_argument("--sums", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        one_run(*given.one)
        return
    if given.sums:
        print(sums_alone(given.sums[0], int(given.sums[1])))
        return
    counts = sorted({100_000, 1_000_000, given.lines // 4, given.lines})
    rows = []
    for part in (phrases(given.rounds), kernel(given.lines, given.rounds), whole_runs(counts, given.rounds)):
        for row in part:
            rows.append(row)
            print(" | ".join(row), flush=True)
    table = ["| what | ratio, median (smallest-largest) | goal |", "|---|---|---|"]
    table += [f"| {what} | {found} | {goal} |" for what, found, goal in rows]
    if given.write:
        head, _, rest = PAGE.read_text(encoding="utf-8").partition(MARKS[0])
        tail = rest.partition(MARKS[1])[2]
        body = "\n".join([MARKS[0], "", *table, "", MARKS[1]])
        PAGE.write_text(head + body + tail, encoding="utf-8")


if __name__ == "__main__":
    main()
