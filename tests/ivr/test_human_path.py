"""The human path: from everywhere, never a bare hang-up, and the duty manager is told once in a while."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import delete

from models.account import Role, User
from models.delivery import DeliveryKind
from models.recording import Recording
from models.service import RoleContact
from rules.gsm7 import segments
from tests.ivr.telephone import ACME_PIN
from tests.ivr.world import ADA, STRANGER, URL, World


def test_three_wrong_pins_lead_to_a_message_for_the_duty_manager(acme_on_both: World) -> None:
    call = acme_on_both.phone().press("1")
    assert call.press("11111111").step == "pin"
    assert call.press("22222222").step == "pin"
    assert call.press("33333333").question.tag == "Record"
    assert call.record("RE7").is_over
    sms, mail = acme_on_both.duty()
    assert sms == mail
    assert f"*Unverified* caller {STRANGER}" in sms
    assert f"{URL}/calls/{call.sid}" in sms
    assert not acme_on_both.tickets()


def test_a_pin_is_never_written_down(acme: World) -> None:
    call = acme.phone().press("1").press("11112222").press(ACME_PIN)
    assert "11112222" not in acme.log(call.sid)
    assert ACME_PIN not in acme.log(call.sid)


def test_three_silences_at_the_pin_lead_there_too(acme: World) -> None:
    call = acme.phone().press("1")
    assert [call.wait().step for _ in range(3)] == ["pin", "pin", "human"]
    assert call.question.tag == "Record"


def test_three_silences_at_the_priority_lead_there_too(acme: World) -> None:
    call = acme.phone().to_priority()
    assert [call.wait().step for _ in range(3)] == ["priority", "priority", "human"]


@pytest.mark.parametrize("step", ["language", "pin", "priority", "callback", "description", "hold"])
def test_0_leads_there_from_every_question(acme: World, step: str) -> None:
    call = acme.phone()
    answers = {"language": "1", "pin": ACME_PIN, "priority": "1", "callback": "1"}
    while call.step != step:
        if call.step == "description":
            call.record()
        else:
            call.press(answers[call.step])
    call.post(call.action, Digits="0")
    assert (call.step, call.question.tag, call.question.attrib["playBeep"]) == ("human", "Record", "true")


def test_0_while_describing_keeps_what_was_said(acme: World) -> None:
    acme.phone().to_description().record("RE3", Digits="0")
    assert acme.ticket().recording_url == "https://api.twilio.com/recordings/RE3"


def test_after_the_priority_ticket_and_page_stand(acme_on_both: World) -> None:
    call = acme_on_both.phone().to_callback().press("0")
    assert "stays open" in call.said
    assert call.spoken_ticket == acme_on_both.ticket().number
    assert acme_on_both.page().due_at == acme_on_both.clock.at
    call.record()
    assert f"Ticket {acme_on_both.ticket().number}" in acme_on_both.duty()[0]
    assert "PIN verified" in acme_on_both.duty()[0]


def test_who_hangs_up_without_a_message_is_passed_on_all_the_same(acme: World) -> None:
    acme.phone().press("0").hang_up()
    assert "No message was left" in acme.duty()[0]


def test_a_recording_that_comes_after_the_end_of_the_call_is_not_lost(acme: World) -> None:
    call = acme.phone().press("0")
    call.hang_up()
    assert call.record("RE9", Digits="hangup").is_over
    assert any(f"/calls/{call.sid}" in text for text in acme.duty())
    told = len(acme.duty())
    call.again()
    assert len(acme.duty()) == told


def test_one_page_a_number_in_a_quarter_of_an_hour_and_the_rest_in_a_digest(acme_on_both: World) -> None:
    acme_on_both.phone().press("0").record()
    acme_on_both.clock.advance(timedelta(minutes=10))
    again = acme_on_both.phone().press("0").record()
    assert "within 15 minutes" in again.said
    assert len(acme_on_both.duty()) == 2
    other = acme_on_both.phone(ADA).press("0").record()
    assert "has your message" in other.said
    assert len(acme_on_both.duty()) == 4
    acme_on_both.clock.advance(timedelta(minutes=14))
    assert acme_on_both.digests() == 0
    acme_on_both.clock.advance(timedelta(minutes=1))
    assert acme_on_both.digests() == 1
    sms, mail = acme_on_both.duty()[4:]
    assert STRANGER in sms
    assert f"/calls/{again.sid}" in mail
    assert f"/calls/{other.sid}" not in mail


def test_six_pages_an_hour_in_all_and_no_message_is_left_out(acme_on_both: World) -> None:
    calls = [acme_on_both.phone(f"+39333777{number:04d}").press("0").record() for number in range(9)]
    assert len(acme_on_both.duty()) == 12
    assert ["has your message" in call.said for call in calls] == [True] * 6 + [False] * 3
    acme_on_both.clock.advance(timedelta(minutes=15))
    assert acme_on_both.digests() == 1
    told = "".join(acme_on_both.duty())
    assert all(f"/calls/{call.sid}" in told for call in calls)
    acme_on_both.clock.advance(timedelta(minutes=46))
    assert "has your message" in acme_on_both.phone().press("0").record().said


def test_strangers_messages_do_not_delay_those_of_a_registered_number(acme_on_both: World) -> None:
    acme_on_both.contact(1)
    for number in range(8):
        acme_on_both.phone(f"+39333777{number:04d}").press("0").record()
    assert "has your message" in acme_on_both.phone(ADA).press("0").record().said


def test_a_registered_number_s_messages_are_passed_on_at_once_three_times_an_hour(acme_on_both: World) -> None:
    acme_on_both.contact(1)
    calls = [acme_on_both.phone(ADA).press("0").record() for _ in range(4)]
    assert ["has your message" in call.said for call in calls] == [True, True, True, False]
    acme_on_both.clock.advance(timedelta(hours=1))
    assert "has your message" in acme_on_both.phone(ADA).press("0").record().said


def test_messages_under_a_false_number_do_not_delay_its_holder_s(acme: World) -> None:
    acme.contact(1)
    for _ in range(4):
        acme.phone(ADA).press("0").record()
    holder = acme.phone(ADA, StirVerstat="TN-Validation-Passed-A")
    assert "has your message" in holder.press("0").record().said


def test_all_registered_numbers_together_have_a_limit_too(acme: World) -> None:
    for number in range(13):
        acme.contact(1, f"+39333222{number:04d}")
    calls = [acme.phone(f"+39333222{number:04d}").press("0").record() for number in range(13)]
    assert ["has your message" in call.said for call in calls] == [True] * 12 + [False]
    assert "has your message" in acme.phone().press("0").record().said


def test_whose_pin_is_known_is_never_kept_waiting(acme: World) -> None:
    for number in range(7):
        acme.phone(f"+39333777{number:04d}").press("0").record()
    told = len(acme.duty())
    for _ in range(2):
        assert "has your message" in acme.phone().to_priority().press("0").record().said
    assert len(acme.duty()) == told + 4


def test_nobody_to_tell_is_told_to_the_admins(acme: World) -> None:
    with acme.database.write() as session:
        session.execute(delete(RoleContact))
    acme.add(
        User(email="ops@example.com", password_hash="-", session_key="-", role=Role.ADMIN, created_at=acme.clock.at)
    )
    acme.phone().press("0").record()
    (alert,) = acme.deliveries(DeliveryKind.ALERT)
    assert "no duty manager" in (alert.subject or "")


def test_what_is_left_while_nobody_is_on_file_waits_for_the_first_who_is(acme_on_both: World) -> None:
    with acme_on_both.database.write() as session:
        session.execute(delete(RoleContact))
    call = acme_on_both.phone().press("0").record()
    for _ in range(3):
        acme_on_both.clock.advance(timedelta(minutes=15))
        acme_on_both.digests()
    assert acme_on_both.duty() == []
    acme_on_both.duty_manager()
    acme_on_both.clock.advance(timedelta(minutes=15))
    assert acme_on_both.digests() == 1
    assert f"/calls/{call.sid}" in acme_on_both.duty()[1]


def test_callers_at_the_same_moment_are_counted_one_after_the_other(acme_on_both: World) -> None:
    numbers = [STRANGER, STRANGER, STRANGER, *(f"+39333777{number:04d}" for number in range(8))]
    calls = [acme_on_both.phone(number).press("0") for number in numbers]
    with ThreadPoolExecutor(len(calls)) as threads:
        said = [call.said for call in threads.map(lambda call: call.record(), calls)]
    assert sum("has your message" in words for words in said) == 6
    assert sum(f"caller {STRANGER}" in text for text in acme_on_both.duty()) in (0, 2)


def test_two_engines_send_one_digest(acme_on_both: World) -> None:
    for number in range(9):
        acme_on_both.phone(f"+39333777{number:04d}").press("0").record()
    told = len(acme_on_both.duty())
    acme_on_both.clock.advance(timedelta(minutes=15))
    with ThreadPoolExecutor(4) as threads:
        sent = list(threads.map(lambda _: acme_on_both.digests(), range(4)))
    assert sum(sent) == 1
    assert len(acme_on_both.duty()) == told + 2


def test_callers_without_a_number_are_not_taken_for_one_another(acme: World) -> None:
    for _ in range(2):
        acme.phone("anonymous").press("0").record()
    assert len(acme.duty()) == 4


def test_an_unverified_number_is_never_dialled_or_texted(acme: World) -> None:
    call = acme.phone().press("0").record()
    call.hang_up()
    assert {delivery.address for delivery in acme.deliveries()} == {"+393331110009", "max@example.com"}


def test_repeating_the_message_tells_nobody_twice(acme: World) -> None:
    acme.phone().press("0").record().again().again()
    assert len(acme.duty()) == 2


def test_what_was_recorded_before_the_prompt_was_asked_for_again_is_passed_on_too(acme: World) -> None:
    call = acme.phone().press("0").record("RE4", Digits="*")
    assert call.step == "human"
    call.hang_up()
    assert f"/calls/{call.sid}" in acme.duty()[0]
    assert [row.provider_sid for row in acme.all(Recording)] == ["RE4"]


def test_a_description_that_is_begun_again_is_kept_with_the_first(acme: World) -> None:
    acme.phone().to_description().record("RE4", Digits="*").record("RE5")
    assert [row.provider_sid for row in acme.all(Recording)] == ["RE4", "RE5"]
    assert {row.ticket_number for row in acme.all(Recording)} == {acme.ticket().number}


def test_the_digest_names_its_callers_and_fits_one_text(acme_on_both: World) -> None:
    for number in range(13):
        acme_on_both.phone(f"+491512345678{number:02d}").press("0").record()
    acme_on_both.clock.advance(timedelta(minutes=15))
    acme_on_both.digests()
    sms, mail = acme_on_both.duty()[-2:]
    assert segments(sms) == 1
    assert f"{URL}/calls" in sms
    assert "(7)" in sms
    assert mail.count("Listen:") == 7


def test_what_a_known_caller_leaves_while_nobody_is_on_file_waits_for_the_first_who_is(acme: World) -> None:
    with acme.database.write() as session:
        session.execute(delete(RoleContact))
    call = acme.phone().to_priority().press("0").record()
    assert "has your message" not in call.said
    acme.duty_manager()
    acme.clock.advance(timedelta(minutes=15))
    assert acme.digests() == 1
    assert any(f"/calls/{call.sid}" in text for text in acme.duty())
