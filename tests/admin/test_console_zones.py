"""Times are told on the reader's clocks; a rotation keeps its own, with the reader's beside."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from models.account import Role
from models.audit import Audit
from tests.admin.console_site import open_site


@pytest.fixture
def site(sqlite):
    site = open_site(sqlite)
    site.technicians("Anna Rossi", "Bruno Neri")
    site.rotation("anna", "bruno")
    return site


def reader(site, browser, role=Role.ADMIN):
    """Somebody whose browser says that its clock is that of this zone."""
    visitor = site.visitor(role)
    visitor.client.set_cookie("zone", browser)
    return visitor


def test_who_reads_in_new_york_sees_both_clocks_of_a_rotation(site):
    there = reader(site, "America/New_York")
    home = there.get("/").text
    assert "Weekly layer, until Mon 09:00 Rome · 03:00 New York." in home
    assert "It is 02:14 in Rome · Tue 10 Nov 20:14 New York." in home
    page = there.get("/rotations/platinum").text
    assert "times here are Rome's, with yours beside" in page
    assert "Mon 23 Nov 09:00 Mon 16 Nov 03:00 \N{EN DASH} Mon 23 Nov 03:00 New York" in page
    assert "Local time in Rome, where it is 02:14 now · Tue 10 Nov 20:14 New York." in page
    assert "(Mon 09:00 Rome · 03:00 New York)" in there.get("/rotations").text


def test_who_reads_by_the_same_clock_sees_it_once(site):
    text = reader(site, "Europe/Berlin").get("/rotations/platinum").text
    assert "Berlin" not in text and "·" not in text
    assert "Local time in Rome." in text


def test_the_shifts_that_may_be_swapped_are_told_on_both_clocks(site):
    site.user(Role.TECHNICIAN, "bruno@example.com")
    bruno = site.visitor(None).sign_in("bruno@example.com", site.passwords["bruno@example.com"])
    bruno.client.set_cookie("zone", "America/New_York")
    assert "Mon 16 Nov 03:00 \N{EN DASH} Mon 23 Nov 03:00 New York" in bruno.get("/swaps").text


def test_an_hour_in_which_only_one_side_has_changed_its_clocks_is_told_right(site):
    site.clock.at = datetime(2026, 10, 28, 1, 14, tzinfo=UTC)
    text = reader(site, "America/New_York").get("/").text
    assert "until Mon 09:00 Rome · 03:00 New York. It is 02:14 in Rome · Tue 27 Oct 21:14 New York." in text


def test_tickets_and_searched_days_are_the_readers(site):
    number = site.ticket(site.contract())
    there = reader(site, "America/New_York")
    assert "Times are New York's." in there.get("/tickets?until=2026-11-10").text
    assert str(number) in there.text
    assert "20:14 New York, just now" in there.get(f"/tickets/{number}").text
    assert "taken in charge before 03:14 Rome · Tue 10 Nov 21:14 New York" in there.text
    assert str(number) not in reader(site, "Europe/Rome").get("/tickets?until=2026-11-10").text


@pytest.mark.parametrize("told", ["Mars/Olympus", "../../etc/passwd", "Europe/Rome<b>", "europe/rome", ""])
def test_a_browser_that_names_no_zone_is_not_believed(site, told):
    text = reader(site, told).get("/tickets").text
    assert "Times are Rome's." in text
    assert "As the browser says America" not in text


def test_a_chosen_zone_wins_over_the_browsers_and_is_in_the_audit_log(site):
    there = reader(site, "America/New_York", Role.VIEWER)
    assert "as the browser says" in there.get("/account").text
    assert "As the browser says (New York)" in there.get("/account/zone").text
    assert "on the clocks of Tokyo" in there.send(time_zone="Asia/Tokyo").text
    assert "Times are Tokyo's." in there.get("/tickets").text
    assert "on the clocks of New York" in there.get("/account/zone").send(time_zone="").text
    with site.database.read() as session:
        found = session.scalars(select(Audit).where(Audit.action == "user.zone_changed").order_by(Audit.id)).all()
    assert [(each.before["time_zone"], each.after["time_zone"]) for each in found] == [
        (None, "Asia/Tokyo"),
        ("Asia/Tokyo", None),
    ]


def test_a_zone_that_is_none_cannot_be_chosen(site):
    there = site.visitor(Role.VIEWER).get("/account/zone").send(time_zone="Mars/Olympus", email="eve@example.com")
    assert there.status == 422
    assert "Times are those of Rome, as the line has it." in there.get("/account").text
