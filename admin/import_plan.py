"""What an import would do, for a person to read: which products, customers and contracts are added, changed, left."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from admin.audit_diff import Difference, differences
from admin.file.changes import Change
from admin.file.forms import Entry
from admin.file.meaning import contracts, entries
from admin.file.portage import Reading

ROWS = ("products", "customers", "contracts")


@dataclass(frozen=True, slots=True)
class Line:
    """One product, customer or contract; of the last, `customer` is whose it is."""

    subject: str
    customer: str
    differences: tuple[Difference, ...]

    @property
    def name(self) -> str:
        return self.subject[:1].upper() + self.subject[1:]


@dataclass(frozen=True, slots=True)
class Plan:
    """`fingerprint` is another as soon as anything in it is."""

    added: list[Line]
    changed: list[Line]
    same: list[Line]
    fingerprint: str

    @property
    def size(self) -> int:
        """How many are added or changed."""
        return len(self.added) + len(self.changed)

    @property
    def rows(self) -> Iterator[tuple[str, ...]]:
        """A row for each field that differs, and one for each product, customer or contract without any."""
        for kind, lines in (("added", self.added), ("changed", self.changed), ("left alone", self.same)):
            for line in lines:
                for each in line.differences or (Difference("", "", ""),):
                    yield line.name, line.customer, kind, each.place, each.before, each.after

    @property
    def counts(self) -> dict[str, int]:
        return {"added": len(self.added), "changed": len(self.changed), "left alone": len(self.same)}


def plan(reading: Reading, found: Iterable[Change]) -> Plan:
    """In the order of the file."""
    changes: dict[str, list[Change]] = {}
    for change in found:
        changes.setdefault(change.subject, []).append(change)
    result = Plan([], [], [], _fingerprint(changes))
    for subject, customer in _subjects(reading.entry) if isinstance(reading.entry, Entry) else ():
        own = changes.get(subject, [])
        is_new = any(change.kind in ROWS and change.before is None for change in own)
        kind = result.added if is_new else result.changed if own else result.same
        kind.append(Line(subject, customer, tuple(each for change in own for each in _differences(change))))
    return result


def _subjects(file: Entry) -> Iterator[tuple[str, str]]:
    for product in entries(file, "products"):
        yield f"product {product['name']}", ""
    for customer in entries(file, "customers"):
        yield f"customer {customer['name']}", ""
    for customer, contract in contracts(file):
        yield f"contract {contract['number']}", customer["name"]


def _fingerprint(changes: dict[str, list[Change]]) -> str:
    return hashlib.sha256(json.dumps(changes).encode()).hexdigest()


def _differences(change: Change) -> Iterator[Difference]:
    if change.kind in ROWS:
        yield from (each for each in differences(change.before, change.after) if each.place != "customer")
    elif change.kind == "contacts":
        yield from differences({"contact": change.before}, {"contact": change.after})
    elif change.kind == "maintenance":
        yield Difference("maintenance", _window(change.before), _window(change.after))
    else:
        yield Difference("PIN", "", "a further one")


def _window(value: Any) -> str:
    """A window's start, end and reference, as they are recorded."""
    if not value:
        return ""
    starts, ends, reference = value
    return f"{reference}, {starts[:16].replace('T', ' ')} to {ends[:16].replace('T', ' ')} UTC"
