"""The booked maintenance windows of a contract: the list, a new one, one cancelled."""

from flask import abort, flash, make_response, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user
from wtforms import HiddenField

from admin import contracts, fields, windows
from admin.guard import Doors, Permission
from admin.kept import KeptForm
from admin.times import Times
from admin.windows import Unbookable
from models.customer import Contract
from models.database import Database
from rules.line import Line


class WindowForm(KeptForm):
    """Local wall clock of the contract's site. `zone`: whose clocks the page named."""

    zone = HiddenField()
    start = fields.wall("From", "Type when the window begins.")
    until = fields.wall("Until", "Type when it ends.")
    reference = fields.words("Reference", "Type the customer's reference, such as CHG-7.", 120)


class MaintenancePages:
    def __init__(self, database: Database, line: Line) -> None:
        self._database = database
        self._line = line

    def open(self, doors: Doors) -> None:
        path = "/contracts/<int:number>/maintenance"
        doors.open(path, "maintenance", self.windows, Permission.EDIT, post=True)
        doors.take(f"{path}/<int:window>/cancel", "maintenance_cancel", self.cancel, Permission.EDIT)

    def windows(self, number: int) -> ResponseReturnValue:
        form = WindowForm()
        if form.validate_on_submit() and self._book(number, form):
            return redirect(f"/contracts/{number}/maintenance", 303)
        with self._database.read() as session:
            contract = contracts.find(session, number) or abort(404)
            now = self._database.now(session)
            booked = [each for each in windows.listed(session, number) if each.ends_at > now]
        zone = form.zone.data = self._zone(contract)
        html = render_template(
            "console/maintenance.html", contract=contract, form=form, windows=booked, times=Times(now, zone)
        )
        return make_response(html, 422 if form.errors else 200)

    def cancel(self, number: int, window: int) -> ResponseReturnValue:
        with self._database.write() as session:
            contract = contracts.find(session, number) or abort(404)
            done = windows.cancel(session, contract, window, self._database.now(session), current_user.email)
        flash("The window is cancelled." if done else "That window was cancelled before.", "green")
        return redirect(f"/contracts/{number}/maintenance", 303)

    def _book(self, number: int, form: WindowForm) -> bool:
        """False, with the reason at its field, where the window cannot be booked."""
        try:
            with self._database.write() as session:
                contract = contracts.find(session, number) or abort(404)
                zone, now = self._zone(contract), self._database.now(session)
                if form.zone.data != zone:
                    fields.complain(form.start, f"The site is in {zone}: look the times over, then book the window.")
                    return False
                starts_at, ends_at = fields.instant(form.start, zone), fields.instant(form.until, zone)
                if starts_at is None or ends_at is None:
                    return False
                reference = fields.value(form.reference)
                windows.book(session, contract, starts_at, ends_at, reference, now, current_user.email)
        except Unbookable as wrong:
            fields.complain(form.start if wrong.field == "from" else form.until, str(wrong))
            return False
        if windows.is_staffed_throughout(self._line.policy.line_calendar, starts_at, ends_at):
            flash(f"The window is booked. {windows.STAFFED}", "amber")
        else:
            flash("The window is booked. The technician on call is paged when it begins.", "green")
        return True

    def _zone(self, contract: Contract) -> str:
        return contract.site_time_zone or self._line.policy.time_zone
