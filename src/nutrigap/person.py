"""The person whose diary it is: who they are, and what they answered about diet, medicines and symptoms."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from functools import cache

from nutrigap.answers import KINDS, Answer, answers, kind_of, one_of
from nutrigap.errors import PersonError
from nutrigap.reprs import Shown
from nutrigap.units import read_table

SEXES = ("female", "male")
LIFE_STAGES = ("none", "pregnant", "lactating")
OLDEST_YEARS = 130
PREGNANCY_MONTHS = 10 * 12, 51 * 12  # the reference rows of pregnancy and lactation end with the 50th year
ASSUMED_AGE_YEARS = 40.0  # stands for the 31-50 group when the age is not told
# What a body can be, widely: a number outside is a slip (a height in metres, a weight in grams).
WEIGHT_KG, HEIGHT_CM = (0.4, 650.0), (20.0, 280.0)
_MONTHS = re.compile(r"^\s*(\d+)\s*(?:mo|mos|month|months|m)\.?\s*$", re.I)
_SEX_WORDS = {
    **dict.fromkeys(("female", "f", "woman", "w", "girl"), "female"),
    **dict.fromkeys(("male", "m", "man", "boy"), "male"),
}
_STAGE_WORDS = {
    **dict.fromkeys(("none", ""), "none"),
    **dict.fromkeys(("pregnant", "pregnancy"), "pregnant"),
    **dict.fromkeys(("lactating", "lactation", "breastfeeding"), "lactating"),
}


@dataclass(frozen=True, repr=False)
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
        references = str(self.references or "us").strip().lower()
        if references not in authorities():
            raise PersonError(f'unknown references "{self.references}"; known: {", ".join(authorities())}')
        if stage != "none" and sex == "male":
            raise PersonError(f"no reference row for a {stage} man; check --sex and the life stage")
        told: dict[str, object] = {
            "life_stage": stage,
            "references": references,
            "sex": "female" if stage != "none" else sex,
            "age": _age_years(self.age),
            "weight_kg": _number("weight", self.weight_kg, WEIGHT_KG, "kg"),
            "height_cm": _number("height", self.height_cm, HEIGHT_CM, "cm"),
            "months_on_diet": _number("months on the diet", self.months_on_diet, (0.0, 12.0 * OLDEST_YEARS), "months"),
            "diet": one_of("diet", self.diet),
            "sun": one_of("sun", self.sun),
            "dislikes": tuple(word for word in _texts(self.dislikes) if word),
        }
        given = {kind: getattr(self, f"{kind}s") for kind in KINDS}
        read = [(kind, one) for kind in KINDS if given[kind] is not None for one in answers(kind, given[kind])]
        for kind in KINDS:  # what was told under another heading goes where it belongs
            of_kind = tuple(dict.fromkeys(one for asked, one in read if kind_of(one, asked) == kind))
            told[f"{kind}s"] = of_kind if of_kind or given[kind] is not None else None
        for name, value in told.items():
            object.__setattr__(self, name, value)
        months = self.age_months
        if self.months_on_diet is not None and months is not None and float(self.months_on_diet) > months + 1:
            raise PersonError(f"{self.months_on_diet:g} months on a diet are more than the age; write months")
        if stage != "none" and months is not None and not PREGNANCY_MONTHS[0] <= months < PREGNANCY_MONTHS[1]:
            age = _in_words(float(self.age or 0))
            raise PersonError(
                f"no reference values exist for a {stage} person of {age}: the tables cover 10 to 50 years. "
                "Use the values without life stage only after talking to a professional"
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
        if not self.assumed:
            return (self,)
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

    def _said(self) -> dict[str, object]:
        """What was told, as it may be told again, by the name of its parameter; and whose values are used."""
        said: dict[str, object] = {}
        for one in fields(self):
            value = getattr(self, one.name)
            if value == one.default and one.name != "references":
                continue
            if isinstance(value, tuple):
                value = [getattr(part, "text", part) for part in value]
            said[one.name] = int(value) if isinstance(value, float) and value.is_integer() else value
        if self.age is not None and float(self.age) < 2 and self.age == (self.age_months or 0) / 12:
            said["age"] = f"{self.age_months}mo"
        return said

    def __repr__(self) -> str:
        return f"Person({', '.join(f'{name}={value!r}' for name, value in self._said().items())})"

    def _repr_html_(self) -> str:
        said = self._said()
        told = [
            (name, ", ".join(value) or "none" if isinstance(value, list) else str(value))
            for name, value in said.items()
        ]
        silent = [one.name for one in fields(self) if one.name not in said and one.default is None]
        values = [(name, authorities()[text] if name == "references" else text) for name, text in told]
        return Shown("Person", (*values, ("not told", ", ".join(silent)))).html()


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


def _in_words(age: float) -> str:
    """``34 years``, ``8 months``."""
    return f"{age * 12:.0f} months" if age < 2 else f"{age:g} years"


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
