"""The code blocks of the pages: found, run, compared with what stands below them, and written anew.

A page is read from top to bottom in one folder that holds a copy of ``data/examples``:

- a block with a ``:caption:`` is a file of that name, and is written;
- ``console`` is what a terminal shows: a line that begins with ``$ `` is run, what follows is what it must print;
- ``python`` is run, and ``pycon`` as well, where what follows a line with ``>>> `` must be printed;
- ``bash`` installs something, and is not run.

A line that holds only ``…`` stands for any lines. All blocks of a page share one folder and one Python namespace.
``nutrigap`` runs in this process; a line with a pipe or another program goes to ``bash``.
"""

from __future__ import annotations

import ast
import contextlib
import difflib
import doctest
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

CUT = "…"
SHELL = re.compile(r"[|<>&;$*]")
FENCE = re.compile(
    r"^(?P<fence>```+|:::+)(?P<info>[^\n`]*)\n(?P<options>(?::[\w-]+:[^\n]*\n)*)(?P<body>.*?)^(?P=fence)[ ]*$",
    re.M | re.S,
)


class Block(NamedTuple):
    """One fenced block: its language, its caption ("" without one), its text, and where the text stands in the page."""

    language: str
    caption: str
    body: str
    start: int
    end: int
    line: int


class Step(NamedTuple):
    """One command of a block: what is run, what the page shows below it, and where that stands in the page."""

    command: str
    shown: str
    start: int
    end: int
    line: int


class Played(NamedTuple):
    """A step with what it printed."""

    step: Step
    printed: str


def blocks(page: str) -> list[Block]:
    """All fenced blocks, directives that hold prose among them."""
    found = []
    for one in FENCE.finditer(page):
        info = one["info"].strip()
        directive = re.fullmatch(r"\{([\w:-]+)\}\s*(.*)", info)
        language = info
        if directive is not None:
            language = directive[2] if directive[1] == "code-block" else f"{{{directive[1]}}}"
        caption = re.search(r"^:caption: *(.+)$", one["options"], re.M)
        line = page.count("\n", 0, one.start("body")) + 1
        name = caption[1].strip().strip("`") if caption else ""
        found.append(Block(language, name, one["body"], one.start("body"), one.end("body"), line))
    return found


def console(block: Block) -> list[Step]:
    """The commands of a ``console`` block."""
    lines = block.body.splitlines(keepends=True)
    if not lines or not lines[0].startswith("$ "):
        raise ValueError(f"line {block.line}: a console block begins with a command: $ nutrigap …")
    steps, place, i = [], block.start, 0
    while i < len(lines):
        begin = i
        while lines[i].endswith("\\\n"):
            i += 1
        i += 1
        command = "".join(lines[begin:i])
        shown_from = i
        while i < len(lines) and not lines[i].startswith("$ "):
            i += 1
        shown = "".join(lines[shown_from:i])
        start = place + len(command)
        text = command[2:].replace("\\\n", " ").strip()
        steps.append(Step(text, shown, start, start + len(shown), block.line + begin))
        place = start + len(shown)
    return steps


def examples(block: Block) -> list[Step]:
    """The examples of a ``pycon`` block."""
    steps, place = [], 0
    for one in doctest.DocTestParser().get_examples(block.body):
        source = block.body.index(">>> ", place)
        lines = block.body[source:].splitlines(keepends=True)
        asked = 1 + next((i for i, line in enumerate(lines[1:]) if not line.startswith("... ")), len(lines) - 1)
        start = source + sum(map(len, lines[:asked]))
        end = start + len(one.want)
        steps.append(Step(one.source, one.want, block.start + start, block.start + end, block.line + one.lineno))
        place = end
    return steps


def agrees(shown: str, printed: str) -> bool:
    """Whether what a page shows is what was printed, lines of only ``…`` standing for any lines.

    Blanks at the end of a line are not seen by a reader, and not compared.
    """
    parts = [re.escape(part) for part in re.split(rf"(?m)^{CUT}\n", _trimmed(shown))]
    return re.fullmatch("(?:.*\n)*?".join(parts), _trimmed(printed)) is not None


