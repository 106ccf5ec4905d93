"""Customers, contracts, contacts and products, by plain forms."""

import pytest

from models.account import Role
from models.audit import Audit
from models.customer import Contact, Contract, Customer, Pin, Product
from tests.admin.console_site import PEPPERS, open_site
from tests.admin.customer_desk import add, rows

MARKUP = "<b id=x>&'\""


@pytest.fixture
def site(sqlite):
    return open_site(sqlite)


@pytest.fixture
def visitor(site):
    return site.visitor()


def actions(site):
    return [change.action for change in rows(site, Audit)]


def test_a_customer_is_added_with_contract_contact_and_a_pin_that_is_shown_once(site, visitor):
    visitor.get("/products/add").send("", name="UC Suite")
    add(
        visitor,
        customer_zone="Europe/Rome",
        product="UC Suite",
        contacts_0_name="Ada Bianchi",
        contacts_0_phone="0039 333 222 0001",
        contacts_0_email="ada@example.com",
        specialist_name="Eva Verdi",
        specialist_email="eva@example.com",
        label="Milan office",
    )
    pin = visitor.found(r'id="pin">([0-9]{8})<')
    assert "shown this once" in visitor.text
    assert visitor.response.headers["Cache-Control"] == "no-store"
    assert [(p.digest, p.label, p.issued_by) for p in rows(site, Pin)] == [
        (PEPPERS.digest(pin), "Milan office", "admin@example.com")
    ]
    contract = rows(site, Contract)[0]
    assert (contract.number, contract.plan, contract.paid, contract.escalation_policy) == (
        "C-1001",
        "platinum",
        True,
        "default",
    )
    assert (contract.specialist_name, contract.specialist_email) == ("Eva Verdi", "eva@example.com")
    assert [(c.name, c.phone) for c in rows(site, Contact)] == [("Ada Bianchi", "+393332220001")]
    page = visitor.get(f"/contracts/{contract.id}")
    assert pin not in page.html
    assert "May phone the line. Until 2026-12-31, the last day of the contract." in page.text
    assert "Milan office in force Issued Wed 11 Nov 02:14 by admin@example.com, no call on record." in page.text
    assert all(pin not in str((a.before, a.after)) for a in rows(site, Audit))
    assert "Acme SpA Europe/Rome C-1001 may phone Platinum, UC Suite 2026-01-01 \u2013 2026-12-31 1 PIN" in (
        visitor.get("/customers").text
    )


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ({"customer": " "}, "Type the customer's name."),
        ({"number": ""}, "Type the contract's number."),
        ({"customer": "Acme\x01"}, "This must be one line, without control characters."),
        ({"customer_zone": "Europe/Roma"}, "did you mean Europe/Rome?"),
        ({"starts": "2026-13-01"}, "Type a date, such as 2026-12-31."),
        ({"ends": "2025-12-31"}, "The last day is before the first."),
        ({"plan": "diamond"}, "Not a valid choice."),
        ({"product": "UC Siute"}, "Not a valid choice."),
        ({"escalation_policy": "nobody"}, "Not a valid choice."),
        ({"specialist_name": "Eva"}, "A specialist has a name and an e-mail address"),
        ({"pin": "1234567"}, "A PIN is 8 to 12 digits."),
        ({"pin": "١٢٣٤٥٦٧٨"}, "A PIN is 8 to 12 digits."),
        ({"contacts_0_phone": "+39333222"}, "Type the contact's name"),
        ({"contacts_0_name": "Ada"}, "Type a telephone number or an e-mail address."),
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
        assert name in ("plan", "product", "escalation_policy") or value.strip() in visitor.html


def test_a_number_or_pin_that_is_taken_is_refused_and_nothing_is_half_saved(site, visitor):
    add(visitor, pin="01234567")
    assert rows(site, Pin)[0].digest == PEPPERS.digest("01234567")
    add(visitor, customer="Borea Srl")
    assert visitor.status == 422
    assert "There is a contract C-1001 already." in visitor.text
    add(visitor, customer="Borea Srl", number="C-2", pin="01234567")
    assert visitor.status == 422
    assert "This PIN is or was in use." in visitor.text
    assert [c.name for c in rows(site, Customer)] == ["Acme SpA"]


