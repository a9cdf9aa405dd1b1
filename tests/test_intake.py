"""From lines to days and means: by hand, from the values of the release.

Values per 100 g of the foods used here (SR28; FNDDS 2021-2023 where the code says so)::

    sr:11457 spinach, raw   magnesium 79  calcium 99  potassium 558  B6 0.195  vitamin D 0     B12 0     energy 23
    sr:09040 banana, raw    magnesium 27  calcium  5  potassium 358  B6 0.367  vitamin D 0     B12 0     energy 89
    sr:15076 salmon, raw    magnesium 29  calcium 12  potassium 490  B6 0.818  vitamin D ?     B12 3.18  energy 142
    fndds:57134000 corn flakes            B12 1.8, all of it added
    fndds:11514150 cocoa drink            B12 0.37, of which 0.32 added

Unmeasured vitamin D of fish: best 2.5, high 19 µg per 100 g.
"""

import csv
import io
import math

import numpy as np
import pandas as pd
import pytest

import nutrigap as ng
from nutrigap.tables import FoodTable, Imputation, PortionStatistics, Texts, load_foods
from nutrigap.totals import Bounds, contributions, sum_by
from nutrigap.units import DATA, nutrient_index, nutrients

CORE = ("magnesium", "calcium", "potassium", "vitamin_d", "vitamin_b12", "vitamin_b6")
WOMAN = ng.Person(age=34, sex="female")
with (DATA / "default_portion.csv").open(encoding="utf-8", newline="") as stream:
    PORTION = {row["nutrient"]: (float(row["mean"]), float(row["sd"])) for row in csv.DictReader(stream)}


def read(*lines: tuple[int, str, str], labels: dict[str, list[str]] | None = None, **given: object) -> dict:
    """The report of lines (day of March, food, amount)."""
    frame = pd.DataFrame(
        {
            "date": [f"2026-03-{day:02}" for day, _, _ in lines],
            "food": [food for _, food, _ in lines],
            "amount": [amount for _, _, amount in lines],
            **(labels or {}),
        }
    )
    return ng.analyze(frame, WOMAN, **given).to_dict()


def of(report: dict, nutrient: str) -> dict:
    return next(entry for entry in report["nutrients"] if entry["id"] == nutrient)


def intake(report: dict, nutrient: str) -> list[float | None]:
    found = of(report, nutrient)["intake"]
    return [found["low"], found["mean"], found["high"]]


# --- means, days, periods


def test_mean_and_sd_of_the_days() -> None:
    found = read((1, "sr:11457", "100 g"), (1, "sr:09040", "100 g"), (2, "sr:09040", "200 g"), (4, "sr:11457", "50 g"))
    days = [79 + 27, 54, 39.5]
    mean = sum(days) / 3
    assert [day["best"] for day in of(found, "magnesium")["days"]] == pytest.approx(days)
    assert intake(found, "magnesium") == pytest.approx([mean] * 3)
    sd = math.sqrt(sum((day - mean) ** 2 for day in days) / 2)
    assert of(found, "magnesium")["intake"]["sd"] == pytest.approx(sd)
    assert found["period"] == {"start": "2026-03-01", "end": "2026-03-04", "days": 3, "incomplete_days": []}


def test_one_day_has_no_sd() -> None:
    assert of(read((1, "sr:11457", "100 g")), "magnesium")["intake"]["sd"] is None


def test_days_without_a_countable_food_are_listed_and_not_in_the_mean() -> None:
    found = read(
        (1, "sr:11457", "100 g"),
        (2, "zzqx blorp", "1 plate"),
        (3, "magnesium 200 mg", ""),
        (4, "gym", ""),
        (5, "sr:11457", "200 g"),
    )
    assert found["period"]["days"] == 2
    assert found["period"]["incomplete_days"] == ["2026-03-02", "2026-03-03"]
    assert (found["period"]["start"], found["period"]["end"]) == ("2026-03-01", "2026-03-05")
    # neither the dose nor the room for the line of an incomplete day bears on the mean
    assert intake(found, "magnesium") == pytest.approx([(79 + 158) / 2] * 3)
    assert [day["date"][-2:] for day in of(found, "magnesium")["days"]] == ["01", "02", "03", "05"]


