"""What was typed into a form whose session had ended: kept through the sign-in, and shown in its form again.

It travels in the pages themselves, as a hidden field, and is never executed: the form's page is asked for as by GET,
with every check of that page, and fills its form in. Secrets are not kept, nor what another site sent here.
"""

import json
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, current_app, flash, request
from flask_wtf import FlaskForm
from flask_wtf.csrf import CSRFError, validate_csrf
from flask_wtf.form import _Auto
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException
from wtforms import ValidationError

from admin.local_paths import is_local, local_path

FIELD = "kept"
"""The hidden field on the way through the sign-in."""
AGAIN = "form_again"
"""The hidden field of the request that shows the form again."""
NEVER_KEPT = ("csrf", "password", "pin", "current", "code", "upload", FIELD, AGAIN)
"""Secrets, and a file, which may hold PINs."""
ENVIRON = "platinum.kept"
SENT_NOTHING = "Here is your form again. Nothing was sent yet: look it over, then send it."


@dataclass(frozen=True, slots=True)
class Kept:
    """`page` shows the form, `action` is where it was sent; `fields` are what was typed, in its order."""

    page: str
    action: str
    fields: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return json.dumps([self.page, self.action, self.fields])

    @property
    def typed(self) -> list[tuple[str, str]]:
        """For a person to read."""
        return [(name.replace("_", " "), value) for name, value in self.fields if value]


def read(text: str) -> Kept | None:
    """What a hidden field holds; None if it is nothing of ours."""
    try:
        page, action, fields = json.loads(text)
        kept = Kept(page, action, tuple((str(name), str(value)) for name, value in fields))
    except (ValueError, TypeError, RecursionError):
        return None
    return kept if isinstance(page, str) and isinstance(action, str) and is_local(page) else None


def carried() -> Kept | None:
    """What this request carries through the sign-in."""
    return read(request.form.get(FIELD, ""))


def of_request() -> Kept | None:
    """What this request, which may not go on, wanted to send from a page of ours."""
    sent_from = local_path(request.referrer)
    if request.method != "POST" or sent_from is None:
        return None
    if again := read(request.form.get(AGAIN, "")):
        return again
    page = next((path for path in (sent_from, request.path) if _is_page(path)), "/")
    return Kept(page, request.path, tuple(not_secret()))


def not_secret() -> list[tuple[str, str]]:
    """The fields of this request's form, but for secrets."""
    fields = request.form.items(multi=True)
    return [(name, value) for name, value in fields if not any(word in name.lower() for word in NEVER_KEPT)]


def here() -> Kept | None:
    """What the page of this request shows again."""
    return request.environ.get(ENVIRON)


def was_sent_to(path: str) -> bool:
    """Whether the page of this request shows a form again that was sent to this address."""
    kept = here()
    return kept is not None and kept.action == path


class KeptForm(FlaskForm):
    """A form that can be filled in with what was kept. That does not submit it."""

    class Meta(FlaskForm.Meta):
        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            kept = here()
            if formdata is _Auto and kept:
                return MultiDict(kept.fields)
            return super().wrap_formdata(form, formdata)


def show_again(app: Flask) -> None:
    """Answer requests for a form that shall be shown again. Call it after the protection against forged requests."""

    @app.before_request
    def answer() -> Response | None:
        # Programs bring no cookie, and are not kept waiting.
        if request.method != "POST" or "HTTP_COOKIE" not in request.environ or not _is_page(request.path):
            return None
        kept = read(request.form.get(AGAIN, ""))
        if kept is None:
            return None
        try:
            validate_csrf(request.form.get("csrf_token"))
        except ValidationError as error:
            raise CSRFError(str(error)) from None
        return _page_with(app, kept)


def _page_with(app: Flask, kept: Kept) -> Response:
    """The page of this address as by GET, with the form filled in."""
    environ = {**request.environ, "REQUEST_METHOD": "GET", "CONTENT_LENGTH": "0", "CONTENT_TYPE": "", ENVIRON: kept}
    environ.pop("werkzeug.request", None)
    with app.request_context(environ):
        flash(SENT_NOTHING, "blue")
        return app.full_dispatch_request()


def _is_page(path: str) -> bool:
    """Whether a browser can open this address of the console, past the sign-in."""
    adapter = current_app.create_url_adapter(request)
    try:
        endpoint = adapter.match(path.partition("?")[0], method="GET")[0] if adapter else ""
    except HTTPException:
        return False
    return endpoint.startswith("console.") and not endpoint.startswith("console.sign_in")
