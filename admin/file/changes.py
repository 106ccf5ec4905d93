"""Writes rows, and keeps count and record of what that added and changed."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import insert
from sqlalchemy.orm import Session

from models.audit import Audit
from models.customer import Customer, Product
from models.database import Base


@dataclass(frozen=True, slots=True)
class Report:
    """How many of each kind were added and changed; both empty when the database said all of it already.

    `details`: what has changed in schedules, and `warnings`: what may not be meant; a sentence each.
    """

    added: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    details: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        kinds = dict.fromkeys([*self.added, *self.changed])
        lines = [f"{kind}: {self.added[kind]} added, {self.changed[kind]} changed" for kind in kinds]
        lines = lines or ["Nothing to change: all of it is there already."]
        lines += [f"  {detail}" for detail in self.details]
        return "\n".join([*lines, *(f"Warning: {warning}" for warning in self.warnings)])


class Change(NamedTuple):
    """What is there now in the place of what was there `before`, both as JSON; None: it is new, or gone."""

    kind: str
    subject: str
    before: Any
    after: Any


class Changes:
    """One load's writing. Every change is audited, under `author`, as `action`.

    `dry`: it finds out what would change, and neither the session nor a row of it is touched.
    """

    def __init__(
        self, session: Session, author: str, now: datetime, *, action: str = "load", dry: bool = False
    ) -> None:
        self.session = session
        self.author = author
        self.now = now
        self.action = action
        self.dry = dry
        self.report = Report()
        self.found: list[Change] = []
        self._simple: dict[type[Base], list[dict[str, Any]]] = {}

    def save(self, kind: str, subject: str, row: Base, values: Mapping[str, Any]) -> bool:
        """Give a row these values; a row that is not in the session yet is added. Answers whether anything changed."""
        if row not in self.session:
            self._give(row, values)
            self.add(row)
            self.replaced(kind, subject, None, values)
            return True
        before = {name: getattr(row, name) for name, value in values.items() if getattr(row, name) != value}
        after = {name: values[name] for name in before}
        self._give(row, after)
        if before:
            self.replaced(kind, subject, before, after)
        return bool(before)

    def _give(self, row: Base, values: Mapping[str, Any]) -> None:
        if not self.dry:
            for name, value in values.items():
                setattr(row, name, value)

    def add(self, row: Base) -> None:
        if not self.dry:
            self.session.add(row)

    def delete(self, row: Base) -> None:
        if not self.dry:
            self.session.delete(row)

    def insert(self, table: type[Base], **values: Any) -> None:
        """Add a row that nothing refers to, with the next `flush`: many such take a fraction of the time."""
        if not self.dry:
            self._simple.setdefault(table, []).append(values)

    def flush(self) -> None:
        """From here on, what was added can be referred to."""
        if self.dry:
            return
        self.session.flush()
        for table, rows in self._simple.items():
            self.session.execute(insert(table), rows)
        self._simple.clear()

    def replaced(self, kind: str, subject: str, before: Any, after: Any) -> None:
        """Count and record that `after` is there now, in the place of `before` (nothing: it is new)."""
        counts = self.report.changed if before else self.report.added
        counts[kind] += 1
        change = Change(kind, subject, _json(before), _json(after))
        self.found.append(change)
        self.insert(
            Audit, at=self.now, actor=self.author, action=self.action, subject=subject[:200],
            before=change.before, after=change.after,
        )  # fmt: skip


def _json(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _json(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_json(inner) for inner in value]
    if isinstance(value, Customer | Product):
        return value.name
    return value.isoformat() if isinstance(value, date) else value
