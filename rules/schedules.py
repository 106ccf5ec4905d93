"""What a schedule is: layers, overrides and absences, and the revisions it has had."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from rules.intervals import ALWAYS_AFTER, ALWAYS_BEFORE, Timeline, overlay
from rules.rotation import Rotation
from rules.windows import Openings, Window, openings


@dataclass(frozen=True, slots=True)
class Layer:
    """A rotation with optional weekly windows: without any it is always open."""

    name: str
    rotation: Rotation
    windows: tuple[Window, ...] = ()


@dataclass(frozen=True, slots=True)
class Override:
    """`technician` is on call in `[starts, ends)` whatever the layers and absences say. Aware, in UTC."""

    technician: str
    starts: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Absence:
    """Layers skip `technician` in `[starts, ends)`. Aware, in UTC."""

    technician: str
    starts: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Schedule:
    """Who is on call when. A later layer wins over an earlier one, and a later override over an earlier one.

    The fields without a place in `__init__` are lookup tables made from the others.
    """

    key: str
    time_zone: str
    layers: tuple[Layer, ...]
    overrides: tuple[Override, ...] = ()
    absences: tuple[Absence, ...] = ()
    overriding: Timeline[Override] = field(init=False, repr=False, compare=False)
    absent: dict[str, Timeline[str]] = field(init=False, repr=False, compare=False)
    openings: tuple[Openings, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        set_field = object.__setattr__
        set_field(self, "overriding", overlay((each.starts, each.ends, each) for each in self.overrides))
        set_field(self, "absent", _absent(self.absences))
        set_field(self, "openings", tuple(openings(layer.windows) for layer in self.layers))


def _absent(absences: Iterable[Absence]) -> dict[str, Timeline[str]]:
    absences = tuple(absences)
    return {
        technician: overlay((each.starts, each.ends, technician) for each in absences if each.technician == technician)
        for technician in {each.technician for each in absences}
    }


@dataclass(frozen=True, slots=True)
class Revision:
    """`schedule` as it stands from `effective_at` (aware, in UTC) until the next revision."""

    effective_at: datetime
    schedule: Schedule


@dataclass(frozen=True, slots=True)
class History:
    """All revisions of one schedule; the first also holds for all time before it.

    Of two that take effect at the same instant the one given later holds. Raises ValueError without any revision.
    """

    revisions: tuple[Revision, ...]
    handovers: tuple[datetime, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.revisions:
            raise ValueError("a schedule's history holds at least one revision")
        ordered = tuple(sorted(self.revisions, key=lambda revision: revision.effective_at))
        object.__setattr__(self, "revisions", ordered)
        object.__setattr__(self, "handovers", tuple(revision.effective_at for revision in ordered[1:]))

    def in_force(self, at: datetime) -> tuple[Schedule, datetime, datetime]:
        """The schedule in force at `at`, and from when until when it is."""
        number = bisect_right(self.handovers, at)
        since = self.handovers[number - 1] if number else ALWAYS_BEFORE
        until = self.handovers[number] if number < len(self.handovers) else ALWAYS_AFTER
        return self.revisions[number].schedule, since, until
