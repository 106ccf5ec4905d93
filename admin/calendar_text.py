"""The turns of a schedule, or of a technician in all schedules, as an iCalendar file (RFC 5545, RFC 7986).

Calendar programs fetch it again and again. The text is the same until somebody edits a schedule or the day changes;
an event keeps its UID when it changes hands or ends sooner, and shows as an update.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from icalendar import Calendar, Component, Event, Timezone, TimezoneDaylight, TimezoneStandard
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import CalendarFeed
from models.schedule import ScheduleRevision
from paging import roster
from rules import timezones
from rules.on_call import Because, History, on_call, shifts
from rules.wording import Wording

BEHIND, AHEAD = timedelta(days=31), timedelta(days=366)
REFRESH = timedelta(hours=1)
PRODUCT = "-//Platinum Line//On call//EN"
UNBOUNDED = "always"


@dataclass(frozen=True, slots=True)
class _Turn:
    """A shift or gap `[start, end)`, whole even where it reaches out of the calendar; None: it has no start."""

    started: datetime | None
    start: datetime
    end: datetime
    technician: str | None
    because: Because
    layer: str | None


@dataclass(frozen=True, slots=True)
class _Source:
    """One schedule: its turns, its zone, and the newest of its revisions."""

    key: str
    zone: str
    turns: list[_Turn]
    revision: int
    changed_at: datetime


def calendar_text(session: Session, feed: CalendarFeed, wording: Wording, now: datetime) -> bytes:
    """The calendar of a feed, from 31 days before `now` until 366 days after it, by whole days of UTC."""
    names = {key: technician.name for key, technician in roster.technicians(session).items()}
    keys = [feed.schedule_key] if feed.schedule_key else roster.schedule_keys(session)
    sources = [_source(session, key, now) for key in keys]
    if feed.technician_key:
        title = wording.say("calendar.of_technician", name=names[feed.technician_key])
    else:
        title = wording.say("calendar.of_schedule", schedule=feed.schedule_key)
    calendar = _calendar(title)
    events = [
        _event(source, turn, names, wording)
        for source in sources
        for turn in source.turns
        if feed.technician_key is None or turn.technician == feed.technician_key
    ]
    for zone in _zones(sources):
        calendar.add_component(zone)
    for event in events:
        calendar.add_component(event)
    text: bytes = calendar.to_ical()
    return text


def _range(now: datetime) -> tuple[datetime, datetime]:
    today = datetime.combine(now.astimezone(UTC).date(), time.min, UTC)
    return today - BEHIND, today + AHEAD


def _source(session: Session, key: str, now: datetime) -> _Source:
    newest = select(ScheduleRevision.id, ScheduleRevision.created_at).where(ScheduleRevision.schedule_key == key)
    number, changed_at = session.execute(newest.order_by(ScheduleRevision.id.desc()).limit(1)).one()
    history = roster.history(session, key)
    return _Source(key, history.in_force(now)[0].time_zone, _turns(history, *_range(now)), number, changed_at)


def _turns(history: History, start: datetime, end: datetime) -> list[_Turn]:
    spans, gaps = shifts(history, start, end)
    turns = [_Turn(one.start, one.start, one.end, one.technician, one.because, one.layer) for one in spans]
    turns += [_Turn(gap.start, gap.start, gap.end, None, Because.GAP, None) for gap in gaps]
    return [_whole(history, turn, start, end) for turn in sorted(turns, key=lambda turn: turn.start)]


def _whole(history: History, turn: _Turn, start: datetime, end: datetime) -> _Turn:
    """The outermost turns were cut to the range."""
    if start < turn.start and turn.end < end:
        return turn
    whole = on_call(history, turn.start)
    starts, ends = whole.since or turn.start, whole.until or turn.end
    return _Turn(whole.since, starts, ends, turn.technician, turn.because, turn.layer)


def _calendar(title: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("name", title)
    calendar.add("x-wr-calname", title)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    return calendar


def _event(source: _Source, turn: _Turn, names: Mapping[str, str], wording: Wording) -> Event:
    event = Event()
    begins = f"{turn.started:%Y%m%dT%H%M%SZ}" if turn.started else UNBOUNDED
    event.add("uid", f"{source.key}-{begins}@platinum-line")
    event.add("sequence", source.revision)
    event.add("dtstamp", source.changed_at)
    event.add("last-modified", source.changed_at)
    _add_times(event, turn, source.zone)
    if turn.technician:
        name = names.get(turn.technician, turn.technician)
        event.add("summary", wording.say("calendar.on_call", schedule=source.key, name=name))
    else:
        event.add("summary", wording.say("calendar.nobody", schedule=source.key))
    event.add("description", wording.say(f"calendar.because_{turn.because}", layer=turn.layer))
    # On call is not busy: others may still invite.
    event.add("transp", "TRANSPARENT")
    return event


def _add_times(event: Event, turn: _Turn, zone: str) -> None:
    """Local times where they name these instants: of the hour that comes twice they mean the first."""
    walls = [timezones.to_wall(at, zone).replace(tzinfo=None) for at in (turn.start, turn.end)]
    is_plain = [timezones.to_utc(wall, zone) for wall in walls] == [turn.start, turn.end]
    for name, wall, at in zip(("dtstart", "dtend"), walls, (turn.start, turn.end), strict=True):
        event.add(name, wall if is_plain else at, parameters={"TZID": zone} if is_plain else {})


def _zones(sources: Iterable[_Source]) -> Iterator[Timezone]:
    """Each zone once, with its changes of clocks in all the time that its turns take."""
    turns: dict[str, list[_Turn]] = {}
    for source in sources:
        turns.setdefault(source.zone, []).extend(source.turns)
    for name in sorted(turns):
        zone = Timezone()
        zone.add("tzid", name)
        first, last = min(turn.start for turn in turns[name]), max(turn.end for turn in turns[name])
        for observance in _observances(name, first, last):
            zone.add_component(observance)
        yield zone


def _observances(zone: str, start: datetime, end: datetime) -> Iterator[Component]:
    """Each begins at a wall time as the clocks before it show it."""
    for stretch in timezones.stretches(zone, start, end):
        observance = TimezoneDaylight() if stretch.offset > stretch.before else TimezoneStandard()
        begins = max(stretch.start, timezones.EARLIEST) + stretch.before
        observance.add("dtstart", begins.replace(tzinfo=None))
        observance.add("tzoffsetfrom", stretch.before)
        observance.add("tzoffsetto", stretch.offset)
        observance.add("tzname", stretch.name)
        yield observance
