"""Whether what is due gets done: told to the admins, and to whoever listens for the line's heartbeat."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import requests
import structlog
from sqlalchemy import and_, delete, func, or_, select
from sqlalchemy.orm import Session

from models.database import Database, insert_once
from models.delivery import IS_STALLED, Delivery, DeliveryKind
from models.page import Page, PageState
from models.service import Periodic
from paging import alerts
from paging.carriers import codes
from rules.escalation import Channel
from rules.line import Line
from tickets.outbox import URGENCY

log = structlog.get_logger(__name__)

LATE = timedelta(seconds=60)
NOTICES_LATE = timedelta(minutes=10)
"""Customers' notices go after all else, and a number texts slowly: a minute says nothing of the engine."""
LOOK_EVERY = timedelta(seconds=20)
KEPT = timedelta(days=1)
MOST_NAMED = 5
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


@dataclass(frozen=True, slots=True)
class Reach:
    """What the line does not achieve: the tickets whose pages have reached nobody, the eldest first (the first of many
    alone, with how many there are), whether the carrier refuses the account, and whether no telephone can be reached.
    """

    tickets: Sequence[int]
    pages: int
    is_refused: bool
    is_down: bool

    @property
    def is_lost(self) -> bool:
        return bool(self.pages) or self.is_refused or self.is_down

    @property
    def sentences(self) -> list[str]:
        named = ", ".join(map(str, self.tickets))
        return [
            sentence
            for is_so, sentence in (
                (self.pages, f"no message has left about {self.pages} of the open pages (tickets {named})"),
                (self.is_refused, "the carrier refuses the account"),
                (self.is_down, "the carrier takes neither texts nor calls"),
            )
            if is_so
        ]


def reach(session: Session) -> Reach:
    """What is not achieved, by index alone: every process sees the same, for it is read from rows."""
    unreached = Page.unreached_since.is_not(None), Page.state == PageState.PAGING
    pages = session.execute(select(func.count()).select_from(Page).where(*unreached)).scalar_one()
    eldest = select(Page.ticket_number).where(*unreached).order_by(Page.unreached_since).limit(MOST_NAMED)
    waiting = select(Delivery.id).where(IS_STALLED, Delivery.persistent.is_(False)).limit(1)
    refused = waiting.where(Delivery.error_code.in_(codes.OF_THE_ACCOUNT))
    away = [waiting.where(Delivery.channel == channel) for channel in (Channel.SMS, Channel.VOICE)]
    return Reach(
        tickets=session.execute(eldest).scalars().all(),
        pages=pages,
        is_refused=session.execute(refused).first() is not None,
        is_down=all(session.execute(statement).first() is not None for statement in away),
    )


def ping(url: str) -> None:
    """One sign of life to whoever listens at `url`; raises requests.RequestException."""
    requests.get(url, timeout=PING_TIMEOUT).raise_for_status()


class Watch:
    """Looks once a minute, whichever process is first.

    The ping stops when work is overdue, when pages reach nobody, or when nobody looks.
    """

    def __init__(
        self, database: Database, line: Line, heartbeat_url: str | None, ping: Callable[[str], None] = ping
    ) -> None:
        self._database = database
        self._line = line
        self._heartbeat_url = heartbeat_url
        self._ping = ping

    def look(self) -> None:
        """See what is overdue and what reaches nobody; tell the admins, or send the sign of life."""
        with self._database.write() as session:
            now = self._database.now(session)
            if not _is_first(session, now):
                return
            found = overdue(session, now)
            if found.pages or found.messages:
                alerts.overdue(session, self._line, found.pages, found.messages, now)
            lost = reach(session)
            if lost.is_lost:
                alerts.unreached(session, self._line, "; ".join(lost.sentences), now)
            if found.pages or found.messages or lost.is_lost:
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
