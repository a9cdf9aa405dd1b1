"""What the report says, for diaries that reach every status: calm words, one wording, a source for everything."""

from __future__ import annotations

import io
import json
import re
from functools import cache

import pytest

import nutrigap as ng
from nutrigap import rules, wording
from nutrigap.readings import Reading
from nutrigap.report import Report
from nutrigap.report.sources import used
from nutrigap.report.wrap import WIDTH, columns
from nutrigap.tables import sources

CORE = ("magnesium_mg", "calcium_mg", "potassium_mg", "vitamin_d_µg", "vitamin_b12_µg", "vitamin_b6_mg")
SPINACH = "fdc:168462"
# About twice the requirement of an adult, about half of it, and about the requirement itself.
PLENTY, LITTLE, ABOUT = (800, 1600, 7000, 40, 12, 5), (60, 200, 500, 0, 0, 0.2), (270, 800, 2600, 10, 2.1, 1.15)


def labelled(days: int, amounts: tuple[float, ...], more: str = "") -> str:
    """A diary whose totals are those of its label columns; ``more`` lines (food, amount) stand on the first day."""
    lines = [f"date,food,amount,{','.join(CORE)}"]
    for day in range(1, days + 1):
        lines.append(f"2026-03-{day:02},{SPINACH},100 g,{','.join(map(str, amounts))}")
    lines += [f"2026-03-01,{line},,,,,," for line in more.splitlines()]
    return "\n".join(lines) + "\n"


WOMAN, MAN = {"age": 34, "sex": "female"}, {"age": 50, "sex": "male"}
DIARIES: dict[str, tuple[str, dict[str, object]]] = {
    "covered": (labelled(10, PLENTY), WOMAN),
    "low": (labelled(10, LITTLE), WOMAN),
    "low, 3 days, not told": (labelled(3, LITTLE), {}),
    "near the need": (labelled(7, ABOUT), WOMAN),
    "two days": (labelled(2, LITTLE), WOMAN),
    "one day, covered": (labelled(1, PLENTY), {"age": 60, "sex": "male"}),
    "multivitamin": (labelled(5, ABOUT, "multivitamin,1 tablet"), WOMAN),
    "left out": (labelled(3, ABOUT, "zorblax qwrt,1 plate\ngym,45 min"), WOMAN),
    "tablets": (labelled(5, LITTLE, "vitamin B6 750 mg,1 tablet\nmagnesium 2000 mg,1 tablet"), MAN),
    "tablets, long": (labelled(20, PLENTY, "vitamin B6 3000 mg,1 tablet"), MAN),
    "salt": (labelled(4, LITTLE, "magnesium oxide 1600 mg,1 tablet"), WOMAN),
    "infant": (labelled(4, (50, 300, 500, 5, 0.6, 0.2)), {"age": "7mo", "sex": "male"}),
    "child": (labelled(4, ABOUT), {"age": 9, "sex": "female"}),
    "pregnant": (labelled(7, ABOUT), {"age": 27, "life_stage": "pregnant"}),
    "lactating": (labelled(7, LITTLE), {"age": 27, "life_stage": "lactating"}),
    "supplements only": ("date,food,amount\n2026-03-01,magnesium 200 mg,1\n", {}),
    "nothing": ("date,food,amount\n2026-03-01,gym,45 min\n2026-03-02,zorblax qwrt,1 plate\n", {}),
}  # fmt: skip


@cache
def report_of(name: str) -> Report:
    text, person = DIARIES[name]
    return ng.analyze(ng.read_diary(io.BytesIO(text.encode())), ng.Person(**person))


def flat(text: str) -> str:
    return " ".join(text.split())


# The "avoid" column of the wording guide, the "never" lines of the rules, and its principles (no disease, no alarm).
AVOID = [
    line
    for line in r"""
deficien\w*
deficit
lacks?
lacking
toxic\w*
overdos\w*
poison\w*
dangerous
inadequa\w*
safe
unsafe
safely
unlimited
this explains
causes? (?:of )?your
chance
% risk
at risk
you are
you have
too (?:high|much|little)
HIGH
abnormal
imbalanced?
dehydrated
alcoholic
abuse
addict\w*
under-?reporter
lying
nothing to worry
hypo\w+
hyper\w+
amyotrophic
sclerosis
motor neurone?
multiple
parkinson\w*
disease
disorder
score
healing
""".splitlines()
    if line
]


