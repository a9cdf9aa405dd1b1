"""The JSON of a report: every key of schema version 1, null for unknown, and the same numbers as every other form."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import math
import re

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import nutrigap as ng
from nutrigap.cli import run
from nutrigap.evidence import evidence
from nutrigap.tables import sources

SIX = ["magnesium", "calcium", "potassium", "vitamin_d", "vitamin_b12", "vitamin_b6"]
CONTEXT = ["energy", "water", "sodium", "thiamin", "caffeine", "alcohol"]
# Key -> keys below it; a list stands for a list of such objects, None for a value.
ADEQUACY = dict.fromkeys(["method", "z", "confidence", "confidence_low", "confidence_high", "days_to_decide", "status"])
EXCESS = dict.fromkeys(["method", "amount_compared", "confidence", "status"])
SCHEMA = {
    "schema": None,
    "schema_version": None,
    "software": {"nutrigap": None},
    "inputs": {
        "diary": dict.fromkeys(["path", "sha256", "layout", "lines", "counted", "flagged", "left_out"]),
        "foods": dict.fromkeys(["name", "edition", "sha256"]),
        "references": dict.fromkeys(["name", "edition"]),
    },
    "person": dict.fromkeys(["age_years", "sex", "life_stage", "assumed"]),
    "period": dict.fromkeys(["start", "end", "days", "incomplete_days"]),
    "nutrients": [
        {
            "id": None, "name": None, "unit": None,
            "intake": {
                **dict.fromkeys(["mean", "low", "high", "sd"]),
                "by_source": dict.fromkeys(["food", "fortified", "supplement"]),
            },
            "days": [dict.fromkeys(["date", "best", "low", "high"])],
            "coverage": None,
            "reference": dict.fromkeys(["ear", "rda", "ai", "ul", "ul_scope", "source"]),
            "adequacy": ADEQUACY,
            "excess": EXCESS,
            "contributors": [dict.fromkeys(["food", "amount", "share"])],
        }
    ],
    "flags": [dict.fromkeys(["rule", "level", "nutrients", "text", "grade", "evidence"])],
    "lines": [
        {
            **dict.fromkeys(["line", "date", "person", "text", "amount_text", "kind", "status"]),
            "food": dict.fromkeys(["id", "description"]),
            "match": {"method": None, "score": None, "candidates": [dict.fromkeys(["id", "description", "score"])]},
            **dict.fromkeys(["parts", "grams", "grams_from", "problem"]),
            "nutrients": dict.fromkeys(SIX + CONTEXT),
        }
    ],
    "notes": None,
    "sources": [dict.fromkeys(["key", "title", "publisher", "year", "address"])],
    "disclaimer": None,
}  # fmt: skip
NULLABLE = {"adequacy", "excess", "food"}

DIARY = """date,food,amount,kind,magnesium_mg,vitamin_d_iu
2026-03-01,fdc:168462,100 g,,,
2026-03-01,sr:16281,100 g,,,
2026-03-01,tablet,1,supplement,90,400
2026-03-02,fdc:168462,250 g,,,
2026-03-02,zorblax qwrt,1 plate,,,
2026-03-02,gym,45 min,,,
2026-03-03,fdc:168462,50 g,,30,
2026-03-04,zorblax qwrt,1 plate,,,
"""


def report_of(text, **person):
    return ng.analyze(ng.read_diary(io.BytesIO(text.encode())), ng.Person(**person))


@pytest.fixture(scope="module")
def report():
    return report_of(DIARY, age=34, sex="female")


@pytest.fixture(scope="module")
def found(report):
    return json.loads(report.to_json())


def missing(schema, value, path=""):
    """Keys of the schema that the value lacks."""
    if isinstance(schema, list):
        return [gone for i, one in enumerate(value) for gone in missing(schema[0], one, f"{path}[{i}]")]
    if schema is None or (value is None and path.rpartition(".")[2] in NULLABLE):
        return []
    return [
        gone
        for key, below in schema.items()
        for gone in ([f"{path}.{key}"] if key not in value else missing(below, value[key], f"{path}.{key}"))
    ]


@pytest.mark.parametrize(
    ("text", "person"),
    [
        (DIARY, {"age": 34, "sex": "female"}),
        (DIARY, {}),
        (DIARY, {"age": "7mo", "sex": "male"}),
        ("date,food,amount\n2026-03-01,gym,1\n", {}),
        ("date,food,amount\n2026-03-01,multivitamin,1 tablet\n", {"age": 27, "life_stage": "pregnant"}),
        ("date,food,amount,person\n2026-03-01,apple,100 g,Ann\n", {"sex": "male"}),
    ],
)
def test_every_key_is_there_and_every_number_finite(text, person):
    found = json.loads(report_of(text, **person).to_json(), parse_constant=lambda name: pytest.fail(f"{name} in JSON"))
    assert missing(SCHEMA, found) == []
    assert (found["schema"], found["schema_version"]) == ("nutrigap/report", 1)
    assert [one["id"] for one in found["nutrients"]] == SIX + CONTEXT
    assert all(one["adequacy"] is None and one["excess"] is None for one in found["nutrients"][6:])
    count = found["inputs"]["diary"]
    assert count["lines"] == count["counted"] + count["flagged"] + count["left_out"] == len(found["lines"])
    keys = {source["key"] for source in found["sources"]}
    assert keys <= {*sources(), *evidence()}
    said = found["flags"] + found["statements"]
    assert {key for one in said for key in one["evidence"]} <= keys  # no source is dangling
    assert all(one["grade"] in "ABCD" if one["evidence"] else one["grade"] == "-" for one in said)
    assert all(source["access"] == evidence()[source["key"]].access for source in found["sources"] if source["access"])


def test_the_schema_test_finds_a_missing_key(found):
    broken = json.loads(json.dumps(found))
    del broken["nutrients"][3]["excess"]["status"]
    assert missing(SCHEMA, broken) == [".nutrients[3].excess.status"]


def test_numbers_by_hand(found):
    """Raw spinach holds 79 mg of magnesium in 100 g (SR28): 79 + 90 of the tablet, 2.5 × 79, and 30 from a label."""
    magnesium = found["nutrients"][0]
    by_line = {line["line"]: line["nutrients"]["magnesium"] for line in found["lines"]}
    assert [by_line[n] for n in (2, 4, 5, 6, 7, 8)] == pytest.approx([79.0, 90.0, 197.5, None, None, 30.0], nan_ok=True)
    other = by_line[3]
    assert other is None  # of sr:16281 only calcium is known
    days = {day["date"]: day for day in magnesium["days"]}
    assert list(days) == ["2026-03-01", "2026-03-02", "2026-03-03", "2026-03-04"]
    assert days["2026-03-03"] == {"date": "2026-03-03", "best": 30.0, "low": 30.0, "high": 30.0}
    assert days["2026-03-01"]["low"] == pytest.approx(169.0)
    assert days["2026-03-02"]["low"] == days["2026-03-02"]["best"] == pytest.approx(197.5)
    assert days["2026-03-02"]["high"] > days["2026-03-02"]["best"]  # a line left out is never nothing
    assert found["period"] == {"start": "2026-03-01", "end": "2026-03-04", "days": 3, "incomplete_days": ["2026-03-04"]}
    assert magnesium["intake"]["low"] == pytest.approx((169.0 + 197.5 + 30.0) / 3)
    assert magnesium["intake"]["by_source"]["supplement"] == pytest.approx(30.0)
    assert magnesium["intake"]["by_source"]["fortified"] is None
    assert found["nutrients"][3]["intake"]["by_source"]["supplement"] == pytest.approx(400 * 0.025 / 3)
    assert found["nutrients"][4]["intake"]["by_source"]["fortified"] is not None
    assert {line["line"]: line["status"] for line in found["lines"]} == {
        2: "counted", 3: "counted", 4: "counted", 5: "counted", 6: "left_out", 7: "left_out", 8: "counted",
        9: "left_out",
    }  # fmt: skip


def test_unknown_is_null_and_no_end_is_null():
    found = json.loads(
        report_of("date,food,amount\n2026-03-01,fdc:168462,100 g\n2026-03-01,multivitamin,1\n").to_json()
    )
    magnesium = found["nutrients"][0]
    assert magnesium["intake"]["high"] is None and magnesium["days"][0]["high"] is None
    assert magnesium["intake"]["sd"] is None  # one day
    assert found["person"].pop("life_stage") == "none" and found["person"].pop("assumed") is True
    assert set(found["person"].values()) == {None}
    multivitamin = found["lines"][1]
    assert multivitamin["food"] is None and multivitamin["nutrients"]["magnesium"] is None


def numbers_of(text):
    return [float(number.replace(",", "")) for number in re.findall(r"\d[\d,]*(?:\.\d+)?", text)]


def test_json_equals_text(report, found):
    """The cells of the text's table are the JSON's numbers, rounded to what is printed."""
    lines = report.to_text().splitlines()
    for one in found["nutrients"][:6]:
        row = next(line for line in lines if line.startswith(f"{one['name']} "))
        numbers = numbers_of(row.removeprefix(one["name"]))
        wanted = [one["intake"]["mean"], one["intake"]["low"], one["intake"]["high"]]
        wanted += [one["reference"][key] for key in ("ear", "rda", "ai", "ul") if one["reference"][key] is not None]
        places = [
            len(number.partition(".")[2]) for number in re.findall(r"[\d,]+(?:\.\d+)?", row.removeprefix(one["name"]))
        ]
        assert len(numbers) == len(wanted)
        for shown, exact, digits in zip(numbers, wanted, places, strict=True):
            assert shown == pytest.approx(exact, abs=0.5000001 * 10**-digits)
    total = found["inputs"]["diary"]
    assert f"{total['counted'] + total['flagged']} of {total['lines']} lines counted" in report.to_text()


def same(a, b):
    return (a is None and (b is None or pd.isna(b))) or a == b


def test_json_equals_frames(report, found):
    for one in found["nutrients"]:
        row = report.summary.loc[one["id"]]
        assert row["unit"] == one["unit"] and same(one["intake"]["mean"], row["best"])
        assert all(same(one["intake"][end], row[end]) for end in ("low", "high", "sd"))
        assert all(same(one["intake"]["by_source"][name], row[name]) for name in ("food", "fortified", "supplement"))
        assert all(same(one["reference"][name], row[name]) for name in ("ear", "rda", "ai", "ul"))
        if one["adequacy"] is not None:
            assert row["status"] == one["adequacy"]["status"] and row["ul_status"] == one["excess"]["status"]
            assert same(one["adequacy"]["confidence"], row["confidence"])
        days = report.days[(report.days["nutrient"] == one["id"]) & (report.days["source"] == "all")]
        assert [f"{date:%Y-%m-%d}" for date in days["date"]] == [day["date"] for day in one["days"]]
        for end in ("low", "best", "high"):
            assert all(map(same, [day[end] for day in one["days"]], days[end]))
    assert list(report.lines.index) == [line["line"] for line in found["lines"]]
    for line in found["lines"]:
        row = report.lines.loc[line["line"]]
        assert (row["status"], row["kind"], row["text"]) == (line["status"], line["kind"], line["text"])
        assert all(same(value, row[name]) for name, value in line["nutrients"].items())
        assert same(line["grams"], row["grams"])
    assert list(report.flags["text"]) == [flag["text"] for flag in found["flags"]]


def test_json_equals_csv(report, found, tmp_path):
    for path in report.to_csv(tmp_path / "new" / "folder"):
        assert path.is_file()
    with (tmp_path / "new" / "folder" / "summary.csv").open(encoding="utf-8", newline="") as stream:
        rows = {row["nutrient"]: row for row in csv.DictReader(stream)}
    for one in found["nutrients"]:
        shown = rows[one["id"]]["high"]
        assert (float(shown) if shown else None) == one["intake"]["high"]


def test_same_input_same_bytes(report):
    again = report_of(DIARY, age=34, sex="female")
    assert again.to_json() == report.to_json() and again.to_text() == report.to_text()
    assert again.to_markdown() == report.to_markdown()


def test_json_lines_hold_one_object_a_line_whatever_a_name_holds(tmp_path, capsys):
    path = tmp_path / "five.csv"
    path.write_text(
        "date,person,food,amount\n2026-03-01,Ann\u2028B,apple,100 g\n2026-03-01,Cy\x85,apple,50 g\n", encoding="utf-8"
    )
    assert run(["report", str(path), "--format", "json", "-q"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert all(json.loads(line)["schema_version"] == 1 for line in lines)


WORDS = st.text(st.characters(exclude_characters=",\r\n"), max_size=30)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from(["2026-03-01", "2026-03-02", "", "soon"]),
            st.one_of(WORDS, st.sampled_from(["apple", "fdc:168462", "multivitamin", "magnesium oxide 400 mg", "gym"])),
            st.one_of(WORDS, st.sampled_from(["100 g", "1 cup", "1e9 g", "-3", "2 x 30 g", "1 tablet"])),
            st.sampled_from(["", "5", "1e300", "0", "x"]),
        ),
        min_size=1,
        max_size=6,
    ),
    age=st.sampled_from([None, "7mo", 4, 34, 90]),
)
def test_any_diary_gives_valid_json_or_a_told_refusal(rows, age):
    out = io.StringIO(newline="")
    csv.writer(out).writerows([("date", "food", "amount", "magnesium_mg"), *rows])
    with contextlib.suppress(ng.DiaryError):
        report = report_of(out.getvalue(), age=age, sex="male")
        found = json.loads(report.to_json(), parse_constant=lambda name: pytest.fail(f"{name} in JSON"))
        assert missing(SCHEMA, found) == []
        count = found["inputs"]["diary"]
        assert count["lines"] == count["counted"] + count["flagged"] + count["left_out"]
        for one in found["nutrients"]:
            low, best, high = (one["intake"][end] for end in ("low", "mean", "high"))
            if best is not None and low is not None:
                assert low <= best * (1 + 1e-12) and (high is None or best <= high * (1 + 1e-12))
        assert all(math.isfinite(one["coverage"]) for one in found["nutrients"])
