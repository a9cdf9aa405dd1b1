"""What an object shows when its name is typed: enough to know it, never more, and nothing of a diary as markup."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import nutrigap as ng
from nutrigap.errors import Problem
from nutrigap.person import Person
from nutrigap.references import target_records

WEEK = Path(__file__).parent.parent / "data" / "examples" / "week.csv"
CORE = ("magnesium", "calcium", "potassium", "vitamin_d", "vitamin_b12", "vitamin_b6")
NASTY = "<script>alert(1)</script>&\x1b[31m\u202egnp"


class Tags(HTMLParser):
    """Tags that were opened, and the text of every cell."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.said: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.said.append(data)


def test_diary_shows_its_lines_days_and_first_lines():
    shown = repr(ng.read_diary(WEEK))
    written = list(csv.DictReader(WEEK.open(encoding="utf-8")))
    dates = sorted({row["date"] for row in written if row["date"]})
    assert f"{len(written)} lines of {len(dates)} days, {dates[0]} to {dates[-1]}" in shown.splitlines()[0]
    assert [line.split()[0] for line in shown.splitlines() if line[2:3].isdigit()] == ["2", "3", "4", "5", "6"]
    for row in written[:5]:
        assert row["food"] in shown and row["date"] in shown
    assert f"and {len(written) - 5} more lines" in shown and written[5]["food"] not in shown
    said = Tags(ng.read_diary(WEEK)._repr_html_()).said
    assert [row["food"] for row in written[:5] if row["food"] not in said] == []


def test_diary_tells_people_problems_and_notes():
    text = "date,person,food,amount,colour\n2026-01-05,Ann,bread,1 slice,red\nsoon,Bob,milk,1 cup,white\n"
    diary = ng.read_diary(io.StringIO(text))
    shown = repr(diary)
    assert "Ann, Bob" in shown and "1; the first: line 3: date" in shown and "colour" in shown
    assert "more line" not in shown


def test_a_problem_of_the_whole_file_has_no_line(monkeypatch):
    diary = replace(ng.read_diary(WEEK), problems=(Problem(None, "", "the file is odd", "mend it"),) * 3)
    made = []
    text = Problem.text
    monkeypatch.setattr(Problem, "text", lambda one, path: made.append(one) or text(one, path))
    assert "3; the first: the file is odd; mend it" in repr(diary)
    assert len(made) == 1


@pytest.mark.parametrize("column", ["food", "amount", "person", "path"])
def test_nothing_of_a_diary_becomes_markup_or_is_obeyed(column):
    cells = {"date": "2026-01-05", "food": "bread", "amount": "1 slice", "person": "Ann"}
    cells |= {column: NASTY} if column != "path" else {}
    out = io.StringIO()
    writer = csv.DictWriter(out, cells)
    writer.writeheader()
    writer.writerow(cells)
    out.seek(0)
    if column == "path":
        out.name = NASTY
    diary = ng.read_diary(out)
    shown = Tags(diary._repr_html_())
    assert "script" not in shown.tags and any("<script>alert(1)</script>&" in said for said in shown.said)
    for text in (repr(diary), "".join(shown.said)):
        assert "\x1b" not in text and "\u202e" not in text


def test_a_huge_diary_is_shown_small():
    long = "x" * 100_000
    rows = "".join(f"2026-01-05,{long[:3000]}{k},{long},1 g\n" for k in range(40))
    diary = ng.read_diary(io.StringIO(f"date,person,food,amount\n{rows}"))
    assert len(repr(diary)) < 2500 and len(diary._repr_html_()) < 6000


def test_food_table_tells_what_is_not_measured():
    foods = ng.load_foods()
    shown = repr(foods)
    values = np.load(Path(ng.__file__).parent / "data" / "foods" / "values.npy")  # its columns begin with the six
    lacking = [int(np.isnan(values[:, k]).sum()) for k in range(len(CORE))]
    assert "13,139 foods, 31,122 portions" in shown and "FNDDS 2021-2023" in shown and "SR28" in shown
    assert f"Vitamin D in {lacking[3]:,} ({100 * lacking[3] / 13139:.0f} %)" in shown
    assert all(f"{count:,}" in shown for count in lacking)
    assert "fndds:11100000" in Tags(foods._repr_html_()).said
    own = ng.load_foods(pd.DataFrame({"food": ["<b>bar</b>", "shake"], "magnesium_mg": [30.0, None]}), name="mine")
    assert "2 foods, 0 portions" in repr(own) and "Magnesium in 1 (50 %), Calcium in 2 (100 %)" in repr(own)
    page = Tags(own._repr_html_())
    assert "b" not in page.tags and "<b>bar</b>" in page.said