def own_words(report: Report, form: str) -> str:
    """The report without the titles of its sources, which are quoted as they are."""
    text = {"text": report.to_text, "md": report.to_markdown, "json": lambda: as_shown(report)}[form]()
    text = flat(text.replace("\\", ""))
    for source in sources().values():
        text = text.replace(flat(f"{source.title}, {source.publisher}"), "")
    return text


def as_shown(report: Report) -> str:
    """The sentences of the JSON: flags, notes, problems and the disclaimer."""
    found = json.loads(report.to_json())
    said = [flag["text"] for flag in found["flags"]] + found["notes"] + [found["disclaimer"]]
    return " ".join(said + [f"{line['problem']} {line['fix']}" for line in found["lines"]])


def test_the_diaries_reach_every_status():
    """Otherwise the tests below would pass over a sentence unseen."""
    adequacy = {r.adequacy.status for name in DIARIES for r in report_of(name).core if r.adequacy}
    excess = {r.excess.status for name in DIARIES for r in report_of(name).core if r.excess}
    assert adequacy == {
        "likely_adequate", "likely_low", "uncertain", "undetermined", "at_or_above_ai", "below_ai_no_inference",
    }  # fmt: skip
    assert excess >= {"above_ul", "below_ul", "undetermined", "no_ul"}


def avoided(text: str) -> list[str]:
    """What of a text is in the list, with some of the words around it."""
    found = []
    for phrase in AVOID:
        hit = re.search(rf"(?<!\w){phrase}(?!\w)", text, 0 if phrase.isupper() else re.I)
        if hit:
            found.append(f"{hit[0]!r} in: …{text[max(0, hit.start() - 80) : hit.end() + 40]}…")
    return found


@pytest.mark.parametrize("form", ["text", "md", "json"])
@pytest.mark.parametrize("name", DIARIES)
def test_no_word_of_the_avoid_column(name, form):
    assert not avoided(own_words(report_of(name), form))


@pytest.mark.parametrize(
    "text", ["a deficiency", "nobody lacks it", "a toxic dose", "a 3 % risk", "it is HIGH", "Unsafe."]
)
def test_the_avoid_list_finds_what_it_should(text):
    assert avoided(text) and not avoided("black beans, unsalted; a high end")


@pytest.mark.parametrize("name", DIARIES)
def test_no_alarm_by_punctuation(name):
    assert "!" not in own_words(report_of(name), "text")


@pytest.mark.parametrize("name", DIARIES)
def test_flags_have_known_levels_and_the_words_of_the_text(name):
    report = report_of(name)
    text, markdown = flat(report.to_text()), flat(report.to_markdown().replace("\\", ""))
    for flag in report.found:
        assert flag.level in ("info", "watch", "low", "above_level", "talk")
        assert flag.grade in ("A", "B", "C")
        said = flag.text.partition(": ")[2] if flag.nutrients and flag.rule != "Q1" else flag.text
        assert said in text and said in markdown


@pytest.mark.parametrize("name", DIARIES)
def test_flag_levels_follow_the_statuses(name):
    report = report_of(name)
    found = {(flag.level, nutrient) for flag in report.found for nutrient in flag.nutrients}
    for reading in report.core:
        id_ = reading.nutrient.id
        assert (("low", id_) in found) == (reading.adequacy is not None and reading.adequacy.status == "likely_low")
        assert (("above_level", id_) in found) == (reading.excess is not None and reading.excess.status == "above_ul")
    assert ("watch", "potassium") not in found and ("low", "potassium") not in found  # below an AI says nothing


@pytest.mark.parametrize("name", DIARIES)
def test_sources_resolve(name):
    report = report_of(name)
    known = sources()
    for reading in report.core:
        if reading.reference is not None:
            assert set(reading.reference.sources) <= {source.key for source in used(report)}
    assert all(known[source.key] == source for source in used(report))
    assert all(source.title and source.publisher for source in used(report))


