"""Alerts of monitoring that could not be placed: kept until a person dismisses them, and told to the admins once."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from models.database import Database, insert_once
from models.unplaced_alert import UnplacedAlert
from paging import alerts
from paging.chores import first_due
from rules.line import Line

log = structlog.get_logger(__name__)

MAIL_EVERY = timedelta(minutes=5)
"""Alerts that follow each other more closely share an e-mail."""
TRY_AGAIN_AFTER = timedelta(minutes=30)
MOST_IN_A_MAIL = 20
MOST_LABELS = 50
LONGEST_LABEL = 500
LONGEST_WORDS = 2000
LONGEST_NAME = 120
PATH = "/alerts"


@dataclass(frozen=True, slots=True)
class Unplaced:
    """An alert as it was sent, and why no ticket could be opened for it. `key`: see `key_of`."""

    key: str
    labels: Mapping[str, str]
    status: str
    summary: str
    reason: str


def key_of(sender: str, identity: object) -> str:
    """The same for each repeat of an alert: `identity` is its fingerprint, else all of it."""
    return hashlib.sha256(json.dumps([sender, identity], sort_keys=True).encode()).hexdigest()


def keep(session: Session, sender: str, unplaced: Sequence[Unplaced], now: datetime) -> None:
    """Keep what could not be placed. A repeat is counted; a new one is told to the admins, within MAIL_EVERY."""
    due_at = _next_mail(session, now)
    # In one order, so that two senders never wait for each other's rows.
    for one in sorted(unplaced, key=lambda one: one.key):
        new = {"key": one.key, "sender": sender, "labels": _labels(one.labels), "first_at": now, "due_at": due_at}
        new |= {"status": "", "summary": "", "reason": "", "count": 0, "last_at": now}
        insert_once(session, UnplacedAlert, ["key"], new)
        statement = select(UnplacedAlert).where(UnplacedAlert.key == one.key).with_for_update()
        row = session.execute(statement).scalar_one_or_none()
        if row is not None:  # else a person has dismissed it in this moment
            row.status, row.reason = _storable(one.status)[:16], _storable(one.reason)[:LONGEST_WORDS]
            row.summary = _storable(one.summary)[:LONGEST_WORDS]
            row.count += 1
            row.last_at = now


def forget(session: Session, keys: Collection[str]) -> None:
    """Delete those of these alerts that could not be placed before: now they were."""
    session.execute(delete(UnplacedAlert).where(UnplacedAlert.key.in_(keys)))


def any_of(session: Session, keys: Collection[str]) -> bool:
    """Whether one of these alerts is on file as one that could not be placed."""
    return session.execute(select(UnplacedAlert.id).where(UnplacedAlert.key.in_(keys)).limit(1)).first() is not None


def count(session: Session) -> int:
    return session.execute(select(func.count()).select_from(UnplacedAlert)).scalar_one()


class UnplacedAlerts:
    """A chore: whatever the admins have not been told of goes out in one e-mail."""

    first_due = first_due(UnplacedAlert.due_at)

    def __init__(self, database: Database, line: Line) -> None:
        self._database = database
        self._line = line

    def do_next(self) -> bool:
        with self._database.write() as session:
            now = self._database.now(session)
            untold = select(UnplacedAlert).where(UnplacedAlert.due_at.is_not(None)).order_by(UnplacedAlert.id)
            rows = session.execute(untold.with_for_update(skip_locked=True)).scalars().all()
            if not any(row.due_at and row.due_at <= now for row in rows):
                return False
            is_told = alerts.unplaced(session, self._line, len(rows), self._listed(rows), self._line.url(PATH), now) > 0
            if not is_told:
                log.error("nobody is on file who could be told of alerts that were not placed", alerts=len(rows))
            for row in rows:
                row.due_at, row.told_at = (None, now) if is_told else (now + TRY_AGAIN_AFTER, None)
        return True

    def _listed(self, rows: Sequence[UnplacedAlert]) -> str:
        say = self._line.wording.say
        lines = [
            say("alert.unplaced_line", name=name_of(row), sender=row.sender, reason=row.reason)
            for row in rows[:MOST_IN_A_MAIL]
        ]
        if len(rows) > MOST_IN_A_MAIL:
            lines.append(say("alert.unplaced_more", count=len(rows) - MOST_IN_A_MAIL))
        return "\n".join(lines)


def name_of(row: UnplacedAlert) -> str:
    """What people call the alert."""
    name = row.labels.get("alertname") or row.labels.get("event") or row.summary or "?"
    return " ".join(str(name).split())[:LONGEST_NAME]


def _next_mail(session: Session, now: datetime) -> datetime:
    told_at = session.execute(select(func.max(UnplacedAlert.told_at))).scalar_one()
    return max(now, told_at + MAIL_EVERY) if told_at else now


def _labels(labels: Mapping[str, str]) -> dict[str, str]:
    fitting = list(labels.items())[:MOST_LABELS]
    return {_storable(name)[:LONGEST_LABEL]: _storable(value)[:LONGEST_LABEL] for name, value in fitting}


def _storable(text: str) -> str:
    """JSON can name characters that no database takes: NUL, and halves of a surrogate pair."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()
