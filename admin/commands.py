"""What an administrator does from the command line: load and dump a file, make a token, add a user."""

from pathlib import Path

from admin import accounts, file, trail
from models.account import Role, Scope
from models.database import Database
from rules.pins import Peppers
from rules.policy import Policy

AUTHOR = "command line"


def load_file(database: Database, path: Path, peppers: Peppers, policy: Policy) -> str:
    """Load a YAML file, all of it; answers what that changed. Raises FileErrors with every error, or OSError."""
    text = path.read_text(encoding="utf-8", errors="replace")
    with database.write() as session:
        return str(file.load(session, text, peppers, AUTHOR, database.now(session), policy))


def dumped(database: Database, policy: Policy) -> str:
    """The file that `load` takes, of what is on file now; without PINs."""
    with database.read() as session:
        return file.dump(session, database.now(session), policy)


def new_token(database: Database, name: str, scope: str, contract: str | None) -> str:
    """A token for a program; answers its secret, which is shown this once. Raises AccountError."""
    with database.write() as session:
        now = database.now(session)
        secret = accounts.create_token(session, name, Scope(scope), contract, now)
        after = {"scope": scope, "contract": contract}
        trail.record_as(session, AUTHOR, now, "token.created", f"token:{name.strip()}", None, after)
        return secret


def new_user(database: Database, email: str, role: str) -> str:
    """A user, or a new password for a known one; answers the password, shown this once. Raises AccountError."""
    with database.write() as session:
        now = database.now(session)
        password = accounts.add_user(session, email, Role(role), now)
        subject = f"user:{accounts.normalised(email)}"
        trail.record_as(session, AUTHOR, now, "user.password_generated", subject, None, {"role": role})
        return password
