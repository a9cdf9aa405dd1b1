"""How complete a log is: what takes a day out of the mean, what keeps it, and what is only said."""

from __future__ import annotations

import datetime as dt
import io

import pytest

import nutrigap as ng
from nutrigap.record import Record, inspect
from nutrigap.resolve import resolve

WOMAN = ng.Person(age=34, sex="female")
USUAL = (("breakfast", 500), ("lunch", 700), ("dinner", 800))  # 2,000 kcal in three lines


def diary(*days: tuple[tuple[str, int], ...], notes: dict[int, str] | None = None) -> str:
    """A diary from (meal, kcal) lines; the first of 2026-03-02 on, ``notes`` on the first line of a day."""
    lines = ["date,meal,food,amount,note,energy_kcal,magnesium_mg"]
    for d, day in enumerate(days):
        for i, (meal, kcal) in enumerate(day):
            note = (notes or {}).get(d, "") if i == 0 else ""
            lines.append(f'{dt.date(2026, 3, 2 + d)},{meal},fdc:168462,100 g,"{note}",{kcal},{kcal / 8}')
    return "\n".join(lines) + "\n"


def read(text: str) -> ng.Diary:
    return ng.read_diary(io.BytesIO(text.encode()))


def record(text: str, *incomplete: dt.date) -> Record:
    from nutrigap.intake import add_up
    from nutrigap.tables import load_foods

    foods = load_foods()
    return inspect(add_up(resolve(read(text), foods), foods), WOMAN, incomplete)


def left_out(text: str) -> list[int]:
    """Which days, counted from 0, are out of the mean."""
    return [(one.date - dt.date(2026, 3, 2)).days for one in record(text).incomplete]


def doubtful(text: str) -> list[int]:
    return [(one.date - dt.date(2026, 3, 2)).days for one in record(text).doubtful]


# --- what is found


@pytest.mark.parametrize(
    ("last", "out", "said"),
    [
        ((("breakfast", 600), ("lunch", 590)), True, False),  # 1,190 of 2,000 kcal, and no dinner
        ((("breakfast", 600), ("lunch", 600)), False, False),  # 1,200 are 60 %: not below it
        ((("breakfast", 300), ("lunch", 300), ("dinner", 300)), False, True),  # low energy alone: people fast
        ((("breakfast", 20), ("lunch", 20), ("dinner", 20)), False, True),  # however low
        ((("", 1100),), True, False),  # one line where the others have three, and no meal named
    ],
)
def test_a_day_needs_low_energy_and_a_second_sign(last, out, said):
    text = diary(USUAL, USUAL, USUAL, last)
    assert left_out(text) == [3] * out
    assert doubtful(text) == [3] * said


@pytest.mark.parametrize(("others", "out"), [(2, False), (3, True)])
def test_so_many_other_days_are_needed(others, out):
    text = diary(*[USUAL] * others, (("breakfast", 300),))
    assert left_out(text) == [others] * out
    assert doubtful(text) == [others] * (not out)  # two are enough to say so


@pytest.mark.parametrize(("kcal", "out"), [(167, True), (166, False)])
def test_the_other_days_must_be_whole_days(kcal, out):
    """3 x 167 = 501 kcal, 3 x 166 = 498: below 500 nothing can be held against them."""
    others = tuple((meal, kcal) for meal, _ in USUAL)
    assert left_out(diary(others, others, others, (("breakfast", 50),))) == [3] * out


@pytest.mark.parametrize(("with_dinner", "out"), [(4, True), (3, False)])
def test_a_meal_that_two_thirds_of_the_other_days_have(with_dinner, out):
    """Of six other days four have dinner, or three."""
    bare = (("breakfast", 500), ("lunch", 700), ("late", 800))
    days = [USUAL] * with_dinner + [bare] * (6 - with_dinner)
    last = (("breakfast", 300), ("lunch", 300), ("late", 300))
    assert left_out(diary(*days, last)) == [6] * out


@pytest.mark.parametrize(("lines", "out"), [(3, True), (4, False)])
def test_half_as_many_lines(lines, out):
    many = tuple(("", 333) for _ in range(6))
    assert left_out(diary(many, many, many, tuple(("", 100) for _ in range(lines)))) == [3] * out


def test_two_days_without_dinner_are_both_found():
    short = (("breakfast", 500), ("lunch", 500))
    assert left_out(diary(USUAL, USUAL, USUAL, USUAL, USUAL, short, short)) == [5, 6]


# --- what is marked

LOW = (("breakfast", 300),)


