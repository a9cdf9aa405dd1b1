"""The reference values that hold for exactly one person.

Every value is a row of ``data/references.csv`` with its source; nothing is interpolated, and where no row exists
the answer is a refusal, never the nearest row. The words are those of the United States: an ``ear`` is what EFSA and
the Nordic countries call AR (average requirement), an ``rda`` is EFSA's PRI (population reference intake) and the
Nordic RI (recommended intake). `Reference` carries the authority's own words.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from nutrigap.errors import TableError
from nutrigap.person import Person
from nutrigap.tables import sources
from nutrigap.units import nutrients, read_rows, read_table

KINDS = ("ear", "rda", "ai", "ul")  # the first of these that a person has names the age band


class Reference(NamedTuple):
    """The reference values of one nutrient for one person, in the nutrient's canonical unit per day.

    ``ul_scope`` is ``total``, ``supplement_only``, ``supplement_water_added`` or ``none``; ``ul_status`` says why there
    is no upper limit. ``sd_requirement`` is the SD of the requirement between people. ``sources`` are source keys.

    ``ear`` and ``ai`` are both None where the authority set an upper limit only (EFSA, infants below 7 months).
    ``ear_term`` and ``rda_term`` are the authority's own words. ``provisional`` tells that it calls a requirement so;
    ``unverified`` names the kinds (``ear``, ``rda``, ``ai``, ``ul``) that rest on a single source, ``notes`` what it
    says about a value, ``ul_source`` the key of the document that the upper limit is from.
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
    ear_term: str = "EAR"
    rda_term: str = "RDA"
    provisional: bool = False
    unverified: tuple[str, ...] = ()
    authority: str = "us"
    notes: tuple[str, ...] = ()
    ul_source: str = ""


class Variation(NamedTuple):
    """Day-to-day variation of intake within one person: SD [unit/day] and CV [fraction] of intake from food.

    ``mean`` is the mean of the person's group and ``sd_between`` the SD of usual intake between its members, both of
    food alone [unit/day].
    """

    sd: float
    cv: float
    source: str
    mean: float | None = None
    sd_between: float | None = None


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
    verified: bool
    provisional: bool
    note: str

    def covers(self, sex: str | None, life_stage: str, months: int) -> bool:
        return (
            self.sex in ("both", sex) and self.life_stage == life_stage and self.first_month <= months < self.end_month
        )


@cache
def _cells() -> list[list[str]]:
    return read_rows("references.csv")


@cache
def _rows(authority: str) -> dict[str, tuple[_Row, ...]]:
    """The rows of one authority by nutrient: the others' are not read into numbers."""
    found: dict[str, list[_Row]] = {}
    header, *rows = _cells()
    for cells in rows:
        if cells[0] == authority:  # the first column: the other authorities' rows are not taken apart
            row = dict(zip(header, cells, strict=True))
            found.setdefault(row["nutrient"], []).append(
                _Row(
                    authority=authority,
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
                    verified=row["verification"] == "verified",
                    provisional=row["provisional"] == "yes",
                    note=row["note"],
                )
            )
    return {nutrient: tuple(rows) for nutrient, rows in found.items()}


@cache
def _authorities() -> dict[str, dict[str, str]]:
    return {row["key"]: row for row in read_table("authorities.csv")}


def terms(authority: str) -> dict[str, str]:
    """The words of an authority: ``short``, ``ear_term``, ``rda_term``, ``level_term``."""
    return _authorities()[authority]


def reference(person: Person, nutrient: str) -> Reference | None:
    """The reference values of a nutrient for a fully known person; None where the authority has no row at all.

    Requirement and upper limit are looked up each for itself, for their age bands differ (EFSA magnesium: 3-9 years
    for the one, 4-9 for the other). Where there is an upper limit only, ``ear`` and ``ai`` are None.

    Raises
    ------
    PersonError
        Age or sex is not known.
    TableError
        More than one row of a kind covers the person: a fault of the table.
    """
    return _reference(person.references, nutrient, person.sex, person.life_stage, person.known_months())


