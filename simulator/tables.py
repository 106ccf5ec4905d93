"""What the virtual phone company keeps: calls, texts, telephones, faults, mail, the account, and what will happen."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.database import Base, enum_of


class Direction(StrEnum):
    """As the provider's API spells it."""

    INBOUND = "inbound"
    OUTBOUND_API = "outbound-api"
    OUTBOUND_DIAL = "outbound-dial"
    OUTBOUND_REPLY = "outbound-reply"


class LegStatus(StrEnum):
    """As the provider's API spells it."""

    QUEUED = "queued"
    RINGING = "ringing"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    BUSY = "busy"
    FAILED = "failed"
    NO_ANSWER = "no-answer"
    CANCELED = "canceled"


LEG_MOVES: dict[LegStatus, frozenset[LegStatus]] = {
    LegStatus.QUEUED: frozenset(LegStatus) - {LegStatus.QUEUED},
    LegStatus.RINGING: frozenset(LegStatus) - {LegStatus.QUEUED, LegStatus.RINGING},
    LegStatus.IN_PROGRESS: frozenset({LegStatus.COMPLETED}),
    LegStatus.COMPLETED: frozenset(),
    LegStatus.BUSY: frozenset(),
    LegStatus.FAILED: frozenset(),
    LegStatus.NO_ANSWER: frozenset(),
    LegStatus.CANCELED: frozenset(),
}
ENDED = frozenset(status for status, moves in LEG_MOVES.items() if not moves)


class Wait(StrEnum):
    """What a leg is waiting for."""

    NOTHING = "nothing"
    RING = "ring"
    ANSWER = "answer"
    SPEECH = "speech"
    GATHER = "gather"
    RECORD = "record"
    DIAL = "dial"
    QUEUE = "queue"
    BRIDGE = "bridge"


class Leg(Base):
    """One telephone's connection with the company.

    `wait` says what it is waiting for (ANSWER: the application's to a webhook), `waiting` holds the details, and `turn`
    counts the waits: a happening meant for an earlier turn does nothing. `frames` is the stack of documents being
    played, the current one last; `document` counts the documents received.
    """

    __tablename__ = "sim_leg"
    __table_args__ = (Index("ix_sim_leg_created", "created_at"),)

    sid: Mapped[str] = mapped_column(String(64), primary_key=True)
    direction: Mapped[Direction] = mapped_column(enum_of(Direction))
    caller: Mapped[str] = mapped_column(String(64), index=True)
    called: Mapped[str] = mapped_column(String(64), index=True)
    status: Mapped[LegStatus] = mapped_column(enum_of(LegStatus), index=True)
    parent_sid: Mapped[str | None] = mapped_column(ForeignKey("sim_leg.sid"), index=True)
    other_sid: Mapped[str | None] = mapped_column(String(64))
    voice_url: Mapped[str] = mapped_column(Text)
    twiml: Mapped[str | None] = mapped_column(Text)
    status_url: Mapped[str] = mapped_column(Text)
    status_events: Mapped[list[Any]]
    callbacks: Mapped[int]
    ring_seconds: Mapped[int]
    detects_machines: Mapped[bool]
    answered_by: Mapped[str | None] = mapped_column(String(32))
    wait: Mapped[Wait] = mapped_column(enum_of(Wait))
    waiting: Mapped[dict[str, Any]]
    turn: Mapped[int]
    frames: Mapped[list[Any]]
    document: Mapped[int]
    hurry: Mapped[int]
    queue: Mapped[str | None] = mapped_column(String(200), index=True)
    queued_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class HeardKind(StrEnum):
    SAID = "said"
    PLAYED = "played"
    PRESSED = "pressed"
    SPOKE = "spoke"
    NOTE = "note"


