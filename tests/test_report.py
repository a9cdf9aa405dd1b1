"""The forms of a report: text of 80 columns, Markdown, CSV, files; what a diary may hold must harm none of them."""

from __future__ import annotations

import csv
import io
import os
import re
import stat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import nutrigap as ng
from nutrigap.errors import TableError
from nutrigap.report import listings
from nutrigap.report.csv import safe
from nutrigap.report.files import make_folder, write_text
from nutrigap.report.markdown import escape
from nutrigap.report.matches import as_text
from nutrigap.report.saved import save_choices
from nutrigap.report.sources import used
from nutrigap.report.wrap import columns, glued, in_ascii, ranges, shorten, wrap

SNAPSHOTS = Path(__file__).parent / "snapshots"
UPDATE = "NUTRIGAP_UPDATE_SNAPSHOTS"  # set it to 1 to write the snapshots anew; then read what changed
ANSI = re.compile(r"\x1b\[\d+m")


def report_of(text, **person):
    return ng.analyze(ng.read_diary(io.BytesIO(text.encode())), ng.Person(**person))


def diary_of(*rows, header=("date", "food", "amount")):
    out = io.StringIO(newline="")
    csv.writer(out).writerows([header, *rows])
    return out.getvalue()


DAYS = diary_of(
    *(
        (f"2026-03-0{day}", food, amount)
        for day in (1, 2, 3)
        for food, amount in (("fdc:168462", "100 g"), ("magnesium 400 mg", "1 tablet"), ("zorblax qwrt", "1 plate"))
    )
)


# --- wrapping


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", [""]),
        ("aa bb cc", ["aa bb", "cc"]),
        ("aa 99 %", ["aa", "99 %"]),
        ("1 mg 22 µg", ["1 mg", "22 µg"]),
        ("abcdefghijk", ["abcdef", "ghijk"]),
        ("漢字漢字", ["漢字漢", "字"]),
        ("a" * 6 + " b", ["aaaaaa", "b"]),
    ],
)
def test_wrap(text, lines):
    assert wrap(text, width=6) == lines


def test_wrap_hangs():
    assert wrap("aa bb cc", first="- ", width=7) == ["- aa bb", "  cc"]
    assert wrap("aa bb cc", first="- ", then="", width=7) == ["- aa bb", "cc"]


@given(st.text(max_size=300), st.integers(10, 80))
def test_wrap_keeps_every_letter_and_the_width(text, width):
    lines = wrap(text, first="  - ", width=width)
    assert all(columns(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "-" + "".join(text.split())


def test_glue_is_only_between_number_and_unit():
    assert glued("99 % of 5 mg, mg is (12 µg) a day") == "99\u00a0% of 5\u00a0mg, mg is (12\u00a0µg) a day"


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        ([4], "line 4"),
        ([3, 4, 5, 9], "lines 3-5, 9"),
        ([9, 3, 5, 4], "lines 3-5, 9"),
        (range(1, 18, 2), "lines 1, 3, 5, 7, 9, 11, 13, 15 and 1 more place"),
        (range(1, 40, 2), "lines 1, 3, 5, 7, 9, 11, 13, 15 and 12 more places"),
    ],
)
def test_ranges(numbers, text):
    assert ranges(numbers) == text


@pytest.mark.parametrize(
    ("text", "most", "shown"),
    [
        ("black beans", 11, "black beans"),
        ("black beans", 10, "black bea…"),
        ("a\n\tb\x1b[31m", 20, "a b?[31m"),
        ("漢字漢字", 7, "漢字漢…"),
        ("x" * 10_000, 5, "xxxx…"),
    ],
)
def test_shorten(text, most, shown):
    assert shorten(text, most) == shown


def test_ascii():
    assert in_ascii("Jalapeño, crème · 5 µg ≥ 3 … 漢") == "Jalapeno, creme - 5 ug >= 3 ... ?"


# --- the text, whatever the diary holds


