"""Edits of a schedule: each answers the schedule as it is then. From when that holds is for a revision to say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from rules import timezones
from rules.rotation import Rotation, turn
from rules.schedules import Absence, Layer, Override, Schedule

Dated = TypeVar("Dated", Override, Absence)


def with_overrides(schedule: Schedule, overrides: Iterable[Override]) -> Schedule:
    """With these overrides too, each once, in the order of their starts."""
    return replace(schedule, overrides=_in_order({*schedule.overrides, *overrides}))


def without_override(schedule: Schedule, override: Override) -> Schedule:
    return replace(schedule, overrides=tuple(each for each in schedule.overrides if each != override))


def changed_override(schedule: Schedule, old: Override, new: Override) -> Schedule:
    """With `new` in the place of `old`; as it was where `old` is not there."""
    if old not in schedule.overrides:
        return schedule
    return with_overrides(without_override(schedule, old), [new])


def with_absences(schedule: Schedule, absences: Iterable[Absence]) -> Schedule:
    """With these absences too, each once, in the order of their starts."""
    return replace(schedule, absences=_in_order({*schedule.absences, *absences}))


def without_absence(schedule: Schedule, absence: Absence) -> Schedule:
    return replace(schedule, absences=tuple(each for each in schedule.absences if each != absence))


def _in_order(dated: Iterable[Dated]) -> tuple[Dated, ...]:
    return tuple(sorted(dated, key=lambda each: (each.starts, each.ends, each.technician)))


def clash(schedule: Schedule, override: Override) -> Override | None:
    """An override by somebody else at the same time: one of the two would silently lose."""
    return next(
        (
            other
            for other in schedule.overrides
            if other.technician != override.technician and other.starts < override.ends and override.starts < other.ends
        ),
        None,
    )


def overridden(schedule: Schedule, absences: Iterable[Absence]) -> list[Override]:
    """Overrides by those who are absent then: they are on call all the same."""
    return [
        override
        for override in schedule.overrides
        for absence in absences
        if override.technician == absence.technician
        and override.starts < absence.ends
        and absence.starts < override.ends
    ]


def with_swap(schedule: Schedule, overrides: Sequence[Override]) -> Schedule:
    """With these overrides in the place of what others have overridden meanwhile; of theirs the rest stays."""
    for override in overrides:
        kept = [piece for other in schedule.overrides for piece in _outside(other, override)]
        schedule = replace(schedule, overrides=_in_order([*kept, override]))
    return schedule


def _outside(other: Override, override: Override) -> list[Override]:
    """What is left of `other` before and after `override`."""
    if other.ends <= override.starts or override.ends <= other.starts:
        return [other]
    before = replace(other, ends=override.starts)
    after = replace(other, starts=override.ends)
    return [piece for piece in (before, after) if piece.starts < piece.ends]


def continued(before: Schedule, after: Schedule, at: datetime) -> Schedule:
    """`after` with the turns of each layer in step with `before` at the instant `at`.

    Where the participants of a layer have changed, and its handoffs have not, who has the turn keeps it, and the order
    goes on from there; of somebody who takes part no longer the next one takes over at the next handoff. The order that
    was given stays, only where it begins is moved.
    """
    there = {layer.name: layer for layer in before.layers}
    layers = tuple(_continued(there.get(layer.name), layer, before, after, at) for layer in after.layers)
    return replace(after, layers=layers)


def _continued(old: Layer | None, new: Layer, before: Schedule, after: Schedule, at: datetime) -> Layer:
    if old is None or not new.rotation.participants or not old.rotation.participants:
        return new
    same_handoffs = replace(old.rotation, participants=()) == replace(new.rotation, participants=())
    if not same_handoffs or before.time_zone != after.time_zone:
        return new
    index = turn(old.rotation, timezones.reading(at, before.time_zone))
    return replace(new, rotation=_in_step(old.rotation.participants, new.rotation, index))


def _in_step(old: Sequence[str], rotation: Rotation, index: int) -> Rotation:
    """The rotation, moved: the first of the old order, from turn `index` on, who still takes part has that turn."""
    new = rotation.participants
    for turns_later in range(len(old)):
        place = (index + turns_later) % len(old)
        if old[place] in new:
            wanted = place if place < len(new) and new[place] == old[place] else new.index(old[place])
            moved = (wanted - index - turns_later) % len(new)
            return replace(rotation, participants=new[moved:] + new[:moved])
    return rotation
