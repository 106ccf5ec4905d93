"""Who would be paged, by what and when, if a page went out at an instant and nobody answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from models.schedule import EscalationPolicy as PolicyRow
from paging import roster
from paging.roster import Person
from rules.escalation import ALARM_CHANNELS, Channel, EscalationPolicy, Level, channel_offsets, channels_for
from rules.targets import Priority


@dataclass(frozen=True, slots=True)
class Message:
    """`after`: how long after the page has gone out. `address` None: it cannot be sent, and the next one starts."""

    channel: Channel
    after: timedelta
    address: str | None


@dataclass(frozen=True, slots=True)
class Paged:
    name: str
    key: str
    messages: Sequence[Message]


@dataclass(frozen=True, slots=True)
class Step:
    """A level of the first round, which begins at `at`. `stands_in`: nobody is on call, so the fallback is told."""

    at: datetime
    after: timedelta
    people: Sequence[Paged]
    stands_in: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """`policy`: the key of the one that a page of this priority follows. `alarm`: the fallback, after all rounds."""

    priority: Priority
    policy: str
    steps: Sequence[Step]
    alarm: Step


def plan(session: Session, row: PolicyRow, priority: Priority, at: datetime, minimum_round: timedelta) -> Plan:
    """What a page does that goes out at `at`, as schedules and technicians are now on file."""
    followed = session.get(PolicyRow, row.content.get("by_priority", {}).get(priority, row.key)) or row
    policy = roster.policy_from_content(followed.content, minimum_round)
    steps, after = [], timedelta()
    for level in policy.levels:
        steps.append(_step(session, policy, level, priority, at + after, after))
        after += level.wait
    fallback = _alarmed(session, policy, at + policy.alarmed_after, policy.alarmed_after)
    return Plan(priority, followed.key, steps, Step(at + policy.alarmed_after, policy.alarmed_after, fallback))


def _step(
    session: Session, policy: EscalationPolicy, level: Level, priority: Priority, at: datetime, after: timedelta
) -> Step:
    """Who is on call is asked when the level begins, as the engine does."""
    people = roster.people(session, level.notify, at)
    if not people:
        return Step(at, after, _alarmed(session, policy, at, after), stands_in=True)
    paged = []
    for person in people:
        ordered = channels_for(level.channels, person.wishes, priority)
        paged.append(_paged(person, channel_offsets(level, ordered, priority), after))
    return Step(at, after, paged)


def _alarmed(session: Session, policy: EscalationPolicy, at: datetime, after: timedelta) -> list[Paged]:
    offsets = [(channel, timedelta()) for channel in ALARM_CHANNELS]
    return [_paged(person, offsets, after) for person in roster.people(session, policy.fallback, at)]


def _paged(person: Person, offsets: Sequence[tuple[Channel, timedelta]], after: timedelta) -> Paged:
    """A channel without an address has failed at once: nobody waits for it."""
    messages: list[Message] = []
    for channel, offset in offsets:
        waits = any(message.address for message in messages)
        messages.append(Message(channel, after + offset if waits else after, person.address(channel)))
    return Paged(person.name, person.key, messages)
