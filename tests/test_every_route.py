"""How every route of the whole application is guarded: one is covered by being there.

Each blueprint is guarded in one way. What a role opens in the console is asked in tests/admin/test_console_roles.py,
what a token opens in tests/admin/test_every_api_route.py.
"""

from base64 import b64encode

import pytest

from admin.accounts import add_user, by_email
from admin.sessions import begin
from models.account import Role
from simulator.signing import HEADER, sign
from tests.every_route import address, on_file, routes
from tests.world import ADA, PIN

SIGNED, ACCOUNT, TOKEN, FORMS, SECRET_ADDRESS = "signed", "account", "token", "forms", "secret address"
GUARDS = {
    "twilio": SIGNED,
    "simulator_api": ACCOUNT,
    "api": TOKEN,
    "console": FORMS,
    "simulator": FORMS,
    "sounds": SECRET_ADDRESS,  # the provider signs no request for a sound that it is to play
}
VALUES = {
    "act": "dial", "call_sid": "CA1", "channel": "sms", "delivery_id": 1, "feed": 1, "filename": "line.css",
    "key": "anna", "move": "note", "number": 1, "pin": 1, "revision": 1, "role": "duty_manager", "service": "MG1",
    "sid": "RE1", "step": "priority", "way": "phone", "which": 99, "window": 1,
}  # fmt: skip
"""A value for each argument of an address, but for those that the address itself limits to a few words."""
SIGN_IN = {"/sign-in", "/sign-in/code"}
"""They answer a forged form with the form itself."""


@pytest.fixture
def world(quick_world):
    """Ada has reported a P1, which is being paged, and is still on the line."""
    call = quick_world.phone(ADA).dials()
    for keys in (f"{PIN}#", "1"):
        call.presses(keys)
        quick_world.settles()
    return quick_world.passes(seconds=50)


def guarded(world, how):
    """Each method and address of the routes that are guarded like this."""
    values = VALUES | {"account_sid": world.gateway.settings.account_sid}
    for method, rule in routes(world.app):
        if GUARDS[rule.endpoint.partition(".")[0]] == how:
            yield method, address(world.app, rule, values)


def test_every_blueprint_says_how_it_is_guarded(world):
    assert {rule.endpoint.partition(".")[0] for _, rule in routes(world.app)} == GUARDS.keys()
    for method, path in guarded(world, SIGNED):
        assert (method, path[:8]) == ("POST", "/twilio/"), path


def test_without_the_providers_signature_nothing_is_done(world):
    client, settings, before = world.app.test_client(), world.gateway.settings, on_file(world.database)
    form = {
        "CallSid": "CA1",
        "From": ADA,
        "To": settings.line_number,
        "Digits": "1",
        "Body": "ACK",
        "CallStatus": "busy",
    }
    addresses = [path for _, path in guarded(world, SIGNED)]
    for path in addresses:
        url = settings.public_url + path
        forged = ["", "x", sign(url, form, "another token"), sign(url, form | {"Digits": "2"}, settings.auth_token)]
        forged.append(sign(f"{url}/x", form, settings.auth_token))
        for headers in ({}, *({HEADER: signature} for signature in forged)):
            assert client.post(path, data=form, headers=headers).status_code == 403, path
    assert on_file(world.database) == before
    for path in addresses:
        signature = sign(settings.public_url + path, form, settings.auth_token)
        assert client.post(path, data=form, headers={HEADER: signature}).status_code < 400, path


def test_without_the_accounts_own_token_the_simulated_provider_does_nothing(world):
    client, settings, before = world.app.test_client(), world.gateway.settings, on_file(world.database)
    form = {"To": "+393339999999", "From": settings.line_number, "Body": "x", "Url": settings.public_url}
    strangers = [("", ""), (settings.account_sid, "x"), ("AC" + "0" * 32, settings.auth_token)]
    for method, path in guarded(world, ACCOUNT):
        assert client.open(path, method=method, data=form).status_code == 401, path
        for user, password in strangers:
            assert client.open(path, method=method, data=form, headers=basic(user, password)).status_code == 401, path
    assert on_file(world.database) == before
    own = basic(settings.account_sid, settings.auth_token)
    for method, path in guarded(world, ACCOUNT):
        assert client.open(path, method=method, data=form, headers=own).status_code != 401, path


def basic(user, password):
    return {"Authorization": f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}"}


def test_without_a_token_of_the_session_no_form_does_anything(world):
    client = world.app.test_client()
    with world.database.write() as session:
        add_user(session, "admin@example.com", Role.ADMIN, world.clock.at)
        user = by_email(session, "admin@example.com")
        assert user is not None
        secret = begin(session, user.id, "127.0.0.1", "a browser", world.clock.at)[1]
    with client.session_transaction() as cookie:
        cookie["_user_id"] = secret
    before = on_file(world.database)
    for method, path in guarded(world, FORMS):
        if method != "GET" and path not in SIGN_IN:
            assert client.open(path, method=method, data={"csrf_token": "x"}).status_code == 400, path
            assert client.open(path, method=method, json={}).status_code == 400, path
    for path in SIGN_IN:
        client.post(path, data={"email": "admin@example.com", "csrf_token": "x"})
    assert on_file(world.database) == before
    assert client.get("/users").status_code == 200


def test_a_sound_needs_its_whole_address(world):
    for method, path in guarded(world, SECRET_ADDRESS):
        assert method == "GET"
        assert world.app.test_client().get(path).status_code == 404
