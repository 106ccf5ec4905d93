"""Addresses for calendar programs: made on the console, shown once, revoked."""

import pytest
import sqlalchemy as sa

from models.account import CalendarFeed, Role
from models.audit import Audit
from tests.admin.api_client import Api
from tests.admin.console_site import open_site

pytestmark = pytest.mark.one_database


@pytest.fixture
def site(database):
    site = open_site(database)
    site.technicians("Anna Rossi", "Bruno Neri")
    site.rotation("anna", "bruno")
    return site


def address_on(visitor):
    return visitor.found(r'id="address">http://127\.0\.0\.1:8000(/calendar/[A-Za-z0-9_-]{43}\.ics)<')


def fetched(site, address):
    return Api(site.database).app.test_client().get(address)


@pytest.mark.parametrize("page", ["/rotations/platinum", "/technicians/anna"])
def test_an_address_is_made_shown_once_and_answers(site, page):
    visitor = site.visitor(Role.MANAGER).get(page)
    assert f'href="{page}/calendar"' in visitor.html
    visitor.get(f"{page}/calendar")
    assert "None yet." in visitor.text
    visitor.send(f"{page}/calendar/add")
    address = address_on(visitor)
    assert visitor.response.headers["Cache-Control"] == "no-store"
    assert "it is shown this once" in visitor.text and "by manager@example.com" in visitor.text
    assert b"Anna Rossi" in fetched(site, address).data
    assert address not in visitor.get(f"{page}/calendar").html


def test_an_address_is_revoked_and_the_trail_tells_both_without_the_secret(site):
    visitor = site.visitor().get("/rotations/platinum/calendar").send("/rotations/platinum/calendar/add")
    address = address_on(visitor)
    visitor.send("/rotations/platinum/calendar/1/revoke")
    assert "The address answers no more." in visitor.text and "None yet." in visitor.text
    assert fetched(site, address).status_code == 404
    again = site.visitor().get("/rotations/platinum/calendar").send("/rotations/platinum/calendar/add")
    token = again.found('csrf_token" value="([^"]+)"')
    again.client.post("/rotations/platinum/calendar/1/revoke", data={"csrf_token": token})
    with site.database.read() as session:
        trail = session.execute(sa.select(Audit.action, Audit.subject, Audit.before, Audit.after)).all()
        feeds = session.scalars(sa.select(CalendarFeed).order_by(CalendarFeed.id)).all()
    assert trail[:2] == [
        ("calendar.added", "schedule:platinum", None, None),
        ("calendar.revoked", "schedule:platinum", {"id": 1}, None),
    ]
    assert len(trail) == 3 and [feed.revoked_at is None for feed in feeds] == [False, True]


def test_a_technician_has_a_calendar_of_the_own_turns_and_of_no_others(site):
    site.user(Role.TECHNICIAN, "anna@example.com")
    anna = site.visitor(None).sign_in("anna@example.com", site.passwords["anna@example.com"])
    anna.get("/technicians/anna/calendar").send("/technicians/anna/calendar/add")
    assert fetched(site, address_on(anna)).status_code == 200
    for path in ("/technicians/bruno/calendar", "/rotations/platinum/calendar"):
        assert anna.get(path).status == 403
    assert "/rotations/platinum/calendar" not in anna.get("/rotations/platinum").html


def test_an_address_of_another_is_not_revoked_from_here(site):
    visitor = site.visitor().get("/rotations/platinum/calendar").send("/rotations/platinum/calendar/add")
    address = address_on(visitor)
    token = visitor.found('csrf_token" value="([^"]+)"')
    visitor.client.post("/technicians/anna/calendar/1/revoke", data={"csrf_token": token})
    assert fetched(site, address).status_code == 200
    assert visitor.get("/rotations/nothing/calendar").status == 404
