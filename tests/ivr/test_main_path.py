"""The whole call, from the ring to the number: what every caller with a good PIN goes through."""

from datetime import timedelta

from models.page import PageState
from models.ticket import TicketState
from rules.targets import Priority
from tests.ivr.world import ADA, STRANGER, World


def test_a_call_from_language_to_goodbye(acme_on_both: World) -> None:
    call = acme_on_both.phone()
    assert call.step == "language"
    assert call.press("1").step == "pin"
    assert call.press("48201937").step == "priority"
    assert call.press("1").step == "callback"
    assert call.press("1").step == "description"
    assert call.record().step == "hold"
    assert call.wait().is_over
    ticket = acme_on_both.ticket()
    assert (ticket.priority, ticket.caller, ticket.callback) == (Priority.P1, STRANGER, STRANGER)
    assert ticket.recording_url == "https://api.twilio.com/recordings/RE1"


def test_the_ticket_is_there_and_its_number_spoken_the_moment_a_priority_is_chosen(acme_on_both: World) -> None:
    call = acme_on_both.phone().to_priority()
    assert not acme_on_both.tickets()
    call.press("1")
    ticket = acme_on_both.ticket()
    assert call.spoken_ticket == ticket.number
    assert ticket.state is TicketState.OPEN
    page = acme_on_both.page()
    assert page.state is PageState.ARMED
    assert page.due_at == acme_on_both.clock.at


def test_the_number_comes_last_and_a_word_follows_it(acme: World) -> None:
    call = acme.phone().to_callback()
    digits = " ".join(str(acme.ticket().number))
    for said in (call.said, call.press("1").record().said):
        before, _, after = said.rpartition(digits)
        assert "press 1" in before
        assert after.strip(" .")
        assert not any(character.isdigit() for character in after)


def test_a_p2_s_page_leaves_when_the_description_is_given_or_skipped(acme: World) -> None:
    call = acme.phone().to_description("2")
    assert acme.page().due_at == acme.clock.at + timedelta(seconds=20)
    call.skip()
    assert acme.page().due_at == acme.clock.at
    assert acme.ticket().recording_url is None


def test_a_silent_recording_skips_too(acme: World) -> None:
    call = acme.phone().to_description("2").wait()
    assert call.step == "hold"
    assert acme.page().due_at == acme.clock.at


def test_a_p2_s_page_leaves_when_the_caller_hangs_up(acme_on_both: World) -> None:
    call = acme_on_both.phone().to_callback("2")
    call.hang_up()
    assert acme_on_both.page().due_at == acme_on_both.clock.at
    assert acme_on_both.call(call.sid).ended_at == acme_on_both.clock.at


def test_a_p2_s_page_leaves_when_hold_is_chosen_or_a_person_asked_for(acme: World) -> None:
    for keys in ("1", "0"):
        call = acme.phone().to_description("2").skip()
        assert acme.page(call.spoken_ticket).due_at == acme.clock.at
        call.press(keys)
    call = acme.phone().to_callback("2")
    number = call.spoken_ticket
    call.press("0")
    assert acme.page(number).due_at == acme.clock.at


def test_a_registered_caller_is_not_asked_for_the_language(world: World) -> None:
    world.contact(world.customer())
    call = world.phone(ADA)
    assert call.step == "pin"
    assert "administrators" in call.said
    assert world.call(call.sid).registered


def test_silence_means_english(acme: World) -> None:
    assert acme.phone().wait().step == "pin"


def test_the_closing_says_who_calls_by_when_and_what_to_do_if_cut_off(acme: World) -> None:
    call = acme.phone().to_closing()
    assert "technician has been texted" in call.said
    assert "within 60 minutes" in call.said
    assert "cut off" in call.said
    assert call.spoken_ticket == acme.ticket().number


def test_a_p2_at_night_is_due_in_business_hours_and_paged_at_once(acme: World) -> None:
    call = acme.phone().to_closing("2")
    assert "by Tuesday 11:00, Rome time" in call.said
    assert acme.ticket().priority is Priority.P2
    assert acme.page().due_at == acme.clock.at


def test_another_problem_is_another_ticket(acme_on_both: World) -> None:
    call = acme_on_both.phone().to_closing()
    assert call.press("2").step == "priority"
    call.press("2").press("1").record("RE2")
    first, second = acme_on_both.tickets()
    assert (first.priority, second.priority) == (Priority.P1, Priority.P2)
    assert (first.problem, second.problem) == (1, 2)
    assert second.recording_url == "https://api.twilio.com/recordings/RE2"
    assert call.spoken_ticket == second.number


def test_star_repeats_every_question(acme: World) -> None:
    call = acme.phone()
    for step in ("language", "pin", "priority", "callback"):
        assert call.step == step
        assert call.press("*").step == step
        call.press({"language": "1", "pin": "48201937", "priority": "1", "callback": "1"}[step])
    assert call.post(call.action, Digits="*", RecordingUrl="https://x.example/r").step == "description"
    assert call.record().press("*").step == "hold"


def test_star_is_patient_but_not_for_ever(acme: World) -> None:
    call = acme.phone().to_priority()
    while not call.is_over and call.prompts < 30:
        call.press("*") if call.question.tag == "Gather" else call.wait()
    assert call.is_over


def test_what_was_recorded_before_star_reaches_who_has_the_page_when_the_caller_then_hangs_up(
    acme_on_both: World,
) -> None:
    call = acme_on_both.phone().to_description()
    acme_on_both.due()
    call.record("RE5", Digits="*").hang_up()
    (update,) = acme_on_both.updates()
    assert "recorded a description" in update
