"""Cold start: ``nutrigap report`` of a 60-line week, against ``python -c "import pandas"``.

The two run in turn, pair by pair, so that a drift of the machine's speed touches both: the week as text and as an HTML
page, and as text with 20 of its phrases changed so that none is the name of a food. Then, within one process: the index
made ready, and one phrase matched after that. Run it in an environment with nutrigap installed (bytecode is compiled
first, as ``pip install`` does):

    python benchmarks/start_up.py [PAIRS]
"""

from __future__ import annotations

import compileall
import csv
import io
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nutrigap

LINES = 60
ROOT = Path(__file__).resolve().parents[1]
RUN = "import sys; from nutrigap.cli import main; sys.argv[0] = 'nutrigap'; main()"
# What people write that is the name of no food: spelling, order, preparation, other words.
INEXACT = (
    "home made lentil soup", "wholewheat bread toasted", "grillled salmon fillet", "bannana ripe", "steamed brocoli",
    "chicken breast strips grilled", "plain greek yoghurt low fat",
    "raw baby carrots", "boiled potatos", "sauteed mushroom",
    "cheddar cheese mature", "cooked brown basmati rice", "scrambled eggs in butter", "orange juice fresh squeezed",
    "dark chocolate with nuts", "roast chicken thigh no skin", "tomato and basil soup", "apple pie slice homemade",
    "toasted almonds salted", "spinach and cheese omelette",
)  # fmt: skip
INSIDE = """
import statistics, time
import nutrigap as ng
from nutrigap import matching
from nutrigap.index import load_index
foods = ng.load_foods()
start = time.perf_counter(); load_index(foods); ready = time.perf_counter() - start
matching.find_food(foods, "a first phrase")
spent = []
for phrase in {phrases!r}:
    start = time.perf_counter(); matching.find_food(foods, phrase); spent.append(time.perf_counter() - start)
middle, most = 1000 * statistics.median(spent), 1000 * max(spent)
print(f"index ready in {{1000 * ready:.1f}} ms; a phrase after that: median {{middle:.2f}} ms, slowest {{most:.2f}} ms")
"""


def seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def ratio(name: str, diary: Path, pairs: int, *options: str) -> None:
    report = [sys.executable, "-c", RUN, "report", str(diary), "--age", "34", "--sex", "female", *options]
    pandas = [sys.executable, "-c", "import pandas"]
    for command in (report, pandas):
        seconds(command)  # warm the file cache
    ratios = [seconds(report) / seconds(pandas) for _ in range(pairs)]
    low, middle, high = min(ratios), statistics.median(ratios), max(ratios)
    print(f"report of {name} / import pandas, {pairs} pairs: median {middle:.2f} (min {low:.2f}, max {high:.2f})")


def inexact(week: str) -> str:
    """The week with every third phrase replaced by one that is the name of no food."""
    header, *rows = csv.reader(io.StringIO(week))
    place = header.index("food")
    for i, phrase in enumerate(INEXACT):
        rows[3 * i][place] = phrase
    out = io.StringIO()
    csv.writer(out).writerows([header, *rows])
    return out.getvalue()


def main() -> None:
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    compileall.compile_dir(str(Path(nutrigap.__path__[0])), quiet=1)
    lines = (ROOT / "data" / "examples" / "week.csv").read_text(encoding="utf-8").splitlines()
    week = "\n".join(lines[: LINES + 1]) + "\n"
    with tempfile.TemporaryDirectory() as folder:
        diary, page = Path(folder) / "week.csv", Path(folder) / "report.html"
        for name, text, options in (
            (f"{LINES} lines", week, ()),
            (f"{LINES} lines, as a page", week, ("-o", str(page))),
            (f"{LINES} lines, 20 inexact", inexact(week), ()),
        ):
            diary.write_text(text, encoding="utf-8")
            ratio(name, diary, pairs, *options)
    subprocess.run([sys.executable, "-c", INSIDE.format(phrases=INEXACT)], check=True)


if __name__ == "__main__":
    main()
