"""Who gets in, what a session may do, and what every answer carries."""

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import select

from admin import accounts, lockout, proofs
from admin.accounts import add_user
from models.account import Role, SignInThrottle
from models.audit import Audit
from tests.admin.console_site import open_site


@pytest.fixture
def site(sqlite):
    return open_site(sqlite)


def test_the_first_page_asks_for_email_and_password_and_its_first_submit_button_signs_in(site):
    visitor = site.visitor(None).get("/")
    assert visitor.path == "/sign-in"
    buttons = re.findall(r'<button[^>]*type="submit"[^>]*>(.*?)</button>', visitor.html)
    assert buttons == ["Sign in"]
    email = site.user(Role.ADMIN)
    visitor.send(email=email, password=site.passwords[email])
    assert visitor.path == "/"
    assert "On call now" in visitor.text


def test_a_wrong_password_keeps_the_address_and_says_what_to_do(site):
    site.user(Role.ADMIN, "max@example.com")
    visitor = site.visitor(None).get("/sign-in").send(email="max@example.com", password="wrong")
    assert visitor.status == 401
    assert "do not belong together" in visitor.text
    assert 'value="max@example.com"' in visitor.html
    assert "wrong" not in visitor.html


def test_nothing_typed_is_answered_field_by_field(site):
    visitor = site.visitor(None).get("/sign-in").send(email="", password="")
    assert visitor.status == 422
    assert "Type your e-mail address." in visitor.text
    assert "Type your password." in visitor.text


def test_signing_in_leads_to_the_page_that_was_asked_for(site):
    email = site.user(Role.VIEWER)
    visitor = site.visitor(None).get("/tickets?state=open")
    assert visitor.send(email=email, password=site.passwords[email]).path == "/tickets?state=open"


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)", "/\t/e"],
)
def test_signing_in_never_leads_to_another_host(site, elsewhere):
    email = site.user(Role.VIEWER)
    visitor = site.visitor(None)
    visitor.client.get("/sign-in", query_string={"next": elsewhere})
    visitor.get("/sign-in")
    response = visitor.client.post(
        "/sign-in",
        query_string={"next": elsewhere},
        data={
            "csrf_token": visitor.found(r'name="csrf_token"[^>]*value="([^"]+)"'),
            "email": email,
            "password": site.passwords[email],
        },
    )
    assert response.headers["Location"] == "/"


def test_signing_out_ends_the_session(site):
    visitor = site.visitor().get("/").send("/sign-out")
    assert "You are signed out." in visitor.text
    assert visitor.get("/").path == "/sign-in"


def test_a_new_password_ends_the_sessions_of_the_old_one(site):
    visitor = site.visitor()
    assert visitor.get("/").path == "/"
    with site.database.write() as session:
        add_user(session, "admin@example.com", Role.ADMIN, site.clock.now())
    assert visitor.get("/").path == "/sign-in"


def test_too_many_tries_are_slowed_down_and_a_page_says_so(site):
    visitor = site.visitor(None)
    for number in range(10):
        visitor.get("/sign-in").send(email=f"max{number}@example.com", password="guess")
        assert visitor.status == 401
    visitor.get("/sign-in").send(email="max@example.com", password="guess")
    assert visitor.status == 429
    assert "Wait a minute" in visitor.text
    assert visitor.get("/sign-in").status == 200


def guess(visitor, email, times):
    """Wrong passwords, each answered at once; the status of the last."""
    for _ in range(times):
        visitor.get("/sign-in").send(email=email, password="guess")
    return visitor.status


@pytest.mark.parametrize("email", ["admin@example.com", "nobody@example.com"])
def test_who_guesses_waits_and_is_told_the_same_whether_the_address_is_on_file_or_not(site, email):
    site.user(Role.ADMIN)
    visitor = site.visitor(None)
    assert guess(visitor, email, 5) == 401
    assert "do not belong together" in visitor.text
    assert guess(visitor, email, 1) == 429
    assert "Too many wrong tries with this e-mail address. Wait 1 min" in visitor.text
    assert "an admin can unlock it" in visitor.text


def test_the_wait_doubles_up_to_a_quarter_of_an_hour_and_the_right_password_ends_it(database):
    site = open_site(database)
    email = site.user(Role.ADMIN)

    def attempt(password):
        return proofs.password_of(database, email, password) is not None

    for _ in range(4):
        assert not attempt("guess")
    for minutes in (1, 2, 4, 8, 15, 15):
        assert not attempt("guess")
        site.clock.advance(timedelta(minutes=minutes, seconds=-1))
        with pytest.raises(lockout.LockedOut):
            attempt(site.passwords[email])
        site.clock.advance(timedelta(seconds=1))
    assert site.visitor(None).sign_in(email, site.passwords[email]).path == "/"
    for _ in range(4):
        assert not attempt("guess")
    assert attempt(site.passwords[email])


def test_wrong_tries_are_forgotten_after_six_hours(site):
    email, visitor = site.user(Role.ADMIN), site.visitor(None)
    guess(visitor, "nobody@example.com", 1)
    guess(visitor, email, 4)
    site.clock.advance(timedelta(hours=6))
    guess(visitor, email, 4)
    assert visitor.send(email=email, password=site.passwords[email]).path == "/"
    with site.database.read() as session:
        assert session.execute(select(SignInThrottle)).first() is None


