"""Webhooks that come twice, late, out of order or for an unknown call: the call goes on, nothing is done twice."""

from datetime import timedelta
from itertools import pairwise

import pytest

from tests.ivr.telephone import ACME_PIN, Telephone
from tests.ivr.world import STRANGER, World


def test_every_webhook_of_a_call_may_come_twice(acme_on_both: World) -> None:
    call = acme_on_both.phone()
    for answer in ("1", ACME_PIN, "1", "1"):
        call.press(answer)
        asked = (call.step, call.action)
        call.again()
        assert (call.step, call.action) == asked
    call.record()
    call.again()
    assert call.step == "hold"
    assert len(acme_on_both.tickets()) == 1


def test_the_ring_may_come_twice(acme: World) -> None:
    call = acme.phone()
    assert call.call().step == "language"
    assert call.press("1").call().step == "pin"


def test_an_old_answer_replayed_at_the_end_changes_nothing(acme: World) -> None:
    call = acme.phone().press("1").press(ACME_PIN)
    chosen = call.action
    call.press("1").press("1").record()
    assert call.post(chosen, Digits="1").step == "hold"
    call.wait().hang_up()
    assert call.post(chosen, Digits="1").is_over
    assert len(acme.tickets()) == 1


@pytest.mark.parametrize(("step", "keys"), [("priority", "1"), ("callback", "1"), ("hold", "1"), ("nonsense", "1")])
def test_a_step_out_of_order_asks_the_current_question(acme: World, step: str, keys: str) -> None:
    call = acme.phone()
    assert call.post(f"/twilio/voice/{step}?turn=1", Digits=keys).step == "language"
    assert call.post(f"/twilio/voice/{step}", Digits=keys).step == "language"
    assert not acme.tickets()


@pytest.mark.parametrize("step", ["language", "pin", "priority", "description", "hold", "human"])
def test_an_unknown_call_begins_as_if_it_just_came_in(acme: World, step: str) -> None:
    call = Telephone(acme.post, STRANGER, "CA" + "f" * 32)
    assert call.post(f"/twilio/voice/{step}?turn=7", Digits="1").step == "language"


def test_an_answer_without_a_turn_counts_for_the_current_question(acme: World) -> None:
    call = acme.phone()
    for step, keys, following in (
        ("language", "1", "pin"),
        ("pin", ACME_PIN, "priority"),
        ("priority", "2", "callback"),
    ):
        assert call.post(f"/twilio/voice/{step}", Digits=keys).step == following


@pytest.mark.parametrize("turn", ["-1", "abc", "99999999999", "1%D9%A3", ""])
def test_a_malformed_turn_changes_nothing(acme: World, turn: str) -> None:
    assert acme.phone().post(f"/twilio/voice/language?turn={turn}", Digits="1").step == "language"


def test_a_wrong_pin_that_comes_twice_counts_once(acme: World) -> None:
    call = acme.phone().press("1").press("11111111").again().again()
    assert acme.call(call.sid).wrong_pins == 1


def test_each_question_has_an_address_of_its_own(acme: World) -> None:
    call = acme.phone()
    actions = [call.action]
    for answer in ("1", "11111111", ACME_PIN, "9", "1", "2", "112", "0233445566", "1"):
        actions.append(call.press(answer).action)
    assert all(before != after for before, after in pairwise(actions))
    assert len(set(actions)) == len(actions)


def test_a_description_that_comes_after_the_end_of_the_call_is_kept(acme_on_both: World) -> None:
    call = acme_on_both.phone().to_description()
    call.hang_up()
    acme_on_both.due()
    call.record("RE5", Digits="hangup")
    assert acme_on_both.ticket().recording_url == "https://api.twilio.com/recordings/RE5"
    call.again()
    assert len(acme_on_both.updates()) == 1


def test_the_end_may_be_reported_twice_and_of_calls_that_are_not_known(acme: World) -> None:
    call = acme.phone().to_callback()
    call.hang_up()
    call.hang_up()
    assert acme.log(call.sid).count("ended:") == 1
    Telephone(acme.post, STRANGER, "CA" + "e" * 32).hang_up()
    assert len(acme.tickets()) == 1


def test_progress_of_the_ringing_is_no_end(acme: World) -> None:
    call = acme.phone()
    assert acme.post("/twilio/voice/status", {"CallSid": call.sid, "CallStatus": "in-progress"}).status_code == 204
    assert call.press("1").step == "pin"


def test_a_whole_call_replayed_hours_later_opens_and_pages_nothing(acme_on_both: World) -> None:
    call = acme_on_both.phone()
    steps = []
    for answer in ("1", ACME_PIN, "1", "1"):
        call.press(answer)
        steps.append(call.last)
    call.hang_up()
    acme_on_both.due()
    before = len(acme_on_both.deliveries())
    acme_on_both.clock.advance(timedelta(hours=5))
    for url, form in steps:
        assert call.post(url, **form).is_over
    assert len(acme_on_both.tickets()) == 1
    assert (len(acme_on_both.pages()), len(acme_on_both.deliveries())) == (1, before)
