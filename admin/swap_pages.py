"""A swap: two technicians take each other's shifts, in one act."""

from collections.abc import Sequence

from flask import request
from flask.typing import ResponseReturnValue

from admin import fields
from admin.chips import Chips
from admin.coming import coming
from admin.dated_forms import SwapForm, name_of_shift
from admin.edit_steps import Edit, EditSteps
from admin.form_page import form_page
from admin.guard import Doors, Permission
from admin.rotation_views import viewed
from admin.times import Times
from models.database import Database
from paging import roster, rotations
from paging.previews import LOOKED_AHEAD
from paging.rotations import Draft, Editing
from rules import edits
from rules.on_call import Override, ShiftSpan


class SwapPages:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._steps = EditSteps(database)

    def open(self, doors: Doors) -> None:
        doors.open("/rotations/<key>/swap", "rotation_swap", self.swap, Permission.EDIT, post=True)

    def swap(self, key: str) -> ResponseReturnValue:
        with self._database.read() as session:
            editing = viewed(self._database, session, key)
            chips = Chips(roster.technicians(session))
        spans = _shifts(editing)
        times = Times(editing.now, editing.schedule.time_zone)
        form = SwapForm(data=_begun_with(spans, request.args.get("shift")) | {"revision": str(editing.revision)})
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


def _shifts(editing: Editing) -> list[ShiftSpan]:
    """Those that can be swapped: the one that goes on, and all that begin in the next eight weeks."""
    spans = coming(editing.history, editing.now, LOOKED_AHEAD)
    return [span for span in spans if isinstance(span, ShiftSpan)]


def _begun_with(spans: Sequence[ShiftSpan], asked_at: str | None) -> dict[str, str | None]:
    """The shift at which the swap was asked, else the first, and the first by somebody else."""
    one = next((span for span in spans if name_of_shift(span) == asked_at), spans[0] if spans else None)
    other = next((span for span in spans if one and span.technician != one.technician), None)
    return {"one": name_of_shift(one) if one else None, "other": name_of_shift(other) if other else None}


def _swapped(editing: Editing, form: SwapForm) -> Draft | None:
    spans = {name_of_shift(span): span for span in _shifts(editing)}
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
