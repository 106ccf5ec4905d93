"""The forms of the door, and the pages that ask with them."""

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Response, make_response, render_template, request
from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from admin.kept import Kept
from admin.local_paths import is_local

ENDED = "Your session has ended. Sign in again: what you typed is kept, and nothing of it was sent."


class SignInForm(FlaskForm):
    email = EmailField("E-mail", [InputRequired("Type your e-mail address."), Length(max=254)])
    password = PasswordField("Password", [InputRequired("Type your password."), Length(max=1024)])


class CodeForm(FlaskForm):
    code = StringField("Code", [InputRequired("Type the code."), Length(max=64)])


@dataclass(frozen=True, slots=True)
class Wrong:
    """A try that opened nothing, in words."""

    words: str
    status: int = 401


def wanted() -> str:
    """Where the visitor wanted to go: a page of ours."""
    target = request.args.get("next", "/")
    return target if is_local(target) else "/"


def ask(form: FlaskForm, wrong: Wrong | None, target: str, kept: Kept | None) -> Response:
    """The page with the form; it leads on to `target`, and carries what is kept."""
    door = "/sign-in/code" if isinstance(form, CodeForm) else "/sign-in"
    action = f"{door}?{urlencode({'next': target})}" if target != "/" else door
    template = "console/sign_in_code.html" if isinstance(form, CodeForm) else "console/sign_in.html"
    html = render_template(template, form=form, wrong=wrong.words if wrong else None, action=action, kept=kept)
    return make_response(html, wrong.status if wrong else 422 if form.errors else 200)


def ask_again(kept: Kept) -> Response:
    """Who has sent a form without a session signs in first; what was typed comes along."""
    return ask(SignInForm(formdata=None), Wrong(ENDED), kept.page, kept)


def form_again(kept: Kept) -> Response:
    """Signed in: the way back to the form that waits, with what was typed."""
    return make_response(render_template("console/form_again.html", kept=kept))
