"""Liquorice, salt substitutes, and the products that bring a nutrient: supplements and fortified foods by name."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nutrigap.entries import Entry, phrase_of
from nutrigap.errors import AmountError, UnknownUnit
from nutrigap.exposures.words import Range, by_line, exposures, gathered, named_in, said
from nutrigap.intake import FOOD, SUPPLEMENT, Intake
from nutrigap.quantities import parse_amount
from nutrigap.tables import FloatArray
from nutrigap.totals import ADDED, Bounds
from nutrigap.units import find_unit, nutrient_index
from nutrigap.words import key, words

B12_START_DAYS = 3  # a first line this long after the first logged day is a start that the log saw
ANIMAL_B12 = 0.05  # µg in a line: what plants bring of it by the tables is less
B12_NEXT_TO_NONE = 0.3 - 1e-9  # µg a day; an egg or a cup of milk brings more
_GLUED_UNIT = r"(?<=\d)\s*(?=[a-zA-Zµμ])"


class Liquorice(NamedTuple):
    """Real liquorice in a log: its ``lines`` and ``dates``, and the day with most of it.

    ``largest_grams`` and ``mean_grams`` (per day with a weight) [g] are of sweets and root whose weight is told, None
    where none is; ``without_grams`` are the lines that add to it without a weight: tea, amounts that cannot be read.
    """

    lines: tuple[int, ...]
    dates: tuple[dt.date, ...]
    largest_grams: float | None
    largest_date: dt.date | None
    mean_grams: float | None
    without_grams: tuple[int, ...]
    weighed_days: int = 0

    @property
    def days(self) -> int:
        """How many days have such a line."""
        return len(self.dates)


class SaltSubstitute(NamedTuple):
    """Salt substitutes (``lines``, ``dates``) and supplements of potassium (``supplement_lines``, ``..._dates``)."""

    lines: tuple[int, ...]
    dates: tuple[dt.date, ...]
    supplement_lines: tuple[int, ...]
    supplement_dates: tuple[dt.date, ...]

    def __bool__(self) -> bool:
        """Whether a salt substitute is logged."""
        return bool(self.lines)


class Product(NamedTuple):
    """A product that brings a nutrient.

    Attributes
    ----------
    name : str
        As first written in the log.
    kind : str
        ``supplement`` or ``fortified``.
    lines : tuple of int
    days : int
        Logged days with it, complete or not.
    mean : Range
        Per complete day of the log, weighted as the intake's means are, in the nutrient's unit; no upper end where the
        label is not told.
    on_days : Range
        Per day on which it was taken, in the nutrient's unit.
    """

    name: str
    kind: str
    lines: tuple[int, ...]
    days: int
    mean: Range
    on_days: Range


class B6Sources(NamedTuple):
    """Vitamin B6 per complete day by source [mg/day].

    ``supplements`` come from ``products``; ``fortified`` is what fortified or enriched foods bring, as far as their
    names tell, natural B6 included, with the names in ``foods``; ``other`` is all other food. Lines left out are in
    none of them.
    """

    supplements: Range
    fortified: Range
    other: Range
    products: tuple[Product, ...]
    foods: tuple[str, ...]


class B12(NamedTuple):
    """Vitamin B12 of a log by where it comes from [µg/day], per complete day.

    Attributes
    ----------
    natural : Range
        What animal foods hold by themselves: algae, mushrooms and tempeh are not counted. ``high`` has the room for
        lines left out.
    fortified, supplement : Range
        Added to foods, as far as the table or a label tells, and doses.
    unreliable : Range
        What algae, mushrooms and fermented plants would bring by the table: no reliable source.
    next_to_none, surely_next_to_none : bool
        Whether ``natural`` is below 0.3 µg a day at its best value, and at its high end too.
    days_without_animal : int
        Complete days on which foods by themselves bring less than that, by the best value.
    unread : tuple of int
        Lines that may be a source of which nothing is known: left out, or without a label.
    animal_lines : tuple of int
        Lines of food with B12 of its own by the table, as of foods with milk, egg, meat or fish.
    fortified_lines : tuple of int
        Lines whose words name a food that commonly has B12 added ("nooch").
    injections : tuple of int
    first_dose : date or None
        The first line with a B12 supplement or injection.
    started : date or None
        The same where it is at least three days after the first logged day: a start that the log saw.
    """

    natural: Range
    fortified: Range
    supplement: Range
    unreliable: Range
    next_to_none: bool
    surely_next_to_none: bool
    days_without_animal: int
    unread: tuple[int, ...]
    animal_lines: tuple[int, ...]
    fortified_lines: tuple[int, ...]
    injections: tuple[int, ...]
    first_dose: dt.date | None
    started: dt.date | None

    @property
    def crystalline(self) -> Range:
        """Added to foods or taken as a dose [µg/day]: what is absorbed without stomach acid too."""
        return Range(*(one + other for one, other in zip(self.fortified, self.supplement, strict=True)))


def per_day(intake: Intake, amounts: Bounds, use: NDArray[np.bool_]) -> Range:
    """Mean of some entries' amounts per complete day, weighted as the means are; NaN without a complete day."""
    days = intake.days or math.nan
    return Range(*(float((end[use] * intake.weight[use]).sum()) / days for end in amounts))


