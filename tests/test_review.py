"""Going over the phrases in doubt: what is asked, what each answer does, and what is saved when it is broken off."""

from __future__ import annotations

import csv
import io
import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

import nutrigap as ng
from nutrigap import cli
from nutrigap.choices import Choice, read_choices
from nutrigap.cli import run
from nutrigap.recipes import Ingredient, Recipe
from nutrigap.report import Report
from nutrigap.report.review import HELP, Outcome, doubtful, review
from nutrigap.report.saved import Row, save_choices

FOODS = ng.load_foods()
DIARY = """date,food,amount
2026-03-01,zorblax qwrt,2 plates
2026-03-01,banana,
2026-03-02,3 zorblax qwrt,
2026-03-02,sr:09040,100 g
2026-03-02,gym,45 min
2026-03-02,magnesium citrate 400 mg,1 tablet
"""
PHRASES = ["zorblax qwrt", "banana", "magnesium citrate 400 mg"]
STEW = {"stew": Recipe("Stew", 2, (Ingredient("sr:16028", "200 g", "", 2), Ingredient("flumox", "1", "", 3)))}


def report_of(text: str = DIARY, **more: Mapping[str, object]) -> Report:
    return ng.analyze(ng.read_diary(io.StringIO(text)), **more)


def talk(
    *answers: str,
    text: str = DIARY,
    choices: Mapping[str, Choice] | None = None,
    recipes: Mapping[str, Recipe] | None = None,
) -> tuple[Outcome, list[str]]:
    """The outcome of a review with these answers, and all that was said; an answer too few is an error."""
    told: list[str] = []
    left: Iterator[str] = iter(answers)
    report = report_of(text, choices=choices, recipes=recipes)
    decided: dict[str, Row] = {}
    outcome = review(report, lambda _: next(left), told.append, decided, choices=choices or {}, recipes=recipes or {})
    assert list(left) == []
    assert outcome.decided is decided
    return outcome, told


def test_each_phrase_in_doubt_is_asked_about_once() -> None:
    assert [question.said.phrase for question in doubtful(report_of(), {})] == PHRASES
    outcome, told = talk("s", "s", "s")
    assert outcome == Outcome({}, 3, 0)
    assert told[0] == HELP
    assert [one for one in told if one.startswith("[")] == [f"[{n} of 3] {name}" for n, name in enumerate(PHRASES, 1)]
    assert any(one.startswith("  lines 2, 4: no food in the tables is close enough") for one in told)
    assert any(one.startswith("  taken for Banana, raw (fndds:63107010") for one in told)


def test_nothing_in_doubt_asks_nothing() -> None:
    assert talk(text="date,food,amount\n2026-03-01,sr:09040,100 g\n") == (Outcome({}, 0, 0), [])


def test_enter_keeps_what_a_phrase_was_taken_for() -> None:
    outcome, _ = talk("", "", "")
    # there is nothing to be kept of what was not found
    assert outcome.skipped == 1
    assert outcome.decided["banana"]["food_id"] == "fndds:63107010"
    assert outcome.decided["magnesium citrate 400 mg"] == {
        "phrase": "magnesium citrate 400 mg", "food_id": "", "unit": "", "grams": "", "kind": "supplement",
        "note": "a supplement",
    }  # fmt: skip


def test_a_number_chooses_among_the_candidates() -> None:
    outcome, told = talk("s", "99", "0", "2", "q")
    offers = [one for one in told[told.index("[2 of 3] banana") :] if one.startswith("  2  ")]
    assert outcome.decided["banana"]["food_id"] in offers[0]
    assert [one for one in told if "no number" in one] == ["  there is no number 99", "  there is no number 0"]
    assert (outcome.skipped, outcome.left) == (1, 1)


def test_words_search_again_and_a_code_or_recipe_is_taken_at_once() -> None:
    outcome, told = talk("spinach raw", "1", "s", "s")
    assert outcome.decided["zorblax qwrt"]["food_id"] in ("sr:11457", "fndds:72125100")
    outcome, told = talk("xyzzyq", "sr:99999", "sr:11457", "s", "s")
    assert outcome.decided["zorblax qwrt"]["food_id"] == "sr:11457"
    assert "  no food has these words" in told
    assert any('no food "sr:99999"' in one for one in told)
    outcome, told = talk("recipe:stwe", "recipe:stew", "s", "s", recipes=STEW)
    assert outcome.decided["zorblax qwrt"]["food_id"] == "recipe:Stew"
    assert "  there is no recipe of that name" in told


def test_grams_are_those_of_one_unit_of_the_line() -> None:
    outcome, told = talk("g many 1", "g 120 g", "sr:11457", "g 118", "", "q")
    assert "  one plates of it: 120 g; Enter or a number for the food" in told
    assert outcome.decided["zorblax qwrt"] == {
        "phrase": "zorblax qwrt", "food_id": "sr:11457", "unit": "plates", "grams": "120", "kind": "food",
        "note": "Spinach, raw",
    }  # fmt: skip
    assert (outcome.decided["banana"]["unit"], outcome.decided["banana"]["grams"]) == ("", "118")
    outcome, _ = talk("g 250 ml", "", "q")
    assert (outcome.decided["zorblax qwrt"]["food_id"], outcome.decided["zorblax qwrt"]["grams"]) == ("", "250 ml")


def test_what_is_no_food_and_help() -> None:
    outcome, told = talk("?", "n", "q")
    assert outcome.decided["zorblax qwrt"]["kind"] == "other"
    assert told.count(HELP) == 2


def test_what_was_decided_is_not_asked_again(tmp_path: Path) -> None:
    outcome, _ = talk("g 120", "sr:11457", "", "")
    path = tmp_path / "my-foods.csv"
    assert save_choices(report_of(), path, outcome.decided) == 3
    choices = read_choices(path)
    lines = report_of(choices=choices).entries
    assert lines[0].grams is not None
    assert (FOODS.ids[lines[0].row or 0], lines[0].grams.best, lines[0].status) == ("sr:11457", 240, "counted")
    # what one without a unit weighs was not told: "3 zorblax qwrt" rests on a guess, but its food was decided
    assert lines[2].status == "flagged"
    assert doubtful(report_of(choices=choices), choices) == []


def test_ingredients_are_asked_about() -> None:
    text = "date,food,amount\n2026-03-01,stew,1 serving\n"
    outcome, told = talk("sr:11457", text=text, recipes=STEW)
    assert list(outcome.decided) == ["flumox"]
    assert "[1 of 1] flumox" in told


def test_decisions_are_merged_into_a_file_that_stands(tmp_path: Path) -> None:
    path = tmp_path / "my-foods.csv"
    path.write_text(
        "phrase,food_id,unit,grams,kind,note\nZorblax qwrt,,cup,80,,mine\nbanana,,,,,\nzorblax qwrt,,plate,99,,\n",
        encoding="utf-8",
    )
    outcome, _ = talk("g 120", "sr:11457", "2", "q")
    save_choices(report_of(), path, outcome.decided)
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["phrase"], row["food_id"], row["unit"], row["grams"]) for row in rows] == [
        ("Zorblax qwrt", "sr:11457", "cup", "80"), ("banana", outcome.decided["banana"]["food_id"], "", ""),
        ("zorblax qwrt", "", "plates", "120"),
    ]  # fmt: skip
    assert read_choices(path)["zorblax qwrt"].units == {"cup": 80, "plate": 120}


# --- at the command line


@pytest.fixture
def diary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CI", raising=False)
    Path("d.csv").write_text(DIARY, encoding="utf-8")
    return "d.csv"


def typed(monkeypatch: pytest.MonkeyPatch, *answers: str | BaseException) -> None:
    """Lets the command line find a terminal at which this is typed."""
    left = iter(answers)

    def prompt(*_: object, **__: object) -> str:
        answer = next(left)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    monkeypatch.setattr(cli, "_may_ask", lambda: True)
    monkeypatch.setattr("click.prompt", prompt)


def saved() -> list[str]:
    return [row["phrase"] for row in csv.DictReader(io.StringIO(Path("my-foods.csv").read_text(encoding="utf-8")))]


