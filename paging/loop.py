"""An engine at work in threads of its own."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import structlog

from paging.chores import Chores
from paging.claims import Claim
from paging.engine import BEAT_EVERY, Engine
from paging.watch import LOOK_EVERY, Watch

log = structlog.get_logger(__name__)

LONGEST_SLEEP = 1.0
LONG_WAIT = 3.0
"""Seconds that a claim may wait for a sender before its lease is made anew."""


class EngineLoop:
    """Does what is due until it is told to stop, sends in threads, and watches that it gets done.

    `longest_sleep`: seconds after which the engine looks for due work that nobody announced.
    """

    def __init__(self, engine: Engine, watch: Watch, longest_sleep: float = LONGEST_SLEEP) -> None:
        self.engine = engine
        self._watch = watch
        self._longest_sleep = longest_sleep
        self._stop = threading.Event()
        self._wakeup = engine.database.wakeup
        self._pool = ThreadPoolExecutor(engine.senders, thread_name_prefix="sender")
        self._counting = threading.Lock()
        self._under_way = 0
        self._not_begun: list[Claim] = []
        self._is_busy = False
        self._threads = [
            threading.Thread(target=self._run, name="engine", daemon=True),
            threading.Thread(target=self._every, args=(BEAT_EVERY.total_seconds(), engine.beat), daemon=True),
            threading.Thread(target=self._every, args=(LOOK_EVERY.total_seconds(), watch.look), daemon=True),
            *(self._thread_for(chores) for chores in engine.chores.each()),
            threading.Thread(target=self._wakeup.listen, args=(self._stop,), name="listener", daemon=True),
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self, seconds: float = 8.0) -> None:
        """Finish what is under way, start nothing new, and give back what no sender has begun.

        What does not finish in time is left to its lease.
        """
        self._stop.set()
        self._wakeup.set()
        for thread in self._threads:
            thread.join(seconds / len(self._threads))
        self._pool.shutdown(wait=False, cancel_futures=True)
        self.engine.give_back(self._not_begun)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                busy = self._cycle()
            except Exception:
                log.exception("the engine could not look for due work; it tries again")
                self._stop.wait(LONGEST_SLEEP)
                continue
            if not busy:
                self._wakeup.wait(self._sleep())

    def _cycle(self) -> bool:
        moved = self.engine.move_pages()
        room = self._room()
        claims = self.engine.claim(room) if room else []
        with self._counting:
            self._under_way += len(claims)
        for claim in claims:
            self._pool.submit(self._do, claim, time.monotonic()).add_done_callback(partial(self._is_done, claim))
        return bool(moved or claims)

    def _room(self) -> int:
        """How many messages to claim: as many as there are senders, and as many that wait their turn.

        None while more wait than that, for a claim of many costs little more than a claim of one.
        """
        with self._counting:
            room = 2 * self.engine.senders - self._under_way
            self._is_busy = room < self.engine.senders
            return 0 if self._is_busy else room

    def _do(self, claim: Claim, claimed: float) -> None:
        waited = time.monotonic() - claimed
        self.engine.do(replace(claim, is_late=waited > LONG_WAIT))

    def _is_done(self, claim: Claim, future: Future[None]) -> None:
        with self._counting:
            self._under_way -= 1
            if future.cancelled():
                self._not_begun.append(claim)
            has_room = self._is_busy and self._under_way <= self.engine.senders
        if has_room:
            self._wakeup.set()

    def _sleep(self) -> float:
        """Seconds until something is due, at most `longest_sleep`: the poll behind every wake-up."""
        with self.engine.database.read() as session:
            due = self.engine.next_page_due(session) if self._is_busy else self.engine.next_due_in(session)
            if due is None:
                return self._longest_sleep
            ahead = (due - self.engine.database.now(session)).total_seconds()
        return min(max(ahead, 0.01), self._longest_sleep)

    def _thread_for(self, chores: Chores) -> threading.Thread:
        work = partial(self._do_chores, chores)
        return threading.Thread(target=self._every, args=(LONGEST_SLEEP, work), daemon=True)

    def _do_chores(self, chores: Chores) -> None:
        while not self._stop.is_set() and chores.do_due():
            pass

    def _every(self, seconds: float, work: Callable[[], None]) -> None:
        while not self._stop.is_set():
            try:
                work()
            except Exception:
                log.exception("work beside the engine failed; it is tried again")
            self._stop.wait(seconds)