class Heard(Base):
    """One thing that was said, played, pressed or spoken on a leg, or noted about it. `document` is the leg's count."""

    __tablename__ = "sim_heard"
    __table_args__ = (Index("ix_sim_heard_story", "leg_sid", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    leg_sid: Mapped[str] = mapped_column(ForeignKey("sim_leg.sid"))
    at: Mapped[datetime] = mapped_column(index=True)
    document: Mapped[int]
    kind: Mapped[HeardKind] = mapped_column(enum_of(HeardKind))
    text: Mapped[str] = mapped_column(Text)


class TextStatus(StrEnum):
    """As the provider's API spells it."""

    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    RECEIVED = "received"
    CANCELED = "canceled"


class TextMessage(Base):
    """One SMS, in or out. `expires_at` is the end of its validity: undeliverable after it."""

    __tablename__ = "sim_text"
    __table_args__ = (Index("ix_sim_text_created", "created_at"),)

    sid: Mapped[str] = mapped_column(String(64), primary_key=True)
    direction: Mapped[Direction] = mapped_column(enum_of(Direction))
    sender: Mapped[str] = mapped_column(String(64), index=True)
    recipient: Mapped[str] = mapped_column(String(64), index=True)
    body: Mapped[str] = mapped_column(Text)
    status: Mapped[TextStatus] = mapped_column(enum_of(TextStatus))
    error_code: Mapped[int | None]
    status_url: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]


class Recording(Base):
    """What was recorded: `words` stands for the sound. A transcript is a resource of its own, until it is deleted."""

    __tablename__ = "sim_recording"

    sid: Mapped[str] = mapped_column(String(64), primary_key=True)
    leg_sid: Mapped[str] = mapped_column(ForeignKey("sim_leg.sid"), index=True)
    seconds: Mapped[int]
    words: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    transcript_sid: Mapped[str | None] = mapped_column(String(64))


class HandsetMode(StrEnum):
    ON = "on"
    BUSY = "busy"
    OFF = "off"
    VOICEMAIL = "voicemail"


class HandsetState(Base):
    """How a telephone behaves; one without a row is on. `opted_out`: it texted STOP."""

    __tablename__ = "sim_handset"

    number: Mapped[str] = mapped_column(String(64), primary_key=True)
    mode: Mapped[HandsetMode] = mapped_column(enum_of(HandsetMode))
    opted_out: Mapped[bool]


class Happening(Base):
    """Something that will happen at `due_at`. It is claimed until `claimed_until` by whoever does it, then deleted."""

    __tablename__ = "sim_happening"
    __table_args__ = (Index("ix_sim_happening_due", "due_at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    due_at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(32))
    subject: Mapped[str] = mapped_column(String(64), index=True)
    turn: Mapped[int]
    data: Mapped[dict[str, Any]]
    claimed_until: Mapped[datetime | None]


class Fault(Base):
    """A fault that strikes `remaining` more times, on one number or on all ('')."""

    __tablename__ = "sim_fault"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    number: Mapped[str] = mapped_column(String(64))
    remaining: Mapped[int]
    code: Mapped[int]
    seconds: Mapped[float]


class Mail(Base):
    """One e-mail in the mailbox. `delivery_id` and `attempt` are the carrier message's."""

    __tablename__ = "sim_mail"

    id: Mapped[int] = mapped_column(primary_key=True)
    delivery_id: Mapped[int] = mapped_column(index=True)
    attempt: Mapped[int]
    recipient: Mapped[str] = mapped_column(String(254), index=True)
    subject: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    sent_at: Mapped[datetime] = mapped_column(index=True)


class Standing(Base):
    """How an account stands with the company, as the API spells it; one without a row is active and paid for."""

    __tablename__ = "sim_account"

    sid: Mapped[str] = mapped_column(String(64), primary_key=True)
    status: Mapped[str] = mapped_column(String(32))
    is_trial: Mapped[bool]


class Barred(Base):
    """A country (ISO 3166) that the account may not reach by a channel: 'voice' or 'sms'."""

    __tablename__ = "sim_barred"

    country: Mapped[str] = mapped_column(String(2), primary_key=True)
    channel: Mapped[str] = mapped_column(String(16), primary_key=True)


class NumberState(Base):
    """A number of the account; one without a row is as the company hands it out (see `account.number`).

    `is_sold`: it is not in the account any more. `fields` are those that a client may set, as the API names them.
    """

    __tablename__ = "sim_number"

    number: Mapped[str] = mapped_column(String(64), primary_key=True)
    is_sold: Mapped[bool]
    calls: Mapped[bool]
    texts: Mapped[bool]
    fields: Mapped[dict[str, Any]]
    updated_at: Mapped[datetime]
