"""What happened, line by line: the same for the same seed."""

from tests.simulation.timeline import Timeline


class Violation(BaseException):
    """An invariant does not hold. No `except Exception` of the product may swallow it."""

    def __init__(self, invariant: str, words: str) -> None:
        super().__init__(f"{invariant}: {words}")
        self.invariant = invariant


class Trace:
    def __init__(self, timeline: Timeline) -> None:
        self.lines: list[str] = []
        self._timeline = timeline

    def say(self, words: str) -> None:
        """One line, with true time since the beginning and what the line's clock shows."""
        since = self._timeline.now - self._timeline.began
        told = words.replace("\n", " / ")
        self.lines.append(f"{since.total_seconds():13.3f} {self._timeline.shown():%a %H:%M:%S} {told}")

    def last(self, lines: int) -> str:
        return "\n".join(self.lines[-lines:])
