"""Recordings in a call."""

import pytest

from tests.simulator.conftest import Application, World

ADA = "+393332220001"
VOICE = "/twilio/voice"


def recording(application: Application, attributes: str = "") -> None:
    application.answers(
        VOICE,
        f'<Record action="/done" recordingStatusCallback="/recorded" {attributes}/><Say>Nothing was said.</Say>',
    )
    application.answers("/done", "<Say>Thank you.</Say>")


def test_a_recording_ends_with_a_key_and_is_posted(world: World, application: Application):
    recording(application, 'finishOnKey="#"')
    call = world.company.phone(ADA).dials()
    assert call.said == ["(beep)"]
    call.records("The disk is full", seconds=9)
    form = application.forms("/done")[0]
    assert (form["Digits"], form["RecordingDuration"], form["CallStatus"]) == ("#", "9", "in-progress")
    assert form["RecordingUrl"].endswith(form["RecordingSid"])
    assert application.forms("/recorded")[0]["RecordingStatus"] == "completed"
    assert call.said == ["Thank you."]


def test_silence_after_words_ends_the_recording(world: World, application: Application):
    recording(application)
    call = world.company.phone(ADA).dials().says("The disk is full", seconds=3)
    world.after(5.1)
    assert call.said == ["Thank you."]
    assert application.forms("/done")[0]["Digits"] == ""


def test_words_go_on_while_they_are_spoken(world: World, application: Application):
    recording(application)
    call = world.company.phone(ADA).dials().says("The disk", seconds=2)
    world.after(4)
    call.says("The disk is full", seconds=6)
    world.after(4)
    assert application.forms("/done") == []
    world.after(2)
    assert application.forms("/done")[0]["RecordingDuration"] == "6"


@pytest.mark.parametrize("keys", ["", "#"])
def test_an_empty_recording_is_not_posted(world: World, application: Application, keys):
    recording(application)
    call = world.company.phone(ADA).dials()
    call.presses(keys) if keys else call.stays_silent()
    assert call.said[-1] == "Nothing was said."
    assert application.forms("/done") == []


def test_a_hang_up_posts_what_was_recorded(world: World, application: Application):
    recording(application)
    world.company.phone(ADA).dials().says("The disk is full", seconds=4).hangs_up()
    form = application.forms("/done")[0]
    assert (form["Digits"], form["RecordingDuration"], form["CallStatus"]) == ("hangup", "4", "completed")
    assert application.paths().count("/twilio/voice/status") == 1


def test_a_recording_is_cut_at_its_longest(world: World, application: Application):
    recording(application, 'maxLength="10"')
    world.company.phone(ADA).dials().says("On and on", seconds=12)
    assert application.forms("/done")[0]["RecordingDuration"] == "10"


def test_a_key_that_does_not_end_it_is_no_word(world: World, application: Application):
    recording(application, 'finishOnKey="*"')
    world.company.phone(ADA).dials().says("Hello").presses("1").presses("*")
    assert application.forms("/done")[0]["Digits"] == "*"


def test_a_recording_can_be_played(world: World, application: Application):
    recording(application)
    world.company.phone(ADA).dials().records("The disk is full")
    application.answers(VOICE, f"<Play>{application.forms('/done')[0]['RecordingUrl']}.wav</Play>")
    assert world.company.phone(ADA).dials().said == ["(recording) The disk is full"]


def test_without_an_action_the_same_address_is_asked_again(world: World, application: Application):
    application.answers_in_turn(VOICE, "<Record/>", "<Say>Thank you.</Say>")
    call = world.company.phone(ADA).dials().records("Hello")
    assert call.said == ["Thank you."]
