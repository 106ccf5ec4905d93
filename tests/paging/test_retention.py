"""Old records are deleted, those of open tickets are not, and every table's time is decided."""

import random
from datetime import timedelta
from typing import cast

import pytest
from sqlalchemy import func, select

import simulator.tables  # noqa: F401  # its tables are among those that are asked about
from admin.ticket_story import LOOKS
from models.audit import Audit
from models.call import Call, CallStep, DutyMessage
from models.clock import VirtualClock
from models.database import Base, Database
from models.delivery import Delivery, DeliveryKind
from models.page import Page
from models.recording import Recording, RecordingState
from models.retention import RetentionProgress
from models.schedule import HandoffNotice, SwapRequest
from models.ticket import MonitoredEvent, Ticket, TicketEvent
from paging.retention import KINDS, Retention, messages
from paging.retention.batch import Batch, Done
from paging.retention.kinds import Kind
from paging.retention.tickets import KEPT
from tests.paging import records
from tests.paging.records import CALLBACK, CALLER, DAY, LINES, retain, the_line
from tests.plans import asked, scans

YEARS = timedelta(days=6 * 365)
LINE = the_line()
ALWAYS_KEPT = {
    "retention_progress": "a row for each kind of record",
    # Reports count them, and they say who had what when.
    "page": "what a page came to is in every report",
    "schedule_revision": "who was on call at an instant stays answerable",
    # What people entered, and remove themselves.
    "customer": "on file", "contract": "on file", "product": "on file", "contact": "on file", "pin": "on file",
    "maintenance": "on file with its contract", "technician": "on file", "schedule": "on file",
    "escalation_policy": "on file", "role_contact": "on file", "setting": "on file", "blocked_number": "on file",
    "user_account": "on file", "token": "on file: revoked ones say who had access", "calendar_feed": "on file",
    # Bounded by what is on file.
    "contact_proof": "one for each address; its code is deleted when it is over",
    "handoff_watch": "one for each schedule", "gap_watch": "one for each schedule", "sender": "one for each number",
    # Deleted where they are written.
    "console_session": "with its end, by admin/sessions.py", "recovery_code": "with its use, by admin/second_step.py",
    "sign_in_throttle": "when it is forgotten, by admin/lockout.py", "throttle": "likewise, by ivr/throttling.py",
    "heartbeat": "after an hour, by paging/engine.py", "periodic": "after a day, by paging/watch.py",
}  # fmt: skip


def count(database: Database, table: type[Base]) -> int:
    with database.read() as session:
        return session.execute(select(func.count()).select_from(table)).scalar_one()


def test_every_table_has_a_time_or_a_reason_to_stay() -> None:
    """The simulator's tables stand for the provider: the product does not delete there, it asks for it."""
    decided = {table.__tablename__ for kind in KINDS.values() for table in kind.tables}
    tables = {name for name in Base.metadata.tables if not name.startswith("sim_")}
    assert tables == decided | ALWAYS_KEPT.keys()
    assert not decided & ALWAYS_KEPT.keys()


DELETED_LINES = {
    "note", "described", "transcribed", "called_again", "callback", "stopped_holding", "condition_fired_again",
}  # fmt: skip


def test_every_line_of_a_timeline_is_decided() -> None:
    """And what became of each message, which is a line too."""
    assert not KEPT & DELETED_LINES
    assert {*LOOKS} == KEPT | DELETED_LINES
    assert not any(line.startswith(f"{kind}_") for line in KEPT for kind in DeliveryKind if line != "follow_up")


def test_what_is_over_goes_and_who_had_it_stays(database: Database) -> None:
    now, chance = database.clock.now(), random.Random(1)
    with database.write() as session:
        ticket = records.night(session, records.contract(session), now - YEARS, now - YEARS, chance)
        records.of_schedules(session, now - YEARS)
        session.add(records.message(DeliveryKind.ALERT, now - YEARS, "alone"))
        had_at, number = ticket.taken_in_charge_at, ticket.number
    retain(database, LINE)
    for table in (Call, CallStep, DutyMessage, Recording, Delivery, MonitoredEvent, HandoffNotice, SwapRequest):
        assert count(database, table) == 0, table
    with database.read() as session:
        ticket = session.get_one(Ticket, number)
        assert (ticket.taken_in_charge_at, ticket.taken_by) == (had_at, "anna")
        assert (ticket.caller, ticket.callback, ticket.summary, ticket.call_sid) == (None, None, None, None)
        assert {*session.execute(select(TicketEvent.kind)).scalars()} == {*LINES} & KEPT
        assert session.execute(select(Page.acknowledged_by)).scalar() == "anna"


