"""The technician's call: accept, pass, hear the description, be connected; a machine is never an answer."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from models.delivery import Delivery, DeliveryKind, DeliveryState
from models.page import PageState
from models.recording import Recording, RecordingState
from models.ticket import TicketState
from paging import pager
from paging.pager import Responder
from tests.ivr.deadlock import fails_once
from tests.ivr.telephone import Telephone
from tests.ivr.world import ANNA, STRANGER, URL, World

BRUNO_NERI = Responder("bruno", "Bruno Neri")


@pytest.fixture
def paged(acme_on_both: World) -> World:
    """Anna's telephone is about to ring for a P1 that was described."""
    acme_on_both.phone().to_closing().wait()
    acme_on_both.due()
    return acme_on_both


def anna_answers(world: World) -> Telephone:
    return world.rings(world.voice_page(world.ticket().number))


def test_it_says_priority_customer_ticket_and_the_keys(paged: World) -> None:
    call = anna_answers(paged)
    for words in ("P 1", "Acme SpA", "accept, press 1", "pass, press 2", "description, press 3", "connected, press 4"):
        assert words in call.said
    assert call.spoken_ticket == paged.ticket().number
    assert call.action.startswith("https://line.example/twilio/page/")


def test_1_accepts(paged: World) -> None:
    call = anna_answers(paged).press("1")
    assert call.is_over
    assert "is yours" in call.said
    assert " ".join(STRANGER[1:]) in call.said
    assert (paged.ticket().state, paged.ticket().taken_by) == (TicketState.IN_CHARGE, "anna")
    assert paged.page().state is PageState.ACKNOWLEDGED
    assert paged.voice_page(paged.ticket().number).state is DeliveryState.ANSWERED


def test_1_that_comes_twice_accepts_once(paged: World) -> None:
    assert "is yours" in anna_answers(paged).press("1").again().said
    assert paged.story(paged.ticket().number).count("acknowledged the page") == 1


def test_2_passes_once_however_often_it_comes(paged: World) -> None:
    call = anna_answers(paged).press("2")
    assert "passed on" in call.said
    paged.due()
    assert paged.page().level == 2
    assert "passed on" in call.again().said
    assert (paged.page().level, paged.page().passed) == (2, False)


def test_3_plays_the_description_and_asks_again(paged: World) -> None:
    call = anna_answers(paged).press("3")
    assert "on its way" in call.said
    with paged.database.write() as session:
        session.execute(update(Recording).values(state=RecordingState.KEPT, sound=b"sound", media_type="audio/x-wav"))
    (played,) = call.press("3").root.iter("Play")
    assert (played.text or "").startswith(f"{URL}/play/RE1/")
    assert "is yours" in call.press("1").said


def test_3_says_so_when_nothing_was_described(acme: World) -> None:
    acme.phone().to_description().skip()
    acme.due()
    assert "No description" in anna_answers(acme).press("3").said


def test_4_connects_to_the_callback_number_and_shows_the_line_s(paged: World) -> None:
    call = anna_answers(paged).press("4")
    (number,) = call.root.iter("Number")
    assert number.text == STRANGER
    assert call.question.attrib["callerId"] == paged.line.number
    assert paged.ticket().taken_by == "anna"
    assert call.post(call.action, DialCallStatus="no-answer").is_over
    assert "could not be reached" in call.said


def test_4_connects_to_the_caller_who_holds(acme_on_both: World) -> None:
    caller = acme_on_both.phone().to_closing().press("1")
    acme_on_both.due()
    call = anna_answers(acme_on_both).press("4")
    (queue,) = call.root.iter("Queue")
    assert queue.text == caller.question.text == f"ticket-{acme_on_both.ticket().number}"
    assert call.post(call.action, DialCallStatus="completed").is_over


def test_4_without_any_number_says_so(acme: World) -> None:
    acme.phone("anonymous").to_callback().wait().wait().record().hang_up()
    acme.due()
    assert "left no number" in anna_answers(acme).press("4").said
    assert acme.ticket().taken_by == "anna"


