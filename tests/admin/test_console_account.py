"""Everybody's own account: the password, and where one is signed in."""

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import make_url, select

from admin import browsers
from models.account import ConsoleSession, Role
from models.audit import Audit
from models.database import Database
from tests.admin.console_site import Visitor, open_site

pytestmark = pytest.mark.one_database

VIEWER = "viewer@example.com"
NEW = "correct horse battery staple"


@pytest.fixture
def site(database):
    return open_site(database)


def typed_password(site, email=VIEWER):
    return site.visitor(None).sign_in(email, site.passwords[email])


def actions(site):
    with site.database.read() as session:
        return session.execute(select(Audit.action).order_by(Audit.id)).scalars().all()


def test_the_password_is_changed_and_other_browsers_are_signed_out(site):
    here, there = site.visitor(Role.VIEWER), site.visitor(Role.VIEWER)
    old = site.passwords[VIEWER]
    here.get("/account").send("/account/password", current=old, new=NEW, again=NEW)
    assert "Your password is changed." in here.text
    assert there.get("/").path == "/sign-in"
    assert there.send(email=VIEWER, password=old).status == 401
    assert there.send(email=VIEWER, password=NEW).path == "/"
    assert actions(site) == ["user.password_changed"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"current": "guess"}, "This is not your password."),
        ({"new": "elevenchars", "again": "elevenchars"}, "At least 12 characters"),
        ({"again": "correct horse battery"}, "not the same as above"),
        ({"current": ""}, "Type your password."),
    ],
)
def test_a_password_that_cannot_be_changed_says_why_at_its_field(site, typed, said):
    visitor = site.visitor(Role.VIEWER).get("/account")
    visitor.send("/account/password", **{"current": site.passwords[VIEWER], "new": NEW, "again": NEW} | typed)
    assert visitor.status == 422
    assert said in visitor.text
    assert NEW not in visitor.html and 'value="guess"' not in visitor.html
    assert typed_password(site).path == "/"


def test_the_old_password_is_no_new_one(site):
    visitor, old = site.visitor(Role.VIEWER).get("/account"), site.passwords[VIEWER]
    visitor.send("/account/password", current=old, new=old, again=old)
    assert "This is the old one" in visitor.text


def test_passwords_that_are_guessed_at_an_open_browser_count_as_at_the_door(site):
    visitor = site.visitor(Role.VIEWER)
    for _ in range(5):
        visitor.get("/account").send("/account/password", current="guess", new=NEW, again=NEW)
    right = visitor.send("/account/password", current=site.passwords[VIEWER], new=NEW, again=NEW)
    assert (right.status, "Too many wrong tries" in right.text) == (422, True)
    assert typed_password(site).status == 429


FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1 Version/19.0 Mobile Safari/604.1"


def elsewhere(site, user_agent) -> Visitor:
    """The viewer, signed in at another browser."""
    visitor = Visitor(site.app.test_client())
    visitor.client.environ_base["HTTP_USER_AGENT"] = user_agent
    return visitor.sign_in(VIEWER, site.passwords[VIEWER])


def test_every_sign_in_is_listed_and_ends_where_it_is_told_to(site):
    here = site.visitor(Role.VIEWER)
    desk, telephone = elsewhere(site, FIREFOX), elsewhere(site, IPHONE)
    listed = here.get("/account").text
    assert "Firefox on Linux" in listed and "Safari on iPhone" in listed and "from 127.0.0.1" in listed
    assert listed.count("this browser") == 1

    here.send("/account/sessions/3")
    assert telephone.get("/").path == "/sign-in"
    assert desk.get("/").path == "/"
    here.get("/account").send("/account/sessions")
    assert "You are signed out everywhere else." in here.text
    assert desk.get("/").path == "/sign-in"
    assert here.get("/").path == "/"
    assert actions(site) == ["user.signed_out"] * 2


def test_nobody_ends_a_session_of_somebody_else(site):
    admin, viewer = site.visitor(), site.visitor(Role.VIEWER).get("/account")
    token = viewer.found(r'name="csrf_token"[^>]*value="([^"]+)"')
    viewer.client.post("/account/sessions/1", data={"csrf_token": token})
    viewer.client.post("/account/sessions", data={"csrf_token": token})
    assert admin.get("/users").status == 200


def test_an_admin_ends_the_sessions_of_a_user(site):
    viewer, telephone, admin = site.visitor(Role.VIEWER), elsewhere(site, IPHONE), site.visitor()
    admin.get("/users/1").send("/users/1/sessions/1")
    assert viewer.get("/").path == "/sign-in"
    assert telephone.get("/").path == "/"
    admin.send("/users/1/sessions")
    assert telephone.get("/").path == "/sign-in"
    assert admin.get("/users").status == 200


def test_a_session_says_when_it_was_used_written_at_most_once_a_minute(site):
    visitor = site.visitor(Role.VIEWER)
    began = site.clock.at

    def seen():
        with site.database.read() as session:
            return session.get_one(ConsoleSession, 1).seen_at

    for seconds, expected in ((59, 0), (1, 60), (59, 60), (3600, 3719)):
        site.clock.advance(timedelta(seconds=seconds))
        assert visitor.get("/tickets").status == 200
        assert seen() == began + timedelta(seconds=expected)


def test_a_database_that_cannot_be_written_still_shows_its_pages(sqlite_url, clock):
    database = Database(sqlite_url, clock)
    site = open_site(database)
    visitor = site.visitor(Role.VIEWER)
    site.clock.advance(timedelta(minutes=1))
    # No longer than a moment: the patience of the real one would make this test wait.
    sa.event.listen(database.engine, "checkout", lambda connection, *_: connection.execute("PRAGMA busy_timeout=1"))
    with closing(sqlite3.connect(make_url(sqlite_url).database or "", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert visitor.get("/tickets").path == "/tickets"
        assert visitor.status == 200
    database.dispose()


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (FIREFOX, "Firefox on Linux"),
        (IPHONE, "Safari on iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/142.0 Safari/537.36 Edg/142.0", "Edge on Windows"),
        ("Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/142.0 Mobile Safari/537.36", "Chrome on Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 15_0) Version/19.0 Safari/605.1", "Safari on Mac"),
        ("curl/8.5", "Another browser"),
        ("", "Another browser"),
    ],
)
def test_a_browser_is_told_in_words(user_agent, words):
    assert browsers.in_words(user_agent) == words


def test_a_session_that_is_not_used_for_a_week_is_over_and_forgotten(site):
    visitor = site.visitor(Role.VIEWER)
    site.clock.advance(timedelta(days=6, hours=23))
    assert visitor.get("/").path == "/"
    site.clock.advance(timedelta(days=7))
    assert visitor.get("/").path == "/sign-in"
    typed_password(site)
    with site.database.read() as session:
        assert len(session.execute(select(ConsoleSession)).all()) == 1


def test_signing_out_takes_the_session_away(site):
    visitor = site.visitor(Role.VIEWER).get("/")
    stolen = visitor.client.get_cookie("platinum_line").value
    visitor.send("/sign-out")
    thief = site.app.test_client()
    thief.set_cookie("platinum_line", stolen)
    assert thief.get("/tickets").status_code == 302
