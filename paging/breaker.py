"""A circuit breaker for each way to send: a carrier that is down is left alone, and the next channel is used."""

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from rules.escalation import Channel

FAILURES = 5
"""So many failures in a row, over at least `LASTING`, mean that it is down: in a blip, all senders fail together."""
LASTING = timedelta(seconds=5)
SHORTEST_REST = timedelta(seconds=2)
LONGEST_REST = timedelta(seconds=30)


@dataclass(slots=True)
class _State:
    failures: int = 0
    failing_since: datetime | None = None
    rest: timedelta = SHORTEST_REST
    rests_until: datetime | None = None


class Breakers:
    """What this process has seen of its carriers, by channel. Safe to use from several threads."""

    def __init__(self) -> None:
        self._states = {channel: _State() for channel in Channel}
        self._lock = threading.Lock()

    def admits(self, channel: Channel, now: datetime) -> bool:
        """Whether to send now. After a rest one message is let through to try; each try that fails doubles the rest."""
        with self._lock:
            state = self._states[channel]
            if state.rests_until is None:
                return True
            if now < state.rests_until:
                return False
            state.rests_until = now + state.rest
            return True

    def rests_until(self, channel: Channel) -> datetime | None:
        """When the next try is due; None while all is well."""
        return self._states[channel].rests_until

    def worked(self, channel: Channel) -> bool:
        """The carrier took a message, or refused it for a reason of its own: it is there. Whether it was away."""
        with self._lock:
            was_away = self._states[channel].rests_until is not None
            self._states[channel] = _State()
            return was_away

    def refused(self, channel: Channel, now: datetime) -> None:
        """The carrier refuses the account: that is no blip, so it is left alone from the first time on."""
        with self._lock:
            state = self._states[channel]
            if state.rests_until is not None:
                state.rest = min(state.rest * 2, LONGEST_REST)
            state.rests_until = now + state.rest

    def failed(self, channel: Channel, now: datetime) -> None:
        """The carrier could not be used."""
        with self._lock:
            state = self._states[channel]
            state.failures += 1
            state.failing_since = state.failing_since or now
            if state.rests_until is not None:
                state.rest = min(state.rest * 2, LONGEST_REST)
            if state.failures >= FAILURES and now - state.failing_since >= LASTING:
                state.rests_until = now + state.rest