NASTY = [
    "x" * 10_000,
    "word " * 2_000,
    "\x1b[31mred\x1b[0m \x07bell" + " and no more of it" * 5,
    "\u202egnirts desrever\u202c \u200f",
    "👨‍👩‍👧‍👦 pizza 🍕" * 20,
    "漢字" * 200,
    "Zalgo: a" + "\u0301" * 500,
    "a\u2028b\u2029c\x85d\x0be",
    "<script>alert(1)</script> **bold** [x](http://example.org) | cell | `code` $x$ &amp; www.example.org",
    "=1+1",
    "{curly} %s %d {0}",
]


@pytest.mark.parametrize("ascii_only", [False, True])
@pytest.mark.parametrize("food", NASTY)
def test_text_stays_within_eighty_columns(food, ascii_only):
    rows = [("2026-03-01", food, "1 plate", food, food), ("2026-03-01", "fdc:168462", "100 g", food, "")]
    text = diary_of(*rows, header=("date", "food", "amount", "person", food[:500]))
    shown = report_of(text).to_text(ascii_only=ascii_only)
    assert all(columns(line) <= 80 for line in shown.split("\n"))
    assert all(c.isprintable() or c == "\n" for c in shown)
    assert shown.isascii() or not ascii_only
    assert len(shown) < 20_000


@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=60), st.text(max_size=20), st.booleans())
def test_text_and_markdown_of_any_food(food, amount, color):
    try:
        report = report_of(diary_of(("2026-03-01", food, amount), ("2026-03-01", "fdc:168462", "100 g")))
    except ng.DiaryError:
        return
    shown = ANSI.sub("", report.to_text(color=color))
    assert all(columns(line) <= 80 and all(map(str.isprintable, line)) for line in shown.split("\n"))
    assert all(map(str.isprintable, report.to_markdown().replace("\n", "")))


def test_large_amounts_keep_their_columns():
    header = ("date", "food", "amount", "magnesium_mg", "vitamin_d_µg")
    shown = report_of(diary_of(("2026-03-01", "fdc:168462", "100 g", "1e12", "123456.7"), header=header)).to_text()
    assert "1.00e12 mg" in shown and "1.23e5 µg" in shown
    assert all(columns(line) <= 80 for line in shown.splitlines())


def test_colour_changes_no_word():
    report = report_of(DAYS, age=34, sex="female")
    colored = report.to_text(color=True)
    assert "\x1b[" in colored and "\x1b[" not in report.to_text()
    assert ANSI.sub("", colored) == report.to_text()
    assert "\x1b[31m" not in colored and "\x1b[91m" not in colored  # never red
    assert all(line.count("\x1b[") in (0, 2) for line in colored.splitlines())  # no colour runs on into the next line


def test_answer_comes_first_and_about_last():
    shown = report_of(DAYS, age=34, sex="female").to_text()
    heads = [
        "IN SHORT", "per day", "READING", "ABOUT MUSCLE TWITCHING", "TO CHECK", "THE RECORD", "FOR CONTEXT",
        "HOW THIS WAS DONE",
    ]  # fmt: skip
    places = [shown.index(f"\n{head}") for head in heads]
    assert places == sorted(places)


def test_equal_problems_are_told_once():
    shown = " ".join(report_of(DAYS).to_text().split())
    assert "lines 4, 7, 10: zorblax qwrt 1 plate:" in shown
    assert shown.count("zorblax qwrt 1 plate") == 1


def test_nothing_counted_shows_no_empty_table():
    shown = report_of(diary_of(("2026-03-01", "gym", "45 min"))).to_text()
    assert "No line could be counted" in shown and "EAR / RDA" not in shown and "READING" not in shown


def test_days_without_food_are_named():
    rows = [(f"2026-03-0{day}", "fdc:168462", "100 g") for day in (1, 2, 3)]
    shown = report_of(diary_of(*rows, ("2026-03-04", "zorblax qwrt", "1 plate"))).to_text()
    assert "no food could be counted on them: 2026-03-04." in " ".join(shown.split())
    assert "2026-03-01 to 2026-03-04, 3 of 4 logged days in the mean" in shown


