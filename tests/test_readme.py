"""What README promises: its report is what the program prints, its Python runs, its commands exist."""

import ast
import contextlib
import io
import re
import shlex
from pathlib import Path

import pytest

from nutrigap import cli

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def block_behind(marker: str) -> str:
    found = re.search(rf"<!-- {marker} -->\n```\w*\n(.*?)```", README, re.S)
    assert found, f"no block behind the marker {marker}"
    return found[1]


def test_the_report_shown_is_the_beginning_of_the_report_printed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """To renew it: run the quickstart command and paste its first lines."""
    monkeypatch.chdir(ROOT)
    arguments = shlex.split(block_behind("quickstart").split("&&")[-1])
    assert arguments[0].endswith("nutrigap")
    assert cli.run(arguments[1:]) == 0
    shown = block_behind("report")
    assert shown.count("\n") > 15
    assert capsys.readouterr().out.startswith(shown)


def test_the_python_shown_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    code = re.search(r"```python\n(.*?)```", README, re.S)
    assert code
    lines: dict[str, object] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(ast.parse(code[1]), "README.md", "exec"), lines)
    assert str(lines["report"].name) == ""  # type: ignore[attr-defined]
    promised = re.search(r"vitamin_d\"\)\s+# ([\d.]+)", code[1])
    assert promised
    import nutrigap

    assert nutrigap.convert(2000, "IU", "µg", nutrient="vitamin_d") == pytest.approx(float(promised[1]))


def test_every_command_is_in_the_readme() -> None:
    for name in cli.cli.commands:
        assert f"nutrigap {name}" in README


def test_the_figures_of_the_food_table_are_those_shipped() -> None:
    from nutrigap.tables import load_foods

    foods = load_foods()
    assert f"{len(foods):,} foods, {len(foods.portion_names):,} household measures" in README
