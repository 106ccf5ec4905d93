"""Texts out and in."""

from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.simulator.conftest import LINE, SID, TOKEN, Application, World
from tests.simulator.sdk import InProcess, client

ANNA = "+393331110001"
SMS = "/twilio/sms"


@pytest.fixture
def sdk(world: World) -> Any:
    return client(InProcess(world.api), SID, TOKEN)


def text(sdk: Any, body: str = "P1 100001", **more):
    order = {"to": ANNA, "from_": LINE, "body": body, "status_callback": "http://line.example/status"}
    return sdk.messages.create(**(order | more))


def told(application: Application) -> list[str]:
    return [form["MessageStatus"] for form in application.forms("/status")]


def test_a_text_arrives_and_its_way_is_told(world: World, application: Application, sdk: Any):
    sid = text(sdk).sid
    world.company.tick()
    assert world.company.handset(ANNA).texts == ["P1 100001"]
    assert told(application) == ["sent", "delivered"]
    form = application.forms("/status")[-1]
    assert form | {"MessageSid": sid, "SmsStatus": "delivered", "To": ANNA, "From": LINE, "AccountSid": SID} == form


def test_a_reply_is_told_with_all_its_fields_and_answered(world: World, application: Application):
    application.answers(SMS, "<Message>You have 100001.</Message>")
    assert world.company.handset(ANNA).sends(" ACK 100001 ") == ["You have 100001."]
    form = application.forms(SMS)[0]
    assert form | {"From": ANNA, "To": LINE, "Body": " ACK 100001 ", "NumMedia": "0", "SmsStatus": "received"} == form
    assert (form["FromCity"], form["FromCountry"]) == ("", "IT")


@pytest.mark.parametrize("answer", ["<Response/>", ("", 204, "text/xml"), ("", 200, "text/html")])
def test_a_reply_may_stay_without_an_answer(world: World, application: Application, answer):
    application.documents[SMS] = answer
    assert world.company.handset(ANNA).sends("Hello") == []


def test_an_answer_may_hold_several_messages_and_a_redirect(world: World, application: Application):
    application.answers(SMS, "<Message><Body>One</Body></Message><Message>Two</Message><Redirect>/more</Redirect>")
    application.answers("/more", "<Message>Three</Message>")
    assert world.company.handset(ANNA).sends("STATUS") == ["One", "Two", "Three"]


def test_an_answer_may_go_to_somebody_else_and_be_tracked(world: World, application: Application):
    application.answers(SMS, '<Message to="+393331110002" statusCallback="/status">News</Message>')
    assert world.company.handset(ANNA).sends("PASS") == []
    assert world.company.handset("+393331110002").texts == ["News"]
    assert told(application) == ["sent", "delivered"]


@pytest.mark.parametrize("answer", ["<Response><Say>No</Say></Response>", "Hello", ("<Response/>", 500, "text/xml")])
def test_an_answer_that_is_not_valid_sends_nothing(world: World, application: Application, caplog, answer):
    application.documents[SMS] = answer
    assert world.company.handset(ANNA).sends("Hello") == []
    assert "of no use" in caplog.text


def test_a_text_waits_for_a_telephone_that_is_off(world: World, application: Application, sdk: Any):
    anna = world.company.handset(ANNA).is_off()
    text(sdk, validity_period=300)
    world.after(200)
    assert (anna.texts, told(application)) == ([], ["sent"])
    anna.is_on()
    assert (anna.texts, told(application)) == (["P1 100001"], ["sent", "delivered"])
    world.after(200)
    assert told(application) == ["sent", "delivered"]


def test_a_text_expires_when_its_validity_ends(world: World, application: Application, sdk: Any):
    anna = world.company.handset(ANNA).is_off()
    text(sdk, validity_period=300)
    world.after(301)
    assert told(application) == ["sent", "undelivered"]
    assert application.forms("/status")[-1]["ErrorCode"] == "30003"
    assert anna.is_on().texts == []


def test_stop_means_stop_until_start(world: World, application: Application, sdk: Any):
    anna = world.company.handset(ANNA)
    anna.sends("Stop")
    with pytest.raises(TwilioRestException) as refused:
        text(sdk)
    assert (refused.value.status, refused.value.code) == (400, 21610)
    anna.sends("START")
    text(sdk)
    world.company.tick()
    assert anna.texts == ["P1 100001"]


def test_stop_also_stops_a_text_on_its_way(world: World, application: Application, sdk: Any):
    text(sdk)
    world.company.handset(ANNA).sends("STOP")
    assert told(application)[-1] in ("delivered", "failed")
    application.answers(SMS, "<Message>Answer</Message>")
    assert world.company.handset(ANNA).sends("Hello") == []
