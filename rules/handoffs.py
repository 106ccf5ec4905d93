"""Handoffs: the instants at which somebody else comes on call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from rules.on_call import Because, History, on_call, shifts

MOST_SHIFTS = 100
"""So many shifts of one technician in a row are looked through for the end of their turn."""

SHORTEST_DAY = 23 / 24


@dataclass(frozen=True, slots=True)
class Handoff:
    """At `at` it is `incoming` who is on call, `because` of this, and no longer `outgoing` (None: nobody)."""

    at: datetime
    outgoing: str | None
    incoming: str | None
    because: Because


def handoffs(history: History, start: datetime, end: datetime) -> list[Handoff]:
    """Those after `start` and before `end`, in order. Where one technician's shifts follow each other there is none.

    Raises as `on_call.shifts` does.
    """
    spans, gaps = shifts(history, start, end)
    held = [
        *((span.start, span.technician, span.because) for span in spans),
        *((gap.start, None, Because.GAP) for gap in gaps),
    ]
    held.sort(key=lambda one: one[0])
    return [Handoff(at, before, after, why) for (_, before, _), (at, after, why) in pairwise(held) if before != after]


def turn_end(history: History, at: datetime) -> datetime | None:
    """When whoever is on call at `at` no longer is. None: never, or not for a hundred shifts."""
    held = on_call(history, at)
    for _ in range(MOST_SHIFTS):
        if held.until is None or held.next_technician != held.technician:
            return held.until
        held = on_call(history, held.until)
    return None


def is_routine(found: Sequence[Handoff], one: Handoff, within: timedelta) -> bool:
    """Whether it is an ordinary turn of somebody who was on call less than `within` before it.

    On the day on which clocks go forward that is an hour less. An override or somebody's absence comes unexpected.
    `found`: all handoffs of that time.
    """
    since = one.at - within * SHORTEST_DAY
    lately = (other for other in found if since < other.at < one.at)
    return one.because is Because.LAYER and any(other.outgoing == one.incoming for other in lately)


def predecessor(found: Sequence[Handoff], one: Handoff) -> str | None:
    """Who was on call last before a handoff, even if nobody was just before. `found`: the handoffs up to it."""
    before = [other.outgoing for other in found if other.at <= one.at and other.outgoing]
    return before[-1] if before else None


def next_instant(found: Sequence[Handoff], now: datetime, ahead: timedelta, latest: datetime) -> datetime:
    """When something may have to be told next: at a handoff, or `ahead` of one; `latest` where that is sooner."""
    return min((latest, *(at for one in found for at in (one.at - ahead, one.at) if at > now)))