@pytest.mark.parametrize(
    ("person", "shown"),
    [
        ({"age": 34, "sex": "female"}, "woman of 34"),
        ({"age": 34.9, "sex": "male"}, "man of 34"),
        ({"age": 9, "sex": "female"}, "girl of 9"),
        ({"age": "7mo", "sex": "male"}, "boy of 7 months"),
        ({"age": "1mo", "sex": "male"}, "boy of 1 month"),
        ({"age": 27, "life_stage": "pregnant"}, "pregnant woman of 27"),
        ({"sex": "female"}, "woman, age not told"),
        ({"age": 40}, "person of 40"),
        ({}, "age and sex not told"),
    ],
)
def test_person_in_words(person, shown):
    assert report_of(DAYS, **person).to_text().splitlines()[1].startswith(f"{shown} · ")


@pytest.mark.parametrize(
    ("person", "last"),
    [
        ({}, "Telling them sharpens the reading."),
        ({"age": 60}, "Telling it sharpens the reading."),
        ({"sex": "female"}, "Telling it sharpens the reading."),
        (
            {"medicines": ["zorblax"]},
            'No rule of this report knows the medicine "zorblax": it is shown on the sheet only',
        ),
        (
            {"conditions": ["zorblax", "qwrt"]},
            'No rule of this report knows the conditions "zorblax" and "qwrt": they are shown on the sheet only',
        ),
    ],
)
def test_one_is_it_and_several_are_they(person, last):
    assert last in " ".join(report_of(DAYS, **person).to_text().split())


@pytest.mark.parametrize(
    ("person", "told"),
    [
        ({}, "Age and sex were not told: the more demanding values for women and men of 31-50 are shown"),
        ({"age": 60}, "Sex was not told: the more demanding values for women and men are shown"),
        ({"sex": "female"}, "Age was not told: the values for women of 31-50 are shown."),
    ],
)
def test_what_is_assumed_is_told(person, told):
    assert told in " ".join(report_of(DAYS, **person).to_text().split())


def test_sources_follow_the_foods():
    """Human milk comes from FNDDS 2019-2020, the other FNDDS foods from 2021-2023, spinach from SR."""

    def keys(food):
        return {source.key for source in used(report_of(diary_of(("2026-03-01", food, "100 g"))))}

    assert "fndds2019" in keys("fndds:11000000") and "fndds2021" not in keys("fndds:11000000")
    assert "fndds2021" in keys("fndds:11111000") and "sr28" not in keys("fndds:11111000")
    assert "sr28" in keys("fdc:168462") and "fndds2021" not in keys("fdc:168462")


SNAPSHOT_DIARIES = {
    "three_days": (DAYS, {"age": 34, "sex": "female"}),
    "two_days_not_told": (diary_of(("2026-03-01", "fdc:168462", "100 g"), ("2026-03-02", "sr:16281", "50 g")), {}),
}


@pytest.mark.parametrize("name", SNAPSHOT_DIARIES)
def test_snapshot(name):
    """The whole text, as read and approved by a person: set NUTRIGAP_UPDATE_SNAPSHOTS=1 to write it anew."""
    text, person = SNAPSHOT_DIARIES[name]
    shown, path = report_of(text, **person).to_text(), SNAPSHOTS / f"{name}.txt"
    if os.environ.get(UPDATE):
        path.parent.mkdir(exist_ok=True)
        path.write_text(shown, encoding="utf-8", newline="\n")
    assert shown == path.read_text(encoding="utf-8")


# --- Markdown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("*a* _b_ `c`", r"\*a\* \_b\_ \`c\`"),
        ("<b>&amp;", r"\<b\>\&amp;"),
        ("a|b\nc", r"a\|b c"),
        ("[x](http://e.org)", r"\[x\](http\://e.org)"),
        ("www.e.org $x$ #1 ~a~ !", r"www\.e.org \$x\$ \#1 \~a\~ \!"),
        ("back\\slash", r"back\\slash"),
    ],
)
def test_markdown_escape(text, shown):
    assert escape(text) == shown


def test_markdown_has_the_sentences_of_the_text():
    report = report_of(DAYS, age=34, sex="female")
    text = " ".join(report.to_text().split())
    for line in report.to_markdown().replace("\\", "").splitlines():
        if line.startswith("- **"):
            said = line.partition("**: ")[2]
            assert all(" ".join(part.split()) in text for part in said.split(". ")), line
    assert report.to_markdown().count("\n|") == 8  # head, rule, six nutrients


