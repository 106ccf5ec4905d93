"""The account through the provider's own SDK: its numbers, its standing, its permissions."""

import json
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException

from simulator import account as state
from tests.simulator.conftest import LINE, SID, TOKEN, URL, World
from tests.simulator.sdk import InProcess, client

ANNA = "+393331110001"
KNOWN = {"_version", "_solution", "_context"}


@pytest.fixture
def http(world: World) -> InProcess:
    return InProcess(world.api)


@pytest.fixture
def sdk(http: InProcess) -> Any:
    return client(http, SID, TOKEN)


def number(sdk: Any) -> Any:
    (found,) = sdk.incoming_phone_numbers.list(phone_number=LINE)
    return found


def test_a_number_has_every_field_that_the_sdk_reads(sdk: Any, http: InProcess):
    found = sdk.incoming_phone_numbers(number(sdk).sid).fetch()
    assert set(vars(found)) - KNOWN <= set(json.loads(http.bodies[-1]))
    assert (found.phone_number, found.voice_url, found.voice_method) == (LINE, f"{URL}/twilio/voice", "POST")
    assert found.capabilities == {"voice": True, "sms": True, "mms": False, "fax": False}


def test_the_account_has_every_field_that_the_sdk_reads(sdk: Any, http: InProcess):
    found = sdk.api.v2010.accounts(SID).fetch()
    assert set(vars(found)) - KNOWN <= set(json.loads(http.bodies[-1]))
    assert (found.status, found.type) == ("active", "Full")


def test_a_changed_field_stays_and_the_others_too(sdk: Any):
    sid = number(sdk).sid
    sdk.incoming_phone_numbers(sid).update(sms_url="https://elsewhere.example/sms", sms_method="GET")
    sdk.incoming_phone_numbers(sid).update(voice_url="")
    found = number(sdk)
    assert (found.sms_url, found.sms_method, found.voice_url) == ("https://elsewhere.example/sms", "GET", "")
    assert found.status_callback == f"{URL}/twilio/voice/status"


@pytest.mark.parametrize(
    ("change", "code"),
    [({"voice_url": "line"}, 21205), ({"status_callback": "line"}, 21205), ({"sms_method": "PUT"}, 20001)],
)
def test_a_field_that_cannot_be_set(sdk: Any, change, code):
    with pytest.raises(TwilioRestException) as refused:
        sdk.incoming_phone_numbers(number(sdk).sid).update(**change)
    assert refused.value.code == code


def test_calls_and_texts_go_where_the_number_says_and_as_its_override_says(world: World, sdk: Any):
    override = "#rc=2&rp=ct,rt,5xx"
    addresses = {"voice_url": f"{URL}/calls{override}", "status_callback": f"{URL}/over", "sms_url": f"{URL}/texts"}
    sdk.incoming_phone_numbers(number(sdk).sid).update(**addresses)
    world.application.documents["/calls"] = ("", 503, "text/plain")
    world.company.phone(ANNA).dials()
    world.company.handset(ANNA).sends("ACK")
    assert world.application.paths() == ["/calls", "/calls", "/calls", "/over", "/texts"]


def test_a_number_without_an_address_for_texts_tells_nobody(world: World, sdk: Any):
    sdk.incoming_phone_numbers(number(sdk).sid).update(sms_url="")
    assert world.company.handset(ANNA).sends("ACK") == []
    assert world.application.paths() == []


def test_an_unknown_number(sdk: Any):
    assert sdk.incoming_phone_numbers.list(phone_number="+390584999999") == []
    with pytest.raises(TwilioRestException) as unknown:
        sdk.incoming_phone_numbers("PN" + "0" * 32).fetch()
    assert (unknown.value.status, unknown.value.code) == (404, 20404)


def test_permissions_by_country(world: World, sdk: Any, http: InProcess):
    with world.company.exchange() as exchange:
        state.bar(exchange.session, "MT", state.VOICE)
        state.bar(exchange.session, "FR", state.SMS)
    countries = sdk.voice.v1.dialing_permissions.countries.list(page_size=1000)
    assert set(vars(countries[0])) - KNOWN <= set(json.loads(http.bodies[-1])["content"][0])
    assert [one.iso_code for one in countries if not one.low_risk_numbers_enabled] == ["MT"]
    texts = sdk.accounts.v1.messaging_geopermissions.fetch().permissions
    assert [one["country_code"] for one in texts if not one["enabled"]] == ["FR"]


def test_a_messaging_service_has_its_number(world: World, sdk: Any):
    service = "MG" + "0" * 32
    with world.company.exchange() as exchange:
        fields = {state.SERVICE: service}
        state.change(exchange.session, exchange.account, LINE, exchange.now, fields=fields)
    assert [one.sid for one in sdk.messaging.v1.services.list()] == [service]
    assert sdk.messaging.v1.services(service).phone_numbers(number(sdk).sid).fetch().phone_number == LINE
    with pytest.raises(TwilioRestException) as not_its_own:
        sdk.messaging.v1.services("MG" + "1" * 32).phone_numbers(number(sdk).sid).fetch()
    assert not_its_own.value.code == 20404


def test_another_token_sees_nothing(http: InProcess):
    with pytest.raises(TwilioRestException) as refused:
        client(http, SID, "another").accounts.v1.messaging_geopermissions.fetch()
    assert refused.value.code == 20003
