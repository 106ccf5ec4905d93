"""Rows that tests of the edge for programs begin with."""

from datetime import date

from sqlalchemy.orm import Session

from models.customer import Contract, Customer
from rules.targets import Plan


def contract(
    session: Session,
    *,
    number: str = "C-1001",
    customer: str = "Acme SpA",
    time_zone: str | None = "Europe/Rome",
    plan: Plan = Plan.PLATINUM,
    starts: date = date(2026, 1, 1),
    ends: date = date(2026, 12, 31),
    paid: bool = True,
) -> Contract:
    """A contract of a new customer, its relations loaded."""
    owner = Customer(name=customer, time_zone=time_zone)
    session.add(owner)
    session.flush()
    row = Contract(number=number, customer_id=owner.id, plan=plan, starts=starts, ends=ends, paid=paid)
    row.escalation_policy = "default"
    session.add(row)
    session.flush()
    session.refresh(row, ["customer", "product"])
    return row