def _column(bounds: Bounds, at: int) -> Bounds:
    return Bounds(*(end[:, at] for end in bounds))


def _dosed(intake: Intake, nutrient: str) -> set[int]:
    """Places in ``logged`` of supplement lines that tell a dose of a nutrient."""
    at = nutrient_index()[nutrient]
    chosen = (intake.source == SUPPLEMENT) & intake.known[:, at] & (intake.lines.high[:, at] > 0)
    return {int(place) for place in intake.owner[chosen]}


# --- liquorice and salt substitutes


def liquorice(intake: Intake) -> Liquorice:
    """Lines that name real liquorice, those left out too; red sweets that only look like it are none.

    The FDA warns adults of 40 and more of 57 g of black liquorice a day for two weeks (Consumer Update, 2017).
    """
    places, grams, without = [], dict[dt.date, float](), []
    for place, names in by_line(intake):
        if "liquorice" not in names:
            continue
        places.append(place)
        entry = intake.logged[place]
        weight = None if "liquorice_drink" in names else _grams(entry, intake)
        if weight is None:
            without.append(entry.line.number)
        elif entry.line.date is not None:
            grams[entry.line.date] = grams.get(entry.line.date, 0.0) + weight
    found = gathered(intake, places)
    most = max(grams, key=lambda date: grams[date], default=None)
    if most is None:
        return Liquorice(found.lines, found.dates, None, None, None, tuple(without))
    mean = math.fsum(grams.values()) / len(grams)
    return Liquorice(found.lines, found.dates, grams[most], most, mean, tuple(without), len(grams))


def _grams(entry: Entry, intake: Intake) -> float | None:
    """Grams of a line: those that were counted, else a mass that the line tells."""
    if entry.grams is not None and entry.status != "left_out":
        return entry.grams.best
    try:
        _, told = phrase_of(entry.line, intake.foods)
        amount = parse_amount(told, entry.line.unit)
        if amount is None:
            return None
        unit = find_unit(amount.unit) if amount.unit else None
    except (AmountError, UnknownUnit):
        return None
    if unit is not None and unit.dimension == "mass":
        return amount.number * unit.factor
    return amount.grams


def salt_substitute(intake: Intake) -> SaltSubstitute:
    """Lines that name a salt substitute, and those with a dose of potassium."""
    dosed = _dosed(intake, "potassium")
    salts = []
    for place, names in by_line(intake):
        if "salt_substitute" in names or ("potassium_chloride" in names and place not in dosed):
            salts.append(place)
    found, doses = gathered(intake, salts), gathered(intake, sorted(dosed.difference(salts)))
    return SaltSubstitute(found.lines, found.dates, doses.lines, doses.dates)


# --- products


@lru_cache(maxsize=4096)
def _fortified_food(name: str, group: str) -> bool:
    """Whether a food of the table is commonly fortified, as far as its name and group tell."""
    told = said(name)
    if "fortified" in told.excludes:
        return False
    return "fortified" in told.names or group.startswith(exposures()["fortified"].groups)


