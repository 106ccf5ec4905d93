"""Everything that a phone company can do wrong, on demand."""

from typing import Any

import pytest
import requests
from twilio.base.exceptions import TwilioRestException

from simulator import faults
from simulator.faults import FaultKind
from tests.simulator.conftest import LINE, SID, TOKEN, Application, World
from tests.simulator.sdk import InProcess, client

ANNA = "+393331110001"
BRUNO = "+393331110002"


@pytest.fixture
def sdk(world: World) -> Any:
    return client(InProcess(world.api), SID, TOKEN)


def text(sdk: Any, to: str = ANNA):
    return sdk.messages.create(to=to, from_=LINE, body="P1", status_callback="http://line.example/status")


def told(application: Application) -> list[str]:
    return [form["MessageStatus"] for form in application.forms("/status")]


@pytest.mark.parametrize(("code", "status"), [(21614, 400), (20429, 429), (20503, 503), (20003, 401), (0, 400)])
def test_a_refusal_has_its_code_and_status_and_ends(world: World, sdk: Any, code, status):
    world.company.add_fault(FaultKind.REFUSE, ANNA, times=2, code=code)
    for _ in range(2):
        with pytest.raises(TwilioRestException) as refused:
            text(sdk)
        assert (refused.value.status, refused.value.code) == (status, code or 21211)
    text(sdk)
    world.company.tick()
    assert world.company.handset(ANNA).texts == ["P1"]


def test_a_fault_strikes_only_its_number(world: World, sdk: Any):
    world.company.add_fault(FaultKind.REFUSE, ANNA)
    text(sdk, BRUNO)
    with pytest.raises(TwilioRestException):
        text(sdk)


def test_a_fault_for_all_strikes_any_number(world: World, sdk: Any):
    world.company.add_fault(FaultKind.REFUSE)
    with pytest.raises(TwilioRestException):
        text(sdk, BRUNO)


def test_the_answer_is_lost_but_the_text_is_sent(world: World, sdk: Any):
    world.company.add_fault(FaultKind.LOSE_ANSWER, ANNA)
    with pytest.raises(requests.exceptions.ConnectionError):
        text(sdk)
    world.company.tick()
    assert world.company.handset(ANNA).texts == ["P1"]
    assert [one.body for one in sdk.messages.list(to=ANNA)] == ["P1"]


def test_the_answer_is_slow(world: World, sdk: Any):
    world.company.add_fault(FaultKind.SLOW, ANNA, seconds=12)
    text(sdk)
    assert world.slept == [12]


def test_a_callback_is_lost(world: World, application: Application, sdk: Any):
    world.company.add_fault(FaultKind.LOSE_CALLBACK, ANNA)
    text(sdk)
    world.company.tick()
    assert told(application) == ["delivered"]


def test_a_callback_comes_twice(world: World, application: Application, sdk: Any):
    world.company.add_fault(FaultKind.DUPLICATE_CALLBACK, ANNA)
    text(sdk)
    world.company.tick()
    assert told(application) == ["sent", "sent", "delivered"]


def test_callbacks_come_in_the_wrong_order(world: World, application: Application, sdk: Any):
    world.company.add_fault(FaultKind.REORDER_CALLBACK, ANNA)
    text(sdk)
    world.after(2)
    assert told(application) == ["delivered", "sent"]


def test_a_callback_comes_late(world: World, application: Application, sdk: Any):
    world.company.add_fault(FaultKind.LATE_CALLBACK, ANNA, times=2, seconds=40)
    text(sdk)
    world.after(39)
    assert told(application) == []
    world.after(2)
    assert told(application) == ["sent", "delivered"]


def test_a_text_is_delivered_late(world: World, application: Application, sdk: Any):
    world.company.add_fault(FaultKind.DELIVER_LATE, ANNA, seconds=90)
    text(sdk)
    world.after(89)
    assert (world.company.handset(ANNA).texts, told(application)) == ([], ["sent"])
    world.after(2)
    assert (world.company.handset(ANNA).texts, told(application)) == (["P1"], ["sent", "delivered"])


def test_a_text_is_never_delivered(world: World, application: Application, sdk: Any):
    world.company.add_fault(FaultKind.UNDELIVERED, ANNA, code=30005)
    text(sdk)
    world.company.tick()
    assert told(application) == ["sent", "undelivered"]
    assert application.forms("/status")[-1]["ErrorCode"] == "30005"
    assert world.company.handset(ANNA).texts == []


def test_a_call_fails(world: World, application: Application, sdk: Any):
    world.company.add_fault(FaultKind.CALL_FAILS, ANNA)
    sid = sdk.calls.create(to=ANNA, from_=LINE, twiml="<Response/>").sid
    world.company.tick()
    assert sdk.calls(sid).fetch().status == "failed"


def test_faults_can_be_cleared(world: World, sdk: Any):
    world.company.add_fault(FaultKind.REFUSE, times=9)
    with world.company.exchange() as exchange:
        faults.clear(exchange.session)
    assert text(sdk).sid


def test_every_fault_is_explained():
    assert set(faults.EXPLANATIONS) == set(FaultKind)
