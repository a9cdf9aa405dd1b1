"""What else a log tells: by hand, from the values of FNDDS 2021-2023 and SR28 per 100 g.

::

    fndds:92101000 coffee, brewed    caffeine 40        fndds:92101610 espresso       caffeine 212
    fndds:92302000 tea, black        caffeine 20        fndds:92410310 cola           caffeine 9
    fndds:95310600 Red Bull          caffeine 29   B6 2.167   B12 1.97, of which 1.96 added
    fndds:93101000 beer              alcohol 3.9        fndds:93505000 vodka          alcohol 33.4
    fndds:11111000 milk, whole       calcium 123   magnesium 12   B6 0.061   B12 0.54, none added
    fndds:72125220 spinach, cooked   calcium 77    magnesium 106  B6 0.251   B12 0   water 88   sodium 264
    fndds:51300110 bread, wh. wheat  calcium 163   magnesium 77
    fndds:11320000 soy milk          calcium 97    B12 0.37, all added
    fndds:21401000 beef, roast       calcium 15    B12 2.59, none added
    sr:09040       banana, raw       calcium 5     magnesium 27   B6 0.367   water 74.91   sodium 1
    sr:15076       salmon, raw       calcium 12    caffeine not measured
"""

import csv
import datetime as dt
import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import nutrigap as ng
from nutrigap.answers import known_answers
from nutrigap.exposures import (
    Exposures,
    alcohol,
    b6_sources,
    b12,
    caffeine,
    liquorice,
    medicines_logged,
    milk_equivalents,
    named,
    products,
    ratio_ca_mg,
    salt_substitute,
    water_sodium,
)
from nutrigap.exposures.drinks import brewed, clock
from nutrigap.exposures.minerals import absorption, absorption_of
from nutrigap.exposures.products import _fortified_food
from nutrigap.exposures.words import exposures, named_by
from nutrigap.intake import Intake, add_up
from nutrigap.resolve import resolve
from nutrigap.tables import load_foods
from nutrigap.totals import Bounds
from nutrigap.units import DATA, nutrient_index, read_table
from nutrigap.words import words

COFFEE, ESPRESSO, TEA, COLA = "fndds:92101000", "fndds:92101610", "fndds:92302000", "fndds:92410310"
RED_BULL, BEER, VODKA = "fndds:95310600", "fndds:93101000", "fndds:93505000"
MILK, SPINACH, BREAD, SOY = "fndds:11111000", "fndds:72125220", "fndds:51300110", "fndds:11320000"
BEEF, BANANA, SALMON = "fndds:21401000", "sr:09040", "sr:15076"
with (DATA / "default_portion.csv").open(encoding="utf-8", newline="") as stream:
    PORTION = {row["nutrient"]: (float(row["mean"]), float(row["sd"])) for row in csv.DictReader(stream)}


def day(number: int) -> dt.date:
    return dt.date(2026, 3, number)


def read(*lines: tuple[int, str, str], **columns: list[str]) -> Intake:
    """The intake of lines (day of March, food, amount); the first is line 2 of the file."""
    frame = pd.DataFrame(
        {
            "date": [f"2026-03-{number:02}" for number, _, _ in lines],
            "food": [food for _, food, _ in lines],
            "amount": [amount for _, _, amount in lines],
            **columns,
        }
    )
    foods = load_foods()
    return add_up(resolve(ng.read_diary(frame), foods), foods)


def room(nutrient: str, count: int) -> float:
    """The upper end of ``count`` left-out lines together: k·m + 1.645·s·√k."""
    mean, sd = PORTION[nutrient]
    return count * mean + 1.645 * sd * math.sqrt(count)


# --- caffeine


def test_caffeine_of_a_brew_is_a_range_and_that_of_a_can_is_not() -> None:
    found = caffeine(read((1, COFFEE, "500 g"), (1, COLA, "400 g"), (2, TEA, "300 g"), (2, ESPRESSO, "60 g")))
    first, second = (200 * 0.5 + 36, 200 + 36, 200 * 1.6 + 36), (60 * 0.5 + 127.2 * 0.4, 187.2, 60 * 1.6 + 127.2 * 2.5)
    for end, one, other in zip(found.daily, first, second, strict=True):
        assert end.tolist() == pytest.approx([one, other])
    assert found.mean == pytest.approx([(one + other) / 2 for one, other in zip(first, second, strict=True)])
    assert found.dates == (day(1), day(2))
    assert found.above == () and found.maybe_above == (day(2),)  # 96 + 318 = 414 at the most
    assert found.unknown == ()


