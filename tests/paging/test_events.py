"""What monitoring reports, and whom it wakes. SPEC section 6."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from config.policy import load_policy
from config.prompts import load_wording
from config.settings import DEFAULT_POLICY_FILE
from models.customer import Contact, Contract, Product
from models.delivery import Delivery, DeliveryKind
from models.page import Page, PageState
from models.service import RoleContact, Setting
from models.ticket import MonitoredEvent, Ticket, TicketEvent, TicketState
from paging import escalation, pager
from paging.events import Reported, lock_contract, receive
from paging.pager import Responder
from rules.line import Line
from rules.targets import Plan, Priority
from tests.admin.builders import contract as build_contract
from tests.times import NIGHT
from tickets.lifecycle import lock_ticket

NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
LINE = Line(
    number="+390584000001",
    text_number="+390584000001",
    public_url="http://127.0.0.1:8000",
    mail_from="line@example.com",
    policy=load_policy(DEFAULT_POLICY_FILE),
    wording=load_wording(),
)
CRASH, DISK = "application_crash", "disk_low"


class Monitoring:
    """A monitoring system that watches contract C-1001."""

    def __init__(self, database, **terms):
        self.database = database
        with database.write() as session:
            row = build_contract(session, **terms)
            row.specialist_name, row.specialist_email = "Eva", "eva@example.com"
            session.add(Contact(contract_id=row.id, position=0, name="Ada", email="ada@example.com"))
            session.add(RoleContact(role="duty_manager", position=0, name="Max", email="max@example.com"))
            session.add(Setting(key="help_desk", value={"phone": "+390584000000", "email": "desk@example.com"}))

    def reports(self, event=CRASH, *, key="host-1", resolved=False, at=NIGHT, summary="PBX is down"):
        with self.database.write() as session:
            row = lock_contract(session, "C-1001")
            assert row
            new, ticket = receive(session, LINE, row, Reported(event, key, resolved, "Zabbix", summary), at)
            return new, ticket.number if ticket else None

    def all(self, table):
        with self.database.read() as session:
            return session.scalars(select(table).order_by(*table.__table__.primary_key)).all()

    def mail(self):
        """To whom each e-mail goes, and what it is."""
        return [(one.address, one.kind) for one in self.all(Delivery)]

    def story(self):
        return [event.kind for event in self.all(TicketEvent)]


def test_a_crash_at_a_platinum_site_pages_at_once_and_tells_contacts_and_specialist(database):
    monitoring = Monitoring(database)

    assert monitoring.reports() == (True, 100001)

    (ticket,), (page,) = monitoring.all(Ticket), monitoring.all(Page)
    assert (ticket.priority, ticket.state, ticket.summary) == (Priority.P1, TicketState.OPEN, "PBX is down")
    assert ticket.target_at == NIGHT + timedelta(hours=1)
    assert (page.state, page.due_at) == (PageState.ARMED, NIGHT)
    assert monitoring.mail() == [
        ("ada@example.com", DeliveryKind.NOTICE),
        ("eva@example.com", DeliveryKind.NOTICE),
    ]
    told = monitoring.all(Delivery)[0]
    assert told.subject == "Ticket 100001 (P1) is open: Application crash"
    assert "before 2026-11-24 04:00 (Europe/Rome)" in told.body
    assert monitoring.story() == ["opened", "condition_fired"]
    assert monitoring.all(TicketEvent)[1].text == "Zabbix reports: Application crash. PBX is down"


def test_in_staffed_hours_the_help_desk_is_told_first(sqlite):
    monitoring = Monitoring(sqlite)
    monitoring.reports(at=NOON)

    (page,) = monitoring.all(Page)
    assert page.due_at == NOON + timedelta(minutes=10)
    assert ("desk@example.com", DeliveryKind.DUTY) in monitoring.mail()
    assert "desk" in monitoring.story()


def test_a_ticket_that_the_help_desk_takes_pages_nobody(sqlite):
    monitoring = Monitoring(sqlite)
    _, number = monitoring.reports(at=NOON)
    with sqlite.write() as session:
        pager.acknowledge(session, LINE, number, Responder(None, "Help desk"), NOON + timedelta(minutes=5))

    (page,) = monitoring.all(Page)
    assert (page.state, page.level_started_at) == (PageState.ACKNOWLEDGED, None)


def test_a_help_desk_that_cannot_be_told_does_not_delay_the_page(sqlite):
    monitoring = Monitoring(sqlite)
    with sqlite.write() as session:
        session.get_one(Setting, "help_desk").value = {"phone": "+390584000000", "email": None}
    monitoring.reports(at=NOON)
    assert monitoring.all(Page)[0].due_at == NOON


@pytest.mark.parametrize(
    ("hours", "at", "leaves_at"),
    [
        ({"never_staffed": True}, NOON, NOON),
        ({"always_staffed": True}, NIGHT, NIGHT + timedelta(minutes=10)),
        ({}, NOON, NOON + timedelta(minutes=10)),
    ],
)
def test_the_service_hours_setting_decides_whether_the_desk_comes_first(sqlite, hours, at, leaves_at):
    monitoring = Monitoring(sqlite)
    with sqlite.write() as session:
        session.add(Setting(key="service_hours", value=hours))
    monitoring.reports(at=at)
    assert monitoring.all(Page)[0].due_at == leaves_at


@pytest.mark.parametrize(
    ("terms", "event", "no_page"),
    [
        ({"plan": Plan.GOLD}, CRASH, None),
        ({}, DISK, None),
        ({"paid": False}, CRASH, "suspended for non-payment"),
        ({"time_zone": "Asia/Singapore"}, CRASH, "no on-call service in the site's time zone"),
        ({"time_zone": "Asia/Singapore", "paid": False}, CRASH, "suspended for non-payment"),
    ],
)
def test_a_ticket_and_no_page(sqlite, terms, event, no_page):
    monitoring = Monitoring(sqlite, **terms)

    assert monitoring.reports(event) == (True, 100001)

    assert monitoring.all(Page) == []
    assert ("ada@example.com", DeliveryKind.NOTICE) in monitoring.mail()
    told = [event.text for event in monitoring.all(TicketEvent) if event.kind == "no_page"]
    assert len(told) == (1 if no_page else 0)
    assert all(no_page in text for text in told)


@pytest.mark.parametrize("plan", [Plan.GOLD, Plan.PLATINUM])
@pytest.mark.parametrize(
    "dates",
    [
        {"ends": date(2026, 11, 23)},
        {"starts": date(2026, 11, 25)},
    ],
)
def test_a_contract_that_is_not_covered_gets_neither_and_the_duty_manager_is_told_once(sqlite, dates, plan):
    monitoring = Monitoring(sqlite, plan=plan, **dates)

    assert monitoring.reports() == (True, None)
    assert monitoring.reports() == (False, None)

    assert monitoring.all(Ticket) == []
    assert monitoring.mail() == [("max@example.com", DeliveryKind.DUTY)]


@pytest.mark.parametrize("end", [{"end_of_support": date(2026, 1, 1)}, {"end_of_life": date(2026, 1, 1)}])
def test_a_product_past_its_end_is_not_covered(sqlite, end):
    monitoring = Monitoring(sqlite)
    with sqlite.write() as session:
        product = Product(name="Old", **end)
        session.add(product)
        session.flush()
        session.scalars(select(Contract)).one().product_id = product.id
    assert monitoring.reports() == (True, None)


def test_a_basic_contract_has_no_proactive_monitoring(sqlite):
    monitoring = Monitoring(sqlite, plan=Plan.BASIC)
    assert monitoring.reports() == (True, None)
    assert monitoring.mail() == []


def test_a_renewed_contract_gets_its_ticket_when_the_event_fires_on(sqlite):
    monitoring = Monitoring(sqlite, ends=date(2026, 11, 23))
    monitoring.reports()
    with sqlite.write() as session:
        session.scalars(select(Contract)).one().ends = date(2027, 12, 31)
    assert monitoring.reports() == (True, 100001)
    assert len(monitoring.all(MonitoredEvent)) == 1


def test_repeats_of_an_open_event_are_added_to_its_ticket(database):
    monitoring = Monitoring(database)
    monitoring.reports()

    assert monitoring.reports(summary="Still down", at=NIGHT + timedelta(minutes=5)) == (False, 100001)

    assert len(monitoring.all(Ticket)) == 1
    assert monitoring.story() == ["opened", "condition_fired", "condition_fired_again"]
    assert len(monitoring.mail()) == 2


@pytest.mark.parametrize(("event", "key"), [(CRASH, "host-2"), ("voip_stack_crash", "host-1")])
def test_another_condition_is_another_ticket(sqlite, event, key):
    monitoring = Monitoring(sqlite)
    monitoring.reports()
    assert monitoring.reports(event, key=key) == (True, 100002)


def test_resolved_marks_the_condition_cleared_and_the_page_goes_on(sqlite):
    monitoring = Monitoring(sqlite)
    monitoring.reports()

    assert monitoring.reports(resolved=True) == (False, 100001)
    assert monitoring.reports(resolved=True) == (False, 100001)

    assert monitoring.story() == ["opened", "condition_fired", "condition_cleared"]
    assert monitoring.all(Ticket)[0].state is TicketState.OPEN
    assert monitoring.all(Page)[0].due_at == NIGHT
    assert monitoring.all(MonitoredEvent)[0].cleared_at == NIGHT

    monitoring.reports()
    assert monitoring.story()[-1] == "condition_fired_again"
    assert monitoring.all(MonitoredEvent)[0].cleared_at is None


@pytest.mark.parametrize("close", [pager.solve, pager.exclude])
def test_after_its_ticket_has_ended_the_event_is_new(sqlite, close):
    monitoring = Monitoring(sqlite)
    monitoring.reports()
    with sqlite.write() as session:
        close(session, LINE, lock_ticket(session, 100001), Responder(None, "Anna"), "restarted", NIGHT)

    assert monitoring.reports(resolved=True) == (False, None)
    assert monitoring.reports() == (True, 100002)


def test_resolved_without_a_report_before_does_nothing(sqlite):
    monitoring = Monitoring(sqlite)
    assert monitoring.reports(resolved=True) == (False, None)
    assert monitoring.all(Ticket) == [] and monitoring.all(MonitoredEvent) == []


def test_a_condition_without_a_ticket_that_cleared_is_new_when_it_comes_back(sqlite):
    monitoring = Monitoring(sqlite, ends=date(2026, 11, 23))
    monitoring.reports()
    assert monitoring.reports(resolved=True) == (False, None)
    assert monitoring.reports() == (True, None)
    assert monitoring.mail() == [("max@example.com", DeliveryKind.DUTY)] * 2


def test_the_contacts_are_not_told_a_second_time_when_the_page_leaves(sqlite):
    monitoring = Monitoring(sqlite)
    _, number = monitoring.reports()
    before = len(monitoring.mail())
    with sqlite.write() as session:
        ticket, page = lock_ticket(session, number), pager.lock_page(session, number)
        assert ticket and page
        escalation.advance(session, LINE, ticket, page, NIGHT)
    notices = [one for one in monitoring.all(Delivery) if one.kind is DeliveryKind.NOTICE]
    assert len(notices) == before
