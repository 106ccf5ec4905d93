"""What callers recorded: fetched from the provider, kept for a while, then deleted there and here."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.call import Step
from models.database import Base, due_index, enum_of


class RecordingState(StrEnum):
    """WAITING: to be fetched. KEPT: here. LOST: it could not be fetched. DELETED: its retention is over."""

    WAITING = "waiting"
    KEPT = "kept"
    LOST = "lost"
    DELETED = "deleted"


RECORDING_MOVES: dict[RecordingState, frozenset[RecordingState]] = {
    RecordingState.WAITING: frozenset({RecordingState.KEPT, RecordingState.LOST, RecordingState.DELETED}),
    RecordingState.KEPT: frozenset({RecordingState.DELETED}),
    RecordingState.LOST: frozenset({RecordingState.KEPT, RecordingState.DELETED}),
    RecordingState.DELETED: frozenset(),
}


class Recording(Base):
    """`due_at` is when an engine must fetch or delete it; None once it is deleted everywhere.

    `key` is the unguessable part of the address at which the provider plays it. `step` is the question that it answers.
    """

    __tablename__ = "recording"
    __table_args__ = (UniqueConstraint("call_sid", "provider_sid"), due_index("recording"))

    id: Mapped[int] = mapped_column(primary_key=True)
    provider_sid: Mapped[str] = mapped_column(String(64))
    key: Mapped[str] = mapped_column(String(64), unique=True)
    call_sid: Mapped[str] = mapped_column(ForeignKey("call.sid"))
    ticket_number: Mapped[int | None] = mapped_column(ForeignKey("ticket.number"), index=True)
    step: Mapped[Step] = mapped_column(enum_of(Step))
    seconds: Mapped[int | None]
    recorded_at: Mapped[datetime]
    state: Mapped[RecordingState] = mapped_column(enum_of(RecordingState))
    attempts: Mapped[int]
    due_at: Mapped[datetime | None]
    fetched_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    media_type: Mapped[str | None] = mapped_column(String(64))
    sound: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    transcript: Mapped[str | None] = mapped_column(Text)
    error: Mapped[str | None] = mapped_column(Text)
