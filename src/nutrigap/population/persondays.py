"""Person-days as arrays: who, which day, how much food, which tablets, which weight.

The table handed in is wide, one row a person-day (see `read`). Nothing in it is guessed: where weights, days of the
week, the order of recalls, supplements or the ends of their doses are not told, the notes name the column and what is
taken instead; an amount that cannot be is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt

from nutrigap.errors import PopulationError, did_you_mean
from nutrigap.population.transform import Floats
from nutrigap.units import find_nutrient

Ints = npt.NDArray[np.int64]
Labels = npt.NDArray[np.str_ | np.integer]
Columns = Mapping[str, npt.ArrayLike]
Column = TypeVar("Column", Labels, Floats)

ENDS: Final = ("low", "best", "high")

MIN_CATEGORY: Final = 20
"""Fewest persons in each category of a covariate: with fewer its effect is noise. [persons]"""

SUPPLEMENT_USER: Final = "supplement user"
WEEKEND: Final = "Friday to Sunday"
LATER: Final = "not the first recall"

_NOT_RECORDED: Final = "Leave out the rows of days that were not recorded"
_OF_NOBODY: Final = "Leave out the persons of whom it is not known"

# Columns of true or false, and what is said of the days that are left out for a false.
_LEFT_OUT: Final = {
    "in_mean": "that count in no mean, for they are not whole,",
    "food_logged": "of which no food was logged",
}

_ROUNDING: Final = 1e-6  # of a total less its supplement, as a share of the total: files may hold 32-bit numbers


@dataclass(frozen=True, eq=False)
class PersonDays:
    """Days of food intake of one nutrient, persons one after the other.

    Attributes
    ----------
    amount : ndarray, shape (days,)
        Intake from food, fortified food included. [unit/day]
    start, count : ndarray, shape (persons,)
        Row of each person's first day, and the number of days.
    day_design : ndarray, shape (days, d)
        What differs between the days of a person: 1 on Friday to Sunday, 1 on recalls after the first.
    day_names : tuple of str
        Names of its columns.
    design : ndarray, shape (persons, p)
        Intercept and covariates of the persons; numbers less their mean.
    names : tuple of str
        Names of its columns.
    weight : ndarray, shape (persons,)
        Survey weights, with mean 1.
    dose : ndarray or None, shape (persons,)
        Mean dose of supplements. [unit/day] None where no column told it.
    dose_bounded : bool
        Whether this dose is the one at this end of the bounds; False where a column of that end is missing.
    group : ndarray or None, shape (persons,)
        Group of each person.
    who : ndarray or None, shape (persons,)
        Number of each person's age, sex and life stage in `kinds`.
    kinds : tuple of tuple
        Age [years], sex and life stage that occur.
    replicate_weights : ndarray, shape (replicates, persons)
        Replicate weights, as given.
    notes : tuple of str
        What was not told, or not taken into account.
    """

    amount: Floats
    start: Ints
    count: Ints
    day_design: Floats
    day_names: tuple[str, ...]
    design: Floats
    names: tuple[str, ...]
    weight: Floats
    dose: Floats | None
    dose_bounded: bool
    group: Labels | None
    who: Ints | None
    kinds: tuple[tuple[float, str, str], ...]
    replicate_weights: Floats
    notes: tuple[str, ...]

    @property
    def replicates(self) -> int:
        """Persons with two days or more."""
        return int((self.count > 1).sum())

    @property
    def rows(self) -> Floats:
        """The whole design, one row a day: that of the persons, then that of the days."""
        return np.hstack([np.repeat(self.design, self.count, axis=0), self.day_design])


def read(
    days: Columns,
    nutrient: str,
    *,
    covariates: Sequence[str] = (),
    by: str | None = None,
    end: str = "best",
    replicate_columns: Sequence[str] = (),
) -> PersonDays:
    r"""Read a wide table of person-days.

    Parameters
    ----------
    days : DataFrame or mapping of columns
        One row a person-day. Columns, all but the first two optional:

        ``person``
            Who: any label.
        *nutrient* (``magnesium``, ...)
            The total of the day, supplements included. [unit/day]
        *nutrient*\ ``_low``, *nutrient*\ ``_high``
            Bounds of that total; a high that is not a number has no upper end. [unit/day]
        *nutrient*\ ``_supplement``
            What of the total is from supplements; blank throughout where nobody was asked, and on a day of which only
            the low end is told, which is then taken. [unit/day]
        *nutrient*\ ``_supplement_low``, *nutrient*\ ``_supplement_high``
            Bounds of that. [unit/day]
        ``food_logged``, ``in_mean``
            Whether any food was logged that day, and whether the day is whole, true or false (1 or 0): a day that is
            not is left out, for food that was not logged is not food of 0.
        ``weight``
            Survey weight, the same on all days of a person.
        ``date`` or ``weekend``
            The date; or 1 on Friday to Sunday, else 0.
        ``sequence``
            1 for the first recall of a person, 2 for the second...; the first is held to be unbiased.
        ``age``, ``sex``, ``life_stage``
            For reference values that differ between persons. [years]
    nutrient : str
        Nutrient id.
    covariates : sequence of str
        Columns, the same on all days of a person: numbers enter as a straight line, words as groups.
    by : str or None
        Column of groups to report on; it is a covariate as well.
    end : {"low", "best", "high"}
        Which of the totals.
    replicate_columns : sequence of str
        Columns of replicate weights, the same on all days of a person.

    Returns
    -------
    PersonDays

    Raises
    ------
    PopulationError
        A column is missing, or a value cannot be.
    TableError
        The nutrient is not known.
    """
    find_nutrient(nutrient)
    table = _Table(days, nutrient)
    notes: list[str] = []
    _leave_out(table, notes)
    person, count = table.by_person()
    food, dose, dose_bounded = _amounts(table, nutrient, end, notes)
    day_names, day_columns = _day_columns(table, notes)
    weight = _weights(table, person, notes)
    names, columns = _person_columns(table, covariates, by, weight, dose)
    who, kinds = _kinds(table)
    found = PersonDays(
        amount=food,
        start=table.start,
        count=count,
        day_design=np.stack(day_columns, axis=1) if day_columns else np.empty((food.size, 0)),
        day_names=tuple(day_names),
        design=np.stack(columns, axis=1),
        names=tuple(names),
        weight=weight,
        dose=dose,
        dose_bounded=dose_bounded,
        group=table.person_labels(by) if by else None,
        who=who,
        kinds=kinds,
        replicate_weights=_replicate_weights(table, replicate_columns, person.size),
        notes=tuple(notes),
    )
    if np.linalg.matrix_rank(found.rows) < len(names) + len(day_names):
        listed = ", ".join([*names[1:], *day_names])
        raise PopulationError(f"the covariates ({listed}) say the same thing twice; leave one of them out")
    return found


def unbounded(days: Columns, nutrient: str) -> int:
    """Days that are read and whose total or dose has no upper end, blank or infinite; 0 where no column tells it."""
    table = _Table(days, nutrient)
    _leave_out(table, [])
    total, dose = f"{nutrient}_high", f"{nutrient}_supplement_high"
    endless = np.zeros(table.order.size, dtype=bool)
    for name in ([total] if total in table else []) + ([dose] if table.holds(dose) else []):
        endless |= [_blank(value) or value == np.inf for value in table.column(name)[table.order].tolist()]
    return int(endless.sum())


class _Table:
    """Columns of a table, in the order of its persons, with messages that name row and column."""

    def __init__(self, columns: Columns, nutrient: str) -> None:
        self.columns = columns
        self.names = [str(name) for name in columns]
        if "person" not in self and nutrient not in self:
            raise PopulationError(f"columns person and {nutrient} are needed; found: {', '.join(self.names)}")
        if "nutrient" in self and nutrient not in self:
            raise PopulationError(
                f'the table has one row a nutrient; bring it to one row a person-day with a column "{nutrient}"'
            )
        size = len(self.column("person"))
        if size == 0:
            raise PopulationError("the table has no rows")
        self.order = np.arange(size)
        self.index = self.order
        self.start = self.order

    def __contains__(self, name: str) -> bool:
        return name in self.names

    def keep(self, marked: npt.NDArray[np.bool_]) -> None:
        """Read only the rows marked from now on."""
        self.order = self.order[marked]

    def by_person(self) -> tuple[Labels, Ints]:
        """Bring every column to the order of persons from now on; the persons, and the number of rows of each."""
        person, index, count = np.unique(self.labels("person"), return_inverse=True, return_counts=True)
        order = np.argsort(index, kind="stable")
        self.order, self.index = self.order[order], index[order]
        self.start = np.concatenate([[0], np.cumsum(count)[:-1]])
        return person, count

    def holds(self, name: str) -> bool:
        """Whether there is such a column, and anything in it."""
        return name in self and not all(_blank(value) for value in self.column(name).tolist())

    def column(self, name: str) -> npt.NDArray[np.generic]:
        if name not in self:
            near = did_you_mean(name, self.names)
            raise PopulationError(f'no column "{name}"{near or "."} Found: {", ".join(self.names)}')
        return np.asarray(self.columns[name])

    def labels(self, name: str) -> Labels:
        """A column of labels: numbers as numbers, anything else as words."""
        column = self.column(name)[self.order]
        if column.dtype.kind in "iu":
            return column.astype(np.int64)
        missing = np.array([_blank(value) for value in column.tolist()])
        if missing.any():
            raise PopulationError(f'column "{name}", row {self.row(missing)}: blank')
        return column.astype(str)

    def numbers(self, name: str, what: str = "amount", fix: str = _NOT_RECORDED) -> Floats:
        """A column of numbers; what is not a number is refused, with what it should be and how to mend it."""
        raw = self.column(name)[self.order]
        try:
            column = raw.astype(np.float64)
        except (TypeError, ValueError) as error:
            raise PopulationError(f'column "{name}" is not of numbers: {error}') from None
        missing = ~np.isfinite(column)
        if missing.any():
            row = self.row(missing)
            value = column[missing][np.argmin(self.order[missing])]
            raise PopulationError(f'column "{name}", row {row}: {value:g} is no {what}. {fix}')
        return column

    def dates(self) -> npt.NDArray[np.datetime64]:
        """The column ``date`` as days."""
        try:
            column = self.column("date")[self.order].astype("datetime64[D]")
        except (TypeError, ValueError):
            raise PopulationError('column "date" is not of dates; write them as 2026-03-02') from None
        if np.isnat(column).any():
            raise PopulationError(f'column "date", row {self.row(np.isnat(column))}: blank')
        return column

    def person_labels(self, name: str) -> Labels:
        """The label of each person, from a column that does not differ between days."""
        return self._of_person(name, self.labels(name))

    def person_numbers(self, name: str) -> Floats:
        """The number of each person, from a column that does not differ between days."""
        return self._of_person(name, self.numbers(name, "number", _OF_NOBODY))

    def _of_person(self, name: str, column: Column) -> Column:
        values = column[self.start]
        differs = values[self.index] != column
        if differs.any():
            raise PopulationError(
                f'column "{name}", row {self.row(differs)}: differs from another row of the person; it must be '
                "the same on all days of a person"
            )
        return values

    def row(self, marked: npt.NDArray[np.bool_]) -> int:
        """Number of the first row marked, counted from 1 in the table as it was handed in."""
        return int(self.order[marked].min()) + 1

    def refuse_below_zero(self, name: str, column: Floats) -> None:
        """Raise if an amount is below 0."""
        if (column < 0.0).any():
            row = self.row(column < 0.0)
            raise PopulationError(f'column "{name}", row {row}: an amount below 0')


def _blank(value: object) -> bool:
    """Whether a label is None, NaN or another word for nothing, which is what is not equal to itself."""
    try:
        return value is None or bool(value != value)
    except TypeError:  # pandas' NA has no truth
        return True


def _leave_out(table: _Table, notes: list[str]) -> None:
    """Leave out days that do not tell what was eaten: what they miss is not known, and is not 0."""
    for name, what in _LEFT_OUT.items():
        if name not in table:
            continue
        kept = table.numbers(name, "true or false", _NOT_RECORDED)
        if not np.isin(kept, (0.0, 1.0)).all():
            raise PopulationError(f'column "{name}" holds true or false (1 or 0)')
        without = int((kept == 0.0).sum())
        if without == kept.size:
            raise PopulationError(f'column "{name}": all {without} days are days {what}')
        if without:
            notes.append(f"{without} days {what} are left out")
        table.keep(kept == 1.0)


def _amounts(table: _Table, nutrient: str, end: str, notes: list[str]) -> tuple[Floats, Floats | None, bool]:
    """Food of each day and each person's mean dose at one end of the bounds, and whether the dose is of that end."""
    suffix = "" if end == "best" else f"_{end}"
    name, supplement = f"{nutrient}{suffix}", f"{nutrient}_supplement"
    total = _bound(table, nutrient, suffix)
    if not table.holds(supplement):
        missing = "nothing in" if supplement in table else "no"
        notes.append(f'{missing} column "{supplement}": all of {nutrient} is taken to be from food')
        return total, None, True
    of_dose = f"{supplement}{suffix}"
    bounded = table.holds(of_dose)
    if not bounded:
        notes.append(f'no column "{of_dose}": the bounds of doses are not told')
        of_dose = supplement
    _take_low_doses(table, supplement, notes if end == "best" else [])
    dose = _bound(table, supplement, suffix if bounded else "")
    if not bounded and end == "low":
        dose = np.minimum(dose, total)  # no more than the total, of which it is part
    food = total - dose
    if (food < -_ROUNDING * total).any():
        row = table.row(food < -_ROUNDING * total)
        raise PopulationError(f'row {row}: "{of_dose}" is more than the total in "{name}"')
    food = np.where(food <= _ROUNDING * total, 0.0, food)  # what is left of a tablet by rounding is no food
    of_person = np.bincount(table.index, weights=dose) / np.bincount(table.index)
    if end == "best":
        _note_doses(table, nutrient, food, dose, of_person, notes)
    return food, of_person, bounded


