"""Those whom a page has reached, and what they are told when it ends or when more becomes known."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from models.delivery import PAGING_KINDS, Delivery, DeliveryKind, DeliveryState
from models.page import Page, PageState
from models.recording import Recording
from models.ticket import Ticket
from paging import messages, roster
from paging.kindness import CALLS
from paging.roster import Person
from rules.escalation import Channel
from rules.line import Line
from tickets.outbox import Reference, post

RINGING_KINDS = (*PAGING_KINDS, DeliveryKind.FOLLOW_UP)
NEVER_LEFT = (DeliveryState.PENDING, DeliveryState.CANCELLED)


def was_paged(session: Session, page: Page, technician_key: str) -> bool:
    """Whether the page has gone out to this technician."""
    statement = select(Delivery.id).where(*_handed_over(page), Delivery.technician_key == technician_key)
    return session.execute(statement.limit(1)).first() is not None


def paged(session: Session, page: Page) -> Sequence[Person]:
    """Everyone whom the page has reached by telephone, or is reaching, with the number that can be texted."""
    statement = select(Delivery.technician_key, Delivery.name, Delivery.address).where(
        *_handed_over(page), Delivery.channel.in_((Channel.SMS, Channel.VOICE)), Delivery.technician_key.is_not(None)
    )
    rows = session.execute(statement.order_by(Delivery.id))
    found = {key: Person(key, name, address, None) for key, name, address in rows if key}
    return list(found.values())


def _mailed(session: Session, page: Page) -> Sequence[Person]:
    """Everyone whom the page has reached by e-mail alone."""
    statement = select(Delivery.technician_key, Delivery.name, Delivery.address).where(
        *_handed_over(page), Delivery.channel == Channel.EMAIL, Delivery.technician_key.is_not(None)
    )
    by_telephone = {person.key for person in paged(session, page)}
    rows = session.execute(statement.order_by(Delivery.id))
    found = {key: Person(key, name, None, address) for key, name, address in rows if key and key not in by_telephone}
    return list(found.values())


def _handed_over(page: Page) -> Sequence[ColumnElement[bool]]:
    return (
        Delivery.page_id == page.id,
        Delivery.kind.in_(PAGING_KINDS),
        Delivery.state.not_in(NEVER_LEFT),
        Delivery.address != "",
    )


def cancel_pending(session: Session, page: Page, now: datetime) -> None:
    """What has not been handed over is not sent any more."""
    session.execute(
        update(Delivery)
        .where(
            Delivery.page_id == page.id,
            Delivery.kind.in_(PAGING_KINDS),
            Delivery.state == DeliveryState.PENDING,
        )
        .values(state=DeliveryState.CANCELLED, due_at=None, settled_at=now)
    )


def end_calls(session: Session, page: Page, now: datetime, but: int | None) -> None:
    """No telephone rings on for a page that somebody has; `but` is the call in which they took it."""
    ringing = select(Delivery).where(
        Delivery.page_id == page.id,
        Delivery.kind.in_(RINGING_KINDS),
        Delivery.channel.in_(CALLS),
        Delivery.state.in_((DeliveryState.ATTEMPTING, DeliveryState.SENT)),
        Delivery.id != (but or 0),
    )
    for call in session.execute(ringing).scalars():
        post(
            session,
            key=f"{DeliveryKind.HANG_UP}:{call.id}",
            kind=DeliveryKind.HANG_UP,
            channel=call.channel,
            name=call.name,
            address=call.address,
            body="",
            now=now,
            about=Reference(page.ticket_number, page.id, technician_key=call.technician_key, ends_id=call.id),
        )


def stand_down(
    session: Session, line: Line, ticket: Ticket, holder: str, why: str, name: str, now: datetime,
    but: int | None = None,
) -> None:  # fmt: skip
    """Tell all who were paged, but `holder`, that there is nothing left to do: it is `taken` or `closed` by `name`.

    `but`: the call in which it was said.
    """
    page = session.execute(select(Page).where(Page.ticket_number == ticket.number)).scalar_one_or_none()
    if page is None:
        return
    cancel_pending(session, page, now)
    end_calls(session, page, now, but)
    body = messages.one_segment(line, f"page.stand_down_{why}", "name", number=str(ticket.number), name=name)
    for person in paged(session, page):
        if person.key != holder:
            _tell(session, person, DeliveryKind.STAND_DOWN, f"{now:%Y%m%d%H%M%S%f}", body, ticket, page, now)


def tell_released(
    session: Session, line: Line, ticket: Ticket, page: Page, owner: str, why: str, name: str, now: datetime
) -> None:
    """Tell the technician who had the ticket that `name` took it from them: it is `released`, by having it paged again,
    or `passed_on`.
    """
    body = messages.one_segment(line, f"page.{why}", "name", number=str(ticket.number), name=name)
    for person in roster.people(session, [f"technician:{owner}"], now):
        if person.phone:
            _tell(session, person, DeliveryKind.STAND_DOWN, f"{now:%Y%m%d%H%M%S%f}", body, ticket, page, now)


def send_update(
    session: Session, line: Line, ticket: Ticket, page: Page, now: datetime, reference: str, words: str
) -> None:
    """Tell the owner, else all who were paged, the callback number and what there is of the caller's description.

    Messages of the page that have not left yet say it themselves.
    """
    messages.rewrite_waiting(session, line, ticket, page)
    body = _update(session, line, ticket, words)
    for person in [*paged(session, page), *_mailed(session, page)]:
        if page.state is PageState.PAGING or person.key == ticket.taken_by:
            _tell(session, person, DeliveryKind.UPDATE, reference, body, ticket, page, now)


def _update(session: Session, line: Line, ticket: Ticket, words: str) -> str:
    told = {"number": str(ticket.number), "callback": ticket.callback or ticket.caller or "unknown"}
    if words:
        return messages.one_segment(line, "page.update_with_words", "words", **told, words=words)
    recorded = select(Recording.id).where(Recording.ticket_number == ticket.number).limit(1)
    key = "page.update_with_recording" if session.execute(recorded).first() else "page.update"
    return line.wording.say(key, **told)


def _tell(
    session: Session, person: Person, kind: DeliveryKind, occasion: str, body: str, ticket: Ticket, page: Page,
    now: datetime,
) -> None:  # fmt: skip
    """Post one message: a text, or an e-mail to a person without a telephone."""
    channel = Channel.SMS if person.phone else Channel.EMAIL
    post(
        session,
        key=f"{kind}:{page.id}:{person.key}:{occasion}",
        kind=kind,
        channel=channel,
        name=person.name,
        address=person.address(channel),
        subject=body if channel is Channel.EMAIL else None,
        body=body,
        now=now,
        about=Reference(ticket.number, page.id, technician_key=person.key),
    )
