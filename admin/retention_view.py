"""How long each kind of record is kept, and what was deleted last, for the page of the audit log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.retention import RetentionProgress
from rules.policy import RetentionRules

WORDS: Mapping[str, str] = {
    "message_text": "Words and addresses of messages",
    "message": "Messages",
    "call": "Calls and their steps",
    "ticket_contact": "Callers, callback numbers and summaries of tickets",
    "timeline": "Messages and notes in timelines",
    "event": "Conditions that monitoring reported",
    "schedule_message": "Shift messages and settled swaps",
    "audit": "Audit log",
}


@dataclass(frozen=True, slots=True)
class Kept:
    """One kind: None for a `period` that never ends; `progress` is None until an engine has looked."""

    words: str
    period: timedelta | None
    progress: RetentionProgress | None


def kinds(session: Session, rules: RetentionRules) -> Sequence[Kept]:
    """Every kind, in the order of the policy file."""
    found = {row.kind: row for row in session.execute(select(RetentionProgress)).scalars()}
    return [Kept(words, getattr(rules, kind), found.get(kind)) for kind, words in WORDS.items()]


def days_kept(ended_at: datetime | None, period: timedelta | None, now: datetime) -> int | None:
    """After how many days a part of a ticket was deleted; None while it is kept."""
    is_over = ended_at is not None and period is not None and ended_at < now - period
    return period.days if period and is_over else None
