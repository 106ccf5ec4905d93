"""Writes rows, and keeps count and record of what that added and changed."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from models.audit import Audit
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


class Changes:
    """One load's writing. Every change is audited, under `author`."""

    def __init__(self, session: Session, author: str, now: datetime) -> None:
        self.session = session
        self.author = author
        self.now = now
        self.report = Report()

    def save(self, kind: str, subject: str, row: Base, values: Mapping[str, Any]) -> bool:
        """Give a row these values; a row that is not in the session yet is added. Answers whether anything changed."""
        if row not in self.session:
            for name, value in values.items():
                setattr(row, name, value)
            self.session.add(row)
            self.replaced(kind, subject, None, values)
            return True
        before = {name: getattr(row, name) for name, value in values.items() if getattr(row, name) != value}
        for name in before:
            setattr(row, name, values[name])
        if before:
            self.replaced(kind, subject, before, {name: values[name] for name in before})
        return bool(before)

    def replaced(self, kind: str, subject: str, before: Any, after: Any) -> None:
        """Count and record that `after` is there now, in the place of `before` (nothing: it is new)."""
        counts = self.report.changed if before else self.report.added
        counts[kind] += 1
        change = Audit(at=self.now, actor=self.author, action="load", subject=subject[:200])
        change.before, change.after = _json(before), _json(after)
        self.session.add(change)


def _json(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _json(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_json(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else value
