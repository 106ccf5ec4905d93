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
    """Migrate to the newest schema; does nothing when it is there already. Safe to run from several machines."""
    with database.engine.connect() as connection:
        if database.is_postgresql:
            connection.execute(sa.select(sa.func.pg_advisory_lock(LOCK)))
            connection.commit()
        try:
            command.upgrade(_config(connection), "head")
        finally:
            if database.is_postgresql:
                connection.execute(sa.select(sa.func.pg_advisory_unlock(LOCK)))
                connection.commit()


def is_current(database: Database) -> bool:
    """Whether the schema is that of this version. A newer one is fine too: migrations expand, then contract."""
    with database.engine.connect() as connection:
        here = MigrationContext.configure(connection).get_current_revision()
    script = ScriptDirectory.from_config(_config())
    known = {revision.revision for revision in script.walk_revisions()}
    return here is not None and (here == script.get_current_head() or here not in known)


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config
