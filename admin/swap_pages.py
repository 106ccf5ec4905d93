"""A swap: two technicians take each other's shifts, in one act."""

from dataclasses import replace
from datetime import datetime

from flask import abort, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin import fields
from admin.chips import Chips
from admin.dated_forms import SwapForm, name_of_shift
from admin.edit_steps import Edit, EditSteps
from admin.form_page import form_page
from admin.guard import Doors, Permission
from admin.times import Times
from models.database import Database
from paging import roster, rotations
from paging.previews import LOOKED_AHEAD
from paging.roster import UnknownSchedule
from paging.rotations import Draft, Editing
from rules import edits
from rules.on_call import History, Override, ShiftSpan, on_call, shifts


class SwapPages:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._steps = EditSteps(database)

    def open(self, doors: Doors) -> None:
        doors.open("/rotations/<key>/swap", "rotation_swap", self.swap, Permission.EDIT, post=True)

    def swap(self, key: str) -> ResponseReturnValue:
        with self._database.read() as session:
            editing = self._viewed(session, key)
            chips = Chips(roster.technicians(session))
        spans = coming(editing.history, editing.now)
        times = Times(editing.now, editing.schedule.time_zone)
        form = SwapForm(data={"one": request.args.get("shift"), "revision": str(editing.revision)})
        form.offer(spans, chips.names, times)

        def page() -> ResponseReturnValue:
            return form_page("console/swap.html", form, key=key, times=times, people={s.technician for s in spans})

        if request.method == "GET":
            return page()
        return self._steps.take(
            Edit(
                key=key,
                form=form,
                draft=lambda _, editing: _swapped(editing, form),
                page=page,
                action="shifts.swapped",
                title="a swap of two shifts",
                done="The two shifts are swapped.",
            )
        )

    def _viewed(self, session: Session, key: str) -> Editing:
        try:
            return rotations.view(session, key, self._database.now(session))
        except UnknownSchedule:
            abort(404)


def coming(history: History, now: datetime) -> list[ShiftSpan]:
    """The shifts that begin in the next eight weeks, and the one that goes on, each to its end."""
    spans = shifts(history, now, now + LOOKED_AHEAD)[0]
    ends = [on_call(history, span.start).until if span is spans[-1] else span.end for span in spans]
    return [replace(span, end=end) for span, end in zip(spans, ends, strict=True) if end]


def _swapped(editing: Editing, form: SwapForm) -> Draft | None:
    spans = {name_of_shift(span): span for span in coming(editing.history, editing.now)}
    one, other = (spans.get(field.data) for field in (form.one, form.other))
    if one is None or other is None:
        form.form_errors.append("One of these shifts is no longer there. Choose again.")
        return None
    if one.technician == other.technician:
        fields.complain(form.other, "Both are by the same technician. Choose a shift of somebody else.")
        return None
    overrides = [
        Override(other.technician, one.start, one.end),
        Override(one.technician, other.start, other.end),
    ]
    return rotations.everywhere(editing, lambda schedule: edits.with_swap(schedule, overrides))
