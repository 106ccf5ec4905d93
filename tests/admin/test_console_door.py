"""Who gets in, what a session may do, and what every answer carries."""

import re

import pytest

from admin.accounts import add_user
from models.account import Role
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
    for _ in range(10):
        visitor.get("/sign-in").send(email="max@example.com", password="guess")
        assert visitor.status == 401
    visitor.get("/sign-in").send(email="max@example.com", password="guess")
    assert visitor.status == 429
    assert "Wait a minute" in visitor.text
    assert visitor.get("/sign-in").status == 200


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
