"""The door: sign in, sign out."""

from typing import Any

from flask import flash, make_response, redirect, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user, logout_user
from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField
from wtforms.validators import InputRequired, Length

from admin.accounts import check_password
from admin.fields import value
from admin.guard import Doors, SignedIn
from admin.local_paths import is_local
from models.database import Database

WRONG = "This e-mail address and password do not belong together. Check both; an admin can give you a new password."


class SignInForm(FlaskForm):
    email = EmailField("E-mail", [InputRequired("Type your e-mail address."), Length(max=254)])
    password = PasswordField("Password", [InputRequired("Type your password."), Length(max=1024)])


class SignIn:
    def __init__(self, database: Database, limiter: Any) -> None:
        """`limiter` slows down who tries passwords (Flask-Limiter)."""
        self._database = database
        self._limiter = limiter

    def open(self, doors: Doors) -> None:
        slowed = self._limiter.limit("10 per minute; 60 per hour", methods=["POST"])(self.page)
        doors.open("/sign-in", "sign_in", slowed, None, post=True)
        doors.take("/sign-out", "sign_out", self.leave, None)

    def page(self) -> ResponseReturnValue:
        """Ask for e-mail and password; go on to where the visitor wanted to go."""
        wanted = request.args.get("next", "/")
        target = wanted if is_local(wanted) else "/"
        if current_user.is_authenticated:
            return redirect(target)
        form = SignInForm()
        wrong = None
        if form.validate_on_submit():
            if self._enter(value(form.email), value(form.password)):
                return redirect(target, 303)
            wrong = WRONG
        html = render_template("console/sign_in.html", form=form, wrong=wrong)
        return make_response(html, 401 if wrong else 422 if form.errors else 200)

    def leave(self) -> ResponseReturnValue:
        logout_user()
        session.clear()
        flash("You are signed out.", "green")
        return redirect("/sign-in", 303)

    def _enter(self, email: str, password: str) -> bool:
        with self._database.read() as rows:
            user = check_password(rows, email.strip(), password)
        if user is None:
            return False
        session.clear()
        session.permanent = True
        return bool(login_user(SignedIn(user)))
