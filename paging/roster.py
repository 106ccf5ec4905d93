"""Between the rows and the rules: schedules as dated revisions, escalation policies, and who a target means."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.database import insert_once
from models.schedule import EscalationPolicy as PolicyRow
from models.schedule import Schedule as ScheduleRow
from models.schedule import ScheduleRevision
from models.technician import Technician
from paging import schedule_watches
from rules.escalation import ALARM_CHANNELS, Channel, EscalationPolicy, Level, Wishes
from rules.on_call import Absence, History, Layer, OnCall, Override, Revision, Schedule, Window, on_call
from rules.rotation import Rotation, Unit
from rules.targets import Priority

NO_WISHES = Wishes()


class UnknownSchedule(Exception):
    """No schedule has this key."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can be paged; `key` is a technician's."""

    key: str
    name: str
    phone: str | None
    email: str | None
    second_phone: str | None = None
    wishes: Wishes = NO_WISHES

    def address(self, channel: Channel) -> str | None:
        """Where a message by this channel goes."""
        match channel:
            case Channel.EMAIL:
                return self.email
            case Channel.SECOND_PHONE:
                return self.second_phone
        return self.phone


def technicians(session: Session) -> dict[str, Technician]:
    """All technicians by key, in the order of their names."""
    return {t.key: t for t in session.execute(select(Technician).order_by(Technician.name)).scalars()}


def schedule_keys(session: Session) -> list[str]:
    return list(session.execute(select(ScheduleRow.key).order_by(ScheduleRow.key)).scalars())


def newest_revision(session: Session, schedule_key: str) -> int | None:
    """The id of the newest revision: the same history as long as it does not change. None: no such schedule."""
    statement = select(func.max(ScheduleRevision.id)).where(ScheduleRevision.schedule_key == schedule_key)
    return session.execute(statement).scalar_one()


def newest_revisions(session: Session) -> dict[str, int]:
    """The newest revision of every schedule, in the order of their keys."""
    key = ScheduleRevision.schedule_key
    statement = select(key, func.max(ScheduleRevision.id)).group_by(key).order_by(key)
    return {schedule_key: newest for schedule_key, newest in session.execute(statement)}


def revisions(session: Session, schedule_key: str) -> list[ScheduleRevision]:
    """Every revision of a schedule, in the order in which they were saved."""
    statement = select(ScheduleRevision).where(ScheduleRevision.schedule_key == schedule_key)
    return list(session.execute(statement.order_by(ScheduleRevision.id)).scalars())


def history(session: Session, schedule_key: str, newest: int | None = None, since: datetime | None = None) -> History:
    """Every revision of a schedule; with `newest`, as it was when that one was. Raises UnknownSchedule.

    With `since` only those that hold from then on: after years there are many. Of what was before, it says nothing.
    """
    wanted = [ScheduleRevision.schedule_key == schedule_key]
    if newest is not None:
        wanted.append(ScheduleRevision.id <= newest)
    if since is not None:
        held = select(func.max(ScheduleRevision.effective_at)).where(*wanted, ScheduleRevision.effective_at <= since)
        if began := session.execute(held).scalar():
            wanted.append(ScheduleRevision.effective_at >= began)
    statement = select(ScheduleRevision.effective_at, ScheduleRevision.content).where(*wanted)
    revisions = tuple(
        Revision(effective_at, schedule_from_content(schedule_key, content))
        for effective_at, content in session.execute(
            statement.order_by(ScheduleRevision.effective_at, ScheduleRevision.id)
        )
    )
    if not revisions:
        raise UnknownSchedule(f"there is no schedule '{schedule_key}'")
    return History(revisions)


