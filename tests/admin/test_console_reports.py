"""Reports: how fast pages were acknowledged, which targets were met, when pages go out, and how far they come."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest

from models.account import Role
from models.customer import Customer
from models.delivery import Delivery, DeliveryKind, DeliveryState
from models.page import Page
from models.ticket import Ticket, TicketSource
from paging import escalation, pager
from paging.pager import Responder
from rules.escalation import Channel
from rules.targets import Plan, Priority
from tests.admin.console_site import NOW, open_site
from tickets import lifecycle

ANNA = Responder("anna", "Anna Rossi")
ACME = 1
MINUTE = timedelta(minutes=1)


@pytest.fixture
def site(database):
    """Wednesday 11 November 02:14 in Rome: a Platinum customer, and Anna on call."""
    site = open_site(database)
    site.technicians("Anna Rossi", "Bruno Neri")
    site.rotation("anna", "bruno")
    site.policy("schedule:platinum", "technician:bruno")
    assert site.contract() == ACME
    return site


def page_leaves(site, number):
    with site.database.write() as session:
        ticket = lifecycle.lock_ticket(session, number)
        page = pager.lock_page(session, number)
        assert ticket and page
        escalation.advance(session, site.line, ticket, page, site.clock.now())


def its_first_message_is_accepted(site, number, after):
    with site.database.write() as session:
        page = pager.lock_page(session, number)
        assert page
        page.left_at = site.clock.now() + after


def work(site, number, *moves, by=ANNA):
    with site.database.write() as session:
        for move in moves:
            move(session, number, by)


def acknowledges(site):
    return lambda session, number, by: pager.acknowledge(session, site.line, number, by, site.clock.now())


def answered(site, minutes, priority=Priority.P1, contract=None, by=ANNA):
    """A ticket whose page goes out at once and is acknowledged after so many minutes."""
    number = site.ticket(contract or ACME, priority)
    page_leaves(site, number)
    site.clock.advance(minutes * MINUTE)
    work(site, number, acknowledges(site), by=by)
    return number


def rows(site, name, query="first=2026-11-01&last=2026-11-30"):
    visitor = site.visitor(Role.VIEWER).get(f"/reports/{name}.csv?{query}")
    assert (visitor.status, visitor.response.mimetype) == (200, "text/csv")
    return list(csv.reader(io.StringIO(visitor.html)))[1:]


def test_it_begins_with_this_month_and_says_what_each_figure_means(site):
    visitor = site.visitor(Role.VIEWER).get("/")
    assert 'href="/reports"' in visitor.html
    visitor.get("/reports")
    assert 'value="2026-11-01"' in visitor.html and 'value="2026-11-30"' in visitor.html
    assert "0 tickets were opened" in visitor.text and "No page went out in these days." in visitor.text
    assert "an hour is missed at the hour" in visitor.text
    assert 'href="/rotations/platinum/fairness?first=2026-11-01&amp;last=2026-11-30"' in visitor.html


def test_time_to_acknowledge_is_from_the_opening_to_the_acknowledgement(site):
    for minutes in (1, 2, 30):
        answered(site, minutes)
    answered(site, 4, Priority.P2)
    assert rows(site, "acknowledged") == [
        ["All", "4", "120", "1800", "1800"],
        ["P1", "3", "120", "1800", "1800"],
        ["P2", "1", "240", "240", "240"],
    ]
    assert rows(site, "slowest")[0] == ["100003", "P1", "Acme SpA", "Anna Rossi", "", "1800"]
    text = site.visitor(Role.VIEWER).get("/reports").text
    assert "P1 3 2 min 00 s 30 min 00 s 30 min 00 s" in text


def test_how_long_the_page_took_to_leave_is_told_and_counts_towards_the_acknowledgement(site):
    number = site.ticket(ACME)
    site.clock.advance(timedelta(seconds=20))
    page_leaves(site, number)
    its_first_message_is_accepted(site, number, timedelta(seconds=0.4))
    site.clock.advance(MINUTE)
    work(site, number, acknowledges(site))
    assert rows(site, "leaving")[0] == ["All", "1", "20", "20", "20"]
    assert rows(site, "acknowledged")[0] == ["All", "1", "80", "80", "80"]
    assert rows(site, "slowest")[0][4:] == ["20", "80"]
    assert "left 20 s after the opening" in site.visitor(Role.VIEWER).get(f"/tickets/{number}").text


def test_a_page_that_leaves_at_once_is_told_to_the_tenth(site):
    number = site.ticket(ACME)
    page_leaves(site, number)
    its_first_message_is_accepted(site, number, timedelta(seconds=0.44))
    assert rows(site, "leaving")[0] == ["All", "1", "0.4", "0.4", "0.4"]
    assert "left 0.4 s after the opening" in site.visitor(Role.VIEWER).get(f"/tickets/{number}").text


def test_a_page_that_never_went_out_is_no_page(site):
    number = site.ticket(ACME)
    work(site, number, acknowledges(site))
    assert rows(site, "acknowledged") == rows(site, "slowest") == rows(site, "escalations") == []
    assert rows(site, "targets")[0] == ["All", "1", "0", "0", "0", "1.0"]


def test_a_target_is_missed_at_its_time_and_a_running_one_is_not_decided(site):
    answered(site, 59)
    answered(site, 60)
    site.ticket(ACME)
    assert rows(site, "targets") == [["All", "1", "1", "1", "0", "0.5"], ["P1", "1", "1", "1", "0", "0.5"]]
    site.clock.advance(60 * MINUTE)
    assert rows(site, "targets")[0] == ["All", "1", "2", "0", "0", "0.3333"]


def test_best_effort_and_excluded_tickets_have_no_target(site):
    basic = site.contract("C-2", "Etna Srl", Plan.BASIC)
    site.ticket(basic, Priority.P4, paged=False)
    number = site.ticket(ACME)
    with site.database.write() as session:
        ticket = session.get_one(Ticket, number)
        pager.exclude(session, site.line, ticket, ANNA, "altered", site.clock.now() + timedelta(days=1))
    assert rows(site, "targets")[0] == ["All", "0", "0", "0", "2", ""]
    assert "none yet" in site.visitor(Role.VIEWER).get("/reports").text


def test_waiting_stops_the_clock_of_a_ticket_that_is_passed_on_later(site):
    """Anna has it at once, waits 120 minutes for the customer and passes: Bruno has it after 125."""
    site.clock.at = NOW
    number = answered(site, 0)
    moves = [
        lambda session, number, by: pager.wait(
            session, site.line, session.get_one(Ticket, number), by, "access", site.clock.now()
        ),
        lambda session, number, by: pager.resume(
            session, site.line, session.get_one(Ticket, number), by, site.clock.now()
        ),
        lambda session, number, by: pager.pass_on(session, site.line, number, by, site.clock.now()),
    ]
    work(site, number, moves[0])
    site.clock.advance(120 * MINUTE)
    work(site, number, *moves[1:])
    site.clock.advance(5 * MINUTE)
    work(site, number, acknowledges(site), by=Responder("bruno", "Bruno Neri"))
    assert rows(site, "targets")[0] == ["All", "1", "0", "0", "0", "1.0"]
    assert rows(site, "targets", "first=2026-11-01&last=2026-11-30&by=technician")[1][0] == "Bruno Neri"
    with site.database.write() as session:
        session.get_one(Ticket, number).taken_in_charge_at = NOW + 180 * MINUTE
    assert rows(site, "targets")[0] == ["All", "0", "1", "0", "0", "0.0"]


def test_drills_are_never_counted(site):
    number = answered(site, 5)
    with site.database.write() as session:
        session.get_one(Ticket, number).source = TicketSource.DRILL
    assert "0 tickets were opened" in site.visitor(Role.VIEWER).get("/reports").text


def test_tickets_are_grouped_by_customer_technician_and_month(site):
    etna = site.contract("C-2", "Etna Srl", Plan.GOLD)
    answered(site, 1)
    site.ticket(etna, Priority.P2)
    with site.database.write() as session:
        session.get_one(Ticket, 100001).opened_at = datetime(2026, 10, 31, 23, 30, tzinfo=UTC)  # 1 November in Rome
    site.clock.at = datetime(2026, 12, 1, 9, tzinfo=UTC)
    days = "first=2026-11-01&last=2026-12-31&by="
    answered(site, 1)
    for by, labels in (
        ("customer", ["Acme SpA", "Etna Srl"]),
        ("technician", ["Anna Rossi", "Nobody"]),
        ("month", ["Nov 2026", "Dec 2026"]),
    ):
        assert [row[0] for row in rows(site, "targets", days + by)] == ["All", *labels]


def test_one_customer_priority_or_plan_is_asked_for_alone(site):
    etna = site.contract("C-2", "Etna Srl", Plan.GOLD)
    site.ticket(ACME)
    site.ticket(etna, Priority.P2)
    visitor = site.visitor(Role.VIEWER).get("/reports?first=2026-11-01&last=2026-11-30&by=customer")
    link = visitor.found(r'href="(/reports\?[^"]*customer=2[^"]*)">Etna').replace("&amp;", "&")
    visitor.get(link)
    assert "1 ticket was opened" in visitor.text and "of Etna Srl alone" in visitor.text
    assert "Show all customers" in visitor.text
    for query in ("priority=P2", "plan=gold"):
        assert "1 ticket was opened" in visitor.get(f"/reports?first=2026-11-01&last=2026-11-30&{query}").text
    assert visitor.get("/reports?first=2026-11-01&last=2026-11-30&customer=99").status == 404


def test_pages_are_counted_by_the_hour_and_weekday_on_the_wall(site):
    answered(site, 1)
    hours = rows(site, "hours")
    assert hours[2] == ["02:00", "0", "0", "1", "0", "0", "0", "0", "1"]
    assert sum(int(row[-1]) for row in hours) == 1


def test_escalations_tell_the_level_the_later_round_and_the_alarm(site):
    numbers = [answered(site, 1) for _ in range(4)]
    waiting = site.ticket(ACME)
    page_leaves(site, waiting)
    changes = ((numbers[1], {"level": 2}), (numbers[2], {"round": 2}), (numbers[3], {"round": 3, "alarmed_round": 3}))
    with site.database.write() as session:
        for number, values in changes:
            page = session.query(Page).filter_by(ticket_number=number).one()
            for name, value in values.items():
                setattr(page, name, value)
            session.add(message(page))
    assert rows(site, "escalations") == [
        ["Level 1", "1", "0.2"],
        ["Level 2", "1", "0.2"],
        ["A later round", "1", "0.2"],
        ["After the alarm", "1", "0.2"],
        ["Not acknowledged", "1", "0.2"],
    ]
    assert "1 page came to an alarm" in site.visitor(Role.VIEWER).get("/reports").text
    assert rows(site, "acknowledged")[0][:2] == ["All", "4"]


def message(page):
    return Delivery(
        key=f"test:{page.id}", kind=DeliveryKind.PAGE, channel=Channel.SMS, urgency=0, page_id=page.id, round=1,
        level=1, name="Anna", address="+393331110001", body="", state=DeliveryState.DELIVERED, attempts=1,
        created_at=page.raised_at,
    )  # fmt: skip


def test_a_customer_s_name_is_no_formula_and_no_markup(site):
    with site.database.write() as session:
        session.query(Customer).filter_by(name="Acme SpA").one().name = "=1+<b>"
    site.ticket(ACME)
    assert rows(site, "targets", "first=2026-11-01&last=2026-11-30&by=customer")[1][0] == "'=1+<b>"
    assert "=1+&lt;b&gt;" in site.visitor(Role.VIEWER).get("/reports?first=2026-11-01&last=2026-11-30&by=customer").html


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("first=2026-11-10&last=2026-11-09", "It ends before it begins."),
        ("first=soon&last=2026-11-09", "Type a date, such as 2026-12-31."),
        ("first=2026-11-01&last=2026-11-30&customer=x", "No such customer."),
        ("first=2026-11-01&last=2026-11-30&priority=P9", "Not a valid choice."),
        ("first=2026-11-01&last=2026-11-30&by=mood", "Not a valid choice."),
    ],
)
def test_what_is_no_report_is_said_beside_the_field(site, query, words):
    visitor = site.visitor(Role.VIEWER).get(f"/reports?{query}")
    assert visitor.status == 422 and words in visitor.text
    assert visitor.get(f"/reports/targets.csv?{query}").status == 400
