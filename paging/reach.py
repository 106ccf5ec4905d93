"""Whether an escalation policy reaches anybody: a level or a fallback that reaches nobody would lose a page."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.schedule import EscalationPolicy
from paging import roster
from paging.roster import Person
from rules.escalation import ALARM_CHANNELS, Channel, channels_for
from rules.on_call import Schedule
from rules.targets import Priority

CHANNEL_WORDS = {Channel.SMS: "text", Channel.VOICE: "call", Channel.EMAIL: "e-mail"}


@dataclass(frozen=True, slots=True)
class Rung:
    """A level of an escalation policy, or its fallback (`level` None), whose channels are those of an alarm."""

    policy: str
    level: int | None
    targets: tuple[str, ...]
    channels: tuple[Channel, ...]

    @property
    def name(self) -> str:
        return "the fallback" if self.level is None else f"level {self.level}"

    def __str__(self) -> str:
        """What is wrong when it reaches nobody."""
        how = " or ".join(CHANNEL_WORDS[channel] for channel in self.channels)
        return f"{self.name} of the escalation policy '{self.policy}' would reach nobody by {how}"


@dataclass(frozen=True, slots=True)
class Reach:
    """`people` by their keys, and by schedule the keys of all who may come on call there."""

    people: Mapping[str, Person]
    takers: Mapping[str, Collection[str]]

    def reaches(self, target: str, channels: Collection[Channel], *, alarm: bool = False) -> bool:
        """Whether a target ('schedule:KEY', 'technician:KEY') has somebody whom one of the channels reaches."""
        kind, _, key = target.partition(":")
        keys = [key] if kind == "technician" else self.takers.get(key, ())
        people = [self.people[each] for each in keys if each in self.people]
        return any(_has_address(person, channels, alarm) for person in people)

    def is_deaf(self, rung: Rung) -> bool:
        """Whether no target of the rung is reached."""
        alarm = rung.level is None
        return not any(self.reaches(target, rung.channels, alarm=alarm) for target in rung.targets)

    def with_person(self, person: Person) -> "Reach":
        return replace(self, people={**self.people, person.key: person})

    def with_schedule(self, schedule: Schedule) -> "Reach":
        return replace(self, takers={**self.takers, schedule.key: takers(schedule)})


def _has_address(person: Person, channels: Iterable[Channel], alarm: bool) -> bool:
    """For less than a P1 too, when quiet channels rest. An alarm knows no wishes, and no second telephone."""
    used = tuple(channels) if alarm else channels_for(tuple(channels), person.wishes, Priority.P2)
    return any(person.address(channel) for channel in used)


def takers(schedule: Schedule) -> frozenset[str]:
    """Everybody who may come on call on a schedule."""
    turns = (key for layer in schedule.layers for key in layer.rotation.participants)
    return frozenset([*turns, *(override.technician for override in schedule.overrides)])


def rungs(policy: str, content: Mapping[str, Any]) -> Iterator[Rung]:
    """The levels of a policy's content in order, then its fallback."""
    for number, level in enumerate(content["levels"], start=1):
        yield Rung(policy, number, tuple(level["notify"]), tuple(Channel(one) for one in level["channels"]))
    yield Rung(policy, None, tuple(content["fallback"]), ALARM_CHANNELS)


def reach_now(session: Session, now: datetime) -> Reach:
    """Who can be reached as the database has it."""
    people = {key: roster.person_of(technician) for key, technician in roster.technicians(session).items()}
    schedules = [roster.current_schedule(session, key, now) for key in roster.schedule_keys(session)]
    return Reach(people, {schedule.key: takers(schedule) for schedule in schedules})


def silenced(rungs: Iterable[Rung], before: Reach, after: Reach) -> list[Rung]:
    """The rungs that reached somebody before a change and reach nobody after it."""
    return [rung for rung in rungs if after.is_deaf(rung) and not before.is_deaf(rung)]


def silenced_by_person(session: Session, person: Person, now: datetime) -> list[Rung]:
    """What reaches nobody any more once a technician is as `person` says."""
    before = reach_now(session, now)
    return silenced(_all_rungs(session), before, before.with_person(person))


def silenced_by_schedule(
    session: Session, schedule: Schedule, now: datetime, instead_of: Schedule | None = None
) -> list[Rung]:
    """What reaches nobody any more once `schedule` holds `instead_of` another, or of what holds now."""
    before = reach_now(session, now)
    if instead_of:
        before = before.with_schedule(instead_of)
    return silenced(_all_rungs(session), before, before.with_schedule(schedule))


def _all_rungs(session: Session) -> list[Rung]:
    policies = session.execute(select(EscalationPolicy).order_by(EscalationPolicy.key)).scalars()
    return [rung for policy in policies for rung in rungs(policy.key, policy.content)]
