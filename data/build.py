"""Build the packaged tables of nutrigap from the official releases, deterministically.

``python data/build.py [RELEASES] [--check]``: RELEASES is the folder of releases (default: the environment
variable NUTRIGAP_RELEASES). The rules, with counts, are in ``data/README.md``. Needs the extra ``build``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))  # so that the test can import this file by its path

from build_foods import EDITIONS, Facts, build_foods, nutrient_columns, write_array, write_lines
from build_releases import ReleaseError, Releases
from build_tables import build_tables
from build_units import build_units
from nutrigap.index import (
    FILES,
    NAMES_FILES,
    SPELLING_FILES,
    build_index,
    build_names,
    build_spelling,
    merge_names,
    sorted_names,
)
from nutrigap.matching import plain_names
from nutrigap.tables import read_foods, read_lines
from nutrigap.units import read_table

ROOT = Path(__file__).resolve().parents[1]
PACKAGED = ROOT / "src" / "nutrigap" / "data"
# How the arrays of the index are stored: as small as they may be.
STORED = {
    **dict.fromkeys(("index_offsets.npy", "spelling_offsets.npy"), np.int32),
    **dict.fromkeys(("index_rows.npy", "names_rows.npy", "spelling_members.npy"), np.int16),
    **dict.fromkeys(("index_parts.npy", "index_prepared.npy", "index_flags.npy"), np.uint8),
    "index_cost.npy": np.float64,
}
TIERS = {"fndds": "fndds:", "sr": "sr:"}


def build(releases: Releases, out: Path) -> None:
    """Write every table into ``out``: the foods, the small tables made from them, and the manifest last."""
    facts = build_foods(releases, out)
    build_tables(releases, out)
    write_index(out / "foods", facts.counts["fndds"]["foods"])
    build_units(out)
    facts.releases.update(releases.sha256)
    write_manifest(out, facts)


def write_index(folder: Path, first_tier: int) -> None:
    """Write the search index over all food names and ``aliases.csv``, so that a report need not make it."""
    row_by_id = {food: row for row, food in enumerate(read_lines(folder, "ids.txt"))}
    assert len(row_by_id) <= np.iinfo(np.int16).max, "rows no longer fit the size they are stored in"
    aliases = {row["phrase"]: row_by_id[row["food_id"]] for row in read_table("aliases.csv")}
    index = build_index(read_lines(folder, "names.txt"), read_lines(folder, "also.txt"))
    names = build_names(read_lines(folder, "names.txt"), aliases)
    spelling = build_spelling(index.vocabulary, aliases)
    for files, content in ((FILES, index), (NAMES_FILES, names), (SPELLING_FILES, spelling)):
        write_attributes(folder, files, content)
    foods = read_foods(folder, edition="", sha256="", first_tier=first_tier)
    plain = plain_names(foods)  # found by a search with what was just written
    write_attributes(folder, NAMES_FILES, merge_names([(names, 0), (sorted_names(plain), 0)]))


def write_attributes(folder: Path, files: Mapping[str, str], content: object) -> None:
    """Write attributes of an index, each into its file."""
    for attribute, name in files.items():
        value = getattr(content, attribute)
        if name.endswith(".txt"):
            write_lines(folder / name, value)
        else:
            write_array(folder / name, value.astype(STORED[name]))


def write_manifest(out: Path, facts: Facts) -> None:
    """Write ``foods/manifest.json``: rows, known values, column sums, sha256 of every file there."""
    folder = out / "foods"
    about = {"manifest.json", "edition.txt"}
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.name not in about)
    sha256 = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    listing = "".join(f"{name} {digest}\n" for name, digest in sorted(sha256.items()))
    sha256_of_all = hashlib.sha256(listing.encode()).hexdigest()
    manifest = {
        "editions": EDITIONS,
        "counts": facts.counts,
        "changed_in_may_2016": facts.changed_2016,
        "columns": column_summary(folder),
        "files": sha256,
        "sha256": sha256_of_all,
        "releases": facts.releases,
    }
    # what every report needs of the manifest, readable without a parser
    write_lines(folder / "edition.txt", ["; ".join(EDITIONS), sha256_of_all, str(facts.counts["fndds"]["foods"])])
    text = json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    (folder / "manifest.json").write_text(text, encoding="utf-8", newline="\n")


def column_summary(folder: Path) -> dict[str, dict[str, object]]:
    """Unit of every column, and per tier the count of known values, the missing share and the sum."""
    values = np.load(folder / "values.npy")
    ids = (folder / "ids.txt").read_text(encoding="utf-8").split()
    summary: dict[str, dict[str, object]] = {}
    for i, wanted in enumerate(nutrient_columns()):
        summary[wanted.id] = {"unit": wanted.unit}
        for tier, prefix in TIERS.items():
            cells = values[[food.startswith(prefix) for food in ids], i]
            known = cells[~np.isnan(cells)]
            summary[wanted.id][tier] = {
                "known": len(known),
                "missing_share": round(1 - len(known) / len(cells), 6),
                "sum": round(math.fsum(known), 6),
            }
    return summary


def differences(built: Path, packaged: Path) -> list[str]:
    """Names of the files that a fresh build makes differently from those packaged, or that only one has."""
    wanted = {path.relative_to(built) for path in built.rglob("*") if path.is_file()}
    present = {path.relative_to(packaged) for path in (packaged / "foods").rglob("*") if path.is_file()}
    return sorted(
        str(name)
        for name in wanted | present
        if not (built / name).is_file()
        or not (packaged / name).is_file()
        or (built / name).read_bytes() != (packaged / name).read_bytes()
    )


def default_releases() -> Path | None:
    """The folder of releases when none is named: NUTRIGAP_RELEASES, else the one beside the repository."""
    if named := os.environ.get("NUTRIGAP_RELEASES"):
        return Path(named)
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    return beside if beside.is_dir() else None


def main(argv: list[str] | None = None) -> int:
    """Run the build; 0 done or nothing differs, 1 ``--check`` found differences, 3 releases missing."""
    parser = argparse.ArgumentParser(description="Build the packaged tables from the official releases.")
    parser.add_argument("releases", nargs="?", type=Path, help="folder; default NUTRIGAP_RELEASES")
    parser.add_argument("--check", action="store_true", help="write nothing; compare with what is packaged")
    options = parser.parse_args(argv)
    folder: Path | None = options.releases or default_releases()
    if folder is None or not folder.is_dir():
        parser.error("name the folder of releases, or set NUTRIGAP_RELEASES; see data/README.md")
    try:
        releases = Releases(folder)
        if not options.check:
            build(releases, PACKAGED)
            return 0
        with tempfile.TemporaryDirectory() as scratch:
            build(releases, Path(scratch))
            differing = differences(Path(scratch), PACKAGED)
    except ReleaseError as error:
        print(error, file=sys.stderr)
        return 3
    print("\n".join(f"differs: {name}" for name in differing) or "the packaged tables are up to date")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
