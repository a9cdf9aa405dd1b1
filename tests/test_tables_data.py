"""The packaged tables: do they hold what their manifest, their sources and the publications say?"""

from __future__ import annotations

import csv
import hashlib
import importlib
import itertools
import json
import math
import re
import statistics
import sys
from collections import Counter, defaultdict
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from numpy.typing import NDArray

DATA = Path(__file__).resolve().parents[1] / "src" / "nutrigap" / "data"
FOODS = DATA / "foods"
CORE = ["magnesium", "calcium", "potassium", "vitamin_d", "vitamin_b12", "vitamin_b6"]


@cache
def table(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@cache
def lines(name: str) -> list[str]:
    text = (FOODS / name).read_bytes().decode("utf-8")
    assert text.endswith("\n") and "\r" not in text
    return text.split("\n")[:-1]


@cache
def array(name: str) -> NDArray[np.float64]:
    loaded: NDArray[np.float64] = np.load(FOODS / f"{name}.npy", allow_pickle=False)
    return loaded


@cache
def manifest_text() -> str:
    return (FOODS / "manifest.json").read_text(encoding="utf-8")


@cache
def digests() -> dict[str, str]:
    """The sha256 of every file, as the manifest says."""
    loaded: dict[str, str] = json.loads(manifest_text())["files"]
    return loaded


@cache
def counts(of: str) -> dict[str, int]:
    loaded: dict[str, int] = json.loads(manifest_text())["counts"][of]
    return loaded


@cache
def columns() -> dict[str, dict[str, object]]:
    loaded: dict[str, dict[str, object]] = json.loads(manifest_text())["columns"]
    return loaded


def tier(prefix: str) -> NDArray[np.bool_]:
    return np.array([food.startswith(prefix) for food in lines("ids.txt")])


def value(food: str, nutrient: str) -> float:
    column = [row["id"] for row in table("nutrients")].index(nutrient)
    return float(array("values")[lines("ids.txt").index(food), column])


def portions(food: str) -> dict[str, float]:
    row = lines("ids.txt").index(food)
    start, end = (int(array("portion_offsets")[row + i]) for i in (0, 1))
    return dict(zip(lines("portion_names.txt")[start:end], array("portion_grams")[start:end].tolist(), strict=True))


# ------------------------------------------------------------------------- the food table


def test_the_edition_read_at_start_is_that_of_the_manifest() -> None:
    manifest = json.loads(manifest_text())
    lines = (FOODS / "edition.txt").read_text(encoding="utf-8").splitlines()
    assert lines == ["; ".join(manifest["editions"]), manifest["sha256"], str(manifest["counts"]["fndds"]["foods"])]


def test_every_file_has_the_sha256_of_the_manifest() -> None:
    files = {path.name for path in FOODS.iterdir()} - {"manifest.json", "edition.txt"}
    assert {name: hashlib.sha256((FOODS / name).read_bytes()).hexdigest() for name in files} == digests()
    listing = "".join(f"{name} {digests()[name]}\n" for name in sorted(files))
    assert json.loads(manifest_text())["sha256"] == hashlib.sha256(listing.encode()).hexdigest()


def test_the_manifest_is_sorted_and_carries_no_path() -> None:
    assert "/" not in manifest_text() and "\\" not in manifest_text()
    again = json.dumps(json.loads(manifest_text()), indent=1, sort_keys=True, ensure_ascii=False)
    assert manifest_text() == again + "\n"


def test_rows_of_all_files_agree() -> None:
    n = len(lines("ids.txt"))
    assert n == 5385 + 7754
    assert [len(lines(name)) for name in ("names.txt", "also.txt")] == [n, n]
    for name in ("fdc", "group", "survey", "refuse", "default_grams"):
        assert array(name).shape == (n,)
    assert array("values").shape == (n, len(table("nutrients")))
    assert array("values").flags.c_contiguous
    offsets = array("portion_offsets")
    assert offsets.shape == (n + 1,) and offsets[0] == 0 and (np.diff(offsets) >= 0).all()
    assert offsets[-1] == len(lines("portion_names.txt")) == len(array("portion_grams"))


def test_types_of_the_arrays() -> None:
    wanted = {
        "values": "<f8", "fdc": "<i4", "group": "<i2", "survey": "|b1", "refuse": "<f8",
        "default_grams": "<f8", "portion_offsets": "<i4", "portion_grams": "<f8",
    }  # fmt: skip
    assert {name: array(name).dtype.str for name in wanted} == wanted


def test_ids_are_unique_and_in_the_order_of_the_releases() -> None:
    ids = lines("ids.txt")
    assert len(set(ids)) == len(ids)
    fndds = [food for food in ids if re.fullmatch(r"fndds:\d{8}", food)]
    sr = [food for food in ids if re.fullmatch(r"sr:\d{5}", food)]
    assert ids == sorted(fndds) + sorted(sr)
    fdc = array("fdc")
    assert len(set(fdc[fdc > 0].tolist())) == int((fdc > 0).sum()) == len(ids)


def test_counts_of_the_releases() -> None:
    """Rows as published by USDA: FNDDS 2021-2023, SR28, SR Legacy."""
    fndds, sr = counts("fndds"), counts("sr")
    assert fndds["foods_in_release"] == 5432 and fndds["foods_dropped"] == 47
    assert fndds["portion_rows_in_release"] == 22046 and fndds["portion_rows_as_default_grams"] == 5326
    assert sr["foods_in_sr28"] == 8789 and sr["foods_in_sr_legacy"] == 7793
    assert sr["portion_rows_in_release"] == 14449 and sr["names_without_distribution_note"] == 57


def test_no_portion_row_is_lost_silently() -> None:
    fndds, sr = counts("fndds"), counts("sr")
    kept = np.diff(array("portion_offsets"))
    assert fndds["portions"] == kept[tier("fndds:")].sum() and sr["portions"] == kept[tier("sr:")].sum()
    # of the 47 dropped foods 10 have portions: 21 rows, 10 of them "Quantity not specified"
    assert fndds["portions"] == 22046 - 5326 - (21 - 10)
    # 19 rows belong to the 39 foods that SR28 does not have, 17 have amount 0
    assert sr["portions"] == 14449 - 19 - 17


def test_known_counts_sums_and_missing_shares_are_those_of_the_manifest() -> None:
    for i, nutrient in enumerate(table("nutrients")):
        said = columns()[nutrient["id"]]
        assert said["unit"] == nutrient["unit"]
        for name in ("fndds", "sr"):
            cells = array("values")[tier(f"{name}:"), i].tolist()
            known = [cell for cell in cells if not math.isnan(cell)]
            share = (len(cells) - len(known)) / len(cells)
            assert said[name] == {
                "known": len(known),
                "missing_share": pytest.approx(share, abs=5e-7),
                "sum": pytest.approx(sum(known), rel=1e-9, abs=1e-6),
            }


def test_every_fndds_value_is_known_and_none_is_negative() -> None:
    values = array("values")
    assert not np.isnan(values[tier("fndds:")]).any()
    assert (values[~np.isnan(values)] >= 0).all()
    assert not np.isinf(values).any()


def test_a_third_of_sr_lacks_vitamin_d() -> None:
    column = [row["id"] for row in table("nutrients")].index("vitamin_d")
    assert np.isnan(array("values")[tier("sr:"), column]).mean() == pytest.approx(1 / 3, abs=0.01)


@pytest.mark.parametrize(
    ("food", "expected"),
    [
        # USDA SR28, per 100 g
        ("sr:11457", {"magnesium": 79, "calcium": 99, "potassium": 558, "vitamin_b6": 0.195, "vitamin_d": 0}),
        ("sr:09040", {"magnesium": 27, "calcium": 5, "potassium": 358, "vitamin_b6": 0.367}),
        ("sr:01001", {"magnesium": 2, "calcium": 24, "vitamin_b12": 0.17, "energy": 717, "water": 15.87}),
        # USDA FNDDS 2021-2023, per 100 g
        (
            "fndds:11111000",
            {"calcium": 123, "vitamin_d": 1.1, "vitamin_b12": 0.54, "magnesium": 12, "energy": 61},
        ),
        ("fndds:11100000", {"calcium": 125, "potassium": 156, "vitamin_b6": 0.061, "water": 88.92}),
        # human milk: USDA FNDDS 2019-2020
        (
            "fndds:11000000",
            {"calcium": 32, "potassium": 51, "vitamin_d": 0.1, "vitamin_b12": 0.05, "energy": 70},
        ),
        # revised in May 2016: before 33 mg of magnesium; 0, 0.7 and 0.1 µg of vitamin D
        ("sr:01252", {"magnesium": 34, "calcium": 1375, "potassium": 295}),
        ("sr:03181", {"vitamin_d": 7.1, "calcium": 643, "vitamin_b12": 3.57}),
        ("sr:07028", {"vitamin_d": 0.6}),
        ("sr:07081", {"vitamin_d": 0.2}),
    ],
)
def test_values_as_published(food: str, expected: dict[str, float]) -> None:
    assert {nutrient: value(food, nutrient) for nutrient in expected} == expected


@pytest.mark.parametrize(
    ("food", "name", "fdc"),
    [
        ("sr:11457", "Spinach, raw", 168462),
        ("sr:09040", "Bananas, raw", 173944),
        ("sr:01001", "Butter, salted", 173410),
        ("fndds:11100000", "Milk, NFS", 2705384),
        ("fndds:11111000", "Milk, whole", 2705385),
        ("fndds:63107010", "Banana, raw", 2709224),
        ("fndds:74101000", "Tomatoes, raw", 2709719),
        ("fndds:75117020", "Onions, raw", 2709795),
    ],
)
def test_names_and_fooddata_central_numbers(food: str, name: str, fdc: int) -> None:
    row = lines("ids.txt").index(food)
    assert (lines("names.txt")[row], int(array("fdc")[row])) == (name, fdc)


def test_only_ingredient_names_are_dropped_from_the_unclassified_category() -> None:
    names = [name for name, keep in zip(lines("names.txt"), tier("fndds:"), strict=True) if keep]
    assert not [name for name in names if "as ingredient" in name.lower()]
    assert {"Wheat germ", "Oats, raw", "Cocoa powder, not reconstituted"} <= set(names)
    # eight "for use on a sandwich" vegetables have a category of their own and stay
    assert sum("for use" in name for name in names) == 8


def test_names_lost_the_note_on_food_distribution_only() -> None:
    assert not [name for name in lines("names.txt") if "Food Distribution Program" in name]
    assert any(name.endswith("(Includes mini-muffins)") for name in lines("names.txt"))


def test_texts_survived_their_encodings() -> None:
    everything = "".join("".join(lines(name)) for name in ("names.txt", "also.txt", "portion_names.txt"))
    assert not set(everything) & {"\ufffd", "\x91", "\x92", "~", "^"}
    assert all(len(line.splitlines()) <= 1 for line in lines("names.txt") + lines("also.txt"))
    row = lines("ids.txt").index("fndds:11111000")
    assert lines("also.txt")[row] == "leche fresca"


def test_groups_are_all_used_and_name_their_release() -> None:
    groups = lines("groups.txt")
    assert len(set(groups)) == len(groups)
    assert set(array("group").tolist()) == set(range(len(groups)))
    of_row = [groups[i] for i in array("group")]
    assert {group.split(":")[0] for group in np.array(of_row)[tier("fndds:")]} == {"FNDDS"}
    assert sum(group.startswith("SR: ") for group in groups) == 25
    assert of_row[lines("ids.txt").index("sr:11457")] == "SR: Vegetables and Vegetable Products"


def test_portions_are_grams_of_one() -> None:
    assert portions("sr:01001") == {
        'pat (1" sq, 1/3" high)': 5.0, "tbsp": 14.2, "cup": 227.0, "stick": 113.0,
    }  # fmt: skip
    # SR28, 11457: "1 cup" 30 g, "1 bunch" 340 g, "1 leaf" 10 g, "1 package (10 oz)" 284 g
    assert portions("sr:11457")["cup"] == 30.0
    assert portions("fndds:11111000")["cup"] == 244.0
    assert (array("portion_grams") > 0).all()
    assert all(lines("portion_names.txt"))
    assert "Quantity not specified" not in lines("portion_names.txt")


def test_default_grams_and_refuse() -> None:
    grams, refuse = array("default_grams"), array("refuse")
    assert np.isnan(grams[tier("sr:")]).all() and np.isnan(refuse[tier("fndds:")]).all()
    assert math.isnan(grams[lines("ids.txt").index("fndds:11000000")])  # the release says 0 g: no default
    assert (grams[~np.isnan(grams)] > 0).all()
    given = refuse[~np.isnan(refuse)]
    assert ((given >= 0) & (given < 100)).all()
    assert refuse[lines("ids.txt").index("sr:09040")] == 36  # bananas: skin


# ------------------------------------------------------------------------- imputation, default portion


def linear_percentile(known: list[float], share: float) -> float:
    """Percentile by linear interpolation between order statistics at (n - 1)·share."""
    place = (len(known) - 1) * share
    low = math.floor(place)
    high = min(low + 1, len(known) - 1)
    ordered = sorted(known)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def test_imputation_by_hand() -> None:
    groups, is_sr = lines("groups.txt"), tier("sr:")
    ids = [row["id"] for row in table("nutrients")]
    by_cell: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    by_nutrient: defaultdict[str, list[float]] = defaultdict(list)
    for food in np.flatnonzero(is_sr):
        for nutrient, cell in zip(ids, array("values")[food].tolist(), strict=True):
            if not math.isnan(cell):
                by_cell[groups[int(array("group")[food])], nutrient].append(cell)
                by_nutrient[nutrient].append(cell)
    for row in table("imputation"):
        own = by_cell[row["group"], row["nutrient"]]
        everything = by_nutrient[row["nutrient"]]
        assert row["known"] == str(len(own))
        assert row["basis"] == ("group" if len(own) >= 30 else "all")
        base = own if row["basis"] == "group" else everything
        p95, smallest = linear_percentile(base, 0.95), min(cell for cell in everything if cell > 0)
        wanted = [statistics.median(base), p95, smallest]
        assert [float(row[name]) for name in ("median", "p95", "smallest_nonzero")] == pytest.approx(wanted, rel=5e-6)
        # three decimals, the upper end never below what it stands for
        best, high = Decimal(row["best"]), Decimal(row["high"])
        assert {(best * 1000) % 1, (high * 1000) % 1} == {0}
        assert abs(float(best) - wanted[0]) <= 0.0005 + 1e-9
        assert max(p95, smallest) - 1e-9 <= float(high) < max(p95, smallest) + 0.001


def test_imputation_covers_every_unknown_cell_once() -> None:
    rows = Counter((row["group"], row["nutrient"]) for row in table("imputation"))
    assert set(rows.values()) == {1}
    groups = lines("groups.txt")
    for i, nutrient in enumerate(row["id"] for row in table("nutrients")):
        unknown = {groups[int(g)] for g in array("group")[np.isnan(array("values")[:, i])]}
        if nutrient != "vitamin_b12_added":  # a share of another nutrient is not guessed
            assert all((group, nutrient) in rows for group in unknown)
        else:
            assert not any(name == nutrient for _, name in rows)
    assert all(0 <= float(row["best"]) <= float(row["high"]) for row in table("imputation"))
    assert all(float(row["high"]) > 0 for row in table("imputation"))


def test_what_one_default_portion_brings() -> None:
    grams = array("default_grams")
    given = np.flatnonzero(~np.isnan(grams))
    for i, row in enumerate(table("default_portion")):
        assert row["nutrient"] == table("nutrients")[i]["id"] and row["foods"] == str(len(given)) == "5315"
        brings = [float(array("values")[food, i] * grams[food] / 100) for food in given]
        assert float(row["mean"]) == pytest.approx(statistics.fmean(brings), rel=1e-5)
        assert float(row["sd"]) == pytest.approx(statistics.stdev(brings), rel=1e-5)


# ------------------------------------------------------------------------- references and sources


def test_every_source_is_resolved_and_keys_are_unique() -> None:
    keys = [row["key"] for row in table("sources")]
    assert len(set(keys)) == len(keys)
    used = {
        row["source"]
        for name in ("references", "within_person_sd", "requirement_cv", "salts", "daily_values")
        for row in table(name)
    }
    assert used <= set(keys)
    assert all(row["title"] and row["publisher"] and row["year"].isdigit() for row in table("sources"))


def test_reference_rows_are_unique_and_of_the_closed_words() -> None:
    rows = table("references")
    names = ("authority", "nutrient", "kind", "sex", "life_stage", "age_min_months")
    assert set(Counter(tuple(row[name] for name in names) for row in rows).values()) == {1}
    assert Counter(row["authority"] for row in rows) == {"us": 364, "efsa": 142, "nordic": 209}
    assert {row["authority"] for row in rows} == {row["key"] for row in table("authorities")}
    assert {row["nutrient"] for row in rows} == set(CORE)
    assert {row["kind"] for row in rows} == {"ear", "rda", "ai", "ul"}
    assert {row["sex"] for row in rows} == {"female", "male", "both"}
    assert {row["life_stage"] for row in rows} == {"none", "pregnant", "lactating"}
    assert {row["verification"] for row in rows} == {"verified", "single-source"}
    assert {row["provisional"] for row in rows} == {""}  # the release has no value that its authority calls so
    units = {row["id"]: row["unit"] for row in table("nutrients")}
    assert all(row["unit"] == units[row["nutrient"]] for row in rows)
    for row in rows:
        known = row["value"] != ""
        assert known == (row["status"] == "value") == (row["intake_scope"] != "none")
        assert known or (row["kind"] == "ul" and row["status"].startswith("ND - "))
        assert not known or float(row["value"]) > 0


def test_no_two_rows_of_a_kind_cover_one_person() -> None:
    for authority, nutrient, kind, sex, stage in itertools.product(
        ("us", "efsa", "nordic"),
        CORE,
        ("ear", "rda", "ai", "ul"),
        ("female", "male"),
        ("none", "pregnant", "lactating"),
    ):
        found = bands(nutrient, {kind}, sex, stage, authority)
        assert all(before[1] <= after[0] for before, after in itertools.pairwise(found))


@cache
def reference_builder() -> ModuleType:
    pytest.importorskip("python_calamine", reason="the build needs the extra 'build' (python-calamine)")
    folder = str(DATA.parents[2] / "data")
    if folder not in sys.path:
        sys.path.insert(0, folder)
    return importlib.import_module("build_references")


RELEASE_ROW = {
    "authority": "NORDIC_NNR2023", "nutrient": "potassium", "kind": "AVERAGE_REQUIREMENT", "local_term": "AR",
    "value_min": "2800", "value_max": "2800", "unit": "mg/day", "status": "value", "sex": "both",
    "life_stage": "general", "period": "", "age_label": "18-24 y", "age_min_months": "216",
    "age_max_months_excl": "300", "intake_scope": "total", "source_document": "Blomhoff et al. 2023",
    "source_year": "2023",
    "verification_class": "verified", "note": "",
}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "told"),
    [({}, ""), ({"local_term": "provisional AR"}, "yes"), ({"note": "Provisional"}, "yes")],
)
def test_a_provisional_value_is_told_as_such(changed: dict[str, str], told: str) -> None:
    assert reference_builder().reference_row({**RELEASE_ROW, **changed}).provisional == told


