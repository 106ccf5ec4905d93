"""The people behind the roles and the help desk: who they are, what each is told, and what is missing."""

from typing import Any

from flask import abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from admin import engagement, service
from admin.contact_forms import NOBODY, HelpDeskForm, RoleForm
from admin.form_page import form_page
from admin.guard import Doors, Permission
from models.database import Database
from rules.line import Line
from rules.phone_numbers import is_dialable

ROLES = {
    "duty_manager": "Duty manager",
    "support_team": "Support team",
    "team_leader": "Team leader",
    "support_manager": "Support manager",
    "co_ceo": "Co-CEO",
    "cto": "CTO",
}


class ContactPages:
    def __init__(self, database: Database, line: Line) -> None:
        self._database = database
        self._policy = line.policy

    def open(self, doors: Doors) -> None:
        doors.open("/contacts", "contacts", self.listing, Permission.READ)
        doors.open("/contacts/help-desk", "contacts_help_desk", self.help_desk, Permission.EDIT, post=True)
        doors.open("/contacts/<role>", "contacts_role", self.role, Permission.EDIT, post=True)

    def listing(self) -> ResponseReturnValue:
        with self._database.read() as session:
            people, desk = service.people(session), service.help_desk(session)
        countries = self._policy.callback_countries
        numbers = [person["phone"] for holders in people.values() for person in holders] + [desk.get("phone")]
        return render_template(
            "console/contacts.html",
            roles=ROLES,
            people=people,
            desk=desk,
            managers_called=[one for one in people["duty_manager"] if one["phone"]],
            barred={number for number in numbers if number and not is_dialable(number, countries)},
            **self._told(),
        )

    def help_desk(self) -> ResponseReturnValue:
        with self._database.read() as session:
            desk = service.help_desk(session)
        form = HelpDeskForm(data=dict(desk) | {"seen": service.fingerprint(desk)})
        if form.validate_on_submit() and not form.bars(self._policy.callback_countries) and self._save_desk(form):
            return redirect("/contacts", 303)
        return form_page("console/contacts_help_desk.html", form, **self._told())

    def role(self, role: str) -> ResponseReturnValue:
        if role not in ROLES:
            abort(404)
        with self._database.read() as session:
            holders = service.people(session)[role]
        form = _filled({"people": holders or [NOBODY], "seen": service.fingerprint(holders)})
        is_sent = "arrange" not in request.form and form.validate_on_submit()
        if is_sent and not form.bars(self._policy.callback_countries) and self._save_role(role, form):
            return redirect(f"/contacts#{role}", 303)
        return form_page("console/contacts_role.html", form, role=role, name=ROLES[role], **self._told())

    def _save_role(self, role: str, form: RoleForm) -> bool:
        """Write what was typed; False, with the reason in the form, where it cannot be."""
        try:
            with self._database.write() as session:
                now = self._database.now(session)
                changed = service.change_role(session, role, form.typed, form.seen.data or "", now)
        except service.Refused as refused:
            form.form_errors.append(str(refused))
            return False
        flash(f"{ROLES[role]}: the change holds from now on." if changed else "Nothing was different.", "green")
        return True

    def _save_desk(self, form: HelpDeskForm) -> bool:
        try:
            with self._database.write() as session:
                now = self._database.now(session)
                changed = service.change_help_desk(session, form.typed, form.seen.data or "", now)
        except service.Refused as refused:
            form.form_errors.append(str(refused))
            return False
        done = "The help desk is changed: it holds from the next call on."
        flash(done if changed else "Nothing was different.", "green")
        return True

    def _told(self) -> dict[str, Any]:
        """What the pages tell of when each is told."""
        return {
            "engagements": {role: engagement.engagements(self._policy, role) for role in ROLES},
            "untaken_minutes": int(self._policy.untaken_event.total_seconds() // 60),
        }


def _filled(data: dict[str, Any]) -> RoleForm:
    """The form as it was typed, with the lines as a button that was pressed wants them; else with `data`."""
    form = RoleForm(data=data)
    wanted = request.form.get("arrange")
    return RoleForm(formdata=None, data=form.arranged(wanted)) if wanted and form.is_submitted() else form
