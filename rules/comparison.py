"""What a change of a schedule does: who is on call then instead of whom, and who is on call twice at once."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from rules.on_call import History, ShiftSpan, shifts


@dataclass(frozen=True, slots=True)
class Change:
    """In `[start, end)` it is `after` who is on call, and no longer `before` (None: nobody)."""

    start: datetime
    end: datetime
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class DoubleBooking:
    """In `[start, end)` one technician is on call by another schedule too."""

    technician: str
    schedule: str
    start: datetime
    end: datetime


def changes(before: History, after: History, start: datetime, end: datetime) -> list[Change]:
    """Where in `[start, end)` somebody else is on call after a change, in order. Raises as `on_call.shifts` does."""
    was, will_be = _Line.of(before, start, end), _Line.of(after, start, end)
    found: list[Change] = []
    for since, until in pairwise(sorted({*was.starts, *will_be.starts, end})):
        one = Change(since, until, was.holder(since), will_be.holder(since))
        if one.before == one.after:
            continue
        if found and found[-1].end == since and (found[-1].before, found[-1].after) == (one.before, one.after):
            one = Change(found.pop().start, until, one.before, one.after)
        found.append(one)
    return found


@dataclass(frozen=True, slots=True)
class _Line:
    """Who holds from each of `starts` on."""

    starts: Sequence[datetime]
    technicians: Sequence[str | None]

    @classmethod
    def of(cls, history: History, start: datetime, end: datetime) -> _Line:
        spans, gaps = shifts(history, start, end)
        held = {span.start: span.technician for span in spans} | {gap.start: None for gap in gaps}
        starts = sorted(held)
        return cls(starts, [held[at] for at in starts])

    def holder(self, at: datetime) -> str | None:
        return self.technicians[bisect_right(self.starts, at) - 1]


def double_bookings(gained: Iterable[Change], others: Mapping[str, Sequence[ShiftSpan]]) -> list[DoubleBooking]:
    """Where those who come on call by changes are on call by one of the `others` (by key) at the same time."""
    found = [
        DoubleBooking(span.technician, key, max(span.start, one.start), min(span.end, one.end))
        for one in gained
        for key, spans in others.items()
        for span in spans
        if span.technician == one.after and span.start < one.end and one.start < span.end
    ]
    return sorted(found, key=lambda one: (one.start, one.schedule))
