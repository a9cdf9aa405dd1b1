"""What a spreadsheet is handed: the same numbers as the JSON, and no text of a diary that it would run."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import sys
import zipfile
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

import nutrigap as ng
from nutrigap import cli

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


def test_a_workbook_needs_a_file_and_the_package(tmp_path, monkeypatch, capsys):
    assert cli.run(["report", str(WEEK), "--format", "xlsx"]) == 2
    assert "-o report.xlsx" in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    assert cli.run(["report", str(WEEK), "-q", "-o", str(tmp_path / "r.xlsx")]) != 0
    assert 'pip install "nutrigap[excel]"' in capsys.readouterr().err
    assert not (tmp_path / "r.xlsx").exists()
