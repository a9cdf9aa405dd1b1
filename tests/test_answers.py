"""What people answer in their own words: what is taken as told, what is denied, and that nothing is dropped unseen."""

from __future__ import annotations

import pytest

from nutrigap import Person
from nutrigap.answers import answers

# Text -> ids of what was told; "?" stands for a part that no rule knows, which is kept as it was written.
TOLD = {
    "symptom": {
        # a symptom is told, whoever saw it and whenever it stopped
        "my mother has noticed my slurred speech": "speaking",
        "my brother noticed weakness in my arm": "weakness",
        "sister says my face droops": "sudden_weakness",
        "the weakness has not stopped": "weakness",
        "twitching never stopped": "twitching",
        "cramps when I stopped": "cramps",
        "slurred speech that stopped": "speaking",
        "not breathing": "breathing",
        "not able to breathe": "breathing",
        "I can no longer swallow": "swallowing",
        "no strength in my hand": "weakness",
        "no feeling in my hand": "numbness",
        # what needs help now, in any order of its words
        "hands cramp into claw": "fixed_cramp",
        "weak left arm suddenly": "sudden_weakness",
        "one sided weakness": "sudden_weakness",
        "sudden numbness of one side of face": "sudden_weakness",
        "one side of my face droops": "sudden_weakness",
        "drooping eyelid and arm": "sudden_weakness",
        "can't move my arm": "sudden_weakness",
        "chest feels tight": "chest_pain",
        "pressure in my chest": "chest_pain",
        "heart racing": "irregular_heartbeat",
        "heart beats irregularly": "irregular_heartbeat",
        "I blacked out": "fainting",
        "throat closing up": "breathing",
        "short of breath at night": "breathing",
        "can not feel my legs": "numbness",
        "my legs have gone": "?",
        "never without chest pain": "chest_pain",
        "can't climb stairs without chest pain": "? chest_pain",
        "no chest pain or can't breathe": "breathing",
        "No - chest pain": "chest_pain",
        "pain in jaw, neck and chest": "chest_pain",
        "chest pains": "chest_pain",
        "I feel like I can't get enough air": "breathing",
        "weakness, left arm, sudden": "sudden_weakness",
        "weak and numb on my left side since this morning": "weakness sudden_weakness",
        "unable to move my arm": "sudden_weakness",
        "arm won't move": "sudden_weakness",
        "I couldn't speak for a minute": "speaking",
        "pulse is all over the place": "irregular_heartbeat",
        "twitching, otherwise fine": "twitching",
        "twitching but breathing is not fine": "twitching breathing",
        # how long without a number
        "twitching since March": "twitching over_two_weeks",
        "twitching for ages": "twitching over_two_weeks",
        "twitching since yesterday": "twitching",
        "very faint twitches in my calf": "twitching",
        # several in one text
        "tingling in fingers, twitching of left calf": "tingling twitching",
        "eyelid twitching and brain fog": "eyelid ?",
        "pins & needles": "tingling",
        "pins and needles in my hand and numb toes": "tingling numbness",
        "twitching in my calf and thigh": "twitching several_places",
        "eyelid twitching in one eye": "eyelid",
        "eyelid twitching left eye": "eyelid",
        # what is denied
        "no pain": "",
        "no weakness in legs": "",
        "no muscle weakness": "",
        "had no seizure": "",
        "never fainted": "",
        "no swallowing problem": "",
        "without breathing trouble": "",
        "no tingling anymore": "",
        "neither weakness nor numbness": "",
        "no pain or cramps or tingling or a seizure": "",
        "twitching no weakness": "twitching",
        "tingling without weakness": "tingling",
        "twitching without weakness or wasting": "twitching",
        "no weakness but twitching": "twitching",
        "I have no weakness or numbness but tingling": "tingling",
        "I don't have chest pain": "",
        "I am not short of breath": "",
        "I've never fainted": "",
        "I haven't had any seizures": "",
        "no longer have chest pain": "",
        "no tingling, numbness, weakness or trouble swallowing": "",
        "chest pain: no": "",
        "chest pain? no": "",
        "breathing is fine": "",
        "no problems with breathing": "",
        "I feel fine": "",
        # a comma ends what is denied: an alarm too many does less harm than one too few
        "no chest pain, shortness of breath": "breathing",
        # of somebody else
        "my mother has weakness": "?",
        "my mum had a stroke": "?",
        "family history of stroke": "?",
    },
    "medicine": {
        "omeprazole 20 mg, metformin 500 mg": "ppi metformin",
        "losartan/hydrochlorothiazide": "arb thiazide",
        "omeprazole not stopped": "ppi",
        "stopped omeprazole": "?",
        "omeprazole stopped": "?",
        "used to take omeprazole": "?",
        "stopped metformin, now omeprazole": "? ppi",
        "not omeprazole but pantoprazole": "ppi",
        "no ppi or metformin": "",
        "nitrous oxide": "nitrous_oxide",
        "metformin, stopped 2 years ago": "?",
        "I've stopped omeprazole": "?",
        "I don't take metformin": "?",
        "came off lansoprazole in May": "?",
        "my husband takes metformin": "?",
        "water tablet furosemide 40": "loop_diuretic",
    },
    "condition": {
        "gastric bypass in the past": "bariatric_surgery",
        "past gastric bypass": "bariatric_surgery",
        "former smoker, coeliac disease": "? celiac_disease",
        "not on dialysis, chronic kidney disease": "kidney_disease",
        "never treated coeliac disease": "celiac_disease",
        "not well controlled hypothyroidism": "thyroid_disease",
        "I stopped drinking": "alcohol_withdrawal",
        "kidney stones": "?",
        "no kidney disease": "",
        "kidney disease ruled out": "",
        "my mother has kidney disease": "?",
    },
}
NOTHING = [
    "none",
    "no",
    "nothing at all",
    "none of these",
    "no symptoms",
    "no medicines",
    "no known conditions",
    " ",
    "-",
]


