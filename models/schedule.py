"""Who is on call when, as dated revisions, and what a page does when nobody answers."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from models.database import Base


class Schedule(Base):
    __tablename__ = "schedule"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)


class ScheduleRevision(Base):
    """The whole schedule as it holds from `effective_at` on. Rows are only ever added."""

    __tablename__ = "schedule_revision"
    __table_args__ = (Index("ix_schedule_revision_lookup", "schedule_key", "effective_at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    schedule_key: Mapped[str] = mapped_column(ForeignKey("schedule.key"))
    effective_at: Mapped[datetime]
    created_at: Mapped[datetime]
    author: Mapped[str] = mapped_column(String(254))
    content: Mapped[dict[str, Any]]


class EscalationPolicy(Base):
    """`content` holds levels, repeat, minimum_round, by_priority and fallback as in the file; pages take a copy."""

    __tablename__ = "escalation_policy"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    content: Mapped[dict[str, Any]]
