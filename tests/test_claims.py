"""docs/claims.md answers every claim and names only what exists; docs/rules.md holds every rule."""

from __future__ import annotations

import collections
import re
from pathlib import Path

import pytest

from nutrigap.evidence import evidence
from nutrigap.units import read_table

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
CLAIMS = (DOCS / "claims.md").read_text(encoding="utf-8")
# How many claims each letter has.
LETTERS = {"A": 11, "B": 11, "C": 11, "D": 6, "E": 5, "F": 11, "G": 12, "H": 8}
VERDICTS = {"agreed", "blood", "thin", "wrong", "missing", "none"}
ANSWERS = {"implemented", "corrected", "out of scope"}
FOLDERS = (ROOT, ROOT / "src" / "nutrigap", ROOT / "tests", DOCS)
ROWS = [
    tuple(cell.strip() for cell in line.strip("|").split("|"))
    for line in CLAIMS.splitlines()
    if re.match(r"\| [A-H]\d+ \|", line)
]


def test_every_claim_is_answered_once() -> None:
    wanted = [f"{letter}{n}" for letter, most in LETTERS.items() for n in range(1, most + 1)]
    assert len(wanted) == 75
    assert [row[0] for row in ROWS] == wanted


def test_every_answer_is_whole() -> None:
    for row in ROWS:
        assert len(row) == 6 and all(row), row
        assert row[2] in VERDICTS and row[3] in ANSWERS, row
        assert row[3] != "implemented" or re.search(r"`|\b[RT]\d", row[4]), row


def test_the_counts_are_those_of_the_tables() -> None:
    told = {name: int(n) for name, n in re.findall(r"^\| ([a-z ]+) \| (\d+) \|$", CLAIMS, re.M)}
    assert told == {**collections.Counter(row[3] for row in ROWS), "all": 75}


def test_rules_and_evidence_exist() -> None:
    known = {row["id"] for row in read_table("rules.csv")} | {row["rule"] for row in read_table("rule_texts.csv")}
    assert set(re.findall(r"\b[RT]\d{1,2}\b", CLAIMS)) <= known
    for row in ROWS:
        ids = set(re.findall(r"\bE\d\d[bc]?\b", f"{row[4]} {row[5]}"))
        assert ids <= set(evidence()), row
        assert row[5] == "-" or set(row[5].split()) <= ids, row


@pytest.mark.parametrize("page", ["claims.md", "glossary.md", "method.md", "rules.md"])
def test_files_and_tests_that_a_page_names_exist(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    files = set(re.findall(r"`([\w./-]+\.(?:py|csv|md))`", text)) | set(re.findall(r"\]\(([\w./-]+\.md)\)", text))
    data = (*FOLDERS, ROOT / "src" / "nutrigap" / "data")
    given = {"my-foods.csv", "recipes.csv", "symptoms.csv"}  # files of a person
    assert not [name for name in files - given if not any((folder / name).is_file() for folder in data)]
    tests = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").glob("test_*.py"))
    assert not [name for name in set(re.findall(r"`(test_\w+)`", text)) if f"def {name}(" not in tests]


def test_what_is_quoted_is_printed() -> None:
    printed = [row["text"] for row in read_table("rule_texts.csv")]
    printed += [row[column] for row in read_table("matrix.csv") for column in ("blood", "intake")]
    quotes = re.findall(r'\*"([^"]+)"\*', CLAIMS)
    assert len(quotes) > 30
    assert not [quote for quote in quotes if not any(quote in text for text in printed)]


def test_the_page_of_rules_is_whole() -> None:
    """That it is what the script makes: ``test_docs.py``."""
    assert re.findall(r"^## (R\d\d) ", (DOCS / "rules.md").read_text(encoding="utf-8"), re.M) == [
        f"R{n:02}" for n in [*range(1, 25), 30]
    ]
