"""How well phrases are understood: labelled phrases against the foods they are taken for.

    python benchmarks/matching.py [FILES] [--wrong]

FILES are tables of phrases with the foods that are right for them: ``phrase,kind,expect,accept,note`` (the default:
those below ``tests/data``), or ``id,phrase,...,sr_ndb,...,fndds_codes``. Each phrase goes through the whole reader as
the food cell of a line. Printed for each file, of the phrases that have an acceptable food: the share where the first
choice is one (top-1) and where one of the five candidates is (top-5); of those that are counted without a question, the
share that is right, or harmless: all six nutrients per 100 g within 20 % of an acceptable food; how many of the
phrases without an acceptable food are counted as a food; and of all phrases that are taken for one food on a guess, how
many are right or harmless.
"""

from __future__ import annotations

import argparse
import csv
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import numpy as np

import nutrigap as ng
from nutrigap.diary import Line
from nutrigap.entries import Entry, Kitchen
from nutrigap.matching import candidates
from nutrigap.resolve import resolve_line
from nutrigap.units import nutrients

ROOT = Path(__file__).resolve().parents[1]
DEFAULT = [ROOT / "tests" / "data" / name for name in ("phrases_tune.csv", "phrases_unseen.csv", "phrases_dishes.csv")]
CORE = [i for i, nutrient in enumerate(nutrients()) if nutrient.role == "core"]
WITHIN = 0.2


class Labelled(NamedTuple):
    phrase: str
    kind: str
    expect: str
    accept: frozenset[str]
    # tables whose foods are not judged for this phrase
    unjudged: tuple[str, ...] = ()


def read(path: Path) -> list[Labelled]:
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    if "accept" in rows[0]:
        return [Labelled(r["phrase"], r["kind"], r["expect"], frozenset(r["accept"].split())) for r in rows]
    found = []
    for r in rows:
        accept = {f"sr:{int(code):05d}" for code in r["sr_ndb"].split(";") if code}
        accept |= {f"fndds:{code}" for code in r["fndds_codes"].split(";") if code}
        skipped = tuple(t for t in ("sr", "fndds") if r[f"{t}_status"] == "skip")
        found.append(Labelled(r["phrase"], r["kind"], "food" if accept else r["note"], frozenset(accept), skipped))
    return found


def in_table(one: Labelled, foods: ng.FoodTable) -> Labelled | None:
    """The phrase with those of its foods that the table holds; None when it had some and none is there."""
    accept = frozenset(food for food in one.accept if food in foods.row_by_id)
    return one._replace(accept=accept) if accept or not one.accept else None


def understood(phrase: str, foods: ng.FoodTable) -> Entry:
    return resolve_line(Line(1, None, "", phrase, "", "", "", "", "", "", "", {}, None), Kitchen(foods))


def harmless(foods: ng.FoodTable, row: int, accept: frozenset[str]) -> bool:
    """Whether all six nutrients are within 20 % of those of one acceptable food; unknown against known is not."""
    ours = foods.values[row, CORE]
    for food in accept:
        theirs = foods.values[foods.row(food), CORE]
        same = np.isnan(ours) & np.isnan(theirs)
        if (same | (np.abs(ours - theirs) <= WITHIN * np.abs(theirs))).all():
            return True
    return False


def judge(one: Labelled, foods: ng.FoodTable) -> dict[str, object]:
    start = time.perf_counter()
    entry = understood(one.phrase, foods)
    spent = time.perf_counter() - start
    piece = entry.pieces[0]
    found = [foods.ids[c.row] for c in candidates(foods, piece.match)] if entry.kind == "food" else []
    rest = [foods.ids[p.row] for p in entry.pieces[1:] if p.row is not None]
    first = found[0] if found else None
    sure = entry.kind == "food" and not entry.parts and piece.row is not None and piece.match.sure
    guessed = entry.kind == "food" and not entry.parts and piece.row is not None and not piece.match.sure
    return {
        "first": first,
        "guessed": guessed,
        "top1": first in one.accept,
        "top5": bool(one.accept.intersection(found)),
        "sure": sure,
        "right": first in one.accept or (first is not None and harmless(foods, foods.row(first), one.accept)),
        "parts": rest,
        "kind": entry.kind,
        "left_out": entry.status == "left_out",
        "confidence": piece.match.confidence,
        "seconds": spent,
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--wrong", action="store_true", help="list what is wrong or refused")
    options = parser.parse_args()
    foods = ng.load_foods()
    understood("warm up with something", foods)
    for path in options.files or DEFAULT:
        report(path, foods, wrong=options.wrong)


def report(path: Path, foods: ng.FoodTable, *, wrong: bool) -> None:
    phrases = [one for one in (in_table(one, foods) for one in read(path)) if one is not None]
    judged = [(one, judge(one, foods)) for one in phrases]
    with_food = [(one, j) for one, j in judged if one.accept]
    sure = [(one, j) for one, j in with_food if j["sure"]]
    guessed = [(one, j) for one, j in judged if j["guessed"]]
    slips = [(one, j) for one, j in judged if not one.accept and j["sure"]]
    count = len(with_food)
    print(f"{path.name}: {len(judged)} phrases, {count} with an acceptable food")
    print(f"  top-1 {sum(bool(j['top1']) for _, j in with_food) / count:.1%}", end="  ")
    print(f"top-5 {sum(bool(j['top5']) for _, j in with_food) / count:.1%}", end="  ")
    right = sum(bool(j["right"]) for _, j in sure)
    print(f"accepted {len(sure)} ({len(sure) / count:.0%}), right or harmless {right / max(1, len(sure)):.1%}")
    print(f"  without an acceptable food: {len(judged) - count}, counted as a food {len(slips)}", end="  ")
    print(f"one food on a guess {len(guessed)}, right or harmless {sum(bool(j['right']) for _, j in guessed)}")
    print(f"  median {1000 * float(np.median([j['seconds'] for _, j in judged])):.2f} ms a phrase", end=", ")
    print(f"slowest {1000 * max(float(str(j['seconds'])) for _, j in judged):.1f} ms")
    kinds = Counter(one.kind for one, _ in with_food)
    missed = Counter(one.kind for one, j in with_food if not j["top1"])
    print("  top-1 by kind:", ", ".join(f"{kind} {n - missed[kind]}/{n}" for kind, n in kinds.items()))
    bands = Counter(
        (min(9, int(10 * float(str(j["confidence"])))), bool(j["right"])) for _, j in with_food if j["first"]
    )
    reliability = [
        f"{b / 10:.1f}: {bands[b, True]}/{bands[b, True] + bands[b, False]}"
        for b in range(10)
        if bands[b, True] + bands[b, False]
    ]
    print("  right or harmless by confidence:", ", ".join(reliability))
    if wrong:
        for one, j in judged:
            state = "sure" if j["sure"] else "left out" if j["left_out"] else "flagged"
            name = foods.names[foods.row(str(j["first"]))] if j["first"] else j["kind"]
            if (one.accept and not j["top1"]) or (not one.accept and j["kind"] == "food" and not j["left_out"]):
                parts = [foods.names[foods.row(p)] for p in j["parts"]]  # type: ignore[attr-defined]
                meant = "; ".join(foods.names[foods.row(a)] for a in sorted(one.accept)[:2]) or one.expect
                five = ("" if j["top5"] else " !5") + (" WRONG" if j["sure"] and not j["right"] else "")
                print(f"    {one.phrase!r}: {name} {parts or ''} [{state} {j['confidence']:.2f}{five}] for {meant}")


if __name__ == "__main__":
    main()
