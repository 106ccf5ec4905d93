"""What the customer is told: by SMS to the callback number, by e-mail to the registered caller or all contacts.

Of a drill nobody is told.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.customer import Contact
from models.delivery import DeliveryKind
from models.ticket import Ticket, TicketSource
from rules.escalation import Channel
from rules.line import Line
from rules.targets import Plan, Priority
from tickets.outbox import Reference, post


def ticket_opened(session: Session, line: Line, ticket: Ticket, now: datetime) -> None:
    """The number, the priority and what happens next; a Platinum P1 also to the named specialist."""
    if ticket.source is TicketSource.DRILL:
        return
    _tell(session, line, ticket, "opened", now)
    _tell_specialist(session, line, ticket, now)


def taken_in_charge(session: Session, line: Line, ticket: Ticket, name: str, now: datetime) -> None:
    """Who has the ticket; to a named specialist a copy of a P1 that was acknowledged before the notice of its opening.

    `taken_in_charge_at` and the number to call are parts of the key: a ticket taken again is told again, and so is
    another number that the caller has keyed in meanwhile.
    """
    if ticket.source is TicketSource.DRILL:
        return
    since = f"{ticket.taken_in_charge_at:%Y%m%d%H%M%S%f}"
    _tell(session, line, ticket, "in_charge", now, f"in_charge:{since}:{ticket.callback}", name=name)
    _tell_specialist(session, line, ticket, now)


def _tell(
    session: Session, line: Line, ticket: Ticket, what: str, now: datetime, key: str | None = None, **values: str
) -> None:
    words = _words(ticket) | values
    about = Reference(ticket_number=ticket.number)
    key = f"notice:{ticket.number}:{key or what}"
    if ticket.callback:  # only a number that may be dialled and texted gets there
        post(
            session,
            key=f"{key}:sms:{ticket.callback}",
            kind=DeliveryKind.NOTICE,
            channel=Channel.SMS,
            name=ticket.contract.customer.name,
            address=ticket.callback,
            body=line.wording.say(f"notice.{what}_sms", **words),
            now=now,
            about=about,
        )
    for contact in _readers(session, ticket):
        post(
            session,
            key=f"{key}:email:{contact.email}",
            kind=DeliveryKind.NOTICE,
            channel=Channel.EMAIL,
            name=contact.name,
            address=contact.email,
            subject=line.wording.say(f"notice.{what}_subject", **words),
            body=line.wording.say(f"notice.{what}_mail", **words),
            now=now,
            about=about,
        )


def _readers(session: Session, ticket: Ticket) -> Sequence[Contact]:
    """The registered caller, else all the contract's contacts; of those, who has an e-mail address."""
    contacts = session.execute(
        select(Contact)
        .where(Contact.contract_id == ticket.contract_id, Contact.email.is_not(None))
        .order_by(Contact.position)
    )
    everyone = contacts.scalars().all()
    return [c for c in everyone if ticket.caller and c.phone == ticket.caller] or everyone


def _tell_specialist(session: Session, line: Line, ticket: Ticket, now: datetime) -> None:
    """Send the specialist one copy of a Platinum P1."""
    is_theirs = ticket.contract.plan is Plan.PLATINUM and ticket.priority is Priority.P1
    if not is_theirs or not ticket.contract.specialist_email:
        return
    words = _words(ticket)
    post(
        session,
        key=f"notice:{ticket.number}:specialist",
        kind=DeliveryKind.NOTICE,
        channel=Channel.EMAIL,
        name=ticket.contract.specialist_name or ticket.contract.specialist_email,
        address=ticket.contract.specialist_email,
        subject=line.wording.say("notice.specialist_subject", **words),
        body=line.wording.say("notice.specialist_mail", **words),
        now=now,
        about=Reference(ticket_number=ticket.number),
    )


def _words(ticket: Ticket) -> dict[str, str]:
    return {
        "number": str(ticket.number),
        "priority": ticket.priority,
        "customer": ticket.contract.customer.name,
        "callback": ticket.callback or ticket.caller or "unknown",
    }
