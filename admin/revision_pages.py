"""The revisions of a rotation: who changed what, what is planned; restore one, withdraw a plan."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from flask import abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from wtforms import HiddenField, RadioField

from admin import fields
from admin.chips import Chips
from admin.edit_preview import told
from admin.edit_steps import Edit, EditSteps
from admin.form_page import form_page
from admin.guard import Doors, Permission
from admin.rotation_forms import TimingForm
from admin.times import Times
from models.database import Database
from paging import revisions, roster, rotations
from paging.revisions import Saved
from paging.roster import UnknownSchedule
from paging.rotations import Draft, Editing
from rules.differences import differences
from rules.on_call import Revision, Schedule

A_PAGE = 50


class Standing(StrEnum):
    """IN_FORCE: it holds now. PLANNED: it will. REPLACED: another one takes effect at the same instant."""

    IN_FORCE = "in force"
    PLANNED = "planned"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class Listed:
    """A revision in the list; `standing` None: it is over, or changes nothing."""

    saved: Saved
    sentences: Sequence[str]
    standing: Standing | None


class RestoreForm(TimingForm):
    dated = RadioField(
        "Overrides and absences",
        choices=[
            fields.choice("stay", "Those of now stay"),
            fields.choice("return", "Those of this revision come back, and all others go"),
        ],
        default="stay",
    )


class WithdrawForm(FlaskForm):
    """`planned` is the instant from which the plan holds."""

    planned = HiddenField()
    revision = HiddenField()


class RevisionPages:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._steps = EditSteps(database)

    def open(self, doors: Doors) -> None:
        path = "/rotations/<key>/revisions"
        doors.open(path, "revisions", self.listing, Permission.READ)
        doors.open(f"{path}/<int:number>/restore", "revision_restore", self.restore, Permission.EDIT, post=True)
        doors.take(f"{path}/withdraw", "revision_withdraw", self.withdraw, Permission.EDIT)

    def listing(self, key: str) -> ResponseReturnValue:
        """Newest first; `before` is a number, for the next page."""
        with self._database.read() as session:
            editing, found = self._viewed(session, key)
            chips = Chips(roster.technicians(session))
        before = request.args.get("before", default=len(found) + 1, type=int)
        shown = [one for one in reversed(found) if one.number < before][:A_PAGE]
        return render_template(
            "console/revisions.html",
            key=key,
            revision=editing.revision,
            listed=[Listed(one, told(one, chips.names), _standing(one, found, editing)) for one in shown],
            next_before=shown[-1].number if shown and shown[-1].number > 1 else None,
            times=Times(editing.now, editing.schedule.time_zone),
        )

    def restore(self, key: str, number: int) -> ResponseReturnValue:
        with self._database.read() as session:
            editing, found = self._viewed(session, key)
            chips = Chips(roster.technicians(session))
        one = next((each for each in found if each.number == number), None) or abort(404)
        form = RestoreForm(data={"revision": str(editing.revision)})

        def page() -> ResponseReturnValue:
            sentences = differences(editing.schedule, one.schedule, chips.names)
            times = Times(editing.now, editing.schedule.time_zone)
            return form_page("console/revision_restore.html", form, key=key, one=one, sentences=sentences, times=times)

        if request.method == "GET":
            return page()
        return self._steps.take(
            Edit(
                key=key,
                form=form,
                draft=lambda _, editing: _restored(editing, form, one.schedule),
                page=page,
                action="rotation.restored",
                title=f"revision {number} of {key} restored",
                done=f"Revision {number} is restored, as a new one.",
            )
        )

    def withdraw(self, key: str) -> ResponseReturnValue:
        form = WithdrawForm()

        def page() -> ResponseReturnValue:
            for error in form.form_errors:
                flash(error, "red")
            return redirect(f"/rotations/{key}/revisions", 303)

        return self._steps.take(
            Edit(
                key=key,
                form=form,
                draft=lambda _, editing: _withdrawn(editing, form),
                page=page,
                action="rotation.withdrawn",
                title=f"a plan of {key} withdrawn",
                done="The plan is withdrawn: what held before it goes on.",
                back="Back",
                button="Withdraw the plan",
                start=f"/rotations/{key}/revisions",
            )
        )

    def _viewed(self, session: Session, key: str) -> tuple[Editing, list[Saved]]:
        try:
            return rotations.view(session, key, self._database.now(session)), revisions.saved(session, key)
        except UnknownSchedule:
            abort(404)


def _standing(one: Saved, found: Sequence[Saved], editing: Editing) -> Standing | None:
    if one is revisions.in_force(found, editing.now):
        return Standing.IN_FORCE
    if one.effective_at <= editing.now:
        return None
    if one is not revisions.in_force(found, one.effective_at):
        return Standing.REPLACED
    return Standing.PLANNED if one.effective_at in _instants(rotations.planned(editing)) else None


def _instants(planned: Sequence[Revision]) -> set[datetime]:
    return {revision.effective_at for revision in planned}


def _restored(editing: Editing, form: RestoreForm, schedule: Schedule) -> Draft | None:
    at = form.effective_at(editing)
    if form.holds_from.errors:
        return None
    if form.dated.data == "stay":
        return form.drafted(editing, _with_dated_of(editing.history.in_force(at or editing.now)[0], schedule), at)
    draft = form.drafted(editing, schedule, at)
    return draft and rotations.carrying(editing, draft, lambda planned: _with_dated_of(schedule, planned))


def _with_dated_of(one: Schedule, other: Schedule) -> Schedule:
    return replace(other, overrides=one.overrides, absences=one.absences)


def _withdrawn(editing: Editing, form: WithdrawForm) -> Draft | None:
    instants = {at.isoformat(): at for at in _instants(rotations.planned(editing))}
    at = instants.get(form.planned.data or "")
    if at is None:
        form.form_errors.append("There is no such plan: it was withdrawn before, or it holds already.")
        return None
    return rotations.withdrawing(editing, at)
