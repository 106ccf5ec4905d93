"""What monitoring reports: a ticket for who is covered, a page for Platinum's P1 and P2. SPEC section 6."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.customer import HOUSE_CONTRACT, Contract
from models.ticket import MonitoredEvent, Ticket, TicketSource
from paging import event_notices, help_desk, pager
from rules.entitlement import RefusalReason, reasons_against
from rules.line import Line
from tickets import lifecycle
from tickets.story import record

NOT_COVERED = frozenset(
    {
        RefusalReason.NOT_STARTED,
        RefusalReason.EXPIRED,
        RefusalReason.END_OF_SUPPORT,
        RefusalReason.END_OF_LIFE,
    }
)
TOLD = (RefusalReason.UNPAID, RefusalReason.ASIA_PACIFIC)
Reasons = tuple[RefusalReason, ...]


@dataclass(frozen=True, slots=True)
class Reported:
    """A message of monitoring. `event` is a key of the policy's events, `key` tells conditions of one kind apart."""

    event: str
    key: str
    resolved: bool
    source: str
    summary: str


def lock_contract(session: Session, number: str) -> Contract | None:
    """The contract with its customer and product. Locked: reports of one contract are taken one after the other.

    Of the house's own contract nothing is reported.
    """
    statement = (
        select(Contract)
        .where(Contract.number == number, Contract.number != HOUSE_CONTRACT)
        .options(joinedload(Contract.customer), joinedload(Contract.product))
        .with_for_update(of=Contract, key_share=True)
    )
    return session.execute(statement).scalar_one_or_none()


def receive(
    session: Session, line: Line, contract: Contract, reported: Reported, now: datetime
) -> tuple[bool, Ticket | None]:
    """Take one report; answers whether it is new, and its ticket. The contract is locked (`lock_contract`).

    A report is known by contract, event and key until its ticket is solved or excluded. None: no ticket is opened for
    it, because the plan has no proactive monitoring or the contract is not covered.
    """
    reasons = reasons_against(contract.cover, None, now, line.policy.entitlement)
    known = _known(session, contract, reported)
    ticket = lifecycle.lock_ticket(session, known.ticket_number) if known and known.ticket_number else None
    if known and ticket and ticket.state not in pager.ENDED:
        _add(session, line, known, ticket, reported, now)
        return False, ticket
    if reported.resolved:
        if known and ticket is None:
            known.cleared_at = now
        return False, None
    if known and ticket is None and known.cleared_at is None:
        known.last_at = now
    else:
        known = None
    return _open(session, line, contract, known, reported, reasons, now)


def _known(session: Session, contract: Contract, reported: Reported) -> MonitoredEvent | None:
    statement = select(MonitoredEvent).where(
        MonitoredEvent.contract_id == contract.id,
        MonitoredEvent.event == reported.event,
        MonitoredEvent.key == reported.key,
    )
    return session.execute(statement.order_by(MonitoredEvent.id.desc()).limit(1)).scalar_one_or_none()


def _add(
    session: Session, line: Line, known: MonitoredEvent, ticket: Ticket, reported: Reported, now: datetime
) -> None:
    """A repeat joins its ticket; 'resolved' marks the condition as cleared, once, and closes nothing."""
    if reported.resolved and known.cleared_at is not None:
        return
    known.last_at = now
    known.cleared_at = now if reported.resolved else None
    kind = "cleared" if reported.resolved else "fired_again"
    record(session, ticket.number, now, f"condition_{kind}", _said(line, kind, reported))


def _open(
    session: Session,
    line: Line,
    contract: Contract,
    known: MonitoredEvent | None,
    reported: Reported,
    reasons: Reasons,
    now: datetime,
) -> tuple[bool, Ticket | None]:
    """Open a ticket if the plan and the dates allow it. `known`: it was reported before, and had none."""
    row = known or MonitoredEvent(
        contract_id=contract.id, event=reported.event, key=reported.key, first_at=now, last_at=now
    )
    if known is None:
        session.add(row)
        session.flush()
    if not line.policy.plans[contract.plan].proactive:
        return known is None, None
    if NOT_COVERED.intersection(reasons):
        event_notices.not_covered(session, line, contract, reported.event, row.id, now)
        return known is None, None
    ticket = _ticket(session, line, contract, reported, now)
    row.ticket_number = ticket.number
    _page(session, line, ticket, reported, reasons, now)
    return True, ticket


def _ticket(session: Session, line: Line, contract: Contract, reported: Reported, now: datetime) -> Ticket:
    ticket = lifecycle.open_ticket(
        session,
        line,
        contract=contract,
        priority=line.policy.events[reported.event].priority,
        source=TicketSource.EVENT,
        now=now,
        summary=reported.summary or line.policy.events[reported.event].title,
    )
    record(session, ticket.number, now, "condition_fired", _said(line, "fired", reported))
    event_notices.ticket_opened(session, line, ticket, reported.event, now)
    return ticket


def _page(session: Session, line: Line, ticket: Ticket, reported: Reported, reasons: Reasons, now: datetime) -> None:
    """Page for it: out of hours at once, in staffed hours only if the help desk does not take it in time."""
    if ticket.priority not in line.policy.phone_priorities or RefusalReason.PLAN in reasons:
        return
    if reasons:
        reason = next(reason for reason in TOLD if reason in reasons)
        record(session, ticket.number, now, "no_page", line.wording.say(f"monitoring.no_page_{reason}"))
        return
    leaves_at = now
    if help_desk.is_staffed_now(session, line, now) and event_notices.desk(session, line, ticket, reported.event, now):
        leaves_at = now + line.policy.untaken_event
        minutes = line.policy.untaken_event.seconds // 60
        record(session, ticket.number, now, "desk", line.wording.say("monitoring.desk_first", minutes=minutes))
    pager.raise_page(session, line, ticket, now, leaves_at)


def _said(line: Line, kind: str, reported: Reported) -> str:
    words = line.wording.say(
        f"monitoring.{kind}",
        source=reported.source or "Monitoring",
        title=line.policy.events[reported.event].title,
        summary=reported.summary,
    )
    return words.strip()
