"""`twilio setup` and `twilio check`, with the SDK at the simulator's account: each thing wrong is told in words."""

from typing import Any

import pytest
from flask import Flask
from twilio.base.exceptions import TwilioRestException
from twilio.http import HttpClient
from twilio.http.response import Response
from werkzeug.serving import make_server

from admin import connection
from models.delivery import Delivery
from paging.carriers.twilio import RedirectingClient, TwilioAccount
from rules.connection import OVERRIDE, Occasion
from simulator import account as state
from simulator.faults import FaultKind
from tests.browser.server import served
from tests.simulator.sdk import InProcess, client
from tests.world import World

LINE = "+390584000001"
OURS = "http://127.0.0.1:8000"
STATUS = f"{OURS}/twilio/voice/status"
ELSEWHERE = "https://static.example.net/fallback.xml"
MESSAGING_SERVICE = "MG" + "0" * 32


def account(world: World, token: str | None = None) -> TwilioAccount:
    settings = world.gateway.settings
    return TwilioAccount(settings.account_sid, token or settings.auth_token, InProcess(world.app))


def sets_up(world: World, fallback: str | None = ELSEWHERE) -> list[str]:
    return connection.set_up(account(world), world.gateway.line, fallback)


def checks(
    world: World, fallback: str | None = ELSEWHERE, *, trouble: dict[str, str] | None = None, **more: Any
) -> connection.Report:
    found = more.pop("account", None) or account(world)
    simulated = more.pop("is_simulated", True)
    report = connection.check(
        found,
        world.database,
        world.gateway.line,
        fallback,
        is_simulated=simulated,
        visit=lambda url: (trouble or {}).get(url, ""),
    )
    return report


def changes(world: World, number: str = LINE, **what: Any) -> None:
    """Somebody changes the number in the provider's console."""
    with world.company.exchange() as exchange:
        state.change(exchange.session, exchange.account, number, exchange.now, **what)


def test_set_up_and_all_is_well(world: World):
    assert sets_up(world) == [
        f"{LINE}, when a call comes in: POST {OURS}/twilio/voice -> POST {OURS}/twilio/voice{OVERRIDE}",
        f"{LINE}, when call status changes: POST {STATUS} -> POST {STATUS}{OVERRIDE}",
        f"{LINE}, when a message comes in: POST {OURS}/twilio/sms -> POST {OURS}/twilio/sms{OVERRIDE}",
        f"{LINE}, when the line is down: nothing -> GET {ELSEWHERE}",
    ]
    report = checks(world)
    assert report.wrong == []
    *said, last = report.lines()
    assert last == "All is well."
    assert [line.removeprefix("Looked at  ") for line in said if line.startswith("Looked at")] == [
        f"{OURS}/healthz, from here",
        "the account: its standing and its kind",
        f"{LINE}: what it can do, what overrides it, when a call comes in, the line is down, call status changes, "
        "a message comes in",
        f"{ELSEWHERE}, from here",
        "whom the account may call: Italy",
        "whom the account may text: Italy",
        "calls at the moment",
    ]
    assert "Calls under way: 0; waiting to be placed: 0." in report.notes[0]


def test_set_up_again_changes_nothing(quick_world: World):
    sets_up(quick_world)
    http = InProcess(quick_world.app)
    settings, line = quick_world.gateway.settings, quick_world.gateway.line
    said = connection.set_up(TwilioAccount(settings.account_sid, settings.auth_token, http), line, ELSEWHERE)
    assert [one.endswith(", as it was") for one in said] == [True] * 4
    assert len(http.bodies) == 3, "it reads the account, the number and the services, and sets nothing"


def test_set_up_without_an_address_elsewhere_leaves_the_one_that_is_there(quick_world: World):
    sets_up(quick_world)
    assert not any(str(Occasion.FALLBACK) in line for line in sets_up(quick_world, None))
    assert checks(quick_world, None).wrong == []


def test_set_up_refuses_an_address_of_ours(quick_world: World):
    with pytest.raises(connection.ConnectionProblem, match=r"is ours, and down when we are. Host what"):
        sets_up(quick_world, f"{OURS}/fallback.xml")


def test_a_number_that_the_account_does_not_have(quick_world: World):
    changes(quick_world, is_sold=True)
    with pytest.raises(connection.ConnectionProblem, match=r"^\+390584000001 is not in the account. Set TWILIO_NUMBER"):
        sets_up(quick_world)
    (wrong,) = checks(quick_world).wrong
    assert wrong.startswith("+390584000001 is not in the account.")


