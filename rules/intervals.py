"""Half-open intervals of time laid on one line, found by bisection."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T", bound=Hashable)

ALWAYS_BEFORE = datetime.min.replace(tzinfo=UTC)
ALWAYS_AFTER = datetime.max.replace(tzinfo=UTC)


class Found(NamedTuple, Generic[T]):
    """What holds in `[since, until)`; `value` is None where nothing does. ALWAYS_BEFORE and ALWAYS_AFTER: no bound."""

    value: T | None
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Timeline(Generic[T]):
    """Disjoint intervals in order: `values[i]` holds in `[starts[i], ends[i])`."""

    starts: tuple[datetime, ...] = ()
    ends: tuple[datetime, ...] = ()
    values: tuple[T, ...] = ()

    def find(self, at: datetime) -> Found[T]:
        """What holds at `at`, and from when until when that is so."""
        number = bisect_right(self.starts, at) - 1
        if number >= 0 and at < self.ends[number]:
            return Found(self.values[number], self.starts[number], self.ends[number])
        since = self.ends[number] if number >= 0 else ALWAYS_BEFORE
        until = self.starts[number + 1] if number + 1 < len(self.starts) else ALWAYS_AFTER
        return Found(None, since, until)


def overlay(intervals: Iterable[tuple[datetime, datetime, T]]) -> Timeline[T]:
    """Lay `(start, end, value)` one over the other: where several hold, the last one does.

    Touching intervals of equal value become one; those that end before they start hold never.
    """
    valid = [interval for interval in intervals if interval[0] < interval[1]]
    edges = sorted((at, number) for number, (start, end, _) in enumerate(valid) for at in (start, end))
    active: set[int] = set()
    pieces: list[tuple[datetime, datetime, T]] = []
    open_since, current = ALWAYS_BEFORE, None
    for at, changes in groupby(edges, key=lambda edge: edge[0]):
        active ^= {number for _, number in changes}
        value = valid[max(active)][2] if active else None
        if value == current:
            continue
        if current is not None:
            pieces.append((open_since, at, current))
        open_since, current = at, value
    starts, ends, values = zip(*pieces, strict=True) if pieces else ((), (), ())
    return Timeline(starts, ends, values)
