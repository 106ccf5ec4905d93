"""Whether an escalation policy that was typed can be: read and checked as one in a file."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.file import ladders, meaning, shape
from admin.file.forms import INVALID, Entry
from admin.file.known import Known
from admin.file.ladders import Ladders
from admin.file.tree import parse
from admin.file.writing import written
from models.schedule import EscalationPolicy
from paging import reach

HERE = "escalation_policies[0]."


class PolicyProblems(Exception):
    """What is wrong: (place, message) for every problem; a place is one of the file, within the policy."""

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(message for _, message in problems))
        self.problems = problems


def content_of(session: Session, policy: dict[str, Any], now: datetime) -> dict[str, Any]:
    """The content of the row of a policy that is written as in the file. Raises PolicyProblems."""
    tree = parse(written({"escalation_policies": [policy]}))
    file = shape.FILE(tree.root, tree)
    problems = [(place.removeprefix(HERE), message) for place, message in tree.errors]
    if not problems and file is not INVALID:
        problems = [(place.removeprefix(HERE), message) for place, message in _errors(session, file, now)]
    if problems:
        raise PolicyProblems(problems)
    return meaning.escalation_policy(meaning.entries(file, "escalation_policies")[0], None)


def _errors(session: Session, file: Entry, now: datetime) -> list[tuple[str, str]]:
    policies = {row.key: row for row in session.scalars(select(EscalationPolicy))}
    found = reach.reach_now(session, now)
    known = Known(now, {}, {}, policies, {}, {}, {}, {})
    return list(ladders.policies(file, known, Ladders(found, found, ())))
