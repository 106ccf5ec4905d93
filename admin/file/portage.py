"""The products and customers of a file alone, as the console imports them: what would change, or the change itself."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from admin.file import customers, rows, shape, tree
from admin.file.changes import Changes
from admin.file.checks import check
from admin.file.forms import INVALID, Entry
from admin.file.known import known_customers
from admin.file.tree import Tree
from rules.pins import Peppers
from rules.policy import Policy

PARTS = ("products", "customers")
ELSEWHERE = "is not imported here: only products and customers are; `python app.py load` takes the rest"
ACTION = "import"


def parse(name: str, content: str) -> Tree:
    """A table or a YAML file, by the file's name, else by what is in it. Raises FileErrors."""
    ending = name.lower().rpartition(".")[2]
    if ending == "csv" or (ending not in ("yaml", "yml") and rows.is_table(content)):
        return rows.read(content)
    return tree.parse(content)


def hold(session: Session) -> None:
    """Nobody else changes customers until this transaction ends. SQLite has one writer as it is."""
    if session.get_bind().dialect.name == "postgresql":
        tables = "product, customer, contract, contact, pin"
        session.execute(text(f"LOCK TABLE {tables} IN SHARE ROW EXCLUSIVE MODE"))


def bring(
    session: Session, read: Tree, peppers: Peppers, author: str, now: datetime, policy: Policy, *, dry: bool
) -> tuple[Entry, Changes]:
    """Write what a file says of products and customers, as `load` does; `dry`: write nothing.

    Answers what the file holds and what it changes. Raises FileErrors with every error and its place.
    """
    for part in read.root.keys() & set(shape.PARTS) - set(PARTS):
        read.errors.append((part, ELSEWHERE))
        del read.root[part]
    file = shape.FILE(read.root, read)
    if file is not INVALID:
        known = known_customers(session, now)
        read.errors += check(file, read.errors, known, peppers, policy)
    read.raise_errors()
    changes = Changes(session, author, now, action=ACTION, dry=dry)
    customers.apply(file, known, changes, peppers, policy)
    changes.flush()
    return file, changes
