"""A P1 pages with the commit that opens its ticket: what the caller adds follows, and who accepts is heard of."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from models.delivery import Delivery, DeliveryKind
from models.page import Page, PageState
from paging.engine import Engine
from rules.escalation import Channel
from tests.ivr.telephone import Telephone
from tests.ivr.world import ANNA, STRANGER, World

OTHER = "+390233445566"
HANDLING = "Anna Rossi is handling your ticket."


def accepts(world: World) -> None:
    world.due()
    assert "is yours" in (world.text(ANNA, "ACK") or "")


def keys_in_another_number(call: Telephone) -> Telephone:
    return call.press("2").press("0233445566").press("1")


def answers(world: World) -> Telephone:
    return world.rings(world.voice_page(world.ticket().number))


def texted(world: World, kind: DeliveryKind = DeliveryKind.NOTICE) -> list[tuple[str, str]]:
    return [(each.address, each.body) for each in world.deliveries(kind) if each.channel is Channel.SMS]


def test_a_p1_is_due_in_the_commit_that_opens_it_and_a_p2_waits_for_what_the_caller_adds(acme_on_both: World) -> None:
    first = acme_on_both.phone().to_callback("1").spoken_ticket
    second = acme_on_both.phone().to_callback("2").spoken_ticket
    assert acme_on_both.page(first).due_at == acme_on_both.clock.at
    assert acme_on_both.page(second).due_at == acme_on_both.clock.at + timedelta(seconds=20)
    acme_on_both.due()
    assert acme_on_both.page(first).state is PageState.PAGING
    assert acme_on_both.page(second).state is PageState.ARMED
    (page,) = texted(acme_on_both, DeliveryKind.PAGE)
    assert f"{first}" in page[1] and STRANGER in page[1]


def test_a_booked_maintenance_waits_as_a_p2_does(acme: World) -> None:
    acme.window(1)
    number = acme.phone().to_callback("3").spoken_ticket
    assert acme.page(number).due_at == acme.clock.at + timedelta(seconds=20)


def test_a_keyed_callback_and_the_description_follow_as_one_update(acme_on_both: World) -> None:
    call = acme_on_both.phone().to_callback()
    acme_on_both.due()
    keys_in_another_number(call).record()
    assert acme_on_both.updates() == [f"100001: callback {OTHER}. The caller has recorded a description."]
    call.wait().hang_up()
    assert len(acme_on_both.updates()) == 1


def test_who_adds_nothing_sends_no_update(acme: World) -> None:
    call = acme.phone().to_callback()
    acme.due()
    call.press("1").skip().wait().hang_up()
    assert acme.updates() == []


def test_messages_that_have_not_left_yet_say_what_is_known_by_now(acme_on_both: World) -> None:
    call = acme_on_both.phone().to_callback()
    Engine(acme_on_both.database, acme_on_both.line, {}, "test").move_pages()
    keys_in_another_number(call).record()
    (page,) = texted(acme_on_both, DeliveryKind.PAGE)
    assert OTHER in page[1]
    assert acme_on_both.updates() == []


def test_who_is_paged_by_e_mail_alone_gets_the_update_by_e_mail(acme: World) -> None:
    call = acme.phone().to_callback()
    acme.due()
    with acme.database.write() as session:
        session.execute(update(Delivery).values(channel=Channel.EMAIL, address="anna@example.com"))
    keys_in_another_number(call).skip()
    (sent,) = acme.deliveries(DeliveryKind.UPDATE)
    assert (sent.channel, sent.address, OTHER in sent.body) == (Channel.EMAIL, "anna@example.com", True)


@pytest.mark.parametrize("accepted_at", ["callback", "description", "hold"])
def test_who_accepts_meanwhile_is_heard_of_once_at_the_next_prompt(acme_on_both: World, accepted_at: str) -> None:
    call = acme_on_both.phone().to_callback()
    if accepted_at == "callback":
        accepts(acme_on_both)
    call.press("1")
    if accepted_at == "description":
        accepts(acme_on_both)
    call.record()
    if accepted_at == "hold":
        accepts(acme_on_both)
    call.press("9").press("*").press("1")
    heard = [said for said in call.said_in_all if HANDLING in said]
    assert len(heard) == 1
    assert HANDLING in call.said_in_all[{"callback": 4, "description": 5, "hold": 6}[accepted_at]]


def test_who_has_accepted_is_said_again_where_the_provider_asks_again(acme: World) -> None:
    call = acme.phone().to_callback()
    accepts(acme)
    assert HANDLING in call.press("1").said
    assert HANDLING in call.again().said
    assert HANDLING not in call.record().said


def test_another_technician_who_has_it_then_is_heard_of_too(acme: World) -> None:
    call = acme.phone().to_callback()
    accepts(acme)
    call.press("1")
    acme.text(ANNA, "PASS")
    acme.due()
    acme.text("+393331110002", "ACK 100001")
    assert "Bruno Neri is handling your ticket." in call.record().said


def test_who_accepted_calls_back_and_the_caller_is_told_to_free_the_line(acme: World) -> None:
    call = acme.phone().to_description()
    accepts(acme)
    said = call.record().said
    assert "Hang up, and Anna Rossi will call you back." in said
    assert "within 60 minutes" not in said


def test_a_caller_without_a_number_is_told_to_wait(acme: World) -> None:
    call = acme.phone("anonymous").to_callback().wait().wait()
    accepts(acme)
    assert "Wait on the line" in call.record().said


def test_who_asks_for_a_person_hears_who_has_the_ticket(acme: World) -> None:
    call = acme.phone().to_callback()
    accepts(acme)
    said = call.press("0").said
    assert HANDLING in said
    assert "is paged" not in said


def test_the_customer_is_written_to_at_the_number_that_was_keyed_in(acme_on_both: World) -> None:
    call = acme_on_both.phone().to_callback()
    acme_on_both.due()
    assert texted(acme_on_both) == []
    keys_in_another_number(call).record()
    ((address, body),) = texted(acme_on_both)
    assert (address, OTHER in body, "100001" in body) == (OTHER, True, True)


@pytest.mark.parametrize("ends", ["hang_up", "person"])
def test_the_customer_is_written_to_when_the_call_ends_before_its_last_question(acme: World, ends: str) -> None:
    call = acme.phone().to_callback()
    acme.due()
    call.hang_up() if ends == "hang_up" else call.press("0")
    ((address, _),) = texted(acme)
    assert address == STRANGER


def test_a_call_whose_end_is_never_reported_is_written_of_with_the_next_level(acme_on_both: World) -> None:
    acme_on_both.phone().to_callback()
    acme_on_both.due()
    acme_on_both.clock.advance(timedelta(minutes=5))
    acme_on_both.due()
    assert acme_on_both.page().level == 2
    assert [address for address, _ in texted(acme_on_both)] == [STRANGER]


def test_who_keys_in_another_number_after_the_acknowledgement_reads_it_there(acme: World) -> None:
    call = acme.phone().to_callback()
    accepts(acme)
    keys_in_another_number(call).skip()
    before, after = texted(acme)
    assert (before[0], after[0]) == (STRANGER, OTHER)
    assert "Anna Rossi" in after[1] and OTHER in after[1]


def test_a_text_that_accepts_says_that_the_caller_is_on_the_line(acme: World) -> None:
    call = acme.phone().to_description()
    acme.due()
    assert "on the line" in (acme.text(ANNA, "ACK") or "")
    call.hang_up()
    assert "on the line" not in (acme.text(ANNA, "ACK 100001") or "")


def test_key_1_offers_to_wait_for_a_caller_who_still_speaks(acme: World) -> None:
    acme.phone().to_description()
    acme.due()
    anna = answers(acme).press("1")
    assert "press 4" in anna.said
    assert "wait here" in anna.press("4").said
    assert anna.wait().said == ""


@pytest.mark.parametrize("keys", ["1", ""])
def test_a_technician_on_the_line_is_joined_by_key_1_and_by_silence(acme_on_both: World, keys: str) -> None:
    call = acme_on_both.phone().to_description()
    acme_on_both.due()
    anna = answers(acme_on_both).press("4").wait()
    assert "Anna Rossi is on the line" in call.record().said
    (call.press(keys) if keys else call.wait())
    assert (call.question.tag, call.question.text) == ("Enqueue", "ticket-100001")
    queue = anna.wait().root.find("Dial/Queue")
    assert queue is not None and queue.text == "ticket-100001"


def test_a_technician_who_has_left_the_line_is_not_promised(acme: World) -> None:
    call = acme.phone().to_description()
    acme.due()
    answers(acme).press("4").wait()
    acme.clock.advance(timedelta(seconds=7))
    assert "on the line. To talk" not in call.record().said


def test_a_technician_waits_a_minute_then_the_callback_number_is_dialled(acme: World) -> None:
    acme.phone().to_description()
    acme.due()
    anna = answers(acme).press("4")
    acme.clock.advance(timedelta(seconds=59))
    assert anna.wait().root.find("Dial") is None
    acme.clock.advance(timedelta(seconds=1))
    assert anna.wait().root.find("Dial/Number") is not None


def test_a_technician_who_waits_calls_back_as_soon_as_the_caller_has_hung_up(acme: World) -> None:
    call = acme.phone().to_description()
    acme.due()
    anna = answers(acme).press("4")
    call.hang_up()
    assert anna.wait().root.find("Dial/Number") is not None


def test_nobody_waits_for_a_caller_of_whom_nothing_was_heard_for_long(acme: World) -> None:
    acme.phone().to_description()
    acme.due()
    acme.clock.advance(timedelta(minutes=3))
    assert answers(acme).press("4").root.find("Dial/Number") is not None


def test_a_p2_that_left_while_the_caller_speaks_is_brought_up_to_date_as_well(acme: World) -> None:
    call = acme.phone().to_callback("2")
    acme.clock.advance(timedelta(seconds=20))
    acme.due()
    keys_in_another_number(call).record()
    assert len(acme.updates()) == 1
    assert [address for address, _ in texted(acme)] == [OTHER]


def test_two_problems_of_one_call_are_paged_each_at_once(acme_on_both: World) -> None:
    call = acme_on_both.phone().to_callback()
    accepts(acme_on_both)
    call.press("1").record().press("2").press("1")
    assert HANDLING not in call.said
    pages = acme_on_both.all(Page)
    assert [page.ticket_number for page in pages] == [100001, 100002]
    assert pages[1].due_at == acme_on_both.clock.at
    acme_on_both.due()
    call.press("1").record("RE2").hang_up()
    assert [body[:6] for body in acme_on_both.updates()] == ["100001", "100002"]
