"""Amounts: what a text says, and what that weighs for one food."""

from __future__ import annotations

import csv
from fractions import Fraction
from pathlib import Path

import pint
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nutrigap.amounts import Grams, to_grams, unit_key, with_refuse
from nutrigap.diary import Line
from nutrigap.entries import Entry, Kitchen
from nutrigap.errors import AmountError, UnknownUnit
from nutrigap.quantities import Amount, parse_amount
from nutrigap.resolve import resolve_line
from nutrigap.splitting import split_leading_amount, split_trailing_amount
from nutrigap.tables import Portion, load_foods
from nutrigap.units import vocabulary

UREG: pint.UnitRegistry[float] = pint.UnitRegistry()

# text, unit column -> number, low, high, unit
READ: list[tuple[str, str, float, float, float, str]] = [
    ("150 g", "", 150, 150, 150, "g"),
    ("150g", "", 150, 150, 150, "g"),
    ("150", "g", 150, 150, 150, "g"),
    ("150 g", "g", 150, 150, 150, "g"),
    ("150 g", "grams", 150, 150, 150, "grams"),
    ("150", "", 150, 150, 150, ""),
    ("2", "cups", 2, 2, 2, "cups"),
    ("2 large", "slices", 2, 2, 2, "large slices"),
    ("1 cup", "cup, chopped", 1, 1, 1, "cup, chopped"),
    ("½", "", 0.5, 0.5, 0.5, ""),
    ("1½", "", 1.5, 1.5, 1.5, ""),
    ("1 ½ cups", "", 1.5, 1.5, 1.5, "cups"),
    ("½ medium", "", 0.5, 0.5, 0.5, "medium"),
    ("⅔ cup", "", 2 / 3, 2 / 3, 2 / 3, "cup"),
    ("1 1/2 cups", "", 1.5, 1.5, 1.5, "cups"),
    ("1-1/2 cups", "", 1.5, 1.5, 1.5, "cups"),
    ("1 / 2 cup", "", 0.5, 0.5, 0.5, "cup"),
    ("3⁄4 cup", "", 0.75, 0.75, 0.75, "cup"),
    ("0,5 l", "", 0.5, 0.5, 0.5, "l"),
    ("0,125 l", "", 0.125, 0.125, 0.125, "l"),
    (".5 l", "", 0.5, 0.5, 0.5, "l"),
    ("2 x 30 g", "", 60, 60, 60, "g"),
    ("2×30g", "", 60, 60, 60, "g"),
    ("2 * 1/2 cup", "", 1, 1, 1, "cup"),
    ("2 times 30 g", "", 60, 60, 60, "g"),
    ("2x", "", 2, 2, 2, ""),
    ("x2", "", 2, 2, 2, ""),
    ("3-4 slices", "", 3.5, 3, 4, "slices"),
    ("3 – 4 slices", "", 3.5, 3, 4, "slices"),
    ("4-3 slices", "", 3.5, 3, 4, "slices"),
    ("20-30 g", "", 25, 20, 30, "g"),
    ("20 to 30 g", "", 25, 20, 30, "g"),
    ("20 g - 30 g", "", 25, 20, 30, "g"),
    ("1 cup to 2 cups", "", 1.5, 1, 2, "cups"),
    ("2 x 10-20 g", "", 30, 20, 40, "g"),
    ("a dozen", "", 12, 12, 12, ""),
    ("half a dozen", "", 6, 6, 6, ""),
    ("a couple of slices", "", 2, 2, 2, "slices"),
    ("half an avocado", "", 0.5, 0.5, 0.5, "avocado"),
    ("two large", "", 2, 2, 2, "large"),
    ("a handful", "", 1, 1, 1, "handful"),
    ("handful", "", 1, 1, 1, "handful"),
    ("~150 g", "", 150, 150, 150, "g"),
    ("about 150 g", "", 150, 150, 150, "g"),
    ("2 slices of bread", "", 2, 2, 2, "slices"),
    ("8 fl. oz.", "", 8, 8, 8, "fl. oz"),
    ("١٥٠ g", "", 150, 150, 150, "g"),  # Arabic digits
    ("2 slices (30 g each)", "", 60, 60, 60, "g"),
    ("1 cup (240 ml)", "", 1, 1, 1, "cup"),
]


