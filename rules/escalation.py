"""What a page does next: start a channel, go to the next level or round, alarm the fallback, or wait.

A person's channels start in order: a P1's all at once, another priority's when the one before has failed or its wait
is over (half of the level's, with two channels). A second telephone rings when the first has not answered. A level ends
when its wait is over, when somebody passed, or early when nothing in it can still be answered. After the last level the
round is repeated, never sooner than its length.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from rules.targets import Priority


class Channel(StrEnum):
    SMS = "sms"
    VOICE = "voice"
    SECOND_PHONE = "second_phone"
    EMAIL = "email"


POLICY_CHANNELS = (Channel.SMS, Channel.VOICE, Channel.EMAIL)
"""What a level may use. A second telephone is the technician's own affair, and follows `VOICE`."""
ALARM_CHANNELS = (Channel.SMS, Channel.VOICE)
WRITTEN_CHANNELS = (Channel.SMS, Channel.EMAIL)


class Outcome(StrEnum):
    """What became of one message to one person: `DELIVERED` means that it can still be answered.

    `STALLED` waits for a carrier that is down: the next channel does not wait for it.
    """

    OPEN = "open"
    STALLED = "stalled"
    DELIVERED = "delivered"
    UNANSWERED = "unanswered"
    FAILED = "failed"


LOST = frozenset({Outcome.UNANSWERED, Outcome.FAILED})
NOT_WAITED_FOR = LOST | {Outcome.STALLED}


@dataclass(frozen=True, slots=True)
class Wishes:
    """How somebody wants to be paged: channels in `order` first, `quiet` ones for nothing less than a P1."""

    order: tuple[Channel, ...] = ()
    quiet: frozenset[Channel] = frozenset()
    has_second_phone: bool = False


@dataclass(frozen=True, slots=True)
class Level:
    """`notify` names targets as 'schedule:KEY' or 'technician:KEY'.

    `channel_waits` is how long a channel has until the next one starts; others share the level's `wait` evenly.
    """

    notify: tuple[str, ...]
    channels: tuple[Channel, ...]
    wait: timedelta
    channel_waits: Mapping[Channel, timedelta] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EscalationPolicy:
    """`repeat` is the number of rounds before the fallback is alarmed."""

    levels: tuple[Level, ...]
    repeat: int
    minimum_round: timedelta
    fallback: tuple[str, ...]

    @property
    def all_waits(self) -> timedelta:
        return sum((level.wait for level in self.levels), timedelta())

    @property
    def round_length(self) -> timedelta:
        """A round never starts sooner than this after the one before began."""
        return max(self.all_waits, self.minimum_round)

    @property
    def alarmed_after(self) -> timedelta:
        """When the fallback is alarmed, from the first level on, if nobody answers and nothing fails."""
        return (self.repeat - 1) * self.round_length + self.all_waits


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


def leaves_at(priority: Priority, opened_at: datetime, wait: timedelta) -> datetime:
    """Return when the page of a caller who is on the line leaves, at the latest.

    A P1 does not wait for what the caller adds; another priority does, for at most `wait`.
    """
    return opened_at if priority is Priority.P1 else opened_at + wait


def channels_for(channels: Sequence[Channel], wishes: Wishes, priority: Priority) -> tuple[Channel, ...]:
    """A level's channels as one person wants them. Wishes never leave somebody without any."""
    ordered = sorted(channels, key=lambda channel: _rank(channel, wishes.order))
    if priority is not Priority.P1:
        ordered = [channel for channel in ordered if channel not in wishes.quiet] or ordered
    if wishes.has_second_phone and Channel.VOICE in ordered:
        ordered.insert(ordered.index(Channel.VOICE) + 1, Channel.SECOND_PHONE)
    return tuple(ordered)


def _rank(channel: Channel, order: Sequence[Channel]) -> int:
    return order.index(channel) if channel in order else len(order)


def opening_channels(priority: Priority, channels: tuple[Channel, ...]) -> tuple[Channel, ...]:
    """The channels of one person that start with the level: a P1 rings at once, the others text first."""
    if priority is not Priority.P1:
        return channels[:1]
    return tuple(channel for channel in channels if channel is not Channel.SECOND_PHONE)