def test_a_diary_of_doses_alone_has_its_days() -> None:
    found = read((1, "magnesium 200 mg", ""), (2, "magnesium 300 mg", ""))
    assert found["period"]["days"] == 2
    assert intake(found, "magnesium") == [250, 250, None]  # what was eaten is not known, which is not nothing
    assert of(found, "magnesium")["coverage"] == 0  # no food is counted


def test_doses_count_when_no_food_at_all_could_be_counted() -> None:
    found = read((1, "magnesium 200 mg", ""), (1, "zzqx blorp", "1 plate"))
    mean, sd = PORTION["magnesium"]
    assert found["period"]["days"] == 1
    assert intake(found, "magnesium") == pytest.approx([200, 200, 200 + mean + 1.645 * sd])


def test_no_day_no_mean() -> None:
    found = read((1, "zzqx blorp", "1 plate"), (2, "gym", ""))
    assert found["period"]["days"] == 0 and found["period"]["incomplete_days"] == ["2026-03-01"]
    for nutrient in CORE:
        entry = of(found, nutrient)
        assert intake(found, nutrient) == [None] * 3
        assert set(entry["intake"]["by_source"].values()) == {None}
        assert entry["contributors"] == [] and entry["coverage"] == 0


# --- what is left out


@pytest.mark.parametrize("k", [1, 2, 5])
@pytest.mark.parametrize("nutrient", CORE)
def test_lines_left_out_are_bounded_together(k: int, nutrient: str) -> None:
    """Over the whole log: sum + k·m + 1.645·s·√k, whatever days the lines stand on."""
    counted = [(day, "sr:11457", "100 g") for day in range(1, 6)]
    lost = [(1 + i, f"zzqx blorp {'abcde'[i]}", "1 plate") for i in range(k)]
    found, plain = read(*counted, *lost), read(*counted)
    mean, sd = PORTION[nutrient]
    low, best, high = intake(found, nutrient)
    assert [low, best] == intake(plain, nutrient)[:2]
    assert high == pytest.approx((5 * best + k * mean + 1.645 * sd * math.sqrt(k)) / 5, rel=1e-12)
    day = of(found, nutrient)["days"][0]
    assert day["high"] == pytest.approx(day["best"] + mean + 1.645 * sd, rel=1e-12)
    assert of(plain, nutrient)["days"][4] == of(found, nutrient)["days"][4] or k == 5


def test_lines_that_are_no_food_widen_nothing() -> None:
    plain = read((1, "sr:11457", "100 g"))
    found = read((1, "sr:11457", "100 g"), (1, "gym", ""), (1, "skipped breakfast", ""), (1, "fish oil capsule", ""))
    assert found["nutrients"] == plain["nutrients"]
    assert found["inputs"]["diary"]["left_out"] == 3


def test_a_multivitamin_without_a_label_has_no_upper_end() -> None:
    plain = read((1, "sr:11457", "100 g"), (2, "sr:11457", "100 g"))
    found = read((1, "sr:11457", "100 g"), (2, "sr:11457", "100 g"), (2, "multivitamin", "1 tablet"))
    for nutrient in CORE:
        low, best, high = intake(found, nutrient)
        assert [low, best] == intake(plain, nutrient)[:2] and high is None
        assert [day["high"] is None for day in of(found, nutrient)["days"]] == [False, True]
        [decider] = of(found, nutrient)["decided_by"]
        assert decider == {"text": "multivitamin", "lines": [4], "width": None, "reason": "the label is not told"}
    assert intake(found, "energy") == intake(plain, "energy")


# --- labels


def test_a_label_replaces_one_value() -> None:
    plain = read((1, "sr:11457", "100 g"))
    found = read((1, "sr:11457", "100 g"), labels={"magnesium_mg": ["12.5"]})
    assert intake(found, "magnesium") == [12.5] * 3
    for nutrient in CORE[1:]:
        assert of(found, nutrient)["intake"] == of(plain, nutrient)["intake"]


