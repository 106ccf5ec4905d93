"""The table of contracts: what is exported is read back as the same; what is wrong is said by row and column."""

import csv
import io

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import select

from admin.file import FileErrors, customers_on_file, load, portage
from admin.file.table import table
from admin.file.writing import written
from models.customer import Contact, Contract, Customer, Pin
from tests.admin.files import files
from tests.admin.line_files import BEFORE_ALL, LADDER, PEOPLE, PEPPERS, POLICY, ROTATION, put, undone
from tests.times import NIGHT

BEGIN = """
products: [{name: UC Suite}]
customers:
  - name: "=cmd|'/c calc'!A1"
    time_zone: Europe/Rome
    contracts:
      - number: C-1
        plan: gold
        product: UC Suite
        site: "'=2+2"
        starts: 2026-01-01
        ends: 2026-12-31
        paid: true
        pins: ["01234567"]
        contacts: [{name: "Ada; Bianchi", phone: "+393332220001"}, {name: -Ugo, email: ugo@example.com}]
        specialist: {name: Eva Verdi, email: eva@example.com}
        maintenance: [{from: 2027-01-01T10:00, until: 2027-01-01T12:00, reference: CHG-7}]
      - {number: C-2, plan: basic, starts: 2026-01-01, ends: 2026-12-31, paid: false}
  - {name: Nobody yet}
"""
NEW = "customer,contract,plan,starts,ends,paid\n"


@pytest.fixture
def session(sqlite):
    with undone(sqlite) as session:
        yield session


def exported(session, now=NIGHT):
    return table(customers_on_file(session, now, POLICY)).removeprefix("\ufeff")


def tried(session, text, now=NIGHT, name="customers.csv", dry=True):
    """What a table would change."""
    return portage.bring(session, portage.read(name, text), PEPPERS, "test", now, POLICY, dry=dry).found


def mistakes(session, text, name="customers.csv"):
    with pytest.raises(FileErrors) as caught:
        tried(session, text, name=name)
    return caught.value.errors


def on_file(session):
    load(session, BEGIN, PEPPERS, "test", NIGHT, POLICY)


def test_a_table_has_one_row_a_contract_and_no_pin(session):
    on_file(session)
    text = exported(session)
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["contract"] for row in rows] == ["C-1", "C-2", ""]
    assert (rows[0]["contact 1 name"], rows[0]["contact 2 email"]) == ("Ada; Bianchi", "ugo@example.com")
    assert (rows[0]["paid"], rows[1]["paid"]) == ("yes", "no")
    assert "01234567" not in text and PEPPERS.digest("01234567") not in text


def test_no_cell_is_taken_for_a_formula_and_each_comes_back_as_it_was(session):
    on_file(session)
    text = exported(session)
    assert all(not cell.startswith(("=", "+", "-", "@")) for row in csv.reader(io.StringIO(text)) for cell in row)
    assert tried(session, text) == []


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(file=files())
def test_whatever_is_on_file_is_the_same_after_export_and_import(sqlite, file):
    with undone(sqlite) as session:
        put(session, written(file), BEFORE_ALL)
        assert tried(session, exported(session, BEFORE_ALL), BEFORE_ALL) == []


def test_what_excel_makes_of_it_is_read_too(session):
    on_file(session)
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows(csv.reader(io.StringIO(exported(session))))
    excels = text.getvalue().replace("yes", "YES").replace("customer time zone", "Customer_time_zone")
    assert "\r\n" in excels and '"Ada; Bianchi"' in excels
    assert tried(session, excels) == []
    assert tried(session, excels, name="table.txt") == []


def test_what_is_tried_is_what_is_then_written_and_nothing_of_it_before(session):
    on_file(session)
    text = exported(session).replace("2026-12-31", "2027-12-31").replace("'-Ugo", "Ugo")
    text += "New Srl,,C-9,platinum,,,,2026-01-01,2026-12-31,yes,,,,Zoe,+393332220009,,,,\r\n"
    load(session, PEOPLE + ROTATION + LADDER, PEPPERS, "test", NIGHT, POLICY)
    found = tried(session, text)
    assert not session.new and not session.dirty
    assert session.scalars(select(Contract.number).order_by(Contract.number)).all() == ["C-1", "C-2"]
    assert ("contracts", "contract C-1", {"ends": "2026-12-31"}, {"ends": "2027-12-31"}) in found
    assert tried(session, text, dry=False) == found
    assert tried(session, text) == []
    assert session.scalars(select(Customer.name).order_by(Customer.name)).all()[1] == "New Srl"


