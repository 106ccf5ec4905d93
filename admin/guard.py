"""Who may do what in the console: the only place that knows roles."""

from collections.abc import Callable
from enum import StrEnum
from urllib.parse import urlencode

from flask import Blueprint, abort, make_response, redirect, request
from flask.typing import ResponseReturnValue
from flask_login import UserMixin, current_user

from admin import kept
from admin.local_paths import local_path
from admin.sign_in_form import ask_again
from config.addresses import host_of, is_loopback
from models.account import Role, User

View = Callable[..., ResponseReturnValue]
A_NUMBER = f"<int(max={2**31 - 1}):"
"""A number in an address that a row may have: PostgreSQL refuses to look for a larger one."""


class Permission(StrEnum):
    """READ sees, WORK moves tickets, EDIT changes rotations, technicians and customers, ADMINISTER users and tokens."""

    READ = "read"
    WORK = "work"
    EDIT = "edit"
    ADMINISTER = "administer"


GRANTED: dict[Role, frozenset[Permission]] = {
    Role.VIEWER: frozenset({Permission.READ}),
    Role.TECHNICIAN: frozenset({Permission.READ, Permission.WORK}),
    Role.MANAGER: frozenset({Permission.READ, Permission.WORK, Permission.EDIT}),
    Role.ADMIN: frozenset(Permission),
}


class SignedIn(UserMixin):
    """The user of this session, as it is on file at this request: a new role holds at once."""

    def __init__(self, user: User, session_id: int, secret: str) -> None:
        """`secret` finds the session again; the browser keeps it."""
        self.id = user.id
        self.email = user.email
        self.role = user.role
        self.time_zone = user.time_zone
        self.session_id = session_id
        self._secret = secret

    def get_id(self) -> str:
        return self._secret

    def may(self, permission: str) -> bool:
        return permission in GRANTED[self.role]


def refusal(permission: Permission) -> ResponseReturnValue | None:
    """Why this request may not go on: a way to sign in, or 403. None if it may."""
    if not current_user.is_authenticated:
        return _to_sign_in()
    if not current_user.may(permission):
        abort(403)
    return None


def is_administrator() -> bool:
    """Whether this request comes from a signed-in administrator."""
    return bool(current_user.is_authenticated and current_user.may(Permission.ADMINISTER))


def names_this_machine() -> bool:
    """Whether the browser asked for a loopback host. A name of another site that leads here (DNS rebinding) is none."""
    try:
        return is_loopback(host_of(f"//{request.host}"))
    except ValueError:
        return False


class Doors:
    """Opens the pages of a blueprint, each with the permission it needs. What has none is closed."""

    def __init__(self, blueprint: Blueprint) -> None:
        self._blueprint = blueprint
        self._needs: dict[str, Permission | None] = {f"{blueprint.name}.static": None}
        blueprint.before_request(self._check)

    def open(self, path: str, name: str, view: View, needs: Permission | None, *, post: bool = False) -> None:
        """Serve `path` by `view`. `needs` None: for everyone. `post`: it also takes a form."""
        self._needs[f"{self._blueprint.name}.{name}"] = needs
        self._add(path, name, view, ["GET", "POST"] if post else ["GET"])

    def take(self, path: str, name: str, view: View, needs: Permission | None) -> None:
        """Serve `path` by `view` for POST alone."""
        self._needs[f"{self._blueprint.name}.{name}"] = needs
        self._add(path, name, view, ["POST"])

    def _add(self, path: str, name: str, view: View, methods: list[str]) -> None:
        self._blueprint.add_url_rule(path.replace("<int:", A_NUMBER), name, view, methods=methods)

    def _check(self) -> ResponseReturnValue | None:
        if request.endpoint not in self._needs:
            abort(403)
        needs = self._needs[request.endpoint]
        refused = refusal(needs) if needs else None
        if refused is None:
            _refuse_nul()
        return refused


def _refuse_nul() -> None:
    """PostgreSQL has no NUL in a text, and no keyboard types one. Addresses that are searched drop it themselves."""
    if any("\0" in value for value in (request.view_args or {}).values() if isinstance(value, str)):
        abort(404)
    if any("\0" in value for values in request.form.listvalues() for value in values):
        abort(400)


def _to_sign_in() -> ResponseReturnValue:
    """A page that refreshes itself is sent there as a whole; what was typed into a form of ours comes along."""
    htmx = bool(request.headers.get("HX-Request"))
    if not htmx and (typed := kept.of_request()):
        return ask_again(typed)
    came_from = request.headers.get("HX-Current-URL") if htmx else request.referrer
    back = request.full_path.rstrip("?") if request.method == "GET" and not htmx else local_path(came_from)
    target = f"/sign-in?{urlencode({'next': back})}" if back and back != "/" else "/sign-in"
    if not htmx:
        return redirect(target)
    response = make_response("", 401)
    response.headers["HX-Redirect"] = target
    return response
