"""The audit log: searched, paged, read; and no secret in it."""

import json
import re
from dataclasses import fields
from datetime import timedelta

import pytest
from sqlalchemy import select

from admin import commands, retention_view
from admin.audit_diff import Difference, differences
from models.account import Role
from models.audit import Audit
from models.retention import RetentionProgress
from models.ticket import Ticket, TicketState
from tests.admin.console_site import NOW, open_site


@pytest.fixture
def site(database):
    return open_site(database)


def changed(site, action="technician.changed", subject="technician:anna", actor="max@example.com", at=NOW, **what):
    with site.database.write() as session:
        session.add(Audit(at=at, actor=actor, action=action, subject=subject, **what))


def test_without_any_it_says_what_it_is_for(site):
    assert "Nothing was changed yet" in site.visitor().get("/audit").text


def test_a_change_is_told_with_who_when_and_what_became_of_what(site):
    changed(site, before={"phone": "+391", "name": "Anna"}, after={"phone": "+392", "name": "Anna"})
    text = site.visitor().get("/audit").text
    assert "technician changed technician:anna Wed 11 Nov 02:14" in text
    assert "by max@example.com" in text
    assert "phone +391 became +392" in text
    assert "name Anna" not in text


SEARCHES = [
    ("actor=eva", {"by eva"}),
    ("actor=MAX@", {"by max"}),
    ("action=pin.", {"by eva"}),
    ("action=Pin+issued", {"by eva"}),
    ("action=pin_changed", set()),
    ("subject=C-1001", {"by eva"}),
    ("subject=%25", set()),
    ("subject=nn_", set()),
    ("since=2026-11-11", {"by max"}),
    ("until=2026-11-10", {"by eva"}),
    ("since=2026-11-10&until=2026-11-10", {"by eva"}),
    ("since=2026-11-12", set()),
    ("since=0001-01-01&until=9999-12-31", {"by max", "by eva"}),
    ("actor=eva&subject=anna", set()),
]


@pytest.mark.parametrize(("query", "found"), SEARCHES)
def test_changes_are_found_by_who_what_of_what_and_when(site, query, found):
    changed(site)
    midnight = NOW - timedelta(hours=2, minutes=14)
    changed(site, "pin.issued", "contract:C-1001", "eva@example.com", at=midnight - timedelta(seconds=1))
    text = site.visitor().get(f"/audit?{query}").text
    assert {who for who in ("by max", "by eva") if who in text} == found
    assert ("No change like that" in text) is not found


def test_a_day_that_there_is_not_is_told_at_its_field(site):
    visitor = site.visitor().get("/audit?since=yesterday")
    assert (visitor.status, "Type a date, such as" in visitor.text) == (422, True)