@pytest.mark.parametrize(("text", "unit", "number", "low", "high", "measure"), READ)
def test_reading(text: str, unit: str, number: float, low: float, high: float, measure: str) -> None:
    amount = parse_amount(text, unit)
    assert amount is not None
    assert (amount.number, amount.low, amount.high) == pytest.approx((number, low, high))
    assert amount.unit == measure
    assert amount.grams is None


def test_grams_in_brackets_are_kept_beside_the_count() -> None:
    assert parse_amount("2 slices (60 g)") == Amount(number=2, low=2, high=2, unit="slices", grams=60)
    amount = parse_amount("1 slice (1 oz)")
    assert amount is not None
    assert amount.grams == pytest.approx(28.349523125)


@pytest.mark.parametrize("text", ["", " ", "-", "?", "n/a", "some", "a bit", "not sure", "unknown"])
def test_no_amount_told(text: str) -> None:
    assert parse_amount(text) is None


def test_a_unit_alone_is_one_of_it() -> None:
    assert parse_amount("", "cup") == Amount(number=1, low=1, high=1, unit="cup")


@pytest.mark.parametrize(
    ("text", "unit", "why"),
    [
        ("0", "", "zero"),
        ("0 g", "", "zero"),
        ("0.0", "g", "zero"),
        ("0 x 30 g", "", "zero"),
        ("-1", "", "negative"),
        ("-50 g", "", "negative"),
        ("−50 g", "", "negative"),
        ("1/0", "", "not a number"),
        ("1,250 g", "", "two ways"),
        ("100 g + 50 g", "", "two amounts"),
        ("1 cup and 2 tbsp", "", "two amounts"),
        ("150 g", "oz", 'says "g"'),
        ("150 g", "cups", 'says "g"'),
        ("2 slices", "g", 'says "slices"'),
        ("9" * 90, "", "too long"),
    ],
)
def test_amounts_that_cannot_be(text: str, unit: str, why: str) -> None:
    with pytest.raises(AmountError, match=why) as caught:
        parse_amount(text, unit)
    assert caught.value.fix


def test_a_thousand_or_one_and_a_quarter_names_both() -> None:
    with pytest.raises(AmountError, match=r"1250 or 1\.25$"):
        parse_amount("1,250 g")


@pytest.mark.parametrize(
    "text", ["1.000 g", "2.500 ml", "1.250 mg", "20.000 mg", "2 slices (1.000 g)", "1.000-1.500 g"]
)
def test_a_point_and_three_decimals_may_be_a_thousand(text: str) -> None:
    with pytest.raises(AmountError, match="two ways"):
        parse_amount(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0.125 g", 0.125),
        ("1.250 kg", 1.25),
        ("1.000 cup", 1),
        ("1.25 g", 1.25),
        ("1000.125 g", 1000.125),
        ("1.000", 1),
    ],
)
def test_other_decimals_are_decimals(text: str, number: float) -> None:
    amount = parse_amount(text)
    assert amount is not None
    assert amount.number == pytest.approx(number)


@pytest.mark.parametrize("unit", ["g", "mg", "ml", "l", "oz", "fl oz"])
def test_a_unit_of_the_kitchen_scale_alone_tells_no_amount(unit: str) -> None:
    assert parse_amount("", unit) is None


@given(whole=st.integers(0, 99), over=st.integers(1, 31), under=st.integers(1, 32))
def test_mixed_numbers_are_fractions(whole: int, over: int, under: int) -> None:
    expected = float(Fraction(whole) + Fraction(over, under))
    for text in (f"{whole} {over}/{under}", f"{whole}  {over} / {under}", f"{whole} {over}⁄{under}"):
        amount = parse_amount(f"{text} cups")
        assert amount is not None
        assert amount.number == pytest.approx(expected, rel=1e-12)
        assert amount.unit == "cups"


