"""How complete a log is: which days it holds, which of them look as if something is missing, and its energy.

A day that is not whole would lower every mean, and a low day left away without need would raise it. So a day is left
out only if the person says so, or if its energy is far below that of the other days *and* something else is missing
too; both means are shown, and nothing here is ever said of the person.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from nutrigap.energy import ADULT, EnergyCheck, energy_check
from nutrigap.intake import Intake
from nutrigap.person import Person
from nutrigap.readings import Method, in_a_row, weigh
from nutrigap.tables import FloatArray
from nutrigap.units import nutrient_index

SATURDAY = 5
MIN_OTHERS = 3
"""Fewest other days that a day is compared with. [days]"""
LOW_ENERGY = 0.6
"""Share of the other days' median energy below which a day is in doubt."""
MOST_DAYS = 2 / 3
"""Share of the other days that have a meal, from which a day without it lacks it."""
LEAST_KCAL = 500.0
"""Median energy of the other days from which they are a whole day's food that another can be held against. [kcal]"""
FEW_LINES = 0.5
"""Share of the other days' median number of lines up to which a day has few."""
# What a person writes in the note of a line, or as a line of its own, of a day that is not whole (or is). Most notes
# are about food ("not whole milk", "did not log the salt"), and one that is misread costs a day: so a word of logging
# must stand with what was logged (everything, the rest, a meal), or a word for the day itself with what it is.
# Strings, which re compiles (for 12 ms) when the first note with one of these words is read.
_SAID_OF_DAYS = re.compile("complet|finish|part|log|record|track|writ|wrote|enter|forgot|miss|day|diary", re.I)
_MEAL = r"(?:breakfast|brunch|lunch|dinner|supper|meals?|evening)"
_REST = r"(?:rest(?: of (?:the |my )?(?:day|evening|afternoon|meals|food))?)"
_WHAT = rf"(?:everything|anything|all(?: (?:the |of )?(?:it|meals|food))?|(?:whole|full|complete) day|{_REST}|{_MEAL})"
_DAY = r"(?:day|diary|log|record)"
_LOG = r"(?:log(?:ged|ging)?|record(?:ed|ing)?|track(?:ed|ing)?|writ(?:e|ten|ing)|wrote|enter(?:ed|ing)?)\b"
_NO = r"(?:\b(?:not|never)|n't|\b(?:did|do|was|is|could|had|have)nt)"
# What was missing and is not any more, or nearly was.
_AFTER_ALL = r"(?i)\b(?:added|until now|on time|instead|nearly|almost)\b"
# The phrase ends here: "forgot dinner", but not "forgot dinner vitamins".
_END = (
    r"(?=\W*$| ?[^\w\s'-]| - | (?:after|again|and|as|because|before|but|down|from|i|on|or|since|so|then|today|yet)\b)"
)
# How it was logged ("not logged in grams") says nothing of whether all was.
_NO_MANNER = r"(?! (?:as|by|in|with)\b)"
# "Salt at dinner not logged" is about the salt.
_NOT_OF = r"(?<!\bat )(?<!\bfor )(?<!\bfrom )(?<!\bof )(?<!\bwith )(?<!\bno )"
_NOT_WHOLE = "(?i)" + "|".join(
    (
        r"^\W*(?:today |this )?(?:is |was )?(?:incomplete|unfinished)(?:\W*$| ?[^\w\s]| because\b)",
        rf"\bincomplete (?:{_DAY}|logging)\b",
        rf"\b{_DAY} (?:is |was )?(?:incomplete|unfinished)\b",
        rf"\b(?:partial|partially|partly) (?:{_DAY}\b|{_LOG})",
        rf"^(?:only )?part of the day\W*$|\bpart of the day (?:is |was )?{_LOG}|\b{_LOG} (?:only )?part of the day\b",
        rf"{_NO} (?:a |the )?(?:complete|full|whole) {_DAY}\b(?! (?:at|in|of|off|old)\b)",
        rf"(?:^|\W |\b(?:{_DAY}|this) (?:is |was )?)not (?:yet )?complete{_END}|\b{_DAY} (?:is|was)n't complete\b",
        rf"(?:\b(?:stopped|quit|gave up)|{_NO} finish(?:ed)?) {_LOG}"
        r"(?:\W*$| (?:after|around|at|before|today|from)\b|\W* -)",
        rf"{_NO} {_LOG} (?:today\b|anything else\b|after {_MEAL})",
        rf"\bonly {_LOG} (?:{_MEAL}|half|part)\b|\bmissed {_LOG}(?: the| my)? {_WHAT}{_END}",
        rf"\buntracked {_MEAL}{_END}|\b{_MEAL} (?:was )?forgotten{_END}",
        rf"{_NO} {_LOG}(?: down)?(?: (?:the|my))? {_WHAT}{_END}",
        rf"{_NOT_OF}\b{_WHAT}(?: is| was| were)?(?: not| never|n't)(?: been| yet)? {_LOG}{_NO_MANNER}",
        rf"{_NO} (?:everything|all)(?: (?:are|ate|been|could|be|food|i|is|it|meals|of|the|was|were))* "
        rf"{_LOG}{_NO_MANNER}",
        rf"{_NO} (?:completely|entirely|fully) {_LOG}{_NO_MANNER}",
        rf"\bforgot to {_LOG}(?: down)?(?: (?:about|the|my|snacks and))* {_WHAT}{_END}|^forgot to {_LOG}\W*$",
        rf"\bforgot(?: (?:about|the))* {_WHAT}\W*$",
        rf"(?<!\bnot )(?<!n't )\bmissing:?(?: (?:a|the|my))? (?:{_REST}|{_MEAL}){_END}",
        rf"{_NOT_OF}\b(?:{_REST}|{_MEAL}) (?:is |was |are |were )?missing{_END}",
    )
)
_WHOLE = "(?i)" + "|".join(
    (
        rf"\bcomplete day{_END}|\bday (?:is |was )?complete{_END}|\bfasting day\b",
        rf"^(?:a )?(?:full|whole) day\W*$|\b(?:full|whole) day (?:is |was )?{_LOG}",
        r"(?<!\balmost )(?<!\bmostly )(?<!\bnearly )\b(?:all|everything)(?: meals)?(?: is| was| were)? "
        r"(?:logged|recorded|tracked|written down|entered)\b"
        r"(?! (?:apart|as|before|but|by|except|in|till|until|with)\b)",
    )
)


