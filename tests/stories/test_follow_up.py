"""A P1 that somebody has and nobody works on does not rest."""

import pytest
from sqlalchemy import update

from models.delivery import DeliveryKind, DeliveryState
from models.page import Page
from simulator import faults
from simulator.faults import FaultKind
from tests.stories.pages import ANNA, NUMBER, deliveries, page_of, reports
from tests.world import World

pytestmark = pytest.mark.one_database


@pytest.fixture
def taken(world: World) -> World:
    """Anna has Ada's P1."""
    reports(world)
    world.handset("anna").sends("ACK")
    return world.settles()


def reminders(world: World, technician: str = "anna") -> list[str]:
    return [text for text in world.handset(technician).texts if text.startswith("NO UPDATE")]


def test_without_a_sign_of_work_the_owner_is_paged_again(taken: World) -> None:
    taken.passes(minutes=29)
    assert reminders(taken) == []
    taken.passes(minutes=1)
    (text,) = reminders(taken)
    assert NUMBER in text
    assert "Acme SpA" in text
    assert taken.handset("anna").ringing
    assert taken.ticket(NUMBER)["taken_by"] == "anna"


def test_who_still_does_not_answer_loses_it_to_the_next_level(taken: World) -> None:
    taken.passes(minutes=40)
    ticket = taken.ticket(NUMBER)
    assert (ticket["state"], ticket["page"]) == ("open", {"state": "paging", "level": 2, "round": 1})
    assert any(f"Reply ACK {NUMBER}" in text for text in taken.handset("carla").texts)
    taken.handset("carla").sends("ACK")
    assert taken.ticket(NUMBER)["taken_by"] == "carla"


def test_an_answer_to_the_reminder_keeps_it(taken: World) -> None:
    taken.passes(minutes=31)
    (answer,) = taken.handset("anna").sends(f"ACK {NUMBER}")
    assert "is yours" in answer
    taken.passes(minutes=29)
    assert len(reminders(taken)) == 1
    taken.passes(minutes=2)
    assert len(reminders(taken)) == 2


def test_a_bare_word_answers_the_only_reminder(taken: World) -> None:
    taken.passes(minutes=31)
    (answer,) = taken.handset("anna").sends("ACK")
    assert "is yours" in answer
    taken.passes(minutes=29)
    assert taken.ticket(NUMBER)["taken_by"] == "anna"


def test_a_key_in_the_reminding_call_keeps_it(taken: World) -> None:
    taken.passes(minutes=30)
    call = taken.handset("anna").answers()
    assert "no update" in call.words
    call.presses("1")
    assert "is yours" in call.words
    taken.passes(minutes=29)
    assert taken.ticket(NUMBER)["taken_by"] == "anna"


def test_the_owner_passes_it_on_in_the_reminding_call(taken: World) -> None:
    taken.passes(minutes=30)
    taken.handset("anna").answers().presses("2")
    taken.settles()
    assert taken.ticket(NUMBER)["page"]["level"] == 2


@pytest.mark.parametrize(
    ("move", "body"),
    [
        ("note", {"reason": "Looking at the SBC"}),
        ("raise", {"priority": "P1", "reason": "as it is"}),
        ("wait", {"reason": "no remote access"}),
    ],
)
def test_signs_of_work_put_the_reminder_off(taken: World, move: str, body: dict[str, str]) -> None:
    if move == "raise":
        taken.post(f"/api/v1/tickets/{NUMBER}/lower", {"priority": "P2", "reason": "no access"})
    taken.passes(minutes=20)
    taken.post(f"/api/v1/tickets/{NUMBER}/{move}", body)
    taken.passes(minutes=29)
    assert reminders(taken) == []


def test_nobody_is_reminded_of_what_waits_for_its_customer(taken: World) -> None:
    taken.post(f"/api/v1/tickets/{NUMBER}/wait", {"reason": "no remote access"})
    taken.passes(hours=5)
    assert reminders(taken) == []
    taken.post(f"/api/v1/tickets/{NUMBER}/resume", {})
    taken.passes(minutes=30)
    assert len(reminders(taken)) == 1


