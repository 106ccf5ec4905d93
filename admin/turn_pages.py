"""The turns of a rotation, by plain forms: make a rotation, edit it."""

from collections.abc import Mapping
from datetime import datetime

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin import fields
from admin.edit_steps import Edit, EditSteps
from admin.form_page import form_page
from admin.guard import Doors, Permission
from admin.rotation_forms import (
    EditScheduleForm,
    NewScheduleForm,
    ScheduleForm,
    new_layer,
    place_problems,
    typed,
)
from admin.rotation_views import viewed
from admin.times import Times
from models.database import Database
from paging import roster, rotations
from paging.rotations import Draft, Editing
from rules import timezones
from rules.line import Line
from rules.on_call import Schedule, problems

ADD_LAYER, ADD_PLACES = "layer", "places"


class TurnPages:
    def __init__(self, database: Database, line: Line) -> None:
        self._database = database
        self._line = line
        self._steps = EditSteps(database)

    def open(self, doors: Doors) -> None:
        doors.open("/rotations/add", "rotation_add", self.add, Permission.EDIT, post=True)
        doors.open("/rotations/<key>/edit", "rotation_edit", self.edit, Permission.EDIT, post=True)

    def add(self) -> ResponseReturnValue:
        zone = self._line.policy.time_zone
        with self._database.read() as session:
            wall = timezones.to_wall(self._database.now(session), zone).replace(tzinfo=None)
            names = _names(session)
            is_first = not roster.schedule_keys(session)
        key = "platinum" if is_first else ""
        form = NewScheduleForm(key=key, time_zone=zone, layers=[new_layer(wall, "weekly")])
        form.offer(names)

        def page() -> ResponseReturnValue:
            return form_page("console/rotation_edit.html", form, schedule=None, names=names)

        if request.method == "GET" or _has_grown(form, wall, names):
            return page()
        key = fields.value(form.key) or ""
        return self._steps.take(
            Edit(
                key=key,
                form=form,
                draft=lambda session, editing: _made(session, editing, form, names),
                page=page,
                action="rotation.added",
                title=f"the new rotation {key}",
                done="The rotation holds from now on.",
                new_zone=fields.value(form.time_zone),
            )
        )

    def edit(self, key: str) -> ResponseReturnValue:
        with self._database.read() as session:
            editing = viewed(self._database, session, key)
            names = _names(session)
        times = Times(editing.now, editing.schedule.time_zone)
        wall = times.wall(editing.now).replace(tzinfo=None)
        form = EditScheduleForm(data=_as_it_is(editing, wall))
        form.offer(names)

        def page() -> ResponseReturnValue:
            return form_page("console/rotation_edit.html", form, schedule=editing.schedule, names=names, times=times)

        if request.method == "GET" or _has_grown(form, wall, names):
            return page()
        return self._steps.take(
            Edit(
                key=key,
                form=form,
                draft=lambda _, editing: _changed(editing, form, names),
                page=page,
                action="rotation.changed",
                title=f"the turns of {key}",
                done="The change is planned." if form.holds_from.data else "The rotation is changed.",
            )
        )


def _as_it_is(editing: Editing, wall: datetime) -> dict[str, object]:
    """What the form begins with."""
    data = typed(editing.schedule, editing.revision)
    if not editing.schedule.layers:
        data["layers"].append(new_layer(wall, "weekly"))
    return data


def _has_grown(form: ScheduleForm, wall: datetime, names: Mapping[str, str]) -> bool:
    """Whether the button asked for a layer more, or for places: the form then has them, and all that was typed."""
    step = request.form.get("step")
    if step == ADD_LAYER:
        form.layers.append_entry(new_layer(wall, ""))
        form.offer(names)
    return step in (ADD_LAYER, ADD_PLACES)


def _made(session: Session, editing: Editing, form: NewScheduleForm, names: Mapping[str, str]) -> Draft | None:
    if roster.newest_revision(session, editing.key) is not None:
        fields.complain(form.key, "There is a rotation with this key. Type another one.")
        return None
    after = form.schedule(editing.key, None)
    return rotations.replacing(editing, after) if _is_sound(form, after, names) else None


def _changed(editing: Editing, form: EditScheduleForm, names: Mapping[str, str]) -> Draft | None:
    at = form.effective_at(editing)
    after = form.schedule(editing.key, editing.history.in_force(at or editing.now)[0])
    if not _is_sound(form, after, names) or form.errors:
        return None
    return form.drafted(editing, after, at)


def _is_sound(form: ScheduleForm, after: Schedule, names: Mapping[str, str]) -> bool:
    """Whether the schedule can be; if not, the form says why."""
    if not after.layers:
        form.form_errors.append("Nobody takes part: choose at least one technician.")
        return False
    found = problems(after, names)
    place_problems(form, found)
    return not found


def _names(session: Session) -> dict[str, str]:
    return {key: technician.name for key, technician in roster.technicians(session).items()}