@given(number=st.decimals("0.001", "9999", places=2))
def test_decimal_point_and_comma_are_the_same(number: object) -> None:
    with_point, with_comma = parse_amount(f"{number} g"), parse_amount(f"{number} g".replace(".", ","))
    assert with_point == with_comma
    assert with_point is not None
    assert with_point.number == pytest.approx(float(str(number)), rel=1e-12)


@given(one=st.integers(1, 5000), other=st.integers(1, 5000), mark=st.sampled_from(["-", " - ", "–", " to ", " or "]))
def test_the_ends_of_a_range_are_in_order(one: int, other: int, mark: str) -> None:
    amount = parse_amount(f"{one}{mark}{other} g")
    assert amount is not None
    assert (amount.low, amount.number, amount.high) == (min(one, other), (one + other) / 2, max(one, other))


@given(text=st.text(max_size=100), unit=st.text(max_size=20))
def test_any_text_is_an_amount_or_refused(text: str, unit: str) -> None:
    try:
        amount = parse_amount(text, unit)
    except (AmountError, UnknownUnit):
        return
    if amount is not None:
        assert 0 <= amount.low <= amount.number <= amount.high
        assert amount.high > 0


# --------------------------------------------------------------------------- grams of one food

BANANA = (Portion("banana", 126), Portion("slice", 6), Portion("cup", 150), Portion("cup, mashed", 225))
BREAD = (Portion("slice, NFS", 28), Portion("thin slice", 21), Portion("thick slice", 43), Portion("cubic inch", 2))
PASTA = (Portion("cup, cooked", 140), Portion("oz, dry, yields", 80), Portion("cup, dry, yields", 250))
MILK = (Portion("cup", 244), Portion("fl oz", 30.5))
BEER = (Portion("fl oz", 30), Portion("can or bottle (12 fl oz)", 360), Portion("bottle (40 fl oz)", 1200))
BERRIES = (Portion("cup, halves", 152), Portion("cup, whole", 144), Portion("NLEA serving", 147))
PIZZA = (Portion("piece, NFS", 119), Portion('small pizza (8-10" diameter)', 480))
CEREAL = (Portion("guideline amount per cup of hot cereal", 30), Portion("tablespoon", 9))
NOTHING: tuple[Portion, ...] = ()

# amount, portions, default grams, words of the food -> grams, source, whether it is a guess
WEIGHED: list[tuple[str, tuple[Portion, ...], float | None, str, float, str, bool]] = [
    ("2", BANANA, 126, "banana", 252, "portion", False),
    ("1 banana", BANANA, 126, "banana", 126, "portion", False),
    ("1 banana with peel", BANANA, 126, "banana", 126, "portion", False),
    ("1 piece", BANANA, 126, "banana", 126, "portion", False),
    ("1 whole banana", BANANA, 126, "banana", 126, "portion", False),
    ("3 slices", BANANA, 126, "banana", 18, "portion", False),
    ("1 large", BANANA, 126, "banana", 126, "portion", True),
    ("1 cup", BANANA, 126, "banana", 150, "portion", False),
    ("1 cup, mashed", BANANA, 126, "banana", 225, "portion", False),
    ("1 cup chopped", BANANA, 126, "banana", 150, "portion", True),
    ("2 slices", BREAD, 28, "bread", 56, "portion", False),
    ("2 thick slices", BREAD, 28, "bread", 86, "portion", False),
    ("2 slices (60 g)", BREAD, 28, "bread", 60, "mass", True),
    ("2 slices (30 g each)", BREAD, 28, "bread", 60, "mass", False),
    ("1 slice (30 g)", BREAD, 28, "bread", 30, "mass", False),
    ("2 oz", PASTA, 140, "pasta", 2 * 28.349523125, "mass", False),
    ("1 cup", PASTA, 140, "pasta", 140, "portion", False),
    ("2 oz dry", PASTA, 140, "pasta", 160, "portion", False),
    ("28.349523125 g uncooked", PASTA, 140, "pasta", 80, "portion", False),
    ("100 g dry", MILK, 244, "milk", 100, "mass", True),
    ("8 fl oz", MILK, 244, "milk", 244, "portion", False),
    ("8 oz", MILK, 244, "milk", 244, "portion", False),  # a drink's ounces are fluid ounces
    # a litre through the cup: 1000 ml / 236.588 ml × 244 g
    ("1 l", MILK, 244, "milk", 1000 / 236.5882365 * 244, "density", False),
    ("0,5 l", MILK, 244, "milk", 500 / 236.5882365 * 244, "density", False),
    ("2 bottles", BEER, 360, "beer", 720, "portion", False),
    ("1 can", BEER, 360, "beer", 360, "portion", False),
    ("1 cup, whole", BERRIES, 152, "strawberry", 144, "portion", False),
    ("1 cup, halves", BERRIES, 152, "strawberry", 152, "portion", False),
    ("1 NLEA serving", BERRIES, 152, "strawberry", 147, "portion", False),
    ("2 slices", PIZZA, 238, "pizza", 238, "portion", True),
    ("1 bowl", BERRIES, 152, "strawberry", 152, "default", True),
    ("1 tbsp", CEREAL, 9, "bran", 9, "portion", False),
    ("", BANANA, 126, "banana", 126, "default", True),
    ("150 g", NOTHING, None, "moon dust", 150, "mass", False),
]


