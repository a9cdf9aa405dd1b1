"""The documentation: every block runs and shows what is printed; every command, option and key is described."""

from __future__ import annotations

import re
import shlex
import socket
import subprocess
import sys
from pathlib import Path

import click
import pandas as pd
import pytest

import blocks
import generate
import nutrigap as ng
from nutrigap import cli
from nutrigap.assessment import _STATUS
from nutrigap.profile import PERSON_KEYS, PROFILE_NAME, find_profile, person_of
from nutrigap.report.cells import LOOKS
from nutrigap.report.json import Json
from nutrigap.units import nutrient_index

DOCS = generate.DOCS
ROOT = generate.ROOT
PAGES = generate.pages()
# Directives that hold prose or make something of the program: no code stands in them.
PROSE = {"{toctree}", "{eval-rst}", "{include}", "{note}", "{warning}", "{math}"}
# What a block that only installs may say; the pages install nothing while they are tested.
INSTALLS = re.compile(r"(python3 -m venv|\.venv/bin/pip install|source \.venv/bin/activate|apt-get install|#).*")
BUILD = "python -m sphinx -W --keep-going -n docs docs/_build"


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


# --- the blocks


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_no_block_is_passed_over(page: Path) -> None:
    markdown_it = pytest.importorskip("markdown_it")
    found = blocks.blocks(text(page))
    for block in found:
        known = block.caption or block.language in {"console", "python", "pycon", *PROSE}
        if block.language == "bash" and not block.caption:
            known = all(INSTALLS.fullmatch(line) for line in block.body.splitlines() if line)
        if block.caption:  # a file that no later block reads would be one that nothing checks
            later = "".join(one.body for one in found if one.start > block.end and not one.caption)
            known = block.caption in later or (block.caption == PROFILE_NAME and "$ nutrigap " in later)
        assert known, f"{name(page)}:{block.line}: a block that is not run: {block.language or 'no language'}"
    # a second reader of Markdown sees the same blocks, and none that is code by its indentation alone
    tokens = markdown_it.MarkdownIt("commonmark").parse(text(page))
    assert [token.type for token in tokens if token.type == "code_block"] == []
    assert sum(token.type == "fence" for token in tokens) == sum(block.language != "{note}" for block in found)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_what_is_shown_is_printed(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """To renew it: ``python docs/generate.py``, and read what has changed. No connection is opened on the way."""

    def refuse(*_: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    for step, printed in blocks.Player(tmp_path, generate.EXAMPLES).play(text(page)):
        assert blocks.agrees(step.shown, printed), (
            f"{name(page)}:{step.line}: {step.command}\nshown:\n{step.shown}\nprinted:\n{printed}"
        )


@pytest.mark.parametrize("page", [ROOT / "README.md", *generate.WHOLE], ids=name)
def test_what_is_generated_is_fresh(page: Path) -> None:
    """To renew it: ``python docs/generate.py``."""
    assert text(page) == generate.generated(page)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_counts_are_those_of_the_tables(page: Path) -> None:
    assert generate.counted(text(page)) == text(page)


def test_what_a_page_takes_in_has_no_blocks_of_its_own() -> None:
    taken = {path: re.findall(r"^```\{include\} (\S+)", text(path), re.M) for path in PAGES}
    files = [(path.parent / name).resolve() for path, names in taken.items() for name in names]
    assert files and [blocks.blocks(text(file)) for file in files] == [[]] * len(files)


# --- how blocks are read, on pages made for it


def test_a_cut_stands_for_any_lines_and_nothing_else() -> None:
    assert blocks.agrees("a\n…\nd\n", "a\nb\nc\nd\n") and blocks.agrees("…\nd\n", "d\n")
    assert not blocks.agrees("a\n…\nd\n", "a\nb\nc\n") and not blocks.agrees("a\n", "a\nb\n")
    assert not blocks.agrees("a.c\n", "abc\n")


@pytest.mark.parametrize(
    ("shown", "printed", "new"),
    [
        ("…\na\nb\nc\n…\n", "x\n", "…\n"),  # no room for the stretch
        ("a\nb\n…\n", "x\n", "…\n"),
        ("…\na\nb\n", "x\n", "…\n"),
        ("a\n…\nb\nc\n", "a\nx\n", "a\n…\n"),  # none left below the first
        ("…\nb1\n…\nd\n", "a\nb2\nc\nd2\n", "…\nb2\n…\nd2\n"),
        ("a\n…\nd\n", "A\nb\nc\nD\n", "A\n…\nD\n"),
        ("…\na\n…\n", "", "…\n"),
        ("a\nb\n", "x\n", "x\n"),
    ],
)
def test_what_is_renewed_agrees_with_what_is_printed(shown: str, printed: str, new: str) -> None:
    assert blocks.renewed(shown, printed) == new
    assert blocks.agrees(new, printed)


def test_a_wrong_output_is_seen_and_renewed(tmp_path: Path) -> None:
    page = (
        "```{code-block} text\n:caption: d.csv\ndate,food,amount\n2026-03-02,banana,100 g\n```\n"
        "```console\n$ nutrigap check d.csv\nd.csv: 2 lines, 0 problems\n$ echo $?\n0\n```\n"
        "```python\nx = 20\n```\n```pycon\n>>> x + 1\n22\n>>> for i in (1, 2):\n...     print(i)\n1\n2\n```\n"
    )
    played = blocks.Player(tmp_path / "one", generate.EXAMPLES).play(page)
    assert [step.command for step, _ in played[:2]] == ["nutrigap check d.csv", "echo $?"]
    wrong = [step.command for step, printed in played if not blocks.agrees(step.shown, printed)]
    assert wrong == ["nutrigap check d.csv", "x + 1\n"]
    new = blocks.renew(page, tmp_path / "two", generate.EXAMPLES)
    assert new == page.replace("2 lines", "1 line").replace("\n22\n", "\n21\n")


def test_a_failing_block_fails(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        blocks.Player(tmp_path, generate.EXAMPLES).play("```python\n1 / 0\n```\n")


# --- pictures


def test_pictures_are_small_told_in_words_and_show_the_report_of_today() -> None:
    """To take them anew: ``python docs/pictures.py``."""
    image = pytest.importorskip("PIL.Image")
    now = text(generate.EXAMPLES / "vegan_woman" / "report.txt").partition("\nREADING\n")[0]
    shown = re.compile(r"!\[([^\]]{40,})\]\((\S+\.png)\)")
    used = {
        (page.parent / file).resolve() for page in [*PAGES, ROOT / "README.md"] for _, file in shown.findall(text(page))
    }
    assert used == set((DOCS / "_static").glob("*.png")) and len(used) == 2
    for path in used:
        assert path.stat().st_size < 80_000
        with image.open(path) as picture:
            assert picture.text["shown"] == now, path.name


# --- completeness


def keys(value: Json, path: str = "") -> set[str]:
    """All keys of a JSON value, written ``nutrients[].intake.mean``."""
    if isinstance(value, list):
        return set().union(*(keys(one, f"{path}[]") for one in value))
    if not isinstance(value, dict) or set(value) <= set(nutrient_index()):  # by nutrient id: no keys of the schema
        return set()
    below = {f"{path}.{key}".lstrip("."): one for key, one in value.items()}
    return set(below).union(*(keys(one, place) for place, one in below.items()))


EVERYTHING = {
    "week.csv": {"compare": ["efsa"], "method": ng.Method(prior=True, sd={"magnesium": 80.0})},
    "man_with_tablets/diary.csv": {"symptoms": generate.EXAMPLES / "man_with_tablets" / "symptoms.csv"},
    "pregnant_woman/diary.csv": {},
}


@pytest.fixture(scope="module")
def reports() -> list[ng.Report]:
    """Reports that together fill every key."""
    found = []
    for diary, options in EVERYTHING.items():
        told = find_profile(str(generate.EXAMPLES / diary), None) or {"age": "34", "sex": "female"}
        person = person_of({key: value for key, value in told.items() if key in PERSON_KEYS})
        found.append(ng.analyze(generate.EXAMPLES / diary, person, **options))  # type: ignore[arg-type]
    scant_day = pd.DataFrame(
        [(f"2026-03-0{day}", "olive oil", "20 g" if day == 4 else "80 g") for day in (1, 2, 3, 4) for _ in range(3)],
        columns=["date", "food", "amount"],
    )
    return [*found, ng.analyze(scant_day)]


def tables(page: str) -> dict[str, list[list[str]]]:
    """Heading -> the rows of the table below it, cells stripped."""
    found: dict[str, list[list[str]]] = {}
    for part in re.split(r"^#+ ", page, flags=re.M)[1:]:
        rows = [re.split(r"(?<!\\)\|", line.strip())[1:-1] for line in part.splitlines() if line.startswith("|")]
        found[part.splitlines()[0].strip()] = [[cell.strip() for cell in row] for row in rows[2:]]
    return found


def described(page: dict[str, list[list[str]]], section: str = "report", path: str = "") -> set[str]:
    """All keys that the page of the JSON describes, written as ``keys`` writes them."""
    found: set[str] = set()
    for key, kind, *_ in page[section]:
        place = f"{path}.{key.strip('`')}".lstrip(".")
        found.add(place)
        if below := re.search(r"\[([\w ]+)\]\(#", kind):
            found |= described(page, below[1], place + "[]" * kind.startswith("list"))
    return found


def test_every_key_of_the_json_is_described_and_no_other(reports: list[ng.Report]) -> None:
    page = tables(text(DOCS / "reference" / "json.md"))
    real = set().union(*(keys(one.to_dict()) for one in reports))
    assert described(page) == real
    assert len(real) > 250
    statuses = {row[0].strip("`") for row in page["Statuses"]}
    tested = {status for table in _STATUS.values() for status in table.values()}
    assert statuses == tested | set(LOOKS) | {"no_ul"}


def columns(title: str) -> list[str]:
    return [row[0].strip("`") for row in tables(text(DOCS / "reference" / "tables.md"))[title]]


def test_every_column_of_tables_and_frames_is_described(reports: list[ng.Report], tmp_path: Path) -> None:
    report = reports[0]
    report.to_csv(tmp_path)
    for title in ("summary", "days", "lines"):
        header = text(tmp_path / f"{title}.csv").splitlines()[0].split(",")
        frame = getattr(report, title)
        assert columns(title) == header
        assert [name for name in [frame.index.name, *frame.columns] if name] == header
    assert columns("flags") == list(report.flags.columns)
    assert columns("targets") == list(ng.targets(report.person).columns)


def test_every_command_and_option_is_in_the_reference() -> None:
    sections = tables(text(DOCS / "reference" / "command_line.md"))
    assert set(sections) == {"Command line", *cli.cli.commands}
    for name, command in cli.cli.commands.items():
        described = {option for row in sections[name] for option in re.findall(r"--?[a-z][\w-]*", row[0])}
        wanted = {option for one in command.params if isinstance(one, click.Option) for option in one.opts}
        assert described == wanted | {"-h", "--help"}
        assert all(len(row) == 2 and row[1] for row in sections[name])


# --- the built pages


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The documentation as HTML, built with every warning taken for an error."""
    for library in ("sphinx", "myst_parser", "numpydoc", "furo"):
        pytest.importorskip(library)
    folder = tmp_path_factory.mktemp("docs")
    command = [sys.executable, *shlex.split(BUILD)[1:-1], str(folder / "html"), "-q", "-d", str(folder / "doctrees")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return folder / "html"


def test_every_page_is_built(site: Path) -> None:
    assert {path.relative_to(site).with_suffix(".md") for path in site.rglob("*.html")} >= {
        path.relative_to(DOCS) for path in PAGES
    }


def test_every_public_name_is_in_the_reference(site: Path) -> None:
    page = text(site / "reference" / "python.html")
    named = re.findall(r'id="(?:module-)?nutrigap\.([\w.]+)"', page)
    assert set(ng.__all__) <= set(named)
    assert {f"population.{name}" for name in ng.population.__all__} <= set(named)


def test_formulae_are_drawn_by_the_browser_itself(site: Path) -> None:
    page = text(site / "explanation" / "statistics.html")
    assert page.count("<math ") > 30 and "$" not in re.sub(r"<pre.*?</pre>|<script.*?</script>", "", page, flags=re.S)


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    for path in [*site.rglob("*.html"), *site.rglob("*.css")]:
        loaded = re.findall(r"""<(?:script|img|iframe|link)\b[^>]*(?:src|href)=["'](?:https?:)?//[^"']*""", text(path))
        loaded += re.findall(r"""(?:@import|url\()\s*["']?(?:https?:)?//[^)"']*""", text(path))
        assert loaded == [], path.name
