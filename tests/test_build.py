"""The build: its rules one by one, and a rebuild from the releases when they are at hand."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

pytest.importorskip("python_calamine", reason="the build needs the extra 'build' (python-calamine)")

ROOT = Path(__file__).resolve().parents[1]


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "data" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules.setdefault(name, module)
    spec.loader.exec_module(module)
    return module


build = load("build")
build_foods = sys.modules["build_foods"]
build_releases = sys.modules["build_releases"]


@pytest.fixture(scope="module")
def folder() -> Path:
    found: Path | None = build.default_releases()
    if found is None or not found.is_dir():
        pytest.skip("no official releases here: set NUTRIGAP_RELEASES to their folder")
    return found


@pytest.fixture(scope="module")
def rebuilt(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("rebuilt")
    build.build(build_releases.Releases(folder), out)
    return out


def sr_ascii(folder: Path, member: str) -> Iterator[list[str]]:
    """Rows of an SR ASCII file, read here once more without the build's reader."""
    archive = next(folder.rglob("sr28asc.zip"), None)
    if archive is None:
        text = next(folder.rglob(member)).read_bytes().decode("cp1252")
    else:
        with zipfile.ZipFile(archive) as opened:
            text = opened.read(member).decode("cp1252")
    for line in text.splitlines():
        yield line.replace("~", "").split("^")


# ------------------------------------------------------------------------- against the releases


def test_a_rebuild_gives_what_is_committed_byte_for_byte(rebuilt: Path) -> None:
    assert build.differences(rebuilt, build.PACKAGED) == []


def test_most_sr_values_are_those_of_the_ascii_release(folder: Path, rebuilt: Path) -> None:
    """Every cell of six nutrients against NUT_DATA: the May-2016 changes are the only differences."""
    columns = {"304": 0, "301": 1, "306": 2, "328": 3, "418": 4, "415": 5}
    changed_2016 = [
        9,
        14,
        16,
        3,
        10,
        13,
    ]  # cells in which the two published files differ
    ids = (rebuilt / "foods" / "ids.txt").read_text(encoding="utf-8").split()
    row = {food: i for i, food in enumerate(ids)}
    values = np.load(rebuilt / "foods" / "values.npy")
    wanted = np.full((len(ids), 6), np.nan)
    for ndb, nutrient, amount, *_ in sr_ascii(folder, "NUT_DATA.txt"):
        if nutrient in columns and f"sr:{ndb}" in row and amount:
            wanted[row[f"sr:{ndb}"], columns[nutrient]] = float(amount)
    sr = np.array([food.startswith("sr:") for food in ids])
    have = values[sr][:, :6]
    same = (have == wanted[sr]) | (np.isnan(have) & np.isnan(wanted[sr]))
    assert (~same).sum(axis=0).tolist() == changed_2016


def test_survey_foods_lack_none_of_the_six(folder: Path, rebuilt: Path) -> None:
    """SR says of them that their profile of FNDDS nutrients is complete."""
    legacy = (rebuilt / "foods" / "ids.txt").read_text(encoding="utf-8").split()
    survey = {f"sr:{row[0]}" for row in sr_ascii(folder, "FOOD_DES.txt") if row[6] == "Y"}
    flags = np.load(rebuilt / "foods" / "survey.npy")
    assert {food for food, flag in zip(legacy, flags, strict=True) if flag and food.startswith("sr:")} == (
        survey & set(legacy)
    )
    values = np.load(rebuilt / "foods" / "values.npy")
    assert not np.isnan(values[flags][:, :6]).any()


