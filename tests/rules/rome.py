"""Schedules of a house in Rome, whose weeks begin on Monday at nine."""

from datetime import datetime

from rules import timezones
from rules.on_call import Absence, Layer, Override, Schedule, Window
from rules.rotation import Rotation, Unit

ROME = "Europe/Rome"


def at(text: str) -> datetime:
    """A local time in Rome as an instant."""
    return timezones.to_utc(datetime.fromisoformat(text), ROME)


def weekly(*people: str, name: str = "weekly", windows: tuple[Window, ...] = (), unit: Unit = Unit.WEEK) -> Layer:
    """Turns of one unit each, from Monday 2 November 2026 at nine."""
    return Layer(name, Rotation(unit, 1, datetime.fromisoformat("2026-11-02T09:00"), people), windows)


def override(technician: str, starts: str, ends: str) -> Override:
    return Override(technician, at(starts), at(ends))


def absence(technician: str, starts: str, ends: str) -> Absence:
    return Absence(technician, at(starts), at(ends))


def schedule(*layers: Layer, overrides: tuple[Override, ...] = ()) -> Schedule:
    return Schedule("platinum", ROME, layers, overrides)
