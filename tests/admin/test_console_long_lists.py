"""Ten thousand of everything: each page stays light; and part by part a list shows every row once."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from models.account import Role, Scope, Token, User
from models.audit import Audit
from models.call import Call, DutyMessage, Step
from models.customer import Contract, Pin
from models.page import Page, PageState
from models.protection import BlockedNumber
from models.schedule import ScheduleRevision
from models.technician import Technician
from models.ticket import Ticket, TicketSource, TicketState
from paging import roster
from rules.edits import with_absences, with_overrides
from rules.on_call import Absence, Override
from rules.targets import Priority
from tests.admin.console_site import NOW, open_site

MANY = 10_000
A_PART = 50
HEAVIEST = 75_000
"""Bytes of a page: what it brings along is as much again."""
HOUR = timedelta(hours=1)


def technician(n):
    return {"key": f"t-{n}", "name": f"Tina {n % 7}", "time_zone": "Europe/Rome", "phone": f"+39333{n:07}"}


def user(n):
    gone = NOW if n % 3 == 0 else None
    row = {"email": f"user-{n}@example.com", "password_hash": "", "session_key": "", "created_at": NOW}
    return row | {"role": Role.VIEWER, "deactivated_at": gone}


def token(n):
    gone = NOW if n % 3 == 0 else None
    return {"name": f"Zabbix {n}", "digest": str(n), "scope": Scope.READ, "created_at": NOW, "revoked_at": gone}


def blocked(n):
    at = NOW - HOUR * (n % 5)
    return {"number": f"+39333{n:07}", "reason": "nuisance", "blocked_by": "anna@example.com", "blocked_at": at}


def change(n):
    after = {"name": f"Tina {n}"}
    return {"at": NOW, "actor": "anna@example.com", "action": "technician.changed", "subject": f"t-{n}", "after": after}


def message(n):
    row = {"call_sid": "CA1", "occasion": str(n), "is_verified": False, "text": f"Call me back, {n} times."}
    return row | {"left_at": NOW, "told_at": NOW}


def drill(n):
    row = {"number": 200_000 + n, "contract_id": 1, "priority": Priority.P1, "state": TicketState.SOLVED}
    return row | {"source": TicketSource.DRILL, "opened_at": NOW}


def page_of_drill(n):
    row = {"ticket_number": 200_000 + n, "state": PageState.CLOSED, "policy": {}, "level": 1, "round": 1}
    return row | {"passed": False, "alarmed_round": 0, "raised_at": NOW}


def write(site, table, row, many=MANY):
    with site.database.write() as session:
        session.execute(insert(table), [row(n) for n in range(many)])


LISTS = {
    "/technicians": (Technician, technician),
    "/users": (User, user),
    "/tokens": (Token, token),
    "/calls/blocked": (BlockedNumber, blocked),
}


@pytest.fixture
def site(sqlite):
    site = open_site(sqlite)
    site.technicians("Anna Rossi", "Bruno Rossi")
    site.rotation("anna", "bruno")
    site.policy("technician:anna")
    site.contract()
    return site


def is_light(visitor, path):
    visitor.get(path)
    assert visitor.status == 200
    assert len(visitor.html.encode()) < HEAVIEST, path
    return visitor


@pytest.mark.parametrize("path", LISTS)
def test_the_page_of_a_long_list_is_light_in_every_part(site, path):
    write(site, *LISTS[path])
    visitor = site.visitor()
    first = is_light(visitor, path).html
    second = is_light(visitor, visitor.found(r'href="([^"]+[?&]before=[^"]+)"')).html
    assert second != first
    assert is_light(visitor, visitor.found(r'href="([^"]+[?&]after=[^"]+)"')).found("(before=)")


def rows_of(path, html):
    """What names the rows of one part, in their order."""
    found = {
        "/technicians": r'href="/technicians/(t-\d+)"',
        "/users": r">(user-\d+@example.com)<",
        "/tokens": r"<b>(Zabbix \d+)</b>",
        "/calls/blocked": r"<b>(\+39333\d{7})</b>",
    }
    return re.findall(found[path], html)


@pytest.mark.parametrize("path", LISTS)
def test_part_by_part_a_list_shows_every_row_once_and_the_same_way_back(database, path):
    site = open_site(database)
    write(site, *LISTS[path], many=120)
    visitor = site.visitor().get(path)
    parts = [rows_of(path, visitor.html)]
    while below := re.search(r'href="([^"]+[?&]before=[^"]+)"', visitor.html):
        parts.append(rows_of(path, visitor.get(below[1]).html))
    seen = [name for part in parts for name in part]
    assert len(seen) == len({*seen}) == 120
    for part in reversed(parts[:-1]):
        assert rows_of(path, visitor.get(visitor.found(r'href="([^"]+[?&]after=[^"]+)"')).html) == part


@pytest.mark.parametrize("path", LISTS)
def test_an_edge_that_there_is_not_shows_the_beginning(site, path):
    write(site, *LISTS[path], many=3)
    visitor = site.visitor()
    beginning = rows_of(path, visitor.get(path).html)
    assert len(beginning) == 3
    for edge in ("before=nobody", "after=9999999999", "before=%00", "after=%2B39"):
        assert rows_of(path, visitor.get(f"{path}?{edge}").html) == beginning


def test_one_of_many_is_found_by_name_number_or_address(site):
    write(site, Technician, technician, many=120)
    write(site, User, user, many=120)
    admin = site.visitor()
    for words, key in (("t-77", "t-77"), ("333 0000 077", "t-77"), ("TINA t-8", "t-8")):
        assert key in rows_of("/technicians", admin.get(f"/technicians?q={words}").html)
    assert admin.get("/technicians?q=%25").text.count("No technician is like that") == 1
    assert rows_of("/users", admin.get("/users?q=user-77%40").html) == ["user-77@example.com"]
    assert "No user has an address like that" in admin.get("/users?q=<b>").text


def test_ten_thousand_changes_messages_and_drills_are_light_too(site):
    counts = {"turn": 1, "silences": 0, "wrong_pins": 0, "problem": 0}
    with site.database.write() as session:
        session.add(Call(sid="CA1", step=Step.ENDED, registered=False, staffed=False, started_at=NOW, **counts))
    for table, row in ((Audit, change), (DutyMessage, message), (Ticket, drill), (Page, page_of_drill)):
        write(site, table, row)
    admin = site.visitor()
    for path in ("/audit", "/calls/messages", "/drills", "/"):
        is_light(admin, path)


def test_a_rotation_with_a_thousand_overrides_and_absences_shows_them_part_by_part(site):
    hours = [(NOW + HOUR * (2 * n + 1), NOW + HOUR * (2 * n + 2)) for n in range(1_000)]
    overrides = [Override("anna", *span) for span in hours]
    absences = [Absence("bruno", *span) for span in hours]
    with site.database.write() as session:
        schedule = roster.current_schedule(session, "platinum", NOW)
        many = with_absences(with_overrides(schedule, overrides), absences)
        roster.save_revision(session, many, "test", NOW)
    admin = site.visitor().get("/rotations/platinum")
    assert admin.html.count('<li class="shift') == A_PART
    assert "now \N{EN DASH} " not in admin.get(admin.found(r'href="([^"]+ahead=50)#')).text
    for name in ("overrides", "absences"):
        admin.get("/rotations/platinum")
        assert admin.html.count(f"/{name}/remove") == A_PART
        admin.get(admin.found(rf'href="([^"]+{name}=50)#').replace("&amp;", "&"))
        assert admin.html.count(f"/{name}/remove") == A_PART
        last = admin.get(f"/rotations/platinum?{name}=99999999")
        assert last.html.count(f"/{name}/remove") == A_PART and f"{name}=1000" not in last.html


def test_a_rotation_that_was_changed_a_thousand_times_lists_a_part_of_it(site):
    with site.database.read() as session:
        content = roster.content_of(roster.current_schedule(session, "platinum", NOW))

    def revision(n):
        row = {"schedule_key": "platinum", "effective_at": NOW + HOUR, "created_at": NOW, "author": "anna"}
        return row | {"content": content}

    write(site, ScheduleRevision, revision, many=1_000)
    is_light(site.visitor(), "/rotations/platinum/revisions").found("(before=)")


def test_a_customer_with_many_contracts_and_a_contract_with_many_pins_show_them_part_by_part(site):
    with site.database.read() as session:
        kept = session.execute(select(Contract.__table__).where(Contract.number == "C-1001")).one()._asdict()
    number, customer = kept.pop("id"), kept["customer_id"]
    write(site, Contract, lambda n: kept | {"number": f"D-{n}"}, many=2_000)
    write(site, Pin, lambda n: {"contract_id": number, "digest": str(n), "created_at": NOW}, many=2_000)
    admin = site.visitor()
    assert "2001 contracts" in is_light(admin, f"/customers/{customer}").text
    assert "D-48" in admin.text and "D-49" not in admin.text
    assert "D-49" in is_light(admin, admin.found(r'href="([^"]+contracts=50)#')).text
    path = f"/contracts/{number}"
    assert admin.get(path).html.count("/revoke") == A_PART
    assert admin.get(admin.found(r'href="([^"]+pins=50)#')).html.count("/revoke") == A_PART
