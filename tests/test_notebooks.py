"""The notebooks run from top to bottom; their cells are executed as plain code, without a notebook server."""

import ast
import json
import re
from pathlib import Path

import pandas as pd
import pytest

NUMBER = re.compile(r"\d+\.\d+|\d{3,}")
NOTEBOOKS = sorted((Path(__file__).resolve().parents[1] / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_runs_and_holds_its_outputs(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path.parent)
    cells = [cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]
    assert cells
    names: dict[str, object] = {}
    for cell in cells:
        tree = ast.parse("".join(cell["source"]))
        last = tree.body[-1]
        shows = isinstance(last, ast.Expr)
        value = None
        if isinstance(last, ast.Expr):
            exec(compile(ast.Module(tree.body[:-1], []), path.name, "exec"), names)
            value = eval(compile(ast.Expression(last.value), path.name, "eval"), names)
            assert value is not None
        else:
            exec(compile(tree, path.name, "exec"), names)
        assert bool(cell["outputs"]) == shows, "the committed outputs are those of another version"
        if shows:
            shown = "".join(cell["outputs"][0]["data"]["text/plain"])
            # every version of pandas lays frames out in its own way: the numbers are the same
            with pd.option_context("display.width", 80, "display.max_columns", 20):
                now = repr(value)
            assert sorted(NUMBER.findall(shown)) == sorted(NUMBER.findall(now))


def test_there_is_a_notebook() -> None:
    assert NOTEBOOKS
