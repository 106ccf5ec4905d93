"""Technicians: the list, add, edit."""

from collections.abc import Sequence

from flask import flash, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from admin import fields, parts, search, ticket_moves, trail, viewer
from admin.chips import Chips
from admin.contact_test_pages import technician_for_me, ways
from admin.duties import Duties, Duty
from admin.form_page import form_page
from admin.guard import Doors, Permission
from admin.parts import FindForm
from admin.search import Edge, Part
from admin.technician_forms import COLUMNS, NewTechnicianForm, OwnTechnicianForm, TechnicianForm, key_from
from models.database import Database
from models.technician import Technician
from paging import contact_proofs, reach, roster
from rules.line import Line


class TechnicianPages:
    def __init__(self, database: Database, line: Line, duties: Duties) -> None:
        self._database = database
        self._line = line
        self._duties = duties

    def open(self, doors: Doors) -> None:
        doors.open("/technicians", "technicians", self.listing, Permission.READ)
        doors.open("/technicians/add", "technician_add", self.add, Permission.EDIT, post=True)
        # Technicians edit how they are paged themselves; whose page it is, the page itself looks at.
        doors.open("/technicians/<key>", "technician", self.edit, Permission.WORK, post=True)

    def listing(self) -> ResponseReturnValue:
        """By name; `q` narrows, `before` and `after` are a technician's key, for the parts below and above."""
        form = FindForm(request.args)
        words = form.words() if form.validate() else []
        with self._database.read() as session:
            now = self._database.now(session)
            found = roster.technicians(session)
            part = _listed(session, words, search.edge())
            duties = _on_call(self._duties.now(session, now))
            proved = contact_proofs.proved(session)
            me = ticket_moves.responder(session).key
        times = viewer.times(now, self._line.policy.time_zone)
        html = render_template(
            "console/technicians.html",
            address=search.address,
            form=form,
            narrowings=[] if form.errors else search.narrowings(form, times),
            part=part,
            chips=Chips(found),
            duties=duties,
            proved=proved,
            me=me if current_user.may(Permission.WORK) else None,
        )
        return make_response(html, 422 if form.errors else 200)

    def add(self) -> ResponseReturnValue:
        form = NewTechnicianForm(time_zone=self._line.policy.time_zone)
        if form.validate_on_submit() and self._create(form):
            return redirect("/technicians", 303)
        return form_page("console/technician.html", form, technician=None)

    def edit(self, key: str) -> ResponseReturnValue:
        with self._database.read() as session:
            technician = technician_for_me(session, key)
        manages = current_user.may(Permission.EDIT)
        form = TechnicianForm(technician=technician) if manages else OwnTechnicianForm(technician=technician)
        errors: list[str] = []
        if form.validate_on_submit():
            errors = self._change(key, form)
            if not errors:
                return redirect("/technicians", 303)
        return self._page(key, form, errors)

    def _page(self, key: str, form: TechnicianForm, errors: list[str]) -> ResponseReturnValue:
        with self._database.read() as session:
            now = self._database.now(session)
            technician = technician_for_me(session, key)
            found = ways(session, technician)
            proofs = contact_proofs.standings(session, technician, now)
        html = render_template(
            "console/technician.html",
            form=form,
            errors=errors,
            technician=technician,
            ways=found,
            proofs=proofs,
            text_number=self._line.text_number,
            times=viewer.times(now, self._line.policy.time_zone),
        )
        return make_response(html, 422 if errors or form.errors else 200)

    def _create(self, form: NewTechnicianForm) -> bool:
        key = form.key.data or key_from(fields.value(form.name))
        if not key:
            fields.complain(form.key, "Type a key: the name has no letter to make one from.")
            return False
        with self._database.write() as session:
            if session.get(Technician, key):
                fields.complain(form.key, f"Another technician has the key '{key}'. Type one that nobody has.")
                return False
            technician = Technician(key=key, **form.values)
            session.add(technician)
            now = self._database.now(session)
            trail.record(session, now, "technician.added", f"technician:{key}", None, form.values)
        flash(f"{technician.name} can be paged. Put {technician.name} into a rotation next.", "green")
        return True

    def _change(self, key: str, form: TechnicianForm) -> list[str]:
        """Save what was typed; answers what speaks against it and has no field of its own."""
        with self._database.write() as session:
            technician = session.get_one(Technician, key)
            before = {name: getattr(technician, name) for name in COLUMNS}
            after = before | form.values
            if before == after:
                return []
            now = self._database.now(session)
            person = roster.person_of(Technician(key=key, **after))
            if silenced := reach.silenced_by_person(session, person, now):
                return [f"Nothing was saved: {rung}. Change the policy first." for rung in silenced]
            if before["phone"] != after["phone"]:
                technician.opted_out_at = None  # that was the other number
            for name, value in after.items():
                setattr(technician, name, value)
            trail.record(session, now, "technician.changed", f"technician:{key}", before, after)
        flash(f"{after['name']} is changed.", "green")
        return []


def _listed(session: Session, words: list[str], edge: Edge | None) -> Part[Technician]:
    statement = select(Technician).where(*map(_matches, words))
    return parts.listed(session, statement, (Technician.name, Technician.key), edge)


def _matches(word: str) -> ColumnElement[bool]:
    """The word is in the technician's name, key, address or one of the numbers."""
    columns = (Technician.name, Technician.key, Technician.email)
    found: list[ColumnElement[bool]] = [column.icontains(word, autoescape=True) for column in columns]
    if digits := search.digits_of(word):
        found += [Technician.phone.contains(digits), Technician.second_phone.contains(digits)]
    return or_(*found)


def _on_call(duties: Sequence[Duty]) -> dict[str, list[str]]:
    """The schedules on which each technician is on call now."""
    found: dict[str, list[str]] = {}
    for duty in duties:
        if holder := duty.answer.technician:
            found.setdefault(holder, []).append(duty.key)
    return found
