"""The revisions that a schedule has had, each with what was there before it."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from paging import roster
from paging.roster import UnknownSchedule
from rules.on_call import Schedule


@dataclass(frozen=True, slots=True)
class Saved:
    """A revision as it was saved: `number` counts a schedule's own from 1, `id` those of all schedules.

    `before` is what would have held from `effective_at` on without it; the first one has none.
    """

    number: int
    id: int
    effective_at: datetime
    saved_at: datetime
    author: str
    schedule: Schedule
    before: Schedule | None


def saved(session: Session, key: str) -> list[Saved]:
    """Every revision of a schedule, in the order in which they were saved. Raises UnknownSchedule."""
    found: list[Saved] = []
    by_effect: list[Saved] = []
    for number, row in enumerate(roster.revisions(session, key), start=1):
        schedule = roster.schedule_from_content(key, row.content)
        place = bisect_right(by_effect, row.effective_at, key=_effect)
        before = by_effect[max(place - 1, 0)].schedule if by_effect else None
        one = Saved(number, row.id, row.effective_at, row.created_at, row.author, schedule, before)
        by_effect.insert(place, one)
        found.append(one)
    if not found:
        raise UnknownSchedule(f"there is no schedule '{key}'")
    return found


def since(session: Session, key: str, revision: int) -> list[Saved]:
    """What was saved after the revision with this id, in order. Raises UnknownSchedule."""
    return [one for one in saved(session, key) if one.id > revision]


def in_force(revisions: Sequence[Saved], at: datetime) -> Saved:
    """The one of all that holds at `at`; the first to take effect holds for all time before it, too."""
    by_effect = sorted(revisions, key=_effect)
    return by_effect[max(bisect_right(by_effect, at, key=_effect) - 1, 0)]


def _effect(one: Saved) -> datetime:
    return one.effective_at
