"""What README promises: its report is what the program prints, its Python runs, its commands exist."""

import ast
import contextlib
import io
import re
import shlex
from pathlib import Path

import pytest

import nutrigap as ng
from blocks import blocks
from nutrigap import cli
from nutrigap.profile import person_of, read_profile

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def block_behind(marker: str) -> str:
    found = re.search(rf"<!-- {marker} -->\n```\w*\n(.*?)```", README, re.S)
    assert found, f"no block behind the marker {marker}"
    return found[1]


def test_the_report_shown_is_the_beginning_of_the_report_printed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """To renew it: ``python docs/generate.py``."""
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


def test_every_command_line_shown_can_be_given() -> None:
    shown = next(block.body for block in blocks(README) if block.body.startswith("nutrigap report"))
    for line in shown.splitlines():
        known = {option for one in cli.cli.commands[line.split()[1]].params for option in one.opts}
        assert set(re.findall(r"(?<=\s)--?[a-z][\w-]*", line)) <= known, line


def test_the_diary_shown_is_read_without_a_problem(tmp_path: Path) -> None:
    diary = tmp_path / "diary.csv"
    diary.write_text(next(block.body for block in blocks(README) if block.body.startswith("date,food")), "utf-8")
    read = ng.read_diary(diary)
    assert len(read.lines) == 4 and not read.problems
    assert ng.analyze(read).count("counted") == 4


def test_the_profile_shown_is_one(tmp_path: Path) -> None:
    profile = tmp_path / "nutrigap.toml"
    profile.write_text(next(block.body for block in blocks(README) if block.language == "toml"), "utf-8")
    person = person_of(read_profile(profile))
    assert (person.age, person.told("medicine")[0].id) == (55.0, "ppi")


def test_no_block_is_passed_over() -> None:
    """Every block is one of those above, or the report, or installs; what the two bash blocks do is run by CI."""
    begin = ("date,food", "nutrigap report", "# nutrigap.toml", "import nutrigap")
    for block in blocks(README):
        before = README[: block.start].splitlines()[-2]
        assert block.body.startswith(begin) or before in {
            f"<!-- {name} -->" for name in ("report", "quickstart", "test")
        }


def test_the_figures_of_the_food_table_are_those_shipped() -> None:
    from nutrigap.tables import load_foods

    foods = load_foods()
    assert f"{len(foods):,} foods, {len(foods.portion_names):,} household measures" in README


def test_what_the_readme_links_to_is_there() -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", README)
    assert len(links) > 10 and [link for link in links if not (ROOT / link).exists()] == []
