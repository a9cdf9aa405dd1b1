"""The diary reader: what people write, in the files they write it in."""

from __future__ import annotations

import csv
import datetime
import hashlib
import importlib.util
import io
import itertools
import pickle
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nutrigap.diary import LAYOUTS, Diary, Line, read_diary
from nutrigap.errors import DiaryError, MissingPackage

D = datetime.date


def read(content: str | bytes, **options: str) -> Diary:
    data = content.encode() if isinstance(content, str) else content
    return read_diary(io.BytesIO(data), **options)


def problems(diary: Diary) -> list[str]:
    return [problem.text("d.csv") for problem in diary.problems]


def refusal(content: str | bytes, **options: str) -> str:
    with pytest.raises(DiaryError) as caught:
        read(content, **options)
    return str(caught.value)


def xlsx(*sheets: tuple[str, list[list[str | float | datetime.date]]]) -> bytes:
    """A workbook, written by hand: inline strings, numbers, and dates as day numbers in style 1."""
    main, office = (
        "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
        "http://schemas.openxmlformats.org",
    )
    kind = f"{office}/officeDocument/2006/relationships"
    spread = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    numbers = range(1, len(sheets) + 1)
    types = (
        f'<Override PartName="/xl/workbook.xml" ContentType="{spread}.sheet.main+xml"/>'
        + f'<Override PartName="/xl/styles.xml" ContentType="{spread}.styles+xml"/>'
        + "".join(
            f'<Override PartName="/xl/worksheets/s{n}.xml" ContentType="{spread}.worksheet+xml"/>' for n in numbers
        )
    )
    files = {
        "[Content_Types].xml": f'<Types xmlns="{office}/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f"{types}</Types>",
        "_rels/.rels": f'<Relationships xmlns="{office}/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{kind}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{kind}"><sheets>'
        + "".join(f'<sheet name="{escape(name)}" sheetId="{n}" r:id="r{n}"/>' for n, (name, _) in enumerate(sheets, 1))
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{office}/package/2006/relationships">'
        + "".join(f'<Relationship Id="r{n}" Type="{kind}/worksheet" Target="worksheets/s{n}.xml"/>' for n in numbers)
        + f'<Relationship Id="rs" Type="{kind}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{main}"><cellXfs count="2"><xf numFmtId="0"/>'
        '<xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>',
    }
    for n, (_, rows) in enumerate(sheets, 1):
        body = "".join(
            f'<row r="{r}">{"".join(_xml_cell(r, c, value) for c, value in enumerate(row))}</row>'
            for r, row in enumerate(rows, 1)
        )
        files[f"xl/worksheets/s{n}.xml"] = f'<worksheet xmlns="{main}"><sheetData>{body}</sheetData></worksheet>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{text}')
    return out.getvalue()


def _xml_cell(row: int, column: int, value: str | float | datetime.date) -> str:
    place = f"{chr(65 + column)}{row}"
    if value == "":
        return ""
    if isinstance(value, datetime.date):
        return f'<c r="{place}" s="1"><v>{(value - D(1899, 12, 30)).days}</v></c>'
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
    return f'<c r="{place}"><v>{value!r}</v></c>'


# ---------------------------------------------------------------- the ordinary case


def test_a_plain_diary() -> None:
    header = "date,food,amount,unit,meal,time,person,note,brand,kind"
    text = f"{header}\n2026-03-01,Oat milk,250,ml,tea,8:30,Ann,x,Y,food\n"
    diary = read(text)
    assert diary.lines == (
        Line(
            number=2, date=D(2026, 3, 1), person="Ann", food="Oat milk", amount="250", unit="ml", meal="tea",
            time="8:30", note="x", brand="Y", kind="food", labels={}, problem=None,
        ),
    )  # fmt: skip
    assert (diary.path, diary.layout, diary.problems, diary.notes) == ("diary", "plain", (), ())
    assert diary.sha256 == hashlib.sha256(text.encode()).hexdigest()


def test_columns_in_any_order_case_and_spelling() -> None:
    diary = read("QTY,Food_Name,﻿ DATE & time ,Meal-Type,Participant ID\n1 cup,milk,2026-03-01 08:15,x,P7\n")
    (line,) = diary.lines
    assert (line.date, line.food, line.amount, line.time, line.meal, line.person) == (
        D(2026, 3, 1), "milk", "1 cup", "08:15", "x", "P7",
    )  # fmt: skip


@pytest.mark.parametrize("header", ["Datum;Lebensmittel;Menge", "fecha;alimento;cantidad", "Jour;Aliment;Quantité"])
def test_other_languages(header: str) -> None:
    (line,) = read(f"{header}\n2026-03-01;x;0,5\n").lines
    assert (line.food, line.amount) == ("x", "0,5")