def current_schedule(session: Session, schedule_key: str, at: datetime) -> Schedule:
    """The schedule as its revision in force at `at` has it. Raises UnknownSchedule."""
    statement = select(ScheduleRevision.content).where(ScheduleRevision.schedule_key == schedule_key)
    newest_first = statement.order_by(ScheduleRevision.effective_at.desc(), ScheduleRevision.id.desc())
    content = session.execute(newest_first.where(ScheduleRevision.effective_at <= at).limit(1)).scalar()
    if content is None:
        oldest_first = statement.order_by(ScheduleRevision.effective_at, ScheduleRevision.id)
        content = session.execute(oldest_first.limit(1)).scalar()
    if content is None:
        raise UnknownSchedule(f"there is no schedule '{schedule_key}'")
    return schedule_from_content(schedule_key, content)


def on_call_now(session: Session, schedule_key: str, at: datetime) -> OnCall:
    """Who is on call at `at`, by every revision. Raises UnknownSchedule."""
    return on_call(history(session, schedule_key), at)


def holder(session: Session, schedule_key: str, at: datetime) -> str | None:
    """The technician on call at `at`, by the revision in force alone: a page asks, and has no time for all of them.

    Raises UnknownSchedule.
    """
    return on_call(History((Revision(at, current_schedule(session, schedule_key, at)),)), at).technician


def save_revision(
    session: Session, schedule: Schedule, author: str, now: datetime, effective_at: datetime | None = None
) -> bool:
    """Let `schedule` hold from `effective_at` (now when left out) on. False when it already holds just so."""
    content = content_of(schedule)
    key = schedule.key
    if session.get(ScheduleRow, key) is None:
        session.add(ScheduleRow(key=key))
        session.flush()
    elif _holds(session, key, content, effective_at or now):
        return False
    session.add(
        ScheduleRevision(
            schedule_key=key, effective_at=effective_at or now, created_at=now, author=author, content=content
        )
    )
    session.flush()
    schedule_watches.has_changed(session, key, now)
    return True


def claim(session: Session, schedule_key: str) -> bool:
    """Begin a schedule that has no revision yet. False where it is there, or where somebody is about to save it."""
    return insert_once(session, ScheduleRow, ["key"], {"key": schedule_key})


def _holds(session: Session, schedule_key: str, content: dict[str, Any], at: datetime) -> bool:
    try:
        return content_of(current_schedule(session, schedule_key, at)) == content
    except UnknownSchedule:
        return False


def people(session: Session, targets: Iterable[str], at: datetime) -> list[Person]:
    """The people whom targets ('schedule:KEY', 'technician:KEY') mean at `at`, each once, in order."""
    keys = dict.fromkeys(key for target in targets if (key := _technician_key(session, target, at)))
    found = {t.key: t for t in session.execute(select(Technician).where(Technician.key.in_(keys))).scalars()}
    return [person_of(t) for key in keys if (t := found.get(key))]


def person_of(technician: Technician) -> Person:
    """A technician as somebody to page."""
    wishes = Wishes(
        order=_channels(technician.channels or ()),
        quiet=frozenset(_channels(technician.quiet_channels or ())),
        has_second_phone=bool(technician.second_phone),
    )
    return Person(technician.key, technician.name, technician.phone, technician.email, technician.second_phone, wishes)


def _channels(names: Iterable[str]) -> tuple[Channel, ...]:
    """The channels with these names, but those that only a newer version knows."""
    return tuple(Channel(name) for name in names if name in frozenset(Channel))


def _technician_key(session: Session, target: str, at: datetime) -> str | None:
    kind, _, key = target.partition(":")
    if kind == "technician":
        return key
    try:
        return holder(session, key, at)
    except UnknownSchedule:
        return None


def escalation_policy(session: Session, key: str, priority: Priority) -> dict[str, Any]:
    """The content of the policy, else of the default one, else one that pages whoever can be found.

    A policy may name another one that holds in its place for a priority.
    """
    row = session.get(PolicyRow, key) or session.get(PolicyRow, "default")
    if row and (other := session.get(PolicyRow, row.content.get("by_priority", {}).get(priority, key))):
        row = other
    return row.content if row else _whoever_can_be_found(session)


