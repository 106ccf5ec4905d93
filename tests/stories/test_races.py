"""Two people, two channels, one page: exactly one has it, everyone is told, and nobody's telephone rings on."""

from models.delivery import Delivery, DeliveryKind, DeliveryState
from rules.escalation import Channel
from simulator.faults import FaultKind
from tests.stories.pages import ANNA, NUMBER, deliveries, page_of, reports
from tests.world import World


def call_to_anna(world: World) -> Delivery:
    return deliveries(world, channel=Channel.VOICE)[0]


def test_a_reply_by_text_stops_the_telephone(world: World) -> None:
    reports(world)
    assert world.handset("anna").ringing
    world.handset("anna").sends("ACK")
    world.settles()
    assert not world.handset("anna").ringing
    assert call_to_anna(world).state is DeliveryState.UNANSWERED


def test_when_another_one_takes_it_all_telephones_stop(world: World) -> None:
    reports(world)
    world.passes(minutes=5)
    assert world.handset("carla").ringing
    world.handset("anna").sends(f"ACK {NUMBER}")
    world.settles()
    assert not world.handset("carla").ringing
    assert world.handset("carla").texts[-1] == f"{NUMBER}: Anna Rossi has it. Nothing to do."


def test_a_call_in_which_the_key_was_pressed_goes_on_to_its_last_word(world: World) -> None:
    reports(world)
    call = world.handset("anna").answers().presses("1")
    world.settles()
    assert "is yours" in call.words
    assert call_to_anna(world).state is DeliveryState.ANSWERED
    assert deliveries(world, DeliveryKind.HANG_UP) == []


def test_a_key_pressed_after_somebody_else_has_it_tells_who(world: World) -> None:
    reports(world)
    call = world.handset("anna").answers()
    world.handset("carla").sends(f"ACK {NUMBER}")
    call.presses("1")
    assert "Carla Blu has ticket" in call.words
    assert world.ticket(NUMBER)["taken_by"] == "carla"


def test_of_two_texts_the_first_one_wins(world: World) -> None:
    reports(world)
    world.passes(minutes=6)
    (won,) = world.handset("carla").sends(f"ACK {NUMBER}")
    (lost,) = world.handset("anna").sends(f"ACK {NUMBER}")
    assert "is yours" in won
    assert lost.startswith("Carla Blu has 100001 since")
    assert world.ticket(NUMBER)["taken_by"] == "carla"


def test_a_reply_that_is_faster_than_delivered_counts(world: World) -> None:
    world.company.add_fault(FaultKind.LATE_CALLBACK, ANNA, times=20, seconds=90)
    reports(world)
    world.handset("anna").sends("ACK")
    world.passes(minutes=3)
    ticket = world.ticket(NUMBER)
    assert (ticket["state"], ticket["page"]["state"]) == ("in_charge", "acknowledged")


def test_a_message_that_was_claimed_when_the_page_was_taken_is_not_sent(world: World) -> None:
    world.phone("+393332220001").dials().presses("48201937#").presses("1").hangs_up()
    world.engine.move_pages()
    claimed = world.engine.claim(10)
    assert sum(claim.kind is DeliveryKind.PAGE for claim in claimed) == 2
    world.post(f"/api/v1/tickets/{NUMBER}/acknowledge", {"by": "bruno"})
    for claim in claimed:
        world.engine.do(claim)
    world.settles()
    assert not any("Reply ACK" in text for text in world.handset("anna").texts)
    assert not world.handset("anna").ringing
    assert {each.state for each in deliveries(world)} == {DeliveryState.CANCELLED}


def test_a_call_whose_answer_was_lost_is_ended_when_it_is_found(world: World) -> None:
    world.company.add_fault(FaultKind.LOSE_ANSWER, ANNA, times=2)
    world.company.add_fault(FaultKind.LOSE_CALLBACK, ANNA, times=3)
    reports(world)
    assert world.handset("anna").ringing
    world.handset("anna").sends("ACK")
    world.passes(seconds=5)
    assert not world.handset("anna").ringing


def test_an_acknowledgement_of_a_closed_page_says_so(world: World) -> None:
    reports(world)
    world.post(f"/api/v1/tickets/{NUMBER}/solve", {"reason": "false alarm", "by": "bruno"})
    (answer,) = world.handset("anna").sends(f"ACK {NUMBER}")
    assert answer == f"{NUMBER} is closed already."


def test_the_engine_moves_nothing_that_was_taken_after_it_looked(world: World) -> None:
    reports(world)
    due_at = page_of(world).due_at
    assert due_at is not None
    world.clock.at = due_at
    world.handset("anna").sends("ACK")
    assert world.engine.move_pages() == 0
    assert world.ticket(NUMBER)["page"] == {"state": "acknowledged", "level": 1, "round": 1}
