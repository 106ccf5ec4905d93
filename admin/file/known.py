"""What the database holds before a file is loaded."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.customer import Contract, Customer, Pin, Product
from models.schedule import EscalationPolicy
from models.technician import Technician
from paging import roster
from rules.on_call import Schedule


@dataclass(frozen=True, slots=True)
class Known:
    """Rows by what the file calls them; schedules as they are now; PINs' digests with their contract's number."""

    technicians: dict[str, Technician]
    schedules: dict[str, Schedule]
    policies: dict[str, EscalationPolicy]
    products: dict[str, Product]
    customers: dict[str, Customer]
    contracts: dict[str, Contract]
    pins: dict[str, str]


def known_now(session: Session, now: datetime) -> Known:
    """All that a file can refer to."""
    pins = select(Pin.digest, Contract.number).join(Contract, Pin.contract_id == Contract.id)
    return Known(
        technicians=roster.technicians(session),
        schedules={key: roster.current_schedule(session, key, now) for key in roster.schedule_keys(session)},
        policies={row.key: row for row in session.scalars(select(EscalationPolicy))},
        products={row.name: row for row in session.scalars(select(Product))},
        customers={row.name: row for row in session.scalars(select(Customer))},
        contracts={row.number: row for row in session.scalars(select(Contract))},
        pins={digest: number for digest, number in session.execute(pins)},
    )
