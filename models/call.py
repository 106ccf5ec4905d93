"""One inbound call and its log."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.database import Base, due_index, enum_of


class Step(StrEnum):
    """The question a call is at; the webhook that answers it ends in this word."""

    DESK = "desk"
    LANGUAGE = "language"
    PIN = "pin"
    PRIORITY = "priority"
    CALLBACK = "callback"
    DESCRIPTION = "description"
    HOLD = "hold"
    HUMAN = "human"
    ENDED = "ended"


class Call(Base):
    """`turn` counts the questions asked: an answer to an earlier turn is a repeat and changes nothing.

    `pin_id` is the PIN that proved the contract.

    `keyed_contract`: the ids of the contracts with the digits that were keyed in before the PIN, '-' for none; '' while
    the digits are being asked for, None while the PIN alone is enough.

    `told_holder` has the ticket, as the caller was told in the question of `told_turn`.

    A technician waits in the ticket's queue for this caller until `awaited_until`.

    `stir` is what the carriers say of the calling number (STIR/SHAKEN). It decides which budget pays for wrong PINs,
    and never opens anything.
    """

    __tablename__ = "call"
    __table_args__ = (
        Index("ix_call_pin", "pin_id", "started_at"),
        Index("ix_call_started", "started_at", "sid"),
    )

    sid: Mapped[str] = mapped_column(String(64), primary_key=True)
    caller: Mapped[str | None] = mapped_column(String(32), index=True)
    step: Mapped[Step] = mapped_column(enum_of(Step))
    turn: Mapped[int]
    silences: Mapped[int]
    wrong_pins: Mapped[int]
    problem: Mapped[int]
    registered: Mapped[bool]
    staffed: Mapped[bool]
    contract_id: Mapped[int | None] = mapped_column(ForeignKey("contract.id"))
    pin_id: Mapped[int | None]
    ticket_number: Mapped[int | None] = mapped_column(index=True)
    keyed_contract: Mapped[str | None] = mapped_column(String(255))
    keyed_callback: Mapped[str | None] = mapped_column(String(32))
    outcome: Mapped[str | None] = mapped_column(String(32))
    recording_url: Mapped[str | None] = mapped_column(String(500))
    stir: Mapped[str | None] = mapped_column(String(64))
    told_holder: Mapped[str | None] = mapped_column(String(120))
    told_turn: Mapped[int | None]
    awaited_until: Mapped[datetime | None]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class CallStep(Base):
    """One line of a call's log: what was asked, what the answer led to. Never a PIN."""

    __tablename__ = "call_step"
    __table_args__ = (Index("ix_call_step_story", "call_sid", "at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    call_sid: Mapped[str] = mapped_column(ForeignKey("call.sid"))
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(32))
    text: Mapped[str] = mapped_column(Text)


HAS_TEXT = text("redacted_at IS NULL")


class DutyMessage(Base):
    """What a caller on the human path left for the duty manager: told at once, or in the digest that is due at
    `due_at`. `occasion` tells a recording that came late from what was told before it. `redacted_at`: its text and the
    number were deleted.
    """

    __tablename__ = "duty_message"
    __table_args__ = (
        UniqueConstraint("call_sid", "occasion"),
        due_index("duty_message"),
        Index("ix_duty_message_caller", "caller", "told_at"),
        Index("ix_duty_message_told", "told_at"),
        Index("ix_duty_message_with_text", "left_at", postgresql_where=HAS_TEXT, sqlite_where=HAS_TEXT),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    call_sid: Mapped[str] = mapped_column(ForeignKey("call.sid"))
    occasion: Mapped[str] = mapped_column(String(16))
    caller: Mapped[str | None] = mapped_column(String(32))
    is_verified: Mapped[bool]
    text: Mapped[str] = mapped_column(Text)
    left_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
    redacted_at: Mapped[datetime | None]
