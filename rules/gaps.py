"""Gaps that nobody has been told of yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from rules.comparison import changes
from rules.on_call import Gap, History, shifts


@dataclass(frozen=True, slots=True)
class Untold:
    """`gaps` are whole as far as was looked. `is_made`: a revision made some of it; else only time has gone by."""

    gaps: Sequence[Gap]
    is_made: bool


def untold_gaps(told: History | None, told_until: datetime, history: History, start: datetime, end: datetime) -> Untold:
    """The gaps in `[start, end)` of which a part was not told when those by `told`, until `told_until`, were.

    `told` None: nothing has changed since. Raises as `on_call.shifts` does.
    """
    told_until = min(max(told_until, start), end)
    lost = changes(told, history, start, told_until) if told and start < told_until else []
    made = [Gap(change.start, change.end) for change in lost if change.after is None]
    new = [*made, *shifts(history, told_until, end)[1]]
    gaps = [gap for gap in shifts(history, start, end)[1] if any(_meet(gap, part) for part in new)] if new else []
    return Untold(gaps, bool(made))


def _meet(gap: Gap, other: Gap) -> bool:
    return gap.start < other.end and other.start < gap.end
