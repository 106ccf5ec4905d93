"""What loading a file writes, and that a second time it writes nothing."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from admin.file import FileErrors, load
from models.audit import Audit
from models.customer import Contact, Contract, Customer, Maintenance, Pin, Product
from models.database import Base
from models.schedule import EscalationPolicy, ScheduleRevision
from models.service import RoleContact, Setting
from models.technician import Technician
from paging import roster
from rules.on_call import Because
from rules.pins import Peppers
from rules.targets import Plan
from tests.admin.line_files import ALL, PEOPLE, PEPPERS, POLICY, ROTATION
from tests.times import NIGHT


@pytest.fixture
def load_text(sqlite):
    def load_text(text, now=NIGHT, peppers=PEPPERS):
        with sqlite.write() as session:
            return load(session, text, peppers, "test", now, POLICY)

    return load_text


@pytest.fixture
def rows(sqlite):
    """All rows of a table, oldest first."""

    def rows(table):
        with sqlite.read() as session:
            return session.scalars(select(table).order_by(*table.__table__.primary_key)).all()

    return rows


def test_everything_is_written_as_the_file_says(load_text, rows):
    load_text(f"""{ALL}
products: [{{name: UC Suite, end_of_support: 2031-12-31}}]
help_desk: {{phone: "+390584000000"}}
roles: {{duty_manager: [{{name: Max, email: max@example.com}}]}}
service_hours: {{always_staffed: true}}
""")

    anna, bruno = rows(Technician)
    assert (anna.key, anna.name, anna.time_zone) == ("anna", "Anna Rossi", "Europe/Rome")
    assert (anna.phone, anna.email, bruno.email) == ("+393331110001", "anna@example.com", None)
    (policy,) = rows(EscalationPolicy)
    assert policy.content == {
        "repeat": 3,
        "levels": [{"notify": ["schedule:platinum"], "channels": ["sms", "voice"], "wait": 300}],
        "fallback": ["technician:bruno"],
    }
    (customer,), (contract,) = rows(Customer), rows(Contract)
    assert (customer.name, customer.time_zone) == ("Acme SpA", "America/New_York")
    assert (contract.plan, contract.starts, contract.ends) == (Plan.PLATINUM, date(2026, 1, 1), date(2026, 12, 31))
    assert (contract.paid, contract.escalation_policy, contract.customer_id) == (True, "default", customer.id)
    assert (contract.specialist_name, contract.specialist_email) == ("Eva Verdi", "eva@example.com")
    assert [(pin.contract_id, pin.digest) for pin in rows(Pin)] == [(contract.id, PEPPERS.digest("01234567"))]
    assert [(one.position, one.name, one.phone) for one in rows(Contact)] == [
        (0, "Ada", "+393332220001"),
        (1, "Ugo", None),
    ]
    assert [one.end_of_support for one in rows(Product)] == [date(2031, 12, 31)]
    assert [(one.role, one.name) for one in rows(RoleContact)] == [("duty_manager", "Max")]
    assert {one.key: one.value for one in rows(Setting)} == {
        "help_desk": {"phone": "+390584000000", "email": None},
        "service_hours": {"always_staffed": True},
    }


def test_local_times_are_in_the_nearest_enclosing_zone(load_text, rows):
    load_text(ALL)
    (window,) = rows(Maintenance)
    assert window.starts_at == datetime(2026, 12, 6, 3, tzinfo=UTC)  # 22:00 in New York
    assert window.ends_at == datetime(2026, 12, 6, 9, tzinfo=UTC)


def test_the_times_of_a_site_whose_zone_is_unknown_are_romes(load_text, rows):
    load_text(ALL.replace("    time_zone: America/New_York\n", ""))
    (window,) = rows(Maintenance)
    assert window.starts_at == datetime(2026, 12, 5, 21, tzinfo=UTC)


def test_the_same_file_again_changes_nothing(load_text, sqlite):
    def count():
        with sqlite.read() as session:
            tables = Base.metadata.sorted_tables
            return {table.name: session.scalar(select(func.count()).select_from(table)) for table in tables}

    load_text(ALL)
    before = count()
    report = load_text(ALL, now=NIGHT + timedelta(days=1))

    assert count() == before
    assert not report.added and not report.changed


def test_what_a_file_leaves_out_stays(load_text, rows):
    load_text(ALL)
    report = load_text("""
technicians: [{key: anna, phone: "+393331110009"}]
customers: [{name: Acme SpA, contracts: [{number: C-1001, paid: false, pins: ["99887766"]}]}]
""")

    assert report.changed == {"technicians": 1, "contracts": 1}
    assert report.added == {"pins": 1}
    anna, bruno = rows(Technician)
    assert bruno.name == "Bruno Neri"
    assert (anna.name, anna.phone, anna.email) == ("Anna Rossi", "+393331110009", "anna@example.com")
    (contract,) = rows(Contract)
    assert (contract.paid, contract.plan, contract.specialist_name) == (False, Plan.PLATINUM, "Eva Verdi")
    assert len(rows(Pin)) == 2
    assert len(rows(Contact)) == 2
    assert len(rows(Maintenance)) == 1


def test_null_takes_an_optional_value_away(load_text, rows):
    load_text(ALL)
    load_text("""
