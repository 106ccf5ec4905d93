"""Wrong PINs, and the budgets that pay for them: whose they are is in rules/pin_budgets.py.

A PIN is looked at only while a budget can pay for it, should it be wrong. The budgets of a year are locked before the
PIN is looked at, so that callers who guess at once spend no more than there is. Rows are locked in one order: what is a
caller's or a contract's own, then what is shared; the line, then country, prefix and number.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Row, and_, delete, or_, select, update

from ivr import pins_in_use
from ivr.exchange import Exchange
from models.database import insert_once
from models.protection import Throttle
from paging import alerts, wrong_pins
from rules import pin_budgets
from rules.caller_id import is_verified
from rules.phone_numbers import region_of
from rules.pin_budgets import Budget, chance

DAY = timedelta(days=1)
_ROWS = select(Throttle.key, Throttle.failures, Throttle.whole_at)

Charge = tuple[Budget, float]
"""What a wrong PIN costs, and the budget that pays."""


@dataclass(frozen=True, slots=True)
class Guess:
    """A PIN that may be looked at: the contracts that it may open (None: any), and the price of a wrong one."""

    contracts: frozenset[int] | None
    charges: Sequence[Charge]


def admit(x: Exchange, *, lock: bool = True) -> Guess | None:
    """What the caller's next PIN may open; None if no budget can pay for a wrong one.

    Without `lock` this is only what it looks like now: enough to choose the next question.
    """
    if x.call.keyed_contract:
        return _of_named_contracts(x, named_contracts(x.call.keyed_contract), lock)
    if x.call.registered and x.call.caller:
        return _of_registered(x, x.call.caller, lock)
    return _of_anybody(x, lock)


def keep_contracts(ids: Sequence[int]) -> str:
    """What a call keeps of the digits of a contract's number: a PIN keyed in by mistake must not be written down."""
    return ",".join(map(str, ids)) or "-"


def named_contracts(kept: str) -> Sequence[int]:
    """The contracts that keep_contracts kept."""
    return [int(each) for each in kept.split(",") if each != "-"]


def count_failure(x: Exchange, guess: Guess) -> None:
    """The PIN was wrong: charge the budgets. The admins are told of each that is spent now."""
    for budget, cost in guess.charges:
        known = _locked(x, budget)
        whole_at = budget.after(known.whole_at, cost, x.now)
        is_spent = not budget.affords(whole_at, cost, x.now)
        values = {
            "failures": known.failures + 1,
            "last_at": x.now,
            "whole_at": whole_at,
            "shut_until": budget.affords_again_at(whole_at, cost) if is_spent else None,
        }
        x.connection.execute(update(Throttle).where(Throttle.key == budget.key).values(values))
        if is_spent:
            _tell(x, budget, cost, known.failures + 1)
    _forget(x)


def _tell(x: Exchange, budget: Budget, cost: float, failures: int) -> None:
    """Say in the call's log and to the admins that a budget is spent, and what it holds."""
    whose, limit = wrong_pins.whose(x.session, x.line, budget.key), budget.guesses_a_year(cost)
    x.log("throttled", f"{failures} wrong PINs from {whose}; at most {limit} a year")
    alerts.guessing(x.session, x.line, budget.kind, whose, failures, limit, x.now)


def _of_anybody(x: Exchange, lock: bool) -> Guess | None:
    """A PIN without a contract number, from a number that is not registered: it may open any contract."""
    rules = x.line.policy.throttles
    country = region_of(x.call.caller) if x.call.caller else None
    cost = chance(pins_in_use.all_of_them(x.connection))
    line = pin_budgets.line(rules)
    if not _affords(x, line, cost, lock):
        return None
    others = pin_budgets.unregistered(rules, x.call.caller, country)
    known = _known(x, others)
    if not all(other.affords(known[other.key].whole_at, 1, x.now) for other in others):
        return None
    return Guess(None, [(line, cost), *((other, 1) for other in others)])


def _of_registered(x: Exchange, number: str, lock: bool) -> Guess | None:
    """A PIN from a registered number: it may open the contracts of that number's customers."""
    rules = x.line.policy.throttles
    pins = pins_in_use.of_caller(x.connection, number)
    cost = chance(pins_in_use.together(pins.values()))
    numbers = pins_in_use.registered_numbers(x.connection)
    budgets = pin_budgets.registered(rules, number, numbers, is_verified=is_verified(x.call.stir))
    payer = next((budget for budget in budgets if _affords(x, budget, cost, lock)), None)
    return Guess(frozenset(pins), [(payer, cost)]) if payer else None


def _of_named_contracts(x: Exchange, ids: Sequence[int], lock: bool) -> Guess | None:
    """A PIN after a contract's number. Of several contracts with the same digits, those that a budget pays for.

    Digits that name no contract open nothing and cost nothing; the caller is not told that there is none. What is each
    contract's own is locked before what is common to all.
    """
    rules, contracts = x.line.policy.throttles, pins_in_use.contracts(x.connection)
    costs = {each: chance(pins) for each, pins in sorted(pins_in_use.of_contracts(x.connection, ids).items())}
    own = {each: pin_budgets.contract(rules, each, contracts) for each in costs}
    paid = [each for each in costs if _affords(x, own[each], costs[each], lock)]
    charges = [(own[each], costs[each]) for each in paid]
    unpaid = [each for each in costs if each not in paid]
    rest, common = sum(costs[each] for each in unpaid), pin_budgets.common(rules)
    if unpaid and _affords(x, common, rest, lock):
        paid, charges = [*paid, *unpaid], [*charges, (common, rest)]
    return Guess(frozenset(paid), charges) if paid or not costs else None


@dataclass(frozen=True, slots=True)
class _Known:
    failures: int = 0
    whole_at: datetime | None = None


def _affords(x: Exchange, budget: Budget, cost: float, lock: bool) -> bool:
    known = _locked(x, budget) if lock else _known(x, [budget])[budget.key]
    return budget.affords(known.whole_at, cost, x.now)


def _known(x: Exchange, budgets: Sequence[Budget]) -> dict[str, _Known]:
    """What is remembered of budgets, by their keys, without a lock."""
    rows = x.connection.execute(_ROWS.where(Throttle.key.in_([budget.key for budget in budgets])))
    return {budget.key: _Known() for budget in budgets} | {row.key: _read(row, x.now) for row in rows}


def _locked(x: Exchange, budget: Budget) -> _Known:
    """What is remembered of a budget, locked; a new row for one of which nothing is."""
    while True:
        row = x.connection.execute(_ROWS.where(Throttle.key == budget.key).with_for_update()).one_or_none()
        if row is not None:
            return _read(row, x.now)
        fresh = {"key": budget.key, "failures": 0, "last_at": x.now, "whole_at": x.now, "shut_until": None}
        insert_once(x.session, Throttle, ["key"], fresh)


def _read(row: Row[str, int, datetime | None], now: datetime) -> _Known:
    """Failures from before the budget was last whole do not count."""
    is_whole = row.whole_at is None or row.whole_at <= now
    return _Known(0 if is_whole else row.failures, row.whole_at)


def _forget(x: Exchange) -> None:
    """Delete the rows of budgets of which nothing is spent any more, and those of versions that had no budgets."""
    is_old = and_(Throttle.whole_at.is_(None), Throttle.last_at <= x.now - DAY)
    old = select(Throttle.key).where(or_(Throttle.whole_at <= x.now, is_old), Throttle.last_at < x.now)
    x.connection.execute(delete(Throttle).where(Throttle.key.in_(old.with_for_update(skip_locked=True))))
