"""A service in full work at 02:14, as the pictures and the browser's tests see it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import update

from models.clock import VirtualClock
from models.customer import Pin
from models.database import Database
from models.delivery import Delivery, DeliveryKind, DeliveryState
from models.migrate import upgrade
from models.page import Page, PageState
from models.service import Heartbeat
from models.ticket import Ticket
from paging import pager, roster
from paging.pager import Responder
from rules.escalation import Channel
from rules.on_call import Layer, Override, Schedule, Window
from rules.rotation import Rotation, Unit
from rules.targets import Plan, Priority
from tests.admin.console_site import NOW, PEPPERS, Site, open_site
from tickets import lifecycle
from tickets.story import record

DELIVERED = DeliveryState.DELIVERED
UNDELIVERED = "the carrier reports 'undelivered', code 30005"
NAMES = ("Anna Rossi", "Bruno Neri", "Carla Verdi", "Dario Conti", "Elena Riva", "Fabio Costa")
MIDNIGHT = datetime(2000, 1, 1).time()  # noqa: DTZ001  wall clock


def fresh_database(folder: Path) -> Database:
    """A migrated database in a file, on a clock that stands still."""
    database = Database(f"sqlite:///{folder / 'console.db'}", VirtualClock(NOW))
    upgrade(database)
    return database


def busy_site(database: Database) -> Site:
    """Technicians, a rotation with weekends and an override, customers, four tickets, an engine at work."""
    site = open_site(database, simulated=True)
    site.technicians(*NAMES)
    _rotations(site)
    acme = site.contract("C-1001", "Acme SpA")
    borea = site.contract("C-1002", "Borea Logistica Srl")
    gold = site.contract("C-2001", "Cantieri Navali Meridionali SpA", Plan.GOLD)
    site.contract("C-3001", "Delta Forniture", Plan.BASIC)
    _pins(site, acme, borea, gold)
    _taken_ticket(site, borea)
    _waiting_ticket(site, gold)
    _paging_ticket(site, acme)
    with site.database.write() as session:
        session.execute(update(Delivery).where(Delivery.due_at.is_not(None)).values(state=DELIVERED, due_at=None))
        session.add(Heartbeat(engine="night:1", seen_at=site.clock.now()))
    return site


def _rotations(site: Site) -> None:
    weekly = Rotation(Unit.WEEK, 1, datetime(2026, 11, 2, 9), ("anna", "bruno", "carla", "dario"))  # noqa: DTZ001
    weekend = Rotation(Unit.WEEK, 1, datetime(2026, 11, 6, 18), ("elena", "fabio"))  # noqa: DTZ001
    windows = (Window((4,), datetime(2000, 1, 1, 18).time(), MIDNIGHT), Window((5, 6), MIDNIGHT, MIDNIGHT))  # noqa: DTZ001
    platinum = Schedule("platinum", "Europe/Rome", (Layer("weekly", weekly), Layer("weekend", weekend, windows)))
    evening = Override("carla", datetime(2026, 11, 12, 17, tzinfo=UTC), datetime(2026, 11, 13, 8, tzinfo=UTC))
    weekdays = Layer("weekdays", weekly, (Window((0, 1, 2, 3), MIDNIGHT, MIDNIGHT),))
    second = Schedule("second-line", "Europe/Rome", (weekdays,))
    with site.database.write() as session:
        now = site.clock.now()
        roster.save_revision(session, replace(platinum, overrides=(evening,)), "test", now)
        roster.save_revision(session, second, "test", now)


def _pins(site: Site, *contracts: int) -> None:
    with site.database.write() as session:
        for number, contract in enumerate(contracts):
            digest = PEPPERS.digest(f"4820193{number}")
            session.add(Pin(contract_id=contract, digest=digest, created_at=site.clock.now()))


def _opened(site: Site, contract: int, priority: Priority, minutes_ago: int) -> int:
    site.clock.advance(timedelta(minutes=-minutes_ago))
    number = site.ticket(contract, priority)
    site.clock.advance(timedelta(minutes=minutes_ago))
    return number


def _taken_ticket(site: Site, contract: int) -> None:
    number = _opened(site, contract, Priority.P2, 95)
    at = site.clock.now() - timedelta(minutes=92)
    with site.database.write() as session:
        pager.acknowledge(session, site.line, number, Responder("bruno", "Bruno Neri"), at)


def _waiting_ticket(site: Site, contract: int) -> None:
    number = _opened(site, contract, Priority.P1, 300)
    with site.database.write() as session:
        at = site.clock.now() - timedelta(minutes=280)
        pager.acknowledge(session, site.line, number, Responder("dario", "Dario Conti"), at)
        ticket = session.get_one(Ticket, number)
        session.refresh(ticket)
        later = at + timedelta(minutes=40)
        lifecycle.wait(session, site.line, ticket, "Dario Conti", "remote access to the site", later)


def _paging_ticket(site: Site, contract: int) -> None:
    """Anna was texted and rung, did not answer, and the next level is rung now."""
    number = _opened(site, contract, Priority.P1, 19)
    now = site.clock.now()
    story = (
        (18, "level", "Round 1, level 1: paging Anna Rossi."),
        (18, "page_sent", "Text to Anna Rossi (+393331110001) handed over."),
        (18, "page_sent", "Calling Anna Rossi (+393331110001)."),
        (17, "page_delivered", "Text to Anna Rossi (+393331110001) delivered."),
        (17, "page_unanswered", "Anna Rossi (+393331110001) did not answer the call with a key."),
        (13, "level", "Round 1, level 2: paging Dario Conti."),
        (13, "page_failed", f"Text to Dario Conti (+393331110004) failed: {UNDELIVERED}"),
        (13, "page_sent", "Calling Dario Conti (+393331110004)."),
    )
    with site.database.write() as session:
        page = session.query(Page).filter_by(ticket_number=number).one()
        page.state, page.level, page.due_at = PageState.PAGING, 2, now + timedelta(minutes=2)
        page.round_started_at, page.level_started_at = now - timedelta(minutes=18), now - timedelta(minutes=13)
        for minutes, kind, text in story:
            record(session, number, now - timedelta(minutes=minutes), kind, text)
        session.add(
            Delivery(
                key="page:text",
                kind=DeliveryKind.PAGE,
                channel=Channel.SMS,
                urgency=0,
                ticket_number=number,
                page_id=page.id,
                technician_key="dario",
                name="Dario Conti",
                address="+393331110004",
                body="P1 page",
                state=DeliveryState.FAILED,
                attempts=1,
                error=UNDELIVERED,
                created_at=now - timedelta(minutes=13),
                settled_at=now - timedelta(minutes=13),
            )
        )
