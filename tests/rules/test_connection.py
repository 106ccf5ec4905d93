"""What is wrong with the line's numbers at the carrier: each thing in words, with what to do."""

from dataclasses import replace

import pytest

from rules import connection
from rules.connection import OVERRIDE, Account, Number, Occasion, People, Wanted, Webhook

OURS = "https://line.example.com"
LINE = "+390584000009"
MOBILE = "+393331110001"
ELSEWHERE = "https://static.example.net/fallback.xml"
WANT = Wanted(LINE, OURS, True, True, ELSEWHERE)
GOOD = Number(
    number=LINE,
    sid="PN1",
    calls=True,
    texts=True,
    webhooks=WANT.webhooks(),
    trunk="",
    call_application="",
    text_application="",
    messaging_service="",
)


def wrong(want: Wanted = WANT, **found) -> list[str]:
    return list(connection.number_problems(replace(GOOD, **found), want))


def webhook(occasion: Occasion, url: str, method: str = "POST"):
    return {"webhooks": {**GOOD.webhooks, occasion: Webhook(url, method)}}


def test_one_number_that_is_phoned_and_texted():
    assert connection.wanted(LINE, LINE, OURS, ELSEWHERE) == [WANT]
    assert WANT.webhooks() == {
        Occasion.CALL: Webhook(f"{OURS}/twilio/voice{OVERRIDE}", "POST"),
        Occasion.STATUS: Webhook(f"{OURS}/twilio/voice/status{OVERRIDE}", "POST"),
        Occasion.TEXT: Webhook(f"{OURS}/twilio/sms{OVERRIDE}", "POST"),
        Occasion.FALLBACK: Webhook(ELSEWHERE, "GET"),
    }


def test_another_number_that_texts():
    phoned, texted = connection.wanted(LINE, MOBILE, OURS, ELSEWHERE)
    assert (phoned.number, set(phoned.webhooks())) == (LINE, set(connection.PHONED))
    assert (texted.number, set(texted.webhooks())) == (MOBILE, {Occasion.TEXT})


def test_without_an_address_elsewhere_none_is_set():
    assert Occasion.FALLBACK not in replace(WANT, fallback=None).webhooks()


def test_a_number_as_it_should_be():
    assert wrong() == []
    assert wrong(replace(WANT, fallback=None)) == []


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ({"calls": False}, "+390584000009 cannot be called or call: it has no voice capability."),
        ({"texts": False}, "+390584000009 cannot text: it has no SMS capability."),
        ({"trunk": "TK1"}, "+390584000009: its calls go to the SIP trunk TK1, so its own addresses are ignored."),
        ({"call_application": "AP1"}, "+390584000009: its calls go to the TwiML app AP1, so"),
        ({"text_application": "AP2"}, "+390584000009: its texts go to the TwiML app AP2, so"),
        ({"messaging_service": "MG1"}, "+390584000009: its texts go to the messaging service MG1, so"),
        (webhook(Occasion.CALL, ""), "+390584000009, when a call comes in: no address is set. Run:"),
        (
            webhook(Occasion.CALL, f"{OURS}/twilio/voice"),
            f"+390584000009, when a call comes in: {OURS}/twilio/voice lacks the connection override {OVERRIDE}, so",
        ),
        (
            webhook(Occasion.STATUS, "https://demo.twilio.com/welcome"),
            "+390584000009, when call status changes: https://demo.twilio.com/welcome is set, and not https://line",
        ),
        (
            webhook(Occasion.TEXT, f"{OURS}/twilio/sms{OVERRIDE}", "GET"),
            f"+390584000009, when a message comes in: {OURS}/twilio/sms{OVERRIDE} is asked with GET, and not POST.",
        ),
        (webhook(Occasion.FALLBACK, ""), "+390584000009, when the line is down: no address is set. Run:"),
    ],
)
def test_each_thing_wrong_with_a_number(found, words):
    (said,) = wrong(**found)
    assert said.startswith(words)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "no address is set, so callers then hear an error. Host what"),
        (OURS, f"{OURS} is ours, and down when we are. Host what"),
        (f"{OURS}/fallback", f"{OURS}/fallback is ours, and down when we are. Host what"),
    ],
)
def test_where_any_address_elsewhere_will_do(url, words):
    (said,) = wrong(replace(WANT, fallback=None), **webhook(Occasion.FALLBACK, url))
    assert said.startswith(f"{LINE}, when the line is down: {words}")


