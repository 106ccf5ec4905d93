"""A ticket's page: what happened, what can I do; every move by a plain form."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from models.account import Role
from models.audit import Audit
from models.call import Call, CallStep, Step
from models.page import Page, PageState
from models.ticket import Ticket, TicketState
from paging import pager
from paging.pager import Responder
from rules.targets import Priority
from tests.admin.console_site import open_site
from tickets.story import record


@pytest.fixture
def site(sqlite):
    site = open_site(sqlite)
    site.technicians("Anna Rossi", "Bruno Neri")
    return site


@pytest.fixture
def number(site):
    return site.ticket(site.contract())


def audits(site):
    with site.database.read() as session:
        return session.execute(sa.select(Audit).order_by(Audit.id)).scalars().all()


def page_state(site, number):
    with site.database.read() as session:
        return session.execute(sa.select(Page.state).where(Page.ticket_number == number)).scalar_one()


def test_the_page_tells_what_happened_newest_first_with_local_times(site, number):
    visitor = site.visitor(Role.TECHNICIAN).get(f"/tickets/{number}")
    assert "P1 Nobody has it 1 h left" in visitor.text
    assert "Acme SpA C-1001, Platinum" in visitor.text
    assert "+393332220001" in visitor.text
    assert f"Ticket {number} opened for Acme SpA with priority P1. 02:14:00 · just now" in visitor.text


def test_the_steps_of_the_call_that_opened_it_and_of_one_that_joined_it_are_part_of_the_story(site, number):
    with site.database.write() as session:
        _call(session, "CA1", site.clock.now() - timedelta(seconds=30), "pin", "contract C-1001")
        session.get_one(Ticket, number).call_sid = "CA1"
        _call(session, "CA2", site.clock.now(), "priority", f"key 5, ticket {number}", ticket_number=number)
    text = site.visitor().get(f"/tickets/{number}").text
    assert text.index(f"Ticket {number} opened") < text.index("PIN: contract C-1001 02:13:30 · call")
    assert f"key 5, ticket {number} 02:14:00 · call" in text


def _call(session, sid, at, kind, text, **about):
    """A call of which one step is known."""
    call = Call(
        sid=sid,
        caller="+393332220001",
        step=Step.ENDED,
        turn=3,
        silences=0,
        wrong_pins=0,
        problem=1,
        registered=True,
        staffed=False,
        started_at=at,
        **about,
    )
    session.add(call)
    session.flush()
    session.add(CallStep(call_sid=sid, at=at, kind=kind, text=text))


def test_who_looks_at_it_may_page_again_and_is_told_first_what_happens(site, number):
    site.policy("technician:anna", "technician:bruno")
    with site.database.write() as session:
        pager.acknowledge(session, site.line, number, Responder("anna", "Anna Rossi"), site.clock.now())
    site.clock.advance(timedelta(minutes=1))
    visitor = site.visitor(Role.TECHNICIAN).get(f"/tickets/{number}")
    assert "Nobody has it in charge any more: Anna Rossi is told." in visitor.text
    visitor.send(f"/tickets/{number}/again")
    assert f"{number} pages again from the first level, now." in visitor.text
    assert "technician@example.com had it paged again, from the first level: Anna Rossi has it no more." in visitor.text
    assert page_state(site, number) is PageState.PAGING
    (change,) = audits(site)
    assert (change.action, change.subject) == ("ticket.again", f"ticket:{number}")
    assert (change.before["taken_by"], change.after["taken_by"]) == ("anna", None)
    visitor.send(f"/tickets/{number}/again")
    assert "It pages again from the first level already." in visitor.text
    assert len(audits(site)) == 1


def test_a_message_says_what_it_was_and_a_recordings_address_is_left_out(site, number):
    with site.database.write() as session:
        record(session, number, site.clock.now(), "page_delivered", "Text to Anna Rossi delivered.")
        record(session, number, site.clock.now(), "described", "The caller recorded a description: http://x/RE1")
    text = site.visitor().get(f"/tickets/{number}").text
    assert "Text to Anna Rossi delivered. 02:14:00 · page" in text
    assert "The caller recorded a description. 02:14:00" in text


def test_a_technician_takes_it_in_charge_with_one_button_and_owns_it_by_name(site, number):
    site.user(Role.TECHNICIAN, "anna@example.com")
    visitor = site.visitor(None).sign_in("anna@example.com", site.passwords["anna@example.com"])
    visitor.get(f"/tickets/{number}").send(f"/tickets/{number}/acknowledge")
    assert "You have it in charge." in visitor.text
    assert "In charge AR Anna Rossi" in visitor.text
    assert site.row(number).taken_by == "anna"
    assert page_state(site, number) is PageState.ACKNOWLEDGED


def test_who_comes_second_is_told_who_has_it(site, number):
    visitor = site.visitor().get(f"/tickets/{number}")
    with site.database.write() as session:
        pager.acknowledge(session, site.line, number, Responder("bruno", "Bruno Neri"), site.clock.now())
    visitor.send(f"/tickets/{number}/acknowledge")
    assert visitor.status == 409
    assert "Bruno Neri has it in charge since 02:14." in visitor.text
    assert site.row(number).taken_by == "bruno"


def test_a_note_goes_into_the_story(site, number):
    visitor = site.visitor().get(f"/tickets/{number}")
    visitor.send(f"/tickets/{number}/note", text="Restarted <b>the node</b>.")
    assert "admin@example.com: Restarted &lt;b&gt;the node&lt;/b&gt;." in visitor.html


def test_waiting_stops_the_clock_and_going_on_starts_it_again(site, number):
    visitor = site.visitor().get(f"/tickets/{number}").send(f"/tickets/{number}/acknowledge")
    visitor.send(f"/tickets/{number}/wait", reason="The customer looks for the key.")
    assert site.row(number).state is TicketState.WAITING
    assert "clock stopped for less than a minute" in visitor.text
    visitor.send(f"/tickets/{number}/resume")
    assert site.row(number).state is TicketState.IN_CHARGE


def test_passing_on_pages_the_next_level(site, number):
    visitor = site.visitor().get(f"/tickets/{number}").send(f"/tickets/{number}/acknowledge")
    assert "is told" not in site.visitor(Role.MANAGER).get(f"/tickets/{number}").text, "an address has no telephone"
    visitor.send(f"/tickets/{number}/pass")
    assert "the next level is paged now" in visitor.text
    assert site.row(number).state is TicketState.OPEN
    assert page_state(site, number) is PageState.PAGING


def test_the_priority_changes_with_a_reason_and_the_target_with_it(site, number):
    before = site.row(number).target_at
    visitor = site.visitor().get(f"/tickets/{number}")
    visitor.send(f"/tickets/{number}/priority", priority="P2", reason="One of two nodes works.")
    ticket = site.row(number)
    assert ticket.priority is Priority.P2
    assert ticket.target_at != before
    assert "went from P1 to P2" in visitor.text
    change = audits(site)[-1]
    assert (change.actor, change.action, change.subject) == ("admin@example.com", "ticket.priority", f"ticket:{number}")
    assert (change.before["priority"], change.after["priority"]) == ("P1", "P2")
    assert change.after["reason"] == "One of two nodes works."


@pytest.mark.parametrize(
    ("move", "words", "complaint"),
    [
        ("exclude", {"reason": " "}, "Say why the plan does not cover this case."),
        ("priority", {"reason": "", "priority": "P2"}, "Say why: the customer's priority is changed."),
        ("priority", {"reason": "typed", "priority": "P9"}, "Not a valid choice."),
        ("note", {"text": ""}, "Type the note."),
        ("note", {"text": "x" * 2001}, "At most 2000 characters."),
    ],
)
def test_a_move_without_what_it_needs_changes_nothing_and_says_so_beside_the_field(
    site, number, move, words, complaint
):
    visitor = site.visitor().get(f"/tickets/{number}").send(f"/tickets/{number}/{move}", **words)
    assert visitor.status == 422
    assert complaint in visitor.text
    assert audits(site) == []
    assert site.row(number).state is TicketState.OPEN


def test_a_refused_move_keeps_what_was_typed(site, number):
    visitor = site.visitor().get(f"/tickets/{number}")
    with site.database.write() as session:
        ticket = session.get_one(Ticket, number)
        session.refresh(ticket, ["contract"])
        pager.exclude(session, site.line, ticket, Responder(None, "Max"), "not covered", site.clock.now())
    visitor.send(f"/tickets/{number}/solve", reason="Replaced the disk.")
    assert visitor.status == 409
    assert f"Ticket {number} is excluded" in visitor.text


@pytest.mark.parametrize(("move", "state"), [("solve", TicketState.SOLVED), ("exclude", TicketState.EXCLUDED)])
def test_ending_a_ticket_ends_its_page(site, number, move, state):
    visitor = site.visitor().get(f"/tickets/{number}").send(f"/tickets/{number}/{move}", reason="Done with it.")
    assert site.row(number).state is state
    assert page_state(site, number) is PageState.CLOSED
    assert "This ticket is ended." in visitor.text
    assert "hx-get" not in visitor.html


@pytest.mark.parametrize("path", ["/tickets/999999", "/tickets/999999/live", "/tickets/none"])
def test_a_ticket_that_does_not_exist_is_not_found(site, path):
    assert site.visitor().get(path).status == 404