def test_days_above_the_limit_are_complete_days() -> None:
    found = caffeine(read((1, COFFEE, "1250 g"), (2, COFFEE, "1000 g"), (3, "caffeine tablet 200 mg", "3")))
    assert found.above == (day(1),)  # 500 mg; 400 mg is not above 400; the third day has no food
    assert found.maybe_above == (day(2),)
    assert found.mean.best == pytest.approx((500 + 400) / 2)
    assert found.sitting is not None and found.sitting.amount.best == 600  # yet the dose was taken


def test_unmeasured_caffeine_widens_the_high_end_only() -> None:
    found = caffeine(read((1, SALMON, "100 g"), (1, COLA, "100 g")))
    assert found.mean.low == found.mean.best == pytest.approx(9)
    assert found.mean.high > 9
    assert found.unknown == (2,)


def test_a_left_out_line_has_its_room() -> None:
    found = caffeine(read((1, COLA, "100 g"), (1, "zzqx blorp", "1 plate")))
    assert found.mean == pytest.approx((9, 9, 9 + room("caffeine", 1)))
    assert found.unknown == (3,)


@pytest.mark.parametrize(
    ("food", "amount", "mg"),
    [
        ("caffeine 200 mg", "", (200, 200, 200)),
        ("caffeine tablet 200 mg", "2", (400, 400, 400)),
        ("caffeine tablets 100mg", "1-2 tablets", (100, 150, 200)),
        ("caffeine", "100 mg", (100, 100, 100)),
        ("2 caffeine tablets 50 mg", "", (100, 100, 100)),
        ("2 x caffeine 50 mg", "", (100, 100, 100)),
        ("200 mg caffeine", "", (200, 200, 200)),
        ("caffeine 100 mg + theanine 200 mg", "", (100, 100, 100)),
        ("theanine 200 mg, caffeine 100 mg", "", (100, 100, 100)),
        ("Koffein 50 mg", "", (50, 50, 50)),
    ],
)
def test_words_that_tell_caffeine(food: str, amount: str, mg: tuple[float, float, float]) -> None:
    found = caffeine(read((1, BANANA, "100 g"), (1, food, amount)))
    assert found.mean == pytest.approx(mg)
    assert found.stated == (3,) and found.unknown == ()


@pytest.mark.parametrize("food", ["caffeine pill", "caffeine", "NoDoz", "guarana"])
def test_a_caffeine_product_without_a_dose_has_no_upper_end(food: str) -> None:
    found = caffeine(read((1, BANANA, "100 g"), (1, food, "1")))
    assert found.mean.low == found.mean.best == 0 and found.mean.high == math.inf
    assert found.unknown == (3,) and found.stated == ()


def test_a_food_before_training_is_no_caffeine_product() -> None:
    found = caffeine(read((1, BANANA, "100 g"), (1, COLA, "100 g"), note=["pre workout", "with guarana"]))
    assert found.mean == (9, 9, 9) and found.unknown == ()


def test_caffeine_free_is_no_caffeine_product() -> None:
    found = caffeine(read((1, "caffeine free cola", "330 g")))
    assert found.mean.high < math.inf and found.stated == ()


def test_a_label_is_the_amount() -> None:
    found = caffeine(read((1, COFFEE, "200 g"), caffeine_mg=["95"]))
    assert found.mean == (95, 95, 95)


# --- what was taken at once


def test_two_hours_make_a_sitting() -> None:
    times = ["08:00", "09:30", "10:00", "10:01", "16:00"]
    lines = [(1, COLA, f"{grams} g") for grams in (100, 200, 300, 400, 500)]
    found = caffeine(read(*lines, time=times)).sitting
    assert found is not None
    # from 08:00 9+18+27 = 54, from 09:30 18+27+36 = 81, from 16:00 45
    assert found.amount == pytest.approx((81, 81, 81))
    assert (found.date, found.lines, found.by) == (day(1), (3, 4, 5), "time")


