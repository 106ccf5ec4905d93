"""Writes a file that was found right: what it leaves out stays, a list replaces from now on, `pins` only adds."""

from typing import Any

from sqlalchemy import select

from admin.file import customers, meaning
from admin.file.changes import Changes
from admin.file.forms import Entry
from admin.file.known import Known
from admin.file.meaning import entries, people
from models.schedule import EscalationPolicy
from models.service import RoleContact, Setting
from models.technician import Technician
from paging import roster
from paging.rotations import Editing
from rules.differences import differences
from rules.pins import Peppers
from rules.policy import Policy


def apply(file: Entry, known: Known, changes: Changes, peppers: Peppers, policy: Policy) -> None:
    """Write all of it, in the order in which things refer to each other."""
    for entry in entries(file, "technicians"):
        current = known.technicians.get(entry["key"])
        values = meaning.technician(entry, current)
        changes.save("technicians", f"technician {entry['key']}", current or Technician(key=entry["key"]), values)
    changes.flush()
    for entry in entries(file, "schedules"):
        _schedule(entry, known.editings.get(entry["key"]), known, changes)
    for entry in entries(file, "escalation_policies"):
        _escalation_policy(entry, known.policies.get(entry["key"]), changes)
    customers.apply(file, known, changes, peppers, policy)
    _service(file, changes)
    changes.flush()


def _schedule(entry: Entry, editing: Editing | None, known: Known, changes: Changes) -> None:
    """Also in what is planned: a list replaces from now on."""
    subject = f"schedule {entry['key']}"
    names = {key: technician.name for key, technician in known.technicians.items()}
    for revision in meaning.draft(entry, editing, changes.now).revisions:
        at, schedule = revision.effective_at, revision.schedule
        if not roster.save_revision(changes.session, schedule, changes.author, changes.now, at):
            continue
        before = editing.history.in_force(at)[0] if editing else None
        was = roster.content_of(before) if before else None
        changes.replaced("schedules", subject, was, roster.content_of(schedule))
        if before and at == changes.now:
            changes.report.details.extend(f"{subject}: {one}" for one in differences(before, schedule, names))


def _escalation_policy(entry: Entry, row: EscalationPolicy | None, changes: Changes) -> None:
    content = meaning.escalation_policy(entry, row.content if row else None)
    subject = f"escalation policy {entry['key']}"
    changes.save("escalation_policies", subject, row or EscalationPolicy(key=entry["key"]), {"content": content})


def _service(file: Entry, changes: Changes) -> None:
    for role, holders in file["roles"].given.items() if "roles" in file.given else ():
        _role(role, people(holders), changes)
    if "help_desk" in file.given:
        desk = file["help_desk"]
        _setting("help_desk", {"phone": desk["phone"], "email": desk.get("email")} if desk else None, changes)
    if "service_hours" in file.given:
        _setting("service_hours", dict(file["service_hours"].given), changes)


def _role(role: str, after: list[tuple[str, str | None, str | None]], changes: Changes) -> None:
    query = select(RoleContact).where(RoleContact.role == role).order_by(RoleContact.position)
    rows = changes.session.scalars(query).all()
    before = [(row.name, row.phone, row.email) for row in rows]
    if before == after:
        return
    for row in rows:
        changes.session.delete(row)
    for position, (name, phone, email) in enumerate(after):
        changes.session.add(RoleContact(role=role, position=position, name=name, phone=phone, email=email))
    changes.replaced("roles", f"role {role}", before, after)


def _setting(key: str, value: Any, changes: Changes) -> None:
    changes.save("settings", key, changes.session.get(Setting, key) or Setting(key=key), {"value": value})
