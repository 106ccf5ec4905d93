"""The people behind the roles and the help desk: changed in the console, and told of what is missing."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa

from admin import service
from models.account import Role
from models.audit import Audit
from models.service import RoleContact
from tests.admin.console_site import open_site

MAX: dict[str, Any] = {
    "people-0-name": "Max",
    "people-0-phone": "+39 333 111 0009",
    "people-0-email": "max@example.com",
}
ON_FILE = {"name": "Max", "phone": "+393331110009", "email": "max@example.com"}


@pytest.fixture
def site(sqlite):
    return open_site(sqlite)


def people(site, role="duty_manager"):
    with site.database.read() as session:
        return service.people(session)[role]


def audits(site):
    with site.database.read() as session:
        return session.scalars(sa.select(Audit).where(Audit.action.in_(("role.changed", "help_desk.changed")))).all()


def test_who_is_told_of_what_and_when(site):
    text = site.visitor(Role.VIEWER).get("/contacts").text
    assert "Gold and Platinum: P1 after 2 business hours, P2 after 4 business hours, P3 after 16 business hours" in text
    assert "Basic: P1 after 2 business days, P2 after 3 business days, P3 after 10 business days" in text
    assert "There is no duty manager: the human path reaches nobody." in text
    assert "In staffed hours nobody can be connected: the line takes each call itself." in text
    assert "Edit" not in text and "Add a duty manager" not in text


def test_people_are_added_ordered_and_removed_with_before_and_after_in_the_log(database):
    site = open_site(database)
    visitor = site.visitor(Role.MANAGER).get("/contacts/duty_manager").send(**MAX)
    assert visitor.path == "/contacts"
    assert "no duty manager" not in visitor.text
    visitor.get("/contacts/duty_manager").send(arrange="add")
    assert people(site) == [ON_FILE], "a button of the form saves nothing"
    eva: dict[str, Any] = {"people-1-name": "Eva", "people-1-email": "eva@example.com"}
    visitor.send(arrange="up-1", **eva).send()
    assert [person["name"] for person in people(site)] == ["Eva", "Max"]
    visitor.get("/contacts/duty_manager").send(arrange="remove-0").send()
    assert people(site) == [ON_FILE]
    first, second, third = audits(site)
    assert (first.actor, first.action, first.subject) == ("manager@example.com", "role.changed", "role:duty_manager")
    assert (first.before, first.after) == ({"people": []}, {"people": [ON_FILE]})
    assert [person["name"] for person in second.after["people"]] == ["Eva", "Max"]
    assert third.before == second.after


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ({"people-0-email": "max@example.com"}, "Type the contact's name"),
        ({"people-0-name": "Max"}, "Type a telephone or an e-mail"),
        ({"people-0-name": "Max", "people-0-phone": "333"}, "not a telephone number with its country code"),
        ({"people-0-name": "Max", "people-0-phone": "+39899123456"}, "may not call or text"),
        ({"people-0-name": "Max", "people-0-phone": "+573211234567"}, None),
        ({"people-0-name": "Max", "people-0-phone": "+93701234567"}, "may not call or text this number"),
        ({"people-0-name": "Max\u2028Eva", "people-0-email": "max@example.com"}, "One line"),
    ],
)
def test_what_would_reach_nobody_is_refused_beside_its_field(site, typed, complaint):
    visitor = site.visitor().get("/contacts/duty_manager").send(**typed)
    assert (visitor.status, len(people(site))) == ((422, 0) if complaint else (200, 1))
    assert (complaint or "holds from now on") in visitor.text
    if complaint and "Max" in typed.values():
        assert 'value="Max"' in visitor.html


def test_the_last_telephone_of_the_duty_managers_stays(site):
    visitor = site.visitor().get("/contacts/duty_manager").send(**MAX)
    visitor.get("/contacts/duty_manager").send(**{"people-0-phone": ""})
    assert visitor.status == 422
    assert "Somebody here must keep a telephone" in visitor.text
    visitor.get("/contacts/duty_manager").send(arrange="remove-0").send()
    assert visitor.status == 422
    assert people(site) == [ON_FILE]
    visitor.get("/contacts/cto").send(**MAX).get("/contacts/cto").send(arrange="remove-0").send()
    assert people(site, "cto") == []


def test_of_two_tabs_the_second_is_told_and_a_double_send_does_nothing_twice(site):
    one, two = site.visitor().get("/contacts/cto"), site.visitor().get("/contacts/cto")
    one.send(**MAX)
    two.send(**{"people-0-name": "Eve", "people-0-email": "eve@example.com"})
    assert two.status == 422
    assert "Somebody else has changed this" in two.text
    assert 'value="Eve"' in two.html
    two.send(**{"people-0-name": "Eve", "people-0-email": "eve@example.com"})
    assert people(site, "cto") == [ON_FILE]


def test_of_two_who_save_at_the_same_moment_one_is_told(database):
    site = open_site(database)
    both = [site.visitor().get("/contacts/cto") for _ in range(2)]
    with ThreadPoolExecutor() as threads:
        sent = list(threads.map(lambda visitor: visitor.send(**MAX), both))
    assert sorted(visitor.status for visitor in sent) == [200, 422]
    assert people(site, "cto") == [ON_FILE]


def test_forged_roles_and_fields_change_nothing(site):
    visitor = site.visitor().get("/contacts/cto")
    assert visitor.client.get("/contacts/admin").status_code == 404
    lines = {f"people-{n}-name": f"N{n}" for n in range(30)} | {f"people-{n}-email": "n@example.com" for n in range(30)}
    visitor.send(**lines, role="duty_manager", **{"people-0-id": "1", "people-0-role": "duty_manager"})
    assert len(people(site, "cto")) == 20
    assert people(site) == []
    visitor.get("/contacts/co_ceo").send(**MAX | {"people-0-name": "<b>Max</b>"}).get("/contacts")
    assert "&lt;b&gt;Max&lt;/b&gt;" in visitor.html


def test_the_help_desk_is_set_and_removed(site):
    visitor = site.visitor(Role.MANAGER).get("/contacts/help-desk").send(email="desk@example.com")
    assert "Type the telephone too" in visitor.text
    visitor.send(phone="+39 0584 000000", email="desk@example.com")
    assert "The help desk is changed" in visitor.text
    with site.database.read() as session:
        assert service.help_desk(session) == {"phone": "+390584000000", "email": "desk@example.com"}
    visitor.get("/contacts/help-desk").send(phone="", email="")
    assert "There is no help desk on file." in visitor.text
    set_up, removed = audits(site)
    assert (set_up.before, removed.after) == (None, None)
    assert removed.before == set_up.after == {"phone": "+390584000000", "email": "desk@example.com"}


def test_more_people_than_the_form_adds_are_all_shown_and_kept(site):
    brought = [{"name": f"P{number}", "phone": None, "email": f"p{number}@example.com"} for number in range(25)]
    with site.database.write() as session:
        session.add_all(RoleContact(role="cto", position=place, **one) for place, one in enumerate(brought))
    visitor = site.visitor().get("/contacts/cto")
    assert visitor.status == 200
    visitor.send(**{"people-24-name": "Eva"})
    assert people(site, "cto") == [*brought[:24], brought[24] | {"name": "Eva"}]
    visitor.get("/contacts/cto").send(arrange="remove-0").send()
    assert len(people(site, "cto")) == 24
