"""Handoffs: the instants at which somebody else comes on call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from rules.on_call import History, on_call, shifts

MOST_SHIFTS = 100
"""So many shifts of one technician in a row are looked through for the end of their turn."""


@dataclass(frozen=True, slots=True)
class Handoff:
    """At `at` it is `incoming` who is on call, and no longer `outgoing` (None: nobody)."""

    at: datetime
    outgoing: str | None
    incoming: str | None


def handoffs(history: History, start: datetime, end: datetime) -> list[Handoff]:
    """Those after `start` and before `end`, in order. Where one technician's shifts follow each other there is none.

    Raises as `on_call.shifts` does.
    """
    spans, gaps = shifts(history, start, end)
    held = sorted([*((span.start, span.technician) for span in spans), *((gap.start, None) for gap in gaps)])
    return [Handoff(at, before, after) for (_, before), (at, after) in pairwise(held) if before != after]


def turn_end(history: History, at: datetime) -> datetime | None:
    """When whoever is on call at `at` no longer is. None: never, or not for a hundred shifts."""
    held = on_call(history, at)
    for _ in range(MOST_SHIFTS):
        if held.until is None or held.next_technician != held.technician:
            return held.until
        held = on_call(history, held.until)
    return None


def was_on_call_lately(found: Sequence[Handoff], one: Handoff, within: timedelta) -> bool:
    """Whether who comes on call was so less than `within` before. `found`: all handoffs of that time."""
    return any(other.outgoing == one.incoming and one.at - within < other.at < one.at for other in found)


def predecessor(found: Sequence[Handoff], one: Handoff) -> str | None:
    """Who was on call last before a handoff, even if nobody was just before. `found`: the handoffs up to it."""
    before = [other.outgoing for other in found if other.at <= one.at and other.outgoing]
    return before[-1] if before else None


def next_instant(found: Sequence[Handoff], now: datetime, ahead: timedelta, latest: datetime) -> datetime:
    """When something may have to be told next: at a handoff, or `ahead` of one; `latest` where that is sooner."""
    return min((latest, *(at for one in found for at in (one.at - ahead, one.at) if at > now)))