@pytest.mark.parametrize(
    "changed",
    [
        {"value_max": "2900"}, {"value_min": "", "value_max": ""}, {"status": "ND - no data"},
        {"period": "trimester 2"},
        {"source_document": "a label"}, {"age_min_months": ""},
    ],
)  # fmt: skip
def test_a_reference_row_that_no_rule_covers_stops_the_build(changed: dict[str, str]) -> None:
    builder = reference_builder()
    with pytest.raises(builder.ReleaseError):
        builder.reference_row({**RELEASE_ROW, **changed})


def test_a_value_comes_before_a_blank() -> None:
    builder = reference_builder()
    blank = {"kind": "UL", "value_min": "", "value_max": "", "status": "ND - no data", "intake_scope": ""}
    rows = [
        builder.reference_row({**RELEASE_ROW, **changed})
        for changed in (
            {**blank, "age_min_months": "36", "age_max_months_excl": "120"},  # cut off where the value begins
            {**blank, "age_min_months": "60", "age_max_months_excl": "96", "sex": "male"},  # wholly under it
            {**blank, "age_min_months": "36", "age_max_months_excl": "120", "nutrient": "calcium"},  # another nutrient
            {"kind": "UL", "age_min_months": "48", "age_max_months_excl": "120"},
        )
    ]
    kept = [(row.nutrient, row.value, row.first_month, row.end_month) for row in builder.value_before_blank(rows)]
    assert kept == [("potassium", "", "36", "48"), ("calcium", "", "36", "120"), ("potassium", "2800", "48", "120")]


