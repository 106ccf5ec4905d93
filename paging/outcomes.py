"""What became of a message: the provider's word for it, what that moves, and the story's line.

A state that is final is never left. Locks are taken in the order ticket, page, delivery.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Row, or_, select, update
from sqlalchemy.orm import Session

from models.database import announce
from models.delivery import DELIVERY_MOVES, PAGING_KINDS, Delivery, DeliveryKind, DeliveryState
from models.page import Page, PageState
from models.technician import Technician
from paging import alerts
from paging.carriers import codes
from rules.escalation import Channel
from rules.line import Line
from tickets.story import record

log = structlog.get_logger(__name__)

ASK_AFTER = timedelta(seconds=60)
"""So long without a callback, and the provider is asked."""

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
LEAVES = PAGING_KINDS | {DeliveryKind.BUNDLE}
"""A page has left when a carrier has one of these."""
TRIED_ON = frozenset({DeliveryState.PENDING, DeliveryState.ATTEMPTING})
OFTEN_TOLD = 3
"""So many failed tries of one message are in the story; it goes on being tried for as long as its page is open."""
UNTOLD = frozenset({DeliveryKind.BUNDLE, DeliveryKind.HANG_UP})
"""A bundle is told by its members, and a telephone that stops ringing by nobody."""


def report(
    session: Session, line: Line, delivery_id: int, sid: str, status: str, error_code: str, now: datetime
) -> bool:
    """The provider's word, by callback or when asked. It may come twice, late, or before the create call returns.

    Answers whether it changed anything.
    """
    pages = lock_pages(session, delivery_id)
    delivery = session.get(Delivery, delivery_id, with_for_update={"key_share": True}, populate_existing=True)
    if delivery is None or delivery.channel is Channel.EMAIL or _has_not_left(delivery):
        log.warning("callback for an unknown delivery", delivery=delivery_id, sid=sid, status=status)
        return False
    outcomes = TEXT_OUTCOMES if delivery.channel is Channel.SMS else CALL_OUTCOMES
    state = outcomes.get(status) or (DeliveryState.SENT if status in UNDER_WAY else None)
    stranger = delivery.provider_sid not in (None, sid) and state in (DeliveryState.SENT, *LOST)
    if state is None or stranger or state not in DELIVERY_MOVES[delivery.state]:
        log.debug("callback changes nothing", delivery=delivery_id, sid=sid, status=status, state=delivery.state)
        return False
    delivery.provider_sid = delivery.provider_sid or sid
    if state is DeliveryState.FAILED:
        delivery.error_code, delivery.error = error_code or None, _why(line, delivery, status, error_code)
    become(delivery, state, now)
    delivery.stalled = False
    if delivery.kind in LEAVES:
        for page in pages:
            page.left_at = page.left_at or now
    settled(session, line, delivery, pages, now, is_ended=state is DeliveryState.UNANSWERED and status == "canceled")
    return True


def _has_not_left(delivery: Delivery) -> bool:
    """The provider cannot know of it yet: what is reported is not this one."""
    return delivery.state is DeliveryState.PENDING and not delivery.attempts


def _why(line: Line, delivery: Delivery, status: str, code: str) -> str:
    if codes.is_configuration(code):
        return codes.in_words(code, delivery.address)
    key = "event.carrier_reports_code" if code else "event.carrier_reports"
    return line.wording.say(key, status=status, code=code)


def answered(session: Session, delivery_id: int, now: datetime) -> None:
    """A key was pressed in the call: a person was there."""
    lock_pages(session, delivery_id)
    delivery = session.get(Delivery, delivery_id, with_for_update={"key_share": True}, populate_existing=True)
    if delivery is not None and DeliveryState.ANSWERED in DELIVERY_MOVES[delivery.state]:
        become(delivery, DeliveryState.ANSWERED, now)


def become(delivery: Delivery, state: DeliveryState, now: datetime) -> None:
    """The delivery's new state, with when it must be looked at again."""
    delivery.state = state
    delivery.due_at = now + ASK_AFTER if state is DeliveryState.SENT else None
    if not DELIVERY_MOVES[state]:
        delivery.settled_at = now


