"""What a spreadsheet is handed: the same numbers as the JSON, and no text of a diary that it would run."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

import nutrigap as ng
from nutrigap import cli
from nutrigap.report import xlsx

WEEK = Path(__file__).parent.parent / "data" / "examples" / "week.csv"
FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", " =HYPERLINK(1)", "\t=2", "＝1", "https://example.org", "000123")


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    path = tmp_path_factory.mktemp("book") / "report.xlsx"
    ng.analyze(WEEK, ng.Person(age=34, sex="female")).to_xlsx(path)
    return CalamineWorkbook.from_path(str(path))


def rows_of(book, name):
    head, *rows = book.get_sheet_by_name(name).to_python()
    return [dict(zip(head, row, strict=True)) for row in rows]


def test_the_workbook_holds_the_numbers_of_the_json(book):
    whole = ng.analyze(WEEK, ng.Person(age=34, sex="female")).to_dict()
    assert book.sheet_names == ["summary", "days", "lines", "flags", "about"]
    for one, row in zip(whole["nutrients"], rows_of(book, "summary"), strict=True):
        assert (row["nutrient"], row["unit"]) == (one["id"], one["unit"])
        for key, name in (("mean", "best"), ("low", "low"), ("high", "high")):
            assert row[name] == pytest.approx(one["intake"][key], rel=1e-12)
        for name, source in (("fortified", "fortified"), ("supplement", "supplement")):
            told = one["intake"]["by_source"][source]
            assert row[name] == ("" if told is None else pytest.approx(told, rel=1e-12, abs=1e-12))
    totals = {(row["date"], row["nutrient"]): row["best"] for row in rows_of(book, "days") if row["source"] == "all"}
    for one in whole["nutrients"]:
        for day in one["days"]:
            shown = totals[dt.date.fromisoformat(day["date"]), one["id"]]
            assert shown == pytest.approx(day["best"], rel=1e-12)
    lines = rows_of(book, "lines")
    assert [row["line"] for row in lines] == [line["line"] for line in whole["lines"]]
    assert [row["status"] for row in lines] == [line["status"] for line in whole["lines"]]
    assert [row["rule"] for row in rows_of(book, "flags")] == [flag["rule"] for flag in whole["flags"]]
    assert whole["disclaimer"] in [row["text"] for row in rows_of(book, "about")]


def hostile(folder):
    path = folder / "diary.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        out = csv.writer(stream)
        out.writerow(["date", "food", "amount", "person"])
        out.writerows(["2026-04-01", text, "1 cup", "=cmd()"] for text in (*FORMULAS, "w" * 40_000))
        out.writerow(["2026-04-01", "rice", "100 g", "Ann"])
    return path


def test_no_cell_of_a_workbook_is_run(tmp_path, capsys):
    out = tmp_path / "r.xlsx"
    assert cli.run(["report", str(hostile(tmp_path)), "-q", "-o", str(out)]) == 0
    with zipfile.ZipFile(out) as parts:
        sheets = [parts.read(name).decode() for name in parts.namelist() if "worksheets/sheet" in name]
    assert len(sheets) == 5 and not any(re.search(r"<f[ >]|<hyperlink", text) for text in sheets)
    lines = rows_of(CalamineWorkbook.from_path(str(out)), "lines")
    assert {row["person"] for row in lines} == {"=cmd()", "Ann"}
    texts = [row["text"] for row in lines]
    assert {"=1+1", "-1", "@SUM(A1)", "https://example.org", "000123"} <= set(texts)  # a text, as it was written
    assert max(map(len, texts)) == 32_767


def test_no_cell_of_the_tables_is_run(tmp_path):
    assert cli.run(["report", str(hostile(tmp_path)), "-q", "-o", f"{tmp_path}/out/"]) == 0
    files = sorted((tmp_path / "out").rglob("*.csv"))
    assert len(files) == 6
    for path in files:
        for row in csv.reader(io.StringIO(path.read_text(encoding="utf-8"))):
            for cell in row:
                number = re.fullmatch(r"-?[\d.]+(e-?\d+)?", cell)
                assert number or not re.match(r"\s*[=+\-@＝＋－＠\t\r]", cell), cell


def test_the_same_report_is_the_same_file(tmp_path):
    report = ng.analyze(WEEK, ng.Person(age=34, sex="female"))
    report.to_xlsx(tmp_path / "a.xlsx")
    report.to_xlsx(tmp_path / "b.xlsx")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    last = max(row["date"] for row in csv.DictReader(WEEK.open(encoding="utf-8")))
    with zipfile.ZipFile(tmp_path / "a.xlsx") as parts:  # two made in one second would be alike by any clock
        core = parts.read("docProps/core.xml").decode()
        assert {part.date_time for part in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert re.findall(r"(\S+)</dcterms:", core) and all(
        told.endswith(f">{last}T00:00:00Z") for told in re.findall(r"(\S+)</dcterms:", core)
    )


def test_numbers_are_shown_short_and_kept_whole(book, tmp_path):
    """By the rules of number formats: a section with its condition, else General."""
    report = ng.analyze(WEEK, ng.Person(age=34, sex="female"))
    report.to_xlsx(tmp_path / "r.xlsx")
    with zipfile.ZipFile(tmp_path / "r.xlsx") as parts:
        styles = parts.read("xl/styles.xml").decode()
        summary = parts.read("xl/worksheets/sheet1.xml").decode()
    (number,) = (id_ for id_, code in re.findall(r'numFmtId="(\d+)" formatCode="([^"]*)"', styles) if "0.00" in code)
    styled = re.findall(r'<xf numFmtId="(\d+)"', styles.partition("<cellXfs")[2])
    cells = re.findall(r'<c r="\w+"(?: s="(\d+)")?><v>([\d.e-]+)</v>', summary)
    assert len(cells) > 50
    for style, value in cells:
        assert not re.search(r"\d\.\d{4,}", value) or styled[int(style or 0)] == number, value
    (code,) = re.findall(rf'numFmtId="{number}" formatCode="([^"]*)"', styles)
    assert code.replace("&gt;", ">") == "[>=100]0.0;[>=0.01]0.00;General"  # below 0.01 nothing is rounded to 0
    assert any(re.search(r"\d\.\d{6,}", value) for _, value in cells)


def test_a_cell_is_measured_as_excel_measures_it():
    """Its limit is 32,767 units of UTF-16, of which a sign beyond the first plane takes two."""
    assert xlsx._shown("😀" * 16_383) == "😀" * 16_383
    cut = xlsx._shown("a" + "😀" * 16_384)
    assert len(cut.encode("utf-16-le")) // 2 <= 32_767 and cut == "a" + "😀" * 16_382 + "…"
    assert xlsx._shown("😀" * 16_384) == "😀" * 16_383 + "…"


def test_text_of_a_cell_is_made_once(monkeypatch, tmp_path):
    report, made = ng.analyze(WEEK, ng.Person(age=34, sex="female")), []
    kept = xlsx._shown
    monkeypatch.setattr(xlsx, "_shown", lambda value: made.append(value) or kept(value))
    report.to_xlsx(tmp_path / "r.xlsx")
    book = CalamineWorkbook.from_path(str(tmp_path / "r.xlsx"))
    sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    assert len(made) == sum((len(rows) - 1) * len(rows[0]) for rows in sheets)


def test_sheets_without_a_row_keep_their_head(tmp_path):
    report = ng.analyze(ng.read_diary(io.StringIO("date,food,amount\n2026-01-05,xyzzyqq,1\n")))
    bare = replace(report, said=())
    bare.to_xlsx(tmp_path / "r.xlsx")
    book = CalamineWorkbook.from_path(str(tmp_path / "r.xlsx"))
    assert book.get_sheet_by_name("flags").to_python() == [list(report.flags.columns)]
    assert list(bare.flags.columns) == list(report.flags.columns)
    two = io.StringIO("date,person,food,amount\nsoon,Ann,bread,1\n2026-01-05,Bob,milk,1 cup\n")
    undated = ng.analyze(ng.read_diary(two).for_person("Ann"))
    undated.to_xlsx(tmp_path / "u.xlsx")
    days = CalamineWorkbook.from_path(str(tmp_path / "u.xlsx")).get_sheet_by_name("days").to_python()
    assert days == [list(undated.days.columns)]
    undated.to_csv(tmp_path)
    assert (tmp_path / "days.csv").read_text(encoding="utf-8") == ",".join(undated.days.columns) + "\n"


def test_flags_of_the_frame_are_those_of_the_workbook(book):
    frame = ng.analyze(WEEK, ng.Person(age=34, sex="female")).flags
    assert len(frame)
    for row, cells in zip(rows_of(book, "flags"), frame.to_dict("records"), strict=True):
        assert row == {name: " ".join(cell) if isinstance(cell, tuple) else cell for name, cell in cells.items()}


def test_about_tells_whose_it_is(tmp_path):
    path = tmp_path / "diary.csv"
    path.write_text("date,person,food,amount\n2026-01-05,Ann,bread,1 slice\n2026-01-05,Bob,milk,1 cup\n")
    (tmp_path / "p.csv").write_text("person,age,sex\nAnn,34,female\nBob,40,male\n")
    out = tmp_path / "r.xlsx"
    assert cli.run(["report", str(path), "--people", str(tmp_path / "p.csv"), "-q", "-o", str(out)]) == 0
    book = CalamineWorkbook.from_path(str(out))
    for name in book.sheet_names:
        assert {row["person"] for row in rows_of(book, name)} == {"Ann", "Bob"}, name


def test_the_first_day_that_a_diary_may_have_is_a_date_in_a_workbook(tmp_path):
    """A workbook knows no earlier one, and no diary has one."""
    report = ng.analyze(ng.read_diary(io.StringIO("date,food,amount\n1900-01-01,bread,1 slice\n")))
    report.to_xlsx(tmp_path / "r.xlsx")
    with zipfile.ZipFile(tmp_path / "r.xlsx") as parts:
        assert re.search(r'<c r="A2" s="\d+"><v>[01]</v>', parts.read("xl/worksheets/sheet2.xml").decode())
    early = ng.read_diary(io.StringIO("date,food,amount\n1899-12-31,bread,1 slice\n1900-01-01,milk,1 cup\n"))
    assert [line.date for line in early.lines] == [None, dt.date(1900, 1, 1)]


def test_a_workbook_needs_a_file_and_the_package(tmp_path, monkeypatch, capsys):
    assert cli.run(["report", str(WEEK), "--format", "xlsx"]) == 2
    assert "-o report.xlsx" in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    assert cli.run(["report", str(WEEK), "-q", "-o", str(tmp_path / "r.xlsx")]) != 0
    assert "pip install xlsxwriter, or use --format csv" in capsys.readouterr().err
    assert not (tmp_path / "r.xlsx").exists()
    with pytest.raises(ng.MissingPackage) as caught:
        ng.analyze(WEEK).to_xlsx(tmp_path / "r.xlsx")
    assert isinstance(caught.value, ImportError) and caught.value.name == "xlsxwriter"
    monkeypatch.undo()
    ng.analyze(WEEK).to_xlsx(tmp_path / "diary.xlsx")
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    assert cli.run(["report", str(tmp_path / "diary.xlsx")]) == 3
    told = capsys.readouterr().err
    assert "diary.xlsx: this is an Excel workbook" in told and "pip install python-calamine" in told


def test_a_package_that_is_broken_is_not_called_missing(tmp_path, monkeypatch):
    (tmp_path / "xlsxwriter.py").write_text("import nothing_of_that_name\n", encoding="utf-8")
    for module in [name for name in sys.modules if name.partition(".")[0] == "xlsxwriter"]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ModuleNotFoundError, match="nothing_of_that_name"):
        ng.analyze(WEEK).to_xlsx(tmp_path / "r.xlsx")


def test_a_sheet_of_an_unknown_form_is_an_error_of_ours():
    with pytest.raises(ng.NutrigapError, match="known: html, md"):
        ng.analyze(WEEK).to_sheet(form="odt")