def bands(
    nutrient: str, kinds: set[str], sex: str, life_stage: str, authority: str = "us"
) -> list[tuple[float, float]]:
    return sorted(
        (float(row["age_min_months"]), float(row["age_max_months"] or math.inf))
        for row in table("references")
        if row["authority"] == authority
        and row["nutrient"] == nutrient
        and row["kind"] in kinds
        and row["sex"] in (sex, "both")
        and row["life_stage"] == life_stage
    )


@pytest.mark.parametrize("nutrient", CORE)
@pytest.mark.parametrize("kinds", [("ear", "ai"), ("rda", "ai"), ("ul",)], ids=", ".join)
@pytest.mark.parametrize(
    ("sex", "life_stage", "start", "end"),
    [
        ("female", "none", 0.0, math.inf),
        ("male", "none", 0.0, math.inf),
        ("female", "pregnant", 120.0, 612.0),
        ("female", "lactating", 120.0, 612.0),
    ],
)
def test_age_bands_have_neither_gap_nor_overlap(
    nutrient: str, kinds: tuple[str, ...], sex: str, life_stage: str, start: float, end: float
) -> None:
    found = bands(nutrient, set(kinds), sex, life_stage)
    assert found[0][0] == start and found[-1][1] == end
    assert all(before[1] == after[0] for before, after in itertools.pairwise(found))


