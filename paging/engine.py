"""What is due: pages to move on, messages to send. Any number of engines may share a PostgreSQL database."""

import threading
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from models.database import Database
from models.page import Page
from models.service import Heartbeat
from models.ticket import Ticket
from paging import delivery
from paging.carriers.protocol import Carrier
from paging.escalation import advance
from rules.escalation import Channel
from rules.line import Line
from tickets.lifecycle import lock_ticket

log = structlog.get_logger(__name__)

LONGEST_SLEEP = 1.0
BEAT_EVERY = timedelta(seconds=5)
FORGET_AFTER = timedelta(hours=1)
AFTER_AN_ERROR = timedelta(seconds=5)


class Engine:
    """Moves due pages and sends due messages. `name` tells engines apart on the home page."""

    def __init__(
        self, database: Database, line: Line, carriers: Mapping[Channel, Carrier], name: str, senders: int = 8
    ) -> None:
        self.database = database
        self.line = line
        self.carriers = carriers
        self.name = name
        self.senders = senders

    def move_pages(self) -> int:
        """Do every transition that is due, each in its own transaction. Answers how many."""
        moved = 0
        for number in self._due_tickets():
            moved += self._move_page(number)
        return moved

    def _due_tickets(self) -> list[int]:
        with self.database.read() as session:
            now = self.database.now(session)
            due = select(Page.ticket_number).where(Page.due_at <= now).order_by(Page.due_at).limit(100)
            return list(session.execute(due).scalars())

    def _move_page(self, number: int) -> bool:
        """One page, if it is still due and no other engine has it. The ticket is locked first, by order."""
        try:
            with self.database.write() as session:
                now = self.database.now(session)
                if not self._lock_if_free(session, number):
                    return False
                ticket = lock_ticket(session, number)
                due = select(Page).where(Page.ticket_number == number, Page.due_at <= now).with_for_update()
                page = session.execute(due).scalar_one_or_none()
                if ticket is None or page is None:
                    return False
                advance(session, self.line, ticket, page, now)
                return True
        except Exception:
            log.exception("a page could not be moved on; it is tried again soon", ticket=number)
            self._put_off(number)
            return False

    def _put_off(self, number: int) -> None:
        """One page that cannot be moved must not keep the engine from the others."""
        with self.database.write() as session:
            later = self.database.now(session) + AFTER_AN_ERROR
            session.execute(update(Page).where(Page.ticket_number == number, Page.due_at < later).values(due_at=later))

    def _lock_if_free(self, session: Session, number: int) -> bool:
        free = select(Ticket.number).where(Ticket.number == number).with_for_update(skip_locked=True)
        return session.execute(free).first() is not None

    def claim(self, limit: int) -> list[delivery.Claim]:
        """Messages that are ours to send now."""
        with self.database.read() as session:
            due = delivery.next_due(session)
            if due is None or due > self.database.now(session):
                return []
        with self.database.write() as session:
            return delivery.claim(session, self.line, self.database.now(session), limit)

    def send(self, claimed: delivery.Claim) -> None:
        """One message. An error that no carrier foresaw leaves it to the lease."""
        try:
            delivery.send(self.database, self.line, self.carriers, claimed)
        except Exception:
            log.exception("a message could not be sent; it is tried again", delivery=claimed.id)

    def run_due(self) -> None:
        """Everything that is due at this instant, one after the other: for a virtual clock."""
        while self.move_pages() + self._send_due():
            pass

    def _send_due(self) -> int:
        claims = self.claim(self.senders)
        for claimed in claims:
            self.send(claimed)
        return len(claims)

    def next_due(self) -> datetime | None:
        """When something is due next."""
        with self.database.read() as session:
            pages = select(Page.due_at).where(Page.due_at.is_not(None)).order_by(Page.due_at).limit(1)
            times = [session.execute(pages).scalar(), delivery.next_due(session)]
        return min((at for at in times if at is not None), default=None)

    def beat(self) -> None:
        """Say that this engine is at work."""
        with self.database.write() as session:
            now = self.database.now(session)
            session.merge(Heartbeat(engine=self.name, seen_at=now))
            session.execute(delete(Heartbeat).where(Heartbeat.seen_at < now - FORGET_AFTER))


class EngineLoop:
    """An engine at work in threads of its own until it is told to stop."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._stop = threading.Event()
        self._wakeup = engine.database.wakeup
        self._pool = ThreadPoolExecutor(engine.senders, thread_name_prefix="sender")
        self._under_way: set[Future[None]] = set()
        self._threads = [
            threading.Thread(target=self._run, name="engine", daemon=True),
            threading.Thread(target=self._beat, name="heartbeat", daemon=True),
            threading.Thread(target=self._wakeup.listen, args=(self._stop,), name="listener", daemon=True),
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self, seconds: float = 8.0) -> None:
        """Finish what is under way, start nothing new. What does not finish in time is left to its lease."""
        self._stop.set()
        self._wakeup.set()
        for thread in self._threads:
            thread.join(seconds / len(self._threads))
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                busy = self._cycle()
            except Exception:
                log.exception("the engine could not look for due work; it tries again")
                self._stop.wait(LONGEST_SLEEP)
                continue
            if not busy:
                self._wakeup.wait(self._sleep())

    def _cycle(self) -> bool:
        moved = self.engine.move_pages()
        self._under_way = {future for future in self._under_way if not future.done()}
        free = self.engine.senders - len(self._under_way)
        claims = self.engine.claim(free) if free else []
        self._under_way |= {self._pool.submit(self._send, claimed) for claimed in claims}
        return bool(moved or claims)

    def _send(self, claimed: delivery.Claim) -> None:
        self.engine.send(claimed)
        self._wakeup.set()

    def _sleep(self) -> float:
        """Seconds until something is due, at most a second: the poll behind every wake-up."""
        due = self.engine.next_due()
        if due is None:
            return LONGEST_SLEEP
        with self.engine.database.read() as session:
            ahead = (due - self.engine.database.now(session)).total_seconds()
        return min(max(ahead, 0.01), LONGEST_SLEEP)

    def _beat(self) -> None:
        while not self._stop.is_set():
            try:
                self.engine.beat()
            except Exception:
                log.exception("the heartbeat could not be written")
            self._stop.wait(BEAT_EVERY.total_seconds())
