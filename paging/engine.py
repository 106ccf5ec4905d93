"""What is due: pages to move on, messages to send, chores. Any number of engines may share a PostgreSQL database."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, joinedload

from models.customer import Contract
from models.database import Database, known
from models.page import Page, PageState
from models.service import Heartbeat
from models.ticket import Ticket
from paging import alerts, due, follow_up, pager
from paging.breaker import Breakers
from paging.carriers.protocol import Carrier
from paging.chores import Chore, Chores
from paging.claims import Claim, Claims
from paging.delivery import Courier, NotBegun
from paging.escalation import advance
from rules.escalation import Channel
from rules.line import Line

log = structlog.get_logger(__name__)

BEAT_EVERY = timedelta(seconds=5)
FORGET_AFTER = timedelta(hours=1)
AFTER_AN_ERROR = timedelta(seconds=5)

# A page in a state that only a newer version knows is left to an engine of that version.
_FIRST_PAGE = select(Page.due_at).where(Page.due_at.is_not(None), known(Page.state)).order_by(Page.due_at).limit(1)
_DUE_PAGE = (
    select(Ticket, Page)
    .join(Page, Page.ticket_number == Ticket.number)
    .options(joinedload(Ticket.contract).joinedload(Contract.customer))
    .where(Page.due_at <= bindparam("now"), known(Page.state))
    .order_by(Page.due_at)
    .limit(1)
    .with_for_update(of=(Ticket, Page), skip_locked=True, key_share=True)
)


class Engine:
    """Moves due pages, sends due messages, does due chores. `name` tells engines apart on the home page."""

    def __init__(
        self,
        database: Database,
        line: Line,
        carriers: Mapping[Channel, Carrier],
        name: str,
        senders: int = 8,
        chores: Sequence[Chore] = (),
    ) -> None:
        self.database = database
        self.line = line
        self.name = name
        self.senders = senders
        self.chores = Chores(database, chores)
        self._breakers = Breakers()
        self._not_begun: list[Claim] = []
        self._courier = Courier(database, line, carriers, self._breakers)

    def move_pages(self) -> int:
        """Do transitions that are due, each in its own transaction, until none is or it is time to send. How many."""
        if not self._is_page_due():
            return 0
        moved = 0
        while moved < self.senders and self._move_next():
            moved += 1
        return moved

    def _is_page_due(self) -> bool:
        with self.database.read() as session:
            due_at = self.next_page_due(session)
            return due_at is not None and due_at <= self.database.now(session)

    def _move_next(self) -> bool:
        """The page that is due for longest and that no other engine has. False where there is none."""
        number = 0
        try:
            with self.database.write() as session:
                now = self.database.now(session)
                found = session.execute(_DUE_PAGE, {"now": now}).first()
                if found is None:
                    return False
                ticket, page = found
                number = ticket.number
                self._move(session, ticket, page, now)
        except Exception as error:
            if not number or isinstance(error, OperationalError):
                raise  # the database's trouble, and not the page's
            log.exception("a page could not be moved on; it is tried again soon", ticket=number)
            self._put_off(number)
        return True

    def _move(self, session: Session, ticket: Ticket, page: Page, now: datetime) -> None:
        """On with a page that nobody has; a word to the owner, who does nothing, of one that somebody has."""
        if page.state is not PageState.ACKNOWLEDGED:
            advance(session, self.line, ticket, page, now)
        elif follow_up.is_over(page, ticket):
            pager.take_back(session, self.line, ticket, page, now)
        else:
            follow_up.remind(session, self.line, ticket, page, now)

    def _put_off(self, number: int) -> None:
        """One page that cannot be moved must not keep the engine from the others; a person must look at it."""
        with self.database.write() as session:
            now = self.database.now(session)
            later = now + AFTER_AN_ERROR
            session.execute(update(Page).where(Page.ticket_number == number, Page.due_at < later).values(due_at=later))
        with self.database.write() as session:  # what kept the page may keep the alert: the others must go on
            alerts.stuck(session, self.line, number, now)

    def claim(self, limit: int) -> list[Claim]:
        """What is ours to do at the carriers now."""
        while self._not_begun:
            self.give_back(self._not_begun[:1])
            del self._not_begun[0]
        with self.database.read() as session:
            now = self.database.now(session)
            first = due.next_due(session, self.line, now)
            if first is None or first > now:
                return []
        with self.database.write() as session:
            taking = Claims(session, self.line, self._breakers, self.database.now(session))
            taken = taking.take(limit)
        try:
            self._look_at(taking.moved)
        except OperationalError:
            log.warning("pages are looked at when their waits are over: they were locked for too long")
        return taken

    def _look_at(self, page_ids: Collection[int]) -> None:
        """Each in a transaction of its own: pages are locked before deliveries, and one after the other."""
        for page_id in page_ids:
            with self.database.write() as session:
                now = self.database.now(session)
                paging = update(Page).where(Page.id == page_id, Page.state == PageState.PAGING, Page.due_at > now)
                session.execute(paging.values(due_at=now))

    def give_back(self, claimed: Iterable[Claim]) -> None:
        """What was claimed and not begun: it need not wait for the end of its lease."""
        for claim in claimed:
            self._courier.give_back(claim)

    def do(self, claim: Claim) -> None:
        """One task at a carrier. What the database kept from being sent is given back as soon as it answers again.

        An error that no carrier foresaw leaves the task to the lease.
        """
        try:
            self._courier.do(claim)
        except NotBegun as error:
            log.warning("a message waits for the database", delivery=claim.id, error=str(error.__cause__))
            self._not_begun.append(claim)
        except Exception:
            log.exception("a message could not be sent; it is tried again", delivery=claim.id)

    def run_due(self) -> None:
        """Everything that is due at this instant, one after the other: for a virtual clock."""
        while self.chores.do_due() + self.move_pages() + self._do_due():
            pass

    def _do_due(self) -> int:
        taken = self.claim(self.senders)
        for claim in taken:
            self.do(claim)
        return len(taken)

    def next_due(self) -> datetime | None:
        """When something is due next, chores among it."""
        with self.database.read() as session:
            times = [self.next_due_in(session), self.chores.next_due(session)]
        return min((at for at in times if at is not None), default=None)

    def next_due_in(self, session: Session) -> datetime | None:
        """When a page or a message is due next."""
        now = self.database.now(session)
        times = [self.next_page_due(session), due.next_due(session, self.line, now)]
        return min((at for at in times if at is not None), default=None)

    def next_page_due(self, session: Session) -> datetime | None:
        """When a page must be looked at next."""
        return session.execute(_FIRST_PAGE).scalar()

    def beat(self) -> None:
        """Say that this engine is at work."""
        with self.database.write() as session:
            now = self.database.now(session)
            session.merge(Heartbeat(engine=self.name, seen_at=now))
            session.execute(delete(Heartbeat).where(Heartbeat.seen_at < now - FORGET_AFTER))
