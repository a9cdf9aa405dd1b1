"""Cold start: ``nutrigap report`` of a 60-line week as text, against ``python -c "import pandas"``.

The two run in turn, pair by pair, so that a drift of the machine's speed touches both. Run it in an environment with
nutrigap installed (bytecode is compiled first, as ``pip install`` does):

    python benchmarks/start_up.py [PAIRS]
"""

from __future__ import annotations

import compileall
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


def seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    compileall.compile_dir(str(Path(nutrigap.__path__[0])), quiet=1)
    week = (ROOT / "data" / "examples" / "week.csv").read_text(encoding="utf-8").splitlines()
    with tempfile.TemporaryDirectory() as folder:
        diary = Path(folder) / "week.csv"
        diary.write_text("\n".join(week[: LINES + 1]) + "\n", encoding="utf-8")
        report = [sys.executable, "-c", RUN, "report", str(diary), "--age", "34", "--sex", "female"]
        pandas = [sys.executable, "-c", "import pandas"]
        for command in (report, pandas):
            seconds(command)  # warm the file cache
        ratios = []
        for _ in range(pairs):
            ours, theirs = seconds(report), seconds(pandas)
            ratios.append(ours / theirs)
    low, middle, high = min(ratios), statistics.median(ratios), max(ratios)
    print(
        f"report of {LINES} lines / import pandas, {pairs} pairs: median {middle:.2f} (min {low:.2f}, max {high:.2f})"
    )


if __name__ == "__main__":
    main()
