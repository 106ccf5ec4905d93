"""Who is on call: at an instant, over a range, and in words."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from rules import timezones
from rules.intervals import ALWAYS_AFTER, ALWAYS_BEFORE, Timeline
from rules.rotation import handoff, turn
from rules.schedule_problems import problems
from rules.schedules import Absence, History, Layer, Override, Revision, Schedule
from rules.wall_words import DAYS, dated
from rules.windows import Window

__all__ = [
    "Absence",
    "Because",
    "Gap",
    "History",
    "Layer",
    "OnCall",
    "Override",
    "Revision",
    "Schedule",
    "ShiftSpan",
    "Window",
    "on_call",
    "problems",
    "sentence",
    "shifts",
]


class Because(StrEnum):
    """ABSENCE: the technician covers, within a layer, for a participant who is absent."""

    LAYER = "layer"
    OVERRIDE = "override"
    ABSENCE = "absence"
    GAP = "gap"


@dataclass(frozen=True, slots=True)
class OnCall:
    """Who is on call at `at`, in a shift or gap of `[since, until)` (None: no bound), and who comes next.

    `layer` is the layer's name where `because` is LAYER or ABSENCE.
    """

    at: datetime
    technician: str | None
    since: datetime | None
    until: datetime | None
    because: Because
    layer: str | None
    next_technician: str | None


@dataclass(frozen=True, slots=True)
class ShiftSpan:
    """`technician` is on call in `[start, end)`."""

    technician: str
    start: datetime
    end: datetime
    because: Because
    layer: str | None


@dataclass(frozen=True, slots=True)
class Gap:
    """Nobody is on call in `[start, end)`."""

    start: datetime
    end: datetime


class _Turn(NamedTuple):
    """Who holds in `[since, until)`. Neighbours with the same `source` are parts of one shift, or of one gap."""

    technician: str | None
    since: datetime
    until: datetime
    because: Because = Because.GAP
    layer: str | None = None
    source: Hashable = None

    @property
    def begun_as(self) -> tuple[str | None, datetime, Because, str | None]:
        return self.technician, self.since, self.because, self.layer

    def between(self, since: datetime, until: datetime) -> _Turn:
        return _Turn(self.technician, since, until, self.because, self.layer, self.source)


_NEVER: Timeline[str] = Timeline()


def on_call(history: History, at: datetime) -> OnCall:
    """Who is on call at `at` (aware). A shift ends at a handoff, a window's end, an absence or an override, and at a
    revision by which it would not have begun when it did.

    Raises UnknownZone, and ValueError for instants outside timezones.EARLIEST and LATEST.
    """
    at = _answerable(at)
    revisions = _Revisions(history)
    held = revisions.whole_shift(at)
    bounded = held.until < ALWAYS_AFTER
    return OnCall(
        at=at,
        technician=held.technician,
        since=held.since if held.since > ALWAYS_BEFORE else None,
        until=held.until if bounded else None,
        because=held.because,
        layer=held.layer,
        next_technician=revisions.at(held.until)[0].holder(held.until).technician if bounded else None,
    )


def shifts(history: History, start: datetime, end: datetime) -> tuple[list[ShiftSpan], list[Gap]]:
    """The shifts and gaps in `[start, end)` in order, which fill it exactly; the outermost are cut to the range.

    Shifts of one technician that follow each other stay apart. Raises as `on_call` does.
    """
    at, end = _answerable(start), _answerable(end)
    revisions = _Revisions(history)
    held: list[_Turn] = []
    while at < end:
        reader, _, until = revisions.at(at)
        parts = _parts(reader, at, min(until, end))
        if held and revisions.goes_on(at):
            parts[0] = parts[0].between(held.pop().since, parts[0].until)
        held += parts
        at = until
    spans = [ShiftSpan(one.technician, one.since, one.until, one.because, one.layer) for one in held if one.technician]
    return spans, [Gap(one.since, one.until) for one in held if not one.technician]


def _parts(reader: _Reader, at: datetime, end: datetime) -> list[_Turn]:
    """The shifts and gaps by one revision that fill `[at, end)`."""
    held: list[_Turn] = []
    while at < end:
        piece = reader.holder(at)
        if piece.since < at or end < piece.until:
            piece = piece.between(at, min(piece.until, end))
        if held and held[-1].source == piece.source:
            held[-1] = held[-1].between(held[-1].since, piece.until)
        else:
            held.append(piece)
        at = piece.until
    return held


def _answerable(at: datetime) -> datetime:
    if not timezones.EARLIEST <= at <= timezones.LATEST:
        raise ValueError(f"{at} is outside the years from {timezones.EARLIEST.year} to {timezones.LATEST.year}")
    return at.astimezone(UTC)


class _Reader:
    """Reads one schedule. What a layer says is kept for as long as it holds, so that the next instant costs little."""

    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule
        self._held = [_Turn(None, ALWAYS_BEFORE, ALWAYS_BEFORE)] * len(schedule.layers)

    def holder(self, at: datetime) -> _Turn:
        """Who holds at `at`: an override, else the latest layer that has anybody, else nobody."""
        override, since, until = self.schedule.overriding.find(at)
        if override:
            return _Turn(override.technician, since, until, Because.OVERRIDE, None, override)
        for number in reversed(range(len(self.schedule.layers))):
            held = self._layer(number, at)
            since, until = max(since, held.since), min(until, held.until)
            if held.technician:
                return held.between(since, until)
        return _Turn(None, since, until)

    def whole_shift(self, at: datetime, since: datetime, until: datetime) -> _Turn:
        """The shift or gap around `at`, joined from all its parts, within `[since, until)`."""
        held = self.holder(at)
        start, end = held.since, held.until
        while start > since and (before := self.holder(start - datetime.resolution)).source == held.source:
            start = before.since
        while end < until and (after := self.holder(end)).source == held.source:
            end = after.until
        return held.between(max(start, since), min(end, until))

    def _layer(self, number: int, at: datetime) -> _Turn:
        held = self._held[number]
        if not held.since <= at < held.until:
            held = self._held[number] = _layer_holder(self.schedule, number, at)
        return held


def _layer_holder(schedule: Schedule, number: int, at: datetime) -> _Turn:
    """Who holds by one layer alone: of the participants from whose turn it is onwards, the first who is not absent."""
    reading = timezones.reading(at, schedule.time_zone)
    is_open, opens, closes = schedule.openings[number].around(reading)
    if not is_open:
        return _Turn(None, *_instants(schedule, opens, closes))
    layer = schedule.layers[number]
    people = layer.rotation.participants
    index = turn(layer.rotation, reading)
    since, until = ALWAYS_BEFORE, ALWAYS_AFTER
    for step in range(len(people)):
        person = people[(index + step) % len(people)]
        absent, back, away = schedule.absent.get(person, _NEVER).find(at)
        since, until = max(since, back), min(until, away)
        if not absent:
            begins, ends = _turn_within(schedule, number, index, opens, closes)
            because = Because.ABSENCE if step else Because.LAYER
            source = (person, because, number, index)
            return _Turn(person, max(since, begins), min(until, ends), because, layer.name, source)
    return _Turn(None, since, until)


def _turn_within(
    schedule: Schedule, number: int, index: int, opens: datetime | None, closes: datetime | None
) -> tuple[datetime, datetime]:
    """From when until when turn `index` has the layer, which is open from `opens` until `closes` on the wall."""
    rotation = schedule.layers[number].rotation
    begins, ends = handoff(rotation, index), handoff(rotation, index + 1)
    return _instants(schedule, max(opens, begins) if opens else begins, min(closes, ends) if closes else ends)


def _instants(schedule: Schedule, since: datetime | None, until: datetime | None) -> tuple[datetime, datetime]:
    return (
        timezones.to_utc(since, schedule.time_zone) if since else ALWAYS_BEFORE,
        timezones.to_utc(until, schedule.time_zone) if until else ALWAYS_AFTER,
    )


class _Revisions:
    """Reads a history. A shift goes on through a revision that leaves it as it is."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._readers: dict[datetime, _Reader] = {}

    def at(self, at: datetime) -> tuple[_Reader, datetime, datetime]:
        """The reader of the revision in force at `at`, and from when until when it is."""
        schedule, since, until = self._history.in_force(at)
        return self._readers.setdefault(since, _Reader(schedule)), since, until

    def whole_shift(self, at: datetime) -> _Turn:
        """The shift or gap around `at`, through all the revisions that it has seen."""
        reader, since, until = self.at(at)
        held = reader.whole_shift(at, since, until)
        while ALWAYS_BEFORE < since == held.since and self.goes_on(since):
            just_before = since - datetime.resolution
            reader, since, handover = self.at(just_before)
            held = held.between(reader.whole_shift(just_before, since, handover).since, held.until)
        while held.until == until < ALWAYS_AFTER and self.goes_on(until):
            reader, handover, until = self.at(until)
            held = held.between(held.since, reader.whole_shift(handover, handover, until).until)
        return held

    def goes_on(self, handover: datetime) -> bool:
        """Whether, by both revisions, one shift has begun at the same instant before the later takes effect."""
        just_before = handover - datetime.resolution
        before = self.at(just_before)[0].whole_shift(just_before, ALWAYS_BEFORE, ALWAYS_AFTER)
        after = self.at(handover)[0].whole_shift(handover, ALWAYS_BEFORE, ALWAYS_AFTER)
        return after.since < handover and before.begun_as == after.begun_as


def sentence(answer: OnCall, names: Mapping[str, str], zone: str) -> str:
    """The answer with its reason, for a screen: 'Anna Rossi: weekly layer, until Mon 09:00, then Bruno Neri'.

    `names` are the technicians' by key (a missing one shows as its key); times are local in `zone`.
    """
    who = _name(answer.technician, names)
    text = {
        Because.LAYER: f"{who}: {answer.layer} layer",
        Because.ABSENCE: f"{who}: covering an absence in the {answer.layer} layer",
        Because.OVERRIDE: f"{who}: override",
        Because.GAP: "Nobody is on call",
    }[answer.because]
    if answer.until is None:
        return text
    return f"{text}, until {_when(answer.at, answer.until, zone)}, then {_name(answer.next_technician, names)}"


def _name(technician: str | None, names: Mapping[str, str]) -> str:
    return names.get(technician, technician) if technician else "nobody"


def _when(at: datetime, until: datetime, zone: str) -> str:
    """`until` seen from `at`: within a week the weekday and time are enough."""
    wall = timezones.to_wall(until, zone)
    return f"{DAYS[wall.weekday()]} {wall:%H:%M}" if until - at <= timedelta(weeks=1) else dated(wall)
