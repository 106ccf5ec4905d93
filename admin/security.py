"""What protects every page: headers, sessions, forms that only we can have made, and errors that say what to do."""

from collections.abc import Iterable
from contextlib import suppress

from flask import Blueprint, Flask, Request, Response, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from flask_login import LoginManager
from flask_wtf.csrf import CSRFProtect
from sqlalchemy.exc import OperationalError

from admin import errors, kept, sessions
from admin.guard import SignedIn
from models.database import Database

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data:",  # Bootstrap draws its select arrows and check marks as data
        "media-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
LARGEST_REQUEST = 2_000_000
"""Bytes that a page takes: a calendar file is the largest."""
IMPORTS = "/customers/import"
LARGEST_IMPORT = 8_000_000
"""Bytes that the import of customers takes: its file, and the same once more, packed into a form."""


def secure(
    app: Flask,
    database: Database,
    *,
    secret_key: str,
    previous_secret_key: str | None,
    secure_cookies: bool,
    csrf_exempt: Iterable[Blueprint],
) -> None:
    """Protect every answer of `app`. Call it before the blueprints are registered.

    `secure_cookies`: the public address is https. `csrf_exempt` are the blueprints that programs call, each with an
    authentication of its own (a signature, a token).
    """
    app.config.update(
        SECRET_KEY=secret_key,
        SECRET_KEY_FALLBACKS=[previous_secret_key] if previous_secret_key else None,
        SESSION_COOKIE_NAME="platinum_line",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=secure_cookies,
        PERMANENT_SESSION_LIFETIME=sessions.LIFETIME,
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: a page left open all night must still acknowledge
    )
    _let_imports_in(app)
    protection = CSRFProtect(app)
    for blueprint in csrf_exempt:
        protection.exempt(blueprint)
    kept.show_again(app)
    app.session_interface = _Sessions()
    _keep_sessions(app, database)
    _add_headers(app, secure_cookies)
    errors.handle_errors(app)


def _let_imports_in(app: Flask) -> None:
    """Ahead of the protection against forged requests, which reads the form."""

    @app.before_request
    def allow() -> None:
        if request.path.startswith(IMPORTS) and "HTTP_COOKIE" in request.environ:
            request.max_content_length = request.max_form_memory_size = LARGEST_IMPORT


class _Sessions(SecureCookieSessionInterface):
    """Programs have no session: with their requests nothing is made ready to read one, or to write one."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        return super().open_session(app, request) if "HTTP_COOKIE" in request.environ else self.session_class()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if session or session.accessed or session.modified:
            super().save_session(app, session, response)


def _keep_sessions(app: Flask, database: Database) -> None:
    manager = LoginManager(app)
    # It would look into the session of every request, for a cookie that nobody is given.
    app.after_request_funcs[None].remove(manager._update_remember_cookie)

    @manager.user_loader
    def load(secret: str) -> SignedIn | None:
        """The user whose session it is; None once it has ended."""
        with database.read() as session:
            now = database.now(session)
            found = sessions.find(session, secret, now)
        if found is None:
            return None
        row, user = found
        if sessions.is_unseen(row, now):
            # A database that cannot be written just now can still be read: who is on call is shown all the same.
            with suppress(OperationalError), database.write() as session:
                sessions.see(session, row.id, now)
        return SignedIn(user, row.id, secret)


def _add_headers(app: Flask, https: bool) -> None:
    headers = HEADERS | ({"Strict-Transport-Security": "max-age=31536000"} if https else {})

    @app.after_request
    def add(response: Response) -> Response:
        own = set(response.headers.keys(lower=True))
        response.headers.extend([(name, value) for name, value in headers.items() if name.lower() not in own])
        if response.mimetype == "text/html":
            response.headers.setdefault("Cache-Control", "private, no-cache")
        return response