# --- CSV


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@sum", "\t=1", "\r=1", "\n=1", "  =1"])
def test_formula_is_made_text(text):
    assert safe(text) == f"'{text}"


@pytest.mark.parametrize("text", ["apple", "1 - 2", "a=b", "", "'quoted", "½"])
def test_other_text_is_kept(text):
    assert safe(text) == text


def test_csv_of_a_diary_with_formulas(tmp_path):
    report = report_of(
        diary_of(("2026-03-01", '=HYPERLINK("http://e.org")', "1"), ("2026-03-01", "fdc:168462", "100 g"))
    )
    names = [path.name for path in report.to_csv(tmp_path)]
    assert names == ["summary.csv", "days.csv", "lines.csv"]
    for name in names:
        with (tmp_path / name).open(encoding="utf-8", newline="") as stream:
            cells = [cell for row in csv.reader(stream) for cell in row]
        assert not [cell for cell in cells if re.match(r"\s*[=+@]", cell)]


def test_choices_file_is_safe_and_still_found(tmp_path):
    """The apostrophe before a formula is no part of the phrase: a second run finds nothing new."""
    report = report_of(diary_of(("2026-03-01", "=cmd apple", "1"), ("2026-03-01", "banana", "1 medium")))
    path = tmp_path / "my-foods.csv"
    assert save_choices(report, path) == 2
    assert "'=cmd apple" in path.read_text(encoding="utf-8")
    before = path.read_bytes()
    assert save_choices(report, path) == 0
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", ["date,food\n", "date,food\n2026-03-01,apple\n", "hello\n", "x" * 200_000])
def test_choices_never_overwrite_another_file(tmp_path, content):
    path = tmp_path / "other.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(TableError, match="choices"):
        save_choices(report_of(DAYS), path)
    assert path.read_text(encoding="utf-8") == content


def test_match_text_is_printable():
    shown = as_text(report_of(diary_of(("2026-03-01", "\x1b[31mapple\u202e", "1"), ("2026-03-01", "banana", "1"))))
    assert all(c.isprintable() or c == "\n" for c in shown)
    assert "2 lines: " in shown


# --- files


def test_write_is_all_or_nothing(tmp_path, monkeypatch):
    path = tmp_path / "out.txt"
    write_text(path, "first\n")
    with monkeypatch.context() as patch:
        patch.setattr(os, "fdopen", lambda *_, **__: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        with pytest.raises(TableError, match="No space left"):
            write_text(path, "second\n")
    assert path.read_text(encoding="utf-8") == "first\n"
    with pytest.raises(TableError, match="cannot be written"):
        write_text(path, "a lone surrogate \udc80")
    assert [item.name for item in tmp_path.iterdir()] == ["out.txt"]  # nothing half-written stays behind


def test_write_follows_links_and_replaces_no_device(tmp_path):
    target, link = tmp_path / "target.txt", tmp_path / "link.txt"
    target.write_text("old", encoding="utf-8")
    link.symlink_to(target)
    write_text(link, "new")
    assert link.is_symlink() and target.read_text(encoding="utf-8") == "new"
    write_text(Path(os.devnull), "gone")
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)


def test_places_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    for path in (tmp_path / "none" / "a.txt", tmp_path, tmp_path / ("x" * 300), tmp_path / "a\0b"):
        with pytest.raises(TableError, match="cannot be written"):
            write_text(path, "text")
    with pytest.raises(TableError, match="folder"):
        make_folder(tmp_path / "file")


# --- listings


@pytest.mark.parametrize(
    ("name", "id_"),
    [
        ("magnesium", "magnesium"),
        ("Vitamin D", "vitamin_d"),
        ("B12", "vitamin_b12"),
        ("vitamin-b6", "vitamin_b6"),
        ("Energy", "energy"),
    ],
)
def test_nutrient_by_name(name, id_):
    assert listings.nutrient_named(name).id == id_


@pytest.mark.parametrize(
    ("name", "hint"),
    [("magnesum", 'did you mean "magnesium"'), ("potasium", 'did you mean "potassium"'), ("zzz", "known: magnesium, ")],
)
def test_unknown_nutrient_is_hinted_at(name, hint):
    with pytest.raises(TableError, match=re.escape(hint)):
        listings.nutrient_named(name)