def _take_low_doses(table: _Table, supplement: str, notes: list[str]) -> None:
    """Where a dose has no best value, have the low end of it taken, which is what the total holds of it."""
    low = f"{supplement}_low"
    if not table.holds(low):
        return
    blank = np.array([_blank(value) for value in table.column(supplement).tolist()])
    days = int(blank[table.order].sum())
    if days:
        filled = np.where(blank, table.column(low), table.column(supplement))
        table.columns = {name: table.columns[name] for name in table.names} | {supplement: filled}
        notes.append(f'on {days} days the dose is not known: "{low}" is taken, so that doses may be larger')


def _note_doses(table: _Table, nutrient: str, food: Floats, dose: Floats, of_person: Floats, notes: list[str]) -> None:
    """Note days of tablets alone, where nobody told whether food was logged, and doses that are not the same daily."""
    alone = int(((food == 0.0) & (dose > 0.0)).sum())
    if alone and "food_logged" not in table:
        notes.append(
            f"on {alone} days all of {nutrient} is from supplements: where no food was logged that day, leave it "
            'out, or tell it in a column "food_logged"'
        )
    differs = np.abs(dose - of_person[table.index]) > _ROUNDING * dose
    uneven = np.unique(table.index[differs]).size
    if uneven:
        notes.append(
            f"doses of {uneven} persons differ between their days: the mean of those days is taken for the usual dose, "
            "so that doses seem to vary more between persons than they do"
        )


