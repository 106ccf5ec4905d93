"""On a line where no two values are the same, each message says and reaches the one that is meant."""

from sqlalchemy import select

from models.clock import VirtualClock
from models.delivery import Delivery, DeliveryKind
from rules.escalation import Channel
from rules.wording import spoken
from simulator.tables import Leg, TextMessage
from tests.stories.distinct import (
    ACME_PIN,
    ADA,
    ANNA,
    BRUNO,
    CALLBACK,
    CARLA,
    DELTA_PIN,
    DINO,
    DISTINCT_LINE,
    DORA,
    KEYED,
    MAX,
    SECOND_PHONE,
    addresses,
    reports,
)
from tests.stories.pages import NUMBER, deliveries
from tests.world import STRANGER, World


def told_to_stand_down(line: World) -> set[str]:
    return addresses(line, DeliveryKind.STAND_DOWN)


# The number to call back is not the number calling.


def test_a_p2_s_page_tells_the_callback_and_not_the_number_calling(line: World) -> None:
    reports(line, priority="2")
    line.passes(seconds=30)
    (text,) = line.handset("anna").texts
    assert CALLBACK in text
    assert ADA not in text


def test_what_follows_a_p1_s_page_tells_the_callback_and_not_the_number_calling(line: World) -> None:
    """However early the page leaves, the last that a technician reads is the callback."""
    reports(line)
    line.passes(seconds=60)
    assert CALLBACK in line.handset("anna").texts[-1]
    assert ADA not in line.handset("anna").texts[-1]


def test_the_customer_is_texted_at_the_callback(line: World) -> None:
    reports(line)
    line.passes(seconds=30)
    line.handset("anna").sends("ACK")
    line.settles()
    opened, taken = deliveries(line, DeliveryKind.NOTICE, channel=Channel.SMS)[-2:]
    assert (opened.address, taken.address) == (CALLBACK, CALLBACK)
    assert "Anna Rossi" in taken.body


def test_key_1_says_the_callback_and_key_4_dials_it(line: World) -> None:
    reports(line)
    call = line.handset("anna").answers().presses("1")
    assert spoken(CALLBACK.removeprefix("+")) in call.words
    line.post(f"/api/v1/tickets/{NUMBER}/pass", {"by": "anna"})
    line.passes(seconds=1)
    line.handset("carla").answers().presses("4")
    assert line.company.handset(CALLBACK).ringing
    assert not line.company.handset(ADA).ringing


def test_the_api_tells_both_apart(line: World) -> None:
    reports(line)
    ticket = line.ticket(NUMBER)
    assert (ticket["caller"], ticket["callback"]) == (ADA, CALLBACK)


def test_a_caller_who_changes_the_callback_while_it_is_read_back_gets_the_later_one(line: World) -> None:
    call = line.phone(ADA).dials().presses(f"{ACME_PIN}#").presses("1").presses("2").presses("3339998886#")
    call.presses("2").presses(KEYED).presses("1").hangs_up()
    line.settles()
    assert line.ticket(NUMBER)["callback"] == CALLBACK


# The caller on file, the contract's other contacts, and a caller who is not on file.


def test_a_registered_caller_alone_gets_the_notice_by_e_mail(line: World) -> None:
    reports(line)
    line.passes(seconds=30)
    assert addresses(line, DeliveryKind.NOTICE, channel=Channel.EMAIL) == {"ada@example.com", "eva@example.com"}


def test_for_a_caller_who_is_not_on_file_all_contacts_of_the_contract_get_it(line: World) -> None:
    call = line.phone(STRANGER).dials().presses("1").presses(f"{ACME_PIN}#").presses("1")
    call.presses("2").presses(KEYED).presses("1").records("", seconds=0).hangs_up()
    line.passes(seconds=30)
    readers = addresses(line, DeliveryKind.NOTICE, channel=Channel.EMAIL)
    assert readers == {"ada@example.com", "ugo@example.com", "eva@example.com"}


def test_a_registered_caller_who_is_refused_hears_why_and_may_ask_for_a_person(line: World) -> None:
    call = line.phone(DINO).dials()
    assert "PIN" in call.words
    call.presses(f"{DELTA_PIN}#")
    assert line.get("/api/v1/tickets")["tickets"] == []
    call.presses("0").records("we cannot work")
    line.settles()
    told = [message.body for message in deliveries(line, DeliveryKind.DUTY)]
    assert addresses(line, DeliveryKind.DUTY) == {MAX}
    assert all("Delta SpA" in body and DINO in body for body in told)
    assert DINO not in addresses(line, *DeliveryKind)


# Technicians who are only called, only texted, or have a second telephone.


