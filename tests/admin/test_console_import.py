"""Customers from a file in the console: first what would change, then exactly that, or nothing."""

import base64
import io
import json
import random
import zlib
from datetime import date

import pytest
from sqlalchemy import func, select

from models.account import Role
from models.audit import Audit
from models.customer import HOUSE_CONTRACT, Contact, Contract, Customer, Pin
from tests.admin.console_site import PEPPERS, open_site

HEADER = "customer,contract,plan,starts,ends,paid,contact 1 name,contact 1 email,pin\r\n"
LONGER = "Acme SpA,C-1001,platinum,2026-01-01,2027-12-31,yes,Ada Bianchi,ada@example.com,\r\n"
SECOND = "<b>Borea</b>,C-2001,gold,2026-11-01,2027-10-31,no,,,01234567\r\n"


@pytest.fixture
def site(database):
    site = open_site(database)
    site.contract()
    return site


@pytest.fixture
def small_site(sqlite):
    """Where only pages are looked at."""
    site = open_site(sqlite)
    site.contract()
    return site


def uploads(visitor, text, name="customers.csv"):
    """Choose a file and ask what it would change."""
    visitor.get("/customers/import")
    data = text if isinstance(text, bytes) else text.encode()
    sent = {"csrf_token": visitor.found('name="csrf_token" value="([^"]+)"'), "file": (io.BytesIO(data), name)}
    visitor._seen(visitor.client.post("/customers/import", data=sent))
    visitor.response.request.environ["wsgi.input"].close()
    return visitor


def contract(site, number="C-1001"):
    with site.database.read() as session:
        return session.scalars(select(Contract).where(Contract.number == number)).one_or_none()


def count(site, table):
    with site.database.read() as session:
        return session.scalar(select(func.count()).select_from(table))


def trail(site):
    with site.database.read() as session:
        rows = session.scalars(select(Audit).where(Audit.actor == "manager@example.com").order_by(Audit.id)).all()
        return [row for row in rows if "import" in row.action]


def test_a_file_is_shown_first_and_then_imported_as_it_was_shown(site):
    visitor = site.visitor(Role.MANAGER)
    uploads(visitor, "\ufeff" + HEADER + LONGER + SECOND)
    assert visitor.status == 200 and visitor.response.headers["Cache-Control"] == "no-store"
    assert "customers.csv: 2 added, 1 changed, 1 left alone. Nothing is written yet." in visitor.text
    assert "ends 2026-12-31 becomes 2027-12-31" in visitor.text and "PIN a further one" in visitor.text
    assert "&lt;b&gt;Borea" in visitor.html and "01234567" not in visitor.html
    assert contract(site).ends == date(2026, 12, 31) and count(site, Contract) == 1 and not trail(site)
    visitor.send("/customers/import/save")
    assert visitor.path == "/customers" and "Imported customers.csv: 2 added, 1 changed." in visitor.text
    assert contract(site).ends == date(2027, 12, 31) and not contract(site, "C-2001").paid
    with site.database.read() as session:
        assert session.scalars(select(Pin.digest)).all() == [PEPPERS.digest("01234567")]
    assert [(row.action, row.subject) for row in trail(site)] == [
        ("import", "contract C-1001"),
        ("import", "customer <b>Borea</b>"),
        ("import", "contract C-2001"),
        ("import", "contract C-2001"),
        ("customers.imported", "file:customers.csv"),
    ]
    assert (trail(site)[0].before, trail(site)[0].after) == ({"ends": "2026-12-31"}, {"ends": "2027-12-31"})
    assert trail(site)[-1].after == {"added": 2, "changed": 1, "left alone": 1}
    assert "01234567" not in str([row.after for row in trail(site)])


def test_what_changed_meanwhile_is_shown_before_anything_is_imported(site):
    visitor = site.visitor(Role.MANAGER)
    uploads(visitor, HEADER + LONGER + SECOND)
    with site.database.write() as session:
        session.scalars(select(Contract)).one().ends = date(2026, 11, 30)
    visitor.send("/customers/import/save")
    assert visitor.status == 409 and "what is on file changed since you looked" in visitor.text
    assert "ends 2026-11-30 becomes 2027-12-31" in visitor.text
    assert contract(site).ends == date(2026, 11, 30) and count(site, Customer) == 1 and not trail(site)
    again = visitor.html
    visitor.send("/customers/import/save")
    assert contract(site).ends == date(2027, 12, 31)
    visitor.html = again
    visitor.send("/customers/import/save")
    assert visitor.status == 409 and "there is nothing to import" in visitor.text and len(trail(site)) == 5


def test_mistakes_are_listed_with_their_places_and_nothing_is_imported(small_site):
    visitor = small_site.visitor(Role.MANAGER)
    uploads(visitor, HEADER + LONGER.replace("2027-12-31", "31/12/2027") + SECOND.replace(",no,", ",<i>,"))
    assert visitor.status == 422 and "2 mistakes in customers.csv. Nothing was imported." in visitor.text
    assert "Row 2, column ends : must be a date such as 2026-12-31" in visitor.text
    assert "Row 3, column paid : must be yes or no" in visitor.text
    uploads(visitor, "technicians: []\ncustomers: [{name: Acme SpA, time_zone: Rome}]", name="all.yaml")
    assert "Technicians (line 1) : is not imported here" in visitor.text and "time_zone (line 2)" in visitor.text
    assert count(small_site, Contract) == 1


