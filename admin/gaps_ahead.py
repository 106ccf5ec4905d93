"""Where nobody will be on call, for pages that ask again every few seconds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from paging.previews import GAPS_AHEAD
from rules.on_call import Gap, History, shifts

KEPT_FOR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class _Found:
    """The gaps from `at` on, for as long as GAPS_AHEAD reaches until KEPT_FOR has passed."""

    history: History
    at: datetime
    gaps: Sequence[Gap]

    def answers(self, history: History, now: datetime) -> bool:
        return self.at <= now < self.at + KEPT_FOR and self.history == history


class GapsAhead:
    """The gaps of each schedule, read once an hour and when it has changed: sixty days of shifts take a while."""

    def __init__(self) -> None:
        self._found: dict[str, _Found] = {}

    def of(self, key: str, history: History, now: datetime) -> list[Gap]:
        """The gaps of the next GAPS_AHEAD, in order, as `shifts` has them."""
        found = self._found.get(key)
        if found is None or not found.answers(history, now):
            gaps = shifts(history, now, now + GAPS_AHEAD + KEPT_FOR)[1]
            found = self._found[key] = _Found(history, now, gaps)
        end = now + GAPS_AHEAD
        return [Gap(max(gap.start, now), min(gap.end, end)) for gap in found.gaps if now < gap.end and gap.start < end]
