"""The columns of the table of contracts: one row a contract, and what each column is in the YAML file."""

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
MOST_CONTACTS = 50
"""For which there are columns."""


def contact_column(number: int, part: str) -> str:
    """`number` counts from 1."""
    return f"contact {number} {part}"


def contact_columns(contacts: int) -> list[str]:
    """The columns of so many contacts, in their order."""
    return [contact_column(number, part) for number in range(1, contacts + 1) for part in CONTACT]


CONTACTS = {contact_column(number + 1, part): (number, part) for number in range(MOST_CONTACTS) for part in CONTACT}
"""Which contact, counted from 0, and what of it."""
KNOWN = frozenset((*CUSTOMER, *CONTRACT, *SPECIALIST, PIN, *CONTACTS))
