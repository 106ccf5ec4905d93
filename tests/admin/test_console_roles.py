"""Every page and form of the console, and who may use it."""

import pytest
import sqlalchemy as sa

from admin.guard import GRANTED
from models.account import Role
from models.audit import Audit
from models.technician import Technician
from tests.admin.doors import DOORS, one_of_each

FOR_EVERYONE = {"/sign-in", "/sign-in/code", "/sign-out", "/static/<path:filename>"}


@pytest.fixture
def site(sqlite):
    return one_of_each(sqlite)


@pytest.mark.parametrize("role", [None, *Role])
def test_a_role_opens_the_doors_that_it_was_granted_and_no_others(site, role):
    client = site.visitor(role).client
    for (method, path), needs in DOORS.items():
        answer = client.open(path, method=method)
        if role is None:
            assert answer.status_code in (302, 401), (method, path)
        elif needs in GRANTED[role]:
            assert answer.status_code < 500 and answer.status_code not in (401, 403, 404), (method, path)
        else:
            assert answer.status_code == 403, (method, path)


def test_no_door_was_forgotten_above(site):
    adapter = site.app.url_map.bind("localhost")
    listed = {(method, adapter.match(path, method)[0]) for method, path in DOORS}
    there = {
        (method, rule.endpoint)
        for rule in site.app.url_map.iter_rules()
        if rule.rule not in FOR_EVERYONE
        for method in rule.methods & {"GET", "POST"}
    }
    assert there == listed


def test_a_viewer_is_shown_nothing_that_is_refused(site):
    visitor = site.visitor(Role.VIEWER)
    assert "What can I do" not in visitor.get("/tickets/100001").text
    assert "Take in charge" not in visitor.text
    assert "Add a technician" not in visitor.get("/technicians").text
    assert "Add a customer" not in visitor.get("/customers").text
    assert "Add a contract" not in visitor.get("/customers/1").text
    assert "Add a product" not in visitor.get("/products").text
    for forbidden in ("Edit", "Issue a PIN", "Revoke", "Book or cancel"):
        assert forbidden not in visitor.get("/contracts/1").text
    assert "Edit the turns" not in visitor.get("/rotations/platinum").text
    for forbidden in ("Add an override", "Add an absence", "Swap", "takes it"):
        assert forbidden not in visitor.text
    assert "Restore" not in visitor.get("/rotations/platinum/revisions").text
    assert "Start a drill" not in visitor.get("/drills").text
    assert 'href="/users"' not in visitor.html
    assert 'href="/users"' in site.visitor().get("/drills").html


def test_a_technician_edits_how_to_be_paged_and_neither_name_nor_email(site):
    site.user(Role.TECHNICIAN, "anna@example.com")
    visitor = site.visitor(None).sign_in("anna@example.com", site.passwords["anna@example.com"])
    assert 'href="/technicians/anna"' in visitor.get("/technicians").html
    assert "Send a test text" in visitor.get("/technicians/anna").text
    assert visitor.send("/technicians/anna/tests/sms").status == 200
    visitor.get("/technicians/anna").send(
        "/technicians/anna", phone="+393331110055", order="voice sms", quiet=["email"]
    )
    assert "Anna Rossi is changed." in visitor.text
    forged = {"name": "Eve", "email": "eve@example.com", "key": "eve", "phone": "+393331110056"}
    visitor.client.post("/technicians/anna", data=forged | {"time_zone": "Europe/London", "order": "", "quiet": []})
    with site.database.read() as session:
        anna = session.get_one(Technician, "anna")
        changes = session.scalars(sa.select(Audit).where(Audit.action == "technician.changed")).all()
    assert (anna.name, anna.email, anna.phone) == ("Anna Rossi", "anna@example.com", "+393331110056")
    assert (anna.time_zone, anna.channels) == ("Europe/London", None)
    assert [(change.actor, change.after["channels"]) for change in changes] == [
        ("anna@example.com", ["voice", "sms"]),
        ("anna@example.com", None),
    ]


def test_who_only_reads_is_no_technician_whatever_the_address(site):
    site.user(Role.VIEWER, "anna@example.com")
    visitor = site.visitor(None).sign_in("anna@example.com", site.passwords["anna@example.com"])
    assert visitor.client.get("/technicians/anna").status_code == 403
    assert 'href="/technicians/anna"' not in visitor.get("/technicians").html
