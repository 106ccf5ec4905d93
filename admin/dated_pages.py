"""What is dated in a schedule: overrides and absences, added and removed from the rotation's page."""

from collections.abc import Mapping

from flask import flash, redirect
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from admin import fields
from admin.dated_forms import AbsenceForm, OverrideForm, RemovalForm
from admin.edit_steps import Edit, EditSteps
from admin.guard import Doors, Permission
from admin.rotation_page import ABSENCE_PREFIX, rotation_page
from admin.times import Times
from models.database import Database
from paging import roster, rotations
from paging.rotations import Draft, Editing
from rules import edits
from rules.line import Line
from rules.on_call import Absence, Override


class DatedPages:
    def __init__(self, database: Database, line: Line) -> None:
        self._database = database
        self._line = line
        self._steps = EditSteps(database)

    def open(self, doors: Doors) -> None:
        doors.take("/rotations/<key>/overrides", "override_add", self.add_override, Permission.EDIT)
        doors.take("/rotations/<key>/overrides/remove", "override_remove", self.remove_override, Permission.EDIT)
        doors.take("/rotations/<key>/absences", "absence_add", self.add_absence, Permission.EDIT)
        doors.take("/rotations/<key>/absences/remove", "absence_remove", self.remove_absence, Permission.EDIT)

    def add_override(self, key: str) -> ResponseReturnValue:
        names = self._names()
        form = OverrideForm()
        form.offer(names)
        who = names.get(form.technician.data, "")
        return self._steps.take(
            Edit(
                key=key,
                form=form,
                draft=lambda _, editing: _with_override(editing, form, names),
                page=lambda: rotation_page(self._database, self._line, key, form),
                action="override.added",
                title=f"an override by {who}",
                done=f"{who} is on call then, whatever the turns say.",
                at_once=True,
            )
        )

    def remove_override(self, key: str) -> ResponseReturnValue:
        form = RemovalForm()
        return self._steps.take(
            Edit(
                key=key,
                form=form,
                draft=lambda _, editing: _without_override(editing, form),
                page=lambda: _told(key, form),
                action="override.removed",
                title="an override removed",
                done="The override is removed.",
                refusal="The override stays",
                back="Back",
                at_once=True,
            )
        )

    def add_absence(self, key: str) -> ResponseReturnValue:
        names = self._names()
        form = AbsenceForm(prefix=ABSENCE_PREFIX)
        form.offer(names)
        who = names.get(form.technician.data, "")
        return self._steps.take(
            Edit(
                key=key,
                form=form,
                draft=lambda _, editing: _with_absence(editing, form),
                page=lambda: rotation_page(self._database, self._line, key, form),
                action="absence.added",
                title=f"an absence of {who}",
                done=f"The absence of {who} is saved.",
                at_once=True,
            )
        )

    def remove_absence(self, key: str) -> ResponseReturnValue:
        form = RemovalForm()
        return self._steps.take(
            Edit(
                key=key,
                form=form,
                draft=lambda _, editing: _without_absence(editing, form),
                page=lambda: _told(key, form),
                action="absence.removed",
                title="an absence removed",
                done="The absence is removed.",
                refusal="The absence stays",
                back="Back",
                at_once=True,
            )
        )

    def _names(self) -> dict[str, str]:
        with self._database.read() as session:
            return {key: technician.name for key, technician in roster.technicians(session).items()}


def _with_override(editing: Editing, form: OverrideForm, names: Mapping[str, str]) -> Draft | None:
    override = form.item(Override, editing)
    if override is None:
        return None
    draft = rotations.everywhere(editing, lambda schedule: edits.with_overrides(schedule, [override]))
    return None if complain_of_clash(draft, override, form, editing, names) else draft


def complain_of_clash(
    draft: Draft, override: Override, form: OverrideForm, editing: Editing, names: Mapping[str, str]
) -> bool:
    """Whether somebody else has an override at that time; then the form says who, and when."""
    other = next((found for each in draft.revisions if (found := edits.clash(each.schedule, override))), None)
    if other is None:
        return False
    times = Times(editing.now, editing.schedule.time_zone)
    held = f"{times.full(other.starts)} until {times.full(other.ends)}"
    who = names.get(other.technician, other.technician)
    fields.complain(form.starts, f"{who} has an override from {held}. Remove that one or choose other times.")
    return True


def _without_override(editing: Editing, form: RemovalForm) -> Draft | None:
    override = form.chosen(editing.schedule.overrides)
    if override is None:
        form.form_errors.append("That override was removed before.")
        return None
    return rotations.everywhere(editing, lambda schedule: edits.without_override(schedule, override))


def _with_absence(editing: Editing, form: AbsenceForm) -> Draft | None:
    absence = form.item(Absence, editing)
    if absence is None:
        return None
    return rotations.everywhere(editing, lambda schedule: edits.with_absences(schedule, [absence]))


def _without_absence(editing: Editing, form: RemovalForm) -> Draft | None:
    absence = form.chosen(editing.schedule.absences)
    if absence is None:
        form.form_errors.append("That absence was removed before.")
        return None
    return rotations.everywhere(editing, lambda schedule: edits.without_absence(schedule, absence))


def _told(key: str, form: FlaskForm) -> ResponseReturnValue:
    """The rotation's page, with what is wrong over it."""
    for error in form.form_errors:
        flash(error, "red")
    return redirect(f"/rotations/{key}", 303)
