"""The service around the line: the people behind each role, the help desk, the numbers that text, the engines."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from models.database import Base


class RoleContact(Base):
    """A person who holds a role: duty_manager, support_team, team_leader, support_manager, co_ceo, cto."""

    __tablename__ = "role_contact"
    __table_args__ = (Index("ix_role_contact_role", "role", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(String(32))
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(120))
    phone: Mapped[str | None] = mapped_column(String(32))
    email: Mapped[str | None] = mapped_column(String(254))


class Setting(Base):
    """`help_desk` and `service_hours`, as in the YAML file."""

    __tablename__ = "setting"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)


class Heartbeat(Base):
    """When each engine was last seen at work."""

    __tablename__ = "heartbeat"

    engine: Mapped[str] = mapped_column(String(120), primary_key=True)
    seen_at: Mapped[datetime]


class Sender(Base):
    """A number that texts: `free_at` is when all that it has sent is through, at the provider's rate."""

    __tablename__ = "sender"

    number: Mapped[str] = mapped_column(String(32), primary_key=True)
    free_at: Mapped[datetime]


class Periodic(Base):
    """Work that is done once each time, by whichever process writes the row."""

    __tablename__ = "periodic"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    scheduled_for: Mapped[datetime] = mapped_column(primary_key=True)
