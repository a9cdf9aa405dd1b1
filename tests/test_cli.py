"""The command line: commands, options, exit codes, messages, and that no input ever ends in a traceback."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nutrigap import cli
from nutrigap.cli import run

ROOT = Path(__file__).parent.parent
WEEK = ROOT / "data" / "examples" / "week.csv"
DATA = ROOT / "src" / "nutrigap" / "data"
HEAD = "date,food,amount"
PLAIN = f"{HEAD}\n2026-03-01,fdc:168462,100 g\n2026-03-02,fdc:168462,100 g\n2026-03-03,fdc:168462,100 g\n"
COMMANDS = ("report", "sheet", "check", "match", "foods", "targets", "evidence", "sources")


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Writes a file into a fresh working directory and gives its name back."""
    monkeypatch.chdir(tmp_path)

    def put(text, name="diary.csv"):
        Path(name).write_text(text, encoding="utf-8", newline="")
        return name

    return put


@pytest.fixture
def told(capsys):
    """Runs a command line: exit code, standard output, standard error."""

    def call(*arguments):
        code = run(list(arguments))
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return code, out, err

    return call


# --- commands


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(told, command):
    code, out, _ = told(command, "--help")
    assert code == 0 and out.startswith(f"Usage: nutrigap {command}")


@pytest.mark.parametrize(
    ("name", "topic"),
    [
        ("magnesium", "magnesium"), ("vitamin_d", "vitamin_d"), ("Vitamin D", "vitamin_d"), ("b-12", "vitamin_b12"),
        ("Vitamin B6", "vitamin_b6"), ("caffeine", "caffeine"), ("thiamin", "thiamin"),
    ],
)  # fmt: skip
def test_evidence_prints_every_row_of_its_topic(told, name, topic):
    with (DATA / "evidence.csv").open(encoding="utf-8") as file:
        expected = [row["id"] for row in csv.DictReader(file) if row["nutrient"] == topic]
    code, out, err = told("evidence", name)
    assert (code, err) == (0, "")
    assert re.findall(r"^(\S+) \[[A-D], ", out, re.M) == expected


def test_evidence_on_something_unknown(told):
    code, out, err = told("evidence", "magnesum")
    assert code == 2 and out == "" and 'did you mean "magnesium"' in err and "known: magnesium, calcium" in err


def test_version(told):
    code, out, _ = told("--version")
    assert code == 0 and re.fullmatch(r"nutrigap \d+\.\d+\.\d+\S*\n", out)


def test_report(told):
    code, out, err = told("report", str(WEEK), "--age", "34", "--sex", "female")
    assert code == 0 and "IN SHORT" in out and "woman of 34" in out and err == ""


def test_check_of_a_clean_diary(told, write):
    assert told("check", write(PLAIN)) == (0, "diary.csv: 3 lines, 0 problems\n", "")


def test_check_tells_problems_with_place_and_fix(told, write):
    name = write(f"{HEAD}\n2026-03-01,fdc:168462,100 g\n03/04/2026,apple,100 g\n2026-03-02,zorblax qwrt,1 plate\n")
    code, out, _ = told("check", name)
    lines = out.splitlines()
    assert code == 1 and len(lines) == 3
    assert re.match(
        r'diary\.csv:3: date: "03/04/2026" does not show .*; say so with --date-format %d/%m/%Y or ', lines[0]
    )
    assert re.match(r"diary\.csv:4: zorblax qwrt: .+; .+", lines[1])
    assert lines[2] == "diary.csv: 3 lines, 2 problems"


def test_repeats_are_folded_and_named(told, write):
    """60 dates of one kind: the first is told, the others are named by their lines; -v tells each."""
    rows = "".join(f"0{i % 9 + 1}/04/2026,apple,100 g\n" for i in range(60))
    name = write(f"{HEAD}\n2026-03-01,fdc:168462,100 g\n{rows}")
    code, out, _ = told("check", name)
    assert code == 1
    assert out.splitlines()[1:] == [
        "diary.csv: and 59 more lines like line 3: lines 4-62",
        "diary.csv: 61 lines, 60 problems",
    ]
    assert len(told("check", name, "-v")[1].splitlines()) == 61
    assert len(told("report", name)[2].splitlines()) == 2
    assert len(told("report", name, "-v")[2].splitlines()) == 60
    assert told("report", name, "-q")[2] == ""


