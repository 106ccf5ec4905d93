"""Who reads a page: by whose clocks times are told, and what those clocks show beside a schedule's own."""

from datetime import datetime

from flask import request
from flask_login import current_user

from admin.times import Times, city
from rules import timezones

COOKIE = "zone"
"""What `line.js` tells of the browser's clock; it is believed only where it is a zone that there is."""

DASH = "\N{EN DASH}"


def zone() -> str | None:
    """The zone of whoever sends this request: the one chosen in the account, else the browser's; None: unknown."""
    chosen = getattr(current_user, "time_zone", None)
    return chosen if chosen and timezones.is_known(chosen) else of_browser()


def of_browser() -> str | None:
    """The zone of the browser's own clock; None where it does not say, or says what is none."""
    told = request.cookies.get(COOKIE, "")
    return told if timezones.is_known(told) else None


def times(now: datetime, otherwise: str) -> Times:
    """`now` on the reader's clocks, or on those of the zone `otherwise` where the reader's are unknown."""
    return Times(now, zone() or otherwise)


def beside(own: Times, at: datetime) -> str:
    """What the reader's clock shows at that instant: ' · 03:00 New York'; '' where it shows the same.

    With the day, where that is another one.
    """
    mine = zone()
    if mine is None:
        return ""
    there, here = Times(own.now, mine), own.wall(at)
    wall = there.wall(at)
    if wall.replace(tzinfo=None) == here.replace(tzinfo=None):
        return ""
    told = there.clock(at) if wall.date() == here.date() else there.full(at)
    return f" · {told} {city(mine)}"


def span_beside(own: Times, start: datetime, end: datetime) -> str:
    """What the reader's clock shows from `start` to `end`: Monday from 03:00 to 12:00, New York; '' as `beside`."""
    mine = zone()
    if mine is None or not (beside(own, start) or beside(own, end)):
        return ""
    there = Times(own.now, mine)
    same_day = there.day(start) == there.day(end)
    until = there.clock(end) if same_day else there.full(end)
    begun = start <= own.now
    return f"{'now' if begun else there.full(start)} {DASH} {there.full(end) if begun else until} {city(mine)}"


def both(own: Times, at: datetime) -> str:
    """'Mon 09:00 Rome · 03:00 New York'; 'Mon 09:00' alone where the reader's clock shows the same."""
    other = beside(own, at)
    return f"{own.at(at)} {own.city}{other}" if other else own.at(at)


def typed_in(own: Times) -> str:
    """What stands under a field for a local time: 'Local time in Rome, where it is 02:14 now · 20:14 New York.'"""
    other = beside(own, own.now)
    return f"Local time in {own.city}{f', where it is {own.now_clock} now{other}' if other else ''}."