def test_before_it_is_set_up_the_check_says_what_to_do(quick_world: World):
    wrong = checks(quick_world, None).wrong
    assert [f"lacks the connection override {OVERRIDE}" in one for one in wrong] == [True, True, True, False]
    assert "no address is set, so callers then hear an error. Host what `python app.py fallback` prints" in wrong[3]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"calls": False}, "it has no voice capability"),
        ({"texts": False}, "it has no SMS capability"),
        ({"fields": {"trunk_sid": "TK1"}}, "its calls go to the SIP trunk TK1"),
        ({"fields": {"voice_application_sid": "AP1"}}, "its calls go to the TwiML app AP1"),
        ({"fields": {"sms_application_sid": "AP2"}}, "its texts go to the TwiML app AP2"),
        (
            {"fields": {"messaging_service_sid": MESSAGING_SERVICE}},
            f"its texts go to the messaging service {MESSAGING_SERVICE}",
        ),
        ({"fields": {"voice_url": "https://demo.twilio.com/x"}}, "https://demo.twilio.com/x is set, and not"),
        ({"fields": {"sms_method": "GET"}}, "is asked with GET, and not POST"),
        ({"fields": {"voice_fallback_url": ""}}, "when the line is down: no address is set"),
    ],
)
def test_each_thing_that_is_wrong_with_the_number(quick_world: World, change, words):
    sets_up(quick_world)
    changes(quick_world, **change)
    (wrong,) = checks(quick_world).wrong
    assert words in wrong
    assert "All is well." not in list(checks(quick_world).lines())


@pytest.mark.parametrize(
    ("standing", "words"),
    [({"status": "suspended"}, "The account is suspended"), ({"is_trial": True}, "The account is a trial")],
)
def test_each_thing_that_is_wrong_with_the_account(quick_world: World, standing, words):
    sets_up(quick_world)
    with quick_world.company.exchange() as exchange:
        state.stands(exchange.session, exchange.account, **standing)
    (wrong,) = checks(quick_world).wrong
    assert wrong.startswith(words)


def test_a_wrong_token(quick_world: World):
    (wrong,) = checks(quick_world, account=account(quick_world, "a wrong token")).wrong
    assert wrong.startswith("Twilio's API: the account's SID or auth token is wrong (code 20003). Check TWILIO_ACCOUNT")
    with pytest.raises(connection.ConnectionProblem, match="the account's SID or auth token is wrong"):
        connection.set_up(account(quick_world, "a wrong token"), quick_world.gateway.line, None)


def test_a_provider_that_cannot_be_reached(quick_world: World):
    settings = quick_world.gateway.settings
    closed = make_server("127.0.0.1", 0, quick_world.app)
    nobody = RedirectingClient(f"http://127.0.0.1:{closed.server_port}/simulator/api")
    closed.server_close()
    found = TwilioAccount(settings.account_sid, settings.auth_token, nobody)
    (wrong,) = checks(quick_world, account=found).wrong
    assert wrong.startswith("Twilio's API: the carrier cannot be reached. Check TWILIO_ACCOUNT_SID")


def test_countries_of_people_on_file_that_may_not_be_reached(quick_world: World):
    quick_world.loads(
        """
technicians:
  - {key: anna, name: Anna, time_zone: Europe/Rome, phone: "+393331110001", second_phone: "+35621234567"}
roles: {duty_manager: [{name: Max, phone: "+33612345678"}]}
help_desk: {phone: "+442071838750"}
"""
    )
    sets_up(quick_world)
    with quick_world.company.exchange() as exchange:
        for country in ("MT", "GB", "FR", "ES"):
            state.bar(exchange.session, country, state.VOICE)
        state.bar(exchange.session, "FR", state.SMS)
        state.bar(exchange.session, "GB", state.SMS)
    report = checks(quick_world)
    called, texted = report.wrong
    assert called.startswith(
        "The account may not call France, Britain (UK) and Malta, where people on file have numbers"
    )
    assert texted.startswith("The account may not text France, where people on file have numbers")
    assert report.notes[0].startswith("Customers in Spain, France, Britain (UK) and Malta cannot be called back")