def test_meals_stand_in_for_times_and_lines_for_meals() -> None:
    lines = [(1, COLA, "100 g"), (1, COLA, "200 g"), (1, COLA, "200 g"), (2, COLA, "250 g")]
    by_meal = caffeine(read(*lines, meal=["Breakfast", "Breakfast", "Lunch", "Breakfast"])).sitting
    alone = caffeine(read(*lines)).sitting
    assert by_meal is not None and alone is not None
    assert (by_meal.amount.best, by_meal.lines, by_meal.by) == (pytest.approx(27), (2, 3), "meal")
    assert (alone.amount.best, alone.lines, alone.by) == (pytest.approx(22.5), (5,), "line")
    assert caffeine(read((1, BANANA, "100 g"))).sitting is None


def test_a_tablet_without_a_dose_leaves_its_sitting_open() -> None:
    found = caffeine(read((1, COLA, "100 g"), (1, "caffeine pill", "1"), time=["08:00", "09:00"])).sitting
    assert found is not None and found.lines == (2, 3)
    assert (found.amount.best, found.amount.high) == (pytest.approx(9), math.inf)


def test_no_window_of_two_hours_holds_more_than_the_largest_sitting() -> None:
    """Held against every set of lines that lie within two hours, on twelve lines of random times and weights."""
    for seed in range(20):
        random = np.random.default_rng(seed)
        minutes, grams = random.integers(0, 24 * 60, 12), random.integers(50, 500, 12)
        times = [f"{m // 60:02}:{m % 60:02}" for m in minutes]
        found = caffeine(read(*[(1, COLA, f"{g} g") for g in grams], time=times)).sitting
        sums = []
        for chosen in range(1, 1 << 12):
            members = [i for i in range(12) if chosen >> i & 1]
            within = minutes[members]
            if within.max() - within.min() <= 120:
                sums.append(grams[members].sum() * 0.09)
        assert found is not None and found.amount.best == pytest.approx(max(sums))


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("08:30", 510), ("8:30", 510), ("8.30 pm", 1230), ("12:15 am", 15), ("12 pm", 720), ("20h15", 1215),
        ("20:15:00", 1215), ("2026-03-01T07:05", 425), ("7am", 420), ("", None), ("noon", None), ("8", None),
        ("25:00", None), ("08:61", None), ("13 pm", None),
    ],
)  # fmt: skip
def test_times_as_written(text: str, minutes: int | None) -> None:
    assert clock(text) == minutes


def test_factors_of_drinks_are_those_of_their_kind() -> None:
    assert brewed("Coffee, Latte") == (0.4, 2.5)  # of espresso, although it is called coffee too
    assert brewed("Tea, hot, leaf, green") == brewed("Coffee, brewed") == (0.5, 1.6)
    assert brewed("Coffee creamer, liquid, flavored") == brewed("Soft drink, cola") == (1, 1)
    # the published cups lie within: 143 to 259 mg a 16 oz cup (473 ml of coffee at 40 mg/100 g)
    assert 0.5 * 4.73 * 40 < 143 and 259 < 1.6 * 4.73 * 40
    # and 48 to 317 mg a serving of espresso, of 60 g at 212 mg/100 g, in round factors
    assert abs(0.4 * 127.2 / 48 - 1) < 0.07 and abs(2.5 * 127.2 / 317 - 1) < 0.01


# --- alcohol


def test_alcohol_per_day() -> None:
    found = alcohol(read((1, BEER, "500 g"), (2, VODKA, "200 g"), (3, BEER, "20 g"), (4, BANANA, "100 g")))
    assert found.daily.best.tolist() == pytest.approx([19.5, 66.8, 0.78, 0])
    assert found.mean == pytest.approx([(19.5 + 66.8 + 0.78) / 4] * 3)
    assert found.drinking == (day(1), day(2))  # 0.78 g is no more than 1 g
    assert found.above == (day(2),)
    assert found.largest == pytest.approx((66.8,) * 3) and found.largest_date == day(2)


def test_no_alcohol_has_no_largest_day() -> None:
    found = alcohol(read((1, BANANA, "100 g")))
    assert found.largest is None and found.largest_date is None and found.drinking == ()


# --- words


@pytest.mark.parametrize("food", ["licorice", "Liquorice allsorts", "Haribo Lakritz", "lakrids", "Süßholztee"])
def test_real_liquorice(food: str) -> None:
    assert liquorice(read((1, BANANA, "100 g"), (2, food, "1"))).dates == (day(2),)


