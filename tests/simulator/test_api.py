"""The REST API through the provider's own SDK, and each answer against the provider's own description."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from twilio.base.exceptions import TwilioRestException

from tests.simulator.conftest import LINE, SID, TOKEN, Application, World
from tests.simulator.sdk import InProcess, client

ANNA = "+393331110001"
BRUNO = "+393331110002"
OPENAPI = json.loads((Path(__file__).parents[1] / "data" / "twilio_api_v2010_subset.json").read_text(encoding="utf-8"))


@pytest.fixture
def http(world: World) -> InProcess:
    return InProcess(world.api)


@pytest.fixture
def sdk(http: InProcess) -> Any:
    return client(http, SID, TOKEN)


def described(name: str) -> dict[str, Any]:
    """A schema of the description, as JSON Schema: OpenAPI's nullable becomes null among the types."""
    return _without_nullable({**OPENAPI["components"]["schemas"][name], "components": OPENAPI["components"]})


def _without_nullable(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_without_nullable(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {key: _without_nullable(value) for key, value in schema.items()}
    if plain.get("nullable") is True and isinstance(plain.get("type"), str):
        plain["type"] = [plain["type"], "null"]
    return plain


def check(body: dict[str, Any], name: str) -> None:
    """The body is valid, and holds every property that the description names."""
    schema = described(name)
    jsonschema.Draft202012Validator(schema).validate(body)
    missing = set(schema["properties"]) - set(body)
    assert not missing, f"{name} lacks {missing}"


def text(sdk: Any, to: str = ANNA, body: str = "Hello", **more: Any):
    return sdk.messages.create(to=to, from_=LINE, body=body, **more)


def test_a_message_is_as_described_at_every_stage(world: World, sdk: Any, http: InProcess):
    sid = text(sdk).sid
    check(json.loads(http.bodies[-1]), "api.v2010.account.message")
    world.company.tick()
    fetched = sdk.messages(sid).fetch()
    check(json.loads(http.bodies[-1]), "api.v2010.account.message")
    assert (fetched.status, fetched.body, fetched.num_segments) == ("delivered", "Hello", "1")


def test_a_call_is_as_described_at_every_stage(world: World, application: Application, sdk: Any, http: InProcess):
    application.answers("/page", '<Gather numDigits="1"/>')
    sid = sdk.calls.create(to=ANNA, from_=LINE, url="http://line.example/page").sid
    check(json.loads(http.bodies[-1]), "api.v2010.account.call")
    world.company.tick()
    assert sdk.calls(sid).fetch().status == "ringing"
    call = world.company.handset(ANNA).answers()
    assert sdk.calls(sid).fetch().status == "in-progress"
    world.after(3)
    call.hangs_up()
    fetched = sdk.calls(sid).fetch()
    check(json.loads(http.bodies[-1]), "api.v2010.account.call")
    assert (fetched.status, fetched.duration, fetched.direction) == ("completed", "3", "outbound-api")


def test_a_recording_is_as_described_and_can_be_heard_and_deleted(
    world: World, application: Application, sdk: Any, http: InProcess
):
    application.answers("/twilio/voice", '<Record action="/done"/>')
    application.answers("/done", "<Hangup/>")
    world.company.phone(ANNA).dials().records("The mail server is down", seconds=7)
    form = application.forms("/done")[0]
    assert (form["RecordingDuration"], form["Digits"]) == ("7", "#")
    recording = sdk.recordings(form["RecordingSid"]).fetch()
    check(json.loads(http.bodies[-1]), "api.v2010.account.recording")
    assert [one.sid for one in sdk.recordings.list(call_sid=form["CallSid"])] == [recording.sid]
    path = form["RecordingUrl"].removeprefix("http://line.example")
    sound = world.api.test_client().get(f"{path}.wav", auth=(SID, TOKEN)).data
    assert (sound[:4], len(sound)) == (b"RIFF", 44 + 7 * 8000)
    assert recording.delete()
    assert sdk.recordings.list() == []
    with pytest.raises(TwilioRestException) as gone:
        sdk.recordings(recording.sid).fetch()
    assert (gone.value.status, gone.value.code) == (404, 20404)


@pytest.mark.parametrize("kind", ["Messages", "Calls", "Recordings"])
def test_a_list_is_as_described(world: World, sdk: Any, http: InProcess, kind):
    text(sdk)
    sdk.calls.create(to=ANNA, from_=LINE, twiml="<Response/>")
    getattr(sdk, kind.lower()).list()
    path = f"/2010-04-01/Accounts/{{AccountSid}}/{kind}.json"
    answer = OPENAPI["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    schema = _without_nullable({**answer, "components": OPENAPI["components"]})
    body = json.loads(http.bodies[-1])
    jsonschema.Draft202012Validator(schema).validate(body)
    assert set(body) == set(schema["properties"])


def test_the_sdk_reads_all_pages_of_a_list(world: World, sdk: Any):
    for number in range(7):
        text(sdk, body=f"Text {number}")
        world.after(1)
    found = sdk.messages.list(page_size=3)
    assert [one.body for one in found] == [f"Text {number}" for number in (6, 5, 4, 3, 2, 1, 0)]


def test_messages_are_filtered_by_number_and_date(world: World, sdk: Any):
    text(sdk, body="early")
    world.after(3600)
    now = world.clock.at
    text(sdk, body="late")
    text(sdk, to=BRUNO, body="to another")
    world.company.tick()
    assert {one.body for one in sdk.messages.list(to=ANNA)} == {"early", "late"}
    assert [one.body for one in sdk.messages.list(to=ANNA, date_sent_after=now)] == ["late"]
    assert [one.body for one in sdk.messages.list(to=ANNA, date_sent_before=now - timedelta(hours=1))] == ["early"]
    assert len(sdk.messages.list(date_sent=now.date())) == 3
    assert sdk.messages.list(date_sent=now.date() + timedelta(days=1)) == []


def test_a_message_that_has_not_left_is_found(world: World, sdk: Any):
    sid = text(sdk).sid
    assert [one.sid for one in sdk.messages.list(to=ANNA, date_sent_after=world.clock.at)] == [sid]


def test_calls_are_filtered_by_status_and_start(world: World, sdk: Any):
    sid = sdk.calls.create(to=ANNA, from_=LINE, twiml="<Response/>").sid
    world.company.tick()
    assert [one.sid for one in sdk.calls.list(status="ringing", to=ANNA)] == [sid]
    assert sdk.calls.list(status="busy") == []
    assert [one.sid for one in sdk.calls.list(start_time_after=world.clock.at)] == [sid]


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"to": "112"}, 400, 21211),
        ({"to": "+39 333"}, 400, 21211),
        ({"to": "+3933311100010001"}, 400, 21211),
        ({"to": ""}, 400, 21604),
        ({"from_": ""}, 400, 21603),
        ({"from_": "+390500000000"}, 400, 21606),
        ({"body": ""}, 400, 21602),
        ({"body": "x" * 1601}, 400, 21617),
        ({"status_callback": "line.example"}, 400, 21205),
        ({"validity_period": 0}, 400, 20001),
    ],
)
def test_a_message_that_is_refused(sdk: Any, fields, status, code):
    with pytest.raises(TwilioRestException) as refused:
        sdk.messages.create(**({"to": ANNA, "from_": LINE, "body": "Hello"} | fields))
    assert (refused.value.status, refused.value.code) == (status, code)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"to": "anna"}, 21211),
        ({"to": ""}, 21201),
        ({"from_": ""}, 21213),
        ({"from_": "+390500000000"}, 21210),
        ({"url": "page"}, 21205),
        ({"timeout": 601}, 20001),
        ({"status_callback_event": ["begun"]}, 20001),
    ],
)
def test_a_call_that_is_refused(sdk: Any, fields, code):
    with pytest.raises(TwilioRestException) as refused:
        sdk.calls.create(**({"to": ANNA, "from_": LINE, "url": "http://line.example/page"} | fields))
    assert (refused.value.status, refused.value.code) == (400, code)


