"""A form that arrives without rows that it showed is refused: asked of every form with rows that a page has."""

import re

import pytest

from models.service import RoleContact
from tests.admin.console_site import _lists
from tests.admin.doors import PAGES, forms, one_of_each
from tests.every_route import on_file

ROW = re.compile(r"((?:[a-z_]+-[0-9]+-)*[a-z_]+-[0-9]+)(?:-[a-z_]+)?")
WITH_ROWS = {
    "/contracts/1/contacts", "/contacts/duty_manager", "/customers/add", "/customers/1/add", "/policies/add",
    "/policies/default/edit", "/rotations/add", "/rotations/platinum/edit",
}  # fmt: skip
NOT_REPEATED = {"/contracts/1/pins/1/label"}
"""Each PIN has a form of its own; the number tells them apart."""


@pytest.fixture
def site(sqlite):
    site = one_of_each(sqlite)
    with site.database.write() as session:
        for position, name in enumerate(("Max", "Eva")):
            session.add(RoleContact(role="duty_manager", position=position, name=name, phone=f"+39333111000{position}"))
    return site


def forms_with_rows(visitor):
    """Each form with rows: its address, its fields, and the names of its rows."""
    for page in PAGES:
        for address, fields in forms(visitor, page):
            names = [name for name, _ in fields]
            rows = {match[1] for name in names if (match := ROW.fullmatch(name))}
            if rows and address not in NOT_REPEATED:
                yield address, fields, rows


def without(fields, row):
    return [(name, value) for name, value in fields if not f"{name}-".startswith(f"{row}-")]


def test_the_forms_with_rows_are_found(site):
    assert {address for address, _, _ in forms_with_rows(site.visitor())} == WITH_ROWS


@pytest.mark.parametrize("step", [{}, {"step": "save"}])
def test_a_row_that_got_lost_is_not_deleted(site, step):
    visitor, before = site.visitor(), on_file(site.database)
    for address, fields, rows in forms_with_rows(visitor):
        for row in rows:
            answer = visitor.client.post(address, data=_lists([*without(fields, row), *step.items()]))
            assert answer.status_code == 422, (address, row)
    assert on_file(site.database) == before


def test_an_empty_form_deletes_nothing_and_does_not_become_whole_by_being_sent_again(site):
    visitor, before = site.visitor(), on_file(site.database)
    for address, fields, _ in forms_with_rows(visitor):
        no_rows = [one for one in fields if not ROW.fullmatch(one[0])]
        for sent in ([], [("step", "save")], no_rows, [one for one in no_rows if one[0] != "shown_rows"]):
            visitor._seen(visitor.client.post(address, data=_lists(sent)))
            assert visitor.status == 422, address
            assert visitor.send().status == 422, address
    assert on_file(site.database) == before


def test_a_whole_form_may_clear_every_row(site):
    visitor = site.visitor().get("/contracts/1/contacts")
    visitor.send(contacts_0_name="", contacts_0_phone="", contacts_0_email="")
    assert visitor.status == 200 and not on_file(site.database)["contact"]
