"""Dates as people write them. The order of day and month is never guessed."""

from __future__ import annotations

import datetime
import re
import unicodedata
from typing import NamedTuple

from nutrigap.diary.cells import DateText, show
from nutrigap.diary.model import Fault

FIRST_YEAR, LAST_YEAR = 1900, 2100
MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
ISO_LENGTH = len("2026-03-04")
ISO_FIX = "write the date as year-month-day, such as 2026-03-04"

_LONGEST_DATE = 60
# Patterns are strings: re compiles one when it is first needed, and ISO dates need none.
_TIME = (
    r"(?i)(?<=\d)(?:t|,?\s+(?:at\s+)?)(\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d+)?\s?(?:[ap]\.?m\.?)?)"
    r"\s*(?:z|utc|gmt|[+-]\d{2}:?\d{2})?$"
)
_MIDNIGHT = r"^0?0:00(?::00)?(?:[.,]0+)?$"
_WEEKDAY = r"^(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+"
_YEAR_FIRST = r"^(\d{4})(?:([-/.])(\d{1,2})\2(\d{1,2})|(\d{2})(\d{2}))$"
_YEAR_LAST = r"^(\d{1,2})([-/. ]{1,2})(\d{1,2})\2(\d{4}|\d{2})$"
# Spelled months; each pattern names its parts, so that one function reads all three.
_SPELLED = (
    r"^(?P<day>\d{1,2})(?:st|nd|rd|th|\.)?[\s-]*(?:of\s+)?(?P<month>[a-z]{3,9})\.?,?[\s-]*(?P<year>\d{4})$",
    r"^(?P<month>[a-z]{3,9})\.?[\s-]*(?P<day>\d{1,2})(?:st|nd|rd|th)?(?:,\s*|[\s-]+)(?P<year>\d{4})$",
    r"^(?P<year>\d{4})[\s-]*(?P<month>[a-z]{3,9})\.?[\s-]*(?P<day>\d{1,2})$",
)
_SHEET_DAY_NUMBER = r"^[1-9]\d{4}(?:\.\d+)?$"


class Moment(NamedTuple):
    """A date cell as read: the day, the time of day behind it ("" if none), or why it cannot be read."""

    day: datetime.date | None
    time: str = ""
    fault: Fault | None = None


class DateReader:
    """Reads the date cells of one diary; a text that comes again is looked up.

    Parameters
    ----------
    date_format : str or None
        A ``strptime`` format for dates whose order cannot be seen, such as ``%d/%m/%Y``.
    """

    def __init__(self, date_format: str | None) -> None:
        self.date_format = date_format
        self._seen: dict[str, Moment] = {}

    def read(self, text: str) -> Moment:
        """The moment that a cleaned, non-blank cell stands for."""
        if isinstance(text, DateText):
            return _within_range(_unambiguous(str(text)))
        moment = self._seen.get(text)
        if moment is None:
            moment = self._seen[text] = self._read(text)
        return moment

    def _read(self, text: str) -> Moment:
        if len(text) > _LONGEST_DATE:
            return _faulty(f'"{show(text)}" is not a date', ISO_FIX)
        if self.date_format is not None:
            found = _by_format(text, self.date_format)
            if found is not None:
                return _within_range(found)
        return _within_range(_unambiguous(text))


def format_fault(date_format: str) -> Fault | None:
    """What is wrong with a date format, or None: it has to give back the day, month and year of a date."""
    try:
        probes = [datetime.datetime(2026, 3, 4), datetime.datetime(2025, 11, 30)]
        good = all(
            datetime.datetime.strptime(probe.strftime(date_format), date_format).date() == probe.date()
            for probe in probes
        )
    except (ValueError, re.error):  # re.error: the same directive twice
        good = False
    if good:
        return None
    fix = "give day, month and year once each, such as %d/%m/%Y, %m/%d/%Y or %d.%m.%y"
    return Fault(f'the date format "{show(date_format)}" does not give a date', fix)


