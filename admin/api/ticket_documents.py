"""Tickets as documents: rows of several tables, read in a few queries for any number of tickets."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.api import times
from models.call import CallStep
from models.page import Page
from models.ticket import Ticket, TicketEvent

Line = tuple[datetime, str, str]


def documents(session: Session, tickets: Sequence[Ticket]) -> list[dict[str, Any]]:
    """One document for each ticket, in their order; contract and customer are loaded."""
    numbers = [ticket.number for ticket in tickets]
    pages = {page.ticket_number: page for page in session.scalars(select(Page).where(Page.ticket_number.in_(numbers)))}
    events = _events(session, numbers)
    steps = _steps(session, {ticket.call_sid for ticket in tickets if ticket.call_sid})
    return [
        _document(ticket, pages.get(ticket.number), steps.get(ticket.call_sid or "", []) + events[ticket.number])
        for ticket in tickets
    ]


def _events(session: Session, numbers: Collection[int]) -> dict[int, list[Line]]:
    found: dict[int, list[Line]] = defaultdict(list)
    columns = (TicketEvent.ticket_number, TicketEvent.at, TicketEvent.kind, TicketEvent.text)
    statement = select(*columns).where(TicketEvent.ticket_number.in_(numbers))
    for number, at, kind, text in session.execute(statement.order_by(TicketEvent.at, TicketEvent.id)):
        found[number].append((at, kind, text))
    return found


def _steps(session: Session, sids: Collection[str]) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = defaultdict(list)
    columns = (CallStep.call_sid, CallStep.at, CallStep.kind, CallStep.text)
    statement = select(*columns).where(CallStep.call_sid.in_(sids))
    for sid, at, kind, text in session.execute(statement.order_by(CallStep.at, CallStep.id)):
        found[sid].append((at, kind, text))
    return found


def _document(ticket: Ticket, page: Page | None, story: list[Line]) -> dict[str, Any]:
    return {
        "number": str(ticket.number),
        "priority": ticket.priority,
        "state": ticket.state,
        "customer": ticket.contract.customer.name,
        "contract": ticket.contract.number,
        "caller": ticket.caller,
        "callback": ticket.callback,
        "opened_at": times.written(ticket.opened_at),
        "target_at": times.maybe(ticket.target_at),
        "taken_in_charge_at": times.maybe(ticket.taken_in_charge_at),
        "taken_by": ticket.taken_by,
        "page": {"state": page.state, "level": page.level, "round": page.round} if page else None,
        # The call's own steps come before what they led to at the same instant: the sort keeps their order.
        "events": [
            {"at": times.written(at), "kind": kind, "text": text}
            for at, kind, text in sorted(story, key=lambda line: line[0])
        ],
    }
