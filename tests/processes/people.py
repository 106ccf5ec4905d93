"""Monitoring that opens tickets, and technicians who answer their texts: people and programs that try again."""

import random
import re
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import requests
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import joinedload

from models.customer import Contract
from models.ticket import Ticket, TicketSource, TicketState
from paging import pager
from rules.line import Line
from rules.targets import Priority
from simulator.tables import Direction, TextMessage, TextStatus
from tests.processes.machines import Site
from tickets import lifecycle

NUMBER = re.compile(r"\b1[0-9]{5}\b")
ANSWER = "ACK"
"""Stands in every text that asks a technician to take a ticket."""
AT_A_TIME = 5
TRY_AGAIN = 0.5
ANSWERS_AGAIN = 4.0
THINKS = (0.5, 6.0)


class Trouble:
    """Opens tickets: one half by the use cases, as a call does, the other by the API, as monitoring does."""

    def __init__(self, site: Site, line: Line, technicians: int, chance: random.Random) -> None:
        self._site = site
        self._line = line
        self._contracts = [f"C-{number}" for number in range(technicians)]
        self._chance = chance
        self._token = site.runs("token", "create", "monitoring", "--scope", "events")
        self._pause = threading.Event()

    def happens(self, tickets: int, seconds: float) -> None:
        """Open so many tickets within so many seconds, several at a time, each tried again until it is open."""
        moments = [self._chance.uniform(0, seconds) for _ in range(max(tickets // AT_A_TIME, 1))]
        start = time.monotonic()
        with ThreadPoolExecutor(8) as pool:
            for number, moment in enumerate(sorted(self._chance.choices(moments, k=tickets))):
                self._pause.wait(max(0.0, start + moment - time.monotonic()))
                contract = self._chance.choice(self._contracts)
                report = partial(self.calls, contract) if number % 2 else partial(self.reports, contract, number)
                pool.submit(self._insist, report)

    def _insist(self, report: Callable[[], None]) -> None:
        while True:
            try:
                return report()
            except (SQLAlchemyError, requests.RequestException):
                self._pause.wait(TRY_AGAIN)

    def calls(self, contract: str) -> None:
        """A P2 by telephone. Its commit may have been lost on the way back: then there are two tickets for it."""
        with self._site.database.write() as session:
            now = self._site.database.now(session)
            found = select(Contract).where(Contract.number == contract).options(joinedload(Contract.customer))
            ticket = lifecycle.open_ticket(
                session,
                self._line,
                contract=session.execute(found).scalar_one(),
                priority=Priority.P2,
                source=TicketSource.CALL,
                now=now,
                caller="+393332220001",
                callback="+393332220001",
            )
            pager.raise_page(session, self._line, ticket, now, leaves_at=now)

    def reports(self, contract: str, number: int) -> None:
        """A P1 by monitoring, known by its key however often it is reported."""
        report = {
            "contract": contract,
            "event": "voip_stack_crash",
            "status": "firing",
            "source": "chaos",
            "summary": f"Trouble {number}",
            "key": str(number),
        }
        with requests.Session() as web:
            web.trust_env = False
            headers = {"Authorization": f"Bearer {self._token}"}
            url = f"{self._site.settings.public_url}/api/v1/events"
            web.post(url, json=report, headers=headers, timeout=5).raise_for_status()


class Crew:
    """Technicians who read their texts, think, answer, and answer again until the ticket is somebody's."""

    def __init__(self, site: Site, chance: random.Random) -> None:
        self._site = site
        self._chance = chance
        self._stop = threading.Event()
        self._answers_at: dict[int, float] = {}
        self._pool = ThreadPoolExecutor(6)
        self._thread = threading.Thread(target=self._read, daemon=True)

    def __enter__(self) -> "Crew":
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stop.set()
        self._thread.join()
        self._pool.shutdown(cancel_futures=True)

    def _read(self) -> None:
        while not self._stop.wait(0.25):
            try:
                texts, waiting = self._texts(), self._untaken()
            except SQLAlchemyError:
                continue
            for number in waiting & texts.keys():
                self._answer(number, texts[number])

    def _texts(self) -> dict[int, str]:
        """Each ticket that a technician has read of, and that technician's telephone."""
        arrived = select(TextMessage.recipient, TextMessage.body).where(
            TextMessage.status == TextStatus.DELIVERED,
            TextMessage.direction == Direction.OUTBOUND_API,
            TextMessage.body.contains(ANSWER),
        )
        with self._site.database.read() as session:
            rows = session.execute(arrived.order_by(TextMessage.created_at)).all()
        return {int(number): phone for phone, body in rows for number in NUMBER.findall(body)}

    def _untaken(self) -> set[int]:
        with self._site.database.read() as session:
            return set(session.scalars(select(Ticket.number).where(Ticket.state == TicketState.OPEN)))

    def _answer(self, number: int, phone: str) -> None:
        now = time.monotonic()
        at = self._answers_at.setdefault(number, now + self._chance.uniform(*THINKS))
        if now >= at:
            self._answers_at[number] = now + ANSWERS_AGAIN
            self._pool.submit(self._send, phone, f"ACK {number}")

    def _send(self, phone: str, words: str) -> None:
        try:
            self._site.company.handset(phone).sends(words)
        except SQLAlchemyError:
            return  # no reception: the technician tries again
