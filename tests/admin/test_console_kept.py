"""A session that ends while somebody types: nothing typed is lost, and nothing is done that nobody asked for."""

import json
import re
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select

from admin import kept, sessions
from models.account import Role
from models.technician import Technician
from models.ticket import Ticket
from tests.admin.console_site import open_site
from tests.admin.rotation_site import revisions

pytestmark = pytest.mark.one_database

FROM = "http://localhost"


@pytest.fixture
def site(database):
    return open_site(database)


def ends(site):
    """The admin's session ends on the server, while a page stays open."""
    with site.database.write() as session:
        sessions.end_all(session, 1)


def sends(visitor, path, page, **typed):
    """The open page's form, as a browser sends it: with the page's token and its address."""
    token = visitor.found(r'name="csrf_token"[^>]*value="([^"]+)"')
    response = visitor.client.post(
        path, data={"csrf_token": token, **typed}, headers={"Referer": f"{FROM}{page}"}, follow_redirects=False
    )
    return visitor._seen(response)


def signs_in(site, visitor, email="admin@example.com"):
    return visitor.send(email=email, password=site.passwords[email])


def technicians(site):
    with site.database.read() as session:
        return session.execute(select(Technician.name)).scalars().all()


def test_a_form_whose_session_has_ended_comes_back_filled_after_signing_in(site):
    visitor = site.visitor().get("/technicians/add")
    ends(site)
    sends(visitor, "/technicians/add", "/technicians/add", name="Gina Blu", phone="+39 333", time_zone="Europe/Rome")
    assert visitor.status == 401
    assert "Your session has ended" in visitor.text

    signs_in(site, visitor)
    assert "Nothing was sent yet" in visitor.text and "name Gina Blu" in visitor.text
    assert technicians(site) == []

    visitor.send("/technicians/add")
    assert visitor.path == "/technicians/add"
    assert "Here is your form again" in visitor.text
    assert 'value="Gina Blu"' in visitor.html and 'value="+39 333"' in visitor.html
    assert "field-error" not in visitor.html
    assert technicians(site) == []

    visitor.send("", phone="+393331110007")
    assert technicians(site) == ["Gina Blu"]


def test_the_same_without_the_browser_s_cookie(site):
    visitor = site.visitor().get("/technicians/add")
    token = visitor.found(r'name="csrf_token"[^>]*value="([^"]+)"')
    visitor.client.delete_cookie("platinum_line")
    data = {"csrf_token": token, "name": "Gina Blu"}
    visitor._seen(visitor.client.post("/technicians/add", data=data, headers={"Referer": f"{FROM}/technicians/add"}))
    assert (visitor.status, "Your session has ended" in visitor.text) == (401, True)
    signs_in(site, visitor).send("/technicians/add")
    assert 'value="Gina Blu"' in visitor.html


def test_a_note_to_a_ticket_comes_back_in_its_own_form(site):
    site.contract()
    number = site.ticket(1)
    visitor = site.visitor().get(f"/tickets/{number}")
    ends(site)
    sends(visitor, f"/tickets/{number}/note", f"/tickets/{number}", text="The disk is full.\nI free some space.")
    signs_in(site, visitor).send(f"/tickets/{number}")
    assert visitor.path == f"/tickets/{number}"
    assert re.search(r"<textarea[^>]*>\s*The disk is full\.\s+I free some space\.", visitor.html)
    assert visitor.html.count("The disk is full.") == 1
    with site.database.read() as session:
        assert session.get_one(Ticket, number).state == "open"
    visitor.send(f"/tickets/{number}/note", text="The disk is full.")
    assert "The disk is full." in visitor.text


def test_who_signs_in_wrong_first_and_with_a_code_then_still_has_the_form(site):
    visitor = site.visitor().get("/account/second-step")
    secret = visitor.found(r'id="secret">([A-Z2-7 ]+)<').replace(" ", "")
    visitor.send(code=pyotp.TOTP(secret).at(site.clock.at)).get("/technicians/add")
    ends(site)
    sends(visitor, "/technicians/add", "/technicians/add", name="Gina Blu")
    visitor.send(email="admin@example.com", password="guess")
    assert visitor.status == 401
    signs_in(site, visitor).send(code="guess")
    assert visitor.status == 401
    visitor.send(code=pyotp.TOTP(secret).at(site.clock.at + timedelta(seconds=30))).send("/technicians/add")
    assert 'value="Gina Blu"' in visitor.html


def test_passwords_and_pins_are_not_kept(site):
    site.contract()
    visitor = site.visitor().get("/customers/add")
    ends(site)
    sends(visitor, "/customers/add", "/customers/add", customer="Nuova", pin="48201937", password="s3cret")
    assert "Nuova" in visitor.html
    assert "48201937" not in visitor.html and "s3cret" not in visitor.html


