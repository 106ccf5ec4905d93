"""One transaction of a webhook that the provider does not repeat: we do."""

from collections.abc import Callable
from time import monotonic
from typing import TypeVar

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from models.database import Database

TRIES = 3
AGAIN_UNTIL = 2.0
"""Seconds after which there is no further try: a deadlock is found in one, and a caller hears nothing meanwhile."""
Answer = TypeVar("Answer")


def commit(database: Database, work: Callable[[Session], Answer]) -> Answer:
    """Run `work` in a transaction, again when it was the victim of a deadlock. Raises OperationalError at last."""
    began = monotonic()
    for _ in range(TRIES - 1):
        try:
            return _once(database, work)
        except OperationalError:
            if monotonic() - began > AGAIN_UNTIL:
                raise
    return _once(database, work)


def _once(database: Database, work: Callable[[Session], Answer]) -> Answer:
    with database.write() as session:
        return work(session)
