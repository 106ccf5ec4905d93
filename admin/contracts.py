"""What the forms of customers write: customers, contracts and their contacts, each change in the trail."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from admin import trail
from admin.customer_lock import hold
from models.customer import HOUSE_CONTRACT, Contact, Contract, Customer, Product
from models.schedule import EscalationPolicy

TERMS = (
    "site", "time_zone", "plan", "starts", "ends", "paid", "escalation_policy", "specialist_name", "specialist_email"
)  # fmt: skip


class Taken(Exception):
    """Another row has this already: `field` is the form's field, the text what to do."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def find(session: Session, contract_id: int, *, lock: bool = False) -> Contract | None:
    """The contract with its customer and product. The house's own, of drills, is nobody's to see or change.

    `lock`: to change it, or to give it a PIN.
    """
    if lock:
        hold(session)
    statement = select(Contract).where(Contract.id == contract_id, Contract.number != HOUSE_CONTRACT)
    statement = statement.options(joinedload(Contract.customer), joinedload(Contract.product))
    return session.execute(statement.with_for_update(of=Contract) if lock else statement).scalar_one_or_none()


def find_customer(session: Session, customer_id: int, *, lock: bool = False) -> Customer | None:
    """The customer; not the house. `lock`: to change it."""
    if lock:
        hold(session)
    statement = select(Customer).where(Customer.id == customer_id, Customer.id.not_in(_house()))
    return session.execute(statement.with_for_update() if lock else statement).scalar_one_or_none()


def of_customer(session: Session, customer_id: int) -> Sequence[Contract]:
    """In the order in which they came."""
    statement = select(Contract).where(Contract.customer_id == customer_id).order_by(Contract.id)
    options = (joinedload(Contract.customer), joinedload(Contract.product))
    return session.execute(statement.options(*options)).scalars().all()


def contacts_of(session: Session, contract_id: int) -> Sequence[Contact]:
    statement = select(Contact).where(Contact.contract_id == contract_id).order_by(Contact.position, Contact.id)
    return session.execute(statement).scalars().all()


def people_of(session: Session, contract_id: int) -> list[dict[str, str | None]]:
    """A contract's contacts as their form has them."""
    return [{"name": c.name, "phone": c.phone, "email": c.email} for c in contacts_of(session, contract_id)]


def policies(session: Session) -> Sequence[str]:
    """The keys of the escalation policies."""
    return session.execute(select(EscalationPolicy.key).order_by(EscalationPolicy.key)).scalars().all()


def customer_named(session: Session, name: str, time_zone: str | None, now: datetime) -> Customer:
    """The customer with this name, or a new one, in this zone where one is typed. Raises Taken."""
    customer = session.execute(select(Customer).where(Customer.name == name)).scalar_one_or_none()
    if customer is None:
        customer = Customer(name=name, time_zone=time_zone)
        session.add(customer)
        session.flush()
        after = {"name": name, "time_zone": time_zone}
        trail.record(session, now, "customer.added", f"customer:{name}", None, after)
    elif find_customer(session, customer.id) is None:
        raise Taken("customer", f"{name} is kept for drills. Type another name.")
    elif time_zone and time_zone != customer.time_zone:
        on_file = f"in {customer.time_zone}" if customer.time_zone else "without a time zone"
        raise Taken("customer_zone", f"{name} is on file {on_file}: leave this empty. Its own page changes that.")
    return customer


def change_customer(session: Session, customer: Customer, terms: Mapping[str, Any], now: datetime) -> bool:
    """Let a customer be called, and be, as `terms` say. False where that is so already. Raises Taken."""
    before = customer_terms(customer)
    if before == terms:
        return False
    other = select(Customer.id).where(Customer.name == terms["customer"], Customer.id != customer.id)
    if session.execute(other).first():
        raise Taken("customer", f"Another customer is called {terms['customer']}.")
    customer.name, customer.time_zone = terms["customer"], terms["customer_zone"]
    trail.record(session, now, "customer.changed", f"customer:{customer.name}", before, dict(terms))
    return True


def customer_terms(customer: Customer) -> dict[str, Any]:
    """A customer as its form has it."""
    return {"customer": customer.name, "customer_zone": customer.time_zone}


def add(
    session: Session, customer: Customer, number: str, terms: Mapping[str, Any], people: Sequence[Mapping[str, Any]],
    now: datetime,
) -> Contract:  # fmt: skip
    """A new contract of a customer. Raises Taken."""
    if number == HOUSE_CONTRACT:
        raise Taken("number", f"{HOUSE_CONTRACT} is kept for drills. Type another number.")
    if session.execute(select(Contract.id).where(Contract.number == number)).first():
        raise Taken("number", f"There is a contract {number} already. Type the number of the new one.")
    contract = Contract(number=number, customer_id=customer.id, **{name: terms[name] for name in TERMS})
    contract.product_id = _product_id(session, terms["product"])
    session.add(contract)
    session.flush()
    _replace_contacts(session, contract.id, people)
    after = as_json({"customer": customer.name, **terms, "contacts": list(people)})
    trail.record(session, now, "contract.added", f"contract:{number}", None, after)
    return contract


def change(session: Session, contract: Contract, terms: Mapping[str, Any], now: datetime) -> bool:
    """Let a contract be as `terms` say. False where it is so already."""
    before = terms_of(contract)
    if before == terms:
        return False
    for name in TERMS:
        setattr(contract, name, terms[name])
    contract.product_id = _product_id(session, terms["product"])
    subject = f"contract:{contract.number}"
    trail.record(session, now, "contract.changed", subject, as_json(before), as_json(terms))
    return True


def change_people(
    session: Session, contract: Contract, people: Sequence[Mapping[str, str | None]], now: datetime
) -> bool:
    """Let these be a contract's contacts. False where they are so already."""
    before = people_of(session, contract.id)
    if before == list(people):
        return False
    _replace_contacts(session, contract.id, people)
    subject = f"contract:{contract.number}"
    trail.record(session, now, "contacts.changed", subject, {"contacts": before}, {"contacts": list(people)})
    return True


def terms_of(contract: Contract) -> dict[str, Any]:
    """A contract as its form has it."""
    product = contract.product.name if contract.product else None
    return {"product": product} | {name: getattr(contract, name) for name in TERMS}


def as_json(terms: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """For the trail: dates as text."""
    return None if terms is None else {name: _text(value) for name, value in terms.items()}


def _house() -> Any:
    return select(Contract.customer_id).where(Contract.number == HOUSE_CONTRACT)


def _product_id(session: Session, name: str | None) -> int | None:
    return session.execute(select(Product.id).where(Product.name == name)).scalar() if name else None


def _replace_contacts(session: Session, contract_id: int, people: Sequence[Mapping[str, str | None]]) -> None:
    for contact in contacts_of(session, contract_id):
        session.delete(contact)
    for position, person in enumerate(people, start=1):
        session.add(Contact(contract_id=contract_id, position=position, **person))


def _text(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