# summary tables of IOM 1997 (magnesium), 1998 (B6, B12), 2011 (calcium, vitamin D), NASEM 2019 (potassium)
@pytest.mark.parametrize(
    ("nutrient", "sex", "life_stage", "age_years", "expected"),
    [
        ("magnesium", "female", "none", 25, {"ear": 255, "rda": 310, "ul": 350}),
        ("magnesium", "female", "none", 40, {"ear": 265, "rda": 320, "ul": 350}),
        ("magnesium", "male", "none", 40, {"ear": 350, "rda": 420, "ul": 350}),
        ("magnesium", "female", "pregnant", 17, {"ear": 335, "rda": 400, "ul": 350}),
        ("calcium", "female", "none", 60, {"ear": 1000, "rda": 1200, "ul": 2000}),
        ("calcium", "male", "none", 60, {"ear": 800, "rda": 1000, "ul": 2000}),
        ("calcium", "male", "none", 15, {"ear": 1100, "rda": 1300, "ul": 3000}),
        # the chapter's value (IOM 2011, p. 362); a compiled summary table prints 1,000 for these two
        ("calcium", "female", "pregnant", 16, {"ear": 1100, "rda": 1300, "ul": 3000}),
        ("calcium", "female", "lactating", 16, {"ear": 1100, "rda": 1300, "ul": 3000}),
        ("potassium", "male", "none", 40, {"ai": 3400}),
        ("potassium", "female", "none", 40, {"ai": 2600}),
        ("potassium", "female", "lactating", 30, {"ai": 2800}),
        ("vitamin_d", "female", "none", 30, {"ear": 10, "rda": 15, "ul": 100}),
        ("vitamin_d", "male", "none", 75, {"ear": 10, "rda": 20, "ul": 100}),
        ("vitamin_d", "male", "none", 0.25, {"ai": 10, "ul": 25}),
        ("vitamin_d", "male", "none", 0.75, {"ai": 10, "ul": 38}),
        ("vitamin_b12", "male", "none", 40, {"ear": 2.0, "rda": 2.4}),
        ("vitamin_b12", "female", "pregnant", 30, {"ear": 2.2, "rda": 2.6}),
        ("vitamin_b6", "male", "none", 60, {"ear": 1.4, "rda": 1.7, "ul": 100}),
        ("vitamin_b6", "female", "lactating", 30, {"ear": 1.7, "rda": 2.0, "ul": 100}),
    ],
)
def test_reference_intakes_as_published(
    nutrient: str, sex: str, life_stage: str, age_years: float, expected: dict[str, float]
) -> None:
    months = 12 * age_years
    found = {
        row["kind"]: float(row["value"])
        for row in table("references")
        if row["authority"] == "us"
        and row["nutrient"] == nutrient
        and row["sex"] in (sex, "both")
        and row["life_stage"] == life_stage
        and float(row["age_min_months"]) <= months < float(row["age_max_months"] or math.inf)
        and row["value"]
    }
    assert found == expected


