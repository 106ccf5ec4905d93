"""What saving an edit of a schedule would do: who is on call instead of whom, and what speaks against it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from models.technician import Technician
from paging import reach, roster
from paging.reach import Rung
from paging.rotations import Draft, Editing
from rules.comparison import Change, DoubleBooking, changes, double_bookings
from rules.on_call import Gap, History, ShiftSpan, shifts

LOOKED_AHEAD = timedelta(weeks=8)
GAPS_AHEAD = timedelta(days=60)


class Unreachable(StrEnum):
    """Why a technician who comes on call cannot be paged as others are."""

    NO_PHONE = "no_phone"
    OPTED_OUT = "opted_out"


@dataclass(frozen=True, slots=True)
class Preview:
    """What a draft changes in `[start, end)`, the next eight weeks.

    gaps           of the next 60 days that are not there without it: saving them needs a confirmation
    double_booked  where those who come on call by it are on call by another schedule too
    unreachable    those who come on call by it and have no telephone, or one that takes no texts
    silenced       levels of escalation policies that would reach nobody: such a draft is not saved
    """

    start: datetime
    end: datetime
    changes: Sequence[Change]
    gaps: Sequence[Gap]
    double_booked: Sequence[DoubleBooking]
    unreachable: Sequence[tuple[Technician, Unreachable]]
    silenced: Sequence[Rung]


def preview(session: Session, editing: Editing, draft: Draft) -> Preview:
    """What `draft` would do. The technicians that it names must be on file."""
    start, end = editing.now, editing.now + LOOKED_AHEAD
    after = draft.history(editing)
    changed = changes(editing.history, after, start, end)
    gained = [change for change in changed if change.after]
    return Preview(
        start=start,
        end=end,
        changes=changed,
        gaps=_gaps(editing, after),
        double_booked=double_bookings(gained, _other_schedules(session, editing.key, start, end)),
        unreachable=_unreachable(session, {change.after for change in gained}),
        silenced=reach.silenced_by_schedule(session, draft.last.schedule, editing.now),
    )


def _gaps(editing: Editing, after: History) -> list[Gap]:
    """All of a new schedule; of another one, those that it does not have yet."""
    start, end = editing.now, editing.now + GAPS_AHEAD
    if editing.is_new:
        return shifts(after, start, end)[1]
    lost = [change for change in changes(editing.history, after, start, end) if change.after is None]
    return [Gap(change.start, change.end) for change in lost]


def _other_schedules(session: Session, key: str, start: datetime, end: datetime) -> dict[str, list[ShiftSpan]]:
    others = [other for other in roster.schedule_keys(session) if other != key]
    return {other: shifts(roster.history(session, other), start, end)[0] for other in others}


def _unreachable(session: Session, keys: set[str | None]) -> list[tuple[Technician, Unreachable]]:
    found = [technician for key, technician in roster.technicians(session).items() if key in keys]
    without = [(technician, Unreachable.NO_PHONE) for technician in found if not technician.phone]
    return without + [(technician, Unreachable.OPTED_OUT) for technician in found if technician.opted_out_at]
