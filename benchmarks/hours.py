"""Business time: 40 business hours added and counted, from instants all over the year."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from statistics import median

from benchmarks.databases import Kinds
from benchmarks.results import Row, at_most
from config.policy import load_policy
from config.settings import DEFAULT_POLICY_FILE
from rules.service_hours import add_business, business_between
from rules.targets import Plan

LIMIT = 250
LOCALIZE = "one pytz `localize` is 14 µs"
FORTY = timedelta(hours=40)
YEAR = timedelta(days=365)
FIRST = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Sizes:
    asked: int


NORMAL, SMALL = Sizes(asked=2000), Sizes(asked=10)


def run(kinds: Kinds, sizes: Sizes) -> list[Row]:
    """The rule alone: it knows no database."""
    calendar = load_policy(DEFAULT_POLICY_FILE).plans[Plan.PLATINUM].calendar
    instants = [FIRST + YEAR * (number / sizes.asked) for number in range(sizes.asked)]
    ends = [add_business(calendar, at, FORTY) for at in instants]
    adding = [_seconds(partial(add_business, calendar, at, FORTY)) for at in instants]
    counting = [_seconds(partial(business_between, calendar, at, end)) for at, end in zip(instants, ends, strict=True)]
    return [
        at_most("40 business hours added, median", median(adding) * 1e6, LIMIT, "µs", LOCALIZE),
        at_most("40 business hours counted, median", median(counting) * 1e6, LIMIT, "µs", LOCALIZE),
    ]


def _seconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began
