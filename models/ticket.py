"""One problem, its number, its state and its story."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Identity, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.customer import Contract
from models.database import Base, enum_of
from rules.targets import Priority


class TicketState(StrEnum):
    OPEN = "open"
    IN_CHARGE = "in_charge"
    WAITING = "waiting"
    SOLVED = "solved"
    EXCLUDED = "excluded"


TICKET_MOVES: dict[TicketState, frozenset[TicketState]] = {
    TicketState.OPEN: frozenset({TicketState.IN_CHARGE, TicketState.SOLVED, TicketState.EXCLUDED}),
    TicketState.IN_CHARGE: frozenset({TicketState.OPEN, TicketState.WAITING, TicketState.SOLVED, TicketState.EXCLUDED}),
    TicketState.WAITING: frozenset({TicketState.IN_CHARGE, TicketState.SOLVED, TicketState.EXCLUDED}),
    TicketState.SOLVED: frozenset(),
    TicketState.EXCLUDED: frozenset(),
}


class TicketSource(StrEnum):
    CALL = "call"
    EVENT = "event"
    MAINTENANCE = "maintenance"
    DRILL = "drill"


class Ticket(Base):
    """`number` is the one number that caller, technician and CRM use; it starts at 100001 and grows.

    `problem` counts the problems reported in one call: a repeated webhook cannot open a second ticket for one.
    """

    __tablename__ = "ticket"
    __table_args__ = (
        UniqueConstraint("call_sid", "problem"),
        Index("ix_ticket_state", "state", "number"),
        Index("ix_ticket_taken_by", "taken_by", "state"),
        Index("ix_ticket_ended", "ended_at", "number"),
        {"sqlite_autoincrement": True},
    )

    number: Mapped[int] = mapped_column(Integer, Identity(start=100_001), primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"), index=True)
    priority: Mapped[Priority] = mapped_column(enum_of(Priority))
    state: Mapped[TicketState] = mapped_column(enum_of(TicketState))
    source: Mapped[TicketSource] = mapped_column(enum_of(TicketSource))
    call_sid: Mapped[str | None] = mapped_column(ForeignKey("call.sid"))
    problem: Mapped[int | None]
    caller: Mapped[str | None] = mapped_column(String(32))
    callback: Mapped[str | None] = mapped_column(String(32))
    recording_url: Mapped[str | None] = mapped_column(String(500))
    summary: Mapped[str | None] = mapped_column(Text)
    opened_at: Mapped[datetime] = mapped_column(index=True)
    target_at: Mapped[datetime | None]
    taken_in_charge_at: Mapped[datetime | None]
    taken_by: Mapped[str | None] = mapped_column(String(120))
    waiting_since: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(Text)
    remote_access: Mapped[bool | None]

    contract: Mapped[Contract] = relationship(lazy="raise")


class TicketEvent(Base):
    """One line of a ticket's story. Rows are only ever added."""

    __tablename__ = "ticket_event"
    __table_args__ = (Index("ix_ticket_event_story", "ticket_number", "at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_number: Mapped[int] = mapped_column(ForeignKey("ticket.number"))
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(32))
    text: Mapped[str] = mapped_column(Text)


class MonitoredEvent(Base):
    """A condition reported by monitoring; known by contract, event and key until its ticket ends."""

    __tablename__ = "monitored_event"
    __table_args__ = (
        Index("ix_monitored_event_known", "contract_id", "event", "key"),
        Index("ix_monitored_event_last", "last_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"))
    event: Mapped[str] = mapped_column(String(64))
    key: Mapped[str] = mapped_column(String(200))
    ticket_number: Mapped[int | None] = mapped_column(ForeignKey("ticket.number"))
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    cleared_at: Mapped[datetime | None]