@pytest.mark.parametrize(
    ("authority", "magnesium"),
    [("us", "supplement_only"), ("efsa", "supplement_water_added"), ("nordic", "supplement_water_added")],
)
def test_what_a_limit_counts(authority: str, magnesium: str) -> None:
    """IOM 1997: pharmacological agents. SCF 2001, which NNR 2023 follows: supplements, water, added to food."""
    scopes = {
        (row["nutrient"], row["intake_scope"])
        for row in table("references")
        if row["authority"] == authority and row["kind"] == "ul" and row["value"]
    }
    assert scopes == {
        ("magnesium", magnesium), ("calcium", "total"), ("vitamin_d", "total"), ("vitamin_b6", "total"),
    }  # fmt: skip


@pytest.mark.parametrize("nutrient", CORE)
@pytest.mark.parametrize("sex", ["female", "male"])
def test_within_person_bands_tile_from_one_year(nutrient: str, sex: str) -> None:
    found = sorted(
        (float(row["age_min_months"]), float(row["age_max_months"] or math.inf))
        for row in table("within_person_sd")
        if row["nutrient"] == nutrient and row["sex"] in (sex, "both")
    )
    assert found[0][0] == 12 and found[-1][1] == math.inf
    assert all(before[1] == after[0] for before, after in itertools.pairwise(found))


