"""What somebody else made of our forms: without our token, with fields that were not asked for, with HTML in each."""

import pytest

from models.account import Role
from models.database import Base
from tests.admin.console_site import _lists
from tests.admin.doors import DOORS, PAGES, POSTS, forms, one_of_each
from tests.every_route import on_file

HTML = "<b id=x>&\"'"
MARK = "nobody-asked-for-this"
NEVER = ("/sign-out", "/account/sessions", "/users/2/deactivate", "/users/2/role", "/users/2/sessions")
"""Forms that would end the visitor's own session, or its rights."""


@pytest.fixture
def site(sqlite):
    return one_of_each(sqlite)


def test_no_form_does_anything_without_a_token_of_its_own_session(site):
    site.app.config["WTF_CSRF_ENABLED"] = True
    visitor, other = site.visitor(), site.visitor(Role.MANAGER)
    visitor.get("/more")
    stolen = other.get("/drills").found(r'name="csrf_token"[^>]*value="([^"]+)"')
    before = on_file(site.database)
    for path in [*POSTS, "/sign-out"]:
        for data in ({}, {"csrf_token": ""}, {"csrf_token": stolen}):
            assert visitor.client.post(path, data=data).status_code == 400, path
    assert on_file(site.database) == before
    assert visitor.get("/account").path == "/account"


def test_fields_that_a_form_does_not_have_change_nothing(site):
    columns = {column.name for table in Base.metadata.sorted_tables for column in table.columns}
    visitor = site.visitor()
    sent = set()
    for page in PAGES:
        for address, fields in forms(visitor, page):
            if address in NEVER:
                continue
            forged = [(name, MARK) for name in columns - {name for name, _ in fields}]
            assert visitor.client.post(address, data=_lists([*fields, *forged])).status_code < 500, address
            sent.add(address)
    assert len(sent) > 40
    assert MARK not in str(on_file(site.database))


def test_html_typed_into_any_field_is_shown_as_it_was_typed(site):
    visitor = site.visitor()
    for page in PAGES:
        for address, fields in forms(visitor, page):
            for place, (name, _) in enumerate(fields):
                typed = [*fields[:place], (name, HTML), *fields[place + 1 :]]
                if address not in NEVER:
                    answer = visitor.client.post(address, data=_lists(typed), follow_redirects=True)
                    assert answer.status_code < 500 and "<b id=x" not in answer.get_data(as_text=True), (address, name)
    shown = set()
    for page in PAGES:
        html = visitor.get(page).html
        assert visitor.response.mimetype != "text/html" or "<b id=x" not in html, page
        if "&lt;b id=x&gt;&amp;" in html:
            shown.add(page)
    assert {"/", "/technicians", "/customers", "/products", "/tickets/100001", "/audit"} <= shown
    assert len(shown) > 30


def test_what_belongs_to_somebody_else_is_not_reached_by_its_number(site):
    other = site.contract("C-2002", "Beta SpA")
    visitor = site.visitor()
    visitor.client.post("/technicians/anna/calendar/add")
    before = on_file(site.database)
    for path in (
        *(f"/contracts/{other}/pins/1/{act}" for act in ("label", "rotate", "revoke")),
        f"/contracts/{other}/maintenance/1/cancel",
        "/rotations/platinum/calendar/1/revoke",
        "/users/1/sessions/1",
    ):
        assert visitor.client.post(path, data={"label": "x"}).status_code in (303, 404), path
        assert on_file(site.database) == before, path


def test_a_technician_reaches_nobody_else_s_page(site):
    site.technicians("Bruno Neri")
    site.user(Role.TECHNICIAN, "bruno@example.com")
    visitor = site.visitor(None).sign_in("bruno@example.com", site.passwords["bruno@example.com"])
    before = on_file(site.database)
    annas = [(method, path) for method, path in DOORS if path.startswith("/technicians/anna")]
    for method, path in annas:
        assert visitor.client.open(path, method=method).status_code == 403, path
    assert len(annas) > 10 and on_file(site.database) == before
    assert visitor.get("/technicians/bruno").status == 200
