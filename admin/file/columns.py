"""The columns of the table of contracts: one row a contract, and what each column is in the YAML file."""

import re

CUSTOMER = {"customer": "name", "customer time zone": "time_zone"}
CONTRACT = {
    "contract": "number",
    "plan": "plan",
    "product": "product",
    "site": "site",
    "site time zone": "time_zone",
    "starts": "starts",
    "ends": "ends",
    "paid": "paid",
    "escalation policy": "escalation_policy",
}
SPECIALIST = {"specialist name": "name", "specialist email": "email"}
CONTACT = ("name", "phone", "email")
PIN = "pin"
NEEDED = ("customer", "contract")
NUMBERED = re.compile(r"contact ([1-9][0-9]{0,2}) (name|phone|email)")


def contact_column(number: int, part: str) -> str:
    """`number` counts from 1."""
    return f"contact {number} {part}"


def contact_columns(contacts: int) -> list[str]:
    """The columns of so many contacts, in their order."""
    return [contact_column(number, part) for number in range(1, contacts + 1) for part in CONTACT]


def contact_of(column: str) -> tuple[int, str] | None:
    """Which contact, counted from 1, and what of it; None: it is another column."""
    match = NUMBERED.fullmatch(column)
    return (int(match[1]), match[2]) if match else None


NAMED = frozenset((*CUSTOMER, *CONTRACT, *SPECIALIST, PIN))


def is_known(column: str) -> bool:
    return column in NAMED or contact_of(column) is not None
