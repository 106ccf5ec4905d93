"""No question on the path of a call, a page, a text, the home page or a list reads a growing table whole."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from admin import accounts, sessions
from models.account import Role
from models.technician import Technician
from models.ticket import Ticket
from paging import contact_proofs, contact_tests, pager
from paging.contact_proofs import Way
from rules.escalation import Channel
from tests.plans import asked, loaded, scans
from tests.stories.pages import NUMBER, reports
from tests.world import ADA, PIN, STRANGER, World


def calls(world: World) -> None:
    """A problem with everything that a caller can say, one more call about it, and one that asks for a person."""
    call = world.phone(ADA).dials().presses(f"{PIN}#").presses("1").presses("1").records("Rack four", seconds=9)
    call.presses("1")
    world.settles()
    world.phone(ADA).dials().presses(f"{PIN}#").presses("5").hangs_up()
    stranger = world.phone(STRANGER).dials().presses("1").presses("00000000#")
    stranger.presses("0").records("Call me")
    world.passes(minutes=16)


def pages(world: World) -> None:
    """Texted, rung, escalated, taken by telephone, forgotten, taken back and alarmed."""
    reports(world)
    world.handset("anna").answers().presses("2")
    world.passes(minutes=1)
    world.post(f"/api/v1/tickets/{NUMBER}/acknowledge", {"by": "bruno"})
    world.passes(minutes=90)


def texts(world: World) -> None:
    reports(world)
    reports(world, "2")
    world.passes(minutes=1)
    for words in ("STATUS", "WHO", "ACK 100001", "STATUS", "PASS 100001", "ACK ALL", "DONE 100002 rebooted", "DONE"):
        world.handset("anna").sends(words)
        world.passes(seconds=30)


def codes_and_tests(world: World) -> None:
    for way in (Way.PHONE, Way.EMAIL):
        with world.database.write() as session:
            anna = contact_proofs.lock(session, "anna")
            assert anna
            address = contact_proofs.address_of(anna, way)
            assert address
            contact_proofs.send(session, world.gateway.line, anna, way, address, world.clock.at)
            contact_proofs.standings(session, anna, world.clock.at)
            contact_tests.send(session, world.gateway.line, anna, Channel.SMS, world.clock.at)
    world.passes(minutes=11)


def programs(world: World) -> None:
    reports(world)
    event = {"contract": "C-1001", "event": "disk_low", "source": "probe", "summary": "92 %", "key": "k"}
    for status in ("firing", "firing", "resolved"):
        world.post("/api/v1/events", event | {"status": status})
    world.get(f"/api/v1/tickets/{NUMBER}")
    world.get("/api/v1/tickets?limit=2")
    world.get("/api/v1/tickets?state=open&limit=2")
    world.app.test_client().get("/readyz")


def lists(world: World) -> None:
    reports(world)
    visitor = administrator(world)
    for path in (
        "/", "/live", "/tickets", "/tickets?state=unended", "/tickets?state=solved", "/tickets?holder=anna",
        "/tickets?before=100001", f"/tickets/{NUMBER}", f"/tickets/{NUMBER}/live", "/calls", "/calls/messages",
        "/audit", "/swaps", "/technicians", "/customers", "/contracts/1", "/drills", "/more", "/carrier",
        "/reports?first=2026-11-01&last=2026-11-30",
    ):  # fmt: skip
        answer = visitor.get(path)
        assert answer.status_code < 400, (path, answer.status)


def administrator(world: World) -> FlaskClient:
    with world.database.write() as session:
        accounts.add_user(session, "boss@example.com", Role.ADMIN, world.clock.at)
        user = accounts.by_email(session, "boss@example.com")
        assert user
        _, secret = sessions.begin(session, user.id, "127.0.0.1", "a browser", world.clock.at)
    visitor = world.app.test_client()
    with visitor.session_transaction() as cookie:
        cookie["_user_id"] = secret
    return visitor


def test_a_name_is_looked_up_without_loading_every_technician(quick_world: World) -> None:
    reports(quick_world)
    quick_world.post(f"/api/v1/tickets/{NUMBER}/acknowledge", {"by": "bruno"})
    with quick_world.database.read() as session, loaded(Technician) as technicians:
        ticket = session.get_one(Ticket, int(NUMBER))
        assert pager.holder_name(session, ticket) == "Bruno Neri"
    assert [each.key for each in technicians if isinstance(each, Technician)] == ["bruno"]


@pytest.mark.parametrize("work", [calls, pages, texts, codes_and_tests, programs, lists])
def test_an_index_serves_every_question(world: World, work: Callable[[World], None]) -> None:
    with asked(world.database) as statements:
        work(world)
    assert len(statements) > 5
    found = scans(world.database, statements)
    assert not found, "\n".join(found)
