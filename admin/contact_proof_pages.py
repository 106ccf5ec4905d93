"""A technician's addresses, proved by a code that is sent to them and typed here."""

import re

from flask import abort, flash, redirect
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from wtforms import StringField
from wtforms.validators import InputRequired

from admin import fields, trail
from admin.contact_test_pages import technician_for_me
from admin.form_page import form_page
from admin.guard import Doors, Permission
from models.database import Database
from models.technician import Technician
from paging import contact_proofs
from paging.contact_proofs import MOST_IN_AN_HOUR, Sent, Typed, Way
from rules.line import Line

REFUSED = {
    Sent.TOO_SOON: "A code was sent less than a minute ago: look there, or wait and press again.",
    Sent.TOO_MANY: f"{MOST_IN_AN_HOUR} codes were sent within an hour. Wait an hour, then press again.",
    Sent.PROVED_BEFORE: "This address is proved already.",
}
NO_CODE = "This code counts no more: send a new one."


class CodeForm(FlaskForm):
    code = StringField("Code", [InputRequired("Type the 6 digits.")], [fields.stripped])


class ContactProofPages:
    def __init__(self, database: Database, line: Line) -> None:
        self._database = database
        self._line = line

    def open(self, doors: Doors) -> None:
        """A technician proves the own addresses; whose they are, the views look at."""
        path = "/technicians/<key>/proofs/<way>"
        doors.open(path, "contact_proof", self.prove, Permission.WORK, post=True)
        doors.take(f"{path}/send", "contact_proof_send", self.send, Permission.WORK)

    def send(self, key: str, way: str) -> ResponseReturnValue:
        """Send a code to one address."""
        chosen = _way(way)
        with self._database.write() as session:
            technician = _locked(session, key)
            address = _address(technician, chosen)
            now = self._database.now(session)
            sent = contact_proofs.send(session, self._line, technician, chosen, address, now)
            if sent is Sent.SENT:
                trail.record(session, now, "technician.code_sent", f"technician:{key}", None, {"address": address})
        if sent is Sent.SENT:
            how = "by a call to" if contact_proofs.is_spoken(technician, chosen) else "to"
            flash(f"A code leaves now {how} {address}.", "green")
            return redirect(f"/technicians/{key}/proofs/{chosen}", 303)
        flash(REFUSED[sent], "amber")
        return redirect(f"/technicians/{key}#proofs", 303)

    def prove(self, key: str, way: str) -> ResponseReturnValue:
        """Type the code that was sent."""
        chosen = _way(way)
        with self._database.read() as session:
            technician = technician_for_me(session, key)
            address = _address(technician, chosen)
        form = CodeForm()
        if form.validate_on_submit() and self._is_proved(key, chosen, form):
            flash(f"{address} is proved.", "green")
            return redirect(f"/technicians/{key}#proofs", 303)
        return form_page(
            "console/contact_proof.html",
            form,
            technician=technician,
            address=address,
            way=chosen,
            by_call=contact_proofs.is_spoken(technician, chosen),
        )

    def _is_proved(self, key: str, way: Way, form: CodeForm) -> bool:
        code = re.sub(r"[ -]", "", fields.value(form.code))
        with self._database.write() as session:
            technician = _locked(session, key)
            address = _address(technician, way)
            now = self._database.now(session)
            typed = contact_proofs.prove(session, technician, address, code, now)
            if typed is Typed.PROVED:
                trail.record(session, now, "technician.address_proved", f"technician:{key}", None, {"address": address})
        if typed is Typed.WRONG:
            fields.complain(form.code, "This is not the code that was sent last. Look again.")
        elif typed is Typed.OVER:
            fields.complain(form.code, NO_CODE)
        return typed is Typed.PROVED


def _way(way: str) -> Way:
    return Way(way) if way in set(Way) else abort(404)


def _locked(session: Session, key: str) -> Technician:
    technician_for_me(session, key)
    return contact_proofs.lock(session, key) or abort(404)


def _address(technician: Technician, way: Way) -> str:
    return contact_proofs.address_of(technician, way) or abort(404)
