"""The page with the telephones, through the real application; and the same desk for programs."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from models.clock import VirtualClock
from simulator.page import create_page
from tests.world import ADA, LINE, PIN, World

ANNA = "+393331110001"


@pytest.fixture
def line(sqlite_url: str, clock: VirtualClock) -> World:
    return World(sqlite_url, clock).loads(LINE.read_text(encoding="utf-8"))


@pytest.fixture
def browser(line: World) -> FlaskClient:
    return line.app.test_client()


def token(browser: FlaskClient) -> str:
    return str(browser.get("/simulator/phone/state").get_json()["token"])


def do(browser: FlaskClient, act: str, **fields: str):
    return browser.post(f"/simulator/phone/{act}", data=fields, headers={"X-CSRFToken": token(browser)})


def live_leg(page: str) -> str:
    found = re.search(r'id="caller-leg" name="leg" value="(CA[0-9a-f]{32})"', page)
    assert found, "no call is live"
    return found[1]


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8000", 200),
        ("localhost", 200),
        ("[::1]:8000", 200),
        ("rebound.example:8000", 404),
        ("127.0.0.1.example", 404),
        ("[", 404),
    ],
)
@pytest.mark.parametrize("path", ["/simulator", "/simulator/phone/state"])
def test_the_page_answers_only_under_a_loopback_host(browser: FlaskClient, path: str, host: str, status: int):
    assert browser.get(path, headers={"Host": host}).status_code == status


def test_the_page_shows_every_technician_and_keeps_to_the_policy(browser: FlaskClient):
    answer = browser.get("/simulator")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "Anna Rossi" in page
    assert ANNA in page
    assert not re.search(r"<script>|<style>|\sstyle=|\son[a-z]+=", page)


def test_a_call_is_made_and_heard_on_the_page(line: World, browser: FlaskClient):
    leg = live_leg(do(browser, "dial", caller=ADA).get_data(as_text=True))
    line.settles()
    page = browser.get(f"/simulator/live?caller={ADA.replace('+', '%2B')}").get_data(as_text=True)
    assert "press hash" in page
    do(browser, "press", leg=leg, keys=f"{PIN}#", caller=ADA)
    line.settles()
    page = browser.get(f"/simulator/live?caller={ADA.replace('+', '%2B')}").get_data(as_text=True)
    assert " ".join(PIN) in page
    do(browser, "hang-up", leg=leg, caller=ADA)
    line.settles()
    assert "The call is over" in browser.get(f"/simulator/live?caller={ADA.replace('+', '%2B')}").get_data(as_text=True)


def test_only_what_changed_is_sent(line: World, browser: FlaskClient):
    page = browser.get("/simulator/live").get_data(as_text=True)
    seen = dict(re.findall(r'class="version" name="([^"]+)" value="([^"]+)"', page))
    assert browser.get("/simulator/live", query_string=seen).status_code == 204
    do(browser, "text", number=ANNA, body="WHO")
    line.settles()
    news = browser.get("/simulator/live", query_string=seen).get_data(as_text=True)
    assert re.findall(r'<div id="([^"]+)"', news) == ["screen-anna"]


def test_a_reply_that_fits_is_one_tap_away(line: World, browser: FlaskClient):
    line.phone(ADA).dials().presses(f"{PIN}#").presses("1").hangs_up()
    line.settles()
    assert line.handset("anna").ringing
    assert ">ACK 100001</button>" in browser.get("/simulator").get_data(as_text=True)
    do(browser, "text", number=ANNA, body="ACK 100001")
    line.settles()
    assert ">ACK 100001</button>" not in browser.get("/simulator").get_data(as_text=True)
    assert line.ticket("100001")["state"] == "in_charge"


@pytest.mark.parametrize(
    ("act", "fields", "words"),
    [
        ("dial", {"caller": ""}, "Type the number"),
        ("dial", {"caller": "0584 111"}, "country"),
        ("press", {"keys": "A"}, "The keys are"),
        ("press", {"keys": "1" * 41}, "The keys are"),
        ("text", {"number": ANNA, "body": " "}, "Type something"),
        ("mode", {"number": ANNA, "mode": "lost"}, "A telephone is"),
        ("fault", {"kind": "flood"}, "Choose what"),
        ("fault", {"kind": "refuse", "times": "often"}, "whole number"),
    ],
)
def test_what_cannot_be_done_is_said_in_words(browser: FlaskClient, act, fields, words):
    answer = do(browser, act, **fields)
    assert (answer.status_code, words in answer.get_data(as_text=True)) == (200, True)
    answer = browser.post(f"/simulator/phone/{act}", json=fields, headers={"X-CSRFToken": token(browser)})
    assert (answer.status_code, words in answer.get_json()["error"]) == (422, True)


def test_a_form_of_somebody_else_is_refused(browser: FlaskClient):
    assert browser.post("/simulator/phone/dial", data={"caller": ADA}).status_code == 400
    assert browser.post("/simulator/phone/dial", json={"caller": ADA}).status_code == 400


def test_an_unknown_act_and_a_body_of_another_kind(browser: FlaskClient):
    assert do(browser, "shout").status_code == 404
    answer = browser.post("/simulator/phone/dial", json=["+39"], headers={"X-CSRFToken": token(browser)})
    assert answer.status_code == 422


def test_a_fault_is_made_shown_and_mended(line: World, browser: FlaskClient):
    page = do(browser, "fault", kind="refuse", number=ANNA, times="2", amount="21614").get_data(as_text=True)
    assert "(21614)" in page
    assert "2 more times" in page
    assert "Everything works." in do(browser, "clear").get_data(as_text=True)


def test_a_telephone_can_be_switched_off(line: World, browser: FlaskClient):
    do(browser, "mode", number=ANNA, mode="off")
    assert '<option value="off" selected>' in browser.get("/simulator").get_data(as_text=True)


def test_e_mails_lie_on_the_desk(line: World, browser: FlaskClient):
    line.phone(ADA).dials().presses(f"{PIN}#").presses("1").hangs_up()
    line.settles()
    assert "ada@example.com" in browser.get("/simulator").get_data(as_text=True)


def test_who_is_not_allowed_finds_nothing(line: World):
    page = create_page(line.company, allowed=lambda: False)
    app = Flask("closed")
    app.register_blueprint(page)
    for path in ("/simulator", "/simulator/live", "/simulator/phone/state"):
        assert app.test_client().get(path).status_code == 404
    assert app.test_client().post("/simulator/phone/dial").status_code == 404
