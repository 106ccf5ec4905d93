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
from rules import edits, timezones
from rules.comparison import Change, DoubleBooking, changes, double_bookings
from rules.on_call import Gap, History, Override, ShiftSpan, shifts

LOOKED_AHEAD = timedelta(weeks=8)
GAPS_AHEAD = timedelta(days=60)


class Unreachable(StrEnum):
    """Why a technician who comes on call cannot be paged as others are."""

    NO_PHONE = "no_phone"
    OPTED_OUT = "opted_out"


@dataclass(frozen=True, slots=True)
class Preview:
    """What a draft changes in `[start, end)`, the eight weeks from when it takes effect.

    gaps           of its first 60 days that are not there without it: saving them needs a confirmation
    double_booked  where those who come on call by it are on call by another schedule too
    unreachable    those who come on call by it and have no telephone, or one that takes no texts
    overridden     overrides by those whom it makes absent then: they stay on call
    silenced       levels of escalation policies that would reach nobody: such a draft is not saved
    """

    start: datetime
    end: datetime
    changes: Sequence[Change]
    gaps: Sequence[Gap]
    double_booked: Sequence[DoubleBooking]
    unreachable: Sequence[tuple[Technician, Unreachable]]
    overridden: Sequence[Override]
    silenced: Sequence[Rung]


def preview(session: Session, editing: Editing, draft: Draft) -> Preview:
    """What `draft` would do. The technicians that it names must be on file."""
    start = draft.first.effective_at
    end = _after(start, LOOKED_AHEAD)
    after = draft.history(editing)
    changed = changes(editing.history, after, start, end)
    gained = [change for change in changed if change.after]
    return Preview(
        start=start,
        end=end,
        changes=changed,
        gaps=_gaps(editing, after, start),
        double_booked=double_bookings(gained, _other_schedules(session, editing.key, start, end)),
        unreachable=_unreachable(session, {change.after for change in gained}),
        overridden=_overridden(editing, draft),
        silenced=_silenced(session, editing, draft),
    )


def _after(start: datetime, ahead: timedelta) -> datetime:
    """As far as the rules answer: the next handoff may be as late as an override's end."""
    return min(start + ahead, timezones.LATEST)


def _gaps(editing: Editing, after: History, start: datetime) -> list[Gap]:
    """All of a new schedule; of another one, those that it does not have yet, each in one piece."""
    end = _after(start, GAPS_AHEAD)
    if editing.is_new:
        return shifts(after, start, end)[1]
    found: list[Gap] = []
    for change in changes(editing.history, after, start, end):
        if change.after is None:
            goes_on = found and found[-1].end == change.start
            found.append(Gap(found.pop().start if goes_on else change.start, change.end))
    return found


def _overridden(editing: Editing, draft: Draft) -> list[Override]:
    """By the absences that are new, each once."""
    known = {*editing.history.in_force(draft.first.effective_at)[0].absences}
    found = [
        override
        for each in draft.revisions
        for override in edits.overridden(each.schedule, {*each.schedule.absences} - known)
    ]
    return list(dict.fromkeys(found))


def _silenced(session: Session, editing: Editing, draft: Draft) -> list[Rung]:
    """By any of its revisions, each once. What is planned already is not its doing."""
    found: list[Rung] = []
    for each in draft.revisions:
        without = editing.history.in_force(each.effective_at)[0]
        found += reach.silenced_by_schedule(session, each.schedule, editing.now, without)
    return list(dict.fromkeys(found))


def _other_schedules(session: Session, key: str, start: datetime, end: datetime) -> dict[str, list[ShiftSpan]]:
    others = [other for other in roster.schedule_keys(session) if other != key]
    return {other: shifts(roster.history(session, other, since=start), start, end)[0] for other in others}


def _unreachable(session: Session, keys: set[str | None]) -> list[tuple[Technician, Unreachable]]:
    found = [technician for key, technician in roster.technicians(session).items() if key in keys]
    without = [(technician, Unreachable.NO_PHONE) for technician in found if not technician.phone]
    return without + [(technician, Unreachable.OPTED_OUT) for technician in found if technician.opted_out_at]
