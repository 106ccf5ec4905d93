"""What a calendar file (.ics) says of the days ahead: events, one of which may be an absence."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import recurring_ical_events
from icalendar import Calendar, Event

from rules import timezones

LARGEST = 1_000_000
"""Bytes in a file."""
MOST_EVENTS = 500
AHEAD = timedelta(days=366)
LONGEST_SUMMARY = 60
MOST_DAYS = 300_000
"""In all repeating events from their beginnings on, which are counted one by one: a second of work."""
STEPS = {"DAILY": 1, "WEEKLY": 1, "MONTHLY": 28, "YEARLY": 365}
WITHIN_A_DAY = ("BYHOUR", "BYMINUTE", "BYSECOND")
DAY = timedelta(days=1)


class UnusableFile(Exception):
    """The text says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Found:
    """An event in `[starts, ends)`, in UTC; `is_all_day`: it has days and no times."""

    summary: str
    starts: datetime
    ends: datetime
    is_all_day: bool


def read(data: bytes, zone: str, now: datetime) -> list[Found]:
    """The events of the next 366 days, in order, each repetition by itself.

    Days, and times without a zone, are those of `zone`. What is over, cancelled or shown as free is left out.
    Raises UnusableFile.
    """
    if len(data) > LARGEST:
        raise UnusableFile("The file is larger than 1 MB. Export fewer days.")
    try:
        calendars = [calendar for calendar in Calendar.from_ical(data, multiple=True) if calendar.name == "VCALENDAR"]
        found = sorted({*_events(calendars, zone, now)}, key=lambda one: (one.starts, one.ends, one.summary))
    except UnusableFile:
        raise
    except Exception as error:  # whatever a reader of any text there is stumbles over: the file is to blame
        raise UnusableFile("This is not a calendar file that can be read. Export one that ends in .ics.") from error
    if not calendars:
        raise UnusableFile("There is no calendar in this file. Export one that ends in .ics.")
    if not found:
        raise UnusableFile("No event of the next 366 days is in it but what is cancelled or shown as free.")
    if len(found) > MOST_EVENTS:
        raise UnusableFile(f"More than {MOST_EVENTS} events lie ahead. Export fewer days, or the absences alone.")
    return found


def _events(calendars: Iterable[Calendar], zone: str, now: datetime) -> Iterator[Found]:
    today = timezones.to_wall(now, zone).replace(tzinfo=None)
    for calendar in calendars:
        _check_repetitions(calendar, today.date())
        # A day more at both ends: other zones have other days.
        for event in recurring_ical_events.of(calendar).between(today - DAY, today + AHEAD + DAY):
            one = _found(event, zone)
            takes_time = event.get("status") != "CANCELLED" and event.get("transp") != "TRANSPARENT"
            if takes_time and max(one.starts, now) < min(one.ends, now + AHEAD):
                yield one


def _found(event: Event, zone: str) -> Found:
    summary = " ".join(str(event.get("summary", "")).split())[:LONGEST_SUMMARY]
    is_all_day = not isinstance(event.start, datetime)
    return Found(summary or "without a title", _instant(event.start, zone), _instant(event.end, zone), is_all_day)


def _instant(moment: date | datetime, zone: str) -> datetime:
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time.min)
    return min(moment.astimezone(UTC) if moment.tzinfo else timezones.to_utc(moment, zone), timezones.LATEST)


def _check_repetitions(calendar: Calendar, today: date) -> None:
    """Refuse what would take long: an event that repeats each second, or many that began a century ago."""
    days = 0.0
    for event in calendar.events:
        rules = event.get("rrule", [])
        for rule in rules if isinstance(rules, list) else [rules]:
            (frequency,), interval = rule["FREQ"], rule.get("INTERVAL", [1])[0]
            is_within_a_day = frequency not in STEPS or any(len(rule.get(name, ())) > 1 for name in WITHIN_A_DAY)
            if is_within_a_day or interval < 1:
                raise UnusableFile("An event in it repeats several times a day. Export the absences alone.")
            began = event.start.date() if isinstance(event.start, datetime) else event.start
            days += max(0, (today + AHEAD - began).days) / (1 if "BYDAY" in rule else STEPS[frequency])
    if days > MOST_DAYS:
        raise UnusableFile("Too many events in it repeat since too long ago. Export the absences alone.")
