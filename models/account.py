"""Who may sign in, and which programs may call the API."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from models.database import Base, enum_of


class Role(StrEnum):
    ADMIN = "admin"
    MANAGER = "manager"
    TECHNICIAN = "technician"
    VIEWER = "viewer"


class User(Base):
    """`session_key` changes with the password: older sessions end."""

    __tablename__ = "user_account"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    session_key: Mapped[str] = mapped_column(String(64))
    role: Mapped[Role] = mapped_column(enum_of(Role))
    created_at: Mapped[datetime]


class Scope(StrEnum):
    FULL = "full"
    READ = "read"
    EVENTS = "events"


class Token(Base):
    """`digest` is SHA-256 of a random secret. `contract_id` narrows a token to one contract's events."""

    __tablename__ = "token"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    scope: Mapped[Scope] = mapped_column(enum_of(Scope))
    contract_id: Mapped[int | None] = mapped_column(ForeignKey("contract.id"))
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class CalendarFeed(Base):
    """A secret address at which a calendar reads the turns of one technician, or of one schedule.

    `digest` is SHA-256 of the random secret in the address.
    """

    __tablename__ = "calendar_feed"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    technician_key: Mapped[str | None] = mapped_column(ForeignKey("technician.key"), index=True)
    schedule_key: Mapped[str | None] = mapped_column(ForeignKey("schedule.key"), index=True)
    created_by: Mapped[str] = mapped_column(String(254))
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