def test_a_known_customer_gets_a_further_contract_by_name_or_on_its_page(site, visitor):
    add(visitor)
    add(visitor, number="C-1002")
    visitor.get("/customers/1/add").send("", number="C-1003", site="Osaka", time_zone="Asia/Tokyo")
    assert [c.name for c in rows(site, Customer)] == ["Acme SpA"]
    text = visitor.get("/customers/1").text
    assert "3 contracts" in text
    assert "C-1003 Osaka site in Asia-Pacific" in text


def test_a_zone_typed_for_a_customer_who_is_in_another_is_not_passed_over(site, visitor):
    site.contract()
    add(visitor, number="C-1002", customer_zone="Asia/Tokyo")
    assert visitor.status == 422 and "Acme SpA is on file in Europe/Rome: leave this empty." in visitor.text
    visitor.send("", customer_zone="Europe/Rome")
    assert visitor.status == 200 and len(rows(site, Contract)) == 2


def test_a_customer_is_renamed_and_no_two_have_one_name(site, visitor):
    add(visitor)
    add(visitor, customer="Borea Srl", number="C-2")
    visitor.get("/customers/2/edit").send("", customer="Acme SpA")
    assert visitor.status == 422 and "Another customer is called Acme SpA." in visitor.text
    visitor.get("/customers/2/edit").send("", customer="Borea Group", customer_zone="Europe/Paris")
    assert [(c.name, c.time_zone) for c in rows(site, Customer)][1] == ("Borea Group", "Europe/Paris")
    change = rows(site, Audit)[-1]
    assert (change.action, change.before["customer"], change.after["customer"]) == (
        "customer.changed",
        "Borea Srl",
        "Borea Group",
    )


def test_every_term_of_a_contract_is_edited_and_the_change_is_on_the_record(site, visitor):
    contract = site.contract()
    site.technicians("Anna Rossi")
    site.policy("technician:anna", key="second")
    visitor.get(f"/contracts/{contract}/edit").send(
        "",
        without=("paid",),
        ends="2027-06-30",
        escalation_policy="second",
        specialist_name="Eva Verdi",
        specialist_email="eva@example.com",
    )
    assert "The contract is changed." in visitor.text
    assert "May not phone the line out of hours: suspended: not paid." in visitor.text
    row = rows(site, Contract)[0]
    assert (row.paid, row.ends.isoformat(), row.escalation_policy) == (False, "2027-06-30", "second")
    assert (row.specialist_name, row.specialist_email) == ("Eva Verdi", "eva@example.com")
    change = rows(site, Audit)[-1]
    assert (change.action, change.subject, change.actor) == (
        "contract.changed",
        "contract:C-1001",
        "admin@example.com",
    )
    assert (change.before["ends"], change.after["ends"]) == ("2026-12-31", "2027-06-30")


def test_saving_what_is_there_changes_nothing(site, visitor):
    contract = site.contract()
    for form in ("edit", "contacts"):
        visitor.get(f"/contracts/{contract}/{form}").send("")
        assert "Nothing was different." in visitor.text
    assert rows(site, Audit) == []


def test_more_contacts_than_the_form_makes_room_for_are_all_kept(site, visitor):
    site.contract()
    with site.database.write() as session:
        for number in range(2, 31):
            words = {"name": f"Person {number}", "email": f"p{number}@example.com"}
            session.add(Contact(contract_id=1, position=number, **words))
    visitor.get("/contracts/1/contacts")
    assert visitor.status == 200 and "Person 30" in visitor.html
    visitor.send("", contacts_0_name="Ada Rossi")
    assert visitor.path == "/contracts/1" and "Ada Rossi" in visitor.text and "Person 30" in visitor.text


def test_contacts_are_added_and_one_whose_line_is_cleared_is_gone(site, visitor):
    path = f"/contracts/{site.contract()}/contacts"
    visitor.get(path).send("", contacts_1_name="Ugo Serra", contacts_1_email="ugo@example.com")
    assert [c.name for c in rows(site, Contact)] == ["Ada Bianchi", "Ugo Serra"]
    visitor.get(path).send("", contacts_0_name="", contacts_0_email="")
    assert [c.name for c in rows(site, Contact)] == ["Ugo Serra"]
    assert actions(site) == ["contacts.changed", "contacts.changed"]


