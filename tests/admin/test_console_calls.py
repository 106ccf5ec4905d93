"""Calls in the console: the list, every step of one, what was recorded, and the block list."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from admin.call_log import REASONS
from models.account import Role
from models.audit import Audit
from models.call import CallStep, DutyMessage
from models.customer import Contact
from models.protection import BlockedNumber, Throttle
from models.recording import RecordingState
from rules.entitlement import RefusalReason
from tests.admin.call_rows import ADA, call, recording
from tests.admin.console_site import NOW, open_site

HOUR = timedelta(hours=1)


@pytest.fixture
def site(sqlite):
    return open_site(sqlite)


def test_without_any_the_list_says_what_it_is_for(site):
    assert "Nobody has called yet" in site.visitor(Role.VIEWER).get("/calls").text


def test_the_list_tells_who_called_and_what_became_of_it(site):
    call(site)
    call(site, "CA2", None, outcome="refused:unpaid", started_at=NOW + timedelta(minutes=1))
    text = site.visitor(Role.VIEWER).get("/calls").text
    assert text.index("Number not known") < text.index(ADA)
    assert "refused: the contract is not paid" in text
    assert "passed to the duty manager" in text


FOUND = [
    ("", "CA5 CA4 CA3 CA2 CA1"),
    ("?kind=refused", "CA2"),
    ("?kind=unverified", "CA1"),
    ("?kind=human", "CA4 CA1"),
    ("?kind=ticket", "CA3"),
    ("?kind=language", "CA5"),
    ("?q=%2B39+333+222+0001", "CA1"),
    ("?q=222+9999", "CA2"),
    ("?q=acme", "CA4 CA3"),
    ("?q=c-1001&kind=ticket", "CA3"),
    ("?q=100001", "CA3"),
    ("?q=acme+100001", "CA3"),
    ("?q=99999999999999999999", ""),
    ("?q=a%00b", ""),
    ("?since=2026-11-12", "CA5"),
    ("?until=2026-11-11&kind=refused", "CA2"),
    ("?before=CA4", "CA3 CA2 CA1"),
    ("?after=CA4", "CA5"),
    ("?before=nonsense", "CA5 CA4 CA3 CA2 CA1"),
]


def test_what_is_asked_for_is_found_and_nothing_else(database):
    site = open_site(database)
    contract = site.contract()
    number = site.ticket(contract, paged=False)
    call(site)
    call(site, "CA2", "+393332229999", outcome="refused:unpaid", started_at=NOW + timedelta(minutes=1))
    call(site, "CA3", None, outcome="ticket", contract_id=contract, ticket_number=number, started_at=NOW + HOUR)
    call(site, "CA4", "+442079460000", contract_id=contract, started_at=NOW + HOUR)
    call(site, "CA5", "+442079460001", outcome="language:it", started_at=NOW + 24 * HOUR)
    visitor = site.visitor(Role.VIEWER)
    for query, found in FOUND:
        html = visitor.get(f"/calls{query}").html
        assert visitor.status == 200, query
        assert re.findall(r'href="/calls/(CA\d+)"', html) == found.split(), query


def test_an_empty_answer_says_how_to_widen_the_search(site):
    visitor = site.visitor(Role.VIEWER).get("/calls?kind=refused&q=acme")
    assert "No call is all of this. Take one of the filters above away" in visitor.text
    assert 'href="/calls?kind=refused"' in visitor.html
    assert visitor.get("/calls?kind=nonsense&since=soon").status == 422
    assert "Not a valid choice." in visitor.text


def test_the_list_goes_on_with_older_calls_and_back(site):
    for number in range(52):
        call(site, f"CA{number}", f"+39333222{number:04d}", started_at=NOW + timedelta(minutes=number // 2))
    visitor = site.visitor(Role.VIEWER)
    first = visitor.get("/calls?kind=human").text
    assert "Older calls" in first and "Newer calls" not in first
    assert "+393332220001" not in first
    older = visitor.get(visitor.found(r'href="([^"]*before=[^"]*)"').replace("&amp;", "&")).text
    assert "+393332220001" in older and "+393332220000" in older and "Older calls" not in older
    newer = visitor.get(visitor.found(r'href="([^"]*after=[^"]*)"').replace("&amp;", "&")).text
    assert "+393332220051" in newer and "Newer calls" not in newer


def message(site, number=1, **more):
    values = {
        "call_sid": "CA1", "occasion": f"{number}", "caller": ADA, "is_verified": False, "left_at": NOW,
        "text": f"Message {number}.", "due_at": None, "told_at": NOW,
    } | more  # fmt: skip
    with site.database.write() as session:
        session.add(DutyMessage(**values))


def test_messages_for_the_duty_manager_tell_who_is_not_verified_and_what_still_waits(database):
    site = open_site(database)
    visitor = site.visitor(Role.VIEWER)
    assert "Nobody left a message." in visitor.get("/calls/messages").text
    assert "No unverified caller left a message." in visitor.get("/calls/messages?from=unverified").text
    call(site)
    message(site)
    message(site, 2, is_verified=True, told_at=None, due_at=NOW + HOUR)
    text = visitor.get("/calls/messages").text
    waits = "Right PIN 02:14 Message 2. goes to the duty manager with the digest of 03:14"
    told = "Unverified 02:14 Message 1. told to the duty manager 02:14"
    assert text.index(waits) < text.index(told)
    assert "Message 2." not in visitor.get("/calls/messages?from=unverified").text
    text = visitor.get("/calls/CA1").text
    assert "Message 1. Unverified told to the duty manager 02:14" in text and "Message 2." in text


def test_a_message_whose_text_is_deleted_says_so(site):
    call(site)
    message(site, text="", caller=None, left_at=NOW - timedelta(days=91), redacted_at=NOW - timedelta(hours=1))
    for path in ("/calls/messages", "/calls/CA1"):
        assert "Text deleted after 90 days" in site.visitor().get(path).text


def test_messages_are_listed_part_by_part(site):
    call(site)
    for number in range(51):
        message(site, number)
    visitor = site.visitor(Role.VIEWER).get("/calls/messages?from=unverified")
    assert "Message 50." in visitor.text and "Message 0." not in visitor.text
    older = visitor.found(r'href="([^"]*before=[^"]*)"').replace("&amp;", "&")
    assert older == "/calls/messages?from=unverified&before=2"
    assert "Message 0." in visitor.get(older).text
    visitor.get(visitor.found(r'href="([^"]*after=[^"]*)"').replace("&amp;", "&"))
    assert "Message 50." in visitor.text and "Older messages" in visitor.text


@pytest.mark.parametrize("reason", RefusalReason)
def test_a_refused_call_says_why_in_words(site, reason):
    call(site, outcome=f"refused:{reason}")
    assert f"refused: {REASONS[reason]}" in site.visitor(Role.VIEWER).get("/calls").text


def test_a_call_shows_every_step_and_its_recording(site):
    call(site, stir="TN-Validation-Failed-C")
    recording(site)
    recording(site, 2, state=RecordingState.LOST, sound=None)
    page = site.visitor(Role.VIEWER).get("/calls/CA1").text
    assert "wrong, 1 of 3" in page
    assert "unverified" in page
    assert "TN-Validation-Failed-C" in page
    assert "could not be fetched" in page
    assert "Deleted on" in page


def test_a_recording_is_played_to_who_is_signed_in_and_from_any_second(site):
    call(site)
    recording(site)
    client = site.visitor(Role.VIEWER).client
    assert client.get("/recordings/1").data == b"0123456789"
    part = client.get("/recordings/1", headers={"Range": "bytes=4-6"})
    assert (part.status_code, part.data) == (206, b"456")
    assert client.get("/recordings/2").status_code == 404
    assert site.visitor(None).client.get("/recordings/1").status_code == 302


def test_a_number_is_blocked_and_let_in_again_and_both_are_in_the_trail(site):
    manager = site.visitor(Role.MANAGER)
    page = manager.get("/calls/blocked").send("/calls/blocked", number="+39 333 222 0001", reason="robot").text
    assert f"{ADA} is blocked" in page
    with site.database.read() as session:
        assert session.get_one(BlockedNumber, ADA).reason == "robot"
    page = manager.send("/calls/blocked/remove", number=ADA).text
    assert "may use the line again" in page
    assert "No number is blocked" in page
    with site.database.read() as session:
        actions = session.execute(sa.select(Audit.action).order_by(Audit.id)).scalars().all()
    assert actions[-2:] == ["number.blocked", "number.unblocked"]


def test_what_is_no_number_is_not_blocked_and_stays_typed(site):
    visitor = site.visitor(Role.MANAGER).get("/calls/blocked").send("/calls/blocked", number="robot", reason="")
    assert "not a telephone number" in visitor.text
    assert "Type why" in visitor.text
    assert 'value="robot"' in visitor.html


def test_blocking_an_administrator_s_number_warns(site):
    contract = site.contract()
    with site.database.write() as session:
        session.add(Contact(contract_id=contract, position=1, name="Ada Bianchi", phone=ADA))
    page = site.visitor(Role.MANAGER).get("/calls/blocked").send("/calls/blocked", number=ADA, reason="test").text
    assert "on file as Ada Bianchi" in page


def test_a_viewer_blocks_nobody(site):
    assert site.visitor(Role.VIEWER).client.get("/calls/blocked").status_code == 403


def test_each_step_is_told_in_words(site):
    call(site)
    with site.database.write() as session:
        for kind, text in (("human", "from pin"), ("duty_waits", "waits"), ("ended", "at ended"), ("hold", "skipped")):
            session.add(CallStep(call_sid="CA1", at=NOW, kind=kind, text=text))
    text = site.visitor(Role.VIEWER).get("/calls/CA1").text
    for words in ("PIN: wrong, 1 of 3", "On to a person, from pin", "The message waits", "Hold: skipped"):
        assert words in text
    assert "at ended" not in text


def test_the_budgets_for_wrong_pins_that_are_spent_are_listed_in_words(site):
    budgets = (("line:", 2), ("contract:1", 1), ("registered:+393332220001", None), ("line", 9), ("country:IT", -1))
    with site.database.write() as session:
        for key, hours in budgets:
            until = NOW + hours * HOUR if hours else None
            whole_at = None if key == "line" else NOW + 9 * HOUR
            row = Throttle(key=key, failures=75, last_at=NOW, shut_until=until, whole_at=whole_at)
            session.add(row)
    site.contract()
    text = site.visitor(Role.VIEWER).get("/calls").text
    assert re.findall(r"(numbers that|callers who|the registered|country).*?: \d+ wrong PINs", text) == [
        "numbers that",
        "callers who",
    ]
    assert "C-1001: 75 wrong PINs" in text


def test_without_a_spent_budget_the_list_says_nothing_of_wrong_pins(site):
    assert "wrong PINs" not in site.visitor(Role.VIEWER).get("/calls").text
