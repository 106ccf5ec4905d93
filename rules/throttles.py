"""Wrong passwords: how many are free, and how long the next try must wait."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """How long those who guess on must wait.

    first_wait, longest_wait    each further wrong guess doubles the wait, from the first to the longest
    forgotten_after             without a wrong guess
    """

    first_wait: timedelta
    longest_wait: timedelta
    forgotten_after: timedelta


@dataclass(frozen=True, slots=True)
class Guesses:
    """The wrong guesses that are remembered; until `shut_until` none is looked at."""

    failures: int
    last_at: datetime
    shut_until: datetime | None = None


def is_shut(guesses: Guesses, at: datetime) -> bool:
    """Whether a guess is not looked at, be it right or wrong."""
    return guesses.shut_until is not None and at < guesses.shut_until


def after_failure(known: Guesses | None, free: int, rules: Waits, at: datetime) -> Guesses:
    """What is remembered once a further guess was wrong; the first `free` ones cost no wait."""
    is_fresh = known is None or at - known.last_at >= rules.forgotten_after
    failures = 1 if is_fresh or known is None else known.failures + 1
    return Guesses(failures, at, at + wait(failures - free, rules) if failures >= free else None)


def wait(beyond: int, rules: Waits) -> timedelta:
    """The wait after the last free wrong guess (`beyond` is 0), or after so many more."""
    longest = rules.longest_wait // rules.first_wait
    return rules.longest_wait if 2 ** min(beyond, 64) > longest else rules.first_wait * 2**beyond
