"""What the line remembers of callers who may be guessing PINs, and the numbers that it does not serve."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from models.database import Base


class Throttle(Base):
    """Wrong PINs of one number, or of the whole line (`key`); until `shut_until` no PIN of theirs is looked at."""

    __tablename__ = "throttle"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime]
    shut_until: Mapped[datetime | None]


class BlockedNumber(Base):
    """A number, E.164, whose calls are turned away with one sentence."""

    __tablename__ = "blocked_number"

    number: Mapped[str] = mapped_column(String(32), primary_key=True)
    reason: Mapped[str] = mapped_column(String(200))
    blocked_by: Mapped[str] = mapped_column(String(254))
    blocked_at: Mapped[datetime]
