"""A busy line: a row of each kind that is locked somewhere, and a transaction over it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from admin import lockout
from admin.accounts import add_user
from ivr.exchange import Exchange
from ivr.prompts import Prompts
from ivr.webhook import Form
from models.account import Role
from models.call import Call, DutyMessage, Step
from models.clock import VirtualClock
from models.delivery import Delivery, DeliveryKind
from models.recording import Recording, RecordingState
from models.schedule import SwapRequest, SwapState
from paging import drills, unplaced_alerts
from paging.unplaced_alerts import Unplaced
from rules.escalation import Channel
from rules.line import Line
from rules.targets import Priority
from tests.stories.pages import NUMBER
from tests.world import ADA, LINE, PIN, STRANGER, World

WINDOW = """
customers:
  - name: Acme SpA
    contracts:
      - number: C-1001
        maintenance:
          - {from: 2026-11-24T02:00, until: 2026-11-24T03:20, reference: CHG-7}
          - {from: 2026-11-24T03:30, until: 2026-11-24T06:00, reference: CHG-8}
"""
UNPLACED = Unplaced("a key", {}, "firing", "Disk is full", "no contract is named")
PAGE_TEXT = and_(
    Delivery.ticket_number == int(NUMBER), Delivery.kind == DeliveryKind.PAGE, Delivery.channel == Channel.SMS
)


def busy_line(database_url: str, clock: VirtualClock) -> World:
    """A page that is out, a caller who has guessed and left a message, an open window, an admin."""
    world = World(database_url, clock).loads(LINE.read_text(encoding="utf-8")).loads(WINDOW)
    world.phone(ADA).dials().presses(f"{PIN}#").presses("1").hangs_up()
    world.settles()
    world.phone(STRANGER).dials().presses("1").presses("11111111#").presses("0").hangs_up()
    with world.database.write() as session:
        add_user(session, "ops@example.com", Role.ADMIN, clock.at)
        lockout.count(session, "somebody@example.com", clock.at)
        drills.start(session, world.gateway.line, "default", Priority.P2, "Max", clock.at)
        add_rows(session, clock.at)
    return world


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
