"""A page of which no message has left: it is tried again at least once a minute, by every channel that there is.

The escalation policy goes on beside it. Tries are made by messages that a refusal does not end: for a person and a
channel there is one of them at a time.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.delivery import DELIVERY_MOVES, PAGING_KINDS, Delivery, DeliveryKind, DeliveryState
from models.page import Page
from models.ticket import Ticket
from paging import messages, roster
from paging.kindness import SPARED
from rules.escalation import Channel
from rules.line import Line

TRY_AGAIN = timedelta(seconds=50)
"""Less than a minute: an engine polls, and may be busy."""


class Try(NamedTuple):
    """One message of the page's round."""

    kind: DeliveryKind
    person: str | None
    channel: Channel
    state: DeliveryState
    stalled: bool
    persistent: bool
    code: str | None

    @property
    def is_lost(self) -> bool:
        """Whether it has not left, and nothing suggests that it soon will."""
        waits = self.state in (DeliveryState.PENDING, DeliveryState.ATTEMPTING)
        return (waits and (self.stalled or self.persistent)) or self.state in (
            DeliveryState.FAILED,
            DeliveryState.CANCELLED,
        )

    @property
    def has_failed(self) -> bool:
        """Whether it ended without reaching anybody. A state that only a newer version knows is not judged."""
        return self.state is not DeliveryState.DELIVERED and DELIVERY_MOVES.get(self.state) == frozenset()


def look(session: Session, line: Line, ticket: Ticket, page: Page, now: datetime) -> None:
    """See whether the page has reached nobody, and try again if so. The page is locked; its next look is decided."""
    tries = _tries(session, page)
    if not is_unreached(tries):
        page.unreached_since = None
        return
    page.unreached_since = page.unreached_since or now
    for kind, person in dict.fromkeys((each.kind, each.person) for each in tries):
        theirs = [each for each in tries if (each.kind, each.person) == (kind, person)]
        for found in roster.people(session, [f"technician:{person}"], now):
            for channel in Channel:
                if found.address(channel) and not _goes_on(theirs, channel):
                    _try_again(session, line, ticket, page, found, kind, channel, theirs, now)
    page.due_at = min(page.due_at or now + TRY_AGAIN, now + TRY_AGAIN)


def is_unreached(tries: Sequence[Try]) -> bool:
    """Whether nothing has left. An e-mail may not be read for hours, so telephones count where there are any."""
    made = [each for each in tries if each.code != SPARED]
    by_telephone = [each for each in made if each.channel is not Channel.EMAIL]
    return bool(made) and all(each.is_lost for each in by_telephone or made)


def has_left(session: Session, delivery_id: int) -> None:
    """A message of a page that had reached nobody is with the carrier."""
    of_page = Page.id == select(Delivery.page_id).where(Delivery.id == delivery_id).scalar_subquery()
    session.execute(update(Page).where(of_page).values(unreached_since=None))


def _tries(session: Session, page: Page) -> list[Try]:
    statement = select(
        Delivery.kind, Delivery.technician_key, Delivery.channel, Delivery.state, Delivery.stalled,
        Delivery.persistent, Delivery.error_code,
    ).where(
        Delivery.page_id == page.id, Delivery.round == page.round, Delivery.kind.in_(PAGING_KINDS)
    )  # fmt: skip
    return [Try(*row) for row in session.execute(statement.order_by(Delivery.id))]


def _goes_on(theirs: Sequence[Try], channel: Channel) -> bool:
    """Whether a message by this channel is on its way, being tried or handed over, or would be one call too many."""
    return any(each.channel is channel and (not each.has_failed or each.code == SPARED) for each in theirs)


def _try_again(
    session: Session, line: Line, ticket: Ticket, page: Page, person: roster.Person, kind: DeliveryKind,
    channel: Channel, theirs: Sequence[Try], now: datetime,
) -> None:  # fmt: skip
    made = sum(each.channel is channel for each in theirs)
    at = now if channel is Channel.EMAIL and not made else now + TRY_AGAIN
    messages.again(session, line, ticket, page, person, kind, channel, made, at, now)
