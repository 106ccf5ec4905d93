"""The open tickets that a handoff concerns. Whose they are does not change by it."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from models.customer import Contract
from models.page import Page, PageState
from models.ticket import Ticket, TicketSource, TicketState

OWNED = (TicketState.IN_CHARGE, TicketState.WAITING)


def had_by_nobody(session: Session, schedule_key: str) -> list[Ticket]:
    """Those for which the schedule is being paged, or is about to be. What pages nobody is not for who is on call."""
    statement = _of_customers().add_columns(Page.policy).join(Page, Page.ticket_number == Ticket.number)
    paging = statement.where(Page.due_at.is_not(None), Page.state.in_((PageState.ARMED, PageState.PAGING)))
    found = session.execute(paging.where(Ticket.state == TicketState.OPEN))
    return [ticket for ticket, policy in found if f"schedule:{schedule_key}" in _targets(policy)]


def had_by(session: Session, technician_key: str) -> list[Ticket]:
    """Those that a technician has, whoever was paged for them."""
    theirs = _of_customers().where(Ticket.taken_by == technician_key, Ticket.state.in_(OWNED))
    return list(session.execute(theirs).scalars())


def _of_customers() -> Select[Ticket]:
    """With their customers, the most urgent first. A drill is nobody's problem."""
    with_customer = joinedload(Ticket.contract).joinedload(Contract.customer)
    statement = select(Ticket).where(Ticket.source != TicketSource.DRILL).options(with_customer)
    return statement.order_by(Ticket.priority, Ticket.number)


def _targets(policy: Mapping[str, Any]) -> Iterable[str]:
    return [*(target for level in policy["levels"] for target in level["notify"]), *policy["fallback"]]