@pytest.mark.parametrize(("sid", "token", "status"), [(SID, "wrong", 401), ("AC" + "0" * 32, TOKEN, 401)])
def test_only_the_account_is_served(world: World, sid, token, status):
    with pytest.raises(TwilioRestException) as refused:
        text(client(InProcess(world.api), sid, token))
    assert (refused.value.status, refused.value.code) == (status, 20003)


def test_nothing_is_served_without_authentication_or_for_another_account(world: World):
    path = "/simulator/api/2010-04-01/Accounts/{}/Messages.json"
    assert world.api.test_client().get(path.format(SID)).status_code == 401
    assert world.api.test_client().get(path.format("AC9"), auth=(SID, TOKEN)).status_code == 404


def test_what_is_unknown_is_not_found(sdk: Any):
    for resource in (sdk.messages("SM" + "0" * 32), sdk.calls("CA" + "0" * 32)):
        with pytest.raises(TwilioRestException) as missing:
            resource.fetch()
        assert (missing.value.status, missing.value.code) == (404, 20404)


def test_a_ringing_call_can_be_canceled_and_a_live_one_completed(world: World, sdk: Any):
    ringing, live = (
        sdk.calls.create(to=to, from_=LINE, twiml="<Response><Gather/></Response>") for to in (ANNA, BRUNO)
    )
    world.company.tick()
    world.company.handset(BRUNO).answers()
    assert sdk.calls(ringing.sid).update(status="canceled").status == "canceled"
    assert sdk.calls(live.sid).update(status="completed").status == "completed"
    world.company.tick()
    assert not world.company.handset(ANNA).ringing
    with pytest.raises(TwilioRestException) as over:
        sdk.calls(live.sid).update(status="completed")
    assert over.value.code == 21220


def test_a_live_call_can_be_sent_to_another_document(world: World, application: Application, sdk: Any):
    application.answers("/twilio/voice", '<Gather timeout="60"/>')
    application.answers("/elsewhere", "<Say>Elsewhere.</Say><Pause/>")
    call = world.company.phone(ANNA).dials()
    sdk.calls(call.sid).update(url="http://line.example/elsewhere")
    world.company.tick()
    assert call.said == ["Elsewhere."]
    sdk.calls(call.sid).update(twiml="<Response><Say>The end.</Say></Response>")
    world.company.tick()
    assert call.said == ["The end."]


def test_a_message_can_be_stopped_only_before_it_leaves(world: World, sdk: Any):
    sid = text(sdk).sid
    assert sdk.messages(sid).update(status="canceled").status == "canceled"
    world.company.tick()
    assert world.company.handset(ANNA).texts == []
    gone = text(sdk).sid
    world.company.tick()
    with pytest.raises(TwilioRestException):
        sdk.messages(gone).update(status="canceled")
    assert sdk.messages(gone).update(body="").body == ""


@pytest.mark.parametrize(
    ("body", "segments"),
    [
        ("a" * 160, "1"),
        ("a" * 161, "2"),
        ("\u20ac" * 80, "1"),
        ("\u20ac" * 81, "2"),
        ("\u2014" * 70, "1"),
        ("\u2014" * 71, "2"),
    ],
)
def test_segments_are_counted_as_they_are_billed(sdk: Any, body, segments):
    assert text(sdk, body=body).num_segments == segments
