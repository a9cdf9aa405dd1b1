"""The person whose diary it is: who they are, and what they answered about diet, medicines and symptoms.

Nothing here is ever inferred: what was not told stays unknown. The words that answers are known by are rows of
``data/answers.csv``; an answer with other words is kept as it was written, and no rule makes use of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from typing import NamedTuple

from nutrigap.errors import PersonError, did_you_mean
from nutrigap.units import read_table

SEXES = ("female", "male")
LIFE_STAGES = ("none", "pregnant", "lactating")
OLDEST_YEARS = 130
NONE = "none"  # the answer of somebody who takes no medicine, has no condition, no symptom
PREGNANCY_MONTHS = 10 * 12, 51 * 12  # the reference rows of pregnancy and lactation end with the 50th year
ASSUMED_AGE_YEARS = 40.0  # stands for the 31-50 group when the age is not told
# What a body can be, widely: a number outside is a slip (a height in metres, a weight in grams).
WEIGHT_KG, HEIGHT_CM = (0.4, 650.0), (20.0, 280.0)
_MONTHS = re.compile(r"^\s*(\d+)\s*(?:mo|mos|month|months|m)\.?\s*$", re.I)
_FOR = re.compile(
    r"[\s,(]+(?:for|since)?\s*(\d{1,4}(?:\.\d+)?)\s*(days?|weeks?|wks?|months?|mo|mos|years?|yrs?|y)\)?\s*$", re.I
)
_MONTHS_OF = {"d": 12 / 365.25, "w": 84 / 365.25, "m": 1.0, "y": 12.0}
_SEX_WORDS = {
    **dict.fromkeys(("female", "f", "woman", "w", "girl"), "female"),
    **dict.fromkeys(("male", "m", "man", "boy"), "male"),
}
_STAGE_WORDS = {
    **dict.fromkeys(("none", ""), "none"),
    **dict.fromkeys(("pregnant", "pregnancy"), "pregnant"),
    **dict.fromkeys(("lactating", "lactation", "breastfeeding"), "lactating"),
}


class Known(NamedTuple):
    """An answer that rules know: a row of ``data/answers.csv``.

    ``urgency`` of a symptom or condition is ``now``, ``soon`` or "". ``caps`` are the nutrients of which a diary cannot
    show that intake is enough.
    """

    kind: str
    id: str
    label: str
    words: tuple[str, ...]
    urgency: str
    caps: tuple[str, ...]
    rule: str


class Answer(NamedTuple):
    """A medicine, condition or symptom as told: its id ("" if no rule knows it), the text, for how many months."""

    id: str
    text: str
    months: float | None = None

    @property
    def label(self) -> str:
        """How a report names it."""
        return known_answers()[self.id].label if self.id else self.text


@cache
def known_answers() -> dict[str, Known]:
    """Every answer that rules know, by id."""
    return {
        row["id"]: Known(
            row["kind"], row["id"], row["label"], tuple(row["words"].split("; ")), row["urgency"],
            tuple(row["caps"].split()), row["rule"],
        )
        for row in read_table("answers.csv")
    }  # fmt: skip


@cache
def _by_word(kind: str) -> dict[str, str]:
    found = {}
    for known in known_answers().values():
        if known.kind == kind:
            found.update(dict.fromkeys((known.id, *known.words), known.id))
    return found


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^a-z0-9_]+", " ", text.lower().replace("'", "")).split())


def answer(kind: str, text: str) -> Answer:
    """One answer in words: ``omeprazole 18 months``, ``tingling``, ``kidney disease``.

    Doses ("omeprazole 20 mg") are passed over: no rule depends on them.
    """
    said = str(text).strip()
    months = None
    if lasting := _FOR.search(said):
        months = float(lasting[1]) * _MONTHS_OF[lasting[2][0].lower()]
        said = said[: lasting.start()]
    words = _plain(re.sub(r"\d+(?:[.,]\d+)?\s*(?:mg|g|µg|mcg|ug)\b", " ", said))
    known = _by_word(kind)
    if _is_denied(kind, words):
        return Answer("", " ".join(str(text).split()), months)
    id_ = known.get(words) or known.get(words.replace(" ", "_")) or _within(kind, words)
    return Answer(id_, " ".join(str(text).split()), months)


# "No pain", "stopped omeprazole": what is not so, or no longer.
_DENIED = re.compile(r"(?:no|not|never|without|stopped|quit|former|formerly|past|used to(?: take)?)\b\s*(.*)")


def _is_denied(kind: str, words: str) -> bool:
    """Whether words deny an answer. Of a symptom only its very words are denied: "not able to breathe" is told."""
    denied = _DENIED.match(words)
    return denied is not None and (kind != "symptom" or denied[1] in _by_word(kind))


def _within(kind: str, words: str) -> str:
    """The id of an answer whose words stand within others: the most urgent, then the longest; "" where none does.

    A condition is looked for only by several words together: a kidney stone is no kidney disease.
    """
    known, padded = known_answers(), f" {words} "
    hits = [
        (known[id_].urgency == "now", known[id_].urgency == "soon", len(word), id_)
        for word, id_ in _by_word(kind).items()
        if f" {word} " in padded and (kind != "condition" or " " in word)
    ]
    return max(hits)[3] if hits else ""


def _one_of(kind: str, text: str | None) -> str | None:
    if text is None or not str(text).strip():
        return None
    known = _by_word(kind)
    found = known.get(_plain(str(text)))
    if found is None:
        ids = sorted(set(known.values()))
        raise PersonError(f'unknown {kind} "{text}"{did_you_mean(str(text), ids)}; known: {", ".join(ids)}')
    return found


def _several(kind: str, given: Iterable[str | Answer] | str | None) -> tuple[Answer, ...]:
    texts: Iterable[str | Answer] = re.split(r"[;\n]", given) if isinstance(given, str) else (given or ())
    found = [
        one if isinstance(one, Answer) else answer(kind, one) for one in texts if str(one).strip() not in ("", NONE)
    ]
    denied = [one for one in found if kind == "symptom" and not one.id and _is_denied(kind, _plain(one.text))]
    return tuple({(one.id or _plain(one.text)): one for one in found if one not in denied}.values())


@dataclass(frozen=True)
class Person:
    """Who ate it. What is not told stays None, and the report says what was assumed.

    Parameters
    ----------
    age : float, str or None
        In years, or months as ``"7mo"``.
    sex : str or None
        ``female`` or ``male``.
    life_stage : str
        ``none``, ``pregnant`` or ``lactating``.
    references : str
        The authority whose values are used: ``us``, ``efsa`` or ``nordic``.
    weight_kg, height_cm : float or None
        [kg] and [cm]; with both, the energy of the log is held against what such a body needs.
    diet : str or None
        ``omnivore``, ``pescatarian``, ``vegetarian`` or ``vegan``.
    months_on_diet : float or None
        For how long. [months]
    sun : str or None
        ``regular`` summer sun on bare skin, or ``little``.
    medicines, conditions, symptoms : sequence of str
        As people say them: ``omeprazole 18 months``, ``kidney disease``, ``tingling``. An empty list is an answer too:
        none; ``None`` is not asked.
    dislikes : sequence of str
        Foods that are not to be suggested.

    Raises
    ------
    PersonError
        A person that cannot be (age below 0, a pregnant man), or that no reference row covers
        (pregnancy or lactation below 10 or above 50 years).
    """

    age: float | str | None = None
    sex: str | None = None
    life_stage: str = "none"
    references: str = "us"
    weight_kg: float | str | None = None
    height_cm: float | str | None = None
    diet: str | None = None
    months_on_diet: float | str | None = None
    sun: str | None = None
    medicines: tuple[Answer, ...] | Iterable[str] | str | None = None
    conditions: tuple[Answer, ...] | Iterable[str] | str | None = None
    symptoms: tuple[Answer, ...] | Iterable[str] | str | None = None
    dislikes: tuple[str, ...] | Iterable[str] | str = ()

    def __post_init__(self) -> None:
        stage = _STAGE_WORDS.get(str(self.life_stage or "").strip().lower())
        if stage is None:
            raise PersonError(f'unknown life stage "{self.life_stage}"; known: {", ".join(LIFE_STAGES)}')
        sex = None if self.sex is None or not str(self.sex).strip() else _SEX_WORDS.get(str(self.sex).strip().lower())
        if sex is None and self.sex is not None and str(self.sex).strip():
            raise PersonError(f'unknown sex "{self.sex}"; the reference tables know female and male')
        if self.references not in authorities():
            raise PersonError(f'unknown references "{self.references}"; known: {", ".join(authorities())}')
        if stage != "none" and sex == "male":
            raise PersonError(f"no reference row for a {stage} man; check --sex and the life stage")
        told: dict[str, object] = {
            "life_stage": stage,
            "sex": "female" if stage != "none" else sex,
            "age": _age_years(self.age),
            "weight_kg": _number("weight", self.weight_kg, WEIGHT_KG, "kg"),
            "height_cm": _number("height", self.height_cm, HEIGHT_CM, "cm"),
            "months_on_diet": _number("months on the diet", self.months_on_diet, (0.0, 12.0 * OLDEST_YEARS), "months"),
            "diet": _one_of("diet", self.diet),
            "sun": _one_of("sun", self.sun),
            "dislikes": tuple(word for word in _texts(self.dislikes) if word),
        }
        for kind in ("medicines", "conditions", "symptoms"):
            given = getattr(self, kind)
            told[kind] = None if given is None else _several(kind.removesuffix("s"), given)
        for name, value in told.items():
            object.__setattr__(self, name, value)
        months = self.age_months
        if stage != "none" and months is not None and not PREGNANCY_MONTHS[0] <= months < PREGNANCY_MONTHS[1]:
            raise PersonError(
                f"no reference values exist for a {stage} person of {self.age:g} years: the tables cover 10 to 50 "
                "years. Use the values without life stage only after talking to a professional"
            )

    @property
    def age_months(self) -> int | None:
        """Completed months of life."""
        return None if self.age is None else int(float(self.age) * 12 + 1e-6)

    def known_months(self) -> int:
        """Completed months of life of a person whose age and sex are known.

        Raises
        ------
        PersonError
            One of them is missing: no row of a table is that of an unknown person.
        """
        months = self.age_months
        if months is None or self.sex is None:
            raise PersonError("age and sex are needed; possible() gives the persons that this one may be")
        return months

    @property
    def assumed(self) -> bool:
        """Whether age or sex is missing, so that a reading must hold for women and men alike."""
        return self.age is None or self.sex is None

    def possible(self) -> tuple[Person, ...]:
        """The fully known persons that this one may be: itself, or women and men, of 31-50 if the age is missing."""
        age = ASSUMED_AGE_YEARS if self.age is None else self.age
        sexes = SEXES if self.sex is None else (self.sex,)
        return tuple(replace(self, age=age, sex=sex) for sex in sexes)

    def told(self, kind: str) -> tuple[Answer, ...]:
        """The ``medicine``, ``condition`` or ``symptom`` answers; () where none was given or asked."""
        given: tuple[Answer, ...] | None = getattr(self, f"{kind}s")
        return given or ()

    def tells(self, kind: str, *ids: str) -> Answer | None:
        """The first answer of a kind with one of these ids, None where none was told."""
        return next((one for one in self.told(kind) if one.id in ids), None)


@cache
def authorities() -> dict[str, str]:
    """The authorities whose reference values can be used: key -> edition."""
    return {row["key"]: row["edition"] for row in read_table("authorities.csv")}


def _texts(given: Iterable[str] | str) -> list[str]:
    parts = re.split(r"[;,\n]", given) if isinstance(given, str) else given
    return [" ".join(str(part).lower().split()) for part in parts]


def _number(what: str, given: float | str | None, ends: tuple[float, float], unit: str) -> float | None:
    if given is None or not str(given).strip():
        return None
    text = str(given).strip().lower().removesuffix(unit).strip()
    try:
        value = float(text)
    except ValueError:
        raise PersonError(f'"{given}" is no {what}; write a number in {unit}') from None
    if not ends[0] <= value <= ends[1]:
        raise PersonError(f"a {what} of {value:g} {unit} is not possible; write it in {unit}")
    return value


def _age_years(age: float | str | None) -> float | None:
    if age is None or (isinstance(age, str) and not age.strip()):
        return None
    if isinstance(age, str) and (months := _MONTHS.match(age)):
        years = int(months[1]) / 12
    else:
        try:
            years = float(age)
        except ValueError:
            raise PersonError(f'"{age}" is no age; write years (34) or months (7mo)') from None
    if not 0 <= years <= OLDEST_YEARS:
        raise PersonError(f"an age of {years:g} years is not possible; write years (34) or months (7mo)")
    return years
