"""An override is changed: it gets other times, or another technician."""

from collections.abc import Mapping

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from admin import kept
from admin.chips import Chips
from admin.dated_forms import ChangeForm, name_of
from admin.dated_pages import complain_of_clash
from admin.edit_steps import Edit, EditSteps
from admin.form_page import form_page
from admin.guard import Doors, Permission
from admin.rotation_views import viewed
from admin.times import WALL, Times
from models.database import Database
from paging import roster, rotations
from paging.rotations import Draft, Editing
from rules import edits
from rules.on_call import Override

MOVABLE = ("technician", "starts", "ends")
GONE = "That override was changed or removed before, or is over."


class OverridePages:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._steps = EditSteps(database)

    def open(self, doors: Doors) -> None:
        doors.open("/rotations/<key>/overrides/change", "override_change", self.change, Permission.EDIT, post=True)

    def change(self, key: str) -> ResponseReturnValue:
        with self._database.read() as session:
            editing = viewed(self._database, session, key)
            chips = Chips(roster.technicians(session))
        times = Times(editing.now, editing.schedule.time_zone)
        asked = request.method == "GET" and kept.here() is None
        form = _asked(editing, times) if asked else ChangeForm()
        form.offer(chips.names)
        old = _chosen(editing, form)

        def page() -> ResponseReturnValue:
            if old is None:
                flash(GONE, "red")
                return redirect(f"/rotations/{key}", 303)
            return form_page("console/override_change.html", form, key=key, old=old, times=times, chips=chips)

        if request.method == "GET":
            return page()
        return self._steps.take(
            Edit(
                key=key,
                form=form,
                draft=lambda _, editing: _changed(editing, form, chips.names),
                page=page,
                action="override.changed",
                title="an override changed",
                done="The override is changed.",
                refusal="The override stays as it is",
                start=f"/rotations/{key}",
            )
        )


def _asked(editing: Editing, times: Times) -> ChangeForm:
    """The override that the address names, as it is, with what the address says that is to be otherwise."""
    name = request.args.get("override", "")
    old = _named(editing, name)
    typed = {"override": name, "revision": str(editing.revision), "zone": times.zone}
    if old:
        wall = {"starts": f"{times.wall(old.starts):{WALL}}", "ends": f"{times.wall(old.ends):{WALL}}"}
        typed |= {"technician": old.technician} | wall
    asked = {field: request.args[field] for field in MOVABLE if field in request.args}
    return ChangeForm(formdata=MultiDict(typed | asked))


def _named(editing: Editing, name: str | None) -> Override | None:
    """The override of this name that is not over."""
    ahead = (each for each in editing.schedule.overrides if each.ends > editing.now)
    return next((each for each in ahead if name_of(each) == name), None)


def _chosen(editing: Editing, form: ChangeForm) -> Override | None:
    return _named(editing, form.override.data)


def _changed(editing: Editing, form: ChangeForm, names: Mapping[str, str]) -> Draft | None:
    old = _chosen(editing, form)
    if old is None:
        form.form_errors.append(GONE)  # just now: the page was asked for when it was there
        return None
    new = form.item(Override, editing, old)
    if new is None:
        return None
    draft = rotations.everywhere(editing, lambda schedule: edits.changed_override(schedule, old, new))
    return None if complain_of_clash(draft, new, form, editing, names) else draft
