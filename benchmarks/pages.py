"""Pages without callers: opened by the use cases, due when it is said, and found again at the provider."""

import time
from collections import defaultdict
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session, joinedload

from app import put_together
from benchmarks.installation import Installation
from benchmarks.provider import Provider
from models.customer import Contract
from models.database import Database, announce
from models.delivery import Delivery, DeliveryKind
from models.page import Page, PageState
from models.ticket import TicketSource
from paging import pager
from rules.line import Line
from rules.targets import Priority
from tickets import lifecycle

PATIENCE = 60.0
"""Seconds within which every page must have arrived."""
LATER = timedelta(hours=1)
AT_ONCE = 100
"""So many are opened in one transaction."""


@contextmanager
def of(installation: Installation, carrier: Provider) -> Iterator["Pages"]:
    """The pages of an installation whose provider is `carrier`."""
    gateway = put_together(installation.settings)
    try:
        yield Pages(gateway.database, gateway.line, carrier)
    finally:
        gateway.database.dispose()


class Pages:
    def __init__(self, database: Database, line: Line, carrier: Provider) -> None:
        self.database = database
        self._line = line
        self._carrier = carrier

    def arm(self, count: int) -> list[int]:
        """Open a P1 for each of the first `count` contracts, with a page that is not due yet. Answers the numbers."""
        some = (range(first, min(first + AT_ONCE, count)) for first in range(0, count, AT_ONCE))
        return [number for contracts in some for number in self._open(contracts)]

    def _open(self, contracts: Collection[int]) -> list[int]:
        names = [f"C-{number}" for number in contracts]
        with self.database.write() as session:
            found = select(Contract).where(Contract.number.in_(names)).options(joinedload(Contract.customer))
            return [self._open_one(session, contract) for contract in session.execute(found).scalars()]

    def _open_one(self, session: Session, contract: Contract) -> int:
        now = self.database.now(session)
        ticket = lifecycle.open_ticket(
            session, self._line, contract=contract, priority=Priority.P1, source=TicketSource.EVENT, now=now
        )
        pager.raise_page(session, self._line, ticket, now, leaves_at=now + LATER)
        return ticket.number

    def release(self) -> float:
        """Let every armed page leave now; answers when, in seconds since the epoch."""
        with self.database.write() as session:
            now = self.database.now(session)
            session.execute(update(Page).where(Page.state == PageState.ARMED).values(due_at=now))
            announce(session)
        return time.time()

    def close(self) -> None:
        """Nobody need do anything about any of them."""
        with self.database.write() as session:
            session.execute(update(Page).values(state=PageState.CLOSED, due_at=None))
            session.execute(update(Delivery).values(due_at=None))

    def paging(self) -> int:
        """How many have left."""
        with self.database.read() as session:
            return session.scalar(select(func.count()).where(Page.state == PageState.PAGING)) or 0

    def arrived(self, tickets: Collection[int], requests: int) -> dict[int, list[float]]:
        """When each page's requests arrived; waits until each has at least `requests`. Raises RuntimeError."""
        deadline = time.monotonic() + PATIENCE
        while True:
            found = defaultdict(list)
            of_delivery = self._tickets_of_deliveries()
            for arrival in self._carrier.arrivals():
                if ticket := of_delivery.get(arrival.delivery):
                    found[ticket].append(arrival.at)
            missing = [ticket for ticket in tickets if len(found[ticket]) < requests]
            if not missing:
                return {ticket: found[ticket] for ticket in tickets}
            if time.monotonic() > deadline:
                raise RuntimeError(f"of {len(tickets)} pages, {len(missing)} have not reached the carrier")
            time.sleep(0.2)

    def _tickets_of_deliveries(self) -> dict[int, int]:
        sent = select(Delivery.id, Delivery.ticket_number).where(Delivery.kind == DeliveryKind.PAGE)
        with self.database.read() as session:
            return {number: ticket for number, ticket in session.execute(sent) if ticket}

    def backend(self) -> int:
        """The process id of a PostgreSQL that serves it."""
        with self.database.read() as session:
            return session.scalar(text("SELECT pg_backend_pid()")) or 0
