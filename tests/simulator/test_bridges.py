"""Two people talking: Dial, Enqueue, and what follows when one of them goes."""

from typing import Any

import pytest

from simulator.tables import LegStatus, Wait
from tests.simulator.conftest import LINE, SID, TOKEN, Application, World
from tests.simulator.sdk import InProcess, client

ADA = "+393332220001"
ANNA = "+393331110001"
BRUNO = "+393331110002"
VOICE = "/twilio/voice"


@pytest.fixture
def sdk(world: World) -> Any:
    return client(InProcess(world.api), SID, TOKEN)


@pytest.fixture
def desk(application: Application) -> None:
    events = 'statusCallbackEvent="initiated ringing answered completed"'
    number = f'<Number statusCallback="/leg" {events}>{ANNA}</Number>'
    application.answers(VOICE, f'<Dial action="/dialled" timeout="20" answerOnBridge="true">{number}</Dial>')
    application.answers("/dialled", "<Say>The desk is gone.</Say>")


def test_the_desk_answers_and_hangs_up(world: World, application: Application, desk):
    call = world.company.phone(ADA).dials()
    assert call.status is LegStatus.RINGING
    world.after(5)
    desk_call = world.company.handset(ANNA).answers()
    assert (call.status, call.wait, desk_call.wait) == (LegStatus.IN_PROGRESS, Wait.BRIDGE, Wait.BRIDGE)
    world.after(30)
    desk_call.hangs_up()
    form = application.forms("/dialled")[0]
    assert (form["DialCallStatus"], form["DialCallDuration"], form["DialBridged"]) == ("completed", "30", "true")
    assert form["DialCallSid"] == desk_call.sid
    assert call.said == ["The desk is gone."]
    legs = application.forms("/leg")
    assert [leg["CallStatus"] for leg in legs] == ["initiated", "ringing", "in-progress", "completed"]
    assert {leg["ParentCallSid"] for leg in legs} == {call.sid}


def test_nobody_answers_at_the_desk(world: World, application: Application, desk):
    call = world.company.phone(ADA).dials()
    world.after(21)
    assert application.forms("/dialled")[0]["DialCallStatus"] == "no-answer"
    assert call.said == ["The desk is gone."]


@pytest.mark.parametrize(("mode", "status"), [("is_busy", "busy"), ("is_off", "failed")])
def test_the_desk_cannot_be_reached(world: World, application: Application, desk, mode, status):
    getattr(world.company.handset(ANNA), mode)()
    world.company.phone(ADA).dials()
    assert application.forms("/dialled")[0]["DialCallStatus"] == status


def test_the_caller_hangs_up_while_it_rings(world: World, application: Application, desk):
    world.company.phone(ADA).dials().hangs_up()
    assert not world.company.handset(ANNA).ringing
    assert application.forms("/dialled")[0]["DialCallStatus"] == "canceled"
    assert application.forms("/leg")[-1]["CallStatus"] == "canceled"


def test_the_caller_hangs_up_while_they_talk(world: World, application: Application, desk):
    call = world.company.phone(ADA).dials()
    desk_call = world.company.handset(ANNA).answers()
    call.hangs_up()
    assert desk_call.over
    assert application.forms("/dialled")[0]["DialCallStatus"] == "completed"


def test_telephones_of_a_sequential_dial_ring_one_after_the_other(world: World, application: Application):
    numbers = f"<Number>{ANNA}</Number><Number>{BRUNO}</Number>"
    application.answers(VOICE, f'<Dial sequential="true" timeout="20">{numbers}</Dial><Say>Over.</Say>')
    call = world.company.phone(ADA).dials()
    assert not world.company.handset(BRUNO).ringing
    world.after(21)
    assert not world.company.handset(ANNA).ringing
    world.company.handset(BRUNO).answers().hangs_up()
    assert call.said == ["Over."]


def test_the_first_telephone_to_answer_is_connected(world: World, application: Application):
    application.answers(VOICE, f"<Dial><Number>{ANNA}</Number><Number>{BRUNO}</Number></Dial><Say>Over.</Say>")
    call = world.company.phone(ADA).dials()
    bruno = world.company.handset(BRUNO).answers()
    assert not world.company.handset(ANNA).ringing
    bruno.hangs_up()
    assert call.said == ["Over."]


def test_one_of_two_declines_and_the_other_still_rings(world: World, application: Application):
    application.answers(VOICE, f"<Dial><Number>{ANNA}</Number><Number>{BRUNO}</Number></Dial><Say>Over.</Say>")
    call = world.company.phone(ADA).dials()
    world.company.handset(ANNA).declines()
    assert world.company.handset(BRUNO).ringing
    assert call.said == []
    world.company.handset(BRUNO).declines()
    assert call.said == ["Over."]


def test_the_called_one_hears_something_first(world: World, application: Application):
    application.answers(VOICE, f'<Dial><Number url="/whisper">{ANNA}</Number></Dial>')
    application.answers("/whisper", '<Say>A customer.</Say><Pause length="2"/>')
    world.company.phone(ADA).dials()
    desk = world.company.handset(ANNA).answers()
    assert (desk.said, desk.wait) == (["A customer."], Wait.SPEECH)
    world.after(2)
    assert desk.wait is Wait.BRIDGE


