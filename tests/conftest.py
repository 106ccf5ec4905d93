"""What every test may ask for: a database of each kind."""

import gc
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog
from flask import Flask
from playwright.sync_api import Browser

from app import LOG_LINE, main
from models.clock import VirtualClock
from models.database import Database
from tests.browser.server import browsing, chromium
from tests.databases import PostgresServer, SharedPostgres, fast_folder, server_folder, sqlite_copy, sqlite_template
from tests.lent import lent
from tests.shared import SharedRoutes
from tests.times import NIGHT
from tests.world import ENVIRONMENT, LINE, World

structlog.configure(processors=LOG_LINE)


KINDS = ["sqlite", "postgresql"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--thorough",
        action="store_true",
        help="what is alike on both kinds of database on both, and every seed of the simulation",
    )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One process more than cores: tests of processes and of the browser wait for what others do."""
    return (os.cpu_count() or 1) + 1


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database_url" in metafunc.fixturenames:
        is_alike = metafunc.definition.get_closest_marker("one_database") is not None
        kinds = KINDS[:1] if is_alike and not metafunc.config.getoption("thorough") else KINDS
        metafunc.parametrize("database_url", kinds, indirect=True)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long ones first; otherwise in the random order in which they come."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def pytest_collection_finish() -> None:
    """Keep the garbage collector from what is imported, and let it look less often: tests leave few cycles."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session", autouse=True)
def routes_are_compiled_once() -> Iterator[None]:
    """Nine tenths of what an application costs to build are its routes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Flask, "url_map_class", SharedRoutes)
        yield


@pytest.fixture(autouse=True)
def the_log_goes_where_it_went() -> Iterator[None]:
    """A command sends it to the standard error of its test, which is closed when the next one logs."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sqlite_template(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgresql(testrun_uid: str) -> Iterator[PostgresServer]:
    """One server for all test processes of this run. Not under tmp_path: the server's own user may not look there."""
    server = PostgresServer(server_folder() / f"platinum-pg-{testrun_uid[:8]}")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def shared_postgresql(postgresql: PostgresServer) -> SharedPostgres:
    """The database that the tests of this process have in turn."""
    return SharedPostgres(postgresql)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests of a process."""
    if chromium() is None:
        pytest.skip("no Chromium: install it, or name one in CHROMIUM")
    with browsing() as browser:
        yield browser


@pytest.fixture
def sqlite_url(migrated_sqlite: Path) -> Iterator[str]:
    """A fresh, migrated SQLite database; in memory where the machine offers a folder there, for the disk is slow."""
    with fast_folder() as folder:
        yield sqlite_copy(migrated_sqlite, folder)


@pytest.fixture
def postgresql_url(shared_postgresql: SharedPostgres) -> Iterator[str]:
    """An empty, migrated PostgreSQL database, under a name of this test's own."""
    with shared_postgresql.turn() as url:
        yield url


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh, migrated database; the test runs once on each kind, unless it is marked `one_database`."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def command(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """`python app.py …` on the database of `quick_world`; answers its exit status. A variable set once stays set."""
    environment = {**ENVIRONMENT, "DATABASE_URL": sqlite_url}

    def run(*words: str, **variables: str) -> int:
        environment.update(variables)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return main(words)

    return run


@pytest.fixture
def clock() -> VirtualClock:
    """A clock that stands at a Tuesday night until it is told to go on."""
    return VirtualClock(NIGHT)


@pytest.fixture
def database(database_url: str, clock: VirtualClock) -> Iterator[Database]:
    """A fresh database of each kind, on the virtual clock."""
    with lent(database_url, clock) as database:
        yield database


@pytest.fixture
def sqlite(sqlite_url: str, clock: VirtualClock) -> Iterator[Database]:
    """A fresh SQLite database, on the virtual clock: for what does not depend on the kind of database."""
    with lent(sqlite_url, clock) as database:
        yield database


@pytest.fixture
def world(database_url: str, clock: VirtualClock) -> Iterator[World]:
    """The line of tests/data/line.yaml, on each kind of database."""
    with lent(database_url, clock) as database:
        yield World(database_url, clock, database).loads(LINE.read_text(encoding="utf-8"))


@pytest.fixture
def quick_world(sqlite_url: str, clock: VirtualClock) -> Iterator[World]:
    """The same on SQLite alone: for what does not depend on the kind of database."""
    with lent(sqlite_url, clock) as database:
        yield World(sqlite_url, clock, database).loads(LINE.read_text(encoding="utf-8"))
