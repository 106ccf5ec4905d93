"""Tickets that are over, one after the other in the order of their ends: they stay, and so does who had them when."""

from collections.abc import Sequence

from sqlalchemy import delete, literal, or_, select, tuple_, update

from models.ticket import Ticket, TicketEvent
from paging.retention.batch import Batch, Done

MOST = 20
"""Tickets in one batch: each has some ten lines to delete."""
KEPT = frozenset(
    {
        "opened", "drill", "desk", "no_page", "maintenance", "condition_fired", "condition_cleared", "level", "gap",
        "exhausted", "passed", "paged_again", "follow_up", "taken_back", "acknowledged", "in_charge", "waiting",
        "resumed", "priority", "connected", "not_reached", "recording_lost", "recording_deleted", "solved", "excluded",
    }
)  # fmt: skip
"""The lines of a timeline that say what became of the ticket, and who had it when; reports count some of them."""


def redact(batch: Batch) -> Done:
    """Empty the next tickets of what is known of their callers, and of what they said."""
    personal = {"caller": None, "callback": None, "summary": None, "recording_url": None}
    is_known = or_(*(getattr(Ticket, name).is_not(None) for name in personal))
    numbers = _next(batch)
    emptied = update(Ticket).where(Ticket.number.in_(numbers), is_known).values(personal)
    return Done(batch.rows(emptied), len(numbers) == MOST)


def thin_out(batch: Batch) -> Done:
    """Delete the lines of the next timelines that tell of single messages and of what was said."""
    numbers = _next(batch)
    lines = delete(TicketEvent).where(TicketEvent.ticket_number.in_(numbers), TicketEvent.kind.not_in(KEPT))
    return Done(batch.rows(lines), len(numbers) == MOST)


def _next(batch: Batch) -> Sequence[int]:
    """The tickets that ended after those that are done; they are done with this transaction."""
    progress, end = batch.progress, Ticket.ended_at
    statement = select(end, Ticket.number).where(end < batch.before).order_by(end, Ticket.number).limit(MOST)
    if progress.ended_at is not None:
        last = tuple_(literal(progress.ended_at, end.type), literal(progress.number))
        statement = statement.where(tuple_(end, Ticket.number) > last)
    rows = batch.session.execute(statement).all()
    if rows:
        progress.ended_at, progress.number = rows[-1]
    return [number for _, number in rows]
