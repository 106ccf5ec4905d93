"""Callers who guess PINs: remembered by number and, for numbers that are not on file, of the line as a whole.

A number on file is counted for itself alone: whoever sprays the line does not shut it out. The line's row is always
locked before a number's, and never forgotten: callers who guess at once wait for one another, and never in a circle.
"""

from sqlalchemy import delete, select, update

from ivr.exchange import Exchange
from models.database import insert_once
from models.protection import Throttle
from paging import alerts
from rules.throttles import Guesses, after_failure, is_shut

LINE = "line"
UNKNOWN = "unknown"


def is_throttled(x: Exchange) -> bool:
    """Whether no PIN of this caller is looked at now. Callers of one key are judged one after the other."""
    statement = select(Throttle.failures, Throttle.last_at, Throttle.shut_until).where(Throttle.key.in_(_budgets(x)))
    rows = x.connection.execute(statement.order_by(Throttle.key).with_for_update())
    return any(is_shut(Guesses(*row), x.now) for row in rows)


def count_failure(x: Exchange) -> bool:
    """One more wrong PIN, under every key that it counts for; the admins learn of each that shuts.

    Answers whether one is shut now: the caller's next PIN would not be looked at.
    """
    shuts = False
    for key, free in _budgets(x).items():
        after = after_failure(_known(x, key), free, x.line.policy.throttles, x.now)
        values = {"failures": after.failures, "last_at": after.last_at, "shut_until": after.shut_until}
        x.connection.execute(update(Throttle).where(Throttle.key == key).values(values))
        if after.shut_until is not None:
            x.log("throttled", f"{key}: {after.failures} wrong PINs")
            alerts.guessing(x.session, x.line, key, after.failures, x.now)
            shuts = True
    _forget(x)
    return shuts


def _budgets(x: Exchange) -> dict[str, int]:
    """The keys that this caller's wrong PINs count for, with how many of them are free, in the order of locking."""
    rules = x.line.policy.throttles
    if x.call.registered:
        return {f"registered {x.call.caller}": rules.registered}
    return {LINE: rules.line, f"number {x.call.caller or UNKNOWN}": rules.number}


def _known(x: Exchange, key: str) -> Guesses | None:
    """What is remembered under a key, locked; None under a new one."""
    fresh = {"key": key, "failures": 0, "last_at": x.now, "shut_until": None}
    if insert_once(x.session, Throttle, ["key"], fresh):
        return None
    statement = select(Throttle.failures, Throttle.last_at, Throttle.shut_until).where(Throttle.key == key)
    return Guesses(*x.connection.execute(statement.with_for_update()).one())


def _forget(x: Exchange) -> None:
    """Rows of numbers that count for nothing any more."""
    before = x.now - x.line.policy.throttles.forgotten_after
    old = select(Throttle.key).where(Throttle.last_at <= before, Throttle.key != LINE)
    x.connection.execute(delete(Throttle).where(Throttle.key.in_(old.with_for_update(skip_locked=True))))
