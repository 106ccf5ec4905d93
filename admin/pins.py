"""The PINs of contracts: issued, told apart, revoked; each change in the trail, and never a PIN."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from flask_login import current_user
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from admin import trail
from admin.contracts import Taken
from models.call import Call
from models.customer import Contract, Pin
from rules.pins import Peppers, new_pin


def of_contract(session: Session, contract_id: int) -> Sequence[Pin]:
    """Those in force first, then by age."""
    statement = select(Pin).where(Pin.contract_id == contract_id)
    return session.execute(statement.order_by(Pin.revoked_at.is_not(None), Pin.created_at, Pin.id)).scalars().all()


def last_used(session: Session, pins: Sequence[Pin]) -> Mapping[int, datetime]:
    """When the last call began that each PIN opened."""
    statement = select(Call.pin_id, func.max(Call.started_at)).where(Call.pin_id.in_([pin.id for pin in pins]))
    return {pin: at for pin, at in session.execute(statement.group_by(Call.pin_id)) if pin is not None}


def outlived(pins: Sequence[Pin]) -> set[int]:
    """The PINs in force that have a newer one in force under the same label: a change that is not at its end."""
    in_force = [pin for pin in pins if pin.revoked_at is None and pin.label]
    newest = {pin.label: pin.id for pin in in_force}
    return {pin.id for pin in in_force if newest[pin.label] != pin.id}


def newest(session: Session, contract_id: int) -> int:
    """The id of the PIN that was issued last; 0 where there is none."""
    return session.execute(select(func.max(Pin.id)).where(Pin.contract_id == contract_id)).scalar() or 0


def issue(
    session: Session, contract: Contract, typed: str | None, label: str | None, peppers: Peppers, now: datetime
) -> str:
    """A further PIN for the contract, the typed one or a generated one; answers it, this once. Raises Taken."""
    pin = typed or new_pin()
    while _is_known(session, peppers, pin):
        if typed:
            raise Taken("pin", "This PIN is or was in use. Type another one, or leave it empty for a generated one.")
        pin = new_pin()
    by = current_user.email
    digest = peppers.digest(pin)
    session.add(Pin(contract_id=contract.id, digest=digest, digits=len(pin), label=label, issued_by=by, created_at=now))
    session.flush()
    trail.record(session, now, "pin.issued", _subject(contract), None, {"label": label})
    return pin


def rename(session: Session, contract: Contract, pin: Pin, label: str | None, now: datetime) -> bool:
    """Say anew who has a PIN. False where that is what it says."""
    if pin.label == label:
        return False
    trail.record(session, now, "pin.labelled", _subject(contract), {"label": pin.label}, {"label": label})
    pin.label = label
    return True


def revoke(session: Session, contract: Contract, pin: Pin, now: datetime) -> bool:
    """From now on the PIN opens nothing. False if it was revoked before."""
    if pin.revoked_at is not None:
        return False
    pin.revoked_at = now
    before = {"issued": pin.created_at.isoformat(), "label": pin.label}
    trail.record(session, now, "pin.revoked", _subject(contract), before, None)
    return True


def find(session: Session, contract: Contract, pin_id: int) -> Pin | None:
    """One PIN of this contract, and of no other, locked."""
    statement = select(Pin).where(Pin.id == pin_id, Pin.contract_id == contract.id)
    return session.execute(statement.with_for_update()).scalar_one_or_none()


def _subject(contract: Contract) -> str:
    return f"contract:{contract.number}"


def _is_known(session: Session, peppers: Peppers, pin: str) -> bool:
    return session.execute(select(Pin.id).where(Pin.digest.in_(peppers.candidates(pin)))).first() is not None