def test_an_empty_cell_empties_and_a_column_left_out_changes_nothing(session):
    on_file(session)
    tried(session, "customer,contract,product,specialist name,contact 1 name\n'=cmd|'/c calc'!A1,C-1,,,\n", dry=False)
    row = session.scalars(select(Contract).where(Contract.number == "C-1")).one()
    assert (row.product_id, row.specialist_name, row.specialist_email) == (None, None, None)
    assert (row.site, row.paid) == ("'=2+2", True)
    assert session.scalars(select(Contact)).all() == []


def test_a_pin_of_a_table_is_added_and_only_its_digest_kept(session):
    on_file(session)
    found = tried(session, "customer,contract,pin\n'=cmd|'/c calc'!A1,C-1,01234567 00000001\n", dry=False)
    assert [(change.kind, change.after) for change in found] == [("pins", "a PIN was added")]
    digests = session.scalars(select(Pin.digest)).all()
    assert set(digests) == {PEPPERS.digest("01234567"), PEPPERS.digest("00000001")}


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        (NEW + "Acme,C-9,gold,2026-01-01,31/12/2026,yes", "row 2, column ends", "must be a date such as 2026-12-31"),
        (NEW + "\nAcme,C-9,gold,2026-01-01,2026-12-31,si", "row 3, column paid", "must be yes or no"),
        (NEW + "Acme,C-9,silver,2026-01-01,2026-12-31,no", "row 2, column plan", "must be one of basic, gold"),
        (NEW + "Acme,C-9,,2026-01-01,2026-12-31,no", "row 2, column plan", "is empty"),
        (NEW + ",C-9,gold,2026-01-01,2026-12-31,no", "row 2, column customer", "is empty"),
        (NEW + "Acme,,gold,2026-01-01,2026-12-31,no", "row 2, column contract", "is empty"),
        (NEW + "Acme,C-1,gold,2026-01-01,2026-12-31,no", "row 2, column contract", "belongs to =cmd"),
        (NEW + 2 * "Acme,C-9,gold,2026-01-01,2026-12-31,no\n", "row 3, column contract",
         "'C-9' is also in row 2, column contract"),
        (NEW + "Acme,C-9", "row 2", "has 2 cells where the first row has 6"),
        (NEW + 'Acme,"C-9"x,gold', "line 2", "is not CSV"),
        ("customer,contract\nAcme,C-9", "row 2, column ends", "is missing"),
        ("customer,contract,product\nNew,C-2,UC Siute", "row 2, column product", "did you mean UC Suite?"),
        ("customer,contract,contact 2 phone\nNew,C-2,+39333", "row 2, column contact 2 name", "is missing"),
        ("customer,contract,contact 2 name\nX,C-2,Ada", "row 2, column contact 2 name", "needs a phone or an email"),
        ("customer,contract,specialist name\n,C-2,Eva", "row 2, column specialist email", "is missing"),
        ("customer,contract,pin\n,C-2,1234567", "row 2, column pin", "is not a PIN: 8 to 12 digits"),
        ("customer,contract,pin\nX,C-2,01234567", "row 2, column pin", "the PIN belongs to contract C-1"),
        ("customer,contract,site time zone\n,C-2,Rome", "row 2, column site time zone", "zone"),
        ("customer,customer time zone,contract\nA,UTC,\nA,Europe/Rome,C-2", "row 3, column customer time zone",
         "is Europe/Rome, but the first row of this customer, row 2, says otherwise"),
        ("customer,contract,ned\nA,B,C", "the first row", "column 'ned' is not known here; did you mean ends?"),
        ("customer,contract,contract\nA,B,C", "the first row", "there are two columns 'contract'"),
        ("x," * 500, "the first row", "has more than 500 columns"),
        ("name;number\n", "the first row", "there is no column 'contract'"),
        ("", "the first row", "there is no column 'customer'"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_by_row_and_column(session, text, place, words):
    on_file(session)
    found = mistakes(session, text)
    assert any(at == place and words in message for at, message in found), found


def test_a_table_without_end_is_refused(session, monkeypatch):
    monkeypatch.setattr("admin.file.rows.MOST_ROWS", 3)
    assert mistakes(session, NEW + 3 * "A,,,,,\n") == [("the file", "has more than 3 rows: import it in parts")]


def test_other_parts_of_a_yaml_file_are_for_the_command_line(session):
    text = "technicians: [{key: anna}]\nroles: {}\ncustomers: [{name: Acme, contract: []}]\n"
    found = mistakes(session, text, name="all.yaml")
    assert [place for place, _ in found] == ["technicians (line 1)", "roles (line 2)", "customers[0].contract (line 3)"]
    assert found[0][1] == "is not imported here: only products and customers are; `python app.py load` takes the rest"
