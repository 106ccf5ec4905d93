"""What is wrong with escalation policies: whom they do not reach, waits that do not fit, policies that they name."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from admin.file import meaning
from admin.file.forms import Entry, did_you_mean
from admin.file.known import Known
from admin.file.meaning import entries
from paging import reach, roster
from paging.reach import Reach, Rung
from paging.roster import Person
from rules.escalation import ALARM_CHANNELS, Channel, Wishes
from rules.on_call import Schedule

Error = tuple[str, str]
ADDRESSES = ("phone", "second_phone", "email")


@dataclass(frozen=True, slots=True)
class Ladders:
    """Whom the targets of policies reach, before the file and after it; of `doubtful` schedules that cannot be said."""

    before: Reach
    after: Reach
    doubtful: Collection[str]

    def problems(
        self, targets: Iterable[Any], channels: Collection[Channel], *, alarm: bool = False
    ) -> Iterator[Error]:
        for target in targets:
            kind, _, key = target.partition(":")
            known: Collection[str] = self.after.takers if kind == "schedule" else self.after.people
            if key not in known:
                yield target.place, f"unknown {kind} {key!r}{did_you_mean(key, known)}"
            elif channels and not self._is_doubtful(target) and not self.after.reaches(target, channels, alarm=alarm):
                yield target.place, f"nobody can be reached there by {' or '.join(channels)}"

    def silenced(self, rungs: Iterable[Rung]) -> list[Rung]:
        certain = [rung for rung in rungs if not any(map(self._is_doubtful, rung.targets))]
        return reach.silenced(certain, self.before, self.after)

    def _is_doubtful(self, target: str) -> bool:
        return target.partition(":")[2] in self.doubtful if target.startswith("schedule:") else False


def ladders(file: Entry, known: Known, schedules: Mapping[str, Schedule], doubtful: Collection[str]) -> Ladders:
    """`schedules` are those of the file."""
    people = {key: roster.person_of(row) for key, row in known.technicians.items()}
    before = Reach(people, {key: reach.takers(schedule) for key, schedule in known.schedules.items()})
    after = before
    for schedule in schedules.values():
        after = after.with_schedule(schedule)
    for entry in entries(file, "technicians"):
        key = entry["key"]
        after = after.with_person(_person(entry, after.people.get(key, Person(key, key, None, None))))
    return Ladders(before, after, doubtful)


def _person(entry: Entry, before: Person) -> Person:
    """A technician as the file has them; of an address that is wrong we take it that what was meant would do."""
    found = {name: entry.get(name, "?" if name in entry.useless else getattr(before, name)) for name in ADDRESSES}
    wishes = Wishes(
        order=tuple(entry.get("channels", before.wishes.order) or ()),
        quiet=frozenset(entry.get("quiet_channels", before.wishes.quiet) or ()),
        has_second_phone=bool(found["second_phone"]),
    )
    return replace(before, **found, wishes=wishes)


def policies(file: Entry, known: Known, found: Ladders) -> Iterator[Error]:
    """Every error of the file's policies, and of those on file that reach nobody any more."""
    for entry in entries(file, "escalation_policies"):
        for level in entries(entry, "levels"):
            yield from found.problems(level["notify"], level["channels"])
            yield from _channel_waits(level)
        yield from found.problems(entry.get("fallback", []), ALARM_CHANNELS, alarm=True)
    yield from _by_priority(file, known)
    for rung in found.silenced(_rungs_that_stay(file, known)):
        yield _culprit(file, rung, found), str(rung)


def _channel_waits(level: Entry) -> Iterator[Error]:
    waits = level.get("channel_waits")
    for channel, wait in meaning.channel_waits(level).items():
        if channel not in level["channels"]:
            yield waits.at(channel), f"this level has no channel {channel}"
        elif wait >= level["wait"]:
            yield waits.at(channel), "must be less than the level's wait: after that the next level begins"


def _by_priority(file: Entry, known: Known) -> Iterator[Error]:
    """A policy may name another for a priority, and that one none for the same: nobody follows a chain."""
    on_file = {key: dict(row.content.get("by_priority", {})) for key, row in known.policies.items()}
    given = {entry["key"]: entry for entry in entries(file, "escalation_policies")}
    named = {key: on_file.get(key, {}) for key in [*on_file, *given]}
    named |= {key: meaning.by_priority(entry) for key, entry in given.items() if "by_priority" in entry.given}
    for key, entry in given.items():
        for priority, other in meaning.by_priority(entry).items():
            place = entry["by_priority"].at(priority)
            if other not in named:
                yield place, f"unknown escalation policy {other!r}{did_you_mean(other, named)}"
            elif other == key:
                yield place, "a policy cannot name itself"
            elif priority in named[other]:
                yield place, f"'{other}' names another policy for {priority} itself: name that one"
            elif using := [one for one in on_file if one not in given and named[one].get(priority) == key]:
                yield place, f"'{using[0]}' names this policy for {priority}: let it name '{other}'"


def _rungs_that_stay(file: Entry, known: Known) -> Iterator[Rung]:
    """The levels and fallbacks on file that the file does not replace."""
    given = {entry["key"]: entry.given.keys() for entry in entries(file, "escalation_policies")}
    for key, row in known.policies.items():
        for rung in reach.rungs(key, row.content):
            if ("fallback" if rung.level is None else "levels") not in given.get(key, ()):
                yield rung


def _culprit(file: Entry, rung: Rung, found: Ladders) -> str:
    """The place of the first technician, else schedule, of the file whose change leaves a rung without anybody."""
    people = {target.partition(":")[2] for target in rung.targets if target.startswith("technician:")}
    schedules = {target.partition(":")[2] for target in rung.targets} - people
    for key in schedules:
        people |= set(found.before.takers.get(key, ()))
    for entry in entries(file, "technicians"):
        if entry["key"] in people and found.before.people.get(entry["key"]) != found.after.people[entry["key"]]:
            return entry.place
    return next(entry.place for entry in entries(file, "schedules") if entry["key"] in schedules)
