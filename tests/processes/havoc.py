"""What befalls the processes: killed, frozen, and the database gone for a while. Who is gone is started again."""

import random
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from models.delivery import Delivery, DeliveryState
from tests.databases import PostgresServer
from tests.processes.machines import Machine, Site

PAUSE = (1.0, 4.0)
"""Seconds between two blows."""
WAITS_FOR_WORK = 2.0
"""How many seconds a blow is kept back until something is being sent."""
FROZEN = ((2.0, 6.0), (17.0, 20.0))
"""Seconds for which a process may stand still: less than its lease, and more."""
DATABASE_AWAY = 3.0
RESTARTED_AFTER = 1.0


@dataclass(frozen=True, slots=True)
class Blow:
    """`what` was hit `how` at `at`; it was back at `over`, as far as that is known."""

    what: str
    how: str
    at: datetime
    over: datetime


class Place:
    """Where one process belongs. A service manager would start it again: `keep` does."""

    def __init__(self, site: Site, command: str) -> None:
        self.site = site
        self.command = command
        self.machine = site.starts(command)
        self.thaws_at: float | None = None
        self._starts_at: float | None = None

    def is_up(self) -> bool:
        return self.thaws_at is None and self._starts_at is None and self.machine.is_running()

    def is_killed(self) -> None:
        self.machine.is_killed()

    def freezes(self, seconds: float) -> None:
        self.machine.freezes()
        self.thaws_at = time.monotonic() + seconds

    def keep(self) -> None:
        """Thaw it, or start it again, if it is time for that."""
        now = time.monotonic()
        if self.thaws_at is not None and now >= self.thaws_at:
            self.thaws()
        if self._starts_at is not None and now >= self._starts_at:
            self.machine, self._starts_at = self.site.launches(self.command), None
        if self._starts_at is None and not self.machine.is_running():
            self._starts_at = now + RESTARTED_AFTER

    def thaws(self) -> None:
        self.machine.thaws()
        self.thaws_at = None

    def recovers(self) -> Machine:
        """Thawed, running and at work."""
        if self.thaws_at is not None:
            self.thaws()
        if not self.machine.is_running():
            self.machine = self.site.launches(self.command)
        return self.machine


class Havoc:
    """Strikes for `seconds`, the database once in the middle of them."""

    def __init__(self, places: Sequence[Place], server: PostgresServer, seconds: float, chance: random.Random) -> None:
        self.blows: list[Blow] = []
        self._places = places
        self._database = places[0].site.database
        self._server = server
        self._seconds = seconds
        self._chance = chance
        self._tick = threading.Event()

    def rages(self) -> None:
        """Return when it is over: everything is started or thawed again."""
        start = time.monotonic()
        database = start + self._seconds / 2
        strike = start + self._chance.uniform(*PAUSE)
        while (now := time.monotonic()) < start + self._seconds:
            if now >= strike and (now >= strike + WAITS_FOR_WORK or self._is_something_on_its_way()):
                self._strike()
                strike = time.monotonic() + self._chance.uniform(*PAUSE)
            if now >= database:
                self._crash_database()
                database = float("inf")
            for place in self._places:
                place.keep()
            self._tick.wait(0.01)
        for place in self._places:
            place.recovers()

    def _is_something_on_its_way(self) -> bool:
        """A blow to an idle process proves little."""
        on_its_way = select(Delivery.id).where(Delivery.state == DeliveryState.ATTEMPTING).limit(1)
        try:
            with self._database.read() as session:
                return session.scalar(on_its_way) is not None
        except SQLAlchemyError:
            return True

    def _strike(self) -> None:
        up = [place for place in self._places if place.is_up()]
        how = self._chance.choice(["kill", "kill", "freeze"])
        seconds = self._chance.uniform(*self._chance.choice(FROZEN))
        place = self._chance.choice(self._places)
        if place not in up:
            return
        at = datetime.now(UTC)
        if how == "kill":
            place.is_killed()
        else:
            place.freezes(seconds)
        self.blows.append(Blow(place.command, how, at, datetime.now(UTC)))

    def _crash_database(self) -> None:
        at = datetime.now(UTC)
        self._server.crashes()
        self._tick.wait(DATABASE_AWAY)
        self._server.starts_again()
        self.blows.append(Blow("postgresql", "crash", at, datetime.now(UTC)))
