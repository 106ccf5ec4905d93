"""Asking for a swap: a colleague is asked to take one of my shifts, or I offer to take one of theirs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import Session
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired

from admin import fields, search, ticket_moves
from admin.chips import Chips
from admin.coming import coming
from admin.dated_forms import name_of_shift
from admin.form_page import form_page
from admin.guard import Doors, Permission
from admin.kept import KeptForm
from admin.rotation_views import viewed
from admin.times import Times
from models.database import Database
from models.technician import Technician
from paging import roster, rotations, swaps
from paging.previews import LOOKED_AHEAD
from paging.rotations import Editing
from paging.swaps import SwapRefused, Wish
from rules.line import Line
from rules.on_call import ShiftSpan
from rules.swaps import Piece

NO_TECHNICIAN = "No technician on file has your e-mail address: only technicians ask for swaps."
CHOOSE = "Choose a shift that has not begun yet."


class OfferForm(KeptForm):
    words = fields.words("A few words", longest=200)


class AskForm(OfferForm):
    """`colleague` is a technician's key, for nothing in return, or what `name_of_shift` calls a shift of theirs."""

    colleague = SelectField("Who takes it", [InputRequired("Choose who is asked.")])


@dataclass(frozen=True, slots=True)
class Asking:
    """The shift that the page is about, as `me` finds it."""

    editing: Editing
    me: str
    span: ShiftSpan
    technicians: Mapping[str, Technician]

    @property
    def is_mine(self) -> bool:
        return self.span.technician == self.me

    @property
    def times(self) -> Times:
        return Times(self.editing.now, self.editing.schedule.time_zone)


class SwapAskingPages:
    def __init__(self, database: Database, line: Line) -> None:
        self._database = database
        self._line = line

    def open(self, doors: Doors) -> None:
        doors.open("/swaps/ask", "swap_ask", self.ask, Permission.WORK, post=True)

    def ask(self) -> ResponseReturnValue:
        with self._database.read() as session:
            found = self._found(session)
        if isinstance(found, str):
            flash(found, "amber")
            return redirect("/swaps", 303)
        form = AskForm() if found.is_mine else OfferForm()
        if isinstance(form, AskForm):
            form.colleague.choices = list(_choices(found))
        if form.validate_on_submit() and self._post(found, form):
            return redirect("/swaps", 303)
        chips = Chips(found.technicians)
        return form_page("console/swap_ask.html", form, asking=found, chips=chips, times=found.times)

    def _found(self, session: Session) -> Asking | str:
        """The shift that the address names; in words why there is none."""
        me = ticket_moves.responder(session).key
        if me is None:
            return NO_TECHNICIAN
        key, shift = search.asked_for("schedule"), request.args.get("shift")
        if not key:
            return CHOOSE
        editing = viewed(self._database, session, key)
        span = next((span for span in ahead(editing) if name_of_shift(span) == shift), None)
        return Asking(editing, me, span, roster.technicians(session)) if span else CHOOSE

    def _post(self, asking: Asking, form: OfferForm) -> bool:
        wish = _wish(asking, form)
        try:
            with self._database.write() as session:
                editing = rotations.begin(self._database, session, asking.editing.key)
                swaps.ask(session, self._line, editing, wish, current_user.email)
        except SwapRefused as refused:
            form.form_errors.append(str(refused))
            return False
        name = asking.technicians[wish.asked_of].name
        flash(f"{name} is asked. Nothing changes until {name} accepts.", "green")
        return True


def ahead(editing: Editing) -> list[ShiftSpan]:
    """The shifts that begin in the next eight weeks."""
    spans = coming(editing.history, editing.now, LOOKED_AHEAD)
    return [span for span in spans if isinstance(span, ShiftSpan) and span.start > editing.now]


def _wish(asking: Asking, form: OfferForm) -> Wish:
    span, me = asking.span, asking.me
    words = fields.value(form.words) or None
    if not isinstance(form, AskForm):
        return Wish(me, span.technician, (Piece(span.technician, me, span.start, span.end),), words)
    chosen: str = fields.value(form.colleague)
    theirs = next((other for other in ahead(asking.editing) if name_of_shift(other) == chosen), None)
    colleague = theirs.technician if theirs else chosen
    given = Piece(me, colleague, span.start, span.end)
    taken = (Piece(colleague, me, theirs.start, theirs.end),) if theirs else ()
    return Wish(me, colleague, (given, *taken), words)


def _choices(asking: Asking) -> Iterator[SelectChoice]:
    """A colleague with one of their shifts in return, then every colleague with nothing in return."""
    times = asking.times
    yield SelectChoice(value="", label="Choose a colleague")
    for span in ahead(asking.editing):
        if span.technician != asking.me and (colleague := asking.technicians.get(span.technician)):
            words = f"{colleague.name}: {times.full(span.start)} until {times.full(span.end)}"
            yield SelectChoice(value=name_of_shift(span), label=words, optgroup="I take one of theirs")
    for key, colleague in asking.technicians.items():
        if key != asking.me:
            yield SelectChoice(value=key, label=colleague.name, optgroup="Nothing in return")
