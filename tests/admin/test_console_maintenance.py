"""Booked maintenance windows, by plain forms."""

import pytest
import sqlalchemy as sa

from models.account import Role
from models.audit import Audit
from models.customer import Contract, Maintenance
from tests.admin.console_site import open_site
from tests.admin.customer_desk import add, rows


@pytest.fixture
def site(sqlite):
    return open_site(sqlite)


@pytest.fixture
def visitor(site):
    return site.visitor()


def window(**changed):
    return {"start": "2027-12-04T22:00", "until": "2027-12-05T04:00", "reference": "CHG-7"} | changed


@pytest.fixture
def path(site, visitor):
    add(visitor, site="Singapore", time_zone="Asia/Singapore", customer_zone="Europe/Rome", ends="2028-12-31")
    return f"/contracts/{rows(site, Contract)[0].id}/maintenance"


def test_a_window_is_booked_on_the_clocks_of_the_site_and_cancelled(site, visitor, path):
    visitor.get(path).send("", **window())
    (row,) = rows(site, Maintenance)
    assert (row.starts_at.hour, row.due_at, row.reference) == (14, row.starts_at, "CHG-7")
    assert "CHG-7" in visitor.get(path).text
    visitor.get(path).send(f"{path}/{row.id}/cancel")
    assert rows(site, Maintenance) == []
    assert [a.action for a in rows(site, Audit)][-2:] == ["maintenance.booked", "maintenance.cancelled"]


def test_times_typed_before_the_site_moved_are_looked_over_first(site, visitor, path):
    visitor.get(path)
    site.visitor(Role.MANAGER).get(path.replace("maintenance", "edit")).send("", time_zone="America/New_York")
    visitor.send("", **window())
    assert visitor.status == 422 and "The site is in America/New_York: look the times over" in visitor.text
    assert rows(site, Maintenance) == [] and "Local time in New York" in visitor.text
    visitor.send("")
    assert rows(site, Maintenance)[0].starts_at.hour == 3


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"until": "2027-12-04T21:00"}, "The end must be after the start."),
        ({"start": "2020-12-04T22:00", "until": "2020-12-05T04:00"}, "This window is over already."),
        ({"reference": ""}, "Type the customer's reference"),
        ({"start": "soon"}, "Type a date and a time"),
    ],
)
def test_what_cannot_be_booked_says_so_beside_the_field(site, visitor, path, typed, said):
    visitor.get(path).send("", **window(**typed))
    assert said in visitor.text
    assert rows(site, Maintenance) == []


def test_an_hour_that_does_not_exist_is_not_booked(site, visitor, path):
    with site.database.write() as session:
        session.execute(sa.update(Contract).values(time_zone=None))
    visitor.get(path).send("", **window(start="2028-03-26T02:30", until="2028-03-26T04:00"))
    assert "does not exist in Europe/Rome" in visitor.text
    assert rows(site, Maintenance) == []


def test_windows_do_not_overlap(site, visitor, path):
    visitor.get(path).send("", **window())
    visitor.get(path).send("", **window(start="2027-12-05T03:00", until="2027-12-05T06:00"))
    assert "It overlaps the window CHG-7" in visitor.text
    assert len(rows(site, Maintenance)) == 1
