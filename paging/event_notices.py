"""Who is told of what monitoring reports: contacts, the named specialist, the help desk, the duty manager."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.customer import Contact, Contract
from models.delivery import DeliveryKind
from models.ticket import Ticket
from paging import help_desk
from rules import timezones
from rules.escalation import Channel
from rules.line import Line
from rules.targets import Priority
from tickets import duty
from tickets.outbox import Reference, post


def ticket_opened(session: Session, line: Line, ticket: Ticket, event: str, now: datetime) -> None:
    """Tell the contract's contacts and, of a P1, the named specialist.

    The keys are those of tickets/notices: when a page leaves later, nobody is told a second time.
    """
    contract = ticket.contract
    contacts = session.execute(select(Contact).where(Contact.contract_id == contract.id, Contact.email.is_not(None)))
    for contact in contacts.scalars():
        key = f"notice:{ticket.number}:opened:email:{contact.email}"
        _mail(session, line, ticket, event, "opened", key, contact.name, contact.email, now)
    specialist = line.policy.plans[contract.plan].specialist and ticket.priority is Priority.P1
    if specialist and contract.specialist_email:
        name = contract.specialist_name or contract.specialist_email
        key = f"notice:{ticket.number}:specialist"
        _mail(session, line, ticket, event, "specialist", key, name, contract.specialist_email, now)


def desk(session: Session, line: Line, ticket: Ticket, event: str, now: datetime) -> bool:
    """Tell the help desk. False where it has no e-mail address: then it cannot be told."""
    address = help_desk.email(session)
    if address:
        key = f"event:{ticket.number}:desk"
        _mail(session, line, ticket, event, "desk", key, "Help desk", address, now, DeliveryKind.DUTY)
    return address is not None


def not_covered(session: Session, line: Line, contract: Contract, event: str, report: int, now: datetime) -> None:
    """Tell the duty manager, once for each `report`, that nothing is done for a contract that is not covered."""
    words = {
        "contract": contract.number,
        "customer": contract.customer.name,
        "title": line.policy.events[event].title,
    }
    duty.tell(
        session,
        key=f"not_covered:{report}",
        subject=line.wording.say("monitoring.uncovered_subject", **words),
        text=line.wording.say("monitoring.uncovered_text", **words),
        now=now,
    )


def _mail(
    session: Session,
    line: Line,
    ticket: Ticket,
    event: str,
    what: str,
    key: str,
    name: str,
    address: str | None,
    now: datetime,
    kind: DeliveryKind = DeliveryKind.NOTICE,
) -> None:
    words = {
        "number": ticket.number,
        "priority": ticket.priority,
        "customer": ticket.contract.customer.name,
        "title": line.policy.events[event].title,
        "summary": ticket.summary,
        "minutes": line.policy.untaken_event.seconds // 60,
        "when": _when(line, ticket),
    }
    post(
        session,
        key=key,
        kind=kind,
        channel=Channel.EMAIL,
        name=name,
        address=address,
        subject=line.wording.say(f"monitoring.{what}_subject", **words),
        body=line.wording.say(f"monitoring.{what}_mail", **words),
        now=now,
        about=Reference(ticket_number=ticket.number),
    )


def _when(line: Line, ticket: Ticket) -> str:
    """By when it is taken in charge, as the site's clocks show it."""
    if ticket.target_at is None:
        return line.wording.say("monitoring.target_none")
    zone = ticket.contract.site_time_zone or line.policy.time_zone
    local = timezones.to_wall(ticket.target_at, zone)
    return line.wording.say("monitoring.target_at", time=f"{local:%Y-%m-%d %H:%M}", zone=zone)
