"""What a calendar file (.ics) says of the days ahead: events, one of which may be an absence."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import recurring_ical_events
from icalendar import Calendar, Event

from admin import calendar_repetitions
from admin.calendar_repetitions import TooManyRepetitions
from rules import timezones

LARGEST = 1_000_000
"""Bytes in a file."""
MOST_ENTRIES = 2_500
"""In a file, those that are over included: two seconds to read."""
MOST_EVENTS = 500
AHEAD = timedelta(days=366)
LONGEST_SUMMARY = 60
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
    if data.upper().count(b"BEGIN:") > MOST_ENTRIES:
        raise UnusableFile(f"More than {MOST_ENTRIES} entries are in it. Export fewer days, or the absences alone.")
    try:
        calendars = [calendar for calendar in Calendar.from_ical(data, multiple=True) if calendar.name == "VCALENDAR"]
        found = sorted({*_events(calendars, zone, now)}, key=lambda one: (one.starts, one.ends, one.summary))
    except TooManyRepetitions as error:
        raise UnusableFile(f"{error} Export the absences alone.") from error
    except Exception as error:  # whatever a reader of any text there is stumbles over: the file is to blame
        raise UnusableFile("This is not a calendar file that can be read. Export one that ends in .ics.") from error
    if not calendars:
        raise UnusableFile("There is no calendar in this file. Export one that ends in .ics.")
    if not found:
        raise UnusableFile("No event of the next 366 days is in it but what is cancelled or shown as free.")
    if len(found) > MOST_EVENTS:
        raise UnusableFile(f"More than {MOST_EVENTS} events lie ahead. Export fewer days, or the absences alone.")
    return found


def _events(calendars: Sequence[Calendar], zone: str, now: datetime) -> Iterator[Found]:
    today = timezones.to_wall(now, zone).replace(tzinfo=None)
    calendar_repetitions.check(calendars, today.date())
    for calendar in calendars:
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