@pytest.mark.parametrize(
    "person",
    [
        Person(),
        Person(age=34, sex="f"),
        Person(age="7mo", sex="male"),
        Person(age=55.5, sex="male", medicines=["omeprazole 2 years"], conditions=[], symptoms="tingling, twitching"),
        Person(age=30, life_stage="pregnant", references="efsa", weight_kg="61 kg", height_cm=167, dislikes="kale"),
        Person(age=30, diet="vegan", months_on_diet=2.5, sun="little"),
    ],
)
def test_person_shows_what_was_told_as_it_can_be_told_again(person):
    assert eval(repr(person), {"Person": Person}) == person
    assert "None" not in repr(person)
    said = Tags(person._repr_html_()).said
    assert ("age" in said) == (person.age is not None)
    assert said[said.index("not told") + 1].startswith("age") == (person.age is None)


def test_person_in_a_notebook_is_escaped():
    page = Tags(Person(medicines=["<i>pills"])._repr_html_())
    assert "i" not in page.tags and "<i>pills" in page.said


def test_targets_of_somebody_without_values_are_an_empty_frame():
    person = Person(age=13, life_stage="pregnant", references="efsa")
    assert not target_records(person)
    full = ng.targets(Person(age=34, sex="female"))
    assert list(full.columns) == list(target_records(Person(age=34, sex="female"))[0])
    empty = ng.targets(person)
    assert len(empty) == 0 and list(empty.columns) == list(full.columns) and empty["ear"].dtype == full["ear"].dtype


def test_targets_begin_with_what_is_asked_for():
    frame = ng.targets(Person(age=34, sex="female"))
    assert list(frame.columns[:6]) == ["nutrient", "unit", "ear", "rda", "ai", "ul"]
    assert list(frame["nutrient"]) == list(CORE) and list(frame["unit"]) == ["mg", "mg", "mg", "µg", "µg", "mg"]
    # NASEM 1997 and 1998: magnesium 265 / 320, upper level of supplements 350; B6 1.1 / 1.3, 100
    table = frame.set_index("nutrient")
    assert table.loc["magnesium", ["ear", "rda", "ul"]].tolist() == [265, 320, 350]
    assert table.loc["vitamin_b6", ["ear", "rda", "ul"]].tolist() == [1.1, 1.3, 100]
    assert not frame[["ul_note", "note", "source"]].isna().to_numpy().any()
    for person in (Person(), Person(age="2mo", sex="male", references="efsa"), Person(age=70, sex="male")):
        numbers = ng.targets(person)[["ear", "rda", "ai", "ul", "sd_requirement"]]
        assert set(map(str, numbers.dtypes)) == {"float64"}


@pytest.mark.parametrize("text", ["2026-01-05,banana,1", "2026-01-05,xyzzyqq,1", "2026-01-05,vitamin D3 2000 IU,1"])
def test_types_of_frames_do_not_hang_on_the_diary(text):
    def types(report: ng.Report) -> list[dict[str, str]]:
        frames = (report.summary, report.days, report.lines)
        return [{name: str(kind) for name, kind in frame.dtypes.items() if kind.kind in "fiMb"} for frame in frames]

    small = ng.analyze(ng.read_diary(io.StringIO(f"date,food,amount\n{text}\n")), Person(age=5, sex="male"))
    assert types(small) == types(ng.analyze(WEEK))
    assert {"unit"} <= {*small.summary.columns} & {*small.days.columns}
    sizes = small.days.groupby(["date", "nutrient", "source"]).size()
    assert len(sizes) == 0 or set(sizes) == {1}  # tidy: one row a day, nutrient and source
