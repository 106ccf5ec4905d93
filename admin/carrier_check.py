"""The check of the carrier's account for a page: one at a time, and never longer than a person waits."""

from concurrent.futures import Future
from dataclasses import dataclass
from threading import Lock, Thread
from typing import Protocol

from admin import connection
from admin.connection import Report
from models.database import Database
from paging.carriers.twilio import TwilioAccount
from rules.line import Line

LONGEST = 30.0  # seconds


class NoAnswer(Exception):
    """There is no report; the text says why and what to do."""


class Check(Protocol):
    """Looks at everything that the line needs of its carrier."""

    def __call__(self, database: Database, line: Line) -> Report: ...


@dataclass(frozen=True, slots=True)
class AccountCheck:
    """The check that `python app.py twilio check` does."""

    account: TwilioAccount
    fallback: str | None

    def __call__(self, database: Database, line: Line) -> Report:
        return connection.check(self.account, database, line, self.fallback, is_simulated=False, visit=connection.visit)


class Patience:
    """Waits for a check, for so long at most. One that takes longer ends by itself: each request has its time-out."""

    def __init__(self, check: Check, longest: float = LONGEST) -> None:
        self._check = check
        self._longest = longest
        self._running = Lock()

    def report(self, database: Database, line: Line) -> Report:
        """Raises NoAnswer."""
        if not self._running.acquire(blocking=False):
            raise NoAnswer("A check is under way already. Wait until it has ended, then press Check again.")
        answer: Future[Report] = Future()
        # A thread that no process waits for at its end, as it would for a pool's.
        Thread(target=self._run, args=(answer, database, line), daemon=True).start()
        try:
            return answer.result(self._longest)
        except TimeoutError:
            seconds = f"{self._longest:g} seconds"
            raise NoAnswer(f"The carrier's answers took longer than {seconds}. Try again in a minute.") from None

    def _run(self, answer: "Future[Report]", database: Database, line: Line) -> None:
        try:
            report = self._check(database, line)
        except Exception as error:
            self._running.release()
            answer.set_exception(error)
        else:
            self._running.release()
            answer.set_result(report)
