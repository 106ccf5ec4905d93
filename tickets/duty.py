"""The duty manager: told of what nobody else can be told of."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.delivery import DeliveryKind
from models.service import RoleContact
from models.ticket import Ticket
from rules.escalation import Channel
from rules.line import Line
from tickets.outbox import Reference, post

ROLE = "duty_manager"


def tell(
    session: Session,
    *,
    key: str,
    subject: str,
    text: str,
    now: datetime,
    short: str | None = None,
    ticket_number: int | None = None,
    paged: Collection[str] = (),
) -> int:
    """Tell every duty manager by SMS and e-mail, once per `key`. Return how many people can be told.

    `short` is what the SMS says instead of `text`. Whoever has a telephone number in `paged` knows already.
    """
    on_duty = [manager for manager in managers(session) if manager.phone not in paged]
    for manager in on_duty:
        for channel, address, body in (
            (Channel.SMS, manager.phone, short or text),
            (Channel.EMAIL, manager.email, text),
        ):
            if address:
                post(
                    session,
                    key=f"duty:{key}:{channel}:{address}",
                    kind=DeliveryKind.DUTY,
                    channel=channel,
                    name=manager.name,
                    address=address,
                    subject=subject,
                    body=body,
                    now=now,
                    about=Reference(ticket_number=ticket_number),
                )
    return len(on_duty)


def managers(session: Session) -> Sequence[RoleContact]:
    """The duty managers on file, in their order."""
    statement = select(RoleContact).where(RoleContact.role == ROLE).order_by(RoleContact.position)
    return session.execute(statement).scalars().all()


def nobody_reached(session: Session, line: Line, ticket: Ticket, occasion: str, now: datetime) -> None:
    """Nobody is on call and there is no fallback: a person must find somebody for this ticket."""
    _tell_of(session, line, ticket, f"nobody:{ticket.number}:{occasion}", "page.nobody", now)


def nobody_on_call(session: Session, line: Line, ticket: Ticket, paged: Collection[str], now: datetime) -> None:
    """Nobody is on call, and the fallback contacts, whose numbers are `paged`, stand in. Told once for each ticket."""
    _tell_of(session, line, ticket, f"gap:{ticket.number}", "page.gap", now, paged)


def _tell_of(
    session: Session, line: Line, ticket: Ticket, key: str, words_key: str, now: datetime, paged: Collection[str] = ()
) -> None:
    words = {
        "number": str(ticket.number),
        "priority": str(ticket.priority),
        "customer": ticket.contract.customer.name,
        "callback": ticket.callback or ticket.caller or line.wording.say("page.no_callback"),
    }
    tell(
        session,
        key=key,
        subject=line.wording.say(f"{words_key}_subject", **words),
        text=line.wording.say(f"{words_key}_text", **words),
        now=now,
        ticket_number=ticket.number,
        paged=paged,
    )
