"""What is wrong with a schedule that somebody typed, in words, with the place of each problem."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime

from rules import timezones
from rules.rotation import Rotation, Unit
from rules.schedules import Absence, Layer, Override, Schedule
from rules.windows import Window, openings

LONGEST_TURN = {Unit.HOUR: 87_600, Unit.DAY: 3_650, Unit.WEEK: 520, Unit.MONTH: 120}
"""Ten years in each unit."""

Problem = tuple[str, str]


def problems(schedule: Schedule, known_technicians: Collection[str] | None) -> list[Problem]:
    """Every problem as (place, message); places are named as in the YAML file, such as `layers[0].rotation.length`.

    With `known_technicians` None their names are taken as they are.
    """
    return [
        *_zone(schedule),
        *_layers(schedule),
        *_unknown(schedule, known_technicians),
        *_backwards("overrides", schedule.overrides),
        *_backwards("absences", schedule.absences),
        *_contradictions(schedule.overrides),
    ]


def _zone(schedule: Schedule) -> Iterator[Problem]:
    if not timezones.is_known(schedule.time_zone):
        yield "time_zone", timezones.unknown(schedule.time_zone)


def _layers(schedule: Schedule) -> Iterator[Problem]:
    names = [layer.name for layer in schedule.layers]
    for number, layer in enumerate(schedule.layers):
        place = f"layers[{number}]"
        if layer.name in names[:number]:
            yield f"{place}.name", f"another layer is called {layer.name!r} too"
        yield from _rotation(f"{place}.rotation", layer.rotation, schedule.time_zone)
        yield from _windows(f"{place}.windows", layer)


def _rotation(place: str, rotation: Rotation, zone: str) -> Iterator[Problem]:
    longest = LONGEST_TURN[rotation.unit]
    if not 1 <= rotation.length <= longest:
        yield f"{place}.length", f"{rotation.length} is not from 1 to {longest} {rotation.unit}s"
    if not rotation.participants:
        yield f"{place}.participants", "nobody takes part: choose at least one technician"
    first = rotation.first_handoff
    if not timezones.EARLIEST.year <= first.year < timezones.LATEST.year:
        yield f"{place}.first_handoff", f"the year {first.year} is too far away"
    elif timezones.is_known(zone) and not timezones.exists(first, zone):
        yield f"{place}.first_handoff", f"{first:%Y-%m-%d %H:%M} does not exist in {zone}: the clocks go forward"


def _windows(place: str, layer: Layer) -> Iterator[Problem]:
    for number, window in enumerate(layer.windows):
        if not all(0 <= day <= 6 for day in window.days):
            yield f"{place}[{number}].days", "days are from 0 (Monday) to 6 (Sunday)"
        elif never_open(window):
            yield f"{place}[{number}]", "it is never open; 00:00 to 00:00 is a whole day"


def never_open(window: Window) -> bool:
    """Whether a window has no day, or no time in its days."""
    return not openings((window,)).starts


def _unknown(schedule: Schedule, known: Collection[str] | None) -> Iterator[Problem]:
    if known is None:
        return
    for place, technician in _technicians(schedule):
        if technician not in known:
            yield place, f"unknown technician {technician!r}"


def _technicians(schedule: Schedule) -> Iterator[tuple[str, str]]:
    for number, layer in enumerate(schedule.layers):
        for turn, technician in enumerate(layer.rotation.participants):
            yield f"layers[{number}].rotation.participants[{turn}]", technician
    for number, override in enumerate(schedule.overrides):
        yield f"overrides[{number}].technician", override.technician
    for number, absence in enumerate(schedule.absences):
        yield f"absences[{number}].technician", absence.technician


def _backwards(place: str, dated: Sequence[Override | Absence]) -> Iterator[Problem]:
    for number, one in enumerate(dated):
        if one.ends <= one.starts:
            yield f"{place}[{number}].until", "it ends before it starts"


def _contradictions(overrides: Iterable[Override]) -> Iterator[Problem]:
    running: list[tuple[int, Override]] = []
    for number, one in sorted(enumerate(overrides), key=_start):
        running = [(other, before) for other, before in running if before.ends > one.starts]
        for other, before in running:
            if before.technician != one.technician and one.starts < one.ends:
                yield f"overrides[{max(number, other)}]", _overlap(min(number, other), before, one)
        running.append((number, one))


def _start(numbered: tuple[int, Override]) -> datetime:
    return numbered[1].starts


def _overlap(other: int, before: Override, one: Override) -> str:
    start, end = max(before.starts, one.starts), min(before.ends, one.ends)
    return f"it overlaps overrides[{other}], by somebody else, from {_utc(start)} until {_utc(end)}"


def _utc(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}Z"
