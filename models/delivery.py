"""The outbox: one row for one message by one channel to one person."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, cast, false, literal, text
from sqlalchemy.orm import Mapped, mapped_column

from models.database import Base, enum_of
from rules.escalation import Channel


class DeliveryKind(StrEnum):
    PAGE = "page"
    ALARM = "alarm"
    STAND_DOWN = "stand_down"
    UPDATE = "update"
    DUTY = "duty"
    NOTICE = "notice"
    FOLLOW_UP = "follow_up"
    HANG_UP = "hang_up"
    ALERT = "alert"
    TEST = "test"
    BUNDLE = "bundle"
    HANDOFF = "handoff"
    CODE = "code"
    SWAP = "swap"


PAGING_KINDS = frozenset({DeliveryKind.PAGE, DeliveryKind.ALARM})
"""What asks somebody to take a ticket in charge."""


class DeliveryState(StrEnum):
    PENDING = "pending"
    ATTEMPTING = "attempting"
    SENT = "sent"
    DELIVERED = "delivered"
    ANSWERED = "answered"
    UNANSWERED = "unanswered"
    FAILED = "failed"
    CANCELLED = "cancelled"


_FINAL: frozenset[DeliveryState] = frozenset()
_OUTCOMES = frozenset({DeliveryState.DELIVERED, DeliveryState.ANSWERED, DeliveryState.UNANSWERED, DeliveryState.FAILED})
DELIVERY_MOVES: dict[DeliveryState, frozenset[DeliveryState]] = {
    DeliveryState.PENDING: frozenset({DeliveryState.ATTEMPTING, DeliveryState.FAILED, DeliveryState.CANCELLED}),
    DeliveryState.ATTEMPTING: _OUTCOMES
    | {DeliveryState.PENDING, DeliveryState.ATTEMPTING, DeliveryState.SENT, DeliveryState.CANCELLED},
    DeliveryState.SENT: _OUTCOMES,
    DeliveryState.DELIVERED: _FINAL,
    DeliveryState.ANSWERED: _FINAL,
    DeliveryState.UNANSWERED: _FINAL,
    DeliveryState.FAILED: _FINAL,
    DeliveryState.CANCELLED: _FINAL,
}


IS_DUE = text("due_at IS NOT NULL")
HAS_TEXT, IS_REDACTED = text("redacted_at IS NULL"), text("redacted_at IS NOT NULL")
IS_STALLED = text("stalled AND due_at IS NOT NULL")


class Delivery(Base):
    """`key` is unique: what it names is said once. `due_at` is when an engine must look at it again:

    the time to send while pending, the end of the lease while attempting, the time to ask the provider while sent,
    None afterwards. `attempts` is the fence: an outcome is written only by the attempt that holds it. `urgency` 0 goes
    first. `stalled`: it waits for a carrier that is down. `bundled_into`: the text that says this one too. `ends_id`:
    the call that a HANG_UP ends. `asked` counts how often the provider was asked what became of it. `redacted_at`: its
    words and addresses were deleted. `persistent`: a refusal does not end it, it is tried until it leaves or its page
    is over.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        Index("ix_delivery_due", "urgency", "due_at", postgresql_where=IS_DUE, sqlite_where=IS_DUE),
        Index("ix_delivery_next", "channel", "due_at", postgresql_where=IS_DUE, sqlite_where=IS_DUE),
        Index("ix_delivery_recent", "technician_key", "channel", "attempted_at"),
        Index("ix_delivery_page", "page_id", "round", "level"),
        Index("ix_delivery_ticket", "ticket_number"),
        # A row is in one of them: retention takes the oldest of each.
        Index("ix_delivery_with_text", "created_at", postgresql_where=HAS_TEXT, sqlite_where=HAS_TEXT),
        Index("ix_delivery_redacted", "created_at", postgresql_where=IS_REDACTED, sqlite_where=IS_REDACTED),
        Index("ix_delivery_stalled", "channel", postgresql_where=IS_STALLED, sqlite_where=IS_STALLED),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(200), unique=True)
    kind: Mapped[DeliveryKind] = mapped_column(enum_of(DeliveryKind))
    channel: Mapped[Channel] = mapped_column(enum_of(Channel))
    urgency: Mapped[int]
    ticket_number: Mapped[int | None] = mapped_column(ForeignKey("ticket.number"))
    page_id: Mapped[int | None] = mapped_column(ForeignKey("page.id"))
    round: Mapped[int | None]
    level: Mapped[int | None]
    technician_key: Mapped[str | None] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(120))
    address: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str | None] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[DeliveryState] = mapped_column(enum_of(DeliveryState))
    attempts: Mapped[int]
    due_at: Mapped[datetime | None]
    provider_sid: Mapped[str | None] = mapped_column(String(64), index=True)
    error_code: Mapped[str | None] = mapped_column(String(16))
    error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    attempted_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    stalled: Mapped[bool] = mapped_column(server_default=false())
    asked: Mapped[int] = mapped_column(server_default="0")
    bundled_into: Mapped[int | None] = mapped_column(index=True)
    ends_id: Mapped[int | None]
    redacted_at: Mapped[datetime | None]
    persistent: Mapped[bool] = mapped_column(server_default=false())


REDACTED = {
    # The key may hold an address, and must stay unique.
    "key": literal("deleted:").concat(cast(Delivery.id, String)),
    "address": "",
    "subject": None,
    "body": "",
    "error": None,
}
"""What is left of a message when its words and addresses are deleted; `redacted_at` says when."""
