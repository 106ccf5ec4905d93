"""Who may use the line: the PIN names the contract, the contract's terms decide."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased, joinedload

from models.customer import Contact, Contract, Customer, Pin, Product
from models.protection import BlockedNumber
from rules.entitlement import Accepted, Cover, Refused, screen
from rules.line import Line
from rules.pins import Peppers

_BY_PIN = (
    select(
        Contract.id,
        Contract.number,
        Contract.plan,
        Contract.starts,
        Contract.ends,
        Contract.paid,
        Product.end_of_support,
        Product.end_of_life,
        func.coalesce(Contract.time_zone, Customer.time_zone).label("time_zone"),
        Pin.digest,
        Pin.id.label("pin_id"),
        Pin.digits,
    )
    .join(Pin, Pin.contract_id == Contract.id)
    .join(Customer, Customer.id == Contract.customer_id)
    .outerjoin(Product, Product.id == Contract.product_id)
    .where(
        or_(Pin.digest == bindparam("digest"), Pin.digest == bindparam("older_digest")),
        Pin.revoked_at.is_(None),
    )
)
_Other = aliased(Pin)
_REKEY = (
    update(Pin)
    .where(Pin.digest == bindparam("older_digest"))
    .where(~exists().where(_Other.digest == bindparam("current_digest")))
    .values(digest=bindparam("current_digest"))
)
_MEASURE = update(Pin).where(Pin.id == bindparam("measured"), Pin.digits.is_(None)).values(digits=bindparam("length"))
_BY_ID = select(Contract).where(Contract.id == bindparam("id")).options(joinedload(Contract.customer))
_STANDING = select(
    exists().where(Contact.phone == bindparam("number")).label("registered"),
    exists().where(BlockedNumber.number == bindparam("number")).label("blocked"),
)


@dataclass(frozen=True, slots=True)
class Standing:
    """`registered`: the number is on file with any contract. `blocked`: it is on the block list."""

    registered: bool
    blocked: bool


@dataclass(frozen=True, slots=True)
class Proven:
    """The contract that a PIN proved, and which of its PINs did."""

    contract_id: int
    number: str
    cover: Cover
    pin_id: int


def standing(connection: Connection, caller: str | None) -> Standing:
    """What is on file of the number calling."""
    if caller is None:
        return Standing(registered=False, blocked=False)
    return Standing(*map(bool, connection.execute(_STANDING, {"number": caller}).one()))


def prove(connection: Connection, peppers: Peppers, pin: str, among: Collection[int] | None) -> Proven | None:
    """Return the contract that a PIN proves, None for one that is not in force or opens none of the contracts `among`.

    Whatever was keyed in is looked up in the same way: how long the answer takes says nothing of it. A PIN that is
    still kept under the previous pepper is kept under the current one from now on, so that the previous one can be
    dropped; one whose length is not on record is measured.
    """
    digests = peppers.candidates(pin)
    row = connection.execute(_BY_PIN, {"digest": digests[0], "older_digest": digests[-1]}).first()
    if row is None or (among is not None and row.id not in among):
        return None
    if row.digits is None:
        connection.execute(_MEASURE, {"measured": row.pin_id, "length": len(pin)})
    if row.digest != digests[0]:
        connection.execute(_REKEY, {"older_digest": row.digest, "current_digest": digests[0]})
    cover = Cover(row.plan, row.starts, row.ends, row.paid, row.end_of_support, row.end_of_life, row.time_zone)
    return Proven(row.id, row.number, cover, row.pin_id)


def contract_by_id(session: Session, contract_id: int) -> Contract:
    """A contract with its customer."""
    return session.execute(_BY_ID, {"id": contract_id}).scalar_one()


def entitlement(
    line: Line, proven: Proven, caller: str | None, at: datetime, *, out_of_hours: bool
) -> Accepted | Refused:
    """Whether the contract may use the line at this instant."""
    return screen(proven.cover, caller, at, line.policy.entitlement, out_of_hours=out_of_hours)
