"""Local wall clock and UTC, and the countries of a zone. The only module that knows pytz.

A zone is a table of stretches of constant offset. Two questions about that table answer everything else:

- `to_utc(wall)`: the first instant at which the clock on the wall shows `wall` or later. A wall time that is skipped
  therefore falls on the end of the gap, and one that comes twice on its first occurrence, whatever the reason for the
  change (summer time, a new base offset, a skipped day) and whenever in the day it happens.
- `reading(at)`: the latest wall time shown up to `at`. `to_utc(wall) <= at` holds exactly when `wall <= reading(at)`,
  so rules written in wall time can be decided by comparing wall times.
"""

from __future__ import annotations

import difflib
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache

import pytz

EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
"""Rules answer for instants from here..."""
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
"""...until here, so that no calculation leaves the years that `datetime` can hold."""


_ORIGIN = datetime(2000, 1, 1, tzinfo=UTC)
_ORIGIN_ON_THE_WALL = _ORIGIN.replace(tzinfo=None)
"""Between aware and naive by the distance from these: ten times as fast as `replace(tzinfo=...)`."""


class UnknownZone(ValueError):
    """A time zone's name that the tz database does not have."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """From `start` (aware, in UTC) on a zone is `offset` ahead of UTC; just before it was `before`.

    `name` is the zone's abbreviation then, such as CEST.
    """

    start: datetime
    before: timedelta
    offset: timedelta
    name: str


@dataclass(frozen=True, slots=True)
class _Zone:
    """Stretch `i` begins at `starts[i]`, is `offsets[i]` from UTC; its clock runs up to `ends[i]` (the last's, on).

    `names[i]` is what the clock is then called.
    """

    starts: tuple[datetime, ...]
    offsets: tuple[timedelta, ...]
    ends: tuple[datetime, ...]
    names: tuple[str, ...]


@cache
def _zone(name: str) -> _Zone:
    if not is_known(name):
        raise UnknownZone(unknown(name))
    tz = pytz.timezone(name)
    # pytz keeps its transition table under private names. Its public `localize` cannot replace it: it guesses with
    # `is_dst` and steps of six hours, wrong where a whole day is skipped or where both sides are standard time.
    transitions = getattr(tz, "_utc_transition_times", None)
    if transitions is None:
        offset = tz.utcoffset(EARLIEST.replace(tzinfo=None)) or timedelta(0)
        return _Zone((datetime.min.replace(tzinfo=UTC),), (offset,), (), (tz.tzname(None) or name,))
    starts = tuple(moment.replace(tzinfo=UTC) for moment in transitions)
    offsets, _, names = zip(*getattr(tz, "_transition_info"), strict=True)  # noqa: B009
    ends = tuple(_clock(start, offset) for start, offset in zip(starts[1:], offsets, strict=False))
    return _Zone(starts, offsets, ends, names)


def _clock(at: datetime, offset: timedelta) -> datetime:
    return _ORIGIN_ON_THE_WALL + (at - _ORIGIN + offset)


def is_known(name: str) -> bool:
    """Whether the tz database has a zone of exactly this name, aliases included."""
    return name in pytz.all_timezones_set


def names() -> list[str]:
    """The zones that people choose from, without aliases that nobody would look for."""
    return list(pytz.common_timezones)


def nearest(name: str) -> str | None:
    """The known zone whose name, or whose city, is most like `name`; None if nothing is alike."""
    wanted = name.strip().lower().replace(" ", "_")
    full, city = _lower_names()
    for names in (full, city):
        match = difflib.get_close_matches(wanted, names, n=1, cutoff=0.75)
        if match:
            return names[match[0]]
    return None


@lru_cache(maxsize=256)
def unknown(name: str) -> str:
    """What to tell somebody who typed a zone that does not exist."""
    hint = nearest(name)
    return f"unknown time zone {name!r}" + (f"; did you mean {hint}?" if hint else "")


@cache
def _lower_names() -> tuple[dict[str, str], dict[str, str]]:
    full = {name.lower(): name for name in pytz.all_timezones}
    city = {name.rpartition("/")[2].lower(): name for name in pytz.common_timezones}
    return full, city


def to_utc(wall: datetime, zone: str) -> datetime:
    """The first instant at which a clock in `zone` shows the naive local time `wall` or later.

    Raises UnknownZone.
    """
    table = _zone(zone)
    stretch = bisect_right(table.ends, wall)
    instant = _ORIGIN + (wall - _ORIGIN_ON_THE_WALL - table.offsets[stretch])
    return max(instant, table.starts[stretch])


def to_wall(at: datetime, zone: str) -> datetime:
    """The aware local time in `zone` at the instant `at`. Raises UnknownZone."""
    _zone(zone)
    return at.astimezone(pytz.timezone(zone))


def reading(at: datetime, zone: str) -> datetime:
    """The latest naive wall time that a clock in `zone` has shown up to and at the instant `at` (aware, in UTC).

    While an hour comes for the second time it stays one microsecond (`datetime.resolution`) before the hour's end.
    Raises UnknownZone.
    """
    table = _zone(zone)
    stretch = bisect_right(table.starts, at) - 1
    now = _clock(at, table.offsets[stretch])
    return max(now, table.ends[stretch - 1] - datetime.resolution) if stretch else now


def exists(wall: datetime, zone: str) -> bool:
    """Whether a clock in `zone` ever shows the naive local time `wall`. Raises UnknownZone."""
    return to_wall(to_utc(wall, zone), zone).replace(tzinfo=None) == wall


def stretches(zone: str, start: datetime, end: datetime) -> list[Stretch]:
    """The stretches of constant offset that hold at some time in `[start, end)`, in order. Raises UnknownZone."""
    table = _zone(zone)
    first, beyond = bisect_right(table.starts, start) - 1, bisect_left(table.starts, end)
    return [
        Stretch(
            start=table.starts[number],
            before=table.offsets[max(number - 1, 0)],
            offset=table.offsets[number],
            name=table.names[number],
        )
        for number in range(first, beyond)
    ]


@cache
def _links() -> dict[str, str]:
    with pytz.open_resource("tzdata.zi") as source:  # type: ignore[attr-defined]  # missing from its stubs
        lines = source.read().decode("ascii").splitlines()
    return {alias: target for kind, target, alias in (line.split() for line in lines if line.startswith("L "))}


def canonical(name: str) -> str:
    """The zone that an alias stands for (tz database link), or the name itself."""
    return _links().get(name, name)


@cache
def _countries() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for country, zones in pytz.country_timezones.items():
        for zone in zones:
            found[zone] = (*found.get(zone, ()), country)
    return found


def countries_of(name: str) -> tuple[str, ...]:
    """ISO 3166 codes of the countries a zone belongs to; empty for UTC, Etc/GMT-8 and unknown names.

    A name's own entry comes before its target's: Arctic/Longyearbyen is a link to Europe/Berlin, but Norwegian.
    """
    return _countries().get(name) or _countries().get(canonical(name), ())


def country_name(code: str | None) -> str:
    """The name in English of an ISO 3166 code; 'this country' where there is none."""
    return pytz.country_names.get(code or "", "this country")
