"""The database: one way to read, one way to write, on SQLite and on PostgreSQL."""

import enum
import select
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Dialect, Engine, make_url
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, Session
from sqlalchemy.sql.dml import ReturningInsert
from sqlalchemy.types import TypeDecorator

from models.clock import Clock, DatabaseClock, ProcessClock
from models.patience import LimitedConnection
from models.wakeup import Wakeup, announce

LOCK_WAIT = 2.0
"""Seconds that a SQLite transaction waits for another thread, and then for another process: a caller hears nothing
meanwhile, and the provider gives up after 15."""
POOL_WAIT = 2.0
"""Seconds for a free connection to PostgreSQL."""
SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    f"PRAGMA busy_timeout={int(LOCK_WAIT * 1000)}",
)
POSTGRESQL_CONNECT = {
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10000,
    "connect_timeout": 3,
    "options": "-c statement_timeout=10000 -c idle_in_transaction_session_timeout=10000 -c timezone=UTC",
}
NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An instant. Refuses naive values, returns aware UTC (SQLite drops offsets)."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime {value!r}: instants carry their zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class EnumAsText(TypeDecorator[str]):
    """A member of `kind`, stored as its value.

    During an upgrade a newer version may have written a value that this one does not know. It is read as plain text, so
    that one such row does not fail a query for all the others; whoever acts on rows asks for `known` values only.
    """

    impl = sa.String(32)
    cache_ok = True

    def __init__(self, kind: type[enum.StrEnum]) -> None:
        super().__init__()
        self.kind = kind
        self._members = {member.value: member for member in kind}

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else self._members.get(value, value)


def enum_of(kind: type[enum.StrEnum]) -> EnumAsText:
    """A column type that stores the enum's values as text."""
    return EnumAsText(kind)


def known(column: InstrumentedAttribute[Any]) -> sa.ColumnElement[bool]:
    """Whether the value of a column of `enum_of` is one that this version knows."""
    assert isinstance(column.type, EnumAsText)
    return column.in_(list(column.type.kind))


class Base(DeclarativeBase):
    metadata = sa.MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: UtcDateTime, dict[str, Any]: sa.JSON, list[Any]: sa.JSON}  # noqa: RUF012