def test_a_label_makes_an_unmeasured_value_known() -> None:
    found = read((1, "sr:15076", "100 g"), labels={"vitamin_d_iu": ["400"]})
    assert intake(found, "vitamin_d") == pytest.approx([10] * 3)  # 40 IU are 1 µg
    assert of(found, "vitamin_d")["coverage"] == 1 and of(found, "vitamin_d")["decided_by"] == []
    assert found["lines"][0]["nutrients"]["vitamin_d"] == pytest.approx(10)


def test_a_label_without_a_known_food() -> None:
    """The label counts; what it does not tell is bounded as by a line left out."""
    found = read((1, "zzqx blorp", "1 plate"), labels={"magnesium_mg": ["90"]})
    assert found["lines"][0]["status"] == "flagged"
    assert intake(found, "magnesium") == [90] * 3
    mean, sd = PORTION["calcium"]
    assert intake(found, "calcium") == pytest.approx([0, 0, mean + 1.645 * sd])


def test_blank_labels_of_a_supplement_are_nothing() -> None:
    found = read((1, "sr:11457", "100 g"), (1, "multivitamin", "1 tablet"), labels={"vitamin_b6_mg": ["", "2"]})
    assert intake(found, "vitamin_b6") == pytest.approx([2.195] * 3)
    assert intake(found, "calcium") == [99] * 3


# --- sources


@pytest.mark.parametrize(
    ("food", "whole", "added"), [("fndds:57134000", 1.8, 1.8), ("fndds:11514150", 0.37, 0.32), ("sr:09040", 0.0, 0.0)]
)
def test_fortified_b12(food: str, whole: float, added: float) -> None:
    found = read((1, food, "50 g"))
    assert of(found, "vitamin_b12")["intake"]["by_source"] == pytest.approx(
        {"food": (whole - added) / 2, "fortified": added / 2, "supplement": 0.0}, abs=1e-12
    )
    for nutrient in CORE:
        if nutrient != "vitamin_b12":
            assert of(found, nutrient)["intake"]["by_source"]["fortified"] is None


def test_sources_add_up_to_the_mean() -> None:
    found = read(
        (1, "fndds:11514150", "250 g"), (1, "sr:15076", "100 g"), (2, "vitamin B12 25 mcg", ""), (2, "sr:09040", "9 g")
    )
    source = of(found, "vitamin_b12")["intake"]["by_source"]
    assert source == pytest.approx({"food": (0.125 + 3.18) / 2, "fortified": 0.4, "supplement": 12.5})
    for nutrient in CORE:
        entry = of(found, nutrient)["intake"]
        assert sum(value or 0.0 for value in entry["by_source"].values()) == pytest.approx(entry["mean"])


def days_frame(*lines: tuple[int, str, str], labels: dict[str, list[str]] | None = None) -> pd.DataFrame:
    frame = pd.DataFrame(
        {"date": [f"2026-03-{d:02}" for d, _, _ in lines], "food": [f for _, f, _ in lines],
         "amount": [a for _, _, a in lines], **(labels or {})}
    )  # fmt: skip
    days = ng.analyze(frame, WOMAN).days
    return days[days["nutrient"] == "vitamin_b12"].set_index(["date", "source"])[["low", "best", "high"]]


def test_bounds_of_the_parts_where_the_table_cannot_tell_them() -> None:
    """Brie-like: B12 of sr:15076 is known, what was added to it is not; the banana beside it keeps its own parts."""
    found = days_frame((1, "sr:15076", "100 g"), (1, "fndds:11514150", "100 g"))
    assert found.loc["2026-03-01", "food"].tolist() == pytest.approx([0.05, 3.18 + 0.05, 3.18 + 0.05])
    assert found.loc["2026-03-01", "fortified"].tolist() == pytest.approx([0.32, 0.32, 0.32 + 3.18])


def test_a_label_does_not_tell_what_was_added() -> None:
    found = days_frame((1, "fndds:57134000", "100 g"), labels={"vitamin_b12_ug": ["2.5"]})
    assert found.loc["2026-03-01", "food"].tolist() == pytest.approx([0, 2.5, 2.5])
    assert found.loc["2026-03-01", "fortified"].tolist() == pytest.approx([0, 0, 2.5])