def test_repeats_are_folded_where_nothing_can_be_read(told, write):
    name = write(HEAD + "\n" + "03/04/2026,apple,100 g\n" * 30)
    code, out, err = told("report", name)
    assert code == 3 and out == ""
    assert len(err.splitlines()) == 3 and err.splitlines()[-1] == "diary.csv: and 29 more lines like line 2: lines 3-31"


def test_date_format_is_the_way_out(told, write):
    name = write(HEAD + "\n" + "03/04/2026,fdc:168462,100 g\n")
    code, out, _ = told("report", name, "--date-format", "%d/%m/%Y", "--format", "json")
    assert code == 0 and json.loads(out)["period"]["start"] == "2026-04-03"


def test_match(told, write):
    name = write(PLAIN)
    code, out, _ = told("match", name)
    assert code == 0 and out.splitlines()[0].startswith(
        "line 2  counted    fdc:168462 100 g  ->  Spinach, raw (sr:11457,"
    )
    assert out.splitlines()[-1] == "3 lines: 3 counted, 0 flagged, 0 left out"
    found = json.loads(told("match", name, "--format", "json")[1])
    assert [line["line"] for line in found["lines"]] == [2, 3, 4]
    rows = list(csv.DictReader(io.StringIO(told("match", name, "--format", "csv")[1])))
    assert [row["status"] for row in rows] == ["counted"] * 3


BEER = f"{HEAD}\n2026-03-01,fndds:93101000,1 pint\n"


def grams_of_beer(out):
    return json.loads(out)["lines"][0]["grams"]


def test_a_pint_is_the_users(told, write):
    """FNDDS: 30 g a US fluid ounce (29.5735 ml), so 480 g a pint; an imperial pint is 568.26 ml."""
    diary = write(BEER)
    _, out, _ = told("match", diary, "--format", "json")
    assert grams_of_beer(out) == pytest.approx(480, rel=1e-6)
    assert "--measures imperial makes it 568 ml" in json.loads(out)["lines"][0]["problem"]
    _, out, _ = told("match", diary, "--format", "json", "--measures", "us")
    assert json.loads(out)["lines"][0]["status"] == "counted"
    imperial = 568.26125 / 29.5735295625 * 30
    for options in (["match"], ["report", "--age", "34", "--sex", "female"]):
        _, out, _ = told(options[0], diary, *options[1:], "--format", "json", "--measures", "imperial")
        assert grams_of_beer(out) == pytest.approx(imperial, rel=1e-4)
    write('measures = "imperial"\n', "nutrigap.toml")
    _, out, _ = told("match", diary, "--format", "json")
    assert grams_of_beer(out) == pytest.approx(imperial, rel=1e-4)
    _, out, _ = told("match", diary, "--format", "json", "--measures", "us")
    assert grams_of_beer(out) == pytest.approx(480, rel=1e-6)
    write('measures = "imperial"\n', "uk.toml")
    write("", "nutrigap.toml")
    _, out, _ = told("report", diary, "--format", "json", "--profile", "uk.toml")
    assert grams_of_beer(out) == pytest.approx(imperial, rel=1e-4)
    assert "1 line on a guess" in told("check", diary)[1]
    assert "guess" not in told("check", diary, "--measures", "imperial")[1]
    assert told("report", diary, "--measures", "metric")[0] == 2


