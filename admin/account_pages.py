"""The own account: the password, the second step, and where one is signed in."""

from flask import flash, make_response, redirect, render_template, session
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import Session

from admin import accounts, fields, lockout, proofs, second_step, sessions, trail, viewer
from admin.account_forms import ConfirmForm, EnrolForm, PasswordForm
from admin.form_page import form_page
from admin.guard import Doors, Permission
from admin.qr import as_svg
from models.account import User
from models.database import Database

ENROLLING = "enrolling"
"""In the browser's session: the secret that is shown and not confirmed yet."""
CONFIRM = "confirm"
"""Two forms of one page have a field for the password: this tells them apart."""
WRONG = "This is not your password."
WRONG_CODE = "This code does not fit. Type the newest one; if none fits, set the telephone's clock to automatic."


class AccountPages:
    def __init__(self, database: Database, zone: str) -> None:
        """`zone`: whose clocks the pages show where the reader's are unknown."""
        self._database = database
        self._zone = zone

    def open(self, doors: Doors) -> None:
        needs = Permission.READ
        doors.open("/account", "account", self.page, needs)
        doors.take("/account/password", "account_password", self.change_password, needs)
        doors.open("/account/second-step", "second_step", self.enrol, needs, post=True)
        doors.take("/account/second-step/off", "second_step_off", self.turn_off, needs)
        doors.take("/account/recovery-codes", "recovery_codes", self.renew_codes, needs)
        doors.take("/account/sessions", "account_sessions", self.end_others, needs)
        doors.take("/account/sessions/<int:number>", "account_session", self.end_one, needs)

    def page(self) -> ResponseReturnValue:
        return self._render(PasswordForm(formdata=None), ConfirmForm(formdata=None, prefix=CONFIRM))

    def change_password(self) -> ResponseReturnValue:
        form = PasswordForm()
        if not form.validate_on_submit() or not self._proved(form):
            return self._render(form, ConfirmForm(formdata=None, prefix=CONFIRM))
        with self._database.write() as rows:
            user = _me(rows)
            accounts.set_password(rows, user, fields.value(form.new), but=current_user.session_id)
            self._record(rows, "password_changed")
        flash("Your password is changed. You are signed out everywhere else.", "green")
        return redirect("/account", 303)

    def enrol(self) -> ResponseReturnValue:
        """Show a secret until a code of it is typed; then the recovery codes, this once."""
        form = EnrolForm()
        secret = session.setdefault(ENROLLING, second_step.new_secret())
        with self._database.read() as rows:
            if _me(rows).totp_secret:
                return redirect("/account", 303)
        if form.validate_on_submit():
            with self._database.write() as rows:
                now = self._database.now(rows)
                codes = second_step.turn_on(rows, _me(rows), secret, fields.value(form.code), now)
                if codes:
                    self._record(rows, "second_step_turned_on")
            if codes:
                session.pop(ENROLLING)
                return _show(codes)
            fields.complain(form.code, WRONG_CODE)
        link = second_step.link(secret, current_user.email)
        return _not_kept(form_page("console/second_step.html", form, secret=secret, link=link, picture=as_svg(link)))

    def turn_off(self) -> ResponseReturnValue:
        form = ConfirmForm(prefix=CONFIRM)
        if not form.validate_on_submit() or not self._proved(form):
            return self._render(PasswordForm(formdata=None), form)
        with self._database.write() as rows:
            second_step.turn_off(rows, _me(rows))
            self._record(rows, "second_step_turned_off")
        flash("From now on your password alone signs in.", "amber")
        return redirect("/account", 303)

    def renew_codes(self) -> ResponseReturnValue:
        form = ConfirmForm(prefix=CONFIRM)
        if not form.validate_on_submit() or not self._proved(form):
            return self._render(PasswordForm(formdata=None), form)
        with self._database.write() as rows:
            user = _me(rows)
            if user.totp_secret is None:
                return redirect("/account", 303)
            codes = second_step.new_recovery_codes(rows, user)
            self._record(rows, "recovery_codes_renewed")
        return _show(codes)

    def end_others(self) -> ResponseReturnValue:
        with self._database.write() as rows:
            if ended := sessions.end_all(rows, current_user.id, but=current_user.session_id):
                self._record(rows, "signed_out")
        flash("You are signed out everywhere else." if ended else "You were signed in nowhere else.", "green")
        return redirect("/account", 303)

    def end_one(self, number: int) -> ResponseReturnValue:
        with self._database.write() as rows:
            if ended := sessions.end(rows, current_user.id, number):
                self._record(rows, "signed_out")
        flash("You are signed out there." if ended else "That session had ended before.", "green")
        return redirect("/account", 303)

    def _proved(self, form: ConfirmForm) -> bool:
        """Whether the password is the own one; wrong ones count as at the door. False says why at the field."""
        try:
            user = proofs.password_of(self._database, current_user.email, fields.value(form.current))
        except lockout.LockedOut as locked:
            fields.complain(form.current, str(locked))
            return False
        if user is None:
            fields.complain(form.current, WRONG)
            return False
        with self._database.write() as rows:
            lockout.forgive(rows, user.email, self._database.now(rows))
        return True

    def _record(self, rows: Session, action: str) -> None:
        now = self._database.now(rows)
        trail.record(rows, now, f"user.{action}", f"user:{current_user.email}", None, None)

    def _render(self, password_form: PasswordForm, confirm_form: ConfirmForm) -> ResponseReturnValue:
        with self._database.read() as rows:
            now = self._database.now(rows)
            html = render_template(
                "console/account.html",
                user=_me(rows),
                password_form=password_form,
                confirm_form=confirm_form,
                codes_left=second_step.codes_left(rows, current_user.id),
                sessions=sessions.of_user(rows, current_user.id, now),
                times=viewer.times(now, self._zone),
            )
        return make_response(html, 422 if password_form.errors or confirm_form.errors else 200)


def _me(rows: Session) -> User:
    return rows.get_one(User, current_user.id)


def _show(codes: list[str]) -> ResponseReturnValue:
    """The only time that recovery codes are seen: they are not kept, here or in the browser."""
    return _not_kept(render_template("console/recovery_codes.html", codes=codes))


def _not_kept(answer: ResponseReturnValue) -> ResponseReturnValue:
    response = make_response(answer)
    response.headers["Cache-Control"] = "no-store"
    return response