def test_people_and_periods() -> None:
    diary = read(
        "date,food,user,magnesium_mg\n2026-03-01,a,Zoe,\n2026-03-02,b,Al,x\n2026-03-03,c,Zoe,\n3/4/2026,d,Al,\n"
    )
    assert diary.people() == ["Zoe", "Al"]
    assert [line.number for line in diary.for_person("Zoe").lines] == [2, 4]
    assert diary.for_person("Zoe").problems == ()
    assert len(diary.for_person("Al").problems) == 2
    # a line whose day is unknown may belong to any period
    assert [line.number for line in diary.between(D(2026, 3, 2), D(2026, 3, 2)).lines] == [3, 5]
    assert [line.number for line in diary.between(None, D(2026, 3, 1)).lines] == [2, 5]
    assert diary.between(None, None) == diary


def test_a_diary_can_be_sent_to_another_process() -> None:
    diary = read("date,food,calcium_mg\n2026-03-01,a,3\n")
    assert pickle.loads(pickle.dumps(diary)) == diary


# ---------------------------------------------------------------- encodings and separators

TEXT = "date;food;amount\n2026-03-01;crème brûlée;½ cup\n"


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        b"\xef\xbb\xbf" + TEXT.encode(),
        TEXT.encode("utf-16"),
        b"\xfe\xff" + TEXT.encode("utf-16-be"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace("\n", "\r").encode(),
        TEXT.replace(";", "\t").encode("utf-16"),
        TEXT.replace(";", ",").encode(),
        TEXT.replace(";", "|").encode(),
        b"sep=;\r\n" + TEXT.encode(),
    ],
)
def test_encodings_separators_and_line_ends(data: bytes) -> None:
    (line,) = read(data).lines
    assert (line.food, line.amount, line.date) == ("crème brûlée", "½ cup", D(2026, 3, 1))


def test_windows_1252_is_read_and_noted() -> None:
    diary = read(TEXT.encode("cp1252"))
    assert diary.lines[0].food == "crème brûlée"
    assert diary.notes == ("the file is not UTF-8 (line 2); it is read as Windows-1252",)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "the file is empty"),
        (b"\xef\xbb\xbf\r\n \n", "the file is empty"),
        (b"%PDF-1.7 \x00", "this is a PDF document"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "this is a picture (PNG)"),
        (bytes(range(32)) * 9, "bytes that no text has"),
        (
            b"date,food\n2026-03-01,\x81\xff\x8d\n",
            "d.csv:2: the file is neither valid UTF-8 nor another text",
        ),
        (b"\xff\xfe" + b"d\x00a\x00t", "neither valid UTF-16-LE"),
        (b"PK\x03\x04 broken", "the archive is damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "the workbook cannot be read"),
    ],
)
def test_what_is_no_table(data: bytes, said: str, tmp_path: Path) -> None:
    if data.startswith(b"\xd0\xcf"):
        pytest.importorskip("python_calamine", reason="the extra excel is not installed")
    file = tmp_path / "d.csv"
    file.write_bytes(data)
    with pytest.raises(DiaryError) as caught:
        read_diary(file)
    assert said in str(caught.value).replace(str(file), "d.csv")


def test_a_zip_says_what_it_holds() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.csv", "x")
        archive.writestr("b.json", "y")
    assert "this is a zip archive (it holds a.csv, b.json), and nothing in it can be read" in refusal(out.getvalue())


def test_a_stray_nul_costs_one_line() -> None:
    diary = read("date,food,amount\n2026-03-01,bread and butter,1 slice\n2026-03-01,mi\0lk,1 cup\n2026-03-01,tea,1\n")
    assert [line.problem is not None for line in diary.lines] == [False, True, False]
    assert "d.csv:3: the line holds a NUL character" in problems(diary)[0]


# ---------------------------------------------------------------- quotes, widths, line numbers


def test_quotes_and_lines_that_span_lines() -> None:
    diary = read('date,food,amount\n2026-03-01,"a ""b"", c","1\n2"\n2026-03-02,"whole milk", "1 cup"\n')
    assert [(line.number, line.food, line.amount) for line in diary.lines] == [
        (2, 'a "b", c', "1\n2"),
        (4, "whole milk", "1 cup"),
    ]
    assert diary.problems == ()


def test_an_inch_mark_is_text() -> None:
    assert (
        read('date,food,amount\n2026-03-01,bun,1 whole - 3 1/2" diameter\n').lines[0].amount.endswith('1/2" diameter')
    )


