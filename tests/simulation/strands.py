"""Threads of which one runs at a time: a send waits for its carrier while the world goes on, and always alike."""

import threading
from collections.abc import Callable

from tests.simulation.crashes import Killed


class Strand(threading.Thread):
    """Work that may pause. It runs only inside `resume`, which comes back when the work pauses or ends.

    `was_hit`: its process was killed by what this strand did.
    """

    def __init__(self, work: Callable[[], object], wake_after: Callable[["Strand", float], None]) -> None:
        super().__init__(name="strand", daemon=True)
        self.is_over = self.was_hit = False
        self._work = work
        self._wake_after = wake_after
        self._is_killed = False
        self._failure: BaseException | None = None
        self._turn = threading.Semaphore(0)
        self._pause = threading.Semaphore(0)

    def resume(self) -> None:
        """Let it go on. Raises what it could not deal with."""
        if self.ident is None:
            self.start()
        self._turn.release()
        self._pause.acquire()
        if self._failure is not None:
            raise self._failure

    def kill(self) -> None:
        """Its process is gone: it does nothing more."""
        self._is_killed = True
        if self.ident is None:
            self.is_over = True
        elif not self.is_over:
            self.resume()

    def run(self) -> None:
        self._turn.acquire()
        try:
            self._work()
        except Killed:
            self.was_hit = not self._is_killed
        except BaseException as failure:
            self._failure = failure
        self.is_over = True
        self._pause.release()

    def sleep(self, seconds: float) -> None:
        """Only from inside: the world goes on for so long."""
        self._wake_after(self, seconds)
        self._pause.release()
        self._turn.acquire()
        if self._is_killed:
            raise Killed


def sleep(seconds: float) -> None:
    """Let the strand that calls sleep for so many seconds of true time."""
    strand = threading.current_thread()
    assert isinstance(strand, Strand), "only a strand can sleep"
    strand.sleep(seconds)
