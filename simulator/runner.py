"""The threads that let the company live in real time."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from simulator.company import Company

log = logging.getLogger(__name__)

BUSY_SECONDS = 0.1
IDLE_SECONDS = 1.0
SOON_SECONDS = 60.0
"""A call waits for less than this; what is further away is a text for a telephone that is off."""
AFTER_ERROR_SECONDS = 1.0
THREADS = 3
"""An application that is slow to answer one call must not hold up the others."""


class Runner:
    """Ticks a company: at once when something changes here, within 0.1 s of what another process made due."""

    def __init__(self, company: Company, threads: int = THREADS) -> None:
        self._company = company
        self._stop = threading.Event()
        self._news = threading.Condition()
        self._changes = 0
        self._threads = [
            threading.Thread(target=self._run, name=f"phone-company-{number}", daemon=True) for number in range(threads)
        ]

    def start(self) -> None:
        """Call it after the process has forked: threads do not survive a fork."""
        self._company.changed = self.wake
        for thread in self._threads:
            thread.start()

    def stop(self, timeout: float = 5.0) -> None:
        """Stop after what is being done now, waiting for it at most `timeout` seconds."""
        self._stop.set()
        self.wake()
        for thread in self._threads:
            thread.join(timeout)

    def wake(self) -> None:
        """Something new may be due."""
        with self._news:
            self._changes += 1
            self._news.notify_all()

    @contextmanager
    def running(self) -> Iterator[None]:
        self.start()
        try:
            yield
        finally:
            self.stop()

    def _run(self) -> None:
        while not self._stop.is_set():
            seen = self._changes
            try:
                if self._company.tick():
                    self.wake()
                seconds = self._pause()
            except Exception:
                # The database is away, or a webhook could not be built: say so, and go on living.
                log.exception("The virtual phone company stumbled")
                seconds = AFTER_ERROR_SECONDS
            with self._news:
                if self._changes == seen and not self._stop.is_set():
                    self._news.wait(seconds)

    def _pause(self) -> float:
        due_at = self._company.next_due()
        if due_at is None:
            return IDLE_SECONDS
        with self._company.database.read() as session:
            left = (due_at - self._company.database.now(session)) / timedelta(seconds=1)
        return min(max(left, 0.01), BUSY_SECONDS if left < SOON_SECONDS else IDLE_SECONDS)
