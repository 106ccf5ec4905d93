"""Signing in with the account of one's organisation, against a real provider on this machine."""

import re
import time
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
import requests
from joserfc.jwk import RSAKey

from admin import sessions
from models.account import Role
from tests.admin.console_site import Visitor, open_site
from tests.admin.identity_provider import Provider
from tests.browser.server import served

pytestmark = pytest.mark.one_database

ANNA = "anna@example.com"


@pytest.fixture
def provider():
    provider = Provider()
    with served(provider.app()) as provider.issuer:
        yield provider.says(email=ANNA)


@pytest.fixture
def site(database, provider):
    site = open_site(database, provider=provider.settings)
    site.user(Role.TECHNICIAN, ANNA)
    return site


def leaves(visitor: Visitor, path: str = "/sign-in/oidc") -> str:
    """The visitor goes to the provider; answers where it sends the browser back to."""
    there = visitor.client.get(path).headers["Location"]
    back = requests.get(there, allow_redirects=False, timeout=5).headers["Location"]
    assert back.startswith("http://127.0.0.1:8000/sign-in/oidc/back?")
    return back.removeprefix("http://127.0.0.1:8000")


def signs_in(site, path: str = "/sign-in/oidc") -> Visitor:
    visitor = site.visitor(None)
    return visitor.get(leaves(visitor, path))


def refused(visitor: Visitor) -> str:
    """The words, and that nobody is signed in."""
    assert visitor.status == 401
    assert visitor.client.get("/tickets").status_code == 302
    return visitor.text


def test_the_way_is_offered_after_the_password_s_button(site):
    visitor = site.visitor(None).get("/tickets")
    buttons = re.findall(r'(?s)class="btn[^>]*>(.*?)</(?:button|a)>', visitor.html)
    assert [re.sub(r"<[^>]+>", "", words).strip() for words in buttons] == ["Sign in", "Sign in with 127.0.0.1"]
    assert 'href="/sign-in/oidc?next=%2Ftickets"' in visitor.html


def test_without_a_provider_there_is_no_such_way(sqlite):
    visitor = open_site(sqlite).visitor(None)
    assert "Sign in with" not in visitor.get("/sign-in").text
    assert visitor.get("/sign-in/oidc").status == 404


def test_a_user_on_file_comes_back_signed_in_to_the_page_that_was_asked_for(site, provider):
    visitor = signs_in(site, "/sign-in/oidc?next=/tickets?state=open")
    assert visitor.path == "/tickets?state=open"
    assert ANNA in visitor.html
    assert len(provider.asked["nonce"]) >= 20 and len(provider.asked["state"]) >= 20
    assert visitor.get("/technicians/add").status == 403


def test_another_host_is_not_where_it_leads(site):
    assert signs_in(site, "/sign-in/oidc?next=//evil.example").path == "/"


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "of another sign-in"},
        {"nonce": None},
        {"aud": "another client"},
        {"aud": ["another client"]},
        {"iss": "https://evil.example"},
        {"email": None},
        {"sub": None},
    ],
)
def test_a_token_that_is_not_for_this_sign_in_is_refused(site, provider, claims):
    provider.says(**claims)
    assert "Signing in with 127.0.0.1 did not work" in refused(signs_in(site))
    assert provider.tokens == 1


@pytest.mark.parametrize(("claim", "seconds"), [("exp", -600), ("iat", 600)])
def test_a_token_that_is_over_or_of_later_is_refused(site, provider, claim, seconds):
    provider.says(**{claim: int(time.time()) + seconds})
    assert "Signing in with 127.0.0.1 did not work" in refused(signs_in(site))


@pytest.mark.parametrize("verified", [False, None, "true", 1])
def test_an_address_that_the_provider_does_not_vouch_for_is_refused(site, provider, verified):
    provider.says(email_verified=verified)
    assert "does not vouch for your e-mail address" in refused(signs_in(site))


@pytest.mark.parametrize("email", ["nobody@example.com", "", "anna@example.com.evil.example"])
def test_who_is_not_on_file_is_refused(site, provider, email):
    provider.says(email=email)
    assert "An admin can add you" in refused(signs_in(site))