def test_within_person_spread_agrees_with_the_printed_tables() -> None:
    """IOM 2000, Table B-2, women of 19-50 (other surveys): CV 38 % for magnesium, 51 % for calcium."""
    printed = {"magnesium": 38.0, "calcium": 51.0}
    rows = [row for row in table("within_person_sd") if row["sex"] == "female"]
    for nutrient, cv in printed.items():
        adults = [row for row in rows if row["nutrient"] == nutrient and row["age_min_months"] in ("228", "372")]
        assert [float(row["cv"]) for row in adults] == pytest.approx([cv, cv], abs=6)
    assert all(float(row["sd"]) > 0 and int(row["n"]) > 900 for row in table("within_person_sd"))


def test_requirement_spread() -> None:
    rows = {(row["authority"], row["nutrient"]): row for row in table("requirement_cv")}
    with_ear = {(row["authority"], row["nutrient"]) for row in table("references") if row["kind"] == "ear"}
    assert set(rows) == with_ear  # an AI has no distribution of requirement
    stated = {key: row["cv_percent"] for key, row in rows.items() if row["basis"] == "stated"}
    assert stated == {
        ("us", "magnesium"): "10", ("us", "vitamin_b12"): "10", ("us", "vitamin_b6"): "10",
        ("efsa", "vitamin_b6"): "10", ("nordic", "vitamin_b6"): "10",
    }  # fmt: skip
    implied = {key for key, row in rows.items() if row["basis"] == "implied" and row["cv_percent"] == ""}
    assert implied == set(rows) - set(stated)


