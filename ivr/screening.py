"""Who may use the line: the PIN names the contract, the contract's terms decide."""

from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from models.customer import Contact, Contract, Pin
from rules.entitlement import Accepted, Cover, Refused, screen
from rules.line import Line
from rules.pins import Peppers, is_well_formed

_BY_PIN = (
    select(Contract)
    .join(Pin, Pin.contract_id == Contract.id)
    .join(Contract.customer)
    .outerjoin(Contract.product)
    .where(Pin.digest.in_(bindparam("digests", expanding=True)), Pin.revoked_at.is_(None))
    .options(contains_eager(Contract.customer), contains_eager(Contract.product))
)
_BY_ID = select(Contract).where(Contract.id == bindparam("id")).options(joinedload(Contract.customer))
_REGISTERED = select(Contact.id).where(Contact.phone == bindparam("phone")).limit(1)


def is_registered(session: Session, caller: str | None) -> bool:
    """Whether the calling number is on file with any contract."""
    return caller is not None and session.execute(_REGISTERED, {"phone": caller}).first() is not None


def contract_of_pin(session: Session, peppers: Peppers, pin: str) -> Contract | None:
    """The contract that a PIN proves, with customer and product; None for a PIN that is not in force."""
    if not is_well_formed(pin):
        return None
    return session.execute(_BY_PIN, {"digests": peppers.candidates(pin)}).scalars().first()


def contract_by_id(session: Session, contract_id: int) -> Contract:
    """A contract with its customer."""
    return session.execute(_BY_ID, {"id": contract_id}).scalar_one()


def entitlement(
    line: Line, contract: Contract, caller: str | None, at: datetime, *, out_of_hours: bool
) -> Accepted | Refused:
    """Whether the contract may use the line at this instant."""
    cover = Cover(
        plan=contract.plan,
        starts=contract.starts,
        ends=contract.ends,
        paid=contract.paid,
        end_of_support=contract.product.end_of_support if contract.product else None,
        end_of_life=contract.product.end_of_life if contract.product else None,
        time_zone=contract.customer.time_zone,
    )
    return screen(cover, caller, at, line.policy.entitlement, out_of_hours=out_of_hours)
