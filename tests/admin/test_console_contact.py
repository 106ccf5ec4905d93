"""How a technician wants to be paged, tests of each way, and changes that would leave a policy without anybody."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from models.audit import Audit
from models.delivery import Delivery, DeliveryKind, DeliveryState
from models.technician import Technician
from paging import roster
from rules.escalation import Channel
from rules.on_call import Override, Schedule
from tests.admin.console_site import open_site

ANNA = "/technicians/anna"
SECOND = "+390584000011"


@pytest.fixture
def site(sqlite):
    site = open_site(sqlite)
    site.technicians("Anna Rossi", "Bruno Neri")
    return site


def technician(site, key="anna"):
    with site.database.read() as session:
        return session.get_one(Technician, key)


def put(site, key="anna", **values):
    with site.database.write() as session:
        row = session.get_one(Technician, key)
        for name, value in values.items():
            setattr(row, name, value)


def deliveries(site):
    with site.database.read() as session:
        return session.execute(sa.select(Delivery).order_by(Delivery.id)).scalars().all()


def becomes(site, state, error=None):
    with site.database.write() as session:
        row = session.execute(sa.select(Delivery).order_by(Delivery.id.desc()).limit(1)).scalar_one()
        row.state, row.error = state, error


def test_a_second_telephone_the_order_and_quiet_channels_are_saved(site):
    visitor = site.visitor().get(ANNA).send(ANNA, second_phone="0039 0584 000011", order="voice sms", quiet="voice")
    assert "Anna Rossi is changed." in visitor.text
    row = technician(site)
    assert (row.second_phone, row.channels, row.quiet_channels) == (SECOND, ["voice", "sms"], ["voice"])
    assert f"then {SECOND}" in visitor.text
    with site.database.read() as session:
        change = session.execute(sa.select(Audit)).scalar_one()
    assert (change.before["channels"], change.after["channels"]) == (None, ["voice", "sms"])


def test_the_form_shows_what_is_on_file_and_takes_it_away_again(site):
    put(site, second_phone=SECOND, channels=["sms", "voice"], quiet_channels=["voice", "email"])
    visitor = site.visitor().get(ANNA)
    assert visitor.found('<option selected value="([^"]*)">Text first') == "sms voice"
    assert visitor.html.count(" checked") == 2
    visitor.send(ANNA, without=("quiet",), second_phone="", order="")
    row = technician(site)
    assert (row.second_phone, row.channels, row.quiet_channels) == (None, None, None)


def test_an_order_that_only_a_file_can_say_stays_when_the_form_is_saved(site):
    put(site, channels=["email", "sms"])
    visitor = site.visitor().get(ANNA)
    assert "As loaded: e-mails, texts" in visitor.text
    visitor.send(ANNA, name="Anna Bianchi")
    assert technician(site).channels == ["email", "sms"]


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ({"second_phone": "0584 11"}, "not a telephone number with its country code"),
        ({"second_phone": "+39 333 111 0001"}, "This is the same number as the first"),
        ({"order": "fax"}, "Not a valid choice"),
        ({"quiet": "fax"}, "not a valid choice"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(site, typed, complaint):
    visitor = site.visitor().get(ANNA).send(ANNA, **typed)
    assert visitor.status == 422
    assert complaint in visitor.text


def test_who_has_opted_out_of_texts_is_told_what_to_do(site):
    put(site, opted_out_at=site.clock.now())
    text = site.visitor().get(ANNA).text
    assert "No text reaches Anna Rossi: +393331110001 has opted out, known since 02:14 Rome." in text
    assert "Text START to +390584000001 from this telephone." in text
    assert "no texts: opted out" in site.visitor().get("/technicians").text


def test_another_number_has_not_opted_out(site):
    put(site, opted_out_at=site.clock.now())
    site.visitor().get(ANNA).send(ANNA, name="Anna Bianchi")
    assert technician(site).opted_out_at is not None
    site.visitor().get(ANNA).send(ANNA, phone="+39 333 111 0009")
    assert technician(site).opted_out_at is None


def test_a_change_that_leaves_a_policy_without_anybody_is_refused_by_its_name(site):
    site.policy("technician:bruno", "technician:anna", key="by-mail", channels=("email",))
    visitor = site.visitor().get(ANNA).send(ANNA, email="")
    assert visitor.status == 422
    told = "Nothing was saved: level 2 of the escalation policy 'by-mail' would reach nobody by e-mail."
    assert told in visitor.text
    assert technician(site).email == "anna@example.com"


def test_a_quiet_channel_can_leave_a_policy_without_anybody_too(site):
    site.policy("technician:anna", channels=("email", "voice"))
    put(site, email=None)
    visitor = site.visitor().get(ANNA).send(ANNA, quiet="voice")
    assert "would reach nobody by e-mail or call" in visitor.text
    assert technician(site).quiet_channels is None


def test_a_policy_that_reached_nobody_before_stops_no_other_change(site):
    site.policy("technician:anna", channels=("email",))
    put(site, email=None)
    site.visitor().get(ANNA).send(ANNA, name="Anna Bianchi")
    assert technician(site).name == "Anna Bianchi"


def test_a_rotation_that_leaves_a_policy_without_anybody_is_refused(site):
    site.rotation("anna")
    site.policy("schedule:platinum")
    with site.database.write() as session:
        session.add(Technician(key="zoe", name="Zoe Verdi", time_zone="Europe/Rome"))
    visitor = site.visitor().get("/rotations/platinum/edit")
    visitor.send(**{"layers-0-participants-0": "zoe"})
    assert "level 1 of the escalation policy 'default' would reach nobody by text or call" in visitor.text
    visitor.saves(**{"layers-0-participants-1": "bruno"})
    assert "The rotation is changed" in visitor.text


def test_an_override_without_which_a_policy_reaches_nobody_stays(site):
    tonight = Override("anna", site.clock.now(), site.clock.now() + timedelta(hours=8))
    with site.database.write() as session:
        roster.save_revision(session, Schedule("gaps", "Europe/Rome", (), (tonight,)), "test", site.clock.now())
    site.policy("schedule:gaps")
    visitor = site.visitor().get("/rotations/gaps").send("/rotations/gaps/overrides/remove")
    assert "The override stays: level 1 of the escalation policy 'default' would reach nobody" in visitor.text
    with site.database.read() as session:
        assert roster.on_call_now(session, "gaps", site.clock.now()).technician == "anna"


@pytest.mark.parametrize(
    ("channel", "address"),
    [
        (Channel.SMS, "+393331110001"),
        (Channel.VOICE, "+393331110001"),
        (Channel.SECOND_PHONE, SECOND),
        (Channel.EMAIL, "anna@example.com"),
    ],
)
def test_each_way_has_a_button_that_posts_one_test(site, channel, address):
    put(site, second_phone=SECOND)
    visitor = site.visitor().get(ANNA).send(f"{ANNA}/tests/{channel}")
    (sent,) = deliveries(site)
    assert (sent.kind, sent.channel, sent.address, sent.urgency) == (DeliveryKind.TEST, channel, address, 1)
    assert sent.technician_key == "anna"
    assert "leaves now · tested 02:14 Rome, just now" in visitor.text
    with site.database.read() as session:
        assert session.execute(sa.select(Audit.action)).scalar_one() == "technician.tested"


def test_twice_in_a_minute_is_once(site):
    visitor = site.visitor().get(ANNA).send(f"{ANNA}/tests/sms").send(f"{ANNA}/tests/sms")
    assert "That was tested less than a minute ago" in visitor.text
    assert len(deliveries(site)) == 1
    site.clock.advance(timedelta(minutes=1))
    visitor.send(f"{ANNA}/tests/sms")
    assert len(deliveries(site)) == 2


def test_there_is_no_button_for_what_is_not_on_file(site):
    put(site, email=None)
    text = site.visitor().get(ANNA).text
    assert "Send a test text" in text and "Call as a test" in text
    assert "Call it as a test" not in text and "Send a test e-mail" not in text


@pytest.mark.parametrize(
    ("channel", "state", "error", "words"),
    [
        ("sms", DeliveryState.PENDING, "busy", "not handed over yet, tried again: busy"),
        ("sms", DeliveryState.ATTEMPTING, None, "leaves now"),
        ("sms", DeliveryState.SENT, None, "handed over, not delivered yet"),
        ("sms", DeliveryState.DELIVERED, None, "delivered"),
        ("sms", DeliveryState.FAILED, "no such number", "failed: no such number"),
        ("voice", DeliveryState.SENT, None, "ringing"),
        ("voice", DeliveryState.ANSWERED, None, "answered, confirmed with key 1"),
        ("voice", DeliveryState.UNANSWERED, None, "nobody confirmed with key 1"),
        ("email", DeliveryState.DELIVERED, None, "handed over to the mail server"),
    ],
)
def test_the_page_tells_what_became_of_a_test(site, channel, state, error, words):
    visitor = site.visitor().get(ANNA).send(f"{ANNA}/tests/{channel}")
    becomes(site, state, error)
    assert f"{words} · tested 02:14" in visitor.get(f"{ANNA}/tests").text
    assert f'hx-get="{ANNA}/tests"' in visitor.get(ANNA).html


def test_a_way_that_does_not_exist_is_not_found(site):
    visitor = site.visitor().get(ANNA)
    token = visitor.found('name="csrf_token" type="hidden" value="([^"]+)"')
    answer = visitor.client.post(f"{ANNA}/tests/fax", data={"csrf_token": token})
    assert answer.status_code == 404
    assert visitor.get("/technicians/nobody").status == 404