def test_a_range_of_grams_keeps_both_parts() -> None:
    found = days_frame((1, "fndds:11514150", "100-300 g"))
    assert found.loc["2026-03-01", "food"].tolist() == pytest.approx([0.05, 0.10, 0.15])
    assert found.loc["2026-03-01", "fortified"].tolist() == pytest.approx([0.32, 0.64, 0.96])


# --- coverage, contributors, deciders


def test_coverage_is_a_share_of_energy() -> None:
    found = read((1, "sr:09040", "100 g"), (1, "sr:15076", "50 g"), (1, "vitamin D3 1000 IU", ""), (2, "zzqx", "1 g"))
    assert of(found, "vitamin_d")["coverage"] == pytest.approx(89 / (89 + 71))
    assert of(found, "magnesium")["coverage"] == 1


def test_coverage_without_energy_is_a_share_of_lines() -> None:
    foods = made_by_hand()
    found = read((1, "rain water", "100 g"), (1, "well water", "100 g"), foods=foods)
    assert of(found, "magnesium")["coverage"] == 0.5


def test_contributors() -> None:
    found = read(
        (1, "sr:11457", "100 g"),
        (2, "sr:09040", "100 g"),
        (2, "magnesium 100 mg", ""),
        (3, "sr:11457", "50 g"),
        (4, "zzqx blorp", "1 plate"),
    )
    amounts = {"magnesium 100 mg": 100 / 3, "Spinach, raw": 118.5 / 3, "Bananas, raw": 27 / 3}
    entry = of(found, "magnesium")
    assert [one["food"] for one in entry["contributors"]] == ["Spinach, raw", "magnesium 100 mg", "Bananas, raw"]
    assert {one["food"]: one["amount"] for one in entry["contributors"]} == pytest.approx(amounts)
    for nutrient in CORE:
        shares = [one["share"] for one in of(found, nutrient)["contributors"]]
        assert math.fsum(shares) == pytest.approx(1 if shares else 0)
    assert of(found, "vitamin_d")["contributors"] == []


def test_deciders_name_what_is_wide() -> None:
    found = read(
        (1, "sr:15076", "100 g"),
        (1, "fndds:57134000", "20-30 g"),
        (1, "zzqx blorp", "1 plate"),
        (2, "zzqx blorp", "2 plates"),
        (2, "sr:15076", "50 g"),
    )
    mean, sd = PORTION["vitamin_d"]
    assert of(found, "vitamin_d")["decided_by"] == [
        {"text": "Fish, salmon, Atlantic, wild, raw", "lines": [2, 6], "width": pytest.approx(28.5 / 2),
         "reason": "not measured"},
        {"text": "zzqx blorp", "lines": [4, 5], "width": pytest.approx((2 * mean + 1.645 * sd * math.sqrt(2)) / 2),
         "reason": "left out"},
        {"text": "fndds:57134000", "lines": [3], "width": pytest.approx(0.5 / 2), "reason": "the amount is a range"},
    ]  # fmt: skip
    entry = of(found, "magnesium")["decided_by"]
    assert [(one["text"], one["reason"]) for one in entry] == [
        ("zzqx blorp", "left out"),
        ("fndds:57134000", "the amount is a range"),
    ]


@pytest.mark.parametrize(
    ("line", "nutrient", "banana", "dose", "share"),
    [  # share of the element in the compound, from the atomic masses
        ("potassium chloride 500 mg", "potassium", 358, 500, 39.0983 / (39.0983 + 35.453)),
        ("magnesium oxide 400 mg", "magnesium", 27, 400, 24.305 / (24.305 + 15.999)),
    ],
)
def test_a_salt_has_two_readings(line: str, nutrient: str, banana: float, dose: float, share: float) -> None:
    found = read((1, "sr:09040", "100 g"), (1, line, ""))
    expected = [banana + dose * share, banana + dose, banana + dose]
    assert intake(found, nutrient) == pytest.approx(expected, rel=1e-4)
    [decider] = of(found, nutrient)["decided_by"]
    assert (decider["text"], decider["reason"]) == (line, "the dose has two readings")


