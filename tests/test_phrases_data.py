"""The labelled diary phrases: is the file itself sound? (What the matcher makes of them is measured elsewhere.)"""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

TESTS = Path(__file__).resolve().parent
FOODS = TESTS.parent / "src" / "nutrigap" / "data" / "foods"
KINDS = {
    *("cuisine", "restaurant", "drink", "infant", "typo", "plural", "brand", "british", "abbrev", "prep", "dish"),
    *("fruit_veg", "dairy", "meat_fish", "grain", "nuts_legumes", "sweets", "amount"),
    *("two", "unknown", "not_food", "supplement"),
}
# What a label may say, and how many of each the set promises at least.
EXPECTED = {"food": 150, "two": 18, "unknown": 15, "not_food": 12, "supplement": 15}
# Forms that nobody eats as they are: right only where the phrase asks for them.
NOT_AS_EATEN = r"dehydrated|unprepared|uncooked|undiluted|not reconstituted"
BABY = r"babyfood|baby toddler|infant formula|toddler formula"
# A word of the phrase, and what no accepted row may then say.
RULED_OUT = (
    ("raw", r"\b(fried|boiled|cooked|roasted|grilled)\b"),
    ("cooked", r"\braw\b"),
    ("boiled", r"\b(raw|fried)\b"),
    ("steamed", r"\b(raw|fried)\b"),
    ("grilled", r"\b(raw|breaded)\b"),
    ("unsweetened", r", sweetened"),
    ("unsalted", r"\bsalted\b|with salt"),
)


def names() -> dict[str, str]:
    ids = (FOODS / "ids.txt").read_text(encoding="utf-8").splitlines()
    return dict(zip(ids, (FOODS / "names.txt").read_text(encoding="utf-8").splitlines(), strict=True))


def phrases(name: str) -> list[dict[str, str]]:
    with (TESTS / "data" / name).open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        assert reader.fieldnames == ["phrase", "kind", "expect", "accept", "note"]
        return list(reader)


NAMES = names()
PHRASES = phrases("phrases_tune.csv")
DISHES = phrases("phrases_dishes.csv")


def test_as_many_phrases_as_promised() -> None:
    assert len(PHRASES) >= 230
    expects = Counter(row["expect"] for row in PHRASES)
    assert expects.keys() == EXPECTED.keys()
    short = {key: expects[key] for key, least in EXPECTED.items() if expects[key] < least}
    assert not short
    kinds = Counter(row["kind"] for row in PHRASES)
    assert kinds.keys() == KINDS
    assert min(kinds.values()) >= 10


def test_no_phrase_twice() -> None:
    seen = Counter(" ".join(row["phrase"].casefold().split()) for row in PHRASES)
    dishes = Counter(" ".join(row["phrase"].casefold().split()) for row in DISHES)
    assert max(dishes.values()) == 1
    assert [phrase for phrase, times in seen.items() if times > 1] == []
    assert all(row["phrase"] == row["phrase"].strip() != "" for row in PHRASES)


def test_every_label_fits_the_tables() -> None:
    """A food has rows, everything else has none: a pair that is one row of the tables is labelled as a food."""
    for row in PHRASES + DISHES:
        accept = row["accept"].split()
        assert [code for code in accept if code not in NAMES] == [], row["phrase"]
        assert len(accept) == len(set(accept)), row["phrase"]
        assert bool(accept) == (row["expect"] == "food"), row["phrase"]
        if row["kind"] in ("unknown", "not_food", "supplement"):
            assert row["expect"] == row["kind"], row["phrase"]
        if row["expect"] == "two":
            assert row["kind"] in ("two", "takeaway", "american", "baby"), row["phrase"]
            assert ";" in row["note"], row["phrase"]  # the two foods


def test_no_row_that_the_phrase_rules_out() -> None:
    """Rows obey the words that decide; a form that nobody eats as it is comes only where it is asked for."""
    wrong = []
    for row in PHRASES:
        asked = set(re.split(r"[^a-z]+", row["phrase"].lower()))
        against = [rule for word, rule in RULED_OUT if word in asked]
        if row["kind"] != "infant":
            against.append(BABY)
        if not asked & {"dried", "medjool", "raisins"}:
            against.append(NOT_AS_EATEN)
        if "no skin" in row["phrase"]:
            against.append(r"(?<!not )skin eaten|meat and skin")
        for code in row["accept"].split():
            wrong += [(row["phrase"], NAMES[code]) for rule in against if re.search(rule, NAMES[code], re.IGNORECASE)]
    assert wrong == []