@pytest.mark.parametrize(
    "food", ["red licorice", "Twizzlers liquorice", "strawberry liquorice laces", "no liquorice today", "DGL licorice"]
)
def test_no_liquorice(food: str) -> None:
    assert liquorice(read((1, BANANA, "100 g"), (2, food, "1"))).lines == ()


def test_grams_of_liquorice() -> None:
    found = liquorice(
        read(
            (1, "licorice", "50 g"),
            (1, "Haribo Lakritz", "30 g"),
            (2, "liquorice tea", "1 cup"),
            (3, "licorice", "20 g"),
        )
    )  # the second line is left out, and its weight is told all the same; a cup of tea is no weight
    assert (found.largest_grams, found.largest_date) == (pytest.approx(80), day(1))
    assert found.mean_grams == pytest.approx((80 + 20) / 2)
    assert (found.days, found.lines, found.without_grams) == (3, (2, 3, 4, 5), (4,))


def test_words_are_read_in_every_cell_and_in_lines_left_out() -> None:
    diary = read(
        (1, "zzqx blorp", "1 plate"), (2, "zzqx blorp", "1"), (3, BANANA, "100 g"),
        note=["with LoSalt", "", ""], brand=["", "Nu-Salt", ""],
    )  # fmt: skip
    assert salt_substitute(diary).lines == (2, 3)


def test_salt_substitutes_and_potassium_supplements() -> None:
    found = salt_substitute(
        read(
            (1, "salt substitute", "1 tsp"), (1, "potassium chloride", "a pinch"), (2, "potassium citrate 99 mg", ""),
            (3, "potassium chloride 600 mg", ""), (3, "boiled eggs, no salt", "2"), (3, BANANA, "100 g"),
        )
    )  # fmt: skip
    assert (found.lines, found.dates) == ((2, 3), (day(1),))
    assert (found.supplement_lines, found.supplement_dates) == ((4, 5), (day(2), day(3)))
    assert found and not salt_substitute(read((1, BANANA, "100 g")))


def test_medicines_are_whole_words() -> None:
    diary = read(
        (1, "omeprazole 20 mg", "1"), (2, "Metformin 500", ""), (2, "garbanzo beans", "1 cup"), (3, "ARB 1 tablet", ""),
        (3, "omeprazole", "20 mg"), (3, BANANA, "100 g"),
    )  # fmt: skip
    assert medicines_logged(diary) == (("ppi", (2, 6)), ("arb", (5,)), ("metformin", (3,)))


def test_no_medicine_word_is_a_word_of_a_food() -> None:
    medicines = {word for one in known_answers().values() if one.kind == "medicine" for word in one.words}
    single = {words(word)[0] for word in medicines if len(words(word)) == 1}
    names = {word for name in load_foods().names for word in words(name)}
    assert single & names == set()


def test_energy_drinks() -> None:
    diary = read((1, "Red Bull", "250 ml"), (2, "energy drink", "1 can"), (2, "sports drink", "1 bottle"))
    assert named(diary, "energy_drink").lines == (2, 3)
    with pytest.raises(KeyError):
        named(diary, "energy_drinks")


def test_words_stand_in_the_tables_in_their_one_form() -> None:
    for table in ("exposure_words.csv", "calcium_absorption.csv"):
        for row in read_table(table):
            for phrase in "; ".join(filter(None, (row["words"], row["not_words"]))).split("; "):
                assert " ".join(words(phrase)) == phrase
    for one in exposures().values():
        for word in one.words:
            assert one.id in named_by(word), word
        assert all(any(name.startswith(group) for name in load_foods().groups) for group in one.groups)


# --- products


def test_products_add_up_by_name() -> None:
    diary = read(
        (1, "Magnesium 200mg", ""), (2, "magnesium 200 mg", ""), (2, "Magnesium 100 mg", "2"), (3, "ZMA", "1"),
        *[(number, BANANA, "100 g") for number in (1, 2, 3, 4)],
    )  # fmt: skip
    found = {one.name: one for one in products(diary, "magnesium")}
    assert list(found) == ["Magnesium 200mg", "Magnesium 100 mg", "ZMA"]
    daily, double, unlabelled = found.values()
    assert (daily.lines, daily.days) == ((2, 3), 2)
    assert daily.mean == (100, 100, 100) and daily.on_days == (200, 200, 200)  # 400 mg over four days, or over two
    assert double.mean == (50, 50, 50)
    assert unlabelled.mean.best == 0 and unlabelled.mean.high == math.inf
    assert {one.kind for one in found.values()} == {"supplement"}


