"""The list of customers: words and filters narrow it, and no part repeats or skips one."""

import re
from datetime import UTC, date, datetime

import pytest

from admin import contracts, customer_search, standing
from admin.search import Edge
from models.account import Role
from models.customer import Contact, Contract, Customer, Product
from rules.targets import Plan
from tests.admin.console_site import open_site

TODAY = date(2026, 11, 11)
ZONES = (None, "Europe/Rome", "Asia/Tokyo", "Pacific/Honolulu", "Not/AZone", "UTC")


@pytest.fixture
def site(database):
    return open_site(database)


def shown(visitor):
    """The contracts' numbers on the page, in its order."""
    assert visitor.status == 200, visitor.text
    return re.findall(r"<b>(C-[0-9]+)</b>", visitor.html)


def contract(session, number, customer, **terms):
    given = {"plan": Plan.PLATINUM, "starts": date(2026, 1, 1), "ends": date(2026, 12, 31), "paid": True} | terms
    row = Contract(number=f"C-{number}", customer_id=customer.id, escalation_policy="default", **given)
    session.add(row)
    session.flush()
    return row


def customer(session, name, zone="Europe/Rome"):
    row = Customer(name=name, time_zone=zone)
    session.add(row)
    session.flush()
    return row


@pytest.fixture
def three(site):
    """Acme with a site in Milan and one in Osaka, Borea with Gold, and Zeta that has no contract."""
    with site.database.write() as session:
        session.add(Product(id=1, name="UC Suite"))
        session.flush()
        acme, borea = customer(session, "Acme 100% SpA"), customer(session, "Borea Srl")
        milan = contract(session, 1, acme, site="Milan", product_id=1)
        contract(session, 2, acme, site="Osaka", time_zone="Asia/Tokyo")
        contract(session, 3, borea, plan=Plan.GOLD)
        customer(session, "Zeta")
        contact = Contact(contract_id=milan.id, position=1, name="Ada", phone="+393332220001", email="ada@example.com")
        session.add(contact)


FOUND = [
    ("", "1 2 3"),
    ("?q=100%25", "1 2"),
    ("?q=c-3", "3"),
    ("?q=osaka", "2"),
    ("?q=ADA@example", "1"),
    ("?q=0039+333+222", "1"),
    ("?q=acme+milan", "1"),
    ("?q=borea+milan", ""),
    ("?plan=gold", "3"),
    ("?product=UC+Suite", "1"),
    ("?standing=served", "1"),
    ("?standing=asia_pacific&q=acme", "2"),
    ("?q=a%00%00zz", ""),
    ("?before=nonsense", "1 2 3"),
]


def test_what_is_asked_for_is_found_and_nothing_else(site, three):
    visitor = site.visitor(Role.VIEWER)
    for query, found in FOUND:
        assert shown(visitor.get(f"/customers{query}")) == [f"C-{number}" for number in found.split()], query


def test_whoever_has_no_contract_is_listed_and_an_empty_answer_says_what_to_do(site, three):
    assert "Zeta Europe/Rome No contract yet." in site.visitor(Role.VIEWER).get("/customers").text
    visitor = site.visitor(Role.VIEWER).get("/customers?q=zz&plan=gold")
    assert "No contract is all of this. Take one of the filters above away" in visitor.text
    assert visitor.get("/customers?standing=nonsense").status == 422


def test_before_the_first_customer_the_list_says_what_to_do(site):
    assert "Add the first customer here" in site.visitor().get("/customers").text


def test_part_by_part_every_contract_is_seen_once_there_and_back(site):
    with site.database.write() as session:
        for number in range(40):
            owner = customer(session, f"Customer {number % 7}.{number}")
            for each in range(3):
                contract(session, number * 3 + each, owner)
    visitor = site.visitor(Role.VIEWER).get("/customers")
    down, edges = [shown(visitor)], []
    while older := re.search(r'href="([^"]*before=[^"]*)"', visitor.html):
        visitor.get(older[1].replace("&amp;", "&"))
        down.append(shown(visitor))
        edges.append(visitor.path)
    assert [len(part) for part in down] == [50, 50, 20]
    seen = [number for part in down for number in part]
    assert len(set(seen)) == 120
    above = visitor.get(edges[0]).found(r'href="([^"]*after=[^"]*)"').replace("&amp;", "&")
    assert shown(visitor.get(above)) == down[0]


def test_the_filter_by_standing_finds_just_whom_the_rules_name(site):
    """Around midnight, in zones whose date is another, with and without products that end."""
    days = [date(2026, 11, 10), TODAY, date(2026, 11, 12)]
    with site.database.write() as session:
        ends = [(None, None), *((day, None) for day in days), *((None, day) for day in days)]
        for number, (support, life) in enumerate(ends, start=1):
            session.add(Product(id=number, name=f"P{number}", end_of_support=support, end_of_life=life))
        session.flush()
        number = 0
        for zone in ZONES:
            owner = customer(session, f"Customer in {zone}", zone)
            terms = [{"product_id": product} for product in (None, *range(1, 8))]
            terms += [{"starts": day} for day in days] + [{"ends": day} for day in days]
            terms += [{"paid": False}, {"plan": Plan.GOLD, "paid": False}, {"time_zone": "Asia/Tokyo", "ends": TODAY}]
            for each in terms:
                number += 1
                contract(session, number, owner, **each)
    terms = site.line.policy.entitlement
    wanted: list[tuple[str, str | None]] = [(standing.SERVED, None), *standing.WORDS.items()]
    noon, near_midnight = (datetime(2026, 11, 11, hour, tzinfo=UTC) for hour in (11, 23))
    with site.database.read() as session:
        rows = [row for owner in range(1, len(ZONES) + 1) for row in contracts.of_customer(session, owner)]
        for now in (noon, near_midnight):
            first = {row.id: next(iter(standing.reasons(row, now, terms)), None) for row in rows}
            for kind, words in wanted:
                found = by_sql(session, kind, now, terms)
                assert found == {row for row, reason in first.items() if reason == words}, kind
                assert found, kind


def by_sql(session, kind, now, terms):
    """The ids of the contracts that the filter finds, part by part."""
    wanted = [Contract.id.is_not(None), standing.condition(session, kind, now, terms)]
    part = customer_search.listed(session, wanted, None)
    found = [row.contract.id for row in part.rows if row.contract]
    while part.has_older:
        part = customer_search.listed(session, wanted, Edge(part.rows[-1].edge, upwards=False))
        found += [row.contract.id for row in part.rows if row.contract]
    return set(found)