def test_a_known_diary_has_no_deciders() -> None:
    found = read((1, "sr:11457", "100 g"), (2, "sr:09040", "100 g"))
    assert all(entry["decided_by"] == [] for entry in found["nutrients"] if entry["id"] in CORE)


# --- the kernels


@pytest.mark.parametrize("ordered", [True, False])
@pytest.mark.parametrize(("lines", "size"), [(0, 0), (0, 3), (1, 1), (40, 7), (3000, 200)])
def test_sum_by_is_a_plain_loop(lines: int, size: int, ordered: bool) -> None:
    random = np.random.default_rng(lines)
    index = random.integers(0, max(size, 1), lines)
    index = np.sort(index) if ordered else index
    amounts = random.random((lines, 3))
    expected = [[0.0] * 3 for _ in range(size)]
    for place, row in zip(index.tolist(), amounts.tolist(), strict=True):
        expected[place] = [a + b for a, b in zip(expected[place], row, strict=True)]
    found = sum_by(index, amounts, size)
    # each amount is rounded to 1e-11, and no sum loses more than half of that a line
    np.testing.assert_allclose(found, np.array(expected).reshape(size, 3), rtol=1e-12, atol=0.5e-11 * lines)


@pytest.mark.parametrize("index", [[-1, 0], [0, -1], [0, 2], [2, 0]])
def test_sum_by_refuses_a_place_that_is_none(index: list[int]) -> None:
    with pytest.raises((ValueError, IndexError)):
        sum_by(np.array(index), np.ones((2, 2)), 2)


def test_contributions_leave_the_table_as_it_is() -> None:
    foods = load_foods()
    before = foods.values.copy()
    rows, grams = np.array([foods.row("sr:15076"), foods.row("sr:15076")]), np.array([100.0, 20.0])
    found = contributions(foods, rows, Bounds(grams / 2, grams, grams * 2))
    column = nutrient_index()["vitamin_d"]
    np.testing.assert_allclose([end[:, column] for end in found], [[0, 0], [2.5, 0.5], [38, 7.6]], rtol=1e-12)
    column = nutrient_index()["magnesium"]
    np.testing.assert_allclose([end[:, column] for end in found], [[14.5, 2.9], [29, 5.8], [58, 11.6]], rtol=1e-12)
    np.testing.assert_array_equal(before, foods.values)


# --- a table of the user's own


def made_by_hand() -> FoodTable:
    """Four foods; nothing stands in for what is not known, and nothing is known of an ordinary portion."""
    columns = nutrient_index()
    values = np.zeros((4, len(columns)))
    values[0, columns["magnesium"]], values[0, columns["energy"]] = 50.0, 100.0
    values[1, columns["magnesium"]], values[1, columns["energy"]] = np.nan, 100.0
    values[1, columns["vitamin_b6"]] = np.nan
    values[3, columns["magnesium"]] = np.nan
    nothing = np.full((1, len(columns)), np.nan)
    return FoodTable(
        name="mine", edition="2026", sha256="", ids=[f"mine:{i}" for i in range(1, 5)],
        names=["Oat cake", "Rock pie", "Rain water", "Well water"], values=values, fdc=np.zeros(4, dtype=np.int64),
        group=np.zeros(4, dtype=np.int64), groups=("mine",), survey=np.zeros(4, dtype=bool), refuse=np.full(4, np.nan),
        default_grams=np.array([30.0, np.nan, np.nan, np.nan]), portion_offsets=np.array([0, 1, 2, 2, 2]),
        portion_names=["piece", "slice"], portion_grams=np.array([40.0, 120.0]),
        imputation=Imputation(best=nothing, high=nothing),
        left_out_portion=PortionStatistics(mean=nothing[0], sd=nothing[0]),
    )  # fmt: skip


