"""The whole simulation: the real engine and database code, and a world that a seed makes."""

import dataclasses
import logging
import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session

from admin import file
from app import Gateway, put_together
from config.settings import load_settings
from models.clock import VirtualClock
from models.technician import Technician
from paging.carriers.protocol import Carrier
from rules.escalation import Channel
from tests.simulation.acts import Acts
from tests.simulation.callers import Callers
from tests.simulation.carrier import Mail, Network
from tests.simulation.crashes import Crashes, Trouble
from tests.simulation.mishaps import Mishaps
from tests.simulation.people import GOOD, Person
from tests.simulation.processes import Processes
from tests.simulation.silence import Silence
from tests.simulation.telephones import Telephones
from tests.simulation.timeline import Timeline
from tests.simulation.trace import Trace, Violation
from tests.simulation.watch import Watch
from tests.simulation.weather import Sky, Weather
from tests.world import ENVIRONMENT

LINE = Path(__file__).parent / "line.yaml"
MONDAY = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
CALM_DAYS_END = timedelta(hours=2)
"""So long after everything works again, every ticket must be in charge of somebody."""


class Simulation:
    """One run: `days` of everything going wrong, and then a while in which nothing does."""

    def __init__(self, database_url: str, seed: int, tickets_a_day: float = 3) -> None:
        random.seed(seed)  # the product's own: the jitter of its pauses
        self.chance = random.Random(seed)
        clock = VirtualClock(MONDAY)
        self.gateway = _gateway(database_url, clock)
        self.timeline = Timeline(clock)
        self.trace = Trace(self.timeline)
        self.weather = Weather(self.timeline, self.chance)
        database, line = self.gateway.database, self.gateway.line
        self.watch = Watch(database, self.timeline, self.trace, self.weather, line.wording)
        self.crashes = Crashes(database, self.chance)
        self.crashes.struck = lambda: self.watch.disturbed(7)
        self.acts = Acts(database, line, self.crashes, self.trace, self.watch, self.chance)
        self.telephones = Telephones(self.timeline, self.chance, self.weather, self.acts.report)
        self.watch.page_is_over = Silence(self.timeline, self.watch, self.weather, self.telephones).page_is_over
        self.people = self._people()
        self.processes = self._processes()
        sa.event.listen(Session, "after_commit", self._wakes)
        self.callers = Callers(self.acts, self.timeline, self.chance, self.open_tickets, tickets_a_day)
        self.mishaps = Mishaps(self)

    def runs(self, days: float) -> None:
        """Everything that the seed has in store. Raises Violation."""
        with _errors_are_violations():
            self.callers.live()
            self.mishaps.live()
            for person in self.people:
                person.lives()
            self._goes_on(self.timeline.now + timedelta(days=days))
            self._calms_down()
            self._goes_on(self.timeline.now + CALM_DAYS_END)
            self.watch.look_at_all()
            self._nothing_is_lost()

    def open_tickets(self) -> list[int]:
        return [case.page.number for case in self.watch.cases.values() if case.page.ticket_state == "open"]

    def _wakes(self, session: Session) -> None:
        if session.info.get("work"):
            self.processes.wakes()

    def closes(self) -> None:
        sa.event.remove(Session, "after_commit", self._wakes)
        self.processes.close()
        self.watch.tables.close()
        self.gateway.database.dispose()

    def _goes_on(self, until: datetime) -> None:
        while True:
            planned, due = self.timeline.next_at(), self.processes.next_at()
            at = min((each for each in (planned, due) if each is not None), default=None)
            if at is None or at > until:
                break
            self.timeline.goes_to(at)
            if planned == at:
                self.timeline.take()()
            else:
                self.processes.cycle()
        self.timeline.goes_to(until)

    def _calms_down(self) -> None:
        self.trace.say("everything works again")
        self.callers.stop()
        self.mishaps.stop()
        self.crashes.scale = 0
        self.weather.turns(Sky.CLEAR)
        for person in self.people:
            person.habits = GOOD
            person.has_reception, person.is_asleep = True, False

    def _nothing_is_lost(self) -> None:
        if waiting := self.open_tickets():
            raise Violation("ended", f"nobody has {', '.join(map(str, waiting))}")

    def _people(self) -> list[Person]:
        with self.gateway.database.read() as session:
            rows = session.query(Technician).order_by(Technician.key).all()
        people = {
            row: Person(row.key, row.name, self.acts, self.timeline, self.chance, self.open_tickets) for row in rows
        }
        numbers = {number: who for row, who in people.items() for number in (row.phone, row.second_phone) if number}
        self.telephones.owners = numbers
        return list(people.values())

    def _processes(self) -> Processes:
        network = Network(
            self.gateway.database, self.timeline, self.chance, self.trace, self.watch, self.weather, self.telephones
        )
        mail = Mail(self.chance, self.watch, self.weather)
        carriers: dict[Channel, Carrier] = {
            channel: carrier for carrier in (network, mail) for channel in carrier.channels
        }
        gateway = dataclasses.replace(self.gateway, carriers=carriers)
        return Processes(
            ("north", "south"), gateway.engine, self.timeline, self.chance, self.crashes, self.trace, self.watch
        )


def _gateway(database_url: str, clock: VirtualClock) -> Gateway:
    settings = load_settings(ENVIRONMENT | {"DATABASE_URL": database_url}, host="127.0.0.1", port=8000)
    gateway = put_together(settings, clock=clock)
    with gateway.database.write() as session:
        text = LINE.read_text(encoding="utf-8")
        file.load(session, text, gateway.peppers, "a simulation", clock.at, gateway.line.policy)
    return gateway


@contextmanager
def _errors_are_violations() -> Iterator[None]:
    """An error that the product logs and survives is one that the simulation made, or a violation."""

    def process(_logger: object, _method: str, event: Any) -> Any:
        error = sys.exc_info()[1]
        if event.get("exc_info") and not isinstance(error, Trouble):
            raise Violation("error", f"{event.get('event')}: {error!r}")
        raise structlog.DropEvent

    before = structlog.get_config()["processors"]
    structlog.configure(processors=[process])
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        structlog.configure(processors=before)
        logging.disable(logging.NOTSET)