def _by_format(text: str, date_format: str) -> Moment | None:
    """The cell by the format given; with a time of day behind the date if the format has none."""
    behind = re.search(_TIME, text)
    tries = [(text, "")] if behind is None else [(text, ""), (text[: behind.start()].strip(), _time(behind))]
    for day, clock in tries:
        try:
            found = datetime.datetime.strptime(day, date_format)
        except ValueError:
            continue
        return Moment(found.date(), f"{found:%H:%M}" if found.hour or found.minute else clock)
    return None


def _time(found: re.Match[str]) -> str:
    """The time of day as written; midnight to the second is how a spreadsheet writes "no time"."""
    return "" if re.match(_MIDNIGHT, found[1]) else found[1].strip()


def _iso(text: str) -> datetime.date | None:
    """The day of ``2026-03-04``, and of nothing else."""
    if len(text) != ISO_LENGTH or not text.isascii() or not text[4] == text[7] == "-":
        return None
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:  # why it is none, the general reading tells
        return None


def _unambiguous(text: str) -> Moment:
    if (iso := _iso(text)) is not None:  # what nearly every diary has
        return Moment(iso, "")
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    plain = " ".join(plain.casefold().split())
    behind = re.search(_TIME, plain)
    clock = _time(behind) if behind else ""
    day = re.sub(_WEEKDAY, "", plain[: behind.start()] if behind else plain).strip().rstrip(",")
    numbers = _numbers(day)
    if numbers is None:
        return Moment(None, fault=_unread(text, day))
    try:
        return Moment(datetime.date(*numbers), clock)
    except ValueError:
        return _faulty(f'there is no day "{show(text)}"', "write the day that was meant, as year-month-day")


def _numbers(day: str) -> tuple[int, int, int] | None:
    """Year, month and day of a text in which their order can be seen."""
    found = re.match(_YEAR_FIRST, day)
    if found:
        return int(found[1]), int(found[3] or found[5]), int(found[4] or found[6])
    for pattern in _SPELLED:
        spelled = re.match(pattern, day)
        month = _month(spelled["month"]) if spelled else 0
        if spelled and month:
            return int(spelled["year"]), month, int(spelled["day"])
    return None


def _month(word: str) -> int:
    """1 to 12 for an English month or its beginning of three letters or more, else 0."""
    if word == "sept":
        return 9
    return next((i for i, name in enumerate(MONTHS, 1) if name == word or name[:3] == word), 0)


def _unread(text: str, day: str) -> Fault:
    found = re.match(_YEAR_LAST, day)
    if found:
        return _two_orders(text, found)
    if re.match(_SHEET_DAY_NUMBER, day):
        fix = "format the column as dates of the form YYYY-MM-DD in the spreadsheet, then save again"
        return Fault(f'"{show(text)}" is a spreadsheet\'s day number, not a date', fix)
    return Fault(f'"{show(text)}" is not a date', ISO_FIX)


def _two_orders(text: str, found: re.Match[str]) -> Fault:
    """03/04/2026: the formats that would read it; one alone if the other gives no day."""
    year = "%Y" if len(found[4]) == 4 else "%y"
    mark = found[2]
    options = {
        f"%d{mark}%m{mark}{year}": (int(found[3]), int(found[1])),
        f"%m{mark}%d{mark}{year}": (int(found[1]), int(found[3])),
    }
    possible = [shape for shape, (month, day) in options.items() if 1 <= month <= 12 and 1 <= day <= 31]
    if not possible:
        return Fault(f'there is no day "{show(text)}"', ISO_FIX)
    choices = " or ".join(f"--date-format {_quoted(shape)}" for shape in possible)
    what = f'"{show(text)}" does not show which number is the day and which the month'
    if len(possible) == 1:
        what = f'"{show(text)}" is not in the order year-month-day, and the order is not guessed'
    return Fault(what, f"say so with {choices}, or {ISO_FIX}")


def _quoted(shape: str) -> str:
    return f'"{shape}"' if " " in shape else shape


def _faulty(what: str, fix: str) -> Moment:
    return Moment(None, fault=Fault(what, fix))


def _within_range(moment: Moment) -> Moment:
    if moment.day is None or FIRST_YEAR <= moment.day.year <= LAST_YEAR:
        return moment
    what = f"the year {moment.day.year} is not between {FIRST_YEAR} and {LAST_YEAR}"
    return _faulty(what, "write the year in four digits, such as 2026-03-04")
