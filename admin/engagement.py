"""The support plan's escalation to the management, in words: when each role is engaged."""

from collections.abc import Iterator
from datetime import timedelta

from rules.policy import Policy
from rules.targets import BusinessDays, BusinessTime, Elapsed, Limit, PlanTerms
from rules.wording import lasting, listed

HOUR = timedelta(hours=1)


def engagements(policy: Policy, role: str) -> list[tuple[str, str]]:
    """For which plans, and when: ('Gold and Platinum', 'P1 after 2 business hours, P2 after 4 business hours')."""
    plans: dict[str, list[str]] = {}
    for terms in policy.plans.values():
        plans.setdefault(", ".join(_reached(policy, terms, role)), []).append(terms.name)
    return [(listed(names), when) for when, names in plans.items() if when]


def _reached(policy: Policy, terms: PlanTerms, role: str) -> Iterator[str]:
    for priority, row in policy.matrix.items():
        for limit, roles in zip(terms.matrix_columns, row, strict=True):
            if role in roles:
                yield f"{priority} after {in_words(limit)}"


def in_words(limit: Limit) -> str:
    """'60 minutes', '2 business hours', '3 business days'."""
    match limit:
        case Elapsed(duration):
            return lasting(duration)
        case BusinessTime(duration):
            hours, rest = divmod(duration, HOUR)
            return (
                f"{lasting(duration)} of business time" if rest else f"{hours} business hour{'s' if hours != 1 else ''}"
            )
        case BusinessDays(days):
            return f"{days} business day{'s' if days != 1 else ''}"
