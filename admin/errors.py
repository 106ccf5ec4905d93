"""Errors that say what to do next, with an id to quote that the log has too."""

import logging
import secrets
from dataclasses import dataclass

from flask import Flask, Response, g, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, InternalServerError

from admin import kept
from admin.sign_in_form import SignInForm, Wrong, ask, ask_again, form_again, wanted

log = logging.getLogger("console")


@dataclass(frozen=True, slots=True)
class Explanation:
    title: str
    advice: str


EXPLANATIONS = {
    400: Explanation("This request cannot be understood", "Go back, reload the page and send it once more."),
    403: Explanation(
        "Your role does not allow this",
        "An admin can give you the role that does. Whoever is on call can always be seen on the home page.",
    ),
    404: Explanation("There is no such page", "The address may be mistyped, or what it showed is gone."),
    405: Explanation("This address does not work like that", "Start again from the home page."),
    413: Explanation("That is too much at once", "Shorten what you typed and send it again."),
    429: Explanation(
        "Too many tries to sign in", "Wait a minute, then try again. An admin can give you a new password."
    ),
    500: Explanation(
        "Something broke on our side",
        "Nothing of this request was saved. Pages still go out: the engine runs on its own. Try again in a moment.",
    ),
}
EXPIRED = Explanation(
    "This form is older than your session",
    "Nothing was saved. Below is what you typed: open the form again, look it over, then send it.",
)
AGED = "This page was open for too long. Type your password once more."
CALENDAR = "/calendar/"


def handle_errors(app: Flask) -> None:
    """Answer every error of `app` in the console's words, and programs in theirs."""
    app.register_error_handler(CSRFError, _expired)
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(Exception, _broken)


def _broken(error: Exception) -> ResponseReturnValue:
    log.error("error %s at %s %s", _reference(), request.method, _path(), exc_info=error)
    return _answer(InternalServerError())


def _refused(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None or (error.code or 500) < 400:
        return error
    return _answer(error)


def _expired(error: CSRFError) -> ResponseReturnValue:
    """Nothing typed is lost: it comes along through the sign-in, or is shown with the way back to its form."""
    if request.path.startswith("/sign-in"):
        if current_user.is_authenticated and (carried := kept.carried()):
            return form_again(carried)
        email = request.form.get("email", "")
        return ask(SignInForm(formdata=None, email=email), Wrong(AGED), wanted(), kept.carried())
    typed = kept.of_request()
    if typed and not current_user.is_authenticated:
        return ask_again(typed)
    return _page(400, EXPIRED, typed or kept.Kept("/", request.path, tuple(kept.not_secret())))


def _answer(error: HTTPException) -> ResponseReturnValue:
    code = error.code or 500
    explanation = EXPLANATIONS.get(code, EXPLANATIONS[400 if code < 500 else 500])
    if request.path.startswith("/api/"):
        problem = jsonify(type="about:blank", title=error.name, status=code, detail=error.description, id=_reference())
        return _with_headers(problem, error, code, "application/problem+json")
    if request.path.startswith("/twilio/"):
        return _with_headers(make_response(error.name), error, code, "text/plain")
    return _with_headers(_page(code, explanation, None), error, code, "text/html")


def _with_headers(response: Response, error: HTTPException, code: int, mimetype: str) -> Response:
    """Keep what the error has to say to programs: Allow, Retry-After."""
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    response.status_code = code
    response.mimetype = mimetype
    return response


def _page(code: int, explanation: Explanation, typed: kept.Kept | None) -> Response:
    html = render_template(
        "console/error.html", explanation=explanation, code=code, reference=_reference(), typed=typed
    )
    return make_response(html, code)


def _path() -> str:
    """For the log: the address of a calendar is a secret."""
    return f"{CALENDAR}…" if request.path.startswith(CALENDAR) else request.path


def _reference() -> str:
    """An id for this request, the same on the page and in the log."""
    if "reference" not in g:
        g.reference = secrets.token_hex(4)
    return str(g.reference)