def test_the_simulated_company_keeps_to_its_permissions(quick_world: World):
    with quick_world.company.exchange() as exchange:
        state.bar(exchange.session, "IT", state.VOICE)
        state.bar(exchange.session, "IT", state.SMS)
    settings = quick_world.gateway.settings
    sdk = client(InProcess(quick_world.app), settings.account_sid, settings.auth_token)
    with pytest.raises(TwilioRestException) as text:
        sdk.messages.create(to="+393331110001", from_=LINE, body="Hello")
    with pytest.raises(TwilioRestException) as call:
        sdk.calls.create(to="+393331110001", from_=LINE, twiml="<Response/>")
    assert (text.value.code, call.value.code) == (21408, 21215)


class WithoutTextPermissions(HttpClient):
    """The account's API, but for the permissions to text."""

    def __init__(self, world: World) -> None:
        self._api = InProcess(world.app)

    def request(self, method: str, uri: str, *args: Any, **kwargs: Any) -> Response:
        if "GeoPermissions" in uri:
            return Response(403, '{"code": 20003, "message": "Forbidden", "status": 403}')
        return self._api.request(method, uri, *args, **kwargs)


def test_where_permissions_to_text_cannot_be_read_refused_texts_are_counted(quick_world: World):
    sets_up(quick_world)
    quick_world.company.add_fault(FaultKind.REFUSE, "+393331110001", times=1, code=21408)
    quick_world.phone("+393332220001").dials().presses("48201937#").presses("1").hangs_up()
    quick_world.settles()
    with quick_world.database.read() as session:
        assert session.query(Delivery).filter(Delivery.error_code == "21408").count() == 1
    settings = quick_world.gateway.settings
    found = TwilioAccount(settings.account_sid, settings.auth_token, WithoutTextPermissions(quick_world))
    report = checks(quick_world, account=found)
    (wrong,) = report.wrong
    assert wrong.startswith("1 text to Italy in the last 30 days was refused: the account may not text there (21408).")
    assert report.notes[0].startswith("Whom the account may text could not be read")


def test_a_line_that_does_not_answer_at_its_address(quick_world: World):
    sets_up(quick_world)
    (wrong,) = checks(quick_world, trouble={f"{OURS}/healthz": "it answers 502"}).wrong
    assert wrong.startswith(f"{OURS}/healthz does not answer as it should: it answers 502.")


def test_an_address_that_twilio_cannot_reach(quick_world: World):
    sets_up(quick_world)
    (wrong,) = checks(quick_world, is_simulated=False).wrong
    assert wrong.startswith(f"PUBLIC_URL is {OURS}, which Twilio cannot reach.")


def test_the_commands_against_a_running_simulator(quick_world: World, command, capsys):
    with served(quick_world.app) as address, served(Flask("another host", static_folder=None)) as another:
        assert command("twilio", "check", PUBLIC_URL=address) == 1
        before = capsys.readouterr()
        assert "Wrong      +390584000001, when the line is down: no address is set" in before.out
        assert before.err == "4 to put right.\n"
        assert command("twilio", "setup", "--fallback-url", ELSEWHERE) == 0
        assert f"nothing -> GET {ELSEWHERE}" in capsys.readouterr().out
        changes(quick_world, fields={"voice_fallback_url": f"{another}/down.xml"})
        assert command("twilio", "check") == 1
        assert f"{another}/down.xml, which is asked when the line is down: it answers 404" in capsys.readouterr().out
        changes(quick_world, is_sold=True)
        assert command("twilio", "setup") == 1
        assert capsys.readouterr().err.startswith("+390584000001 is not in the account.")
    assert connection.visit(f"{address}/healthz") == "ConnectionError"


def test_the_check_passes_when_all_is_well(quick_world: World, command, capsys):
    host = Flask("another host", static_folder=None)
    host.add_url_rule("/down.xml", "down", lambda: "<Response/>")
    with served(quick_world.app) as address, served(host) as another:
        assert command("twilio", "setup", PUBLIC_URL=address) == 0
        changes(quick_world, fields={"voice_fallback_url": f"{another}/down.xml"})
        assert command("twilio", "check") == 0
        assert capsys.readouterr().out.endswith("All is well.\n")
        assert command("twilio", "setup", FALLBACK_URL=ELSEWHERE) == 0
        assert f"POST {another}/down.xml -> GET {ELSEWHERE}" in capsys.readouterr().out


def test_an_address_that_answers_something_else(quick_world: World):
    with served(quick_world.app) as address:
        assert connection.visit(f"{address}/healthz") == ""
        assert connection.visit(f"{address}/nowhere") == "it answers 404"
