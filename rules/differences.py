"""What has changed between two revisions of a schedule, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, time

from rules import timezones
from rules.rotation import Rotation, Unit
from rules.schedules import Absence, Layer, Override, Schedule
from rules.wall_words import DAYS, dated
from rules.windows import Window

UNITS = {Unit.HOUR: "hour", Unit.DAY: "day", Unit.WEEK: "week", Unit.MONTH: "month"}


def differences(before: Schedule, after: Schedule, names: Mapping[str, str]) -> list[str]:
    """A sentence for each change, in the order of a schedule's parts; none where nothing has changed.

    `names` are the technicians' by key (a missing one shows as its key). Times are local in the zone of `after`.
    """
    return [
        *_became("The time zone", before.time_zone, after.time_zone),
        *_layers(before.layers, after.layers, names),
        *_dated(before.overrides, after.overrides, "Override", after.time_zone, names),
        *_dated(before.absences, after.absences, "Absence", after.time_zone, names),
    ]


def _became(what: str, before: str, after: str) -> Iterator[str]:
    if before != after:
        yield f"{what} was {before}, and becomes {after}."


def _layers(before: Sequence[Layer], after: Sequence[Layer], names: Mapping[str, str]) -> Iterator[str]:
    there, here = {layer.name: layer for layer in before}, {layer.name: layer for layer in after}
    yield from (f"Layer {name} is removed." for name in there if name not in here)
    for layer in after:
        if layer.name in there:
            yield from _layer(there[layer.name], layer, names)
        else:
            yield f"Layer {layer.name} is added: {_turns(layer.rotation, names)}, {_open(layer.windows)}."
    kept = [[name for name in each if name in there and name in here] for each in (there, here)]
    if kept[0] != kept[1]:
        yield f"The order of the layers becomes {', '.join(here)}: a later one wins."


def _layer(before: Layer, after: Layer, names: Mapping[str, str]) -> Iterator[str]:
    was, is_now = before.rotation, after.rotation
    layer = f"Layer {after.name}"
    yield from _became(f"{layer}: the order of turns", _people(was, names), _people(is_now, names))
    yield from _became(f"{layer}: a turn", _length(was), _length(is_now))
    yield from _became(f"{layer}: the first handoff", dated(was.first_handoff), dated(is_now.first_handoff))
    yield from _became(f"{layer}: it", _open(before.windows), _open(after.windows))


def _turns(rotation: Rotation, names: Mapping[str, str]) -> str:
    return f"{_people(rotation, names)}, {_length(rotation)} each from {dated(rotation.first_handoff)}"


def _people(rotation: Rotation, names: Mapping[str, str]) -> str:
    return ", ".join(names.get(key, key) for key in rotation.participants)


def _length(rotation: Rotation) -> str:
    return f"{rotation.length} {UNITS[rotation.unit]}{'s' if rotation.length > 1 else ''}"


def _open(windows: Sequence[Window]) -> str:
    if not windows:
        return "always open"
    return "open " + " and ".join(
        f"{', '.join(DAYS[day] for day in window.days)} {_hours(window)}" for window in windows
    )


def _hours(window: Window) -> str:
    if window.starts == window.ends == time(0):
        return "all day"
    return f"{window.starts:%H:%M}-{window.ends:%H:%M}"


def _dated(
    before: Sequence[Override | Absence],
    after: Sequence[Override | Absence],
    what: str,
    zone: str,
    names: Mapping[str, str],
) -> Iterator[str]:
    yield from (f"{what} removed: {_one(each, zone, names)}." for each in _without(before, after))
    yield from (f"{what} added: {_one(each, zone, names)}." for each in _without(after, before))


def _without(some: Iterable[Override | Absence], others: Sequence[Override | Absence]) -> Iterable[Override | Absence]:
    known = set(others)
    return [each for each in some if each not in known]


def _one(each: Override | Absence, zone: str, names: Mapping[str, str]) -> str:
    return f"{names.get(each.technician, each.technician)}, {_local(each.starts, zone)} until {_local(each.ends, zone)}"


def _local(at: datetime, zone: str) -> str:
    return dated(timezones.to_wall(at, zone))
