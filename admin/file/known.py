"""What the database holds before a file is loaded."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.customer import Contact, Contract, Customer, Pin, Product
from models.schedule import EscalationPolicy
from models.technician import Technician
from paging import roster, rotations
from paging.rotations import Editing
from rules.on_call import Schedule


@dataclass(frozen=True, slots=True)
class Known:
    """Rows by what the file calls them; PINs' digests with their contract's number, contacts by their contract's id.

    Nobody else edits a schedule.
    """

    now: datetime
    technicians: dict[str, Technician]
    editings: dict[str, Editing]
    policies: dict[str, EscalationPolicy]
    products: dict[str, Product]
    customers: dict[str, Customer]
    contracts: dict[str, Contract]
    pins: dict[str, str]
    contacts: dict[int, list[Contact]] = field(default_factory=dict)

    @property
    def schedules(self) -> dict[str, Schedule]:
        """As they are now."""
        return {key: editing.schedule for key, editing in self.editings.items()}


def known_now(session: Session, now: datetime) -> Known:
    """All that a file can refer to."""
    customers = known_customers(session, now)
    return replace(customers, technicians=roster.technicians(session), editings=rotations.begin_all(session, now))


def known_customers(session: Session, now: datetime) -> Known:
    """All that the products and customers of a file can refer to: it has no technicians and no schedules."""
    pins = select(Pin.digest, Contract.number).join(Contract, Pin.contract_id == Contract.id)
    return Known(
        now=now,
        technicians={},
        editings={},
        policies={row.key: row for row in session.scalars(select(EscalationPolicy))},
        products={row.name: row for row in session.scalars(select(Product))},
        customers={row.name: row for row in session.scalars(select(Customer))},
        contracts={row.number: row for row in session.scalars(select(Contract).options(joinedload(Contract.product)))},
        pins={digest: number for digest, number in session.execute(pins)},
        contacts=_contacts(session),
    )


def _contacts(session: Session) -> dict[int, list[Contact]]:
    """In their order."""
    found: dict[int, list[Contact]] = {}
    for row in session.scalars(select(Contact).order_by(Contact.contract_id, Contact.position, Contact.id)):
        found.setdefault(row.contract_id, []).append(row)
    return found
