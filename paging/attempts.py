"""One attempt at a message, as rows: whose it is, how it ends, and when the message is looked at next."""

import random
from datetime import datetime, timedelta

from sqlalchemy import Table, bindparam, func, or_, select, update
from sqlalchemy.orm import Session

from models.delivery import Delivery, DeliveryState
from models.page import Page
from paging import outcomes
from paging.claims import Claim

LOOKUP_AFTER = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(seconds=30)

# Built once: every message goes through these.
_DELIVERIES = Delivery.__table__
assert isinstance(_DELIVERIES, Table)
_COLUMNS = _DELIVERIES.c
HOLDER = (
    select(_COLUMNS.state, _COLUMNS.attempts, Page.state, Page.followed_up_at)
    .outerjoin(Page, Page.id == _COLUMNS.page_id)
    .where(_COLUMNS.id == bindparam("id"))
)
SETTLE = (
    update(_DELIVERIES)
    .where(
        _COLUMNS.id == bindparam("delivery_id"),
        _COLUMNS.attempts == bindparam("attempt"),
        _COLUMNS.state == DeliveryState.ATTEMPTING,
    )
    .values(
        state=bindparam("new_state"),
        due_at=bindparam("next_look"),
        error=bindparam("why"),
        error_code=bindparam("code"),
        settled_at=bindparam("settled"),
        provider_sid=func.coalesce(bindparam("sid"), _COLUMNS.provider_sid),
        stalled=bindparam("is_stalled"),
    )
    .returning(*_COLUMNS)
)
_PAGES = Page.__table__
assert isinstance(_PAGES, Table)
_SAYS = or_(_COLUMNS.id == bindparam("delivery_id"), _COLUMNS.bundled_into == bindparam("delivery_id"))
HAS_LEFT = (
    update(_PAGES)
    .where(_PAGES.c.id.in_(select(_COLUMNS.page_id).where(_SAYS)), _PAGES.c.left_at.is_(None))
    .values(left_at=bindparam("now"))
)


def keep_sid(session: Session, claim: Claim, sid: str | None) -> None:
    """A callback was faster, or the lease is over: the provider's id is of use all the same."""
    if sid:
        unknown = update(Delivery).where(Delivery.id == claim.id, Delivery.provider_sid.is_(None))
        session.execute(unknown.values(provider_sid=sid))


def next_look(state: DeliveryState, attempt: int, now: datetime, again_after: timedelta | None) -> datetime | None:
    match state:
        case DeliveryState.PENDING if again_after is not None:
            return now + again_after
        case DeliveryState.ATTEMPTING if attempt == 1:
            return now + LOOKUP_AFTER
        case DeliveryState.ATTEMPTING | DeliveryState.PENDING:
            pause = min(timedelta(seconds=2 ** min(attempt, 6)), LONGEST_PAUSE)
            return now + pause * random.uniform(0.5, 1.0)
        case DeliveryState.SENT:
            return now + outcomes.ASK_AFTER
    return None
