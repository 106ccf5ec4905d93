"""How well tickets were answered: medians, shares and counts of what happened in some days.

A report counts, it judges nobody: what has no number (no target, nobody to ask) is left out, never taken for zero.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil
from typing import TypeVar

from rules.targets import is_breached

HOURS, WEEKDAYS = 24, 7
Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Spread:
    """Of `count` lengths of time: half were no longer than `median`, nine in ten no longer than `p90`."""

    count: int
    median: timedelta
    p90: timedelta
    slowest: timedelta


class Verdict(StrEnum):
    """What became of a target. RUNNING: nobody has the ticket yet, and there is time left."""

    MET = "met"
    MISSED = "missed"
    RUNNING = "running"


@dataclass(frozen=True, slots=True)
class Tally:
    """How many targets were met and missed; `running` ones are not decided yet."""

    met: int
    missed: int
    running: int

    @property
    def share(self) -> float | None:
        """The met ones among those that are decided, from 0 to 1. None while none is."""
        decided = self.met + self.missed
        return self.met / decided if decided else None


@dataclass(frozen=True, slots=True)
class Rung:
    """Where a page was acknowledged: at a level of its first round, in a later round, or after the alarm."""

    level: int | None
    alarmed: bool


LATER_ROUND = Rung(None, alarmed=False)
ALARMED = Rung(None, alarmed=True)


def percentile(values: Sequence[timedelta], hundredths: int) -> timedelta:
    """The least of some values, in order, that is not below so many hundredths of them (nearest rank, 1 to 100)."""
    return values[ceil(len(values) * hundredths / 100) - 1]


def spread(lengths: Iterable[timedelta]) -> Spread | None:
    """None where there is nothing to tell."""
    ordered = sorted(lengths)
    if not ordered:
        return None
    return Spread(len(ordered), percentile(ordered, 50), percentile(ordered, 90), ordered[-1])


def verdict(target: datetime | None, had_at: datetime | None, now: datetime) -> Verdict | None:
    """Whether somebody had a ticket before its target; None without one. `had_at` is None while nobody has it."""
    if target is None:
        return None
    if is_breached(target, had_at or now):
        return Verdict.MISSED
    return Verdict.MET if had_at else Verdict.RUNNING


def tally(verdicts: Iterable[Verdict | None]) -> Tally:
    counted = Counter(verdicts)
    return Tally(counted[Verdict.MET], counted[Verdict.MISSED], counted[Verdict.RUNNING])


def grouped(pairs: Iterable[tuple[Key, Value]]) -> Mapping[Key, Sequence[Value]]:
    """The values of each key, in their order."""
    found: dict[Key, list[Value]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found


def week(walls: Iterable[datetime]) -> tuple[tuple[int, ...], ...]:
    """How many local instants fall into each hour, for each weekday: Monday's 24 hours first."""
    counted = Counter((wall.weekday(), wall.hour) for wall in walls)
    return tuple(tuple(counted[weekday, hour] for hour in range(HOURS)) for weekday in range(WEEKDAYS))


def rung(level: int, round_number: int, *, alarmed: bool) -> Rung:
    """Where a page stood when it was acknowledged; levels and rounds count from 1."""
    if alarmed:
        return ALARMED
    return Rung(level, alarmed=False) if round_number == 1 else LATER_ROUND


def ladder(rungs: Iterable[Rung]) -> tuple[tuple[Rung, int], ...]:
    """How many pages were acknowledged on each rung, from the first level up."""
    counted = Counter(rungs)
    return tuple(sorted(counted.items(), key=lambda item: (item[0].alarmed, item[0].level is None, item[0].level or 0)))
