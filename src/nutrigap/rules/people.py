"""Rules about what was told of the person: symptoms (R30), conditions and medicines, references (R08-R10, R16, ...)."""

from __future__ import annotations

from collections.abc import Iterator

from nutrigap.person import authorities, known_answers
from nutrigap.rules.model import Case, Flag, listed, say

LONG_ACID_MONTHS, LONG_METFORMIN_MONTHS = 3.0, 4.0
NERVES = ("tingling", "numbness", "burning")
WITH_ACID_BLOCKER = ("cramps", "tremor", "irregular_heartbeat")
# Answers that are to be seen soon only together: of a medicine of such a class, with such a symptom.
LOSING = ("ppi", "loop_diuretic", "thiazide", "diuretic")
KEEPING = ("ace_inhibitor", "arb", "potassium_sparing")


def r30(case: Case) -> Iterator[Flag]:
    """The screen that goes before everything else, whenever symptoms were told."""
    person, known = case.person, known_answers()
    told = [one for kind in ("symptom", "condition") for one in person.told(kind) if one.id]
    now = [one.label for one in told if known[one.id].urgency == "now"]
    soon = [one.label for one in told if known[one.id].urgency == "soon"]
    if not person.told("symptom") and not (now or case.condition("alcohol_withdrawal", "nitrous_oxide")):
        yield from _guide(case)
        return
    if person.life_stage == "pregnant":
        soon.append("pregnancy")
    losing, sign = case.medicine(*LOSING), case.symptom(*WITH_ACID_BLOCKER)
    if losing is not None and sign is not None:
        soon.append(f"{sign.label} with {_article(losing.label)}")
    nerves = case.symptom(*NERVES)
    with_b6 = nerves is not None and bool(case.seen.b6.products)
    if now:
        yield say("R30", "now", items=_sentence(listed(now)))
    if soon:
        yield say("R30", "soon", items=listed(soon))
    if with_b6:
        yield say("R30", "b6", "vitamin_b6")
    if not now and not soon:
        yield say("R30", "none")
    yield from _guide(case)


def _guide(case: Case) -> Iterator[Flag]:
    if (found := case.condition("eating_disorder")) is not None:
        yield say("R30", "guide", items=found.label)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _article(label: str) -> str:
    return f"{'an' if label[0].lower() in 'aeiou' else 'a'} {label}"


def r08(case: Case) -> Iterator[Flag]:
    """Acid-lowering medicine for three months or longer, or for how long is not told."""
    found = case.medicine("ppi")
    if found is not None and (found.months is None or found.months >= LONG_ACID_MONTHS):
        yield say("R08", "", ("magnesium", "vitamin_b12"), medicine=_sentence(found.label))


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
    why = [one.label for one in (case.condition("kidney_disease"), case.medicine(*KEEPING)) if one is not None]
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
    if found is not None and (found.months is None or found.months >= LONG_METFORMIN_MONTHS):
        yield say("R24", "", "vitamin_b12", medicine=_sentence(found.label))
