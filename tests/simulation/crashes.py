"""Processes that are killed, and a database that fails, between any two statements."""

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from models.database import Database

MOST_STATEMENTS = 14
KILLS = 0.7
"""Of all that goes wrong; the rest are errors of the database."""


class Killed(BaseException):
    """The process is gone: nothing that it was about to do happens."""


class Trouble(OperationalError):
    """The database refuses a statement."""

    def __init__(self) -> None:
        super().__init__("", {}, Exception("the simulated database refuses"))


class Crashes:
    """Strikes at a random statement or commit of what runs `at_risk`; the transaction is rolled back.

    `struck` is called when it does.
    """

    def __init__(self, database: Database, chance: random.Random) -> None:
        self.scale = 1.0
        self.struck: Callable[[], None] = lambda: None
        self._chance = chance
        self._mine = threading.local()
        for moment in ("before_cursor_execute", "commit"):
            sa.event.listen(database.engine, moment, self._count)

    @contextmanager
    def at_risk(self, risk: float) -> Iterator[None]:
        """With this probability, what this thread does inside does not come to its end."""
        struck = self._chance.random() < risk * self.scale
        self._mine.left = self._chance.randint(1, MOST_STATEMENTS) if struck else None
        try:
            yield
        finally:
            self._mine.left = None

    def _count(self, *_args: object) -> None:
        left = getattr(self._mine, "left", None)
        if left is None:
            return
        self._mine.left = left - 1
        if left == 1:
            self._mine.left = None
            self.struck()
            raise Killed if self._chance.random() < KILLS else Trouble
