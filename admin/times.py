"""Instants in the words of a screen: local, with the relative time beside."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from rules import timezones
from rules.wall_words import DAYS, MONTHS

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
TENTHS_BELOW = timedelta(seconds=10)
WALL = "%Y-%m-%dT%H:%M"
"""A local time as the fields of a form have it."""


def city(zone: str) -> str:
    """'Rome' for Europe/Rome."""
    return zone.rpartition("/")[2].replace("_", " ")


@lru_cache(maxsize=4096)
def _wall(at: datetime, zone: str) -> datetime:
    """A page names the same instants again and again, and pytz takes its time for each."""
    return timezones.to_wall(at, zone)


def span(length: timedelta) -> str:
    """A length of time: '41 min', '2 h 05 min', '3 days'."""
    if length < MINUTE:
        return "less than a minute"
    if length < HOUR:
        return f"{length // MINUTE} min"
    if length < 2 * DAY:
        hours, rest = divmod(length, HOUR)
        return f"{hours} h {rest // MINUTE:02d} min" if rest >= MINUTE else f"{hours} h"
    return f"{length // DAY} days"


def stopwatch(length: timedelta) -> str:
    """A length of time to the second: '42 s', '3 min 20 s', '1 h 02 min'; a short one to the tenth: '0.4 s'."""
    if length < TENTHS_BELOW and length.microseconds:
        return f"{length.total_seconds():.1f} s"
    if length < MINUTE:
        return f"{length.seconds} s"
    if length < HOUR:
        return f"{length // MINUTE} min {length.seconds % 60:02d} s"
    return span(length)


@dataclass(frozen=True, slots=True)
class Times:
    """`now` as one page was made, read on the clocks of `zone`."""

    now: datetime
    zone: str

    def wall(self, at: datetime) -> datetime:
        return _wall(at, self.zone)

    def at(self, at: datetime) -> str:
        """'02:14' today, 'Mon 02:14' within six days, else 'Mon 9 Nov 02:14', with the year where it is another."""
        wall, today = self.wall(at), self.wall(self.now)
        days = abs((wall.date() - today.date()).days)
        if days == 0:
            return f"{wall:%H:%M}"
        return f"{DAYS[wall.weekday()]} {wall:%H:%M}" if days < 7 else self.full(at)

    def full(self, at: datetime) -> str:
        """'Mon 9 Nov 02:14', with the year where it is another."""
        wall = self.wall(at)
        return f"{self.day(at)} {wall:%H:%M}"

    def day(self, at: datetime) -> str:
        wall = self.wall(at)
        year = f" {wall.year}" if wall.year != self.wall(self.now).year else ""
        return f"{DAYS[wall.weekday()]} {wall.day} {MONTHS[wall.month - 1]}{year}"

    def clock(self, at: datetime) -> str:
        """'02:14', whatever the day."""
        return f"{self.wall(at):%H:%M}"

    def second(self, at: datetime) -> str:
        """'02:14:09': for a story in which seconds tell."""
        return f"{self.wall(at):%H:%M:%S}"

    def iso(self, at: datetime) -> str:
        """For the `datetime` of a <time>."""
        return self.wall(at).isoformat(timespec="seconds")

    def ago(self, at: datetime) -> str:
        passed = self.now - at
        return "just now" if passed < MINUTE else f"{span(passed)} ago"

    def left(self, at: datetime) -> str:
        """A countdown: '41 min left', and past it '12 min over'."""
        rest = at - self.now
        return f"{span(rest)} left" if rest > timedelta(0) else f"{span(-rest)} over"

    @property
    def now_clock(self) -> str:
        return f"{self.wall(self.now):%H:%M}"

    @property
    def city(self) -> str:
        return city(self.zone)

    def after(self, start: datetime, end: datetime) -> str:
        """'after 3 min', 'within a minute'."""
        return "within a minute" if end - start < MINUTE else f"after {span(end - start)}"

    def length(self, start: datetime, end: datetime) -> str:
        return span(end - start)

    def stopwatch(self, start: datetime, end: datetime) -> str:
        return stopwatch(end - start)