def test_saved_and_edited_choices_change_the_result(told, write):
    """A wrong match is put right once: 100 g of raw spinach hold 79 mg of magnesium (SR28)."""
    name = write(f"{HEAD}\n2026-03-01,zorblax qwrt,2 plates\n2026-03-01,banana,100 g\n")
    assert told("match", name, "--save", "my-foods.csv")[0] == 0
    rows = list(csv.DictReader(io.StringIO(Path("my-foods.csv").read_text(encoding="utf-8"))))
    assert [row["phrase"] for row in rows] == ["zorblax qwrt", "banana"]
    assert list(rows[0]) == ["phrase", "food_id", "unit", "grams", "kind", "note"]
    rows[0] |= {"food_id": "fdc:168462", "unit": "plate", "grams": "50"}
    with Path("my-foods.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    before = json.loads(told("report", name, "--format", "json")[1])["lines"][0]
    after = json.loads(told("report", name, "--format", "json", "--choices", "my-foods.csv")[1])["lines"][0]
    assert (before["status"], after["status"]) == ("left_out", "counted")
    assert after["match"]["method"] == "choice" and after["nutrients"]["magnesium"] == pytest.approx(79.0)
    assert told("check", name)[0] == 1 and told("check", name, "--choices", "my-foods.csv")[0] == 0
    assert "0 phrases added" in told("match", name, "--save", "my-foods.csv")[2]


def test_foods(told):
    code, out, _ = told("foods", "spinach", "raw", "-n", "3")
    assert code == 0 and len(out.splitlines()) == 4 and "sr:11457" in out
    assert told("foods", "--rich-in", "B12", "-n", "2")[1].startswith("id ")


@pytest.mark.parametrize(("code", "name"), [  # of the releases: FNDDS 2021-2023, SR Legacy 2018
    ("51300110", "Bread, whole wheat"), ("fndds:51300110", "Bread, whole wheat"), ("9040", "Bananas, raw"),
    ("sr:09040", "Bananas, raw"), ("fdc:173944", "Bananas, raw"),
])  # fmt: skip
def test_a_food_is_found_by_its_code(told, code, name):
    out = told("foods", code)[1]
    assert name in out and len(out.splitlines()) == 2


def test_a_code_that_is_none(told):
    assert told("foods", "99999999")[1] == 'no food has the code "99999999"\n'
    assert told("foods")[0] == 2


def test_targets(told):
    code, out, _ = told("targets", "--age", "34", "--sex", "female")
    assert code == 0 and re.search(r"Magnesium +female 31-50 y +mg +265 +320 +- +350 \*", out)
    rows = json.loads(told("targets", "--age", "34", "--sex", "female", "--format", "json")[1])
    magnesium = next(row for row in rows if row["nutrient"] == "magnesium")
    assert (magnesium["ear"], magnesium["rda"], magnesium["ul"], magnesium["ul_scope"]) == (
        265,
        320,
        350,
        "supplement_only",
    )
    assert "magnesium,mg,265" in told("targets", "--age", "34", "--sex", "female", "--format", "csv")[1]
    assert len(json.loads(told("targets", "--format", "json")[1])) == 12  # nothing told: women and men


def test_sources(told):
    code, out, _ = told("sources")
    assert code == 0 and re.search(r"^foods +13,\d{3} +public domain .* [0-9a-f]{64}$", out, re.M)
    assert "doi.org/10.17226/9956" in out


# --- the person


def person_of(told, *arguments):
    code, out, err = told("report", *arguments, "--format", "json")
    assert code == 0, err
    return json.loads(out)["person"]


def test_person_from_options(told, write):
    name = write(PLAIN)
    infant = person_of(told, name, "--age", "7mo", "--sex", "male")
    assert infant["age_years"] == pytest.approx(7 / 12) and infant["sex"] == "male" and not infant["assumed"]
    pregnant = person_of(told, name, "--age", "27", "--pregnant")
    assert (pregnant["life_stage"], pregnant["sex"]) == ("pregnant", "female")
    assert person_of(told, name, "--age", "27", "--lactating")["life_stage"] == "lactating"
    assert person_of(told, name)["assumed"]


def test_profile_beside_the_diary_and_options_over_it(told, write):
    name = write(PLAIN)
    write('age = 50\nsex = "male"\n', "nutrigap.toml")
    write('age = 60\nsex = "female"\n', "other.toml")
    assert person_of(told, name)["age_years"] == 50
    assert person_of(told, name, "--age", "34")["age_years"] == 34
    assert person_of(told, name, "--age", "34")["sex"] == "male"
    other = person_of(told, name, "--profile", "other.toml")
    assert (other["age_years"], other["sex"], other["life_stage"], other["assumed"]) == (60, "female", "none", False)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--age", "old"], "years (34) or months (7mo)"),
        (["--age", "9" * 400 + "mo"], "age"),
        (["--sex", "x"], "female and male"),
        (["--pregnant", "--lactating"], "exclude each other"),
        (["--pregnant", "--sex", "male"], "no reference row"),
        (["--pregnant", "--age", "60"], "10 to 50 years"),
        (["--references", "fao"], "'us', 'efsa', 'nordic'"),
        (["--profile", "none.toml"], "none.toml: the profile cannot be read"),
        (["--people", "none.csv"], "none.csv: the table of people cannot be read"),
        (["--choices", "none.csv"], "none.csv: cannot be read as a file of choices"),
        (["--from", "yesterday"], "YYYY-MM-DD"),
        (["--from", "2027-01-01"], "no line of diary.csv lies between 2027-01-01 and the end"),
        (["--date-format", "%Q"], "--date-format"),
        (["--input", "plane"], 'did you mean "plain"'),
        (["--format", "pdf"], "'text', 'html', 'json', 'csv', 'md'"),
        (["--format", "yaml"], "'text', 'html', 'json', 'csv', 'md'"),
        (["-o", "report.pdf"], "use one of .html, .htm, .json, .csv, .md, .txt"),
        (["-o", "report"], 'ending ""'),
        (["-o", "folder/", "--format", "json"], "is a folder"),
        (["-o", "none/report.txt"], "cannot be written"),
        (["--fail-on", "high"], "'low', 'over', 'unmatched'"),
        (["--pepole", "x"], "--people"),
        (["-o", "a\0.txt"], "NUL"),
        (["--color", "red"], "'auto', 'always', 'never'"),
    ],
)
def test_usage_errors(told, write, arguments, message):
    code, out, err = told("report", write(PLAIN), *arguments)
    assert (code, out) == (2, "")
    assert message in " ".join(err.split())
    assert sorted(item.name for item in Path().iterdir()) == ["diary.csv"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["reprot", "x"], "report"),
        ([], "Usage"),
        (["report"], "DIARY"),
        (["foods", "--rich-in", "magnesum"], 'did you mean "magnesium"'),
        (["foods", "apple", "-n", "0"], "1<=x<=200"),
        (["targets", "--age", "x"], "age"),
        (["match", "x", "--format", "md"], "'text', 'json', 'csv'"),
    ],
)
def test_usage_errors_of_other_commands(told, arguments, message):
    code, out, err = told(*arguments)
    assert code in (0, 2) if not arguments else code == 2
    assert message in out + err


