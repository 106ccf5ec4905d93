"""What every test may ask for: a database of each kind."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.clock import VirtualClock
from models.database import Database
from tests.databases import PostgresServer, sqlite_copy, sqlite_template
from tests.times import NIGHT


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all test processes of this run share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if base.name.startswith("popen-") else base


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sqlite_template(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgresql(shared_folder: Path) -> Iterator[PostgresServer]:
    folder = shared_folder / "postgresql"
    folder.mkdir(exist_ok=True)
    server = PostgresServer(folder)
    yield server
    server.stop()


@pytest.fixture
def sqlite_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    """A fresh, migrated SQLite database."""
    return sqlite_copy(migrated_sqlite, tmp_path)


@pytest.fixture
def postgresql_url(postgresql: PostgresServer) -> Iterator[str]:
    """A fresh, migrated PostgreSQL database."""
    with postgresql.copy() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh, migrated database; the test runs once on each kind."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def clock() -> VirtualClock:
    """A clock that stands at a Tuesday night until it is told to go on."""
    return VirtualClock(NIGHT)


@pytest.fixture
def database(database_url: str, clock: VirtualClock) -> Iterator[Database]:
    """A fresh database of each kind, on the virtual clock."""
    database = Database(database_url, clock)
    yield database
    database.dispose()


@pytest.fixture
def sqlite(sqlite_url: str, clock: VirtualClock) -> Iterator[Database]:
    """A fresh SQLite database, on the virtual clock: for what does not depend on the kind of database."""
    database = Database(sqlite_url, clock)
    yield database
    database.dispose()
