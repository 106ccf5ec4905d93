"""One `Database` of each kind for test after test, as it keeps the SQL that it compiled.

To compile the SQL of a test took a third of the test. The connections, which are never kept, go to the database of the
test that has the object. A test that listens to events of an engine makes a `Database` of its own.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, Dialect, make_url

from models.clock import VirtualClock
from models.database import Database
from models.wakeup import Wakeup

NOWHERE = str(Path(__file__).parent)
"""No database has this name, and as it is a folder, SQLite cannot make one: `database.url` is the address, and not
`database.engine.url`."""
_kept: dict[str, Database] = {}
_addresses: dict[str, URL] = {}
"""By kind: where the object that is lent connects to."""


@contextmanager
def lent(url: str, clock: VirtualClock) -> Iterator[Database]:
    """The database at `url` on this clock. A second one of its kind at the same time is an object of its own."""
    address = make_url(url)
    kind = address.get_backend_name()
    if kind in _addresses:
        database = Database(url, clock)
        yield database
        database.dispose()
        return
    if kind not in _kept:
        _kept[kind] = Database(f"{address.drivername}:///{NOWHERE}")
    database = _kept[kind]
    database.url, database.clock = url, clock
    database.wakeup = Wakeup(url if database.is_postgresql else None)
    _addresses[kind] = address
    try:
        yield database
    finally:
        database.dispose()
        del _addresses[kind]


@sa.event.listens_for(sa.Engine, "do_connect")
def _connect_there(dialect: Dialect, _record: object, words: list[Any], options: dict[str, Any]) -> None:
    if NOWHERE in (*words, options.get("dbname")):
        there, where = dialect.create_connect_args(_addresses[dialect.name])
        words[:] = there
        options.update(where)