@pytest.mark.parametrize("command", ["report", "check", "match"])
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "picture"),
        (b"PK\x03\x04 no workbook", "diary.csv"),
        (b"name,price\napple,3\n", "diary.csv:1: "),
        (b"date,food,amount\n", "no lines below the header"),
        (b"date,food,amount\nsoon,apple,1\n", "no line has a date"),
        (b"\xff\xfe\x00", "diary.csv"),
    ],
)
def test_what_is_no_diary(told, write, command, content, message):
    write("")
    Path("diary.csv").write_bytes(content)
    code, out, err = told(command, "diary.csv")
    assert (code, out) == (3, "") and message in err
    assert all(re.match(r"diary\.csv(:\d+)?: ", line) for line in err.splitlines())


def test_missing_diary_with_the_nearest_name(told, write):
    write(PLAIN, "march.csv")
    code, _, err = told("report", "marhc.csv")
    assert code == 3 and 'did you mean "march.csv"?' in err
    assert told("report", "x" * 5000)[0] == 3
    assert told("report", "/" + "x" * 5000 + "/diary.csv")[0] == 3
    assert told("report", ".")[0] == 3


# --- several people


def test_people(told, write):
    name = write("date,person,food,amount\n2026-03-01,Ann,fdc:168462,100 g\n2026-03-01,Bob,fdc:168462,200 g\n")
    write("person,age,sex,life_stage\nBob,70,male,\nAnn,27,female,pregnant\n", "people.csv")
    code, out, _ = told("report", name, "--people", "people.csv", "--format", "json")
    found = [json.loads(line) for line in out.splitlines()]
    assert code == 0 and [one["person"]["name"] for one in found] == ["Ann", "Bob"]
    assert [one["person"]["life_stage"] for one in found] == ["pregnant", "none"]
    assert [one["nutrients"][0]["intake"]["mean"] for one in found] == pytest.approx([79.0, 158.0])
    text = told("report", name, "--people", "people.csv")[1]
    assert text.count("IN SHORT") == 2 and f"\n{'=' * 80}\n" in text
    rows = list(csv.DictReader(io.StringIO(told("report", name, "--people", "people.csv", "--format", "csv")[1])))
    assert {row["person"] for row in rows} == {"Ann", "Bob"} and len(rows) == 24
    assert told("report", name, "-o", "out/")[0] == 0
    assert sorted(str(path) for path in Path("out").rglob("*.csv")) == [
        f"out/{who}/{table}.csv" for who in ("Ann", "Bob") for table in ("days", "lines", "summary")
    ]
    write("person,age\nAnne,3\nBob,4\n", "people.csv")
    code, _, err = told("report", name, "--people", "people.csv")
    assert code == 2 and 'no row for "Ann"' in err and 'did you mean "Anne"?' in err


