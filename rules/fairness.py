"""How the burden is shared: time on call, by night, at weekends and on holidays, for each technician.

Time is what really passes: a night in which clocks change is an hour shorter or longer. All days are local days in the
schedule's zone. One hour may count several times over: Christmas Night on a Sunday is night, weekend and holiday.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from rules import timezones
from rules.intervals import Timeline, overlay
from rules.on_call import History, shifts
from rules.schedules import Schedule
from rules.service_hours import Calendar, is_holiday

DAY = timedelta(days=1)
SATURDAY = 5
NOTHING = timedelta(0)


@dataclass(frozen=True, slots=True)
class Night:
    """What counts as night: from `starts` until `ends`, wall clock; an end that is not later is on the next day."""

    starts: time
    ends: time


@dataclass(frozen=True, slots=True)
class Burden:
    """Time on call, and how much of it is by night, on Saturdays and Sundays, and on holidays.

    `nights`, `weekend_days` and `holidays` are how many of them it touches, if only for a moment.
    """

    time: timedelta
    night_time: timedelta
    weekend_time: timedelta
    holiday_time: timedelta
    nights: int
    weekend_days: int
    holidays: int


@dataclass(frozen=True, slots=True)
class Share:
    """One technician's burden (None: the gaps) in a range: until now, from now on, and in all.

    Times in `done` and `planned` add up to `total`; what touches now, such as tonight, is counted in both.
    """

    technician: str | None
    done: Burden
    planned: Burden
    total: Burden


@dataclass(frozen=True, slots=True)
class Fairness:
    """Everybody who takes part or is on call in `[start, end)`, by key, and the time in which nobody is."""

    start: datetime
    end: datetime
    shares: tuple[Share, ...]
    gaps: Share


class _Span(NamedTuple):
    start: datetime
    end: datetime


class _Marks(NamedTuple):
    """The nights, weekend days and holidays of a range, each by its local date; a night by that of its evening."""

    nights: Timeline[date]
    weekend_days: Timeline[date]
    holidays: Timeline[date]


def fairness(
    history: History, start: datetime, end: datetime, now: datetime, night: Night, calendar: Calendar
) -> Fairness:
    """The burden of each technician in `[start, end)` (aware), by the rule that says who is on call.

    `calendar` names the holidays. Raises as `on_call.shifts` does.
    """
    spans, gaps = shifts(history, start, end)
    held: dict[str | None, list[_Span]] = {key: [] for key in _participants(history, start, end)}
    for span in spans:
        held.setdefault(span.technician, []).append(_Span(span.start, span.end))
    held[None] = [_Span(gap.start, gap.end) for gap in gaps]
    marks = _marks(history, start, end, night, calendar)
    shares = {key: _share(key, pieces, marks, now) for key, pieces in held.items()}
    nobody = shares.pop(None)
    return Fairness(start, end, tuple(shares[key] for key in sorted(filter(None, shares))), nobody)


def _in_force(history: History, start: datetime, end: datetime) -> Iterator[tuple[Schedule, datetime, datetime]]:
    """The schedules that hold one after the other in a range, each with its part of it."""
    while start < end:
        schedule, _, until = history.in_force(start)
        yield schedule, start, min(until, end)
        start = until


def _participants(history: History, start: datetime, end: datetime) -> set[str]:
    layers = (layer for schedule, _, _ in _in_force(history, start, end) for layer in schedule.layers)
    return {key for layer in layers for key in layer.rotation.participants}


def _marks(history: History, start: datetime, end: datetime, night: Night, calendar: Calendar) -> _Marks:
    parts = list(_in_force(history, start, end))
    return _Marks(
        nights=overlay(mark for part in parts for mark in _nights(*part, night)),
        weekend_days=overlay(mark for part in parts for mark in _days(*part) if mark[2].weekday() >= SATURDAY),
        holidays=overlay(mark for part in parts for mark in _days(*part) if is_holiday(calendar, mark[2])),
    )


Mark = tuple[datetime, datetime, date]


def _nights(schedule: Schedule, start: datetime, end: datetime, night: Night) -> Iterator[Mark]:
    for day in _dates(schedule.time_zone, start - DAY, end):
        morning = day if night.starts < night.ends else day + DAY
        begins = timezones.to_utc(datetime.combine(day, night.starts), schedule.time_zone)
        ends = timezones.to_utc(datetime.combine(morning, night.ends), schedule.time_zone)
        yield max(begins, start), min(ends, end), day


def _days(schedule: Schedule, start: datetime, end: datetime) -> Iterator[Mark]:
    for day in _dates(schedule.time_zone, start, end):
        begins = timezones.to_utc(datetime.combine(day, time.min), schedule.time_zone)
        ends = timezones.to_utc(datetime.combine(day + DAY, time.min), schedule.time_zone)
        yield max(begins, start), min(ends, end), day


def _dates(zone: str, start: datetime, end: datetime) -> Iterator[date]:
    """Every local date of a range; one that clocks skip has no length."""
    day, last = timezones.reading(start, zone).date(), timezones.reading(end, zone).date()
    while day <= last:
        yield day
        day += DAY


def _share(technician: str | None, pieces: Sequence[_Span], marks: _Marks, now: datetime) -> Share:
    done = [_Span(start, min(end, now)) for start, end in pieces if start < now]
    planned = [_Span(max(start, now), end) for start, end in pieces if end > now]
    return Share(technician, _burden(done, marks), _burden(planned, marks), _burden(pieces, marks))


def _burden(pieces: Sequence[_Span], marks: _Marks) -> Burden:
    nights, weekend_days, holidays = (_touched(pieces, timeline) for timeline in marks)
    return Burden(
        time=sum((end - start for start, end in pieces), NOTHING),
        night_time=sum(nights.values(), NOTHING),
        weekend_time=sum(weekend_days.values(), NOTHING),
        holiday_time=sum(holidays.values(), NOTHING),
        nights=len(nights),
        weekend_days=len(weekend_days),
        holidays=len(holidays),
    )


def _touched(pieces: Iterable[_Span], marks: Timeline[date]) -> dict[date, timedelta]:
    """How much of each marked time is in the pieces."""
    found: dict[date, timedelta] = {}
    for start, end in pieces:
        number = bisect_right(marks.ends, start)
        while number < len(marks.starts) and marks.starts[number] < end:
            common = min(end, marks.ends[number]) - max(start, marks.starts[number])
            found[marks.values[number]] = found.get(marks.values[number], NOTHING) + common
            number += 1
    return found