def test_what_is_exported_is_imported_without_a_difference(small_site):
    visitor = small_site.visitor(Role.MANAGER)
    for kind in ("csv", "yaml"):
        exported = visitor.client.get(f"/customers/export.{kind}")
        assert exported.headers["Content-Disposition"] == f'attachment; filename="customers.{kind}"'
        uploads(visitor, exported.data, name=f"customers.{kind}")
        assert "All of it is on file already" in visitor.text and "2 left alone" in visitor.text
        assert 'type="submit">Import' not in visitor.html
        changed = exported.data.replace(b"2026-12-31", b"2030-12-31")
        assert "ends 2026-12-31 becomes 2030-12-31" in uploads(visitor, changed, name="unnamed").text


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"x" * 1001, "a.csv", "The file is larger than"),
        ("Città".encode("latin-1"), "a.csv", "The file is not UTF-8 text. In Excel, save it as"),
        (b" \n", "a.csv", "The file is empty."),
        (b"", "", "Choose a file: YAML or CSV"),
    ],
)
def test_a_file_that_is_no_use_is_said_beside_the_field(small_site, monkeypatch, data, name, words):
    monkeypatch.setattr("admin.uploads.LARGEST", 1000)
    visitor = uploads(small_site.visitor(Role.MANAGER), data, name=name)
    assert visitor.status == 422 and words in visitor.text and 'id="file-error"' in visitor.html


def test_what_no_form_of_ours_has_sent_imports_nothing(small_site):
    visitor = small_site.visitor(Role.MANAGER)
    for forged in ("", "x", "eJw=", "eJyrVkrLz1eyUkpKLFKqBQAdfgPl"):
        visitor.get("/customers/import")
        token = visitor.found('name="csrf_token" value="([^"]+)"')
        for path in ("/customers/import/save", "/customers/import/changes.csv"):
            visitor._seen(visitor.client.post(path, data={"csrf_token": token, "upload": forged}))
            assert visitor.status == 422 and "The file did not come along." in visitor.text
    assert count(small_site, Contract) == 1 and count(small_site, Contact) == 1


def test_a_session_that_ended_meanwhile_imports_nothing_and_carries_no_pin(small_site):
    visitor = small_site.visitor(Role.MANAGER)
    uploads(visitor, HEADER + SECOND)
    packed = visitor.found('name="upload" value="([^"]+)"')
    visitor.client.delete_cookie("platinum_line")
    sent = {"csrf_token": "x", "upload": packed}
    headers = {"Referer": "http://localhost/customers/import"}
    visitor._seen(visitor.client.post("/customers/import/save", data=sent, headers=headers))
    assert "Your session has ended" in visitor.text and packed not in visitor.html
    visitor.send(email="manager@example.com", password=small_site.passwords["manager@example.com"])
    visitor.send()
    assert visitor.path == "/customers/import" and "nothing was imported" in visitor.text
    assert count(small_site, Contract) == 1


def test_a_large_file_comes_along_in_the_form(small_site):
    comment = f"# {random.Random(1).randbytes(1_200_000).hex()}\n"
    visitor = uploads(small_site.visitor(Role.MANAGER), f"{comment}customers: [{{name: Late}}]", name="a.yaml")
    assert len(visitor.html) > 1_200_000 > 2 * len(visitor.text)
    visitor.send("/customers/import/save")
    assert visitor.path == "/customers" and count(small_site, Customer) == 2


def test_of_many_changes_the_first_are_shown_and_all_are_in_a_table(small_site, monkeypatch):
    monkeypatch.setattr("admin.import_pages.SHOWN", 3)
    rows = "".join(f"=Customer {n},X-{n},gold,2026-01-01,2026-12-31,yes,,,\r\n" for n in range(5))
    visitor = uploads(small_site.visitor(Role.MANAGER), HEADER + rows)
    assert "10 added" in visitor.text and "and 7 more: the table has all of them" in visitor.text
    sent = {name: visitor.found(f'name="{name}" value="([^"]+)"') for name in ("csrf_token", "upload")}
    table = visitor.client.post("/customers/import/changes.csv", data=sent).text
    assert table.startswith("What,Customer,Is,Field,Before,After\r\n")
    assert "Contract X-4,'=Customer 4,added,plan,,gold\r\n" in table
    assert count(small_site, Contract) == 1


def test_the_houses_own_customer_is_not_imported(small_site):
    with small_site.database.write() as session:
        session.scalars(select(Contract)).one().number = HOUSE_CONTRACT
    visitor = uploads(small_site.visitor(Role.MANAGER), HEADER + LONGER.replace("C-1001", "C-9"))
    assert visitor.status == 422 and "Row 2, column customer : is kept for drills" in visitor.text


def test_halves_of_characters_do_not_come_along(small_site):
    visitor = small_site.visitor(Role.MANAGER).get("/customers/import")
    content = json.dumps(["a.csv", "customer,contract,contact 1 email\nA,B,\ud800\n", "x"])
    sent = {"upload": base64.b64encode(zlib.compress(content.encode())).decode()}
    sent["csrf_token"] = visitor.found('name="csrf_token" value="([^"]+)"')
    for path in ("save", "changes.csv"):
        assert visitor.client.post(f"/customers/import/{path}", data=sent).status_code == 422