def test_who_was_only_called_is_told_that_somebody_else_has_it(line: World) -> None:
    reports(line)
    line.passes(minutes=6, seconds=5)
    assert line.handset("carla").ringing
    line.handset("anna").sends("ACK")
    line.settles()
    assert told_to_stand_down(line) == {CARLA}
    assert not line.handset("carla").ringing


def test_who_was_only_texted_is_told_that_somebody_else_has_it(line: World) -> None:
    reports(line)
    line.passes(minutes=7)
    assert page_texts(line) == [ANNA, DORA]
    line.handset("anna").sends("ACK")
    line.settles()
    assert told_to_stand_down(line) == {CARLA, DORA}


def test_who_was_only_called_may_take_it_by_text(line: World) -> None:
    reports(line)
    line.passes(minutes=6, seconds=5)
    line.handset("carla").sends("ACK")
    assert line.ticket(NUMBER)["taken_by"] == "carla"
    line.settles()
    assert told_to_stand_down(line) == {ANNA}


def test_a_second_telephone_rings_after_the_first_and_stops_when_the_first_replies(line: World) -> None:
    reports(line)
    line.handset("anna").lets_it_ring()
    line.settles()
    assert line.company.handset(SECOND_PHONE).ringing
    line.handset("anna").sends("ACK")
    line.settles()
    assert not line.company.handset(SECOND_PHONE).ringing


def test_who_texts_from_the_second_telephone_is_the_same_technician(line: World) -> None:
    reports(line)
    line.company.handset(SECOND_PHONE).sends("ACK")
    assert line.ticket(NUMBER)["taken_by"] == "anna"


def test_who_was_rung_on_both_telephones_is_texted_on_the_first(line: World) -> None:
    reports(line)
    line.handset("anna").lets_it_ring()
    line.settles()
    line.handset("dora").sends(f"ACK {NUMBER}")
    line.settles()
    assert told_to_stand_down(line) == {ANNA}


def test_a_second_telephone_that_is_somebody_s_first_is_theirs(line: World) -> None:
    line.loads(f'technicians: [{{key: dora, second_phone: "{BRUNO}"}}]')
    reports(line)
    line.company.handset(BRUNO).sends(f"ACK {NUMBER}")
    assert line.ticket(NUMBER)["taken_by"] == "bruno"


# A handoff between raising and a later level: who is on call is asked afresh.


def test_after_a_handoff_the_next_round_pages_who_is_on_call_by_then(line: World) -> None:
    reports(line)
    assert addresses(line, DeliveryKind.PAGE) == {ANNA}
    line.passes(minutes=16)
    assert page_texts(line) == [ANNA, DORA, BRUNO]


def test_after_a_handoff_all_who_were_paged_are_told_who_has_it(line: World) -> None:
    reports(line)
    line.passes(minutes=16)
    line.handset("dora").sends("ACK")
    line.settles()
    assert told_to_stand_down(line) == {ANNA, BRUNO, CARLA}


def test_a_time_is_told_in_the_zone_of_who_asks(line: World) -> None:
    reports(line)
    line.handset("anna").sends("ACK")
    (in_dubai,) = line.handset("bruno").sends(f"ACK {NUMBER}")
    (in_london,) = line.handset("carla").sends(f"ACK {NUMBER}")
    assert "06:00" in in_dubai
    assert "02:00" in in_london


def page_texts(line: World) -> list[str]:
    """Whom the page has been texted to, in order."""
    return [delivery.address for delivery in deliveries(line, DeliveryKind.PAGE, channel=Channel.SMS)]


# The number that is called is not the number that texts.


def test_texts_come_from_the_number_that_texts_and_calls_from_the_line(sqlite_url: str, clock: VirtualClock) -> None:
    line = World(sqlite_url, clock, TWILIO_SMS_NUMBER="+390584000077").loads(DISTINCT_LINE.read_text(encoding="utf-8"))
    reports(line)
    with line.database.read() as session:
        senders = set(session.execute(select(TextMessage.sender)).scalars())
        callers = set(session.execute(select(Leg.caller).where(Leg.called == ANNA)).scalars())
    assert senders == {"+390584000077"}
    assert callers == {line.gateway.line.number}
    line.database.dispose()


def test_every_delivery_goes_to_the_address_of_who_it_names(line: World) -> None:
    """After a whole night of a page that nobody answers: no name stands beside somebody else's address."""
    reports(line)
    line.passes(minutes=30)
    with line.database.read() as session:
        pairs = session.execute(select(Delivery.name, Delivery.address).distinct()).all()
    by_address: dict[str, set[str]] = {}
    for name, address in pairs:
        by_address.setdefault(address, set()).add(name)
    assert [(address, names) for address, names in by_address.items() if len(names) > 1] == []
