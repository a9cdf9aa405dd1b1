"""Write anew what the pages take from the program: ``python docs/generate.py``; ``--check`` only tells what is stale.

Rewritten are the report in README.md, the counts of foods, names and rules wherever a page gives them, the page of
rules and that of commands, and what every command and example in the pages prints. Which blocks are run, and how:
``docs/blocks.py``.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import re
import shlex
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import click

import blocks
from nutrigap import cli
from nutrigap.units import read_table

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
EXAMPLES = ROOT / "data" / "examples"
BUILT = "_build"
REPORT_ENDS = "    Most from: "  # README shows the report down to the first line that begins so

COMMANDS_HEAD = """# Command line

Written by `python docs/generate.py` from the program's own help. `-` as DIARY is standard input; messages about the
input go to standard error. Use in scripts: [how to](../howto/scripts.md); [exit codes](exit_codes.md).

`nutrigap --version` tells the version, `nutrigap COMMAND --help` what follows.
"""
RULES_HEAD = """# The rules

Written by `python docs/generate.py` from `rules.csv` and `rule_texts.csv` of the package; the functions are in
`src/nutrigap/rules/`. What stands in braces is filled in by the log. A level raises a flag: `talk`, `above_level`,
`low`, `watch`, `info`; "shown" is printed and is no flag; "part" stands within another sentence of its rule. Grades
and evidence ids are explained in [evidence.md](evidence.md); a grade "-" is a statement of arithmetic or method. What
the log says of a need or of an upper level itself is no rule: `src/nutrigap/wording.py`.
"""
RULES_OTHERS = """
## Sentences of no rule

The section on muscle twitching (T1 to T10), and S1, a result of [simulation.md](simulation.md).
"""


# --- the page of rules


def row(cells: Iterable[str]) -> str:
    """One line of a Markdown table."""
    return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"


def said(texts: Iterable[dict[str, str]]) -> list[str]:
    """The table of what is printed: case, words, level, grade, evidence."""
    lines = [row(("case", "says", "level", "grade", "evidence")), row(["---"] * 5)]
    for one in texts:
        level = "part" if one["section"] == "part" else one["level"] or "shown"
        name = one["key"] if one["rule"].startswith("R") else f"{one['rule']} {one['key']}".strip()
        lines.append(row((name or "-", one["text"], level, one["grade"] or "-", one["evidence"] or "-")))
    return lines


def rules_page() -> str:
    """The whole page; a rule says of itself what it looks at, when it fires and where it ends."""
    rules, texts = read_table("rules.csv"), read_table("rule_texts.csv")
    lines = [RULES_HEAD]
    for rule in rules:
        lines += [f"## {rule['id']} {rule['title']}", "", row(("looks at", "fires when", "limits")), row(["---"] * 3)]
        lines += [row((rule["inputs"], rule["trigger"], rule["limits"])), ""]
        lines += [*said(text for text in texts if text["rule"] == rule["id"]), ""]
    known = {rule["id"] for rule in rules}
    return "\n".join([*lines[:-1], RULES_OTHERS, *said(text for text in texts if text["rule"] not in known)]) + "\n"


# --- the page of commands


def command_line_page() -> str:
    """Every command with all its options, as its own help tells them."""
    lines = [COMMANDS_HEAD]
    top = click.Context(cli.cli, info_name="nutrigap", **cli.cli.context_settings)
    for name, command in cli.cli.commands.items():
        context = click.Context(command, info_name=name, parent=top)
        usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
        lines += [f"## {name}", "", f"`{usage}`", "", plain(command.help or ""), ""]
        options = [one for one in command.get_params(context) if isinstance(one, click.Option)]
        records = [option.get_help_record(context) for option in options]
        lines += [row(("option", "meaning")), row(["---"] * 2)]
        lines += [row((f"`{record[0]}`", plain(record[1]))) for record in records if record is not None]
        lines.append("")
    return "\n".join(lines)


def plain(text: str) -> str:
    """A help text in Markdown: on one line, with nothing in it that Markdown would take for a sign."""
    return re.sub(r"([*_<>`\[\]])", r"\\\1", " ".join(text.split()))


# --- README


def readme_report(page: str) -> str:
    """README with the report that its own quickstart command prints, down to the first nutrient's foods."""
    command = re.search(r"<!-- quickstart -->\n```\w*\n(.*?)```", page, re.S)
    place = re.search(r"(?<=<!-- report -->\n```text\n).*?(?=^```)", page, re.S | re.M)
    if command is None or place is None:
        raise SystemExit("README.md: the markers <!-- report --> and <!-- quickstart --> and their blocks are needed")
    arguments = shlex.split(command[1].split("&&")[-1])[1:]
    with contextlib.chdir(ROOT), contextlib.redirect_stdout(io.StringIO()) as screen:
        if cli.run(arguments) != 0:
            raise SystemExit("README.md: the quickstart command fails")
    lines = screen.getvalue().splitlines(keepends=True)
    end = next(i for i, line in enumerate(lines) if line.startswith(REPORT_ENDS)) + 1
    return page[: place.start()] + "".join(lines[:end]) + page[place.end() :]


# --- counts


def counts() -> dict[str, tuple[int, ...]]:
    """What a page may say of sizes: words with N for each number -> the numbers."""
    from nutrigap.tables import load_foods

    foods = load_foods()
    return {
        "N foods, N household measures": (len(foods), len(foods.portion_names)),
        "N common names": (len(read_table("aliases.csv")),),
        "N rules": (len(read_table("rules.csv")),),
    }


def counted(page: str) -> str:
    """The page with these numbers as they are now."""
    for words, numbers in counts().items():
        pattern = re.escape(words).replace("N", r"\d[\d,]*").replace(r"\ ", r"\s+")
        pattern = r"(?<![\w.])" + pattern

        def put(found: re.Match[str], numbers: tuple[int, ...] = numbers) -> str:
            left = iter(numbers)
            return re.sub(r"\d[\d,]*", lambda _: f"{next(left):,}", found[0])

        page = re.sub(pattern, put, page)
    return page


# --- all of it


# Pages that are written as a whole.
WHOLE = {DOCS / "rules.md": rules_page, DOCS / "reference" / "command_line.md": command_line_page}


def pages() -> list[Path]:
    """The pages whose blocks are run: README apart, which has markers of its own."""
    return sorted(path for path in DOCS.rglob("*.md") if BUILT not in path.parts)


def generated(path: Path) -> str:
    """What a page should hold."""
    if path in WHOLE:
        return WHOLE[path]()
    page = path.read_text(encoding="utf-8")
    if path == ROOT / "README.md":
        return counted(readme_report(page))
    with tempfile.TemporaryDirectory() as folder:
        return counted(blocks.renew(page, Path(folder), EXAMPLES))


def main() -> None:
    """Write every page that is stale, or name it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a page is stale")
    parser.add_argument("pages", nargs="*", type=Path, help="only these pages")
    told = parser.parse_args()
    stale = []
    for path in [page.resolve() for page in told.pages] or [ROOT / "README.md", *pages()]:
        text = generated(path)
        if text != path.read_text(encoding="utf-8"):
            stale.append(path)
            if not told.check:
                path.write_text(text, encoding="utf-8", newline="\n")
    for path in stale:
        print(f"{path.relative_to(ROOT)}: {'stale' if told.check else 'written'}")
    sys.exit(1 if stale and told.check else 0)


if __name__ == "__main__":
    main()
