"""The console lists alerts of monitoring that could not be placed, and takes them off the list."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from models.account import Role
from models.audit import Audit
from models.unplaced_alert import UnplacedAlert
from paging import unplaced_alerts
from paging.unplaced_alerts import Unplaced
from tests.admin.console_site import NOW, open_site


@pytest.fixture
def site(sqlite):
    return open_site(sqlite)


def keep(site, name="DiskFull", contract="C-9", at=NOW):
    labels = {"alertname": name, "contract": contract}
    key = unplaced_alerts.key_of("Zabbix", labels)
    one = Unplaced(key, labels, "firing", "Disk at 95 %", f"no contract {contract}")
    with site.database.write() as session:
        unplaced_alerts.keep(session, "Zabbix", [one], at)


def test_without_any_the_page_says_what_it_is_for(site):
    assert "/api/v1/alertmanager" in site.visitor(Role.VIEWER).get("/alerts").text
    assert 'href="/alerts"' not in site.visitor(Role.VIEWER).get("/live").html


def test_an_alert_is_shown_with_who_sent_it_why_and_how_often(site):
    keep(site, "<Old>")
    for minute in range(3):
        keep(site, "New", at=NOW + timedelta(minutes=minute))
    visitor = site.visitor(Role.VIEWER)
    text = visitor.get("/alerts").text
    for shown in ("Zabbix", "contract=C-9", "no contract C-9", "Disk at 95 %", "3 times", "firing"):
        assert shown in text
    assert text.index("New") < text.index("&lt;Old&gt;")
    assert 'href="/alerts"' in visitor.get("/live").html


def test_long_lists_come_page_by_page(site):
    for number in range(51):
        keep(site, f"Alert {number:02}", at=NOW + timedelta(seconds=number))
    visitor = site.visitor()
    assert "Alert 50" in visitor.get("/alerts").text and "Alert 00" not in visitor.text
    assert "Alert 00" in visitor.get(visitor.found(r'href="([^"]*before=[^"]*)"').replace("&amp;", "&")).text


def test_a_manager_dismisses_an_alert_and_the_audit_log_says_so(site):
    keep(site, "Wrong")
    keep(site, "Right")
    visitor = site.visitor(Role.MANAGER).get("/alerts")
    wrong = visitor.found(r'action="(/alerts/\d+/dismiss)"[^>]*>(?:(?!</form>).)*Dismiss Wrong')
    visitor.send(wrong)
    assert "Right" in visitor.text and "Wrong" not in visitor.text
    assert visitor.client.post(wrong).status_code in (303, 400)
    with site.database.read() as session:
        (row,) = session.scalars(sa.select(Audit).where(Audit.action == "alert.dismissed"))
        assert session.scalars(sa.select(UnplacedAlert.reason)).all() == ["no contract C-9"]
    assert row.before["labels"] == {"alertname": "Wrong", "contract": "C-9"}
    assert "Dismiss" not in site.visitor(Role.VIEWER).get("/alerts").text


def test_what_was_dismissed_and_comes_again_is_new(site):
    keep(site, at=NOW - timedelta(days=1))
    site.visitor().get("/alerts").send("/alerts/1/dismiss")
    keep(site)
    with site.database.read() as session:
        (row,) = session.scalars(sa.select(UnplacedAlert))
    assert (row.count, row.first_at, row.due_at) == (1, NOW, NOW)