def test_the_log_goes_on_with_older_changes_of_the_same_search(site):
    for number in range(104):
        # Two at each instant: a page that ends between them must not lose one.
        changed(site, subject=f"thing:{number:03d}", at=NOW + timedelta(minutes=number // 2))
    changed(site, actor="eva@example.com", at=NOW + timedelta(days=1))
    visitor, seen = site.visitor().get("/audit?actor=max&action="), []
    while True:
        seen += re.findall(r"thing:(\d+)", visitor.html)
        if "Older changes" not in visitor.text:
            break
        visitor.get(visitor.found(r'href="(/audit\?actor=max&amp;before=\d+)"').replace("&amp;", "&"))
    assert seen == [f"{number:03d}" for number in reversed(range(104))]


@pytest.mark.parametrize("before", ["x", "-1", "99999999999999999999", "²", "7"])
def test_a_place_to_go_on_that_there_is_not_is_the_beginning(site, before):
    changed(site)
    assert "by max@example.com" in site.visitor().get(f"/audit?before={before}").text


def test_what_was_typed_is_shown_as_text(site):
    changed(site, subject="<script>alert(1)</script>", after={"<b>": "<img src=x>"})
    html = site.visitor().get("/audit").html
    assert "<script>alert" not in html and "<img" not in html and "<b>:" not in html


DIFFERENCES: list[tuple[object, object, list[tuple[str, str, str]]]] = [
    (None, {"role": "viewer"}, [("role", "", "viewer")]),
    ({"role": "viewer"}, None, [("role", "viewer", "")]),
    ({"paid": True, "same": 1}, {"paid": False, "same": 1}, [("paid", "yes", "no")]),
    ({"channels": ["sms"]}, {"channels": ["sms", "voice"]}, [("channels", "sms", "sms, voice")]),
    ({"a": None, "b": []}, {"a": "", "b": None}, []),
    ([], [["Ada", None, "+39"]], [("1", "", "Ada, +39")]),
    ({"count": 0}, {"count": 1}, [("count", "0", "1")]),
    ("one", "two", [("", "one", "two")]),
    (None, None, []),
    (
        {"layers": [{"name": "weekly", "first_handoff": "9"}]},
        {"layers": [{"name": "weekly", "first_handoff": "10"}, {"name": "night"}]},
        [("layers 1 first handoff", "9", "10"), ("layers 2 name", "", "night")],
    ),
    ({"password": "old"}, {"password": "new"}, [("password", "not shown", "not shown")]),
    ({"pin": "1"}, {"opinion": "1"}, [("opinion", "", "1"), ("pin", "not shown", "")]),
]


@pytest.mark.parametrize(("before", "after", "expected"), DIFFERENCES)
def test_a_change_is_read_place_by_place(before, after, expected):
    assert differences(before, after) == [Difference(*one) for one in expected]


def test_no_secret_is_ever_in_the_log(site):
    """Everything in the console that makes a secret leaves a trace, and not the secret."""
    site.contract()
    admin, secrets = site.visitor(), []
    admin.get("/users/add").send(email="eva@example.com", role="viewer")
    secrets.append(admin.found(r'id="password">([^<]+)<'))
    secrets.append(admin.get("/users/2").send("/users/2/password").found(r'id="password">([^<]+)<'))
    secrets.append(admin.get("/tokens").send(name="Zabbix", scope="read").found(r'id="token">([^<]+)<'))
    secrets.append(admin.get("/contracts/1").send("/contracts/1/pins").found(r'id="pin">([^<]+)<'))
    secrets += [site.passwords["admin@example.com"], "correct horse battery staple"]
    admin.get("/account").send("/account/password", current=secrets[-2], new=secrets[-1], again=secrets[-1])
    with site.database.read() as session:
        rows = session.execute(select(Audit).order_by(Audit.id)).scalars().all()
    assert [row.action for row in rows] == [
        "user.added", "user.password_generated", "token.created", "pin.issued", "user.password_changed",
    ]  # fmt: skip
    written = json.dumps([[row.subject, row.before, row.after] for row in rows])
    assert not [secret for secret in secrets if secret in written]


def test_the_command_line_leaves_its_trace_too(site):
    commands.new_user(site.database, "Eva@example.com", Role.ADMIN)
    commands.new_token(site.database, "Zabbix", "read", None)
    with site.database.read() as session:
        rows = session.execute(select(Audit.actor, Audit.action, Audit.subject).order_by(Audit.id)).all()
    assert [tuple(row) for row in rows] == [
        ("command line", "user.password_generated", "user:eva@example.com"),
        ("command line", "token.created", "token:Zabbix"),
    ]


def test_it_says_how_long_each_kind_of_record_is_kept_and_what_was_deleted_last(site):
    with site.database.write() as session:
        session.add(
            RetentionProgress(
                kind="call", due_at=NOW, rows=0, last_rows=1234, total_rows=56789, last_at=NOW, finished_at=NOW
            )
        )
    text = site.visitor().get("/audit").text
    for field in fields(site.line.policy.retention):
        period = getattr(site.line.policy.retention, field.name)
        assert f"{retention_view.WORDS[field.name]} {period.days} days" in text
    assert "1234 56789" in text


@pytest.mark.parametrize("is_old", [False, True])
def test_a_ticket_says_what_was_deleted(sqlite, is_old):
    site = open_site(sqlite)
    kept = site.line.policy.retention
    assert kept.timeline and kept.ticket_contact
    number = site.ticket(site.contract(), paged=False)
    with site.database.write() as session:
        ticket = session.get_one(Ticket, number)
        ticket.state, ticket.callback, ticket.caller = TicketState.SOLVED, None, None
        ticket.ended_at = NOW - (kept.timeline + kept.ticket_contact if is_old else timedelta(days=1))
    text = site.visitor().get(f"/tickets/{number}").text
    assert (f"Messages and notes were deleted {kept.timeline.days} days" in text) is is_old
    assert (f"deleted {kept.ticket_contact.days} days after the end" in text) is is_old
