"""The symptom log: what is read, what is refused and how, and what is said of its days."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nutrigap.errors import TableError
from nutrigap.symptoms import (
    EVERYDAY,
    Observation,
    SymptomLog,
    by_day,
    everyday,
    find_kind,
    kinds,
    read_symptoms,
    rising,
)

MARCH = [datetime.date(2026, 3, day) for day in range(1, 32)]
LOG = """\
date,kind,count,severity,value,note
2026-03-02,Twitches,4,3,,left eyelid
2026-03-01,twitching,2,,,
2026-03-02,twitch,1,5,,
2026-03-02,sleep,,,"7,5",
2026-03-03,sleep,,,6,
2026-03-03,sleep,,,1,nap
2026-03-03,stress,,6,,
2026-03-03,Stress level,,2,,
2026-03-04,exercise,,,0,
2026-03-05,sport,,,45,
"""


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "symptoms.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def read(folder: Path, text: str | bytes, **options: str) -> SymptomLog:
    return read_symptoms(written(folder, text), **options)


def faults(folder: Path, text: str, **options: str) -> list[str]:
    with pytest.raises(TableError) as refused:
        read(folder, text, **options)
    place = str(folder / "symptoms.csv")
    assert all(message.startswith(place) for message in refused.value.messages)
    return [message.removeprefix(place) for message in refused.value.messages]


def test_every_number_is_kept_with_its_line(tmp_path):
    days = read(tmp_path, LOG).days
    assert [(one.line, one.kind, one.value, one.what) for one in days] == [
        (3, "twitching", 2, "count"),
        (2, "twitching", 4, "count"),
        (2, "twitching", 3, "severity"),
        (4, "twitching", 1, "count"),
        (4, "twitching", 5, "severity"),
        (5, "sleep", 7.5, "value"),
        (6, "sleep", 6, "value"),
        (7, "sleep", 1, "value"),
        (8, "stress", 6, "value"),
        (9, "stress", 2, "value"),
        (10, "exercise", 0, "value"),
        (11, "exercise", 45, "value"),
    ]
    assert days[1].note == "left eyelid" and days[1].date == MARCH[1]


@pytest.mark.parametrize(
    "data",
    [
        LOG.encode("utf-8-sig"),
        LOG.replace('"7,5"', "7.5").replace(",", ";").encode(),
        LOG.replace('"7,5"', "7.5").replace(",", "\t").encode("utf-16"),
        LOG.replace("\n", "\r\n").replace("date,kind", "Date, KIND").encode(),
        LOG.replace("left eyelid", "Lid, müde").replace("Lid, müde", '"Lid, müde"').encode("cp1252"),
    ],
    ids=["BOM", "semicolons", "tabs, UTF-16", "CRLF, capitals", "Windows-1252"],
)
def test_separators_and_encodings(tmp_path, data):
    plain = [one._replace(note="") for one in read(tmp_path, LOG).days]
    assert [one._replace(note="") for one in read(tmp_path, data).days] == plain


def test_dates_as_in_diaries(tmp_path):
    text = "date,kind,count\n{},cramps,1\n"
    for day in ("2026-03-04", "4 March 2026", "Wed, 2026-03-04 08:30"):
        assert read(tmp_path, text.format(f'"{day}"')).days[0].date == MARCH[3]
    assert read(tmp_path, text.format("04/03/2026"), date_format="%d/%m/%Y").days[0].date == MARCH[3]
    assert read(tmp_path, text.format("03/04/2026"), date_format="%m/%d/%Y").days[0].date == MARCH[3]
    (message,) = faults(tmp_path, text.format("04/03/2026"))
    assert message.startswith(':2: date: "04/03/2026" does not show') and "--date-format" in message
    (message,) = faults(tmp_path, text.format("04/03/2026"), date_format="%d")
    assert message.startswith(': the date format "%d" does not give a date; ')


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("twitching", "twitching"), ("Twitches", "twitching"), ("cramp", "cramps"), ("pins and needles", "tingling"),
        ("Numb", "numbness"), ("weakness", "weakness"), ("shaking", "tremor"), ("pain", "pain"),
        ("hours of sleep", "sleep"), ("workout", "exercise"), ("stress", "stress"),
        ("head  ache", "head ache"), ("Zucken", "Zucken"), ("けいれん", "けいれん"),
    ],
)  # fmt: skip
def test_kinds(text, kind):
    assert find_kind(text) == kind


def test_no_word_of_a_symptom_is_that_of_an_everyday_factor():
    assert set(EVERYDAY) <= set(kinds().values()) and all(find_kind(kind) == kind for kind in set(kinds().values()))


def test_other_words_are_kept_as_written_and_are_one_kind(tmp_path):
    log = read(tmp_path, "date,kind,value\n2026-03-01,Zucken,1\n2026-03-02,zucken,2\n2026-03-02,けいれん,3\n")
    assert [(one.kind, one.value) for one in log.days] == [("Zucken", 1), ("Zucken", 2), ("けいれん", 3)]
    assert log.notes == ()


# --- nothing is lost silently


def test_notes(tmp_path):
    log = read(
        tmp_path,
        "date,kind,count,place\n2026-03-01,twiching,2,eye\n2026-03-02,cramps,,leg\n2026-03-03,cramps,?,leg\n",
    )
    assert log.notes == (
        'column "place" is not read',
        'line 2: "twiching" is kept as written, did you mean "twitching"?',
        "line 3 (2026-03-02, cramps): no number is written, so that it enters no mean",
        "line 4 (2026-03-03, cramps): no number is written, so that it enters no mean",
    )
    assert [(one.kind, one.value) for one in log.days] == [("twiching", 2)]


def test_all_faults_are_told_at_once(tmp_path):
    found = faults(
        tmp_path,
        "date,kind,count,severity,value\n"
        "3/4/2026,twitching,1.5,11,\n"
        "2026-03-01,,1,,\n"
        "2026-13-01,sleep,,,25\n"
        "2026-03-02,pain,,mild,-3\n"
        ",exercise,,3,4\n"
        "2026-03-02,stress,,10.5,\n"
        "2026-03-02,twitching,1,2,3,4\n",
    )
    starts = [
        ':2: date: "3/4/2026" does not show which number is the day',
        ':2: count: "1.5" is no whole number; write how many times as a whole number, or leave the cell blank',
        ':2: severity: "11" is more than 10; write a number from 0 to 10, or leave the cell blank',
        ":3: kind: no kind; write what was noticed: twitching, ",
        ':4: date: there is no day "2026-13-01"; ',
        ':4: value: "25" is more than 24; write a number of hours from 0 to 24, or leave the cell blank',
        ':5: severity: "mild" is not a number; write a number from 0 to 10, ',
        ':5: value: "-3" is negative; ',
        ":6: date: no date; write the date as year-month-day",
        ":6: exercise has a number in severity and value; keep the one in minutes",
        ':7: severity: "10.5" is more than 10; write a number from 0 to 10, ',
        ":8: 6 cells below a header of 5; ",
    ]
    assert len(found) == len(starts)
    for message, start in zip(found, starts, strict=True):
        assert message.startswith(start), (message, start)


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("dat,kind,count", 'no column of a symptom log is called "dat", did you mean "date"?'),
        ("Date;kinds;count", 'no column of a symptom log is called "kinds", did you mean "kind"?'),
        ("date,kind,severty", 'severty: no column of a symptom log has this name, did you mean "severity"?'),
        ("date,kind,count,count", "count: the column is there twice; "),
        ("date,kind,note", "no column count, severity or value; the header of a symptom log is date,kind,count,"),
        ("when,what,count", "no column date and kind; the header of a symptom log is date,kind,count,"),
    ],
)
def test_columns(tmp_path, header, said):
    found = faults(tmp_path, f"{header}\n2026-03-01,pain,1\n")
    assert any(message.startswith(":1: ") and said in message for message in found)


def test_a_file_that_is_none(tmp_path):
    with pytest.raises(TableError, match=r"none\.csv: cannot be read as a symptom log"):
        read_symptoms(tmp_path / "none.csv")
    assert "the file is empty" in faults(tmp_path, "")[0]
    assert read(tmp_path, "date,kind,count\n").days == ()


def test_a_day_has_24_hours(tmp_path):
    rows = "date,kind,value\n2026-03-01,sleep,14\n2026-03-01,pain,9\n2026-03-01,sleep,{}\n"
    assert len(read(tmp_path, rows.format(10)).days) == 3
    assert faults(tmp_path, rows.format(14)) == [
        ":4: lines 2 and 4 make 28 hours of sleep on 2026-03-01; delete what is written twice"
    ]


# --- what is said of the days; the expected values are worked out by hand from LOG


def test_by_day(tmp_path):
    assert [(row.date, row.values) for row in by_day(read(tmp_path, LOG))] == [
        (MARCH[0], {"twitching": 2}),
        (MARCH[1], {"twitching": 4 + 1, "twitching (severity)": 5, "sleep": 7.5}),
        (MARCH[2], {"sleep": 6 + 1, "stress": 6}),
        (MARCH[3], {"exercise": 0}),
        (MARCH[4], {"exercise": 45}),
    ]


def test_everyday(tmp_path):
    means = everyday(read(tmp_path, LOG))
    assert [(one.kind, one.mean, one.unit, one.days) for one in means] == [
        ("sleep", 7.25, "hours", 2),
        ("stress", 6.0, "of 10", 1),
        ("exercise", 22.5, "minutes", 2),
    ]
    assert everyday(SymptomLog("x", ())) == ()


def log_of(values: dict[int, float], kind: str = "twitching", what: str = "count") -> SymptomLog:
    """A log of March 2026: day of the month -> value."""
    return SymptomLog("x", tuple(Observation(MARCH[day - 1], kind, value, what) for day, value in values.items()))


@pytest.mark.parametrize(
    ("values", "since", "said"),
    [
        ({1: 1, 2: 1, 3: 2}, 3, True),
        ({1: 2, 2: 2, 3: 1}, 3, False),
        ({1: 1, 3: 1}, 3, False),
        ({1: 0, 30: 1}, 3, True),
        ({1: 4, 2: 0, 3: 3}, 3, True),  # 2 before, 3 after; a day not written down is no 0
        ({1: 0.15, 3: 0.1, 4: 0.2}, 3, False),  # equal but for rounding
        ({3: 5, 4: 6}, 3, None),
        ({1: 5, 2: 6}, 3, None),
        ({}, 3, None),
    ],
)
def test_rising(values, since, said):
    assert rising(log_of(values), MARCH[since - 1]) is said


def test_rising_compares_one_measure_of_one_kind():
    counts, severities = log_of({1: 1, 5: 2}), log_of({1: 9, 5: 3}, what="severity")
    both = SymptomLog("x", severities.days + counts.days + log_of({1: 50, 5: 1}, "cramps").days)
    assert rising(both, MARCH[2]) is True  # the counts, not the severities
    assert rising(both, MARCH[2], "Cramp") is False
    assert rising(both, MARCH[2], "tremor") is None
    assert rising(severities, MARCH[2], "twitches") is False
    other = log_of({1: 1, 5: 2}, "Zucken")
    assert rising(other, MARCH[2], "zucken") is True


@given(
    st.dictionaries(st.integers(1, 31), st.integers(0, 1000), max_size=31),
    st.integers(1, 31),
    st.integers(1, 1000),
)
def test_rising_by_whole_numbers(values, since, factor):
    """Means compared as fractions of whole numbers; a factor on all counts changes nothing."""
    before = [value for day, value in values.items() if day < since]
    after = [value for day, value in values.items() if day >= since]
    said = sum(after) * len(before) > sum(before) * len(after) if before and after else None
    assert rising(log_of(values), MARCH[since - 1]) is said
    assert rising(log_of({day: value * factor for day, value in values.items()}), MARCH[since - 1]) is said