@pytest.mark.parametrize("name", DIARIES)
def test_disclaimer_is_in_every_form(name):
    report = report_of(name)
    said = (
        "nutrigap adds up a food diary. It does not know your blood levels or your health, and it does not diagnose or "
        "treat anything. Please talk to a health professional about symptoms, medicines and supplements."
    )
    assert said in flat(report.to_text())
    assert said in flat(report.to_markdown())
    assert json.loads(report.to_json())["disclaimer"] == said


@pytest.mark.parametrize("name", DIARIES)
def test_eighty_columns_and_no_torn_unit(name):
    lines = report_of(name).to_text().splitlines()
    assert max(map(columns, lines)) <= WIDTH
    assert not [line for line in lines if re.match(r"\s*(?:%|mg|µg|kcal)\b", line)]


@pytest.mark.parametrize("name", DIARIES)
def test_every_confidence_word_has_its_number(name):
    said = re.split(r"(?<=\.) ", own_words(report_of(name), "text"))
    judged = [one for one in said if re.search(r"almost certainly|probably", one)]
    assert all(re.search(r"\d %", one) for one in judged), judged


def test_confidence_is_explained_once_where_it_is_used():
    for name in DIARIES:
        text = flat(report_of(name).to_text())
        assert text.count("not a probability about a person") == ("%)" in text.partition("per day")[0])


@pytest.mark.parametrize(
    ("confidence", "word", "shown"),
    [
        (1.0, "almost certainly", "over 99 %"),
        (0.975, "almost certainly", "98 %"),
        (0.9749, "very probably", "97 %"),
        (0.85, "very probably", "85 %"),
        (0.849, "probably", "85 %"),
        (0.65, "probably", "65 %"),
        (0.649, "cannot tell either way", "65 %"),
        (0.5, "cannot tell either way", "50 %"),
        (0.36, "cannot tell either way", "36 %"),
        (0.34, "probably", "34 %"),
        (0.149, "very probably", "15 %"),
        (0.02, "almost certainly", "2 %"),
        (0.0, "almost certainly", "under 1 %"),
    ],
)
def test_verbal_scale(confidence, word, shown):
    assert wording.certainty(confidence) == word
    assert wording.percent(confidence) == shown


@pytest.mark.parametrize(
    ("nutrient", "value", "shown"),
    [
        ("magnesium", 327.4, "327"),
        ("calcium", 1234.5678, "1,235"),
        ("vitamin_d", 19.16, "19.2"),
        ("vitamin_d", 0.04, "0.0"),
        ("vitamin_b6", 1.785, "1.78"),
        ("vitamin_b6", 150.5, "150.5"),
        ("vitamin_b6", 99.996, "100.0"),
        ("vitamin_b6", 1500.0, "1,500"),
        ("magnesium", 123_456.0, "1.23e5"),
        ("magnesium", 1.5e12, "1.50e12"),
        ("magnesium", float("inf"), "?"),
        ("magnesium", None, "?"),
    ],
)
def test_amounts(nutrient, value, shown):
    reading = next(r for r in report_of("covered").core if r.nutrient.id == nutrient)
    assert wording.amount(reading, value) == shown


def test_nothing_is_said_of_need_without_a_reference():
    reading = report_of("covered").core[0]
    bare = Reading(reading.nutrient, 1.0, 2.0, 3.0, None, None, None)
    assert (
        wording.adequacy(bare, wording.Log(9))
        == "No reference value exists for this person, so nothing is said about need."
    )
    assert wording.excess(bare, wording.Log(9)) == ""


def sentence(name: str, nutrient: str) -> str:
    """The paragraph of a nutrient under READING."""
    text = report_of(name).to_text().partition("\nREADING\n")[2]
    found = re.search(rf"^  {nutrient}: (.*?)(?=^  \S|^\S|\Z)", text, re.M | re.S)
    assert found, f"no paragraph on {nutrient}"
    return flat(found[1])