def test_silence_repeats_and_then_ends_unanswered(paged: World) -> None:
    call = anna_answers(paged)
    assert [call.wait().is_over for _ in range(3)] == [False, False, True]
    assert paged.ticket().state is TicketState.OPEN
    assert paged.voice_page(paged.ticket().number).state is DeliveryState.SENT


@pytest.mark.parametrize("keys", ["*", "7", "#", "hangup", "\u0661", "1" * 50])
def test_other_keys_repeat(paged: World, keys: str) -> None:
    assert not anna_answers(paged).press(keys).is_over
    assert paged.ticket().state is TicketState.OPEN


def test_who_comes_second_hears_who_has_it(paged: World) -> None:
    call = anna_answers(paged)
    with paged.database.write() as session:
        pager.acknowledge(session, paged.line, paged.ticket().number, BRUNO_NERI, paged.clock.at)
    assert "Bruno Neri has ticket" in call.press("1").said
    assert "Bruno Neri has ticket" in anna_answers(paged).said
    assert paged.ticket().taken_by == "bruno"


def test_who_has_accepted_by_text_meanwhile_hears_that_too(paged: World) -> None:
    paged.text(ANNA, "ACK")
    assert "is yours" in anna_answers(paged).said


def test_a_closed_ticket_needs_nobody(paged: World) -> None:
    call = anna_answers(paged)
    with paged.database.write() as session:
        pager.acknowledge(session, paged.line, paged.ticket().number, BRUNO_NERI, paged.clock.at)
        pager.finish(session, paged.line, paged.ticket().number, BRUNO_NERI, "", paged.clock.at)
    for key in ("1", "2", "4"):
        assert call.post(f"/twilio/page/{paged.voice_page(paged.ticket().number).id}/key", Digits=key).is_over
    assert paged.ticket().state is TicketState.SOLVED


@pytest.mark.parametrize("path", ["/twilio/page/999", "/twilio/page/999/key", "/twilio/page/999/connected"])
def test_an_unknown_page_ends_politely(world: World, path: str) -> None:
    call = Telephone(world.post, ANNA, "CA9").post(path, Digits="1")
    assert "Goodbye" in call.said


def test_an_impossible_page_is_not_found(world: World) -> None:
    assert world.post(f"/twilio/page/{10**30}/key", {"CallSid": "CA1"}).status_code == 404


def test_a_reminding_call_is_a_page_again_once_nobody_has_the_ticket(paged: World) -> None:
    """It rang while the owner had it, and is picked up after the page went on."""
    number = paged.ticket().number
    with paged.database.write() as session:
        reminder = update(Delivery).where(Delivery.id == paged.voice_page(number).id)
        session.execute(reminder.values(kind=DeliveryKind.FOLLOW_UP))
    call = anna_answers(paged)
    assert "no update" in call.said
    assert "is yours" in call.press("1").said


def test_what_never_rings_cannot_be_answered(paged: World) -> None:
    with paged.database.write() as session:
        session.execute(update(Delivery).values(kind=DeliveryKind.STAND_DOWN))
    assert "not known any more" in anna_answers(paged).said


def test_a_key_that_is_the_victim_of_a_deadlock_counts(paged: World, monkeypatch: pytest.MonkeyPatch) -> None:
    call = anna_answers(paged)
    fails_once(monkeypatch, pager, "acknowledge")
    assert "is yours" in call.press("1").said


def test_2_that_comes_again_after_they_took_it_all_the_same_takes_nothing_away(paged: World) -> None:
    call = anna_answers(paged).press("2")
    paged.due()
    paged.clock.advance(timedelta(minutes=5))
    paged.text(ANNA, "ACK")
    assert "passed on" in call.again().said
    assert (paged.ticket().state, paged.ticket().taken_by) == (TicketState.IN_CHARGE, "anna")


def test_2_after_1_in_the_same_call_hands_it_on(paged: World) -> None:
    caller = paged.phone()
    assert caller.to_priority().press("5").press("1").skip().press("1").question.tag == "Enqueue"
    call = anna_answers(paged).press("1")
    assert "to be connected, press 4" in call.said
    assert "passed on" in call.press("2").said
    assert paged.ticket().state is TicketState.OPEN
