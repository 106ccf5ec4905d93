"""The digest: what unverified callers left while the duty manager had been told often enough, all in one message.

While no duty manager is on file it waits, and the admins learn of it.
"""

from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.call import DutyMessage
from models.database import Database
from paging import alerts
from paging.chores import first_due
from rules import timezones
from rules.line import Line
from tickets import duty

log = structlog.get_logger(__name__)

MOST_IN_A_TEXT = 4


class Digest:
    """A chore: everything that waits goes out when the oldest of it is due."""

    first_due = first_due(DutyMessage.due_at)

    def __init__(self, database: Database, line: Line) -> None:
        self._database = database
        self._line = line

    def do_next(self) -> bool:
        with self._database.write() as session:
            now = self._database.now(session)
            waiting = select(DutyMessage).where(DutyMessage.due_at.is_not(None)).order_by(DutyMessage.id)
            messages = session.execute(waiting.with_for_update(skip_locked=True)).scalars().all()
            if not any(message.due_at and message.due_at <= now for message in messages):
                return False
            is_told = self._send(session, messages, now)
            later = now + self._line.policy.human_path.digest_after
            for message in messages:
                message.due_at, message.told_at = (None, now) if is_told else (later, None)
        return True

    def _send(self, session: Session, messages: Sequence[DutyMessage], now: datetime) -> bool:
        say = self._line.wording.say
        short = {"count": len(messages), "callers": self._callers(messages), "url": self._line.url("/calls")}
        people = duty.tell(
            session,
            key=f"digest:{messages[0].id}",
            subject=say("caller.digest_subject", count=len(messages)),
            text=say("caller.digest_mail", messages="\n".join(self._entry(message) for message in messages)),
            short=say("caller.digest_sms", **short),
            now=now,
        )
        if not people:
            log.error("no duty manager is on file: callers' messages reach nobody", messages=len(messages))
            alerts.no_duty_manager(session, self._line, now)
        return people > 0

    def _entry(self, message: DutyMessage) -> str:
        wall = timezones.to_wall(message.left_at, self._line.policy.time_zone)
        return f"{wall:%Y-%m-%d %H:%M} {message.text}"

    def _callers(self, messages: Sequence[DutyMessage]) -> str:
        """The first few numbers, each once."""
        unknown = self._line.wording.say("caller.unknown")
        numbers = list(dict.fromkeys(message.caller or unknown for message in messages))
        return ", ".join(numbers[:MOST_IN_A_TEXT]) + (", ..." if len(numbers) > MOST_IN_A_TEXT else "")