def test_an_open_quote_costs_one_line() -> None:
    diary = read('date,food,amount\n2026-03-01,"milk,1 cup\n2026-03-02,"bread",2\n2026-03-03,tea,"1 cup\n')
    assert [(line.number, line.problem is None) for line in diary.lines] == [
        (2, False),
        (3, True),
        (4, False),
    ]
    assert diary.lines[1].food == "bread"
    assert problems(diary) == [
        f'd.csv:{n}: a quotation mark (") is opened and never closed; close it, or delete it' for n in (2, 4)
    ]


def test_a_decimal_comma_outside_quotes() -> None:
    diary = read("date,food,amount,unit\n2026-03-01,milk,0,5,cup\n2026-03-01,milk,0,5\n2026-03-01,tea,1,cup,,,\n")
    assert [line.problem is None for line in diary.lines] == [False, False, True]
    assert "has 5 cells where the header has 4; put the amount in quotes or write 0.5" in problems(diary)[0]
    assert "d.csv:3: amount: amount and unit are both bare numbers" in problems(diary)[1]
    assert diary.lines[0].date == D(2026, 3, 1)  # the day is known: its upper bound has to grow


def test_blank_columns_at_the_end_do_not_hide_a_decimal_comma() -> None:
    diary = read("date,food,amount,,\n2026-03-01,milk,0,5 cup,\n2026-03-01,tea,1 cup,,\n")
    assert [line.problem is None for line in diary.lines] == [False, True]


def test_blank_rows_and_short_rows() -> None:
    diary = read("\n\ndate,food,amount,note\n\n,,,\n2026-03-01,tea\n \n2026-03-02,milk,1,\n\n\n")
    assert [line.number for line in diary.lines] == [6, 8]
    assert diary.lines[0].amount == ""


def test_a_title_above_the_header() -> None:
    diary = read("My food diary,,\n\nAnn,spring\nDate,Food,Amount\n2026-03-01,tea,1 cup\n")
    assert diary.lines[0].number == 5
    assert diary.notes[0] == 'line 1 stands before the header and is not read: "My food diary"'


def test_a_cell_of_ten_thousand_characters_and_the_csv_limit_stays() -> None:
    before = csv.field_size_limit()
    diary = read(f'date,food,note\n2026-03-01,tea,"{"x" * 200_000}"\n2026-03-01,milk,"{"y" * 1_100_000}"\n')
    assert len(diary.lines[0].note) == 200_000
    assert "longer than 1,000,000 characters" in problems(diary)[0]
    assert csv.field_size_limit() == before


# ---------------------------------------------------------------- header


def test_missing_columns() -> None:
    assert "there is no food column; the columns are: date, fod" in refusal("date,fod\n2026-03-01,x\n")
    assert 'did you mean "fod"?' in refusal("date,fod\n2026-03-01,x\n")
    assert "there is no date column" in refusal("food,amount\nx,1\n")
    assert "there is no header" in refusal("2026-03-01,milk,1 cup\n")
    assert "there are no lines below the header" in refusal("date,food\n")


def test_unknown_columns_are_noted() -> None:
    diary = read("date,food,amuont,iron_mg,magnesum_mg\n2026-03-01,tea,1,2,3\n")
    assert diary.notes == (
        'column "amuont" is not read; did you mean "amount"?',
        'column "magnesum_mg" is not read; did you mean "magnesium_mg"?',
        'columns not read: "iron_mg"',
    )
    assert diary.problems == ()


def test_two_columns_for_one_thing() -> None:
    diary = read("date,food,Date,item,calcium_mg,Calcium (g)\n2026-03-01,tea,2026-03-09,x,3,9\n")
    assert (diary.lines[0].date, diary.lines[0].food, diary.lines[0].labels) == (
        D(2026, 3, 1),
        "tea",
        {"calcium": 3.0},
    )
    assert len(diary.problems) == 2
    assert 'd.csv:1: Date: the column "Date" comes twice' in problems(diary)[0]
    assert diary.notes == ('column "item" is not read: "food" is taken for the food',)


