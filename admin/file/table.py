"""Writes every contract as a table for a spreadsheet, which the console's import reads back."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from admin.file import columns
from admin.sheet import sheet

BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel takes UTF-8 for another encoding."""
FEWEST_CONTACTS = 2
"""So many have columns also where nobody has so many: there is room to add one."""


def table(customers: Sequence[Mapping[str, Any]]) -> str:
    """CSV of customers as the YAML file has them. One without a contract has a row of its own; PINs are not in it."""
    none: list[dict[str, Any]] = [{}]
    rows = [(customer, contract) for customer in customers for contract in customer.get("contracts", none)]
    most = max((len(contract.get("contacts", ())) for _, contract in rows), default=0)
    contacts = max(most, FEWEST_CONTACTS)
    header = [*columns.CUSTOMER, *columns.CONTRACT, *columns.SPECIALIST, *columns.contact_columns(contacts)]
    return BYTE_ORDER_MARK + sheet(header, (_row(customer, contract, contacts) for customer, contract in rows))


def _row(customer: Mapping[str, Any], contract: Mapping[str, Any], contacts: int) -> list[str]:
    specialist = contract.get("specialist", {})
    people = contract.get("contacts", [])
    values = [customer.get(key) for key in columns.CUSTOMER.values()]
    values += [contract.get(key) for key in columns.CONTRACT.values()]
    values += [specialist.get(key) for key in columns.SPECIALIST.values()]
    values += [person.get(part) for person in people for part in columns.CONTACT]
    empty = [""] * (len(columns.CONTACT) * (contacts - len(people)))
    return [*map(_cell, values), *empty]


def _cell(value: str | bool | date | None) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.isoformat() if isinstance(value, date) else str(value)
