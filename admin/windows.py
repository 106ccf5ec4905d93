"""Booked maintenance windows, as the file, the console and the API write them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.customer import Maintenance


def of_contract(session: Session, contract_id: int) -> Sequence[Maintenance]:
    """A contract's windows, the earliest first; locked: the engine settles none of them meanwhile."""
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

    A window that has begun and was only moved, among those that were `there`, keeps its ticket: it pages nobody again.
    """
    moved = next((row for row in there if _has_begun(row, now) and row.reference == reference), None)
    begun = moved if starts_at <= now else None
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
