"""Each that locks rows is called alone, on PostgreSQL: a second connection finds them locked, or passes over them."""

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import ColumnElement, and_, func, select, true
from sqlalchemy.orm import Session

from admin import contracts, lockout, pins, service, users, windows
from admin.accounts import add_user
from ivr import exchange, human, problems, throttling
from ivr.exchange import Exchange
from ivr.prompts import Prompts
from ivr.webhook import Form
from models.account import Role, SignInThrottle, User
from models.call import Call, DutyMessage, Step
from models.clock import VirtualClock
from models.customer import HOUSE_CONTRACT, Contract, Customer, Maintenance, Pin
from models.database import Base
from models.delivery import Delivery, DeliveryKind
from models.page import Page
from models.protection import Throttle
from models.recording import Recording, RecordingState
from models.schedule import Schedule, SwapRequest, SwapState
from models.service import RoleContact, Sender, Setting
from models.technician import Technician
from models.ticket import Ticket
from models.unplaced_alert import UnplacedAlert
from paging import contact_proofs, drills, events, outcomes, pager, recordings, rotations, unplaced_alerts
from paging.digest import Digest
from paging.gap_mails import GapMails
from paging.maintenance import WindowStarts
from paging.recordings import Recordings
from paging.sender_rate import Budget
from paging.swaps import SwapLapses
from paging.unplaced_alerts import Unplaced, UnplacedAlerts
from rules.escalation import Channel
from rules.line import Line
from rules.targets import Priority
from tests.stories.pages import NUMBER
from tests.world import ADA, LINE, PIN, STRANGER, World
from tickets import lifecycle

ROOT = Path(__file__).parents[2]
FOLDERS = ("admin", "ivr", "paging", "tickets")
WINDOW = """
customers:
  - name: Acme SpA
    contracts:
      - number: C-1001
        maintenance:
          - {from: 2026-11-24T02:00, until: 2026-11-24T03:20, reference: CHG-7}
          - {from: 2026-11-24T03:30, until: 2026-11-24T06:00, reference: CHG-8}
"""


@pytest.fixture
def busy(postgresql_url: str, clock: VirtualClock) -> Iterator[World]:
    """A page that is out, a caller who has guessed and left a message, an open window, an admin."""
    world = World(postgresql_url, clock).loads(LINE.read_text(encoding="utf-8")).loads(WINDOW)
    world.phone(ADA).dials().presses(f"{PIN}#").presses("1").hangs_up()
    world.settles()
    world.phone(STRANGER).dials().presses("1").presses("11111111#").presses("0").hangs_up()
    with world.database.write() as session:
        add_user(session, "ops@example.com", Role.ADMIN, clock.at)
        lockout.count(session, "somebody@example.com", clock.at)
        drills.start(session, world.gateway.line, "default", Priority.P2, "Max", clock.at)
        add_rows(session, clock.at)
    yield world
    world.database.dispose()


def add_rows(session: Session, now: datetime) -> None:
    """A recording, an alert without a contract, a text for several pages, a request to swap, a message that waits."""
    call = session.execute(select(Call.sid).where(Call.caller == STRANGER)).scalar_one()
    session.add(
        Recording(
            provider_sid="RE1",
            key="a key",
            call_sid=call,
            step=Step.HUMAN,
            recorded_at=now,
            state=RecordingState.WAITING,
            attempts=0,
            due_at=now,
        )
    )
    session.add(
        DutyMessage(
            call_sid=call, occasion="early", is_verified=False, text="words", left_at=now, due_at=now, told_at=None
        )
    )
    session.add(
        SwapRequest(
            schedule_key="platinum",
            asked_by="anna",
            asked_of="bruno",
            given_from=now,
            given_until=now,
            state=SwapState.ASKED,
            created_at=now,
            due_at=now,
        )
    )
    unplaced_alerts.keep(session, "a sender", [UNPLACED], now)
    page_text = session.execute(select(Delivery).where(PAGE_TEXT)).scalar_one()
    copied = {name: getattr(page_text, name) for name in ("channel", "urgency", "name", "address", "body", "state")}
    bundle = Delivery(key="bundle", kind=DeliveryKind.BUNDLE, attempts=1, created_at=now, **copied)
    session.add(bundle)
    session.flush()
    page_text.bundled_into = bundle.id


@dataclass
class Scene:
    """The busy line, in a transaction of its own."""

    world: World
    session: Session

    @property
    def now(self) -> datetime:
        return self.world.clock.at

    @property
    def line(self) -> Line:
        return self.world.gateway.line

    def first(self, kind: type[Any], *where: ColumnElement[bool]) -> Any:
        """A row that is read, and not locked."""
        return self.session.execute(select(kind).where(*where).limit(1)).scalar_one()

    def text(self) -> Delivery:
        """The text of the page."""
        found: Delivery = self.first(Delivery, PAGE_TEXT)
        return found

    def starts_another_drill(self) -> None:
        with pytest.raises(drills.UnderWay):
            drills.start(self.session, self.line, "default", Priority.P2, "Max", self.now)

    def exchange(self, caller: str = STRANGER) -> Exchange:
        """A webhook of a call."""
        call = self.first(Call, Call.caller == caller)
        self.session.expunge(call)
        return Exchange(self.session, self.line, Prompts(self.line), Form({}), self.now, call)


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
UNPLACED = Unplaced("a key", {}, "firing", "Disk is full", "no contract is named")
PAGE_TEXT = and_(
    Delivery.ticket_number == int(NUMBER), Delivery.kind == DeliveryKind.PAGE, Delivery.channel == Channel.SMS
)
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
    "ivr/throttling.py is_throttled": (
        lambda scene: throttling.is_throttled(scene.exchange()),
        Throttle,
        Throttle.key == throttling.LINE,
    ),
    "ivr/throttling.py _known": (
        lambda scene: throttling.count_failure(scene.exchange()),
        Throttle,
        Throttle.key == throttling.LINE,
    ),
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
    "admin/sign_in.py _enter": "a route: tests/admin/test_console_second_step.py",
    "admin/sign_in.py _half_signed_in": "a route: tests/admin/test_console_second_step.py",
    "admin/token_pages.py revoke": "a route: who comes second writes the same once more",
    "ivr/throttling.py _forget": "it deletes what it locks",
    "paging/handoff_messages.py drop_unsent": "it changes all that it locks",
    "paging/kindness.py companions": "its texts are claimed, as in paging/due.py due_now",
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