def _whoever_can_be_found(session: Session) -> dict[str, Any]:
    """No escalation policy is on file, and a page must not be lost: every schedule, or else every technician."""
    targets = [f"schedule:{key}" for key in schedule_keys(session)]
    everyone = [f"technician:{key}" for key in technicians(session)]
    level = {"notify": targets or everyone, "channels": [Channel.SMS, Channel.VOICE], "wait": 300}
    return {"levels": [level], "repeat": 1, "fallback": everyone}


def policy_from_content(content: Mapping[str, Any], minimum_round: timedelta) -> EscalationPolicy:
    """A policy row or a page's copy as a value; durations are seconds. `minimum_round` holds where it has none."""
    levels = tuple(_level(level) for level in content["levels"])
    own = content.get("minimum_round")
    return EscalationPolicy(
        levels=levels,
        repeat=content["repeat"],
        minimum_round=timedelta(seconds=own) if own else minimum_round,
        fallback=tuple(content["fallback"]),
    )


def _level(content: Mapping[str, Any]) -> Level:
    waits = content.get("channel_waits", {})
    return Level(
        notify=tuple(content["notify"]),
        channels=_channels(content["channels"]) or ALARM_CHANNELS,
        wait=timedelta(seconds=content["wait"]),
        channel_waits={channel: timedelta(seconds=waits[channel]) for channel in _channels(waits)},
    )


def content_of(schedule: Schedule) -> dict[str, Any]:
    """A schedule as JSON: local wall times for rotations and windows, UTC for overrides and absences."""
    return {
        "time_zone": schedule.time_zone,
        "layers": [
            {
                "name": layer.name,
                "rotation": {
                    "unit": layer.rotation.unit.value,
                    "length": layer.rotation.length,
                    "first_handoff": layer.rotation.first_handoff.isoformat(),
                    "participants": list(layer.rotation.participants),
                },
                "windows": [
                    {"days": list(w.days), "from": w.starts.isoformat(), "until": w.ends.isoformat()}
                    for w in layer.windows
                ],
            }
            for layer in schedule.layers
        ],
        "overrides": [_dated(each) for each in schedule.overrides],
        "absences": [_dated(each) for each in schedule.absences],
    }


def _dated(item: Override | Absence) -> dict[str, str]:
    return {
        "technician": item.technician,
        "from": item.starts.astimezone(UTC).isoformat(),
        "until": item.ends.astimezone(UTC).isoformat(),
    }


def schedule_from_content(key: str, content: Mapping[str, Any]) -> Schedule:
    """The schedule that `content_of` wrote."""
    return _schedule(key, json.dumps(content, sort_keys=True))


@lru_cache(maxsize=512)
def _schedule(key: str, text: str) -> Schedule:
    content = json.loads(text)
    return Schedule(
        key=key,
        time_zone=content["time_zone"],
        layers=tuple(_layer(layer) for layer in content["layers"]),
        overrides=tuple(Override(*_instants(each)) for each in content["overrides"]),
        absences=tuple(Absence(*_instants(each)) for each in content["absences"]),
    )


def _layer(content: Mapping[str, Any]) -> Layer:
    rotation = content["rotation"]
    return Layer(
        name=content["name"],
        rotation=Rotation(
            unit=Unit(rotation["unit"]),
            length=rotation["length"],
            first_handoff=datetime.fromisoformat(rotation["first_handoff"]),
            participants=tuple(rotation["participants"]),
        ),
        windows=tuple(
            Window(tuple(w["days"]), time.fromisoformat(w["from"]), time.fromisoformat(w["until"]))
            for w in content["windows"]
        ),
    )


def _instants(content: Mapping[str, str]) -> tuple[str, datetime, datetime]:
    return content["technician"], datetime.fromisoformat(content["from"]), datetime.fromisoformat(content["until"])
