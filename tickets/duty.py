"""The duty manager: told of what nobody else can be told of."""

from collections.abc import Sequence
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
) -> int:
    """Tell every duty manager by SMS and e-mail, once per `key`. Answers how many people can be told.

    `short` is what the SMS says instead of `text`.
    """
    on_duty = managers(session)
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
    words = {
        "number": str(ticket.number),
        "priority": str(ticket.priority),
        "customer": ticket.contract.customer.name,
        "callback": ticket.callback or ticket.caller or line.wording.say("page.no_callback"),
    }
    tell(
        session,
        key=f"nobody:{ticket.number}:{occasion}",
        subject=line.wording.say("page.nobody_subject", **words),
        text=line.wording.say("page.nobody_text", **words),
        now=now,
        ticket_number=ticket.number,
    )
