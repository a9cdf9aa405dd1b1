"""What must hold for any diary: order, splitting, spelling, doubling, and bounds that keep their order."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nutrigap as ng

CORE = ("magnesium", "calcium", "potassium", "vitamin_d", "vitamin_b12", "vitamin_b6")
ENDS = ("low", "mean", "high")
WOMAN = ng.Person(age=34, sex="female")
# Foods with every value known, with some and with most unknown; one that is all fortified, one only in part.
FOODS = (
    "sr:11457", "sr:09040", "sr:12061", "sr:15076", "sr:13325", "sr:16281", "sr:36014", "sr:12012", "fndds:11111000",
    "fndds:57134000", "fndds:11514150", "fndds:92101000",
)  # fmt: skip
UNMEASURED_D = ("sr:15076", "sr:16281", "sr:36014", "sr:12012")
G_PER_LB = 453.59237  # international avoirdupois pound

Line = tuple[int, str, float]
lines = st.lists(
    st.tuples(st.integers(1, 5), st.sampled_from(FOODS), st.integers(1, 4000).map(lambda tenths: tenths / 10)),
    min_size=1,
    max_size=8,
)
few = settings(max_examples=40)


def frame(diary: list[Line], amounts: list[str] | None = None) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "date": [f"2026-03-{day:02}" for day, _, _ in diary],
            "food": [food for _, food, _ in diary],
            "amount": amounts or [f"{grams} g" for _, _, grams in diary],
            "note": "complete day",  # else a day far below the others would leave the mean, which is no smooth function
        }
    )


def lost(diary: list[Line], days: list[int]) -> pd.DataFrame:
    """The diary with a line that no table knows on each of these days."""
    more = frame([(day, f"zzqx blorp {'abcdefgh'[i]}", 1.0) for i, day in enumerate(days)], ["1 plate"] * len(days))
    return pd.concat([frame(diary), more], ignore_index=True)


def read(diary: pd.DataFrame, person: ng.Person = WOMAN) -> dict[str, dict]:
    return {entry["id"]: entry for entry in ng.analyze(diary, person).to_dict()["nutrients"]}


def means(report: dict[str, dict]) -> dict[str, float | None]:
    """Every mean and day total of the six, with its ends, by a name."""
    found = {}
    for nutrient in CORE:
        for end in ENDS:
            found[f"{nutrient} {end}"] = report[nutrient]["intake"][end]
        for day in report[nutrient]["days"]:
            for end in ("low", "best", "high"):
                found[f"{nutrient} {day['date']} {end}"] = day[end]
        for source, amount in report[nutrient]["intake"]["by_source"].items():
            found[f"{nutrient} {source}"] = amount or 0.0
    return found


def same(one: dict[str, float | None], other: dict[str, float | None]) -> bool:
    unknown = {name for name in one if one[name] is None}
    assert one.keys() == other.keys() and unknown == {name for name in other if other[name] is None}
    return all(one[name] == pytest.approx(other[name], rel=1e-10, abs=1e-10) for name in one.keys() - unknown)


@few
@given(diary=lines, random=st.randoms(use_true_random=False))
def test_the_order_of_lines_does_not_matter(diary: list[Line], random: object) -> None:
    shuffled = list(diary)
    random.shuffle(shuffled)
    assert same(means(read(frame(diary))), means(read(frame(shuffled))))


@few
@given(diary=lines, place=st.integers(0, 7), share=st.integers(1, 9))
def test_splitting_a_line_changes_nothing(diary: list[Line], place: int, share: int) -> None:
    day, food, grams = diary[place % len(diary)]
    parts = [(day, food, grams * share / 10), (day, food, grams * (10 - share) / 10)]
    rest = [line for i, line in enumerate(diary) if i != place % len(diary)]
    whole, split = read(frame(diary)), read(frame(rest + parts, [f"{grams!r} g" for _, _, grams in rest + parts]))
    assert same(means(whole), means(split))
    for nutrient in CORE:
        assert split[nutrient]["adequacy"]["status"] == whole[nutrient]["adequacy"]["status"]
        assert split[nutrient]["coverage"] == pytest.approx(whole[nutrient]["coverage"])


@few
@given(diary=lines)
def test_grams_milligrams_and_pounds_are_one(diary: list[Line]) -> None:
    grams = means(read(frame(diary)))
    as_mg = frame(diary, [f"{g * 1000:.0f} mg" for _, _, g in diary])
    as_lb = frame(diary, [f"{g / G_PER_LB:.15f} lb" for _, _, g in diary])
    assert same(grams, means(read(as_mg)))
    assert same(grams, means(read(as_lb)))


@few
@given(diary=lines)
def test_twice_the_lines_on_the_same_days_double_everything(diary: list[Line]) -> None:
    once, twice = read(frame(diary)), read(frame(diary + diary))
    doubled = {name: None if value is None else 2 * value for name, value in means(once).items()}
    assert same(doubled, means(twice))
    for nutrient in CORE:
        assert twice[nutrient]["coverage"] == pytest.approx(once[nutrient]["coverage"])
        shares = [[one["share"] for one in report[nutrient]["contributors"]] for report in (once, twice)]
        assert shares[0] == pytest.approx(shares[1])


@few
@given(diary=lines, more=st.tuples(st.sampled_from(FOODS), st.integers(1, 500)))
def test_more_food_never_lowers_a_total(diary: list[Line], more: tuple[str, int]) -> None:
    before, after = read(frame(diary)), read(frame([*diary, (diary[0][0], more[0], float(more[1]))]))
    for nutrient in CORE:
        for end in ENDS:
            assert after[nutrient]["intake"][end] >= before[nutrient]["intake"][end] * (1 - 1e-12)


@few
@given(diary=lines, days=st.lists(st.integers(1, 7), max_size=3))
def test_low_best_and_high_keep_their_order(diary: list[Line], days: list[int]) -> None:
    report = read(lost(diary, days))
    for nutrient in CORE:
        entry, found = report[nutrient], report[nutrient]["intake"]
        totals = [[found[end] for end in ENDS]]
        totals += [[day["low"], day["best"], day["high"]] for day in entry["days"]]
        assert all(0 <= low <= best <= high for low, best, high in totals)
        confidence = entry["adequacy"]
        assert confidence["confidence_low"] <= confidence["confidence"] <= confidence["confidence_high"]
        assert 0 <= entry["coverage"] <= 1
        shares = [one["share"] for one in entry["contributors"]]
        assert math.fsum(shares) == pytest.approx(1 if shares else 0)
        assert bool(shares) == (found["mean"] > 0)
        # the width of the mean is that of its deciders; lines left out are bounded together, so by no more
        width, told = found["high"] - found["low"], sum(one["width"] for one in entry["decided_by"])
        assert width <= told * (1 + 1e-9) + 1e-9
        assert (width > 1e-9) == (told > 1e-9)


@few
@given(diary=lines, days=st.lists(st.integers(1, 5), min_size=1, max_size=4))
def test_a_line_left_out_changes_neither_low_nor_best(diary: list[Line], days: list[int]) -> None:
    logged = {day for day, _, _ in diary}
    days = [day if day in logged else min(logged) for day in days]
    before, after = read(frame(diary)), read(lost(diary, days))
    for nutrient in CORE:
        old, new = before[nutrient]["intake"], after[nutrient]["intake"]
        kept = ("low", "mean", "sd")
        assert same({name: old[name] for name in kept}, {name: new[name] for name in kept})
        assert new["high"] > old["high"]
        assert after[nutrient]["contributors"] == before[nutrient]["contributors"]
        assert after[nutrient]["coverage"] == before[nutrient]["coverage"]


@few
@given(diary=lines, unmeasured=st.sampled_from(UNMEASURED_D), grams=st.integers(1, 400))
def test_an_unmeasured_vitamin_d_leaves_a_width(diary: list[Line], unmeasured: str, grams: int) -> None:
    entry = read(frame([*diary, (diary[0][0], unmeasured, float(grams))]))["vitamin_d"]
    assert entry["intake"]["low"] < entry["intake"]["high"]
    assert any(one["reason"] == "not measured" for one in entry["decided_by"])
    low, high = entry["adequacy"]["confidence_low"], entry["adequacy"]["confidence_high"]
    if len(entry["days"]) < 3 or (low <= 0.15 and high >= 0.85):
        assert entry["adequacy"]["status"] == "undetermined"
    elif low >= 0.85:
        assert entry["adequacy"]["status"] == "likely_adequate"
    elif high <= 0.15:
        assert entry["adequacy"]["status"] == "likely_low"
    else:
        assert entry["adequacy"]["status"] == "uncertain"


@few
@given(diary=lines)
def test_a_known_diary_has_no_width(diary: list[Line]) -> None:
    known = [(day, "sr:11457" if food in UNMEASURED_D else food, grams) for day, food, grams in diary]
    for nutrient, entry in read(frame(known)).items():
        if nutrient in CORE:
            assert entry["intake"]["low"] == entry["intake"]["mean"] == entry["intake"]["high"]
            assert entry["coverage"] == 1 and entry["decided_by"] == []


@few
@given(diary=lines, shift=st.integers(1, 20))
def test_which_days_they_are_does_not_matter(diary: list[Line], shift: int) -> None:
    moved = [(day + shift, food, grams) for day, food, grams in diary]
    one, other = read(frame(diary)), read(frame(moved))
    for nutrient in CORE:
        assert one[nutrient]["intake"] == other[nutrient]["intake"]
        assert one[nutrient]["adequacy"] == other[nutrient]["adequacy"]


@few
@given(diary=lines)
def test_the_same_diary_gives_the_same_bytes(diary: list[Line]) -> None:
    assert ng.analyze(frame(diary), WOMAN).to_json() == ng.analyze(frame(diary), WOMAN).to_json()


@few
@given(diary=lines, age=st.integers(1, 90))
def test_an_unknown_sex_is_no_surer_than_either(diary: list[Line], age: int) -> None:
    women, men = (read(frame(diary), ng.Person(age=age, sex=sex)) for sex in ("female", "male"))
    either = read(frame(diary), ng.Person(age=age))
    for nutrient in CORE:
        for test in ("adequacy", "excess"):
            both = {women[nutrient][test]["status"], men[nutrient][test]["status"]}
            found = either[nutrient][test]
            assert found["status"] == (both.pop() if len(both) == 1 else "undetermined")
            told = [report[nutrient][test]["confidence"] for report in (women, men)]
            assert found["confidence"] == (None if told == [None, None] else min(told))


WORDS = (
    "banana chicken rice toast milk tea with and on no without w/ & + , 2 1/2 cup slices 200g mg IU vitamin D3",
    "magnesium citrate tablet daily zzz gym skipped ½ sr:11457 fdc:1 of beans ( ) % = @ \u202e \u0000 x 3-4",
)
SAID = st.sampled_from(" ".join(WORDS).split(" "))


@given(st.lists(st.tuples(st.lists(SAID, max_size=9), st.lists(SAID, max_size=4)), min_size=1, max_size=6))
def test_lines_in_are_counted_flagged_and_left_out(lines: list[tuple[list[str], list[str]]]) -> None:
    """Whatever words a diary is made of: every line ends in one state, and no part of a counted line is lost."""
    rows = [{"date": "2026-03-02", "food": " ".join(food) or "?", "amount": " ".join(much)} for food, much in lines]
    report = ng.analyze(pd.DataFrame(rows))
    states = [entry.status for entry in report.entries]
    assert len(states) == len(report.diary.lines)
    assert sum(report.count(state) for state in ("counted", "flagged", "left_out")) == len(states)
    assert all(entry.problem for entry in report.entries if entry.status != "counted")
    low, best, high = report.intake.lines
    told = ~np.isnan(best)  # of the share of B12 that was added nothing stands in for what is not known
    assert (low <= high + 1e-9).all() and (low >= 0).all()
    assert (low[told] <= best[told] + 1e-9).all() and (best[told] <= high[told] + 1e-9).all()