def test_the_releases_may_lie_as_downloaded(folder: Path, tmp_path: Path, rebuilt: Path) -> None:
    """Workbooks in one heap, ASCII files unpacked, the abbreviated file under its published name."""
    for path in folder.rglob("*.xlsx"):
        name = "ABBREV.xlsx" if path.name.startswith("sr28_abbrev") else path.name
        (tmp_path / name).symlink_to(path)
    for archive in folder.rglob("sr28asc.zip"):
        with zipfile.ZipFile(archive) as opened:
            opened.extractall(tmp_path / "sr28asc")
    for name in ("references", "chemistry"):
        shutil.copytree(folder / name, tmp_path / name)
    legacy = next(folder.rglob("sr_legacy_food.csv")).parent
    shutil.copytree(legacy, tmp_path / "FoodData_Central_sr_legacy_food_csv_2018-04")
    releases = build_releases.Releases(tmp_path)
    assert releases.content("sr_groups") == build_releases.Releases(folder).content("sr_groups")
    build_foods.build_foods(releases, tmp_path / "out")
    for path in (tmp_path / "out" / "foods").iterdir():
        assert path.read_bytes() == (rebuilt / "foods" / path.name).read_bytes()


# ------------------------------------------------------------------------- without them


def test_missing_releases_are_all_named(tmp_path: Path) -> None:
    with pytest.raises(build_releases.ReleaseError) as caught:
        build_releases.Releases(tmp_path)
    lines = str(caught.value).splitlines()
    assert len(lines) == 1 + len(build_releases.RELEASES)
    assert "SR28 (September 2015), ASCII files, NUT_DATA.txt: NUT_DATA.txt or sr28asc.zip" in str(caught.value)


def test_missing_releases_end_with_code_3(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert build.main([str(tmp_path), "--check"]) == 3
    assert "Portions and Weights" in capsys.readouterr().err


def test_a_release_that_stands_there_twice_is_refused(tmp_path: Path) -> None:
    for place in ("a", "b"):
        (tmp_path / place).mkdir()
        (tmp_path / place / "NUT_DATA.txt").write_text("")
    with pytest.raises(build_releases.ReleaseError, match="several files"):
        build_releases.Releases(tmp_path)


def test_differences_names_changed_missing_and_surplus_files(tmp_path: Path) -> None:
    for side in ("built", "packaged"):
        (tmp_path / side / "foods").mkdir(parents=True)
        (tmp_path / side / "same.csv").write_text("a\n")
        (tmp_path / side / "changed.csv").write_text(side)
    (tmp_path / "built" / "foods" / "new.npy").write_bytes(b"1")
    (tmp_path / "packaged" / "foods" / "old.npy").write_bytes(b"1")
    found = build.differences(tmp_path / "built", tmp_path / "packaged")
    assert found == ["changed.csv", os.path.join("foods", "new.npy"), os.path.join("foods", "old.npy")]  # noqa: PTH118


@pytest.mark.parametrize(
    ("text", "grams", "name", "each"),
    [
        ("1 cup, cooked", 240.0, "cup, cooked", 240.0),
        ("1/2 cup", 60.0, "cup", 120.0),
        ("0.5 cup", 60.0, "cup", 120.0),
        ("1 1/2 cup", 60.0, "cup", 40.0),
        ("3 oz", 85.0, "oz", 85.0 / 3.0),
        ("10 sticks", 20.0, "sticks", 2.0),
        ("1 6 oz container", 170.0, "6 oz container", 170.0),
        ('1 2-1/4" dia (include Snickerdoodles)', 10.0, '2-1/4" dia (include Snickerdoodles)', 10.0),
        ("5 oz package", 142.0, "5 oz package", 142.0),
        ('1" wedge', 30.0, '1" wedge', 30.0),
        ("1-3 ring thin pretzel", 6.0, "1-3 ring thin pretzel", 6.0),
        ("Guideline amount per sandwich", 15.0, "Guideline amount per sandwich", 15.0),
    ],
)
def test_one_of_a_portion(text: str, grams: float, name: str, each: float) -> None:
    assert build_foods.one_of(text, grams) == (name, pytest.approx(each, rel=1e-12))


@pytest.mark.parametrize("cell", ["", " ", "-", None])
def test_a_blank_is_not_zero(cell: object) -> None:
    assert np.isnan(build_releases.number(cell))


@pytest.mark.parametrize(("cell", "value"), [(0, 0.0), ("0", 0.0), (" 2.5 ", 2.5), (7.1, 7.1)])
def test_numbers(cell: object, value: float) -> None:
    assert build_releases.number(cell) == value