def _bound(table: _Table, name: str, suffix: str) -> Floats:
    """A column of amounts at one end of its bounds, which is on the right side of the best ones."""
    amounts = table.numbers(name + suffix)
    table.refuse_below_zero(name + suffix, amounts)
    if suffix:
        best = table.numbers(name)
        beyond = (amounts - best) * (1.0 if suffix == "_low" else -1.0) > _ROUNDING * amounts
        if beyond.any():
            raise PopulationError(f'row {table.row(beyond)}: "{name}{suffix}" is on the wrong side of "{name}"')
    return amounts


def _weights(table: _Table, person: Labels, notes: list[str]) -> Floats:
    """Survey weights of the persons, with mean 1."""
    if "weight" not in table:
        notes.append('no column "weight": every person counts alike')
        return np.ones(person.size)
    weight = table.person_numbers("weight")
    if not (weight > 0.0).all():
        bad = int(np.flatnonzero(~(weight > 0.0))[0])
        raise PopulationError(
            f'column "weight": person {person[bad]} has {weight[bad]:g}; a weight is a number above 0. '
            "Leave out persons who stand for nobody"
        )
    scaled: Floats = weight / weight.mean()
    return scaled


def _day_columns(table: _Table, notes: list[str]) -> tuple[list[str], list[Floats]]:
    """Columns of the design that differ between days: weekend and sequence, where they are told and vary."""
    columns: list[tuple[str, Floats]] = []
    if "date" in table:
        _look_at_gaps(table, notes)
    if "weekend" in table:
        weekend = table.numbers("weekend")
        if not np.isin(weekend, (0.0, 1.0)).all():
            raise PopulationError('column "weekend" holds 1 on Friday to Sunday, else 0')
        columns.append((WEEKEND, weekend))
    elif "date" in table:
        weekday = (table.dates().astype(np.int64) + 3) % 7  # 1970-01-01 was a Thursday; Monday is 0
        columns.append((WEEKEND, (weekday >= 4).astype(np.float64)))
    else:
        notes.append('no column "date" or "weekend": days of the week are taken to be alike')
    if "sequence" in table:
        number = table.numbers("sequence")
        if (number < 1.0).any() or (number != np.round(number)).any():
            raise PopulationError('column "sequence" holds 1 for the first recall of a person, 2 for the second')
        if np.unique([table.index, number], axis=1).shape[1] < number.size:
            raise PopulationError('column "sequence": a person has two recalls of the same number')
        columns.append((LATER, (number > 1.0).astype(np.float64)))
    elif table.start.size < table.index.size:
        notes.append('no column "sequence": later recalls are taken to tell as much as first ones')
    kept = []
    for name, column in columns:
        if 0.0 < column.mean() < 1.0:
            kept.append((name, column))
        else:
            notes.append(f'"{name}" holds for {"all days" if column[0] else "no day"}: its effect cannot be told')
    return [name for name, _ in kept], [column for _, column in kept]


