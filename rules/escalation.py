"""What a page does next: start a channel, go to the next level or round, alarm the fallback, or wait.

A level's channels start in order: a P1's all at once, another priority's when the one before has failed or its share
of the wait is over (half of it, with two channels). A level ends when its wait is over, when somebody passed, or early
when nothing in it can still be answered. After the last level the round is repeated, never sooner than its length.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from rules.targets import Priority


class Channel(StrEnum):
    SMS = "sms"
    VOICE = "voice"
    EMAIL = "email"


ALARM_CHANNELS = (Channel.SMS, Channel.VOICE)


class Outcome(StrEnum):
    """What became of one message to one person: `DELIVERED` means that it can still be answered."""

    OPEN = "open"
    DELIVERED = "delivered"
    UNANSWERED = "unanswered"
    FAILED = "failed"


LOST = frozenset({Outcome.UNANSWERED, Outcome.FAILED})


@dataclass(frozen=True, slots=True)
class Level:
    """`notify` names targets as 'schedule:KEY' or 'technician:KEY'."""

    notify: tuple[str, ...]
    channels: tuple[Channel, ...]
    wait: timedelta


@dataclass(frozen=True, slots=True)
class EscalationPolicy:
    """`repeat` is the number of rounds before the fallback is alarmed."""

    levels: tuple[Level, ...]
    repeat: int
    minimum_round: timedelta
    fallback: tuple[str, ...]

    @property
    def round_length(self) -> timedelta:
        """A round never starts sooner than this after the one before began."""
        return max(sum((level.wait for level in self.levels), timedelta()), self.minimum_round)


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page is: round and level count from 1. `alarmed`: the fallback was told after this round."""

    round: int
    level: int
    round_started_at: datetime
    level_started_at: datetime
    passed: bool
    alarmed: bool


@dataclass(frozen=True, slots=True)
class Attempt:
    """One message of the current level."""

    person: str
    channel: Channel
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Wait:
    until: datetime


@dataclass(frozen=True, slots=True)
class StartChannels:
    messages: tuple[tuple[str, Channel], ...]


@dataclass(frozen=True, slots=True)
class StartLevel:
    round: int
    level: int


@dataclass(frozen=True, slots=True)
class AlarmFallback:
    """All rounds are done: the fallback contacts are told, and paging goes on."""


Move = Wait | StartChannels | StartLevel | AlarmFallback


def opening_channels(priority: Priority, level: Level) -> tuple[Channel, ...]:
    """The channels that start with the level: a P1 rings at once, the others text first."""
    return level.channels if priority is Priority.P1 else level.channels[:1]


def next_move(
    policy: EscalationPolicy, priority: Priority, position: Position, attempts: Sequence[Attempt], now: datetime
) -> Move:
    """What to do now with a page that nobody has taken yet. `attempts` are those of the current level."""
    level = policy.levels[position.level - 1]
    ends_at = position.level_started_at + level.wait
    if position.passed or now >= ends_at:
        return _after_level(policy, position, now)
    if ready := _ready(priority, position, level, attempts, now):
        return StartChannels(tuple(ready))
    if not _still_answerable(level, attempts):
        return _after_level(policy, position, now)
    upcoming = [at for at in _channel_starts(position, level) if at > now]
    return Wait(min([*upcoming, ends_at]))


def _after_level(policy: EscalationPolicy, position: Position, now: datetime) -> Move:
    if position.level < len(policy.levels):
        return StartLevel(position.round, position.level + 1)
    if position.round >= policy.repeat and not position.alarmed:
        return AlarmFallback()
    next_round_at = position.round_started_at + policy.round_length
    return Wait(next_round_at) if now < next_round_at else StartLevel(position.round + 1, 1)


def _ready(
    priority: Priority, position: Position, level: Level, attempts: Sequence[Attempt], now: datetime
) -> list[tuple[str, Channel]]:
    """Messages whose time has come: for each person the first of the level's channels that has not begun."""
    starts = dict(zip(level.channels, _channel_starts(position, level), strict=True))
    ready = []
    for person in dict.fromkeys(attempt.person for attempt in attempts):
        begun = {attempt.channel: attempt.outcome for attempt in attempts if attempt.person == person}
        upcoming = next((channel for channel in level.channels if channel not in begun), None)
        if upcoming is None:
            continue
        if priority is Priority.P1 or LOST.issuperset(begun.values()) or now >= starts[upcoming]:
            ready.append((person, upcoming))
    return ready


def _channel_starts(position: Position, level: Level) -> list[datetime]:
    share = level.wait / len(level.channels)
    return [position.level_started_at + share * index for index in range(len(level.channels))]


def _still_answerable(level: Level, attempts: Sequence[Attempt]) -> bool:
    """False once every channel of everyone has failed or rung out, with no text delivered."""
    if not LOST.issuperset(attempt.outcome for attempt in attempts):
        return True
    begun = {(attempt.person, attempt.channel) for attempt in attempts}
    return any((attempt.person, channel) not in begun for attempt in attempts for channel in level.channels)
