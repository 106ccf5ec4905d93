"""Databases to measure on: SQLite in a file, PostgreSQL on a server of its own, both migrated and durable."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from tests.databases import PostgresServer, sqlite_copy, sqlite_template

Kind = Callable[[], AbstractContextManager[str]]
"""Gives the URL of a fresh, migrated database for as long as the block runs."""
Kinds = dict[str, Kind]

SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"


@contextmanager
def both() -> Iterator[Kinds]:
    """Both kinds; the PostgreSQL server starts and ends with the block."""
    with tempfile.TemporaryDirectory(prefix="platinum-bench-") as folder:
        template = sqlite_template(Path(folder))
        # Not under `folder`: the server's own user may not look there.
        server = PostgresServer(Path(tempfile.mkdtemp(prefix="platinum-pg-")), durable=True)
        try:
            yield {SQLITE: lambda: sqlite(template), POSTGRESQL: server.copy}
        finally:
            server.stop()


@contextmanager
def sqlite(template: Path) -> Iterator[str]:
    """A copy of a migrated file, in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="platinum-bench-") as folder:
        yield sqlite_copy(template, Path(folder))