def test_people_without_a_column(told, write):
    write("person,age\nAnn,3\n", "people.csv")
    code, _, err = told("report", write(PLAIN), "--people", "people.csv")
    assert code == 2 and "no person column" in err


# --- what comes out


def test_period(told, write):
    found = json.loads(
        told("report", write(PLAIN), "--from", "2026-03-02", "--to", "2026-03-02", "--format", "json")[1]
    )
    assert found["period"] == {"start": "2026-03-02", "end": "2026-03-02", "days": 1, "incomplete_days": []}
    assert [line["line"] for line in found["lines"]] == [3]


def test_standard_input(told, write, monkeypatch):
    write("age = 50\n", "nutrigap.toml")  # beside no diary
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(PLAIN.encode()), encoding="ascii"))
    code, out, _ = told("report", "-", "--format", "json")
    found = json.loads(out)
    assert code == 0 and found["inputs"]["diary"]["path"] == "standard input" and found["person"]["age_years"] is None


@pytest.mark.parametrize(
    ("name", "start"),
    [("r.json", '{\n "schema"'), ("r.csv", "nutrient,name,unit"), ("r.md", "# nutrigap"), ("R.TXT", "nutrigap · ")],
)
def test_output_by_its_ending(told, write, name, start):
    assert told("report", write(PLAIN), "-o", name) == (0, "", "")
    assert Path(name).read_text(encoding="utf-8").startswith(start)
    assert sorted(item.name for item in Path().iterdir()) == sorted(["diary.csv", name])


def test_output_equals_standard_output(told, write):
    for form in ("json", "csv", "md", "text"):
        told("report", write(PLAIN), "-o", "out", "--format", form)
        assert Path("out").read_text(encoding="utf-8") == told("report", "diary.csv", "--format", form)[1]


def test_folder(told, write):
    assert told("report", write(PLAIN), "-o", "new/folder/")[0] == 0
    assert sorted(item.name for item in Path("new/folder").iterdir()) == ["days.csv", "lines.csv", "summary.csv"]
    write("x", "file")
    assert told("report", "diary.csv", "-o", "file/")[0] == 2


