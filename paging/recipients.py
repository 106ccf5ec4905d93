"""Those whom a page has reached, and what they are told when it ends or when more becomes known."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.delivery import Delivery, DeliveryKind, DeliveryState
from models.page import Page, PageState
from models.ticket import Ticket
from paging.roster import Person
from rules.escalation import Channel
from rules.line import Line
from tickets.outbox import Reference, post

PAGING_KINDS = (DeliveryKind.PAGE, DeliveryKind.ALARM)
NEVER_LEFT = (DeliveryState.PENDING, DeliveryState.CANCELLED)


def was_paged(session: Session, page: Page, technician_key: str) -> bool:
    """Whether the page has gone out to this technician."""
    return any(person.key == technician_key for person in paged(session, page))


def paged(session: Session, page: Page) -> Sequence[Person]:
    """Everyone to whom a message of the page was handed over or is being handed over."""
    statement = (
        select(Delivery.technician_key, Delivery.name, Delivery.address)
        .where(
            Delivery.page_id == page.id,
            Delivery.kind.in_(PAGING_KINDS),
            Delivery.channel.in_((Channel.SMS, Channel.VOICE)),
            Delivery.state.not_in(NEVER_LEFT),
            Delivery.address != "",
        )
        .order_by(Delivery.id)
    )
    rows = session.execute(statement)
    found = {key: Person(key, name, address, None) for key, name, address in rows if key is not None}
    return list(found.values())


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


def stand_down(session: Session, line: Line, ticket: Ticket, holder: str, why: str, name: str, now: datetime) -> None:
    """Tell all who were paged, but `holder`, that there is nothing left to do: it is `taken` or `closed` by `name`."""
    page = session.execute(select(Page).where(Page.ticket_number == ticket.number)).scalar_one_or_none()
    if page is None:
        return
    cancel_pending(session, page, now)
    body = line.wording.say(f"page.stand_down_{why}", number=ticket.number, name=name)
    for person in paged(session, page):
        if person.key != holder:
            _text(session, person, DeliveryKind.STAND_DOWN, f"{now:%Y%m%d%H%M%S%f}", body, ticket, page, now)


def send_update(session: Session, line: Line, ticket: Ticket, page: Page, now: datetime, reference: str) -> None:
    """Tell the owner, else all who were paged, the callback number and whether there is a recording."""
    key = "page.update_with_recording" if ticket.recording_url else "page.update"
    body = line.wording.say(key, number=ticket.number, callback=ticket.callback or ticket.caller or "unknown")
    for person in paged(session, page):
        if page.state is PageState.PAGING or person.key == ticket.taken_by:
            _text(session, person, DeliveryKind.UPDATE, reference, body, ticket, page, now)


def _text(
    session: Session, person: Person, kind: DeliveryKind, occasion: str, body: str, ticket: Ticket, page: Page,
    now: datetime,
) -> None:  # fmt: skip
    post(
        session,
        key=f"{kind}:{page.id}:{person.key}:{occasion}",
        kind=kind,
        channel=Channel.SMS,
        name=person.name,
        address=person.phone,
        body=body,
        now=now,
        about=Reference(ticket.number, page.id, technician_key=person.key),
    )
