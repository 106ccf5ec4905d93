"""What callers recorded: fetched from the provider, and deleted there and here when its time is over."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.database import Database, known
from models.recording import RECORDING_MOVES, Recording, RecordingState
from paging import alerts
from paging.carriers.protocol import ConfigurationFailure, RecordingStore, SendFailure, Sound
from paging.chores import first_due
from rules.line import Line
from tickets import story

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=30)
LOOK_AGAIN = timedelta(days=1)
"""So often a kept recording is looked at: the policy may have been given a shorter retention meanwhile."""
GIVE_UP_AFTER = timedelta(days=1)
LONGEST_WAIT = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Job:
    """One recording that is ours until its lease ends; `attempt` is the fence."""

    id: int
    attempt: int
    sid: str
    is_over: bool


class Recordings:
    """A chore. The provider is asked between two transactions."""

    first_due = first_due(Recording.due_at, known(Recording.state))

    def __init__(self, database: Database, line: Line, store: RecordingStore) -> None:
        self._database = database
        self._line = line
        self._store = store

    def do_next(self) -> bool:
        job = self._claim()
        if job is None:
            return False
        if job.is_over:
            self._delete(job)
        else:
            self._fetch(job)
        return True

    def _claim(self) -> Job | None:
        with self._database.write() as session:
            now = self._database.now(session)
            due = select(Recording).where(Recording.due_at <= now, known(Recording.state))
            due = due.order_by(Recording.due_at).limit(1)
            row = session.execute(due.with_for_update(skip_locked=True)).scalar_one_or_none()
            if row is None:
                return None
            is_over = now >= row.recorded_at + self._line.policy.recordings.retention
            if row.state is not RecordingState.WAITING and not is_over:
                row.due_at = self._next_look(row, now)
                return None
            row.attempts += 1
            row.due_at = now + LEASE
            return Job(row.id, row.attempts, row.provider_sid, is_over)

    def _next_look(self, row: Recording, now: datetime) -> datetime:
        return min(row.recorded_at + self._line.policy.recordings.retention, now + LOOK_AGAIN)

    def _fetch(self, job: Job) -> None:
        try:
            sound = self._store.fetch(job.sid)
        except SendFailure as failure:
            self._failed(job, failure)
            return
        with self._database.write() as session:
            now = self._database.now(session)
            if (row := _ours(session, job)) is not None:
                self._keep(row, sound, now)

    def _keep(self, row: Recording, sound: Sound, now: datetime) -> None:
        _become(row, RecordingState.KEPT)
        row.sound, row.media_type, row.fetched_at, row.error = sound.content, sound.media_type, now, None
        row.due_at = self._next_look(row, now)

    def _failed(self, job: Job, failure: SendFailure) -> None:
        """It may not be ready yet, or the provider is down: later again, and not for ever."""
        log.warning("a recording could not be fetched", recording=job.sid, error=str(failure))
        with self._database.write() as session:
            now = self._database.now(session)
            row = _ours(session, job)
            if row is None:
                return
            row.error = str(failure)
            age = now - row.recorded_at
            if isinstance(failure, ConfigurationFailure):
                alerts.misconfigured(session, self._line, str(failure), now)
            if age >= GIVE_UP_AFTER:
                self._lose(session, row, now)
            else:
                row.due_at = now + min(max(age, timedelta(seconds=1)), LONGEST_WAIT)

    def _lose(self, session: Session, row: Recording, now: datetime) -> None:
        _become(row, RecordingState.LOST)
        row.due_at = self._next_look(row, now)
        alerts.recording_lost(session, self._line, row.provider_sid, row.ticket_number, now)
        self._record(session, row, "recording_lost", "event.recording_lost", now)

    def _delete(self, job: Job) -> None:
        """At the provider first: what is still there is tried again, however often."""
        try:
            self._store.delete(job.sid)
        except SendFailure as failure:
            log.warning("a recording could not be deleted", recording=job.sid, error=str(failure))
            self._postpone(job, failure)
            return
        with self._database.write() as session:
            now = self._database.now(session)
            if (row := _ours(session, job)) is not None:
                _become(row, RecordingState.DELETED)
                row.sound = row.transcript = row.error = row.due_at = None
                row.deleted_at = now
                self._record(session, row, "recording_deleted", "event.recording_deleted", now)

    def _postpone(self, job: Job, failure: SendFailure) -> None:
        with self._database.write() as session:
            now = self._database.now(session)
            if isinstance(failure, ConfigurationFailure):
                alerts.misconfigured(session, self._line, str(failure), now)
            if (row := _ours(session, job)) is not None:
                row.error, row.due_at = str(failure), now + LONGEST_WAIT

    def _record(self, session: Session, row: Recording, kind: str, key: str, now: datetime) -> None:
        if row.ticket_number is not None:
            days = self._line.policy.recordings.retention.days
            story.record(session, row.ticket_number, now, kind, self._line.wording.say(key, days=days))


def _ours(session: Session, job: Job) -> Recording | None:
    """The row, if no other engine has taken it meanwhile."""
    statement = select(Recording).where(Recording.id == job.id, Recording.attempts == job.attempt)
    return session.execute(statement.with_for_update()).scalar_one_or_none()


def _become(row: Recording, state: RecordingState) -> None:
    assert state in RECORDING_MOVES[row.state], f"{row.state} cannot become {state}"
    row.state = state
