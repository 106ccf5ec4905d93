"""When the help desk is staffed, and arithmetic in business time.

Business time is the time that really passes while staffed: a clock change inside staffed hours makes them shorter or
longer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import islice, takewhile

from dateutil.easter import easter

from rules import timezones

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Hours:
    """Staffed from `opens` (included) until `closes` (excluded), wall clock, within one day."""

    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class FixedHoliday:
    """The same date every year."""

    month: int
    day: int

    def falls_on(self, day: date) -> bool:
        return (day.month, day.day) == (self.month, self.day)


@dataclass(frozen=True, slots=True)
class EasterHoliday:
    """So many days after Easter Sunday (western): 1 is Easter Monday."""

    days_after: int

    def falls_on(self, day: date) -> bool:
        return day - _easter(day.year) == self.days_after * DAY


@dataclass(frozen=True, slots=True)
class Calendar:
    """Staffed hours: `weekdays` from Monday (None: closed), and on holidays, whatever their weekday, `holiday_hours`.

    Raises ValueError where it is not staffed on any weekday: no business time would ever pass.
    """

    time_zone: str
    weekdays: tuple[Hours | None, ...]
    holidays: tuple[FixedHoliday | EasterHoliday, ...]
    holiday_hours: Hours | None

    def __post_init__(self) -> None:
        if len(self.weekdays) != 7 or not any(self.weekdays):
            raise ValueError("a calendar has seven weekdays, and is staffed on at least one")


@cache
def _easter(year: int) -> date:
    return easter(year)


def is_holiday(calendar: Calendar, day: date) -> bool:
    """Whether a local date is a holiday of this calendar."""
    return any(holiday.falls_on(day) for holiday in calendar.holidays)


def hours_on(calendar: Calendar, day: date) -> Hours | None:
    """The staffed hours of a local date, None where there are none."""
    if is_holiday(calendar, day):
        return calendar.holiday_hours
    return calendar.weekdays[day.weekday()]


def is_staffed(calendar: Calendar, at: datetime) -> bool:
    """Whether `at` (aware, in UTC) is inside staffed hours."""
    wall = timezones.reading(at, calendar.time_zone)
    hours = hours_on(calendar, wall.date())
    return hours is not None and hours.opens <= wall.time() < hours.closes


def _days_from(calendar: Calendar, day: date) -> Iterator[tuple[datetime, datetime]]:
    """The staffed hours of `day` and of every day after it, as instants."""
    while True:
        hours = hours_on(calendar, day)
        if hours:
            opens = timezones.to_utc(datetime.combine(day, hours.opens), calendar.time_zone)
            closes = timezones.to_utc(datetime.combine(day, hours.closes), calendar.time_zone)
            yield opens, closes
        day += DAY


def _staffed_from(calendar: Calendar, at: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The staffed hours that end after `at`, the first cut to begin there."""
    days = _days_from(calendar, timezones.reading(at, calendar.time_zone).date())
    return ((max(opens, at), closes) for opens, closes in days if at < closes)


def next_change(calendar: Calendar, at: datetime) -> datetime:
    """When staffed hours end, if `at` is inside them, else when they begin."""
    opens, closes = next(_staffed_from(calendar, at))
    return closes if opens == at else opens


def next_holidays(calendar: Calendar, first: date, count: int) -> list[date]:
    """The first holidays from a local date on, that date included; fewer where no more fall into three years."""
    days = (first + number * DAY for number in range(3 * 366))
    return list(islice((day for day in days if is_holiday(calendar, day)), count))


def add_business(calendar: Calendar, at: datetime, amount: timedelta) -> datetime:
    """When `amount` of business time has passed since `at`: at the end of a day rather than at the next opening.

    Nothing added to an unstaffed instant is the next opening. Raises ValueError for a negative amount.
    """
    if amount < timedelta(0):
        raise ValueError(f"business time goes forward only, not by {amount}")
    staffed = _staffed_from(calendar, at)
    opens, closes = next(staffed)
    while amount > closes - opens:
        amount -= closes - opens
        opens, closes = next(staffed)
    return opens + amount


def business_between(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """The business time in `[start, end)`; none where `end` is not after `start`."""
    staffed = takewhile(lambda hours: hours[0] < end, _staffed_from(calendar, start))
    return sum((min(closes, end) - opens for opens, closes in staffed), timedelta(0))


def end_of_business_day(calendar: Calendar, at: datetime, days: int) -> datetime:
    """The closing time of the `days`-th staffed day after the local date of `at`; 1 is the next business day."""
    following = timezones.to_wall(at, calendar.time_zone).date() + DAY
    _, closes = next(islice(_days_from(calendar, following), days - 1, None))
    return closes


def end_of_next_business_day(calendar: Calendar, at: datetime) -> datetime:
    """'The next business day' as a limit: the closing time of the next staffed day after the local date of `at`."""
    return end_of_business_day(calendar, at, 1)