@pytest.mark.parametrize(("text", "portions", "default", "food", "grams", "source", "guessed"), WEIGHED)
def test_weighing(
    text: str,
    portions: tuple[Portion, ...],
    default: float | None,
    food: str,
    grams: float,
    source: str,
    guessed: bool,
) -> None:
    got = to_grams(parse_amount(text), portions, default_grams=default, food_words=frozenset(food.split()))
    assert (got.best, got.low, got.high) == pytest.approx((grams,) * 3)
    assert got.source == source
    assert bool(got.guess) == guessed


@pytest.mark.parametrize(
    ("text", "portions", "default", "said"),
    [
        ("1 cup", NOTHING, None, "no density"),  # never water
        ("250 ml", (Portion("slice", 20),), 20.0, "no density"),
        ("3", NOTHING, None, "without a unit"),
        ("abc", BANANA, 126.0, "abc"),
        ("nan g", BANANA, 126.0, "nan"),
        ("inf g", BANANA, 126.0, "inf"),
        ("1e3 g", BANANA, 126.0, "e3"),
        ("1.5.2 g", BANANA, 126.0, "1.5.2"),
        ("2 spoons", BANANA, 126.0, "spoon"),
        ("100 kcal", BANANA, 126.0, "kcal"),
        ("100 g 50", BANANA, 126.0, "second amount"),
        ("1 cup 2 tbsp", MILK, 244.0, "second amount"),
        ("", NOTHING, None, "no amount"),
        ("1 cup", CEREAL[:1], None, "no density"),
    ],
)
def test_what_cannot_be_weighed(text: str, portions: tuple[Portion, ...], default: float | None, said: str) -> None:
    with pytest.raises(AmountError, match=said) as caught:
        to_grams(parse_amount(text), portions, default_grams=default)
    assert caught.value.fix


@pytest.mark.parametrize("text", ["100 gr", "100 Mg", "1 t", "T", "c"])
def test_units_with_two_meanings_are_refused(text: str) -> None:
    with pytest.raises(UnknownUnit, match="write"):
        to_grams(parse_amount(text), BANANA, default_grams=126)


def test_the_fix_names_the_measures_of_the_food() -> None:
    with pytest.raises(AmountError, match="banana; slice; cup; cup, mashed"):
        to_grams(parse_amount("2 spoons"), BANANA, default_grams=126)


def test_the_ends_of_a_range_are_kept() -> None:
    got = to_grams(parse_amount("3-4 slices"), BREAD, default_grams=28, food_words=frozenset(["bread"]))
    assert got == Grams(best=98, low=84, high=112, source="portion")


def test_a_weight_with_peel_loses_the_refuse_of_the_release() -> None:
    """SR gives 36 % refuse for bananas: of 150 g with peel 96 g are eaten."""
    got = to_grams(parse_amount("150 g with peel"), BANANA, default_grams=126, refuse=36.0)
    assert (got.best, got.low, got.high) == pytest.approx((96, 96, 150))
    assert "36 %" in got.guess


