"""Loads a YAML file into the database: all of it, or nothing and a list of every error."""

from datetime import datetime

from sqlalchemy.orm import Session

from admin.customer_lock import hold
from admin.file import shape
from admin.file.apply import apply
from admin.file.changes import Changes, Report
from admin.file.checks import check
from admin.file.forms import INVALID
from admin.file.gaps import gaps_ahead
from admin.file.known import known_now
from admin.file.tree import parse
from rules.pins import Peppers
from rules.policy import Policy


def load(session: Session, text: str, peppers: Peppers, author: str, now: datetime, policy: Policy) -> Report:
    """Write what a file says, in this session; the same file again changes nothing.

    Raises FileErrors with every error and its place; then nothing was written.
    """
    hold(session)
    tree = parse(text)
    file = shape.FILE(tree.root, tree)
    if file is not INVALID:
        known = known_now(session, now)
        tree.errors += check(file, tree.errors, known, peppers, policy)
    tree.raise_errors()
    changes = Changes(session, author, now)
    apply(file, known, changes, peppers, policy)
    changes.report.warnings.extend(gaps_ahead(session, now))
    return changes.report