def fortified(entry: Entry, intake: Intake) -> bool:
    """Whether a food line is a fortified or enriched food, as far as its words, its name or its group tell."""
    if entry.kind != "food":
        return False
    if named_in(entry.line) & {"fortified", "energy_drink"}:
        return True
    if entry.row is None:
        return False
    foods = intake.foods
    return _fortified_food(foods.names[entry.row], foods.groups[int(foods.group[entry.row])])


def _product_key(entry: Entry) -> str:
    return key(re.sub(_GLUED_UNIT, " ", f"{entry.line.food} {entry.line.brand}"))


def products(intake: Intake, nutrient: str) -> tuple[Product, ...]:
    """The products that bring a nutrient, the largest first.

    Supplements with a dose, a label or an unknown amount of it, and fortified foods: by what was added where the
    table tells (vitamin B12), else by all they bring where their words, name or group tell that they are fortified.

    Raises
    ------
    KeyError
        No such nutrient.
    """
    at = nutrient_index()[nutrient]
    whole = _column(intake.lines, at)
    extra = _column(intake.added, at) if nutrient in ADDED else whole
    found: dict[tuple[str, str], list[int]] = {}
    for i, entry in enumerate(intake.entries):
        if entry.kind == "supplement":
            if whole.high[i] > 0 or nutrient in entry.open:
                found.setdefault(("supplement", _product_key(entry)), []).append(i)
        elif extra.best[i] > 0 and (nutrient in ADDED or fortified(entry, intake)):
            found.setdefault(("fortified", _product_key(entry)), []).append(i)
    made = [
        _product(intake, kind, rows, whole if kind == "supplement" else extra, nutrient)
        for (kind, _), rows in found.items()
    ]
    return tuple(sorted(made, key=lambda one: (-one.mean.best, -one.mean.high, one.lines)))


def _product(intake: Intake, kind: str, rows: list[int], amounts: Bounds, nutrient: str) -> Product:
    entries = [intake.entries[i] for i in rows]
    brought = [
        (float(amounts.low[i]), float(amounts.best[i]), math.inf if nutrient in entry.open else float(amounts.high[i]))
        for i, entry in zip(rows, entries, strict=True)
    ]
    weights = [float(weight) for weight in intake.weight[rows]]
    # a line of weight 0 is of a day that is not in the mean; its amount may be infinite
    in_mean = [tuple(end * weight for end in one) for one, weight in zip(brought, weights, strict=True) if weight > 0]
    dates = {entry.line.date for entry in entries if entry.line.date is not None}
    return Product(
        name=entries[0].line.food,
        kind=kind,
        lines=tuple(sorted({entry.line.number for entry in entries})),
        days=len(dates),
        mean=_shared(in_mean, intake.days),
        on_days=_shared([one for one, entry in zip(brought, entries, strict=True) if entry.line.date], len(dates)),
    )


def _shared(amounts: Sequence[Sequence[float]], days: int) -> Range:
    """The sum of some amounts per day; NaN without a day."""
    over = days or math.nan
    return Range(*(sum(one[end] for one in amounts) / over for end in range(3)))


def b6_sources(intake: Intake) -> B6Sources:
    """Vitamin B6 from supplements, from fortified or enriched foods as far as their names tell, and from other food."""
    amounts = _column(intake.lines, nutrient_index()["vitamin_b6"])
    dose = np.array([entry.kind == "supplement" for entry in intake.entries], dtype=bool)
    enriched = np.array([fortified(entry, intake) for entry in intake.entries], dtype=bool) & (amounts.high > 0)
    use = intake.in_mean
    supplements = per_day(intake, amounts, dose & use)
    if any("vitamin_b6" in intake.entries[i].open for i in np.flatnonzero(dose & use)):
        supplements = supplements._replace(high=math.inf)
    return B6Sources(
        supplements=supplements,
        fortified=per_day(intake, amounts, enriched & use),
        other=per_day(intake, amounts, ~enriched & ~dose & use),
        products=tuple(one for one in products(intake, "vitamin_b6") if one.kind == "supplement"),
        foods=tuple(dict.fromkeys(_called(intake, int(i)) for i in np.flatnonzero(enriched))),
    )


