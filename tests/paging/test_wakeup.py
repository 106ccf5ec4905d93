"""With the poll switched off, a page still leaves at once: the announcement alone wakes the engine."""

import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from models.clock import VirtualClock
from models.delivery import DeliveryKind
from models.wakeup import Wakeup
from paging import again, outcomes, pager
from paging.breaker import Breakers
from paging.carriers.protocol import Message, Status
from paging.delivery import Courier
from paging.engine import Engine
from paging.loop import EngineLoop
from paging.pager import Responder
from paging.watch import Watch
from rules.escalation import Channel
from rules.targets import Priority
from tests.stories.pages import NUMBER, deliveries, reports
from tests.world import ADA, LINE, PIN, World
from tickets import lifecycle, outbox

PATIENCE = 30.0  # seconds; a wake-up takes milliseconds
NO_POLL = 3600.0  # seconds
MAX = Responder(None, "Max")


class TakingCarrier:
    """Takes every message at once, and puts it where a test can wait for it."""

    channels = frozenset(Channel)

    def __init__(self) -> None:
        self.taken: queue.Queue[Message] = queue.Queue()

    def send(self, message: Message) -> str:
        self.taken.put(message)
        return f"SM{message.delivery_id}"

    def find(self, message: Message, since: datetime) -> list[str]:
        return []

    def status_of(self, channel: Channel, sid: str) -> Status | None:
        return None

    def end_call(self, sid: str) -> None:
        pass

    def takes_a_page(self) -> bool:
        """Wait for the next page to a technician. Returns False if the test's patience is over first."""
        try:
            while "Reply ACK" not in self.taken.get(timeout=PATIENCE).body:
                pass
        except queue.Empty:
            return False
        return True


class ObservedWakeup(Wakeup):
    """A wake-up that counts how often the engine has gone to sleep with nothing due."""

    def __init__(self, postgresql_url: str | None) -> None:
        super().__init__(postgresql_url)
        self.sleeps = threading.Semaphore(0)

    def wait(self, seconds: float) -> bool:
        if seconds == NO_POLL:
            self.sleeps.release()
        return super().wait(seconds)


class Asleep:
    """An engine that does not poll, asleep until somebody announces work."""

    def __init__(self, world: World) -> None:
        database = world.database
        wakeup = ObservedWakeup(database.url if database.is_postgresql else None)
        database.wakeup = wakeup
        self.carrier = TakingCarrier()
        engine = Engine(database, world.gateway.line, dict.fromkeys(Channel, self.carrier), "a test")
        self.loop = EngineLoop(engine, Watch(database, world.gateway.line, None), longest_sleep=NO_POLL)
        self.loop.start()
        # It falls asleep after its first look, and on PostgreSQL once more after it has begun to listen.
        for _ in range(2 if database.is_postgresql else 1):
            assert wakeup.sleeps.acquire(timeout=PATIENCE)


@pytest.fixture
def asleep(world: World) -> Iterator[Asleep]:
    asleep = Asleep(world)
    yield asleep
    asleep.loop.stop(seconds=4)


@pytest.fixture
def web(postgresql_url: str, clock: VirtualClock) -> Iterator[World]:
    """What answers the provider, in the place of another process: it shares the database and nothing else."""
    web = World(postgresql_url, clock).loads(LINE.read_text(encoding="utf-8"))
    yield web
    web.database.dispose()


@pytest.fixture
def worker(web: World, postgresql_url: str, clock: VirtualClock) -> Iterator[Asleep]:
    """An engine in the place of another process."""
    world = World(postgresql_url, clock)
    asleep = Asleep(world)
    yield asleep
    asleep.loop.stop(seconds=4)
    world.database.dispose()


def calls(world: World) -> None:
    """Ada reports a P1 and hangs up."""
    world.phone(ADA).dials().presses(f"{PIN}#").presses("1").hangs_up()


def test_a_page_leaves_without_the_poll(world: World, asleep: Asleep) -> None:
    calls(world)
    assert asleep.carrier.takes_a_page()


def test_a_page_leaves_a_worker_that_another_process_wakes(web: World, worker: Asleep) -> None:
    calls(web)
    assert worker.carrier.takes_a_page()


def test_a_page_leaves_though_the_worker_lost_its_connection(web: World, worker: Asleep) -> None:
    """What is announced while the worker is not listening is looked for as soon as it listens again."""
    with web.database.read() as session:
        listeners = "FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()"
        assert session.execute(text(f"SELECT pg_terminate_backend(pid) {listeners}")).scalars().all() == [True]
    calls(web)
    assert worker.carrier.takes_a_page()


