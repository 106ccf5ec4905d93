"""Calls in the console: the list, every step of one, what was recorded, and the block list."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from models.account import Role
from models.audit import Audit
from models.call import Call, CallStep, Step
from models.customer import Contact
from models.protection import BlockedNumber
from models.recording import Recording, RecordingState
from tests.admin.console_site import NOW, open_site

ADA = "+393332220001"


@pytest.fixture
def site(sqlite):
    return open_site(sqlite)


def call(site, sid="CA1", caller=ADA, **more):
    values = {
        "step": Step.ENDED, "turn": 1, "silences": 0, "wrong_pins": 0, "problem": 1, "registered": False,
        "staffed": False, "started_at": NOW, "outcome": "human",
    } | more  # fmt: skip
    with site.database.write() as session:
        session.add(Call(sid=sid, caller=caller, **values))
        session.flush()
        session.add(CallStep(call_sid=sid, at=NOW, kind="pin", text="wrong, 1 of 3"))


def recording(site, number=1, **more):
    values = {
        "provider_sid": f"RE{number}", "key": f"key{number}", "call_sid": "CA1", "step": Step.HUMAN, "seconds": 7,
        "recorded_at": NOW, "state": RecordingState.KEPT, "attempts": 1, "media_type": "audio/x-wav",
        "sound": b"0123456789",
    } | more  # fmt: skip
    with site.database.write() as session:
        session.add(Recording(**values))


def test_without_any_the_list_says_what_it_is_for(site):
    assert "Nobody has called yet" in site.visitor(Role.VIEWER).get("/calls").text


def test_the_list_tells_who_called_and_what_became_of_it(site):
    call(site)
    call(site, "CA2", None, outcome="refused:unpaid", started_at=NOW + timedelta(minutes=1))
    text = site.visitor(Role.VIEWER).get("/calls").text
    assert text.index("Number not known") < text.index(ADA)
    assert "refused: unpaid" in text
    assert "passed to the duty manager" in text


def test_one_caller_s_or_one_ticket_s_calls_are_found(site):
    call(site)
    call(site, "CA2", "+393332229999")
    for typed in (ADA, "+39 333 222 0001"):
        text = site.visitor(Role.VIEWER).get(f"/calls?number={typed.replace('+', '%2B')}").text
        assert ADA in text
        assert "+393332229999" not in text
    assert "No call of this number or ticket" in site.visitor(Role.VIEWER).get("/calls?number=100001").text


def test_the_list_goes_on_with_older_calls(site):
    for number in range(52):
        call(site, f"CA{number}", f"+39333222{number:04d}", started_at=NOW + timedelta(minutes=number))
    visitor = site.visitor(Role.VIEWER)
    first = visitor.get("/calls").text
    assert "Older calls" in first
    assert "+393332220001" not in first
    assert "+393332220001" in visitor.get("/calls?number=&before=CA2").text


def test_a_call_shows_every_step_and_its_recording(site):
    call(site, stir="TN-Validation-Failed-C")
    recording(site)
    recording(site, 2, state=RecordingState.LOST, sound=None)
    page = site.visitor(Role.VIEWER).get("/calls/CA1").text
    assert "wrong, 1 of 3" in page
    assert "unverified" in page
    assert "TN-Validation-Failed-C" in page
    assert "could not be fetched" in page
    assert "Deleted on" in page


def test_a_recording_is_played_to_who_is_signed_in_and_from_any_second(site):
    call(site)
    recording(site)
    client = site.visitor(Role.VIEWER).client
    assert client.get("/recordings/1").data == b"0123456789"
    part = client.get("/recordings/1", headers={"Range": "bytes=4-6"})
    assert (part.status_code, part.data) == (206, b"456")
    assert client.get("/recordings/2").status_code == 404
    assert site.visitor(None).client.get("/recordings/1").status_code == 302


def test_a_number_is_blocked_and_let_in_again_and_both_are_in_the_trail(site):
    manager = site.visitor(Role.MANAGER)
    page = manager.get("/calls/blocked").send("/calls/blocked", number="+39 333 222 0001", reason="robot").text
    assert f"{ADA} is blocked" in page
    with site.database.read() as session:
        assert session.get_one(BlockedNumber, ADA).reason == "robot"
    page = manager.send("/calls/blocked/remove", number=ADA).text
    assert "may use the line again" in page
    assert "No number is blocked" in page
    with site.database.read() as session:
        actions = session.execute(sa.select(Audit.action).order_by(Audit.id)).scalars().all()
    assert actions[-2:] == ["number.blocked", "number.unblocked"]


def test_what_is_no_number_is_not_blocked_and_stays_typed(site):
    visitor = site.visitor(Role.MANAGER).get("/calls/blocked").send("/calls/blocked", number="robot", reason="")
    assert "not a telephone number" in visitor.text
    assert "Type why" in visitor.text
    assert 'value="robot"' in visitor.html


def test_blocking_an_administrator_s_number_warns(site):
    contract = site.contract()
    with site.database.write() as session:
        session.add(Contact(contract_id=contract, position=1, name="Ada Bianchi", phone=ADA))
    page = site.visitor(Role.MANAGER).get("/calls/blocked").send("/calls/blocked", number=ADA, reason="test").text
    assert "on file as Ada Bianchi" in page


def test_a_viewer_blocks_nobody(site):
    assert site.visitor(Role.VIEWER).client.get("/calls/blocked").status_code == 403


def test_each_step_is_told_in_words(site):
    call(site)
    with site.database.write() as session:
        for kind, text in (("human", "from pin"), ("duty_waits", "waits"), ("ended", "at ended"), ("hold", "skipped")):
            session.add(CallStep(call_sid="CA1", at=NOW, kind=kind, text=text))
    text = site.visitor(Role.VIEWER).get("/calls/CA1").text
    for words in ("PIN: wrong, 1 of 3", "On to a person, from pin", "The message waits", "Hold: skipped"):
        assert words in text
    assert "at ended" not in text
