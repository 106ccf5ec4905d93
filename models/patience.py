"""How long we wait for PostgreSQL to answer.

Its own time-outs are of no use when the server is frozen: the operating system goes on to acknowledge what is sent.
"""

import threading
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

LONGEST_WAIT = 11.0
"""Seconds for one answer: a little more than the server's own `statement_timeout`."""
_mine = threading.local()


@contextmanager
def answers_by(seconds: float) -> Iterator[None]:
    """Let all that this thread asks inside be answered within `seconds`, or fail with OperationalError."""
    before = getattr(_mine, "until", None)
    _mine.until = time.monotonic() + seconds
    try:
        yield
    finally:
        _mine.until = before


def left() -> float:
    """Seconds that this thread may wait for the next answer."""
    until = getattr(_mine, "until", None)
    return LONGEST_WAIT if until is None else min(until - time.monotonic(), LONGEST_WAIT)


class LimitedConnection(psycopg.Connection[Any]):
    """Gives up on a server that does not answer in time, and is closed then: the answer may still come."""

    def wait(self, gen: Generator[Any, Any, Any], *arguments: Any, **options: Any) -> Any:
        return super().wait(self._limited(gen), *arguments, **options)

    def _limited(self, gen: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
        """What psycopg waits for. It comes back several times a second, with nothing where nothing has happened."""
        until = time.monotonic() + left()
        try:
            wanted = next(gen)
            while True:
                happened = yield wanted
                if not happened and time.monotonic() > until:
                    self.close()
                    raise psycopg.OperationalError("the database did not answer in time")
                wanted = gen.send(happened)
        except StopIteration as end:
            return end.value