@cache
def _reference(authority: str, nutrient: str, sex: str | None, life_stage: str, months: int) -> Reference | None:
    found: dict[str, _Row] = {}
    for row in _rows(authority).get(nutrient, ()):
        if row.covers(sex, life_stage, months):
            if row.kind in found:
                raise TableError(f"two {row.kind} rows of {nutrient} cover {months} months, {sex}, {life_stage}")
            found[row.kind] = row
    if not found:
        return None
    ordered = [found[kind] for kind in KINDS if kind in found]
    values = {row.kind: row.value for row in ordered}
    limit = found.get("ul")
    ear, rda = values.get("ear"), values.get("rda")
    return Reference(
        nutrient=nutrient,
        unit=ordered[0].unit,
        ear=ear,
        rda=rda,
        ai=values.get("ai"),
        ul=values.get("ul"),
        ul_scope=limit.scope if limit is not None and limit.value is not None else "none",
        ul_status=limit.status if limit is not None else "none set",
        sd_requirement=_sd_requirement(authority, nutrient, ear, rda),
        age_label=ordered[0].age_label,
        sources=tuple(sorted({row.source for row in ordered})),
        ear_term=_authorities()[authority]["ear_term"],
        rda_term=_authorities()[authority]["rda_term"],
        provisional=any(row.provisional for row in ordered),
        unverified=tuple(row.kind for row in ordered if row.value is not None and not row.verified),
        authority=authority,
        notes=tuple(dict.fromkeys(row.note for row in ordered if row.note)),
        ul_source=limit.source if limit is not None and limit.value is not None else "",
    )


@cache
def _stated_cv() -> dict[tuple[str, str], float | None]:
    return {
        (row["authority"], row["nutrient"]): float(row["cv_percent"]) / 100 if row["cv_percent"] else None
        for row in read_table("requirement_cv.csv")
    }


def _sd_requirement(authority: str, nutrient: str, ear: float | None, rda: float | None) -> float | None:
    """SD of the requirement: the stated CV × EAR, else what the distance from EAR to RDA implies (two SD)."""
    if ear is None:
        return None
    cv = _stated_cv().get((authority, nutrient))
    if cv is not None:
        return cv * ear
    return (rda - ear) / 2 if rda is not None else None


def variation(person: Person, nutrient: str) -> Variation | None:
    """Within-person variation for a fully known person; None where none was measured (under 12 months)."""
    return _variation(nutrient, person.sex, person.known_months())


@cache
def _variation(nutrient: str, sex: str | None, months: int) -> Variation | None:
    for row in _variation_rows():
        end = float(row["age_max_months"] or "inf")
        if row["nutrient"] == nutrient and row["sex"] in ("both", sex) and int(row["age_min_months"]) <= months < end:
            # the one CV is inflated by a rare plate of liver, the other by days near zero: the smaller is used
            cv = min(float(row["cv"]), float(row["cv_lognormal"] or "inf")) / 100
            sd, ratio = float(row["sd"]), float(row["ratio"])  # variance within persons over that between them
            return Variation(
                sd=sd, cv=cv, source=row["source"], mean=float(row["mean"]), sd_between=sd / math.sqrt(ratio)
            )
    return None


@cache
def _variation_rows() -> tuple[dict[str, str], ...]:
    return tuple(read_table("within_person_sd.csv"))


def target_rows(person: Person) -> Iterator[tuple[Person, Reference]]:
    """(person, reference) for every nutrient with a row, for every person that this one may be."""
    for one in person.possible():
        for nutrient in nutrients():
            found = reference(one, nutrient.id)
            if found is not None:
                yield one, found


def _remarks(target: Reference) -> list[str]:
    """What a reader of the values should know, in words."""
    terms = {"ear": target.ear_term, "rda": target.rda_term, "ai": "AI", "ul": "UL"}
    alone = [f"{terms[kind]} confirmed by one source only" for kind in target.unverified]
    return [*(["provisional"] if target.provisional else []), *target.notes, *alone]


def target_records(person: Person) -> list[dict[str, str | float | None]]:
    """The reference values of a person as plain rows, each with the titles of its sources; None = none set."""
    known = sources()
    return [
        {
            "nutrient": target.nutrient,
            "unit": target.unit,
            "ear": target.ear,
            "rda": target.rda,
            "ai": target.ai,
            "ul": target.ul,
            "ul_scope": target.ul_scope,
            "sex": one.sex,
            "age_group": target.age_label,
            "life_stage": one.life_stage,
            "authority": target.authority,
            "ear_term": target.ear_term,
            "rda_term": target.rda_term,
            "sd_requirement": target.sd_requirement,
            "ul_note": None if target.ul is not None else target.ul_status,
            "note": "; ".join(_remarks(target)) or None,
            "source": "; ".join(f"{known[key].title} ({known[key].year})" for key in target.sources),
        }
        for one, target in target_rows(person)
    ]
