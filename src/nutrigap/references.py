"""The person, and the reference values that hold for exactly that person.

Every value is a row of ``data/references.csv`` with its source; nothing is interpolated, and where no row exists
the answer is a refusal, never the nearest row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import NamedTuple

from nutrigap.errors import PersonError, TableError
from nutrigap.tables import sources
from nutrigap.units import read_table

SEXES = ("female", "male")
LIFE_STAGES = ("none", "pregnant", "lactating")
AUTHORITIES = {"us": "NASEM Dietary Reference Intakes (United States and Canada), 1997-2019"}
OLDEST_YEARS = 130
PREGNANCY_MONTHS = 10 * 12, 51 * 12  # the reference rows of pregnancy and lactation end with the 50th year
ASSUMED_AGE_YEARS = 40.0  # stands for the 31-50 group when the age is not told
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
        The authority whose values are used: ``us``.

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

    def __post_init__(self) -> None:
        stage = _STAGE_WORDS.get(str(self.life_stage or "").strip().lower())
        if stage is None:
            raise PersonError(f'unknown life stage "{self.life_stage}"; known: {", ".join(LIFE_STAGES)}')
        sex = None if self.sex is None or not str(self.sex).strip() else _SEX_WORDS.get(str(self.sex).strip().lower())
        if sex is None and self.sex is not None and str(self.sex).strip():
            raise PersonError(f'unknown sex "{self.sex}"; the reference tables know female and male')
        if self.references not in AUTHORITIES:
            raise PersonError(f'unknown references "{self.references}"; known: {", ".join(AUTHORITIES)}')
        if stage != "none" and sex == "male":
            raise PersonError(f"no reference row for a {stage} man; check --sex and the life stage")
        object.__setattr__(self, "life_stage", stage)
        object.__setattr__(self, "sex", "female" if stage != "none" else sex)
        object.__setattr__(self, "age", _age_years(self.age))
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


class Reference(NamedTuple):
    """The reference values of one nutrient for one person, in the nutrient's canonical unit per day.

    ``ul_scope`` is ``total``, ``supplement_only``, ``supplement_water_added`` or ``none``; ``ul_status`` says why there
    is no upper limit. ``sd_requirement`` is the SD of the requirement between people. ``sources`` are source keys.
    """

    nutrient: str
    unit: str
    ear: float | None
    rda: float | None
    ai: float | None
    ul: float | None
    ul_scope: str
    ul_status: str
    sd_requirement: float | None
    age_label: str
    sources: tuple[str, ...]


class Variation(NamedTuple):
    """Day-to-day variation of intake within one person: SD [unit/day] and CV [fraction] of intake from food."""

    sd: float
    cv: float
    source: str


class _Row(NamedTuple):
    authority: str
    nutrient: str
    kind: str
    value: float | None
    unit: str
    sex: str
    life_stage: str
    age_label: str
    first_month: int
    end_month: float
    scope: str
    status: str
    source: str

    def covers(self, person: Person, months: int) -> bool:
        return (
            self.sex in ("both", person.sex)
            and self.life_stage == person.life_stage
            and self.first_month <= months < self.end_month
        )


@cache
def _rows(authority: str, nutrient: str) -> tuple[_Row, ...]:
    return tuple(row for row in _all_rows() if row.authority == authority and row.nutrient == nutrient)


@cache
def _all_rows() -> tuple[_Row, ...]:
    return tuple(
        _Row(
            authority=row["authority"],
            nutrient=row["nutrient"],
            kind=row["kind"],
            value=float(row["value"]) if row["value"] else None,
            unit=row["unit"],
            sex=row["sex"],
            life_stage=row["life_stage"],
            age_label=row["age_label"],
            first_month=int(row["age_min_months"]),
            end_month=float(row["age_max_months"] or "inf"),
            scope=row["intake_scope"],
            status=row["status"],
            source=row["source"],
        )
        for row in read_table("references.csv")
    )


def reference(person: Person, nutrient: str) -> Reference | None:
    """The reference values of a nutrient for a fully known person; None where the authority has no row at all.

    Raises
    ------
    PersonError
        Age or sex is not known.
    TableError
        More than one row of a kind covers the person: a fault of the table.
    """
    months = person.known_months()
    found: dict[str, _Row] = {}
    for row in _rows(person.references, nutrient):
        if row.covers(person, months):
            if row.kind in found:
                raise TableError(f"two {row.kind} rows of {nutrient} cover {person}")
            found[row.kind] = row
    if not found:
        return None
    values = {kind: row.value for kind, row in found.items()}
    limit = found.get("ul")
    requirement = next(iter(found.values()))
    return Reference(
        nutrient=nutrient,
        unit=requirement.unit,
        ear=values.get("ear"),
        rda=values.get("rda"),
        ai=values.get("ai"),
        ul=values.get("ul"),
        ul_scope=limit.scope if limit is not None and limit.value is not None else "none",
        ul_status=limit.status if limit is not None else "none set",
        sd_requirement=_sd_requirement(nutrient, values.get("ear"), values.get("rda")),
        age_label=requirement.age_label,
        sources=tuple(sorted({row.source for row in found.values()})),
    )


@cache
def _stated_cv() -> dict[str, float | None]:
    return {
        row["nutrient"]: float(row["cv_percent"]) / 100 if row["cv_percent"] else None
        for row in read_table("requirement_cv.csv")
    }


def _sd_requirement(nutrient: str, ear: float | None, rda: float | None) -> float | None:
    """SD of the requirement: the stated CV × EAR, else what the distance from EAR to RDA implies (two SD)."""
    if ear is None or nutrient not in _stated_cv():
        return None
    cv = _stated_cv()[nutrient]
    if cv is not None:
        return cv * ear
    return (rda - ear) / 2 if rda is not None else None


def variation(person: Person, nutrient: str) -> Variation | None:
    """Within-person variation for a fully known person; None where none was measured (under 12 months)."""
    months = person.known_months()
    for row in _variation_rows():
        end = float(row["age_max_months"] or "inf")
        if (
            row["nutrient"] == nutrient
            and row["sex"] in ("both", person.sex)
            and int(row["age_min_months"]) <= months < end
        ):
            # the one CV is inflated by a rare plate of liver, the other by days near zero: the smaller is used
            cv = min(float(row["cv"]), float(row["cv_lognormal"] or "inf")) / 100
            return Variation(sd=float(row["sd"]), cv=cv, source=row["source"])
    return None


@cache
def _variation_rows() -> tuple[dict[str, str], ...]:
    return tuple(read_table("within_person_sd.csv"))


def target_rows(person: Person) -> Iterator[tuple[Person, Reference]]:
    """(person, reference) for every nutrient with a row, for every person that this one may be."""
    for one in person.possible():
        for nutrient in dict.fromkeys(row.nutrient for row in _all_rows()):
            found = reference(one, nutrient)
            if found is not None:
                yield one, found


def target_records(person: Person) -> list[dict[str, str | float | None]]:
    """The reference values of a person as plain rows, each with the titles of its sources; None = none set."""
    known = sources()
    return [
        {
            "nutrient": target.nutrient,
            "sex": one.sex,
            "age_group": target.age_label,
            "life_stage": one.life_stage,
            "unit": target.unit,
            "ear": target.ear,
            "rda": target.rda,
            "ai": target.ai,
            "ul": target.ul,
            "ul_scope": target.ul_scope,
            "ul_note": None if target.ul is not None else target.ul_status,
            "sd_requirement": target.sd_requirement,
            "source": "; ".join(f"{known[key].title} ({known[key].year})" for key in target.sources),
        }
        for one, target in target_rows(person)
    ]