class Incomplete(NamedTuple):
    """A day that is not in the mean: why, in words, and whether the person said so."""

    date: dt.date
    reason: str
    marked: bool


@dataclass(frozen=True, eq=False)
class Record:
    """What kind of record a log is.

    Attributes
    ----------
    intake : Intake
        The log, with the days of ``incomplete`` out of its mean.
    incomplete : tuple of Incomplete
        Days left out of the mean, in order of date; those without any food that could be counted are not among them.
    mean_with_all : (nutrients,) array or None
        Best mean daily intakes with those days in, None where there are none. [canonical unit/day]
    weekdays : tuple of int
        How many of the counted days are a Monday, ..., a Sunday.
    in_a_row : bool
        Whether the counted days, more than one, follow each other.
    energy : EnergyCheck or None
        Energy of the log against what a body of this weight and height uses at rest; None where not told, under
        18 years, and in pregnancy or lactation, whose needs are other ones.
    """

    intake: Intake
    incomplete: tuple[Incomplete, ...]
    mean_with_all: FloatArray | None
    weekdays: tuple[int, ...]
    in_a_row: bool
    energy: EnergyCheck | None
    doubtful: tuple[Incomplete, ...] = ()
    all_incomplete: bool = False

    def weighed(self, method: Method) -> Record:
        """The record with its weekdays weighted, where the method asks for it."""
        return replace(self, intake=weigh(self.intake, method)) if method.weekdays else self

    def with_found(self, method: Method) -> Intake:
        """The log with the days in its mean that were found incomplete, not told so, weighted as the method asks."""
        found = {one.date for one in self.incomplete if not one.marked}
        back = np.array([date in found for date in self.intake.dates], dtype=bool)
        return weigh(replace(self.intake, complete=self.intake.complete | back, weights=None), method)

    @property
    def weekend_days(self) -> int:
        """How many counted days are a Saturday or Sunday."""
        return sum(self.weekdays[SATURDAY:])


def inspect(intake: Intake, person: Person, incomplete: Iterable[dt.date] = ()) -> Record:
    """The log with its incomplete days out of the mean, and what else can be said of its completeness.

    Parameters
    ----------
    intake : Intake
        As ``intake.add_up`` gives it.
    person : Person
    incomplete : iterable of date
        Days that the person marks as not whole, besides those that the log itself marks.
    """
    marked = _marked(intake) | dict.fromkeys(incomplete, False)
    gone = [
        Incomplete(intake.dates[d], reason, told)
        for d in np.flatnonzero(intake.complete)
        for reason, told in [_why(intake, int(d), marked)]
        if reason
    ]
    every = len(gone) == intake.days and bool(gone)  # a log of nothing but such days is counted as it is
    left = set() if every else {one.date for one in gone}
    whole = intake.without(left) if left else intake
    dates = [date for date, counts in zip(whole.dates, whole.complete, strict=True) if counts]
    return Record(
        intake=whole,
        incomplete=() if every else tuple(gone),
        mean_with_all=intake.mean.best if left else None,
        all_incomplete=every,
        weekdays=tuple(sum(date.weekday() == day for date in dates) for day in range(7)),
        in_a_row=in_a_row(whole),
        energy=_energy(whole, person),
        doubtful=tuple(
            Incomplete(date, "; ".join(signs), False)
            for date, signs in _doubts(intake, marked).items()
            if date not in left
        ),
    )