# ------------------------------------------------------------------------- salts

# IUPAC abridged standard atomic weights (2021)
WEIGHTS = {
    "H": 1.008, "C": 12.011, "N": 14.007, "O": 15.999, "Mg": 24.305, "P": 30.974, "S": 32.06, "Cl": 35.45,
    "K": 39.098, "Ca": 40.078, "Co": 58.933, "I": 126.904,
}  # fmt: skip
ELEMENT = {"magnesium": "Mg", "calcium": "Ca", "potassium": "K"}
COUNTED_AS = {"vitamin_b6": "C8H11NO3", "vitamin_b12": "C63H88CoN14O14P"}  # pyridoxine, cyanocobalamin


def atoms(formula: str) -> Counter[str]:
    """Atoms of a formula such as ``Mg3(C6H5O7)2.9H2O``."""
    total: Counter[str] = Counter()
    for part in formula.split("."):
        match = re.match(r"\d*", part)
        assert match is not None
        times, rest = int(match.group() or 1), part[match.end() :]
        stack: list[Counter[str]] = [Counter()]
        for symbol, opened, closed, count in re.findall(r"([A-Z][a-z]?|(\()|(\)))(\d*)", rest):
            if opened:
                stack.append(Counter())
                continue
            inner = stack.pop() if closed else Counter({symbol: 1})
            for name, number in inner.items():
                stack[-1][name] += number * int(count or 1)
        for name, number in stack[0].items():
            total[name] += number * times
    return total


