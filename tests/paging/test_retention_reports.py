"""The figures of reports, of any month, are the same before and after old records are deleted."""

import random
from datetime import datetime, timedelta
from typing import Any

import pytest
from dateutil.relativedelta import relativedelta

from admin import report_rows
from admin.report_rows import Wanted
from admin.report_tables import GROUPS, TABLES, Report, Table
from models.database import Database
from rules.targets import Plan
from tests.paging import records
from tests.paging.records import retain, the_line

MONTHS = 80
LINE = the_line()
MONTH = timedelta(days=30)
SHORT = the_line(
    message_text=MONTH, message=MONTH, call=MONTH, ticket_contact=MONTH, timeline=MONTH, event=MONTH,
    schedule_message=MONTH, audit=MONTH,
)  # fmt: skip


def reports(database: Database, now: datetime) -> dict[Any, Table]:
    """Every table of every month, grouped in every way."""
    found: dict[Any, Table] = {}
    with database.read() as session:
        for month in range(MONTHS):
            start = now - relativedelta(months=month + 1)
            wanted = Wanted(start, now - relativedelta(months=month))
            cases = report_rows.cases(session, wanted, LINE.policy.plans, now)
            for by in GROUPS:
                report = Report(cases, by, "Europe/Rome", now, {"anna": "Anna Rossi"})
                found |= {(month, by, name): make(report) for name, make in TABLES.items()}
    return found


def nights(database: Database, seed: int, now: datetime) -> None:
    """Tickets of six years, a few of them open still."""
    chance = random.Random(seed)
    with database.write() as session:
        contracts = [records.contract(session, plan, f"C-{plan}") for plan in Plan]
        for _ in range(40):
            opened_at = now - timedelta(minutes=chance.randrange(60 * 24 * 365 * 6))
            ended_at = opened_at + timedelta(hours=chance.randrange(1, 99)) if chance.random() < 0.8 else None
            records.night(session, chance.choice(contracts), opened_at, ended_at, chance)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("line", [LINE, SHORT], ids=["default", "short"])
def test_reports_do_not_change(sqlite: Database, seed: int, line: Any) -> None:
    now = sqlite.clock.now()
    nights(sqlite, seed, now)
    before = reports(sqlite, now)
    retain(sqlite, line)
    assert reports(sqlite, now) == before


def test_they_do_not_on_the_other_database(postgresql_url: str, clock: Any) -> None:
    database = Database(postgresql_url, clock)
    nights(database, 4, clock.at)
    before = reports(database, clock.at)
    retain(database, SHORT)
    assert reports(database, clock.at) == before
    database.dispose()