def test_sentences_of_the_guide():
    covered = "This log almost certainly covers the usual need (confidence over 99 %, from 10 days)."
    assert sentence("covered", "Magnesium").startswith(covered)
    low = sentence("low", "Calcium")
    assert low.startswith("Looks low in this log, almost certainly: it averages 200 mg a day, and half of people like")
    assert "need more than 800 mg (confidence over 99 % that usual intake is below the need, from 10 days)." in low
    assert "sun" in sentence("low", "Vitamin D") and "sun" not in low  # the rule on sun: a log cannot see it
    below_ai = sentence("low", "Potassium")
    assert "says nothing about shortage" in below_ai and "%" not in below_ai.partition("Most from")[0]
    assert "half of people of this group" in sentence("low, 3 days, not told", "Calcium")
    assert "A blood test, not a diary" in report_of("low").to_text()
    assert "A blood test, not a diary" not in report_of("low, 3 days, not told").to_text()  # a week at the least


def test_above_a_level():
    """750 mg of B6 in 5 days are 150 a day beside 0.2 in food; 2,000 mg of magnesium are 400 a day of supplements."""
    b6, magnesium = sentence("tablets", "Vitamin B6"), sentence("tablets", "Magnesium")
    assert b6.startswith("The log averages 150.2 mg a day, above the upper level for long use (100 mg). Limits are for")
    assert "long use, which 5 days cannot show." in b6 and "tingling" in b6
    assert magnesium.startswith("Supplements bring 400 mg a day, above the upper level for long use (350 mg from")
    assert "does not count towards it" in magnesium
    assert "cannot show" not in sentence("tablets, long", "Vitamin B6")
    above = "Magnesium (400 mg a day, level 350 mg), Vitamin B6 (150.2 mg a day, level 100 mg)"
    assert f"Above a set level {above}" in flat(report_of("tablets").to_text())


def test_zero_doses_and_distant_limits_are_not_mentioned():
    for name in ("covered", "low", "near the need"):
        text = report_of(name).to_text()
        assert "Supplements bring" not in text
        assert not re.search(r"up to 0(?:\.0+)? (?:mg|µg)", text)


def test_supplements_are_marked_among_the_foods_that_bring_most():
    assert "vitamin B6 750 mg (supplement) 100 %" in sentence("tablets", "Vitamin B6")
    assert "(supplement)" not in sentence("tablets", "Calcium")


def test_food_magnesium_never_counts_towards_its_level():
    """800 mg from food alone, more than twice the level of 350 mg, which counts supplements only."""
    assert "above" not in sentence("covered", "Magnesium").lower()


def test_who_is_told_to_ask_someone():
    said = "a dietitian or doctor is a better guide than this report"
    named = {name for name in DIARIES if said in flat(report_of(name).to_text())}
    assert named == {"infant", "child", "pregnant", "lactating"}


def test_notes_stand_at_the_end_and_only_the_missing_person_on_top():
    text = "date,food,amount\n2026-03-01,fdc:168462,100 g\n,fdc:168462,100 g\n"
    shown = ng.analyze(ng.read_diary(io.BytesIO(text.encode()))).to_text()
    top, _, rest = shown.partition("IN SHORT")
    assert "Age and sex were not told" in flat(top) and "no date written" not in top
    assert rest.index("TO CHECK" if "TO CHECK" in rest else "READING") < rest.index("no date written")
    assert "Age and sex" not in report_of("covered").to_text()


def test_twitching_is_spoken_of_calmly_and_with_the_way_to_help():
    text = flat(rules.TWITCHING)
    assert "mostly harmless" in text and "doctor" in text and "medical help at once" in text


def test_only_what_decides_the_bounds_is_named():
    """20-21 g of spinach are 0.8 mg of magnesium apart, 1 % of the mean; a line left out may bring some 60 mg."""
    rows = ("fdc:168462,100 g", "fdc:168462,20-21 g", "zorblax qwrt,1 plate")
    text = "date,food,amount\n" + "".join(f"2026-03-01,{row}\n" for row in rows)
    shown = flat(ng.analyze(ng.read_diary(io.BytesIO(text.encode()))).to_text())
    decided = re.search(r"Magnesium: .*?The bounds are set by (.*?)\. Most from", shown)
    assert decided and decided[1].startswith("zorblax qwrt (left out, line 4: up to ")
    assert "line 3" not in decided[1]
