"""The door: sign in, with a code where one is asked; sign out."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from flask import flash, g, redirect, request, session
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user, logout_user
from sqlalchemy.orm import Session

from admin import browsers, kept, lockout, proofs, sessions, trail
from admin.fields import value
from admin.guard import Doors, SignedIn
from admin.sign_in_form import CodeForm, SignInForm, Wrong, ask, form_again, wanted
from models.account import User
from models.database import Database

WRONG = "This e-mail address and password do not belong together. Check both; an admin can give you a new password."
WRONG_CODE = "This code does not open it. Each code counts once: wait for the next one, or type a recovery code."
LATE = "The code was asked for too long ago. Sign in again."
HALF = "half"
TOO_MANY = 429
CODE_WITHIN = timedelta(minutes=10)
"""How long after the password the code is taken."""


class SignIn:
    def __init__(self, database: Database, limiter: Any) -> None:
        """`limiter` slows down who tries passwords (Flask-Limiter)."""
        self._database = database
        self._limiter = limiter

    def open(self, doors: Doors) -> None:
        slowed = self._limiter.shared_limit("10 per minute; 60 per hour", "sign-in", methods=["POST"])
        doors.open("/sign-in", "sign_in", slowed(self.page), None, post=True)
        doors.open("/sign-in/code", "sign_in_code", slowed(self.code_page), None, post=True)
        doors.take("/sign-out", "sign_out", self.leave, None)

    def page(self) -> ResponseReturnValue:
        """Ask for e-mail and password; go on to where the visitor wanted to go, or to the code."""
        if current_user.is_authenticated:
            carried = kept.carried()
            return form_again(carried) if carried else redirect(wanted())
        form = SignInForm()
        wrong = None
        if form.validate_on_submit():
            wrong = self._try_password(value(form.email).strip(), value(form.password))
            if wrong is None:
                return self.onward(wanted())
        return ask(form, wrong, wanted(), kept.carried())

    def code_page(self) -> ResponseReturnValue:
        """Ask who has shown the password for a code."""
        form = CodeForm()
        with self._database.read() as rows:
            user = _half_signed_in(rows, self._database.now(rows))
        if user is None:
            flash(LATE, "amber")
            return redirect("/sign-in")
        wrong = None
        if form.validate_on_submit():
            wrong = self._try_code(value(form.code))
            if wrong is None:
                return self.onward(wanted())
        return ask(form, wrong, wanted(), kept.carried())

    def leave(self) -> ResponseReturnValue:
        if current_user.is_authenticated:
            with self._database.write() as rows:
                sessions.end(rows, current_user.id, current_user.session_id)
        logout_user()
        _forget_visitor()
        flash("You are signed out.", "green")
        return redirect("/sign-in", 303)

    def onward(self, target: str) -> ResponseReturnValue:
        """To the code, to the form that waits to be sent again, or to the page that was asked for."""
        carried = kept.carried()
        if HALF in session:
            if carried:
                return ask(CodeForm(formdata=None), None, target, carried)
            return redirect(f"/sign-in/code?{urlencode({'next': target})}", 303)
        return form_again(carried) if carried else redirect(target, 303)

    def welcome(self, user: User) -> Wrong | None:
        """Who has shown the password, or comes from the identity provider, is in, or is asked for the code."""
        with self._database.write() as rows:
            now = self._database.now(rows)
            if user.totp_secret is None:
                return self._enter(rows, user, now)
        _forget_visitor()
        session[HALF] = [user.id, user.session_key, now.timestamp()]
        return None

    def _try_password(self, email: str, password: str) -> Wrong | None:
        try:
            user = proofs.password_of(self._database, email, password)
        except lockout.LockedOut as locked:
            return Wrong(str(locked), TOO_MANY)
        if user is None:
            return Wrong(WRONG)
        if user.totp_secret is not None:
            with self._database.write() as rows:
                lockout.take_back(rows, user.email)
        return self.welcome(user)

    def _try_code(self, typed: str) -> Wrong | None:
        try:
            with self._database.write() as rows:
                now = self._database.now(rows)
                user = _half_signed_in(rows, now, lock=True)
                kind = proofs.code_of(rows, user, typed, now) if user else None
                if user is None or kind is None:
                    return Wrong(WRONG_CODE)
                if kind == "recovery code":
                    trail.record_as(rows, user.email, now, "user.recovery_code_used", f"user:{user.email}", None, None)
                return self._enter(rows, user, now)
        except lockout.LockedOut as locked:
            return Wrong(str(locked), TOO_MANY)

    def _enter(self, rows: Session, user: User, now: datetime) -> Wrong | None:
        """The session begins, unless the password was changed meanwhile. A user is locked before what is counted."""
        here = rows.get(User, user.id, populate_existing=True, with_for_update=True)
        if here is None or here.deactivated_at is not None or here.session_key != user.session_key:
            return Wrong(WRONG)
        lockout.forgive(rows, user.email, now)
        browser = browsers.in_words(request.user_agent.string)
        number, secret = sessions.begin(rows, user.id, request.remote_addr or "", browser, now)
        _forget_visitor()
        session.permanent = True
        login_user(SignedIn(here, number, secret))
        return None


def _forget_visitor() -> None:
    """What is known of the browser, and the token of its forms: the page of this answer gets a new one."""
    session.clear()
    g.pop("csrf_token", None)


def _half_signed_in(rows: Session, now: datetime, *, lock: bool = False) -> User | None:
    """The user of this browser who has shown the password, and not yet a code."""
    number, session_key, at = session.get(HALF, (0, "", 0.0))
    user = rows.get(User, number, with_for_update=lock)
    is_current = now.timestamp() - at < CODE_WITHIN.total_seconds()
    if user is None or user.deactivated_at is not None or user.session_key != session_key or not is_current:
        return None
    return user
