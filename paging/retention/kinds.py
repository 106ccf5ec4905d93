"""What is deleted when its time is over, kind by kind, as the policy's [retention] names them.

Reports count tickets, their pages and when they waited, and those stay: `tests/paging/test_retention.py` holds it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from models.audit import Audit
from models.call import Call, CallStep, DutyMessage
from models.database import Base
from models.delivery import Delivery
from models.recording import Recording
from models.schedule import HandoffNotice, SwapRequest
from models.ticket import MonitoredEvent, Ticket, TicketEvent
from models.unplaced_alert import UnplacedAlert
from paging.retention import calls, messages, others, tickets
from paging.retention.batch import Batch, Done


@dataclass(frozen=True, slots=True)
class Kind:
    """`parts` do one batch each. `tables` are those whose rows they delete or empty."""

    tables: Sequence[type[Base]]
    parts: Sequence[Callable[[Batch], Done]]


KINDS: Mapping[str, Kind] = {
    "message_text": Kind((Delivery, DutyMessage), (messages.redact, messages.redact_left)),
    "message": Kind((Delivery,), (messages.delete_redacted,)),
    "call": Kind((Call, CallStep, DutyMessage, Recording), (calls.forget,)),
    "ticket_contact": Kind((Ticket,), (tickets.redact,)),
    "timeline": Kind((TicketEvent,), (tickets.thin_out,)),
    "event": Kind((MonitoredEvent, UnplacedAlert), (others.delete_events, others.delete_unplaced)),
    "schedule_message": Kind((HandoffNotice, SwapRequest), (others.delete_notices, others.delete_swaps)),
    "audit": Kind((Audit,), (others.delete_audit,)),
}
