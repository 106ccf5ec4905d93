"""The fence of a delivery: an engine that slept through its lease sends nothing and writes nothing."""

from dataclasses import dataclass, replace
from datetime import datetime

import pytest

from models.database import Database
from models.delivery import Delivery, DeliveryState
from paging import outcomes
from paging.breaker import Breakers
from paging.carriers.protocol import Carrier
from paging.claims import Claim
from paging.delivery import Courier
from rules.escalation import Channel
from rules.line import Line
from tests.defences.carrier import TakingCarrier
from tests.world import ADA, PIN, World


@dataclass
class Engines:
    """Two engines and one page: its text was claimed by the first, and by the second when that lease was over."""

    database: Database
    line: Line
    slow: Claim
    quick: Claim

    def courier(self, carrier: Carrier) -> Courier:
        return Courier(self.database, self.line, dict.fromkeys(Channel, carrier), Breakers())

    @property
    def delivery(self) -> Delivery:
        with self.database.read() as session:
            return session.get_one(Delivery, self.slow.id)

    @property
    def seen(self) -> tuple[DeliveryState, int, datetime | None]:
        delivery = self.delivery
        return delivery.state, delivery.attempts, delivery.due_at


def claims(world: World) -> Claim:
    return next(claim for claim in world.engine.claim(8) if claim.channel is Channel.SMS)


@pytest.fixture
def engines(world: World) -> Engines:
    world.phone(ADA).dials().presses(f"{PIN}#").presses("1").hangs_up()
    world.engine.move_pages()
    slow = claims(world)
    lease = world.gateway.line.policy.lease
    world.clock.advance(lease)
    return Engines(world.database, world.gateway.line, slow, claims(world))


def test_a_lease_that_is_over_is_claimed_once_more(engines: Engines) -> None:
    assert (engines.slow.id, engines.slow.attempt) == (engines.quick.id, 1)
    assert engines.quick.attempt == 2


def test_who_slept_through_the_lease_sends_nothing(engines: Engines) -> None:
    carrier = TakingCarrier()
    engines.courier(carrier).do(engines.slow)
    assert carrier.sent == []


def test_who_slept_through_the_lease_while_waiting_for_a_sender_makes_it_no_longer(engines: Engines) -> None:
    before, carrier = engines.seen, TakingCarrier()
    engines.database.clock.advance(engines.line.policy.lease / 3)  # type: ignore[attr-defined]
    engines.courier(carrier).do(replace(engines.slow, is_late=True))
    assert engines.seen == before
    assert carrier.sent == []


def test_who_slept_through_the_lease_gives_nothing_back(engines: Engines) -> None:
    before = engines.seen
    engines.courier(TakingCarrier()).give_back(engines.slow)
    assert engines.seen == before


def test_who_slept_while_the_carrier_answered_settles_nothing(world: World) -> None:
    """The lease was good when it was looked at; its outcome is the second engine's to write."""
    world.phone(ADA).dials().presses(f"{PIN}#").presses("1").hangs_up()
    world.engine.move_pages()
    slow, taken = claims(world), []

    def sleeps() -> None:
        world.clock.advance(world.gateway.line.policy.lease)
        taken.append(claims(world))

    engines = Engines(world.database, world.gateway.line, slow, slow)
    engines.courier(TakingCarrier(sleeps)).do(slow)
    assert [claim.attempt for claim in taken] == [2]
    assert engines.seen == (DeliveryState.ATTEMPTING, 2, world.clock.at + world.gateway.line.policy.lease)
    assert engines.delivery.provider_sid == "SMattempt1", "the second engine finds what is out already"


def test_an_outcome_that_is_faster_than_the_carrier_s_answer_stays(world: World) -> None:
    world.phone(ADA).dials().presses(f"{PIN}#").presses("1").hangs_up()
    world.engine.move_pages()
    claim = claims(world)

    def arrives() -> None:
        with world.database.write() as session:
            assert outcomes.report(session, world.gateway.line, claim.id, "SMattempt1", "delivered", "", world.clock.at)

    engines = Engines(world.database, world.gateway.line, claim, claim)
    engines.courier(TakingCarrier(arrives)).do(claim)
    assert engines.seen == (DeliveryState.DELIVERED, 1, None)