def _marked(intake: Intake) -> dict[dt.date, bool]:
    """Days of which the log says itself whether they are whole: date -> whether it is."""
    found: dict[dt.date, bool] = {}
    for entry in intake.logged:
        if entry.line.date is None:
            continue
        whole = says_whole(entry.line.note or (entry.line.food if entry.kind == "other" else ""))
        if whole is False:
            found[entry.line.date] = False
        elif whole:
            found.setdefault(entry.line.date, True)
    return found


def says_whole(text: str) -> bool | None:
    """Whether a note says that the day is logged as a whole, or not; None where it says neither."""
    said = " ".join(text.replace("’", "'").split())
    if not _SAID_OF_DAYS.search(said):
        return None
    if re.search(_NOT_WHOLE, said) and not re.search(_AFTER_ALL, said):
        return False
    return True if re.search(_WHOLE, said) else None


def _why(intake: Intake, d: int, marked: Mapping[dt.date, bool]) -> tuple[str, bool]:
    """Why a day is not whole, and whether the person said so; ("", ...) of a whole day."""
    told = marked.get(intake.dates[d])
    if told is not None:
        return ("" if told else "marked as incomplete"), True
    return "; ".join(_signs(intake, d, marked)), False


def _signs(intake: Intake, d: int, marked: Mapping[dt.date, bool]) -> list[str]:
    """What is missing on a day, if it is enough to leave it out: low energy and a second sign; else []."""
    others = _others(intake, d, marked)
    low = _low_energy(intake, d, others)
    if not low or len(others) < MIN_OTHERS:
        return []
    signs = []
    lines, meals = _lines(intake), _meals(intake)
    median = _median([lines[o] for o in others])
    if lines[d] <= FEW_LINES * median:
        held = "1 line" if lines[d] == 1 else f"{lines[d]} lines"
        signs.append(f"{held}, the other days about {median:.0f}")
    counts = Counter(meal for o in others for meal in meals[o])
    absent = sorted(meal for meal, n in counts.items() if n >= MOST_DAYS * len(others) and meal not in meals[d])
    if absent and meals[d]:
        signs.append(f"no {absent[0]}, which most other days have")
    return [low, *signs] if signs else []


def _doubts(intake: Intake, marked: Mapping[dt.date, bool]) -> dict[dt.date, list[str]]:
    """Days of low energy, whatever else they hold: date -> what is low."""
    found = {}
    for d in np.flatnonzero(intake.complete):
        others = _others(intake, int(d), marked)
        low = _low_energy(intake, int(d), others)
        if low and len(others) >= MIN_OTHERS - 1 and not marked.get(intake.dates[d], False):
            found[intake.dates[d]] = [low]
    return found


def _others(intake: Intake, d: int, marked: Mapping[dt.date, bool]) -> list[int]:
    """The other days that a day is compared with: those that are not marked as incomplete."""
    return [int(o) for o in np.flatnonzero(intake.complete) if o != d and marked.get(intake.dates[o], True)]


def _low_energy(intake: Intake, d: int, others: Sequence[int]) -> str:
    """The energy of a day beside that of the others, where it is far lower; else ""."""
    if not others:
        return ""
    i = nutrient_index()["energy"]
    usual = _median([float(intake.daily.best[o, i]) for o in others])
    held = float(intake.daily.high[d, i])  # what was left out may be the energy that is missing
    if not usual >= LEAST_KCAL or not held < LOW_ENERGY * usual:
        return ""
    return f"{held:,.0f} kcal, the other days about {usual:,.0f}"


def _median(values: Sequence[float]) -> float:
    """The median; numpy's would take longer to load than all else here."""
    ordered, middle = sorted(values), len(values) // 2
    return ordered[middle] if len(values) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def _lines(intake: Intake) -> list[int]:
    """Lines of food on each day, those left out too."""
    size = [0] * len(intake.dates)
    place = {date: d for d, date in enumerate(intake.dates)}
    for entry in intake.logged:
        if entry.line.date in place and entry.kind == "food":
            size[place[entry.line.date]] += 1
    return size


def _meals(intake: Intake) -> list[set[str]]:
    """Names of the meals on each day, as written, in lower case."""
    meals: list[set[str]] = [set() for _ in intake.dates]
    place = {date: d for d, date in enumerate(intake.dates)}
    for entry in intake.logged:
        if entry.line.date in place and entry.kind == "food" and entry.line.meal:
            meals[place[entry.line.date]].add(" ".join(entry.line.meal.lower().split()))
    return meals


def _energy(intake: Intake, person: Person) -> EnergyCheck | None:
    if person.weight_kg is None or person.height_cm is None or person.sex is None or person.age is None:
        return None
    if person.life_stage != "none" or float(person.age) < ADULT or not intake.days or not intake.has_food:
        return None
    return energy_check(
        float(intake.mean.best[nutrient_index()["energy"]]),
        intake.days,
        weight_kg=float(person.weight_kg),
        height_cm=float(person.height_cm),
        age=float(person.age),
        sex=person.sex,
    )