def test_a_capital_makes_no_other_user(site, provider):
    provider.says(email="Anna@Example.com")
    assert signs_in(site).path == "/"


def test_who_is_deactivated_is_refused(site):
    admin = site.visitor()
    admin.get("/users/1").send("/users/1/deactivate")
    assert "An admin can add you" in refused(signs_in(site))


def test_a_wrong_state_or_the_state_of_another_browser_is_refused(site, provider):
    mine, other = site.visitor(None), site.visitor(None)
    back = leaves(mine)
    assert "did not work" in refused(other.get(back))
    state = parse_qs(urlsplit(back).query)["state"][0]
    assert "did not work" in refused(mine.get(back.replace(state, "guess")))
    assert "did not work" in refused(mine.get("/sign-in/oidc/back"))
    assert provider.tokens == 0


def test_a_code_counts_once(site):
    visitor = site.visitor(None)
    back = leaves(visitor)
    assert visitor.get(back).path == "/"
    visitor.send("/sign-out")
    assert "did not work" in refused(visitor.get(back))


def test_a_code_that_was_stolen_is_of_no_use_without_the_verifier(site, provider):
    """PKCE: the thief's own sign-in has another verifier."""
    visitor, thief = site.visitor(None), site.visitor(None)
    code = parse_qs(urlsplit(leaves(visitor)).query)["code"][0]
    own = leaves(thief)
    assert "did not work" in refused(thief.get(re.sub(r"code=[^&]+", f"code={code}", own)))
    assert provider.tokens == 0


def test_a_token_that_somebody_else_has_signed_is_refused(site, provider):
    provider.shown = RSAKey.generate_key(2048, {"kid": "1", "use": "sig", "alg": "RS256"})
    assert "did not work" in refused(signs_in(site))


def test_keys_that_changed_are_fetched_again(site, provider):
    assert signs_in(site).path == "/"
    provider.key = RSAKey.generate_key(2048, {"kid": "2", "use": "sig", "alg": "RS256"})
    assert signs_in(site).path == "/"


@pytest.mark.parametrize("trouble", ["denied", "no id_token"])
def test_a_provider_that_says_no_is_told_in_words(site, provider, trouble):
    provider.breaks = trouble
    assert "did not work" in refused(signs_in(site))


def test_a_provider_that_is_out_of_order_leaves_the_password(site, provider):
    provider.breaks = "discovery"
    visitor = site.visitor(None).get("/sign-in/oidc")
    assert "sign in with your password" in refused(visitor)
    assert visitor.send(email=ANNA, password=site.passwords[ANNA]).path == "/"


def test_the_second_step_is_asked_for_here_too(site):
    visitor = signs_in(site).get("/account/second-step")
    secret = visitor.found(r'id="secret">([A-Z2-7 ]+)<').replace(" ", "")
    visitor.send(code=pyotp.TOTP(secret).at(site.clock.at))
    site.clock.advance(sessions.SEEN_EVERY)
    visitor = signs_in(site, "/sign-in/oidc?next=/tickets")
    assert "One more step" in visitor.text
    assert visitor.client.get("/tickets").status_code == 302
    assert visitor.send(code=pyotp.TOTP(secret).at(site.clock.at)).path == "/tickets"


def test_a_form_is_kept_by_the_page_that_was_left_for_the_provider(site):
    manager = site.user(Role.MANAGER, "eva@example.com")
    visitor = site.visitor(None).sign_in(manager, site.passwords[manager]).get("/technicians/add")
    with site.database.write() as session:
        sessions.end_all(session, 2)
    data = {"csrf_token": visitor.found(r'name="csrf_token"[^>]*value="([^"]+)"'), "name": "Gina Blu"}
    headers = {"Referer": "http://localhost/technicians/add"}
    page = visitor._seen(visitor.client.post("/technicians/add", data=data, headers=headers)).html
    assert 'target="_blank"' in page
    other_window = Visitor(visitor.client)
    assert other_window.get(leaves(other_window)).path == "/"
    assert "Your form is kept" in visitor.send().text
    assert "name Gina Blu" in visitor.text