@pytest.mark.parametrize(
    ("name", "cell", "nutrient", "amount"),
    [
        ("magnesium_mg", "64", "magnesium", 64.0),
        ("Magnesium (mg)", "64 mg", "magnesium", 64.0),
        ("Potassium, mg", "1,5", "potassium", 1.5),
        ("calcium g", "0.12", "calcium", 120.0),
        ("vitamin_d_iu", "400", "vitamin_d", 10.0),  # 1 IU = 0.025 µg (IOM 1997)
        ("Vitamin D (µg)", "0,500", "vitamin_d", 0.5),
        ("VITAMIN D3 (μg)", "2.5", "vitamin_d", 2.5),
        ("b12_ug", "2.4", "vitamin_b12", 2.4),
        ("B12 (Cobalamin) (µg)", "2.4", "vitamin_b12", 2.4),
        ("B6 (Pyridoxine) (mg)", "1.3", "vitamin_b6", 1.3),
        ("vitamin b6 mcg", "137", "vitamin_b6", 0.137),
        ("Vitamin B-6 (mg)", "+1", "vitamin_b6", 1.0),
        ("energy_kcal", "1,234.5", "energy", 1234.5),
        ("Calories", "1 234", "energy", 1234.0),
        ("calcium_mg", "１２", "calcium", 12.0),
        ("magnesium_mmol", "2", "magnesium", 48.61),  # 24.305 g/mol (IUPAC)
    ],
)
def test_label_columns(name: str, cell: str, nutrient: str, amount: float) -> None:
    diary = read(f'date,food,"{name}"\n2026-03-01,x,"{cell}"\n')
    assert diary.problems == ()
    assert diary.lines[0].labels == {nutrient: amount}


def test_energy_in_kilojoule() -> None:
    (line,) = read("date,food,Energy (kJ)\n2026-03-01,x,418.4\n").lines
    assert line.labels["energy"] == pytest.approx(100.0, rel=1e-9)  # 1 kcal = 4.184 kJ


@pytest.mark.parametrize("cell", ["", " ", "n/a", "-", "unknown", "NaN", "?", "#N/A"])
def test_unknown_is_not_zero(cell: str) -> None:
    diary = read(f"date,food,calcium_mg\n2026-03-01,x,{cell}\n")
    assert diary.lines[0].labels == {}
    assert diary.problems == ()


def test_zero_is_zero() -> None:
    assert read("date,food,calcium_mg\n2026-03-01,x,0\n").lines[0].labels == {"calcium": 0.0}


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("-5", '"-5" is negative'),
        ("−5", "is negative"),
        ("<0.1", '"<0.1" is not a single number'),
        ("traces", "is not a single number"),
        ("lots", '"lots" is not a number'),
        ("inf", '"inf" is not a number'),
        ("1e999", '"1e999" is too large'),
        ("½", "is not a number"),
        ("5 g", '"5 g" is not a number'),
        ('"1,234"', '"1,234" can be read as 1234 or as 1.234; write 1234 or 1.234, whichever is meant'),
        ("9" * 5000, "is not a number"),
    ],
)
def test_label_cells_that_cannot_be_read(cell: str, said: str) -> None:
    diary = read(f"date,food,calcium_mg,potassium_mg\n2026-03-01,x,{cell},7\n")
    (line,) = diary.lines
    assert line.labels == {"potassium": 7.0}
    assert line.problem is None
    assert problems(diary)[0].startswith("d.csv:2: calcium_mg: ")
    assert said in problems(diary)[0]


def test_decimal_commas_where_semicolons_separate() -> None:
    diary = read("date;food;calcium_mg\n2026-03-01;x;1,234\n2026-03-01;x;1.234\n2026-03-01;x;1.234,5\n")
    assert [dict(line.labels) for line in diary.lines] == [{"calcium": 1.234}, {}, {"calcium": 1234.5}]
    assert '"1.234" can be read as 1234 or as 1.234; write 1234 or 1,234' in problems(diary)[0]
    # without a single decimal comma the point is a decimal point
    assert read("date;food;calcium_mg\n2026-03-01;x;1.234\n").lines[0].labels == {"calcium": 1.234}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Magnesium", "the amounts of Magnesium have no unit; the column is not read; name it magnesium_mg"),
        ("Vitamin D", "name it vitamin_d_ug, with amounts in µg"),
        ("Mg", "name it magnesium_mg"),
        ("calcium_iu", '"iu" is no unit for Calcium'),
        ("Calcium (% DV)", "a share of a daily value is no amount of Calcium"),
    ],
)
def test_nutrient_columns_without_a_usable_unit(name: str, said: str) -> None:
    diary = read(f"date,food,{name}\n2026-03-01,x,5\n")
    assert diary.lines[0].labels == {}
    assert problems(diary)[0].startswith(f"d.csv:1: {name}: ")
    assert said in problems(diary)[0]


