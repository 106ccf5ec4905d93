"""Whether this process lives, whether the service does its work, and figures for monitoring."""

from datetime import datetime
from http import HTTPStatus
from threading import Lock
from time import monotonic
from typing import Any

import structlog
from flask import Response, json
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from sqlalchemy import ColumnElement, delete, func, select, true
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from admin.api.problems import MEDIA_TYPE, refuse
from models.database import Database, insert_once
from models.migrate import is_current
from models.page import Page, PageState
from models.patience import answers_by
from models.retention import RetentionProgress
from models.service import Heartbeat, Periodic
from models.ticket import TICKET_MOVES, Ticket, TicketSource, TicketState
from paging.watch import overdue, reach

log = structlog.get_logger(__name__)

ANSWERED_WITHIN = 4.0  # seconds
TRY_AGAIN_AFTER = 1.0  # seconds
WRITE_PROBE = "write_probe"


class Health:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._schema_is_current = False
        self._trying = Lock()
        self._tried_at = -TRY_AGAIN_AFTER
        self._could_write = False

    def alive(self) -> Response:
        """This process answers."""
        return Response('{"status": "ok"}', mimetype="application/json")

    def ready(self) -> Response:
        """The database can be read and written, its schema is ours, nothing is late, and pages reach people."""
        problems = self._problems()
        if not problems:
            return Response('{"status": "ready"}', mimetype="application/json")
        body: dict[str, Any] = {
            "type": "about:blank",
            "title": "Service Unavailable",
            "status": 503,
            "detail": "; ".join(problems),
        }
        return Response(json.dumps(body), HTTPStatus.SERVICE_UNAVAILABLE, mimetype=MEDIA_TYPE)

    def metrics(self) -> Response:
        """Figures in Prometheus' text format."""
        try:
            with self._database.read() as session:
                registry = _measured(session, self._database.now(session))
        except SQLAlchemyError:
            refuse(HTTPStatus.SERVICE_UNAVAILABLE, "the database does not answer")
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)

    def _problems(self) -> list[str]:
        try:
            with answers_by(ANSWERED_WITHIN):
                if not self._is_current():
                    return ["the database has an older schema: run `python app.py migrate`"]
                with self._database.read() as session:
                    found = overdue(session, self._database.now(session))
                    waiting = {"pages": found.pages, "messages": found.messages}
                    unreached = reach(session).sentences
                problems = [] if self._can_write() else ["nothing can be written to the database"]
        except SQLAlchemyError:
            return ["the database does not answer"]
        late = [f"{count} {what} are overdue by more than a minute" for what, count in waiting.items() if count]
        return [*problems, *unreached, *late]

    def _can_write(self) -> bool:
        """Whether a row could be written of late: everybody may ask, so it is tried at most once a second."""
        with self._trying:
            if monotonic() - self._tried_at > TRY_AGAIN_AFTER:
                self._could_write = _writes(self._database)
                self._tried_at = monotonic()
            return self._could_write

    def _is_current(self) -> bool:
        """A schema only ever becomes newer: once it is there it need not be looked at again."""
        if not self._schema_is_current:
            self._schema_is_current = is_current(self._database)
        return self._schema_is_current


def _writes(database: Database) -> bool:
    """Whether a row can be written and kept: only that shows a full disk, or a lock that another process holds."""
    try:
        with database.write() as session:
            now = database.now(session)
            session.execute(delete(Periodic).where(Periodic.name == WRITE_PROBE, Periodic.scheduled_for < now))
            insert_once(session, Periodic, ["name", "scheduled_for"], {"name": WRITE_PROBE, "scheduled_for": now})
    except SQLAlchemyError as error:
        log.error("nothing can be written to the database", error=str(error))
        return False
    return True


def _measured(session: Session, now: datetime) -> CollectorRegistry:
    registry = CollectorRegistry()
    open_states = [state for state, moves in TICKET_MOVES.items() if moves]
    tickets = Gauge("platinum_line_tickets", "Customers' tickets that are not ended", ["state"], registry=registry)
    _fill(session, tickets, Ticket.state, open_states, Ticket.source != TicketSource.DRILL)
    pages = Gauge("platinum_line_pages", "Pages that nobody has acknowledged", ["state"], registry=registry)
    _fill(session, pages, Page.state, [PageState.ARMED, PageState.PAGING], true())
    found = overdue(session, now)
    late = Gauge("platinum_line_overdue", "What is due for more than a minute", ["what"], registry=registry)
    late.labels("pages").set(found.pages)
    late.labels("messages").set(found.messages)
    seen = Gauge(
        "platinum_line_engine_seen_seconds", "Seconds since each engine was at work", ["engine"], registry=registry
    )
    for engine, seen_at in session.execute(select(Heartbeat.engine, Heartbeat.seen_at)):
        seen.labels(engine).set((now - seen_at).total_seconds())
    _measure_retention(session, registry, now)
    return registry


def _measure_retention(session: Session, registry: CollectorRegistry, now: datetime) -> None:
    deleted = Gauge("platinum_line_deleted_rows", "Old records deleted or emptied", ["kind"], registry=registry)
    finished = Gauge(
        "platinum_line_retention_seconds", "Seconds since old records were deleted last", ["kind"], registry=registry
    )
    for row in session.execute(select(RetentionProgress)).scalars():
        deleted.labels(row.kind).set(row.total_rows)
        if row.finished_at:
            finished.labels(row.kind).set((now - row.finished_at).total_seconds())


def _fill(
    session: Session,
    gauge: Gauge,
    column: Any,
    states: list[TicketState] | list[PageState],
    which: ColumnElement[bool],
) -> None:
    statement = select(column, func.count()).where(column.in_(states), which).group_by(column)
    counted: dict[Any, int] = {state: count for state, count in session.execute(statement)}
    for state in states:
        gauge.labels(state.value).set(counted.get(state, 0))
