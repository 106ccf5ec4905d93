"""A person lets a ticket page from the top once more: who has it is not there, or nobody answers."""

from collections.abc import Callable

import pytest

from models.delivery import Delivery, DeliveryKind
from models.page import PageState
from paging import again, pager
from paging.pager import Responder
from rules.escalation import Channel
from tests.stories.pages import NUMBER, deliveries, page_of, reports
from tests.world import ADA, PIN, World
from tickets.lifecycle import MoveRefused, lock_ticket

pytestmark = pytest.mark.one_database

MAX = Responder(None, "Max")


def pages_again(world: World, by: Responder = MAX) -> World:
    """Somebody at the console presses the button; what follows at once has happened."""
    with world.database.write() as session:
        ticket = lock_ticket(session, int(NUMBER))
        assert ticket is not None
        again.page_again(session, world.gateway.line, ticket, by, world.clock.at)
    return world.settles()


def refusal(world: World) -> str:
    with pytest.raises(MoveRefused) as refused:
        pages_again(world)
    return str(refused.value)


def to(world: World, technician: str, kind: DeliveryKind = DeliveryKind.PAGE) -> list[Delivery]:
    return [each for each in deliveries(world, kind) if each.technician_key == technician]


@pytest.fixture
def taken(world: World) -> World:
    """Anna took Ada's P1 ten minutes ago, and sleeps again."""
    reports(world)
    world.handset("anna").sends("ACK")
    return world.passes(minutes=10)


def test_who_has_it_and_is_not_there_loses_it_and_the_first_level_rings(taken: World) -> None:
    pages_again(taken)
    ticket = taken.ticket(NUMBER)
    assert (ticket["state"], ticket["taken_by"]) == ("open", None)
    assert ticket["page"] == {"state": "paging", "level": 1, "round": 2}
    assert taken.handset("anna").ringing
    assert f"{NUMBER}: Max has it paged again. It is no longer yours." in taken.handset("anna").texts
    told = "Max had it paged again, from the first level: Anna Rossi has it no more."
    assert [each["kind"] for each in ticket["events"] if each["text"] == told] == ["paged_again"]


def test_the_levels_follow_as_ever_and_the_customer_hears_who_has_it_now(taken: World) -> None:
    pages_again(taken).passes(minutes=6)
    assert taken.ticket(NUMBER)["page"] == {"state": "paging", "level": 2, "round": 2}
    taken.handset("carla").sends("ACK")
    taken.settles()
    _, first, second = taken.company.handset(ADA).texts
    assert "Anna Rossi" in first
    assert "Carla Blu" in second


def test_the_new_owner_has_time_before_anybody_asks(taken: World) -> None:
    taken.passes(minutes=21)
    assert page_of(taken).followed_up_at is not None
    pages_again(taken)
    assert page_of(taken).followed_up_at is None
    taken.handset("carla").sends(f"ACK {NUMBER}")
    taken.passes(minutes=29)
    assert to(taken, "carla", DeliveryKind.FOLLOW_UP) == []
    taken.passes(minutes=1)
    assert len(to(taken, "carla", DeliveryKind.FOLLOW_UP)) == 2


def test_an_open_page_starts_at_its_first_level_and_a_telephone_that_rings_may_take_it(world: World) -> None:
    reports(world)
    world.passes(minutes=5)
    call = world.handset("carla").answers()
    pages_again(world)
    assert page_of(world).round == 2
    assert len(to(world, "anna")) > 2
    call.presses("1")
    assert world.ticket(NUMBER)["taken_by"] == "carla"


def test_the_fallback_is_alarmed_after_a_round_that_somebody_asked_for(world: World) -> None:
    reports(world)
    world.passes(minutes=31)
    before = len(deliveries(world, DeliveryKind.ALARM))
    assert before
    asked_for = page_of(pages_again(world)).round
    world.passes(minutes=15)
    assert page_of(world).alarmed_round >= asked_for
    assert len(deliveries(world, DeliveryKind.ALARM)) > before


def test_a_page_that_was_taken_before_it_left_begins_with_its_first_round(world: World) -> None:
    world.phone(ADA).dials().presses(f"{PIN}#").presses("1")
    with world.database.write() as session:
        pager.acknowledge(session, world.gateway.line, int(NUMBER), Responder("bruno", "Bruno"), world.clock.at)
    pages_again(world.passes(minutes=1))
    page = page_of(world)
    assert (page.state, page.round, page.level) == (PageState.PAGING, 1, 1)
    assert len(deliveries(world, channel=Channel.VOICE)) == 1


def test_nobody_is_paged_twice_for_nothing(world: World) -> None:
    reports(world)
    world.passes(seconds=50)
    assert refusal(world) == (
        "This round of pages began 50 seconds ago: nobody is paged twice for nothing. "
        "In 10 seconds it can be paged again."
    )
    assert page_of(world).round == 1
    world.passes(seconds=10)
    pages_again(world)
    assert "nobody is paged twice" in refusal(world)


def test_who_has_just_taken_it_keeps_it_from_whoever_has_not_seen_that_yet(world: World) -> None:
    reports(world)
    world.passes(minutes=4)
    world.handset("anna").sends("ACK")
    world.passes(seconds=20)
    assert refusal(world) == "Anna Rossi took it in charge 20 seconds ago. In 40 seconds it can be paged again."
    assert world.ticket(NUMBER)["taken_by"] == "anna"
    pages_again(world, Responder("anna", "Anna Rossi"))
    assert world.ticket(NUMBER)["taken_by"] is None


def test_an_owner_from_whom_somebody_else_passes_it_on_is_told(taken: World) -> None:
    taken.post(f"/api/v1/tickets/{NUMBER}/pass", {"by": "Max"})
    taken.settles()
    assert f"{NUMBER}: Max passed it on. It is no longer yours." in taken.handset("anna").texts
    taken.handset("carla").sends(f"ACK {NUMBER}")
    before = len(taken.handset("carla").texts)
    taken.handset("carla").sends(f"PASS {NUMBER}")
    taken.settles()
    assert not any("no longer yours" in text for text in taken.handset("carla").texts[before:])


def waits(world: World) -> None:
    world.handset("anna").sends("ACK")
    world.post(f"/api/v1/tickets/{NUMBER}/wait", {"reason": "no remote access"})


def ends(world: World) -> None:
    world.post(f"/api/v1/tickets/{NUMBER}/solve", {"reason": "rebooted"})


@pytest.mark.parametrize(("comes_to", "words"), [(waits, "Let it go on first"), (ends, "is ended")])
def test_what_waits_or_is_ended_is_not_paged_again(world: World, comes_to: Callable[[World], None], words: str) -> None:
    reports(world)
    comes_to(world)
    world.passes(minutes=5)
    assert words in refusal(world)


def test_a_page_that_has_not_left_leaves_anyway(world: World) -> None:
    world.phone(ADA).dials().presses(f"{PIN}#").presses("1")
    assert "anyway" in refusal(world)


def test_a_ticket_that_pages_nobody_is_raised_first(world: World) -> None:
    event = {
        "contract": "C-1001",
        "event": "disk_low",
        "status": "firing",
        "source": "z",
        "summary": "70 %",
        "key": "k",
    }
    assert world.post("/api/v1/events", event)["number"] == NUMBER
    assert "Raise its priority first" in refusal(world)