def test_a_unit_in_the_name_of_the_amount_column() -> None:
    diary = read("date,food,Amount (g)\n2026-03-01,x,150\n2026-03-01,y,2 slices\n2026-03-01,z,\n")
    assert [(line.amount, line.unit) for line in diary.lines] == [("150", "g"), ("2 slices", ""), ("", "")]
    assert read("date,food,grams\n2026-03-01,x,150\n").lines[0].unit == "grams"


def test_kinds() -> None:
    diary = read("date,food,kind\n2026-03-01,a,Supp\n2026-03-01,b,DRINK\n2026-03-01,c,\n2026-03-01,d,thing\n")
    assert [line.kind for line in diary.lines] == ["supplement", "food", "", ""]
    assert diary.lines[3].problem is None
    assert problems(diary) == [
        'd.csv:5: kind: "thing" is no kind of line; write food or supplement, or leave it blank to have it found out'
    ]


def test_a_type_is_a_kind_only_if_its_cells_are() -> None:
    assert [line.kind for line in read("date,food,type\n2026-03-01,a,food\n2026-03-01,b,pill\n").lines] == [
        "food", "supplement",
    ]  # fmt: skip
    diary = read("date,food,Type\n2026-03-01,a,Breakfast\n2026-03-01,b,food\n")
    assert [line.kind for line in diary.lines] == ["", ""]
    assert diary.notes == ('columns not read: "Type"',)


def test_an_id_that_numbers_the_rows_is_no_person() -> None:
    assert read("id,date,food\n1,2026-03-01,a\n2,2026-03-01,b\n3,2026-03-01,c\n").people() == [""]
    assert read("id,date,food\n1,2026-03-01,a\n2,2026-03-01,b\n1,2026-03-02,c\n").people() == ["1", "2"]


# ---------------------------------------------------------------- dates


@pytest.mark.parametrize(
    "cell",
    [
        "2026-03-04", "2026-3-4", "2026/3/4", "2026.03.04", "20260304", "2026-03-04T08:30",
        "2026-03-04 08:30:00", "2026-03-04T08:30:15.5+01:00", "2026-03-04 8:30 AM", "4 Mar 2026",
        "4 March 2026", "4th of March 2026", "04-Mar-2026", '"March 4, 2026"', "Mar 4 2026",
        '"Wed, 4 Mar 2026"', '"Wednesday, March 4, 2026"', "2026 Mar 4",
        "２０２６-03-04", "2026-03-04 00:00:00",
    ],
)  # fmt: skip
def test_dates_whose_order_can_be_seen(cell: str) -> None:
    assert read(f"date,food\n{cell},x\n").lines[0].date == D(2026, 3, 4)


def test_the_time_behind_a_date() -> None:
    rows = "2026-03-04T08:30,,a\n2026-03-04 00:00:00,,b\n2026-03-04 9:51 AM,,c\n2026-03-04 08:30,noon,d\n"
    assert [line.time for line in read("date,time,food\n" + rows).lines] == ["08:30", "", "9:51 am", "noon"]


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("03/04/2026", "--date-format %d/%m/%Y or --date-format %m/%d/%Y"),
        ("4.3.2026", "--date-format %d.%m.%Y or --date-format %m.%d.%Y"),
        ("03/04/26", "--date-format %d/%m/%y or --date-format %m/%d/%y"),
        ("13/04/2026", "say so with --date-format %d/%m/%Y, or"),
        ("2026-02-30", 'there is no day "2026-02-30"'),
        ("30 Feb 2026", "there is no day"),
        ("1026-02-03", "the year 1026 is not between 1900 and 2100"),
        ("2101-01-01", "the year 2101"),
        ("46085", "is a spreadsheet's day number"),
        ("Monday", '"Monday" is not a date; write the date as year-month-day'),
        ("4 Mar", "is not a date"),
        ("2026-03/04", "is not a date"),
    ],
)
def test_dates_that_are_not_read(cell: str, said: str) -> None:
    diary = read(f"date,food\n2026-03-01,x\n{cell},y\n")
    assert diary.lines[1].date is None
    assert diary.lines[1].problem == diary.problems[0]
    assert said in problems(diary)[0]


def test_date_format() -> None:
    text = "date,food\n03/04/2026,x\n2026-03-09,y\n31/12/2025 08:30,z\n12/31/2025,w\n"
    diary = read(text, date_format="%d/%m/%Y")
    assert [line.date for line in diary.lines] == [D(2026, 4, 3), D(2026, 3, 9), D(2025, 12, 31), None]
    assert diary.lines[2].time == "08:30"
    assert read(text, date_format="%m/%d/%Y").lines[0].date == D(2026, 3, 4)


