"""What a technician is spared: a text for each of several pages at once, call after call, the same page twice."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, func, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from models.customer import HOUSE_CONTRACT, Contract, Customer
from models.delivery import Delivery, DeliveryKind, DeliveryState
from models.page import Page, PageState
from models.ticket import Ticket, TicketSource
from rules.escalation import Channel
from rules.gsm7 import segments
from rules.line import Line
from rules.policy import Limits
from rules.targets import Priority
from rules.wording import listed

CALLS = (Channel.VOICE, Channel.SECOND_PHONE)
MOST_IN_ONE = 8
"""So many tickets are named by one segment."""
MANY = 3
"""So many pages of one minute are named by one text, also those that were texted alone."""
SPARED = "spared"
"""In the place of a provider's code: it was not sent, out of kindness."""
MINUTE = timedelta(minutes=1)
IN_DOUBT = (DeliveryState.ATTEMPTING, DeliveryState.ANSWERED, DeliveryState.UNANSWERED)
NOT_TEXTED = (DeliveryState.PENDING, DeliveryState.FAILED, DeliveryState.CANCELLED)


@dataclass(frozen=True, slots=True)
class Texted:
    """A page's text to a technician, and what it is about."""

    delivery: Delivery
    number: int
    priority: Priority
    customer: str
    contract: str

    @property
    def name(self) -> str:
        """Its number, as short as it may be: a drill says that it is one."""
        drill = f"{HOUSE_CONTRACT} " if self.contract == HOUSE_CONTRACT else ""
        return f"{drill}{self.priority} {self.number}"


def readers_of_many(session: Session, limits: Limits, keys: Collection[str], now: datetime) -> frozenset[str]:
    """Of these technicians, who has been texted about a page of late or is about to be about several."""
    since = now - max(MINUTE, limits.text_gap)
    texts = select(Delivery.technician_key).where(
        Delivery.technician_key.in_(keys),
        Delivery.channel == Channel.SMS,
        Delivery.kind.in_((DeliveryKind.PAGE, DeliveryKind.BUNDLE)),
    )
    # Two ranges of one index: a technician's history is long.
    late, never = texts.where(Delivery.attempted_at > since), texts.where(Delivery.attempted_at.is_(None))
    found = union_all(late, never).subquery()
    statement = select(found.c.technician_key).group_by(found.c.technician_key).having(func.count() > 1)
    return frozenset(key for key in session.execute(statement).scalars() if key)


def text_again_at(session: Session, limits: Limits, delivery: Delivery, now: datetime) -> datetime | None:
    """When the technician may be texted about a page again; None where no text went before.

    What was written down before the clock was set back does not count.
    """
    statement = select(Delivery.attempted_at).where(
        Delivery.technician_key == delivery.technician_key,
        Delivery.channel == Channel.SMS,
        Delivery.kind.in_((DeliveryKind.PAGE, DeliveryKind.BUNDLE)),
        Delivery.state.not_in(NOT_TEXTED),
        Delivery.attempted_at <= now,
        Delivery.id != delivery.id,
    )
    last = session.execute(statement.order_by(Delivery.attempted_at.desc()).limit(1)).scalar()
    return last + limits.text_gap if last else None


def has_been_called_enough(session: Session, limits: Limits, delivery: Delivery, now: datetime) -> bool:
    """Whether the technician has had so many calls of late that only a P1 may ring.

    Practice does not count, nor does a call that the carrier refused.
    """
    calls = select(func.count()).select_from(Delivery).outerjoin(Ticket, Ticket.number == Delivery.ticket_number)
    statement = calls.where(
        Ticket.source.is_distinct_from(TicketSource.DRILL),
        Delivery.technician_key == delivery.technician_key,
        Delivery.channel.in_(CALLS),
        Delivery.kind.not_in((DeliveryKind.HANG_UP, DeliveryKind.TEST, DeliveryKind.CODE)),
        Delivery.attempted_at > now - limits.calls_within,
        or_(Delivery.provider_sid.is_not(None), Delivery.state.in_(IN_DOUBT)),
        Delivery.id != delivery.id,
    )
    return session.execute(statement).scalar_one() >= limits.calls


def is_superseded(session: Session, delivery: Delivery) -> bool:
    """Whether a later message says the same to the same person: the carrier was away for a round or more."""
    later = aliased(Delivery)
    statement = select(later.id).where(
        later.page_id == delivery.page_id,
        later.kind == delivery.kind,
        later.technician_key == delivery.technician_key,
        later.channel == delivery.channel,
        later.id > delivery.id,
    )
    return session.execute(statement.limit(1)).first() is not None


def companions(session: Session, delivery: Delivery) -> list[Texted]:
    """The other pages that wait to be texted to this technician, the eldest first."""
    statement = _texts_to(delivery).where(
        Delivery.state == DeliveryState.PENDING,
        Delivery.attempts == 0,
        Delivery.persistent.is_(False),
        Delivery.attempted_at.is_(None),  # as its index has it: a technician's history is long
        Delivery.page_id != delivery.page_id,
    )
    locked = statement.limit(MOST_IN_ONE - 1).with_for_update(of=Delivery, skip_locked=True, key_share=True)
    return _read(session, locked)


def texted_lately(session: Session, delivery: Delivery, now: datetime) -> list[Texted]:
    """The pages that this technician was texted within the last minute, and that nobody has taken."""
    recent = _texts_to(delivery).where(Delivery.attempted_at > now - MINUTE, Delivery.state.not_in(NOT_TEXTED))
    return _read(session, recent.limit(MOST_IN_ONE))


def holds_together(session: Session, bundle_id: int) -> bool:
    """Whether nobody has taken or closed any page that the text names."""
    members = select(Delivery.id).join(Page, Page.id == Delivery.page_id).where(Delivery.bundled_into == bundle_id)
    return session.execute(members.where(Page.state != PageState.PAGING).limit(1)).first() is None


def own(session: Session, delivery: Delivery) -> Texted:
    """The text itself, with what it is about."""
    (found,) = _read(session, _texts().where(Delivery.id == delivery.id))
    return found


def bundle_text(line: Line, texts: Sequence[Texted]) -> str:
    """One segment that names every ticket; with the customers where there is room."""
    with_names = [f"{each.name} {each.customer}" if each.contract != HOUSE_CONTRACT else each.name for each in texts]
    alone = [each.name for each in texts]
    said = [line.wording.say("page.bundle", pages=listed(words)) for words in (with_names, alone)]
    return next((text for text in said if segments(text) == 1), said[-1])


def _texts_to(delivery: Delivery) -> Select[Delivery, int, Priority, str, str]:
    """The page's texts to the technician of this one that nobody has taken."""
    return _texts().where(
        Delivery.technician_key == delivery.technician_key,
        Delivery.channel == Channel.SMS,
        Delivery.kind == DeliveryKind.PAGE,
        Page.state == PageState.PAGING,
    )


def _texts() -> Select[Delivery, int, Priority, str, str]:
    return (
        select(Delivery, Ticket.number, Ticket.priority, Customer.name, Contract.number)
        .join(Page, Page.id == Delivery.page_id)
        .join(Ticket, Ticket.number == Delivery.ticket_number)
        .join(Contract, Contract.id == Ticket.contract_id)
        .join(Customer, Customer.id == Contract.customer_id)
        .order_by(Delivery.id)
    )


def _read(session: Session, statement: Select[Delivery, int, Priority, str, str]) -> list[Texted]:
    """Each ticket once."""
    texts = {row[1]: Texted(*row) for row in session.execute(statement)}
    return list(texts.values())
