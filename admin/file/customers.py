"""Writes the products and customers of a file, with their contracts and what belongs to these."""

from collections.abc import Mapping
from typing import Any

from admin import windows
from admin.file import meaning
from admin.file.changes import Changes
from admin.file.forms import Entry
from admin.file.known import Known
from admin.file.meaning import entries, people
from models.customer import Contact, Contract, Customer, Pin, Product
from rules.pins import Peppers
from rules.policy import Policy

TERMS = ("site", "time_zone", "plan", "starts", "ends", "paid", "escalation_policy")


def apply(file: Entry, known: Known, changes: Changes, peppers: Peppers, policy: Policy) -> None:
    """Contracts first, all of them at once; then what refers to a contract by its id."""
    products = dict(known.products)
    for entry in entries(file, "products"):
        product = products.setdefault(entry["name"], Product(name=entry["name"]))
        changes.save("products", f"product {entry['name']}", product, _values(entry, "end_of_support", "end_of_life"))
    saved = []
    for entry in entries(file, "customers"):
        customer = known.customers.get(entry["name"]) or Customer(name=entry["name"])
        changes.save("customers", f"customer {entry['name']}", customer, _values(entry, "time_zone"))
        for contract in entries(entry, "contracts"):
            row = known.contracts.get(contract["number"])
            zone = meaning.site_zone(contract, row, entry, customer, policy.time_zone)
            saved.append((contract, _contract(contract, row, customer, products, changes), zone))
    changes.flush()
    for contract, row, zone in saved:
        subject = f"contract {contract['number']}"
        _pins(contract, row, subject, known, changes, peppers)
        _contacts(contract, row, subject, known, changes)
        _maintenance(contract, row, subject, zone, changes)


def _values(entry: Entry, *names: str) -> dict[str, Any]:
    return {name: entry[name] for name in names if name in entry.given}


def _contract(
    entry: Entry, row: Contract | None, customer: Customer, products: Mapping[str, Product], changes: Changes
) -> Contract:
    values = _values(entry, *TERMS)
    if "product" in entry.given:
        values["product"] = products[entry["product"]] if entry["product"] else None
    if "specialist" in entry.given:
        specialist = entry["specialist"]
        values["specialist_name"] = specialist["name"] if specialist else None
        values["specialist_email"] = specialist["email"] if specialist else None
    if row is None:
        row = Contract(number=entry["number"])
        values = {"customer": customer, "escalation_policy": "default", **values}
    changes.save("contracts", f"contract {entry['number']}", row, values)
    return row


def _pins(entry: Entry, contract: Contract, subject: str, known: Known, changes: Changes, peppers: Peppers) -> None:
    """Add the PINs that are new. One that was revoked stays revoked: an old file must not bring it back."""
    for pin in meaning.pins(entry):
        if not any(digest in known.pins for digest in peppers.candidates(pin)):
            digest = peppers.digest(pin)
            changes.insert(Pin, contract_id=contract.id, digest=digest, digits=len(pin), created_at=changes.now)
            changes.replaced("pins", subject, None, "a PIN was added")


def _contacts(entry: Entry, contract: Contract, subject: str, known: Known, changes: Changes) -> None:
    if "contacts" not in entry.given:
        return
    rows = known.contacts.get(contract.id, [])
    before, after = [(row.name, row.phone, row.email) for row in rows], people(entry["contacts"])
    if before == after:
        return
    for row in rows:
        changes.delete(row)
    for position, (name, phone, email) in enumerate(after):
        changes.insert(Contact, contract_id=contract.id, position=position, name=name, phone=phone, email=email)
    changes.replaced("contacts", subject, before, after)


def _maintenance(entry: Entry, contract: Contract, subject: str, zone: str, changes: Changes) -> None:
    """Replace the windows that are not over; a window that stays keeps its ticket, and its place among what is due."""
    if "maintenance" not in entry.given:
        return
    find = windows.listed if changes.dry else windows.of_contract
    rows = find(changes.session, contract.id) if contract.id else ()
    there = {meaning.Booking(row.starts_at, row.ends_at, row.reference): row for row in rows}
    wanted = dict.fromkeys(meaning.bookings(entry["maintenance"], zone))
    for booking, row in there.items():
        if booking not in wanted and booking.ends_at > changes.now:
            changes.delete(row)
            changes.replaced("maintenance", subject, booking, None)
    for booking in wanted:
        if booking not in there:
            changes.add(windows.booked(contract.id, *booking, rows, changes.now))
            changes.replaced("maintenance", subject, None, booking)