def _trimmed(text: str) -> str:
    return re.sub(r"[ \t]+$", "", text, flags=re.M)


def renewed(shown: str, printed: str) -> str:
    """What a page should show instead: all that was printed, or of each stretch between cuts the lines most like it.

    Of a stretch that what was printed has no room for, the cut alone is left.
    """
    printed = _trimmed(printed)
    if CUT + "\n" not in shown:
        return printed
    new, lines, place = [], printed.splitlines(keepends=True), 0
    stretches = [part.splitlines(keepends=True) for part in re.split(rf"(?m)^{CUT}\n", shown)]
    for i, part in enumerate(stretches):
        if i and new[-1:] != [CUT + "\n"]:
            new.append(CUT + "\n")
        end = len(lines) - len(part)  # the place at the very end
        if not part or end < place:
            continue
        places = [0] if i == 0 else [end] if i == len(stretches) - 1 else range(place, end + 1)
        best = max(places, key=lambda at, part=part: _likeness(part, lines[at : at + len(part)]))  # type: ignore[misc]
        new += lines[best : best + len(part)]
        place = best + len(part)
    return "".join(new)


def _likeness(ours: list[str], theirs: list[str]) -> float:
    """How like two stretches are; their first lines, by which a reader finds the place, count as much as the rest."""
    alike = [difflib.SequenceMatcher(None, a, b, autojunk=False).ratio() for a, b in zip(ours, theirs, strict=False)]
    return sum(alike) + len(alike) * alike[0] if alike else 0.0


class Player:
    """Plays the blocks of one page in a folder of their own."""

    def __init__(self, folder: Path, examples_folder: Path) -> None:
        shutil.copytree(examples_folder, folder, dirs_exist_ok=True)
        self.folder = folder
        self.names: dict[str, object] = {"__name__": "__main__"}
        self.code = 0

    def play(self, page: str) -> list[Played]:
        """Every step of the page with what it printed; a ``python`` block prints for nobody."""
        with contextlib.chdir(self.folder):
            return list(self._steps(page))

    def _steps(self, page: str) -> Iterator[Played]:
        for block in blocks(page):
            if block.caption:
                path = Path(block.caption)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(block.body, encoding="utf-8")
            elif block.language == "console":
                for step in console(block):
                    yield Played(step, self._command(step.command))
            elif block.language == "pycon":
                for step in examples(block):
                    yield Played(step, self._example(step.command))
            elif block.language == "python":
                with contextlib.redirect_stdout(io.StringIO()):
                    exec(compile(block.body, f"block at line {block.line}", "exec"), self.names)

    def _command(self, command: str) -> str:
        if command == "echo $?":
            return f"{self.code}\n"
        if not command.startswith("nutrigap ") or SHELL.search(command):
            return self._shell(command)
        from nutrigap import cli

        screen = io.StringIO()
        with contextlib.redirect_stdout(screen), contextlib.redirect_stderr(screen):
            self.code = cli.run(shlex.split(command)[1:])
        return screen.getvalue()

    def _shell(self, command: str) -> str:
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
        done = subprocess.run(
            ["bash", "-c", command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", check=False,
            env={**os.environ, "PATH": path, "PYTHONIOENCODING": "utf-8"},
        )  # fmt: skip
        self.code = done.returncode
        return done.stdout

    def _example(self, source: str) -> str:
        screen = io.StringIO()
        with contextlib.redirect_stdout(screen):
            exec(compile(ast.Interactive(ast.parse(source).body), "example", "single"), self.names)
        return screen.getvalue()


def renew(page: str, folder: Path, examples_folder: Path) -> str:
    """The page with every shown output as it is printed now."""
    changes = [
        (step.start, step.end, renewed(step.shown, printed))
        for step, printed in Player(folder, examples_folder).play(page)
        if not agrees(step.shown, printed)
    ]
    for start, end, text in reversed(changes):
        page = page[:start] + text + page[end:]
    return page
