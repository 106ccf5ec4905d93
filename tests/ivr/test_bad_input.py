"""What is not signed does nothing at all; what is signed and senseless gets a sensible answer."""

from typing import Any

import pytest
from flask import abort
from sqlalchemy import delete, select, update
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

from models.call import Call, CallStep
from models.customer import Pin
from models.protection import Throttle
from rules.pins import Peppers
from tests.ivr.telephone import ACME_PIN, NUMBER
from tests.ivr.world import STRANGER, URL, World
from tests.twiml_check import check

RING = {"CallSid": "CA1", "From": STRANGER, "To": NUMBER, "CallerName": "", "Note": " two  blanks "}


def test_blanks_count_for_the_signature(world: World) -> None:
    assert world.post("/twilio/voice", RING).status_code == 200
    trimmed = RequestValidator("the-account-token").compute_signature(
        f"{URL}/twilio/voice", RING | {"Note": "two blanks"}
    )
    assert world.post("/twilio/voice", RING, trimmed).status_code == 403


@pytest.mark.parametrize(
    "path", ["/twilio/voice", "/twilio/voice/pin?turn=1", "/twilio/sms", "/twilio/page/1/key", "/twilio/x"]
)
@pytest.mark.parametrize(
    "headers", [{}, {"X-Twilio-Signature": ""}, {"X-Twilio-Signature": "é=="}, {"X-Twilio-Signature": "x"}]
)
def test_without_a_good_signature_nothing_is_done(world: World, path: str, headers: dict[str, str]) -> None:
    assert world.client.post(path, data=RING, headers=headers).status_code == 403
    assert world.client.get(path, headers=headers).status_code == 403
    assert not world.all(Call)


def test_another_token_or_another_address_is_not_ours(world: World) -> None:
    for token, url in (("another", f"{URL}/twilio/voice"), ("the-account-token", "https://other.example/twilio/voice")):
        signature = RequestValidator(token).compute_signature(url, RING)
        assert world.post("/twilio/voice", RING, signature).status_code == 403


def test_the_query_is_signed_too(world: World) -> None:
    signature = RequestValidator("the-account-token").compute_signature(f"{URL}/twilio/voice/pin?turn=1", RING)
    assert world.post("/twilio/voice/pin?turn=1", RING, signature).status_code == 200
    assert world.post("/twilio/voice/pin?turn=2", RING, signature).status_code == 403


def test_the_signature_comes_before_size_and_before_other_checks(world: World) -> None:
    world.app.config["MAX_CONTENT_LENGTH"] = 1000
    huge = RING | {"Note": "x" * 3_000_000}
    assert world.client.post("/twilio/voice", data=huge).status_code == 403
    assert world.client.post("/twilio/voice", data=huge, headers={"X-Twilio-Signature": "x"}).status_code == 403
    assert world.post("/twilio/voice", RING | {"Note": "x" * 100_000}).status_code == 200


def test_what_the_application_checks_comes_after_the_signature(world: World) -> None:
    world.app.before_request(lambda: abort(400))
    assert world.client.post("/twilio/voice", data=RING).status_code == 403
    assert world.post("/twilio/voice", RING).status_code == 400


STRANGE: list[dict[str, Any]] = [
    {},
    {"CallSid": ""},
    {"CallSid": "CA" + "1" * 5000},
    {"CallSid": "CA\x00"},
    {"CallSid": "Ünïcode"},
    {"CallSid": "CA2"},
    {"CallSid": "CA3", "From": "x" * 10_000},
    {"CallSid": "CA4", "From": "+39\x00333"},
    {"CallSid": "CA5", "From": "名前"},
    {"CallSid": ["CA6", "CA7"], "From": [STRANGER, "+391"]},
]


@pytest.mark.parametrize(
    "path", ["/twilio/voice", "/twilio/voice/pin?turn=1", "/twilio/voice/wait", "/twilio/voice/x%00"]
)
def test_strange_fields_of_a_call_get_a_document(both: World, path: str) -> None:
    for form in STRANGE:
        answer = both.post(path, MultiDict(form))
        assert answer.status_code == 200, form
        assert check(answer.get_data(as_text=True))[-1].tag in ("Redirect", "Hangup"), form


KEYS = ["\u0664\u0668", "4" * 40, "9" * 100_000, "48201937\n", "4820 1937", "ABCD", "\x00", "##", "-1", "0x1F"]


@pytest.mark.parametrize("step", ["language", "pin", "priority", "callback", "description", "hold"])
def test_strange_keys_never_break_a_question(acme_on_both: World, step: str) -> None:
    for keys in KEYS:
        with acme_on_both.database.write() as session:
            session.execute(delete(Throttle))  # no wrong PIN is held against the next caller
        call = acme_on_both.phone()
        answers = {"language": "1", "pin": ACME_PIN, "priority": "1", "callback": "2"}
        while call.step != step:
            call.record() if call.step == "description" else call.press(answers[call.step])
            answers["callback"] = "0233445566" if answers["callback"] == "2" else "1"
        call.post(call.action, Digits=keys, RecordingUrl="javascript:alert(1)", RecordingDuration="-")
    assert len(acme_on_both.tickets()) == (len(KEYS) if step in ("callback", "description", "hold") else 0)


@pytest.mark.parametrize("pin", ["٤٨٢٠١٩٣٧", "48201937" * 5, "\uff14\uff18201937"])
def test_a_pin_is_eight_to_twelve_plain_digits(acme: World, pin: str) -> None:
    call = acme.phone().press("1").press(pin)
    assert (call.step, acme.call(call.sid).wrong_pins) == ("pin", 1)


def test_hash_alone_is_silence_at_the_pin(acme: World) -> None:
    call = acme.phone().press("1").press("")
    assert (call.step, acme.call(call.sid).wrong_pins) == ("pin", 0)


def test_an_older_pin_is_found_with_the_pepper_before(world: World) -> None:
    contract = world.customer()
    digest = Peppers("the-pepper-before").digest("12345678")
    world.add(Pin(contract_id=contract, digest=digest, created_at=world.clock.now()))
    assert world.phone().to_priority("12345678").step == "priority"


def test_a_revoked_pin_is_wrong(acme: World) -> None:
    with acme.database.write() as session:
        session.execute(update(Pin).values(revoked_at=acme.clock.at))
    assert acme.phone().press("1").press(ACME_PIN).step == "pin"


def test_names_with_markup_are_spoken_not_played(world: World) -> None:
    world.customer(name="<Hangup/> & Sons")
    number = world.phone().to_closing().spoken_ticket
    world.due()
    assert "<Hangup/> & Sons" in world.rings(world.voice_page(number)).said


def test_a_pin_that_is_revoked_while_its_call_goes_on_lets_that_call_end(acme_on_both: World) -> None:
    call = acme_on_both.phone().to_priority(ACME_PIN)
    with acme_on_both.database.write() as session:
        session.execute(update(Pin).values(revoked_at=acme_on_both.clock.at))
    call.press("1").press("1").record()
    assert len(acme_on_both.tickets()) == 1 and acme_on_both.call(call.sid).pin_id == 1
    assert acme_on_both.phone().press("1").press(ACME_PIN).step == "pin"
    with acme_on_both.database.read() as session:
        told = [row.text for row in session.scalars(select(CallStep))]
    assert told and not any(ACME_PIN in text for text in told)
