"""True time, what the line's clock makes of it, and what is to happen when."""

import heapq
from collections.abc import Callable
from datetime import datetime, timedelta

from models.clock import VirtualClock

Work = Callable[[], object]


class Timeline:
    """`now` is true time: telephones and people live in it. The line's clock shows the same until it jumps."""

    def __init__(self, clock: VirtualClock) -> None:
        self.began = self.now = clock.at
        self.gone_back = timedelta()
        self._clock = clock
        self._happenings: list[tuple[datetime, int, Work]] = []
        self._count = 0

    def at(self, when: datetime, work: Work) -> None:
        """Let `work` happen at this instant of true time; what is planned first for an instant happens first."""
        self._count += 1
        heapq.heappush(self._happenings, (when, self._count, work))

    def after(self, seconds: float, work: Work) -> None:
        self.at(self.in_seconds(seconds), work)

    def in_seconds(self, seconds: float) -> datetime:
        return self.now + timedelta(seconds=seconds)

    def next_at(self) -> datetime | None:
        """When the next thing happens; None when nothing is planned."""
        return self._happenings[0][0] if self._happenings else None

    def take(self) -> Work:
        """What happens next."""
        return heapq.heappop(self._happenings)[2]

    def goes_to(self, when: datetime) -> None:
        self._clock.advance(when - self.now)
        self.now = when

    def clock_jumps(self, seconds: float) -> None:
        """The line's clock is set; true time goes on as ever."""
        self._clock.advance(timedelta(seconds=seconds))
        self.gone_back += timedelta(seconds=max(-seconds, 0))

    def shown(self) -> datetime:
        """What the line's clock shows now."""
        return self._clock.at

    def true(self, shown: datetime) -> datetime:
        """When the line's clock will show, or has shown, this instant, if it does not jump."""
        return self.now + (shown - self._clock.at)
