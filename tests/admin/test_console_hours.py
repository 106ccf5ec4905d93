"""The service hours: the office's, the line's, and the setting that overrules the calendar for calls and events."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from admin.service import staffed_hours
from models.account import Role
from models.audit import Audit
from models.service import Setting
from paging.help_desk import is_staffed_now
from tests.admin.console_site import open_site


@pytest.fixture
def site(sqlite):
    return open_site(sqlite)


def test_who_answers_now_and_who_takes_over_when(site):
    text = site.visitor(Role.VIEWER).get("/service-hours").text
    assert "Out of hours now: the line answers. The help desk opens at 09:00, in 6 h 46 min." in text
    assert "The help desk has no telephone on file" in text
    assert "Always staffed" not in text
    site.clock.at = datetime(2026, 11, 11, 9, 30, tzinfo=UTC)
    assert (
        "Staffed now: calls go to the help desk. The line takes over at 18:00"
        in site.visitor().get("/service-hours").text
    )


def test_each_day_of_each_plan_and_what_is_left_for_the_line(site):
    site.clock.at = datetime(2026, 12, 5, 12, tzinfo=UTC)
    text = site.visitor().get("/service-hours").text
    assert "Sat 5 Dec today closed 09:00-18:00 09:00-18:00 00:00-09:00 and 18:00-24:00" in text
    assert "Sun 6 Dec closed closed closed all day" in text
    assert "Tue 8 Dec holiday closed 09:00-18:00 09:00-18:00" in text
    assert "Wed 6 Jan 2027 closed 09:00-18:00" in text
    assert "Basic Mon to Fri 09:00-18:00; closed on Sat, Sun and holidays" in text
    assert "Platinum Mon to Sat 09:00-18:00, holidays 09:00-18:00; closed on Sun" in text


def test_a_setting_says_what_it_does_holds_at_once_and_is_told_on_the_home_page(database):
    site = open_site(database)
    visitor = site.visitor(Role.MANAGER).get("/service-hours")
    assert "Targets keep the policy's calendar." in visitor.text
    visitor.send("/service-hours", staffed="always_staffed")
    assert "Always staffed: it holds from the next call and the next event on." in visitor.text
    with site.database.read() as session:
        assert session.get_one(Setting, "service_hours").value == {"always_staffed": True}
        assert is_staffed_now(session, site.line, site.clock.at)
    assert "Every call goes to the help desk" in visitor.get("/").text
    visitor.get("/service-hours").send("/service-hours", staffed="never_staffed")
    visitor.get("/service-hours").send("/service-hours", staffed="never_staffed")
    assert "Nothing was different." in visitor.text
    visitor.send("/service-hours", staffed="policy")
    with site.database.read() as session:
        assert staffed_hours(session) == {}
        changes = session.scalars(sa.select(Audit).where(Audit.action == "service_hours.changed")).all()
    said = [(change.before, change.after) for change in changes]
    assert said == [
        ({"staffed": "as the policy says"}, {"staffed": "always staffed"}),
        ({"staffed": "always staffed"}, {"staffed": "never staffed"}),
        ({"staffed": "never staffed"}, {"staffed": "as the policy says"}),
    ]
    assert "every call goes" not in visitor.get("/").text


def test_a_forged_setting_is_refused(site):
    visitor = site.visitor().get("/service-hours").send("/service-hours", staffed="half_staffed")
    assert visitor.status == 422
    assert "Choose one of the three" in visitor.text
    with site.database.read() as session:
        assert staffed_hours(session) == {}
