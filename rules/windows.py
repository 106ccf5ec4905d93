"""Weekly windows in wall-clock time: when a layer is open."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import NamedTuple

DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)
MIDNIGHT = time(0)
A_MONDAY = datetime(2000, 1, 3)  # noqa: DTZ001  # on the wall


@dataclass(frozen=True, slots=True)
class Window:
    """Open on each of `days` (0 = Monday) from `starts` until `ends`, wall clock.

    An end that is not after the start is on the next day, so 00:00 to 00:00 is a whole day; any other window whose ends
    are equal is never open.
    """

    days: tuple[int, ...]
    starts: time
    ends: time

    def length(self) -> timedelta:
        """How long it is open on each of its days, in wall-clock time."""
        length = _since_midnight(self.ends) - _since_midnight(self.starts)
        if length < timedelta(0) or self.starts == self.ends == MIDNIGHT:
            length += DAY
        return length


class Around(NamedTuple):
    """Open or closed in `[start, end)`, naive local time; None: no bound."""

    is_open: bool
    start: datetime | None
    end: datetime | None


@dataclass(frozen=True, slots=True)
class Openings:
    """The week's open stretches, disjoint and in order, from Monday 00:00; the last may run into the next week."""

    starts: tuple[timedelta, ...]
    ends: tuple[timedelta, ...]

    def around(self, reading: datetime) -> Around:
        """Whether it is open when the wall clock's latest reading is `reading`, and between which wall times."""
        if not self.starts or self.ends[0] - self.starts[0] == WEEK:
            return Around(bool(self.starts), None, None)
        since_monday = (reading - A_MONDAY) % WEEK
        monday = reading - since_monday
        number = bisect_right(self.starts, since_monday) - 1
        if number < 0:
            number, monday = len(self.starts) - 1, monday - WEEK
        closes = monday + self.ends[number]
        if reading < closes:
            return Around(True, monday + self.starts[number], closes)
        opens = monday + self.starts[number + 1] if number + 1 < len(self.starts) else monday + WEEK + self.starts[0]
        return Around(False, closes, opens)


ALWAYS_OPEN = Openings((timedelta(0),), (WEEK,))


def openings(windows: Iterable[Window]) -> Openings:
    """The union of `windows`; those that touch or overlap are one stretch. No window at all leaves it always open."""
    windows = tuple(windows)
    if not windows:
        return ALWAYS_OPEN
    stretches: list[tuple[timedelta, timedelta]] = []
    for start, end in sorted(_within_the_week(windows)):
        if stretches and start <= stretches[-1][1]:
            stretches[-1] = (stretches[-1][0], max(stretches[-1][1], end))
        else:
            stretches.append((start, end))
    if len(stretches) > 1 and stretches[0][0] == timedelta(0) and stretches[-1][1] == WEEK:
        stretches[-1] = (stretches[-1][0], WEEK + stretches.pop(0)[1])
    return Openings(tuple(start for start, _ in stretches), tuple(end for _, end in stretches))


def _within_the_week(windows: Iterable[Window]) -> Iterable[tuple[timedelta, timedelta]]:
    for window in windows:
        for day in window.days:
            start = day * DAY + _since_midnight(window.starts)
            end = start + window.length()
            if start < end:
                yield start, min(end, WEEK)
            if end > WEEK:
                yield timedelta(0), end - WEEK


def _since_midnight(moment: time) -> timedelta:
    return timedelta(hours=moment.hour, minutes=moment.minute, seconds=moment.second, microseconds=moment.microsecond)
