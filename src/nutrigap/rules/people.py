"""Rules about what was told of the person: symptoms (R30), conditions and medicines, references (R08-R10, R16, ...)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nutrigap.answers import Answer, known_answers
from nutrigap.person import authorities
from nutrigap.readings import CAPS_FROM_MONTHS
from nutrigap.rules.model import Case, Flag, listed, say

# Answers that are of twitching; of other symptoms it is not said that most are harmless.
TWITCHING = ("twitching", "eyelid", "over_two_weeks", "several_places", "cramps", "after_new_medicine")
NERVES = ("tingling", "numbness", "burning")
WITH_ACID_BLOCKER = ("cramps", "tremor", "irregular_heartbeat")
# Answers that are to be seen soon only together: of a medicine of such a class, with such a symptom.
LOSING = ("ppi", "loop_diuretic", "thiazide", "diuretic")
TWO_WEEKS_MONTHS = 14 * 12 / 365.25
SMALL_CHILD_MONTHS = 2 * 12
KEEPING = ("ace_inhibitor", "arb", "potassium_sparing")


def r30(case: Case) -> Iterator[Flag]:
    """The screen that goes before everything else, whenever symptoms were told or logged."""
    person, known = case.person, known_answers()
    symptoms = case.symptoms_told
    told = [*symptoms, *person.told("condition")]
    now = _labels(one for one in told if one.id and known[one.id].urgency == "now")
    soon = _labels(one for one in told if one.id and known[one.id].urgency == "soon")
    if symptoms or now or case.condition("alcohol_withdrawal", "nitrous_oxide"):
        twitches = any(one.id in TWITCHING for one in symptoms)
        soon += [label for label in _soon_together(case, twitches=twitches) if label not in soon]
        if now:
            yield say("R30", "now", items=_sentence(listed(now)))
        if soon:
            yield say("R30", "also soon" if now else "soon" if twitches else "soon other", items=listed(soon))
        if case.symptom(*NERVES) is not None and _takes_b6(case):
            yield say("R30", "b6", "vitamin_b6")
        unknown = [f'"{one.text}"' for one in symptoms if not one.id]
        if unknown:
            yield say("R30", "unknown", items=listed(unknown))
        elif not now and not soon and all(one.id for one in told):
            yield _no_hurry(case, twitches=twitches)
    if case.condition("nitrous_oxide") is not None:
        yield say("R30", "nitrous", "vitamin_b12")
    for id_ in ("kidney_disease", "eating_disorder"):
        if (found := case.condition(id_)) is not None:
            yield say("R30", "guide", items=found.label)


def _labels(told: Iterable[Answer]) -> list[str]:
    return list(dict.fromkeys(one.label for one in told))


def _soon_together(case: Case, *, twitches: bool) -> list[str]:
    """What is a reason to see a doctor only together: a symptom that lasts, a medicine or pregnancy beside symptoms."""
    found = []
    lasting = [one.months for one in case.symptoms_told if one.id in ("twitching", "eyelid")]
    if any(months is not None and months > TWO_WEEKS_MONTHS for months in lasting):
        found.append(known_answers()["over_two_weeks"].label)
    if twitches and case.person.life_stage == "pregnant":
        found.append("pregnancy")
    losing, sign = case.medicine(*LOSING), case.symptom(*WITH_ACID_BLOCKER)
    if losing is not None and sign is not None and known_answers()[sign.id].urgency != "now":
        found.append(f"{sign.label} with {_article(losing.label)}")
    return found


def _takes_b6(case: Case) -> bool:
    return bool(case.seen.b6.products or case.seen.b6.foods)


def _no_hurry(case: Case, *, twitches: bool) -> Flag:
    """That nothing told is urgent; of a small child's twitches that is never said."""
    months = case.person.age_months
    if months is not None and months < SMALL_CHILD_MONTHS:
        return say("R30", "small")
    if not twitches:
        return say("R30", "none other")
    return say("R30", "none" if case.adult else "none young")


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _article(label: str) -> str:
    return f"{'an' if label[0].lower() in 'aeiou' else 'a'} {label}"


def r08(case: Case) -> Iterator[Flag]:
    """Acid-lowering medicine for three months or longer, or for how long is not told."""
    found = case.medicine("ppi")
    if found is not None and (found.months is None or found.months >= CAPS_FROM_MONTHS["ppi"]):
        yield say(
            "R08", "", ("magnesium", "vitamin_b12"), medicine=found.text if found.text != found.label else "as logged"
        )


def r09(case: Case) -> Iterator[Flag]:
    """Conditions that hinder absorption."""
    for told in case.person.told("condition"):
        if told.id and known_answers()[told.id].rule == "R09":
            yield say("R09", "", known_answers()[told.id].caps, condition=told.label)


def r10(case: Case) -> Iterator[Flag]:
    """Water tablets, the direction by their class."""
    both = ("potassium", "magnesium")
    for id_, key, about in (
        ("loop_diuretic", "loses", both), ("thiazide", "loses", both), ("potassium_sparing", "keeps", ("potassium",)),
        ("diuretic", "either", both),
    ):  # fmt: skip
        if (found := case.medicine(id_)) is not None:
            yield say("R10", key, about, medicine=_sentence(found.label))


def r16(case: Case) -> Iterator[Flag]:
    """Potassium from salt substitutes and tablets, with kidney disease or a medicine that keeps potassium."""
    kidney, keeping = case.condition("kidney_disease"), case.medicine(*KEEPING)
    why = [kidney.label] if kidney is not None else []
    why += [_article(keeping.label)] if keeping is not None else []
    sources = []
    if case.seen.salt_substitute.lines:
        sources.append("a potassium salt substitute")
    if case.seen.salt_substitute.supplement_lines:
        sources.append("a potassium supplement")
    if why and sources:
        yield say("R16", "", "potassium", reason=listed(why), source=listed(sources, "or"))


def r23(case: Case) -> Iterator[Flag]:
    """Whose reference values were used."""
    targets = [reading.reference for reading in case.core if reading.reference is not None]
    if not targets:
        return
    labels = list(dict.fromkeys(target.age_label for target in targets))
    person = case.person
    who = " or ".join(["women" if one.sex == "female" else "men" for one in person.possible()])
    stage = "" if person.life_stage == "none" else f", {person.life_stage}"
    yield say("R23", "", who=f"{who}{stage}, {listed(labels)}", edition=authorities()[person.references])
    if all(target.ear is None for target in targets) and person.age_months is not None and person.age_months < YEAR:
        yield say("R23", "infant")


YEAR = 12  # months


def r24(case: Case) -> Iterator[Flag]:
    """Metformin for four months or longer, or for how long is not told."""
    found = case.medicine("metformin")
    if found is not None and (found.months is None or found.months >= CAPS_FROM_MONTHS["metformin"]):
        yield say("R24", "", "vitamin_b12", medicine=_sentence(found.label))