@pytest.mark.parametrize(
    "note",
    [
        "incomplete", "Incomplete day", "not all logged", "not a full day", "full day? no, forgot dinner",
        "partial day",
        "rest of the day not logged", "stopped logging", "didn’t log dinner", "did not finish logging",
        "not everything was logged", "diary incomplete", "incomplete - left before dinner", "missing dinner",
        "dinner missing", "did not write down dinner", "dinner not recorded", "forgot to write dinner", "forgot lunch",
        "stopped tracking at noon", "ate out, did not log the rest", "not everything logged", "did not log everything",
        "didn't write everything down", "not complete", "day not complete", "lunch wasn't logged", "not fully logged",
        "Missing: lunch, dinner", "did not log everything I ate", "everything after  dinner not logged",
        "didnt log the rest", "couldnt log dinner", "today is incomplete", "incomplete because I was ill", "unfinished",
        "not tracked today", "didn't log anything else", "only logged breakfast", "missed logging dinner",
        "dinner forgotten", "untracked dinner", "forgot to log the evening", "not all meals are logged",
    ],
)  # fmt: skip
def test_notes_that_mark_a_day(note):
    found = record(diary(USUAL, USUAL, USUAL, notes={1: note}))
    assert [(one.date.day, one.marked) for one in found.incomplete] == [(3, True)]
    assert found.intake.days == 2


@pytest.mark.parametrize(
    "note",
    [
        "incomplete protein", "complete meal", "lunch with Ann", "not hungry", "full cream", "not whole milk",
        "not full fat", "not fully ripe", "not whole grain", "did not finish it", "didn't finish the plate",
        "not all that hungry", "not all eaten", "wasn't very full", "not full afterwards", "not a whole one, half",
        "Not logged in grams, by eye", "did not log the salt", "dinner not logged in grams",
        "salt at dinner not logged",
        "did not log all the butter", "forgot breakfast pills", "forgot to log, added from memory", "no dinner",
        "not a complete protein", "not a full day at work", "dinner missing salt", "no meal missing",
        "part of the day outside", "not all ingredients logged", "almost all logged",
        "forgot lunch, had it at 4", "forgot my lunch so bought a sandwich", "almost forgot to log lunch",
        "forgot to log breakfast on time", "Lunch not entered until now", "missing lunch: ate late instead",
        "gave up logging salt", "stopped recording weights", "not a whole day old bread",
    ],
)  # fmt: skip
def test_notes_that_mark_nothing(note):
    assert record(diary(USUAL, USUAL, USUAL, notes={1: note})).incomplete == ()


@pytest.mark.parametrize(
    "note", ["complete day", "day complete", "fasting day", "all logged", "everything was logged", "full day"]
)
def test_notes_that_keep_a_day(note):
    assert left_out(diary(USUAL, USUAL, USUAL, LOW, notes={3: note})) == []
    assert left_out(diary(USUAL, USUAL, USUAL, LOW)) == [3]


@pytest.mark.parametrize(
    "note",
    [
        "a full day at work",
        "full day hike",
        "almost all logged",
        "everything logged except dinner",
        "all logged by eye",
    ],
)
def test_notes_that_do_not_keep_a_day(note):
    assert left_out(diary(USUAL, USUAL, USUAL, LOW, notes={3: note})) == [3]


def test_days_given_by_hand():
    text = diary(USUAL, USUAL, USUAL)
    assert [one.date for one in record(text, dt.date(2026, 3, 3)).incomplete] == [dt.date(2026, 3, 3)]
    for day in ("2026-03-03", [dt.date(2026, 3, 3)], [dt.datetime(2026, 3, 3, 12)], dt.datetime(2026, 3, 3, 12)):
        report = ng.analyze(read(text), WOMAN, incomplete=day)
        assert report.to_dict()["period"]["incomplete_days"] == ["2026-03-03"]
        assert "no day of this log" not in report.to_text()
    other = ng.analyze(read(text), WOMAN, incomplete=["2026-04-01"])
    assert "no day of this log with food that was counted: 2026-04-01" in " ".join(other.to_text().split())


def test_a_log_of_nothing_but_marked_days_is_counted_and_says_so():
    report = ng.analyze(read(diary(USUAL, USUAL, notes={0: "incomplete", 1: "incomplete"})), WOMAN)
    assert report.intake.days == 2 and report.record.all_incomplete
    assert "Every day is marked as incomplete; they are counted all the same" in " ".join(report.to_text().split())


# --- what follows


def test_both_means_are_shown():
    """250 mg of magnesium on three whole days, 37.5 mg on the fourth: 250 without it, 787.5 / 4 = 196.9 with it."""
    report = ng.analyze(read(diary(USUAL, USUAL, USUAL, LOW)), WOMAN)
    text = " ".join(report.to_text().split())
    assert "2026-03-05 is not in the mean: 300 kcal, the other days about 2,000" in text
    assert "in brackets with them: magnesium 250 (197)" in text
    found = report.to_dict()
    assert found["record"]["mean_with_all"]["magnesium"] == pytest.approx(787.5 / 4)
    assert found["nutrients"][0]["intake"]["mean"] == pytest.approx(250)


