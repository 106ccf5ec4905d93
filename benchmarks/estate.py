"""A large installation: many technicians, schedules and contracts, and a year of nights with all that they leave."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from benchmarks.history import analyse
from models.call import Call, CallStep, Step
from models.customer import Contract
from models.database import Base, Database
from models.delivery import Delivery, DeliveryKind, DeliveryState
from models.page import Page, PageState
from models.ticket import Ticket, TicketEvent, TicketSource, TicketState
from paging import roster
from rules.escalation import Channel
from rules.targets import Priority
from tests.processes import town

FIRST = 100_001
YEAR = timedelta(days=365)
UNENDED = 40
"""Tickets that are open or in charge: what the home page shows."""
STORY = ("opened", "level", "acknowledged", "in_charge", "note", "solved")
CALLED = ("started", "pin", "priority", "callback", "ended")
PARTICIPANTS = 6
AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Estate:
    """How much of everything there is."""

    tickets: int
    technicians: int
    schedules: int
    contracts: int

    def __str__(self) -> str:
        schedules = f"{self.schedules} schedules of 3 layers"
        return f"{self.tickets:,} tickets, {self.technicians} technicians, {schedules}, {self.contracts:,} contracts"


def document(estate: Estate, today: datetime) -> str:
    """What `python app.py load` takes: schedules of three layers, with dated items around `today`."""
    people = [_person(number) for number in range(estate.technicians)]
    schedules = [_schedule(number, estate.technicians, today) for number in range(estate.schedules)]
    level = {"notify": ["schedule:s-0"], "channels": ["sms", "voice"], "wait": "5m"}
    policy = {"key": "default", "repeat": 3, "levels": [level], "fallback": ["technician:t-0"]}
    customers = [_customer(number) for number in range(estate.contracts)]
    parts = {"technicians": people, "schedules": schedules, "escalation_policies": [policy]}
    return json.dumps({**parts, "products": [{"name": "UC Suite"}], "customers": customers})  # which is YAML too


def _person(number: int) -> dict[str, Any]:
    mail = f"tina-{number}@example.com"
    return {"key": f"t-{number}", "name": f"Tina {number}", "time_zone": "Europe/Rome", "phone": town.phone(number)} | {
        "email": mail
    }


def _schedule(number: int, technicians: int, today: datetime) -> dict[str, Any]:
    turns = [f"t-{(number * PARTICIPANTS + place) % technicians}" for place in range(PARTICIPANTS)]

    def layer(name: str, unit: str, windows: list[dict[str, Any]]) -> dict[str, Any]:
        rotation = {"unit": unit, "length": 1, "first_handoff": "2026-01-05T09:00", "participants": [*turns]}
        return {"name": name, "rotation": rotation, "windows": windows}

    def dated(each: int, days: int) -> dict[str, Any]:
        start = today + timedelta(days=each * 9)
        until = start + timedelta(days=days)
        return {
            "technician": turns[each % PARTICIPANTS],
            "from": f"{start:%Y-%m-%dT18:00}",
            "until": f"{until:%Y-%m-%dT09:00}",
        }

    nights = [{"days": ["mon", "tue", "wed", "thu", "fri"], "from": "18:00", "until": "09:00"}]
    weekends = [{"days": ["sat", "sun"], "from": "09:00", "until": "18:00"}]
    return {
        "key": f"s-{number}",
        "time_zone": "Europe/Rome",
        "layers": [layer("weekly", "week", []), layer("nights", "day", nights), layer("weekends", "day", weekends)],
        "overrides": [dated(each, 1) for each in range(20)],
        "absences": [dated(each, 3) for each in range(10)],
    }


def _customer(number: int) -> dict[str, Any]:
    contract = {"number": f"C-{number}", "plan": ("platinum", "gold", "basic")[number % 3], "product": "UC Suite"}
    dates = {"starts": "2020-01-01", "ends": "2050-12-31", "paid": number % 20 != 0}
    contacts = [{"name": f"Ada {number}", "phone": f"+39340{1_000_000 + number}", "email": f"ada-{number}@example.com"}]
    return {
        "name": f"Customer {number} SpA",
        "time_zone": "Europe/Rome",
        "contracts": [contract | dates | {"pins": [town.pin(number)], "contacts": contacts}],
    }


def fill(database: Database, estate: Estate) -> None:
    """A year of tickets, evenly spread, each of a call: paged, acknowledged, solved. The newest are not ended."""
    chance = random.Random(6)
    with database.write() as session:
        now = database.now(session)
        contracts = session.execute(select(Contract.id).order_by(Contract.id)).scalars().all()
        policy = roster.escalation_policy(session, "default", Priority.P1)
        for first in range(0, estate.tickets, AT_ONCE):
            rows: dict[type[Base], list[dict[str, Any]]] = {}
            for each in range(first, min(first + AT_ONCE, estate.tickets)):
                at = now - YEAR * (1 - each / estate.tickets) - timedelta(minutes=20)
                for table, row in _night(each, at, estate, chance.choice(contracts), policy, chance):
                    rows.setdefault(table, []).append(row)
            _write(session, rows)
    analyse(database)


def _write(session: Session, rows: dict[type[Base], list[dict[str, Any]]]) -> None:
    for table in (Call, Ticket, CallStep, TicketEvent, Page, Delivery):
        session.execute(insert(table), rows[table])


@dataclass(frozen=True, slots=True)
class _Case:
    """One call and what became of it; `had_at` is when `holder` took it, None where nobody has."""

    number: int
    sid: str
    at: datetime
    caller: str
    contract: int
    holder: str
    had_at: datetime | None
    is_ended: bool


def _night(
    each: int, at: datetime, estate: Estate, contract: int, policy: dict[str, Any], chance: random.Random
) -> Iterator[tuple[type[Base], dict[str, Any]]]:
    """What one call leaves."""
    is_ended = each < estate.tickets - UNENDED
    had_at = at + timedelta(minutes=chance.choice((2, 4, 9, 30, 70))) if is_ended or each % 2 else None
    holder = f"t-{chance.randrange(estate.technicians)}"
    caller = f"+39340{1_000_000 + each % estate.contracts}"
    case = _Case(FIRST + each, f"CA{each:032x}", at, caller, contract, holder, had_at, is_ended)
    yield Call, _call(case)
    yield Ticket, _ticket(case, chance.choice((Priority.P1, Priority.P2)))
    for place, kind in enumerate(CALLED):
        step_at = at + timedelta(seconds=20 * place)
        yield CallStep, {"call_sid": case.sid, "at": step_at, "kind": kind, "text": f"Step {place}"}
    for place, kind in enumerate(STORY if is_ended else STORY[:2]):
        told_at = at + timedelta(minutes=place)
        yield TicketEvent, {"ticket_number": case.number, "at": told_at, "kind": kind, "text": kind}
    yield Page, _page(case, policy)
    for channel in (Channel.SMS, Channel.VOICE):
        yield Delivery, _delivery(case, channel)


def _call(case: _Case) -> dict[str, Any]:
    return {
        "sid": case.sid,
        "caller": case.caller,
        "step": Step.ENDED,
        "turn": 6,
        "silences": 0,
        "wrong_pins": 0,
        "problem": 1,
        "registered": True,
        "staffed": False,
        "contract_id": case.contract,
        "ticket_number": case.number,
        "outcome": "ticket",
        "started_at": case.at,
        "ended_at": case.at + timedelta(minutes=2),
    }


def _ticket(case: _Case, priority: Priority) -> dict[str, Any]:
    in_hand = TicketState.IN_CHARGE if case.had_at else TicketState.OPEN
    return {
        "number": case.number,
        "contract_id": case.contract,
        "priority": priority,
        "state": TicketState.SOLVED if case.is_ended else in_hand,
        "source": TicketSource.CALL,
        "call_sid": case.sid,
        "problem": 1,
        "caller": case.caller,
        "callback": case.caller,
        "opened_at": case.at,
        "target_at": case.at + timedelta(hours=1),
        "taken_in_charge_at": case.had_at,
        "taken_by": case.holder if case.had_at else None,
        "ended_at": case.at + timedelta(hours=3) if case.is_ended else None,
    }


def _page(case: _Case, policy: dict[str, Any]) -> dict[str, Any]:
    unended = PageState.ACKNOWLEDGED if case.had_at else PageState.PAGING
    return {
        "id": case.number,
        "ticket_number": case.number,
        "state": PageState.CLOSED if case.is_ended else unended,
        "policy": policy,
        "level": 1,
        "round": 1,
        "level_started_at": case.at,
        "round_started_at": case.at,
        "left_at": case.at + timedelta(seconds=1),
        "passed": False,
        "alarmed_round": 0,
        "raised_at": case.at,
        "acknowledged_at": case.had_at,
        "acknowledged_by": case.holder if case.had_at else None,
        "due_at": None if case.had_at else case.at + YEAR,
    }


def _delivery(case: _Case, channel: Channel) -> dict[str, Any]:
    return {
        "key": f"page:{case.number}:1:1:{case.holder}:{channel}",
        "kind": DeliveryKind.PAGE,
        "channel": channel,
        "urgency": 0,
        "ticket_number": case.number,
        "page_id": case.number,
        "round": 1,
        "level": 1,
        "technician_key": case.holder,
        "name": "Tina",
        "address": town.phone(1),
        "body": f"P1 {case.number}",
        "state": DeliveryState.DELIVERED,
        "attempts": 1,
        "created_at": case.at,
        "attempted_at": case.at,
        "settled_at": case.at + timedelta(seconds=9),
    }
