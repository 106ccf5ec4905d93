"""Passing a page on, once: a text or a keypress that the provider delivers again must not skip a level."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.delivery import Delivery, DeliveryState
from models.page import Page, PageState
from models.ticket import Ticket
from paging import pager
from paging.pager import Acknowledgement, Outcome, Responder
from rules.line import Line


def pass_on(session: Session, line: Line, ticket_number: int, by: Responder, now: datetime) -> Acknowledgement:
    """Escalate now, unless it was done: the page has left the level at which it reached this responder, or the ticket
    was taken in charge since a key was pressed in this call.
    """
    if _has_moved_on(session, ticket_number, by.key) or _was_answered_before(session, ticket_number, by.call):
        return Acknowledgement(Outcome.PASSED, None)
    return pager.pass_on(session, line, ticket_number, by, now)


def _has_moved_on(session: Session, ticket_number: int, key: str | None) -> bool:
    reached = (
        select(Delivery.round == Page.round, Delivery.level == Page.level)
        .join(Page, Page.id == Delivery.page_id)
        .where(Page.ticket_number == ticket_number, Page.state == PageState.PAGING, Delivery.technician_key == key)
    )
    levels = session.execute(reached).all()
    return bool(levels) and not any(same_round and same_level for same_round, same_level in levels)


def _was_answered_before(session: Session, ticket_number: int, call: int | None) -> bool:
    """Whether a key was pressed in this call before its ticket was taken in charge: it passes that on no more."""
    answered = (
        select(Delivery.id)
        .join(Ticket, Ticket.number == Delivery.ticket_number)
        .where(
            Delivery.id == call,
            Ticket.number == ticket_number,
            Delivery.state == DeliveryState.ANSWERED,
            Delivery.settled_at < Ticket.taken_in_charge_at,
        )
    )
    return call is not None and session.execute(answered).first() is not None
