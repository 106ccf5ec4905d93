"""Users: the list, add, and one user with what an admin may do."""

from collections.abc import Callable
from datetime import datetime

from flask import abort, flash, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from wtforms import SelectField

from admin import fields, lockout, search, second_step, sessions, users, viewer
from admin.accounts import AccountError
from admin.form_page import form_page
from admin.guard import Doors, Permission
from admin.kept import KeptForm
from admin.parts import FindForm
from admin.users import LastAdmin
from models.account import Role, User
from models.database import Database

ROLES = {
    Role.ADMIN: "Admin: everything, users and tokens too",
    Role.MANAGER: "Manager: rotations, technicians and customers",
    Role.TECHNICIAN: "Technician: works tickets",
    Role.VIEWER: "Viewer: reads",
}
Change = Callable[[Session, User, datetime], str]
"""One change of a user; answers what was done, in words."""
CHOICES = [fields.choice(role.value, words) for role, words in ROLES.items()]


class RoleForm(KeptForm):
    role = SelectField("Role", choices=CHOICES)


class UserForm(RoleForm):
    email = fields.email("E-mail", "Type the address that the user signs in with.")


class UserPages:
    def __init__(self, database: Database, zone: str) -> None:
        """`zone`: whose clocks the pages show where the reader's are unknown."""
        self._database = database
        self._zone = zone

    def open(self, doors: Doors) -> None:
        needs = Permission.ADMINISTER
        doors.open("/users", "users", self.listing, needs)
        doors.open("/users/add", "user_add", self.add, needs, post=True)
        doors.open("/users/<int:number>", "user", self.page, needs)
        doors.take("/users/<int:number>/role", "user_role", self.change_role, needs)
        doors.take("/users/<int:number>/password", "user_password", self.new_password, needs)
        doors.take("/users/<int:number>/deactivate", "user_deactivate", self.deactivate, needs)
        doors.take("/users/<int:number>/reactivate", "user_reactivate", self.reactivate, needs)
        doors.take("/users/<int:number>/second-step", "user_second_step", self.turn_off_second_step, needs)
        doors.take("/users/<int:number>/unlock", "user_unlock", self.unlock, needs)
        doors.take("/users/<int:number>/sessions", "user_sessions", self.end_sessions, needs)
        doors.take("/users/<int:number>/sessions/<int:which>", "user_session", self.end_session, needs)

    def listing(self) -> ResponseReturnValue:
        """`q` narrows; `before` and `after` are a user's id, for the parts below and above."""
        form = FindForm(request.args)
        words = form.words() if form.validate() else []
        with self._database.read() as session:
            now = self._database.now(session)
            part = users.listed(session, words, search.edge())
            locked = {user.id: lockout.shut_until(session, user.email, now) for user in part.rows}
        times = viewer.times(now, self._zone)
        html = render_template(
            "console/users.html",
            address=search.address,
            form=form,
            locked=locked,
            narrowings=[] if form.errors else search.narrowings(form, times),
            part=part,
            times=times,
        )
        return make_response(html, 422 if form.errors else 200)

    def add(self) -> ResponseReturnValue:
        form = UserForm(role=Role.TECHNICIAN.value)
        if form.validate_on_submit():
            try:
                with self._database.write() as session:
                    email, role = fields.value(form.email), Role(fields.value(form.role))
                    user, password = users.add(session, email, role, self._database.now(session))
                return _show(user, password)
            except AccountError as error:
                fields.complain(form.email, str(error))
            except IntegrityError:
                fields.complain(form.email, "Somebody else added this user at this moment: open it in the list.")
        return form_page("console/user_add.html", form)

    def page(self, number: int) -> ResponseReturnValue:
        with self._database.read() as session:
            now = self._database.now(session)
            user = session.get(User, number) or abort(404)
            html = render_template(
                "console/user.html",
                user=user,
                form=RoleForm(role=user.role.value),
                sessions=sessions.of_user(session, number, now),
                codes_left=second_step.codes_left(session, number),
                locked_until=lockout.shut_until(session, user.email, now),
                times=viewer.times(now, self._zone),
            )
        return make_response(html)

    def change_role(self, number: int) -> ResponseReturnValue:
        form = RoleForm()
        if not form.validate_on_submit():
            abort(400)
        role = Role(fields.value(form.role))

        def change(session: Session, user: User, now: datetime) -> str:
            changed = users.change_role(session, user, role, now)
            return f"{user.email} is {role} from now on." if changed else "Nothing was different."

        return self._do(number, change)

    def new_password(self, number: int) -> ResponseReturnValue:
        with self._database.write() as session:
            user = users.lock(session, number) or abort(404)
            password = users.new_password(session, user, self._database.now(session))
        return _show(user, password)

    def deactivate(self, number: int) -> ResponseReturnValue:
        def change(session: Session, user: User, now: datetime) -> str:
            users.deactivate(session, user, now)
            return f"{user.email} is signed out everywhere, and cannot sign in any more."

        return self._do(number, change)

    def reactivate(self, number: int) -> ResponseReturnValue:
        with self._database.write() as session:
            user = users.lock(session, number) or abort(404)
            password = users.reactivate(session, user, self._database.now(session))
        return _show(user, password)

    def turn_off_second_step(self, number: int) -> ResponseReturnValue:
        def change(session: Session, user: User, now: datetime) -> str:
            users.turn_off_second_step(session, user, now)
            return f"{user.email} signs in with the password alone, and can turn the second step on again."

        return self._do(number, change)

    def unlock(self, number: int) -> ResponseReturnValue:
        def change(session: Session, user: User, now: datetime) -> str:
            users.unlock(session, user, now)
            return f"{user.email} may try again at once."

        return self._do(number, change)

    def end_sessions(self, number: int) -> ResponseReturnValue:
        return self._end(number, None)

    def end_session(self, number: int, which: int) -> ResponseReturnValue:
        return self._end(number, which)

    def _end(self, number: int, which: int | None) -> ResponseReturnValue:
        def change(session: Session, user: User, now: datetime) -> str:
            ended = users.end_sessions(session, user, which, now)
            return f"{user.email} is signed out there." if ended else "That session had ended before."

        return self._do(number, change)

    def _do(self, number: int, change: Change) -> ResponseReturnValue:
        """Change a user, say what was done, and show the user again."""
        try:
            with self._database.write() as session:
                user = users.lock(session, number) or abort(404)
                flash(change(session, user, self._database.now(session)), "green")
        except LastAdmin as refused:
            flash(str(refused), "red")
        return redirect(f"/users/{number}", 303)


def _show(user: User, password: str) -> ResponseReturnValue:
    """The only time that a generated password is seen: it is not kept, here or in the browser."""
    response = make_response(render_template("console/password.html", user=user, password=password))
    response.headers["Cache-Control"] = "no-store"
    return response
