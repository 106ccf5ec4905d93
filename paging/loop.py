"""An engine at work in threads of its own."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import structlog

from paging.claims import Claim
from paging.engine import BEAT_EVERY, Engine
from paging.watch import LOOK_EVERY, Watch

log = structlog.get_logger(__name__)

LONGEST_SLEEP = 1.0


class EngineLoop:
    """Does what is due until it is told to stop, sends in threads, and watches that it gets done."""

    def __init__(self, engine: Engine, watch: Watch) -> None:
        self.engine = engine
        self._watch = watch
        self._stop = threading.Event()
        self._wakeup = engine.database.wakeup
        self._pool = ThreadPoolExecutor(engine.senders, thread_name_prefix="sender")
        self._under_way: set[Future[None]] = set()
        self._is_short_of_senders = False
        self._threads = [
            threading.Thread(target=self._run, name="engine", daemon=True),
            threading.Thread(target=self._every, args=(BEAT_EVERY.total_seconds(), engine.beat), daemon=True),
            threading.Thread(target=self._every, args=(LOOK_EVERY.total_seconds(), watch.look), daemon=True),
            threading.Thread(target=self._wakeup.listen, args=(self._stop,), name="listener", daemon=True),
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self, seconds: float = 8.0) -> None:
        """Finish what is under way, start nothing new. What does not finish in time is left to its lease."""
        self._stop.set()
        self._wakeup.set()
        for thread in self._threads:
            thread.join(seconds / len(self._threads))
        self._pool.shutdown(wait=False, cancel_futures=True)

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
        # Said before the senders are counted: one that gets free meanwhile wakes the engine.
        self._is_short_of_senders = True
        self._under_way = {future for future in self._under_way if not future.done()}
        free = self.engine.senders - len(self._under_way)
        self._is_short_of_senders = not free
        claims = self.engine.claim(free) if free else []
        for claim in claims:
            self._hand_to_a_sender(claim)
        return bool(moved or claims)

    def _hand_to_a_sender(self, claim: Claim) -> None:
        future = self._pool.submit(self.engine.do, claim)
        self._under_way.add(future)
        future.add_done_callback(self._sender_is_free)

    def _sender_is_free(self, _future: Future[None]) -> None:
        if self._is_short_of_senders:
            self._wakeup.set()

    def _sleep(self) -> float:
        """Seconds until something is due, at most a second: the poll behind every wake-up."""
        with self.engine.database.read() as session:
            due = self.engine.next_due_in(session)
            if due is None or self._is_short_of_senders:
                return LONGEST_SLEEP
            ahead = (due - self.engine.database.now(session)).total_seconds()
        return min(max(ahead, 0.01), LONGEST_SLEEP)

    def _every(self, seconds: float, work: Callable[[], None]) -> None:
        while not self._stop.is_set():
            try:
                work()
            except Exception:
                log.exception("work beside the engine failed; it is tried again")
            self._stop.wait(seconds)
