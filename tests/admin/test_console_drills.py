"""Drills in the console: started by a manager, watched by all, and no customer's ticket anywhere."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from admin.accounts import AccountError, create_token
from models.account import Role, Scope
from models.customer import HOUSE_CONTRACT, Contract
from models.page import Page
from models.ticket import TicketSource, TicketState
from paging import pager
from paging.pager import Responder
from rules.targets import Priority
from tests.admin.console_site import open_site

NUMBER = 100001
ANNA = Responder("anna", "Anna Rossi")


@pytest.fixture
def site(sqlite):
    site = open_site(sqlite)
    site.technicians("Anna Rossi", "Bruno Neri")
    site.rotation("anna")
    site.policy("schedule:platinum", "technician:bruno")
    return site


def starts(site, role=Role.MANAGER, **typed):
    return site.visitor(role).get("/drills").send("/drills", **typed)


def answers(site, by=ANNA):
    with site.database.write() as session:
        pager.acknowledge(session, site.line, NUMBER, by, site.clock.now())


def house(site):
    with site.database.read() as session:
        return session.execute(sa.select(Contract.id).where(Contract.number == HOUSE_CONTRACT)).scalar_one()


def test_without_any_the_page_says_what_a_drill_is_for(site):
    text = site.visitor().get("/drills").text
    assert "No drill yet. A drill pages whoever is on call" in text
    assert "Start one after a change" in text
    assert "default: Anna Rossi first" in text
    assert "A manager can start one here." in site.visitor(Role.VIEWER).get("/drills").text


def test_without_a_policy_it_says_what_to_do(sqlite):
    assert "There is no escalation policy yet" in open_site(sqlite).visitor().get("/drills").text


def test_a_manager_starts_one_and_it_leaves_at_once(site):
    visitor = starts(site, priority="P2")
    assert f"Drill {NUMBER} pages now. It ends when somebody answers." in visitor.text
    told = f"P2 {NUMBER} Nobody yet for 0 s level 1 of default started 02:14 Rome by manager@example.com"
    assert told in visitor.text
    ticket = site.row(NUMBER)
    assert (ticket.source, ticket.priority, ticket.target_at) == (TicketSource.DRILL, Priority.P2, None)
    with site.database.read() as session:
        assert session.execute(sa.select(Page.due_at)).scalar_one() == site.clock.now()


def test_the_list_tells_who_answered_and_how_long_it_took(site):
    starts(site)
    site.clock.advance(timedelta(seconds=42))
    answers(site)
    text = site.visitor(Role.VIEWER).get("/drills/live").text
    assert f"P1 {NUMBER} AR Anna Rossi in 42 s level 1 of default started 02:14 Rome by manager@example.com" in text


def test_a_second_one_waits_for_the_first(site):
    starts(site)
    visitor = starts(site)
    assert visitor.status == 422
    assert f"Drill {NUMBER} is under way: wait until somebody answers, or stop it." in visitor.text
    answers(site)
    assert "Drill 100002 pages now." in starts(site).text


@pytest.mark.parametrize("typed", [{"policy": "other"}, {"priority": "P3"}, {"priority": ""}])
def test_only_what_is_offered_can_be_chosen(site, typed):
    visitor = starts(site, **typed)
    assert visitor.status == 422
    assert "Not a valid choice" in visitor.text
    assert "No drill yet." in visitor.text


def test_an_admin_stops_it_from_its_page(site):
    starts(site)
    visitor = site.visitor().get(f"/tickets/{NUMBER}")
    assert "Stop the drill" in visitor.text
    assert "Exclude" not in visitor.text and "Raise or lower" not in visitor.text
    site.clock.advance(timedelta(seconds=200))
    visitor.send(f"/tickets/{NUMBER}/solve")
    assert site.row(NUMBER).state is TicketState.SOLVED
    assert "Stopped after 3 min 20 s level 1 of default" in visitor.get("/drills").text


def test_its_page_says_what_it_is(site):
    starts(site)
    visitor = site.visitor(Role.TECHNICIAN).get(f"/tickets/{NUMBER}")
    assert "P1 Drill, practice only Nobody has it running for 0 s" in visitor.text
    assert "Drill Practice only, started by manager@example.com: nothing is wrong." in visitor.text
    assert "manager@example.com started this drill, by the escalation policy 'default'." in visitor.text
    site.clock.advance(timedelta(seconds=42))
    visitor.send(f"/tickets/{NUMBER}/acknowledge")
    assert f"Drill {NUMBER} is over after 42 seconds. Thank you, nothing to do." in visitor.text
    assert "Answered in 42 s" in visitor.text


def test_it_is_marked_in_every_list_and_stands_after_the_customers_tickets(site):
    starts(site)
    real = site.ticket(site.contract(), Priority.P2)
    for path in ("/", "/tickets"):
        assert f"{NUMBER} Drill, practice only running for 0 s" in site.visitor().get(path).text
    home = site.visitor().get("/").text
    assert home.index(f" {real} ") < home.index(f" {NUMBER} ")


def test_it_is_no_customers_ticket_where_those_are_counted(site):
    starts(site)
    home = site.visitor().get("/").text
    assert "Add a customer with a PIN The PIN proves" in home
    assert "Try a call Phone" in home
    contract = site.contract()
    for _ in range(50):
        site.ticket(contract, paged=False)
    assert "more are in the list" not in site.visitor().get("/").text
    site.ticket(contract, paged=False)
    assert "1 more are in the list" in site.visitor().get("/").text


def test_the_houses_customer_is_nobodys_to_see_or_change(site):
    starts(site)
    site.contract()
    visitor = site.visitor().get("/customers")
    assert "Acme SpA" in visitor.text
    assert "practice only" not in visitor.text
    assert visitor.get(f"/contracts/{house(site)}").status == 404
    with pytest.raises(AccountError, match="unknown contract"), site.database.write() as session:
        create_token(session, "monitoring", Scope.EVENTS, HOUSE_CONTRACT, site.clock.now())


def test_its_number_is_given_to_no_customer(site):
    visitor = site.visitor().get("/customers/add").send(customer="Borea", number=HOUSE_CONTRACT)
    assert visitor.status == 422
    assert "DRILL is kept for drills. Type another number." in visitor.text


def test_who_started_one_long_ago_may_be_forgotten(site):
    starts(site)
    with site.database.write() as session:
        session.execute(sa.text("DELETE FROM audit"))
    assert f"{NUMBER} Nobody yet for 0 s level 1 started 02:14 Rome" in site.visitor().get("/drills").text
