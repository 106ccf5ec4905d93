"""What the forms of customers write: contracts, their contacts, products and PINs, each change in the trail."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from admin import trail
from models.customer import HOUSE_CONTRACT, Contact, Contract, Customer, Pin, Product
from rules.pins import Peppers, new_pin

TERMS = ("site", "plan", "starts", "ends", "paid")


class Taken(Exception):
    """Another row has this already: `field` is the form's field, the text what to do."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def find(session: Session, contract_id: int) -> Contract | None:
    """The contract with its customer and product. The house's own, of drills, is nobody's to see or change."""
    statement = select(Contract).where(Contract.id == contract_id, Contract.number != HOUSE_CONTRACT)
    return session.execute(
        statement.options(joinedload(Contract.customer), joinedload(Contract.product))
    ).scalar_one_or_none()


def contacts_of(session: Session, contract_id: int) -> Sequence[Contact]:
    statement = select(Contact).where(Contact.contract_id == contract_id).order_by(Contact.position, Contact.id)
    return session.execute(statement).scalars().all()


def pins_of(session: Session, contract_id: int) -> Sequence[Pin]:
    """Those in force first, then by age."""
    statement = select(Pin).where(Pin.contract_id == contract_id)
    return session.execute(statement.order_by(Pin.revoked_at.is_not(None), Pin.created_at, Pin.id)).scalars().all()


def add(session: Session, number: str, terms: Mapping[str, Any], now: datetime) -> Contract:
    """A new contract, of a new customer or of the one with this name. Raises Taken."""
    if number == HOUSE_CONTRACT:
        raise Taken("number", f"{HOUSE_CONTRACT} is kept for drills. Type another number.")
    if session.execute(select(Contract.id).where(Contract.number == number)).first():
        raise Taken("number", f"There is a contract {number} already. Type the number of the new one.")
    customer = session.execute(select(Customer).where(Customer.name == terms["customer"])).scalar_one_or_none()
    if customer is None:
        customer = Customer(name=terms["customer"], time_zone=terms["time_zone"])
        session.add(customer)
    session.flush()
    contract = Contract(number=number, customer_id=customer.id, **{name: terms[name] for name in TERMS})
    contract.time_zone = terms["site_time_zone"]
    contract.product_id = _product_id(session, terms["product"])
    session.add(contract)
    session.flush()
    _replace_contacts(session, contract.id, terms["contacts"])
    trail.record(session, now, "contract.added", f"contract:{number}", None, _as_json(terms))
    return contract


def change(session: Session, contract: Contract, terms: Mapping[str, Any], now: datetime) -> bool:
    """Let a contract, its customer and contacts be as `terms` say. False where they are so already. Raises Taken."""
    before = terms_of(session, contract)
    if before == terms:
        return False
    customer = contract.customer
    other = select(Customer.id).where(Customer.name == terms["customer"], Customer.id != customer.id)
    if session.execute(other).first():
        raise Taken("customer", f"Another customer is called {terms['customer']}.")
    customer.name, customer.time_zone = terms["customer"], terms["time_zone"]
    for name in TERMS:
        setattr(contract, name, terms[name])
    contract.time_zone = terms["site_time_zone"]
    contract.product_id = _product_id(session, terms["product"])
    if before["contacts"] != terms["contacts"]:
        _replace_contacts(session, contract.id, terms["contacts"])
    subject = f"contract:{contract.number}"
    trail.record(session, now, "contract.changed", subject, _as_json(before), _as_json(terms))
    return True


def terms_of(session: Session, contract: Contract) -> dict[str, Any]:
    """A contract as its form has it."""
    people = contacts_of(session, contract.id)
    return {
        "customer": contract.customer.name,
        "time_zone": contract.customer.time_zone,
        "site_time_zone": contract.time_zone,
        "product": contract.product.name if contract.product else None,
        "contacts": [{"name": c.name, "phone": c.phone, "email": c.email} for c in people],
    } | {name: getattr(contract, name) for name in TERMS}


def issue_pin(session: Session, contract: Contract, typed: str | None, peppers: Peppers, now: datetime) -> str:
    """A further PIN for the contract, the typed one or a generated one; answers it, this once. Raises Taken."""
    pin = typed or new_pin()
    while _is_known(session, peppers, pin):
        if typed:
            raise Taken("pin", "This PIN is or was in use. Type another one, or leave it empty for a generated one.")
        pin = new_pin()
    session.add(Pin(contract_id=contract.id, digest=peppers.digest(pin), created_at=now))
    session.flush()
    trail.record(session, now, "pin.issued", f"contract:{contract.number}", None, None)
    return pin


def revoke_pin(session: Session, contract: Contract, pin_id: int, now: datetime) -> bool:
    """From now on the PIN opens nothing. False if there is no such PIN, or it was revoked before."""
    pin = session.get(Pin, pin_id)
    if pin is None or pin.contract_id != contract.id or pin.revoked_at is not None:
        return False
    pin.revoked_at = now
    trail.record(session, now, "pin.revoked", f"contract:{contract.number}", {"issued": _text(pin.created_at)}, None)
    return True


def _is_known(session: Session, peppers: Peppers, pin: str) -> bool:
    return session.execute(select(Pin.id).where(Pin.digest.in_(peppers.candidates(pin)))).first() is not None


def _product_id(session: Session, name: str | None) -> int | None:
    if not name:
        return None
    product = session.execute(select(Product).where(Product.name == name)).scalar_one_or_none()
    if product is None:
        product = Product(name=name)
        session.add(product)
        session.flush()
    return product.id


def _replace_contacts(session: Session, contract_id: int, people: Sequence[Mapping[str, str | None]]) -> None:
    for contact in contacts_of(session, contract_id):
        session.delete(contact)
    for position, person in enumerate(people, start=1):
        session.add(Contact(contract_id=contract_id, position=position, **person))


def _as_json(terms: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _text(value) for name, value in terms.items()}


def _text(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
