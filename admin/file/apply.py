"""Writes a file that was found right: what it leaves out stays, a list replaces from now on, `pins` only adds."""

from typing import Any

from sqlalchemy import select

from admin import windows
from admin.file import meaning
from admin.file.changes import Changes
from admin.file.forms import Entry
from admin.file.known import Known
from admin.file.meaning import entries
from models.customer import Contact, Contract, Customer, Pin, Product
from models.schedule import EscalationPolicy
from models.service import RoleContact, Setting
from models.technician import Technician
from paging import roster
from paging.rotations import Editing
from rules.differences import differences
from rules.pins import Peppers
from rules.policy import Policy

TERMS = ("site", "time_zone", "plan", "starts", "ends", "paid", "escalation_policy")


def apply(file: Entry, known: Known, changes: Changes, peppers: Peppers, policy: Policy) -> None:
    """Write all of it, in the order in which things refer to each other."""
    for entry in entries(file, "technicians"):
        current = known.technicians.get(entry["key"])
        values = meaning.technician(entry, current)
        changes.save("technicians", f"technician {entry['key']}", current or Technician(key=entry["key"]), values)
    changes.session.flush()
    for entry in entries(file, "schedules"):
        _schedule(entry, known.editings.get(entry["key"]), known, changes)
    for entry in entries(file, "escalation_policies"):
        _escalation_policy(entry, known.policies.get(entry["key"]), changes)
    for entry in entries(file, "products"):
        product = known.products.setdefault(entry["name"], Product(name=entry["name"]))
        changes.save("products", f"product {entry['name']}", product, _values(entry, "end_of_support", "end_of_life"))
    changes.session.flush()
    for entry in entries(file, "customers"):
        _customer(entry, known, changes, peppers, policy)
    _service(file, changes)
    changes.session.flush()


def _values(entry: Entry, *names: str) -> dict[str, Any]:
    return {name: entry[name] for name in names if name in entry.given}


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


def _customer(entry: Entry, known: Known, changes: Changes, peppers: Peppers, policy: Policy) -> None:
    row = known.customers.get(entry["name"]) or Customer(name=entry["name"])
    changes.save("customers", f"customer {entry['name']}", row, _values(entry, "time_zone"))
    changes.session.flush()
    for contract in entries(entry, "contracts"):
        zone = meaning.site_zone(contract, known.contracts.get(contract["number"]), entry, row, policy.time_zone)
        saved = _contract(contract, row, known, changes)
        subject = f"contract {contract['number']}"
        _pins(contract, saved, subject, known, changes, peppers)
        _contacts(contract, saved, subject, changes)
        _maintenance(contract, saved, subject, zone, changes)


def _contract(entry: Entry, customer: Customer, known: Known, changes: Changes) -> Contract:
    number = entry["number"]
    values = _values(entry, *TERMS)
    if "product" in entry.given:
        values["product_id"] = known.products[entry["product"]].id if entry["product"] else None
    if "specialist" in entry.given:
        specialist = entry["specialist"]
        values["specialist_name"] = specialist["name"] if specialist else None
        values["specialist_email"] = specialist["email"] if specialist else None
    row = known.contracts.get(number)
    if row is None:
        row = Contract(number=number)
        values = {"customer_id": customer.id, "escalation_policy": "default", **values}
    changes.save("contracts", f"contract {number}", row, values)
    changes.session.flush()
    return row


def _pins(entry: Entry, contract: Contract, subject: str, known: Known, changes: Changes, peppers: Peppers) -> None:
    """Add the PINs that are new. One that was revoked stays revoked: an old file must not bring it back."""
    for pin in meaning.pins(entry):
        if not any(digest in known.pins for digest in peppers.candidates(pin)):
            digest = peppers.digest(pin)
            changes.session.add(Pin(contract_id=contract.id, digest=digest, created_at=changes.now))
            changes.replaced("pins", subject, None, "a PIN was added")


def _contacts(entry: Entry, contract: Contract, subject: str, changes: Changes) -> None:
    if "contacts" not in entry.given:
        return
    query = select(Contact).where(Contact.contract_id == contract.id).order_by(Contact.position)
    rows = changes.session.scalars(query).all()
    before, after = [(row.name, row.phone, row.email) for row in rows], _people(entry["contacts"])
    if before == after:
        return
    for row in rows:
        changes.session.delete(row)
    for position, (name, phone, email) in enumerate(after):
        changes.session.add(Contact(contract_id=contract.id, position=position, name=name, phone=phone, email=email))
    changes.replaced("contacts", subject, before, after)


def _people(entries: list[Entry]) -> list[tuple[str, str | None, str | None]]:
    return [(entry["name"], entry.get("phone"), entry.get("email")) for entry in entries]


def _maintenance(entry: Entry, contract: Contract, subject: str, zone: str, changes: Changes) -> None:
    """Replace the windows that are not over; a window that stays keeps its ticket, and its place among what is due."""
    if "maintenance" not in entry.given:
        return
    rows = windows.of_contract(changes.session, contract.id)
    there = {meaning.Booking(row.starts_at, row.ends_at, row.reference): row for row in rows}
    wanted = meaning.bookings(entry["maintenance"], zone)
    for booking, row in there.items():
        if booking not in wanted and booking.ends_at > changes.now:
            changes.session.delete(row)
            changes.replaced("maintenance", subject, booking, None)
    for booking in wanted:
        if booking not in there:
            changes.session.add(windows.booked(contract.id, *booking, rows, changes.now))
            changes.replaced("maintenance", subject, None, booking)


def _service(file: Entry, changes: Changes) -> None:
    for role, people in file["roles"].given.items() if "roles" in file.given else ():
        _role(role, _people(people), changes)
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
