"""The demonstration: it loads, and it holds for years."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from admin.file import load
from models.customer import Contract
from paging import roster
from rules.on_call import Because
from tests.admin.line_files import DEMO, PEPPERS, POLICY
from tests.times import NIGHT


@pytest.fixture
def demo(sqlite):
    """A database that holds the demonstration."""
    with sqlite.write() as session:
        load(session, DEMO.read_text("utf-8"), PEPPERS, "demo", NIGHT, POLICY)
    return sqlite


def test_the_demonstration_loads_and_a_second_time_changes_nothing(database):
    text = DEMO.read_text("utf-8")
    with database.write() as session:
        first = load(session, text, PEPPERS, "demo", NIGHT, POLICY)
    with database.write() as session:
        second = load(session, text, PEPPERS, "demo", NIGHT + timedelta(days=1), POLICY)

    assert first.added == {
        **{"technicians": 6, "schedules": 1, "escalation_policies": 1, "products": 1, "customers": 5, "contracts": 5},
        **{"pins": 5, "contacts": 5, "roles": 6, "settings": 2},
    }
    assert not first.changed
    assert str(first).startswith("technicians: 6 added, 0 changed\nschedules: 1 added")
    assert not second.added and not second.changed
    assert str(second) == "Nothing to change: all of it is there already."


@pytest.mark.parametrize("year", [2026, 2030, 2036])
def test_the_demonstration_holds_for_years(demo, year):
    with demo.read() as session:
        contract = session.scalars(select(Contract).where(Contract.number == "C-1001")).one()
        assert contract.starts <= date(year, 12, 31) <= contract.ends
        saturday = roster.on_call_now(session, "platinum", datetime(year, 12, 31, 12, tzinfo=UTC))
        assert saturday.because is Because.LAYER


def test_the_weekend_of_the_demonstration_is_a_layer_of_its_own(demo):
    with demo.read() as session:
        thursday = roster.on_call_now(session, "platinum", datetime(2026, 11, 26, 22, tzinfo=UTC))
        saturday = roster.on_call_now(session, "platinum", datetime(2026, 11, 28, 22, tzinfo=UTC))
    assert (thursday.technician, thursday.layer) == ("anna", "weekly")
    assert (saturday.technician, saturday.layer) == ("fabio", "weekend")
    assert saturday.since == datetime(2026, 11, 27, 17, tzinfo=UTC)
    assert saturday.until == datetime(2026, 11, 30, 8, tzinfo=UTC)
