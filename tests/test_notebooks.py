"""The notebooks run from top to bottom; their cells are executed as plain code, without a notebook server.

``notebooks/run.py`` runs them in a notebook server and keeps what they show.
"""

from __future__ import annotations

import ast
import base64
import json
import re
import struct
import warnings
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from matplotlib.figure import Figure

FOLDER = Path(__file__).resolve().parents[1] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
NUMBER = re.compile(r"\d+\.\d+|\d{3,}")
LARGEST = 150_000
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


def compare(value: object, data: dict[str, Any], metadata: dict[str, Any]) -> None:
    """Hold what a cell shows now against what the notebook shows."""
    if isinstance(value, Figure):
        picture = base64.b64decode(data["image/png"])
        now, shown = value._repr_png_()
        assert picture[:24] == now[:24] and metadata["image/png"] == shown  # the same kind and size
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
    assert [path.stem[:2] for path in NOTEBOOKS] == ["01", "02", "03", "04", "05"]


def test_first_notebook_shows_the_report():
    shown = [
        " ".join(Words("".join(output["data"]["text/html"])).said)
        for cell in cells_of(NOTEBOOKS[0])
        for output in cell.get("outputs", [])
        if "".join(cell["source"]) == "report"
    ]
    assert len(shown) == 1 and "In short" in shown[0] and "Looks covered" in shown[0] and "Magnesium: mean" in shown[0]
