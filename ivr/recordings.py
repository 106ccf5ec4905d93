"""What callers record: a row each, from which an engine fetches it and after its time deletes it."""

import secrets

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.exchange import Exchange
from ivr.webhook import Recorded
from models.call import Step
from models.database import insert_once
from models.recording import Recording, RecordingState
from rules.line import Line


def keep(x: Exchange, recorded: Recorded, step: Step | None = None) -> bool:
    """Keep what the caller recorded at `step` (None: the current one). False when it was known before."""
    row = {
        "provider_sid": recorded.sid,
        "key": secrets.token_urlsafe(24),
        "call_sid": x.call.sid,
        "ticket_number": x.call.ticket_number,
        "step": step or x.call.step,
        "seconds": recorded.seconds,
        "recorded_at": x.now,
        "state": RecordingState.WAITING,
        "attempts": 0,
        "due_at": x.now,
    }
    return insert_once(x.session, Recording, ["call_sid", "provider_sid"], row)


def has(x: Exchange, step: Step) -> bool:
    """Whether this call recorded something at `step` about its current problem."""
    kept = select(Recording.id).where(
        Recording.call_sid == x.call.sid,
        Recording.step == step,
        Recording.ticket_number.is_not_distinct_from(x.call.ticket_number),
    )
    return x.session.execute(kept.limit(1)).first() is not None


def addresses(session: Session, line: Line, ticket_number: int) -> list[str]:
    """Where the provider finds what was recorded for a ticket, the oldest first."""
    kept = (
        select(Recording.provider_sid, Recording.key)
        .where(Recording.ticket_number == ticket_number, Recording.state == RecordingState.KEPT)
        .order_by(Recording.id)
    )
    return [line.url(f"/play/{sid}/{key}.wav") for sid, key in session.execute(kept)]


def is_coming(session: Session, ticket_number: int) -> bool:
    """Whether something that was recorded for a ticket is not here yet."""
    waiting = select(Recording.id).where(
        Recording.ticket_number == ticket_number, Recording.state == RecordingState.WAITING
    )
    return session.execute(waiting.limit(1)).first() is not None
