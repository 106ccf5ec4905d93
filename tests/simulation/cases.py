"""A page as the story tells it: every level in its turn, none too early or too late, and the fallback after all."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.simulation.tables import NEVER, PageRow, StoryLine
from tests.simulation.trace import Violation

SLACK = timedelta(seconds=8)
"""An engine that meets an error puts the page off by 5 s, and polls after 1 s at the latest."""
AT_LEAST_A_ROUND = timedelta(seconds=60)


@dataclass(slots=True)
class Case:
    """`level_at` and `round_at` are what the line's clock showed, `*_true` is true time; `gone_back` is by how much the
    clock had been set back when the level began. `ended` is the number of the step that ended the page;
    stand-downs have numbers after `told_after`.
    """

    page: PageRow
    waits: tuple[timedelta, ...]
    repeat: int
    round_length: timedelta
    shortest_round: timedelta
    fallback: frozenset[str]
    leaves_true: datetime
    gone_back: timedelta
    round_gone_back: timedelta = timedelta()
    round: int = 0
    level: int = 0
    level_at: datetime = NEVER
    round_at: datetime = NEVER
    level_true: datetime = NEVER
    round_true: datetime = NEVER
    reopened_true: datetime | None = None
    is_passed: bool = False
    has_left: bool = False
    is_paged_again: bool = False
    alarmed: set[int] = field(default_factory=set)
    ended: int | None = None
    told_after: int = 0
    need_not_be_told: frozenset[str] = frozenset()

    @property
    def position(self) -> tuple[int, int]:
        """Round and level that the page's row must show."""
        return (self.round + 1, 1) if self.is_paged_again else (self.round, self.level)

    @property
    def next_level(self) -> tuple[int, int]:
        """Round and level that must come next."""
        if self.is_paged_again:
            return self.position
        if self.round and self.level < len(self.waits):
            return self.round, self.level + 1
        return self.round + 1, 1

    def pages_again(self, line: StoryLine, now: datetime) -> None:
        """The story says that a person wants it to begin once more."""
        if self.round and line.at < self.round_at + self.shortest_round:
            self._breaks("levels", f"paged again sooner than {self.shortest_round} after round {self.round} began")
        self.is_paged_again, self.reopened_true = True, now

    def begins(
        self, number: int, level: int, line: StoryLine, could_be_answered: bool, now: datetime, gone_back: timedelta
    ) -> None:
        """The story says that a level has begun."""
        if (number, level) != self.next_level:
            self._breaks("levels", f"round {number}, level {level} came after {self.round}, {self.level}")
        is_wanted_now = self.is_passed or self.is_paged_again
        if self.round and could_be_answered and not is_wanted_now and line.at < self.level_at + self._wait:
            self._breaks("levels", f"round {self.round}, level {self.level} ended while it could be answered")
        if level == 1 and number > 1 and not self.is_paged_again:
            self._round_is_over(number - 1, line)
        if level == 1:
            self.round_at, self.round_true, self.round_gone_back = line.at, now, gone_back
        self.round, self.level, self.is_passed, self.is_paged_again = number, level, False, False
        self.level_at, self.level_true, self.gone_back = line.at, now, gone_back

    def must_move_by(self, gone_back: timedelta) -> datetime:
        """In true time, when the next level must have begun if nothing is in the way of the engine."""
        if self.is_paged_again and self.reopened_true:
            return self.reopened_true + SLACK
        due = (self.level_true + self._wait if self.round else self.leaves_true) + gone_back - self.gone_back
        if self.round and self.level == len(self.waits):
            due = max(due, self.round_true + self.round_length + gone_back - self.round_gone_back)
        return max(due, self.reopened_true or due) + SLACK

    @property
    def _wait(self) -> timedelta:
        return self.waits[self.level - 1]

    def _round_is_over(self, number: int, line: StoryLine) -> None:
        if line.at < self.round_at + self.round_length:
            self._breaks("levels", f"round {number + 1} began sooner than a round's length after the one before")
        if number >= self.repeat and number not in self.alarmed:
            self._breaks("fallback", f"after round {number} of {self.repeat} nobody was alarmed")

    def _breaks(self, invariant: str, words: str) -> None:
        raise Violation(invariant, f"ticket {self.page.number}: {words}")


def case_of(page: PageRow, policy: Mapping[str, Any], leaves_true: datetime, gone_back: timedelta) -> Case:
    """A page that was raised just now."""
    waits = tuple(timedelta(seconds=level["wait"]) for level in policy["levels"])
    minimum = timedelta(seconds=policy.get("minimum_round") or 0) or AT_LEAST_A_ROUND
    return Case(
        page=page,
        waits=waits,
        repeat=policy["repeat"],
        round_length=max(sum(waits, timedelta()), minimum),
        shortest_round=minimum,
        fallback=frozenset(target.removeprefix("technician:") for target in policy["fallback"]),
        leaves_true=leaves_true,
        gone_back=gone_back,
    )
