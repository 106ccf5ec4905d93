"""Whoever guesses PINs is slowed down and noticed; administrators still get through."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from models.call import CallStep
from models.delivery import DeliveryKind
from models.protection import BlockedNumber, Throttle
from tests.ivr.telephone import ACME_PIN, Telephone
from tests.ivr.world import ADA, STRANGER, World

WRONG = "11111111"


def guesses(call: Telephone, pins: int = 3) -> Telephone:
    """Wrong PINs, as many as the line takes."""
    if call.step == "language":
        call.press("1")
    for _ in range(pins):
        if call.step != "pin":
            break
        call.press(WRONG)
    return call


def looked_at(world: World) -> int:
    """How many PINs the line has found to be wrong."""
    return len(world.all(CallStep, CallStep.kind == "pin", CallStep.text.startswith("wrong")))


def alerts(world: World) -> list[str]:
    """What the line has told of itself: to the duty manager, as no admin is on file here."""
    texts = [*world.deliveries(DeliveryKind.ALERT), *world.deliveries(DeliveryKind.DUTY)]
    return [text.subject or "" for text in texts if "guesses" in (text.subject or "")]


def test_after_six_wrong_pins_not_even_the_right_one_is_looked_at_for_a_minute(acme_on_both: World) -> None:
    guesses(acme_on_both.phone())
    guesses(acme_on_both.phone())
    call = acme_on_both.phone().press("1")
    assert call.step == "human"
    assert call.question.tag == "Record"
    assert "cannot check a PIN" in call.said
    acme_on_both.clock.advance(timedelta(minutes=1))
    assert acme_on_both.phone().to_priority().step == "priority"


def test_who_is_shut_out_during_the_call_takes_the_human_path(acme: World) -> None:
    other, call = acme.phone().press("1"), acme.phone().press("1")
    guesses(acme.phone())
    guesses(other)
    call.press(ACME_PIN)
    assert call.step == "human"
    assert acme.call(call.sid).contract_id is None


def test_whose_wrong_pin_shuts_the_line_is_not_asked_for_another_in_vain(acme: World) -> None:
    guesses(acme.phone())
    guesses(acme.phone())
    acme.clock.advance(timedelta(minutes=1))
    call = acme.phone().press("1").press(WRONG)
    assert call.step == "human"
    assert "cannot check a PIN" in call.said


def test_each_further_wrong_pin_doubles_the_wait(acme: World) -> None:
    guesses(acme.phone())
    guesses(acme.phone())
    acme.clock.advance(timedelta(minutes=1))
    guesses(acme.phone(), 1)
    acme.clock.advance(timedelta(seconds=119))
    assert acme.phone().press("1").step == "human"
    acme.clock.advance(timedelta(seconds=1))
    assert acme.phone().press("1").step == "pin"


def test_one_right_pin_forgives_no_wrong_ones(world: World) -> None:
    world.customer(pin="87654321")
    world.customer("Beta Srl")
    for _ in range(2):
        assert world.phone().press("1").press(WRONG).press(WRONG).press("87654321").step == "priority"
    assert world.phone().press("1").press(WRONG).press(WRONG).step == "human"


def test_callers_without_a_number_share_one_count(acme: World) -> None:
    guesses(acme.phone("anonymous"))
    guesses(acme.phone("+266696687"))
    assert acme.phone("anonymous").press("1").step == "human"
    assert acme.phone().press("1").step == "pin"


def test_a_number_on_file_has_a_budget_of_its_own_and_over_it_takes_the_human_path(acme_on_both: World) -> None:
    acme_on_both.contact(1)
    for _ in range(4):
        guesses(acme_on_both.phone(ADA))
    assert acme_on_both.phone(ADA).step == "human"
    assert [row.key for row in acme_on_both.all(Throttle)] == [f"registered {ADA}"]
    assert alerts(acme_on_both)
    assert acme_on_both.phone().press("1").step == "pin"


def test_an_attacker_with_a_thousand_numbers_is_noticed_and_shuts_nobody_on_file_out(acme: World) -> None:
    acme.contact(1)
    began = acme.clock.at
    through = 0
    for attacker in range(1000):
        guesses(acme.phone(f"+39333{attacker:07d}"))
        acme.clock.advance(timedelta(seconds=9))
        if attacker % 100 == 0:
            through += acme.phone(ADA).press(ACME_PIN).step == "priority"
    hours = (acme.clock.at - began) / timedelta(hours=1)
    assert looked_at(acme) <= acme.line.policy.throttles.line + 6 + hours + 1
    assert any("line" in subject for subject in alerts(acme))
    assert through == 10
    honest = acme.phone(STRANGER).press("1")
    assert honest.step == "human"
    assert "duty manager" in honest.record().said


def test_a_spray_pages_the_duty_manager_six_times_an_hour_and_then_by_digest(acme: World) -> None:
    for attacker in range(60):
        guesses(acme.phone(f"+39333{attacker:07d}")).hang_up()
        acme.clock.advance(timedelta(seconds=50))
    told = [text for text in acme.duty() if "guess" not in text]
    assert len(told) == 2 * acme.line.policy.human_path.an_hour
    assert acme.digests() >= 1
    assert "*unverified*" in acme.duty()[-2]


def test_wrong_pins_at_the_same_moment_are_all_counted(acme_on_both: World) -> None:
    calls = [acme_on_both.phone(f"+39333{number:07d}").press("1") for number in range(8)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda call: call.press(WRONG), calls))
    (line,) = acme_on_both.all(Throttle, Throttle.key == "line")
    assert line.failures == 8


def test_callers_of_one_number_who_guess_at_once_never_hear_an_error(acme_on_both: World) -> None:
    numbers = [*["anonymous"] * 8, *(f"+39333{number:07d}" for number in range(8))]
    for _ in range(4):
        guesses(acme_on_both.phone(), 1)
        calls = [acme_on_both.phone(number).press("1") for number in numbers]
        with ThreadPoolExecutor(len(calls)) as threads:
            assert {call.step for call in threads.map(guesses, calls)} == {"human"}
        acme_on_both.clock.advance(timedelta(days=1))


def test_what_is_old_is_forgotten(acme: World) -> None:
    guesses(acme.phone())
    acme.clock.advance(timedelta(hours=6))
    guesses(acme.phone(), 1)
    assert {row.failures for row in acme.all(Throttle)} == {1}
    acme.clock.advance(timedelta(hours=6))
    guesses(acme.phone("+393337770002"), 1)
    assert {row.key for row in acme.all(Throttle)} == {"line", "number +393337770002"}


@pytest.mark.parametrize("verdict", ["TN-Validation-Passed-A", "TN-Validation-Failed-C", "\x00nonsense" * 20])
def test_what_the_carriers_say_of_a_number_is_logged_and_decides_nothing(acme: World, verdict: str) -> None:
    acme.contact(1)
    acme.calls += 1
    call = Telephone(acme.post, ADA, f"CA{acme.calls:032d}").post("/twilio/voice", StirVerstat=verdict)
    assert call.step == "pin"
    assert verdict.replace("\x00", "")[:60] in acme.log(call.sid)


def test_a_blocked_number_hears_where_to_turn_and_is_logged(acme: World) -> None:
    acme.add(BlockedNumber(number=STRANGER, reason="robot", blocked_by="a test", blocked_at=acme.clock.at))
    call = acme.phone()
    assert call.is_over
    assert acme.line.policy.portal in call.said
    assert "Goodbye" in call.said
    assert "blocked" in acme.log(call.sid)
    assert acme.phone(ADA).step == "language"
