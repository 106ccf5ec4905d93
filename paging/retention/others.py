"""What monitoring reported, what technicians were told of their shifts, and who changed what."""

from typing import Any

from sqlalchemy import Select, String, cast, delete, literal, select

from models.audit import Audit
from models.database import Base
from models.schedule import HandoffNotice, SwapRequest
from models.ticket import TICKET_MOVES, MonitoredEvent, Ticket
from models.unplaced_alert import UnplacedAlert
from paging.retention.batch import Batch, Done, is_over

MOST = 100
UNENDED = tuple(state for state, moves in TICKET_MOVES.items() if moves)


def delete_events(batch: Batch) -> Done:
    """Delete the conditions that were reported last the longest ago."""
    old = select(MonitoredEvent.id).outerjoin(Ticket, Ticket.number == MonitoredEvent.ticket_number)
    is_old = (MonitoredEvent.last_at < batch.before, is_over(batch.before))
    return _delete(batch, MonitoredEvent, old.where(*is_old).order_by(MonitoredEvent.last_at))


def delete_unplaced(batch: Batch) -> Done:
    """Delete the alerts that could not be placed and came last the longest ago; not those of which nobody is told."""
    old = select(UnplacedAlert.id).where(UnplacedAlert.last_at < batch.before, UnplacedAlert.due_at.is_(None))
    return _delete(batch, UnplacedAlert, old.order_by(UnplacedAlert.last_at))


def delete_notices(batch: Batch) -> Done:
    """Delete what was told of the handoffs that are the longest ago."""
    old = select(HandoffNotice.id).where(HandoffNotice.starts_at < batch.before)
    return _delete(batch, HandoffNotice, old.order_by(HandoffNotice.starts_at))


def delete_swaps(batch: Batch) -> Done:
    """Delete the swaps that were settled the longest ago."""
    old = select(SwapRequest.id).where(SwapRequest.settled_at < batch.before)
    return _delete(batch, SwapRequest, old.order_by(SwapRequest.settled_at))


def delete_audit(batch: Batch) -> Done:
    """Delete the oldest changes; not those of open tickets."""
    subjects = select(literal("ticket:").concat(cast(Ticket.number, String))).where(Ticket.state.in_(UNENDED))
    old = select(Audit.id).where(Audit.at < batch.before, Audit.subject.not_in(subjects))
    return _delete(batch, Audit, old.order_by(Audit.at))


def _delete(batch: Batch, table: type[Base], old: Select[Any]) -> Done:
    """Delete the first of these rows."""
    (key,) = table.__mapper__.primary_key
    ids = batch.session.execute(old.limit(MOST)).scalars().all()
    return Done(batch.rows(delete(table).where(key.in_(ids))), len(ids) == MOST)
