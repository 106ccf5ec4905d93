"""Customers and their contracts found by what is known of them, by name and part by part."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, contains_eager

from admin import search, standing
from admin.fields import choice
from admin.search import Edge, Part, any_choice
from models.customer import HOUSE_CONTRACT, Contact, Contract, Customer, Pin, Product
from rules.entitlement import EntitlementTerms
from rules.targets import Plan

_contract_id = func.coalesce(Contract.id, 0)


class Listed(NamedTuple):
    """One line of the list: a customer's contract; None for a customer who has none."""

    customer: Customer
    contract: Contract | None

    @property
    def edge(self) -> str:
        """By what the list goes on from here."""
        return f"{self.customer.id}.{self.contract.id if self.contract else 0}"


class CustomerSearch(search.SearchForm):
    plan = any_choice("Plan", [(plan.value, plan.value.capitalize()) for plan in Plan])
    product = any_choice("Product", [])
    standing = any_choice(
        "On-call line",
        [
            (standing.SERVED, "May phone"),
            *((reason.value, words[:1].upper() + words[1:]) for reason, words in standing.WORDS.items()),
        ],
    )

    def __init__(self, *args: Any, products: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.since, self.until
        self.product.choices = [choice("", "Any"), *(choice(name, name) for name in products)]

    def conditions(self, session: Session, now: datetime, terms: EntitlementTerms) -> list[ColumnElement[bool]]:
        """What a contract must be."""
        chosen = ((Contract.plan, self.plan), (Product.name, self.product))
        found = [column == field.data for column, field in chosen if field.data]
        if self.standing.data:
            found += [Contract.id.is_not(None), standing.condition(session, self.standing.data, now, terms)]
        return [*found, *map(_matches, self.words())]


def _matches(word: str) -> ColumnElement[bool]:
    """The word is in the customer's name, the contract's number or site, or in what is known of a contact."""
    known = [column.icontains(word, autoescape=True) for column in (Contact.name, Contact.email)]
    if digits := search.digits_of(word):
        known.append(Contact.phone.contains(digits))
    named = [column.icontains(word, autoescape=True) for column in (Customer.name, Contract.number, Contract.site)]
    return or_(*named, Contract.id.in_(select(Contact.contract_id).where(or_(*known))))


def listed(session: Session, conditions: Sequence[ColumnElement[bool]], edge: Edge | None) -> Part[Listed]:
    """By the customers' names, each with the contracts in the order in which they came. An edge is that of a line."""
    upwards = edge is not None and edge.upwards
    order = (Customer.name.desc(), _contract_id.desc()) if upwards else (Customer.name, _contract_id)
    statement = (
        select(Customer, Contract)
        .outerjoin(Contract, Contract.customer_id == Customer.id)
        .outerjoin(Product, Product.id == Contract.product_id)
        .options(contains_eager(Contract.customer), contains_eager(Contract.product))
        .where(func.coalesce(Contract.number, "") != HOUSE_CONTRACT, *conditions, *_beyond(session, edge))
        .order_by(*order)
        .limit(search.A_PART + 1)
    )
    return search.part([Listed(*row) for row in session.execute(statement)], edge)


def _beyond(session: Session, edge: Edge | None) -> list[ColumnElement[bool]]:
    """What stands below the edge in the list, or above it."""
    customer, _, contract = edge.row.partition(".") if edge else ("", "", "")
    number, row = search.number_of(customer), search.number_of(contract)
    at = session.get(Customer, number) if number is not None else None
    if edge is None or at is None or row is None:
        return []
    if edge.upwards:
        return [Customer.name <= at.name, or_(Customer.name < at.name, _contract_id < row)]
    return [Customer.name >= at.name, or_(Customer.name > at.name, _contract_id > row)]


def grouped(rows: Sequence[Listed]) -> list[tuple[Customer, list[Contract]]]:
    """Each customer of a part with the contracts that are in it."""
    by_customer = groupby(rows, key=lambda row: row.customer.id)
    found = [list(group) for _, group in by_customer]
    return [(group[0].customer, [row.contract for row in group if row.contract]) for group in found]


def pins(session: Session, contracts: Sequence[int]) -> Mapping[int, int]:
    """How many PINs are in force of each of these contracts."""
    statement = select(Pin.contract_id, func.count()).where(Pin.contract_id.in_(contracts), Pin.revoked_at.is_(None))
    return {contract: count for contract, count in session.execute(statement.group_by(Pin.contract_id))}


def has_any(session: Session) -> bool:
    """Whether there is a customer at all, besides the house."""
    return bool(listed(session, [], None).rows)