def test_a_table_by_hand() -> None:
    foods = made_by_hand()
    assert repr(foods).splitlines()[0] == "FoodTable mine: 4 foods, 2 portions"
    assert [foods.default_portion_grams(row) for row in range(3)] == [30.0, 120.0, None]
    found = read((1, "oat cake", "2 pieces"), (1, "oat cake", ""), foods=foods)
    assert intake(found, "magnesium") == pytest.approx([(80 + 30) / 2] * 3)
    with pytest.raises(ng.UnknownFood):
        foods.row("mine:9")
    with pytest.raises(ng.UnknownFood):
        foods.row("fdc:0")


@pytest.mark.parametrize(
    "line", [(1, "rock pie", "1 slice"), (1, "zzqx blorp", "1 plate")], ids=["not measured", "left out"]
)
def test_where_nothing_bounds_the_unknown_there_is_no_upper_end(line: tuple[int, str, str]) -> None:
    found = read((1, "oat cake", "100 g"), line, foods=made_by_hand())
    low, _, high = intake(found, "magnesium")
    assert (low, high) == (50, None)
    assert of(found, "magnesium")["decided_by"][0]["width"] is None
    assert of(found, "magnesium")["adequacy"]["status"] == "undetermined"


def test_a_dose_above_the_limit_needs_no_food_to_be_known() -> None:
    lines = {"date": "2026-03-01", "food": ["rock pie", "tablet"], "amount": ["1 slice", "1"]}
    frame = pd.DataFrame({**lines, "kind": ["food", "supplement"], "vitamin_b6_mg": ["", "150"]})
    report = ng.analyze(frame, WOMAN, foods=made_by_hand())
    found = of(report.to_dict(), "vitamin_b6")
    assert intake(report.to_dict(), "vitamin_b6") == [150, None, None]
    assert (found["excess"]["amount_compared"], found["excess"]["status"]) == (150, "above_ul")
    assert "Vitamin B6" in report.to_text()


# --- lines of a text


@pytest.mark.parametrize(
    ("data", "items"),
    [(b"", ()), (b"a\n", ("a",)), (b"a\n\nb\xc3\xa9\n", ("a", "", "bé")), (b"a\nlast", ("a", "last")), (b"\n", ("",))],
)
def test_texts_is_a_sequence(data: bytes, items: tuple[str, ...]) -> None:
    texts, size = Texts(data), len(items)
    assert len(texts) == size and tuple(texts) == items and tuple(reversed(texts)) == items[::-1]
    assert [texts[i] for i in range(-size, size)] == [items[i] for i in range(-size, size)]
    assert texts[:] == items and texts[1:] == items[1:] and texts[::-2] == items[::-2]
    for beyond in (size, -size - 1, size + 5):
        with pytest.raises(IndexError):
            texts[beyond]
    assert "zz" not in texts and all(item in texts for item in items)


def test_every_nutrient_has_a_default_portion() -> None:
    assert set(PORTION) == {nutrient.id for nutrient in nutrients()}


def test_a_known_food_of_unknown_amount_is_bounded_by_its_own_portions() -> None:
    """Two "bricks" of firm tofu may be two of the largest portion of the release: more than an average food brings."""
    foods = ng.load_foods()
    row = foods.row("sr:16426")
    largest = max(portion.grams for portion in foods.portions(row))
    calcium = float(foods.values[row, nutrient_index()["calcium"]])
    diary = ng.read_diary(io.StringIO("date,food,amount\n2026-03-02,sr:16426,2 bricks\n2026-03-02,sr:09040,100 g\n"))
    report = ng.analyze(diary)
    low, best, high = (float(end[0, nutrient_index()["calcium"]]) for end in report.intake.lines)
    assert report.entries[0].status == "left_out"
    assert (low, best) == (0.0, 0.0)
    assert high == pytest.approx(max(2 * largest * calcium / 100, 77.2216 + 1.645 * 105.437))
    assert high > 77.2216 + 1.645 * 105.437  # what one default portion of a food brings at most
    # a line that is left out says nothing of its nutrients, and enters no share
    assert report.to_dict()["lines"][0]["nutrients"]["calcium"] is None
    assert "Tofu" not in str(report.intake.contributors("calcium"))
