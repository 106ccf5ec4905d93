"""The home page tells who has it, what is burning, whether pages leave, and where nobody will be on call."""

from datetime import datetime, time, timedelta

import pytest

from admin import overview
from models.account import Role
from models.customer import Pin
from models.delivery import Delivery, DeliveryKind, DeliveryState
from models.service import Heartbeat
from models.ticket import Ticket
from paging import drills, pager, roster
from paging.pager import Responder
from rules.escalation import Channel
from rules.on_call import Layer, Schedule, Window
from rules.rotation import Rotation, Unit
from rules.targets import Plan, Priority
from tests.admin.console_site import open_site
from tests.plans import loaded

STEPS = (
    "Add a technician",
    "Make a rotation",
    "Add an escalation policy",
    "Add a customer with a PIN",
    "Connect Twilio",
    "Try a call",
    "Run a drill",
)


@pytest.fixture
def site(sqlite):
    return open_site(sqlite)


def seen(site, seconds_ago):
    with site.database.write() as session:
        session.merge(Heartbeat(engine="one", seen_at=site.clock.now() - timedelta(seconds=seconds_ago)))


def message(site, state, error, *, minutes_ago=1, number=1):
    at = site.clock.now() - timedelta(minutes=minutes_ago)
    with site.database.write() as session:
        session.add(
            Delivery(
                key=f"message:{number}",
                kind=DeliveryKind.PAGE,
                channel=Channel.SMS,
                urgency=0,
                name="Anna Rossi",
                address="+393331110001",
                body="P1",
                state=state,
                attempts=1,
                error=error,
                due_at=site.clock.now() if state is DeliveryState.PENDING else None,
                created_at=at,
                attempted_at=at,
            )
        )


def test_an_empty_service_says_what_to_do_first(site):
    text = site.visitor().get("/").text
    assert "Nothing is burning." in text
    assert "No rotation yet: a page would reach nobody." in text
    assert "To begin 0 of 7 done" in text
    order = [text.index(name) for name in STEPS]
    assert order == sorted(order)
    assert "Add a technician Somebody to page, by text and by call." in text


def test_it_says_who_is_on_call_until_when_why_and_who_is_next(site):
    site.technicians("Anna Rossi", "Bruno Neri")
    site.rotation("anna", "bruno")
    text = site.visitor().get("/").text
    assert "Anna Rossi platinum Weekly layer, until Mon 09:00. It is 02:14 in Rome." in text
    assert "Next: Bruno Neri , weekly layer, until Mon 23 Nov 09:00" in text
    assert "No gaps next 60 days" in text


def closed_on(site, *days):
    """A rotation that is closed on these weekdays (Monday is 0)."""
    turns = Rotation(Unit.WEEK, 1, datetime(2026, 11, 9, 9), ("anna",))  # noqa: DTZ001  local wall clock
    open_days = Window(tuple(day for day in range(7) if day not in days), time(0), time(0))
    with site.database.write() as session:
        schedule = Schedule("platinum", "Europe/Rome", (Layer("weekly", turns, (open_days,)),))
        roster.save_revision(session, schedule, "test", site.clock.now())


def test_gaps_of_the_next_sixty_days_are_told_in_words_the_first_three_by_name(site):
    site.technicians("Anna Rossi")
    closed_on(site, 5)
    text = site.visitor().get("/").text
    assert "Nobody on platinum from Sat 00:00 until Sun 00:00 Rome" in text
    assert text.count("Nobody on platinum") == 3
    assert "and 6 more on platinum in the next 60 days" in text
    assert "No gaps" not in text
    assert "9 gaps in the next 60 days" in site.visitor().get("/rotations").text


def test_gaps_are_told_as_the_rotation_has_them_now(site):
    site.technicians("Anna Rossi")
    closed_on(site, 5)
    visitor = site.visitor()
    assert "until Sun 00:00 Rome" in visitor.get("/").text
    site.clock.advance(timedelta(minutes=50))
    closed_on(site, 6)
    assert "Nobody on platinum from Sun 00:00 until Mon 00:00 Rome" in visitor.get("/").text
    site.clock.advance(timedelta(days=4, hours=1))
    assert "Nobody on platinum from 04:04 until Mon 00:00 Rome" in visitor.get("/").text
    site.clock.advance(timedelta(minutes=30))
    assert "Nobody on platinum from 04:34 until Mon 00:00 Rome" in visitor.get("/").text


def test_tickets_stand_by_urgency_with_their_countdown_and_who_has_them(site):
    site.technicians("Anna Rossi")
    gold = site.contract("C-1", "Gold Srl", Plan.GOLD)
    platinum = site.contract("C-2", "Platinum SpA")
    basic = site.contract("C-3", "Basic Srl", Plan.BASIC)
    taken = site.ticket(platinum)
    site.ticket(basic, Priority.P1, paged=False)
    site.ticket(platinum, Priority.P2)
    site.ticket(gold, Priority.P1)
    urgent = site.ticket(platinum, Priority.P1)
    with site.database.write() as session:
        pager.acknowledge(session, site.line, taken, Responder("anna", "Anna Rossi"), site.clock.now())
    site.clock.advance(timedelta(minutes=19))
    text = site.visitor().get("/").text
    order = [text.index(f" {number} ") for number in (urgent, 100004, 100003, 100002, taken)]
    assert order == sorted(order)
    assert f"P1 {urgent} Platinum SpA 41 min left Nobody has it about to page opened 19 min ago" in text
    assert "In charge AR Anna Rossi acknowledged at level 1, round 1" in text