def test_nothing_of_an_open_ticket_goes_however_old(database: Database) -> None:
    now = database.clock.now()
    tables = (Call, CallStep, DutyMessage, Recording, Delivery, TicketEvent, MonitoredEvent, Audit)
    with database.write() as session:
        ticket = records.night(session, records.contract(session), now - YEARS, None, random.Random(2))
        over = records.night(
            session, records.contract(session, number="C-2"), now - YEARS, now - YEARS, random.Random(3)
        )
        over.call_sid, number = None, over.number
        # One text told of both, and one call opened both.
        bundle = records.message(DeliveryKind.BUNDLE, now - YEARS, "both")
        session.add(bundle)
        session.flush()
        for each in (ticket, over):
            member = session.execute(select(Delivery).where(Delivery.ticket_number == each.number).limit(1))
            member.scalar_one().bundled_into = bundle.id
        shared = session.get_one(Call, ticket.call_sid)
        shared.ticket_number = number
        before = {
            table: {*session.execute(select(*table.__table__.columns)).all()}
            for table in (CallStep, DutyMessage, Delivery, TicketEvent, Audit)
        }
        theirs = {ticket.number, None}
    retain(database, LINE)
    assert {table: count(database, table) for table in tables} == {
        Call: 1, CallStep: 1, DutyMessage: 1, Recording: 1, MonitoredEvent: 1,
        Delivery: len([row for row in before[Delivery] if row.ticket_number in theirs]),
        TicketEvent: len(LINES) + len({*LINES} & KEPT), Audit: 1 + len(_reports(database)),
    }  # fmt: skip
    with database.read() as session:
        assert {*session.execute(select(Delivery.body)).scalars()} == {f"Call {CALLBACK}"}
        assert session.execute(select(DutyMessage.text)).scalar() == f"Call {CALLER}"
        assert session.execute(select(Ticket.caller).where(Ticket.number != number)).scalar() == CALLER


def _reports(database: Database) -> list[str]:
    """The kinds of which the audit log tells that something was deleted."""
    with database.read() as session:
        rows = session.execute(select(Audit.subject).where(Audit.action == "retention.deleted")).scalars()
        return sorted(subject.removeprefix("retention:") for subject in rows)


def test_words_and_addresses_go_before_the_message(database: Database) -> None:
    now = database.clock.now()
    with database.write() as session:
        kept = LINE.policy.retention.message_text
        assert kept is not None
        at = now - kept - DAY
        records.night(session, records.contract(session), at, at, random.Random(4))
    messages_before = count(database, Delivery)
    retain(database, LINE)
    with database.read() as session:
        rows = session.execute(select(Delivery)).scalars().all()
        assert len(rows) == messages_before
        for row in rows:
            assert CALLBACK not in f"{row.key} {row.address} {row.subject} {row.body} {row.error}"
            assert (row.redacted_at, row.technician_key) == (now, "anna")
        left = session.execute(select(DutyMessage)).scalar_one()
        assert (left.text, left.caller) == ("", None)


def test_what_waits_stays(database: Database) -> None:
    """A message that is due, one for a duty manager whom nobody has put on file, a recording the provider keeps."""
    now = database.clock.now()
    with database.write() as session:
        records.night(session, records.contract(session), now - YEARS, now - YEARS, random.Random(5))
        session.execute(select(Recording)).scalar_one().state = RecordingState.KEPT
        session.execute(select(DutyMessage)).scalar_one().due_at = now
        session.execute(select(Delivery).limit(1)).scalar_one().due_at = now
    retain(database, LINE)
    assert (count(database, Call), count(database, DutyMessage), count(database, Delivery)) == (1, 1, 1)
    with database.read() as session:
        assert session.execute(select(DutyMessage.text)).scalar() == f"Call {CALLER}"


def test_a_kind_that_is_kept_for_ever_loses_nothing(sqlite: Database) -> None:
    now = sqlite.clock.now()
    with sqlite.write() as session:
        session.add(Audit(at=now - YEARS, actor="max", action="user.added", subject="user:max"))
    retain(sqlite, the_line(audit=None))
    assert count(sqlite, Audit) == 1


def test_large_batches_are_done_one_after_the_other_with_pauses(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messages, "MOST", 2)
    now = database.clock.now()
    with database.write() as session:
        session.add_all(records.message(DeliveryKind.ALERT, now - YEARS, str(each)) for each in range(5))
    chore = Retention(database, LINE)
    while chore.do_next():
        pass
    assert count(database, Delivery) == 3
    retain(database, LINE)
    with database.read() as session:
        row = session.get_one(RetentionProgress, "message_text")
        assert (row.rows, row.last_rows, row.total_rows, row.last_at is not None) == (0, 5, 5, True)
    assert "message_text" in _reports(database)


def test_two_engines_never_do_the_same_kind(postgresql_url: str) -> None:
    """The row of a kind is locked by whoever does its batch: the other one does the next kind, or nothing."""
    database = Database(postgresql_url)
    chore = Retention(database, LINE)
    while chore.do_next():
        pass
    with database.write() as session:
        session.query(RetentionProgress).filter_by(kind="audit").update({"due_at": database.now(session)})
    with database.write() as session:
        session.query(RetentionProgress).filter_by(kind="audit").with_for_update().one()
        assert not chore.do_next()
    assert chore.do_next()
    database.dispose()


def test_a_kind_that_fails_keeps_no_other_waiting(
    sqlite: Database, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_batch: Batch) -> Done:
        raise RuntimeError

    monkeypatch.setitem(cast("dict[str, Kind]", KINDS), "audit", Kind((Audit,), (fail,)))
    chore = Retention(sqlite, LINE)
    for _ in ["begins", *KINDS]:
        assert chore.do_next()
    assert not chore.do_next()
    clock.at += timedelta(hours=1)
    assert chore.do_next()


def test_its_questions_are_served_by_indexes(database: Database) -> None:
    now = database.clock.now()
    with database.write() as session:
        records.night(session, records.contract(session), now - YEARS, now - YEARS, random.Random(6))
        records.of_schedules(session, now - YEARS)
    with asked(database) as statements:
        retain(database, LINE)
    found = scans(database, statements)
    assert not found, "\n".join(found)