def test_a_weight_with_peel_is_a_guess_where_no_refuse_is_known() -> None:
    got = to_grams(parse_amount("150 g with peel"), BANANA, default_grams=126)
    assert got.best == 150
    assert got.guess


def test_a_weight_without_peel_is_just_a_weight() -> None:
    assert to_grams(parse_amount("150 g without peel"), BANANA, default_grams=126, refuse=36.0).guess == ""


def test_a_measure_the_user_has_weighed_comes_first() -> None:
    own = {unit_key("cup, sliced"): 131.0, unit_key("tbsp"): 9.0}
    for text, grams in (("1 cup, sliced", 131), ("2 Cups (sliced)", 131 * 2), ("1 tablespoon", 9), ("2 tbsp", 18)):
        got = to_grams(parse_amount(text), BANANA, default_grams=126, own_units=own)
        assert got.best == grams


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("tbsp", "Tablespoon"),
        ("cups", "cup"),
        ("cup, chopped", "cup (chopped)"),
        ("fl. oz.", "fluid ounces"),
        ("", " "),
    ],
)
def test_spellings_of_one_measure(one: str, other: str) -> None:
    assert unit_key(one) == unit_key(other)


pint_names = {"g": "gram", "gram": "gram", "grams": "gram", "kg": "kilogram", "kilo": "kilogram", "mg": "milligram"} | {
    "oz": "ounce", "ounces": "ounce", "lb": "pound", "lbs": "pound", "pounds": "pound", "mcg": "microgram"
}  # fmt: skip


@given(grams=st.floats(0.5, 5000), word=st.sampled_from(sorted(pint_names)), glue=st.sampled_from([" ", ""]))
def test_spellings_of_one_mass_weigh_the_same(grams: float, word: str, glue: str) -> None:
    number = UREG.Quantity(grams, "gram").to(pint_names[word]).magnitude
    got = to_grams(parse_amount(f"{number:.9f}{glue}{word}"), BANANA, default_grams=126)
    rounding = 1e-9 * UREG.Quantity(1, pint_names[word]).to("gram").magnitude
    assert got.best == pytest.approx(grams, rel=1e-9, abs=rounding)
    assert got.source == "mass"


measures = st.sampled_from(["g", "cups", "slices", "", "oz", "ml", "bananas", "fl oz"])


@given(one=st.integers(1, 500), other=st.integers(1, 500), measure=measures)
def test_more_weighs_more(one: int, other: int, measure: str) -> None:
    weighed = [
        to_grams(
            parse_amount(f"{n} {measure}"), BANANA, default_grams=126, food_words=frozenset(["banana", "bananas"])
        ).best
        for n in (one, other)
    ]
    assert (weighed[0] < weighed[1]) == (one < other)
    assert weighed[0] * other == pytest.approx(weighed[1] * one)


def test_every_word_of_mass_weighs_by_its_factor() -> None:
    masses = {word: unit.factor for word, unit in vocabulary().items() if unit.dimension == "mass"}
    assert len(masses) > 20
    for word, factor in masses.items():
        assert to_grams(parse_amount(f"3 {word}"), (), default_grams=None).best == pytest.approx(3 * factor)


# ------------------------------------------------------------------- amounts of foods of the packaged table

DATA = Path(__file__).parent / "data"