@pytest.mark.parametrize(("kind", "text", "ids"), [(k, text, ids) for k in TOLD for text, ids in TOLD[k].items()])
def test_what_is_told(kind: str, text: str, ids: str) -> None:
    assert [one.id or "?" for one in answers(kind, text)] == ids.split()


@pytest.mark.parametrize("kind", TOLD)
@pytest.mark.parametrize("text", NOTHING)
def test_nothing_to_tell(kind: str, text: str) -> None:
    assert answers(kind, text) == ()


def test_a_part_that_is_not_known_is_kept_as_written() -> None:
    (one,) = answers("symptom", "  a kind of   humming ")
    assert (one.id, one.label) == ("", "a kind of humming")


def test_how_long_is_of_the_part_it_stands_with() -> None:
    found = answers("medicine", "omeprazole 18 months, metformin for 2 years")
    assert [(one.id, one.months) for one in found] == [("ppi", 18.0), ("metformin", 24.0)]


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("twitching 6 weeks", 6 * 7 / 30.4375),
        ("twitching started 3 months ago", 3.0),
        ("twitching - two months", 2.0),
        ("twitching for over a month", 1.0),
        ("twitching 2+ years", 24.0),
        ("twitching 3 weeks on and off", 21 / 30.4375),
        ("twitching every 2 days", None),
        ("twitching twice a day", None),
        ("twitching 3 times a week", None),
    ],
)
def test_how_long(text: str, months: float | None) -> None:
    """A month is a twelfth of a year of 365.25 days; how often is not how long."""
    (one,) = answers("symptom", text)
    assert (one.id, one.months) == ("twitching", None if months is None else pytest.approx(months))


def test_an_answer_goes_where_it_belongs() -> None:
    """Laughing gas, told as a medicine or symptom, is the condition that a rule knows."""
    person = Person(age=40, sex="male", medicines="nitrous oxide", symptoms="twitching; kidney disease")
    assert [one.id for one in person.told("condition")] == ["nitrous_oxide", "kidney_disease"]
    assert person.medicines == () and [one.id for one in person.told("symptom")] == ["twitching"]