def test_rich_foods_are_ranked_by_the_usual_portion():
    rows = listings.rich_foods("magnesium", "", 20).splitlines()[1:]
    amounts = [float(re.split(r"\s{2,}", row)[1].replace(",", "")) for row in rows]
    assert len(amounts) == 20 and amounts == sorted(amounts, reverse=True)


def test_found_foods_know_what_was_not_measured():
    """SR28 reports only calcium for sr:16281."""
    listed = listings.found_foods("HOUSE FOODS premium firm tofu", 5).splitlines()
    cells = next(re.split(r"\s{2,}", line) for line in listed if line.startswith("sr:16281 "))
    assert [cell == "?" for cell in cells[1:7]] == [True, False, True, True, True, True]
    assert listings.found_foods("zzqqxx\x1b[31m", 5) == 'no food has any word of "zzqqxx?[31m" in its name\n'


# --- what widens the bounds


def reading_of(report, name):
    """What the text says of one nutrient, on one line."""
    from nutrigap.report.sentences import sentences

    return " ".join(sentences(report, next(one for one in report.core if one.nutrient.id == name)))


def test_what_has_no_upper_end_is_named_where_the_head_has_another_reason():
    rows = [(f"2026-03-0{day}", "oatmeal", "300 g") for day in (2, 3)]
    report = report_of(
        diary_of(("2026-03-01", "oatmeal", "300 g"), ("2026-03-01", "nutritional yeast", "2-4 tbsp"), *rows)
    )
    text = re.sub(r"\s+", " ", report.to_text())
    assert "bounds of most nutrients are widened by nutritional yeast (the amount is a range, line 3)." in text
    said = "The bounds are set by nutritional yeast (the label is not told, line 3: no upper end)."
    assert said in reading_of(report, "vitamin_b12")
    assert "The bounds are set" not in reading_of(report, "potassium")


MAN = {"age": 40, "sex": "male"}
OPEN_AT = ("magnesium", "calcium", "vitamin_d", "vitamin_b6")  # the two others have no upper level


def upper(report, name):
    """The sentence on the upper level of a nutrient without an upper end."""
    found = re.search(r"[^.\]]*othing is said about the upper level[^.]*\.", reading_of(report, name))
    return found[0].strip() if found else ""


def test_the_dose_that_leaves_a_level_open_is_named_where_the_head_has_it():
    rows = [
        (f"2026-03-0{day}", *eaten)
        for day in (1, 2)
        for eaten in (("multivitamin", "1"), ("bread", "100 g"), ("chicken", "150 g"))
    ]
    report = report_of(diary_of(*rows), **MAN)
    said = "Without the dose of multivitamin (lines 2, 5) nothing is said about the upper level."
    assert [upper(report, name) for name in OPEN_AT] == [said] * 4
    assert "Without it nothing" not in report.to_text()


def test_the_dose_that_leaves_a_level_open_is_told_from_what_else_is_wide():
    """One thing named before: "its dose"; beside a tablet of 500 mg or, as the oxide, 302 mg "its" is not plain."""
    foods = [(f"2026-03-0{day}", "bread", "100 g") for day in (1, 2, 3)]
    alone = report_of(diary_of(("2026-03-01", "magnesium tablet", "1"), *foods), **MAN)
    assert upper(alone, "magnesium") == "Without its dose nothing is said about the upper level."
    assert "magnesium tablet (the label is not told, line 2: no upper end). Without its dose" in reading_of(
        alone, "magnesium"
    )
    both = report_of(
        diary_of(("2026-03-01", "magnesium tablet", "1"), ("2026-03-01", "magnesium oxide 500 mg", "1"), *foods), **MAN
    )
    assert upper(both, "magnesium") == (
        "Without the dose of magnesium tablet (line 2) nothing is said about the upper level."
    )


def test_where_nothing_eaten_is_known_no_dose_is_blamed():
    report = report_of(diary_of(("2026-03-01", "magnesium 100 mg", "1")), **MAN)
    assert upper(report, "calcium") == "Nothing is said about the upper level: the total has no upper end."