def test_of_many_open_tickets_it_loads_those_that_it_shows(site):
    contract = site.contract()
    numbers = [site.ticket(contract, Priority.P2) for _ in range(overview.MOST_TICKETS)]
    first = site.ticket(contract, Priority.P1)
    with loaded(Ticket) as tickets:
        page = site.visitor().get("/").text
    assert len(tickets) == overview.MOST_TICKETS
    assert str(first) in page
    assert str(numbers[0]) in page
    assert str(numbers[-1]) not in page


def test_a_missed_target_is_said(site):
    site.ticket(site.contract())
    site.clock.advance(timedelta(minutes=72))
    assert "12 min over" in site.visitor().get("/").text


def test_an_engine_at_work_is_said_and_one_that_stopped_is_an_alarm(site):
    seen(site, 2)
    assert "Engine at work seen just now" in site.visitor().get("/").text
    seen(site, 240)
    text = site.visitor().get("/").text
    assert "The engine is not running: pages do not leave." in text
    assert "last seen 4 min ago" in text


def test_a_carrier_that_is_down_is_said_with_what_happens_to_pages(site):
    message(site, DeliveryState.PENDING, "the carrier cannot be reached")
    text = site.visitor().get("/").text
    assert "The carrier refuses texts: the carrier cannot be reached" in text
    assert "Pages wait and are retried." in text


def test_a_text_that_did_not_arrive_is_counted_but_old_ones_are_not(site):
    message(site, DeliveryState.FAILED, "the number does not exist", number=1)
    message(site, DeliveryState.FAILED, "forgotten", number=2, minutes_ago=20)
    text = site.visitor().get("/").text
    assert "1 text not delivered the number does not exist" in text
    assert "forgotten" not in text


def test_what_should_have_left_is_counted(site):
    site.ticket(site.contract())
    assert "Nothing overdue" in site.visitor().get("/").text
    site.clock.advance(timedelta(minutes=5))
    assert "1 overdue" in site.visitor().get("/").text


def test_the_part_that_refreshes_itself_is_the_same(site):
    site.technicians("Anna Rossi")
    site.rotation("anna")
    visitor = site.visitor(Role.VIEWER)
    assert 'hx-get="/live"' in visitor.get("/").html
    live = visitor.get("/live").text
    assert "Anna Rossi platinum" in live
    assert "Sign out" not in live


def test_a_technician_sees_the_own_shifts_first_the_one_that_goes_on(site):
    site.technicians("Anna Rossi", "Bruno Neri")
    site.rotation("anna", "bruno")
    site.user(Role.TECHNICIAN, "bruno@example.com")
    bruno = site.visitor(None).sign_in("bruno@example.com", site.passwords["bruno@example.com"])
    text = bruno.get("/live").text
    assert "My shifts Swaps In my calendar Mon 16 Nov 09:00 in 5 days until Mon 23 Nov 09:00 platinum" in text
    assert bruno.html.count('id="mine-') == 4
    site.clock.advance(timedelta(days=6))
    assert "on call now until Mon 09:00 platinum" in bruno.get("/live").text
    assert "My shifts" not in site.visitor().get("/live").text


def test_a_shift_that_another_takes_is_no_longer_ones_own(site):
    site.technicians("Anna Rossi", "Bruno Neri")
    site.rotation("anna", "bruno")
    site.user(Role.TECHNICIAN, "bruno@example.com")
    bruno = site.visitor(None).sign_in("bruno@example.com", site.passwords["bruno@example.com"])
    assert "Mon 16 Nov 09:00 in" in bruno.get("/live").text
    site.rotation("anna")
    assert "No shift of yours begins in the next 60 days." in bruno.get("/live").text


def test_what_is_done_ticks_itself_and_the_list_goes_when_all_is(sqlite):
    site = open_site(sqlite, simulated=True)
    visitor = site.visitor()
    assert "0 of 6 done" in visitor.get("/").text
    assert "Connect Twilio, for real calls Set TWILIO_ACCOUNT_SID" in visitor.text
    site.technicians("Anna Rossi")
    site.rotation("anna")
    site.policy("platinum")
    assert "3 of 6 done" in visitor.get("/live").text
    assert visitor.html.count('aria-label="Done"') == 3 and 'id="begin-rotation"' not in visitor.html
    contract = site.contract()
    assert "3 of 6 done" in visitor.get("/live").text
    with site.database.write() as session:
        session.add(Pin(contract_id=contract, digest="x", created_at=site.clock.now()))
    site.ticket(contract)
    assert "5 of 6 done" in visitor.get("/live").text
    with site.database.write() as session:
        drill = drills.start(session, site.line, "default", Priority.P1, "admin@example.com", site.clock.now()).number
    assert "5 of 6 done" in visitor.get("/live").text
    with site.database.write() as session:
        pager.acknowledge(session, site.line, drill, Responder("anna", "Anna Rossi"), site.clock.now())
    assert "To begin" not in visitor.get("/live").text


def test_the_line_waits_for_twilio_where_it_is_no_simulator(site):
    text = site.visitor().get("/live").text
    assert "Connect Twilio Set TWILIO_ACCOUNT_SID" in text
    assert "for real calls" not in text
    assert "To begin" not in site.visitor(Role.TECHNICIAN).get("/live").text


def test_what_a_phones_bar_has_no_room_for_is_on_a_page_of_its_own(site):
    admin = site.visitor().get("/more")
    assert "Drills Technicians Customers Reports Settings Escalation policies" in admin.text
    assert "admin@example.com (admin) Sign out" in admin.text
    viewer = site.visitor(Role.VIEWER).get("/more")
    assert "Reports Settings Escalation policies" in viewer.text and 'href="/users"' not in viewer.html
    assert 'href="/more" class="phone-only" aria-current="page"' in viewer.get("/customers").html
    assert 'href="/more" class="phone-only">' in viewer.get("/calls").html
