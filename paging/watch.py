"""Whether what is due gets done: told to the admins, and to whoever listens for the line's heartbeat."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import requests
import structlog
from sqlalchemy import and_, delete, func, or_, select
from sqlalchemy.orm import Session

from models.database import Database, insert_once
from models.delivery import Delivery, DeliveryKind
from models.page import Page
from models.service import Periodic
from paging import alerts
from rules.line import Line
from tickets.outbox import URGENCY

log = structlog.get_logger(__name__)

LATE = timedelta(seconds=60)
NOTICES_LATE = timedelta(minutes=10)
"""Customers' notices go after all else, and a number texts slowly: a minute says nothing of the engine."""
LOOK_EVERY = timedelta(seconds=20)
KEPT = timedelta(days=1)
PING_TIMEOUT = 10.0  # seconds


@dataclass(frozen=True, slots=True)
class Overdue:
    """How much is due for too long: each is a sign that no engine is at work, or that it cannot do its work."""

    pages: int
    messages: int


def overdue(session: Session, now: datetime, late: timedelta = LATE) -> Overdue:
    """Counts what is overdue, by index alone: urgencies are named because the index begins with them."""
    pages = select(func.count()).select_from(Page).where(Page.due_at < now - late)
    notices = URGENCY[DeliveryKind.NOTICE]
    urgent = {urgency for urgency in URGENCY.values() if urgency != notices}
    is_late = or_(
        and_(Delivery.urgency.in_(urgent), Delivery.due_at < now - late),
        and_(Delivery.urgency == notices, Delivery.due_at < now - NOTICES_LATE),
    )
    messages = select(func.count()).select_from(Delivery).where(is_late)
    return Overdue(session.execute(pages).scalar_one(), session.execute(messages).scalar_one())


def ping(url: str) -> None:
    """One sign of life to whoever listens at `url`; raises requests.RequestException."""
    requests.get(url, timeout=PING_TIMEOUT).raise_for_status()


class Watch:
    """Looks once a minute, whichever process is first. The ping stops when work is overdue, or nobody looks."""

    def __init__(
        self, database: Database, line: Line, heartbeat_url: str | None, ping: Callable[[str], None] = ping
    ) -> None:
        self._database = database
        self._line = line
        self._heartbeat_url = heartbeat_url
        self._ping = ping

    def look(self) -> None:
        """Count what is overdue; tell the admins, or send the sign of life."""
        with self._database.write() as session:
            now = self._database.now(session)
            if not _is_first(session, now):
                return
            found = overdue(session, now)
            if found.pages or found.messages:
                alerts.overdue(session, self._line, found.pages, found.messages, now)
                return
        self._beat()

    def _beat(self) -> None:
        if self._heartbeat_url is None:
            return
        try:
            self._ping(self._heartbeat_url)
        except requests.RequestException as error:
            log.warning("the heartbeat was not heard", error=str(error))


def _is_first(session: Session, now: datetime) -> bool:
    """Whether nobody has looked in this minute."""
    minute = now.replace(second=0, microsecond=0)
    session.execute(delete(Periodic).where(Periodic.name == "watch", Periodic.scheduled_for < now - KEPT))
    return insert_once(session, Periodic, ["name", "scheduled_for"], {"name": "watch", "scheduled_for": minute})
