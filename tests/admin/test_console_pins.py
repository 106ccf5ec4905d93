"""PINs on a contract's page: told apart, rotated without a gap, revoked."""

from datetime import timedelta

import pytest

from models.audit import Audit
from models.call import Call, Step
from models.customer import Pin
from tests.admin.console_site import PEPPERS, open_site
from tests.admin.customer_desk import rows


@pytest.fixture
def site(sqlite):
    site = open_site(sqlite)
    site.contract()
    return site


@pytest.fixture
def visitor(site):
    return site.visitor()


def issue(visitor, contract=1, **typed):
    return visitor.get(f"/contracts/{contract}").send(f"/contracts/{contract}/pins", **typed)


def in_force(site):
    return [pin.id for pin in rows(site, Pin) if pin.revoked_at is None]


def test_a_pin_is_rotated_and_both_hold_until_the_old_one_is_revoked(site, visitor):
    issue(visitor, pin="01234567", label="Milan office")
    visitor.get("/contracts/1").send("/contracts/1/pins/1/rotate")
    new = visitor.found(r'id="pin">([0-9]{8})<')
    assert visitor.response.headers["Cache-Control"] == "no-store"
    assert "Still in force" in visitor.text and "Milan office issued Wed 11 Nov 02:14" in visitor.text
    assert [(pin.digest, pin.label) for pin in rows(site, Pin)] == [
        (PEPPERS.digest("01234567"), "Milan office"),
        (PEPPERS.digest(new), "Milan office"),
    ]
    assert in_force(site) == [1, 2]
    visitor.send("/contracts/1/pins/1/revoke")
    assert "it opens nothing any more" in visitor.text
    assert in_force(site) == [2]
    assert [change.action for change in rows(site, Audit)] == ["pin.issued", "pin.issued", "pin.revoked"]


def test_of_two_with_one_name_the_page_says_which_is_to_go(site, visitor):
    issue(visitor, label="Milan office")
    issue(visitor, label="Rome office")
    assert "A newer PIN of the same name" not in visitor.get("/contracts/1").text
    visitor.send("/contracts/1/pins/1/rotate").get("/contracts/1")
    assert visitor.text.count("A newer PIN of the same name is in force") == 1
    assert visitor.text.index("A newer PIN") < visitor.text.index("Rome office in force")


def test_what_is_sent_twice_issues_one_pin(site, visitor):
    issue(visitor, pin="01234567")
    visitor.get("/contracts/1")
    stale = visitor.html
    visitor.send("/contracts/1/pins/1/rotate")
    assert len(rows(site, Pin)) == 2
    for action in ("/contracts/1/pins/1/rotate", "/contracts/1/pins"):
        visitor.html = stale
        visitor.send(action)
        assert "No PIN was issued: another one was" in visitor.text
    assert len(rows(site, Pin)) == 2


def test_a_pin_is_given_another_name(site, visitor):
    issue(visitor, label="Milan office")
    visitor.get("/contracts/1").send("/contracts/1/pins/1/label", label_1_label="Ada")
    assert "Ada in force" in visitor.text
    visitor.send("/contracts/1/pins/1/label", label_1_label="x" * 61)
    assert "Nothing was changed. At most 60 characters." in visitor.text
    changes = rows(site, Audit)
    assert (changes[-1].action, changes[-1].before, changes[-1].after) == (
        "pin.labelled",
        {"label": "Milan office"},
        {"label": "Ada"},
    )


def test_the_page_says_when_a_pin_last_opened_a_call(site, visitor):
    issue(visitor, label="Milan office")
    at = site.clock.at
    with site.database.write() as session:
        for number in (1, 2):
            call = Call(
                sid=f"CA{number}", caller=None, step=Step.ENDED, turn=0, silences=0, wrong_pins=0, problem=0,
                registered=False, staffed=False, contract_id=1, pin_id=1, started_at=at - timedelta(hours=number),
            )  # fmt: skip
            session.add(call)
    assert "by admin@example.com, last used Wed 11 Nov 01:14." in visitor.get("/contracts/1").text


def test_a_pin_of_another_contract_is_not_touched_from_here(site, visitor):
    issue(visitor, pin="01234567")
    other = site.contract("C-2", "Other")
    visitor.get("/contracts/1")
    token = visitor.found(r'name="csrf_token" value="([^"]+)"')
    for move in ("revoke", "rotate", "label"):
        forged = {"csrf_token": token, "newest": "0", "label-1-label": "Eve"}
        assert visitor.client.post(f"/contracts/{other}/pins/1/{move}", data=forged).status_code == 404
    assert [(pin.revoked_at, pin.label, pin.contract_id) for pin in rows(site, Pin)] == [(None, None, 1)]


def test_a_pin_that_is_typed_and_not_issued_is_not_kept_by_the_browser(site, visitor):
    visitor.get("/contracts/1").send("/contracts/1/pins", pin="48201937", label="x" * 61)
    assert visitor.status == 422 and visitor.response.headers["Cache-Control"] == "no-store"
    visitor.get("/customers/1/add").send("", pin="48201937", number="")
    assert visitor.status == 422 and visitor.response.headers["Cache-Control"] == "no-store"


def test_a_pins_name_comes_along_through_the_sign_in(site, visitor):
    issue(visitor, label="Milan")
    visitor.get("/contracts/1")
    sent = {"csrf_token": "x", "label-1-label": "Milan office"}
    visitor.client.delete_cookie("platinum_line")
    headers = {"Referer": "http://localhost/contracts/1"}
    visitor._seen(visitor.client.post("/contracts/1/pins/1/label", data=sent, headers=headers))
    visitor.send(email="admin@example.com", password=site.passwords["admin@example.com"]).send()
    assert visitor.path == "/contracts/1" and 'value="Milan office"' in visitor.html
    visitor.send("/contracts/1/pins/1/label")
    assert rows(site, Pin)[0].label == "Milan office"
