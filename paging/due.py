"""Which messages of the outbox are due, and when the next one is."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ScalarSelect, or_, select
from sqlalchemy.orm import Session

from models.database import known
from models.delivery import PAGING_KINDS, Delivery, DeliveryKind
from models.page import Page, PageState
from models.ticket import Ticket
from paging import sender_rate
from rules.escalation import Channel
from rules.line import Line
from rules.targets import Priority

# Not EXISTS: beside an OR, PostgreSQL may answer that by reading all pages into a hash.
_PAGE_STATE = select(Page.state).where(Page.id == Delivery.page_id).correlate(Delivery).scalar_subquery()
UNDERSTOOD = (
    known(Delivery.kind),
    known(Delivery.channel),
    known(Delivery.state),
    or_(Delivery.page_id.is_(None), _PAGE_STATE.in_([*PageState])),
)
"""A row in which a newer version has written a value that this one does not know is left to an engine of that version:
beside it this one goes on with all others."""


@dataclass(frozen=True, slots=True)
class Due:
    """A row that is due, with what decides about it: where its page is, if it is about one."""

    delivery: Delivery
    page_state: PageState | None
    round: int | None
    level: int | None
    followed_up_at: datetime | None
    unreached_since: datetime | None
    priority: Priority | None


def due_now(session: Session, line: Line, limit: int, now: datetime) -> list[Due]:
    """Up to `limit` due messages that no other engine has, the most urgent first; they are locked."""
    statement = (
        select(Delivery, Page.state, Page.round, Page.level, Page.followed_up_at, Page.unreached_since, Ticket.priority)
        .outerjoin(Page, Page.id == Delivery.page_id)
        .outerjoin(Ticket, Ticket.number == Delivery.ticket_number)
        .where(Delivery.due_at <= now, *UNDERSTOOD)
        .order_by(Delivery.urgency, Delivery.due_at, Delivery.id)
        .limit(limit)
        .with_for_update(of=Delivery, skip_locked=True, key_share=True)
    )
    if sender_rate.opens_at(session, line, now) is not None:
        statement = statement.where(Delivery.channel != Channel.SMS)
    return [Due(*row) for row in session.execute(statement)]


def may_leave(kind: DeliveryKind, state: PageState | None, followed_up_at: datetime | None) -> bool:
    """Whether a message about a page whose state this is still says what is so."""
    if kind in PAGING_KINDS:
        return state is PageState.PAGING
    if kind is DeliveryKind.FOLLOW_UP:
        return state is PageState.ACKNOWLEDGED and followed_up_at is not None
    return True


def _first_due(channel: Channel) -> ScalarSelect[datetime | None]:
    due = select(Delivery.due_at).where(Delivery.channel == channel, Delivery.due_at.is_not(None), *UNDERSTOOD)
    return due.order_by(Delivery.due_at).limit(1).scalar_subquery()


_FIRST_DUE = select(*(_first_due(channel).label(channel) for channel in Channel))


def next_due(session: Session, line: Line, now: datetime) -> datetime | None:
    """When the outbox must be looked at next. Texts wait for their number."""
    times = dict(zip(Channel, session.connection().execute(_FIRST_DUE).one(), strict=True))
    text_due_at = times[Channel.SMS]
    if text_due_at is not None and (opens_at := sender_rate.opens_at(session, line, now)):
        times[Channel.SMS] = max(text_due_at, opens_at)
    return min((at for at in times.values() if at is not None), default=None)
