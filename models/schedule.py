"""Who is on call when, as dated revisions, and what a page does when nobody answers."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.database import Base, due_index, enum_of


class HandoffOccasion(StrEnum):
    """AHEAD: the turn will begin. BEGUN: it has. RELEASED: it is over."""

    AHEAD = "ahead"
    BEGUN = "begun"
    RELEASED = "released"


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


class SwapState(StrEnum):
    """What became of a technician's wish. LAPSED: one of the shifts began, or was no longer theirs."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class SwapRequest(Base):
    """A technician asks another one to take a shift, to exchange it for one of theirs, or to give them one.

    `[given_from, given_until)` is the asker's shift, `[taken_from, taken_until)` that of who is asked; None: there is
    none, but never for both. Only who is asked answers it. `due_at` is when the first of them begins, as long as nobody
    has answered: then it lapses.
    """

    __tablename__ = "swap_request"
    __table_args__ = (
        Index("ix_swap_request_asked_of", "asked_of", "state"),
        Index("ix_swap_request_settled", "settled_at", "id"),
        due_index("swap_request"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    schedule_key: Mapped[str] = mapped_column(ForeignKey("schedule.key"), index=True)
    asked_by: Mapped[str] = mapped_column(ForeignKey("technician.key"), index=True)
    asked_of: Mapped[str] = mapped_column(ForeignKey("technician.key"))
    given_from: Mapped[datetime | None]
    given_until: Mapped[datetime | None]
    taken_from: Mapped[datetime | None]
    taken_until: Mapped[datetime | None]
    words: Mapped[str | None] = mapped_column(String(200))
    state: Mapped[SwapState] = mapped_column(enum_of(SwapState))
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]


class HandoffWatch(Base):
    """When a schedule's handoffs must be looked at next: now where the schedule has changed.

    Handoffs before `watched_from` are not told.
    """

    __tablename__ = "handoff_watch"
    __table_args__ = (due_index("handoff_watch"),)

    schedule_key: Mapped[str] = mapped_column(ForeignKey("schedule.key"), primary_key=True)
    watched_from: Mapped[datetime]
    due_at: Mapped[datetime | None]


class HandoffNotice(Base):
    """What a technician was told of the turn that begins at `starts_at`, or ends there (released): once.

    `withdrawn_at`: the turn was given to somebody else, and the technician has been told so.
    """

    __tablename__ = "handoff_notice"
    __table_args__ = (
        UniqueConstraint("schedule_key", "technician_key", "starts_at", "occasion"),
        Index("ix_handoff_notice_starts", "starts_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    schedule_key: Mapped[str] = mapped_column(ForeignKey("schedule.key"))
    technician_key: Mapped[str] = mapped_column(String(64))
    starts_at: Mapped[datetime]
    occasion: Mapped[HandoffOccasion] = mapped_column(enum_of(HandoffOccasion))
    told_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class GapWatch(Base):
    """Up to where, and by which revision, the managers have been told of a schedule's gaps; when to look again."""

    __tablename__ = "gap_watch"
    __table_args__ = (due_index("gap_watch"),)

    schedule_key: Mapped[str] = mapped_column(ForeignKey("schedule.key"), primary_key=True)
    told_until: Mapped[datetime]
    revision_id: Mapped[int]
    due_at: Mapped[datetime | None]