@pytest.mark.parametrize("bad", ["dd/mm/yyyy", "%d/%m", "%Q", "%d %d %Y", "%", ""])
def test_a_date_format_that_gives_no_date(bad: str) -> None:
    assert f'the date format "{bad}" does not give a date' in refusal("date,food\n2026-03-01,x\n", date_format=bad)


def test_a_date_written_once_holds_for_the_lines_below() -> None:
    diary = read("date,food\n,early\n2026-03-01,a\n,b\n,c\n3/4/2026,d\n,e\n2026-03-05,f\n")
    assert [line.date for line in diary.lines] == [
        None, D(2026, 3, 1), D(2026, 3, 1), D(2026, 3, 1), None, None, D(2026, 3, 5),
    ]  # fmt: skip
    assert diary.notes == ("lines 4-5: no date written; the date of the line above is taken",)
    assert "the line has no date, and no line above it has one" in problems(diary)[0]
    assert "the one above it (line 6) cannot be read" in problems(diary)[2]


def test_no_date_that_can_be_used() -> None:
    text = refusal("date,food\n3/4/2026,a\n4/4/2026,b\n")
    assert text.splitlines()[0] == "diary: no line has a date that can be used"
    assert len(text.splitlines()) == 3


def test_a_person_written_once_holds_too() -> None:
    diary = read("date,person,food\n2026-03-01,Ann,a\n,,b\n2026-03-01,Bo,c\n")
    assert [line.person for line in diary.lines] == ["Ann", "Ann", "Bo"]
    assert "line 3: no person written; that of the line above is taken" in diary.notes


# ---------------------------------------------------------------- rows


@pytest.mark.parametrize(
    "row",
    [
        "Total,,,900",
        "2026-03-01,TOTALS:,,900",
        ",Daily total,,900",
        "Summe,,,",
        ",,Average,9",
        "Grand  Total:,,,9",
    ],
)
def test_totals_are_not_counted(row: str) -> None:
    diary = read(f"date,food,meal,calcium_mg\n2026-03-01,milk,tea,300\n{row.replace('  ', ' ')}\n2026-03-02,tea,tea,\n")
    assert [line.number for line in diary.lines] == [2, 4]
    assert diary.notes == ("line 3: totals, not counted",)


def test_a_cereal_called_total_is_food() -> None:
    found = read("date,food,amount\n2026-03-01,Total,1 cup\nTotal,,12\n")
    assert [(line.number, line.food) for line in found.lines] == [(2, "Total")]


def test_a_food_that_begins_like_a_total_is_food() -> None:
    assert len(read("date,food\n2026-03-01,Total yogurt\n2026-03-01,meant for two\n").lines) == 2


def test_a_second_header_is_not_counted() -> None:
    diary = read("Date,Food,Amount\n2026-03-01,a,1\ndate,food,amount\n2026-03-02,b,1\n")
    assert [line.number for line in diary.lines] == [2, 4]
    assert diary.notes == ("line 3: the header again, not counted",)


def test_a_line_without_food_is_kept_with_its_reason() -> None:
    diary = read("date,food,amount\n2026-03-01,,1 cup\n2026-03-01,a,1\n")
    assert [line.problem is None for line in diary.lines] == [False, True]
    assert problems(diary) == ["d.csv:2: food: the line names no food; write what was eaten, or delete the line"]


def test_an_amount_that_a_spreadsheet_made_a_date() -> None:
    diary = read("date,food,amount\n2026-03-01,a,2026-02-01\n2026-03-01,b,1\n")
    assert "d.csv:2: amount: the amount is a date: spreadsheets turn 1/2 into one" in problems(diary)[0]


def test_odd_spaces() -> None:
    (line,) = read("date,food,amount\n2026-03-01,\u00a0rye\u00a0bread ,1\u202f½\u2009cup\n").lines
    assert (line.food, line.amount) == ("rye bread", "1 ½ cup")


def test_messages_hold_nothing_that_a_terminal_obeys() -> None:
    diary = read("date,food,note\n2026-03-01,a,b\n\x1b[2J\x07evil,food,c\n2026-03-01,a long enough line of text,b\n")
    assert "\x1b" not in problems(diary)[0]


# ---------------------------------------------------------------- sources


def test_paths_streams_and_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "diary.csv"
    file.write_bytes(TEXT.encode())
    assert read_diary(file).path == read_diary(str(file)).path == str(file)
    with file.open("rb") as binary, file.open(encoding="utf-8") as text:
        assert read_diary(binary).sha256 == read_diary(text).sha256 == hashlib.sha256(TEXT.encode()).hexdigest()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(TEXT.encode()), encoding="ascii"))
    assert read_diary("-").path == "standard input"
    assert read_diary(io.StringIO("\ufeff" + TEXT)).lines[0].food == "crème brûlée"


