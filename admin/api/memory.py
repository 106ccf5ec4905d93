"""What may be a moment old is not read again for every request."""

import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Remembered(Generic[T]):
    """Keeps what was found for `seconds` of real time; never what was not there."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._kept: dict[Hashable, tuple[float, T]] = {}

    def get(self, key: Hashable, find: Callable[[], T | None]) -> T | None:
        """What is kept under `key`, else what `find` answers now."""
        now = time.monotonic()
        kept = self._kept.get(key)
        if kept and kept[0] > now:
            return kept[1]
        found = find()
        if found is not None:
            self._kept[key] = (now + self._seconds, found)
        return found
