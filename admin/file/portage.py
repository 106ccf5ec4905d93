"""The products and customers of a file alone, as the console imports them: what would change, or the change itself."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from admin.customer_lock import hold
from admin.file import customers, rows, shape, tree
from admin.file.changes import Changes
from admin.file.checks import check
from admin.file.forms import Entry, Invalid
from admin.file.known import known_customers
from admin.file.tree import Tree
from rules.pins import Peppers
from rules.policy import Policy

PARTS = ("products", "customers")
ELSEWHERE = "is not imported here: only products and customers are; `python app.py load` takes the rest"
ACTION = "import"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file says, before it is held against the database; `entry` is INVALID where that is nothing of use."""

    tree: Tree
    entry: Entry | Invalid


def read(name: str, content: str) -> Reading:
    """Read a table or a YAML file, by its name, else by what is in it. Raises FileErrors where it is neither."""
    found = _parsed(name, content)
    for part in found.root.keys() & set(shape.PARTS) - set(PARTS):
        found.errors.append((part, ELSEWHERE))
        del found.root[part]
    return Reading(found, shape.FILE(found.root, found))


def _parsed(name: str, content: str) -> Tree:
    ending = name.lower().rpartition(".")[2]
    if ending == "csv" or (ending not in ("yaml", "yml") and rows.is_table(content)):
        return rows.read(content)
    return tree.parse(content)


def begin(session: Session) -> None:
    """Nobody else changes customers until this transaction ends, which a large file makes wait for seconds."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL idle_in_transaction_session_timeout = '60s'"))
    hold(session)


def bring(
    session: Session, reading: Reading, peppers: Peppers, author: str, now: datetime, policy: Policy, *, dry: bool
) -> Changes:
    """Write what a file says of products and customers, as `load` does; `dry`: write nothing.

    Answers what that changes. Raises FileErrors with every error and its place.
    """
    found, entry = reading.tree, reading.entry
    if isinstance(entry, Entry):
        known = known_customers(session, now)
        found.errors += check(entry, found.errors, known, peppers, policy)
    found.raise_errors()
    assert isinstance(entry, Entry), "what is of no use has an error"
    changes = Changes(session, author, now, action=ACTION, dry=dry)
    customers.apply(entry, known, changes, peppers, policy)
    changes.flush()
    return changes
