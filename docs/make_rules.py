"""Write docs/rules.md from the two tables of the package: ``python docs/make_rules.py``."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from nutrigap.units import read_table

PAGE = Path(__file__).with_name("rules.md")
HEAD = """# The rules

Written by `python docs/make_rules.py` from `rules.csv` and `rule_texts.csv` of the package; the functions are in
`src/nutrigap/rules/`. What stands in braces is filled in by the log. A level raises a flag: `talk`, `above_level`,
`low`, `watch`, `info`; "shown" is printed and is no flag; "part" stands within another sentence of its rule. Grades
and evidence ids are explained in [evidence.md](evidence.md); a grade "-" is a statement of arithmetic or method. What
the log says of a need or of an upper level itself is no rule: `src/nutrigap/wording.py`.
"""
OTHERS = """
## Sentences of no rule

The section on muscle twitching (T1 to T10), and S1, a result of [simulation.md](simulation.md).
"""


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


def page() -> str:
    """The whole page; a rule says of itself what it looks at, when it fires and where it ends."""
    rules, texts = read_table("rules.csv"), read_table("rule_texts.csv")
    lines = [HEAD]
    for rule in rules:
        lines += [f"## {rule['id']} {rule['title']}", "", row(("looks at", "fires when", "limits")), row(["---"] * 3)]
        lines += [row((rule["inputs"], rule["trigger"], rule["limits"])), ""]
        lines += [*said(text for text in texts if text["rule"] == rule["id"]), ""]
    known = {rule["id"] for rule in rules}
    return "\n".join([*lines[:-1], OTHERS, *said(text for text in texts if text["rule"] not in known)]) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
