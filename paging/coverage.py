"""Whether the service on call is for a ticket."""

from datetime import datetime

from sqlalchemy.orm import Session

from models.ticket import Ticket, TicketState
from rules.entitlement import reasons_against
from rules.line import Line


def wants_page(session: Session, line: Line, ticket: Ticket, now: datetime) -> bool:
    """Whether nobody has it, its priority is one that pages, and its contract, as it stands, has that service."""
    if ticket.state is not TicketState.OPEN or ticket.priority not in line.policy.phone_priorities:
        return False
    session.refresh(ticket.contract, ["product"])
    return not reasons_against(ticket.contract.cover, ticket.callback, now, line.policy.entitlement)