def test_a_form_of_another_site_is_not_kept(site):
    client = site.visitor(None).client
    answer = client.post("/technicians/add", data={"name": "Mallory"}, headers={"Referer": "https://evil.example/"})
    assert 'name="kept"' not in answer.get_data(as_text=True)


def test_a_page_shows_a_form_again_only_by_a_request_that_is_ours(site):
    visitor = site.visitor()
    forged = json.dumps(["/technicians/add", "/technicians/add", [["name", "Mallory"]]])
    answer = visitor.client.post("/technicians/add", data={"form_again": forged})
    assert answer.status_code == 400
    assert technicians(site) == []


def test_who_may_not_open_the_page_is_shown_no_form_again(site):
    visitor = site.visitor(Role.VIEWER).get("/account")
    data = {"form_again": json.dumps(["/technicians/add", "/technicians/add", [["name", "Gina"]]])}
    assert sends(visitor, "/technicians/add", "/account", **data).status == 403


def test_who_is_signed_in_again_elsewhere_sees_what_was_typed_and_opens_the_form_again(site):
    """A second window has signed in meanwhile: the first one's form has a token of the session before."""
    visitor = site.visitor()
    headers = {"Referer": f"{FROM}/technicians/add"}
    data = {"csrf_token": "of another session", "name": "Gina Blu"}
    visitor._seen(visitor.client.post("/technicians/add", data=data, headers=headers))
    assert visitor.status == 400
    visitor.send("/technicians/add")
    assert 'value="Gina Blu"' in visitor.html


def test_a_sign_in_page_that_is_too_old_asks_once_more_and_keeps_the_address(site):
    email = site.user(Role.ADMIN)
    visitor = site.visitor(None)
    data = {"email": email, "password": site.passwords[email], "csrf_token": "old"}
    visitor._seen(visitor.client.post("/sign-in?next=/tickets", data=data))
    assert (visitor.status, "open for too long" in visitor.text) == (401, True)
    assert f'value="{email}"' in visitor.html and site.passwords[email] not in visitor.html
    assert visitor.send(password=site.passwords[email]).path == "/tickets"


def test_an_action_without_a_page_of_its_own_leads_back_to_the_page_it_was_on(site):
    visitor = site.visitor().get("/calls/blocked")
    ends(site)
    sends(visitor, "/calls/blocked/remove", "/calls/blocked?x=1", number="+393332220001")
    signs_in(site, visitor)
    assert visitor.send("/calls/blocked?x=1").path == "/calls/blocked?x=1"


@pytest.mark.parametrize(
    "text",
    ["", "x", "[]", "[1, 2, 3]", '["/a", "/b", 3]', '["/a", "/b", [["x"]]]', '["//evil.com", "/b", []]', "[" * 9999],
)
def test_what_is_nothing_of_ours_is_not_read(text):
    assert kept.read(text) is None


def has_a_rotation(site):
    site.technicians("Anna Rossi", "Bruno Neri")
    site.rotation("anna", "bruno")


EDITED = {
    "time_zone": "Europe/Rome",
    "layers-0-name": "weekly",
    "layers-0-length": "2",
    "layers-0-unit": "week",
    "layers-0-first_handoff": "2026-11-02T09:00",
    "layers-0-participants-0": "anna",
    "layers-0-participants-1": "bruno",
}


@pytest.mark.parametrize("step", ["preview", "save"])
def test_turns_that_were_edited_come_back_too_and_are_not_saved(site, step):
    has_a_rotation(site)
    visitor = site.visitor().get("/rotations/platinum/edit")
    ends(site)
    sends(visitor, "/rotations/platinum/edit", "/rotations/platinum/edit", **EDITED, step=step)
    signs_in(site, visitor).send("/rotations/platinum/edit")
    assert "Here is your form again" in visitor.text
    assert re.search(r'name="layers-0-length"[^>]*value="2"', visitor.html)
    assert revisions(site) == 1


@pytest.mark.parametrize(("kind", "prefix"), [("overrides", ""), ("absences", "absence-")])
def test_what_was_dated_comes_back_in_its_own_form(site, kind, prefix):
    has_a_rotation(site)
    visitor = site.visitor().get("/rotations/platinum")
    ends(site)
    typed = {f"{prefix}technician": "bruno", f"{prefix}starts": "2027-01-04T09:00", f"{prefix}ends": "2027-01-05T09:00"}
    sends(visitor, f"/rotations/platinum/{kind}", "/rotations/platinum", **typed)
    signs_in(site, visitor).send("/rotations/platinum")
    assert visitor.html.count('value="2027-01-04T09:00"') == 1
    assert re.search(rf'name="{prefix}starts"[^>]*value="2027-01-04T09:00"', visitor.html)
    assert revisions(site) == 1
