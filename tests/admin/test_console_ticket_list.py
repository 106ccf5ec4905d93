"""The list of tickets: every filter and word narrows it, the address holds it all, and no part repeats or skips one."""

import re
from datetime import timedelta

import pytest

from admin import ticket_search
from models.account import Role
from models.ticket import Ticket, TicketSource, TicketState
from paging import pager
from paging.pager import Responder
from rules.targets import Plan, Priority
from tests.admin.console_site import open_site


@pytest.fixture
def site(database):
    site = open_site(database)
    site.technicians("Anna Rossi", "Bruno Neri")
    return site


def listed(site, query=""):
    """The numbers on the page, in its order."""
    visitor = site.visitor(Role.VIEWER).get(f"/tickets{query}")
    assert visitor.status == 200, visitor.text
    return [int(number) for number in re.findall(r'href="/tickets/(\d+)"', visitor.html)]


def change(site, number, **values):
    with site.database.write() as session:
        ticket = session.get_one(Ticket, number)
        for name, value in values.items():
            setattr(ticket, name, value)


@pytest.fixture
def three(site):
    """A Platinum P1 that Anna has, a Gold P2 of monitoring, and a Basic P3 of a day later."""
    acme = site.ticket(site.contract())
    with site.database.write() as session:
        pager.acknowledge(session, site.line, acme, Responder("anna", "Anna Rossi"), site.clock.now())
    beta = site.ticket(site.contract("B-77", "Beta 100% Müller", Plan.GOLD), Priority.P2, paged=False)
    change(site, beta, source=TicketSource.EVENT, caller=None, callback=None, summary="Disk of node_1 nearly full")
    site.clock.advance(timedelta(days=1))
    gamma = site.ticket(site.contract("G-3", "Gamma Srl", Plan.BASIC), Priority.P3, paged=False)
    change(site, gamma, caller="+442079460000", callback=None)
    return {"acme": acme, "beta": beta, "gamma": gamma}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", "gamma beta acme"),
        ("?state=open", "beta gamma"),
        ("?state=unended", "beta acme gamma"),
        ("?state=in_charge", "acme"),
        ("?priority=P2", "beta"),
        ("?plan=basic", "gamma"),
        ("?source=event", "beta"),
        ("?holder=anna", "acme"),
        ("?holder=bruno", ""),
        ("?since=2026-11-12", "gamma"),
        ("?until=2026-11-11", "beta acme"),
        ("?since=2026-11-11&until=2026-11-11&priority=P1", "acme"),
        ("?since=0001-01-01&until=9999-12-31", "gamma beta acme"),
        ("?q=100002", "beta"),
        ("?q=beta", "beta"),
        ("?q=100%25+m%C3%BCller", "beta"),
        ("?q=b-77", "beta"),
        ("?q=node_1+DISK", "beta"),
        ("?q=node%251", ""),
        ("?q=disk+gamma", ""),
        ("?q=%2B39+333+222+0001", "acme"),
        ("?q=0039+333+222", "acme"),
        ("?q=020+7946+0000", "gamma"),
        ("?q=99999999999999999999", ""),
        ("?q=a%00b", ""),
        ("?state=nonsense&before=nonsense", "gamma beta acme"),
    ],
)
def test_what_is_asked_for_is_found_and_nothing_else(site, three, query, found):
    assert listed(site, query) == [three[name] for name in found.split()]


def test_each_state_is_counted_within_the_rest_of_the_question(site, three):
    text = site.visitor(Role.VIEWER).get("/tickets").text
    assert "All 3 Not ended 3 Nobody has it 2 In charge 1 Waiting 0 Solved 0 Excluded 0" in text
    text = site.visitor(Role.VIEWER).get("/tickets?state=open&plan=gold").text
    assert "All 1 Not ended 1 Nobody has it 1 In charge 0" in text


def test_a_count_stops_where_there_are_many(site, three, monkeypatch):
    monkeypatch.setattr(ticket_search, "MOST_COUNTED", 2)
    assert "All 2+" in " ".join(site.visitor().get("/tickets").text.split())


def test_the_address_keeps_the_whole_question_from_one_page_to_the_next(site):
    contract = site.contract()
    for _ in range(51):
        site.ticket(contract, paged=False)
    visitor = site.visitor(Role.VIEWER).get("/tickets?q=acme&priority=P1&source=call")
    assert 'value="acme"' in visitor.html
    older = visitor.found(r'href="([^"]*before=[^"]*)"').replace("&amp;", "&")
    assert older == "/tickets?q=acme&priority=P1&source=call&before=100002"
    assert 'href="/tickets?q=acme&amp;priority=P1&amp;source=call&amp;state=open"' in visitor.html
    visitor.get(older)
    assert "Search: acme" in visitor.text and "Priority: P1" in visitor.text and "Came by: A call" in visitor.text
    newer = visitor.found(r'href="([^"]*after=[^"]*)"').replace("&amp;", "&")
    assert len(re.findall(r'class="row-link"', visitor.get(newer).html)) == 50
    assert "Older tickets" in visitor.text and "Newer tickets" not in visitor.text


@pytest.mark.parametrize("query", ["?state=open", "?"])
def test_part_by_part_every_ticket_is_seen_once_there_and_back(site, query):
    contracts = [site.contract(f"C-{plan}", plan, plan) for plan in (Plan.PLATINUM, Plan.BASIC, Plan.GOLD)]
    numbers = {site.ticket(contracts[turn % 3], paged=False) for turn in range(120)}
    down = [listed(site, query)]
    while part := listed(site, f"{query}&before={down[-1][-1]}"):
        down.append(part)
    seen = [number for part in down for number in part]
    assert len(seen) == len(set(seen)) and set(seen) == numbers
    assert listed(site, f"{query}&after={down[1][0]}") == down[0]
    if "state" in query:
        with site.database.read() as session:
            basic = [session.get_one(Ticket, number).contract_id == contracts[1] for number in seen]
        assert basic == sorted(basic)


def test_an_empty_answer_says_how_to_widen_the_search(site, three):
    visitor = site.visitor(Role.VIEWER).get("/tickets?state=solved&q=acme&priority=P1")
    assert "No ticket is all of this. Take one of the filters above away" in visitor.text
    assert 'href="/tickets?state=solved&amp;priority=P1"' in visitor.html
    assert 'href="/tickets?q=acme&amp;priority=P1">in every state: 1</a>' in visitor.html
    assert "No ticket is in this state. Show all tickets" in visitor.get("/tickets?state=solved").text


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ("priority=P9", "Not a valid choice."),
        ("since=tomorrow", "Type a date, such as 2026-12-31."),
        (f"q={'x' * 101}", "At most 100 characters."),
    ],
)
def test_what_is_no_filter_is_said_beside_its_field_and_narrows_nothing(site, three, query, complaint):
    visitor = site.visitor(Role.VIEWER).get(f"/tickets?{query}")
    assert visitor.status == 422
    assert complaint in visitor.text
    assert all(str(number) in visitor.text for number in three.values())


def test_whoever_had_a_ticket_can_be_chosen(site, three):
    change(site, three["beta"], taken_by="max@example.com", state=TicketState.SOLVED)
    assert ">max@example.com</option>" in site.visitor(Role.VIEWER).get("/tickets").html
    assert listed(site, "?holder=max%40example.com") == [three["beta"]]


def test_html_in_the_search_is_shown_as_it_was_typed(site):
    html = site.visitor(Role.VIEWER).get("/tickets?q=<script>alert(1)</script>").html
    assert "<script>alert" not in html
