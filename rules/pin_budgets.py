"""Budgets for wrong PINs: how many are looked at in a year, so that guessing all year almost certainly opens nothing.

A guess of L digits is right with the chance n / 10^L, where n PINs of L digits may be opened by it; an attacker guesses
at the length that is best. The chance that a year of guesses opens anything is at most the sum of their chances. So the
size of a budget is a chance too: each wrong PIN takes its own chance out of it, and the budgets together hold less
than what the policy allows for a year, however many PINs there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

YEAR = timedelta(days=365)
FEWEST_FROM_COMMON = 500
"""A shared budget pays only for guesses of which it could pay so many: none that is likely to be right drains it."""
ROUNDING = 1 + 1e-9
SUBSCRIBER_DIGITS = 6
"""The last digits of a number, which an attacker varies most easily: what stands before them is its prefix."""


class Kind(StrEnum):
    """Whose wrong PINs a budget counts; the start of its key."""

    LINE = "line"
    COUNTRY = "country"
    PREFIX = "prefix"
    NUMBER = "number"
    REGISTERED = "registered"
    VERIFIED = "verified"
    CONTRACT = "contract"
    COMMON = "common"
    COMMON_VERIFIED = "common-verified"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """How the chance that a year may have is divided. The sum is at most 1.

    line                PINs without a contract number, of all numbers that are not registered
    registered          of registered numbers, to equal parts
    verified            the same, for calls whose number the carriers vouch for
    contract            PINs after a contract number, to equal parts among the contracts
    common              what `registered` and `contract` draw on when a part is spent
    common_verified     what `verified` draws on when a part is spent
    """

    line: float
    registered: float
    verified: float
    contract: float
    common: float
    common_verified: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GuessingRules:
    """The limits for wrong PINs.

    odds        guessing all year opens any contract with a chance of at most 1 in so many
    number      wrong PINs without a contract number of one number that is not registered; one comes back in each
                `refilled_in` / `number`
    prefix      of all numbers that differ in their last six digits only
    country     of all numbers of one country
    """

    odds: int
    shares: Shares
    number: int
    prefix: int
    country: int
    refilled_in: timedelta


@dataclass(frozen=True, slots=True)
class Budget:
    """`size` is what may be spent at once; what is spent comes back evenly, all of it in `whole_in`.

    `fewest`: the budget pays for no guess that costs more than `size / fewest`.
    """

    kind: Kind
    about: str
    size: float
    whole_in: timedelta = YEAR
    fewest: int = 1

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.about}"

    def affords(self, whole_at: datetime | None, cost: float, now: datetime) -> bool:
        """Whether one more guess of this cost may be looked at. `whole_at`: when all that is spent has come back."""
        most = self.size * ROUNDING
        return cost * self.fewest <= most and self._spent(whole_at, now) + cost <= most

    def after(self, whole_at: datetime | None, cost: float, now: datetime) -> datetime:
        """The new `whole_at`, once a guess of this cost was wrong."""
        return max(whole_at or now, now) + self.whole_in * (cost / self.size)

    def affords_again_at(self, whole_at: datetime, cost: float) -> datetime:
        """When the next guess of this cost may be looked at."""
        return whole_at - self.whole_in * max(1 - cost / self.size, 0)

    def _spent(self, whole_at: datetime | None, now: datetime) -> float:
        return 0 if whole_at is None else self.size * max((whole_at - now) / self.whole_in, 0)

    def guesses_a_year(self, cost: float) -> int:
        """The most wrong PINs of this cost in any year: some at once, and as many as come back in a year."""
        if cost * self.fewest > self.size * ROUNDING:
            return 0
        at_once = self.size * ROUNDING / cost
        return int(at_once) + int(at_once * (YEAR / self.whole_in))


def chance(pins: Mapping[int, int]) -> float:
    """The chance that one guess is right, at the best length. `pins` counts those in use by their length in digits."""
    return max((count / 10**length for length, count in pins.items()), default=0)


def line(rules: GuessingRules) -> Budget:
    """Of all PINs without a contract number, from numbers that are not registered."""
    return _of_a_year(rules, Kind.LINE, "", rules.shares.line)


def unregistered(rules: GuessingRules, number: str | None, country: str | None) -> list[Budget]:
    """The budgets, counted in guesses, that keep one source from spending the whole line's. None: no number."""
    if number is None:
        return [_counted(rules, Kind.NUMBER, "unknown", rules.number)]
    return [
        _counted(rules, Kind.COUNTRY, country or "unknown", rules.country),
        _counted(rules, Kind.PREFIX, number[:-SUBSCRIBER_DIGITS], rules.prefix),
        _counted(rules, Kind.NUMBER, number, rules.number),
    ]


def registered(rules: GuessingRules, number: str, numbers: int, *, is_verified: bool) -> list[Budget]:
    """What pays for a registered number's wrong PINs: the first that can. `numbers` are registered in all."""
    if is_verified:
        own = _of_a_year(rules, Kind.VERIFIED, number, rules.shares.verified / max(numbers, 1))
        return [own, _shared(rules, Kind.COMMON_VERIFIED, rules.shares.common_verified)]
    return [_of_a_year(rules, Kind.REGISTERED, number, rules.shares.registered / max(numbers, 1)), common(rules)]


def contract(rules: GuessingRules, contract_id: int, contracts: int) -> Budget:
    """A contract's own, for wrong PINs after its number. `contracts` have PINs in all."""
    return _of_a_year(rules, Kind.CONTRACT, str(contract_id), rules.shares.contract / max(contracts, 1))


def common(rules: GuessingRules) -> Budget:
    """What contracts and registered numbers draw on when their own is spent."""
    return _shared(rules, Kind.COMMON, rules.shares.common)


def _shared(rules: GuessingRules, kind: Kind, share: float) -> Budget:
    budget = _of_a_year(rules, kind, "", share)
    return Budget(kind, "", budget.size, fewest=FEWEST_FROM_COMMON)


def _of_a_year(rules: GuessingRules, kind: Kind, about: str, share: float) -> Budget:
    """Half may be spent at once, the other half comes back within the year."""
    return Budget(kind, about, share / rules.odds / 2)


def _counted(rules: GuessingRules, kind: Kind, about: str, free: int) -> Budget:
    return Budget(kind, about, free, rules.refilled_in)
