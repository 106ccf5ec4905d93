"""One ticket with all that a page tells of it: the story, who has it, what happened in the call."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.call import CallStep
from models.customer import Contract
from models.page import Page
from models.ticket import Ticket, TicketEvent

CALL = ("telephone-inbound", "")
LOOKS = {
    "opened": ("flag", "blue"),
    "level": ("bell", "amber"),
    "gap": ("exclamation-triangle-fill", "red"),
    "exhausted": ("exclamation-octagon-fill", "red"),
    "passed": ("skip-forward", "amber"),
    "acknowledged": ("check-lg", "green"),
    "in_charge": ("person-check", "green"),
    "waiting": ("pause-circle", "blue"),
    "resumed": ("play-circle", "green"),
    "solved": ("check-circle-fill", "green"),
    "excluded": ("slash-circle", ""),
    "priority": ("arrow-up", "blue"),
    "note": ("journal-text", ""),
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
    """One line of the story. `look` is the colour of its meaning, '' where it has none."""

    at: datetime
    text: str
    picture: str
    look: str


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
    return [Moment(event.at, event.text, *_look(event.kind)) for event in session.execute(statement).scalars()]


def _call(session: Session, ticket: Ticket) -> list[Moment]:
    if ticket.call_sid is None:
        return []
    statement = select(CallStep).where(CallStep.call_sid == ticket.call_sid).order_by(CallStep.at, CallStep.id)
    return [Moment(step.at, step.text, *CALL) for step in session.execute(statement).scalars()]


def _look(kind: str) -> tuple[str, str]:
    """By the kind itself, else by its last word: 'page_failed' looks as everything that failed."""
    return LOOKS.get(kind) or ENDINGS.get(kind.rpartition("_")[2], ("three-dots", ""))
