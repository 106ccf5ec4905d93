"""Staffed hours in words: a week of them, a day of them, and the rest of a day, which the line has."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from itertools import groupby

from rules.service_hours import Calendar, Hours, hours_on
from rules.wall_words import DAYS

CLOSED = "closed"
MINUTES_A_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Bar:
    """Where staffed hours lie in a day of 24 hours, in minutes."""

    start: int
    length: int


def bar(hours: Hours | None) -> Bar | None:
    return Bar(_minute(hours.opens), _minute(hours.closes) - _minute(hours.opens)) if hours else None


def span(hours: Hours | None) -> str:
    """'09:00-18:00', or 'closed'."""
    return f"{hours.opens:%H:%M}-{hours.closes:%H:%M}" if hours else CLOSED


def rest(hours: Hours | None) -> str:
    """What is left of the day: '00:00-09:00 and 18:00-24:00', or 'all day'."""
    if hours is None:
        return "all day"
    parts = [f"00:00-{hours.opens:%H:%M}"] if hours.opens > time.min else []
    return " and ".join([*parts, f"{hours.closes:%H:%M}-24:00"])


def week(calendar: Calendar) -> str:
    """'Mon to Fri 09:00-18:00; closed on Sat, Sun and holidays'."""
    opened = [
        f"{_days(list(days))} {span(hours)}"
        for hours, days in groupby(range(7), key=lambda day: calendar.weekdays[day])
        if hours
    ]
    opened += [f"holidays {span(calendar.holiday_hours)}"] if calendar.holiday_hours else []
    closed = [DAYS[day] for day, hours in enumerate(calendar.weekdays) if hours is None]
    closed += [] if calendar.holiday_hours else ["holidays"]
    return "; ".join([", ".join(opened), *([f"closed on {_listed(closed)}"] if closed else [])])


@dataclass(frozen=True, slots=True)
class Day:
    """One local date: its hours by plan, and those in which the line connects to the help desk."""

    date: date
    is_holiday: bool
    plans: Sequence[Hours | None]
    desk: Hours | None


def day(on: date, is_holiday: bool, plans: Sequence[Calendar], line: Calendar) -> Day:
    return Day(on, is_holiday, [hours_on(calendar, on) for calendar in plans], hours_on(line, on))


def _days(numbers: list[int]) -> str:
    first, last = DAYS[numbers[0]], DAYS[numbers[-1]]
    return first if len(numbers) == 1 else f"{first} to {last}"


def _listed(words: list[str]) -> str:
    *head, last = words
    return f"{', '.join(head)} and {last}" if head else last


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute
