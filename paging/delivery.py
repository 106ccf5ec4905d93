"""One message: claimed, handed to a carrier, and what became of it.

A row is marked as attempting before the network call and settled after it; a call whose answer was lost is looked up at
the provider before it is made again. No transaction is held across a network call.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.database import Database, announce
from models.delivery import DELIVERY_MOVES, Delivery, DeliveryKind, DeliveryState
from models.page import Page, PageState
from paging.carriers.protocol import (
    AmbiguousFailure,
    Carrier,
    Message,
    PermanentFailure,
    SendFailure,
    TemporaryFailure,
)
from rules.escalation import Channel
from rules.line import Line
from tickets.story import record

log = structlog.get_logger(__name__)

LOOKUP_AFTER = timedelta(seconds=2)
CLOCKS_DIFFER_BY = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(seconds=60)

# What the provider says of a text or a call, as our states. What is not here is not an outcome.
TEXT_OUTCOMES = {
    "delivered": DeliveryState.DELIVERED,
    "read": DeliveryState.DELIVERED,
    "undelivered": DeliveryState.FAILED,
    "failed": DeliveryState.FAILED,
    "canceled": DeliveryState.FAILED,
}
CALL_OUTCOMES = {
    "completed": DeliveryState.UNANSWERED,
    "busy": DeliveryState.UNANSWERED,
    "no-answer": DeliveryState.UNANSWERED,
    "canceled": DeliveryState.UNANSWERED,
    "failed": DeliveryState.FAILED,
}
UNDER_WAY = frozenset(
    {"accepted", "scheduled", "queued", "sending", "sent", "initiated", "ringing", "answered", "in-progress"}
)
LOST = frozenset({DeliveryState.UNANSWERED, DeliveryState.FAILED})


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery that is ours to send until its lease ends. `lost_since`: an earlier attempt may have reached it."""

    id: int
    attempt: int
    channel: Channel
    message: Message
    lost_since: datetime | None


def claim(session: Session, line: Line, now: datetime, limit: int) -> list[Claim]:
    """Take up to `limit` due deliveries, the most urgent first; other engines skip them until the lease ends."""
    statement = (
        select(Delivery)
        .where(Delivery.due_at <= now)
        .order_by(Delivery.urgency, Delivery.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    due = session.execute(statement).scalars().all()
    return [_take(line, delivery, now) for delivery in due if _is_wanted(session, delivery, now)]


def _is_wanted(session: Session, delivery: Delivery, now: datetime) -> bool:
    """A page that somebody took meanwhile is not sent again."""
    if delivery.kind not in (DeliveryKind.PAGE, DeliveryKind.ALARM):
        return True
    state = session.execute(select(Page.state).where(Page.id == delivery.page_id)).scalar_one()
    if state is PageState.PAGING:
        return True
    delivery.state, delivery.due_at, delivery.settled_at = DeliveryState.CANCELLED, None, now
    return False


def _take(line: Line, delivery: Delivery, now: datetime) -> Claim:
    lost_since = delivery.attempted_at if delivery.state is DeliveryState.ATTEMPTING else None
    delivery.state = DeliveryState.ATTEMPTING
    delivery.attempts += 1
    delivery.due_at = now + line.policy.lease
    delivery.attempted_at = lost_since or now
    message = Message(
        delivery_id=delivery.id,
        attempt=delivery.attempts,
        channel=delivery.channel,
        to=delivery.address,
        subject=delivery.subject or "",
        body=delivery.body,
        voice_url=line.url(f"/twilio/page/{delivery.id}"),
        status_url=line.url(f"/twilio/delivery/{delivery.id}/status"),
    )
    return Claim(delivery.id, delivery.attempts, delivery.channel, message, lost_since)


def send(database: Database, line: Line, carriers: Mapping[Channel, Carrier], claimed: Claim) -> None:
    """Make the network call and write down what came of it."""
    try:
        sid = _hand_over(database, carriers[claimed.channel], claimed)
    except PermanentFailure as failure:
        _settle(database, line, claimed, DeliveryState.FAILED, failure)
    except TemporaryFailure as failure:
        _settle(database, line, claimed, DeliveryState.PENDING, failure)
    except AmbiguousFailure as failure:
        _settle(database, line, claimed, DeliveryState.ATTEMPTING, failure)
    else:
        state = DeliveryState.DELIVERED if claimed.channel is Channel.EMAIL else DeliveryState.SENT
        _settle(database, line, claimed, state, sid=sid)


def _hand_over(database: Database, carrier: Carrier, claimed: Claim) -> str:
    if claimed.lost_since is not None:
        found = carrier.find(claimed.message, claimed.lost_since - CLOCKS_DIFFER_BY)
        with database.read() as session:
            taken = select(Delivery.provider_sid).where(Delivery.provider_sid.in_(found))
            known = set(session.execute(taken).scalars())
        if free := [sid for sid in found if sid not in known]:
            return free[0]
    return carrier.send(claimed.message)


def _settle(
    database: Database,
    line: Line,
    claimed: Claim,
    state: DeliveryState,
    failure: SendFailure | None = None,
    sid: str | None = None,
) -> None:
    """Write the outcome, if this attempt still holds the delivery: a callback may have been faster."""
    with database.write() as session:
        now = database.now(session)
        page = _lock_page_of(session, claimed.id) if state in LOST else None
        statement = update(Delivery).where(
            Delivery.id == claimed.id,
            Delivery.attempts == claimed.attempt,
            Delivery.state == DeliveryState.ATTEMPTING,
        )
        values = {
            "state": state,
            "due_at": _next_look(state, claimed.attempt, now),
            "error": str(failure) if failure else None,
            "error_code": failure.code if failure else None,
            "settled_at": now if not DELIVERY_MOVES[state] else None,
        }
        if sid:
            values["provider_sid"] = sid
        held = session.execute(statement.values(values).returning(Delivery.id)).first()
        if held:
            delivery = session.get_one(Delivery, claimed.id, populate_existing=True)
            _tell(session, line, delivery, now)
            _nudge(session, page, delivery, now)
        elif sid:
            _keep_sid(session, claimed.id, sid)


def _keep_sid(session: Session, delivery_id: int, sid: str) -> None:
    session.execute(
        update(Delivery).where(Delivery.id == delivery_id, Delivery.provider_sid.is_(None)).values(provider_sid=sid)
    )


def _next_look(state: DeliveryState, attempt: int, now: datetime) -> datetime | None:
    if state is DeliveryState.ATTEMPTING:
        return now + LOOKUP_AFTER
    if state is DeliveryState.PENDING:
        pause = min(timedelta(seconds=2 ** min(attempt, 6)), LONGEST_PAUSE)
        return now + pause * random.uniform(0.5, 1.0)
    return None


def report(
    session: Session, line: Line, delivery_id: int, sid: str, status: str, error_code: str, now: datetime
) -> bool:
    """The provider's callback. It may come twice, late, or before the create call returns; outcomes are never left.

    Answers whether it changed anything.
    """
    page = _lock_page_of(session, delivery_id)
    delivery = session.get(Delivery, delivery_id, with_for_update=True, populate_existing=True)
    if delivery is None or delivery.channel is Channel.EMAIL:
        log.warning("callback for an unknown delivery", delivery=delivery_id, sid=sid, status=status)
        return False
    outcomes = TEXT_OUTCOMES if delivery.channel is Channel.SMS else CALL_OUTCOMES
    state = outcomes.get(status) or (DeliveryState.SENT if status in UNDER_WAY else None)
    stranger = delivery.provider_sid not in (None, sid) and state in (DeliveryState.SENT, *LOST)
    if state is None or stranger or state not in DELIVERY_MOVES[delivery.state]:
        log.debug("callback changes nothing", delivery=delivery_id, sid=sid, status=status, state=delivery.state)
        return False
    delivery.provider_sid = delivery.provider_sid or sid
    _become(delivery, state, now)
    if state is DeliveryState.FAILED:
        delivery.error_code = error_code or None
        key = "event.carrier_reports_code" if error_code else "event.carrier_reports"
        delivery.error = line.wording.say(key, status=status, code=error_code)
    session.flush()
    _tell(session, line, delivery, now)
    _nudge(session, page, delivery, now)
    return True


def answered(session: Session, delivery_id: int, now: datetime) -> None:
    """A key was pressed in the call: a person was there."""
    _lock_page_of(session, delivery_id)
    delivery = session.get(Delivery, delivery_id, with_for_update=True, populate_existing=True)
    if delivery is not None and DeliveryState.ANSWERED in DELIVERY_MOVES[delivery.state]:
        _become(delivery, DeliveryState.ANSWERED, now)


def _become(delivery: Delivery, state: DeliveryState, now: datetime) -> None:
    delivery.state, delivery.due_at = state, None
    if not DELIVERY_MOVES[state]:
        delivery.settled_at = now


def _lock_page_of(session: Session, delivery_id: int) -> Page | None:
    """Locks are taken in the order page, delivery."""
    page_id = session.execute(select(Delivery.page_id).where(Delivery.id == delivery_id)).scalar()
    if page_id is None:
        return None
    return session.get(Page, page_id, with_for_update=True, populate_existing=True)


def _nudge(session: Session, page: Page | None, delivery: Delivery, now: datetime) -> None:
    """A message of the page's level was lost: let the engine look at once whether that moves the page."""
    if page is None or page.state is not PageState.PAGING or delivery.state not in LOST:
        return
    if (delivery.round, delivery.level) == (page.round, page.level):
        page.due_at = now
        announce(session)


def _tell(session: Session, line: Line, delivery: Delivery, now: datetime) -> None:
    """One line of the ticket's story. A text that is on its way is told when it was handed over, and no more."""
    if delivery.ticket_number is None:
        return
    key = f"event.{delivery.channel}_{delivery.state}"
    words = {"name": delivery.name, "address": delivery.address, "reason": delivery.error or ""}
    record(session, delivery.ticket_number, now, f"{delivery.kind}_{delivery.state}", line.wording.say(key, **words))


def next_due(session: Session) -> datetime | None:
    """When the next delivery is due."""
    return session.execute(
        select(Delivery.due_at).where(Delivery.due_at.is_not(None)).order_by(Delivery.due_at).limit(1)
    ).scalar()


def overdue(session: Session, since: datetime) -> int:
    """How many pages' messages should have been sent before `since` and were not."""
    statement = select(Delivery.id).where(Delivery.due_at < since, Delivery.urgency == 0)
    return len(session.execute(statement.limit(1000)).all())