technicians: [{key: anna, email: null}]
customers: [{name: Acme SpA, time_zone: ~, contracts: [{number: C-1001, specialist: null}]}]
help_desk: null
""")
    assert rows(Technician)[0].email is None
    assert rows(Customer)[0].time_zone is None
    assert rows(Contract)[0].specialist_email is None
    assert rows(Setting)[0].value is None


def test_a_list_replaces_from_now_on(load_text, rows):
    load_text(ALL)
    load_text("""
customers:
  - name: Acme SpA
    contracts:
      - number: C-1001
        contacts: [{name: Ivo, phone: "+393332220009"}]
        maintenance: [{from: 2026-12-12T22:00, until: 2026-12-13T04:00, reference: CHG-8}]
""")
    assert [one.name for one in rows(Contact)] == ["Ivo"]
    assert [one.reference for one in rows(Maintenance)] == ["CHG-8"]


def test_a_window_that_is_over_stays_on_record(load_text, rows):
    load_text(ALL)
    empty = "customers: [{name: Acme SpA, contracts: [{number: C-1001, maintenance: []}]}]"
    load_text(empty, now=datetime(2026, 12, 7, tzinfo=UTC))
    assert [one.reference for one in rows(Maintenance)] == ["CHG-7"]
    load_text(empty, now=datetime(2026, 12, 6, 5, tzinfo=UTC))
    assert rows(Maintenance) == []


def test_a_changed_schedule_is_a_new_revision_and_the_past_stays(load_text, rows, sqlite):
    load_text(ALL)
    later = NIGHT + timedelta(days=14)
    override = "{technician: bruno, from: 2026-11-23T09:00, until: 2026-12-20T09:00}"
    report = load_text(f"schedules: [{{key: platinum, overrides: [{override}]}}]", now=later)

    assert report.changed == {"schedules": 1}
    assert [revision.effective_at for revision in rows(ScheduleRevision)] == [NIGHT, later]
    with sqlite.read() as session:
        before = roster.on_call_now(session, "platinum", later - timedelta(seconds=1))
        after = roster.on_call_now(session, "platinum", later)
    assert (before.because, before.technician) == (Because.LAYER, "bruno")
    assert (after.because, after.technician) == (Because.OVERRIDE, "bruno")
    assert before.until == later


def test_an_absence_is_covered(load_text, sqlite):
    load_text(
        PEOPLE + ROTATION + "    absences: [{technician: bruno, from: 2026-11-23T00:00, until: 2026-12-01T00:00}]\n"
    )
    with sqlite.read() as session:
        answer = roster.on_call_now(session, "platinum", NIGHT)
    assert (answer.because, answer.technician) == (Because.ABSENCE, "anna")


def test_a_revoked_pin_is_not_brought_back(load_text, rows, sqlite):
    load_text(ALL)
    with sqlite.write() as session:
        session.scalars(select(Pin)).one().revoked_at = NIGHT
    load_text(ALL)
    assert [pin.revoked_at for pin in rows(Pin)] == [NIGHT]


def test_a_pin_kept_with_the_previous_pepper_is_known(load_text, rows):
    load_text(ALL)
    load_text(ALL, peppers=Peppers("new pepper", previous="pepper"))
    assert len(rows(Pin)) == 1


def test_changes_are_audited_without_secrets(load_text, rows):
    load_text(ALL)
    load_text('technicians: [{key: anna, phone: "+393331110009"}]')
    trail = rows(Audit)
    assert {row.actor for row in trail} == {"test"}
    assert (trail[-1].subject, trail[-1].before, trail[-1].after) == (
        "technician anna",
        {"phone": "+393331110001"},
        {"phone": "+393331110009"},
    )
    written = str([(row.before, row.after) for row in trail])
    assert "01234567" not in written and PEPPERS.digest("01234567") not in written


def test_a_file_with_an_error_changes_nothing(load_text, sqlite):
    with pytest.raises(FileErrors):
        load_text(ALL + "        pins: wrong")
    with sqlite.read() as session:
        assert session.scalar(select(func.count()).select_from(Technician)) == 0


def test_a_thousand_contracts_load(load_text, rows):
    contracts = "".join(
        f'\n      - {{number: C-{n}, plan: gold, starts: 2026-01-01, ends: 2026-12-31, paid: true, pins: ["{n:08d}"]}}'
        for n in range(1000)
    )
    report = load_text(f"customers:\n  - name: Big\n    contracts:{contracts}\n")
    assert report.added["contracts"] == len(rows(Contract)) == 1000
