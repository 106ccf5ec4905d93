"""Each limit of a call, reached from both sides: what is within it still works, what is beyond it does not."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from ivr import caller, texts, transcripts
from ivr.prompts import SOON, Prompts
from models.call import CallStep
from models.page import Page, PageState
from models.protection import Throttle
from models.recording import Recording
from models.ticket import Ticket, TicketSource, TicketState
from rules.targets import Priority
from tests.ivr.telephone import Telephone
from tests.ivr.world import ADA, ANNA, World
from tests.times import NIGHT

SECOND = timedelta(seconds=1)


def turn(call: Telephone) -> int:
    return int(urlsplit(call.action).query.removeprefix("turn="))


def at_turn(call: Telephone, last: int) -> Telephone:
    """Have the prompt repeated until the question is the call's `last` one."""
    while turn(call) < last:
        call.press("*")
    return call


def test_star_repeats_up_to_its_limit_and_is_then_silence(acme: World) -> None:
    call = at_turn(acme.phone().to_priority(), caller.MOST_REPEATS)
    assert acme.call(call.sid).silences == 0
    for silences in (1, 2):
        assert call.press("*").step == "priority"
        assert acme.call(call.sid).silences == silences
    assert call.press("*").step == "human"


def test_a_star_too_many_at_the_pin_is_silence_and_no_wrong_pin(acme: World) -> None:
    call = at_turn(acme.phone().press("1"), caller.MOST_REPEATS)
    assert call.press("*").step == "pin"
    assert (acme.call(call.sid).silences, acme.call(call.sid).wrong_pins) == (1, 0)
    assert acme.all(Throttle) == []


def test_a_time_is_said_in_minutes_up_to_three_hours(acme: World) -> None:
    by_when = Prompts(acme.line).by_when
    assert by_when(NIGHT, NIGHT + SOON) == acme.line.wording.say("caller.when_minutes", minutes=180)
    assert "06:01" in by_when(NIGHT, NIGHT + SOON + timedelta(minutes=1))


def held_for(acme: World, length: timedelta) -> Telephone:
    """What a caller hears who has held for so long."""
    call = acme.phone().to_closing().press("1")
    call.post(call.question.attrib["waitUrl"])
    acme.clock.advance(length)
    return call


def test_a_caller_may_hold_up_to_the_limit(acme: World) -> None:
    news = held_for(acme, acme.line.policy.hold_limit)
    assert "still calling" in news.wait().said
    acme.clock.advance(SECOND)
    assert news.wait().root[-1].tag == "Leave"


@pytest.mark.parametrize(("before", "is_holding"), [(SECOND, True), (timedelta(), False)])
def test_who_presses_4_is_put_through_to_who_holds_within_the_limit(
    acme: World, before: timedelta, is_holding: bool
) -> None:
    """The end of the waiting call was never reported."""
    acme.phone().to_closing().press("1")
    acme.due()
    acme.clock.advance(acme.line.policy.hold_limit - before)
    connected = acme.rings(acme.voice_page(acme.ticket().number)).press("4")
    assert (connected.root.find(".//Queue") is not None) == is_holding


def leaves_a_message(acme: World, number: str = ADA) -> bool:
    """Whether the duty manager is told at once."""
    return "has your message" in acme.phone(number).press("0").record().said


def test_the_second_message_of_a_number_is_told_at_once_after_its_time_and_not_before(acme: World) -> None:
    within = acme.line.policy.human_path.per_number
    assert leaves_a_message(acme)
    acme.clock.advance(within - SECOND)
    assert not leaves_a_message(acme)
    acme.clock.advance(SECOND)
    assert leaves_a_message(acme)


def test_so_many_messages_are_told_at_once_within_the_hour_and_the_next_after_it(acme: World) -> None:
    most = acme.line.policy.human_path.an_hour
    assert [leaves_a_message(acme, f"+39333777{number:04d}") for number in range(most + 1)] == [True] * most + [False]
    acme.clock.advance(timedelta(hours=1) - SECOND)
    assert not leaves_a_message(acme, "+393337771000")
    acme.clock.advance(SECOND)
    assert leaves_a_message(acme, "+393337771001")


def test_a_late_recording_of_an_earlier_question_is_not_taken_for_the_last_one(acme: World) -> None:
    """The call asked for a description, then for its end; it is over, and a recording comes to the earlier address."""
    call = acme.phone().to_description()
    earlier = call.action
    call.record("RE1")
    call.hang_up()
    call.post(earlier, RecordingUrl="https://api.twilio.com/recordings/RE2", RecordingDuration="9")
    assert [kept.provider_sid for kept in acme.all(Recording)] == ["RE1"]


def test_a_late_recording_of_the_last_question_is_kept(acme: World) -> None:
    call = acme.phone().to_description()
    call.hang_up()
    call.record("RE1", Digits="hangup")
    assert [kept.provider_sid for kept in acme.all(Recording)] == ["RE1"]


@pytest.mark.parametrize("length", [transcripts.LONGEST, transcripts.LONGEST + 1])
def test_of_a_long_transcript_so_much_is_kept(acme: World, length: int) -> None:
    call = acme.phone().to_description().record("RE1")
    words = {"CallSid": call.sid, "RecordingSid": "RE1", "TranscriptionText": "x" * length}
    acme.post(transcripts.TRANSCRIBED, words)
    (kept,) = acme.all(Recording)
    assert kept.transcript == "x" * transcripts.LONGEST


@pytest.mark.parametrize("beyond", [0, 1, 2])
def test_so_many_tickets_are_listed_and_the_rest_counted(acme: World, beyond: int) -> None:
    contract = acme.customer("Beta SpA", "58302846")
    with acme.database.write() as session:
        for _ in range(texts.MOST_LISTED + beyond):
            about = {"contract_id": contract, "priority": Priority.P2, "source": TicketSource.EVENT, "opened_at": NIGHT}
            ticket = Ticket(state=TicketState.OPEN, **about)
            session.add(ticket)
            session.flush()
            level = {"policy": {}, "level": 1, "round": 1, "passed": False, "alarmed_round": 0, "raised_at": NIGHT}
            session.add(Page(ticket_number=ticket.number, state=PageState.PAGING, due_at=NIGHT, **level))
    answer = acme.text(ANNA, "STATUS") or ""
    assert answer.count("1000") == texts.MOST_LISTED
    assert (f"{beyond} more" in answer) == bool(beyond)


def test_a_call_whose_clock_goes_back_a_second_goes_on(acme: World) -> None:
    """The next engine's clock is a second behind: nothing is lost and nothing comes twice."""
    call = acme.phone().to_callback()
    acme.clock.advance(-SECOND)
    call.press("1").record().wait().hang_up()
    acme.due()
    assert len(acme.tickets()) == 1
    assert acme.text(ANNA, "ACK") is not None
    assert acme.ticket().state is TicketState.IN_CHARGE
    assert len(acme.all(CallStep, CallStep.call_sid == call.sid, CallStep.kind == "description")) == 1