def test_reminders_stop_when_it_is_solved(taken: World) -> None:
    taken.passes(minutes=10)
    taken.handset("anna").sends("DONE rebooted")
    taken.passes(hours=3)
    assert reminders(taken) == []
    assert page_of(taken).due_at is None


def test_a_p2_is_not_followed_up(world: World) -> None:
    reports(world, key="2")
    world.handset("anna").sends("ACK")
    world.passes(hours=3)
    assert reminders(world) == []


def test_a_p2_that_is_raised_is_followed_up(world: World) -> None:
    reports(world, key="2")
    world.handset("anna").sends("ACK")
    world.passes(hours=3)
    world.post(f"/api/v1/tickets/{NUMBER}/raise", {"priority": "P1", "reason": "all is dead now"})
    world.passes(minutes=30)
    assert len(reminders(world)) == 1


def test_a_reminder_that_was_held_up_is_not_sent_for_what_is_solved(taken: World) -> None:
    taken.passes(minutes=29)
    taken.company.add_fault(FaultKind.REFUSE, ANNA, times=1_000, code=20429)
    taken.passes(minutes=2)
    taken.handset("anna").sends("DONE rebooted")
    with taken.company.exchange() as exchange:
        faults.clear(exchange.session)
    taken.passes(minutes=3)
    assert reminders(taken) == []
    assert {each.state for each in deliveries(taken, DeliveryKind.FOLLOW_UP)} == {DeliveryState.CANCELLED}


@pytest.mark.parametrize("word", ["ACK", "PASS", "DONE rebooted"])
def test_the_telephone_stops_ringing_when_the_reminder_is_answered_by_text(taken: World, word: str) -> None:
    taken.passes(minutes=30)
    assert taken.handset("anna").ringing
    taken.handset("anna").sends(word)
    taken.settles()
    assert not taken.handset("anna").ringing


def test_a_reminder_that_was_claimed_when_the_owner_moved_is_not_sent(taken: World) -> None:
    due_at = page_of(taken).due_at
    assert due_at is not None
    taken.clock.at = due_at
    taken.engine.move_pages()
    claimed = taken.engine.claim(10)
    taken.handset("anna").sends("ACK")
    for claim in claimed:
        taken.engine.do(claim)
    taken.settles()
    assert reminders(taken) == []
    assert not taken.handset("anna").ringing


def test_who_answers_the_reminding_call_after_losing_the_ticket_may_take_it_again(taken: World) -> None:
    taken.passes(minutes=30)
    call = taken.handset("anna").answers()
    taken.handset("carla").sends("PASS")
    taken.post(f"/api/v1/tickets/{NUMBER}/pass", {})
    call.presses("1")
    assert "is yours" in call.words
    assert taken.ticket(NUMBER)["taken_by"] == "anna"


@pytest.mark.parametrize("ending", ["DONE rebooted", "exclude"])
def test_a_bare_ack_does_not_mean_a_ticket_that_is_over(taken: World, ending: str) -> None:
    taken.passes(minutes=31)
    if ending == "exclude":
        taken.post(f"/api/v1/tickets/{NUMBER}/exclude", {"reason": "not covered"})
    else:
        taken.handset("anna").sends(ending)
    reports(taken)
    (answer,) = taken.handset("anna").sends("ACK")
    assert "100002" in answer
    assert NUMBER not in answer
    assert taken.ticket("100002")["taken_by"] == "anna"


def test_a_reminder_that_was_left_on_the_page_of_a_resolved_ticket_does_not_count(taken: World) -> None:
    taken.passes(minutes=10)
    taken.handset("anna").sends("DONE rebooted")
    with taken.database.write() as session:
        session.execute(update(Page).values(followed_up_at=taken.clock.at))
    reports(taken)
    (answer,) = taken.handset("anna").sends("ACK")
    assert NUMBER not in answer
    assert taken.ticket("100002")["taken_by"] == "anna"