def test_a_star_ends_the_connection_if_the_application_says_so(world: World, application: Application):
    application.answers(VOICE, f'<Dial hangupOnStar="true">{ANNA}</Dial><Say>Over.</Say>')
    call = world.company.phone(ADA).dials()
    desk = world.company.handset(ANNA).answers()
    call.presses("*")
    assert desk.over
    assert call.said == ["Over."]


def test_only_our_own_numbers_can_be_shown(world: World, application: Application):
    application.answers(VOICE, f'<Dial action="/dialled" callerId="+390500000000">{ANNA}</Dial>')
    application.answers("/dialled", "<Hangup/>")
    world.company.phone(ADA).dials()
    assert application.forms("/dialled")[0]["DialCallStatus"] == "failed"
    assert not world.company.handset(ANNA).ringing


@pytest.fixture
def hold(application: Application) -> None:
    application.answers(VOICE, '<Enqueue waitUrl="/wait" action="/left">ticket-100001</Enqueue>')
    application.answers("/wait", '<Gather numDigits="1" action="/hold-key" timeout="20"><Say>Hold on.</Say></Gather>')
    application.answers("/hold-key", "<Leave/>")
    application.answers("/left", "<Say>Back.</Say>")
    application.answers("/connect", '<Dial action="/dialled"><Queue url="/about">ticket-100001</Queue></Dial>')
    application.answers("/about", "<Say>Anna is here.</Say>")
    application.answers("/dialled", "<Say>The caller is gone.</Say>")


def connect(world: World, sdk: Any):
    sdk.calls.create(to=ANNA, from_=LINE, url="http://line.example/connect")
    world.company.tick()
    return world.company.handset(ANNA).answers()


def test_a_caller_on_hold_is_connected_to_who_dials_the_queue(world: World, application: Application, sdk: Any, hold):
    call = world.company.phone(ADA).dials()
    assert call.said == ["Hold on."]
    form = application.forms("/wait")[0]
    assert (form["QueuePosition"], form["CurrentQueueSize"], form["QueueTime"]) == ("1", "1", "0")
    world.after(10)
    anna = connect(world, sdk)
    assert call.heard[-1] == "Anna is here."
    assert (call.wait, anna.wait) == (Wait.BRIDGE, Wait.BRIDGE)
    world.after(5)
    anna.hangs_up()
    form = application.forms("/left")[0]
    assert (form["QueueResult"], form["QueueTime"]) == ("bridged", "10")
    assert call.said == ["Back."]


def test_the_caller_leaves_first(world: World, application: Application, sdk: Any, hold):
    call = world.company.phone(ADA).dials()
    anna = connect(world, sdk)
    call.hangs_up()
    assert anna.said == ["The caller is gone."]
    assert application.forms("/dialled")[0]["DialCallStatus"] == "completed"
    assert [form["QueueResult"] for form in application.forms("/left")] == []


def test_the_wait_document_is_asked_for_again_and_again(world: World, application: Application, hold):
    world.company.phone(ADA).dials()
    world.after(60)
    assert [form["QueueTime"] for form in application.forms("/wait")] == ["0", "21", "42"]


def test_a_key_on_hold_leaves_the_queue(world: World, application: Application, hold):
    call = world.company.phone(ADA).dials()
    world.after(7)
    call.presses("2")
    form = application.forms("/left")[0]
    assert (form["QueueResult"], form["QueueTime"]) == ("leave", "7")
    assert call.said == ["Back."]


def test_a_hang_up_on_hold_is_told(world: World, application: Application, hold):
    world.company.phone(ADA).dials().hangs_up()
    assert application.forms("/left")[0]["QueueResult"] == "hangup"


def test_nobody_is_on_hold_any_more(world: World, application: Application, sdk: Any, hold):
    world.company.phone(ADA).dials().hangs_up()
    anna = connect(world, sdk)
    assert not anna.over
    world.after(31)
    assert application.forms("/dialled")[0]["DialCallStatus"] == "no-answer"
    assert anna.said == ["The caller is gone."]


def test_who_dials_an_empty_queue_is_connected_to_who_comes(world: World, sdk: Any, hold):
    world.company.phone(BRUNO).dials().hangs_up()
    anna = connect(world, sdk)
    call = world.company.phone(ADA).dials()
    assert (anna.wait, call.wait) == (Wait.BRIDGE, Wait.BRIDGE)


def test_a_queue_that_never_was_cannot_be_dialled(world: World, application: Application, sdk: Any, hold):
    connect(world, sdk)
    assert application.forms("/dialled")[0]["DialCallStatus"] == "failed"


def test_a_full_queue_is_told(world: World, application: Application):
    application.answers(VOICE, '<Enqueue maxQueueSize="1" action="/left">short</Enqueue>')
    application.answers("/left", "<Say>Full.</Say>")
    first = world.company.phone(ADA).dials()
    second = world.company.phone(BRUNO).dials()
    assert (first.wait, second.said) == (Wait.QUEUE, ["Full."])
    assert application.forms("/left")[0]["QueueResult"] == "queue-full"


def test_a_caller_on_hold_can_be_fetched_by_the_application(world: World, application: Application, sdk: Any, hold):
    call = world.company.phone(ADA).dials()
    application.answers("/fetched", "<Say>News.</Say>")
    sdk.calls(call.sid).update(url="http://line.example/fetched")
    world.company.tick()
    assert call.said == ["News."]
    assert application.forms("/left")[0]["QueueResult"] == "redirected"
