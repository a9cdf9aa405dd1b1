"""What a rule may look at, and what it says: a row of ``data/rule_texts.csv`` with its numbers filled in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache, cached_property
from typing import TYPE_CHECKING, NamedTuple

from nutrigap.answers import Answer, known_answers
from nutrigap.assessment import MIN_DAYS, Adequacy
from nutrigap.exposures import Exposures
from nutrigap.intake import Intake
from nutrigap.person import Person
from nutrigap.readings import USUAL, Method, Reading, adequacy_of_food, read, stress, target
from nutrigap.record import Record
from nutrigap.references import Reference
from nutrigap.units import find_nutrient, nutrient_index, read_table
from nutrigap.wording import Log

if TYPE_CHECKING:
    from nutrigap.sensitivity import Stress
    from nutrigap.symptoms import SymptomLog

LEVELS = ("talk", "above_level", "low", "watch", "info")
SHOWN = ""
"""The level of what is shown and is no flag."""
NO_GRADE = "-"
"""The grade of a statement of arithmetic or statistics: it rests on no row of evidence."""


class Flag(NamedTuple):
    """A remark on one or more nutrients, with its grade of evidence and the ids of the rows it rests on.

    ``section`` says where a report prints it: ``first``, ``nutrient``, ``linked``, ``twitching``, ``record``,
    ``context``, ``method``.
    """

    rule: str
    level: str
    nutrients: tuple[str, ...]
    text: str
    grade: str
    evidence: tuple[str, ...]
    section: str = "nutrient"


class Text(NamedTuple):
    """A row of ``data/rule_texts.csv``: the words of a rule, and what they rest on."""

    section: str
    level: str
    grade: str
    evidence: tuple[str, ...]
    text: str


@cache
def texts() -> dict[tuple[str, str], Text]:
    """The words of every rule, by rule and key."""
    return {
        (row["rule"], row["key"]): Text(
            row["section"], row["level"], row["grade"], tuple(row["evidence"].split()), row["text"]
        )
        for row in read_table("rule_texts.csv")
    }


def say(rule: str, key: str = "", nutrients: str | tuple[str, ...] = (), /, **numbers: str) -> Flag:
    """The words of a rule with their numbers.

    Parameters
    ----------
    rule, key : str
        The row of the table.
    nutrients : str or tuple of str
        Whom it concerns.
    **numbers : str
        What stands in the braces of the text.

    Raises
    ------
    KeyError
        The table has no such row, or its text needs a number that was not given.
    """
    row = texts()[rule, key]
    about = (nutrients,) if isinstance(nutrients, str) else nutrients
    return Flag(rule, row.level, about, row.text.format_map(numbers).strip(), row.grade, row.evidence, row.section)


def part(rule: str, key: str, /, **numbers: str) -> str:
    """A sentence that stands in the braces of another text of the rule."""
    return texts()[rule, key].text.format_map(numbers)


class Beside:
    """The same log by another authority: its references and readings, each found when it is first asked for."""

    def __init__(self, intake: Intake, person: Person, method: Method) -> None:
        self._intake, self._person, self._method = intake, person, method
        self._readings: dict[str, Reading] = {}

    def target(self, nutrient: str) -> Reference | None:
        """The reference values alone."""
        return target(self._person, nutrient)

    def __getitem__(self, nutrient: str) -> Reading:
        """The reading of a nutrient."""
        if nutrient not in self._readings:
            self._readings[nutrient] = read(self._intake, self._person, find_nutrient(nutrient), self._method)
        return self._readings[nutrient]


class Case:
    """One diary with all that the rules may look at.

    Attributes
    ----------
    person : Person
    record : Record
    readings : mapping
        Nutrient id -> Reading, by the person's own authority.
    others : mapping
        Authority -> its readings, of those that are looked at beside the person's own.
    log : Log
        What sentences must know of the diary.
    symptoms : SymptomLog or None
    method : Method
    """

    def __init__(
        self, person: Person, record: Record, readings: Iterable[Reading], others: Iterable[str], log: Log,
        symptoms: SymptomLog | None = None, method: Method = USUAL,
    ) -> None:  # fmt: skip
        self.person, self.record = person, record
        self.readings = {reading.nutrient.id: reading for reading in readings}
        self.others = {name: Beside(record.intake, replace(person, references=name), method) for name in others}
        self.log, self.symptoms, self.method = log, symptoms, method
        self._stress: dict[str, tuple[Stress, ...]] = {}

    @property
    def intake(self) -> Intake:
        """The log, incomplete days out of its mean."""
        return self.record.intake

    def target(self, nutrient: str, authority: str) -> Reference | None:
        """The reference values of a nutrient by the person's own authority or another one."""
        if authority == self.person.references:
            return self.readings[nutrient].reference
        return target(replace(self.person, references=authority), nutrient)

    @property
    def authorities(self) -> tuple[str, ...]:
        """The person's own authority, then the others."""
        return tuple(dict.fromkeys((self.person.references, *self.others)))

    def stress(self, nutrient: str) -> tuple[Stress, ...]:
        """The verdict of a nutrient under other assumptions about day-to-day variation."""
        if nutrient not in self._stress:
            self._stress[nutrient] = stress(self.intake, self.person, nutrient, self.method)
        return self._stress[nutrient]

    @property
    def core(self) -> Iterator[Reading]:
        """The readings of the six nutrients."""
        return (reading for reading in self.readings.values() if reading.nutrient.role == "core")

    @property
    def adult(self) -> bool:
        """Whether the person is 18 or older, or the age was not told."""
        return not self.log.child

    @cached_property
    def medicines(self) -> dict[str, Answer]:
        """Medicines told, and those that a line of the log names: id -> answer."""
        told = {one.id: one for one in self.person.told("medicine") if one.id}
        logged = {id_: Answer(id_, known_answers()[id_].label) for id_, _ in self.seen.medicines}
        return logged | told

    @cached_property
    def seen(self) -> Exposures:
        """What words and numbers of the log tell besides the six means, each found when it is first asked for."""
        return Exposures(self.intake)

    @cached_property
    def milk_adequacy(self) -> Adequacy | None:
        """The calcium test with food counted in milk equivalents."""
        dose = float(self.intake.mean_dose.best[nutrient_index()["calcium"]])
        food = self.seen.milk.total - dose
        if not food > 0:
            return None
        factor = (self.seen.milk.equivalent - dose) / food
        return adequacy_of_food(self.intake, self.person, "calcium", factor, self.method)

    def medicine(self, *ids: str) -> Answer | None:
        """The first of these medicines that was told or logged."""
        return next((self.medicines[id_] for id_ in ids if id_ in self.medicines), None)

    @cached_property
    def symptoms_told(self) -> tuple[Answer, ...]:
        """Symptoms told, and the known ones of the symptom log; each for the longer of what was told and logged."""
        found: dict[str, Answer] = {}
        for one in (*self.person.told("symptom"), *(one for one in self.symptoms_logged if one.id)):
            before = found.setdefault(one.id or one.text, one)
            found[one.id or one.text] = before._replace(months=max(before.months or 0.0, one.months or 0.0) or None)
        return tuple(found.values())

    @cached_property
    def symptoms_logged(self) -> list[Answer]:
        """The symptoms of the symptom log."""
        if self.symptoms is None:
            return []
        from nutrigap.symptoms import told_by

        return told_by(self.symptoms)

    def symptom(self, *ids: str) -> Answer | None:
        """The first of these symptoms that was told or logged."""
        return next((one for one in self.symptoms_told if one.id in ids), None)

    def condition(self, *ids: str) -> Answer | None:
        """The first of these conditions that was told."""
        return self.person.tells("condition", *ids)

    def confidence(self, nutrient: str) -> float | None:
        """Confidence of an EAR test that usual intake meets the need; None where there is none, or no verdict yet."""
        found = self.readings[nutrient].adequacy
        tested = found is not None and found.method.startswith("ear") and self.record.intake.days >= MIN_DAYS
        return found.confidence if tested and found is not None and self.record.intake.has_food else None

    def confidence_high(self, nutrient: str) -> float | None:
        """The same at the high end of the bounds; None where nothing bounds it."""
        found = self.readings[nutrient].adequacy
        return None if self.confidence(nutrient) is None or found is None else found.confidence_high


def listed(items: list[str] | tuple[str, ...], last: str = "and") -> str:
    """Items in words: ``a``, ``a and b``, ``a, b and c``."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"
