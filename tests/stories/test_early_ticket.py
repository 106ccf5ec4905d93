"""From the priority on nothing is lost: hang-ups, lost reports, restarts and replays between any two steps."""

import pytest

from models.delivery import DeliveryKind
from simulator.faults import FaultKind
from simulator.phone import PhoneCall
from tests.stories.pages import ANNA, NUMBER, deliveries
from tests.world import ADA, PIN, World

STEPS = {"callback": [], "description": ["1"], "hold": ["1", "#"], "holding": ["1", "#", "1"]}


def chooses(world: World, priority: str = "1") -> PhoneCall:
    """Ada has chosen a priority."""
    return world.phone(ADA).dials().presses(f"{PIN}#").presses(priority)


def numbers(world: World) -> list[str]:
    return [ticket["number"] for ticket in world.get("/api/v1/tickets")["tickets"]]


def was_paged(world: World) -> bool:
    return any(f"Reply ACK {NUMBER}" in text for text in world.handset("anna").texts)


@pytest.mark.parametrize("keys", STEPS.values(), ids=STEPS.keys())
def test_who_is_cut_off_after_the_priority_has_a_ticket_and_a_page(world: World, keys: list[str]) -> None:
    call = chooses(world)
    for key in keys:
        call.presses(key)
    call.hangs_up()
    world.settles()
    assert numbers(world) == [NUMBER]
    assert was_paged(world)
    assert world.ticket(NUMBER)["callback"] == ADA


def test_when_the_end_of_the_call_is_not_reported_the_page_leaves_all_the_same(world: World) -> None:
    world.company.add_fault(FaultKind.LOSE_CALLBACK, ADA, times=20)
    chooses(world, "2").hangs_up()
    world.passes(seconds=19)
    assert not was_paged(world)
    world.passes(seconds=1)
    assert was_paged(world)


def test_the_line_may_be_restarted_between_any_two_steps(world: World, database_url: str) -> None:
    call = world.phone(ADA).dials()
    for key in (f"{PIN}#", "1", "1", "#"):
        restarted = World(database_url, world.clock)
        PhoneCall(restarted.company, call.sid).presses(key)
        restarted.database.dispose()
    world.settles()
    assert numbers(world) == [NUMBER]
    assert was_paged(world)


def test_a_restart_after_the_priority_keeps_the_page_armed(world: World, database_url: str) -> None:
    chooses(world, "2")
    restarted = World(database_url, world.clock)
    restarted.passes(seconds=20)
    restarted.database.dispose()
    assert numbers(world) == [NUMBER]
    assert was_paged(world)


def test_who_calls_again_adds_to_the_open_ticket_and_reaches_who_has_it(world: World) -> None:
    chooses(world).hangs_up()
    world.settles()
    world.handset("anna").sends("ACK")
    again = world.phone(ADA).dials().presses(f"{PIN}#")
    assert "To add to your open ticket, press 5" in again.words
    again.presses("5").presses("1").records("It is rack five too")
    world.settles()
    assert numbers(world) == [NUMBER]
    (update,) = deliveries(world, DeliveryKind.UPDATE)
    assert (update.address, "recorded a description" in update.body) == (ANNA, True)