def test_a_failure_leaves_the_old_report(told, write, monkeypatch):
    write("the old report", "r.txt")
    assert told("report", "none.csv", "-o", "r.txt")[0] == 3
    monkeypatch.setattr(os, "fdopen", lambda *_, **__: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    code, _, err = told("report", write(PLAIN), "-o", "r.txt")
    assert code == 2 and "r.txt: cannot be written (No space left on device)" in err
    assert Path("r.txt").read_text(encoding="utf-8") == "the old report"
    assert sorted(item.name for item in Path().iterdir()) == ["diary.csv", "r.txt"]


LABELS = "date,food,amount,magnesium_mg,calcium_mg,potassium_mg,vitamin_d_µg,vitamin_b12_µg,vitamin_b6_mg"
LOW = LABELS + "\n" + "".join(f"2026-03-0{day},fdc:168462,100 g,800,1600,9000,40,12,0.1\n" for day in range(1, 8))
OVER = LABELS + "\n2026-03-01,fdc:168462,100 g,800,1600,9000,40,12,5\n2026-03-01,magnesium 400 mg,1 tablet,,,,,,\n"
LEFT = PLAIN + "2026-03-03,zorblax qwrt,1 plate\n"


@pytest.mark.parametrize(
    ("text", "asked", "code"),
    [
        (LOW, ["low"], 1),
        (LOW, ["over"], 0),
        (LOW, ["over", "unmatched", "low"], 1),
        (OVER, ["over"], 1),
        (OVER, ["low", "unmatched"], 0),
        (LEFT, ["unmatched"], 1),
        (LEFT, [], 0),
        (PLAIN, ["unmatched", "over"], 0),
    ],
)
def test_fail_on(told, write, text, asked, code):
    arguments = [word for one in asked for word in ("--fail-on", one)]
    got, out, _ = told("report", write(text), "--age", "34", "--sex", "female", *arguments)
    assert got == code and "IN SHORT" in out  # the report is written all the same


def test_colour_only_when_asked_for(told, write):
    name = write(PLAIN)
    plain = told("report", name)[1]
    always = told("report", name, "--color", "always")[1]
    assert "\x1b" not in plain and "\x1b[" in always
    assert re.sub(r"\x1b\[\d+m", "", always) == plain == told("report", name, "--color", "never")[1]
    told("report", name, "--color", "always", "-o", "r.txt")
    assert "\x1b" not in Path("r.txt").read_text(encoding="utf-8")


def test_a_terminal_obeys_nothing_of_the_diary(told, write):
    evil = "\x1b]0;title\x07\x1b[31m\u202e" + "food and more of it " * 20
    name = write(f"{HEAD}\n2026-03-01,{evil},{evil}\n2026-03-02,fdc:168462,100 g\nsoon{evil},{evil},1\n")
    for command in ("report", "check", "match", "report --format csv", "report --format json", "match --format csv"):
        _, out, err = told(*command.split(), name)
        assert all(c.isprintable() or c == "\n" for c in out + err)


def test_interrupt(told, write, monkeypatch):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("nutrigap.analysis.analyze", stop)
    code, out, _ = told("report", write(PLAIN))
    assert code == 130 and out == ""


def test_an_unforeseen_fault_is_told_without_traceback(told, write, monkeypatch):
    def broken(*_, **__):
        raise ZeroDivisionError("our fault")

    monkeypatch.delenv("NUTRIGAP_DEBUG", raising=False)
    monkeypatch.setattr("nutrigap.analysis.analyze", broken)
    code, out, err = told("report", write(PLAIN))
    assert code == 70 and out == "" and "ZeroDivisionError: our fault" in err and "please report it" in err


# --- real processes


def process(*arguments, text=None, folder=None, **variables):
    environment = {key: value for key, value in os.environ.items() if key not in ("PYTHONUTF8", "NO_COLOR")}
    return subprocess.run(
        [sys.executable, "-c", "from nutrigap.cli import main; main()", *arguments],
        input=text, capture_output=True, cwd=folder, env={**environment, **variables}, check=False,
    )  # fmt: skip


def test_process_reads_standard_input(tmp_path):
    done = process("report", "-", "--format", "json", text=PLAIN.encode(), folder=tmp_path)
    assert done.returncode == 0 and done.stderr == b""
    assert json.loads(done.stdout)["nutrients"][0]["intake"]["mean"] == pytest.approx(79.0)


def test_process_without_utf8_writes_ascii_text_and_utf8_json(tmp_path):
    (tmp_path / "d.csv").write_text(
        f"{HEAD}\n2026-03-01,jalapeño 漢,100 g\n2026-03-01,fdc:168462,100 g\n", encoding="utf-8"
    )
    text = process("report", "d.csv", folder=tmp_path, PYTHONIOENCODING="ascii")
    assert text.returncode == 0 and text.stdout.isascii() and b" ug" in text.stdout
    assert max(map(len, text.stdout.decode().splitlines())) <= 80
    found = process("report", "d.csv", "--format", "json", folder=tmp_path, PYTHONIOENCODING="ascii")
    assert json.loads(found.stdout.decode("utf-8"))["lines"][0]["text"] == "jalapeño 漢"
    for command in (["targets"], ["sources"], ["match", "d.csv"], ["check", "d.csv"], ["foods", "jalapeño"]):
        assert process(*command, folder=tmp_path, PYTHONIOENCODING="ascii").returncode in (0, 1)


def test_process_exit_codes(tmp_path):
    (tmp_path / "left.csv").write_text(LEFT, encoding="utf-8")
    assert process("report", "left.csv", "--fail-on", "unmatched", folder=tmp_path).returncode == 1
    assert process("reprot", folder=tmp_path).returncode == 2
    done = process("report", "none.csv", folder=tmp_path)
    assert done.returncode == 3 and done.stderr.startswith(b"none.csv: there is no such file") and done.stdout == b""


# --- whatever is typed


@pytest.fixture(scope="module")
def playground(tmp_path_factory):
    """A working directory with a few files, which the arguments below may name and overwrite."""
    folder = tmp_path_factory.mktemp("playground")
    before = Path.cwd()
    os.chdir(folder)
    files = {"diary.csv": LEFT, "people.csv": "person,age\nAnn,3\n", "me.toml": "age = 34\n"}
    for name, text in {**files, "choices.csv": "phrase,food_id\n"}.items():
        Path(name).write_text(text, encoding="utf-8")
    yield folder
    os.chdir(before)


WORDS = st.one_of(
    st.sampled_from([
        *COMMANDS, "diary.csv", "people.csv", "me.toml", "choices.csv", "week.csv", "-", "--", "", ".", "/", "34",
        "7mo", "female", "json", "csv", "md", "text", "html", "auto", "plain", "magnesium", "apple", "2026-03-01",
        "%d/%m/%Y", "r.json", "r.csv", "new/", "low", "over", "always", "us", "1", "efsa", "0.9", "vegan", "regular",
        "omeprazole 2 years", "tingling", "none", "symptoms.csv", "s.html",
    ]),
    st.sampled_from([
        "--age", "--sex", "--pregnant", "--lactating", "--profile", "--references", "--from", "--to", "--date-format",
        "--input", "--people", "--choices", "--recipes", "--format", "-o", "--fail-on", "-q", "-v", "--color", "--save",
        "--rich-in", "--review", "-n", "--help", "--version", "--all", "--weight", "--height", "--diet", "--sun",
        "--medicine", "--condition", "--symptom", "--dislike", "--months-on-diet", "--symptoms", "--incomplete",
        "--compare", "--level", "--own-sd", "--prior", "--weigh-weekdays", "--consecutive",
    ]),
    st.text(st.characters(exclude_characters="/"), max_size=12),
)  # fmt: skip


def quietly(arguments, text=b""):
    out, err = io.StringIO(), io.StringIO()
    stdin = sys.stdin
    sys.stdin = io.TextIOWrapper(io.BytesIO(text), encoding="utf-8", errors="surrogateescape")
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = run(arguments)
    finally:
        sys.stdin = stdin
    return code, out.getvalue() + err.getvalue()


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(command=st.sampled_from(COMMANDS), rest=st.lists(WORDS, max_size=6))
def test_any_arguments(playground, command, rest):
    code, shown = quietly([command, *rest])
    assert code in (0, 1, 2, 3), shown
    assert "Traceback" not in shown


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    command=st.sampled_from(["report", "check", "match"]),
    text=st.one_of(
        st.binary(max_size=200),
        st.text(max_size=200).map(lambda text: f"{PLAIN}{text}".encode("utf-8", "surrogatepass")),
        st.lists(st.text(max_size=20), max_size=12).map(lambda cells: f"{HEAD}\n2026-03-01,{','.join(cells)}".encode()),
    ),
    form=st.sampled_from(["text", "json", "csv"]),
)
def test_any_file(playground, command, text, form):
    option = ["--format", form] if command != "check" else []
    code, shown = quietly([command, "-", *option], text)
    assert code in (0, 1, 3), shown
    assert "Traceback" not in shown


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    option=st.sampled_from(["--people", "--profile", "--choices", "--recipes"]),
    content=st.one_of(
        st.binary(max_size=120),
        st.text(max_size=80).map(lambda text: f"person,age,phrase,food_id,unit,grams\n{text}".encode()),
        st.text(max_size=80).map(lambda text: f"phrase,food_id,unit,grams\nfdc:168462,{text}".encode()),
        st.text(max_size=80).map(lambda text: f"recipe,servings,food,amount\ndish,2,{text}".encode()),
        st.text(max_size=40).map(lambda text: f"age = {text}".encode()),
    ),
)
def test_any_side_file(playground, option, content):
    Path("side").write_bytes(content)
    code, shown = quietly(["report", "diary.csv", option, "side"])
    assert code in (0, 2), shown
    assert "Traceback" not in shown


