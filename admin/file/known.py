"""What the database holds before a file is loaded."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.customer import Contract, Customer, Pin, Product
from models.schedule import EscalationPolicy
from models.technician import Technician
from paging import roster, rotations
from paging.rotations import Editing
from rules.on_call import Schedule


@dataclass(frozen=True, slots=True)
class Known:
    """Rows by what the file calls them; PINs' digests with their contract's number. Nobody else edits a schedule."""

    now: datetime
    technicians: dict[str, Technician]
    editings: dict[str, Editing]
    policies: dict[str, EscalationPolicy]
    products: dict[str, Product]
    customers: dict[str, Customer]
    contracts: dict[str, Contract]
    pins: dict[str, str]

    @property
    def schedules(self) -> dict[str, Schedule]:
        """As they are now."""
        return {key: editing.schedule for key, editing in self.editings.items()}


def known_now(session: Session, now: datetime) -> Known:
    """All that a file can refer to."""
    pins = select(Pin.digest, Contract.number).join(Contract, Pin.contract_id == Contract.id)
    return Known(
        now=now,
        technicians=roster.technicians(session),
        editings=rotations.begin_all(session, now),
        policies={row.key: row for row in session.scalars(select(EscalationPolicy))},
        products={row.name: row for row in session.scalars(select(Product))},
        customers={row.name: row for row in session.scalars(select(Customer))},
        contracts={row.number: row for row in session.scalars(select(Contract))},
        pins={digest: number for digest, number in session.execute(pins)},
    )