def test_more_contacts_than_the_form_has_lines_for_are_all_shown_and_kept(site, visitor):
    path = f"/contracts/{site.contract()}/contacts"
    with site.database.write() as session:
        session.add_all(Contact(contract_id=1, position=n, name=f"P{n}", phone="+393332220001") for n in range(2, 26))
    visitor.get(path).send("", contacts_24_name="Ugo Serra")
    assert [contact.name for contact in rows(site, Contact)] == [
        "Ada Bianchi",
        *(f"P{n}" for n in range(2, 25)),
        "Ugo Serra",
    ]


@pytest.mark.parametrize(
    ("form", "first", "second", "told"),
    [
        ("/contracts/1/edit", {"ends": "2027-06-30"}, {"site": "Milan"}, "Last day: 2027-06-30"),
        (
            "/contracts/1/contacts",
            {"contacts_0_name": "Ugo"},
            {"contacts_0_name": "Pia"},
            "Contacts: Ugo ada@example.com",
        ),
        ("/customers/1/edit", {"customer": "Acme Group"}, {"customer_zone": "Europe/Paris"}, "Customer: Acme Group"),
        ("/products/1", {"end_of_life": "2030-01-01"}, {"name": "UC"}, "End of life: 2030-01-01"),
    ],
)
def test_a_second_tab_does_not_undo_what_the_first_one_saved(site, visitor, form, first, second, told):
    site.contract()
    visitor.get("/products/add").send("", name="UC Suite")
    other = site.visitor(Role.MANAGER).get(form)
    visitor.get(form).send("", **first)
    saved = len(actions(site))
    other.send("", **second)
    assert other.status == 422 and told in other.text
    assert next(iter(second.values())) in other.html
    assert len(actions(site)) == saved
    other.send("")
    assert other.status == 200 and len(actions(site)) == saved + 1


def test_a_product_ends_and_its_contracts_are_served_no_more(site, visitor):
    visitor.get("/products/add").send("", name="UC Suite", end_of_support="2026-11-11")
    assert "From the day after 2026-11-11 callers of its contracts are refused." in visitor.text
    add(visitor, product="UC Suite")
    assert "Until 2026-11-11, the end of support of UC Suite." in visitor.get("/contracts/1").text
    visitor.get("/products/1").send("", end_of_support="2026-11-10", end_of_life="2026-11-09")
    assert visitor.status == 422 and "The end of life is before the end of support." in visitor.text
    visitor.get("/products/1").send("", end_of_support="2026-11-10")
    assert "Since 2026-11-10 is over, callers of its contracts are refused." in visitor.text
    assert "May not phone the line out of hours: product past its end of support." in visitor.get("/contracts/1").text
    visitor.get("/products/add").send("", name="UC Suite")
    assert visitor.status == 422 and "Another product is called UC Suite." in visitor.text
    assert len(rows(site, Product)) == 1
    assert [action for action in actions(site) if "product" in action] == ["product.added", "product.changed"]


def test_markup_in_every_field_is_shown_as_it_was_typed(site, visitor):
    visitor.get("/products/add").send("", name=MARKUP)
    typed = dict.fromkeys(("customer", "number", "site", "label", "specialist_name", "contacts_0_name"), MARKUP)
    emails = {"specialist_email": "eva@example.com", "contacts_0_email": "ada@example.com"}
    add(visitor, product=MARKUP, **typed, **emails)
    pages = ["/customers", "/customers/1", "/customers/1/edit", "/customers/1/add", "/products", "/products/1"]
    pages += ["/contracts/1", "/contracts/1/edit", "/contracts/1/contacts", "/contracts/1/maintenance"]
    for path in pages:
        visitor.get(path)
        assert visitor.status == 200 and "&lt;b id=x&gt;" in visitor.html and "<b id=x>" not in visitor.html, path


def test_what_is_not_there_is_not_found(site, visitor):
    for path in ("/customers/9", "/customers/9/edit", "/customers/9/add", "/contracts/9", "/contracts/9/edit"):
        assert visitor.get(path).status == 404, path
    assert visitor.get("/products/9").status == 404
