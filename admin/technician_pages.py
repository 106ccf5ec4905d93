"""Technicians: the list, add, edit."""

from datetime import datetime
from typing import Any

from flask import abort, flash, redirect, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin import fields, trail
from admin.chips import Chips
from admin.form_page import form_page
from admin.guard import Doors, Permission
from admin.technician_forms import NewTechnicianForm, TechnicianForm, key_from
from models.database import Database
from models.technician import Technician
from paging import roster
from rules.line import Line

COLUMNS = ("name", "phone", "email", "time_zone")


class TechnicianPages:
    def __init__(self, database: Database, line: Line) -> None:
        self._database = database
        self._line = line

    def open(self, doors: Doors) -> None:
        doors.open("/technicians", "technicians", self.listing, Permission.READ)
        doors.open("/technicians/add", "technician_add", self.add, Permission.EDIT, post=True)
        doors.open("/technicians/<key>", "technician", self.edit, Permission.EDIT, post=True)

    def listing(self) -> ResponseReturnValue:
        with self._database.read() as session:
            now = self._database.now(session)
            found = roster.technicians(session)
            duties = _duties(session, now)
        chips = Chips(found)
        return render_template("console/technicians.html", technicians=list(found.values()), chips=chips, duties=duties)

    def add(self) -> ResponseReturnValue:
        form = NewTechnicianForm(time_zone=self._line.policy.time_zone)
        if form.validate_on_submit() and self._create(form):
            return redirect("/technicians", 303)
        return form_page("console/technician.html", form, technician=None)

    def edit(self, key: str) -> ResponseReturnValue:
        with self._database.read() as session:
            technician = session.get(Technician, key) or abort(404)
        form = TechnicianForm(obj=technician)
        if form.validate_on_submit():
            self._change(key, form)
            return redirect("/technicians", 303)
        return form_page("console/technician.html", form, technician=technician)

    def _create(self, form: NewTechnicianForm) -> bool:
        key = form.key.data or key_from(fields.value(form.name))
        if not key:
            fields.complain(form.key, "Type a key: the name has no letter to make one from.")
            return False
        with self._database.write() as session:
            if session.get(Technician, key):
                fields.complain(form.key, f"Another technician has the key '{key}'. Type one that nobody has.")
                return False
            technician = Technician(key=key, **_values(form))
            session.add(technician)
            now = self._database.now(session)
            trail.record(session, now, "technician.added", f"technician:{key}", None, _values(form))
        flash(f"{technician.name} can be paged. Put {technician.name} into a rotation next.", "green")
        return True

    def _change(self, key: str, form: TechnicianForm) -> None:
        with self._database.write() as session:
            technician = session.get_one(Technician, key)
            before = {name: getattr(technician, name) for name in COLUMNS}
            after = _values(form)
            if before == after:
                return
            for name, value in after.items():
                setattr(technician, name, value)
            now = self._database.now(session)
            trail.record(session, now, "technician.changed", f"technician:{key}", before, after)
        flash(f"{after['name']} is changed.", "green")


def _values(form: TechnicianForm) -> dict[str, Any]:
    return {name: form[name].data or None for name in COLUMNS}


def _duties(session: Session, now: datetime) -> dict[str, list[str]]:
    """The schedules on which each technician is on call now."""
    duties: dict[str, list[str]] = {}
    for key in roster.schedule_keys(session):
        if holder := roster.on_call_now(session, key, now).technician:
            duties.setdefault(holder, []).append(key)
    return duties