# Each that creates due work announces it by itself: no other announcement in the same transaction stands in for it.


@contextmanager
def wakes(world: World) -> Iterator[None]:
    """What is done inside wakes the engine."""
    world.database.wakeup.wait(0)
    yield
    assert world.database.wakeup.wait(0), "the engine sleeps on"


def on_its_ticket(world: World, act: Callable[..., object], *arguments: object) -> None:
    """Call a function on the only ticket, in a transaction with nothing else in it."""
    with world.database.write() as session:
        ticket = lifecycle.lock_ticket(session, int(NUMBER))
        act(session, world.gateway.line, ticket, *arguments)


def test_a_page_that_is_raised_wakes_the_engine(quick_world: World) -> None:
    quick_world.post("/api/v1/events", event("disk_low"))
    now = quick_world.clock.at
    with wakes(quick_world):
        on_its_ticket(quick_world, pager.raise_page, now, now)


def test_a_page_that_need_not_wait_any_more_wakes_the_engine(quick_world: World) -> None:
    quick_world.post("/api/v1/events", event("disk_low"))
    on_its_ticket(quick_world, pager.raise_page, quick_world.clock.at, quick_world.clock.at + timedelta(seconds=20))
    with wakes(quick_world), quick_world.database.write() as session:
        pager.release(session, int(NUMBER), quick_world.clock.at)


def test_a_page_that_is_passed_wakes_the_engine(quick_world: World) -> None:
    reports(quick_world)
    with wakes(quick_world), quick_world.database.write() as session:
        anna = Responder("anna", "Anna Rossi")
        pager.pass_on(session, quick_world.gateway.line, int(NUMBER), anna, quick_world.clock.at)


def test_a_page_that_is_paged_again_wakes_the_engine(quick_world: World) -> None:
    reports(quick_world)
    quick_world.passes(minutes=20)
    with wakes(quick_world):
        on_its_ticket(quick_world, again.page_again, MAX, quick_world.clock.at)


def test_a_page_whose_priority_changes_wakes_the_engine(quick_world: World) -> None:
    reports(quick_world, key="2")
    now = quick_world.clock.at
    with wakes(quick_world):
        on_its_ticket(quick_world, pager.change_priority, Priority.P1, MAX, "all telephones are dead", now)


def test_a_call_that_nobody_answered_wakes_the_engine(quick_world: World) -> None:
    reports(quick_world)
    rang = deliveries(quick_world, channel=Channel.VOICE)[0]
    with wakes(quick_world), quick_world.database.write() as session:
        line, sid = quick_world.gateway.line, rang.provider_sid or ""
        assert outcomes.report(session, line, rang.id, sid, "no-answer", "", quick_world.clock.at)


def test_a_message_in_the_outbox_wakes_the_engine(quick_world: World) -> None:
    with wakes(quick_world), quick_world.database.write() as session:
        assert outbox.post(
            session,
            key="a key",
            kind=DeliveryKind.DUTY,
            channel=Channel.SMS,
            name="Max",
            address="+393331110009",
            body="a word",
            now=quick_world.clock.at,
        )


def test_what_a_stopping_engine_gives_back_wakes_another(quick_world: World) -> None:
    calls(quick_world)
    quick_world.engine.move_pages()
    claimed = quick_world.engine.claim(1)
    with wakes(quick_world):
        quick_world.engine.give_back(claimed)


def test_a_carrier_that_is_back_wakes_the_engine(quick_world: World) -> None:
    """What waits for it is due now, and not when its pause is over."""
    breakers = Breakers()
    for seconds in range(0, 10, 2):
        breakers.failed(Channel.VOICE, quick_world.clock.at - timedelta(seconds=10 - seconds))
    assert breakers.rests_until(Channel.VOICE)
    calls(quick_world)
    quick_world.engine.move_pages()
    call = next(claim for claim in quick_world.engine.claim(8) if claim.channel is Channel.VOICE)
    database, line = quick_world.database, quick_world.gateway.line
    with wakes(quick_world):
        Courier(database, line, {Channel.VOICE: TakingCarrier()}, breakers).do(call)


def event(name: str) -> dict[str, str]:
    about = {"contract": "C-1001", "event": name, "status": "firing"}
    return about | {"source": "a test", "summary": "of a test", "key": "1"}