def _look_at_gaps(table: _Table, notes: list[str]) -> None:
    """Refuse two rows of one date, and note days in a row."""
    gaps = _gaps(table)
    if (gaps == 0).any():
        raise PopulationError("a person has two rows of one date; add them up, or give them their own dates")
    if gaps.size and (gaps == 1).mean() > 0.5:
        notes.append(
            "most days follow the day before: such days are alike, and persons seem to differ more than they do"
        )


def _gaps(table: _Table) -> Ints:
    """Days between one day and the next of the same person. [days]"""
    dates = table.dates()
    order = np.lexsort([dates, table.index])
    gaps: Ints = np.diff(dates[order]).astype(np.int64)
    within: Ints = gaps[np.diff(table.index[order]) == 0]
    return within


def _person_columns(
    table: _Table, covariates: Sequence[str], by: str | None, weight: Floats, dose: Floats | None
) -> tuple[list[str], list[Floats]]:
    """Names and columns of the design of the persons: intercept, covariates, and whether they take supplements."""
    names, columns = ["intercept"], [np.ones(weight.size)]
    for name in dict.fromkeys([*covariates, *([by] if by else [])]):
        _covariate(table, name, name == by, weight, names, columns)
    if dose is not None:
        users = dose > 0.0
        if min(users.sum(), (~users).sum()) >= MIN_CATEGORY:
            names.append(SUPPLEMENT_USER)
            columns.append(users.astype(np.float64))
    return names, columns


