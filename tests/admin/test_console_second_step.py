"""The second step: a code after the password, and recovery codes for who has lost the telephone."""

import re
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select

from models.account import RecoveryCode, Role, User
from models.audit import Audit
from tests.admin.console_site import open_site

pytestmark = pytest.mark.one_database

VIEWER = "viewer@example.com"
NEW = "correct horse battery staple"


@pytest.fixture
def site(database):
    return open_site(database)


def code(site, secret, late=0):
    """What the app shows now, or so many seconds later."""
    return pyotp.TOTP(secret).at(site.clock.at + timedelta(seconds=late))


def secret_on(visitor):
    """As the page shows it, in fours."""
    return visitor.found(r'id="secret">([A-Z2-7 ]+)<').replace(" ", "")


def with_second_step(site):
    """A viewer who has turned it on: the browser, the secret, and the recovery codes."""
    visitor = site.visitor(Role.VIEWER).get("/account/second-step")
    secret = secret_on(visitor)
    visitor.send(code=code(site, secret))
    return visitor, secret, re.findall(r"<li><code>([^<]+)</code>", visitor.html)


def typed_password(site, email=VIEWER):
    return site.visitor(None).sign_in(email, site.passwords[email])


def actions(site):
    with site.database.read() as session:
        return session.execute(select(Audit.action).order_by(Audit.id)).scalars().all()


def test_the_second_step_is_turned_on_by_a_code_of_the_shown_secret(site):
    visitor = site.visitor(Role.VIEWER).get("/account/second-step")
    secret = secret_on(visitor)
    assert f"secret={secret}" in visitor.found(r'href="(otpauth://totp/Platinum%20Line:viewer%40example.com[^"]+)"')
    assert '<svg viewBox="' in visitor.html
    assert visitor.response.headers["Cache-Control"] == "no-store"

    wrong = visitor.send(code="000000" if code(site, secret) != "000000" else "000001")
    assert (wrong.status, "This code does not fit" in wrong.text) == (422, True)
    assert secret_on(wrong) == secret

    visitor.send(code=code(site, secret))
    codes = re.findall(r"<li><code>([^<]+)</code>", visitor.html)
    assert len(set(codes)) == 10
    assert visitor.response.headers["Cache-Control"] == "no-store"
    assert "second step on" in visitor.get("/account").text
    assert "10 recovery codes are left" in visitor.text
    assert visitor.get("/account/second-step").path == "/account"
    assert actions(site) == ["user.second_step_turned_on"]
    with site.database.read() as session:
        kept = session.execute(select(RecoveryCode.digest)).scalars().all()
    assert not set(codes) & set(kept)


def test_signing_in_asks_for_the_code_and_leads_on_to_the_page_that_was_asked_for(site):
    _, secret, _ = with_second_step(site)
    site.clock.advance(timedelta(minutes=1))
    visitor = site.visitor(None).get("/tickets?state=open").send(email=VIEWER, password=site.passwords[VIEWER])
    assert "One more step" in visitor.text
    assert visitor.client.get("/tickets").status_code == 302
    assert visitor.send(code=code(site, secret)).path == "/tickets?state=open"