def _called(intake: Intake, i: int) -> str:
    entry = intake.entries[i]
    return entry.line.food if entry.row is None else intake.foods.names[entry.row]


# --- vitamin B12


def b12(intake: Intake) -> B12:
    """Where the vitamin B12 of a log comes from, and when doses of it begin."""
    at = nutrient_index()["vitamin_b12"]
    use = intake.in_mean
    plants = np.array([_plant_b12(entry, intake) for entry in intake.entries], dtype=bool)
    natural, added = _column(intake.natural, at), _column(intake.added, at)
    animal = Bounds(*(np.where(plants, 0.0, end) for end in natural))
    mean = per_day(intake, animal, use)
    food = per_day(intake, _column(intake.lines, at), use & (intake.source == FOOD))
    # what lines left out may have brought, which the mean of food has on top of its lines
    room = float(intake.mean_food.high[at]) - food.high
    mean = mean._replace(high=mean.high + max(room, 0.0))
    doses, injections, named_fortified = _b12_lines(intake)
    first = min((date for i in doses if (date := intake.logged[i].line.date)), default=None)
    supplement = Range(*(float(end[at]) for end in intake.mean_dose))
    return B12(
        natural=mean,
        fortified=per_day(intake, added, use),
        supplement=supplement,
        unreliable=per_day(intake, Bounds(*(np.where(plants, end, 0.0) for end in natural)), use),
        next_to_none=mean.best < B12_NEXT_TO_NONE,
        surely_next_to_none=mean.high < B12_NEXT_TO_NONE,
        days_without_animal=int((_by_day(intake, animal.best)[intake.complete] < B12_NEXT_TO_NONE).sum()),
        unread=tuple(
            sorted(
                {
                    entry.line.number
                    for entry in intake.entries
                    if ("vitamin_b12" in entry.missing or "vitamin_b12" in entry.open)
                    and (entry.row is None or "vitamin_b12" in entry.open or intake.foods.values[entry.row, at] != 0.0)
                }
            )
        ),
        animal_lines=tuple(
            sorted(
                {
                    entry.line.number
                    for entry, best in zip(intake.entries, animal.best, strict=True)
                    if entry.kind == "food" and best > ANIMAL_B12
                }
            )
        ),
        fortified_lines=gathered(intake, named_fortified).lines,
        injections=gathered(intake, injections).lines,
        first_dose=first,
        started=first if first and (first - intake.dates[0]).days >= B12_START_DAYS else None,
    )


def _by_day(intake: Intake, amounts: FloatArray) -> FloatArray:
    dated = intake.day >= 0
    sums: FloatArray = np.bincount(intake.day[dated], amounts[dated], len(intake.dates)).astype(float)
    return sums


def _plant_b12(entry: Entry, intake: Intake) -> bool:
    """Whether a food is one whose B12 by nature is no reliable source: one whose name begins so."""
    name = entry.line.food if entry.row is None else intake.foods.names[entry.row]
    return entry.kind == "food" and _begins_unreliable(name)


@lru_cache(maxsize=4096)
def _begins_unreliable(name: str) -> bool:
    return words(name)[:1] != [] and words(name)[0] in exposures()["b12_unreliable"].words


def _b12_lines(intake: Intake) -> tuple[list[int], list[int], list[int]]:
    """Places of lines with a dose of B12 or an injection, of injections, and of foods named as fortified with it."""
    dosed = _dosed(intake, "vitamin_b12")
    injections, foods = list[int](), list[int]()
    for place, names in by_line(intake):
        if {"b12", "injection"} <= names:
            injections.append(place)
        if "b12" in names and intake.logged[place].kind == "supplement":
            dosed.add(place)
        if "b12_fortified" in names and intake.logged[place].kind != "supplement":
            foods.append(place)
    return sorted(dosed.union(injections)), injections, foods
