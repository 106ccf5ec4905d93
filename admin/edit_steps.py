"""The steps of an edit of a schedule: a form, its preview, and saved. Whoever edits first sees what it does.

Every form goes the same way; the preview's page carries what was typed on to the next step, and back.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from flask import abort, flash, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session

from admin.edit_preview import Proposal, in_words
from models.database import Database
from paging import previews, revisions, roster, rotations
from paging.roster import UnknownSchedule
from paging.rotations import Draft, Editing, ScheduleExists

ACCEPTED = "gaps_accepted"
NOT_TYPED = ("csrf_token", "step", "revision", ACCEPTED)


class Step(StrEnum):
    """What the button that was pressed asks for; a form has the first one where its button says nothing."""

    PREVIEW = "preview"
    SAVE = "save"
    BACK = "back"


@dataclass(frozen=True, slots=True)
class Edit:
    """An edit that a form asks for.

    draft      makes it; None, with the reasons in the form, where it cannot be made
    page       the page that has the form, as it was typed
    action     its name in the audit trail
    title      what it is, over its preview
    done       what is said once it is saved
    refusal    what is said before the reason why it is not
    back       what the button says that leads from the preview to `page`
    start      where to begin afresh; '' for the address that the form is sent to
    at_once    it is saved without a preview where nothing speaks against it
    new_zone   the zone of a schedule that is not there yet
    button     what the button says that saves it
    """

    key: str
    form: FlaskForm
    draft: Callable[[Session, Editing], Draft | None]
    page: Callable[[], ResponseReturnValue]
    action: str
    title: str
    done: str
    refusal: str = "Nothing was saved"
    back: str = "Back to the form"
    start: str = ""
    at_once: bool = False
    new_zone: str | None = None
    button: str = "Save"

    @property
    def revision(self) -> int | None:
        """The id of the revision that was edited, where the form tells."""
        typed = self.form["revision"].data if "revision" in self.form else None
        return int(typed) if typed and typed.isascii() and typed.isdigit() else None


class EditSteps:
    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, edit: Edit) -> ResponseReturnValue:
        """Take the step that was asked for."""
        step = request.form.get("step", Step.PREVIEW)
        if step == Step.BACK or not edit.form.validate():
            return edit.page()
        if step == Step.SAVE or edit.at_once:
            return self._save(edit, has_seen_it=step == Step.SAVE)
        with self._database.read() as session:
            proposal = _proposal(session, edit, self._viewed(session, edit))
        return _shown(edit, proposal, asked_to_save=False)

    def _save(self, edit: Edit, has_seen_it: bool) -> ResponseReturnValue:
        try:
            with self._database.write() as session:
                proposal = _proposal(session, edit, self._begun(session, edit))
                will_be_saved = proposal is not None and _may_be_saved(proposal, has_seen_it)
                if proposal and will_be_saved:
                    rotations.save(session, proposal.editing, proposal.draft, current_user.email, edit.action)
        except ScheduleExists:
            # Now its form sees that too, and says so.
            return self._save(edit, has_seen_it)
        if not will_be_saved:
            return _shown(edit, proposal, asked_to_save=has_seen_it)
        flash(edit.done, "green")
        return redirect(f"/rotations/{edit.key}", 303)

    def _viewed(self, session: Session, edit: Edit) -> Editing:
        now = self._database.now(session)
        if edit.new_zone:
            return rotations.begin_new(edit.key, edit.new_zone, now)
        try:
            return rotations.view(session, edit.key, now)
        except UnknownSchedule:
            abort(404)

    def _begun(self, session: Session, edit: Edit) -> Editing:
        if edit.new_zone:
            return self._viewed(session, edit)
        try:
            return rotations.begin(self._database, session, edit.key)
        except UnknownSchedule:
            abort(404)


def _proposal(session: Session, edit: Edit, editing: Editing) -> Proposal | None:
    draft = edit.draft(session, editing)
    if draft is None:
        return None
    return Proposal(
        editing=editing,
        draft=draft,
        preview=previews.preview(session, editing, draft),
        technicians=roster.technicians(session),
        meanwhile=revisions.since(session, edit.key, edit.revision) if edit.revision else [],
    )


def _may_be_saved(proposal: Proposal, has_seen_it: bool) -> bool:
    if proposal.changes_nothing or proposal.preview.silenced or proposal.meanwhile:
        return False
    if not has_seen_it:
        return not proposal.has_warnings
    return not proposal.preview.gaps or ACCEPTED in request.form


def _shown(edit: Edit, proposal: Proposal | None, asked_to_save: bool) -> ResponseReturnValue:
    """What an edit that is not saved leads to: its form where that must be mended, else the preview."""
    if proposal is None:
        return edit.page()
    if proposal.changes_nothing:
        edit.form.form_errors.append(f"{edit.refusal}: that would change nothing.")
        return edit.page()
    if proposal.preview.silenced:
        reasons = [f"{edit.refusal}: {rung}. Change the policy first." for rung in proposal.preview.silenced]
        edit.form.form_errors.extend(reasons)
        return edit.page()
    html = render_template(
        "console/edit_preview.html", edit=edit, carried=_carried(edit, proposal), accepted=ACCEPTED,
        asked_to_save=asked_to_save, **in_words(proposal),
    )  # fmt: skip
    return make_response(html, 409 if proposal.meanwhile else 422 if asked_to_save else 200)


def _carried(edit: Edit, proposal: Proposal) -> list[tuple[str, str]]:
    """What was typed. With the newest revision: what others did since the one that was edited is on this page."""
    typed = [(name, value) for name, value in request.form.items(multi=True) if name not in NOT_TYPED]
    newest = proposal.editing.revision
    return [*typed, ("revision", str(newest))] if edit.revision and newest else typed