def rows_of(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def resolved(row: dict[str, str]) -> Entry:
    line = Line(1, "2026-03-02", "", row["food"], row["amount"], row["unit"], "", "", "", "", "", {}, None)
    return resolve_line(line, Kitchen(load_foods(), measures=row.get("measures") or None))


def name_of(row: dict[str, str]) -> str:
    return " ".join(filter(None, (row["food"], row["amount"], row["unit"], row.get("measures", ""))))


# ``how`` tells the arithmetic: portion weights of FNDDS 2021-2023 ("Portions and Weights") and SR Legacy
# (food_portion.csv), refuse of SR28 (FOOD_DES), the US gallon of 231 cubic inches (NIST Handbook 44, appendix C), the
# imperial gallon of 4.546 09 litres (Weights and Measures Act 1985); "said" stands in the guess, if there is one.
@pytest.mark.parametrize("row", rows_of("amounts.csv"), ids=name_of)
def test_amounts_of_foods(row: dict[str, str]) -> None:
    entry = resolved(row)
    assert entry.grams is not None, entry.problem
    expected = tuple(float(row[end]) for end in ("low", "best", "high"))
    assert (entry.grams.low, entry.grams.best, entry.grams.high) == pytest.approx(expected, rel=2e-7)
    assert entry.status == ("flagged" if row["said"] else "counted"), entry.problem
    assert row["said"] in entry.problem


@pytest.mark.parametrize("row", rows_of("amounts_refused.csv"), ids=name_of)
def test_amounts_that_are_refused_or_flagged(row: dict[str, str]) -> None:
    entry = resolved(row)
    assert entry.status == row["status"], entry.problem
    assert row["said"] in entry.problem
    assert entry.fix


def test_the_tables_of_amounts_are_large_enough() -> None:
    assert len(rows_of("amounts.csv")) >= 150
    assert len(rows_of("amounts_refused.csv")) >= 40
    assert len(rows_of("cells.csv")) >= 60


WRITTEN = st.lists(
    st.sampled_from(
        [
            "1",
            "2",
            "1/2",
            "0",
            "1,250",
            "1.000",
            "½",
            "a",
            "an",
            "half",
            "dozen",
            "few",
            "x",
            "-",
            "to",
            "or",
            "and",
            "(",
            ")",
            "of",
            "cup",
            "cups",
            "tbsp",
            "oz",
            "fl",
            "g",
            "ml",
            "lb",
            "can",
            "slices",
            "large",
            "heaped",
            "dry",
            "raw",
            "with",
            "peel",
            "bone-in",
            "in",
            "shell",
            "pinch",
            "splash",
            "katori",
            "inch",
            '"',
            '12"',
            "each",
            "chopped",
            "330ml",
            "8oz",
            "medium",
            ",",
            "%",
            "+",
            "c",
            "T",
            "gr",
        ]
    ),
    min_size=1,
    max_size=6,
)


@given(
    parts=WRITTEN,
    glue=st.sampled_from([" ", ""]),
    of=st.integers(0, 5),
    measures=st.sampled_from([None, "us", "imperial"]),
)
def test_any_words_of_amounts_give_grams_or_a_refusal(
    parts: list[str], glue: str, of: int, measures: str | None
) -> None:
    portions = (BANANA, BREAD, MILK, PIZZA, BERRIES, NOTHING)[of]
    try:
        got = to_grams(
            parse_amount(glue.join(parts)),
            portions,
            default_grams=100,
            food_words=frozenset(["banana", "raw"]),
            refuse=36,
            measures=measures,
        )
    except (AmountError, UnknownUnit) as error:
        assert str(error)
        return
    assert 0 <= got.low <= got.best <= got.high


@given(text=st.text(max_size=60), unit=st.text(max_size=10))
def test_any_text_gives_grams_or_a_refusal(text: str, unit: str) -> None:
    try:
        got = to_grams(parse_amount(text, unit), BANANA, default_grams=126, food_words=frozenset(["banana"]))
    except (AmountError, UnknownUnit):
        return
    assert 0 <= got.low <= got.best <= got.high


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("chicken thigh bone-in", True),
        ("chicken thigh, bone in", True),
        ("lamb on the bone", True),
        ("pistachios in shell", True),
        ("pistachios in their shells", True),
        ("banana with peel", True),
        ("mussels, shell on", True),
        ("unpeeled potatoes", True),
        ("banana without peel", False),
        ("stone ground bread", False),
        ("pasta shells", False),
        ("orange peel", False),
        ("boneless chicken thigh", False),
        ("chicken", False),
    ],
)
def test_a_name_that_counts_what_is_not_eaten(name: str, said: bool) -> None:
    assert with_refuse(name) == said


