"""A rotation as a calendar on which overrides are made and moved by dragging.

The calendar saves nothing: each drag leads to the form of an override, filled in.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import Any

from flask import abort, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from admin.chips import Chips
from admin.dated_forms import name_of
from admin.guard import Doors, Permission
from admin.rotation_page import ahead
from admin.rotation_views import viewed
from admin.timeline_range import TimelineRange
from admin.times import WALL, Times
from models.database import Database
from paging import roster, rotations
from paging.rotations import Editing
from rules import timezones
from rules.on_call import Gap, Override, ShiftSpan, shifts

LONGEST = timedelta(days=62)
"""Of what is asked at once: a month on the calendar is up to six weeks."""


class DragPages:
    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, doors: Doors) -> None:
        doors.open("/rotations/<key>/drag", "rotation_drag", self.page, Permission.EDIT)
        doors.open("/rotations/<key>/drag/events", "rotation_drag_events", self.events, Permission.EDIT)

    def page(self, key: str) -> ResponseReturnValue:
        editing, chips = self._viewed(key)
        times = Times(editing.now, editing.schedule.time_zone)
        today = times.wall(editing.now).date()
        return render_template(
            "console/drag.html",
            key=key,
            chips=chips,
            times=times,
            people=[(each, chips.of(each)) for each in _taking_part(editing) or chips.names],
            overrides=[(each, name_of(each)) for each in ahead(editing.schedule.overrides, editing.now)],
            offset=times.wall(editing.now).isoformat()[-6:],
            first=TimelineRange.asked(request.args, today).first,
            today=today,
        )

    def events(self, key: str) -> ResponseReturnValue:
        """Who is on call, and the overrides, of the days from `from` until `until`: local times without a zone."""
        editing, chips = self._viewed(key)
        zone = editing.schedule.time_zone
        start, end = (_midnight(request.args.get(name, ""), zone) for name in ("from", "until"))
        if not timedelta(0) < end - start <= LONGEST:
            abort(HTTPStatus.UNPROCESSABLE_ENTITY, f"Ask for up to {LONGEST.days} days.")
        held, gaps = shifts(editing.history, start, end)
        times = Times(editing.now, zone)
        found = [_line(each, times, chips) for each in _in_order(held, gaps)]
        found += [
            _override(each, times, chips)
            for each in editing.schedule.overrides
            if each.starts < end and start < each.ends
        ]
        answer = jsonify(found)
        answer.headers["Cache-Control"] = "private, no-store"
        return answer

    def _viewed(self, key: str) -> tuple[Editing, Chips]:
        with self._database.read() as session:
            return viewed(self._database, session, key), Chips(roster.technicians(session))


def _taking_part(editing: Editing) -> list[str]:
    """Who takes turns, now or as planned, or has an override ahead."""
    schedules = [editing.schedule, *(each.schedule for each in rotations.planned(editing))]
    turns = {each for one in schedules for layer in one.layers for each in layer.rotation.participants}
    return sorted(turns | {each.technician for each in ahead(editing.schedule.overrides, editing.now)})


def _midnight(day: str, zone: str) -> datetime:
    try:
        found = date.fromisoformat(day)
    except ValueError:
        abort(HTTPStatus.UNPROCESSABLE_ENTITY, "Give the days as 2026-12-24.")
    if not timezones.EARLIEST.year < found.year < timezones.LATEST.year:
        abort(HTTPStatus.UNPROCESSABLE_ENTITY, f"The year {found.year} is too far away.")
    return timezones.to_utc(datetime.combine(found, datetime.min.time()), zone)


def _in_order(held: Sequence[ShiftSpan], gaps: Sequence[Gap]) -> list[ShiftSpan | Gap]:
    return sorted([*held, *gaps], key=lambda each: each.start)


def _line(span: ShiftSpan | Gap, times: Times, chips: Chips) -> dict[str, Any]:
    """Who is on call, whoever has decided it. It cannot be moved."""
    holder = span.technician if isinstance(span, ShiftSpan) else None
    return {
        "kind": "line",
        "technician": holder,
        "title": chips.of(holder).name,
        "look": chips.of(holder).look if holder else "gap-event",
        **_wall(span.start, span.end, times),
    }


def _override(override: Override, times: Times, chips: Chips) -> dict[str, Any]:
    """One that is over stays where it is; of one that has begun, only the end moves."""
    return {
        "kind": "override",
        "name": name_of(override),
        "technician": override.technician,
        "title": chips.of(override.technician).name,
        "look": chips.of(override.technician).look,
        "is_over": override.ends <= times.now,
        "has_begun": override.starts <= times.now,
        **_wall(override.starts, override.ends, times),
    }


def _wall(start: datetime, end: datetime, times: Times) -> dict[str, str]:
    return {"start": f"{times.wall(start):{WALL}}", "end": f"{times.wall(end):{WALL}}"}