def _covariate(
    table: _Table, name: str, grouping: bool, weight: Floats, names: list[str], columns: list[Floats]
) -> None:
    """Add the columns of one covariate to the design."""
    numeric = not grouping and table.column(name).dtype.kind in "iuf"
    if numeric:
        values = table.person_numbers(name)
        names.append(name)
        columns.append(values - np.average(values, weights=weight))
        return
    labels, index, count = np.unique(table.person_labels(name), return_inverse=True, return_counts=True)
    if count.min() < MIN_CATEGORY:
        raise PopulationError(
            f'column "{name}": {count.min()} persons are "{labels[count.argmin()]}"; each group of a covariate needs '
            f"{MIN_CATEGORY}. Join it to another group"
        )
    for i, label in enumerate(labels[1:].tolist(), start=1):
        names.append(f"{name} {label}")
        columns.append((index == i).astype(np.float64))


def _replicate_weights(table: _Table, names: Sequence[str], persons: int) -> Floats:
    """Columns of replicate weights, one row a replicate; a weight of 0 leaves a person out of a replicate."""
    if not names:
        return np.empty((0, persons))
    weights = np.stack([table.person_numbers(name) for name in names])
    for name, row in zip(names, weights, strict=True):
        table.refuse_below_zero(name, row[table.index])
        if not row.any():
            raise PopulationError(f'column "{name}": all weights are 0')
    return weights


def _kinds(table: _Table) -> tuple[Ints | None, tuple[tuple[float, str, str], ...]]:
    """Age, sex and life stage of each person, where told, as a number of the kinds that occur."""
    if "age" not in table or "sex" not in table:
        return None, ()
    age = table.person_numbers("age")
    blank = table.labels("sex") == ""
    if blank.any():
        raise PopulationError(f'column "sex", row {table.row(blank)}: blank. {_OF_NOBODY}')
    sex = table.person_labels("sex")
    stage = table.person_labels("life_stage") if "life_stage" in table else np.full(age.size, "none")
    kinds = list(zip(age.tolist(), sex.tolist(), stage.tolist(), strict=True))
    found = {kind: i for i, kind in enumerate(dict.fromkeys(kinds))}
    return np.array([found[kind] for kind in kinds]), tuple(found)
