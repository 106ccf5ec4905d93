"""One ticket with all that a page tells of it: the story, who has it, what happened in the call."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from admin import call_log
from models.call import CallStep
from models.customer import Contract
from models.page import Page
from models.ticket import Ticket, TicketEvent

MESSAGES = ("page", "alarm", "update", "stand_down", "duty", "notice", "follow_up")
ADDRESS = re.compile(r":? https?://\S+")
LOOKS = {
    "opened": ("flag", "blue"),
    "drill": ("alarm", "blue"),
    "level": ("bell", "amber"),
    "gap": ("exclamation-triangle-fill", "red"),
    "exhausted": ("exclamation-octagon-fill", "red"),
    "passed": ("skip-forward", "amber"),
    "paged_again": ("arrow-repeat", "amber"),
    "follow_up": ("hourglass-split", "amber"),
    "taken_back": ("backspace", "red"),
    "acknowledged": ("check-lg", "green"),
    "in_charge": ("person-check", "green"),
    "waiting": ("pause-circle", "blue"),
    "resumed": ("play-circle", "green"),
    "solved": ("check-circle-fill", "green"),
    "excluded": ("slash-circle", ""),
    "priority": ("arrow-up", "blue"),
    "note": ("journal-text", ""),
    "described": ("mic", ""),
    "transcribed": ("chat-left-text", ""),
    "recording_lost": ("exclamation-triangle", "red"),
    "recording_deleted": ("trash", ""),
    "called_again": ("telephone-inbound", "amber"),
    "callback": ("telephone", ""),
    "stopped_holding": ("telephone-x", "amber"),
    "connected": ("headset", "green"),
    "not_reached": ("telephone-x", "amber"),
    "maintenance": ("wrench", "blue"),
    "condition_fired": ("heart-pulse", "amber"),
    "condition_fired_again": ("heart-pulse", "amber"),
    "condition_cleared": ("check-circle", "green"),
    "no_page": ("moon-stars", ""),
    "desk": ("building", "blue"),
}
ENDINGS = {
    "failed": ("x-circle", "red"),
    "unanswered": ("telephone-x", "amber"),
    "pending": ("arrow-repeat", "amber"),
    "attempting": ("arrow-repeat", "amber"),
    "delivered": ("check-lg", ""),
    "sent": ("send", ""),
}


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of the story. `look` is the colour of its meaning, '' where it has none.

    `about` says what a message was: page, notice, ... `minor`: it went as it should, and others tell more.
    """

    at: datetime
    text: str
    picture: str
    look: str
    about: str = ""
    minor: bool = False


@dataclass(frozen=True, slots=True)
class Telling:
    ticket: Ticket
    page: Page | None
    story: Sequence[Moment]


def tell(session: Session, number: int) -> Telling | None:
    """Everything about ticket `number`; None if there is none."""
    statement = (
        select(Ticket, Page)
        .outerjoin(Page, Page.ticket_number == Ticket.number)
        .where(Ticket.number == number)
        .options(joinedload(Ticket.contract).options(joinedload(Contract.customer), joinedload(Contract.product)))
    )
    found = session.execute(statement).one_or_none()
    if found is None:
        return None
    ticket, page = found
    story = sorted([*_call(session, ticket), *_events(session, number)], key=lambda moment: moment.at)
    return Telling(ticket, page, story)


def _events(session: Session, number: int) -> list[Moment]:
    statement = select(TicketEvent).where(TicketEvent.ticket_number == number).order_by(TicketEvent.at, TicketEvent.id)
    return [_event(event) for event in session.execute(statement).scalars()]


def _event(event: TicketEvent) -> Moment:
    """A text names no web address: nobody reads one, and a recording's opens only with the carrier's password."""
    about, _, ending = event.kind.rpartition("_")
    picture, look = LOOKS.get(event.kind) or ENDINGS.get(ending, ("three-dots", ""))
    is_message = about in MESSAGES
    return Moment(
        at=event.at,
        text=ADDRESS.sub(".", event.text),
        picture=picture,
        look=look,
        about=about.replace("_", "-") if is_message else "",
        minor=is_message and not look,
    )


def _call(session: Session, ticket: Ticket) -> list[Moment]:
    """The steps of the call that opened the ticket, and of those that joined it."""
    sids = {ticket.call_sid, *call_log.of_ticket(session, ticket.number)} - {None}
    statement = select(CallStep).where(CallStep.call_sid.in_(sids)).order_by(CallStep.at, CallStep.id)
    return [_step(step) for step in session.execute(statement).scalars()]


def _step(step: CallStep) -> Moment:
    return Moment(step.at, call_log.sentence(step), "telephone-inbound", "", "call", minor=True)