@pytest.mark.parametrize(("late", "opens"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_code_holds_for_its_own_half_minute_and_those_beside_it(site, late, opens):
    _, secret, _ = with_second_step(site)
    site.clock.advance(timedelta(minutes=5))
    visitor = typed_password(site).send(code=code(site, secret, late))
    assert (visitor.path == "/") is opens


def test_a_code_counts_once(site):
    _, secret, _ = with_second_step(site)
    again = typed_password(site).send(code=code(site, secret))
    assert (again.status, "Each code counts once" in again.text) == (401, True)
    site.clock.advance(timedelta(seconds=30))
    seen = code(site, secret)
    assert typed_password(site).send(code=f" {seen[:3]} {seen[3:]} ").path == "/"
    assert typed_password(site).send(code=seen).status == 401
    assert typed_password(site).send(code=code(site, secret, -30)).status == 401


def test_a_recovery_code_signs_in_once_however_it_is_typed(site):
    _, _, codes = with_second_step(site)
    visitor = typed_password(site).send(code=codes[3].upper().replace("-", " "))
    assert visitor.path == "/"
    assert "9 recovery codes are left" in visitor.get("/account").text
    assert typed_password(site).send(code=codes[3]).status == 401
    assert typed_password(site).send(code=codes[4]).path == "/"
    assert actions(site)[1:] == ["user.recovery_code_used"] * 2


def test_a_recovery_code_of_somebody_else_opens_nothing(site):
    _, _, codes = with_second_step(site)
    other = site.user(Role.TECHNICIAN, "anna@example.com")
    visitor = site.visitor(None).sign_in(other, site.passwords[other]).get("/account/second-step")
    visitor.send(code=code(site, secret_on(visitor)))
    assert typed_password(site, other).send(code=codes[0]).status == 401


def test_wrong_codes_lock_the_account_and_a_right_password_between_does_not_help(site):
    _, secret, _ = with_second_step(site)
    site.clock.advance(timedelta(minutes=1))
    visitor = typed_password(site)
    for guess in ("1", "nonsense", "2"):
        assert visitor.send(code=guess).status == 401
    visitor = typed_password(site)
    assert visitor.send(code="3").status == 401
    assert visitor.send(code="4").status == 401
    assert visitor.send(code=code(site, secret)).status == 429
    site.clock.advance(timedelta(minutes=1))
    assert visitor.send(code=code(site, secret)).path == "/"


def test_the_code_is_taken_within_ten_minutes_of_the_password_and_never_without_it(site):
    _, secret, _ = with_second_step(site)
    visitor = typed_password(site)
    site.clock.advance(timedelta(minutes=10))
    assert visitor.send(code=code(site, secret)).path == "/sign-in"
    assert "asked for too long ago" in visitor.text
    assert site.visitor(None).get("/sign-in/code").path == "/sign-in"


def test_a_new_password_ends_a_sign_in_that_is_half_done(site):
    here, secret, _ = with_second_step(site)
    visitor = typed_password(site)
    here.get("/account").send("/account/password", current=site.passwords[VIEWER], new=NEW, again=NEW)
    site.clock.advance(timedelta(seconds=30))
    assert visitor.send(code=code(site, secret)).path == "/sign-in"


def test_new_recovery_codes_take_the_place_of_those_before(site):
    visitor, _, old = with_second_step(site)
    visitor.get("/account").send("/account/recovery-codes", confirm_current=site.passwords[VIEWER])
    fresh = re.findall(r"<li><code>([^<]+)</code>", visitor.html)
    assert len(fresh) == 10 and not set(fresh) & set(old)
    assert typed_password(site).send(code=old[0]).status == 401
    assert typed_password(site).send(code=fresh[0]).path == "/"


def test_turning_the_second_step_off_needs_the_password(site):
    visitor, _, _ = with_second_step(site)
    refused = off(visitor.get("/account"), "guess")
    assert refused.status_code == 422
    assert off(visitor, site.passwords[VIEWER]).status_code == 303
    assert typed_password(site).path == "/"
    with site.database.read() as session:
        assert session.execute(select(RecoveryCode)).first() is None


def off(visitor, password):
    data = {"csrf_token": visitor.found(r'name="csrf_token"[^>]*value="([^"]+)"'), "confirm-current": password}
    return visitor.client.post("/account/second-step/off", data=data)


def test_recovery_codes_are_not_made_where_no_second_step_is_on(site):
    visitor = site.visitor(Role.VIEWER).get("/account")
    token = visitor.found(r'name="csrf_token"[^>]*value="([^"]+)"')
    data = {"csrf_token": token, "confirm-current": site.passwords[VIEWER]}
    assert visitor.client.post("/account/recovery-codes", data=data).status_code == 303
    with site.database.read() as session:
        assert session.execute(select(RecoveryCode)).first() is None


def test_an_admin_turns_the_second_step_off_for_who_has_lost_everything(site):
    with_second_step(site)
    admin = site.visitor()
    with site.database.read() as session:
        number = session.execute(select(User.id).where(User.email == VIEWER)).scalar_one()
    admin.get(f"/users/{number}").send(f"/users/{number}/second-step")
    assert typed_password(site).path == "/"
