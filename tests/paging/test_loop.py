"""The engine at work in threads of its own, and how it stops."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from models.customer import Contract, Maintenance
from models.delivery import DeliveryState
from paging.chores import first_due
from paging.claims import Claim
from paging.engine import Engine
from paging.loop import EngineLoop
from paging.watch import Watch
from tests.stories.pages import deliveries
from tests.world import ADA, PIN, World

PATIENCE = 20.0  # seconds


class OneSender:
    """A loop with one sender, whose carrier holds the first message until it is let go."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        database, line = world.database, world.gateway.line
        engine = Engine(database, line, {}, "test", senders=1)
        self.begun, self.let_go = threading.Event(), threading.Event()
        monkeypatch.setattr(engine, "do", self._sends)
        self.loop = EngineLoop(engine, Watch(database, line, None))

    def _sends(self, claim: Claim) -> None:
        self.begun.set()
        self.let_go.wait(PATIENCE)


@pytest.fixture
def one_sender(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[OneSender]:
    one_sender = OneSender(world, monkeypatch)
    yield one_sender
    one_sender.let_go.set()


def test_what_waits_for_a_sender_when_the_engine_stops_is_given_back(world: World, one_sender: OneSender) -> None:
    """A text and a call are claimed, and the text is being sent: the call is another engine's at once."""
    world.phone(ADA).dials().presses(f"{PIN}#").presses("1").hangs_up()
    one_sender.loop.start()
    assert one_sender.begun.wait(PATIENCE)
    one_sender.loop.stop(seconds=4)
    text, call = deliveries(world)
    assert text.state is DeliveryState.ATTEMPTING
    assert (call.state, call.due_at, call.attempted_at) == (DeliveryState.PENDING, world.clock.at, None)


class Piece:
    """A chore that has begun once `begun` is set, and ends when `let_go` is."""

    first_due = first_due(Maintenance.due_at)

    def __init__(self) -> None:
        self.begun, self.let_go = threading.Event(), threading.Event()

    def do_next(self) -> bool:
        self.begun.set()
        self.let_go.wait(PATIENCE)
        return False


def test_a_chore_that_waits_for_a_network_delays_no_other(world: World) -> None:
    """Whichever of them comes first in the list."""
    books(world)
    chores = [Piece(), Piece(), Piece()]
    engine = Engine(world.database, world.gateway.line, {}, "test", chores=chores)
    loop = EngineLoop(engine, Watch(world.database, world.gateway.line, None))
    loop.start()
    assert all(chore.begun.wait(PATIENCE) for chore in chores)
    for chore in chores:
        chore.let_go.set()
    loop.stop(seconds=4)


def books(world: World) -> None:
    """A maintenance that is due."""
    now = world.clock.at
    with world.database.write() as session:
        contract = session.execute(select(Contract.id).limit(1)).scalar_one()
        session.add(
            Maintenance(
                contract_id=contract, starts_at=now, ends_at=now + timedelta(hours=1), reference="CHG-7", due_at=now
            )
        )