def test_files_that_cannot_be_opened(tmp_path: Path) -> None:
    (tmp_path / "diary.csv").write_text("x")
    with pytest.raises(DiaryError, match=r'there is no such file; did you mean ".*diary\.csv"\?'):
        read_diary(tmp_path / "diray.csv")
    with pytest.raises(DiaryError, match="this is a folder"):
        read_diary(tmp_path)
    with pytest.raises(DiaryError, match="cannot be opened"):
        read_diary("di\0ary.csv")
    with pytest.raises(TypeError, match="not from int"):
        read_diary(3)  # type: ignore[arg-type]


def test_layouts() -> None:
    assert LAYOUTS[0].name == "plain"
    assert read(TEXT, layout="plain").layout == "plain"
    assert 'there is no layout "cronometr"; the layouts are auto, plain' in refusal(TEXT, layout="cronometr")


def test_data_frames() -> None:
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(
        {
            "Date": [pd.Timestamp("2026-03-04"), pd.NaT, pd.Timestamp("2026-03-05 08:30")],
            "food": ["milk", "tea", None],
            "amount": [2.0, float("nan"), 0.5],
            "calcium_mg": pd.array([300, None, 5], dtype="Int64"),
        },
        index=[7, 7, 9],
    )
    before = frame.copy(deep=True)
    diary = read_diary(frame, date_format="%Y-%d-%m")  # a date that is one already has no order to mistake
    assert [(line.number, line.date, line.food, line.amount, line.time, dict(line.labels)) for line in diary.lines] == [
        (2, D(2026, 3, 4), "milk", "2", "", {"calcium": 300.0}),
        (3, D(2026, 3, 4), "tea", "", "", {}),
        (4, D(2026, 3, 5), "", "0.5", "08:30", {"calcium": 5.0}),
    ]
    pd.testing.assert_frame_equal(frame, before)
    canonical = "Date,food,amount,calcium_mg\n2026-03-04,milk,2,300\n,tea,,\n2026-03-05 08:30,,0.5,5\n"
    assert diary.path == "DataFrame"
    assert diary.sha256 == hashlib.sha256(canonical.encode()).hexdigest()


def test_workbooks() -> None:
    pytest.importorskip("python_calamine", reason="the extra excel is not installed")
    rows: list[list[str | float | datetime.date]] = [
        ["My diary"],
        [],
        ["Date", "Food", "Amount", "Unit", "Calcium (mg)"],
        [D(2026, 3, 4), "crème", 2.0, "cups", 300.5],
        ["", "tea", D(2026, 2, 1), "", "", "a jotting"],
    ]
    diary = read(xlsx(("About", [["hello"]]), ("Food", rows)), date_format="%Y-%d-%m")
    assert [(line.number, line.date, line.food, line.amount) for line in diary.lines] == [
        (4, D(2026, 3, 4), "crème", "2"),
        (5, D(2026, 3, 4), "tea", "2026-02-01"),
    ]
    assert diary.lines[0].labels == {"calcium": 300.5}
    assert "spreadsheets turn 1/2 into one" in problems(diary)[0]
    assert 'sheet "Food" is read, not "About"' in diary.notes
    assert "line 5: cells to the right of the last named column are not read" in diary.notes
    assert 'no sheet "Fod"; did you mean "Food"?' in refusal(xlsx(("Food", rows)), sheet="Fod")


def test_workbooks_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    with pytest.raises(MissingPackage, match=r"pip install python-calamine, or save the sheet as CSV") as caught:
        read(xlsx(("Food", [["date", "food"]])))
    assert isinstance(caught.value, ImportError) and caught.value.name == "python_calamine"


