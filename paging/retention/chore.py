"""The chore that deletes old records: one batch, a pause, and the next, until a kind is done for the day."""

from dataclasses import fields
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import case, func, literal, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from models.audit import Audit
from models.database import Database, UtcDateTime, insert_once
from models.retention import RetentionProgress
from paging.retention.batch import Batch
from paging.retention.kinds import KINDS
from rules.line import Line
from rules.policy import RetentionRules

log = structlog.get_logger(__name__)

PAUSE = timedelta(seconds=1)
"""Between two batches of a kind, so that pages and calls go first."""
EVERY = timedelta(days=1)
AFTER_AN_ERROR = timedelta(hours=1)
AUTHOR = "retention"
_AT_ONCE = literal(datetime.min.replace(tzinfo=UTC), UtcDateTime())
_OURS = RetentionProgress.kind.in_(KINDS)
_PLACE = case({kind: place for place, kind in enumerate(KINDS)}, value=RetentionProgress.kind)
_FIRST = select(RetentionProgress).where(_OURS).order_by(RetentionProgress.due_at, _PLACE).limit(1)
_DUE = _FIRST.with_for_update(skip_locked=True)

assert {field.name for field in fields(RetentionRules)} == {*KINDS}


class Retention:
    """A chore. Each kind has a row, which whoever does its batch has locked: two engines never do the same one."""

    first_due = (
        select(case((func.count() < len(KINDS), _AT_ONCE), else_=func.min(RetentionProgress.due_at)))
        .where(_OURS)
        .scalar_subquery()
    )

    def __init__(self, database: Database, line: Line) -> None:
        self._database = database
        self._rules = line.policy.retention

    def do_next(self) -> bool:
        """Do the batch that is due for longest. A kind that fails keeps no other waiting."""
        kind = ""
        try:
            with self._database.write() as session:
                now = self._database.now(session)
                if _begin(session, now):
                    return True
                progress = session.execute(_DUE.where(RetentionProgress.due_at <= now)).scalar_one_or_none()
                if progress is None:
                    return False
                kind = progress.kind
                self._do(session, progress, now)
        except Exception as error:
            if not kind or isinstance(error, OperationalError):
                raise  # the database's trouble, and not the kind's
            log.exception("old records could not be deleted; it is tried again in an hour", kind=kind)
            self._put_off(kind)
        return True

    def _do(self, session: Session, progress: RetentionProgress, now: datetime) -> None:
        period: timedelta | None = getattr(self._rules, progress.kind)
        more = False
        if period is not None:
            batch = Batch(session, progress, now - period, now)
            for part in KINDS[progress.kind].parts:
                rows, more = part(batch)
                progress.rows += rows
                progress.total_rows += rows
                if more:
                    break
        progress.due_at = now + (PAUSE if more else EVERY)
        if not more:
            _finish(session, progress, period, now)

    def _put_off(self, kind: str) -> None:
        with self._database.write() as session:
            later = self._database.now(session) + AFTER_AN_ERROR
            session.execute(update(RetentionProgress).where(RetentionProgress.kind == kind).values(due_at=later))


def _begin(session: Session, now: datetime) -> bool:
    """Add the kinds that have no row yet; return whether there were some."""
    new = KINDS.keys() - {*session.execute(select(RetentionProgress.kind)).scalars()}
    for kind in new:
        values = {"kind": kind, "due_at": now, "rows": 0, "last_rows": 0, "total_rows": 0}
        insert_once(session, RetentionProgress, ["kind"], values)
    return bool(new)


def _finish(session: Session, progress: RetentionProgress, period: timedelta | None, now: datetime) -> None:
    """A run is over; the audit log and the process's log tell what it deleted."""
    progress.finished_at = now
    if not progress.rows:
        return
    told = {"rows": progress.rows, "older_than_days": period.days if period else 0}
    session.add(
        Audit(at=now, actor=AUTHOR, action="retention.deleted", subject=f"retention:{progress.kind}", after=told)
    )
    log.info("old records are deleted", kind=progress.kind, **told)
    progress.last_at, progress.last_rows, progress.rows = now, progress.rows, 0
