"""Where 'now' comes from: the database's clock, the process's, or a virtual one."""

from datetime import UTC, datetime, timedelta
from typing import Protocol

from sqlalchemy.orm import Session


class Clock(Protocol):
    in_sql: str | None
    """What SQL calls this clock; None: it is not the database's, and its `now` needs no session."""

    def now(self, session: Session | None = None) -> datetime:
        """The instant, aware UTC."""
        ...


class DatabaseClock:
    """PostgreSQL's own clock: the same for every machine that shares the database."""

    in_sql: str | None = "clock_timestamp()"

    def now(self, session: Session | None = None) -> datetime:
        assert session is not None
        # In the driver's words: it is asked in every transaction, and a statement takes longer to build than to answer.
        now: datetime = session.connection().exec_driver_sql(f"SELECT {self.in_sql}").scalar_one()
        return now.astimezone(UTC)


class ProcessClock:
    """The machine's clock: enough for SQLite, which has one process."""

    in_sql: str | None = None

    def now(self, session: Session | None = None) -> datetime:
        return datetime.now(UTC)


class VirtualClock:
    """A clock that stands still until it is told to go on: for tests and simulations."""

    in_sql: str | None = None

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self, session: Session | None = None) -> datetime:
        return self.at

    def advance(self, by: timedelta) -> None:
        self.at += by
