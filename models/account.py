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
    """`session_key` changes with the password: a sign-in that is half done ends with it.

    `totp_secret` (base 32) is set while a code is asked; `totp_step` is that of the last code: none counts twice.
    `time_zone` is the one in which this user reads times; None: the browser's.
    """

    __tablename__ = "user_account"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    session_key: Mapped[str] = mapped_column(String(64))
    role: Mapped[Role] = mapped_column(enum_of(Role))
    created_at: Mapped[datetime]
    deactivated_at: Mapped[datetime | None]
    totp_secret: Mapped[str | None] = mapped_column(String(64))
    totp_step: Mapped[int | None]
    time_zone: Mapped[str | None] = mapped_column(String(64))


class RecoveryCode(Base):
    """A code for who has lost the telephone; it is deleted when it is used. `digest` is SHA-256 of it."""

    __tablename__ = "recovery_code"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)


class ConsoleSession(Base):
    """One sign-in, in one browser; it is deleted when it ends. `digest` is SHA-256 of what the browser keeps.

    `seen_at` is written at most once a minute.
    """

    __tablename__ = "console_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    address: Mapped[str] = mapped_column(String(64))
    browser: Mapped[str] = mapped_column(String(64))


class SignInThrottle(Base):
    """Wrong tries to sign in as somebody, on file or not; until `shut_until` no try is looked at.

    `key` is SHA-256 of the e-mail address: what strangers type is not kept.
    """

    __tablename__ = "sign_in_throttle"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(index=True)
    shut_until: Mapped[datetime | None]


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
