"""Versions of the line that start on the schema of another version."""

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa

from app import main
from models.database import Database
from tests.processes.machines import Site, free_port
from tests.world import ENVIRONMENT

NEWER, OLDER = "9001", "0001"


@pytest.fixture
def sites() -> Iterator[Callable[[str], Site]]:
    opened: list[Site] = []

    def open_site(database_url: str) -> Site:
        opened.append(Site(database_url, free_port()))
        return opened[-1]

    yield open_site
    for site in opened:
        site.closes()


@pytest.fixture
def run(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], int]:
    """`python app.py …` in this process; returns its exit status."""

    def run(command: str) -> int:
        for name, value in {**ENVIRONMENT, "DATABASE_URL": database_url}.items():
            monkeypatch.setenv(name, value)
        return main([command])

    return run


def stamp(database: Database, revision: str) -> None:
    with database.engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})


def stamped(database: Database) -> str:
    with database.engine.connect() as connection:
        return str(connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one())


@pytest.mark.parametrize(
    ("command", "kind"),
    [("serve", "sqlite"), ("serve", "postgresql"), ("web", "postgresql"), ("worker", "postgresql")],
)
def test_a_process_says_that_the_schema_is_newer_and_starts(request, sites, command, kind):
    site = sites(request.getfixturevalue(f"{kind}_url"))
    stamp(site.database, NEWER)
    machine = site.starts(command)
    assert any("newer schema" in line and NEWER in line for line in machine.printed)
    assert machine.is_stopped() == 0
    assert stamped(site.database) == NEWER


def test_migrate_says_that_the_schema_is_newer_and_leaves_it_so(database, run, capsys):
    stamp(database, NEWER)
    assert run("migrate") == 0
    printed = capsys.readouterr()
    assert "newer schema" in printed.err and NEWER in printed.err
    assert printed.out == ""
    assert stamped(database) == NEWER


def test_dump_says_so_beside_what_it_prints(sqlite, command, capsys):
    stamp(sqlite, NEWER)
    assert command("dump") == 0
    printed = capsys.readouterr()
    assert "newer schema" in printed.err and "newer schema" not in printed.out


@pytest.mark.parametrize("command", ["web", "worker"])
def test_an_older_schema_is_refused_by_those_who_do_not_migrate(database, run, capsys, command):
    stamp(database, OLDER)
    assert run(command) == 2
    assert "app.py migrate" in capsys.readouterr().err
