"""Who is on call, minute by minute: DESIGN section 3 told again in the plainest way there is.

It shares with the rule the values that go in and nothing else: no search, no closed form. It walks through the real
minutes, keeps the latest time that the wall clock has shown so far, and asks of each minute what that time means. So a
handoff in the hour that does not exist comes when the clock jumps past it, and one in the hour that comes twice at its
first occurrence, with no word about either below. The zone files are pytz's, that both sides may read the same facts;
the standard library reads them here. The offsets must be whole minutes.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple
from zoneinfo import ZoneInfo

from rules.on_call import History, Layer, Schedule, Window
from rules.rotation import Rotation, Unit

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
# No clock was ever put back by more than a day: two days before the first minute are enough to know what it has shown.
RUN_UP = 2 * DAY
STEPS = {Unit.HOUR: timedelta(hours=1), Unit.DAY: DAY, Unit.WEEK: 7 * DAY}


class Minute(NamedTuple):
    at: datetime
    shown: datetime


@dataclass(frozen=True)
class Holder:
    """Who holds a minute and why; the turn tells a shift from the next one of the same technician in the same layer."""

    technician: str | None
    because: str
    layer: str | None = None
    turn: int | None = None


@cache
def zone_of(name: str) -> ZoneInfo:
    with files("pytz").joinpath("zoneinfo", name).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


@lru_cache(maxsize=64)
def minutes(time_zone: str, start: datetime, end: datetime) -> list[Minute]:
    """Every UTC minute in [start, end), with the latest wall-clock time shown until then."""
    zone = zone_of(time_zone)
    at = start - RUN_UP
    shown = wall_clock(zone, at)
    found = []
    while at < end:
        shown = max(shown, wall_clock(zone, at))
        if at >= start:
            found.append(Minute(at, shown))
        at += MINUTE
    return found


def wall_clock(zone: ZoneInfo, at: datetime) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None, fold=0)


def holders(history: History, start: datetime, end: datetime) -> list[tuple[datetime, Holder]]:
    """Who holds each minute in [start, end). All revisions are in one time zone."""
    turns = [[Turns(layer.rotation) for layer in revision.schedule.layers] for revision in history.revisions]
    found = []
    for minute in minutes(history.revisions[0].schedule.time_zone, start, end):
        # The first revision holds for all time before it.
        in_force = 0
        for number, revision in enumerate(history.revisions):
            if revision.effective_at <= minute.at:
                in_force = number
        found.append((minute.at, holder(history.revisions[in_force].schedule, turns[in_force], minute)))
    return found


def holder(schedule: Schedule, turns: list["Turns"], minute: Minute) -> Holder:
    for override in reversed(schedule.overrides):
        if override.starts <= minute.at < override.ends:
            return Holder(override.technician, "override")
    away = {absence.technician for absence in schedule.absences if absence.starts <= minute.at < absence.ends}
    for layer, walker in reversed(list(zip(schedule.layers, turns, strict=True))):
        found = held_by_layer(layer, walker, away, minute.shown)
        if found:
            return found
    return Holder(None, "gap")


def held_by_layer(layer: Layer, turns: "Turns", away: set[str], shown: datetime) -> Holder | None:
    if layer.windows and not any(is_open(window, shown) for window in layer.windows):
        return None
    people = layer.rotation.participants
    turn = turns.at(shown)
    if people[turn % len(people)] not in away:
        return Holder(people[turn % len(people)], "layer", layer.name, turn)
    for further in range(1, len(people)):
        if people[(turn + further) % len(people)] not in away:
            return Holder(people[(turn + further) % len(people)], "absence", layer.name, turn)
    return None


def is_open(window: Window, shown: datetime) -> bool:
    return any(opened_on(window, day, shown) for day in (shown.date() - DAY, shown.date()))


def opened_on(window: Window, day: date, shown: datetime) -> bool:
    # No schedule with a window from nine to nine is saved; to the rule it is no time at all, and not a whole day.
    if day.weekday() not in window.days or window.starts == window.ends != time(0):
        return False
    last_day = day if window.ends > window.starts else day + DAY
    return datetime.combine(day, window.starts) <= shown < datetime.combine(last_day, window.ends)


class Turns:
    """The turns of a rotation, walked to one at a time; turn 0 begins at the first handoff."""

    def __init__(self, rotation: Rotation) -> None:
        self.rotation = rotation
        self.turn = 0
        self.begins = rotation.first_handoff
        self.ends = self.stepped(self.begins, 1)

    def at(self, shown: datetime) -> int:
        while self.ends <= shown:
            self.turn, self.begins, self.ends = self.turn + 1, self.ends, self.stepped(self.ends, 1)
        while self.begins > shown:
            self.turn, self.begins, self.ends = self.turn - 1, self.stepped(self.begins, -1), self.begins
        return self.turn

    def stepped(self, handoff: datetime, direction: int) -> datetime:
        for _ in range(self.rotation.length):
            if self.rotation.unit is Unit.MONTH:
                handoff = self.a_month_away(handoff, direction)
            else:
                handoff += direction * STEPS[self.rotation.unit]
        return handoff

    def a_month_away(self, handoff: datetime, direction: int) -> datetime:
        """The first handoff's day and time in the month before or after; a day that the month lacks is its last day."""
        in_it = handoff.replace(day=28) + 4 * DAY if direction > 0 else handoff.replace(day=1) - DAY
        day = self.rotation.first_handoff.day
        while day > monthrange(in_it.year, in_it.month)[1]:
            day -= 1
        return in_it.replace(day=day)
