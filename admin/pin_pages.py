"""The PINs of a contract: issued and shown once, rotated, revoked."""

from collections.abc import Sequence
from datetime import datetime

from flask import abort, flash, make_response, redirect, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin import contracts, fields, pins, viewer
from admin.contract_pages import ContractPages
from admin.contracts import Taken
from admin.customer_forms import NextPinForm, PinForm
from admin.guard import Doors, Permission
from models.customer import Contract, Pin
from models.database import Database
from rules.line import Line
from rules.pins import Peppers


class TwiceIssued(Exception):
    """A PIN was issued since the page was made that asks for one."""


class PinPages:
    def __init__(self, database: Database, line: Line, peppers: Peppers, pages: ContractPages) -> None:
        self._database = database
        self._line = line
        self._peppers = peppers
        self._pages = pages

    def open(self, doors: Doors) -> None:
        path = "/contracts/<int:number>/pins"
        doors.take(path, "pin_issue", self.issue, Permission.EDIT)
        doors.take(f"{path}/<int:pin>/rotate", "pin_rotate", self.rotate, Permission.EDIT)
        doors.take(f"{path}/<int:pin>/revoke", "pin_revoke", self.revoke, Permission.EDIT)

    def issue(self, number: int) -> ResponseReturnValue:
        form = PinForm()
        if not form.validate_on_submit():
            return self._pages.shown(number, form)
        try:
            with self._database.write() as session:
                contract = self._locked(session, number, form)
                now = self._database.now(session)
                typed, label = form.pin.data or None, form.label.data or None
                pin = pins.issue(session, contract, typed, label, self._peppers, now)
        except Taken as taken:
            fields.complain(form[taken.field], str(taken))
            return self._pages.shown(number, form)
        except TwiceIssued:
            return _issued_before(number)
        return show_pin(self._line, contract, pin, [])

    def rotate(self, number: int, pin: int) -> ResponseReturnValue:
        """Issue one in the place of another, which holds until somebody revokes it."""
        form = NextPinForm()
        try:
            with self._database.write() as session:
                contract = self._locked(session, number, form)
                now = self._database.now(session)
                before = pins.find(session, contract, pin) or abort(404)
                new = pins.issue(session, contract, None, before.label, self._peppers, now)
                others = [each for each in pins.of_contract(session, number) if each.revoked_at is None][:-1]
        except TwiceIssued:
            return _issued_before(number)
        return show_pin(self._line, contract, new, others, now)

    def revoke(self, number: int, pin: int) -> ResponseReturnValue:
        with self._database.write() as session:
            contract = contracts.find(session, number) or abort(404)
            found = pins.find(session, contract, pin) or abort(404)
            done = pins.revoke(session, contract, found, self._database.now(session))
        flash("The PIN is revoked: it opens nothing any more." if done else "That PIN was revoked before.", "green")
        return redirect(f"/contracts/{number}", 303)

    def _locked(self, session: Session, number: int, form: NextPinForm) -> Contract:
        """The contract, if no PIN was issued since the form was made. Raises TwiceIssued."""
        contract = contracts.find(session, number, lock=True) or abort(404)
        if form.newest.data != str(pins.newest(session, number)):
            raise TwiceIssued
        return contract


def _issued_before(number: int) -> ResponseReturnValue:
    flash("No PIN was issued: another one was, since that page was made. Is it yours? Then all is done.", "amber")
    return redirect(f"/contracts/{number}", 303)


def show_pin(
    line: Line, contract: Contract, pin: str, before: Sequence[Pin], now: datetime | None = None
) -> ResponseReturnValue:
    """The only time that a PIN is seen: it is not kept, here or in the browser. `before`: those it may replace."""
    times = viewer.times(now, line.policy.time_zone) if now else None
    html = render_template("console/pin.html", contract=contract, pin=pin, line=line, before=before, times=times)
    response = make_response(html)
    response.headers["Cache-Control"] = "no-store"
    return response
