"""Bring a database to the schema of this version, and know whether it is there."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

from models.database import Database

FOLDER = Path(__file__).parent / "migrations"
LOCK = 104823  # any number, the same for all who migrate one PostgreSQL database at a time


def upgrade(database: Database) -> None:
    """Migrate to the newest schema that this version knows. Does nothing when it is there already, or a newer one is.

    Safe to run from several machines.
    """
    with database.engine.connect() as connection:
        if database.is_postgresql:
            connection.execute(sa.select(sa.func.pg_advisory_lock(LOCK)))
            connection.commit()
        try:
            if _newer(connection) is None:
                command.upgrade(_config(connection), "head")
        finally:
            if database.is_postgresql:
                connection.execute(sa.select(sa.func.pg_advisory_unlock(LOCK)))
                connection.commit()


def is_current(database: Database) -> bool:
    """Return whether the schema is that of this version, or a newer one: migrations expand, then contract."""
    with database.engine.connect() as connection:
        return _newer(connection) is not None or _revision(connection) == _script().get_current_head()


def newer_revision(database: Database) -> str | None:
    """Return the revision of the schema where a later version made it, else None."""
    with database.engine.connect() as connection:
        return _newer(connection)


def _newer(connection: Connection) -> str | None:
    """A later version's revision is one that this version does not know."""
    here = _revision(connection)
    return None if here in {None, *(one.revision for one in _script().walk_revisions())} else here


def _revision(connection: Connection) -> str | None:
    here: str | None = MigrationContext.configure(connection).get_current_revision()
    connection.rollback()
    return here


def _script() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config
