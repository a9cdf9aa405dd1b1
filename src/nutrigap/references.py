"""The reference values that hold for exactly one person.

Every value is a row of ``data/references.csv`` with its source; nothing is interpolated, and where no row exists
the answer is a refusal, never the nearest row.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from nutrigap.errors import TableError
from nutrigap.person import Person
from nutrigap.tables import sources
from nutrigap.units import read_table


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
