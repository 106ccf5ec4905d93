"""Booked maintenance windows, as the file, the console and the API write them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import Audit
from models.customer import Contract, Maintenance
from paging.events import lock_contract
from rules.service_hours import Calendar, business_between

STAFFED = "The help desk is staffed in all of it: no booking is needed then."


class Unbookable(Exception):
    """A window that cannot be booked: `field` (`from` or `until`) says where, the text why."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def book(
    session: Session, contract: Contract, starts_at: datetime, ends_at: datetime, reference: str, now: datetime,
    actor: str,
) -> Maintenance:  # fmt: skip
    """Book a window [starts_at, ends_at) for a contract, which is locked. Raises Unbookable."""
    lock_contract(session, contract.number)
    there = of_contract(session, contract.id)
    _check(starts_at, ends_at, there, now)
    window = booked(contract.id, starts_at, ends_at, reference, (), now)
    session.add(window)
    session.flush()
    _trail(session, "maintenance.booked", contract, None, window, now, actor)
    return window


def _check(starts_at: datetime, ends_at: datetime, there: Sequence[Maintenance], now: datetime) -> None:
    if ends_at <= starts_at:
        raise Unbookable("until", "The end must be after the start.")
    if ends_at <= now:
        raise Unbookable("until", "This window is over already.")
    for other in there:
        if starts_at < other.ends_at and other.starts_at < ends_at:
            raise Unbookable("from", f"It overlaps the window {other.reference} of this contract.")


def cancel(session: Session, contract: Contract, window_id: int, now: datetime, actor: str) -> bool:
    """Take a window out of the book; a ticket that it has stays. False if the contract has no such window."""
    window = next((each for each in of_contract(session, contract.id) if each.id == window_id), None)
    if window is None:
        return False
    _trail(session, "maintenance.cancelled", contract, window, None, now, actor)
    session.delete(window)
    return True


def is_staffed_throughout(calendar: Calendar, starts_at: datetime, ends_at: datetime) -> bool:
    """Whether the help desk is there for the whole window: then it need not be booked."""
    return business_between(calendar, starts_at, ends_at) == ends_at - starts_at


def _trail(
    session: Session, action: str, contract: Contract, before: Maintenance | None, after: Maintenance | None,
    now: datetime, actor: str,
) -> None:  # fmt: skip
    subject = f"contract:{contract.number}"
    session.add(
        Audit(at=now, actor=actor, action=action, subject=subject, before=_as_json(before), after=_as_json(after))
    )


def _as_json(window: Maintenance | None) -> dict[str, str] | None:
    if window is None:
        return None
    starts, ends = window.starts_at.isoformat(), window.ends_at.isoformat()
    return {"from": starts, "until": ends, "reference": window.reference}


def listed(session: Session, contract_id: int) -> Sequence[Maintenance]:
    """A contract's windows, the earliest first."""
    statement = select(Maintenance).where(Maintenance.contract_id == contract_id)
    return session.execute(statement.order_by(Maintenance.starts_at)).scalars().all()


def of_contract(session: Session, contract_id: int) -> Sequence[Maintenance]:
    """A contract's windows, locked: the engine settles none of them meanwhile."""
    statement = select(Maintenance).where(Maintenance.contract_id == contract_id)
    return session.execute(statement.order_by(Maintenance.starts_at).with_for_update()).scalars().all()


def booked(
    contract_id: int,
    starts_at: datetime,
    ends_at: datetime,
    reference: str,
    there: Sequence[Maintenance],
    now: datetime,
) -> Maintenance:
    """A new window, due at its start unless it is over.

    A window that has begun and was only moved or renamed, among those that were `there`, keeps its ticket: it pages
    nobody again.
    """
    same = (row for row in there if _has_begun(row, now) and (row.reference == reference or row.starts_at == starts_at))
    begun = next(same, None) if starts_at <= now else None
    return Maintenance(
        contract_id=contract_id,
        starts_at=starts_at,
        ends_at=ends_at,
        reference=reference,
        ticket_number=begun.ticket_number if begun else None,
        due_at=None if begun or ends_at <= now else starts_at,
    )


def _has_begun(row: Maintenance, now: datetime) -> bool:
    return row.ticket_number is not None and row.starts_at <= now < row.ends_at
