"""Each that locks rows is called alone, on PostgreSQL: a second connection finds them locked, or passes over them."""

import ast
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session

from admin import contracts, lockout, pins, service, users, windows
from ivr import exchange, human, problems, throttling
from models.account import Role, SignInThrottle, User
from models.call import Call, DutyMessage
from models.clock import VirtualClock
from models.customer import HOUSE_CONTRACT, Contract, Customer, Maintenance, Pin
from models.database import Base
from models.delivery import Delivery
from models.page import Page
from models.protection import Throttle
from models.recording import Recording
from models.schedule import Schedule, SwapRequest
from models.service import RoleContact, Sender, Setting
from models.technician import Technician
from models.ticket import Ticket
from models.unplaced_alert import UnplacedAlert
from paging import contact_proofs, events, outcomes, pager, recordings, rotations, unplaced_alerts
from paging.digest import Digest
from paging.gap_mails import GapMails
from paging.maintenance import WindowStarts
from paging.recordings import Recordings
from paging.sender_rate import Budget
from paging.swaps import SwapLapses
from paging.unplaced_alerts import UnplacedAlerts
from tests.defences.busy_line import PAGE_TEXT, UNPLACED, Scene, busy_line
from tests.stories.pages import NUMBER
from tests.world import ADA, STRANGER, World
from tickets import lifecycle

ROOT = Path(__file__).parents[2]
FOLDERS = ("admin", "ivr", "paging", "tickets")


@pytest.fixture
def busy(postgresql_url: str, clock: VirtualClock) -> Iterator[World]:
    busy = busy_line(postgresql_url, clock)
    yield busy
    busy.database.dispose()


def is_locked(world: World, table: type[Base], where: ColumnElement[bool]) -> bool:
    """Whether a second connection can lock none of these rows, and there are some."""
    with world.database.write() as other:
        assert other.execute(select(func.count()).select_from(table).where(where)).scalar_one()
        return (
            other.execute(select(table).where(where).with_for_update(skip_locked=True, key_share=True)).first() is None
        )


