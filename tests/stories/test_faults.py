"""The phone company does wrong, and no page is lost."""

import pytest
from sqlalchemy import select

from models.delivery import Delivery, DeliveryState
from rules.escalation import Channel
from simulator import faults
from simulator.faults import FaultKind
from tests.world import ADA, PIN, World

ANNA = "+393331110001"
NUMBER = "100001"


def reports(world: World, key: str = "1") -> None:
    """Ada reports a problem and hangs up; the page leaves."""
    world.phone(ADA).dials().presses(f"{PIN}#").presses(key).hangs_up()
    world.settles()


def texts_to_anna(world: World) -> list[str]:
    return [text for text in world.handset("anna").texts if "Reply ACK" in text]


def delivery(world: World, channel: Channel) -> Delivery:
    """Anna's message by this channel on the first level."""
    with world.database.read() as session:
        statement = select(Delivery).where(Delivery.technician_key == "anna", Delivery.channel == channel)
        return session.execute(statement.order_by(Delivery.id)).scalars().first() or pytest.fail("no delivery")


def test_a_carrier_that_cannot_take_it_now_is_tried_again(world: World) -> None:
    world.company.add_fault(FaultKind.REFUSE, ANNA, times=4, code=20429)
    reports(world)
    assert texts_to_anna(world) == []
    world.passes(minutes=1)
    assert len(texts_to_anna(world)) == 1
    assert world.ticket(NUMBER)["page"]["level"] == 1


def test_a_carrier_that_is_down_for_long_loses_no_page(world: World) -> None:
    world.company.add_fault(FaultKind.REFUSE, times=100_000, code=20503)
    reports(world)
    world.passes(minutes=11)
    assert world.ticket(NUMBER)["page"]["state"] == "paging"
    assert texts_to_anna(world) == []
    with world.company.exchange() as exchange:
        faults.clear(exchange.session)
    world.passes(minutes=2)
    assert texts_to_anna(world)
    world.handset("anna").sends("ACK")
    assert world.ticket(NUMBER)["taken_by"] == "anna"


@pytest.mark.parametrize("code", [21211, 21610, 21408])
def test_a_number_that_cannot_be_texted_is_rung_at_once(world: World, code: int) -> None:
    """A P2 texts first: a refusal that trying again cannot help moves it to the next channel."""
    world.company.add_fault(FaultKind.REFUSE, ANNA, code=code)
    reports(world, key="2")
    assert texts_to_anna(world) == []
    assert world.handset("anna").ringing
    assert delivery(world, Channel.SMS).error_code == str(code)


def test_an_undelivered_text_moves_to_the_next_channel(world: World) -> None:
    world.company.add_fault(FaultKind.UNDELIVERED, ANNA, code=30003)
    reports(world, key="2")
    world.passes(seconds=10)
    assert delivery(world, Channel.SMS).state is DeliveryState.FAILED
    assert world.handset("anna").ringing


def test_when_text_and_call_fail_the_next_level_is_paged_at_once(world: World) -> None:
    world.company.add_fault(FaultKind.REFUSE, ANNA, times=2, code=21211)
    reports(world)
    assert world.ticket(NUMBER)["page"] == {"state": "paging", "level": 2, "round": 1}
    assert any(NUMBER in text for text in world.handset("carla").texts)


def test_a_lost_answer_is_looked_up_and_not_sent_twice(world: World) -> None:
    world.company.add_fault(FaultKind.LOSE_ANSWER, ANNA, times=2)
    world.company.add_fault(FaultKind.LOSE_CALLBACK, ANNA, times=20)
    reports(world)
    world.passes(minutes=1)
    assert len(texts_to_anna(world)) == 1
    assert delivery(world, Channel.SMS).state in (DeliveryState.SENT, DeliveryState.DELIVERED)
    assert delivery(world, Channel.SMS).attempts == 2


def test_a_callback_settles_what_a_lost_answer_left_open(world: World) -> None:
    world.company.add_fault(FaultKind.LOSE_ANSWER, ANNA)
    reports(world)
    assert delivery(world, Channel.SMS).state is DeliveryState.DELIVERED
    world.passes(minutes=1)
    assert len(texts_to_anna(world)) == 1


@pytest.mark.parametrize("kind", [FaultKind.DUPLICATE_CALLBACK, FaultKind.REORDER_CALLBACK, FaultKind.LATE_CALLBACK])
def test_callbacks_in_any_order_leave_a_delivered_text_delivered(world: World, kind: FaultKind) -> None:
    world.company.add_fault(kind, ANNA, times=20)
    reports(world)
    world.passes(minutes=2)
    assert delivery(world, Channel.SMS).state is DeliveryState.DELIVERED
    assert len(texts_to_anna(world)) == 1


def test_the_story_tells_what_the_carrier_refused(world: World) -> None:
    world.company.add_fault(FaultKind.REFUSE, ANNA, code=21408)
    reports(world)
    assert any("may not text Italy" in line for line in world.story(NUMBER))
