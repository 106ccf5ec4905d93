"""Every page and form of the console, and who may use it."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from admin.accounts import create_token
from admin.guard import GRANTED, Permission
from models.account import Role, Scope
from models.audit import Audit
from models.customer import Maintenance, Pin, Product
from models.schedule import SwapRequest, SwapState
from models.technician import Technician
from tests.admin.console_site import open_site
from tests.admin.test_console_calls import call, recording

READ, WORK, EDIT, ADMINISTER = Permission.READ, Permission.WORK, Permission.EDIT, Permission.ADMINISTER
DOORS = {
    ("GET", "/"): READ,
    ("GET", "/live"): READ,
    ("GET", "/more"): READ,
    ("GET", "/tickets"): READ,
    ("GET", "/tickets/100001"): READ,
    ("GET", "/tickets/100001/live"): READ,
    ("POST", "/tickets/100001/note"): WORK,
    ("POST", "/tickets/100001/acknowledge"): WORK,
    ("POST", "/tickets/100001/again"): WORK,
    ("GET", "/calls"): READ,
    ("GET", "/calls/CA1"): READ,
    ("GET", "/calls/messages"): READ,
    ("GET", "/recordings/1"): READ,
    ("GET", "/calls/blocked"): EDIT,
    ("POST", "/calls/blocked"): EDIT,
    ("POST", "/calls/blocked/remove"): EDIT,
    ("GET", "/drills"): READ,
    ("GET", "/drills/live"): READ,
    ("POST", "/drills"): EDIT,
    ("GET", "/rotations"): READ,
    ("GET", "/rotations/platinum"): READ,
    ("GET", "/rotations/add"): EDIT,
    ("POST", "/rotations/add"): EDIT,
    ("GET", "/rotations/platinum/edit"): EDIT,
    ("POST", "/rotations/platinum/edit"): EDIT,
    ("POST", "/rotations/platinum/overrides"): EDIT,
    ("POST", "/rotations/platinum/overrides/remove"): EDIT,
    ("GET", "/rotations/platinum/overrides/change"): EDIT,
    ("POST", "/rotations/platinum/overrides/change"): EDIT,
    ("GET", "/rotations/platinum/drag"): EDIT,
    ("GET", "/rotations/platinum/drag/events"): EDIT,
    ("POST", "/rotations/platinum/absences"): EDIT,
    ("POST", "/rotations/platinum/absences/remove"): EDIT,
    ("GET", "/rotations/platinum/swap"): EDIT,
    ("POST", "/rotations/platinum/swap"): EDIT,
    ("GET", "/rotations/platinum/revisions"): READ,
    ("POST", "/rotations/platinum/revisions/withdraw"): EDIT,
    ("GET", "/rotations/platinum/revisions/1/restore"): EDIT,
    ("POST", "/rotations/platinum/revisions/1/restore"): EDIT,
    ("GET", "/rotations/platinum/fairness"): READ,
    ("GET", "/rotations/platinum/fairness.csv"): READ,
    ("GET", "/reports"): READ,
    ("GET", "/reports/targets.csv"): READ,
    ("GET", "/rotations/platinum/calendar"): EDIT,
    ("POST", "/rotations/platinum/calendar/add"): EDIT,
    ("POST", "/rotations/platinum/calendar/1/revoke"): EDIT,
    ("GET", "/swaps"): WORK,
    ("GET", "/swaps/ask"): WORK,
    ("POST", "/swaps/ask"): WORK,
    ("POST", "/swaps/1/accept"): WORK,
    ("POST", "/swaps/1/decline"): WORK,
    ("POST", "/swaps/1/withdraw"): WORK,
    ("GET", "/technicians"): READ,
    ("GET", "/technicians/add"): EDIT,
    ("POST", "/technicians/add"): EDIT,
    ("GET", "/technicians/anna"): EDIT,
    ("POST", "/technicians/anna"): EDIT,
    ("GET", "/technicians/anna/tests"): EDIT,
    ("POST", "/technicians/anna/tests/sms"): EDIT,
    ("GET", "/technicians/anna/proofs/phone"): EDIT,
    ("POST", "/technicians/anna/proofs/phone"): EDIT,
    ("POST", "/technicians/anna/proofs/phone/send"): EDIT,
    ("GET", "/technicians/anna/calendar"): EDIT,
    ("POST", "/technicians/anna/calendar/add"): EDIT,
    ("POST", "/technicians/anna/calendar/1/revoke"): EDIT,
    ("GET", "/technicians/anna/absences"): EDIT,
    ("POST", "/technicians/anna/absences"): EDIT,
    ("POST", "/technicians/anna/absences/save"): EDIT,
    ("GET", "/customers"): READ,
    ("GET", "/customers/add"): EDIT,
    ("POST", "/customers/add"): EDIT,
    ("GET", "/customers/import"): EDIT,
    ("POST", "/customers/import"): EDIT,
    ("POST", "/customers/import/save"): EDIT,
    ("POST", "/customers/import/changes.csv"): EDIT,
    ("GET", "/customers/export.yaml"): EDIT,
    ("GET", "/customers/export.csv"): EDIT,
    ("GET", "/customers/1"): READ,
    ("GET", "/customers/1/edit"): EDIT,
    ("POST", "/customers/1/edit"): EDIT,
    ("GET", "/customers/1/add"): EDIT,
    ("POST", "/customers/1/add"): EDIT,
    ("GET", "/contracts/1"): READ,
    ("GET", "/contracts/1/edit"): EDIT,
    ("POST", "/contracts/1/edit"): EDIT,
    ("GET", "/contracts/1/contacts"): EDIT,
    ("POST", "/contracts/1/contacts"): EDIT,
    ("POST", "/contracts/1/pins"): EDIT,
    ("POST", "/contracts/1/pins/1/label"): EDIT,
    ("POST", "/contracts/1/pins/1/rotate"): EDIT,
    ("POST", "/contracts/1/pins/1/revoke"): EDIT,
    ("GET", "/products"): READ,
    ("GET", "/products/add"): EDIT,
    ("POST", "/products/add"): EDIT,
    ("GET", "/products/1"): EDIT,
    ("POST", "/products/1"): EDIT,
    ("GET", "/contracts/1/maintenance"): EDIT,
    ("POST", "/contracts/1/maintenance"): EDIT,
    ("POST", "/contracts/1/maintenance/1/cancel"): EDIT,
    ("GET", "/policies"): READ,
    ("GET", "/policies/add"): EDIT,
    ("POST", "/policies/add"): EDIT,
    ("GET", "/policies/default"): READ,
    ("GET", "/policies/default/edit"): EDIT,
    ("POST", "/policies/default/edit"): EDIT,
    ("GET", "/contacts"): READ,
    ("GET", "/contacts/help-desk"): EDIT,
    ("POST", "/contacts/help-desk"): EDIT,
    ("GET", "/contacts/duty_manager"): EDIT,
    ("POST", "/contacts/duty_manager"): EDIT,
    ("GET", "/service-hours"): READ,
    ("POST", "/service-hours"): EDIT,
    ("GET", "/prompts"): READ,
    ("GET", "/alerts"): READ,
    ("POST", "/alerts/1/dismiss"): EDIT,
    ("GET", "/account"): READ,
    ("POST", "/account/password"): READ,
    ("GET", "/account/zone"): READ,
    ("POST", "/account/zone"): READ,
    ("GET", "/account/second-step"): READ,
    ("POST", "/account/second-step"): READ,
    ("POST", "/account/second-step/off"): READ,
    ("POST", "/account/recovery-codes"): READ,
    ("POST", "/account/sessions"): READ,
    ("POST", "/account/sessions/99"): READ,
    ("GET", "/users"): ADMINISTER,
    ("GET", "/users/add"): ADMINISTER,
    ("POST", "/users/add"): ADMINISTER,
    ("GET", "/users/1"): ADMINISTER,
    ("POST", "/users/1/role"): ADMINISTER,
    ("POST", "/users/1/password"): ADMINISTER,
    ("POST", "/users/1/second-step"): ADMINISTER,
    ("POST", "/users/1/unlock"): ADMINISTER,
    ("POST", "/users/1/sessions"): ADMINISTER,
    ("POST", "/users/1/sessions/99"): ADMINISTER,
    ("POST", "/users/1/deactivate"): ADMINISTER,
    ("POST", "/users/1/reactivate"): ADMINISTER,
    ("GET", "/tokens"): ADMINISTER,
    ("POST", "/tokens"): ADMINISTER,
    ("POST", "/tokens/1/revoke"): ADMINISTER,
    ("GET", "/audit"): ADMINISTER,
    ("GET", "/carrier"): ADMINISTER,
    ("POST", "/carrier"): ADMINISTER,
}
FOR_EVERYONE = {"/sign-in", "/sign-in/code", "/sign-out", "/static/<path:filename>"}


def one_of_each(database):
    """A console with something behind every address above."""
    site = open_site(database)
    site.app.config["WTF_CSRF_ENABLED"] = False
    site.technicians("Anna Rossi")
    site.rotation("anna")
    site.policy("technician:anna")
    contract = site.contract()
    site.ticket(contract)
    call(site)
    recording(site)
    until = site.clock.at + timedelta(hours=1)
    site.user(Role.VIEWER, "first@example.com")
    with site.database.write() as session:
        create_token(session, "Zabbix", Scope.READ, None, site.clock.at)
        session.add(Product(name="UC Suite"))
        session.add(Pin(contract_id=contract, digest="0" * 64, created_at=site.clock.at))
        taken = {"taken_from": until, "taken_until": until + timedelta(hours=1)}
        people = {"schedule_key": "platinum", "asked_by": "anna", "asked_of": "anna"}
        session.add(SwapRequest(**people, **taken, state=SwapState.ASKED, created_at=site.clock.at))
        session.add(Maintenance(contract_id=contract, starts_at=site.clock.at, ends_at=until, reference="CHG-7"))
    return site


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