def test_a_weight_of_a_food_with_its_bone() -> None:
    """SR28: refuse of the leg 29 %, so that 71 % of 200 g are eaten; a count is of what is eaten."""
    known = {"default_grams": 91.0, "refuse": 29.0, "as_bought": True}
    legs = (Portion("drumstick", 91),)
    got = to_grams(parse_amount("200 g"), legs, **known)
    assert (got.low, got.best, got.high) == pytest.approx((142, 142, 200))
    assert "29 %" in got.guess
    assert to_grams(parse_amount("1 drumstick"), legs, **known) == Grams(91, 91, 91, "portion")
    assert to_grams(parse_amount("200 g without bone"), legs, **known).best == 200


def test_a_drinks_ounces_are_fluid_and_a_sauces_are_not() -> None:
    sauce = (Portion("fl oz", 36), Portion("cup", 288))
    for words, grams in (("cola", 36 * 8), ("teriyaki sauce", 28.349523125 * 8)):
        got = to_grams(parse_amount("8 oz"), sauce, default_grams=36, food_words=frozenset(words.split()))
        assert got.best == pytest.approx(grams)
        assert got.guess == ""


# --------------------------------------------------------------------- amounts beside the food


@pytest.mark.parametrize("row", rows_of("cells.csv"), ids=lambda row: row["text"])
def test_food_and_amount_in_one_cell(row: dict[str, str]) -> None:
    amount, food = split_leading_amount(row["text"])
    if not amount:
        amount, food = split_trailing_amount(row["text"])
    assert (amount, food) == (row["amount"], row["food"])
    if amount and amount not in ("100 gr",):
        parse_amount(amount)


@pytest.mark.parametrize(
    ("text", "amount", "food"),
    [
        ("200g chicken breast", "200g", "chicken breast"),
        ("1/2 cup blueberries", "1/2 cup", "blueberries"),
        ("2 eggs", "2", "eggs"),
        ("2 x eggs", "2 x", "eggs"),
        ("two slices of bread", "two slices", "bread"),
        ("half an avocado", "half an", "avocado"),
        ("1-2 slices toast", "1-2 slices", "toast"),
        ("8 fl oz milk", "8 fl oz", "milk"),
        ("100 gr chicken", "100 gr", "chicken"),
        ("2% milk", "", "2% milk"),
        ("milk", "", "milk"),
        ("150 g", "", "150 g"),
        ("7", "", "7"),
        ("", "", ""),
    ],
)
def test_an_amount_before_the_food(text: str, amount: str, food: str) -> None:
    assert split_leading_amount(text) == (amount, food)


@pytest.mark.parametrize(
    ("text", "amount", "food"),
    [
        ("banana 150 g", "150 g", "banana"),
        ("banana, 150g", "150 g", "banana"),
        ("toast (2 slices)", "2 slices", "toast"),
        ("coke 330ml", "330 ml", "coke"),
        ("milk 8 fl oz", "8 fl oz", "milk"),
        ("eggs x2", "2", "eggs"),
        ("eggs, 2", "2", "eggs"),
        ("almonds 20-30 g", "20-30 g", "almonds"),
        ("avocado, ½", "1/2", "avocado"),
        ("omega 3", "", "omega 3"),
        ("milk 2%", "", "milk 2%"),
        ("ground beef 80/20", "", "ground beef 80/20"),
        ("vitamin b 12", "", "vitamin b 12"),
        ("banana", "", "banana"),
        ("", "", ""),
    ],
)
def test_an_amount_behind_the_food(text: str, amount: str, food: str) -> None:
    assert split_trailing_amount(text) == (amount, food)


@given(text=st.text(max_size=60))
def test_splitting_never_loses_the_food(text: str) -> None:
    for split in (split_leading_amount, split_trailing_amount):
        amount, food = split(text)
        assert food.strip() or not text.strip() or not amount
        if not amount:
            assert food == text


def test_a_string_cheese_is_a_stick_of_cheese() -> None:
    """FNDDS 14107030 has a stick of 28.35 g and a string of 4.7 g."""
    row = {"food": "string cheese", "amount": "2", "unit": ""}
    entry = resolved(row)
    assert entry.grams == Grams(56.7, 56.7, 56.7, "portion")