def test_codes_are_those_promised():
    assert (cli.OK, cli.ASKED, cli.USAGE, cli.UNREADABLE, cli.INTERRUPTED) == (0, 1, 2, 3, 130)


# --- what must never happen to an input


@pytest.mark.parametrize("command", ["report", "match"])
def test_a_diary_is_never_overwritten(tmp_path, told, command):
    diary = tmp_path / "mine.csv"
    diary.write_text("date,food,amount\n2026-03-02,banana,1\n", encoding="utf-8")
    before = diary.read_bytes()
    code, _, err = told(command, str(diary), "-o", f"{tmp_path}/./mine.csv")
    assert code == 2
    assert "overwritten" in err
    assert diary.read_bytes() == before


def test_check_counts_the_guesses_it_does_not_list(tmp_path, told):
    diary = tmp_path / "mine.csv"
    diary.write_text("date,food,amount\n2026-03-02,tomato soup,1 bowl\n2026-03-02,banana,126 g\n", encoding="utf-8")
    code, out, _ = told("check", str(diary))
    assert code == 0
    assert "1 line on a guess" in out


def test_people_who_share_a_profile_are_told_so(tmp_path, told):
    diary = tmp_path / "two.csv"
    diary.write_text("date,person,food,amount\n2026-03-02,A,banana,1\n2026-03-02,B,banana,2\n", encoding="utf-8")
    assert "share one profile" in told("report", str(diary), "--age", "34", "--sex", "female")[2]


def test_several_people_are_not_added_up_in_python(tmp_path):
    import nutrigap as ng

    diary = tmp_path / "two.csv"
    diary.write_text("date,person,food,amount\n2026-03-02,A,banana,1\n2026-03-02,B,banana,2\n", encoding="utf-8")
    read = ng.read_diary(diary)
    with pytest.raises(ng.PersonError, match="2 people"):
        ng.analyze(read)
    assert [len(ng.analyze(read.for_person(name)).entries) for name in read.people()] == [1, 1]