def mass(formula: str) -> float:
    return sum(WEIGHTS[name] * number for name, number in atoms(formula).items())


def test_molar_masses_of_the_test_itself() -> None:
    """Handbook values: MgO 40.304, CaCO3 100.086, epsom salt 246.47, cyanocobalamin 1355.4 g/mol."""
    assert mass("MgO") == pytest.approx(40.304, abs=1e-3)
    assert mass("CaCO3") == pytest.approx(100.086, abs=2e-3)
    assert mass("MgSO4.7H2O") == pytest.approx(246.47, abs=1e-2)
    assert mass("C63H88CoN14O14P") == pytest.approx(1355.4, abs=5e-2)


def test_salt_fractions_from_formula_and_atomic_weights() -> None:
    for row in table("salts"):
        formula, nutrient = row["formula"], row["nutrient"]
        if nutrient in ELEMENT:
            element = ELEMENT[nutrient]
            fraction = WEIGHTS[element] * atoms(formula)[element] / mass(formula)
        elif nutrient in COUNTED_AS:
            fraction = mass(COUNTED_AS[nutrient]) / mass(formula)
        else:  # by convention: 1 µg of D2 or D3 is 40 IU; EFSA 2023 counts calcidiol 2.5 times
            fraction = 2.5 if row["substance"].startswith("calcidiol") else 1.0
        assert float(row["fraction"]) == pytest.approx(fraction, abs=1e-4), row["substance"]


def test_salts_are_of_our_nutrients_and_unique() -> None:
    rows = table("salts")
    assert {row["nutrient"] for row in rows} == set(CORE)
    assert len({row["substance"] for row in rows}) == len(rows) == 54 + 33  # of the release, and ours


def test_daily_values_are_those_of_the_regulations() -> None:
    """21 CFR 101.9(c)(8)(iv) as revised in 2016; Regulation (EU) No 1169/2011, Annex XIII, part A; in our units."""
    wanted = {"us": (420, 1300, 4700, 20, 2.4, 1.7), "eu": (375, 800, 2000, 5, 2.5, 1.4)}
    rows = table("daily_values")
    units = {row["id"]: row["unit"] for row in table("nutrients")}
    assert all(row["unit"] == units[row["nutrient"]] for row in rows)
    assert {(row["authority"], row["nutrient"]): float(row["value"]) for row in rows} == {
        (authority, nutrient): value
        for authority, values in wanted.items()
        for nutrient, value in zip(CORE, values, strict=True)
    }
