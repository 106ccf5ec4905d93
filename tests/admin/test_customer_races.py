"""Two people at the console save at once: one has it, the other is told; and a call waits for neither."""

from functools import partial

import pytest
from sqlalchemy import select

from admin.file import portage
from ivr import screening
from models.account import Role
from models.customer import Contract, Customer, Pin
from models.database import Database
from rules.pins import Peppers
from tests.admin.console_site import PEPPERS, open_site
from tests.at_once import at_once

BOTH = (Role.ADMIN, Role.MANAGER)


@pytest.fixture
def site(database):
    site = open_site(database)
    site.contract()
    site.contract("C-1002", "Borea Srl")
    return site


def saves(site, page, action, *typed):
    """Both have the form before them, then save at once; answers who was told what is wrong, and what they saw."""
    visitors = [site.visitor(role) for role in BOTH]
    pages = page if isinstance(page, tuple) else (page, page)
    actions = action if isinstance(action, tuple) else (action, action)
    for visitor, path in zip(visitors, pages, strict=True):
        visitor.get(path)
    sent = zip(visitors, actions, typed * (3 - len(typed)), strict=True)
    at_once(*(partial(visitor.send, to, **words) for visitor, to, words in sent))
    assert sorted(visitor.status for visitor in visitors) == [200, 422]
    return next(visitor.text for visitor in visitors if visitor.status == 422)


def test_a_contract_number_is_given_once(site):
    told = saves(site, ("/customers/1/add", "/customers/2/add"), "", {"number": "C-7"})
    assert "There is a contract C-7 already." in told


def test_a_new_customer_is_made_once_and_has_both_contracts(site):
    visitors = [site.visitor(role).get("/customers/add") for role in BOTH]
    numbers = ("C-7", "C-8")
    at_once(*(partial(v.send, "", customer="Etna", number=n) for v, n in zip(visitors, numbers, strict=True)))
    assert [visitor.status for visitor in visitors] == [200, 200]
    with site.database.read() as session:
        owners = session.scalars(select(Contract.customer_id).where(Contract.number.in_(numbers))).all()
        (etna,) = session.scalars(select(Customer.id).where(Customer.name == "Etna")).all()
    assert list(owners) == [etna, etna]


def test_a_customers_new_name_is_taken_once(site):
    told = saves(site, ("/customers/1/edit", "/customers/2/edit"), "", {"customer": "Etna"})
    assert "Another customer is called Etna." in told


def test_a_product_is_made_once(site):
    assert "Another product is called UC Suite." in saves(site, "/products/add", "", {"name": "UC Suite"})


def test_a_pin_opens_one_contract(site):
    pages = ("/contracts/1", "/contracts/2")
    told = saves(site, pages, ("/contracts/1/pins", "/contracts/2/pins"), {"pin": "48201937"})
    assert "This PIN is or was in use." in told


def test_a_call_does_not_wait_for_an_import(postgresql_url, clock):
    """A PIN under the previous pepper is written anew by the call that keys it."""
    site = open_site(Database(postgresql_url, clock))
    site.contract()
    with site.database.write() as session:
        session.add(Pin(contract_id=1, digest=PEPPERS.digest("48201937"), created_at=site.clock.now()))
    with site.database.write() as importing, site.database.write() as call:
        portage.begin(importing)
        assert screening.prove(call.connection(), Peppers("new pepper", "pepper"), "48201937", None)
    site.database.dispose()
