"""What is spent of the budgets for wrong PINs, and the numbers that the line does not serve."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from models.database import Base


class Throttle(Base):
    """What is spent of one budget for wrong PINs (rules/pin_budgets.py); `key` is the budget's.

    `whole_at` is when all that is spent has come back; `failures` counts the wrong PINs since it last had. `shut_until`
    is when a budget that could pay for no further PIN can again. Rows without `whole_at` are an earlier version's.
    """

    __tablename__ = "throttle"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime]
    shut_until: Mapped[datetime | None]
    whole_at: Mapped[datetime | None]


class BlockedNumber(Base):
    """A number, E.164, whose calls are turned away with one sentence."""

    __tablename__ = "blocked_number"

    number: Mapped[str] = mapped_column(String(32), primary_key=True)
    reason: Mapped[str] = mapped_column(String(200))
    blocked_by: Mapped[str] = mapped_column(String(254))
    blocked_at: Mapped[datetime]