class Database:
    """Sessions over one database.

    `read()` writes nothing. It is a snapshot on SQLite; on PostgreSQL each statement sees what was committed before it,
    and BEGIN and ROLLBACK, which are a round trip each, are left out. `write()` is one transaction, serialised on
    SQLite (an in-process lock, then BEGIN IMMEDIATE) and at READ COMMITTED with row locks on PostgreSQL.
    """

    def __init__(self, url: str, clock: Clock | None = None) -> None:
        self.url = normalised(url)
        self.is_postgresql = self.url.startswith("postgresql")
        self.engine = _engine(self.url)
        self.wakeup = Wakeup(self.url if self.is_postgresql else None)
        self.clock: Clock = clock or (DatabaseClock() if self.is_postgresql else ProcessClock())
        self._writer = threading.RLock()
        # On PostgreSQL with a pool of its own: to turn a connection to AUTOCOMMIT and back takes as long as a question.
        self._reading = _engine(self.url, isolation_level="AUTOCOMMIT") if self.is_postgresql else self.engine
        self._writing = self.engine.execution_options(begin="IMMEDIATE")

    def now(self, session: Session) -> datetime:
        """The one clock of this database, aware UTC. Ask once per decision."""
        return self.clock.now(session)

    @contextmanager
    def read(self) -> Iterator[Session]:
        with Session(self._reading, expire_on_commit=False) as session:
            yield session

    def glance(self, question: str, value: str) -> tuple[Any, datetime]:
        """What one small question answers, and the instant: the least that asking can cost, for every request.

        `question` is a SELECT of one column in the driver's words, in which :value stands for `value`.
        """
        own = self.clock.in_sql
        asked = question.replace(":value", "%s" if self.is_postgresql else "?")
        with closing(self._reading.raw_connection()) as connection:
            cursor = connection.cursor()
            cursor.execute(f"SELECT ({asked}), {own}" if own else asked, (value,))
            answer, *now = cursor.fetchone() or (None,)
        return answer, now[0].astimezone(UTC) if now else self.clock.now()

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Commit at the end, roll back on any error. Wakes the engine if `announce` was called inside."""
        if self.is_postgresql:
            with Session(self.engine, expire_on_commit=False) as session, session.begin():
                yield session
            return
        with self._only_writer():
            with Session(self._writing, expire_on_commit=False) as session, session.begin():
                yield session
            if session.info.get("work"):
                self.wakeup.set()

    @contextmanager
    def _only_writer(self) -> Iterator[None]:
        """Raises OperationalError where another thread goes on writing for too long."""
        if not self._writer.acquire(timeout=LOCK_WAIT):
            raise sa.exc.OperationalError("BEGIN IMMEDIATE", None, TimeoutError("another thread is writing"))
        try:
            yield
        finally:
            self._writer.release()

    def dispose(self) -> None:
        self.engine.dispose()
        self._reading.dispose()


def due_index(table: str) -> sa.Index:
    """The rows of a table that are due at some time, by that time."""
    is_due = sa.text("due_at IS NOT NULL")
    return sa.Index(f"ix_{table}_due", "due_at", postgresql_where=is_due, sqlite_where=is_due)


def insert_once(session: Session, table: type[Base], unique: Sequence[str], values: Mapping[str, Any]) -> bool:
    """Add a row unless one is there whose `unique` columns are the same. Answers whether it was added."""
    statement = _insert_once(session.get_bind().dialect.name, table, tuple(unique))
    return session.connection().execute(statement, values).first() is not None


@cache
def _insert_once(dialect_name: str, table: type[Base], unique: tuple[str, ...]) -> ReturningInsert[Any]:
    """Built once: most of what a small statement costs is its building."""
    dialect = postgresql if dialect_name == "postgresql" else sqlite
    statement = dialect.insert(sa.inspect(table).local_table).on_conflict_do_nothing(index_elements=unique)
    once: ReturningInsert[Any] = statement.returning(*sa.inspect(table).primary_key)
    return once


def normalised(url: str) -> str:
    """`postgresql://` and `postgresql+psycopg://` both mean psycopg 3."""
    parsed = make_url(url)
    if parsed.drivername in ("postgresql", "postgres"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    return parsed.render_as_string(hide_password=False)


def _engine(url: str, **options: Any) -> Engine:
    """An error names the statement and not its values: those of people and PINs are not for a log."""
    if url.startswith("postgresql"):
        engine = sa.create_engine(
            url,
            connect_args=POSTGRESQL_CONNECT,
            pool_size=20,
            max_overflow=20,
            pool_timeout=POOL_WAIT,
            hide_parameters=True,
            **options,
        )
        sa.event.listen(engine, "do_connect", _connect_limited)
        sa.event.listen(engine, "checkout", _refuse_if_closed)
        return engine
    if (path := make_url(url).database) and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    options["connect_args"] = {"check_same_thread": False, "timeout": LOCK_WAIT}
    engine = sa.create_engine(url, hide_parameters=True, **options)
    sa.event.listen(engine, "connect", _prepare_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _connect_limited(_dialect: Dialect, _record: object, words: list[Any], options: dict[str, Any]) -> Any:
    return LimitedConnection.connect(*words, **options)


def _refuse_if_closed(connection: Any, _record: object, _proxy: object) -> None:
    """A server that has gone closed its end, and that can be read: seen without asking it, as a ping would."""
    if connection.closed:
        raise sa.exc.InvalidatePoolError
    idle = select.poll()
    idle.register(connection.fileno(), select.POLLIN)
    if idle.poll(0):
        raise sa.exc.InvalidatePoolError


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    for pragma in SQLITE_PRAGMAS:
        connection.execute(pragma)


def _begin_sqlite(connection: Connection) -> None:
    mode = connection.get_execution_options().get("begin", "")
    connection.exec_driver_sql(f"BEGIN {mode}")


__all__ = ["Base", "Database", "UtcDateTime", "announce", "enum_of", "insert_once", "known", "normalised"]