def test_a_dose_on_a_day_without_food_is_in_no_mean() -> None:
    diary = read((1, BANANA, "100 g"), (2, "magnesium 200 mg", ""))
    (only,) = products(diary, "magnesium")
    assert only.mean == (0, 0, 0) and only.days == 1 and only.on_days == (200, 200, 200)


def test_b12_products_are_by_what_was_added() -> None:
    found = products(
        read((1, RED_BULL, "250 g"), (1, SOY, "200 g"), (1, MILK, "200 g"), (2, BEEF, "100 g")), "vitamin_b12"
    )
    assert [one.kind for one in found] == ["fortified", "fortified"]
    assert [one.mean.best for one in found] == pytest.approx([1.96 * 2.5 / 2, 0.74 / 2])


def test_b6_by_source() -> None:
    found = b6_sources(
        read((1, RED_BULL, "500 g"), (1, BANANA, "200 g"), (2, "vitamin b6 25 mg", ""), (2, MILK, "100 g"))
    )
    assert found.supplements == pytest.approx([12.5] * 3)
    assert found.fortified == pytest.approx([2.167 * 5 / 2] * 3)
    assert found.other == pytest.approx([(0.734 + 0.061) / 2] * 3)
    assert [one.name for one in found.products] == ["vitamin b6 25 mg"]
    assert found.foods == ("Energy drink (Red Bull)",)


@pytest.mark.parametrize(
    ("name", "group", "expected"),
    [
        ("Cereal, corn flakes, plain", "FNDDS: Ready-to-eat cereal, lower sugar (=<21.2g/100g)", True),
        ("Cereal, granola", "FNDDS: Ready-to-eat cereal, higher sugar (>21.2g/100g)", False),
        ("Cereals ready-to-eat, POST Bran Flakes", "SR: Breakfast Cereals", True),
        ("Cereals, oats, regular and quick, not fortified, dry", "SR: Breakfast Cereals", False),
        ("Water, enhanced, regular", "FNDDS: Enhanced water", True),
        ("Energy drink (Monster)", "FNDDS: Sport and energy drinks", True),
        ("Sports drink (Powerade)", "FNDDS: Sport and energy drinks", False),
        ("Banana, raw", "FNDDS: Bananas", False),
    ],
)
def test_fortified_foods_as_far_as_their_names_tell(name: str, group: str, expected: bool) -> None:
    assert _fortified_food(name, group) is expected


def test_an_unlabelled_b_complex_leaves_b6_open() -> None:
    found = b6_sources(read((1, BANANA, "100 g"), (1, "B complex", "1")))
    assert found.supplements.best == 0 and found.supplements.high == math.inf


# --- vitamin B12


def test_b12_by_source() -> None:
    found = b12(read((1, BEEF, "100 g"), (1, SOY, "300 g"), (2, SPINACH, "100 g"), (2, "vitamin b12 10 mcg", "")))
    assert found.natural == pytest.approx([2.59 / 2] * 3)
    assert found.fortified == pytest.approx([1.11 / 2] * 3)
    assert found.supplement == pytest.approx([5] * 3)
    assert found.crystalline == pytest.approx([5 + 1.11 / 2] * 3)
    assert not found.next_to_none and found.days_without_animal == 1
    assert found.first_dose == day(2) and found.started is None  # a day later is no start
    assert found.unread == ()


def test_a_log_without_b12_from_animals() -> None:
    plain = b12(read((1, SPINACH, "100 g"), (2, SOY, "200 g")))
    assert plain.next_to_none and plain.surely_next_to_none and plain.days_without_animal == 2
    unread = b12(read((1, SPINACH, "100 g"), (2, SOY, "200 g"), (2, "zzqx blorp", "1 plate")))
    assert unread.next_to_none and not unread.surely_next_to_none and unread.unread == (4,)
    assert unread.natural.high == pytest.approx(room("vitamin_b12", 1) / 2)


def test_algae_and_tempeh_are_no_reliable_source() -> None:
    found = b12(read((1, "sr:16114", "200 g"), (1, BANANA, "100 g")))  # tempeh, B12 0.08 µg per 100 g, added unknown
    assert found.natural.best == 0 and found.unreliable.best == pytest.approx(0.16)


