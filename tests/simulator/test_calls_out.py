"""Calls that the application makes: the telephone rings, is answered or not, and every step is told."""

from typing import Any

import pytest

from simulator.phone import LineIsDead
from simulator.tables import LegStatus
from tests.simulator.conftest import LINE, SID, TOKEN, Application, World
from tests.simulator.sdk import InProcess, client

ANNA = "+393331110001"
EVENTS = ["initiated", "ringing", "answered", "completed"]


@pytest.fixture
def sdk(world: World) -> Any:
    return client(InProcess(world.api), SID, TOKEN)


@pytest.fixture
def page(application: Application) -> None:
    application.answers("/page", '<Gather action="/key" numDigits="1"><Say>Press 1 to accept.</Say></Gather>')
    application.answers("/key", "<Say>It is yours.</Say>")


def ring(sdk: Any, **more) -> str:
    order = {
        "to": ANNA,
        "from_": LINE,
        "url": "http://line.example/page",
        "status_callback": "http://line.example/status",
        "status_callback_event": EVENTS,
        "timeout": 25,
    }
    return str(sdk.calls.create(**(order | more)).sid)


def told(application: Application) -> list[str]:
    return [form["CallStatus"] for form in application.forms("/status")]


def test_a_page_is_answered_and_accepted(world: World, application: Application, sdk: Any, page):
    ring(sdk)
    world.company.tick()
    anna = world.company.handset(ANNA)
    assert anna.ringing
    world.after(4)
    call = anna.answers()
    assert call.said == ["Press 1 to accept."]
    world.after(2)
    call.presses("1")
    assert (call.words, call.status) == ("It is yours.", LegStatus.COMPLETED)
    assert application.forms("/key")[0]["Digits"] == "1"
    assert told(application) == ["initiated", "ringing", "in-progress", "completed"]
    last = application.forms("/status")[-1]
    assert (last["CallDuration"], last["Duration"], last["SequenceNumber"]) == ("2", "1", "3")
    first = application.forms("/page")[0]
    assert (first["Direction"], first["From"], first["To"]) == ("outbound-api", LINE, ANNA)


def test_only_the_end_is_told_unless_more_is_asked_for(world: World, application: Application, sdk: Any, page):
    ring(sdk, status_callback_event=[])
    world.company.tick()
    world.company.handset(ANNA).answers().hangs_up()
    assert told(application) == ["completed"]


def test_an_unanswered_ring_ends_at_its_time_out(world: World, application: Application, sdk: Any, page):
    ring(sdk)
    world.company.tick()
    world.after(24.9)
    assert world.company.handset(ANNA).ringing
    world.after(0.2)
    assert not world.company.handset(ANNA).ringing
    assert told(application) == ["initiated", "ringing", "no-answer"]
    assert "/page" not in application.paths()


def test_letting_it_ring_needs_no_waiting(world: World, application: Application, sdk: Any, page):
    ring(sdk)
    world.company.tick()
    world.company.handset(ANNA).lets_it_ring()
    assert told(application)[-1] == "no-answer"


def test_declining_is_busy(world: World, application: Application, sdk: Any, page):
    ring(sdk)
    world.company.tick()
    world.company.handset(ANNA).declines()
    assert told(application)[-1] == "busy"


@pytest.mark.parametrize(("mode", "status"), [("is_busy", "busy"), ("is_off", "failed")])
def test_a_telephone_that_does_not_ring(world: World, application: Application, sdk: Any, page, mode, status):
    getattr(world.company.handset(ANNA), mode)()
    ring(sdk)
    world.company.tick()
    assert told(application) == ["initiated", status]
    with pytest.raises(LineIsDead):
        world.company.handset(ANNA).answers()


def test_a_voicemail_answers_and_presses_nothing(world: World, application: Application, sdk: Any, page):
    world.company.handset(ANNA).has_voicemail()
    ring(sdk, machine_detection="Enable")
    world.after(20)
    assert application.forms("/page")[0]["AnsweredBy"] == "machine_start"
    world.after(200)
    assert told(application)[-1] == "completed"
    assert application.forms("/key") == []


def test_a_voicemail_that_is_too_slow_never_answers(world: World, application: Application, sdk: Any, page):
    world.company.handset(ANNA).has_voicemail()
    ring(sdk, timeout=10)
    world.after(60)
    assert told(application)[-1] == "no-answer"


def test_a_person_is_not_a_machine(world: World, application: Application, sdk: Any, page):
    ring(sdk, machine_detection="Enable")
    world.company.tick()
    world.company.handset(ANNA).answers()
    assert application.forms("/page")[0]["AnsweredBy"] == "human"


def test_two_calls_to_one_telephone_are_answered_in_turn(world: World, sdk: Any, page):
    first = ring(sdk)
    world.after(1)
    second = ring(sdk)
    world.company.tick()
    anna = world.company.handset(ANNA)
    assert [anna.answers().sid, anna.answers().sid] == [first, second]
    assert not anna.ringing
