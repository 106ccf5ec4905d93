"""Whether a contract may use the line out of hours today, in words and as a question to the database."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import ColumnElement, Date, and_, case, func, literal, not_, or_, select, union
from sqlalchemy.orm import Session

from models.customer import Contract, Customer, Product
from rules.entitlement import EntitlementTerms, RefusalReason, is_asia_pacific, local_date, reasons_against

WORDS = {
    RefusalReason.PLAN: "no on-call service in this plan",
    RefusalReason.NOT_STARTED: "not started",
    RefusalReason.EXPIRED: "expired",
    RefusalReason.UNPAID: "suspended: not paid",
    RefusalReason.END_OF_LIFE: "product past its end of life",
    RefusalReason.END_OF_SUPPORT: "product past its end of support",
    RefusalReason.ASIA_PACIFIC: "site in Asia-Pacific",
}
SERVED = "served"


def reasons(contract: Contract, now: datetime, terms: EntitlementTerms) -> list[str]:
    """Why the contract may not phone the line out of hours today, the first as its callers hear it; none if it may."""
    return [WORDS[reason] for reason in reasons_against(contract.cover, None, now, terms)]


def sentence(contract: Contract, now: datetime, terms: EntitlementTerms) -> str:
    """What follows from the reasons, until when, and what to do."""
    against = reasons_against(contract.cover, None, now, terms)
    if not against:
        return _until(contract)
    return _WHAT_TO_DO[against[0]].format(c=contract, product=contract.product)


_WHAT_TO_DO = {
    RefusalReason.PLAN: "Only Platinum has the on-call line: its callers are told to phone in office hours.",
    RefusalReason.NOT_STARTED: "Its cover begins on {c.starts}.",
    RefusalReason.EXPIRED: "Its cover ended on {c.ends}: its callers are refused until the last day is a later one.",
    RefusalReason.UNPAID: "Its callers are refused until it is marked as paid.",
    RefusalReason.END_OF_LIFE: "{product.name} reached its end of life on {product.end_of_life}.",
    RefusalReason.END_OF_SUPPORT: "Support of {product.name} ended on {product.end_of_support}.",
    RefusalReason.ASIA_PACIFIC: "Out of hours its callers are refused; in office hours they reach the help desk.",
}


def _until(contract: Contract) -> str:
    """The last day on which it is served, as it is on file today."""
    product = contract.product
    ends: dict[date, str] = {}
    if product and product.end_of_life:
        ends[product.end_of_life] = f"the end of life of {product.name}"
    if product and product.end_of_support:
        ends[product.end_of_support] = f"the end of support of {product.name}"
    ends[contract.ends] = "the last day of the contract"
    last = min(ends)
    return f"Until {last}, {ends[last]}."


def condition(session: Session, wanted: str, now: datetime, terms: EntitlementTerms) -> ColumnElement[bool]:
    """What a contract must be that is SERVED, or refused for the reason `wanted` before any other.

    It is of contracts joined with their customer and, where they have one, their product.
    """
    applies = _conditions(session, now, terms)
    if wanted == SERVED:
        return not_(or_(*applies.values()))
    reason = RefusalReason(wanted)
    earlier = [applies[each] for each in list(RefusalReason)[: list(RefusalReason).index(reason)]]
    return and_(applies[reason], *map(not_, earlier))


def _conditions(
    session: Session, now: datetime, terms: EntitlementTerms
) -> Mapping[RefusalReason, ColumnElement[bool]]:
    """The rules of `reasons_against`. Their answer is yes or no even where a date or zone is not known."""
    zone = func.coalesce(Contract.time_zone, Customer.time_zone, "")
    zones = _zones(session)
    today = _today(zone, zones, now, terms)
    far = [name for name in zones if is_asia_pacific(name, None, terms.asia_pacific, terms.strict)]
    return {
        RefusalReason.PLAN: Contract.plan.not_in(terms.on_call_plans),
        RefusalReason.NOT_STARTED: today < Contract.starts,
        RefusalReason.EXPIRED: today > Contract.ends,
        RefusalReason.UNPAID: not_(Contract.paid),
        RefusalReason.END_OF_LIFE: and_(Product.end_of_life.is_not(None), today > Product.end_of_life),
        RefusalReason.END_OF_SUPPORT: and_(Product.end_of_support.is_not(None), today > Product.end_of_support),
        RefusalReason.ASIA_PACIFIC: zone.in_(far),
    }


def _zones(session: Session) -> list[str]:
    """Every zone that a site is in: far fewer than there are contracts."""
    statement = union(select(Contract.time_zone), select(Customer.time_zone))
    return [zone for zone in session.execute(statement).scalars() if zone]


def _today(zone: ColumnElement[str], zones: list[str], now: datetime, terms: EntitlementTerms) -> ColumnElement[date]:
    """The date at each site; on the whole earth there are never more than three."""
    default = local_date(None, now, terms)
    others: dict[date, list[str]] = {}
    for name in zones:
        if (day := local_date(name, now, terms)) != default:
            others.setdefault(day, []).append(name)
    if not others:
        return literal(default, Date)
    return case(*((zone.in_(names), literal(day, Date)) for day, names in others.items()), else_=literal(default, Date))
