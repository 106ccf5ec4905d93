"""Whether a contract may use the on-call service, and if not, why."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from rules import timezones
from rules.phone_numbers import region_of, zones_of
from rules.targets import Plan


class RefusalReason(StrEnum):
    """In the order in which they are given: where several apply, a caller hears the first."""

    PLAN = "plan"
    NOT_STARTED = "not_started"
    EXPIRED = "expired"
    UNPAID = "unpaid"
    END_OF_LIFE = "end_of_life"
    END_OF_SUPPORT = "end_of_support"
    ASIA_PACIFIC = "asia_pacific"


@dataclass(frozen=True, slots=True)
class Accepted:
    """The service may be used."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The service may not be used."""

    reason: RefusalReason


@dataclass(frozen=True, slots=True)
class Cover:
    """What a contract says. Dates are whole days, included, in the site's zone; `time_zone` None: not known."""

    plan: Plan
    starts: date
    ends: date
    paid: bool
    end_of_support: date | None = None
    end_of_life: date | None = None
    time_zone: str | None = None


@dataclass(frozen=True, slots=True)
class EntitlementTerms:
    """Where the vendor's terms draw the lines.

    `asia_pacific` are ISO 3166 codes. `strict` refuses where either the site or the caller is Asia-Pacific.
    `time_zone` is used where the site's is not known. A renewal within `renewal_days` of the end extends a contract.
    """

    on_call_plans: frozenset[Plan]
    asia_pacific: frozenset[str]
    strict: bool
    time_zone: str
    renewal_days: int


def screen(
    cover: Cover, caller: str | None, at: datetime, terms: EntitlementTerms, *, out_of_hours: bool = True
) -> Accepted | Refused:
    """Decide for a call at `at` from the E.164 number `caller` (None: unknown).

    Asia-Pacific is a limit of the out-of-hours service alone.
    """
    reasons = reasons_against(cover, caller, at, terms)
    if not out_of_hours:
        reasons = tuple(reason for reason in reasons if reason is not RefusalReason.ASIA_PACIFIC)
    return Refused(reasons[0]) if reasons else Accepted()


def reasons_against(
    cover: Cover, caller: str | None, at: datetime, terms: EntitlementTerms
) -> tuple[RefusalReason, ...]:
    """Every reason that applies, in order."""
    today = local_date(cover.time_zone, at, terms)
    applies = {
        RefusalReason.PLAN: cover.plan not in terms.on_call_plans,
        RefusalReason.NOT_STARTED: today < cover.starts,
        RefusalReason.EXPIRED: today > cover.ends,
        RefusalReason.UNPAID: not cover.paid,
        RefusalReason.END_OF_LIFE: cover.end_of_life is not None and today > cover.end_of_life,
        RefusalReason.END_OF_SUPPORT: cover.end_of_support is not None and today > cover.end_of_support,
        RefusalReason.ASIA_PACIFIC: is_asia_pacific(cover.time_zone, caller, terms.asia_pacific, terms.strict),
    }
    return tuple(reason for reason in RefusalReason if applies[reason])


def local_date(time_zone: str | None, at: datetime, terms: EntitlementTerms) -> date:
    """The date at a site, or in the vendor's zone where the site's is not known."""
    known = time_zone is not None and timezones.is_known(time_zone)
    return timezones.to_wall(at, time_zone if known and time_zone else terms.time_zone).date()


def is_asia_pacific(time_zone: str | None, caller: str | None, countries: Collection[str], strict: bool) -> bool:
    """Whether a call counts as Asia-Pacific: as the site's zone says or, where it belongs to no country, the number.

    `strict`: where either says so.
    """
    site = timezones.countries_of(time_zone) if time_zone else ()
    by_site = any(country in countries for country in site)
    if site and not strict:
        return by_site
    return by_site or (caller is not None and _number_is_asia_pacific(caller, countries))


def _number_is_asia_pacific(number: str, countries: Collection[str]) -> bool:
    """Only if every zone that the number can belong to is; where none is known, its country decides."""
    zones = zones_of(number)
    if not zones:
        return region_of(number) in countries
    return all(any(country in countries for country in timezones.countries_of(zone)) for zone in zones)


def renewed_from(ends: date, ordered: date, terms: EntitlementTerms) -> date:
    """The first day of a renewal that is ordered on a date: after the old end while that is recent, else that date."""
    return ends + timedelta(days=1) if ordered <= ends + timedelta(days=terms.renewal_days) else ordered
