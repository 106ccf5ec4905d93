"""Calls, with their steps, what was left for the duty manager, and the rows of recordings that are deleted."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, or_, select, update

from models.call import Call, CallStep, DutyMessage
from models.recording import Recording, RecordingState
from models.ticket import Ticket
from paging.retention.batch import Batch, Done

MOST = 10
"""Calls in one batch: each has some twenty steps."""


def forget(batch: Batch) -> Done:
    """Delete the oldest calls about which no ticket is open, no recording is kept and nobody waits to be told."""
    is_kept = exists().where(Recording.call_sid == Call.sid, Recording.state != RecordingState.DELETED)
    is_waiting = exists().where(DutyMessage.call_sid == Call.sid, DutyMessage.due_at.is_not(None))
    statement = (
        select(Call.sid)
        .where(Call.started_at < batch.before, *is_over(batch.before), ~is_kept, ~is_waiting)
        .order_by(Call.started_at, Call.sid)
        .limit(MOST)
    )
    sids = batch.session.execute(statement).scalars().all()
    batch.rows(update(Ticket).where(Ticket.call_sid.in_(sids)).values(call_sid=None))
    parts = (CallStep, DutyMessage, Recording)
    deleted = sum(batch.rows(delete(part).where(part.call_sid.in_(sids))) for part in parts)
    return Done(deleted + batch.rows(delete(Call).where(Call.sid.in_(sids))), len(sids) == MOST)


def is_over(before: datetime) -> Sequence[ColumnElement[bool]]:
    """What a call must be so that every ticket that it opened or joined ended before this instant."""
    of_call = (Ticket.number == Call.ticket_number, Ticket.call_sid == Call.sid)
    late = or_(Ticket.ended_at.is_(None), Ticket.ended_at >= before)
    return [~exists().where(each, late) for each in of_call]