def test_an_account_that_is_locked_is_seen_and_unlocked_by_an_admin_and_both_are_on_file(site):
    admin, viewer, visitor = site.visitor(), site.user(Role.VIEWER), site.visitor(None)
    guess(visitor, viewer, 5)
    guess(visitor, "nobody@example.com", 2)
    assert "locked until 02:15" in admin.get("/users").text
    assert "no try is looked at until 02:15 Rome" in admin.get("/users/2").text
    admin.send("/users/2/unlock")
    assert visitor.get("/sign-in").send(email=viewer, password=site.passwords[viewer]).path == "/"
    with site.database.read() as session:
        rows = session.execute(select(Audit.actor, Audit.action, Audit.subject).order_by(Audit.id)).all()
    assert [tuple(row) for row in rows] == [
        ("sign-in", "user.locked", "user:viewer@example.com"),
        ("admin@example.com", "user.unlocked", "user:viewer@example.com"),
    ]


def test_however_many_guess_at_once_five_are_looked_at(database, monkeypatch):
    site = open_site(database)
    email = site.user(Role.ADMIN)
    looked_at = []
    monkeypatch.setattr(accounts, "check_password", lambda _session, email, _password: looked_at.append(email))

    def guess_once(_):
        with suppress(lockout.LockedOut):
            proofs.password_of(database, email, "guess")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(guess_once, range(24)))
    assert looked_at == [email] * 5


def test_a_page_that_refreshes_itself_sends_the_whole_page_to_sign_in(site):
    response = site.visitor(None).client.get(
        "/live", headers={"HX-Request": "true", "HX-Current-URL": "http://localhost/tickets/100001"}
    )
    assert response.status_code == 401
    assert response.headers["HX-Redirect"] == "/sign-in?next=%2Ftickets%2F100001"


def test_a_form_without_its_token_changes_nothing_and_shows_what_was_typed(site):
    visitor = site.visitor()
    answer = visitor.client.post("/technicians/add", data={"name": "Gina Blu", "phone": "+393331110007"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert "Gina Blu" in page and "+393331110007" in page
    assert "Gina Blu" not in visitor.get("/technicians").text


def test_an_expired_form_never_shows_secrets(site):
    answer = site.visitor(None).client.post("/sign-in", data={"email": "max@example.com", "password": "s3cret"})
    page = answer.get_data(as_text=True)
    assert "max@example.com" in page
    assert "s3cret" not in page


def test_an_unknown_page_says_what_to_do_with_an_id_to_quote(site):
    visitor = site.visitor().get("/nowhere")
    assert visitor.status == 404
    assert re.search(r"quote [0-9a-f]{8}", visitor.text)


def test_a_fault_of_ours_shows_no_trace_and_logs_its_id(site, caplog):
    site.app.add_url_rule("/broken", "broken", lambda: 1 / 0)
    visitor = site.visitor().get("/broken")
    assert visitor.status == 500
    assert "Traceback" not in visitor.html and "ZeroDivisionError" not in visitor.html
    assert visitor.found(r"quote <b>([0-9a-f]{8})") in caplog.text


@pytest.mark.parametrize("path", ["/api/v1/nowhere", "/api/openapi.nowhere"])
def test_programs_get_problem_json(site, path):
    answer = site.app.test_client().get(path)
    assert answer.status_code == 404
    assert answer.mimetype == "application/problem+json"
    assert answer.json["status"] == 404


def test_every_answer_carries_the_headers_that_protect_it(site):
    for path in ("/sign-in", "/static/line.css", "/nowhere"):
        headers = site.app.test_client().get(path, buffered=True).headers
        assert "default-src 'self'" in headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert "Strict-Transport-Security" not in headers


def test_what_needs_no_session_makes_none(site):
    headers = site.app.test_client().get("/api/v1/nowhere").headers
    assert "Set-Cookie" not in headers
    assert "Vary" not in headers
    assert headers.getlist("Referrer-Policy") == ["same-origin"]


def test_over_https_cookies_are_secure_and_browsers_are_told_to_stay(sqlite):
    answer = open_site(sqlite, secure_cookies=True).app.test_client().get("/sign-in")
    cookie = answer.headers["Set-Cookie"]
    assert "Secure" in cookie and "HttpOnly" in cookie and "SameSite=Lax" in cookie
    assert "max-age" in answer.headers["Strict-Transport-Security"]


def test_assets_are_kept_for_ever_under_an_address_that_changes_with_them(site):
    visitor = site.visitor(None).get("/sign-in")
    versioned = visitor.found(r'href="(/static/line\.css\?v=[0-9a-f]+)"')
    assert "max-age=31536000" in visitor.client.get(versioned, buffered=True).headers["Cache-Control"]
    assert "no-cache" in visitor.client.get("/static/line.css", buffered=True).headers["Cache-Control"]


def test_no_page_holds_inline_script_or_style(site):
    visitor = site.visitor()
    for path in ("/", "/tickets", "/rotations", "/rotations/add", "/technicians/add", "/customers/add"):
        html = visitor.get(path).html
        assert not re.search(r"<style|<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=", html), path


@pytest.mark.parametrize("simulated", [True, False])
def test_without_an_account_every_page_says_so(sqlite, simulated):
    site = open_site(sqlite, simulated=simulated)
    visitor = site.visitor(None).get("/sign-in")
    banner = "Simulator: no Twilio account is configured; nothing leaves this machine."
    assert (banner in visitor.text) is simulated