def test_b12_that_starts_in_the_log() -> None:
    lines = [(number, BANANA, "100 g") for number in range(1, 9)]
    dose = b12(read(*lines, (4, "vitamin b12 1000 mcg", ""), (6, "B12 injection", "")))
    assert dose.first_dose == dose.started == day(4) and dose.injections == (11,)
    shot = b12(read(*lines, (6, "B12 shot", "")))
    assert shot.started == day(6) and shot.injections == (10,)
    assert b12(read(*lines, (3, "vitamin b12 1000 mcg", ""))).started is None
    assert b12(read(*lines)).first_dose is None


def test_foods_named_as_fortified_with_b12() -> None:
    diary = read(
        (1, "nooch", "1 tbsp"), (1, "fortified soy milk", "1 cup"), (2, "unfortified nutritional yeast", "5 g")
    )
    found = b12(diary)
    assert found.fortified_lines == (2, 3)
    assert 2 in found.unread  # its words are known, its B12 is not


# --- calcium, ratio, context


def test_the_absorption_of_milk_follows_the_published_equation() -> None:
    """Of all rows but that of milk itself, of which the source prints another figure (32.1 %) than its equation."""
    for row in absorption()[0]:
        by_equation = 100 * (0.889 - 0.0964 * math.log(row.calcium_mg))
        assert row.milk_percent == pytest.approx(by_equation, abs=0.051), row.food
        if row.food == "milk":
            assert row.absorbed_percent == 32.1 and by_equation == pytest.approx(34.2, abs=0.05) and row.ratio == 1
        else:
            assert row.ratio == pytest.approx(row.absorbed_percent / by_equation, abs=0.0051), row.food
    assert len(absorption()[0]) == 21


def test_milk_equivalents_of_a_small_log() -> None:
    diary = read(
        (1, MILK, "200 g"), (1, SPINACH, "100 g"), (1, BANANA, "100 g"), (2, BREAD, "100 g"), (2, SOY, "200 g"),
        (2, "calcium 500 mg", ""), (3, "calcium 500 mg", ""),
    )  # fmt: skip
    found = milk_equivalents(diary, load_foods())  # the third day has no food
    milk, spinach, banana, bread, soy = 246, 77, 5, 163, 194
    food = milk + spinach + banana + bread + soy
    assert found.total == pytest.approx((food + 500) / 2)
    expected = milk + 0.12 * spinach + banana + 1.3 * bread + 0.71 * soy + 500
    assert found.equivalent == pytest.approx(expected / 2)
    assert found.greens == pytest.approx(77 / 2)
    assert found.coverage == pytest.approx((food - banana) / food)


@pytest.mark.parametrize(
    ("name", "food"),
    [
        ("Spinach, frozen, cooked, no added fat", "spinach"),
        ("Lasagna with meat and spinach", None),
        ("Spinach dip, regular", None),
        ("Mustard spinach, (tendergreen), raw", None),
        ("Beans, pinto, mature seeds, cooked, boiled, without salt", "pinto beans"),
        ("Pinto beans and brown rice", None),
        ("Cabbage, chinese (pak-choi), raw", "bok choy"),
        ("Cabbage, chinese (pe-tsai), raw", None),
        ("Milk, whole, 3.25% milkfat, with added vitamin D", "milk"),
        ("Milk, human", None),
        ("Milk, imitation, non-soy", None),
        ("Soy milk, sweetened", "soy milk with tricalcium phosphate"),
        ("Almond milk, sweetened", None),
        ("Tofu, raw, firm, prepared with calcium sulfate", "tofu, calcium-set"),
        ("Tofu, extra firm, prepared with nigari", None),
        ("Orange juice, 100%, NFS", None),
        ("Orange juice, 100%, with calcium added, frozen", "orange juice with calcium citrate malate"),
        ("Sweet potato fries, NFS", None),
        ("Bread, sweet potato", None),
        ("Cheese, Cheddar", "cheddar"),
        ("Broccoli soup", None),
        ("", None),
    ],
)  # fmt: skip
def test_foods_with_a_measured_absorption(name: str, food: str | None) -> None:
    found = absorption_of(name)
    assert (found.food if found else None) == food


def test_calcium_to_magnesium() -> None:
    assert ratio_ca_mg(read((1, MILK, "200 g"), (2, SPINACH, "100 g"))) == pytest.approx((246 + 77) / (24 + 106))
    assert ratio_ca_mg(read((1, VODKA, "40 g"))) is None


