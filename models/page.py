"""The escalating request for someone to take one ticket in charge."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from models.database import Base, due_index, enum_of


class PageState(StrEnum):
    ARMED = "armed"
    PAGING = "paging"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"


PAGE_MOVES: dict[PageState, frozenset[PageState]] = {
    PageState.ARMED: frozenset({PageState.PAGING, PageState.ACKNOWLEDGED, PageState.CLOSED}),
    PageState.PAGING: frozenset({PageState.ACKNOWLEDGED, PageState.CLOSED}),
    PageState.ACKNOWLEDGED: frozenset({PageState.PAGING, PageState.CLOSED}),
    PageState.CLOSED: frozenset(),
}


UNREACHED = text("unreached_since IS NOT NULL")


class Page(Base):
    """`due_at` is when the engine must look at it again; None only when a person has it or closed it. While a person
    has a P1, it is when signs of work are due; `followed_up_at` is when their owner was reminded of it last.

    `left_at` is when a carrier accepted its first message; None until then.

    `policy` is the escalation policy as it was when the page was raised. `alarmed_round` is the last round after
    which the fallback contacts were alarmed. `first_message_at` is when its oldest message was written, kept when that
    is deleted. `unreached_since`: no message of the current round has left since then.
    """

    __tablename__ = "page"
    __table_args__ = (
        due_index("page"),
        Index("ix_page_unreached", "unreached_since", postgresql_where=UNREACHED, sqlite_where=UNREACHED),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_number: Mapped[int] = mapped_column(ForeignKey("ticket.number"), unique=True)
    state: Mapped[PageState] = mapped_column(enum_of(PageState))
    policy: Mapped[dict[str, Any]]
    level: Mapped[int]
    round: Mapped[int]
    level_started_at: Mapped[datetime | None]
    round_started_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    passed: Mapped[bool]
    alarmed_round: Mapped[int]
    raised_at: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[str | None] = mapped_column(String(120))
    followed_up_at: Mapped[datetime | None]
    first_message_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]
    unreached_since: Mapped[datetime | None]
