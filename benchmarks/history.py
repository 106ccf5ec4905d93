"""Years of tickets, written in bulk: most are solved, some are open and their pages are due later."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, insert, select, text
from sqlalchemy.orm import Session

from models.customer import Contract
from models.database import Database, UtcDateTime
from models.delivery import Delivery, DeliveryKind, DeliveryState
from models.page import Page, PageState
from paging import roster
from rules.escalation import Channel
from rules.targets import Priority

FIRST = 100_001
AGO = timedelta(days=365)
SOON = timedelta(hours=1)
TECHNICIANS = 100
AT_ONCE = 10_000

# These take longer than anything that the line itself may ask; and what refers to what is right by construction.
IN_BULK = "SET LOCAL statement_timeout = 0; SET LOCAL session_replication_role = replica"
NUMBERS = "WITH RECURSIVE n(i) AS (SELECT :first UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :until) "
TICKETS = """
INSERT INTO ticket (number, contract_id, priority, state, source, opened_at)
SELECT i, :contract, 'P1', CASE WHEN i < :solved THEN 'open' ELSE 'solved' END, 'event', :at FROM n
"""
SOLVED_PAGES = """
INSERT INTO page (id, ticket_number, state, policy, level, round, passed, alarmed_round, raised_at)
SELECT i, i, 'closed', '{}', 1, 1, false, 0, :at FROM n
"""
SOLVED_TEXTS = """
INSERT INTO delivery (key, kind, channel, urgency, ticket_number, page_id, round, level, technician_key, name, address,
                      body, state, attempts, created_at, attempted_at, settled_at)
SELECT 'page:' || i, 'page', 'sms', 0, i, i, 1, 1, 't-' || (i % :technicians), 'Tina', '+393331000000',
       'P1', 'delivered', 1, :at, :at, :at FROM n
"""


def fill(database: Database, tickets: int, open_pages: int, due: int) -> None:
    """Write `tickets`, of which the first `open_pages` have pages; the texts of the first `due` of them are to go now.

    The others' were delivered, and the provider is asked for them in the next hour. Needs contract C-0.
    """
    with database.write() as session:
        if database.is_postgresql:
            session.execute(text(IN_BULK))
        now = database.now(session)
        contract = session.execute(select(Contract.id).where(Contract.number == "C-0")).scalar_one()
        until, solved = FIRST + tickets, FIRST + open_pages
        ago = {"until": until, "at": now - AGO}
        _bulk(session, TICKETS, first=FIRST, solved=solved, contract=contract, **ago)
        if tickets > open_pages:
            _bulk(session, SOLVED_PAGES, first=solved, **ago)
            _bulk(session, SOLVED_TEXTS, first=solved, technicians=TECHNICIANS, **ago)
        policy = roster.escalation_policy(session, "p-0", Priority.P1)
        for first in range(0, open_pages, AT_ONCE):
            numbers = range(first, min(first + AT_ONCE, open_pages))
            session.execute(insert(Page), [_page(each, policy, now, each / open_pages) for each in numbers])
            session.execute(insert(Delivery), [_text(each, now, each / open_pages, each < due) for each in numbers])
    analyse(database)


def _bulk(session: Session, statement: str, **values: Any) -> None:
    session.execute(text(NUMBERS + statement).bindparams(bindparam("at", type_=UtcDateTime())), values)


def _page(each: int, policy: dict[str, Any], now: datetime, share: float) -> dict[str, Any]:
    return {
        "id": FIRST + each,
        "ticket_number": FIRST + each,
        "state": PageState.PAGING,
        "policy": policy,
        "level": 1,
        "round": 1,
        "level_started_at": now,
        "round_started_at": now,
        "due_at": now + SOON * (1 + share),
        "passed": False,
        "alarmed_round": 0,
        "raised_at": now,
    }


def _text(each: int, now: datetime, share: float, is_due: bool) -> dict[str, Any]:
    return {
        "key": f"open:{each}",
        "kind": DeliveryKind.PAGE,
        "channel": Channel.SMS,
        "urgency": 0,
        "ticket_number": FIRST + each,
        "page_id": FIRST + each,
        "round": 1,
        "level": 1,
        "technician_key": f"t-{each % TECHNICIANS}",
        "name": "Tina",
        "address": "+393331000000",
        "body": "P1",
        "state": DeliveryState.PENDING if is_due else DeliveryState.SENT,
        "attempts": 0 if is_due else 1,
        "due_at": now if is_due else now + SOON * (1 + share),
        "created_at": now,
        "attempted_at": None if is_due else now - SOON,
        "settled_at": None,
    }


def analyse(database: Database) -> None:
    """The planner must know how many rows there are; a server in use finds out by itself."""
    commands = ["SET statement_timeout = 0", "VACUUM ANALYZE", "RESET statement_timeout"]
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for command in commands if database.is_postgresql else ["ANALYZE"]:
            connection.exec_driver_sql(command)
