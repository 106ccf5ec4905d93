"""Every page and form of the console, and the permission that it needs."""

from datetime import timedelta

from admin.accounts import create_token
from admin.guard import Permission
from models.account import Role, Scope
from models.customer import Maintenance, Pin, Product
from models.schedule import SwapRequest, SwapState
from tests.admin.call_rows import call, recording
from tests.admin.console_site import _Form, open_site

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

POSTS = [path for method, path in DOORS if method == "POST"]
PAGES = [path for method, path in DOORS if method == "GET" and not path.startswith("/recordings/")]


def forms(visitor, path):
    """The forms of a page with their fields and values, as (address, fields)."""
    parser = _Form()
    parser.feed(visitor.get(path).html)
    found = [(address or path, fields) for address, fields in parser.forms]
    return [(address, fields) for address, fields in found if address in POSTS]


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