def test_a_review_saves_its_answers(
    diary: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(monkeypatch, "sr:11457", "s", "q")
    assert run(["match", diary, "--review", "--save", "my-foods.csv"]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines()[-2:] == [
        "my-foods.csv: 1 phrase decided; use --choices my-foods.csv", "1 skipped, 1 not looked at",
    ]  # fmt: skip
    assert saved() == ["zorblax qwrt"]
    # the second time the file is used: the phrase is not asked again but for the line whose amount is not known
    typed(monkeypatch, "n", "n", "n")
    assert run(["match", diary, "--review", "--save", "my-foods.csv", "-o", "list.txt"]) == 0
    assert set(saved()) == set(PHRASES)
    assert "6 lines: " in Path("list.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(("answers", "phrases"), [(("sr:11457",), ["zorblax qwrt"]), ((), None)])
def test_breaking_off_keeps_what_was_decided(
    diary: str, monkeypatch: pytest.MonkeyPatch, answers: tuple[str, ...], phrases: list[str] | None
) -> None:
    typed(monkeypatch, *answers, KeyboardInterrupt())
    assert run(["match", diary, "--review", "--save", "my-foods.csv"]) == 130
    assert (saved() if Path("my-foods.csv").exists() else None) == phrases


def test_without_a_terminal_the_plain_file_is_written(diary: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["match", diary, "--review", "--save", "my-foods.csv"]) == 0
    out, err = capsys.readouterr()
    assert "--review: there is no terminal to ask at" in err
    assert "6 lines: " in out
    assert saved() == ["zorblax qwrt", "banana", "sr:09040", "magnesium citrate 400 mg"]


def test_a_review_needs_a_file(diary: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["match", diary, "--review"]) == 2
    assert "--save my-foods.csv" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["d.csv", "r.csv"])
def test_no_input_is_written_over(diary: str, name: str) -> None:
    Path("r.csv").write_text("recipe,servings,food\nstew,2,banana\n", encoding="utf-8")
    before = Path(name).read_bytes()
    assert run(["match", diary, "--recipes", "r.csv", "--save", name]) == 2
    assert run(["match", diary, "--recipes", "r.csv", "-o", name]) == 2
    assert Path(name).read_bytes() == before


class Terminal:
    """A real terminal with the program at its other end."""

    def __init__(self, *arguments: str, **environment: str) -> None:
        self.master, slave = pty.openpty()
        code = "from nutrigap.cli import main; main()"
        kept = {name: value for name, value in os.environ.items() if name != "CI"}
        self.process = subprocess.Popen(
            [sys.executable, "-c", code, *arguments],
            stdin=slave, stdout=slave, stderr=slave, env={**kept, **environment}, start_new_session=True,
            # a test run in the background may have been told to ignore it
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )  # fmt: skip
        os.close(slave)
        self.shown = ""

    def wait_for(self, when: Callable[[str], bool]) -> str:
        """Read on until what was shown since the last call will do, or the program has ended."""
        new, until = "", time.monotonic() + 60
        while not when(new) and time.monotonic() < until:
            if not select.select([self.master], [], [], 0.2)[0]:
                if self.process.poll() is not None:
                    break
                continue
            try:
                data = os.read(self.master, 65536)
            except OSError:  # the other end is closed
                break
            if not data:
                break
            new += data.decode("utf-8", "replace")
        self.shown += new
        return new

    def type(self, text: str) -> None:
        os.write(self.master, text.encode())

    def interrupt(self) -> None:
        """Ctrl-C, again if need be: Python does not see one that comes between the prompt and the read behind it."""
        time.sleep(0.3)
        for _ in range(5):
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                continue
            return

    def end(self) -> int:
        self.wait_for(lambda _: False)
        code = self.process.wait(60)
        os.close(self.master)
        return code


def at_prompt(shown: str) -> bool:
    return shown.endswith("> ")


def test_at_a_real_terminal(diary: str) -> None:
    terminal = Terminal("match", diary, "--review", "--save", "my-foods.csv")
    assert "[1 of 3] zorblax qwrt" in terminal.wait_for(at_prompt)
    terminal.type("spinach\n")
    assert "  1  Spinach" in terminal.wait_for(at_prompt)
    terminal.type("sr:11457\n")
    assert "[2 of 3] banana" in terminal.wait_for(at_prompt)
    terminal.type("\n")
    terminal.wait_for(at_prompt)
    terminal.type("q\n")
    assert terminal.end() == 0
    assert "2 phrases decided" in terminal.shown
    assert saved() == ["zorblax qwrt", "banana"]


def test_ctrl_c_at_a_real_terminal(diary: str) -> None:
    terminal = Terminal("match", diary, "--review", "--save", "my-foods.csv")
    terminal.wait_for(at_prompt)
    terminal.type("n\n")
    terminal.wait_for(at_prompt)
    terminal.interrupt()
    assert terminal.end() == 130
    assert "Traceback" not in terminal.shown
    assert saved() == ["zorblax qwrt"]


def test_a_build_is_not_asked(diary: str) -> None:
    terminal = Terminal("match", diary, "--review", "--save", "my-foods.csv", CI="true")
    assert terminal.end() == 0
    assert "there is no terminal to ask at" in terminal.shown
    assert len(saved()) == 4


@pytest.mark.parametrize("start", ["=", "+", "-", "@", " =", "\t"])
def test_no_cell_that_is_saved_is_a_formula(tmp_path: Path, start: str) -> None:
    """Phrase, unit and note (the name of a food of another's file) are text to a spreadsheet, and found again."""
    path = tmp_path / "my-foods.csv"
    bad = f'{start}HYPERLINK("x")'
    row = {"phrase": f"{bad} soup", "food_id": "sr:11457", "unit": f"{bad} bowl", "grams": "120", "kind": "food"}
    for _ in range(2):  # a new row, then one that is merged into it
        save_choices(report_of(), path, {"soup": row | {"note": bad}})
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 1
    assert (rows[0]["food_id"], rows[0]["grams"], rows[0]["kind"]) == ("sr:11457", "120", "food")
    for column in ("phrase", "unit", "note"):
        assert rows[0][column].startswith("'") or not rows[0][column].startswith(("=", "+", "-", "@", " ", "\t"))
        assert "HYPERLINK" in rows[0][column]
    assert len(read_choices(path)) == 1


def test_the_file_of_all_phrases_holds_no_formula(tmp_path: Path) -> None:
    path = tmp_path / "my-foods.csv"
    save_choices(report_of("date,food,amount\n2026-03-01,=cmd banana,2 +cups\n2026-03-01,@milk,1 cup\n"), path)
    with path.open(encoding="utf-8", newline="") as stream:
        cells = [cell for row in csv.DictReader(stream) for cell in row.values()]
    assert "'=cmd banana" in cells
    assert "'@milk" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


def test_no_grams_of_a_length_are_taken() -> None:
    outcome, told = talk("g 45", "s", text="date,food,amount\n2026-03-01,zorblax qwrt,12 inch\n")
    assert outcome.decided == {}
    assert any("is a length" in line for line in told)