def settled(
    session: Session, line: Line, delivery: Delivery, pages: Sequence[Page], now: datetime, is_ended: bool = False
) -> None:
    """All that follows from a delivery's new state: its members share it, the story tells it, the page looks again.

    `is_ended`: it is a call that we have stopped from ringing.
    """
    session.flush()
    _alert(session, line, delivery, now)
    for each in [delivery, *members(session, delivery)]:
        if each is not delivery:
            _share(each, delivery, now)
        tell(session, line, each, now, is_ended)
        for page in pages:
            _nudge(session, page, each, now)


def members(session: Session, delivery: Delivery) -> Sequence[Delivery]:
    """The texts that a bundle says, none of what is not a bundle."""
    if delivery.kind is not DeliveryKind.BUNDLE:
        return ()
    said = select(Delivery).where(Delivery.bundled_into == delivery.id).order_by(Delivery.id)
    locked = said.with_for_update(key_share=True).execution_options(populate_existing=True)
    return session.execute(locked).scalars().all()


def _share(member: Delivery, bundle: Delivery, now: datetime) -> None:
    member.stalled = bundle.stalled
    if bundle.state not in DELIVERY_MOVES[member.state] or bundle.state is DeliveryState.PENDING:
        return
    member.error, member.error_code = bundle.error, bundle.error_code
    become(member, bundle.state, now)
    member.due_at = None


def lock_pages(session: Session, delivery_id: int) -> Sequence[Page]:
    """The page of a delivery, or those of a bundle, locked before any delivery is."""
    page_ids = select(Delivery.page_id).where(or_(Delivery.id == delivery_id, Delivery.bundled_into == delivery_id))
    pages = select(Page).where(Page.id.in_(page_ids)).order_by(Page.ticket_number).with_for_update(key_share=True)
    return session.execute(pages.execution_options(populate_existing=True)).scalars().all()


def _nudge(session: Session, page: Page, delivery: Delivery, now: datetime) -> None:
    """A message of the page's round was lost, or its carrier is down: the engine looks at once what that moves."""
    if page.id != delivery.page_id or page.state is not PageState.PAGING:
        return
    if not delivery.stalled and delivery.state not in LOST:
        return
    if delivery.round == page.round:
        page.due_at = now
        announce(session)


def tell(
    session: Session, line: Line, delivery: Delivery | Row[*tuple[Any, ...]], now: datetime, is_ended: bool = False
) -> None:
    """One line of the ticket's story. A text that is on its way is told when it was handed over, and no more."""
    if delivery.ticket_number is None or delivery.kind in UNTOLD or delivery.state is DeliveryState.CANCELLED:
        return
    if delivery.state in TRIED_ON and (delivery.persistent or delivery.attempts > OFTEN_TOLD):
        return
    channel = Channel.VOICE if delivery.channel is Channel.SECOND_PHONE else delivery.channel
    words = {"name": delivery.name, "address": delivery.address, "reason": delivery.error or ""}
    told = line.wording.say(f"event.{channel}_{'ended' if is_ended else delivery.state}", **words)
    record(session, delivery.ticket_number, now, f"{delivery.kind}_{delivery.state}", told)


def _alert(session: Session, line: Line, delivery: Delivery, now: datetime) -> None:
    """What only a person can mend is told to the admins; a text that arrives shows that its reader has opted in."""
    if delivery.channel is Channel.SMS and delivery.technician_key and delivery.state is DeliveryState.DELIVERED:
        _opted_out(session, delivery.technician_key, None)
    if delivery.state not in (DeliveryState.FAILED, DeliveryState.PENDING):
        return
    if delivery.error_code == codes.OPTED_OUT:
        if delivery.technician_key:
            _opted_out(session, delivery.technician_key, now)
        alerts.opted_out(session, line, delivery.name, delivery.address, now)
    elif codes.is_configuration(delivery.error_code or ""):
        alerts.misconfigured(session, line, delivery.error or "", now)


def _opted_out(session: Session, technician_key: str, at: datetime | None) -> None:
    is_new = Technician.opted_out_at.is_(None) if at else Technician.opted_out_at.is_not(None)
    session.execute(update(Technician).where(Technician.key == technician_key, is_new).values(opted_out_at=at))
