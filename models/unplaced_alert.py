"""Alerts of monitoring that could not be placed."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from models.database import Base

IS_DUE = text("due_at IS NOT NULL")


class UnplacedAlert(Base):
    """An alert for which no contract or event was found; deleted when a person dismisses it or when it can be placed.

    `key` is the same for each repeat of an alert. `due_at` is when the admins must be told of it, None once they were.
    """

    __tablename__ = "unplaced_alert"
    __table_args__ = (
        Index("ix_unplaced_alert_due", "due_at", postgresql_where=IS_DUE, sqlite_where=IS_DUE),
        Index("ix_unplaced_alert_listed", "last_at", "id"),
        Index("ix_unplaced_alert_told", "told_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    sender: Mapped[str] = mapped_column(String(120))
    status: Mapped[str] = mapped_column(String(16))
    labels: Mapped[dict[str, Any]] = mapped_column(JSON)
    summary: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    count: Mapped[int]
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
