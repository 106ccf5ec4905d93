"""What the home page tells: what is burning, and whether pages leave."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session, joinedload

from models.customer import Contract
from models.delivery import Delivery, DeliveryState
from models.page import Page
from models.service import Heartbeat
from models.ticket import Ticket, TicketSource, TicketState
from paging.kindness import SPARED
from paging.watch import overdue
from rules.escalation import Channel
from rules.targets import Plan

FRESH = timedelta(seconds=15)
TROUBLE_WITHIN = timedelta(minutes=15)
OVERDUE_AFTER = timedelta(seconds=10)
NEWEST_DELIVERIES = 300
MOST_TICKETS = 50
NOT_ENDED = (TicketState.OPEN, TicketState.IN_CHARGE, TicketState.WAITING)
CHANNEL_WORDS = {
    Channel.SMS: "text",
    Channel.VOICE: "call",
    Channel.SECOND_PHONE: "call",
    Channel.EMAIL: "e-mail",
}
OF_CUSTOMERS = Ticket.source != TicketSource.DRILL
_URGENCY = (
    Ticket.source == TicketSource.DRILL,
    case({state: place for place, state in enumerate(NOT_ENDED)}, value=Ticket.state),
    Contract.plan == Plan.BASIC,
    Ticket.priority,
    Ticket.target_at.is_(None),
    func.coalesce(Ticket.target_at, Ticket.opened_at),
    Ticket.number,
)
"""The most urgent ticket first."""


@dataclass(frozen=True, slots=True)
class Burning:
    ticket: Ticket
    page: Page | None

    @property
    def is_drill(self) -> bool:
        return self.ticket.source is TicketSource.DRILL


@dataclass(frozen=True, slots=True)
class Trouble:
    """So many messages that did not arrive, and why; `retried`: the carrier refuses them for now."""

    what: str
    error: str
    count: int
    retried: bool


@dataclass(frozen=True, slots=True)
class Health:
    """`seen_at`: when an engine was last at work. `overdue` counts pages and messages that should have gone."""

    seen_at: datetime | None
    alive: bool
    overdue: int
    troubles: Sequence[Trouble]


def burning(session: Session) -> list[Burning]:
    """Tickets that are not ended, the most urgent first: those that nobody has, Basic last, by priority and target.

    Drills come after all of them.
    """
    first = select(Ticket.number).join(Ticket.contract).where(Ticket.state.in_(NOT_ENDED))
    numbers = session.execute(first.order_by(*_URGENCY).limit(MOST_TICKETS)).scalars().all()
    statement = (
        select(Ticket, Page)
        .outerjoin(Page, Page.ticket_number == Ticket.number)
        .where(Ticket.number.in_(numbers))
        .options(joinedload(Ticket.contract).joinedload(Contract.customer))
    )
    found = {ticket.number: Burning(ticket, page) for ticket, page in session.execute(statement)}
    return [found[number] for number in numbers if number in found]


def count_more(session: Session, shown: Sequence[Burning]) -> int:
    """How many of the customers' tickets that are not ended are not `shown`."""
    statement = select(func.count()).select_from(Ticket).where(Ticket.state.in_(NOT_ENDED), OF_CUSTOMERS)
    return session.execute(statement).scalar_one() - sum(not one.is_drill for one in shown)


def health(session: Session, now: datetime) -> Health:
    """Whether engines work and the carriers take what they send."""
    seen_at = session.execute(select(func.max(Heartbeat.seen_at))).scalar_one()
    alive = seen_at is not None and now - seen_at < FRESH
    late = overdue(session, now, OVERDUE_AFTER)
    return Health(seen_at, alive, late.pages + late.messages, _troubles(session, now))


def _troubles(session: Session, now: datetime) -> list[Trouble]:
    """The commonest reasons, among the newest messages, why some could not leave."""
    newest = (
        select(Delivery.channel, Delivery.state, Delivery.error, Delivery.attempted_at, Delivery.settled_at)
        .where(Delivery.error_code.is_distinct_from(SPARED))
        .order_by(Delivery.id.desc())
        .limit(NEWEST_DELIVERIES)
    )
    counted: Counter[tuple[str, str, bool]] = Counter()
    for channel, state, error, attempted_at, settled_at in session.execute(newest):
        last = settled_at or attempted_at
        if error and last and now - last < TROUBLE_WITHIN and state is not DeliveryState.CANCELLED:
            retried = state in (DeliveryState.PENDING, DeliveryState.ATTEMPTING)
            counted[CHANNEL_WORDS[channel], error, retried] += 1
    return [Trouble(what, error, number, retried) for (what, error, retried), number in counted.most_common(3)]
