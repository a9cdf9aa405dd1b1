"""The notebooks run from top to bottom; their cells are executed as plain code, without a notebook server.

``notebooks/run.py`` runs them in a notebook server and keeps what they show.
"""

from __future__ import annotations

import ast
import base64
import importlib.util
import io
import json
import math
import re
import struct
import sys
import warnings
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from PIL import Image

import nutrigap as ng
from nutrigap.units import nutrient_index

FOLDER = Path(__file__).resolve().parents[1] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
NUMBER = re.compile(r"\d+\.\d+|\d{3,}")
LARGEST = 150_000
CELL, ALIKE = 16, 25
"""Pixels to a side of a cell in which pictures are compared, and how far its grey may be off."""
OF_A_MACHINE = re.compile(r"/(?:tmp|home|root|work|usr|var|Users)/|[A-Z]:\\\\|site-packages|ipykernel_")
each = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


class Words(HTMLParser):
    """The words that a piece of HTML shows, and what it tells instead of its pictures."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self.style = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.style += tag == "style"
        self.said += [str(value) for name, value in attrs if name == "aria-label"]

    def handle_endtag(self, tag: str) -> None:
        self.style -= tag == "style"

    def handle_data(self, data: str) -> None:
        if not self.style:
            self.said += data.split()


def cells_of(path: Path) -> list[dict[str, Any]]:
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def run(source: str, names: dict[str, object], name: str) -> object:
    """Execute the source of a cell; the value of its last line, if that is an expression."""
    tree = ast.parse(source)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, name, "exec"), names)
    return eval(compile(ast.Expression(last.value), name, "eval"), names) if isinstance(last, ast.Expr) else None


def thumbnail(picture: bytes) -> np.ndarray:
    """A picture in cells of 16 x 16 pixels [0 black to 255 white]: fonts of all versions are alike in it."""
    image = Image.open(io.BytesIO(picture)).convert("L")
    return np.asarray(image.reduce(CELL), dtype=float)


def compare(value: object, data: dict[str, Any], metadata: dict[str, Any]) -> None:
    """Hold what a cell shows now against what the notebook shows."""
    if isinstance(value, Figure):
        picture = base64.b64decode(data["image/png"])
        now, shown = value._repr_png_()
        assert metadata["image/png"] == shown
        assert np.abs(thumbnail(picture) - thumbnail(now)).max() < ALIKE
        assert "text/html" not in data
        assert "".join(data["text/plain"]) == repr(value)  # its numbers in words
    elif isinstance(value, pd.DataFrame | pd.Series):
        # every version of pandas lays frames out in its own way: the numbers are the same
        with pd.option_context("display.width", 80, "display.max_columns", 20):
            now = repr(value)
        assert sorted(NUMBER.findall("".join(data["text/plain"]))) == sorted(NUMBER.findall(now))
        assert ("text/html" in data) == isinstance(value, pd.DataFrame)
    elif hasattr(value, "_repr_html_"):
        assert Words("".join(data["text/html"])).said == Words(value._repr_html_()).said
        assert "".join(data["text/plain"]).split() == repr(value).split()
    else:
        assert ast.literal_eval("".join(data["text/plain"])) == value


@each
def test_notebook_runs_and_holds_its_outputs(path, monkeypatch, capsys):
    monkeypatch.chdir(path.parent)
    monkeypatch.syspath_prepend(path.parent)  # as in a notebook server: made_survey.py stands beside
    before = {*path.parent.iterdir()}
    names: dict[str, object] = {}
    with warnings.catch_warnings(), pd.option_context("display.max_colwidth", 50):  # a notebook may set it
        warnings.simplefilter("error")
        for cell in cells_of(path):
            if cell["cell_type"] != "code":
                continue
            value = run("".join(cell["source"]), names, path.name)
            streams = [output for output in cell["outputs"] if output["output_type"] == "stream"]
            results = [output for output in cell["outputs"] if output["output_type"] == "execute_result"]
            assert len(streams) + len(results) == len(cell["outputs"])
            assert "".join("".join(stream["text"]) for stream in streams) == capsys.readouterr().out
            assert len(results) == (value is not None), "the committed outputs are those of another version"
            for result in results:
                compare(value, result["data"], result["metadata"])
    assert {*path.parent.iterdir()} - before <= {path.parent / "__pycache__"}


@each
def test_notebook_is_small_and_the_same_on_every_machine(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.encode()) < LARGEST
    assert not OF_A_MACHINE.findall(text)
    code = [cell for cell in cells_of(path) if cell["cell_type"] == "code"]
    assert 7 <= len(code) <= 14
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    assert all(output.get("name") != "stderr" for cell in code for output in cell["outputs"])
    assert all(cell["metadata"] == {} for cell in cells_of(path))
    assert "version" not in json.loads(text)["metadata"]["language_info"]


@each
def test_notebook_shows_a_figure(path):
    shown = {kind for cell in cells_of(path) for output in cell.get("outputs", []) for kind in output.get("data", {})}
    assert {"image/png", "text/html", "text/plain"} <= shown
    pictures = [
        base64.b64decode(output["data"]["image/png"])
        for cell in cells_of(path)
        for output in cell.get("outputs", [])
        if "image/png" in output.get("data", {})
    ]
    assert all(struct.unpack(">II", picture[16:24]) > (800, 600) for picture in pictures)


def test_the_notebooks_are_there():
    assert [path.stem[:2] for path in NOTEBOOKS] == ["01", "02", "03", "04", "05", "06"]


def test_first_notebook_shows_the_report():
    shown = [
        " ".join(Words("".join(output["data"]["text/html"])).said)
        for cell in cells_of(NOTEBOOKS[0])
        for output in cell.get("outputs", [])
        if "".join(cell["source"]) == "report"
    ]
    assert len(shown) == 1 and "In short" in shown[0] and "Looks covered" in shown[0] and "Magnesium: mean" in shown[0]


def test_the_made_survey_is_what_it_says(monkeypatch, tmp_path):
    """Days are right on average, and vary within and between persons as the table tells."""
    monkeypatch.syspath_prepend(FOLDER)
    truth = importlib.import_module("made_survey").write(tmp_path).set_index("person")
    people = pd.read_csv(tmp_path / "people.csv", dtype={"person": str}).set_index("person")
    lines = pd.read_csv(tmp_path / "foods.csv", dtype={"person": str}, parse_dates=["date"])
    foods = ng.load_foods()
    row = {name: i for i, name in enumerate(foods.ids)}
    values = foods.values[[row[f"fndds:{code}"] for code in lines["food_id"]]] / 100
    gaps = lines.groupby("person")["date"].agg(["nunique", np.ptp])
    assert (gaps["nunique"] == 2).all() and gaps["ptp"].dt.days.between(3, 10).all()
    assert (people["weight"] > 0).all() and lines["grams"].min() > 0 and lines["grams"].max() <= 2000
    table = pd.read_csv(FOLDER.parent / "src" / "nutrigap" / "data" / "within_person_sd.csv")
    for nutrient in truth.columns:
        rows = table[
            (table["nutrient"] == nutrient) & (table["age_max_months"].isna() | (table["age_min_months"] >= 228))
        ]
        of_group = {(row.sex, row.age_min_months): row for row in rows.itertuples()}
        group = [of_group[sex, max(first for first in (228, 372, 612, 852) if first <= 12 * age)]
                 for age, sex in people[["age", "sex"]].itertuples(index=False)]  # fmt: skip
        mean, sd, ratio = (np.array([getattr(row, name) for row in group]) for name in ("mean", "sd", "ratio"))
        cv = np.array([min(row.cv, row.cv_lognormal) / 100 for row in group])
        usual = truth.loc[people.index, nutrient].to_numpy()
        between = (usual - mean) / (sd / np.sqrt(ratio))
        assert abs(between.mean()) < 4 / math.sqrt(600) and between.std() == pytest.approx(1, abs=0.15)
        amounts = (
            (lines["grams"] * values[:, nutrient_index()[nutrient]]).groupby([lines["person"], lines["date"]]).sum()
        )
        days = np.array(amounts.groupby("person").agg(list)[people.index].tolist())
        within = (days / usual[:, None] - 1) / cv[:, None]
        assert abs(within.mean()) < 4 / math.sqrt(1200) and within.std() == pytest.approx(1, abs=0.15)


def test_a_picture_of_another_report_is_told_apart():
    """The verdict of one nutrient, or one mark at another place, is enough."""
    figure = ng.analyze(FOLDER.parent / "data" / "examples" / "week.csv", ng.Person(age=34, sex="female")).plot()
    kept = thumbnail(figure._repr_png_()[0])
    assert np.abs(kept - thumbnail(figure._repr_png_()[0])).max() == 0
    (axes,) = (one for one in figure.axes if one.get_label() == "calcium")
    (mark,) = (one for one in axes.lines if one.get_label() == "RDA")
    mark.set_xdata(np.asarray(mark.get_xdata()) * 0.9)
    assert np.abs(kept - thumbnail(figure._repr_png_()[0])).max() > ALIKE


def test_notebooks_are_written_with_the_same_line_ends_everywhere(monkeypatch, tmp_path):
    """As on a system that ends lines in another way unless it is told not to."""
    nbformat = pytest.importorskip("nbformat", reason="the extra notebooks is not installed")
    monkeypatch.setitem(sys.modules, "nbclient", SimpleNamespace(NotebookClient=lambda *_, **__: Mock()))
    spec = importlib.util.spec_from_file_location("run_notebooks", FOLDER / "run.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    path = tmp_path / "small.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# a\nb")]), path)

    def write_text(self, data, encoding=None, errors=None, newline=None):
        self.write_bytes(data.replace("\n", "\r\n" if newline is None else newline).encode(encoding))

    monkeypatch.setattr(Path, "write_text", write_text)
    module.run(path)
    assert b"# a" in path.read_bytes() and b"\r" not in path.read_bytes()
