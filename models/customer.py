"""Customers, their contracts and what proves them."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.database import Base, due_index, enum_of
from rules.entitlement import Cover
from rules.targets import Plan

HOUSE_CONTRACT = "DRILL"
"""The number of the house's own contract, under which drills are held: it is nobody's, and no PIN opens it."""


class Customer(Base):
    """A customer at one site; `time_zone` is the site's, None where it is unknown."""

    __tablename__ = "customer"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    time_zone: Mapped[str | None] = mapped_column(String(64))


class Product(Base):
    __tablename__ = "product"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    end_of_support: Mapped[date | None]
    end_of_life: Mapped[date | None]


class Contract(Base):
    """`starts` and `ends` are whole days, both included, in the site's zone.

    `site` and `time_zone` are the contract's own, where the customer has several sites; None: the customer's.
    """

    __tablename__ = "contract"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(64), unique=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id"))
    plan: Mapped[Plan] = mapped_column(enum_of(Plan))
    starts: Mapped[date]
    ends: Mapped[date]
    paid: Mapped[bool]
    escalation_policy: Mapped[str] = mapped_column(String(64), default="default")
    specialist_name: Mapped[str | None] = mapped_column(String(120))
    specialist_email: Mapped[str | None] = mapped_column(String(254))
    site: Mapped[str | None] = mapped_column(String(120))
    time_zone: Mapped[str | None] = mapped_column(String(64))

    customer: Mapped[Customer] = relationship(lazy="raise")
    product: Mapped[Product | None] = relationship(lazy="raise")

    @property
    def site_time_zone(self) -> str | None:
        """The zone of the site that this contract covers; None where it is unknown."""
        return self.time_zone or self.customer.time_zone

    @property
    def cover(self) -> Cover:
        """What its terms say of who is served. Its customer and product are loaded."""
        return Cover(
            plan=self.plan,
            starts=self.starts,
            ends=self.ends,
            paid=self.paid,
            end_of_support=self.product.end_of_support if self.product else None,
            end_of_life=self.product.end_of_life if self.product else None,
            time_zone=self.site_time_zone,
        )


class Pin(Base):
    """`digest` is keyed with the pepper: it finds the contract and proves the PIN, and never shows it.

    `label` says who was given it, so that several can be told apart. `issued_by` is None for one that a file brought.
    `digits` is its length; None for one from before lengths were kept, until it is next used.
    """

    __tablename__ = "pin"

    id: Mapped[int] = mapped_column(primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    digits: Mapped[int | None]
    label: Mapped[str | None] = mapped_column(String(60))
    issued_by: Mapped[str | None] = mapped_column(String(254))
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class Contact(Base):
    """An administrator of the customer or its reseller; a call from `phone` is 'registered'."""

    __tablename__ = "contact"

    id: Mapped[int] = mapped_column(primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"), index=True)
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(120))
    phone: Mapped[str | None] = mapped_column(String(32), index=True)
    email: Mapped[str | None] = mapped_column(String(254))


class Maintenance(Base):
    """A booked window [starts_at, ends_at) in which on-call help was promised.

    `due_at` is when the technician on call must be paged for it; None once that was settled.
    """

    __tablename__ = "maintenance"
    __table_args__ = (due_index("maintenance"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    reference: Mapped[str] = mapped_column(String(120))
    ticket_number: Mapped[int | None] = mapped_column(ForeignKey("ticket.number"))
    due_at: Mapped[datetime | None]
