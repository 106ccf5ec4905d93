"""Customers, contracts, contacts and PINs, by plain forms."""

import pytest
import sqlalchemy as sa

from models.audit import Audit
from models.customer import Contact, Contract, Customer, Pin, Product
from tests.admin.console_site import PEPPERS, open_site


@pytest.fixture
def site(sqlite):
    return open_site(sqlite)


@pytest.fixture
def visitor(site):
    return site.visitor()


def rows(site, table):
    with site.database.read() as session:
        return session.execute(sa.select(table).order_by(*table.__table__.primary_key)).scalars().all()


def add(visitor, **typed):
    values = {"customer": "Acme SpA", "number": "C-1001", "starts": "2026-01-01", "ends": "2026-12-31"} | typed
    return visitor.get("/customers/add").send("", **values)


def test_a_customer_is_added_with_contract_contact_and_a_pin_that_is_shown_once(site, visitor):
    add(
        visitor,
        time_zone="Europe/Rome",
        product="UC Suite",
        contacts_0_name="Ada Bianchi",
        contacts_0_phone="0039 333 222 0001",
        contacts_0_email="ada@example.com",
    )
    pin = visitor.found(r'id="pin">([0-9]{8})<')
    assert "shown this once" in visitor.text
    assert visitor.response.headers["Cache-Control"] == "no-store"
    assert [p.digest for p in rows(site, Pin)] == [PEPPERS.digest(pin)]
    contract = rows(site, Contract)[0]
    assert (contract.number, contract.plan, contract.paid, contract.escalation_policy) == (
        "C-1001",
        "platinum",
        True,
        "default",
    )
    assert [p.name for p in rows(site, Product)] == ["UC Suite"]
    assert [(c.name, c.phone) for c in rows(site, Contact)] == [("Ada Bianchi", "+393332220001")]
    assert pin not in visitor.get(f"/contracts/{contract.id}").html
    assert all(pin not in str((a.before, a.after)) for a in rows(site, Audit))
    assert "Acme SpA Europe/Rome C-1001 Platinum, UC Suite 2026-01-01 \u2013 2026-12-31 1 may phone" in (
        visitor.get("/customers").text
    )


def test_a_typed_pin_is_taken_as_it_is(site, visitor):
    add(visitor, pin="01234567")
    assert "01234567" in visitor.text
    assert rows(site, Pin)[0].digest == PEPPERS.digest("01234567")


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ({"customer": " "}, "Type the customer's name."),
        ({"number": ""}, "Type the contract's number."),
        ({"time_zone": "Europe/Roma"}, "did you mean Europe/Rome?"),
        ({"starts": "2026-13-01"}, "Type a date, such as 2026-12-31."),
        ({"ends": "2025-12-31"}, "The last day is before the first."),
        ({"plan": "diamond"}, "Not a valid choice."),
        ({"pin": "1234567"}, "A PIN is 8 to 12 digits."),
        ({"pin": "١٢٣٤٥٦٧٨"}, "A PIN is 8 to 12 digits."),
        ({"contacts_0_phone": "+39333222"}, "Type the contact's name"),
        ({"contacts_0_name": "Ada", "contacts_0_phone": "333 222"}, "not a telephone number with its country code"),
        ({"contacts_0_name": "Ada", "contacts_0_email": "ada@"}, "not an e-mail address"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_typed_is_lost(site, visitor, typed, complaint):
    add(visitor, **({"customer": "Borea & figli", "number": "C-77"} | typed))
    assert visitor.status == 422
    assert complaint in visitor.text
    assert rows(site, Customer) == []
    assert ("Borea &amp; figli" in visitor.html) or ("C-77" in visitor.html)
    for name, value in typed.items():
        assert name == "plan" or value.strip() in visitor.html


def test_a_number_or_pin_that_is_taken_is_refused_and_nothing_is_half_saved(site, visitor):
    add(visitor, pin="01234567")
    add(visitor, customer="Borea Srl")
    assert visitor.status == 422
    assert "There is a contract C-1001 already." in visitor.text
    add(visitor, customer="Borea Srl", number="C-2", pin="01234567")
    assert visitor.status == 422
    assert "This PIN is or was in use." in visitor.text
    assert [c.name for c in rows(site, Customer)] == ["Acme SpA"]


def test_a_known_customer_gets_a_further_contract(site, visitor):
    add(visitor)
    add(visitor, number="C-1002")
    assert len(rows(site, Customer)) == 1
    assert [c.number for c in rows(site, Contract)] == ["C-1001", "C-1002"]


def test_a_contract_is_edited_and_the_change_is_on_the_record(site, visitor):
    contract = site.contract()
    visitor.get(f"/contracts/{contract}").send(
        "", without=("paid",), ends="2027-06-30", contacts_1_name="Ugo Serra", contacts_1_email="ugo@example.com"
    )
    assert "The contract is changed." in visitor.text
    row = rows(site, Contract)[0]
    assert (row.paid, row.ends.isoformat()) == (False, "2027-06-30")
    assert [c.name for c in rows(site, Contact)] == ["Ada Bianchi", "Ugo Serra"]
    assert "suspended: not paid" in visitor.text
    change = rows(site, Audit)[-1]
    assert (change.action, change.subject, change.actor) == (
        "contract.changed",
        "contract:C-1001",
        "admin@example.com",
    )
    assert (change.before["ends"], change.after["ends"]) == ("2026-12-31", "2027-06-30")


def test_saving_what_is_there_changes_nothing(site, visitor):
    contract = site.contract()
    visitor.get(f"/contracts/{contract}").send("")
    assert "Nothing was different." in visitor.text
    assert rows(site, Audit) == []


def test_a_contact_whose_line_is_cleared_is_gone(site, visitor):
    contract = site.contract()
    visitor.get(f"/contracts/{contract}").send("", contacts_0_name="", contacts_0_email="")
    assert rows(site, Contact) == []


def test_two_pins_hold_at_once_until_one_is_revoked(site, visitor):
    contract = site.contract()
    for pin in ("01234567", "76543210"):
        visitor.get(f"/contracts/{contract}").send(f"/contracts/{contract}/pins", pin=pin)
        assert pin in visitor.text
    visitor.get(f"/contracts/{contract}").send(f"/contracts/{contract}/pins/1/revoke")
    assert "it opens nothing any more" in visitor.text
    assert [pin.revoked_at is None for pin in rows(site, Pin)] == [False, True]
    assert [a.action for a in rows(site, Audit)] == ["pin.issued", "pin.issued", "pin.revoked"]


def test_a_pin_of_another_contract_is_not_revoked_from_here(site, visitor):
    one, other = site.contract("C-1", "One"), site.contract("C-2", "Other")
    visitor.get(f"/contracts/{one}").send(f"/contracts/{one}/pins", pin="01234567")
    visitor.get(f"/contracts/{one}")
    token = visitor.found(r'name="csrf_token" value="([^"]+)"')
    visitor.client.post(f"/contracts/{other}/pins/1/revoke", data={"csrf_token": token})
    assert rows(site, Pin)[0].revoked_at is None


def test_every_kind_of_standing_is_said(site, visitor):
    add(visitor, customer="Gold Srl", number="C-1", plan="gold")
    add(visitor, customer="Old Srl", number="C-2", starts="2025-01-01", ends="2025-12-31")
    add(visitor, customer="Next Srl", number="C-3", starts="2027-01-01", ends="2027-12-31")
    add(visitor, customer="Far Pte", number="C-4", time_zone="Asia/Singapore")
    text = visitor.get("/customers").text
    for standing in ("no on-call service in this plan", "expired", "not started", "site in Asia-Pacific"):
        assert standing in text