Act = Callable[[Scene], object]
ACME = Contract.number == "C-1001"
OPEN_WINDOW = Maintenance.reference == "CHG-7"
THE_PAGE = Page.ticket_number == int(NUMBER)
LOCKS: Mapping[str, tuple[Act, type[Base], ColumnElement[bool]]] = {
    "admin/contracts.py find": (
        lambda scene: contracts.find(scene.session, scene.first(Contract, ACME).id, lock=True),
        Contract,
        ACME,
    ),
    "admin/contracts.py find_customer": (
        lambda scene: contracts.find_customer(scene.session, scene.first(Contract, ACME).customer_id, lock=True),
        Customer,
        Customer.name == "Acme SpA",
    ),
    "admin/lockout.py _locked": (
        lambda scene: lockout.count(scene.session, "somebody@example.com", scene.now),
        SignInThrottle,
        true(),
    ),
    "admin/pins.py find": (
        lambda scene: pins.find(scene.session, scene.first(Contract, ACME), scene.first(Pin).id),
        Pin,
        true(),
    ),
    "admin/service.py _lock": (
        lambda scene: service.change_hours(scene.session, {"never_staffed": True}, scene.now),
        Setting,
        Setting.key == service.SERVICE_HOURS,
    ),
    "admin/users.py lock": (lambda scene: users.lock(scene.session, 0), User, User.role == Role.ADMIN),
    "admin/windows.py of_contract": (
        lambda scene: windows.of_contract(scene.session, scene.first(Contract, ACME).id),
        Maintenance,
        true(),
    ),
    "ivr/exchange.py _LOCK": (
        lambda scene: exchange.lock(scene.session, scene.first(Call, Call.caller == STRANGER).sid),
        Call,
        Call.caller == STRANGER,
    ),
    "ivr/human.py _may_tell_now": (
        lambda scene: human.leave_message(scene.exchange(), recorded=True, occasion="late"),
        RoleContact,
        RoleContact.role == "duty_manager",
    ),
    "ivr/problems.py window_now": (lambda scene: problems.window_now(scene.exchange(ADA)), Maintenance, OPEN_WINDOW),
    "ivr/throttling.py _locked": (lambda scene: throttling.admit(scene.exchange()), Throttle, Throttle.key == "line:"),
    "paging/contact_proofs.py lock": (
        lambda scene: contact_proofs.lock(scene.session, "anna"),
        Technician,
        Technician.key == "anna",
    ),
    "paging/drills.py _house_contract": (
        lambda scene: scene.starts_another_drill(),
        Contract,
        Contract.number == HOUSE_CONTRACT,
    ),
    "paging/events.py lock_contract": (lambda scene: events.lock_contract(scene.session, "C-1001"), Contract, ACME),
    "paging/outcomes.py answered": (
        lambda scene: outcomes.answered(scene.session, scene.text().id, scene.now),
        Delivery,
        PAGE_TEXT,
    ),
    "paging/outcomes.py lock_pages": (
        lambda scene: outcomes.lock_pages(scene.session, scene.text().id),
        Page,
        THE_PAGE,
    ),
    "paging/outcomes.py members": (
        lambda scene: outcomes.members(scene.session, scene.first(Delivery, Delivery.key == "bundle")),
        Delivery,
        PAGE_TEXT,
    ),
    "paging/outcomes.py report": (
        lambda scene: outcomes.report(
            scene.session, scene.line, scene.text().id, scene.text().provider_sid or "", "sending", "", scene.now
        ),
        Delivery,
        PAGE_TEXT,
    ),
    "paging/pager.py lock_page": (lambda scene: pager.lock_page(scene.session, int(NUMBER)), Page, THE_PAGE),
    "paging/recordings.py _ours": (
        lambda scene: recordings._ours(scene.session, recordings.Job(scene.first(Recording).id, 0, "RE1", False)),
        Recording,
        true(),
    ),
    "paging/rotations.py _LOCKED": (
        lambda scene: rotations.begin(scene.world.database, scene.session, "platinum"),
        Schedule,
        Schedule.key == "platinum",
    ),
    "paging/sender_rate.py _locked": (
        lambda scene: Budget(scene.session, scene.line, scene.now - timedelta(minutes=2)).allows(1),
        Sender,
        true(),
    ),
    "paging/unplaced_alerts.py keep": (
        lambda scene: unplaced_alerts.keep(scene.session, "a sender", [UNPLACED], scene.now),
        UnplacedAlert,
        true(),
    ),
    "tickets/lifecycle.py lock_ticket": (
        lambda scene: lifecycle.lock_ticket(scene.session, int(NUMBER)),
        Ticket,
        Ticket.number == int(NUMBER),
    ),
}
Work = Callable[[World], object]
PASSED_OVER: Mapping[str, tuple[Work, type[Base], ColumnElement[bool]]] = {
    "paging/due.py due_now": (lambda world: world.engine.claim(8), Delivery, Delivery.due_at.is_not(None)),
    "paging/digest.py do_next": (
        lambda world: Digest(world.database, world.gateway.line).do_next(),
        DutyMessage,
        true(),
    ),
    "paging/engine.py _DUE_PAGE": (lambda world: world.engine.move_pages(), Page, true()),
    "paging/maintenance.py _DUE": (
        lambda world: WindowStarts(world.database, world.gateway.line).do_next(),
        Maintenance,
        true(),
    ),
    "paging/recordings.py _claim": (
        lambda world: Recordings(world.database, world.gateway.line, world.gateway.recordings).do_next(),
        Recording,
        true(),
    ),
    "paging/schedule_watches.py _lock_next": (
        lambda world: GapMails(world.database, world.gateway.line).do_next(),
        Schedule,
        true(),
    ),
    "paging/swaps.py _DUE": (
        lambda world: SwapLapses(world.database, world.gateway.line).do_next(),
        SwapRequest,
        true(),
    ),
    "paging/unplaced_alerts.py do_next": (
        lambda world: UnplacedAlerts(world.database, world.gateway.line).do_next(),
        UnplacedAlert,
        true(),
    ),
}
ELSEWHERE: Mapping[str, str] = {
    "admin/alert_pages.py dismiss": "a route: it deletes what it locks",
    "admin/lockout.py forgive": "it deletes what it locks",
    "admin/policy_pages.py _save": "a route: what was changed meanwhile is refused by what the form showed",
    "admin/product_pages.py _save": "a route, in which customer_lock.hold comes first",
    "admin/sign_in.py _enter": "a route, in which the password is compared once more; the lock is not tested alone",
    "admin/sign_in.py _half_signed_in": "a route: a code counts once by a compare-and-set, which is tested alone",
    "admin/token_pages.py revoke": "a route: who comes second writes the same once more",
    "ivr/throttling.py _forget": "it deletes what it locks",
    "paging/handoff_messages.py drop_unsent": "it changes all that it locks",
    "paging/kindness.py companions": "its texts are claimed, as in paging/due.py due_now",
    "paging/retention/chore.py _DUE": "two engines at once: tests/paging/test_retention.py",
    "paging/retention/codes.py do_next": "a second engine would forget the same code once more",
    "paging/schedule_watches.py look_at_next": "behind the lock of its schedule, which _lock_next takes",
}


def test_what_is_locked_can_be_locked_by_nobody_else(busy: World) -> None:
    unlocked = []
    for place, (act, table, where) in LOCKS.items():
        with Session(busy.database.engine, expire_on_commit=False) as session:
            assert not is_locked(busy, table, where), place
            act(Scene(busy, session))
            if not is_locked(busy, table, where):
                unlocked.append(place)
            session.rollback()
    assert unlocked == []


def test_due_work_that_another_engine_has_is_passed_over_and_not_waited_for(busy: World) -> None:
    """Whoever waited here would wait for a network call of the other engine, and then do its work once more."""
    busy.clock.advance(timedelta(hours=1))
    for place, (act, table, where) in PASSED_OVER.items():
        with Session(busy.database.engine) as session:
            assert session.execute(select(table).where(where).with_for_update(key_share=True)).first(), place
            assert not act(busy), place
        assert act(busy), f"{place}: it is due"


def test_each_lock_in_the_source_has_a_test() -> None:
    there = {f"{path.relative_to(ROOT)} {name}" for path in sources() for name in locking(path)}
    assert there - LOCKS.keys() - PASSED_OVER.keys() == ELSEWHERE.keys(), "add a case, or say what tests it"


def sources() -> list[Path]:
    return [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]


def locking(path: Path) -> set[str]:
    """The functions of a file, or the names of its statements, that lock rows."""
    found: set[str] = set()

    def look(node: ast.AST, name: str) -> None:
        if isinstance(node, ast.FunctionDef):
            name = node.name
        elif isinstance(node, ast.Assign) and not name and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
        word = getattr(node, "attr", None) or getattr(node, "arg", None)
        if word == "with_for_update":
            found.add(name)
        for child in ast.iter_child_nodes(node):
            look(child, name)

    look(ast.parse(path.read_text(encoding="utf-8")), "")
    return found
