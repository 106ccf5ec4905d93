"""Admins add users, change what they may do, and let them go; programs get tokens."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from admin.accounts import token_of
from models.account import Role, Token, User
from models.audit import Audit
from paging import alerts
from tests.admin.console_site import open_site


@pytest.fixture
def site(database):
    return open_site(database)


def number_of(site, email):
    with site.database.read() as session:
        return session.execute(select(User.id).where(User.email == email)).scalar_one()


def trail(site, action):
    """The audit rows of one action: who, of whom, before and after."""
    with site.database.read() as session:
        rows = session.execute(select(Audit).where(Audit.action == action).order_by(Audit.id)).scalars()
        return [(row.actor, row.subject, row.before, row.after) for row in rows]


def test_an_admin_adds_a_user_whose_password_is_shown_once_and_signs_in(site):
    admin = site.visitor().get("/users/add").send(email=" Anna@Example.com ", role="manager")
    password = admin.found(r'id="password">([^<]+)<')
    assert admin.response.headers["Cache-Control"] == "no-store"
    assert "anna@example.com manager" in admin.get("/users").text
    assert password not in admin.html
    assert site.visitor(None).sign_in("anna@example.com", password).path == "/"
    assert trail(site, "user.added") == [("admin@example.com", "user:anna@example.com", None, {"role": "manager"})]


def test_an_address_that_is_on_file_is_not_added_again(site):
    anna = site.visitor(Role.TECHNICIAN)
    admin = site.visitor().get("/users/add").send(email="Technician@example.com", role="admin")
    assert admin.status == 422
    assert "technician@example.com is on file already" in admin.text
    assert anna.get("/").path == "/"
    assert admin.get("/users/add").send(email="no address", role="admin").status == 422


def test_a_new_role_holds_at_once_where_the_user_is_signed_in(site):
    viewer, admin = site.visitor(Role.VIEWER), site.visitor()
    number = number_of(site, "viewer@example.com")
    assert viewer.get("/technicians/add").status == 403
    admin.get(f"/users/{number}").send(f"/users/{number}/role", role="manager")
    assert "viewer@example.com is manager from now on." in admin.text
    assert viewer.get("/technicians/add").status == 200
    assert trail(site, "user.role_changed")[0][2:] == ({"role": "viewer"}, {"role": "manager"})
    assert "Nothing was different." in admin.send(f"/users/{number}/role", role="manager").text


def test_a_role_that_there_is_not_is_refused(site):
    admin = site.visitor()
    assert admin.get("/users/1").send("/users/1/role", role="emperor").status == 400
    assert admin.get("/users/99").status == 404


def test_the_last_admin_keeps_the_role_and_stays_active(site):
    admin = site.visitor()
    admin.get("/users/1").send("/users/1/role", role="viewer")
    assert "This is the last admin" in admin.text
    assert "This is the last admin" in admin.send("/users/1/deactivate").text
    assert admin.get("/users").status == 200

    other = site.user(Role.ADMIN, "other@example.com")
    admin.get("/users/1").send("/users/1/role", role="manager")
    assert admin.status == 403
    boss = site.visitor(None).sign_in(other, site.passwords[other])
    number = number_of(site, other)
    assert "This is the last admin" in boss.get(f"/users/{number}").send(f"/users/{number}/deactivate").text


def test_of_two_admins_who_give_up_the_role_at_once_one_stays(site):
    site.visitor()
    other = site.user(Role.ADMIN, "other@example.com")
    visitors = [site.visitor(), site.visitor(None).sign_in(other, site.passwords[other])]
    forms = [visitor.get(f"/users/{number}") for number, visitor in enumerate(visitors, 1)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda number: forms[number - 1].send(f"/users/{number}/role", role="viewer"), (1, 2)))
    with site.database.read() as session:
        roles = session.execute(select(User.role)).scalars().all()
    assert sorted(roles) == [Role.ADMIN, Role.VIEWER]


def test_a_new_password_ends_the_sessions_of_the_old_one(site):
    viewer, admin = site.visitor(Role.VIEWER), site.visitor()
    number = number_of(site, "viewer@example.com")
    password = admin.get(f"/users/{number}").send(f"/users/{number}/password").found(r'id="password">([^<]+)<')
    assert viewer.get("/").path == "/sign-in"
    assert viewer.send(email="viewer@example.com", password=site.passwords["viewer@example.com"]).status == 401
    assert viewer.send(email="viewer@example.com", password=password).path == "/"
    assert trail(site, "user.password_generated") == [("admin@example.com", "user:viewer@example.com", None, None)]


def test_who_is_deactivated_is_signed_out_and_stays_out_until_reactivated(site):
    viewer, admin = site.visitor(Role.VIEWER), site.visitor()
    number = number_of(site, "viewer@example.com")
    admin.get(f"/users/{number}").send(f"/users/{number}/deactivate")
    assert "deactivated" in admin.text
    assert viewer.get("/").path == "/sign-in"
    refused = viewer.send(email="viewer@example.com", password=site.passwords["viewer@example.com"])
    assert (refused.status, "do not belong together" in refused.text) == (401, True)

    password = admin.send(f"/users/{number}/reactivate").found(r'id="password">([^<]+)<')
    assert viewer.get("/sign-in").send(email="viewer@example.com", password=password).path == "/"
    assert [row[3] for row in trail(site, "user.deactivated") + trail(site, "user.reactivated")] == [
        {"active": False},
        {"active": True},
    ]


def test_a_deactivated_admin_gets_no_alarms(site):
    site.visitor()
    site.user(Role.ADMIN, "other@example.com")
    admin, number = site.visitor(), number_of(site, "other@example.com")
    admin.get(f"/users/{number}").send(f"/users/{number}/deactivate")
    with site.database.write() as session:
        assert list(alerts.active(session, Role.ADMIN)) == ["admin@example.com"]


def test_a_token_is_shown_once_works_and_is_revoked(site):
    admin = site.visitor().get("/tokens").send("/tokens", name="Zabbix", scope="read", contract="")
    secret = admin.found(r'id="token">([^<]+)<')
    assert admin.response.headers["Cache-Control"] == "no-store"
    with site.database.read() as session:
        assert token_of(session, secret) is not None
    assert "Zabbix read" in admin.get("/tokens").text
    assert secret not in admin.html

    site.clock.advance(timedelta(minutes=1))
    assert "Zabbix is revoked" in admin.send("/tokens/1/revoke").text
    with site.database.read() as session:
        assert token_of(session, secret) is None
    assert "/tokens/1/revoke" not in admin.html
    assert admin.client.post("/tokens/1/revoke", data={"csrf_token": csrf(admin)}).status_code == 303
    assert len(trail(site, "token.revoked")) == 1
    assert trail(site, "token.created")[0][1:] == ("token:Zabbix", None, {"scope": "read", "contract": None})


def csrf(visitor):
    return visitor.found(r'name="csrf_token"[^>]*value="([^"]+)"')


def test_a_token_may_be_for_one_contract_alone(site):
    site.contract()
    admin = site.visitor().get("/tokens").send("/tokens", name="Zabbix", scope="events", contract="C-1001")
    assert "Zabbix events C-1001 alone" in admin.get("/tokens").text
    with site.database.read() as session:
        assert session.get_one(Token, 1).contract_id == 1


@pytest.mark.parametrize("wrong", [{"name": ""}, {"name": "x" * 121}, {"scope": "god"}, {"contract": "C-9"}])
def test_a_token_that_cannot_be_is_told_at_its_field(site, wrong):
    admin = site.visitor().get("/tokens").send("/tokens", **{"name": "Zabbix", "scope": "read"} | wrong)
    assert admin.status == 422
    assert re.search(r'class="field-error"', admin.html)
    (field,) = wrong
    assert re.search(rf'id="{field}-error"', admin.html)
    with site.database.read() as session:
        assert session.execute(select(Token)).first() is None
