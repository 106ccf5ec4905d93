"""Ordered turn-taking: whose turn it is at an instant, in closed form.

Turn `k` begins when the wall clock first shows `first_handoff + k * length` units or later (see timezones.to_utc), for
every whole `k`, negative ones included. Turns that clock changes leave without length are therefore never found.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from rules import timezones


class Unit(StrEnum):
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


_FIXED = {Unit.HOUR: timedelta(hours=1), Unit.DAY: timedelta(days=1), Unit.WEEK: timedelta(weeks=1)}


@dataclass(frozen=True, slots=True)
class Rotation:
    """`participants` in order, each for `length` units of wall-clock time; the first's turn begins at `first_handoff`.

    `first_handoff` is naive local time; the schedule names the zone.
    """

    unit: Unit
    length: int
    first_handoff: datetime
    participants: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shift:
    """Turn number `index` (0 begins at the first handoff), held by `participant` in `[start, end)`, in UTC."""

    index: int
    participant: str
    start: datetime
    end: datetime


def handoff(rotation: Rotation, index: int) -> datetime:
    """The naive local time at which turn `index` begins; a day that a month lacks is its last day."""
    steps = index * rotation.length
    if rotation.unit is not Unit.MONTH:
        return rotation.first_handoff + steps * _FIXED[rotation.unit]
    first = rotation.first_handoff
    year, month0 = divmod(first.year * 12 + first.month - 1 + steps, 12)
    last_day = calendar.monthrange(year, month0 + 1)[1]
    return first.replace(year=year, month=month0 + 1, day=min(first.day, last_day))


def turn(rotation: Rotation, reading: datetime) -> int:
    """The number of the turn in which the wall clock's latest reading (`timezones.reading`) is `reading`."""
    first = rotation.first_handoff
    if rotation.unit is not Unit.MONTH:
        return (reading - first) // (rotation.length * _FIXED[rotation.unit])
    months = (reading.year - first.year) * 12 + reading.month - first.month
    index = months // rotation.length
    return index if handoff(rotation, index) <= reading else index - 1


def shift_at(rotation: Rotation, zone: str, at: datetime) -> Shift:
    """The shift that holds at the instant `at` (aware, in UTC). Raises UnknownZone.

    The rotation must have participants and a length of at least 1 (`on_call.problems` says so of those that do not).
    """
    index = turn(rotation, timezones.reading(at, zone))
    start = timezones.to_utc(handoff(rotation, index), zone)
    end = timezones.to_utc(handoff(rotation, index + 1), zone)
    return Shift(index, rotation.participants[index % len(rotation.participants)], start, end)
