"""A P1 that somebody has and nobody works on: its owner is paged again, and then the page goes on without them."""

from datetime import datetime

from sqlalchemy.orm import Session

from models.page import Page, PageState
from models.ticket import Ticket, TicketState
from paging import messages, recipients, roster
from rules.escalation import ALARM_CHANNELS
from rules.line import Line
from rules.targets import Priority
from tickets.story import record


def sign_of_work(
    session: Session, line: Line, ticket: Ticket, page: Page, now: datetime, but: int | None = None
) -> None:
    """Somebody does something about the ticket: from now on the owner has time again. The page is locked.

    `but`: the call in which it was done.
    """
    if page.state is not PageState.ACKNOWLEDGED:
        return
    if page.followed_up_at is not None:
        recipients.end_calls(session, page, now, but)
    page.followed_up_at = None
    page.due_at = now + line.policy.no_work_follow_up if _is_watched(ticket) else None


def is_over(page: Page, ticket: Ticket) -> bool:
    """Whether the owner has been reminded of a ticket that they still have to work on."""
    return page.followed_up_at is not None and _is_watched(ticket)


def remind(session: Session, line: Line, ticket: Ticket, page: Page, now: datetime) -> None:
    """Text and ring the owner. Who is not a technician cannot be: the story tells it, and their time runs as well."""
    if not _is_watched(ticket):
        page.due_at = None
        return
    page.followed_up_at = now
    page.due_at = now + line.policy.follow_up_wait
    minutes = int(line.policy.no_work_follow_up.total_seconds() // 60)
    owner = roster.people(session, [f"technician:{ticket.taken_by}"], now)
    name = owner[0].name if owner else ticket.taken_by
    told = line.wording.say("event.follow_up", name=name, minutes=minutes)
    record(session, ticket.number, now, "follow_up", told)
    for person in owner:
        for channel in ALARM_CHANNELS:
            messages.follow_up(session, line, ticket, page, person, channel, now)


def _is_watched(ticket: Ticket) -> bool:
    """While a ticket waits for its customer or a third party, nobody is reminded of it."""
    return ticket.priority is Priority.P1 and ticket.state is TicketState.IN_CHARGE
