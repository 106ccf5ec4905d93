"""Swaps that technicians ask of each other: whoever comes on call by one is told as by any other edit."""

from models.delivery import DeliveryKind
from models.schedule import SwapRequest, SwapState
from paging import rotations, swaps
from paging.swaps import Answer, Wish
from rules.swaps import Piece
from tests.rules.vendor import rome
from tests.stories.pages import deliveries
from tests.stories.turns import AHEAD, ahead_of_turns, texts, until
from tests.world import World

BRUNOS = Piece("bruno", "carla", rome("2026-11-30T09:00"), rome("2026-12-07T09:00"))


def carla_offers_to_take_it(world: World) -> int:
    with world.database.write() as session:
        editing = rotations.begin(world.database, session, "platinum")
        wish = Wish("carla", "bruno", (BRUNOS,), "I owe you one")
        request = swaps.ask(session, world.gateway.line, editing, wish, "carla@example.com").id
    world.settles()
    return request


def bruno_accepts(world: World, number: int) -> Answer:
    people = ("bruno@example.com", "carla@example.com")
    with world.database.write() as session:
        request = session.get_one(SwapRequest, number)
        answer = swaps.accept(world.database, session, world.gateway.line, request, people)
    world.settles()
    return answer


def told(world: World, technician: str) -> list[str]:
    sent = deliveries(world, DeliveryKind.SWAP)
    return [one.subject or one.body for one in sent if one.technician_key == technician]


def test_who_takes_a_shift_is_told_ahead_of_it_and_who_gave_it_is_not(world: World) -> None:
    assert bruno_accepts(world, carla_offers_to_take_it(world)) is Answer.ACCEPTED
    assert told(world, "bruno") == ["Carla Blu asks you about a shift of platinum"]
    assert told(world, "carla") == ["Bruno Neri accepted: the rotation platinum is changed"]
    (asked, _) = deliveries(world, DeliveryKind.SWAP)
    assert (
        "If you accept: Carla Blu takes Mon 30 Nov 2026 09:00 until Mon 7 Dec 2026 09:00 (Europe/Rome)." in asked.body
    )
    assert "I owe you one" in asked.body
    until(world, "2026-11-29T09:00")
    assert (ahead_of_turns(world, "carla"), texts(world, "bruno")) == ([AHEAD], [])


def test_who_was_told_of_a_shift_before_it_was_swapped_hears_that_it_is_theirs_no_more(world: World) -> None:
    until(world, "2026-11-29T10:00")
    assert texts(world, "bruno") == [AHEAD]
    number = carla_offers_to_take_it(world)
    assert world.handset("bruno").texts[-1].startswith("platinum: Carla Blu asks you about a shift.")
    bruno_accepts(world, number)
    assert texts(world, "bruno")[1:] == [
        "platinum: you are no longer on call from Mon 30 Nov 2026 09:00. Carla Blu is on call then."
    ]
    assert ahead_of_turns(world, "carla") == [AHEAD]


def test_the_engine_lets_a_request_lapse_and_tells_both(quick_world: World) -> None:
    world = quick_world
    number = carla_offers_to_take_it(world)
    until(world, "2026-11-30T09:00")
    with world.database.read() as session:
        assert session.get_one(SwapRequest, number).state is SwapState.LAPSED
    assert "Your swap of platinum with Carla Blu has lapsed" in told(world, "bruno")
    assert "Your swap of platinum with Bruno Neri has lapsed" in told(world, "carla")
    assert bruno_accepts(world, number) is Answer.SETTLED_BEFORE