@pytest.mark.parametrize(("url", "kept"), [("", ""), (f"{OURS}/down.xml", ""), (ELSEWHERE, ELSEWHERE)])
def test_where_another_host_keeps_the_document(url, kept):
    assert connection.kept_elsewhere(replace(GOOD, **webhook(Occasion.FALLBACK, url)), OURS) == kept


def test_a_document_that_is_not_there():
    assert list(connection.fallback_trouble(ELSEWHERE, "")) == []
    (said,) = connection.fallback_trouble(ELSEWHERE, "it answers 404")
    assert said == f"{ELSEWHERE}, which is asked when the line is down: it answers 404. See that it is hosted there."


def test_what_a_number_is_not_used_for_does_not_matter():
    texted = Wanted(LINE, OURS, False, True, None)
    phoned = Wanted(LINE, OURS, True, False, ELSEWHERE)
    assert wrong(texted, calls=False, trunk="TK1", call_application="AP1") == []
    assert wrong(phoned, texts=False, text_application="AP2", messaging_service="MG1") == []


def test_an_address_as_it_is_shown():
    assert [str(Webhook(ELSEWHERE, "GET")), str(Webhook(""))] == [f"GET {ELSEWHERE}", "nothing"]


def test_a_number_that_is_not_there():
    assert connection.missing(LINE).startswith("+390584000009 is not in the account. Set TWILIO_NUMBER")


@pytest.mark.parametrize(
    ("account", "words"),
    [
        (Account("suspended", False), "The account is suspended: nothing works until"),
        (Account("closed", False), "The account is closed: nothing works until"),
        (Account("active", True), "The account is a trial: it reaches verified numbers only"),
    ],
)
def test_each_thing_wrong_with_the_account(account, words):
    (said,) = connection.account_problems(account)
    assert said.startswith(words)


def test_an_account_as_it_should_be():
    assert list(connection.account_problems(Account("active", False))) == []


def test_countries_that_may_not_be_reached():
    people = People(called=frozenset({"IT", "MT", "FR"}), texted=frozenset({"IT", "MT"}))
    voice, text = connection.permission_problems({"IT": False, "MT": False, "FR": True}, {"MT": False}, people)
    assert voice.startswith("The account may not call Italy and Malta, where people on file have numbers. Allow it in")
    assert text.startswith("The account may not text Malta, where")
    assert list(connection.permission_problems({"IT": True, "ES": False}, {}, people)) == []


def test_countries_of_which_the_account_says_nothing():
    people = People(called=frozenset({"IT", "MT"}), texted=frozenset({"IT"}))
    assert list(connection.unlisted({"IT": True, "MT": False}, {"IT": True}, people)) == []
    assert list(connection.unlisted(None, None, people)) == []
    voice, text = connection.unlisted({"IT": True}, {}, people)
    assert voice.startswith("Whether the account may call Malta Twilio does not tell")
    assert text.startswith("Whether the account may text Italy Twilio does not tell")


@pytest.mark.parametrize(
    ("url", "is_simulated", "trouble", "words"),
    [
        (OURS, False, "", []),
        ("http://127.0.0.1:8000", True, "", []),
        ("http://127.0.0.1:8000", False, "", ["PUBLIC_URL is http://127.0.0.1:8000, which Twilio cannot reach."]),
        (OURS, False, "it answers 502", [f"{OURS}/healthz does not answer as it should: it answers 502. See"]),
    ],
)
def test_our_own_address(url, is_simulated, trouble, words):
    said = list(connection.address_problems(url, is_simulated, trouble))
    assert [one.startswith(start) for one, start in zip(said, words, strict=True)] == [True] * len(words)


def test_texts_that_were_refused():
    italy, malta = connection.refused_texts({"MT": 1, "IT": 3}, 30)
    assert italy.startswith("3 texts to Italy in the last 30 days were refused: the account may not text")
    assert malta.startswith("1 text to Malta in the last 30 days was refused")