def channel_offsets(
    level: Level, ordered: Sequence[Channel], priority: Priority
) -> tuple[tuple[Channel, timedelta], ...]:
    """How long after a level has begun each of one person's channels starts, when nobody answers and nothing fails.

    One whose turn comes when the level is over does not start at all.
    """
    opening = opening_channels(priority, tuple(ordered))
    starts = _channel_offsets(level, ordered)
    offsets = ((channel, timedelta() if channel in opening else starts[channel]) for channel in ordered)
    return tuple((channel, offset) for channel, offset in offsets if offset < level.wait)


def next_move(
    policy: EscalationPolicy,
    priority: Priority,
    position: Position,
    attempts: Sequence[Attempt],
    channels: Mapping[str, tuple[Channel, ...]],
    now: datetime,
) -> Move:
    """What to do now with a page that nobody has taken yet.

    `attempts` are those of the current level, `channels` those that each person of it has, in order.
    """
    level = policy.levels[position.level - 1]
    ends_at = position.level_started_at + level.wait
    if position.passed or now >= ends_at:
        return _after_level(policy, position, now)
    waiting = [
        (person, channel, starts_at)
        for person, ordered in channels.items()
        for channel, starts_at in _upcoming(priority, level, position, ordered, _begun(attempts, person), now)
    ]
    if ready := tuple((person, channel) for person, channel, starts_at in waiting if starts_at <= now):
        return StartChannels(ready)
    if not waiting and not any(_is_answerable(attempt) for attempt in attempts):
        return _after_level(policy, position, now)
    return Wait(min([*(starts_at for _, _, starts_at in waiting), ends_at]))


def _after_level(policy: EscalationPolicy, position: Position, now: datetime) -> Move:
    if position.level < len(policy.levels):
        return StartLevel(position.round, position.level + 1)
    if position.round >= policy.repeat and not position.alarmed:
        return AlarmFallback()
    next_round_at = position.round_started_at + policy.round_length
    return Wait(next_round_at) if now < next_round_at else StartLevel(position.round + 1, 1)


def _begun(attempts: Sequence[Attempt], person: str) -> dict[Channel, Outcome]:
    return {attempt.channel: attempt.outcome for attempt in attempts if attempt.person == person}


def _upcoming(
    priority: Priority,
    level: Level,
    position: Position,
    ordered: tuple[Channel, ...],
    begun: Mapping[Channel, Outcome],
    now: datetime,
) -> list[tuple[Channel, datetime]]:
    """One person's channels that come next, each with when it starts: `now` where nothing is left to wait for."""
    starts = _channel_starts(level, position, ordered)
    upcoming = [channel for channel in ordered if channel not in begun]
    if priority is not Priority.P1:
        nothing_to_wait_for = NOT_WAITED_FOR.issuperset(begun.values())
        return [(channel, now if nothing_to_wait_for else starts[channel]) for channel in upcoming[:1]]
    rang_out = begun.get(Channel.VOICE, Outcome.OPEN) in NOT_WAITED_FOR
    return [
        (channel, starts[channel] if channel is Channel.SECOND_PHONE and not rang_out else now) for channel in upcoming
    ]


def _channel_starts(level: Level, position: Position, ordered: tuple[Channel, ...]) -> dict[Channel, datetime]:
    """When each channel starts, if those before it neither fail nor are answered."""
    return {channel: position.level_started_at + offset for channel, offset in _channel_offsets(level, ordered).items()}


def _channel_offsets(level: Level, ordered: Sequence[Channel]) -> dict[Channel, timedelta]:
    starts, offset = {}, timedelta()
    for channel in ordered:
        starts[channel] = offset
        offset += level.channel_waits.get(channel, level.wait / len(ordered))
    return starts


def _is_answerable(attempt: Attempt) -> bool:
    """An e-mail that was handed over is read when it is read: it does not keep a level waiting."""
    if attempt.channel is Channel.EMAIL and attempt.outcome is Outcome.DELIVERED:
        return False
    return attempt.outcome not in LOST