def test_a_workbook_reader_that_is_broken_is_not_called_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Installed, but what it needs itself is not there."""
    (tmp_path / "python_calamine.py").write_text("import nothing_of_that_name\n", encoding="utf-8")
    monkeypatch.delitem(sys.modules, "python_calamine", raising=False)
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ModuleNotFoundError, match="nothing_of_that_name"):
        read(xlsx(("Food", [["date", "food"]])))


def test_reading_a_file_imports_no_heavy_package() -> None:
    code = (
        "import io, sys; from nutrigap.diary import read_diary; "
        "read_diary(io.BytesIO(b'date,food,amuont\\n2026-03-01,x,1\\n')); "
        "heavy = ('pandas', 'numpy', 'pint', 'scipy', 'python_calamine', 'click'); "
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# ---------------------------------------------------------------- properties


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.binary(max_size=300), st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace"))))
def test_any_bytes_are_a_diary_or_a_diary_error(data: bytes) -> None:
    try:
        read_diary(io.BytesIO(data))
    except DiaryError as error:
        assert str(error)


PIECES = st.sampled_from(
    ["date", "food", "amount", "magnesium_mg", "Calcium", "2026-03-01", "3/4/2026", "total", '"', '""', ",",
     ";", "\t", "\n", "\r", "\r\n", "\0", "0,5", "1e9", "-", "é", "\u00a0", "%", "kind", "type",
     "id", "\ufeff", "\ud800", "٣"]
)  # fmt: skip


@settings(max_examples=500, deadline=None)
@given(st.lists(PIECES, max_size=60), st.booleans())
def test_any_text_below_a_header_is_a_diary_or_a_diary_error(pieces: list[str], header: bool) -> None:
    start = "date,food,amount,person,kind,calcium_mg\n2026-03-01,x,1,a,food,1\n" if header else ""
    try:
        diary = read_diary(io.StringIO(start + "".join(pieces)))
    except DiaryError as error:
        assert not header or "NUL" in str(error) or "bytes" in str(error)
        return
    numbers = [line.number for line in diary.lines]
    assert numbers == sorted(set(numbers))
    assert all(line.problem in diary.problems for line in diary.lines if line.problem is not None)
    assert all((line.date is None) <= (line.problem is not None) for line in diary.lines)
    assert all(amount >= 0 for line in diary.lines for amount in line.labels.values())


FOOD = st.text("abcXYZ é½\"',;|\t%/()-", min_size=1, max_size=12).map(str.strip).filter(
    lambda text: text and text.strip("\"' ") and text.strip(" ,;|\t\"'")
)  # fmt: skip
ROWS = st.lists(
    st.tuples(
        st.dates(D(1900, 3, 1), D(2100, 12, 31)),  # Excel's day numbers count a 29 February 1900
        FOOD,
        st.integers(0, 10**6).map(lambda n: f"{n / 100:.2f} g"),
        st.one_of(st.none(), st.integers(0, 10**7).map(lambda n: n / 10**4)),
    ),
    min_size=1,
    max_size=8,
)
HEADER = ["date", "food", "amount", "magnesium_mg"]


def as_text(rows: list[list[str]], separator: str, end: str) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator=end).writerows(rows)
    return out.getvalue()


@settings(max_examples=60, deadline=None)
@given(ROWS, st.sampled_from([(s, e) for s, e in itertools.product(",;\t|", ["\n", "\r\n", "\r"])]))
def test_tables_come_back_from_every_kind_of_file(
    rows: list[tuple[datetime.date, str, str, float | None]], form: tuple[str, str]
) -> None:
    cells = [[day.isoformat(), food, amount, "" if mg is None else f"{mg:.4f}0"] for day, food, amount, mg in rows]
    text = as_text([HEADER, *cells], *form)
    expected = [
        (i, day, food, amount, {} if mg is None else {"magnesium": mg})
        for i, (day, food, amount, mg) in enumerate(rows, start=2)
    ]
    files = [text.encode(c) for c in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be")]
    # "é½½" happens to be one letter of UTF-8: such a file no reader can tell
    windows = text.encode("cp1252")
    if windows.decode("utf-8", "replace").count("\ufffd"):
        files.append(windows)
    if importlib.util.find_spec("python_calamine") is not None:
        sheet = [HEADER, *([day, food, amount, "" if mg is None else mg] for day, food, amount, mg in rows)]
        files.append(xlsx(("Sheet1", [list(row) for row in sheet])))
    for data in files:
        diary = read(data)
        got = [(n.number, n.date, n.food, n.amount, dict(n.labels)) for n in diary.lines]
        assert got == expected
        assert diary.problems == ()


@given(st.lists(st.sampled_from(["2026-03-01,x,1", "Total,,9", ",,", "date,food,amount", ",y,", "a,b,c,d", ",,3"])))
def test_every_row_is_a_line_or_named_in_the_notes(rows: list[str]) -> None:
    diary = read("\n".join(["date,food,amount", "2026-03-01,start,1", *rows]))
    told = set()
    for note in diary.notes:
        if note.endswith("not counted"):
            for part in note.partition(":")[0].split(" ", 1)[1].split(", "):
                first, _, last = part.partition("-")
                told |= set(range(int(first), int(last or first) + 1))
    lines_in = {i for i, row in enumerate(rows, start=3) if row != ",,"} | {2}
    assert {line.number for line in diary.lines} | told == lines_in
    assert not {line.number for line in diary.lines} & told
