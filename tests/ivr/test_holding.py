"""A caller who holds: news, the technician, or a polite end. The page goes on all the same."""

from datetime import timedelta

from tests.ivr.telephone import Telephone
from tests.ivr.world import ANNA, World


def waits(call: Telephone) -> Telephone:
    """What the provider plays to the caller in the queue."""
    return call.post(call.question.attrib["waitUrl"])


def test_the_caller_waits_in_the_ticket_s_queue(acme_on_both: World) -> None:
    call = acme_on_both.phone().to_closing().press("1")
    number = acme_on_both.ticket().number
    assert (call.question.tag, call.question.text) == ("Enqueue", f"ticket-{number}")
    assert call.step == "hold"
    assert acme_on_both.page().due_at == acme_on_both.clock.at


def test_there_is_news_every_20_seconds_and_it_names_who_has_the_case(acme: World) -> None:
    call = acme.phone().to_closing().press("1")
    acme.due()
    news = waits(call)
    assert "still calling" in news.said
    assert news.question.attrib["timeout"] == "20"
    acme.text(ANNA, "ACK")
    assert "Anna Rossi is handling your ticket" in news.wait().said


def test_after_a_set_time_the_waiting_ends_politely(acme: World) -> None:
    call = acme.phone().to_closing().press("1")
    action = call.action
    news = waits(call)
    acme.clock.advance(timedelta(minutes=16))
    assert news.wait().root[-1].tag == "Leave"
    assert call.post(action, QueueResult="leave", QueueTime="960").is_over
    assert "calls you back" in call.said


def test_after_the_technician_the_call_ends(acme: World) -> None:
    call = acme.phone().to_closing().press("1")
    assert call.post(call.action, QueueResult="bridged").is_over
    assert acme.call(call.sid).outcome == "connected"


def test_0_leaves_the_queue_for_a_person(acme: World) -> None:
    call = acme.phone().to_closing().press("1")
    action = call.action
    assert waits(call).press("0").root[-1].tag == "Leave"
    assert call.post(action, QueueResult="leave").question.tag == "Record"
    assert "stays open" in call.said


def test_star_while_holding_tells_the_news_again(acme: World) -> None:
    call = acme.phone().to_closing().press("1")
    assert "still calling" in waits(call).press("*").said


def test_the_choice_that_comes_twice_holds_once(acme: World) -> None:
    call = acme.phone().to_closing().press("1")
    assert call.again().question.tag == "Enqueue"


def test_who_hangs_up_while_holding_is_not_waited_for(acme: World) -> None:
    call = acme.phone().to_closing().press("1")
    wait_url = call.question.attrib["waitUrl"]
    call.hang_up()
    assert call.post(wait_url).root[-1].tag == "Leave"
    assert acme.call(call.sid).outcome == "ticket"


def test_a_key_that_means_nothing_asks_again_and_silence_ends(acme: World) -> None:
    call = acme.phone().to_closing()
    assert call.press("7").step == "hold"
    assert call.wait().is_over
