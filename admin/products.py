"""Products: what their dates mean for whoever has them, and each change in the trail."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from admin import trail
from admin.contracts import Taken, as_json
from models.customer import Contract, Product

COLUMNS = ("name", "end_of_support", "end_of_life")


class Counted(NamedTuple):
    product: Product
    contracts: int


def listed(session: Session) -> Sequence[Counted]:
    """By name, each with the number of its contracts."""
    counts = select(Contract.product_id, func.count().label("many")).group_by(Contract.product_id).subquery()
    statement = select(Product, func.coalesce(counts.c.many, 0)).outerjoin(counts, counts.c.product_id == Product.id)
    return [Counted(*row) for row in session.execute(statement.order_by(Product.name))]


def names(session: Session) -> Sequence[str]:
    return session.execute(select(Product.name).order_by(Product.name)).scalars().all()


def terms_of(product: Product) -> dict[str, Any]:
    """A product as its form has it."""
    return {name: getattr(product, name) for name in COLUMNS}


def save(session: Session, product: Product, terms: Mapping[str, Any], now: datetime) -> None:
    """Let a product, new or known, be as `terms` say. Raises Taken."""
    other = select(Product.id).where(Product.name == terms["name"], Product.id.is_distinct_from(product.id))
    if session.execute(other).first():
        raise Taken("name", f"Another product is called {terms['name']}.")
    before = terms_of(product) if product.id else None
    for name in COLUMNS:
        setattr(product, name, terms[name])
    session.add(product)
    session.flush()
    action = "product.changed" if before else "product.added"
    trail.record(session, now, action, f"product:{product.name}", as_json(before), as_json(terms))


def effect(product: Product, today: date) -> str:
    """What its dates do to who is served."""
    ends = [day for day in (product.end_of_support, product.end_of_life) if day]
    if not ends:
        return "No end is set: its contracts are served as their own terms say."
    if min(ends) < today:
        return f"Since {min(ends)} is over, callers of its contracts are refused."
    return f"From the day after {min(ends)} callers of its contracts are refused."