def test_water_and_sodium() -> None:
    found = water_sodium(read((1, SPINACH, "100 g"), (2, BANANA, "200 g")))
    assert found.water == pytest.approx([(88 + 2 * 74.91) / 2] * 3)
    assert found.sodium == pytest.approx([(264 + 2) / 2] * 3)


# --- logs with nothing in them


def test_values_that_no_table_tells_are_not_zero() -> None:
    """As with a table of another maker that has no caffeine and alcohol at all."""
    diary = read((1, BANANA, "100 g"), (2, VODKA, "100 g"))
    blank = Bounds(*(end.copy() for end in diary.lines))
    for nutrient in ("caffeine", "alcohol"):
        for end, value in zip(blank, (0.0, math.nan, math.inf), strict=True):
            end[0, nutrient_index()[nutrient]] = value
    known = diary.known.copy()
    known[0] = False
    seen = Exposures(replace(diary, lines=blank, known=known))
    assert math.isnan(seen.caffeine.mean.best) and seen.caffeine.mean.high == math.inf
    assert seen.caffeine.unknown == seen.alcohol.unknown == (2,)
    assert seen.alcohol.largest == pytest.approx((33.4,) * 3) and seen.alcohol.largest_date == day(2)


def test_a_log_without_a_day_has_no_means() -> None:
    diary = read((1, "zzqx blorp", "1 plate"), (2, "gym", ""))
    assert math.isnan(caffeine(diary).mean.best) and math.isnan(alcohol(diary).mean.best)
    assert math.isnan(milk_equivalents(diary, load_foods()).total) and ratio_ca_mg(diary) is None
    assert math.isnan(b12(diary).natural.best) and not b12(diary).next_to_none
    assert products(diary, "calcium") == ()


def test_pills_alone_say_nothing_of_what_was_drunk() -> None:
    diary = read((1, "magnesium 200 mg", ""), (2, "magnesium 200 mg", ""))
    assert caffeine(diary).mean.high == math.inf and alcohol(diary).mean.high == math.inf
    assert caffeine(diary).above == () and caffeine(diary).maybe_above == (day(1), day(2))
    assert b12(diary).natural.high == math.inf and not b12(diary).surely_next_to_none


def test_all_together_is_each_alone() -> None:
    diary = read(
        (1, COFFEE, "500 g"), (2, "potassium citrate 99 mg", ""), (2, "LoSalt", "1 g"), (2, "licorice", "50 g")
    )
    seen = Exposures(diary)
    assert seen.caffeine.mean == caffeine(diary).mean and seen.liquorice_grams == 50
    assert [one.name for one in seen.products["potassium"]] == ["potassium citrate 99 mg"]
    assert seen.salt_substitute.lines == (4,) and seen.energy_drinks.lines == () and seen.medicines == ()
    assert seen.b6 == b6_sources(diary) and seen.b12 == b12(diary) and seen.milk == milk_equivalents(diary, diary.foods)
    assert seen.alcohol.drinking == () and seen.water_sodium == water_sodium(diary)
    assert seen.calcium_to_magnesium == ratio_ca_mg(diary)


def test_products_are_weighted_as_the_means_are() -> None:
    """10 mg of B6 on six days from Friday to Sunday (2026-03-06 is a Friday), none on one Monday: 60 / 7 mg a day, and
    3/7 x 10 + 4/7 x 0 = 30 / 7 mg with the weekdays weighted; 10 mg on each day that has it.
    """
    weekends = (6, 7, 8, 13, 14, 15)
    lines = [(number, "fndds:56205008", "100 g") for number in (*weekends, 9)]
    plain_log = read(*lines, *((number, "vitamin B6 10 mg", "1 tablet") for number in weekends))
    for intake, mean in ((plain_log, 60 / 7), (plain_log.weighted({0: 4 / 7, 1: 3 / 7}), 30 / 7)):
        (product,) = (one for one in products(intake, "vitamin_b6") if one.kind == "supplement")
        assert product.mean.best == pytest.approx(mean)
        assert product.on_days.best == pytest.approx(10)
        assert b6_sources(intake).supplements.best == pytest.approx(mean)
        assert float(intake.mean_dose.best[nutrient_index()["vitamin_b6"]]) == pytest.approx(mean)
