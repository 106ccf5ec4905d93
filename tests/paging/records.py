"""What nights leave behind: tickets with their calls, pages, messages and timelines, written as rows."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config.prompts import load_wording
from models.audit import Audit
from models.call import Call, CallStep, DutyMessage, Step
from models.clock import VirtualClock
from models.customer import Contract, Customer
from models.database import Base, Database
from models.delivery import Delivery, DeliveryKind, DeliveryState
from models.page import Page, PageState
from models.recording import Recording, RecordingState
from models.retention import RetentionProgress
from models.schedule import HandoffNotice, HandoffOccasion, Schedule, SwapRequest, SwapState
from models.technician import Technician
from models.ticket import MonitoredEvent, Ticket, TicketEvent, TicketSource, TicketState
from paging.retention import Retention
from rules.escalation import Channel
from rules.line import Line
from rules.targets import Plan, Priority
from tests.rules.vendor import POLICY

CALLER, CALLBACK = "+393332220001", "+393332220002"
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
LINES = ("opened", "level", "page_sent", "note", "in_charge", "waiting", "resumed", "notice_delivered", "solved")


def the_line(**periods: timedelta | None) -> Line:
    """The line by the policy that comes with the product, but for these periods of retention."""
    retention = replace(POLICY.retention, **periods)
    policy = replace(POLICY, retention=retention)
    return Line("+390584000009", "+390584000009", "http://127.0.0.1:8000", "line@example.com", policy, load_wording())


def retain(database: Database, line: Line) -> None:
    """Let retention do all that is due now, with its pauses."""
    chore = Retention(database, line)
    clock, begins = database.clock, database.clock.now()
    assert isinstance(clock, VirtualClock)
    while (due := _next_due(database)) is None or due < begins + timedelta(hours=1):
        clock.at = max(begins, due or begins)
        assert chore.do_next()
    clock.at = begins


def _next_due(database: Database) -> datetime | None:
    with database.read() as session:
        return session.execute(select(func.min(RetentionProgress.due_at))).scalar()


def contract(session: Session, plan: Plan = Plan.PLATINUM, number: str = "C-1") -> Contract:
    customer = Customer(name=f"Customer of {number}", time_zone="Europe/Rome")
    terms = {"plan": plan, "starts": date(2020, 1, 1), "ends": date(2040, 1, 1), "paid": True}
    row = Contract(number=number, customer=customer, **terms)
    session.add(row)
    session.flush()
    return row


def night(
    session: Session,
    contract: Contract,
    opened_at: datetime,
    ended_at: datetime | None,
    chance: random.Random,
) -> Ticket:
    """A call, its ticket, its page and all that was written about them; still open without `ended_at`."""
    ended_at = ended_at and max(ended_at, opened_at + 40 * MINUTE)
    call = Call(
        sid=f"CA{chance.getrandbits(128):032x}", caller=CALLER, step=Step.ENDED, turn=5, silences=0, wrong_pins=0,
        problem=1, registered=True, staffed=False, contract_id=contract.id, started_at=opened_at, ended_at=opened_at,
    )  # fmt: skip
    session.add(call)
    session.flush()
    had_at = opened_at + chance.randrange(2, 100) * MINUTE if chance.random() < 0.8 else None
    ticket = Ticket(
        contract_id=contract.id, priority=chance.choice([*Priority]), source=TicketSource.CALL, call_sid=call.sid,
        problem=1, caller=CALLER, callback=CALLBACK, summary="Rack four", opened_at=opened_at,
        target_at=opened_at + timedelta(hours=1), taken_in_charge_at=had_at, taken_by="anna" if had_at else None,
        state=TicketState.OPEN if ended_at is None else chance.choice([TicketState.SOLVED, TicketState.EXCLUDED]),
        ended_at=ended_at,
    )  # fmt: skip
    session.add(ticket)
    session.flush()
    call.ticket_number = ticket.number
    pace = chance.randrange(1, 15) * MINUTE
    for minutes, kind in enumerate(LINES):
        at = opened_at + minutes * pace
        session.add(TicketEvent(ticket_number=ticket.number, at=at, kind=kind, text=f"{kind} {CALLBACK}"))
    session.add_all(of_call(call, ticket))
    page(session, ticket, had_at, chance)
    return ticket


def of_call(call: Call, ticket: Ticket) -> Sequence[Base]:
    """Its steps, what was left for the duty manager, a recording that is deleted, and who changed the ticket."""
    at = call.started_at
    return [
        CallStep(call_sid=call.sid, at=at, kind="started", text="began"),
        DutyMessage(
            call_sid=call.sid, occasion="left", caller=CALLER, is_verified=True, text=f"Call {CALLER}", left_at=at,
            told_at=at,
        ),
        Recording(
            provider_sid=f"RE{call.sid[2:]}", key=call.sid, call_sid=call.sid, ticket_number=ticket.number,
            step=Step.DESCRIPTION, recorded_at=at, state=RecordingState.DELETED, attempts=1,
        ),
        MonitoredEvent(
            contract_id=ticket.contract_id, event="disk_low", key=call.sid, ticket_number=ticket.number, first_at=at,
            last_at=at,
        ),
        Audit(at=at, actor="max@example.com", action="ticket.note", subject=f"ticket:{ticket.number}"),
    ]  # fmt: skip


def page(session: Session, ticket: Ticket, had_at: datetime | None, chance: random.Random) -> Page:
    round_ = chance.randrange(1, 4)
    began = ticket.opened_at + MINUTE
    row = Page(
        ticket_number=ticket.number, policy={}, level=chance.randrange(1, 3), round=round_, passed=False,
        state=PageState.CLOSED if ticket.ended_at else PageState.ACKNOWLEDGED, alarmed_round=chance.choice([0, 2]),
        raised_at=ticket.opened_at, level_started_at=began, round_started_at=began + (round_ - 1) * 7 * MINUTE,
        acknowledged_at=had_at, acknowledged_by="anna" if had_at else None,
    )  # fmt: skip
    session.add(row)
    session.flush()
    kinds = [DeliveryKind.NOTICE, *[DeliveryKind.PAGE] * round_, DeliveryKind.ALARM, DeliveryKind.STAND_DOWN]
    for place, kind in enumerate(kinds):
        session.add(message(kind, began + place * 5 * MINUTE, f"{ticket.number}:{place}", ticket, row))
    return row


def message(
    kind: DeliveryKind, at: datetime, key: str, ticket: Ticket | None = None, page: Page | None = None
) -> Delivery:
    return Delivery(
        key=f"{kind}:{key}:{CALLBACK}", kind=kind, channel=Channel.SMS, urgency=0, attempts=1, name="Anna",
        ticket_number=ticket and ticket.number, page_id=page and page.id, technician_key="anna", address=CALLBACK,
        subject="Words", body=f"Call {CALLBACK}", state=DeliveryState.DELIVERED, created_at=at, attempted_at=at,
        settled_at=at, error=f"about {CALLBACK}",
    )  # fmt: skip


def of_schedules(session: Session, at: datetime) -> None:
    """A handoff that was told, and a swap that was declined."""
    session.add(Schedule(key="platinum"))
    session.add_all(Technician(key=key, name=key.title(), time_zone="Europe/Rome") for key in ("anna", "bruno"))
    session.flush()
    told = {"schedule_key": "platinum", "occasion": HandoffOccasion.BEGUN, "told_at": at}
    session.add(HandoffNotice(technician_key="anna", starts_at=at, **told))
    swap = {"schedule_key": "platinum", "asked_by": "anna", "asked_of": "bruno", "state": SwapState.DECLINED}
    session.add(SwapRequest(given_from=at, given_until=at + DAY, created_at=at, settled_at=at, **swap))