def test_a_verdict_that_hangs_on_days_that_were_found_is_not_given():
    """400 mg on ten whole days: covered (EAR 265 mg); with six days of 37.5 mg the mean is 264 mg: not clear."""
    rich = tuple((meal, kcal * 1.6) for meal, kcal in USUAL)
    report = ng.analyze(read(diary(*[rich] * 10, *[LOW] * 6)), WOMAN)
    reading = report.readings[0]
    assert reading.adequacy is not None
    assert (reading.adequacy.status, reading.reason) == ("undetermined", "days")
    assert "it hangs on the days left out of the mean" in " ".join(report.to_text().split())
    marked = ng.analyze(
        read(diary(*[rich] * 10, *[LOW] * 6, notes={10 + i: "incomplete" for i in range(6)})), WOMAN
    ).readings[0]
    assert marked.adequacy is not None and marked.adequacy.status == "likely_adequate"  # who marks a day knows


def _potassium(each: float, *, marked: bool) -> str:
    """Ten days of 2,000 kcal and six of 300, with so much potassium per kcal. [mg/kcal]"""
    rows = diary(
        *[USUAL] * 10, *[LOW] * 6, notes={10 + i: "incomplete" for i in range(6)} if marked else {}
    ).splitlines()
    cells = [row.split(",") for row in rows[1:]]
    head = rows[0].replace("magnesium", "potassium")
    return "\n".join([head, *(",".join((*row[:-1], str(each * float(row[-2])))) for row in cells)]) + "\n"


@pytest.mark.parametrize(("each", "status"), [(2.5, "undetermined"), (1.55, "below_ai_no_inference")])
def test_what_another_authority_reads_hangs_on_those_days_too(each, status):
    """EFSA's AI is 3,500 mg, that of the US 2,600. 2.5 mg/kcal are 5,000 mg on whole days, above both, and
    (10 x 5,000 + 6 x 750) / 16 = 3,406 with the others, below the first; 1.55 are 3,100 mg, between the two, and
    (10 x 3,100 + 6 x 465) / 16 = 2,112, below both."""
    person = ng.Person(age=34, sex="female", references="efsa")
    report = ng.analyze(read(_potassium(each, marked=False)), person)
    found = report.case.readings["potassium"].adequacy
    assert found is not None and found.status == status
    assert [one.marked for one in report.record.incomplete] == [False] * 6
    assert not [flag for flag in report.flag("C1") if "potassium" in flag.nutrients]
    told = ng.analyze(read(_potassium(each, marked=True)), person)  # who marks a day knows
    both = told.case.readings["potassium"].adequacy
    assert both is not None and both.status == ("at_or_above_ai" if each == 2.5 else status)
    assert len([flag for flag in told.flag("C1") if "potassium" in flag.nutrients]) == (each == 1.55)


def test_one_line_is_one():
    """1,100 kcal in one line where the others have three lines."""
    (one,) = record(diary(USUAL, USUAL, USUAL, (("", 1100),))).incomplete
    assert one.reason == "1,100 kcal, the other days about 2,000; 1 line, the other days about 3"


# --- weekdays and energy


def test_weekdays_are_weighted_as_they_stand_in_a_week():
    """2026-03-02 is a Monday. Monday to Thursday 250 mg, Friday to Sunday 500 mg; of four days Mon, Tue, Wed, Fri the
    plain mean is (3 x 250 + 500) / 4 = 312.5 and the weighted one 250 x 4/7 + 500 x 3/7 = 357.1 mg."""
    twice = tuple((meal, kcal * 2) for meal, kcal in USUAL)
    lines = diary(USUAL, USUAL, USUAL, twice).replace("2026-03-05", "2026-03-06")
    plain = ng.analyze(read(lines), WOMAN)
    weighted = ng.analyze(read(lines), WOMAN, method=ng.Method(weekdays=True))
    assert plain.readings[0].best == pytest.approx(312.5)
    assert weighted.readings[0].best == pytest.approx(250 * 4 / 7 + 500 * 3 / 7)
    (top,) = weighted.intake.contributors("magnesium")
    assert top[1] == pytest.approx(weighted.readings[0].best)
    assert "Friday to Sunday weighted 4 to 3" in " ".join(weighted.to_text().split())


def test_energy_beside_the_basal_rate():
    """Mifflin: 10 x 60 + 6.25 x 165 - 5 x 34 - 161 = 1300.25 kcal; 2,000 kcal are 1.538 of it."""
    person = ng.Person(age=34, sex="female", weight_kg=60, height_cm=165)
    report = ng.analyze(read(diary(USUAL, USUAL, USUAL)), person)
    assert report.record.energy is not None
    assert report.record.energy.ratio == pytest.approx(2000 / 1300.25)
    assert (
        ng.analyze(read(diary(USUAL)), ng.Person(age=15, sex="male", weight_kg=60, height_cm=165)).record.energy is None
    )
